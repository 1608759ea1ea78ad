/* survey_copies.c -- what was found, and which of it counts: no directories of other environments, nothing that a build copied (build/database/migrations beside database/migrations: it may be older, or another branch's). */
#include "base/file.h"
#include "base/words.h"
#include "migrations/survey.h"
#include "migrations/tracker.h"

static bool has(const struct survey *survey, const struct tracker *tracker, struct str directory)
{
    for (size_t i = 0; i < survey->found.count; i++)
        if (survey->found.items[i].tracker == tracker &&
            str_eq(survey->found.items[i].directory, directory))
            return true;
    return false;
}

/* The project's own file, outside of what was built, may name that for the tool to run. */
static bool is_named_from_outside(const struct survey_found *found, struct str build)
{
    struct str inside;

    return found->rank >= (int)SIGN_CONFIGURATION && !path_relative(build, found->root, &inside);
}

/* The path without one part "build" of it: one of those that the tool has found as well. */
static bool is_copy(struct arena *scratch, const struct survey *survey,
                    const struct survey_found *found)
{
    struct str rest = found->directory, before = STR("");

    while (rest.length) {
        struct str part = str_cut(&rest, '/'), at = path_below(scratch, before, part);
        if (str_eq(part, STR("build")) && rest.length && !is_named_from_outside(found, at) &&
            has(survey, found->tracker, path_below(scratch, before, rest)))
            return true;
        before = at;
    }
    return false;
}

void survey_drop_copies(struct arena *scratch, struct survey *survey)
{
    struct survey_founds kept = {0};

    for (size_t i = 0; i < survey->found.count; i++)
        if (!is_copy(scratch, survey, &survey->found.items[i]))
            VEC_PUSH(scratch, &kept, survey->found.items[i]);
    for (size_t i = 0; i < kept.count; i++)
        survey->found.items[i] = kept.items[i];
    survey->found.count = kept.count;
}

/* --- One directory under two paths. --- */

static bool is_linked(struct arena *scratch, struct tree *tree, struct str path)
{
    struct str rest = path, at = STR("");

    while (rest.length) {
        struct str part = str_cut(&rest, '/');
        struct tree_entries entries = {0};
        struct err ignored = ERR_NONE;
        bool exists;
        if (!tree_list(tree, scratch, at, &entries, &exists, &ignored))
            return false;
        for (size_t i = 0; i < entries.count; i++)
            if (entries.items[i].link && str_eq(entries.items[i].name, part))
                return true;
        at = path_below(scratch, at, part);
    }
    return false;
}

/* What a link leads to has the same names in it; so has a copy, which is not asked about. */
static bool hold_the_same(struct arena *scratch, struct tree *tree, struct str a, struct str b)
{
    struct tree_entries left = {0}, right = {0};
    struct err ignored = ERR_NONE;
    bool exists;

    if (!tree_list(tree, scratch, a, &left, &exists, &ignored) ||
        !tree_list(tree, scratch, b, &right, &exists, &ignored) || left.count != right.count)
        return false;
    for (size_t i = 0; i < left.count; i++)
        if (!str_eq(left.items[i].name, right.items[i].name))
            return false;
    return left.count > 0;
}

bool survey_is_linked_to(struct arena *scratch, struct tree *tree, struct str a, struct str b)
{
    return is_linked(scratch, tree, a) != is_linked(scratch, tree, b) &&
           hold_the_same(scratch, tree, a, b);
}

/* Is a file of the tool's near it, as its signs want one, outside of the directory itself? */
static bool is_of_project(struct arena *scratch, struct tree *tree,
                          const struct survey_found *found)
{
    const struct tracker_signs *signs = &found->tracker->detect;
    struct str at = found->directory, path;
    enum tree_entry_kind kind;

    while (at.length) {
        at = path_parent(at);
        for (size_t i = 0; i < signs->count; i++)
            for (size_t j = 0; j < signs->items[i].near.count; j++)
                if (tree_path_join(scratch, at, signs->items[i].near.items[j], &path) &&
                    tree_exists(tree, scratch, path, &kind))
                    return true;
    }
    return false;
}

/* The one that the tool is run with: not of tests, named by its file, beside its other files, of the outer project. */
static bool is_better(struct arena *scratch, struct tree *tree, const struct survey_found *linked,
                      const struct survey_found *other)
{
    bool aside = survey_is_aside(linked->directory);
    bool project = is_of_project(scratch, tree, linked);

    if (aside != survey_is_aside(other->directory))
        return !aside;
    if (!linked->named.length != !other->named.length)
        return linked->named.length > 0;
    if (project != is_of_project(scratch, tree, other))
        return project;
    return linked->root.length < other->root.length;
}

void survey_drop_links(struct arena *scratch, struct tree *tree, struct survey *survey)
{
    struct survey_found *items = survey->found.items;
    bool *dropped = ARENA_ARRAY(scratch, survey->found.count + 1, bool);
    size_t kept = 0;

    if (survey->found.count < 2)
        return;
    for (size_t i = 0; i < survey->found.count; i++) {
        if (!is_linked(scratch, tree, items[i].directory))
            continue;
        for (size_t j = 0; j < survey->found.count && !dropped[i]; j++)
            if (j != i && items[j].tracker == items[i].tracker &&
                str_eq(items[j].database, items[i].database) &&
                !is_linked(scratch, tree, items[j].directory) &&
                hold_the_same(scratch, tree, items[i].directory, items[j].directory))
                dropped[is_better(scratch, tree, &items[i], &items[j]) ? j : i] = true;
    }
    for (size_t i = 0; i < survey->found.count; i++)
        if (!dropped[i])
            items[kept++] = items[i];
    survey->found.count = kept;
}

static bool is_elsewhere(const struct survey *survey, const struct survey_found *found)
{
    for (size_t i = 0; i < survey->elsewhere.count; i++)
        if (survey->elsewhere.items[i].tracker == found->tracker &&
            str_eq(survey->elsewhere.items[i].directory, found->directory))
            return !found->named.length;
    return false;
}

/* A directory that only other environments have is found by its look as well. */
void survey_drop_elsewhere(struct survey *survey)
{
    size_t kept = 0;

    for (size_t i = 0; i < survey->found.count; i++)
        if (!is_elsewhere(survey, &survey->found.items[i]))
            survey->found.items[kept++] = survey->found.items[i];
    survey->found.count = kept;
}

static bool has_any_of(const struct strs *directories)
{
    for (size_t i = 0; i < directories->count; i++)
        if (!survey_is_aside(directories->items[i]))
            return true;
    return false;
}

bool survey_has_any(const struct survey *survey)
{
    bool any =
        has_any_of(&survey->scripts) || has_any_of(&survey->settings) || has_any_of(&survey->sql);

    for (size_t i = 0; i < survey->found.count; i++)
        any = any || !survey_is_aside(survey->found.items[i].directory);
    for (size_t i = 0; i < survey->foreign.count; i++)
        any = any || !survey_is_aside(survey->foreign.items[i].directory);
    return any;
}

/* A project may itself be called "templates": what lies below it tells. */
static bool is_aside_of(const struct config_migrations *set, struct str directory)
{
    struct str nearest = directory, inside;

    if (path_relative(set->root, directory, &inside) && inside.length < nearest.length)
        nearest = inside;
    for (size_t i = 0; i < set->class_path.count; i++)
        if (path_relative(set->class_path.items[i], directory, &inside) &&
            inside.length < nearest.length)
            nearest = inside;
    return survey_is_aside(nearest);
}

void survey_leave_aside_out(struct arena *arena, const struct config_migrations *set,
                            struct history *history)
{
    struct strs kept = {0}, left_out = {0};

    for (size_t i = 0; i < history->versions.count; i++) {
        struct str directory = history->versions.items[i];
        struct strs *list = is_aside_of(set, directory) ? &left_out : &kept;
        VEC_PUSH(arena, list, directory);
    }
    if (!kept.count)
        return;
    history->versions = kept;
    for (size_t i = 0; i < left_out.count; i++)
        strs_add(arena, &history->assumptions,
                 str_printf(arena,
                            "migrations in " STR_FMT
                            " were taken for those of tests, examples or others",
                            STR_ARG(left_out.items[i])));
}

/* What another run reads, or another database has, is no part of the application's history. */
static bool is_of_run(const struct survey_found *found)
{
    return found->member && !found->database.length;
}

bool survey_directories(struct arena *arena, struct tree *tree, const struct tracker *tracker,
                        struct str root, struct survey_directories *ret_directories, struct err *e)
{
    struct survey_directories directories = {.together = tracker->unit.gather};
    const struct survey_found *first = NULL;
    struct words seen = {.arena = arena};
    struct survey survey;
    bool apart = false, run = false, here = false;

    if (!survey_tree(arena, tree, NULL, tracker, root, &survey, e))
        return false;
    for (size_t i = 0; i < survey.found.count; i++) {
        run = run || is_of_run(&survey.found.items[i]);
        here =
            here || (is_of_run(&survey.found.items[i]) && str_eq(survey.found.items[i].root, root));
    }
    for (size_t i = 0; i < survey.found.count; i++) {
        const struct survey_found *found = &survey.found.items[i];
        /* An application inside of another (an engine's spec/dummy) is one of its own. */
        if (found->tracker != tracker)
            continue;
        if ((run && !is_of_run(found)) || (here && !str_eq(found->root, root))) {
            strs_add(arena, &directories.notes,
                     str_printf(arena,
                                STR_FMT " was left out: it is not of the application in %s" STR_FMT,
                                STR_ARG(found->directory), root.length ? "" : "the top directory",
                                STR_ARG(root)));
            continue;
        }
        if (!found->directory.length || words_add(&seen, found->directory))
            VEC_PUSH(arena, &directories.list, found->directory);
        first = first ? first : found;
        apart = apart || !found->member || !str_eq(found->root, first->root);
    }
    directories.together = directories.together || !apart;
    for (size_t i = 0; i < survey.left_out.count && !apart; i++)
        strs_add(arena, &directories.notes, survey.left_out.items[i].why);
    strs_sort(&directories.list);
    *ret_directories = directories;
    return true;
}
