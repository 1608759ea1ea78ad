/* code.h -- code handed to a program as data: shells, interpreters, xargs, find, parallel. Private to src/deploys. */
#ifndef HOOKCHECK_DEPLOYS_CODE_H
#define HOOKCHECK_DEPLOYS_CODE_H

#include "deploys/judge.h"

/* sh, bash…: -c text, a file, standard input. */
MUST_CHECK bool shell_call(struct recogniser *r, struct shell_state *state,
                           const struct pack_wrapper *row, const struct call *call, struct err *e);
/* python, node…: -c text, a file, standard input; not handled: a sub-command that is no file. */
MUST_CHECK bool interpreter_call(struct recogniser *r, struct shell_state *state,
                                 const struct pack_wrapper *row, const struct call *call,
                                 bool *ret_handled, struct err *e);
/* Text of another language: commands that it hands to the system as literals. `program` says which language. */
MUST_CHECK bool literals_judge(struct recogniser *r, struct shell_state *state,
                               const struct call *call, struct str program, struct str text,
                               struct err *e);
/* --- code_awk.c: `program`: which of the words is the program, or the file in which it stands. --- */
MUST_CHECK bool awk_call(struct recogniser *r, struct shell_state *state,
                         const struct pack_wrapper *row, const struct call *call, size_t program,
                         struct err *e);
/* --- code_environment.c: the state in which code runs others, with the variables that it sets. --- */
struct shell_state *code_environment(struct recogniser *r, struct shell_state *state,
                                     const struct call *call, struct str text);
/* --- cloud_calls.c --- */
/* "update_function_code" in a text that uses boto3 → "aws lambda update-function-code". */
bool cloud_call_words(struct arena *arena, struct str text, struct str name, struct str *ret_words);
/* "FunctionName", "function_name" → "function-name". */
struct str cloud_call_kebab(struct arena *arena, struct str name);

MUST_CHECK bool xargs_call(struct recogniser *r, struct shell_state *state, const struct call *call,
                           struct err *e);
MUST_CHECK bool find_call(struct recogniser *r, struct shell_state *state, const struct call *call,
                          struct err *e);
MUST_CHECK bool parallel_call(struct recogniser *r, struct shell_state *state,
                              const struct call *call, struct err *e);

/* --- fetched.c: code that is downloaded and run at once is suspected when its name, or the first of the words it is given, promises
 * a deploy. --- */
/* In the source text of the command that downloads. */
MUST_CHECK bool fetched_source(struct recogniser *r, const struct call *call, struct str source,
                               const struct shell_value *arguments, size_t count, struct err *e);
/* A word whose value is downloaded: "$(curl …)", <(curl …). */
MUST_CHECK bool fetched_word(struct recogniser *r, const struct call *call,
                             const struct shell_value *word, const struct shell_value *arguments,
                             size_t count, struct err *e);
/* Standard input that comes from a download. */
MUST_CHECK bool fetched_input(struct recogniser *r, const struct call *call,
                              const struct shell_value *arguments, size_t count, struct err *e);

#endif
