/* models_opaque.h -- model files whose text git does not have: a pointer of Git LFS, bytes of git-crypt (inside migrations).
 *
 * What such a file describes is not known, before or after: its tables neither came nor went.
 *
 * In:    both sides of a comparison, opened; what changed between them, sorted.
 * Out:   such files are taken from the paths of both; each is noted as something that cannot be read.
 * Fails: never; a file that cannot be had at all is found out when it is read.
 */
#ifndef HOOKCHECK_MIGRATIONS_MODELS_OPAQUE_H
#define HOOKCHECK_MIGRATIONS_MODELS_OPAQUE_H

#include "migrations/models_files.h"

#define OPAQUE_MAX 1024u /* bytes that tell */

/* Why its text is not the file's own; NULL: it is. */
const char *models_opacity(struct str text);
void models_leave_opaque(struct model_side sides[2], const struct strs *changed,
                         struct schema_unreads *unread);

#endif
