/* parse.h -- tree-sitter with a limit in time.
 *
 * In:    source text, of any bytes.
 * Out:   its tree; NULL when the limit was passed (of time that passes: a machine that stands still counts).
 * Fails: out of memory leaves by the door. A file that was not parsed must be said: passed over, it would be one without models.
 * Source: tree_sitter/api.h of tree-sitter 0.25, ts_parser_parse_with_options.
 */
#ifndef HOOKCHECK_READERS_PARSE_H
#define HOOKCHECK_READERS_PARSE_H

#include <stdatomic.h>

#include <tree_sitter/api.h>

#include "base/err.h"
#include "base/str.h"

/* Tests shorten it. */
extern uint64_t parse_limit_us;

TSParser *parse_with(const TSLanguage *language);
TSTree *parse_text(TSParser *parser, struct str text);

/* What could not be parsed of several files: the first of them. */
struct parse_failure {
    struct str path; /* empty: none */
    bool too_large;
};
void parse_failed(struct parse_failure *failure, struct str path, bool too_large);
/* Returns false, with the words, when there was one. */
MUST_CHECK bool parse_none_failed(const struct parse_failure *failure, struct err *e);

/* --- Texts that another thread, which has nothing else to do, parses from the last one on while they are read from the first one on. --- */

struct parse_ahead_text {
    struct str text;
    atomic_int state;
    TSTree *tree;
};

struct parse_ahead {
    struct parse_ahead_text *items;
    size_t count;
};

/* Until it comes to one that was read already. */
void parse_ahead_do(struct parse_ahead *ahead, const TSLanguage *language);
/* The caller's from then on. NULL: it is to be parsed. */
TSTree *parse_ahead_take(struct parse_ahead *ahead, size_t number);
/* When no thread does it any more: what was not taken. */
void parse_ahead_release(struct parse_ahead *ahead);

#endif
