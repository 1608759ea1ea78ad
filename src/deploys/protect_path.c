/* protect_path.c -- is a path one of ours? By its names, and by where its links lead; its content is for others to read. */
#include <fnmatch.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/patch.h"
#include "base/regex.h"
#include "deploys/judge.h"
#include "deploys/protect_path.h"

#define EXPANDED_MAX 256u
#define EXTENDED_MAX 200u
#define EXTENDED_GROUPS_MAX 4u

static bool names_have(const struct protect_tables *t, struct pack_list names, struct str part)
{
    for (uint32_t i = 0; i < names.count; i++)
        if (str_eq_nocase(pack_list_item(&t->packs, names, i), part))
            return true;
    return false;
}

/* Case is not looked at: some file systems do not. */
static bool row_has_name(const struct protect_tables *t, const struct protect_file *row,
                         struct str path)
{
    while (path.length) {
        struct str part = str_cut(&path, '/');
        if (part.length && names_have(t, row->names, part))
            return true;
    }
    return false;
}

static bool any_row_has_name(const struct protect_tables *t, struct str path)
{
    for (uint32_t i = 0; i < t->file_count; i++)
        if (row_has_name(t, &t->files[i], path))
            return true;
    return false;
}

const struct protect_file *protect_find_file(struct arena *arena, const struct protect_tables *t,
                                             struct str path)
{
    for (uint32_t i = 0; i < t->file_count; i++) {
        struct regex *regex;
        struct err ignored = ERR_NONE;
        bool matched = false;
        if (row_has_name(t, &t->files[i], path) &&
            regex_compile(arena, pack_str(&t->packs, t->files[i].path), &regex, &ignored) &&
            regex_match(regex, path, &matched, NULL, 0, &ignored) && matched)
            return &t->files[i];
    }
    return NULL;
}

/* Where the path leads; the file itself may not be there yet. */
static struct str resolve(struct arena *arena, struct str path)
{
    char real[PATH_MAX];

    if (str_has_nul(path))
        return path;
    if (realpath(str_c(arena, path), real))
        return str_copy(arena, str_from(real));
    if (realpath(str_c(arena, path_directory(path)), real))
        return path_join(arena, str_copy(arena, str_from(real)), path_base_name(path));
    return path;
}

static bool is_link(struct arena *arena, struct str path)
{
    struct stat status;

    return !str_has_nul(path) && lstat(str_c(arena, path), &status) == 0 && S_ISLNK(status.st_mode);
}

static bool is_state(struct str state, struct str path, bool removed)
{
    struct str relative;

    if (!state.length)
        return false;
    if (path_relative(state, path, &relative))
        return true;
    return removed && path.length > 1 && path_relative(path, state, &relative);
}

bool protect_names_path(struct arena *arena, struct str state, struct str directory,
                        struct str path)
{
    struct str absolute = path_join(arena, directory, path);

    if (any_row_has_name(&protect_builtin, absolute) || is_state(state, absolute, false))
        return true;
    if (!is_link(arena, absolute))
        return false;
    absolute = resolve(arena, absolute);
    return any_row_has_name(&protect_builtin, absolute) || is_state(state, absolute, false);
}

bool protect_look_up(struct arena *arena, const struct protect_tables *t, struct str state,
                     struct str absolute, bool removed, struct protected_path *ret)
{
    *ret = (struct protected_path){.path = absolute};
    if (is_state(state, absolute, removed)) {
        ret->state = true;
        return true;
    }
    bool named = any_row_has_name(t, absolute);
    ret->row = named ? protect_find_file(arena, t, absolute) : NULL;
    if (ret->row)
        return true;
    bool link = is_link(arena, absolute);
    if (!named && !link)
        return false;
    /* Removing or replacing a link changes the link alone; what is written goes where it leads. */
    struct str real = resolve(arena, absolute);
    if (str_eq(real, absolute) || (link && removed))
        return false;
    ret->path = real;
    ret->state = is_state(state, real, removed);
    ret->row = ret->state ? NULL : protect_find_file(arena, t, real);
    return ret->state || ret->row;
}

/* !(a|b), as bash's extglob and ksh have it. */
static bool is_extended(struct str glob)
{
    for (size_t i = 0; i + 1 < glob.length; i++)
        if (strchr("?*+@!", glob.bytes[i]) && glob.bytes[i + 1] == '(')
            return true;
    return false;
}

/* *(.) and the like: in zsh which kind of file, in others any number of these letters. */
static struct str without_qualifiers(struct str glob)
{
    size_t open = str_find(glob, STR("*("));

    if (open == SIZE_MAX || !str_ends(glob, STR(")")))
        return glob;
    for (size_t i = open + 2; i + 1 < glob.length; i++)
        if (!strchr("./@ND*^-", glob.bytes[i]))
            return glob;
    return str_prefix(glob, open + 1);
}

/* Can what the pattern takes begin with a dot? The shell leaves hidden files out, where none stands there. */
static bool names_hidden(struct str glob)
{
    if (glob.length && glob.bytes[0] == '.')
        return true;
    for (size_t i = 2; is_extended(str_prefix(glob, 2)) && glob.bytes[0] != '!' && i < glob.length;
         i++)
        if (glob.bytes[i] == '.' && (glob.bytes[i - 1] == '(' || glob.bytes[i - 1] == '|'))
            return true;
    return glob.length && !is_extended(glob) && !strchr("*?[", glob.bytes[0]);
}

static bool extended_fits(struct arena *arena, struct str glob, struct str name)
{
    size_t groups = 0;

    for (size_t i = 0; i < glob.length; i++)
        groups += glob.bytes[i] == '(';
    /* What takes long to find out fits. */
    return groups > EXTENDED_GROUPS_MAX || glob.length > EXTENDED_MAX ||
           fnmatch(str_c(arena, glob), str_c(arena, name), FNM_EXTMATCH) == 0;
}

/* "*" alone is everything; what begins like a name could be it. */
bool protect_glob_fits(struct arena *arena, struct str glob, struct str name, bool hidden)
{
    glob = without_qualifiers(glob);
    if (!hidden && str_starts(name, STR(".")) && !names_hidden(glob))
        return false;
    return is_extended(glob) ? extended_fits(arena, glob, name) : ref_glob_matches(glob, name);
}

bool protect_is_directory(struct arena *arena, const struct protect_tables *t, struct str absolute)
{
    const struct protect_file *row = protect_find_file(arena, t, absolute);

    return row && row->judge == JUDGE_DIRECTORY;
}

bool protect_is_directory_of_hooks(struct arena *arena, const struct protect_tables *t,
                                   struct str absolute)
{
    const struct protect_file *row = protect_find_file(arena, t, absolute);
    struct err ignored = ERR_NONE;
    struct regex *regex;
    bool mixed = false;

    if (!row || row->judge != JUDGE_DIRECTORY)
        return false;
    return !row->mixed.length ||
           !regex_compile(arena, pack_str(&t->packs, row->mixed), &regex, &ignored) ||
           !regex_match(regex, absolute, &mixed, NULL, 0, &ignored) || !mixed;
}

static bool has_wildcard(struct str text)
{
    return str_find_byte(text, '*') != SIZE_MAX || str_find_byte(text, '?') != SIZE_MAX ||
           str_find_byte(text, '[') != SIZE_MAX || is_extended(text);
}

/* The entries of `directory` that the part takes. */
static void add_present(struct arena *arena, struct str directory, struct str part, bool hidden,
                        struct strs *paths)
{
    struct strs names = {0};
    struct err ignored = ERR_NONE;

    if (!file_list(arena, directory, &names, &ignored))
        return;
    for (size_t i = 0; i < names.count && paths->count < EXPANDED_MAX; i++)
        if (protect_glob_fits(arena, part, names.items[i], hidden))
            strs_add(arena, paths, path_join(arena, directory, names.items[i]));
}

/* The part in each of these directories: `.git/h*` + "pre-push". */
static struct strs join_part(struct arena *arena, const struct protect_tables *t,
                             const struct strs *directories, struct str part, bool last,
                             bool hidden)
{
    struct strs paths = {0};

    for (size_t i = 0; i < directories->count && paths.count < EXPANDED_MAX; i++) {
        struct str directory = directories->items[i];
        if (!has_wildcard(part)) {
            VEC_PUSH(arena, &paths, path_join(arena, directory, part));
            continue;
        }
        for (uint32_t f = 0; last && f < t->file_count; f++)
            for (uint32_t n = 0; n < t->files[f].names.count; n++) {
                struct str name = pack_list_item(&t->packs, t->files[f].names, n);
                if (protect_glob_fits(arena, part, name, hidden))
                    strs_add(arena, &paths, path_join(arena, directory, name));
            }
        if (!last || any_row_has_name(t, directory))
            add_present(arena, directory, part, hidden, &paths);
    }
    return paths;
}

/* Where directories go by wildcards, those of ours begin with a dot: ".c*". */
static bool any_part_is_hidden(struct str path)
{
    while (path.length) {
        struct str part = str_cut(&path, '/');
        if (has_wildcard(part) && names_hidden(part) && !byte_is_word(part.bytes[0]))
            return true;
    }
    return false;
}

struct strs protect_expand(struct arena *arena, const struct protect_tables *t, struct str absolute,
                           bool hidden)
{
    struct strs paths = {0};
    struct str rest = absolute;

    VEC_PUSH(arena, &paths, absolute);
    if (!has_wildcard(absolute) ||
        (has_wildcard(path_directory(absolute)) && !hidden && !any_row_has_name(t, absolute) &&
         !any_part_is_hidden(absolute)))
        return paths;
    paths.items[0] = STR("/");
    while (rest.length) {
        struct str part = str_cut(&rest, '/');
        if (part.length)
            paths = join_part(arena, t, &paths, part, rest.length == 0, hidden);
    }
    return paths;
}

static bool mentions(struct arena *arena, struct str text, const char *const *words)
{
    struct str lower = str_lower(arena, text);

    for (; *words; words++)
        if (str_contains(lower, str_from(*words)))
            return true;
    return false;
}

static const char *const of_git[] = {"hookspath", "[hook", "[alias", NULL};
static const char *const of_lefthook[] = {"pre-push", "source_dir", "remotes", NULL};

bool protect_may_speak_of_hooks(struct arena *arena, struct str text)
{
    return mentions(arena, text, of_git) || mentions(arena, text, of_lefthook);
}

bool protect_may_be_included(struct arena *arena, struct str path, struct str text,
                             struct tamper *ret_tamper)
{
    static const char *const endings[] = {".yml", ".yaml", ".json", ".jsonc", ".toml"};
    bool git = mentions(arena, text, of_git), lefthook = false;

    for (size_t i = 0; i < COUNT_OF(endings) && !git; i++)
        lefthook = lefthook || str_ends(path, str_from(endings[i]));
    if (!git && !(lefthook && mentions(arena, text, of_lefthook)))
        return false;
    *ret_tamper = (struct tamper){
        .kind = TAMPER_FILE,
        .path = path,
        .judge = git ? JUDGE_GIT : JUDGE_HOOK,
        .rule = git ? STR(RULE_GIT_INCLUDED) : STR(RULE_LEFTHOOK_EXTENDED),
        .says = git ? STR("a file that git's configuration takes over")
                    : STR("a file that lefthook's configuration extends itself by"),
    };
    return true;
}

void protect_fill(struct arena *arena, const struct protect_tables *tables,
                  const struct protected_path *found, struct tamper *tamper)
{
    const struct pack_tables *t = &tables->packs;

    tamper->kind = TAMPER_FILE;
    tamper->path = found->path;
    if (found->state) {
        tamper->rule = STR("hookcheck-state");
        tamper->says = STR("hookcheck's own state: the audit trail, what is trusted, overrides");
        tamper->judge = JUDGE_OWN;
        return;
    }
    tamper->rule = pack_str(t, found->row->id);
    tamper->says = pack_str(t, found->row->what);
    tamper->judge = (enum tamper_judge)found->row->judge;
    for (uint32_t i = 0; i < found->row->holds.count; i++)
        VEC_PUSH(arena, &tamper->holds, pack_list_item(t, found->row->holds, i));
}

static bool included_edit(struct arena *arena, struct str path, const struct request_edit *edit,
                          struct tamper *ret_tamper)
{
    if (edit->whole)
        return protect_may_be_included(arena, path, edit->content, ret_tamper);
    for (size_t i = 0; i < edit->steps.count; i++)
        if (protect_may_be_included(arena, path, edit->steps.items[i].new_text, ret_tamper))
            return true;
    return edit->patch.length && protect_may_be_included(arena, path, edit->patch, ret_tamper);
}

void protect_edit(struct arena *arena, struct str state, const struct request *request,
                  struct str path, const struct request_edit *edit, struct tampers *ret_tampers)
{
    struct protected_path found;
    struct tamper tamper = {.directory = request->cwd, .command = request->tool};
    struct str absolute = path_join(arena, request->cwd, path);

    if (protect_look_up(arena, &protect_builtin, state, absolute, false, &found))
        protect_fill(arena, &protect_builtin, &found, &tamper);
    else if (!included_edit(arena, absolute, edit, &tamper))
        return;
    tamper.directory = request->cwd;
    tamper.command = request->tool;
    tamper.change = edit->whole ? CHANGE_REPLACED : CHANGE_EDITED;
    tamper.has_text = edit->whole;
    tamper.text = edit->content;
    tamper.edits = edit->steps;
    if (edit->patch.length)
        (void)patch_read_steps(arena, edit->patch, path, &tamper.edits);
    VEC_PUSH(arena, &tamper.trail,
             str_printf(arena, STR_FMT " " STR_FMT, STR_ARG(request->tool), STR_ARG(path)));
    VEC_PUSH(arena, ret_tampers, tamper);
}
