/* postgresql_rows.c -- the rows of one tracking table: one column of it, or what the SELECTs of a tracker give. */
#include <string.h>

#include "database/postgresql.h"

static bool failure_is(const PGresult *failure, const char *sqlstate)
{
    const char *state = PQresultErrorField(failure, PG_DIAG_SQLSTATE);

    return state && strcmp(state, sqlstate) == 0;
}

static struct str ids_sql(struct asking *asking, const struct relation *relation)
{
    return str_printf(asking->arena,
                      "SELECT pg_catalog.left(id::pg_catalog.text, %u) FROM (SELECT " STR_FMT
                      " AS id FROM " STR_FMT "." STR_FMT " LIMIT %u) AS ids",
                      DATABASE_ID_MAX + 1, STR_ARG(postgresql_quoted(asking, relation->column)),
                      STR_ARG(postgresql_quoted(asking, relation->schema)),
                      STR_ARG(postgresql_quoted(asking, asking->question->table)),
                      DATABASE_ROWS_MAX + 1);
}

/* Doubled quotes; a backslash means nothing as standard_conforming_strings is on. */
static struct str quote(struct arena *arena, struct str name, bool literal)
{
    return text_quoted(arena, name, literal ? '\'' : '"');
}

static struct str given_sql(struct asking *asking, const struct relation *relation,
                            enum select_kind kind)
{
    const struct table_reading *reading = asking->question->reading;
    struct str schema = postgresql_quoted(asking, relation->schema);
    struct select_names names = {
        .table = str_printf(asking->arena, STR_FMT "." STR_FMT, STR_ARG(schema),
                            STR_ARG(postgresql_quoted(asking, asking->question->table))),
        .quote = quote,
    };

    if (relation->has_beside)
        names.beside = str_printf(asking->arena, STR_FMT "." STR_FMT, STR_ARG(schema),
                                  STR_ARG(postgresql_quoted(asking, reading->beside)));
    struct str sql =
        select_text(asking->arena, reading, kind, DRIVER_POSTGRESQL, &relation->columns, &names);
    /* One that has nothing to ask keeps its place in the row of results. */
    if (str_is_empty(sql))
        return STR("SELECT 1 AS nothing WHERE false");
    return str_printf(asking->arena, "SELECT * FROM (" STR_FMT ") AS given LIMIT %u", STR_ARG(sql),
                      DATABASE_ROWS_MAX + 1);
}

bool rows_send(struct asking *asking, const struct relation *relation)
{
    bool given = asking->question->layout == LAYOUT_GIVEN;

    if (!talk_send_begin(asking))
        return false;
    if (!given)
        return talk_send(asking, ids_sql(asking, relation).bytes, NULL, NULL) &&
               talk_send_end(asking);
    if (!talk_send(asking, "SELECT pg_catalog.set_config('search_path', 'pg_catalog', true)", NULL,
                   NULL))
        return false;
    for (int kind = 0; kind < SELECT_KINDS; kind++)
        if (!talk_send(asking, given_sql(asking, relation, (enum select_kind)kind).bytes, NULL,
                       NULL))
            return false;
    return talk_send_end(asking);
}

static void rows_failed(struct asking *asking, const PGresult *failure, struct str name,
                        struct database_rows *rows)
{
    struct arena *arena = asking->arena;
    struct str words = talk_failure_words(asking, failure);
    struct str hint = STR("check the table and the user's privileges on it");

    if (failure_is(failure, "55P03"))
        hint = STR("it is locked: a migration may be running right now; try again later");
    else if (failure_is(failure, "57014"))
        hint = STR("the server is too slow, or the table is a view that takes long");
    else if (failure_is(failure, "42501") && str_contains(words, STR("row-level security")))
        hint = STR("row security may hide rows: use a role that sees all of them");
    rows_unreadable(
        rows, str_printf(arena, "cannot read " STR_FMT ": " STR_FMT, STR_ARG(name), STR_ARG(words)),
        hint);
}

static void ids_fill(struct asking *asking, const PGresult *result, struct str name,
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
        struct str id = postgresql_field(arena, result, i, 0);
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

/* --- Rows of a tracker's SELECTs. --- */

static int find_column(const void *result, const char *name)
{
    return PQfnumber(result, name);
}

static struct str value(struct arena *arena, const PGresult *result, int row, int column)
{
    if (column < 0)
        return STR_NONE;
    struct str text = postgresql_field(arena, result, row, column);
    return str_prefix(text, DATABASE_VALUE_MAX);
}

/* False: the rows are unreadable now. */
static bool given_fill(struct asking *asking, const PGresult *result, enum select_kind kind,
                       struct str name, struct database_rows *rows)
{
    struct arena *arena = asking->arena;
    struct select_places at = select_places(find_column, result);
    int count = PQntuples(result);
    const char *fault = NULL;

    if (count && at.id < 0)
        fault = "was asked without naming an id";
    else if (count > (int)DATABASE_ROWS_MAX)
        fault = "has too many rows";
    for (int i = 0; i < count && !fault; i++) {
        if (PQgetisnull(result, i, at.id) || PQgetlength(result, i, at.id) > (int)DATABASE_ID_MAX) {
            fault = PQgetisnull(result, i, at.id) ? "has a row without an id"
                                                  : "has a row with an id that is too long";
            break;
        }
        select_add(arena, rows, kind,
                   (struct database_row){
                       .id = postgresql_field(arena, result, i, at.id),
                       .name = value(arena, result, i, at.name),
                       .checksum = value(arena, result, i, at.checksum),
                       .state = value(arena, result, i, at.state),
                       .ord = value(arena, result, i, at.ord),
                       .applied_at = value(arena, result, i, at.applied_at),
                   });
    }
    return !fault ||
           !rows_unreadable(rows, str_printf(arena, STR_FMT " %s", STR_ARG(name), fault), STR_NONE);
}

static void results_fill(struct asking *asking, PGresult *results[], struct str name,
                         struct database_rows *rows)
{
    for (int kind = 0; kind < SELECT_KINDS; kind++)
        if (!given_fill(asking, results[TALK_SETTINGS + 1 + kind], (enum select_kind)kind, name,
                        rows))
            return;
    select_finish(asking->arena, rows);
}

bool rows_read(struct asking *asking, const struct relation *relation, struct database_rows *rows)
{
    enum { IDS = TALK_SETTINGS, APPLIED = TALK_SETTINGS + 1, COUNT = APPLIED + SELECT_KINDS };
    PGresult *results[COUNT] = {NULL};
    RESULT(failure);
    struct str name = postgresql_full_name(asking, relation->schema);
    bool given = asking->question->layout == LAYOUT_GIVEN;

    bool whole = talk_read(asking, results, COUNT, &failure) && talk_skip(asking);
    /* Class 57P: the server ends the session, and the rest would only say so again. */
    if (whole && failure && PQstatus(asking->state->conn) == CONNECTION_BAD)
        whole = talk_lost(asking);
    if (whole && failure)
        rows_failed(asking, failure, name, rows);
    else if (whole && !results[given ? COUNT - 1 : IDS])
        whole = talk_lost(asking);
    else if (whole && given)
        results_fill(asking, results, name, rows);
    else if (whole)
        ids_fill(asking, results[IDS], name, rows);
    for (size_t i = 0; i < COUNT; i++)
        PQclear(results[i]);
    return whole;
}
