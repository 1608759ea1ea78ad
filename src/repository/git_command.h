/* git_command.h -- how git's plumbing is called (inside repository only). */
#ifndef HOOKCHECK_REPOSITORY_GIT_COMMAND_H
#define HOOKCHECK_REPOSITORY_GIT_COMMAND_H

#include "base/buf.h"
#include "base/companion.h"
#include "repository/backend.h"
#include "repository/object_store.h"

#define GIT_OUTPUT_MAX ((size_t)48 << 20)

struct git_commit {
    struct str id, tree;
    struct strs parents;
};
VEC_DEFINE(git_commits, struct git_commit);
struct git_tree {
    struct str id, bytes;
};
VEC_DEFINE(git_trees, struct git_tree);

struct git {
    struct arena *arena;
    struct companion *objects;  /* git cat-file; NULL: not started yet, or it failed */
    struct object_store *store; /* what is read without asking git; NULL: nothing */
    bool store_is_open;
    bool takes_names; /* its --batch, of a git before 2.36 */
    struct str program;
    /* Of the repository: its work tree, or the bare directory; of a hook: where it stands. */
    struct str directory;
    struct open_options options;
    bool bare;                  /* not known yet of a hook's repository */
    struct git_commits commits; /* that were read */
    struct git_trees roots;     /* of some of them */
    struct git_ahead { /* changes that were found before they were asked for; `to` empty: none */
        struct str from, to;
        struct repository_changes changes;
    } ahead;
};

struct call {
    const struct git *git;
    struct str input;
    size_t output_maximum; /* 0: GIT_OUTPUT_MAX */
    uint64_t deadline_ms;  /* clock_ms() value; 0: a limit of its own */
    struct strs settings;  /* KEY=VALUE, at most 32 */
    bool fetch;
};

/* Fails only when git could not be run or did not end in time. */
MUST_CHECK bool git_run(struct arena *arena, const struct call *call, const struct str *words,
                        size_t count, struct process_result *ret, struct err *e);
#define GIT_RUN(arena, call, words, ret, e)                                                        \
    git_run((arena), (call), (words), COUNT_OF(words), (ret), (e))
/* A git that stays, for questions on its stdin; what a partial clone lacks is fetched unless the repository was opened without network. */
MUST_CHECK bool git_stay(const struct git *git, struct arena *arena, const struct str *words,
                         size_t count, struct companion **ret_companion, struct err *e);
bool git_failed(const struct process_result *result);
/* Returns false, with git's complaint. */
bool git_fail(const struct process_result *result, const char *what, struct err *e);
/* git's first line of complaint, without its "fatal: ". */
struct str git_complaint(struct str errors);
bool git_is_id(struct str s);
/* For what is read of commits alone: git itself is not asked before something has to be. False: no git, no such directory. */
bool git_open_near(struct arena *arena, struct str directory, void **ret_self);

/* git_objects.c: from where git keeps them, or else from one `git cat-file` for a whole run.
 * `names`: ids, or "ID^{}", "ID^{tree}", "ID~N". What is not there is GIT_MISSING, no failure. */
MUST_CHECK bool git_objects_read(struct git *git, struct arena *arena, const struct str *names,
                                 size_t count, size_t maximum, struct git_object *ret_objects,
                                 struct err *e);
/* The commit so many generations before this one, always by the first parent; 0: itself, or what a tag leads to. False: that is not known without asking
 * git. */
bool git_ancestor_near(struct git *git, struct arena *arena, struct str id, uint64_t generations,
                       struct git_object *ret_object);
/* What is read without asking git; NULL: nothing. */
struct object_store *git_store(struct git *git);
/* All that a thread beside this one does: `run` with a store of its own, unless there is none. */
typedef void git_store_function(void *context, struct object_store *store);
void git_in_thread(const struct git *git, git_store_function *run, void *context);
/* An entry of a tree, as it stands there. */
struct git_entry {
    unsigned mode; /* S_IFDIR, S_IFREG | 0644: what git makes of the digits */
    struct str name;
    struct str id; /* its bytes */
};
enum object_mode git_mode_of(unsigned mode);
/* Takes the next entry from a tree's bytes. Out: false: they are none of a tree. */
bool git_tree_next(struct str *bytes, size_t id_size, struct git_entry *ret_entry);
/* Returns false, with that complaint. */
bool git_tree_misread(struct str id, struct err *e);
struct str git_hex(struct arena *arena, struct str bytes);
bool git_objects_list(void *self, struct arena *arena, struct str tree,
                      struct object_entries *ret_entries, struct err *e);
bool git_objects_list_all(void *self, struct arena *arena, const struct str *trees, size_t count,
                          struct object_entries *ret_entries, bool *listed, struct err *e);
bool git_objects_blobs(struct git *git, struct arena *arena, const struct str *ids, size_t count,
                       size_t maximum, struct object_bytes *ret_blobs, struct err *e);
bool git_each_blob(void *self, const struct str *ids, size_t count, size_t maximum,
                   object_each_function *each, void *context, struct err *e);
/* git_commits.c */
/* Out: false: the text is none of a commit. The id is left as it is. */
bool git_commit_parse(struct arena *arena, struct str bytes, struct git_commit *ret_commit);
/* NULL: it was not read. Valid until the next one is. */
const struct git_commit *git_commit_kept(const struct git *git, struct str id);
const struct git_tree *git_root_kept(const struct git *git, struct str id);
/* Several at once, to be kept, and trees ("ID^{tree}"); `names` that lead to neither are passed over. */
MUST_CHECK bool git_commits_read(struct git *git, struct arena *arena, const struct strs *names,
                                 struct err *e);
MUST_CHECK bool git_read_commit(struct git *git, struct str id, struct git_commit *ret_commit,
                                struct err *e);
/* git_changes.c */
bool git_changes(void *self, struct arena *arena, struct str from, struct str to,
                 struct repository_changes *ret_changes, struct err *e);

/* git_history.c */
bool git_history_peel(void *self, struct arena *arena, struct str id,
                      enum repository_object *ret_kind, struct str *ret_commit, struct err *e);
bool git_history_named_refs(void *self, struct arena *arena, struct repository_named_refs *ret_refs,
                            struct err *e);
bool git_history_symbolic_ref(void *self, struct arena *arena, struct str name,
                              struct str *ret_target, struct err *e);
bool git_history_is_forward(void *self, struct arena *arena, struct str from, struct str to,
                            const struct repository_meanwhile *meanwhile, bool *ret_is,
                            struct err *e);
bool git_history_is_ancestor(void *self, struct arena *arena, struct str ancestor,
                             struct str commit, bool *ret_is, struct err *e);
bool git_history_walk(void *self, struct arena *arena, const struct strs *from,
                      const struct strs *hidden, struct repository_commits *ret_commits,
                      struct err *e);
bool git_history_touched(void *self, struct arena *arena, const struct repository_commits *commits,
                         const struct strs *paths, bool *touched, struct err *e);
/* git_refs.c: false is "ask git". */
bool git_refs_commit(struct git *git, struct arena *arena, struct str revision,
                     struct str *ret_commit);
/* git_find.c */
bool git_find_ref_files(void *self, struct arena *arena, const struct repository_refs *refs,
                        struct str directory, uint64_t deadline_ms, bool *listed,
                        struct repository_ref_files *ret_files, struct err *e);

bool git_history_shallow(void *self, struct arena *arena, struct strs *ret_commits, struct err *e);

#endif
