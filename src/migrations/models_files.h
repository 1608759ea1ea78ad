/* models_files.h -- which files of a tree hold models (inside migrations).
 *
 * By their path (patterns/models/, "models" of the configuration), and then by their words; of what changed also files of any name, and those
 * that lie near it. Folders of tests, of migrations, of others' code and of documentation are not entered.
 *
 * In:    a tree; the paths that changed.
 * Out:   paths by language.
 * Fails: a tree cannot be listed; more than MODEL_FILES_MAX files.
 */
#ifndef HOOKCHECK_MIGRATIONS_MODELS_FILES_H
#define HOOKCHECK_MIGRATIONS_MODELS_FILES_H

#include "base/regex.h"
#include "base/words.h"
#include "migrations/languages.h"
#include "migrations/models.h"

struct model_text {
    struct str path, text;
};
VEC_DEFINE(model_texts, struct model_text);

struct model_side { /* one of the two trees */
    struct arena *arena;
    struct tree *tree;
    struct strs paths[MODEL_LANGUAGES_MAX]; /* to be read as models: their path says so; sorted */
    /* No such path: what changed, and what lies near it. */
    struct strs changed[MODEL_LANGUAGES_MAX];
    struct strs settings[MODEL_LANGUAGES_MAX];
    /* Of each file with models that was looked into its text; sorted by path. */
    struct model_texts texts[MODEL_LANGUAGES_MAX];
    const bool *touched; /* languages: the others are not looked for */
    struct strs others
        [MODEL_LANGUAGES_MAX]; /* no path of models, but of a language whose models may lie anywhere */
    struct strs walked_paths[MODEL_LANGUAGES_MAX]; /* `paths` before their text was looked at */
    size_t count;
    const struct model_side *other; /* opened before; NULL: this is the first */
    /* Directories of a commit, "ID/PATH": what is below is as it was in the other. */
    struct words walked;
    struct words same; /* those of the other side that this one has */
    /* Directories with a link in them or below: what is behind it may differ. */
    struct words linked;
    struct words looked, mentioning; /* files that were looked into, and those that hold models */
    struct words
        made; /* those that hold what functions of other files make; which files is not asked */
    struct words opaque; /* changed files whose text git does not have (models_opaque.h) */
    struct model_thin
        *thin; /* what stands for some files while they are read (models_thin.h); NULL: nothing */
    struct err broken; /* the first file that is there and could not be read */
};

struct model_matcher_row {
    struct str pattern;
    struct regex *regex; /* NULL: not compiled yet; most pushes have paths of one language or two */
    struct str language; /* empty: any */
};

struct model_matcher {
    struct arena *arena;
    bool hurry; /* many paths are to come */
    size_t asked;
    struct words taken, refused; /* paths that were asked for: most stand in both trees */
    VEC(struct model_matcher_row) rows;
};

void model_matcher_make(struct arena *arena, const struct config *config,
                        struct model_matcher *ret_matcher);
/* `changed`: sorted. */
MUST_CHECK bool model_side_open(struct model_side *side, struct model_matcher *matcher,
                                const struct strs *changed, struct err *e);
/* For struct source_files: `self` is a side. False when there is no such file, or it cannot be read (then `broken`). */
bool model_side_read(void *self, struct str path, struct str *ret_bytes);
/* models_made.c: a file whose source has no word of a mapper; `source` NULL: it is what it is in the other tree. */
void model_side_note_made(struct model_side *side, const struct model_language *language,
                          struct str path, const struct str *source);
/* Those of the candidates (sorted, as `wanted` is) that hold what functions of the wanted ones make become wanted. */
void model_side_add_made(struct model_side *side, const struct model_language *language,
                         const struct strs *candidates, struct strs *wanted);

#endif
