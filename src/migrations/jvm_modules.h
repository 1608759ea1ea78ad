/* jvm_modules.h -- the modules of a build of Gradle or Maven, and which of them stand on the class path of which (inside migrations only).
 *
 * Flyway and Spring's Liquibase look for migrations on the class path: an application that depends on a module runs what lies in its
 * src/main/resources too.
 *
 * In:    settings.gradle(.kts) with what it includes, or a pom.xml with <modules>; the build file of each module.
 * Out:   modules by their directories, and the modules that each depends on when it runs: project(":x"), projects.x, <dependency> of an
 *        artifact of the same build. Dependencies of tests, and what is only compiled against, do not count.
 * Fails: never; build files are programs, and what they compute is not seen.
 */
#ifndef HOOKCHECK_MIGRATIONS_JVM_MODULES_H
#define HOOKCHECK_MIGRATIONS_JVM_MODULES_H

#include "migrations/history.h"

struct jvm_module {
    struct str directory;
    struct str name;   /* ":libs:billing"; Maven: the artifact's */
    struct strs needs; /* names */
    bool application;  /* a program is made of it, not a library */
};
struct jvm_build {
    struct str root;
    VEC(struct jvm_module) modules;
};

/* False: the directory lies in no build of several modules. */
bool jvm_build_find(struct arena *arena, struct tree *tree, struct str directory,
                    struct jvm_build *ret_build);
/* The module in which the directory lies; SIZE_MAX: none. */
size_t jvm_module_of(const struct jvm_build *build, struct str directory);
/* What stands on its class path besides itself, as marks beside build->modules. */
void jvm_modules_needed(struct arena *arena, const struct jvm_build *build, size_t module,
                        bool *ret_needed);

/* Fills class_path of sets whose tool looks there, and makes those of libraries the applications' that run them. */
void jvm_gather(struct arena *arena, struct tree *tree, struct config_migrations_list *sets);
/* … of sets that the configuration names: which they are is said. */
void jvm_class_path(struct arena *arena, struct tree *tree, struct config_migrations_list *sets);

#endif
