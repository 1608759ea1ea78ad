#include "base/patch.h"

#include <string.h>

void patch_read_paths(struct arena *arena, struct str patch, struct strs *ret_paths)
{
    static const char *const heads[] = {
        "*** Update File:", "*** Delete File:", "*** Add File:", "*** Move to:"};
    struct str line;

    while (str_next_line(&patch, &line)) {
        line = str_trim(line);
        for (size_t i = 0; i < COUNT_OF(heads); i++)
            if (str_starts(line, str_from(heads[i])))
                VEC_PUSH(arena, ret_paths,
                         str_copy(arena, str_trim(str_from_offset(line, strlen(heads[i])))));
    }
}

static void add_of_diff(struct arena *arena, struct str path, struct strs *paths)
{
    path = str_trim(str_prefix(path, str_find_byte(path, '\t'))); /* behind it stands a time */
    if (path.length > 1 && str_starts(path, STR("\"")) && str_ends(path, STR("\"")))
        path = str_slice(path, 1, path.length - 1);
    if (!path.length || str_eq(path, STR("/dev/null")))
        return;
    VEC_PUSH(arena, paths, str_copy(arena, path));
    size_t slash = str_find_byte(path, '/');
    if (slash != SIZE_MAX && slash > 0)
        VEC_PUSH(arena, paths, str_copy(arena, str_from_offset(path, slash + 1)));
}

void diff_read_paths(struct arena *arena, struct str diff, struct strs *ret_paths)
{
    static const char *const heads[] = {"--- ", "+++ ", "rename from ", "rename to ", "copy to "};
    struct str line;

    while (str_next_line(&diff, &line))
        for (size_t i = 0; i < COUNT_OF(heads); i++)
            if (str_starts(line, str_from(heads[i])))
                add_of_diff(arena, str_from_offset(line, strlen(heads[i])), ret_paths);
}
