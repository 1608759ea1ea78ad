/* evaluate.h -- which simple commands would this shell text run?
 *
 * Walks a syntax tree as a shell would, without running anything: assignments, arrays and functions given literally in the same
 * text are followed, both branches of an `if` are taken, loops run once per literal item. Each simple command that would run is
 * handed to the visitor, in source order, with the shell's state at that moment; the visitor may evaluate further text (the
 * argument of `sh -c`, a script) in the same state or in a copy.
 *
 * Invariants:
 * 1. Every command that could run is visited at least once; what is skipped (behind an unconditional `exit`, a branch of a
 *    `case` whose subject is known) certainly does not run.
 * 2. Builtins (cd, export, set, read, alias, trap, eval…) are visited before they take effect. Calls of functions and aliases
 *    defined in the text are not visited: the commands of their bodies are. What the shell itself does not run (eval's
 *    argument, sourced files, trap's command) is the visitor's to evaluate.
 * 3. A command with several possible readings is visited once for each (see `alternative`), the likeliest first. A variable
 *    that is not assigned in the text is unknown; `${x:-word}` then reads `word` first, unknown second.
 * 4. Time and memory are bounded by the limits, whatever the text says.
 *
 * In:     a text, a state.
 * Out:    calls of the visitor. A word whose value is not knowable before it runs is marked so.
 * Fails:  limits (SHELL_COMMANDS_MAX commands, SHELL_DEPTH_MAX nested texts and calls), the visitor's failure, a syntax error: after the
 *         visitor has seen the commands of the lines before it, which a shell has run when it comes there.
 * Source: POSIX.1-2017 XCU 2.6 Word Expansions, 2.9 Shell Commands; bash 5.2 manual §3.5.
 */
#ifndef HOOKCHECK_SHELL_EVALUATE_H
#define HOOKCHECK_SHELL_EVALUATE_H

#include "shell/syntax.h"

#define SHELL_COMMANDS_MAX 20000u
#define SHELL_DEPTH_MAX 24u
#define SHELL_VALUES_MAX 16u /* alternatives that a variable or a word may have; more: unknown */

/* The value of one word (a field after expansion). */
struct shell_value {
    /* Literal text; each stretch that is not knowable stands as one SHELL_UNKNOWN byte. "" with known=true is the empty word. */
    struct str text;
    bool known;      /* no SHELL_UNKNOWN in it */
    bool glob;       /* an unquoted *, ? or [ would be expanded by the shell */
    bool may_vanish; /* unquoted and unknown (or "$@"): could be no word, or several */
    /* <(list): what reading the file would give (its `text`); NULL when this word is no process substitution. */
    const struct shell_value *content;
    struct shell_span span; /* of the word it came from, in the text being evaluated */
};
#define SHELL_UNKNOWN '\x01'
VEC_DEFINE(shell_values, struct shell_value);

enum shell_input {
    INPUT_INHERITED = 0, /* nothing known: the terminal, the caller's stdin */
    INPUT_TEXT, /* `input_text` is what will be read (here-document, here-string, literal echo/printf/cat in a pipe) */
    INPUT_FILE, /* < file: `input_text` is its path as a value */
    INPUT_UNKNOWN, /* a pipe or a file whose content is not knowable */
};

struct shell_setting { /* name=value before a command */
    struct str name;
    struct shell_value value;
};

struct
    shell_output { /* > file and >> file; also those of an enclosing group when the command has none for stdout */
    struct shell_value path;
    int descriptor; /* 1, 2 or as written; 1 for &> */
    bool append;
};

struct shell_command;
VEC_DEFINE(shell_commands, const struct shell_command *);

struct shell_command {
    struct shell_values words; /* [0] is the program; never empty */
    struct shell_setting *settings;
    size_t setting_count;
    struct shell_output *outputs;
    size_t output_count;
    enum shell_input input;
    struct shell_value input_text;
    /* The simple command whose output is piped into this one: for `… | xargs`. NULL when there is none. */
    const struct shell_command *piped_from;
    /* All that write into that pipe: it, or what a group, a function, a branch runs. NULL: there is no pipe. */
    const struct shell_commands *writers;
    struct shell_span span;
    size_t line;          /* 1-based, in the text being evaluated */
    struct str directory; /* absolute, where it would run, as far as visible `cd`s tell */
    /* False after a cd to an unknown place (`directory` is then the last known one) or one that may not have run (then where it led). */
    bool directory_known;
    bool conditional; /* may not run (behind && || if case, or in a function that is called so) */
    bool in_function; /* of the text */
    /* 0: the first or only reading; 1, 2…: further readings of the same command. */
    size_t alternative;
};

struct shell_state;

struct shell_visitor {
    void *context;
    /* Returns false to stop with *e set. */
    bool (*command)(void *context, struct shell_state *state, const struct shell_command *command,
                    struct err *e);
    /* Optional: what this command would print, where the caller knows (`git rev-parse --show-toplevel`), without the last
     * newline. False: unknown. Asked only where the output is used: $(…), pipes, <(…). */
    bool (*output)(void *context, struct shell_state *state, const struct shell_command *command,
                   struct str *ret_text);
    /* Optional: redirections without a command (`> file`). `command` has no words then, only its outputs and place. */
    bool (*redirections)(void *context, struct shell_state *state,
                         const struct shell_command *command, struct err *e);
};

/* A fresh shell: `directory` absolute; `home` may be empty (then ~ is unknown). Variables of our own environment are not used: they may
 * differ from those of the shell that will run the text. */
struct shell_state *shell_state_new(struct arena *arena, struct str directory, struct str home,
                                    const struct shell_visitor *visitor);
/* A subshell: sees all, changes nothing outside. It looks into `state` for what it did not change itself: use it before
 * `state` goes on. Its stdin is that of `state`, not that of the command being visited: see shell_state_set_input. */
struct shell_state *shell_state_fork(struct shell_state *state);
/* $0 is arguments[0], $1… the rest. Without this call they are unknown. */
void shell_state_set_arguments(struct shell_state *state, const struct shell_value *arguments,
                               size_t count);
/* What feeds stdin of the commands to come: for `sh -c 'cat | sh' <<EOF`. */
void shell_state_set_input(struct shell_state *state, enum shell_input input,
                           struct shell_value text);
void shell_state_set_variable(struct shell_state *state, struct str name, struct shell_value value);
/* From here on the programs that are started get it. */
void shell_state_export(struct shell_state *state, struct str name);
/* Do programs get it, perhaps? `before`: so it was when the text began. */
bool shell_state_exports(const struct shell_state *state, struct str name, bool before);
/* False when the text has not set it; stretches that are not knowable are SHELL_UNKNOWN. */
bool shell_state_peek_variable(const struct shell_state *state, struct str name,
                               struct str *ret_value);
/* One of the texts that it may have, from 0 on: where branches gave it several, the peek above knows none. */
bool shell_state_peek_alternative(const struct shell_state *state, struct str name, size_t index,
                                  struct str *ret_value);
/* Something has run that may have changed any variable unseen (`source` of what cannot be read): from here on no `if` is decided. */
void shell_state_doubt(struct shell_state *state);
/* Is it a subshell, what runs beside the shell, or a part of a pipe: what ends there does not end the text? */
bool shell_state_is_subshell(const struct shell_state *state);
/* Is a command of this name, perhaps, a function or an alias of the text? */
bool shell_state_defines(const struct shell_state *state, struct str name);
/* A span's text as it was written; only while the command it belongs to is visited. */
struct str shell_state_source(const struct shell_state *state, struct shell_span span);
struct str shell_state_directory(const struct shell_state *state);
/* Absolute, or relative to where the state is. */
void shell_state_set_directory(struct shell_state *state, struct str directory);
struct str shell_state_home(const struct shell_state *state);
struct arena *shell_state_arena(struct shell_state *state);

/* Evaluates text in this state: for the top level, `eval`, `source`; with a fork: `sh -c`, scripts, here-documents that feed
 * a shell. The text must live as long as the arena. May be called from within the visitor. */
MUST_CHECK bool shell_evaluate(struct shell_state *state, struct str text, struct err *e);

#endif
