/* cover_order.c -- the last word of a migration that makes a change and takes it back. */
#include "migrations/cover_parts.h"

#include "migrations/cover_scan.h"
#include "migrations/effect.h"
#include "migrations/table_names.h"
#include "readers/sql_split.h"

/* ALTER TABLE "{fresh}" RENAME TO "users": what stands behind TO. */
static struct str renamed_to(struct str statement)
{
    struct str rest = str_trim(statement);
    size_t end = rest.length, start;

    while (end > 0 && !byte_is_word(rest.bytes[end - 1]))
        end--;
    for (start = end; start > 0 && byte_is_word(rest.bytes[start - 1]);)
        start--;
    struct str before = str_trim(str_prefix(rest, start));
    while (before.length && (str_ends(before, STR("\"")) || str_ends(before, STR("`"))))
        before = str_prefix(before, before.length - 1);
    before = str_trim(before);
    return text_has_word(rest, STR("rename")) && before.length > 2 &&
                   str_eq_nocase(str_from_offset(before, before.length - 3), STR(" to"))
               ? str_slice(rest, start, end)
               : STR_NONE;
}

static bool gives_its_name(const struct part *part, const struct schema_change *change)
{
    struct str name;

    if (!part->call) {
        name = renamed_to(part->statement);
        return name.length && table_is_of(name, change);
    }
    return cover_is_call(part->call, "rename_table") &&
           cover_is_literal(cover_keyword_argument(part->call, "new_table_name", 1), &name) &&
           table_is_of(name, change);
}

static bool creates_table(const struct part *part)
{
    return part->call ? cover_is_call(part->call, "create_table")
                      : text_has_word(part->statement, STR("create")) &&
                            text_has_word(part->statement, STR("table"));
}

/* What the table was called that gets another name; empty: that is computed. */
static struct str renamed_from(const struct part *part)
{
    struct str before = STR_NONE, name;

    if (part->call)
        return cover_is_literal(cover_keyword_argument(part->call, "old_table_name", 0), &name)
                   ? cover_bare(name)
                   : STR_NONE;
    for (size_t at = 0; !str_eq_nocase(name = sql_token(part->statement, &at), STR("rename"));
         before = name)
        if (!name.length)
            return STR_NONE;
    return cover_is_gapped(part->statement) || str_eq_nocase(before, STR("table"))
               ? STR_NONE
               : table_name_of(before).table;
}

/* Is a table made that is called so, or as is computed? */
static bool creates(const struct part *part, struct str table)
{
    struct str name;

    if (!creates_table(part))
        return false;
    if (!table.length)
        return true;
    if (part->call)
        return !cover_is_literal(cover_keyword_argument(part->call, "table_name", 0), &name) ||
               str_eq_nocase(cover_bare(name), table);
    return cover_is_gapped(part->statement) || text_has_word(part->statement, table);
}

/* Did the table get this column that the part `until` gives the name? */
static bool has_been_made(const struct cover *cover, size_t until, struct str column)
{
    struct str was = renamed_from(&cover->parts.items[until]);

    for (size_t i = 0; i < until; i++) {
        const struct part *part = &cover->parts.items[i];
        if (creates(part, was) &&
            (part->call ? cover_names(part->call, column) : text_has_word(part->statement, column)))
            return true;
    }
    return false;
}

bool cover_gives(const struct cover *cover, const struct schema_change *change)
{
    if (!cover->renames || change->kind != SCHEMA_ADD || change->object != SCHEMA_OBJECT_COLUMN)
        return false;
    for (size_t i = 0; i < cover->parts.count; i++)
        if (gives_its_name(&cover->parts.items[i], change) &&
            has_been_made(cover, i, change->column))
            return true;
    return false;
}

static bool drops_table(const struct part *part)
{
    return part->call
               ? cover_is_call(part->call, "drop_table") || cover_is_call(part->call, "DeleteModel")
               : !text_has_word(part->statement, STR("alter")) &&
                     text_has_word(part->statement, STR("table"));
}

/* 1: this part makes the change, -1: it takes it back. */
static int part_does(const struct cover *cover, size_t i, const struct schema_change *change,
                     const struct schema_change *back)
{
    const struct part *part = &cover->parts.items[i];
    bool named = change->kind == SCHEMA_DROP && gives_its_name(part, change);

    if (named && change->object == SCHEMA_OBJECT_TABLE)
        return -1;
    if (named && change->object == SCHEMA_OBJECT_COLUMN)
        return has_been_made(cover, i, change->column) ? -1 : 0;
    if (cover_part(cover, i, change))
        return 1;
    /* A column that is added goes by itself: a table that is dropped may have been copied before. */
    if (change->kind == SCHEMA_ADD && change->object != SCHEMA_OBJECT_TABLE && drops_table(part))
        return 0;
    return cover_part_surely(cover, i, back) ? -1 : 0;
}

bool cover_takes_back(const struct cover *cover, const struct schema_change *change)
{
    struct schema_change back = *change;
    int last = 0, does;

    if (change->kind == SCHEMA_CHANGE || change->object == SCHEMA_OBJECT_TYPE)
        return false;
    back.kind = change->kind == SCHEMA_ADD ? SCHEMA_DROP : SCHEMA_ADD;
    for (size_t i = 0; i < cover->steps.count && cover->language == RUBY; i++)
        last = (does = step_effect(NULL, &cover->steps.items[i], change)) ? does : last;
    for (size_t i = 0; i < cover->parts.count && cover->language != OTHER; i++)
        last = (does = part_does(cover, i, change, &back)) ? does : last;
    return last < 0;
}
