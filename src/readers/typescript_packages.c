/* typescript_packages.c -- modules of the workspace, by the names that their package.json gives them.
 *
 * In:    all files of the tree that may be modules; "workspaces" of the root's package.json, or pnpm-workspace.yaml.
 * Out:   the file that a name stands for.
 * Fails: never.
 * Source: npm's package.json (name, main, types, workspaces), pnpm's workspaces.
 */
#include "base/file.h"
#include "base/json.h"
#include "base/words.h"
#include "readers/typescript.h"

#define FOLDER_DEPTH_MAX 4u
#define FOLDERS_MAX 2000u
#define PACKAGE_MAX ((size_t)1 << 20)

/* --- A folder that is called as its package. --- */

/* `rest`: behind the package's name; empty: the package itself. */
static struct script_file *file_in(struct script_tree *tree, struct str folder, struct str rest)
{
    static const char *const sources[] = {"src", ""};
    struct arena *arena = script_tree_arena(tree);

    for (size_t i = 0; i < COUNT_OF(sources); i++) {
        struct str base = *sources[i] ? path_join(arena, folder, str_from(sources[i])) : folder;
        struct script_file *file =
            script_file_for(tree, rest.length ? path_join(arena, base, rest) : base);
        if (file)
            return file;
    }
    return NULL;
}

/* "@acme/shared/roles" where packages/shared/package.json says that it is "@acme/shared". */
static struct script_file *in_usual_folder(struct script_tree *tree, struct str module)
{
    static const char *const folders[] = {"packages", "libs", "modules", "apps"};
    struct arena *arena = script_tree_arena(tree);
    struct str rest = module, text, scope = str_cut(&rest, '/'), name = str_cut(&rest, '/');
    struct str quoted =
        str_printf(arena, "\"" STR_FMT "/" STR_FMT "\"", STR_ARG(scope), STR_ARG(name));
    struct script_file *file = NULL;

    for (size_t i = 0; name.length && i < COUNT_OF(folders) && !file; i++) {
        struct str folder = str_printf(arena, "%s/" STR_FMT, folders[i], STR_ARG(name));
        if (script_tree_text(tree, path_join(arena, folder, STR("package.json")), &text) &&
            str_contains(text, quoted))
            file = file_in(tree, folder, rest);
    }
    return file;
}

/* --- All packages. --- */

static bool is_workspace(struct script_tree *tree)
{
    struct str text;

    return (script_tree_text(tree, STR("package.json"), &text) &&
            str_contains(text, STR("\"workspaces\""))) ||
           script_tree_text(tree, STR("pnpm-workspace.yaml"), &text);
}

static void read_folder(struct script_tree *tree, struct script_workspace *workspace,
                        struct str folder)
{
    struct arena *arena = script_tree_arena(tree);
    struct err e = ERR_NONE;
    JSON_DOCUMENT(document);
    struct str text;

    if (!script_tree_text(tree, path_join(arena, folder, STR("package.json")), &text) ||
        text.length > PACKAGE_MAX ||
        !json_parse(arena, text, JSON_STRICT, "package.json", &document, &e))
        return;
    struct str name = json_string(document, "name"), main = json_string(document, "main");
    if (!main.length)
        main = json_string(document, "types");
    if (name.length)
        VEC_PUSH(arena, &workspace->folders,
                 (struct script_package_folder){.name = str_copy(arena, name),
                                                .path = str_copy(arena, folder),
                                                .main = str_copy(arena, main)});
}

/* The folders above all files, down to some depth, are asked once. */
static void read_workspace(struct script_tree *tree, struct script_workspace *workspace)
{
    struct words seen = {.arena = script_tree_arena(tree)};
    size_t count = 0;

    workspace->read = true;
    if (!is_workspace(tree))
        return;
    for (size_t l = 0; l < COUNT_OF(workspace->lists); l++)
        for (size_t i = 0; workspace->lists[l] && i < workspace->lists[l]->count; i++) {
            struct str path = workspace->lists[l]->items[i];
            size_t depth = 0;
            for (size_t at = 0; at < path.length && depth < FOLDER_DEPTH_MAX; at++) {
                if (path.bytes[at] != '/')
                    continue;
                depth++;
                struct str folder = str_prefix(path, at);
                if (count < FOLDERS_MAX && words_add(&seen, folder)) {
                    count++;
                    read_folder(tree, workspace, folder);
                }
            }
        }
}

static struct script_file *in_workspace(struct script_tree *tree, struct str module)
{
    struct script_workspace *workspace = script_tree_workspace(tree);
    struct arena *arena = script_tree_arena(tree);

    if (!workspace->read)
        read_workspace(tree, workspace);
    for (size_t i = 0; i < workspace->folders.count; i++) {
        const struct script_package_folder *folder = &workspace->folders.items[i];
        struct str rest = str_from_offset(module, folder->name.length);
        bool whole = module.length == folder->name.length;
        struct script_file *file;
        if (!str_starts(module, folder->name) || (!whole && rest.bytes[0] != '/'))
            continue;
        file = file_in(tree, folder->path, whole ? STR_NONE : str_from_offset(rest, 1));
        if (!file && whole && folder->main.length)
            file = script_file_for(
                tree, script_without_dots(arena, path_join(arena, folder->path, folder->main)));
        if (file)
            return file;
    }
    return NULL;
}

struct script_file *script_package_file(struct script_tree *tree, struct str module)
{
    struct script_workspace *workspace = script_tree_workspace(tree);
    struct script_package package = {.module = module};
    bool scoped = str_starts(module, STR("@")) && !str_starts(module, STR("@/"));

    for (size_t i = 0; i < workspace->packages.count; i++)
        if (str_eq(workspace->packages.items[i].module, module))
            return workspace->packages.items[i].file;
    package.module = str_copy(script_tree_arena(tree), module);
    package.file = scoped ? in_usual_folder(tree, module) : NULL;
    if (!package.file)
        package.file = in_workspace(tree, module);
    VEC_PUSH(script_tree_arena(tree), &workspace->packages, package);
    return package.file;
}
