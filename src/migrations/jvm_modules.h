/* jvm_modules.h -- the modules of a build of Gradle or Maven, and which of them stand on the class path of which (inside migrations only).
 *
 * Flyway and Spring's Liquibase look for migrations on the class path: an application that depends on a module runs what lies in its
 * src/main/resources too.
 *
 * In:    settings.gradle(.kts) with what it includes, or a pom.xml with <modules>; the build file of each module.
 * Out:   modules by their directories, and the modules that each depends on when it runs: project(":x"), projects.x, "group:x" of a build that
 *        settings.gradle includes (the group is not looked at), <dependency> of an artifact of the same build. Dependencies of tests, and what is only compiled against, do not count.
 * Fails: never; build files are programs, and what they compute is not seen.
 */
#ifndef HOOKCHECK_MIGRATIONS_JVM_MODULES_H
#define HOOKCHECK_MIGRATIONS_JVM_MODULES_H

#include "migrations/history.h"

struct jvm_module {
    struct str directory;
    struct str name;     /* ":libs:billing", of its build; Maven: the artifact's */
    struct str artifact; /* what other builds call it; empty: none includes its build */
    struct strs needs;   /* names */
    bool application;    /* a program is made of it, not a library */
};
struct jvm_build {
    struct str root;
    struct strs roots; /* the same, and those of the builds that it includes */
    struct strs notes; /* modules that may be missing */
    VEC(struct jvm_module) modules;
};

/* False: the directory lies in no build of several modules. */
bool jvm_build_find(struct arena *arena, struct tree *tree, struct str directory,
                    struct jvm_build *ret_build);
/* The root of the innermost build around the directory, one of the `roots` of jvm_build_find(); false: none is. */
bool jvm_build_root(struct arena *arena, struct tree *tree, struct str directory,
                    struct str *ret_root);
/* The module in which the directory lies; SIZE_MAX: none. */
size_t jvm_module_of(const struct jvm_build *build, struct str directory);
/* What stands on its class path besides itself, as marks beside build->modules. */
void jvm_modules_needed(struct arena *arena, const struct jvm_build *build, size_t module,
                        bool *ret_needed);

/* jvm_text.c: the text of a program of Gradle's, or of XML, without its comments. */
struct str jvm_without_comments(struct arena *arena, struct str text);
struct str jvm_without_xml_comments(struct arena *arena, struct str text);

/* Fills class_path of sets whose tool looks there, and makes those of libraries the applications' that run them. */
void jvm_gather(struct arena *arena, struct tree *tree, struct config_migrations_list *sets);
/* … of sets that the configuration names: which they are is said. */
void jvm_class_path(struct arena *arena, struct tree *tree, struct config_migrations_list *sets);

#endif
