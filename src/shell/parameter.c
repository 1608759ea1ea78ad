#include <string.h>

#include "shell/parser.h"

static bool is_special(int byte)
{
    return byte > 0 && strchr("@*#?-$!", byte) != NULL;
}

/* The rest of a name at the present position; continuations within it are left out. */
static struct str read_name(struct parser *p)
{
    size_t from = p->position, gap = 0;

    while (byte_is_name(parser_byte(p, 0)))
        p->position++;
    struct str name = str_of(p->source.bytes + from, p->position - from);
    while (parser_byte(p, 0) == '\\' && parser_byte(p, 1) == '\n') {
        gap = p->position;
        if (!byte_is_name(parser_peek(p))) {
            p->position = gap;
            break;
        }
        struct str parts[2] = {name, {p->source.bytes + p->position, 0}};
        while (byte_is_name(parser_byte(p, 0))) {
            p->position++;
            parts[1].length++;
        }
        name = str_join(p->arena, parts, 2, STR(""));
    }
    return name;
}

struct str parameter_name(struct parser *p)
{
    size_t from = p->position;

    if (byte_is_name_start(parser_byte(p, 0)))
        return read_name(p);
    p->position++; /* $1, $@: one byte */
    return str_of(p->source.bytes + from, 1);
}

/* name, digits or a special parameter; STR_NONE when none of them stands here. */
static struct str braced_name(struct parser *p)
{
    size_t from = p->position;
    int byte = parser_peek(p);

    if (byte_is_name_start(byte))
        return read_name(p);
    if (byte_is_name(byte)) {
        from = p->position;
        while (byte_is_name(parser_byte(p, 0)) && !byte_is_name_start(parser_byte(p, 0)))
            p->position++;
        return str_of(p->source.bytes + from, p->position - from);
    }
    if (!is_special(byte))
        return STR_NONE;
    p->position++;
    return str_of(p->source.bytes + p->position - 1, 1);
}

static bool parse_index(struct parser *p, struct context outer, struct shell_part *part)
{
    struct context context = {.kind = CONTEXT_INDEX, .stop = '}', .quoted = true};

    context.here_document = outer.here_document;
    if (parser_byte(p, 0) != '[')
        return true;
    p->position++;
    if (!word_operand(p, context, &part->index))
        return false;
    /* `${a[}`: the first } ends it all, and the shell finds it bad when it runs. */
    if (parser_byte(p, 0) == ']')
        p->position++;
    return true;
}

static bool parse_operand(struct parser *p, struct context outer, char stop,
                          struct shell_word **ret_word)
{
    struct context context = {.kind = CONTEXT_BRACE, .stop = stop, .quoted = outer.quoted};
    bool words = stop == '\0';

    if (outer.quoted && words)
        context.kind = CONTEXT_QUOTED_BRACE;
    context.here_document = outer.here_document;
    return word_operand(p, context, ret_word);
}

/* A pattern in "…" has its own quotes: it is read as if it stood outside. */
static bool parse_pattern(struct parser *p, struct context outer, char stop,
                          struct shell_word **ret_word)
{
    struct context context = {.kind = CONTEXT_BRACE, .stop = stop};

    context.here_document = outer.here_document;
    return word_operand(p, context, ret_word);
}

static const struct {
    const char *text;
    enum shell_parameter_operator operator;
} OPERATORS[] = {
    /* Longer ones first. */
    {":-", PARAMETER_DEFAULT},   {":=", PARAMETER_ASSIGN},   {":?", PARAMETER_ERROR},
    {":+", PARAMETER_ALTERNATE}, {":", PARAMETER_SUBSTRING}, {"-", PARAMETER_DEFAULT},
    {"=", PARAMETER_ASSIGN},     {"?", PARAMETER_ERROR},     {"+", PARAMETER_ALTERNATE},
    {"##", PARAMETER_STRIP},     {"#", PARAMETER_STRIP},     {"%%", PARAMETER_STRIP},
    {"%", PARAMETER_STRIP},      {"//", PARAMETER_REPLACE},  {"/#", PARAMETER_REPLACE},
    {"/%", PARAMETER_REPLACE},   {"/", PARAMETER_REPLACE},   {"^^", PARAMETER_CASE},
    {"^", PARAMETER_CASE},       {",,", PARAMETER_CASE},     {",", PARAMETER_CASE},
    {"~~", PARAMETER_CASE},      {"~", PARAMETER_CASE},      {"@", PARAMETER_TRANSFORM},
};

static bool parse_replacement(struct parser *p, struct context context, struct shell_part *part)
{
    /* `${x///_}`: a slash right behind the operator is the pattern's; `${x/#/_}` has none. */
    bool slash = parser_byte(p, 0) == '/' && str_eq(part->operator_text, STR("//"));
    size_t from = p->position;

    if (slash)
        p->position++;
    if (!parse_pattern(p, context, '/', &part->operand))
        return false;
    if (slash) {
        struct shell_word *pattern = part->operand;
        struct shell_part *parts =
            ARENA_ARRAY(p->arena, pattern->part_count + 1, struct shell_part);
        parts[0] = (struct shell_part){.kind = PART_LITERAL, .text = STR("/")};
        parts[0].span.from = parser_origin(p, from);
        parts[0].span.to = parser_origin(p, from + 1);
        if (pattern->part_count)
            memcpy(parts + 1, pattern->parts, pattern->part_count * sizeof *parts);
        pattern->parts = parts;
        pattern->part_count++;
        pattern->span.from = parts[0].span.from;
    }
    if (parser_byte(p, 0) != '/')
        return true;
    p->position++;
    return parse_pattern(p, context, '\0', &part->replacement);
}

static bool parse_substring(struct parser *p, struct context context, struct shell_part *part)
{
    if (!parse_operand(p, context, ':', &part->operand))
        return false;
    if (parser_byte(p, 0) != ':')
        return true;
    p->position++;
    return parse_pattern(p, context, '\0', &part->replacement);
}

static bool parse_operator(struct parser *p, struct context context, struct shell_part *part)
{
    size_t from, i = 0;

    parser_peek(p);
    from = p->position;
    while (i < COUNT_OF(OPERATORS) && !parser_take(p, OPERATORS[i].text))
        i++;
    if (i == COUNT_OF(OPERATORS)) {
        /* Nothing the shell knows: it will say "bad substitution" when it runs. What is inside is kept to be seen. */
        part->name = STR("");
        return parse_operand(p, context, '\0', &part->operand);
    }
    if (part->operator!= PARAMETER_INDIRECT)
        part->operator= OPERATORS[i].operator;
    part->operator_text = str_of(p->source.bytes + from, p->position - from);
    switch (OPERATORS[i].operator) {
    case PARAMETER_REPLACE:
        return parse_replacement(p, context, part);
    case PARAMETER_SUBSTRING:
        return parse_substring(p, context, part);
    case PARAMETER_TRANSFORM:
        while (byte_is_name_start(parser_byte(p, 0)))
            p->position++;
        part->operator_text = str_of(p->source.bytes + from, p->position - from);
        return parser_byte(p, 0) == '}' || parse_operand(p, context, '\0', &part->operand);
    case PARAMETER_STRIP:
    case PARAMETER_CASE:
        return parse_pattern(p, context, '\0', &part->operand);
    default:
        return parse_operand(p, context, '\0', &part->operand);
    }
}

/* `#` in front: the length, unless the parameter is $# itself: ${#} ${#-word} ${#:-word} ${##pattern}. */
static bool is_length(struct parser *p)
{
    int next = parser_byte(p, 1), after = parser_byte(p, 2);

    if (byte_is_name(next))
        return true;
    return is_special(next) && (after == '}' || (after == '[' && next != '-' && next != '?'));
}

static bool is_indirect(struct parser *p)
{
    int next = parser_byte(p, 1);

    return byte_is_name(next) || (is_special(next) && parser_byte(p, 2) == '}');
}

static bool parse_inside(struct parser *p, struct context context, struct shell_part *part)
{
    int first = parser_peek(p);

    if (first == '#' && is_length(p))
        part->operator= PARAMETER_LENGTH;
    else if (first == '!' && is_indirect(p))
        part->operator= PARAMETER_INDIRECT;
    if (part->operator!= PARAMETER_PLAIN) {
        part->operator_text = str_of(p->source.bytes + p->position, 1);
        p->position++;
    }
    part->name = braced_name(p);
    if (part->name.length && !parse_index(p, context, part))
        return false;
    if (part->operator==
        PARAMETER_INDIRECT &&(parser_byte(p, 0) == '*' || parser_byte(p, 0) == '@') &&
        parser_byte(p, 1) == '}') {
        part->operator_text = parser_byte(p, 0) == '*' ? STR("!*") : STR("!@");
        p->position++;
    }
    if (parser_peek(p) == '}')
        return true;
    if (part->name.length == 0 || part->operator== PARAMETER_LENGTH) {
        part->name = STR("");
        return parse_operand(p, context, '\0', &part->operand);
    }
    return parse_operator(p, context, part);
}

/* `${ commands; }` and `${| commands; }` of bash 5.3; in older shells a bad substitution that runs nothing. */
static bool parse_commands(struct parser *p, struct context context, size_t from)
{
    struct shell_part part = {.kind = PART_COMMAND, .quoted = context.quoted};
    size_t pending_base = p->pending_base;

    p->position++;
    if (!parser_enter(p))
        return false;
    bool brace_closes = p->brace_closes;
    p->pending_base = p->pendings.count;
    p->brace_closes = true;
    if (!parse_new_list(p, &part.list, false))
        return false;
    p->brace_closes = brace_closes;
    p->pending_base = pending_base;
    parser_leave(p);
    if (!parser_take(p, "}"))
        return parser_fail_unexpected(p);
    part.span = parser_span(p, from);
    VEC_PUSH(p->arena, &p->parts, part);
    return parser_count(p);
}

bool parameter_braced(struct parser *p, struct context context, size_t from)
{
    struct shell_part part = {.kind = PART_PARAMETER, .quoted = context.quoted};
    struct retreat retreat;
    int first = parser_peek(p);

    if (first == ' ' || first == '\t' || first == '\n' || first == '|') {
        parser_guess(p, &retreat);
        if (parse_commands(p, context, from))
            return true;
        if (!parser_retreat(p, &retreat))
            return false;
    }
    if (!parser_enter(p) || !parse_inside(p, context, &part))
        return false;
    parser_leave(p);
    if (parser_peek(p) != '}')
        return parser_fail(p, from, "unterminated ${: a } is missing");
    p->position++;
    part.span = parser_span(p, from);
    VEC_PUSH(p->arena, &p->parts, part);
    return parser_count(p);
}
