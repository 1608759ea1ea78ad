/* packs_trackers.h -- the part of `hookcheck packs` that is about migration tools.
 *
 * In:    the built-in packs, the user's own trackers of a configuration, or one file of somebody who writes a pack.
 * Out:   text or JSON lines into cli->out.
 * Fails: a file that is no tracker pack.
 */
#ifndef HOOKCHECK_CLI_PACKS_TRACKERS_H
#define HOOKCHECK_CLI_PACKS_TRACKERS_H

#include "cli/cli.h"

void packs_list_trackers(struct cli *cli, const struct config *config);
/* False: there is no tracker of that id. */
bool packs_explain_tracker(struct cli *cli, const struct config *config, struct str id);
/* Runs the examples of all trackers; counts them, and the trackers of which one failed. */
MUST_CHECK bool packs_test_trackers(struct cli *cli, const struct config *config, size_t *count,
                                    size_t *failed, struct err *e);
/* … of one pack. */
MUST_CHECK bool packs_test_tracker_file(struct cli *cli, struct str bytes, struct str name,
                                        size_t *count, size_t *failed, struct err *e);

#endif
