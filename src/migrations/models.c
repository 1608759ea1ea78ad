#include "migrations/models.h"

#include "base/file.h"
#include "base/regex.h"
#include "migrations/model_paths.h"
#include "readers/django.h"
#include "readers/sqlalchemy.h"

#define DEPTH_MAX 24u
#define MODEL_FILE_MAX ((size_t)4 << 20)

struct side { /* one of the two trees */
    struct arena *arena;
    struct tree *tree;
    struct strs paths;    /* to be read as models */
    struct strs settings; /* of Django */
};

struct matcher {
    VEC(struct regex *) regexes;
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
    struct regex *regex;

    for (size_t i = 0; i < model_path_count; i++) {
        if (!regex_compile(arena, model_paths[i].path, &regex, e))
            return false;
        VEC_PUSH(arena, &matcher->regexes, regex);
    }
    for (size_t i = 0; config && i < config->models.count; i++) {
        if (!regex_compile(arena, config->models.items[i].path, &regex, e))
            return false;
        VEC_PUSH(arena, &matcher->regexes, regex);
    }
    return true;
}

static bool matches(const struct matcher *matcher, struct str path, bool *ret_matches,
                    struct err *e)
{
    *ret_matches = false;
    if (!str_ends(path, STR(".py")))
        return true;
    for (size_t i = 0; i < matcher->regexes.count && !*ret_matches; i++)
        if (!regex_match(matcher->regexes.items[i], path, ret_matches, NULL, 0, e))
            return false;
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
        if (wanted)
            VEC_PUSH(side->arena, &side->paths, path);
        if (str_eq(entry->name, STR("settings.py")) ||
            (str_eq(path_base_name(directory), STR("settings")) &&
             str_ends(entry->name, STR(".py"))))
            VEC_PUSH(side->arena, &side->settings, path);
        if (side->paths.count > MODEL_FILES_MAX)
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

static bool mentions_mapper(struct str source)
{
    static const char *const words[] = {"Column(",  "mapped_column", "Mapped[",      "Table(",
                                        "SQLModel", "__tablename__", "models.Model", "db.Model",
                                        "Index(",   "django.db"};

    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (str_contains(source, str_from(words[i])))
            return true;
    return false;
}

static bool read_file(void *self, struct str path, struct str *ret_bytes)
{
    struct side *side = self;
    struct err absent = ERR_NONE;

    return tree_read(side->tree, side->arena, path, MODEL_FILE_MAX, ret_bytes, &absent);
}

static bool side_open(struct side *side, const struct matcher *matcher, const struct strs *changed,
                      struct err *e)
{
    struct strs wanted = {0};

    if (!walk(side, matcher, STR(""), 0, e))
        return false;
    for (size_t i = 0; i < changed->count; i++)
        if (str_ends(changed->items[i], STR(".py")) && path_is_entered(changed->items[i]))
            strs_add(side->arena, &side->paths, changed->items[i]);
    for (size_t i = 0; i < side->paths.count; i++) {
        struct str source;
        if (read_file(side, side->paths.items[i], &source) && mentions_mapper(source))
            VEC_PUSH(side->arena, &wanted, side->paths.items[i]);
    }
    strs_sort(&wanted);
    side->paths = wanted;
    return true;
}

static bool side_read(struct side *side, struct schema *schema, struct err *e)
{
    struct source_files files = {.self = side, .read = read_file};
    PYTHON_TREE(tree, side->arena, &files);

    return sqlalchemy_read(side->arena, tree, &side->paths, schema, e) &&
           django_read(side->arena, tree, &side->paths, &side->settings, schema, e);
}

bool models_compare(struct arena *arena, const struct config *config, struct tree *before,
                    struct tree *after, const struct strs *changed_paths,
                    struct schema_difference *ret_difference, struct err *e)
{
    struct side sides[2] = {{.arena = arena, .tree = before}, {.arena = arena, .tree = after}};
    struct schema schemas[2] = {0};
    struct matcher matcher = {0};
    bool source = false;

    for (size_t i = 0; i < changed_paths->count && !source; i++)
        source = str_ends(changed_paths->items[i], STR(".py"));
    *ret_difference = (struct schema_difference){0};
    if (!source)
        return true;
    if (!matcher_make(arena, config, &matcher, e))
        return false;
    for (size_t i = 0; i < 2; i++)
        if (!side_open(&sides[i], &matcher, changed_paths, e) ||
            !side_read(&sides[i], &schemas[i], e))
            return false;
    schema_compare(arena, &schemas[0], &schemas[1], ret_difference);
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
