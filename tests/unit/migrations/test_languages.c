/* Models that took too long to parse are no answer, in any language, and not a schema without tables. */
#include <criterion/criterion.h>

#include <string.h>

#include "base/buf.h"
#include "migrations/languages.h"
#include "readers/parse.h"

static struct arena arena = {.budget = ARENA_DEFAULT_BUDGET};

static bool read_source(void *self, struct str path, struct str *ret_bytes)
{
    struct buf text = buf_new(&arena, (size_t)1 << 20);

    if (!str_contains(path, STR("models")))
        return false;
    for (size_t i = 0; i < 500; i++)
        buf_add(&text, str_from(self));
    *ret_bytes = buf_str(&text);
    return true;
}

static void end(void)
{
    arena_release(&arena);
}

Test(languages, what_is_not_parsed_in_time_is_an_error, .fini = end, .timeout = 120)
{
    static const struct {
        const char *path, *line;
    } rows[] = {
        {"app/models.py",
         "class User(Base):\n    __tablename__ = 'users'\n    id = Column(Integer, "
         "primary_key=True)\n"},
        {"src/models.ts", "export const users = pgTable('users', { id: serial('id') });\n"},
        {"lib/models.ex", "defmodule User do\n  use Ecto.Schema\nend\n"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        for (unsigned late = 0; late < 2; late++) {
            struct source_files files = {.self = (void *)(uintptr_t)rows[i].line,
                                         .read = read_source};
            struct strs paths = {0}, settings = {0};
            struct model_source source = {
                .arena = &arena, .files = &files, .paths = &paths, .settings = &settings};
            struct schema schema = {0};
            struct err e = ERR_NONE;
            VEC_PUSH(&arena, &paths, str_from(rows[i].path));
            parse_limit_us = late ? 1 : 60000000;
            bool read = model_language_of(paths.items[0])->read(&source, &schema, &e);
            if (!late) {
                cr_expect(read, "%s: %s", rows[i].path, e.message);
                continue;
            }
            cr_expect_not(read, "%s", rows[i].path);
            cr_expect_eq(e.kind, ERR_TIMEOUT);
            cr_expect(strstr(e.message, rows[i].path), "%s", e.message);
        }
}
