/* judge.h -- one command at a time: is it a deploy, does it run other commands, does it name a file that does?
 * Private to src/deploys.
 *
 * The evaluator hands each simple command to judge_command(); whatever runs further text or words comes back through
 * judge_text() and judge_call(), so that every rule sees every command, however it was wrapped.
 *
 * Invariants:
 * 1. A call is judged by its own words: excuses, environments and rules never look at a neighbour.
 * 2. Files are opened only when a command names a script, or a runner whose targets stand in one.
 */
#ifndef HOOKCHECK_DEPLOYS_JUDGE_H
#define HOOKCHECK_DEPLOYS_JUDGE_H

#include "base/regex.h"
#include "deploys/deploys.h"
#include "deploys/pack.h"
#include "deploys/protect_tables.h"
#include "shell/evaluate.h"

#define CALL_DEPTH_MAX 40u
#define SCRIPT_MAX ((size_t)1 << 20)
#define LINE_SHOWN_MAX 400u
#define UNKNOWN_TEXT STR("\x01")
/* Behind a variable's name: what a command has chosen in its place. The variable wins where it is set. */
#define SETTING_CHOSEN " chosen"

struct frame {         /* where the text that is being evaluated comes from */
    struct str file;   /* as shown in trails; empty: text of a command line */
    size_t first_line; /* of the text in that file */
    size_t line;       /* where we are */
    bool fixed;        /* `line` is not moved by the commands inside */
};
VEC_DEFINE(frames, struct frame);

struct input { /* what a command reads on standard input */
    enum shell_input kind;
    struct str text;      /* INPUT_TEXT: what is read; INPUT_FILE: its path */
    struct str directory; /* where that path counts from */
};

VEC_DEFINE(settings, struct shell_setting);

struct call {
    const struct shell_value *words;
    size_t count;
    struct settings settings; /* the last of a name counts; one without a value takes it away */
    struct str directory;
    struct input input;
    const struct shell_command *piped_from;
    const struct shell_commands *writers; /* into that pipe */
    struct shell_state *state;            /* its variables */
    struct str language; /* of the interpreter that runs a file; empty: by the file itself */
    bool reading;        /* a further reading of a command that was judged before */
    bool remote;         /* runs elsewhere: files it names are not ours */
    struct str host;     /* where, when the wrapper's operand says it */
    bool suspected;      /* a wrapper on the way may change what runs */
    struct str why;
    unsigned depth;
};

struct option_word {
    struct str name, value;
    bool has_value;
};
VEC_DEFINE(option_words, struct option_word);

/* A call's words in the forms that rules look at. */
struct line {
    struct str name;           /* the program as the index knows it; "\1" when it is not knowable */
    struct str program;        /* first word of the canonical line: base name, or a script's path */
    bool in_index;             /* packs or wrappers know the program */
    bool is_path;              /* the program word holds a slash */
    struct strs operands;      /* behind the program */
    VEC(size_t) operand_words; /* where each stands among the call's words */
    struct option_words options;
    struct str canonical, typed;
    struct str without; /* canonical without the words that may vanish; empty when there is none */
};

struct written { /* a file that the text itself writes: `cat > d.sh <<EOF` */
    struct str path, text;
    size_t visited; /* recogniser's, at that moment */
    bool behind;    /* something that is not known, in a file that was there */
};
VEC_DEFINE(written_files, struct written);

struct archived { /* a file that `git archive` has made, or what it prints */
    struct str path;
    struct str revision;  /* empty: not known */
    struct str directory; /* what its paths are told from */
    struct strs paths;
    struct str prefix;
};
VEC_DEFINE(archives, struct archived);

struct index_change { /* git rm --cached, git add */
    struct str directory;
    struct strs paths;
    bool added;
};
VEC_DEFINE(index_changes, struct index_change);

struct user_rules; /* compiled patterns of one configuration */

struct recogniser {
    struct arena *arena;
    struct configs *configs; /* NULL: no configuration at all */
    struct config_options *options;
    const struct pack_tables *tables;
    struct regex **commands, **unlesses, **settings; /* by rule, compiled on first use */
    struct regex **program_unlesses;
    struct regex **migrations; /* by wrapper: command, of names: unless; compiled on first use */
    struct user_rules *user_rules;
    struct deploys *deploys;
    const struct protect_tables *protect;
    struct tampers *tampers;         /* NULL: nobody asks for them */
    struct regex **protect_patterns; /* compiled on first use */
    struct str state; /* hookcheck's state directory; NULL bytes: not asked for yet */
    struct frames frames;
    struct strs open_targets; /* "file\ntarget" being followed: cycles */
    struct input inherited;   /* standard input of the text being evaluated */
    bool remote, suspected;   /* of the text being evaluated */
    struct str why, host;
    unsigned depth;
    size_t files_read;
    struct str root_directory, root; /* the last answer of root_of() */
    struct written_files written;
    struct archives archives;
    struct index_changes index_changes;
    size_t visited;  /* commands, so far */
    bool hidden_too; /* shopt -s dotglob: wildcards take names that begin with a dot */
    bool inherits; /* a variable of our own environment is one of the shell's that runs the text */
    size_t unknowns; /* commands whose program, or whose file, is not knowable */
    bool migration_seen;
    struct str unread; /* the first file or call that could not be followed to its end; for `why` */
    const struct shell_visitor *visitor;
    /* For `packs explain`: told of each rule that was tried. NULL otherwise. */
    void (*tried)(void *context, const struct pack_rule *rule, struct str line, bool matched,
                  bool unless);
    void *tried_context;
};

/* --- judge.c --- */
MUST_CHECK bool judge_call(struct recogniser *r, struct shell_state *state, const struct call *call,
                           struct err *e);
/* The state of a shell that the call starts: a copy. */
struct shell_state *judge_fork(struct shell_state *state, const struct call *call);
/* Shell text that a call runs: in a copy of the state, or (same_shell) in the state itself. Text that is no shell text makes suspects
 * of its words. */
MUST_CHECK bool judge_text(struct recogniser *r, struct shell_state *state, const struct call *call,
                           struct str text, bool same_shell, struct err *e);
/* The same for the text of a file whose frame has been pushed: the lines of its commands are lines of the file. */
MUST_CHECK bool judge_file_text(struct recogniser *r, struct shell_state *state,
                                const struct call *call, struct str text, bool same_shell,
                                struct err *e);
/* The words of text nobody could parse: one suspected deploy if they hold a deploy word. */
MUST_CHECK bool judge_unparsable(struct recogniser *r, const struct call *call, struct str text,
                                 const char *message, struct err *e);
struct call call_of_words(const struct call *outer, const struct shell_value *words, size_t count);
bool value_is_known(const struct shell_value *value);
struct shell_value word_value(struct str text);

/* --- context.c --- */
/* `docker context use x`, `kubectl config use-context x`, `kind create cluster`: remembered for what follows. */
bool call_is_for_elsewhere(const struct call *call);
void context_choose(struct recogniser *r, struct shell_state *state, const struct call *call,
                    const struct line *line);

/* --- line.c --- */
/* Takes the options' arities from every row that knows the program. */
/* Its words as they were typed, a blank between two. */
struct str call_typed(struct recogniser *r, const struct call *call);
void line_build(struct recogniser *r, const struct call *call, struct line *ret_line);
/* The same call by the arities of other tables. */
void line_rebuild(struct recogniser *r, const struct pack_tables *tables, const struct call *call,
                  const struct line *known, struct line *ret_line);
/* The canonical line for people, secrets masked: made when it is needed. */
struct str line_show(struct recogniser *r, const struct call *call, const struct line *line);
/* Is the option among these words, before "--", and not switched off ("--dry-run=false")? */
bool line_has_option(const struct call *call, const struct pack_tables *tables,
                     struct pack_list options);
/* The value that an option has in the words as typed: "--x v", "--x=v", "-xv". */
bool call_option_value(const struct call *call, struct str option, struct str *ret_value);

/* The word that says what a tool is asked for: its first one, or its second behind the name of a thing (`TOOL app deploy`).
 * STR_NONE when it is none: an option, a file. */
struct str line_asked_verb(const struct call *call);

/* --- match.c --- */
enum match_answer { MATCH_NONE = 0, MATCH_DEPLOY, MATCH_EXCUSED };
MUST_CHECK bool match_line(struct recogniser *r, const struct call *call, const struct line *line,
                           enum match_answer *ret_answer, struct err *e);
/* The value that the program gets of a variable: set before the call, or exported by the shell; false: none that is known. */
bool match_variable(const struct recogniser *r, const struct call *call, struct str name,
                    struct str *ret_value);
/* Is there any variable that the pattern could be about? */
/* The value of the variable that a pattern "^NAME=…" asks for. */
bool match_named(const struct recogniser *r, const struct call *call, struct str pattern,
                 struct str *ret_value);
bool match_may_have_setting(const struct recogniser *r, const struct call *call, struct str pattern,
                            bool exported);
/* A pattern on the variables that a call would see, written NAME=value: those before it, then (of the one whose name it begins with) the
 * shell's; `exported`: only if the shell hands it on. */
MUST_CHECK bool match_setting(struct recogniser *r, struct regex *regex, struct str pattern,
                              const struct call *call, bool exported, bool *ret_matches,
                              struct err *e);
/* A program that is not knowable: do its other words look like a deploy? */
MUST_CHECK bool match_unknown_program(struct recogniser *r, const struct call *call,
                                      const struct line *line, struct err *e);
MUST_CHECK bool match_migration(struct recogniser *r, const struct line *line, bool *ret_matched,
                                struct err *e);

/* --- report.c --- */
struct finding {
    struct str rule;
    enum deploy_certainty certainty;
    enum deploy_kind kind;
    struct str environment_word;
    struct str environment; /* decided already (a user's rule); empty: by the word */
    struct str commit;
    struct strs migrations;
    struct str why;
};
MUST_CHECK bool report_deploy(struct recogniser *r, const struct call *call, struct str shown,
                              const struct finding *finding, struct err *e);
MUST_CHECK bool report_suspected(struct recogniser *r, const struct call *call, struct str shown,
                                 const char *rule, struct str why, struct err *e);
const struct config *config_of(struct recogniser *r, struct str directory, struct err *e);
/* The work tree around a directory; STR_NONE when there is none. */
struct str root_of(struct recogniser *r, struct str directory);

/* --- output.c --- */
/* What a command prints on its standard output, where that is plain. */
bool output_printed(struct recogniser *r, const struct shell_command *command, struct str *ret);
/* Remembers what a command writes to a file, where that is known. */
void output_remember(struct recogniser *r, const struct shell_command *command);
/* The visitor's oracle: what `which`, `cat`, `git rev-parse --show-toplevel` would print. */
bool output_of(void *context, struct shell_state *state, const struct shell_command *command,
               struct str *ret_text);

/* --- protect.c: what a call would do to the gate itself. --- */
MUST_CHECK bool protect_call(struct recogniser *r, const struct call *call, const struct line *line,
                             struct err *e);
/* Files that a command's redirections would change. */
MUST_CHECK bool protect_outputs(struct recogniser *r, struct shell_state *state,
                                const struct shell_command *command, struct err *e);
/* Code of another language. */
MUST_CHECK bool protect_text(struct recogniser *r, const struct call *call, struct str text,
                             struct err *e);

/* --- words.c --- */
/* Does this word, as part of a name, promise a deploy (deploy.sh, release:prod, "ship")? */
bool name_promises_deploy(const struct recogniser *r, struct str name);
/* The first deploy word in text, by the packs and the configuration of the directory; STR_NONE when there is none. */
struct str find_deploy_word(struct recogniser *r, struct str text, const struct config *config);

/* --- peel.c, code.c, follow*.c: each says whether the call was its business. --- */
MUST_CHECK bool peel_call(struct recogniser *r, struct shell_state *state, const struct call *call,
                          const struct line *line, bool *ret_handled, struct err *e);
/* What a wrapper row makes of a call: the words that run, or texts. For the check of examples too. */
struct peeled {
    bool applies; /* the row's sub-command stands there */
    bool excused; /* --help: nothing runs */
    struct call call;
    struct strs texts;
    bool has_words;
};
void peel_row(struct recogniser *r, const struct pack_wrapper *row, const struct call *call,
              struct peeled *ret);
MUST_CHECK bool code_call(struct recogniser *r, struct shell_state *state, const struct call *call,
                          const struct line *line, bool *ret_handled, struct err *e);
MUST_CHECK bool follow_call(struct recogniser *r, struct shell_state *state,
                            const struct call *call, const struct line *line, bool *ret_handled,
                            struct err *e);
MUST_CHECK bool git_push_call(struct recogniser *r, struct shell_state *state,
                              const struct call *call, const struct line *line, bool *ret_handled,
                              struct err *e);

/* A file on the standard input of a shell; `arguments` are its $0, $1…. */
MUST_CHECK bool follow_input(struct recogniser *r, struct shell_state *state,
                             const struct call *call, struct str path,
                             const struct shell_value *arguments, size_t argument_count,
                             struct err *e);
/* A file of shell text (or of another language) run by a call; `arguments` are its $1…. */
MUST_CHECK bool follow_script(struct recogniser *r, struct shell_state *state,
                              const struct call *call, struct str path, bool path_known,
                              const struct shell_value *arguments, size_t argument_count,
                              bool same_shell, struct err *e);

#endif
