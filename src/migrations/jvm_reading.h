/* jvm_reading.h -- between jvm_settings.c, which reads the tool's own files and those of builds, and jvm_application.c, which reads what applications and
 * commands say. */
#ifndef HOOKCHECK_MIGRATIONS_JVM_READING_H
#define HOOKCHECK_MIGRATIONS_JVM_READING_H

#include "migrations/jvm_settings.h"
#include "readers/document.h"
#include "repository/tree.h"

#define VALUE_MAX ((size_t)16 << 10)

struct settings_reading {
    struct arena *arena;
    struct tree *tree;
    const struct jvm_tool *tool;
    struct str root;
    struct history *history; /* gets the problems */
    struct jvm_settings *settings;
};

/* The first value of a key counts. */
void jvm_add(struct settings_reading *r, struct str key, struct str value, struct str file);
bool jvm_read_file(struct settings_reading *r, const char *name, struct str *ret_path,
                   struct str *ret_text);
void jvm_note_unreadable(struct settings_reading *r, const struct err *bad);
struct str jvm_list_text(struct arena *arena, const struct node *list);

/* application.properties and application.yml: production's, then everybody's. */
void jvm_read_application(struct settings_reading *r);
/* Variables and options of the tool in a compose file, a Makefile, a Dockerfile, an .env. */
void jvm_read_commands(struct settings_reading *r);

#endif
