/* cover_gaps.c -- SQL of which a migration computes the names. */
#include "migrations/cover_match.h"

#include "base/buf.h"

bool cover_is_gapped(struct str statement)
{
    return str_contains(statement, STR("{")) || str_contains(statement, STR("%s")) ||
           str_contains(statement, STR("%("));
}

bool cover_is_executed(struct str statement)
{
    return text_has_word(statement, STR("execute")) &&
           (str_contains(statement, STR("%")) || str_contains(statement, STR("||")));
}

/* {}, {name}, %s, %(name)s: its length; 0: there is none. */
static size_t gap_at(struct str rest)
{
    size_t end;

    if (str_starts(rest, STR("%s")))
        return 2;
    if (str_starts(rest, STR("{")))
        return (end = str_find_byte(rest, '}')) == SIZE_MAX ? 0 : end + 1;
    end = str_starts(rest, STR("%(")) ? str_find(rest, STR(")s")) : SIZE_MAX;
    return end == SIZE_MAX ? 0 : end + 2;
}

/* The names of the change where the words before a gap ask for them. */
static struct str filled(struct arena *arena, struct str statement,
                         const struct schema_change *change)
{
    static const char *const columns[] = {"add", "column", "drop", "alter", NULL};
    static const char *const between[] = {"if", "not", "exists", "only", NULL};
    struct buf out = buf_new(arena, (statement.length + 1) * (change->table.length + 2) +
                                        statement.length * change->column.length);
    struct str before = STR_NONE;

    for (size_t at = 0, end; at < statement.length; at = end) {
        size_t gap = gap_at(str_from_offset(statement, at));
        for (end = at; end < statement.length && byte_is_word(statement.bytes[end]);)
            end++;
        if (gap) {
            end = at + gap;
            buf_add(&out, str_eq_nocase(before, STR("table"))     ? cover_bare(change->table)
                          : str_is_one_of_nocase(before, columns) ? change->column
                                                                  : STR("_"));
        } else if (end > at) {
            struct str word = str_slice(statement, at, end);
            buf_add(&out, word);
            before = str_is_one_of_nocase(word, between) ? before : word;
        } else {
            buf_add_byte(&out, statement.bytes[end++]);
        }
    }
    return buf_str(&out);
}

bool cover_gapped(struct arena *arena, struct str statement, const struct schema_change *change,
                  struct str upgrade)
{
    struct schema_change there = *change;

    if (change->object != SCHEMA_OBJECT_COLUMN || !text_has_word(statement, STR("alter")) ||
        !text_has_word(upgrade, change->column) ||
        !text_has_word(upgrade, cover_bare(change->table)))
        return false;
    if (!text_has_word(statement, change->column))
        return cover_is_gapped(statement) &&
               cover_statement(filled(arena, statement, change), change);
    there.table = change->column; /* where the table stands is the gap: the rest decides */
    return cover_statement(statement, &there);
}
