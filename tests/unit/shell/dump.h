/* dump.h -- a syntax tree as one line of text, for tests.
 *
 *   command        (words…) with assignments and redirections as written: (x=1 aws s3 >"f")
 *   word           its parts side by side; bare literals as they are, quoted ones in "…" (C escapes),
 *                  $name, ${name:-operand}, $(list), $[arithmetic], <(list), {a,b}, [elements], ~
 *   list           pipelines joined by ; & && ||; ! and time in front
 *   compound       (if …), (for name in words do list), …
 */
#ifndef HOOKCHECK_TESTS_SHELL_DUMP_H
#define HOOKCHECK_TESTS_SHELL_DUMP_H

#include "base/buf.h"
#include "shell/syntax.h"

void dump_list(struct buf *out, const struct shell_list *list);

#endif
