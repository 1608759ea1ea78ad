#include "migrations/survey_memo.h"

#include <inttypes.h>

#include "base/file.h"
#include "migrations/tracker_files.h"

static void add_directories(struct survey_memo *memo, const struct strs *files)
{
    for (size_t i = 0; i < files->count; i++)
        if (str_find_byte(files->items[i], '/') != SIZE_MAX)
            strs_add(memo->arena, &memo->near, path_parent(files->items[i]));
}

static void add_near(struct survey_memo *memo, const struct tracker *tracker)
{
    for (size_t i = 0; i < tracker->detect.count; i++)
        add_directories(memo, &tracker->detect.items[i].near);
    add_directories(memo, &tracker->modules.application);
}

struct survey_memo *survey_memo_new(struct arena *arena, const struct config *config)
{
    struct survey_memo *memo = ARENA_NEW(arena, struct survey_memo);

    memo->arena = memo->barren.arena = arena;
    for (size_t i = 0; i < trackers_count(config, NULL); i++)
        add_near(memo, trackers_at(config, NULL, i));
    return memo;
}

/* Each with an end of its own, so that "a", "b" is not "ab". */
static uint64_t mix(uint64_t value, struct str s)
{
    return str_hash(str_hash(value, s), STR("\n"));
}

static bool has_directory(const struct tree_entries *entries, struct str name)
{
    for (size_t i = 0; i < entries->count; i++)
        if (entries->items[i].kind != TREE_FILE && str_eq(entries->items[i].name, name))
            return true;
    return false;
}

/* A link makes the surroundings unlike any others. */
static uint64_t mix_files(struct survey_memo *memo, uint64_t value,
                          const struct tree_entries *entries)
{
    for (size_t i = 0; i < entries->count; i++) {
        if (entries->items[i].kind != TREE_DIRECTORY)
            value = mix(mix(value, entries->items[i].name), entries->items[i].id);
        if (!entries->items[i].id.length) {
            memo->links++;
            value = mix(value, str_of((const char *)&memo->links, sizeof memo->links));
        }
    }
    return value;
}

uint64_t survey_surroundings(struct survey_memo *memo, struct tree *tree, struct arena *scratch,
                             uint64_t outer, struct str directory,
                             const struct tree_entries *entries)
{
    uint64_t value = mix_files(memo, mix(outer, STR("/")), entries);

    for (size_t i = 0; i < memo->near.count; i++) {
        struct str rest = memo->near.items[i], first = str_cut(&rest, '/');
        struct err unread = ERR_NONE;
        struct tree_entries below;
        bool exists;
        if (!has_directory(entries, first))
            continue;
        if (!tree_list(tree, scratch, path_below(scratch, directory, memo->near.items[i]), &below,
                       &exists, &unread))
            value = mix(value, STR("?"));
        else if (exists)
            value = mix_files(memo, mix(value, memo->near.items[i]), &below);
    }
    return value;
}

struct str survey_memo_key(struct arena *arena, uint64_t surroundings, struct str id,
                           struct str path)
{
    return str_printf(arena, "%016" PRIx64 " " STR_FMT " " STR_FMT, surroundings, STR_ARG(id),
                      STR_ARG(path));
}
