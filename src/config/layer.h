/* layer.h -- one configuration file: read into a struct config that holds only what the file says, then merged over the ones before it. */
#ifndef HOOKCHECK_CONFIG_LAYER_H
#define HOOKCHECK_CONFIG_LAYER_H

#include "base/json.h"
#include "config/config.h"

struct config_source {
    struct str path; /* for messages */
    enum config_layer layer;
    bool trusted; /* false: a repository's file that no person has trusted */
};

/* Message: "environments.production.databse: no such key; did you mean "database"?", or "line:column: …" for syntax; both behind the
 * file's path. */
MUST_CHECK bool layer_read(struct arena *arena, struct str bytes,
                           const struct config_source *source, struct config *ret_layer,
                           struct err *e);

/* Adds a layer: later ones overrule earlier ones, but for what DESIGN §5 forbids; what is ignored is noted. */
void layer_merge(struct arena *arena, struct config *config, const struct config *layer,
                 const struct config_source *source);
/* References between layers (environments and migration sets named somewhere), the default environment. The failure's place says whose
 * fault it is. */
MUST_CHECK bool layers_check(struct arena *arena, struct config *config,
                             struct config_place *ret_place, struct err *e);

/* Deploy words of a text that could not be understood (DESIGN §5 *Broken file*). */
void broken_collect_words(struct arena *arena, struct str text, struct strs *words);

#endif
