/* evaluation.h -- evaluates a text and writes down each visit, one a line, for tests.
 *
 *   words          as they are, in "…" (C escapes) where needed; an unknown stretch is ?, a ? itself \?; a bare ? may be no word
 *   NAME=value     in front: assignments before the command
 *   @DIR           where, when not in /w; @?DIR when that is only the last place known
 *   <"text" <FILE <?   stdin;  |NAME  piped from that program;  >FILE >>FILE 2>FILE  outputs
 *   <(…)           behind a word: what reading it gives
 *   maybe          conditional;  or  a further reading of the same command
 *
 * The visitor evaluates eval, sh -c, bash reading its stdin or a script given as <(…), source <(…), and knows that `git rev-parse
 * --show-toplevel` prints /w.
 */
#ifndef HOOKCHECK_TESTS_SHELL_EVALUATION_H
#define HOOKCHECK_TESTS_SHELL_EVALUATION_H

#include "base/buf.h"
#include "shell/evaluate.h"

/* One line a visit; the last one is "error: …" when it failed. */
struct str evaluation_of(struct arena *arena, struct str text);
/* Counts the visits only. */
bool evaluation_count(struct arena *arena, struct str text, size_t *ret_count, struct err *e);

#endif
