/* typeorm_command.c -- TypeORM's program and options: they hang on its release, on the language of the data source, and on what runs that. */
#include "base/buf.h"
#include "base/file.h"
#include "base/quote.h"
#include "base/regex.h"
#include "migrations/tool_command.h"
#include "readers/typescript.h"

#define SOURCE_MAX ((size_t)64 << 10)
#define DIRECTORIES_MAX 200u
#define FILES_MAX 64u

/* Source: TypeORM's docs/docs/advanced-topics/5-using-cli.md, and of release 0.2 docs/using-cli.md. */
#define TYPEORM "npx typeorm "
#define OPTION " -d DATA_SOURCE"

static struct str text_of(const struct tool_place *place, struct str path)
{
    struct err absent = ERR_NONE;
    struct str text;
    bool whole;

    return tree_read_start(place->tree, place->arena, path, SOURCE_MAX, &text, &whole, &absent)
               ? text
               : STR_NONE;
}

static struct str below(const struct tool_place *place, struct str directory, struct str name)
{
    return str_printf(place->arena, STR_FMT "%s" STR_FMT, STR_ARG(directory),
                      directory.length ? "/" : "", STR_ARG(name));
}

static bool is_file(const struct tool_place *place, struct str path)
{
    enum tree_entry_kind kind;

    return tree_exists(place->tree, place->arena, path, &kind) && kind == TREE_FILE;
}

static bool finds(const struct tool_place *place, const char *pattern, struct str text,
                  struct str *ret_group)
{
    struct regex_walk walk = regex_walk(place->arena, pattern, text);

    if (!regex_walk_next(&walk))
        return false;
    if (ret_group)
        *ret_group = walk.groups[1];
    return true;
}

/* --- The data source: what a script of the package names, or the file that makes it. --- */

static bool is_looked_into(struct str directory)
{
    static const char *const others[] = {"node_modules", "dist", "build", "coverage", "vendor"};

    for (size_t i = 0; i < COUNT_OF(others); i++)
        if (str_eq(directory, str_from(others[i])))
            return false;
    return !str_starts(directory, STR("."));
}

static bool may_make_one(struct arena *arena, struct str name)
{
    static const char *const words[] = {"source", "orm", "database", "db.", "main."};

    name = str_lower(arena, name);
    if (!script_path(name) || str_ends(name, STR(".d.ts")))
        return false;
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (str_contains(name, str_from(words[i])))
            return true;
    return false;
}

static bool makes_one(const struct tool_place *place, struct str path)
{
    return finds(place, "\\bnew\\s{1,8}DataSource\\s{0,8}\\(", text_of(place, path), NULL);
}

/* Level by level, so that the outermost one is found first. */
static struct str find_source(const struct tool_place *place)
{
    struct strs directories = {0};
    size_t files = 0;

    VEC_PUSH(place->arena, &directories, place->root);
    for (size_t d = 0; d < directories.count; d++) {
        struct err unread = ERR_NONE;
        struct tree_entries entries;
        bool exists;
        if (!tree_list(place->tree, place->arena, directories.items[d], &entries, &exists,
                       &unread) ||
            !exists)
            continue;
        for (size_t i = 0; i < entries.count; i++) {
            struct str path = below(place, directories.items[d], entries.items[i].name);
            if (entries.items[i].kind == TREE_FILE && files < FILES_MAX &&
                may_make_one(place->arena, entries.items[i].name)) {
                files++;
                if (makes_one(place, path))
                    return path;
            }
            if (entries.items[i].kind == TREE_DIRECTORY && directories.count < DIRECTORIES_MAX &&
                is_looked_into(entries.items[i].name))
                VEC_PUSH(place->arena, &directories, path);
        }
    }
    return STR_NONE;
}

/* Seen from where the tool is started. */
static struct str data_source(const struct tool_place *place, struct str package)
{
    static const char script[] = "(?:typeorm|migration:\\w{1,20})\\b[^\"\\n]{0,400}?\\s(?:-d|--"
                                 "dataSource)(?:\\s{1,4}|=)([\\w./@-]{1,200}\\.[cm]?[jt]s)\\b";
    struct str named, path, inside;
    bool is_named = finds(place, script, package, &named);

    if (is_named && tree_path_join(place->arena, place->root, named, &path) && is_file(place, path))
        return named;
    path = find_source(place);
    if (!path.length)
        return is_named ? named : STR_NONE; /* what a build makes of it */
    if (!place->root.length || !path_relative(place->root, path, &inside))
        inside = path;
    return shell_shown(place->arena, inside);
}

/* --- The command. --- */

static const char *program_of(const struct tool_place *place, struct str package, struct str source)
{
    if (!finds(place, "\\.[cm]?ts$", source, NULL))
        return TYPEORM;
    if (str_contains(package, STR("\"tsx\"")) && !str_contains(package, STR("\"ts-node\"")))
        return "npx tsx node_modules/typeorm/cli.js ";
    return finds(place, "\"type\"\\s{0,8}:\\s{0,8}\"module\"", package, NULL)
               ? "npx typeorm-ts-node-esm "
               : "npx typeorm-ts-node-commonjs ";
}

/* Before 0.3 there is no data source: ormconfig names the database, -d the directory of the new migration. */
static struct str of_old(const struct tool_place *place, struct str command)
{
    bool typed = is_file(place, below(place, place->root, STR("tsconfig.json")));
    struct str action = str_from_offset(command, sizeof TYPEORM - 1);
    struct str rest = str_prefix(action, str_find(action, STR(OPTION)));

    return str_printf(place->arena, "%s" STR_FMT "%s",
                      typed ? "npx ts-node node_modules/typeorm/cli.js " : TYPEORM, STR_ARG(rest),
                      str_ends(command, STR("Name")) ? " -n Name -d DIRECTORY" : "");
}

struct str typeorm_command(const struct tool_place *place, struct str command)
{
    struct str package = text_of(place, below(place, place->root, STR("package.json")));
    size_t at = str_find(command, STR(OPTION));

    if (!str_starts(command, STR(TYPEORM)) || at == SIZE_MAX)
        return command;
    if (finds(place, "\"typeorm\"\\s{0,8}:\\s{0,8}\"[~^>=v ]{0,4}0\\.[0-2]\\b", package, NULL))
        return of_old(place, command);
    struct str source = data_source(place, package);
    if (!source.length)
        return command;
    return str_printf(place->arena, "%s" STR_FMT " -d " STR_FMT STR_FMT,
                      program_of(place, package, source),
                      STR_ARG(str_slice(command, sizeof TYPEORM - 1, at)), STR_ARG(source),
                      STR_ARG(str_from_offset(command, at + sizeof OPTION - 1)));
}
