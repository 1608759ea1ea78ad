#include <string.h>

#include "shell/parser.h"

bool here_document_begin(struct parser *p, struct shell_redirection *redirection, struct str raw,
                         bool strip_tabs)
{
    struct shell_word *target = redirection->target;
    struct pending pending = {.index = p->redirections.count, .strip_tabs = strip_tabs};

    pending.delimiter = quote_remove(p->arena, raw, &redirection->body_quoted);
    redirection->target =
        word_literal(p, pending.delimiter, redirection->body_quoted, target->span);
    redirection->body = ARENA_NEW(p->arena, struct shell_word);
    VEC_PUSH(p->arena, &p->pendings, pending);
    return parser_count(p);
}

void here_document_settle(struct parser *p, size_t first_pending, size_t base,
                          struct shell_redirections *taken)
{
    for (size_t i = first_pending; i < p->pendings.count; i++) {
        struct pending *pending = &p->pendings.items[i];
        if (!pending->redirection && pending->index >= base)
            pending->redirection = &taken->items[pending->index - base];
    }
}

/* A line of the body as the shell compares it with the delimiter: continued lines are one where expansions are done. */
struct body_line {
    size_t from, to,
        next;  /* `to` is behind the last byte before the newline; `next` behind the newline */
    bool ends; /* it is the delimiter */
    size_t delimiter_end; /* in $(…): where the delimiter ends if something follows it */
};

static bool line_continues(const struct parser *p, size_t from, size_t to)
{
    size_t backslashes = 0;

    while (to > from && p->source.bytes[to - 1] == '\\') {
        backslashes++;
        to--;
    }
    return backslashes % 2 == 1;
}

/* Compares the line with the delimiter, continuations left out; false unless all of the delimiter is there. */
static bool line_starts_with(const struct parser *p, const struct body_line *line,
                             const struct pending *pending, bool quoted, size_t *ret_end)
{
    size_t at = line->from, matched = 0;

    while (pending->strip_tabs && at < line->to && p->source.bytes[at] == '\t')
        at++;
    while (matched < pending->delimiter.length) {
        if (!quoted && at + 1 < line->to && p->source.bytes[at] == '\\' &&
            p->source.bytes[at + 1] == '\n') {
            at += 2;
            continue;
        }
        if (at >= line->to || p->source.bytes[at] != pending->delimiter.bytes[matched])
            return false;
        at++;
        matched++;
    }
    *ret_end = at;
    return true;
}

static struct body_line next_line(const struct parser *p, size_t from,
                                  const struct pending *pending, bool quoted)
{
    struct body_line line = {.from = from, .to = from, .next = from};
    size_t end;

    for (;;) {
        const char *newline = memchr(p->source.bytes + line.next, '\n', p->source.end - line.next);
        size_t start = line.next;
        line.to = newline ? (size_t)(newline - p->source.bytes) : p->source.end;
        line.next = newline ? line.to + 1 : line.to;
        if (!newline || quoted || !line_continues(p, start, line.to))
            break;
    }
    if (!line_starts_with(p, &line, pending, quoted, &end))
        return line;
    if (end == line.to)
        line.ends = true;
    else if (p->in_substitution && memchr(p->source.bytes + end, ')', line.to - end)) {
        line.ends = true;
        line.delimiter_end = end;
    }
    return line;
}

/* The body without the tabs that <<- takes away, each byte with its origin. */
static struct source strip_tabs(struct parser *p, size_t from, size_t to, bool quoted)
{
    struct source source = {0};
    char *bytes = arena_alloc(p->arena, to - from + 1);
    uint32_t *origin = arena_array(p->arena, to - from + 1, sizeof *origin);
    bool line_start = true;

    for (size_t i = from; i < to; i++) {
        char byte = p->source.bytes[i];
        if (line_start && byte == '\t')
            continue;
        line_start = byte == '\n' && (quoted || !line_continues(p, from, i));
        bytes[source.end] = byte;
        origin[source.end++] = (uint32_t)parser_origin(p, i);
    }
    origin[source.end] = (uint32_t)parser_origin(p, to);
    source.bytes = bytes;
    source.origin = origin;
    return source;
}

static bool has_leading_tab(const struct parser *p, size_t from, size_t to)
{
    return from < to && (p->source.bytes[from] == '\t' ||
                         memmem(p->source.bytes + from, to - from, "\n\t", 2) != NULL);
}

static bool parse_body(struct parser *p, struct shell_word *body, size_t from, size_t to,
                       const struct pending *pending, bool quoted)
{
    struct source source = {p->source.bytes, p->source.origin, to};
    struct context context = {.kind = CONTEXT_BODY, .quoted = true, .here_document = true};
    struct shell_span span = {parser_origin(p, from), parser_origin(p, to)};
    size_t position = from;

    if (pending->strip_tabs && has_leading_tab(p, from, to)) {
        source = strip_tabs(p, from, to, quoted);
        position = 0;
    }
    if (quoted) {
        struct str text = {source.bytes + position, source.end - position};
        *body = *word_literal(p, text, true, span);
        return parser_count(p);
    }
    bool in_substitution = p->in_substitution;
    struct source outer = source_enter(p, source, &position);
    p->in_substitution = false;
    bool ok = word_parse(p, context, body);
    body->span = span;
    p->in_substitution = in_substitution;
    source_enter(p, outer, &position);
    return ok;
}

static bool read_one(struct parser *p, size_t index)
{
    struct pending pending = p->pendings.items[index];
    struct shell_redirection *redirection =
        pending.redirection ? pending.redirection : &p->redirections.items[pending.index];
    struct shell_word *body = redirection->body;
    bool quoted = redirection->body_quoted;
    size_t from = p->position, to = from;
    struct body_line line = {.next = from};

    /* Without its delimiter a here-document ends with the text: bash warns and goes on. */
    while (line.next < p->source.end) {
        line = next_line(p, line.next, &pending, quoted);
        to = line.ends ? line.from : line.next;
        if (line.ends)
            break;
    }
    redirection->body_span = (struct shell_span){parser_origin(p, from), parser_origin(p, to)};
    p->position = line.delimiter_end ? line.delimiter_end : line.next;
    return parse_body(p, body, from, to, &pending, quoted);
}

bool here_document_read_all(struct parser *p)
{
    size_t base = p->pending_base, count = p->pendings.count;

    if (count == base)
        return true;
    /* What a body's own substitutions leave open has nowhere to be read from. */
    p->pending_base = count;
    for (size_t i = base; i < count; i++)
        if (!read_one(p, i))
            return false;
    p->pendings.count = base;
    p->pending_base = base;
    return true;
}
