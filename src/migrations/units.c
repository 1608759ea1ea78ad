/* units.c -- the migrations that a pack describes: where they lie, and what comes of them once they are read. */
#include "migrations/units.h"

#include "base/buf.h"
#include "base/file.h"
#include "migrations/detect.h"
#include "migrations/graph.h"
#include "migrations/markers.h"
#include "migrations/squash.h"
#include "migrations/survey.h"
#include "migrations/tool_command.h"

#define SCRATCH_BUDGET ((size_t)192 << 20)

/* --- What lies where. --- */

static bool is_directory(struct unit_loader *l, struct str path)
{
    enum tree_entry_kind kind;

    return tree_exists(l->tree, l->arena, path, &kind) && kind == TREE_DIRECTORY;
}

static void find_nothing(struct unit_loader *l, struct str directory)
{
    history_problem_add(
        l->arena, l->history, REASON_INDETERMINATE_HISTORY,
        str_printf(l->arena, "the migrations of " STR_FMT " are not in \"" STR_FMT "\"",
                   STR_ARG(tracker_title(l->tracker)),
                   STR_ARG(directory.length ? directory : STR("."))),
        str_printf(l->arena, "set \"versions\" of the migration set " STR_FMT " in %s",
                   STR_ARG(l->set->name), CONFIG_NAME));
}

static bool find_directories(struct unit_loader *l, const struct tracker_places *places)
{
    struct survey_directories found;
    struct str path;

    for (size_t i = 0; i < l->set->versions.count; i++) {
        if (tree_path_join(l->arena, l->set->root, l->set->versions.items[i], &path) &&
            is_directory(l, path))
            strs_add(l->arena, &l->history->versions, path);
        else
            find_nothing(l, l->set->versions.items[i]);
    }
    if (l->set->versions.count)
        return true;
    for (size_t i = 0; i < places->directories.count; i++)
        if (places->besides && str_eq(places->databases.items[i], l->set->name) &&
            is_directory(l, places->directories.items[i]))
            strs_add(l->arena, &l->history->versions, places->directories.items[i]);
    if (l->history->versions.count)
        return true;
    for (size_t i = 0; i < places->directories.count && !places->besides; i++) {
        if (is_directory(l, places->directories.items[i]))
            strs_add(l->arena, &l->history->versions, places->directories.items[i]);
        else
            find_nothing(l, places->directories.items[i]);
    }
    if (places->directories.count && !places->besides)
        return true;
    if (!survey_directories(l->arena, l->tree, l->tracker, l->set->root, &found, l->e))
        return false;
    for (size_t i = 0; i < l->set->class_path.count; i++) {
        struct survey_directories beside;
        if (!survey_directories(l->arena, l->tree, l->tracker, l->set->class_path.items[i], &beside,
                                l->e))
            return false;
        for (size_t j = 0; j < beside.list.count; j++)
            strs_add(l->arena, &found.list, beside.list.items[j]);
    }
    for (size_t i = 0; i < found.notes.count; i++)
        VEC_PUSH(l->arena, &l->history->assumptions, found.notes.items[i]);
    if (found.list.count == 1 || (found.list.count && found.together))
        l->history->versions = found.list;
    else
        history_problem_add(
            l->arena, l->history, REASON_INDETERMINATE_HISTORY,
            str_printf(l->arena, "%s with migrations of " STR_FMT " in \"" STR_FMT "\"",
                       found.list.count ? "several directories" : "no directory",
                       STR_ARG(tracker_title(l->tracker)),
                       STR_ARG(l->set->root.length ? l->set->root : STR("."))),
            str_printf(l->arena, "set \"versions\" of the migration set " STR_FMT " in %s",
                       STR_ARG(l->set->name), CONFIG_NAME));
    return true;
}

/* --- After reading. --- */

/* A way back belongs to the migration of its id; alone it may be one itself (golang-migrate: an empty step). */
static bool join_downs(struct unit_loader *l)
{
    struct migrations *all = &l->history->migrations;
    struct id_map map = id_map_new(l->arena, all->count + l->downs.count + 1);
    size_t index;

    for (size_t i = 0; i < all->count; i++)
        (void)id_map_add(&map, all->items[i].id, i, &index);
    for (size_t i = 0; i < l->downs.count; i++) {
        struct migration down = l->downs.items[i];
        if (id_map_get(&map, down.id, &index)) {
            all->items[index].down_file = down.file;
        } else if (l->tracker->unit.down_counts) {
            down.down_file = down.file;
            down.line = 1;
            down.title = unit_title(l->arena, down.unit);
            (void)id_map_add(&map, down.id, all->count, &index);
            VEC_PUSH(l->arena, all, down);
        }
    }
    return true;
}

static bool normalise(struct unit_loader *l)
{
    struct migrations *all = &l->history->migrations;

    for (size_t i = 0; i < all->count; i++)
        if (str_eq(l->tracker->unit.id_type, STR("int")) &&
            !tracker_id_normal(l->arena, l->tracker, all->items[i].id, &all->items[i].id, l->e))
            return false;
    return true;
}

static bool refuse_doubles(struct unit_loader *l)
{
    struct migrations *all = &l->history->migrations;
    struct id_map map = id_map_new(l->arena, all->count + 1);
    size_t kept = 0, other;
    struct str normal;

    if (str_eq(l->tracker->unit.duplicates, STR("shared")))
        return true;
    for (size_t i = 0; i < all->count; i++) {
        if (!tracker_id_normal(l->arena, l->tracker, all->items[i].id, &normal, l->e))
            return false;
        if (id_map_add(&map, normal, kept, &other)) {
            all->items[kept++] = all->items[i];
            continue;
        }
        unit_problem_broken(
            l,
            str_printf(l->arena, "two migrations have the id " STR_FMT ": " STR_FMT " and " STR_FMT,
                       STR_ARG(all->items[i].id), STR_ARG(all->items[other].file),
                       STR_ARG(all->items[i].file)),
            "the tracking table cannot tell them apart: give one of them another");
    }
    all->count = kept;
    return true;
}

static void refuse_same_names(struct unit_loader *l)
{
    struct id_map map = id_map_new(l->arena, l->names.count + 1);
    size_t other;

    for (size_t i = 0; i < l->names.count; i++) {
        const struct unit_name *one = &l->names.items[i];
        if (!one->name.length || id_map_add(&map, one->name, i, &other) ||
            str_eq(l->names.items[other].file, one->file))
            continue;
        unit_problem_broken(l,
                            str_printf(l->arena,
                                       STR_FMT " refuses two migrations of one name: " STR_FMT
                                               " and " STR_FMT,
                                       STR_ARG(tracker_title(l->tracker)),
                                       STR_ARG(l->names.items[other].file), STR_ARG(one->file)),
                            "give the newer one another name, and its class where it has one");
    }
}

static void check_contiguous(struct unit_loader *l)
{
    const struct migrations *all = &l->history->migrations;

    for (size_t i = 0; l->tracker->unit.contiguous && i < all->count; i++) {
        struct str wanted = str_printf(l->arena, "%zu", i + 1);
        if (tracker_compare_numbers(all->items[i].id, wanted) == 0)
            continue;
        unit_problem_broken(l,
                            str_printf(l->arena,
                                       STR_FMT " wants migration " STR_FMT " where " STR_FMT
                                               " stands: it refuses a gap",
                                       STR_ARG(tracker_title(l->tracker)), STR_ARG(wanted),
                                       STR_ARG(all->items[i].file)),
                            "renumber the migrations");
        return;
    }
}

static bool find_squash(struct unit_loader *l)
{
    struct strs files;

    if (!squash_files(l->arena, l->tree, l->tracker, l->set->root, &files, l->e))
        return false;
    l->history->squashed_by = files.count ? files.items[0] : STR_NONE;
    return true;
}

static void finish(struct unit_loader *l, const struct tracker_places *places)
{
    struct history *history = l->history;
    const struct tracker *tracker = l->tracker;

    if (history->migrations.count && !history->heads.count) {
        VEC_PUSH(l->arena, &history->heads, VEC_LAST(&history->migrations).id);
        history->real_heads = history->heads;
    }
    const struct tool_place place = {
        .arena = l->arena,
        .tree = l->tree,
        .root = l->set->root,
        .directory = history->versions.count ? history->versions.items[0] : STR_NONE,
        .directories = &history->versions};

    if (!history->upgrade_command.length)
        history->upgrade_command = tool_command(&place, tracker->upgrade);
    if (!history->out_of_order_command.length)
        history->out_of_order_command = tool_command(&place, tracker->upgrade_out_of_order);
    for (size_t i = 0; i < places->sources.count; i++)
        VEC_PUSH(l->arena, &history->assumptions, places->sources.items[i]);
    if (history->table_assumed)
        VEC_PUSH(l->arena, &history->assumptions,
                 str_printf(l->arena, "the tracking table " STR_FMT "%s" STR_FMT " was assumed",
                            STR_ARG(history->schema), history->schema.length ? "." : "",
                            STR_ARG(history->table)));
    for (size_t i = 0; i < tracker->assumes.count; i++)
        VEC_PUSH(l->arena, &history->assumptions, tracker->assumes.items[i]);
}

/* "public" is no schema of SQLite's, and belongs to tern's own name of its table. */
static struct str schema_of_pack(const struct unit_loader *l, bool other_name)
{
    const struct tracker_table *table = &l->tracker->table;
    bool counts = !table->schema_on.count || !l->set->dbms.length ||
                  strs_have(&table->schema_on, l->set->dbms);

    return counts && !(other_name && table->whole_name) ? table->schema : STR("");
}

/* plugins/Acme/BlogPosts: "acme_blog_posts" of CakePHP's acme_blog_posts_phinxlog. */
static struct str underscored(struct arena *arena, struct str name)
{
    struct buf out = buf_new(arena, 2 * name.length + 1);

    for (size_t i = 0; i < name.length; i++) {
        char byte = name.bytes[i];
        bool capital = byte >= 'A' && byte <= 'Z';
        if (byte == '/' || byte == '.')
            buf_add_byte(&out, '_');
        else if (capital && i && name.bytes[i - 1] != '/' &&
                 !(name.bytes[i - 1] >= 'A' && name.bytes[i - 1] <= 'Z'))
            buf_add_byte(&out, '_');
        if (byte != '/' && byte != '.')
            buf_add_byte(&out, capital ? (char)(byte - 'A' + 'a') : byte);
    }
    return buf_str(&out);
}

/* The name that the tool makes of the directory's, where it has one table for each. */
static struct str table_of_pack(struct unit_loader *l)
{
    const struct tracker_table *table = &l->tracker->table;
    struct str directory, groups[2];

    if (!l->set->versions.count ||
        !tree_path_join(l->arena, l->set->root, l->set->versions.items[0], &directory) ||
        !tracker_regex_matches(table->place, directory, groups, 2, l->e))
        return table->name;
    return str_printf(l->arena, STR_FMT "_" STR_FMT, STR_ARG(underscored(l->arena, groups[1])),
                      STR_ARG(table->name));
}

/* What the configuration calls it counts before what the tool's settings say. */
static void choose_column(struct unit_loader *l, struct str name)
{
    struct str rest = l->tracker->table.need.count ? l->tracker->table.need.items[0] : STR("");
    struct config_column column = {.column = str_cut(&rest, ':'), .name = name};
    struct config_columns *columns = &l->history->columns;
    struct config_columns all = {0};

    if (!name.length || !column.column.length)
        return;
    for (size_t i = 0; i < columns->count; i++) {
        if (str_eq(columns->items[i].column, column.column))
            return;
        VEC_PUSH(l->arena, &all, columns->items[i]);
    }
    VEC_PUSH(l->arena, &all, column);
    *columns = all;
}

static void choose_table(struct unit_loader *l, const struct tracker_places *places)
{
    struct history *history = l->history;
    bool other_name = l->set->table.length || places->table.length;

    history->table = l->set->table.length   ? l->set->table
                     : places->table.length ? places->table
                                            : table_of_pack(l);
    history->schema = l->set->schema.length   ? l->set->schema
                      : places->schema.length ? places->schema
                                              : schema_of_pack(l, other_name);
    if (!history->schema.length)
        history->search_path = places->search_path;
    history->table_assumed = !other_name;
    history->parameter = l->set->parameter.length ? l->set->parameter : places->parameter;
    choose_column(l, places->column);
}

/* The system is named in the program, the table perhaps in the settings of a directory around it. */
static bool read_places_at(struct unit_loader *l, struct str at, struct str directory,
                           struct tracker_places *places)
{
    if (!tracker_places_read(l->arena, l->tree, l->tracker, at, directory, places, l->e))
        return false;
    if (places->dbms.length && !l->history->dbms_said.length) {
        l->history->dbms_said = places->dbms;
        l->history->dbms_from = places->dbms_from;
    }
    return true;
}

/* The tool's file lies in the project, or among the migrations, or in a directory around them. */
static bool read_places(struct unit_loader *l, struct tracker_places *places)
{
    struct str directory = STR_NONE;
    bool named = l->set->versions.count &&
                 tree_path_join(l->arena, l->set->root, l->set->versions.items[0], &directory);

    if (!read_places_at(l, l->set->root, directory, places))
        return false;
    if (places->unread.count || places->sources.count || places->endings.count || !named)
        return true;
    if (!read_places_at(l, directory, directory, places))
        return false;
    for (struct str at = l->set->root;
         at.length && !places->sources.count && !places->unread.count;) {
        at = path_parent(at);
        if (!read_places_at(l, at, directory, places))
            return false;
        /* Another project's. */
        if (places->directories.count && !strs_have(&places->directories, directory))
            *places = (struct tracker_places){0};
    }
    return true;
}

/* Whole names; an expression that is none here may leave out any. */
static void take_ignored(struct unit_loader *l, const struct strs *patterns)
{
    for (size_t i = 0; i < patterns->count; i++) {
        struct err bad = ERR_NONE;
        struct str whole = str_printf(l->arena, "^(?:" STR_FMT ")$", STR_ARG(patterns->items[i]));
        if (tracker_regex_matches(whole, STR("x"), NULL, 0, &bad) || !err_is_set(&bad))
            strs_add(l->arena, &l->ignored, whole);
        else
            unit_problem_indeterminate(l,
                                       str_printf(l->arena,
                                                  STR_FMT
                                                  " is told to leave out names like \"" STR_FMT
                                                  "\", which is not read: %s",
                                                  STR_ARG(tracker_title(l->tracker)),
                                                  STR_ARG(patterns->items[i]), bad.message),
                                       STR("write the expression in another form"));
    }
}

bool tracker_load(struct arena *arena, struct tree *tree, const struct config_migrations *set,
                  struct history *history, struct err *e)
{
    ARENA(scratch, SCRATCH_BUDGET);
    struct tracker_places places;
    struct unit_loader l = {.arena = arena,
                            .scratch = &scratch,
                            .tree = tree,
                            .set = set,
                            .tracker = history->row,
                            .history = history,
                            .e = e};

    if (!read_places(&l, &places))
        return false;
    for (size_t i = 0; i < places.unread.count; i++)
        unit_problem_indeterminate(
            &l,
            str_printf(arena, STR_FMT ": what it says of the migrations is not known",
                       STR_ARG(places.unread.items[i])),
            STR("make it readable for the user that asks"));
    if (places.unclear.length && !set->table.length)
        unit_problem_indeterminate(
            &l, places.unclear,
            str_printf(arena, "set \"table\" of the migration set " STR_FMT " in %s",
                       STR_ARG(set->name), CONFIG_NAME));
    l.endings = places.endings;
    take_ignored(&l, &places.ignored);
    history->unordered = places.unordered;
    history->ordered = places.ordered;
    history->unchecked = places.unchecked;
    history->edits = places.edits;
    choose_table(&l, &places);
    if (!find_directories(&l, &places))
        return false;
    if (history->code && history->code->load) {
        if (!history->code->load(arena, tree, set, history, e))
            return false;
        finish(&l, &places);
        return true;
    }
    for (size_t i = 0; i < history->versions.count; i++)
        if (!unit_read_directory(&l, history->versions.items[i]))
            return false;
    if (!join_downs(&l) || !normalise(&l))
        return false;
    tracker_sort(l.tracker, &history->migrations);
    if (!refuse_doubles(&l))
        return false;
    refuse_same_names(&l);
    check_contiguous(&l);
    if (!find_squash(&l))
        return false;
    finish(&l, &places);
    return true;
}
