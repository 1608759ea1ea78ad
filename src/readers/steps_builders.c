/* steps_builders.c -- what a migration does that is written for Knex, Kysely, Sequelize, node-pg-migrate or MikroORM, on its way up.
 *
 * Source: Knex 3 schema builder, Kysely 0.28 schema module, Sequelize 6 QueryInterface, node-pg-migrate 7 MigrationBuilder, MikroORM 6 Migration.
 */
#include "readers/steps.h"
#include "readers/typescript.h"

#define NESTING_MAX 60u
#define CHAIN_MAX 40u

struct reading {
    struct arena *arena;
    struct script_tree *tree;
    struct script_scope scope;
    struct steps *steps;
    struct str table, variable; /* inside alterTable("t", (t) => …) */
};

static void push(struct reading *r, struct step step)
{
    bool column = step.kind == STEP_ADD_COLUMN || step.kind == STEP_DROP_COLUMN ||
                  step.kind == STEP_ALTER_COLUMN;

    if (!step.table.length || (column && !step.column.length))
        step.computed = r->scope.file->source;
    VEC_PUSH(r->arena, r->steps, step);
}

static struct str text_of(struct reading *r, TSNode node)
{
    return script_text(r->tree, r->scope, node);
}

static TSNode property(struct reading *r, TSNode object, const char *name)
{
    struct script_scope scope = r->scope;
    TSNode bare = script_bare(object);

    return node_is(bare, "object") ? script_property(r->tree, r->scope, bare, name, &scope)
                                   : node_null();
}

static struct str property_text(struct reading *r, TSNode object, const char *name)
{
    TSNode value = property(r, object, name);

    return ts_node_is_null(value) ? STR_NONE : text_of(r, value);
}

/* --- Chains of calls. --- */

static struct str method_of(struct reading *r, TSNode call)
{
    TSNode callee = script_callee(call);

    return node_is(callee, "member_expression")
               ? script_source(r->scope.file, script_child(callee, "property_identifier"))
               : STR_NONE;
}

/* What the method is called on. */
static TSNode object_of(TSNode call)
{
    return script_bare(script_first(script_callee(call)));
}

/* The call of one of these methods on which this one is called, directly or not; null: none. */
static TSNode earlier(struct reading *r, TSNode call, const char *const *methods)
{
    TSNode node = object_of(call);

    for (size_t i = 0; i < CHAIN_MAX && !ts_node_is_null(node); i++) {
        if (node_is(node, "call_expression")) {
            struct str method = method_of(r, node);
            for (const char *const *one = methods; *one; one++)
                if (str_eq(method, str_from(*one)))
                    return node;
            node = object_of(node);
        } else {
            node =
                node_is(node, "member_expression") ? script_bare(script_first(node)) : node_null();
        }
    }
    return node_null();
}

/* Is this method called on what the call gives? */
static bool is_followed_by(struct reading *r, TSNode call, const char *method)
{
    TSNode node = call;

    for (size_t i = 0; i < CHAIN_MAX; i++) {
        TSNode member = ts_node_parent(node);
        if (ts_node_is_null(member) || !node_is(member, "member_expression"))
            return false;
        node = ts_node_parent(member);
        if (ts_node_is_null(node) || !node_is(node, "call_expression"))
            return false;
        if (str_eq(method_of(r, node), str_from(method)))
            return true;
    }
    return false;
}

/* withSchema("app").alterTable("users"), { tableName: "users", schema: "app" }, { schema: "app", name: "users" } */
static struct str table_name(struct reading *r, TSNode call, TSNode node)
{
    static const char *const schemas[] = {"withSchema", NULL};
    TSNode chosen = earlier(r, call, schemas);
    struct str name = text_of(r, node), schema = STR_NONE;

    if (!name.length) {
        name = property_text(r, node, "tableName");
        name = name.length ? name : property_text(r, node, "name");
        schema = property_text(r, node, "schema");
    }
    if (!ts_node_is_null(chosen))
        schema = text_of(r, script_argument(r->tree, chosen, 0));
    return name.length && schema.length
               ? str_printf(r->arena, STR_FMT "." STR_FMT, STR_ARG(schema), STR_ARG(name))
               : name;
}

/* --- Columns and indexes. --- */

static void column(struct reading *r, enum step_kind kind, struct str table, struct str name)
{
    push(r, (struct step){.kind = kind,
                          .table = table,
                          .column = name,
                          .type = true,
                          .null = true,
                          .default_value = true,
                          .key = true});
}

/* "a", ["a", "b"], { a: …, b: … } */
static void columns(struct reading *r, enum step_kind kind, struct str table, TSNode node)
{
    struct script_properties properties = {0};
    struct strs names = {0};
    TSNode bare = script_bare(node);

    if (node_is(bare, "object") && script_properties(r->tree, r->scope, bare, &properties))
        for (size_t i = 0; i < properties.count; i++)
            VEC_PUSH(r->arena, &names, properties.items[i].name);
    else if (!node_is(bare, "array") || !script_texts(r->tree, r->scope, bare, &names))
        VEC_PUSH(r->arena, &names, text_of(r, bare));
    for (size_t i = 0; i < names.count; i++)
        column(r, kind, table, names.items[i]);
}

/* What one is called is known by its own name only: else it is any of its table. */
static void index_step(struct reading *r, bool drops, struct str table, struct str name)
{
    push(r, (struct step){
                .kind = drops ? STEP_DROP_INDEX : STEP_ADD_INDEX, .table = table, .name = name});
}

static void rename_column(struct reading *r, struct str table, struct str from, struct str to)
{
    column(r, STEP_DROP_COLUMN, table, from);
    column(r, STEP_ADD_COLUMN, table, to);
}

static bool is(struct str name, const char *const *words)
{
    for (; *words; words++)
        if (str_eq(name, str_from(*words)))
            return true;
    return false;
}

/* --- Inside Knex's table: t.string("email").notNullable() --- */

static void table_index(struct reading *r, TSNode call, struct str method)
{
    TSNode first = script_argument(r->tree, call, 0), second = script_argument(r->tree, call, 1);
    struct str name = text_of(r, second);
    bool drops = str_starts(method, STR("drop"));

    if (!name.length)
        name = property_text(r, second, "indexName");
    index_step(r, drops, r->table, name);
    if (!ts_node_is_null(first))
        columns(r, STEP_ALTER_COLUMN, r->table, first);
}

static void table_call(struct reading *r, TSNode call, struct str method)
{
    static const char *const keys[] = {"index",     "unique",     "primary",     "foreign",
                                       "dropIndex", "dropUnique", "dropPrimary", "dropForeign",
                                       "check",     "dropChecks", NULL};
    static const char *const nothing[] = {"comment",  "engine", "charset",      "collate",
                                          "inherits", "raw",    "queryContext", NULL};
    static const char *const altered[] = {"setNullable", "dropNullable", NULL};
    TSNode first = script_argument(r->tree, call, 0);
    bool drops = str_starts(method, STR("drop"));

    if (is(method, nothing))
        return;
    if (is(method, keys)) {
        table_index(r, call, method);
    } else if (str_eq(method, STR("timestamps")) || str_eq(method, STR("dropTimestamps"))) {
        static const char *const names[] = {"created_at", "updated_at", "createdAt", "updatedAt"};
        for (size_t i = 0; i < COUNT_OF(names); i++)
            column(r, drops ? STEP_DROP_COLUMN : STEP_ADD_COLUMN, r->table, str_from(names[i]));
    } else if (str_eq(method, STR("renameColumn"))) {
        rename_column(r, r->table, text_of(r, first),
                      text_of(r, script_argument(r->tree, call, 1)));
    } else if (drops && str_starts(method, STR("dropColumn"))) {
        for (size_t i = 0; i == 0 || !ts_node_is_null(script_argument(r->tree, call, i)); i++)
            columns(r, STEP_DROP_COLUMN, r->table, script_argument(r->tree, call, i));
    } else if (is(method, altered)) {
        push(r, (struct step){.kind = STEP_ALTER_COLUMN,
                              .table = r->table,
                              .column = text_of(r, first),
                              .null = true,
                              .null_known = true,
                              .nullable = !drops});
    } else if (!drops) {
        struct str name = ts_node_is_null(first) ? STR("id") : text_of(r, first);
        column(r, is_followed_by(r, call, "alter") ? STEP_ALTER_COLUMN : STEP_ADD_COLUMN, r->table,
               name);
        if (is_followed_by(r, call, "index") || is_followed_by(r, call, "unique") ||
            is_followed_by(r, call, "references"))
            index_step(r, false, r->table, STR_NONE);
    }
}

/* --- Operations that name their table. --- */

static void visit(struct reading *r, TSNode node, unsigned depth);

/* Knex: the second argument says what is done to the table. */
static bool table_block(struct reading *r, TSNode call, struct str method, unsigned depth)
{
    static const char *const methods[] = {"createTable", "createTableIfNotExists", "alterTable",
                                          "table", NULL};
    TSNode block = script_bare(script_argument(r->tree, call, 1));
    struct str outer_table = r->table, outer_variable = r->variable;

    if (!is(method, methods) || !script_is_function(block))
        return false;
    r->table = table_name(r, call, script_argument(r->tree, call, 0));
    r->variable = script_parameter(r->tree, r->scope.file, block, 0);
    if (str_starts(method, STR("create")))
        push(r, (struct step){.kind = STEP_ADD_TABLE, .table = r->table});
    visit(r, block, depth + 1);
    r->table = outer_table;
    r->variable = outer_variable;
    return true;
}

/* Kysely: alterTable("users").addColumn("age", "integer") */
static bool chained(struct reading *r, TSNode call, struct str method)
{
    static const char *const tables[] = {"createTable", "alterTable", NULL};
    TSNode table = earlier(r, call, tables);
    struct str first = text_of(r, script_argument(r->tree, call, 0)), name;

    if (ts_node_is_null(table) ||
        !ts_node_is_null(script_argument(r->tree, table, 1))) /* Knex: other tables */
        return false;
    name = table_name(r, table, script_argument(r->tree, table, 0));
    if (str_eq(method, STR("addColumn")) || str_eq(method, STR("dropColumn")) ||
        str_eq(method, STR("alterColumn")) || str_eq(method, STR("modifyColumn")))
        column(r,
               str_starts(method, STR("add"))    ? STEP_ADD_COLUMN
               : str_starts(method, STR("drop")) ? STEP_DROP_COLUMN
                                                 : STEP_ALTER_COLUMN,
               name, first);
    else if (str_eq(method, STR("renameColumn")))
        rename_column(r, name, first, text_of(r, script_argument(r->tree, call, 1)));
    else if (str_ends(method, STR("Constraint")))
        index_step(r, str_starts(method, STR("drop")), name, first);
    else if (str_eq(method, STR("renameTo"))) {
        push(r, (struct step){.kind = STEP_DROP_TABLE, .table = name});
        push(r, (struct step){.kind = STEP_ADD_TABLE, .table = first, .was = name});
    } else
        return false;
    return true;
}

static void rename_table(struct reading *r, TSNode call)
{
    struct str was = table_name(r, call, script_argument(r->tree, call, 0));

    push(r, (struct step){.kind = STEP_DROP_TABLE, .table = was});
    push(r, (struct step){.kind = STEP_ADD_TABLE,
                          .table = table_name(r, call, script_argument(r->tree, call, 1)),
                          .was = was});
}

/* pgm.createType("status", ["open", "paid"]), pgm.addTypeValue("status", "lost") */
static void type(struct reading *r, TSNode call, struct str method)
{
    struct str name = table_name(r, call, script_argument(r->tree, call, 0));
    TSNode labels = script_bare(script_argument(r->tree, call, 1));
    struct strs values = {0};

    if (str_starts(method, STR("drop"))) {
        push(r, (struct step){.kind = STEP_DROP_TYPE, .table = name, .name = name});
        return;
    }
    bool told = node_is(labels, "array") && script_texts(r->tree, r->scope, labels, &values);
    if (!told)
        VEC_PUSH(r->arena, &values, text_of(r, labels));
    if (str_starts(method, STR("create")))
        push(r, (struct step){
                    .kind = STEP_ADD_TYPE, .table = name, .name = name, .labels_told = told});
    for (size_t i = 0; i < values.count; i++)
        push(r, (struct step){
                    .kind = STEP_ADD_VALUE, .table = name, .name = name, .value = values.items[i]});
}

enum operation {
    CREATE_TABLE,
    DROP_TABLE,
    RENAME_TABLE,
    ADD_COLUMNS,
    DROP_COLUMNS,
    ALTER_COLUMN,
    RENAME_COLUMN,
    ADD_INDEX,
    DROP_INDEX,
    CONSTRAINT,
    TYPE,
    QUERY,
};

static const struct {
    const char *name;
    enum operation operation;
} operations[] = {
    {"createTable", CREATE_TABLE},
    {"createTableLike", CREATE_TABLE},
    {"dropTable", DROP_TABLE},
    {"dropTableIfExists", DROP_TABLE},
    {"renameTable", RENAME_TABLE},
    {"addColumn", ADD_COLUMNS},
    {"addColumns", ADD_COLUMNS},
    {"removeColumn", DROP_COLUMNS},
    {"dropColumn", DROP_COLUMNS},
    {"dropColumns", DROP_COLUMNS},
    {"changeColumn", ALTER_COLUMN},
    {"alterColumn", ALTER_COLUMN},
    {"renameColumn", RENAME_COLUMN},
    {"addIndex", ADD_INDEX},
    {"createIndex", ADD_INDEX},
    {"removeIndex", DROP_INDEX},
    {"dropIndex", DROP_INDEX},
    {"addConstraint", CONSTRAINT},
    {"removeConstraint", CONSTRAINT},
    {"dropConstraint", CONSTRAINT},
    {"createType", TYPE},
    {"dropType", TYPE},
    {"addTypeValue", TYPE},
    {"raw", QUERY},
    {"sql", QUERY},
    {"query", QUERY},
    {"addSql", QUERY},
};

static void operate(struct reading *r, enum operation operation, TSNode call, struct str method)
{
    TSNode first = script_argument(r->tree, call, 0), second = script_argument(r->tree, call, 1),
           third = script_argument(r->tree, call, 2);
    struct str table = operation == QUERY || operation == TYPE || operation == RENAME_TABLE
                           ? STR_NONE
                           : table_name(r, call, first);

    switch (operation) {
    case CREATE_TABLE:
        push(r, (struct step){.kind = STEP_ADD_TABLE, .table = table});
        if (node_is(script_bare(second), "object"))
            columns(r, STEP_ADD_COLUMN, table, second);
        break;
    case DROP_TABLE:
        push(r, (struct step){.kind = STEP_DROP_TABLE, .table = table});
        break;
    case RENAME_TABLE:
        rename_table(r, call);
        break;
    case ADD_COLUMNS:
        columns(r, STEP_ADD_COLUMN, table, second);
        break;
    case DROP_COLUMNS:
        columns(r, STEP_DROP_COLUMN, table, second);
        break;
    case ALTER_COLUMN:
        columns(r, STEP_ALTER_COLUMN, table, second);
        break;
    case RENAME_COLUMN:
        rename_column(r, table, text_of(r, second), text_of(r, third));
        break;
    case ADD_INDEX:
    case DROP_INDEX: {
        struct str name = property_text(r, third, "name");
        index_step(r, operation == DROP_INDEX, table,
                   name.length ? name : property_text(r, second, "name"));
        if (operation == ADD_INDEX && !node_is(script_bare(second), "object"))
            columns(r, STEP_ALTER_COLUMN, table, second);
        break;
    }
    case CONSTRAINT:
        index_step(r, !str_starts(method, STR("add")), table,
                   text_of(r, second).length ? text_of(r, second)
                                             : property_text(r, second, "name"));
        columns(r, STEP_ALTER_COLUMN, table, property(r, second, "fields"));
        break;
    case TYPE:
        type(r, call, method);
        break;
    case QUERY:
        steps_of_query(r->arena, r->tree, &r->scope, first, NULL, r->steps);
        break;
    }
}

/* --- The way up. --- */

/* exports.down = …, function down(), down: async (q) => …, async down() { … } */
static bool goes_back(struct reading *r, TSNode node)
{
    struct str name = STR_NONE;

    if (node_is(node, "function_declaration") || node_is(node, "variable_declarator"))
        name = script_source(r->scope.file, script_child(node, "identifier"));
    else if (node_is(node, "method_definition") || node_is(node, "pair"))
        name = script_source(r->scope.file, script_child(node, "property_identifier"));
    else if (node_is(node, "assignment_expression"))
        name =
            script_source(r->scope.file, script_child(script_first(node), "property_identifier"));
    return str_eq(name, STR("down"));
}

/* sql`ALTER TABLE …`.execute(db) */
static bool is_tagged(TSNode node)
{
    return node_is(node, "call_expression") &&
           !ts_node_is_null(script_child(node, "template_string"));
}

static void visit(struct reading *r, TSNode node, unsigned depth)
{
    struct script_nodes children;
    struct str method;

    if (ts_node_is_null(node) || depth > NESTING_MAX || goes_back(r, node))
        return;
    method = node_is(node, "call_expression") ? method_of(r, node) : STR_NONE;
    if (is_tagged(node)) {
        steps_of_query(r->arena, r->tree, &r->scope, script_child(node, "template_string"), NULL,
                       r->steps);
    } else if (method.length) {
        TSNode object = object_of(node);
        if (table_block(r, node, method, depth)) {
            visit(r, object, depth + 1); /* what stands before it in the chain */
            return;
        }
        if (r->variable.length && node_is(object, "identifier") &&
            str_eq(script_source(r->scope.file, object), r->variable))
            table_call(r, node, method);
        else if (!chained(r, node, method))
            for (size_t i = 0; i < COUNT_OF(operations); i++)
                if (str_eq(method, str_from(operations[i].name)))
                    operate(r, operations[i].operation, node, method);
    }
    children = script_children(r->tree, node);
    for (size_t i = 0; i < children.count; i++)
        visit(r, children.items[i], depth + 1);
}

bool steps_has_builder(struct str text)
{
    static const char *const words[] = {
        "knex", "Knex",   "queryInterface", "QueryInterface", "pgm.",
        "pgm:", "kysely", "Kysely",         "this.addSql"};

    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (str_contains(text, str_from(words[i])))
            return true;
    return false;
}

void steps_of_builders(struct arena *arena, struct script_tree *tree, struct script_file *file,
                       struct steps *steps)
{
    struct reading r = {.arena = arena, .tree = tree, .scope = {.file = file}, .steps = steps};

    if (!ts_node_is_null(file->root) && steps_has_builder(file->source))
        visit(&r, file->root, 0);
}
