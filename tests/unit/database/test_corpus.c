/* What the fuzzer found, or begins with, must stay right. */
#include <criterion/criterion.h>

#include "base/file.h"
#include "base/vec.h"

#include "../../fuzz/fuzz_database.c"

Test(corpus, every_seed_of_the_fuzzer_is_right)
{
    ARENA(memory, ARENA_DEFAULT_BUDGET);
    struct str folder = STR(TESTS_DIRECTORY "/fuzz/corpus/database"), bytes;
    struct strs names = {0};
    struct err e = ERR_NONE;

    cr_assert(file_list(&memory, folder, &names, &e), "%s", e.message);
    cr_assert_gt(names.count, 5);
    for (size_t i = 0; i < names.count; i++) {
        cr_assert(
            file_read(&memory, path_join(&memory, folder, names.items[i]), FILE_MAX, &bytes, &e),
            "%s", e.message);
        cr_assert_eq(LLVMFuzzerTestOneInput((const uint8_t *)bytes.bytes, bytes.length), 0);
    }
}
