/* code_reader.h -- the parts of the reader of path expressions (private to code_*.c; code_path.h is what others use). */
#ifndef HOOKCHECK_MIGRATIONS_CODE_READER_H
#define HOOKCHECK_MIGRATIONS_CODE_READER_H

#include "base/buf.h"
#include "migrations/code_path.h"

#define CODE_TEXT_MAX 4096u

/* What an expression gives: paths, each with where it starts. A literal has no start yet: it may be joined to something. */
enum code_start { CODE_FROM_TREE, CODE_FROM_MODULE, CODE_FROM_ANYWHERE, CODE_LITERAL };
struct code_piece {
    enum code_start start;
    struct str text;
};
struct code_value {
    VEC(struct code_piece) all;
    bool is_list;
};
VEC_DEFINE(code_values, struct code_value);

struct code_reader {
    struct arena *arena;
    struct code_file *file;
    struct str text;
    size_t at, end;
    bool ruby;
    unsigned depth;
    struct str variable; /* whose value this is, and in whose value that stands */
    const struct code_reader *outer;
};

/* code_value.c: values. */
void code_value_add(struct code_reader *r, struct code_value *value, enum code_start start,
                    struct str text);
struct code_value code_value_one(struct code_reader *r, enum code_start start, struct str text);
struct code_value code_value_unknown(struct code_reader *r);
void code_value_add_all(struct code_reader *r, struct code_value *value,
                        const struct code_value *more);
/* Each with each: "between" is "/" of join and resolve, nothing of texts. */
struct code_value code_value_combined(struct code_reader *r, const struct code_value *left,
                                      const struct code_value *right, const char *between);
/* The parts from `from` to `count` behind it, each with a "/". */
struct code_value code_value_joined(struct code_reader *r, struct code_value left,
                                    const struct code_value *parts, size_t from, size_t count);
struct code_value code_value_above(struct code_reader *r, struct code_value value);

/* code_text.c: bytes, literals, lists. */
char code_peek(const struct code_reader *r, size_t ahead);
bool code_starts_with(const struct code_reader *r, const char *word);
bool code_is_space(char byte);
bool code_is_of_name(char byte);
/* Ruby ends an expression with its line, but not inside of brackets; with `lines` comments are passed over as well. */
void code_skip_spaces(struct code_reader *r, bool lines);
bool code_take(struct code_reader *r, const char *word);
struct str code_read_name(struct code_reader *r);
/* To the bracket that ends the one in which the reader stands, or to a comma beside it; texts are passed over. */
void code_skip_rest(struct code_reader *r, bool to_comma);
struct code_value code_read_text(struct code_reader *r);
/* %w[a b] */
struct code_value code_read_words(struct code_reader *r);
/* Up to the closing bracket; of `key => value` the value. */
struct code_values code_read_items(struct code_reader *r, char close);
struct code_value code_list_of(struct code_reader *r, const struct code_values *items);

/* code_calls.c: names, variables and what is called. */
struct code_value code_read_php(struct code_reader *r);
struct code_value code_read_ruby(struct code_reader *r);
struct code_value code_ruby_method(struct code_reader *r, struct code_value value, struct str name,
                                   const struct code_values *arguments);
/* The arguments behind a name, in parentheses or brackets; a block is not one. */
struct code_values code_ruby_arguments(struct code_reader *r);

/* code_path.c */
struct code_value code_read_value(struct code_reader *r);

#endif
