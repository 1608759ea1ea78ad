/* base.h -- attributes and limits shared by every source file.
 *
 * Limits are in bytes unless the name says otherwise. Everything a user or an agent controls has one.
 */
#ifndef HOOKCHECK_BASE_BASE_H
#define HOOKCHECK_BASE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(text, first) __attribute__((format(printf, text, first)))
#define NO_RETURN __attribute__((noreturn))
#define UNUSED __attribute__((unused))
/* For foreign handles only: declares a variable that `release` (type **) frees when it leaves scope. */
#define CLEANUP_WITH(release) __attribute__((cleanup(release)))

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* A request (one agent call, one push) larger than this is not parsed: DESIGN §6.1. */
#define REQUEST_MAX (4u << 20)
/* Configuration, packs, scripts and migration files that we read whole. */
#define FILE_MAX (8u << 20)
/* Nesting of JSON documents. cJSON's own limit is 1000. */
#define JSON_NESTING_MAX 200u

#endif
