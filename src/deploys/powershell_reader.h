/* powershell_reader.h -- PowerShell text → the words and blocks of one statement after the other. Private to powershell*.c. */
#ifndef HOOKCHECK_DEPLOYS_POWERSHELL_READER_H
#define HOOKCHECK_DEPLOYS_POWERSHELL_READER_H

#include "deploys/powershell.h"

struct reader {
    struct recogniser *r;
    struct shell_state *state; /* keeps the variables that were given literally */
    struct str text;
    size_t at;
    struct statement words;
    struct buf word;
    bool in_word;
    bool quoted,
        called; /* the statement begins with a string or a variable: data, unless & stands before it */
    struct strs blocks;     /* $(…), (…) and {…}: text of their own */
    size_t from;            /* where the statement begins */
    struct str before;      /* the source of the statement that is piped into this one */
    struct statement found; /* the files that it lists: words of a `find` */
};

/* What stands at p->at: a word's part, a block, blanks, a comment. Not at the end of the statement. */
void reader_take(struct reader *p);
bool reader_at_end(const struct reader *p);
void reader_end_word(struct reader *p);
/* The name of the variable that the statement begins with, when it is one: `$x = …`. */
struct str reader_assigned_name(const struct reader *p);
/* $name → the name under which the state keeps it: $env:NAME is the shell's NAME. */
struct str reader_variable_key(struct reader *p, struct str name);
bool powershell_is_of_environment(struct str name);

#endif
