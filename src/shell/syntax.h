/* syntax.h -- shell text → syntax tree.
 *
 * In:     any bytes up to SHELL_TEXT_MAX; NUL refused.
 * Out:    a tree in the arena; every node knows the span of source it came from.
 *         What is not obvious: `declare a=(…)` (local, export, …) is an argument whose parts are the literal "a=" and a PART_ARRAY.
 *         `!` and `time` may stand alone: a pipeline without nodes. `…` that does not parse to its end keeps the lines before the
 *         bad one, as the shell runs those. A $(…) in a here-document that cannot be parsed is text, as the shell runs nothing of it.
 *         A function's body is a list of one compound command, which carries the redirections.
 * Fails:  text that no shell would accept gives an error with line and column; the caller then treats the raw words as suspects
 *         (shell_words_of below). Limits: SHELL_TEXT_MAX bytes, SHELL_NESTING_MAX levels, SHELL_NODES_MAX nodes.
 * Source: POSIX.1-2017 Shell Command Language (XCU chapter 2); bash 5.2 manual §3, and bash itself where it is laxer.
 */
#ifndef HOOKCHECK_SHELL_SYNTAX_H
#define HOOKCHECK_SHELL_SYNTAX_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/vec.h"

#define SHELL_TEXT_MAX (4u << 20)
#define SHELL_NESTING_MAX 200u
#define SHELL_NODES_MAX 200000u

struct shell_span {
    size_t from, to; /* byte offsets in the text that was parsed */
};

/* --- Words: a sequence of parts. --- */
enum shell_part_kind {
    PART_LITERAL, /* text: unquoted characters (a glob stays as written, has_glob set) or the content of quotes */
    PART_PARAMETER,  /* $name ${name…} */
    PART_COMMAND,    /* $(…) `…`: `list` */
    PART_ARITHMETIC, /* $((…)) $[…]: `text` as written; substitutions inside in `inner` */
    PART_PROCESS,    /* <(…) >(…): `list` */
    PART_BRACES,     /* {a,b} {1..3}: alternatives as words */
    PART_ARRAY,      /* name=(a b [k]=v): elements, only as the value of an assignment */
    PART_TILDE,      /* leading ~ or ~user: `text` */
};

enum shell_parameter_operator {
    PARAMETER_PLAIN,     /* $x ${x} */
    PARAMETER_LENGTH,    /* ${#x} */
    PARAMETER_DEFAULT,   /* ${x:-w} ${x-w} */
    PARAMETER_ASSIGN,    /* ${x:=w} ${x=w} */
    PARAMETER_ERROR,     /* ${x:?w} ${x?w} */
    PARAMETER_ALTERNATE, /* ${x:+w} ${x+w} */
    PARAMETER_STRIP,     /* ${x#p} ${x##p} ${x%p} ${x%%p} */
    PARAMETER_REPLACE,   /* ${x/p/r} ${x//p/r} ${x/#p/r} ${x/%p/r} */
    PARAMETER_SUBSTRING, /* ${x:o:l} */
    PARAMETER_CASE,      /* ${x^} ${x^^} ${x,} ${x,,} */
    PARAMETER_TRANSFORM, /* ${x@Q} */
    PARAMETER_INDIRECT,  /* ${!x} ${!prefix*} ${!array[@]} */
};

struct shell_word;
struct shell_list;

struct shell_part {
    enum shell_part_kind kind;
    bool quoted; /* inside '…', "…", $'…' or behind a backslash: no field splitting, no globbing */
    bool has_glob; /* PART_LITERAL unquoted with *, ? or [ */
    struct shell_span span;
    struct str text; /* literal value (escapes resolved), arithmetic source, tilde */
    /* PART_PARAMETER */
    struct str name;          /* "x", "1", "@", "?" … */
    struct shell_word *index; /* ${x[index]}: word; NULL when there is none */
    enum shell_parameter_operator operator;
    struct str operator_text;       /* ":-", "##", "//" … as written */
    struct shell_word *operand;     /* word, pattern or offset; NULL when absent */
    struct shell_word *replacement; /* of PARAMETER_REPLACE, or the length of PARAMETER_SUBSTRING */
    /* PART_COMMAND, PART_PROCESS */
    struct shell_list *list;
    bool process_output; /* >(…) */
    /* PART_ARITHMETIC: the substitutions inside, to be walked */
    struct shell_word *inner;
    /* PART_BRACES: alternatives (none for a long range: `text` is then "1..1000"); PART_ARRAY: elements */
    struct shell_word *words;
    size_t word_count;
};

struct shell_word {
    struct shell_part *parts;
    size_t part_count;
    struct shell_span span;
    /* As an array element [key]=value: the key; NULL otherwise. */
    struct shell_word *key;
};

struct shell_assignment {
    struct str name;
    struct shell_word *index; /* name[index]= ; NULL when there is none */
    bool append;              /* += */
    struct shell_word *value; /* NULL: name= (empty). A single PART_ARRAY part for name=(…) */
    struct shell_span span;
};

enum shell_redirection_kind {
    REDIRECT_READ,          /* < */
    REDIRECT_WRITE,         /* > >| */
    REDIRECT_APPEND,        /* >> */
    REDIRECT_READ_WRITE,    /* <> */
    REDIRECT_DUPLICATE_IN,  /* <& */
    REDIRECT_DUPLICATE_OUT, /* >& (also as &>'s older spelling) */
    REDIRECT_BOTH,          /* &> */
    REDIRECT_BOTH_APPEND,   /* &>> */
    REDIRECT_HERE_DOCUMENT, /* << <<- : `body` */
    REDIRECT_HERE_STRING,   /* <<< */
};

struct shell_redirection {
    enum shell_redirection_kind kind;
    int descriptor;            /* as written before the operator; -1 when not written */
    struct str variable;       /* {name}> */
    struct shell_word *target; /* file, descriptor, here-string, or the delimiter as written */
    /* Here-document: the body as a word (literal part alone when the delimiter is quoted; else expansions are parts). Tabs of <<- removed. */
    struct shell_word *body;
    bool body_quoted;
    struct shell_span span;
    struct shell_span body_span;
};
VEC_DEFINE(shell_redirections, struct shell_redirection);

/* --- Commands. --- */
enum shell_node_kind {
    NODE_SIMPLE,
    NODE_SUBSHELL, /* ( list ) */
    NODE_GROUP,    /* { list } */
    NODE_IF,       /* clauses: condition/body; else in `otherwise` */
    NODE_FOR,      /* for name in words; do body */
    NODE_SELECT,
    NODE_FOR_ARITHMETIC, /* for ((…)) */
    NODE_WHILE,
    NODE_UNTIL,
    NODE_CASE,
    NODE_FUNCTION,
    NODE_TEST,       /* [[ … ]]: `words` for their substitutions */
    NODE_ARITHMETIC, /* (( … )): `words` likewise */
    NODE_COPROC,     /* coproc [name] command: `body` */
};

struct shell_clause {             /* if/elif branch, or one case item */
    struct shell_list *condition; /* if, elif */
    struct shell_word *patterns;  /* case */
    size_t pattern_count;
    struct shell_list *body;
};

struct shell_node {
    enum shell_node_kind kind;
    struct shell_span span;
    size_t line; /* 1-based, of the first character */
    struct shell_redirections redirections;
    /* NODE_SIMPLE */
    struct shell_assignment *assignments;
    size_t assignment_count;
    /* Also: for's list, select's list, case's subject ([0]), test and arithmetic operands. */
    struct shell_word *words;
    size_t word_count;
    /* Compound */
    struct str name;              /* function, for, select, coproc */
    bool has_in;                  /* for name in …; without it the list is "$@" */
    struct shell_list *condition; /* while, until */
    struct shell_list *body;
    struct shell_clause *clauses;
    size_t clause_count;
    struct shell_list *otherwise;
};

enum shell_separator { SEPARATOR_SEQUENCE, SEPARATOR_AND, SEPARATOR_OR, SEPARATOR_BACKGROUND };

struct shell_pipeline {
    struct shell_node *nodes; /* left to right */
    size_t node_count;
    bool negated; /* ! */
    bool timed;   /* time [-p] */
    /* How this pipeline is joined to the one after it (SEQUENCE for the last, BACKGROUND when & stands behind it). */
    enum shell_separator separator;
};

struct shell_list {
    struct shell_pipeline *pipelines;
    size_t pipeline_count;
    struct shell_span span;
};

MUST_CHECK bool shell_parse(struct arena *arena, struct str text, struct shell_list *ret_list,
                            struct err *e);
/* The lines before the one that shell_parse could not read: a shell reads and runs line by line, and has run them when it stops there.
 * False: nothing of the text runs, or a limit was passed. */
bool shell_parse_head(struct arena *arena, struct str text, struct shell_list *ret_list);

/* The words of text that could not be parsed, coarsely: split at blanks, quotes, and operators, quotes and backslashes dropped. */
void shell_words_of(struct arena *arena, struct str text, struct strs *ret_words);

#endif
