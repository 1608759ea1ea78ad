/* push_look.c -- a push's first look: may it change models? */
#include "gate/pusher.h"
#include "migrations/models_look.h"

bool push_look_for_models(struct pushed *pushed, bool *ret_any, struct err *e)
{
    struct pusher *pusher = pushed->pusher;

    if (!push_sieve(pusher, &pushed->changes, e))
        return false;
    const struct models_look look = {.arena = pusher->arena,
                                     .config = pusher->config,
                                     .repository = pusher->input->repository,
                                     .changes = &pushed->changes,
                                     .is_migration =
                                         pusher->sieve.migrations ? push_path_is_migration : NULL};
    *ret_any = pusher->sieve.models;
    return *ret_any || models_look_into_files(&look, ret_any, e);
}
