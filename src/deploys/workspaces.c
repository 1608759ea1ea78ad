#include "deploys/workspaces.h"

#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "deploys/follow.h"

static void add_globs(struct recogniser *r, const cJSON *list, struct strs *globs)
{
    const cJSON *item;

    if (json_is_object(list))
        list = json_get(list, "packages");
    cJSON_ArrayForEach(item, list) if (json_is_string(item))
        VEC_PUSH(r->arena, globs, str_copy(r->arena, str_from(item->valuestring)));
}

/* `packages:` and the list below it: the one shape that pnpm-workspace.yaml has. */
static void add_pnpm_globs(struct recogniser *r, struct str text, struct strs *globs)
{
    struct str line;
    bool inside = false;

    while (str_next_line(&text, &line)) {
        struct str trimmed = str_trim(line);
        if (trimmed.length && line.bytes[0] != ' ' && line.bytes[0] != '-')
            inside = str_starts(trimmed, STR("packages:"));
        else if (inside && str_starts(trimmed, STR("-")))
            VEC_PUSH(r->arena, globs, str_trim_bytes(str_trim(str_from_offset(trimmed, 1)), "\"'"));
    }
}

/* Directories with a package.json: a plain path, or one level below what stands before the first star. */
static void expand(struct recogniser *r, struct str root, struct str pattern,
                   struct strs *directories)
{
    struct err ignored = ERR_NONE;
    struct strs names;
    size_t star = str_find_byte(pattern, '*');

    if (str_starts(pattern, STR("!")) || directories->count >= WORKSPACES_MAX)
        return;
    if (star == SIZE_MAX) {
        struct str path = path_join(r->arena, root, pattern);
        if (file_kind(r->arena, path_join(r->arena, path, STR("package.json"))) == FILE_REGULAR)
            strs_add(r->arena, directories, path);
        return;
    }
    struct str parent = path_join(r->arena, root, str_prefix(pattern, star));
    if (!file_list(r->arena, parent, &names, &ignored))
        return;
    for (size_t i = 0; i < names.count && directories->count < WORKSPACES_MAX; i++) {
        struct str path = path_join(r->arena, parent, names.items[i]);
        if (names.items[i].bytes[0] != '.' && !str_eq(names.items[i], STR("node_modules")) &&
            file_kind(r->arena, path_join(r->arena, path, STR("package.json"))) == FILE_REGULAR)
            strs_add(r->arena, directories, path);
    }
}

static bool package_is(struct recogniser *r, const struct call *call, struct str directory,
                       struct str filter)
{
    JSON_DOCUMENT(document);
    struct followed file;
    struct err ignored = ERR_NONE;
    struct str base = path_base_name(directory);

    if (glob_matches(filter, base))
        return true;
    follow_read(r, call, path_join(r->arena, directory, STR("package.json")), &file);
    if (!file.text.length ||
        !json_parse(r->arena, file.text, JSON_STRICT, "package.json", &document, &ignored))
        return false;
    struct str name = json_string(document, "name");
    size_t slash = str_find_last_byte(name, '/');
    return name.length &&
           (glob_matches(filter, name) ||
            (slash != SIZE_MAX && glob_matches(filter, str_from_offset(name, slash + 1))));
}

static void read_globs(struct recogniser *r, const struct call *call, struct str root,
                       struct strs *globs)
{
    JSON_DOCUMENT(document);
    struct followed file;
    struct err ignored = ERR_NONE;

    follow_read(r, call, path_join(r->arena, root, STR("package.json")), &file);
    if (file.text.length &&
        json_parse(r->arena, file.text, JSON_STRICT, "package.json", &document, &ignored))
        add_globs(r, json_get(document, "workspaces"), globs);
    follow_read(r, call, path_join(r->arena, root, STR("pnpm-workspace.yaml")), &file);
    add_pnpm_globs(r, file.text, globs);
    follow_read(r, call, path_join(r->arena, root, STR("lerna.json")), &file);
    JSON_DOCUMENT(lerna);
    if (file.text.length &&
        json_parse(r->arena, file.text, JSON_STRICT, "lerna.json", &lerna, &ignored))
        add_globs(r, lerna, globs);
}

void workspaces_find(struct recogniser *r, const struct call *call, struct str directory,
                     struct str filter, struct strs *directories)
{
    struct strs globs = {0}, all = {0};
    struct str root = root_of(r, directory);

    filter = str_trim_bytes(filter, "{}.^");
    if (str_starts(filter, STR("/")))
        filter = str_from_offset(filter, 1); /* "./apps/api" without its dot */
    struct str path = path_join(r->arena, directory, filter);
    if (filter.length &&
        file_kind(r->arena, path_join(r->arena, path, STR("package.json"))) == FILE_REGULAR) {
        strs_add(r->arena, directories, path);
        return;
    }
    if (!root.length)
        root = directory;
    read_globs(r, call, directory, &globs);
    if (!globs.count && !str_eq(root, directory))
        read_globs(r, call, root, &globs);
    else
        root = directory;
    for (size_t i = 0; i < globs.count; i++)
        expand(r, root, globs.items[i], &all);
    for (size_t i = 0; i < all.count; i++)
        if (str_eq(filter, STR("*")) || package_is(r, call, all.items[i], filter))
            strs_add(r->arena, directories, all.items[i]);
}
