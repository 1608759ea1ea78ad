#include <string.h>

#include "shell/parser.h"

struct source source_enter(struct parser *p, struct source source, size_t *position)
{
    struct source outer = p->source;
    size_t outer_position = p->position;

    p->source = source;
    p->position = *position;
    *position = outer_position;
    return outer;
}

static bool push_part(struct parser *p, struct shell_part part)
{
    VEC_PUSH(p->arena, &p->parts, part);
    return parser_count(p);
}

/* The list between here and `)`, which is taken. What it leaves of here-documents is read behind the next newline outside. */
static bool parse_parenthesised(struct parser *p, size_t from, struct shell_list **ret_list)
{
    size_t pending_base = p->pending_base;
    bool in_substitution = p->in_substitution;

    if (!parser_enter(p))
        return false;
    p->pending_base = p->pendings.count;
    p->in_substitution = true;
    if (!parse_new_list(p, ret_list, true))
        return false;
    p->in_substitution = in_substitution;
    p->pending_base = pending_base;
    parser_leave(p);
    if (parser_peek(p) == END_OF_TEXT)
        return parser_fail(p, from, "unterminated substitution: a ) is missing");
    return parser_take(p, ")") || parser_fail_unexpected(p);
}

static bool command_substitution(struct parser *p, struct context context, size_t from)
{
    struct shell_part part = {.kind = PART_COMMAND, .quoted = context.quoted};

    if (!parse_parenthesised(p, from, &part.list))
        return false;
    part.span = parser_span(p, from);
    return push_part(p, part);
}

bool expansion_process(struct parser *p)
{
    size_t from = p->position;
    struct shell_part part = {.kind = PART_PROCESS};

    part.process_output = parser_byte(p, 0) == '>';
    p->position += 2;
    if (!parse_parenthesised(p, from, &part.list))
        return false;
    part.span = parser_span(p, from);
    return push_part(p, part);
}

bool expansion_arithmetic_text(struct parser *p, struct context context, struct shell_part *part)
{
    size_t from = p->position;

    if (!parser_enter(p) || !word_operand(p, context, &part->inner))
        return false;
    parser_leave(p);
    part->text = str_of(p->source.bytes + from, p->position - from);
    return true;
}

/* What neither an expression nor a list can be read from, up to the parenthesis that closes it: the shell reads `$((…)` raw, and only
 * finds out when it runs; nothing of it runs then. */
static bool raw_arithmetic(struct parser *p, struct context context, size_t from)
{
    struct shell_part part = {.kind = PART_ARITHMETIC, .quoted = context.quoted};
    struct shell_part literal = {.kind = PART_LITERAL, .quoted = true};
    size_t at = p->position, depth = 1;
    const char *bytes = p->source.bytes;

    for (; at < p->source.end && depth; at++) {
        if (bytes[at] == '\\' || bytes[at] == '`')
            at += bytes[at] == '\\';
        else if (bytes[at] == '\'' || bytes[at] == '"') {
            const char *close = memchr(bytes + at + 1, bytes[at], p->source.end - at - 1);
            if (!close)
                return false;
            at = (size_t)(close - bytes);
        } else {
            depth += bytes[at] == '(';
            depth -= bytes[at] == ')';
        }
    }
    if (depth || at > p->source.end)
        return false;
    literal.text = part.text = str_of(bytes + p->position, at - p->position - 1);
    literal.span.from = part.span.from = from;
    p->work += at - p->position;
    p->position = at;
    part.inner = ARENA_NEW(p->arena, struct shell_word);
    part.inner->parts = ARENA_NEW(p->arena, struct shell_part);
    part.span = literal.span = parser_span(p, from);
    *part.inner->parts = literal;
    part.inner->part_count = 1;
    part.inner->span = part.span;
    return push_part(p, part);
}

/* Behind `$(`, before the second `(`. Arithmetic if its parentheses match and `))` ends it; a subshell in $(…) otherwise. */
static bool arithmetic_or_command(struct parser *p, struct context context, size_t from)
{
    struct context inner = {.kind = CONTEXT_ARITHMETIC, .quoted = true};
    struct shell_part part = {.kind = PART_ARITHMETIC, .quoted = context.quoted};
    struct retreat retreat;

    inner.here_document = context.here_document;
    parser_guess(p, &retreat);
    parser_take(p, "(");
    if (expansion_arithmetic_text(p, inner, &part) &&
        (parser_take(p, "))") ||
         parser_fail(p, from, "unterminated arithmetic: a )) is missing"))) {
        part.span = parser_span(p, from);
        return push_part(p, part);
    }
    if (!parser_retreat(p, &retreat))
        return false;
    struct retreat again;
    parser_guess(p, &again);
    if (command_substitution(p, context, from))
        return true;
    struct parser failed = *p;
    if (!parser_retreat(p, &again))
        return false;
    if (raw_arithmetic(p, context, from))
        return true;
    *p = failed;
    return false;
}

static bool old_arithmetic(struct parser *p, struct context context, size_t from)
{
    struct context inner = {.kind = CONTEXT_BRACKET, .quoted = true};
    struct shell_part part = {.kind = PART_ARITHMETIC, .quoted = context.quoted};

    inner.here_document = context.here_document;
    if (!expansion_arithmetic_text(p, inner, &part))
        return false;
    if (!parser_take(p, "]"))
        return parser_fail(p, from, "unterminated arithmetic: a ] is missing");
    part.span = parser_span(p, from);
    return push_part(p, part);
}

/* At `$`, which is taken with what follows; *ret_is_literal (nothing taken) when nothing does. */
static bool dollar(struct parser *p, struct context context, bool *ret_is_literal)
{
    size_t from = p->position++;
    int next = parser_peek(p);

    if (next == '(') {
        p->position++;
        return parser_peek(p) == '(' ? arithmetic_or_command(p, context, from)
                                     : command_substitution(p, context, from);
    }
    if (next == '{') {
        p->position++;
        return parameter_braced(p, context, from);
    }
    if (next == '[') {
        p->position++;
        return old_arithmetic(p, context, from);
    }
    if (byte_is_name(next) || (next != END_OF_TEXT && next != '\0' && strchr("@*#?-$!", next))) {
        struct shell_part part = {.kind = PART_PARAMETER, .quoted = context.quoted};
        part.name = parameter_name(p);
        part.span = parser_span(p, from);
        return push_part(p, part);
    }
    p->position = from;
    *ret_is_literal = true;
    return true;
}

bool expansion_dollar(struct parser *p, struct context context, bool *ret_is_literal)
{
    struct retreat retreat;

    if (!context.here_document)
        return dollar(p, context, ret_is_literal);
    /* The shell reads a here-document raw and expands it when it runs: what cannot be expanded is an error then, and runs nothing. */
    parser_guess(p, &retreat);
    if (dollar(p, context, ret_is_literal))
        return true;
    *ret_is_literal = true;
    return parser_retreat(p, &retreat);
}

/* The bytes between backquotes, with the backslashes that protect $ ` \ (and " within "…") taken away. */
static struct source unescape(struct parser *p, size_t from, size_t to, bool in_quotes)
{
    struct source source = {.bytes = p->source.bytes, .origin = p->source.origin, .end = to};

    if (!memchr(p->source.bytes + from, '\\', to - from))
        return source;
    char *bytes = arena_alloc(p->arena, to - from + 1);
    uint32_t *origin = arena_array(p->arena, to - from + 1, sizeof *origin);
    source.end = 0;
    for (size_t i = from; i < to; i++) {
        char byte = p->source.bytes[i], next = i + 1 < to ? p->source.bytes[i + 1] : '\0';
        /* An escaped byte stands where its backslash stands, so that a span that ends before it ends there. */
        origin[source.end] = (uint32_t)parser_origin(p, i);
        if (byte == '\\' && next != '\0') {
            i++;
            if (next == '$' || next == '`' || next == '\\' || (next == '"' && in_quotes)) {
                byte = next;
            } else {
                bytes[source.end++] = byte;
                origin[source.end] = (uint32_t)parser_origin(p, i);
                byte = next;
            }
        }
        bytes[source.end++] = byte;
    }
    origin[source.end] = (uint32_t)parser_origin(p, to);
    source.bytes = bytes;
    source.origin = origin;
    return source;
}

static bool parse_backquoted(struct parser *p, struct shell_list *list)
{
    size_t pending_base = p->pending_base, pendings = p->pendings.count;
    bool in_substitution = p->in_substitution;

    if (!parser_enter(p))
        return false;
    p->pending_base = pendings;
    p->in_substitution = false;
    if (!parse_list(p, list, true))
        return false;
    p->in_substitution = in_substitution;
    p->pending_base = pending_base;
    p->pendings.count = pendings;
    parser_leave(p);
    return true;
}

bool expansion_backquote(struct parser *p, struct context context)
{
    size_t from = p->position, at = from + 1, inside = at;
    struct shell_part part = {.kind = PART_COMMAND, .quoted = context.quoted};

    while (at < p->source.end && p->source.bytes[at] != '`')
        at += p->source.bytes[at] == '\\' && at + 1 < p->source.end ? 2 : 1;
    if (at >= p->source.end) {
        if (!context.here_document)
            return parser_fail(p, from, "unterminated backquote");
        /* Raw in a here-document: what has no end runs nothing. */
        p->position++;
        part = (struct shell_part){.kind = PART_LITERAL, .quoted = true, .text = STR("`")};
        part.span = parser_span(p, from);
        return push_part(p, part);
    }
    bool in_quotes = context.quoted && context.kind != CONTEXT_BODY;
    struct source source = unescape(p, inside, at, in_quotes);
    size_t position = source.bytes == p->source.bytes ? inside : 0;
    struct source outer = source_enter(p, source, &position);
    part.list = ARENA_NEW(p->arena, struct shell_list);
    bool ok = parse_backquoted(p, part.list);
    source_enter(p, outer, &position);
    p->position = at + 1;
    part.span = parser_span(p, from);
    return ok && push_part(p, part);
}
