#include <string.h>

#include "shell/parser.h"

bool parser_fail(struct parser *p, size_t position, const char *message)
{
    if (p->failure != ERR_NO_ERROR)
        return false;
    p->failure = ERR_INPUT;
    p->failure_position = parser_origin(p, position);
    p->failure_message = message;
    p->failure_near[0] = '\0';
    return false;
}

bool parser_fail_unexpected(struct parser *p)
{
    size_t length = 0;

    if (parser_peek(p) == END_OF_TEXT)
        return parser_fail(p, p->position, "unexpected end");
    if (parser_peek(p) == '\n')
        return parser_fail(p, p->position, "unexpected end of line");
    if (!parser_fail(p, p->position, "unexpected") && p->failure_near[0])
        return false;
    while (length < sizeof p->failure_near - 1) {
        int byte = parser_byte(p, length);
        bool meta = byte_is_meta(byte);
        if (byte < ' ' || byte > '~' || byte == ' ')
            break;
        if (length && meta != byte_is_meta(parser_byte(p, 0)))
            break;
        p->failure_near[length++] = (char)byte;
    }
    p->failure_near[length] = '\0';
    return false;
}

bool parser_limit(struct parser *p, const char *message)
{
    parser_fail(p, p->position, message);
    if (p->failure == ERR_INPUT && p->failure_message == message)
        p->failure = ERR_LIMIT;
    return false;
}

bool parser_enter(struct parser *p)
{
    if (p->depth >= SHELL_NESTING_MAX)
        return parser_limit(p, "nested too deeply");
    p->depth++;
    return true;
}

void parser_leave(struct parser *p)
{
    p->depth--;
}

bool parser_count(struct parser *p)
{
    if (p->count >= SHELL_NODES_MAX)
        return parser_limit(p, "too many words and commands");
    p->count++;
    return true;
}

size_t parser_origin(const struct parser *p, size_t position)
{
    return p->source.origin ? p->source.origin[position] : position;
}

struct shell_span parser_span(const struct parser *p, size_t from)
{
    return (struct shell_span){parser_origin(p, from), parser_origin(p, p->position)};
}

/* Nodes come almost in the order of the text, so the cursor moves over each stretch about once. */
size_t parser_line(struct parser *p, size_t position)
{
    size_t to = parser_origin(p, position);
    size_t from = p->line_start;

    for (; from < to; from++) {
        const char *newline = memchr(p->text.bytes + from, '\n', to - from);
        if (!newline)
            break;
        from = (size_t)(newline - p->text.bytes);
        p->line++;
    }
    for (from = p->line_start; from > to;) {
        const char *newline = memrchr(p->text.bytes + to, '\n', from - to);
        if (!newline)
            break;
        from = (size_t)(newline - p->text.bytes);
        p->line--;
    }
    p->line_start = to;
    return p->line;
}

void parser_guess(const struct parser *p, struct retreat *retreat)
{
    retreat->saved = *p;
}

bool parser_retreat(struct parser *p, const struct retreat *retreat)
{
    size_t count = p->count;
    size_t here = p->source.bytes == retreat->saved.source.bytes ? p->position : p->source.end;
    size_t read = here > retreat->saved.position ? here - retreat->saved.position : 0;
    /* A failure inside a copy (the body of `…`) has read no more than what lies there. */
    size_t work = p->work + read + 1;

    if (p->failure == ERR_LIMIT)
        return false;
    *p = retreat->saved;
    p->count = count;
    p->work = work;
    if (p->work > 4 * p->text.length + 4096)
        return parser_limit(p, "too ambiguous");
    return true;
}

int parser_byte(const struct parser *p, size_t ahead)
{
    if (ahead >= p->source.end - p->position)
        return END_OF_TEXT;
    return (unsigned char)p->source.bytes[p->position + ahead];
}

int parser_peek(struct parser *p)
{
    while (parser_byte(p, 0) == '\\' && parser_byte(p, 1) == '\n')
        p->position += 2;
    return parser_byte(p, 0);
}

bool parser_take(struct parser *p, const char *operator)
{
    size_t start = p->position;

    for (; *operator; operator++) {
        if (parser_peek(p) != (unsigned char)*operator) {
            p->position = start;
            return false;
        }
        p->position++;
    }
    return true;
}

bool parser_sees(struct parser *p, const char *operator)
{
    size_t start = p->position;
    bool found = parser_take(p, operator);

    p->position = start;
    return found;
}

void parser_skip_blanks(struct parser *p)
{
    for (;;) {
        int byte = parser_peek(p);
        if (byte == '#') {
            const char *from = p->source.bytes + p->position;
            const char *newline = memchr(from, '\n', p->source.end - p->position);
            p->position = newline ? (size_t)(newline - p->source.bytes) : p->source.end;
            return;
        }
        if (byte != ' ' && byte != '\t')
            return;
        p->position++;
    }
}

bool parser_skip_newlines(struct parser *p)
{
    for (;;) {
        parser_skip_blanks(p);
        if (parser_peek(p) != '\n')
            return true;
        p->position++;
        if (!here_document_read_all(p))
            return false;
    }
}

bool byte_is_meta(int byte)
{
    switch (byte) {
    case END_OF_TEXT:
    case ' ':
    case '\t':
    case '\n':
    case ';':
    case '&':
    case '|':
    case '<':
    case '>':
    case '(':
    case ')':
        return true;
    default:
        return false;
    }
}

bool byte_is_name_start(int byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_';
}

bool byte_is_name(int byte)
{
    return byte_is_name_start(byte) || (byte >= '0' && byte <= '9');
}

static const struct {
    const char *text;
    enum keyword keyword;
} KEYWORDS[] = {
    {"if", KEYWORD_IF},         {"then", KEYWORD_THEN},     {"else", KEYWORD_ELSE},
    {"elif", KEYWORD_ELIF},     {"fi", KEYWORD_FI},         {"for", KEYWORD_FOR},
    {"in", KEYWORD_IN},         {"do", KEYWORD_DO},         {"done", KEYWORD_DONE},
    {"while", KEYWORD_WHILE},   {"until", KEYWORD_UNTIL},   {"case", KEYWORD_CASE},
    {"esac", KEYWORD_ESAC},     {"select", KEYWORD_SELECT}, {"function", KEYWORD_FUNCTION},
    {"coproc", KEYWORD_COPROC}, {"time", KEYWORD_TIME},     {"!", KEYWORD_BANG},
    {"{", KEYWORD_OPEN},        {"}", KEYWORD_CLOSE},       {"[[", KEYWORD_TEST},
};

enum keyword parser_keyword(struct parser *p, size_t *ret_end)
{
    size_t start = p->position, length = 0;
    enum keyword found = KEYWORD_NONE;
    char word[10];
    int byte;

    while (!byte_is_meta(byte = parser_peek(p))) {
        if (length == sizeof word - 1) {
            length = 0;
            break;
        }
        word[length++] = (char)byte;
        p->position++;
    }
    /* `a<(b)` is one word. */
    if ((byte == '<' || byte == '>') && parser_byte(p, 1) == '(')
        length = 0;
    word[length] = '\0';
    for (size_t i = 0; length && i < COUNT_OF(KEYWORDS); i++)
        if (word[0] == KEYWORDS[i].text[0] && strcmp(word, KEYWORDS[i].text) == 0)
            found = KEYWORDS[i].keyword;
    *ret_end = p->position;
    p->position = start;
    return found;
}

bool parser_take_keyword(struct parser *p, enum keyword keyword)
{
    size_t end;

    if (parser_keyword(p, &end) != keyword)
        return false;
    p->position = end;
    return true;
}
