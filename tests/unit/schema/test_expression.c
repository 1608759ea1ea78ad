/* Expressions that are the same to PostgreSQL, and what a hostile one may cost. The server itself is asked by tests/integration/dump_oracle. */
#include <criterion/criterion.h>

#include "schema/expression.h"

#define BUDGET ((size_t)64 << 20)

static struct schema schema;
static struct schema_table table = {.name = STR_INIT("t")};

static void set_up(struct arena *arena)
{
    static const char *const columns[][2] = {
        {"name", "VARCHAR(20)"}, {"code", "CHAR(2)"},
        {"age", "INTEGER"},      {"price", "NUMERIC(8, 2)"},
        {"mood", "mood"},        {"mail", "address"},
        {"Order", "INTEGER"},    {"at", "TIMESTAMP WITH TIME ZONE"}};

    schema = (struct schema){0};
    table.columns = (struct schema_columns){0};
    for (size_t i = 0; i < COUNT_OF(columns); i++)
        VEC_PUSH(arena, &table.columns,
                 (struct schema_column){.name = str_from(columns[i][0]),
                                        .type = str_from(columns[i][1])});
    VEC_PUSH(arena, &schema.domains,
             (struct schema_domain){.name = STR("address"), .type = STR("TEXT")});
}

static bool same(const char *a, const char *b)
{
    ARENA(arena, BUDGET);
    struct expression_scope scope = {.schema = &schema, .table = &table};

    set_up(&arena);
    return expression_same(&scope, str_from(a), &scope, str_from(b));
}

static bool same_value(const char *type, const char *a, const char *b)
{
    ARENA(arena, BUDGET);
    struct expression_scope scope = {.schema = &schema, .table = &table};
    struct str of = str_from(type);

    set_up(&arena);
    return expression_same_value(&scope, str_from(a), of, &scope, str_from(b), of);
}

Test(expression, what_pg_dump_writes_is_what_was_written)
{
    cr_expect(same("name IN ('a', 'b')", "((name)::text = ANY ((ARRAY['a'::character varying, "
                                         "'b'::character varying])::text[]))"));
    cr_expect(same("price > 0", "(price > (0)::numeric)"));
    cr_expect(same("age BETWEEN 1 AND 2", "((age >= 1) AND (age <= 2))"));
    cr_expect(same("name LIKE 'a%'", "((name)::text ~~ 'a%'::text)"));
    cr_expect(same("mood = 'ok'", "(mood = 'ok'::public.mood)"));
    cr_expect(same("mail <> ''", "((mail)::text <> ''::text)"));
    cr_expect(same("at < now() + interval '90 minutes'", "(at < (now() + '01:30:00'::interval))"));
}

Test(expression, a_change_is_one)
{
    cr_expect_not(same("name IN ('a', 'b')", "name IN ('a', 'b', 'c')"));
    cr_expect_not(same("price > 0", "price >= 0"));
    cr_expect_not(same("age = 1 OR age = 2 AND age = 3", "(age = 1 OR age = 2) AND age = 3"));
    cr_expect_not(same("(age + 1) * 2 > 3", "age + 1 * 2 > 3"));
    cr_expect_not(same("age - (1 - 2) > 0", "age - 1 - 2 > 0"));
    cr_expect_not(same("NOT (age > 1)", "age > 1"));
    cr_expect_not(same("age::text = '5'", "age = 5"));
    cr_expect_not(same("code::text = 'a'", "code = 'a'"));
    cr_expect_not(same("price::int > 0", "price > 0"));
    cr_expect_not(same("at < now() + interval '1 day'", "at < now() + interval '24 hours'"));
    cr_expect_not(same("\"Order\" > 0", "Order > 0"));
}

/* What nobody here knows may be anything: a function's arguments, a column that is not there. */
Test(expression, in_doubt_it_is_another)
{
    cr_expect_not(same("own_function('a')", "own_function('a'::text)"));
    cr_expect_not(same("gone = 'a'", "gone = 'a'::text"));
    cr_expect_not(same("age > ALL (SELECT 1)", "age > ALL (SELECT  1)"));
    cr_expect_not(same("name = 'a\\'", "name  = 'a\\'"));
    cr_expect_not(same("name = 'a", "name  = 'a"));
    cr_expect_not(same("`age` > 0", "`age`  > 0"));
}

Test(expression, values_become_what_their_column_is)
{
    cr_expect(same_value("NUMERIC(8, 2)", "0", "(0)::numeric"));
    cr_expect(same_value("JSONB", "'{\"bb\": [1, 2], \"a\": {}}'", "'{\"a\":{},\"bb\":[1,2]}'"));
    cr_expect(same_value("INTERVAL", "'1 hour'", "'01:00:00'"));
    cr_expect(same_value("mood[]", "ARRAY['ok']::mood[]", "ARRAY['ok'::public.mood]"));
    cr_expect_not(same_value("NUMERIC", "0", "0.0"));
    cr_expect_not(same_value("JSON", "'{\"a\": 1}'", "'{\"a\":1}'"));
    cr_expect_not(same_value("JSONB", "'{\"a\": 1}'", "'{\"a\": \"1\"}'"));
    cr_expect_not(same_value("JSONB", "'{\"a\": 1, \"a\": 2}'", "'{\"a\": 1,\"a\": 2}'"));
    cr_expect_not(same_value("TEXT", "'1 hour'", "'01:00:00'"));
}

static bool same_around(const char *before, size_t count, const char *middle, const char *after)
{
    ARENA(arena, BUDGET);
    struct expression_scope scope = {.schema = &schema, .table = &table};
    struct buf buf = buf_new(&arena, (size_t)1 << 20);

    set_up(&arena);
    for (size_t i = 0; i < count; i++)
        buf_add(&buf, str_from(before));
    buf_add(&buf, str_from(middle));
    for (size_t i = 0; i < count; i++)
        buf_add(&buf, str_from(after));
    struct str other = str_printf(&arena, STR_FMT " ", STR_ARG(buf_str(&buf)));
    return expression_same(&scope, buf_str(&buf), &scope, other);
}

static bool same_repeated(const char *before, size_t count, const char *end)
{
    return same_around(before, count, end, "");
}

Test(expression, nothing_costs_more_than_its_length)
{
    cr_expect_not(same_repeated("(", 15000, "1"));
    cr_expect_not(same_repeated("- ", 8000, "1"));
    cr_expect_not(same_repeated("NOT ", 4000, "true"));
    cr_expect_not(same_repeated("1+", 8000, "1"));
    cr_expect_not(same_around("(", 90, "age", " BETWEEN 1 AND 2)"), "it doubles at each level");
    cr_expect_not(same_around("1 IN (1, (", 40, "1", " BETWEEN 1 AND 2))"), "so it does in a list");
    cr_expect_not(same_repeated("CASE ", 3000, ""));
    cr_expect_not(same_repeated("position(", 1500, "1"));
    cr_expect_not(same_repeated("a[", 5000, "1"));
    cr_expect_not(same_around("", 1500, "ARRAY[1, 2, 3]", "::int[]::text[]"),
                  "each makes all anew");
    cr_expect(same_repeated("age > 1 AND ", 1000, "true"));
    cr_expect_not(same_repeated("age > 1 AND ", 4000, "true"), "longer than what is read");
}

Test(expression, an_end_may_be_anywhere)
{
    static const char *const texts[] = {
        "name IN ('a', 'b') AND NOT age BETWEEN 1 AND 2 OR CASE name WHEN 'a' THEN 1 ELSE 2 END = "
        "3",
        "position('a' IN name) > 1 AND trim(both 'x' FROM name) <> '' AND extract(year FROM at) > "
        "1",
        "name::character varying(2)[] = ANY (ARRAY['a']::text[]) AND at AT TIME ZONE 'utc' IS NOT "
        "NULL",
        "substring(name FROM 1 FOR 2) COLLATE \"C\" ~~ E'a\\n' AND name OPERATOR(public.=) B'101' "
        "|| -1e5",
        "timestamp with time zone '2020-01-01' < at AND (age, age) = (1, 2) AND t.age IS DISTINCT "
        "FROM 5",
    };

    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct str text = str_from(texts[i]);
        for (size_t length = 0; length <= text.length; length++) {
            ARENA(arena, BUDGET);
            struct expression_scope scope = {.schema = &schema, .table = &table};
            set_up(&arena);
            /* Copies of their own, so that ASan sees their ends. */
            struct str part = str_copy(&arena, str_prefix(text, length));
            struct str spaced = str_printf(&arena, " " STR_FMT, STR_ARG(part));
            (void)expression_same(&scope, part, &scope, spaced);
        }
    }
}
