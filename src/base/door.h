/* door.h -- the only way out of a hook.
 *
 * A host takes silence for consent, so the zero value blocks and DOOR_ALLOW is written in one place.
 *
 * The door knows two phases (DESIGN §6.1). Before a deploy is recognised, a fault of ours (out of memory, a signal, an
 * unreadable request) blocks only if the raw bytes of the request hold a deploy word; after door_deploy_recognised()
 * every fault blocks. Everything the door needs then is allocated before: it uses no heap and no stdio.
 *
 * Exit status: 0 or 2, never another one.
 */
#ifndef HOOKCHECK_BASE_DOOR_H
#define HOOKCHECK_BASE_DOOR_H

#include <signal.h>

#include "base/base.h"
#include "base/str.h"

enum door_decision { DOOR_BLOCK = 0, DOOR_ALLOW = 1 };

/* Words that make a request suspicious when we cannot look closer; sorted list of NUL-terminated strings. */
struct door_words {
    const char *const *items;
    size_t count;
};

/* Arms a handler for every signal that would end the process and can be caught, and unblocks them; ignores SIGPIPE, SIGXFSZ. `name` starts
 * each line on stderr, where control characters become '?'. Call once, first in main. Programs that never call it leave door_memory() with status 1. */
void door_open(const char *name);
/* A thread whose stack overflows says so too: begin and end of its function, with memory of that function. */
struct door_thread {
    char stack[32 << 10];
    stack_t before;
};
void door_thread_begin(struct door_thread *thread);
void door_thread_end(const struct door_thread *thread);
/* The bytes in which deploy words are looked for; borrowed until exit. */
void door_watch(struct str raw);
/* Pack words (static) and the user's own (borrowed until exit). Each list is looked through. */
void door_add_words(struct door_words words);
/* From here on every fault blocks. */
void door_deploy_recognised(void);
/* Is there a deploy word in these bytes? Words are compared at word boundaries (letters, digits, '_', '-', '.' belong to words),
 * without regard to ASCII case; a JSON escape \uXXXX in the bytes counts as a possible word. Signal-safe. */
bool door_has_word(struct str raw);

/* A fault: says why on stderr and leaves with what the phase asks for. */
NO_RETURN void door_fault(const char *why);
/* Out of memory: door_fault with that word. */
NO_RETURN void door_memory(void);
/* --help and --version: `text` goes to stdout, and the way out is DOOR_ALLOW. */
NO_RETURN void door_leave_printing(struct str text);
/* The ordinary exit. `text` (may be empty) goes to stderr when blocking, unless it was printed before. */
NO_RETURN void door_leave(enum door_decision decision, struct str text);

#endif
