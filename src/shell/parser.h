/* parser.h -- what the files of the parser share; nobody else includes it.
 *
 * The parser reads bytes, not tokens: what a byte means depends on where it stands, and only the grammar knows where that is.
 *
 * Invariants:
 *  1. A function that returns false has called parser_fail (the first failure stays), and nobody continues but parser_retreat.
 *  2. Every loop that calls itself through the grammar goes through parser_enter, so that depth is bounded.
 *  3. Every word, part and node is counted by parser_count, so that memory is bounded.
 *  4. Bytes are read once. Where the grammar is ambiguous (`$((`, here-documents) the first guess is parsed; a wrong guess pays
 *     for its bytes out of a budget that is linear in the text, so that no text makes the parser slow.
 *  5. Items are collected on the stacks below, and taken from them to the arena in their exact number: a stack is left as it was found.
 */
#ifndef HOOKCHECK_SHELL_PARSER_H
#define HOOKCHECK_SHELL_PARSER_H

#include "shell/syntax.h"

#define END_OF_TEXT (-1)

VEC_DEFINE(shell_parts, struct shell_part);
VEC_DEFINE(shell_words, struct shell_word);
VEC_DEFINE(shell_nodes, struct shell_node);
VEC_DEFINE(shell_pipelines, struct shell_pipeline);
VEC_DEFINE(shell_clauses, struct shell_clause);
VEC_DEFINE(shell_assignments, struct shell_assignment);

/* A here-document whose body begins behind the next newline. */
struct pending {
    struct shell_redirection *redirection; /* NULL while it still stands on the stack, at `index` */
    size_t index;
    struct str delimiter;
    bool strip_tabs;
};
VEC_DEFINE(pendings, struct pending);

/* Bytes being read. The body of `…` and of <<- is read from a copy; `origin` then gives the place of each byte in the text. */
struct source {
    const char *bytes;
    const uint32_t *origin; /* NULL: bytes are the text itself */
    size_t end;
};

struct parser {
    struct arena *arena;
    struct str text;
    struct source source;
    size_t position;
    unsigned depth;
    size_t count;            /* words, parts, nodes so far */
    size_t work;             /* bytes read in vain */
    bool in_substitution;    /* within $(…): `)` may end a here-document's last line */
    bool keyword_barred;     /* behind a redirection no keyword can stand */
    bool brace_closes;       /* within `${ …; }`: } ends the list whatever follows it */
    size_t pending_base;     /* here-documents below belong to an outer substitution */
    size_t line, line_start; /* of the last node: a cursor that only moves by what lies between */
    enum err_kind failure;
    size_t failure_position; /* in the text */
    const char *failure_message;
    char failure_near[24];
    struct shell_parts parts;
    struct shell_words words;
    struct shell_nodes nodes;
    struct shell_pipelines pipelines;
    struct shell_clauses clauses;
    struct shell_assignments assignments;
    struct shell_redirections redirections;
    struct pendings pendings;
};

/* STACK_TAKE(p, &p->words, base, word->items, word->count): moves what stands above `base` to the arena. */
#define STACK_TAKE(p, stack, base, items_out, count_out)                                           \
    do {                                                                                           \
        size_t taken_ = (stack)->count - (base);                                                   \
        (count_out) = taken_;                                                                      \
        (items_out) = taken_ ? arena_array((p)->arena, taken_, sizeof((stack)->items[0])) : NULL;  \
        if (taken_)                                                                                \
            memcpy((items_out), (stack)->items + (base), taken_ * sizeof((stack)->items[0]));      \
        (stack)->count = (base);                                                                   \
    } while (0)

/* What a run of parts is in: which bytes end it, and which are special. */
enum context_kind {
    CONTEXT_WORD,   /* ends at a blank or an operator */
    CONTEXT_QUOTES, /* "…" */
    CONTEXT_BODY,   /* here-document */
    CONTEXT_BRACE,  /* operand of ${…}: ends at } and at `stop` */
    CONTEXT_QUOTED_BRACE, /* the same for a word within "…" or a here-document: ' is an ordinary character */
    CONTEXT_INDEX,      /* name[…]: ends at the matching ] */
    CONTEXT_ARITHMETIC, /* ends at the unmatched ) */
    CONTEXT_LET,        /* for ((…;…;…)): as ARITHMETIC, ends at ; too */
    CONTEXT_BRACKET,    /* $[…] */
    CONTEXT_REGEX,      /* behind =~: ( ) and | are ordinary */
};

struct context {
    enum context_kind kind;
    char
        stop; /* BRACE, INDEX: ends at this byte too. WORD: '(' where `name()` may be a function. 0 for none */
    bool quoted;        /* the parts are quoted */
    bool here_document; /* in the body of one, at any depth of ${…}: an unmatched ' is harmless */
};

/* --- lexer.c: bytes, blanks, keywords, failures. --- */
bool parser_fail(struct parser *p, size_t position, const char *message);
bool parser_fail_unexpected(struct parser *p);
bool parser_limit(struct parser *p, const char *message);
bool parser_enter(struct parser *p);
void parser_leave(struct parser *p);
bool parser_count(struct parser *p);
size_t parser_origin(const struct parser *p, size_t position);
size_t parser_line(struct parser *p, size_t position);
struct shell_span parser_span(const struct parser *p, size_t from);

/* A place to come back to when a guess was wrong. */
struct retreat {
    struct parser saved;
};
void parser_guess(const struct parser *p, struct retreat *retreat);
/* Goes back. False when the failure must stand: a limit, or too many bytes read in vain. */
bool parser_retreat(struct parser *p, const struct retreat *retreat);

/* The next byte behind any line continuation, which is skipped; END_OF_TEXT. */
int parser_peek(struct parser *p);
/* The byte `ahead` of the position, without looking at continuations. */
int parser_byte(const struct parser *p, size_t ahead);
/* Takes this text (an operator) if it stands here, continuations within it skipped. */
bool parser_take(struct parser *p, const char *operator);
bool parser_sees(struct parser *p, const char *operator);
void parser_skip_blanks(struct parser *p); /* and comments, and continuations; not newlines */
/* Newlines, blanks and comments; reads the bodies of here-documents. */
MUST_CHECK bool parser_skip_newlines(struct parser *p);
bool byte_is_meta(int byte); /* ends a word: blank newline ; & | < > ( ) or the end */
bool byte_is_name_start(int byte);
bool byte_is_name(int byte);

enum keyword {
    KEYWORD_NONE = 0,
    KEYWORD_IF,
    KEYWORD_THEN,
    KEYWORD_ELSE,
    KEYWORD_ELIF,
    KEYWORD_FI,
    KEYWORD_FOR,
    KEYWORD_IN,
    KEYWORD_DO,
    KEYWORD_DONE,
    KEYWORD_WHILE,
    KEYWORD_UNTIL,
    KEYWORD_CASE,
    KEYWORD_ESAC,
    KEYWORD_SELECT,
    KEYWORD_FUNCTION,
    KEYWORD_COPROC,
    KEYWORD_TIME,
    KEYWORD_BANG,
    KEYWORD_OPEN,
    KEYWORD_CLOSE,
    KEYWORD_TEST,
};
/* The unquoted word here, if it is a keyword; *ret_end is the position behind it. */
enum keyword parser_keyword(struct parser *p, size_t *ret_end);
bool parser_take_keyword(struct parser *p, enum keyword keyword);

/* --- here_document.c --- */
/* `raw`: the delimiter as written. */
bool here_document_begin(struct parser *p, struct shell_redirection *redirection, struct str raw,
                         bool strip_tabs);
bool here_document_read_all(struct parser *p);
void here_document_settle(struct parser *p, size_t first_pending, size_t base,
                          struct shell_redirections *taken);

/* --- word.c: runs of parts. --- */
bool word_parse(struct parser *p, struct context context, struct shell_word *ret_word);
/* Parses parts up to the context's end onto p->parts. */
bool word_parts(struct parser *p, struct context context);
/* A word that is an operand: NULL is never given; may have no parts. */
bool word_operand(struct parser *p, struct context context, struct shell_word **ret_word);
struct shell_word *word_literal(struct parser *p, struct str text, bool quoted,
                                struct shell_span span);
/* The text of a word that is one unquoted literal; STR_NONE otherwise. */
struct str word_plain(const struct shell_word *word);

/* --- quote.c --- */
struct str quote_decode(struct arena *arena, struct str raw);                   /* $'…' */
struct str quote_remove(struct arena *arena, struct str raw, bool *ret_quoted); /* of a delimiter */

/* --- expansion.c: what begins with $ or `, and <(…). --- */
bool expansion_dollar(struct parser *p, struct context context, bool *ret_is_literal);
bool expansion_backquote(struct parser *p, struct context context);
bool expansion_process(struct parser *p);
bool expansion_arithmetic_text(struct parser *p, struct context context, struct shell_part *part);
/* Parses the bytes of another source to its end, then returns to the present one. */
struct source source_enter(struct parser *p, struct source source, size_t *ret_position);

/* --- parameter.c: ${…} and $name. --- */
/* Behind `$`: a name, a digit or a special parameter stands here. */
struct str parameter_name(struct parser *p);
bool parameter_braced(struct parser *p, struct context context, size_t from);

/* --- braces.c --- */
bool braces_expand(struct parser *p, struct shell_word *word);

/* --- parse.c: lists, pipelines, simple commands. --- */
bool parse_list(struct parser *p, struct shell_list *ret_list, bool keep_whole_lines);
bool parse_new_list(struct parser *p, struct shell_list **ret_list, bool may_be_empty);
bool parse_redirections(struct parser *p, struct shell_redirections *ret_redirections);
bool parse_redirection(struct parser *p, bool *ret_found);
bool parse_command_word(struct parser *p, struct shell_word *ret_word);
bool parse_simple(struct parser *p, struct shell_node *node);
bool parse_command(struct parser *p, struct shell_node *node);

/* --- assignment.c --- */
bool assignment_parse(struct parser *p, bool *ret_found);
bool assignment_argument(struct parser *p, struct shell_word *ret_word, bool *ret_found);

/* --- compound.c, case.c, test_expression.c --- */
bool compound_parse(struct parser *p, enum keyword keyword, size_t keyword_end,
                    struct shell_node *node);
bool compound_subshell(struct parser *p, struct shell_node *node);
bool compound_function_body(struct parser *p, struct shell_node *node);
bool case_parse(struct parser *p, struct shell_node *node);
bool for_parse(struct parser *p, enum keyword keyword, struct shell_node *node);
bool test_parse(struct parser *p, struct shell_node *node);

#endif
