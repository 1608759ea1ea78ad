/* pusher.h -- what the steps of judging a push share (private to src/gate). */
#ifndef HOOKCHECK_GATE_PUSHER_H
#define HOOKCHECK_GATE_PUSHER_H

#include "base/words.h"
#include "gate/judge.h"
#include "gate/push.h"
#include "migrations/left_out.h"
#include "schema/schema.h"

/* The migration sets of one commit; histories are read when a push touches them. */
struct commit_set {
    struct config_migrations set;
    struct history history;
    bool loaded;
    const struct words *files; /* of its migrations; NULL: not asked for yet */
};
VEC_DEFINE(commit_sets, struct commit_set);

struct commit_view {
    struct str commit;
    struct tree *tree;
    struct commit_sets sets;
    struct config_migrations_list detected_sets;
    bool detected;             /* sets are those of the tree */
    struct left_out *left_out; /* NULL: not asked for yet */
};

/* What the paths alone say of changes. */
struct push_sieve {
    const struct repository_change *of; /* the first of these; NULL: not looked at yet */
    bool migrations;                    /* one may be of a migration */
    bool models;                        /* one may be of a model */
};

struct pusher {
    struct arena *arena;
    struct push_sieve sieve;
    const struct push_input *input;
    const struct config *config;
    struct range_known known;
    struct push_result *result;
    struct reasons reasons;
    struct str pushed_to; /* named in each finding; empty when the push has one ref only */
    VEC(struct commit_view *) views;
    struct survey_memo *memo; /* pusher_memo() */
    bool late;                /* the deadline was told of */
    struct words plain; /* push_host.c: branches that are no deploy; no arena: not asked for yet */
};

/* One range that brings something. */
struct pushed {
    struct pusher *pusher;
    const struct push_ref *ref;
    const struct push_range *range;
    struct repository_changes changes;
    struct commit_view *before; /* of the base; without sets when the base is the empty tree */
    struct commit_view *after;
    bool is_deploy;
};

void pusher_add(struct pusher *pusher, enum reason_code code, struct str set, struct str message,
                struct str hint);
/* A step that failed becomes the reason that fits. */
void pusher_failed(struct pusher *pusher, const char *what, const struct err *e);
/* The tree of a commit, kept. `commit` empty: no tree. */
MUST_CHECK bool pusher_tree(struct pusher *pusher, struct str commit, struct commit_view **ret_view,
                            struct err *e);
/* Of the views' directories. */
struct survey_memo *pusher_memo(struct pusher *pusher);
/* Its migration sets too: that looks through all directories. */
MUST_CHECK bool pusher_view(struct pusher *pusher, struct str commit, struct commit_view **ret_view,
                            struct err *e);
MUST_CHECK bool pusher_load(struct pusher *pusher, struct commit_view *view, struct commit_set *set,
                            struct err *e);
/* For each path of the view's tree the tool that does not run it, as left_out_find() says it: all its sets are loaded. */
struct str *pusher_left_out(struct pusher *pusher, struct commit_view *view,
                            const struct strs *paths);
/* NULL when the path does not differ. */
const struct repository_change *pushed_change(const struct pushed *pushed, struct str path);

/* refs/heads/main: "main"; others as they are. */
struct str push_short_name(struct str ref);
/* push_host.c */
/* Is the remote itself a host that deploys what it is given? Then as the rule says it. */
MUST_CHECK bool push_to_host(struct pusher *pusher, struct str branch, struct deploy *ret_deploy,
                             bool *ret_found, struct err *e);
/* push_foreign.c */
/* The default branch and deploys get everything that comes, whoever made it. */
bool push_counts_whole(const struct pushed *pushed);
/* The commits at which the remote's main lines are known to be, but for the branch that is pushed to. */
MUST_CHECK bool push_main_lines(struct pushed *pushed, struct strs *ret_commits, struct err *e);
struct push_line {
    struct str tip, shown; /* "origin/develop" */
};
VEC_DEFINE(push_lines, struct push_line);
/* The main line into which the branch will be merged: the one that it left last, the remote's default branch where several are as near.
 * `tip` empty: none is known, or the push is to the default branch. */
MUST_CHECK bool push_joined_line(struct pushed *pushed, struct push_line *ret_line, struct err *e);
/* refs/remotes/origin/main: "origin/main"; of a server "main". */
struct str push_ref_shown(struct str name);
/* touched[i]: a commit that this push brings, and no main line has, changes paths[i] (a merge: to what none of its parents has). All, where
 * everything counts. */
MUST_CHECK bool push_touches(struct pushed *pushed, const struct strs *paths, bool *touched,
                             struct err *e);
/* push_migrations.c */
MUST_CHECK bool push_judge_migrations(struct pushed *pushed, struct err *e);
/* A branch that is rewritten: what stood at the old commit and is edited or gone now. `pushed` goes from there to the tip; `judged` is the view
 * whose migrations were compared already. */
MUST_CHECK bool push_judge_rewritten(struct pushed *pushed, const struct commit_view *judged,
                                     struct err *e);
/* push_text.c: does the tool compare a checksum of what it applied? */
bool push_has_checksum(const struct commit_set *set);
/* Is a published migration's new text no edit of the old one? To a tool with a checksum: when that stays, line ends apart, which git may change on
 * the way. To others: blanks at the ends of lines and empty lines besides, where no text goes over several lines. `set` NULL: no tool is known. */
bool push_same_text(struct arena *scratch, const struct commit_set *set, struct str before,
                    struct str after);
/* The new text of a migration with the name its class had: Rails and Ecto want it called after the file, and record the number alone. As it is, where
 * the file keeps its name or the class has another one. */
struct str push_as_it_was_called(struct arena *scratch, struct str before_path, struct str before,
                                 struct str after_path, struct str after);
/* push_squash.c: a published squash that is still there stands for the migration `id`, or a dump of the schema that records it.
 * *in_dump: what such a dump records; NULL until it is read. */
bool push_squash_holds(const struct pushed *pushed, const struct commit_set *old, struct str id,
                       const struct words **in_dump);
/* What such a squash stands for goes with this push. */
bool push_squash_is_over(const struct pushed *pushed, const struct commit_set *old);
/* push_gone.c: the service or application whose migration `file` was is gone, with all of its code. `owner`: begun with {0}, for the next one. */
struct push_owner {
    bool known, is_gone;
    const struct commit_set *set;
    struct str path;
};
MUST_CHECK bool push_owner_is_gone(const struct pushed *pushed, const struct commit_set *set,
                                   struct str file, struct push_owner *owner, bool *ret_gone,
                                   struct err *e);
/* Tables and types whose models went with their service: covered, for nothing is left that asks for them. */
MUST_CHECK bool push_cover_gone(struct pushed *pushed, const struct schema_changes *changes,
                                bool *covered, struct err *e);
/* The text of a migration without what it depends on and replaces, and without empty lines. */
struct str push_squash_rest(struct arena *arena, struct str text);
/* push_look.c: may the push change a schema's models? Else they are not worth reading, which takes a look into each directory. */
MUST_CHECK bool push_look_for_models(struct pushed *pushed, bool *ret_any, struct err *e);
/* Fills pusher->sieve, unless it is of these. */
MUST_CHECK bool push_sieve(struct pusher *pusher, const struct repository_changes *changes,
                           struct err *e);
/* push_models.c */
MUST_CHECK bool push_judge_models(struct pushed *pushed, size_t *ret_changes, struct err *e);
/* push_keys.c: adds keys, indexes and types that come with what is covered, and that no migration makes. */
void push_add_left_keys(struct pushed *pushed, struct schema_changes *changes, bool **covered);
/* push_command.c: the command that makes the migration which the change lacks; never empty. */
MUST_CHECK bool push_make_command(struct pushed *pushed, const struct schema_change *change,
                                  struct str *ret_command, struct err *e);
/* push_join.c: heads and ids of new migrations against what the remote has elsewhere. */
MUST_CHECK bool push_judge_join(struct pushed *pushed, struct commit_set *set,
                                const struct strs *new_ids, struct err *e);

/* push_paths.c */
/* May migrations of `set` cover models in `file`? What the configuration says of its path; else as service_has() says it. */
MUST_CHECK bool push_set_is_for(const struct pushed *pushed, const struct commit_set *set,
                                struct str file, bool *ret_is, struct err *e);
bool push_path_is_migration(const struct config *config, struct str path);
struct push_shape {
    const char *tracker;
    const char *path;    /* PCRE2 */
    const char *command; /* that applies them */
};
/* Wider: by the name of the file alone. */
bool push_path_may_be_migration(const struct config *config, struct str path);
/* The tracker whose migrations have such paths, for those that cannot be read yet; NULL: none. */
MUST_CHECK bool push_path_shape(struct arena *arena, struct str path,
                                const struct push_shape **ret_shape, struct err *e);
bool push_shape_is_unknown(const struct push_shape *shape); /* by its number and folder alone */

#endif
