/* protect_expression.h -- find's expression: would a path come to an action of it? Private to src/deploys.
 *
 * In:    the words behind the places where it looks.
 * Out:   for one path at a time: does it come to an action, and what says so.
 * Fails: never: what cannot be judged may hold.
 *
 * What a variable holds that is not known stands for anything in a test's pattern.
 * Source: POSIX.1-2017 find; GNU findutils 4.9 manual.
 */
#ifndef HOOKCHECK_DEPLOYS_PROTECT_EXPRESSION_H
#define HOOKCHECK_DEPLOYS_PROTECT_EXPRESSION_H

#include "deploys/judge.h"

enum regex_syntax { SYNTAX_EMACS = 0, SYNTAX_BASIC, SYNTAX_EXTENDED };

struct find_node;

struct find_expression {
    const struct find_node *root; /* NULL: none, all is printed */
    uint64_t deepest, shallowest;
    struct strs names; /* that -name asks for and no ! stands before */
    bool acts;         /* an action of its own; else what it takes is printed */
    bool several;      /* alternatives: -o */
    bool prunes;
    enum regex_syntax syntax;
};

struct find_path {
    struct str directory; /* where find runs */
    struct str place;     /* as find was given it, without slashes at its end */
    struct str path;      /* as find would name it */
};

struct find_outcome {
    bool reached;
    bool doubtful; /* a test on the way cannot be judged (-mtime…) */
    bool named;    /* one has asked for such a name */
    bool exactly;  /* and for this one */
};

struct find_actions {    /* which of them count; none is said: any, and what is printed */
    struct regex *taken; /* tried on " -exec rm {}" */
    size_t word;         /* the one that stands there, counted in all words */
};

/* The words from `first` on. */
void find_expression_read(struct recogniser *r, const struct shell_value *words, size_t count,
                          size_t first, enum regex_syntax syntax, struct find_expression *ret);
struct find_outcome find_expression_ask(struct recogniser *r, const struct find_expression *search,
                                        const struct find_path *path,
                                        const struct find_actions *actions);

/* --- protect_regex.c --- */
/* A pattern of POSIX or Emacs as one of PCRE2. */
struct str protect_regex(struct arena *arena, struct str pattern, enum regex_syntax syntax,
                         bool any_case);

#endif
