/* git_history.c -- commits and their differences, asked of git's plumbing. */
#include <pthread.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/words.h"
#include "repository/git_command.h"

/* A commit is a question and its answer; a process costs about as much as a hundred of them. */
#define NEARBY_MAX 64u
/* Commits that are read in the time that git takes to start; and in that of a large push's changes. */
#define NEAR_MAX 500u
#define FAR_MAX 20000u
#define WALK_BUDGET ((size_t)256 << 20)
#define HISTORY_TIME_MS 20000u
#define LINE_FIRST 3u
#define LINE_GROWTH 6u

/* A tag of a tag of a commit leads to the commit. */
bool git_history_peel(void *self, struct arena *arena, struct str id,
                      enum repository_object *ret_kind, struct str *ret_commit, struct err *e)
{
    struct str name = str_printf(arena, STR_FMT "^{}", STR_ARG(id));
    struct git_object object = {.type = GIT_MISSING};

    if (!git_objects_read(self, arena, &name, 1, 0, &object, e))
        return false;
    *ret_commit = STR_NONE;
    if (object.type == GIT_MISSING)
        *ret_kind = REPOSITORY_ABSENT;
    else if (object.type != GIT_COMMIT)
        *ret_kind = REPOSITORY_OTHER;
    else {
        *ret_kind = REPOSITORY_COMMIT;
        *ret_commit = object.id;
    }
    return true;
}

/* A tag of a tag of a commit is peeled one level by older versions: those are asked about one by one. */
bool git_history_named_refs(void *self, struct arena *arena, struct repository_named_refs *ret_refs,
                            struct err *e)
{
    static const struct str words[] = {
        STR_INIT("for-each-ref"),
        STR_INIT("--format=%(refname) %(objecttype) %(objectname) %(*objecttype) %(*objectname)|"
                 "%(symref)"),
        STR_INIT("refs/heads"), STR_INIT("refs/remotes"), STR_INIT("refs/tags")};
    struct call call = {.git = self};
    struct process_result result;
    struct str line;

    if (!GIT_RUN(arena, &call, words, &result, e))
        return false;
    if (git_failed(&result))
        return git_fail(&result, "for-each-ref", e);
    if (result.truncated)
        return err_set(e, ERR_LIMIT, "too many refs");
    struct str rest = result.output;
    while (str_next_line(&rest, &line)) {
        struct str fields = str_cut(&line, '|'), name = str_cut(&fields, ' ');
        struct str type = str_cut(&fields, ' '), id = str_cut(&fields, ' ');
        struct str inner_type = str_cut(&fields, ' '), inner = str_cut(&fields, ' ');
        enum repository_object kind = REPOSITORY_COMMIT;
        if (line.length)
            continue;
        if (str_eq(inner_type, STR("commit")))
            id = inner;
        else if (str_eq(inner_type, STR("tag"))) {
            if (!git_history_peel(self, arena, id, &kind, &id, e))
                return false;
        } else if (!str_eq(type, STR("commit")))
            continue;
        if (kind == REPOSITORY_COMMIT && git_is_id(id))
            VEC_PUSH(arena, ret_refs, (struct repository_named_ref){.name = name, .commit = id});
    }
    return true;
}

bool git_history_symbolic_ref(void *self, struct arena *arena, struct str name,
                              struct str *ret_target, struct err *e)
{
    struct str words[] = {STR("symbolic-ref"), STR("--quiet"), name};
    struct call call = {.git = self};
    struct process_result result;

    if (!GIT_RUN(arena, &call, words, &result, e))
        return false;
    *ret_target = git_failed(&result) ? STR_NONE : str_trim(result.output);
    return true;
}

/* Reads what is not known of a generation. Where it is one commit, `line` of its first parents are asked for with it: each generation is a question and its
 * answer otherwise, and most histories are long lines. */
static bool read_generation(struct git *git, struct arena *arena, const struct strs *generation,
                            struct str ancestor, size_t *line, struct err *e)
{
    struct strs names = {0};

    for (size_t i = 0; i < generation->count; i++)
        if (!git_commit_kept(git, generation->items[i]))
            VEC_PUSH(arena, &names, generation->items[i]);
    if (!names.count)
        return true;
    if (generation->count == 1) {
        for (size_t i = 1; i <= *line; i++)
            VEC_PUSH(arena, &names,
                     str_printf(arena, STR_FMT "~%zu", STR_ARG(generation->items[0]), i));
        *line = *line * LINE_GROWTH < NEARBY_MAX ? *line * LINE_GROWTH : NEARBY_MAX;
    }
    /* What differs between the two is asked next. */
    if (!git_commit_kept(git, ancestor)) {
        VEC_PUSH(arena, &names, ancestor);
        VEC_PUSH(arena, &names, str_printf(arena, STR_FMT "^{tree}", STR_ARG(ancestor)));
        VEC_PUSH(arena, &names,
                 str_printf(arena, STR_FMT "^{tree}", STR_ARG(generation->items[0])));
    }
    return git_commits_read(git, arena, &names, e);
}

/* The commits nearest to `commit`, generation by generation: most pushes bring a few. *ret_known false: not among these, and there are more (or
 * some that are not here, as in a shallow repository). */
static bool look_nearby(struct git *git, struct arena *arena, struct str ancestor,
                        struct str commit, bool *ret_known, bool *ret_is, struct err *e)
{
    struct strs generation = {0}, seen = {0};
    size_t line = LINE_FIRST;

    *ret_known = *ret_is = false;
    VEC_PUSH(arena, &generation, commit);
    while (generation.count && seen.count < NEARBY_MAX) {
        struct strs parents = {0};
        if (generation.count > NEARBY_MAX)
            return true;
        if (!read_generation(git, arena, &generation, ancestor, &line, e))
            return false;
        for (size_t i = 0; i < generation.count; i++) {
            const struct git_commit *read = git_commit_kept(git, generation.items[i]);
            if (!read)
                return true;
            for (size_t p = 0; p < read->parents.count; p++) {
                struct str parent = read->parents.items[p];
                if (str_eq(parent, ancestor))
                    return *ret_known = *ret_is = true;
                if (!strs_have(&seen, parent)) {
                    VEC_PUSH(arena, &seen, parent);
                    VEC_PUSH(arena, &parents, parent);
                }
            }
        }
        generation = parents;
    }
    *ret_known = generation.count == 0;
    return true;
}

/* What cannot be found now is said when it is asked for. */
static void find_changes_ahead(struct git *git, struct str from, struct str to)
{
    struct err later = ERR_NONE;
    struct repository_changes changes = {0};

    git->ahead.to = STR_NONE;
    if (git_changes(git, git->arena, from, to, &changes, &later))
        git->ahead = (struct git_ahead){
            .from = str_copy(git->arena, from), .to = str_copy(git->arena, to), .changes = changes};
}

/* Back from `commit`, generation by generation. */
struct walk {
    struct str ancestor, commit;
    size_t maximum; /* commits that are looked at */
    bool known, is;
    bool is_long; /* not known, because there are more */
};

/* Out: false: it cannot be read here. */
static bool parents_near(struct object_store *store, struct arena *arena, struct str commit,
                         struct strs *ret_parents)
{
    ARENA(scratch, WALK_BUDGET);
    struct strs parents = {0};
    struct git_object object;
    struct git_commit read;

    if (!object_store_read(store, &scratch, commit, 0, &object) || object.type != GIT_COMMIT ||
        !git_commit_parse(&scratch, object.bytes, &read))
        return false;
    for (size_t i = 0; i < read.parents.count; i++)
        VEC_PUSH(arena, &parents, str_copy(arena, read.parents.items[i]));
    *ret_parents = parents;
    return true;
}

/* Before the first merge no commit can come twice. */
static void walk_back(void *context, struct object_store *store)
{
    ARENA(arena, WALK_BUDGET);
    struct walk *walk = context;
    struct words seen = {.arena = &arena};
    struct strs line = {0}, parents;
    bool merged = false;

    VEC_PUSH(&arena, &line, walk->commit);
    for (size_t at = 0; at < line.count; at++) {
        walk->is_long = at >= walk->maximum;
        if (walk->is_long || !parents_near(store, &arena, line.items[at], &parents))
            return;
        merged = merged || parents.count > 1;
        for (size_t i = 0; i < parents.count; i++) {
            if (str_eq(parents.items[i], walk->ancestor)) {
                walk->known = walk->is = true;
                return;
            }
            if (!merged || words_add(&seen, parents.items[i]))
                VEC_PUSH(&arena, &line, parents.items[i]);
        }
    }
    walk->known = true;
}

struct walk_beside {
    const struct git *git;
    struct walk walk;
};

static void *walk_in_thread(void *argument)
{
    struct walk_beside *beside = argument;

    git_in_thread(beside->git, walk_back, &beside->walk);
    return NULL;
}

/* A long way, while the changes that are asked for next are looked for. */
static bool walk_beside_changes(struct git *git, struct str ancestor, struct str commit,
                                const struct repository_meanwhile *meanwhile, bool *ret_is)
{
    struct walk_beside beside = {
        .git = git, .walk = {.ancestor = ancestor, .commit = commit, .maximum = FAR_MAX}};
    pthread_t thread;
    bool walks = pthread_create(&thread, NULL, walk_in_thread, &beside) == 0;

    find_changes_ahead(git, ancestor, commit);
    if (meanwhile->look && git->ahead.to.length)
        meanwhile->look(meanwhile->context, &git->ahead.changes);
    if (walks)
        (void)pthread_join(thread, NULL);
    *ret_is = beside.walk.is;
    return beside.walk.known;
}

/* It may have a commit-graph, and knows how to stop early. */
static bool ask_history(struct git *git, struct arena *arena, struct str ancestor,
                        struct str commit, bool *ret_is, struct err *e)
{
    struct str words[] = {STR("merge-base"), STR("--is-ancestor"), ancestor, commit};
    struct call call = {.git = git, .fetch = true};
    struct process_result result;

    if (!GIT_RUN(arena, &call, words, &result, e))
        return false;
    *ret_is = !git_failed(&result);
    return (!result.signalled && result.status <= 1) || git_fail(&result, "merge-base", e);
}

/* `meanwhile`: NULL where no changes are asked for next. */
static bool is_ancestor(struct git *git, struct arena *arena, struct str ancestor,
                        struct str commit, const struct repository_meanwhile *meanwhile,
                        bool *ret_is, struct err *e)
{
    struct walk walk = {.ancestor = ancestor, .commit = commit, .maximum = NEAR_MAX};
    bool known = false;

    if (git_store(git))
        walk_back(&walk, git_store(git));
    *ret_is = walk.is;
    if (walk.known)
        return true;
    if (!walk.is_long && !look_nearby(git, arena, ancestor, commit, &known, ret_is, e))
        return false;
    return known ||
           (walk.is_long && meanwhile &&
            walk_beside_changes(git, ancestor, commit, meanwhile, ret_is)) ||
           ask_history(git, arena, ancestor, commit, ret_is, e);
}

bool git_history_is_ancestor(void *self, struct arena *arena, struct str ancestor,
                             struct str commit, bool *ret_is, struct err *e)
{
    return is_ancestor(self, arena, ancestor, commit, NULL, ret_is, e);
}

bool git_history_is_forward(void *self, struct arena *arena, struct str from, struct str to,
                            const struct repository_meanwhile *meanwhile, bool *ret_is,
                            struct err *e)
{
    return is_ancestor(self, arena, from, to, meanwhile, ret_is, e);
}

bool git_history_walk(void *self, struct arena *arena, const struct strs *from,
                      const struct strs *hidden, struct repository_commits *ret_commits,
                      struct err *e)
{
    static const struct str words[] = {STR_INIT("rev-list"), STR_INIT("--parents"),
                                       STR_INIT("--stdin")};
    struct buf input = buf_new(arena, (hidden->count + from->count + 1) * 67);
    struct process_result result;
    struct str line;

    for (size_t i = 0; i < from->count; i++)
        buf_printf(&input, STR_FMT "\n", STR_ARG(from->items[i]));
    for (size_t i = 0; i < hidden->count; i++)
        buf_printf(&input, "^" STR_FMT "\n", STR_ARG(hidden->items[i]));
    struct call call = {.git = self, .input = buf_str(&input)};
    if (!GIT_RUN(arena, &call, words, &result, e))
        return false;
    if (git_failed(&result))
        return git_fail(&result, "rev-list", e);
    if (result.truncated)
        return err_set(e, ERR_LIMIT, "more commits than can be looked at");
    struct str rest = result.output;
    while (str_next_line(&rest, &line)) {
        struct repository_commit commit = {.id = str_cut(&line, ' ')};
        if (!git_is_id(commit.id))
            return err_set(e, ERR_UNREACHABLE, "git rev-list: an answer that is not understood");
        while (line.length)
            VEC_PUSH(arena, &commit.parents, str_cut(&line, ' '));
        VEC_PUSH(arena, ret_commits, commit);
    }
    return true;
}

bool git_history_touched(void *self, struct arena *arena, const struct repository_commits *commits,
                         const struct strs *paths, bool *touched, struct err *e)
{
    static const struct str words[] = {STR_INIT("diff-tree"),    STR_INIT("--stdin"),
                                       STR_INIT("-r"),           STR_INIT("-c"),
                                       STR_INIT("--root"),       STR_INIT("--name-only"),
                                       STR_INIT("-z"),           STR_INIT("--no-commit-id"),
                                       STR_INIT("--no-renames"), STR_INIT("--no-relative")};
    struct buf input = buf_new(arena, (commits->count + 1) * 66);
    struct process_result result;

    for (size_t i = 0; i < commits->count; i++)
        buf_printf(&input, STR_FMT "\n", STR_ARG(commits->items[i].id));
    struct call call = {.git = self, .input = buf_str(&input), .fetch = true};
    if (!GIT_RUN(arena, &call, words, &result, e))
        return false;
    if (git_failed(&result))
        return git_fail(&result, "diff-tree", e);
    /* Too much to read: then each path may have been touched. */
    for (size_t i = 0; i < paths->count; i++)
        touched[i] = result.truncated;
    struct str rest = result.output;
    while (rest.length && !result.truncated) {
        struct str path = str_cut(&rest, '\0');
        for (size_t i = 0; i < paths->count; i++)
            if (!touched[i] && str_eq(paths->items[i], path))
                touched[i] = true;
    }
    return true;
}

bool git_history_shallow(void *self, struct arena *arena, struct strs *ret_commits, struct err *e)
{
    static const struct str words[] = {STR_INIT("rev-parse"), STR_INIT("--git-path"),
                                       STR_INIT("shallow")};
    const struct git *git = self;
    struct call call = {.git = self};
    struct process_result result;
    struct err absent = ERR_NONE;
    struct str text, line;

    if (!GIT_RUN(arena, &call, words, &result, e))
        return false;
    if (git_failed(&result))
        return git_fail(&result, "rev-parse", e);
    struct str path = path_join(arena, git->directory, str_trim_bytes(result.output, "\n"));
    if (!file_read(arena, path, (size_t)64 << 20, &text, &absent)) {
        if (absent.kind == ERR_NOT_FOUND)
            return true;
        *e = absent;
        return false;
    }
    while (str_next_line(&text, &line))
        if (git_is_id(str_trim(line)))
            VEC_PUSH(arena, ret_commits, str_trim(line));
    return true;
}
