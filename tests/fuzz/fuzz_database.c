/* fuzz_database -- any bytes as what a command answers, and as a password in a connection string that is shown to people.
 *
 * hookcheck-layers: hc_database
 * Corpus: tests/fuzz/corpus/database
 */
#include <stdlib.h>

#include "base/buf.h"
#include "database/driver.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Read: one table, ids sorted and none empty. Refused: with a message. */
static void check_answer(struct arena *arena, struct str bytes, enum table_layout layout)
{
    struct database_answer answer = {0};
    struct str message = STR_NONE;

    if (!command_answer_read(arena, bytes, layout, &answer, &message)) {
        if (str_is_empty(message))
            abort();
        return;
    }
    if (answer.tables.count != 1)
        abort();
    const struct database_rows *rows = &answer.tables.items[0];
    if (rows->state != (rows->ids.count ? TABLE_FILLED : TABLE_EMPTY))
        abort();
    for (size_t i = 0; i < rows->ids.count; i++)
        if (str_is_empty(rows->ids.items[i]) ||
            (i && str_compare(rows->ids.items[i - 1], rows->ids.items[i]) >= 0))
            abort();
}

/* Every letter becomes a Q, which occurs nowhere else in what we build: one Q that is shown is a part of the password. */
static struct str password_of(struct arena *arena, struct str bytes)
{
    struct buf password = buf_new(arena, bytes.length);

    for (size_t i = 0; i < bytes.length; i++) {
        char byte = bytes.bytes[i];
        bool letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
        buf_add_byte(&password, letter ? 'Q' : byte);
    }
    return buf_str(&password);
}

static void check_masked(struct str shown)
{
    if (str_contains(shown, STR("Q")))
        abort();
}

static bool is_one_word(struct str text)
{
    for (size_t i = 0; i < text.length; i++)
        if ((unsigned char)text.bytes[i] <= ' ' || text.bytes[i] == '"' || text.bytes[i] == '\'')
            return false;
    return true;
}

static struct str wrapped(struct arena *arena, const char *before, struct str middle,
                          const char *after)
{
    const struct str parts[] = {str_from(before), middle, str_from(after)};

    return str_join(arena, parts, COUNT_OF(parts), STR(""));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const around[][2] = {
        {"postgresql://app:", "@db.example:5432/x"},
        {"postgres://app:", "@db.example/x?sslmode=require"},
        {"mysql+driver://app:", "@db.example/x"},
        {"postgresql://db.example/x?user=app&password=", ""},
        {"host=db.example user=app password=", " dbname=x"},
        {"host=db.example password='", "' dbname=x"},
    };
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct str bytes = str_of((const char *)data, size), ignored;
    struct str password = password_of(&arena, bytes);

    check_answer(&arena, bytes, LAYOUT_ALEMBIC);
    check_answer(&arena, bytes, LAYOUT_PLAIN_SQL);
    (void)invoke_status_is_good(&arena, bytes, &ignored);
    for (size_t i = 0; i < COUNT_OF(around); i++)
        check_masked(
            database_url_masked(&arena, wrapped(&arena, around[i][0], password, around[i][1])));
    if (is_one_word(password) && !str_is_empty(password))
        check_masked(database_text_masked(
            &arena, wrapped(&arena, "refused: postgresql://app:", password, "@db.example/x: no")));
    (void)database_text_masked(&arena, bytes);
    return 0;
}
