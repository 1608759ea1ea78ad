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
MUST_CHECK bool xargs_call(struct recogniser *r, struct shell_state *state, const struct call *call,
                           struct err *e);
MUST_CHECK bool find_call(struct recogniser *r, struct shell_state *state, const struct call *call,
                          struct err *e);
MUST_CHECK bool parallel_call(struct recogniser *r, struct shell_state *state,
                              const struct call *call, struct err *e);

#endif
