/* state.h -- where this user's state lives: trust, overrides, audit trail.
 *
 * HOOKCHECK_STATE_DIR, else $XDG_STATE_HOME/hookcheck, else ~/.local/state/hookcheck. Made with mode 0700.
 */
#ifndef HOOKCHECK_CONFIG_STATE_H
#define HOOKCHECK_CONFIG_STATE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* STR_NONE when no home is known. Absolute. */
struct str state_directory(struct arena *arena);
MUST_CHECK bool state_make(struct arena *arena, struct str directory, struct err *e);

/* Trust of a repository's configuration: one line per file, "<sha256 of the content> <path>", in STATE/trust. */
MUST_CHECK bool trust_has(struct arena *arena, struct str state, struct str digest, struct str path,
                          bool *ret_trusted, struct err *e);
/* Is there a line for this file, whatever its content was? */
MUST_CHECK bool trust_knows(struct arena *arena, struct str state, struct str path, bool *ret_known,
                            struct err *e);
MUST_CHECK bool trust_add(struct arena *arena, struct str state, struct str digest, struct str path,
                          struct err *e);
MUST_CHECK bool trust_remove(struct arena *arena, struct str state, struct str path, struct err *e);

/* Is a person there? A terminal on stdin and stderr, and no agent's mark in the environment (CLAUDECODE, CODEX_…, GEMINI_CLI, CURSOR_…, …).
 * *ret_why says what speaks against it. */
bool person_is_there(struct str *ret_why);
/* Only the second half: is an agent's mark in the environment? *ret_why names it. */
bool agent_is_there(struct str *ret_why);

#endif
