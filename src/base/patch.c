#include "base/patch.h"

#include <string.h>

#include "base/buf.h"

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

/* --- What it makes of one file. --- */

struct patched {
    struct arena *arena;
    struct str path;
    struct edit_steps steps;
    struct buf old_text, new_text; /* of the hunk that is being read */
    unsigned sections;             /* of this file */
    bool inside;
    bool unknown;
};

static void end_hunk(struct patched *patched)
{
    struct buf *old = &patched->old_text, *new = &patched->new_text;

    if (!old->length && !new->length)
        return;
    if (!old->length || old->truncated || new->truncated ||
        patched->steps.count == PATCH_STEPS_MAX) {
        patched->unknown = true; /* where lines without any before them go, readers decide */
        return;
    }
    struct edit_step step = {.kind = STEP_HUNK,
                             .old_text = str_copy(patched->arena, buf_str(old)),
                             .new_text =
                                 new->length ? str_copy(patched->arena, buf_str(new)) : STR("")};
    VEC_PUSH(patched->arena, &patched->steps, step);
    old->length = new->length = 0;
}

/* "*** Update File: x" and its kin. */
static void read_head(struct patched *patched, struct str line)
{
    struct str name = str_cut(&line, ':');
    bool same = str_eq(str_trim(line), patched->path);

    if (patched->inside && str_eq(name, STR("*** End of File")))
        return;
    end_hunk(patched);
    if (patched->inside && str_eq(name, STR("*** Move to")))
        patched->unknown = true;
    patched->inside = same && str_eq(name, STR("*** Update File"));
    patched->sections += patched->inside;
    patched->unknown = patched->unknown || (same && !patched->inside);
}

static void read_line(struct patched *patched, struct str line)
{
    struct str rest = str_from_offset(line, 1);
    char mark = line.length ? line.bytes[0] : ' ';

    if (str_starts(line, STR("@@"))) {
        end_hunk(patched);
        return;
    }
    if (!strchr(" +-", mark) || !mark || (mark == ' ' && str_starts(str_trim(rest), STR("***")))) {
        patched->unknown = true;
        return;
    }
    if (mark != '+') {
        buf_add(&patched->old_text, rest);
        buf_add_byte(&patched->old_text, '\n');
    }
    if (mark != '-') {
        buf_add(&patched->new_text, rest);
        buf_add_byte(&patched->new_text, '\n');
    }
}

bool patch_read_steps(struct arena *arena, struct str patch, struct str path,
                      struct edit_steps *ret_steps)
{
    struct patched patched = {.arena = arena,
                              .path = path,
                              .old_text = buf_new(arena, patch.length + 1),
                              .new_text = buf_new(arena, patch.length + 1)};
    struct str line;

    while (str_next_line(&patch, &line)) {
        struct str bare = str_trim(line);
        bool marked = patched.inside && line.length && strchr(" +-", line.bytes[0]);
        if (str_starts(bare, STR("***")) && !marked)
            read_head(&patched, bare);
        else if (patched.inside)
            read_line(&patched, line);
    }
    end_hunk(&patched);
    if (patched.unknown || patched.sections != 1 || !patched.steps.count)
        return false;
    *ret_steps = patched.steps;
    return true;
}

/* --- Unified diffs. --- */

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
