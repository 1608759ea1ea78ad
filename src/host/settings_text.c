#include "host/settings_text.h"

#include <string.h>

static size_t skip_blanks(struct str text, size_t at)
{
    while (at < text.length && memchr(" \t\r\n", text.bytes[at], 4))
        at++;
    return at;
}

static size_t skip_string(struct str text, size_t at)
{
    for (at++; at < text.length && text.bytes[at] != '"'; at++)
        if (text.bytes[at] == '\\')
            at++;
    return at < text.length ? at + 1 : text.length;
}

/* Behind the value that starts there. Brackets are counted, not entered: the nesting is not our stack's. */
static size_t skip_value(struct str text, size_t at)
{
    size_t depth = 0;

    while (at < text.length) {
        char byte = text.bytes[at];
        if (byte == '"') {
            at = skip_string(text, at);
        } else if (byte == '{' || byte == '[') {
            depth++;
            at++;
        } else if (byte == '}' || byte == ']') {
            depth--;
            at++;
        } else if (depth == 0) {
            while (at < text.length && !memchr(" \t\r\n,]}", text.bytes[at], 7))
                at++;
        } else {
            at++;
        }
        if (depth == 0)
            return at;
    }
    return text.length;
}

struct json_place json_place_of(struct str clean, const cJSON *document)
{
    size_t start = str_starts(clean, STR("\xEF\xBB\xBF")) ? 3 : 0;

    start = skip_blanks(clean, start);
    return (struct json_place){.start = start, .end = skip_value(clean, start), .item = document};
}

struct json_children json_children_of(struct arena *arena, struct str clean,
                                      struct json_place place)
{
    struct json_children children = {0};
    bool object = json_is_object(place.item);
    size_t at = place.start + 1;

    if (!object && !json_is_array(place.item))
        return children;
    for (const cJSON *item = place.item->child; item; item = item->next) {
        struct json_child child = {.item = item};
        at = child.start = child.value = skip_blanks(clean, at);
        if (object) {
            at = skip_blanks(clean, skip_string(clean, at));
            child.value = skip_blanks(clean, at + 1);
        }
        at = child.end = skip_value(clean, child.value);
        VEC_PUSH(arena, &children, child);
        at = skip_blanks(clean, at) + 1; /* the comma */
    }
    return children;
}

bool json_place_member(struct arena *arena, struct str clean, struct json_place place,
                       const char *key, struct json_place *ret_member)
{
    struct json_children children = json_children_of(arena, clean, place);

    if (!json_is_object(place.item))
        return false;
    for (size_t i = 0; i < children.count; i++)
        if (strcmp(children.items[i].item->string, key) == 0) {
            *ret_member = (struct json_place){.start = children.items[i].value,
                                              .end = children.items[i].end,
                                              .item = children.items[i].item};
            return true;
        }
    return false;
}

static struct str line_indent(struct str text, size_t at)
{
    size_t start = at, end;

    while (start > 0 && text.bytes[start - 1] != '\n')
        start--;
    if (start == 0 && str_starts(text, STR("\xEF\xBB\xBF")))
        start = 3;
    for (end = start; end < at && (text.bytes[end] == ' ' || text.bytes[end] == '\t');)
        end++;
    return str_slice(text, start, end);
}

struct json_style json_style_of(struct arena *arena, struct str clean, const cJSON *document)
{
    struct json_style style = {.unit = STR("  "), .eol = STR("\n"), .spaced = true};
    struct json_place root = json_place_of(clean, document);
    struct json_children children = json_children_of(arena, clean, root);
    struct str rest = clean, line;

    if (str_contains(clean, STR("\r\n")))
        style.eol = STR("\r\n");
    style.lines = children.count == 0 ||
                  str_find_byte(str_slice(clean, root.start, root.end), '\n') != SIZE_MAX;
    while (str_next_line(&rest, &line)) {
        size_t blanks = 0;
        while (blanks < line.length && (line.bytes[blanks] == ' ' || line.bytes[blanks] == '\t'))
            blanks++;
        if (blanks == 0 || blanks == line.length)
            continue;
        style.unit = str_prefix(line, blanks);
        break;
    }
    if (children.count) {
        size_t value = children.items[0].value;
        style.spaced = style.lines || clean.bytes[value - 1] == ' ';
    }
    return style;
}

static struct str deeper(struct arena *arena, const struct json_style *style, struct str indent)
{
    return str_printf(arena, STR_FMT STR_FMT, STR_ARG(indent), STR_ARG(style->unit));
}

static void new_line(struct buf *out, const struct json_style *style, struct str indent)
{
    if (!style->lines)
        return;
    buf_add(out, style->eol);
    buf_add(out, indent);
}

static void write_key(struct buf *out, const char *key, const struct json_style *style)
{
    json_write_string(out, str_from(key));
    buf_add(out, style->spaced ? STR(": ") : STR(":"));
}

/* Our own entries are rendered, never a user's: they are a few levels deep. */
void json_render(struct buf *out, const cJSON *value, const struct json_style *style,
                 struct str indent)
{
    bool object = json_is_object(value);

    if (json_is_string(value)) {
        json_write_string(out, str_from(value->valuestring));
    } else if (json_is_number(value)) {
        buf_printf(out, "%.0f", value->valuedouble);
    } else if (json_is_bool(value)) {
        buf_add(out, json_is_true(value) ? STR("true") : STR("false"));
    } else {
        struct str inner = deeper(out->arena, style, indent);
        buf_add_byte(out, object ? '{' : '[');
        for (const cJSON *child = value->child; child; child = child->next) {
            new_line(out, style, inner);
            if (object)
                write_key(out, child->string, style);
            json_render(out, child, style, inner);
            if (child->next)
                buf_add(out, style->lines || !style->spaced ? STR(",") : STR(", "));
        }
        if (value->child)
            new_line(out, style, indent);
        buf_add_byte(out, object ? '}' : ']');
    }
}

struct json_insertion json_insert_last(struct arena *arena, struct str clean,
                                       struct json_place place, const struct json_style *style,
                                       const char *key, const cJSON *const *items, size_t count)
{
    struct json_children children = json_children_of(arena, clean, place);
    struct json_insertion insertion = {.at = place.end - 1};
    struct json_style own = *style;
    struct str outer = line_indent(clean, place.start), indent = deeper(arena, style, outer);
    struct buf out = buf_new(arena, FILE_MAX);
    bool tail = true; /* the closing bracket needs a line of its own */

    if (children.count) {
        size_t first = children.items[0].start;
        own.lines = str_find_byte(str_slice(clean, place.start, first), '\n') != SIZE_MAX;
        indent = own.lines ? line_indent(clean, first) : outer;
        insertion.at = VEC_LAST(&children).end;
        tail = false;
    } else if (str_find_byte(str_slice(clean, place.start, place.end), '\n') != SIZE_MAX) {
        insertion.at = place.start + 1;
        tail = false;
    }
    for (size_t i = 0; i < count; i++) {
        if (i || children.count)
            buf_add(&out, own.lines || !own.spaced ? STR(",") : STR(", "));
        new_line(&out, &own, indent);
        if (key)
            write_key(&out, key, &own);
        json_render(&out, items[i], &own, indent);
    }
    if (tail)
        new_line(&out, &own, outer);
    insertion.text = buf_str(&out);
    return insertion;
}

struct str json_cut_child(struct arena *arena, struct str text, struct str clean,
                          struct json_place place, size_t index)
{
    struct json_children children = json_children_of(arena, clean, place);
    size_t from = place.start + 1, to = place.end - 1;

    if (!children.items)
        return text;
    if (index > 0) {
        from = children.items[index - 1].end;
        to = children.items[index].end;
    } else if (children.count > 1) {
        from = children.items[0].start;
        to = children.items[1].start;
    }
    return str_printf(arena, STR_FMT STR_FMT, STR_ARG(str_prefix(text, from)),
                      STR_ARG(str_from_offset(text, to)));
}
