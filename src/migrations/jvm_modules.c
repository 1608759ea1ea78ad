#include "migrations/jvm_modules.h"

#include "base/file.h"
#include "migrations/id_map.h"
#include "migrations/tracker.h"

#define BUILD_FILE_MAX ((size_t)256 << 10)
#define MODULES_MAX 5000u
#define NESTING_MAX 10u

struct gradle_build {
    struct str root, settings;
};
VEC_DEFINE(gradle_builds, struct gradle_build);

struct reading {
    struct arena *arena;
    struct tree *tree;
    struct jvm_build *build;
    bool maven;
};

static void note(struct reading *r, struct str file, const char *what)
{
    strs_add(r->arena, &r->build->notes,
             str_printf(r->arena, "modules of the build may be missing: " STR_FMT " %s",
                        STR_ARG(file), what));
}

static bool read_file(struct reading *r, struct str directory, const char *name, struct str *ret)
{
    struct err unread = ERR_NONE; /* whose migrations they are is then told by other signs */
    struct str path = path_below(r->arena, directory, str_from(name));
    bool whole;

    if (!tree_read_start(r->tree, r->arena, path, BUILD_FILE_MAX, ret, &whole, &unread))
        return false;
    if (!whole)
        note(r, path, "is too long to be read to its end");
    return true;
}

/* Without its comments. */
static bool read_gradle(struct reading *r, struct str directory, const char *groovy,
                        const char *kotlin, struct str *ret)
{
    struct str text;

    if (!read_file(r, directory, groovy, &text) && !read_file(r, directory, kotlin, &text))
        return false;
    *ret = jvm_without_comments(r->arena, text);
    return true;
}

/* The next match in what is left of the text, which goes on behind it. */
static bool next(struct reading *r, struct str file, const char *pattern, struct str *rest,
                 struct str *groups, size_t count)
{
    struct err bad = ERR_NONE;

    for (size_t i = 0; i < count; i++)
        groups[i] = STR_NONE;
    if (!tracker_regex_matches(str_from(pattern), *rest, groups, count, &bad) ||
        !groups[0].length) {
        if (err_is_set(&bad))
            note(r, file, "is too tangled to be read to its end");
        return false;
    }
    *rest = str_from_offset(*rest, (size_t)(groups[0].bytes - rest->bytes) + groups[0].length);
    return true;
}

static bool add_module(struct reading *r, struct str from, struct jvm_module module)
{
    if (r->build->modules.count >= MODULES_MAX) {
        note(r, from, "has more than are looked at");
        return false;
    }
    VEC_PUSH(r->arena, &r->build->modules, module);
    return true;
}

/* --- Gradle. --- */

static struct str with_slashes(struct arena *arena, struct str name)
{
    char *bytes = str_c(arena, name);

    for (size_t i = 0; i < name.length; i++)
        if (bytes[i] == ':')
            bytes[i] = '/';
    return str_trim_bytes(str_of(bytes, name.length), "/");
}

/* ":libs:billing-core" and projects.libs.billingCore are one; builds have names of their own. */
static struct str project_name(struct arena *arena, struct str root, struct str name)
{
    char *bytes = str_c(arena, str_trim_bytes(name, ":"));
    size_t length = 0;

    for (size_t i = 0; bytes[i]; i++)
        if (bytes[i] != '-' && bytes[i] != '_')
            bytes[length++] = bytes[i] == ':' ? '.' : bytes[i];
    return str_printf(arena, STR_FMT "/:" STR_FMT, STR_ARG(root),
                      STR_ARG(str_lower(arena, str_of(bytes, length))));
}

/* "com.acme:billing" is a module "billing" of an included build. */
static struct str artifact_name(struct arena *arena, struct str name)
{
    return str_printf(arena, "::" STR_FMT, STR_ARG(name));
}

static struct str settings_file(struct reading *r, const struct gradle_build *build)
{
    return path_below(r->arena, build->root, STR("settings.gradle"));
}

static void add_included(struct reading *r, const struct gradle_build *build, bool outer)
{
    struct str groups[2], rest = build->settings, file = settings_file(r, build);
    struct str own =
        next(r, file, "\\brootProject\\.name\\s*=\\s*[\"']([\\w.-]{1,200})[\"']", &rest, groups, 2)
            ? groups[1]
            : path_base_name(build->root);

    (void)add_module(
        r, file,
        (struct jvm_module){.directory = build->root,
                            .name = project_name(r->arena, build->root, STR("")),
                            .artifact = outer ? STR("") : artifact_name(r->arena, own)});
    rest = build->settings;
    while (next(r, file,
                "(?m)(?:(?:^|[;{])[ \\t]*include\\b|\\G)(?:[\\s,(\\[]|\\*?(?:arrayOf|listOf)\\()*"
                "[\"']([\\w:./-]{1,200})[\"']",
                &rest, groups, 2)) {
        struct str path = with_slashes(r->arena, groups[1]), directory;
        if (tree_path_join(r->arena, build->root, path, &directory) &&
            !add_module(
                r, file,
                (struct jvm_module){
                    .directory = directory,
                    .name = project_name(r->arena, build->root, groups[1]),
                    .artifact = outer ? STR("") : artifact_name(r->arena, path_base_name(path))}))
            return;
    }
}

static void move_modules(struct reading *r, const struct gradle_build *build, size_t first)
{
    struct str groups[3], rest = build->settings;
    struct id_map names = id_map_new(r->arena, r->build->modules.count + 1);
    size_t at;

    for (size_t i = first; i < r->build->modules.count; i++)
        (void)id_map_add(&names, r->build->modules.items[i].name, i, &at);
    while (next(r, settings_file(r, build),
                "project\\(\\s*[\"']:?([\\w:-]{1,200})[\"']\\s*\\)\\.projectDir\\s*=[^\"'\\n]{0,80}"
                "[\"']([\\w./-]{1,200})[\"']",
                &rest, groups, 3)) {
        struct str directory;
        if (id_map_get(&names, project_name(r->arena, build->root, groups[1]), &at) &&
            tree_path_join(r->arena, build->root, groups[2], &directory))
            r->build->modules.items[at].directory = directory;
    }
}

static bool runs_with(struct str configuration)
{
    static const char *const words[] = {"implementation", "api",         "compile",
                                        "runtime",        "runtimeOnly", NULL};

    return str_is_one_of(configuration, words);
}

static void read_gradle_module(struct reading *r, const struct gradle_build *build,
                               struct jvm_module *module)
{
    struct str text, rest, groups[5], configuration = STR("");
    struct err ignored = ERR_NONE;

    if (!read_gradle(r, module->directory, "build.gradle", "build.gradle.kts", &text))
        return;
    rest = text;
    /* One line may name several, the first behind the configuration's name. */
    while (next(
        r, path_below(r->arena, module->directory, STR("build.gradle")),
        "(?m)(?:(?:^|[{;])[ \\t]*(?:add\\(\\s*[\"'])?(\\w{1,60})[\"']?(?:[ \\t]*[,(]\\s*|[ \\t]+)|"
        "\\G\\s*\\)?\\s*,\\s*)(?:project\\s*\\(\\s*(?:path\\s*[:=]\\s*)?"
        "[\"']([\\w:-]{1,200})[\"']|projects\\.([\\w.]{1,200})|"
        "[\"'][\\w.-]{1,200}:([\\w.-]{1,200})(?::[^\"'\\n]{0,100})?[\"'])",
        &rest, groups, 5)) {
        configuration = groups[1].length ? groups[1] : configuration;
        if (runs_with(configuration))
            VEC_PUSH(r->arena, &module->needs,
                     groups[4].length ? artifact_name(r->arena, groups[4])
                                      : project_name(r->arena, build->root,
                                                     groups[2].length ? groups[2] : groups[3]));
    }
    module->application = tracker_regex_matches(
        STR("org\\.springframework\\.boot\\b|io\\.(?:micronaut\\.application|quarkus)\\b|"
            "(?i:\\blibs\\.plugins\\.[\\w.]{0,60}(?:spring\\.?boot|quarkus|micronaut))|"
            "(?:\\bid[ (]{1,2}|apply plugin: "
            ")[\"'](?:application|war)[\"']|(?m)^\\s*application\\b"),
        text, NULL, 0, &ignored);
}

/* The build, then those that it includes, and they. */
static void add_builds(struct reading *r, struct str root, struct str settings, size_t depth,
                       struct gradle_builds *builds)
{
    struct str groups[2], rest = settings, included, text;
    struct gradle_build build = {.root = root, .settings = settings};

    for (size_t i = 0; i < builds->count; i++)
        if (str_eq(builds->items[i].root, root))
            return;
    VEC_PUSH(r->arena, builds, build);
    while (next(r, settings_file(r, &build), "\\bincludeBuild\\b[\\s(]*[\"']([\\w./-]{1,200})[\"']",
                &rest, groups, 2)) {
        if (depth >= NESTING_MAX) {
            note(r, settings_file(r, &build), "includes builds that are nested too deep");
            return;
        }
        if (tree_path_join(r->arena, root, groups[1], &included) &&
            read_gradle(r, included, "settings.gradle", "settings.gradle.kts", &text))
            add_builds(r, included, text, depth + 1, builds);
    }
}

/* The outermost build that includes this one, with all of its own. */
static struct gradle_builds all_builds(struct reading *r, struct str root, struct str settings)
{
    struct gradle_builds builds = {0};
    struct str above = root, text;

    add_builds(r, root, settings, 0, &builds);
    while (above.length) {
        struct gradle_builds around = {0};
        above = path_parent(above);
        if (!read_gradle(r, above, "settings.gradle", "settings.gradle.kts", &text))
            continue;
        add_builds(r, above, text, 0, &around);
        for (size_t i = 0; i < around.count; i++)
            if (str_eq(around.items[i].root, root))
                builds = around;
    }
    return builds;
}

static void read_gradle_builds(struct reading *r, struct str settings)
{
    struct gradle_builds builds = all_builds(r, r->build->root, settings);

    r->build->root = builds.items[0].root;
    for (size_t i = 0; i < builds.count; i++) {
        const struct gradle_build *build = &builds.items[i];
        size_t first = r->build->modules.count;
        VEC_PUSH(r->arena, &r->build->roots, build->root);
        add_included(r, build, i == 0);
        move_modules(r, build, first);
        for (size_t j = first; j < r->build->modules.count; j++)
            read_gradle_module(r, build, &r->build->modules.items[j]);
    }
}

/* --- Maven. --- */

static struct str without(struct reading *r, struct str text, const char *element)
{
    struct str open = str_printf(r->arena, "<%s>", element);
    struct str close = str_printf(r->arena, "</%s>", element);
    size_t from = str_find(text, open), to = str_find(text, close);

    if (from == SIZE_MAX || to == SIZE_MAX || to < from)
        return text;
    return str_printf(r->arena, STR_FMT STR_FMT, STR_ARG(str_prefix(text, from)),
                      STR_ARG(str_from_offset(text, to + close.length)));
}

static void read_maven_needs(struct reading *r, struct str file, struct str own,
                             struct jvm_module *module)
{
    struct str rest = own, name[2];

    for (;;) {
        size_t from = str_find(rest, STR("<dependency>"));
        if (from == SIZE_MAX)
            return;
        rest = str_from_offset(rest, from);
        size_t to = str_find(rest, STR("</dependency>"));
        struct str inner =
            without(r, str_prefix(rest, to == SIZE_MAX ? rest.length : to), "exclusions");
        bool apart = str_contains(inner, STR("<scope>test<")) ||
                     str_contains(inner, STR("<scope>provided<")) ||
                     str_contains(inner, STR("<type>test-jar<"));
        if (!apart && next(r, file, "<artifactId>\\s*([\\w.-]{1,200})", &inner, name, 2))
            VEC_PUSH(r->arena, &module->needs, name[1]);
        rest = str_from_offset(rest, to == SIZE_MAX ? rest.length : to);
    }
}

static void read_maven_module(struct reading *r, struct str directory, size_t depth)
{
    struct str text, rest, groups[2], file = path_below(r->arena, directory, STR("pom.xml"));
    struct err ignored = ERR_NONE;

    if (depth > NESTING_MAX) {
        note(r, file, "is nested too deep");
        return;
    }
    if (!read_file(r, directory, "pom.xml", &text))
        return;
    text = jvm_without_xml_comments(r->arena, text);
    struct str own = without(r, without(r, text, "parent"), "dependencyManagement");
    size_t at = r->build->modules.count;
    rest = own;
    if (!next(r, file, "<artifactId>\\s*([\\w.-]{1,200})", &rest, groups, 2))
        groups[1] = STR("");
    if (!add_module(r, file, (struct jvm_module){.directory = directory, .name = groups[1]}))
        return;
    struct jvm_module *module = &r->build->modules.items[at];
    module->application = tracker_regex_matches(
        STR("<artifactId>(?:spring-boot|quarkus|micronaut)-maven-plugin<|<packaging>\\s*war\\b"),
        own, NULL, 0, &ignored);
    read_maven_needs(r, file, own, module);
    rest = own;
    while (next(r, file, "<module>\\s*([\\w./-]{1,200})", &rest, groups, 2)) {
        struct str below;
        if (tree_path_join(r->arena, directory, groups[1], &below))
            read_maven_module(r, below, depth + 1);
    }
}

/* --- The build. --- */

static bool has_file(struct reading *r, struct str directory, const char *name)
{
    enum tree_entry_kind kind;

    return tree_exists(r->tree, r->arena, path_below(r->arena, directory, str_from(name)), &kind) &&
           kind == TREE_FILE;
}

/* Spring's own file is beside what is run. */
static void note_applications(struct reading *r)
{
    static const char *const files[] = {"src/main/resources/config/application.properties",
                                        "src/main/resources/config/application.yml",
                                        "src/main/resources/config/application.yaml",
                                        "src/main/resources/application.properties",
                                        "src/main/resources/application.yml",
                                        "src/main/resources/application.yaml"};

    for (size_t i = 0; i < r->build->modules.count; i++)
        for (size_t j = 0; j < COUNT_OF(files); j++) {
            struct jvm_module *module = &r->build->modules.items[i];
            module->application = module->application || has_file(r, module->directory, files[j]);
        }
}

/* The nearest settings.gradle, or the outermost pom.xml with modules. */
static bool find_root(struct reading *r, struct str directory, struct str *ret_settings)
{
    struct str text;
    bool found = false;

    for (;; directory = path_parent(directory)) {
        if (read_gradle(r, directory, "settings.gradle", "settings.gradle.kts", ret_settings)) {
            r->build->root = directory;
            r->maven = false;
            return true;
        }
        if (read_file(r, directory, "pom.xml", &text) && str_contains(text, STR("<modules>"))) {
            r->build->root = directory;
            r->maven = found = true;
        }
        if (!directory.length)
            return found;
    }
}

bool jvm_build_root(struct arena *arena, struct tree *tree, struct str directory,
                    struct str *ret_root)
{
    struct jvm_build build = {0};
    struct reading r = {.arena = arena, .tree = tree, .build = &build};
    struct str settings;

    if (!find_root(&r, directory, &settings))
        return false;
    *ret_root = build.root;
    return true;
}

bool jvm_build_find(struct arena *arena, struct tree *tree, struct str directory,
                    struct jvm_build *ret_build)
{
    struct reading r = {.arena = arena, .tree = tree, .build = ret_build};
    struct str settings;

    *ret_build = (struct jvm_build){0};
    if (!find_root(&r, directory, &settings))
        return false;
    if (r.maven) {
        VEC_PUSH(arena, &ret_build->roots, ret_build->root);
        read_maven_module(&r, ret_build->root, 0);
    } else {
        read_gradle_builds(&r, settings);
    }
    note_applications(&r);
    return ret_build->modules.count > 1;
}

size_t jvm_module_of(const struct jvm_build *build, struct str directory)
{
    size_t best = SIZE_MAX;
    struct str inside;

    for (size_t i = 0; i < build->modules.count; i++) {
        struct str own = build->modules.items[i].directory;
        if (own.length && !str_eq(own, directory) && !path_relative(own, directory, &inside))
            continue;
        if (best == SIZE_MAX || own.length >= build->modules.items[best].directory.length)
            best = i;
    }
    return best;
}

void jvm_modules_needed(struct arena *arena, const struct jvm_build *build, size_t module,
                        bool *ret_needed)
{
    struct id_map names = id_map_new(arena, 2 * build->modules.count + 1);
    VEC(size_t) todo = {0};
    size_t other;

    for (size_t i = 0; i < build->modules.count; i++) {
        (void)id_map_add(&names, build->modules.items[i].name, i, &other);
        if (build->modules.items[i].artifact.length)
            (void)id_map_add(&names, build->modules.items[i].artifact, i, &other);
    }
    VEC_PUSH(arena, &todo, module);
    for (size_t i = 0; i < todo.count; i++) {
        const struct strs *needs = &build->modules.items[todo.items[i]].needs;
        for (size_t j = 0; j < needs->count; j++) {
            if (!id_map_get(&names, needs->items[j], &other) || ret_needed[other] ||
                other == module)
                continue;
            ret_needed[other] = true;
            VEC_PUSH(arena, &todo, other);
        }
    }
}
