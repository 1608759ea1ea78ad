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

static struct str field(struct arena *arena, const PGresult *result, int row, int column)
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

static bool failure_is(const PGresult *failure, const char *sqlstate)
{
    const char *state = PQresultErrorField(failure, PG_DIAG_SQLSTATE);

    return state && strcmp(state, sqlstate) == 0;
}

/* ---- The catalogs. ---- */

static const char columns_sql[] =
    "SELECT n.nspname, c.relkind, has_schema_privilege(n.oid, 'USAGE'), a.attname,"
    " format_type(a.atttypid, a.atttypmod), t.typcategory,"
    " a.attnum IS NOT NULL AND has_column_privilege(c.oid, a.attnum, 'SELECT'),"
    " EXISTS (SELECT 1 FROM pg_index i"
    " WHERE i.indrelid = c.oid AND i.indisprimary AND a.attnum = ANY (i.indkey))"
    " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
    " LEFT JOIN pg_type t ON t.oid = a.atttypid"
    " WHERE c.relname = $1::text AND c.relkind IN ('r', 'p', 'v', 'm', 'f')"
    " AND ($2::text = '' OR n.nspname = $2::text)"
    " AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_temp_'"
    " ORDER BY n.nspname COLLATE \"C\", a.attnum";

static bool send_catalogs(struct asking *asking)
{
    const struct database_question *question = asking->question;
    struct str table = str_copy(asking->arena, question->table);
    struct str schema = str_copy(asking->arena, question->schema);

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
           talk_send(asking, columns_sql, table.bytes, schema.bytes) && talk_send_end(asking);
}

static void identity_fill(struct asking *asking, const PGresult *control, const PGresult *who,
                          const PGresult *path)
{
    struct postgresql *state = asking->state;
    struct arena *arena = asking->database->arena;

    if (state->identified)
        return;
    state->system_identifier = field(arena, control, 0, 0);
    state->database = field(arena, who, 0, 0);
    state->user = field(arena, who, 0, 1);
    state->server_version =
        str_copy(arena, str_from(PQparameterStatus(state->conn, "server_version")));
    for (int i = 0; i < PQntuples(path); i++)
        VEC_PUSH(arena, &state->search_path, field(arena, path, i, 0));
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

static void relations_fill(struct asking *asking, const PGresult *columns)
{
    struct relations *relations = &asking->relations;
    struct arena *arena = asking->arena;

    for (int row = 0; row < PQntuples(columns); row++) {
        struct str schema = field(arena, columns, row, 0);
        if (relations->count == 0 || !str_eq(VEC_LAST(relations).schema, schema))
            VEC_PUSH(arena, relations,
                     (struct relation){.schema = schema,
                                       .kind = PQgetvalue(columns, row, 1)[0],
                                       .usable = is_true(columns, row, 2),
                                       .rank = schema_rank(&asking->state->search_path, schema)});
        if (PQgetisnull(columns, row, 3))
            continue;
        char category = PQgetvalue(columns, row, 5)[0];
        struct column column = {.name = field(arena, columns, row, 3),
                                .type = field(arena, columns, row, 4),
                                .is_text = category == 'S',
                                .is_time = category == 'D',
                                .is_primary = is_true(columns, row, 7)};
        VEC_PUSH(arena, &VEC_LAST(relations).columns, column);
        if (is_true(columns, row, 6))
            VEC_PUSH(arena, &VEC_LAST(relations).readable, column.name);
    }
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

static struct str quoted(struct asking *asking, struct str name)
{
    char *text = PQescapeIdentifier(asking->state->conn, name.bytes, name.length);
    struct str copy = text ? str_copy(asking->arena, str_from(text)) : STR("\"\"");

    PQfreemem(text);
    return copy;
}

static struct str full_name(struct asking *asking, struct str schema)
{
    struct str table = asking->question->table;

    return str_is_empty(schema)
               ? table
               : str_printf(asking->arena, STR_FMT "." STR_FMT, STR_ARG(schema), STR_ARG(table));
}

/* Can we read it, as far as the catalogs tell? Otherwise `rows` says why not. */
static bool relation_check(struct asking *asking, struct relation *relation,
                           struct database_rows *rows)
{
    struct arena *arena = asking->arena;
    struct str name = full_name(asking, relation->schema), message;
    struct str user = asking->state->user;

    if (relation->kind == 'f')
        return !rows_unreadable(rows,
                                str_printf(arena, STR_FMT " is a foreign table", STR_ARG(name)),
                                STR("configure the database that really holds it"));
    if (!layout_find_column(arena, asking->question->layout, &relation->columns, &relation->column,
                            &message))
        return !rows_unreadable(
            rows,
            str_printf(arena, STR_FMT " is not the tracking table expected: " STR_FMT,
                       STR_ARG(name), STR_ARG(message)),
            STR("another tool may keep a table of that name: set \"table\" and \"schema\" of the "
                "migration set"));
    if (!relation->usable)
        return !rows_unreadable(
            rows,
            str_printf(arena, STR_FMT " has no USAGE on the schema " STR_FMT, STR_ARG(user),
                       STR_ARG(relation->schema)),
            str_printf(arena, "GRANT USAGE ON SCHEMA " STR_FMT " TO " STR_FMT ";",
                       STR_ARG(quoted(asking, relation->schema)), STR_ARG(quoted(asking, user))));
    if (!strs_have(&relation->readable, relation->column))
        return !rows_unreadable(
            rows, str_printf(arena, STR_FMT " may not read " STR_FMT, STR_ARG(user), STR_ARG(name)),
            str_printf(arena, "GRANT SELECT ON " STR_FMT "." STR_FMT " TO " STR_FMT ";",
                       STR_ARG(quoted(asking, relation->schema)),
                       STR_ARG(quoted(asking, asking->question->table)),
                       STR_ARG(quoted(asking, user))));
    return true;
}

static bool send_rows(struct asking *asking, const struct relation *relation)
{
    struct str sql =
        str_printf(asking->arena,
                   "SELECT pg_catalog.left(id::pg_catalog.text, %u) FROM (SELECT " STR_FMT
                   " AS id FROM " STR_FMT "." STR_FMT " LIMIT %u) AS ids",
                   DATABASE_ID_MAX + 1, STR_ARG(quoted(asking, relation->column)),
                   STR_ARG(quoted(asking, relation->schema)),
                   STR_ARG(quoted(asking, asking->question->table)), DATABASE_ROWS_MAX + 1);

    return talk_send_begin(asking) && talk_send(asking, sql.bytes, NULL, NULL) &&
           talk_send_end(asking);
}

static void rows_failed(struct asking *asking, const PGresult *failure, struct str name,
                        struct database_rows *rows)
{
    struct arena *arena = asking->arena;
    struct str words = talk_failure_words(asking, failure);
    struct str hint = STR("check the table and the user's privileges on it");

    if (failure_is(failure, "55P03"))
        hint = STR("it is locked: a migration may be running right now; wait for it and try again");
    else if (failure_is(failure, "57014"))
        hint = STR("the server is too slow, or the table is a view that takes long");
    else if (failure_is(failure, "42501") && str_contains(words, STR("row-level security")))
        hint = STR("row security may hide rows: use a role that sees all of them");
    rows_unreadable(
        rows, str_printf(arena, "cannot read " STR_FMT ": " STR_FMT, STR_ARG(name), STR_ARG(words)),
        hint);
}

static void rows_fill(struct asking *asking, const PGresult *result, struct str name,
                      struct database_rows *rows)
{
    struct arena *arena = asking->arena;
    int count = PQntuples(result);

    if (count > (int)DATABASE_ROWS_MAX) {
        rows_unreadable(
            rows,
            str_printf(arena, STR_FMT " has more than %u rows", STR_ARG(name), DATABASE_ROWS_MAX),
            STR_NONE);
        return;
    }
    for (int i = 0; i < count; i++) {
        struct str id = field(arena, result, i, 0);
        if (PQgetisnull(result, i, 0) || PQgetlength(result, i, 0) > (int)DATABASE_ID_MAX) {
            rows_unreadable(rows,
                            str_printf(arena, STR_FMT " has a row %s", STR_ARG(name),
                                       PQgetisnull(result, i, 0) ? "without an id"
                                                                 : "with an id that is too long"),
                            STR_NONE);
            return;
        }
        VEC_PUSH(arena, &rows->ids, id);
    }
    rows_finish(rows);
}

static bool read_rows(struct asking *asking, struct database_rows *rows)
{
    enum { IDS = TALK_SETTINGS, COUNT };
    PGresult *results[COUNT] = {NULL};
    RESULT(failure);
    struct str name = full_name(asking, rows->schema);

    bool whole = talk_read(asking, results, COUNT, &failure) && talk_skip(asking);
    /* Class 57P: the server ends the session, and the rest would only say so again. */
    if (whole && failure && PQstatus(asking->state->conn) == CONNECTION_BAD)
        whole = talk_lost(asking);
    if (whole && failure)
        rows_failed(asking, failure, name, rows);
    else if (whole && !results[IDS])
        whole = talk_lost(asking);
    else if (whole)
        rows_fill(asking, results[IDS], name, rows);
    for (size_t i = 0; i < COUNT; i++)
        PQclear(results[i]);
    return whole;
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
        if (readable[i - from] && !send_rows(asking, &relations[i]))
            return talk_lost(asking);
    }
    for (size_t i = from; i < to; i++)
        if (readable[i - from] && !read_rows(asking, &tables->items[i]))
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
