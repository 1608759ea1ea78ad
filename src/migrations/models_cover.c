#include <stdlib.h>

#include "base/file.h"
#include "migrations/cover.h"
#include "migrations/effect.h"
#include "migrations/graph.h"
#include "migrations/left_out.h"
#include "migrations/members.h"
#include "migrations/models.h"
#include "migrations/models_command.h"
#include "migrations/sql.h"
#include "migrations/table_names.h"
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

struct covering {
    struct arena *arena;
    const struct config *config;
    struct tree *tree;
    const struct config_migrations_list *sets; /* NULL: to be looked for */
    struct python_tree *python;
    struct script_tree *script;
    struct elixir_tree *elixir;
    struct strs paths;    /* of migrations, oldest first */
    struct strs roots;    /* of the sets that have a folder of their own */
    struct strs settings; /* files that may say which schema is searched */
    VEC(struct file_steps) files;
    struct steps manys; /* tables of many-to-many fields */
    struct steps names; /* what other steps call a table, and what it is called in the database */
    bool schemas;       /* some table is named with one */
    size_t ordered;     /* so many of `paths` stand in the order in which they are applied */
    struct models_makers makers;
    struct left_out *left_out;
};

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
    VEC_PUSH(c->arena, &c->makers,
             (struct models_maker){.tracker = history->tracker,
                                   .root = history->root,
                                   .create = history->row ? history->row->create : STR_NONE,
                                   .directory = history->versions.count ? history->versions.items[0]
                                                                        : STR_NONE,
                                   .flask = models_are_flask(history)});
    size_t *order = graph_order(c->arena, history, &ordered);
    for (size_t i = 0; i < history->migrations.count; i++)
        strs_add(c->arena, &c->paths, history->migrations.items[order[i]].file);
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
                                        "dev.exs"};

    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (str_eq(name, str_from(names[i])))
            return true;
    return str_starts(name, STR(".env"));
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
        if (!tools[i].length)
            strs_add(c->arena, &c->paths, found->items[i]);
}

static bool find_files(struct covering *c, const struct strs *changed, struct err *e)
{
    struct config_migrations_list detected = {0};
    const struct config_migrations_list *sets = c->sets ? c->sets : &detected;
    struct strs found = {0};
    struct err none = ERR_NONE;

    if (!c->sets && !sets_detect(c->arena, c->tree, c->config, &detected, &none))
        detected.count = 0;
    for (size_t i = 0; i < sets->count; i++) {
        struct str root = sets->items[i].root;
        if (root.length && !str_eq(root, STR(".")))
            strs_add(c->arena, &c->roots, root);
        add_history(c, &sets->items[i]);
    }
    c->ordered = c->paths.count;
    if (!walk(c, STR(""), false, 0, &found, e))
        return false;
    strs_sort(&found);
    add_found(c, &found, changed);
    return true;
}

/* --- Their steps. --- */

static bool read_file(void *self, struct str path, struct str *ret_bytes)
{
    struct covering *c = self;
    struct err absent = ERR_NONE;

    return tree_read(c->tree, c->arena, path, MIGRATION_FILE_MAX, ret_bytes, &absent);
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
    struct script_file *script;
    struct elixir_file *elixir;
    struct str text;

    if (str_ends(path, STR(".sql"))) {
        if (read_file(c, path, &text))
            steps_of_sql(c->arena, sql_forward(c->arena, text), steps);
    } else if (str_ends(path, STR(".rb"))) {
        if (read_file(c, path, &text))
            steps_of_rails(c->arena, text, steps);
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

static void read_steps(struct covering *c, const struct strs *changed)
{
    struct members members = {0};

    for (size_t i = 0; i < c->paths.count; i++) {
        struct str path = c->paths.items[i];
        struct file_steps file = {.path = path, .in_range = strs_have(changed, path)};
        read_file_steps(c, path, &file.steps);
        if (str_ends(path, STR(".py")))
            members_follow(c->arena, &members, &file.steps);
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
}

/* --- Does one cover a change? --- */

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

/* Two packages may both have a table "users": what lies in the folder of one is none of the other's. */
static bool is_foreign(const struct covering *c, struct str path,
                       const struct schema_change *change)
{
    return is_apart(c, path, change->place.file) && is_apart(c, change->place.file, path);
}

/* --- Schemas. --- */

/* A line that says `key` says the schema behind it. */
static bool says_behind(struct str text, struct str key, struct str schema)
{
    for (size_t at = 0, found; (found = str_find(str_from_offset(text, at), key)) != SIZE_MAX;) {
        at += found + key.length;
        struct str line = str_from_offset(text, at);
        size_t end = str_find_byte(line, '\n');
        if (text_has_word(end == SIZE_MAX ? line : str_prefix(line, end), schema))
            return true;
    }
    return false;
}

/* "SET search_path TO app", "USE app"; in settings also "searchPath: ['app']", "?currentSchema=app"… */
static bool says_searched(struct str text, bool settings, struct str schema)
{
    static const char *const keys[] = {
        "search_path",    "USE ",           "searchPath", "currentSchema", "defaultSchema",
        "default_schema", "default-schema", "schemas=",   "schema=",       "schema:"};

    for (size_t k = 0; k < (settings ? COUNT_OF(keys) : 2); k++)
        if (says_behind(text, str_from(keys[k]), schema))
            return true;
    return false;
}

static bool is_searched(struct covering *c, const struct schema_change *change, struct str schema)
{
    struct str text;

    for (size_t i = 0; i < c->settings.count; i++)
        if (!is_foreign(c, c->settings.items[i], change) &&
            read_file(c, c->settings.items[i], &text) && says_searched(text, true, schema))
            return true;
    for (size_t i = 0; i < c->files.count; i++)
        if (!is_foreign(c, c->files.items[i].path, change) &&
            read_file(c, c->files.items[i].path, &text) && says_searched(text, false, schema))
            return true;
    return false;
}

struct mentions {
    bool usual, usual_made; /* without a schema, or in the usual one */
    bool other, other_made; /* in another */
    bool mysql;             /* `shop`.`users`: a database, mostly that of the connection */
    struct strs schemas;
};

static void count_mentions(struct covering *c, const struct file_steps *file,
                           const struct schema_change *change, struct mentions *m)
{
    struct schema_change usual = *change;
    struct str table = table_name_of(change->table).table, text;

    usual.usual_schema = true;
    for (size_t i = 0; i < file->steps.count; i++) {
        const struct step *step = &file->steps.items[i];
        struct table_name name = table_name_of(step->table);
        bool makes = step->kind == STEP_ADD_TABLE;
        if (!step->table.length || !str_eq(name.table, table))
            continue;
        if (table_is_of(step->table, &usual)) {
            m->usual = true;
            m->usual_made = m->usual_made || makes;
            continue;
        }
        m->other = true;
        m->other_made = m->other_made || makes;
        strs_add(c->arena, &m->schemas, name.schema);
        m->mysql = m->mysql || (read_file(c, file->path, &text) && str_contains(text, STR("`")) &&
                                str_ends(file->path, STR(".sql")));
    }
}

/* A set that names a table with a schema and without one knows two of them. Not so: all its migrations write "app.users" for what the models
 * call "users", because the connection looks there; settings or migrations say so; MySQL's database before the name, which Workbench and
 * mysqldump write, unless the set makes both. */
static bool tells_schemas_apart(struct covering *c, const struct schema_change *change)
{
    struct mentions m = {0};

    if (!change->table.length || str_find_byte(change->table, '.') != SIZE_MAX)
        return false;
    for (size_t i = 0; i < c->files.count; i++)
        if (!is_foreign(c, c->files.items[i].path, change))
            count_mentions(c, &c->files.items[i], change, &m);
    if (!m.usual || !m.other || (m.mysql && !(m.usual_made && m.other_made)))
        return false;
    for (size_t i = 0; i < m.schemas.count; i++)
        if (is_searched(c, change, m.schemas.items[i]))
            return false;
    return true;
}

/* Is it the table of a many-to-many field of Django's? */
static bool is_many(const struct covering *c, const struct schema_change *change)
{
    for (size_t i = 0; i < c->manys.count; i++)
        if (step_is_about(&c->names, &c->manys.items[i], change))
            return true;
    return false;
}

/* A column that was dropped and is added again is new in all that it is: so Prisma and TypeORM give it another type. So is one of a table that
 * the range makes anew and gives the old one's name: so SQLite's are changed. */
static int effect(const struct covering *c, const struct file_steps *file, const struct step *step,
                  const struct schema_change *change, bool *dropped)
{
    struct schema_change anew = *change;
    int does;

    if (step_renames_member(step, change))
        return is_many(c, change);
    if (change->kind == SCHEMA_CHANGE && change->object == SCHEMA_OBJECT_COLUMN) {
        anew.kind = SCHEMA_ADD;
        does = step_effect(&c->names, step, &anew);
        bool anew_by_name =
            file->in_range && step->table.length && !str_eq(step->table, change->table);
        if (does > 0 && (*dropped || anew_by_name))
            return 1;
        *dropped = *dropped || does < 0;
    }
    return step_effect(&c->names, step, change);
}

/* What a file of the range makes counts, unless a later one of the range, as they are applied, takes it back. */
static bool is_covered(struct covering *c, const struct schema_change *change)
{
    bool standing = false, ranged = false, dropped = false;

    for (size_t i = 0; i < c->files.count; i++) {
        const struct file_steps *file = &c->files.items[i];
        bool makes = false;
        int last = 0;
        if (is_foreign(c, file->path, change))
            continue;
        for (size_t j = 0; j < file->steps.count; j++) {
            int does = effect(c, file, &file->steps.items[j], change, &dropped);
            makes = makes || does > 0;
            last = does ? does : last;
        }
        if (makes && file->in_range)
            standing = ranged = true;
        else if (last && (!ranged || (file->in_range && i < c->ordered)))
            standing = last > 0;
    }
    return standing;
}

/* Does a file of SQL give all that it does as steps? */
static bool is_read_whole(const struct file_steps *file, struct str text)
{
    static const char *const words[] = {"do",   "execute", "exec",  "prepare",
                                        "call", "modify",  "change"};

    if (!str_ends(file->path, STR(".sql")) || !file->steps.count)
        return false;
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (text_has_word(text, str_from(words[i])))
            return false;
    return true;
}

/* What gives no steps: DO blocks, MySQL's ALTER, languages that are not read. As the push does it, the files come as they are applied, and a later
 * one may undo what an earlier one made. */
static void words_cover(struct covering *c, const struct schema_changes *asked, bool *covered)
{
    bool *made = ARENA_ARRAY(c->arena, asked->count, bool), open = false;

    for (size_t i = 0; i < asked->count; i++)
        open = open || !covered[i];
    if (!open)
        return;
    for (size_t f = 0; f < c->files.count; f++) {
        ARENA(scratch, (size_t)256 << 20);
        struct str path = c->files.items[f].path, text;
        struct err absent = ERR_NONE;
        if (!tree_read(c->tree, &scratch, path, MIGRATION_FILE_MAX, &text, &absent) ||
            is_read_whole(&c->files.items[f], text))
            continue;
        const struct cover *cover = cover_read(&scratch, path, text);
        for (size_t i = 0; i < asked->count; i++) {
            const struct schema_change *change = &asked->items[i];
            if (covered[i] || is_foreign(c, path, change))
                continue;
            bool makes = cover_makes(cover, change);
            made[i] = makes || (made[i] && !cover_undoes(cover, change));
        }
    }
    for (size_t i = 0; i < asked->count; i++)
        covered[i] = covered[i] || made[i];
}

static bool has_covered_table(const struct schema_changes *changes, const bool *covered,
                              enum schema_change_kind kind, struct str references)
{
    struct str table = str_prefix(references, str_find(references, STR(" (")));

    for (size_t i = 0; i < changes->count; i++)
        if (covered[i] && changes->items[i].object == SCHEMA_OBJECT_TABLE &&
            changes->items[i].kind == kind && str_eq(changes->items[i].table, table))
            return true;
    return false;
}

void models_follow_renames(const struct schema_changes *changes, bool *covered)
{
    for (size_t i = 0; i < changes->count; i++) {
        const struct schema_change *change = &changes->items[i];
        if (!covered[i] && change->aspect == ASPECT_KEY && change->referred.length &&
            change->after.references.length)
            covered[i] = has_covered_table(changes, covered, SCHEMA_DROP, change->referred) &&
                         has_covered_table(changes, covered, SCHEMA_ADD, change->after.references);
    }
}

static bool begin(struct covering *c, const struct strs *changed_paths, struct err *e)
{
    c->left_out = left_out_new(c->arena, c->tree);
    if (!find_files(c, changed_paths, e))
        return false;
    read_steps(c, changed_paths);
    return true;
}

bool models_cover(struct arena *arena, const struct config *config, struct tree *tree,
                  const struct config_migrations_list *sets, const struct strs *changed_paths,
                  const struct schema_difference *difference, bool by_words,
                  struct models_uncovereds *ret_uncovered, struct err *e)
{
    struct covering c = {.arena = arena, .config = config, .tree = tree, .sets = sets};
    struct source_files files = {.self = &c, .read = read_file};
    PYTHON_TREE(python, arena, &files);
    SCRIPT_TREE(script, arena, &files);
    ELIXIR_TREE(elixir, arena, &files);
    struct models_uncovereds uncovered = {0};
    struct schema_changes asked = {0};

    *ret_uncovered = uncovered;
    if (!difference->changes.count)
        return true;
    c.python = python;
    c.script = script;
    c.elixir = elixir;
    if (!begin(&c, changed_paths, e))
        return false;
    bool *covered = ARENA_ARRAY(arena, difference->changes.count, bool);
    for (size_t i = 0; i < difference->changes.count; i++) {
        struct schema_change change = difference->changes.items[i];
        change.usual_schema = c.schemas && tells_schemas_apart(&c, &change);
        covered[i] = is_covered(&c, &change);
        VEC_PUSH(arena, &asked, change);
    }
    if (by_words) {
        words_cover(&c, &asked, covered);
        models_follow_renames(&difference->changes, covered);
    }
    for (size_t i = 0; i < difference->changes.count; i++)
        if (!covered[i])
            VEC_PUSH(arena, &uncovered,
                     (struct models_uncovered){
                         .change = &difference->changes.items[i],
                         .command = models_command(arena, tree, &c.makers, &c.paths,
                                                   &difference->changes.items[i]),
                         .left_out = left_out_maker(c.left_out, &difference->changes.items[i])});
    *ret_uncovered = uncovered;
    return true;
}

bool models_usual_schemas(struct arena *arena, const struct config *config, struct tree *tree,
                          const struct config_migrations_list *sets, struct schema_changes *changes,
                          struct err *e)
{
    struct covering c = {.arena = arena, .config = config, .tree = tree, .sets = sets};
    struct source_files files = {.self = &c, .read = read_file};
    PYTHON_TREE(python, arena, &files);
    SCRIPT_TREE(script, arena, &files);
    ELIXIR_TREE(elixir, arena, &files);
    struct strs none = {0};

    c.python = python;
    c.script = script;
    c.elixir = elixir;
    if (!begin(&c, &none, e))
        return false;
    for (size_t i = 0; i < changes->count; i++)
        changes->items[i].usual_schema = tells_schemas_apart(&c, &changes->items[i]);
    return true;
}
