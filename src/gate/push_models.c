/* push_models.c -- does every change of the models come with a migration? */
#include "base/file.h"
#include "gate/pusher.h"
#include "migrations/astray.h"
#include "migrations/cover.h"
#include "migrations/cover_index.h"
#include "migrations/graph.h"
#include "migrations/models.h"
#include "migrations/services.h"
#include "migrations/survey.h"
#include "migrations/whole_text.h"

#define MESSAGE_MAX ((size_t)16 << 10)
#define MIGRATION_BYTES ((size_t)1 << 20)

/* Changes that a commit of others made are not this push's. */
static bool drop_foreign(struct pushed *pushed, struct schema_changes *changes, struct err *e)
{
    struct pusher *pusher = pushed->pusher;
    struct strs paths = {0};
    size_t kept = 0;

    for (size_t i = 0; i < changes->count; i++)
        VEC_PUSH(pusher->arena, &paths, changes->items[i].place.file);
    bool *touched = ARENA_ARRAY(pusher->arena, paths.count + 1, bool);
    if (!push_touches(pushed, &paths, touched, e))
        return false;
    for (size_t i = 0; i < changes->count; i++)
        /* A file that the diff does not show changed through what it imports: that counts. */
        if (touched[i] || !pushed_change(pushed, changes->items[i].place.file))
            changes->items[kept++] = changes->items[i];
    changes->count = kept;
    return true;
}

/* `ordered`: the files come as they are applied, and a later one may undo what an earlier one made. */
static bool covered_by_file(struct pushed *pushed, struct str path, bool ordered,
                            const struct cover_index *asked, bool *covered, struct err *e)
{
    ARENA(scratch, (size_t)256 << 20);
    enum tree_entry_kind kind;
    struct str text;
    bool whole;

    /* Prisma's directory without its script: there is nothing to run. */
    if (tree_exists(pushed->after->tree, &scratch, path, &kind) && kind == TREE_DIRECTORY)
        return true;
    if (!tree_read_start(pushed->after->tree, &scratch, path, MIGRATION_BYTES, &text, &whole, e))
        return false;
    const struct cover *cover =
        cover_read(&scratch, path, whole_text(&scratch, pushed->after->tree, path, text));
    bool pushed_too = pushed_change(pushed, path);
    struct change_places places = cover_index_find(asked, &scratch, cover);
    for (size_t n = 0; n < places.count; n++) {
        size_t i = places.items[n];
        struct schema_change change = asked->changes->items[i];
        /* An index that comes with it may be called otherwise than the models do. */
        change.beside = change.beside && !pushed_too;
        covered[i] = covered[i]
                         ? !ordered || !cover_undoes(cover, &change) || cover_makes(cover, &change)
                         : cover_makes(cover, &change);
    }
    return true;
}

static bool covered_by_run(struct pushed *pushed, const struct strs *paths, bool ordered,
                           const struct cover_index *asked, bool *covered, struct err *e)
{
    if (!paths->count)
        return true;
    const struct str *tools = pusher_left_out(pushed->pusher, pushed->after, paths);
    for (size_t i = 0; i < paths->count; i++)
        if (!tools[i].length &&
            !covered_by_file(pushed, paths->items[i], ordered, asked, covered, e))
            return false;
    return true;
}

/* SQL that came with this push, and that a migration reads: op.execute(open("…/b2.sql").read()). */
static bool covered_by_named(struct pushed *pushed, const struct cover_index *asked, bool *covered,
                             struct err *e)
{
    struct strs paths = {0};
    bool open = false;

    for (size_t i = 0; i < asked->changes->count; i++)
        open = open || !covered[i];
    for (size_t i = 0; open && i < pushed->changes.count; i++)
        if (pushed->changes.items[i].kind != CHANGE_DELETED && pushed->changes.items[i].is_file &&
            str_ends(pushed->changes.items[i].path, STR(".sql")))
            VEC_PUSH(pushed->pusher->arena, &paths, pushed->changes.items[i].path);
    if (!paths.count)
        return true;
    (void)pusher_left_out(pushed->pusher, pushed->after, &paths);
    const bool *named = left_out_named(pushed->after->left_out, &paths);
    for (size_t i = 0; i < paths.count; i++)
        if (named[i] && !covered_by_file(pushed, paths.items[i], false, asked, covered, e))
            return false;
    return true;
}

/* Django keeps an application's migrations beside its models: app/models.py or app/models/user.py, and app/migrations/. */
static bool covered_beside(struct pushed *pushed, const struct cover_index *asked, bool *covered,
                           struct err *e)
{
    const struct schema_changes *changes = asked->changes;
    struct arena *arena = pushed->pusher->arena;
    struct strs directories = {0}, files = {0};

    for (size_t i = 0; i < changes->count; i++) {
        struct str at = changes->items[i].place.file;
        for (unsigned up = 0; up < 2; up++) {
            at = str_find_byte(at, '/') == SIZE_MAX ? STR("") : path_directory(at);
            strs_add(arena, &directories, path_join(arena, at, STR("migrations")));
        }
    }
    for (size_t d = 0; d < directories.count; d++) {
        struct tree_entries entries;
        bool exists;
        if (!tree_list(pushed->after->tree, arena, directories.items[d], &entries, &exists, e))
            return false;
        for (size_t i = 0; i < entries.count; i++)
            if (entries.items[i].kind == TREE_FILE && str_ends(entries.items[i].name, STR(".py")))
                VEC_PUSH(arena, &files,
                         path_join(arena, directories.items[d], entries.items[i].name));
    }
    return covered_by_run(pushed, &files, true, asked, covered, e);
}

/* SQLAlchemy's models keep to the histories that are read. Those of Django, whose migrations name models and fields and tables only now and then, and
 * those of other languages are covered by what their tools' migrations do, step by step, wherever in the pushed tree these lie: as `hookcheck models
 * check` says it, with the command that makes the one that is missing. */
static bool is_python(const struct schema_change *change)
{
    return str_ends(change->place.file, STR(".py"));
}

static bool is_for_django(const struct pushed *pushed, struct str file, bool *ret_is, struct err *e)
{
    const struct commit_view *after = pushed->after;

    *ret_is = false;
    for (size_t s = 0; s < after->sets.count && !*ret_is; s++)
        if (str_eq(after->sets.items[s].set.tracker, STR("django")) &&
            !push_set_is_for(pushed, &after->sets.items[s], file, ret_is, e))
            return false;
    return true;
}

/* What `models check` says of the changes that are asked about. */
static bool ask_tree(struct pushed *pushed, const struct strs *paths,
                     const struct schema_changes *changes, const bool *asked, bool by_words,
                     bool *covered, struct str *ret_command, struct err *e)
{
    struct pusher *pusher = pushed->pusher;
    struct schema_difference open = {0};
    struct models_uncovereds left;
    VEC(size_t) places = {0};

    for (size_t i = 0; i < changes->count; i++)
        if (asked[i]) {
            VEC_PUSH(pusher->arena, &open.changes, changes->items[i]);
            VEC_PUSH(pusher->arena, &places, i);
        }
    if (!places.count)
        return true;
    if (!models_cover(pusher->arena, pusher->config, pushed->after->tree,
                      &pushed->after->detected_sets, paths, &open, by_words, &left, e))
        return false;
    for (size_t i = 0; i < places.count; i++)
        covered[places.items[i]] = true;
    bool any = false;
    for (size_t i = 0; i < left.count; i++) {
        if (left.items[i].asked == SIZE_MAX) /* the push asks for that itself */
            continue;
        covered[places.items[left.items[i].asked]] = false;
        if (!any)
            *ret_command = left.items[i].command;
        any = true;
    }
    return true;
}

static bool covered_in_tree(struct pushed *pushed, const struct strs *paths,
                            const struct schema_changes *changes, bool *covered,
                            struct str *ret_command, struct err *e)
{
    bool *asked = ARENA_ARRAY(pushed->pusher->arena, changes->count, bool);

    for (size_t i = 0; i < changes->count; i++) {
        asked[i] = !covered[i] && !is_python(&changes->items[i]);
        if (!covered[i] && !asked[i] &&
            !is_for_django(pushed, changes->items[i].place.file, &asked[i], e))
            return false;
    }
    return ask_tree(pushed, paths, changes, asked, false, covered, ret_command, e);
}

/* doubtful[i]: by a set in whose folder the model does not lie. */
static bool covered_by_set(struct pushed *pushed, struct commit_set *set,
                           const struct cover_index *asked, bool *covered, bool *doubtful,
                           struct err *e)
{
    const struct schema_changes *changes = asked->changes;
    struct arena *arena = pushed->pusher->arena;
    bool *foreign = ARENA_ARRAY(arena, changes->count, bool), any = false;
    bool *settled = ARENA_ARRAY(arena, changes->count, bool);

    for (size_t i = 0; i < changes->count; i++) {
        bool own;
        if (!push_set_is_for(pushed, set, changes->items[i].place.file, &own, e))
            return false;
        foreign[i] = !own;
        settled[i] = covered[i] || foreign[i];
        any = any || !settled[i];
    }
    if (!any)
        return true;
    if (!pusher_load(pushed->pusher, pushed->after, set, e))
        return false;
    if (astray_is(arena, pushed->after->tree, &set->history))
        return true;
    size_t ordered, *order = graph_order(arena, &set->history, &ordered);
    struct strs news = {0};
    for (size_t m = 0; m < set->history.migrations.count; m++) {
        struct str file = set->history.migrations.items[order[m]].file;
        if (!covered_by_file(pushed, file, true, asked, settled, e))
            return false;
        if (pushed_change(pushed, file) && str_ends(file, STR(".py")))
            VEC_PUSH(arena, &news, file);
    }
    any = false;
    for (size_t i = 0; i < changes->count; i++)
        any = any || !settled[i];
    /* What their words do not say, functions that they call may do: `add_text("users", "nick")` of a file of helpers. */
    if (any && news.count)
        models_cover_steps(arena, pushed->after->tree, &news, changes, settled);
    for (size_t i = 0; i < changes->count; i++) {
        bool now = !covered[i] && settled[i] && !foreign[i];
        doubtful[i] =
            doubtful[i] || (now && !service_holds(set->set.root, changes->items[i].place.file));
        covered[i] = covered[i] || now;
    }
    return true;
}

/* Of a set that was asked above, or that has nothing to say of these models. */
static bool in_own_folder(const struct commit_view *view, struct str path)
{
    for (size_t s = 0; s < view->sets.count; s++) {
        const struct config_migrations *set = &view->sets.items[s].set;
        if (set->root.length && !str_eq(set->root, STR(".")) &&
            !str_starts(set->tracker, STR("unsupported:")) && service_holds(set->root, path))
            return true;
    }
    return false;
}

/* Trackers that are known by the shape of their files alone: what this push adds. `aside`: in tests and examples, of which only their own models are
 * covered where there are others. */
static bool covered_by_shape(struct pushed *pushed, bool aside, const struct cover_index *asked,
                             bool *covered, struct err *e)
{
    const struct schema_changes *changes = asked->changes;
    struct arena *arena = pushed->pusher->arena;
    bool *there = ARENA_ARRAY(arena, changes->count, bool);
    struct strs shaped = {0};

    for (size_t i = 0; i < pushed->changes.count; i++) {
        const struct repository_change *change = &pushed->changes.items[i];
        const struct push_shape *shape = NULL;
        if (change->kind == CHANGE_DELETED || !change->is_file ||
            in_own_folder(pushed->after, change->path) ||
            !push_path_is_migration(pushed->pusher->config, change->path) ||
            aside != (pushed->after->sets.count && survey_is_aside(path_directory(change->path))))
            continue;
        if (!push_path_shape(arena, change->path, &shape, e))
            return false;
        if (shape)
            VEC_PUSH(arena, &shaped, change->path);
    }
    if (!covered_by_run(pushed, &shaped, false, asked, there, e))
        return false;
    for (size_t i = 0; i < changes->count; i++) {
        bool theirs = !aside || survey_is_aside(path_directory(changes->items[i].place.file));
        covered[i] = covered[i] || (there[i] && theirs);
    }
    return true;
}

/* All migrations of the pushed tree: those of the range, those of the branch, and what came long before (expand and contract). */
static bool find_cover(struct pushed *pushed, const struct strs *paths,
                       const struct schema_changes *changes, bool *covered, struct str *ret_command,
                       struct err *e)
{
    struct commit_view *after = pushed->after;
    const struct cover_index asked = cover_index_of(pushed->pusher->arena, changes);
    bool *doubtful = ARENA_ARRAY(pushed->pusher->arena, changes->count, bool);

    for (size_t s = 0; s < after->sets.count; s++) {
        struct commit_set *set = &after->sets.items[s];
        if (str_starts(set->set.tracker, STR("unsupported:")))
            continue;
        if (!covered_by_set(pushed, set, &asked, covered, doubtful, e))
            return false;
    }
    /* Another service's table may be called so. */
    if (!pushed->pusher->config->models.count &&
        !ask_tree(pushed, paths, changes, doubtful, true, covered, ret_command, e))
        return false;
    if (!covered_by_shape(pushed, false, &asked, covered, e) ||
        !covered_by_shape(pushed, true, &asked, covered, e) ||
        !covered_by_named(pushed, &asked, covered, e) ||
        !covered_beside(pushed, &asked, covered, e) ||
        !covered_in_tree(pushed, paths, changes, covered, ret_command, e))
        return false;
    models_follow_renames(changes, covered);
    return true;
}

/* At first what migrations do in a named schema is not done to tables of none; then, for what is left, the tree says whether it tells them
 * apart. Few pushes come so far. */
static bool find_cover_in_schemas(struct pushed *pushed, const struct strs *paths,
                                  struct schema_changes *changes, bool *covered,
                                  struct str *ret_command, struct err *e)
{
    struct pusher *pusher = pushed->pusher;
    bool open = false;

    for (size_t i = 0; i < changes->count; i++)
        changes->items[i].usual_schema = changes->items[i].table.length > 0;
    if (!find_cover(pushed, paths, changes, covered, ret_command, e))
        return false;
    for (size_t i = 0; i < changes->count; i++)
        open = open || (!covered[i] && changes->items[i].usual_schema);
    if (!open)
        return true;
    if (!models_usual_schemas(pusher->arena, pusher->config, pushed->after->tree,
                              &pushed->after->detected_sets, changes, e))
        return false;
    open = false;
    for (size_t i = 0; i < changes->count; i++)
        open = open || (!covered[i] && !changes->items[i].usual_schema);
    return !open || find_cover(pushed, paths, changes, covered, ret_command, e);
}

static bool note_lacking(struct pushed *pushed, const struct commit_set *set,
                         const struct schema_changes *changes, const struct schema_changes *columns,
                         bool *lacking, struct err *e)
{
    const struct cover_index asked = cover_index_of(pushed->pusher->arena, columns);
    struct strs files = {0};

    for (size_t m = 0; set->loaded && m < set->history.migrations.count; m++) {
        ARENA(scratch, (size_t)256 << 20);
        struct str path = set->history.migrations.items[m].file, text;
        bool whole;
        if (!tree_read_start(pushed->after->tree, &scratch, path, MIGRATION_BYTES, &text, &whole,
                             e))
            return false;
        const struct cover *cover = cover_read(&scratch, path, text);
        struct change_places places = cover_index_find(&asked, &scratch, cover);
        for (size_t n = 0; n < places.count; n++) {
            size_t i = places.items[n];
            lacking[i] = lacking[i] || cover_lacks(cover, &columns->items[i]);
        }
        VEC_PUSH(pushed->pusher->arena, &files, path);
    }
    models_lacking(pushed->pusher->arena, pushed->after->tree, &files, columns, lacking);
    models_renamed(pushed->pusher->arena, pushed->after->tree, &files, changes, columns, lacking);
    return true;
}

/* A table that came with its migration, which forgets some of its columns: added to the changes. */
static bool add_forgotten(struct pushed *pushed, const struct strs *paths,
                          struct schema_changes *changes, bool **covered, struct err *e)
{
    struct arena *arena = pushed->pusher->arena;
    struct schema_changes columns = {0}, kept = {0};
    struct str ignored;

    for (size_t i = 0; i < changes->count; i++) {
        const struct schema_change *change = &changes->items[i];
        struct schema_changes more = {0};
        if (change->kind == SCHEMA_ADD && change->object == SCHEMA_OBJECT_TABLE && (*covered)[i])
            schema_added_columns(arena, change, &more);
        for (size_t j = 0; j < more.count; j++)
            VEC_PUSH(arena, &columns, more.items[j]);
    }
    if (!columns.count)
        return true;
    bool *lacking = ARENA_ARRAY(arena, columns.count, bool);
    for (size_t s = 0; s < pushed->after->sets.count; s++)
        if (!note_lacking(pushed, &pushed->after->sets.items[s], changes, &columns, lacking, e))
            return false;
    for (size_t i = 0; i < columns.count; i++)
        if (lacking[i])
            VEC_PUSH(arena, &kept, columns.items[i]);
    bool *found = ARENA_ARRAY(arena, kept.count + 1, bool);
    bool *all = ARENA_ARRAY(arena, changes->count + kept.count, bool);
    if (kept.count && !find_cover_in_schemas(pushed, paths, &kept, found, &ignored, e))
        return false;
    for (size_t i = 0; i < changes->count; i++)
        all[i] = (*covered)[i];
    for (size_t i = 0; i < kept.count; i++) {
        all[changes->count] = found[i];
        VEC_PUSH(arena, changes, kept.items[i]);
    }
    *covered = all;
    return true;
}

/* Files of this push that look like migrations and are not run: left_out_maker() tells of them. */
static void find_left_out(struct pushed *pushed)
{
    struct strs paths = {0};

    for (size_t i = 0; i < pushed->changes.count; i++) {
        const struct repository_change *file = &pushed->changes.items[i];
        if (file->kind != CHANGE_DELETED && file->is_file &&
            push_path_is_migration(pushed->pusher->config, file->path))
            VEC_PUSH(pushed->pusher->arena, &paths, file->path);
    }
    (void)pusher_left_out(pushed->pusher, pushed->after, &paths);
}

static bool report(struct pushed *pushed, const struct schema_changes *changes, const bool *covered,
                   struct str command, struct err *e)
{
    struct buf out = buf_new(pushed->pusher->arena, MESSAGE_MAX);
    const struct schema_change *first = NULL;
    struct strs left_out = {0};
    size_t count = 0;

    buf_add(&out, STR("the models change, and no migration makes the change:"));
    for (size_t i = 0; i < changes->count; i++) {
        const struct schema_change *change = &changes->items[i];
        if (covered[i])
            continue;
        if (!first)
            find_left_out(pushed);
        first = first ? first : change;
        if (count++ >= JUDGE_LISTED)
            continue;
        struct str maker = left_out_maker(pushed->after->left_out, change);
        if (maker.length)
            strs_add(pushed->pusher->arena, &left_out, maker);
        buf_printf(&out, "\n  " STR_FMT "  " STR_FMT ":%zu", STR_ARG(change->line),
                   STR_ARG(str_shown(pushed->pusher->arena, change->place.file)),
                   change->place.line);
    }
    if (!first)
        return true;
    if ((is_python(first) || !command.length) && !push_make_command(pushed, first, &command, e))
        return false;
    if (count > JUDGE_LISTED)
        buf_printf(&out, "\n  and %zu more", count - JUDGE_LISTED);
    for (size_t i = 0; i < left_out.count; i++)
        buf_printf(&out, "\n  " STR_FMT,
                   STR_ARG(str_shown(pushed->pusher->arena, left_out.items[i])));
    buf_add(&out, STR("\n  code that expects it fails wherever this is deployed"));
    pusher_add(pushed->pusher, REASON_MODELS_WITHOUT_MIGRATION, STR_NONE, buf_str(&out), command);
    return true;
}

/* What cannot be read statically is said, not guessed: it decides nothing. */
static void note_unread(struct pusher *pusher, const struct schema_unreads *unread)
{
    for (size_t i = 0; i < unread->count; i++) {
        const struct schema_unread *one = &unread->items[i];
        strs_add(pusher->arena, &pusher->result->unread,
                 str_printf(pusher->arena, STR_FMT ":%zu: " STR_FMT,
                            STR_ARG(str_shown(pusher->arena, one->place.file)), one->place.line,
                            STR_ARG(one->what)));
    }
}

static bool has_sets(struct pushed *pushed, bool *ret_has, struct err *e)
{
    struct pusher *pusher = pushed->pusher;

    if (!pusher_view(pusher, pushed->range->tip, &pushed->after, e) ||
        (!pushed->after->sets.count &&
         !pusher_view(pusher, pushed->range->base, &pushed->before, e)))
        return false;
    *ret_has = pushed->after->sets.count || pushed->before->sets.count;
    return true;
}

bool push_judge_models(struct pushed *pushed, size_t *ret_changes, struct err *e)
{
    struct pusher *pusher = pushed->pusher;
    struct schema_difference difference = {0};
    struct str command = STR_NONE;
    struct strs paths = {0};
    struct err unread = ERR_NONE;
    struct tree *before;
    bool any = false;

    *ret_changes = 0;
    if (!push_look_for_models(pushed, &any, e))
        return false;
    if (!any)
        return true;
    for (size_t i = 0; i < pushed->changes.count; i++)
        VEC_PUSH(pusher->arena, &paths, pushed->changes.items[i].path);
    if (!pusher_tree(pusher, pushed->range->base, &pushed->before, e) ||
        !pusher_tree(pusher, pushed->range->tip, &pushed->after, e))
        return false;
    before = pushed->before->tree ? pushed->before->tree : tree_nothing(pusher->arena);
    bool compared = models_compare(pusher->arena, pusher->config, pusher_memo(pusher), before,
                                   pushed->after->tree, &paths, &difference, &unread);
    /* Most changes of models are none of the schema: then nothing needs to be known of the migrations, which takes a look into each directory. */
    if (compared && !difference.changes.count && !difference.unread.count)
        return true;
    /* Without any migration nothing says that there should be some. */
    if (!has_sets(pushed, &any, e))
        return false;
    if (!any)
        return true;
    if (!compared) {
        *e = unread;
        return false;
    }
    /* Of what type it is may be beyond reading: that the column comes or goes is not. */
    for (size_t i = 0; i < difference.unsure.count; i++)
        VEC_PUSH(pusher->arena, &difference.changes, difference.unsure.items[i]);
    if (difference.changes.count && !drop_foreign(pushed, &difference.changes, e))
        return false;
    *ret_changes = difference.changes.count;
    note_unread(pusher, &difference.unread);
    if (!difference.changes.count)
        return true;
    bool *covered = ARENA_ARRAY(pusher->arena, difference.changes.count, bool);
    if (!find_cover_in_schemas(pushed, &paths, &difference.changes, covered, &command, e) ||
        !add_forgotten(pushed, &paths, &difference.changes, &covered, e))
        return false;
    push_add_left_keys(pushed, &difference.changes, &covered);
    if (!push_cover_gone(pushed, &difference.changes, covered, e))
        return false;
    return report(pushed, &difference.changes, covered, command, e);
}
