#include <criterion/criterion.h>
#include <string.h>

#include "shell/syntax.h"

/* Linearity is shown by what the parser takes from the arena, which grows with all that it reads or builds, and for text
 * that is read in vain by its own budget; never by a clock. */

static struct str repeat(struct arena *arena, struct str unit, size_t count)
{
    char *bytes = arena_alloc(arena, unit.length * count + 1);

    for (size_t i = 0; i < count; i++)
        memcpy(bytes + i * unit.length, unit.bytes, unit.length);
    return str_of(bytes, unit.length * count);
}

static struct str join(struct arena *arena, struct str a, struct str b, struct str c)
{
    struct str parts[] = {a, b, c};

    return str_join(arena, parts, 3, STR(""));
}

static enum err_kind parse_kind(struct str text, const char *message, size_t *ret_used)
{
    ARENA(arena, (size_t)1 << 30);
    struct shell_list list;
    struct err e = ERR_NONE;
    bool ok = shell_parse(&arena, text, &list, &e);

    *ret_used = arena.used;
    if (ok)
        return ERR_NO_ERROR;
    if (message)
        cr_expect(strstr(e.message, message), "wanted %s, got %s", message, e.message);
    return e.kind;
}

Test(limits, text_that_is_too_large_is_refused)
{
    ARENA(arena, (size_t)64 << 20);
    size_t used;

    cr_assert_eq(parse_kind(repeat(&arena, STR("a"), SHELL_TEXT_MAX), NULL, &used), ERR_NO_ERROR);
    cr_assert_eq(parse_kind(repeat(&arena, STR("a"), SHELL_TEXT_MAX + 1), "is larger than", &used),
                 ERR_LIMIT);
}

/* What can be nested: before, the unit that nests, and after, each deep enough to overflow a stack that nobody guards. */
static const char *const NESTING[][3] = {
    {"", "$(", ""},
    {"", "\"$(", ""},
    {"", "${x:-", ""},
    {"", "\"${x:-", ""},
    {"", "$((", ""},
    {"", "$[", ""},
    {"", "(", ""},
    {"", "( (", ""},
    {"", "{ ", ""},
    {"", "if ", ""},
    {"", "while ", ""},
    {"", "f() { ", ""},
    {"", "<(a ", ""},
    {"", "case x in a) ", ""},
    {"", "coproc { ", ""},
    {"", "! ( ", ""},
    {"", "until ", ""},
    {"", "for x in a; do ", ""},
    {"", "function f { ", ""},
    {"", "$((x+$((", ""},
    {"", "${x/a/", ""},
    {"", "${x[${x[", ""},
    {"", "((", ""},
    {"", "time { ", ""},
    {"", "a[$(", ""},
    {"", "a && (", ""},
    {"", "a | (", ""},
    {"", "x=$(", ""},
    {"", "${ ", ""},
    {"", "${x:${x:", ""},
    {"[[ ", "( ", ""},
    {"cat <<E\n", "$(", "\nE\n"},
    {"", "a=($(", ""},
    {"", "select x in b; do if ", ""},
};

Test(limits, deep_nesting_is_refused_and_never_crashes)
{
    ARENA(arena, (size_t)512 << 20);

    for (size_t i = 0; i < COUNT_OF(NESTING); i++) {
        size_t used;
        struct str middle = repeat(&arena, str_from(NESTING[i][1]), 100000);
        struct str text = join(&arena, str_from(NESTING[i][0]), middle, str_from(NESTING[i][2]));
        cr_expect_eq(parse_kind(text, NULL, &used), ERR_LIMIT, "%s", NESTING[i][1]);
        cr_expect_lt(used, (size_t)16 << 20, "%s took %zu", NESTING[i][1], used);
    }
    size_t used;
    struct str braces = join(&arena, STR("echo "), repeat(&arena, STR("{a,"), 1000),
                             repeat(&arena, STR("b}"), 1000));
    cr_expect_eq(parse_kind(braces, "nested too deeply", &used), ERR_LIMIT);
}

/* What looks like nesting and is none, to any length. */
static const char *const FLAT[] = {"{a,{b,", "``", "{", "@(a)", "\\(", "'('", "[", "x{a,b}"};

Test(limits, what_does_not_nest_is_not_refused)
{
    ARENA(arena, (size_t)64 << 20);

    for (size_t i = 0; i < COUNT_OF(FLAT); i++) {
        size_t used;
        struct str text =
            join(&arena, STR("echo "), repeat(&arena, str_from(FLAT[i]), 20000), STR(""));
        cr_expect_eq(parse_kind(text, "nothing", &used), ERR_NO_ERROR, "%s", FLAT[i]);
    }
}

Test(limits, nesting_is_allowed_up_to_the_limit)
{
    ARENA(arena, (size_t)16 << 20);
    size_t used;
    struct str open = STR("echo $("), close = STR(")");

    for (size_t depth = SHELL_NESTING_MAX - 1; depth <= SHELL_NESTING_MAX + 1; depth++) {
        struct str text =
            join(&arena, repeat(&arena, open, depth), STR("a"), repeat(&arena, close, depth));
        cr_expect_eq(parse_kind(text, "nested too deeply", &used),
                     depth <= SHELL_NESTING_MAX ? ERR_NO_ERROR : ERR_LIMIT, "%zu", depth);
    }
}

Test(limits, too_many_words_are_refused)
{
    ARENA(arena, (size_t)16 << 20);
    size_t used;

    cr_assert_eq(parse_kind(repeat(&arena, STR("a "), 50000), NULL, &used), ERR_NO_ERROR);
    cr_assert_eq(parse_kind(repeat(&arena, STR("a "), 500000), "too many words", &used), ERR_LIMIT);
}

struct growth {
    const char *before, *unit, *after;
    size_t count;
};

/* Each is parsed at one size and at four times that. */
static const struct growth GROWTH[] = {
    {"", "a ", "", 8000},
    {"", "a;", "", 4000},
    {"", "a\n", "", 4000},
    {"cat <<E\n", "some text of a line\n", "E\n", 20000},
    {"cat <<'E'\n", "some $text of a line\n", "E\n", 20000},
    {"cat <<-E\n", "\ttext\n", "E\n", 20000},
    {"cat <<E\n", "$a `b`\n", "E\n", 2000},
    {"cat <<E\n", "text \\\n", "\nE\n", 10000},
    {"a ", "<<E ", "\n", 2000},
    {"", "cat <<E\nx\nE\n", "", 2000},
    {"echo \"", "$x", "\"", 8000},
    {"echo \"", "\\\"", "\"", 20000},
    {"echo '", "x\n", "'", 20000},
    {"a=(", "[k]=v ", ")", 4000},
    {"a=(", "[k] ", ")", 2000},
    {"echo {", "a,", "b}", 8000},
    {"echo ", "{", "", 20000},
    {"echo ", "{a,", "", 10000},
    {"echo ", "{a}", "", 10000},
    {"", "((a); b);", "", 500},
    {"", "echo $((a); b);", "", 500},
    {"", "if a; then b; fi;", "", 1000},
    {"if a; then b;", "elif a; then b;", "fi", 1000},
    {"case x in ", "a) b;;", "esac", 2000},
    {"[[ a ", "&& b ", "]]", 4000},
    {"a ", "&& b ", "", 4000},
    {"a ", "| b ", "", 4000},
    {"", "! ", "a", 20000},
    {"echo ", "\\\n", "", 20000},
    {"echo $((", "1+", "1))", 20000},
    {"echo ${x:-", "a b ", "}", 10000},
    {"a", "[1]", "=b", 10000},
    {"", "#note\n", "", 20000},
    {"echo `", "a b;", "`", 1000},
    {"cat <<E\n", "`x y\n", "E\n", 1000},
};

Test(limits, memory_grows_with_the_text)
{
    ARENA(arena, (size_t)256 << 20);

    for (size_t i = 0; i < COUNT_OF(GROWTH); i++) {
        const struct growth *growth = &GROWTH[i];
        size_t small = 0, large = 0;
        for (size_t factor = 1; factor <= 4; factor += 3) {
            struct str text = join(&arena, str_from(growth->before),
                                   repeat(&arena, str_from(growth->unit), growth->count * factor),
                                   str_from(growth->after));
            enum err_kind kind = parse_kind(text, NULL, factor == 1 ? &small : &large);
            cr_expect(kind != ERR_LIMIT, "%s is too much at %zu", growth->unit,
                      growth->count * factor);
        }
        cr_expect_leq(large, 5 * small + 65536, "%s: %zu grew to %zu", growth->unit, small, large);
    }
}

/* Guesses that fail cost a budget: these would be read again and again. */
static const char *const VAIN[] = {"cat <<E\n", "$(a\n",  "cat <<E\n", "${a\n",
                                   "cat <<E\n", "$((a\n", "",          "a[b "};

Test(limits, reading_in_vain_is_bounded)
{
    ARENA(arena, (size_t)256 << 20);

    for (size_t i = 0; i < COUNT_OF(VAIN); i += 2) {
        size_t small, large;
        struct str first =
            join(&arena, str_from(VAIN[i]), repeat(&arena, str_from(VAIN[i + 1]), 10000), STR(""));
        struct str second =
            join(&arena, str_from(VAIN[i]), repeat(&arena, str_from(VAIN[i + 1]), 40000), STR(""));
        parse_kind(first, NULL, &small);
        parse_kind(second, NULL, &large);
        cr_expect_leq(large, 5 * small + 65536, "%s: %zu grew to %zu", VAIN[i + 1], small, large);
    }
}

Test(limits, a_literal_here_document_is_one_part_that_is_not_copied)
{
    ARENA(arena, (size_t)64 << 20);
    size_t used;
    struct str body = repeat(&arena, STR("line of text that says nothing\n"), 130000);

    cr_assert_eq(parse_kind(join(&arena, STR("cat <<E\n"), body, STR("E\n")), NULL, &used),
                 ERR_NO_ERROR);
    cr_expect_lt(used, 65536, "took %zu", used);
    cr_assert_eq(parse_kind(join(&arena, STR("cat <<'E'\n"), body, STR("E\n")), NULL, &used),
                 ERR_NO_ERROR);
    cr_expect_lt(used, 65536, "took %zu", used);
}
