#include "migrations/covering.h"

#include <stdlib.h>

#include "base/file.h"
#include "migrations/astray.h"
#include "migrations/graph.h"
#include "migrations/members.h"
#include "migrations/rails_modules.h"
#include "migrations/services.h"
#include "migrations/sql.h"
#include "migrations/survey.h"
#include "readers/django.h"
#include "readers/elixir.h"
#include "readers/sql_files.h"
#include "readers/typescript.h"

#define DEPTH_MAX 24u

/* --- Which files are migrations. --- */

static void add_history(struct covering *c, const struct config_migrations *set)
{
    struct err broken =
        ERR_NONE; /* what cannot be loaded is the gate's business; its files are found by their folder */
    struct history *history = ARENA_ARRAY(c->arena, 1, struct history);
    size_t ordered;

    if (!history_load(c->arena, c->tree, set, history, &broken)) {
        left_out_add(c->left_out, set, NULL);
        return;
    }
    left_out_add(c->left_out, set, history);
    if (astray_is(c->arena, c->tree, history))
        return;
    VEC_PUSH(c->arena, &c->makers,
             (struct models_maker){.tracker = history->tracker,
                                   .root = history->root,
                                   .create = history->row ? history->row->create : STR_NONE,
                                   .directory = history->versions.count ? history->versions.items[0]
                                                                        : STR_NONE,
                                   .flask = models_are_flask(history)});
    size_t *order = graph_order(c->arena, history, &ordered);
    for (size_t i = 0; i < history->migrations.count; i++) {
        if (!words_add(&c->known, history->migrations.items[order[i]].file))
            continue;
        VEC_PUSH(c->arena, &c->paths, history->migrations.items[order[i]].file);
        VEC_PUSH(c->arena, &c->owners, set);
    }
}

static bool is_migration_folder(struct str name)
{
    return str_eq(name, STR("migrations")) || str_eq(name, STR("versions")) ||
           str_eq(name, STR("migration")) || str_eq(name, STR("migrate")) ||
           str_eq(name, STR("drizzle"));
}

static bool is_migration(struct str name)
{
    if (str_ends(name, STR(".py")))
        return !str_eq(name, STR("__init__.py"));
    return (str_ends(name, STR(".sql")) && !sql_file_goes_back(name)) || script_path(name) ||
           str_ends(name, STR(".rb")) || str_ends(name, STR(".exs")) || str_ends(name, STR(".php"));
}

/* Where a connection and the schemas that it searches are set. */
static bool is_settings(struct str name)
{
    static const char *const names[] = {"database.yml",
                                        "env.py",
                                        "alembic.ini",
                                        "flyway.conf",
                                        "flyway.toml",
                                        "knexfile.js",
                                        "knexfile.ts",
                                        "data-source.ts",
                                        "ormconfig.json",
                                        "config.exs",
                                        "settings.py",
                                        "base.py",
                                        "database.py",
                                        "config.py",
                                        "schema.prisma",
                                        "db.py",
                                        "session.py",
                                        "dbconfig.yml",
                                        "sqitch.conf",
                                        "application.yml",
                                        "docker-compose.yml",
                                        "application.properties",
                                        "Makefile",
                                        "runtime.exs",
                                        "dev.exs",
                                        NULL};

    return str_is_one_of(name, names) || str_starts(name, STR(".env"));
}

static bool walk(struct covering *c, struct str directory, bool inside, size_t depth,
                 struct strs *found, struct err *e)
{
    struct tree_entries entries;
    bool exists;

    if (depth > DEPTH_MAX)
        return true;
    if (!tree_list(c->tree, c->arena, directory, &entries, &exists, e))
        return false;
    for (size_t i = 0; i < entries.count; i++) {
        struct str name = entries.items[i].name;
        struct str path = directory.length ? str_printf(c->arena, STR_FMT "/" STR_FMT,
                                                        STR_ARG(directory), STR_ARG(name))
                                           : str_copy(c->arena, name);
        if (entries.items[i].kind == TREE_DIRECTORY && name.bytes[0] != '.' &&
            !str_eq(name, STR("node_modules")) && !str_eq(name, STR("site-packages"))) {
            if (!walk(c, path, inside || is_migration_folder(name), depth + 1, found, e))
                return false;
        } else if (entries.items[i].kind == TREE_FILE) {
            if (is_settings(name))
                VEC_PUSH(c->arena, &c->settings, path);
            if (inside && is_migration(name))
                VEC_PUSH(c->arena, found, path);
        }
    }
    return true;
}

/* … but for those that no tool runs. What changed comes first: it is told of. */
static void add_found(struct covering *c, const struct strs *found, const struct strs *changed)
{
    struct strs news = {0};

    for (size_t i = 0; i < changed->count; i++)
        if (found->count && bsearch(&changed->items[i], found->items, found->count,
                                    sizeof found->items[0], str_compare_pointers))
            VEC_PUSH(c->arena, &news, changed->items[i]);
    (void)left_out_find(c->left_out, &news);
    const struct str *tools = left_out_find(c->left_out, found);
    for (size_t i = 0; i < found->count; i++)
        if (!tools[i].length && words_add(&c->known, found->items[i]))
            VEC_PUSH(c->arena, &c->paths, found->items[i]);
}

static void note_roots(struct covering *c)
{
    for (size_t i = 0; i < c->sets->count; i++)
        if (!service_is_whole_tree(c->sets->items[i].root))
            strs_add(c->arena, &c->roots, c->sets->items[i].root);
}

static bool find_files(struct covering *c, const struct strs *changed, struct err *e)
{
    struct strs found = {0};
    struct err none = ERR_NONE;

    if (!c->sets) {
        struct config_migrations_list *detected =
            ARENA_NEW(c->arena, struct config_migrations_list);
        if (!sets_detect(c->arena, c->tree, c->config, detected, &none))
            detected->count = 0;
        c->sets = detected;
    }
    note_roots(c);
    for (size_t i = 0; i < c->sets->count; i++)
        add_history(c, &c->sets->items[i]);
    c->ordered = c->paths.count;
    if (!walk(c, STR(""), false, 0, &found, e))
        return false;
    strs_sort(&found);
    add_found(c, &found, changed);
    return true;
}

/* --- Their steps. --- */

bool covering_read(void *self, struct str path, struct str *ret_bytes)
{
    struct covering *c = self;
    struct err absent = ERR_NONE;

    return tree_read(c->tree, c->arena, path, COVERING_FILE_MAX, ret_bytes, &absent);
}

static void read_python(struct covering *c, struct str path, struct steps *steps)
{
    struct python_file *source = python_tree_file(c->python, path);
    struct str folder = path_directory(path);

    if (!source)
        return;
    steps_of_alembic(c->arena, c->python, source, steps);
    steps_of_django(c->arena, c->python, source,
                    django_app_label(c->arena, c->python,
                                     str_printf(c->arena, STR_FMT "/models.py",
                                                STR_ARG(path_directory(folder)))),
                    steps);
    c->makers.django =
        c->makers.django || str_contains(source->source, STR("migrations.Migration"));
}

static void read_file_steps(struct covering *c, struct str path, struct steps *steps)
{
    const struct source_files files = {.self = c, .read = covering_read};
    struct script_file *script;
    struct elixir_file *elixir;
    struct str text;

    if (str_ends(path, STR(".sql"))) {
        if (covering_read(c, path, &text))
            steps_of_sql(c->arena,
                         sql_forward(c->arena, sql_with_included(c->arena, &files, path, text)),
                         steps);
    } else if (str_ends(path, STR(".rb"))) {
        if (covering_read(c, path, &text))
            (void)steps_of_rails(
                c->arena, &files, path,
                rails_with_others(c->arena, c->tree, path,
                                  rails_with_modules(c->arena, &files, path, text)),
                steps);
    } else if (script_path(path)) {
        script = script_tree_file(c->script, path);
        if (script) {
            steps_of_typeorm(c->arena, c->script, script, steps);
            steps_of_builders(c->arena, c->script, script, steps);
        }
    } else if (str_ends(path, STR(".exs"))) {
        elixir = elixir_tree_file(c->elixir, path);
        if (elixir)
            steps_of_ecto(c->arena, c->elixir, elixir, steps);
    } else if (str_ends(path, STR(".py"))) {
        read_python(c, path, steps);
    }
}

/* What had another name before is meant by that too. */
static void add_name(struct covering *c, const struct step *step)
{
    for (size_t i = 0, count = c->names.count; i < count; i++) {
        struct step other = c->names.items[i];
        if (!str_eq(other.table, step->table))
            continue;
        other.table = step->name;
        VEC_PUSH(c->arena, &c->names, other);
    }
    VEC_PUSH(c->arena, &c->names, *step);
}

static bool is_in_schema(struct str name, struct str schema)
{
    return str_starts(name, schema) && name.length > schema.length + 1 &&
           name.bytes[schema.length] == '.';
}

static struct str in_schema(struct covering *c, struct str schema, struct str name, size_t dot)
{
    return str_printf(c->arena, STR_FMT STR_FMT, STR_ARG(schema),
                      STR_ARG(str_from_offset(name, dot)));
}

/* A table or type that was made in the schema is there under its new name. */
static void move_to_schema(struct covering *c, const struct step *made, const struct step *rename,
                           struct steps *moved)
{
    size_t dot = rename->was.length;

    if (made->kind == STEP_ADD_TABLE && is_in_schema(made->table, rename->was)) {
        struct str table = in_schema(c, rename->name, made->table, dot);
        VEC_PUSH(c->arena, moved, (struct step){.kind = STEP_DROP_TABLE, .table = made->table});
        VEC_PUSH(c->arena, moved,
                 (struct step){.kind = STEP_ADD_TABLE, .table = table, .was = made->table});
    } else if (made->kind == STEP_ADD_TYPE && is_in_schema(made->name, rename->was)) {
        struct str type = in_schema(c, rename->name, made->name, dot);
        VEC_PUSH(c->arena, moved, (struct step){.kind = STEP_DROP_TYPE, .name = made->name});
        VEC_PUSH(c->arena, moved,
                 (struct step){.kind = STEP_ADD_TYPE, .name = type, .was = made->name});
    }
}

#define SCHEMAS_RENAMED_MAX 64u /* for each, all steps so far are gone through */

/* ALTER SCHEMA a RENAME TO b: as if each table of it was given its new name there. */
static void follow_schema(struct covering *c, struct file_steps *file)
{
    struct steps steps = {0};
    size_t renamed = 0;

    for (size_t i = 0; i < file->steps.count; i++)
        renamed += file->steps.items[i].kind == STEP_RENAME_SCHEMA;
    if (!renamed || (c->schemas_renamed += renamed) > SCHEMAS_RENAMED_MAX)
        return;
    for (size_t i = 0; i < file->steps.count; i++) {
        const struct step *step = &file->steps.items[i];
        VEC_PUSH(c->arena, &steps, *step);
        if (step->kind != STEP_RENAME_SCHEMA)
            continue;
        for (size_t f = 0; f < c->files.count; f++)
            for (size_t j = 0; j < c->files.items[f].steps.count; j++)
                move_to_schema(c, &c->files.items[f].steps.items[j], step, &steps);
        for (size_t j = 0; j < i; j++)
            move_to_schema(c, &file->steps.items[j], step, &steps);
    }
    file->steps = steps;
}

static void read_steps(struct covering *c, const struct strs *changed)
{
    struct members members = {0};
    struct words news = {.arena = c->arena};

    for (size_t i = 0; i < changed->count; i++)
        (void)words_add(&news, changed->items[i]);
    for (size_t i = 0; i < c->paths.count; i++) {
        struct str path = c->paths.items[i];
        struct file_steps file = {.path = path,
                                  .set = i < c->owners.count ? c->owners.items[i] : NULL,
                                  .in_range = words_have(&news, path)};
        read_file_steps(c, path, &file.steps);
        if (str_ends(path, STR(".py")))
            members_follow(c->arena, &members, &file.steps);
        follow_schema(c, &file);
        for (size_t j = 0; j < file.steps.count; j++) {
            const struct step *step = &file.steps.items[j];
            if (step->kind == STEP_TABLE_NAME)
                add_name(c, step);
            if (step->many)
                VEC_PUSH(c->arena, &c->manys, *step);
            c->schemas = c->schemas || str_find_byte(step->table, '.') != SIZE_MAX;
        }
        VEC_PUSH(c->arena, &c->files, file);
    }
    covering_index(c);
}

static void note_tables(struct covering *c)
{
    c->tables = ARENA_ARRAY(c->arena, c->sets->count + 1, struct words);
    for (size_t s = 0; s < c->sets->count; s++)
        c->tables[s].arena = c->arena;
    for (size_t f = 0; f < c->files.count; f++) {
        const struct file_steps *file = &c->files.items[f];
        for (size_t i = 0; file->set && i < file->steps.count; i++)
            if (file->steps.items[i].kind == STEP_ADD_TABLE)
                (void)words_add(&c->tables[file->set - c->sets->items], file->steps.items[i].table);
    }
}

bool covering_begin(struct covering *c, const struct strs *changed, struct err *e)
{
    c->known.arena = c->arena;
    c->left_out = left_out_new(c->arena, c->tree);
    if (!find_files(c, changed, e))
        return false;
    read_steps(c, changed);
    if (c->sets->count > 1)
        note_tables(c);
    return true;
}

void covering_begin_with(struct covering *c, const struct strs *paths)
{
    c->paths = *paths;
    c->ordered = paths->count;
    read_steps(c, paths);
}

void covering_begin_owned(struct covering *c, const struct strs *paths)
{
    note_roots(c);
    covering_begin_with(c, paths);
    c->ordered = c->owners.count;
    if (c->sets->count > 1)
        note_tables(c);
}

/* Some set's folder holds the one and not the other. */
static bool is_apart(const struct covering *c, struct str one, struct str other)
{
    struct str inside;

    for (size_t i = 0; i < c->roots.count; i++)
        if (path_relative(c->roots.items[i], one, &inside) &&
            !path_relative(c->roots.items[i], other, &inside))
            return true;
    return false;
}

bool covering_is_foreign(const struct covering *c, struct str path,
                         const struct schema_change *change)
{
    return is_apart(c, path, change->place.file) && is_apart(c, change->place.file, path);
}

/* The program at the root has a table "users", and another one in a folder below it has its own. */
static bool is_of_other_set(const struct covering *c, const struct config_migrations *set,
                            const struct schema_change *change)
{
    struct str file = change->place.file;

    if (!c->tables || service_holds(set->root, file) ||
        !words_have(&c->tables[set - c->sets->items], change->table))
        return false;
    for (size_t s = 0; s < c->sets->count; s++)
        if (str_eq(c->sets->items[s].tracker, set->tracker) &&
            service_holds(c->sets->items[s].root, file) && words_have(&c->tables[s], change->table))
            return true;
    return false;
}

/* A migration of an example or a test, which no tool is known to run, where there are others. */
static bool is_aside(const struct covering *c, const struct file_steps *file,
                     const struct schema_change *change)
{
    return !file->set && c->ordered && survey_is_aside(path_directory(file->path)) &&
           !survey_is_aside(path_directory(change->place.file));
}

bool covering_file_is_foreign(const struct covering *c, const struct file_steps *file,
                              const struct schema_change *change)
{
    return covering_is_foreign(c, file->path, change) || is_aside(c, file, change) ||
           (file->set && (service_is_nearer(c->sets, file->set, change->place.file) ||
                          is_of_other_set(c, file->set, change)));
}
