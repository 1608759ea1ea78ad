#include "readers/environment.h"

#include <stdlib.h>

#include "base/file.h"

#define FILES_MAX 16u

static bool has_any(struct str text, const struct str *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_contains(text, words[i]))
            return true;
    return false;
}

static bool loads_files(const struct source_files *files, struct str path, struct str text,
                        struct str beside)
{
    static const struct str loaders[] = {STR_INIT("dotenv"),   STR_INIT("loadEnv"),
                                         STR_INIT("decouple"), STR_INIT("environs"),
                                         STR_INIT("read_env"), STR_INIT("env_file")};
    static const struct str starters[] = {STR_INIT("dotenv"), STR_INIT("--env-file"),
                                          STR_INIT("env-cmd"), STR_INIT("bun ")};
    struct str package;

    return has_any(text, loaders, COUNT_OF(loaders)) ||
           str_starts(path_base_name(path), STR("drizzle")) ||
           (files->read(files->self, beside, &package) &&
            has_any(package, starters, COUNT_OF(starters)));
}

static bool is_file_byte(char byte)
{
    return byte_is_word(byte) || byte == '.' || byte == '-';
}

/* ".env.production", "../.env": by their base name; `.env.${NODE_ENV}` is production's. */
static void named_files(struct arena *arena, struct str text, struct strs *ret_names)
{
    struct strs others = {0};

    for (size_t at = 0, found; ret_names->count + others.count < FILES_MAX; at += found + 1) {
        struct str rest = str_from_offset(text, at);
        found = str_find(rest, STR(".env"));
        if (found == SIZE_MAX)
            break;
        size_t end = found + 4;
        /* "process.env" is none. */
        if (found && (byte_is_word(rest.bytes[found - 1]) || rest.bytes[found - 1] == ']'))
            continue;
        while (end < rest.length && is_file_byte(rest.bytes[end]))
            end++;
        struct str name = str_slice(rest, found, end);
        if (str_starts(str_from_offset(rest, end), STR("${")) && str_ends(name, STR(".")))
            name = STR(".env.production");
        strs_add(arena, str_contains(name, STR("prod")) ? ret_names : &others, name);
    }
    for (size_t i = 0; i < others.count; i++)
        strs_add(arena, ret_names, others.items[i]);
    strs_add(arena, ret_names, STR(".env"));
}

/* The last assignment counts. */
static bool value_in(struct str text, struct str name, struct str *ret_value)
{
    bool found = false;
    struct str line;

    while (str_next_line(&text, &line)) {
        line = str_trim(line);
        if (str_starts(line, STR("export ")))
            line = str_trim(str_from_offset(line, 7));
        if (str_find_byte(line, '=') == SIZE_MAX || !str_eq(str_trim(str_cut(&line, '=')), name))
            continue;
        line = str_trim(line);
        char quote = line.length ? line.bytes[0] : '\0';
        if (quote == '"' || quote == '\'' || quote == '`') {
            line = str_from_offset(line, 1);
            line = str_cut(&line, quote);
        } else {
            line = str_trim(str_prefix(line, str_find_byte(line, '#')));
        }
        *ret_value = line;
        found = true;
    }
    return found;
}

static struct variable known(struct arena *arena, struct str name, struct str value,
                             struct str place)
{
    return (struct variable){
        .known = value.length && str_find_byte(value, '$') == SIZE_MAX,
        .set = value.length > 0,
        .value = value,
        .from = str_printf(arena, STR_FMT " from " STR_FMT, STR_ARG(name), STR_ARG(place))};
}

struct variable variable_look_up(struct arena *arena, const struct source_files *files,
                                 struct str path, struct str text, struct str root, struct str name)
{
    const char *own = getenv(str_c(arena, name));
    struct strs names = {0};
    struct str places[] = {path_parent(path), root, STR("")}, value, bytes;

    if (own && *own)
        return known(arena, name, str_copy(arena, str_from(own)), STR("the environment"));
    if (!loads_files(files, path, text, path_join(arena, root, STR("package.json"))))
        return (struct variable){0};
    named_files(arena, text, &names);
    for (size_t i = 0; i < names.count; i++)
        for (size_t j = 0; j < COUNT_OF(places); j++) {
            struct str file = path_join(arena, places[j], names.items[i]);
            if (files->read(files->self, file, &bytes) && value_in(bytes, name, &value))
                return known(arena, name, str_copy(arena, value), file);
        }
    return (struct variable){0};
}
