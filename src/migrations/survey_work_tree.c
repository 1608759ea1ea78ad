#include "migrations/survey_work_tree.h"

#include "base/file.h"

#define READ_MAX ((size_t)64 << 10)

/* "gitdir: /srv/app/.git/worktrees/feature": the common directory, and the name; false for what is no linked work tree. */
static bool linked_work_tree(struct arena *scratch, struct tree *tree, struct str directory,
                             struct str *ret_common, struct str *ret_name)
{
    struct err ignored = ERR_NONE; /* the migrations of what cannot be read count */
    struct str bytes;
    bool whole;

    if (!tree_read_start(tree, scratch, path_below(scratch, directory, STR(".git")), READ_MAX,
                         &bytes, &whole, &ignored))
        return false;
    size_t at = str_find(bytes, STR("/worktrees/"));
    if (at == SIZE_MAX)
        return false;
    *ret_common = str_prefix(bytes, at);
    *ret_name = str_trim(str_from_offset(bytes, at + STR("/worktrees/").length));
    return true;
}

static bool has_git_file(const struct tree_entries *entries)
{
    for (size_t i = 0; i < entries->count; i++)
        if (str_eq(entries->items[i].name, STR(".git")))
            return entries->items[i].kind == TREE_FILE;
    return false;
}

bool survey_is_own_work_tree(struct arena *scratch, struct tree *tree, struct str directory,
                             const struct tree_entries *entries)
{
    struct str common, name, our_common, our_name;
    enum tree_entry_kind kind;

    if (!directory.length || !has_git_file(entries) ||
        !linked_work_tree(scratch, tree, directory, &common, &name))
        return false;
    if (linked_work_tree(scratch, tree, STR(""), &our_common, &our_name))
        return str_eq(common, our_common);
    return tree_exists(tree, scratch,
                       path_below(scratch, STR(".git/worktrees"), path_base_name(name)), &kind);
}
