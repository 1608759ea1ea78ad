/* models_near.h -- where nothing but tables of their own differs: which files that can concern, and what of them must be read (inside migrations).
 *
 * Where nothing but classes of tables differs (edited_tables.h), another file's tables can differ only by what they take from these classes, and
 * they name them. models_near.c finds the files that do; models_thin.c leaves out of those that changed what both editions have in common.
 *
 * In:    two sides, of a language whose files refer to each other; the paths that changed, sorted.
 * Out:   for each side the paths to read; texts that stand for those that changed. What then is found counts if it is of a kind that no other
 *        file's models can show: else all are read.
 * Fails: false: all is to be read.
 */
#ifndef HOOKCHECK_MIGRATIONS_MODELS_NEAR_H
#define HOOKCHECK_MIGRATIONS_MODELS_NEAR_H

#include "migrations/models_files.h"
#include "readers/edited_thin.h"

struct model_edit {
    struct str path;
    struct edited_pair pair;
    bool alone;                    /* nothing but tables of their own differs */
    struct strs names, references; /* edited_tables.h */
    struct edited_thin thin;       /* where many changed */
};

struct model_edits {
    struct model_side *sides;
    size_t language;
    const struct strs *changed;
    size_t count;                /* of files of the language that changed */
    VEC(struct model_edit) list; /* those with models; that one is not alone, is not known yet */
    struct strs texts;           /* of the others, both editions */
    struct strs names;           /* of classes that changed, and of those that are made from them */
    struct words named;          /* the same */
    struct words kept[2]; /* words of what stays in `list`, of its halves; where many changed */
};

/* How many at most; so many that finding what may be left out costs less than it saves; and so many that what is near is not looked for. */
#ifndef EDITS_THIN
#define EDITS_THIN 12u
#endif
#ifndef EDITS_MAX
#define EDITS_MAX 5000u
#endif
#ifndef EDITS_NEAR
#define EDITS_NEAR 200u
#endif

/* False: more than tables of their own differs. */
bool models_edits_read(struct model_side sides[2], size_t language, const struct strs *changed,
                       struct model_edits *ret_edits);
bool models_near(struct model_edits *edits, struct strs ret_paths[2]);
/* What was found: is it what would be found without leaving anything out? `all`: no file was left out. */
bool models_near_suffice(const struct schema schemas[2], const struct schema_difference *difference,
                         bool all);

/* Texts that stand for files; sorted by path. */
struct model_thin {
    struct model_texts texts[2];
    struct parse_ahead ahead[2]; /* of these texts, by their places */
    struct words known;          /* paths whose words were looked at before */
    struct words left_out;       /* names */
    bool doubtful[2];            /* of a side: a file that was not looked at says one of them */
};

/* The sides read these from then on. False: nothing is left out. */
bool models_thin(struct model_edits *edits, const struct strs paths[2]);
/* For models_files.c: is there a text that stands for it? */
bool model_thin_text(const struct model_side *side, struct str path, struct str *ret_text);
TSTree *model_thin_parsed(void *side, struct str path);
/* Of the other side, whose thread reads still. */
void model_thin_parse_ahead(struct model_side *side, size_t language);
void model_thin_look(const struct model_side *side, struct str path, struct str text);
/* Returns whether what was read counts. */
bool models_thin_end(struct model_side sides[2]);

#endif
