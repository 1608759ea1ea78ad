/* mysql_column.c -- one column of MySQL's CREATE TABLE, or of ALTER … ADD, MODIFY, CHANGE. */
#include "base/buf.h"
#include "readers/mysql.h"

/* --- Types. --- */

static const struct {
    const char *word, *type;
    bool width; /* what stands in brackets is a width of display, or says nothing */
} type_names[] = {
    {"int", "INTEGER", true},
    {"integer", "INTEGER", true},
    {"int4", "INTEGER", true},
    {"bigint", "BIGINT", true},
    {"int8", "BIGINT", true},
    {"smallint", "SMALLINT", true},
    {"int2", "SMALLINT", true},
    {"mediumint", "MEDIUMINT", true},
    {"int3", "MEDIUMINT", true},
    {"middleint", "MEDIUMINT", true},
    {"tinyint", "TINYINT", true},
    {"int1", "TINYINT", true},
    {"bool", "BOOLEAN", true},
    {"boolean", "BOOLEAN", true},
    {"decimal", "NUMERIC", false},
    {"dec", "NUMERIC", false},
    {"numeric", "NUMERIC", false},
    {"fixed", "NUMERIC", false},
    {"double", "DOUBLE PRECISION", false},
    {"real", "DOUBLE PRECISION", false},
    {"float8", "DOUBLE PRECISION", false},
    {"float", "REAL", false},
    {"float4", "REAL", false},
    {"character", "CHAR", false},
    {"nchar", "CHAR", false},
    {"nvarchar", "VARCHAR", false},
    {"varcharacter", "VARCHAR", false},
    {"text", "TEXT", true},
    {"blob", "BLOB", true},
    {"long", "MEDIUMTEXT", true},
    {"year", "YEAR", true},
};

/* "a'b" between the quotes of standard SQL: 'a''b'. */
static struct str single_quoted(struct arena *arena, struct str token)
{
    struct buf out = buf_new(arena, 2 * token.length + 2);

    buf_add(&out, STR("'"));
    for (size_t i = 1; i + 1 < token.length; i++) {
        if (token.bytes[i] == '"' && i + 2 < token.length) /* "" */
            i++;
        if (token.bytes[i] == '\'')
            buf_add(&out, STR("'"));
        buf_add(&out, str_slice(token, i, i + 1));
    }
    buf_add(&out, STR("'"));
    return buf_str(&out);
}

/* "10,2" as PostgreSQL's types are written: "10, 2". */
static struct str listed(struct arena *arena, struct str brackets)
{
    struct strs items = {0};
    size_t at = 0;

    for (struct str token; (token = sql_token(brackets, &at)).length;)
        if (!str_eq(token, STR(",")))
            VEC_PUSH(arena, &items, token.bytes[0] == '"' ? single_quoted(arena, token) : token);
    return str_join(arena, items.items, items.count, STR(", "));
}

static struct str named_type(struct arena *arena, struct str word, bool *ret_width)
{
    struct str lower = str_lower(arena, word);

    *ret_width = false;
    for (size_t i = 0; i < COUNT_OF(type_names); i++)
        if (str_eq(lower, str_from(type_names[i].word))) {
            *ret_width = type_names[i].width;
            return str_from(type_names[i].type);
        }
    return str_upper(arena, word);
}

static void skip_charset(struct mysql_cursor *c)
{
    for (;;) {
        if (mysql_word(c, "character"))
            (void)mysql_word(c, "set");
        else if (!mysql_word(c, "charset") && !mysql_word(c, "collate")) {
            if (!mysql_word(c, "ascii") && !mysql_word(c, "unicode") && !mysql_word(c, "binary"))
                return;
            continue;
        }
        (void)mysql_word(c, "=");
        (void)mysql_take(c);
    }
}

/* Empty: there is none. */
static struct str type_of(struct mysql_cursor *c)
{
    struct arena *arena = c->r->arena;
    bool width, is_signed = true;
    struct str word, type;

    (void)mysql_word(c, "national");
    word = mysql_take(c);
    if (!word.length || !(byte_is_letter(word.bytes[0])))
        return STR_NONE;
    type = named_type(arena, word, &width);
    if (str_eq(type, STR("DOUBLE PRECISION")))
        (void)mysql_word(c, "precision");
    if (str_eq(type, STR("CHAR")) && mysql_word(c, "varying"))
        type = STR("VARCHAR");
    struct str brackets = mysql_brackets(c);
    for (;;) {
        if (mysql_word(c, "unsigned"))
            is_signed = false;
        else if (!mysql_word(c, "signed") && !mysql_word(c, "zerofill"))
            break;
    }
    if (str_eq(type, STR("TINYINT")) && str_eq(str_trim(brackets), STR("1")) && is_signed)
        type = STR("BOOLEAN");
    /* A FLOAT of so many binary digits is one of the two kinds; FLOAT(7, 4) rounds. */
    if (str_eq(type, STR("REAL")) && brackets.length && str_find_byte(brackets, ',') == SIZE_MAX) {
        uint64_t digits;
        if (str_to_u64(str_trim(brackets), &digits) && digits > 24)
            type = STR("DOUBLE PRECISION");
        brackets = STR_NONE;
    }
    if (str_eq(type, STR("NUMERIC")) && !brackets.length)
        brackets = STR("10,0");
    if (brackets.length && !width)
        type = str_printf(arena, STR_FMT "(" STR_FMT ")", STR_ARG(type),
                          STR_ARG(listed(arena, brackets)));
    skip_charset(c);
    return is_signed ? type : str_printf(arena, STR_FMT " UNSIGNED", STR_ARG(type));
}

/* --- Defaults. --- */

static bool is_numeric(struct str type)
{
    static const char *const starts[] = {"INTEGER", "BIGINT",  "SMALLINT", "MEDIUMINT", "TINYINT",
                                         "BOOLEAN", "NUMERIC", "REAL",     "DOUBLE",    "BIT"};

    for (size_t i = 0; i < COUNT_OF(starts); i++)
        if (str_starts(type, str_from(starts[i])))
            return true;
    return false;
}

static bool is_text(struct str type)
{
    return str_starts(type, STR("CHAR")) || str_starts(type, STR("VARCHAR")) ||
           str_starts(type, STR("ENUM"));
}

/* A server fills up with zeros what the type holds behind the point. */
static struct str plain_number(struct str text)
{
    if (str_eq_nocase(text, STR("true")))
        return STR("1");
    if (str_eq_nocase(text, STR("false")))
        return STR("0");
    if (!text.length || !byte_is_digit(text.bytes[0]) || str_find_byte(text, '.') == SIZE_MAX)
        return text;
    while (str_ends(text, STR("0")))
        text.length--;
    return str_ends(text, STR(".")) ? str_prefix(text, text.length - 1) : text;
}

/* CURRENT_TIMESTAMP has other names, and brackets that may be empty. */
static bool take_now(struct mysql_cursor *c, struct str *ret_text)
{
    static const char *const names[] = {"current_timestamp", "now", "localtime", "localtimestamp",
                                        NULL};
    struct mysql_cursor ahead = *c;

    if (!str_is_one_of_nocase(mysql_take(&ahead), names))
        return false;
    struct str digits = str_trim(mysql_brackets(&ahead));
    *c = ahead;
    *ret_text = digits.length && !str_eq(digits, STR("0"))
                    ? str_printf(c->r->arena, "CURRENT_TIMESTAMP(" STR_FMT ")", STR_ARG(digits))
                    : STR("CURRENT_TIMESTAMP");
    return true;
}

static struct str unquoted(struct str literal)
{
    return literal.length >= 2 ? str_slice(literal, 1, literal.length - 1) : literal;
}

struct str mysql_expression(struct arena *arena, struct str expression)
{
    char *copy = str_c(arena, expression);
    size_t length = 0, at = 0, before = 0;

    for (struct str token; (token = sql_token(expression, &at)).length; before = at) {
        size_t start = at - token.length;
        if (length && start > before)
            copy[length++] = ' ';
        struct str bare = token.bytes[0] == '`' ? unquoted(token) : token;
        for (size_t i = 0; i < bare.length; i++)
            copy[length++] = bare.bytes[i];
    }
    return str_of(copy, length);
}

/* SHOW CREATE TABLE has another pair of brackets around it. */
struct str mysql_check(struct mysql_cursor *c)
{
    struct str text = str_trim(mysql_brackets(c));

    for (;;) {
        struct mysql_cursor inside = {.r = c->r, .text = text};
        struct str inner = mysql_brackets(&inside);
        if (!inner.length || str_trim(str_from_offset(text, inside.at)).length)
            return mysql_expression(c->r->arena, text);
        text = str_trim(inner);
    }
}

static struct str called(struct arena *arena, struct str name, struct str arguments)
{
    return str_printf(arena, STR_FMT "(" STR_FMT ")", STR_ARG(name), STR_ARG(arguments));
}

/* b'0', x'ff', _utf8mb4'a': a string with a word before it; 0.5: three tokens. */
static struct str take_literal(struct mysql_cursor *c)
{
    struct str text = mysql_take(c);
    size_t from = c->at - text.length;
    bool word = text.length && byte_is_word(text.bytes[0]);

    if (word && c->at < c->text.length && c->text.bytes[c->at] == '\'')
        (void)mysql_take(c);
    if (mysql_word(c, ".") || str_eq(text, STR(".")))
        (void)mysql_take(c);
    bool exponent = word && byte_is_digit(text.bytes[0]) &&
                    (c->text.bytes[c->at - 1] == 'e' || c->text.bytes[c->at - 1] == 'E');
    if (exponent && (mysql_word(c, "-") || mysql_word(c, "+"))) /* 1e-3 */
        (void)mysql_take(c);
    return str_slice(c->text, from, c->at);
}

/* A server fills BINARY(n) up: 'a' becomes 'a\0\0'. */
static struct str without_padding(struct arena *arena, struct str literal)
{
    struct str text = unquoted(literal);

    while (str_ends(text, STR("\\0")))
        text.length -= 2;
    return str_starts(literal, STR("'")) ? str_printf(arena, "'" STR_FMT "'", STR_ARG(text))
                                         : literal;
}

struct str mysql_default(struct mysql_cursor *c, struct str type)
{
    struct arena *arena = c->r->arena;
    struct str text;

    if (mysql_word(c, "null"))
        return STR_NONE;
    if (take_now(c, &text))
        return text;
    if (mysql_is(c, "(")) {
        text = mysql_expression(arena, mysql_brackets(c));
        return str_printf(arena, "(" STR_FMT ")", STR_ARG(text));
    }
    bool minus = mysql_word(c, "-");
    if (!minus)
        (void)mysql_word(c, "+");
    text = take_literal(c);
    if (str_eq_nocase(text, STR("next")) && mysql_word(c, "value")) { /* FOR s */
        (void)mysql_take(c);
        text = mysql_table_name(c);
        return str_printf(arena, "nextval('" STR_FMT "')", STR_ARG(text));
    }
    if (mysql_is(c, "("))
        text = called(arena, text, mysql_expression(arena, mysql_brackets(c)));
    if (text.length && (text.bytes[0] == '\'' || text.bytes[0] == '"'))
        text = is_numeric(type) ? str_copy(arena, unquoted(text))
                                : str_printf(arena, "'" STR_FMT "'", STR_ARG(unquoted(text)));
    else if (is_text(type) && text.length && byte_is_digit(text.bytes[0]))
        text = str_printf(arena, "'" STR_FMT "'", STR_ARG(text));
    if (is_numeric(type))
        text = plain_number(text);
    if (str_starts(type, STR("BINARY")))
        text = without_padding(arena, text);
    return minus ? str_printf(arena, "-" STR_FMT, STR_ARG(text)) : text;
}

/* --- What else a column says. --- */

struct column_words {
    struct schema_column column;
    struct str table;
    bool unique, primary;
    struct str check, check_name;
};

static bool take_generated(struct mysql_cursor *c, struct schema_column *column)
{
    if (mysql_word(c, "generated"))
        (void)mysql_word(c, "always");
    if (!mysql_word(c, "as"))
        return false;
    struct str expression = mysql_expression(c->r->arena, mysql_brackets(c));
    bool stored = mysql_word(c, "stored") || mysql_word(c, "persistent");
    if (!stored)
        (void)mysql_word(c, "virtual");
    column->default_value = str_printf(c->r->arena, "GENERATED ALWAYS AS (" STR_FMT ") %s",
                                       STR_ARG(expression), stored ? "STORED" : "VIRTUAL");
    return true;
}

static bool take_key(struct mysql_cursor *c, struct column_words *w)
{
    if (mysql_word(c, "unique")) {
        (void)(mysql_word(c, "key") || mysql_word(c, "index"));
        w->unique = true;
    } else if (mysql_word(c, "primary")) {
        (void)mysql_word(c, "key");
        w->primary = true;
    } else if (mysql_word(c, "key")) {
        w->primary = true;
    } else {
        return false;
    }
    return true;
}

/* MariaDB: COMPRESSED=zlib, WITHOUT SYSTEM VERSIONING. */
static bool take_storage(struct mysql_cursor *c)
{
    if (mysql_word(c, "compressed")) {
        if (mysql_word(c, "="))
            (void)mysql_take(c);
        return true;
    }
    return (mysql_word(c, "with") || mysql_word(c, "without")) && mysql_word(c, "system") &&
           mysql_word(c, "versioning");
}

static bool take_attribute(struct mysql_cursor *c, struct column_words *w)
{
    struct schema_column *column = &w->column;
    struct str text;

    if (mysql_word(c, "not")) {
        if (mysql_word(c, "null"))
            column->nullable = false;
    } else if (mysql_word(c, "null")) {
        column->nullable = true;
    } else if (mysql_word(c, "default")) {
        column->default_value = mysql_default(c, column->type);
    } else if (mysql_word(c, "on")) {
        if (mysql_word(c, "conflict")) /* SQLite's */
            (void)mysql_take(c);
        else if (mysql_word(c, "update") && take_now(c, &text))
            column->default_value =
                str_trim(str_printf(c->r->arena, STR_FMT " ON UPDATE " STR_FMT,
                                    STR_ARG(column->default_value), STR_ARG(text)));
    } else if (mysql_word(c, "auto_increment")) {
        column->default_value = STR("AUTO_INCREMENT");
        column->nullable = false;
    } else if (mysql_word(c, "comment") || mysql_word(c, "column_format") ||
               mysql_word(c, "storage") || mysql_word(c, "srid") || mysql_word(c, "collate") ||
               mysql_word(c, "charset") || mysql_word(c, "engine_attribute") ||
               mysql_word(c, "secondary_engine_attribute") || mysql_word(c, "ref_system_id") ||
               mysql_word(c, "initially")) {
        (void)mysql_word(c, "=");
        (void)mysql_take(c);
    } else if (mysql_word(c, "character")) {
        (void)mysql_word(c, "set");
        (void)mysql_take(c);
    } else if (mysql_word(c, "constraint")) {
        w->check_name = mysql_is(c, "check") ? STR_NONE : mysql_name(c);
    } else if (mysql_word(c, "references")) {
        column->references = mysql_references(c, w->table, column->name);
    } else if (mysql_word(c, "check")) {
        w->check = mysql_check(c);
    } else {
        return take_key(c, w) || take_generated(c, column) || mysql_word(c, "invisible") ||
               mysql_word(c, "visible") || mysql_word(c, "enforced") ||
               mysql_word(c, "deferrable") || mysql_word(c, "asc") || mysql_word(c, "desc") ||
               take_storage(c) ||
               mysql_word(c, "autoincrement"); /* SQLite's says nothing that its key does not */
    }
    return true;
}

/* Keys that stand behind a column stay when it is said anew. */
static void keep_keys(const struct schema_column *old, struct schema_column *column)
{
    column->primary_key = column->primary_key || old->primary_key;
    if (!column->references.length)
        column->references = old->references;
    if (column->primary_key)
        column->nullable = false;
}

static void add_index(struct mysql_cursor *c, struct schema_table *table, struct schema_index index,
                      struct str part, struct str column)
{
    index.place = c->r->place;
    index.of_column = column;
    VEC_PUSH(c->r->arena, &index.parts, part);
    VEC_PUSH(c->r->arena, &table->indexes, index);
}

bool mysql_column(struct mysql_cursor *c, struct schema_table *table, struct str replaced)
{
    struct column_words w = {.table = table->name,
                             .column = {.place = c->r->place, .nullable = true}};
    const struct schema_column *old = schema_column_named(table, replaced);

    const char *here = mysql_peek(c).bytes;
    for (const char *byte = c->r->statement.bytes; here && byte < here; byte++)
        w.column.place.line += *byte == '\n';
    w.column.name = mysql_name(c);
    if (!w.column.name.length)
        return false;
    if (mysql_is(c, "serial")) {
        (void)mysql_take(c);
        w.column.type = STR("BIGINT UNSIGNED");
        w.column.default_value = STR("AUTO_INCREMENT");
        w.column.nullable = false;
        w.unique = true;
    } else {
        w.column.type = type_of(c);
    }
    if (!w.column.type.length)
        return false;
    while (take_attribute(c, &w))
        continue;
    if (w.primary) {
        w.column.primary_key = true;
        w.column.nullable = false;
    }
    if (old)
        keep_keys(old, &w.column);
    schema_column_put(c->r->arena, table, w.column);
    if (w.unique)
        add_index(c, table,
                  (struct schema_index){.kind = SCHEMA_UNIQUE_INDEX, .name = w.column.name},
                  w.column.name, w.column.name);
    /* MariaDB's JSON is another word for this. */
    if (str_eq(w.column.type, STR("LONGTEXT")) && str_starts(w.check, STR("json_valid("))) {
        schema_column_named(table, w.column.name)->type = STR("JSON");
        w.check = STR_NONE;
    }
    if (w.check.length)
        add_index(c, table, (struct schema_index){.kind = SCHEMA_CHECK, .name = w.check_name},
                  w.check, w.column.name);
    return true;
}
