/* push_paths.c -- which changed paths concern migrations? A first sieve: what it lets through is looked at, so it may be wide. */
#include "base/file.h"
#include "base/regex.h"
#include "gate/pusher.h"

static bool has_ending(struct str name, const char *const *endings, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_ends(name, str_from(endings[i])))
            return true;
    return false;
}

static bool has_directory(struct str path, const char *const *names, size_t count)
{
    struct str rest = path;

    while (str_find_byte(rest, '/') != SIZE_MAX) {
        struct str part = str_cut(&rest, '/');
        for (size_t i = 0; i < count; i++)
            if (str_eq_nocase(part, str_from(names[i])))
                return true;
    }
    return false;
}

static bool is_whole_tree(struct str root)
{
    return root.length == 0 || str_eq(root, STR("."));
}

bool push_root_holds(struct str root, struct str path)
{
    struct str inside;

    return is_whole_tree(root) || path_relative(root, path, &inside);
}

static bool set_called(const struct pushed *pushed, struct str name)
{
    for (size_t s = 0; s < pushed->after->sets.count; s++)
        if (str_eq(pushed->after->sets.items[s].set.name, name))
            return true;
    return false;
}

bool push_set_is_for(const struct pushed *pushed, const struct commit_set *set, struct str file,
                     bool *ret_is, struct err *e)
{
    const struct config *config = pushed->pusher->config;

    for (size_t i = 0; i < config->models.count; i++) {
        const struct config_model *row = &config->models.items[i];
        struct regex *regex = NULL;
        bool matched = false;
        if (!row->migrations.length || !set_called(pushed, row->migrations))
            continue;
        if (!regex_compile(pushed->pusher->arena, row->path, &regex, e) ||
            !regex_match(regex, file, &matched, NULL, 0, e))
            return false;
        if (matched) {
            *ret_is = str_eq(row->migrations, set->set.name);
            return true;
        }
    }
    *ret_is = true;
    if (push_root_holds(set->set.root, file))
        return true;
    for (size_t s = 0; s < pushed->after->sets.count && *ret_is; s++) {
        struct str root = pushed->after->sets.items[s].set.root;
        *ret_is = is_whole_tree(root) || !push_root_holds(root, file);
    }
    return true;
}

static bool in_configured_set(const struct config *config, struct str path)
{
    for (size_t i = 0; i < config->migrations.count; i++) {
        const struct config_migrations *set = &config->migrations.items[i];
        struct str inside = path;
        if (set->root.length && !str_eq(set->root, STR(".")) &&
            !path_relative(set->root, path, &inside))
            continue;
        for (size_t v = 0; v < set->versions.count; v++)
            if (str_starts(inside, set->versions.items[v]))
                return true;
        if (set->script_location.length && str_starts(inside, set->script_location))
            return true;
    }
    return false;
}

bool push_path_is_migration(const struct config *config, struct str path)
{
    static const char *const settings[] = {"alembic.ini", "sqitch.plan"};
    static const char *const sources[] = {".py",   ".rs",  ".sql", ".rb",   ".ts",  ".js",  ".mjs",
                                          ".cjs",  ".php", ".exs", ".ex",   ".xml", ".yml", ".yaml",
                                          ".json", ".cs",  ".go",  ".java", ".kt"};
    static const char *const documents[] = {".xml", ".yml", ".yaml", ".json"}; /* Liquibase */
    static const char *const directories[] = {"versions",   "migrations", "migration", "migrate",
                                              "alembic",    "revisions",  "drizzle",   "changelog",
                                              "changelogs", "liquibase"};
    struct str name = path_base_name(path);

    for (size_t i = 0; i < COUNT_OF(settings); i++)
        if (str_eq(name, str_from(settings[i])))
            return true;
    if (str_ends(name, STR(".sql")))
        return true;
    if (has_ending(name, documents, COUNT_OF(documents)) && str_contains(name, STR("changelog")))
        return true;
    return (has_ending(name, sources, COUNT_OF(sources)) &&
            has_directory(path, directories, COUNT_OF(directories))) ||
           in_configured_set(config, path);
}

/* A folder may have any name; what tools call their files begins with a number, a date or a revision: 0002_email.py, 20240101-email.js, 9f1c0a7b_email.py. */
bool push_path_may_be_migration(const struct config *config, struct str path)
{
    static const char *const sources[] = {".py",  ".rb",  ".ts",  ".js", ".mjs",
                                          ".cjs", ".php", ".exs", ".go"};
    struct str name = path_base_name(path);
    bool digit = false;
    size_t end = 0;

    if (push_path_is_migration(config, path))
        return true;
    for (; end < name.length && name.bytes[end] != '_' && name.bytes[end] != '-'; end++)
        digit = digit || (name.bytes[end] >= '0' && name.bytes[end] <= '9');
    return digit && end < name.length && has_ending(name, sources, COUNT_OF(sources));
}

/* Trackers whose files this version does not read: that a published file changed shows in its path alone. */
static const struct push_shape shapes[] = {
    {"django", "(?:^|/)migrations/[0-9]{4}_\\w+\\.py$", "python manage.py migrate"},
    {"rails", "(?:^|/)db/(?:[a-z_]+_)?migrate/[0-9]+_\\w+\\.rb$", "bin/rails db:migrate"},
    {"prisma", "(?:^|/)prisma/migrations/[^/]+/migration\\.sql$", "npx prisma migrate deploy"},
    {"flyway", "(?:^|/)V[0-9][^/]*__[^/]+\\.sql$", "flyway migrate"},
    {"drizzle", "(?:^|/)drizzle/(?:[^/]+/)?[0-9]{4}_[^/]+\\.sql$", "npx drizzle-kit migrate"},
    {"ecto", "(?:^|/)priv/[^/]+/migrations/[0-9]+_\\w+\\.exs$", "mix ecto.migrate"},
    {"laravel", "(?:^|/)database/migrations/[0-9_]+\\w+\\.php$", "php artisan migrate"},
    {"typeorm or knex", "(?:^|/)migrations?/[0-9]{10,}[-_][^/]+\\.[cm]?[jt]s$",
     "the project's migration command"},
};

bool push_path_shape(struct arena *arena, struct str path, const struct push_shape **ret_shape,
                     struct err *e)
{
    static struct regex *compiled[COUNT_OF(shapes)];

    *ret_shape = NULL;
    for (size_t i = 0; i < COUNT_OF(shapes); i++) {
        bool matched = false;
        if (!compiled[i] && !regex_compile(arena, str_from(shapes[i].path), &compiled[i], e))
            return false;
        if (!regex_match(compiled[i], path, &matched, NULL, 0, e))
            return false;
        if (matched) {
            *ret_shape = &shapes[i];
            return true;
        }
    }
    return true;
}
