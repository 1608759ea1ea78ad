#include "readers/steps.h"

#define UP_MAX 40u

struct reader {
    struct arena *arena;
    struct python_tree *tree;
    struct python_scope scope;
    struct str app; /* Django */
    struct steps *steps;
};

static struct str text_of(struct reader *r, TSNode node)
{
    struct python_constant value = python_constant(r->tree, r->scope, node);

    return value.kind == CONSTANT_STRING ? value.text : STR_NONE;
}

static TSNode word(struct reader *r, TSNode call, const char *keyword, size_t index)
{
    TSNode node = call_keyword(r->scope.file, call, keyword);

    return ts_node_is_null(node) ? call_positional(call, index) : node;
}

static void push(struct reader *r, struct step step)
{
    VEC_PUSH(r->arena, r->steps, step);
}

static struct str called_name(struct reader *r, TSNode call)
{
    return dotted_last(node_source(r->scope.file, node_field(call, "function")));
}

/* --- Alembic. --- */

/* The table of the `with op.batch_alter_table("t") as batch_op:` around a call; empty when there is none. */
static struct str batch_table(struct reader *r, TSNode call)
{
    TSNode node = call;

    for (size_t i = 0; i < UP_MAX && !ts_node_is_null(node); i++, node = ts_node_parent(node)) {
        if (!node_is(node, "with_statement"))
            continue;
        TSNode clause = ts_node_named_child(node, 0);
        while (!ts_node_is_null(clause) && !node_is(clause, "call"))
            clause = ts_node_named_child(clause, 0);
        if (node_is(clause, "call") && str_eq(called_name(r, clause), STR("batch_alter_table")))
            return text_of(r, word(r, clause, "table_name", 0));
    }
    return STR_NONE;
}

static struct str column_name(struct reader *r, TSNode column)
{
    return node_is(column, "call") ? text_of(r, word(r, column, "name", 0)) : STR_NONE;
}

static void alembic_table(struct reader *r, TSNode call)
{
    struct str table = text_of(r, word(r, call, "table_name", 0));

    push(r, (struct step){.kind = STEP_ADD_TABLE, .table = table});
    for (size_t i = 1; i < call_positional_count(call); i++)
        if (str_eq(called_name(r, call_positional(call, i)), STR("Column")))
            push(r, (struct step){.kind = STEP_ADD_COLUMN,
                                  .table = table,
                                  .column = column_name(r, call_positional(call, i))});
}

static void alembic_alter(struct reader *r, TSNode call, struct str table, size_t shift)
{
    struct str column = text_of(r, word(r, call, "column_name", 1 - shift));
    struct str renamed = text_of(r, call_keyword(r->scope.file, call, "new_column_name"));
    struct python_file *file = r->scope.file;
    struct python_constant nullable =
        python_constant(r->tree, r->scope, call_keyword(file, call, "nullable"));

    push(r, (struct step){
                .kind = STEP_ALTER_COLUMN,
                .table = table,
                .column = column,
                .type = !ts_node_is_null(call_keyword(file, call, "type_")),
                .null = !ts_node_is_null(call_keyword(file, call, "nullable")),
                .null_known = nullable.kind == CONSTANT_TRUE || nullable.kind == CONSTANT_FALSE,
                .nullable = nullable.kind == CONSTANT_TRUE,
                .default_value = !ts_node_is_null(call_keyword(file, call, "server_default"))});
    if (renamed.length) {
        push(r, (struct step){.kind = STEP_DROP_COLUMN, .table = table, .column = column});
        push(r, (struct step){.kind = STEP_ADD_COLUMN, .table = table, .column = renamed});
    }
}

static void alembic_key(struct reader *r, TSNode call, struct str table, TSNode columns)
{
    push(r, (struct step){.kind = STEP_ADD_INDEX,
                          .table = table,
                          .name = text_of(r, call_positional(call, 0))});
    if (!node_is(columns, "list") && !node_is(columns, "tuple"))
        return;
    if (ts_node_named_child_count(columns) == 1)
        push(r, (struct step){.kind = STEP_ALTER_COLUMN,
                              .key = true,
                              .table = table,
                              .column = text_of(r, ts_node_named_child(columns, 0))});
}

static void sql_argument(struct reader *r, TSNode node)
{
    if (node_is(node, "call"))
        node = call_positional(node, 0);
    struct str text = text_of(r, node);
    if (text.length)
        steps_of_sql(r->arena, text, r->steps);
}

static void alembic_call(struct reader *r, TSNode call)
{
    struct str name = called_name(r, call), batch = batch_table(r, call);
    size_t shift = batch.length ? 1 : 0;
    struct str table = shift ? batch : text_of(r, word(r, call, "table_name", 0));

    if (str_eq(name, STR("add_column")))
        push(r, (struct step){.kind = STEP_ADD_COLUMN,
                              .table = table,
                              .column = column_name(r, word(r, call, "column", 1 - shift))});
    else if (str_eq(name, STR("drop_column")))
        push(r, (struct step){.kind = STEP_DROP_COLUMN,
                              .table = table,
                              .column = text_of(r, word(r, call, "column_name", 1 - shift))});
    else if (str_eq(name, STR("alter_column")))
        alembic_alter(r, call, table, shift);
    else if (str_eq(name, STR("create_table")))
        alembic_table(r, call);
    else if (str_eq(name, STR("drop_table")))
        push(r, (struct step){.kind = STEP_DROP_TABLE, .table = table});
    else if (str_eq(name, STR("rename_table"))) {
        push(r, (struct step){.kind = STEP_DROP_TABLE, .table = table});
        push(r,
             (struct step){.kind = STEP_ADD_TABLE, .table = text_of(r, call_positional(call, 1))});
    } else if (str_eq(name, STR("create_index")))
        push(r, (struct step){.kind = STEP_ADD_INDEX,
                              .table = shift ? batch : text_of(r, call_positional(call, 1)),
                              .name = text_of(r, word(r, call, "index_name", 0))});
    else if (str_eq(name, STR("drop_index")) || str_eq(name, STR("drop_constraint")))
        push(r,
             (struct step){.kind = STEP_DROP_INDEX, .name = text_of(r, call_positional(call, 0))});
    else if (str_eq(name, STR("create_unique_constraint")))
        alembic_key(r, call, shift ? batch : text_of(r, call_positional(call, 1)),
                    call_positional(call, 2 - shift));
    else if (str_eq(name, STR("create_foreign_key")))
        alembic_key(r, call, shift ? batch : text_of(r, call_positional(call, 1)),
                    call_positional(call, 3 - shift));
    else if (str_eq(name, STR("create_check_constraint")))
        push(r, (struct step){.kind = STEP_ADD_INDEX,
                              .table = shift ? batch : text_of(r, call_positional(call, 1)),
                              .name = text_of(r, call_positional(call, 0))});
    else if (str_eq(name, STR("execute")))
        sql_argument(r, call_positional(call, 0));
}

static void each_call(struct reader *r, TSNode root, void (*visit)(struct reader *, TSNode))
{
    TSTreeCursor cursor = ts_tree_cursor_new(root);
    bool more = true;

    while (more) {
        TSNode node = ts_tree_cursor_current_node(&cursor);
        if (node_is(node, "call"))
            visit(r, node);
        if (ts_tree_cursor_goto_first_child(&cursor))
            continue;
        while (!ts_tree_cursor_goto_next_sibling(&cursor))
            if (!ts_tree_cursor_goto_parent(&cursor)) {
                more = false;
                break;
            }
    }
    ts_tree_cursor_delete(&cursor);
}

void steps_of_alembic(struct arena *arena, struct python_tree *tree, struct python_file *file,
                      struct steps *steps)
{
    struct reader r = {.arena = arena, .tree = tree, .scope = {.file = file}, .steps = steps};
    const struct python_binding *upgrade =
        python_binding_in(tree, file, node_null(), STR("upgrade"));

    if (upgrade && upgrade->kind == BINDING_FUNCTION)
        each_call(&r, upgrade->node, alembic_call);
}

/* --- Django. --- */

static struct str django_table(struct reader *r, struct str model)
{
    return str_printf(r->arena, STR_FMT "_" STR_FMT, STR_ARG(r->app),
                      STR_ARG(str_lower(r->arena, model)));
}

static struct str field_column(struct reader *r, struct str name, TSNode field)
{
    struct str column = node_is(field, "call")
                            ? text_of(r, call_keyword(r->scope.file, field, "db_column"))
                            : STR_NONE;

    return column.length ? column : name;
}

static void create_model(struct reader *r, TSNode call)
{
    struct str table = django_table(r, text_of(r, word(r, call, "name", 0)));
    TSNode fields = word(r, call, "fields", 1);
    TSNode options = call_keyword(r->scope.file, call, "options");

    push(r, (struct step){.kind = STEP_ADD_TABLE, .table = table});
    for (uint32_t i = 0; node_is(fields, "list") && i < ts_node_named_child_count(fields); i++) {
        TSNode pair = ts_node_named_child(fields, i);
        if (!node_is(pair, "tuple") || ts_node_named_child_count(pair) < 2)
            continue;
        struct str name = text_of(r, ts_node_named_child(pair, 0));
        TSNode field = ts_node_named_child(pair, 1);
        if (str_eq(called_name(r, field), STR("ManyToManyField")))
            push(r, (struct step){.kind = STEP_ADD_TABLE,
                                  .table = str_printf(r->arena, STR_FMT "_" STR_FMT, STR_ARG(table),
                                                      STR_ARG(name))});
        else
            push(r, (struct step){.kind = STEP_ADD_COLUMN,
                                  .table = table,
                                  .column = field_column(r, name, field),
                                  .field = true});
    }
    for (uint32_t i = 0; node_is(options, "dictionary") && i < ts_node_named_child_count(options);
         i++) {
        TSNode pair = ts_node_named_child(options, i);
        if (node_is(pair, "pair") && str_eq(text_of(r, node_field(pair, "key")), STR("db_table")))
            push(r, (struct step){.kind = STEP_TABLE_NAME,
                                  .table = table,
                                  .name = text_of(r, node_field(pair, "value"))});
    }
}

static void django_column(struct reader *r, TSNode call, enum step_kind kind)
{
    struct str table = django_table(r, text_of(r, word(r, call, "model_name", 0)));
    struct str name = text_of(r, word(r, call, "name", 1));
    TSNode field = word(r, call, "field", 2);

    if (node_is(field, "call") && str_eq(called_name(r, field), STR("ManyToManyField")))
        push(r, (struct step){.kind = STEP_ADD_TABLE,
                              .table = str_printf(r->arena, STR_FMT "_" STR_FMT, STR_ARG(table),
                                                  STR_ARG(name))});
    push(r, (struct step){.kind = kind,
                          .table = table,
                          .column = field_column(r, name, field),
                          .field = true,
                          .type = true,
                          .null = true,
                          .default_value = true,
                          .key = true});
}

static void django_index(struct reader *r, TSNode call, enum step_kind kind, const char *keyword)
{
    TSNode made = word(r, call, keyword, 1);
    struct str name = node_is(made, "call") ? text_of(r, call_keyword(r->scope.file, made, "name"))
                                            : text_of(r, word(r, call, "name", 1));

    push(r, (struct step){.kind = kind,
                          .table = django_table(r, text_of(r, word(r, call, "model_name", 0))),
                          .name = name});
}

static void django_call(struct reader *r, TSNode call)
{
    struct str name = called_name(r, call);

    if (str_eq(name, STR("CreateModel")))
        create_model(r, call);
    else if (str_eq(name, STR("DeleteModel")))
        push(r, (struct step){.kind = STEP_DROP_TABLE,
                              .table = django_table(r, text_of(r, word(r, call, "name", 0)))});
    else if (str_eq(name, STR("AddField")))
        django_column(r, call, STEP_ADD_COLUMN);
    else if (str_eq(name, STR("RemoveField")))
        django_column(r, call, STEP_DROP_COLUMN);
    else if (str_eq(name, STR("AlterField")))
        django_column(r, call, STEP_ALTER_COLUMN);
    else if (str_eq(name, STR("RenameField"))) {
        struct str table = django_table(r, text_of(r, word(r, call, "model_name", 0)));
        push(r, (struct step){.kind = STEP_DROP_COLUMN,
                              .table = table,
                              .column = text_of(r, word(r, call, "old_name", 1)),
                              .field = true});
        push(r, (struct step){.kind = STEP_ADD_COLUMN,
                              .table = table,
                              .column = text_of(r, word(r, call, "new_name", 2)),
                              .field = true});
    } else if (str_eq(name, STR("AddIndex")) || str_eq(name, STR("AddConstraint")))
        django_index(r, call, STEP_ADD_INDEX,
                     str_eq(name, STR("AddIndex")) ? "index" : "constraint");
    else if (str_eq(name, STR("RemoveIndex")) || str_eq(name, STR("RemoveConstraint")))
        django_index(r, call, STEP_DROP_INDEX, "name");
    else if (str_eq(name, STR("AlterUniqueTogether")) || str_eq(name, STR("AlterIndexTogether"))) {
        struct str table = django_table(r, text_of(r, word(r, call, "name", 0)));
        push(r, (struct step){.kind = STEP_ADD_INDEX, .table = table});
        push(r, (struct step){.kind = STEP_DROP_INDEX, .table = table});
    } else if (str_eq(name, STR("AlterModelTable")))
        push(r, (struct step){.kind = STEP_TABLE_NAME,
                              .table = django_table(r, text_of(r, word(r, call, "name", 0))),
                              .name = text_of(r, word(r, call, "table", 1))});
    else if (str_eq(name, STR("RunSQL")))
        sql_argument(r, word(r, call, "sql", 0));
}

void steps_of_django(struct arena *arena, struct python_tree *tree, struct python_file *file,
                     struct str app, struct steps *steps)
{
    struct reader r = {
        .arena = arena, .tree = tree, .scope = {.file = file}, .app = app, .steps = steps};
    const struct python_binding *migration =
        python_binding_in(tree, file, node_null(), STR("Migration"));

    if (migration && migration->kind == BINDING_CLASS)
        each_call(&r, migration->node, django_call);
}
