/* digest.h -- MD5 (RFC 1321), SHA-1, SHA-256 and SHA-384 (FIPS 180-4) by libmd. */
#ifndef HOOKCHECK_BASE_DIGEST_H
#define HOOKCHECK_BASE_DIGEST_H

#include "base/arena.h"
#include "base/str.h"

#define DIGEST_HEX_LENGTH 64u

/* 64 lower-case hexadecimal digits, in the arena. */
struct str digest_sha256(struct arena *arena, struct str bytes);
/* 32 (for what other tools recorded: MD5 proves nothing), 40 and 96 of them. */
struct str digest_md5(struct arena *arena, struct str bytes);
struct str digest_sha1(struct arena *arena, struct str bytes);
struct str digest_sha384(struct arena *arena, struct str bytes);

#endif
