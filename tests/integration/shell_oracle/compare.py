"""The comparison behind ./run: see there."""
import argparse
import concurrent.futures
import glob
import hashlib
import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import generate  # noqa: E402

SAMPLE = 200  # scripts of this machine in an ordinary run
# How many scripts that bash refuses may be accepted: it refuses some by quirks of its tokeniser (an array within $(…) is
# read twice, `time` directly behind $( is a program), and to see a command that will not run is harmless.
LAX = 0.02
# shfmt takes a # directly behind a quote or an expansion for a comment, and `!(` for a pattern where it is a negation.
MISREAD_BY_SHFMT = re.compile(rb"[\"'`)}\]!$?@*\w]#|!\(")
CLEAN = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C"}


def start(command, text):
    return subprocess.run(command, input=text, capture_output=True, env=CLEAN, timeout=60)


def bash_accepts(text):
    """Exit status 0 and no complaint: bash -n forgives [[ ]] although it finds its errors."""
    for options in ([], ["-O", "extglob"]):
        done = start(["bash", *options, "-n"], text)
        complaints = [line for line in done.stderr.splitlines() if b"warning:" not in line]
        if done.returncode == 0 and not complaints:
            return True, ""
    return False, done.stderr.decode("latin-1").strip().splitlines()[:1]


def bash_stops_silently(text):
    """Within a broken `for ((` bash 5.2 takes the rest of the script for its end, and says nothing."""
    return bash_accepts(text + b"\n;;\n")[0]


def our_commands(program, text):
    done = start([program], text)
    output = done.stdout.decode("ascii", "replace")
    if done.returncode == 0:
        return sorted(tuple(json.loads(line)) for line in output.splitlines()), None
    if done.returncode == 1 and output.startswith("error "):
        return None, output.strip()
    return None, "CRASH %d %s" % (done.returncode, done.stderr.decode("latin-1")[-600:])


def shfmt_commands(text):
    done = start(["shfmt", "-ln", "bash", "--to-json"], text)
    if done.returncode != 0:
        return None, done.stderr.decode("latin-1").strip()
    found = []
    source = text.decode("latin-1")

    def words_of(node):
        kind = node.get("Type")
        if kind == "CallExpr":
            return node.get("Args") or []
        if kind == "DeclClause":
            return [node["Variant"], *(node.get("Args") or [])]
        return []

    def span(node):
        return source[node["Pos"]["Offset"]:node["End"]["Offset"]]

    stack = [json.loads(done.stdout)]
    while stack:
        node = stack.pop()
        if isinstance(node, list):
            stack.extend(node)
        elif isinstance(node, dict):
            words = words_of(node)
            if words:
                found.append((words[0]["Pos"]["Offset"], *(span(word) for word in words)))
            elif node.get("Type") == "LetClause":
                found.append((node["Let"]["Offset"], "let"))
            stack.extend(node.values())
    return sorted(found), None


def comparable(commands, text):
    """`let` is a statement of its own to shfmt: its arguments are left out. A continued line within a word is one word.
    Within backquotes an escaped byte begins at its backslash here, behind it in shfmt."""
    result = []
    source = text.decode("latin-1")
    for offset, *words in commands:
        if words[0] == "let":
            words = words[:1]
        words = [word.replace("\\\n", "").strip() for word in words]
        if "`" in source:
            words = [re.sub(r"\\(?=[$`\\\\]|$)", "", word) for word in words]
            while source[offset] == "\\" and source[offset + 1] in "$`\\":
                offset += 1
        result.append((offset, *words))
    return sorted(result)


def compare(case):
    """(acceptance agrees or None, commands agree or None, detail)"""
    program, name, text, known = case
    accepted, complaint = bash_accepts(text)
    ours, error = our_commands(program, text)
    if error and error.startswith("CRASH"):
        return name, accepted, False, False, error
    if accepted and ours is None and b"for ((" in text and bash_stops_silently(text):
        accepted = False
    if accepted != (ours is not None):
        detail = error if accepted else "accepted, but bash says %s" % complaint
        return name, accepted, False, None, detail
    if ours is None or known or (not os.path.isabs(name) and MISREAD_BY_SHFMT.search(text)):
        return name, accepted, True, None, ""
    theirs, trouble = shfmt_commands(text)
    if theirs is None:
        return name, accepted, True, None, "shfmt: %s" % trouble
    ours, theirs = comparable(ours, text), comparable(theirs, text)
    if ours == theirs:
        return name, accepted, True, True, ""
    only_ours = [c for c in ours if c not in theirs][:2]
    only_theirs = [c for c in theirs if c not in ours][:2]
    return name, accepted, True, False, "only here %r; only shfmt %r" % (only_ours, only_theirs)


def is_script(path):
    try:
        if os.path.islink(path) or not os.path.isfile(path) or os.path.getsize(path) > 1 << 20:
            return False
        with open(path, "rb") as file:
            first = file.readline(200)
    except OSError:
        return False
    if re.match(rb"#! ?/(usr/)?bin/(env )?(ba|da)?sh\b", first):
        return True
    return path.endswith((".sh", ".bash")) and not first.startswith(b"#!")


def collected():
    paths = set()
    for pattern in ("preinst", "postinst", "prerm", "postrm"):
        paths.update(glob.glob("/var/lib/dpkg/info/*." + pattern))
    for folder in ("/usr/bin", "/usr/sbin"):
        paths.update(glob.glob(folder + "/*"))
    # os.walk, as it does not follow symbolic links round in circles.
    for top in ("/etc", "/usr/share", "/usr/lib"):
        for folder, folders, names in os.walk(top):
            folders[:] = [name for name in folders if name not in ("doc", "locale", "man", "icons", "python3")]
            if top == "/etc" or folder.endswith("bash-completion/completions"):
                paths.update(os.path.join(folder, name) for name in names)
            else:
                paths.update(os.path.join(folder, name) for name in names if name.endswith((".sh", ".bash")))
    return sorted(path for path in paths
                  if "/bash-completion/" in path and os.path.isfile(path) or is_script(path))


def known_differences(path):
    """Lines `digest  reason`: scripts that shfmt reads wrongly or not at all. A reason is needed."""
    known = {}
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            for line in file:
                if line.strip() and not line.startswith("#"):
                    digest, reason = line.split(None, 1)
                    known[digest] = reason
    return known


def cases_of(options):
    known = known_differences(os.path.join(HERE, "../../corpus/shell/known_differences"))
    paths = options.files or collected()
    if not options.full and not options.files and len(paths) > SAMPLE:
        # By digest of the name: the same sample each time, spread over all folders.
        paths = sorted(paths, key=lambda path: hashlib.sha256(path.encode()).digest())[:SAMPLE]
    program = os.path.join(options.build, "shell-parse")
    texts = {}
    for path in paths:
        with open(path, "rb") as file:
            text = file.read()
        # bash reads a script without its NUL bytes; we refuse them.
        if b"\0" not in text:
            texts.setdefault(text, path)
    for text, path in texts.items():
        yield "collected", (program, path, text, known.get(hashlib.sha256(text).hexdigest()[:16]))
    if options.files:
        return
    made = generate.scripts(options.seed, options.generated)
    for number, text in enumerate(made):
        yield "generated", (program, "generated %d" % number, text, None)
    for number, text in enumerate(generate.mutations(options.seed, options.generated, made)):
        yield "mutated", (program, "mutated %d" % number, text, None)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--generated", type=int, default=250)
    parser.add_argument("--show", type=int, default=20, help="differences shown in full")
    parser.add_argument("files", nargs="*")
    options = parser.parse_args()
    groups = {}
    for group, case in cases_of(options):
        groups.setdefault(group, []).append(case)
    number = failed = shown = 0
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for group, cases in groups.items():
            accepted = refused = strict = lax = listed = differ = unread = 0
            for case, result in zip(cases, pool.map(compare, cases)):
                name, bash, acceptance, commands, detail = result
                accepted += bash
                refused += not bash
                strict += bash and not acceptance
                lax += not bash and not acceptance
                listed += commands is True
                differ += commands is False
                unread += acceptance and bash and commands is None
                if (not acceptance or commands is False or detail) and shown < options.show:
                    shown += 1
                    print("# %s: %s" % (name, detail.replace("\n", "\n# ")))
                    if group != "collected":
                        print("#   %r" % case[2].decode("latin-1"))
            points = [(strict == 0 and accepted > 0,
                       "%s scripts: what bash accepts is accepted (%d accepted, %d disagree)"
                       % (group, accepted, strict)),
                      (lax <= len(cases) * LAX,
                       "%s scripts: what bash refuses is refused (%d refused, %d disagree)"
                       % (group, refused, lax)),
                      # What mutations leave is read by shfmt in ways of its own: a word directly behind an array, `$` and a newline.
                      (differ <= (listed * LAX if group == "mutated" else 0) and listed > 0,
                       "%s scripts: simple commands as by shfmt (%d agree, %d differ, %d not compared)"
                       % (group, listed, differ, unread))]
            for fine, text in points:
                number += 1
                failed += not fine
                print("%s %d - %s" % ("ok" if fine else "not ok", number, text))
    print("1..%d" % number)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
