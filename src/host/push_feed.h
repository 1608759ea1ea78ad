/* push_feed.h -- what git tells its pre-push and pre-receive hooks on standard input.
 *
 * In:    all bytes of the feed. An empty one, or one of blank lines, is a push that is up to date.
 * Out:   one entry a line, in git's order. The local name is as the user typed it (HEAD~1, an id, "main@{2 days ago}", "(delete)"): nothing may be
 *        decided by it.
 * Fails: ERR_INPUT at the first line that git would not have written.
 * Source: githooks(5); git 2.39.5 transport.c, receive-pack.c.
 */
#ifndef HOOKCHECK_HOST_PUSH_FEED_H
#define HOOKCHECK_HOST_PUSH_FEED_H

#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"

#define PUSH_FEED_MAX ((size_t)64 << 20)

struct push_ref {
    struct str local_ref; /* empty on a server */
    struct str local_id;
    struct str remote_ref; /* "refs/heads/main" */
    struct str remote_id;
};
VEC_DEFINE(push_refs, struct push_ref);

/* "LOCAL-REF LOCAL-ID REMOTE-REF REMOTE-ID" lines; `server`: "OLD-ID NEW-ID REF". */
MUST_CHECK bool push_feed_parse(struct arena *arena, struct str bytes, bool server,
                                struct push_refs *ret_refs, struct err *e);

#endif
