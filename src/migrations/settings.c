/* settings.c -- what a tool's own files say of its directory and table. Best effort: such files are often programs. */
#include "base/buf.h"
#include "base/file.h"
#include "migrations/tracker.h"

#define SETTING_FILE_MAX ((size_t)256 << 10)

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

/* "./db/migrations/", "file://migrations?x=y": the path in it, from the root of the work tree; false: outside of it. */
static bool directory_of(struct arena *arena, struct str root, struct str text, struct str *ret)
{
    size_t scheme = str_find(text, STR("://"));
    if (scheme != SIZE_MAX)
        text = str_from_offset(text, scheme + 3);
    text = str_trim(str_cut(&text, '?'));
    while (text.length > 1 && text.bytes[text.length - 1] == '/')
        text = str_prefix(text, text.length - 1);
    return text.length && tree_path_join(arena, root, text, ret);
}

static void take(struct arena *arena, const struct tracker_setting *setting, struct str root,
                 struct str file, struct str value, struct tracker_places *places)
{
    struct str directory;

    value = literals_joined(arena, value);
    if (str_eq(setting->sets, STR("table"))) {
        if (!places->table.length)
            places->table = value;
    } else if (str_eq(setting->sets, STR("schema"))) {
        if (!places->schema.length)
            places->schema = value;
    } else if (str_eq(setting->sets, STR("parameter"))) {
        if (!places->parameter.length)
            places->parameter = value;
    } else if (directory_of(arena, root, value, &directory)) {
        strs_add(arena, &places->directories, directory);
    } else {
        return;
    }
    VEC_PUSH(arena, &places->sources,
             str_printf(arena, "the %s \"" STR_FMT "\" is from " STR_FMT,
                        setting->sets.length ? setting->sets.bytes : "directory", STR_ARG(value),
                        STR_ARG(file)));
}

static bool read_setting(struct arena *arena, struct tree *tree,
                         const struct tracker_setting *setting, struct str root,
                         struct tracker_places *places, struct err *e)
{
    struct str path, text, groups[2];
    enum tree_entry_kind kind;
    bool whole;

    for (size_t i = 0; i < setting->file.count; i++) {
        struct err bad = ERR_NONE;
        if (!tree_path_join(arena, root, setting->file.items[i], &path) ||
            !tree_exists(tree, arena, path, &kind) || kind != TREE_FILE)
            continue;
        if (!tree_read_start(tree, arena, path, SETTING_FILE_MAX, &text, &whole, &bad)) {
            if (bad.kind != ERR_NOT_FOUND)
                strs_add(arena, &places->unread, str_copy(arena, str_from(bad.message)));
            continue;
        }
        if (tracker_regex_matches(setting->pattern, text, groups, 2, e) && groups[1].length)
            take(arena, setting, root, path, groups[1], places);
        if (err_is_set(e))
            return false;
    }
    return true;
}

bool tracker_places_read(struct arena *arena, struct tree *tree, const struct tracker *tracker,
                         struct str root, struct tracker_places *ret_places, struct err *e)
{
    struct tracker_places places = {0};

    for (size_t i = 0; i < tracker->settings.count; i++)
        if (!read_setting(arena, tree, &tracker->settings.items[i], root, &places, e))
            return false;
    /* "schema.table" is one value to many tools. */
    size_t dot = str_find_byte(places.table, '.');
    if (dot != SIZE_MAX && !places.schema.length) {
        places.schema = str_trim_bytes(str_prefix(places.table, dot), "\"");
        places.table = str_trim_bytes(str_from_offset(places.table, dot + 1), "\"");
    }
    *ret_places = places;
    return true;
}
