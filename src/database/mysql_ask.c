/* mysql_ask.c -- what a server of MySQL or MariaDB says of one table: may we read it, what are its columns, what does it hold.
 *
 * information_schema leaves out what the user has no privilege on, so an unreadable table looks absent there. The table itself is asked
 * first: the server refuses who may not read it (1142, 1143) before it looks whether it exists, and says "no such table" (1146) only to who
 * might read one. A refusal is therefore "unreadable" always, never "absent".
 * Source: MariaDB 10.11 and MySQL 8.0 reference manuals: "information_schema.COLUMNS", "GRANT", "Server Error Message Reference".
 */
#include "database/mysql.h"

#ifdef HOOKCHECK_MYSQL

#include <mysqld_error.h>
#include <string.h>
#include <strings.h>

/* MySQL's own numbers, which MariaDB's header lacks. */
#define MYSQL_QUERY_TIMEOUT 3024u
#define MYSQL_LOCK_NOWAIT 3572u

/* One question under way. */
struct asking {
    struct mysql_link *link;
    struct database *database;
    struct arena *arena;
    const struct database_question *question;
    struct database_answer *answer;
    uint64_t limit, timeout_ms;
    struct str schema, spelled, shown_table; /* the database, and "database.table" */
    struct str table, beside;                /* quoted, with their database */
    struct columns columns;
};

/* Backticks for names; literals by doubled quotes alone, as NO_BACKSLASH_ESCAPES is set. */
static struct str quote(struct arena *arena, struct str name, bool literal)
{
    return text_quoted(arena, name, literal ? '\'' : '`');
}

static struct str full_name(struct arena *arena, struct str schema, struct str table)
{
    return str_printf(arena, STR_FMT "." STR_FMT, STR_ARG(quote(arena, schema, false)),
                      STR_ARG(quote(arena, table, false)));
}

/* False: the answer is "unreachable" by now. */
static bool talk(struct asking *asking, struct str sql, struct mysql_outcome *outcome)
{
    struct arena *arena = asking->arena;
    struct str shown = asking->database->shown;

    switch (mysql_talk(asking->database, arena, sql, asking->limit, outcome)) {
    case TALK_ANSWERED:
        return true;
    case TALK_SILENT:
        return !answer_unreachable(
            asking->answer,
            str_printf(arena, STR_FMT " is connected but did not answer in " STR_FMT,
                       STR_ARG(shown), STR_ARG(seconds_text(arena, asking->timeout_ms))),
            STR("the server is overloaded or stopped: look at it, then try again"));
    case TALK_LOST:
        break;
    }
    return !answer_unreachable(
        asking->answer,
        str_printf(arena, "lost the connection to " STR_FMT ": " STR_FMT, STR_ARG(shown),
                   STR_ARG(outcome->words)),
        STR("try again; the server's log knows why it closed the connection"));
}

/* For what every server of these kinds answers. */
static bool talk_or_end(struct asking *asking, struct str sql, struct mysql_outcome *outcome)
{
    if (!talk(asking, sql, outcome))
        return false;
    if (!outcome->refused)
        return true;
    return !answer_unreachable(
        asking->answer,
        str_printf(asking->arena, STR_FMT " cannot be asked read-only: " STR_FMT,
                   STR_ARG(asking->database->shown), STR_ARG(outcome->words)),
        STR("is this a server of MySQL 5.7, MariaDB 10.3 or later?"));
}

static struct str field(struct arena *arena, MYSQL_RES *result, MYSQL_ROW row, int column)
{
    if (column < 0 || !row[column])
        return STR_NONE;
    return str_copy(arena, str_of(row[column], mysql_fetch_lengths(result)[column]));
}

/* ---- The session. ---- */

/* The server's own limit on a statement: MariaDB's variable, or MySQL's. Where it has neither, ours alone counts. */
static bool set_statement_limit(struct asking *asking)
{
    OUTCOME(of_mariadb);
    OUTCOME(of_mysql);
    unsigned long long ms = asking->timeout_ms;
    struct str mariadb = str_printf(asking->arena, "SET SESSION max_statement_time = %llu.%03llu",
                                    ms / 1000, ms % 1000);
    struct str mysql = str_printf(asking->arena, "SET SESSION max_execution_time = %llu", ms);

    if (!talk(asking, mariadb, &of_mariadb))
        return false;
    return of_mariadb.refused != ER_UNKNOWN_SYSTEM_VARIABLE || talk(asking, mysql, &of_mysql);
}

static bool begin(struct asking *asking)
{
    OUTCOME(settings);
    OUTCOME(transaction);
    /* Who waits for a lock waits for a migration that runs right now: no use in waiting as long as for an answer. */
    unsigned long long lock = asking->timeout_ms / 2000 ? asking->timeout_ms / 2000 : 1;
    struct str sql = str_printf(
        asking->arena,
        "SET SESSION sql_mode = 'NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT', lock_wait_timeout = %llu,"
        " innodb_lock_wait_timeout = %llu, sql_select_limit = %u",
        lock, lock, DATABASE_ROWS_MAX + 1);

    return talk_or_end(asking, sql, &settings) && set_statement_limit(asking) &&
           talk_or_end(asking, STR("START TRANSACTION READ ONLY"), &transaction);
}

static bool identify(struct asking *asking)
{
    struct mysql_link *link = asking->link;
    struct arena *arena = asking->database->arena;
    OUTCOME(who);
    OUTCOME(server);
    MYSQL_ROW row;

    if (link->identified)
        return true;
    if (!talk_or_end(asking, STR("SELECT USER(), CURRENT_USER(), DATABASE(), VERSION()"), &who))
        return false;
    if ((row = mysql_fetch_row(who.result))) {
        struct str user = field(arena, who.result, row, 0);
        link->user = str_prefix(user, str_find_last_byte(user, '@'));
        link->account = field(arena, who.result, row, 1);
        link->database = field(arena, who.result, row, 2);
        link->server_version = field(arena, who.result, row, 3);
    }
    /* MySQL's alone: MariaDB has no identity of a server, and refuses. */
    if (!talk(asking, STR("SELECT @@server_uuid"), &server))
        return false;
    if (server.result && (row = mysql_fetch_row(server.result)))
        link->system_identifier = field(arena, server.result, row, 0);
    link->identified = true;
    return true;
}

/* ---- The table. ---- */

static struct str grant_hint(struct asking *asking, struct str table)
{
    struct arena *arena = asking->arena;
    struct str account = asking->link->account;
    size_t at = str_find_last_byte(account, '@');

    return str_printf(
        arena, "GRANT SELECT ON " STR_FMT " TO " STR_FMT "@" STR_FMT ";",
        STR_ARG(full_name(arena, asking->schema, table)),
        STR_ARG(quote(arena, str_prefix(account, at), true)),
        STR_ARG(quote(arena, str_from_offset(account, at == SIZE_MAX ? at : at + 1), true)));
}

/* Liquibase writes DATABASECHANGELOG here, and a server may or may not tell cases apart: the table of exactly this name counts, else one that
 * differs by its case alone. What the user may not see stays as it was asked for. False: unreachable by now. */
static bool spell(struct asking *asking, struct str wanted, struct str *ret_table)
{
    struct arena *arena = asking->arena;
    struct str literal = quote(arena, wanted, true);
    OUTCOME(outcome);
    MYSQL_ROW row;
    struct str sql = str_printf(
        arena,
        "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = " STR_FMT
        " AND LOWER(TABLE_NAME) = LOWER(" STR_FMT
        ") ORDER BY CAST(TABLE_NAME AS BINARY) = CAST(" STR_FMT " AS BINARY) DESC LIMIT 1",
        STR_ARG(quote(arena, asking->schema, true)), STR_ARG(literal), STR_ARG(literal));

    if (!talk_or_end(asking, sql, &outcome))
        return false;
    row = mysql_fetch_row(outcome.result);
    *ret_table = row ? field(arena, outcome.result, row, 0) : wanted;
    return true;
}

static bool is_denied(unsigned number)
{
    return number == ER_TABLEACCESS_DENIED_ERROR || number == ER_COLUMNACCESS_DENIED_ERROR ||
           number == ER_DBACCESS_DENIED_ERROR;
}

static void table_refused(struct asking *asking, const struct mysql_outcome *outcome,
                          struct str table, struct database_rows *rows)
{
    struct arena *arena = asking->arena;
    struct str name =
        str_printf(arena, STR_FMT "." STR_FMT, STR_ARG(asking->schema), STR_ARG(table));
    struct str hint = STR("check the table and the user's privileges on it");

    if (is_denied(outcome->refused)) {
        rows_unreadable(rows,
                        str_printf(arena,
                                   STR_FMT " may not read " STR_FMT
                                           ", and MySQL does not tell whether it exists: " STR_FMT,
                                   STR_ARG(asking->link->user), STR_ARG(name),
                                   STR_ARG(outcome->words)),
                        grant_hint(asking, table));
        return;
    }
    if (outcome->refused == ER_LOCK_WAIT_TIMEOUT || outcome->refused == MYSQL_LOCK_NOWAIT)
        hint = STR("it is locked: a migration may be running right now; try again later");
    else if (outcome->refused == ER_STATEMENT_TIMEOUT || outcome->refused == MYSQL_QUERY_TIMEOUT ||
             outcome->refused == ER_QUERY_INTERRUPTED)
        hint = STR("the server is too slow, or the table is a view that takes long");
    rows_unreadable(rows,
                    str_printf(arena, "cannot read " STR_FMT ": " STR_FMT, STR_ARG(name),
                               STR_ARG(outcome->words)),
                    hint);
}

static bool is_absent(unsigned number)
{
    return number == ER_NO_SUCH_TABLE || number == ER_BAD_DB_ERROR;
}

/* False: unreachable by now. A table that cannot be read has its state after that. */
static bool probe(struct asking *asking, struct database_rows *rows, bool *ret_readable)
{
    OUTCOME(outcome);
    struct str sql =
        str_printf(asking->arena, "SELECT * FROM " STR_FMT " LIMIT 0", STR_ARG(asking->table));

    *ret_readable = false;
    if (!talk(asking, sql, &outcome))
        return false;
    if (is_absent(outcome.refused)) {
        rows->state = TABLE_ABSENT;
        rows->message =
            str_printf(asking->arena, "there is no table " STR_FMT " in the database " STR_FMT,
                       STR_ARG(asking->question->table), STR_ARG(asking->schema));
        rows->hint = STR("nothing was ever applied there, or it is another database");
    } else if (outcome.refused) {
        table_refused(asking, &outcome, asking->spelled, rows);
    } else {
        *ret_readable = true;
    }
    return true;
}

/* The second table that a tracker keeps: where it is there, all of it must be readable. False: unreachable by now. */
static bool probe_beside(struct asking *asking, struct database_rows *rows)
{
    const struct table_reading *reading = asking->question->reading;
    OUTCOME(outcome);

    if (!reading || str_is_empty(reading->beside))
        return true;
    struct str spelled;
    if (!spell(asking, reading->beside, &spelled))
        return false;
    struct str beside = full_name(asking->arena, asking->schema, spelled);
    if (!talk(asking,
              str_printf(asking->arena, "SELECT * FROM " STR_FMT " LIMIT 0", STR_ARG(beside)),
              &outcome))
        return false;
    if (!outcome.refused)
        asking->beside = beside;
    else if (!is_absent(outcome.refused))
        table_refused(asking, &outcome, spelled, rows);
    return true;
}

/* Names of columns do not tell cases apart: the tracker's spelling is taken. */
static struct str column_name(const struct table_reading *reading, struct str name)
{
    const struct strs *lists[] = {&reading->need, &reading->need_any, &reading->deny};

    for (size_t list = 0; list < COUNT_OF(lists); list++)
        for (size_t i = 0; i < lists[list]->count; i++) {
            struct str rest = lists[list]->items[i];
            struct str known = layout_column_name(reading, str_cut(&rest, ':'));
            if (str_eq_nocase(known, name))
                return known;
        }
    for (size_t i = 0; i < reading->applied.count; i++) {
        struct str known = layout_column_name(reading, reading->applied.items[i].column);
        if (str_eq_nocase(known, name))
            return known;
    }
    return name;
}

static bool read_columns(struct asking *asking)
{
    /* Where the character set is "binary", varchar is made varbinary. */
    static const char *const texts[] = {"char",     "varchar",    "tinytext", "text",
                                        "longtext", "varbinary",  "enum",     "set",
                                        "uuid",     "mediumtext", NULL};
    static const char *const times[] = {"date", "datetime", "timestamp", "time", "year", NULL};
    struct arena *arena = asking->arena;
    OUTCOME(outcome);
    MYSQL_ROW row;

    /* Names of tables count by their case unless the server ignores it; the catalogs compare without. */
    struct str table = quote(arena, asking->spelled, true);
    struct str sql = str_printf(
        arena,
        "SELECT COLUMN_NAME, DATA_TYPE, COLUMN_TYPE, COLUMN_KEY FROM information_schema.COLUMNS"
        " WHERE TABLE_SCHEMA = " STR_FMT " AND TABLE_NAME = " STR_FMT
        " AND (@@lower_case_table_names <> 0 OR CAST(TABLE_NAME AS BINARY) = CAST(" STR_FMT
        " AS BINARY)) ORDER BY ORDINAL_POSITION",
        STR_ARG(quote(arena, asking->schema, true)), STR_ARG(table), STR_ARG(table));
    if (!talk_or_end(asking, sql, &outcome))
        return false;
    while ((row = mysql_fetch_row(outcome.result))) {
        struct str type = str_lower(arena, field(arena, outcome.result, row, 1));
        struct column column = {.name = field(arena, outcome.result, row, 0),
                                .type = str_lower(arena, field(arena, outcome.result, row, 2)),
                                .is_text = str_is_one_of(type, texts),
                                .is_time = str_is_one_of(type, times),
                                .is_primary =
                                    str_eq(field(arena, outcome.result, row, 3), STR("PRI"))};
        if (asking->question->reading)
            column.name = column_name(asking->question->reading, column.name);
        VEC_PUSH(arena, &asking->columns, column);
    }
    return true;
}

/* ---- The rows. ---- */

static struct str value(struct arena *arena, MYSQL_RES *result, MYSQL_ROW row, int column)
{
    return str_prefix(field(arena, result, row, column), DATABASE_VALUE_MAX);
}

static int find_column(const void *result, const char *name)
{
    MYSQL_RES *fields = (MYSQL_RES *)(uintptr_t)result;

    for (unsigned i = 0; i < mysql_num_fields(fields); i++)
        if (strcasecmp(mysql_fetch_field_direct(fields, i)->name, name) == 0)
            return (int)i;
    return -1;
}

/* The rows are unreadable after a fault. */
static void keep_rows(struct asking *asking, MYSQL_RES *result, enum select_kind kind,
                      struct database_rows *rows)
{
    struct select_places at = select_places(find_column, result);
    struct arena *arena = asking->arena;
    const char *fault = NULL;
    MYSQL_ROW row;

    if (mysql_num_rows(result) && at.id < 0)
        fault = "was asked without naming an id";
    else if (mysql_num_rows(result) + rows->rows.count > DATABASE_ROWS_MAX)
        fault = "has too many rows";
    while (!fault && (row = mysql_fetch_row(result))) {
        if (!row[at.id])
            fault = "has a row without an id";
        else if (mysql_fetch_lengths(result)[at.id] > DATABASE_ID_MAX)
            fault = "has a row with an id that is too long";
        else
            select_add(arena, rows, kind,
                       (struct database_row){
                           .id = field(arena, result, row, at.id),
                           .name = value(arena, result, row, at.name),
                           .checksum = value(arena, result, row, at.checksum),
                           .state = value(arena, result, row, at.state),
                           .ord = value(arena, result, row, at.ord),
                           .applied_at = value(arena, result, row, at.applied_at),
                       });
    }
    if (fault)
        rows_unreadable(rows, str_printf(arena, STR_FMT " %s", STR_ARG(asking->shown_table), fault),
                        STR_NONE);
}

/* False: unreachable by now. */
static bool run_select(struct asking *asking, struct str sql, enum select_kind kind,
                       struct database_rows *rows)
{
    OUTCOME(outcome);

    if (!talk(asking, sql, &outcome))
        return false;
    if (outcome.refused)
        table_refused(asking, &outcome, asking->spelled, rows);
    else if (outcome.result)
        keep_rows(asking, outcome.result, kind, rows);
    return true;
}

static bool read_given(struct asking *asking, struct database_rows *rows)
{
    struct select_names names = {.table = asking->table, .beside = asking->beside, .quote = quote};

    for (int kind = 0; kind < SELECT_KINDS; kind++) {
        struct str sql =
            select_text(asking->arena, asking->question->reading, (enum select_kind)kind,
                        DRIVER_MYSQL, &asking->columns, &names);
        if (!str_is_empty(sql) && !run_select(asking, sql, (enum select_kind)kind, rows))
            return false;
        if (!str_is_empty(rows->message))
            return true;
    }
    select_finish(asking->arena, rows);
    return true;
}

static bool read_ids(struct asking *asking, struct str column, struct database_rows *rows)
{
    struct str sql =
        str_printf(asking->arena, "SELECT " STR_FMT " AS id FROM " STR_FMT,
                   STR_ARG(quote(asking->arena, column, false)), STR_ARG(asking->table));

    if (!run_select(asking, sql, SELECT_APPLIED, rows))
        return false;
    if (!str_is_empty(rows->message))
        return true;
    select_finish(asking->arena, rows);
    rows->rows.count = 0; /* only what a tracker's SELECT gives is told by rows */
    return true;
}

/* False: unreachable by now. */
static bool read_table(struct asking *asking, struct database_rows *rows)
{
    const struct database_question *question = asking->question;
    bool given = question->layout == LAYOUT_GIVEN, readable;
    struct str message = STR_NONE, column = STR_NONE;

    if (!probe(asking, rows, &readable))
        return false;
    if (!readable)
        return true;
    if (!probe_beside(asking, rows))
        return false;
    if (!str_is_empty(rows->message))
        return true;
    if (!read_columns(asking))
        return false;
    if (given ? !layout_matches(asking->arena, question->reading, &asking->columns, &message)
              : !layout_find_column(asking->arena, question->layout, &asking->columns, &column,
                                    &message))
        return rows_unreadable(
            rows,
            str_printf(asking->arena, STR_FMT " is not the tracking table expected: " STR_FMT,
                       STR_ARG(asking->shown_table), STR_ARG(message)),
            STR("where another tool keeps it: set \"table\" of the migration set"));
    return given ? read_given(asking, rows) : read_ids(asking, column, rows);
}

/* ---- The question. ---- */

static bool choose_schema(struct asking *asking)
{
    const struct database_question *question = asking->question;
    struct arena *arena = asking->arena;

    asking->schema = str_is_empty(question->schema) ? asking->link->database : question->schema;
    if (str_is_empty(asking->schema))
        return !answer_unreachable(
            asking->answer,
            str_printf(arena, STR_FMT " names no database", STR_ARG(asking->database->shown)),
            STR("write mysql://user@host/database, or set \"schema\" of the set"));
    if (!spell(asking, question->table, &asking->spelled))
        return false;
    asking->table = full_name(arena, asking->schema, asking->spelled);
    asking->shown_table =
        str_printf(arena, STR_FMT "." STR_FMT, STR_ARG(asking->schema), STR_ARG(asking->spelled));
    return true;
}

static void identity_copy(const struct mysql_link *link, struct arena *arena,
                          struct database_answer *answer)
{
    const struct mysql_address *address = &link->address;
    bool is_socket = !str_is_empty(address->socket);

    answer->host = is_socket ? address->socket : address->host;
    answer->port =
        is_socket ? STR_NONE : str_printf(arena, "%llu", (unsigned long long)address->port);
    answer->database = link->database;
    answer->user = link->user;
    answer->system_identifier = link->system_identifier;
    answer->server_version = link->server_version;
}

static bool ask_table(struct asking *asking, struct database_rows *rows)
{
    OUTCOME(end);

    if (!begin(asking) || !identify(asking) || !choose_schema(asking))
        return false;
    rows->schema = asking->schema;
    return read_table(asking, rows) && talk_or_end(asking, STR("ROLLBACK"), &end);
}

bool mysql_ask(struct database *database, struct arena *arena,
               const struct database_question *question, struct database_answer *answer,
               struct err *e)
{
    uint64_t timeout_ms = database->target.statement_timeout_ms;
    struct asking asking = {.link = database->state,
                            .database = database,
                            .arena = arena,
                            .question = question,
                            .answer = answer,
                            .timeout_ms = timeout_ms};
    struct database_rows rows = {0};
    struct str message, hint;
    bool done;

    if (str_has_nul(question->table) || str_has_nul(question->schema))
        return err_set(e, ERR_INPUT, "a table name with a NUL byte");
    done = mysql_connect(database, &message, &hint);
    if (!done)
        answer_unreachable(answer, message, hint);
    asking.limit = limit_from_now(database, timeout_ms * 2);
    done = done && ask_table(&asking, &rows);
    if (done) {
        identity_copy(asking.link, arena, answer);
        VEC_PUSH(arena, &answer->tables, rows);
        answer->state = DATABASE_ANSWERED;
        return true;
    }
    /* What is still under way would be taken for the answer to the next question. */
    database->failure = str_copy(database->arena, answer->message);
    database->failure_hint = str_copy(database->arena, answer->hint);
    return true;
}

#endif
