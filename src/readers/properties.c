#include "readers/properties.h"

#include "base/buf.h"

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\f';
}

static struct str without_blanks(struct str text)
{
    while (text.length && is_blank(text.bytes[0]))
        text = str_from_offset(text, 1);
    return text;
}

static bool goes_on(struct str line)
{
    size_t slashes = 0;

    while (slashes < line.length && line.bytes[line.length - 1 - slashes] == '\\')
        slashes++;
    return slashes % 2 == 1;
}

static unsigned hex_value(struct str digits, bool *ret_good)
{
    unsigned value = 0;

    *ret_good = digits.length == 4;
    for (size_t i = 0; i < digits.length; i++) {
        char byte = digits.bytes[i];
        unsigned digit = byte >= '0' && byte <= '9'   ? (unsigned)(byte - '0')
                         : byte >= 'a' && byte <= 'f' ? (unsigned)(byte - 'a') + 10
                         : byte >= 'A' && byte <= 'F' ? (unsigned)(byte - 'A') + 10
                                                      : 16;
        *ret_good = *ret_good && digit < 16;
        value = value * 16 + digit;
    }
    return value;
}

static void add_character(struct buf *out, unsigned value)
{
    if (value < 0x80) {
        buf_add_byte(out, (char)value);
    } else if (value < 0x800) {
        buf_add_byte(out, (char)(0xc0 | value >> 6));
        buf_add_byte(out, (char)(0x80 | (value & 0x3f)));
    } else {
        buf_add_byte(out, (char)(0xe0 | value >> 12));
        buf_add_byte(out, (char)(0x80 | (value >> 6 & 0x3f)));
        buf_add_byte(out, (char)(0x80 | (value & 0x3f)));
    }
}

static struct str unescaped(struct arena *arena, struct str text)
{
    struct buf out = buf_new(arena, text.length * 3 + 1);

    for (size_t i = 0; i < text.length; i++) {
        bool good = false;
        if (text.bytes[i] != '\\' || i + 1 == text.length) {
            buf_add_byte(&out, text.bytes[i]);
            continue;
        }
        char byte = text.bytes[++i];
        unsigned value = byte == 'u' ? hex_value(str_slice(text, i + 1, i + 5), &good) : 0;
        if (good) {
            add_character(&out, value);
            i += 4;
        } else {
            buf_add_byte(&out, byte == 'n'   ? '\n'
                               : byte == 't' ? '\t'
                               : byte == 'r' ? '\r'
                               : byte == 'f' ? '\f'
                                             : byte);
        }
    }
    return out.length ? buf_str(&out) : STR("");
}

static void add(struct arena *arena, struct properties *properties, struct str line, size_t number)
{
    size_t at = 0;

    while (at < line.length && !is_blank(line.bytes[at]) && line.bytes[at] != '=' &&
           line.bytes[at] != ':')
        at += line.bytes[at] == '\\' ? 2 : 1;
    struct str key = str_prefix(line, at), value = without_blanks(str_from_offset(line, at));
    if (value.length && (value.bytes[0] == '=' || value.bytes[0] == ':'))
        value = without_blanks(str_from_offset(value, 1));
    VEC_PUSH(arena, properties,
             (struct property){
                 .key = unescaped(arena, key), .value = unescaped(arena, value), .line = number});
}

void properties_parse(struct arena *arena, struct str bytes, struct properties *ret_properties)
{
    struct properties properties = {0};
    struct str rest = bytes, line;
    size_t number = 0;

    while (str_next_line(&rest, &line)) {
        size_t first = ++number;
        line = without_blanks(line);
        if (!line.length || line.bytes[0] == '#' || line.bytes[0] == '!')
            continue;
        struct buf whole = buf_new(arena, bytes.length + 1);
        for (;;) {
            bool more = goes_on(line);
            buf_add(&whole, str_prefix(line, line.length - more));
            if (!more || !str_next_line(&rest, &line))
                break;
            number++;
            line = without_blanks(line);
        }
        add(arena, &properties, buf_str(&whole), first);
    }
    *ret_properties = properties;
}

struct str properties_get(const struct properties *properties, struct str key)
{
    for (size_t i = properties->count; i-- > 0;)
        if (str_eq(properties->items[i].key, key))
            return properties->items[i].value;
    return STR_NONE;
}
