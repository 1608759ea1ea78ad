/* signs.c -- whose migrations lie in a directory? The best of all packs' signs, cheap conditions first. */
#include "base/file.h"
#include "migrations/detect.h"
#include "migrations/markers.h"
#include "migrations/survey.h"
#include "migrations/tracker.h"
#include "migrations/tracker_files.h"

#define NEAR_LEVELS 8u /* src/main/resources/db/migration/postgresql below pom.xml */
#define SAMPLE_MAX ((size_t)64 << 10)
#define NEAR_MAX ((size_t)512 << 10) /* of a lock file, which names the tool far down */
#define SAMPLES 3u
#define ENDS 1024u
#define STARTS 256u
#define FORMS 16u /* of a sign, whose ends are compared before all of the name */

struct seeking {
    struct arena *arena;
    struct tree *tree;
    struct str directory;
    struct str top; /* the directory of the migrations: this one, or one above it */
    const struct tree_entries *entries;
    struct strs *unreadable;
    struct words *absent;
    const struct words *named;
    struct err *e;
    /* How the names in the directory begin and end, of files and of directories: most signs are none by that. */
    bool starts[2][STARTS], ends[2][ENDS];
    uint16_t *entry_ends;
};

bool survey_is_of_migrations(struct str directory)
{
    static const char *const words[] = {"migrations", "migration", "migrate",    "versions",
                                        "changelog",  "liquibase", "changelogs", NULL};

    while (directory.length)
        if (str_is_one_of(str_cut(&directory, '/'), words))
            return true;
    return false;
}

/* "Shop.IntegrationTests", as projects of .NET are called, "integrationTest", as Gradle's source sets are. */
static bool ends_as_tests(struct str part)
{
    static const struct str ends[] = {
        STR_INIT(".Test"),       STR_INIT(".Tests"),          STR_INIT("IntegrationTests"),
        STR_INIT("UnitTests"),   STR_INIT("integrationTest"), STR_INIT("functionalTest"),
        STR_INIT("testFixtures")};

    for (size_t i = 0; i < COUNT_OF(ends); i++)
        if (str_ends(part, ends[i]))
            return true;
    return false;
}

bool survey_is_aside(struct str directory)
{
    static const char *const words[] = {"test",
                                        "tests",
                                        "testing",
                                        "testdata",
                                        "test-data",
                                        "test_data",
                                        "__tests__",
                                        "fixture",
                                        "fixtures",
                                        "__fixtures__",
                                        "test-fixtures",
                                        "test_fixtures",
                                        "mocks",
                                        "__mocks__",
                                        "spec",
                                        "specs",
                                        "e2e",
                                        "e2e-tests",
                                        "e2e_tests",
                                        "cypress",
                                        "integration-test",
                                        "integration_test",
                                        "integration-tests",
                                        "integration_tests",
                                        "testutil",
                                        "testutils",
                                        "test-utils",
                                        "test_utils",
                                        "test-support",
                                        "test_support",
                                        "benchmark",
                                        "benchmarks",
                                        "examples",
                                        "example",
                                        "samples",
                                        "docs",
                                        "templates",
                                        "third_party",
                                        "third-party",
                                        "thirdparty",
                                        "vendored",
                                        NULL};

    while (directory.length) {
        struct str part = str_cut(&directory, '/');
        /* "{{cookiecutter.name}}": what a generator makes a project from. */
        if (str_is_one_of(part, words) || ends_as_tests(part) || str_contains(part, STR("{{")))
            return true;
    }
    return false;
}

/* Of the last three bytes; of a form, ENDS where they are not all known. */
static size_t end_of(struct str name)
{
    size_t end = 0;

    for (size_t i = 1; i <= 3; i++) {
        char byte = name.length >= i ? name.bytes[name.length - i] : '\0';
        if (byte == '*' || byte == '#')
            return ENDS;
        end = end * 37 + (unsigned char)byte;
    }
    return end % ENDS;
}

static void note_ends(struct seeking *s)
{
    s->entry_ends = ARENA_ARRAY(s->arena, s->entries->count, uint16_t);
    for (size_t i = 0; i < s->entries->count; i++) {
        const struct tree_entry *entry = &s->entries->items[i];
        size_t end = end_of(entry->name);
        s->entry_ends[i] = (uint16_t)end;
        bool *starts = s->starts[entry->kind == TREE_DIRECTORY];
        if (entry->name.length) {
            unsigned char first = (unsigned char)entry->name.bytes[0];
            starts[first] = true;
            starts['#'] = starts['#'] || byte_is_digit((char)first);
        }
        for (size_t j = 0; j < ENDS && end == ENDS; j++) /* a name with '*' in it */
            s->ends[entry->kind == TREE_DIRECTORY][j] = true;
        if (end < ENDS)
            s->ends[entry->kind == TREE_DIRECTORY][end] = true;
    }
}

/* Could one of the names end so? */
static bool may_hold(const struct seeking *s, const struct tracker_sign *sign)
{
    for (size_t i = 0; i < sign->files.count; i++) {
        struct str form = sign->files.items[i];
        size_t end = end_of(form), kind = sign->inside.length > 0;
        bool starts =
            !form.length || form.bytes[0] == '*' || s->starts[kind][(unsigned char)form.bytes[0]];
        if (starts && (end == ENDS || s->ends[kind][end]))
            return true;
    }
    return false;
}

/* The end of the path, part by part. */
static bool directory_has_form(struct str directory, struct str form)
{
    for (;;) {
        size_t cut = str_find_last_byte(form, '/'), at = str_find_last_byte(directory, '/');
        struct str word = cut == SIZE_MAX ? form : str_from_offset(form, cut + 1);
        struct str part = at == SIZE_MAX ? directory : str_from_offset(directory, at + 1);
        if (!part.length || !form_matches(word, part))
            return false;
        if (cut == SIZE_MAX)
            return true;
        form = str_prefix(form, cut);
        directory = at == SIZE_MAX ? STR("") : str_prefix(directory, at);
    }
}

static bool has_directory(struct str directory, const struct strs *forms)
{
    for (size_t i = 0; i < forms->count; i++)
        if (directory_has_form(directory, forms->items[i]))
            return true;
    return forms->count == 0;
}

/* db/migrate/2024 with nothing in db/migrate itself: a tool that reads what lies below has its migrations there too. */
static bool find_top(struct seeking *s, const struct tracker *tracker,
                     const struct tracker_sign *sign)
{
    /* What a package.json far above mentions is not enough there: names of digits are many tools'. */
    bool below = tracker->unit.recursive && (sign->content.length || !sign->mentions.length) &&
                 may_hold(s, sign);

    s->top = s->directory;
    while (!has_directory(s->top, &sign->directories)) {
        if (!below || !s->top.length)
            return false;
        s->top = path_parent(s->top);
    }
    return true;
}

struct forms {
    const struct strs *all;
    size_t ends[FORMS];
};

static struct forms forms_of(const struct tracker_sign *sign)
{
    struct forms forms = {.all = &sign->files};

    for (size_t i = 0; i < forms.all->count && i < FORMS; i++)
        forms.ends[i] = end_of(forms.all->items[i]);
    return forms;
}

static bool has_form(const struct forms *forms, struct str name, size_t end)
{
    for (size_t i = 0; i < forms->all->count; i++) {
        size_t wanted = i < FORMS ? forms->ends[i] : ENDS;
        if ((wanted == end || wanted == ENDS || end == ENDS) &&
            form_matches(forms->all->items[i], name))
            return true;
    }
    return false;
}

static bool is_wanted(struct seeking *s, const struct tracker_sign *sign, const struct forms *forms,
                      size_t at)
{
    const struct tree_entry *entry = &s->entries->items[at];
    struct str path;
    enum tree_entry_kind kind;

    if ((entry->kind == TREE_DIRECTORY) != (sign->inside.length > 0) ||
        !has_form(forms, entry->name, s->entry_ends[at]))
        return false;
    return !sign->inside.length ||
           (tree_path_join(s->arena, s->directory, entry->name, &path) &&
            tree_path_join(s->arena, path, sign->inside, &path) &&
            tree_exists(s->tree, s->arena, path, &kind) && kind == TREE_FILE);
}

/* The first, a middle one and the last of the names that fit, for a look at their text. */
static size_t wanted_entries(struct seeking *s, const struct tracker_sign *sign,
                             const struct tree_entry *ret_samples[SAMPLES])
{
    size_t count = may_hold(s, sign) ? s->entries->count : 0, found = 0;
    size_t starts[SAMPLES] = {0, count / 2, count};
    struct forms forms = {0};

    if (count)
        forms = forms_of(sign);
    for (size_t i = 0; i < count && !found; i++)
        if (is_wanted(s, sign, &forms, i)) {
            ret_samples[found++] = &s->entries->items[i];
            starts[0] = i;
        }
    if (!found || !sign->content.length)
        return found;
    for (size_t i = starts[1]; i < count && found < 2; i++)
        if (i > starts[0] && is_wanted(s, sign, &forms, i))
            ret_samples[found++] = &s->entries->items[i];
    for (size_t i = count; i-- > starts[0] + 1 && found < SAMPLES;)
        if (is_wanted(s, sign, &forms, i)) {
            ret_samples[found++] = &s->entries->items[i];
            break;
        }
    return found;
}

/* False: it does not match, is not there, or cannot be opened, which *closed gets. */
static bool text_matches(struct seeking *s, struct str path, struct str pattern, size_t limit,
                         struct strs *closed)
{
    struct err bad = ERR_NONE;
    struct str text;
    bool whole;

    if (tree_read_start(s->tree, s->arena, path, limit, &text, &whole, &bad))
        return tracker_regex_matches(pattern, text, NULL, 0, s->e);
    if (bad.kind != ERR_NOT_FOUND)
        strs_add(s->arena, closed, str_copy(s->arena, str_from(bad.message)));
    return false;
}

/* Signs of "*.py" and the like look into every directory: a file there that cannot be opened matters where its directory or its name speaks of
 * migrations, or where the tool's own file is near and no other file could tell. */
static bool matters(const struct seeking *s, const struct tracker_sign *sign, size_t closed,
                    size_t count)
{
    bool numbered = false;

    for (size_t i = 0; i < sign->files.count; i++)
        numbered = numbered || str_find_byte(sign->files.items[i], '#') != SIZE_MAX;
    return numbered || sign->directories.count || survey_is_of_migrations(s->directory) ||
           (sign->near.count && closed == count);
}

static bool has_content(struct seeking *s, const struct tracker_sign *sign,
                        const struct tree_entry *const *samples, size_t count, struct str *ret_path)
{
    struct strs closed = {0};

    for (size_t i = 0; i < count; i++) {
        struct str path;
        if (!tree_path_join(s->arena, s->directory, samples[i]->name, &path) ||
            (sign->inside.length && !tree_path_join(s->arena, path, sign->inside, &path)))
            continue;
        if (text_matches(s, path, sign->content, SAMPLE_MAX, &closed)) {
            *ret_path = path;
            return true;
        }
    }
    for (size_t i = 0; i < closed.count && matters(s, sign, closed.count, count); i++)
        strs_add(s->arena, s->unreadable, closed.items[i]);
    return false;
}

static bool is_there(struct seeking *s, struct str path)
{
    enum tree_entry_kind kind;

    if (words_have(s->absent, path))
        return false;
    if (tree_exists(s->tree, s->arena, path, &kind) && kind == TREE_FILE)
        return true;
    (void)words_add(s->absent, str_copy(s->absent->arena, path));
    return false;
}

/* The nearest of the files, from here upwards. */
static bool has_near(struct seeking *s, const struct tracker_sign *sign, struct str *ret_place,
                     struct str *ret_path)
{
    struct str place = s->top;

    for (unsigned level = 0; level < NEAR_LEVELS; level++) {
        for (size_t i = 0; i < sign->near.count; i++) {
            struct str path;
            if (tree_path_join(s->arena, place, sign->near.items[i], &path) && is_there(s, path) &&
                (!sign->mentions.length ||
                 text_matches(s, path, sign->mentions, NEAR_MAX, s->unreadable))) {
                *ret_place = place;
                *ret_path = path;
                return true;
            }
        }
        if (!place.length)
            break;
        place = path_parent(place);
    }
    return false;
}

struct str tracker_file_key(struct arena *arena, const struct tracker *tracker, struct str file)
{
    return str_printf(arena, STR_FMT ":" STR_FMT, STR_ARG(tracker->id), STR_ARG(file));
}

/* The tool's file says where its migrations are, and this directory is none of them: another tool's, by its name alone. */
static bool names_others(struct seeking *s, const struct tracker *tracker, struct str file)
{
    return s->named && s->named->count &&
           words_have(s->named, tracker_file_key(s->arena, tracker, file));
}

static enum sign_rank rank_of(const struct tracker_sign *sign)
{
    if (sign->near.count)
        return SIGN_CONFIGURATION;
    if (sign->content.length)
        return SIGN_CONTENT;
    return sign->files.count ? SIGN_FILES : SIGN_DIRECTORY;
}

/* A project that left a tool often names it among its dependencies still: what the files say of themselves goes before that. */
static unsigned strength_of(const struct tracker_sign *sign)
{
    bool dependency = sign->near.count && sign->mentions.length && !sign->content.length;

    return dependency ? 2 * SIGN_FILES + 1 : 2 * (unsigned)rank_of(sign);
}

static bool holds(struct seeking *s, const struct tracker_sign *sign, struct sign_match *ret)
{
    const struct tree_entry *samples[SAMPLES];
    struct str place = STR_NONE, by = s->directory;

    if (!find_top(s, ret->tracker, sign))
        return false;
    size_t count = sign->files.count ? wanted_entries(s, sign, samples) : 0;
    if (sign->files.count && !count)
        return false;
    if (count)
        by = samples[0]->name;
    if (sign->near.count && (!has_near(s, sign, &place, &by) ||
                             (!sign->content.length && names_others(s, ret->tracker, by))))
        return false;
    if (sign->content.length && !has_content(s, sign, samples, count, &by))
        return false;
    ret->rank = rank_of(sign);
    /* The tool's own file inside the directory says nothing of the project around it. */
    ret->directory = s->top;
    ret->root =
        place.bytes && !str_eq(place, s->top) ? place : project_around(s->arena, s->tree, s->top);
    ret->reason = by;
    return true;
}

void tracker_samples(struct arena *arena, struct tree *tree, const struct config *config,
                     const struct tracker *only, struct str directory,
                     const struct tree_entries *entries, struct strs *ret_ids)
{
    struct seeking s = {.arena = arena, .tree = tree, .directory = directory, .entries = entries};
    struct strs ids = {0};

    note_ends(&s);
    for (size_t i = 0; i < trackers_count(config, only); i++) {
        const struct tracker *tracker = trackers_at(config, only, i);
        const struct tracker_signs *signs = &tracker->detect;
        for (size_t j = 0; j < signs->count; j++) {
            const struct tree_entry *samples[SAMPLES];
            const struct tracker_sign *sign = &signs->items[j];
            /* Those with a file near are rare, and it is looked for first. */
            if (!sign->content.length || sign->near.count || sign->inside.length ||
                !find_top(&s, tracker, sign))
                continue;
            size_t count = wanted_entries(&s, sign, samples);
            for (size_t k = 0; k < count; k++)
                if (samples[k]->id.length)
                    strs_add(arena, &ids, samples[k]->id);
        }
    }
    for (size_t i = 0; i < ids.count; i++)
        VEC_PUSH(arena, ret_ids, ids.items[i]);
}

bool tracker_recognise(struct arena *arena, struct tree *tree, const struct config *config,
                       const struct tracker *only, struct str directory,
                       const struct tree_entries *entries, struct words *absent,
                       const struct words *named, struct sign_match *ret_match,
                       struct strs *unreadable, struct err *e)
{
    struct seeking s = {.arena = arena,
                        .tree = tree,
                        .directory = directory,
                        .entries = entries,
                        .unreadable = unreadable,
                        .absent = absent,
                        .named = named,
                        .e = e};

    unsigned strength = 0;

    *ret_match = (struct sign_match){0};
    note_ends(&s);
    for (size_t i = 0; i < trackers_count(config, only); i++) {
        const struct tracker *tracker = trackers_at(config, only, i);
        for (size_t j = 0; j < tracker->detect.count; j++) {
            struct sign_match match = {.tracker = tracker};
            if (strength_of(&tracker->detect.items[j]) <= strength ||
                !holds(&s, &tracker->detect.items[j], &match))
                continue;
            *ret_match = match;
            strength = strength_of(&tracker->detect.items[j]);
        }
        if (err_is_set(e))
            return false;
    }
    return ret_match->tracker != NULL;
}
