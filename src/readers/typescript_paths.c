/* typescript_paths.c -- modules by the names that a tsconfig.json gives them: "paths", "baseUrl".
 *
 * In:    tsconfig.json, tsconfig.base.json and jsconfig.json of the folders above a file; comments and trailing commas are allowed in them.
 * Out:   the paths a module may lie at, the nearest folder's first.
 * Fails: never; a file that is no JSON maps nothing.
 * Source: TypeScript handbook, "Modules – Reference" (paths, baseUrl).
 */
#include "base/file.h"
#include "base/json.h"
#include "readers/typescript.h"

#define CONFIG_MAX ((size_t)1 << 20)

struct mapping {
    struct str before, after; /* of the star; `after` counts only with one */
    bool star;
    struct strs targets; /* from the root, with their star */
};

struct folder {
    struct str path;
    VEC(struct mapping) mappings;
};

struct script_paths {
    VEC(struct folder) folders;
};

/* `[1, 2,]` → `[1, 2 ]` */
static struct str without_trailing_commas(struct arena *arena, struct str text)
{
    char *bytes = str_c(arena, text);
    size_t comma = SIZE_MAX;
    bool quoted = false;

    for (size_t i = 0; i < text.length; i++) {
        char byte = bytes[i];
        if (quoted) {
            i += byte == '\\';
            quoted = byte != '"';
        } else if (byte == '"' || byte == ',') {
            quoted = byte == '"';
            comma = byte == ',' ? i : SIZE_MAX;
        } else if ((byte == '}' || byte == ']') && comma != SIZE_MAX) {
            bytes[comma] = ' ';
            comma = SIZE_MAX;
        } else if (byte != ' ' && byte != '\t' && byte != '\n' && byte != '\r') {
            comma = SIZE_MAX;
        }
    }
    return str_of(bytes, text.length);
}

static struct str without_here(struct str path)
{
    while (str_starts(path, STR("./")))
        path = str_from_offset(path, 2);
    return str_eq(path, STR(".")) ? STR("") : path;
}

static void add_mapping(struct arena *arena, struct folder *folder, struct str base,
                        struct str pattern, const cJSON *targets)
{
    size_t star = str_find_byte(pattern, '*');
    struct mapping mapping = {.before = str_prefix(pattern, star),
                              .after =
                                  star == SIZE_MAX ? STR_NONE : str_from_offset(pattern, star + 1),
                              .star = star != SIZE_MAX};

    for (const cJSON *target = targets ? targets->child : NULL; target; target = target->next)
        if (json_is_string(target))
            VEC_PUSH(arena, &mapping.targets,
                     path_join(arena, base,
                               without_here(str_copy(arena, str_from(target->valuestring)))));
    if (mapping.targets.count)
        VEC_PUSH(arena, &folder->mappings, mapping);
}

static void read_config(struct arena *arena, struct folder *folder, struct str text)
{
    struct err e = ERR_NONE;
    JSON_DOCUMENT(document);
    struct str blanked;

    if (text.length > CONFIG_MAX || !json_blank_comments(arena, text, "tsconfig", &blanked, &e) ||
        !json_parse(arena, without_trailing_commas(arena, blanked), JSON_STRICT, "tsconfig",
                    &document, &e))
        return;
    const cJSON *options = json_get(document, "compilerOptions");
    struct str url = json_string(options, "baseUrl");
    struct str base = path_join(arena, folder->path, str_copy(arena, without_here(url)));
    const cJSON *paths = json_get(options, "paths");
    for (const cJSON *entry = json_is_object(paths) ? paths->child : NULL; entry;
         entry = entry->next)
        add_mapping(arena, folder, base, str_copy(arena, str_from(entry->string)), entry);
    if (url.length) {
        struct mapping all = {.before = STR(""), .after = STR(""), .star = true};
        VEC_PUSH(arena, &all.targets, path_join(arena, base, STR("*")));
        VEC_PUSH(arena, &folder->mappings, all);
    }
}

static const struct folder *folder_of(struct script_tree *tree, struct str path)
{
    static const char *const names[] = {"tsconfig.json", "tsconfig.base.json", "jsconfig.json"};
    struct arena *arena = script_tree_arena(tree);
    struct script_paths **paths = script_tree_paths(tree);
    struct folder folder = {.path = str_copy(arena, path)};
    struct str text;

    if (!*paths)
        *paths = ARENA_NEW(arena, struct script_paths);
    for (size_t i = 0; i < (*paths)->folders.count; i++)
        if (str_eq((*paths)->folders.items[i].path, path))
            return &(*paths)->folders.items[i];
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (script_tree_text(tree, path_join(arena, path, str_from(names[i])), &text))
            read_config(arena, &folder, text);
    VEC_PUSH(arena, &(*paths)->folders, folder);
    return &VEC_LAST(&(*paths)->folders);
}

void script_mapped_paths(struct script_tree *tree, struct str from, struct str module,
                         struct strs *ret_paths)
{
    struct arena *arena = script_tree_arena(tree);

    for (struct str at = path_directory(from);; at = path_directory(at)) {
        struct str directory = str_eq(at, STR(".")) ? STR("") : at;
        const struct folder *folder = folder_of(tree, directory);
        for (size_t i = 0; i < folder->mappings.count; i++) {
            const struct mapping *mapping = &folder->mappings.items[i];
            if (mapping->star
                    ? !str_starts(module, mapping->before) || !str_ends(module, mapping->after) ||
                          module.length < mapping->before.length + mapping->after.length
                    : !str_eq(module, mapping->before))
                continue;
            struct str rest =
                str_slice(module, mapping->before.length, module.length - mapping->after.length);
            for (size_t j = 0; j < mapping->targets.count; j++) {
                struct str target = mapping->targets.items[j];
                size_t star = str_find_byte(target, '*');
                VEC_PUSH(arena, ret_paths,
                         star == SIZE_MAX
                             ? target
                             : str_printf(arena, STR_FMT STR_FMT STR_FMT,
                                          STR_ARG(str_prefix(target, star)), STR_ARG(rest),
                                          STR_ARG(str_from_offset(target, star + 1))));
            }
        }
        if (!directory.length)
            return;
    }
}
