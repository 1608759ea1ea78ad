/* types.c -- what is one and the same to the database, though it is written otherwise; its arrays. */
#include "schema/schema.h"

/* The name of a type, and what stands behind it: "NUMERIC" and "(8, 2)[]". */
static struct str type_name(struct str type, struct str *ret_rest)
{
    static const struct str plain =
        STR_INIT(" WITHOUT TIME ZONE"); /* what TIMESTAMP and TIME are anyway */
    static const struct {
        struct str alias, name;
    } aliases[] = {{STR_INIT("FLOAT"), STR_INIT("DOUBLE PRECISION")},
                   {STR_INIT("DECIMAL"), STR_INIT("NUMERIC")}};
    size_t length = 0;

    while (length < type.length && type.bytes[length] != '(' && type.bytes[length] != '[')
        length++;
    struct str name = str_prefix(type, length);
    *ret_rest = str_from_offset(type, length);
    if (str_ends(name, plain))
        name = str_prefix(name, name.length - plain.length);
    if (str_ends(*ret_rest, plain))
        *ret_rest = str_prefix(*ret_rest, ret_rest->length - plain.length);
    for (size_t i = 0; i < COUNT_OF(aliases); i++)
        if (str_eq(name, aliases[i].alias))
            return ret_rest->length && ret_rest->bytes[0] == '(' && i == 0 ? name : aliases[i].name;
    return name;
}

/* What the database takes where nothing is said: no digits behind the point, one character, one bit. FLOAT(53) says how many bits must do. */
static struct str without_default(struct arena *arena, struct str type)
{
    static const struct str none = STR_INIT(", 0)"), floating = STR_INIT("FLOAT(");
    uint64_t bits;

    if (str_starts(type, floating) && str_ends(type, STR(")")) &&
        str_to_u64(str_slice(type, floating.length, type.length - 1), &bits))
        return bits > 24 ? STR("DOUBLE PRECISION") : STR("REAL");

    if (str_starts(type, STR("NUMERIC(")) && str_ends(type, none))
        return str_printf(arena, STR_FMT ")", STR_ARG(str_prefix(type, type.length - none.length)));
    if (str_eq(type, STR("CHAR(1)")) || str_eq(type, STR("BIT(1)")))
        return str_prefix(type, type.length - STR("(1)").length);
    return type;
}

/* Float and double precision, decimal and numeric are one thing to the database. */
bool schema_same_type(struct arena *arena, struct str a, struct str b)
{
    struct str rest_a, rest_b;

    if (str_eq(a, b))
        return true;
    a = without_default(arena, a);
    b = without_default(arena, b);
    return str_eq(type_name(a, &rest_a), type_name(b, &rest_b)) && str_eq(rest_a, rest_b);
}

/* PostgreSQL 15 manual, §8.15.6. */
static bool needs_quotes(struct str item)
{
    for (size_t i = 0; i < item.length; i++)
        if (str_find_byte(STR("{},\"\\ \t\n"), item.bytes[i]) != SIZE_MAX)
            return true;
    return !item.length || str_eq_nocase(item, STR("NULL"));
}

struct str schema_quoted(struct arena *arena, struct str text)
{
    struct buf out = buf_new(arena, 2 * text.length + 3);

    buf_add_byte(&out, '\'');
    for (size_t i = 0; i < text.length; i++) {
        if (text.bytes[i] == '\'')
            buf_add_byte(&out, '\'');
        buf_add_byte(&out, text.bytes[i]);
    }
    buf_add_byte(&out, '\'');
    return buf_str(&out);
}

struct str schema_array(struct arena *arena, const struct strs *items)
{
    size_t length = 3;

    for (size_t i = 0; i < items->count; i++)
        length += 2 * items->items[i].length + 3;
    struct buf out = buf_new(arena, length);
    buf_add_byte(&out, '{');
    for (size_t i = 0; i < items->count; i++) {
        struct str item = items->items[i];
        bool quotes = needs_quotes(item);
        buf_add(&out, i ? STR(",") : STR_NONE);
        buf_add(&out, quotes ? STR("\"") : STR_NONE);
        for (size_t j = 0; j < item.length; j++) {
            if (item.bytes[j] == '"' || item.bytes[j] == '\\')
                buf_add_byte(&out, '\\');
            buf_add_byte(&out, item.bytes[j]);
        }
        buf_add(&out, quotes ? STR("\"") : STR_NONE);
    }
    buf_add_byte(&out, '}');
    return buf_str(&out);
}
