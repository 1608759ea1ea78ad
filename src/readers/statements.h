/* statements.h -- the statements of a Python, TypeScript or JavaScript source, found by strings, comments and brackets, without a grammar.
 *
 * Those of the top level: a statement begins in the first column, and ends before the next one that does. A class is one with its body;
 * decorators, `else` and `except` are statements of their own.
 *
 * In:    any bytes.
 * Out:   their texts, in order, without the comments and blanks behind them.
 * Fails: never. A text in which strings and brackets cannot be followed to the end, or code stands in no statement, is not whole.
 * Source: The Python Language Reference 3.12, 2.1 (lines), 2.4.1 (strings); ECMAScript 2024, 12 (lexical grammar).
 */
#ifndef HOOKCHECK_READERS_STATEMENTS_H
#define HOOKCHECK_READERS_STATEMENTS_H

#include "base/str.h"

struct statements { /* begun with `source` and `is_script`, or `indent` */
    struct str source;
    size_t at, depth;
    bool is_script; /* TypeScript and JavaScript, not Python */
    size_t
        indent; /* Python: a line with no more blanks before it begins a statement, as in the body of a class */
    bool several; /* Python: of the last statement, statements_are_several() */
    bool broken;
};

bool statements_next(struct statements *s, struct str *ret_statement);
/* After the last one: could all of it be followed? */
bool statements_are_whole(const struct statements *s);
/* Does another statement stand on a line of it, behind a semicolon or a closing brace? */
bool statements_are_several(struct str statement, bool is_script);

#endif
