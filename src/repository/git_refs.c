/* git_refs.c -- the commit that a branch, a tag or HEAD names, read where git keeps it: starting git for that takes as long as all that is then
 * asked of two commits.
 *
 * Known are names of refs in git's order, ids, and "^" and "~N" behind them. What is anything else (an abbreviated id, "main@{1}", a file of that name in
 * git's directory, another format of refs, a ref or a configuration that git complains of) is not decided here.
 * Source: gitrevisions(7), "Specifying revisions" (<refname>, <rev>^, <rev>~<n>); gitrepository-layout(5), HEAD, refs, packed-refs;
 *         git-check-ref-format(1); git-config(1), "Syntax"; git's repository-version.txt.
 */
#include "base/file.h"
#include "repository/git_command.h"

#define REF_MAX ((size_t)4096)
/* In a longer one git looks names up faster than it is read here. */
#define PACKED_MAX ((size_t)4 << 20)
#define CONFIG_MAX ((size_t)1 << 20)
#define SYMBOLIC_MAX 5u
#define GENERATIONS_MAX 100000u

struct refs {
    struct arena *arena;
    struct git_directories directories;
    struct str packed;
    bool packed_is_read;
    bool odd; /* something is there that git would read in another way, or refuse */
};

/* --- The format of the repository. --- */

static bool is_known_extension(struct str key)
{
    static const char *const known[] = {"noop",           "objectformat",    "partialclone",
                                        "worktreeconfig", "preciousobjects", NULL};

    return str_is_one_of_nocase(key, known);
}

/* [core], [remote "origin"] */
static bool is_section(struct str line, struct str *ret_name)
{
    size_t close = str_find_byte(line, ']'), end = 1;

    while (end < line.length && (byte_is_word(line.bytes[end]) || line.bytes[end] == '-'))
        end++;
    *ret_name = str_slice(line, 1, end);
    return close != SIZE_MAX && ret_name->length;
}

/* As git itself: only what it knows how to read. */
static bool format_is_known(struct arena *arena, struct str directory)
{
    struct err absent = ERR_NONE;
    struct str text, line, section = STR_NONE;

    if (!file_read(arena, path_join(arena, directory, STR("config")), CONFIG_MAX, &text, &absent))
        return false;
    for (bool goes_on = false; str_next_line(&text, &line);) {
        bool inside = goes_on;
        goes_on = str_ends(line, STR("\\"));
        line = str_trim(line);
        if (inside || !line.length || line.bytes[0] == '#' || line.bytes[0] == ';')
            continue;
        if (line.bytes[0] == '[') {
            if (!is_section(line, &section))
                return false;
            continue;
        }
        struct str rest = line, key = str_trim(str_cut(&rest, '='));
        if (str_eq_nocase(section, STR("extensions")) && !is_known_extension(key))
            return false;
        if (str_eq_nocase(section, STR("core")) &&
            str_eq_nocase(key, STR("repositoryformatversion")) &&
            !str_eq(str_trim(rest), STR("0")) && !str_eq(str_trim(rest), STR("1")))
            return false;
    }
    return true;
}

/* --- Refs. --- */

static bool is_component(struct str part)
{
    return part.length && part.bytes[0] != '.' && !str_ends(part, STR(".lock"));
}

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
    for (struct str rest = name; rest.length;)
        if (!is_component(str_cut(&rest, '/')))
            return false;
    return name.length && name.bytes[0] != '-' && !str_ends(name, STR("/")) &&
           !str_ends(name, STR(".")) && !str_contains(name, STR("..")) &&
           !str_contains(name, STR("@{"));
}

/* Lines as git writes them; in the order that the first of them promises, for git looks names up by halves. */
static bool packed_is_plain(struct str packed)
{
    bool sorted = str_starts(packed, STR("#")) &&
                  str_contains(str_prefix(packed, str_find_byte(packed, '\n')), STR(" sorted "));
    struct str line, last = STR_NONE, rest = packed;

    for (bool first = true; str_next_line(&rest, &line); first = false) {
        if (str_starts(line, STR("#")) && first)
            continue;
        if (str_starts(line, STR("^"))) {
            if (!git_is_id(str_from_offset(line, 1)))
                return false;
            continue;
        }
        struct str name = line;
        if (!git_is_id(str_cut(&name, ' ')) || !str_starts(name, STR("refs/")) ||
            (sorted && last.length && str_compare(last, name) >= 0))
            return false;
        last = name;
    }
    return !packed.length || str_ends(packed, STR("\n"));
}

/* False: there is no such file. One that is there and cannot be read is git's to complain of. */
static bool read_one(struct refs *refs, struct str path, size_t maximum, struct str *ret_text)
{
    struct err e = ERR_NONE;

    if (file_read(refs->arena, path, maximum, ret_text, &e))
        return true;
    enum file_kind kind = file_kind(refs->arena, path);
    refs->odd = refs->odd || (kind != FILE_ABSENT && kind != FILE_DIRECTORY);
    return false;
}

static struct str packed_id(struct refs *refs, struct str name)
{
    struct str line = str_printf(refs->arena, " " STR_FMT "\n", STR_ARG(name));

    if (!refs->packed_is_read &&
        !read_one(refs, path_join(refs->arena, refs->directories.common, STR("packed-refs")),
                  PACKED_MAX, &refs->packed))
        refs->packed = STR_NONE;
    if (!refs->packed_is_read)
        refs->odd = !packed_is_plain(refs->packed) || refs->odd;
    refs->packed_is_read = true;
    if (!refs->packed.length)
        return STR_NONE;
    size_t end = str_find(refs->packed, line), start = end;
    while (end != SIZE_MAX && start && refs->packed.bytes[start - 1] != '\n')
        start--;
    return end == SIZE_MAX ? STR_NONE : str_slice(refs->packed, start, end);
}

/* Of a full name. STR_NONE: there is none, or it is not to be read so. */
static struct str id_of_ref(struct refs *refs, struct str name)
{
    for (unsigned i = 0; i <= SYMBOLIC_MAX; i++) {
        struct str text, directory = str_eq(name, STR("HEAD")) ? refs->directories.git
                                                               : refs->directories.common;
        bool loose = read_one(refs, path_join(refs->arena, directory, name), REF_MAX, &text);
        text = str_trim(loose ? text : packed_id(refs, name));
        if (git_is_id(text) || (!loose && !text.length))
            return text;
        name = str_starts(text, STR("ref:")) ? str_trim(str_from_offset(text, STR("ref:").length))
                                             : STR_NONE;
        if (!str_starts(name, STR("refs/")) || !is_name(name)) {
            refs->odd = true;
            return STR_NONE;
        }
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
    if (!id.length || refs.odd || !format_is_known(arena, refs.directories.common) ||
        !git_ancestor_near(git, arena, id, generations, &object) || object.type != GIT_COMMIT)
        return false;
    *ret_commit = str_copy(arena, object.id);
    return true;
}
