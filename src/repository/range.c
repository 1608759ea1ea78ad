#include "repository/range.h"

#include <stdlib.h>

#include "base/file.h"
#include "repository/git_command.h"
#include "repository/repository.h"

/* A branch that merged its main line a hundred times: the newest merges are the nearest. */
#define BOUNDARIES_MAX 16u

bool range_id_is_zero(struct str id)
{
    return id.length > 0 && str_trim_bytes(id, "0").length == 0;
}

/* --- The remote. --- */

struct setting {
    struct str key, value;
};
VEC_DEFINE(settings, struct setting);

/* Settings of the command line count, and libgit2 does not see those: git is asked. Only a push by URL needs it. */
static bool run_config(struct repository *repository, struct arena *arena, struct str how,
                       struct str which, struct process_result *ret, struct err *e)
{
    struct str words[] = {STR("config"), STR("-z"), how, which};
    void *git = NULL;

    if (repository->backend == &git_command_backend)
        git = repository->self;
    else if (!git_command_backend.open(arena, repository->directory, &repository->options, &git, e))
        return false;
    struct call call = {.git = git};
    return GIT_RUN(arena, &call, words, ret, e);
}

bool repository_setting(struct repository *repository, struct arena *arena, struct str key,
                        struct str *ret_value, struct err *e)
{
    struct process_result result;

    if (!run_config(repository, arena, STR("--get"), key, &result, e))
        return false;
    *ret_value = git_failed(&result) ? STR_NONE : str_cut(&result.output, '\0');
    return true;
}

static bool read_settings(struct repository *repository, struct arena *arena,
                          struct settings *settings, struct err *e)
{
    struct process_result result;

    if (!run_config(repository, arena, STR("--get-regexp"), STR("^(remote|url)\\."), &result, e))
        return false;
    struct str rest = git_failed(&result) ? STR_NONE : result.output; /* 1: there is none */
    while (rest.length) {
        struct str record = str_cut(&rest, '\0'), key = str_cut(&record, '\n');
        VEC_PUSH(arena, settings, (struct setting){.key = key, .value = record});
    }
    return true;
}

/* url.BASE.insteadOf: the longest prefix counts. */
static struct str rewritten(struct arena *arena, const struct settings *settings, const char *which,
                            struct str url)
{
    struct str base = STR_NONE, prefix = STR_NONE;
    struct str ending = str_from(which);

    for (size_t i = 0; i < settings->count; i++) {
        struct str key = settings->items[i].key, value = settings->items[i].value;
        if (!str_starts(key, STR("url.")) || !str_ends(key, ending) || !str_starts(url, value) ||
            value.length <= prefix.length)
            continue;
        prefix = value;
        base = str_slice(key, 4, key.length - ending.length);
    }
    if (!prefix.length)
        return url;
    return str_printf(arena, STR_FMT STR_FMT, STR_ARG(base),
                      STR_ARG(str_from_offset(url, prefix.length)));
}

/* What is no URL is a path: made absolute, and without what does not matter. */
static struct str normal(struct arena *arena, struct str directory, struct str url)
{
    bool is_path =
        !str_contains(url, STR("://")) &&
        (str_find_byte(url, ':') == SIZE_MAX || str_find_byte(url, '/') < str_find_byte(url, ':'));

    if (str_starts(url, STR("file://")))
        url = str_from_offset(url, 7);
    else if (is_path)
        url = path_join(arena, directory, url);
    while (str_ends(url, STR("/")))
        url.length--;
    if (str_ends(url, STR("/.git")))
        url.length -= 5;
    else if (str_ends(url, STR(".git")))
        url.length -= 4;
    return url;
}

/* remote.NAME.url and .pushurl, as written and as rewritten, against the URL that is pushed to. */
static struct str remote_of_url(struct arena *arena, const struct settings *settings,
                                struct str directory, struct str name, struct str url)
{
    struct str wanted[] = {name, url, rewritten(arena, settings, ".insteadof", name)};

    for (size_t i = 0; i < settings->count; i++) {
        struct str key = settings->items[i].key, value = settings->items[i].value;
        bool push = str_ends(key, STR(".pushurl"));
        if (!str_starts(key, STR("remote.")) || (!push && !str_ends(key, STR(".url"))))
            continue;
        struct str forms[] = {value, rewritten(arena, settings, ".insteadof", value),
                              rewritten(arena, settings, ".pushinsteadof", value)};
        for (size_t w = 0; w < COUNT_OF(wanted); w++)
            for (size_t f = 0; f < COUNT_OF(forms); f++)
                if (wanted[w].length &&
                    str_eq(normal(arena, directory, wanted[w]), normal(arena, directory, forms[f])))
                    return str_slice(key, 7, key.length - (push ? 8 : 4));
    }
    return STR_NONE;
}

static bool has_prefix(const struct repository_named_refs *refs, struct str prefix)
{
    for (size_t i = 0; i < refs->count; i++)
        if (str_starts(refs->items[i].name, prefix))
            return true;
    return false;
}

static struct str tracking_prefix(struct arena *arena, const struct range_known *known)
{
    return known->remote.length
               ? str_printf(arena, "refs/remotes/" STR_FMT "/", STR_ARG(known->remote))
               : STR("refs/remotes/");
}

static struct str commit_of(const struct repository_named_refs *refs, struct str name)
{
    for (size_t i = 0; i < refs->count; i++)
        if (str_eq(refs->items[i].name, name))
            return refs->items[i].commit;
    return STR_NONE;
}

static void set_default(struct arena *arena, struct range_known *known, struct str ref,
                        struct str prefix)
{
    if (!str_starts(ref, prefix))
        return;
    struct str name = str_from_offset(ref, prefix.length);
    struct str commit = commit_of(&known->refs, ref);
    if (!commit.length)
        return;
    known->default_branch = str_printf(arena, "refs/heads/" STR_FMT, STR_ARG(name));
    known->default_tip = commit;
    known->default_shown = str_from_offset(ref, known->server ? STR("refs/heads/").length
                                                              : STR("refs/remotes/").length);
}

/* What HEAD says over there; else the names people use. */
static bool find_default(struct repository *repository, struct arena *arena,
                         struct range_known *known, struct err *e)
{
    static const struct str usual[] = {STR_INIT("main"), STR_INIT("master"), STR_INIT("trunk"),
                                       STR_INIT("develop")};
    struct str prefix = known->server ? STR("refs/heads/") : tracking_prefix(arena, known);
    struct str target = STR_NONE;

    if (!known->server && !known->remote.length)
        return true;
    struct str head =
        known->server ? STR("HEAD") : str_printf(arena, STR_FMT "HEAD", STR_ARG(prefix));
    if (!repository_symbolic_ref(repository, arena, head, &target, e))
        return false;
    set_default(arena, known, target, prefix);
    for (size_t i = 0; i < COUNT_OF(usual) && !known->default_tip.length; i++)
        set_default(arena, known,
                    str_printf(arena, STR_FMT STR_FMT, STR_ARG(prefix), STR_ARG(usual[i])), prefix);
    return true;
}

struct range_known range_known_new(struct str directory, struct str name, struct str url,
                                   bool server)
{
    return (struct range_known){.directory = directory, .name = name, .url = url, .server = server};
}

bool range_known_need(struct repository *repository, struct arena *arena, struct range_known *known,
                      struct err *e)
{
    struct settings settings = {0};

    if (known->complete)
        return true;
    if (!repository_named_refs(repository, arena, &known->refs, e) ||
        !repository_shallow(repository, arena, &known->shallow, e))
        return false;
    known->remote = known->name;
    if (!known->server && !has_prefix(&known->refs, tracking_prefix(arena, known))) {
        /* A URL, or a remote that was never fetched from. */
        if (!read_settings(repository, arena, &settings, e))
            return false;
        known->remote = remote_of_url(arena, &settings, known->directory, known->name, known->url);
        if (!has_prefix(&known->refs, tracking_prefix(arena, known)))
            known->remote = STR_NONE;
    }
    known->complete = find_default(repository, arena, known, e);
    return known->complete;
}

/* --- The range. --- */

static struct str overwritten_name(struct arena *arena, const struct range_known *known,
                                   struct str remote_ref)
{
    if (known->server)
        return remote_ref;
    if (!known->remote.length || !str_starts(remote_ref, STR("refs/heads/")))
        return STR_NONE;
    return str_printf(arena, STR_FMT STR_FMT, STR_ARG(tracking_prefix(arena, known)),
                      STR_ARG(str_from_offset(remote_ref, 11)));
}

void range_others(struct arena *arena, const struct range_known *known, struct str remote_ref,
                  struct repository_named_refs *ret_refs)
{
    struct str prefix = tracking_prefix(arena, known);
    struct str overwritten = overwritten_name(arena, known, remote_ref);

    for (size_t i = 0; i < known->refs.count; i++) {
        struct repository_named_ref ref = known->refs.items[i];
        bool counts = known->server ? !str_starts(ref.name, STR("refs/remotes/"))
                                    : str_starts(ref.name, prefix);
        if (counts && !str_eq(ref.name, overwritten))
            VEC_PUSH(arena, ret_refs, ref);
    }
}

static void collect_hidden(struct arena *arena, const struct range_known *known,
                           struct str remote_ref, struct str old, struct strs *hidden)
{
    struct repository_named_refs others = {0};

    range_others(arena, known, remote_ref, &others);
    for (size_t i = 0; i < others.count; i++)
        VEC_PUSH(arena, hidden, others.items[i].commit);
    /* Nothing else is left: then even what is overwritten says what the remote has. */
    if (!hidden->count) {
        struct str name = overwritten_name(arena, known, remote_ref);
        struct str commit = name.length ? commit_of(&known->refs, name) : STR_NONE;
        if (commit.length)
            VEC_PUSH(arena, hidden, commit);
        if (old.length)
            VEC_PUSH(arena, hidden, old);
    }
    if (hidden->count)
        for (size_t i = 0; i < known->shallow.count; i++)
            VEC_PUSH(arena, hidden, known->shallow.items[i]);
}

/* Parents of new commits that are not new themselves: what the remote has and the branch stands on. */
static void find_boundaries(struct arena *arena, const struct repository_commits *commits,
                            struct strs *ret_boundaries)
{
    struct strs ids = {0};

    for (size_t i = 0; i < commits->count; i++)
        VEC_PUSH(arena, &ids, commits->items[i].id);
    strs_sort(&ids);
    for (size_t i = 0; i < commits->count && ret_boundaries->count < BOUNDARIES_MAX; i++)
        for (size_t p = 0; p < commits->items[i].parents.count; p++) {
            struct str parent = commits->items[i].parents.items[p];
            if (!bsearch(&parent, ids.items, ids.count, sizeof ids.items[0], str_compare_pointers))
                strs_add(arena, ret_boundaries, parent);
        }
}

static bool nearest(struct repository *repository, struct arena *arena, struct str tip,
                    const struct strs *boundaries, struct str *ret_base, struct err *e)
{
    size_t fewest = SIZE_MAX;

    *ret_base = boundaries->count ? boundaries->items[0] : STR_NONE;
    for (size_t i = 0; i < boundaries->count && boundaries->count > 1; i++) {
        struct strs hidden = {0};
        struct repository_commits left;
        VEC_PUSH(arena, &hidden, boundaries->items[i]);
        if (!repository_walk(repository, arena, tip, &hidden, &left, e))
            return false;
        if (left.count < fewest) {
            fewest = left.count;
            *ret_base = boundaries->items[i];
        }
    }
    return true;
}

bool range_fork(struct repository *repository, struct arena *arena, struct str tip,
                struct str other, struct str *ret_fork, struct err *e)
{
    struct strs hidden = {0}, boundaries = {0};
    struct repository_commits own;

    VEC_PUSH(arena, &hidden, other);
    if (!repository_walk(repository, arena, tip, &hidden, &own, e))
        return false;
    find_boundaries(arena, &own, &boundaries);
    if (own.count)
        return nearest(repository, arena, tip, &boundaries, ret_fork, e);
    *ret_fork = tip;
    return true;
}

/* --- What many refs bring. --- */

struct place {
    struct str id;
    size_t at;
};

struct range_news {
    bool known;
    struct strs hidden; /* what was walked to */
    struct repository_commits commits;
    struct place *places; /* of the commits, by their ids */
    bool *reached;        /* of each; all false between two questions */
};

static const struct place *place_of(const struct range_news *news, struct str id)
{
    return news->commits.count ? bsearch(&id, news->places, news->commits.count,
                                         sizeof news->places[0], str_compare_pointers)
                               : NULL;
}

/* A failure of this is none: each tip is walked from by itself then. */
static struct range_news *walk_all(struct repository *repository, struct arena *arena,
                                   const struct strs *pushed, const struct strs *hidden)
{
    struct range_news *news = ARENA_NEW(arena, struct range_news);
    struct err none = ERR_NONE;

    news->hidden = *hidden;
    news->known = pushed->count &&
                  repository_walk_all(repository, arena, pushed, hidden, &news->commits, &none);
    if (!news->known)
        return news;
    news->places = ARENA_ARRAY(arena, news->commits.count + 1, struct place);
    news->reached = ARENA_ARRAY(arena, news->commits.count + 1, bool);
    for (size_t i = 0; i < news->commits.count; i++)
        news->places[i] = (struct place){news->commits.items[i].id, i};
    qsort(news->places, news->commits.count, sizeof news->places[0], str_compare_pointers);
    return news;
}

static int compare_sizes(const void *a, const void *b)
{
    const size_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* Those that the tip reaches, itself first. */
static void commits_from(struct arena *arena, const struct range_news *news,
                         const struct place *tip, struct repository_commits *ret_commits)
{
    VEC(size_t) found = {0};

    VEC_PUSH(arena, &found, tip->at);
    news->reached[tip->at] = true;
    for (size_t i = 0; i < found.count; i++) {
        const struct strs *parents = &news->commits.items[found.items[i]].parents;
        for (size_t p = 0; p < parents->count; p++) {
            const struct place *parent = place_of(news, parents->items[p]);
            if (!parent || news->reached[parent->at])
                continue;
            news->reached[parent->at] = true;
            VEC_PUSH(arena, &found, parent->at);
        }
    }
    qsort(found.items + 1, found.count - 1, sizeof found.items[0], compare_sizes);
    for (size_t i = 0; i < found.count; i++) {
        news->reached[found.items[i]] = false;
        VEC_PUSH(arena, ret_commits, news->commits.items[found.items[i]]);
    }
}

static bool walk_new(struct repository *repository, struct arena *arena, struct range_known *known,
                     struct str tip, const struct strs *hidden,
                     struct repository_commits *ret_commits, struct err *e)
{
    if (!known->news)
        known->news = walk_all(repository, arena, &known->pushed, hidden);
    if (known->news->known && strs_same(&known->news->hidden, hidden)) {
        const struct place *place = place_of(known->news, tip);
        if (place)
            commits_from(arena, known->news, place, ret_commits);
        if (place || strs_have(&known->pushed, tip)) /* asked about, and not new */
            return true;
    }
    return repository_walk(repository, arena, tip, hidden, ret_commits, e);
}

static bool new_range(struct repository *repository, struct arena *arena, struct range_known *known,
                      struct str remote_ref, struct push_range *range, struct err *e)
{
    struct strs hidden = {0}, boundaries = {0};

    range->kind = RANGE_NEW;
    if (!range_known_need(repository, arena, known, e))
        return false;
    collect_hidden(arena, known, remote_ref, range->old, &hidden);
    if (!hidden.count) {
        range->everything = true;
        return true;
    }
    if (!walk_new(repository, arena, known, range->tip, &hidden, &range->commits, e))
        return false;
    if (!range->commits.count) {
        range->kind = RANGE_NOTHING_NEW;
        range->base = range->tip;
        return true;
    }
    find_boundaries(arena, &range->commits, &boundaries);
    return nearest(repository, arena, range->tip, &boundaries, &range->base, e);
}

bool range_of(struct repository *repository, struct arena *arena, struct range_known *known,
              struct str new_id, struct str old_id, struct str remote_ref,
              const struct repository_meanwhile *meanwhile, struct push_range *ret_range,
              struct err *e)
{
    struct push_range range = {.kind = RANGE_DELETED};
    enum repository_object kind = REPOSITORY_ABSENT;
    struct err unknown = ERR_NONE;
    bool forward = false;

    if (range_id_is_zero(new_id)) {
        *ret_range = range;
        return true;
    }
    /* What is under refs/heads is a commit: the usual push is answered by one question. An object that is missing is an error here, and found out
     * about below; and the parent of a shallow clone's last commit has a name and no more. */
    if (str_starts(remote_ref, STR("refs/heads/")) && !range_id_is_zero(old_id) &&
        repository_is_forward(repository, arena, old_id, new_id, meanwhile, &forward, &unknown) &&
        forward && !str_eq(old_id, new_id) &&
        repository_peel(repository, arena, old_id, &kind, &range.old, &unknown) &&
        kind == REPOSITORY_COMMIT) {
        *ret_range = (struct push_range){
            .kind = RANGE_FAST_FORWARD, .tip = new_id, .base = old_id, .old = old_id};
        return true;
    }
    range.old = STR_NONE;
    forward = false;
    if (!repository_peel(repository, arena, new_id, &kind, &range.tip, e))
        return false;
    if (kind == REPOSITORY_ABSENT)
        return err_set(e, ERR_UNREACHABLE, "the object " STR_FMT ", which is pushed, is not here",
                       STR_ARG(new_id));
    if (kind == REPOSITORY_OTHER) {
        range.kind = RANGE_NOT_A_COMMIT;
        *ret_range = range;
        return true;
    }
    if (!range_id_is_zero(old_id) &&
        (!repository_peel(repository, arena, old_id, &kind, &range.old, e) ||
         (kind == REPOSITORY_COMMIT &&
          !repository_is_ancestor(repository, arena, range.old, range.tip, &forward, e))))
        return false;
    if (forward) {
        range.kind = RANGE_FAST_FORWARD;
        range.base = range.old;
    } else if (!new_range(repository, arena, known, remote_ref, &range, e)) {
        return false;
    }
    *ret_range = range;
    return true;
}
