/* recognise.h -- the recogniser on its own: for deploys_recognise(), for the check of the packs' examples, and for `packs explain`. */
#ifndef HOOKCHECK_DEPLOYS_RECOGNISE_H
#define HOOKCHECK_DEPLOYS_RECOGNISE_H

#include "deploys/deploys.h"
#include "deploys/pack.h"

struct recogniser;

/* `configs` may be NULL: then no rule of a user and no environment is known. Deploys are pushed to *deploys. */
struct recogniser *recogniser_new(struct arena *arena, struct configs *configs,
                                  const struct pack_tables *tables, struct deploys *deploys);
MUST_CHECK bool recogniser_run(struct recogniser *r, enum shell_dialect dialect, struct str text,
                               struct str directory, struct str home, struct err *e);
/* What a text would do to the gate itself is noted in *tampers too, by these rows. */
struct protect_tables;
void recogniser_protect(struct recogniser *r, const struct protect_tables *protect,
                        struct tampers *tampers);
/* Variables of our own environment are exported already: the host starts the shell with the same ones. */
void recogniser_inherit(struct recogniser *r);
/* $HOME, or empty. */
struct str recogniser_home(void);

/* Each rule that was tried on some command, with the canonical line it was tried on. */
typedef void recogniser_tried(void *context, const struct pack_rule *rule, struct str line,
                              bool matched, bool unless);
void recogniser_explain(struct recogniser *r, recogniser_tried *tried, void *context);

/* --- The examples of the packs, through the same recogniser --- */
struct pack_failure {
    struct str file, row; /* patterns/deploys/aws.json, the rule's id or the wrapper's first name */
    struct str example;
    struct str expected, found; /* sentences */
};
VEC_DEFINE(pack_failures, struct pack_failure);
/* Only rows of `file` when it is not empty. *ret_count: the examples that were run. */
MUST_CHECK bool pack_check_examples(struct arena *arena, const struct pack_tables *tables,
                                    const struct pack_examples *examples, struct str file,
                                    struct pack_failures *ret_failures, size_t *ret_count,
                                    struct err *e);

#endif
