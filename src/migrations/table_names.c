#include "migrations/table_names.h"

static bool is_quote(char byte)
{
    return byte == '"' || byte == '`' || byte == '[' || byte == ']';
}

static struct str unquoted(struct str word)
{
    while (word.length && is_quote(word.bytes[0]))
        word = str_from_offset(word, 1);
    while (word.length && is_quote(word.bytes[word.length - 1]))
        word = str_prefix(word, word.length - 1);
    return word;
}

static bool is_usual(struct str schema)
{
    return str_eq_nocase(schema, STR("public")) || str_eq_nocase(schema, STR("dbo")) ||
           str_eq_nocase(schema, STR("main"));
}

struct table_name table_name_of(struct str written)
{
    size_t dot = str_find_last_byte(written, '.');
    struct table_name name = {.table = unquoted(written)};

    if (dot == SIZE_MAX)
        return name;
    name.table = unquoted(str_from_offset(written, dot + 1));
    name.schema = str_prefix(written, dot);
    dot = str_find_last_byte(name.schema, '.');
    name.schema = unquoted(dot == SIZE_MAX ? name.schema : str_from_offset(name.schema, dot + 1));
    return name;
}

bool schema_is_of(struct str schema, const struct schema_change *change)
{
    struct str own = table_name_of(change->table).schema;

    if (is_usual(schema) && (!own.length || is_usual(own)))
        return true;
    if (!schema.length)
        return !own.length || is_usual(own) || !change->usual_schema;
    return own.length ? str_eq_nocase(own, schema) : !change->usual_schema;
}

bool table_is_of(struct str written, const struct schema_change *change)
{
    struct table_name name = table_name_of(written);

    return str_eq_nocase(name.table, table_name_of(change->table).table) &&
           schema_is_of(name.schema, change);
}

/* `at` is where a name begins: that of the schema before it, without its quotes; empty: none. */
static struct str schema_before(struct str text, size_t at)
{
    size_t end = at;

    while (end > 0 && is_quote(text.bytes[end - 1]))
        end--;
    if (end == 0 || text.bytes[end - 1] != '.')
        return STR_NONE;
    for (end--; end > 0 && is_quote(text.bytes[end - 1]);)
        end--;
    size_t start = end;
    while (start > 0 && byte_is_word(text.bytes[start - 1]))
        start--;
    return str_slice(text, start, end);
}

bool table_is_elsewhere(struct str text, const struct schema_change *change)
{
    struct str table = table_name_of(change->table).table;
    bool named = false;

    for (size_t at = 0; table.length && at + table.length <= text.length; at++) {
        size_t end = at + table.length;
        if ((at > 0 && byte_is_word(text.bytes[at - 1])) ||
            (end < text.length && byte_is_word(text.bytes[end])) ||
            !str_eq_nocase(str_slice(text, at, end), table))
            continue;
        if (schema_is_of(schema_before(text, at), change))
            return false;
        named = true;
    }
    return named;
}
