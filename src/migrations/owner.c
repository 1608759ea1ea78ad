/* owner.c -- whose are the migrations of a directory: the project around db/migrations, as its tool is started there. */
#include "base/file.h"
#include "migrations/detect.h"

#define MANIFEST_BYTES ((size_t)256 << 10)
#define BUILD_LEVELS 4u

/* services/billing/src/main/resources and what lies below, as Maven and Gradle lay it out, belongs to services/billing. */
static struct str without_resources(struct str directory)
{
    static const struct str forms[] = {STR_INIT("src/main/resources"),
                                       STR_INIT("src/test/resources")};

    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        size_t at = str_find(directory, forms[i]), end = at + forms[i].length;
        if (at == SIZE_MAX || (at && directory.bytes[at - 1] != '/') ||
            (end < directory.length && directory.bytes[end] != '/'))
            continue;
        return str_prefix(directory, at ? at - 1 : 0);
    }
    return directory;
}

static bool is_for_migrations(struct str name)
{
    static const char *const words[] = {"migrations", "migration", "migrate", "db",     "database",
                                        "sql",        "schema",    "ddl",     "prisma", "supabase"};

    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (str_eq(name, str_from(words[i])))
            return true;
    return false;
}

struct str owner_of(struct str directory)
{
    while (directory.length && is_for_migrations(path_base_name(directory)))
        directory = path_parent(directory);
    return without_resources(directory);
}

/* {"type": "commonjs"} alone says how the files beside it are read. */
static bool is_named(struct arena *arena, struct tree *tree, struct str manifest)
{
    struct err ignored = ERR_NONE;
    struct str text;

    return !tree_read(tree, arena, manifest, MANIFEST_BYTES, &text, &ignored) ||
           str_contains(text, STR("\"name\""));
}

/* A package of its own, whatever it is called. */
static bool is_package(struct arena *arena, struct tree *tree, struct str directory)
{
    static const char *const manifests[] = {"package.json",   "go.mod",        "Cargo.toml",
                                            "pyproject.toml", "composer.json", "mix.exs",
                                            "Gemfile"};
    enum tree_entry_kind kind;

    for (size_t i = 0; i < COUNT_OF(manifests); i++) {
        struct str path = path_below(arena, directory, str_from(manifests[i]));
        if (tree_exists(tree, arena, path, &kind) && kind == TREE_FILE &&
            (!str_ends(path, STR("package.json")) || is_named(arena, tree, path)))
            return true;
    }
    return false;
}

/* .NET lays migrations anywhere below the project ("Persistence/Migrations"), and its tool is started beside the project's file. */
static bool find_build(struct arena *arena, struct tree *tree, struct str directory,
                       struct str *ret_project)
{
    bool exists;

    for (unsigned level = 0; level <= BUILD_LEVELS; level++) {
        struct tree_entries entries = {0};
        struct err ignored = ERR_NONE;
        if (!tree_list(tree, arena, directory, &entries, &exists, &ignored))
            return false;
        for (size_t i = 0; i < entries.count; i++)
            if (str_ends(entries.items[i].name, STR(".csproj")) ||
                str_ends(entries.items[i].name, STR(".fsproj"))) {
                *ret_project = directory;
                return true;
            }
        if (!directory.length)
            return false;
        directory = path_parent(directory);
    }
    return false;
}

struct str project_around(struct arena *arena, struct tree *tree, struct str directory)
{
    struct str project = directory;

    while (project.length && is_for_migrations(path_base_name(project)) &&
           !is_package(arena, tree, project))
        project = path_parent(project);
    if (str_contains(directory, STR("Migrations")) && !is_package(arena, tree, project) &&
        find_build(arena, tree, directory, &project))
        return project;
    return without_resources(project);
}
