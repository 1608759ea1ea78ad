/* file_values.h -- what a tool's own configuration file says under a key, without running it.
 *
 * In:    a file of the tree (.js, .cjs, .mjs, .ts, .cts, .mts, .json, .yml, .yaml), read on demand, and a key: "migrations.directory" is the key
 *        `directory` of the object under `migrations`, wherever in the file that object stands: exported, in a call's arguments, under
 *        the name of an environment. Where a script has no such key, the files that it loads by a relative path are looked into.
 * Out:   the texts under it, one by one (an array gives several), in the order of the file, each with the keys around the object.
 *        An object that is made from another has what that one has, and what is assigned to it afterwards.
 *        Followed are: constants, spreads, imports, templates, `+`, `||`, `??`, `__dirname`, `import.meta`, process.cwd(), path.join,
 *        path.resolve, path.dirname, fileURLToPath, new URL, variables (environment.h), a choice by NODE_ENV === "production", functions that return an expression.
 * Fails: never. What is computed otherwise is told by `computed`; a file that is not of its language has no values.
 */
#ifndef HOOKCHECK_READERS_FILE_VALUES_H
#define HOOKCHECK_READERS_FILE_VALUES_H

#include "readers/typescript.h"

struct file_value {
    struct str text;
    bool rooted; /* a path from the root of the tree, not from the file's or the program's place */
    struct str around; /* the keys around the object, joined by dots: "production", "core.client" */
    struct str
        assumed; /* the variable without which this is the value: "process.env.DIR"; empty: none */
    struct str from; /* "DIR from .env": a variable that is part of it; empty: none */
    struct str file;
    size_t line;
};
VEC_DEFINE(file_value_list, struct file_value);

struct file_values {
    struct file_value_list list;
    struct str
        computed; /* "knexfile.js:3", the first place where the value is known only when the program runs; empty: none */
};

/* `root`: where the program runs, from the root of the tree. */
void file_values_read(struct arena *arena, const struct source_files *files, struct str path,
                      struct str root, struct str key, struct file_values *ret_values);

#endif
