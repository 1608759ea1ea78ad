#include "readers/django.h"
#include "readers/sqlalchemy.h"
#include "readers/steps.h"

#define UP_MAX 40u
#define NESTING_MAX 200u
#define CALLS_MAX 4u
#define ROUND_NAMES_MAX 6u

struct reader {
    struct arena *arena;
    struct python_tree *tree;
    struct python_scope scope;
    struct str app; /* Django */
    struct steps *steps;
    size_t calls;                     /* functions entered */
    const struct python_file *looked; /* the file that was looked into for batch_alter_table last */
    bool batches;
    bool creates; /* upgrade() calls .create() or .create_all(): Table(…) with columns makes one */
};

static struct str text_of(struct reader *r, TSNode node)
{
    /* op.f("ix_users_email"): the name as it is. */
    if (node_is(node, "call") && call_positional_count(node) == 1 &&
        str_ends(node_source(r->scope.file, node_field(node, "function")), STR(".f")))
        node = call_positional(node, 0);
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

/* With the schema that `schema=` names, as models name their tables. */
static struct str with_schema(struct reader *r, TSNode call, const char *keyword, struct str table)
{
    struct str schema = text_of(r, call_keyword(r->scope.file, call, keyword));

    return schema.length && table.length && !str_eq(schema, STR("public"))
               ? str_printf(r->arena, STR_FMT "." STR_FMT, STR_ARG(schema), STR_ARG(table))
               : table;
}

/* The table of the `with op.batch_alter_table("t") as batch_op:` around a call; empty when there is none. */
static struct str batch_table(struct reader *r, TSNode call)
{
    TSNode node = call;

    if (r->looked != r->scope.file) {
        r->looked = r->scope.file;
        r->batches = str_contains(r->looked->source, STR("batch_alter_table"));
    }
    if (!r->batches)
        return STR_NONE;
    for (size_t i = 0; i < UP_MAX && !ts_node_is_null(node); i++, node = ts_node_parent(node)) {
        if (!node_is(node, "with_statement"))
            continue;
        TSNode clause = ts_node_named_child(node, 0);
        while (!ts_node_is_null(clause) && !node_is(clause, "call"))
            clause = ts_node_named_child(clause, 0);
        if (node_is(clause, "call") && str_eq(called_name(r, clause), STR("batch_alter_table")))
            return with_schema(r, clause, "schema", text_of(r, word(r, clause, "table_name", 0)));
    }
    return STR_NONE;
}

static struct str column_name(struct reader *r, TSNode column)
{
    return node_is(column, "call") ? text_of(r, word(r, column, "name", 0)) : STR_NONE;
}

static void alembic_table(struct reader *r, TSNode call)
{
    struct str table = with_schema(r, call, "schema", text_of(r, word(r, call, "table_name", 0)));

    push(r, (struct step){.kind = STEP_ADD_TABLE, .table = table});
    for (size_t i = 1; i < call_positional_count(call); i++)
        if (str_eq(called_name(r, call_positional(call, i)), STR("Column")))
            push(r, (struct step){.kind = STEP_ADD_COLUMN,
                                  .table = table,
                                  .column = column_name(r, call_positional(call, i))});
}

/* services = Table("services", meta, Column(…)), which is created further down; one that is there is loaded, or has no columns. */
static bool is_new_table(struct reader *r, TSNode call, struct str name)
{
    bool column = false;

    if (!str_eq(name, STR("Table")) ||
        !ts_node_is_null(call_keyword(r->scope.file, call, "autoload")) ||
        !ts_node_is_null(call_keyword(r->scope.file, call, "autoload_with")))
        return false;
    for (size_t i = 2; i < call_positional_count(call) && !column; i++)
        column = str_eq(called_name(r, call_positional(call, i)), STR("Column"));
    return column;
}

/* type_=sa.String(24), in the words of the models' reader; empty: it cannot be read. */
static struct str alembic_becomes(struct reader *r, TSNode call)
{
    struct schema schema = {0};
    struct sa_reader reader = {.arena = r->arena, .tree = r->tree, .schema = &schema};
    TSNode node = call_keyword(r->scope.file, call, "type_");
    struct sa_type type = {0};

    return !ts_node_is_null(node) && sa_type_read(&reader, r->scope, node, &type) ? type.text
                                                                                  : STR_NONE;
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
                .becomes = alembic_becomes(r, call),
                .null = !ts_node_is_null(call_keyword(file, call, "nullable")),
                .null_known = nullable.kind == CONSTANT_TRUE || nullable.kind == CONSTANT_FALSE,
                .nullable = nullable.kind == CONSTANT_TRUE,
                .default_value = !ts_node_is_null(call_keyword(file, call, "server_default"))});
    if (renamed.length) {
        push(r, (struct step){.kind = STEP_DROP_COLUMN, .table = table, .column = column});
        push(r, (struct step){.kind = STEP_ADD_COLUMN, .table = table, .column = renamed});
    }
}

/* `ending`: of the name that PostgreSQL gives one without a name. */
static void alembic_key(struct reader *r, TSNode call, struct str table, TSNode columns,
                        const char *ending)
{
    struct str name = text_of(r, call_positional(call, 0));
    bool listed = node_is(columns, "list") || node_is(columns, "tuple");

    if (!name.length && listed && ts_node_named_child_count(columns) == 1)
        name = str_printf(r->arena, STR_FMT "_" STR_FMT "_%s", STR_ARG(dotted_last(table)),
                          STR_ARG(text_of(r, ts_node_named_child(columns, 0))), ending);
    push(r, (struct step){.kind = STEP_ADD_INDEX, .table = table, .name = name});
    if (!listed)
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
    struct str of_table =
        with_schema(r, call, str_eq(name, STR("create_foreign_key")) ? "source_schema" : "schema",
                    text_of(r, call_positional(call, 1))); /* where the name comes first */
    struct str table =
        shift ? batch : with_schema(r, call, "schema", text_of(r, word(r, call, "table_name", 0)));

    if (str_eq_nocase(name, STR("enum")))
        push(r, (struct step){
                    .kind = STEP_ADD_TYPE,
                    .name = with_schema(r, call, "schema",
                                        text_of(r, call_keyword(r->scope.file, call, "name")))});
    else if (str_eq(name, STR("add_column")))
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
    else if (r->creates &&
             is_new_table(r, call, name)) /* its columns say nothing of one that is there */
        push(r, (struct step){.kind = STEP_ADD_TABLE, .table = table});
    else if (str_eq(name, STR("drop_table")))
        push(r, (struct step){.kind = STEP_DROP_TABLE, .table = table});
    else if (str_eq(name, STR("rename_table"))) {
        push(r, (struct step){.kind = STEP_TABLE_NAME,
                              .table = table,
                              .name = with_schema(r, call, "schema",
                                                  text_of(r, word(r, call, "new_table_name", 1)))});
    } else if (str_eq(name, STR("create_index")))
        push(r, (struct step){.kind = STEP_ADD_INDEX,
                              .table = shift ? batch : of_table,
                              .name = text_of(r, word(r, call, "index_name", 0))});
    else if (str_eq(name, STR("drop_index")) || str_eq(name, STR("drop_constraint")))
        push(r,
             (struct step){.kind = STEP_DROP_INDEX, .name = text_of(r, call_positional(call, 0))});
    else if (str_eq(name, STR("create_unique_constraint")))
        alembic_key(r, call, shift ? batch : of_table, call_positional(call, 2 - shift), "key");
    else if (str_eq(name, STR("create_foreign_key")))
        alembic_key(r, call, shift ? batch : of_table, call_positional(call, 3 - shift), "fkey");
    else if (str_eq(name, STR("create_check_constraint")))
        push(r, (struct step){.kind = STEP_ADD_INDEX,
                              .table = shift ? batch : of_table,
                              .name = text_of(r, call_positional(call, 0))});
    else if (str_eq(name, STR("execute")) || str_eq(name, STR("exec_driver_sql")))
        sql_argument(r, call_positional(call, 0));
}

typedef void visit_call(struct reader *r, TSNode call);

static void each_call(struct reader *r, TSNode node, visit_call *visit, size_t depth);

/* Names and values of one round: `for t in …`, `for t, c in …`. False: a value is no string. */
static bool bind_round(struct reader *r, TSNode left, TSNode item, struct python_bound *bound,
                       size_t *ret_count)
{
    bool several = node_is(left, "pattern_list") || node_is(left, "tuple_pattern");
    uint32_t count = several ? ts_node_named_child_count(left) : 1;

    item = node_bare(item);
    if (count > ROUND_NAMES_MAX ||
        (several && (!(node_is(item, "tuple") || node_is(item, "list")) ||
                     ts_node_named_child_count(item) != count)))
        return false;
    *ret_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        TSNode name = several ? ts_node_named_child(left, i) : left;
        struct python_constant value =
            python_constant(r->tree, r->scope, several ? ts_node_named_child(item, i) : item);
        if (!node_is(name, "identifier") || value.kind != CONSTANT_STRING)
            continue; /* a type, a flag: what is made of it stays unknown */
        bound[*ret_count] =
            (struct python_bound){.name = node_source(r->scope.file, name),
                                  .text = value.text,
                                  .outer = *ret_count ? &bound[*ret_count - 1] : r->scope.bound};
        ++*ret_count;
    }
    return *ret_count > 0;
}

/* `for table in ("a", "b"):` is each of its rounds; false when the list cannot be read. */
static bool each_round(struct reader *r, TSNode loop, visit_call *visit, size_t depth)
{
    TSNode list = node_bare(node_field(loop, "right"));
    struct python_scope before = r->scope;

    if (node_is(list, "identifier") || node_is(list, "attribute")) {
        struct python_thing thing = python_resolve(r->tree, r->scope, list);
        if (thing.kind != THING_VALUE || thing.file != r->scope.file)
            return false;
        list = node_bare(thing.node);
    }
    if (!node_is(list, "list") && !node_is(list, "tuple") && !node_is(list, "set"))
        return false;
    for (uint32_t i = 0; i < ts_node_named_child_count(list); i++) {
        struct python_bound bound[ROUND_NAMES_MAX];
        size_t count = 0;
        if (node_is(ts_node_named_child(list, i), "comment"))
            continue;
        if (bind_round(r, node_field(loop, "left"), ts_node_named_child(list, i), bound, &count))
            r->scope.bound = &bound[count - 1];
        each_call(r, node_field(loop, "body"), visit, depth + 1);
        r->scope = before;
    }
    return true;
}

static void each_call(struct reader *r, TSNode node, visit_call *visit, size_t depth)
{
    if (ts_node_is_null(node) || depth > NESTING_MAX ||
        (node_is(node, "for_statement") && each_round(r, node, visit, depth)))
        return;
    /* What a migration only says of the state it does not do. */
    if (node_is(node, "keyword_argument") &&
        str_eq(node_source(r->scope.file, node_field(node, "name")), STR("state_operations")))
        return;
    if (node_is(node, "call"))
        visit(r, node);
    for (uint32_t i = 0; i < ts_node_named_child_count(node); i++)
        each_call(r, ts_node_named_child(node, i), visit, depth + 1);
}

/* Functions of the tree that upgrade() calls are part of it. */
static void alembic_part(struct reader *r, TSNode call)
{
    TSNode function = node_field(call, "function");
    struct python_thing thing = node_is(function, "identifier") || node_is(function, "attribute")
                                    ? python_resolve(r->tree, r->scope, function)
                                    : (struct python_thing){.kind = THING_UNKNOWN};

    if (thing.kind == THING_FUNCTION && thing.file && r->calls < CALLS_MAX) {
        const struct python_scope before = r->scope;
        const struct python_bound *inner = NULL;
        struct python_bound given[ROUND_NAMES_MAX];
        TSNode parameters = node_field(thing.node, "parameters");
        for (uint32_t i = 0; i < ts_node_named_child_count(parameters) && i < ROUND_NAMES_MAX;
             i++) {
            TSNode name = ts_node_named_child(parameters, i);
            struct str text = text_of(r, call_positional(call, i));
            if (node_is(name, "typed_parameter"))
                name = ts_node_named_child(name, 0);
            given[i] = (struct python_bound){
                .name = node_source(thing.file, name), .text = text, .outer = inner};
            if (text.length)
                inner = &given[i];
        }
        r->calls++;
        r->scope = (struct python_scope){.file = thing.file, .bound = inner};
        each_call(r, node_field(thing.node, "body"), alembic_part, 0);
        r->scope = before;
        r->calls--;
        return;
    }
    alembic_call(r, call);
}

void steps_of_alembic(struct arena *arena, struct python_tree *tree, struct python_file *file,
                      struct steps *steps)
{
    struct reader r = {.arena = arena, .tree = tree, .scope = {.file = file}, .steps = steps};
    const struct python_binding *upgrade =
        python_binding_in(tree, file, node_null(), STR("upgrade"));

    if (!upgrade || upgrade->kind != BINDING_FUNCTION)
        return;
    r.creates = str_contains(node_source(file, upgrade->node), STR(".create(")) ||
                str_contains(node_source(file, upgrade->node), STR(".create_all("));
    each_call(&r, upgrade->node, alembic_part, 0);
    /* The template for several databases: `globals()["upgrade_%s" % engine_name]()`. */
    for (size_t i = 0; i < file->bindings.count; i++)
        if (file->bindings.items[i].kind == BINDING_FUNCTION &&
            str_starts(file->bindings.items[i].name, STR("upgrade_")) &&
            str_contains(node_source(file, upgrade->node), STR("globals()")))
            each_call(&r, file->bindings.items[i].node, alembic_part, 0);
}

/* --- Django. --- */

static struct str django_table(struct reader *r, struct str model)
{
    return str_printf(r->arena, STR_FMT "_" STR_FMT, STR_ARG(r->app),
                      STR_ARG(str_lower(r->arena, model)));
}

/* A many-to-many field is a table of its own. */
static struct str many_table(struct reader *r, struct str table, struct str field)
{
    return str_printf(r->arena, STR_FMT "_" STR_FMT, STR_ARG(table), STR_ARG(field));
}

static void add_many(struct reader *r, struct str table, struct str name, TSNode field,
                     bool altered)
{
    struct str own = text_of(r, call_keyword(r->scope.file, field, "db_table"));
    struct str usual = many_table(r, table, name);

    push(r, (struct step){.kind = STEP_ADD_TABLE,
                          .table = own.length ? own : usual,
                          .many = ts_node_is_null(call_keyword(r->scope.file, field, "through")),
                          .member = name,
                          .owner = table,
                          .was = altered ? usual : STR_NONE});
}

static struct str field_column(struct reader *r, struct str name, TSNode field)
{
    struct str column = node_is(field, "call")
                            ? text_of(r, call_keyword(r->scope.file, field, "db_column"))
                            : STR_NONE;

    return column.length ? column : name;
}

/* ForeignKey, OneToOneField and what is called after them: TreeForeignKey. */
static bool field_refers(struct reader *r, TSNode field)
{
    return node_is(field, "call") && (str_ends(called_name(r, field), STR("ForeignKey")) ||
                                      str_ends(called_name(r, field), STR("OneToOneField")));
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
            add_many(r, table, name, field, false);
        else
            push(r, (struct step){.kind = STEP_ADD_COLUMN,
                                  .table = table,
                                  .column = field_column(r, name, field),
                                  .field = true,
                                  .member = name,
                                  .refers = field_refers(r, field)});
    }
    for (uint32_t i = 0; node_is(options, "dictionary") && i < ts_node_named_child_count(options);
         i++) {
        TSNode pair = ts_node_named_child(options, i);
        if (node_is(pair, "pair") && str_eq(text_of(r, node_field(pair, "key")), STR("db_table")))
            push(r, (struct step){.kind = STEP_TABLE_NAME,
                                  .table = table,
                                  .name = text_of(r, node_field(pair, "value")),
                                  .family = true});
    }
}

static struct str number_of(struct reader *r, TSNode field, const char *keyword)
{
    struct python_constant value =
        python_constant(r->tree, r->scope, call_keyword(r->scope.file, field, keyword));

    return value.kind == CONSTANT_NUMBER ? value.text : STR_NONE;
}

/* What the column becomes, as far as a field of Django's own (models.CharField) says it with numbers. */
static void django_becomes(struct reader *r, TSNode field, struct step *step)
{
    static const char *const texts[] = {"CharField", "SlugField",  "EmailField",   "URLField",
                                        "FileField", "ImageField", "FilePathField"};

    if (!node_is(field, "call") ||
        !str_starts(node_source(r->scope.file, node_field(field, "function")), STR("models.")))
        return;
    TSNode null = call_keyword(r->scope.file, field, "null");
    struct python_constant nullable = python_constant(r->tree, r->scope, null);
    step->nullable = nullable.kind == CONSTANT_TRUE;
    step->null_known = ts_node_is_null(null) || step->nullable || nullable.kind == CONSTANT_FALSE;
    struct str kind = called_name(r, field), length = number_of(r, field, "max_length");
    for (size_t i = 0; i < COUNT_OF(texts) && length.length; i++)
        if (str_eq(kind, str_from(texts[i])))
            step->becomes = str_printf(r->arena, "VARCHAR(" STR_FMT ")", STR_ARG(length));
    struct str digits = number_of(r, field, "max_digits"),
               places = number_of(r, field, "decimal_places");
    if (str_eq(kind, STR("DecimalField")) && digits.length && places.length)
        step->becomes = str_printf(r->arena, "NUMERIC(" STR_FMT ", " STR_FMT ")", STR_ARG(digits),
                                   STR_ARG(places));
}

static void django_column(struct reader *r, TSNode call, enum step_kind kind)
{
    struct str table = django_table(r, text_of(r, word(r, call, "model_name", 0)));
    struct str name = text_of(r, word(r, call, "name", 1));
    TSNode field = word(r, call, "field", 2);

    if (node_is(field, "call") && str_eq(called_name(r, field), STR("ManyToManyField")))
        add_many(r, table, name, field, kind == STEP_ALTER_COLUMN);
    struct step step = {.kind = kind,
                        .table = table,
                        .column = field_column(r, name, field),
                        .field = true,
                        .member = name,
                        .refers = field_refers(r, field),
                        .type = true,
                        .null = true,
                        .default_value = true,
                        .key = true};
    if (kind != STEP_DROP_COLUMN)
        django_becomes(r, field, &step);
    push(r, step);
}

/* The condition that a PositiveIntegerField brings, and takes away when it becomes another. */
static void alter_check(struct reader *r, TSNode call)
{
    struct str table = django_table(r, text_of(r, word(r, call, "model_name", 0)));
    TSNode field = word(r, call, "field", 2);
    struct strs columns = {0};

    strs_add(r->arena, &columns, field_column(r, text_of(r, word(r, call, "name", 1)), field));
    bool positive = node_is(field, "call") && str_starts(called_name(r, field), STR("Positive"));
    push(r, (struct step){.kind = positive ? STEP_ADD_INDEX : STEP_DROP_INDEX,
                          .table = table,
                          .name = django_index_name(r->arena, table, &columns, STR("_check"))});
}

/* Which kind of field it is that goes or gets another name is not written here: a column, or a table. */
static void remove_field(struct reader *r, TSNode call)
{
    struct str table = django_table(r, text_of(r, word(r, call, "model_name", 0)));

    django_column(r, call, STEP_DROP_COLUMN);
    push(r, (struct step){.kind = STEP_DROP_TABLE,
                          .table = many_table(r, table, text_of(r, word(r, call, "name", 1)))});
}

static void rename_field(struct reader *r, TSNode call)
{
    struct str table = django_table(r, text_of(r, word(r, call, "model_name", 0)));
    struct str old = text_of(r, word(r, call, "old_name", 1));
    struct str new = text_of(r, word(r, call, "new_name", 2));

    push(r, (struct step){.kind = STEP_DROP_COLUMN, .table = table, .column = old, .field = true});
    push(r, (struct step){.kind = STEP_ADD_COLUMN,
                          .table = table,
                          .column = new,
                          .field = true,
                          .member = new,
                          .was = old});
    push(r, (struct step){.kind = STEP_TABLE_NAME,
                          .table = many_table(r, table, old),
                          .name = many_table(r, table, new)});
}

static void name_table(struct reader *r, struct str model, struct str name)
{
    push(r, (struct step){.kind = STEP_TABLE_NAME,
                          .table = django_table(r, model),
                          .name = name,
                          .family = true});
}

static void rename_model(struct reader *r, struct str old, struct str new)
{
    name_table(r, old, django_table(r, new));
    push(r, (struct step){.kind = STEP_RENAME_MODEL,
                          .table = django_table(r, new),
                          .column = str_lower(r->arena, old),
                          .value = str_lower(r->arena, new)});
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
                              .table = django_table(r, text_of(r, word(r, call, "name", 0))),
                              .family = true});
    else if (str_eq(name, STR("AddField")))
        django_column(r, call, STEP_ADD_COLUMN);
    else if (str_eq(name, STR("RemoveField")))
        remove_field(r, call);
    else if (str_eq(name, STR("AlterField"))) {
        django_column(r, call, STEP_ALTER_COLUMN);
        alter_check(r, call);
    } else if (str_eq(name, STR("RenameField")))
        rename_field(r, call);
    else if (str_starts(name, STR("AddIndex")) || str_starts(name, STR("AddConstraint")))
        django_index(r, call, STEP_ADD_INDEX,
                     str_starts(name, STR("AddIndex")) ? "index" : "constraint");
    else if (str_eq(name, STR("RenameIndex"))) {
        push(r, (struct step){.kind = STEP_DROP_INDEX,
                              .name = text_of(r, call_keyword(r->scope.file, call, "old_name"))});
        push(r, (struct step){.kind = STEP_ADD_INDEX,
                              .name = text_of(r, call_keyword(r->scope.file, call, "new_name"))});
    } else if (str_starts(name, STR("RemoveIndex")) || str_eq(name, STR("RemoveConstraint")))
        django_index(r, call, STEP_DROP_INDEX, "name");
    else if (str_eq(name, STR("AlterUniqueTogether")) || str_eq(name, STR("AlterIndexTogether"))) {
        struct str table = django_table(r, text_of(r, word(r, call, "name", 0)));
        push(r, (struct step){.kind = STEP_ADD_INDEX, .table = table, .together = true});
        push(r, (struct step){.kind = STEP_DROP_INDEX, .table = table, .together = true});
    } else if (str_eq(name, STR("AlterModelTable"))) {
        struct str model = text_of(r, word(r, call, "name", 0));
        struct str table = text_of(r, word(r, call, "table", 1));
        name_table(r, model, table.length ? table : django_table(r, model));
    } else if (str_eq(name, STR("RenameModel")))
        rename_model(r, text_of(r, word(r, call, "old_name", 0)),
                     text_of(r, word(r, call, "new_name", 1)));
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
        each_call(&r, migration->node, django_call, 0);
}
