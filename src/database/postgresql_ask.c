/* postgresql_ask.c -- two round trips: what is there, and what it holds.
 *
 * The catalogs come first, of all schemas and with their privileges; then the rows of the tables that can be read. Names in the
 * catalog queries are resolved with search_path = pg_catalog, so that nobody's table or operator can stand in for the real one.
 */
#include <stdlib.h>
#include <string.h>

#include "database/postgresql.h"

/* Tables per round trip: enough for one, and the buffers of both sides stay small. */
#define BATCH_TABLES 50u
/* Columns we look at, over all schemas. */
#define COLUMNS_MAX (DATABASE_TABLES_MAX * 20)

struct str postgresql_field(struct arena *arena, const PGresult *result, int row, int column)
{
    if (!result || row >= PQntuples(result) || PQgetisnull(result, row, column))
        return STR_NONE;
    return str_copy(
        arena, str_of(PQgetvalue(result, row, column), (size_t)PQgetlength(result, row, column)));
}

static bool is_true(const PGresult *result, int row, int column)
{
    return !PQgetisnull(result, row, column) && PQgetvalue(result, row, column)[0] == 't';
}

/* ---- The catalogs. ---- */

static const char columns_sql[] =
    "SELECT n.nspname, c.relkind, has_schema_privilege(n.oid, 'USAGE'), a.attname,"
    " format_type(a.atttypid, a.atttypmod), t.typcategory,"
    " a.attnum IS NOT NULL AND has_column_privilege(c.oid, a.attnum, 'SELECT'),"
    " EXISTS (SELECT 1 FROM pg_index i"
    " WHERE i.indrelid = c.oid AND i.indisprimary AND a.attnum = ANY (i.indkey)), c.relname = "
    "$3::text"
    " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
    " LEFT JOIN pg_type t ON t.oid = a.atttypid"
    " WHERE c.relname IN ($1::text, $3::text) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')"
    " AND ($2::text = '' OR n.nspname = $2::text)"
    " AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_temp_'"
    " ORDER BY n.nspname COLLATE \"C\", c.relname = $3::text, a.attnum";

static bool send_catalogs(struct asking *asking)
{
    const struct database_question *question = asking->question;
    struct str table = str_copy(asking->arena, question->table);
    struct str schema = str_copy(asking->arena, question->schema);
    struct str beside =
        question->reading ? str_copy(asking->arena, question->reading->beside) : STR("");

    /* On its own, since it may fail: a server that is none of PostgreSQL's own may not have the function. */
    if (!asking->state->identified &&
        (!talk_send(asking, "SELECT system_identifier FROM pg_catalog.pg_control_system()", NULL,
                    NULL) ||
         !talk_send_sync(asking)))
        return false;
    return talk_send_begin(asking) &&
           talk_send(asking, "SELECT pg_catalog.current_database(), session_user", NULL, NULL) &&
           talk_send(asking, "SELECT pg_catalog.unnest(pg_catalog.current_schemas(false))", NULL,
                     NULL) &&
           talk_send(asking, "SELECT pg_catalog.set_config('search_path', 'pg_catalog', true)",
                     NULL, NULL) &&
           talk_send_three(asking, columns_sql, table.bytes, schema.bytes, beside.bytes) &&
           talk_send_end(asking);
}

static void identity_fill(struct asking *asking, const PGresult *control, const PGresult *who,
                          const PGresult *path)
{
    struct postgresql *state = asking->state;
    struct arena *arena = asking->database->arena;

    if (state->identified)
        return;
    state->system_identifier = postgresql_field(arena, control, 0, 0);
    state->database = postgresql_field(arena, who, 0, 0);
    state->user = postgresql_field(arena, who, 0, 1);
    state->server_version =
        str_copy(arena, str_from(PQparameterStatus(state->conn, "server_version")));
    for (int i = 0; i < PQntuples(path); i++)
        VEC_PUSH(arena, &state->search_path, postgresql_field(arena, path, i, 0));
    state->identified = true;
}

static size_t schema_rank(const struct strs *search_path, struct str schema)
{
    for (size_t i = 0; i < search_path->count; i++)
        if (str_eq(search_path->items[i], schema))
            return i;
    return search_path->count;
}

static int relation_compare(const void *a, const void *b)
{
    const struct relation *left = a, *right = b;

    if (left->rank != right->rank)
        return left->rank < right->rank ? -1 : 1;
    return str_compare(left->schema, right->schema);
}

/* The second table that a tracker keeps: all of it must be readable. */
static void note_beside(struct asking *asking, const PGresult *columns)
{
    for (size_t i = 0; i < asking->relations.count; i++) {
        struct relation *relation = &asking->relations.items[i];
        bool there = false, readable = true;
        for (int row = 0; row < PQntuples(columns); row++)
            if (is_true(columns, row, 8) &&
                str_eq(str_from(PQgetvalue(columns, row, 0)), relation->schema)) {
                there = true;
                readable = readable && is_true(columns, row, 6);
            }
        relation->has_beside = there;
        relation->closed_beside = there && !readable;
    }
}

static void relations_fill(struct asking *asking, const PGresult *columns)
{
    struct relations *relations = &asking->relations;
    struct arena *arena = asking->arena;

    for (int row = 0; row < PQntuples(columns); row++) {
        if (is_true(columns, row, 8))
            continue;
        struct str schema = postgresql_field(arena, columns, row, 0);
        if (relations->count == 0 || !str_eq(VEC_LAST(relations).schema, schema))
            VEC_PUSH(arena, relations,
                     (struct relation){.schema = schema,
                                       .kind = PQgetvalue(columns, row, 1)[0],
                                       .usable = is_true(columns, row, 2),
                                       .rank = schema_rank(&asking->state->search_path, schema)});
        if (PQgetisnull(columns, row, 3))
            continue;
        char category = PQgetvalue(columns, row, 5)[0];
        struct column column = {.name = postgresql_field(arena, columns, row, 3),
                                .type = postgresql_field(arena, columns, row, 4),
                                .is_text = category == 'S',
                                .is_time = category == 'D',
                                .is_primary = is_true(columns, row, 7)};
        VEC_PUSH(arena, &VEC_LAST(relations).columns, column);
        if (is_true(columns, row, 6))
            VEC_PUSH(arena, &VEC_LAST(relations).readable, column.name);
    }
    note_beside(asking, columns);
    if (relations->count)
        qsort(relations->items, relations->count, sizeof relations->items[0], relation_compare);
}

/* False: the answer is "unreachable" already, or the error is set. */
static bool read_catalogs(struct asking *asking, struct err *e)
{
    enum { WHO = TALK_SETTINGS, PATH, NARROW, COLUMNS, COUNT };
    PGresult *results[COUNT] = {NULL};
    RESULT(control);
    RESULT(failure);
    bool whole = true;

    if (!asking->state->identified)
        whole = talk_read(asking, &control, 1, NULL);
    whole = whole && talk_read(asking, results, COUNT, &failure) && talk_skip(asking);
    if (whole && (failure || !results[COLUMNS])) {
        answer_unreachable(
            asking->answer,
            str_printf(asking->arena,
                       STR_FMT " does not answer questions about its catalogs: " STR_FMT,
                       STR_ARG(asking->database->shown),
                       STR_ARG(failure ? talk_failure_words(asking, failure) : STR("no result"))),
            STR("try again; is this a PostgreSQL server of version 12 or later?"));
        whole = false;
    } else if (whole && PQntuples(results[COLUMNS]) > (int)COLUMNS_MAX) {
        err_set(e, ERR_LIMIT, "more than %u columns in tables named " STR_FMT, COLUMNS_MAX,
                STR_ARG(asking->question->table));
        whole = false;
    } else if (whole) {
        identity_fill(asking, control, results[WHO], results[PATH]);
        relations_fill(asking, results[COLUMNS]);
    }
    for (size_t i = 0; i < COUNT; i++)
        PQclear(results[i]);
    return whole;
}

/* ---- The rows. ---- */

struct str postgresql_quoted(struct asking *asking, struct str name)
{
    char *text = PQescapeIdentifier(asking->state->conn, name.bytes, name.length);
    struct str copy = text ? str_copy(asking->arena, str_from(text)) : STR("\"\"");

    PQfreemem(text);
    return copy;
}

struct str postgresql_full_name(struct asking *asking, struct str schema)
{
    struct str table = asking->question->table;

    return str_is_empty(schema)
               ? table
               : str_printf(asking->arena, STR_FMT "." STR_FMT, STR_ARG(schema), STR_ARG(table));
}

static struct str grant_select(struct asking *asking, struct str schema, struct str table)
{
    return str_printf(asking->arena, "GRANT SELECT ON " STR_FMT "." STR_FMT " TO " STR_FMT ";",
                      STR_ARG(postgresql_quoted(asking, schema)),
                      STR_ARG(postgresql_quoted(asking, table)),
                      STR_ARG(postgresql_quoted(asking, asking->state->user)));
}

/* Can we read it, as far as the catalogs tell? Otherwise `rows` says why not. */
static bool relation_check(struct asking *asking, struct relation *relation,
                           struct database_rows *rows)
{
    struct arena *arena = asking->arena;
    struct str name = postgresql_full_name(asking, relation->schema), message;
    struct str user = asking->state->user;

    if (relation->kind == 'f')
        return !rows_unreadable(rows,
                                str_printf(arena, STR_FMT " is a foreign table", STR_ARG(name)),
                                STR("configure the database that really holds it"));
    bool given = asking->question->layout == LAYOUT_GIVEN;
    if (given ? !layout_matches(arena, asking->question->reading, &relation->columns, &message)
              : !layout_find_column(arena, asking->question->layout, &relation->columns,
                                    &relation->column, &message))
        return !rows_unreadable(
            rows,
            str_printf(arena, STR_FMT " is not the tracking table expected: " STR_FMT,
                       STR_ARG(name), STR_ARG(message)),
            STR("where another tool keeps it: set \"table\" and \"schema\" of the set"));
    if (!relation->usable)
        return !rows_unreadable(rows,
                                str_printf(arena, STR_FMT " has no USAGE on the schema " STR_FMT,
                                           STR_ARG(user), STR_ARG(relation->schema)),
                                str_printf(arena,
                                           "GRANT USAGE ON SCHEMA " STR_FMT " TO " STR_FMT ";",
                                           STR_ARG(postgresql_quoted(asking, relation->schema)),
                                           STR_ARG(postgresql_quoted(asking, user))));
    if (given ? relation->readable.count < relation->columns.count
              : !strs_have(&relation->readable, relation->column))
        return !rows_unreadable(
            rows, str_printf(arena, STR_FMT " may not read " STR_FMT, STR_ARG(user), STR_ARG(name)),
            grant_select(asking, relation->schema, asking->question->table));
    if (relation->closed_beside)
        return !rows_unreadable(
            rows,
            str_printf(arena,
                       STR_FMT " may not read " STR_FMT "." STR_FMT ", which belongs to " STR_FMT,
                       STR_ARG(user), STR_ARG(relation->schema),
                       STR_ARG(asking->question->reading->beside), STR_ARG(name)),
            grant_select(asking, relation->schema, asking->question->reading->beside));
    return true;
}

/* The rows of relations [from, to) that are readable, in one round trip. */
static bool ask_batch(struct asking *asking, size_t from, size_t to)
{
    struct database_tables *tables = &asking->answer->tables;
    struct relation *relations = asking->relations.items;
    bool readable[BATCH_TABLES];

    asking->limit = limit_from_now(asking->database, asking->timeout_ms * 2);
    for (size_t i = from; i < to; i++) {
        VEC_PUSH(asking->arena, tables, (struct database_rows){.schema = relations[i].schema});
        readable[i - from] = relation_check(asking, &relations[i], &tables->items[i]);
        if (readable[i - from] && !rows_send(asking, &relations[i]))
            return talk_lost(asking);
    }
    for (size_t i = from; i < to; i++)
        if (readable[i - from] && !rows_read(asking, &relations[i], &tables->items[i]))
            return false;
    return true;
}

static void answer_absent(struct asking *asking)
{
    struct str schema = asking->question->schema;
    struct str where = str_is_empty(schema)
                           ? STR("in any schema")
                           : str_printf(asking->arena, "in the schema " STR_FMT, STR_ARG(schema));
    struct str message = str_printf(asking->arena, "there is no table " STR_FMT " " STR_FMT,
                                    STR_ARG(asking->question->table), STR_ARG(where));

    VEC_PUSH(
        asking->arena, &asking->answer->tables,
        (struct database_rows){
            .schema = schema,
            .state = TABLE_ABSENT,
            .message = message,
            .hint = STR("nothing was ever applied there, or it is another database or schema")});
}

static void identity_copy(const struct postgresql *state, struct arena *arena,
                          struct database_answer *answer)
{
    answer->host = str_copy(arena, str_from(PQhost(state->conn)));
    answer->port = str_copy(arena, str_from(PQport(state->conn)));
    answer->database = state->database;
    answer->user = state->user;
    answer->system_identifier = state->system_identifier;
    answer->server_version = state->server_version;
}

/* Other tools keep tables of the same name: they say nothing where one is ours. */
static void drop_others(struct asking *asking)
{
    struct relations *relations = &asking->relations;
    struct str ignored;
    size_t kept = 0;

    for (size_t i = 0; i < relations->count; i++) {
        struct relation one = relations->items[i];
        if (!layout_matches(asking->arena, asking->question->reading, &one.columns, &ignored))
            continue;
        relations->items[i] = relations->items[kept];
        relations->items[kept++] = one;
    }
    if (kept)
        relations->count = kept;
}

/* False: unreachable by now, or the error is set. */
static bool ask_all(struct asking *asking, struct err *e)
{
    PGconn *conn = asking->state->conn;

    asking->limit = limit_from_now(asking->database, asking->timeout_ms * 2);
    if (PQpipelineStatus(conn) == PQ_PIPELINE_OFF &&
        (PQsetnonblocking(conn, 1) != 0 || PQenterPipelineMode(conn) != 1))
        return talk_lost(asking);
    if (!send_catalogs(asking))
        return talk_lost(asking);
    if (!read_catalogs(asking, e))
        return false;
    if (asking->question->layout == LAYOUT_GIVEN)
        drop_others(asking);
    size_t count = asking->relations.count;
    if (count > DATABASE_TABLES_MAX)
        return err_set(e, ERR_LIMIT, "more than %u schemas have a table " STR_FMT,
                       DATABASE_TABLES_MAX, STR_ARG(asking->question->table));
    for (size_t from = 0; from < count; from += BATCH_TABLES)
        if (!ask_batch(asking, from, count - from > BATCH_TABLES ? from + BATCH_TABLES : count))
            return false;
    if (count == 0)
        answer_absent(asking);
    return true;
}

bool postgresql_ask(struct database *database, struct arena *arena,
                    const struct database_question *question, struct database_answer *answer,
                    struct err *e)
{
    struct postgresql *state = database->state;
    struct str message, hint;
    struct asking asking = {.state = state,
                            .database = database,
                            .arena = arena,
                            .question = question,
                            .answer = answer,
                            .timeout_ms = database->target.statement_timeout_ms};

    if (str_has_nul(question->table) || str_has_nul(question->schema))
        return err_set(e, ERR_INPUT, "a table name with a NUL byte");
    if (!state->connected && !postgresql_connect(database, &message, &hint))
        return answer_unreachable(answer, message, hint);
    answer->shown = database->shown;
    if (ask_all(&asking, e)) {
        answer->state = DATABASE_ANSWERED;
        identity_copy(state, arena, answer);
        return true;
    }
    if (err_is_set(e))
        return false;
    /* Answers still on their way would be taken for those of the next question. */
    database->failure = str_copy(database->arena, answer->message);
    database->failure_hint = str_copy(database->arena, answer->hint);
    return true;
}
