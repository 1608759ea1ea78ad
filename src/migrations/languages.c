#include "migrations/languages.h"

#include "base/file.h"
#include "readers/django.h"
#include "readers/drizzle.h"
#include "readers/ecto.h"
#include "readers/made_exports.h"
#include "readers/prisma.h"
#include "readers/rails.h"
#include "readers/sql_schema.h"
#include "readers/sqlalchemy.h"
#include "readers/typeorm.h"

/* --- Python. --- */

static bool has_word(struct str source, const char *const *words)
{
    for (; *words; words++)
        if (str_contains(source, str_from(*words)))
            return true;
    return false;
}

static const char *const python_words[] = {
    "Column(",       "mapped_column", "Mapped[",  "Table(",     "SQLModel",
    "__tablename__", "models.Model",  "db.Model", "table=True", NULL};

static bool python_mentions(struct str source)
{
    /* what assigns a naming convention, or adds to one */
    static const char *const more[] = {"Index(",        "django.db",         ".naming_convention",
                                       "%(table_name)", "%(column_0_label)", NULL};

    return has_word(source, python_words) || has_word(source, more);
}

/* class Mark(Stamped): … */
static bool python_derives(struct str source)
{
    struct str line;

    while (str_next_line(&source, &line))
        if (str_starts(line, STR("class ")) && str_find_byte(line, '(') != SIZE_MAX)
            return true;
    return false;
}

static bool python_read(const struct model_source *source, struct schema *schema, struct err *e)
{
    PYTHON_TREE(tree, source->arena, source->files);
    struct strs all = {0};

    for (size_t i = 0; i < COUNT_OF(source->all); i++)
        for (size_t j = 0; source->all[i] && j < source->all[i]->count; j++)
            VEC_PUSH(source->arena, &all, source->all[i]->items[j]);
    python_tree_expect(tree, &all);
    /* A class that is a model of Django's leads to a file that imports Django, or says so. */
    return sqlalchemy_read(source->arena, tree, source->paths, schema, e) &&
           ((!python_tree_mentions(tree, STR("django")) &&
             !python_tree_mentions(tree, STR("models.Model"))) ||
            django_read(source->arena, tree, source->paths, source->settings, schema, e)) &&
           python_tree_is_whole(tree, e);
}

/* --- SQL. --- */

/* A file called schema or structure holds a whole database; others of one folder make one together. */
static struct str sql_group(const struct model_source *source, struct str path)
{
    struct str name = path_base_name(path);

    (void)source;
    return str_ends(name, STR("schema.sql")) || str_ends(name, STR("structure.sql"))
               ? path
               : path_directory(path);
}

/* What `php artisan schema:dump` wrote, with the rows of the migrations that made it: it stands for them, and --prune deletes them with it. */
static bool is_laravel_dump(const struct model_source *source, struct str path)
{
    static const struct str folder = STR_INIT("database/schema");
    static const char *const rows[] = {"INSERT INTO `migrations`", "INSERT INTO migrations",
                                       "COPY public.migrations (id, migration, batch)", NULL};
    struct str directory = path_directory(path), text;

    if (!str_ends(directory, folder) || !str_ends(path, STR("-schema.sql")))
        return false;
    struct str artisan = path_join(
        source->arena, str_prefix(directory, directory.length - folder.length), STR("artisan"));
    return source->files->read(source->files->self, artisan, &text) &&
           source->files->read(source->files->self, path, &text) && has_word(text, rows);
}

static bool sql_read(const struct model_source *source, struct schema *schema, struct err *e)
{
    struct strs paths = {0};

    for (size_t i = 0; i < source->paths->count; i++)
        if (!is_laravel_dump(source, source->paths->items[i]))
            VEC_PUSH(source->arena, &paths, source->paths->items[i]);
    return sql_schema_read(source->arena, source->files, &paths, schema, e);
}

/* --- Prisma. --- */

static bool names_database(const struct model_source *source, struct str path)
{
    struct str text;

    return source->files->read(source->files->self, path, &text) &&
           prisma_has_datasource(source->arena, text);
}

static size_t databases_in(const struct model_source *source, struct str folder)
{
    size_t count = 0;

    for (size_t i = 0; i < source->paths->count; i++)
        count += str_eq(path_directory(source->paths->items[i]), folder) &&
                 names_database(source, source->paths->items[i]);
    return count;
}

/* The folder above it (or its own) in which a file names the database; of several that do so each is a schema. */
static struct str prisma_group(const struct model_source *source, struct str path)
{
    struct str folder = path_directory(path);

    for (struct str at = folder;; at = path_directory(at)) {
        size_t count = databases_in(source, at);
        if (count)
            return count > 1 && str_eq(at, folder) && names_database(source, path) ? path : at;
        if (str_find_byte(at, '/') == SIZE_MAX)
            return folder;
    }
}

static bool prisma_schema(const struct model_source *source, struct schema *schema, struct err *e)
{
    (void)e;
    prisma_read(source->arena, source->files, source->paths, schema);
    return true;
}

/* --- Rails. --- */

/* db/schema.rb, db/cache_schema.rb: a database each. */
static struct str ruby_group(const struct model_source *source, struct str path)
{
    (void)source;
    return path;
}

static bool ruby_read(const struct model_source *source, struct schema *schema, struct err *e)
{
    (void)e;
    rails_schema_read(source->arena, source->files, source->paths, schema);
    return true;
}

/* --- TypeScript and JavaScript: TypeORM, Drizzle. --- */

static const char *const typescript_words[] = {
    "@Entity(",     "Column(",      "ToOne(",        "ToMany(", "@Index(",   "@Unique(",
    "@Check(",      "EntitySchema", "pgTable",       "pgEnum",  "pgSchema(", "drizzle-orm/",
    "sqliteTable(", "mysqlTable(",  "@ChildEntity(", NULL};

static bool typescript_mentions(struct str source)
{
    return has_word(source, typescript_words);
}

/* Constants and enumerations that models import are read with them, wherever they stand. */
static bool typescript_read(const struct model_source *source, struct schema *schema, struct err *e)
{
    SCRIPT_TREE(tree, source->arena, source->files);

    for (size_t i = 0; i < 2; i++)
        script_tree_workspace(tree)->lists[i] = source->all[i];
    typeorm_read(source->arena, tree, source->paths, source->settings, schema);
    drizzle_read(source->arena, tree, source->paths, source->settings, schema);
    script_say_errors(tree, source->paths, schema);
    return script_tree_is_whole(tree, e);
}

/* --- Elixir: Ecto. --- */

static const char *const elixir_words[] = {"Ecto.Schema", "schema \"",   "@primary_key",
                                           "Ecto.Type",   "timestamps(", NULL};

/* A macro may be one of fields: `quote do field :created_by, :string end`. */
static const char *const elixir_looked_for[] = {
    "Ecto.Schema", "schema \"", "@primary_key", "Ecto.Type", "timestamps(", "defmacro", NULL};

static bool elixir_mentions(struct str source)
{
    return has_word(source, elixir_words);
}

static bool elixir_read(const struct model_source *source, struct schema *schema, struct err *e)
{
    ELIXIR_TREE(tree, source->arena, source->files);

    ecto_read(source->arena, tree, source->paths, schema);
    return elixir_tree_is_whole(tree, e);
}

/* --- All. --- */

enum { PYTHON, PRISMA, RUBY, SQL, TYPESCRIPT, ELIXIR };

const struct model_language model_languages[] = {
    [PYTHON] = {.name = STR_INIT("python"),
                .mentions = python_mentions,
                .derives = python_derives,
                .made = made_in_python,
                .words = python_words,
                .defines = definitions_of_python,
                .near = true,
                .parse_ahead = python_parse_ahead,
                .read = python_read},
    [PRISMA] = {.name = STR_INIT("prisma"), .group = prisma_group, .read = prisma_schema},
    [RUBY] = {.name = STR_INIT("ruby"), .group = ruby_group, .read = ruby_read},
    [SQL] = {.name = STR_INIT("sql"), .group = sql_group, .read = sql_read},
    [TYPESCRIPT] = {.name = STR_INIT("typescript"),
                    .mentions = typescript_mentions,
                    .made = made_exports,
                    .words = typescript_words,
                    .defines = definitions_of_script,
                    .read = typescript_read},
    [ELIXIR] = {.name = STR_INIT("elixir"),
                .mentions = elixir_mentions,
                .words = elixir_looked_for,
                .read = elixir_read},
};
const size_t model_language_count = COUNT_OF(model_languages);
_Static_assert(COUNT_OF(model_languages) <= MODEL_LANGUAGES_MAX, "a longer list of languages");

static const struct {
    struct str ending;
    size_t language;
} endings[] = {
    {STR_INIT(".py"), PYTHON},      {STR_INIT(".ts"), TYPESCRIPT},  {STR_INIT(".js"), TYPESCRIPT},
    {STR_INIT(".rb"), RUBY},        {STR_INIT(".ex"), ELIXIR},      {STR_INIT(".mts"), TYPESCRIPT},
    {STR_INIT(".cts"), TYPESCRIPT}, {STR_INIT(".mjs"), TYPESCRIPT}, {STR_INIT(".cjs"), TYPESCRIPT},
    {STR_INIT(".sql"), SQL},        {STR_INIT(".prisma"), PRISMA}};

const struct model_language *model_language_of(struct str path)
{
    size_t dot = str_find_last_byte(path, '.');
    struct str ending = dot == SIZE_MAX ? STR_NONE : str_from_offset(path, dot);

    for (size_t i = 0; i < COUNT_OF(endings); i++)
        if (str_eq(ending, endings[i].ending))
            return &model_languages[endings[i].language];
    return NULL;
}
