/* liquibase_sum.c -- version 9 of Liquibase's checksums, for changes of SQL.
 *
 * A change of SQL is hashed without its blanks and line ends, as "9:" and MD5; a change set is MD5 over those texts, each followed by ':'.
 * Its comments, its splitting and its delimiters do not count. Source: change/AbstractSQLChange.java and change/CheckSum.java; compared
 * with what 4.28 wrote in tests/integration/trackers/liquibase.
 */
#include "base/buf.h"
#include "base/digest.h"
#include "migrations/liquibase.h"

struct str liquibase_sum_of_sql(struct arena *arena, struct str sql)
{
    struct buf out = buf_new(arena, sql.length + 1);

    for (size_t i = 0; i < sql.length; i++)
        if (str_find_byte(STR(" \t\r\n"), sql.bytes[i]) == SIZE_MAX)
            buf_add_byte(&out, sql.bytes[i]);
    return str_printf(arena, "9:" STR_FMT, STR_ARG(digest_md5(arena, buf_str(&out))));
}

struct str liquibase_sum_of_changes(struct arena *arena, const struct strs *sums)
{
    struct buf out = buf_new(arena, sums->count * 64 + 1);

    for (size_t i = 0; i < sums->count; i++)
        buf_printf(&out, STR_FMT ":", STR_ARG(sums->items[i]));
    return str_printf(arena, "9:" STR_FMT, STR_ARG(digest_md5(arena, buf_str(&out))));
}
