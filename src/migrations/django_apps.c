#include <stdlib.h>

#include "base/file.h"
#include "base/words.h"
#include "migrations/detect.h"
#include "migrations/django.h"
#include "migrations/graph.h"
#include "migrations/tracker.h"

#define SETTINGS_FILE_MAX ((size_t)256 << 10)
#define BASES_MAX 16u

struct finder {
    struct arena *arena;
    struct tree *tree;
    struct python_tree *python;
    struct python_settings *settings;
    struct history *history;
    struct django_project *project;
    struct strs seen;           /* directories in which migrations were seen */
    struct setting_value moved; /* MIGRATION_MODULES */
    struct words labels, used;  /* of project->apps: their labels, their directories */
};

static void assume(struct finder *f, struct str sentence)
{
    VEC_PUSH(f->arena, &f->history->assumptions, sentence);
}

static bool is_kind(struct finder *f, struct str path, enum tree_entry_kind wanted)
{
    enum tree_entry_kind kind;

    return tree_exists(f->tree, f->arena, path, &kind) && kind == wanted;
}

/* --- Modules. --- */

static struct str slashed(struct finder *f, struct str dotted)
{
    char *path = str_c(f->arena, dotted);

    for (size_t i = 0; i < dotted.length; i++)
        if (path[i] == '.')
            path[i] = '/';
    return str_of(path, dotted.length);
}

/* sys.path begins where manage.py is; what else is on it shows in where migrations lie: "shop" in apps/shop. */
static bool find_package(struct finder *f, struct str dotted, struct str *ret_directory)
{
    struct str relative = slashed(f, dotted);
    struct str tail = str_printf(f->arena, "/" STR_FMT, STR_ARG(relative));
    struct str places[] = {
        path_below(f->arena, f->history->root, relative),
        path_below(f->arena, path_below(f->arena, f->history->root, STR("src")), relative)};

    if (!dotted.length)
        return false;
    for (size_t i = 0; i < COUNT_OF(places); i++)
        if (is_kind(f, places[i], TREE_DIRECTORY)) {
            *ret_directory = places[i];
            return true;
        }
    for (size_t i = 0; i < f->seen.count; i++) {
        struct str directory = path_parent(f->seen.items[i]);
        if (str_ends(directory, tail) || str_eq(f->seen.items[i], relative) ||
            str_ends(f->seen.items[i], tail)) {
            *ret_directory = str_ends(directory, tail) ? directory : f->seen.items[i];
            return true;
        }
    }
    return false;
}

static struct python_file *find_module(struct finder *f, struct str dotted)
{
    struct str relative = slashed(f, dotted), directory;
    struct str places[] = {f->history->root, path_below(f->arena, f->history->root, STR("src"))};

    for (size_t i = 0; i < COUNT_OF(places); i++) {
        struct str path = path_below(f->arena, places[i], relative);
        struct python_file *file =
            python_tree_file(f->python, str_printf(f->arena, STR_FMT ".py", STR_ARG(path)));
        if (!file)
            file = python_tree_file(f->python,
                                    str_printf(f->arena, STR_FMT "/__init__.py", STR_ARG(path)));
        if (file)
            return file;
    }
    size_t dot = str_find_last_byte(dotted, '.');
    if (dot == SIZE_MAX || !find_package(f, str_prefix(dotted, dot), &directory))
        return NULL;
    return python_tree_file(f->python,
                            str_printf(f->arena, STR_FMT "/" STR_FMT ".py", STR_ARG(directory),
                                       STR_ARG(str_from_offset(dotted, dot + 1))));
}

/* --- Which settings. --- */

static struct str constant_text(struct finder *f, struct python_file *file, TSNode node)
{
    struct python_constant constant =
        python_constant(f->python, (struct python_scope){.file = file}, node);

    return constant.kind == CONSTANT_STRING ? constant.text : STR_NONE;
}

/* os.environ.setdefault("DJANGO_SETTINGS_MODULE", X), .get(…, X), env(…, default=X), os.environ["…"] = X */
static struct str named_settings(struct finder *f, struct python_file *file, TSNode node)
{
    static const struct str wanted = STR_INIT("DJANGO_SETTINGS_MODULE");
    struct str found = STR_NONE;

    if (node_is(node, "call") && str_eq(constant_text(f, file, call_positional(node, 0)), wanted)) {
        TSNode by_name = call_keyword(file, node, "default");
        found =
            constant_text(f, file, ts_node_is_null(by_name) ? call_positional(node, 1) : by_name);
    } else if (node_is(node, "assignment") && node_is(node_field(node, "left"), "subscript") &&
               str_contains(node_source(file, node_field(node, "left")), wanted)) {
        found = constant_text(f, file, node_field(node, "right"));
    }
    for (uint32_t i = 0; i < ts_node_named_child_count(node) && !found.length; i++)
        found = named_settings(f, file, ts_node_named_child(node, i));
    return found;
}

/* Projects without a manage.py say it to their test runner. */
static struct str settings_of_tests(struct finder *f)
{
    static const struct str names[] = {STR_INIT("pyproject.toml"), STR_INIT("pytest.ini"),
                                       STR_INIT("setup.cfg"), STR_INIT("tox.ini")};

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct str path = path_below(f->arena, f->history->root, names[i]), text, groups[2];
        struct err closed = ERR_NONE, bad = ERR_NONE;
        bool whole;
        if (!tree_read_start(f->tree, f->arena, path, SETTINGS_FILE_MAX, &text, &whole, &closed))
            history_not_read(f->arena, f->history, &closed);
        else if (tracker_regex_matches(
                     STR("(?m)^\\s*DJANGO_SETTINGS_MODULE\\s*=\\s*[\"']?([A-Za-z0-9_.]+)"), text,
                     groups, 2, &bad))
            return groups[1];
    }
    return STR_NONE;
}

static void find_settings(struct finder *f)
{
    struct str path = path_below(f->arena, f->history->root, STR("manage.py"));
    struct python_file *manage = python_tree_file(f->python, path);
    struct str module = manage ? named_settings(f, manage, manage->root) : STR_NONE;

    if (!module.length)
        module = settings_of_tests(f);
    if (!module.length) {
        assume(f, str_printf(f->arena, "which settings Django uses is not said in " STR_FMT,
                             STR_ARG(path)));
        return;
    }
    struct python_file *file = find_module(f, module);
    if (file)
        f->project->settings = file->path;
    else
        assume(f, str_printf(f->arena, "the settings " STR_FMT " are not in this tree",
                             STR_ARG(module)));
}

/* --- Applications. --- */

struct app_config {
    struct str name, label; /* empty: not said */
    bool open;              /* said, but computed */
};

static void read_config(struct finder *f, struct python_file *file, TSNode node,
                        struct app_config *config, size_t depth)
{
    TSNode body = node_field(node, "body"), bases = node_field(node, "superclasses");
    struct python_scope scope = {.file = file, .body = body};
    const struct python_binding *name = python_binding_in(f->python, file, body, STR("name"));
    const struct python_binding *label = python_binding_in(f->python, file, body, STR("label"));

    if (name && !config->name.length) {
        config->name = python_constant(f->python, scope, name->node).text;
        config->open = config->open || !config->name.length;
    }
    if (label && !config->label.length) {
        config->label = python_constant(f->python, scope, label->node).text;
        config->open = config->open || !config->label.length;
    }
    for (uint32_t i = 0;
         depth < BASES_MAX && !ts_node_is_null(bases) && i < ts_node_named_child_count(bases);
         i++) {
        struct python_thing base = python_resolve(f->python, (struct python_scope){.file = file},
                                                  ts_node_named_child(bases, i));
        if (base.kind == THING_CLASS)
            read_config(f, base.file, base.node, config, depth + 1);
    }
}

static bool is_config_class(struct finder *f, struct python_file *file, TSNode node, size_t depth)
{
    TSNode bases = node_field(node, "superclasses");

    for (uint32_t i = 0;
         depth < BASES_MAX && !ts_node_is_null(bases) && i < ts_node_named_child_count(bases);
         i++) {
        struct python_thing base = python_resolve(f->python, (struct python_scope){.file = file},
                                                  ts_node_named_child(bases, i));
        if (base.kind == THING_FOREIGN && (str_ends(dotted_last(base.dotted), STR("Config"))))
            return true;
        if (base.kind == THING_CLASS && is_config_class(f, base.file, base.node, depth + 1))
            return true;
    }
    return false;
}

/* The AppConfig that Django itself takes from apps.py: the only one, else the one with default = True. */
static bool only_config(struct finder *f, struct str directory, struct app_config *config)
{
    struct python_file *apps =
        python_tree_file(f->python, path_below(f->arena, directory, STR("apps.py")));
    TSNode only = node_null(), chosen = node_null();
    size_t count = 0;

    for (size_t i = 0; apps && i < apps->bindings.count; i++) {
        TSNode node = apps->bindings.items[i].node;
        if (apps->bindings.items[i].kind != BINDING_CLASS || !is_config_class(f, apps, node, 0))
            continue;
        const struct python_binding *def =
            python_binding_in(f->python, apps, node_field(node, "body"), STR("default"));
        if (def && node_is(def->node, "false"))
            continue;
        if (def && node_is(def->node, "true"))
            chosen = node;
        only = node;
        count++;
    }
    if (ts_node_is_null(chosen) && count == 1)
        chosen = only;
    if (ts_node_is_null(chosen))
        return false;
    read_config(f, apps, chosen, config, 0);
    return true;
}

static const struct setting_pair *moved_to(const struct finder *f, struct str label)
{
    for (size_t i = 0; i < f->moved.pairs.count; i++)
        if (str_eq(f->moved.pairs.items[i].key, label))
            return &f->moved.pairs.items[i];
    return NULL;
}

/* A directory without __init__.py is no package to Django, and its application has no migrations. */
static struct str usable_versions(struct finder *f, struct str versions)
{
    if (!is_kind(f, versions, TREE_DIRECTORY))
        return STR_NONE;
    if (is_kind(f, path_below(f->arena, versions, STR("__init__.py")), TREE_FILE))
        return versions;
    assume(f, str_printf(f->arena, STR_FMT " has no __init__.py: Django does not see it",
                         STR_ARG(versions)));
    return STR_NONE;
}

/* `directory`: of the package; NULL: it is not in the tree. */
static void add_app(struct finder *f, struct str label, const struct str *directory)
{
    const struct setting_pair *moved = moved_to(f, label);
    struct django_app app = {.label = label};
    struct str versions;

    app.elsewhere = moved && !moved->none && !find_package(f, moved->text, &versions);
    if (moved && !moved->none && !app.elsewhere)
        app.versions = usable_versions(f, versions);
    else if (!moved && directory)
        app.versions = usable_versions(f, path_below(f->arena, *directory, STR("migrations")));
    if (!directory && !app.versions.length) {
        strs_add(f->arena, &f->project->external, label);
        return;
    }
    bool fresh = words_add(&f->labels, label);
    for (size_t i = 0; i < f->project->apps.count && !fresh; i++) {
        struct django_app *other = &f->project->apps.items[i];
        if (!str_eq(other->label, label))
            continue;
        if (!str_eq(other->versions, app.versions))
            VEC_PUSH(f->arena, &f->history->problems,
                     (struct history_problem){
                         .code = REASON_BROKEN_HISTORY,
                         .message = str_printf(
                             f->arena,
                             "two applications have the label " STR_FMT ", in " STR_FMT
                             " and " STR_FMT ": Django refuses to start",
                             STR_ARG(label), STR_ARG(other->versions), STR_ARG(app.versions)),
                         .hint = STR("give one of them another label in its apps.py")});
        return;
    }
    (void)words_add(&f->used, app.versions);
    VEC_PUSH(f->arena, &f->project->apps, app);
}

static void add_config(struct finder *f, const struct app_config *config, struct str name)
{
    struct str directory;
    struct str label = config->label.length ? config->label : dotted_last(name);

    if (config->open)
        f->project->open = true;
    if (find_package(f, name, &directory))
        add_app(f, label, &directory);
    else
        add_app(f, label, NULL);
}

/* "blog", "blog.apps.BlogConfig", "django.contrib.auth" */
static void add_entry(struct finder *f, struct str entry)
{
    struct app_config config = {0};
    struct str directory, module = entry;
    size_t dot = str_find_last_byte(entry, '.');

    if (find_package(f, entry, &directory)) {
        (void)only_config(f, directory, &config);
        add_config(f, &config, config.name.length ? config.name : entry);
        return;
    }
    if (dot != SIZE_MAX) {
        struct python_file *file = find_module(f, str_prefix(entry, dot));
        struct python_thing class =
            file ? python_resolve_name(f->python, (struct python_scope){.file = file},
                                       str_from_offset(entry, dot + 1))
                 : (struct python_thing){.kind = THING_UNKNOWN};
        if (class.kind == THING_CLASS) {
            read_config(f, class.file, class.node, &config, 0);
            add_config(f, &config, config.name.length ? config.name : str_prefix(entry, dot));
            return;
        }
    }
    /* Of a package: its own label may differ from the last word of its name, and only running it would tell. */
    size_t apps = str_find(entry, STR(".apps."));
    if (apps != SIZE_MAX)
        module = str_prefix(entry, apps);
    add_app(f, dotted_last(module), NULL);
}

/* --- Directories that belong to no installed application. --- */

static bool is_used(const struct finder *f, struct str directory)
{
    return words_have(&f->used, directory);
}

static void add_seen(struct finder *f)
{
    for (size_t i = 0; i < f->seen.count; i++) {
        struct str directory = path_parent(f->seen.items[i]);
        struct app_config config = {0};
        if (is_used(f, f->seen.items[i]))
            continue;
        (void)only_config(f, directory, &config);
        struct str label = config.label.length  ? config.label
                           : config.name.length ? dotted_last(config.name)
                           : directory.length   ? path_base_name(directory)
                                                : f->history->set;
        if (!f->project->open) {
            if (!words_have(&f->labels, label) && !strs_have(&f->project->external, label))
                strs_add(f->arena, &f->project->absent, label);
            assume(f, str_printf(f->arena,
                                 STR_FMT " belongs to no application in INSTALLED_APPS of " STR_FMT
                                         ": Django does not see it",
                                 STR_ARG(f->seen.items[i]), STR_ARG(f->project->settings)));
            continue;
        }
        add_app(f, label, &directory);
    }
}

static int compare_apps(const void *a, const void *b)
{
    const struct django_app *left = a, *right = b;

    return str_compare(left->label, right->label);
}

bool django_project_read(struct arena *arena, struct tree *tree, struct python_tree *python,
                         struct python_settings *settings, struct history *history,
                         struct django_project *ret_project, struct err *e)
{
    struct django_project project = {.open = true};
    struct finder f = {.arena = arena,
                       .tree = tree,
                       .python = python,
                       .settings = settings,
                       .history = history,
                       .project = &project,
                       .labels = {.arena = arena},
                       .used = {.arena = arena},
                       .seen = history->versions};

    find_settings(&f);
    if (project.settings.length) {
        struct setting_value installed =
            python_setting(settings, project.settings, STR("INSTALLED_APPS"));
        f.moved = python_setting(settings, project.settings, STR("MIGRATION_MODULES"));
        project.open = installed.kind != SETTING_LIST || installed.open;
        for (size_t i = 0; i < installed.items.count; i++)
            add_entry(&f, installed.items.items[i]);
        if (f.moved.kind == SETTING_OPAQUE || f.moved.open)
            assume(&f, str_printf(arena,
                                  "MIGRATION_MODULES in " STR_FMT " is computed: what it "
                                  "moves was looked for where it usually is",
                                  STR_ARG(project.settings)));
    }
    if (project.open)
        assume(&f, STR("INSTALLED_APPS could not be read whole: every application with migrations "
                       "in this tree was taken for installed"));
    add_seen(&f);
    if (project.apps.count)
        qsort(project.apps.items, project.apps.count, sizeof project.apps.items[0], compare_apps);
    *ret_project = project;
    return !err_is_set(e);
}
