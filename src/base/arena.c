#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

#include "base/door.h"

struct arena_chunk {
    struct arena_chunk *next;
    size_t size; /* of `memory` */
    size_t used;
    _Alignas(max_align_t) char memory[];
};

/* The hook's work on an ordinary command fits into one; larger blocks get a chunk of their own. */
#define CHUNK_SIZE ((size_t)64 << 10)
/* The first chunks are smaller: calloc() clears a chunk as a whole, and each page costs as much as a system call. */
#define FIRST_CHUNK_SIZE ((size_t)8 << 10)

#if defined(__SANITIZE_ADDRESS__)
#define BLOCK_EACH 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define BLOCK_EACH 1
#endif
#endif
#ifndef BLOCK_EACH
#define BLOCK_EACH 0
#endif

static struct arena_chunk *chunk_add(struct arena *arena, size_t size)
{
    struct arena_chunk *chunk = calloc(1, sizeof *chunk + size);

    if (!chunk)
        door_memory();
    chunk->size = size;
    chunk->next = arena->chunks;
    arena->chunks = chunk;
    return chunk;
}

/* Doubles with what was used (the block that is asked for is counted already: it fits), up to CHUNK_SIZE. */
static size_t chunk_size(const struct arena *arena)
{
    size_t size = FIRST_CHUNK_SIZE;

    while (size < CHUNK_SIZE && size < arena->used)
        size *= 2;
    return size;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    size_t align = _Alignof(max_align_t);

    if (size > arena->budget || arena->used > arena->budget - size)
        door_memory();
    arena->used += size;
    if (BLOCK_EACH) {
        struct arena_chunk *block = chunk_add(arena, size ? size : 1);
        block->used = block->size;
        return block->memory;
    }
    size_t rounded = (size + align - 1) & ~(align - 1);
    if (size == 0)
        rounded = align;
    struct arena_chunk *chunk = arena->chunks;
    if (rounded > CHUNK_SIZE / 4) {
        /* Behind the current chunk, so that the rest of that one stays in use. */
        struct arena_chunk *large = chunk_add(arena, rounded);
        large->used = rounded;
        if (chunk) {
            arena->chunks = chunk;
            large->next = chunk->next;
            chunk->next = large;
        }
        return large->memory;
    }
    if (!chunk || chunk->size - chunk->used < rounded)
        chunk = chunk_add(arena, chunk_size(arena));
    void *memory = chunk->memory + chunk->used;
    chunk->used += rounded;
    return memory;
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(count, size, &bytes))
        door_memory();
    return arena_alloc(arena, bytes);
}

void arena_release(struct arena *arena)
{
    while (arena->chunks) {
        struct arena_chunk *next = arena->chunks->next;
        free(arena->chunks);
        arena->chunks = next;
    }
    arena->used = 0;
}
