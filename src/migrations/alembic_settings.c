#include "base/file.h"
#include "migrations/alembic.h"
#include "readers/ini.h"
#include "readers/toml.h"

#define HERE "\x01"

/* Absent is no failure. */
static bool read_optional(struct arena *arena, struct tree *tree, struct str directory,
                          const char *name, struct str *ret_bytes, bool *ret_there, struct err *e)
{
    struct err why = ERR_NONE;
    struct str path;

    *ret_there = false;
    if (!tree_path_join(arena, directory, str_from(name), &path))
        return err_set(e, ERR_INPUT, "the directory \"" STR_FMT "\" leaves the tree",
                       STR_ARG(directory));
    if (tree_read(tree, arena, path, CONFIG_FILE_MAX, ret_bytes, &why)) {
        *ret_there = true;
        return true;
    }
    if (why.kind == ERR_NOT_FOUND || why.kind == ERR_INPUT)
        return true;
    return err_set(e, why.kind, "%s", why.message);
}

static void split_add(struct arena *arena, struct strs *list, struct str part)
{
    part = str_trim(part);
    if (part.length)
        VEC_PUSH(arena, list, part);
}

static void split_by(struct arena *arena, struct str text, const char *separators,
                     struct strs *list)
{
    size_t start = 0;
    struct str set = str_from(separators);

    for (size_t i = 0; i <= text.length; i++)
        if (i == text.length || str_find_byte(set, text.bytes[i]) != SIZE_MAX) {
            split_add(arena, list, str_slice(text, start, i));
            start = i + 1;
        }
}

static const struct ini_entry *get_expanded(struct arena *arena, const struct ini *ini,
                                            const char *key, struct alembic_settings *settings,
                                            struct str *ret_value)
{
    const struct ini_entry *entry = ini_get(ini, settings->section, str_from(key));

    if (!entry)
        return NULL;
    if (!ini_expand(arena, ini, settings->section, STR(HERE), entry->value, ret_value)) {
        struct str directory = settings->directory;
        settings->refused =
            str_printf(arena, STR_FMT "%salembic.ini:%zu: %s holds a %%(…)s that has no value",
                       STR_ARG(directory), directory.length ? "/" : "", entry->line, key);
        return NULL;
    }
    return entry;
}

/* `path_separator`, since 1.16; before, `version_path_separator`; before, blanks and commas. */
static bool split_locations(struct arena *arena, const struct ini *ini, struct str text,
                            struct alembic_settings *settings)
{
    static const struct {
        const char *name, *separators;
    } known[] = {{"space", " "}, {"newline", "\n"}, {"os", ":"}, {":", ":"}, {";", ";"}};
    struct str name = STR_NONE;
    const struct ini_entry *entry = get_expanded(arena, ini, "path_separator", settings, &name);

    if (!entry)
        entry = get_expanded(arena, ini, "version_path_separator", settings, &name);
    if (!entry) {
        split_by(arena, text, ", \n", &settings->version_locations);
        return true;
    }
    for (size_t i = 0; i < COUNT_OF(known); i++)
        if (str_eq(name, str_from(known[i].name))) {
            split_by(arena, text, known[i].separators, &settings->version_locations);
            return true;
        }
    settings->refused = str_printf(
        arena, STR_FMT "%salembic.ini:%zu: \"" STR_FMT "\" is no path separator that Alembic knows",
        STR_ARG(settings->directory), settings->directory.length ? "/" : "", entry->line,
        STR_ARG(name));
    return false;
}

static void read_ini(struct arena *arena, struct str bytes, struct alembic_settings *settings)
{
    struct ini ini;
    struct str value = STR_NONE;

    ini_parse(arena, bytes, &ini);
    settings->has_ini = true;
    if (get_expanded(arena, &ini, "script_location", settings, &value))
        settings->script_location = str_trim(value);
    if (get_expanded(arena, &ini, "version_locations", settings, &value) && value.length)
        (void)split_locations(arena, &ini, value, settings);
    if (get_expanded(arena, &ini, "recursive_version_locations", settings, &value))
        settings->recursive = str_eq_nocase(str_trim(value), STR("true"));
}

static struct str expand_toml(struct arena *arena, struct str text)
{
    struct str expanded;

    return ini_expand(arena, NULL, STR(""), STR(HERE), text, &expanded) ? expanded : text;
}

static void read_toml(struct arena *arena, struct str bytes, struct alembic_settings *settings)
{
    struct toml toml;

    toml_parse(arena, bytes, &toml);
    const struct toml_entry *script = toml_get(&toml, STR("tool.alembic.script_location"));
    const struct toml_entry *versions = toml_get(&toml, STR("tool.alembic.version_locations"));
    const struct toml_entry *recursive =
        toml_get(&toml, STR("tool.alembic.recursive_version_locations"));
    settings->has_toml =
        script || versions || recursive || strs_have(&toml.tables, STR("tool.alembic"));
    if (script && script->kind == TOML_STRING && !settings->script_location.length)
        settings->script_location = expand_toml(arena, script->text);
    if (versions && !settings->version_locations.count) {
        for (size_t i = 0; i < versions->items.count; i++)
            VEC_PUSH(arena, &settings->version_locations,
                     expand_toml(arena, versions->items.items[i]));
        if (versions->kind == TOML_STRING)
            split_by(arena, expand_toml(arena, versions->text), ", \n",
                     &settings->version_locations);
    }
    if (recursive && recursive->kind == TOML_BOOLEAN && recursive->truth)
        settings->recursive = true;
}

bool alembic_settings_read(struct arena *arena, struct tree *tree, struct str directory,
                           struct str section, struct alembic_settings *ret_settings, struct err *e)
{
    struct alembic_settings settings = {.directory = directory, .section = section};
    struct str bytes;
    bool there;

    if (!read_optional(arena, tree, directory, "alembic.ini", &bytes, &there, e))
        return false;
    if (there)
        read_ini(arena, bytes, &settings);
    /* pyproject.toml knows one environment only. */
    if (str_eq(section, STR("alembic"))) {
        if (!read_optional(arena, tree, directory, "pyproject.toml", &bytes, &there, e))
            return false;
        if (there && str_contains(bytes, STR("alembic")))
            read_toml(arena, bytes, &settings);
    }
    *ret_settings = settings;
    return true;
}

bool alembic_sections(struct arena *arena, struct tree *tree, struct str directory,
                      struct strs *ret_sections, struct err *e)
{
    struct strs sections = {0};
    struct ini ini;
    struct str bytes;
    bool there;

    if (!read_optional(arena, tree, directory, "alembic.ini", &bytes, &there, e))
        return false;
    if (there) {
        ini_parse(arena, bytes, &ini);
        if (strs_have(&ini.sections, STR("alembic")) &&
            ini_get(&ini, STR("alembic"), STR("script_location")))
            VEC_PUSH(arena, &sections, STR("alembic"));
        for (size_t i = 0; i < ini.entries.count; i++)
            if (str_eq(ini.entries.items[i].key, STR("script_location")) &&
                !str_eq(ini.entries.items[i].section, STR("DEFAULT")))
                strs_add(arena, &sections, ini.entries.items[i].section);
    }
    *ret_sections = sections;
    return true;
}

static enum location_state look(struct arena *arena, struct tree *tree, struct str directory,
                                struct str path, struct str *ret_path)
{
    enum tree_entry_kind kind;
    struct str joined;

    if (!tree_path_join(arena, directory, path, &joined))
        return LOCATION_OUTSIDE;
    *ret_path = joined;
    return tree_exists(tree, arena, joined, &kind) && kind == TREE_DIRECTORY ? LOCATION_FOUND
                                                                             : LOCATION_ABSENT;
}

/* "package.module:path": beside the settings, under src/, or from the tree's root. */
static enum location_state locate_in_package(struct arena *arena, struct tree *tree,
                                             struct str directory, struct str written, size_t colon,
                                             struct str *ret_path)
{
    struct strs parts = {0};
    struct str package = str_prefix(written, colon);

    while (package.length)
        VEC_PUSH(arena, &parts, str_cut(&package, '.'));
    struct str path = str_printf(arena, STR_FMT "/" STR_FMT,
                                 STR_ARG(str_join(arena, parts.items, parts.count, STR("/"))),
                                 STR_ARG(str_from_offset(written, colon + 1)));
    struct str in_source = str_printf(arena, "src/" STR_FMT, STR_ARG(path));
    const struct {
        struct str directory, path;
    } places[] = {{directory, path}, {directory, in_source}, {STR(""), path}, {STR(""), in_source}};
    for (size_t i = 0; i < COUNT_OF(places); i++)
        if (look(arena, tree, places[i].directory, places[i].path, ret_path) == LOCATION_FOUND)
            return LOCATION_FOUND;
    return LOCATION_OUTSIDE;
}

enum location_state alembic_locate(struct arena *arena, struct tree *tree, struct str directory,
                                   struct str written, struct str *ret_path, bool *ret_from_root)
{
    size_t colon = str_find_byte(written, ':');

    *ret_from_root = false;
    *ret_path = written;
    if (str_starts(written, STR(HERE))) {
        struct str rest = str_from_offset(written, 1);
        while (str_starts(rest, STR("/")))
            rest = str_from_offset(rest, 1);
        return look(arena, tree, directory, rest, ret_path);
    }
    if (path_is_absolute(written))
        return LOCATION_OUTSIDE;
    if (colon != SIZE_MAX)
        return locate_in_package(arena, tree, directory, written, colon, ret_path);
    enum location_state state = look(arena, tree, directory, written, ret_path);
    struct str from_root;
    if (state == LOCATION_FOUND || directory.length == 0 ||
        look(arena, tree, STR(""), written, &from_root) != LOCATION_FOUND)
        return state;
    *ret_from_root = true;
    *ret_path = from_root;
    return LOCATION_FOUND;
}
