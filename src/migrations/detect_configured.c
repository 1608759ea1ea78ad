/* detect_configured.c -- what a configured migration set means that names no tracker, and the words for what was not looked at. */
#include "base/file.h"
#include "migrations/detect.h"
#include "migrations/jvm_modules.h"
#include "migrations/survey.h"
#include "migrations/tracker.h"

struct choosing {
    struct arena *arena;
    struct tree *tree;
    const struct config *config;
};

struct str detect_inside(struct arena *arena, struct str root, struct str directory)
{
    struct str relative = directory, up = STR("");

    /* config/knexfile.js may name db/migrations: "../db/migrations". */
    while (root.length && !str_eq(root, directory) && !path_relative(root, directory, &relative)) {
        up = str_printf(arena, STR_FMT "../", STR_ARG(up));
        root = path_parent(root);
        relative = directory;
    }
    if (str_eq(root, directory))
        relative = STR("");
    if (up.length)
        return str_printf(arena, STR_FMT STR_FMT, STR_ARG(up), STR_ARG(relative));
    return relative.length ? relative : STR(".");
}

bool detect_is_dynamic(const struct tracker *tracker)
{
    return tracker->unit.gather && tracker_code_of(tracker);
}

struct str detect_too_deep(struct arena *arena, const struct survey *survey)
{
    return str_printf(
        arena,
        "migrations were looked for in at most %u directories, one in the other: not in " STR_FMT
        "%s",
        SURVEY_DEPTH_MAX, STR_ARG(survey->deep.items[0]),
        survey->deep.count > 1 ? str_printf(arena, " and %zu more", survey->deep.count - 1).bytes
                               : "");
}

struct str detect_submodule_unseen(struct arena *arena, struct str path)
{
    return str_printf(arena,
                      "the submodule " STR_FMT " is not part of this commit: migrations "
                      "that may lie in it are not seen",
                      STR_ARG(path));
}

static bool holds_sql(struct choosing *c, struct str directory, bool *ret_holds, struct err *e)
{
    struct tree_entries entries;
    bool exists;

    if (!tree_list(c->tree, c->arena, directory, &entries, &exists, e))
        return false;
    *ret_holds = false;
    for (size_t i = 0; i < entries.count; i++)
        *ret_holds = *ret_holds || str_ends(entries.items[i].name, STR(".sql"));
    return true;
}

/* What a set without a tracker can mean: a directory, and whose migrations lie there. */
struct meaning {
    struct str directory, title;
    const struct tracker *tracker; /* NULL: Alembic, plain SQL, or what is not counted */
    struct str name;               /* its tracker's, where there is no row */
};
VEC_DEFINE(meanings, struct meaning);

/* Does the directory lie in one that the set names, or around it? */
static bool is_named(struct choosing *c, const struct config_migrations *set, struct str directory)
{
    bool named = !set->versions.count;
    struct str inside, path;

    for (size_t i = 0; i < set->versions.count && !named; i++)
        named =
            tree_path_join(c->arena, set->root, set->versions.items[i], &path) &&
            (!path.length || !directory.length || str_eq(path, directory) ||
             path_relative(path, directory, &inside) || path_relative(directory, path, &inside));
    return named;
}

static void add_meaning(struct choosing *c, const struct config_migrations *set,
                        struct meaning meaning, struct meanings *all)
{
    if (is_named(c, set, meaning.directory))
        VEC_PUSH(c->arena, all, meaning);
}

/* Tests and examples below the root count only where there is nothing else. */
static void drop_aside_meanings(struct choosing *c, struct str root, struct meanings *all)
{
    size_t kept = 0;
    bool any = false;

    for (size_t i = 0; i < all->count; i++)
        any = any || !survey_is_aside(detect_inside(c->arena, root, all->items[i].directory));
    for (size_t i = 0; i < all->count && any; i++)
        if (!survey_is_aside(detect_inside(c->arena, root, all->items[i].directory)))
            all->items[kept++] = all->items[i];
    if (any)
        all->count = kept;
}

static struct meanings meanings_of(struct choosing *c, const struct config_migrations *set,
                                   const struct survey *survey)
{
    struct meanings all = {0};

    for (size_t i = 0; i < survey->scripts.count; i++)
        add_meaning(c, set,
                    (struct meaning){.directory = survey->scripts.items[i],
                                     .title = STR("Alembic"),
                                     .name = STR("alembic")},
                    &all);
    for (size_t i = 0; i < survey->found.count; i++)
        add_meaning(c, set,
                    (struct meaning){.directory = survey->found.items[i].directory,
                                     .title = tracker_title(survey->found.items[i].tracker),
                                     .tracker = survey->found.items[i].tracker},
                    &all);
    for (size_t i = 0; i < survey->sql.count; i++)
        add_meaning(c, set,
                    (struct meaning){.directory = survey->sql.items[i],
                                     .title = STR("plain SQL"),
                                     .name = STR("sql")},
                    &all);
    for (size_t i = 0; i < survey->foreign.count; i++) {
        struct str title = str_from(survey->foreign.items[i].tracker);
        add_meaning(
            c, set,
            (struct meaning){.directory = survey->foreign.items[i].directory,
                             .title = title,
                             .name = str_printf(c->arena, "unsupported:" STR_FMT, STR_ARG(title))},
            &all);
    }
    drop_aside_meanings(c, set->root, &all);
    return all;
}

static void undecided(struct choosing *c, struct config_migrations *set, const struct strs *titles)
{
    set->tracker = str_join(c->arena, titles->items, titles->count, STR(" or "));
    set->undecided =
        str_printf(c->arena,
                   "below \"" STR_FMT "\" are migrations of " STR_FMT
                   ": which of them the migration set " STR_FMT " means cannot be told",
                   STR_ARG(set->root.length ? set->root : STR(".")),
                   STR_ARG(str_join(c->arena, titles->items, titles->count, STR(" and of "))),
                   STR_ARG(set->name));
}

/* Several directories are all taken where the tool has one table for them; else its loader looks, and says that they are several. */
static void use_row(struct choosing *c, struct config_migrations *set, const struct meanings *all)
{
    const struct tracker *tracker = all->items[0].tracker;

    set->tracker = tracker->id;
    set->row = tracker;
    if (set->versions.count || detect_is_dynamic(tracker) ||
        (all->count > 1 && !tracker->unit.gather))
        return;
    for (size_t i = 0; i < all->count; i++)
        strs_add(c->arena, &set->versions,
                 detect_inside(c->arena, set->root, all->items[i].directory));
}

/* What could not be looked at may be the set's. */
static void note_unseen(struct choosing *c, struct config_migrations *set,
                        const struct survey *survey)
{
    if (survey->unreadable.count)
        set->undecided = str_printf(
            c->arena, STR_FMT ": whose migrations the migration set " STR_FMT " has cannot be told",
            STR_ARG(
                str_join(c->arena, survey->unreadable.items, survey->unreadable.count, STR("; "))),
            STR_ARG(set->name));
    if (survey->deep.count)
        VEC_PUSH(c->arena, &set->notes, detect_too_deep(c->arena, survey));
    for (size_t i = 0; i < survey->submodules.count; i++)
        VEC_PUSH(c->arena, &set->notes,
                 detect_submodule_unseen(c->arena, survey->submodules.items[i]));
}

/* Which tracker a configured set without one means. */
static bool find_tracker(struct choosing *c, struct config_migrations *set, struct err *e)
{
    struct survey survey;
    struct str directory = set->root;
    struct strs titles = {0};
    bool sql = false;

    if (set->versions.count &&
        !tree_path_join(c->arena, set->root, set->versions.items[0], &directory))
        directory = set->root;
    if (!survey_tree(c->arena, c->tree, c->config, NULL, set->root, &survey, e) ||
        !holds_sql(c, directory, &sql, e))
        return false;
    struct meanings all = meanings_of(c, set, &survey);
    for (size_t i = 0; i < all.count; i++)
        strs_add(c->arena, &titles, all.items[i].title);
    if (set->script_location.length) {
        set->tracker = STR("alembic");
        return true;
    }
    if (titles.count > 1)
        undecided(c, set, &titles);
    else if (all.count && all.items[0].tracker)
        use_row(c, set, &all);
    else if (all.count)
        set->tracker = all.items[0].name;
    else if (sql)
        set->tracker = STR("sql");
    else if (survey.settings.count || set->versions.count)
        /* A pyproject.toml that mentions Alembic, or directories given by hand and nothing that tells whose: Python files. */
        set->tracker = STR("alembic");
    note_unseen(c, set, &survey);
    return true;
}

bool detect_configured(struct arena *arena, struct tree *tree, const struct config *config,
                       struct config_migrations_list *ret_sets, struct err *e)
{
    struct choosing choosing = {.arena = arena, .tree = tree, .config = config};
    struct config_migrations_list sets = {0};

    for (size_t i = 0; i < config->migrations.count; i++) {
        struct config_migrations set = config->migrations.items[i];
        /* "./", "apps/api/" and the like; what leaves the tree stays as it is, and is refused when it is read. */
        bool inside = tree_path_join(arena, STR(""), set.root, &set.root);
        if (inside && !set.tracker.length && !find_tracker(&choosing, &set, e))
            return false;
        if (!set.row)
            set.row = tracker_find(config, set.tracker);
        VEC_PUSH(arena, &sets, set);
    }
    jvm_class_path(arena, tree, &sets);
    *ret_sets = sets;
    return true;
}

bool detect_script_directories(struct arena *arena, struct tree *tree, struct str root,
                               struct strs *ret_directories, struct err *e)
{
    struct survey survey;

    if (!survey_tree(arena, tree, NULL, NULL, root, &survey, e))
        return false;
    *ret_directories = survey.scripts;
    return true;
}

bool detect_sql_directories(struct arena *arena, struct tree *tree, struct str root,
                            struct strs *ret_directories, struct err *e)
{
    struct survey survey;

    if (!survey_tree(arena, tree, NULL, NULL, root, &survey, e))
        return false;
    *ret_directories = survey.sql;
    return true;
}
