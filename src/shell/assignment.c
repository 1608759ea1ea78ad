#include <string.h>

#include "shell/parser.h"

/* `name=`, `name+=`, `name[…]=` here? On true the position is behind `=`; otherwise nothing is taken.
 * A subscript is taken for one only if `=` follows: `a[x y]` alone is two words to a pattern. */
static bool take_target(struct parser *p, struct shell_assignment *ret_assignment, bool *ret_found)
{
    size_t from = p->position;
    struct shell_assignment assignment = {0};

    *ret_found = false;
    if (!byte_is_name_start(parser_byte(p, 0)))
        return true;
    while (byte_is_name(parser_byte(p, 0)))
        p->position++;
    assignment.name = str_of(p->source.bytes + from, p->position - from);
    if (parser_byte(p, 0) == '[') {
        struct context context = {.kind = CONTEXT_INDEX, .quoted = true};
        struct retreat retreat;
        parser_guess(p, &retreat);
        p->position++;
        bool ok = word_operand(p, context, &assignment.index);
        if (!ok || parser_byte(p, 0) != ']') {
            if (!parser_retreat(p, &retreat))
                return false;
            p->position = from;
            return true;
        }
        p->position++;
    }
    assignment.append = parser_take(p, "+=");
    if (!assignment.append && !parser_take(p, "=")) {
        /* What was read as a subscript is read again as a part of a word. */
        p->work += p->position - from;
        p->position = from;
        return true;
    }
    *ret_assignment = assignment;
    *ret_found = true;
    return true;
}

/* A `[` that begins an element takes everything up to its `]`, over blanks and newlines. True only when there certainly is none: what
 * substitutions hold is not looked into. */
static bool never_closes(const struct parser *p)
{
    const char *bytes = p->source.bytes;
    size_t at = p->position + 1, end = p->source.end, depth = 1;

    for (; at < end; at++) {
        if (bytes[at] == '`' || (bytes[at] == '$' && at + 1 < end && bytes[at + 1] != '\0' &&
                                 strchr("({[", bytes[at + 1])))
            return false;
        if (bytes[at] == '\\') {
            at++;
        } else if (bytes[at] == '\'' || bytes[at] == '"') {
            const char *close = memchr(bytes + at + 1, bytes[at], end - at - 1);
            if (!close || memchr(bytes + at, '$', (size_t)(close - bytes) - at) ||
                memchr(bytes + at, '\\', (size_t)(close - bytes) - at) ||
                memchr(bytes + at, '`', (size_t)(close - bytes) - at) || bytes[at - 1] == '$')
                return false;
            at = (size_t)(close - bytes);
        } else if (bytes[at] == '[') {
            depth++;
        } else if (bytes[at] == ']' && --depth == 0) {
            return false;
        }
    }
    return true;
}

/* `[key]=value` and `[key]+=value` in an array; nothing is taken when there is none. */
static bool take_key(struct parser *p, struct shell_word **ret_key)
{
    struct context context = {.kind = CONTEXT_INDEX, .quoted = true};
    struct shell_word *key;
    size_t from = p->position;
    struct retreat retreat;

    *ret_key = NULL;
    if (parser_byte(p, 0) != '[')
        return true;
    parser_guess(p, &retreat);
    p->position++;
    if (!word_operand(p, context, &key) || parser_byte(p, 0) != ']') {
        if (!parser_retreat(p, &retreat))
            return false;
        p->position = from;
        p->work += p->source.end - from;
        return !never_closes(p) ||
               parser_fail(p, from, "unterminated element of an array: a ] is missing");
    }
    p->position++;
    if (parser_take(p, "=") || parser_take(p, "+=")) {
        *ret_key = key;
        return true;
    }
    p->work += p->position - from;
    p->position = from;
    return true;
}

static bool parse_element(struct parser *p)
{
    struct context context = {.kind = CONTEXT_WORD};
    struct shell_word word, *key;
    size_t from = p->position;

    if (!take_key(p, &key))
        return false;
    size_t value = p->position;
    if (!word_parse(p, context, &word))
        return false;
    if (p->position == value && !key)
        return parser_fail_unexpected(p);
    if (!key && !braces_expand(p, &word))
        return false;
    word.key = key;
    word.span = parser_span(p, from);
    VEC_PUSH(p->arena, &p->words, word);
    return true;
}

/* Behind `=`, at `(`: the elements as one part on p->parts. */
static bool parse_array(struct parser *p)
{
    struct shell_part part = {.kind = PART_ARRAY};
    size_t from = p->position, base = p->words.count;

    p->position++;
    if (!parser_enter(p))
        return false;
    for (;;) {
        if (!parser_skip_newlines(p))
            return false;
        if (parser_peek(p) == END_OF_TEXT)
            return parser_fail(p, from, "unterminated array: a ) is missing");
        if (parser_take(p, ")"))
            break;
        if (!parse_element(p))
            return false;
    }
    parser_leave(p);
    STACK_TAKE(p, &p->words, base, part.words, part.word_count);
    part.span = parser_span(p, from);
    VEC_PUSH(p->arena, &p->parts, part);
    return parser_count(p);
}

/* Array parts, then what stands directly behind them. */
static bool parse_array_value(struct parser *p, size_t base, size_t from, struct shell_word *ret)
{
    struct context context = {.kind = CONTEXT_WORD};

    if (!parser_count(p) || !parse_array(p) || !word_parts(p, context))
        return false;
    *ret = (struct shell_word){0};
    STACK_TAKE(p, &p->parts, base, ret->parts, ret->part_count);
    ret->span = parser_span(p, from);
    return true;
}

bool assignment_parse(struct parser *p, bool *ret_found)
{
    struct context context = {.kind = CONTEXT_WORD};
    struct shell_assignment assignment;
    struct shell_word value;
    size_t from = p->position;

    if (!take_target(p, &assignment, ret_found) || !*ret_found)
        return !*ret_found && p->failure == ERR_NO_ERROR;
    size_t start = p->position;
    if (parser_peek(p) == '(') {
        if (!parse_array_value(p, p->parts.count, start, &value))
            return false;
    } else if (!word_parse(p, context, &value)) {
        return false;
    }
    if (value.part_count) {
        assignment.value = ARENA_NEW(p->arena, struct shell_word);
        *assignment.value = value;
    }
    assignment.span = parser_span(p, from);
    VEC_PUSH(p->arena, &p->assignments, assignment);
    return true;
}

bool assignment_argument(struct parser *p, struct shell_word *ret_word, bool *ret_found)
{
    struct shell_assignment assignment;
    size_t from = p->position, base = p->parts.count;

    if (!take_target(p, &assignment, ret_found))
        return false;
    if (!*ret_found || parser_peek(p) != '(') {
        p->position = from;
        *ret_found = false;
        return true;
    }
    struct shell_part name = {.kind = PART_LITERAL, .span = parser_span(p, from)};
    name.text = str_of(p->source.bytes + from, p->position - from);
    VEC_PUSH(p->arena, &p->parts, name);
    return parser_count(p) && parse_array_value(p, base, from, ret_word);
}
