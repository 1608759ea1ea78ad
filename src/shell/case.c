#include <string.h>

#include "shell/parser.h"

static bool parse_patterns(struct parser *p, struct shell_clause *clause)
{
    size_t base = p->words.count;

    for (;;) {
        struct shell_word pattern;
        parser_skip_blanks(p);
        if (!parse_command_word(p, &pattern))
            return false;
        VEC_PUSH(p->arena, &p->words, pattern);
        parser_skip_blanks(p);
        if (!parser_take(p, "|"))
            break;
    }
    STACK_TAKE(p, &p->words, base, clause->patterns, clause->pattern_count);
    return parser_take(p, ")") || parser_fail_unexpected(p);
}

/* One item; *ret_last when no terminator follows, so that `esac` must. */
static bool parse_item(struct parser *p, bool *ret_last)
{
    struct shell_clause clause = {0};

    parser_take(p, "(");
    if (!parse_patterns(p, &clause) || !parse_new_list(p, &clause.body, true))
        return false;
    VEC_PUSH(p->arena, &p->clauses, clause);
    *ret_last = !parser_take(p, ";;&") && !parser_take(p, ";;") && !parser_take(p, ";&");
    return true;
}

bool case_parse(struct parser *p, struct shell_node *node)
{
    size_t base = p->clauses.count;
    struct shell_word *subject = ARENA_NEW(p->arena, struct shell_word);
    bool last = false;

    node->kind = NODE_CASE;
    parser_skip_blanks(p);
    if (!parser_enter(p) || !parse_command_word(p, subject) || !parser_skip_newlines(p))
        return false;
    node->words = subject;
    node->word_count = 1;
    if (!parser_take_keyword(p, KEYWORD_IN))
        return parser_fail_unexpected(p);
    for (;;) {
        if (!parser_skip_newlines(p))
            return false;
        if (parser_take_keyword(p, KEYWORD_ESAC))
            break;
        if (last)
            return parser_fail_unexpected(p);
        if (!parse_item(p, &last))
            return false;
    }
    STACK_TAKE(p, &p->clauses, base, node->clauses, node->clause_count);
    parser_leave(p);
    return true;
}
