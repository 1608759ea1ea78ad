/* models_made.c -- files without any word of a mapper: what they hold, functions of files with models make. */
#include "migrations/models_files.h"
#include "readers/made_exports.h"

void model_side_note_made(struct model_side *side, const struct model_language *language,
                          struct str path, const struct str *source)
{
    bool made = source ? language->made && language->made(*source, NULL)
                       : words_have(&side->other->made, path);

    if (made)
        (void)words_add(&side->made, path);
}

void model_side_add_made(struct model_side *side, const struct model_language *language,
                         const struct strs *candidates, struct strs *wanted)
{
    struct words names = {.arena = side->arena};
    size_t holding = wanted->count;

    if (!language->made || !side->made.count || !holding)
        return;
    for (size_t i = 0; i < holding; i++)
        (void)words_add(&names, made_exports_name(wanted->items[i]));
    for (size_t i = 0; i < candidates->count; i++) {
        struct str path = candidates->items[i], source;
        if ((!i || !str_eq(path, candidates->items[i - 1])) && words_have(&side->made, path) &&
            model_side_read(side, path, &source) && language->made(source, &names))
            VEC_PUSH(side->arena, wanted, path);
    }
    if (wanted->count > holding)
        strs_sort(wanted);
}
