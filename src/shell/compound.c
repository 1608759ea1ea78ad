#include <string.h>

#include "shell/parser.h"

static bool expect(struct parser *p, enum keyword keyword)
{
    parser_skip_blanks(p);
    return parser_take_keyword(p, keyword) || parser_fail_unexpected(p);
}

static bool inner_list(struct parser *p, struct shell_list **ret_list)
{
    return parser_enter(p) && parse_new_list(p, ret_list, false) && (parser_leave(p), true);
}

/* `((…))`; if its parentheses do not match so, nothing is taken. */
static bool arithmetic_command(struct parser *p, struct shell_node *node, bool *ret_found)
{
    struct context context = {.kind = CONTEXT_ARITHMETIC, .quoted = true};
    struct shell_part part = {0};
    struct retreat retreat;
    size_t from = p->position;

    parser_guess(p, &retreat);
    *ret_found = parser_take(p, "((") && expansion_arithmetic_text(p, context, &part) &&
                 (parser_take(p, "))") || parser_fail(p, from, "unterminated arithmetic"));
    if (!*ret_found)
        return parser_retreat(p, &retreat);
    node->kind = NODE_ARITHMETIC;
    node->words = part.inner;
    node->word_count = 1;
    return true;
}

bool compound_subshell(struct parser *p, struct shell_node *node)
{
    size_t from = p->position;

    if (parser_sees(p, "((")) {
        bool found;
        if (!arithmetic_command(p, node, &found) || found)
            return found;
    }
    node->kind = NODE_SUBSHELL;
    parser_take(p, "(");
    if (!inner_list(p, &node->body))
        return false;
    if (parser_peek(p) == END_OF_TEXT)
        return parser_fail(p, from, "unterminated subshell: a ) is missing");
    return parser_take(p, ")") || parser_fail_unexpected(p);
}

static bool parse_if(struct parser *p, struct shell_node *node)
{
    size_t base = p->clauses.count;
    bool more = true;

    node->kind = NODE_IF;
    while (more) {
        struct shell_clause clause = {0};
        if (!inner_list(p, &clause.condition) || !expect(p, KEYWORD_THEN) ||
            !inner_list(p, &clause.body))
            return false;
        VEC_PUSH(p->arena, &p->clauses, clause);
        more = parser_take_keyword(p, KEYWORD_ELIF);
    }
    STACK_TAKE(p, &p->clauses, base, node->clauses, node->clause_count);
    if (parser_take_keyword(p, KEYWORD_ELSE) && !inner_list(p, &node->otherwise))
        return false;
    return expect(p, KEYWORD_FI);
}

static bool parse_while(struct parser *p, enum keyword keyword, struct shell_node *node)
{
    node->kind = keyword == KEYWORD_WHILE ? NODE_WHILE : NODE_UNTIL;
    return inner_list(p, &node->condition) && expect(p, KEYWORD_DO) && inner_list(p, &node->body) &&
           expect(p, KEYWORD_DONE);
}

static bool parse_group(struct parser *p, struct shell_node *node)
{
    node->kind = NODE_GROUP;
    return inner_list(p, &node->body) && expect(p, KEYWORD_CLOSE);
}

/* Does a compound command begin here? */
static bool at_compound(struct parser *p)
{
    size_t end;

    parser_skip_blanks(p);
    if (parser_peek(p) == '(')
        return true;
    switch (parser_keyword(p, &end)) {
    case KEYWORD_IF:
    case KEYWORD_FOR:
    case KEYWORD_WHILE:
    case KEYWORD_UNTIL:
    case KEYWORD_CASE:
    case KEYWORD_SELECT:
    case KEYWORD_OPEN:
    case KEYWORD_TEST:
        return true;
    default:
        return false;
    }
}

/* One command as a list of its own. */
static bool single_command(struct parser *p, struct shell_list **ret_list)
{
    struct shell_list *list = ARENA_NEW(p->arena, struct shell_list);
    struct shell_node node;

    if (!parser_enter(p) || !parse_command(p, &node))
        return false;
    parser_leave(p);
    list->pipelines = ARENA_NEW(p->arena, struct shell_pipeline);
    list->pipeline_count = 1;
    list->pipelines->nodes = ARENA_NEW(p->arena, struct shell_node);
    list->pipelines->nodes[0] = node;
    list->pipelines->node_count = 1;
    list->span = node.span;
    *ret_list = list;
    return true;
}

bool compound_function_body(struct parser *p, struct shell_node *node)
{
    if (!parser_skip_newlines(p))
        return false;
    if (!at_compound(p))
        return parser_fail_unexpected(p);
    return single_command(p, &node->body);
}

static bool parse_function(struct parser *p, struct shell_node *node)
{
    struct context context = {.kind = CONTEXT_WORD, .stop = '('};
    struct shell_word name;

    parser_skip_blanks(p);
    size_t from = p->position;
    if (!word_parse(p, context, &name))
        return false;
    if (p->position == from)
        return parser_fail_unexpected(p);
    node->kind = NODE_FUNCTION;
    node->name = str_of(p->source.bytes + from, p->position - from);
    parser_skip_blanks(p);
    size_t parenthesis = p->position;
    if (parser_take(p, "(")) {
        /* `function f (a)`: the body is a subshell. */
        parser_skip_blanks(p);
        if (!parser_take(p, ")"))
            p->position = parenthesis;
    }
    return compound_function_body(p, node);
}

/* `coproc [NAME] compound` or `coproc simple`. */
static bool parse_coproc(struct parser *p, struct shell_node *node)
{
    size_t from, length = 0;

    node->kind = NODE_COPROC;
    if (!at_compound(p)) {
        from = p->position;
        while (byte_is_name(parser_byte(p, length)))
            length++;
        p->position += length;
        if (length && byte_is_meta(parser_peek(p)) && at_compound(p))
            node->name = str_of(p->source.bytes + from, length);
        else
            p->position = from;
    }
    return single_command(p, &node->body);
}

bool compound_parse(struct parser *p, enum keyword keyword, size_t keyword_end,
                    struct shell_node *node)
{
    size_t start = p->position;

    p->position = keyword_end;
    switch (keyword) {
    case KEYWORD_IF:
        return parse_if(p, node);
    case KEYWORD_WHILE:
    case KEYWORD_UNTIL:
        return parse_while(p, keyword, node);
    case KEYWORD_FOR:
    case KEYWORD_SELECT:
        return for_parse(p, keyword, node);
    case KEYWORD_CASE:
        return case_parse(p, node);
    case KEYWORD_OPEN:
        return parse_group(p, node);
    case KEYWORD_TEST:
        return test_parse(p, node);
    case KEYWORD_FUNCTION:
        return parse_function(p, node);
    case KEYWORD_COPROC:
        return parse_coproc(p, node);
    default:
        p->position = start;
        return parser_fail_unexpected(p);
    }
}
