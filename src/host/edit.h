/* edit.h -- the inputs of editing tools. Private to src/host.
 *
 * In:    the document as sent: {"tool_input": {"file_path", "content"}} and its kin; a patch that names its files.
 * Out:   the files' paths as written; none when the input has another form: the tool itself will refuse it.
 * Source: Claude Code tools reference (Write, Edit, MultiEdit, NotebookEdit); the other hosts' names for the same fields.
 */
#ifndef HOOKCHECK_HOST_EDIT_H
#define HOOKCHECK_HOST_EDIT_H

#include "base/json.h"
#include "base/vec.h"

void edit_read_files(struct arena *arena, const cJSON *document, struct strs *ret_paths);

#endif
