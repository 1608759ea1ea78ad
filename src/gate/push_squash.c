/* push_squash.c -- the last step of a squash, as Django's documentation has it: once the squash is out, what it replaces is deleted, its
 * `replaces` taken out, and what depended on the old names made to depend on it. Nothing of that changes what any migration does. */
#include "gate/pusher.h"

static const struct migration *find(const struct commit_view *view, const struct commit_set *like,
                                    struct str id)
{
    for (size_t s = 0; s < view->sets.count; s++) {
        const struct commit_set *set = &view->sets.items[s];
        for (size_t m = 0; set->loaded && str_eq(set->set.tracker, like->set.tracker) &&
                           m < set->history.migrations.count;
             m++)
            if (str_eq(set->history.migrations.items[m].id, id))
                return &set->history.migrations.items[m];
    }
    return NULL;
}

bool push_squash_holds(const struct pushed *pushed, const struct commit_set *old, struct str id)
{
    for (size_t m = 0; m < old->history.migrations.count; m++) {
        const struct migration *squash = &old->history.migrations.items[m];
        if (strs_have(&squash->replaces, id) && find(pushed->after, old, squash->id))
            return true;
    }
    return false;
}

bool push_squash_is_over(const struct pushed *pushed, const struct commit_set *old)
{
    for (size_t m = 0; m < old->history.migrations.count; m++) {
        const struct migration *squash = &old->history.migrations.items[m];
        for (size_t r = 0; r < squash->replaces.count; r++)
            if (!find(pushed->after, old, squash->replaces.items[r]) &&
                find(pushed->before, old, squash->replaces.items[r]) &&
                find(pushed->after, old, squash->id))
                return true;
    }
    return false;
}

static bool begins_graph(struct str line)
{
    struct str name = str_cut(&line, '=');

    return line.length &&
           (str_eq(str_trim(name), STR("replaces")) || str_eq(str_trim(name), STR("dependencies")));
}

/* The list ends where its brackets do: ids hold none. */
static int depth_of(struct str line)
{
    int depth = 0;

    for (size_t i = 0; i < line.length; i++)
        depth += (line.bytes[i] == '[' || line.bytes[i] == '(') -
                 (line.bytes[i] == ']' || line.bytes[i] == ')');
    return depth;
}

struct str push_squash_rest(struct arena *arena, struct str text)
{
    struct buf out = buf_new(arena, text.length + 1);
    struct str line;
    int depth = 0;

    while (str_next_line(&text, &line)) {
        if (depth > 0 || begins_graph(line)) {
            depth += depth_of(line);
        } else if (str_trim(line).length) {
            buf_add(&out, line);
            buf_add(&out, STR("\n"));
        }
    }
    return buf_str(&out);
}
