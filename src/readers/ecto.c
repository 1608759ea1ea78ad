#include "readers/ecto_type.h"

struct settings { /* of one module: its attributes, else those that `use` brings */
    struct elixir_scope key_scope, prefix_scope, foreign_scope, stamps_scope;
    TSNode key, prefix, foreign, stamps;
};

struct reader {
    struct arena *arena;
    struct elixir_tree *tree;
    struct schema *schema;
};

struct reading { /* one schema */
    struct reader *r;
    struct elixir_scope scope;
    struct str table;
    struct settings settings;
    bool has_key;
    unsigned depth; /* macros that are being followed */
    TSNode
        block; /* where the project's own macro makes the schema: its call, whose block stands where the macro unquotes it */
    struct elixir_scope block_scope;
};

#define COMPREHENSION_NAMES 2u

/* --- Fields. --- */

static void say(struct reading *reading, TSNode node, const char *what, struct str name)
{
    struct arena *arena = reading->r->arena;

    schema_unread_add(arena, reading->r->schema,
                      (struct schema_place){reading->scope.file->path, node_line(node)},
                      str_printf(arena, "%s " STR_FMT "%s" STR_FMT, what, STR_ARG(reading->table),
                                 name.length ? "." : "", STR_ARG(name)),
                      elixir_source(reading->scope.file, node));
}

static void put(struct reading *reading, TSNode at, struct str name, struct str type, bool key)
{
    struct schema_place place = {reading->scope.file->path, node_line(at)};
    struct schema_table *table =
        schema_table_add(reading->r->arena, reading->r->schema, reading->table, place);

    reading->has_key = reading->has_key || key;
    schema_column_put(
        reading->r->arena, table,
        (struct schema_column){
            .name = name, .type = type, .nullable = !key, .primary_key = key, .place = place});
}

static bool is_true(struct elixir_scope scope, TSNode holder, const char *option)
{
    return str_eq(elixir_text(scope, elixir_keyword(scope, holder, option)), STR("true"));
}

static bool is_false(struct elixir_scope scope, TSNode holder, const char *option)
{
    return str_eq(elixir_text(scope, elixir_keyword(scope, holder, option)), STR("false"));
}

static struct str column_name(struct reading *reading, TSNode call, struct str field)
{
    struct str source = elixir_text(reading->scope, elixir_keyword(reading->scope, call, "source"));

    return source.length ? source : field;
}

static void read_field(struct reading *reading, TSNode call)
{
    struct str field = elixir_text(reading->scope, elixir_argument(reading->r->tree, call, 0));
    TSNode type = elixir_argument(reading->r->tree, call, 1);
    struct str text;

    if (is_true(reading->scope, call, "virtual"))
        return;
    if (!field.length) {
        say(reading, call, "the name of a field of", STR_NONE);
        schema_table_named(reading->r->schema, reading->table)->partial = true;
        return;
    }
    text = ts_node_is_null(type) ? STR(ECTO_STRING) : ecto_type_of(reading->scope, type, call, 0);
    if (str_eq(elixir_text(reading->scope, type), STR("any")))
        return; /* only virtual fields may be that */
    if (!text.length)
        say(reading, call, "the type of", field);
    put(reading, call, column_name(reading, call, field), text,
        is_true(reading->scope, call, "primary_key"));
}

static void read_belongs_to(struct reading *reading, TSNode call)
{
    struct elixir_scope scope = reading->scope;
    struct str name = elixir_text(scope, elixir_argument(reading->r->tree, call, 0));
    struct str key = elixir_text(scope, elixir_keyword(scope, call, "foreign_key"));
    TSNode type = elixir_keyword(scope, call, "type");
    struct str text = ts_node_is_null(type)
                          ? ecto_type_of(reading->settings.foreign_scope, reading->settings.foreign,
                                         node_null(), 0)
                          : ecto_type_of(scope, type, call, 0);

    if (is_false(scope, call, "define_field"))
        return;
    if (!name.length) {
        say(reading, call, "what belongs to", STR_NONE);
        return;
    }
    if (!key.length)
        key = str_printf(reading->r->arena, STR_FMT "_id", STR_ARG(name));
    if (!text.length && ts_node_is_null(type) && ts_node_is_null(reading->settings.foreign))
        text = STR("BIGINT");
    if (!text.length)
        say(reading, call, "the type of", key);
    put(reading, call, column_name(reading, call, key), text, is_true(scope, call, "primary_key"));
}

static void read_timestamps(struct reading *reading, TSNode call)
{
    static const char *const names[] = {"inserted_at", "updated_at"};
    static const char *const sources[] = {"inserted_at_source", "updated_at_source"};
    struct elixir_scope scope = reading->scope, other = reading->settings.stamps_scope;

    for (size_t i = 0; i < 2; i++) {
        struct str given[2] = {STR_NONE, STR_NONE}, type = STR_NONE;
        TSNode value = elixir_keyword(scope, call, names[i]);
        struct elixir_scope where = scope;
        if (ts_node_is_null(value)) {
            value = elixir_keyword(other, reading->settings.stamps, names[i]);
            where = other;
        }
        given[0] = elixir_text(where, value);
        given[1] = elixir_text(scope, elixir_keyword(scope, call, sources[i]));
        if (str_eq(given[0], STR("false")))
            continue;
        value = elixir_keyword(scope, call, "type");
        type = ts_node_is_null(value)
                   ? ecto_type_of(other, elixir_keyword(other, reading->settings.stamps, "type"),
                                  call, 0)
                   : ecto_type_of(scope, value, call, 0);
        put(reading, call,
            given[1].length   ? given[1]
            : given[0].length ? given[0]
                              : str_from(names[i]),
            type.length ? type : STR("TIMESTAMP WITHOUT TIME ZONE"), false);
    }
}

static void read_statement(struct reading *reading, TSNode statement);

static void read_statements(struct reading *reading, struct elixir_scope scope,
                            struct elixir_nodes statements)
{
    struct elixir_scope around = reading->scope;

    reading->scope = scope;
    for (size_t i = 0; i < statements.count; i++)
        read_statement(reading, statements.items[i]);
    reading->scope = around;
}

static bool read_macro(struct reading *reading, TSNode call)
{
    struct ecto_expansion expansion;

    if (reading->depth >= ECTO_NESTING_MAX || !ecto_macro(reading->scope, call, &expansion))
        return false;
    reading->depth++;
    read_statements(reading, expansion.scope, expansion.statements);
    reading->depth--;
    return true;
}

/* One round of a comprehension: the pattern's names stand for the texts. */
static void read_round(struct reading *reading, const struct elixir_nodes *names,
                       const struct str *texts, struct elixir_nodes statements)
{
    struct elixir_scope scope = reading->scope;
    struct elixir_bound bound[COMPREHENSION_NAMES];

    for (size_t i = 0; i < names->count; i++) {
        bound[i] = (struct elixir_bound){elixir_source(scope.file, names->items[i]), texts[i],
                                         scope.bound};
        scope.bound = &bound[i];
    }
    read_statements(reading, scope, statements);
}

/* for name <- [:a, :b] do field name, :string end; for {name, type} <- [a: :string] do field name, type end */
static bool read_comprehension(struct reading *reading, TSNode call)
{
    struct elixir_scope scope = reading->scope;
    TSNode generator = elixir_argument(scope.tree, call, 0);
    struct elixir_nodes sides = elixir_children(scope.tree, generator),
                        statements = elixir_body(scope, call), names = {0}, pairs = {0};
    struct strs texts;

    if (!str_eq(elixir_called(scope.file, call), STR("for")) ||
        !node_is(generator, "binary_operator") || sides.count != 2 ||
        !ts_node_is_null(elixir_argument(scope.tree, call, 1)))
        return false;
    if (node_is(sides.items[0], "identifier") && elixir_texts(scope, sides.items[1], &texts)) {
        VEC_PUSH(elixir_tree_arena(scope.tree), &names, sides.items[0]);
        for (size_t i = 0; i < texts.count; i++)
            read_round(reading, &names, &texts.items[i], statements);
        return true;
    }
    names = elixir_children(scope.tree, sides.items[0]);
    pairs = elixir_children(scope.tree, elixir_child(sides.items[1], "keywords"));
    if (!node_is(sides.items[0], "tuple") || names.count != COMPREHENSION_NAMES || !pairs.count)
        return false;
    for (size_t i = 0; i < pairs.count; i++) {
        struct elixir_nodes pair = elixir_children(scope.tree, pairs.items[i]);
        struct str round[COMPREHENSION_NAMES] = {
            str_trim_bytes(elixir_source(scope.file, pair.items[0]), ": \t\r\n\""),
            elixir_text(scope, pair.items[pair.count - 1])};
        read_round(reading, &names, round, statements);
    }
    return true;
}

/* `field(:role, :string) :: String.t()` of a typed schema: the type of Elixir's is nothing to the database. */
static TSNode without_annotation(const struct reading *reading, TSNode statement)
{
    TSNode sign = ts_node_child_by_field_name(statement, "operator", 8);

    return node_is(statement, "binary_operator") &&
                   str_eq(elixir_source(reading->scope.file, sign), STR("::"))
               ? ts_node_child_by_field_name(statement, "left", 4)
               : statement;
}

static void read_statement(struct reading *reading, TSNode statement)
{
    static const char *const nothing[] = {"has_one", "has_many", "many_to_many"};
    statement = without_annotation(reading, statement);
    struct str word = elixir_called(reading->scope.file, statement);
    struct str name;

    if (str_eq(word, STR("field"))) {
        read_field(reading, statement);
    } else if (str_eq(word, STR("belongs_to"))) {
        read_belongs_to(reading, statement);
    } else if (str_eq(word, STR("timestamps"))) {
        read_timestamps(reading, statement);
    } else if (str_eq(word, STR("embeds_one")) || str_eq(word, STR("embeds_many"))) {
        name = elixir_text(reading->scope, elixir_argument(reading->r->tree, statement, 0));
        if (name.length)
            put(reading, statement, column_name(reading, statement, name), STR("JSONB"), false);
    } else if (str_eq(word, STR("soft_delete_schema"))) { /* ecto_soft_delete */
        put(reading, statement, STR("deleted_at"), STR("TIMESTAMP WITHOUT TIME ZONE"), false);
    } else if (str_eq(word, STR("unquote")) && !ts_node_is_null(reading->block)) {
        read_statements(reading, reading->block_scope,
                        elixir_body(reading->block_scope, reading->block));
    } else {
        for (size_t i = 0; i < COUNT_OF(nothing); i++)
            if (str_eq(word, str_from(nothing[i])))
                return;
        if ((!node_is(statement, "call") && !node_is(statement, "identifier")) ||
            read_comprehension(reading, statement) || read_macro(reading, statement))
            return;
        /* A macro of its own may add any fields. */
        schema_table_named(reading->r->schema, reading->table)->partial = true;
        say(reading, statement, "what a macro adds to", STR_NONE);
    }
}

/* --- Modules. --- */

static void take_attributes(struct elixir_scope scope, TSNode before, struct settings *settings)
{
    static const char *const names[] = {"primary_key", "schema_prefix", "foreign_key_type",
                                        "timestamps_opts"};
    TSNode *values[] = {&settings->key, &settings->prefix, &settings->foreign, &settings->stamps};
    struct elixir_scope *scopes[] = {&settings->key_scope, &settings->prefix_scope,
                                     &settings->foreign_scope, &settings->stamps_scope};

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        TSNode value = elixir_attribute(scope, names[i], before);
        if (ts_node_is_null(value))
            continue;
        *values[i] = value;
        *scopes[i] = scope;
    }
}

/* Attributes in the `quote` of a module's __using__. */
static void take_used(struct elixir_tree *tree, struct elixir_file *file, struct settings *settings,
                      TSNode node, unsigned depth)
{
    struct elixir_nodes children = elixir_children(tree, node);

    for (size_t i = 0; i < children.count && depth < ECTO_NESTING_MAX; i++) {
        TSNode child = children.items[i];
        if (str_eq(elixir_called(file, child), STR("quote")))
            take_attributes((struct elixir_scope){.tree = tree,
                                                  .file = file,
                                                  .body = elixir_child(child, "do_block")},
                            node_null(), settings);
        else if (node_is(child, "call") || node_is(child, "do_block"))
            take_used(tree, file, settings, child, depth + 1);
    }
}

static struct settings settings_of(struct elixir_scope scope, TSNode call)
{
    struct settings settings = {.key_scope = scope,
                                .prefix_scope = scope,
                                .foreign_scope = scope,
                                .stamps_scope = scope,
                                .key = node_null(),
                                .prefix = node_null(),
                                .foreign = node_null(),
                                .stamps = node_null()};
    struct elixir_nodes statements = elixir_children(scope.tree, scope.body);

    for (size_t i = 0; i < statements.count; i++) {
        struct str module;
        if (!str_eq(elixir_called(scope.file, statements.items[i]), STR("use")))
            continue;
        module = ecto_full_module(
            scope, elixir_source(scope.file, elixir_argument(scope.tree, statements.items[i], 0)));
        struct elixir_file *file = elixir_module_file(scope.tree, scope.file->path, module);
        struct elixir_file *elsewhere = elixir_module_elsewhere(scope.tree, module);
        file = elsewhere ? elsewhere : file;
        if (file && !str_starts(module, STR("Ecto.")))
            take_used(scope.tree, file, &settings, file->root, 0);
    }
    take_attributes(scope, call, &settings);
    return settings;
}

/* @primary_key {:id, :binary_id, autogenerate: true}, or false. */
static void add_key(struct reading *reading, TSNode call)
{
    struct elixir_scope scope = reading->settings.key_scope;
    TSNode key = reading->settings.key;
    struct elixir_nodes parts = elixir_children(reading->r->tree, key);
    struct schema_table *table;

    if (ts_node_is_null(key)) {
        put(reading, call, STR("id"), STR("BIGINT"), true);
        return;
    }
    if (!node_is(key, "tuple") || parts.count < 2) {
        if (!str_eq(elixir_text(scope, key), STR("false")))
            say(reading, call, "the primary key of", STR_NONE);
        return;
    }
    struct str name = elixir_text(scope, parts.items[0]);
    TSNode source = parts.count > 2 ? elixir_keyword(scope, parts.items[2], "source") : node_null();
    if (elixir_text(scope, source).length)
        name = elixir_text(scope, source);
    put(reading, call, name, ecto_type_of(scope, parts.items[1], node_null(), 0), true);
    table = schema_table_named(reading->r->schema, reading->table);
    if (table && !table->columns.items[0].type.length)
        schema_unread_add(reading->r->arena, reading->r->schema,
                          (struct schema_place){reading->scope.file->path, node_line(call)},
                          str_printf(reading->r->arena, "the type of the primary key of " STR_FMT,
                                     STR_ARG(reading->table)),
                          elixir_source(scope.file, key));
}

/* `around`: of the project's macro that makes it and its call; else the same as `scope` and null. */
static void read_schema(struct reader *r, struct elixir_scope scope, TSNode call,
                        struct elixir_scope around, TSNode block)
{
    struct reading reading = {.r = r,
                              .scope = scope,
                              .settings =
                                  settings_of(around, ts_node_is_null(block) ? call : block),
                              .block = block,
                              .block_scope = around};
    struct str prefix = elixir_text(reading.settings.prefix_scope, reading.settings.prefix);
    struct schema_place place = {around.file->path,
                                 node_line(ts_node_is_null(block) ? call : block)};

    reading.table = elixir_text(scope, elixir_argument(r->tree, call, 0));
    if (!reading.table.length) {
        schema_unread_add(r->arena, r->schema, place, STR("the name of a table"),
                          elixir_source(scope.file, elixir_argument(r->tree, call, 0)));
        return;
    }
    if (prefix.length && !str_eq(prefix, STR("public")))
        reading.table =
            str_printf(r->arena, STR_FMT "." STR_FMT, STR_ARG(prefix), STR_ARG(reading.table));
    (void)schema_table_add(r->arena, r->schema, reading.table, place);
    if (!ts_node_is_null(elixir_attribute(scope, "field_source_mapper", call)))
        say(&reading, elixir_attribute(scope, "field_source_mapper", call), "the columns' names of",
            STR_NONE);
    add_key(&reading, call);
    read_statements(&reading, scope, elixir_body(scope, call));
}

static const char *const schema_words[] = {"schema", "typed_schema", NULL}; /* typed_ecto_schema */

/* tenant_schema "users" do … end, where a macro of the project's quotes `schema unquote(source) do … end`. */
static void read_made_schema(struct reader *r, struct elixir_scope scope, TSNode call)
{
    struct ecto_expansion expansion;

    if (!ecto_macro(scope, call, &expansion))
        return;
    for (size_t i = 0; i < expansion.statements.count; i++)
        if (str_is_one_of(elixir_called(expansion.scope.file, expansion.statements.items[i]),
                          schema_words))
            read_schema(r, expansion.scope, expansion.statements.items[i], scope, call);
}

static void read_module(void *self, struct elixir_scope scope, struct str name)
{
    struct reader *r = self;
    struct elixir_nodes statements = elixir_children(scope.tree, scope.body);

    (void)name;
    for (size_t i = 0; i < statements.count; i++) {
        TSNode call = statements.items[i];
        if (str_is_one_of(elixir_called(scope.file, call), schema_words))
            read_schema(r, scope, call, scope, node_null());
        else if (!ts_node_is_null(elixir_child(call, "do_block")) &&
                 elixir_text(scope, elixir_argument(scope.tree, call, 0)).length)
            read_made_schema(r, scope, call);
    }
}

static void note_module(void *self, struct elixir_scope scope, struct str name)
{
    (void)self;
    elixir_module_add(scope.tree, name, scope.file);
}

void ecto_read(struct arena *arena, struct elixir_tree *tree, const struct strs *paths,
               struct schema *schema)
{
    struct reader r = {.arena = arena, .tree = tree, .schema = schema};

    for (size_t i = 0; i < paths->count; i++) {
        struct elixir_file *file = elixir_tree_file(tree, paths->items[i]);
        if (file)
            ecto_each_module(tree, file, file->root, STR_NONE, 0, note_module, NULL);
    }
    for (size_t i = 0; i < paths->count; i++) {
        struct elixir_file *file = elixir_tree_file(tree, paths->items[i]);
        if (!file)
            continue;
        ecto_each_module(tree, file, file->root, STR_NONE, 0, read_module, &r);
        TSNode error = node_error(file->root);
        if (!ts_node_is_null(error))
            schema_unread_add(arena, schema, (struct schema_place){file->path, node_line(error)},
                              STR("what stands here"), elixir_source(file, error));
    }
}
