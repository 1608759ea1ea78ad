#include "gate/target.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/process.h"

#define URL_MAX ((size_t)16 << 10)

const struct config_database *target_source(const struct config_environment *environment,
                                            struct str set)
{
    if (!environment)
        return NULL;
    for (size_t i = 0; i < environment->databases.count; i++)
        if (str_eq(environment->databases.items[i].migrations, set))
            return &environment->databases.items[i].database;
    return environment->database.kind == DATABASE_NONE ? NULL : &environment->database;
}

struct str database_variable(struct arena *arena, struct str database)
{
    char *name = str_c(arena, str_upper(arena, database));

    for (size_t i = 0; i < database.length; i++)
        if (!byte_is_word(name[i]))
            name[i] = '_';
    return str_printf(arena, "%s_DATABASE_URL", name);
}

static bool sqlite_target(struct arena *arena, struct str path, struct str directory,
                          struct database_target *target, struct err *e)
{
    if (str_is_empty(path))
        return err_set(e, ERR_UNREACHABLE, "the SQLite URL names no file");
    target->driver = DRIVER_SQLITE;
    target->url = path_join(arena, directory, path);
    return true;
}

/* SQLAlchemy's and Django's spelling: sqlite:///relative, sqlite:////absolute. */
static bool is_sqlite_url(struct str url, struct str *ret_path)
{
    size_t colon = str_find(url, STR("://"));
    struct str scheme = str_prefix(url, colon == SIZE_MAX ? 0 : colon);

    if (!str_eq(str_cut(&scheme, '+'), STR("sqlite")))
        return false;
    struct str path = str_from_offset(url, colon + 3);
    if (str_starts(path, STR("/")))
        path = str_from_offset(path, 1);
    *ret_path = str_cut(&path, '?');
    return true;
}

/* --- "file:./dev.db", as Prisma and libSQL write it. --- */

/* An empty file is a database without tables. */
static bool is_sqlite_file(struct arena *arena, struct str path)
{
    static const char header[16] = "SQLite format 3";
    char start[sizeof header];
    int fd = open(str_c(arena, path), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    if (fd < 0)
        return false;
    ssize_t got = read(fd, start, sizeof start);
    (void)close(fd);
    return got == 0 || (got == (ssize_t)sizeof header && memcmp(start, header, sizeof header) == 0);
}

/* Relative to the schema up to Prisma 6, to prisma.config.ts since, to where it runs for others: where the file is. */
static void sqlite_files(struct arena *arena, struct str url, struct str directory,
                         struct strs *ret_files)
{
    static const struct str folders[] = {STR_INIT(""), STR_INIT("prisma"),
                                         STR_INIT("prisma/schema")};
    struct str path = str_from_offset(url, STR("file:").length);

    if (str_has_nul(url))
        return;
    while (str_starts(path, STR("//")))
        path = str_from_offset(path, 1);
    path = str_cut(&path, '?');
    for (size_t i = 0; i < COUNT_OF(folders) && path.length; i++) {
        struct str file = path_join(arena, path_join(arena, directory, folders[i]), path);
        if (is_sqlite_file(arena, file))
            strs_add(arena, ret_files, file);
    }
}

static bool sqlite_file_target(struct arena *arena, struct str url, struct str directory,
                               struct database_target *target, struct err *e)
{
    struct strs files = {0};

    sqlite_files(arena, url, directory, &files);
    if (!files.count) {
        err_set(e, ERR_UNREACHABLE,
                "the URL begins with \"file:\", and no SQLite database is there");
        return err_hint(e, "name it by \"sqlite:FILE\", from the work tree's root, in %s",
                        CONFIG_NAME);
    }
    if (files.count > 1) {
        err_set(e, ERR_UNREACHABLE,
                "which database a \"file:\" URL means is not known: " STR_FMT " and " STR_FMT
                " are both there",
                STR_ARG(files.items[0]), STR_ARG(files.items[1]));
        return err_hint(e, "name it by \"sqlite:FILE\", from the work tree's root, in %s",
                        CONFIG_NAME);
    }
    return sqlite_target(arena, files.items[0], directory, target, e);
}

bool target_from_url(struct arena *arena, struct str url, struct str directory,
                     struct database_target *target, struct err *e)
{
    struct config_database parsed = {0};
    struct err bad = ERR_NONE;
    struct str path;

    url = str_trim(url);
    if (!str_has_nul(url) && is_sqlite_url(url, &path))
        return sqlite_target(arena, path, directory, target, e);
    if (str_starts(url, STR("file:")))
        return sqlite_file_target(arena, url, directory, target, e);
    bool known = config_database_parse(arena, url, &parsed, &bad);
    if (known && parsed.kind == DATABASE_SQLITE)
        return sqlite_target(arena, parsed.value, directory, target, e);
    /* "env:OTHER" inside a variable would be a chain that nobody wrote. */
    if (!known || parsed.kind != DATABASE_URL)
        return err_set(e, ERR_UNREACHABLE,
                       "no database URL: expected \"postgresql://…\", \"mysql://…\", "
                       "\"service=…\", \"host=… dbname=…\" or \"sqlite:FILE\"");
    target->driver = database_url_is_mysql(parsed.value) ? DRIVER_MYSQL : DRIVER_POSTGRESQL;
    target->url = parsed.value;
    return true;
}

static bool url_from_command(struct arena *arena, const struct config *config,
                             const struct config_database *source, uint64_t deadline_ms,
                             struct str *ret_url, struct err *e)
{
    uint64_t now = clock_ms(), limit = source->timeout_ms ? source->timeout_ms : TARGET_COMMAND_MS;
    struct process_result result;

    if (deadline_ms && now >= deadline_ms)
        return err_set(e, ERR_TIMEOUT, "no time was left to ask for the database URL");
    if (deadline_ms && deadline_ms - now < limit)
        limit = deadline_ms - now;
    struct process_options options = {
        .arguments = source->arguments.items,
        .argument_count = source->arguments.count,
        .directory = config->work_tree,
        .search_path = true,
        .deadline_ms = limit,
        .output_maximum = URL_MAX,
    };
    struct str program = source->arguments.count ? source->arguments.items[0] : STR("(none)");
    if (!process_run(arena, &options, &result, e))
        return false;
    if (result.timed_out || result.signalled || result.status != 0)
        return err_set(e, ERR_UNREACHABLE,
                       "the command that gives the database URL (" STR_FMT ") " STR_FMT,
                       STR_ARG(program), STR_ARG(process_describe(arena, &options, &result)));
    *ret_url = str_trim(result.output);
    if (str_is_empty(*ret_url))
        return err_set(e, ERR_UNREACHABLE,
                       "the command that gives the database URL (" STR_FMT ") printed nothing",
                       STR_ARG(program));
    return true;
}

#define EXPORT_HINT "export " STR_FMT "='the URL of that database'"

static bool url_from_environment(struct arena *arena, struct str name, struct str *ret_url,
                                 struct err *e)
{
    const char *value = getenv(str_c(arena, name));

    if (!value || !*value) {
        err_set(e, ERR_UNREACHABLE,
                "the environment variable " STR_FMT ", which holds the database URL, is not set "
                "where the agent or the hook was started",
                STR_ARG(name));
        return err_hint(e, EXPORT_HINT, STR_ARG(name));
    }
    *ret_url = str_copy(arena, str_from(value));
    return true;
}

static bool url_from_file(struct arena *arena, const struct config *config, struct str path,
                          struct str *ret_url, struct err *e)
{
    struct str bytes;

    if (!file_read(arena, path_join(arena, config->work_tree, path), URL_MAX, &bytes, e))
        return false;
    *ret_url = str_trim(str_cut(&bytes, '\n'));
    if (str_is_empty(*ret_url))
        return err_set(e, ERR_UNREACHABLE, STR_FMT " holds no database URL in its first line",
                       STR_ARG(path));
    return true;
}

void target_expect(struct arena *arena, const struct config_environment *environment)
{
    if (!environment)
        return;
    struct str url = environment->database.value;
    if (environment->database.kind == DATABASE_ENVIRONMENT) {
        const char *value = getenv(str_c(arena, url));
        url = str_from(value ? value : "");
    } else if (environment->database.kind != DATABASE_URL) {
        return;
    }
    if (str_starts(str_trim(url), STR("postgres")))
        database_expect_postgresql();
}

/* Whose text should have been a URL; empty: the configuration's own, which was read with care. */
static struct str url_place(struct arena *arena, const struct config_database *source)
{
    if (source->kind == DATABASE_ENVIRONMENT)
        return str_printf(arena, "the environment variable " STR_FMT ": ", STR_ARG(source->value));
    if (source->kind == DATABASE_FILE)
        return str_printf(arena, STR_FMT ": ", STR_ARG(source->value));
    if (source->kind == DATABASE_URL_FROM && source->arguments.count)
        return str_printf(arena, "the output of " STR_FMT ": ",
                          STR_ARG(source->arguments.items[0]));
    return STR("");
}

static bool target_from_source(struct arena *arena, const struct config *config,
                               const struct config_database *source, struct str url,
                               struct database_target *target, struct err *e)
{
    struct err own = ERR_NONE;

    if (target_from_url(arena, url, config->work_tree, target, &own))
        return true;
    err_set(e, own.kind, STR_FMT "%s", STR_ARG(url_place(arena, source)), own.message);
    if (own.hint[0])
        return err_hint(e, "%s", own.hint);
    if (source->kind == DATABASE_ENVIRONMENT)
        return err_hint(e, EXPORT_HINT, STR_ARG(source->value));
    return source->kind == DATABASE_FILE
               ? err_hint(e, "write the URL into the first line of " STR_FMT,
                          STR_ARG(source->value))
               : false;
}

bool target_make(struct arena *arena, const struct config *config,
                 const struct config_database *source, uint64_t deadline_ms,
                 struct database_target *ret_target, struct err *e)
{
    struct database_target target = {
        .directory = config->work_tree,
        .connect_timeout_ms = TARGET_CONNECT_MS,
        .statement_timeout_ms = TARGET_STATEMENT_MS,
        .command_timeout_ms = source->timeout_ms ? source->timeout_ms : TARGET_COMMAND_MS,
        .deadline_ms = deadline_ms,
    };
    struct str url = source->value;
    struct strs files = {0};
    bool known = true;

    switch (source->kind) {
    case DATABASE_ENVIRONMENT:
        known = url_from_environment(arena, source->value, &url, e);
        break;
    case DATABASE_FILE:
        /* A file that holds the URL; where it is the database itself, that is meant. */
        sqlite_files(arena, str_printf(arena, "file:" STR_FMT, STR_ARG(source->value)),
                     config->work_tree, &files);
        if (files.count)
            url = str_printf(arena, "file:" STR_FMT, STR_ARG(source->value));
        else
            known = url_from_file(arena, config, source->value, &url, e);
        break;
    case DATABASE_URL_FROM:
        known = url_from_command(arena, config, source, deadline_ms, &url, e);
        break;
    case DATABASE_COMMAND:
        target.driver = DRIVER_COMMAND;
        target.arguments = source->arguments;
        *ret_target = target;
        return true;
    case DATABASE_SQLITE:
        known = sqlite_target(arena, url, config->work_tree, &target, e);
        *ret_target = target;
        return known;
    case DATABASE_URL:
    case DATABASE_NONE:
        break;
    }
    if (!known || !target_from_source(arena, config, source, url, &target, e))
        return false;
    *ret_target = target;
    return true;
}
