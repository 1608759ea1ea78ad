#include "base/json.h"

#include "schema/schema.h"

static void add_text(struct buf *buf, bool *first, const char *key, struct str value)
{
    json_write_key(buf, first, key);
    if (value.length)
        json_write_string(buf, value);
    else
        buf_add(buf, STR("null"));
}

static void add_change(struct buf *buf, const struct schema_change *change)
{
    static const char *const kinds[] = {"add", "drop", "change"};
    static const char *const objects[] = {"column", "table", "index", "type"};
    bool first = true, column = change->object == SCHEMA_OBJECT_COLUMN;

    buf_add_byte(buf, '{');
    json_write_key(buf, &first, "kind");
    json_write_string(buf, str_from(kinds[change->kind]));
    json_write_key(buf, &first, "object");
    json_write_string(buf, str_from(objects[change->object]));
    add_text(buf, &first, "table", change->table);
    add_text(buf, &first, "column", column ? change->column : STR_NONE);
    add_text(buf, &first, "type", column ? change->after.type : STR_NONE);
    json_write_key(buf, &first, "nullable");
    buf_add(buf, !column ? STR("null") : change->after.nullable ? STR("true") : STR("false"));
    add_text(buf, &first, "default", column ? change->after.default_value : STR_NONE);
    add_text(buf, &first, "name", column ? STR_NONE : change->name);
    json_write_key(buf, &first, "text");
    json_write_string(buf, change->line);
    json_write_key(buf, &first, "file");
    json_write_string(buf, change->place.file);
    json_write_key(buf, &first, "line");
    buf_printf(buf, "%zu}", change->place.line);
}

void schema_difference_json(struct buf *buf, const struct schema_difference *difference)
{
    bool first = true, inner = true;

    buf_add_byte(buf, '{');
    json_write_key(buf, &first, "changes");
    buf_add_byte(buf, '[');
    for (size_t i = 0; i < difference->changes.count; i++) {
        if (i)
            buf_add_byte(buf, ',');
        add_change(buf, &difference->changes.items[i]);
    }
    buf_add_byte(buf, ']');
    if (difference->unread.count) {
        json_write_key(buf, &first, "unread");
        buf_add_byte(buf, '[');
        for (size_t i = 0; i < difference->unread.count; i++) {
            const struct schema_unread *unread = &difference->unread.items[i];
            buf_add(buf, i ? STR(",{") : STR("{"));
            inner = true;
            json_write_key(buf, &inner, "file");
            json_write_string(buf, unread->place.file);
            json_write_key(buf, &inner, "line");
            buf_printf(buf, "%zu", unread->place.line);
            json_write_key(buf, &inner, "what");
            json_write_string(buf, unread->what);
            buf_add_byte(buf, '}');
        }
        buf_add_byte(buf, ']');
    }
    buf_add_byte(buf, '}');
}
