#include "readers/ruby_tree.h"

#include <string.h>

#include "base/buf.h"

const TSLanguage *tree_sitter_ruby(void);

struct ruby_file *ruby_file_parse(struct arena *arena, struct str source)
{
    struct ruby_file *file = ARENA_NEW(arena, struct ruby_file);
    TSParser *parser = ts_parser_new();

    file->arena = arena;
    file->source = source;
    if (parser && ts_parser_set_language(parser, tree_sitter_ruby()))
        file->tree = ts_parser_parse_string(parser, NULL, source.bytes ? source.bytes : "",
                                            (uint32_t)source.length);
    if (file->tree)
        file->root = ts_tree_root_node(file->tree);
    ts_parser_delete(parser);
    return file;
}

void ruby_file_release(struct ruby_file **file)
{
    if (*file && (*file)->tree)
        ts_tree_delete((*file)->tree);
    *file = NULL;
}

bool ruby_is(TSNode node, const char *type)
{
    return !ts_node_is_null(node) && strcmp(ts_node_type(node), type) == 0;
}

TSNode ruby_field(TSNode node, const char *name)
{
    return ts_node_is_null(node) ? node
                                 : ts_node_child_by_field_name(node, name, (uint32_t)strlen(name));
}

struct str ruby_source(const struct ruby_file *file, TSNode node)
{
    return ts_node_is_null(node)
               ? STR_NONE
               : str_slice(file->source, ts_node_start_byte(node), ts_node_end_byte(node));
}

size_t ruby_line(TSNode node)
{
    return (size_t)ts_node_start_point(node).row + 1;
}

bool ruby_is_text(const struct ruby_value *value)
{
    return value->kind == RUBY_STRING || value->kind == RUBY_SYMBOL;
}

/* --- Literals. --- */

static TSNode child(TSNode node, uint32_t at)
{
    return ts_node_named_child(node, at);
}

static struct str unescaped(struct ruby_file *file, struct str escape, bool single)
{
    char byte = escape.length > 1 ? escape.bytes[1] : '\\';

    if (single && byte != '\'' && byte != '\\')
        return escape;
    switch (byte) {
    case 'n':
        return STR("\n");
    case 't':
        return STR("\t");
    case 'r':
        return STR("\r");
    default:
        return str_copy(file->arena, str_from_offset(escape, 1));
    }
}

/* "#{column}" of a name that is bound to a text. */
static bool interpolated(struct ruby_file *file, TSNode part, struct str *ret)
{
    struct ruby_value value = ruby_value(file, child(part, 0));
    bool told = ts_node_named_child_count(part) == 1 && ruby_is_text(&value);

    *ret = told ? value.text : file->gap;
    return told || file->gap.length;
}

/* The contents of strings, symbols with quotes and heredocs; false when something in it is computed. */
static bool contents(struct ruby_file *file, TSNode node, struct str *ret)
{
    struct strs parts = {0};
    bool single = ts_node_end_byte(node) > ts_node_start_byte(node) &&
                  file->source.bytes[ts_node_start_byte(node)] == '\'';

    for (uint32_t i = 0; i < ts_node_named_child_count(node); i++) {
        TSNode part = child(node, i);
        struct str text;
        if (ruby_is(part, "interpolation")) {
            if (!interpolated(file, part, &text))
                return false;
            VEC_PUSH(file->arena, &parts, text);
        } else if (ruby_is(part, "string_content") || ruby_is(part, "heredoc_content"))
            VEC_PUSH(file->arena, &parts, ruby_source(file, part));
        else if (ruby_is(part, "escape_sequence"))
            VEC_PUSH(file->arena, &parts, unescaped(file, ruby_source(file, part), single));
    }
    *ret = str_join(file->arena, parts.items, parts.count, STR(""));
    return true;
}

/* <<~SQL: its body stands somewhere behind the statement. Bodies come in the order of their beginnings. */
static TSNode heredoc_body(TSNode beginning)
{
    TSNode at = beginning;

    for (unsigned up = 0; up < RUBY_DEPTH_MAX && !ts_node_is_null(at); up++) {
        for (TSNode next = ts_node_next_named_sibling(at); !ts_node_is_null(next);
             next = ts_node_next_named_sibling(next))
            if (ruby_is(next, "heredoc_body"))
                return next;
        at = ts_node_parent(at);
    }
    return (TSNode){.id = NULL};
}

static void list_items(struct ruby_file *file, TSNode node, struct ruby_value *list)
{
    for (uint32_t i = 0; i < ts_node_named_child_count(node); i++) {
        TSNode item = child(node, i);
        struct ruby_value value = {.node = item};
        if (ruby_is(item, "bare_string") || ruby_is(item, "bare_symbol")) {
            value.kind = RUBY_STRING;
            value.text = ruby_source(file, item);
        } else if (!ruby_is(item, "comment")) {
            value = ruby_value(file, item);
        }
        if (!ruby_is(item, "comment"))
            VEC_PUSH(file->arena, &list->items, value);
    }
}

static struct ruby_value bound(const struct ruby_file *file, struct str name)
{
    for (size_t i = file->bound.count; i-- > 0;)
        if (str_eq(file->bound.items[i].name, name))
            return file->bound.items[i].value;
    return (struct ruby_value){0};
}

/* -> { "now()" } */
static struct ruby_value lambda(struct ruby_file *file, TSNode node)
{
    TSNode body = ruby_field(node, "body");

    for (unsigned depth = 0; depth < 4 && ts_node_named_child_count(body) == 1; depth++) {
        body = child(body, 0);
        if (ruby_is(body, "string") || ruby_is(body, "chained_string")) {
            struct ruby_value value = ruby_value(file, body);
            value.kind = value.kind == RUBY_STRING ? RUBY_LAMBDA : RUBY_UNKNOWN;
            return value;
        }
    }
    return (struct ruby_value){.node = node};
}

static struct ruby_value chained(struct ruby_file *file, TSNode node)
{
    struct ruby_value value = {.node = node, .kind = RUBY_STRING};
    struct strs parts = {0};

    for (uint32_t i = 0; i < ts_node_named_child_count(node); i++) {
        struct str part;
        if (!contents(file, child(node, i), &part))
            return (struct ruby_value){.node = node};
        VEC_PUSH(file->arena, &parts, part);
    }
    value.text = str_join(file->arena, parts.items, parts.count, STR(""));
    return value;
}

/* Item.table_name as Rails makes it of the class: "items", "order_lines", "categories". One that the file itself names is not guessed. */
static struct ruby_value table_of_class(struct ruby_file *file, TSNode node, struct str class)
{
    static const char *const sibilants[] = {"s", "x", "z", "ch", "sh"};
    struct buf out = buf_new(file->arena, class.length * 2 + 4);
    struct ruby_value value = {.node = node};
    char last;

    if (str_contains(file->source, STR("table_name =")) || str_find_byte(class, ':') != SIZE_MAX)
        return value;
    for (size_t i = 0; i < class.length; i++) {
        char byte = class.bytes[i];
        bool upper = byte >= 'A' && byte <= 'Z';
        if (upper && i && !(class.bytes[i - 1] >= 'A' && class.bytes[i - 1] <= 'Z'))
            buf_add_byte(&out, '_');
        buf_add_byte(&out, upper ? (char)(byte - 'A' + 'a') : byte);
    }
    last = out.length > 1 ? out.bytes[out.length - 2] : 'a';
    bool hissing = false;
    for (size_t i = 0; i < COUNT_OF(sibilants); i++)
        hissing = hissing || str_ends(buf_str(&out), str_from(sibilants[i]));
    if (str_ends(buf_str(&out), STR("y")) && str_find_byte(STR("aeiou"), last) == SIZE_MAX) {
        out.length--;
        buf_add(&out, STR("ies"));
    } else {
        buf_add(&out, str_from(hissing ? "es" : "s"));
    }
    value.kind = RUBY_STRING;
    value.text = buf_str(&out);
    return value;
}

static struct ruby_value of_call(struct ruby_file *file, TSNode node)
{
    TSNode receiver = ruby_field(node, "receiver");
    struct str method = ruby_source(file, ruby_field(node, "method"));
    static const char *const harmless[] = {"freeze", "to_s", "to_sym", "squish", "strip", "chomp"};

    for (size_t i = 0; i < COUNT_OF(harmless); i++)
        if (!ts_node_is_null(receiver) && str_eq(method, str_from(harmless[i])))
            return ruby_value(file, receiver);
    if (ruby_is(receiver, "constant") &&
        (str_eq(method, STR("table_name")) || str_eq(method, STR("quoted_table_name"))))
        return table_of_class(file, node, ruby_source(file, receiver));
    return (struct ruby_value){.node = node};
}

struct ruby_value ruby_value(struct ruby_file *file, TSNode node)
{
    struct ruby_value value = {.node = node};
    struct str source = ruby_source(file, node);

    if (ts_node_is_null(node))
        return value;
    if (ruby_is(node, "string")) {
        value.kind = contents(file, node, &value.text) ? RUBY_STRING : RUBY_UNKNOWN;
    } else if (ruby_is(node, "chained_string")) {
        return chained(file, node);
    } else if (ruby_is(node, "simple_symbol")) {
        value.kind = RUBY_SYMBOL;
        value.text = str_from_offset(source, 1);
    } else if (ruby_is(node, "hash_key_symbol")) {
        value.kind = RUBY_SYMBOL;
        value.text = source;
    } else if (ruby_is(node, "delimited_symbol")) {
        value.kind = contents(file, node, &value.text) ? RUBY_SYMBOL : RUBY_UNKNOWN;
    } else if (ruby_is(node, "integer") || ruby_is(node, "float")) {
        struct strs digits = {0};
        for (struct str rest = source; rest.length;)
            VEC_PUSH(file->arena, &digits, str_cut(&rest, '_'));
        value.kind = RUBY_NUMBER;
        value.text = str_join(file->arena, digits.items, digits.count, STR(""));
    } else if (ruby_is(node, "unary") && ruby_is(ruby_field(node, "operand"), "integer")) {
        value.kind = RUBY_NUMBER;
        value.text = source;
    } else if (ruby_is(node, "unary") && ruby_is(ruby_field(node, "operand"), "float")) {
        value.kind = RUBY_NUMBER;
        value.text = source;
    } else if (ruby_is(node, "true") || ruby_is(node, "false") || ruby_is(node, "nil")) {
        value.kind = ruby_is(node, "true")  ? RUBY_TRUE
                     : ruby_is(node, "nil") ? RUBY_NIL
                                            : RUBY_FALSE;
        value.text = source;
    } else if (ruby_is(node, "array") || ruby_is(node, "string_array") ||
               ruby_is(node, "symbol_array")) {
        value.kind = RUBY_LIST;
        list_items(file, node, &value);
    } else if (ruby_is(node, "hash")) {
        value.kind = RUBY_HASH;
    } else if (ruby_is(node, "lambda")) {
        return lambda(file, node);
    } else if (ruby_is(node, "heredoc_beginning")) {
        TSNode body = heredoc_body(node);
        if (!ts_node_is_null(body))
            value.kind = contents(file, body, &value.text) ? RUBY_STRING : RUBY_UNKNOWN;
    } else if (ruby_is(node, "identifier") || ruby_is(node, "constant")) {
        return bound(file, source);
    } else if (ruby_is(node, "parenthesized_statements") && ts_node_named_child_count(node) == 1) {
        return ruby_value(file, child(node, 0));
    } else if (ruby_is(node, "call")) {
        return of_call(file, node);
    }
    return value;
}

/* --- Calls. --- */

struct str ruby_method(const struct ruby_file *file, TSNode call)
{
    /* `change_column_null`-like calls without arguments are identifiers. */
    if (ruby_is(call, "identifier"))
        return ruby_source(file, call);
    return ruby_is(call, "call") ? ruby_source(file, ruby_field(call, "method")) : STR_NONE;
}

struct str ruby_receiver(const struct ruby_file *file, TSNode call)
{
    return ruby_is(call, "call") ? ruby_source(file, ruby_field(call, "receiver")) : STR_NONE;
}

static bool is_positional(TSNode argument)
{
    return !ruby_is(argument, "pair") && !ruby_is(argument, "comment") &&
           !ruby_is(argument, "block_argument") && !ruby_is(argument, "hash_splat_argument") &&
           !ruby_is(argument, "heredoc_body");
}

static TSNode arguments_of(TSNode call)
{
    return ruby_is(call, "hash")   ? call
           : ruby_is(call, "call") ? ruby_field(call, "arguments")
                                   : (TSNode){.id = NULL};
}

struct ruby_value ruby_argument(struct ruby_file *file, TSNode call, size_t position)
{
    TSNode arguments = arguments_of(call);
    size_t seen = 0;

    position += !ts_node_is_null(file->sent) && file->sent.id == call.id;
    for (uint32_t i = 0; !ts_node_is_null(arguments) && i < ts_node_named_child_count(arguments);
         i++) {
        TSNode argument = child(arguments, i);
        if (!is_positional(argument))
            continue;
        struct ruby_value all = ruby_is(argument, "splat_argument")
                                    ? ruby_value(file, child(argument, 0))
                                    : (struct ruby_value){0};
        if (all.kind == RUBY_LIST && position - seen < all.items.count)
            return all.items.items[position - seen];
        if (all.kind == RUBY_LIST)
            seen += all.items.count;
        else if (seen++ == position)
            return ruby_value(file, argument);
    }
    return (struct ruby_value){0};
}

size_t ruby_argument_count(TSNode call)
{
    TSNode arguments = arguments_of(call);
    size_t count = 0;

    for (uint32_t i = 0; !ts_node_is_null(arguments) && i < ts_node_named_child_count(arguments);
         i++)
        count += is_positional(child(arguments, i));
    return count;
}

struct ruby_value ruby_entry(struct ruby_file *file, TSNode hash, const char *name)
{
    for (uint32_t i = 0; !ts_node_is_null(hash) && i < ts_node_named_child_count(hash); i++) {
        TSNode pair = child(hash, i);
        if (!ruby_is(pair, "pair"))
            continue;
        struct ruby_value key = ruby_value(file, ruby_field(pair, "key"));
        if (str_eq(key.text, str_from(name)))
            return ruby_value(file, ruby_field(pair, "value"));
    }
    return (struct ruby_value){0};
}

struct ruby_value ruby_option(struct ruby_file *file, TSNode call, const char *name)
{
    return ruby_entry(file, arguments_of(call), name);
}

TSNode ruby_block_body(TSNode call)
{
    TSNode block = ruby_field(call, "block");

    return ruby_field(block, "body");
}

struct str ruby_block_parameter(const struct ruby_file *file, TSNode call)
{
    TSNode parameters = ruby_field(ruby_field(call, "block"), "parameters");

    return ts_node_is_null(parameters) || !ts_node_named_child_count(parameters)
               ? STR_NONE
               : ruby_source(file, child(parameters, 0));
}
