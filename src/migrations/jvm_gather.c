/* jvm_gather.c -- migrations of libraries are their applications': who depends on a module runs what it has on the class path. */
#include "base/file.h"
#include "migrations/jvm_modules.h"
#include "migrations/tracker.h"

struct known_build {
    struct jvm_build build;
    bool **needed; /* of each module, where it was asked for */
};

struct gathering {
    struct arena *arena;
    struct tree *tree;
    VEC(struct known_build) builds;
    struct config_migrations_list sets;
};

/* Builds are few, and each is read once. */
static struct known_build *build_of(struct gathering *g, struct str directory)
{
    struct known_build known = {0};
    struct str root;

    if (!jvm_build_root(g->arena, g->tree, directory, &root))
        return NULL;
    for (size_t i = 0; i < g->builds.count; i++)
        if (strs_have(&g->builds.items[i].build.roots, root))
            return &g->builds.items[i];
    if (!jvm_build_find(g->arena, g->tree, directory, &known.build))
        return NULL;
    known.needed = ARENA_ARRAY(g->arena, known.build.modules.count + 1, bool *);
    VEC_PUSH(g->arena, &g->builds, known);
    return &VEC_LAST(&g->builds);
}

static const bool *needed_by(struct gathering *g, struct known_build *known, size_t module)
{
    if (!known->needed[module]) {
        known->needed[module] = ARENA_ARRAY(g->arena, known->build.modules.count + 1, bool);
        jvm_modules_needed(g->arena, &known->build, module, known->needed[module]);
    }
    return known->needed[module];
}

static void tell(struct gathering *g, const struct known_build *known,
                 struct config_migrations *set)
{
    for (size_t i = 0; i < known->build.notes.count; i++)
        strs_add(g->arena, &set->notes, known->build.notes.items[i]);
}

static void fill_class_path(struct gathering *g, struct known_build *known, size_t module,
                            struct config_migrations *set)
{
    const bool *needed = needed_by(g, known, module);

    set->class_path = (struct strs){0};
    tell(g, known, set);
    for (size_t i = 0; i < known->build.modules.count; i++)
        if (needed[i])
            VEC_PUSH(g->arena, &set->class_path, known->build.modules.items[i].directory);
}

/* The tool's own file, or its plugin, runs the module's migrations alone. */
static bool has_own_run(struct gathering *g, const struct config_migrations *set)
{
    static const char *const files[] = {
        "flyway.conf",      "flyway.toml",          "conf/flyway.conf",
        "conf/flyway.toml", "liquibase.properties", "src/main/resources/liquibase.properties"};
    static const char *const builds[] = {"build.gradle", "build.gradle.kts", "pom.xml"};
    enum tree_entry_kind kind;

    for (size_t i = 0; i < COUNT_OF(files); i++)
        if (tree_exists(g->tree, g->arena, path_join(g->arena, set->root, str_from(files[i])),
                        &kind))
            return true;
    for (size_t i = 0; i < COUNT_OF(builds); i++) {
        struct err ignored = ERR_NONE;
        struct str text;
        bool whole;
        if (tree_read_start(g->tree, g->arena, path_join(g->arena, set->root, str_from(builds[i])),
                            (size_t)256 << 10, &text, &whole, &ignored) &&
            tracker_regex_matches(STR("org\\.flywaydb\\.flyway\\b|\\borg\\.liquibase\\.gradle\\b|"
                                      "<artifactId>(?:flyway|liquibase)-maven-plugin<|"
                                      "(?m)^\\s*(?:flyway|liquibase)\\s*\\{"),
                                  text, NULL, 0, &ignored))
            return true;
    }
    return false;
}

static void add_for(struct gathering *g, struct known_build *known, size_t application,
                    const struct config_migrations *set)
{
    struct config_migrations moved = {
        .tracker = set->tracker,
        .row = set->row,
        .root = known->build.modules.items[application].directory,
    };

    for (size_t i = 0; i < g->sets.count; i++)
        if (g->sets.items[i].row == set->row && str_eq(g->sets.items[i].root, moved.root))
            return;
    fill_class_path(g, known, application, &moved);
    VEC_PUSH(g->arena, &g->sets, moved);
}

/* False: no application of the build has the module on its class path. */
static bool move_to_applications(struct gathering *g, struct known_build *known, size_t module,
                                 const struct config_migrations *set)
{
    bool moved = false;

    for (size_t i = 0; i < known->build.modules.count; i++) {
        if (i == module || !known->build.modules.items[i].application ||
            !needed_by(g, known, i)[module])
            continue;
        add_for(g, known, i, set);
        moved = true;
    }
    return moved;
}

static void take(struct gathering *g, struct config_migrations set)
{
    struct known_build *known = set.row && set.row->unit.class_path ? build_of(g, set.root) : NULL;
    size_t module = known ? jvm_module_of(&known->build, set.root) : SIZE_MAX;

    if (known)
        tell(g, known, &set);
    if (module == SIZE_MAX) {
        VEC_PUSH(g->arena, &g->sets, set);
        return;
    }
    const struct jvm_module *own = &known->build.modules.items[module];
    struct str resources = path_join(g->arena, own->directory, STR("src/main/resources")), inside;
    if (str_eq(resources, set.root) || path_relative(resources, set.root, &inside))
        set.root = own->directory; /* no file of the module's speaks of the tool */
    bool whole = str_eq(own->directory, set.root);
    if (!own->application && !(whole && has_own_run(g, &set)) &&
        move_to_applications(g, known, module, &set))
        return;
    for (size_t i = 0; i < g->sets.count; i++)
        if (g->sets.items[i].row == set.row && str_eq(g->sets.items[i].root, set.root))
            return; /* a library's migrations came first */
    if (whole)
        fill_class_path(g, known, module, &set);
    VEC_PUSH(g->arena, &g->sets, set);
}

void jvm_class_path(struct arena *arena, struct tree *tree, struct config_migrations_list *sets)
{
    struct gathering gathering = {.arena = arena, .tree = tree};

    for (size_t i = 0; i < sets->count; i++) {
        struct config_migrations *set = &sets->items[i];
        struct known_build *known = set->row && set->row->unit.class_path && !set->versions.count
                                        ? build_of(&gathering, set->root)
                                        : NULL;
        size_t module = known ? jvm_module_of(&known->build, set->root) : SIZE_MAX;
        if (module != SIZE_MAX && str_eq(known->build.modules.items[module].directory, set->root))
            fill_class_path(&gathering, known, module, set);
    }
}

void jvm_gather(struct arena *arena, struct tree *tree, struct config_migrations_list *sets)
{
    struct gathering gathering = {.arena = arena, .tree = tree};
    bool any = false;

    for (size_t i = 0; i < sets->count; i++)
        any = any || (sets->items[i].row && sets->items[i].row->unit.class_path);
    for (size_t i = 0; any && i < sets->count; i++)
        take(&gathering, sets->items[i]);
    if (any)
        *sets = gathering.sets;
}
