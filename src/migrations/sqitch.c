/* sqitch.c -- Sqitch's plan, and what its registry says of it. Ids are computed, so that a plan that was rewritten behind what is deployed shows. */
#include "migrations/sqitch.h"

#include "base/file.h"
#include "base/quote.h"
#include "database/database.h"
#include "migrations/detect.h"
#include "migrations/graph.h"
#include "migrations/id_map.h"
#include "migrations/tracker.h"

#define PLAN_FILE_MAX ((size_t)64 << 20)
#define CONF_FILE_MAX ((size_t)1 << 20)

struct loader {
    struct arena *arena;
    struct tree *tree;
    struct history *history;
    bool has_conf;
    struct str base; /* directory of sqitch.conf, else of the plan */
    struct sqitch_places places;
    struct str plan; /* from the root of the tree */
};

static bool is_file(struct arena *arena, struct tree *tree, struct str path)
{
    enum tree_entry_kind kind;

    return tree_exists(tree, arena, path, &kind) && kind == TREE_FILE;
}

static bool inside(struct arena *arena, struct str directory, struct str name, struct str *ret)
{
    return tree_path_join(arena, directory, name, ret);
}

/* --- Where things are. --- */

/* The nearest sqitch.conf, upwards. */
static bool find_conf(struct arena *arena, struct tree *tree, struct str from, struct str *ret_base,
                      struct sqitch_conf *ret_conf, struct err *bad)
{
    struct str bytes;
    bool whole;

    for (struct str at = from;; at = path_parent(at)) {
        struct str path = path_below(arena, at, STR("sqitch.conf"));
        if (is_file(arena, tree, path)) {
            if (!tree_read_start(tree, arena, path, CONF_FILE_MAX, &bytes, &whole, bad))
                return false;
            sqitch_conf_parse(arena, bytes, ret_conf);
            *ret_base = at;
            return true;
        }
        if (!at.length)
            return false;
    }
}

static struct sqitch_places usual_places(void)
{
    return (struct sqitch_places){.plan = STR("sqitch.plan"),
                                  .deploy = STR("deploy"),
                                  .revert = STR("revert"),
                                  .reworked_deploy = STR("deploy"),
                                  .reworked_revert = STR("revert"),
                                  .extension = STR("sql")};
}

/* A plan of another name, alone in its directory. */
static bool only_plan(struct arena *arena, struct tree *tree, struct str directory,
                      struct str *ret_name, struct err *e)
{
    struct tree_entries entries;
    size_t count = 0;
    bool exists;

    if (!tree_list(tree, arena, directory, &entries, &exists, e))
        return false;
    for (size_t i = 0; i < entries.count; i++)
        if (entries.items[i].kind == TREE_FILE && str_ends(entries.items[i].name, STR(".plan"))) {
            *ret_name = entries.items[i].name;
            if (str_eq(*ret_name, STR("sqitch.plan")))
                return true;
            count++;
        }
    if (count != 1)
        *ret_name = STR("sqitch.plan");
    return true;
}

/* The engine or target whose plan lies in this directory; the default one first. False: none of them. */
static bool places_for(struct arena *arena, struct str base, const struct sqitch_conf *conf,
                       const struct str *directory, struct sqitch_places *ret_places)
{
    struct sqitch_places_list list;
    struct str plan;

    sqitch_conf_places(arena, conf, &list);
    for (size_t i = 0; i < list.count; i++)
        if (inside(arena, base, list.items[i].plan, &plan) &&
            (!directory || str_eq(path_parent(plan), *directory))) {
            *ret_places = list.items[i];
            return true;
        }
    return false;
}

static bool find_places(struct loader *l, struct err *e)
{
    const struct strs *versions = &l->history->versions;
    const struct str *directory = versions->count == 1 ? &versions->items[0] : NULL;
    struct sqitch_conf conf = {0};
    struct err bad = ERR_NONE;

    l->places = usual_places();
    l->base = directory ? *directory : l->history->root;
    l->has_conf = find_conf(l->arena, l->tree, l->base, &l->base, &conf, &bad);
    if (err_is_set(&bad))
        history_not_read(l->arena, l->history, &bad);
    if (!l->has_conf || !places_for(l->arena, l->base, &conf, directory, &l->places)) {
        l->has_conf = false;
        l->base = directory ? *directory : l->history->root;
        if (!only_plan(l->arena, l->tree, l->base, &l->places.plan, e))
            return false;
    }
    if (!inside(l->arena, l->base, l->places.plan, &l->plan))
        l->plan = l->places.plan;
    return true;
}

static bool sqitch_counts(struct arena *arena, struct tree *tree, struct str directory)
{
    struct sqitch_conf conf = {0};
    struct sqitch_places_list list;
    struct str base = directory, main_plan, own = STR_NONE, plan;
    struct sqitch_plan a = {0}, b = {0};
    struct err ignored = ERR_NONE;
    struct str bytes;

    if (!find_conf(arena, tree, directory, &base, &conf, &ignored))
        return true;
    sqitch_conf_places(arena, &conf, &list);
    if (!inside(arena, base, list.items[0].plan, &main_plan) || !is_file(arena, tree, main_plan) ||
        str_eq(path_parent(main_plan), directory))
        return true;
    for (size_t i = 1; i < list.count && !own.length; i++)
        if (inside(arena, base, list.items[i].plan, &plan) && str_eq(path_parent(plan), directory))
            own = plan;
    return !own.length || !tree_read(tree, arena, own, PLAN_FILE_MAX, &bytes, &ignored) ||
           !sqitch_plan_parse(arena, bytes, &a, &ignored) ||
           !tree_read(tree, arena, main_plan, PLAN_FILE_MAX, &bytes, &ignored) ||
           !sqitch_plan_parse(arena, bytes, &b, &ignored) || !str_eq(a.project, b.project);
}

/* --- Changes. --- */

/* deploy/NAME.sql; deploy/NAME@TAG.sql of one that was reworked. */
static struct str script_of(struct loader *l, const struct sqitch_change *change, bool revert)
{
    const struct sqitch_places *at = &l->places;
    bool reworked = change->rework_tags.count > 0;
    struct str directory = reworked ? (revert ? at->reworked_revert : at->reworked_deploy)
                                    : (revert ? at->revert : at->deploy);
    struct str first = STR_NONE, path;

    for (size_t i = 0; i < change->rework_tags.count; i++) {
        struct str name = str_printf(l->arena, STR_FMT "/" STR_FMT "@" STR_FMT "." STR_FMT,
                                     STR_ARG(directory), STR_ARG(change->name),
                                     STR_ARG(change->rework_tags.items[i]), STR_ARG(at->extension));
        if (!inside(l->arena, l->base, name, &path))
            path = name;
        if (is_file(l->arena, l->tree, path))
            return path;
        if (!first.length)
            first = path;
    }
    if (reworked)
        return first;
    struct str name = str_printf(l->arena, STR_FMT "/" STR_FMT "." STR_FMT, STR_ARG(directory),
                                 STR_ARG(change->name), STR_ARG(at->extension));
    return inside(l->arena, l->base, name, &path) ? path : name;
}

static struct str title_of(struct arena *arena, const struct sqitch_change *change)
{
    struct str rest = change->note, line;

    return str_next_line(&rest, &line) && str_trim(line).length
               ? str_printf(arena, STR_FMT ": " STR_FMT, STR_ARG(change->name),
                            STR_ARG(str_trim(line)))
               : change->name;
}

static bool add_change(struct loader *l, const struct sqitch_change *change, size_t place,
                       struct err *e)
{
    struct migration made = {.id = change->id, .name = change->name, .line = change->line};

    if (l->history->migrations.count >= MIGRATIONS_MAX)
        return err_set(e, ERR_LIMIT, "more than %u changes", MIGRATIONS_MAX);
    made.file = script_of(l, change, false);
    made.unit = path_base_name(made.file);
    made.title = title_of(l->arena, change);
    struct str revert = script_of(l, change, true);
    if (is_file(l->arena, l->tree, revert))
        made.down_file = revert;
    if (!is_file(l->arena, l->tree, made.file))
        history_problem_add(l->arena, l->history, REASON_BROKEN_HISTORY,
                            str_printf(l->arena,
                                       STR_FMT ":%zu: the change " STR_FMT " has no script " STR_FMT
                                               ": Sqitch cannot deploy it",
                                       STR_ARG(l->plan), change->line, STR_ARG(change->name),
                                       STR_ARG(made.file)),
                            STR("add the script, or take the change out of the plan"));
    if (place) {
        VEC_PUSH(l->arena, &made.down, l->history->migrations.items[place - 1].id);
        made.parents = ARENA_ARRAY(l->arena, 1, size_t);
        made.parents[made.parent_count++] = place - 1;
    }
    VEC_PUSH(l->arena, &l->history->migrations, made);
    return true;
}

static struct str command_in(struct loader *l)
{
    struct str command = STR("sqitch deploy");

    if (l->places.name.length && l->has_conf)
        command = str_printf(l->arena, "sqitch deploy " STR_FMT,
                             STR_ARG(shell_shown(l->arena, l->places.name)));
    return shell_command_in(l->arena, l->base, command);
}

static bool sqitch_load(struct arena *arena, struct tree *tree, const struct config_migrations *set,
                        struct history *history, struct err *e)
{
    struct loader l = {.arena = arena, .tree = tree, .history = history};
    struct err absent = ERR_NONE;
    struct sqitch_plan plan;
    struct str bytes;

    if (!find_places(&l, e))
        return false;
    history->upgrade_command = command_in(&l);
    if (l.places.registry.length && !set->schema.length)
        history->schema = l.places.registry;
    if (!tree_read(tree, arena, l.plan, PLAN_FILE_MAX, &bytes, &absent)) {
        if (absent.kind == ERR_SYSTEM || absent.kind == ERR_UNREACHABLE)
            return err_set(e, absent.kind, "%s", absent.message);
        if (!history->problems.count)
            history_problem_add(
                arena, history, REASON_INDETERMINATE_HISTORY,
                str_printf(arena, "the plan " STR_FMT " is not there", STR_ARG(l.plan)),
                str_printf(arena, "set \"versions\" of the migration set " STR_FMT " in %s",
                           STR_ARG(set->name), CONFIG_NAME));
        return true;
    }
    if (!sqitch_plan_parse(arena, bytes, &plan, e))
        return false;
    if (plan.refused.length)
        history_problem_add(arena, history, REASON_BROKEN_HISTORY,
                            str_printf(arena, STR_FMT ":%zu: " STR_FMT ": Sqitch refuses the plan",
                                       STR_ARG(l.plan), plan.refused_line, STR_ARG(plan.refused)),
                            STR("mend the line; `sqitch add` and `sqitch tag` write them"));
    if (!history->parameter.length)
        history->parameter = plan.project;
    for (size_t i = 0; i < plan.changes.count; i++)
        if (!add_change(&l, &plan.changes.items[i], i, e))
            return false;
    return true;
}

/* --- Rows. --- */

struct planner {
    struct arena *arena;
    const struct history *history;
    struct plan *plan;
    struct id_map ids, names; /* names: the last change of each */
    bool *applied;            /* by id */
    bool *rewritten;          /* its name is deployed under another id */
    const struct database_row *latest;
    bool latest_known;
    size_t latest_place;
};

static bool is_failed(const struct database_row *row)
{
    return str_eq(row->state, STR("failed"));
}

/* Deployed under this name, but as another line of the plan. */
static void take_unknown(struct planner *p, const struct database_row *row)
{
    size_t place;

    if (!row->name.length || !id_map_get(&p->names, row->name, &place) || p->applied[place] ||
        p->rewritten[place]) {
        VEC_PUSH(p->arena, &p->plan->unknown, (struct plan_unknown){.id = row->id});
        return;
    }
    p->rewritten[place] = true;
    VEC_PUSH(p->arena, &p->plan->diverged,
             (struct plan_difference){.migration = place,
                                      .what = STR("change id"),
                                      .recorded = row->id,
                                      .actual = p->history->migrations.items[place].id});
}

static void take_deployed(struct planner *p, const struct database_row_list *rows)
{
    size_t place;

    for (size_t i = 0; i < rows->count; i++) {
        const struct database_row *row = &rows->items[i];
        if (is_failed(row))
            continue;
        p->latest = row;
        p->latest_known = id_map_get(&p->ids, row->id, &p->latest_place);
        if (p->latest_known)
            p->applied[p->latest_place] = true;
    }
    for (size_t i = 0; i < rows->count; i++)
        if (!is_failed(&rows->items[i]) && !id_map_get(&p->ids, rows->items[i].id, &place))
            take_unknown(p, &rows->items[i]);
}

/* The last thing that happened to it was a failure; changes that left the plan since do not matter any more. */
static void take_failed(struct planner *p, const struct database_row_list *rows)
{
    size_t place;

    for (size_t i = 0; i < rows->count; i++)
        if (is_failed(&rows->items[i]) && id_map_get(&p->ids, rows->items[i].id, &place) &&
            !p->applied[place])
            VEC_PUSH(p->arena, &p->plan->dirty,
                     (struct plan_dirty){.id = rows->items[i].id,
                                         .state = rows->items[i].state,
                                         .detail = rows->items[i].name});
}

static void refuse_latest(struct planner *p)
{
    VEC_PUSH(p->arena, &p->plan->problems,
             (struct history_problem){
                 .code = REASON_INDETERMINATE_HISTORY,
                 .message = str_printf(p->arena,
                                       "Sqitch refuses to work: what was deployed last is " STR_FMT
                                       " (" STR_FMT
                                       "), and no line of this plan has that id; ids change with "
                                       "every edit of a line, and of one before it",
                                       STR_ARG(p->latest->name), STR_ARG(p->latest->id)),
                 .hint = STR("restore the lines of the plan as they were deployed (git log -p), "
                             "and write new changes at its end")});
}

static void find_pending(struct planner *p)
{
    bool reached = p->latest && p->latest_known;

    for (size_t i = 0; i < p->history->migrations.count; i++) {
        if (p->applied[i]) {
            p->plan->applied_count++;
            continue;
        }
        if (reached && i < p->latest_place)
            VEC_PUSH(p->arena, &p->plan->never_applied, i);
        else if (!p->rewritten[i])
            VEC_PUSH(p->arena, &p->plan->pending, i);
    }
}

/* An external command names ids alone: the last one of the plan is the latest. */
static struct database_row_list rows_of(struct planner *p, const struct database_rows *rows)
{
    struct database_row_list made = {0};
    size_t place, last = SIZE_MAX, best = 0;

    if (rows->rows.count)
        return rows->rows;
    for (size_t i = 0; i < rows->ids.count; i++) {
        VEC_PUSH(p->arena, &made, (struct database_row){.id = rows->ids.items[i]});
        if (id_map_get(&p->ids, rows->ids.items[i], &place) && (last == SIZE_MAX || place > best)) {
            best = place;
            last = i;
        }
    }
    if (last != SIZE_MAX) {
        struct database_row swap = made.items[last];
        made.items[last] = VEC_LAST(&made);
        VEC_LAST(&made) = swap;
    }
    return made;
}

static bool sqitch_plan(struct arena *arena, const struct history *history,
                        const struct database_rows *rows, struct plan *plan, struct err *e UNUSED)
{
    const struct migrations *all = &history->migrations;
    struct planner p = {.arena = arena,
                        .history = history,
                        .plan = plan,
                        .ids = id_map_new(arena, all->count + 1),
                        .names = id_map_new(arena, all->count + 1),
                        .applied = ARENA_ARRAY(arena, all->count + 1, bool),
                        .rewritten = ARENA_ARRAY(arena, all->count + 1, bool)};
    size_t other;

    for (size_t i = all->count; i-- > 0;) {
        (void)id_map_add(&p.ids, all->items[i].id, i, &other);
        (void)id_map_add(&p.names, all->items[i].name, i, &other);
    }
    struct database_row_list list = rows_of(&p, rows);
    take_deployed(&p, &list);
    take_failed(&p, &list);
    find_pending(&p);
    if (p.latest && !p.latest_known) {
        plan->pending_is_exact = false;
        refuse_latest(&p);
    }
    if (p.latest)
        plan->version = p.latest->id;
    return true;
}

/* Registries from before version 1.0 have the change's id where the script's hash stands now. */
static bool sqitch_verify(struct arena *arena, struct tree *tree, const struct history *history,
                          const struct database_rows *rows, struct plan *plan, struct err *e)
{
    struct database_rows hashed = *rows;

    hashed.rows = (struct database_row_list){0};
    for (size_t i = 0; i < rows->rows.count; i++)
        if (!str_eq(rows->rows.items[i].id, rows->rows.items[i].checksum))
            VEC_PUSH(arena, &hashed.rows, rows->rows.items[i]);
    return tracker_verify(arena, tree, history, &hashed, plan, e);
}

const struct tracker_code sqitch_tracker = {
    .name = "sqitch",
    .counts = sqitch_counts,
    .load = sqitch_load,
    .plan = sqitch_plan,
    .verify = sqitch_verify,
};
