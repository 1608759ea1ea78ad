#include "readers/drizzle.h"

struct str drizzle_word(struct str dotted)
{
    static const char *const modules[] = {"drizzle-orm/pg-core:", "drizzle-orm/sqlite-core:",
                                          "drizzle-orm/mysql-core:", "drizzle-orm:"};

    for (size_t i = 0; i < COUNT_OF(modules); i++)
        if (str_starts(dotted, str_from(modules[i])))
            return str_from_offset(dotted, str_from(modules[i]).length);
    return STR_NONE;
}

static struct str called_word(struct drizzle_reader *r, struct script_scope scope, TSNode call)
{
    return drizzle_word(script_foreign(r->tree, scope, script_callee(call)));
}

static struct script_scope scope_of(struct script_scope scope, const struct script_thing *thing)
{
    return thing->file == scope.file ? scope : (struct script_scope){.file = thing->file};
}

/* --- Chains. --- */

static bool chain_step(struct drizzle_reader *r, struct script_scope *scope, TSNode *node,
                       struct drizzle_chain *chain, bool *ret_done);

bool drizzle_chain(struct drizzle_reader *r, struct script_scope scope, TSNode expression,
                   struct drizzle_chain *ret_chain)
{
    TSNode node = script_bare(expression);
    bool done = false;
    unsigned steps = 0;

    *ret_chain = (struct drizzle_chain){.call = node_null()};
    while (!done)
        if (steps++ > 3 * DRIZZLE_METHODS_MAX || !chain_step(r, &scope, &node, ret_chain, &done))
            return false;
    /* They were met from the end to the beginning. */
    for (size_t i = 0; i < ret_chain->count / 2; i++) {
        struct drizzle_chain swap;
        swap.methods[0] = ret_chain->methods[i];
        ret_chain->methods[i] = ret_chain->methods[ret_chain->count - 1 - i];
        ret_chain->methods[ret_chain->count - 1 - i] = swap.methods[0];
    }
    return true;
}

/* A call of a function, enum or custom type of the tree. */
static bool chain_call_of_tree(struct drizzle_reader *r, struct script_scope *scope, TSNode *node,
                               struct script_thing called, struct drizzle_chain *chain,
                               bool *ret_done)
{
    TSNode function = called.node, returned = script_returned_at_end(r->tree, function);

    if (called.kind != SCRIPT_VALUE && called.kind != SCRIPT_DECLARATION)
        return false;
    if (node_is(function, "call_expression")) {
        chain->custom = called;
        chain->custom_scope = ts_node_eq(called.node, script_bare(script_callee(*node)))
                                  ? *scope
                                  : (struct script_scope){.file = called.file};
        chain->scope = *scope;
        chain->call = *node;
        *ret_done = true;
        return true;
    }
    if (ts_node_is_null(returned))
        return false;
    *scope = script_scope_of_call(r->tree, *scope, *node, called);
    *node = script_bare(returned);
    return true;
}

static bool chain_step(struct drizzle_reader *r, struct script_scope *scope, TSNode *node,
                       struct drizzle_chain *chain, bool *ret_done)
{
    TSNode callee = script_callee(*node);
    struct script_thing thing;

    if (!node_is(*node, "call_expression")) {
        thing = script_resolve(r->tree, *scope, *node);
        if (thing.kind != SCRIPT_VALUE || ts_node_eq(thing.node, *node))
            return false;
        *scope = scope_of(*scope, &thing);
        *node = thing.node;
        return true;
    }
    thing = script_resolve(r->tree, *scope, callee);
    struct str word = thing.kind == SCRIPT_FOREIGN ? drizzle_word(thing.dotted) : STR_NONE;
    if (word.length) {
        chain->base = word;
        chain->mysql = str_starts(thing.dotted, STR("drizzle-orm/mysql-core:"));
        chain->sqlite = str_starts(thing.dotted, STR("drizzle-orm/sqlite-core:"));
        chain->scope = *scope;
        chain->call = *node;
        *ret_done = true;
        return true;
    }
    if (node_is(callee, "member_expression") && thing.kind == SCRIPT_UNKNOWN) {
        if (chain->count == DRIZZLE_METHODS_MAX)
            return false;
        chain->methods[chain->count].name =
            script_source(scope->file, script_child(callee, "property_identifier"));
        chain->methods[chain->count].scope = *scope;
        chain->methods[chain->count++].call = *node;
        *node = script_bare(ts_node_named_child(callee, 0));
        return true;
    }
    return chain_call_of_tree(r, scope, node, thing, chain, ret_done);
}

/* --- Schemas and enumerated types. --- */

/* `export const tags = labels("tags")`: what a function of the tree returns in this call; null: it is no such call. */
static TSNode returned_by_tree(struct drizzle_reader *r, struct script_scope *scope, TSNode call)
{
    struct script_thing thing = {0};
    TSNode returned = node_null();

    if (node_is(call, "call_expression"))
        thing = script_resolve(r->tree, *scope, script_callee(call));
    if (thing.kind == SCRIPT_VALUE || thing.kind == SCRIPT_DECLARATION)
        returned = script_returned_at_end(r->tree, thing.node);
    if (!ts_node_is_null(returned))
        *scope = script_scope_of_call(r->tree, *scope, call, thing);
    return returned;
}

bool drizzle_schema_of(struct drizzle_reader *r, struct script_scope scope, TSNode expression,
                       struct str *ret_schema)
{
    struct script_thing thing = script_resolve(r->tree, scope, expression);

    if (thing.kind != SCRIPT_VALUE || !node_is(thing.node, "call_expression"))
        return false;
    scope = scope_of(scope, &thing);
    if (!str_eq(called_word(r, scope, thing.node), STR("pgSchema")) &&
        !str_eq(called_word(r, scope, thing.node), STR("mysqlSchema")))
        return false;
    *ret_schema = script_text(r->tree, scope, script_argument(r->tree, thing.node, 0));
    return ret_schema->length > 0;
}

/* pgEnum("role", […]), auth.enum("role", […]). */
static bool is_enum(struct drizzle_reader *r, struct script_scope scope, TSNode call,
                    struct str *ret_schema)
{
    TSNode callee = script_callee(call);

    *ret_schema = STR_NONE;
    return str_eq(called_word(r, scope, call), STR("pgEnum")) ||
           (node_is(callee, "member_expression") &&
            str_eq(script_source(scope.file, script_child(callee, "property_identifier")),
                   STR("enum")) &&
            drizzle_schema_of(r, scope, ts_node_named_child(callee, 0), ret_schema));
}

struct str drizzle_enum(struct drizzle_reader *r, struct script_thing call)
{
    struct script_scope scope = {.file = call.file};
    struct schema_type type = {.place = {call.file->path, node_line(call.node)}};
    struct str schema;

    if (!is_enum(r, scope, call.node, &schema)) {
        call.node = returned_by_tree(r, &scope, call.node);
        if (!node_is(call.node, "call_expression") || !is_enum(r, scope, call.node, &schema))
            return STR_NONE;
    }
    type.name = script_text(r->tree, scope, script_argument(r->tree, call.node, 0));
    if (schema.length && type.name.length && !str_eq(schema, STR("public")))
        type.name = str_printf(r->arena, STR_FMT "." STR_FMT, STR_ARG(schema), STR_ARG(type.name));
    if (!type.name.length || schema_type_named(r->schema, type.name))
        return type.name;
    TSNode labels = script_argument(r->tree, call.node, 1);
    type.unread = !script_texts(r->tree, scope, labels, &type.labels);
    VEC_PUSH(r->arena, &r->schema->types, type);
    if (type.unread)
        schema_unread_add(r->arena, r->schema, type.place,
                          str_printf(r->arena, "the values of " STR_FMT, STR_ARG(type.name)),
                          script_whole(r->tree, scope, labels));
    return type.name;
}

/* --- Tables. --- */

/* "drizzle-orm/mysql-core" of the function that a call calls. */
static struct str core_of(struct drizzle_reader *r, struct script_scope scope, TSNode call)
{
    struct str dotted = script_foreign(r->tree, scope, script_callee(call));

    return str_prefix(dotted, str_find_byte(dotted, ':'));
}

static struct str core_of_schema(struct drizzle_reader *r, struct script_scope scope,
                                 TSNode expression)
{
    struct script_thing thing = script_resolve(r->tree, scope, expression);

    return core_of(r, scope_of(scope, &thing), thing.node);
}

/* The call of a table's maker without .enableRLS() behind it; null: it is none. */
static TSNode table_call(struct drizzle_reader *r, struct script_scope scope, TSNode value,
                         struct str *ret_schema, struct script_thing *ret_creator,
                         struct str *ret_core)
{
    TSNode node = script_bare(value), callee = script_callee(node);
    struct str word;

    *ret_schema = *ret_core = STR_NONE;
    *ret_creator = (struct script_thing){.node = node_null()};
    if (node_is(callee, "member_expression") &&
        str_eq(script_source(scope.file, script_child(callee, "property_identifier")),
               STR("enableRLS"))) {
        node = script_bare(ts_node_named_child(callee, 0));
        callee = script_callee(node);
    }
    if (!node_is(node, "call_expression"))
        return node_null();
    if (node_is(callee, "member_expression") &&
        str_eq(script_source(scope.file, script_child(callee, "property_identifier")),
               STR("table")) &&
        drizzle_schema_of(r, scope, ts_node_named_child(callee, 0), ret_schema)) {
        *ret_core = core_of_schema(r, scope, ts_node_named_child(callee, 0));
        return node;
    }
    struct script_thing thing = script_resolve(r->tree, scope, callee);
    word = thing.kind == SCRIPT_FOREIGN ? drizzle_word(thing.dotted) : STR_NONE;
    if (str_eq(word, STR("pgTable")) || str_eq(word, STR("pgTable.withRLS")) ||
        str_eq(word, STR("sqliteTable")) || str_eq(word, STR("mysqlTable"))) {
        *ret_core = str_prefix(thing.dotted, str_find_byte(thing.dotted, ':'));
        return node;
    }
    if (thing.kind == SCRIPT_VALUE && node_is(thing.node, "call_expression") &&
        str_ends(called_word(r, (struct script_scope){.file = thing.file}, thing.node),
                 STR("TableCreator"))) {
        *ret_creator = thing;
        *ret_core = core_of(r, (struct script_scope){.file = thing.file}, thing.node);
        return node;
    }
    return node_null();
}

/* pgTableCreator((name) => `app_${name}`) */
static struct str created_name(struct drizzle_reader *r, struct script_thing creator,
                               struct str name)
{
    TSNode function = script_bare(script_argument(r->tree, creator.node, 0));
    struct script_scope scope = {.file = creator.file};

    scope.parameter = script_parameter(r->tree, creator.file, function, 0);
    scope.text = name;
    return script_text(r->tree, scope, script_returned(r->tree, function));
}

/* { … }, or (t) => ({ … }). */
static void find_columns(struct drizzle_reader *r, struct script_scope scope, TSNode argument,
                         struct drizzle_table *table)
{
    TSNode bare = script_bare(argument), object = bare;

    if (script_is_function(bare)) {
        object = script_returned(r->tree, bare);
        scope.namespace = table->core;
        scope.parameter = script_parameter(r->tree, scope.file, bare, 0);
    }
    table->columns_scope = scope;
    table->whole = script_properties(r->tree, scope, object, &table->columns);
    enum drizzle_casing casing = drizzle_casing_of(r, table->file->path);
    for (size_t i = 0; i < table->columns.count; i++) {
        const struct script_property *property = &table->columns.items[i];
        struct drizzle_chain chain;
        struct str name = STR_NONE;
        if (drizzle_chain(r, property->scope, property->value, &chain))
            name = script_text(r->tree, chain.scope, script_argument(r->tree, chain.call, 0));
        VEC_PUSH(r->arena, &table->names,
                 (struct drizzle_column_name){
                     .key = property->name,
                     .name = name.length ? name : drizzle_cased(r, casing, property->name),
                     .written = name.length ? name : property->name});
    }
}

static struct drizzle_table *make_table(struct drizzle_reader *r, struct script_scope scope,
                                        TSNode value)
{
    struct script_thing creator;
    struct str schema, name, core;
    TSNode bare = script_bare(value), call, inner;
    struct schema_place place = {scope.file->path, node_line(bare)};
    struct drizzle_table *table;

    for (size_t i = 0; i < r->tables.count; i++)
        if (r->tables.items[i]->file == scope.file && ts_node_eq(r->tables.items[i]->value, bare))
            return r->tables.items[i];
    table = ARENA_NEW(r->arena, struct drizzle_table);
    table->file = scope.file;
    call = table_call(r, scope, bare, &schema, &creator, &core);
    if (ts_node_is_null(call)) {
        inner = returned_by_tree(r, &scope, bare);
        if (!ts_node_is_null(inner))
            call = table_call(r, scope, inner, &schema, &creator, &core);
    }
    if (ts_node_is_null(call))
        return NULL;
    table->value = bare;
    table->call = call;
    table->scope = scope;
    table->core = core;
    table->place = place;
    TSNode first = script_argument(r->tree, call, 0);
    name = script_text(r->tree, scope, first);
    if (name.length && !ts_node_is_null(creator.node))
        name = created_name(r, creator, name);
    if (!name.length) {
        /* Without its name it is compared with nothing: all that it says is. */
        schema_unread_add(r->arena, r->schema, table->place, STR("the name of a table"),
                          script_whole(r->tree, scope, call));
        return NULL;
    }
    table->bare = name;
    table->name = schema.length && !str_eq(schema, STR("public"))
                      ? str_printf(r->arena, STR_FMT "." STR_FMT, STR_ARG(schema), STR_ARG(name))
                      : name;
    VEC_PUSH(r->arena, &r->tables, table);
    find_columns(r, scope, script_argument(r->tree, call, 1), table);
    return table;
}

struct drizzle_table *drizzle_table_of(struct drizzle_reader *r, struct script_scope scope,
                                       TSNode expression)
{
    struct script_thing thing = script_resolve(r->tree, scope, expression);
    struct drizzle_table *table;

    if (thing.kind == SCRIPT_FOREIGN)
        return drizzle_package_table(r, thing.dotted);
    if (thing.kind != SCRIPT_VALUE || !script_enter(r->tree))
        return NULL;
    table = make_table(r, (struct script_scope){.file = thing.file}, thing.node);
    script_leave(r->tree);
    return table;
}

struct str drizzle_column_named(const struct drizzle_table *table, struct str key)
{
    for (size_t i = 0; i < table->names.count; i++)
        if (str_eq(table->names.items[i].key, key))
            return table->names.items[i].name;
    return STR_NONE;
}

/* --- Files. --- */

static bool is_exported(const struct script_file *file, const struct script_binding *binding)
{
    if (binding->exported || file->exports_all)
        return true;
    for (size_t i = 0; i < file->exports.count; i++)
        if (!file->exports.items[i].module.length &&
            str_eq(file->exports.items[i].member, binding->name))
            return true;
    return false;
}

/* A function of the tree that cannot be followed, and makes a table. */
static void say_made(struct drizzle_reader *r, struct script_scope scope,
                     const struct script_binding *binding)
{
    struct script_thing thing = script_resolve(r->tree, scope, script_callee(binding->node));

    if ((thing.kind == SCRIPT_VALUE || thing.kind == SCRIPT_DECLARATION) &&
        (script_is_function(thing.node) || node_is(thing.node, "function_declaration")) &&
        ts_node_is_null(script_returned(r->tree, thing.node)) &&
        str_contains(script_source(thing.file, thing.node), STR("Table(")))
        schema_unread_add(r->arena, r->schema,
                          (struct schema_place){scope.file->path, node_line(binding->node)},
                          str_printf(r->arena, "the table " STR_FMT, STR_ARG(binding->name)),
                          script_whole(r->tree, scope, binding->node));
}

static void find_tables(struct drizzle_reader *r, struct script_file *file)
{
    struct script_scope scope = {.file = file};

    for (size_t i = 0; i < file->bindings.count; i++) {
        const struct script_binding *binding = &file->bindings.items[i];
        if (!node_is(binding->node, "call_expression") || !is_exported(file, binding))
            continue;
        if (make_table(r, scope, binding->node))
            continue;
        struct script_thing thing = {.kind = SCRIPT_VALUE, .file = file, .node = binding->node};
        if (!drizzle_enum(r, thing).length)
            say_made(r, scope, binding);
    }
    for (size_t i = 0; i < file->exports.count; i++)
        if (node_is(file->exports.items[i].node, "call_expression"))
            (void)make_table(r, scope, file->exports.items[i].node);
}

void drizzle_read(struct arena *arena, struct script_tree *tree, const struct strs *paths,
                  const struct strs *settings, struct schema *schema)
{
    struct drizzle_reader r = {
        .arena = arena, .tree = tree, .schema = schema, .settings = settings};

    drizzle_read_casings(&r);
    for (size_t i = 0; i < paths->count; i++) {
        struct script_file *file = script_tree_file(tree, paths->items[i]);
        if (file)
            find_tables(&r, file);
    }
    /* References may bring tables of other files: the list grows. */
    for (size_t i = 0; i < r.tables.count; i++)
        drizzle_read_columns(&r, r.tables.items[i]);
    for (size_t i = 0; i < r.tables.count; i++)
        drizzle_read_constraints(&r, r.tables.items[i]);
    script_keep_tables(schema, paths);
}
