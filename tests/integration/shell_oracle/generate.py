"""Random scripts from a grammar, and mutations of them: the same for the same seed."""
import random

NAMES = ["a", "b", "foo", "x1", "_y"]
PLAIN = ["echo", "aws", "a", "-x", "--name=v", "1", "file.txt", "./run.sh", "a=b", "x:y", "%d",
         "if", "then", "done", "in", "esac", "}", "{", "do", "!", "time", "+x", "@", "^"]
COMMANDS = ["echo", "aws", "git", "true", "x", "./run.sh", ":", "test", "npx"]


class Maker:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.pending = []  # here-documents whose bodies are due at the next newline

    def pick(self, *choices):
        return self.random.choice(choices)

    def chance(self, percent):
        return self.random.randrange(100) < percent

    def many(self, make, most, between=" ", least=1):
        return between.join(make() for _ in range(self.random.randint(least, most)))

    def newline(self):
        bodies = "".join(self.pending)
        self.pending = []
        return "\n" + bodies

    def lines(self, *choices):
        """One of them; a newline in it is followed by the here-documents that are due."""
        choice = self.pick(*choices)
        return choice.replace("\n", self.newline(), 1) if "\n" in choice else choice

    def end(self):
        """What ends a command within a list."""
        return self.lines(";", "\n", " &")

    # --- Words. ---
    def word(self, depth):
        return "".join(self.piece(depth) for _ in range(self.pick(1, 1, 1, 2, 3)))

    def piece(self, depth):
        kinds = ["plain"] * 6 + ["single", "double", "escape", "dollar", "special", "brace", "glob", "ansi"]
        if depth > 0:
            kinds += ["command", "backquote", "parameter", "parameter", "arithmetic", "process"]
        kind = self.random.choice(kinds)
        if kind == "plain":
            return self.random.choice(PLAIN)
        if kind == "single":
            return "'%s'" % self.pick("", "a b", "$x", '"', "\\", ";", "\n", "`", ")")
        if kind == "double":
            return '"%s"' % self.many(lambda: self.in_quotes(depth - 1), 3, "", 0)
        if kind == "escape":
            return "\\" + self.pick(" ", "$", '"', "'", "\\", "\n", "a", "(", "`", ";", "#", "{")
        if kind == "dollar":
            return "$" + self.random.choice(NAMES)
        if kind == "special":
            return self.pick("$@", "$#", "$?", "$1", "$$", "$*", "$-", "$!", "~", "$ ")
        if kind == "brace":
            return self.pick("{a,b}", "{1..3}", "{a,{b,c}}", "{}", "{,x}", "a{b", "{x}")
        if kind == "glob":
            return self.pick("*", "?", "[a-z]", "*.c", "[!x]*")
        if kind == "ansi":
            return self.pick("$'a\\n'", "$'\\''", "$'\\x41'", '$"x"', "$''")
        if kind == "command":
            return "$(%s)" % self.inner(depth - 1)
        if kind == "backquote":
            return "`%s`" % self.plain_command()
        if kind == "parameter":
            return self.parameter(depth - 1)
        if kind == "arithmetic":
            return self.pick("$((1+2))", "$(( a * (b - 1) ))", "$((x[1]++))", "$[1+1]", "$((1<<2))",
                             "$(($(echo 1)+1))", "$((a?b:c))", "$(( $x ))")
        return self.pick("<(%s)", ">(%s)") % self.inner(depth - 1)

    def plain_command(self):
        return self.pick("date", "echo a b", "a | b", "", "x; y", "echo 'q'", 'echo \\"z\\"', "echo \\$x")

    def in_quotes(self, depth):
        kinds = ["a b", "'", "(", "$", "\\\"", "\\$", "\\n", "$x", "*", "{a,b}", ";", "\n", "\\\\"]
        if depth > 0:
            kinds += ["$(%s)" % self.inner(depth - 1), self.parameter(depth - 1), "`date`", "$((1+1))"]
        return self.random.choice(kinds)

    def inner(self, depth):
        """A list that leaves no here-document open."""
        outer, self.pending = self.pending, []
        text = self.list(depth)
        if self.pending:
            text += self.newline()
        self.pending = outer
        # Directly behind `$(` bash takes `time` for a program, which is neither the grammar nor what people mean.
        if text.startswith("time"):
            text = "x; " + text
        # `$((` and `((` would be arithmetic.
        return " " + text + " " if text.startswith("(") else text

    def operand(self, depth):
        return self.pick("", "w", "a b", "*", "$y", "'q r'", '"d"', "\\}", "[0-9]", "a*b",
                         "$(echo x)" if depth > 0 else "z", self.word(0))

    def parameter(self, depth):
        name = self.pick("x", "x", "arr[1]", "arr[@]", "1", "@", "#", "?", "x_1", "arr[$i]")
        form = self.pick("${%s}", "${%s:-%s}", "${%s-%s}", "${%s:=%s}", "${%s:?%s}", "${%s:+%s}", "${%s+%s}",
                         "${%s#%s}", "${%s##%s}", "${%s%%%s}", "${%s%%%%%s}", "${#%s}", "${!%s}", "${%s:1}",
                         "${%s:1:2}", "${%s: -1}", "${%s^}", "${%s^^}", "${%s,,}", "${%s@Q}", "${%s/a/%s}",
                         "${%s//a/%s}", "${%s/#a/%s}", "${%s/%%a/%s}", "${%s:-{a\\}}", "${%s%%]*}", "${%s/\\//-}")
        count = form.replace("%%", "").count("%s")
        if "#%s" in form[:5]:
            name = "x"
        operand = self.operand(depth).replace("'", "") if depth >= 0 else "w"
        return form % ((name,) if count == 1 else (name, operand))

    # --- Commands. ---
    def redirection(self, depth):
        target = self.word(min(depth, 1))
        kind = self.random.randrange(14)
        if kind < 9:
            return self.pick("> %s", ">%s", "2>%s", ">> %s", "< %s", "<> %s", ">| %s", "&> %s", "&>>%s",
                             "{fd}> %s", "<<< %s", "3<%s") % self.random.choice(["f", "/dev/null", '"$x"', "a b"[:1], target])
        if kind < 12:
            return self.pick("2>&1", ">&2", "<&-", ">&-", "<&3", "2>&-", "3>&1-")
        word = self.pick("EOF", "'EOF'", '"E F"', "\\EOF", "E1")
        plain = word.strip("'\"\\")
        strip = self.pick("", "", "-")
        body = self.many(lambda: self.pick("text", "$x and more", "it's", "$(echo a)", "`date`", "\\$x", "", "a \\",
                                           "}", ")", "<<EOF2", "EOFX", " EOF", "${x:-y}"), 4, "\n", 0)
        if body.endswith("\\"):
            body += "\nx"
        tabs = "\t" if strip else ""
        body = "".join(tabs + line + "\n" for line in body.split("\n")) if body else ""
        self.pending.append(body + tabs + plain + "\n")
        return "<<%s%s" % (strip, word)

    def assignment(self, depth):
        return self.pick("x=", "x=%s" % self.word(depth), "x+=%s" % self.word(depth), "a=(%s)" % self.array(depth),
                         "a[1]=%s" % self.word(depth), "a+=(%s)" % self.array(depth))

    def array(self, depth):
        return self.many(lambda: self.pick("[k]=v", "[1]=%s" % self.word(0), "b", "x" + self.word(max(depth - 1, 0)), '"q r"'),
                         4, self.pick(" ", " ", " # c\n"))

    def simple(self, depth):
        parts = []
        if self.chance(5):
            return "a=(%s)" % self.array(depth)
        while self.chance(15):
            # shfmt takes no array in front of a command.
            parts.append(self.pick("x=", "x=%s" % self.word(depth), "x+=%s" % self.word(depth)))
        if self.chance(5):
            parts.append(self.redirection(depth))
        if self.chance(6):
            return " ".join(parts + [self.pick("declare", "local -a", "export", "readonly"), self.assignment(depth)])
        if not parts or self.chance(70):
            parts.append(self.random.choice(COMMANDS) if self.chance(80) else "$" + self.random.choice(NAMES))
            for _ in range(self.random.randrange(4)):
                parts.append(self.redirection(depth) if self.chance(20) else self.word(depth))
        return self.pick(" ", " ", "  ", " \\\n ").join(parts)

    def compound(self, depth):
        kind = self.random.randrange(14)
        body = lambda: self.list(depth - 1)  # noqa: E731
        end = self.end
        if kind == 0:
            return "( %s )" % self.inner(depth - 1)
        if kind == 1:
            return "{ %s%s }" % (body(), end())
        if kind == 2:
            text = "if %s%s then %s%s" % (body(), end(), body(), end())
            if self.chance(30):
                text += " elif %s%s then %s%s" % (body(), end(), body(), end())
            if self.chance(40):
                text += " else %s%s" % (body(), end())
            return text + " fi"
        if kind == 3:
            return "%s %s%s do %s%s done" % (self.pick("while", "until"), body(), end(), body(), end())
        if kind == 4:
            words = self.many(lambda: self.word(1), 3)
            return "%s x in %s; do %s%s done" % (self.pick("for", "select"), words, body(), end())
        if kind == 5:
            return "for x%s do %s%s done" % (self.lines(";", "\n"), body(), end())
        if kind == 6:
            return "for ((i=0; i<$n; i++))%s do %s%s done" % (self.pick(";", ""), body(), end())
        if kind == 7:
            items = ""
            for _ in range(self.random.randrange(4)):
                items += "%s%s) %s%s " % (self.pick("", "("), self.many(lambda: self.pick("a", "*", "'x'", "[a-z]*", '"$y"', "b?"), 3, "|"),
                                          self.pick("", body()), self.lines(" ;;", "\n;;", " ;&", " ;;&"))
            return "case %s in %s esac" % (self.word(1), items)
        if kind == 8:
            return "%s { %s%s }" % (self.pick("f()", "f ()", "function f", "function f()"), body(), end())
        if kind == 9:
            return "[[ %s ]]" % self.test(2)
        if kind == 10:
            return "((%s))" % self.pick("x++", "x = (1 + 2)", "$x > 1", "a[1] += 2", " (x) ", "x<<1", "$(echo 1)")
        if kind == 11:
            return "( (%s) %s (%s))" % (self.simple_inner(), self.pick("||", "&&", ";", "|"), self.simple_inner())
        if kind == 12:
            return "coproc %s" % self.pick("{ a b; }", "N { x; }")
        return "(%s)" % self.inner(depth - 1)

    def simple_inner(self):
        return self.pick("a", "b c", "echo 'x'", 'echo "$y"')

    def test(self, depth):
        if depth and self.chance(40):
            return self.pick("%s && %s", "%s || %s", "! %s && ( %s )", "( %s || %s )") % (self.test(depth - 1), self.test(depth - 1))
        return self.pick("-f $x", "-n \"$x\"", "$x == a*", "$x != 'b'", "$x =~ ^(a|b)+$", "a < b", "$x -eq 1", "-z ${x:-}", "$x",
                         "$x = [ab]*", "a =~ [[:space:]](x y)z", "$(echo a) == b")

    def command(self, depth):
        if depth > 0 and self.chance(30):
            text = self.compound(depth)
            if self.chance(15) and not text.startswith("coproc"):
                text += " " + self.redirection(0)
            return text
        return self.simple(depth)

    def pipeline(self, depth):
        prefix = self.pick("", "", "", "", "", "", "! ", "time ", "time -p ")
        parts = [self.command(depth)]
        while self.chance(20):
            parts.append(self.lines("|", " | ", " |& ", " |\n"))
            parts.append(self.command(depth))
        return prefix + "".join(parts)

    def list(self, depth):
        parts = [self.pipeline(depth)]
        while self.chance(30):
            parts.append(self.lines(" && ", " || ", "; ", " & ", "&&", "\n", " &&\n", " # c\n"))
            parts.append(self.pipeline(depth))
        return "".join(parts)

    def script(self):
        text = ""
        for _ in range(self.random.randint(1, 4)):
            text += self.list(3) + self.newline()
        return text


def scripts(seed, count):
    return [Maker(seed * 1000003 + number).script().encode("utf-8") for number in range(count)]


def mutations(seed, count, sources):
    chooser = random.Random(seed)
    noise = [b"'", b'"', b"`", b"$", b"(", b")", b"{", b"}", b";", b"&", b"|", b"<", b">", b"\\", b"\n", b" ", b"#",
             b"[", b"]", b"!", b"=", b"((", b"))", b"$(", b"${", b"<<E\n", b" fi ", b" do ", b"\nEOF\n", b";;", b" in "]
    result = []
    for _ in range(count):
        text = chooser.choice(sources)
        for _ in range(chooser.randint(1, 2)):
            at = chooser.randrange(len(text) + 1)
            action = chooser.randrange(3)
            if action == 0:
                text = text[:at] + chooser.choice(noise) + text[at:]
            elif action == 1:
                text = text[:at] + text[at + chooser.randint(1, 3):]
            else:
                text = text[:at]
        result.append(text)
    return result
