#include <string.h>

#include "shell/parser.h"

/* `do list done`, or `{ list }` as bash allows. */
static bool parse_body(struct parser *p, struct shell_node *node)
{
    enum keyword close = KEYWORD_DONE;

    if (!parser_skip_newlines(p))
        return false;
    if (!parser_take_keyword(p, KEYWORD_DO)) {
        if (!parser_take_keyword(p, KEYWORD_OPEN))
            return parser_fail_unexpected(p);
        close = KEYWORD_CLOSE;
    }
    if (!parser_enter(p) || !parse_new_list(p, &node->body, false))
        return false;
    parser_leave(p);
    return parser_take_keyword(p, close) || parser_fail_unexpected(p);
}

/* for ((first; condition; step)) */
static bool parse_arithmetic_for(struct parser *p, struct shell_node *node)
{
    struct context context = {.kind = CONTEXT_LET, .quoted = true};
    size_t base = p->words.count;

    node->kind = NODE_FOR_ARITHMETIC;
    for (int i = 0; i < 3; i++) {
        struct shell_word word;
        if (i && !parser_take(p, ";"))
            return parser_fail(p, p->position, "an arithmetic for needs three expressions");
        if (!parser_enter(p) || !word_parse(p, context, &word))
            return false;
        parser_leave(p);
        VEC_PUSH(p->arena, &p->words, word);
    }
    if (!parser_take(p, "))"))
        return parser_fail_unexpected(p);
    STACK_TAKE(p, &p->words, base, node->words, node->word_count);
    parser_skip_blanks(p);
    if (!parser_sees(p, ";;"))
        parser_take(p, ";");
    return parse_body(p, node);
}

static bool at_items_end(struct parser *p)
{
    int byte;

    parser_skip_blanks(p);
    byte = parser_peek(p);
    return byte == ';' || byte == '\n' || byte == END_OF_TEXT;
}

static bool parse_items(struct parser *p, struct shell_node *node)
{
    size_t base = p->words.count;

    node->has_in = true;
    while (!at_items_end(p)) {
        struct shell_word word;
        if (!parse_command_word(p, &word) || !braces_expand(p, &word))
            return false;
        VEC_PUSH(p->arena, &p->words, word);
    }
    STACK_TAKE(p, &p->words, base, node->words, node->word_count);
    return true;
}

bool for_parse(struct parser *p, enum keyword keyword, struct shell_node *node)
{
    struct shell_word name;

    parser_skip_blanks(p);
    if (keyword == KEYWORD_FOR && parser_take(p, "(("))
        return parse_arithmetic_for(p, node);
    node->kind = keyword == KEYWORD_FOR ? NODE_FOR : NODE_SELECT;
    size_t from = p->position;
    if (!parse_command_word(p, &name))
        return false;
    node->name = str_of(p->source.bytes + from, p->position - from);
    parser_skip_blanks(p);
    if (parser_peek(p) != ';') {
        if (!parser_skip_newlines(p))
            return false;
        if (!parser_take_keyword(p, KEYWORD_IN))
            return parse_body(p, node);
        if (!parse_items(p, node))
            return false;
    }
    if (!parser_sees(p, ";;"))
        parser_take(p, ";");
    return parse_body(p, node);
}
