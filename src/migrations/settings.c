/* settings.c -- what a tool's own files say of its directory and table. Best effort: such files are often programs. */
#include "base/buf.h"
#include "base/file.h"
#include "migrations/environments.h"
#include "migrations/markers.h"
#include "migrations/tracker.h"
#include "readers/file_values.h"

#define SETTING_FILE_MAX ((size_t)256 << 10)
#define FORM_DEPTH_MAX 10u
#define FORM_DIRECTORIES_MAX 2000u

/* One value in one file. */
struct said {
    const struct tracker_setting *setting;
    struct file_value value;
    struct str directory; /* of a directory: from the work tree's root; STR_NONE: outside of it */
};
VEC_DEFINE(said_list, struct said);

struct asking {
    struct arena *arena;
    struct tree *tree;
    struct str root, wanted;
    struct said_list said;
    struct tracker_places *places;
    struct str computed; /* the place of a directory that is computed */
    struct str computed_table;
    size_t listed;
    bool cut; /* there were more than are listed */
    struct err *e;
};

/* The literals of `"db", "migrations"`, as path.join and path.resolve take them, joined; any other text as it is. */
static struct str literals_joined(struct arena *arena, struct str text)
{
    struct buf path = buf_new(arena, text.length + 1);
    struct str rest = str_trim(text);

    if (!rest.length || (rest.bytes[0] != '"' && rest.bytes[0] != '\''))
        return text;
    while (rest.length) {
        if (buf_str(&path).length)
            buf_add_byte(&path, '/');
        buf_add(&path, str_trim_bytes(str_trim(str_cut(&rest, ',')), "\"'"));
        rest = str_trim(rest);
    }
    return buf_str(&path);
}

/* --- Directories. --- */

/* "./db/migrations/", "file://migrations?x=y": the path in it, from the root of the work tree; false: outside of it. */
static bool path_of(struct asking *a, const struct file_value *value, struct str *ret)
{
    struct str text = value->text;
    size_t scheme = str_find(text, STR("://"));

    if (scheme != SIZE_MAX) {
        text = str_from_offset(text, scheme + 3);
        text = str_cut(&text, '?');
    }
    if (str_starts(text, STR("%(here)s/")))
        text = str_from_offset(text, STR("%(here)s/").length);
    text = str_trim(text);
    while (text.length > 1 && text.bytes[text.length - 1] == '/')
        text = str_prefix(text, text.length - 1);
    return (text.length || value->rooted) &&
           tree_path_join(a->arena, value->rooted ? STR("") : a->root, text, ret);
}

static bool is_directory(struct asking *a, struct str path)
{
    enum tree_entry_kind kind;

    return tree_exists(a->tree, a->arena, path, &kind) && kind == TREE_DIRECTORY;
}

/* dist/db/migrations is built from src/db/migrations, or from db/migrations. */
static struct str source_of(struct asking *a, struct str directory)
{
    static const struct str built[] = {STR_INIT("dist"), STR_INIT("build"), STR_INIT("lib"),
                                       STR_INIT("out"), STR_INIT("compiled")};
    struct str rest = directory, source;

    if (a->root.length && !path_relative(a->root, directory, &rest))
        return directory;
    struct str first = str_cut(&rest, '/');
    for (size_t i = 0; i < COUNT_OF(built); i++) {
        if (!str_eq(first, built[i]) || !rest.length ||
            (str_eq(first, STR("lib")) && is_directory(a, directory)))
            continue;
        source = path_join(a->arena, path_join(a->arena, a->root, STR("src")), rest);
        if (is_directory(a, source))
            return source;
        source = path_join(a->arena, a->root, rest);
        if (is_directory(a, source))
            return source;
    }
    return directory;
}

/* --- Reading. --- */

static bool read_file(void *self, struct str path, struct str *ret_bytes)
{
    struct asking *a = self;
    struct err bad = ERR_NONE;
    enum tree_entry_kind kind;
    bool whole;

    if (!tree_exists(a->tree, a->arena, path, &kind) || kind != TREE_FILE)
        return false;
    if (tree_read_start(a->tree, a->arena, path, SETTING_FILE_MAX, ret_bytes, &whole, &bad))
        return true;
    if (bad.kind != ERR_NOT_FOUND)
        strs_add(a->arena, &a->places->unread, str_copy(a->arena, str_from(bad.message)));
    return false;
}

static bool sets_directory(const struct tracker_setting *setting)
{
    return !setting->sets.length || str_eq(setting->sets, STR("directory"));
}

/* --- Forms: "modules/x/migrations", "src" and all below it. --- */

static bool is_form(struct str part)
{
    for (size_t i = 0; i < part.length; i++)
        if (strchr("*?{[(", part.bytes[i]))
            return true;
    return false;
}

static bool is_last_form(struct str parts)
{
    return is_form(parts) && str_find_byte(parts, '/') == SIZE_MAX;
}

/* Directories below `at` that the parts lead to; the last part, if it is a form, is of files. */
static void expand(struct asking *a, struct str at, struct str parts, unsigned depth,
                   struct strs *found)
{
    struct tree_entries entries = {0};
    struct err unread = ERR_NONE; /* the survey says what it cannot list */
    bool exists = false;

    while (parts.length && !is_form(str_prefix(parts, str_find_byte(parts, '/'))))
        at = path_join(a->arena, at, str_cut(&parts, '/'));
    if (str_eq(at, STR(".")))
        at = STR("");
    if (!parts.length || is_last_form(parts)) {
        strs_add(a->arena, found, at);
        return;
    }
    struct str rest = parts, part = str_cut(&rest, '/');
    bool all = str_eq(part, STR("**"));
    if (all)
        expand(a, at, rest, depth + 1, found);
    if (depth >= FORM_DEPTH_MAX || ++a->listed > FORM_DIRECTORIES_MAX) {
        a->cut = true;
        return;
    }
    if (!tree_list(a->tree, a->arena, at, &entries, &exists, &unread))
        return;
    for (size_t i = 0; i < entries.count; i++) {
        struct str name = entries.items[i].name;
        if (entries.items[i].kind == TREE_DIRECTORY && name.bytes[0] != '.' &&
            !str_eq(name, STR("node_modules")) && (all || form_matches(part, name)))
            expand(a, path_below(a->arena, at, name), all ? parts : rest, depth + 1, found);
    }
}

static void say_computed(struct asking *a, const struct tracker_setting *setting, struct str place)
{
    VEC_PUSH(a->arena, &a->places->sources,
             str_printf(a->arena, "the %s that " STR_FMT " computes is not known",
                        setting->sets.length ? setting->sets.bytes : "directory", STR_ARG(place)));
    if (sets_directory(setting) && setting->required)
        a->computed = place;
    if (str_eq(setting->sets, STR("table")))
        a->computed_table = place;
}

static void keep(struct asking *a, const struct tracker_setting *setting, struct file_value value)
{
    struct said said = {.setting = setting, .value = value};
    struct strs found = {0};
    struct str path;

    if (!sets_directory(setting)) {
        VEC_PUSH(a->arena, &a->said, said);
        return;
    }
    if (str_contains(value.text, STR("${")) || str_contains(value.text, STR("%(env"))) {
        say_computed(a, setting, value.file);
        return;
    }
    if (!path_of(a, &value, &path))
        return;
    if (is_form(path) && str_find_byte(path, '/') != SIZE_MAX) {
        size_t cut = 0;
        for (struct str rest = path; rest.length && !is_form(str_cut(&rest, '/'));)
            cut = path.length - rest.length;
        struct str fixed = str_prefix(path, cut ? cut - 1 : 0);
        path = path_join(a->arena, source_of(a, fixed), str_from_offset(path, cut));
        expand(a, STR(""), path, 0, &found);
    } else {
        strs_add(a->arena, &found, is_form(path) ? a->root : source_of(a, path));
    }
    /* "%(place)s", "[x]": no directory that is known. */
    if (is_form(path) && str_find_byte(path, '/') == SIZE_MAX && !str_starts(path, STR("*")))
        return;
    for (size_t i = 0; i < found.count; i++) {
        said.directory = found.items[i];
        VEC_PUSH(a->arena, &a->said, said);
    }
}

static void read_key(struct asking *a, const struct tracker_setting *setting, struct str path)
{
    struct source_files files = {.self = a, .read = read_file};
    struct file_values values;

    if (setting->through.length) {
        file_values_read(a->arena, &files, path, a->root, setting->through, &values);
        path = STR_NONE;
        for (size_t i = 0; i < values.list.count && !path.length; i++)
            if (!path_of(a, &values.list.items[i], &path))
                path = STR_NONE;
        if (!path.length)
            return;
    }

    file_values_read(a->arena, &files, path, a->root, setting->key, &values);
    for (size_t i = 0; i < values.list.count; i++)
        if (values.list.items[i].text.length || values.list.items[i].rooted)
            keep(a, setting, values.list.items[i]);
    /* Classes that a list names are found by looking. */
    if (!values.computed.length || (sets_directory(setting) && !setting->required))
        return;
    say_computed(a, setting, values.computed);
}

static bool read_path(struct asking *a, const struct tracker_setting *setting, struct str path)
{
    struct str text, groups[2];

    if (setting->key.length) {
        read_key(a, setting, path);
        return true;
    }
    if (!read_file(a, path, &text))
        return true;
    if (!tracker_regex_matches(setting->pattern, text, groups, 2, a->e))
        return !err_is_set(a->e);
    struct str rest = literals_joined(a->arena, groups[1]);
    while (rest.length) {
        size_t end = 0;
        while (end < rest.length && str_find_byte(setting->between, rest.bytes[end]) == SIZE_MAX)
            end++;
        struct file_value value = {.text = str_prefix(rest, end), .around = STR(""), .file = path};
        if (end)
            keep(a, setting, value);
        rest = str_from_offset(rest, end < rest.length ? end + 1 : end);
    }
    return true;
}

static bool read_setting(struct asking *a, const struct tracker_setting *setting)
{
    struct str path;

    for (size_t i = 0; i < setting->file.count; i++) {
        struct tree_entries entries = {0};
        enum tree_entry_kind kind;
        bool exists = false;
        if (!tree_path_join(a->arena, a->root, setting->file.items[i], &path))
            continue;
        if (str_find_byte(path, '*') == SIZE_MAX) {
            if (tree_exists(a->tree, a->arena, path, &kind) && kind == TREE_FILE &&
                !read_path(a, setting, path))
                return false;
            continue;
        }
        size_t cut = str_find_last_byte(path, '/');
        struct str directory = cut == SIZE_MAX ? STR("") : str_prefix(path, cut);
        if (!tree_list(a->tree, a->arena, directory, &entries, &exists, a->e))
            return false;
        for (size_t j = 0; j < entries.count; j++)
            if (entries.items[j].kind == TREE_FILE &&
                form_matches(path_base_name(path), entries.items[j].name) &&
                !read_path(a, setting, path_join(a->arena, directory, entries.items[j].name)))
                return false;
    }
    return true;
}

/* --- Choosing. --- */

/* "production.animals": animals. The keys of a merge ("<<") and of an environment alone name none. */
static struct str database_of(struct str around)
{
    struct str last = STR("");

    while (around.length) {
        struct str part = str_cut(&around, '.');
        if (!str_eq(part, STR("<<")))
            last = part;
    }
    return environment_of(last) == OF_ALL ? last : STR("");
}

static void say_source(struct asking *a, const struct said *said)
{
    struct str text =
        sets_directory(said->setting) && said->value.rooted ? said->directory : said->value.text;
    struct str unless =
        said->value.assumed.length
            ? str_printf(a->arena, ", where " STR_FMT " is not set", STR_ARG(said->value.assumed))
            : STR("");

    struct str with = said->value.from.length
                          ? str_printf(a->arena, " with " STR_FMT, STR_ARG(said->value.from))
                          : STR("");

    strs_add(a->arena, &a->places->sources,
             str_printf(a->arena, "the %s \"" STR_FMT "\" is from " STR_FMT STR_FMT STR_FMT,
                        said->setting->sets.length ? said->setting->sets.bytes : "directory",
                        STR_ARG(text), STR_ARG(said->value.file), STR_ARG(with), STR_ARG(unless)));
}

static bool has_production(const struct asking *a)
{
    for (size_t i = 0; i < a->said.count; i++)
        if (environment_of(a->said.items[i].value.around) == OF_PRODUCTION)
            return true;
    return false;
}

static void choose_directories(struct asking *a)
{
    bool production = has_production(a);

    for (size_t i = 0; i < a->said.count; i++) {
        const struct said *said = &a->said.items[i];
        if (!sets_directory(said->setting))
            continue;
        if (production && environment_of(said->value.around) == OF_ANOTHER) {
            strs_add(a->arena, &a->places->elsewhere, said->directory);
            continue;
        }
        a->places->besides = a->places->besides || said->setting->own_database;
        if (!strs_have(&a->places->directories, said->directory)) {
            VEC_PUSH(a->arena, &a->places->directories, said->directory);
            VEC_PUSH(a->arena, &a->places->files, said->value.file);
            VEC_PUSH(a->arena, &a->places->databases,
                     said->setting->own_database ? database_of(said->value.around) : STR(""));
            VEC_PUSH(a->arena, &a->places->named,
                     str_printf(a->arena, STR_FMT ":" STR_FMT, STR_ARG(said->value.file),
                                STR_ARG(said->value.around)));
        }
        /* Which of them a set has is said with the set. */
        if (!said->setting->own_database)
            say_source(a, said);
        if (said->setting->required && !is_directory(a, said->directory))
            a->places->unplaced =
                str_printf(a->arena, STR_FMT " names the directory " STR_FMT ", which is not there",
                           STR_ARG(said->value.file), STR_ARG(said->directory));
    }
    if (a->cut)
        a->places->unplaced = str_printf(a->arena,
                                         "the directories of the migrations below \"" STR_FMT
                                         "\" are more than are looked at",
                                         STR_ARG(a->root));
    if (!a->places->directories.count && a->computed.length)
        a->places->unplaced = str_printf(
            a->arena, "the directory of the migrations that " STR_FMT " computes is not known",
            STR_ARG(a->computed));
}

/* How near is what is said to the directory that is asked for? Its own object, production's, nobody's in particular, another environment's. */
static unsigned rank_of(const struct asking *a, const struct said *said, bool production)
{
    for (size_t i = 0; i < a->said.count && a->wanted.bytes; i++) {
        const struct said *other = &a->said.items[i];
        if (sets_directory(other->setting) && str_eq(other->directory, a->wanted) &&
            str_eq(other->value.file, said->value.file) &&
            str_eq(other->value.around, said->value.around) &&
            !(production && environment_of(said->value.around) == OF_ANOTHER))
            return 4;
    }
    switch (environment_of(said->value.around)) {
    case OF_PRODUCTION:
        return 3;
    case OF_ALL:
        return 2;
    case OF_ANOTHER:
        break;
    }
    return production ? 0 : 1;
}

static struct str choose(struct asking *a, const char *sets)
{
    const struct said *best = NULL, *rival = NULL;
    bool production = has_production(a);
    unsigned rank = 0;

    for (size_t i = 0; i < a->said.count; i++) {
        const struct said *said = &a->said.items[i];
        unsigned own = rank_of(a, said, production);
        if (!str_eq(said->setting->sets, str_from(sets)) || !own || own < rank)
            continue;
        if (own > rank) {
            best = said;
            rival = NULL;
        } else if (said->value.line && best->value.line &&
                   !str_eq(said->value.text, best->value.text)) {
            rival = said;
        }
        rank = own;
    }
    if (!best)
        return STR_NONE;
    if (rival && a->wanted.bytes)
        a->places->unclear = str_printf(
            a->arena,
            STR_FMT " and " STR_FMT " name different ones, the %s " STR_FMT " and " STR_FMT,
            STR_ARG(best->value.file), STR_ARG(rival->value.file), sets, STR_ARG(best->value.text),
            STR_ARG(rival->value.text));
    /* A schema that a variable moves may be another for each tenant: all of them are asked. */
    if (best->value.assumed.length && str_eq(str_from(sets), STR("schema")))
        return STR_NONE;
    say_source(a, best);
    return best->value.text;
}

static void choose_endings(struct asking *a)
{
    bool production = has_production(a);

    for (size_t i = 0; i < a->said.count; i++)
        if (str_eq(a->said.items[i].setting->sets, STR("ending")) &&
            rank_of(a, &a->said.items[i], production))
            strs_add(a->arena, &a->places->endings, a->said.items[i].value.text);
}

/* A setting that is on for production, or for everybody. */
static bool choose_flag(struct asking *a, const char *sets)
{
    bool production = has_production(a);

    for (size_t i = 0; i < a->said.count; i++) {
        const struct said *said = &a->said.items[i];
        if (!str_eq(said->setting->sets, str_from(sets)) || !rank_of(a, said, production) ||
            str_eq(said->value.text, STR("false")))
            continue;
        strs_add(a->arena, &a->places->sources,
                 str_printf(a->arena, "that migrations may come in any order is from " STR_FMT,
                            STR_ARG(said->value.file)));
        return true;
    }
    return false;
}

bool tracker_places_read(struct arena *arena, struct tree *tree, const struct tracker *tracker,
                         struct str root, struct str wanted, struct tracker_places *ret_places,
                         struct err *e)
{
    struct tracker_places places = {0};
    struct asking a = {
        .arena = arena, .tree = tree, .root = root, .wanted = wanted, .places = &places, .e = e};

    for (size_t i = 0; i < tracker->settings.count; i++)
        if (!read_setting(&a, &tracker->settings.items[i]))
            return false;
    choose_directories(&a);
    choose_endings(&a);
    places.table = choose(&a, "table");
    if (!places.table.length && !places.unclear.length && a.computed_table.length)
        places.unclear =
            str_printf(arena, "the tracking table that " STR_FMT " computes is not known",
                       STR_ARG(a.computed_table));
    places.schema = choose(&a, "schema");
    places.parameter = choose(&a, "parameter");
    places.unchecked = choose_flag(&a, "unchecked");
    places.unordered = places.unchecked || choose_flag(&a, "unordered");
    /* "schema.table" is one value to many tools. */
    size_t dot = str_find_byte(places.table, '.');
    if (dot != SIZE_MAX && !places.schema.length) {
        places.schema = str_trim_bytes(str_prefix(places.table, dot), "\"");
        places.table = str_trim_bytes(str_from_offset(places.table, dot + 1), "\"");
    }
    *ret_places = places;
    return true;
}
