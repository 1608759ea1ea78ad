#include "migrations/checksum.h"

#include <libdeflate.h>

#include "base/buf.h"
#include "base/digest.h"
#include "migrations/graphile.h"

/* --- Line ends. --- */

struct str checksum_with_lf(struct arena *arena, struct str bytes)
{
    struct buf out = buf_new(arena, bytes.length + 1);

    for (size_t i = 0; i < bytes.length; i++)
        if (bytes.bytes[i] != '\r' || i + 1 == bytes.length || bytes.bytes[i + 1] != '\n')
            buf_add_byte(&out, bytes.bytes[i]);
    return buf_str(&out);
}

struct str checksum_with_crlf(struct arena *arena, struct str bytes)
{
    struct buf out = buf_new(arena, bytes.length * 2 + 1);

    for (size_t i = 0; i < bytes.length; i++) {
        if (bytes.bytes[i] == '\n' && (i == 0 || bytes.bytes[i - 1] != '\r'))
            buf_add_byte(&out, '\r');
        buf_add_byte(&out, bytes.bytes[i]);
    }
    return buf_str(&out);
}

/* --- CRC-32 of lines. --- */

static uint32_t crc_add(uint32_t crc, struct str part)
{
    return libdeflate_crc32(crc, part.bytes, part.length);
}

int32_t checksum_crc32_lines(struct str bytes, bool with_ends)
{
    uint32_t crc = libdeflate_crc32(0, NULL, 0);
    size_t from = 0;

    if (str_starts(bytes, STR("\xef\xbb\xbf")))
        bytes = str_from_offset(bytes, 3);
    for (size_t i = 0; i <= bytes.length; i++) {
        if (i < bytes.length && bytes.bytes[i] != '\n' && bytes.bytes[i] != '\r')
            continue;
        crc = crc_add(crc, str_slice(bytes, from, i));
        if (with_ends && i < bytes.length)
            crc = crc_add(crc, str_slice(bytes, i, i + 1));
        from = i + 1;
    }
    return (int32_t)crc;
}

/* --- SipHash. --- */

static uint64_t rotated(uint64_t word, unsigned bits)
{
    return word << bits | word >> (64 - bits);
}

static void rounds(uint64_t v[4], unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        v[0] += v[1];
        v[2] += v[3];
        v[1] = rotated(v[1], 13) ^ v[0];
        v[3] = rotated(v[3], 16) ^ v[2];
        v[0] = rotated(v[0], 32);
        v[2] += v[1];
        v[0] += v[3];
        v[1] = rotated(v[1], 17) ^ v[2];
        v[3] = rotated(v[3], 21) ^ v[0];
        v[2] = rotated(v[2], 32);
    }
}

uint64_t checksum_siphash(unsigned c, unsigned d, uint64_t key0, uint64_t key1, struct str bytes)
{
    uint64_t v[4] = {key0 ^ 0x736f6d6570736575u, key1 ^ 0x646f72616e646f6du,
                     key0 ^ 0x6c7967656e657261u, key1 ^ 0x7465646279746573u};
    uint64_t word = 0;

    for (size_t i = 0; i < bytes.length; i++) {
        word |= (uint64_t)(unsigned char)bytes.bytes[i] << (8 * (i % 8));
        if (i % 8 != 7)
            continue;
        v[3] ^= word;
        rounds(v, c);
        v[0] ^= word;
        word = 0;
    }
    word |= (uint64_t)bytes.length << 56;
    v[3] ^= word;
    rounds(v, c);
    v[0] ^= word;
    v[2] ^= 0xff;
    rounds(v, d);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* Rust hashes a string as its bytes and 0xff, an i32 as four bytes. */
static bool refinery(struct arena *arena, const struct checksum_subject *subject,
                     struct str *ret_text)
{
    struct buf text = buf_new(arena, subject->bytes.length + subject->name.length + 16);
    uint64_t version;

    if (!str_ends(subject->unit, STR(".sql")) || !str_to_u64(subject->id, &version) ||
        version > INT32_MAX)
        return false;
    buf_add(&text, subject->name);
    buf_add_byte(&text, (char)0xff);
    for (unsigned i = 0; i < 4; i++)
        buf_add_byte(&text, (char)(version >> (8 * i) & 0xff));
    buf_add(&text, subject->bytes);
    buf_add_byte(&text, (char)0xff);
    *ret_text =
        str_printf(arena, "%llu", (unsigned long long)checksum_siphash(1, 3, 0, 0, buf_str(&text)));
    return true;
}

/* The hash is over the previous one and the body; one that may be wrong is recorded as the header has it. */
static bool graphile(struct arena *arena, const struct checksum_subject *subject,
                     struct str *ret_text)
{
    struct graphile_file file;

    graphile_parse(subject->bytes, &file);
    if (!file.headed)
        return false;
    if (file.fault)
        *ret_text = str_from(file.fault);
    else
        *ret_text = file.hash_is_free ? str_copy(arena, file.hash) : graphile_hash(arena, &file);
    return true;
}

/* --- By name. --- */

bool checksum_of(struct arena *arena, struct str kind, const struct checksum_subject *subject,
                 struct str *ret_text)
{
    if (str_eq(kind, STR("sha256_hex")))
        *ret_text = digest_sha256(arena, subject->bytes);
    else if (str_eq(kind, STR("sha384")))
        *ret_text = digest_sha384(arena, subject->bytes);
    else if (str_eq(kind, STR("sha1_hex")))
        *ret_text = digest_sha1(arena, subject->bytes);
    else if (str_eq(kind, STR("sha256_hex_of_id")))
        *ret_text = digest_sha256(arena, subject->id);
    else if (str_eq(kind, STR("sha1_name_plus_sql")) && str_ends(subject->unit, STR(".js")))
        return false; /* of the SQL that the script returns */
    else if (str_eq(kind, STR("sha1_name_plus_sql")))
        *ret_text = digest_sha1(arena, str_printf(arena, STR_FMT STR_FMT, STR_ARG(subject->unit),
                                                  STR_ARG(subject->bytes)));
    else if (str_eq(kind, STR("crc32_lines_signed")))
        *ret_text = str_printf(arena, "%d", (int)checksum_crc32_lines(subject->bytes, false));
    else if (str_eq(kind, STR("siphash13_refinery")))
        return refinery(arena, subject, ret_text);
    else if (str_eq(kind, STR("graphile_sha1_chain")))
        return graphile(arena, subject, ret_text);
    else
        return false;
    return true;
}

/* Prisma once wrote each byte as "%x": without the leading zero. */
static struct str unpadded(struct arena *arena, struct str hex)
{
    struct buf out = buf_new(arena, hex.length + 1);

    for (size_t i = 0; i + 1 < hex.length; i += 2) {
        if (hex.bytes[i] != '0')
            buf_add_byte(&out, hex.bytes[i]);
        buf_add_byte(&out, hex.bytes[i + 1]);
    }
    return buf_str(&out);
}

bool checksum_equal(struct arena *arena, struct str kind, struct str recorded, struct str actual)
{
    if (str_eq_nocase(recorded, actual))
        return true;
    return str_eq(kind, STR("sha256_hex")) && recorded.length < DIGEST_HEX_LENGTH &&
           str_eq_nocase(recorded, unpadded(arena, actual));
}

bool checksum_is_of_lfs(struct str bytes)
{
    return str_starts(bytes, STR("version https://git-lfs.github.com/spec/"));
}
