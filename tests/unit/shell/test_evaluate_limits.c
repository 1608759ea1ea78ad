/* What a text can make the evaluator do is bounded: each of these ends soon, in little memory, and says why. */
#include <criterion/criterion.h>

#include <string.h>

#include "evaluation.h"

#define MEMORY ((size_t)96 << 20)

static struct str repeated(struct arena *arena, const char *piece, size_t count)
{
    struct buf out = buf_new(arena, 8u << 20);

    for (size_t i = 0; i < count; i++)
        buf_add(&out, str_from(piece));
    return buf_str(&out);
}

static void assert_limit(struct arena *arena, struct str text, const char *message)
{
    struct err e = ERR_NONE;
    size_t count;

    cr_assert_not(evaluation_count(arena, text, &count, &e));
    cr_expect_eq(e.kind, ERR_LIMIT, "%s", e.message);
    cr_expect(strstr(e.message, message), "%s", e.message);
    cr_expect_leq(count, SHELL_COMMANDS_MAX);
}

static size_t count_of(struct arena *arena, struct str text)
{
    struct err e = ERR_NONE;
    size_t count;

    cr_assert(evaluation_count(arena, text, &count, &e), "%s", e.message);
    return count;
}

Test(evaluate_limits, loops_of_loops_of_literals)
{
    ARENA(arena, MEMORY);
    assert_limit(
        &arena,
        STR("for a in {1..60}; do for b in {1..60}; do for c in {1..60}; do x; done; done; "
            "done"),
        "more than 20000 commands");
}

Test(evaluate_limits, functions_that_call_themselves_twice)
{
    ARENA(arena, MEMORY);
    cr_assert_leq(count_of(&arena, STR("f() { a; f; f; }; f")), 3);
    assert_limit(&arena, STR("f() { a; f \"x$1\"; f \"y$1\"; }; f"), "more than 60000 steps");
    assert_limit(&arena, STR("f() { f \"x$1\"; f \"y$1\"; }; f"), "more than 60000 steps");
}

Test(evaluate_limits, functions_that_call_each_other)
{
    ARENA(arena, MEMORY);
    struct buf text = buf_new(&arena, 65536);
    for (int i = 0; i < 40; i++)
        buf_printf(&text, "f%d() { f%d; f%d; }\n", i, i + 1, i + 1);
    buf_add(&text, STR("f40() { a; }; f0"));
    assert_limit(&arena, buf_str(&text), "texts and calls nested deeper than 24");
}

Test(evaluate_limits, braces)
{
    ARENA(arena, MEMORY);
    cr_assert_eq(count_of(&arena, STR("x {1..99999}")), 1);
    cr_assert_eq(count_of(&arena, STR("x {a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,"
                                      "b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}")),
                 1);
    cr_assert_eq(count_of(&arena, STR("for i in {1..50}{1..50}{1..50}; do x $i; done")), 1);
}

Test(evaluate_limits, strings_that_double)
{
    ARENA(arena, MEMORY);
    struct str text = repeated(&arena, "x=$x$x\n", 5000);
    struct str parts[2] = {STR("x=aaaaaaaaaaaaaaaa\n"), text};
    cr_assert_eq(count_of(&arena, str_join(&arena, parts, 2, STR(""))), 0);
    assert_limit(
        &arena,
        str_join(&arena,
                 (struct str[]){STR("x=aaaaaaaaaaaaaaaa\n"), repeated(&arena, "x=$x$x\n", 15),
                                repeated(&arena, "y=$x$x\n", 5000)},
                 3, STR("")),
        "values need more than");
}

Test(evaluate_limits, arrays_that_double)
{
    ARENA(arena, MEMORY);
    struct str text = repeated(&arena, "x=(\"${x[@]}\" \"${x[@]}\")\n", 200);
    struct str parts[2] = {STR("x=(a b)\n"), text};
    struct err e = ERR_NONE;
    size_t count;

    if (!evaluation_count(&arena, str_join(&arena, parts, 2, STR("")), &count, &e))
        cr_assert_eq(e.kind, ERR_LIMIT, "%s", e.message);
}

Test(evaluate_limits, branches_that_multiply_values)
{
    ARENA(arena, MEMORY);
    struct buf text = buf_new(&arena, 65536);
    for (int i = 0; i < 100; i++)
        buf_printf(&text, "if a; then v=$v%d; fi\n", i);
    buf_add(&text, STR("x $v"));
    cr_assert_leq(count_of(&arena, buf_str(&text)), 200);
}

Test(evaluate_limits, loops_in_loops_of_unknown_length)
{
    ARENA(arena, MEMORY);
    struct buf text = buf_new(&arena, 65536);
    for (int i = 0; i < 60; i++)
        buf_printf(&text, "v%d=0; while a; do v%d=$((v%d+1)); ", i, i, i);
    buf_add(&text, STR("x; "));
    buf_add(&text, repeated(&arena, "done; ", 60));
    assert_limit(&arena, buf_str(&text), "more than");
}

Test(evaluate_limits, many_choices_in_one_command)
{
    ARENA(arena, MEMORY);
    struct buf text = buf_new(&arena, 1u << 20);
    buf_add(&text, STR("run "));
    for (int i = 0; i < 8000; i++)
        buf_printf(&text, "${X%d:-a} $()", i);
    cr_assert_eq(count_of(&arena, buf_str(&text)), 2);
}

Test(evaluate_limits, arguments_that_double)
{
    ARENA(arena, MEMORY);
    assert_limit(&arena, STR("f() { f \"$@\" \"$@\"; f \"$@\" x; }; f a b"), "");
}

Test(evaluate_limits, long_chains)
{
    ARENA(arena, MEMORY);
    struct buf text = buf_new(&arena, 1u << 20);
    for (int i = 0; i < 8000; i++)
        buf_printf(&text, "X%d=1 && ", i);
    buf_add(&text, STR("run $X7"));
    cr_assert_eq(count_of(&arena, buf_str(&text)), 1);
}

Test(evaluate_limits, texts_in_texts)
{
    ARENA(arena, MEMORY);
    assert_limit(&arena, STR("f='eval \"$f\"'; eval \"$f\""), "texts and calls nested deeper");
    assert_limit(&arena, STR("f='eval \"$f\"; eval \"$f\"'; eval \"$f\""), "nested deeper");
}

Test(evaluate_limits, nesting_through_functions)
{
    ARENA(arena, MEMORY);
    struct buf text = buf_new(&arena, 1u << 20);
    for (int i = 0; i < 10; i++)
        buf_printf(&text, "f%d() { " STR_FMT "f%d" STR_FMT "; }\n", i,
                   STR_ARG(repeated(&arena, "{ ", 80)), i + 1,
                   STR_ARG(repeated(&arena, "; }", 80)));
    buf_add(&text, STR("f10() { a; }; f0"));
    assert_limit(&arena, buf_str(&text), "commands nested deeper than");
}

Test(evaluate_limits, patterns_that_backtrack)
{
    ARENA(arena, MEMORY);
    struct str a = repeated(&arena, "a", 4000), star = repeated(&arena, "*a", 100);
    struct str text = str_printf(&arena,
                                 "x=" STR_FMT "; for i in {1..60}; do y ${x%%" STR_FMT
                                 "b} ${x//" STR_FMT "b/c}; done",
                                 STR_ARG(a), STR_ARG(star), STR_ARG(star));
    cr_assert_leq(count_of(&arena, text), 60);
}

Test(evaluate_limits, a_long_here_document_is_not_copied)
{
    ARENA(arena, MEMORY);
    struct str body = repeated(&arena, "INSERT INTO t VALUES ('a', 1);\n", 100000);
    struct str text = str_printf(&arena, "cat > x.sql <<'EOF'\n" STR_FMT "EOF\n", STR_ARG(body));
    size_t before = arena.used;

    cr_assert_eq(count_of(&arena, text), 1);
    cr_assert_lt(arena.used - before, 1u << 20);
}

Test(evaluate_limits, a_failure_in_an_inner_text_leaves_the_outer_one_usable)
{
    ARENA(arena, MEMORY);
    struct str result = evaluation_of(&arena, STR("eval 'if'; b"));
    cr_assert(str_starts(result, STR("eval if\nerror: ")), STR_FMT, STR_ARG(result));
}
