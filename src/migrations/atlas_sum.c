/* atlas_sum.c -- the hash over a directory of Atlas's, and the directives at the head of its files. */
#include <sha2.h>

#include "base/buf.h"
#include "migrations/atlas.h"

struct atlas_sum {
    SHA2_CTX files; /* never reset: the value of a file is the digest of all up to it */
    SHA2_CTX total; /* over names and values */
};

static struct str base64(struct arena *arena, const unsigned char *bytes, size_t length)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    struct buf out = buf_new(arena, length * 2 + 4);

    for (size_t i = 0; i < length; i += 3) {
        unsigned long word = (unsigned long)bytes[i] << 16;
        if (i + 1 < length)
            word |= (unsigned long)bytes[i + 1] << 8;
        if (i + 2 < length)
            word |= bytes[i + 2];
        buf_add_byte(&out, letters[word >> 18 & 63]);
        buf_add_byte(&out, letters[word >> 12 & 63]);
        buf_add_byte(&out, i + 1 < length ? letters[word >> 6 & 63] : '=');
        buf_add_byte(&out, i + 2 < length ? letters[word & 63] : '=');
    }
    return buf_str(&out);
}

static struct str digest_so_far(struct arena *arena, const SHA2_CTX *context)
{
    SHA2_CTX copy = *context;
    unsigned char digest[SHA256_DIGEST_LENGTH];

    SHA256Final(digest, &copy);
    return base64(arena, digest, sizeof digest);
}

static void add(SHA2_CTX *context, struct str bytes)
{
    SHA256Update(context, (const uint8_t *)(bytes.bytes ? bytes.bytes : ""), bytes.length);
}

struct atlas_sum *atlas_sum_new(struct arena *arena)
{
    struct atlas_sum *sum = ARENA_NEW(arena, struct atlas_sum);

    SHA256Init(&sum->files);
    SHA256Init(&sum->total);
    return sum;
}

void atlas_sum_add(struct arena *arena, struct atlas_sum *sum, struct str name, struct str bytes,
                   struct str *ret_value)
{
    *ret_value = STR_NONE;
    add(&sum->files, name);
    if (atlas_is_unhashed(bytes))
        return;
    add(&sum->files, bytes);
    *ret_value = digest_so_far(arena, &sum->files);
    add(&sum->total, name);
    add(&sum->total, *ret_value);
}

struct str atlas_sum_total(struct arena *arena, const struct atlas_sum *sum)
{
    return digest_so_far(arena, &sum->total);
}

/* --- Directives. --- */

static bool is_comment(struct str line)
{
    return str_starts(line, STR("--")) || str_starts(line, STR("#"));
}

/* "-- atlas:NAME …": text before the word may be anything printable. */
static bool is_directive(struct str line, struct str name)
{
    size_t at = str_find(line, STR("atlas:"));
    struct str rest = at == SIZE_MAX ? STR_NONE : str_from_offset(line, at + 6);

    return rest.length && str_starts(rest, name) &&
           (rest.length == name.length || rest.bytes[name.length] == ' ');
}

bool atlas_directive(struct str bytes, struct str name)
{
    struct str rest = bytes, line;
    bool found = false;

    while (str_next_line(&rest, &line)) {
        if (!str_trim(line).length)
            return found;
        if (!is_comment(line))
            return false; /* the comment belongs to the statement below it */
        found = found || is_directive(line, name);
    }
    return found;
}

bool atlas_is_unhashed(struct str bytes)
{
    struct str rest = bytes, line;

    return str_next_line(&rest, &line) && is_comment(line) && is_directive(line, STR("sum")) &&
           str_contains(line, STR("atlas:sum ignore"));
}
