/* protect_manager.c -- would lefthook, pre-commit or prek still start our entry after an edit of their configuration? Read as the tree it is. */
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "gate/protect.h"
#include "readers/document.h"

#define NAME "hookcheck"
#define PARTS_MAX 64u

VEC_DEFINE(parts, const struct node *);

struct manager {
    struct arena *arena;
    const struct protect_change *change;
    const struct node *before, *after; /* NULL: an empty text */
    bool beside; /* lefthook-local: it is laid over the configuration beside it */
};

static bool is_json(struct str path)
{
    return str_ends(path, STR(".json")) || str_ends(path, STR(".jsonc"));
}

static bool read_tree(struct arena *arena, struct str path, struct str text,
                      const struct node **ret_root)
{
    struct err ignored = ERR_NONE;
    struct nodes roots = {0};
    struct node *root = NULL;

    *ret_root = NULL;
    if (!str_trim(text).length)
        return true;
    if (is_json(path)) {
        if (!json_document(arena, text, JSON_COMMENTS, "its configuration", &root, &ignored))
            return false;
        *ret_root = root;
        return true;
    }
    if (!yaml_parse(arena, text, "its configuration", &roots, &ignored))
        return false;
    *ret_root = roots.count ? roots.items[0] : NULL;
    return true;
}

static const struct node *get(const struct node *node, const char *name)
{
    return node ? node_get(node, name) : NULL;
}

/* The order of keys means nothing. */
static bool are_equal(const struct node *a, const struct node *b)
{
    if (!a || !b)
        return a == b;
    if (a->kind != b->kind || !str_eq(a->text, b->text))
        return false;
    size_t a_count = 0, b_count = 0;
    for (const struct node *child = b->first; child; child = child->next)
        b_count++;
    const struct node *next = b->first;
    for (const struct node *child = a->first; child; child = child->next, a_count++) {
        const struct node *other = next;
        if (a->kind == NODE_MAP)
            for (other = b->first; other && !str_eq(other->name, child->name); other = other->next)
                ;
        else if (next)
            next = next->next;
        if (!are_equal(child, other) || !other)
            return false;
    }
    return a_count == b_count;
}

/* --- Our entries. --- */

static bool is_entry(const struct node *node)
{
    static const char *const keys[] = {"id", "name", "run", "script", "entry", NULL};

    if (node->kind != NODE_MAP)
        return false;
    for (const struct node *child = node->first; child; child = child->next)
        if (str_is_one_of(child->name, keys) && str_contains(child->text, STR(NAME)))
            return true;
    return str_contains(node->name, STR(NAME));
}

/* Where an entry stands: the keys that lead to it; a list and its items have none. */
struct entry {
    const struct node *node;
    struct str place;    /* "jobs", of an entry in a group too */
    struct parts around; /* what is said of the groups, the repository that hold it */
};
VEC_DEFINE(entries, struct entry);

/* Keys that say nothing of whether what stands beside them runs. */
static bool is_of_no_concern(const struct node *key)
{
    static const char *const keys[] = {"name", "group", "parallel", "piped",
                                       "jobs", "hooks", "rev",      NULL};

    return !key->name.length || str_is_one_of(key->name, keys);
}

static bool is_group(const struct node *node)
{
    return str_eq(node->name, STR("group")) || get(node, "group");
}

/* A job that is a group of others holds them where a plain one would stand. */
static struct str place_below(struct arena *arena, struct str place, const struct node *node)
{
    if (!node->name.length)
        return place;
    if (str_eq(node->name, STR("jobs")) && str_ends(place, STR("/jobs/group")))
        return str_prefix(place, place.length - strlen("/group"));
    return str_printf(arena, STR_FMT "/" STR_FMT, STR_ARG(place), STR_ARG(node->name));
}

static void find_below(struct arena *arena, const struct node *node, struct entry above,
                       struct entries *found)
{
    for (const struct node *child = node ? node->first : NULL; child && found->count < PARTS_MAX;
         child = child->next) {
        struct entry here = {.node = child, .place = above.place};
        if (is_entry(child)) {
            here.around = above.around;
            VEC_PUSH(arena, found, here);
            continue;
        }
        here.place = place_below(arena, above.place, child);
        for (size_t i = 0; i < above.around.count; i++)
            VEC_PUSH(arena, &here.around, above.around.items[i]);
        bool says = is_group(child) || get(child, "hooks");
        for (const struct node *key = says ? child->first : NULL; key; key = key->next)
            if (!is_of_no_concern(key))
                VEC_PUSH(arena, &here.around, key);
        find_below(arena, child, here, found);
    }
}

static struct entries find_entries(struct arena *arena, const struct node *node)
{
    struct entries found = {0};

    find_below(arena, node, (struct entry){.place = STR("")}, &found);
    return found;
}

static struct str title_of(const struct node *entry)
{
    static const char *const keys[] = {"id", "name", "script", "run"};

    for (size_t i = 0; i < COUNT_OF(keys) && !entry->name.length; i++)
        if (node_text(entry, keys[i]).length)
            return node_text(entry, keys[i]);
    return entry->name;
}

static bool has_part(const struct parts *all, const struct node *part)
{
    for (size_t i = 0; i < all->count; i++)
        if (str_eq(all->items[i]->name, part->name) && are_equal(all->items[i], part))
            return true;
    return false;
}

/* Nothing may be said of a group that was not said before. */
static bool is_held_as(const struct entry *was, const struct entry *is)
{
    for (size_t i = 0; i < is->around.count; i++)
        if (!has_part(&was->around, is->around.items[i]))
            return false;
    return str_eq(was->place, is->place);
}

static bool has_equal(const struct entries *all, const struct entry *entry, bool anywhere)
{
    for (size_t i = 0; i < all->count; i++)
        if (str_eq(all->items[i].node->name, entry->node->name) &&
            are_equal(all->items[i].node, entry->node) &&
            (anywhere || is_held_as(entry, &all->items[i])))
            return true;
    return false;
}

static bool has_title(const struct entries *all, const struct entry *entry)
{
    for (size_t i = 0; i < all->count; i++)
        if (str_eq(title_of(all->items[i].node), title_of(entry->node)))
            return true;
    return false;
}

static struct str compare_entries(const struct manager *m, const struct node *before,
                                  const struct node *after)
{
    struct entries were = find_entries(m->arena, before), are = find_entries(m->arena, after);

    for (size_t i = 0; i < were.count; i++) {
        const struct entry *was = &were.items[i];
        if (has_equal(&are, was, false))
            continue;
        return str_printf(m->arena, "its entry would be %s: " STR_FMT,
                          has_equal(&are, was, true) ? "in another place"
                          : has_title(&are, was)     ? "another one"
                                                     : "gone",
                          STR_ARG(title_of(was->node)));
    }
    for (size_t i = 0; m->beside && i < are.count; i++)
        if (!has_equal(&were, &are.items[i], false))
            return str_printf(m->arena, "it would change the entry: " STR_FMT,
                              STR_ARG(title_of(are.items[i].node)));
    return STR_NONE;
}

/* The first of these keys that is there after the edit, and not so before. */
static struct str compare_keys(const struct manager *m, const struct node *before,
                               const struct node *after, const char *const *keys)
{
    for (; *keys; keys++)
        if (get(after, *keys) && !are_equal(get(before, *keys), get(after, *keys)))
            return str_printf(m->arena, "this setting could leave the hook out: %s", *keys);
    return STR_NONE;
}

/* --- lefthook --- */

static const char *const names[] = {"lefthook", ".lefthook", ".config/lefthook", "../lefthook",
                                    "../.lefthook"};
static const char *const endings[] = {".yml", ".yaml", ".toml", ".json", ".jsonc"};

/* The configuration that a local one lies beside, if it holds an entry of ours. */
static bool is_beside_ours(struct arena *arena, struct str path)
{
    struct err absent = ERR_NONE;
    struct str text;

    for (size_t n = 0; n < COUNT_OF(names); n++)
        for (size_t i = 0; i < COUNT_OF(endings); i++) {
            struct str file = path_join(arena, path_directory(path),
                                        str_printf(arena, "%s%s", names[n], endings[i]));
            if (file_read(arena, file, PROTECT_FILE_MAX, &text, &absent) &&
                str_contains(text, STR(NAME)))
                return true;
        }
    return false;
}

static bool is_local(struct str path)
{
    return str_contains(path_base_name(path), STR("lefthook-local."));
}

/* Files that the configuration takes over: those that say nothing of the hook, or of where scripts are, change nothing for it. */
static struct str compare_extended(const struct manager *m)
{
    const struct node *extends = get(m->after, "extends");
    struct err absent = ERR_NONE;

    if (are_equal(get(m->before, "extends"), extends))
        return STR_NONE;
    for (const struct node *file = extends ? extends->first : NULL; file; file = file->next) {
        struct str path = path_join(m->arena, path_directory(m->change->path), file->text), text;
        if (!file_read(m->arena, path, PROTECT_FILE_MAX, &text, &absent))
            return str_printf(m->arena,
                              "it would take settings from " STR_FMT
                              ", which cannot be read now and may leave the hook out",
                              STR_ARG(path));
        if (str_contains(text, STR("pre-push")) || str_contains(text, STR("source_dir")))
            return str_printf(m->arena, "it would take settings of the hook from " STR_FMT,
                              STR_ARG(path));
    }
    return STR_NONE;
}

static struct str compare_lefthook(const struct manager *m)
{
    static const char *const of_hook[] = {"skip", "only", NULL};
    static const char *const tagged[] = {"exclude_tags", NULL};
    static const char *const of_all[] = {"source_dir", "source_dir_local", "remotes", "remote",
                                         "rc",         "lefthook",         NULL};
    const struct node *before = get(m->before, "pre-push"), *after = get(m->after, "pre-push");
    struct entries entries = find_entries(m->arena, after);
    struct str why = compare_entries(m, before, after);

    if (!why.length)
        why = compare_keys(m, before, after, of_hook);
    for (size_t i = 0; !why.length && i < entries.count; i++)
        if (get(entries.items[i].node, "tags"))
            why = compare_keys(m, before, after, tagged);
    if (!why.length)
        why = compare_keys(m, m->before, m->after, of_all);
    return why.length ? why : compare_extended(m);
}

/* --- pre-commit, prek --- */

static struct str compare_pre_commit(const struct manager *m)
{
    static const char *const selecting[] = {"files", "exclude", NULL};
    struct entries entries = find_entries(m->arena, get(m->after, "repos"));
    struct str why = compare_entries(m, get(m->before, "repos"), get(m->after, "repos"));

    for (size_t i = 0; !why.length && i < entries.count; i++) {
        static const char *const stages[] = {"default_stages", NULL};
        if (!str_eq(node_text(entries.items[i].node, "always_run"), STR("true")))
            why = compare_keys(m, m->before, m->after, selecting);
        if (!why.length && !get(entries.items[i].node, "stages"))
            why = compare_keys(m, m->before, m->after, stages);
    }
    return why;
}

/* --- What SKIP leaves out. --- */

/* Some hook has this name, and none of those that have it is ours. */
static bool is_of_others(const struct node *repos, struct str name)
{
    bool found = false;

    for (const struct node *repo = repos ? repos->first : NULL; repo; repo = repo->next) {
        const struct node *hooks = get(repo, "hooks");
        for (const struct node *hook = hooks ? hooks->first : NULL; hook; hook = hook->next) {
            if (!str_eq(node_text(hook, "id"), name) && !str_eq(node_text(hook, "alias"), name))
                continue;
            if (is_entry(hook))
                return false;
            found = true;
        }
    }
    return found;
}

bool protect_manager_skips_others(struct arena *arena, struct str directory, struct str skipped)
{
    struct str entry, root = work_tree_find(arena, directory, &entry), text;
    struct str path = path_join(arena, root, STR(".pre-commit-config.yaml"));
    struct err absent = ERR_NONE;
    const struct node *tree;

    if (!root.length || !file_read(arena, path, PROTECT_FILE_MAX, &text, &absent) ||
        !read_tree(arena, path, text, &tree))
        return false;
    while (skipped.length) {
        struct str name = str_trim(str_cut(&skipped, ','));
        if (name.length && !is_of_others(get(tree, "repos"), name))
            return false;
    }
    return true;
}

/* --- The hooks by which git starts them. --- */

static bool holds_ours(struct arena *arena, struct str root, const char *file)
{
    struct err absent = ERR_NONE;
    struct str text;

    return file_read(arena, path_join(arena, root, str_from(file)), PROTECT_FILE_MAX, &text,
                     &absent) &&
           str_contains(text, STR(NAME));
}

/* The work tree in whose name git runs the hooks of this directory. */
static struct str work_tree_of(struct arena *arena, struct str path)
{
    size_t at = str_find(path, STR("/.git/"));
    struct str entry, from = at == SIZE_MAX ? path_directory(path) : str_prefix(path, at);

    return work_tree_find(arena, from, &entry);
}

bool protect_manager_starts_ours(struct arena *arena, struct str path, struct str text)
{
    struct str directory = path_directory(path);

    if (str_ends(directory, STR("/.husky/_")))
        return holds_ours(arena, path_directory(directory), "pre-push");
    bool lefthook = str_contains(text, STR("lefthook"));
    bool pre_commit = str_contains(text, STR("pre-commit")) || str_contains(text, STR("prek"));
    struct str root = lefthook || pre_commit ? work_tree_of(arena, path) : STR("");
    if (!root.length)
        return false;
    return (lefthook && is_beside_ours(arena, path_join(arena, root, STR("lefthook")))) ||
           (pre_commit && (holds_ours(arena, root, ".pre-commit-config.yaml") ||
                           holds_ours(arena, root, ".pre-commit-config.yml")));
}

static bool extends_by(struct arena *arena, struct str configuration, struct str path)
{
    struct err absent = ERR_NONE;
    const struct node *tree;
    struct str text;

    if (!file_read(arena, configuration, PROTECT_FILE_MAX, &text, &absent) ||
        !str_contains(text, STR(NAME)) || !read_tree(arena, configuration, text, &tree))
        return false;
    const struct node *extends = get(tree, "extends");
    for (const struct node *file = extends ? extends->first : NULL; file; file = file->next)
        if (str_eq(path_real(arena, path_join(arena, path_directory(configuration), file->text)),
                   path))
            return true;
    return false;
}

struct str protect_manager_extended(struct arena *arena, struct str directory,
                                    const struct protect_change *change)
{
    struct manager m = {.arena = arena, .change = change, .beside = true};
    struct str entry, root = work_tree_find(arena, directory, &entry);
    bool taken = false;

    for (size_t n = 0; root.length && n < COUNT_OF(names); n++)
        for (size_t i = 0; i < COUNT_OF(endings); i++)
            taken = taken || extends_by(arena,
                                        path_join(arena, root,
                                                  str_printf(arena, "%s%s", names[n], endings[i])),
                                        path_real(arena, change->path));
    if (!taken || str_ends(change->path, STR(".toml")) ||
        !read_tree(arena, change->path, change->before, &m.before) ||
        !read_tree(arena, change->path, change->after, &m.after))
        return STR_NONE; /* which lefthook could not read, and would stop at */
    return compare_lefthook(&m);
}

bool protect_manager_is_laid_over(struct arena *arena, struct str path)
{
    return is_local(path) && is_beside_ours(arena, path);
}

bool protect_manager_is_ours(struct str path, struct str text)
{
    return !is_local(path) && str_contains(text, STR(NAME));
}

struct str protect_manager(struct arena *arena, const struct protect_change *change)
{
    struct manager m = {.arena = arena, .change = change};
    bool lefthook = str_contains(path_base_name(change->path), STR("lefthook"));
    const char *program = lefthook ? "lefthook" : "pre-commit";

    m.beside = protect_manager_is_laid_over(arena, change->path);
    if (!m.beside && !protect_manager_is_ours(change->path, change->before))
        return STR_NONE;
    if (!read_tree(arena, change->path, change->after, &m.after))
        return str_printf(arena, "%s could not read it any more", program);
    if (!read_tree(arena, change->path, change->before, &m.before))
        return str_printf(arena, "%s cannot read it as it is", program);
    return lefthook ? compare_lefthook(&m) : compare_pre_commit(&m);
}
