#include <criterion/criterion.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/vec.h"

Test(arena, memory_is_zeroed_and_aligned)
{
    ARENA(arena, 64 << 20);
    for (size_t size = 0; size < 300000; size = size * 3 + 1) {
        unsigned char *memory = arena_alloc(&arena, size);
        cr_assert_not_null(memory);
        cr_assert_eq((uintptr_t)memory % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++) {
            cr_assert_eq(memory[i], 0);
            memory[i] = 0xAA;
        }
    }
}

Test(vec, pushes_keep_their_order)
{
    ARENA(arena, 1 << 20);
    VEC(size_t) numbers = {0};

    for (size_t i = 0; i < 1000; i++)
        VEC_PUSH(&arena, &numbers, i);
    cr_assert_eq(numbers.count, 1000);
    for (size_t i = 0; i < 1000; i++)
        cr_assert_eq(numbers.items[i], i);
}

Test(vec, sorting_is_bytewise)
{
    ARENA(arena, 1 << 20);
    struct strs list = {0};

    strs_add(&arena, &list, STR("b"));
    strs_add(&arena, &list, STR("a10"));
    strs_add(&arena, &list, STR("a2"));
    strs_add(&arena, &list, STR("b"));
    strs_sort(&list);
    cr_assert_eq(list.count, 3);
    cr_assert(str_eq(list.items[0], STR("a10")));
    cr_assert(str_eq(list.items[2], STR("b")));
}

Test(buf, stops_at_its_maximum)
{
    ARENA(arena, 1 << 20);
    struct buf buf = buf_new(&arena, 5);

    buf_add(&buf, STR("abc"));
    buf_printf(&buf, "%d", 12345);
    cr_assert(str_eq(buf_str(&buf), STR("abc12")));
    cr_assert(buf.truncated);
}

Test(digest, known_answers)
{
    ARENA(arena, 1 << 20);

    /* FIPS 180-4 examples. */
    cr_assert(str_eq(digest_sha256(&arena, STR("abc")),
                     STR("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")));
    cr_assert(str_eq(digest_sha256(&arena, STR("")),
                     STR("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")));
}
