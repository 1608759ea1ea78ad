#include "migrations/models.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/door.h"
#include "base/file.h"
#include "base/regex.h"
#include "migrations/languages.h"
#include "migrations/model_paths.h"

#define DEPTH_MAX 24u
#define HURRY_PATHS 2000u
#define NEARBY_MAX 400u
#define NEARBY_PLACES_MAX 16u
#define MODEL_FILE_MAX ((size_t)16 << 20)
#define LISTING_BUDGET ((size_t)64 << 20)

struct side { /* one of the two trees */
    struct arena *arena;
    struct tree *tree;
    struct strs paths[MODEL_LANGUAGES_MAX]; /* to be read as models: their path says so */
    struct strs
        changed[MODEL_LANGUAGES_MAX]; /* no such path: what changed, and what lies near it */
    struct strs settings[MODEL_LANGUAGES_MAX];
    const bool *touched; /* languages: the others are not looked for */
    struct strs others
        [MODEL_LANGUAGES_MAX]; /* no path of models, but of a language whose models may lie anywhere */
    size_t count;
    struct err broken; /* the first file that is there and could not be read */
};

struct matcher_row {
    struct str pattern;
    struct regex *regex; /* NULL: not compiled yet; most pushes have paths of one language or two */
    struct str language; /* empty: any */
};

struct matcher {
    struct arena *arena;
    bool hurry; /* many paths are to come */
    VEC(struct matcher_row) rows;
};

static bool is_entered(struct str name)
{
    static const char *const skipped[] = {
        "node_modules", "venv",  "virtualenv", "site-packages", "__pycache__", "dist", "migrations",
        "versions",     "tests", "test",       "__tests__",     "spec",        "e2e"};

    for (size_t i = 0; i < COUNT_OF(skipped); i++)
        if (str_eq(name, str_from(skipped[i])))
            return false;
    return name.length && name.bytes[0] != '.';
}

static bool is_below_models(struct str path)
{
    while (str_find_byte(path, '/') != SIZE_MAX) {
        struct str part = str_cut(&path, '/');
        if (str_starts(part, STR("model")) || str_starts(part, STR("entit")))
            return true;
    }
    return false;
}

/* A test's own models lie beside what is tested: user.entity.spec.ts, test_models.py. models/test_result.py is a table of results. */
static bool is_of_tests(struct str path)
{
    struct str name = path_base_name(path);

    if (str_contains(name, STR(".spec.")) || str_contains(name, STR(".test.")) ||
        str_contains(name, STR("-spec.")))
        return true;
    return str_ends(name, STR(".py")) &&
           (str_eq(name, STR("conftest.py")) || str_eq(name, STR("tests.py")) ||
            (str_starts(name, STR("test_")) && !is_below_models(path)));
}

/* Folders of copies and of documentation, by their name and by what they hold: folders alone. An application may be called so as well; it has
 * sources, or migrations, of its own. */
static bool is_aside(struct str directory, const struct tree_entries *entries)
{
    static const char *const names[] = {"vendor", "third_party", "third-party",
                                        "docs",   "doc",         "docs_src"};
    struct str name = path_base_name(directory);
    bool aside = false;

    for (size_t i = 0; i < COUNT_OF(names) && !aside; i++)
        aside = str_eq(name, str_from(names[i]));
    for (size_t i = 0; aside && i < entries->count; i++) {
        const struct tree_entry *entry = &entries->items[i];
        aside = entry->kind == TREE_DIRECTORY
                    ? !str_eq(entry->name, STR("migrations"))
                    : !model_language_of(entry->name) || str_eq(entry->name, STR("conf.py"));
    }
    return aside;
}

/* --- Which files. --- */

static void matcher_make(struct arena *arena, const struct config *config, struct matcher *matcher)
{
    *matcher = (struct matcher){.arena = arena};
    for (size_t i = 0; i < model_path_count; i++)
        VEC_PUSH(arena, &matcher->rows,
                 (struct matcher_row){.pattern = model_paths[i].path,
                                      .language = model_paths[i].language});
    for (size_t i = 0; config && i < config->models.count; i++)
        VEC_PUSH(arena, &matcher->rows,
                 (struct matcher_row){.pattern = config->models.items[i].path});
}

static bool matches(struct matcher *matcher, struct str path, bool *ret_matches, struct err *e)
{
    const struct model_language *language = model_language_of(path);

    *ret_matches = false;
    for (size_t i = 0; language && i < matcher->rows.count && !*ret_matches; i++) {
        struct matcher_row *row = &matcher->rows.items[i];
        if (row->language.length && !str_eq(row->language, language->name))
            continue;
        if (!row->regex) {
            if (!regex_compile(matcher->arena, row->pattern, &row->regex, e))
                return false;
            if (matcher->hurry)
                regex_hurry(row->regex);
        }
        if (!regex_match(row->regex, path, ret_matches, NULL, 0, e))
            return false;
    }
    return true;
}

bool models_any_path(struct arena *arena, const struct config *config, const struct strs *paths,
                     bool *ret_any, struct err *e)
{
    struct matcher matcher = {0};

    *ret_any = false;
    matcher_make(arena, config, &matcher);
    matcher.hurry = paths->count >= HURRY_PATHS;
    for (size_t i = 0; i < paths->count && !*ret_any; i++)
        if (!matches(&matcher, paths->items[i], ret_any, e))
            return false;
    return true;
}

/* Where a tool may be told how it names things: Django's settings, TypeORM's data sources, drizzle.config. */
static bool is_settings(struct str directory, struct str name)
{
    static const char *const stems[] = {"data-source", "datasource", "ormconfig", "typeorm",
                                        "app.module",  "database",   "db",        "drizzle.config"};

    if (str_ends(name, STR(".py")))
        return str_eq(name, STR("settings.py")) ||
               str_eq(path_base_name(directory), STR("settings"));
    const struct model_language *language = model_language_of(name);
    for (size_t i = 0; language && str_eq(language->name, STR("typescript")) && i < COUNT_OF(stems);
         i++)
        if (str_starts(name, str_from(stems[i])))
            return true;
    return false;
}

static bool note_file(struct side *side, struct matcher *matcher, struct str directory,
                      const struct tree_entry *entry, struct err *e)
{
    const struct model_language *language = model_language_of(entry->name);
    bool wanted;

    if (!language || !side->touched[language - model_languages])
        return true;
    struct str path = path_below(side->arena, directory, entry->name);
    if (is_of_tests(path))
        return true;
    if (!matches(matcher, path, &wanted, e))
        return false;
    if (wanted) {
        VEC_PUSH(side->arena, &side->paths[language - model_languages], path);
        side->count++;
    } else if (language->mentions) {
        VEC_PUSH(side->arena, &side->others[language - model_languages], path);
    }
    if (is_settings(directory, entry->name))
        VEC_PUSH(side->arena, &side->settings[language - model_languages], path);
    return side->count <= MODEL_FILES_MAX ||
           err_set(e, ERR_LIMIT, "more than %u model files", MODEL_FILES_MAX);
}

/* All directories of one depth, so that a commit's are read together. */
static bool walk_depth(struct side *side, struct matcher *matcher, const struct strs *places,
                       struct strs *ret_below, struct strs *ret_ids, struct err *e)
{
    for (size_t i = 0; i < places->count; i++) {
        ARENA(scratch, LISTING_BUDGET);
        struct tree_entries entries;
        bool exists;
        if (!tree_list(side->tree, &scratch, places->items[i], &entries, &exists, e))
            return false;
        if (is_aside(places->items[i], &entries))
            continue;
        for (size_t j = 0; j < entries.count; j++) {
            const struct tree_entry *entry = &entries.items[j];
            if (entry->kind == TREE_DIRECTORY && is_entered(entry->name)) {
                VEC_PUSH(side->arena, ret_below,
                         path_below(side->arena, places->items[i], entry->name));
                VEC_PUSH(side->arena, ret_ids, str_copy(side->arena, entry->id));
            }
            if (entry->kind == TREE_FILE && !note_file(side, matcher, places->items[i], entry, e))
                return false;
        }
    }
    return true;
}

static bool walk(struct side *side, struct matcher *matcher, struct err *e)
{
    const struct strs none = {0};
    struct strs places = {0};

    VEC_PUSH(side->arena, &places, STR(""));
    for (size_t depth = 0; depth <= DEPTH_MAX && places.count; depth++) {
        struct strs below = {0}, ids = {0};
        if (!walk_depth(side, matcher, &places, &below, &ids, e))
            return false;
        tree_expect(side->tree, &ids, &none);
        places = below;
    }
    return true;
}

static bool lies_aside(const struct side *side, struct str directory)
{
    ARENA(scratch, LISTING_BUDGET);
    struct err absent = ERR_NONE; /* then no file below is there either */
    struct tree_entries entries;
    bool exists;

    return tree_list(side->tree, &scratch, directory, &entries, &exists, &absent) &&
           is_aside(directory, &entries);
}

static bool path_is_entered(const struct side *side, struct str path)
{
    static const struct tree_entries any = {0};

    for (size_t at = 0; at < path.length; at++) {
        struct str directory = str_prefix(path, at);
        if (path.bytes[at] == '/' && (!is_entered(path_base_name(directory)) ||
                                      (is_aside(directory, &any) && lies_aside(side, directory))))
            return false;
    }
    return true;
}

static bool is_listed(const struct side *side, struct str path)
{
    for (size_t i = 0; i < model_language_count; i++)
        if (strs_have(&side->paths[i], path) || strs_have(&side->changed[i], path))
            return true;
    return false;
}

static pthread_mutex_t trees = PTHREAD_MUTEX_INITIALIZER;

static bool read_file(void *self, struct str path, struct str *ret_bytes)
{
    struct side *side = self;
    struct err e = ERR_NONE;

    /* Both sides are read at the same time; their trees share a repository. */
    pthread_mutex_lock(&trees);
    bool got = tree_read(side->tree, side->arena, path, MODEL_FILE_MAX, ret_bytes, &e);
    pthread_mutex_unlock(&trees);

    /* What a model imports may be absent, or no file at all; a model file that is there and cannot be read is no answer. */
    if (!got && e.kind != ERR_NOT_FOUND && !err_is_set(&side->broken) && is_listed(side, path))
        side->broken = e;
    return got;
}

static bool has(const struct strs *sorted, struct str path)
{
    return sorted->count &&
           bsearch(&path, sorted->items, sorted->count, sizeof path, str_compare_pointers) != NULL;
}

/* Only those that hold models stay. Where the path speaks for it, a class made from another one is enough. */
static void keep_mentioning(struct side *side, size_t language)
{
    const struct model_language *row = &model_languages[language];
    struct strs all = {0}, wanted = {0};
    struct str source;

    strs_sort(&side->paths[language]);
    for (size_t i = 0; i < side->paths[language].count; i++)
        VEC_PUSH(side->arena, &all, side->paths[language].items[i]);
    for (size_t i = 0; i < side->changed[language].count; i++)
        VEC_PUSH(side->arena, &all, side->changed[language].items[i]);
    strs_sort(&all);
    tree_expect_files(side->tree, &all);
    for (size_t i = 0; i < all.count; i++) {
        struct str path = all.items[i];
        /* What changed and has a model's path stands there twice. */
        if (i && str_eq(path, all.items[i - 1]))
            continue;
        if (!row->mentions || (read_file(side, path, &source) &&
                               (row->mentions(source) || (row->derives && row->derives(source) &&
                                                          has(&side->paths[language], path)))))
            VEC_PUSH(side->arena, &wanted, path);
    }
    side->paths[language] = wanted;
}

struct nearby { /* directories that were looked at, and those with too many files */
    struct strs seen, crowded;
};

static bool lies_below(struct str path, struct str directory)
{
    return !directory.length || (str_starts(path, directory) && path.length > directory.length &&
                                 path.bytes[directory.length] == '/');
}

static size_t count_below(const struct strs *paths, struct str directory)
{
    size_t count = 0;

    for (size_t i = 0; i < paths->count; i++)
        count += lies_below(paths->items[i], directory);
    return count;
}

/* A changed file may be what models elsewhere are made from (an enumeration, a mixin, an embedded class): those that lie near it are looked
 * at too, up to the highest directory that holds no more than NEARBY_MAX files. */
static void add_nearby(struct side *side, const struct strs *others, struct nearby *nearby,
                       struct str changed, struct strs *paths)
{
    struct str at = path_parent(changed), widest = at;

    for (size_t i = 0; i < nearby->seen.count; i++)
        if (lies_below(changed, nearby->seen.items[i]))
            return;
    if (nearby->seen.count + nearby->crowded.count >= NEARBY_PLACES_MAX ||
        strs_have(&nearby->crowded, at))
        return;
    if (count_below(others, at) > NEARBY_MAX) {
        VEC_PUSH(side->arena, &nearby->crowded, at);
        return;
    }
    while (widest.length && count_below(others, path_parent(widest)) <= NEARBY_MAX)
        widest = path_parent(widest);
    VEC_PUSH(side->arena, &nearby->seen, widest);
    for (size_t i = 0; i < others->count; i++)
        if (lies_below(others->items[i], widest))
            VEC_PUSH(side->arena, paths, others->items[i]);
}

static bool side_open(struct side *side, struct matcher *matcher, const struct strs *changed,
                      struct err *e)
{
    struct nearby nearby[MODEL_LANGUAGES_MAX] = {0};

    if (!walk(side, matcher, e))
        return false;
    for (size_t i = 0; i < changed->count; i++) {
        const struct model_language *language = model_language_of(changed->items[i]);
        if (!language || !language->mentions || !side->touched[language - model_languages] ||
            is_of_tests(changed->items[i]) || !path_is_entered(side, changed->items[i]))
            continue;
        struct strs *paths = &side->changed[language - model_languages];
        VEC_PUSH(side->arena, paths, changed->items[i]);
        add_nearby(side, &side->others[language - model_languages],
                   &nearby[language - model_languages], changed->items[i], paths);
    }
    for (size_t i = 0; i < model_language_count; i++) {
        keep_mentioning(side, i);
        strs_sort(&side->settings[i]);
    }
    return true;
}

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

/* Files that lie in one tree only may have been moved: they are compared as one. */
static void join_lonely(struct arena *arena, struct groups *groups)
{
    struct group lonely = {0};
    size_t kept = 0;

    for (size_t i = 0; i < groups->count; i++) {
        const struct group *group = &groups->items[i];
        if (group->paths[0].count && group->paths[1].count) {
            groups->items[kept++] = *group;
            continue;
        }
        for (size_t side = 0; side < 2; side++)
            for (size_t j = 0; j < group->paths[side].count; j++)
                strs_add(arena, &lonely.paths[side], group->paths[side].items[j]);
    }
    groups->count = kept;
    if (lonely.paths[0].count || lonely.paths[1].count)
        VEC_PUSH(arena, groups, lonely);
}

static void groups_make(struct side *sides, size_t language, struct groups *ret_groups)
{
    struct arena *arena = sides->arena;
    struct groups groups = {0};

    for (size_t side = 0; side < 2; side++) {
        struct source_files files = {.self = &sides[side], .read = read_file};
        const struct strs *paths = &sides[side].paths[language];
        struct model_source source = {.arena = arena, .files = &files, .paths = paths};
        for (size_t i = 0; i < paths->count; i++) {
            struct str key = model_languages[language].group
                                 ? model_languages[language].group(&source, paths->items[i])
                                 : STR_NONE;
            strs_add(arena, &group_named(arena, &groups, key)->paths[side], paths->items[i]);
        }
    }
    if (model_languages[language].group)
        join_lonely(arena, &groups);
    *ret_groups = groups;
}

/* One side of some groups. */
struct reading {
    struct side *side;
    size_t language, which;
    const struct group *const *groups;
    struct schema *schemas; /* one a group */
    size_t count;
    struct err e;
    bool read;
};

static bool group_read(struct reading *reading, const struct group *group, struct schema *schema)
{
    struct side *side = reading->side;
    struct source_files files = {.self = side, .read = read_file};
    struct model_source source = {.arena = side->arena,
                                  .files = &files,
                                  .paths = &group->paths[reading->which],
                                  .settings = &side->settings[reading->language]};

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
    struct door_thread thread;

    door_thread_begin(&thread);
    read_groups(argument);
    arena_thread_end();
    door_thread_end(&thread);
    return NULL;
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
    bool beside = pthread_create(&thread, NULL, read_in_thread, &readings[1]) == 0;
    read_groups(&readings[0]);
    if (!beside)
        read_groups(&readings[1]);
    else
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

static bool compare_language(struct side *sides, size_t language, const struct strs *changed,
                             struct schema_difference *difference, struct err *e)
{
    struct arena *arena = sides->arena;
    VEC(const struct group *) wanted = {0};
    struct reading readings[2];
    struct groups groups;

    groups_make(sides, language, &groups);
    for (size_t i = 0; i < groups.count; i++)
        if (!model_languages[language].group || group_changed(&groups.items[i], changed))
            VEC_PUSH(arena, &wanted, &groups.items[i]);
    for (size_t side = 0; side < 2; side++)
        readings[side] =
            (struct reading){.side = &sides[side],
                             .language = language,
                             .which = side,
                             .groups = wanted.items,
                             .count = wanted.count,
                             .schemas = ARENA_ARRAY(arena, wanted.count + 1, struct schema)};
    if (wanted.count && !read_both(readings, e))
        return false;
    for (size_t i = 0; i < wanted.count; i++) {
        struct schema_difference found;
        schema_compare(arena, &readings[0].schemas[i], &readings[1].schemas[i], &found);
        schema_difference_add(arena, difference, &found);
    }
    return true;
}

bool models_compare(struct arena *arena, const struct config *config, struct tree *before,
                    struct tree *after, const struct strs *changed_paths,
                    struct schema_difference *ret_difference, struct err *e)
{
    bool touched[MODEL_LANGUAGES_MAX] = {0}, any = false;
    struct side sides[2] = {{.arena = arena, .tree = before, .touched = touched},
                            {.arena = arena, .tree = after, .touched = touched}};
    struct schema_difference difference = {0};
    struct matcher matcher = {0};

    *ret_difference = difference;
    for (size_t i = 0; i < changed_paths->count; i++) {
        const struct model_language *language = model_language_of(changed_paths->items[i]);
        if (language)
            any = touched[language - model_languages] = true;
    }
    if (!any)
        return true;
    matcher_make(arena, config, &matcher);
    for (size_t i = 0; i < 2; i++)
        if (!side_open(&sides[i], &matcher, changed_paths, e))
            return false;
    for (size_t i = 0; i < model_language_count; i++)
        if (touched[i] && !compare_language(sides, i, changed_paths, &difference, e))
            return false;
    for (size_t i = 0; i < 2; i++)
        if (err_is_set(&sides[i].broken)) {
            *e = sides[i].broken;
            return false;
        }
    *ret_difference = difference;
    return true;
}
