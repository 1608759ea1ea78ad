#include "migrations/survey.h"

#include "base/file.h"
#include "migrations/alembic.h"
#include "migrations/markers.h"
#include "migrations/sql.h"

#define SCRATCH_BUDGET ((size_t)192 << 20)
#define SCRATCH_ENOUGH ((size_t)4 << 20)
#define READ_MAX ((size_t)64 << 10)
#define SUPPORT_FILES_MAX 40u

struct place {
    struct str path;
    struct str project; /* the nearest directory above with a manage.py; STR_NONE: none */
    size_t depth;
};

struct walk {
    struct arena *arena;
    struct arena *scratch; /* listings and files, given back now and then */
    struct tree *tree;
    struct survey *survey;
    VEC(struct place) todo;
};

static bool is_one_of(struct str name, const char *const *words)
{
    for (; *words; words++)
        if (str_eq(name, str_from(*words)))
            return true;
    return false;
}

static const char *const migration_words[] = {"migrations", "migration", "migrate", NULL};

bool survey_is_aside(struct str directory)
{
    static const char *const words[] = {
        "test",     "tests",   "testing", "testdata", "__tests__", "fixtures", "spec",
        "examples", "example", "samples", "docs",     "templates", NULL};

    while (directory.length)
        if (is_one_of(str_cut(&directory, '/'), words))
            return true;
    return false;
}

static bool is_entered(struct str name)
{
    static const char *const skipped[] = {
        "node_modules", "bower_components", "venv", "virtualenv", "site-packages",
        "__pycache__",  "vendor",           "dist", "target",     NULL};

    return name.length && name.bytes[0] != '.' && !is_one_of(name, skipped);
}

static const struct tree_entry *find(const struct tree_entries *entries, const char *name)
{
    for (size_t i = 0; i < entries->count; i++)
        if (str_eq(entries->items[i].name, str_from(name)))
            return &entries->items[i];
    return NULL;
}

static bool holds_file(const struct tree_entries *entries, const char *name)
{
    const struct tree_entry *entry = find(entries, name);

    return entry && entry->kind == TREE_FILE;
}

static struct str child(struct arena *arena, struct str directory, struct str name)
{
    return directory.length
               ? str_printf(arena, STR_FMT "/" STR_FMT, STR_ARG(directory), STR_ARG(name))
               : str_copy(arena, name);
}

static bool file_mentions(struct walk *w, struct str directory, struct str name, const char *text)
{
    struct err ignored = ERR_NONE;
    struct str bytes;
    bool whole;

    return tree_read_start(w->tree, w->scratch, child(w->scratch, directory, name), READ_MAX,
                           &bytes, &whole, &ignored) &&
           str_contains(bytes, str_from(text));
}

/* Another repository's work tree: a clone, or `git worktree add` inside this one. Submodules are deployed with us. */
static bool is_foreign_work_tree(struct walk *w, struct str directory,
                                 const struct tree_entries *entries)
{
    const struct tree_entry *git = find(entries, ".git");

    if (!directory.length || !git)
        return false;
    return git->kind != TREE_FILE || !file_mentions(w, directory, STR(".git"), "/modules/");
}

/* True: this is a script directory, in which nothing else needs to be looked for. */
static bool look_for_alembic(struct walk *w, struct str directory,
                             const struct tree_entries *entries)
{
    const struct tree_entry *versions = find(entries, "versions");
    bool script = holds_file(entries, "env.py") && versions && versions->kind == TREE_DIRECTORY;

    if (holds_file(entries, "alembic.ini") ||
        (holds_file(entries, "pyproject.toml") &&
         file_mentions(w, directory, STR("pyproject.toml"), "alembic")))
        VEC_PUSH(w->arena, &w->survey->settings, directory);
    if (!script || !file_mentions(w, directory, STR("env.py"), "alembic"))
        return false;
    VEC_PUSH(w->arena, &w->survey->scripts, directory);
    return true;
}

/* A runner of one's own names its table somewhere near. */
static bool has_runner_near(struct walk *w, struct str directory)
{
    struct str parent =
        str_find_byte(directory, '/') == SIZE_MAX ? STR("") : path_directory(directory);
    struct str places[] = {directory, parent};
    size_t read = 0;

    for (size_t i = 0; i < COUNT_OF(places); i++) {
        struct err ignored = ERR_NONE;
        struct tree_entries entries = {0};
        bool exists;
        if (!tree_list(w->tree, w->scratch, places[i], &entries, &exists, &ignored))
            continue;
        for (size_t j = 0; j < entries.count && read < SUPPORT_FILES_MAX; j++)
            if (entries.items[j].kind == TREE_FILE && ++read &&
                file_mentions(w, places[i], entries.items[j].name, "schema_migrations"))
                return true;
    }
    return false;
}

/* Whose SQL files are these? NULL: nobody's that we know. */
static const char *sql_owner(struct walk *w, struct str directory, const struct strs *files)
{
    struct str parent =
        str_find_byte(directory, '/') == SIZE_MAX ? STR("") : path_directory(directory);
    struct err ignored = ERR_NONE;
    size_t samples[] = {0, files->count / 2, files->count - 1};

    if (str_eq(path_base_name(parent), STR("supabase")))
        return "Supabase";
    if (file_mentions(w, parent, STR("Cargo.toml"), "sqlx"))
        return "sqlx";
    for (size_t i = 0; i < COUNT_OF(samples); i++) {
        struct str bytes;
        bool whole;
        if (!tree_read_start(w->tree, w->scratch,
                             child(w->scratch, directory, files->items[samples[i]]), READ_MAX,
                             &bytes, &whole, &ignored))
            continue;
        const char *tracker = marker_in_sql(bytes);
        if (tracker)
            return tracker;
    }
    return NULL;
}

static void add_foreign(struct walk *w, struct str directory, const char *tracker)
{
    VEC_PUSH(w->arena, &w->survey->foreign,
             (struct survey_foreign){.directory = directory, .tracker = tracker});
}

static void look_for_sql(struct walk *w, struct str directory, const struct tree_entries *entries)
{
    static const char *const weak[] = {"sql", "schema", "db", "database", "ddl", NULL};
    struct str base = path_base_name(directory), digits;
    struct str parent = path_base_name(path_directory(directory));
    struct strs files = {0};
    size_t all = 0;

    for (size_t i = 0; i < entries->count; i++) {
        struct str name = entries->items[i].name;
        if (entries->items[i].kind != TREE_FILE || !str_ends(name, STR(".sql")) ||
            sql_file_goes_back(name))
            continue;
        all++;
        if (sql_file_number(name, &digits))
            VEC_PUSH(w->scratch, &files, name);
    }
    if (files.count == 0 || files.count * 2 <= all)
        return;
    bool strong = is_one_of(base, migration_words) || is_one_of(parent, migration_words);
    if (!strong && !(is_one_of(base, weak) && files.count > 1 && has_runner_near(w, directory)))
        return;
    const char *owner = sql_owner(w, directory, &files);
    if (owner)
        add_foreign(w, directory, owner);
    else
        VEC_PUSH(w->arena, &w->survey->sql, directory);
}

/* migrations/<name>/up.sql and down.sql */
static bool is_up_and_down(struct str directory, const struct tree_entries *entries)
{
    return holds_file(entries, "up.sql") && holds_file(entries, "down.sql") &&
           str_eq(path_base_name(path_directory(directory)), STR("migrations"));
}

static bool visit(struct walk *w, struct place place, struct err *e)
{
    struct tree_entries entries;
    bool exists;

    if (!tree_list(w->tree, w->scratch, place.path, &entries, &exists, e))
        return false;
    if (is_foreign_work_tree(w, place.path, &entries) || find(&entries, "pyvenv.cfg"))
        return true;
    if (holds_file(&entries, "manage.py"))
        place.project = place.path;
    if (look_for_alembic(w, place.path, &entries))
        return true;
    const char *tracker = marker_find(w->tree, w->scratch, place.path, &entries);
    if (tracker)
        add_foreign(w,
                    place.project.bytes && str_eq(str_from(tracker), STR("Django")) ? place.project
                                                                                    : place.path,
                    tracker);
    else if (is_up_and_down(place.path, &entries))
        add_foreign(w, path_directory(place.path), "Diesel or Hasura");
    else
        look_for_sql(w, place.path, &entries);
    for (size_t i = 0; i < entries.count && place.depth < SURVEY_DEPTH_MAX; i++)
        if (entries.items[i].kind == TREE_DIRECTORY && is_entered(entries.items[i].name))
            VEC_PUSH(w->arena, &w->todo,
                     (struct place){.path = child(w->arena, place.path, entries.items[i].name),
                                    .project = place.project,
                                    .depth = place.depth + 1});
    return true;
}

bool survey_tree(struct arena *arena, struct tree *tree, struct str root, struct survey *ret_survey,
                 struct err *e)
{
    ARENA(scratch, SCRATCH_BUDGET);
    struct survey survey = {0};
    struct walk walk = {.arena = arena, .scratch = &scratch, .tree = tree, .survey = &survey};

    VEC_PUSH(arena, &walk.todo, (struct place){.path = root});
    for (size_t i = 0; i < walk.todo.count; i++) {
        if (i >= SURVEY_DIRECTORIES_MAX) {
            (void)err_set(e, ERR_LIMIT, "more than %u directories to search for migrations",
                          SURVEY_DIRECTORIES_MAX);
            return err_hint(e, "name the migration sets under \"migrations\" in %s", CONFIG_NAME);
        }
        if (!visit(&walk, walk.todo.items[i], e))
            return false;
        if (scratch.used > SCRATCH_ENOUGH)
            arena_release(&scratch);
    }
    strs_sort(&survey.settings);
    strs_sort(&survey.scripts);
    strs_sort(&survey.sql);
    *ret_survey = survey;
    return true;
}
