/* err.h -- what went wrong: one struct, last argument, first failure wins.
 *
 *   if (depth > NESTING_MAX)
 *       return err_set(e, ERR_LIMIT, "nesting deeper than %u", NESTING_MAX);
 *
 * Messages: lower case, no full stop, fact first. Advice goes into the hint. Never a password: callers mask before.
 */
#ifndef HOOKCHECK_BASE_ERR_H
#define HOOKCHECK_BASE_ERR_H

#include "base/base.h"

enum err_kind {
    ERR_NO_ERROR = 0,
    ERR_USAGE,       /* the caller's words are wrong */
    ERR_INPUT,       /* untrusted bytes that are not what they should be */
    ERR_LIMIT,       /* larger, deeper or more than we accept */
    ERR_SYSTEM,      /* the operating system refused: errno is in the message */
    ERR_NOT_FOUND,   /* asked for by name and not there */
    ERR_TIMEOUT,     /* a deadline passed */
    ERR_UNREACHABLE, /* a server or helper that did not answer usefully */
    ERR_REFUSED,     /* policy or trust forbids it */
    ERR_INTERNAL,    /* a bug of ours */
};

struct err {
    enum err_kind kind;
    char message[1024];
    char hint[512];
};

#define ERR_NONE ((struct err){.kind = ERR_NO_ERROR})

/* Both return false, so that a function can end with them; only the first failure is kept. */
bool err_set(struct err *e, enum err_kind kind, const char *format, ...) PRINTF_LIKE(3, 4);
/* As err_set, with ": " and strerror(errno) appended. */
bool err_errno(struct err *e, const char *format, ...) PRINTF_LIKE(2, 3);
/* Adds the way out to a failure that is set; the first hint is kept. Returns false too. */
bool err_hint(struct err *e, const char *format, ...) PRINTF_LIKE(2, 3);
static inline bool err_is_set(const struct err *e)
{
    return e->kind != ERR_NO_ERROR;
}

#endif
