#include "migrations/survey_sql.h"

#include "base/file.h"
#include "migrations/markers.h"
#include "migrations/sql.h"

#define READ_MAX ((size_t)64 << 10)
#define SUPPORT_FILES_MAX 40u

struct look {
    struct arena *arena;
    struct tree *tree;
    struct strs *unreadable;
};

/* False: it is not there, or cannot be read, which is kept. */
static bool read_start(const struct look *look, struct str path, struct str *ret_bytes)
{
    struct err bad = ERR_NONE;
    bool whole;

    if (tree_read_start(look->tree, look->arena, path, READ_MAX, ret_bytes, &whole, &bad))
        return true;
    if (bad.kind != ERR_NOT_FOUND)
        strs_add(look->arena, look->unreadable, str_copy(look->arena, str_from(bad.message)));
    return false;
}

static bool file_mentions(const struct look *look, struct str directory, struct str name,
                          const char *text)
{
    struct str bytes;

    return read_start(look, path_below(look->arena, directory, name), &bytes) &&
           str_contains(bytes, str_from(text));
}

/* What cannot be read may name it. */
static bool may_mention(const struct look *look, struct str path, const char *text)
{
    struct err bad = ERR_NONE;
    struct str bytes;
    bool whole;

    if (!tree_read_start(look->tree, look->arena, path, READ_MAX, &bytes, &whole, &bad))
        return bad.kind != ERR_NOT_FOUND;
    return str_contains(bytes, str_from(text));
}

/* A runner of one's own names its table somewhere near: beside the files, above them, or where a project keeps its scripts. */
static bool has_runner_near(const struct look *look, struct str directory)
{
    static const char *const scripts[] = {"scripts", "script", "bin",  "deploy",
                                          "tools",   "ops",    "hack", ".github/workflows"};
    struct str parent =
        str_find_byte(directory, '/') == SIZE_MAX ? STR("") : path_directory(directory);
    struct str places[2 + COUNT_OF(scripts)] = {directory, parent};

    for (size_t i = 0; i < COUNT_OF(scripts); i++)
        places[2 + i] = path_below(look->arena, parent, str_from(scripts[i]));
    for (size_t i = 0, read = 0; i < COUNT_OF(places); i++) {
        struct err ignored = ERR_NONE;
        struct tree_entries entries = {0};
        bool exists;
        if (!tree_list(look->tree, look->arena, places[i], &entries, &exists, &ignored))
            continue;
        for (size_t j = 0; j < entries.count && read < SUPPORT_FILES_MAX; j++)
            if (entries.items[j].kind == TREE_FILE && ++read &&
                may_mention(look, path_below(look->arena, places[i], entries.items[j].name),
                            "schema_migrations"))
                return true;
        read = i ? 0 : read; /* each folder of scripts has a count of its own */
    }
    return false;
}

/* Whose SQL files are these? NULL: nobody's that we know. */
static const char *sql_owner(const struct look *look, struct str directory,
                             const struct strs *files)
{
    struct str parent =
        str_find_byte(directory, '/') == SIZE_MAX ? STR("") : path_directory(directory);
    size_t samples[] = {0, files->count / 2, files->count - 1};

    if (str_eq(path_base_name(parent), STR("supabase")))
        return "Supabase";
    if (file_mentions(look, parent, STR("Cargo.toml"), "sqlx"))
        return "sqlx";
    for (size_t i = 0; i < COUNT_OF(samples); i++) {
        struct str bytes;
        const char *tracker = NULL;
        if (read_start(look, path_below(look->arena, directory, files->items[samples[i]]), &bytes))
            tracker = marker_in_sql(bytes);
        if (tracker)
            return tracker;
    }
    return NULL;
}

/* graphile-migrate's migrations/current beside migrations/committed: what is not yet a migration. */
static bool is_draft(const struct look *look, struct str directory)
{
    enum tree_entry_kind kind;

    return str_eq(path_base_name(directory), STR("current")) &&
           tree_exists(look->tree, look->arena,
                       path_below(look->arena, path_parent(directory), STR("committed")), &kind) &&
           kind == TREE_DIRECTORY;
}

bool survey_sql_lies_in(struct arena *scratch, struct tree *tree, struct str directory,
                        const struct tree_entries *entries, struct strs *unreadable,
                        const char **ret_owner)
{
    static const char *const strong_words[] = {"migrations", "migration", "migrate", NULL};
    static const char *const weak[] = {"sql", "schema", "db", "database", "ddl", NULL};
    static const char *const back[] = {"down",   "undo",    "rollback", "rollbacks",
                                       "revert", "reverts", NULL};
    struct str base = path_base_name(directory), digits;
    struct str parent = path_base_name(path_directory(directory));
    struct look look = {.arena = scratch, .tree = tree, .unreadable = unreadable};
    struct strs files = {0};
    size_t all = 0;

    *ret_owner = NULL;
    if (str_is_one_of(base, back) || is_draft(&look, directory))
        return false;
    for (size_t i = 0; i < entries->count; i++) {
        struct str name = entries->items[i].name;
        if (entries->items[i].kind != TREE_FILE || !str_ends(name, STR(".sql")) ||
            sql_file_goes_back(name))
            continue;
        all++;
        if (sql_file_number(name, &digits))
            VEC_PUSH(look.arena, &files, name);
    }
    if (files.count == 0 || files.count * 2 <= all)
        return false;
    bool strong = str_is_one_of(base, strong_words) || str_is_one_of(parent, strong_words);
    if (!strong &&
        !(str_is_one_of(base, weak) && files.count > 1 && has_runner_near(&look, directory)))
        return false;
    *ret_owner = sql_owner(&look, directory, &files);
    return true;
}
