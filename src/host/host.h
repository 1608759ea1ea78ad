/* host.h -- agent protocols: PreToolUse JSON on stdin → struct request, and the answer each host understands.
 *
 * In:    one JSON document up to REQUEST_MAX. Unknown fields are ignored, duplicate keys and NUL refused.
 * Out:   the request; the host is recognised by the shape of its JSON (field names, event name, tool name), never by the environment.
 * Fails: the bytes are not such a document. The caller then lets door.h decide by deploy words (DESIGN §6.1).
 * Source: Claude Code hooks reference; Gemini CLI BeforeTool; Codex PreToolUse; Copilot preToolUse;
 *        Cursor beforeShellExecution and preToolUse; Antigravity PreToolUse; Kimi PreToolUse.
 */
#ifndef HOOKCHECK_HOST_HOST_H
#define HOOKCHECK_HOST_HOST_H

#include "base/arena.h"
#include "base/err.h"
#include "base/request.h"

/* `directory`: the process's own, for hosts that send none; absolute. */
MUST_CHECK bool host_parse_request(struct arena *arena, struct str raw, struct str directory,
                                   struct request *ret_request, struct err *e);

/* What the request's tool would do to its file. `request` as parsed from its `raw`; asked for only when the file's name matters, since contents
 * are large. */
void host_parse_edit(struct arena *arena, const struct request *request,
                     struct request_edit *ret_edit);

/* "claude", "codex"…: stable names for JSON and the audit trail. */
struct str host_name(enum host_kind host);

/* What to print on stdout when the call is let through: "{}\n" for hosts that insist on JSON (Gemini, Cursor; Antigravity has no
 * "no opinion" and gets its allow), empty for all others. Never a permissionDecision "allow" for Claude or Codex. */
struct str host_allow_answer(enum host_kind host);
/* What to print on stdout when it is blocked (exit status 2, reasons on stderr). Empty but for hosts that need JSON. */
struct str host_block_answer(struct arena *arena, enum host_kind host, struct str reasons);

#endif
