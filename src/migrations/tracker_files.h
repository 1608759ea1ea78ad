/* tracker_files.h -- does a directory hold files by which a tool is set? (inside migrations)
 *
 * Asked of each directory of a tree for each tool: names are looked up in a set, and few forms are tried.
 */
#ifndef HOOKCHECK_MIGRATIONS_TRACKER_FILES_H
#define HOOKCHECK_MIGRATIONS_TRACKER_FILES_H

#include "base/words.h"
#include "migrations/tracker.h"

/* The packs that count: the configuration's, then all others; or one. */
size_t trackers_count(const struct config *config, const struct tracker *only);
const struct tracker *trackers_at(const struct config *config, const struct tracker *only,
                                  size_t index);

struct tracker_files {  /* of all tools that count: files, or the folders above them */
    struct words names; /* "alembic.ini", "config" */
    struct strs parts;  /* what stands between the stars of "*migrat*" */
    struct strs forms;  /* of others: "knexfile.*.js" */
};
void tracker_files_note(struct arena *arena, const struct config *config,
                        const struct tracker *only, struct tracker_files *ret_files);
bool tracker_files_lie_in(const struct tracker_files *files, const struct tree_entries *entries);
/* Of this tool. */
bool tracker_file_lies_in(const struct tracker *tracker, const struct tree_entries *entries);

#endif
