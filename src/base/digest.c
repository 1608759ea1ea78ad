#include "base/digest.h"

#include <sys/types.h>

#include <md5.h>
#include <sha1.h>
#include <sha2.h>

struct str digest_sha256(struct arena *arena, struct str bytes)
{
    char *hex = arena_alloc(arena, SHA256_DIGEST_STRING_LENGTH);

    SHA256Data((const uint8_t *)(bytes.bytes ? bytes.bytes : ""), bytes.length, hex);
    return str_of(hex, DIGEST_HEX_LENGTH);
}

struct str digest_md5(struct arena *arena, struct str bytes)
{
    char *hex = arena_alloc(arena, MD5_DIGEST_STRING_LENGTH);

    MD5Data((const uint8_t *)(bytes.bytes ? bytes.bytes : ""), bytes.length, hex);
    return str_of(hex, MD5_DIGEST_STRING_LENGTH - 1);
}

struct str digest_sha1(struct arena *arena, struct str bytes)
{
    char *hex = arena_alloc(arena, SHA1_DIGEST_STRING_LENGTH);

    SHA1Data((const uint8_t *)(bytes.bytes ? bytes.bytes : ""), bytes.length, hex);
    return str_of(hex, SHA1_DIGEST_STRING_LENGTH - 1);
}

struct str digest_sha384(struct arena *arena, struct str bytes)
{
    char *hex = arena_alloc(arena, SHA384_DIGEST_STRING_LENGTH);

    SHA384Data((const uint8_t *)(bytes.bytes ? bytes.bytes : ""), bytes.length, hex);
    return str_of(hex, SHA384_DIGEST_STRING_LENGTH - 1);
}
