#include "migrations/survey.h"

#include "base/file.h"
#include "migrations/alembic.h"
#include "migrations/markers.h"
#include "migrations/sql.h"
#include "migrations/tracker.h"

#define SCRATCH_BUDGET ((size_t)192 << 20)
#define SCRATCH_ENOUGH ((size_t)4 << 20)
#define READ_MAX ((size_t)64 << 10)
#define SUPPORT_FILES_MAX 40u
#define AHEAD 128u

struct place {
    struct str path;
    struct str id;      /* of a commit's directory */
    struct str project; /* the nearest directory above with a manage.py; STR_NONE: none */
    size_t depth;
    bool inside; /* below the migrations of a pack: what lies there is theirs */
};

struct walk {
    struct arena *arena;
    struct arena *scratch; /* listings and files, given back now and then */
    struct tree *tree;
    const struct config *config;
    const struct tracker *only;
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

bool survey_is_of_migrations(struct str directory)
{
    static const char *const words[] = {"migrations", "migration", "migrate",    "versions",
                                        "changelog",  "liquibase", "changelogs", NULL};

    while (directory.length)
        if (is_one_of(str_cut(&directory, '/'), words))
            return true;
    return false;
}

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

/* What fills tables is written as migrations are, and recorded elsewhere. */
static bool is_of_seeds(struct str directory)
{
    while (directory.length) {
        struct str part = str_cut(&directory, '/');
        if (str_starts(part, STR("seed")) || str_ends(part, STR("-seeds")) ||
            str_ends(part, STR("_seeds")))
            return true;
    }
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

/* False: it is not there, or cannot be read, which is kept. */
static bool read_start(struct walk *w, struct str path, struct str *ret_bytes)
{
    struct err bad = ERR_NONE;
    bool whole;

    if (tree_read_start(w->tree, w->scratch, path, READ_MAX, ret_bytes, &whole, &bad))
        return true;
    if (bad.kind != ERR_NOT_FOUND)
        strs_add(w->arena, &w->survey->unreadable, str_copy(w->arena, str_from(bad.message)));
    return false;
}

static void keep_unreadable(struct walk *w, const struct strs *messages)
{
    for (size_t i = 0; i < messages->count; i++)
        strs_add(w->arena, &w->survey->unreadable, str_copy(w->arena, messages->items[i]));
}

static bool file_mentions(struct walk *w, struct str directory, struct str name, const char *text)
{
    struct str bytes;

    return read_start(w, path_below(w->scratch, directory, name), &bytes) &&
           str_contains(bytes, str_from(text));
}

/* "gitdir: /srv/app/.git/worktrees/feature": the common directory, and the name; false for what is no linked work tree. */
static bool linked_work_tree(struct walk *w, struct str directory, struct str *ret_common,
                             struct str *ret_name)
{
    struct err ignored = ERR_NONE; /* the migrations of what cannot be read count */
    struct str bytes;
    bool whole;

    if (!tree_read_start(w->tree, w->scratch, path_below(w->scratch, directory, STR(".git")),
                         READ_MAX, &bytes, &whole, &ignored))
        return false;
    size_t at = str_find(bytes, STR("/worktrees/"));
    if (at == SIZE_MAX)
        return false;
    *ret_common = str_prefix(bytes, at);
    *ret_name = str_trim(str_from_offset(bytes, at + STR("/worktrees/").length));
    return true;
}

/* A second work tree of this very repository (`git worktree add` inside it): another state of the same migrations. A deploy of a work tree ships files,
 * not commits: repositories that were cloned or made inside it, and submodules, are part of it. */
static bool is_own_work_tree(struct walk *w, struct str directory,
                             const struct tree_entries *entries)
{
    const struct tree_entry *git = find(entries, ".git");
    struct str common, name, our_common, our_name;
    enum tree_entry_kind kind;

    if (!directory.length || !git || git->kind != TREE_FILE ||
        !linked_work_tree(w, directory, &common, &name))
        return false;
    if (linked_work_tree(w, STR(""), &our_common, &our_name))
        return str_eq(common, our_common);
    return tree_exists(w->tree, w->scratch,
                       path_below(w->scratch, STR(".git/worktrees"), path_base_name(name)), &kind);
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

/* What cannot be read may name it. */
static bool may_mention(struct walk *w, struct str path, const char *text)
{
    struct err bad = ERR_NONE;
    struct str bytes;
    bool whole;

    if (!tree_read_start(w->tree, w->scratch, path, READ_MAX, &bytes, &whole, &bad))
        return bad.kind != ERR_NOT_FOUND;
    return str_contains(bytes, str_from(text));
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
                may_mention(w, path_below(w->scratch, places[i], entries.items[j].name),
                            "schema_migrations"))
                return true;
    }
    return false;
}

/* Whose SQL files are these? NULL: nobody's that we know. */
static const char *sql_owner(struct walk *w, struct str directory, const struct strs *files)
{
    struct str parent =
        str_find_byte(directory, '/') == SIZE_MAX ? STR("") : path_directory(directory);
    size_t samples[] = {0, files->count / 2, files->count - 1};

    if (str_eq(path_base_name(parent), STR("supabase")))
        return "Supabase";
    if (file_mentions(w, parent, STR("Cargo.toml"), "sqlx"))
        return "sqlx";
    for (size_t i = 0; i < COUNT_OF(samples); i++) {
        struct str bytes;
        const char *tracker = NULL;
        if (read_start(w, path_below(w->scratch, directory, files->items[samples[i]]), &bytes))
            tracker = marker_in_sql(bytes);
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

/* Does the tool read what lies below its directory with it? */
static bool reads_below(const struct tracker *tracker)
{
    return tracker->unit.recursive || str_eq(tracker->unit.kind, STR("directory"));
}

/* The stronger sign counts where two packs see their migrations in one directory; the outer directory where it covers the inner one. */
static void add_found(struct walk *w, struct survey_found found)
{
    struct survey_founds *all = &w->survey->found;
    struct str inside;

    for (size_t i = 0; i < all->count; i++) {
        struct survey_found *other = &all->items[i];
        bool same = str_eq(other->directory, found.directory);
        if (same && (found.rank > other->rank ||
                     (found.named.length && !other->named.length && found.rank == other->rank)))
            *other = found;
        if (same ||
            (other->tracker == found.tracker && reads_below(found.tracker) &&
             other->directory.length && path_relative(other->directory, found.directory, &inside)))
            return;
    }
    VEC_PUSH(w->arena, all, found);
}

/* *ret_closed: what lies below belongs to the migrations. */
static bool look_for_packs(struct walk *w, struct str directory, const struct tree_entries *entries,
                           bool *ret_closed, bool *ret_found, struct err *e)
{
    struct sign_match match;

    *ret_closed = *ret_found = false;
    struct strs unreadable = {0};
    bool recognised = tracker_recognise(w->scratch, w->tree, w->config, w->only, directory, entries,
                                        &match, &unreadable, e);
    keep_unreadable(w, &unreadable);
    if (!recognised || (match.rank < SIGN_CONFIGURATION && is_of_seeds(directory)))
        return !err_is_set(e);
    *ret_found = true;
    const struct tracker_code *code = tracker_code_of(match.tracker);
    if (code && code->counts && !code->counts(w->scratch, w->tree, directory))
        return true;
    *ret_closed = reads_below(match.tracker);
    struct str groups[2] = {STR_NONE};
    if (!tracker_regex_matches(match.tracker->own_database, directory, groups, 2, e) &&
        err_is_set(e))
        return false;
    add_found(w, (struct survey_found){.directory = directory,
                                       .root = str_copy(w->arena, match.root),
                                       .tracker = match.tracker,
                                       .rank = (int)match.rank,
                                       .database = str_copy(w->arena, groups[1]),
                                       .reason = str_copy(w->arena, match.reason)});
    return true;
}

static bool names_directory(const struct tracker *tracker, const struct tree_entries *entries)
{
    for (size_t i = 0; i < tracker->settings.count; i++)
        for (size_t j = 0; j < tracker->settings.items[i].file.count; j++) {
            struct str rest = tracker->settings.items[i].file.items[j];
            struct str first = str_cut(&rest, '/');
            bool is_form = str_find_byte(first, '*') != SIZE_MAX;
            for (size_t k = 0; k < entries->count; k++)
                if (is_form ? form_matches(first, entries->items[k].name)
                            : str_eq(first, entries->items[k].name))
                    return true;
        }
    return false;
}

/* Directories that a tool's own file in this directory names. */
static bool look_for_settings(struct walk *w, struct str root, const struct tree_entries *entries,
                              struct err *e)
{
    size_t own = w->config && !w->only ? w->config->trackers.count : 0;
    size_t count = w->only ? 1 : own + tracker_table_count;

    for (size_t i = 0; i < count; i++) {
        const struct tracker *tracker = w->only   ? w->only
                                        : i < own ? &w->config->trackers.items[i]
                                                  : &tracker_table[i - own];
        struct tracker_places places;
        enum tree_entry_kind kind;
        if (!names_directory(tracker, entries))
            continue;
        if (!tracker_places_read(w->scratch, w->tree, tracker, root, STR_NONE, &places, e))
            return false;
        if (places.unplaced.length)
            VEC_PUSH(w->arena, &w->survey->unplaced,
                     (struct survey_unplaced){.root = root,
                                              .tracker = tracker,
                                              .why = str_copy(w->arena, places.unplaced)});
        for (size_t j = 0; j < places.directories.count; j++)
            if (tree_exists(w->tree, w->scratch, places.directories.items[j], &kind) &&
                kind == TREE_DIRECTORY)
                add_found(w, (struct survey_found){
                                 .directory = str_copy(w->arena, places.directories.items[j]),
                                 .root = root,
                                 .tracker = tracker,
                                 .rank = SIGN_CONFIGURATION,
                                 .reason = str_copy(w->arena, places.files.items[j]),
                                 .named = str_copy(w->arena, places.named.items[j]),
                                 .database = str_copy(w->arena, places.databases.items[j]),
                                 .database_from = str_copy(w->arena, places.files.items[j])});
        for (size_t j = 0; j < places.elsewhere.count; j++)
            VEC_PUSH(
                w->arena, &w->survey->elsewhere,
                (struct survey_found){.directory = str_copy(w->arena, places.elsewhere.items[j]),
                                      .tracker = tracker});
    }
    return true;
}

/* What no pack describes. */
static void look_for_others(struct walk *w, const struct place *place,
                            const struct tree_entries *entries)
{
    struct strs unreadable = {0};
    const char *tracker = marker_find(w->tree, w->scratch, place->path, entries, &unreadable);
    bool django = tracker && str_eq(str_from(tracker), STR("Django"));

    keep_unreadable(w, &unreadable);
    if (tracker)
        add_foreign(w, place->project.bytes && django ? place->project : place->path, tracker);
    else if (is_up_and_down(place->path, entries))
        add_foreign(w, path_directory(place->path), "Diesel or Hasura");
    else
        look_for_sql(w, place->path, entries);
}

static bool visit(struct walk *w, struct place place, struct err *e)
{
    struct tree_entries entries;
    bool exists, closed = false, found = false;

    if (!tree_list(w->tree, w->scratch, place.path, &entries, &exists, e))
        return false;
    if (is_own_work_tree(w, place.path, &entries) || find(&entries, "pyvenv.cfg"))
        return true;
    if (holds_file(&entries, "manage.py"))
        place.project = place.path;
    if (look_for_alembic(w, place.path, &entries))
        return true;
    if (!look_for_settings(w, place.path, &entries, e) ||
        !look_for_packs(w, place.path, &entries, &closed, &found, e))
        return false;
    if (closed)
        return true;
    if (!found && !place.inside)
        look_for_others(w, &place, &entries);
    for (size_t i = 0; i < entries.count; i++) {
        if (entries.items[i].kind == TREE_SUBMODULE && is_entered(entries.items[i].name))
            strs_add(w->arena, &w->survey->submodules,
                     path_below(w->arena, place.path, entries.items[i].name));
        if (entries.items[i].kind != TREE_DIRECTORY || !is_entered(entries.items[i].name))
            continue;
        if (place.depth >= SURVEY_DEPTH_MAX)
            strs_add(w->arena, &w->survey->deep,
                     path_below(w->arena, place.path, entries.items[i].name));
        else
            VEC_PUSH(w->arena, &w->todo,
                     (struct place){.path = path_below(w->arena, place.path, entries.items[i].name),
                                    .id = entries.items[i].id,
                                    .project = place.project,
                                    .depth = place.depth + 1,
                                    .inside = place.inside || found});
    }
    return true;
}

/* What the next directories will ask for: of a commit, one by one would cost a wait each. */
static void look_ahead(struct walk *w, size_t from)
{
    ARENA(scratch, SCRATCH_BUDGET);
    struct strs directories = {0}, files = {0};
    size_t end = w->todo.count - from < AHEAD ? w->todo.count : from + AHEAD;

    for (size_t i = from; i < end; i++)
        if (w->todo.items[i].id.length)
            VEC_PUSH(&scratch, &directories, w->todo.items[i].id);
    if (!directories.count)
        return;
    tree_expect(w->tree, &directories, &files);
    directories.count = 0;
    for (size_t i = from; i < end; i++) {
        struct err unread = ERR_NONE; /* the visit will say it */
        struct tree_entries entries;
        struct str path = w->todo.items[i].path;
        bool exists;
        if (w->todo.items[i].id.length &&
            tree_list(w->tree, &scratch, path, &entries, &exists, &unread))
            tracker_samples(&scratch, w->tree, w->config, w->only, path, &entries, &files);
    }
    tree_expect(w->tree, &directories, &files);
}

static bool is_elsewhere(const struct survey *survey, const struct survey_found *found)
{
    for (size_t i = 0; i < survey->elsewhere.count; i++)
        if (survey->elsewhere.items[i].tracker == found->tracker &&
            str_eq(survey->elsewhere.items[i].directory, found->directory))
            return !found->named.length;
    return false;
}

/* A directory that only other environments have is found by its look as well. */
static void drop_elsewhere(struct survey *survey)
{
    size_t kept = 0;

    for (size_t i = 0; i < survey->found.count; i++)
        if (!is_elsewhere(survey, &survey->found.items[i]))
            survey->found.items[kept++] = survey->found.items[i];
    survey->found.count = kept;
}

bool survey_tree(struct arena *arena, struct tree *tree, const struct config *config,
                 const struct tracker *only, struct str root, struct survey *ret_survey,
                 struct err *e)
{
    ARENA(scratch, SCRATCH_BUDGET);
    struct survey survey = {0};
    struct walk walk = {.arena = arena,
                        .scratch = &scratch,
                        .tree = tree,
                        .config = config,
                        .only = only,
                        .survey = &survey};

    size_t ahead = 0;
    VEC_PUSH(arena, &walk.todo, (struct place){.path = root});
    for (size_t i = 0; i < walk.todo.count; i++) {
        if (i >= SURVEY_DIRECTORIES_MAX) {
            (void)err_set(e, ERR_LIMIT, "more than %u directories to search for migrations",
                          SURVEY_DIRECTORIES_MAX);
            return err_hint(e, "name the migration sets under \"migrations\" in %s", CONFIG_NAME);
        }
        if (i == ahead) {
            look_ahead(&walk, i);
            ahead = walk.todo.count - i < AHEAD ? walk.todo.count : i + AHEAD;
        }
        if (!visit(&walk, walk.todo.items[i], e))
            return false;
        if (scratch.used > SCRATCH_ENOUGH)
            arena_release(&scratch);
    }
    drop_elsewhere(&survey);
    strs_sort(&survey.settings);
    strs_sort(&survey.scripts);
    strs_sort(&survey.sql);
    *ret_survey = survey;
    return true;
}

bool survey_directories(struct arena *arena, struct tree *tree, const struct tracker *tracker,
                        struct str root, struct strs *ret_directories, struct err *e)
{
    struct strs directories = {0};
    struct survey survey;

    if (!survey_tree(arena, tree, NULL, tracker, root, &survey, e))
        return false;
    for (size_t i = 0; i < survey.found.count; i++)
        if (survey.found.items[i].tracker == tracker)
            strs_add(arena, &directories, survey.found.items[i].directory);
    strs_sort(&directories);
    *ret_directories = directories;
    return true;
}
