#include "readers/steps.h"
#include "readers/typescript.h"

#define NESTING_MAX 40u
#define CALLS_MAX 4u
#define UP_MAX 12u

struct reading {
    struct arena *arena;
    struct script_tree *tree;
    struct script_scope scope;
    struct str runner; /* the parameter of up() */
    TSNode class_body;
    size_t calls, entered; /* methods of the class that are entered: now, and so far */
    struct steps *steps;
};

static void push(struct reading *r, struct step step)
{
    bool column = step.kind == STEP_ADD_COLUMN || step.kind == STEP_DROP_COLUMN ||
                  step.kind == STEP_ALTER_COLUMN;

    /* Of a loop over tables, or a column that a function makes. */
    if (column && (!step.table.length || !step.column.length))
        step.computed = r->scope.file->source;
    VEC_PUSH(r->arena, r->steps, step);
}

/* --- Operands. --- */

/* "public" is the usual schema, and said or not. */
static struct str bare_table(struct str name)
{
    return str_starts(name, STR("public.")) ? str_from_offset(name, STR("public.").length) : name;
}

static TSNode member_named(struct reading *r, struct str name)
{
    struct script_nodes members = script_children(r->tree, r->class_body);

    for (size_t i = 0; i < members.count; i++)
        if (str_eq(
                script_source(r->scope.file, script_child(members.items[i], "property_identifier")),
                name))
            return members.items[i];
    return node_null();
}

/* this.table of `private table = new Table({ … })`; else the node itself. */
static TSNode own_field(struct reading *r, TSNode node)
{
    if (!node_is(node, "member_expression") || !node_is(ts_node_named_child(node, 0), "this"))
        return node;
    TSNode member =
        member_named(r, script_source(r->scope.file, script_child(node, "property_identifier")));
    return node_is(member, "public_field_definition") || node_is(member, "field_definition")
               ? script_bare(script_last(member))
               : node;
}

/* The options of `new Table({ … })`, or the object itself. */
static TSNode object_of(struct reading *r, TSNode node)
{
    TSNode bare = own_field(r, script_bare(node));
    struct script_thing thing;

    if (node_is(bare, "identifier")) {
        thing = script_resolve(r->tree, r->scope, bare);
        if (thing.kind == SCRIPT_VALUE && thing.file == r->scope.file)
            bare = thing.node;
    }
    return node_is(bare, "new_expression") ? script_bare(script_argument(r->tree, bare, 0)) : bare;
}

static struct str text_of(struct reading *r, TSNode object, const char *name)
{
    struct script_scope scope = r->scope;
    TSNode value = node_is(object, "object")
                       ? script_property(r->tree, r->scope, object, name, &scope)
                       : node_null();

    return ts_node_is_null(value) ? STR_NONE : script_text(r->tree, scope, value);
}

/* A name, or the "name" of an object. */
static struct str name_of(struct reading *r, TSNode node)
{
    struct str text = script_text(r->tree, r->scope, node);

    return text.length ? text : text_of(r, object_of(r, node), "name");
}

static TSNode list_of(struct reading *r, TSNode object, const char *name)
{
    struct script_scope scope = r->scope;

    return node_is(object, "object")
               ? script_bare(script_property(r->tree, r->scope, object, name, &scope))
               : node_null();
}

/* --- Operations. --- */

static void column_key(struct reading *r, struct str table, struct str column, TSNode node);

static void each_column(struct reading *r, struct str table, TSNode list, enum step_kind kind)
{
    struct script_nodes items = {0};

    if (node_is(list, "array"))
        items = script_children(r->tree, list);
    for (size_t i = 0; i < items.count; i++) {
        struct str name = name_of(r, items.items[i]);
        push(r, (struct step){.kind = kind, .table = table, .column = name, .keys_told = true});
        if (kind == STEP_ADD_COLUMN)
            column_key(r, table, name, items.items[i]);
    }
}

/* onDelete: "CASCADE"; empty: it cannot be read. */
static struct str rule_of(struct reading *r, TSNode object, const char *name)
{
    struct script_scope scope;
    TSNode value = script_property(r->tree, r->scope, object, name, &scope);

    return ts_node_is_null(value) ? STR("NO ACTION")
                                  : str_upper(r->arena, script_text(r->tree, scope, value));
}

/* An index, a key or a constraint: what it changes is known by its columns too. */
static void constraint(struct reading *r, struct str table, TSNode node, enum step_kind kind)
{
    TSNode object = object_of(r, node), list = list_of(r, object, "columnNames");
    struct script_nodes columns = {0};
    struct step step = {.kind = STEP_ALTER_COLUMN, .table = table, .key = true};

    push(r, (struct step){.kind = kind, .table = table, .name = name_of(r, node)});
    if (kind == STEP_ADD_INDEX && text_of(r, object, "referencedTableName").length) {
        step.which = STEP_KEY_FOREIGN;
        step.deletes = rule_of(r, object, "onDelete");
        step.updates = rule_of(r, object, "onUpdate");
    }
    struct step key = {.kind = STEP_KEY,
                       .table = table,
                       .name = name_of(r, node),
                       .makes =
                           step.which == STEP_KEY_FOREIGN ? STEP_MAKES_FOREIGN : STEP_MAKES_ANY,
                       .parts_told = node_is(list, "array")};
    if (node_is(list, "array"))
        columns = script_children(r->tree, list);
    for (size_t i = 0; i < columns.count; i++) {
        step.column = script_text(r->tree, r->scope, columns.items[i]);
        push(r, step);
        key.parts_told = key.parts_told && step.column.length;
        VEC_PUSH(r->arena, &key.parts, step.column);
    }
    if (kind == STEP_ADD_INDEX)
        push(r, key);
}

/* { name: "email", isUnique: true }: what is not known of it may be a key. */
static void column_key(struct reading *r, struct str table, struct str column, TSNode node)
{
    static const char *const words[] = {"isUnique", "isPrimary"};
    static const enum step_makes makes[] = {STEP_MAKES_UNIQUE, STEP_MAKES_PRIMARY};
    TSNode object = object_of(r, node);

    for (size_t i = 0; i < COUNT_OF(words); i++) {
        struct script_scope scope = r->scope;
        struct step key = {.kind = STEP_KEY, .table = table, .makes = makes[i], .parts_told = true};
        TSNode value = node_is(object, "object")
                           ? script_property(r->tree, r->scope, object, words[i], &scope)
                           : node_null();
        VEC_PUSH(r->arena, &key.parts, column);
        if (!node_is(object, "object"))
            key.makes = STEP_MAKES_ANY;
        else if (ts_node_is_null(value) ||
                 script_constant(r->tree, scope, value).kind == SCRIPT_FALSE)
            continue;
        push(r, key);
    }
}

static void create_table(struct reading *r, TSNode node)
{
    static const char *const lists[] = {"indices", "uniques", "foreignKeys", "checks"};
    TSNode object = object_of(r, node);
    struct str table = bare_table(text_of(r, object, "name"));
    struct str schema = text_of(r, object, "schema");

    if (!table.length)
        return;
    if (schema.length && !str_eq(schema, STR("public")))
        table = str_printf(r->arena, STR_FMT "." STR_FMT, STR_ARG(schema), STR_ARG(table));
    push(r, (struct step){.kind = STEP_ADD_TABLE, .table = table, .keys_told = true});
    each_column(r, table, list_of(r, object, "columns"), STEP_ADD_COLUMN);
    for (size_t i = 0; i < COUNT_OF(lists); i++) {
        TSNode list = list_of(r, object, lists[i]);
        struct script_nodes items = {0};
        if (node_is(list, "array"))
            items = script_children(r->tree, list);
        for (size_t j = 0; j < items.count; j++)
            constraint(r, table, items.items[j], STEP_ADD_INDEX);
    }
}

/* changeColumn("users", "name", new TableColumn({ … })): everything may change. */
static void change_column(struct reading *r, struct str table, struct str column, TSNode to)
{
    struct script_scope scope = r->scope;
    TSNode object = object_of(r, to);
    TSNode null = node_is(object, "object")
                      ? script_property(r->tree, r->scope, object, "isNullable", &scope)
                      : node_null();
    struct str name = name_of(r, to);
    bool nullable =
        !ts_node_is_null(null) && script_constant(r->tree, scope, null).kind == SCRIPT_TRUE;

    push(r, (struct step){.kind = STEP_ALTER_COLUMN,
                          .table = table,
                          .column = column,
                          .type = true,
                          .null = true,
                          .null_known = node_is(object, "object"),
                          .nullable = nullable,
                          .default_value = true,
                          .key = true});
    if (name.length && !str_eq(name, column)) {
        push(r, (struct step){.kind = STEP_DROP_COLUMN, .table = table, .column = column});
        push(r, (struct step){.kind = STEP_ADD_COLUMN, .table = table, .column = name});
    }
}

enum operation {
    OPERATION_CREATE_TABLE,
    OPERATION_DROP_TABLE,
    OPERATION_RENAME_TABLE,
    OPERATION_ADD_COLUMN,
    OPERATION_ADD_COLUMNS,
    OPERATION_DROP_COLUMN,
    OPERATION_DROP_COLUMNS,
    OPERATION_RENAME_COLUMN,
    OPERATION_CHANGE_COLUMN,
    OPERATION_ADD_CONSTRAINT,
    OPERATION_ADD_CONSTRAINTS,
    OPERATION_DROP_CONSTRAINT,
    OPERATION_PRIMARY_KEY,
};

static const struct {
    const char *name;
    enum operation operation;
} operations[] = {
    {"createTable", OPERATION_CREATE_TABLE},
    {"dropTable", OPERATION_DROP_TABLE},
    {"renameTable", OPERATION_RENAME_TABLE},
    {"addColumn", OPERATION_ADD_COLUMN},
    {"addColumns", OPERATION_ADD_COLUMNS},
    {"dropColumn", OPERATION_DROP_COLUMN},
    {"dropColumns", OPERATION_DROP_COLUMNS},
    {"renameColumn", OPERATION_RENAME_COLUMN},
    {"changeColumn", OPERATION_CHANGE_COLUMN},
    {"createIndex", OPERATION_ADD_CONSTRAINT},
    {"createForeignKey", OPERATION_ADD_CONSTRAINT},
    {"createUniqueConstraint", OPERATION_ADD_CONSTRAINT},
    {"createCheckConstraint", OPERATION_ADD_CONSTRAINT},
    {"createIndices", OPERATION_ADD_CONSTRAINTS},
    {"createForeignKeys", OPERATION_ADD_CONSTRAINTS},
    {"createUniqueConstraints", OPERATION_ADD_CONSTRAINTS},
    {"dropIndex", OPERATION_DROP_CONSTRAINT},
    {"dropForeignKey", OPERATION_DROP_CONSTRAINT},
    {"dropUniqueConstraint", OPERATION_DROP_CONSTRAINT},
    {"dropCheckConstraint", OPERATION_DROP_CONSTRAINT},
    {"createPrimaryKey", OPERATION_PRIMARY_KEY},
    {"dropPrimaryKey", OPERATION_PRIMARY_KEY},
};

static void rename_table(struct reading *r, struct str from, struct str to)
{
    push(r, (struct step){.kind = STEP_DROP_TABLE, .table = from});
    push(r, (struct step){.kind = STEP_ADD_TABLE, .table = to, .was = from});
}

static void primary_key(struct reading *r, struct str table, TSNode list)
{
    struct script_nodes columns = {0};

    if (node_is(script_bare(list), "array"))
        columns = script_children(r->tree, script_bare(list));
    for (size_t i = 0; i < columns.count; i++)
        push(r, (struct step){.kind = STEP_ALTER_COLUMN,
                              .table = table,
                              .column = script_text(r->tree, r->scope, columns.items[i]),
                              .key = true});
}

static void each_constraint(struct reading *r, struct str table, TSNode list)
{
    struct script_nodes items = {0};

    if (node_is(script_bare(list), "array"))
        items = script_children(r->tree, script_bare(list));
    for (size_t i = 0; i < items.count; i++)
        constraint(r, table, items.items[i], STEP_ADD_INDEX);
}

/* dedent`…`, `…`.trim(): the template or text itself. */
static TSNode text_bare(TSNode node)
{
    TSNode bare = script_bare(node), callee = script_callee(bare);

    if (!node_is(bare, "call_expression"))
        return bare;
    if (node_is(script_last(bare), "template_string"))
        return script_last(bare);
    TSNode object = node_is(callee, "member_expression")
                        ? script_bare(ts_node_named_child(callee, 0))
                        : node_null();
    return node_is(object, "template_string") || node_is(object, "string") ? object : bare;
}

/* `ALTER TABLE "${table}" ADD "age" integer`: a name stands for what is filled in, and for the text where that may come from. */
void steps_of_query(struct arena *arena, struct script_tree *tree, const struct script_scope *scope,
                    TSNode node, struct steps *steps)
{
    const struct str gap = STEPS_GAP;
    TSNode bare = text_bare(node);
    struct str text = script_text(tree, *scope, bare);

    if (!text.length && node_is(bare, "template_string")) {
        struct str source = script_source(scope->file, bare);
        struct buf out = buf_new(arena, source.length * (gap.length + 1) + 1);
        size_t start = ts_node_start_byte(bare), at = 1;
        for (uint32_t i = 0; i < ts_node_named_child_count(bare); i++) {
            TSNode child = ts_node_named_child(bare, i);
            if (!node_is(child, "template_substitution"))
                continue;
            buf_add(&out, str_slice(source, at, ts_node_start_byte(child) - start));
            buf_add(&out, gap);
            at = ts_node_end_byte(child) - start;
        }
        buf_add(&out, str_slice(source, at, source.length - 1));
        text = buf_str(&out);
    }
    steps_of_gapped_sql(arena, text, scope->file->source, steps);
}

/* The list that a name goes through: for (const sql of statements) …, statements.map((sql) => …); null: it is another name. */
static TSNode list_around(struct reading *r, TSNode name)
{
    struct str word = script_source(r->scope.file, name);
    TSNode node = name;

    for (size_t i = 0; i < UP_MAX && !ts_node_is_null(node); i++, node = ts_node_parent(node)) {
        if (node_is(node, "for_in_statement") &&
            str_eq(script_source(r->scope.file, ts_node_named_child(node, 0)), word))
            return ts_node_named_child(node, 1);
        if (!node_is(node, "arrow_function") ||
            !str_eq(script_parameter(r->tree, r->scope.file, node, 0), word))
            continue;
        TSNode callee = script_callee(ts_node_parent(ts_node_parent(node)));
        return node_is(callee, "member_expression") ? ts_node_named_child(callee, 0) : node_null();
    }
    return node_null();
}

static void query(struct reading *r, TSNode text)
{
    TSNode list = node_is(text, "identifier") ? script_bare(list_around(r, text)) : node_null();
    struct script_nodes items = {0};

    if (node_is(list, "identifier")) {
        struct script_thing thing = script_resolve(r->tree, r->scope, list);
        list = thing.kind == SCRIPT_VALUE && thing.file == r->scope.file ? script_bare(thing.node)
                                                                         : node_null();
    }
    if (node_is(list, "array"))
        items = script_children(r->tree, list);
    for (size_t i = 0; i < items.count; i++)
        steps_of_query(r->arena, r->tree, &r->scope, items.items[i], r->steps);
    if (!items.count)
        steps_of_query(r->arena, r->tree, &r->scope, text, r->steps);
}

static void operate(struct reading *r, enum operation operation, TSNode call)
{
    TSNode first = script_argument(r->tree, call, 0), second = script_argument(r->tree, call, 1);
    struct str table = bare_table(name_of(r, first));

    switch (operation) {
    case OPERATION_CREATE_TABLE:
        create_table(r, first);
        break;
    case OPERATION_DROP_TABLE:
        push(r, (struct step){.kind = STEP_DROP_TABLE, .table = table});
        break;
    case OPERATION_RENAME_TABLE:
        rename_table(r, table, bare_table(name_of(r, second)));
        break;
    case OPERATION_ADD_COLUMN:
    case OPERATION_DROP_COLUMN:
        push(r, (struct step){.kind = operation == OPERATION_ADD_COLUMN ? STEP_ADD_COLUMN
                                                                        : STEP_DROP_COLUMN,
                              .table = table,
                              .column = name_of(r, second),
                              .keys_told = true});
        if (operation == OPERATION_ADD_COLUMN)
            column_key(r, table, name_of(r, second), second);
        break;
    case OPERATION_ADD_COLUMNS:
    case OPERATION_DROP_COLUMNS:
        each_column(r, table, script_bare(second),
                    operation == OPERATION_ADD_COLUMNS ? STEP_ADD_COLUMN : STEP_DROP_COLUMN);
        break;
    case OPERATION_RENAME_COLUMN:
        push(r,
             (struct step){.kind = STEP_DROP_COLUMN, .table = table, .column = name_of(r, second)});
        push(r, (struct step){.kind = STEP_ADD_COLUMN,
                              .table = table,
                              .column = name_of(r, script_argument(r->tree, call, 2))});
        break;
    case OPERATION_CHANGE_COLUMN:
        change_column(r, table, name_of(r, second), script_argument(r->tree, call, 2));
        break;
    case OPERATION_ADD_CONSTRAINT:
    case OPERATION_DROP_CONSTRAINT:
        constraint(r, table, second,
                   operation == OPERATION_ADD_CONSTRAINT ? STEP_ADD_INDEX : STEP_DROP_INDEX);
        break;
    case OPERATION_ADD_CONSTRAINTS:
        each_constraint(r, table, second);
        break;
    case OPERATION_PRIMARY_KEY:
        primary_key(r, table, second);
        break;
    }
}

/* --- The calls of up(). --- */

static void visit(struct reading *r, TSNode node, unsigned depth);

/* await this.addText(runner, "sku"): what that method does, with what the call gives. */
static void own_method(struct reading *r, TSNode node, TSNode callee, unsigned depth)
{
    TSNode method =
        member_named(r, script_source(r->scope.file, script_child(callee, "property_identifier")));
    struct reading before = *r;
    struct str runner = STR_NONE;

    if (!node_is(method, "method_definition") || r->calls == CALLS_MAX)
        return;
    for (size_t i = 0; i < CALLS_MAX && !runner.length; i++)
        if (str_eq(script_source(r->scope.file, script_argument(r->tree, node, i)), r->runner))
            runner = script_parameter(r->tree, r->scope.file, method, i);
    if (!runner.length || before.entered >= STEPS_ENTERED_MAX)
        return;
    struct script_call call = {
        .file = r->scope.file, .function = method, .node = node, .scope = r->scope};
    r->runner = runner;
    r->calls++;
    r->entered++;
    r->scope.call = &call;
    visit(r, script_child(method, "statement_block"), depth + 1);
    before.entered = r->entered;
    *r = before;
}

static void visit(struct reading *r, TSNode node, unsigned depth)
{
    struct script_nodes children = script_children(r->tree, node);
    TSNode callee = script_callee(node);

    struct str name =
        node_is(callee, "member_expression")
            ? script_source(r->scope.file, script_child(callee, "property_identifier"))
            : STR_NONE;

    /* queryRunner.manager.query(…), connection.query(…): whoever executes it. */
    if (str_eq(name, STR("query"))) {
        query(r, script_argument(r->tree, node, 0));
    } else if (name.length && r->runner.length &&
               str_eq(script_source(r->scope.file, ts_node_named_child(callee, 0)), r->runner)) {
        for (size_t i = 0; i < COUNT_OF(operations); i++)
            if (str_eq(name, str_from(operations[i].name)))
                operate(r, operations[i].operation, node);
    } else if (node_is(callee, "member_expression") &&
               node_is(ts_node_named_child(callee, 0), "this")) {
        own_method(r, node, callee, depth);
    }
    for (size_t i = 0; i < children.count && depth < NESTING_MAX; i++)
        visit(r, children.items[i], depth + 1);
}

/* Classes that are declared, exported, or given to module.exports. */
static void find_classes(struct reading *r, TSNode node, unsigned depth)
{
    struct script_nodes children = script_children(r->tree, node);
    struct script_nodes members = {0};

    if (depth > NESTING_MAX)
        return;
    if (!ts_node_is_null(script_child(node, "class_body"))) {
        r->class_body = script_child(node, "class_body");
        members = script_children(r->tree, r->class_body);
        children.count = 0;
    }
    for (size_t i = 0; i < members.count; i++) {
        TSNode member = members.items[i];
        if (!str_eq(script_source(r->scope.file, script_child(member, "property_identifier")),
                    STR("up")))
            continue;
        if (!node_is(member, "method_definition")) /* up = async (runner) => { … } */
            member = script_last(member);
        /* const table = new Table({ … }), const name = "users": constants of its body stand for what they are. */
        struct script_call call = {.file = r->scope.file, .function = member, .scope = r->scope};
        r->runner = script_parameter(r->tree, r->scope.file, member, 0);
        r->scope.call = &call;
        visit(r, script_child(member, "statement_block"), 0);
        r->scope.call = NULL;
    }
    for (size_t i = 0; i < children.count; i++)
        find_classes(r, children.items[i], depth + 1);
}

void steps_of_typeorm(struct arena *arena, struct script_tree *tree, struct script_file *file,
                      struct steps *steps)
{
    struct reading r = {.arena = arena, .tree = tree, .scope = {.file = file}, .steps = steps};

    if (!ts_node_is_null(file->root))
        find_classes(&r, file->root, 0);
}
