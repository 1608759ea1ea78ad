/* fuzz_models.c -- SQL, Prisma and Rails schemas, and Rails migrations, from any bytes.
 * hookcheck-layers: hc_readers
 *
 * Beside memory faults: the statements of SQL lie in the text, in order, and a schema compared with itself has not changed.
 */
#include <stdlib.h>

#include "readers/prisma.h"
#include "readers/rails.h"
#include "readers/sql_schema.h"
#include "readers/sql_split.h"
#include "readers/steps.h"

#define INPUT_MAX 65536u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool read_input(void *self, struct str path, struct str *ret_bytes)
{
    (void)path;
    *ret_bytes = *(struct str *)self;
    return true;
}

static void check_split(struct str text)
{
    struct sql_split split = {.text = text};
    struct sql_statement statement;
    const char *behind = text.bytes;

    while (sql_split_next(&split, &statement)) {
        if (statement.text.length == 0)
            continue;
        if (statement.text.bytes < behind ||
            statement.text.bytes + statement.text.length > text.bytes + text.length)
            abort();
        behind = statement.text.bytes + statement.text.length;
    }
}

static void check_itself(struct arena *arena, const struct schema *schema)
{
    struct schema_difference difference;

    schema_compare(arena, schema, schema, &difference);
    if (difference.changes.count || difference.unread.count)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ARENA(arena, (size_t)512 << 20);
    /* A copy of exactly its size: what is read behind it is seen. */
    struct str text =
        str_copy(&arena, str_of((const char *)data, size > INPUT_MAX ? INPUT_MAX : size));
    struct source_files files = {.self = &text, .read = read_input};
    struct schema sql = {0}, prisma = {0}, rails = {0};
    struct steps steps = {0};
    struct strs paths = {0};
    struct err e = ERR_NONE;

    VEC_PUSH(&arena, &paths, STR("input"));
    check_split(text);
    if (!sql_schema_read(&arena, &files, &paths, &sql, &e))
        abort();
    check_itself(&arena, &sql);
    prisma_read(&arena, &files, &paths, &prisma);
    check_itself(&arena, &prisma);
    rails_schema_read(&arena, &files, &paths, &rails);
    check_itself(&arena, &rails);
    steps_of_rails(&arena, &files, STR("input"), text, &steps);
    steps_of_sql(&arena, text, &steps);
    return 0;
}
