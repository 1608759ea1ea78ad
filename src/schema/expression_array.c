/* expression_array.c -- '{a, "b"}' as the server writes it back: no blanks, and quotes only where they are needed (manual §8.15.6). */
#include "schema/expression_tree.h"

/* What stands in quotes, or behind backslashes, says nothing but itself. */
static bool item(struct arena *arena, struct str text, size_t *at, struct str *ret_item)
{
    struct buf buf = buf_new(arena, text.length + 1);
    bool quoted = false, plain = false;

    for (; *at < text.length; (*at)++) {
        char byte = text.bytes[*at];
        if (byte == '\\' && *at + 1 < text.length) {
            buf_add_byte(&buf, text.bytes[++*at]);
            plain = plain || !quoted;
        } else if (byte == '"') {
            while (++*at < text.length && text.bytes[*at] != '"') {
                *at += text.bytes[*at] == '\\' && *at + 1 < text.length;
                buf_add_byte(&buf, text.bytes[*at]);
            }
            quoted = true;
        } else if (byte == ',' || byte == '}') {
            break;
        } else if (byte == '{') { /* of several dimensions */
            return false;
        } else if (!quoted || !expression_is_space(byte)) {
            buf_add_byte(&buf, byte);
            plain = plain || !expression_is_space(byte);
        }
    }
    *ret_item = quoted ? buf_str(&buf) : str_trim(buf_str(&buf));
    /* NULL in quotes is a word, without them it is none; and one item is not both. */
    return *at < text.length && quoted != plain &&
           (quoted || !str_eq_nocase(*ret_item, STR("NULL")));
}

struct str value_of_array(struct arena *arena, struct str element, struct str value)
{
    struct str text = str_trim(value);
    struct strs items = {0};
    size_t at = 1;

    if (text.length < 2 || text.bytes[0] != '{' || text.bytes[text.length - 1] != '}')
        return value;
    if (!str_trim(str_slice(text, 1, text.length - 1)).length)
        return STR("{}");
    do {
        struct str one = STR_NONE;
        while (at < text.length && expression_is_space(text.bytes[at]))
            at++;
        if (!item(arena, text, &at, &one))
            return value;
        struct str number = type_number(element) ? value_number(arena, one) : STR_NONE;
        VEC_PUSH(arena, &items,
                 number.length                   ? number
                 : str_eq(element, STR("jsonb")) ? one
                                                 : value_of_type(arena, element, one));
    } while (text.bytes[at++] == ',');
    return at == text.length ? schema_array(arena, &items) : value;
}
