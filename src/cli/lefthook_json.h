/* lefthook_json.h -- our entry in lefthook.json and lefthook.jsonc, by editing the text.
 *
 * In:    the file's text; *.jsonc may hold comments. An empty text is no document.
 * Out:   one insertion, written as the file is (indentation, line ends, blanks); all other bytes stay.
 * Fails: ERR_INPUT: a syntax error (line and column), a "pre-push", "scripts" or "jobs" of another type.
 * Source: lefthook.dev/configuration; a script, as in YAML (install_manager.c says why).
 */
#ifndef HOOKCHECK_CLI_LEFTHOOK_JSON_H
#define HOOKCHECK_CLI_LEFTHOOK_JSON_H

#include "base/json.h"

struct lefthook_text {
    const char *name; /* in messages */
    struct str text;
    bool comments;
};
/* Is this path one of JSON, and with comments? */
bool lefthook_is_json(struct str path, bool *ret_comments);
bool lefthook_json_is_there(struct arena *arena, const struct lefthook_text *file);
/* The string under a key of the document itself; STR_NONE when there is none. */
struct str lefthook_json_value(struct arena *arena, const struct lefthook_text *file,
                               const char *key);
MUST_CHECK bool lefthook_json_add(struct arena *arena, const struct lefthook_text *file,
                                  size_t *ret_at, struct str *ret_piece, struct err *e);
/* Without our entry; false: it is not there. */
bool lefthook_json_cut(struct arena *arena, const struct lefthook_text *file, struct str *ret_text);

#endif
