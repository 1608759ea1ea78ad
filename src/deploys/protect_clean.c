/* protect_clean.c -- `git clean -fdx`, `git stash -u`: files of ours that would go where git does not track them, which is for others to find out. */
#include <fnmatch.h>
#include <string.h>

#include "base/file.h"
#include "deploys/protect_find.h"
#include "deploys/protect_write.h"

#define INDEX_CHANGES_MAX 64u

struct clean {
    struct str directory;
    bool directories, ignored_too, ignored_only, shows, forced;
    struct strs places, excluded; /* excluded: -e */
};

/* True: the next word is the option's value. */
static bool read_letters(struct recogniser *r, struct str word, struct clean *clean)
{
    for (size_t i = 1; i < word.length; i++) {
        char letter = word.bytes[i];
        if (letter == 'e') {
            if (i + 1 < word.length)
                VEC_PUSH(r->arena, &clean->excluded, str_from_offset(word, i + 1));
            return i + 1 == word.length;
        }
        clean->directories = clean->directories || letter == 'd';
        clean->ignored_too = clean->ignored_too || letter == 'x';
        clean->ignored_only = clean->ignored_only || letter == 'X';
        clean->shows = clean->shows || letter == 'n';
        clean->forced = clean->forced || letter == 'f' || letter == 'i';
    }
    return false;
}

/* git stash -u, git stash push -a -m WORDS -- PATH…: what is not tracked is put away, which takes it out of the work tree. */
static void read_stash(struct recogniser *r, const struct call *call, size_t at,
                       struct clean *clean)
{
    static const char *const takers[] = {"push", "save", NULL};
    bool save = at < call->count && str_eq(call->words[at].text, STR("save")), options = true;

    if (at < call->count && !str_starts(call->words[at].text, STR("-"))) {
        if (!str_is_one_of(call->words[at].text, takers))
            return; /* git stash list, pop, show -u */
        at++;
    }
    for (; at < call->count; at++) {
        struct str word = call->words[at].text;
        bool letters = str_starts(word, STR("-")) && !str_starts(word, STR("--"));
        if (!options || !str_starts(word, STR("-"))) {
            if (!save) /* what it saves has words for a name */
                VEC_PUSH(r->arena, &clean->places, word);
            continue;
        }
        struct str before = str_prefix(word, str_find_byte(word, 'm')); /* -um WORDS */
        options = !str_eq(word, STR("--"));
        clean->ignored_too = clean->ignored_too || str_eq(word, STR("--all")) ||
                             (letters && str_find_byte(before, 'a') != SIZE_MAX);
        clean->forced = clean->forced || clean->ignored_too ||
                        str_eq(word, STR("--include-untracked")) ||
                        (letters && str_find_byte(before, 'u') != SIZE_MAX);
        at += str_eq(word, STR("--message")) || (letters && str_ends(word, STR("m")));
    }
    clean->directories = true;
}

static void read_clean(struct recogniser *r, const struct call *call, struct clean *clean)
{
    size_t at = 1;
    bool options = true;

    for (; at < call->count && !str_eq(call->words[at].text, STR("clean")); at++) {
        if (str_eq(call->words[at].text, STR("stash"))) {
            clean->forced = false;
            read_stash(r, call, at + 1, clean);
            return;
        }
        clean->forced =
            clean->forced || /* -c clean.requireForce=false */
            str_contains(str_lower(r->arena, call->words[at].text), STR("clean.requireforce"));
    }
    for (at++; at < call->count; at++) {
        struct str word = call->words[at].text, value = word, name = str_cut(&value, '=');
        if (!options || !str_starts(word, STR("-"))) {
            VEC_PUSH(r->arena, &clean->places, word);
        } else if (str_eq(word, STR("--"))) {
            options = false;
        } else if (!str_starts(word, STR("--"))) {
            if (read_letters(r, word, clean) && at + 1 < call->count)
                VEC_PUSH(r->arena, &clean->excluded, call->words[++at].text);
        } else if (str_eq(name, STR("--exclude"))) {
            if (name.length == word.length && at + 1 < call->count)
                value = call->words[++at].text;
            VEC_PUSH(r->arena, &clean->excluded, value);
        } else {
            clean->shows = clean->shows || str_eq(word, STR("--dry-run"));
            clean->forced =
                clean->forced || str_eq(word, STR("--force")) || str_eq(word, STR("--interactive"));
        }
    }
}

/* Does -e name it? A pattern as in .gitignore: without a slash it takes a name at any depth, and what lies below it too. */
static bool is_excluded(struct arena *arena, const struct clean *clean, struct str path)
{
    while (str_starts(path, STR("./")))
        path = str_from_offset(path, 2);
    for (size_t i = 0; i < clean->excluded.count && !clean->ignored_only; i++)
        if (str_starts(clean->excluded.items[i], STR("!"))) /* takes back what another one says */
            return false;
    for (size_t i = 0; i < clean->excluded.count; i++) {
        struct str pattern = clean->excluded.items[i], rest = path;
        bool whole = str_find_byte(str_prefix(pattern, pattern.length - (pattern.length > 0)),
                                   '/') != SIZE_MAX;
        pattern = str_trim_bytes(pattern, "/");
        while (rest.length) {
            struct str name = str_cut(&rest, '/');
            struct str until = str_prefix(path, (size_t)(name.bytes - path.bytes) + name.length);
            if (fnmatch(str_c(arena, pattern), str_c(arena, whole ? until : name), FNM_PATHNAME) ==
                0)
                return true;
        }
    }
    return false;
}

/* --- What the same text has done to the index. --- */

void protect_note_index(struct recogniser *r, const struct call *call, const struct line *line)
{
    static const char *const forgets[] = {"rm", "update-index", NULL};
    struct index_change change = {.directory = call->directory};
    struct str value;

    if (call_option_value(call, STR("-C"), &value))
        change.directory = path_join(r->arena, call->directory, value);
    change.added = !line->operands.count || !str_is_one_of(line->operands.items[0], forgets);
    for (size_t i = 1; i < line->operands.count; i++)
        VEC_PUSH(r->arena, &change.paths, line->operands.items[i]);
    if (change.added && !change.paths.count) /* git add -A, git reset */
        VEC_PUSH(r->arena, &change.paths, STR(":/"));
    if (r->index_changes.count < INDEX_CHANGES_MAX)
        VEC_PUSH(r->arena, &r->index_changes, change);
}

static bool is_forgotten(struct recogniser *r, struct str path)
{
    bool forgotten = false;

    for (size_t i = 0; i < r->index_changes.count; i++) {
        const struct index_change *change = &r->index_changes.items[i];
        if (forgotten == change->added &&
            protect_pathspecs_take(r, change->directory, &change->paths, path))
            forgotten = !forgotten;
    }
    return forgotten;
}

bool protect_write_clean(struct recogniser *r, const struct call *call, struct write *write,
                         const struct line *line, struct err *e)
{
    struct clean clean = {.directory = call->directory};
    struct shell_values find = {0};
    struct str value;

    (void)line;
    if (call_option_value(call, STR("-C"), &value))
        clean.directory = path_join(r->arena, call->directory, value);
    read_clean(r, call, &clean);
    if (clean.shows || !clean.forced)
        return true;
    write->directory = clean.directory;
    /* Where places are named, git looks into all directories there. */
    struct str options = clean.directories || clean.places.count ? STR("clean -d") : STR("clean");
    struct str ignored = clean.ignored_too ? STR(" -x") : clean.ignored_only ? STR(" -X") : STR("");
    VEC_PUSH(r->arena, &find, word_value(STR("find")));
    for (size_t i = 0; i < clean.places.count; i++)
        VEC_PUSH(r->arena, &find, word_value(clean.places.items[i]));
    VEC_PUSH(r->arena, &find, word_value(STR("-type")));
    VEC_PUSH(r->arena, &find, word_value(STR("f")));
    struct strs paths = protect_find_paths(r, clean.directory, find.items, find.count, NULL);
    for (size_t i = 0; i < paths.count; i++) {
        struct str path = path_join(r->arena, clean.directory, paths.items[i]);
        bool excluded = is_excluded(r->arena, &clean, paths.items[i]);
        if (str_contains(path, STR("/.git/")) || (excluded && !clean.ignored_only))
            continue;
        /* With -X it is one of those that are ignored, and go. */
        bool forgotten = is_forgotten(r, path);
        if (forgotten && !clean.directories && is_forgotten(r, path_directory(path)))
            continue; /* nothing in its directory is tracked then */
        write->revision =
            str_printf(r->arena, STR_FMT STR_FMT "%s", STR_ARG(options),
                       STR_ARG(excluded ? STR(" -x") : ignored), forgotten ? CLEAN_FORGOTTEN : "");
        if (!protect_write(r, write, path, e))
            return false;
    }
    return true;
}
