#include <string.h>

#include "shell/parser.h"

/* The literal being collected: a view as long as the bytes lie together, a copy from the first gap on. */
struct literal {
    char *copy;
    const char *bytes;
    size_t length, capacity;
    bool active, quoted;
    size_t from, to; /* positions */
};

/* What a run of parts keeps in mind. */
struct run {
    struct context context;
    struct literal literal;
    bool in_quotes;                                /* between " and " */
    size_t quote_start, quote_parts, quote_length; /* what there was when " was opened */
    unsigned parentheses; /* of an extended pattern, a regex, arithmetic; brackets of an index */
    unsigned questions;   /* of a?b:c in ${x:offset} */
};

static bool literal_flush(struct parser *p, struct run *run)
{
    struct literal *literal = &run->literal;

    if (!literal->active)
        return true;
    struct str text = {literal->bytes, literal->length};
    struct shell_part part = {.kind = PART_LITERAL, .quoted = literal->quoted, .text = text};
    part.span = (struct shell_span){parser_origin(p, literal->from), parser_origin(p, literal->to)};
    for (size_t i = 0; !part.quoted && !part.has_glob && i < text.length; i++)
        part.has_glob = text.bytes[i] == '*' || text.bytes[i] == '?' || text.bytes[i] == '[';
    *literal = (struct literal){0};
    VEC_PUSH(p->arena, &p->parts, part);
    return parser_count(p);
}

/* Adds bytes that stand for the text from `from` to the present position. */
static bool literal_add(struct parser *p, struct run *run, const char *bytes, size_t length,
                        bool quoted, size_t from)
{
    struct literal *literal = &run->literal;

    if (literal->active && literal->quoted != quoted && !literal_flush(p, run))
        return false;
    if (!literal->active) {
        *literal = (struct literal){.bytes = bytes, .length = length, .active = true};
        literal->quoted = quoted;
        literal->from = from;
    } else if (!literal->copy && (length == 0 || literal->bytes + literal->length == bytes)) {
        literal->length += length;
    } else {
        size_t needed = literal->length + length;
        if (!literal->copy || needed > literal->capacity) {
            literal->capacity = needed * 2 + 32;
            literal->copy = arena_alloc(p->arena, literal->capacity);
            if (literal->length)
                memcpy(literal->copy, literal->bytes, literal->length);
            literal->bytes = literal->copy;
        }
        if (length)
            memcpy(literal->copy + literal->length, bytes, length);
        literal->length = needed;
    }
    literal->to = p->position;
    return true;
}

/* Adds the next `length` bytes as they stand. */
static bool literal_advance(struct parser *p, struct run *run, size_t length, bool quoted)
{
    size_t from = p->position;

    p->position += length;
    return literal_add(p, run, p->source.bytes + from, length, quoted, from);
}

static bool is_quoted(const struct run *run)
{
    return run->in_quotes || run->context.quoted;
}

/* Within these, quotes and backslashes act as in "…". */
static bool acts_quoted(const struct run *run)
{
    if (run->in_quotes)
        return true;
    switch (run->context.kind) {
    case CONTEXT_BODY:
    case CONTEXT_QUOTED_BRACE:
    case CONTEXT_ARITHMETIC:
    case CONTEXT_LET:
    case CONTEXT_BRACKET:
        return true;
    default:
        return false;
    }
}

static bool add_backslash(struct parser *p, struct run *run)
{
    size_t from = p->position;
    int next = parser_byte(p, 1);

    if (next == '\n') {
        p->position += 2;
        return true;
    }
    if (next == END_OF_TEXT)
        return literal_advance(p, run, 1, is_quoted(run));
    if (acts_quoted(run)) {
        bool quotes_matter = run->context.kind != CONTEXT_BODY || run->in_quotes;
        bool special = next == '$' || next == '`' || next == '\\' ||
                       (next == '"' && quotes_matter) ||
                       (next == '}' && run->context.kind == CONTEXT_QUOTED_BRACE);
        if (!special)
            return literal_advance(p, run, 2, is_quoted(run));
    }
    p->position += 2;
    return literal_add(p, run, p->source.bytes + from + 1, 1, true, from);
}

static bool add_single_quotes(struct parser *p, struct run *run)
{
    size_t from = p->position, inside = from + 1;
    const char *start = p->source.bytes + inside;
    const char *close = memchr(start, '\'', p->source.end - inside);

    if (!close)
        return parser_fail(p, from, "unterminated single quote");
    p->position = (size_t)(close - p->source.bytes) + 1;
    return literal_add(p, run, start, (size_t)(close - start), true, from);
}

/* ' where it is an ordinary character, yet the shell looks for its partner; expansions between them are done. */
static bool add_apostrophes(struct parser *p, struct run *run)
{
    size_t from = p->position, inside = from + 1;
    const char *close = memchr(p->source.bytes + inside, '\'', p->source.end - inside);
    struct context context = {.kind = CONTEXT_BODY, .quoted = true};

    if (!close && !run->context.here_document)
        return parser_fail(p, from, "unterminated single quote");
    if (!literal_advance(p, run, 1, is_quoted(run)))
        return false;
    if (!close)
        return true;
    size_t end = p->source.end;
    context.here_document = run->context.here_document;
    p->source.end = (size_t)(close - p->source.bytes);
    bool ok = literal_flush(p, run) && word_parts(p, context);
    p->source.end = end;
    return ok && literal_advance(p, run, 1, is_quoted(run));
}

static bool add_decoded(struct parser *p, struct run *run)
{
    size_t from = p->position, at = from + 2;

    while (at < p->source.end && p->source.bytes[at] != '\'')
        at += p->source.bytes[at] == '\\' && at + 1 < p->source.end ? 2 : 1;
    if (at >= p->source.end)
        return parser_fail(p, from, "unterminated single quote");
    struct str raw = {p->source.bytes + from + 2, at - from - 2};
    p->position = at + 1;
    struct str text = quote_decode(p->arena, raw);
    return literal_add(p, run, text.bytes, text.length, true, from);
}

static bool add_dollar(struct parser *p, struct run *run)
{
    struct context context = run->context;
    bool is_literal = false;
    int next = parser_byte(p, 1);

    if (next == '\'' && !acts_quoted(run))
        return add_decoded(p, run);
    if (next == '"' && !run->in_quotes && run->context.kind != CONTEXT_BODY) {
        p->position++;
        return true; /* $"…" is "…" to us: a translation is not knowable */
    }
    if (!literal_flush(p, run))
        return false;
    if (run->in_quotes)
        context.kind = CONTEXT_QUOTES;
    context.quoted = is_quoted(run);
    if (!expansion_dollar(p, context, &is_literal))
        return false;
    return !is_literal || literal_advance(p, run, 1, is_quoted(run));
}

static bool add_backquote(struct parser *p, struct run *run)
{
    struct context context = run->context;

    if (run->in_quotes)
        context.kind = CONTEXT_QUOTES;
    context.quoted = is_quoted(run);
    return literal_flush(p, run) && expansion_backquote(p, context);
}

static bool toggle_quotes(struct parser *p, struct run *run)
{
    size_t from = p->position++;
    size_t length = run->literal.active ? run->literal.length : 0;

    run->in_quotes = !run->in_quotes;
    if (run->in_quotes) {
        run->quote_start = from;
        run->quote_parts = p->parts.count;
        run->quote_length = length;
        return true;
    }
    /* "" is a word, and not to be lost. */
    if (p->parts.count == run->quote_parts && length == run->quote_length)
        return literal_add(p, run, p->source.bytes + p->position, 0, true, run->quote_start);
    return true;
}

/* `<(` and `>(` in a word. Within ${…} they are only substitutions if they can be read as such. */
static bool add_process(struct parser *p, struct run *run)
{
    struct retreat retreat;

    if (!literal_flush(p, run))
        return false;
    if (run->context.kind == CONTEXT_WORD)
        return expansion_process(p);
    parser_guess(p, &retreat);
    if (expansion_process(p))
        return true;
    return parser_retreat(p, &retreat) && literal_advance(p, run, 1, false);
}

/* `name()` and `name ( )` at a command's place: a function whose name ends in one of ?*@+! */
static bool is_function(const struct parser *p, size_t ahead)
{
    while (parser_byte(p, ahead) == ' ' || parser_byte(p, ahead) == '\t')
        ahead++;
    return parser_byte(p, ahead) == ')';
}

/* Bytes that are special only outside of quotes, in a word or regex. Sets *ret_end where the word ends. */
static bool add_in_word(struct parser *p, struct run *run, int byte, bool *ret_end)
{
    bool regex = run->context.kind == CONTEXT_REGEX;
    int next = parser_byte(p, 1);

    switch (byte) {
    case '?':
    case '*':
    case '@':
    case '+':
    case '!':
        if (next != '(' || regex || (run->context.stop == '(' && is_function(p, 2)))
            return literal_advance(p, run, 1, false);
        run->parentheses++;
        return literal_advance(p, run, 2, false);
    case '<':
    case '>':
        if (next == '(' && run->parentheses == 0)
            return add_process(p, run);
        break;
    case '(':
        if (run->parentheses == 0 && !regex)
            break;
        run->parentheses++;
        return literal_advance(p, run, 1, false);
    case ')':
        if (run->parentheses == 0)
            break;
        run->parentheses--;
        return literal_advance(p, run, 1, false);
    case '|':
        if (regex)
            return literal_advance(p, run, 1, false);
        break;
    default:
        break;
    }
    if (run->parentheses)
        return literal_advance(p, run, 1, false);
    *ret_end = true;
    return true;
}

/* The same for ${…}, name[…] and arithmetic. */
static bool add_in_enclosure(struct parser *p, struct run *run, int byte, bool *ret_end)
{
    enum context_kind kind = run->context.kind;
    bool brace = kind == CONTEXT_BRACE || kind == CONTEXT_QUOTED_BRACE;
    bool squared = kind == CONTEXT_INDEX || kind == CONTEXT_BRACKET;
    bool nests = !brace || run->context.stop == ':';
    char open = squared ? '[' : '(', close = squared ? ']' : ')';

    if (byte == '}' && (brace || run->context.stop == '}')) {
        *ret_end = true;
        return true;
    }
    if ((byte == '<' || byte == '>') && kind == CONTEXT_BRACE && parser_byte(p, 1) == '(')
        return add_process(p, run);
    if (nests && byte == open) {
        run->parentheses++;
    } else if (nests && byte == close && run->parentheses) {
        run->parentheses--;
    } else if (!brace && byte == close) {
        *ret_end = true;
        return true;
    } else if (run->parentheses == 0 && byte == '?' && run->context.stop == ':') {
        run->questions++;
    } else if (run->parentheses == 0 && byte == run->context.stop) {
        if (run->questions == 0) {
            *ret_end = true;
            return true;
        }
        run->questions--;
    } else if (kind == CONTEXT_LET && byte == ';' && run->parentheses == 0) {
        *ret_end = true;
        return true;
    }
    return literal_advance(p, run, 1, run->context.quoted);
}

/* Bytes that are never special anywhere in a word. */
static bool byte_is_plain(unsigned char byte)
{
    static const bool SPECIAL[256] = {
        [' '] = true, ['\t'] = true, ['\n'] = true, [';'] = true, ['&'] = true, ['|'] = true,
        ['<'] = true, ['>'] = true,  ['('] = true,  [')'] = true, ['"'] = true, ['\''] = true,
        ['$'] = true, ['`'] = true,  ['\\'] = true, ['*'] = true, ['?'] = true, ['['] = true,
        [']'] = true, ['{'] = true,  ['}'] = true,  [':'] = true, ['/'] = true, ['@'] = true,
        ['+'] = true, ['!'] = true,
    };

    return !SPECIAL[byte];
}

/* How many bytes from here are ordinary in this state. */
static size_t plain_run(const struct parser *p, const struct run *run)
{
    const char *from = p->source.bytes + p->position;
    size_t left = p->source.end - p->position, length = 0;

    if (!run->in_quotes && run->context.kind != CONTEXT_BODY) {
        while (length < left && byte_is_plain((unsigned char)from[length]))
            length++;
        return length;
    }
    bool quotes = run->in_quotes;
    while (length < left && from[length] != '$' && from[length] != '`' && from[length] != '\\' &&
           !(quotes && from[length] == '"'))
        length++;
    return length;
}

static bool add_next(struct parser *p, struct run *run, bool *ret_end)
{
    int byte = parser_byte(p, 0);
    bool body = run->context.kind == CONTEXT_BODY && !run->in_quotes;

    switch (byte) {
    case '\\':
        return add_backslash(p, run);
    case '$':
        return add_dollar(p, run);
    case '`':
        return add_backquote(p, run);
    case '"':
        if (body)
            break;
        return toggle_quotes(p, run);
    case '\'':
        if (run->in_quotes || body)
            break;
        return acts_quoted(run) ? add_apostrophes(p, run) : add_single_quotes(p, run);
    default:
        break;
    }
    if (run->in_quotes || body)
        return literal_advance(p, run, 1, true);
    if (run->context.kind == CONTEXT_WORD || run->context.kind == CONTEXT_REGEX) {
        if (byte_is_meta(byte) || byte == '?' || byte == '*' || byte == '@' || byte == '+' ||
            byte == '!')
            return add_in_word(p, run, byte, ret_end);
        return literal_advance(p, run, 1, false);
    }
    return add_in_enclosure(p, run, byte, ret_end);
}

/* A here-document without expansions is the large text that there is: it is not looked at byte by byte. */
static bool body_is_plain(const struct parser *p)
{
    const char *from = p->source.bytes + p->position;
    size_t left = p->source.end - p->position;

    return !memchr(from, '$', left) && !memchr(from, '`', left) && !memchr(from, '\\', left);
}

bool word_parts(struct parser *p, struct context context)
{
    struct run run = {.context = context};
    bool end = false;

    if (context.kind == CONTEXT_BODY && p->position < p->source.end && body_is_plain(p))
        return literal_advance(p, &run, p->source.end - p->position, true) &&
               literal_flush(p, &run);

    while (!end && p->position < p->source.end) {
        size_t plain = plain_run(p, &run);
        if (plain && !literal_advance(p, &run, plain, is_quoted(&run)))
            return false;
        if (p->position < p->source.end && !add_next(p, &run, &end))
            return false;
    }
    if (run.in_quotes)
        return parser_fail(p, run.quote_start, "unterminated double quote");
    if (run.parentheses && (context.kind == CONTEXT_WORD || context.kind == CONTEXT_REGEX))
        return parser_fail(p, p->position, "unterminated pattern: a ) is missing");
    return literal_flush(p, &run);
}

/* ~ and ~user at the start of a word. */
static bool add_tilde(struct parser *p)
{
    size_t length = 1;
    int byte;

    while (byte_is_name(byte = parser_byte(p, length)) || byte == '-' || byte == '.' || byte == '+')
        length++;
    if (byte != '/' && byte != ':' && !byte_is_meta(byte))
        return true;
    size_t from = p->position;
    p->position += length;
    struct shell_part part = {.kind = PART_TILDE, .span = parser_span(p, from)};
    part.text = str_of(p->source.bytes + from, length);
    VEC_PUSH(p->arena, &p->parts, part);
    return parser_count(p);
}

bool word_parse(struct parser *p, struct context context, struct shell_word *ret_word)
{
    size_t base = p->parts.count, from = p->position;
    struct shell_word word = {0};

    if (!parser_count(p))
        return false;
    if (context.kind == CONTEXT_WORD && parser_byte(p, 0) == '~' && !add_tilde(p))
        return false;
    if (!word_parts(p, context))
        return false;
    STACK_TAKE(p, &p->parts, base, word.parts, word.part_count);
    word.span = parser_span(p, from);
    *ret_word = word;
    return true;
}

bool word_operand(struct parser *p, struct context context, struct shell_word **ret_word)
{
    struct shell_word *word = ARENA_NEW(p->arena, struct shell_word);

    if (!word_parse(p, context, word))
        return false;
    *ret_word = word;
    return true;
}

struct shell_word *word_literal(struct parser *p, struct str text, bool quoted,
                                struct shell_span span)
{
    struct shell_word *word = ARENA_NEW(p->arena, struct shell_word);

    word->parts = ARENA_NEW(p->arena, struct shell_part);
    word->part_count = 1;
    word->parts[0] = (struct shell_part){.kind = PART_LITERAL, .quoted = quoted, .text = text};
    word->parts[0].span = span;
    word->span = span;
    return word;
}

struct str word_plain(const struct shell_word *word)
{
    if (word->part_count != 1 || word->parts[0].kind != PART_LITERAL || word->parts[0].quoted)
        return STR_NONE;
    return word->parts[0].text;
}
