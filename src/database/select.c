/* select.c -- the SELECTs of trackers: names put in, columns found, rows kept. */
#include "base/buf.h"
#include "database/driver.h"

#define SELECT_TEXT_MAX ((size_t)64 << 10)

struct str text_quoted(struct arena *arena, struct str text, char mark)
{
    struct buf out = buf_new(arena, text.length * 2 + 2);

    buf_add_byte(&out, mark);
    for (size_t i = 0; i < text.length; i++) {
        if (text.bytes[i] == mark)
            buf_add_byte(&out, mark);
        buf_add_byte(&out, text.bytes[i]);
    }
    buf_add_byte(&out, mark);
    return buf_str(&out);
}

static const struct database_select *choose(const struct table_reading *reading,
                                            enum select_kind kind, const struct columns *columns)
{
    if (kind == SELECT_FAILED)
        return &reading->failed;
    if (kind == SELECT_LOCKED)
        return &reading->locked;
    for (size_t i = 0; i < reading->applied.count; i++) {
        struct str column = reading->applied.items[i].column;
        if (str_is_empty(column) || layout_has_column(reading, columns, column))
            return &reading->applied.items[i];
    }
    return NULL;
}

static bool is_name(struct str word)
{
    for (size_t i = 0; i < word.length; i++) {
        char byte = word.bytes[i];
        if (!((byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
              (byte >= '0' && byte <= '9') || byte == '_'))
            return false;
    }
    return word.length > 0;
}

static struct str value_of(struct arena *arena, const struct table_reading *reading,
                           const struct select_names *names, struct str word)
{
    if (str_eq(word, STR("table")))
        return names->table;
    if (str_eq(word, STR("beside")))
        return names->beside;
    if (str_eq(word, STR("parameter")))
        return names->quote(arena, reading->parameter, true);
    return names->quote(arena, layout_column_name(reading, word), false);
}

struct str select_text(struct arena *arena, const struct table_reading *reading,
                       enum select_kind kind, enum database_driver driver,
                       const struct columns *columns, const struct select_names *names)
{
    const struct database_select *select = choose(reading, kind, columns);
    struct buf text = buf_new(arena, SELECT_TEXT_MAX);

    if (!select)
        return STR_NONE;
    struct str rest = select->other;
    if (driver == DRIVER_SQLITE && select->sqlite.length)
        rest = select->sqlite;
    else if (driver == DRIVER_MYSQL && select->mysql.length)
        rest = select->mysql;
    if (str_contains(rest, STR("{beside}")) && str_is_empty(names->beside))
        return STR_NONE;
    while (rest.length) {
        size_t open = str_find_byte(rest, '{');
        buf_add(&text, str_prefix(rest, open));
        rest = str_from_offset(rest, open);
        size_t close = str_find_byte(rest, '}');
        struct str word = close == SIZE_MAX ? STR_NONE : str_slice(rest, 1, close);
        if (is_name(word)) {
            buf_add(&text, value_of(arena, reading, names, word));
            rest = str_from_offset(rest, close + 1);
        } else if (rest.length) {
            buf_add_byte(&text, '{');
            rest = str_from_offset(rest, 1);
        }
    }
    return text.truncated ? STR_NONE : buf_str(&text);
}

struct select_places select_places(int (*find)(const void *result, const char *name),
                                   const void *result)
{
    return (struct select_places){
        .id = find(result, "id"),
        .name = find(result, "name"),
        .checksum = find(result, "checksum"),
        .state = find(result, "state"),
        .ord = find(result, "ord"),
        .applied_at = find(result, "applied_at"),
    };
}

void select_add(struct arena *arena, struct database_rows *rows, enum select_kind kind,
                struct database_row row)
{
    if (str_eq(row.state, STR("ok")))
        row.state = STR_NONE;
    else if (str_is_empty(row.state) && kind == SELECT_FAILED)
        row.state = STR("failed");
    else if (str_is_empty(row.state) && kind == SELECT_LOCKED)
        row.state = STR("locked");
    VEC_PUSH(arena, &rows->rows, row);
}

void select_finish(struct arena *arena, struct database_rows *rows)
{
    for (size_t i = 0; i < rows->rows.count; i++)
        if (!str_eq(rows->rows.items[i].state, STR("locked")))
            VEC_PUSH(arena, &rows->ids, rows->rows.items[i].id);
    rows_finish(rows);
}
