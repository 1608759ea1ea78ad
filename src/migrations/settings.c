/* settings.c -- what a tool's own files say of its directory and table. Best effort: such files are often programs. */
#include "migrations/settings.h"

#include "base/buf.h"
#include "base/file.h"
#include "migrations/branches.h"
#include "migrations/commands.h"
#include "migrations/markers.h"

#define SETTING_FILE_MAX ((size_t)256 << 10)
#define FORM_DEPTH_MAX 10u
#define MATCHES_MAX 100u
#define FORM_DIRECTORIES_MAX 2000u

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
    static const struct str here[] = {STR_INIT("%(here)s/"), STR_INIT("%%PHINX_CONFIG_DIR%%/"),
                                      STR_INIT("%kernel.project_dir%/")};
    struct str text = value->text;
    size_t scheme = str_find(text, STR("://"));

    if (scheme != SIZE_MAX) {
        text = str_from_offset(text, scheme + 3);
        text = str_cut(&text, '?');
    }
    for (size_t i = 0; i < COUNT_OF(here); i++)
        if (str_starts(text, here[i]))
            text = str_from_offset(text, here[i].length);
    text = str_trim(text);
    while (text.length > 1 && text.bytes[text.length - 1] == '/')
        text = str_prefix(text, text.length - 1);
    return (text.length || value->rooted) &&
           tree_path_join(a->arena, value->rooted ? STR("") : a->root, text, ret);
}

bool settings_is_directory(struct asking *a, struct str path)
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
            (str_eq(first, STR("lib")) && settings_is_directory(a, directory)))
            continue;
        source = path_join(a->arena, path_join(a->arena, a->root, STR("src")), rest);
        if (settings_is_directory(a, source))
            return source;
        source = path_join(a->arena, a->root, rest);
        if (settings_is_directory(a, source))
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

bool settings_sets_directory(const struct tracker_setting *setting)
{
    return !setting->sets.length || str_eq(setting->sets, STR("directory"));
}

bool settings_names_directory(const struct tracker_setting *setting)
{
    return settings_sets_directory(setting) || str_eq(setting->sets, STR("beside"));
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
    if (settings_sets_directory(setting) && setting->required)
        a->computed = place;
    if (str_eq(setting->sets, STR("table")))
        a->computed_table = place;
}

static void keep_directories(struct asking *a, const struct tracker_setting *setting,
                             struct file_value value)
{
    struct said said = {
        .setting = setting, .value = value, .of_others = a->of_others, .near = a->near};
    struct strs found = {0};
    struct str path;

    if (str_contains(value.text, STR("${")) || str_contains(value.text, STR("%(env"))) {
        if (settings_sets_directory(setting))
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

/* Of a program or of a file of settings, whose paths are from the project around it as often as from where it lies. */
static void keep_beside(struct asking *a, const struct tracker_setting *setting,
                        struct file_value value)
{
    struct str root = a->root;
    size_t before = a->said.count, kept = before;

    a->root = path_parent(value.file);
    for (;; a->root = path_parent(a->root)) {
        keep_directories(a, setting, value);
        for (size_t i = before; i < a->said.count; i++)
            if (settings_is_directory(a, a->said.items[i].directory))
                a->said.items[kept++] = a->said.items[i];
        a->said.count = kept;
        if (kept > before || !a->root.length)
            break;
    }
    a->root = root;
}

static void keep(struct asking *a, const struct tracker_setting *setting, struct file_value value)
{
    struct said said = {.setting = setting,
                        .value = value,
                        .of_others = a->of_others,
                        .near = a->near,
                        .own = a->own};

    if (settings_sets_directory(setting))
        keep_directories(a, setting, value);
    else if (settings_names_directory(setting))
        keep_beside(a, setting, value);
    else
        VEC_PUSH(a->arena, &a->said, said);
}

static bool is_of_named_file(const struct tracker_setting *setting)
{
    return setting->key.length && setting->pattern.length;
}

/* "dist/db/source.js": where it is not there, src/db/source.ts. */
static struct str file_or_source(struct asking *a, struct str path)
{
    static const char *const ends[] = {".ts", ".mts", ".cts"};
    enum tree_entry_kind kind;

    if (tree_exists(a->tree, a->arena, path, &kind))
        return path;
    struct str stem = str_prefix(path, str_find_last_byte(path, '.'));
    struct str source = path_below(a->arena, source_of(a, path_parent(path)), path_base_name(stem));
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        struct str file = str_printf(a->arena, STR_FMT "%s", STR_ARG(source), ends[i]);
        if (tree_exists(a->tree, a->arena, file, &kind))
            return file;
    }
    return path;
}

/* `script`: the name of the command that names the file, if one does. */
static void read_values(struct asking *a, const struct tracker_setting *setting, struct str path,
                        struct str script)
{
    struct source_files files = {.self = a, .read = read_file};
    struct file_values values;

    file_values_read(a->arena, &files, path, a->root, setting->key, &values);
    for (size_t i = 0; i < values.list.count; i++) {
        struct file_value *value = &values.list.items[i];
        if (!value->around.length)
            value->around = script;
        if (value->text.length || value->rooted)
            keep(a, setting, *value);
    }
    a->places->computed =
        a->places->computed || (values.computed.length && settings_names_directory(setting));
    /* Classes that a list names are found by looking. */
    if (!values.computed.length || (settings_names_directory(setting) && !setting->required))
        return;
    say_computed(a, setting, values.computed);
}

/* Every file that a command in this one names. */
static bool read_named(struct asking *a, const struct tracker_setting *setting, struct str path)
{
    struct strs seen = {0};
    struct str text, rest, groups[2], named;
    enum tree_entry_kind kind;

    if (!read_file(a, path, &text))
        return true;
    rest = text;
    for (size_t i = 0; i < MATCHES_MAX; i++) {
        if (!tracker_regex_matches(setting->pattern, rest, groups, 2, a->e) || !groups[1].bytes)
            break;
        struct file_value value = {.text = groups[1]};
        struct str script = command_name(a->arena, path, text, groups[1]);
        rest = str_from_offset(rest, (size_t)(groups[0].bytes - rest.bytes) + groups[0].length);
        if (!groups[0].length)
            break;
        if (!path_of(a, &value, &named))
            continue;
        named = file_or_source(a, named);
        if (command_is_comment(text, groups[1]) || command_is_of_tests(script) ||
            command_is_of_tests(groups[1]) || strs_have(&seen, named) ||
            !tree_exists(a->tree, a->arena, named, &kind) || kind != TREE_FILE)
            continue;
        strs_add(a->arena, &seen, named);
        read_values(a, setting, named, script);
    }
    return !err_is_set(a->e);
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
    read_values(a, setting, path, STR(""));
}

static void keep_parts(struct asking *a, const struct tracker_setting *setting, struct str text,
                       struct file_value value)
{
    struct str rest = literals_joined(a->arena, text);

    while (rest.length) {
        size_t end = 0;
        while (end < rest.length && str_find_byte(setting->between, rest.bytes[end]) == SIZE_MAX)
            end++;
        value.text = str_prefix(rest, end);
        if (setting->as.length) {
            struct str groups[10] = {value.text, value.text};
            value.text = tracker_template(a->arena, setting->as, groups);
        }
        /* "a -d b": two directories, and an option between them. */
        bool option = setting->between.length && str_starts(value.text, STR("-"));
        if (end && !option)
            keep(a, setting, value);
        rest = str_from_offset(rest, end < rest.length ? end + 1 : end);
    }
}

/* What a match says, unless it is of a comment, of tests, or of another directory than the one that is asked for (group 2, in the project of
 * group 3). */
static bool keep_match(struct asking *a, const struct tracker_setting *setting, struct str path,
                       struct str text, const struct str *groups)
{
    /* Two different ones in programs are unclear; a command's are told apart by its name, and of an .env the last counts. */
    struct file_value value = {.around = STR(""), .file = path, .line = 1};

    if (str_starts(path_base_name(path), STR(".env")) || command_is_in(path))
        value.line = 0;
    if (!groups[1].bytes || command_is_comment(text, groups[1]))
        return false;
    if (command_is_in(path))
        value.around = command_name(a->arena, path, text, groups[1]);
    if (command_is_of_tests(value.around) || !settings_is_wanted(a, groups[2], groups[3]))
        return false;
    a->of_others = str_ends(path, STR(".rb")) && branch_is_of_others(text, groups[1]);
    a->own = settings_is_owner(a, groups[2]);
    keep_parts(a, setting, groups[1], value);
    a->own = false;
    bool kept = !a->of_others;
    a->of_others = false;
    return kept;
}

/* All commands count, by their names, and all tables, by what stands beside them; of anything else the first, unless the setting says so. */
static bool read_pattern(struct asking *a, const struct tracker_setting *setting, struct str path)
{
    bool all = command_is_in(path) || setting->every || str_eq(setting->sets, STR("table")) ||
               str_eq(setting->sets, STR("schema"));
    struct str text, rest;

    if (!read_file(a, path, &text))
        return true;
    if (tracker_regex_matches(setting->pattern, text, NULL, 0, a->e) &&
        settings_is_of_service(a, path)) {
        strs_add(a->arena, &a->places->sources,
                 str_printf(a->arena, "what " STR_FMT " says was taken for another service's",
                            STR_ARG(path)));
        return true;
    }
    rest = text;
    for (size_t i = 0; i < MATCHES_MAX; i++) {
        struct str groups[4] = {STR_NONE, STR_NONE, STR_NONE, STR_NONE};
        if (!tracker_regex_matches(setting->pattern, rest, groups, 4, a->e))
            break;
        bool kept = keep_match(a, setting, path, text, groups);
        if ((kept && !all) || !groups[0].length)
            break;
        rest = str_from_offset(rest, (size_t)(groups[0].bytes - rest.bytes) + groups[0].length);
    }
    return !err_is_set(a->e);
}

static bool read_path(struct asking *a, const struct tracker_setting *setting, struct str path)
{
    if (is_of_named_file(setting))
        return read_named(a, setting, path);
    if (!setting->key.length)
        return read_pattern(a, setting, path);
    read_key(a, setting, path);
    return true;
}

/* A parse costs more than a look for the key's last word. */
static bool may_have_key(struct asking *a, const struct tracker_setting *setting, struct str path)
{
    struct str key = setting->key, text;
    size_t dot = str_find_last_byte(key, '.');

    if (dot != SIZE_MAX)
        key = str_from_offset(key, dot + 1);
    return !key.length || (read_file(a, path, &text) && str_contains(text, key));
}

static bool read_near(struct asking *a, const struct tracker_setting *setting)
{
    struct strs paths = {0};

    if (!settings_near_files(a, setting, &paths))
        return false;
    a->near = true;
    for (size_t i = 0; i < paths.count; i++)
        if (may_have_key(a, setting, paths.items[i]) && !read_path(a, setting, paths.items[i]))
            return false;
    a->near = false;
    return true;
}

static bool read_setting(struct asking *a, const struct tracker_setting *setting)
{
    struct strs paths = {0};

    if (!settings_files(a, setting, &paths))
        return false;
    for (size_t i = 0; i < paths.count; i++)
        if (!read_path(a, setting, paths.items[i]))
            return false;
    return read_near(a, setting);
}

/* A file that a command names counts where the tool's usual ones say nothing: it may be of tests. */
static bool read_settings(struct asking *a)
{
    const struct tracker *tracker = a->tracker;

    for (size_t i = 0; i < tracker->settings.count; i++)
        if (!is_of_named_file(&tracker->settings.items[i]) &&
            !read_setting(a, &tracker->settings.items[i]))
            return false;
    if (a->said.count || a->computed.length || a->computed_table.length)
        return true;
    for (size_t i = 0; i < tracker->settings.count; i++)
        if (is_of_named_file(&tracker->settings.items[i]) &&
            !read_setting(a, &tracker->settings.items[i]))
            return false;
    return true;
}

bool tracker_places_read(struct arena *arena, struct tree *tree, const struct tracker *tracker,
                         struct str root, struct str wanted, struct tracker_places *ret_places,
                         struct err *e)
{
    struct tracker_places places = {0};
    struct asking a = {.arena = arena,
                       .tree = tree,
                       .tracker = tracker,
                       .root = root,
                       .wanted = wanted,
                       .places = &places,
                       .e = e};

    if (!read_settings(&a))
        return false;
    settings_choose(&a);
    *ret_places = places;
    return true;
}
