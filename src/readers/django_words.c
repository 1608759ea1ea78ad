/* django_words.c -- an expression that is not understood, as its words: the same however it is laid out, quoted and imported. */
#include "base/buf.h"

#include "readers/django.h"

#define WORDS_MAX ((size_t)64 << 10)
#define NESTING_MAX 200u

struct words {
    struct django_reader *r;
    struct python_scope scope;
    struct buf buf;
};

static bool is_operation(TSNode node)
{
    return node_is(node, "binary_operator") || node_is(node, "comparison_operator") ||
           node_is(node, "boolean_operator") || node_is(node, "conditional_expression");
}

static void say(struct words *w, struct str word)
{
    struct str said = buf_str(&w->buf);
    char last = said.length ? said.bytes[said.length - 1] : ' ';

    if (word.length && byte_is_word(word.bytes[0]) &&
        (byte_is_word(last) || last == ')' || last == '"'))
        buf_add_byte(&w->buf, ' ');
    buf_add(&w->buf, word);
}

static bool says_text(struct words *w, TSNode node)
{
    struct python_constant text = python_constant(w->r->tree, w->scope, node);

    if (text.kind != CONSTANT_STRING)
        return false;
    for (size_t i = 0; i < text.text.length; i++)
        if ((unsigned char)text.text.bytes[i] < ' ' || text.text.bytes[i] == '"')
            return false;
    say(w, str_printf(w->r->arena, "\"" STR_FMT "\"", STR_ARG(text.text)));
    return true;
}

/* models.Q and Q are one. */
static bool says_name(struct words *w, TSNode node)
{
    struct str dotted = python_foreign(w->r->tree, w->scope, node);

    if (!str_starts(dotted, STR("django.")) || str_ends(dotted, STR(")")))
        return false;
    say(w, dotted_last(dotted));
    return true;
}

/* The comma before a closing bracket, but for that of a tuple of one. */
static bool is_last_comma(TSNode parent, uint32_t at)
{
    uint32_t next = at + 1;

    while (next < ts_node_child_count(parent) && node_is(ts_node_child(parent, next), "comment"))
        next++;
    if (!node_is(ts_node_child(parent, at), ",") || next + 1 != ts_node_child_count(parent))
        return false;
    return !node_is(parent, "tuple") || ts_node_named_child_count(parent) > 1;
}

static void add(struct words *w, TSNode node, unsigned depth)
{
    bool operation = is_operation(node);

    if (depth > NESTING_MAX || node_is(node, "comment"))
        return;
    if ((node_is(node, "string") || node_is(node, "concatenated_string")) && says_text(w, node))
        return;
    if ((node_is(node, "attribute") || node_is(node, "identifier")) && says_name(w, node))
        return;
    if (!ts_node_child_count(node) || node_is(node, "string")) {
        say(w, node_source(w->scope.file, node));
        return;
    }
    for (uint32_t i = 0; i < ts_node_child_count(node); i++) {
        TSNode child = ts_node_child(node, i);
        bool spaced = operation && !ts_node_is_named(child);
        if (is_last_comma(node, i))
            continue;
        if (node_is(node, "keyword_argument") && i == 0) { /* no name of a thing */
            say(w, node_source(w->scope.file, child));
            continue;
        }
        if (node_is(node, "keyword_argument") || node_is(node, "argument_list"))
            child = node_bare(child);
        if (spaced)
            buf_add_byte(&w->buf, ' ');
        add(w, child, depth + 1);
        if (spaced || node_is(child, ",") || (node_is(node, "pair") && node_is(child, ":")))
            buf_add_byte(&w->buf, ' ');
    }
}

struct str django_words(struct django_reader *r, struct python_scope scope, TSNode node)
{
    struct words w = {.r = r, .scope = scope, .buf = buf_new(r->arena, WORDS_MAX)};

    add(&w, node_bare(node), 0);
    return w.buf.truncated ? node_source(scope.file, node) : buf_str(&w.buf);
}
