#include "migrations/jvm_modules.h"

#include "base/file.h"
#include "migrations/id_map.h"
#include "migrations/tracker.h"

#define BUILD_FILE_MAX ((size_t)256 << 10)
#define MODULES_MAX 5000u
#define MATCHES_MAX 2000u
#define NESTING_MAX 10u

struct reading {
    struct arena *arena;
    struct tree *tree;
    struct jvm_build *build;
    bool maven;
};

static bool read_file(struct reading *r, struct str directory, const char *name, struct str *ret)
{
    struct err unread = ERR_NONE; /* whose migrations they are is then told by other signs */
    bool whole;

    return tree_read_start(r->tree, r->arena, path_below(r->arena, directory, str_from(name)),
                           BUILD_FILE_MAX, ret, &whole, &unread);
}

static bool read_gradle(struct reading *r, struct str directory, const char *groovy,
                        const char *kotlin, struct str *ret)
{
    return read_file(r, directory, groovy, ret) || read_file(r, directory, kotlin, ret);
}

/* The next match in what is left of the text, which goes on behind it. */
static bool next(const char *pattern, struct str *rest, struct str *groups, size_t count)
{
    struct err ignored = ERR_NONE;

    for (size_t i = 0; i < count; i++)
        groups[i] = STR_NONE;
    if (!tracker_regex_matches(str_from(pattern), *rest, groups, count, &ignored) ||
        !groups[0].length)
        return false;
    *rest = str_from_offset(*rest, (size_t)(groups[0].bytes - rest->bytes) + groups[0].length);
    return true;
}

static void add_module(struct reading *r, struct str directory, struct str name)
{
    if (r->build->modules.count < MODULES_MAX)
        VEC_PUSH(r->arena, &r->build->modules,
                 (struct jvm_module){.directory = directory, .name = name});
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

/* ":libs:billing-core" and projects.libs.billingCore are one. */
static struct str plain_name(struct arena *arena, struct str name)
{
    char *bytes = str_c(arena, str_trim_bytes(name, ":"));
    size_t length = 0;

    for (size_t i = 0; bytes[i]; i++)
        if (bytes[i] != '-' && bytes[i] != '_')
            bytes[length++] = bytes[i] == ':' ? '.' : bytes[i];
    return str_lower(arena, str_of(bytes, length));
}

static void add_included(struct reading *r, struct str settings)
{
    struct str groups[2], rest = settings;

    add_module(r, r->build->root, STR(""));
    for (size_t i = 0; i < MATCHES_MAX; i++) {
        if (!next("(?m)(?:^[ \\t]*include\\b|\\G)[\\s,(]{0,200}[\"']([\\w:./-]{1,200})[\"']", &rest,
                  groups, 2))
            break;
        struct str directory;
        if (tree_path_join(r->arena, r->build->root, with_slashes(r->arena, groups[1]), &directory))
            add_module(r, directory, plain_name(r->arena, groups[1]));
    }
}

static void move_modules(struct reading *r, struct str settings)
{
    struct str groups[3], rest = settings;

    for (size_t i = 0; i < MATCHES_MAX; i++) {
        if (!next(
                "project\\(\\s*[\"']:?([\\w:-]{1,200})[\"']\\s*\\)\\.projectDir\\s*=[^\"'\\n]{0,80}"
                "[\"']([\\w./-]{1,200})[\"']",
                &rest, groups, 3))
            break;
        struct str name = plain_name(r->arena, groups[1]), directory;
        for (size_t j = 0; j < r->build->modules.count; j++)
            if (str_eq(r->build->modules.items[j].name, name) &&
                tree_path_join(r->arena, r->build->root, groups[2], &directory))
                r->build->modules.items[j].directory = directory;
    }
}

static bool runs_with(struct str configuration)
{
    static const char *const words[] = {"implementation", "api",         "compile",
                                        "runtime",        "runtimeOnly", NULL};

    return str_is_one_of(configuration, words);
}

static void read_gradle_module(struct reading *r, struct jvm_module *module)
{
    struct str text, rest, groups[4];
    struct err ignored = ERR_NONE;

    if (!read_gradle(r, module->directory, "build.gradle", "build.gradle.kts", &text))
        return;
    rest = text;
    for (size_t i = 0; i < MATCHES_MAX; i++) {
        if (!next("(?m)(?:^|[{;])[ \\t]*(?:add\\(\\s*[\"'])?(\\w{1,60})[\"']?[ "
                  "\\t,(]{1,20}(?:project\\s*\\(\\s*"
                  "(?:path\\s*[:=]\\s*)?[\"']([\\w:-]{1,200})[\"']|projects\\.([\\w.]{1,200}))",
                  &rest, groups, 4))
            break;
        if (runs_with(groups[1]))
            VEC_PUSH(r->arena, &module->needs,
                     plain_name(r->arena, groups[2].length ? groups[2] : groups[3]));
    }
    module->application = tracker_regex_matches(
        STR("org\\.springframework\\.boot\\b|io\\.(?:micronaut\\.application|quarkus)\\b|"
            "(?i:\\blibs\\.plugins\\.[\\w.]{0,60}(?:spring\\.?boot|quarkus|micronaut))|"
            "(?:\\bid[ (]{1,2}|apply plugin: "
            ")[\"'](?:application|war)[\"']|(?m)^\\s*application\\b"),
        text, NULL, 0, &ignored);
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

static void read_maven_module(struct reading *r, struct str directory, size_t depth)
{
    struct str text, rest, groups[2];
    struct err ignored = ERR_NONE;

    if (depth > NESTING_MAX || r->build->modules.count >= MODULES_MAX ||
        !read_file(r, directory, "pom.xml", &text))
        return;
    struct str own = without(r, without(r, text, "parent"), "dependencyManagement");
    size_t at = r->build->modules.count;
    rest = own;
    add_module(r, directory,
               next("<artifactId>\\s*([\\w.-]{1,200})", &rest, groups, 2) ? groups[1] : STR(""));
    struct jvm_module *module = &r->build->modules.items[at];
    module->application = tracker_regex_matches(
        STR("<artifactId>(?:spring-boot|quarkus|micronaut)-maven-plugin<|<packaging>\\s*war\\b"),
        own, NULL, 0, &ignored);
    rest = own;
    for (size_t i = 0; i < MATCHES_MAX; i++) {
        if (!next("(?s)<dependency>(.{1,1500}?)</dependency>", &rest, groups, 2))
            break;
        struct str inner = groups[1], name[2];
        bool apart = str_contains(inner, STR("<scope>test<")) ||
                     str_contains(inner, STR("<scope>provided<")) ||
                     str_contains(inner, STR("<type>test-jar<"));
        if (!apart && next("<artifactId>\\s*([\\w.-]{1,200})", &inner, name, 2))
            VEC_PUSH(r->arena, &module->needs, name[1]);
    }
    rest = own;
    for (size_t i = 0; i < MATCHES_MAX; i++) {
        struct str below;
        if (!next("<module>\\s*([\\w./-]{1,200})", &rest, groups, 2))
            break;
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

bool jvm_build_find(struct arena *arena, struct tree *tree, struct str directory,
                    struct jvm_build *ret_build)
{
    struct reading r = {.arena = arena, .tree = tree, .build = ret_build};
    struct str settings;

    *ret_build = (struct jvm_build){0};
    if (!find_root(&r, directory, &settings))
        return false;
    if (r.maven) {
        read_maven_module(&r, ret_build->root, 0);
    } else {
        add_included(&r, settings);
        move_modules(&r, settings);
        for (size_t i = 0; i < ret_build->modules.count; i++)
            read_gradle_module(&r, &ret_build->modules.items[i]);
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
    struct id_map names = id_map_new(arena, build->modules.count + 1);
    VEC(size_t) todo = {0};
    size_t other;

    for (size_t i = 0; i < build->modules.count; i++)
        (void)id_map_add(&names, build->modules.items[i].name, i, &other);
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
