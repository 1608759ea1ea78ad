/* liquibase_files.c -- change logs that include others, and the paths by which the table calls them. */
#include <stdlib.h>

#include "base/buf.h"
#include "base/file.h"
#include "migrations/graph.h"
#include "migrations/liquibase.h"
#include "migrations/survey.h"
#include "migrations/tracker.h"

#define DIRECTORY_DEPTH_MAX 20u

void liquibase_problem(struct liquibase_loading *l, struct str message, const char *hint)
{
    history_problem_add(l->arena, l->history, REASON_BROKEN_HISTORY, message, str_from(hint));
}

/* --- Paths (DatabaseChangeLog.normalizePath). --- */

struct str liquibase_path(struct arena *arena, struct str path)
{
    char *bytes = str_c(arena, path);

    for (size_t i = 0; i < path.length; i++)
        if (bytes[i] == '\\')
            bytes[i] = '/';
    path = str_of(bytes, path.length);
    if (str_starts(path, STR("classpath*:")))
        path = str_from_offset(path, 11);
    if (str_starts(path, STR("classpath:")))
        path = str_from_offset(path, 10);
    if (path.length > 1 && path.bytes[1] == ':')
        path = str_from_offset(path, 2);
    /* Absolute, so that "." and ".." can be resolved; the first '/' is dropped anyway. */
    struct str whole = path_join(arena, STR("/"), str_printf(arena, "/" STR_FMT, STR_ARG(path)));
    return str_starts(whole, STR("/")) ? str_from_offset(whole, 1) : whole;
}

bool liquibase_find_file(struct liquibase_loading *l, struct str path, struct str *ret_file)
{
    for (size_t i = 0; i < l->bases.count; i++) {
        enum tree_entry_kind kind;
        if (tree_path_join(l->arena, l->bases.items[i], path, ret_file) &&
            tree_exists(l->tree, l->arena, *ret_file, &kind))
            return true;
    }
    return false;
}

struct str liquibase_expanded(const struct liquibase_loading *l, struct arena *arena,
                              struct str text)
{
    size_t at = str_find(text, STR("${"));
    struct buf out;

    if (at == SIZE_MAX)
        return str_copy(arena, text);
    out = buf_new(arena, FILE_MAX * 2);
    while (text.length) {
        at = str_find(text, STR("${"));
        buf_add(&out, str_prefix(text, at));
        if (at == SIZE_MAX)
            break;
        text = str_from_offset(text, at);
        size_t end = str_find_byte(text, '}');
        struct str name = end == SIZE_MAX ? STR_NONE : str_slice(text, 2, end), value = STR_NONE;
        for (size_t i = 0; i < l->properties.count && !value.bytes; i++)
            if (str_eq_nocase(l->properties.items[i].name, name)) /* the first that is set counts */
                value = l->properties.items[i].value;
        size_t taken = value.bytes ? end + 1 : 2;
        buf_add(&out, value.bytes ? value : str_prefix(text, taken));
        text = str_from_offset(text, taken);
    }
    return buf_str(&out);
}

/* --- One change set. --- */

struct str liquibase_both(struct arena *arena, struct str a, struct str b)
{
    if (!a.length || !b.length)
        return a.length ? a : b;
    return str_printf(arena, "(" STR_FMT ") and (" STR_FMT ")", STR_ARG(a), STR_ARG(b));
}

static const char *filter_of(const struct liquibase_loading *l, const struct liquibase_scope *scope,
                             const struct liquibase_change_set *set)
{
    const struct liquibase_settings *s = l->settings;
    struct str labels = scope->labels.length && set->labels.length
                            ? str_printf(l->arena, STR_FMT "," STR_FMT, STR_ARG(scope->labels),
                                         STR_ARG(set->labels))
                        : scope->labels.length ? scope->labels
                                               : set->labels;

    if (set->ignored || scope->ignored)
        return "ignored";
    if (!liquibase_dbms_matches(set->dbms, s->dbms))
        return "for other databases";
    if (!liquibase_contexts_match(s->contexts,
                                  liquibase_both(l->arena, scope->contexts, set->contexts)))
        return "for other contexts";
    if (!liquibase_labels_match(s->labels, labels))
        return "for other labels";
    return NULL;
}

void liquibase_add(struct liquibase_loading *l, struct str path, struct str file,
                   const struct liquibase_scope *scope, struct liquibase_change_set *set)
{
    struct liquibase_own *own = ARENA_NEW(l->arena, struct liquibase_own);
    struct str logical = set->logical.length ? set->logical : scope->logical;

    if (!set->id.length || !set->author.length) {
        liquibase_problem(l,
                          str_printf(l->arena,
                                     "Liquibase refuses " STR_FMT ":%zu: a change set without %s",
                                     STR_ARG(file), set->line, set->id.length ? "author" : "id"),
                          "give it one");
        return;
    }
    l->names_databases = l->names_databases || set->dbms.length;
    *own = (struct liquibase_own){
        .path = liquibase_path(l->arena, logical.length ? logical : path),
        .id = set->id,
        .author = set->author,
        .filtered = filter_of(l, scope, set),
        .run_always = set->run_always,
        .run_on_change = set->run_on_change,
        .preconditions = set->preconditions,
        .computable = set->computable,
        .valid = set->valid,
    };
    /* Since 4.3x a log without one has the logicalFilePath of the log that includes it (liquibase issue 7455). */
    if (!logical.length && scope->inherited.length)
        own->other_path = liquibase_path(l->arena, scope->inherited);
    struct migration made = {
        .id = str_printf(l->arena, STR_FMT "::" STR_FMT "::" STR_FMT, STR_ARG(own->path),
                         STR_ARG(own->id), STR_ARG(own->author)),
        .file = file,
        .unit = path_base_name(file),
        .title = set->comment.length ? set->comment : set->what,
        .line = set->line,
        .runs_again = set->run_on_change || set->run_always,
        .part = set->part,
        .own = own,
    };
    if (set->computable)
        made.checksum = liquibase_sum_of_changes(l->arena, &set->sums);
    VEC_PUSH(l->arena,
             str_eq_nocase(set->run_order, STR("first"))  ? &l->first
             : str_eq_nocase(set->run_order, STR("last")) ? &l->last
                                                          : &l->middle,
             made);
}

/* --- Files. --- */

bool liquibase_is_log(struct str name, struct str text)
{
    struct err ignored = ERR_NONE;
    const char *pattern = NULL;

    if (str_ends(name, STR(".sql")))
        pattern = "(?i)\\A\\s*--\\s*liquibase\\s*formatted";
    else if (str_ends(name, STR(".xml")))
        pattern = "<(?:\\w+:)?databaseChangeLog\\b";
    else if (str_ends(name, STR(".yaml")) || str_ends(name, STR(".yml")))
        pattern = "(?m)^[\"']?databaseChangeLog[\"']?\\s*:";
    else if (str_ends(name, STR(".json")))
        pattern = "\"databaseChangeLog\"\\s*:";
    return pattern && tracker_regex_matches(str_from(pattern), text, NULL, 0, &ignored);
}

bool liquibase_can_be_log(struct str name)
{
    static const struct str endings[] = {STR_INIT(".xml"), STR_INIT(".yaml"), STR_INIT(".yml"),
                                         STR_INIT(".json"), STR_INIT(".sql")};

    for (size_t i = 0; i < COUNT_OF(endings); i++)
        if (str_ends(name, endings[i]))
            return true;
    return false;
}

bool liquibase_read_log(struct liquibase_loading *l, struct str path, struct str file,
                        const struct liquibase_scope *scope)
{
    ARENA(scratch, (size_t)64 << 20);
    struct str text;

    for (size_t i = 0; i < l->open.count; i++)
        if (str_eq(l->open.items[i], file)) {
            liquibase_problem(l, str_printf(l->arena, STR_FMT " includes itself", STR_ARG(file)),
                              "take one of the includes away");
            return true;
        }
    if (l->open.count >= LIQUIBASE_INCLUDES_MAX)
        return err_set(l->e, ERR_LIMIT, STR_FMT ": more than %u includes, one in the other",
                       STR_ARG(file), LIQUIBASE_INCLUDES_MAX);
    if (++l->logs > MIGRATIONS_MAX || l->middle.count > MIGRATIONS_MAX)
        return err_set(l->e, ERR_LIMIT, "more than %u migrations", MIGRATIONS_MAX);
    if (!liquibase_can_be_log(file)) {
        liquibase_problem(l,
                          str_printf(l->arena,
                                     STR_FMT " is a change log in a format that is not read",
                                     STR_ARG(file)),
                          "check by hand, with: liquibase status --verbose");
        return true;
    }
    if (!tree_read(l->tree, &scratch, file, FILE_MAX, &text, l->e))
        return false;
    VEC_PUSH(l->arena, &l->open, file);
    bool done = str_ends(file, STR(".sql")) ? liquibase_read_sql(l, path, file, text, *scope)
                                            : liquibase_read_tree(l, path, file, text, *scope);
    l->open.count--;
    return done;
}

/* --- Includes. --- */

static struct str path_from(struct liquibase_loading *l, struct str from, struct str path,
                            bool relative)
{
    struct str directory = str_find_byte(from, '/') == SIZE_MAX ? STR("") : path_directory(from);

    if (relative)
        path = str_printf(l->arena, STR_FMT "/" STR_FMT, STR_ARG(directory), STR_ARG(path));
    return liquibase_path(l->arena, path);
}

bool liquibase_include(struct liquibase_loading *l, struct str from, struct str file, bool relative,
                       bool must_exist, struct liquibase_scope scope)
{
    struct str path = path_from(l, from, file, relative), found;

    if (liquibase_find_file(l, path, &found))
        return liquibase_read_log(l, path, found, &scope);
    if (must_exist)
        liquibase_problem(l,
                          str_printf(l->arena,
                                     STR_FMT " includes " STR_FMT
                                             ", which is not there: Liquibase refuses to work",
                                     STR_ARG(VEC_LAST(&l->open)), STR_ARG(path)),
                          "add the file, or take the include away");
    return true;
}

struct included {
    struct str below; /* from the directory */
    struct str file;
};

struct including {
    struct liquibase_loading *l;
    struct liquibase_scope scope;
    struct str ending;
    uint64_t least, most; /* depths, from 1 */
    VEC(struct included) files;
};

static bool collect(struct including *all, struct str directory, struct str below, uint64_t depth)
{
    struct tree_entries entries;
    bool exists;

    if (!tree_list(all->l->tree, all->l->arena, directory, &entries, &exists, all->l->e))
        return false;
    for (size_t i = 0; i < entries.count; i++) {
        struct str name = entries.items[i].name, inner;
        struct str path = path_below(all->l->arena, below, name);
        if (!tree_path_join(all->l->arena, directory, name, &inner))
            continue;
        if (entries.items[i].kind == TREE_DIRECTORY) {
            if (depth >= all->most)
                continue;
            if (depth >= DIRECTORY_DEPTH_MAX)
                history_nested_too_deep(all->l->arena, all->l->history, directory,
                                        DIRECTORY_DEPTH_MAX);
            else if (!collect(all, inner, path, depth + 1))
                return false;
        } else if (depth >= all->least && liquibase_can_be_log(name) &&
                   (!all->ending.length || str_ends(name, all->ending))) {
            VEC_PUSH(all->l->arena, &all->files, (struct included){.below = path, .file = inner});
        }
    }
    return true;
}

static int compare_included(const void *a, const void *b)
{
    const struct included *left = a, *right = b;
    int order = str_compare(left->below, right->below);

    return order ? order : str_compare(left->file, right->file);
}

/* The directory, and those of the same path in other modules on the class path. */
static bool collect_all(struct including *all, struct str path, struct str directory)
{
    struct liquibase_loading *l = all->l;

    if (!collect(all, directory, STR(""), 1))
        return false;
    for (size_t i = l->own_bases; i < l->class_bases; i++) {
        struct str other;
        enum tree_entry_kind kind;
        if (tree_path_join(l->arena, l->bases.items[i], path, &other) &&
            !str_eq(other, directory) && tree_exists(l->tree, l->arena, other, &kind) &&
            kind == TREE_DIRECTORY && !collect(all, other, STR(""), 1))
            return false;
    }
    if (all->files.count)
        qsort(all->files.items, all->files.count, sizeof all->files.items[0], compare_included);
    return true;
}

bool liquibase_include_all(struct liquibase_loading *l, struct str from, const struct node *node,
                           struct liquibase_scope scope)
{
    struct including all = {.l = l, .scope = scope, .least = 0, .most = UINT64_MAX};
    bool relative = str_eq_nocase(node_text(node, "relativeToChangelogFile"), STR("true"));
    struct str path = path_from(
        l, from, liquibase_expanded(l, l->arena, str_trim(node_text(node, "path"))), relative);
    struct str directory;

    all.ending = str_copy(l->arena, node_text(node, "endsWithFilter"));
    if (!str_to_u64(node_text(node, "minDepth"), &all.least))
        all.least = 0;
    if (!str_to_u64(node_text(node, "maxDepth"), &all.most))
        all.most = UINT64_MAX;
    if (node_get(node, "filter") || node_get(node, "resourceFilter") ||
        node_get(node, "resourceComparator"))
        strs_add(l->arena, &l->history->assumptions,
                 str_printf(l->arena,
                            "the filter or order of an includeAll in " STR_FMT
                            " is a class of its own, and was not applied",
                            STR_ARG(VEC_LAST(&l->open))));
    if (!liquibase_find_file(l, path, &directory)) {
        if (!str_eq_nocase(node_text(node, "errorIfMissingOrEmpty"), STR("false")))
            liquibase_problem(l,
                              str_printf(l->arena,
                                         STR_FMT " includes all of " STR_FMT
                                                 ", which is not there: Liquibase refuses to work",
                                         STR_ARG(VEC_LAST(&l->open)), STR_ARG(path)),
                              "add the directory, or take the includeAll away");
        return true;
    }
    if (!collect_all(&all, path, directory))
        return false;
    for (size_t i = 0; i < all.files.count; i++) {
        const struct included *one = &all.files.items[i];
        struct str inner = liquibase_path(l->arena, str_printf(l->arena, STR_FMT "/" STR_FMT,
                                                               STR_ARG(path), STR_ARG(one->below)));
        if (i && str_eq(one->below, all.files.items[i - 1].below))
            liquibase_problem(l,
                              str_printf(l->arena,
                                         "Liquibase refuses to work: " STR_FMT " and " STR_FMT
                                         " have one path on the class path",
                                         STR_ARG(all.files.items[i - 1].file), STR_ARG(one->file)),
                              "rename one of them");
        else if (!liquibase_read_log(l, inner, one->file, &scope))
            return !err_is_set(l->e);
    }
    return true;
}
