/* python.h -- what a Python file says without being run: module constants, docstring, keyword arguments of calls.
 *
 * In:    source bytes up to FILE_MAX.
 * Out:   the values that module variables have after the module was loaded, as far as they are literal: strings (any quotes and
 *        prefixes, implicit and `+` concatenation), None, tuples, lists and sets of strings, names assigned before in the same module;
 *        plain, annotated, chained and tuple assignments. Anything else is PYTHON_OPAQUE: assigned, but not knowable here.
 * Fails: limits only. A file that Python itself would refuse is an answer (`broken`).
 * Source: Python reference, lexical analysis; tree-sitter-python 0.23.6.
 *
 * A scan that knows strings, brackets and continuation lines finds the statements of the top level that mention a wanted name. The
 * plainest of them are read as they stand (python_plain.h), the others are parsed by tree-sitter, and nothing else of the file is.
 */
#ifndef HOOKCHECK_READERS_PYTHON_H
#define HOOKCHECK_READERS_PYTHON_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/vec.h"

struct python_reader; /* a parser, reused for many files */

struct python_reader *python_reader_new(struct arena *arena);
void python_reader_release(struct python_reader **reader);
#define PYTHON_READER(name, arena)                                                                 \
    CLEANUP_WITH(python_reader_release) struct python_reader *name = python_reader_new(arena)

enum python_kind {
    PYTHON_ABSENT = 0, /* never assigned */
    PYTHON_OPAQUE,     /* assigned, but computed, conditional or imported */
    PYTHON_NONE,
    PYTHON_STRING,
    PYTHON_SEQUENCE, /* of strings */
};

struct python_value {
    enum python_kind kind;
    struct str text;   /* PYTHON_STRING */
    struct strs items; /* PYTHON_SEQUENCE */
    size_t line;       /* of the statement that assigned it last; 0 when absent */
};

struct python_module {
    bool broken; /* Python would refuse the file */
    size_t broken_line;
    struct str broken_reason;
    bool has_docstring;
    struct str docstring; /* decoded */
};

#define PYTHON_NAMES_MAX 16u

/* `ret_values` has room for `count` values, in the order of `names`. Texts lie in the arena or in `source`. */
MUST_CHECK bool python_constants(struct python_reader *reader, struct arena *arena,
                                 struct str source, const struct str *names, size_t count,
                                 struct python_value *ret_values, struct python_module *ret_module,
                                 struct err *e);

struct python_call {
    size_t line;
    bool splat; /* `**something`: any keyword may be in there */
    struct python_value values[PYTHON_NAMES_MAX];
};
VEC_DEFINE(python_calls, struct python_call);

/* All calls of `function` ("context.configure": that attribute path, also behind a longer one, or its last name alone), with the
 * values of the wanted keywords. */
MUST_CHECK bool python_call_keywords(struct python_reader *reader, struct arena *arena,
                                     struct str source, struct str function,
                                     const struct str *names, size_t count,
                                     struct python_calls *ret_calls, struct err *e);

/* The value of one string literal with its prefix and quotes; false when it has parts that are not literal, or is bytes. */
bool python_string_decode(struct arena *arena, struct str literal, struct str *ret_text);

#endif
