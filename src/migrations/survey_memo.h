/* survey_memo.h -- directories of commits in which a survey found nothing: with the same content they hold nothing in another commit (inside
 * migrations).
 *
 * The two commits of a push differ in few directories, and a look into all of them is most of what judging it takes. What lies below a directory
 * is told by its id; besides, what a survey finds there depends on its path, on the files right in the directories above it, and on the few
 * below those that packs name ("conf/flyway.toml"): the surroundings.
 *
 * In:    surveys of whole trees with the same configuration.
 * Fails: never. Work trees have no ids: nothing is kept of them.
 */
#ifndef HOOKCHECK_MIGRATIONS_SURVEY_MEMO_H
#define HOOKCHECK_MIGRATIONS_SURVEY_MEMO_H

#include "base/words.h"
#include "config/config.h"
#include "migrations/history.h"

struct survey_memo {
    struct arena *arena;
    struct words barren; /* "SURROUNDINGS ID PATH" */
    size_t links;        /* that were met: what is behind one has no id to be known by */
    struct strs near; /* directories below others in which packs' files lie: "src/main/resources" */
};

/* Of what lies in `directory`, whose own surroundings are `outer`. */
uint64_t survey_surroundings(struct survey_memo *memo, struct tree *tree, struct arena *scratch,
                             uint64_t outer, struct str directory,
                             const struct tree_entries *entries);
struct str survey_memo_key(struct arena *arena, uint64_t surroundings, struct str id,
                           struct str path);

#endif
