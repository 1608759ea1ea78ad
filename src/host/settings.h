/* settings.h -- entries in a JSON settings file of somebody else, by editing its text.
 *
 * A file is never written anew from what was parsed: what is added is one contiguous insertion, what is taken away is cut out, and every
 * other byte (key order, indentation, line ends, escapes, numbers) stays as it is.
 *
 * In:    the file's text, strict JSON (SETTINGS_COMMENTS: its reader accepts comments); a byte order mark is left where it is.
 *        The way to an array of entries: keys of objects inside each other, {"hooks", "PreToolUse"}.
 * Out:   the new text, in the arena. What was added is read back and compared before it is returned.
 * Fails: ERR_INPUT: an empty file, a syntax error (line and column), a key that stands twice, a value of another type on the way.
 * Limits: FILE_MAX bytes; nesting JSON_NESTING_MAX; SETTINGS_PATH_MAX keys on the way.
 */
#ifndef HOOKCHECK_HOST_SETTINGS_H
#define HOOKCHECK_HOST_SETTINGS_H

#include "base/json.h"
#include "base/vec.h"

#define SETTINGS_PATH_MAX 3u

struct settings_file {
    const char *name; /* in messages */
    struct str text;
    bool comments;
    const char *keys[SETTINGS_PATH_MAX]; /* the way to the array; unused ones NULL */
};

/* The whole text for a file that is not there yet. `extra` is put before the entries ("\"version\": 1"); may be empty. */
MUST_CHECK bool settings_new(struct arena *arena, const struct settings_file *file,
                             struct str extra, const struct strs *entries, struct str *ret_text,
                             struct err *e);

/* Adds those entries (JSON texts) that the array does not hold yet, after the last one. *ret_inserted is what was put in, as one piece;
 * empty, and *ret_text the old one, when all were there. *ret_created: how many of the keys on the way were made. */
MUST_CHECK bool settings_add(struct arena *arena, const struct settings_file *file,
                             const struct strs *entries, struct str *ret_text,
                             struct str *ret_inserted, size_t *ret_created, struct err *e);

/* Is this handler ({"type": "command", …}) one to be taken away? */
typedef bool settings_match(const cJSON *handler);
/* Cuts out the entries that hold only matching handlers, and out of the others the matching handlers. An entry equal to one of `keep` (may
 * be NULL) stays, once. The last `prune` keys of the way are cut out as well when nothing is left in them. */
MUST_CHECK bool settings_remove(struct arena *arena, const struct settings_file *file,
                                settings_match *match, const struct strs *keep, size_t prune,
                                struct str *ret_text, struct err *e);

/* What no client can read in the "hooks" of a settings file in Claude's form: strings in the place of handlers, "patterns" keys, other
 * types. */
struct settings_fault {
    struct str key;  /* "hooks.PreToolUse[0].hooks[1]" */
    struct str what; /* "a string, where clients read objects" */
    bool mendable;   /* settings_mend cuts it out */
};
VEC_DEFINE(settings_faults, struct settings_fault);
void settings_find_faults(struct arena *arena, const cJSON *document,
                          struct settings_faults *ret_faults);
/* Cuts out what is mendable; the rest of the file stays as it is. */
MUST_CHECK bool settings_mend(struct arena *arena, const struct settings_file *file,
                              struct str *ret_text, struct err *e);

#endif
