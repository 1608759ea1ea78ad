#include "readers/steps_typeorm.h"
#include "readers/sql_files.h"
#include "readers/steps.h"

#define NESTING_MAX 40u
#define CALLS_MAX 4u
#define UP_MAX 12u
#define FILLED_MAX ((size_t)256 << 10)

struct reading {
    struct arena *arena;
    struct script_tree *tree;
    struct script_scope scope;
    struct str runner;            /* the parameter of up() */
    struct steps_classes classes; /* the migration's, and those it extends */
    struct str words;             /* of their files */
    size_t calls, entered;        /* methods of the class that are entered: now, and so far */
    struct steps *steps;
};

static void push(struct reading *r, struct step step)
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

/* An expression, and where it stands: what a base class or another file says is read there. */
struct operand {
    TSNode node;
    struct script_scope scope;
};

static struct operand here(const struct reading *r, TSNode node)
{
    return (struct operand){.node = node, .scope = r->scope};
}

/* this.table of `private table = new Table({ … })`; else the expression itself. */
static struct operand own_field(struct reading *r, struct operand operand)
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
    return (struct operand){
        .node = script_bare(script_last(member)),
        .scope = {.file = file, .call = file == r->scope.file ? r->scope.call : NULL}};
}

/* The options of `new Table({ … })`, or the object itself. */
static struct operand object_of(struct reading *r, struct operand operand)
{
    struct script_thing thing;

    operand.node = script_bare(operand.node);
    operand = own_field(r, operand);
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

static struct str text_here(struct reading *r, struct operand operand)
{
    struct str text = script_text(r->tree, operand.scope, operand.node);

    if (text.length)
        return text;
    operand.node = script_bare(operand.node);
    operand = own_field(r, operand);
    return script_text(r->tree, operand.scope, operand.node);
}

static struct str text_of(struct reading *r, struct operand object, const char *name)
{
    struct operand value = {.scope = object.scope};

    if (node_is(object.node, "object"))
        value.node = script_property(r->tree, object.scope, object.node, name, &value.scope);
    return ts_node_is_null(value.node) ? STR_NONE : text_here(r, value);
}

/* A name, or the "name" of an object. */
static struct str name_of(struct reading *r, struct operand operand)
{
    struct str text = text_here(r, operand);

    return text.length ? text : text_of(r, object_of(r, operand), "name");
}

/* The items of a list, or of a name that stands for one. */
static struct script_nodes items_of(struct reading *r, struct operand *list)
{
    *list = object_of(r, *list);
    return node_is(list->node, "array") ? script_children(r->tree, list->node)
                                        : (struct script_nodes){0};
}

static struct operand list_of(struct reading *r, struct operand object, const char *name)
{
    struct operand list = {.scope = object.scope};

    if (node_is(object.node, "object"))
        list.node = script_property(r->tree, object.scope, object.node, name, &list.scope);
    return list;
}

/* --- Operations. --- */

static void column_key(struct reading *r, struct str table, struct str column,
                       struct operand operand);

static void each_column(struct reading *r, struct str table, struct operand list,
                        enum step_kind kind)
{
    struct script_nodes items = items_of(r, &list);

    for (size_t i = 0; i < items.count; i++) {
        struct operand item = {items.items[i], list.scope};
        struct str name = name_of(r, item);
        push(r, (struct step){.kind = kind, .table = table, .column = name, .keys_told = true});
        if (kind == STEP_ADD_COLUMN)
            column_key(r, table, name, item);
    }
}

/* onDelete: "CASCADE"; empty: it cannot be read. */
static struct str rule_of(struct reading *r, struct operand object, const char *name)
{
    struct script_scope scope;
    TSNode value = script_property(r->tree, object.scope, object.node, name, &scope);

    return ts_node_is_null(value) ? STR("NO ACTION")
                                  : str_upper(r->arena, script_text(r->tree, scope, value));
}

/* An index, a key or a constraint: what it changes is known by its columns too. */
static void constraint(struct reading *r, struct str table, struct operand operand,
                       enum step_kind kind)
{
    struct operand object = object_of(r, operand), list = list_of(r, object, "columnNames");
    struct step step = {.kind = STEP_ALTER_COLUMN, .table = table, .key = true};

    push(r, (struct step){.kind = kind, .table = table, .name = name_of(r, operand)});
    if (kind == STEP_ADD_INDEX && text_of(r, object, "referencedTableName").length) {
        step.which = STEP_KEY_FOREIGN;
        step.deletes = rule_of(r, object, "onDelete");
        step.updates = rule_of(r, object, "onUpdate");
    }
    struct script_nodes columns = items_of(r, &list);
    struct step key = {.kind = STEP_KEY,
                       .table = table,
                       .name = name_of(r, operand),
                       .makes =
                           step.which == STEP_KEY_FOREIGN ? STEP_MAKES_FOREIGN : STEP_MAKES_ANY,
                       .parts_told = node_is(list.node, "array")};
    for (size_t i = 0; i < columns.count; i++) {
        step.column = text_here(r, (struct operand){columns.items[i], list.scope});
        push(r, step);
        key.parts_told = key.parts_told && step.column.length;
        VEC_PUSH(r->arena, &key.parts, step.column);
    }
    if (kind == STEP_ADD_INDEX)
        push(r, key);
}

/* { name: "email", isUnique: true }: what is not known of it may be a key. */
static void column_key(struct reading *r, struct str table, struct str column,
                       struct operand operand)
{
    static const char *const words[] = {"isUnique", "isPrimary"};
    static const enum step_makes makes[] = {STEP_MAKES_UNIQUE, STEP_MAKES_PRIMARY};
    struct operand object = object_of(r, operand);

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
}

static void each_constraint(struct reading *r, struct str table, struct operand list)
{
    struct script_nodes items = items_of(r, &list);

    for (size_t i = 0; i < items.count; i++)
        constraint(r, table, (struct operand){items.items[i], list.scope}, STEP_ADD_INDEX);
}

static void create_table(struct reading *r, TSNode node)
{
    static const char *const lists[] = {"indices", "uniques", "foreignKeys", "checks"};
    struct operand object = object_of(r, here(r, node));
    struct str table = bare_table(text_of(r, object, "name"));
    struct str schema = text_of(r, object, "schema");

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
static void change_column(struct reading *r, struct str table, struct str column, TSNode to)
{
    struct operand object = object_of(r, here(r, to));
    struct script_scope scope = object.scope;
    TSNode null = node_is(object.node, "object")
                      ? script_property(r->tree, object.scope, object.node, "isNullable", &scope)
                      : node_null();
    struct str name = name_of(r, here(r, to));
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

static void rename_table(struct reading *r, struct str from, struct str to)
{
    push(r, (struct step){.kind = STEP_DROP_TABLE, .table = from});
    push(r, (struct step){.kind = STEP_ADD_TABLE, .table = to, .was = from});
}

static void primary_key(struct reading *r, struct str table, struct operand list)
{
    struct script_nodes columns = items_of(r, &list);

    for (size_t i = 0; i < columns.count; i++)
        push(r,
             (struct step){.kind = STEP_ALTER_COLUMN,
                           .table = table,
                           .column = text_here(r, (struct operand){columns.items[i], list.scope}),
                           .key = true});
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

/* readFileSync(path.join(__dirname, "x.sql"), "utf8"), or a name that is set to it */
static bool read_from_files(struct arena *arena, struct script_tree *tree,
                            const struct script_scope *scope, TSNode node, struct steps *steps)
{
    const struct sql_files files = {.arena = arena,
                                    .files = script_tree_files(tree),
                                    .path = scope->file->path,
                                    .source = scope->file->source};
    struct strs texts;

    if (ts_node_is_null(node))
        return false;
    sql_files_read(&files, script_source(scope->file, node), &texts);
    for (size_t i = 0; i < texts.count; i++)
        steps_of_sql(arena, texts.items[i], steps);
    return texts.count > 0;
}

/* `ALTER TABLE "${table}" ADD "age" integer`: a name stands for what is filled in, and for the text where that may come from. */
void steps_of_query(struct arena *arena, struct script_tree *tree, const struct script_scope *scope,
                    TSNode node, const struct steps_fill *fill, struct steps *steps)
{
    const struct str gap = STEPS_GAP;
    TSNode bare = text_bare(node);
    struct str text = script_text(tree, *scope, bare);

    if (!text.length && !node_is(bare, "template_string") &&
        read_from_files(arena, tree, scope, node, steps))
        return;
    if (!text.length && node_is(bare, "template_string")) {
        struct str source = script_source(scope->file, bare);
        struct buf out = buf_new(arena, FILLED_MAX + source.length * (gap.length + 1));
        size_t start = ts_node_start_byte(bare), at = 1;
        for (uint32_t i = 0; i < ts_node_named_child_count(bare); i++) {
            TSNode child = ts_node_named_child(bare, i);
            if (!node_is(child, "template_substitution"))
                continue;
            struct str filled =
                fill ? fill->text(fill->context, ts_node_named_child(child, 0)) : STR_NONE;
            buf_add(&out, str_slice(source, at, ts_node_start_byte(child) - start));
            buf_add(&out, filled.length ? filled : gap);
            at = ts_node_end_byte(child) - start;
        }
        buf_add(&out, str_slice(source, at, source.length - 1));
        text = buf_str(&out);
    }
    steps_of_gapped_sql(arena, text, fill ? fill->words : scope->file->source, steps);
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

static struct str filled_with(void *context, TSNode expression)
{
    struct reading *r = context;

    return text_here(r, here(r, expression));
}

/* A text, or a field of the class that is one. */
static void query_text(struct reading *r, TSNode text)
{
    const struct steps_fill fill = {.context = r, .text = filled_with, .words = r->words};
    struct operand operand = own_field(r, here(r, script_bare(text)));

    steps_of_query(r->arena, r->tree, &operand.scope, operand.node, &fill, r->steps);
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
        query_text(r, items.items[i]);
    if (!items.count)
        query_text(r, text);
}

static void operate(struct reading *r, enum operation operation, TSNode call)
{
    TSNode first = script_argument(r->tree, call, 0), second = script_argument(r->tree, call, 1);
    struct str table = bare_table(name_of(r, here(r, first)));

    switch (operation) {
    case OPERATION_CREATE_TABLE:
        create_table(r, first);
        break;
    case OPERATION_DROP_TABLE:
        push(r, (struct step){.kind = STEP_DROP_TABLE, .table = table});
        break;
    case OPERATION_RENAME_TABLE:
        rename_table(r, table, bare_table(name_of(r, here(r, second))));
        break;
    case OPERATION_ADD_COLUMN:
    case OPERATION_DROP_COLUMN:
        push(r, (struct step){.kind = operation == OPERATION_ADD_COLUMN ? STEP_ADD_COLUMN
                                                                        : STEP_DROP_COLUMN,
                              .table = table,
                              .column = name_of(r, here(r, second)),
                              .keys_told = true});
        if (operation == OPERATION_ADD_COLUMN)
            column_key(r, table, name_of(r, here(r, second)), here(r, second));
        break;
    case OPERATION_ADD_COLUMNS:
    case OPERATION_DROP_COLUMNS:
        each_column(r, table, here(r, second),
                    operation == OPERATION_ADD_COLUMNS ? STEP_ADD_COLUMN : STEP_DROP_COLUMN);
        break;
    case OPERATION_RENAME_COLUMN:
        push(r, (struct step){.kind = STEP_DROP_COLUMN,
                              .table = table,
                              .column = name_of(r, here(r, second))});
        push(r, (struct step){.kind = STEP_ADD_COLUMN,
                              .table = table,
                              .column = name_of(r, here(r, script_argument(r->tree, call, 2)))});
        break;
    case OPERATION_CHANGE_COLUMN:
        change_column(r, table, name_of(r, here(r, second)), script_argument(r->tree, call, 2));
        break;
    case OPERATION_ADD_CONSTRAINT:
    case OPERATION_DROP_CONSTRAINT:
        constraint(r, table, here(r, second),
                   operation == OPERATION_ADD_CONSTRAINT ? STEP_ADD_INDEX : STEP_DROP_INDEX);
        break;
    case OPERATION_ADD_CONSTRAINTS:
        each_constraint(r, table, here(r, second));
        break;
    case OPERATION_PRIMARY_KEY:
        primary_key(r, table, here(r, second));
        break;
    }
}

/* --- The calls of up(). --- */

static void visit(struct reading *r, TSNode node, unsigned depth);

/* await this.addText(runner, "sku"): what that method does, with what the call gives. */
static void own_method(struct reading *r, TSNode node, TSNode callee, unsigned depth)
{
    struct script_file *file = r->scope.file;
    TSNode method = steps_class_member(
        r->tree, &r->classes,
        script_source(r->scope.file, script_child(callee, "property_identifier")), &file);
    struct reading before = *r;
    struct str runner = STR_NONE;

    if (!node_is(method, "method_definition") || r->calls == CALLS_MAX)
        return;
    for (size_t i = 0; i < CALLS_MAX && !runner.length; i++)
        if (str_eq(script_source(r->scope.file, script_argument(r->tree, node, i)), r->runner))
            runner = script_parameter(r->tree, file, method, i);
    if (!runner.length || before.entered >= STEPS_ENTERED_MAX)
        return;
    struct script_call call = {
        .file = file, .function = method, .node = node, .scope = before.scope};
    r->scope.file = file;
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

/* Its up(), or that of the nearest class above that has one. */
static void read_class(struct reading *r, TSNode class)
{
    struct script_file *file = r->scope.file;
    const struct script_scope before = r->scope;

    steps_classes_of(r->tree, file, class, &r->classes);
    r->words = steps_classes_words(r->arena, &r->classes);
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
}

/* Classes that are declared, exported, or given to module.exports. */
static void find_classes(struct reading *r, TSNode node, unsigned depth)
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
    struct reading r = {.arena = arena, .tree = tree, .scope = {.file = file}, .steps = steps};

    if (!ts_node_is_null(file->root))
        find_classes(&r, file->root, 0);
}
