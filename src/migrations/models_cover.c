#include <stdlib.h>

#include "base/file.h"
#include "migrations/effect.h"
#include "migrations/graph.h"
#include "migrations/models.h"
#include "migrations/sql.h"
#include "readers/django.h"
#include "readers/elixir.h"
#include "readers/steps.h"
#include "readers/typescript.h"

#define DEPTH_MAX 24u
#define MIGRATION_FILE_MAX ((size_t)4 << 20)

struct file_steps {
    struct str path;
    bool in_range;
    struct steps steps;
};

struct cover {
    struct arena *arena;
    const struct config *config;
    struct tree *tree;
    struct python_tree *python;
    struct script_tree *script;
    struct elixir_tree *elixir;
    struct strs paths; /* of migrations, oldest first */
    struct strs roots; /* of the sets that have a folder of their own */
    VEC(struct file_steps) files;
    struct steps names; /* what other steps call a table, and what it is called in the database */
    bool django;
    struct str alembic_root, sql_directory;
    bool alembic;
};

/* --- Which files are migrations. --- */

static void add_history(struct cover *c, const struct config_migrations *set)
{
    struct err broken =
        ERR_NONE; /* what cannot be loaded is the gate's business; its files are found by their folder */
    struct history history;
    size_t ordered;

    if (!history_load(c->arena, c->tree, set, &history, &broken))
        return;
    if (str_eq(history.tracker, STR("alembic"))) {
        c->alembic = true;
        c->alembic_root = history.root;
    } else if (str_eq(history.tracker, STR("sql")) && history.versions.count) {
        c->sql_directory = history.versions.items[0];
    }
    size_t *order = graph_order(c->arena, &history, &ordered);
    for (size_t i = 0; i < history.migrations.count; i++)
        strs_add(c->arena, &c->paths, history.migrations.items[order[i]].file);
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
           str_ends(name, STR(".rb")) || str_ends(name, STR(".exs"));
}

static bool walk(struct cover *c, struct str directory, bool inside, size_t depth,
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
        } else if (inside && entries.items[i].kind == TREE_FILE && is_migration(name)) {
            VEC_PUSH(c->arena, found, path);
        }
    }
    return true;
}

static bool find_files(struct cover *c, struct err *e)
{
    struct config_migrations_list sets = {0};
    struct strs found = {0};
    struct err none = ERR_NONE;

    if (sets_detect(c->arena, c->tree, c->config, &sets, &none))
        for (size_t i = 0; i < sets.count; i++) {
            struct str root = sets.items[i].root;
            if (root.length && !str_eq(root, STR(".")))
                strs_add(c->arena, &c->roots, root);
            add_history(c, &sets.items[i]);
        }
    if (!walk(c, STR(""), false, 0, &found, e))
        return false;
    strs_sort(&found);
    for (size_t i = 0; i < found.count; i++)
        strs_add(c->arena, &c->paths, found.items[i]);
    return true;
}

/* --- Their steps. --- */

static bool read_file(void *self, struct str path, struct str *ret_bytes)
{
    struct cover *c = self;
    struct err absent = ERR_NONE;

    return tree_read(c->tree, c->arena, path, MIGRATION_FILE_MAX, ret_bytes, &absent);
}

static void read_python(struct cover *c, struct str path, struct steps *steps)
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
    c->django = c->django || str_contains(source->source, STR("migrations.Migration"));
}

static void read_file_steps(struct cover *c, struct str path, struct steps *steps)
{
    struct script_file *script;
    struct elixir_file *elixir;
    struct str text;

    if (str_ends(path, STR(".sql"))) {
        if (read_file(c, path, &text))
            steps_of_sql(c->arena, text, steps);
    } else if (str_ends(path, STR(".rb"))) {
        if (read_file(c, path, &text))
            steps_of_rails(c->arena, text, steps);
    } else if (script_path(path)) {
        script = script_tree_file(c->script, path);
        if (script)
            steps_of_typeorm(c->arena, c->script, script, steps);
    } else if (str_ends(path, STR(".exs"))) {
        elixir = elixir_tree_file(c->elixir, path);
        if (elixir)
            steps_of_ecto(c->arena, c->elixir, elixir, steps);
    } else if (str_ends(path, STR(".py"))) {
        read_python(c, path, steps);
    }
}

/* What had another name before is meant by that too. */
static void add_name(struct cover *c, const struct step *step)
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

static void read_steps(struct cover *c, const struct strs *changed)
{
    for (size_t i = 0; i < c->paths.count; i++) {
        struct str path = c->paths.items[i];
        struct file_steps file = {.path = path, .in_range = strs_have(changed, path)};
        read_file_steps(c, path, &file.steps);
        for (size_t j = 0; j < file.steps.count; j++)
            if (file.steps.items[j].kind == STEP_TABLE_NAME)
                add_name(c, &file.steps.items[j]);
        VEC_PUSH(c->arena, &c->files, file);
    }
}

/* --- Does one cover a change? --- */

/* Some set's folder holds the one and not the other. */
static bool is_apart(const struct cover *c, struct str one, struct str other)
{
    struct str inside;

    for (size_t i = 0; i < c->roots.count; i++)
        if (path_relative(c->roots.items[i], one, &inside) &&
            !path_relative(c->roots.items[i], other, &inside))
            return true;
    return false;
}

static bool is_covered(const struct cover *c, const struct schema_change *change)
{
    bool standing = false;

    for (size_t i = 0; i < c->files.count; i++) {
        struct str path = c->files.items[i].path, model = change->place.file;
        /* Two packages may both have a table "users": what lies in the folder of one is none of the other's. */
        if (is_apart(c, path, model) && is_apart(c, model, path))
            continue;
        for (size_t j = 0; j < c->files.items[i].steps.count; j++) {
            int does = step_effect(&c->names, &c->files.items[i].steps.items[j], change);
            if (does > 0 && c->files.items[i].in_range)
                return true;
            standing = does ? does > 0 : standing;
        }
    }
    return standing;
}

/* By the language of the models themselves, where it says which tool makes their migrations. */
static struct str command_of_language(struct cover *c, const struct schema_change *change)
{
    struct str path = change->place.file, text;

    if (str_ends(path, STR(".ex")))
        return STR("mix ecto.gen.migration NAME");
    if (!script_path(path))
        return STR_NONE;
    if (!read_file(c, path, &text))
        text = STR_NONE; /* it was deleted: its changes are drops */
    if (str_contains(text, STR("drizzle-orm")) ||
        (!str_contains(text, STR("typeorm")) &&
         (tree_exists(c->tree, c->arena, STR("drizzle.config.ts"), &(enum tree_entry_kind){0}) ||
          tree_exists(c->tree, c->arena, STR("drizzle.config.js"), &(enum tree_entry_kind){0}))))
        return STR("npx drizzle-kit generate");
    return STR("npx typeorm migration:generate -d DATA_SOURCE PATH/NAME");
}

static struct str command_for(struct cover *c, const struct schema_change *change)
{
    struct arena *arena = c->arena;
    struct str root = c->alembic_root, own = models_make_command(arena, change, &c->paths);

    if (!own.length)
        own = command_of_language(c, change);
    if (own.length)
        return own;
    if (c->alembic) {
        struct strs words = {0};
        for (struct str rest = str_lower(arena, change->line); rest.length;)
            VEC_PUSH(arena, &words, str_cut(&rest, '"'));
        return str_printf(arena,
                          "%s" STR_FMT "%salembic revision --autogenerate -m \"" STR_FMT "\"",
                          root.length ? "cd " : "", STR_ARG(root), root.length ? " && " : "",
                          STR_ARG(str_join(arena, words.items, words.count, STR("'"))));
    }
    if (c->django || tree_exists(c->tree, arena, STR("manage.py"), &(enum tree_entry_kind){0}))
        return STR("python manage.py makemigrations");
    if (c->sql_directory.length)
        return str_printf(arena, "write the next numbered file in " STR_FMT,
                          STR_ARG(c->sql_directory));
    return STR_NONE;
}

bool models_cover(struct arena *arena, const struct config *config, struct tree *tree,
                  const struct strs *changed_paths, const struct schema_difference *difference,
                  struct models_uncovereds *ret_uncovered, struct err *e)
{
    struct cover c = {.arena = arena, .config = config, .tree = tree};
    struct source_files files = {.self = &c, .read = read_file};
    PYTHON_TREE(python, arena, &files);
    SCRIPT_TREE(script, arena, &files);
    ELIXIR_TREE(elixir, arena, &files);
    struct models_uncovereds uncovered = {0};

    *ret_uncovered = uncovered;
    if (!difference->changes.count)
        return true;
    c.python = python;
    c.script = script;
    c.elixir = elixir;
    if (!find_files(&c, e))
        return false;
    read_steps(&c, changed_paths);
    for (size_t i = 0; i < difference->changes.count; i++)
        if (!is_covered(&c, &difference->changes.items[i]))
            VEC_PUSH(arena, &uncovered,
                     (struct models_uncovered){.change = &difference->changes.items[i],
                                               .command =
                                                   command_for(&c, &difference->changes.items[i])});
    *ret_uncovered = uncovered;
    return true;
}
