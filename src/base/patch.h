/* patch.h -- which files does a patch change?
 *
 * In:    patch_read_paths: the form of Codex's apply_patch: "*** Begin Patch", "*** Update File: PATH", "*** Delete File: PATH", "*** Add File:
 *        PATH", "*** Move to: PATH", each on a line of its own; blanks around a line do not matter.
 *        diff_read_paths: unified diffs, as patch and git apply take them.
 *        patch_read_steps: the first form.
 * Out:   the paths as written, in their order; one that is named twice stands twice. Of a diff also without their first part ("b/"), which most
 *        readers leave out. Empty for any other text.
 *        The steps by which a patch changes one of its files, named as written: STEP_HUNK. False: it removes, makes or renames the file, names
 *        it twice, adds lines that no context places, or is no patch that every reader takes.
 * Fails: never. No limit but the text's own, and PATCH_STEPS_MAX.
 * Source: Codex, OpenCode and Copilot take the first form; Codex trims the lines it compares. git-diff(1) "Generating patch text".
 */
#ifndef HOOKCHECK_BASE_PATCH_H
#define HOOKCHECK_BASE_PATCH_H

#include "base/arena.h"
#include "base/request.h"
#include "base/vec.h"

#define PATCH_STEPS_MAX 64u

void patch_read_paths(struct arena *arena, struct str patch, struct strs *ret_paths);
void diff_read_paths(struct arena *arena, struct str diff, struct strs *ret_paths);
bool patch_read_steps(struct arena *arena, struct str patch, struct str path,
                      struct edit_steps *ret_steps);

#endif
