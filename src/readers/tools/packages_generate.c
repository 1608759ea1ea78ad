/* packages_generate -- patterns/packages/NAME.py → C texts. One that does not name its modules does not build.
 *
 * usage: packages-generate OUTPUT.c FILE.py...
 */
#include <stdio.h>

#include "base/buf.h"
#include "base/file.h"

static const struct str mark = STR_INIT("# packages: ");

/* Bytes, not a string: those are limited in length. */
static bool add_text(struct arena *arena, int number, struct str path, struct buf *texts,
                     struct buf *rows, struct err *e)
{
    struct str bytes, rest, line;

    if (!file_read(arena, path, FILE_MAX, &bytes, e))
        return false;
    rest = bytes;
    if (!str_next_line(&rest, &line) || !str_starts(line, mark))
        return err_set(e, ERR_INPUT, "the first line does not begin with \"" STR_FMT "\"",
                       STR_ARG(mark));
    struct str modules = str_trim(str_from_offset(line, mark.length));
    buf_printf(texts, "static const char text_%d[] = {", number);
    for (size_t i = 0; i < bytes.length; i++)
        buf_printf(texts, "%d,", bytes.bytes[i]);
    buf_add(texts, STR("0};\n"));
    buf_printf(rows, "    {STR_INIT(\"" STR_FMT "\"), {text_%d, sizeof text_%d - 1}},\n",
               STR_ARG(modules), number, number);
    return true;
}

int main(int argc, char **argv)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct buf texts = buf_new(&arena, FILE_MAX), rows = buf_new(&arena, FILE_MAX);
    struct err e = ERR_NONE;

    buf_add(&texts, STR("#include \"readers/python_package.h\"\n\n"));
    for (int i = 2; i < argc; i++)
        if (!add_text(&arena, i, str_from(argv[i]), &texts, &rows, &e)) {
            fprintf(stderr, "%s: %s\n", argv[i], e.message);
            return 1;
        }
    buf_add(&texts, STR("\nconst struct python_package python_packages[] = {\n"));
    buf_add(&texts, buf_str(&rows));
    buf_add(&texts, STR("};\nconst size_t python_package_count = sizeof python_packages / sizeof "
                        "*python_packages;\n"));
    if (argc < 3 || !file_write_atomically(&arena, str_from(argv[1]), buf_str(&texts), 0644, &e)) {
        fprintf(stderr, "packages-generate: %s\n", e.message);
        return 1;
    }
    return 0;
}
