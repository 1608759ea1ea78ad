#include <string.h>

#include "shell/parser.h"

/* UTF-8 of a code point; beyond U+10FFFF nothing, as no text can be meant. */
static size_t encode_utf8(uint32_t point, char *out)
{
    if (point < 0x80) {
        out[0] = (char)point;
        return 1;
    }
    if (point < 0x800) {
        out[0] = (char)(0xC0 | (point >> 6));
        out[1] = (char)(0x80 | (point & 0x3F));
        return 2;
    }
    if (point < 0x10000) {
        out[0] = (char)(0xE0 | (point >> 12));
        out[1] = (char)(0x80 | ((point >> 6) & 0x3F));
        out[2] = (char)(0x80 | (point & 0x3F));
        return 3;
    }
    if (point < 0x110000) {
        out[0] = (char)(0xF0 | (point >> 18));
        out[1] = (char)(0x80 | ((point >> 12) & 0x3F));
        out[2] = (char)(0x80 | ((point >> 6) & 0x3F));
        out[3] = (char)(0x80 | (point & 0x3F));
        return 4;
    }
    return 0;
}

static int digit_value(int byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    if (byte >= 'a' && byte <= 'f')
        return byte - 'a' + 10;
    if (byte >= 'A' && byte <= 'F')
        return byte - 'A' + 10;
    return 99;
}

/* Digits of `base` at raw[*at], at most `most`; moves *at behind them and says how many there were. */
static size_t read_digits(struct str raw, size_t *at, int base, size_t most, uint32_t *ret_value)
{
    size_t count = 0;

    *ret_value = 0;
    while (count < most && *at < raw.length && digit_value(raw.bytes[*at]) < base) {
        *ret_value = *ret_value * (uint32_t)base + (uint32_t)digit_value(raw.bytes[*at]);
        (*at)++;
        count++;
    }
    return count;
}

static size_t decode_one(struct str raw, size_t *at, char *out)
{
    static const char LETTERS[] = "abeEfnrtv\\'\"?";
    static const char VALUES[] = "\a\b\033\033\f\n\r\t\v\\'\"?";
    char byte = raw.bytes[*at];
    const char *letter = byte ? strchr(LETTERS, byte) : NULL;
    uint32_t value;

    if (letter) {
        (*at)++;
        out[0] = VALUES[letter - LETTERS];
        return 1;
    }
    if (byte >= '0' && byte <= '7') {
        read_digits(raw, at, 8, 3, &value);
        out[0] = (char)(value & 0xFF);
        return 1;
    }
    size_t start = *at;
    (*at)++;
    if (byte == 'x' && read_digits(raw, at, 16, 2, &value)) {
        out[0] = (char)value;
        return 1;
    }
    if ((byte == 'u' || byte == 'U') && read_digits(raw, at, 16, byte == 'u' ? 4 : 8, &value))
        return encode_utf8(value, out);
    if (byte == 'c' && *at < raw.length) {
        out[0] = (char)(raw.bytes[(*at)++] & 0x1F);
        return 1;
    }
    *at = start + 1;
    out[0] = '\\';
    out[1] = byte;
    return 2;
}

struct str quote_decode(struct arena *arena, struct str raw)
{
    if (str_find_byte(raw, '\\') == SIZE_MAX)
        return raw;
    char *out = arena_alloc(arena, raw.length + 1);
    size_t length = 0;

    for (size_t i = 0; i < raw.length;) {
        if (raw.bytes[i] != '\\' || i + 1 == raw.length) {
            out[length++] = raw.bytes[i++];
            continue;
        }
        i++;
        size_t added = decode_one(raw, &i, out + length);
        /* As bash does: a NUL ends the string. */
        if (added == 1 && out[length] == '\0')
            break;
        length += added;
    }
    return (struct str){out, length};
}

struct str quote_remove(struct arena *arena, struct str raw, bool *ret_quoted)
{
    char *out = arena_alloc(arena, raw.length + 1);
    size_t length = 0;

    *ret_quoted = false;
    for (size_t i = 0; i < raw.length; i++) {
        char byte = raw.bytes[i];
        if (byte == '\\' && i + 1 < raw.length && raw.bytes[i + 1] == '\n') {
            i++;
            continue;
        }
        if (byte == '$' && i + 1 < raw.length &&
            (raw.bytes[i + 1] == '\'' || raw.bytes[i + 1] == '"'))
            continue;
        if (byte == '\\' && i + 1 < raw.length) {
            *ret_quoted = true;
            out[length++] = raw.bytes[++i];
            continue;
        }
        if (byte != '\'' && byte != '"') {
            out[length++] = byte;
            continue;
        }
        *ret_quoted = true;
        bool decode = byte == '\'' && i > 0 && raw.bytes[i - 1] == '$';
        size_t from = ++i;
        while (i < raw.length && raw.bytes[i] != byte) {
            if (raw.bytes[i] == '\\' && (byte == '"' || decode) && i + 1 < raw.length)
                i++;
            i++;
        }
        struct str inner = str_slice(raw, from, i);
        if (decode)
            inner = quote_decode(arena, inner);
        for (size_t k = 0; k < inner.length; k++) {
            if (byte == '"' && inner.bytes[k] == '\\' && k + 1 < inner.length &&
                strchr("$`\"\\", inner.bytes[k + 1]))
                k++;
            out[length++] = inner.bytes[k];
        }
    }
    return (struct str){out, length};
}
