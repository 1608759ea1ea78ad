#include <string.h>
#include <unistd.h>

#include "config/state.h"

/* Marks that agents leave in the environment of the commands they start. Names alone count: a value can say anything. A prefix ends with
 * '*'. Not in the list: what an editor sets in every terminal it opens, a person's too (CURSOR_TRACE_ID, VSCODE_*, TERM_PROGRAM), and what
 * configures an agent in a person's own profile (AIDER_MODEL, CODEX_HOME, CLAUDE_CONFIG_DIR, COPILOT_MODEL).
 * Sources: Claude Code (CLAUDECODE, CLAUDE_CODE_ENTRYPOINT, _SESSION_ID, _SSE_PORT), Codex (CODEX_SANDBOX, _SANDBOX_NETWORK_DISABLED,
 * CODEX_THREAD_ID), Gemini CLI, Cursor CLI, OpenCode, Augment, Amp and Goose (AGENT), the AI_AGENT convention of detect-agent. */
static const char *const marks[] = {
    "CLAUDECODE",
    "CLAUDE_CODE",
    "CLAUDE_CODE_ENTRYPOINT",
    "CLAUDE_CODE_SESSION_ID",
    "CLAUDE_CODE_CHILD_SESSION",
    "CODEX_SANDBOX*",
    "CODEX_THREAD_ID",
    "CODEX_CI",
    "CODEX_CLI",
    "GEMINI_CLI",
    "GEMINI_CLI_IDE_*",
    "ANTIGRAVITY_AGENT",
    "CURSOR_AGENT",
    "CURSOR_SANDBOX*",
    "CURSOR_CLI",
    "COPILOT_CLI",
    "COPILOT_AGENT*",
    "GITHUB_COPILOT_*",
    "OPENCODE",
    "OPENCODE_CLIENT",
    "OPENCODE_SESSION*",
    "AIDER",
    "AIDER_AGENT",
    "AUGMENT_AGENT",
    "AMP_THREAD_ID",
    "CLINE_ACTIVE",
    "ROO_ACTIVE",
    "GOOSE_TERMINAL",
    "QWEN_CODE",
    "CRUSH",
    "KIMI_CLI",
    "KIMI_CODE",
    "IFLOW_CLI",
    "TRAE_AI_SHELL_ID",
    "WINDSURF_AGENT",
    "AGENT",
    "AI_AGENT",
};

static bool is_mark(struct str name)
{
    for (size_t i = 0; i < COUNT_OF(marks); i++) {
        struct str mark = str_from(marks[i]);
        bool prefix = mark.bytes[mark.length - 1] == '*';
        if (prefix ? str_starts(name, str_prefix(mark, mark.length - 1)) : str_eq(name, mark))
            return true;
    }
    return false;
}

extern char **environ;

bool agent_is_there(struct str *ret_why)
{
    static char why[128];

    for (char **variable = environ; variable && *variable; variable++) {
        struct str rest = str_from(*variable), name = str_cut(&rest, '=');
        if (!is_mark(name))
            continue;
        size_t length = name.length < 64 ? name.length : 64;
        static const char tail[] = " is set: an agent started this";
        memcpy(why, name.bytes, length);
        memcpy(why + length, tail, sizeof tail);
        *ret_why = str_from(why);
        return true;
    }
    return false;
}

bool person_is_there(struct str *ret_why)
{
    if (agent_is_there(ret_why))
        return false;
    if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO)) {
        *ret_why = isatty(STDIN_FILENO) ? STR("standard error is not a terminal")
                                        : STR("standard input is not a terminal");
        return false;
    }
    *ret_why = STR("");
    return true;
}
