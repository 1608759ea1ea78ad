/* django_default.c -- what the database itself puts into a column: db_default=, GeneratedField. */
#include "base/buf.h"

#include "readers/django.h"
#include "readers/sqlalchemy.h"

/* django.db.models.functions and django.contrib.postgres.functions, without arguments */
static const struct {
    const char *called, *sql;
} functions[] = {{"Now", "statement_timestamp()"},
                 {"TransactionNow", "CURRENT_TIMESTAMP"},
                 {"RandomUUID", "gen_random_uuid()"},
                 {"Pi", "pi()"},
                 {"Random", "random()"}};

/* --- Literals. --- */

#define NESTING_MAX 8u
#define LITERAL_MAX ((size_t)64 << 10)

struct literal {
    struct python_scope scope;
    TSNode node;
};

/* What a name of the tree stands for, where it is no constant: the member of an enumeration is one. */
static struct literal meant(struct django_reader *r, struct python_scope scope, TSNode node)
{
    node = node_bare(node);
    if (python_constant(r->tree, scope, node).kind != CONSTANT_NOT)
        return (struct literal){scope, node};
    for (unsigned i = 0;
         i < NESTING_MAX && (node_is(node, "identifier") || node_is(node, "attribute")); i++) {
        struct python_thing thing = python_resolve(r->tree, scope, node);
        bool value = thing.kind == THING_VALUE ||
                     (thing.kind == THING_FOREIGN && node_is(thing.node, "call"));
        if (!value || ts_node_eq(thing.node, node))
            break;
        scope =
            (struct python_scope){.file = thing.file, .body = thing.scope, .bound = thing.bound};
        node = node_bare(thing.node);
    }
    return (struct literal){scope, node};
}

static bool is_list(TSNode node)
{
    return node_is(node, "list") || node_is(node, "tuple");
}

static bool json_string(struct buf *buf, struct str text)
{
    buf_add_byte(buf, '"');
    for (size_t i = 0; i < text.length; i++) {
        unsigned char byte = (unsigned char)text.bytes[i];
        if (byte < ' ' || byte > '~') /* Python writes it as an escape */
            return false;
        if (byte == '"' || byte == '\\')
            buf_add_byte(buf, '\\');
        buf_add_byte(buf, text.bytes[i]);
    }
    buf_add_byte(buf, '"');
    return true;
}

/* As json.dumps() does it. */
static bool json(struct django_reader *r, struct literal literal, struct buf *buf, unsigned depth)
{
    bool list = is_list(literal.node), some = false;
    struct python_constant value = python_constant(r->tree, literal.scope, literal.node);

    if (depth > NESTING_MAX)
        return false;
    if (!list && !node_is(literal.node, "dictionary")) {
        if (value.kind == CONSTANT_STRING)
            return json_string(buf, value.text);
        buf_add(buf, value.kind == CONSTANT_NUMBER  ? value.text
                     : value.kind == CONSTANT_TRUE  ? STR("true")
                     : value.kind == CONSTANT_FALSE ? STR("false")
                                                    : STR("null"));
        return value.kind != CONSTANT_NOT;
    }
    buf_add_byte(buf, list ? '[' : '{');
    for (uint32_t i = 0; i < ts_node_named_child_count(literal.node); i++) {
        TSNode item = ts_node_named_child(literal.node, i);
        if (node_is(item, "comment"))
            continue;
        buf_add(buf, some ? STR(", ") : STR_NONE);
        some = true;
        if (!list) {
            value = node_is(item, "pair")
                        ? python_constant(r->tree, literal.scope, node_field(item, "key"))
                        : (struct python_constant){.kind = CONSTANT_NOT};
            if (value.kind != CONSTANT_STRING || !json_string(buf, value.text))
                return false;
            buf_add(buf, STR(": "));
            item = node_field(item, "value");
        }
        if (!json(r, meant(r, literal.scope, item), buf, depth + 1))
            return false;
    }
    buf_add_byte(buf, list ? ']' : '}');
    return true;
}

static bool array(struct django_reader *r, struct literal literal, struct str *ret_text)
{
    struct strs items = {0};

    for (uint32_t i = 0; i < ts_node_named_child_count(literal.node); i++) {
        TSNode item = ts_node_named_child(literal.node, i);
        struct python_constant value = python_constant(r->tree, literal.scope, item);
        if (node_is(item, "comment"))
            continue;
        if (value.kind == CONSTANT_NOT || value.kind == CONSTANT_NONE)
            return false;
        VEC_PUSH(r->arena, &items,
                 value.kind == CONSTANT_TRUE    ? STR("t")
                 : value.kind == CONSTANT_FALSE ? STR("f")
                                                : value.text);
    }
    *ret_text = schema_array(r->arena, &items);
    return true;
}

static bool is_decimal(struct str text)
{
    size_t digits = 0;

    for (size_t i = 0; i < text.length; i++) {
        digits += byte_is_digit(text.bytes[i]);
        if (!byte_is_digit(text.bytes[i]) && text.bytes[i] != '.' && !(text.bytes[i] == '-' && !i))
            return false;
    }
    return digits > 0;
}

/* The numbers that a call is given: date(2024, 1, 31) */
static bool numbers(struct django_reader *r, struct literal call, unsigned *numbers, size_t least,
                    size_t most)
{
    size_t count = call_positional_count(call.node);
    uint64_t number;

    for (size_t i = 0; i < count && i < most; i++) {
        struct python_constant value =
            python_constant(r->tree, call.scope, call_positional(call.node, i));
        if (value.kind != CONSTANT_NUMBER || !str_to_u64(value.text, &number) || number > 9999)
            return false;
        numbers[i] = (unsigned)number;
    }
    return count >= least && count <= most;
}

/* Decimal("1.50"), UUID("…"), date(2024, 1, 31), datetime(2024, 1, 31, tzinfo=timezone.utc) */
bool django_value_made(struct django_reader *r, struct python_scope scope, TSNode node,
                       struct str *ret_text)
{
    struct literal call = {scope, node};
    struct str called = python_foreign(r->tree, call.scope, node_field(call.node, "function"));
    struct python_constant value =
        python_constant(r->tree, call.scope, call_positional(call.node, 0));
    unsigned part[6] = {0};

    if (str_eq(called, STR("decimal.Decimal"))) {
        *ret_text = value.text;
        return (value.kind == CONSTANT_NUMBER || value.kind == CONSTANT_STRING) &&
               is_decimal(value.text);
    }
    if (str_eq(called, STR("uuid.UUID"))) {
        *ret_text = schema_quoted(r->arena, str_lower(r->arena, value.text));
        return value.kind == CONSTANT_STRING;
    }
    if (str_eq(called, STR("datetime.date")) && numbers(r, call, part, 3, 3)) {
        *ret_text = str_printf(r->arena, "'%04u-%02u-%02u'", part[0], part[1], part[2]);
        return true;
    }
    TSNode zone = call_keyword(call.scope.file, call.node, "tzinfo");
    if (!str_eq(called, STR("datetime.datetime")) || ts_node_is_null(zone) ||
        !numbers(r, call, part, 3, 6))
        return false;
    *ret_text = str_printf(r->arena, "'%04u-%02u-%02u %02u:%02u:%02u+00:00'", part[0], part[1],
                           part[2], part[3], part[4], part[5]);
    struct str named = python_foreign(r->tree, call.scope, zone);
    return str_eq(named, STR("datetime.timezone.utc")) || str_eq(named, STR("datetime.UTC"));
}

static bool literal_of(struct django_reader *r, const struct django_field *field,
                       struct literal literal, struct str *ret_text)
{
    struct python_constant value = python_constant(r->tree, literal.scope, literal.node);
    struct buf buf = buf_new(r->arena, LITERAL_MAX);

    if (value.kind == CONSTANT_NONE) {
        *ret_text = STR_NONE;
        return true;
    }
    if (str_eq(field->kind, STR("JSONField"))) {
        if (!json(r, literal, &buf, 0) || buf.truncated)
            return false;
        *ret_text = schema_quoted(r->arena, buf_str(&buf));
        return true;
    }
    if (is_list(literal.node) && str_eq(field->kind, STR("ArrayField"))) {
        if (!array(r, literal, ret_text))
            return false;
        *ret_text = schema_quoted(r->arena, *ret_text);
        return true;
    }
    if (value.kind == CONSTANT_STRING)
        *ret_text = schema_quoted(r->arena, value.text);
    else if (value.kind == CONSTANT_NUMBER)
        *ret_text = value.text;
    else if (value.kind == CONSTANT_TRUE || value.kind == CONSTANT_FALSE)
        *ret_text = value.kind == CONSTANT_TRUE ? STR("true") : STR("false");
    else
        return node_is(literal.node, "call") &&
               django_value_made(r, literal.scope, literal.node, ret_text);
    return true;
}

static void default_of(struct django_reader *r, const struct django_field *field,
                       const struct django_fields *fields, struct schema_column *column)
{
    struct python_scope in;
    TSNode node = python_call_keyword(r->tree, field->scope, field->call, "db_default", &in);

    if (ts_node_is_null(node))
        return;
    struct literal literal = meant(r, in, node);
    struct str called = node_is(literal.node, "call")
                            ? dotted_last(python_foreign(r->tree, literal.scope,
                                                         node_field(literal.node, "function")))
                            : STR_NONE;
    for (size_t i = 0; called.length && i < COUNT_OF(functions); i++)
        if (str_eq(called, str_from(functions[i].called))) {
            column->default_value = str_from(functions[i].sql);
            return;
        }
    struct literal given = str_eq(called, STR("Value"))
                               ? meant(r, literal.scope, call_positional(literal.node, 0))
                               : literal;
    column->unread_default =
        !literal_of(r, field, given, &column->default_value) &&
        !django_expression(r, literal.scope, literal.node, fields, &column->default_value);
}

/* GeneratedField(expression=F("price") * F("quantity"), …) */
static void generated_of(struct django_reader *r, const struct django_field *field,
                         const struct django_fields *fields, struct schema_column *column)
{
    struct python_scope in;
    TSNode node = python_call_keyword(r->tree, field->scope, field->call, "expression", &in);
    struct str text;

    if (ts_node_is_null(node) || !str_eq(field->kind, STR("GeneratedField")))
        return;
    if (!django_expression(r, in, node, fields, &text))
        text = django_words(r, in, node);
    column->default_value =
        str_printf(r->arena, "GENERATED ALWAYS AS (" STR_FMT ")%s", STR_ARG(text),
                   django_word(r, field, "db_persist").kind == CONSTANT_FALSE ? "" : " STORED");
}

void django_default_read(struct django_reader *r, const struct django_field *field,
                         const struct django_fields *fields, struct schema_column *column)
{
    default_of(r, field, fields, column);
    generated_of(r, field, fields, column);
}
