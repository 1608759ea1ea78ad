#include "gate/look.h"

#include "base/process.h"
#include "gate/judge.h"
#include "gate/sets.h"
#include "gate/target.h"
#include "migrations/astray.h"
#include "migrations/tracker.h"
#include "repository/repository.h"

#define MIGRATION_SETS_TOLD 256u /* of more, each is looked at */

/* Many directories may share one table: it is read once. */
struct asked {
    const struct tracker *row;
    struct str table, schema, parameter, beside;
    struct database_answer answer;
};

/* A database under way; sets that name the same source share it. */
struct connection {
    const struct config_database *source; /* NULL: none is configured */
    struct database *database;
    struct err failure;
    VEC(struct asked) asked;
};

struct connections {
    VEC(struct connection) list;
};

static void connections_stop(struct connections *connections)
{
    for (size_t i = 0; i < connections->list.count; i++)
        if (connections->list.items[i].database)
            database_stop(&connections->list.items[i].database);
}

static void connections_go_on(struct connections *connections)
{
    for (size_t i = 0; i < connections->list.count; i++)
        if (connections->list.items[i].database)
            database_go_on(connections->list.items[i].database);
}

/* What the tool keeps in a database of its own is never looked for in another. */
const struct config_database *viewer_source(const struct viewer *viewer,
                                            const struct config_migrations *set)
{
    const struct config_environment *environment = viewer->judge.environment;
    const struct config_database *source = target_source(environment, set->name);

    return set->database.length && environment && source == &environment->database ? NULL : source;
}

/* Starts connecting, so that the server answers while the code is read. The index of the connection; failures are kept in it. */
static size_t connect_for(struct viewer *viewer, struct connections *connections,
                          const struct config_migrations *set)
{
    const struct config_database *source = viewer_source(viewer, set);
    struct connection connection = {.source = source, .failure = ERR_NONE};
    struct database_target target;

    for (size_t i = 0; i < connections->list.count; i++)
        if (connections->list.items[i].source == source)
            return i;
    if (source &&
        target_make(viewer->arena, viewer->config, source, viewer->options->deadline_ms, &target,
                    &connection.failure) &&
        !database_start(viewer->arena, &target, &connection.database, &connection.failure))
        connection.database = NULL;
    VEC_PUSH(viewer->arena, &connections->list, connection);
    return connections->list.count - 1;
}

static void own_not_configured(struct viewer *viewer, const struct config_migrations *set)
{
    struct str environment =
        viewer->judge.environment ? viewer->judge.environment->name : STR("the deploy");
    struct str place = set->root;

    if (set->versions.count &&
        !tree_path_join(viewer->arena, set->root, set->versions.items[0], &place))
        place = set->versions.items[0];
    judge_add(&viewer->judge, REASON_NOT_CONFIGURED, set->name,
              str_printf(viewer->arena,
                         "the migrations of " STR_FMT " (" STR_FMT
                         ") have a database of their own%s" STR_FMT
                         ", and none is configured for them in " STR_FMT
                         ":\n  whether they are applied cannot be checked",
                         STR_ARG(set->name), STR_ARG(place),
                         set->database_from.length ? ", says " : "", STR_ARG(set->database_from),
                         STR_ARG(environment)),
              str_printf(viewer->arena,
                         "name it in " CONFIG_NAME ", in the environment " STR_FMT
                         ": \"databases\": { \"" STR_FMT "\": \"env:" STR_FMT "\" }",
                         STR_ARG(environment), STR_ARG(set->name),
                         STR_ARG(database_variable(viewer->arena, set->database))));
}

static void not_configured(struct viewer *viewer, const struct config_migrations *wanted)
{
    struct str set = wanted->name;

    if (wanted->database.length && viewer->judge.environment &&
        viewer->judge.environment->database.kind != DATABASE_NONE) {
        own_not_configured(viewer, wanted);
        return;
    }
    struct str message = str_printf(
        viewer->arena,
        "migrations are here (" STR_FMT "), but no database is configured for " STR_FMT
        ":\n  whether they are applied cannot be checked",
        STR_ARG(set),
        STR_ARG(viewer->judge.environment ? viewer->judge.environment->name : STR("the deploy")));

    judge_add(&viewer->judge, REASON_NOT_CONFIGURED, set, message,
              viewer->judge.environment && viewer->config->repository_file.length
                  ? str_printf(viewer->arena,
                               "name it in " CONFIG_NAME ": environments." STR_FMT ".database",
                               STR_ARG(viewer->judge.environment->name))
                  : STR("hookcheck init\nthen name the database in " CONFIG_NAME));
}

/* The code side. False: it could not be read, and the reason is there. */
static bool read_history(struct viewer *viewer, const struct config_migrations *wanted,
                         struct look_set *set)
{
    struct err e = ERR_NONE;

    set->history.set = wanted->name;
    set->history.tracker = wanted->tracker;
    set->history.root = wanted->root;
    if (!history_load(viewer->arena, viewer->tree, wanted, &set->history, &e)) {
        set->state = SET_INDETERMINATE;
        viewer_failed(viewer, wanted->name, "the migrations cannot be read", &e);
        return false;
    }
    judge_history(&viewer->judge, set);
    return true;
}

static bool ask(struct viewer *viewer, struct connection *connection, const struct history *history,
                const struct database_question *question, struct database_answer *ret_answer,
                struct err *e)
{
    struct asked asked = {.row = history->row, .table = history->table, .schema = history->schema};
    bool keeps = history->row && !history->columns.count && connection->source &&
                 connection->source->kind != DATABASE_COMMAND;

    if (keeps) {
        asked.parameter = question->reading->parameter;
        asked.beside = question->reading->beside;
    }
    for (size_t i = 0; i < connection->asked.count && keeps; i++) {
        const struct asked *one = &connection->asked.items[i];
        if (one->row == asked.row && str_eq(one->table, asked.table) &&
            str_eq(one->schema, asked.schema) && str_eq(one->parameter, asked.parameter) &&
            str_eq(one->beside, asked.beside)) {
            *ret_answer = one->answer;
            return true;
        }
    }
    if (!database_ask(connection->database, viewer->arena, question, ret_answer, e))
        return false;
    asked.answer = *ret_answer;
    if (keeps && ret_answer->state == DATABASE_ANSWERED)
        VEC_PUSH(viewer->arena, &connection->asked, asked);
    return true;
}

/* Asks, and judges each table that answers. */
static bool ask_and_judge(struct viewer *viewer, struct connection *connection, struct look_set set,
                          const struct config_migrations *wanted, struct look *look, struct err *e)
{
    const struct history *history = &set.history;
    struct database_question question = {
        .layout = history->row                               ? LAYOUT_GIVEN
                  : str_eq(history->tracker, STR("alembic")) ? LAYOUT_ALEMBIC
                                                             : LAYOUT_PLAIN_SQL,
        .reading = history->row ? tracker_reading(viewer->arena, history) : NULL,
        .table = history->table,
        .schema = history->schema,
        .code_version =
            str_join(viewer->arena, history->heads.items, history->heads.count, STR(",")),
    };

    if (!ask(viewer, connection, history, &question, &set.answer, e))
        return false;
    set.asked = true;
    set.state = SET_UNREACHABLE;
    if (set.answer.state != DATABASE_ANSWERED) {
        judge_unreachable(&viewer->judge, history->set, set.answer.message, set.answer.hint);
        VEC_PUSH(viewer->arena, &look->sets, set);
        return true;
    }
    if (!judge_identity(&viewer->judge, history->set, &set.answer)) {
        set.state = SET_WRONG_DATABASE;
        VEC_PUSH(viewer->arena, &look->sets, set);
        return true;
    }
    return viewer_judge_tables(viewer, &set, wanted, question.layout, look, e);
}

/* The environment's database, which nobody named for this set, is of another system than its migrations are for. */
static bool is_of_other_system(const struct viewer *viewer, const struct connection *connection,
                               const struct history *history)
{
    const struct config_environment *environment = viewer->judge.environment;

    return environment && connection->source == &environment->database &&
           set_is_of_other_system(history, database_dbms(connection->database));
}

static void look_at_set(struct viewer *viewer, struct connection *connection,
                        const struct config_migrations *wanted, struct look *look)
{
    struct look_set set = {.state = SET_OFFLINE};
    struct err e = ERR_NONE;
    bool trusted = viewer->config->trusted && !viewer->config->broken;
    struct config_migrations asked = *wanted;

    if (connection && connection->database)
        asked.dbms = database_dbms(connection->database);
    bool readable = read_history(viewer, &asked, &set);
    if (readable && viewer->options->for_deploy)
        viewer_mark_uncommitted(viewer, &set);
    for (size_t i = 0; i < set.history.heads.count; i++)
        strs_add(viewer->arena, &viewer->code_versions, set.history.heads.items[i]);
    if (readable && !viewer->options->offline)
        set.state = SET_NOT_CONFIGURED;
    if (!readable || viewer->options->offline || !trusted || !connection) {
        VEC_PUSH(viewer->arena, &look->sets, set);
        return;
    }
    if (!connection->source) {
        not_configured(viewer, wanted);
        VEC_PUSH(viewer->arena, &look->sets, set);
        return;
    }
    if (!connection->database) {
        set.state = SET_UNREACHABLE;
        judge_unreachable(&viewer->judge, wanted->name,
                          str_copy(viewer->arena, str_from(connection->failure.message)),
                          str_copy(viewer->arena, str_from(connection->failure.hint)));
        VEC_PUSH(viewer->arena, &look->sets, set);
        return;
    }
    if (is_of_other_system(viewer, connection, &set.history)) {
        asked.database = wanted->name;
        asked.database_from = set.history.dbms_from;
        not_configured(viewer, &asked);
        VEC_PUSH(viewer->arena, &look->sets, set);
        return;
    }
    if (!ask_and_judge(viewer, connection, set, wanted, look, &e)) {
        set.state = SET_INDETERMINATE;
        viewer_failed(viewer, wanted->name, "the database's answer cannot be judged", &e);
        VEC_PUSH(viewer->arena, &look->sets, set);
    }
}

/* Configuration faults block whatever the databases say. */
static void judge_config(const struct viewer *viewer)
{
    const struct config *config = viewer->config;
    const struct judge *judge = &viewer->judge;

    if (config->broken)
        judge_add(judge, REASON_CONFIG_ERROR, STR_NONE,
                  str_printf(viewer->arena, "the configuration cannot be used: " STR_FMT,
                             STR_ARG(config->broken_message)),
                  config->broken_hint);
    if (!config->trusted)
        judge_add(
            judge, REASON_UNTRUSTED_CONFIG, STR_NONE,
            str_printf(viewer->arena,
                       "nobody has trusted this configuration yet, or it changed since:\n  " STR_FMT
                       "\n  it can name commands and servers: nothing in it is run before",
                       STR_ARG(config->repository_file)),
            config->broken ? STR("once it is mended, a person runs in a terminal: hookcheck trust")
                           : STR("a person reads it and runs in a terminal: hookcheck trust"));
    if (!config->broken && config->environments.count && !judge->environment)
        judge_add(judge, REASON_NOT_CONFIGURED, STR_NONE,
                  STR("which of the configured environments is meant cannot be told"),
                  STR("set \"default_environment\" in " CONFIG_NAME));
}

static bool choose_sets(struct viewer *viewer, struct config_migrations_list *ret_chosen)
{
    struct err e = ERR_NONE;

    if (!sets_detect(viewer->arena, viewer->tree, viewer->config, &viewer->all, &e)) {
        viewer_failed(viewer, STR_NONE, "the migrations cannot be looked for", &e);
        return false;
    }
    astray_drop(&viewer->all);
    sets_choose(&viewer->judge, &viewer->all, viewer->options, ret_chosen);
    if (ret_chosen->count == 0 && viewer->judge.reasons->count == 0)
        judge_add(&viewer->judge, REASON_NO_MIGRATIONS, STR_NONE,
                  STR("there are no migrations here: nothing to compare"), STR_NONE);
    return true;
}

static bool set_is_applied(enum set_state state)
{
    return state == SET_CURRENT || state == SET_AHEAD || state == SET_DIVERGED;
}

static void finish(struct viewer *viewer, struct look *look)
{
    struct strs *code = &viewer->code_versions, *database = &viewer->database_versions;

    strs_sort(code);
    strs_sort(database);
    look->code_version = str_join(viewer->arena, code->items, code->count, STR(","));
    look->database_version = str_join(viewer->arena, database->items, database->count, STR(","));
    look->pending = false;
    for (size_t i = 0; i < look->sets.count; i++)
        if (!set_is_applied(look->sets.items[i].state))
            look->pending = true;
    if (!viewer->options->offline && !viewer->options->for_deploy && look->pending)
        for (size_t i = 0; i < look->sets.count; i++)
            viewer_mark_uncommitted(viewer, &look->sets.items[i]);
    if (viewer->options->deadline_ms && clock_ms() >= viewer->options->deadline_ms)
        judge_add(
            &viewer->judge, REASON_DEADLINE, STR_NONE,
            STR("the check did not finish within its deadline"),
            STR("hookcheck status\nshows what is slow; or raise \"deadline\" in " CONFIG_NAME));
}

/* What is named for the environment, or by hand, is looked at whatever it is called. */
static bool is_named(const struct viewer *viewer, const struct config_migrations *set)
{
    const struct config_environment *environment = viewer->judge.environment;

    return strs_have(&viewer->options->sets, set->name) ||
           (environment && strs_have(&environment->migrations, set->name));
}

static bool is_of_other_database(struct viewer *viewer, struct config_migrations_list *chosen,
                                 size_t index, const struct connection *connection)
{
    const struct config_environment *environment = viewer->judge.environment;

    return !is_named(viewer, &chosen->items[index]) && connection->database && environment &&
           connection->source == &environment->database &&
           set_is_of_other_database(viewer->arena, chosen, index,
                                    database_dbms(connection->database));
}

bool gate_look(struct arena *arena, const struct config *config, const struct look_options *options,
               struct look *ret_look, struct err *e)
{
    CLEANUP_WITH(connections_stop) struct connections connections = {0};
    CLEANUP_WITH(viewer_close)
    struct viewer viewer = {.arena = arena, .config = config, .options = options};
    struct config_migrations_list chosen = {0};
    VEC(size_t) indexes = {0};

    *ret_look = (struct look){.work_tree = config->work_tree, .pending = true};
    viewer.judge = (struct judge){
        .arena = arena,
        .config = config,
        .environment = config_environment_for(config, options->environment),
        .reasons = &ret_look->reasons,
    };
    if (viewer.judge.environment)
        ret_look->environment = viewer.judge.environment->name;
    judge_config(&viewer);
    if (str_is_empty(config->work_tree) && !options->repository) {
        ret_look->at = STR("work tree");
        ret_look->pending = false;
        judge_add(&viewer.judge, REASON_NO_MIGRATIONS, STR_NONE,
                  STR("this directory lies in no repository: there are no migrations to compare"),
                  STR_NONE);
        return true;
    }
    bool asks = !options->offline && config->trusted && !config->broken;
    if (asks)
        target_expect(arena, viewer.judge.environment);
    if (!viewer_open_tree(&viewer, &ret_look->at, e))
        return false;
    ret_look->commit = viewer.commit;
    if (!viewer.tree || !choose_sets(&viewer, &chosen))
        return true;
    if (asks)
        for (size_t i = 0; i < chosen.count; i++)
            VEC_PUSH(arena, &indexes, connect_for(&viewer, &connections, &chosen.items[i]));
    connections_go_on(&connections);
    bool others[MIGRATION_SETS_TOLD] = {false};
    for (size_t i = 0; i < chosen.count && i < COUNT_OF(others) && indexes.count; i++)
        others[i] =
            is_of_other_database(&viewer, &chosen, i, &connections.list.items[indexes.items[i]]);
    for (size_t i = 0; i < chosen.count; i++)
        if (i >= COUNT_OF(others) || !others[i])
            look_at_set(&viewer, indexes.count ? &connections.list.items[indexes.items[i]] : NULL,
                        &chosen.items[i], ret_look);
    finish(&viewer, ret_look);
    return true;
}
