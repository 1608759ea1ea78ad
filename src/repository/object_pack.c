#include "repository/object_pack.h"

#include <fcntl.h>
#include <libdeflate.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define INDEX_HEADER ((size_t)8)
#define FANOUT_SIZE ((size_t)256 * 4)
#define CHECKSUM_SIZE 4u
#define OFFSET_SIZE 4u
#define LARGE_SIZE 8u
#define LARGE_OFFSET 0x80000000u
/* `git repack` makes no chain longer than 4,095 (git-config(1), pack.depth). */
#define DELTAS_MAX 4096u
/* The bytes between an object and what it is made from: past that git, which reads them in turn, needs less. */
#define CHAIN_MAX ((size_t)96 << 20)
#define BASES 4096u
#define BASES_SIZE ((size_t)8 << 20)
#define BASE_MAX ((size_t)1 << 20)
#define GUESSES 4u
#define LOOSE_GUESS 4u
#define LOOSE_HEADER_MAX 32u

/* --- What reads. --- */

struct base {
    const struct object_pack *pack;
    size_t offset;
    struct object_found found;
};

struct object_reader {
    struct libdeflate_decompressor *inflate;
    uint16_t places
        [BASES]; /* by pack and offset: 1 + the index in `bases`, a later one instead of the one before */
    struct base bases[BASES];
    char *kept; /* their bytes */
    size_t count, kept_length;
};

struct object_reader *object_reader_new(struct arena *arena)
{
    struct object_reader *reader = ARENA_NEW(arena, struct object_reader);

    reader->inflate = libdeflate_alloc_decompressor();
    reader->kept = arena_alloc(arena, BASES_SIZE); /* costs what is used of it */
    return reader;
}

void object_reader_end(struct object_reader *reader)
{
    if (reader->inflate)
        libdeflate_free_decompressor(reader->inflate);
    reader->inflate = NULL;
}

static uint16_t *place_for(struct object_reader *reader, const struct object_pack *pack,
                           size_t offset)
{
    uint64_t mixed = (offset + (size_t)(uintptr_t)pack) * UINT64_C(0x9e3779b97f4a7c15);

    return &reader->places[mixed >> 52];
}
_Static_assert(BASES == 1u << (64 - 52), "place_for() takes as many bits as there are places");
_Static_assert(BASES < UINT16_MAX, "a place holds 1 + an index");

/* The bytes are copied: what is kept may be given up while they are used. */
static bool base_kept(struct object_reader *reader, struct arena *arena,
                      const struct object_pack *pack, size_t offset, struct object_found *ret_found)
{
    size_t place = *place_for(reader, pack, offset);
    const struct base *base = place ? &reader->bases[place - 1] : NULL;

    if (!base || base->pack != pack || base->offset != offset)
        return false;
    *ret_found = (struct object_found){base->found.type, str_copy(arena, base->found.bytes)};
    return true;
}

/* When there is no more room, it begins anew without any. */
static void base_keep(struct object_reader *reader, const struct object_pack *pack, size_t offset,
                      const struct object_found *found)
{
    struct str bytes = found->bytes;

    if (!bytes.length || bytes.length > BASE_MAX)
        return;
    if (reader->count == BASES || reader->kept_length + bytes.length > BASES_SIZE) {
        memset(reader->places, 0, sizeof reader->places);
        reader->count = 0;
        reader->kept_length = 0;
    }
    char *copy = reader->kept + reader->kept_length;
    memcpy(copy, bytes.bytes, bytes.length);
    reader->kept_length += bytes.length;
    reader->bases[reader->count++] =
        (struct base){pack, offset, {found->type, str_of(copy, bytes.length)}};
    *place_for(reader, pack, offset) = (uint16_t)reader->count;
}

/* Exactly so many bytes. */
static bool inflate(struct object_reader *reader, struct arena *arena, struct str compressed,
                    size_t size, struct str *ret_bytes)
{
    char *bytes = arena_alloc(arena, size + 1);

    if (!reader->inflate ||
        libdeflate_zlib_decompress(reader->inflate, compressed.bytes, compressed.length, bytes,
                                   size, NULL) != LIBDEFLATE_SUCCESS)
        return false;
    *ret_bytes = str_of(bytes, size);
    return true;
}

/* --- The index. --- */

static size_t big_endian(struct str bytes, size_t at, size_t count)
{
    size_t value = 0;

    for (size_t i = 0; i < count; i++) /* the compiler makes one instruction of it */
        value = value << 8 | (unsigned char)bytes.bytes[at + i];
    return value;
}

static bool map_file(struct str path, struct str *ret_bytes)
{
    int fd = open(path.bytes, O_RDONLY | O_CLOEXEC);
    struct stat status;
    void *bytes = MAP_FAILED;

    if (fd < 0)
        return false;
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0 &&
        (uintmax_t)status.st_size < SIZE_MAX / 2)
        bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    (void)close(fd);
    if (bytes == MAP_FAILED)
        return false;
    *ret_bytes = str_of(bytes, (size_t)status.st_size);
    return true;
}

static void unmap(struct str *bytes)
{
    if (bytes->length)
        (void)munmap((void *)(uintptr_t)bytes->bytes, bytes->length);
    *bytes = STR_NONE;
}

/* "\377tOc", version 2, how many ids begin with a byte at most so high, the ids, checksums, offsets, those of large packs, two checksums. */
static bool index_read(struct object_pack *pack)
{
    static const struct str magic = STR_INIT("\377tOc\0\0\0\2");
    size_t tables = INDEX_HEADER + FANOUT_SIZE, one = pack->id_size + CHECKSUM_SIZE + OFFSET_SIZE;

    if (!str_starts(pack->index, magic) || pack->index.length < tables + 2 * pack->id_size)
        return false;
    for (size_t i = 0, before = 0; i < 256; i++, before = pack->count) {
        pack->count = big_endian(pack->index, INDEX_HEADER + i * 4, 4);
        if (pack->count < before)
            return false;
    }
    size_t room = pack->index.length - tables - 2 * pack->id_size;
    if (room / one < pack->count || room - pack->count * one > pack->count * LARGE_SIZE)
        return false;
    pack->offsets = tables + pack->count * (pack->id_size + CHECKSUM_SIZE);
    pack->large = pack->offsets + pack->count * OFFSET_SIZE;
    return true;
}

/* "PACK", version 2 or 3, how many objects; at its end the checksum that the index has before its own. */
static bool data_is_pack(const struct object_pack *pack)
{
    size_t from = pack->index.length - 2 * pack->id_size;
    struct str checksum = str_slice(pack->index, from, from + pack->id_size);

    return str_ends(pack->data, checksum) && str_starts(pack->data, STR("PACK")) &&
           pack->data.length > 12 + pack->id_size &&
           (big_endian(pack->data, 4, 4) == 2 || big_endian(pack->data, 4, 4) == 3) &&
           big_endian(pack->data, 8, 4) == pack->count;
}

bool object_pack_open(struct object_pack *pack, size_t id_size)
{
    ARENA(scratch, (size_t)64 << 10);

    pack->is_tried = true;
    pack->id_size = id_size;
    if (map_file(str_printf(&scratch, STR_FMT ".idx", STR_ARG(pack->path)), &pack->index) &&
        index_read(pack) &&
        map_file(str_printf(&scratch, STR_FMT ".pack", STR_ARG(pack->path)), &pack->data) &&
        data_is_pack(pack))
        return true;
    object_pack_close(pack);
    return false;
}

void object_pack_close(struct object_pack *pack)
{
    unmap(&pack->index);
    unmap(&pack->data);
    pack->count = 0;
}

/* Bit 31 leads to the table of large offsets. */
static bool offset_of(const struct object_pack *pack, size_t at, size_t *ret_offset)
{
    size_t offset = big_endian(pack->index, pack->offsets + at * OFFSET_SIZE, OFFSET_SIZE);

    if (offset & LARGE_OFFSET) {
        size_t place = pack->large + (offset & ~(size_t)LARGE_OFFSET) * LARGE_SIZE;
        if (place + LARGE_SIZE + 2 * pack->id_size > pack->index.length)
            return false;
        offset = big_endian(pack->index, place, LARGE_SIZE);
    }
    *ret_offset = offset;
    return true;
}

struct span { /* of the table of ids */
    size_t low, high;
    uint64_t low_key, high_key; /* between these lie the first bytes of its ids */
};

static const unsigned char *id_at(const struct object_pack *pack, size_t at)
{
    return (const unsigned char *)pack->index.bytes + INDEX_HEADER + FANOUT_SIZE +
           at * pack->id_size;
}

static uint64_t key_of(const unsigned char *id)
{
    return (uint64_t)big_endian(str_of((const char *)id, 8), 0, 8);
}

/* Ids are digests, spread evenly: a few guesses come nearer than halving does. After those it is halved, whatever the file holds. */
static size_t place_to_try(const struct span *span, uint64_t key, unsigned round)
{
    size_t count = span->high - span->low, middle = span->low + count / 2;

    if (round >= GUESSES || key < span->low_key || key >= span->high_key)
        return middle;
    double part = (double)(key - span->low_key) / (double)(span->high_key - span->low_key);
    size_t guess = (size_t)(part * (double)count);
    return span->low + (guess < count ? guess : count - 1);
}

bool object_pack_find(const struct object_pack *pack, const unsigned char *id, size_t *ret_offset)
{
    uint64_t key = key_of(id), first = (uint64_t)id[0] << 56;
    struct span span = {.low = id[0] ? big_endian(pack->index, INDEX_HEADER + (id[0] - 1u) * 4u, 4)
                                     : 0,
                        .high = big_endian(pack->index, INDEX_HEADER + id[0] * 4u, 4),
                        .low_key = first,
                        .high_key = first | UINT64_MAX >> 8};

    for (unsigned round = 0; span.low < span.high && span.high <= pack->count; round++) {
        size_t at = place_to_try(&span, key, round);
        uint64_t there = key_of(id_at(pack, at));
        /* Two ids that begin alike are one, but for what a stranger makes up. */
        int order =
            there != key ? (key < there ? -1 : 1) : memcmp(id, id_at(pack, at), pack->id_size);
        if (!order)
            return offset_of(pack, at, ret_offset);
        if (order < 0) {
            span.high = at;
            span.high_key = there;
        } else {
            span.low = at + 1;
            span.low_key = there;
        }
    }
    return false;
}

/* --- Its entries. --- */

struct entry {
    enum git_type type; /* GIT_MISSING: a delta */
    size_t base;        /* of a delta: where what it changes stands */
    size_t size;        /* of what is compressed */
    struct str compressed;
};

static bool next_byte(struct str *rest, unsigned *ret)
{
    if (!rest->length)
        return false;
    *ret = (unsigned char)rest->bytes[0];
    *rest = str_from_offset(*rest, 1);
    return true;
}

/* Seven bits a byte, the lowest first, behind `size`'s first `shift`. */
static bool read_size(struct str *rest, unsigned byte, unsigned shift, size_t *size)
{
    while (byte & 0x80) {
        if (!next_byte(rest, &byte) || shift > 56)
            return false;
        *size |= (size_t)(byte & 0x7f) << shift;
        shift += 7;
    }
    return true;
}

/* How far before the delta: seven bits a byte, the highest first, and one more for each byte that follows. */
static bool read_distance(struct str *rest, size_t *ret_distance)
{
    unsigned byte;
    size_t distance;

    if (!next_byte(rest, &byte))
        return false;
    distance = byte & 0x7f;
    while (byte & 0x80) {
        if (!next_byte(rest, &byte) || distance > SIZE_MAX >> 8)
            return false;
        distance = ((distance + 1) << 7) | (byte & 0x7f);
    }
    *ret_distance = distance;
    return true;
}

static bool read_base(const struct object_pack *pack, unsigned kind, size_t offset,
                      struct str *rest, size_t *ret_base)
{
    enum { OFS_DELTA = 6, REF_DELTA = 7 };
    size_t distance;

    if (kind == OFS_DELTA) {
        if (!read_distance(rest, &distance) || !distance || distance > offset)
            return false;
        *ret_base = offset - distance;
        return true;
    }
    struct str id = str_prefix(*rest, pack->id_size);
    *rest = str_from_offset(*rest, id.length);
    return kind == REF_DELTA && id.length == pack->id_size &&
           object_pack_find(pack, (const unsigned char *)id.bytes, ret_base);
}

static bool entry_read(const struct object_pack *pack, size_t offset, struct entry *ret_entry)
{
    static const enum git_type types[8] = {
        [1] = GIT_COMMIT, [2] = GIT_TREE, [3] = GIT_BLOB, [4] = GIT_TAG};
    struct str rest = str_slice(pack->data, offset, pack->data.length - pack->id_size);
    struct entry entry = {0};
    unsigned byte;

    if (!next_byte(&rest, &byte))
        return false;
    entry.type = types[byte >> 4 & 7];
    entry.size = byte & 15;
    if (!read_size(&rest, byte, 4, &entry.size) || entry.size > OBJECT_STORE_MAX)
        return false;
    if (entry.type == GIT_MISSING && !read_base(pack, byte >> 4 & 7, offset, &rest, &entry.base))
        return false;
    entry.compressed = rest;
    *ret_entry = entry;
    return true;
}

/* --- Deltas: a base's size, the result's, then what is copied from the base and what is new. --- */

/* Four bytes of an offset and three of a size, of which only those are there whose bit is set. */
static bool read_copy(struct str *delta, unsigned command, size_t *ret_from, size_t *ret_count)
{
    size_t parts[2] = {0};
    unsigned byte;

    for (unsigned i = 0; i < 7; i++)
        if (command & 1u << i) {
            if (!next_byte(delta, &byte))
                return false;
            parts[i / 4] |= (size_t)byte << (i < 4 ? i : i - 4) * 8;
        }
    *ret_from = parts[0];
    *ret_count = parts[1] ? parts[1] : 0x10000;
    return true;
}

static bool delta_apply(struct str base, struct str delta, char *result, size_t size)
{
    size_t done = 0, from, count;
    unsigned command;

    while (next_byte(&delta, &command)) {
        struct str source = command & 0x80 ? base : delta;
        if (!(command & 0x80)) {
            from = 0;
            count = command; /* 0 is kept for later */
        } else if (!read_copy(&delta, command, &from, &count)) {
            return false;
        }
        if (!count || from > source.length || count > source.length - from || count > size - done)
            return false;
        memcpy(result + done, source.bytes + from, count);
        done += count;
        if (!(command & 0x80))
            delta = str_from_offset(delta, count);
    }
    return done == size;
}

static bool delta_sizes(struct str *delta, size_t *ret_base, size_t *ret_result)
{
    size_t *sizes[] = {ret_base, ret_result};
    unsigned byte;

    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        if (!next_byte(delta, &byte))
            return false;
        *sizes[i] = byte & 0x7f;
        if (!read_size(delta, byte, 7, sizes[i]))
            return false;
    }
    return *ret_result <= OBJECT_STORE_MAX;
}

/* `found` is what the delta changes, and becomes what it makes. */
static bool change(struct object_reader *reader, struct arena *arena, const struct entry *entry,
                   struct object_found *found)
{
    struct str delta;
    size_t base, result;

    if (entry->size > CHAIN_MAX - arena->used ||
        !inflate(reader, arena, entry->compressed, entry->size, &delta) ||
        !delta_sizes(&delta, &base, &result) || base != found->bytes.length ||
        arena->used > CHAIN_MAX || result > CHAIN_MAX - arena->used)
        return false;
    char *bytes = arena_alloc(arena, result + 1);
    if (!delta_apply(found->bytes, delta, bytes, result))
        return false;
    found->bytes = str_of(bytes, result);
    return true;
}

VEC_DEFINE(entries, struct entry);

/* The deltas from the object down to something whole. */
static bool chain_read(const struct object_pack *pack, struct object_reader *reader,
                       struct arena *arena, size_t offset, struct entries *chain,
                       struct object_found *ret_found)
{
    struct entry entry;

    while (!base_kept(reader, arena, pack, offset, ret_found)) {
        if (!entry_read(pack, offset, &entry))
            return false;
        if (entry.type != GIT_MISSING) {
            ret_found->type = entry.type;
            return inflate(reader, arena, entry.compressed, entry.size, &ret_found->bytes);
        }
        if (chain->count == DELTAS_MAX)
            return false;
        VEC_PUSH(arena, chain, entry);
        offset = entry.base;
    }
    return true;
}

bool object_pack_read(const struct object_pack *pack, struct object_reader *reader,
                      struct arena *arena, size_t offset, struct object_found *ret_found)
{
    struct object_found found = {0};
    struct entries chain = {0};

    if (!chain_read(pack, reader, arena, offset, &chain, &found))
        return false;
    while (chain.count) {
        const struct entry *entry = &VEC_LAST(&chain);
        base_keep(reader, pack, entry->base, &found);
        if (arena->used > CHAIN_MAX || !change(reader, arena, entry, &found))
            return false;
        chain.count--;
    }
    *ret_found = found;
    return true;
}

/* --- Loose objects: "TYPE SIZE", NUL and the bytes, all of it compressed. --- */

static bool loose_take_apart(struct str bytes, struct object_found *ret_found)
{
    size_t end = str_find_byte(str_prefix(bytes, LOOSE_HEADER_MAX), '\0');
    uint64_t size;

    if (end == SIZE_MAX)
        return false;
    struct str header = str_prefix(bytes, end), type = str_cut(&header, ' ');
    *ret_found = (struct object_found){git_type_of(type), str_from_offset(bytes, end + 1)};
    return ret_found->type != GIT_MISSING && str_to_u64(header, &size) &&
           size == ret_found->bytes.length;
}

/* How large it becomes stands inside only. */
bool object_loose_read(struct object_reader *reader, struct arena *arena, struct str compressed,
                       struct object_found *ret_found)
{
    enum libdeflate_result result = LIBDEFLATE_INSUFFICIENT_SPACE;
    size_t room = compressed.length < OBJECT_STORE_MAX ? 512 + compressed.length * LOOSE_GUESS : 0;
    size_t size = 0;
    char *bytes = NULL;

    for (; reader->inflate && result == LIBDEFLATE_INSUFFICIENT_SPACE && room &&
           arena->used < CHAIN_MAX;
         room *= LOOSE_GUESS) {
        if (room > OBJECT_STORE_MAX)
            room = OBJECT_STORE_MAX;
        bytes = arena_alloc(arena, room);
        result = libdeflate_zlib_decompress(reader->inflate, compressed.bytes, compressed.length,
                                            bytes, room, &size);
        if (room == OBJECT_STORE_MAX)
            break;
    }
    return result == LIBDEFLATE_SUCCESS && loose_take_apart(str_of(bytes, size), ret_found);
}
