#include "deploys/protect_write.h"

#include <string.h>

#include "base/file.h"
#include "base/patch.h"
#include "config/state.h"
#include "deploys/follow.h"
#include "deploys/output_lines.h"
#include "deploys/protect_find.h"
#include "deploys/protect_path.h"

#define TREE_DEPTH_MAX 4u /* directories of ours in each other: .git/hooks */
#define PATCHED_MAX 16u   /* files of a patch whose edits are looked at one by one */

bool protect_is_known(struct str text)
{
    return str_find_byte(text, SHELL_UNKNOWN) == SIZE_MAX;
}

struct str protect_state(struct recogniser *r)
{
    if (!r->state.bytes) {
        struct str state = state_directory(r->arena);
        r->state = state.length ? state : STR("");
    }
    return r->state;
}

/* Each stretch that is not knowable may be anything. */
static struct str with_stars(struct recogniser *r, struct str text)
{
    struct str copy = str_copy(r->arena, text);
    char *bytes = (char *)(uintptr_t)copy.bytes;

    for (size_t i = 0; i < copy.length; i++)
        if (bytes[i] == SHELL_UNKNOWN)
            bytes[i] = '*';
    return copy;
}

struct str protect_root(struct recogniser *r, struct str directory)
{
    struct str root = root_of(r, directory);

    return root.length ? root : directory;
}

/* What stands behind the last stretch that is not known: "/hooks/pre-push". */
static struct str known_end(struct str path)
{
    size_t at = str_find_last_byte(path, SHELL_UNKNOWN);

    return str_from_offset(path, at == SIZE_MAX ? 0 : at + 1);
}

void protect_guess_places(struct recogniser *r, struct str directory, struct str path,
                          struct strs *places)
{
    struct str root = protect_root(r, directory), end = known_end(path);
    struct str tops[] = {root, path_join(r->arena, root, STR(".git"))};

    for (size_t i = 0; str_starts(end, STR("/")) && i < COUNT_OF(tops); i++) {
        struct str place = str_printf(r->arena, STR_FMT STR_FMT, STR_ARG(tops[i]), STR_ARG(end));
        if (protect_is_directory(r->arena, r->protect, place))
            VEC_PUSH(r->arena, places, place);
    }
}

/* A path that is known but for where it begins: "$(git rev-parse --git-path hooks)/pre-push", "$ROOT/.claude/settings.json". */
static void guess_by_end(struct recogniser *r, const struct write *write, struct str path,
                         struct strs *paths)
{
    struct str root = protect_root(r, write->directory), base = path_base_name(path);
    struct str below =
        str_printf(r->arena, STR_FMT STR_FMT, STR_ARG(root), STR_ARG(known_end(path)));
    bool goes = write->change == CHANGE_REMOVED || write->change == CHANGE_MODE;
    /* A repository that was just cloned loses its history so. */
    if (goes && !str_eq(base, STR(".git")))
        protect_guess_places(r, write->directory, path, paths);
    if (str_starts(base, STR("pre-")))
        VEC_PUSH(
            r->arena, paths,
            str_printf(r->arena, STR_FMT "/.git/hooks/" STR_FMT, STR_ARG(root), STR_ARG(base)));
    if (str_starts(known_end(path), STR("/")) &&
        !protect_is_directory(r->arena, r->protect, below) &&
        protect_find_file(r->arena, r->protect, below))
        VEC_PUSH(r->arena, paths, below);
}

/* What of a path that is not known whole can be judged. A name that is not known, `for f in .git/hooks/…`, `cd .git/hooks; rm "$f"`, may be any
 * file's in that directory, where nothing but ours is expected. */
static struct strs guess_paths(struct recogniser *r, const struct write *write, struct str path)
{
    struct str base = path_base_name(path);
    struct str directory = str_prefix(path, path.length - base.length);
    bool goes = write->change == CHANGE_REMOVED || write->change == CHANGE_MODE;
    struct strs paths = {0};

    /* "${X:-/tmp}/hooks": another reading of it knows where it is meant to be. */
    bool reading = write->call && write->call->reading;
    if (protect_is_known(base) && !reading)
        guess_by_end(r, write, path, &paths);
    else if (!protect_is_known(base) && goes && protect_is_known(directory) &&
             (directory.length ||
              protect_is_directory_of_hooks(r->arena, r->protect, write->directory)))
        VEC_PUSH(r->arena, &paths, with_stars(r, path));
    return paths;
}

static bool write_included(struct recogniser *r, const struct write *write, struct str path,
                           struct err *e)
{
    struct tamper tamper;

    if (!write->has_text || !protect_may_be_included(r->arena, path, write->text, &tamper))
        return true;
    tamper.change = write->change;
    tamper.directory = write->directory;
    tamper.has_text = true;
    tamper.text = write->text;
    tamper.command = write->shown.length ? write->shown : line_show(r, write->call, write->line);
    return protect_report(r, tamper, e);
}

static bool write_path(struct recogniser *r, const struct write *write, struct str path,
                       struct err *e)
{
    bool removed = write->change == CHANGE_REMOVED;
    struct protected_path found;
    struct tamper tamper = {.change = write->change,
                            .directory = write->directory,
                            .has_text = write->has_text,
                            .text = write->text,
                            .revision = write->revision,
                            .edits = write->edits};

    if (!protect_look_up(r->arena, r->protect, protect_state(r), path, removed, &found))
        return write_included(r, write, path, e);
    if (found.row && found.row->judge == JUDGE_DIRECTORY && !removed &&
        write->change != CHANGE_MODE)
        return true;
    tamper.command = write->shown.length ? write->shown : line_show(r, write->call, write->line);
    protect_fill(r->arena, r->protect, &found, &tamper);
    return protect_report(r, tamper, e);
}

bool protect_write(struct recogniser *r, const struct write *write, struct str path, struct err *e)
{
    struct strs given = {0};

    if (!path.length || str_starts(path, STR("/dev/")) || str_has_nul(path))
        return true;
    if (protect_is_known(path))
        VEC_PUSH(r->arena, &given, path);
    else
        given = guess_paths(r, write, path);
    for (size_t g = 0; g < given.count; g++) {
        struct strs paths =
            protect_expand(r->arena, r->protect,
                           path_join(r->arena, write->directory, given.items[g]), r->hidden_too);
        for (size_t i = 0; i < paths.count; i++)
            if (!write_path(r, write, paths.items[i], e))
                return false;
    }
    return true;
}

static bool write_tree(struct recogniser *r, const struct write *write, struct str from,
                       struct str glob, struct str into, unsigned depth, bool *ret_seen,
                       struct err *e);

/* A directory that is copied over one of ours: what stands in it. */
static bool write_directory(struct recogniser *r, const struct write *write, struct str from,
                            struct str into, unsigned depth, struct err *e)
{
    bool seen;

    return depth == TREE_DEPTH_MAX ||
           !protect_is_directory(r->arena, r->protect,
                                 path_join(r->arena, write->directory, into)) ||
           write_tree(r, write, from, STR(""), into, depth + 1, &seen, e);
}

/* `cp -r x/. dir/`, and with a pattern of names: what stands in x is written into dir, as far as it can be seen now. False: nothing can be seen. */
static bool write_tree(struct recogniser *r, const struct write *write, struct str from,
                       struct str glob, struct str into, unsigned depth, bool *ret_seen,
                       struct err *e)
{
    struct str directory = path_join(r->arena, write->directory, from), relative;
    struct err ignored = ERR_NONE;
    struct strs names = {0};

    *ret_seen = protect_is_known(from) && file_list(r->arena, directory, &names, &ignored);
    for (size_t i = 0; *ret_seen && i < r->written.count; i++)
        if (path_relative(directory, r->written.items[i].path, &relative) && relative.length)
            strs_add(r->arena, &names, str_cut(&relative, '/'));
    for (size_t i = 0; *ret_seen && i < names.count; i++) {
        struct str name = names.items[i];
        if (glob.length && !protect_glob_fits(r->arena, glob, name, r->hidden_too))
            continue;
        struct str path = str_printf(r->arena, STR_FMT "/" STR_FMT, STR_ARG(into), STR_ARG(name));
        if (!protect_write(r, write, path, e) ||
            !write_directory(r, write, path_join(r->arena, from, name), path, depth, e))
            return false;
    }
    return true;
}

/* cp -rT x dir: x becomes dir, and does not go into it. */
static bool is_copied_whole(const struct call *call)
{
    bool copies = str_eq(path_base_name(call->words[0].text), STR("cp"));

    for (size_t i = 1; copies && i < call->count; i++) {
        struct str word = call->words[i].text;
        bool letters = str_starts(word, STR("-")) && !str_starts(word, STR("--"));
        if (str_eq(word, STR("--no-target-directory")) ||
            (letters && str_find_byte(word, 'T') != SIZE_MAX))
            return true;
    }
    return false;
}

static struct str without_slashes(struct str path)
{
    while (path.length > 1 && str_ends(path, STR("/")))
        path = str_prefix(path, path.length - 1);
    return path;
}

/* `cp a b dir/` writes dir/a and dir/b. */
static bool write_into(struct recogniser *r, const struct write *write, const struct line *line,
                       struct err *e)
{
    struct str last = VEC_LAST(&line->operands);
    bool whole = is_copied_whole(write->call);

    if (!protect_write(r, write, last, e))
        return false;
    for (size_t i = 0; i + 1 < line->operands.count; i++) {
        struct str given = line->operands.items[i], from = without_slashes(given);
        struct str base = path_base_name(from);
        bool contents = whole || str_eq(base, STR(".")) ||
                        (str_eq(line->name, STR("rsync")) && str_ends(given, STR("/")));
        bool glob = strpbrk(str_c(r->arena, base), "*?[") != NULL, seen = false;
        if (contents || glob) {
            struct str place = glob ? str_prefix(from, from.length - base.length) : from;
            if (!write_tree(r, write, place.length ? place : STR("."), glob ? base : STR(""), last,
                            0, &seen, e))
                return false;
            if (contents || seen)
                continue;
        }
        struct str path = str_printf(r->arena, STR_FMT "/" STR_FMT, STR_ARG(last), STR_ARG(base));
        if (!write_directory(r, write, from, path, 0, e))
            return false;
        if (!protect_is_known(path) ||
            !protect_names_path(r->arena, protect_state(r), write->directory, path))
            continue;
        bool into =
            str_ends(last, STR("/")) ||
            file_kind(r->arena, path_join(r->arena, write->directory, last)) == FILE_DIRECTORY;
        if (into && !protect_write(r, write, path, e))
            return false;
    }
    return true;
}

/* `find . -name 'pre-*' -delete` */
static bool write_found(struct recogniser *r, const struct write *write, struct err *e)
{
    struct strs paths = protect_find_paths(r, write->directory, write->call->words,
                                           write->call->count, write->when);

    for (size_t i = 0; i < paths.count; i++)
        if (!protect_write(r, write, paths.items[i], e))
            return false;
    return true;
}

/* `cp -t DIRECTORY FILE…`: as if it stood last. */
static struct line with_target(struct recogniser *r, const struct line *line)
{
    struct line moved = *line;

    for (size_t i = 0; i < line->options.count; i++) {
        const struct option_word *option = &line->options.items[i];
        if (!option->has_value ||
            (!str_eq(option->name, STR("-t")) && !str_eq(option->name, STR("--target-directory"))))
            continue;
        moved.operands = (struct strs){0};
        for (size_t o = 0; o < line->operands.count; o++)
            VEC_PUSH(r->arena, &moved.operands, line->operands.items[o]);
        VEC_PUSH(r->arena, &moved.operands, option->value);
    }
    return moved;
}

bool protect_write_operands(struct recogniser *r, const struct protect_writer *writer,
                            const struct write *write, const struct line *line, struct err *e)
{
    struct str prefix = pack_str(&r->protect->packs, writer->prefix);
    size_t first = 0;

    if (writer->operands == OPERANDS_FOUND)
        return write_found(r, write, e);
    if (writer->operands == OPERANDS_HERE)
        return protect_write_extracted(r, write, STR("."), e);
    struct line moved = with_target(r, line);
    size_t count = moved.operands.count;
    if (!count)
        return true;
    if (writer->operands == OPERANDS_LAST)
        return write_into(r, write, &moved, e);
    if (writer->operands == OPERANDS_SOURCES)
        count--;
    if (writer->operands == OPERANDS_REST)
        first = 1;
    for (size_t i = first; i < count; i++) {
        struct str path = moved.operands.items[i];
        if (!str_starts(path, prefix))
            continue;
        if (!protect_write(r, write, str_from_offset(path, prefix.length), e))
            return false;
    }
    return true;
}

/* `git diff X -- PATH… | git apply -R`: paths that the patch is asked of. */
static void add_diffed(struct recogniser *r, const struct shell_command *from, struct strs *paths)
{
    static const char *const commands[] = {"diff", "show", "format-patch", "diff-tree", NULL};
    bool any = false;

    if (from->words.count < 3 || !str_eq(from->words.items[0].text, STR("git")) ||
        !str_is_one_of(from->words.items[1].text, commands))
        return;
    for (size_t i = 2; i < from->words.count; i++) {
        struct str word = from->words.items[i].text;
        any = any || str_eq(word, STR("--"));
        if (protect_is_known(word) && !str_starts(word, STR("-")) &&
            (any || protect_names_path(r->arena, protect_state(r), from->directory, word)))
            VEC_PUSH(r->arena, paths, word);
    }
}

struct patches {
    struct strs paths;
    struct str text; /* of the only one */
    size_t count;
};

static void add_text(struct recogniser *r, struct str text, struct patches *patches)
{
    patch_read_paths(r->arena, text, &patches->paths);
    diff_read_paths(r->arena, text, &patches->paths);
    patches->text = text;
    patches->count++;
}

/* A patch says itself which files it changes. A text of several lines is one; else the word names a file. */
static void add_patched(struct recogniser *r, const struct call *call, struct str word,
                        struct patches *patches)
{
    struct followed file;

    if (str_find_byte(word, '\n') == SIZE_MAX) {
        if (!protect_is_known(word))
            return;
        follow_read(r, call, word, &file);
        word = file.found ? file.text : STR("");
    }
    add_text(r, word, patches);
}

bool protect_write_patched(struct recogniser *r, const struct call *call, struct write *write,
                           const struct line *line, struct err *e)
{
    static const char *const appliers[] = {"apply_patch", "applypatch", NULL};
    struct patches patches = {0};
    struct call reader = *call;
    struct str value;

    for (size_t i = 0; i < line->operands.count; i++)
        add_patched(r, call, line->operands.items[i], &patches);
    if (call_option_value(call, STR("-i"), &value) ||
        call_option_value(call, STR("--input"), &value))
        add_patched(r, call, value, &patches);
    if (call->input.kind == INPUT_TEXT) {
        add_text(r, call->input.text, &patches);
    } else if (call->input.kind == INPUT_FILE) {
        reader.directory = call->input.directory.length ? call->input.directory : call->directory;
        add_patched(r, &reader, call->input.text, &patches);
    }
    for (size_t i = 0;
         call->input.kind == INPUT_UNKNOWN && call->writers && i < call->writers->count; i++)
        add_diffed(r, call->writers->items[i], &patches.paths);
    if (call_option_value(call, STR("-d"), &value) ||
        call_option_value(call, STR("--directory"), &value))
        write->directory = path_join(r->arena, call->directory, value);
    bool known = patches.count == 1 && patches.paths.count <= PATCHED_MAX &&
                 protect_is_known(patches.text) &&
                 str_is_one_of(path_base_name(call->words[0].text), appliers);
    for (size_t i = 0; i < patches.paths.count; i++) {
        write->edits.count = 0;
        if (known)
            (void)patch_read_steps(r->arena, patches.text, patches.paths.items[i], &write->edits);
        if (!protect_write(r, write, patches.paths.items[i], e))
            return false;
    }
    return true;
}

/* `jq … > t && mv t FILE`: what the command before has written, whole. */
static bool find_moved(struct recogniser *r, const struct line *line, struct write *write)
{
    if (line->operands.count != 2 || !r->written.count)
        return false;
    const struct written *last = &VEC_LAST(&r->written);
    struct str from = path_join(r->arena, write->directory, line->operands.items[0]);
    if (last->visited + 1 != r->visited || !str_eq(last->path, from) || last->behind ||
        !protect_is_known(last->text))
        return false;
    write->text = last->text;
    return true;
}

/* `jq … FILE | sponge FILE`: it opens the file when all is read. tee empties it before. */
static bool find_soaked(struct recogniser *r, const struct call *call, struct write *write)
{
    const struct shell_command *from = call->piped_from;

    return from && str_eq(path_base_name(from->words.items[0].text), STR("jq")) &&
           output_jq(r, from, &write->text) && protect_is_known(write->text);
}

static bool appends(const struct line *line)
{
    for (size_t i = 0; i < line->options.count; i++)
        if (str_eq(line->options.items[i].name, STR("-a")) ||
            str_eq(line->options.items[i].name, STR("--append")))
            return true;
    return false;
}

/* tee, sponge: what they read is what they write. */
void protect_find_text(struct recogniser *r, const struct call *call, const struct line *line,
                       struct write *write)
{
    bool sponge = str_eq(line->name, STR("sponge"));

    if (write->change == CHANGE_EDITED && str_eq(line->name, STR("yq")))
        write->has_text = output_yq_in_place(r, call, &write->text);
    else if (write->change == CHANGE_EDITED)
        protect_sed_steps(r, call, &write->edits);
    if (write->change == CHANGE_REPLACED &&
        (str_eq(line->name, STR("mv")) || str_eq(line->name, STR("cp"))))
        write->has_text = find_moved(r, line, write);
    if (!sponge && !str_eq(line->name, STR("tee")))
        return;
    write->has_text = call->input.kind == INPUT_TEXT && protect_is_known(call->input.text);
    if (write->has_text)
        write->text = call->input.text;
    else if (sponge)
        write->has_text = find_soaked(r, call, write);
    if (write->has_text && appends(line))
        write->change = CHANGE_APPENDED;
}
