/* jvm_application.c -- what applications (Spring Boot, Quarkus, Micronaut) and commands say of a tool of the Java world. */
#include <stdlib.h>

#include "base/file.h"
#include "migrations/commands.h"
#include "migrations/environments.h"
#include "migrations/jvm_reading.h"
#include "migrations/tracker.h"
#include "readers/properties.h"

#define NESTING_MAX 8u
#define MATCHES_MAX 50u

struct application {
    struct settings_reading *r;
    struct str path;
    bool of_production; /* what only production has is being read */
};

/* --- Values. --- */

/* "${TABLE:done}": the variable, else the default; false: neither is known. */
static bool expand(struct settings_reading *r, struct str value, struct str *ret_value)
{
    struct str trimmed = str_trim(value);

    *ret_value = value;
    if (!str_starts(trimmed, STR("${")) || !str_ends(trimmed, STR("}")) ||
        str_find_byte(trimmed, '}') != trimmed.length - 1)
        return true;
    struct str rest = str_slice(trimmed, 2, trimmed.length - 1), name = str_cut(&rest, ':');
    const char *own = getenv(str_c(r->arena, name));
    if (own)
        *ret_value = str_copy(r->arena, str_from(own));
    else if (str_find_byte(trimmed, ':') != SIZE_MAX)
        *ret_value = rest;
    else
        return false;
    return true;
}

static void take(struct application *a, struct str key, struct str value)
{
    struct settings_reading *r = a->r;
    size_t before = r->settings->items.count;

    r->settings->spring = true;
    /* What Flyway puts into its scripts is compared as it is written, too. */
    if (!str_starts(key, STR("placeholders.")) && !expand(r, value, &value)) {
        VEC_PUSH(r->arena, &r->settings->unreadable,
                 str_printf(r->arena,
                            STR_FMT ": " STR_FMT " is " STR_FMT ", whose value is not known here",
                            STR_ARG(a->path), STR_ARG(key), STR_ARG(str_trim(value))));
        return;
    }
    jvm_add(r, key, value, a->path);
    if (a->of_production && r->settings->items.count > before)
        r->settings->profile = true;
}

static struct str own_key(const struct settings_reading *r, struct str key)
{
    if (str_starts(key, STR("%prod.")))
        key = str_from_offset(key, STR("%prod.").length);
    for (size_t i = 0; r->tool->frameworks[i]; i++)
        if (str_starts(key, str_from(r->tool->frameworks[i])))
            return str_from_offset(key, strlen(r->tool->frameworks[i]));
    return STR_NONE;
}

/* --- YAML. --- */

static void take_yaml(struct application *a, const struct node *node, struct str before,
                      size_t depth)
{
    for (const struct node *child = node->first; child && depth < NESTING_MAX;
         child = child->next) {
        struct str whole = before.length ? str_printf(a->r->arena, STR_FMT "." STR_FMT,
                                                      STR_ARG(before), STR_ARG(child->name))
                                         : child->name;
        struct str key = own_key(a->r, whole);
        /* Lists of Spring come as "a: [x, y]", "a: x,y" or a block. */
        if (child->kind == NODE_MAP)
            take_yaml(a, child, whole, depth + 1);
        else if (key.length)
            take(a, key,
                 child->kind == NODE_LIST ? jvm_list_text(a->r->arena, child) : child->text);
    }
}

/* "prod", "prod & eu", "!test": the first word that names an environment counts. */
static enum environment environment_of_profiles(struct str text)
{
    for (size_t at = 0; at < text.length; at++) {
        size_t from = at;
        while (at < text.length && !strchr(" ,|&()\t", text.bytes[at]))
            at++;
        struct str word = str_slice(text, from, at);
        bool not = str_starts(word, STR("!"));
        enum environment found = environment_of(str_from_offset(word, not ));
        if (found != OF_ALL)
            return (found == OF_PRODUCTION) != not ? OF_PRODUCTION : OF_ANOTHER;
    }
    return OF_ANOTHER;
}

/* A document of a profile says "spring.config.activate.on-profile" or, before 2.4, "spring.profiles: NAME". */
static enum environment environment_of_document(struct arena *arena, const struct node *root)
{
    const struct node *spring = node_get(root, "spring");
    const struct node *activate = node_get(node_get(spring, "config"), "activate");
    const struct node *all[] = {node_get(activate, "on-profile"), node_get(spring, "profiles"),
                                node_get(root, "spring.config.activate.on-profile")};

    for (size_t i = 0; i < COUNT_OF(all); i++)
        if (all[i] && all[i]->kind != NODE_MAP) /* "profiles: {active: prod}" is of all */
            return environment_of_profiles(all[i]->kind == NODE_LIST ? jvm_list_text(arena, all[i])
                                                                     : all[i]->text);
    return OF_ALL;
}

/* `own`: the whole file is production's. */
static void read_yaml(struct application *a, struct str text, bool own)
{
    struct settings_reading *r = a->r;
    struct err bad = ERR_NONE;
    struct nodes roots;

    if (!yaml_parse(r->arena, text, str_c(r->arena, a->path), &roots, &bad)) {
        if (a->of_production)
            jvm_note_unreadable(r, &bad);
        return;
    }
    for (size_t i = 0; i < roots.count; i++) {
        enum environment of = environment_of_document(r->arena, roots.items[i]);
        if (own ? of != OF_ANOTHER : of == (a->of_production ? OF_PRODUCTION : OF_ALL))
            take_yaml(a, roots.items[i], STR_NONE, 0);
        const struct node *quarkus = node_get(roots.items[i], "%prod");
        if (a->of_production && quarkus)
            take_yaml(a, quarkus, STR_NONE, 0);
    }
}

/* --- Properties. --- */

/* A later line of a file counts; Quarkus' "%prod.quarkus.flyway.table" is production's. */
static void read_properties(struct application *a, struct str text, bool own)
{
    struct properties properties;

    properties_parse(a->r->arena, text, &properties);
    for (size_t i = properties.count; i-- > 0;) {
        struct str key = own_key(a->r, properties.items[i].key);
        bool of_production = own || str_starts(properties.items[i].key, STR("%"));
        if (key.length && of_production == a->of_production)
            take(a, key, properties.items[i].value);
    }
}

static void read_files(struct settings_reading *r, const char *suffix, bool of_production)
{
    static const char *const names[] = {"src/main/resources/config/application%s.properties",
                                        "src/main/resources/config/application%s.yml",
                                        "src/main/resources/config/application%s.yaml",
                                        "src/main/resources/application%s.properties",
                                        "application%s.properties",
                                        "config/application%s.properties",
                                        "src/main/resources/application%s.yml",
                                        "src/main/resources/application%s.yaml",
                                        "application%s.yml",
                                        "application%s.yaml",
                                        "config/application%s.yml"};
    struct application a = {.r = r, .of_production = of_production};
    struct str text;

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct str form = str_from(names[i]);
        size_t at = str_find(form, STR("%s"));
        struct str name = str_printf(r->arena, STR_FMT "%s" STR_FMT, STR_ARG(str_prefix(form, at)),
                                     suffix, STR_ARG(str_from_offset(form, at + 2)));
        if (!jvm_read_file(r, str_c(r->arena, name), &a.path, &text))
            continue;
        if (str_ends(a.path, STR(".properties")))
            read_properties(&a, text, *suffix != '\0');
        else
            read_yaml(&a, text, *suffix != '\0');
    }
}

void jvm_read_application(struct settings_reading *r)
{
    static const char *const profiles[] = {"-prod", "-production", "-live", "-prd"};

    for (size_t i = 0; i < COUNT_OF(profiles); i++)
        read_files(r, profiles[i], true);
    read_files(r, "", true);
    read_files(r, "", false);
}

/* --- Commands. --- */

/* FLYWAY_TABLE=done, -table=done: what else they say, directories of a container among it, is not the tree's. */
void jvm_read_commands(struct settings_reading *r)
{
    static const char *const names[] = {"docker-compose.yml", "docker-compose.yaml", "compose.yml",
                                        "compose.yaml",       "Dockerfile",          "Makefile",
                                        "justfile",           "Taskfile.yml",        ".env"};
    struct str path, text, pattern = str_from(r->tool->command_pattern);

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (!jvm_read_file(r, names[i], &path, &text))
            continue;
        struct str rest = text;
        for (size_t matches = 0; matches < MATCHES_MAX; matches++) {
            struct str groups[3] = {STR_NONE};
            struct err ignored = ERR_NONE;
            if (!tracker_regex_matches(pattern, rest, groups, 3, &ignored) || !groups[0].length)
                break;
            if (!command_is_comment(text, groups[1]) &&
                !command_is_of_tests(command_name(r->arena, path, text, groups[1])))
                jvm_add(r, groups[1], groups[2], path);
            rest = str_from_offset(rest, (size_t)(groups[0].bytes - rest.bytes) + groups[0].length);
        }
    }
}
