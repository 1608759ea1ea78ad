/* atlas.c -- the files of a directory of Atlas's, and its atlas.sum. */
#include "migrations/atlas.h"

#include "base/file.h"
#include "migrations/graph.h"
#include "migrations/tracker.h"

#define FILE_BYTES_MAX ((size_t)16 << 20)
#define SCRATCH_BUDGET ((size_t)192 << 20)
#define SCRATCH_ENOUGH ((size_t)8 << 20)

struct atlas_loading {
    struct arena *arena, *scratch;
    struct tree *tree;
    const struct config_migrations *set;
    struct history *history;
    struct str format;
    struct atlas_settings *settings;
    struct err *e;
};

static void broken(struct atlas_loading *l, struct str message, const char *hint)
{
    history_problem_add(l->arena, l->history, REASON_BROKEN_HISTORY, message, str_from(hint));
}

/* --- atlas.hcl: a program; what stands there as plain words is taken. --- */

static struct str hcl_word(struct atlas_loading *l, struct str text, const char *pattern)
{
    struct err ignored = ERR_NONE;
    struct str groups[2] = {STR_NONE};

    return tracker_regex_matches(str_from(pattern), text, groups, 2, &ignored)
               ? str_copy(l->arena, groups[1])
               : STR_NONE;
}

static void read_hcl(struct atlas_loading *l)
{
    struct err bad = ERR_NONE;
    struct str path, text, order;

    l->format = STR("atlas");
    if (!tree_path_join(l->arena, l->set->root, STR("atlas.hcl"), &path))
        return;
    if (!tree_read(l->tree, l->scratch, path, FILE_MAX, &text, &bad)) {
        history_not_read(l->arena, l->history, &bad);
        return;
    }
    struct str format = hcl_word(l, text, "(?m)^\\s*format\\s*=\\s*\"?([A-Za-z][\\w-]*)\"?\\s*$");
    if (!format.length)
        format = hcl_word(l, text, "[?&]format=([\\w-]+)");
    order = hcl_word(l, text, "(?m)^\\s*exec_order\\s*=\\s*\"?([A-Za-z_-]+)");
    if (format.length)
        l->format = format;
    if (str_eq_nocase(order, STR("linear-skip")) || str_eq_nocase(order, STR("linear_skip")))
        l->settings->order = ATLAS_LINEAR_SKIP;
    else if (str_eq_nocase(order, STR("non-linear")) || str_eq_nocase(order, STR("non_linear")))
        l->settings->order = ATLAS_NON_LINEAR;
    if (order.length)
        VEC_PUSH(l->arena, &l->history->assumptions,
                 str_printf(l->arena, "exec_order is \"" STR_FMT "\", from " STR_FMT,
                            STR_ARG(order), STR_ARG(path)));
}

/* --- Files. --- */

/* Which files count: Atlas's own layout, and those of tools whose files are one a migration. */
static bool is_wanted(const struct atlas_loading *l, struct str name)
{
    if (!str_ends(name, STR(".sql")))
        return false;
    if (str_eq(l->format, STR("golang-migrate")))
        return str_ends(name, STR(".up.sql"));
    return true;
}

static struct str version_of(struct str name, struct str *ret_description)
{
    struct str stem = str_prefix(name, name.length - 4);

    if (str_ends(stem, STR(".up")))
        stem = str_prefix(stem, stem.length - 3);
    struct str rest = stem, version = str_cut(&rest, '_');
    *ret_description = rest;
    return version;
}

static bool add_file(struct atlas_loading *l, struct str directory, struct str name,
                     struct atlas_sum *sum)
{
    struct atlas_own *own = ARENA_NEW(l->arena, struct atlas_own);
    struct migration made = {.unit = name, .line = 1, .own = own};
    struct str bytes;

    if (l->history->migrations.count >= MIGRATIONS_MAX)
        return err_set(l->e, ERR_LIMIT, "more than %u migrations", MIGRATIONS_MAX);
    if (!tree_path_join(l->arena, directory, name, &made.file) ||
        !tree_read(l->tree, l->scratch, made.file, FILE_BYTES_MAX, &bytes, l->e))
        return false;
    made.id = version_of(name, &made.name);
    made.title = made.name;
    own->checkpoint = atlas_directive(bytes, STR("checkpoint"));
    own->unhashed = atlas_is_unhashed(bytes);
    atlas_sum_add(l->arena, sum, name, bytes, &made.checksum);
    VEC_PUSH(l->arena, &l->history->migrations, made);
    if (l->scratch->used > SCRATCH_ENOUGH)
        arena_release(l->scratch);
    return true;
}

/* --- atlas.sum: `migrate apply` refuses a directory that it does not fit. --- */

static void compare_sum(struct atlas_loading *l, struct str path, struct str text, size_t from,
                        struct str total)
{
    const struct migrations *all = &l->history->migrations;
    struct str rest = text, line, recorded = STR_NONE;
    const char *hint = "look at what was edited; then run: atlas migrate hash";
    size_t at = from;

    if (str_next_line(&rest, &line))
        recorded = str_trim(line);
    for (; at < all->count; at++) {
        const struct migration *migration = &all->items[at];
        const struct atlas_own *own = migration->own;
        if (own->unhashed)
            continue;
        struct str wanted = str_printf(l->scratch, STR_FMT " h1:" STR_FMT, STR_ARG(migration->unit),
                                       STR_ARG(migration->checksum));
        if (!str_next_line(&rest, &line) || !str_eq(str_trim(line), wanted)) {
            broken(l,
                   str_printf(l->arena,
                              STR_FMT
                              " does not fit the directory: the first file that differs is " STR_FMT
                              ", and Atlas refuses to work",
                              STR_ARG(path), STR_ARG(migration->file)),
                   hint);
            return;
        }
    }
    if ((str_next_line(&rest, &line) && str_trim(line).length) ||
        !str_eq(recorded, str_printf(l->scratch, "h1:" STR_FMT, STR_ARG(total))))
        broken(l,
               str_printf(l->arena,
                          STR_FMT " does not fit the directory: it names files that are not there, "
                                  "or its first line is another; Atlas refuses to work",
                          STR_ARG(path)),
               hint);
}

static bool check_sum(struct atlas_loading *l, struct str directory, size_t from,
                      const struct atlas_sum *sum)
{
    struct str path, text;
    enum tree_entry_kind kind;

    if (!str_eq(l->format, STR("atlas")))
        return true; /* what goes into the sums of other layouts is not known here */
    if (!tree_path_join(l->arena, directory, STR("atlas.sum"), &path))
        return true;
    if (!tree_exists(l->tree, l->arena, path, &kind)) {
        if (l->history->migrations.count > from)
            broken(l,
                   str_printf(l->arena, STR_FMT " is not there: Atlas refuses to work without it",
                              STR_ARG(path)),
                   "run: atlas migrate hash");
        return true;
    }
    if (!tree_read(l->tree, l->scratch, path, FILE_MAX, &text, l->e))
        return false;
    compare_sum(l, path, text, from, atlas_sum_total(l->arena, sum));
    return true;
}

static void refuse_doubles(struct atlas_loading *l)
{
    struct migrations *all = &l->history->migrations;
    struct id_map map = id_map_new(l->arena, all->count + 1);
    size_t other;

    for (size_t i = 0; i < all->count; i++)
        if (!id_map_add(&map, all->items[i].id, i, &other))
            broken(l,
                   str_printf(l->arena,
                              "two migrations have the version " STR_FMT ": " STR_FMT
                              " and " STR_FMT,
                              STR_ARG(all->items[i].id), STR_ARG(all->items[other].file),
                              STR_ARG(all->items[i].file)),
                   "the tracking table cannot tell them apart: give one of them another");
}

static bool read_directory(struct atlas_loading *l, struct str directory)
{
    struct atlas_sum *sum = atlas_sum_new(l->arena);
    size_t from = l->history->migrations.count;
    struct tree_entries entries;
    bool exists;

    if (!tree_list(l->tree, l->arena, directory, &entries, &exists, l->e))
        return false;
    for (size_t i = 0; i < entries.count; i++)
        if (entries.items[i].kind != TREE_DIRECTORY && is_wanted(l, entries.items[i].name) &&
            !add_file(l, directory, entries.items[i].name, sum))
            return false;
    return check_sum(l, directory, from, sum);
}

static bool atlas_load(struct arena *arena, struct tree *tree, const struct config_migrations *set,
                       struct history *history, struct err *e)
{
    ARENA(scratch, SCRATCH_BUDGET);
    struct atlas_loading l = {.arena = arena,
                              .scratch = &scratch,
                              .tree = tree,
                              .set = set,
                              .history = history,
                              .settings = ARENA_NEW(arena, struct atlas_settings),
                              .e = e};

    history->own = l.settings;
    read_hcl(&l);
    if (str_eq(l.format, STR("flyway")) || str_eq(l.format, STR("liquibase")))
        history_problem_add(
            arena, history, REASON_INDETERMINATE_HISTORY,
            str_printf(arena,
                       "Atlas was told that its directory has the format of " STR_FMT
                       ", which is not read together with Atlas's table",
                       STR_ARG(l.format)),
            STR("check by hand, with: atlas migrate status"));
    else if (!str_eq(l.format, STR("atlas")))
        VEC_PUSH(arena, &history->assumptions,
                 str_printf(arena,
                            "the directory has the format of " STR_FMT
                            ": its atlas.sum was not compared",
                            STR_ARG(l.format)));
    for (size_t i = 0; i < history->versions.count; i++)
        if (!read_directory(&l, history->versions.items[i]))
            return false;
    refuse_doubles(&l);
    return true;
}

const struct tracker_code atlas_tracker = {
    .name = "atlas", .load = atlas_load, .plan = atlas_plan, .verify = atlas_verify};
