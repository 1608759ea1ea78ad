/* tests/corpus/evaluate/NAME.txt: cases, each a line `=== title`, the shell text, a line `---`, and the visits as evaluation.h writes them.
 * HOOKCHECK_WRITE_EXPECTATIONS=1 writes them anew, to be read before they are committed. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "evaluation.h"

struct corpus_case {
    struct str title, text, expected;
};

/* Lines up to one that starts with `mark`. */
static struct str take_until(struct str *rest, struct str mark)
{
    struct str from = *rest, line, before = *rest;

    while (before = *rest, str_next_line(rest, &line))
        if (str_starts(line, mark)) {
            *rest = before;
            break;
        }
    return str_prefix(from, from.length - rest->length);
}

static bool next_case(struct str *rest, struct corpus_case *ret_case)
{
    struct str line;

    take_until(rest, STR("=== "));
    if (!str_next_line(rest, &ret_case->title))
        return false;
    ret_case->text = take_until(rest, STR("---"));
    cr_assert(str_next_line(rest, &line), "%s has no ---", ret_case->title.bytes);
    ret_case->expected = take_until(rest, STR("==="));
    /* The line before --- ends the text. */
    if (str_ends(ret_case->text, STR("\n")))
        ret_case->text.length--;
    return true;
}

static size_t run_file(struct arena *arena, struct str name)
{
    struct str content, rest;
    struct corpus_case test;
    struct err e = ERR_NONE;
    struct buf written = buf_new(arena, FILE_MAX);
    size_t cases = 0;

    cr_assert(file_read(arena, name, FILE_MAX, &content, &e), "%s", e.message);
    rest = content;
    buf_add(&written, take_until(&rest, STR("=== ")));
    while (next_case(&rest, &test)) {
        struct str result = evaluation_of(arena, test.text);
        buf_printf(&written, STR_FMT "\n" STR_FMT "\n---\n" STR_FMT "\n", STR_ARG(test.title),
                   STR_ARG(test.text), STR_ARG(result));
        cases++;
        if (!getenv("HOOKCHECK_WRITE_EXPECTATIONS"))
            cr_expect(str_eq(str_trim(result), str_trim(test.expected)),
                      "%s: " STR_FMT "\n" STR_FMT "\n--- is\n%s--- should be\n" STR_FMT, name.bytes,
                      STR_ARG(test.title), STR_ARG(test.text), str_c(arena, result),
                      STR_ARG(test.expected));
    }
    if (getenv("HOOKCHECK_WRITE_EXPECTATIONS"))
        cr_assert(file_write_atomically(
                      arena, path_join(arena, STR(TESTS_DIRECTORY "/corpus/evaluate"), name),
                      buf_str(&written), 0644, &e),
                  "%s", e.message);
    return cases;
}

Test(evaluate_corpus, each_case_visits_what_is_expected)
{
    struct err e = ERR_NONE;
    size_t cases = 0;
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct strs names = {0};

    cr_assert_eq(chdir(TESTS_DIRECTORY "/corpus/evaluate"), 0);
    cr_assert(file_list(&arena, STR("."), &names, &e), "%s", e.message);
    for (size_t i = 0; i < names.count; i++)
        if (str_ends(names.items[i], STR(".txt")))
            cases += run_file(&arena, names.items[i]);
    cr_assert_geq(cases, 150);
}
