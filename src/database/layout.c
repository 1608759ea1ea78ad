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

/* --- Tables of trackers. --- */

struct str layout_column_name(const struct table_reading *reading, struct str column)
{
    for (size_t i = 0; i < reading->columns.count; i++)
        if (str_eq(reading->columns.items[i].column, column))
            return reading->columns.items[i].name;
    return column;
}

static bool type_is_one_of(struct str type, const char *const *words)
{
    for (; *words; words++)
        if (str_starts(type, str_from(*words)))
            return true;
    return false;
}

static bool has_class(const struct column *column, struct str class)
{
    static const char *const ints[] = {"int",       "bigint",  "smallint", "tinyint",
                                       "mediumint", "numeric", "decimal",  NULL};
    static const char *const bools[] = {"bool", "tinyint", "bit", NULL};
    static const char *const jsons[] = {"json", NULL};
    static const char *const bytes[] = {"bytea",    "blob",   "tinyblob",  "mediumblob",
                                        "longblob", "binary", "varbinary", NULL};

    if (column->is_loose || str_is_empty(class) || str_eq(class, STR("any")))
        return true;
    if (str_eq(class, STR("text")))
        return column->is_text;
    if (str_eq(class, STR("time")))
        return column->is_time;
    if (str_eq(class, STR("int")))
        return type_is_one_of(column->type, ints);
    if (str_eq(class, STR("bool")))
        return type_is_one_of(column->type, bools);
    if (str_eq(class, STR("json")))
        return type_is_one_of(column->type, jsons);
    return str_eq(class, STR("bytes")) && type_is_one_of(column->type, bytes);
}

bool layout_has_column(const struct table_reading *reading, const struct columns *columns,
                       struct str wanted)
{
    struct str class = wanted;
    struct str name = layout_column_name(reading, str_cut(&class, ':'));

    for (size_t i = 0; i < columns->count; i++)
        if (str_eq(columns->items[i].name, name))
            return has_class(&columns->items[i], class);
    return false;
}

static bool matches(const struct table_reading *reading, const struct columns *columns)
{
    bool any = reading->need_any.count == 0;

    for (size_t i = 0; i < reading->need.count; i++)
        if (!layout_has_column(reading, columns, reading->need.items[i]))
            return false;
    for (size_t i = 0; i < reading->need_any.count; i++)
        any = any || layout_has_column(reading, columns, reading->need_any.items[i]);
    for (size_t i = 0; i < reading->deny.count; i++)
        if (layout_has_column(reading, columns, reading->deny.items[i]))
            return false;
    return any && (!reading->only_these || columns->count == reading->need.count);
}

bool layout_matches(struct arena *arena, const struct table_reading *reading,
                    const struct columns *columns, struct str *ret_message)
{
    struct buf wanted = buf_new(arena, 300);

    if (matches(reading, columns))
        return true;
    for (size_t i = 0; i < reading->need.count + reading->need_any.count; i++) {
        struct str class = i < reading->need.count
                               ? reading->need.items[i]
                               : reading->need_any.items[i - reading->need.count];
        struct str name = layout_column_name(reading, str_cut(&class, ':'));
        buf_printf(&wanted, "%s" STR_FMT "%s" STR_FMT, i ? ", " : "", STR_ARG(name),
                   class.length ? " " : "", STR_ARG(class));
    }
    for (size_t i = 0; i < reading->deny.count && !reading->only_these; i++)
        buf_printf(&wanted, ", no " STR_FMT, STR_ARG(reading->deny.items[i]));
    *ret_message =
        str_printf(arena, "its columns are " STR_FMT "; those of " STR_FMT " are " STR_FMT "%s",
                   STR_ARG(columns_text(arena, columns)), STR_ARG(reading->tracker),
                   STR_ARG(buf_str(&wanted)), reading->only_these ? " alone" : "");
    return false;
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
    rows->rows.count = 0;
    return true;
}
