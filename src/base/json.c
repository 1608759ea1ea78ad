#include "base/json.h"

#include <stdlib.h>
#include <string.h>

struct scan {
    struct str bytes;
    size_t at;
    const char *name;
    unsigned depth;
    struct err *e;
};

static bool fail_at(struct scan *scan, size_t offset, const char *what)
{
    size_t line, column;

    str_position(scan->bytes, offset, &line, &column);
    return err_set(scan->e, ERR_INPUT, "%s:%zu:%zu: %s", scan->name, line, column, what);
}

/* Comments outside strings become blanks; line ends stay, so that positions stay true. */
static bool blank_comments(struct scan *scan, char *bytes, size_t length)
{
    bool in_string = false;

    for (size_t i = 0; i < length; i++) {
        if (in_string) {
            if (bytes[i] == '\\')
                i++;
            else if (bytes[i] == '"')
                in_string = false;
            continue;
        }
        if (bytes[i] == '"')
            in_string = true;
        if (bytes[i] != '/' || i + 1 >= length || (bytes[i + 1] != '/' && bytes[i + 1] != '*'))
            continue;
        bool block = bytes[i + 1] == '*';
        size_t start = i;
        for (; i < length; i++) {
            if (!block && bytes[i] == '\n')
                break;
            bool last = block && i >= start + 3 && bytes[i] == '/' && bytes[i - 1] == '*';
            if (last) {
                bytes[i] = bytes[i - 1] = ' ';
                break;
            }
            if (!(block && bytes[i] == '*' && i + 1 < length && bytes[i + 1] == '/') &&
                bytes[i] != '\n' && bytes[i] != '\r')
                bytes[i] = ' ';
        }
        if (block && i >= length)
            return fail_at(scan, start, "a comment that does not end");
    }
    return true;
}

static bool hex_four(struct str s, unsigned *ret_value)
{
    unsigned value = 0;

    if (s.length < 4)
        return false;
    for (size_t i = 0; i < 4; i++) {
        char c = s.bytes[i];
        unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                         : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
                         : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10
                                                : 16;
        if (digit == 16)
            return false;
        value = value * 16 + digit;
    }
    *ret_value = value;
    return true;
}

static bool scan_escape(struct scan *scan)
{
    unsigned value, low;
    struct str rest = str_from_offset(scan->bytes, scan->at);

    if (rest.length < 2 || !strchr("\"\\/bfnrtu", rest.bytes[1]) || rest.bytes[1] == '\0')
        return fail_at(scan, scan->at, "an escape that JSON does not have");
    if (rest.bytes[1] != 'u') {
        scan->at += 2;
        return true;
    }
    if (!hex_four(str_from_offset(rest, 2), &value))
        return fail_at(scan, scan->at, "\\u without four hexadecimal digits");
    if (value == 0)
        return fail_at(scan, scan->at, "\\u0000 is not accepted");
    scan->at += 6;
    if (value >= 0xDC00 && value <= 0xDFFF)
        return fail_at(scan, scan->at - 6, "half a surrogate pair");
    if (value < 0xD800 || value > 0xDBFF)
        return true;
    rest = str_from_offset(scan->bytes, scan->at);
    if (!str_starts(rest, STR("\\u")) || !hex_four(str_from_offset(rest, 2), &low) ||
        low < 0xDC00 || low > 0xDFFF)
        return fail_at(scan, scan->at - 6, "half a surrogate pair");
    scan->at += 6;
    return true;
}

#define EACH_BYTE 0x0101010101010101u

/* Has one of these eight bytes a meaning in a string: '"', '\\', below 0x20? May say yes wrongly for bytes from 0x80 on. */
static bool has_special(const char *bytes)
{
    uint64_t eight;

    memcpy(&eight, bytes, sizeof eight);
    uint64_t quote = eight ^ (EACH_BYTE * '"'), backslash = eight ^ (EACH_BYTE * '\\');
    uint64_t below = (eight - EACH_BYTE * 0x20) | (quote - EACH_BYTE) | (backslash - EACH_BYTE);
    return (below | eight) & (EACH_BYTE * 0x80);
}

static bool scan_string(struct scan *scan)
{
    size_t start = scan->at++;

    while (scan->at < scan->bytes.length) {
        while (scan->bytes.length - scan->at > 8 && !has_special(scan->bytes.bytes + scan->at))
            scan->at += 8;
        unsigned char byte = (unsigned char)scan->bytes.bytes[scan->at];
        if (byte == '"') {
            scan->at++;
            return true;
        }
        if (byte < 0x20)
            return fail_at(scan, scan->at, "a control character in a string");
        if (byte == '\\') {
            if (!scan_escape(scan))
                return false;
        } else {
            scan->at++;
        }
    }
    return fail_at(scan, start, "a string that does not end");
}

static void skip_blanks(struct scan *scan)
{
    while (scan->at < scan->bytes.length && memchr(" \t\r\n", scan->bytes.bytes[scan->at], 4))
        scan->at++;
}

static bool next_is(const struct scan *scan, char byte)
{
    return scan->at < scan->bytes.length && scan->bytes.bytes[scan->at] == byte;
}

static bool scan_value(struct scan *scan);

static bool scan_members(struct scan *scan, char close, const char *missing)
{
    size_t start = scan->at++;

    if (++scan->depth > JSON_NESTING_MAX)
        return fail_at(scan, start, "nested too deeply");
    skip_blanks(scan);
    if (next_is(scan, close)) {
        scan->at++;
        scan->depth--;
        return true;
    }
    for (;;) {
        skip_blanks(scan);
        if (close == '}') {
            if (!next_is(scan, '"'))
                return fail_at(scan, scan->at, "a key in double quotes was expected");
            if (!scan_string(scan))
                return false;
            skip_blanks(scan);
            if (!next_is(scan, ':'))
                return fail_at(scan, scan->at, "':' was expected after the key");
            scan->at++;
        }
        if (!scan_value(scan))
            return false;
        skip_blanks(scan);
        if (next_is(scan, close))
            break;
        if (!next_is(scan, ','))
            return fail_at(scan, scan->at, missing);
        scan->at++;
    }
    scan->at++;
    scan->depth--;
    return true;
}

static bool is_digit(const struct scan *scan)
{
    return scan->at < scan->bytes.length && scan->bytes.bytes[scan->at] >= '0' &&
           scan->bytes.bytes[scan->at] <= '9';
}

static bool scan_digits(struct scan *scan)
{
    if (!is_digit(scan))
        return fail_at(scan, scan->at, "a digit was expected");
    while (is_digit(scan))
        scan->at++;
    return true;
}

static bool scan_number(struct scan *scan)
{
    if (next_is(scan, '-'))
        scan->at++;
    if (next_is(scan, '0'))
        scan->at++;
    else if (!scan_digits(scan))
        return false;
    if (next_is(scan, '.')) {
        scan->at++;
        if (!scan_digits(scan))
            return false;
    }
    if (next_is(scan, 'e') || next_is(scan, 'E')) {
        scan->at++;
        if (next_is(scan, '+') || next_is(scan, '-'))
            scan->at++;
        return scan_digits(scan);
    }
    return true;
}

/* cJSON accepts more than RFC 8259 (control characters in strings, for one) and says less about where it fails. */
static bool scan_value(struct scan *scan)
{
    static const struct str words[] = {STR_INIT("true"), STR_INIT("false"), STR_INIT("null")};

    skip_blanks(scan);
    if (scan->at >= scan->bytes.length)
        return fail_at(scan, scan->at, "the document ends in the middle");
    char byte = scan->bytes.bytes[scan->at];
    if (byte == '{')
        return scan_members(scan, '}', "',' or '}' was expected");
    if (byte == '[')
        return scan_members(scan, ']', "',' or ']' was expected");
    if (byte == '"')
        return scan_string(scan);
    if (byte == '-' || (byte >= '0' && byte <= '9'))
        return scan_number(scan);
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (str_starts(str_from_offset(scan->bytes, scan->at), words[i])) {
            scan->at += words[i].length;
            return true;
        }
    return fail_at(scan, scan->at, "a value was expected");
}

static int compare_keys(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool refuse_duplicates(struct arena *arena, const cJSON *item, const char *name,
                              struct err *e)
{
    size_t count = 0, i = 0;
    const cJSON *child;

    cJSON_ArrayForEach(child, item)
    {
        count++;
        if (!refuse_duplicates(arena, child, name, e))
            return false;
    }
    if (!cJSON_IsObject(item) || count < 2)
        return true;
    const char **keys = ARENA_ARRAY(arena, count, const char *);
    cJSON_ArrayForEach(child, item) keys[i++] = child->string;
    qsort(keys, count, sizeof keys[0], compare_keys);
    for (i = 1; i < count; i++)
        if (strcmp(keys[i - 1], keys[i]) == 0)
            return err_set(e, ERR_INPUT, "%s: the key \"%s\" stands twice in one object", name,
                           keys[i]);
    return true;
}

bool json_blank_comments(struct arena *arena, struct str bytes, const char *name,
                         struct str *ret_blanked, struct err *e)
{
    struct scan scan = {.bytes = bytes, .name = name, .e = e};
    char *copy = str_c(arena, bytes);

    if (!blank_comments(&scan, copy, bytes.length))
        return false;
    *ret_blanked = str_of(copy, bytes.length);
    return true;
}

bool json_parse(struct arena *arena, struct str bytes, enum json_flags flags, const char *name,
                cJSON **ret_document, struct err *e)
{
    struct scan scan = {.bytes = bytes, .name = name, .e = e};
    size_t bad;

    if (str_starts(bytes, STR("\xEF\xBB\xBF")))
        scan.bytes = bytes = str_from_offset(bytes, 3);
    if (str_has_nul(bytes))
        return fail_at(&scan, str_find_byte(bytes, '\0'), "a NUL byte");
    if (!str_is_utf8(bytes, &bad))
        return fail_at(&scan, bad, "not UTF-8");
    if ((flags & JSON_COMMENTS) && !json_blank_comments(arena, bytes, name, &bytes, e))
        return false;
    scan.bytes = bytes;
    if (!scan_value(&scan))
        return false;
    skip_blanks(&scan);
    if (scan.at != bytes.length)
        return fail_at(&scan, scan.at, "text after the end of the document");
    CLEANUP_WITH(json_release)
    cJSON *document = cJSON_ParseWithLengthOpts(bytes.bytes, bytes.length, NULL, false);
    if (!document)
        return err_set(e, ERR_SYSTEM, "%s: out of memory in a JSON document", name);
    if (!refuse_duplicates(arena, document, name, e))
        return false;
    *ret_document = document;
    document = NULL;
    return true;
}

void json_release(cJSON **document)
{
    cJSON_Delete(*document);
    *document = NULL;
}

const cJSON *json_get(const cJSON *object, const char *key)
{
    return cJSON_IsObject(object) ? cJSON_GetObjectItemCaseSensitive(object, key) : NULL;
}

struct str json_value_string(const cJSON *item)
{
    return cJSON_IsString(item) ? str_from(item->valuestring) : STR_NONE;
}

struct str json_string(const cJSON *object, const char *key)
{
    return json_value_string(json_get(object, key));
}

bool json_bool(const cJSON *object, const char *key, bool otherwise)
{
    const cJSON *item = json_get(object, key);

    return cJSON_IsBool(item) ? cJSON_IsTrue(item) : otherwise;
}

static void write_escaped(struct buf *buf, unsigned char byte)
{
    switch (byte) {
    case '"':
        buf_add(buf, STR("\\\""));
        return;
    case '\\':
        buf_add(buf, STR("\\\\"));
        return;
    case '\n':
        buf_add(buf, STR("\\n"));
        return;
    case '\t':
        buf_add(buf, STR("\\t"));
        return;
    case '\r':
        buf_add(buf, STR("\\r"));
        return;
    default:
        buf_printf(buf, "\\u%04x", byte);
    }
}

/* U+0080 to U+009F: JSON allows them, terminals obey them. */
static bool is_c1(struct str s, size_t at)
{
    return s.bytes[at] == '\xC2' && at + 1 < s.length && (unsigned char)s.bytes[at + 1] <= 0x9f;
}

void json_write_string(struct buf *buf, struct str s)
{
    buf_add_byte(buf, '"');
    while (s.length) {
        size_t good = s.length, run = 0;
        bool valid = str_is_utf8(s, &good);
        if (valid)
            good = s.length;
        while (run < good) {
            size_t end = run;
            while (end < good && (unsigned char)s.bytes[end] >= 0x20 && s.bytes[end] != '"' &&
                   s.bytes[end] != '\\' && s.bytes[end] != 0x7f && !is_c1(s, end))
                end++;
            buf_add(buf, str_slice(s, run, end));
            if (end < good && is_c1(s, end))
                end++; /* the code point is the second byte */
            if (end < good)
                write_escaped(buf, (unsigned char)s.bytes[end++]);
            run = end;
        }
        if (!valid)
            buf_add(buf, STR("\xEF\xBF\xBD"));
        s = str_from_offset(s, valid ? s.length : good + 1);
    }
    buf_add_byte(buf, '"');
}

void json_write_key(struct buf *buf, bool *first, const char *key)
{
    if (!*first)
        buf_add_byte(buf, ',');
    *first = false;
    json_write_string(buf, str_from(key));
    buf_add_byte(buf, ':');
}
