/* evaluator.h -- what the files of the evaluator share; nobody else includes it.
 *
 * A state is a chain of layers: a subshell, a branch that may not run, a call of a function. Each layer holds what was bound
 * in it and looks the rest up in its parent, so that entering one costs nothing; leaving a branch merges its bindings into the
 * parent as alternatives.
 *
 * A word is expanded under a set of choices: each place where several values are possible (a variable with alternatives, a
 * default, what a substitution prints) takes one of them, and the expansion is repeated until all combinations were seen. One
 * variable thus has one value within one reading of a command.
 *
 * Invariants:
 *  1. Each word is expanded between choices_begin and choices_end.
 *  2. A substitution is walked once per command, whatever the number of readings.
 *  3. Everything that repeats is charged: evaluate_step for nodes, session_charge for bytes copied, session_work for matching.
 */
#ifndef HOOKCHECK_SHELL_EVALUATOR_H
#define HOOKCHECK_SHELL_EVALUATOR_H

#include "base/buf.h"
#include "shell/evaluate.h"

#define STEPS_MAX 60000u     /* nodes walked */
#define READINGS_MAX 64u     /* of one command, when its combinations are too many to try all */
#define LEAVES_MAX 32u       /* `… || return` in one function whose rest is a branch of its own */
#define CHOICES_MAX 64u      /* of one command; with more only the first and the unknown reading */
#define FIELDS_MAX 4096u     /* of one list of words */
#define LOOP_ITEMS_MAX 64u   /* more items: the body once, with an unknown one */
#define NESTING_MAX 400u     /* nodes and operands within each other, over all texts */
#define RECURSION_MAX 3u     /* calls of one function with the same arguments within each other */
#define VALUE_MAX (1u << 20) /* bytes of a value that is put together */
#define COPIED_MAX (32u << 20) /* bytes copied in all */
#define WORK_MAX (4u << 20)    /* byte comparisons of patterns in all */
#define ELEMENTS_MAX 4096u     /* of an array */

/* --- Values. --- */
enum datum_kind {
    DATUM_ENVIRONMENT = 0, /* not assigned in the text: whatever the environment says */
    DATUM_UNSET,
    DATUM_TEXT,
    DATUM_ARRAY,
    DATUM_FUNCTION,
};

struct element {
    struct str key;
    struct shell_value value;
};
VEC_DEFINE(elements, struct element);

struct datum {
    enum datum_kind kind;
    struct str text; /* TEXT; FUNCTION: the text it stands in */
    /* ARRAY: the first `count` of the store, which longer arrays may share */
    struct elements *store;
    size_t count;
    bool associative;
    bool open; /* there may be more or fewer elements than these */
    const struct shell_node *function;
};
VEC_DEFINE(datums, struct datum);

extern const struct datum DATUM_IS_ENVIRONMENT, DATUM_IS_UNSET, DATUM_IS_UNKNOWN;
#define UNKNOWN_TEXT STR("\x01")

struct shell_value value_from_text(struct str text);
struct shell_value value_unknown(void); /* could be no word, or several */
struct datum datum_text(struct str text);
struct datum datum_array(struct arena *arena);
void datum_push(struct arena *arena, struct datum *array, struct str key, struct shell_value value);
void datum_put(struct arena *arena, struct datum *array, struct str key, struct shell_value value);
bool datum_equal(const struct datum *a, const struct datum *b);
void datums_add(struct arena *arena, struct datums *list, const struct datum *datum);
bool text_is_unknown(struct str text); /* nothing but SHELL_UNKNOWN, at least one */

/* --- Bindings. --- */
/* BINDING_EXPORT: a variable that the programs get which are started; the empty name: all that are assigned (set -a). */
enum binding_kind { BINDING_VARIABLE, BINDING_FUNCTION, BINDING_ALIAS, BINDING_EXPORT };

struct binding {
    enum binding_kind kind;
    struct str name;
    uint32_t hash;
    bool local;
    const struct datum *alternatives;
    size_t count;
};

struct table {
    VEC(struct binding) items;
    uint32_t *slots; /* index + 1; NULL while there are few */
    size_t slot_count;
};

/* --- Input and output. --- */
struct input {
    enum shell_input kind;
    const struct shell_value *texts; /* alternatives */
    size_t count;
    size_t position; /* what `read` has taken */
    const struct shell_command *piped_from;
    const struct shell_commands *writers;
};

struct sink_text {
    struct str view; /* while there is one piece */
    struct buf buf;
    bool buffered;
};

/* What would be written to stdout: up to SHELL_VALUES_MAX alternatives. */
struct sink {
    struct sink_text *texts;
    size_t count;
    struct shell_value file; /* `cat file`: its path, while that is all */
    bool has_file;
};

/* --- Choices. --- */
enum choice_kind { CHOICE_VARIABLE, CHOICE_DEFAULT, CHOICE_SUBSTITUTION, CHOICE_INPUT };

struct choice {
    enum choice_kind kind;
    struct str name;
    const void *key;
    const struct datum *alternatives;
    size_t count, chosen;
};

struct choices {
    struct choices *outer;
    VEC(struct choice) items;
    uint32_t *slots; /* index + 1; NULL while there are few */
    size_t slot_count;
    size_t run;
    bool one_by_one;  /* too many combinations: each value once, the others at their first */
    bool all_unknown; /* the last reading then */
    size_t item, value;
};

/* --- State. --- */
enum layer { LAYER_SUBSHELL, LAYER_BRANCH, LAYER_CALL };
/* In the order of how much they leave behind. */
enum flow { FLOW_NORMAL, FLOW_CONTINUE, FLOW_BREAK, FLOW_RETURN, FLOW_EXIT };
enum read_result { READ_NOTHING, READ_LINE, READ_END };

struct arguments { /* never changed */
    struct shell_value zero;
    bool zero_known;
    const struct shell_value *items; /* $1… */
    size_t count;
    bool open; /* there may be others */
};

struct call { /* functions and aliases that are being run */
    const struct call *outer;
    const void *body;
    const struct arguments *arguments;
};

struct directories { /* pushd */
    const struct directories *below;
    struct str path;
    bool known;
};

struct session {
    struct arena *arena;
    const struct shell_visitor *visitor;
    struct str home;
    struct str text; /* what is being evaluated */
    struct choices *choices;
    struct shell_command *last; /* visited last */
    size_t commands, steps, depth, nesting, copied, work;
    bool has_functions, has_aliases, has_exports;
    bool doubtful; /* something ran that may have changed any variable */
};

struct shell_state {
    struct session *session;
    struct shell_state *parent;
    enum layer layer;
    struct table table;
    struct str directory, previous; /* `cd -` */
    bool directory_known, previous_known;
    const struct directories *pushed;
    const struct arguments *arguments;
    const struct call *calls;
    struct input *input;
    struct sink *sink;              /* NULL: nobody reads stdout here */
    struct shell_commands *writers; /* into the pipe that stdout is; NULL: it is none */
    const struct shell_output *outputs;
    size_t output_count;
    enum flow flow;
    enum read_result read_result;
    bool conditional, in_function;
    unsigned loops;
    /* Some path has left the turn, the loop, the function: what follows in it may not run. */
    bool left_turn, left_loop, returned;
    unsigned leaves; /* branches entered for that */
};
VEC_DEFINE(states, struct shell_state *);

/* state.c */
struct shell_state *state_enter(struct shell_state *parent, enum layer layer);
const struct binding *state_find(const struct shell_state *state, enum binding_kind kind,
                                 struct str name);
void state_bind(struct shell_state *state, enum binding_kind kind, struct str name,
                const struct datum *alternatives, size_t count, bool local);
void state_bind_text(struct shell_state *state, struct str name, struct str text, bool local);
void state_set_export(struct shell_state *state, struct str name, bool exported, bool local);
/* The alternatives of a variable; never none. */
const struct datum *state_variable(const struct shell_state *state, struct str name,
                                   size_t *ret_count);
void state_change_directory(struct shell_state *state, struct str path, bool known);
struct str path_resolve(struct arena *arena, struct str directory, struct str path);

/* merge.c: after branches of which one ran; `or_none`: or none of them. */
__attribute__((nonnull)) void state_merge(struct shell_state *state, const struct states *branches,
                                          bool or_none);
/* After a branch that may not have run. */
void state_merge_perhaps(struct shell_state *state, struct shell_state *branch);
/* After a call: what a function changes outside itself. */
void state_leave_call(struct shell_state *state, const struct shell_state *call);

/* choice.c */
void choices_begin(struct session *session, struct choices *choices);
bool choices_next(struct choices *choices); /* another reading? */
bool choices_several(const struct choices *choices);
void choices_end(struct session *session, struct choices *choices);
/* SIZE_MAX: none of them is to be taken, the value is unknown. */
size_t choose_index(struct session *session, enum choice_kind kind, struct str name,
                    const void *key, size_t count);
const struct datum *choose_datum(struct session *session, enum choice_kind kind, struct str name,
                                 const void *key, const struct datum *alternatives, size_t count);
const struct choice *choice_find(const struct session *session, enum choice_kind kind,
                                 struct str name, const void *key);

/* sink.c */
struct sink *sink_new(struct arena *arena);
void sink_add(struct shell_state *state, struct str text);
/* `text`: what it holds, as far as that is known. */
void sink_add_file(struct shell_state *state, struct shell_value path, struct str text);
/* What was printed if one of several things happened. */
void sink_add_alternatives(struct shell_state *state, struct sink *const *sinks, size_t count);
struct str sink_text(const struct sink *sink, size_t index);
struct input *input_from_sink(struct arena *arena, const struct sink *sink);
struct input *input_new(struct arena *arena, enum shell_input kind, struct shell_value text);
/* The next line of stdin, where it is known. */
enum read_result input_read_line(struct shell_state *state, struct str *ret_line);
/* What is left, if stretches of it are unknown, so that nobody knows how many lines these are; else empty. */
struct str input_unknown_lines(const struct shell_state *state);
/* What is left, of which stretches may be unknown. */
enum read_result input_read_rest(struct shell_state *state, struct str *ret_text);

/* --- Expansion. --- */
MUST_CHECK bool session_charge(struct session *session, size_t bytes, struct err *e);
/* False when there was too much: the result is then unknown. */
bool session_work(struct session *session, size_t amount);

struct builder {
    struct shell_state *state;
    struct shell_values *out;
    VEC(struct str) pieces;
    bool split;         /* unquoted expansions become several fields */
    bool split_literal; /* so do literals: the operand of an unquoted ${x:-a b} */
    bool pattern;       /* what is quoted is escaped */
    bool started, quoted, glob, vanishing;
    const struct shell_value *content;
    struct shell_span span;
    size_t maximum;
    struct str ifs;
};

/* expand.c */
MUST_CHECK bool expand_words(struct shell_state *state, const struct shell_word *words,
                             size_t count, struct shell_values *out, struct err *e);
MUST_CHECK bool expand_one(struct shell_state *state, const struct shell_word *word,
                           struct shell_value *ret_value, struct err *e);
/* The same, for a here-document's body. */
MUST_CHECK bool expand_body(struct shell_state *state, const struct shell_word *word,
                            struct shell_value *ret_value, struct err *e);
MUST_CHECK bool expand_pattern(struct shell_state *state, const struct shell_word *word,
                               struct str *ret_pattern, struct err *e);
MUST_CHECK bool expand_operand(struct builder *b, const struct shell_word *word, struct err *e);
MUST_CHECK bool expand_parts(struct builder *b, const struct shell_part *parts, size_t count,
                             struct err *e);
/* The alternatives of a word as one text; its own choices. */
MUST_CHECK bool expand_alternatives(struct shell_state *state, const struct shell_word *word,
                                    struct datums *ret_values, struct err *e);

/* builder.c */
struct builder builder_new(struct shell_state *state, struct shell_values *out);
MUST_CHECK bool builder_finish(struct builder *b, struct err *e); /* ends the field */
void builder_add(struct builder *b, struct str text, bool quoted);
MUST_CHECK bool builder_add_value(struct builder *b, struct str text, bool quoted, struct err *e);
MUST_CHECK bool builder_add_values(struct builder *b, const struct shell_value *values,
                                   size_t count, bool quoted, bool star, struct err *e);
void values_push(struct arena *arena, struct shell_values *out, struct shell_value value);
/* The same texts. */
bool values_same(const struct shell_value *a, size_t a_count, const struct shell_value *b,
                 size_t b_count);
struct str state_ifs(const struct shell_state *state);

/* parameter_value.c */
struct resolved {
    bool set_known, set;
    bool many, star; /* @ or *: `items` are fields of their own */
    bool open;
    bool solid; /* unknown, but certainly one word ($?) */
    struct shell_value one;
    const struct shell_value *items;
    size_t count;
};
MUST_CHECK bool parameter_resolve(struct shell_state *state, struct str name,
                                  const struct shell_word *index, struct resolved *ret_resolved,
                                  struct err *e);
MUST_CHECK bool parameter_keys(struct shell_state *state, struct str name,
                               struct resolved *ret_resolved, struct err *e);

/* expand_parameter.c, transform.c */
MUST_CHECK bool expand_parameter(struct builder *b, const struct shell_part *part, struct err *e);
MUST_CHECK bool transform_text(struct shell_state *state, const struct shell_part *part,
                               enum shell_parameter_operator operator, struct str text,
                               struct str *ret_text, struct err *e);

/* pattern.c */
enum match { MATCH_NO, MATCH_YES, MATCH_UNKNOWN };
enum match pattern_match(struct session *session, struct str pattern, struct str text);

/* --- condition.c --- */
/* Does the pattern's word match each of the subjects (YES), none (NO)? */
enum match condition_match_word(struct shell_state *state, const struct shell_word *word,
                                const struct datums *subjects, bool *ret_ok, struct err *e);
/* How `true`, `false`, `:` and their negations end. */
enum match condition_constant(const struct shell_state *state,
                              const struct shell_pipeline *pipeline);
/* How a condition ends that has been evaluated. */
MUST_CHECK bool condition_decide(struct shell_state *state, const struct shell_list *list,
                                 enum match *ret_match, struct err *e);
bool pattern_is_plain(struct str pattern);
struct str pattern_plain(struct arena *arena, struct str pattern);

/* arithmetic.c */
MUST_CHECK bool arithmetic_evaluate(struct shell_state *state, struct str text, bool *ret_known,
                                    int64_t *ret_value, struct err *e);
struct str number_text(struct arena *arena, int64_t value);

/* --- Walking. --- */
/* evaluate.c */
MUST_CHECK bool evaluate_list(struct shell_state *state, const struct shell_list *list,
                              struct err *e);
MUST_CHECK bool evaluate_step(struct session *session, struct err *e);
MUST_CHECK bool evaluate_substitution(struct shell_state *state, const struct shell_list *list,
                                      struct datums *ret_values, struct err *e);
/* evaluate_branch.c */
MUST_CHECK bool evaluate_if(struct shell_state *state, const struct shell_node *node,
                            struct err *e);
MUST_CHECK bool evaluate_case(struct shell_state *state, const struct shell_node *node,
                              struct err *e);
/* evaluate_loop.c */
MUST_CHECK bool evaluate_for(struct shell_state *state, const struct shell_node *node,
                             struct err *e);
MUST_CHECK bool evaluate_while(struct shell_state *state, const struct shell_node *node,
                               struct err *e);
MUST_CHECK bool evaluate_for_arithmetic(struct shell_state *state, const struct shell_node *node,
                                        struct err *e);
/* evaluate_simple.c */
MUST_CHECK bool evaluate_simple(struct shell_state *state, const struct shell_node *node,
                                struct err *e);
/* assign.c */
MUST_CHECK bool assign(struct shell_state *state, const struct shell_assignment *assignment,
                       bool local, struct err *e);
/* redirect.c */
struct redirected {
    struct input *input; /* NULL: as before */
    struct shell_output *outputs;
    size_t output_count;
    bool stdout_moved;
};
MUST_CHECK bool redirect(struct shell_state *state, const struct shell_redirections *redirections,
                         struct redirected *ret_redirected, struct err *e);

/* builtins.c: what a command does to the shell's own state. */
MUST_CHECK bool builtin_run(struct shell_state *state, const struct shell_node *node,
                            const struct shell_command *command, struct err *e);
bool builtin_declares(struct str name);
/* The words without a leading `command` or `builtin`. */
struct shell_values builtin_words(const struct shell_command *command);
/* builtins_variables.c */
void builtin_read(struct shell_state *state, const struct shell_command *command,
                  const struct shell_values *words);
void builtin_mapfile(struct shell_state *state, const struct shell_values *words);
MUST_CHECK bool builtin_declare(struct shell_state *state, const struct shell_node *node,
                                const struct shell_values *words, struct err *e);
void builtin_set(struct shell_state *state, const struct shell_values *words);
void builtin_options(struct shell_state *state, const struct shell_values *words);
void builtin_shift(struct shell_state *state, const struct shell_values *words);
void builtin_unset(struct shell_state *state, const struct shell_values *words);
/* builtins_output.c: what a command prints, into the state's sink. */
MUST_CHECK bool output_collect(struct shell_state *state, const struct shell_command *command,
                               bool grew, struct err *e);
MUST_CHECK bool output_printf(struct shell_state *state, const struct shell_value *words,
                              size_t count, struct str *ret_text, struct err *e);

bool name_is_valid(struct str name);

#endif
