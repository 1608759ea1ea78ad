/* protect_tables.h -- the rows of patterns/protect as tables without pointers, as pack.h has those of the deploys.
 *
 * In:    JSON files (patterns/README.md describes them).
 * Out:   struct protect_tables; the programs and all texts stand in its `packs`, whose rules stay empty.
 * Fails: as pack.h.
 */
#ifndef HOOKCHECK_DEPLOYS_PROTECT_TABLES_H
#define HOOKCHECK_DEPLOYS_PROTECT_TABLES_H

#include "deploys/pack.h"
#include "deploys/protect.h"

struct protect_rule {
    struct pack_text id;
    uint32_t program;
    bool stamp;
    bool input; /* `command` is tried on the words and on what stands on standard input */
    bool sql;   /* the same for SQL: its texts and comments do not count; files are read too */
    bool alternatives; /* of `command`: see pattern.h */
    struct pack_text need;
    /* One of these stands in what `command` is tried on, in any case; empty: any text. */
    struct pack_list mentions;
    struct pack_text command, unless, setting;
    struct pack_text says, instead;
    uint32_t first_example, example_count;
};

enum protect_operands {
    OPERANDS_ALL = 0,
    OPERANDS_LAST,
    OPERANDS_SOURCES,
    OPERANDS_REST,
    OPERANDS_FOUND, /* where it looks; the files are those of the names it is given (-name) */
    OPERANDS_INCLUDE, /* git config's: its configuration gets what stands in the file that include.path names */
    OPERANDS_REVISION, /* git's: a revision, and files that become what they were in it */
    OPERANDS_CLEAN,    /* git clean's: what is not tracked goes */
    OPERANDS_INDEX,    /* git rm --cached, git add: what git clean meets afterwards */
    OPERANDS_HERE,     /* none of them: where it runs */
    OPERANDS_ARCHIVE,  /* members of an archive, which `git archive` may have made of a revision */
    OPERANDS_DOWNLOAD, /* addresses, whose files are named by them or by options */
    OPERANDS_SCRIPT,   /* none of them: what sed's script writes */
    OPERANDS_PATCH, /* a patch that names the files, or a file with one, or what it reads is one */
};

struct protect_writer { /* a program that changes the files it is given */
    uint32_t program;
    uint32_t does;                 /* enum tamper_change */
    uint32_t operands;             /* enum protect_operands */
    struct pack_text when, unless; /* on the canonical line; empty: always, never */
    bool alternatives;             /* of `when` */
    struct pack_text need;
    struct pack_text prefix;  /* "of=": operands that start so */
    struct pack_list options; /* whose values are files; then no operand counts */
    uint32_t first_example, example_count;
};

struct protect_file {
    struct pack_text id, path, what;
    uint32_t judge; /* enum tamper_judge */
    struct pack_list names, holds, below;
    struct pack_text mixed;
    uint32_t first_example, example_count;
};

struct protect_code { /* of other languages: group 1 is the file */
    struct pack_text id, text;
    uint32_t does;
    uint32_t first_example, example_count;
};

struct protect_tables {
    struct pack_tables packs;
    const struct protect_rule *rules;
    uint32_t rule_count;
    const struct protect_writer *writers;
    uint32_t writer_count;
    const struct protect_file *files;
    uint32_t file_count;
    const struct protect_code *codes;
    uint32_t code_count;
};

extern const struct protect_tables protect_builtin;
extern const struct pack_examples protect_builtin_examples;

/* The generator, and who tests a pack that is not built in. */
struct protect_loader;
struct protect_loader *protect_loader_new(struct arena *arena);
MUST_CHECK bool protect_load(struct protect_loader *loader, struct str bytes, struct str name,
                             struct err *e);
MUST_CHECK bool protect_loader_finish(struct protect_loader *loader,
                                      struct protect_tables *ret_tables,
                                      struct pack_examples *ret_examples, struct err *e);

/* The row that takes a path; NULL when none does. `path` absolute. */
const struct protect_file *protect_find_file(struct arena *arena,
                                             const struct protect_tables *tables, struct str path);
/* Runs the examples, as pack_check_examples does for deploys. */
struct pack_failures;
MUST_CHECK bool protect_check_examples(struct arena *arena, const struct protect_tables *tables,
                                       const struct pack_examples *examples,
                                       struct pack_failures *ret_failures, size_t *ret_count,
                                       struct err *e);

#endif
