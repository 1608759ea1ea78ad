#include <string.h>

#include "base/buf.h"
#include "readers/python.h"

struct prefix {
    bool raw, bytes, format;
};

static bool prefix_read(struct str *literal, struct prefix *ret_prefix)
{
    struct prefix prefix = {0};
    size_t i = 0;

    for (; i < literal->length && literal->bytes[i] != '"' && literal->bytes[i] != '\''; i++) {
        switch (literal->bytes[i] | 0x20) {
        case 'r':
            prefix.raw = true;
            break;
        case 'b':
            prefix.bytes = true;
            break;
        case 'f':
            prefix.format = true;
            break;
        case 'u':
            break;
        default:
            return false;
        }
        if (i >= 2)
            return false;
    }
    *literal = str_from_offset(*literal, i);
    *ret_prefix = prefix;
    return true;
}

static bool quotes_strip(struct str *literal)
{
    static const char *const quotes[] = {"\"\"\"", "'''", "\"", "'"};

    for (size_t i = 0; i < COUNT_OF(quotes); i++) {
        struct str quote = str_from(quotes[i]);
        if (literal->length >= 2 * quote.length && str_starts(*literal, quote) &&
            str_ends(*literal, quote)) {
            *literal = str_slice(*literal, quote.length, literal->length - quote.length);
            return true;
        }
    }
    return false;
}

static void add_code_point(struct buf *buf, uint32_t code)
{
    if (code < 0x80) {
        buf_add_byte(buf, (char)code);
        return;
    }
    if (code < 0x800) {
        buf_add_byte(buf, (char)(0xC0 | (code >> 6)));
    } else {
        if (code < 0x10000) {
            buf_add_byte(buf, (char)(0xE0 | (code >> 12)));
        } else {
            buf_add_byte(buf, (char)(0xF0 | (code >> 18)));
            buf_add_byte(buf, (char)(0x80 | ((code >> 12) & 0x3F)));
        }
        buf_add_byte(buf, (char)(0x80 | ((code >> 6) & 0x3F)));
    }
    buf_add_byte(buf, (char)(0x80 | (code & 0x3F)));
}

static int digit_value(char byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    if ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'f')
        return (byte | 0x20) - 'a' + 10;
    return 99;
}

/* Up to `most` digits of the base; exactly that many when `least` says so. */
static bool read_digits(struct str *rest, int base, size_t least, size_t most, uint32_t *ret_code)
{
    uint32_t code = 0;
    size_t i = 0;

    while (i < most && i < rest->length && digit_value(rest->bytes[i]) < base)
        code = code * (uint32_t)base + (uint32_t)digit_value(rest->bytes[i++]);
    *rest = str_from_offset(*rest, i);
    *ret_code = code;
    return i >= least && code <= 0x10FFFF;
}

/* Behind a backslash; false where the value would need a table (\N{…}) or Python refuses. */
static bool add_escape(struct buf *buf, struct str *rest)
{
    static const char from[] = "\\'\"abfnrtv", to[] = "\\'\"\a\b\f\n\r\t\v";
    char byte = rest->bytes[0];
    const char *plain = byte ? strchr(from, byte) : NULL;
    uint32_t code = 0;

    if (byte >= '0' && byte <= '7') {
        if (!read_digits(rest, 8, 1, 3, &code))
            return false;
        add_code_point(buf, code);
        return true;
    }
    *rest = str_from_offset(*rest, 1);
    if (plain) {
        buf_add_byte(buf, to[plain - from]);
        return true;
    }
    if (byte == '\r' && rest->length && rest->bytes[0] == '\n')
        *rest = str_from_offset(*rest, 1);
    if (byte == '\n' || byte == '\r')
        return true;
    if (byte == 'N')
        return false;
    if (byte == 'x' || byte == 'u' || byte == 'U') {
        size_t wanted = byte == 'x' ? 2 : byte == 'u' ? 4 : 8;
        if (!read_digits(rest, 16, wanted, wanted, &code))
            return false;
        add_code_point(buf, code);
        return true;
    }
    buf_add_byte(buf, '\\');
    buf_add_byte(buf, byte);
    return true;
}

bool python_string_decode(struct arena *arena, struct str literal, struct str *ret_text)
{
    struct prefix prefix;

    if (!prefix_read(&literal, &prefix) || prefix.bytes || !quotes_strip(&literal))
        return false;
    if (prefix.format &&
        (str_find_byte(literal, '{') != SIZE_MAX || str_find_byte(literal, '}') != SIZE_MAX))
        return false;
    if (prefix.raw || str_find_byte(literal, '\\') == SIZE_MAX) {
        *ret_text = str_copy(arena, literal);
        return true;
    }
    struct buf buf = buf_new(arena, literal.length * 4 + 1);
    for (struct str rest = literal; rest.length;) {
        size_t plain = str_find_byte(rest, '\\');
        buf_add(&buf, str_prefix(rest, plain));
        rest = plain == SIZE_MAX ? STR_NONE : str_from_offset(rest, plain + 1);
        if (plain == SIZE_MAX)
            break;
        if (!rest.length || !add_escape(&buf, &rest))
            return false;
    }
    *ret_text = buf.length ? buf_str(&buf) : STR("");
    return true;
}
