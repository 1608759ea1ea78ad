/* quote.h -- command lines that a person or an agent is told to run: what they copy must mean what was meant.
 *
 * In:    words without NUL.
 * Out:   text for sh, in the arena.
 * Fails: never.
 */
#ifndef HOOKCHECK_BASE_QUOTE_H
#define HOOKCHECK_BASE_QUOTE_H

#include "base/arena.h"
#include "base/str.h"

/* A word as sh reads it back: quoted when it has to be. */
struct str shell_quote(struct arena *arena, struct str word);
/* The same for somebody who reads it: bytes that steer a terminal or end the line are "?", which git takes for any byte. */
struct str shell_shown(struct arena *arena, struct str word);
/* "cd 'apps/back end' && COMMAND"; COMMAND alone where `directory` is empty or ".", or there is no command. */
struct str shell_command_in(struct arena *arena, struct str directory, struct str command);

#endif
