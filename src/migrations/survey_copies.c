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
