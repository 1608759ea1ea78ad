#include "readers/steps_typeorm.h"

#define NESTING_MAX 40u
#define CALLS_MAX 4u

static void push(struct typeorm_reading *r, struct step step)
{
    bool column = step.kind == STEP_ADD_COLUMN || step.kind == STEP_DROP_COLUMN ||
                  step.kind == STEP_ALTER_COLUMN;

    /* Of a loop over tables, or a column that a function makes. */
    if (column && (!step.table.length || !step.column.length))
        step.computed = r->words;
    VEC_PUSH(r->arena, r->steps, step);
}

/* --- Operands. --- */

/* "public" is the usual schema, and said or not. */
static struct str bare_table(struct str name)
{
    return str_starts(name, STR("public.")) ? str_from_offset(name, STR("public.").length) : name;
}

struct typeorm_operand typeorm_here(const struct typeorm_reading *r, TSNode node)
{
    return (struct typeorm_operand){.node = node, .scope = r->scope};
}

/* this.table of `private table = new Table({ … })`; else the expression itself. */
struct typeorm_operand typeorm_own_field(struct typeorm_reading *r, struct typeorm_operand operand)
{
    struct script_file *file = operand.scope.file;

    if (!node_is(operand.node, "member_expression") ||
        !node_is(ts_node_named_child(operand.node, 0), "this"))
        return operand;
    TSNode member = steps_class_member(
        r->tree, &r->classes,
        script_source(file, script_child(operand.node, "property_identifier")), &file);
    if (!node_is(member, "public_field_definition") && !node_is(member, "field_definition"))
        return operand;
    return (struct typeorm_operand){
        .node = script_bare(script_last(member)),
        .scope = {.file = file, .call = file == r->scope.file ? r->scope.call : NULL}};
}

/* The options of `new Table({ … })`, or the object itself. */
static struct typeorm_operand object_of(struct typeorm_reading *r, struct typeorm_operand operand)
{
    struct script_thing thing;

    operand.node = script_bare(operand.node);
    operand = typeorm_own_field(r, operand);
    if (node_is(operand.node, "identifier")) {
        thing = script_resolve(r->tree, operand.scope, operand.node);
        if (thing.kind == SCRIPT_VALUE) {
            operand.node = script_bare(thing.node);
            if (thing.file != operand.scope.file)
                operand.scope = (struct script_scope){.file = thing.file};
        }
    }
    if (node_is(operand.node, "new_expression"))
        operand.node = script_bare(script_argument(r->tree, operand.node, 0));
    return operand;
}

struct str typeorm_text_here(struct typeorm_reading *r, struct typeorm_operand operand)
{
    struct str text = script_text(r->tree, operand.scope, operand.node);

    if (text.length)
        return text;
    operand.node = script_bare(operand.node);
    operand = typeorm_own_field(r, operand);
    return script_text(r->tree, operand.scope, operand.node);
}

struct str typeorm_option_of(struct typeorm_reading *r, struct typeorm_operand object,
                             const char *name)
{
    struct typeorm_operand value = {.scope = object.scope};

    if (node_is(object.node, "object"))
        value.node = script_property(r->tree, object.scope, object.node, name, &value.scope);
    return ts_node_is_null(value.node) ? STR_NONE : typeorm_text_here(r, value);
}

/* A name, or the "name" of an object. */
static struct str name_of(struct typeorm_reading *r, struct typeorm_operand operand)
{
    struct str text = typeorm_text_here(r, operand);

    return text.length ? text : typeorm_option_of(r, object_of(r, operand), "name");
}

/* The items of a list, or of a name that stands for one. */
struct script_nodes typeorm_items_of(struct typeorm_reading *r, struct typeorm_operand *list)
{
    *list = object_of(r, *list);
    return node_is(list->node, "array") ? script_children(r->tree, list->node)
                                        : (struct script_nodes){0};
}

static struct typeorm_operand list_of(struct typeorm_reading *r, struct typeorm_operand object,
                                      const char *name)
{
    struct typeorm_operand list = {.scope = object.scope};

    if (node_is(object.node, "object"))
        list.node = script_property(r->tree, object.scope, object.node, name, &list.scope);
    return list;
}

/* --- Operations. --- */

static void column_parts(struct typeorm_reading *r, struct str table, struct str column,
                         struct typeorm_operand operand);

/* { name: "total", asExpression: "a + b" } */
static enum step_generated generated_from(struct typeorm_reading *r, struct typeorm_operand operand)
{
    struct typeorm_operand object = object_of(r, operand);
    struct script_scope scope;

    if (!node_is(object.node, "object") ||
        !ts_node_is_null(script_child(object.node, "spread_element")))
        return STEP_GENERATED_UNKNOWN;
    return ts_node_is_null(
               script_property(r->tree, object.scope, object.node, "asExpression", &scope))
               ? STEP_GENERATED_NO
               : STEP_GENERATED_YES;
}

static void each_column(struct typeorm_reading *r, struct str table, struct typeorm_operand list,
                        enum step_kind kind)
{
    struct script_nodes items = typeorm_items_of(r, &list);

    for (size_t i = 0; i < items.count; i++) {
        struct typeorm_operand item = {items.items[i], list.scope};
        struct str name = name_of(r, item);
        push(r, (struct step){.kind = kind,
                              .table = table,
                              .column = name,
                              .generated = generated_from(r, item),
                              .keys_told = true});
        if (kind == STEP_ADD_COLUMN)
            column_parts(r, table, name, item);
    }
}

/* onDelete: "CASCADE"; empty: it cannot be read. */
static struct str rule_of(struct typeorm_reading *r, struct typeorm_operand object,
                          const char *name)
{
    struct script_scope scope;
    TSNode value = script_property(r->tree, object.scope, object.node, name, &scope);

    return ts_node_is_null(value) ? STR("NO ACTION")
                                  : str_upper(r->arena, script_text(r->tree, scope, value));
}

/* An index, a key or a constraint: what it changes is known by its columns too. */
static void constraint(struct typeorm_reading *r, struct str table, struct typeorm_operand operand,
                       enum step_kind kind)
{
    struct typeorm_operand object = object_of(r, operand), list = list_of(r, object, "columnNames");
    struct step step = {.kind = STEP_ALTER_COLUMN, .table = table, .key = true};

    struct step index = {.kind = kind, .table = table, .name = name_of(r, operand)};
    if (kind == STEP_ADD_INDEX && typeorm_option_of(r, object, "referencedTableName").length) {
        index.makes = STEP_MAKES_FOREIGN;
        step.which = STEP_KEY_FOREIGN;
        step.target = bare_table(typeorm_option_of(r, object, "referencedTableName"));
        step.deletes = rule_of(r, object, "onDelete");
        step.updates = rule_of(r, object, "onUpdate");
    }
    push(r, index);
    struct script_nodes columns = typeorm_items_of(r, &list);
    struct step key = {.kind = STEP_KEY,
                       .table = table,
                       .name = name_of(r, operand),
                       .makes =
                           step.which == STEP_KEY_FOREIGN ? STEP_MAKES_FOREIGN : STEP_MAKES_ANY,
                       .deletes = step.deletes,
                       .updates = step.updates,
                       .parts_told = node_is(list.node, "array")};
    if (kind == STEP_ADD_INDEX && node_is(object.node, "object") && list.node.id) {
        struct script_scope scope;
        TSNode where = script_property(r->tree, object.scope, object.node, "where", &scope);
        key.partial = ts_node_is_null(where) ? STEP_PARTIAL_NO : STEP_PARTIAL_YES;
    }
    for (size_t i = 0; i < columns.count; i++) {
        step.column = typeorm_text_here(r, (struct typeorm_operand){columns.items[i], list.scope});
        push(r, step);
        key.parts_told = key.parts_told && step.column.length;
        VEC_PUSH(r->arena, &key.parts, step.column);
    }
    if (kind == STEP_ADD_INDEX)
        push(r, key);
}

/* { name: "email", isUnique: true }: what is not known of it may be a key. With it comes its type. */
static void column_parts(struct typeorm_reading *r, struct str table, struct str column,
                         struct typeorm_operand operand)
{
    static const char *const words[] = {"isUnique", "isPrimary"};
    static const enum step_makes makes[] = {STEP_MAKES_UNIQUE, STEP_MAKES_PRIMARY};
    struct typeorm_operand object = object_of(r, operand);

    for (size_t i = 0; i < COUNT_OF(words); i++) {
        struct script_scope scope = object.scope;
        struct step key = {.kind = STEP_KEY, .table = table, .makes = makes[i], .parts_told = true};
        TSNode value = node_is(object.node, "object")
                           ? script_property(r->tree, object.scope, object.node, words[i], &scope)
                           : node_null();
        VEC_PUSH(r->arena, &key.parts, column);
        if (!node_is(object.node, "object"))
            key.makes = STEP_MAKES_ANY;
        else if (ts_node_is_null(value) ||
                 script_constant(r->tree, scope, value).kind == SCRIPT_FALSE)
            continue;
        push(r, key);
    }
    typeorm_column_type(r, table, column, object);
}

static void each_constraint(struct typeorm_reading *r, struct str table,
                            struct typeorm_operand list)
{
    struct script_nodes items = typeorm_items_of(r, &list);

    for (size_t i = 0; i < items.count; i++)
        constraint(r, table, (struct typeorm_operand){items.items[i], list.scope}, STEP_ADD_INDEX);
}

static void create_table(struct typeorm_reading *r, TSNode node)
{
    static const char *const lists[] = {"indices", "uniques", "foreignKeys", "checks"};
    struct typeorm_operand object = object_of(r, typeorm_here(r, node));
    struct str table = bare_table(typeorm_option_of(r, object, "name"));
    struct str schema = typeorm_option_of(r, object, "schema");

    if (!table.length)
        return;
    if (schema.length && !str_eq(schema, STR("public")))
        table = str_printf(r->arena, STR_FMT "." STR_FMT, STR_ARG(schema), STR_ARG(table));
    push(r, (struct step){.kind = STEP_ADD_TABLE, .table = table, .keys_told = true});
    each_column(r, table, list_of(r, object, "columns"), STEP_ADD_COLUMN);
    for (size_t i = 0; i < COUNT_OF(lists); i++)
        each_constraint(r, table, list_of(r, object, lists[i]));
}

/* changeColumn("users", "name", new TableColumn({ … })): everything may change. */
static void change_column(struct typeorm_reading *r, struct str table, struct str column, TSNode to)
{
    struct typeorm_operand object = object_of(r, typeorm_here(r, to));
    struct script_scope scope = object.scope;
    TSNode null = node_is(object.node, "object")
                      ? script_property(r->tree, object.scope, object.node, "isNullable", &scope)
                      : node_null();
    struct str name = name_of(r, typeorm_here(r, to));
    bool nullable =
        !ts_node_is_null(null) && script_constant(r->tree, scope, null).kind == SCRIPT_TRUE;

    push(r, (struct step){.kind = STEP_ALTER_COLUMN,
                          .table = table,
                          .column = column,
                          .type = true,
                          .null = true,
                          .null_known = node_is(object.node, "object"),
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

static void rename_table(struct typeorm_reading *r, struct str from, struct str to)
{
    push(r, (struct step){.kind = STEP_DROP_TABLE, .table = from});
    push(r, (struct step){.kind = STEP_ADD_TABLE, .table = to, .was = from});
}

static void primary_key(struct typeorm_reading *r, struct str table, struct typeorm_operand list)
{
    struct script_nodes columns = typeorm_items_of(r, &list);

    for (size_t i = 0; i < columns.count; i++)
        push(r, (struct step){.kind = STEP_ALTER_COLUMN,
                              .table = table,
                              .column = typeorm_text_here(
                                  r, (struct typeorm_operand){columns.items[i], list.scope}),
                              .key = true});
}

static void operate(struct typeorm_reading *r, enum operation operation, TSNode call)
{
    TSNode first = script_argument(r->tree, call, 0), second = script_argument(r->tree, call, 1);
    struct str table = bare_table(name_of(r, typeorm_here(r, first)));

    switch (operation) {
    case OPERATION_CREATE_TABLE:
        create_table(r, first);
        break;
    case OPERATION_DROP_TABLE:
        push(r, (struct step){.kind = STEP_DROP_TABLE, .table = table});
        break;
    case OPERATION_RENAME_TABLE:
        rename_table(r, table, bare_table(name_of(r, typeorm_here(r, second))));
        break;
    case OPERATION_ADD_COLUMN:
    case OPERATION_DROP_COLUMN:
        push(r, (struct step){.kind = operation == OPERATION_ADD_COLUMN ? STEP_ADD_COLUMN
                                                                        : STEP_DROP_COLUMN,
                              .table = table,
                              .column = name_of(r, typeorm_here(r, second)),
                              .generated = generated_from(r, typeorm_here(r, second)),
                              .keys_told = true});
        if (operation == OPERATION_ADD_COLUMN)
            column_parts(r, table, name_of(r, typeorm_here(r, second)), typeorm_here(r, second));
        break;
    case OPERATION_ADD_COLUMNS:
    case OPERATION_DROP_COLUMNS:
        each_column(r, table, typeorm_here(r, second),
                    operation == OPERATION_ADD_COLUMNS ? STEP_ADD_COLUMN : STEP_DROP_COLUMN);
        break;
    case OPERATION_RENAME_COLUMN:
        push(r, (struct step){.kind = STEP_DROP_COLUMN,
                              .table = table,
                              .column = name_of(r, typeorm_here(r, second))});
        push(r, (struct step){.kind = STEP_ADD_COLUMN,
                              .table = table,
                              .column =
                                  name_of(r, typeorm_here(r, script_argument(r->tree, call, 2)))});
        break;
    case OPERATION_CHANGE_COLUMN:
        change_column(r, table, name_of(r, typeorm_here(r, second)),
                      script_argument(r->tree, call, 2));
        break;
    case OPERATION_ADD_CONSTRAINT:
    case OPERATION_DROP_CONSTRAINT:
        constraint(r, table, typeorm_here(r, second),
                   operation == OPERATION_ADD_CONSTRAINT ? STEP_ADD_INDEX : STEP_DROP_INDEX);
        break;
    case OPERATION_ADD_CONSTRAINTS:
        each_constraint(r, table, typeorm_here(r, second));
        break;
    case OPERATION_PRIMARY_KEY:
        primary_key(r, table, typeorm_here(r, second));
        break;
    }
}

/* --- The calls of up(). --- */

static void visit(struct typeorm_reading *r, TSNode node, unsigned depth);

/* What a function does, with what the call gives: this.addText(runner, "sku"), addText(runner, "sku"). */
static void enter(struct typeorm_reading *r, TSNode node, struct script_file *file, TSNode function,
                  const struct steps_classes *classes, unsigned depth)
{
    struct typeorm_reading before = *r;
    struct str runner = STR_NONE;
    TSNode body = script_child(function, "statement_block");

    if (r->calls == CALLS_MAX || before.entered >= STEPS_ENTERED_MAX || depth >= NESTING_MAX)
        return;
    for (size_t i = 0; i < CALLS_MAX && !runner.length; i++)
        if (r->runner.length &&
            str_eq(script_source(r->scope.file, script_argument(r->tree, node, i)), r->runner))
            runner = script_parameter(r->tree, file, function, i);
    /* One of the file may have the runner of the function around it. */
    if (!runner.length && file == r->scope.file && !node_is(function, "method_definition"))
        runner = r->runner;
    if (!runner.length)
        return;
    struct script_call call = {
        .file = file, .function = function, .node = node, .scope = before.scope};
    r->scope.file = file;
    r->runner = runner;
    r->calls++;
    r->entered++;
    r->scope.call = &call;
    if (classes)
        r->classes = *classes;
    visit(r, ts_node_is_null(body) ? script_last(function) : body, depth + 1);
    before.entered = r->entered;
    before.grown = r->grown;
    *r = before;
}

static void own_method(struct typeorm_reading *r, TSNode node, TSNode callee, unsigned depth)
{
    struct script_file *file = r->scope.file;
    TSNode method = steps_class_member(
        r->tree, &r->classes,
        script_source(r->scope.file, script_child(callee, "property_identifier")), &file);

    if (node_is(method, "method_definition"))
        enter(r, node, file, method, NULL, depth);
}

static bool is_function(TSNode node)
{
    return node_is(node, "function_declaration") || node_is(node, "arrow_function") ||
           node_is(node, "function_expression");
}

/* addText(…), helpers.addText(…), MigrationHelpers.addText(…): functions of the tree, static methods of its classes. */
static void function_of_tree(struct typeorm_reading *r, TSNode node, TSNode callee, unsigned depth)
{
    struct script_thing thing = script_resolve(r->tree, r->scope, callee), class;
    struct steps_classes classes;
    struct script_file *file;

    if ((thing.kind == SCRIPT_DECLARATION || thing.kind == SCRIPT_VALUE) &&
        is_function(thing.node)) {
        enter(r, node, thing.file, thing.node, NULL, depth);
        return;
    }
    if (!node_is(callee, "member_expression"))
        return;
    class = script_resolve(r->tree, r->scope, ts_node_named_child(callee, 0));
    if (class.kind != SCRIPT_DECLARATION || ts_node_is_null(script_child(class.node, "class_body")))
        return;
    steps_classes_of(r->tree, class.file, class.node, &classes);
    TSNode method = steps_class_member(
        r->tree, &classes,
        script_source(r->scope.file, script_child(callee, "property_identifier")), &file);
    if (node_is(method, "method_definition"))
        enter(r, node, file, method, &classes, depth);
}

static void visit(struct typeorm_reading *r, TSNode node, unsigned depth)
{
    struct script_nodes children = script_children(r->tree, node);
    TSNode callee = script_callee(node);

    struct str name =
        node_is(callee, "member_expression")
            ? script_source(r->scope.file, script_child(callee, "property_identifier"))
            : STR_NONE;

    /* queryRunner.manager.query(…), connection.query(…): whoever executes it. */
    if (str_eq(name, STR("query"))) {
        typeorm_query(r, script_argument(r->tree, node, 0));
    } else if (name.length && r->runner.length &&
               str_eq(script_source(r->scope.file, ts_node_named_child(callee, 0)), r->runner)) {
        for (size_t i = 0; i < COUNT_OF(operations); i++)
            if (str_eq(name, str_from(operations[i].name)))
                operate(r, operations[i].operation, node);
    } else if (node_is(callee, "member_expression") &&
               node_is(ts_node_named_child(callee, 0), "this")) {
        own_method(r, node, callee, depth);
    } else if (node_is(callee, "identifier") || node_is(callee, "member_expression")) {
        function_of_tree(r, node, callee, depth);
    }
    for (size_t i = 0; i < children.count && depth < NESTING_MAX; i++)
        visit(r, children.items[i], depth + 1);
}

/* The words of a class are a copy of its file, which few of its steps ask for: until then this stands for them, known by its address. */
static const struct str words_later = STR_INIT("words");

static void write_words(struct typeorm_reading *r, size_t first)
{
    struct str words = words_later;

    for (size_t i = first; i < r->steps->count; i++) {
        struct str *computed = &r->steps->items[i].computed;
        if (computed->bytes != words_later.bytes)
            continue;
        if (words.bytes == words_later.bytes)
            words = steps_classes_words(r->tree, &r->classes);
        *computed = words;
    }
}

/* Its up(), or that of the nearest class above that has one. */
static void read_class(struct typeorm_reading *r, TSNode class)
{
    struct script_file *file = r->scope.file;
    const struct script_scope before = r->scope;
    size_t first = r->steps->count;

    steps_classes_of(r->tree, file, class, &r->classes);
    r->words = words_later;
    TSNode member = steps_class_member(r->tree, &r->classes, STR("up"), &file);
    if (ts_node_is_null(member))
        return;
    if (!node_is(member, "method_definition")) /* up = async (runner) => { … } */
        member = script_last(member);
    /* const table = new Table({ … }), const name = "users": constants of its body stand for what they are. */
    r->scope.file = file;
    struct script_call call = {.file = file, .function = member, .scope = r->scope};
    r->runner = script_parameter(r->tree, file, member, 0);
    r->scope.call = &call;
    visit(r, script_child(member, "statement_block"), 0);
    r->scope = before;
    write_words(r, first);
}

/* Classes that are declared, exported, or given to module.exports. */
static void find_classes(struct typeorm_reading *r, TSNode node, unsigned depth)
{
    struct script_nodes children = script_children(r->tree, node);

    if (depth > NESTING_MAX)
        return;
    if (!ts_node_is_null(script_child(node, "class_body"))) {
        if (!node_is(node, "abstract_class_declaration")) /* those run by their heirs alone */
            read_class(r, node);
        return;
    }
    for (size_t i = 0; i < children.count; i++)
        find_classes(r, children.items[i], depth + 1);
}

void steps_of_typeorm(struct arena *arena, struct script_tree *tree, struct script_file *file,
                      struct steps *steps)
{
    struct typeorm_reading r = {
        .arena = arena, .tree = tree, .scope = {.file = file}, .steps = steps};

    if (!ts_node_is_null(file->root))
        find_classes(&r, file->root, 0);
}
