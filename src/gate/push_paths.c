/* push_paths.c -- which changed paths concern migrations? A first sieve: what it lets through is looked at, so it may be wide. */
#include "base/file.h"
#include "base/regex.h"
#include "gate/pusher.h"
#include "migrations/services.h"

/* Each push asks for each of its paths, and one may have a hundred thousand. */
static const struct str source_endings[] = {
    STR_INIT(".py"), STR_INIT(".rs"),  STR_INIT(".sql"),  STR_INIT(".rb"),   STR_INIT(".ts"),
    STR_INIT(".js"), STR_INIT(".mjs"), STR_INIT(".cjs"),  STR_INIT(".php"),  STR_INIT(".exs"),
    STR_INIT(".ex"), STR_INIT(".xml"), STR_INIT(".yml"),  STR_INIT(".yaml"), STR_INIT(".json"),
    STR_INIT(".cs"), STR_INIT(".go"),  STR_INIT(".java"), STR_INIT(".kt")};
static const struct str document_endings[] = {STR_INIT(".xml"), STR_INIT(".yml"), STR_INIT(".yaml"),
                                              STR_INIT(".json")}; /* Liquibase */
static const struct str numbered_endings[] = {STR_INIT(".py"),  STR_INIT(".rb"),  STR_INIT(".ts"),
                                              STR_INIT(".js"),  STR_INIT(".mjs"), STR_INIT(".cjs"),
                                              STR_INIT(".php"), STR_INIT(".exs"), STR_INIT(".go")};
static const struct str migration_directories[] = {
    STR_INIT("versions"),   STR_INIT("migrations"), STR_INIT("migration"), STR_INIT("migrate"),
    STR_INIT("alembic"),    STR_INIT("revisions"),  STR_INIT("drizzle"),   STR_INIT("changelog"),
    STR_INIT("changelogs"), STR_INIT("liquibase")};

static struct str ending_of(struct str name)
{
    size_t dot = str_find_last_byte(name, '.');

    return dot == SIZE_MAX ? STR_NONE : str_from_offset(name, dot);
}

static bool is_one_of(struct str ending, const struct str *endings, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(ending, endings[i]))
            return true;
    return false;
}

static bool in_migration_directory(struct str path)
{
    struct str rest = path;
    size_t end;

    for (; (end = str_find_byte(rest, '/')) != SIZE_MAX; rest = str_from_offset(rest, end + 1))
        for (size_t i = 0; i < COUNT_OF(migration_directories); i++)
            if (migration_directories[i].length == end &&
                str_eq_nocase(str_prefix(rest, end), migration_directories[i]))
                return true;
    return false;
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
    *ret_is = service_has(&pushed->after->detected_sets, &set->set, file);
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
    struct str name = path_base_name(path), ending = ending_of(name);

    if (str_eq(ending, STR(".sql")) || str_eq(name, STR("alembic.ini")) ||
        str_eq(name, STR("sqitch.plan")))
        return true;
    if (is_one_of(ending, document_endings, COUNT_OF(document_endings)) &&
        str_contains(name, STR("changelog")))
        return true;
    return (is_one_of(ending, source_endings, COUNT_OF(source_endings)) &&
            in_migration_directory(path)) ||
           in_configured_set(config, path);
}

/* A folder may have any name; what tools call their files begins with a number, a date or a revision: 0002_email.py, 20240101-email.js, 9f1c0a7b_email.py. */
bool push_path_may_be_migration(const struct config *config, struct str path)
{
    struct str name = path_base_name(path);
    bool digit = false;
    size_t end = 0;

    if (push_path_is_migration(config, path))
        return true;
    for (; end < name.length && name.bytes[end] != '_' && name.bytes[end] != '-'; end++)
        digit = digit || (name.bytes[end] >= '0' && name.bytes[end] <= '9');
    return digit && end < name.length &&
           is_one_of(ending_of(name), numbered_endings, COUNT_OF(numbered_endings));
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
    /* Any other: numbered files below a folder of migrations, no way back and no test. What they speak of is looked at (is_of_tables). */
    {"unknown tool",
     "^(?!(?:.*/"
     ")?(?:tests?|specs?|__tests__|fixtures|testdata|vendor|third_party|docs?|site-packages)/)"
     "(?!.*[._](?:down|undo|rollback|revert|test|spec|Designer|d)\\.\\w+$)"
     "(?:.*/)?(?i:migrations?|migrate)/(?:[^/]+/)?[A-Za-z]{0,2}[0-9][0-9.]*[-_. ][^/]+"
     "\\.(?:py|rb|php|cs|[cm]?[jt]s|go|java|kt|rs|exs|sql)$",
     "the project's migration command"},
};

bool push_shape_is_unknown(const struct push_shape *shape)
{
    return shape == &shapes[COUNT_OF(shapes) - 1];
}

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
