/* steps_alembic.c -- what upgrade() of an Alembic revision does. */
#include "readers/python_parameters.h"
#include "readers/sqlalchemy.h"
#include "readers/steps_python.h"

#define UP_MAX 40u
#define CALLS_MAX 4u

/* With the schema that `schema=` names, as models name their tables. */
static struct str with_schema(struct steps_reader *r, TSNode call, const char *keyword,
                              struct str table)
{
    struct str schema = steps_text(r, steps_keyword(r, call, keyword));

    return schema.length && table.length && !str_eq(schema, STR("public"))
               ? str_printf(r->arena, STR_FMT "." STR_FMT, STR_ARG(schema), STR_ARG(table))
               : table;
}

/* `for table in tables: table.create()` */
static bool creates_in_loop(struct arena *arena, struct str source)
{
    static const struct str create = STR_INIT(".create(");

    for (size_t at = 0, found; (found = str_find(str_from_offset(source, at), create)) != SIZE_MAX;
         at += create.length) {
        size_t end = at += found;
        while (at > 0 && byte_is_word(source.bytes[at - 1]))
            at--;
        struct str name = str_slice(source, at, end);
        if (str_contains(source, str_printf(arena, "for " STR_FMT " in ", STR_ARG(name))))
            return true;
        at = end;
    }
    return false;
}

/* What the whole file says is asked for once. */
static void look_into(struct steps_reader *r)
{
    if (r->looked == r->scope.file)
        return;
    r->looked = r->scope.file;
    r->batches = str_contains(r->looked->source, STR("batch_alter_table"));
    r->creates_all = str_contains(r->looked->source, STR(".create_all(")) ||
                     creates_in_loop(r->arena, r->looked->source);
}

/* The table of the `with op.batch_alter_table("t") as batch_op:` around a call; empty when there is none. */
static struct str batch_table(struct steps_reader *r, TSNode call)
{
    TSNode node = call;

    look_into(r);
    if (!r->batches)
        return STR_NONE;
    for (size_t i = 0; i < UP_MAX && !ts_node_is_null(node); i++, node = ts_node_parent(node)) {
        if (!node_is(node, "with_statement"))
            continue;
        TSNode clause = ts_node_named_child(node, 0);
        while (!ts_node_is_null(clause) && !node_is(clause, "call"))
            clause = ts_node_named_child(clause, 0);
        if (node_is(clause, "call") && str_eq(steps_called(r, clause), STR("batch_alter_table")))
            return with_schema(r, clause, "schema",
                               steps_text(r, steps_word(r, clause, "table_name", 0)));
    }
    return STR_NONE;
}

static struct str column_name(struct steps_reader *r, TSNode column)
{
    return node_is(column, "call") ? steps_text(r, steps_word(r, column, "name", 0)) : STR_NONE;
}

/* sa.String(24), in the words of the models' reader; empty: it cannot be read. */
static struct str type_text(struct steps_reader *r, TSNode node)
{
    struct schema schema = {0};
    struct sa_reader reader = {.arena = r->arena, .tree = r->tree, .schema = &schema};
    struct sa_type type = {0};

    return !ts_node_is_null(node) && sa_type_read(&reader, r->scope, node, &type) ? type.text
                                                                                  : STR_NONE;
}

/* --- Columns. --- */

/* Computed("a + b") among the arguments of the column; a name may stand for it. */
static enum step_generated generated_from(struct steps_reader *r, TSNode column)
{
    const struct python_nodes given = steps_positionals(r, column);
    TSNode value = call_keyword(r->scope.file, column, "server_default");
    bool unknown = call_has_splat(column) || node_is(value, "identifier");

    if (node_is(value, "call") && str_eq(steps_called(r, value), STR("Computed")))
        return STEP_GENERATED_YES;
    for (size_t i = 1; i < given.count; i++) {
        if (str_eq(steps_called(r, given.items[i]), STR("Computed")))
            return STEP_GENERATED_YES;
        unknown = unknown || (i > 1 && !node_is(given.items[i], "call"));
    }
    return unknown ? STEP_GENERATED_UNKNOWN : STEP_GENERATED_NO;
}

/* Column("name", sa.String(24), nullable=False): what the column is made as. */
static struct step made_column(struct steps_reader *r, struct str table, TSNode column)
{
    struct python_file *file = r->scope.file;
    struct step step = {.kind = STEP_ADD_COLUMN, .table = table, .column = column_name(r, column)};

    if (!node_is(column, "call"))
        return step;
    TSNode null = call_keyword(file, column, "nullable");
    enum python_constant_kind kind = python_constant(r->tree, r->scope, null).kind;
    step.becomes = step.made_type = type_text(r, steps_word(r, column, "type_", 1));
    step.keys_told = !call_has_splat(column) && str_eq(steps_called(r, column), STR("Column"));
    step.generated = step.keys_told ? generated_from(r, column) : STEP_GENERATED_UNKNOWN;
    step.null_known = kind == CONSTANT_TRUE || kind == CONSTANT_FALSE;
    step.nullable = kind == CONSTANT_TRUE;
    if (ts_node_is_null(null) && ts_node_is_null(call_keyword(file, column, "primary_key")))
        step.null_known = step.nullable = !call_has_splat(column);
    step.default_value = !ts_node_is_null(call_keyword(file, column, "server_default"));
    return step;
}

/* The same of a name, what a function was handed, say, and of a call of a function that returns one. */
static void push_column(struct steps_reader *r, struct str table, TSNode column)
{
    const struct python_scope before = r->scope;

    if (node_is(column, "identifier") ||
        (node_is(column, "call") && !str_eq(steps_called(r, column), STR("Column")))) {
        struct python_thing made = python_made(r->tree, r->scope, column);
        if (made.file && node_is(made.node, "call")) {
            r->scope =
                (struct python_scope){.file = made.file, .body = made.scope, .bound = made.bound};
            column = made.node;
        }
    }
    struct step step = made_column(r, table, column);
    steps_push(r, step);
    if (node_is(column, "call"))
        steps_alembic_column_keys(r, &step, column);
    r->scope = before;
}

static void spread_column(struct steps_reader *r, TSNode column)
{
    if (str_eq(steps_called(r, column), STR("Column")))
        push_column(r, r->making, column);
}

/* columns.append(…) between the list and what it is spread in. */
static bool is_added_to(const struct python_file *file, struct str name)
{
    static const char *const ways[] = {".append(", ".extend(", ".insert(", " +=", "+="};

    for (size_t at = 0, found;
         (found = str_find(str_from_offset(file->source, at), name)) != SIZE_MAX;) {
        at += found + name.length;
        for (size_t i = 0; i < COUNT_OF(ways); i++)
            if (str_starts(str_from_offset(file->source, at), str_from(ways[i])))
                return true;
    }
    return false;
}

/* `*columns` of the function around, as its call gives them. */
static bool spread_rest(struct steps_reader *r, const struct python_bound *rest)
{
    const struct python_scope before = r->scope;
    struct python_scope in;
    bool told = true;

    for (size_t i = rest->rest_from; told; i++) {
        TSNode given = python_call_positional(*rest->scope, rest->node, i, &in);
        if (ts_node_is_null(given))
            break;
        r->scope = in;
        told = steps_alembic_table_key(r, r->making, given);
        spread_column(r, given);
        r->scope = before;
    }
    return told;
}

/* *[sa.Column(name, sa.Text()) for name in NAMES], *COLUMNS: false where it cannot be read. */
static bool spread_columns(struct steps_reader *r, TSNode spread)
{
    const struct python_bound *rest = python_rest_of(r->scope, spread);
    TSNode list = node_bare(ts_node_named_child(spread, 0));

    if (rest)
        return spread_rest(r, rest);
    if (node_is(list, "identifier")) {
        struct python_thing thing = python_resolve(r->tree, r->scope, list);
        if (thing.kind != THING_VALUE || thing.file != r->scope.file ||
            is_added_to(r->scope.file, node_source(r->scope.file, list)))
            return false;
        list = node_bare(thing.node);
    }
    if (steps_each_made(r, list, spread_column))
        return true;
    if (!node_is(list, "list") && !node_is(list, "tuple"))
        return false;
    for (uint32_t i = 0; i < ts_node_named_child_count(list); i++) {
        TSNode item = ts_node_named_child(list, i);
        if (node_is(item, "comment"))
            continue;
        if (!steps_alembic_table_key(r, r->making, item))
            return false;
        spread_column(r, item);
    }
    return true;
}

/* What is spread among the columns of a table. */
static void spread_arguments(struct steps_reader *r, TSNode call, size_t at)
{
    TSNode arguments = node_field(call, "arguments");
    bool any = false, told = true;

    r->making = r->steps->items[at].table;
    for (uint32_t i = 0; i < ts_node_named_child_count(arguments); i++) {
        TSNode argument = ts_node_named_child(arguments, i);
        if (!node_is(argument, "list_splat"))
            continue;
        any = true;
        told = spread_columns(r, argument) && told;
    }
    struct python_nodes given = steps_positionals(r, call);
    for (size_t i = 1; i < given.count; i++)
        told = told && (node_is(given.items[i], "call") || node_is(given.items[i], "list_splat"));
    r->steps->items[at].spread = any && told;
}

static void alembic_table(struct steps_reader *r, TSNode call)
{
    struct str table =
        with_schema(r, call, "schema", steps_text(r, steps_word(r, call, "table_name", 0)));

    size_t at = r->steps->count;
    bool told = !call_has_splat(call);

    steps_push(r, (struct step){.kind = STEP_ADD_TABLE, .table = table});
    struct python_nodes given = steps_positionals(r, call);
    for (size_t i = 1; i < given.count; i++) {
        told = steps_alembic_table_key(r, table, given.items[i]) && told;
        if (str_eq(steps_called(r, given.items[i]), STR("Column")))
            push_column(r, table, given.items[i]);
    }
    r->steps->items[at].keys_told = told;
    if (call_has_splat(call))
        spread_arguments(r, call, at);
}

/* Is it this table that is created, not an enumeration beside it? */
static bool is_created(struct steps_reader *r, TSNode call)
{
    struct str source = r->scope.file->source, name;
    TSNode around = ts_node_parent(call);

    if (node_is(around, "attribute"))
        return str_eq(node_source(r->scope.file, node_field(around, "attribute")), STR("create"));
    look_into(r);
    if (r->creates_all)
        return true;
    name = node_is(around, "assignment") ? node_source(r->scope.file, node_field(around, "left"))
                                         : STR_NONE;
    return name.length &&
           str_contains(source, str_printf(r->arena, STR_FMT ".create(", STR_ARG(name)));
}

/* services = Table("services", meta, Column(…)), which is created further down; one that is there is loaded, or has no columns. */
static bool is_new_table(struct steps_reader *r, TSNode call, struct str name)
{
    bool column = false;

    if (!str_eq(name, STR("Table")) || !is_created(r, call) ||
        !ts_node_is_null(call_keyword(r->scope.file, call, "autoload")) ||
        !ts_node_is_null(call_keyword(r->scope.file, call, "autoload_with")))
        return false;
    for (size_t i = 2; i < call_positional_count(call) && !column; i++)
        column = str_eq(steps_called(r, call_positional(call, i)), STR("Column"));
    return column;
}

/* Base.metadata.tables["audit"]: its name; empty: something else. */
static struct str table_of_metadata(struct steps_reader *r, TSNode node)
{
    return node_is(node, "subscript") &&
                   str_ends(node_source(r->scope.file, node_field(node, "value")), STR(".tables"))
               ? steps_text(r, node_field(node, "subscript"))
               : STR_NONE;
}

/* The table that a class or a Table(…) of the tree makes. */
static void model_table(struct steps_reader *r, TSNode node, enum step_kind kind)
{
    struct str named = table_of_metadata(r, node);
    struct schema schema = {0};
    struct sa_reader reader = {.arena = r->arena, .tree = r->tree, .schema = &schema};
    struct sa_class class = {0};
    struct str table = named.length ? named : sa_table_of(&reader, r->scope, node, &class);
    bool bare = class.name.length && !str_ends(node_source(r->scope.file, node), STR("__table__"));

    if (table.length && !bare) /* User.create(…) may be anything */
        steps_push(r, (struct step){
                          .kind = kind, .table = table, .of_models = class.file != r->scope.file});
}

static void add_model_table(struct steps_reader *r, TSNode node)
{
    model_table(r, node, STEP_ADD_TABLE);
}

static void drop_model_table(struct steps_reader *r, TSNode node)
{
    model_table(r, node, STEP_DROP_TABLE);
}

/* Audit.__table__.create(op.get_bind()), audit.drop(op.get_bind()) */
static void alembic_of_table(struct steps_reader *r, TSNode call, enum step_kind kind)
{
    TSNode function = node_field(call, "function");

    if (!node_is(function, "attribute"))
        return;
    model_table(r, node_field(function, "object"), kind);
    if (kind == STEP_ADD_TABLE)
        steps_alembic_created(r, node_field(function, "object"));
}

/* Base.metadata.create_all(op.get_bind(), tables=[Audit.__table__]); without tables= it makes each that is not there. */
static void alembic_of_metadata(struct steps_reader *r, TSNode call, enum step_kind kind)
{
    TSNode tables = node_bare(steps_word(r, call, "tables", 1));
    const struct python_scope before = r->scope;

    if (node_is(tables, "identifier")) {
        struct python_thing list = python_resolve(r->tree, r->scope, tables);
        if (list.kind == THING_VALUE && list.file == r->scope.file) {
            r->scope.body = list.scope;
            tables = node_bare(list.node);
        }
    }
    if (ts_node_is_null(tables) && kind == STEP_ADD_TABLE && !call_has_splat(call))
        steps_push(r, (struct step){.kind = kind, .of_models = true});
    (void)steps_each_made(r, tables, kind == STEP_DROP_TABLE ? drop_model_table : add_model_table);
    for (uint32_t i = 0; (node_is(tables, "list") || node_is(tables, "tuple")) &&
                         i < ts_node_named_child_count(tables);
         i++)
        model_table(r, ts_node_named_child(tables, i), kind);
    r->scope = before;
}

static void alembic_alter(struct steps_reader *r, TSNode call, struct str table, size_t shift)
{
    struct str column = steps_text(r, steps_word(r, call, "column_name", 1 - shift));
    struct str renamed = steps_text(r, steps_keyword(r, call, "new_column_name"));
    struct python_constant nullable =
        python_constant(r->tree, r->scope, steps_keyword(r, call, "nullable"));

    steps_push(r,
               (struct step){
                   .kind = STEP_ALTER_COLUMN,
                   .table = table,
                   .column = column,
                   .type = !ts_node_is_null(steps_keyword(r, call, "type_")),
                   .becomes = type_text(r, steps_keyword(r, call, "type_")),
                   .made_type = type_text(r, steps_keyword(r, call, "type_")),
                   .null = !ts_node_is_null(steps_keyword(r, call, "nullable")),
                   .null_known = nullable.kind == CONSTANT_TRUE || nullable.kind == CONSTANT_FALSE,
                   .nullable = nullable.kind == CONSTANT_TRUE,
                   .default_value = !ts_node_is_null(steps_keyword(r, call, "server_default"))});
    if (renamed.length) {
        steps_push(r, (struct step){.kind = STEP_DROP_COLUMN, .table = table, .column = column});
        steps_push(r, (struct step){.kind = STEP_ADD_COLUMN, .table = table, .column = renamed});
    }
}

/* `shift`: of a batch, whose calls do not say their table. */
static void alembic_key(struct steps_reader *r, TSNode call, struct str table, size_t shift,
                        enum step_key which)
{
    bool foreign = which == STEP_KEY_FOREIGN;
    TSNode columns = steps_positional(r, call, (foreign ? 3 : 2) - shift);
    const char *ending = foreign ? "fkey" : "key"; /* of the name that PostgreSQL gives one */
    struct str name = steps_text(r, steps_positional(r, call, 0));
    bool listed = node_is(columns, "list") || node_is(columns, "tuple");

    if (!name.length && listed && ts_node_named_child_count(columns) == 1)
        name = str_printf(r->arena, STR_FMT "_" STR_FMT "_%s", STR_ARG(dotted_last(table)),
                          STR_ARG(steps_text(r, ts_node_named_child(columns, 0))), ending);
    steps_push(r, (struct step){.kind = STEP_ADD_INDEX,
                                .table = table,
                                .name = name,
                                .makes = foreign ? STEP_MAKES_FOREIGN : STEP_MAKES_UNIQUE});
    if (!listed)
        return;
    if (ts_node_named_child_count(columns) != 1)
        return;
    struct step key = {.kind = STEP_ALTER_COLUMN,
                       .key = true,
                       .which = which,
                       .table = table,
                       .column = steps_text(r, ts_node_named_child(columns, 0))};
    if (foreign) {
        steps_alembic_rules(r, call, &key);
        key.target = steps_text(r, steps_word(r, call, "referent_table", 2 - shift));
    }
    steps_push(r, key);
}

/* create_index(index_name="ix", table_name="users", …) */
static struct str keyed_table(struct steps_reader *r, TSNode call, struct str positional)
{
    static const char *const keywords[] = {"table_name", "source_table"};

    for (size_t i = 0; i < COUNT_OF(keywords) && !positional.length; i++)
        positional = steps_text(r, steps_keyword(r, call, keywords[i]));
    return positional;
}

static void alembic_call(struct steps_reader *r, TSNode call)
{
    struct str name = steps_called(r, call), batch = batch_table(r, call);
    size_t shift = batch.length ? 1 : 0;
    struct str of_table =
        with_schema(r, call, str_eq(name, STR("create_foreign_key")) ? "source_schema" : "schema",
                    steps_text(r, steps_positional(r, call, 1))); /* where the name comes first */
    struct str table =
        shift ? batch
              : with_schema(r, call, "schema", steps_text(r, steps_word(r, call, "table_name", 0)));

    steps_alembic_operation_key(r, call, shift ? batch : keyed_table(r, call, of_table), shift);
    if (str_eq_nocase(name, STR("enum")))
        steps_alembic_type(r, call);
    else if (str_eq(name, STR("add_column")))
        push_column(r, table, steps_word(r, call, "column", 1 - shift));
    else if (str_eq(name, STR("drop_column")))
        steps_push(r, (struct step){
                          .kind = STEP_DROP_COLUMN,
                          .table = table,
                          .column = steps_text(r, steps_word(r, call, "column_name", 1 - shift))});
    else if (str_eq(name, STR("alter_column")))
        alembic_alter(r, call, table, shift);
    else if (str_eq(name, STR("create_table")))
        alembic_table(r, call);
    else if (r->creates &&
             is_new_table(r, call, name)) /* its columns say nothing of one that is there */
        steps_push(r, (struct step){.kind = STEP_ADD_TABLE, .table = table});
    else if (str_eq(name, STR("drop_table")))
        steps_push(r, (struct step){.kind = STEP_DROP_TABLE, .table = table});
    else if (str_eq(name, STR("rename_table"))) {
        steps_push(r, (struct step){.kind = STEP_TABLE_NAME,
                                    .table = table,
                                    .name = with_schema(
                                        r, call, "schema",
                                        steps_text(r, steps_word(r, call, "new_table_name", 1)))});
    } else if (str_eq(name, STR("create_index")))
        steps_push(r, (struct step){.kind = STEP_ADD_INDEX,
                                    .table = shift ? batch : of_table,
                                    .name = steps_text(r, steps_word(r, call, "index_name", 0))});
    else if (str_eq(name, STR("drop_index")) || str_eq(name, STR("drop_constraint")))
        steps_push(r, (struct step){.kind = STEP_DROP_INDEX,
                                    .name = steps_text(r, steps_positional(r, call, 0))});
    else if (str_eq(name, STR("Index")) && r->creates && is_created(r, call))
        steps_alembic_index(r, call);
    else if (str_eq(name, STR("create_unique_constraint")))
        alembic_key(r, call, shift ? batch : of_table, shift, STEP_KEY_UNIQUE);
    else if (str_eq(name, STR("create_foreign_key")))
        alembic_key(r, call, shift ? batch : of_table, shift, STEP_KEY_FOREIGN);
    else if (str_eq(name, STR("create_check_constraint")))
        steps_push(r, (struct step){.kind = STEP_ADD_INDEX,
                                    .table = shift ? batch : of_table,
                                    .name = steps_text(r, steps_positional(r, call, 0)),
                                    .makes = STEP_MAKES_CHECK});
    else if (str_eq(name, STR("create")) || str_eq(name, STR("drop")))
        alembic_of_table(r, call, str_eq(name, STR("drop")) ? STEP_DROP_TABLE : STEP_ADD_TABLE);
    else if (str_eq(name, STR("create_all")) || str_eq(name, STR("drop_all")))
        alembic_of_metadata(r, call,
                            str_eq(name, STR("drop_all")) ? STEP_DROP_TABLE : STEP_ADD_TABLE);
    else if (str_eq(name, STR("execute")) || str_eq(name, STR("exec_driver_sql")))
        steps_sql_argument(r, steps_positional(r, call, 0));
}

/* add_keys("users") of a package that is not in the tree, in a line of its own. */
static bool may_make_keys(TSNode call, const struct python_thing *thing)
{
    static const char *const known[] = {"alembic", "sqlalchemy", "logging", "print", "warnings"};

    if (!node_is(ts_node_parent(call), "expression_statement") || !thing->dotted.length)
        return false;
    for (size_t i = 0; i < COUNT_OF(known); i++)
        if (str_starts(thing->dotted, str_from(known[i])))
            return false;
    return true;
}

/* Functions of the tree that upgrade() calls are part of it. */
static void alembic_part(struct steps_reader *r, TSNode call)
{
    TSNode function = node_field(call, "function");
    struct python_thing thing = node_is(function, "identifier") || node_is(function, "attribute")
                                    ? python_resolve(r->tree, r->scope, function)
                                    : (struct python_thing){.kind = THING_UNKNOWN};

    if (thing.kind == THING_FUNCTION && thing.file && r->calls < CALLS_MAX &&
        r->entered++ < STEPS_ENTERED_MAX) {
        const struct python_scope before = r->scope, there = {.file = thing.file};
        const struct python_bound *inner = NULL;
        struct python_bound given[STEPS_NAMES_MAX];
        TSNode parameters = node_field(thing.node, "parameters");
        size_t place = 0; /* SIZE_MAX: those that follow have names only */
        for (uint32_t i = 0; i < ts_node_named_child_count(parameters) && i < STEPS_NAMES_MAX;
             i++) {
            TSNode parameter = ts_node_named_child(parameters, i);
            struct str name = python_parameter_name(thing.file, parameter);
            if (python_parameter_is_rest(parameter)) {
                given[i] = (struct python_bound){.name = name,
                                                 .node = call,
                                                 .scope = &before,
                                                 .rest = thing.node,
                                                 .rest_from = i,
                                                 .outer = inner};
                inner = &given[i];
                place = SIZE_MAX;
                continue;
            }
            TSNode argument =
                steps_word(r, call, str_c(r->arena, name), place == SIZE_MAX ? SIZE_MAX : i);
            bool usual = ts_node_is_null(argument) && !call_has_splat(call);
            if (usual) /* suffix="_at" */
                argument = node_field(parameter, "value");
            r->scope = usual ? there : before;
            struct str text = steps_text(r, argument);
            r->scope = before;
            given[i] = (struct python_bound){.name = name, .text = text, .outer = inner};
            if (!text.length) { /* a column, say */
                given[i].node = argument;
                given[i].scope = usual ? &there : &before;
            }
            if (text.length || !ts_node_is_null(argument))
                inner = &given[i];
        }
        r->calls++;
        r->scope = (struct python_scope){
            .file = thing.file, .body = node_field(thing.node, "body"), .bound = inner};
        steps_each_call(r, node_field(thing.node, "body"), alembic_part, 0);
        r->scope = before;
        r->calls--;
        return;
    }
    steps_alias_enter(r, call);
    if (may_make_keys(call, &thing))
        steps_push(r, (struct step){.kind = STEP_KEY});
    alembic_call(r, call);
    r->alias = (struct steps_alias){0};
}

void steps_of_alembic(struct arena *arena, struct python_tree *tree, struct python_file *file,
                      struct steps *steps)
{
    struct steps_reader r = {.arena = arena, .tree = tree, .scope = {.file = file}, .steps = steps};
    const struct python_binding *upgrade =
        python_binding_in(tree, file, node_null(), STR("upgrade"));

    if (!upgrade || upgrade->kind != BINDING_FUNCTION)
        return;
    r.creates = str_contains(node_source(file, upgrade->node), STR(".create(")) ||
                str_contains(node_source(file, upgrade->node), STR(".create_all("));
    r.scope.body = node_field(upgrade->node, "body");
    steps_each_call(&r, upgrade->node, alembic_part, 0);
    /* The template for several databases: `globals()["upgrade_%s" % engine_name]()`. */
    for (size_t i = 0; i < file->bindings.count; i++)
        if (file->bindings.items[i].kind == BINDING_FUNCTION &&
            str_starts(file->bindings.items[i].name, STR("upgrade_")) &&
            str_contains(node_source(file, upgrade->node), STR("globals()"))) {
            r.scope = (struct python_scope){
                .file = file, .body = node_field(file->bindings.items[i].node, "body")};
            steps_each_call(&r, file->bindings.items[i].node, alembic_part, 0);
        }
}
