#include "base/json.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

struct scan {
    struct arena *arena;
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

static bool scan_string(struct scan *scan, struct str *ret_inside)
{
    size_t start = scan->at++;

    while (scan->at < scan->bytes.length) {
        while (scan->bytes.length - scan->at > 8 && !has_special(scan->bytes.bytes + scan->at))
            scan->at += 8;
        unsigned char byte = (unsigned char)scan->bytes.bytes[scan->at];
        if (byte == '"') {
            *ret_inside = str_slice(scan->bytes, start + 1, scan->at++);
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

static bool out_of_memory(struct scan *scan)
{
    return err_set(scan->e, ERR_SYSTEM, "%s: out of memory in a JSON document", scan->name);
}

/* A code point of the escapes, at most U+10FFFF, in UTF-8. */
static char *put_code_point(char *to, unsigned value)
{
    if (value < 0x80) {
        *to++ = (char)value;
        return to;
    }
    unsigned bytes = value < 0x800 ? 2 : value < 0x10000 ? 3 : 4;
    *to++ = (char)((0xF00u >> bytes & 0xFFu) | value >> 6 * (bytes - 1));
    for (unsigned i = bytes - 1; i-- > 0;)
        *to++ = (char)(0x80 | (value >> 6 * i & 0x3F));
    return to;
}

/* One escape that scan_escape() has accepted; sets *ret_length to what it takes up in the text. */
static char *put_escape(char *to, struct str escape, size_t *ret_length)
{
    static const char letters[] = "bfnrt", meanings[] = "\b\f\n\r\t";
    unsigned value = 0, low = 0;
    const char *letter = strchr(letters, escape.bytes[1]);

    *ret_length = 2;
    if (escape.bytes[1] != 'u') {
        *to++ = letter ? meanings[letter - letters] : escape.bytes[1];
        return to;
    }
    hex_four(str_from_offset(escape, 2), &value);
    *ret_length = 6;
    if (value >= 0xD800 && value <= 0xDBFF) {
        hex_four(str_from_offset(escape, 8), &low);
        value = 0x10000 + ((value - 0xD800) << 10) + (low - 0xDC00);
        *ret_length = 12;
    }
    return put_code_point(to, value);
}

/* What the text between two quotes means, with a NUL behind it, by malloc. An escape is never shorter than its meaning. */
static bool take_string(struct scan *scan, struct str inside, char **ret_string)
{
    char *string = malloc(inside.length + 1), *to = string;

    if (!string)
        return out_of_memory(scan);
    while (inside.length) {
        size_t run = str_find_byte(inside, '\\'), escape;
        if (run > inside.length)
            run = inside.length;
        memcpy(to, inside.bytes, run);
        to += run;
        inside = str_from_offset(inside, run);
        if (inside.length) {
            to = put_escape(to, inside, &escape);
            inside = str_from_offset(inside, escape);
        }
    }
    *to = '\0';
    *ret_string = string;
    return true;
}

/* The tree is laid out as cJSON lays it out (the first child's `prev` is the last one), so that its functions work on it. */
static cJSON *add_child(struct scan *scan, cJSON *parent)
{
    cJSON *child = calloc(1, sizeof *child);

    if (!child) {
        (void)!out_of_memory(scan);
        return NULL;
    }
    if (parent->child) {
        child->prev = parent->child->prev;
        child->prev->next = child;
    } else {
        parent->child = child;
    }
    parent->child->prev = child;
    return child;
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

static bool scan_value(struct scan *scan, cJSON *item);

static bool scan_key(struct scan *scan, cJSON *member)
{
    struct str inside = STR_NONE;

    if (!next_is(scan, '"'))
        return fail_at(scan, scan->at, "a key in double quotes was expected");
    if (!scan_string(scan, &inside) || !take_string(scan, inside, &member->string))
        return false;
    skip_blanks(scan);
    if (!next_is(scan, ':'))
        return fail_at(scan, scan->at, "':' was expected after the key");
    scan->at++;
    return true;
}

static bool scan_members(struct scan *scan, cJSON *item, char close, const char *missing)
{
    size_t start = scan->at++;

    item->type = close == '}' ? cJSON_Object : cJSON_Array;

    if (++scan->depth > JSON_NESTING_MAX)
        return fail_at(scan, start, "nested too deeply");
    skip_blanks(scan);
    if (next_is(scan, close)) {
        scan->at++;
        scan->depth--;
        return true;
    }
    for (;;) {
        cJSON *child;
        skip_blanks(scan);
        if (!(child = add_child(scan, item)) || (close == '}' && !scan_key(scan, child)) ||
            !scan_value(scan, child))
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

static void take_number(struct scan *scan, struct str digits, cJSON *item)
{
    item->type = cJSON_Number;
    item->valuedouble = strtod(str_c(scan->arena, digits), NULL);
    if (item->valuedouble >= INT_MAX)
        item->valueint = INT_MAX;
    else if (item->valuedouble <= INT_MIN)
        item->valueint = INT_MIN;
    else
        item->valueint = (int)item->valuedouble;
}

static bool scan_value(struct scan *scan, cJSON *item)
{
    static const struct {
        struct str text;
        int type;
    } words[] = {{STR_INIT("true"), cJSON_True},
                 {STR_INIT("false"), cJSON_False},
                 {STR_INIT("null"), cJSON_NULL}};
    struct str inside = STR_NONE;

    skip_blanks(scan);
    if (scan->at >= scan->bytes.length)
        return fail_at(scan, scan->at, "the document ends in the middle");
    size_t start = scan->at;
    char byte = scan->bytes.bytes[start];
    if (byte == '{')
        return scan_members(scan, item, '}', "',' or '}' was expected");
    if (byte == '[')
        return scan_members(scan, item, ']', "',' or ']' was expected");
    if (byte == '"') {
        item->type = cJSON_String;
        return scan_string(scan, &inside) && take_string(scan, inside, &item->valuestring);
    }
    if (byte == '-' || (byte >= '0' && byte <= '9')) {
        if (!scan_number(scan))
            return false;
        take_number(scan, str_slice(scan->bytes, start, scan->at), item);
        return true;
    }
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (str_starts(str_from_offset(scan->bytes, start), words[i].text)) {
            scan->at += words[i].text.length;
            item->type = words[i].type;
            return true;
        }
    return fail_at(scan, scan->at, "a value was expected");
}

static int compare_keys(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The way from the document's root to an object; only a refusal reads it. */
struct way {
    const struct way *up;
    const char *key; /* NULL: in an array, at `index` */
    size_t index;
};

static struct str way_text(struct arena *arena, const struct way *way)
{
    if (!way->up)
        return STR("");
    struct str before = way_text(arena, way->up);

    return way->key ? str_printf(arena, STR_FMT "%s%s", STR_ARG(before), before.length ? "." : "",
                                 way->key)
                    : str_printf(arena, STR_FMT "[%zu]", STR_ARG(before), way->index);
}

static bool refuse_duplicates(struct arena *arena, const cJSON *item, const struct way *way,
                              const char *name, struct err *e)
{
    size_t count = 0, i = 0;
    const cJSON *child;

    cJSON_ArrayForEach(child, item)
    {
        struct way next = {.up = way, .key = child->string, .index = count++};
        if (!refuse_duplicates(arena, child, &next, name, e))
            return false;
    }
    if (!json_is_object(item) || count < 2)
        return true;
    const char **keys = ARENA_ARRAY(arena, count, const char *);
    cJSON_ArrayForEach(child, item) keys[i++] = child->string;
    qsort(keys, count, sizeof keys[0], compare_keys);
    for (i = 1; i < count; i++)
        if (strcmp(keys[i - 1], keys[i]) == 0) {
            struct str where = way_text(arena, way);
            return err_set(e, ERR_INPUT,
                           "%s: " STR_FMT "%sthe key \"%s\" stands twice in one object", name,
                           STR_ARG(where), where.length ? ": " : "", keys[i]);
        }
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

/* The document's value, and nothing behind it but blanks. */
static bool scan_document(struct scan *scan, cJSON *document)
{
    if (!scan_value(scan, document))
        return false;
    skip_blanks(scan);
    if (scan->at != scan->bytes.length)
        return fail_at(scan, scan->at, "text after the end of the document");
    return refuse_duplicates(scan->arena, document, &(struct way){0}, scan->name, scan->e);
}

bool json_parse(struct arena *arena, struct str bytes, enum json_flags flags, const char *name,
                cJSON **ret_document, struct err *e)
{
    struct scan scan = {.arena = arena, .bytes = bytes, .name = name, .e = e};
    size_t bad;

    if (str_starts(bytes, STR("\xEF\xBB\xBF")))
        scan.bytes = bytes = str_from_offset(bytes, 3);
    if (str_has_nul(bytes))
        return fail_at(&scan, str_find_byte(bytes, '\0'), "a NUL byte");
    if (!str_is_utf8(bytes, &bad))
        return fail_at(&scan, bad, "not UTF-8");
    if ((flags & JSON_COMMENTS) && !json_blank_comments(arena, bytes, name, &scan.bytes, e))
        return false;
    cJSON *document = calloc(1, sizeof *document);
    if (!document)
        return out_of_memory(&scan);
    if (!scan_document(&scan, document)) {
        json_release(&document);
        return false;
    }
    *ret_document = document;
    return true;
}
