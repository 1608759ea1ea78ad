/* manager_entry.h -- our entry in the configuration of husky, lefthook or pre-commit, by editing its text.
 *
 * In:    the file's path (its ending says which of lefthook's formats it is) and text.
 * Out:   one piece and where it is put, or the text without it. Nothing is read or written here.
 * Fails: text in a form that is not edited (YAML in flow style…): false, `e` set or not.
 */
#ifndef HOOKCHECK_CLI_MANAGER_ENTRY_H
#define HOOKCHECK_CLI_MANAGER_ENTRY_H

#include "cli/install_git.h"
#include "cli/lefthook_json.h"

/* What the entry starts, as shell words. */
struct str entry_program(struct install *in);
/* Is it a configuration of lefthook in JSON? */
bool entry_is_json(struct install *in, enum git_manager manager, struct str path, struct str text,
                   struct lefthook_text *ret);
bool entry_is_there(struct install *in, enum git_manager manager, struct str path, struct str text);
/* Does this file of lefthook's, the shared or a person's own, leave pre-push or our entry out ("skip: true")? */
bool entry_is_skipped(struct arena *arena, struct str path, struct str text);
bool entry_add(struct install *in, enum git_manager manager, struct str path, struct str text,
               size_t *ret_at, struct str *ret_piece, struct err *e);
/* False: it is not there as it would be written today. */
bool entry_cut(struct install *in, enum git_manager manager, struct str path, struct str text,
               struct str *ret_text);

#endif
