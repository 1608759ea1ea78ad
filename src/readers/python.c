#include "readers/python.h"

#include <string.h>
#include <tree_sitter/api.h>

#include "base/buf.h"
#include "base/door.h"
#include "readers/parse.h"
#include "readers/python_plain.h"
#include "readers/python_scan.h"

#define NESTING_MAX 32u
#define ROUNDS_MAX 8u /* constants that name constants that name … */

const TSLanguage *tree_sitter_python(void);

struct python_reader {
    TSParser *parser;
};

struct evaluation {
    struct arena *arena;
    struct str text; /* what tree-sitter was given */
    struct strs names;
    struct python_value *values;  /* one per name */
    struct strs missing;          /* names whose value would be needed */
    size_t line;                  /* of the statement */
    size_t counted, counted_line; /* lines are counted once, from statement to statement */
};

struct python_reader *python_reader_new(struct arena *arena)
{
    struct python_reader *reader = ARENA_NEW(arena, struct python_reader);

    reader->parser = ts_parser_new();
    if (!reader->parser)
        door_memory();
    return reader;
}

void python_reader_release(struct python_reader **reader)
{
    if (*reader && (*reader)->parser) {
        ts_parser_delete((*reader)->parser);
        (*reader)->parser = NULL;
    }
}

static void release_tree(TSTree **tree)
{
    if (*tree)
        ts_tree_delete(*tree);
}

static bool parse(struct python_reader *reader, struct str text, TSTree **ret_tree, struct err *e)
{
    if (text.length > FILE_MAX)
        return err_set(e, ERR_LIMIT, "Python source larger than %u bytes", FILE_MAX);
    if (!ts_parser_language(reader->parser) &&
        !ts_parser_set_language(reader->parser, tree_sitter_python()))
        return err_set(e, ERR_INTERNAL, "the Python grammar does not fit this tree-sitter");
    *ret_tree = parse_text(reader->parser, text);
    return *ret_tree || err_set(e, ERR_TIMEOUT, "a Python statement took too long to parse");
}

static bool is_type(TSNode node, const char *type)
{
    return !strcmp(ts_node_type(node), type);
}

static struct str node_text(struct str text, TSNode node)
{
    return str_slice(text, ts_node_start_byte(node), ts_node_end_byte(node));
}

static TSNode field(TSNode node, const char *name)
{
    return ts_node_child_by_field_name(node, name, (uint32_t)strlen(name));
}

static size_t name_index(const struct strs *names, struct str name)
{
    for (size_t i = 0; i < names->count; i++)
        if (str_eq(names->items[i], name))
            return i;
    return SIZE_MAX;
}

/* --- Values. --- */

static struct python_value opaque(void)
{
    return (struct python_value){.kind = PYTHON_OPAQUE};
}

static struct python_value evaluate(struct evaluation *ev, TSNode node, size_t depth);

static struct python_value evaluate_name(struct evaluation *ev, struct str name)
{
    size_t i = name_index(&ev->names, name);

    if (i == SIZE_MAX) {
        strs_add(ev->arena, &ev->missing, str_copy(ev->arena, name));
        return opaque();
    }
    return ev->values[i].kind == PYTHON_ABSENT ? opaque() : ev->values[i];
}

static struct python_value add_values(struct evaluation *ev, struct python_value left,
                                      struct python_value right)
{
    if (left.kind == PYTHON_STRING && right.kind == PYTHON_STRING) {
        struct str parts[] = {left.text, right.text};
        left.text = str_join(ev->arena, parts, 2, STR(""));
        return left;
    }
    if (left.kind != PYTHON_SEQUENCE || right.kind != PYTHON_SEQUENCE)
        return opaque();
    struct python_value sum = {.kind = PYTHON_SEQUENCE};
    for (size_t i = 0; i < left.items.count; i++)
        VEC_PUSH(ev->arena, &sum.items, left.items.items[i]);
    for (size_t i = 0; i < right.items.count; i++)
        VEC_PUSH(ev->arena, &sum.items, right.items.items[i]);
    return sum;
}

static struct python_value evaluate_concatenation(struct evaluation *ev, TSNode node, size_t depth)
{
    struct buf whole = buf_new(ev->arena, FILE_MAX);

    for (uint32_t i = 0; i < ts_node_named_child_count(node); i++) {
        TSNode part = ts_node_named_child(node, i);
        if (is_type(part, "comment"))
            continue;
        struct python_value value = evaluate(ev, part, depth + 1);
        if (value.kind != PYTHON_STRING)
            return opaque();
        buf_add(&whole, value.text);
    }
    return (struct python_value){.kind = PYTHON_STRING,
                                 .text = whole.length ? buf_str(&whole) : STR("")};
}

static struct python_value evaluate_sequence(struct evaluation *ev, TSNode node, size_t depth)
{
    struct python_value sequence = {.kind = PYTHON_SEQUENCE};

    for (uint32_t i = 0; i < ts_node_named_child_count(node); i++) {
        TSNode part = ts_node_named_child(node, i);
        if (is_type(part, "comment"))
            continue;
        struct python_value item = evaluate(ev, part, depth + 1);
        if (item.kind != PYTHON_STRING)
            return opaque();
        VEC_PUSH(ev->arena, &sequence.items, item.text);
    }
    return sequence;
}

static struct python_value evaluate_parenthesized(struct evaluation *ev, TSNode node, size_t depth)
{
    for (uint32_t i = 0; i < ts_node_named_child_count(node); i++)
        if (!is_type(ts_node_named_child(node, i), "comment"))
            return evaluate(ev, ts_node_named_child(node, i), depth + 1);
    return opaque();
}

static struct python_value evaluate(struct evaluation *ev, TSNode node, size_t depth)
{
    struct python_value value = {.kind = PYTHON_STRING};

    if (depth > NESTING_MAX || ts_node_is_null(node))
        return opaque();
    if (is_type(node, "string"))
        return python_string_decode(ev->arena, node_text(ev->text, node), &value.text) ? value
                                                                                       : opaque();
    if (is_type(node, "none"))
        return (struct python_value){.kind = PYTHON_NONE};
    if (is_type(node, "identifier"))
        return evaluate_name(ev, node_text(ev->text, node));
    if (is_type(node, "concatenated_string"))
        return evaluate_concatenation(ev, node, depth);
    if (is_type(node, "parenthesized_expression"))
        return evaluate_parenthesized(ev, node, depth);
    if (is_type(node, "tuple") || is_type(node, "list") || is_type(node, "set") ||
        is_type(node, "expression_list"))
        return evaluate_sequence(ev, node, depth);
    if (is_type(node, "binary_operator") &&
        str_eq(node_text(ev->text, field(node, "operator")), STR("+")))
        return add_values(ev, evaluate(ev, field(node, "left"), depth + 1),
                          evaluate(ev, field(node, "right"), depth + 1));
    return opaque();
}

/* --- Statements. --- */

static void assign_name(struct evaluation *ev, struct str name, struct python_value value)
{
    size_t i = name_index(&ev->names, name);

    if (i == SIZE_MAX)
        return;
    value.line = ev->line;
    ev->values[i] = value;
}

static bool is_target_list(TSNode node)
{
    return is_type(node, "pattern_list") || is_type(node, "tuple_pattern") ||
           is_type(node, "list_pattern");
}

/* `a, b = "x", None`: item by item when both sides are written out; otherwise the targets become opaque. */
static void assign_targets(struct evaluation *ev, TSNode targets, TSNode right)
{
    while (!ts_node_is_null(right) && is_type(right, "parenthesized_expression"))
        right = ts_node_named_child(right, 0);
    bool written =
        !ts_node_is_null(right) &&
        (is_type(right, "expression_list") || is_type(right, "tuple") || is_type(right, "list")) &&
        ts_node_named_child_count(right) == ts_node_named_child_count(targets);
    struct python_value values[PYTHON_NAMES_MAX];
    uint32_t count = ts_node_named_child_count(targets);

    for (uint32_t i = 0; i < count && i < PYTHON_NAMES_MAX; i++)
        values[i] = written ? evaluate(ev, ts_node_named_child(right, i), 0) : opaque();
    for (uint32_t i = 0; i < count; i++) {
        TSNode target = ts_node_named_child(targets, i);
        if (is_type(target, "identifier"))
            assign_name(ev, node_text(ev->text, target),
                        i < PYTHON_NAMES_MAX ? values[i] : opaque());
    }
}

static void run_assignment(struct evaluation *ev, TSNode node)
{
    TSNode last = field(node, "right");

    /* a = b = "x": the value stands at the end of the chain. */
    for (size_t depth = 0;
         !ts_node_is_null(last) && is_type(last, "assignment") && depth < NESTING_MAX; depth++)
        last = field(last, "right");
    if (ts_node_is_null(last)) /* only an annotation */
        return;
    for (size_t depth = 0; is_type(node, "assignment") && depth <= NESTING_MAX; depth++) {
        TSNode left = field(node, "left");
        if (is_type(left, "identifier"))
            assign_name(ev, node_text(ev->text, left), evaluate(ev, last, 0));
        else if (is_target_list(left))
            assign_targets(ev, left, last);
        node = field(node, "right");
        if (ts_node_is_null(node))
            break;
    }
}

/* What else binds a name at the top level: `x += …`, `del x`, `from m import x`, `import x`. */
static void run_other(struct evaluation *ev, TSNode node)
{
    static const char *const binding[] = {"augmented_assignment", "delete_statement",
                                          "import_from_statement", "import_statement"};
    bool binds = false;

    for (size_t i = 0; i < COUNT_OF(binding); i++)
        binds = binds || is_type(node, binding[i]);
    for (uint32_t i = 0; binds && i < ts_node_named_child_count(node); i++) {
        TSNode child = ts_node_named_child(node, i);
        if (is_type(child, "aliased_import"))
            child = field(child, "alias");
        if (is_type(node, "augmented_assignment") && i > 0)
            break;
        if (is_type(child, "identifier") ||
            (is_type(child, "dotted_name") && !(is_type(node, "import_from_statement") && i == 0)))
            assign_name(ev, node_text(ev->text, child), opaque());
    }
}

static void run_statement(struct evaluation *ev, TSNode statement)
{
    if (!is_type(statement, "expression_statement")) {
        run_other(ev, statement);
        return;
    }
    for (uint32_t i = 0; i < ts_node_named_child_count(statement); i++) {
        TSNode child = ts_node_named_child(statement, i);
        if (is_type(child, "assignment"))
            run_assignment(ev, child);
        else
            run_other(ev, child);
    }
}

/* --- One file. --- */

static size_t line_of(struct str source, size_t offset)
{
    size_t line, column;

    str_position(source, offset, &line, &column);
    return line;
}

static void module_break(struct python_module *module, struct str source, size_t at,
                         const char *reason)
{
    if (module->broken)
        return;
    module->broken = true;
    module->broken_line = line_of(source, at);
    module->broken_reason = str_from(reason);
}

/* The interesting statements alone, joined by newlines: everything else costs time and says nothing. */
static struct str statements_text(struct arena *arena, struct str source,
                                  const struct python_spans *spans)
{
    size_t length = 0;

    for (size_t i = 0; i < spans->count; i++)
        length += spans->items[i].end - spans->items[i].start + 1;
    char *text = ARENA_ARRAY(arena, length + 1, char);
    size_t at = 0;
    for (size_t i = 0; i < spans->count; i++) {
        size_t size = spans->items[i].end - spans->items[i].start;
        memcpy(text + at, source.bytes + spans->items[i].start, size);
        text[at + size] = '\n';
        at += size + 1;
    }
    return str_of(text, length);
}

/* Statements come in the order of the file. */
static size_t next_line(struct evaluation *ev, struct str source, size_t offset)
{
    for (; ev->counted < offset; ev->counted++)
        ev->counted_line += source.bytes[ev->counted] == '\n';
    return ev->counted_line + 1;
}

/* False, with nothing assigned, when a statement needs the grammar: then they all go there, in their order. */
static bool run_plain_statements(struct evaluation *ev, struct str source,
                                 const struct python_scan *scan)
{
    struct str name;
    struct python_value value;

    for (size_t pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < scan->statements.count; i++) {
            const struct python_span *span = &scan->statements.items[i];
            if (!python_plain_assignment(str_slice(source, span->start, span->end), &name, &value))
                return false;
            if (pass == 0)
                continue;
            ev->line = next_line(ev, source, span->start);
            assign_name(ev, name, value);
        }
    return true;
}

static bool run_statements(struct python_reader *reader, struct evaluation *ev, struct str source,
                           const struct python_scan *scan, struct python_module *module,
                           struct err *e)
{
    CLEANUP_WITH(release_tree) TSTree *tree = NULL;
    size_t span = 0, span_offset = 0;

    if (run_plain_statements(ev, source, scan))
        return true;
    ev->text = statements_text(ev->arena, source, &scan->statements);
    if (!parse(reader, ev->text, &tree, e))
        return false;
    TSNode root = ts_tree_root_node(tree);
    for (uint32_t i = 0; i < ts_node_named_child_count(root); i++) {
        TSNode statement = ts_node_named_child(root, i);
        size_t start = ts_node_start_byte(statement);
        while (span + 1 < scan->statements.count) {
            size_t size = scan->statements.items[span].end - scan->statements.items[span].start + 1;
            if (start < span_offset + size)
                break;
            span_offset += size;
            span++;
        }
        size_t at = scan->statements.items[span].start + (start - span_offset);
        ev->line = next_line(ev, source, at);
        if (ts_node_has_error(statement))
            module_break(module, source, at, "a statement that Python would refuse");
        run_statement(ev, statement);
    }
    return true;
}

static void read_docstring(struct arena *arena, struct str source, struct python_span span,
                           struct python_module *module)
{
    struct str literal = str_trim(str_slice(source, span.start, span.end));

    if (span.end == span.start)
        return;
    module->has_docstring = python_string_decode(arena, literal, &module->docstring);
}

bool python_constants(struct python_reader *reader, struct arena *arena, struct str source,
                      const struct str *names, size_t count, struct python_value *ret_values,
                      struct python_module *ret_module, struct err *e)
{
    struct evaluation ev = {.arena = arena};
    struct python_module module = {0};
    struct python_scan scan;

    if (count > PYTHON_NAMES_MAX)
        return err_set(e, ERR_INTERNAL, "more than %u names wanted", PYTHON_NAMES_MAX);
    for (size_t i = 0; i < count; i++)
        VEC_PUSH(arena, &ev.names, names[i]);
    for (size_t round = 0;; round++) {
        size_t known = ev.names.count;
        ev.values = ARENA_ARRAY(arena, known, struct python_value);
        ev.missing = (struct strs){0};
        ev.counted = ev.counted_line = 0;
        module = (struct python_module){0};
        python_scan(arena, source, &ev.names, &scan);
        if (!run_statements(reader, &ev, source, &scan, &module, e))
            return false;
        for (size_t i = 0; i < ev.missing.count && ev.names.count < 4u * PYTHON_NAMES_MAX; i++)
            strs_add(arena, &ev.names, ev.missing.items[i]);
        if (ev.names.count == known || round == ROUNDS_MAX)
            break;
    }
    for (size_t i = 0; i < count; i++) {
        if (scan.conditional[i])
            ev.values[i] = (struct python_value){.kind = PYTHON_OPAQUE,
                                                 .line = line_of(source, scan.conditional_at[i])};
        ret_values[i] = ev.values[i];
    }
    if (scan.broken)
        module_break(&module, source, scan.broken_at, scan.broken_reason);
    read_docstring(arena, source, scan.docstring, &module);
    *ret_module = module;
    return true;
}

/* --- Calls. --- */

/* "context.configure" also as "alembic.context.configure" and "configure". */
static bool is_function(struct str text, struct str function)
{
    size_t dot = str_find_last_byte(function, '.');
    struct str last = dot == SIZE_MAX ? function : str_from_offset(function, dot + 1);

    if (str_eq(text, function) || str_eq(text, last))
        return true;
    return str_ends(text, function) && text.bytes[text.length - function.length - 1] == '.';
}

static void read_call(struct evaluation *ev, TSNode call, size_t count, struct python_calls *calls)
{
    TSNode arguments = field(call, "arguments");
    struct python_call found = {.line = ts_node_start_point(call).row + 1};

    for (uint32_t i = 0; i < ts_node_named_child_count(arguments); i++) {
        TSNode argument = ts_node_named_child(arguments, i);
        if (is_type(argument, "dictionary_splat"))
            found.splat = true;
        if (!is_type(argument, "keyword_argument"))
            continue;
        size_t name = name_index(&ev->names, node_text(ev->text, field(argument, "name")));
        if (name >= count)
            continue;
        found.values[name] = evaluate(ev, field(argument, "value"), 0);
        found.values[name].line = ts_node_start_point(argument).row + 1;
    }
    VEC_PUSH(ev->arena, calls, found);
}

/* Depth first, without recursion. */
static void find_calls(struct evaluation *ev, TSNode root, struct str function, size_t count,
                       struct python_calls *calls)
{
    TSTreeCursor cursor = ts_tree_cursor_new(root);
    bool more = true;

    while (more) {
        TSNode node = ts_tree_cursor_current_node(&cursor);
        if (is_type(node, "call") &&
            is_function(node_text(ev->text, field(node, "function")), function))
            read_call(ev, node, count, calls);
        if (ts_tree_cursor_goto_first_child(&cursor))
            continue;
        while (!ts_tree_cursor_goto_next_sibling(&cursor)) {
            if (!ts_tree_cursor_goto_parent(&cursor)) {
                more = false;
                break;
            }
        }
    }
    ts_tree_cursor_delete(&cursor);
}

bool python_call_keywords(struct python_reader *reader, struct arena *arena, struct str source,
                          struct str function, const struct str *names, size_t count,
                          struct python_calls *ret_calls, struct err *e)
{
    CLEANUP_WITH(release_tree) TSTree *tree = NULL;
    struct evaluation ev = {.arena = arena, .text = source};
    struct python_calls calls = {0};
    struct python_module module;

    if (count > PYTHON_NAMES_MAX)
        return err_set(e, ERR_INTERNAL, "more than %u names wanted", PYTHON_NAMES_MAX);
    if (!parse(reader, source, &tree, e))
        return false;
    /* Keywords first, then the module constants that their values name: two rounds, since the first finds those. */
    for (size_t round = 0; round < 2; round++) {
        struct strs constants = ev.missing;
        ev.names = (struct strs){0};
        ev.missing = (struct strs){0};
        calls = (struct python_calls){0};
        for (size_t i = 0; i < count; i++)
            VEC_PUSH(arena, &ev.names, names[i]);
        for (size_t i = 0; i < constants.count && ev.names.count < PYTHON_NAMES_MAX; i++)
            VEC_PUSH(arena, &ev.names, constants.items[i]);
        ev.values = ARENA_ARRAY(arena, ev.names.count, struct python_value);
        if (!python_constants(reader, arena, source, ev.names.items, ev.names.count, ev.values,
                              &module, e))
            return false;
        find_calls(&ev, ts_tree_root_node(tree), function, count, &calls);
        if (ev.missing.count == 0)
            break;
    }
    *ret_calls = calls;
    return true;
}
