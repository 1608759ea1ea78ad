/* sqlalchemy_default.c -- what the database puts into a column that is given nothing: server_default=. */
#include "readers/sqlalchemy.h"

#define DEFAULT_FUNCTIONS_MAX 4u

/* ids = Sequence("ids", schema="shop"), Sequence("ids", metadata=metadata): ids.next_value() */
static bool next_value(struct sa_reader *r, struct python_thing made, struct str *ret_text)
{
    struct python_scope scope = {.file = made.file, .body = made.scope, .bound = made.bound};
    struct sa_argument metadata = sa_keyword(r, scope, made.node, "metadata");
    struct str name, schema;
    bool named, placed;

    if (!sa_given(r, sa_argument(r, scope, made.node, "name", 0), &name, &named) || !named ||
        !sa_given(r, sa_keyword(r, scope, made.node, "schema"), &schema, &placed))
        return false;
    struct python_thing of = python_resolve(r->tree, metadata.scope, metadata.node);
    struct python_scope in = {.file = of.file, .body = of.scope, .bound = of.bound};
    if (!placed && of.file && sa_is(of.dotted, "MetaData()") &&
        !sa_given(r, sa_keyword(r, in, of.node, "schema"), &schema, &placed))
        return false;
    if (placed)
        name = str_printf(r->arena, STR_FMT "." STR_FMT, STR_ARG(schema), STR_ARG(name));
    *ret_text =
        str_printf(r->arena, "nextval(" STR_FMT ")", STR_ARG(schema_quoted(r->arena, name)));
    return true;
}

/* array([1, 2]): ARRAY[1, 2]; array([], type_=Text): ARRAY[]::TEXT[] */
static bool array_default(struct sa_reader *r, struct python_scope scope, TSNode call,
                          struct str *ret_text)
{
    TSNode list = call_positional(call, 0);
    struct sa_argument type = sa_keyword(r, scope, call, "type_");
    struct strs items = {0};
    struct sa_type of;

    for (uint32_t i = 0; i < ts_node_named_child_count(list); i++) {
        TSNode item = ts_node_named_child(list, i);
        struct str text;
        bool string;
        if (node_is(item, "comment"))
            continue;
        if (!sa_default_read(r, scope, item, &text, &string))
            return false;
        VEC_PUSH(r->arena, &items, string ? schema_quoted(r->arena, text) : text);
    }
    *ret_text = str_printf(r->arena, "ARRAY[" STR_FMT "]",
                           STR_ARG(str_join(r->arena, items.items, items.count, STR(", "))));
    if (!items.count && sa_type_read(r, type.scope, type.node, &of))
        *ret_text =
            str_printf(r->arena, STR_FMT "::" STR_FMT "[]", STR_ARG(*ret_text), STR_ARG(of.text));
    return node_is(list, "list") || node_is(list, "tuple");
}

/* `@compiles(utcnow, "postgresql")` above a function that returns a text: of this decorator, 2 for PostgreSQL alone, 1 for every database,
 * 0 for others. */
static int compiles_for(struct sa_reader *r, struct python_thing class, TSNode decorator)
{
    TSNode call = ts_node_named_child(decorator, 0);
    struct python_scope scope = {.file = class.file};
    size_t count = node_is(call, "call") ? call_positional_count(call) : 0;

    if (!node_is(decorator, "decorator") || !count ||
        !str_eq(python_foreign(r->tree, scope, node_field(call, "function")),
                STR("sqlalchemy.ext.compiler.compiles")) ||
        !ts_node_eq(python_resolve(r->tree, scope, call_positional(call, 0)).node, class.node))
        return 0;
    for (size_t i = 1; i < count; i++)
        if (str_eq(python_constant(r->tree, scope, call_positional(call, i)).text,
                   STR("postgresql")))
            return 2;
    return count == 1;
}

/* class utcnow(FunctionElement), which a function beside it compiles. */
static bool compiled_default(struct sa_reader *r, struct python_thing class, struct str *ret_text)
{
    struct python_constant text = {0};
    int best = 0;

    struct python_nodes statements = node_children(r->arena, class.file->root);
    for (size_t i = 0; i < statements.count; i++) {
        TSNode node = statements.items[i];
        for (uint32_t j = 0;
             node_is(node, "decorated_definition") && j < ts_node_named_child_count(node); j++) {
            int counts = compiles_for(r, class, ts_node_named_child(node, j));
            if (counts <= best)
                continue;
            best = counts;
            text = python_constant(r->tree, (struct python_scope){.file = class.file},
                                   sa_returned(node_field(node, "definition")));
        }
    }
    *ret_text = text.text;
    return text.kind == CONSTANT_STRING;
}

/* What SQLAlchemy writes without parentheses, in capital letters, however it is called (sqlalchemy/sql/functions.py, AnsiFunction). */
static bool is_plain_word(struct str name)
{
    static const char *const words[] = {"current_timestamp", "current_date", "current_time",
                                        "localtimestamp",    "localtime",    "current_user",
                                        "session_user",      "user",         NULL};

    return str_is_one_of(name, words);
}

static bool default_call(struct sa_reader *r, struct python_scope scope, TSNode call,
                         struct str dotted, struct str *ret_text)
{
    struct buf buf = buf_new(r->arena, (size_t)64 << 10);
    struct str last = dotted_last(dotted);

    if (str_eq(last, STR("text")) || str_eq(last, STR("literal_column"))) {
        struct python_constant value = python_constant(r->tree, scope, call_positional(call, 0));
        *ret_text = str_trim(value.text);
        return value.kind == CONSTANT_STRING;
    }
    if (str_eq(last, STR("true")) || str_eq(last, STR("false")) || str_eq(last, STR("null"))) {
        *ret_text = str_eq(last, STR("null")) ? STR("NULL") : last;
        return true;
    }
    if (str_ends(dotted, STR("Sequence().next_value")))
        return next_value(
            r, python_resolve(r->tree, scope, node_field(node_field(call, "function"), "object")),
            ret_text);
    if (str_eq(last, STR("array")) && str_starts(dotted, STR("sqlalchemy")))
        return array_default(r, scope, call, ret_text);
    if (str_eq(last, STR("FetchedValue"))) {
        *ret_text = STR_NONE;
        return true;
    }
    if (str_eq(last, STR("literal"))) {
        struct python_constant value = python_constant(r->tree, scope, call_positional(call, 0));
        *ret_text =
            value.kind == CONSTANT_STRING ? schema_quoted(r->arena, value.text) : value.text;
        return value.kind == CONSTANT_STRING || value.kind == CONSTANT_NUMBER;
    }
    if (!str_contains(dotted, STR("func.")))
        return false;
    if (is_plain_word(str_lower(r->arena, last))) {
        for (size_t i = 0; i < last.length; i++)
            buf_add_byte(&buf, last.bytes[i] == '_' ? '_' : (char)(last.bytes[i] & ~0x20));
        *ret_text = buf_str(&buf);
        return true;
    }
    if (str_eq_nocase(last, STR("now")))
        last = STR("now");
    buf_printf(&buf, STR_FMT "(", STR_ARG(last));
    for (size_t i = 0; i < call_positional_count(call); i++) {
        struct str text;
        bool string;
        if (!sa_default_read(r, scope, call_positional(call, i), &text, &string))
            return false;
        buf_printf(&buf, "%s" STR_FMT, i ? ", " : "",
                   STR_ARG(string ? schema_quoted(r->arena, text) : text));
    }
    buf_add_byte(&buf, ')');
    *ret_text = buf_str(&buf);
    return true;
}

bool sa_default_read(struct sa_reader *r, struct python_scope scope, TSNode expression,
                     struct str *ret_text, bool *ret_string)
{
    struct python_constant value = python_constant(r->tree, scope, expression);

    *ret_string = value.kind == CONSTANT_STRING;
    *ret_text = value.text;
    switch (value.kind) {
    case CONSTANT_STRING:
    case CONSTANT_NUMBER:
        return true;
    case CONSTANT_NONE:
        *ret_text = STR_NONE;
        return true;
    case CONSTANT_TRUE:
        *ret_text = STR("true");
        return true;
    case CONSTANT_FALSE:
        *ret_text = STR("false");
        return true;
    case CONSTANT_NOT:
        break;
    }
    struct python_thing thing = python_resolve(r->tree, scope, expression);
    struct python_scope in = {.file = thing.file, .body = thing.scope, .bound = thing.bound};
    if (thing.file && node_is(thing.node, "call")) {
        struct python_thing class = python_resolve(r->tree, in, node_field(thing.node, "function"));
        if (class.kind == THING_CLASS)
            return compiled_default(r, class, ret_text);
        struct python_scope inside;
        if (class.kind == THING_FUNCTION && class.file &&
            r->type_functions < DEFAULT_FUNCTIONS_MAX &&
            python_call_enter(r->tree, in, thing.node, class,
                              &inside)) { /* def utc_now(): return text("…") */
            r->type_functions++;
            bool read =
                sa_default_read(r, inside, python_call_returned(class), ret_text, ret_string);
            r->type_functions--;
            return read;
        }
    }
    if (sa_is(thing.dotted, "DefaultClause()") &&
        thing.file) /* the old name of what server_default= makes */
        return sa_default_read(r, in, call_positional(thing.node, 0), ret_text, ret_string);
    if (thing.kind == THING_FOREIGN && str_ends(thing.dotted, STR("()")) &&
        node_is(thing.node, "call") && thing.file)
        return default_call(r, (struct python_scope){.file = thing.file, .body = thing.scope},
                            thing.node, str_prefix(thing.dotted, thing.dotted.length - 2),
                            ret_text);
    if (node_is(expression, "call"))
        return default_call(r, scope, expression,
                            python_foreign(r->tree, scope, node_field(expression, "function")),
                            ret_text);
    return false;
}

static bool is_numeric_type(struct str type)
{
    static const char *const names[] = {"INTEGER", "BIGINT", "SMALLINT", "NUMERIC",
                                        "DECIMAL", "FLOAT",  "DOUBLE",   "REAL"};

    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (str_starts(type, str_from(names[i])) && !str_ends(type, STR("[]")))
            return true;
    return false;
}

static bool looks_numeric(struct str text)
{
    if (!text.length)
        return false;
    for (size_t i = 0; i < text.length; i++)
        if (!(text.bytes[i] >= '0' && text.bytes[i] <= '9') && text.bytes[i] != '.' &&
            !(i == 0 && text.bytes[i] == '-'))
            return false;
    return true;
}

/* As PostgreSQL shows it: DEFAULT 'true' of a boolean is true, DEFAULT '0' of a number is 0. */
struct str sa_default_shown(struct arena *arena, struct str type, struct str text, bool string)
{
    static const char *const yes[] = {"true", "t", "1", "yes", "y", "on"};
    static const char *const no[] = {"false", "f", "0", "no", "n", "off"};
    bool quoted = text.length >= 2 && str_starts(text, STR("'")) && str_ends(text, STR("'"));
    struct str inner = quoted && !string ? str_slice(text, 1, text.length - 1) : text;

    if (str_eq(type, STR("BOOLEAN")))
        for (size_t i = 0; i < COUNT_OF(yes); i++) {
            if (str_eq_nocase(inner, str_from(yes[i])))
                return STR("true");
            if (str_eq_nocase(inner, str_from(no[i])))
                return STR("false");
        }
    if (is_numeric_type(type) && (string || quoted) && looks_numeric(inner))
        return inner;
    return string ? schema_quoted(arena, text) : text;
}
