/* sqitch.c -- Sqitch's plan: where it lies, its changes and their scripts. */
#include "migrations/sqitch.h"

#include "base/file.h"
#include "base/quote.h"
#include "database/database.h"
#include "migrations/detect.h"
#include "migrations/graph.h"
#include "migrations/sqitch_rows.h"
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
    const struct sqitch_changes *changes;
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

static bool project_of(struct arena *arena, struct tree *tree, struct str path,
                       struct str *ret_project)
{
    struct sqitch_plan plan = {0};
    struct err ignored = ERR_NONE;
    struct str bytes;

    if (!path.length || !is_file(arena, tree, path) ||
        !tree_read(tree, arena, path, PLAN_FILE_MAX, &bytes, &ignored) ||
        !sqitch_plan_parse(arena, bytes, &plan, &ignored))
        return false;
    *ret_project = plan.project;
    return true;
}

static struct str plan_within(struct arena *arena, struct str base,
                              const struct sqitch_places_list *list, struct str directory)
{
    struct str plan;

    for (size_t i = 0; i < list->count; i++)
        if (inside(arena, base, list->items[i].plan, &plan) && str_eq(path_parent(plan), directory))
            return plan;
    return STR_NONE;
}

/* The project's plan lies elsewhere, in its other directory or above: this one is another target's, or what `sqitch bundle` made. */
static bool sqitch_counts(struct arena *arena, struct tree *tree, struct str directory)
{
    struct str main_plan, own = STR_NONE, ours, theirs;
    struct err ignored = ERR_NONE;

    for (struct str base = directory;; base = path_parent(base)) {
        struct sqitch_conf conf = {0};
        struct sqitch_places_list list;
        if (!find_conf(arena, tree, base, &base, &conf, &ignored))
            return true;
        sqitch_conf_places(arena, &conf, &list);
        if (!own.length)
            own = plan_within(arena, base, &list, directory);
        if (!project_of(arena, tree, own, &ours))
            return true;
        if (inside(arena, base, list.items[0].plan, &main_plan) &&
            !str_eq(path_parent(main_plan), directory) &&
            project_of(arena, tree, main_plan, &theirs) && str_eq(ours, theirs))
            return false;
        if (!base.length)
            return true;
    }
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

/* The last change of this name, or of this tag, that was read; SIZE_MAX: none. */
static size_t last_of(const struct sqitch_changes *all, size_t count, struct str name,
                      struct str tag)
{
    for (size_t i = count; i-- > 0;)
        if (tag.length ? strs_have(&all->items[i].tags, tag)
                       : str_eq(all->items[i].name, name) || str_eq(all->items[i].id, name))
            return i;
    return SIZE_MAX;
}

/* "name", "name@tag", "@tag", or an id. */
static size_t change_of_key(const struct sqitch_changes *all, struct str key)
{
    struct str name = str_cut(&key, '@');
    size_t end = key.length ? last_of(all, all->count, STR_NONE, key) : all->count - 1;

    if (end == SIZE_MAX || !name.length)
        return end;
    return last_of(all, end + 1, name, STR_NONE);
}

static const struct sqitch_own *own_of(struct loader *l, const struct sqitch_change *change,
                                       struct str file)
{
    struct sqitch_own *own = ARENA_NEW(l->arena, struct sqitch_own);

    *own = (struct sqitch_own){.scriptless = !is_file(l->arena, l->tree, file), .plan = l->plan};
    for (size_t i = 0; i < change->conflicts.count; i++) {
        size_t other = change_of_key(l->changes, change->conflicts.items[i]);
        if (other != SIZE_MAX)
            VEC_PUSH(l->arena, &own->conflicts, other);
    }
    return own;
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
    made.own = own_of(l, change, made.file);
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
    l.changes = &plan.changes;
    for (size_t i = 0; i < plan.changes.count; i++)
        if (!add_change(&l, &plan.changes.items[i], i, e))
            return false;
    return true;
}

const struct tracker_code sqitch_tracker = {
    .name = "sqitch",
    .counts = sqitch_counts,
    .load = sqitch_load,
    .plan = sqitch_rows_plan,
    .verify = sqitch_rows_verify,
};
