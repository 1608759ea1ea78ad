/* layout.c -- is this the tracking table we think it is? Names are shared by many tools, so the columns decide. */
#include "database/driver.h"

#include <stdlib.h>

#include "base/buf.h"

bool column_is_named_as_time(struct str name)
{
    static const struct str names[] = {STR_INIT("timestamp"), STR_INIT("date"), STR_INIT("time"),
                                       STR_INIT("created"), STR_INIT("applied")};

    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (str_eq_nocase(name, names[i]))
            return true;
    return str_ends(name, STR("_at")) || str_ends(name, STR("_on"));
}

static struct str columns_text(struct arena *arena, const struct columns *columns)
{
    struct buf text = buf_new(arena, 300);

    for (size_t i = 0; i < columns->count; i++)
        buf_printf(&text, "%s" STR_FMT " " STR_FMT, i ? ", " : "", STR_ARG(columns->items[i].name),
                   STR_ARG(columns->items[i].type));
    if (columns->count == 0)
        buf_add(&text, STR("none"));
    struct str shown = buf_str(&text);
    return text.truncated ? str_printf(arena, STR_FMT "…", STR_ARG(shown)) : shown;
}

static const struct column *find_alembic(const struct columns *columns)
{
    for (size_t i = 0; i < columns->count; i++)
        if (str_eq(columns->items[i].name, STR("version_num")) && columns->items[i].is_text)
            return &columns->items[i];
    return NULL;
}

/* The one text column; where there is a primary key, it must be that column alone. Beside it at most one time. */
static const struct column *find_plain(const struct columns *columns)
{
    const struct column *found = NULL;
    size_t primary = 0, times = 0, others = 0;

    for (size_t i = 0; i < columns->count; i++) {
        const struct column *column = &columns->items[i];
        bool is_time = column->is_time || column_is_named_as_time(column->name);
        primary += column->is_primary;
        if (is_time && !column->is_primary) {
            times++;
        } else if (column->is_text && !found) {
            found = column;
        } else {
            others++;
        }
    }
    if (!found || others || times > 1 || primary > 1 || (primary == 1 && !found->is_primary))
        return NULL;
    return found;
}

bool layout_find_column(struct arena *arena, enum table_layout layout,
                        const struct columns *columns, struct str *ret_column,
                        struct str *ret_message)
{
    const struct column *found =
        layout == LAYOUT_ALEMBIC ? find_alembic(columns) : find_plain(columns);
    struct str wanted = layout == LAYOUT_ALEMBIC
                            ? STR("Alembic's has a text column version_num")
                            : STR("a list of applied files has one text column, its primary key, "
                                  "and at most a time beside it");

    if (!found) {
        *ret_message = str_printf(arena, "its columns are " STR_FMT "; " STR_FMT,
                                  STR_ARG(columns_text(arena, columns)), STR_ARG(wanted));
        return false;
    }
    *ret_column = found->name;
    return true;
}

void rows_finish(struct database_rows *rows)
{
    struct strs *ids = &rows->ids;
    size_t kept = 0;

    strs_sort(ids);
    for (size_t i = 0; i < ids->count; i++)
        if (kept == 0 || !str_eq(ids->items[kept - 1], ids->items[i]))
            ids->items[kept++] = ids->items[i];
    ids->count = kept;
    rows->state = kept ? TABLE_FILLED : TABLE_EMPTY;
}

bool rows_unreadable(struct database_rows *rows, struct str message, struct str hint)
{
    rows->state = TABLE_UNREADABLE;
    rows->message = message;
    rows->hint = hint;
    rows->ids.count = 0;
    return true;
}
