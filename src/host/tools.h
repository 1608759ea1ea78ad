/* tools.h -- what is known of the tools that agents call: which start a shell, which never do. */
#ifndef HOOKCHECK_HOST_TOOLS_H
#define HOOKCHECK_HOST_TOOLS_H

#include "base/request.h"

enum tool_kind {
    TOOL_UNKNOWN =
        0, /* a shell if its input has a field that could be a command: uncertain is not harmless */
    TOOL_SHELL,
    TOOL_NO_SHELL,
};

enum tool_kind tool_kind(struct str name, enum shell_dialect *ret_dialect);

/* Does the tool change files that its input names? */
bool tool_edits(struct str name);

/* Events after the fact, or without a tool: nothing is about to run. */
bool event_runs_nothing(struct str event);

#endif
