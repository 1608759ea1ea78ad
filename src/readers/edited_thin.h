/* edited_thin.h -- two editions of a file with tables without most of what they have in common: what is the same in both makes the same columns
 * in both, and need not be parsed to see what differs.
 *
 * Left out are columns that stand in both editions of a class with a table of its own, methods of it, functions, docstrings, and names that
 * nothing imports any more; unless a name of them is said by what stays, in this file or in another one. What refers to other tables (keys,
 * relationships) stays. Lines keep their numbers.
 *
 * In:    a pair that differs in tables alone (edited_tables.h).
 * Out:   two texts that make the same difference.
 * Fails: never.
 * Workload: some hundred files of a commit, each with a class of some twenty columns of which one or two differ.
 */
#ifndef HOOKCHECK_READERS_EDITED_THIN_H
#define HOOKCHECK_READERS_EDITED_THIN_H

#include "readers/edited_tables.h"

struct thin_piece { /* what may be left out */
    struct str name;
    struct str texts[2]; /* empty where an edition does not have it */
    bool is_column;
    bool asked; /* whether it says a name that means something else */
    bool stays;
    bool noted; /* that it stays */
};

struct thin_class { /* its pieces, and how many members of it are none */
    size_t first, end;
    size_t others[2];
};

struct edited_thin {
    const struct edited_pair *pair;
    VEC(struct thin_piece) pieces;
    VEC(struct thin_class) classes;
    struct str texts[2]; /* at the end */
};

void edited_thin_begin(struct arena *arena, const struct edited_pair *pair,
                       struct edited_thin *ret_thin);
/* The words of a text, and what is before "__" in them. */
void edited_thin_note_words(struct words *words, struct str text);
/* The words of what stays so far. */
void edited_thin_note_kept(struct arena *arena, const struct edited_thin *thin,
                           struct words *words);
/* Marks pieces that are said, or say one of `named` (classes that change, names that come to mean something else): they stay. */
void edited_thin_mark(struct edited_thin *thin, const struct words *said,
                      const struct words *named);
/* Their words are said then. Returns whether there are any since the last time. */
bool edited_thin_note_marked(struct edited_thin *thin, struct words *said);
/* Does a text say one of these words? */
bool edited_thin_says(struct str text, const struct words *words);
/* At the end: makes the texts. */
void edited_thin_finish(struct arena *arena, struct edited_thin *thin);
/* Names. */
void edited_thin_note_left_out(const struct edited_thin *thin, struct words *left_out);

#endif
