#include "migrations/survey.h"

#include "base/file.h"
#include "base/words.h"
#include "migrations/alembic.h"
#include "migrations/markers.h"
#include "migrations/modules.h"
#include "migrations/survey_enter.h"
#include "migrations/survey_sql.h"
#include "migrations/survey_work_tree.h"
#include "migrations/tracker.h"
#include "migrations/tracker_files.h"

#define SCRATCH_BUDGET ((size_t)192 << 20)
#define SCRATCH_ENOUGH ((size_t)4 << 20)
#define READ_MAX ((size_t)64 << 10)
#define TELLING_MAX ((size_t)256 << 10)
#define AHEAD 128u

struct place {
    struct str path;
    struct str id;      /* of a commit's directory */
    struct str project; /* the nearest directory above with a manage.py; STR_NONE: none */
    size_t depth;
    bool inside;           /* below the migrations of a pack: what lies there is theirs */
    uint32_t applications; /* a bit for each tool in whose application it lies (modules.h) */
    uint64_t surroundings;
    struct str key; /* of the memo; empty: it is not to be kept */
    bool bears;     /* something was found there */
};

struct walk {
    struct arena *arena;
    struct arena *scratch; /* listings and files, given back now and then */
    struct tree *tree;
    const struct config *config;
    const struct tracker *only;
    struct survey *survey;
    /* In the directory that was visited last: something; a tool's file, which may name directories elsewhere; a link, behind which other
     * things may lie in another commit. */
    bool found, set, linked;
    struct survey_memo *memo; /* NULL: none */
    VEC(struct place) todo, last;
    struct tracker_files files;
    struct modules modules;
    struct words directories; /* that were found */
    /* Files that were looked for near a directory: many lie below the same ones. */
    struct words absent, named; /* as tracker_recognise() wants them */
};

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
    if (!script || (!file_mentions(w, directory, STR("env.py"), "alembic") &&
                    !(holds_file(entries, "script.py.mako") &&
                      file_mentions(w, directory, STR("script.py.mako"), "down_revision"))))
        return false;
    VEC_PUSH(w->arena, &w->survey->scripts, directory);
    return true;
}

static void add_foreign(struct walk *w, struct str directory, const char *tracker)
{
    VEC_PUSH(w->arena, &w->survey->foreign,
             (struct survey_foreign){.directory = directory, .tracker = tracker});
}

static void look_for_sql(struct walk *w, struct str directory, const struct tree_entries *entries)
{
    struct strs unreadable = {0};
    const char *owner;
    bool found = survey_sql_lies_in(w->scratch, w->tree, directory, entries, &unreadable, &owner);

    keep_unreadable(w, &unreadable);
    if (found && owner)
        add_foreign(w, directory, owner);
    else if (found)
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

    /* Most directories are new, and of thousands each would be compared with all others. */
    bool fresh = found.directory.length && words_add(&w->directories, found.directory);
    for (size_t i = 0; i < all->count && !(fresh && !reads_below(found.tracker)); i++) {
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
                                        &w->absent, &w->named, &match, &unreadable, e);
    keep_unreadable(w, &unreadable);
    if (!recognised || (match.rank < SIGN_CONFIGURATION && is_of_seeds(directory)))
        return !err_is_set(e);
    *ret_found = true;
    const struct tracker_code *code = tracker_code_of(match.tracker);
    if (code && code->counts && !code->counts(w->scratch, w->tree, directory))
        return true;
    *ret_closed = reads_below(match.tracker);
    struct str groups[2] = {STR_NONE};
    if (!tracker_regex_matches(match.tracker->own_database, match.directory, groups, 2, e) &&
        err_is_set(e))
        return false;
    add_found(w, (struct survey_found){.directory = str_copy(w->arena, match.directory),
                                       .root = str_copy(w->arena, match.root),
                                       .tracker = match.tracker,
                                       .rank = (int)match.rank,
                                       .database = str_copy(w->arena, groups[1]),
                                       .reason = str_copy(w->arena, match.reason)});
    return true;
}

/* In a file of every project (package.json, .env) only what a command or a variable of the tool says tells of directories: the tool's whole settings
 * are looked for in many places. */
static bool file_tells(struct walk *w, const struct tracker_setting *setting, struct str root,
                       struct str file)
{
    struct err unread = ERR_NONE; /* the reading of the settings says it */
    struct str text;
    bool whole;

    return !setting->pattern.length || str_find_byte(file, '/') != SIZE_MAX ||
           str_find_byte(file, '*') != SIZE_MAX ||
           !tree_read_start(w->tree, w->scratch, path_below(w->scratch, root, file), TELLING_MAX,
                            &text, &whole, &unread) ||
           tracker_regex_matches(setting->pattern, text, NULL, 0, &unread) || err_is_set(&unread);
}

static bool files_tell(struct walk *w, const struct tracker *tracker, struct str root,
                       const struct tree_entries *entries)
{
    for (size_t i = 0; i < tracker->settings.count; i++) {
        const struct tracker_setting *setting = &tracker->settings.items[i];
        if (setting->sets.length && !str_eq(setting->sets, STR("directory")))
            continue;
        for (size_t j = 0; j < setting->file.count; j++) {
            struct str rest = setting->file.items[j], first = str_cut(&rest, '/');
            for (size_t k = 0; k < entries->count; k++)
                if (form_matches(first, entries->items[k].name) &&
                    file_tells(w, setting, root, setting->file.items[j]))
                    return true;
        }
    }
    return false;
}

/* Directories that a tool's own file in this directory names. */
static bool look_for_settings(struct walk *w, struct str root, const struct tree_entries *entries,
                              struct err *e)
{
    w->set = tracker_files_lie_in(&w->files, entries);
    if (!w->set)
        return true;
    for (size_t i = 0; i < trackers_count(w->config, w->only); i++) {
        const struct tracker *tracker = trackers_at(w->config, w->only, i);
        struct tracker_places places;
        enum tree_entry_kind kind;
        if (!tracker_file_lies_in(tracker, entries) || !files_tell(w, tracker, root, entries))
            continue;
        if (!tracker_places_read(w->scratch, w->tree, tracker, root, STR_NONE, &places, e))
            return false;
        if (places.unplaced.length)
            VEC_PUSH(w->arena, &w->survey->unplaced,
                     (struct survey_unplaced){.root = root,
                                              .tracker = tracker,
                                              .why = str_copy(w->arena, places.unplaced),
                                              .file = str_copy(w->arena, places.unplaced_by)});
        for (size_t j = 0; j < places.directories.count; j++) {
            if (!tree_exists(w->tree, w->scratch, places.directories.items[j], &kind) ||
                kind != TREE_DIRECTORY)
                continue;
            if (!places.besides)
                (void)words_add(&w->named,
                                tracker_file_key(w->arena, tracker, places.files.items[j]));
            add_found(w, (struct survey_found){
                             .directory = str_copy(w->arena, places.directories.items[j]),
                             .root = root,
                             .tracker = tracker,
                             .rank = SIGN_CONFIGURATION,
                             .reason = str_copy(w->arena, places.files.items[j]),
                             .named = str_copy(w->arena, places.named.items[j]),
                             .database = str_copy(w->arena, places.databases.items[j]),
                             .database_from = str_copy(w->arena, places.files.items[j])});
        }
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

/* Directories below, but for those that the memo knows to hold nothing. */
static void go_below(struct walk *w, struct place place, bool inside,
                     const struct tree_entries *entries)
{
    uint64_t surroundings = 0;

    if (w->memo)
        surroundings = survey_surroundings(w->memo, w->tree, w->scratch, place.surroundings,
                                           place.path, entries) ^
                       inside;
    for (size_t i = 0; i < entries->count; i++) {
        const struct tree_entry *entry = &entries->items[i];
        w->linked = w->linked || !entry->id.length;
        struct place below = {.path = path_below(w->arena, place.path, entry->name),
                              .id = entry->id,
                              .project = place.project,
                              .depth = place.depth + 1,
                              .inside = inside,
                              .applications = place.applications,
                              .surroundings = surroundings};
        enum entering entering = survey_entering(entries, entry->name);
        if (entry->kind == TREE_SUBMODULE && entering == ENTERED)
            strs_add(w->arena, &w->survey->submodules, below.path);
        if (entry->kind == TREE_DIRECTORY && entering == ENTERED_LAST)
            VEC_PUSH(w->arena, &w->last, below);
        if (entry->kind != TREE_DIRECTORY || entering != ENTERED)
            continue;
        if (w->memo && entry->id.length)
            below.key = survey_memo_key(w->arena, surroundings, entry->id, below.path);
        if (place.depth >= SURVEY_DEPTH_MAX)
            strs_add(w->arena, &w->survey->deep, below.path);
        else if (!w->memo || !words_have(&w->memo->barren, below.key))
            VEC_PUSH(w->arena, &w->todo, below);
    }
}

static bool visit(struct walk *w, struct place place, struct err *e)
{
    struct tree_entries entries;
    bool exists, closed = false, found = false;

    w->found = true; /* unless it goes through to the end */
    w->set = w->linked = false;
    if (!tree_list(w->tree, w->scratch, place.path, &entries, &exists, e))
        return false;
    if (survey_is_own_work_tree(w->scratch, w->tree, place.path, &entries) ||
        find(&entries, "pyvenv.cfg"))
        return true;
    if (holds_file(&entries, "manage.py"))
        place.project = place.path;
    place.applications =
        modules_note(w->arena, w->tree, &w->modules, place.path, &entries, place.applications);
    if (look_for_alembic(w, place.path, &entries))
        return true;
    if (!look_for_settings(w, place.path, &entries, e) ||
        !look_for_packs(w, place.path, &entries, &closed, &found, e))
        return false;
    if (closed)
        return true;
    if (!found && !place.inside)
        look_for_others(w, &place, &entries);
    w->found = found;
    go_below(w, place, place.inside || found, &entries);
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

static size_t count_all(const struct walk *w)
{
    const struct survey *survey = w->survey;

    return w->modules.code.count + w->modules.applications.count + survey->settings.count +
           survey->scripts.count + survey->sql.count + survey->foreign.count + survey->found.count +
           survey->elsewhere.count + survey->unplaced.count + survey->unreadable.count +
           survey->deep.count + survey->submodules.count;
}

/* What bore nothing, nor anything below it. */
static void keep_barren(const struct walk *w)
{
    struct words bearing = {.arena = w->scratch};

    for (size_t i = 0; i < w->todo.count; i++)
        for (struct str at = w->todo.items[i].path; w->todo.items[i].bears && at.length;
             at = path_parent(at))
            (void)words_add(&bearing, at);
    for (size_t i = 0; i < w->todo.count; i++)
        if (w->todo.items[i].key.length && !words_have(&bearing, w->todo.items[i].path))
            (void)words_add(&w->memo->barren, w->todo.items[i].key);
}

static bool walk_from(struct walk *w, size_t from, struct err *e)
{
    size_t ahead = from;

    for (size_t i = from; i < w->todo.count; i++) {
        size_t before = count_all(w), last = w->last.count;
        if (i >= SURVEY_DIRECTORIES_MAX) {
            (void)err_set(e, ERR_LIMIT, "more than %u directories to search for migrations",
                          SURVEY_DIRECTORIES_MAX);
            return err_hint(e, "name the migration sets under \"migrations\" in %s", CONFIG_NAME);
        }
        if (i == ahead) {
            look_ahead(w, i);
            ahead = w->todo.count - i < AHEAD ? w->todo.count : i + AHEAD;
        }
        if (!visit(w, w->todo.items[i], e))
            return false;
        w->todo.items[i].bears =
            w->found || w->set || w->linked || w->last.count > last || count_all(w) != before;
        if (w->scratch->used > SCRATCH_ENOUGH)
            arena_release(w->scratch);
    }
    return true;
}

/* What a build made is looked into where there is nothing else, and not kept: another commit may have its sources. */
static bool walk_all(struct walk *w, struct err *e)
{
    const struct survey *survey = w->survey;

    if (!walk_from(w, 0, e))
        return false;
    if (w->memo)
        keep_barren(w);
    if (survey_has_any(survey))
        return true;
    size_t from = w->todo.count;
    w->memo = NULL;
    for (size_t i = 0; i < w->last.count; i++)
        VEC_PUSH(w->arena, &w->todo, w->last.items[i]);
    return walk_from(w, from, e);
}

static bool survey_with(struct walk *walk, struct str root, struct survey *ret_survey,
                        struct err *e)
{
    ARENA(scratch, SCRATCH_BUDGET);
    struct survey survey = {0};

    walk->scratch = &scratch;
    walk->survey = &survey;
    tracker_files_note(walk->arena, walk->config, walk->only, &walk->files);
    walk->modules = modules_new(walk->config, walk->only);
    walk->absent.arena = walk->arena;
    walk->named.arena = walk->arena;
    walk->directories.arena = walk->arena;
    VEC_PUSH(walk->arena, &walk->todo, (struct place){.path = root});
    if (!walk_all(walk, e))
        return false;
    survey_drop_elsewhere(&survey);
    survey_drop_copies(&scratch, &survey);
    survey_drop_links(&scratch, walk->tree, &survey);
    if (!modules_settle(walk->arena, walk->tree, &walk->modules, &survey, e))
        return false;
    strs_sort(&survey.settings);
    strs_sort(&survey.scripts);
    strs_sort(&survey.sql);
    *ret_survey = survey;
    return true;
}

bool survey_tree(struct arena *arena, struct tree *tree, const struct config *config,
                 const struct tracker *only, struct str root, struct survey *ret_survey,
                 struct err *e)
{
    struct walk walk = {.arena = arena, .tree = tree, .config = config, .only = only};

    return survey_with(&walk, root, ret_survey, e);
}

bool survey_commit(struct arena *arena, struct tree *tree, const struct config *config,
                   struct survey_memo *memo, struct survey *ret_survey, struct err *e)
{
    struct walk walk = {.arena = arena, .tree = tree, .config = config, .memo = memo};

    return survey_with(&walk, STR(""), ret_survey, e);
}
