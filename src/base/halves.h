/* halves.h -- a list of things that do not concern each other, in two halves at the same time.
 *
 * In:    a task that takes those from one place up to another; what it allocates, it takes from the arena that it is given.
 * Out:   the same as from one call for all; what both halves allocated belongs to the arena of the caller.
 * Fails: never: without a second thread the halves come one after the other.
 * Limits: a task writes to nothing that the other half's writes to.
 */
#ifndef HOOKCHECK_BASE_HALVES_H
#define HOOKCHECK_BASE_HALVES_H

#include "base/arena.h"

typedef void halves_task(void *context, struct arena *arena, size_t from, size_t to);

/* `least`: with fewer things a thread costs more than it saves. */
void halves_do(struct arena *arena, halves_task *task, void *context, size_t count, size_t least);

#endif
