/* terminal.h -- a question to the person at the terminal, for hooks whose standard input is something else. */
#ifndef HOOKCHECK_HOST_TERMINAL_H
#define HOOKCHECK_HOST_TERMINAL_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* Asks on /dev/tty and waits at most `limit_ms`. False, with the reason in *e, when nobody can be asked: no terminal, or this process runs in
 * the background, where reading would stop it for ever. No answer in time is a no. */
MUST_CHECK bool terminal_ask(struct str question, uint64_t limit_ms, bool *ret_yes, struct err *e);
/* The same for a line of text; *ret_line is empty when none came in time. */
MUST_CHECK bool terminal_read(struct arena *arena, struct str question, uint64_t limit_ms,
                              struct str *ret_line, struct err *e);

#endif
