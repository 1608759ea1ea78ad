#include "cr_str.h"

#include "readers/drizzle.h"
#include "readers/ecto.h"
#include "readers/typeorm.h"

/* Files of a test: path and text in turn. */
struct files {
    const char *const *texts;
};

static bool read_file(void *self, struct str path, struct str *ret_bytes)
{
    const struct files *files = self;

    for (size_t i = 0; files->texts[i]; i += 2)
        if (str_eq(path, str_from(files->texts[i]))) {
            *ret_bytes = str_from(files->texts[i + 1]);
            return true;
        }
    return false;
}

/* An exported constant of a.ts. */
static struct script_constant constant_in(struct arena *arena, const char *const *texts,
                                          const char *name)
{
    struct files self = {texts};
    struct source_files files = {.self = &self, .read = read_file};
    struct script_constant constant = {0};
    SCRIPT_TREE(tree, arena, &files);
    struct script_file *file = script_tree_file(tree, STR("a.ts"));

    cr_assert(file != NULL);
    for (size_t i = 0; i < file->bindings.count; i++)
        if (str_eq(file->bindings.items[i].name, str_from(name)))
            constant = script_constant(tree, (struct script_scope){.file = file},
                                       file->bindings.items[i].node);
    if (constant.text.length)
        constant.text = str_copy(arena, constant.text);
    return constant;
}

static void schema_of(struct arena *arena, const char *const *texts, struct schema *schema)
{
    struct files self = {texts};
    struct source_files files = {.self = &self, .read = read_file};
    struct strs paths = {0}, none = {0};
    SCRIPT_TREE(tree, arena, &files);

    for (size_t i = 0; texts[i]; i += 2)
        VEC_PUSH(arena, &paths, str_from(texts[i]));
    strs_sort(&paths);
    typeorm_read(arena, tree, &paths, &none, schema);
    drizzle_read(arena, tree, &paths, &none, schema);
}

Test(typescript, constants_are_folded)
{
    static const struct {
        const char *source, *text;
        enum script_constant_kind kind;
    } rows[] = {
        {"const x = 'a\\n\\u0041\\'';", "a\nA'", SCRIPT_STRING},
        {"const y = 3; const x = `n${y}-${'b'}`;", "n3-b", SCRIPT_STRING},
        {"const x = 'a' + 1 + \"c\";", "a1c", SCRIPT_STRING},
        {"const x = -1_000n;", "-1000", SCRIPT_NUMBER},
        {"const o = { p: { q: 'deep' } } as const; const x = o.p.q;", "deep", SCRIPT_STRING},
        {"enum E { A = 'one', B = 2, C } const x = E.C;", "3", SCRIPT_NUMBER},
        {"const x = (true as boolean)!;", "true", SCRIPT_TRUE},
        {"const x = undefined;", "", SCRIPT_NOTHING},
        {"const x = f();", "", SCRIPT_NOT},
        {"const x = y; const y = x;", "", SCRIPT_NOT},
        {"enum E { A = E.A } const x = E.A;", "", SCRIPT_NOT},
        {"const o = { ...o, k: 'v' }; const x = o.k;", "v", SCRIPT_STRING},
    };
    ARENA(arena, ARENA_DEFAULT_BUDGET);

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *texts[] = {"a.ts", rows[i].source, NULL};
        struct script_constant constant = constant_in(&arena, texts, "x");
        cr_assert_eq(constant.kind, rows[i].kind, "%s: %d", rows[i].source, (int)constant.kind);
        assert_str(constant.text, rows[i].text);
    }
}

Test(typescript, names_are_followed_between_files)
{
    static const char *const texts[] = {
        "a.ts",       "import { length as size } from './b/index.js';\nconst x = size;",
        "b/index.ts", "export * from '../c';\nexport * from './self';",
        "b/self.ts",  "export * from './index';",
        "c.mts",      "import d from \"./d\"; export { d as length };",
        "d.cjs",      "module.exports = 7;",
        "d.ts",       "export default 80;",
        NULL};
    ARENA(arena, ARENA_DEFAULT_BUDGET);

    assert_str(constant_in(&arena, texts, "x").text, "80");
}

Test(typescript, circles_end)
{
    static const char *const texts[] = {
        "a.ts",
        "import { Entity, Column } from 'typeorm';\nexport * from './b';\n"
        "class Loop extends Loop { @Column(() => Loop) loop: Loop; }\n"
        "@Entity() export class A extends B { @Column(() => Loop) loop: Loop; }\n"
        "export class B extends A {}\n",
        "b.ts",
        "import { pgTable, text } from 'drizzle-orm/pg-core';\nexport * from './a';\n"
        "const shared = { ...shared, ...more() }; const more = () => ({ ...shared });\n"
        "const column = () => column();\n"
        "export const t = pgTable('t', { ...shared, ...more(), a: column(), b: text().default(t) "
        "});\n",
        NULL};
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct schema schema = {0};

    schema_of(&arena, texts, &schema);
    cr_assert(schema_table_named(&schema, STR("a")) != NULL);
    cr_assert(schema_table_named(&schema, STR("t")) != NULL);
    cr_assert(schema_table_named(&schema, STR("t"))->partial);
    cr_assert(schema.unread.count > 0);
}

Test(typescript, a_deep_expression_is_no_constant)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct buf buf = buf_new(&arena, (size_t)1 << 20);

    buf_add(&buf, STR("const x = "));
    for (size_t i = 0; i < 3000; i++)
        buf_add(&buf, STR("'a' + ("));
    buf_add(&buf, STR("'b'"));
    for (size_t i = 0; i < 3000; i++)
        buf_add(&buf, STR(")"));
    buf_add_byte(&buf, ';');
    const char *texts[] = {"a.ts", str_c(&arena, buf_str(&buf)), NULL};
    cr_assert_eq(constant_in(&arena, texts, "x").kind, SCRIPT_NOT);
}

Test(typescript, names_of_the_naming_strategies)
{
    static const char *const rows[][3] = {
        {"UserAccount", "user_account", "userAccount"},
        {"APIKeyHTTPThing", "api_key_http_thing", "aPIKeyHTTPThing"},
        {"author_id", "author_id", "authorId"},
        {"x2Y", "x2_y", "x2Y"},
        {"", "", ""}};
    ARENA(arena, ARENA_DEFAULT_BUDGET);

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        assert_str(typeorm_snake(&arena, str_from(rows[i][0])), rows[i][1]);
        assert_str(typeorm_camel(&arena, str_from(rows[i][0])), rows[i][2]);
    }
}

Test(typescript, what_is_not_understood_is_said)
{
    static const char *const texts[] = {"src/a.ts", "const x = ;\nexport const = 3;\n", NULL};
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct files self = {texts};
    struct source_files files = {.self = &self, .read = read_file};
    struct schema schema = {0};
    struct strs paths = {0};
    SCRIPT_TREE(tree, &arena, &files);

    VEC_PUSH(&arena, &paths, STR("src/a.ts"));
    script_say_errors(tree, &paths, &schema);
    cr_assert_eq(schema.unread.count, 1u);
    assert_str(schema.unread.items[0].what, "what stands here");
    cr_assert_eq(schema.unread.items[0].place.line, 1u);
}

Test(elixir, what_has_no_constant_name_is_left_out)
{
    static const char *const texts[] = {
        "lib/a.ex",
        "defmodule A do\n  @t \"x#{@t}\"\n  schema @t do\n  end\n  @l @l\n"
        "  schema \"ok\" do\n    field :a, {:array, {:array, :string}}\n"
        "    field @l, :string\n    timestamps(@l)\n  end\nend\n",
        NULL};
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct files self = {texts};
    struct source_files files = {.self = &self, .read = read_file};
    struct schema schema = {0};
    struct strs paths = {0};
    ELIXIR_TREE(tree, &arena, &files);

    VEC_PUSH(&arena, &paths, STR("lib/a.ex"));
    ecto_read(&arena, tree, &paths, &schema);
    struct schema_table *table = schema_table_named(&schema, STR("ok"));
    cr_assert(table != NULL);
    assert_str(schema_column_named(table, STR("a"))->type, "VARCHAR(255)[][]");
    cr_assert(schema_column_named(table, STR("inserted_at")) != NULL);
    cr_assert(table->partial);
}
