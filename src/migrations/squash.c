#include "migrations/squash.h"

#include "base/file.h"
#include "migrations/markers.h"

#define DUMP_MAX ((size_t)64 << 20)

bool squash_files(struct arena *arena, struct tree *tree, const struct tracker *tracker,
                  struct str root, struct strs *ret_paths, struct err *e)
{
    struct strs paths = {0};

    for (size_t i = 0; i < tracker->squashed_by.count; i++) {
        struct str form = tracker->squashed_by.items[i], path;
        struct tree_entries entries;
        bool exists;
        if (!tree_path_join(arena, root, path_directory(form), &path))
            continue;
        if (!tree_list(tree, arena, path, &entries, &exists, e))
            return false;
        for (size_t j = 0; j < entries.count; j++)
            if (form_matches(path_base_name(form), entries.items[j].name))
                VEC_PUSH(arena, &paths, path_below(arena, path, entries.items[j].name));
    }
    *ret_paths = paths;
    return true;
}

/* INSERT INTO `migrations` … 'ID' … 'ID'. Nowhere else: not in a default, not in a comment. */
static void add_quoted(struct str line, struct words *recorded)
{
    struct str head = str_prefix(line, str_find_byte(line, '\''));

    if (!str_starts(head, STR("INSERT INTO ")) || !str_contains(head, STR("migrations")))
        return;
    for ((void)str_cut(&line, '\''); line.length; (void)str_cut(&line, '\''))
        (void)words_add(recorded, str_copy(recorded->arena, str_cut(&line, '\'')));
}

/* A row of COPY: "1\tID\t1". */
static void add_copied(struct str line, struct words *recorded)
{
    struct str id;

    if (!line.length || !byte_is_digit(line.bytes[0]))
        return;
    (void)str_cut(&line, '\t');
    id = str_prefix(line, str_find_byte(line, '\t'));
    if (id.length < line.length)
        (void)words_add(recorded, str_copy(recorded->arena, id));
}

void squash_records(struct tree *tree, const struct strs *paths, struct words *recorded)
{
    for (size_t i = 0; i < paths->count; i++) {
        ARENA(scratch, DUMP_MAX + ((size_t)64 << 20));
        struct err unreadable = ERR_NONE;
        struct str text, line;
        if (!tree_read(tree, &scratch, paths->items[i], DUMP_MAX, &text, &unreadable))
            continue; /* it stands for nothing */
        while (str_next_line(&text, &line)) {
            add_quoted(line, recorded);
            add_copied(line, recorded);
        }
    }
}
