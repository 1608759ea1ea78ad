/* alembic_nested.c -- revision files in directories below versions/. Alembic passes over them when nothing says recursive_version_locations,
 * unless the program that starts it sets version_locations itself (keystone, neutron: config.set_main_option("version_locations", …)). */
#include "base/file.h"
#include "migrations/alembic.h"

#define PROGRAMS_MAX 200u

/* The first file below a directory that reads like a revision; empty: there is none. */
static bool find_revision(struct arena *arena, struct tree *tree, struct str directory,
                          size_t depth, struct str *ret_path, struct err *e)
{
    struct tree_entries entries;
    bool exists, whole;

    if (!tree_list(tree, arena, directory, &entries, &exists, e))
        return false;
    for (size_t i = 0; i < entries.count && !ret_path->length; i++) {
        const struct tree_entry *entry = &entries.items[i];
        struct str path = path_below(arena, directory, entry->name), text;
        if (entry->kind == TREE_DIRECTORY && depth < ALEMBIC_NESTED_MAX) {
            if (!str_eq(entry->name, STR("__pycache__")) &&
                !find_revision(arena, tree, path, depth + 1, ret_path, e))
                return false;
        } else if (depth > 0 && entry->kind != TREE_DIRECTORY &&
                   alembic_is_revision_name(entry->name)) {
            if (!tree_read_start(tree, arena, path, CONFIG_FILE_MAX, &text, &whole, e))
                return false;
            if (str_contains(text, STR("down_revision")))
                *ret_path = path;
        }
    }
    return true;
}

/* A program of this directory that sets version_locations; empty: none does. */
static bool find_program(struct arena *arena, struct tree *tree, struct str directory,
                         struct str *ret_path, struct err *e)
{
    struct tree_entries entries;
    size_t read = 0;
    bool exists, whole;

    if (!tree_list(tree, arena, directory, &entries, &exists, e))
        return false;
    for (size_t i = 0; i < entries.count && !ret_path->length && read < PROGRAMS_MAX; i++) {
        const struct tree_entry *entry = &entries.items[i];
        struct str path = path_below(arena, directory, entry->name), text;
        if (entry->kind == TREE_DIRECTORY || !str_ends(entry->name, STR(".py")))
            continue;
        read++;
        if (!tree_read_start(tree, arena, path, CONFIG_FILE_MAX, &text, &whole, e))
            return false;
        if (str_contains(text, STR("version_locations")))
            *ret_path = path;
    }
    return true;
}

/* Projects beside neutron are migrated by its program, which is not in their tree: it writes the two heads into files (neutron/db/migration/cli.py,
 * CONTRACT_HEAD_FILENAME, EXPAND_HEAD_FILENAME). */
static bool is_neutrons(struct arena *arena, struct tree *tree, struct str versions)
{
    static const struct str files[] = {STR_INIT("EXPAND_HEAD"), STR_INIT("CONTRACT_HEAD")};
    enum tree_entry_kind kind;

    for (size_t i = 0; i < COUNT_OF(files); i++)
        if (!tree_exists(tree, arena, path_below(arena, versions, files[i]), &kind) ||
            kind != TREE_FILE)
            return false;
    return true;
}

bool alembic_find_nested(struct arena *arena, struct tree *tree, struct str script, struct str root,
                         struct str versions, struct alembic_nested *ret_nested, struct err *e)
{
    const struct str places[] = {script, path_directory(script), root};

    *ret_nested = (struct alembic_nested){0};
    if (!find_revision(arena, tree, versions, 0, &ret_nested->revision, e))
        return false;
    for (size_t i = 0;
         ret_nested->revision.length && !ret_nested->program.length && i < COUNT_OF(places); i++)
        if (!find_program(arena, tree, places[i], &ret_nested->program, e))
            return false;
    if (ret_nested->revision.length && !ret_nested->program.length &&
        is_neutrons(arena, tree, versions))
        ret_nested->program = STR("neutron-db-manage");
    return true;
}
