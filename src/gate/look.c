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

static bool history_is_broken(const struct history *history)
{
    for (size_t i = 0; i < history->problems.count; i++)
        if (history->problems.items[i].code == REASON_BROKEN_HISTORY ||
            history->problems.items[i].code == REASON_INDETERMINATE_HISTORY)
            return true;
    return false;
}

/* The place of an id in the order of the tool; the number of migrations when it has none. */
static size_t place_of(const struct history *history, struct str id)
{
    size_t place = 0;

    while (place < history->migrations.count && !str_eq(history->migrations.items[place].id, id))
        place++;
    return place;
}

/* … of a pack: in its own order. An id that the code does not know stays alone, and is unknown. */
static struct database_rows up_to_place(struct viewer *viewer, const struct look_set *set,
                                        const struct database_rows *rows)
{
    struct database_rows all = *rows;
    size_t place = place_of(&set->history, rows->ids.items[rows->ids.count - 1]);

    all.ids = (struct strs){0};
    for (size_t i = 0; i < rows->ids.count; i++)
        VEC_PUSH(viewer->arena, &all.ids, rows->ids.items[i]);
    for (size_t m = 0; m < place && place < set->history.migrations.count; m++)
        VEC_PUSH(viewer->arena, &all.ids, set->history.migrations.items[m].id);
    strs_sort(&all.ids);
    return all;
}

/* A command that names only the newest version of a plain SQL history means all files up to it. */
static struct database_rows up_to_version(struct viewer *viewer, const struct look_set *set,
                                          const struct database_rows *rows)
{
    struct database_rows all = *rows;
    size_t named = rows->ids.count;

    if (set->history.row && named)
        return up_to_place(viewer, set, rows);
    all.ids = (struct strs){0};
    for (size_t i = 0; i < named; i++)
        VEC_PUSH(viewer->arena, &all.ids, rows->ids.items[i]);
    for (size_t m = 0; m < set->history.migrations.count && named; m++) {
        struct str id = set->history.migrations.items[m].id;
        if (str_compare(id, rows->ids.items[named - 1]) < 0 && !strs_have(&rows->ids, id))
            VEC_PUSH(viewer->arena, &all.ids, id);
    }
    strs_sort(&all.ids);
    return all;
}

/* One tracking table against the code. */
static bool judge_rows(struct viewer *viewer, struct look_set *set,
                       const struct config_migrations *wanted, const struct database_rows *rows,
                       struct err *e)
{
    struct str why_not = STR_NONE;
    bool proven = false;

    if (rows->state == TABLE_UNREADABLE) {
        set->state = SET_UNREACHABLE;
        judge_unreachable(&viewer->judge, set->history.set,
                          str_printf(viewer->arena, STR_FMT ": " STR_FMT,
                                     STR_ARG(set->answer.shown), STR_ARG(rows->message)),
                          rows->hint.length
                              ? rows->hint
                              : STR("grant the user of this URL SELECT on the tracking table"));
        return true;
    }
    struct database_rows own = *rows;
    struct plan others = {0};
    if (!viewer_part_others(viewer, set, wanted, &own, &others, e) ||
        !plan_make(viewer->arena, &set->history, &own, &set->plan, e) ||
        !plan_verify(viewer->arena, viewer->tree, &set->history, &own, &set->plan, e))
        return false;
    for (size_t i = 0; i < others.explained.count; i++)
        VEC_PUSH(viewer->arena, &set->plan.explained, others.explained.items[i]);
    for (size_t i = 0; i < others.notes.count; i++)
        VEC_PUSH(viewer->arena, &set->plan.notes, others.notes.items[i]);
    for (size_t i = 0; i < set->plan.problems.count; i++) {
        const struct history_problem *problem = &set->plan.problems.items[i];
        judge_add(&viewer->judge, problem->code, set->history.set, problem->message, problem->hint);
    }
    if (set->plan.unknown.count && !viewer_explain_shared(viewer, set, wanted, e))
        return false;
    if (set->plan.unknown.count)
        proven = viewer_search_unknown(viewer, set, rows, &why_not);
    judge_unknown(&viewer->judge, set, rows, proven, why_not);
    judge_dirty(&viewer->judge, set, rows);
    judge_never_applied(&viewer->judge, set, rows);
    judge_diverged(&viewer->judge, set, rows);
    if (!set->plan.unknown.count || proven || set->plan.pending_is_exact)
        judge_pending(&viewer->judge, set, rows);
    judge_command_flag(&viewer->judge, set, rows);
    bool command_says_pending = set->answer.has_pending_flag && set->answer.pending_flag;
    if (history_is_broken(&set->history) || set->plan.problems.count)
        set->state = SET_INDETERMINATE;
    else if (set->plan.dirty.count)
        set->state = SET_DIRTY;
    else if (set->plan.never_applied.count ||
             (set->plan.pending.count && set->plan.pending_is_exact))
        set->state = SET_PENDING;
    else if (set->plan.unknown.count && !proven)
        set->state = SET_UNKNOWN;
    else if (set->plan.pending.count || command_says_pending)
        set->state = SET_PENDING;
    else if (set->plan.diverged.count)
        set->state = SET_DIVERGED;
    else
        set->state = set->plan.unknown.count ? SET_AHEAD : SET_CURRENT;
    return true;
}

/* Alembic keeps heads, plain SQL every file: there, the last one is the version. */
static void add_versions(struct viewer *viewer, const struct look_set *set,
                         const struct database_rows *rows)
{
    struct strs *versions = &viewer->database_versions;

    if (set->answer.reported_version.length) {
        strs_add(viewer->arena, versions, set->answer.reported_version);
        return;
    }
    if (set->plan.version.length) {
        strs_add(viewer->arena, versions, set->plan.version);
        return;
    }
    bool heads = str_eq(set->history.tracker, STR("alembic"));
    for (size_t i = rows->ids.count && !heads ? rows->ids.count - 1 : 0; i < rows->ids.count; i++)
        strs_add(viewer->arena, versions, rows->ids.items[i]);
}

/* An unqualified name means the table of the first schema of the search path that has it. */
static void keep_first_of_path(struct viewer *viewer, const struct history *history,
                               struct database_tables *tables)
{
    struct database_tables kept = {0};

    if (!history->search_path.count || !str_eq(history->dbms, STR("postgresql")))
        return;
    for (size_t i = 0; i < history->search_path.count && !kept.count; i++)
        for (size_t j = 0; j < tables->count && !kept.count; j++)
            if (tables->items[j].state != TABLE_ABSENT &&
                str_eq(tables->items[j].schema, history->search_path.items[i]))
                VEC_PUSH(viewer->arena, &kept, tables->items[j]);
    if (!kept.count)
        VEC_PUSH(
            viewer->arena, &kept,
            (struct database_rows){.schema = history->search_path.items[0], .state = TABLE_ABSENT});
    *tables = kept;
}

/* Several schemas with a tracking table are tenants, and each is reported, unless another set has it for itself. */
static bool judge_tables(struct viewer *viewer, struct look_set *set,
                         const struct config_migrations *wanted, struct look *look, struct err *e)
{
    const struct database_tables *tables = &set->answer.tables;
    bool *others = ARENA_ARRAY(viewer->arena, tables->count, bool);
    size_t own = 0;

    if (!viewer_mark_tables_of_others(viewer, set, wanted, others, e))
        return false;
    for (size_t i = 0; i < tables->count; i++) {
        own += !others[i];
        if (others[i])
            VEC_PUSH(viewer->arena, &set->history.assumptions,
                     str_printf(viewer->arena,
                                "the table in the schema " STR_FMT
                                " was taken for another migration set's: all rows that the code "
                                "knows there are others'",
                                STR_ARG(tables->items[i].schema)));
    }
    for (size_t i = 0; i < tables->count; i++) {
        struct look_set one = *set;
        if (others[i])
            continue;
        if (own > 1)
            one.history.set =
                str_printf(viewer->arena, STR_FMT "@" STR_FMT, STR_ARG(set->history.set),
                           STR_ARG(tables->items[i].schema));
        if (!judge_rows(viewer, &one, wanted, &tables->items[i], e))
            return false;
        add_versions(viewer, &one, &tables->items[i]);
        VEC_PUSH(viewer->arena, &look->sets, one);
    }
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
    if (set.answer.tables.count == 0)
        return err_set(e, ERR_INTERNAL, "the database answered without a table");
    keep_first_of_path(viewer, history, &set.answer.tables);
    if (set.answer.has_pending_flag && question.layout != LAYOUT_ALEMBIC &&
        !set.answer.applied_is_listed)
        set.answer.tables.items[0] = up_to_version(viewer, &set, &set.answer.tables.items[0]);
    return judge_tables(viewer, &set, wanted, look, e);
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
