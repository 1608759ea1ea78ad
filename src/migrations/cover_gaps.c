/* cover_gaps.c -- SQL of which a migration computes the names. */
#include "migrations/cover_match.h"

#include "base/buf.h"

bool cover_is_gapped(struct str statement)
{
    return str_contains(statement, STR("{")) || str_contains(statement, STR("%s")) ||
           str_contains(statement, STR("%I")) || str_contains(statement, STR("%("));
}

bool cover_is_executed(struct str statement)
{
    return text_has_word(statement, STR("execute")) &&
           (str_contains(statement, STR("%")) || str_contains(statement, STR("||")));
}

/* {}, {name}, %s, %(name)s, %I of format(): its length; 0: there is none. */
static size_t gap_at(struct str rest)
{
    size_t end;

    if (str_starts(rest, STR("%s")) || str_starts(rest, STR("%I")))
        return 2;
    if (str_starts(rest, STR("{")))
        return (end = str_find_byte(rest, '}')) == SIZE_MAX ? 0 : end + 1;
    end = str_starts(rest, STR("%(")) ? str_find(rest, STR(")s")) : SIZE_MAX;
    return end == SIZE_MAX ? 0 : end + 2;
}

/* The name of the change that the word before a gap asks for: of RENAME COLUMN a TO b an added one is what stands behind. */
static struct str asked_for(struct str before, bool renames, const struct schema_change *change)
{
    static const char *const columns[] = {"add", "column", "rename", "drop", "alter", NULL};
    bool adds = change->kind == SCHEMA_ADD;

    if (str_eq_nocase(before, STR("table")))
        return cover_bare(change->table);
    if (renames ? str_eq_nocase(before, STR("to")) == adds &&
                      (adds || str_is_one_of_nocase(before, columns))
                : str_is_one_of_nocase(before, columns))
        return change->column;
    return STR("_");
}

static struct str filled(struct arena *arena, struct str statement,
                         const struct schema_change *change)
{
    static const char *const between[] = {"if", "not", "exists", "only", NULL};
    bool renames = text_has_word(statement, STR("rename"));
    struct buf out = buf_new(arena, (statement.length + 1) * (change->table.length + 2) +
                                        statement.length * change->column.length);
    struct str before = STR_NONE;

    for (size_t at = 0, end; at < statement.length; at = end) {
        size_t gap = gap_at(str_from_offset(statement, at));
        for (end = at; end < statement.length && byte_is_word(statement.bytes[end]);)
            end++;
        if (gap) {
            end = at + gap;
            buf_add(&out, asked_for(before, renames, change));
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
