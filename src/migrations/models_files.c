#include "migrations/models_files.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/file.h"
#include "migrations/model_paths.h"
#include "migrations/models_near.h"
#include "migrations/models_opaque.h"

#define DEPTH_MAX 24u
#define HURRY_PATHS 2000u
#define HURRY_ASKED 40u
#define NEARBY_MAX 400u
#define NEARBY_PLACES_MAX 16u
#define MODEL_FILE_MAX ((size_t)16 << 20)
#define LISTING_BUDGET ((size_t)64 << 20)

static bool is_entered(struct str name)
{
    static const char *const skipped[] = {
        "node_modules", "venv",  "virtualenv", "site-packages", "__pycache__", "dist", "migrations",
        "versions",     "tests", "test",       "__tests__",     "spec",        "e2e"};

    for (size_t i = 0; i < COUNT_OF(skipped); i++)
        if (str_eq(name, str_from(skipped[i])))
            return false;
    return name.length && name.bytes[0] != '.';
}

static bool is_below_models(struct str path)
{
    while (str_find_byte(path, '/') != SIZE_MAX) {
        struct str part = str_cut(&path, '/');
        if (str_starts(part, STR("model")) || str_starts(part, STR("entit")))
            return true;
    }
    return false;
}

/* A test's own models lie beside what is tested: user.entity.spec.ts, test_models.py. models/test_result.py is a table of results. */
static bool is_of_tests(struct str path)
{
    struct str name = path_base_name(path);

    if (str_contains(name, STR(".spec.")) || str_contains(name, STR(".test.")) ||
        str_contains(name, STR("-spec.")))
        return true;
    return str_ends(name, STR(".py")) &&
           (str_eq(name, STR("conftest.py")) || str_eq(name, STR("tests.py")) ||
            (str_starts(name, STR("test_")) && !is_below_models(path)));
}

/* Folders of copies and of documentation, by their name and by what they hold: folders alone. An application may be called so as well; it has
 * sources, or migrations, of its own. */
static bool is_aside(struct str directory, const struct tree_entries *entries)
{
    static const char *const names[] = {"vendor", "third_party", "third-party",
                                        "docs",   "doc",         "docs_src"};
    struct str name = path_base_name(directory);
    bool aside = false;

    for (size_t i = 0; i < COUNT_OF(names) && !aside; i++)
        aside = str_eq(name, str_from(names[i]));
    for (size_t i = 0; aside && i < entries->count; i++) {
        const struct tree_entry *entry = &entries->items[i];
        aside = entry->kind == TREE_DIRECTORY
                    ? !str_eq(entry->name, STR("migrations"))
                    : !model_language_of(entry->name) || str_eq(entry->name, STR("conf.py"));
    }
    return aside;
}

/* --- Which files. --- */

/* The rows of a language as one pattern: each path is asked for once. */
static struct str patterns_of(struct arena *arena, struct str language)
{
    struct strs parts = {0};

    for (size_t i = 0; i < model_path_count; i++)
        if (str_eq(model_paths[i].language, language))
            VEC_PUSH(arena, &parts,
                     str_printf(arena, "(?:" STR_FMT ")", STR_ARG(model_paths[i].path)));
    return str_join(arena, parts.items, parts.count, STR("|"));
}

void model_matcher_make(struct arena *arena, const struct config *config,
                        struct model_matcher *ret_matcher)
{
    *ret_matcher = (struct model_matcher){
        .arena = arena, .taken = {.arena = arena}, .refused = {.arena = arena}};
    for (size_t i = 0; i < model_language_count; i++) {
        struct str pattern = patterns_of(arena, model_languages[i].name);
        if (pattern.length)
            VEC_PUSH(arena, &ret_matcher->rows,
                     (struct model_matcher_row){.pattern = pattern,
                                                .language = model_languages[i].name});
    }
    for (size_t i = 0; config && i < config->models.count; i++)
        VEC_PUSH(arena, &ret_matcher->rows,
                 (struct model_matcher_row){.pattern = config->models.items[i].path});
}

static void hurry(struct model_matcher *matcher)
{
    matcher->hurry = true;
    for (size_t i = 0; i < matcher->rows.count; i++)
        if (matcher->rows.items[i].regex)
            regex_hurry(matcher->rows.items[i].regex);
}

static bool ask(struct model_matcher *matcher, struct str path, bool *ret_matches, struct err *e)
{
    const struct model_language *language = model_language_of(path);

    *ret_matches = false;
    if (++matcher->asked == HURRY_ASKED)
        hurry(matcher);
    for (size_t i = 0; language && i < matcher->rows.count && !*ret_matches; i++) {
        struct model_matcher_row *row = &matcher->rows.items[i];
        if (row->language.length && !str_eq(row->language, language->name))
            continue;
        if (!row->regex) {
            if (!regex_compile(matcher->arena, row->pattern, &row->regex, e))
                return false;
            if (matcher->hurry)
                regex_hurry(row->regex);
        }
        if (!regex_match(row->regex, path, ret_matches, NULL, 0, e))
            return false;
    }
    return true;
}

static bool matches(struct model_matcher *matcher, struct str path, bool *ret_matches,
                    struct err *e)
{
    *ret_matches = words_have(&matcher->taken, path);
    if (*ret_matches || words_have(&matcher->refused, path))
        return true;
    if (!ask(matcher, path, ret_matches, e))
        return false;
    (void)words_add(*ret_matches ? &matcher->taken : &matcher->refused, path);
    return true;
}

bool models_any_path(struct arena *arena, const struct config *config,
                     const struct repository_changes *changes, bool *ret_any, struct err *e)
{
    struct model_matcher matcher = {0};

    *ret_any = false;
    model_matcher_make(arena, config, &matcher);
    matcher.hurry = changes->count >= HURRY_PATHS;
    for (size_t i = 0; i < changes->count && !*ret_any; i++)
        if (!ask(&matcher, changes->items[i].path, ret_any, e))
            return false;
    return true;
}

/* Where a tool may be told how it names things: Django's settings, TypeORM's data sources, drizzle.config. */
static bool is_settings(struct str directory, struct str name)
{
    static const char *const stems[] = {"data-source",    "datasource", "orm",        "typeorm",
                                        "app.module",     "database",   "db",         "core.module",
                                        "naming",         "postgres",   "connection", "persistence",
                                        "drizzle.config", "main.",      "server.",    "app.ts",
                                        "app.js"};
    static const char *const folders[] = {"",           "src",  "db",     "database",    "typeorm",
                                          "orm",        "data", "config", "persistence", "server",
                                          "connection", NULL};
    static const char *const parts[] = {"config",     "Config",      "typeorm",   "DataSource",
                                        "dataSource", "data-source", "datasource"};

    if (str_ends(name, STR(".py")))
        return str_eq(name, STR("settings.py")) ||
               str_eq(path_base_name(directory), STR("settings"));
    const struct model_language *language = model_language_of(name);
    if (!language || !str_eq(language->name, STR("typescript")))
        return false;
    for (size_t i = 0; i < COUNT_OF(stems); i++)
        if (str_starts(name, str_from(stems[i])))
            return true;
    if (str_starts(name, STR("index.")) && str_is_one_of(path_base_name(directory), folders))
        return true;
    for (size_t i = 0; i < COUNT_OF(parts); i++) /* api-config.service.ts */
        if (str_contains(name, str_from(parts[i])))
            return true;
    return false;
}

static bool note_file(struct model_side *side, struct model_matcher *matcher, struct str directory,
                      const struct tree_entry *entry, struct err *e)
{
    const struct model_language *language = model_language_of(entry->name);
    bool wanted;

    if (!language || !side->touched[language - model_languages])
        return true;
    struct str path = path_below(side->arena, directory, entry->name);
    if (is_of_tests(path))
        return true;
    if (!matches(matcher, path, &wanted, e))
        return false;
    if (wanted) {
        VEC_PUSH(side->arena, &side->paths[language - model_languages], path);
        side->count++;
    } else if (language->mentions) {
        VEC_PUSH(side->arena, &side->others[language - model_languages], path);
    }
    if (is_settings(directory, entry->name))
        VEC_PUSH(side->arena, &side->settings[language - model_languages], path);
    return side->count <= MODEL_FILES_MAX ||
           err_set(e, ERR_LIMIT, "more than %u model files", MODEL_FILES_MAX);
}

/* A directory that the other commit has as well, with all that is below, holds the same files. */
static void enter(struct model_side *side, struct str path, struct str id, struct strs *below,
                  struct strs *ids)
{
    struct str key = path_below(side->arena, id, path);

    if (id.length && side->other && words_have(&side->other->walked, key) &&
        !words_have(&side->other->linked, path)) {
        (void)words_add(&side->same, path);
        return;
    }
    if (id.length)
        (void)words_add(&side->walked, key);
    VEC_PUSH(side->arena, below, path);
    VEC_PUSH(side->arena, ids, str_copy(side->arena, id));
}

static bool lies_in_same(const struct model_side *side, struct str path)
{
    for (struct str at = path_parent(path); at.length; at = path_parent(at))
        if (words_have(&side->same, at))
            return true;
    return false;
}

/* Returns how many. */
static size_t take_same(struct model_side *side, const struct strs *theirs, struct strs *ours)
{
    size_t count = 0;

    for (size_t i = 0; i < theirs->count; i++)
        if (lies_in_same(side, theirs->items[i])) {
            VEC_PUSH(side->arena, ours, theirs->items[i]);
            count++;
        }
    return count;
}

static void note_link(struct model_side *side, struct str directory)
{
    for (struct str at = directory; at.length; at = path_parent(at))
        (void)words_add(&side->linked, at);
}

/* All directories of one depth, so that a commit's are read together. */
static bool walk_depth(struct model_side *side, struct model_matcher *matcher,
                       const struct strs *places, struct strs *ret_below, struct strs *ret_ids,
                       struct err *e)
{
    for (size_t i = 0; i < places->count; i++) {
        ARENA(scratch, LISTING_BUDGET);
        struct tree_entries entries;
        bool exists;
        if (!tree_list(side->tree, &scratch, places->items[i], &entries, &exists, e))
            return false;
        if (is_aside(places->items[i], &entries))
            continue;
        for (size_t j = 0; j < entries.count; j++) {
            const struct tree_entry *entry = &entries.items[j];
            if (!entry->id.length)
                note_link(side, places->items[i]);
            if (entry->kind == TREE_DIRECTORY && is_entered(entry->name))
                enter(side, path_below(side->arena, places->items[i], entry->name), entry->id,
                      ret_below, ret_ids);
            if (entry->kind == TREE_FILE && !note_file(side, matcher, places->items[i], entry, e))
                return false;
        }
    }
    return true;
}

static bool walk(struct model_side *side, struct model_matcher *matcher, struct err *e)
{
    const struct strs none = {0};
    struct strs places = {0};

    VEC_PUSH(side->arena, &places, STR(""));
    for (size_t depth = 0; depth <= DEPTH_MAX && places.count; depth++) {
        struct strs below = {0}, ids = {0};
        if (!walk_depth(side, matcher, &places, &below, &ids, e))
            return false;
        tree_expect(side->tree, &ids, &none);
        places = below;
    }
    for (size_t i = 0; side->same.count && i < model_language_count; i++) {
        side->count += take_same(side, &side->other->walked_paths[i], &side->paths[i]);
        (void)take_same(side, &side->other->others[i], &side->others[i]);
        (void)take_same(side, &side->other->settings[i], &side->settings[i]);
    }
    for (size_t i = 0; i < model_language_count; i++)
        for (size_t j = 0; j < side->paths[i].count; j++)
            VEC_PUSH(side->arena, &side->walked_paths[i], side->paths[i].items[j]);
    return side->count <= MODEL_FILES_MAX ||
           err_set(e, ERR_LIMIT, "more than %u model files", MODEL_FILES_MAX);
}

static bool lies_aside(const struct model_side *side, struct str directory)
{
    ARENA(scratch, LISTING_BUDGET);
    struct err absent = ERR_NONE; /* then no file below is there either */
    struct tree_entries entries;
    bool exists;

    return tree_list(side->tree, &scratch, directory, &entries, &exists, &absent) &&
           is_aside(directory, &entries);
}

static bool path_is_entered(const struct model_side *side, struct str path)
{
    static const struct tree_entries any = {0};

    for (size_t at = 0; at < path.length; at++) {
        struct str directory = str_prefix(path, at);
        if (path.bytes[at] == '/' && (!is_entered(path_base_name(directory)) ||
                                      (is_aside(directory, &any) && lies_aside(side, directory))))
            return false;
    }
    return true;
}

static bool is_listed(const struct model_side *side, struct str path)
{
    for (size_t i = 0; i < model_language_count; i++)
        if (strs_have(&side->paths[i], path) || strs_have(&side->changed[i], path))
            return true;
    return false;
}

static pthread_mutex_t trees = PTHREAD_MUTEX_INITIALIZER;

bool model_side_read(void *self, struct str path, struct str *ret_bytes)
{
    struct model_side *side = self;
    struct err e = ERR_NONE;

    if (side->thin && model_thin_text(side, path, ret_bytes))
        return true;
    /* Both sides are read at the same time; their trees share a repository. */
    pthread_mutex_lock(&trees);
    bool got = tree_read(side->tree, side->arena, path, MODEL_FILE_MAX, ret_bytes, &e);
    pthread_mutex_unlock(&trees);

    /* What a model imports may be absent, or no file at all; a model file that is there and cannot be read is no answer. */
    if (!got && e.kind != ERR_NOT_FOUND && !err_is_set(&side->broken) && is_listed(side, path))
        side->broken = e;
    if (side->thin && got)
        model_thin_look(side, path, *ret_bytes);
    return got;
}

/* `text` NULL: it was not read yet, and its first bytes tell. */
static void note_opaque(struct model_side *side, struct str path, const struct strs *changed,
                        const struct str *text)
{
    struct err unread = ERR_NONE; /* it is read again, and then that is said */
    struct str start;
    bool whole;

    if (!strs_sorted_have(changed, path) ||
        (!text &&
         !tree_read_start(side->tree, side->arena, path, OPAQUE_MAX, &start, &whole, &unread)))
        return;
    if (models_opacity(text ? *text : start))
        (void)words_add(&side->opaque, path);
}

/* Does it hold models? What did not change says the same in both trees. */
static bool holds_models(struct model_side *side, size_t language, struct str path,
                         const struct strs *changed)
{
    const struct model_language *row = &model_languages[language];
    struct str source;

    if (!row->mentions) {
        note_opaque(side, path, changed, NULL);
        return true;
    }
    if (side->other && words_have(&side->other->looked, path) && !strs_sorted_have(changed, path)) {
        model_side_note_made(side, row, path, NULL);
        return words_have(&side->other->mentioning, path);
    }
    bool read = model_side_read(side, path, &source);
    if (read)
        note_opaque(side, path, changed, &source);
    bool holds =
        read && (row->mentions(source) || (row->derives && row->derives(source) &&
                                           strs_sorted_have(&side->paths[language], path)));
    (void)words_add(&side->looked, path);
    if (holds) {
        (void)words_add(&side->mentioning, path);
        VEC_PUSH(side->arena, &side->texts[language],
                 (struct model_text){.path = path, .text = source});
    } else if (read)
        model_side_note_made(side, row, path, &source);
    return holds;
}

/* Both are sorted. */
static struct strs merged(struct arena *arena, const struct strs *one, const struct strs *other)
{
    struct strs all = {0};
    size_t i = 0, j = 0;

    while (i < one->count || j < other->count) {
        bool first = j == other->count ||
                     (i < one->count && str_compare(one->items[i], other->items[j]) <= 0);
        VEC_PUSH(arena, &all, first ? one->items[i++] : other->items[j++]);
    }
    return all;
}

/* Only those that hold models stay. Where the path speaks for it, a class made from another one is enough. */
static void keep_mentioning(struct model_side *side, size_t language, const struct strs *changed)
{
    struct strs wanted = {0};

    strs_sort(&side->paths[language]);
    strs_sort(&side->changed[language]);
    struct strs all = merged(side->arena, &side->paths[language], &side->changed[language]);
    tree_expect_files(side->tree, &all);
    for (size_t i = 0; i < all.count; i++) {
        struct str path = all.items[i];
        /* What changed and has a model's path stands there twice. */
        if (i && str_eq(path, all.items[i - 1]))
            continue;
        if (holds_models(side, language, path, changed))
            VEC_PUSH(side->arena, &wanted, path);
    }
    model_side_add_made(side, &model_languages[language], &all, &wanted);
    side->paths[language] = wanted;
}

struct nearby { /* directories that were looked at, and those with too many files */
    struct strs seen, crowded;
};

static bool lies_below(struct str path, struct str directory)
{
    return !directory.length || (str_starts(path, directory) && path.length > directory.length &&
                                 path.bytes[directory.length] == '/');
}

static size_t count_below(const struct strs *paths, struct str directory)
{
    size_t count = 0;

    for (size_t i = 0; i < paths->count; i++)
        count += lies_below(paths->items[i], directory);
    return count;
}

/* A changed file may be what models elsewhere are made from (an enumeration, a mixin, an embedded class): those that lie near it are looked
 * at too, up to the highest directory that holds no more than NEARBY_MAX files. Counted are files that did not change: of these both trees have
 * the same, and so are looked at the same. */
static void add_nearby(struct model_side *side, const struct strs *others, struct nearby *nearby,
                       struct str changed, struct strs *paths)
{
    struct str at = path_parent(changed), widest = at;

    for (size_t i = 0; i < nearby->seen.count; i++)
        if (lies_below(changed, nearby->seen.items[i]))
            return;
    if (nearby->seen.count + nearby->crowded.count >= NEARBY_PLACES_MAX ||
        strs_have(&nearby->crowded, at))
        return;
    if (count_below(others, at) > NEARBY_MAX) {
        VEC_PUSH(side->arena, &nearby->crowded, at);
        return;
    }
    while (widest.length && count_below(others, path_parent(widest)) <= NEARBY_MAX)
        widest = path_parent(widest);
    VEC_PUSH(side->arena, &nearby->seen, widest);
    for (size_t i = 0; i < others->count; i++)
        if (lies_below(others->items[i], widest))
            VEC_PUSH(side->arena, paths, others->items[i]);
}

static struct strs unchanged_of(struct arena *arena, const struct strs *paths,
                                const struct strs *changed)
{
    struct strs unchanged = {0};

    for (size_t i = 0; i < paths->count; i++)
        if (!strs_sorted_have(changed, paths->items[i]))
            VEC_PUSH(arena, &unchanged, paths->items[i]);
    return unchanged;
}

bool model_side_open(struct model_side *side, struct model_matcher *matcher,
                     const struct strs *changed, struct err *e)
{
    struct nearby nearby[MODEL_LANGUAGES_MAX] = {0};
    struct strs others[MODEL_LANGUAGES_MAX];

    side->looked.arena = side->mentioning.arena = side->opaque.arena = side->arena;
    side->walked.arena = side->same.arena = side->linked.arena = side->made.arena = side->arena;
    if (!walk(side, matcher, e))
        return false;
    for (size_t i = 0; i < model_language_count; i++)
        others[i] = unchanged_of(side->arena, &side->others[i], changed);
    for (size_t i = 0; i < changed->count; i++) {
        const struct model_language *language = model_language_of(changed->items[i]);
        if (!language || !language->mentions || !side->touched[language - model_languages] ||
            is_of_tests(changed->items[i]) || !path_is_entered(side, changed->items[i]))
            continue;
        struct strs *paths = &side->changed[language - model_languages];
        VEC_PUSH(side->arena, paths, changed->items[i]);
        add_nearby(side, &others[language - model_languages], &nearby[language - model_languages],
                   changed->items[i], paths);
    }
    for (size_t i = 0; i < model_language_count; i++) {
        keep_mentioning(side, i, changed);
        strs_sort(&side->settings[i]);
    }
    return true;
}
