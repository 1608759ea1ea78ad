#include "migrations/models_look.h"

#include "base/sought.h"
#include "migrations/languages.h"
#include "migrations/models.h"
#include "readers/imports.h"

#define LOOKED_AT_BYTES ((size_t)256 << 10)

/* A file in one of its editions; a definition of a file that is not there is none. */
struct looked_at {
    const struct model_language *language;
    bool is_new;
    bool defines; /* what it defines counts */
    size_t place; /* of that, in the lists of definitions */
};
VEC_DEFINE(blobs_looked_at, struct looked_at);

struct looking {
    const struct models_look *look;
    struct blobs_looked_at blobs;
    struct strs ids;                                /* of the blobs */
    VEC(struct definitions) before, after;          /* of each file of which they count */
    VEC(const struct repository_change *) defining; /* those files */
    struct imports *imports; /* of those whose imports differ, each as it was and as it is */
    struct sought *sought;   /* of each language */
    bool any;
};

static const struct model_language *language_of(const struct models_look *look,
                                                const struct repository_change *change)
{
    const struct model_language *language = model_language_of(change->path);

    return change->is_file && language && language->words &&
                   !(look->is_migration && look->is_migration(look->config, change->path))
               ? language
               : NULL;
}

static bool look_at(void *context, size_t index, struct str bytes)
{
    struct looking *looking = context;
    const struct looked_at *blob = &looking->blobs.items[index];
    struct definitions *all = blob->is_new ? looking->after.items : looking->before.items;

    /* What a function of the project makes may be a table, and which function that is stands elsewhere. */
    looking->any = sought_in(&looking->sought[blob->language - model_languages], bytes) ||
                   (blob->language->made && blob->language->made(bytes, NULL));
    if (!looking->any && blob->defines)
        blob->language->defines(looking->look->arena, bytes, &all[blob->place]);
    return !looking->any;
}

static bool look(struct looking *looking, struct err *e)
{
    return repository_each_blob(looking->look->repository, &looking->ids, LOOKED_AT_BYTES, look_at,
                                looking, e);
}

static void list_edition(struct looking *looking, struct str id, struct looked_at blob)
{
    struct arena *arena = looking->look->arena;

    if (!id.length)
        return;
    VEC_PUSH(arena, &looking->ids, id);
    VEC_PUSH(arena, &looking->blobs, blob);
}

/* As it is, and as it was. */
static void list_file(struct looking *looking, const struct repository_change *change,
                      const struct model_language *language, bool only_new)
{
    struct arena *arena = looking->look->arena;
    struct looked_at blob = {.language = language,
                             .defines = (change->old_id.length || only_new) && language->defines,
                             .place = looking->before.count};

    if (blob.defines) {
        VEC_PUSH(arena, &looking->before, (struct definitions){0});
        VEC_PUSH(arena, &looking->after, (struct definitions){0});
        VEC_PUSH(arena, &looking->defining, change);
    }
    list_edition(looking, change->old_id, blob);
    blob.is_new = true;
    list_edition(looking, change->new_id, blob);
}

static void list_files(struct looking *looking, bool only_new)
{
    const struct repository_changes *changes = looking->look->changes;

    looking->ids.count = looking->blobs.count = 0;
    for (size_t i = 0; i < changes->count; i++) {
        const struct repository_change *change = &changes->items[i];
        const struct model_language *language =
            (change->old_id.length && only_new) || str_eq(change->old_id, change->new_id)
                ? NULL
                : language_of(looking->look, change);
        if (language)
            list_file(looking, change, language, only_new);
    }
}

static bool is_altered(const struct looking *looking)
{
    return definitions_altered(looking->look->arena, looking->before.items, looking->after.items,
                               looking->before.count);
}

/* What files that are new define only says where something may have moved to: they are looked into once more when something is gone. */
static bool look_where_it_went(struct looking *looking, struct err *e)
{
    list_files(looking, true);
    return look(looking, e);
}

/* --- Imports alone. --- */

static bool read_imports(void *context, size_t index, struct str bytes)
{
    struct looking *looking = context;

    imports_read(looking->look->arena,
                 looking->defining.items[looking->blobs.items[index].place]->path, bytes,
                 &looking->imports[index]);
    return true;
}

/* Few files import something else than before: those are looked into once more. */
static bool look_at_imports(struct looking *looking, struct err *e)
{
    looking->ids.count = looking->blobs.count = 0;
    for (size_t i = 0; i < looking->defining.count; i++) {
        const struct repository_change *change = looking->defining.items[i];
        struct looked_at blob = {.place = i};
        if (!change->old_id.length || !change->new_id.length ||
            looking->before.items[i].imports == looking->after.items[i].imports)
            continue;
        list_edition(looking, change->old_id, blob);
        list_edition(looking, change->new_id, blob);
    }
    looking->imports = ARENA_ARRAY(looking->look->arena, looking->ids.count + 1, struct imports);
    if (looking->ids.count && !repository_each_blob(looking->look->repository, &looking->ids,
                                                    LOOKED_AT_BYTES, read_imports, looking, e))
        return false;
    for (size_t i = 0; i + 1 < looking->ids.count; i += 2)
        looking->any =
            looking->any || imports_altered(&looking->imports[i], &looking->imports[i + 1]);
    return true;
}

/* Models may stand in a file of any name, and so may what they are made from: files that changed are looked into, as they were and as they are. */
bool models_look_into_files(const struct models_look *asked, bool *ret_any, struct err *e)
{
    struct looking looking = {
        .look = asked, .sought = ARENA_ARRAY(asked->arena, model_language_count, struct sought)};

    for (size_t i = 0; i < model_language_count; i++)
        if (model_languages[i].words)
            sought_make(model_languages[i].words, &looking.sought[i]);
    list_files(&looking, false);
    if (!look(&looking, e))
        return false;
    bool altered = !looking.any && is_altered(&looking);
    if (altered && !look_where_it_went(&looking, e))
        return false;
    looking.any = looking.any || (altered && is_altered(&looking));
    if (!looking.any && !look_at_imports(&looking, e))
        return false;
    *ret_any = looking.any;
    return true;
}

bool models_look_for(const struct models_look *look, bool *ret_any, struct err *e)
{
    return models_any_path(look->arena, look->config, look->changes, ret_any, e) &&
           (*ret_any || models_look_into_files(look, ret_any, e));
}
