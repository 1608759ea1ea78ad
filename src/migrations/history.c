#include "migrations/history.h"

#include "migrations/alembic.h"
#include "migrations/graph.h"
#include "migrations/sql.h"
#include "migrations/tracker.h"

/* A tracker that was seen, or configured, but that nothing here can read: never an empty history. */
static void load_unsupported(struct arena *arena, const struct config_migrations *set,
                             struct history *history)
{
    struct str name = set->tracker;
    struct str where = set->root.length ? set->root : STR("the work tree's root");

    if (str_starts(name, STR("unsupported:"))) {
        name = str_from_offset(name, STR("unsupported:").length);
        history_problem_add(
            arena, history, REASON_INDETERMINATE_HISTORY,
            str_printf(arena,
                       "found " STR_FMT " migrations in " STR_FMT
                       ", which this version cannot read",
                       STR_ARG(name), STR_ARG(where)),
            str_printf(arena,
                       "check by hand that they are applied\nname the sets to look at under "
                       "\"migrations\" in %s, or soften indeterminate-history there",
                       CONFIG_NAME));
        return;
    }
    struct str near = tracker_nearest(arena, name);
    history_problem_add(arena, history, REASON_INDETERMINATE_HISTORY,
                        str_printf(arena,
                                   "the tracker \"" STR_FMT "\" of migration set " STR_FMT
                                   " is unknown%s" STR_FMT "%s",
                                   STR_ARG(name), STR_ARG(set->name),
                                   near.length ? "; did you mean \"" : "", STR_ARG(near),
                                   near.length ? "\"?" : ""),
                        STR("hookcheck packs list"));
}

bool history_load(struct arena *arena, struct tree *tree, const struct config_migrations *set,
                  struct history *ret_history, struct err *e)
{
    struct history history = {.set = set->name, .tracker = set->tracker, .root = set->root};
    bool done = true;
    struct str root;

    history.columns = set->columns;
    history.dbms = set->dbms;
    for (size_t i = 0; i < set->notes.count; i++)
        VEC_PUSH(arena, &history.assumptions, set->notes.items[i]);
    history.row = set->row ? set->row : tracker_find(NULL, set->tracker);
    history.code = history.row ? tracker_code_of(history.row) : NULL;
    if (!tree_path_join(arena, STR(""), set->root, &root))
        history_problem_add(arena, &history, REASON_INDETERMINATE_HISTORY,
                            str_printf(arena,
                                       "the root \"" STR_FMT "\" of migration set " STR_FMT
                                       " is not inside the work tree",
                                       STR_ARG(set->root), STR_ARG(set->name)),
                            STR("write it relative to the work tree"));
    else if (set->undecided.length)
        history_problem_add(
            arena, &history, REASON_INDETERMINATE_HISTORY, set->undecided,
            str_printf(arena,
                       "write the migration sets into %s, each with its \"tracker\", \"root\" "
                       "and \"versions\"",
                       CONFIG_NAME));
    else if (str_eq(set->tracker, STR("alembic")))
        done = alembic_load(arena, tree, set, &history, e);
    else if (str_eq(set->tracker, STR("sql")))
        done = sql_load(arena, tree, set, &history, e);
    else if (history.row && (history.code || !str_starts(history.row->rule, STR("code:"))))
        done = tracker_load(arena, tree, set, &history, e);
    else
        load_unsupported(arena, set, &history);
    if (done)
        *ret_history = history;
    return done;
}
