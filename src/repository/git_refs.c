/* git_refs.c -- the commit that a branch, a tag or HEAD names, read where git keeps it: starting git for that takes as long as all that is then
 * asked of two commits.
 *
 * Known are names of refs in git's order, ids, and "^" and "~N" behind them. What is anything else (an abbreviated id, "main@{1}", a file of that name in
 * git's directory, another format of refs) is not decided here.
 * Source: gitrevisions(7), "Specifying revisions" (<refname>, <rev>^, <rev>~<n>); gitrepository-layout(5), HEAD, refs, packed-refs.
 */
#include "base/file.h"
#include "repository/git_command.h"

#define REF_MAX ((size_t)4096)
#define PACKED_MAX ((size_t)64 << 20)
#define SYMBOLIC_MAX 5u
#define GENERATIONS_MAX 100000u

struct refs {
    struct arena *arena;
    struct git_directories directories;
    struct str packed;
    bool packed_is_read;
};

static bool is_name(struct str name)
{
    static const struct str own[] = {STR_INIT("bisect/"), STR_INIT("worktree/"),
                                     STR_INIT("rewritten/")}; /* of one work tree */

    for (size_t i = 0; i < name.length; i++)
        if (!byte_is_word(name.bytes[i]) &&
            str_find_byte(STR("/.-+#@%="), name.bytes[i]) == SIZE_MAX)
            return false;
    for (size_t i = 0; i < COUNT_OF(own); i++)
        if (str_contains(name, own[i]))
            return false;
    return name.length && name.bytes[0] != '-' && name.bytes[0] != '/' &&
           !str_contains(name, STR("..")) && !str_contains(name, STR("@{"));
}

static struct str packed_id(struct refs *refs, struct str name)
{
    struct err absent = ERR_NONE;
    struct str line = str_printf(refs->arena, " " STR_FMT "\n", STR_ARG(name));

    if (!refs->packed_is_read &&
        !file_read(refs->arena,
                   path_join(refs->arena, refs->directories.common, STR("packed-refs")), PACKED_MAX,
                   &refs->packed, &absent))
        refs->packed = STR_NONE;
    refs->packed_is_read = true;
    size_t end = str_find(refs->packed, line), start = end;
    while (end != SIZE_MAX && start && refs->packed.bytes[start - 1] != '\n')
        start--;
    return end == SIZE_MAX ? STR_NONE : str_slice(refs->packed, start, end);
}

/* Of a full name. STR_NONE: there is none, or it is not to be read so. */
static struct str id_of_ref(struct refs *refs, struct str name)
{
    for (unsigned i = 0; i <= SYMBOLIC_MAX; i++) {
        struct err absent = ERR_NONE;
        struct str text, directory = str_eq(name, STR("HEAD")) ? refs->directories.git
                                                               : refs->directories.common;
        if (!file_read(refs->arena, path_join(refs->arena, directory, name), REF_MAX, &text,
                       &absent))
            text = packed_id(refs, name);
        text = str_trim(text);
        if (git_is_id(text))
            return text;
        if (!str_starts(text, STR("ref: refs/")))
            return STR_NONE;
        name = str_trim(str_from_offset(text, STR("ref: ").length));
        if (!is_name(name))
            return STR_NONE;
    }
    return STR_NONE;
}

static bool is_there(const struct refs *refs, struct str directory, struct str name)
{
    return file_kind(refs->arena, path_join(refs->arena, directory, name)) == FILE_REGULAR;
}

static struct str id_of_name(struct refs *refs, struct str name)
{
    static const struct {
        const char *before, *behind;
    } places[] = {{"refs/", ""},
                  {"refs/tags/", ""},
                  {"refs/heads/", ""},
                  {"refs/remotes/", ""},
                  {"refs/remotes/", "/HEAD"}};

    if (str_eq(name, STR("@")))
        name = STR("HEAD");
    if (git_is_id(name))
        return name;
    if (!is_name(name))
        return STR_NONE;
    if (str_eq(name, STR("HEAD")) || str_starts(name, STR("refs/")))
        return id_of_ref(refs, name);
    if (is_there(refs, refs->directories.git, name) ||
        is_there(refs, refs->directories.common, name))
        return STR_NONE;
    for (size_t i = 0; i < COUNT_OF(places); i++) {
        struct str id = id_of_ref(refs, str_printf(refs->arena, "%s" STR_FMT "%s", places[i].before,
                                                   STR_ARG(name), places[i].behind));
        if (id.length)
            return id;
    }
    return STR_NONE;
}

/* "^", "^^", "~3", "^~2": how many generations. */
static bool count_generations(struct str suffix, uint64_t *ret_count)
{
    uint64_t count = 0, more;

    while (suffix.length) {
        size_t digits = 1;
        while (digits < suffix.length && suffix.bytes[digits] >= '0' && suffix.bytes[digits] <= '9')
            digits++;
        struct str number = str_slice(suffix, 1, digits);
        more = 1;
        if ((number.length && !str_to_u64(number, &more)) || more > GENERATIONS_MAX ||
            (suffix.bytes[0] != '~' && (suffix.bytes[0] != '^' || more != 1)))
            return false;
        count += more;
        suffix = str_from_offset(suffix, digits);
    }
    *ret_count = count;
    return count <= GENERATIONS_MAX;
}

bool git_refs_commit(struct git *git, struct arena *arena, struct str revision,
                     struct str *ret_commit)
{
    struct refs refs = {.arena = arena};
    struct git_object object;
    uint64_t generations;
    size_t end = 0;

    while (end < revision.length && revision.bytes[end] != '^' && revision.bytes[end] != '~')
        end++;
    if (!git_directories_find(arena, git->directory, &refs.directories) ||
        !count_generations(str_from_offset(revision, end), &generations))
        return false;
    struct str id = id_of_name(&refs, str_prefix(revision, end));
    if (!id.length || !git_ancestor_near(git, arena, id, generations, &object) ||
        object.type != GIT_COMMIT)
        return false;
    *ret_commit = str_copy(arena, object.id);
    return true;
}
