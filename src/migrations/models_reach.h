/* models_reach.h -- which unchanged files do the changed ones reach? (models_narrow.h says how; inside of it.) */
#ifndef HOOKCHECK_MIGRATIONS_MODELS_REACH_H
#define HOOKCHECK_MIGRATIONS_MODELS_REACH_H

#include "base/words.h"
#include "migrations/models_narrow.h"
#include "readers/exports.h"

struct changed_file {
    struct str module; /* its name as an import has it */
    struct exports editions[2];
    bool comes_or_goes; /* what imports it gets something else, or nothing */
    struct words bound; /* imports of one edition only: others may import them from here */
};

struct reached_file {
    struct str path, source, form;
    struct exports exports;
    bool holds_models, scanned, reached, wanted;
};

struct reach {
    const struct narrowing *of;
    struct arena *arena;
    struct words all;    /* of what must not be named by an unchanged file */
    struct words models; /* of models: who names them is read */
    struct strs forms;   /* of the same, as they stand in names of tables and columns */
    VEC(struct changed_file) changed;
    VEC(struct reached_file) files; /* that did not change */
    struct words needed, needed_forms;
    bool untold; /* a model has a name that may stand in any word, or there are too many of them */
};

bool reach_is_script(const struct reach *reach);
/* "BlogPost", "blog_post" → "blogpost" */
struct str reach_form(struct arena *arena, struct str word);
/* `text` needs what its words name. */
void reach_need(struct reach *reach, struct str text);
/* False, of all three: it cannot be told. */
MUST_CHECK bool reach_add_changed(struct reach *reach, struct str path);
MUST_CHECK bool reach_scan(struct reach *reach, struct reached_file *file);
MUST_CHECK bool reach_find(struct reach *reach);

#endif
