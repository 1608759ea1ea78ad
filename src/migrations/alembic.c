#include "migrations/alembic.h"

#include "base/file.h"
#include "base/quote.h"
#include "migrations/detect.h"
#include "migrations/graph.h"

struct alembic_place {
    struct arena *arena;
    struct tree *tree;
    const struct config_migrations *set;
    struct history *history;
    struct alembic_settings settings;
    struct str script; /* the script directory, from the tree's root */
    bool from_root;    /* Alembic is started from the tree's root */
    /* Flask-Migrate: the settings stand in the script directory, without script_location. */
    bool flask;
};

static void refuse(struct alembic_place *p, struct str message, const char *hint)
{
    history_problem_add(p->arena, p->history, REASON_INDETERMINATE_HISTORY, message,
                        str_from(hint));
}

/* As people wrote it. */
static struct str shown(struct arena *arena, struct str written)
{
    return str_starts(written, STR("\x01"))
               ? str_printf(arena, "%%(here)s" STR_FMT, STR_ARG(str_from_offset(written, 1)))
               : written;
}

/* The set names a script directory: which section of the ini file means it? */
static bool choose_section(struct alembic_place *p, struct str wanted, struct err *e)
{
    struct strs sections;

    if (!alembic_sections(p->arena, p->tree, p->set->root, &sections, e))
        return false;
    for (size_t i = 0; i < sections.count; i++) {
        struct alembic_settings settings;
        struct str path;
        bool from_root;
        if (!alembic_settings_read(p->arena, p->tree, p->set->root, sections.items[i], &settings,
                                   e))
            return false;
        if (alembic_locate(p->arena, p->tree, p->set->root, settings.script_location, &path,
                           &from_root) == LOCATION_FOUND &&
            str_eq(path, wanted)) {
            p->settings = settings;
            p->from_root = from_root;
            return true;
        }
    }
    return true;
}

/* The settings lie in the script directory and name none: Flask-Migrate is told where it is by the application. */
static bool look_for_flask(struct alembic_place *p, struct err *e)
{
    struct alembic_settings inner;

    if (p->settings.script_location.length)
        return true;
    if (!alembic_settings_read(p->arena, p->tree, p->script, STR("alembic"), &inner, e))
        return false;
    if (inner.has_ini && !inner.script_location.length) {
        p->flask = true;
        p->settings = inner;
    }
    return true;
}

static bool use_configured_location(struct alembic_place *p, struct err *e)
{
    struct str script;

    if (!tree_path_join(p->arena, p->set->root, p->set->script_location, &script)) {
        refuse(p,
               str_printf(p->arena, "script_location \"" STR_FMT "\" leads out of the repository",
                          STR_ARG(p->set->script_location)),
               "correct script_location in the configuration");
        return true;
    }
    p->script = script;
    if (!alembic_settings_read(p->arena, p->tree, p->set->root, STR("alembic"), &p->settings, e) ||
        !choose_section(p, script, e))
        return false;
    return look_for_flask(p, e);
}

/* Where the settings do not lead anywhere: a single directory that looks like one is taken, and said to be. */
static bool use_only_script(struct alembic_place *p, struct str why, struct err *e)
{
    struct str root = p->set->root.length ? p->set->root : STR("the work tree");
    struct strs found = {0};

    if (!detect_script_directories(p->arena, p->tree, p->set->root, &found, e))
        return false;
    if (found.count == 1) {
        p->script = found.items[0];
        if (!look_for_flask(p, e))
            return false;
        if (!p->flask)
            VEC_PUSH(p->arena, &p->history->assumptions,
                     str_printf(p->arena, STR_FMT "; " STR_FMT " was taken", STR_ARG(why),
                                STR_ARG(p->script.length ? p->script : STR("."))));
        return true;
    }
    refuse(p,
           str_printf(p->arena, "Alembic in " STR_FMT ": " STR_FMT "%s", STR_ARG(root),
                      STR_ARG(why), found.count ? ", and several directories could be meant" : ""),
           "set script_location of this set in .hookcheck.json\nit is relative to its root");
    return true;
}

static bool use_own_settings(struct alembic_place *p, struct err *e)
{
    enum tree_entry_kind kind;
    struct str path;

    if (!alembic_settings_read(p->arena, p->tree, p->set->root, STR("alembic"), &p->settings, e))
        return false;
    if (p->settings.refused.length)
        return true;
    if (p->set->root.length &&
        (!tree_exists(p->tree, p->arena, p->set->root, &kind) || kind != TREE_DIRECTORY)) {
        refuse(p,
               str_printf(p->arena,
                          "the root \"" STR_FMT "\" of migration set " STR_FMT " is not there",
                          STR_ARG(p->set->root), STR_ARG(p->set->name)),
               "correct root of this migration set in .hookcheck.json");
        return true;
    }
    if (!p->settings.script_location.length)
        return use_only_script(p, STR("no script_location was written"), e);
    if (alembic_locate(p->arena, p->tree, p->set->root, p->settings.script_location, &path,
                       &p->from_root) == LOCATION_FOUND) {
        p->script = path;
        return true;
    }
    /* "/app/alembic" is where the container has it. */
    struct str why =
        str_printf(p->arena, "script_location \"" STR_FMT "\" is no directory of the repository",
                   STR_ARG(shown(p->arena, p->settings.script_location)));
    return use_only_script(p, why, e);
}

static void add_version_location(struct alembic_place *p, struct str written)
{
    struct str path;
    bool from_root;
    struct str base = p->flask ? p->script : p->set->root;

    switch (alembic_locate(p->arena, p->tree, base, written, &path, &from_root)) {
    case LOCATION_FOUND:
        strs_add(p->arena, &p->history->versions, path);
        return;
    case LOCATION_ABSENT:
        /* Alembic passes over it without a word. */
        VEC_PUSH(p->arena, &p->history->assumptions,
                 str_printf(p->arena,
                            "version location " STR_FMT " does not exist; Alembic passes over it",
                            STR_ARG(shown(p->arena, written))));
        return;
    case LOCATION_OUTSIDE:
        break;
    }
    refuse(p,
           str_printf(p->arena, "version location \"" STR_FMT "\" lies outside the repository",
                      STR_ARG(shown(p->arena, written))),
           "set versions of this migration set in .hookcheck.json");
}

/* What lies in directories below the usual versions/: read when a program says so, else said. */
static bool look_below(struct alembic_place *p, bool *ret_recursive, struct err *e)
{
    struct history *history = p->history;
    bool usual = !p->set->versions.count && !p->settings.version_locations.count &&
                 history->versions.count == 1;
    struct alembic_nested nested;

    *ret_recursive = p->set->recursive_set ? p->set->recursive : p->settings.recursive;
    if (!usual || *ret_recursive || p->set->recursive_set || history->problems.count)
        return true;
    struct str versions = history->versions.items[0];
    if (!alembic_find_nested(p->arena, p->tree, p->script, p->set->root, versions, &nested, e))
        return false;
    if (nested.program.length)
        VEC_PUSH(p->arena, &history->assumptions,
                 str_printf(p->arena,
                            STR_FMT " sets version_locations: the directories below " STR_FMT
                                    " were read too",
                            STR_ARG(nested.program), STR_ARG(versions)));
    else if (nested.revision.length)
        VEC_PUSH(p->arena, &history->assumptions,
                 str_printf(p->arena,
                            STR_FMT " was not read: Alembic passes over directories below " STR_FMT
                                    " unless recursive_version_locations is true",
                            STR_ARG(nested.revision), STR_ARG(versions)));
    *ret_recursive = nested.program.length > 0;
    return true;
}

static void find_versions(struct alembic_place *p)
{
    struct history *history = p->history;
    enum tree_entry_kind kind;
    struct str path;

    for (size_t i = 0; i < p->set->versions.count; i++) {
        struct str written = p->set->versions.items[i];
        if (tree_path_join(p->arena, p->set->root, written, &path) &&
            tree_exists(p->tree, p->arena, path, &kind) && kind == TREE_DIRECTORY)
            strs_add(p->arena, &history->versions, path);
        else
            refuse(p,
                   str_printf(p->arena,
                              "versions directory \"" STR_FMT "\" does not exist in \"" STR_FMT
                              "\"",
                              STR_ARG(written), STR_ARG(p->set->root)),
                   "correct versions of this migration set in .hookcheck.json");
    }
    if (p->set->versions.count)
        return;
    for (size_t i = 0; i < p->settings.version_locations.count; i++)
        add_version_location(p, p->settings.version_locations.items[i]);
    if (p->settings.version_locations.count || history->problems.count)
        return;
    if (!tree_path_join(p->arena, p->script, STR("versions"), &path))
        path = STR("versions");
    VEC_PUSH(p->arena, &history->versions, path);
    if (!tree_exists(p->tree, p->arena, path, &kind) || kind != TREE_DIRECTORY)
        VEC_PUSH(p->arena, &history->assumptions,
                 str_printf(p->arena, STR_FMT " does not exist: no revisions", STR_ARG(path)));
}

/* The tool with its settings named, started where it wants to be started. */
static struct str command(struct alembic_place *p, const char *alembic, const char *flask)
{
    struct str section = STR_NONE;

    if (!str_eq(p->settings.section, STR("alembic")))
        section = str_printf(p->arena, " -n " STR_FMT,
                             STR_ARG(shell_shown(p->arena, p->settings.section)));
    struct str settings = shell_shown(
        p->arena, path_below(p->arena, p->set->root,
                             str_from(p->settings.has_ini ? "alembic.ini" : "pyproject.toml")));
    if (p->from_root)
        return str_printf(p->arena, "alembic -c " STR_FMT STR_FMT " %s", STR_ARG(settings),
                          STR_ARG(section), alembic);
    return shell_command_in(
        p->arena, p->set->root,
        p->flask ? str_printf(p->arena, "flask db %s", flask)
                 : str_printf(p->arena, "alembic" STR_FMT " %s", STR_ARG(section), alembic));
}

static bool read_script_directory(struct alembic_place *p, struct err *e)
{
    struct history *history = p->history;
    bool recursive;
    struct str env;

    find_versions(p);
    if (!look_below(p, &recursive, e))
        return false;
    if (!tree_path_join(p->arena, p->script, STR("env.py"), &env))
        env = STR("env.py");
    if (!alembic_read_env(p->arena, p->tree, &p->settings, p->set, env, history, e) ||
        !alembic_read_revisions(p->arena, p->tree, recursive, history, e))
        return false;
    struct graph_commands commands = {
        .refused = p->flask ? STR("flask db upgrade") : STR("alembic upgrade head"),
        .merge = command(p, "merge heads -m \"merge heads\"", "merge -m \"merge heads\" heads"),
    };
    history->merge_command = commands.merge;
    graph_build(p->arena, history, &commands);
    return true;
}

bool alembic_load(struct arena *arena, struct tree *tree, const struct config_migrations *set,
                  struct history *history, struct err *e)
{
    struct alembic_place place = {.arena = arena, .tree = tree, .set = set, .history = history};

    history->table = STR("alembic_version");
    place.settings.section = STR("alembic");
    if (set->script_location.length ? !use_configured_location(&place, e)
                                    : !use_own_settings(&place, e))
        return false;
    if (place.settings.refused.length)
        refuse(&place, place.settings.refused, "correct the file: Alembic refuses to run");
    /* With directories given by hand, Alembic's own settings are not needed. */
    if (set->versions.count && history->problems.count)
        history->problems.count = 0;
    if (history->problems.count == 0 && !read_script_directory(&place, e))
        return false;
    if (set->table.length || set->schema.length)
        history->table_assumed = false;
    if (set->table.length)
        history->table = set->table;
    if (set->schema.length)
        history->schema = set->schema;
    bool several = history->heads.count > 1;
    history->upgrade_command = command(&place, several ? "upgrade heads" : "upgrade head",
                                       several ? "upgrade heads" : "upgrade");
    return true;
}
