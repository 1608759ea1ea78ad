/* yaml_lines.h -- places in a YAML file of block style, by its lines: enough to put an entry where it belongs.
 *
 * In:    text; keys are plain words at the start of a line. Flow style ("pre-push: {…}"), anchors and documents are not understood: the
 *        caller looks at `value` and leaves such a file alone.
 * Out:   offsets. Nothing is parsed beyond indentation, comments and the key.
 */
#ifndef HOOKCHECK_CLI_YAML_LINES_H
#define HOOKCHECK_CLI_YAML_LINES_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

struct yaml_block {
    size_t start;      /* of the key's line */
    size_t body;       /* behind the key's line */
    size_t end;        /* of the last line that belongs to it */
    struct str value;  /* what stands behind the colon, without a comment */
    struct str indent; /* of its first content line; bytes NULL when it has none */
    bool list;         /* that line begins with '-' */
};

/* The first `key:` with just this indentation in [from, to). */
bool yaml_find(struct str text, size_t from, size_t to, struct str indent, const char *key,
               struct yaml_block *ret);
/* Its lines with the ends that Windows puts. */
struct str yaml_with_crlf(struct arena *arena, struct str text);

#endif
