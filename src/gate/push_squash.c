/* push_squash.c -- migrations that go because something stands for them.
 *
 * The last step of a squash, as Django's documentation has it: once the squash is out, what it replaces is deleted, its `replaces` taken out,
 * and what depended on the old names made to depend on it. Nothing of that changes what any migration does. */
#include "gate/pusher.h"
#include "migrations/squash.h"

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

/* What Laravel's dump of the schema records that it holds. */
static const struct words *dumped(const struct pushed *pushed, const struct commit_set *old)
{
    struct arena *arena = pushed->pusher->arena;
    struct words *recorded = ARENA_ARRAY(arena, 1, struct words);
    struct err unreadable = ERR_NONE;
    struct strs files = {0};

    recorded->arena = arena;
    if (old->set.row &&
        squash_files(arena, pushed->after->tree, old->set.row, old->set.root, &files, &unreadable))
        squash_records(pushed->after->tree, &files, recorded);
    return recorded;
}

bool push_squash_holds(const struct pushed *pushed, const struct commit_set *old, struct str id,
                       const struct words **in_dump)
{
    for (size_t m = 0; m < old->history.migrations.count; m++) {
        const struct migration *squash = &old->history.migrations.items[m];
        if (strs_have(&squash->replaces, id) && find(pushed->after, old, squash->id))
            return true;
    }
    if (!*in_dump)
        *in_dump = dumped(pushed, old);
    return words_have(*in_dump, id);
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

/* A line of a list of ids and calls. False: it holds something else, as a comment, another statement, or a bracket in a string. */
static bool follow_list(struct str line, int *depth)
{
    static const struct str others = STR_INIT("_.,() \t[]");
    char quote = '\0';

    for (size_t i = 0; i < line.length; i++) {
        char byte = line.bytes[i];
        bool opens = byte == '[' || byte == '(', closes = byte == ']' || byte == ')';
        if (byte == '\'' || byte == '"') {
            if (quote && quote != byte)
                return false;
            quote = quote ? '\0' : byte;
        } else if (!byte_is_word(byte) && byte != '-' && str_find_byte(others, byte) == SIZE_MAX) {
            return false;
        } else if (quote && (opens || closes)) {
            return false;
        }
        *depth += opens - closes;
        if (*depth < 0 || (!*depth && !closes && byte != ' '))
            return false;
    }
    return !quote;
}

/* `dependencies = [` up to its end. */
static bool skip_graph(struct str line, struct str *rest)
{
    int depth = 0;

    (void)str_cut(&line, '=');
    line = str_trim(line);
    do
        if (!follow_list(line, &depth))
            return false;
    while (depth > 0 && str_next_line(rest, &line));
    return depth == 0;
}

struct str push_squash_rest(struct arena *arena, struct str text)
{
    struct buf out = buf_new(arena, text.length + 1);
    struct str rest = text, line;

    /* Lines of a text may look like any other. */
    if (str_contains(text, STR("\"\"\"")) || str_contains(text, STR("'''")))
        return text;
    while (str_next_line(&rest, &line)) {
        if (begins_graph(line)) {
            if (!skip_graph(line, &rest))
                return text;
        } else if (str_trim(line).length) {
            buf_add(&out, line);
            buf_add(&out, STR("\n"));
        }
    }
    return buf_str(&out);
}
