#include "migrations/models.h"

#include "base/file.h"
#include "base/regex.h"
#include "migrations/languages.h"
#include "migrations/model_paths.h"

#define DEPTH_MAX 24u
#define MODEL_FILE_MAX ((size_t)16 << 20)

struct side { /* one of the two trees */
    struct arena *arena;
    struct tree *tree;
    struct strs paths[MODEL_LANGUAGES_MAX]; /* to be read as models */
    struct strs settings[MODEL_LANGUAGES_MAX];
    size_t count;
    struct err broken; /* the first file that is there and could not be read */
};

struct matcher_row {
    struct regex *regex;
    struct str language; /* empty: any */
};

struct matcher {
    VEC(struct matcher_row) rows;
};

static bool is_entered(struct str name)
{
    static const char *const skipped[] = {"node_modules", "venv", "virtualenv", "site-packages",
                                          "__pycache__",  "dist", "migrations", "versions",
                                          "tests",        "test"};

    for (size_t i = 0; i < COUNT_OF(skipped); i++)
        if (str_eq(name, str_from(skipped[i])))
            return false;
    return name.length && name.bytes[0] != '.';
}

static struct str child(struct arena *arena, struct str directory, struct str name)
{
    return directory.length
               ? str_printf(arena, STR_FMT "/" STR_FMT, STR_ARG(directory), STR_ARG(name))
               : str_copy(arena, name);
}

/* --- Which files. --- */

static bool matcher_make(struct arena *arena, const struct config *config, struct matcher *matcher,
                         struct err *e)
{
    struct matcher_row row;

    for (size_t i = 0; i < model_path_count; i++) {
        row.language = model_paths[i].language;
        if (!regex_compile(arena, model_paths[i].path, &row.regex, e))
            return false;
        VEC_PUSH(arena, &matcher->rows, row);
    }
    row.language = STR_NONE;
    for (size_t i = 0; config && i < config->models.count; i++) {
        if (!regex_compile(arena, config->models.items[i].path, &row.regex, e))
            return false;
        VEC_PUSH(arena, &matcher->rows, row);
    }
    return true;
}

static bool matches(const struct matcher *matcher, struct str path, bool *ret_matches,
                    struct err *e)
{
    const struct model_language *language = model_language_of(path);

    *ret_matches = false;
    for (size_t i = 0; language && i < matcher->rows.count && !*ret_matches; i++) {
        const struct matcher_row *row = &matcher->rows.items[i];
        if (row->language.length && !str_eq(row->language, language->name))
            continue;
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
    if (!matcher_make(arena, config, &matcher, e))
        return false;
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

static bool walk(struct side *side, const struct matcher *matcher, struct str directory,
                 size_t depth, struct err *e)
{
    struct tree_entries entries;
    bool exists, wanted;

    if (depth > DEPTH_MAX)
        return true;
    if (!tree_list(side->tree, side->arena, directory, &entries, &exists, e))
        return false;
    for (size_t i = 0; i < entries.count; i++) {
        const struct tree_entry *entry = &entries.items[i];
        struct str path = child(side->arena, directory, entry->name);
        if (entry->kind == TREE_DIRECTORY && is_entered(entry->name) &&
            !walk(side, matcher, path, depth + 1, e))
            return false;
        if (entry->kind != TREE_FILE)
            continue;
        if (!matches(matcher, path, &wanted, e))
            return false;
        if (wanted) {
            VEC_PUSH(side->arena, &side->paths[model_language_of(path) - model_languages], path);
            side->count++;
        }
        if (is_settings(directory, entry->name))
            VEC_PUSH(side->arena, &side->settings[model_language_of(path) - model_languages], path);
        if (side->count > MODEL_FILES_MAX)
            return err_set(e, ERR_LIMIT, "more than %u model files", MODEL_FILES_MAX);
    }
    return true;
}

static bool path_is_entered(struct str path)
{
    while (path.length) {
        struct str part = str_cut(&path, '/');
        if (path.length && !is_entered(part))
            return false;
    }
    return true;
}

static bool is_listed(const struct side *side, struct str path)
{
    for (size_t i = 0; i < model_language_count; i++)
        if (strs_have(&side->paths[i], path))
            return true;
    return false;
}

static bool read_file(void *self, struct str path, struct str *ret_bytes)
{
    struct side *side = self;
    struct err e = ERR_NONE;
    bool got = tree_read(side->tree, side->arena, path, MODEL_FILE_MAX, ret_bytes, &e);

    /* What a model imports may be absent, or no file at all; a model file that is there and cannot be read is no answer. */
    if (!got && e.kind != ERR_NOT_FOUND && !err_is_set(&side->broken) && is_listed(side, path))
        side->broken = e;
    return got;
}

/* Only those that hold models stay. */
static void keep_mentioning(struct side *side, size_t language)
{
    struct strs wanted = {0};
    struct str source;

    for (size_t i = 0; i < side->paths[language].count; i++) {
        struct str path = side->paths[language].items[i];
        if (!model_languages[language].mentions ||
            (read_file(side, path, &source) && model_languages[language].mentions(source)))
            VEC_PUSH(side->arena, &wanted, path);
    }
    strs_sort(&wanted);
    side->paths[language] = wanted;
}

static bool side_open(struct side *side, const struct matcher *matcher, const struct strs *changed,
                      struct err *e)
{
    if (!walk(side, matcher, STR(""), 0, e))
        return false;
    for (size_t i = 0; i < changed->count; i++) {
        const struct model_language *language = model_language_of(changed->items[i]);
        if (language && language->mentions && path_is_entered(changed->items[i]))
            strs_add(side->arena, &side->paths[language - model_languages], changed->items[i]);
    }
    for (size_t i = 0; i < model_language_count; i++)
        keep_mentioning(side, i);
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

static bool group_read(struct side *side, size_t language, const struct strs *paths,
                       struct schema *schema, struct err *e)
{
    struct source_files files = {.self = side, .read = read_file};
    struct model_source source = {.arena = side->arena,
                                  .files = &files,
                                  .paths = paths,
                                  .settings = &side->settings[language]};

    return model_languages[language].read(&source, schema, e);
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
    struct groups groups;

    groups_make(sides, language, &groups);
    for (size_t i = 0; i < groups.count; i++) {
        struct schema schemas[2] = {0};
        struct schema_difference found;
        if (model_languages[language].group && !group_changed(&groups.items[i], changed))
            continue;
        for (size_t side = 0; side < 2; side++)
            if (!group_read(&sides[side], language, &groups.items[i].paths[side], &schemas[side],
                            e))
                return false;
        schema_compare(arena, &schemas[0], &schemas[1], &found);
        schema_difference_add(arena, difference, &found);
    }
    return true;
}

bool models_compare(struct arena *arena, const struct config *config, struct tree *before,
                    struct tree *after, const struct strs *changed_paths,
                    struct schema_difference *ret_difference, struct err *e)
{
    struct side sides[2] = {{.arena = arena, .tree = before}, {.arena = arena, .tree = after}};
    struct schema_difference difference = {0};
    bool touched[MODEL_LANGUAGES_MAX] = {0}, any = false;
    struct matcher matcher = {0};

    *ret_difference = difference;
    for (size_t i = 0; i < changed_paths->count; i++) {
        const struct model_language *language = model_language_of(changed_paths->items[i]);
        if (language)
            any = touched[language - model_languages] = true;
    }
    if (!any)
        return true;
    if (!matcher_make(arena, config, &matcher, e))
        return false;
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

/* --- Which paths differ. --- */

static bool collect(struct arena *arena, struct tree *tree, struct str directory, size_t depth,
                    struct strs *paths, struct err *e)
{
    struct tree_entries entries;
    bool exists;

    if (depth > DEPTH_MAX)
        return true;
    if (!tree_list(tree, arena, directory, &entries, &exists, e))
        return false;
    for (size_t i = 0; i < entries.count; i++) {
        struct str path = child(arena, directory, entries.items[i].name);
        if (entries.items[i].kind == TREE_FILE)
            VEC_PUSH(arena, paths, path);
        else if (entries.items[i].kind == TREE_DIRECTORY &&
                 !collect(arena, tree, path, depth + 1, paths, e))
            return false;
    }
    return true;
}

static bool differ(struct arena *arena, struct tree *before, struct tree *after,
                   struct str directory, size_t depth, struct strs *paths, struct err *e)
{
    struct tree_entries old, new;
    bool exists;
    size_t i = 0, j = 0;

    if (depth > DEPTH_MAX)
        return true;
    if (!tree_list(before, arena, directory, &old, &exists, e) ||
        !tree_list(after, arena, directory, &new, &exists, e))
        return false;
    while (i < old.count || j < new.count) {
        int order = i == old.count   ? 1
                    : j == new.count ? -1
                                     : str_compare(old.items[i].name, new.items[j].name);
        const struct tree_entry *a = order <= 0 ? &old.items[i++] : NULL;
        const struct tree_entry *b = order >= 0 ? &new.items[j++] : NULL;
        if (!a && !b)
            break; /* one of the lists is not at its end */
        struct str path = child(arena, directory, a ? a->name : b->name);
        if (a && b && a->id.length && str_eq(a->id, b->id))
            continue;
        if (a && b && a->kind == TREE_DIRECTORY && b->kind == TREE_DIRECTORY) {
            if (!differ(arena, before, after, path, depth + 1, paths, e))
                return false;
            continue;
        }
        if ((a && a->kind == TREE_FILE) || (b && b->kind == TREE_FILE))
            VEC_PUSH(arena, paths, path);
        if ((a && a->kind == TREE_DIRECTORY &&
             !collect(arena, before, path, depth + 1, paths, e)) ||
            (b && b->kind == TREE_DIRECTORY && !collect(arena, after, path, depth + 1, paths, e)))
            return false;
    }
    return true;
}

bool models_changed_paths(struct arena *arena, struct tree *before, struct tree *after,
                          struct strs *ret_paths, struct err *e)
{
    struct strs paths = {0};

    if (!differ(arena, before, after, STR(""), 0, &paths, e))
        return false;
    strs_sort(&paths);
    *ret_paths = paths;
    return true;
}
