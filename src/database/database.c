#include "database/driver.h"

#include "base/process.h"
#include "database/libpq.h"

static const struct driver *const drivers[] = {
    [DRIVER_POSTGRESQL] = &postgresql_driver,
    [DRIVER_SQLITE] = &sqlite_driver,
    [DRIVER_MYSQL] = &mysql_driver,
    [DRIVER_COMMAND] = &command_driver,
};

void database_expect_postgresql(void)
{
    libpq_expect();
}

bool database_start(struct arena *arena, const struct database_target *target,
                    struct database **ret_database, struct err *e)
{
    struct database *database = ARENA_NEW(arena, struct database);

    if ((size_t)target->driver >= COUNT_OF(drivers))
        return err_set(e, ERR_INTERNAL, "no database driver %d", (int)target->driver);
    database->arena = arena;
    database->driver = drivers[target->driver];
    database->target = *target;
    if (!database->target.connect_timeout_ms)
        database->target.connect_timeout_ms = DATABASE_CONNECT_TIMEOUT_MS;
    if (!database->target.statement_timeout_ms)
        database->target.statement_timeout_ms = DATABASE_STATEMENT_TIMEOUT_MS;
    if (!database->target.command_timeout_ms)
        database->target.command_timeout_ms = DATABASE_COMMAND_TIMEOUT_MS;
    if (!database->driver->start(database, e)) {
        database_stop(&database);
        return false;
    }
    *ret_database = database;
    return true;
}

void database_go_on(struct database *database)
{
    if (database->driver->go_on && str_is_empty(database->failure))
        database->driver->go_on(database);
}

bool database_ask(struct database *database, struct arena *arena,
                  const struct database_question *question, struct database_answer *ret_answer,
                  struct err *e)
{
    struct database_answer answer = {.state = DATABASE_UNREACHABLE, .shown = database->shown};

    if (!str_is_empty(database->failure))
        answer_unreachable(&answer, database->failure, database->failure_hint);
    else if (!database->driver->ask(database, arena, question, &answer, e))
        return false;
    if (answer.state == DATABASE_ANSWERED && answer.tables.count == 0)
        return err_set(e, ERR_INTERNAL, "an answer without a table");
    *ret_answer = answer;
    return true;
}

struct str database_dbms(const struct database *database)
{
    switch (database->target.driver) {
    case DRIVER_POSTGRESQL:
        return STR("postgresql");
    case DRIVER_SQLITE:
        return STR("sqlite");
    case DRIVER_MYSQL:
        return STR("mysql");
    case DRIVER_COMMAND:
        break;
    }
    return STR("");
}

void database_stop(struct database **database)
{
    if (*database && (*database)->driver->stop)
        (*database)->driver->stop(*database);
    *database = NULL;
}

bool answer_unreachable(struct database_answer *answer, struct str message, struct str hint)
{
    answer->state = DATABASE_UNREACHABLE;
    answer->message = message;
    answer->hint = hint;
    answer->tables.count = 0;
    answer->has_pending_flag = false;
    return true;
}

uint64_t limit_from_now(const struct database *database, uint64_t timeout_ms)
{
    uint64_t limit = clock_ms() + timeout_ms;
    uint64_t deadline = database->target.deadline_ms;

    return deadline && deadline < limit ? deadline : limit;
}

struct str seconds_text(struct arena *arena, uint64_t ms)
{
    if (ms % 1000 == 0)
        return str_printf(arena, "%llu s", (unsigned long long)ms / 1000);
    return str_printf(arena, "%llu ms", (unsigned long long)ms);
}
