/* request.h -- what a host asks: may this shell text run here? The common currency of host, deploys and gate. */
#ifndef HOOKCHECK_BASE_REQUEST_H
#define HOOKCHECK_BASE_REQUEST_H

#include "base/str.h"
#include "base/vec.h"

enum host_kind {
    HOST_UNKNOWN =
        0,       /* JSON we do not know the sender of: answered by exit status and stderr alone */
    HOST_CLAUDE, /* Claude Code */
    HOST_CODEX,
    HOST_COPILOT,
    HOST_GEMINI,
    HOST_CURSOR,
    HOST_ANTIGRAVITY,
    HOST_OPENCODE,
    HOST_KIMI,    /* speaks Claude Code's dialect; its tools are its own */
    HOST_DRY_RUN, /* hookcheck command */
    HOST_GIT,     /* pre-push, pre-receive */
};

enum shell_dialect { DIALECT_SH = 0, DIALECT_POWERSHELL };

enum step_kind {
    STEP_TEXT = 0, /* the old text, wherever it stands */
    STEP_LINES,    /* sed's: on each line the first place, or all, of a regular expression */
    STEP_BEFORE,   /* sed's too, as the next two: lines before a line */
    STEP_BEHIND,   /* behind it */
    STEP_WITHOUT,  /* the line is left out */
    STEP_HUNK,     /* whole lines, behind those of the hunk before */
};
#define STEP_OF_BYTES '\x01' /* before a regular expression that asks what one character is */
#define STEP_GROUP '\x02'    /* in a new text, before a digit: what the group has matched */
/* One step of an edit, as editing tools take them. */
struct edit_step {
    struct str old_text, new_text;
    bool all; /* every place, not the only one */
    enum step_kind kind;
    struct str at; /* sed's lines: 3 $ 3,5 /regex; empty: all */
};
VEC_DEFINE(edit_steps, struct edit_step);

/* What an editing tool would do to its file: the whole content, or steps; to its files: a patch. None of these: not known. */
struct request_edit {
    bool whole;
    struct str content;
    struct edit_steps steps;
    struct str patch; /* as patch.h reads it */
};

struct request {
    enum host_kind host;
    bool runs_shell; /* false: a tool that runs no command (Read, Grep…): nothing to recognise */
    enum shell_dialect dialect;
    struct str event;   /* hook_event_name as sent */
    struct str tool;    /* tool name as sent */
    struct str command; /* the shell text */
    struct str cwd;     /* absolute; where the command would run */
    struct str session; /* session id for the audit trail; may be empty */
    /* The files that an editing tool would change, as sent; see host_parse_edit. */
    struct strs edits;
    struct str raw; /* the bytes as received */
};

#endif
