#include "gate/sets.h"

#include "base/file.h"

static const struct config_migrations *find(const struct config_migrations_list *all,
                                            struct str name)
{
    for (size_t i = 0; i < all->count; i++)
        if (str_eq(all->items[i].name, name))
            return &all->items[i];
    return NULL;
}

static struct str names_of(struct arena *arena, const struct config_migrations_list *all)
{
    struct strs names = {0};

    for (size_t i = 0; i < all->count; i++)
        VEC_PUSH(arena, &names, all->items[i].name);
    return names.count ? str_join(arena, names.items, names.count, STR(", ")) : STR("none");
}

static void by_names(const struct judge *judge, const struct config_migrations_list *all,
                     const struct strs *names, struct config_migrations_list *chosen)
{
    for (size_t i = 0; i < names->count; i++) {
        const struct config_migrations *set = find(all, names->items[i]);
        if (set) {
            if (!find(chosen, set->name))
                VEC_PUSH(judge->arena, chosen, *set);
            continue;
        }
        judge_add(judge, REASON_NOT_CONFIGURED, names->items[i],
                  str_printf(judge->arena,
                             "there is no migration set named " STR_FMT " (there are: " STR_FMT ")",
                             STR_ARG(names->items[i]), STR_ARG(names_of(judge->arena, all))),
                  STR("name it under \"migrations\" in " CONFIG_NAME));
    }
}

void sets_choose(const struct judge *judge, const struct config_migrations_list *all,
                 const struct look_options *options, struct config_migrations_list *ret_chosen)
{
    struct config_migrations_list mine = {0}, here = {0}, unsure = {0};
    struct str below;

    if (options->sets.count) {
        by_names(judge, all, &options->sets, ret_chosen);
        return;
    }
    if (judge->environment && judge->environment->migrations.count)
        by_names(judge, all, &judge->environment->migrations, &mine);
    else
        mine = *all;
    if (!str_is_empty(options->directory) &&
        path_relative(judge->config->work_tree, options->directory, &below) && below.length)
        for (size_t i = 0; i < mine.count; i++) {
            struct str root = mine.items[i].root;
            struct str inside;
            bool holds =
                str_is_empty(root) || str_eq(root, STR(".")) || path_relative(root, below, &inside);
            if (mine.items[i].undecided.length && str_is_empty(root))
                VEC_PUSH(judge->arena, &unsure, mine.items[i]);
            else if (holds)
                VEC_PUSH(judge->arena, &here, mine.items[i]);
        }
    for (size_t i = 0; i < unsure.count && here.count; i++)
        VEC_PUSH(judge->arena, &here, unsure.items[i]);
    *ret_chosen = here.count ? here : mine;
}
