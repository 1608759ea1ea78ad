#include <limits.h>
#include <string.h>

#include "shell/parser.h"

/* --- Redirections. --- */

static const struct {
    const char *text;
    enum shell_redirection_kind kind;
} REDIRECTIONS[] = {
    /* Longer ones first. */
    {"<<<", REDIRECT_HERE_STRING},  {"<<-", REDIRECT_HERE_DOCUMENT}, {"<<", REDIRECT_HERE_DOCUMENT},
    {"<>", REDIRECT_READ_WRITE},    {"<&", REDIRECT_DUPLICATE_IN},   {"<", REDIRECT_READ},
    {"&>>", REDIRECT_BOTH_APPEND},  {"&>", REDIRECT_BOTH},           {">>", REDIRECT_APPEND},
    {">&", REDIRECT_DUPLICATE_OUT}, {">|", REDIRECT_WRITE},          {">", REDIRECT_WRITE},
};

static bool at_redirection(struct parser *p)
{
    int byte = parser_byte(p, 0);

    if (byte == '<' || byte == '>')
        return parser_byte(p, 1) != '(';
    return byte == '&' && parser_sees(p, "&>");
}

/* Digits or {name} directly before < or >; nothing is taken when something else follows. */
static void take_descriptor(struct parser *p, struct shell_redirection *redirection)
{
    size_t from = p->position, length = 0;
    bool variable = parser_byte(p, 0) == '{';
    uint64_t number = 0;
    int byte;

    if (variable) {
        length = 1;
        while (byte_is_name(byte = parser_byte(p, length)) || byte == '[' || byte == ']')
            length++;
        if (!byte_is_name_start(parser_byte(p, 1)) || parser_byte(p, length) != '}')
            return;
        length++;
    } else {
        while (byte_is_name(byte = parser_byte(p, length)) && !byte_is_name_start(byte))
            length++;
    }
    p->position += length;
    if (length == 0 || parser_byte(p, 0) == '&' || !at_redirection(p)) {
        p->position = from;
        return;
    }
    if (variable) {
        redirection->variable = str_of(p->source.bytes + from + 1, length - 2);
        return;
    }
    if (!str_to_u64(str_of(p->source.bytes + from, length), &number) || number > INT_MAX)
        number = INT_MAX;
    redirection->descriptor = (int)number;
}

static bool parse_target(struct parser *p, struct shell_redirection *redirection, bool strip_tabs)
{
    struct context context = {.kind = CONTEXT_WORD};

    parser_skip_blanks(p);
    size_t from = p->position;
    if (!word_operand(p, context, &redirection->target))
        return false;
    if (p->position == from)
        return parser_fail_unexpected(p);
    if (redirection->kind != REDIRECT_HERE_DOCUMENT)
        return true;
    struct str raw = str_of(p->source.bytes + from, p->position - from);
    return here_document_begin(p, redirection, raw, strip_tabs);
}

bool parse_redirection(struct parser *p, bool *ret_found)
{
    struct shell_redirection redirection = {.descriptor = -1};
    size_t from = p->position, i = 0;

    *ret_found = false;
    take_descriptor(p, &redirection);
    if (!at_redirection(p))
        return true;
    while (i < COUNT_OF(REDIRECTIONS) && !parser_take(p, REDIRECTIONS[i].text))
        i++;
    redirection.kind = REDIRECTIONS[i].kind;
    if (!parser_count(p) ||
        !parse_target(p, &redirection, strcmp(REDIRECTIONS[i].text, "<<-") == 0))
        return false;
    redirection.span = parser_span(p, from);
    VEC_PUSH(p->arena, &p->redirections, redirection);
    *ret_found = true;
    return true;
}

static void take_redirections(struct parser *p, size_t base, size_t first_pending,
                              struct shell_redirections *ret_redirections)
{
    STACK_TAKE(p, &p->redirections, base, ret_redirections->items, ret_redirections->count);
    ret_redirections->capacity = ret_redirections->count;
    here_document_settle(p, first_pending, base, ret_redirections);
}

bool parse_redirections(struct parser *p, struct shell_redirections *ret_redirections)
{
    size_t base = p->redirections.count, first_pending = p->pendings.count;
    bool found = true;

    while (found) {
        parser_skip_blanks(p);
        if (!parse_redirection(p, &found))
            return false;
    }
    /* `{ { a; } >x }`: the last } is an argument too many, as in bash. */
    p->keyword_barred = p->redirections.count > base;
    take_redirections(p, base, first_pending, ret_redirections);
    return true;
}

/* --- Simple commands. --- */

/* After these an argument may be name=(…). */
static bool takes_assignments(const struct shell_word *word)
{
    static const char *const NAMES[] = {"declare",  "typeset", "local", "export",
                                        "readonly", "alias",   "eval",  "let"};
    struct str name = word_plain(word);

    for (size_t i = 0; name.length && i < COUNT_OF(NAMES); i++)
        if (str_eq(name, str_from(NAMES[i])))
            return true;
    return false;
}

bool parse_command_word(struct parser *p, struct shell_word *ret_word)
{
    struct context context = {.kind = CONTEXT_WORD};
    size_t from = p->position;

    if (!word_parse(p, context, ret_word))
        return false;
    return p->position > from || parser_fail_unexpected(p);
}

static bool parse_argument(struct parser *p, bool first, bool assignments, bool *ret_found)
{
    struct context context = {.kind = CONTEXT_WORD, .stop = first ? '(' : '\0'};
    struct shell_word word;
    size_t from = p->position;

    *ret_found = false;
    if (assignments) {
        if (!assignment_argument(p, &word, ret_found))
            return false;
        if (*ret_found) {
            VEC_PUSH(p->arena, &p->words, word);
            return true;
        }
    }
    if (!word_parse(p, context, &word))
        return false;
    if (p->position == from)
        return true;
    if (!braces_expand(p, &word))
        return false;
    VEC_PUSH(p->arena, &p->words, word);
    *ret_found = true;
    return true;
}

/* `name ( )` behind the first word. */
static bool take_function(struct parser *p)
{
    size_t from = p->position;

    if (parser_take(p, "(")) {
        parser_skip_blanks(p);
        if (parser_take(p, ")"))
            return true;
    }
    p->position = from;
    return false;
}

static bool parse_function(struct parser *p, size_t word_base, struct shell_node *node)
{
    struct shell_span span = p->words.items[word_base].span;

    node->kind = NODE_FUNCTION;
    node->name = str_slice(p->text, span.from, span.to);
    p->words.count = word_base;
    return compound_function_body(p, node);
}

bool parse_simple(struct parser *p, struct shell_node *node)
{
    size_t word_base = p->words.count, assignment_base = p->assignments.count;
    size_t redirection_base = p->redirections.count, first_pending = p->pendings.count;
    size_t from = p->position, to = from;
    bool found = true, assignments = false;

    node->kind = NODE_SIMPLE;
    while (found) {
        bool first = p->words.count == word_base;
        parser_skip_blanks(p);
        if (!parse_redirection(p, &found))
            return false;
        if (!found && first && !assignment_parse(p, &found))
            return false;
        if (!found && !parse_argument(p, first, assignments, &found))
            return false;
        if (!found)
            break;
        to = p->position;
        if (!first || p->words.count == word_base)
            continue;
        assignments = takes_assignments(&p->words.items[word_base]);
        parser_skip_blanks(p);
        if (p->assignments.count == assignment_base && p->redirections.count == redirection_base &&
            take_function(p))
            return parse_function(p, word_base, node);
    }
    if (to == from)
        return parser_fail_unexpected(p);
    STACK_TAKE(p, &p->words, word_base, node->words, node->word_count);
    STACK_TAKE(p, &p->assignments, assignment_base, node->assignments, node->assignment_count);
    take_redirections(p, redirection_base, first_pending, &node->redirections);
    p->keyword_barred = true;
    node->span = (struct shell_span){parser_origin(p, from), parser_origin(p, to)};
    return true;
}

/* --- Commands, pipelines, lists. --- */

bool parse_command(struct parser *p, struct shell_node *node)
{
    size_t keyword_end, from = (parser_skip_blanks(p), p->position);

    *node = (struct shell_node){.line = parser_line(p, from)};
    p->keyword_barred = false;
    if (!parser_count(p))
        return false;
    if (parser_peek(p) == '(') {
        if (!compound_subshell(p, node))
            return false;
    } else {
        enum keyword keyword = parser_keyword(p, &keyword_end);
        /* `in` is a keyword in for and case only; time and ! belong to the pipeline. */
        if (keyword == KEYWORD_NONE || keyword == KEYWORD_IN)
            return parse_simple(p, node);
        if (!compound_parse(p, keyword, keyword_end, node))
            return false;
    }
    if (node->kind != NODE_FUNCTION && node->kind != NODE_COPROC &&
        !parse_redirections(p, &node->redirections))
        return false;
    node->span = parser_span(p, from);
    /* Blanks that were skipped in search of redirections are not the command's. */
    while (node->span.to > node->span.from &&
           (p->text.bytes[node->span.to - 1] == ' ' || p->text.bytes[node->span.to - 1] == '\t'))
        node->span.to--;
    return true;
}

static bool at_separator(struct parser *p)
{
    int byte = parser_peek(p);

    return byte == END_OF_TEXT || byte == '\n' || byte == ';' || byte == ')' ||
           (byte == '&' && !at_redirection(p)) || byte == '|';
}

/* `!` and `time [-p] [--]`, in any number and order. */
static void take_prefixes(struct parser *p, struct shell_pipeline *pipeline, bool may_negate)
{
    for (;;) {
        parser_skip_blanks(p);
        if (may_negate && parser_take_keyword(p, KEYWORD_BANG)) {
            pipeline->negated = !pipeline->negated;
            continue;
        }
        if (!parser_take_keyword(p, KEYWORD_TIME))
            return;
        pipeline->timed = true;
        may_negate = true;
        parser_skip_blanks(p);
        if (parser_sees(p, "-p") && byte_is_meta(parser_byte(p, 2)))
            p->position += 2;
        parser_skip_blanks(p);
        if (parser_sees(p, "--") && byte_is_meta(parser_byte(p, 2)))
            p->position += 2;
    }
}

static bool parse_pipeline(struct parser *p, struct shell_pipeline *pipeline)
{
    size_t base = p->nodes.count;
    bool piped = false;

    *pipeline = (struct shell_pipeline){0};
    for (;;) {
        struct shell_node node;
        bool prefixed = pipeline->negated || pipeline->timed;
        size_t from = p->position;
        take_prefixes(p, pipeline, !piped);
        prefixed = p->position > from && (prefixed || pipeline->negated || pipeline->timed);
        parser_skip_blanks(p);
        /* `!` and `time` may stand alone. */
        if (prefixed && at_separator(p) && parser_peek(p) != '|')
            break;
        if (!parse_command(p, &node))
            return false;
        VEC_PUSH(p->arena, &p->nodes, node);
        parser_skip_blanks(p);
        if (parser_sees(p, "||") || !parser_take(p, "|"))
            break;
        parser_take(p, "&");
        piped = true;
        if (!parser_skip_newlines(p))
            return false;
    }
    STACK_TAKE(p, &p->nodes, base, pipeline->nodes, pipeline->node_count);
    return true;
}

/* `)`, `;;`, the end, and keywords that cannot begin a command. */
static bool at_list_end(struct parser *p)
{
    size_t end;
    int byte = parser_peek(p);

    if (byte == END_OF_TEXT || byte == ')' || parser_sees(p, ";;") || parser_sees(p, ";&"))
        return true;
    if (p->keyword_barred)
        return false;
    if (p->brace_closes && byte == '}')
        return true;
    switch (parser_keyword(p, &end)) {
    case KEYWORD_THEN:
    case KEYWORD_ELSE:
    case KEYWORD_ELIF:
    case KEYWORD_FI:
    case KEYWORD_DO:
    case KEYWORD_DONE:
    case KEYWORD_ESAC:
    case KEYWORD_CLOSE:
        return true;
    default:
        return false;
    }
}

/* What joins a pipeline to the next; *ret_more: another must follow, *ret_end: none can. */
static bool take_separator(struct parser *p, struct shell_pipeline *pipeline, bool *ret_more,
                           bool *ret_end)
{
    *ret_more = false;
    *ret_end = false;
    parser_skip_blanks(p);
    if (parser_take(p, "&&")) {
        pipeline->separator = SEPARATOR_AND;
        *ret_more = true;
    } else if (parser_take(p, "||")) {
        pipeline->separator = SEPARATOR_OR;
        *ret_more = true;
    } else if (parser_peek(p) == '&') {
        p->position++;
        pipeline->separator = SEPARATOR_BACKGROUND;
    } else if (parser_peek(p) == ';' && !at_list_end(p)) {
        p->position++;
    } else if (parser_peek(p) != '\n') {
        *ret_end = true;
        return at_list_end(p) || parser_fail_unexpected(p);
    }
    /* Afterwards: the here-documents that are read here have commands of their own. */
    if (!parser_skip_newlines(p))
        return false;
    p->keyword_barred = false;
    return true;
}

bool parse_list(struct parser *p, struct shell_list *ret_list, bool keep_whole_lines)
{
    size_t base = p->pipelines.count, from;
    struct retreat line_start;
    bool more = false, end = false, whole = true;

    if (!parser_skip_newlines(p))
        return false;
    p->keyword_barred = false;
    from = p->position;
    if (keep_whole_lines)
        parser_guess(p, &line_start);
    while (whole && !end && (more || !at_list_end(p))) {
        struct shell_pipeline pipeline;
        size_t line = p->position;
        whole = parse_pipeline(p, &pipeline) && take_separator(p, &pipeline, &more, &end);
        if (!whole)
            break;
        VEC_PUSH(p->arena, &p->pipelines, pipeline);
        if (keep_whole_lines && !more && memchr(p->source.bytes + line, '\n', p->position - line))
            parser_guess(p, &line_start);
    }
    if (keep_whole_lines && whole && parser_peek(p) != END_OF_TEXT)
        whole = parser_fail_unexpected(p);
    if (!whole) {
        /* The shell reads `…` line by line when it runs, and stops at the line it cannot read. */
        if (!keep_whole_lines || !parser_retreat(p, &line_start))
            return false;
        p->position = p->source.end;
    }
    STACK_TAKE(p, &p->pipelines, base, ret_list->pipelines, ret_list->pipeline_count);
    ret_list->span = parser_span(p, from);
    return true;
}

bool parse_new_list(struct parser *p, struct shell_list **ret_list, bool may_be_empty)
{
    struct shell_list *list = ARENA_NEW(p->arena, struct shell_list);

    if (!parse_list(p, list, false))
        return false;
    if (list->pipeline_count == 0 && !may_be_empty)
        return parser_fail_unexpected(p);
    *ret_list = list;
    return true;
}

static bool report(const struct parser *p, struct err *e)
{
    size_t line, column;

    str_position(p->text, p->failure_position, &line, &column);
    if (p->failure_near[0])
        return err_set(e, p->failure, "line %zu, column %zu: %s '%s'", line, column,
                       p->failure_message, p->failure_near);
    return err_set(e, p->failure, "line %zu, column %zu: %s", line, column, p->failure_message);
}

static struct parser parser_of(struct arena *arena, struct str text)
{
    struct parser p = {.arena = arena, .line = 1};

    p.source = (struct source){.bytes = text.bytes ? text.bytes : "", .end = text.length};
    p.text = str_of(p.source.bytes, text.length);
    return p;
}

bool shell_parse(struct arena *arena, struct str text, struct shell_list *ret_list, struct err *e)
{
    struct parser p = parser_of(arena, text);
    struct shell_list list = {0};
    size_t nul;

    if (text.length > SHELL_TEXT_MAX)
        return err_set(e, ERR_LIMIT, "shell text of %zu bytes is larger than %u", text.length,
                       SHELL_TEXT_MAX);
    nul = str_find_byte(text, '\0');
    if (nul != SIZE_MAX) {
        parser_fail(&p, nul, "NUL byte");
        return report(&p, e);
    }
    if (!parse_list(&p, &list, false) ||
        (parser_peek(&p) != END_OF_TEXT && !parser_fail_unexpected(&p)))
        return report(&p, e);
    /* Here-documents announced on a last line that has no newline have empty bodies. */
    if (!here_document_read_all(&p))
        return report(&p, e);
    *ret_list = list;
    return true;
}

bool shell_parse_head(struct arena *arena, struct str text, struct shell_list *ret_list)
{
    struct parser p = parser_of(arena, text);
    struct shell_list list = {0};

    if (text.length > SHELL_TEXT_MAX || str_has_nul(text) || !parse_list(&p, &list, true) ||
        list.pipeline_count == 0)
        return false;
    *ret_list = list;
    return true;
}
