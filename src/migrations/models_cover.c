#include <stdlib.h>

#include "base/file.h"
#include "migrations/graph.h"
#include "migrations/models.h"
#include "migrations/sql.h"
#include "readers/steps.h"

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
    struct strs paths; /* of migrations, oldest first */
    VEC(struct file_steps) files;
    VEC(const struct step *)
    names; /* what other steps call a table, and what it is called in the database */
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
           str_eq(name, STR("migration")) || str_eq(name, STR("migrate"));
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
        } else if (inside && entries.items[i].kind == TREE_FILE &&
                   ((str_ends(name, STR(".py")) && !str_eq(name, STR("__init__.py"))) ||
                    (str_ends(name, STR(".sql")) && !sql_file_goes_back(name)))) {
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
        for (size_t i = 0; i < sets.count; i++)
            add_history(c, &sets.items[i]);
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

static void read_steps(struct cover *c, const struct strs *changed)
{
    for (size_t i = 0; i < c->paths.count; i++) {
        struct str path = c->paths.items[i], text;
        struct file_steps file = {.path = path, .in_range = strs_have(changed, path)};
        if (str_ends(path, STR(".sql"))) {
            if (read_file(c, path, &text))
                steps_of_sql(c->arena, text, &file.steps);
        } else {
            struct python_file *source = python_tree_file(c->python, path);
            if (!source)
                continue;
            struct str folder = path_directory(path);
            steps_of_alembic(c->arena, c->python, source, &file.steps);
            steps_of_django(c->arena, c->python, source, path_base_name(path_directory(folder)),
                            &file.steps);
            c->django = c->django || str_contains(source->source, STR("migrations.Migration"));
        }
        for (size_t j = 0; j < file.steps.count; j++)
            if (file.steps.items[j].kind == STEP_TABLE_NAME)
                VEC_PUSH(c->arena, &c->names, &file.steps.items[j]);
        VEC_PUSH(c->arena, &c->files, file);
    }
}

/* --- Does one cover a change? --- */

static bool is_table(const struct cover *c, const struct step *step, struct str table)
{
    if (str_eq(step->table, table))
        return true;
    for (size_t i = 0; i < c->names.count; i++)
        if (str_eq(c->names.items[i]->table, step->table) && str_eq(c->names.items[i]->name, table))
            return true;
    return false;
}

static bool is_column(const struct step *step, struct str column)
{
    return str_eq(step->column, column) ||
           (step->field && str_ends(column, STR("_id")) &&
            str_eq(step->column, str_prefix(column, column.length - 3)));
}

static bool alters(const struct step *step, const struct schema_change *change)
{
    switch (change->aspect) {
    case ASPECT_TYPE:
        return step->type;
    case ASPECT_NULL:
        return step->null && (!step->null_known || step->nullable == change->after.nullable);
    case ASPECT_DEFAULT:
        return step->default_value;
    case ASPECT_KEY:
        return step->key;
    case ASPECT_NONE:
        break;
    }
    return false;
}

/* What a step does to the change's object: 1 brings it about, -1 undoes it, 0 nothing. */
static int effect(const struct cover *c, const struct step *step,
                  const struct schema_change *change)
{
    /* A drop is brought about by what undoes an addition. */
    int wanted = change->kind == SCHEMA_DROP ? -1 : 1;

    switch (change->object) {
    case SCHEMA_OBJECT_COLUMN:
        if (!step->table.length || !is_table(c, step, change->table))
            return 0;
        if (change->kind == SCHEMA_CHANGE)
            return step->kind == STEP_ALTER_COLUMN && is_column(step, change->column) &&
                   alters(step, change);
        if (step->kind == STEP_DROP_TABLE)
            return change->kind == SCHEMA_DROP ? 1 : -1;
        if (step->kind != STEP_ADD_COLUMN && step->kind != STEP_DROP_COLUMN)
            return 0;
        return is_column(step, change->column) ? (step->kind == STEP_ADD_COLUMN ? wanted : -wanted)
                                               : 0;
    case SCHEMA_OBJECT_TABLE:
        if ((step->kind == STEP_TABLE_NAME || step->kind == STEP_ADD_TABLE ||
             step->kind == STEP_DROP_TABLE) &&
            is_table(c, step, change->table))
            return step->kind == STEP_DROP_TABLE ? -wanted : wanted;
        return 0;
    case SCHEMA_OBJECT_INDEX:
        if (step->kind != STEP_ADD_INDEX && step->kind != STEP_DROP_INDEX)
            return 0;
        if (step->name.length && change->name.length
                ? !str_eq(step->name, change->name)
                : !step->table.length || !is_table(c, step, change->table))
            return 0;
        return step->kind == STEP_ADD_INDEX ? wanted : -wanted;
    case SCHEMA_OBJECT_TYPE:
        if (!str_eq(step->name, change->name))
            return 0;
        if (change->kind == SCHEMA_CHANGE)
            return step->kind == STEP_ADD_VALUE && str_eq(step->value, change->value);
        return step->kind == STEP_ADD_TYPE ? wanted : step->kind == STEP_DROP_TYPE ? -wanted : 0;
    }
    return 0;
}

static bool is_covered(const struct cover *c, const struct schema_change *change)
{
    bool standing = false;

    for (size_t i = 0; i < c->files.count; i++)
        for (size_t j = 0; j < c->files.items[i].steps.count; j++) {
            int does = effect(c, &c->files.items[i].steps.items[j], change);
            if (does > 0 && c->files.items[i].in_range)
                return true;
            standing = does ? does > 0 : standing;
        }
    return standing;
}

static struct str command_for(const struct cover *c, const struct schema_change *change)
{
    struct arena *arena = c->arena;
    struct str root = c->alembic_root;

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
    struct models_uncovereds uncovered = {0};

    *ret_uncovered = uncovered;
    if (!difference->changes.count)
        return true;
    c.python = python;
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
