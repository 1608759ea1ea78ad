/* owner.c -- whose are the migrations of a directory: the project around db/migrations, as its tool is started there. */
#include "base/file.h"
#include "migrations/detect.h"

#define MANIFEST_BYTES ((size_t)256 << 10)

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

struct str project_around(struct arena *arena, struct tree *tree, struct str directory)
{
    while (directory.length && is_for_migrations(path_base_name(directory)) &&
           !is_package(arena, tree, directory))
        directory = path_parent(directory);
    return without_resources(directory);
}
