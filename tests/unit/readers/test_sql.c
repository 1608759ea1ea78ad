/* SQL files as statements, and what a statement may nest. */
#include <criterion/criterion.h>

#include "base/buf.h"
#include "readers/sql_schema.h"
#include "readers/sql_split.h"

static bool read_text(void *self, struct str path, struct str *ret_bytes)
{
    (void)path;
    *ret_bytes = *(struct str *)self;
    return true;
}

static void read_schema(struct arena *arena, struct str text, struct schema *schema)
{
    struct source_files files = {.self = &text, .read = read_text};
    struct strs paths = {0};
    struct err e = ERR_NONE;

    VEC_PUSH(arena, &paths, STR("schema.sql"));
    cr_assert(sql_schema_read(arena, &files, &paths, schema, &e), "%s", e.message);
}

static void expect_statement(struct sql_split *split, const char *text, size_t line)
{
    struct sql_statement statement = {0};

    cr_assert(sql_split_next(split, &statement), "there is no statement: %s", text);
    cr_expect(str_eq(statement.text, str_from(text)), "\"" STR_FMT "\" instead of \"%s\"",
              STR_ARG(statement.text), text);
    cr_expect_eq(statement.line, line);
}

static void expect_end(struct sql_split *split)
{
    struct sql_statement statement;

    cr_expect_not(sql_split_next(split, &statement));
}

Test(sql_split, semicolons_in_strings_names_comments_and_bodies_end_nothing)
{
    struct sql_split split = {
        .text = STR(
            "\xef\xbb\xbf-- one; two\n\nSELECT ';', \"a;b\", E'it\\';s', $x$ ; $$ ; $x$ /* ; /* ; "
            "*/ ; */;;\n  SELECT 2")};

    expect_statement(&split, "SELECT ';', \"a;b\", E'it\\';s', $x$ ; $$ ; $x$ /* ; /* ; */ ; */",
                     3);
    expect_statement(&split, "SELECT 2", 4);
    expect_end(&split);
}

Test(sql_split, a_function_of_statements_is_one)
{
    struct sql_split split = {
        .text = STR(
            "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN a THEN 1 END; SELECT "
            "2; END;\nSELECT 3;")};

    expect_statement(&split,
                     "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN a THEN 1 END; "
                     "SELECT 2; END",
                     1);
    expect_statement(&split, "SELECT 3", 2);
    expect_end(&split);
}

Test(sql_split, what_is_for_psql_is_left_out)
{
    struct sql_split split = {.text =
                                  STR("\\restrict x\nCOPY a (b) FROM stdin;\n1;\n\\\\.\n'\n\\.\n"
                                      "\\unrestrict x\nSELECT 1;\n")};

    expect_statement(&split, "COPY a (b) FROM stdin", 2);
    expect_statement(&split, "SELECT 1", 8);
    expect_end(&split);
}

Test(sql_split, what_is_not_closed_ends_with_the_text)
{
    static const char *const texts[] = {"SELECT 'a;", "SELECT \"a;", "SELECT $a$;",
                                        "SELECT 1 /* ;"};

    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct sql_split split = {.text = str_from(texts[i])};
        expect_statement(&split, texts[i], 1);
        expect_end(&split);
    }
}

static void read_sum(struct arena *arena, unsigned terms, struct schema *schema)
{
    struct buf text = buf_new(arena, (size_t)1 << 20);

    buf_add(&text, STR("CREATE TABLE a (b int DEFAULT 1"));
    for (unsigned i = 0; i < terms; i++)
        buf_add(&text, STR("+1"));
    buf_add(&text, STR(", c int);"));
    read_schema(arena, buf_str(&text), schema);
    cr_assert_eq(schema->tables.count, 1);
    cr_assert_eq(schema->tables.items[0].columns.count, 2);
}

/* 8,000 terms: a tree so deep that the usual stack does not hold it in all its forms. */
Test(sql_schema, a_long_sum_is_read)
{
    ARENA(arena, (size_t)512 << 20);
    struct schema schema = {0}, deep = {0};

    /* "((1 + 1) + 1) + 1" */
    read_sum(&arena, 500, &schema);
    cr_expect_eq(schema.tables.items[0].columns.items[0].default_value.length, 500 * 6 - 1);
    read_sum(&arena, 8000, &deep);
    cr_expect(deep.tables.items[0].columns.items[0].unread_default);
    cr_assert_eq(schema.unread.count, 0);
    cr_assert_eq(deep.unread.count, 1);
    cr_expect(str_ends(deep.unread.items[0].what, STR("the default of b cannot be written")));
}

Test(sql_schema, what_nests_too_deep_or_is_too_long_is_said)
{
    static const struct {
        const char *piece;
        unsigned count;
        const char *says;
    } cases[] = {{"(", 50000, "memory exhausted"}, {"1+", 80000, "longer than what is parsed"}};

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        ARENA(arena, (size_t)512 << 20);
        struct buf text = buf_new(&arena, (size_t)1 << 20);
        struct schema schema = {0};
        buf_add(&text, STR("CREATE TABLE z (y int);\nCREATE TABLE a (b int DEFAULT "));
        for (unsigned j = 0; j < cases[i].count; j++)
            buf_add(&text, str_from(cases[i].piece));
        buf_add(&text, STR("1);"));
        read_schema(&arena, buf_str(&text), &schema);
        cr_assert_eq(schema.unread.count, 1);
        cr_expect(str_contains(schema.unread.items[0].what, str_from(cases[i].says)), STR_FMT,
                  STR_ARG(schema.unread.items[0].what));
        cr_expect_eq(schema.unread.items[0].place.line, 2);
        cr_assert_eq(schema.tables.count, 2);
        cr_expect(schema.tables.items[1].partial);
    }
}

Test(sql_schema, made_up_names_are_cut_as_postgresql_cuts_them)
{
    ARENA(arena, 1u << 20);
    struct str table = STR("a_table_whose_name_is_forty_characters_x");
    struct str column = STR("a_column_whose_name_is_long_as_well_yes");
    struct str name = sql_made_up_name(&arena, table, column, "fkey");

    cr_expect_eq(name.length, 63);
    cr_expect(str_eq(name, STR("a_table_whose_name_is_forty_c_a_column_whose_name_is_long__fkey")),
              STR_FMT, STR_ARG(name));
    cr_expect(str_eq(sql_made_up_name(&arena, STR("shop.orders"), STR("user_id"), "fkey"),
                     STR("orders_user_id_fkey")));
}
