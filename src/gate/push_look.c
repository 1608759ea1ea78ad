/* push_look.c -- a push's first look: by the paths of what changed, then by the words of those files. Most pushes touch no model. */
#include "gate/pusher.h"
#include "migrations/languages.h"
#include "migrations/models.h"

#define LOOKED_AT_BYTES ((size_t)256 << 10)

/* A file in both editions; a definition of a file that is not there is none. */
struct looked_at {
    const struct model_language *language;
    bool is_new;
    size_t file;
};

struct looking {
    struct arena *arena;
    VEC(struct looked_at) blobs;
    struct definitions *before, *after; /* of each file */
    bool any;
};

static const struct model_language *language_of(const struct pushed *pushed,
                                                const struct repository_change *change)
{
    const struct model_language *language = model_language_of(change->path);

    return change->is_file && language && language->sniffs &&
                   !push_path_is_migration(pushed->pusher->config, change->path)
               ? language
               : NULL;
}

static bool look_at(void *context, size_t index, struct str bytes)
{
    struct looking *looking = context;
    const struct looked_at *blob = &looking->blobs.items[index];
    struct definitions *all = blob->is_new ? looking->after : looking->before;

    looking->any = blob->language->sniffs(bytes);
    if (!looking->any && blob->language->defines)
        blob->language->defines(looking->arena, bytes, &all[blob->file]);
    return !looking->any;
}

/* Models may stand in a file of any name, and so may what they are made from: files that changed are looked into, as they were and as they are. */
static bool look_into_files(struct pushed *pushed, bool *ret_any, struct err *e)
{
    struct arena *arena = pushed->pusher->arena;
    size_t count = pushed->changes.count;
    struct looking looking = {.arena = arena,
                              .before = ARENA_ARRAY(arena, count + 1, struct definitions),
                              .after = ARENA_ARRAY(arena, count + 1, struct definitions)};
    struct strs ids = {0};

    for (size_t i = 0; i < count; i++) {
        const struct repository_change *change = &pushed->changes.items[i];
        const struct model_language *language = language_of(pushed, change);
        struct str editions[] = {change->new_id, change->old_id};
        if (!language || str_eq(change->old_id, change->new_id))
            continue;
        for (size_t j = 0; j < 2; j++) {
            if (!editions[j].length)
                continue;
            VEC_PUSH(arena, &ids, editions[j]);
            VEC_PUSH(arena, &looking.blobs,
                     (struct looked_at){.language = language, .is_new = !j, .file = i});
        }
    }
    if (!repository_each_blob(pushed->pusher->input->repository, &ids, LOOKED_AT_BYTES, look_at,
                              &looking, e))
        return false;
    *ret_any = looking.any || definitions_altered(arena, looking.before, looking.after, count);
    return true;
}

bool push_look_for_models(struct pushed *pushed, struct strs *ret_paths, bool *ret_any,
                          struct err *e)
{
    struct pusher *pusher = pushed->pusher;

    for (size_t i = 0; i < pushed->changes.count; i++)
        VEC_PUSH(pusher->arena, ret_paths, pushed->changes.items[i].path);
    return models_any_path(pusher->arena, pusher->config, ret_paths, ret_any, e) &&
           (*ret_any || look_into_files(pushed, ret_any, e));
}
