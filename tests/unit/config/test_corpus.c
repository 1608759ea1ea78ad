/* Each tests/corpus/config/NAME.json is loaded as the only file; NAME.expect is what it says. HOOKCHECK_WRITE_EXPECTATIONS=1 writes the
 * files anew, to be read before they are committed. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "dump.h"

Test(config_corpus, each_file_says_what_is_expected)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct err e = ERR_NONE;
    struct strs names = {0};
    size_t cases = 0;

    cr_assert_eq(chdir(TESTS_DIRECTORY "/corpus/config"), 0);
    cr_assert(file_list(&arena, STR("."), &names, &e), "%s", e.message);
    for (size_t i = 0; i < names.count; i++) {
        struct str name = names.items[i], expected = STR_NONE;
        struct config config;
        if (!str_ends(name, STR(".json")))
            continue;
        cases++;
        struct config_options options = {.file = name};
        cr_assert(config_load(&arena, STR("/"), &options, &config, &e), "%s", e.message);
        struct str dump = config_dump(&arena, &config);
        struct str file =
            str_printf(&arena, STR_FMT ".expect", STR_ARG(str_prefix(name, name.length - 5)));
        if (getenv("HOOKCHECK_WRITE_EXPECTATIONS"))
            cr_assert(file_write_atomically(
                          &arena, path_join(&arena, STR(TESTS_DIRECTORY "/corpus/config"), file),
                          dump, 0644, &e),
                      "%s", e.message);
        cr_assert(file_read(&arena, file, FILE_MAX, &expected, &e), "%s", e.message);
        cr_expect(str_eq(dump, expected), "%s\n--- is\n%s--- should be\n" STR_FMT, file.bytes,
                  dump.bytes, STR_ARG(expected));
    }
    cr_assert_gt(cases, 30);
}
