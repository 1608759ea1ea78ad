/* steps_django_code.c -- what the function of a RunPython does by its schema editor: schema_editor.add_field(Model, field). */
#include "base/buf.h"
#include "readers/steps_python.h"

#define DEPTH_MAX 40u
#define FOLLOW_MAX 4u

/* The last `name = …` below the node that stands before `end`; null: none. */
static TSNode assigned(struct steps_reader *r, TSNode node, struct str name, uint32_t end,
                       size_t depth)
{
    TSNode found = node_null();

    if (node_is(node, "assignment") && ts_node_end_byte(node) <= end &&
        str_eq(node_source(r->scope.file, node_field(node, "left")), name))
        return node_field(node, "right");
    for (uint32_t i = 0; depth < DEPTH_MAX && i < ts_node_named_child_count(node); i++) {
        TSNode inner = assigned(r, ts_node_named_child(node, i), name, end, depth + 1);
        found = ts_node_is_null(inner) ? found : inner;
    }
    return found;
}

/* What a name of the function was given; else the node itself. */
static TSNode followed(struct steps_reader *r, TSNode node)
{
    for (size_t i = 0; i < FOLLOW_MAX && node_is(node, "identifier"); i++) {
        TSNode value =
            assigned(r, r->code, node_source(r->scope.file, node), ts_node_start_byte(node), 0);
        if (ts_node_is_null(value))
            break;
        node = node_bare(value);
    }
    return node;
}

/* apps.get_model("shop", "Product"), get_model("shop.Product"); empty: it is computed. */
static struct str table_of(struct steps_reader *r, TSNode model)
{
    TSNode call = followed(r, model);
    struct str app, name;

    if (!node_is(call, "call") || !str_eq(steps_called(r, call), STR("get_model")))
        return STR_NONE;
    app = steps_text(r, steps_word(r, call, "app_label", 0));
    name = steps_text(r, steps_word(r, call, "model_name", 1));
    if (!name.length) {
        name = app;
        app = str_cut(&name, '.');
    }
    return app.length && name.length ? steps_django_table(r, app, name) : STR_NONE;
}

/* The last field.set_attributes_from_name("sku") below the node that stands before `end`; empty: it is not there, or computed. */
static struct str name_set(struct steps_reader *r, TSNode node, struct str field, uint32_t end,
                           size_t depth)
{
    struct str found = STR_NONE;

    if (node_is(node, "call") && ts_node_end_byte(node) <= end &&
        str_eq(steps_called(r, node), STR("set_attributes_from_name")) &&
        str_eq(node_source(r->scope.file, node_field(node_field(node, "function"), "object")),
               field))
        return steps_text(r, call_positional(node, 0));
    for (uint32_t i = 0; depth < DEPTH_MAX && i < ts_node_named_child_count(node); i++) {
        struct str inner = name_set(r, ts_node_named_child(node, i), field, end, depth + 1);
        found = inner.length ? inner : found;
    }
    return found;
}

static struct str column_of(struct steps_reader *r, TSNode field)
{
    TSNode made = followed(r, field);
    struct str name;

    if (node_is(made, "call") && str_eq(steps_called(r, made), STR("get_field")))
        name = steps_text(r, call_positional(made, 0));
    else
        name = node_is(field, "identifier")
                   ? name_set(r, r->code, node_source(r->scope.file, field),
                              ts_node_start_byte(field), 0)
                   : STR_NONE;
    struct str column = node_is(made, "call")
                            ? steps_text(r, call_keyword(r->scope.file, made, "db_column"))
                            : STR_NONE;
    return column.length ? column : name;
}

static void push_column(struct steps_reader *r, TSNode call, enum step_kind kind, size_t field)
{
    struct step step = {.kind = kind,
                        .table = table_of(r, call_positional(call, 0)),
                        .column = column_of(r, call_positional(call, field)),
                        .field = true,
                        .type = true,
                        .null = true,
                        .default_value = true,
                        .key = true};

    if (!step.table.length || !step.column.length)
        step.computed = r->scope.file->source;
    if (kind != STEP_DROP_COLUMN)
        steps_django_becomes(r, followed(r, call_positional(call, field)), &step);
    steps_push(r, step);
}

static void push_table(struct steps_reader *r, TSNode call, enum step_kind kind)
{
    struct step step = {
        .kind = kind, .table = table_of(r, call_positional(call, 0)), .family = true};

    if (step.table.length)
        steps_push(r, step);
}

static void push_index(struct steps_reader *r, TSNode call, enum step_kind kind)
{
    TSNode made = followed(r, call_positional(call, 1));
    struct str name =
        node_is(made, "call") ? steps_text(r, call_keyword(r->scope.file, made, "name")) : STR_NONE;

    if (name.length)
        steps_push(r, (struct step){.kind = kind,
                                    .table = table_of(r, call_positional(call, 0)),
                                    .name = name});
}

/* {table} of `table = Product._meta.db_table`; else what stands for a computed name. */
static struct str filled(struct steps_reader *r, TSNode interpolation)
{
    static const struct str end = STR_INIT("._meta.db_table");
    TSNode value = followed(r, node_bare(ts_node_named_child(interpolation, 0)));
    struct str table = STR_NONE, text = steps_text(r, value);

    if (node_is(value, "attribute") && str_ends(node_source(r->scope.file, value), end))
        table = table_of(r, node_field(node_field(value, "object"), "object"));
    return text.length ? text : table.length ? table : STEPS_GAP;
}

/* schema_editor.execute(f"ALTER TABLE {table} …"): what can be read as it stands the words cover. */
static void push_sql(struct steps_reader *r, TSNode text)
{
    struct str source = node_source(r->scope.file, text);
    struct buf out = buf_new(r->arena, source.length * (STEPS_GAP.length + 64) + 1);
    struct str told = steps_text(r, text);

    text = followed(r, text);
    for (uint32_t i = 0; !told.length && i < ts_node_named_child_count(text); i++) {
        TSNode part = ts_node_named_child(text, i);
        if (node_is(part, "string_content"))
            buf_add(&out, node_source(r->scope.file, part));
        else if (node_is(part, "interpolation"))
            buf_add(&out, filled(r, part));
    }
    steps_of_gapped_sql(r->arena, told.length ? told : buf_str(&out), r->scope.file->source,
                        r->steps);
}

static void editor_call(struct steps_reader *r, TSNode call)
{
    struct str name = steps_called(r, call);

    if (!node_is(node_field(call, "function"), "attribute"))
        return;
    if (str_eq(name, STR("add_field")))
        push_column(r, call, STEP_ADD_COLUMN, 1);
    else if (str_eq(name, STR("remove_field")))
        push_column(r, call, STEP_DROP_COLUMN, 1);
    else if (str_eq(name, STR("alter_field")))
        push_column(r, call, STEP_ALTER_COLUMN, 2);
    else if (str_eq(name, STR("create_model")))
        push_table(r, call, STEP_ADD_TABLE);
    else if (str_eq(name, STR("delete_model")))
        push_table(r, call, STEP_DROP_TABLE);
    else if (str_eq(name, STR("add_index")) || str_eq(name, STR("add_constraint")))
        push_index(r, call, STEP_ADD_INDEX);
    else if (str_eq(name, STR("remove_index")) || str_eq(name, STR("remove_constraint")))
        push_index(r, call, STEP_DROP_INDEX);
    else if (str_eq(name, STR("execute")) && call_positional_count(call))
        push_sql(r, call_positional(call, 0));
}

void steps_of_run_python(struct steps_reader *r, TSNode call, TSNode class_body)
{
    TSNode code = steps_word(r, call, "code", 0);
    struct python_thing function = python_resolve(r->tree, r->scope, code);
    const struct python_scope before = r->scope;
    const struct python_binding *own =
        python_binding_in(r->tree, r->scope.file, class_body, node_source(r->scope.file, code));

    if (function.kind != THING_FUNCTION && own)
        function =
            (struct python_thing){.kind = THING_FUNCTION, .file = r->scope.file, .node = own->node};
    if (function.kind != THING_FUNCTION || !function.file ||
        !node_is(function.node, "function_definition"))
        return;
    r->scope = (struct python_scope){.file = function.file};
    r->code = node_field(function.node, "body");
    steps_each_call(r, r->code, editor_call, 0);
    r->code = node_null();
    r->scope = before;
}
