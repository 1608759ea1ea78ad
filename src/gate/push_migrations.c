/* push_migrations.c -- what a push does to migrations: edited or deleted after they were published, heads, and what travels. */
#include "base/file.h"
#include "base/quote.h"
#include "gate/pusher.h"
#include "migrations/services.h"
#include "readers/same_code.h"

#define MESSAGE_MAX ((size_t)16 << 10)
#define MIGRATION_FILE_MAX ((size_t)4 << 20)

/* --- The sets that the push touches. --- */

static bool is_readable(const struct config_migrations *set)
{
    return !str_starts(set->tracker, STR("unsupported:"));
}

static bool load_touched(struct pushed *pushed, struct commit_view *view, struct err *e)
{
    for (size_t s = 0; s < view->sets.count; s++) {
        struct commit_set *set = &view->sets.items[s];
        bool touched = false;
        for (size_t i = 0; i < pushed->changes.count && !touched; i++) {
            struct str path = pushed->changes.items[i].path;
            touched = service_holds(set->set.root, path) &&
                      push_path_may_be_migration(pushed->pusher->config, path);
        }
        if (touched && is_readable(&set->set) && !pusher_load(pushed->pusher, view, set, e))
            return false;
    }
    return true;
}

/* Migrations by their ids, asked for in an order that is nearly that of the view: each begins where the last one was found. */
struct finder {
    const struct commit_view *view;
    struct str tracker;
    size_t set, at;
};

static const struct migration *find_id(struct finder *finder, struct str id)
{
    const struct commit_sets *sets = &finder->view->sets;

    for (size_t k = 0; k < sets->count; k++) {
        size_t s = (finder->set + k) % sets->count, from = k ? 0 : finder->at;
        const struct migrations *all = &sets->items[s].history.migrations;
        if (!sets->items[s].loaded || !str_eq(sets->items[s].set.tracker, finder->tracker))
            continue;
        for (size_t j = 0; j < all->count; j++) {
            size_t m = (from + j) % all->count;
            if (!str_eq(all->items[m].id, id))
                continue;
            finder->set = s;
            finder->at = m + 1;
            return &all->items[m];
        }
    }
    return NULL;
}

/* One root may have several sets of a tool: Rails with several databases. */
static const struct commit_set *set_like(const struct commit_view *view,
                                         const struct config_migrations *wanted)
{
    const struct commit_set *other = NULL;

    for (size_t s = 0; s < view->sets.count; s++)
        if (view->sets.items[s].loaded &&
            str_eq(view->sets.items[s].set.tracker, wanted->tracker) &&
            str_eq(view->sets.items[s].set.root, wanted->root)) {
            if (str_eq(view->sets.items[s].set.name, wanted->name))
                return &view->sets.items[s];
            other = other ? other : &view->sets.items[s];
        }
    return other;
}

/* --- Edited or deleted after it was published. --- */

struct edit {
    const char *what;
    struct str before, after; /* paths */
};

struct edits {
    VEC(struct edit) all;
    const struct words *in_dump; /* push_squash_holds()' */
    struct push_owner owner;
};

static void add_edit(struct pushed *pushed, struct edits *edits, const char *what,
                     struct str before, struct str after)
{
    VEC_PUSH(pushed->pusher->arena, &edits->all,
             (struct edit){.what = what, .before = before, .after = after});
}

/* What is on a main line already came from there. A list that lost a line touches no file of a migration. */
static bool drop_foreign(struct pushed *pushed, struct edits *edits, struct err *e)
{
    struct arena *arena = pushed->pusher->arena;
    struct strs paths = {0};
    size_t kept = 0;

    for (size_t i = 0; i < edits->all.count; i++) {
        VEC_PUSH(arena, &paths, edits->all.items[i].before);
        VEC_PUSH(arena, &paths, edits->all.items[i].after);
    }
    bool *touched = ARENA_ARRAY(arena, paths.count + 1, bool);
    if (paths.count && !push_touches(pushed, &paths, touched, e))
        return false;
    for (size_t i = 0; i < edits->all.count; i++)
        if (touched[2 * i] || touched[2 * i + 1] ||
            !pushed_change(pushed, edits->all.items[i].before))
            edits->all.items[kept++] = edits->all.items[i];
    edits->all.count = kept;
    return true;
}

/* ":/db/1.sql" is one file whatever directory the command is run in. */
static void add_from_top(struct buf *out, struct str path)
{
    buf_printf(out, " " STR_FMT,
               STR_ARG(shell_quote(out->arena, str_printf(out->arena, ":/" STR_FMT,
                                                          STR_ARG(str_shown(out->arena, path))))));
}

/* "git rm -q -- :/db/new.sql && git checkout 1a2b… -- :/db/old.sql": before, it had its old name. */
static struct str restore_all(struct arena *arena, const struct edits *edits, struct str base)
{
    struct buf away = buf_new(arena, MESSAGE_MAX), back = buf_new(arena, MESSAGE_MAX);

    for (size_t i = 0; i < edits->all.count; i++) {
        const struct edit *edit = &edits->all.items[i];
        if (!str_eq(edit->before, edit->after))
            add_from_top(&away, edit->after);
        add_from_top(&back, edit->before);
    }
    if (away.truncated || back.truncated) /* half a command would restore half of them */
        return str_printf(arena, "restore these files as they are in " STR_FMT ", then commit",
                          STR_ARG(str_prefix(base, 12)));
    return str_printf(arena, "%s" STR_FMT "%sgit checkout " STR_FMT " --" STR_FMT "\nthen commit",
                      away.length ? "git rm -q --" : "", STR_ARG(buf_str(&away)),
                      away.length ? " && " : "", STR_ARG(str_prefix(base, 12)),
                      STR_ARG(buf_str(&back)));
}

static bool report_edits(struct pushed *pushed, struct edits *edits, struct str set, struct err *e)
{
    struct pusher *pusher = pushed->pusher;
    struct str base = pushed->range->base;

    if (!drop_foreign(pushed, edits, e))
        return false;
    if (!edits->all.count)
        return true;
    struct buf out = buf_new(pusher->arena, MESSAGE_MAX);
    buf_add(&out, STR("migrations that are published already change with this push:"));
    for (size_t i = 0; i < edits->all.count && i < JUDGE_LISTED; i++)
        buf_printf(&out, "\n  %s: " STR_FMT, edits->all.items[i].what,
                   STR_ARG(str_shown(pusher->arena, edits->all.items[i].after)));
    if (edits->all.count > JUDGE_LISTED)
        buf_printf(&out, "\n  and %zu more", edits->all.count - JUDGE_LISTED);
    buf_add(&out, STR("\n  where they were applied, the new text will never run:"
                      "\n  what shall change there is for a new migration"));
    pusher_add(pusher, REASON_MIGRATION_EDITED, set, buf_str(&out),
               restore_all(pusher->arena, edits, base));
    return true;
}

/* A file that went and came back elsewhere with the same bytes was moved. */
static bool was_moved(const struct pushed *pushed, const struct repository_change *gone)
{
    for (size_t i = 0; i < pushed->changes.count; i++)
        if (pushed->changes.items[i].kind == CHANGE_ADDED &&
            str_eq(pushed->changes.items[i].new_id, gone->old_id) &&
            str_eq(path_base_name(pushed->changes.items[i].path), path_base_name(gone->path)))
            return true;
    return false;
}

/* `set`: NULL for files whose tool is not known. */
static bool is_edited(struct pushed *pushed, const struct commit_set *set, struct str before_path,
                      struct str after_path, bool *ret_edited, struct err *e)
{
    ARENA(scratch, 4 * MIGRATION_FILE_MAX + ((size_t)192 << 20));
    struct str before, after;
    bool whole[2];

    if (!tree_read_start(pushed->before->tree, &scratch, before_path, MIGRATION_FILE_MAX, &before,
                         &whole[0], e) ||
        !tree_read_start(pushed->after->tree, &scratch, after_path, MIGRATION_FILE_MAX, &after,
                         &whole[1], e))
        return false;
    *ret_edited = true;
    if (!whole[0] || !whole[1]) /* what differs may stand behind what was read */
        return true;
    if (set)
        after = push_as_it_was_called(&scratch, before_path, before, after_path, after);
    *ret_edited = !push_same_text(&scratch, set, before, after);
    if (*ret_edited && set && push_squash_is_over(pushed, set)) {
        before = push_squash_rest(&scratch, before);
        after = push_squash_rest(&scratch, after);
        *ret_edited = !push_same_text(&scratch, set, before, after);
    }
    if (*ret_edited && set && !push_has_checksum(set))
        *ret_edited = !same_code(&scratch, after_path, before, after);
    return true;
}

/* Tools that compare a checksum compare the name in it or beside it; to others the name is words for people. */
static bool is_renamed(const struct commit_set *set, const struct migration *before,
                       const struct migration *after)
{
    return before->name.length && after->name.length && !str_eq(before->name, after->name) &&
           push_has_checksum(set);
}

static const struct words *files_of(struct arena *arena, const struct commit_set *set)
{
    struct words *files = ARENA_NEW(arena, struct words);

    files->arena = arena;
    for (size_t m = 0; m < set->history.migrations.count; m++)
        (void)words_add(files, set->history.migrations.items[m].file);
    return files;
}

static bool in_loaded_set(const struct pushed *pushed, struct commit_view *view, struct str path)
{
    for (size_t s = 0; s < view->sets.count; s++) {
        struct commit_set *set = &view->sets.items[s];
        if (!set->loaded)
            continue;
        if (!set->files)
            set->files = files_of(pushed->pusher->arena, set);
        if (words_have(set->files, path))
            return true;
    }
    return false;
}

/* Its file is as it was: a journal, a plan, a change log that includes others has lost it. */
static bool is_unlisted(const struct pushed *pushed, const struct commit_set *old,
                        const struct migration *before)
{
    return set_like(pushed->after, &old->set) &&
           !in_loaded_set(pushed, pushed->after, before->file);
}

static bool judge_edit(struct pushed *pushed, const struct commit_set *old,
                       const struct migration *before, const struct migration *after,
                       struct edits *edits, struct err *e)
{
    const struct repository_change *change = pushed_change(pushed, before->file);
    bool edited = false, gone = false;

    if (!after) {
        if (change && change->kind == CHANGE_DELETED && !was_moved(pushed, change) &&
            !push_owner_is_gone(pushed, old, before->file, &edits->owner, &gone, e))
            return false;
        if (gone)
            return true;
        if ((change || is_unlisted(pushed, old, before)) &&
            !push_squash_holds(pushed, old, before->id, &edits->in_dump))
            add_edit(pushed, edits,
                     !change                                              ? "no longer listed"
                     : change->kind == CHANGE_DELETED                     ? "deleted"
                     : in_loaded_set(pushed, pushed->after, before->file) ? "another id in"
                                                                          : "no migration any more",
                     before->file, before->file);
        return true;
    }
    if (!change)
        return true;
    /* Of a file that holds several, only what was changed or taken out is edited: others come at its end. */
    if (before->part.length && after->part.length)
        edited = !str_eq(before->part, after->part);
    else if (!is_edited(pushed, old, before->file, after->file, &edited, e))
        return false;
    if (edited || is_renamed(old, before, after))
        add_edit(pushed, edits, edited ? "edited" : "renamed", before->file, after->file);
    return true;
}

static bool judge_edits(struct pushed *pushed, const struct commit_set *old,
                        const struct commit_view *judged, struct err *e)
{
    struct edits edits = {0};
    struct finder there = {.view = pushed->after, .tracker = old->set.tracker};
    struct finder seen = {.view = judged, .tracker = old->set.tracker};

    for (size_t m = 0; m < old->history.migrations.count; m++) {
        const struct migration *before = &old->history.migrations.items[m];
        const struct migration *after = find_id(&there, before->id);
        if (before->runs_again || (after && !pushed_change(pushed, before->file)) ||
            (judged && find_id(&seen, before->id)))
            continue;
        if (!judge_edit(pushed, old, before, after, &edits, e))
            return false;
    }
    return report_edits(pushed, &edits, old->set.name, e);
}

/* --- What the history itself says. --- */

/* The same in other words: one of the heads has moved on, and there are not more of them. */
static bool is_no_worse(const struct history_problem *before, const struct history_problem *after)
{
    return after->code == REASON_MULTIPLE_HEADS && after->heads && before->heads >= after->heads &&
           str_eq(before->of, after->of);
}

static bool had_problem(const struct commit_set *old, const struct history_problem *problem)
{
    for (size_t i = 0; old && i < old->history.problems.count; i++)
        if (old->history.problems.items[i].code == problem->code &&
            (str_eq(old->history.problems.items[i].message, problem->message) ||
             is_no_worse(&old->history.problems.items[i], problem)))
            return true;
    return false;
}

/* … nor is one that a main line has, from which it was merged. */
static bool is_of_main_line(struct pushed *pushed, const struct commit_set *set,
                            const struct history_problem *problem, bool *ret_is, struct err *e)
{
    struct strs lines;

    *ret_is = false;
    if (!push_main_lines(pushed, &lines, e))
        return false;
    for (size_t i = 0; i < lines.count && !push_counts_whole(pushed) && !*ret_is; i++) {
        struct commit_view *view;
        if (!pusher_view(pushed->pusher, lines.items[i], &view, e))
            return false;
        for (size_t s = 0; s < view->sets.count; s++)
            if (str_eq(view->sets.items[s].set.tracker, set->set.tracker) &&
                str_eq(view->sets.items[s].set.root, set->set.root) &&
                !pusher_load(pushed->pusher, view, &view->sets.items[s], e))
                return false;
        *ret_is = had_problem(set_like(view, &set->set), problem);
    }
    return true;
}

/* A problem that the remote has already is not this push's. */
static bool judge_problems(struct pushed *pushed, const struct commit_set *set, struct err *e)
{
    const struct commit_set *old = set_like(pushed->before, &set->set);

    for (size_t i = 0; i < set->history.problems.count; i++) {
        const struct history_problem *problem = &set->history.problems.items[i];
        bool theirs = had_problem(old, problem);
        if (!theirs && !is_of_main_line(pushed, set, problem, &theirs, e))
            return false;
        if (!theirs)
            pusher_add(pushed->pusher, problem->code, set->set.name, problem->message,
                       problem->hint);
    }
    return true;
}

/* --- What travels. --- */

static struct str default_environment(const struct pushed *pushed)
{
    const struct config_environment *environment =
        config_environment_for(pushed->pusher->config, STR_NONE);

    return environment ? environment->name : STR("the database");
}

static void add_travel(struct pushed *pushed, struct str set, struct str command,
                       const struct strs *files)
{
    struct push_travels *travels = &pushed->pusher->result->travels;

    if (!files->count)
        return;
    for (size_t i = 0; i < travels->count; i++)
        if (str_eq(travels->items[i].set, set)) {
            for (size_t f = 0; f < files->count; f++)
                strs_add(pushed->pusher->arena, &travels->items[i].files, files->items[f]);
            return;
        }
    struct push_travel travel = {.set = set,
                                 .environment = default_environment(pushed),
                                 .files = *files,
                                 .command = command};
    VEC_PUSH(pushed->pusher->arena, travels, travel);
}

static bool judge_set(struct pushed *pushed, struct commit_set *set, struct err *e)
{
    struct finder there = {.view = pushed->before, .tracker = set->set.tracker};
    struct strs ids = {0}, files = {0};

    if (!judge_problems(pushed, set, e))
        return false;
    for (size_t m = 0; m < set->history.migrations.count; m++) {
        const struct migration *migration = &set->history.migrations.items[m];
        if (find_id(&there, migration->id))
            continue;
        VEC_PUSH(pushed->pusher->arena, &ids, migration->id);
        VEC_PUSH(pushed->pusher->arena, &files, migration->file);
    }
    add_travel(pushed, set->set.name, set->history.upgrade_command, &files);
    return !ids.count || push_judge_join(pushed, set, &ids, e);
}

/* --- Trackers that cannot be read yet: by the paths of their files. --- */

/* What lies in the folders of a set that is read, and is none of its migrations, is not another tool's. */
static bool in_versions_of(const struct commit_view *view, struct str path)
{
    struct str inside;

    for (size_t s = 0; s < view->sets.count; s++)
        for (size_t v = 0;
             view->sets.items[s].loaded && v < view->sets.items[s].history.versions.count; v++)
            if (path_relative(view->sets.items[s].history.versions.items[v], path, &inside))
                return true;
    return false;
}

/* Numbered files are not only a schema's: settings, documents and caches are migrated too. */
static bool is_of_tables(struct pushed *pushed, const struct repository_change *change,
                         bool *ret_is, struct err *e)
{
    static const char *const words[] = {"table", "column", "sql", "schema", "database"};
    ARENA(scratch, 4 * MIGRATION_FILE_MAX + ((size_t)64 << 20));
    const struct commit_view *view = change->kind == CHANGE_ADDED ? pushed->after : pushed->before;
    struct str text;
    bool whole;

    *ret_is = false;
    if (in_versions_of(pushed->before, change->path) || in_versions_of(pushed->after, change->path))
        return true;
    if (!tree_read_start(view->tree, &scratch, change->path, MIGRATION_FILE_MAX, &text, &whole, e))
        return false;
    text = str_lower(&scratch, text);
    for (size_t i = 0; i < COUNT_OF(words) && !*ret_is; i++)
        *ret_is = str_contains(text, str_from(words[i]));
    return true;
}

static bool judge_shapes(struct pushed *pushed, struct err *e)
{
    struct edits edits = {0};
    struct str tracker = STR_NONE;

    for (size_t i = 0; i < pushed->changes.count; i++) {
        const struct repository_change *change = &pushed->changes.items[i];
        const struct push_shape *shape = NULL;
        bool edited = true;
        if (!change->is_file || !push_path_is_migration(pushed->pusher->config, change->path) ||
            in_loaded_set(pushed, pushed->before, change->path) ||
            in_loaded_set(pushed, pushed->after, change->path))
            continue;
        if (!push_path_shape(pushed->pusher->arena, change->path, &shape, e))
            return false;
        bool counts = shape != NULL;
        if (shape && push_shape_is_unknown(shape) && !is_of_tables(pushed, change, &counts, e))
            return false;
        if (!counts)
            continue;
        tracker = str_from(shape->tracker);
        if (change->kind == CHANGE_ADDED) {
            struct strs files = {0};
            VEC_PUSH(pushed->pusher->arena, &files, change->path);
            if (!pusher_left_out(pushed->pusher, pushed->after, &files)->length)
                add_travel(pushed, tracker, str_from(shape->command), &files);
        } else if (change->kind == CHANGE_DELETED) {
            if (!was_moved(pushed, change))
                add_edit(pushed, &edits, "deleted", change->path, change->path);
        } else {
            if (!is_edited(pushed, NULL, change->path, change->path, &edited, e))
                return false;
            if (edited)
                add_edit(pushed, &edits, "edited", change->path, change->path);
        }
    }
    return report_edits(pushed, &edits, tracker, e);
}

bool push_judge_migrations(struct pushed *pushed, struct err *e)
{
    if (!load_touched(pushed, pushed->before, e) || !load_touched(pushed, pushed->after, e))
        return false;
    for (size_t s = 0; s < pushed->before->sets.count; s++)
        if (pushed->before->sets.items[s].loaded &&
            !judge_edits(pushed, &pushed->before->sets.items[s], NULL, e))
            return false;
    for (size_t s = 0; s < pushed->after->sets.count; s++)
        if (pushed->after->sets.items[s].loaded &&
            !judge_set(pushed, &pushed->after->sets.items[s], e))
            return false;
    return judge_shapes(pushed, e);
}

bool push_judge_rewritten(struct pushed *pushed, const struct commit_view *judged, struct err *e)
{
    if (!load_touched(pushed, pushed->before, e) || !load_touched(pushed, pushed->after, e))
        return false;
    for (size_t s = 0; s < pushed->before->sets.count; s++)
        if (pushed->before->sets.items[s].loaded &&
            !judge_edits(pushed, &pushed->before->sets.items[s], judged, e))
            return false;
    return true;
}
