/* pack.h -- the rows of patterns/deploys and patterns/wrappers, as tables without pointers.
 *
 * In:    JSON files (patterns/README.md describes them).
 * Out:   struct pack_tables: texts are offsets into one block of bytes, lists are ranges of one array of texts. The generated
 *        tables therefore need no relocation, and a run touches only the pages of the programs it meets.
 * Fails: unknown keys (with the nearest known one), wrong types, ids and names used twice, patterns that do not compile;
 *        each message names the file and the key path.
 */
#ifndef HOOKCHECK_DEPLOYS_PACK_H
#define HOOKCHECK_DEPLOYS_PACK_H

#include "base/arena.h"
#include "base/door.h"
#include "base/err.h"
#include "base/str.h"
#include "base/vec.h"
#include "deploys/deploys.h"

struct pack_text {
    uint32_t at, length;
};
struct pack_list { /* of texts */
    uint32_t first, count;
};

struct pack {
    struct pack_text name, title, file;
    uint32_t first_rule_of_file; /* order of loading; for listings */
};

struct pack_program {
    uint32_t pack;
    uint32_t first_rule, rule_count;
    struct pack_list names, options_with_value, words, excuses, excuse_commands;
    struct pack_text unless; /* any command of this program that is no deploy */
    /* "NAME=--option": variables that say what the option would, for `unless`. */
    struct pack_list stand_ins;
};

struct pack_example {
    struct pack_text command;
    struct pack_text expected; /* a deploy's environment word, or what a wrapper runs */
    bool has_expected;
    bool deploy; /* false: a safe one */
};

struct pack_rule {
    struct pack_text id;
    uint32_t program;
    uint32_t certainty; /* enum deploy_certainty */
    uint32_t kind;      /* enum deploy_kind */
    struct pack_text command, unless, setting;
    struct pack_list environment;
    struct pack_text commit; /* "match:N", "operand:N" or an option; empty unless kind is commit */
    bool remote;       /* only for commands that run elsewhere: through ssh, in a container… */
    bool alternatives; /* of `command`: see pattern.h */
    struct pack_text need; /* pattern_needs(command) */
    uint32_t first_example, example_count;
};

enum wrapper_kind {
    WRAPPER_RUNS = 0,    /* runs the command in its arguments */
    WRAPPER_SHELL,       /* reads shell text: -c, a file, standard input */
    WRAPPER_INTERPRETER, /* reads another language: -c/-e, a file, standard input */
    WRAPPER_DATA,        /* its arguments are data: never a hidden command */
    WRAPPER_MIGRATION,   /* applies migrations: the way out */
    WRAPPER_NAMES, /* no program: words in names of scripts and targets that promise a deploy */
    WRAPPER_KIND_COUNT,
};

enum wrapper_takes {
    TAKES_WORDS = 0, /* the rest are the words of one command */
    TAKES_TEXT,      /* the rest, joined by blanks, is shell text */
    TAKES_TEXTS,     /* each operand is shell text of its own */
    TAKES_BATCH,     /* the rest, joined by blanks, is text of cmd.exe */
    TAKES_NOTHING,   /* only code_options count */
};

struct pack_wrapper {
    uint32_t kind, takes;
    struct pack_text file;
    struct pack_list names; /* of programs; for WRAPPER_NAMES the words */
    /* Sub-commands, one of which must stand first ("compose exec"); none: any. */
    struct pack_list commands;
    struct pack_list options_with_value;
    struct pack_list code_options;      /* their value is shell text */
    struct pack_list command_options;   /* the words of the command stand behind this one */
    struct pack_list directory_options; /* their value is where the command runs */
    struct pack_list unset_options; /* their value is a variable that the command does not get */
    struct pack_list file_options;  /* their value is a file of assignments: read past */
    struct pack_list excuses;       /* with one of these nothing runs */
    struct pack_list entrypoints;   /* "image=program": what a container image runs */
    struct pack_text entrypoint_option; /* --entrypoint */
    struct pack_text command, unless;   /* of migrations */
    uint32_t operands;                  /* that stand before the command */
    bool assignments;                   /* NAME=value words before the command are its settings */
    bool needs_separator;               /* the command stands behind "--" only */
    bool remote;                        /* it runs elsewhere: files named by it are not ours */
    bool suspected;                     /* what it runs may differ from its words */
    uint32_t first_example, example_count;
};

struct pack_name { /* sorted by name */
    struct pack_text name;
    uint32_t index; /* of a program or a wrapper */
};

struct pack_tables {
    const char *bytes;
    uint32_t byte_count;
    const struct pack_text *lists;
    uint32_t list_count;
    const struct pack *packs;
    uint32_t pack_count;
    const struct pack_program *programs;
    uint32_t program_count;
    const struct pack_rule *rules; /* those of one program stand together */
    uint32_t rule_count;
    const struct pack_name *program_names;
    uint32_t program_name_count;
    const struct pack_wrapper *wrappers;
    uint32_t wrapper_count;
    const struct pack_name *wrapper_names;
    uint32_t wrapper_name_count;
    const char *const *words; /* sorted; for door_add_words */
    uint32_t word_count;
};

/* Examples stand apart, so that the hook that runs before each command does not carry them. */
struct pack_examples {
    const char *bytes;
    uint32_t byte_count;
    const struct pack_example *items;
    uint32_t count;
};

/* Generated at build time from patterns/. */
extern const struct pack_tables pack_builtin;
extern const struct pack_examples pack_builtin_examples;

struct str pack_str(const struct pack_tables *tables, struct pack_text text);
struct str pack_list_item(const struct pack_tables *tables, struct pack_list list, uint32_t index);
bool pack_list_has(const struct pack_tables *tables, struct pack_list list, struct str word);
struct str pack_example_str(const struct pack_examples *examples, struct pack_text text);

/* The range of `names` that are equal to `name`; returns its length. */
uint32_t pack_names_find(const struct pack_tables *tables, const struct pack_name *names,
                         uint32_t count, struct str name, uint32_t *ret_first);
/* Is one of the sorted deploy words equal to this one, without regard to ASCII case? */
bool pack_has_word(const struct pack_tables *tables, struct str word);

/* --- Loading (the generator, and who tests packs that are not built in) --- */
struct pack_loader;
struct pack_loader *pack_loader_new(struct arena *arena);
/* `name` is the file's path as messages shall show it. */
MUST_CHECK bool pack_load_deploys(struct pack_loader *loader, struct str bytes, struct str name,
                                  struct err *e);
MUST_CHECK bool pack_load_wrappers(struct pack_loader *loader, struct str bytes, struct str name,
                                   struct err *e);
/* Sorts and checks what spans files. */
MUST_CHECK bool pack_loader_finish(struct pack_loader *loader, struct pack_tables *ret_tables,
                                   struct pack_examples *ret_examples, struct err *e);

#endif
