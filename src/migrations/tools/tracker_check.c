/* tracker_check -- runs the examples of patterns/trackers/NAME.json.
 *
 * usage: tracker-check FILE.json...
 */
#include <stdio.h>

#include "base/file.h"
#include "migrations/tracker.h"

static bool check_file(struct arena *arena, struct str path, size_t *count, struct err *e)
{
    struct trackers trackers;
    struct str bytes;

    if (!file_read(arena, path, FILE_MAX, &bytes, e) ||
        !tracker_pack_read(arena, bytes, path, &trackers, e))
        return false;
    for (size_t i = 0; i < trackers.count; i++) {
        if (!tracker_examples_run(arena, &trackers.items[i], e))
            return false;
        *count += trackers.items[i].examples.count;
    }
    return true;
}

int main(int argc, char **argv)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    size_t count = 0;
    int failed = 0;

    for (int i = 1; i < argc; i++) {
        struct err e = ERR_NONE;
        if (check_file(&arena, str_from(argv[i]), &count, &e))
            continue;
        fprintf(stderr, "%s: %s\n", argv[i], e.message);
        failed++;
    }
    if (argc < 2 || failed || !count)
        return 1;
    printf("%zu examples\n", count);
    return 0;
}
