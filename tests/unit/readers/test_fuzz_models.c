/* Replays the fuzzer's corpus: what it once found stays found. */
#include <criterion/criterion.h>

/* Each fuzzer brings this function. */
#define LLVMFuzzerTestOneInput fuzz_models
#include "../../fuzz/fuzz_models.c"
#include "base/file.h"

#define CORPUS TESTS_DIRECTORY "/fuzz/corpus/models"

Test(fuzz, models_corpus_is_replayed)
{
    ARENA(arena, 64u << 20);
    struct strs files;
    struct err e = ERR_NONE;

    cr_assert(file_list(&arena, STR(CORPUS), &files, &e), "%s", e.message);
    cr_assert_geq(files.count, 8);
    for (size_t i = 0; i < files.count; i++) {
        struct str bytes;
        cr_assert(
            file_read(&arena, path_join(&arena, STR(CORPUS), files.items[i]), FILE_MAX, &bytes, &e),
            "%s", e.message);
        cr_expect_eq(LLVMFuzzerTestOneInput((const uint8_t *)bytes.bytes, bytes.length), 0);
    }
}
