#include "migrations/detect.h"

#include <stdlib.h>

#include "base/file.h"
#include "migrations/alembic.h"
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

/* The parent of "migrations" is ""; path_directory would say ".". */
struct str parent_of(struct str directory)
{
    return str_find_byte(directory, '/') == SIZE_MAX ? STR("") : path_directory(directory);
}

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

static bool add_alembic(struct detection *d, struct err *e)
{
    for (size_t i = 0; i < d->survey.settings.count; i++)
        if (!add_settings(d, d->survey.settings.items[i], e))
            return false;
    for (size_t i = 0; i < d->survey.scripts.count; i++) {
        struct str script = d->survey.scripts.items[i];
        if (strs_have(&d->scripts, script))
            continue;
        strs_add(d->arena, &d->scripts, script);
        add_set(d, (struct config_migrations){
                       .tracker = STR("alembic"),
                       .root = parent_of(script),
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

/* services/billing/src/main/resources, as Maven and Gradle lay it out, belongs to services/billing. */
static struct str without_resources(struct str directory)
{
    static const struct str ends[] = {STR_INIT("src/main/resources"),
                                      STR_INIT("src/test/resources")};

    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        if (str_eq(directory, ends[i]))
            return STR("");
        size_t at = directory.length - ends[i].length;
        if (directory.length > ends[i].length && str_ends(directory, ends[i]) &&
            directory.bytes[at - 1] == '/')
            return str_prefix(directory, at - 1);
    }
    return directory;
}

/* services/billing/db/migrations belongs to services/billing. */
struct str owner_of(struct str directory)
{
    static const char *const words[] = {"migrations", "migration", "migrate", "db",     "database",
                                        "sql",        "schema",    "ddl",     "prisma", "supabase"};
    bool again = true;

    while (directory.length && again) {
        again = false;
        for (size_t i = 0; i < COUNT_OF(words); i++)
            again = again || str_eq(path_base_name(directory), str_from(words[i]));
        if (again)
            directory = parent_of(directory);
    }
    return without_resources(directory);
}

static void add_sql(struct detection *d)
{
    for (size_t i = 0; i < d->survey.sql.count; i++) {
        struct str directory = d->survey.sql.items[i], relative = directory;
        struct config_migrations set = {.tracker = STR("sql"), .root = owner_of(directory)};
        if (lies_in_script_directory(d, directory))
            continue;
        if (set.root.length)
            (void)path_relative(set.root, directory, &relative);
        VEC_PUSH(d->arena, &set.versions, relative.length ? relative : STR("."));
        add_set(d, set);
    }
}

/* --- Packs. --- */

static struct str inside_of(struct str root, struct str directory)
{
    struct str relative = directory;

    if (root.length)
        (void)path_relative(root, directory, &relative);
    return relative.length ? relative : STR(".");
}

/* Of several applications: those that come later must count too, so that nothing is written down. */
static bool finds_directories(const struct tracker *tracker)
{
    return tracker->unit.gather && tracker_code_of(tracker);
}

/* The directories of one project, where its tool has one table for all of them. */
static bool gather(struct detection *d, const struct survey_found *found)
{
    for (size_t i = 0; i < d->sets.count && found->tracker->unit.gather; i++) {
        struct config_migrations *set = &d->sets.items[i];
        if (set->row == found->tracker && str_eq(set->root, found->root)) {
            if (finds_directories(found->tracker))
                return true;
            strs_add(d->arena, &set->versions, inside_of(found->root, found->directory));
            return true;
        }
    }
    return false;
}

static void add_packs(struct detection *d)
{
    for (size_t i = 0; i < d->survey.found.count; i++) {
        const struct survey_found *found = &d->survey.found.items[i];
        struct config_migrations set = {
            .tracker = found->tracker->id, .row = found->tracker, .root = found->root};
        if (lies_in_script_directory(d, found->directory) || gather(d, found))
            continue;
        if (!finds_directories(found->tracker))
            VEC_PUSH(d->arena, &set.versions, inside_of(found->root, found->directory));
        add_set(d, set);
    }
}

/* One set a tracker and place. */
static void add_foreign(struct detection *d)
{
    for (size_t i = 0; i < d->survey.foreign.count; i++) {
        const struct survey_foreign *foreign = &d->survey.foreign.items[i];
        struct str tracker = str_printf(d->arena, "unsupported:%s", foreign->tracker);
        bool there = false;
        for (size_t j = 0; j < d->sets.count && !there; j++)
            there = str_eq(d->sets.items[j].tracker, tracker) &&
                    str_eq(d->sets.items[j].root, foreign->directory);
        if (!there)
            add_set(d, (struct config_migrations){.tracker = tracker, .root = foreign->directory});
    }
}

/* --- Choice, order, names. --- */

static void drop_aside(struct detection *d)
{
    size_t kept = 0;
    bool any = false;

    for (size_t i = 0; i < d->sets.count; i++)
        any = any || !survey_is_aside(d->sets.items[i].root);
    for (size_t i = 0; i < d->sets.count && any; i++)
        if (!survey_is_aside(d->sets.items[i].root))
            d->sets.items[kept++] = d->sets.items[i];
    if (any)
        d->sets.count = kept;
}

static size_t depth_of(struct str path)
{
    size_t depth = path.length > 0;

    for (size_t i = 0; i < path.length; i++)
        depth += path.bytes[i] == '/';
    return depth;
}

static int compare_sets(const void *a, const void *b)
{
    const struct config_migrations *left = a, *right = b;
    size_t left_depth = depth_of(left->root), right_depth = depth_of(right->root);

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

static bool name_is_taken(const struct detection *d, size_t before, struct str name)
{
    for (size_t i = 0; i < before; i++)
        if (str_eq(d->sets.items[i].name, name))
            return true;
    return false;
}

static void name_sets(struct detection *d)
{
    struct str top = path_base_name(d->config->work_tree);

    if (!top.length || str_eq(top, STR("/")))
        top = STR("default");
    for (size_t i = 0; i < d->sets.count; i++) {
        struct config_migrations *set = &d->sets.items[i];
        struct str base = set->name.length   ? set->name
                          : set->root.length ? path_base_name(set->root)
                                             : top;
        struct str name = base;
        if (name_is_taken(d, i, name) && set->root.length)
            name = set->root;
        for (size_t number = 2; name_is_taken(d, i, name); number++)
            name = str_printf(d->arena, STR_FMT "-%zu", STR_ARG(base), number);
        set->name = name;
    }
}

/* --- Configured sets. --- */

static bool holds_sql(struct detection *d, struct str directory, bool *ret_holds, struct err *e)
{
    struct tree_entries entries;
    bool exists;

    if (!tree_list(d->tree, d->arena, directory, &entries, &exists, e))
        return false;
    *ret_holds = false;
    for (size_t i = 0; i < entries.count; i++)
        *ret_holds = *ret_holds || str_ends(entries.items[i].name, STR(".sql"));
    return true;
}

static void use_found(struct detection *d, struct config_migrations *set,
                      const struct survey_found *found)
{
    struct str relative = found->directory;

    set->tracker = found->tracker->id;
    set->row = found->tracker;
    if (set->versions.count)
        return;
    if (set->root.length)
        (void)path_relative(set->root, found->directory, &relative);
    VEC_PUSH(d->arena, &set->versions, relative.length ? relative : STR("."));
}

/* Which tracker a configured set without one means. */
static bool find_tracker(struct detection *d, struct config_migrations *set, struct err *e)
{
    struct survey survey;
    struct str directory = set->root;
    bool sql = false;

    if (set->versions.count &&
        !tree_path_join(d->arena, set->root, set->versions.items[0], &directory))
        directory = set->root;
    if (!survey_tree(d->arena, d->tree, d->config, NULL, set->root, &survey, e) ||
        !holds_sql(d, directory, &sql, e))
        return false;
    bool plain = sql || survey.sql.count;
    /* A pyproject.toml that mentions Alembic may only depend on it. */
    bool settings = survey.settings.count && !plain && !survey.found.count;
    /* Directories given by hand, and nothing that tells whose: Python files then. */
    bool given = set->versions.count && !plain && !survey.foreign.count && !survey.found.count;
    if (set->script_location.length || survey.scripts.count || settings || given)
        set->tracker = STR("alembic");
    else if (survey.found.count)
        use_found(d, set, &survey.found.items[0]);
    else if (plain)
        set->tracker = STR("sql");
    else if (survey.foreign.count)
        set->tracker = str_printf(d->arena, "unsupported:%s", survey.foreign.items[0].tracker);
    return true;
}

static bool use_configured(struct detection *d, struct err *e)
{
    for (size_t i = 0; i < d->config->migrations.count; i++) {
        struct config_migrations set = d->config->migrations.items[i];
        /* "./", "apps/api/" and the like; what leaves the tree stays as it is, and is refused when it is read. */
        bool inside = tree_path_join(d->arena, STR(""), set.root, &set.root);
        if (inside && !set.tracker.length && !find_tracker(d, &set, e))
            return false;
        if (!set.row)
            set.row = tracker_find(d->config, set.tracker);
        add_set(d, set);
    }
    return true;
}

bool sets_detect(struct arena *arena, struct tree *tree, const struct config *config,
                 struct config_migrations_list *ret_sets, struct err *e)
{
    struct detection detection = {.arena = arena, .tree = tree, .config = config};

    if (config->migrations.count) {
        if (!use_configured(&detection, e))
            return false;
        *ret_sets = detection.sets;
        return true;
    }
    if (!survey_tree(arena, tree, config, NULL, STR(""), &detection.survey, e) ||
        !add_alembic(&detection, e))
        return false;
    add_packs(&detection);
    add_sql(&detection);
    if (detection.sets.count == 0)
        add_foreign(&detection);
    drop_aside(&detection);
    if (detection.sets.count)
        qsort(detection.sets.items, detection.sets.count, sizeof detection.sets.items[0],
              compare_sets);
    name_sets(&detection);
    *ret_sets = detection.sets;
    return true;
}

bool detect_script_directories(struct arena *arena, struct tree *tree, struct str root,
                               struct strs *ret_directories, struct err *e)
{
    struct survey survey;

    if (!survey_tree(arena, tree, NULL, NULL, root, &survey, e))
        return false;
    *ret_directories = survey.scripts;
    return true;
}

bool detect_sql_directories(struct arena *arena, struct tree *tree, struct str root,
                            struct strs *ret_directories, struct err *e)
{
    struct survey survey;

    if (!survey_tree(arena, tree, NULL, NULL, root, &survey, e))
        return false;
    *ret_directories = survey.sql;
    return true;
}
