#include "migrations/detect.h"

#include <stdlib.h>

#include "base/file.h"
#include "migrations/alembic.h"
#include "migrations/astray.h"
#include "migrations/id_map.h"
#include "migrations/jvm_modules.h"
#include "migrations/survey.h"
#include "migrations/tracker.h"

struct detection {
    struct arena *arena;
    struct tree *tree;
    const struct config *config;
    struct survey survey;
    struct strs scripts; /* script directories that the settings name */
    struct config_migrations_list sets;
};

static void add_set(struct detection *d, struct config_migrations set)
{
    VEC_PUSH(d->arena, &d->sets, set);
}

/* --- Alembic. --- */

static bool only_script_below(const struct detection *d, struct str directory,
                              struct str *ret_script)
{
    struct str relative;
    size_t count = 0;

    for (size_t i = 0; i < d->survey.scripts.count; i++)
        if (!directory.length || path_relative(directory, d->survey.scripts.items[i], &relative)) {
            *ret_script = d->survey.scripts.items[i];
            count++;
        }
    return count == 1;
}

static bool add_section(struct detection *d, struct str directory, struct str section,
                        struct err *e)
{
    struct config_migrations set = {.tracker = STR("alembic"), .root = directory};
    struct alembic_settings settings;
    struct str script, relative;
    bool from_root;

    if (!alembic_settings_read(d->arena, d->tree, directory, section, &settings, e))
        return false;
    if (!settings.script_location.length && !settings.refused.length)
        return true;
    bool found = settings.script_location.length &&
                 alembic_locate(d->arena, d->tree, directory, settings.script_location, &script,
                                &from_root) == LOCATION_FOUND;
    /* alembic_load() falls back to the only script directory there is. */
    if (found || only_script_below(d, directory, &script))
        strs_add(d->arena, &d->scripts, script);
    if (!str_eq(section, STR("alembic"))) {
        /* Other sections are told apart by their script directory. */
        if (!found)
            return true;
        set.name = section;
        set.script_location = directory.length == 0 ? script
                              : path_relative(directory, script, &relative)
                                  ? relative
                                  : settings.script_location;
    }
    add_set(d, set);
    return true;
}

static bool add_settings(struct detection *d, struct str directory, struct err *e)
{
    struct strs sections;

    if (!alembic_sections(d->arena, d->tree, directory, &sections, e))
        return false;
    strs_add(d->arena, &sections, STR("alembic"));
    for (size_t i = 0; i < sections.count; i++)
        if (!add_section(d, directory, sections.items[i], e))
            return false;
    return true;
}

/* alembic_old/ beside the alembic/ that alembic.ini names: told of with that one. */
static bool is_old_script(struct detection *d, const struct strs *named, struct str script)
{
    struct str name = astray_copied_name(path_base_name(script)), inside;

    if (!name.length || !strs_have(named, path_below(d->arena, path_parent(script), name)))
        return false;
    for (size_t i = 0; i < d->sets.count; i++) {
        struct config_migrations *set = &d->sets.items[i];
        if (set->root.length && !path_relative(set->root, script, &inside))
            continue;
        VEC_PUSH(d->arena, &set->notes,
                 str_printf(d->arena,
                            STR_FMT " was left out: no alembic.ini names it, but the one beside it",
                            STR_ARG(script)));
        return true;
    }
    return false;
}

static bool is_linked_to_any(struct detection *d, const struct strs *directories,
                             struct str directory)
{
    for (size_t i = 0; i < directories->count; i++)
        if (survey_is_linked_to(d->arena, d->tree, directories->items[i], directory))
            return true;
    return false;
}

static bool add_alembic(struct detection *d, struct err *e)
{
    for (size_t i = 0; i < d->survey.settings.count; i++)
        if (!add_settings(d, d->survey.settings.items[i], e))
            return false;
    struct strs named = d->scripts;
    for (size_t i = 0; i < d->survey.scripts.count; i++) {
        struct str script = d->survey.scripts.items[i];
        if (strs_have(&d->scripts, script))
            continue;
        bool linked = is_linked_to_any(d, &d->scripts, script);
        strs_add(d->arena, &d->scripts, script);
        if (linked || is_old_script(d, &named, script))
            continue;
        add_set(d, (struct config_migrations){
                       .tracker = STR("alembic"),
                       .root = path_parent(script),
                       .script_location = script.length ? path_base_name(script) : STR(".")});
    }
    return true;
}

/* --- Plain SQL, and what we cannot read. --- */

static bool lies_in_script_directory(const struct detection *d, struct str directory)
{
    struct str relative;

    for (size_t i = 0; i < d->scripts.count; i++)
        if (d->scripts.items[i].length && path_relative(d->scripts.items[i], directory, &relative))
            return true;
    return false;
}

/* A pack's settings name directories whose files alone would say nothing, or something else. */
static bool lies_in_found(const struct detection *d, struct str directory)
{
    struct str relative;

    for (size_t i = 0; i < d->survey.found.count; i++) {
        struct str found = d->survey.found.items[i].directory;
        if (str_eq(found, directory) ||
            (found.length && path_relative(found, directory, &relative)))
            return true;
    }
    return false;
}

static void add_sql(struct detection *d)
{
    struct strs taken = {0};

    for (size_t i = 0; i < d->survey.sql.count; i++) {
        struct str directory = d->survey.sql.items[i], relative = directory;
        struct config_migrations set = {.tracker = STR("sql"),
                                        .root = project_around(d->arena, d->tree, directory)};
        if (lies_in_script_directory(d, directory) || lies_in_found(d, directory) ||
            is_linked_to_any(d, &taken, directory))
            continue;
        VEC_PUSH(d->arena, &taken, directory);
        if (set.root.length)
            (void)path_relative(set.root, directory, &relative);
        VEC_PUSH(d->arena, &set.versions, relative.length ? relative : STR("."));
        add_set(d, set);
    }
}

/* --- Packs. --- */

/* Does the object of the tool's file that names this directory name the set's first one too, or the application read both? */
static bool is_named_with(struct detection *d, const struct config_migrations *set,
                          const struct survey_found *found)
{
    struct str first;

    if (!set->versions.count ||
        !tree_path_join(d->arena, set->root, set->versions.items[0], &first))
        return false;
    for (size_t i = 0; i < d->survey.found.count; i++) {
        const struct survey_found *other = &d->survey.found.items[i];
        if (str_eq(other->directory, first))
            return (other->member && found->member) ||
                   (found->named.length && str_eq(other->named, found->named));
    }
    return false;
}

static bool is_of_own_run(struct detection *d, const struct config_migrations *set)
{
    struct str first;

    if (!set->versions.count ||
        !tree_path_join(d->arena, set->root, set->versions.items[0], &first))
        return false;
    for (size_t i = 0; i < d->survey.found.count; i++)
        if (d->survey.found.items[i].own && str_eq(d->survey.found.items[i].directory, first))
            return true;
    return false;
}

/* The directories of one project, where its tool has one table for all of them, or for those without a database of their own. */
static bool gather(struct detection *d, const struct survey_found *found)
{
    bool always = found->tracker->unit.gather || found->tracker->own_database.length;
    bool may_be = !found->own && (always || found->named.length || found->member);

    for (size_t i = 0; i < d->sets.count && may_be; i++) {
        struct config_migrations *set = &d->sets.items[i];
        if (set->row == found->tracker && str_eq(set->root, found->root) &&
            str_eq(set->database, found->database) && !is_of_own_run(d, set) &&
            (always || is_named_with(d, set, found))) {
            if (detect_is_dynamic(found->tracker))
                return true;
            strs_add(d->arena, &set->versions,
                     detect_inside(d->arena, found->root, found->directory));
            return true;
        }
    }
    return false;
}

/* db/migrations/old: files put away, where the tool does not look. */
static bool is_put_away(struct str inside)
{
    static const struct str words[] = {
        STR_INIT("old"),        STR_INIT("archive"), STR_INIT("archived"), STR_INIT("archives"),
        STR_INIT("deprecated"), STR_INIT("legacy"),  STR_INIT("backup"),   STR_INIT("unused"),
        STR_INIT("draft"),      STR_INIT("drafts"),  STR_INIT("disabled")};

    while (inside.length) {
        struct str part = str_cut(&inside, '/');
        for (size_t i = 0; i < COUNT_OF(words); i++)
            if (str_eq_nocase(part, words[i]))
                return true;
    }
    return false;
}

/* … is told of with the directory around it. */
static bool put_away(struct detection *d, const struct survey_found *found)
{
    struct str inside, around;

    if (!is_put_away(found->directory))
        return false;
    for (size_t i = 0; i < d->sets.count; i++) {
        struct config_migrations *set = &d->sets.items[i];
        if (set->row != found->tracker || set->versions.count != 1 ||
            !tree_path_join(d->arena, set->root, set->versions.items[0], &around) ||
            !around.length || !path_relative(around, found->directory, &inside) ||
            !is_put_away(inside))
            continue;
        VEC_PUSH(d->arena, &set->notes,
                 str_printf(d->arena,
                            STR_FMT " was taken for put away: " STR_FMT " does not look there",
                            STR_ARG(found->directory), STR_ARG(tracker_title(found->tracker))));
        return true;
    }
    return false;
}

static void tell_left_out(struct detection *d)
{
    for (size_t i = 0; i < d->survey.left_out.count; i++) {
        const struct survey_left_out *one = &d->survey.left_out.items[i];
        bool told = false;
        for (size_t j = 0; j < d->sets.count && !told; j++) {
            struct config_migrations *set = &d->sets.items[j];
            if (set->row != one->tracker || !str_eq(set->root, one->root) || set->database.length)
                continue;
            VEC_PUSH(d->arena, &set->notes, one->why);
            told = true;
        }
    }
}

static void add_packs(struct detection *d)
{
    for (size_t i = 0; i < d->survey.found.count; i++) {
        const struct survey_found *found = &d->survey.found.items[i];
        struct config_migrations set = {
            .tracker = found->tracker->id,
            .row = found->tracker,
            .root = found->root,
            .of_application = found->member && !found->database.length,
            .name = found->database,
            .database = found->database,
            .database_from = found->database.length ? found->database_from : STR("")};
        if (lies_in_script_directory(d, found->directory) || gather(d, found) || put_away(d, found))
            continue;
        if (!detect_is_dynamic(found->tracker))
            VEC_PUSH(d->arena, &set.versions,
                     detect_inside(d->arena, found->root, found->directory));
        add_set(d, set);
    }
    tell_left_out(d);
}

/* One set a tracker and place: what cannot be counted is said beside what can. */
static void add_foreign(struct detection *d)
{
    for (size_t i = 0; i < d->survey.foreign.count; i++) {
        const struct survey_foreign *foreign = &d->survey.foreign.items[i];
        if (lies_in_script_directory(d, foreign->directory) || lies_in_found(d, foreign->directory))
            continue;
        struct str tracker = str_printf(d->arena, "unsupported:%s", foreign->tracker);
        bool there = false;
        for (size_t j = 0; j < d->sets.count && !there; j++)
            there = str_eq(d->sets.items[j].tracker, tracker) &&
                    str_eq(d->sets.items[j].root, foreign->directory);
        if (!there)
            add_set(d, (struct config_migrations){.tracker = tracker, .root = foreign->directory});
    }
}

/* --- What could not be looked at. --- */

static void add_undecided(struct detection *d, struct str root, struct str message)
{
    add_set(d, (struct config_migrations){
                   .tracker = STR("unsupported:unknown"), .root = root, .undecided = message});
}

/* What is called after migrations may hold some; anything else is only told of. */
static bool may_hold(const struct detection *d, struct str directory)
{
    return survey_is_of_migrations(directory) && !lies_in_found(d, directory) &&
           !lies_in_script_directory(d, directory) && !survey_is_aside(directory);
}

static void note(struct detection *d, struct str sentence)
{
    for (size_t i = 0; i < d->sets.count; i++)
        strs_add(d->arena, &d->sets.items[i].notes, sentence);
}

/* src/mikro-orm.config.ts is read from the project's root, and from src: the directory that it names lies below one of them. */
static bool is_placed_from_elsewhere(const struct detection *d,
                                     const struct survey_unplaced *unplaced)
{
    for (size_t i = 0; i < d->survey.found.count && unplaced->file.length; i++)
        if (d->survey.found.items[i].tracker == unplaced->tracker &&
            str_eq(d->survey.found.items[i].reason, unplaced->file))
            return true;
    return false;
}

/* What a tool's own file says, and is not to be had: nothing of that project stands for it. */
static void add_unplaced(struct detection *d, const struct survey_unplaced *unplaced)
{
    if (is_placed_from_elsewhere(d, unplaced))
        return;
    for (size_t i = 0; i < d->sets.count; i++)
        if (d->sets.items[i].row == unplaced->tracker &&
            str_eq(d->sets.items[i].root, unplaced->root))
            return;
    add_undecided(d, unplaced->root, unplaced->why);
}

static void add_unseen(struct detection *d)
{
    const struct survey *survey = &d->survey;
    bool any = false;

    for (size_t i = 0; i < survey->unplaced.count; i++)
        add_unplaced(d, &survey->unplaced.items[i]);

    for (size_t i = 0; i < survey->unreadable.count; i++)
        add_undecided(d, STR(""),
                      str_printf(d->arena, STR_FMT ": whether it tells of migrations is not known",
                                 STR_ARG(survey->unreadable.items[i])));
    for (size_t i = 0; i < survey->deep.count; i++)
        any = any || may_hold(d, survey->deep.items[i]);
    if (any)
        add_undecided(d, STR(""), detect_too_deep(d->arena, survey));
    for (size_t i = 0; i < survey->submodules.count; i++)
        if (may_hold(d, survey->submodules.items[i]))
            add_undecided(d, STR(""),
                          detect_submodule_unseen(d->arena, survey->submodules.items[i]));
    if (survey->deep.count)
        note(d, detect_too_deep(d->arena, survey));
    for (size_t i = 0; i < survey->submodules.count; i++)
        note(d, detect_submodule_unseen(d->arena, survey->submodules.items[i]));
}

/* --- Choice, order, names. --- */

/* The directories of a tool that looks for them itself. */
static bool is_found_aside(const struct detection *d, const struct config_migrations *set)
{
    bool any = false;

    for (size_t i = 0; i < d->survey.found.count; i++) {
        const struct survey_found *found = &d->survey.found.items[i];
        if (found->tracker != set->row || !str_eq(found->root, set->root))
            continue;
        if (!survey_is_aside(found->directory))
            return false;
        any = true;
    }
    return any;
}

/* By its project, or by each of its directories. */
static bool is_aside(struct detection *d, const struct config_migrations *set)
{
    bool all = set->versions.count > 0;
    struct str path;

    for (size_t i = 0; i < set->versions.count && all; i++)
        all = tree_path_join(d->arena, set->root, set->versions.items[i], &path) &&
              survey_is_aside(path);
    if (!set->versions.count && set->row)
        all = is_found_aside(d, set);
    return all || survey_is_aside(set->root);
}

/* What is left out for that is told with what counts. */
static void note_aside(struct detection *d, const struct strs *left_out)
{
    if (left_out->count)
        note(d, str_printf(
                    d->arena,
                    "migrations in " STR_FMT "%s were taken for those of tests, examples or others",
                    STR_ARG(left_out->items[0]),
                    left_out->count > 1
                        ? str_printf(d->arena, " and %zu more places", left_out->count - 1).bytes
                        : ""));
}

static void drop_aside(struct detection *d)
{
    struct strs left_out = {0};
    size_t kept = 0;
    bool any = false;

    for (size_t i = 0; i < d->sets.count; i++)
        any = any || !is_aside(d, &d->sets.items[i]);
    for (size_t i = 0; i < d->sets.count && any; i++)
        if (!is_aside(d, &d->sets.items[i]))
            d->sets.items[kept++] = d->sets.items[i];
        else
            strs_add(d->arena, &left_out, d->sets.items[i].root);
    if (any)
        d->sets.count = kept;
    note_aside(d, &left_out);
}

static int compare_sets(const void *a, const void *b)
{
    const struct config_migrations *left = a, *right = b;
    size_t left_depth = path_depth(left->root), right_depth = path_depth(right->root);

    if (left_depth != right_depth)
        return left_depth < right_depth ? -1 : 1;
    int order = str_compare(left->root, right->root);
    if (order == 0)
        order = str_compare(left->tracker, right->tracker);
    if (order == 0)
        order = str_compare(left->script_location, right->script_location);
    if (order == 0 && left->versions.count && right->versions.count)
        order = str_compare(left->versions.items[0], right->versions.items[0]);
    return order;
}

/* An application inside of another: the history of the outer one holds its migrations. A project of its own has a manage.py. */
static void drop_inner(struct detection *d)
{
    size_t kept = 0;

    for (size_t i = 0; i < d->sets.count; i++) {
        const struct config_migrations *set = &d->sets.items[i];
        bool django = str_eq(set->tracker, STR("django")), inner = false;
        enum tree_entry_kind kind;
        struct str inside;
        for (size_t j = 0; j < kept && django && !inner; j++)
            inner = d->sets.items[j].row == set->row &&
                    path_relative(d->sets.items[j].root, set->root, &inside) && inside.length;
        if (!inner ||
            tree_exists(d->tree, d->arena, path_join(d->arena, set->root, STR("manage.py")), &kind))
            d->sets.items[kept++] = *set;
    }
    d->sets.count = kept;
}

struct naming {
    struct id_map taken;
    struct id_map bases; /* to `numbers`: of each base, the number to try next */
    size_t *numbers;
};

/* "shop-2": below the number that a base had last, all are taken. */
static struct str numbered_name(struct arena *arena, struct naming *naming, struct str base,
                                size_t index)
{
    size_t first = index, other;
    struct str name;

    if (id_map_add(&naming->bases, base, index, &first))
        naming->numbers[first] = 2;
    do
        name = str_printf(arena, STR_FMT "-%zu", STR_ARG(base), naming->numbers[first]++);
    while (id_map_get(&naming->taken, name, &other));
    return name;
}

static void name_sets(struct detection *d)
{
    /* Its own name, through whatever link one came here: what is bound to a set's name stays bound. */
    struct str top = path_base_name(path_real(d->arena, d->config->work_tree));
    struct naming naming = {.taken = id_map_new(d->arena, d->sets.count + 1),
                            .bases = id_map_new(d->arena, d->sets.count + 1),
                            .numbers = ARENA_ARRAY(d->arena, d->sets.count + 1, size_t)};
    size_t other;

    if (!top.length || str_eq(top, STR("/")))
        top = STR("default");
    /* Those that are astray are hardly ever told of: the others' names come first. */
    for (size_t i = 0; i < 2 * d->sets.count; i++) {
        struct config_migrations *set = &d->sets.items[i % d->sets.count];
        struct str base = set->name.length   ? set->name
                          : set->root.length ? path_base_name(set->root)
                                             : top;
        struct str name = base;
        if (set->astray != (i >= d->sets.count))
            continue;
        if (set->root.length && id_map_get(&naming.taken, name, &other))
            name = set->root;
        if (id_map_get(&naming.taken, name, &other))
            name = numbered_name(d->arena, &naming, base, i % d->sets.count);
        (void)id_map_add(&naming.taken, name, i % d->sets.count, &other);
        set->name = name;
    }
}

bool sets_detect(struct arena *arena, struct tree *tree, const struct config *config,
                 struct config_migrations_list *ret_sets, struct err *e)
{
    return sets_detect_of_commit(arena, tree, config, NULL, ret_sets, e);
}

bool sets_detect_of_commit(struct arena *arena, struct tree *tree, const struct config *config,
                           struct survey_memo *memo, struct config_migrations_list *ret_sets,
                           struct err *e)
{
    struct detection detection = {.arena = arena, .tree = tree, .config = config};

    if (config->migrations.count)
        return detect_configured(arena, tree, config, ret_sets, e);
    if (!survey_commit(arena, tree, config, memo, &detection.survey, e) ||
        !add_alembic(&detection, e))
        return false;
    add_packs(&detection);
    jvm_gather(arena, tree, &detection.sets);
    add_sql(&detection);
    add_foreign(&detection);
    drop_aside(&detection);
    add_unseen(&detection);
    if (detection.sets.count)
        qsort(detection.sets.items, detection.sets.count, sizeof detection.sets.items[0],
              compare_sets);
    drop_inner(&detection);
    astray_mark(arena, tree, &detection.sets);
    detect_own_databases(arena, tree, &detection.sets);
    name_sets(&detection);
    *ret_sets = detection.sets;
    return true;
}
