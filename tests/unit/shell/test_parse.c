#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "dump.h"

static struct str parse_to_text(struct arena *arena, struct str text)
{
    struct buf out = buf_new(arena, 1 << 20);
    struct shell_list list;
    struct err e = ERR_NONE;

    if (!shell_parse(arena, text, &list, &e))
        return str_printf(arena, "error %s", e.message);
    dump_list(&out, &list);
    return str_copy(arena, buf_str(&out));
}

/* Up to the line that is `mark` or begins with it; *rest is left behind that line's start. */
static struct str take_until(struct str *rest, const char *mark)
{
    struct str start = *rest;

    while (rest->length && !str_starts(*rest, str_from(mark)))
        str_cut(rest, '\n');
    struct str taken = str_prefix(start, start.length - rest->length);
    if (taken.length)
        taken.length--; /* the newline in front of the mark */
    return taken;
}

/* Each case of tests/corpus/shell/NAME.txt: === title, text, ---, tree. */
static void run_corpus(const char *name, size_t least)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct str path = str_printf(&arena, "%s/corpus/shell/%s.txt", TESTS_DIRECTORY, name);
    struct str rest;
    struct err e = ERR_NONE;
    size_t cases = 0;

    cr_assert(file_read(&arena, path, FILE_MAX, &rest, &e), "%s", e.message);
    take_until(&rest, "=== ");
    while (rest.length) {
        struct str title = str_cut(&rest, '\n');
        struct str text = take_until(&rest, "---\n");
        str_cut(&rest, '\n');
        struct str expected = str_trim(take_until(&rest, "=== "));
        struct str got = str_trim(parse_to_text(&arena, text));
        cr_expect(str_eq(got, expected), "%s: " STR_FMT "\nwanted " STR_FMT "\ngot    " STR_FMT,
                  name, STR_ARG(title), STR_ARG(expected), STR_ARG(got));
        cases++;
    }
    cr_assert_geq(cases, least, "%s has only %zu cases", name, cases);
}

Test(parse, quoting)
{
    run_corpus("quoting", 10);
}

Test(parse, commands)
{
    run_corpus("commands", 35);
}

Test(parse, expansions)
{
    run_corpus("expansions", 20);
}

Test(parse, here_documents)
{
    run_corpus("here_documents", 19);
}

Test(parse, errors_name_line_and_column)
{
    run_corpus("errors", 30);
}

static void expect_tree(struct str text, const char *expected)
{
    ARENA(arena, 1 << 24);
    struct str got = parse_to_text(&arena, text);

    cr_expect(str_eq(got, str_from(expected)), "wanted %s\ngot " STR_FMT, expected, STR_ARG(got));
}

Test(parse, carriage_returns_are_ordinary_bytes_as_in_bash)
{
    expect_tree(STR("aws s3\r\nb\r\n"), "(aws s3\\x0d); (b\\x0d)");
    expect_tree(STR("if a\r\nthen\r\nb\nfi\r\n"), "error line 5, column 1: unexpected end");
    expect_tree(STR("cat <<E\r\na\nE\r\nb"), "(cat <<E\\x0d=:\"a\\n\"); (b)");
}

Test(parse, nothing_is_a_list_without_commands)
{
    expect_tree(STR(""), "");
    expect_tree(STR_NONE, "");
    expect_tree(STR(" \n# note\n\n"), "");
}

Test(parse, nul_is_refused_with_its_place)
{
    expect_tree(STR("a\nb\0c"), "error line 2, column 2: NUL byte");
}

Test(parse, bytes_outside_of_ascii_are_parts_of_words)
{
    expect_tree(STR("\xC3\xA9\xFF a\xA0"), "(\\xc3\\xa9\\xff a\\xa0)");
}

static void expect_span(struct str text, struct shell_span span, const char *expected)
{
    struct str found = str_slice(text, span.from, span.to);

    cr_expect(str_eq(found, str_from(expected)), "wanted %s, got " STR_FMT, expected,
              STR_ARG(found));
}

Test(parse, spans_and_lines_are_those_of_the_text)
{
    ARENA(arena, 1 << 20);
    struct str text = STR("a b\nx \"$(c d)\" `e \\`f g\\``\ncat <<-E\n\th $(i)\n\tE\n( j ) >k ;l");
    struct shell_list list;
    struct err e = ERR_NONE;

    cr_assert(shell_parse(&arena, text, &list, &e), "%s", e.message);
    const struct shell_node *second = &list.pipelines[1].nodes[0];
    cr_assert_eq(second->line, 2);
    const struct shell_node *inner = &second->words[1].parts[0].list->pipelines[0].nodes[0];
    expect_span(text, inner->span, "c d");
    expect_span(text, second->words[2].span, "`e \\`f g\\``");
    const struct shell_node *outer = &second->words[2].parts[0].list->pipelines[0].nodes[0];
    expect_span(text, outer->words[0].span, "e");
    expect_span(text, outer->words[1].parts[0].list->pipelines[0].nodes[0].span, "f g");
    const struct shell_redirection *here = &list.pipelines[2].nodes[0].redirections.items[0];
    expect_span(text, here->body_span, "\th $(i)\n");
    expect_span(text, here->body->parts[1].list->pipelines[0].nodes[0].span, "i");
    cr_assert_eq(here->body->parts[1].list->pipelines[0].nodes[0].line, 4);
    cr_assert_eq(list.pipelines[3].nodes[0].line, 6);
    expect_span(text, list.pipelines[3].nodes[0].span, "( j ) >k");
}

Test(parse, the_fuzzers_corpus_is_answered)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct str folder = str_printf(&arena, "%s/fuzz/corpus/shell", TESTS_DIRECTORY);
    struct strs names = {0};
    struct err e = ERR_NONE;

    cr_assert(file_list(&arena, folder, &names, &e), "%s", e.message);
    cr_assert_gt(names.count, 0);
    for (size_t i = 0; i < names.count; i++) {
        struct str text;
        struct strs words = {0};
        cr_assert(file_read(&arena, path_join(&arena, folder, names.items[i]), FILE_MAX, &text, &e),
                  "%s", e.message);
        struct str answer = parse_to_text(&arena, text);
        cr_expect(answer.length > 0 || text.length < 64, STR_FMT, STR_ARG(names.items[i]));
        shell_words_of(&arena, text, &words);
    }
}
