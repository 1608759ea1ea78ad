/* output_lines.h -- what `ls` prints, and what filters leave of the lines they read. Private to src/deploys.
 *
 * In:    a command, with its standard input where that is known.
 * Out:   its output; a line that is not known whole stays, as it could be one that is let through.
 * Fails: false: not known.
 */
#ifndef HOOKCHECK_DEPLOYS_OUTPUT_LINES_H
#define HOOKCHECK_DEPLOYS_OUTPUT_LINES_H

#include "deploys/judge.h"

/* `ls deploy.sh | xargs bash`: files that are named; `ls .git/hooks/…`: any file there; `ls .git/hooks`: what is there. */
bool output_listed(struct recogniser *r, const struct shell_command *command, struct str *ret);
/* git [-C DIRECTORY] ls-files PATHSPEC…, ls-tree --name-only REVISION PATH…; false for its other commands */
bool output_tracked(struct recogniser *r, const struct shell_command *command, struct str *ret);
/* What the same text has written to the file; others are not read, as they may hold secrets. */
bool output_written(struct recogniser *r, struct str directory, const struct shell_value *path,
                    struct str *ret);
/* grep, sort, uniq, tac, head, tail; xargs without a command */
bool output_filters(const struct shell_command *command);
bool output_filtered(struct recogniser *r, const struct shell_command *command, struct str *ret);
/* The text that a filter reads. */
bool output_input(struct recogniser *r, const struct shell_command *command, struct str *ret);
/* --- output_jq.c --- */
/* jq '.model = "x"' FILE: of ours, and nothing has changed it before */
bool output_jq(struct recogniser *r, const struct shell_command *command, struct str *ret);
/* yq -i '.model = "x"' FILE: what the file holds then. */
bool output_yq_in_place(struct recogniser *r, const struct call *call, struct str *ret);
/* --- output_mapped.c --- */
/* sed 's|^|x/|', awk '{print "x/" $0}': lines that become others. */
bool output_maps(const struct shell_command *command);
bool output_mapped(struct recogniser *r, const struct shell_command *command, struct str *ret);

#endif
