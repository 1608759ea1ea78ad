#include "migrations/models.h"

#include <pthread.h>

#include "base/door.h"
#include "migrations/languages.h"
#include "migrations/models_near.h"
#include "migrations/models_opaque.h"
#include "migrations/services.h"

/* A thread costs less than reading a file. */
#define PATHS_FOR_TWO 2u

/* --- The files that make one schema. --- */

struct group {
    struct str key;
    struct strs paths[2]; /* before, after */
};
VEC_DEFINE(groups, struct group);

static struct group *group_named(struct arena *arena, struct groups *groups, struct str key)
{
    for (size_t i = 0; i < groups->count; i++)
        if (str_eq(groups->items[i].key, key))
            return &groups->items[i];
    VEC_PUSH(arena, groups, (struct group){.key = key});
    return &VEC_LAST(groups);
}

static bool is_lonely(const struct group *group, size_t side)
{
    return group->paths[side].count && !group->paths[1 - side].count;
}

/* Files that lie in one tree only may have been moved: they are compared as one. With none on the other side they are what came, or what went. */
static void join_lonely(struct arena *arena, struct groups *groups)
{
    struct group lonely = {0};
    bool came = false, went = false;
    size_t kept = 0;

    for (size_t i = 0; i < groups->count; i++) {
        went = went || is_lonely(&groups->items[i], 0);
        came = came || is_lonely(&groups->items[i], 1);
    }
    if (!came || !went)
        return;
    for (size_t i = 0; i < groups->count; i++) {
        const struct group *group = &groups->items[i];
        if (group->paths[0].count && group->paths[1].count) {
            groups->items[kept++] = *group;
            continue;
        }
        for (size_t side = 0; side < 2; side++)
            for (size_t j = 0; j < group->paths[side].count; j++)
                VEC_PUSH(arena, &lonely.paths[side], group->paths[side].items[j]);
    }
    groups->count = kept;
    VEC_PUSH(arena, groups, lonely);
}

static void groups_make(struct model_side *sides, size_t language, struct groups *ret_groups)
{
    struct arena *arena = sides->arena;
    struct groups groups = {0};

    for (size_t side = 0; side < 2; side++) {
        struct source_files files = {.self = &sides[side], .read = model_side_read};
        const struct strs *paths = &sides[side].paths[language];
        struct model_source source = {.arena = arena, .files = &files, .paths = paths};
        for (size_t i = 0; i < paths->count; i++) {
            struct str key = model_languages[language].group
                                 ? model_languages[language].group(&source, paths->items[i])
                                 : STR_NONE;
            struct group *group = group_named(arena, &groups, key);
            VEC_PUSH(arena, &group->paths[side], paths->items[i]);
        }
    }
    if (model_languages[language].group)
        join_lonely(arena, &groups);
    *ret_groups = groups;
}

/* One side of some groups. */
struct reading {
    struct model_side *side;
    size_t language, which;
    const struct group *const *groups;
    struct schema *schemas; /* one a group */
    size_t count;
    struct err e;
    bool read;
};

static bool group_read(struct reading *reading, const struct group *group, struct schema *schema)
{
    struct model_side *side = reading->side;
    struct source_files files = {
        .self = side, .read = model_side_read, .parsed = side->thin ? model_thin_parsed : NULL};
    struct model_source source = {
        .arena = side->arena,
        .files = &files,
        .paths = &group->paths[reading->which],
        .settings = &side->settings[reading->language],
        .all = {&side->walked_paths[reading->language], &side->others[reading->language]}};

    return model_languages[reading->language].read(&source, schema, &reading->e);
}

static void read_groups(struct reading *reading)
{
    reading->read = true;
    for (size_t i = 0; i < reading->count && reading->read; i++)
        reading->read = group_read(reading, reading->groups[i], &reading->schemas[i]);
}

static void *read_in_thread(void *argument)
{
    struct reading *reading = argument;
    struct door_thread thread;

    door_thread_begin(&thread);
    read_groups(reading);
    model_thin_parse_ahead(reading->side, reading->language);
    arena_thread_end();
    door_thread_end(&thread);
    return NULL;
}

static size_t count_paths(const struct reading readings[2])
{
    size_t count = 0;

    for (size_t side = 0; side < 2; side++)
        for (size_t i = 0; i < readings[side].count; i++)
            count += readings[side].groups[i]->paths[side].count;
    return count;
}

/* Both sides at once: parsing takes most of the time. Each has an arena of its own meanwhile: to that of the comparison the trees write, whichever side asks
 * them, under the lock. */
static bool read_both(struct reading readings[2], struct err *e)
{
    struct arena *arena = readings[0].side->arena;
    struct arena own[] = {{.budget = arena->budget}, {.budget = arena->budget}};
    pthread_t thread;

    for (size_t i = 0; i < 2; i++)
        readings[i].side->arena = &own[i];
    bool beside = count_paths(readings) >= PATHS_FOR_TWO &&
                  pthread_create(&thread, NULL, read_in_thread, &readings[1]) == 0;
    read_groups(&readings[0]);
    if (beside)
        model_thin_parse_ahead(readings[0].side, readings[0].language);
    else
        read_groups(&readings[1]);
    if (beside)
        (void)pthread_join(thread, NULL);
    for (size_t i = 0; i < 2; i++) {
        readings[i].side->arena = arena;
        arena_adopt(arena, &own[i]);
    }
    for (size_t i = 0; i < 2; i++)
        if (!readings[i].read) {
            *e = readings[i].e;
            return false;
        }
    return true;
}

/* A language whose files refer to each other is read as a whole; of the others only the groups in which something changed. */
static bool group_changed(const struct group *group, const struct strs *changed)
{
    for (size_t side = 0; side < 2; side++)
        for (size_t i = 0; i < group->paths[side].count; i++)
            if (strs_have(changed, group->paths[side].items[i]))
                return true;
    return false;
}

static bool read_language(struct model_side *sides, size_t language, const struct groups *groups,
                          const struct strs *changed, struct reading readings[2], struct err *e)
{
    struct arena *arena = sides->arena;
    VEC(const struct group *) wanted = {0};

    for (size_t i = 0; i < groups->count; i++)
        if (!model_languages[language].group || group_changed(&groups->items[i], changed))
            VEC_PUSH(arena, &wanted, &groups->items[i]);
    for (size_t side = 0; side < 2; side++)
        readings[side] =
            (struct reading){.side = &sides[side],
                             .language = language,
                             .which = side,
                             .groups = wanted.items,
                             .count = wanted.count,
                             .schemas = ARENA_ARRAY(arena, wanted.count + 1, struct schema)};
    return !wanted.count || read_both(readings, e);
}

/* --- A monorepo's services, of which several have a table "users". --- */

/* Of both trees: a service may have come with this change, or gone. */
static struct config_migrations_list
sets_of_both(struct model_side *sides, const struct config *config, struct survey_memo *memo)
{
    struct config_migrations_list both = {0};

    if (!memo)
        memo = survey_memo_new(sides->arena, config);

    for (size_t side = 0; side < 2; side++) {
        struct config_migrations_list sets = {0};
        struct err unknown = ERR_NONE; /* what cannot be looked through holds no service */
        if (!sets_detect_of_commit(sides->arena, sides[side].tree, config, memo, &sets, &unknown))
            continue;
        for (size_t i = 0; i < sets.count; i++)
            VEC_PUSH(sides->arena, &both, sets.items[i]);
    }
    return both;
}

static bool are_apart(const struct reading readings[2], const struct config_migrations_list *sets)
{
    for (size_t side = 0; side < 2; side++)
        for (size_t i = 0; i < readings[side].schemas->twice.count; i++) {
            const struct schema_twice *twice = &readings[side].schemas->twice.items[i];
            if (!str_eq(service_of(sets, twice->one), service_of(sets, twice->other)))
                return true;
        }
    return false;
}

/* The language was read as a whole. *ret_apart: one table was described by two services; then each of them is a group. */
static void split_by_service(struct model_side *sides, size_t language, const struct config *config,
                             struct survey_memo *memo, const struct reading readings[2],
                             struct groups *groups, bool *ret_apart)
{
    struct arena *arena = sides->arena;
    struct config_migrations_list sets;
    struct groups split = {0};

    *ret_apart = false;
    if (!readings[0].count ||
        !(readings[0].schemas->twice.count + readings[1].schemas->twice.count))
        return;
    sets = sets_of_both(sides, config, memo);
    *ret_apart = are_apart(readings, &sets);
    if (!*ret_apart)
        return;
    for (size_t side = 0; side < 2; side++)
        for (size_t i = 0; i < sides[side].paths[language].count; i++) {
            struct str path = sides[side].paths[language].items[i];
            struct group *group = group_named(arena, &split, service_of(&sets, path));
            VEC_PUSH(arena, &group->paths[side], path);
        }
    join_lonely(arena, &split);
    *groups = split;
}

/* What differs as far as these files show it. Returns whether all files would show the same. */
static bool compare_some(struct model_side *sides, size_t language, const struct group *group,
                         bool all, struct schema_difference *ret_found)
{
    const struct group *groups = group;
    struct schema schemas[2] = {0};
    struct reading readings[2];
    struct err all_say_it = ERR_NONE; /* read as a whole it is said, if it is still there */

    for (size_t i = 0; i < 2; i++)
        readings[i] = (struct reading){.side = &sides[i],
                                       .language = language,
                                       .which = i,
                                       .groups = &groups,
                                       .count = 1,
                                       .schemas = &schemas[i]};
    if (!read_both(readings, &all_say_it))
        return false;
    schema_compare(sides->arena, &schemas[0], &schemas[1], ret_found);
    return models_near_suffice(schemas, ret_found, all);
}

/* A commit edits two or three of five hundred files, or all of them alike: those near what changed are read first, without what stayed, and mostly
 * suffice. */
static bool compare_edits(struct model_side *sides, size_t language, const struct strs *changed,
                          struct schema_difference *difference)
{
    struct group group = {0};
    struct schema_difference found;
    struct model_edits edits;

    if (!models_edits_read(sides, language, changed, &edits))
        return false;
    bool near = models_near(&edits, group.paths);
    for (size_t i = 0; i < 2 && !near; i++)
        group.paths[i] = sides[i].paths[language];
    if (!models_thin(&edits, group.paths) && !near)
        return false;
    bool suffice = compare_some(sides, language, &group, !near, &found);
    if (!models_thin_end(sides) || !suffice)
        return false;
    schema_difference_add(sides->arena, difference, &found);
    return true;
}

static bool compare_language(struct model_side *sides, size_t language, const struct config *config,
                             struct survey_memo *memo, const struct strs *changed,
                             struct schema_difference *difference, struct err *e)
{
    struct arena *arena = sides->arena;
    struct reading readings[2];
    struct groups groups;
    bool apart = false;

    if (compare_edits(sides, language, changed, difference))
        return true;
    groups_make(sides, language, &groups);
    if (!read_language(sides, language, &groups, changed, readings, e))
        return false;
    if (!model_languages[language].group)
        split_by_service(sides, language, config, memo, readings, &groups, &apart);
    if (apart && !read_language(sides, language, &groups, changed, readings, e))
        return false;
    for (size_t i = 0; i < readings[0].count; i++) {
        struct schema_difference found;
        schema_compare(arena, &readings[0].schemas[i], &readings[1].schemas[i], &found);
        schema_difference_add(arena, difference, &found);
    }
    return true;
}

/* --- schema.rb and structure.sql. --- */

static size_t language_named(const char *name)
{
    size_t i = 0;

    while (i < model_language_count && !str_eq(model_languages[i].name, str_from(name)))
        i++;
    return i;
}

/* Out of the list, if it is there. */
static bool take(struct strs *paths, struct str path)
{
    size_t kept = 0, count = paths->count;

    for (size_t i = 0; i < count; i++)
        if (!str_eq(paths->items[i], path))
            paths->items[kept++] = paths->items[i];
    paths->count = kept;
    return kept < count;
}

static bool read_one(struct model_side *side, size_t language, struct str path,
                     struct schema *schema, struct err *e)
{
    struct strs paths = {0};
    struct group group = {0};
    struct reading reading = {.side = side, .language = language};

    VEC_PUSH(side->arena, &paths, path);
    group.paths[0] = paths;
    if (group_read(&reading, &group, schema))
        return true;
    *e = reading.e;
    return false;
}

/* Rails writes its schema in one of two forms, and an application may change from the one to the other: db/schema.rb goes, db/structure.sql
 * comes. They are one database. */
static bool compare_forms(struct model_side *sides, size_t ruby_side,
                          struct schema_difference *difference, struct err *e)
{
    static const struct str ending = STR_INIT("schema.rb");
    size_t ruby = language_named("ruby"), sql = language_named("sql"), sql_side = 1 - ruby_side;
    struct arena *arena = sides->arena;
    struct strs paths = sides[ruby_side].paths[ruby], copy = {0};

    for (size_t i = 0; i < paths.count; i++)
        VEC_PUSH(arena, &copy, paths.items[i]);
    for (size_t i = 0; i < copy.count; i++) {
        struct str path = copy.items[i];
        struct str other = str_printf(arena, STR_FMT "structure.sql",
                                      STR_ARG(str_prefix(path, path.length - ending.length)));
        struct schema schemas[2] = {0};
        struct schema_difference found;
        if (!str_ends(path, ending) || strs_have(&sides[sql_side].paths[ruby], path) ||
            strs_have(&sides[ruby_side].paths[sql], other) ||
            !take(&sides[sql_side].paths[sql], other))
            continue;
        (void)take(&sides[ruby_side].paths[ruby], path);
        if (!read_one(&sides[ruby_side], ruby, path, &schemas[ruby_side], e) ||
            !read_one(&sides[sql_side], sql, other, &schemas[sql_side], e))
            return false;
        schema_compare(arena, &schemas[0], &schemas[1], &found);
        schema_difference_add(arena, difference, &found);
    }
    return true;
}

bool models_compare(struct arena *arena, const struct config *config, struct survey_memo *memo,
                    struct tree *before, struct tree *after, const struct strs *changed_paths,
                    struct schema_difference *ret_difference, struct err *e)
{
    bool touched[MODEL_LANGUAGES_MAX] = {0}, any = false;
    struct model_side sides[2] = {{.arena = arena, .tree = before, .touched = touched},
                                  {.arena = arena, .tree = after, .touched = touched}};
    struct schema_difference difference = {0};
    struct model_matcher matcher = {0};
    struct strs changed = {0};

    *ret_difference = difference;
    for (size_t i = 0; i < changed_paths->count; i++) {
        const struct model_language *language = model_language_of(changed_paths->items[i]);
        VEC_PUSH(arena, &changed, changed_paths->items[i]);
        if (language)
            any = touched[language - model_languages] = true;
    }
    if (!any)
        return true;
    strs_sort(&changed);
    sides[1].other = &sides[0];
    model_matcher_make(arena, config, &matcher);
    for (size_t i = 0; i < 2; i++)
        if (!model_side_open(&sides[i], &matcher, &changed, e))
            return false;
    for (size_t i = 0; i < 2; i++)
        if (!compare_forms(sides, i, &difference, e))
            return false;
    models_leave_opaque(sides, &changed, &difference.unread);
    for (size_t i = 0; i < model_language_count; i++)
        if (touched[i] && !compare_language(sides, i, config, memo, &changed, &difference, e))
            return false;
    for (size_t i = 0; i < 2; i++)
        if (err_is_set(&sides[i].broken)) {
            *e = sides[i].broken;
            return false;
        }
    *ret_difference = difference;
    return true;
}
