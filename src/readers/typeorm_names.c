#include "base/buf.h"
#include "base/digest.h"
#include "readers/typeorm.h"

#define NAME_MAX_BYTES ((size_t)4 << 10)

static bool is_upper(char byte)
{
    return byte >= 'A' && byte <= 'Z';
}

static bool is_lower_or_digit(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9');
}

static bool is_word(char byte)
{
    return is_upper(byte) || is_lower_or_digit(byte) || byte == '_';
}

static char to_upper(char byte)
{
    return byte >= 'a' && byte <= 'z' ? (char)(byte - 'a' + 'A') : byte;
}

/* ABc -> A_Bc, aC -> a_C, then lower case. */
struct str typeorm_snake(struct arena *arena, struct str text)
{
    struct buf buf = buf_new(arena, NAME_MAX_BYTES);

    for (size_t i = 0; i < text.length; i++) {
        char byte = text.bytes[i];
        bool before_lower =
            i + 1 < text.length && text.bytes[i + 1] >= 'a' && text.bytes[i + 1] <= 'z';
        if (i && is_upper(byte) &&
            (is_lower_or_digit(text.bytes[i - 1]) || (is_upper(text.bytes[i - 1]) && before_lower)))
            buf_add_byte(&buf, '_');
        buf_add_byte(&buf, byte);
    }
    return str_lower(arena, buf_str(&buf));
}

/* The first letter lower; the one behind a blank, "-" or "_" upper, and that gone. */
struct str typeorm_camel(struct arena *arena, struct str text)
{
    struct buf buf = buf_new(arena, NAME_MAX_BYTES);

    for (size_t i = 0; i < text.length; i++) {
        char byte = text.bytes[i];
        bool separator = byte == '_' || byte == '-' || byte == ' ';
        if (i == 0 && is_upper(byte))
            buf_add_byte(&buf, (char)(byte - 'A' + 'a'));
        else if (separator && i + 1 < text.length && is_word(text.bytes[i + 1]))
            buf_add_byte(&buf, to_upper(text.bytes[++i]));
        else
            buf_add_byte(&buf, byte);
    }
    return buf_str(&buf);
}

/* Its first letter upper and the rest lower: so does TypeORM with "firstName". */
static struct str title(struct arena *arena, struct str text)
{
    struct str lower = str_lower(arena, text);

    if (!lower.length)
        return lower;
    return str_printf(arena, "%c" STR_FMT, to_upper(lower.bytes[0]),
                      STR_ARG(str_from_offset(lower, 1)));
}

struct str typeorm_column_name(const struct typeorm_reader *r, struct str property,
                               struct str custom, const struct strs *prefixes)
{
    struct arena *arena = r->arena;
    struct str joined = str_join(arena, prefixes->items, prefixes->count, STR("_"));

    if (r->snake) {
        struct str name = custom.length ? custom : typeorm_snake(arena, property);
        return prefixes->count ? str_printf(arena, STR_FMT "_" STR_FMT,
                                            STR_ARG(typeorm_snake(arena, joined)), STR_ARG(name))
                               : name;
    }
    struct str name = custom.length ? custom : property;
    return prefixes->count
               ? str_printf(arena, STR_FMT STR_FMT, STR_ARG(typeorm_camel(arena, joined)),
                            STR_ARG(title(arena, name)))
               : name;
}

struct str typeorm_join_column_name(const struct typeorm_reader *r, struct str relation,
                                    struct str referenced)
{
    struct str name =
        str_printf(r->arena, STR_FMT "_" STR_FMT, STR_ARG(relation), STR_ARG(referenced));

    return r->snake ? typeorm_snake(r->arena, name) : typeorm_camel(r->arena, name);
}

struct str typeorm_join_table_column_name(const struct typeorm_reader *r, struct str table,
                                          struct str column)
{
    return typeorm_join_column_name(r, table, column);
}

/* TypeORM hashes what encodeURIComponent makes of the key (util/RandomGenerator). */
static struct str uri_encoded(struct arena *arena, struct str text)
{
    static const char hex[] = "0123456789ABCDEF", plain[] = "-_.!~*'()";
    struct buf buf = buf_new(arena, 3 * text.length + 1);

    for (size_t i = 0; i < text.length; i++) {
        unsigned char byte = (unsigned char)text.bytes[i];
        bool kept = false;
        for (size_t j = 0; j < sizeof plain - 1; j++)
            kept = kept || byte == (unsigned char)plain[j];
        if (is_word((char)byte) || kept)
            buf_add_byte(&buf, (char)byte);
        else
            buf_printf(&buf, "%%%c%c", hex[byte >> 4], hex[byte & 15]);
    }
    return buf_str(&buf);
}

struct str typeorm_hashed_name(struct arena *arena, const char *prefix, size_t digits,
                               struct str table, const struct strs *columns, struct str condition)
{
    size_t dot = str_find_last_byte(table, '.');
    struct strs sorted = {0};

    for (size_t i = 0; i < columns->count; i++)
        VEC_PUSH(arena, &sorted, columns->items[i]);
    strs_sort(&sorted);
    struct str key = str_printf(arena, STR_FMT "_" STR_FMT "%s" STR_FMT,
                                STR_ARG(dot == SIZE_MAX ? table : str_from_offset(table, dot + 1)),
                                STR_ARG(str_join(arena, sorted.items, sorted.count, STR("_"))),
                                condition.length ? "_" : "", STR_ARG(condition));
    return str_printf(arena, "%s" STR_FMT, prefix,
                      STR_ARG(str_prefix(digest_sha1(arena, uri_encoded(arena, key)), digits)));
}
