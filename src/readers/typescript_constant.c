#include <stdlib.h>

#include "base/buf.h"
#include "readers/typescript.h"

#define TEXT_MAX ((size_t)64 << 10)

static struct script_constant constant_of(enum script_constant_kind kind, struct str text)
{
    return (struct script_constant){.kind = kind, .text = text};
}

/* --- Strings. --- */

static void add_utf8(struct buf *buf, uint32_t code)
{
    if (code < 0x80) {
        buf_add_byte(buf, (char)code);
    } else if (code < 0x800) {
        buf_add_byte(buf, (char)(0xC0 | (code >> 6)));
        buf_add_byte(buf, (char)(0x80 | (code & 0x3F)));
    } else {
        buf_add_byte(buf, (char)(0xE0 | ((code >> 12) & 0x0F)));
        buf_add_byte(buf, (char)(0x80 | ((code >> 6) & 0x3F)));
        buf_add_byte(buf, (char)(0x80 | (code & 0x3F)));
    }
}

static void add_escape(struct buf *buf, struct str escape)
{
    static const char letters[] = "nrtbfv0", bytes[] = "\n\r\t\b\f\v\0";
    char letter = escape.length > 1 ? escape.bytes[1] : '\\';
    const char *at = letter ? strchr(letters, letter) : NULL;

    if (letter == 'u' || letter == 'x') {
        uint32_t code = 0;
        for (size_t i = 2; i < escape.length; i++) {
            char digit = escape.bytes[i];
            uint32_t value = digit >= '0' && digit <= '9'   ? (uint32_t)(digit - '0')
                             : digit >= 'a' && digit <= 'f' ? (uint32_t)(digit - 'a' + 10)
                             : digit >= 'A' && digit <= 'F' ? (uint32_t)(digit - 'A' + 10)
                                                            : 16;
            if (value < 16)
                code = (code << 4 | value) & 0xFFFF;
        }
        add_utf8(buf, code);
    } else if (at) {
        buf_add_byte(buf, bytes[at - letters]);
    } else if (letter != '\n' && letter != '\r') {
        buf_add(buf, str_from_offset(escape, 1));
    }
}

struct str script_piece(struct script_tree *tree, const struct script_file *file, TSNode piece)
{
    struct buf buf = buf_new(script_tree_arena(tree), TEXT_MAX);

    if (!node_is(piece, "escape_sequence"))
        return script_source(file, piece);
    buf_add(&buf, STR(""));
    add_escape(&buf, script_source(file, piece));
    return buf_str(&buf);
}

static struct script_constant text_of(struct script_tree *tree, struct script_scope scope,
                                      TSNode node)
{
    struct buf buf = buf_new(script_tree_arena(tree), TEXT_MAX);
    struct script_nodes parts = script_children(tree, node);

    buf_add(&buf, STR(""));
    for (size_t i = 0; i < parts.count; i++) {
        TSNode part = parts.items[i];
        if (node_is(part, "template_substitution")) {
            struct script_constant inner =
                script_constant(tree, scope, ts_node_named_child(part, 0));
            if (inner.kind != SCRIPT_STRING && inner.kind != SCRIPT_NUMBER)
                return constant_of(SCRIPT_NOT, STR_NONE);
            buf_add(&buf, inner.text);
        } else {
            buf_add(&buf, script_piece(tree, scope.file, part));
        }
    }
    return constant_of(SCRIPT_STRING, buf.length ? buf_str(&buf) : STR(""));
}

/* --- Enums. --- */

bool script_enum(struct script_tree *tree, struct script_file *file, TSNode declaration,
                 struct strs *ret_names, struct strs *ret_values)
{
    struct arena *arena = script_tree_arena(tree);
    struct script_nodes members = script_children(tree, script_child(declaration, "enum_body"));
    struct script_scope scope = {.file = file};
    uint64_t next = 0;
    bool whole = true;

    *ret_names = *ret_values = (struct strs){0};
    for (size_t i = 0; i < members.count; i++) {
        bool assigned = node_is(members.items[i], "enum_assignment");
        struct script_nodes parts = script_children(tree, members.items[i]);
        TSNode name = assigned && parts.count ? parts.items[0] : members.items[i];
        struct str text =
            node_is(name, "string") ? script_text(tree, scope, name) : script_source(file, name);
        struct str value = str_printf(arena, "%llu", (unsigned long long)next);
        if (assigned && parts.count == 2) {
            struct script_constant given = script_constant(tree, scope, parts.items[1]);
            whole = whole && (given.kind == SCRIPT_STRING || given.kind == SCRIPT_NUMBER);
            value = given.text;
            if (given.kind == SCRIPT_NUMBER && str_to_u64(given.text, &next))
                next++;
        } else {
            next++;
        }
        VEC_PUSH(arena, ret_names, text);
        VEC_PUSH(arena, ret_values, value);
    }
    return whole && members.count > 0;
}

static struct script_constant enum_member(struct script_tree *tree, struct script_scope scope,
                                          TSNode node)
{
    struct script_thing owner = script_resolve(tree, scope, ts_node_named_child(node, 0));
    struct str name = script_source(scope.file, script_child(node, "property_identifier"));
    struct strs names, values;
    uint64_t ignored;

    if (owner.kind != SCRIPT_DECLARATION || !node_is(owner.node, "enum_declaration"))
        return constant_of(SCRIPT_NOT, STR_NONE);
    (void)script_enum(tree, owner.file, owner.node, &names, &values);
    for (size_t i = 0; i < names.count; i++)
        if (str_eq(names.items[i], name) && values.items[i].bytes)
            return constant_of(str_to_u64(values.items[i], &ignored) ? SCRIPT_NUMBER
                                                                     : SCRIPT_STRING,
                               values.items[i]);
    return constant_of(SCRIPT_NOT, STR_NONE);
}

/* --- All. --- */

static struct script_constant number(struct arena *arena, struct str text)
{
    struct buf digits = buf_new(arena, TEXT_MAX);

    for (size_t i = 0; i < text.length; i++)
        if (text.bytes[i] != '_' && text.bytes[i] != 'n') /* 1_000, 10n */
            buf_add_byte(&digits, text.bytes[i]);
    if (str_find_byte(text, '.') == SIZE_MAX && str_find_byte(text, 'e') == SIZE_MAX)
        return constant_of(SCRIPT_NUMBER, buf_str(&digits));
    if (str_starts(text, STR("0x")) || str_starts(text, STR("0X")))
        return constant_of(SCRIPT_NUMBER, buf_str(&digits));
    /* 1.0 is 1, and 4e3 is 4000. */
    double value = strtod(str_c(arena, buf_str(&digits)), NULL);
    struct str plain = str_printf(arena, "%.15g", value);
    return constant_of(SCRIPT_NUMBER,
                       str_find_byte(plain, 'e') == SIZE_MAX ? plain : buf_str(&digits));
}

/* 2 * LENGTH, of numbers without a fraction. */
static struct script_constant computed(struct arena *arena, struct str sign,
                                       struct script_constant a, struct script_constant b)
{
    uint64_t left, right, value;

    if (a.kind != SCRIPT_NUMBER || b.kind != SCRIPT_NUMBER || !str_to_u64(a.text, &left) ||
        !str_to_u64(b.text, &right) || left > UINT32_MAX || right > UINT32_MAX)
        return constant_of(SCRIPT_NOT, STR_NONE);
    if (str_eq(sign, STR("+")))
        value = left + right;
    else if (str_eq(sign, STR("*")))
        value = left * right;
    else if (str_eq(sign, STR("-")) && left >= right)
        value = left - right;
    else if (str_eq(sign, STR("/")) && right && left % right == 0)
        value = left / right;
    else
        return constant_of(SCRIPT_NOT, STR_NONE);
    return constant_of(SCRIPT_NUMBER, str_printf(arena, "%llu", (unsigned long long)value));
}

static struct script_constant of_operator(struct script_tree *tree, struct script_scope scope,
                                          TSNode node)
{
    struct script_nodes operands = script_children(tree, node);
    struct arena *arena = script_tree_arena(tree);
    struct str source = script_source(scope.file, node);

    if (node_is(node, "unary_expression") && operands.count == 1 && str_starts(source, STR("-"))) {
        struct script_constant value = script_constant(tree, scope, operands.items[0]);
        if (value.kind == SCRIPT_NUMBER)
            return constant_of(SCRIPT_NUMBER, str_printf(arena, "-" STR_FMT, STR_ARG(value.text)));
    }
    if (node_is(node, "binary_expression") && operands.count == 2) {
        struct str between =
            str_trim(str_slice(scope.file->source, ts_node_end_byte(operands.items[0]),
                               ts_node_start_byte(operands.items[1])));
        struct script_constant a = script_constant(tree, scope, operands.items[0]);
        if (str_eq(between, STR("??")) && a.kind != SCRIPT_NOTHING &&
            !script_is_not_given(tree, scope, script_bare(operands.items[0])))
            return a;
        struct script_constant b = script_constant(tree, scope, operands.items[1]);
        if (str_eq(between, STR("+")) && (a.kind == SCRIPT_STRING || b.kind == SCRIPT_STRING) &&
            (a.kind == SCRIPT_STRING || a.kind == SCRIPT_NUMBER) &&
            (b.kind == SCRIPT_STRING || b.kind == SCRIPT_NUMBER))
            return constant_of(SCRIPT_STRING, str_printf(arena, STR_FMT STR_FMT, STR_ARG(a.text),
                                                         STR_ARG(b.text)));
        return str_eq(between, STR("??")) ? b : computed(arena, between, a, b);
    }
    return constant_of(SCRIPT_NOT, STR_NONE);
}

/* ROLES[0], { sqlite: "…", postgres: "…" }[driver] */
static struct script_constant element(struct script_tree *tree, struct script_scope scope,
                                      TSNode node)
{
    struct script_constant index = script_constant(tree, scope, script_last(node));
    struct script_thing thing = script_resolve(tree, scope, script_first(node));
    struct script_scope in = scope;
    uint64_t place;

    struct strs texts;
    if (index.kind == SCRIPT_NUMBER && str_to_u64(index.text, &place) &&
        !node_is(thing.node, "array") && script_texts(tree, scope, script_first(node), &texts) &&
        place < texts.count)
        return constant_of(SCRIPT_STRING, texts.items[place]);
    if (thing.kind != SCRIPT_VALUE)
        return constant_of(SCRIPT_NOT, STR_NONE);
    if (!ts_node_eq(thing.node, script_bare(script_first(node))))
        in = (struct script_scope){.file = thing.file};
    if (index.kind == SCRIPT_STRING && node_is(thing.node, "object")) {
        TSNode value =
            script_property(tree, in, thing.node, str_c(script_tree_arena(tree), index.text), &in);
        return script_constant(tree, in, value);
    }
    struct script_nodes items = script_children(tree, thing.node);
    if (index.kind != SCRIPT_NUMBER || !node_is(thing.node, "array") ||
        !str_to_u64(index.text, &place) || place >= items.count)
        return constant_of(SCRIPT_NOT, STR_NONE);
    for (size_t i = 0; i <= place; i++)
        if (node_is(items.items[i], "spread_element"))
            return constant_of(SCRIPT_NOT, STR_NONE);
    return script_constant(tree, in, items.items[place]);
}

/* dateType(), where the tree says `const dateType = () => "timestamptz"` */
static struct script_constant returned(struct script_tree *tree, struct script_scope scope,
                                       TSNode call)
{
    struct script_thing thing = script_resolve(tree, scope, script_callee(call));

    return (thing.kind == SCRIPT_VALUE || thing.kind == SCRIPT_DECLARATION) &&
                   script_is_function(thing.node)
               ? script_value_of_call(tree, script_scope_of_call(tree, scope, call, thing))
               : constant_of(SCRIPT_NOT, STR_NONE);
}

static struct script_constant constant(struct script_tree *tree, struct script_scope scope,
                                       TSNode node)
{
    if (node_is(node, "true"))
        return constant_of(SCRIPT_TRUE, STR("true"));
    if (node_is(node, "false"))
        return constant_of(SCRIPT_FALSE, STR("false"));
    if (node_is(node, "null") || node_is(node, "undefined"))
        return constant_of(SCRIPT_NOTHING, STR_NONE);
    if (node_is(node, "number"))
        return number(script_tree_arena(tree), script_source(scope.file, node));
    if (node_is(node, "string") || node_is(node, "template_string"))
        return text_of(tree, scope, node);
    if (node_is(node, "unary_expression") || node_is(node, "binary_expression"))
        return of_operator(tree, scope, node);
    if (node_is(node, "ternary_expression"))
        return script_chosen(tree, scope, node);
    if (node_is(node, "subscript_expression"))
        return element(tree, scope, node);
    if (node_is(node, "call_expression"))
        return returned(tree, scope, node);
    TSNode given;
    struct script_scope outer;
    if (scope.call && node_is(node, "identifier")) {
        TSNode local = script_local(tree, scope, script_source(scope.file, node));
        if (!ts_node_is_null(local))
            return script_constant(tree, scope, local);
    }
    if (scope.call &&
        (node_is(node, "identifier") || node_is(node, "shorthand_property_identifier")) &&
        script_given(tree, scope, script_source(scope.file, node), &given, &outer))
        return ts_node_is_null(given) ? constant_of(SCRIPT_NOTHING, STR_NONE)
                                      : script_constant(tree, outer, given);
    if (node_is(node, "identifier") && scope.parameter.length && scope.text.bytes &&
        str_eq(script_source(scope.file, node), scope.parameter))
        return constant_of(SCRIPT_STRING, scope.text);
    if (node_is(node, "member_expression")) {
        struct script_constant member = enum_member(tree, scope, node);
        if (member.kind != SCRIPT_NOT)
            return member;
    }
    if (node_is(node, "identifier") || node_is(node, "member_expression") ||
        node_is(node, "shorthand_property_identifier")) {
        struct script_thing thing = script_resolve(tree, scope, node);
        if (thing.kind == SCRIPT_VALUE && !ts_node_eq(thing.node, node))
            return script_constant(tree, (struct script_scope){.file = thing.file}, thing.node);
    }
    return constant_of(SCRIPT_NOT, STR_NONE);
}

struct script_constant script_constant(struct script_tree *tree, struct script_scope scope,
                                       TSNode expression)
{
    TSNode node = script_bare(expression);
    struct script_constant value;

    if (ts_node_is_null(node) || !script_enter(tree))
        return constant_of(SCRIPT_NOT, STR_NONE);
    value = constant(tree, scope, node);
    script_leave(tree);
    return value;
}

struct str script_text(struct script_tree *tree, struct script_scope scope, TSNode expression)
{
    struct script_constant value = script_constant(tree, scope, expression);

    return value.kind == SCRIPT_STRING ? value.text : STR_NONE;
}

/* --- JSON. --- */

static void json_string(struct buf *buf, struct str text)
{
    buf_add_byte(buf, '"');
    for (size_t i = 0; i < text.length; i++) {
        char byte = text.bytes[i];
        if (byte == '"' || byte == '\\')
            buf_add_byte(buf, '\\');
        if (byte == '\n')
            buf_add(buf, STR("\\n"));
        else
            buf_add_byte(buf, byte);
    }
    buf_add_byte(buf, '"');
}

static bool json_value(struct script_tree *tree, struct script_scope scope, TSNode expression,
                       struct buf *buf);

static bool json_list(struct script_tree *tree, struct script_scope scope, TSNode array,
                      struct buf *buf)
{
    struct script_nodes items = script_children(tree, array);

    buf_add_byte(buf, '[');
    for (size_t i = 0; i < items.count; i++) {
        buf_add(buf, i ? STR(",") : STR(""));
        if (!json_value(tree, scope, items.items[i], buf))
            return false;
    }
    buf_add_byte(buf, ']');
    return true;
}

static bool json_object(struct script_tree *tree, struct script_scope scope, TSNode object,
                        struct buf *buf)
{
    struct script_properties properties;

    if (!script_properties(tree, scope, object, &properties))
        return false;
    buf_add_byte(buf, '{');
    for (size_t i = 0; i < properties.count; i++) {
        buf_add(buf, i ? STR(",") : STR(""));
        json_string(buf, properties.items[i].name);
        buf_add_byte(buf, ':');
        if (!json_value(tree, properties.items[i].scope, properties.items[i].value, buf))
            return false;
    }
    buf_add_byte(buf, '}');
    return true;
}

static bool json_any(struct script_tree *tree, struct script_scope scope, TSNode expression,
                     struct buf *buf)
{
    struct script_constant value = script_constant(tree, scope, expression);
    struct script_thing thing;

    switch (value.kind) {
    case SCRIPT_STRING:
        json_string(buf, value.text);
        return true;
    case SCRIPT_NOTHING:
        buf_add(buf, STR("null"));
        return true;
    case SCRIPT_TRUE:
    case SCRIPT_FALSE:
    case SCRIPT_NUMBER:
        buf_add(buf, value.text);
        return true;
    case SCRIPT_NOT:
        break;
    }
    thing = script_resolve(tree, scope, expression);
    if (thing.kind != SCRIPT_VALUE)
        return false;
    scope = thing.file == scope.file ? scope : (struct script_scope){.file = thing.file};
    if (node_is(thing.node, "array"))
        return json_list(tree, scope, thing.node, buf);
    return node_is(thing.node, "object") && json_object(tree, scope, thing.node, buf);
}

static bool json_value(struct script_tree *tree, struct script_scope scope, TSNode expression,
                       struct buf *buf)
{
    bool known;

    if (!script_enter(tree))
        return false;
    known = json_any(tree, scope, expression, buf);
    script_leave(tree);
    return known;
}

bool script_json(struct script_tree *tree, struct script_scope scope, TSNode expression,
                 struct str *ret_text)
{
    struct buf buf = buf_new(script_tree_arena(tree), TEXT_MAX);
    bool known = json_value(tree, scope, expression, &buf) && !buf.truncated;

    *ret_text = known ? buf_str(&buf) : STR_NONE;
    return known;
}

bool script_has_unread_size(struct script_tree *tree, struct script_scope scope, TSNode options)
{
    static const char *const names[] = {"length", "dimensions", "precision", "scale"};

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct script_scope inner;
        TSNode value = script_property(tree, scope, options, names[i], &inner);
        if (!ts_node_is_null(value) && script_constant(tree, inner, value).kind == SCRIPT_NOT)
            return true;
    }
    return false;
}
