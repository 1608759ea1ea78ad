/* jvm_settings.h -- what a project of the Java world says of one of its tools, whichever file says it (inside migrations).
 *
 * In:    a tree and a directory of it; the tool's name ("flyway", "liquibase").
 * Out:   settings by their key in small letters without '-', '_' and the tool's prefix ("locations", "outoforder", "placeholders.name"); lists
 *        joined by commas. The first file that sets a key counts, in this order: the tool's own files, the application.properties and
 *        application.yml of Spring Boot, Quarkus and Micronaut (production's profile before what all have, others left out), pom.xml,
 *        build.gradle and build.gradle.kts, variables and options in compose files, Makefiles and the like.
 * Fails: never on content: a file that is not understood says nothing, and `unreadable` names it; one that cannot be opened makes the history
 *        indeterminate. Build files are programs: best effort.
 * Source: documentation.red-gate.com/flyway (configuration files, parameters), Spring Boot reference "Database Migration Tools", Quarkus guides
 *        "Using Flyway" and "Using Liquibase", Micronaut Flyway and Liquibase,
 *        docs.liquibase.com (liquibase.properties), the Maven and Gradle plugins of both.
 */
#ifndef HOOKCHECK_MIGRATIONS_JVM_SETTINGS_H
#define HOOKCHECK_MIGRATIONS_JVM_SETTINGS_H

#include "base/err.h"
#include "base/vec.h"
#include "migrations/history.h"

struct jvm_setting {
    struct str key, value;
    struct str file; /* from the work tree's root */
};
VEC_DEFINE(jvm_setting_list, struct jvm_setting);

struct jvm_settings {
    struct jvm_setting_list items;
    struct strs unreadable; /* "FILE:LINE: what is wrong" */
    bool own_file, maven, gradle, spring;
    bool profile; /* what only production's profile has is among them */
};

struct jvm_tool {
    const char *name;         /* "flyway" */
    const char *const *files; /* its own files, from the directory; .toml or properties */
    /* Prefixes of Spring Boot, Quarkus, Micronaut: "spring.flyway." */
    const char *const *frameworks;
    const char *maven_plugin; /* "flyway-maven-plugin" */
    /* PCRE2 on compose files, Makefiles and their like: group 1 is a key, group 2 its value. */
    const char *command_pattern;
};

void jvm_settings_read(struct arena *arena, struct tree *tree, const struct jvm_tool *tool,
                       struct str root, struct history *history, struct jvm_settings *ret_settings);
/* NULL: no file sets it. */
const struct jvm_setting *jvm_setting_find(const struct jvm_settings *settings, const char *key);
/* "true" in any spelling. */
bool jvm_setting_is_true(const struct jvm_settings *settings, const char *key, bool otherwise);

/* What the database can be, as Liquibase and Spring call it, several joined by commas: the one that is asked, else that of the
 * settings' URL; empty: not known. MySQL's protocol is MariaDB's too. */
struct str jvm_dbms(const struct jvm_settings *settings, struct str asked);

#endif
