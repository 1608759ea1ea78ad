/* fuzz_code_path -- any bytes as the code that names directories of migrations.
 *
 * hookcheck-layers: hc_migrations
 * Corpus: tests/fuzz/corpus/code_path
 */
#include <stdlib.h>

#include "base/str.h"
#include "migrations/code_path.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct arena *arena, struct code_file *file)
{
    struct code_paths paths = {0};

    for (size_t at = 0; at < file->text.length; at += at < 8 ? 1 : 64) {
        code_paths_read(arena, file, at, &paths);
        for (size_t i = 0; i < paths.count; i++)
            if (str_starts(paths.items[i].text, STR("/")) ||
                str_starts(paths.items[i].text, STR("../")))
                abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = str_of((const char *)data, size);
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct code_file php = {.path = STR("packages/x/src/XServiceProvider.php"), .text = text};
    struct code_file ruby = {.path = STR("engines/x/lib/x/engine.rb"), .text = text};

    check(&arena, &php);
    check(&arena, &ruby);
    return 0;
}
