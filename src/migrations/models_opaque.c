#include "migrations/models_opaque.h"

#include "migrations/checksum.h"

#define CRYPT_START "\0GITCRYPT\0"

const char *models_opacity(struct str text)
{
    if (checksum_is_of_lfs(text))
        return "a pointer of Git LFS: its text is not in git";
    if (str_starts(text, (struct str){CRYPT_START, sizeof CRYPT_START - 1}))
        return "encrypted by git-crypt: its text is not in git";
    return NULL;
}

static const char *opacity_in(struct model_side *side, struct str path)
{
    struct str text;

    return words_have(&side->opaque, path) && model_side_read(side, path, &text)
               ? models_opacity(text)
               : NULL;
}

/* By its path, or because one of its editions holds models. */
static bool is_model(const struct model_side *side, size_t language, struct str path)
{
    return strs_sorted_have(&side->paths[language], path) ||
           strs_have(&side->walked_paths[language], path);
}

static void leave(struct model_side *side, size_t language, struct str path)
{
    struct strs kept = {0};

    if (!strs_sorted_have(&side->paths[language], path))
        return;
    for (size_t i = 0; i < side->paths[language].count; i++)
        if (!str_eq(side->paths[language].items[i], path))
            VEC_PUSH(side->arena, &kept, side->paths[language].items[i]);
    side->paths[language] = kept;
}

void models_leave_opaque(struct model_side sides[2], const struct strs *changed,
                         struct schema_unreads *unread)
{
    for (size_t i = 0; i < changed->count; i++) {
        struct str path = changed->items[i];
        const struct model_language *row = model_language_of(path);
        const char *why = opacity_in(&sides[1], path);
        if (!why)
            why = opacity_in(&sides[0], path);
        if (!row || !why)
            continue;
        size_t language = (size_t)(row - model_languages);
        if (!is_model(&sides[0], language, path) && !is_model(&sides[1], language, path))
            continue;
        for (size_t side = 0; side < 2; side++)
            leave(&sides[side], language, path);
        VEC_PUSH(sides->arena, unread,
                 (struct schema_unread){.place = {.file = path, .line = 1}, .what = str_from(why)});
    }
}
