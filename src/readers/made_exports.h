/* made_exports.h -- does a script export what a function of some other files makes?
 *
 * `export const userLog = makeLog("user")`, with makeLog out of a file that has models: a model file that says no mapper's word. By its text, without
 * a grammar: most files that are asked for are none.
 *
 * In:    the source; the names of the other files without folder and ending, of an index.ts its folder's; NULL: any file.
 * Out:   whether one line exports the call of something that is imported from a file of such a name.
 * Fails: never; a call that begins on another line than its export is not seen.
 * Source: ECMAScript 2024, 16.2 (imports and exports).
 */
#ifndef HOOKCHECK_READERS_MADE_EXPORTS_H
#define HOOKCHECK_READERS_MADE_EXPORTS_H

#include "base/words.h"

bool made_exports(struct str source, const struct words *names);
/* The same of a module of Python: `events = event_table("gift")`, `event_table("gift")`. */
bool made_in_python(struct str source, const struct words *names);
/* By which a script or a module names the file where it imports from it; the same for what stands behind `from`. */
struct str made_exports_name(struct str path);

#endif
