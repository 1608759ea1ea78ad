/* deploys.h -- which deploys would this command be?
 *
 * In:    a request (shell text, directory), the configurations of the work trees it touches.
 * Out:   deploys in source order, each with the trail that led to it; empty: none. Besides, what it would do to the gate itself (protect.h).
 * Fails: limits, memory, unreadable packs. The caller's door then decides (DESIGN §6.1).
 *
 * Invariants:
 * 1. Data is never code: heredoc bodies, messages, arguments of echo and grep are commands only if something runs them.
 * 2. Uncertain is not harmless: what might be a deploy is reported as suspected.
 * 3. Excuses (--help, --dry-run, plan…) are scoped to their own command.
 */
#ifndef HOOKCHECK_DEPLOYS_DEPLOYS_H
#define HOOKCHECK_DEPLOYS_DEPLOYS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/request.h"
#include "base/vec.h"
#include "config/config.h"
#include "deploys/protect.h"

#define DEPLOYS_MAX 64u
#define FOLLOW_DEPTH_MAX 12u
#define FOLLOW_FILES_MAX 200u

enum deploy_certainty { DEPLOY_CERTAIN = 0, DEPLOY_SUSPECTED };
enum deploy_kind {
    DEPLOY_WORK_TREE = 0, /* what is deployed is the work tree */
    DEPLOY_COMMIT,        /* `commit` (a revision as git understands it) is deployed */
    DEPLOY_ROLLBACK,      /* older code: reason rollback */
};

struct deploy {
    struct str rule; /* "aws-lambda-update-code", "our-image" */
    enum deploy_certainty certainty;
    enum deploy_kind kind;
    /* The configured environment's name that applies; "" when none is configured. */
    struct str environment;
    struct str environment_word; /* what the command said, "" when nothing */
    struct str command;          /* canonical line, secrets masked */
    struct str directory;        /* absolute: where it would run */
    struct str commit;           /* DEPLOY_COMMIT */
    /* The sets its rule names; empty: decided by environment and directory. */
    struct strs migrations;
    struct strs trail; /* "Makefile:12", "scripts/ship.sh:4", the command itself last */
    struct str why;    /* for suspected ones: what made it suspicious; may be empty */
    /* The way out that this very call also contains (`alembic upgrade head && sst deploy`): then the hint says: two calls. */
    bool after_migration;
};
VEC_DEFINE(deploys, struct deploy);

MUST_CHECK bool deploys_recognise(struct arena *arena, struct configs *configs,
                                  const struct request *request, struct deploys *ret_deploys,
                                  struct tampers *ret_tampers, struct err *e);

/* One JSON array as documented in install/schema/command.schema.json; and back, for the supervised child. */
void deploys_write_json(struct buf *out, const struct deploys *deploys);
MUST_CHECK bool deploys_read_json(struct arena *arena, const cJSON *array,
                                  struct deploys *ret_deploys, struct err *e);

/* Words of the built-in packs, sorted, for door_add_words. */
struct door_words;
struct door_words deploys_words(void);
/* Words of a configuration's own rules. */
struct door_words deploys_config_words(struct arena *arena, const struct config *config);

/* Masks values that look like secrets (--password x, TOKEN=…, postgresql://u:p@h) in a line that will be shown or logged. */
struct str deploys_mask(struct arena *arena, struct str line);

#endif
