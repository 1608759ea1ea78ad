#include "base/arena.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/door.h"

struct arena_chunk {
    struct arena_chunk *next;
    size_t size; /* of `memory` */
    size_t used;
    size_t mapped; /* by mmap(), so many bytes; 0: by calloc() */
    _Alignas(max_align_t) char memory[];
};

/* Past malloc's own threshold for mmap, so that calloc() gets pages that are zero already and clears none. */
#define CHUNK_SPAN ((size_t)256 << 10)
#define CHUNK_SIZE (CHUNK_SPAN - sizeof(struct arena_chunk))
/* What an ordinary command needs comes from the program's own zeroed pages: each costs nothing until it is touched, where
 * calloc() would clear, and so touch, all of a chunk. The first arena takes it. */
#define RESERVE_SIZE ((size_t)128 << 10)
/* A process that has taken so many chunks cuts the next ones out of large pages, where the system has them (madvise(2), MADV_HUGEPAGE): one
 * fault instead of 512. It costs as much as some 70 small ones, and a chunk needs 64. */
#define SMALL_CHUNKS 2u
#define HUGE_PAGE ((size_t)2 << 20)
_Static_assert(HUGE_PAGE % CHUNK_SPAN == 0, "a large page is cut into chunks");
/* A block past this gets a chunk of its own. */
#define LARGE_BLOCK ((size_t)64 << 10)

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

static union {
    struct arena_chunk chunk;
    char bytes[sizeof(struct arena_chunk) + RESERVE_SIZE];
} reserve;
static bool reserve_is_taken;

/* Chunks given back, for the next arena: a page that the system has yet to find costs more than clearing one that is warm. Each
 * thread has its own. */
static _Thread_local struct arena_chunk *spare;
static _Thread_local unsigned smalls;

static struct arena_chunk *chunk_link(struct arena *arena, struct arena_chunk *chunk, size_t size)
{
    chunk->size = size;
    chunk->next = arena->chunks;
    arena->chunks = chunk;
    return chunk;
}

static struct arena_chunk *chunk_add(struct arena *arena, size_t size)
{
    struct arena_chunk *chunk = calloc(1, sizeof *chunk + size);

    if (!chunk)
        door_memory();
    return chunk_link(arena, chunk, size);
}

/* So many whole large pages; NULL: small pages will do. */
static struct arena_chunk *map_huge(size_t size)
{
    char *start = size > SIZE_MAX / 2 ? MAP_FAILED
                                      : mmap(NULL, size + HUGE_PAGE, PROT_READ | PROT_WRITE,
                                             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (start == MAP_FAILED)
        return NULL;
    /* Only what is aligned becomes large pages. */
    size_t before = (HUGE_PAGE - (uintptr_t)start % HUGE_PAGE) % HUGE_PAGE;
    if (before)
        (void)munmap(start, before);
    (void)munmap(start + before + size, HUGE_PAGE - before);
    (void)madvise(start + before, size, MADV_HUGEPAGE);
    return (struct arena_chunk *)(void *)(start + before);
}

/* A block with pages of its own. */
static struct arena_chunk *chunk_map(struct arena *arena, size_t size)
{
    size_t header = sizeof(struct arena_chunk);
    size_t whole = (header + size + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1);
    struct arena_chunk *chunk = map_huge(whole);

    if (!chunk)
        return NULL;
    chunk->mapped = whole;
    return chunk_link(arena, chunk, whole - header);
}

static void chunk_free(struct arena_chunk *chunk)
{
    if (chunk->mapped)
        (void)munmap(chunk, chunk->mapped);
    else
        free(chunk);
}

static void chunk_spare(struct arena_chunk *chunk)
{
    chunk->next = spare;
    spare = chunk;
}

/* The chunks of one large page become spare ones, the first of them on top. */
static void cut_page(void)
{
    char *page = (char *)map_huge(HUGE_PAGE);

    for (size_t at = page ? HUGE_PAGE : 0; at; at -= CHUNK_SPAN) {
        struct arena_chunk *chunk = (struct arena_chunk *)(void *)(page + at - CHUNK_SPAN);
        chunk->size = CHUNK_SIZE;
        chunk->mapped = CHUNK_SPAN;
        chunk_spare(chunk);
    }
}

static struct arena_chunk *chunk_next(struct arena *arena)
{
    if (!spare && !reserve_is_taken) {
        reserve_is_taken = true;
        return chunk_link(arena, &reserve.chunk, RESERVE_SIZE);
    }
    if (!spare && smalls++ >= SMALL_CHUNKS)
        cut_page();
    if (!spare)
        return chunk_add(arena, CHUNK_SIZE);
    struct arena_chunk *chunk = spare;
    spare = chunk->next;
    memset(chunk->memory, 0, chunk->used);
    chunk->used = 0;
    return chunk_link(arena, chunk, chunk->size);
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
    if (rounded > LARGE_BLOCK) {
        /* Behind the current chunk, so that the rest of that one stays in use. */
        struct arena_chunk *large = rounded >= HUGE_PAGE ? chunk_map(arena, rounded) : NULL;
        if (!large)
            large = chunk_add(arena, rounded);
        large->used = rounded;
        if (chunk) {
            arena->chunks = chunk;
            large->next = chunk->next;
            chunk->next = large;
        }
        return large->memory;
    }
    if (!chunk || chunk->size - chunk->used < rounded)
        chunk = chunk_next(arena);
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
        struct arena_chunk *chunk = arena->chunks;
        arena->chunks = chunk->next;
        if (!BLOCK_EACH && (chunk == &reserve.chunk || chunk->size == CHUNK_SIZE))
            chunk_spare(chunk);
        else
            chunk_free(chunk);
    }
    arena->used = 0;
}

void arena_adopt(struct arena *arena, struct arena *from)
{
    struct arena_chunk **end = &from->chunks;

    while (*end)
        end = &(*end)->next;
    /* Behind the current chunk, so that the rest of that one stays in use. */
    if (arena->chunks) {
        *end = arena->chunks->next;
        arena->chunks->next = from->chunks;
    } else {
        arena->chunks = from->chunks;
    }
    arena->used += from->used;
    from->chunks = NULL;
    from->used = 0;
}

void arena_thread_end(void)
{
    while (spare) {
        struct arena_chunk *next = spare->next;
        if (spare != &reserve.chunk)
            chunk_free(spare);
        spare = next;
    }
}
