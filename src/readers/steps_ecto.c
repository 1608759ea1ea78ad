#include "readers/steps_ecto.h"
#include "readers/sql_files.h"
#include "readers/steps.h"

#define NESTING_MAX 12u

struct reading {
    struct arena *arena;
    size_t entered; /* functions of the module */
    struct elixir_scope scope;
    struct steps *steps;
};

static void push(struct reading *r, struct step step)
{
    bool column = step.kind == STEP_ADD_COLUMN || step.kind == STEP_DROP_COLUMN ||
                  step.kind == STEP_ALTER_COLUMN;

    /* for table <- [:users, :carts] do alter table(table) … */
    if (column && (!step.table.length || !step.column.length))
        step.computed = r->scope.file->source;
    VEC_PUSH(r->arena, r->steps, step);
}

/* --- Operands. --- */

/* table(:users, prefix: "auth"), or the name alone. */
static struct str table_name(struct reading *r, TSNode node)
{
    bool call = str_eq(elixir_called(r->scope.file, node), STR("table"));
    struct str name = elixir_text(r->scope, call ? elixir_argument(r->scope.tree, node, 0) : node);
    struct str prefix =
        call ? elixir_text(r->scope, elixir_keyword(r->scope, node, "prefix")) : STR_NONE;

    return prefix.length && !str_eq(prefix, STR("public")) && name.length
               ? str_printf(r->arena, STR_FMT "." STR_FMT, STR_ARG(prefix), STR_ARG(name))
               : name;
}

static bool is_any(struct str word, const char *const *words)
{
    for (; *words; words++)
        if (str_eq(word, str_from(*words)))
            return true;
    return false;
}

/* index(:users, [:email], name: :x): TABLE_COLUMNS_index unless it has a name. */
static bool index_of(struct reading *r, TSNode node, struct step *step)
{
    static const char *const words[] = {"index", "unique_index", NULL};
    struct str word = elixir_called(r->scope.file, node);
    TSNode columns = elixir_argument(r->scope.tree, node, 1);
    struct str one = elixir_text(r->scope, columns);
    struct strs texts = {0};

    step->table = table_name(r, elixir_argument(r->scope.tree, node, 0));
    if (str_eq(word, STR("constraint"))) {
        step->name = one;
        return true;
    }
    if (!is_any(word, words))
        return false;
    step->name = elixir_text(r->scope, elixir_keyword(r->scope, node, "name"));
    if (one.length)
        VEC_PUSH(r->arena, &texts, one);
    else if (!elixir_texts(r->scope, columns, &texts))
        return true;
    step->column = texts.count == 1 ? texts.items[0] : STR_NONE;
    step->parts = texts;
    step->parts_told = true;
    if (!step->name.length)
        step->name = str_printf(r->arena, STR_FMT "_" STR_FMT "_index", STR_ARG(step->table),
                                STR_ARG(str_join(r->arena, texts.items, texts.count, STR("_"))));
    return true;
}

static void push_index_key(struct reading *r, TSNode node, struct step key)
{
    bool unique =
        str_eq(elixir_called(r->scope.file, node), STR("unique_index")) ||
        str_eq(elixir_text(r->scope, elixir_keyword(r->scope, node, "unique")), STR("true"));

    if (str_eq(elixir_called(r->scope.file, node), STR("constraint")))
        return;
    key.kind = STEP_KEY;
    key.makes = unique ? STEP_MAKES_UNIQUE : STEP_MAKES_INDEX;
    push(r, key);
}

/* add :user_id, references(:users), primary_key: true; a type that a function gives may be one too. */
static void push_column_key(struct reading *r, struct str table, struct str name, TSNode type)
{
    bool refers = str_eq(elixir_called(r->scope.file, type), STR("references"));
    struct step key = {.kind = STEP_KEY,
                       .table = table,
                       .makes = refers ? STEP_MAKES_FOREIGN : STEP_MAKES_ANY,
                       .parts_told = name.length > 0};

    VEC_PUSH(r->arena, &key.parts, name);
    if (refers || !elixir_text(r->scope, type).length)
        push(r, key);
}

/* --- Columns inside create and alter. --- */

static void add_timestamps(struct reading *r, struct str table, TSNode call, enum step_kind kind)
{
    static const char *const names[] = {"inserted_at", "updated_at"};

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct str given = elixir_text(r->scope, elixir_keyword(r->scope, call, names[i]));
        if (!str_eq(given, STR("false")))
            push(r, (struct step){.kind = kind,
                                  .table = table,
                                  .column = given.length ? given : str_from(names[i])});
    }
}

/* The kind of type in a word of SQL's, where a field of a schema must be of that kind too: a text is a :string there, a bigint an :integer, and
 * so neither is told apart. Empty: nothing to hold against a field. */
static struct str kind_of_type(struct reading *r, TSNode type)
{
    static const char *const rows[][2] = {{"string", "varchar"},
                                          {"text", "varchar"},
                                          {"citext", "varchar"},
                                          {"integer", "integer"},
                                          {"boolean", "boolean"},
                                          {"decimal", "numeric"},
                                          {"numeric", "numeric"},
                                          {"float", "float8"},
                                          {"date", "date"},
                                          {"naive_datetime", "timestamp"},
                                          {"utc_datetime", "timestamp"},
                                          {"naive_datetime_usec", "timestamp"},
                                          {"utc_datetime_usec", "timestamp"},
                                          {"timestamp", "timestamp"},
                                          {"timestamptz", "timestamp"},
                                          {"map", "jsonb"},
                                          {"jsonb", "jsonb"},
                                          {"uuid", "uuid"},
                                          {"binary_id", "uuid"}};
    struct str word = elixir_text(r->scope, type);

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (str_eq(word, str_from(rows[i][0])))
            return str_from(rows[i][1]);
    return STR_NONE;
}

/* Enum.each(@names, fn name -> … end); null: the call gives none. */
static TSNode function_given(struct reading *r, TSNode call)
{
    struct elixir_nodes arguments = elixir_children(r->scope.tree, elixir_child(call, "arguments"));

    for (size_t i = 0; i < arguments.count; i++)
        if (node_is(arguments.items[i], "anonymous_function"))
            return arguments.items[i];
    return node_null();
}

/* for … do, if … do, Enum.each(…, fn … end): what stands in it counts. */
static bool is_block(struct reading *r, TSNode call)
{
    return elixir_body(r->scope, call).count || !ts_node_is_null(function_given(r, call));
}

static void modify(struct reading *r, struct str table, struct str column, TSNode call)
{
    struct str null = elixir_text(r->scope, elixir_keyword(r->scope, call, "null"));
    TSNode type = elixir_argument(r->scope.tree, call, 1);

    push_column_key(r, table, column, type);
    push(r,
         (struct step){.kind = STEP_ALTER_COLUMN,
                       .table = table,
                       .column = column,
                       .type = true,
                       .sql_type = kind_of_type(r, type),
                       .made_type = kind_of_type(r, type),
                       .null = null.length > 0,
                       .null_known = null.length > 0,
                       .nullable = str_eq(null, STR("true")),
                       .default_value = !ts_node_is_null(elixir_keyword(r->scope, call, "default")),
                       .key = str_eq(elixir_called(r->scope.file, type), STR("references")) ||
                              !ts_node_is_null(elixir_keyword(r->scope, call, "primary_key"))});
}

/* False: it is another word. */
static bool column(struct reading *r, struct str table, TSNode call)
{
    static const char *const adds[] = {"add", "add_if_not_exists", NULL};
    static const char *const removes[] = {"remove", "remove_if_exists", NULL};
    struct str word = elixir_called(r->scope.file, call);
    struct str name = elixir_text(r->scope, elixir_argument(r->scope.tree, call, 0));

    if (str_eq(word, STR("timestamps")))
        add_timestamps(r, table, call, STEP_ADD_COLUMN);
    else if (is_any(word, adds)) {
        TSNode type = elixir_argument(r->scope.tree, call, 1);
        push(r,
             (struct step){.kind = STEP_ADD_COLUMN,
                           .table = table,
                           .column = name,
                           .sql_type = kind_of_type(r, type),
                           .made_type = kind_of_type(r, type),
                           .generated = ts_node_is_null(elixir_keyword(r->scope, call, "generated"))
                                            ? STEP_GENERATED_NO
                                            : STEP_GENERATED_YES,
                           .keys_told = true});
        push_column_key(r, table, name, type);
    } else if (is_any(word, removes))
        push(r, (struct step){.kind = STEP_DROP_COLUMN, .table = table, .column = name});
    else if (str_eq(word, STR("modify")))
        modify(r, table, name, call);
    else
        return false;
    return true;
}

struct place {
    struct str table; /* of the columns; empty: statements */
    bool columns;
    unsigned depth;
};

static void body_once(struct reading *r, TSNode holder, struct place place);

static void columns(struct reading *r, struct str table, TSNode call, unsigned depth)
{
    body_once(r, call, (struct place){.table = table, .columns = true, .depth = depth});
}

/* --- Statements. --- */

static void create(struct reading *r, TSNode call)
{
    TSNode what = elixir_argument(r->scope.tree, call, 0);
    struct step index = {.kind = STEP_ADD_INDEX};
    TSNode key;

    if (index_of(r, what, &index)) {
        push(r, index);
        push_index_key(r, what, index);
        return;
    }
    struct str table = table_name(r, what);
    if (!table.length)
        return;
    push(r, (struct step){.kind = STEP_ADD_TABLE, .table = table, .keys_told = true});
    key = elixir_keyword(r->scope, what, "primary_key");
    if (!str_eq(elixir_text(r->scope, key), STR("false"))) {
        struct str name = elixir_text(r->scope, elixir_keyword(r->scope, key, "name"));
        push(r, (struct step){.kind = STEP_ADD_COLUMN,
                              .table = table,
                              .column = name.length ? name : STR("id")});
    }
    columns(r, table, call, 0);
}

static void drop(struct reading *r, TSNode call)
{
    TSNode what = elixir_argument(r->scope.tree, call, 0);
    struct step index = {.kind = STEP_DROP_INDEX};
    struct str table;

    if (index_of(r, what, &index)) {
        push(r, index);
        return;
    }
    table = table_name(r, what);
    if (table.length)
        push(r, (struct step){.kind = STEP_DROP_TABLE, .table = table});
}

/* rename table(:a), :x, to: :y; rename table(:a), to: table(:b). */
static void rename_thing(struct reading *r, TSNode call)
{
    struct str table = table_name(r, elixir_argument(r->scope.tree, call, 0));
    struct str from = elixir_text(r->scope, elixir_argument(r->scope.tree, call, 1));
    TSNode to = elixir_keyword(r->scope, call, "to");
    struct str name = from.length ? elixir_text(r->scope, to) : table_name(r, to);

    if (!table.length || !name.length)
        return;
    push(r, (struct step){.kind = from.length ? STEP_DROP_COLUMN : STEP_DROP_TABLE,
                          .table = table,
                          .column = from});
    push(r, (struct step){.kind = from.length ? STEP_ADD_COLUMN : STEP_ADD_TABLE,
                          .table = from.length ? table : name,
                          .column = from.length ? name : STR_NONE,
                          .was = from.length ? STR_NONE : table});
}

static void statements(struct reading *r, struct elixir_nodes body, unsigned depth);
static void bodies(struct reading *r, TSNode call, struct place place);
static bool own_function(struct reading *r, TSNode call, struct place place);
static bool each_captured(struct reading *r, TSNode call, struct place place);

/* The statements of a body, or its columns, also those in for x <- list do … end and if … do … end. */
static void body_once(struct reading *r, TSNode holder, struct place place)
{
    struct elixir_nodes body = node_is(holder, "call")
                                   ? elixir_body(r->scope, holder)
                                   : elixir_children(r->scope.tree, elixir_child(holder, "body"));

    if (!place.columns) {
        statements(r, body, place.depth);
        return;
    }
    for (size_t i = 0; i < body.count && place.depth < NESTING_MAX; i++) {
        struct place inside = {.table = place.table, .columns = true, .depth = place.depth + 1};
        if (node_is(body.items[i], "stab_clause"))
            body_once(r, body.items[i], inside);
        else if (is_block(r, body.items[i]))
            bodies(r, body.items[i], inside);
        else if (!column(r, place.table, body.items[i]) && !each_captured(r, body.items[i], inside))
            (void)own_function(r, body.items[i], inside);
    }
}

/* Once for each text of the list that `name` goes through; once without a value where the list cannot be read. */
static void rounds(struct reading *r, TSNode name, TSNode list, TSNode holder, struct place place)
{
    const struct elixir_scope before = r->scope;
    struct strs texts;

    if (!node_is(name, "identifier") || !elixir_texts(r->scope, list, &texts) || !texts.count) {
        body_once(r, holder, place);
        return;
    }
    for (size_t i = 0; i < texts.count; i++) {
        struct elixir_bound bound = {.name = elixir_source(r->scope.file, name),
                                     .text = texts.items[i],
                                     .outer = before.bound};
        r->scope.bound = &bound;
        body_once(r, holder, place);
        r->scope = before;
    }
}

/* for x <- list do … end, Enum.each(list, fn x -> … end); if and unless: once. */
static void bodies(struct reading *r, TSNode call, struct place place)
{
    TSNode first = elixir_argument(r->scope.tree, call, 0), function = function_given(r, call);
    struct elixir_nodes clauses = elixir_children(r->scope.tree, function);
    bool generator =
        str_eq(elixir_called(r->scope.file, call), STR("for")) && node_is(first, "binary_operator");

    if (ts_node_is_null(function)) {
        rounds(r, generator ? ts_node_named_child(first, 0) : node_null(),
               generator ? ts_node_named_child(first, 1) : node_null(), call, place);
        return;
    }
    for (size_t i = 0; i < clauses.count; i++) {
        TSNode arguments = elixir_child(clauses.items[i], "arguments"); /* none: fn -> … end */
        rounds(r, ts_node_is_null(arguments) ? arguments : ts_node_named_child(arguments, 0),
               clauses.count == 1 ? first : node_null(), clauses.items[i], place);
    }
}

/* add_text(:sku): what that does, with the texts that the call gives; with a table, what it adds there. `given`: the one argument that is known beside them. */
static bool enter(struct reading *r, struct ecto_found found, TSNode call, struct str given,
                  struct place place)
{
    const struct elixir_scope before = r->scope;
    struct elixir_bound bound[ECTO_PARAMETERS_MAX];

    if (ts_node_is_null(found.definition) || place.depth >= NESTING_MAX ||
        r->entered++ >= STEPS_ENTERED_MAX)
        return false;
    if (found.scope.file != before.file)
        r->scope = found.scope;
    for (size_t p = 0; p < ECTO_PARAMETERS_MAX; p++) {
        TSNode parameter = elixir_argument(found.scope.tree, found.head, p);
        if (!node_is(parameter, "identifier"))
            break;
        bound[p] = (struct elixir_bound){
            .name = elixir_source(found.scope.file, parameter),
            .text = ts_node_is_null(call) && !p
                        ? given
                        : elixir_text(before, elixir_argument(before.tree, call, p)),
            .outer = r->scope.bound};
        r->scope.bound = &bound[p];
    }
    place.depth++;
    body_once(r, found.definition, place);
    r->scope = before;
    return true;
}

static bool own_function(struct reading *r, TSNode call, struct place place)
{
    struct str target, word = ecto_called(r->scope, call, &target);

    return word.length &&
           enter(r, ecto_find(r->scope, target, word, ecto_arguments_count(r->scope, call)), call,
                 STR_NONE, place);
}

/* "execute" of &execute/1; empty: it is no such thing. */
static struct str captured(struct reading *r, TSNode node)
{
    struct str source = elixir_source(r->scope.file, node);
    size_t slash = str_find_byte(source, '/');

    return node_is(node, "unary_operator") && str_starts(source, STR("&")) && slash != SIZE_MAX
               ? str_trim(str_slice(source, 1, slash))
               : STR_NONE;
}

static struct str bound_text(void *context, struct str name)
{
    const struct reading *r = context;

    for (const struct elixir_bound *bound = r->scope.bound; bound; bound = bound->outer)
        if (str_eq(bound->name, name))
            return bound->text;
    return STR_NONE;
}

/* execute_file("priv/repo/x.sql"), execute(File.read!("…")) */
static bool read_from_files(struct reading *r, TSNode node)
{
    const struct sql_files files = {.arena = r->arena,
                                    .files = elixir_tree_files(r->scope.tree),
                                    .path = r->scope.file->path,
                                    .source = r->scope.file->source,
                                    .meant = bound_text,
                                    .context = r};

    return sql_files_steps(&files, elixir_source(r->scope.file, node), r->steps);
}

/* Nothing but SQL is made of it: what is no text gives no step. */
static void sql(struct reading *r, TSNode text)
{
    struct elixir_scope scope = r->scope;

    if (!elixir_text(scope, text).length && read_from_files(r, text))
        return;
    scope.gap = STEPS_GAP;
    steps_of_gapped_sql(r->arena, elixir_text(scope, text), scope.file->source, r->steps);
}

static void execute_each(struct reading *r, const struct strs *texts)
{
    for (size_t i = 0; i < texts->count; i++)
        steps_of_sql(r->arena, texts->items[i], r->steps);
}

/* execute("…"), execute(&add_sku/0, &drop_sku/0), execute(fn -> repo().query!("…") end, …): the first one goes forward. */
static void execute(struct reading *r, TSNode call, unsigned depth)
{
    TSNode first = elixir_argument(r->scope.tree, call, 0);
    struct elixir_nodes clauses = {0};

    struct strs texts;

    if (enter(r, ecto_find(r->scope, STR_NONE, captured(r, first), 0), node_null(), STR_NONE,
              (struct place){.depth = depth}))
        return;
    if (node_is(first, "list") && elixir_texts(r->scope, first, &texts)) {
        execute_each(r, &texts);
        return;
    }
    if (node_is(first, "anonymous_function"))
        clauses = elixir_children(r->scope.tree, first);
    for (size_t i = 0; i < clauses.count; i++)
        body_once(r, clauses.items[i], (struct place){.depth = depth + 1});
    sql(r, first);
}

/* repo().query!("…"), Repo.query!("…"), Ecto.Adapters.SQL.query!(repo(), "…", []) */
static bool queries(struct reading *r, TSNode call)
{
    static const char *const words[] = {"query", "query!", "query_many", "query_many!", NULL};
    TSNode target = node_is(call, "call") ? ts_node_named_child(call, 0) : node_null();

    if (!node_is(target, "dot") ||
        !is_any(elixir_source(r->scope.file, elixir_child(target, "identifier")), words))
        return false;
    for (size_t i = 0; i < 2; i++)
        sql(r, elixir_argument(r->scope.tree, call, i));
    return true;
}

/* Enum.each(@statements, &execute/1), Enum.each([:sku, :code], &add_text/1) */
static bool each_captured(struct reading *r, TSNode call, struct place place)
{
    struct str word = captured(r, elixir_argument(r->scope.tree, call, 1));
    struct strs texts;
    bool any = false;

    if (!word.length || !elixir_texts(r->scope, elixir_argument(r->scope.tree, call, 0), &texts))
        return false;
    if (str_eq(word, STR("execute"))) {
        execute_each(r, &texts);
        return true;
    }
    struct ecto_found found = ecto_find(r->scope, STR_NONE, word, 1);
    for (size_t i = 0; i < texts.count; i++)
        any = enter(r, found, node_null(), texts.items[i], place) || any;
    return any;
}

static bool is_pipe(struct reading *r, TSNode node)
{
    return node_is(node, "binary_operator") && ts_node_named_child_count(node) == 2 &&
           str_contains(elixir_source(r->scope.file, node), STR("|>"));
}

/* "…" |> execute(), @sql |> String.split(";") |> Enum.each(&execute/1): what stands first is executed, taken apart or not. */
static bool piped(struct reading *r, TSNode pipe)
{
    TSNode first = pipe;
    struct strs texts;

    if (!is_pipe(r, pipe))
        return false;
    struct str last = elixir_source(r->scope.file, ts_node_named_child(pipe, 1));
    if (!str_contains(last, STR("execute")) && !str_contains(last, STR("query")))
        return false;
    while (is_pipe(r, first))
        first = ts_node_named_child(first, 0);
    if (elixir_texts(r->scope, first, &texts))
        execute_each(r, &texts);
    else
        sql(r, first);
    return true;
}

static void statement(struct reading *r, TSNode call, unsigned depth)
{
    static const char *const creates[] = {"create", "create_if_not_exists", NULL};
    static const char *const drops[] = {"drop", "drop_if_exists", NULL};
    struct str word = elixir_called(r->scope.file, call);

    if (is_any(word, creates))
        create(r, call);
    else if (is_any(word, drops))
        drop(r, call);
    else if (str_eq(word, STR("alter")))
        columns(r, table_name(r, elixir_argument(r->scope.tree, call, 0)), call, depth);
    else if (str_eq(word, STR("rename")))
        rename_thing(r, call);
    else if (str_eq(word, STR("execute")))
        execute(r, call, depth);
    else if (str_eq(word, STR("execute_file")))
        (void)read_from_files(r, elixir_argument(r->scope.tree, call, 0));
    else if (node_is(call, "stab_clause")) /* case … do nil -> … end */
        body_once(r, call, (struct place){.depth = depth + 1});
    else if (!queries(r, call) && !piped(r, call) &&
             !each_captured(r, call, (struct place){.depth = depth}) &&
             !own_function(r, call, (struct place){.depth = depth}) && is_block(r, call))
        bodies(r, call, (struct place){.depth = depth + 1});
}

static void statements(struct reading *r, struct elixir_nodes body, unsigned depth)
{
    for (size_t i = 0; i < body.count && depth < NESTING_MAX; i++)
        statement(r, body.items[i], depth);
}

void steps_of_ecto(struct arena *arena, struct elixir_tree *tree, struct elixir_file *file,
                   struct steps *steps)
{
    struct elixir_nodes modules = elixir_children(tree, file->root);

    for (size_t m = 0; m < modules.count; m++) {
        struct reading r = {.arena = arena, .steps = steps};
        struct elixir_nodes definitions;
        r.scope = (struct elixir_scope){
            .tree = tree, .file = file, .body = elixir_child(modules.items[m], "do_block")};
        if (!str_eq(elixir_called(file, modules.items[m]), STR("defmodule")))
            continue;
        definitions = elixir_children(tree, r.scope.body);
        for (size_t i = 0; i < definitions.count; i++) {
            TSNode definition = definitions.items[i], head = elixir_argument(tree, definition, 0);
            struct str name = ecto_name_of_head(r.scope, head);
            bool function = str_eq(elixir_called(file, definition), STR("def"));
            if (function && (str_eq(name, STR("change")) || str_eq(name, STR("up"))))
                statements(&r, elixir_body(r.scope, definition), 0);
        }
    }
}
