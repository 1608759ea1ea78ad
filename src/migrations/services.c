#include "migrations/services.h"

#include "base/file.h"

bool service_is_whole_tree(struct str root)
{
    return root.length == 0 || str_eq(root, STR("."));
}

bool service_holds(struct str root, struct str path)
{
    struct str inside;

    return service_is_whole_tree(root) || path_relative(root, path, &inside);
}

struct str service_of(const struct config_migrations_list *sets, struct str path)
{
    struct str nearest = STR_NONE;

    for (size_t s = 0; s < sets->count; s++) {
        struct str root = sets->items[s].root;
        if (!service_is_whole_tree(root) && root.length > nearest.length &&
            service_holds(root, path))
            nearest = root;
    }
    return nearest;
}

bool service_is_nearer(const struct config_migrations_list *sets,
                       const struct config_migrations *set, struct str file)
{
    size_t depth = service_is_whole_tree(set->root) ? 0 : set->root.length;

    for (size_t s = 0; s < sets->count; s++) {
        const struct config_migrations *other = &sets->items[s];
        if (!service_is_whole_tree(other->root) && other->root.length > depth &&
            str_eq(other->tracker, set->tracker) && service_holds(other->root, file) &&
            (!depth || service_holds(set->root, other->root)))
            return true;
    }
    return false;
}

bool service_has(const struct config_migrations_list *sets, const struct config_migrations *set,
                 struct str file)
{
    bool foreign = false;

    for (size_t s = 0; s < sets->count; s++) {
        struct str root = sets->items[s].root;
        foreign = foreign || (!service_is_whole_tree(root) && service_holds(root, file));
    }
    return (!foreign || service_holds(set->root, file)) && !service_is_nearer(sets, set, file);
}
