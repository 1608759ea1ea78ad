/* push_command.c -- the way out of a change without its migration: the command of the tool that looks after those models. */
#include "gate/pusher.h"
#include "migrations/models_command.h"

/* Of the sets that may cover the change; where there is none, of all. */
static bool add_makers(struct pushed *pushed, const struct schema_change *change, bool all,
                       struct models_makers *makers, struct err *e)
{
    struct arena *arena = pushed->pusher->arena;

    for (size_t s = 0; s < pushed->after->sets.count; s++) {
        const struct commit_set *set = &pushed->after->sets.items[s];
        struct models_maker maker = {.tracker = set->set.tracker,
                                     .root = set->set.root,
                                     .create = set->set.row ? set->set.row->create : STR_NONE};
        bool fits = all;
        if (!all && !push_set_is_for(pushed, set, change->place.file, &fits, e))
            return false;
        if (!fits)
            continue;
        if (set->loaded && set->history.versions.count)
            maker.directory = set->history.versions.items[0];
        else if (!set->set.versions.count ||
                 !tree_path_join(arena, set->set.root, set->set.versions.items[0],
                                 &maker.directory))
            maker.directory = STR_NONE;
        maker.flask = set->loaded && models_are_flask(&set->history);
        makers->django = makers->django || str_contains(maker.tracker, STR("jango"));
        VEC_PUSH(arena, makers, maker);
    }
    return true;
}

bool push_make_command(struct pushed *pushed, const struct schema_change *change,
                       struct str *ret_command, struct err *e)
{
    struct arena *arena = pushed->pusher->arena;
    struct models_makers makers = {0};
    struct strs none = {0};

    if (!add_makers(pushed, change, false, &makers, e) ||
        (!makers.count && !add_makers(pushed, change, true, &makers, e)))
        return false;
    *ret_command = models_command(arena, pushed->after->tree, &makers, &none, change);
    if (!ret_command->length)
        *ret_command = STR("write the migration that makes these changes, and commit it");
    return true;
}
