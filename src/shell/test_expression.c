#include <string.h>

#include "shell/parser.h"

/* [[ … ]]: checked as the shell does, but kept only as the list of its operands. */

static bool at_close(struct parser *p)
{
    return parser_sees(p, "]]") && byte_is_meta(parser_byte(p, 2));
}

static bool parse_operand(struct parser *p, enum context_kind kind)
{
    struct context context = {.kind = kind};
    struct shell_word word;

    parser_skip_blanks(p);
    if (at_close(p))
        return parser_fail_unexpected(p);
    size_t from = p->position;
    if (!word_parse(p, context, &word))
        return false;
    if (p->position == from)
        return parser_fail_unexpected(p);
    VEC_PUSH(p->arena, &p->words, word);
    return true;
}

static bool is_unary(struct str text)
{
    return text.length == 2 && text.bytes[0] == '-' &&
           memchr("abcdefghkLnNoOprRsStuvwxzG", text.bytes[1], 26) != NULL;
}

/* The binary operator here; *ret_kind is how its right side is read. */
static bool take_binary(struct parser *p, enum context_kind *ret_kind)
{
    static const char *const OPERATORS[] = {"==",  "=~",  "!=",  "=",   "-eq", "-ne", "-lt",
                                            "-le", "-gt", "-ge", "-nt", "-ot", "-ef"};

    *ret_kind = CONTEXT_WORD;
    if (parser_take(p, "<") || parser_take(p, ">"))
        return true;
    for (size_t i = 0; i < COUNT_OF(OPERATORS); i++) {
        size_t from = p->position;
        if (!parser_take(p, OPERATORS[i]))
            continue;
        if (byte_is_meta(parser_byte(p, 0))) {
            if (strcmp(OPERATORS[i], "=~") == 0)
                *ret_kind = CONTEXT_REGEX;
            return true;
        }
        p->position = from;
    }
    return false;
}

static bool at_term_end(struct parser *p)
{
    int byte = parser_peek(p);

    return byte == ')' || byte == END_OF_TEXT || at_close(p) || parser_sees(p, "&&") ||
           parser_sees(p, "||");
}

static bool parse_comparison(struct parser *p)
{
    enum context_kind kind;

    if (!parse_operand(p, CONTEXT_WORD))
        return false;
    bool unary = is_unary(word_plain(&VEC_LAST(&p->words)));
    if (!parser_skip_newlines(p))
        return false;
    if (unary && !at_close(p)) {
        /* The operator is no operand. */
        p->words.count--;
        return parse_operand(p, CONTEXT_WORD) && parser_skip_newlines(p);
    }
    if (at_term_end(p))
        return true;
    if (!take_binary(p, &kind))
        return parser_fail_unexpected(p);
    return parse_operand(p, kind) && parser_skip_newlines(p);
}

static bool take_negations(struct parser *p)
{
    do {
        if (!parser_skip_newlines(p))
            return false;
        if (parser_peek(p) != '!' || !byte_is_meta(parser_byte(p, 1)))
            return true;
        p->position++;
    } while (true);
}

static bool parse_expression(struct parser *p)
{
    for (;;) {
        if (!take_negations(p))
            return false;
        if (parser_take(p, "(")) {
            if (!parser_enter(p) || !parse_expression(p))
                return false;
            parser_leave(p);
            if (!parser_take(p, ")"))
                return parser_fail_unexpected(p);
            if (!parser_skip_newlines(p))
                return false;
        } else if (!parse_comparison(p)) {
            return false;
        }
        if (!parser_take(p, "&&") && !parser_take(p, "||"))
            return true;
    }
}

bool test_parse(struct parser *p, struct shell_node *node)
{
    size_t base = p->words.count;

    node->kind = NODE_TEST;
    if (!parse_expression(p))
        return false;
    if (!at_close(p))
        return parser_fail_unexpected(p);
    parser_take(p, "]]");
    STACK_TAKE(p, &p->words, base, node->words, node->word_count);
    return true;
}
