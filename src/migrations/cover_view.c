/* cover_view.c -- a statement that makes or drops a view, against a model of that view. */
#include "migrations/cover_match.h"

#include "migrations/table_names.h"
#include "readers/sql_split.h"

/* schema . name, with their quotes */
static struct str name_at(struct str text, size_t *at)
{
    struct str name = sql_token(text, at), token;

    for (size_t next = *at; str_eq((token = sql_token(text, &next)), STR(".")); *at = next) {
        token = sql_token(text, &next);
        name = str_slice(text, (size_t)(name.bytes - text.bytes),
                         (size_t)(token.bytes - text.bytes) + token.length);
    }
    return name;
}

/* CREATE OR REPLACE MATERIALIZED VIEW IF NOT EXISTS name, DROP VIEW name: of which view; empty: another statement. */
static struct str view_of(struct str statement, bool *ret_drop)
{
    static const char *const before[] = {"or",        "replace",      "temp",  "temporary",
                                         "recursive", "materialized", "force", NULL};
    static const char *const behind[] = {"if", "not", "exists", "concurrently", NULL};
    size_t at = 0, back;
    struct str word = sql_token(statement, &at);

    *ret_drop = str_eq_nocase(word, STR("drop"));
    if (!*ret_drop && !str_eq_nocase(word, STR("create")))
        return STR_NONE;
    while (str_is_one_of_nocase(word = sql_token(statement, &at), before))
        ;
    if (!str_eq_nocase(word, STR("view")))
        return STR_NONE;
    do
        back = at;
    while (str_is_one_of_nocase(sql_token(statement, &at), behind));
    return name_at(statement, &back);
}

bool cover_view(struct str statement, const struct schema_change *change)
{
    bool drop, has;
    struct str view = view_of(statement, &drop);

    if (!view.length || !table_is_of(view, change))
        return false;
    has = !drop && text_has_word(statement, change->column);
    switch (change->object) {
    case SCHEMA_OBJECT_TABLE:
        return drop == (change->kind == SCHEMA_DROP);
    case SCHEMA_OBJECT_COLUMN:
        return change->kind == SCHEMA_DROP ? !has : has;
    case SCHEMA_OBJECT_INDEX:
    case SCHEMA_OBJECT_TYPE:
        break;
    }
    return false;
}
