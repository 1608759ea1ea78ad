/* arena.h -- one arena per invocation: zeroed memory, freed all at once.
 *
 * In:    a budget in bytes given at birth; it is a limit on what the user's input can make us use.
 * Out:   memory that is zeroed, aligned for any type and never NULL.
 * Fails: never to the caller. When the budget or the system's memory is used up, door_memory() leaves the
 *        process (see door.h), where DESIGN §6.1 decides whether that blocks.
 *
 * In a build with AddressSanitizer each block has its own malloc, so that overruns are seen.
 */
#ifndef HOOKCHECK_BASE_ARENA_H
#define HOOKCHECK_BASE_ARENA_H

#include "base/base.h"

struct arena_chunk;

struct arena {
    struct arena_chunk *chunks;
    size_t used;   /* bytes handed out */
    size_t budget; /* most bytes that may be handed out */
};

#define ARENA_DEFAULT_BUDGET ((size_t)256 << 20)

/* ARENA(name, budget): an arena that is released when it leaves scope. */
#define ARENA(name, bytes)                                                                         \
    CLEANUP_WITH(arena_release) struct arena name = {.chunks = NULL, .used = 0, .budget = (bytes)}

void *arena_alloc(struct arena *arena, size_t size);
void *arena_array(struct arena *arena, size_t count, size_t size);
/* Gives everything back; the arena can be used again. */
void arena_release(struct arena *arena);

/* What `from` holds belongs to `arena` now. */
void arena_adopt(struct arena *arena, struct arena *from);
/* Before a thread ends: gives back what it keeps for its next arenas. */
void arena_thread_end(void);

#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, count, type) ((type *)arena_array((arena), (count), sizeof(type)))

#endif
