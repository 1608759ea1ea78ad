#include <stdlib.h>

#include "base/file.h"
#include "base/quote.h"
#include "migrations/detect.h"
#include "migrations/graph.h"
#include "migrations/sql.h"

#define NAMED_MAX 5u

bool sql_file_number(struct str name, struct str *ret_digits)
{
    size_t i = 0;

    while (i < name.length && name.bytes[i] >= '0' && name.bytes[i] <= '9')
        i++;
    if (i == 0 || i == name.length ||
        (name.bytes[i] != '_' && name.bytes[i] != '-' && name.bytes[i] != '.'))
        return false;
    *ret_digits = str_prefix(name, i);
    return true;
}

bool sql_file_goes_back(struct str name)
{
    static const char *const words[] = {"down", "undo", "rollback", "revert", "downgrade"};
    struct str stem = str_prefix(name, name.length - 4);

    for (size_t i = 0; i < COUNT_OF(words); i++) {
        struct str word = str_from(words[i]);
        if (stem.length > word.length && str_ends(stem, word)) {
            char before = stem.bytes[stem.length - word.length - 1];
            if (before == '.' || (before == '_' && i > 0) || (before == '-' && i > 0))
                return true;
        }
    }
    return false;
}

static bool is_sql_file(const struct tree_entry *entry)
{
    return entry->kind != TREE_DIRECTORY && entry->name.length > 4 &&
           str_ends(entry->name, STR(".sql")) && entry->name.bytes[0] != '.';
}

static struct str title_of(struct arena *arena, struct str name)
{
    struct str digits, stem = str_prefix(name, name.length - 4);

    if (sql_file_number(name, &digits) && stem.length > digits.length)
        stem = str_from_offset(stem, digits.length + 1);
    char *words = str_c(arena, stem);
    for (size_t i = 0; i < stem.length; i++)
        if (words[i] == '_' || words[i] == '-')
            words[i] = ' ';
    return str_of(words, stem.length);
}

static bool read_directory(struct arena *arena, struct tree *tree, struct str directory,
                           bool numbered_only, struct history *history, struct err *e)
{
    struct tree_entries entries;
    struct str digits;
    bool exists;

    if (!tree_list(tree, arena, directory, &entries, &exists, e))
        return false;
    for (size_t i = 0; i < entries.count; i++) {
        struct str name = entries.items[i].name;
        if (!is_sql_file(&entries.items[i]) || sql_file_goes_back(name))
            continue;
        if (history->migrations.count >= MIGRATIONS_MAX)
            return err_set(e, ERR_LIMIT, "more than %u migrations", MIGRATIONS_MAX);
        struct str path = path_below(arena, directory, name);
        if (numbered_only && !sql_file_number(name, &digits)) {
            VEC_PUSH(arena, &history->assumptions,
                     str_printf(arena, STR_FMT " has no number and was not counted as a migration",
                                STR_ARG(path)));
            continue;
        }
        VEC_PUSH(arena, &history->migrations,
                 (struct migration){
                     .id = name, .file = path, .title = title_of(arena, name), .line = 1});
    }
    return true;
}

/* Numbered files are the rule; a directory without any number is taken whole. */
static bool any_numbered(struct arena *arena, struct tree *tree, const struct strs *directories,
                         bool *ret_any, struct err *e)
{
    struct str digits;

    *ret_any = false;
    for (size_t i = 0; i < directories->count; i++) {
        struct tree_entries entries;
        bool exists;
        if (!tree_list(tree, arena, directories->items[i], &entries, &exists, e))
            return false;
        for (size_t j = 0; j < entries.count; j++)
            if (is_sql_file(&entries.items[j]) && !sql_file_goes_back(entries.items[j].name) &&
                sql_file_number(entries.items[j].name, &digits))
                *ret_any = true;
    }
    return true;
}

static int compare_by_id(const void *a, const void *b)
{
    const struct migration *left = a, *right = b;
    int order = str_compare(left->id, right->id);

    return order ? order : str_compare(left->file, right->file);
}

static struct str without_zeros(struct str digits)
{
    while (digits.length > 1 && digits.bytes[0] == '0')
        digits = str_from_offset(digits, 1);
    return digits;
}

/* Shells and people do not agree on the order of 2_ and 10_, nor on that of two files with one number. */
static void check_order(struct arena *arena, struct history *history)
{
    const struct migrations *all = &history->migrations;
    size_t swapped = 0, shared = 0;

    for (size_t i = 1; i < all->count; i++) {
        struct str before = STR_NONE, after = STR_NONE;
        if (!sql_file_number(all->items[i - 1].id, &before) ||
            !sql_file_number(all->items[i].id, &after))
            continue;
        before = without_zeros(before);
        after = without_zeros(after);
        bool larger = before.length > after.length ||
                      (before.length == after.length && str_compare(before, after) > 0);
        const char *what = NULL;
        if (larger && swapped++ < NAMED_MAX)
            what = "stands before";
        else if (str_eq(before, after) && shared++ < NAMED_MAX)
            what = "has the same number as";
        if (what)
            VEC_PUSH(arena, &history->assumptions,
                     str_printf(arena, "byte order was assumed: " STR_FMT " %s " STR_FMT,
                                STR_ARG(all->items[i - 1].id), what, STR_ARG(all->items[i].id)));
    }
}

static void drop_doubles(struct arena *arena, struct history *history)
{
    struct migrations *all = &history->migrations;
    size_t kept = 0;

    for (size_t i = 0; i < all->count; i++) {
        if (kept && str_eq(all->items[kept - 1].id, all->items[i].id)) {
            history_problem_add(
                arena, history, REASON_BROKEN_HISTORY,
                str_printf(arena, "two files are called " STR_FMT ": " STR_FMT " and " STR_FMT,
                           STR_ARG(str_shown(arena, all->items[i].id)),
                           STR_ARG(str_shown(arena, all->items[kept - 1].file)),
                           STR_ARG(str_shown(arena, all->items[i].file))),
                STR("the tracking table cannot tell them apart: rename one of them"));
            continue;
        }
        all->items[kept++] = all->items[i];
    }
    all->count = kept;
}

static bool find_directories(struct arena *arena, struct tree *tree,
                             const struct config_migrations *set, struct history *history,
                             struct err *e)
{
    struct tree_entries entries;
    enum tree_entry_kind kind;
    struct str path;
    bool exists, any = false;

    for (size_t i = 0; i < set->versions.count; i++) {
        if (tree_path_join(arena, set->root, set->versions.items[i], &path) &&
            tree_exists(tree, arena, path, &kind) && kind == TREE_DIRECTORY)
            strs_add(arena, &history->versions, path);
        else
            history_problem_add(arena, history, REASON_INDETERMINATE_HISTORY,
                                str_printf(arena,
                                           "versions directory \"" STR_FMT
                                           "\" does not exist in \"" STR_FMT "\"",
                                           STR_ARG(set->versions.items[i]), STR_ARG(set->root)),
                                STR("correct versions of this migration set in .hookcheck.json"));
    }
    if (set->versions.count)
        return true;
    if (!tree_list(tree, arena, set->root, &entries, &exists, e))
        return false;
    for (size_t i = 0; i < entries.count && !any; i++)
        any = is_sql_file(&entries.items[i]);
    if (any) {
        VEC_PUSH(arena, &history->versions, set->root);
        return true;
    }
    if (!detect_sql_directories(arena, tree, set->root, &history->versions, e))
        return false;
    if (history->versions.count == 1)
        return true;
    history_problem_add(arena, history, REASON_INDETERMINATE_HISTORY,
                        str_printf(arena, "%s with SQL migrations in \"" STR_FMT "\"",
                                   history->versions.count ? "several directories" : "no directory",
                                   STR_ARG(set->root)),
                        STR("set versions of this migration set in .hookcheck.json"));
    history->versions.count = 0;
    return true;
}

bool sql_load(struct arena *arena, struct tree *tree, const struct config_migrations *set,
              struct history *history, struct err *e)
{
    bool numbered;

    history->table = set->table.length ? set->table : STR("schema_migrations");
    history->schema = set->schema;
    history->table_assumed = set->table.length == 0;
    if (history->table_assumed)
        VEC_PUSH(arena, &history->assumptions,
                 STR("the tracking table schema_migrations was assumed"));
    if (!find_directories(arena, tree, set, history, e) ||
        !any_numbered(arena, tree, &history->versions, &numbered, e))
        return false;
    for (size_t i = 0; i < history->versions.count; i++)
        if (!read_directory(arena, tree, history->versions.items[i], numbered, history, e))
            return false;
    if (history->migrations.count)
        qsort(history->migrations.items, history->migrations.count,
              sizeof history->migrations.items[0], compare_by_id);
    drop_doubles(arena, history);
    check_order(arena, history);
    if (history->migrations.count) {
        VEC_PUSH(arena, &history->heads, VEC_LAST(&history->migrations).id);
        history->real_heads = history->heads;
    }
    struct str directory = history->versions.count ? history->versions.items[0] : set->root;
    history->upgrade_command = str_printf(
        arena,
        "for each pending file, in order: psql \"$DATABASE_URL\" -v ON_ERROR_STOP=1 -1 -f " STR_FMT
        " -c \"insert into " STR_FMT " (version) values ('FILE')\"",
        STR_ARG(shell_shown(arena, path_below(arena, directory, STR("FILE")))),
        STR_ARG(history->table));
    return true;
}
