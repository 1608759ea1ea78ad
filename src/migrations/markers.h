/* markers.h -- signs of migrations that no pack counts (inside migrations only). */
#ifndef HOOKCHECK_MIGRATIONS_MARKERS_H
#define HOOKCHECK_MIGRATIONS_MARKERS_H

#include "repository/tree.h"

/* '#' one or more digits, '*' anything, else the byte itself; the whole name must match. */
bool form_matches(struct str form, struct str name);

/* Whose migrations lie in this directory, which its pack does not recognise: "Django", "Drizzle"; NULL when there is no clear sign.
 * `entries` are the directory's. Reads at most a few files; what cannot be read is added to *unreadable ("PATH: why"), in the arena. */
const char *marker_find(struct tree *tree, struct arena *arena, struct str directory,
                        const struct tree_entries *entries, struct strs *unreadable);

/* Does this SQL text carry another tool's annotations? Its name, or NULL. */
const char *marker_in_sql(struct str text);

#endif
