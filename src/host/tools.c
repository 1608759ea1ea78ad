#include "host/tools.h"

/* Names as the hosts send them; compared without regard to case ("Bash" and "bash" are one tool to two hosts). */
static const struct {
    const char *name;
    enum shell_dialect dialect;
} shells[] = {
    {"Bash", DIALECT_SH},               /* Claude Code, Kimi, Codex; Copilot, OpenCode: bash */
    {"PowerShell", DIALECT_POWERSHELL}, /* Claude Code on Windows; Copilot: powershell */
    {"Monitor", DIALECT_SH},            /* Claude Code: a command that is watched */
    {"Shell", DIALECT_SH},              /* Cursor preToolUse; Codex: shell */
    {"run_shell_command", DIALECT_SH},  /* Gemini CLI */
    {"run_command", DIALECT_SH},        /* Antigravity */
    {"run_in_terminal", DIALECT_SH},    /* VS Code */
    {"runInTerminal", DIALECT_SH},
    {"run_terminal_cmd", DIALECT_SH}, /* older Cursor */
    {"run_terminal_command", DIALECT_SH},
    {"local_shell", DIALECT_SH}, /* Codex */
    {"shell_command", DIALECT_SH},
    {"exec_command", DIALECT_SH},
    {"write_stdin", DIALECT_SH}, /* Codex: types into a running shell */
    {"write_bash", DIALECT_SH},  /* Copilot: the same */
    {"write_powershell", DIALECT_POWERSHELL},
    {"container.exec", DIALECT_SH},
    {"execute_command", DIALECT_SH}, /* Cline, Roo */
};

/* These take text that may hold commands, but none is run. A tool that is not here and has a command field counts as a shell. */
static const char *const not_shells[] = {
    /* Claude Code */
    "Read",
    "Write",
    "Edit",
    "MultiEdit",
    "NotebookEdit",
    "NotebookRead",
    "Glob",
    "Grep",
    "LS",
    "LSP",
    "WebFetch",
    "WebSearch",
    "Task",
    "Agent",
    "TodoWrite",
    "TodoRead",
    "TaskCreate",
    "TaskUpdate",
    "TaskGet",
    "TaskList",
    "TaskOutput",
    "TaskStop",
    "ExitPlanMode",
    "EnterPlanMode",
    "EnterWorktree",
    "ExitWorktree",
    "AskUserQuestion",
    "KillShell",
    "KillBash",
    "BashOutput",
    "Skill",
    "SlashCommand",
    "ToolSearch",
    "SendMessage",
    "ListMcpResourcesTool",
    "ReadMcpResourceTool",
    /* Gemini CLI */
    "read_file",
    "read_many_files",
    "write_file",
    "replace",
    "glob",
    "search_file_content",
    "grep_search",
    "list_directory",
    "web_fetch",
    "google_web_search",
    "save_memory",
    "write_todos",
    /* Codex, Copilot, Cursor, Antigravity, OpenCode */
    "apply_patch",
    "update_plan",
    "view_image",
    "view",
    "create",
    "str_replace",
    "str_replace_editor",
    "read_bash",
    "stop_bash",
    "read_powershell",
    "stop_powershell",
    "report_intent",
    "delete",
    "delete_file",
    "edit_file",
    "list_dir",
    "codebase_search",
    "view_file",
    "write_to_file",
    "replace_file_content",
    "multi_replace_file_content",
    "find_by_name",
    "command_status",
    "patch",
    "todowrite",
    "todoread",
    "list",
    /* Kimi */
    "ReadFile",
    "ReadMediaFile",
    "WriteFile",
    "StrReplaceFile",
    "SearchWeb",
    "FetchURL",
    "SetTodoList",
};

enum tool_kind tool_kind(struct str name, enum shell_dialect *ret_dialect)
{
    *ret_dialect = DIALECT_SH;
    for (size_t i = 0; i < COUNT_OF(shells); i++)
        if (str_eq_nocase(name, str_from(shells[i].name))) {
            *ret_dialect = shells[i].dialect;
            return TOOL_SHELL;
        }
    for (size_t i = 0; i < COUNT_OF(not_shells); i++)
        if (str_eq_nocase(name, str_from(not_shells[i])))
            return TOOL_NO_SHELL;
    return TOOL_UNKNOWN;
}

bool tool_edits(struct str name)
{
    /* Claude Code; OpenCode (write, edit); Gemini CLI; Copilot; Antigravity; Codex; Kimi. */
    static const char *const names[] = {"Write",
                                        "Edit",
                                        "MultiEdit",
                                        "NotebookEdit",
                                        "write_file",
                                        "replace",
                                        "create",
                                        "str_replace",
                                        "delete_file",
                                        "str_replace_editor",
                                        "edit_file",
                                        "delete",
                                        "apply_patch",
                                        "write_to_file",
                                        "replace_file_content",
                                        "multi_replace_file_content",
                                        "patch",
                                        "WriteFile",
                                        "StrReplaceFile",
                                        NULL};

    return str_is_one_of_nocase(name, names);
}

bool event_runs_nothing(struct str event)
{
    static const char *const events[] = {
        "PostToolUse",   "PostToolUseFailure", "AfterTool",          "afterShellExecution",
        "SessionStart",  "SessionEnd",         "UserPromptSubmit",   "userPromptSubmitted",
        "Stop",          "SubagentStart",      "SubagentStop",       "Notification",
        "PreCompact",    "PostCompact",        "BeforeAgent",        "AfterAgent",
        "BeforeModel",   "AfterModel",         "ConfigChange",       "errorOccurred",
        "afterFileEdit", "beforeReadFile",     "beforeSubmitPrompt", NULL};

    return str_is_one_of_nocase(event, events);
}
