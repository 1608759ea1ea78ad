/* expression_tree.h -- the parts of expression.h (inside schema only).
 *
 * Types have the server's own short names here ("int4", "text", "numeric(5,2)", "mood[]"); varchar without a length is "text", since the
 * two differ in no operator. An empty type is not known; the type of a string constant is not known before something gives it one.
 *
 * Terms are never changed once they are made: BETWEEN has its first operand twice.
 */
#ifndef HOOKCHECK_SCHEMA_EXPRESSION_TREE_H
#define HOOKCHECK_SCHEMA_EXPRESSION_TREE_H

#include "schema/expression.h"

enum token_kind {
    TOKEN_END = 0,
    TOKEN_WORD, /* folded to lower case */
    TOKEN_NAME, /* in double quotes; without them */
    TOKEN_STRING,
    TOKEN_BITS, /* B'101' */
    TOKEN_NUMBER,
    TOKEN_OPERATOR, /* and brackets, commas, "::" */
};
struct token {
    enum token_kind kind;
    struct str text;
};
VEC_DEFINE(tokens, struct token);
/* So many ends stand behind the last: a rule may look that far ahead. */
#define TOKENS_BEHIND 6u

static inline bool expression_is_space(char byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}
/* False: bytes that are no SQL, or of another dialect. */
bool expression_tokens(struct arena *arena, struct str text, struct tokens *ret_tokens);

enum term_kind {
    TERM_COLUMN = 0,
    TERM_NUMBER,
    TERM_STRING,
    TERM_WORD,     /* TRUE, NULL, CURRENT_DATE */
    TERM_OPERATOR, /* with one operand or two; "= ANY" */
    TERM_TEST,     /* "IS NULL" */
    TERM_CALL,
    TERM_CAST, /* to the type in its text */
    TERM_ARRAY,
    TERM_ROW,
    TERM_AND,
    TERM_OR,
    TERM_NOT,
    TERM_CASE,
    TERM_PART, /* of an index */
};
struct term {
    enum term_kind kind;
    struct str text; /* name of a column, operator, function; digits; content of a string */
    struct str type;
    VEC(const struct term *) parts;
    unsigned depth;
    bool has_column; /* somewhere in it */
    bool varying;    /* a varchar, which is "text" here: beside a char(n) it becomes one */
    bool zoned;      /* a moment that says its zone: `text` is what it is in UTC */
    struct str wall; /* what a moment says without its zone; empty: it is none */
};

/* --- Types. --- */
/* Reads one at *at, and goes behind it; empty: none stands there. */
struct str type_read(struct arena *arena, const struct tokens *tokens, size_t *at);
/* Of a column: without lengths, a domain as what it is made of. */
struct str type_of_column(struct arena *arena, const struct schema *schema, struct str type);
/* Is it a varchar? */
bool type_varies(const struct schema *schema, struct str type);
bool type_is_array(struct str type);
struct str type_element(struct str type);
struct str type_array_of(struct arena *arena, struct str element);
/* 0: not a number; else its place in the order in which numbers become each other without a word. */
unsigned type_number(struct str type);
bool type_is_integer(struct str type);
bool type_is_float(struct str type);
bool type_has_length(struct str type);
struct str type_without_length(struct arena *arena, struct str type);

/* --- Values. --- */
/* A constant as the server writes it back: '1 hour' of an interval is '01:00:00'. */
struct str value_of_type(struct arena *arena, struct str type, struct str value);
/* '2020-01-01T12:00+02' of a time with a zone: "2020-01-01 10:00:00", and what its own clock shows. False: no such form. */
bool value_moment(struct arena *arena, struct str value, struct str *ret_utc, struct str *ret_wall,
                  bool *ret_zoned);
struct str value_of_json(struct arena *arena, struct str text);
struct str value_of_array(struct arena *arena, struct str element, struct str value);
/* 1e3 is 1000, .5 is 0.5; empty: not a number. */
struct str value_number(struct arena *arena, struct str text);

/* --- Terms, with the casts that the server adds. --- */
struct term *term_new(struct arena *arena, enum term_kind kind, struct str text, struct str type);
void term_add(struct arena *arena, struct term *term, const struct term *part);
const struct term *term_number(struct arena *arena, struct str digits, bool negative);
/* A number that a column of that type keeps as a float. */
const struct term *term_as_float(struct arena *arena, const struct term *term, struct str type);
const struct term *term_cast(struct arena *arena, const struct term *term, struct str type);
/* Only what has no type yet gets it. */
const struct term *term_as(struct arena *arena, const struct term *term, struct str type);
bool term_is_untyped(const struct term *term);
const struct term *term_binary(struct arena *arena, struct str symbol, const struct term *left,
                               const struct term *right);
const struct term *term_unary(struct arena *arena, struct str symbol, const struct term *operand);
/* x = ANY (array), x <> ALL (array) */
const struct term *term_any(struct arena *arena, struct str symbol, const char *quantity,
                            const struct term *left, const struct term *right);
/* AND and OR take in what they hold of their own kind. */
const struct term *term_logical(struct arena *arena, enum term_kind kind, const struct term *left,
                                const struct term *right);
/* All of them in the one type that holds them, when that is known: what COALESCE, CASE and ARRAY do. Its name, or empty. */
struct str term_common(struct arena *arena, const struct term **terms, size_t count);
/* Are all of them varchars, but for constants? */
bool term_all_vary(const struct term *const *terms, size_t count);
const struct term *term_array(struct arena *arena, const struct term **terms, size_t count);
const struct term *term_call(struct arena *arena, struct str name, const struct term **arguments,
                             size_t count);

/* --- The whole. --- */
struct parser {
    struct arena *arena;
    const struct expression_scope *scope;
    struct tokens tokens;
    size_t at;
    unsigned depth, array_casts;
    bool failed;
    bool old_extract; /* EXTRACT is date_part, as it was before PostgreSQL 14 */
};
enum level {
    LEVEL_NONE = 0,
    LEVEL_OR = 1,
    LEVEL_AND,
    LEVEL_NOT,
    LEVEL_IS,
    LEVEL_COMPARE,
    LEVEL_RANGE, /* BETWEEN, IN, LIKE */
    LEVEL_OTHER, /* all other operators */
    LEVEL_ADD,
    LEVEL_MULTIPLY,
    LEVEL_POWER,
    LEVEL_AT,
    LEVEL_COLLATE,
    LEVEL_SIGN,
    LEVEL_CAST, /* and subscripts */
};
/* NULL: not understood. */
const struct term *expression_parse(struct parser *p);
/* EXTRACT, TRIM, POSITION, SUBSTRING, COALESCE, any function: *at is behind the opening bracket. */
const struct term *expression_call(struct parser *p, struct str name);
const struct term *expression_case(struct parser *p);
bool expression_word(struct parser *p, const char *word);
bool expression_operator(struct parser *p, const char *text);
/* What binds at least so tightly. */
const struct term *expression_operand(struct parser *p, enum level lowest);
/* Behind IS; BETWEEN, IN and the like, or NOT before these. */
const struct term *expression_test(struct parser *p, const struct term *left);
const struct term *expression_range(struct parser *p, const struct term *left);
bool expression_sees(const struct parser *p, const char *word);
const struct term *expression_fail(struct parser *p);
/* `walls`: moments by what their clocks show. */
struct str expression_write(struct arena *arena, const struct term *term, bool walls);

#endif
