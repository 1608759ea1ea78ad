#include "host/registration.h"

#include <string.h>

#include "base/file.h"
#include "base/quote.h"
#include "base/regex.h"

const struct registration registrations[] = {
    {
        .name = "claude",
        .title = "Claude Code",
        .client = "claude",
        .project = ".claude",
        .home = ".claude",
        .home_variable = "CLAUDE_CONFIG_DIR",
        .files = {".claude/settings.json", ".claude/settings.local.json", "settings.json",
                  "/etc/claude-code/managed-settings.json"},
        .keys = {"hooks", "PreToolUse", NULL},
        .claude_shape = true,
    },
    {
        .name = "codex",
        .title = "Codex CLI",
        .client = "codex",
        .project = ".codex",
        .home = ".codex",
        .home_variable = "CODEX_HOME",
        .files = {".codex/hooks.json", NULL, "hooks.json", NULL},
        .keys = {"hooks", "PreToolUse", NULL},
        .note = "Codex skips a new or changed hook until a person has trusted it: /hooks in Codex",
        .claude_shape = true,
    },
    {
        .name = "copilot",
        .title = "Copilot CLI",
        .client = "copilot",
        .project = ".github/hooks",
        .home = ".copilot",
        .home_variable = "COPILOT_HOME",
        .files = {".github/hooks/hookcheck.json", NULL, "hooks/hookcheck.json",
                  "/etc/github-copilot/policy.d/hookcheck.json"},
        .keys = {"hooks", "preToolUse", NULL},
        .own_file = true,
        .extra = "\"version\": 1",
    },
    {
        .name = "gemini",
        .title = "Gemini CLI",
        .client = "gemini",
        .project = ".gemini",
        .home = ".gemini",
        .files = {".gemini/settings.json", NULL, "settings.json", "/etc/gemini-cli/settings.json"},
        .keys = {"hooks", "BeforeTool", NULL},
        .comments = true,
    },
    {
        .name = "cursor",
        .title = "Cursor",
        .client = "cursor-agent",
        .project = ".cursor",
        .home = ".cursor",
        .files = {".cursor/hooks.json", NULL, "hooks.json", "/etc/cursor/hooks.json"},
        .keys = {"hooks", "beforeShellExecution", NULL},
        .extra = "\"version\": 1",
    },
    {
        .name = "opencode",
        .title = "OpenCode",
        .client = "opencode",
        .project = ".opencode",
        .home = ".config/opencode",
        .files = {".opencode/plugins/hookcheck.js", NULL, "plugins/hookcheck.js", NULL},
        .own_file = true,
    },
};
const size_t registration_count = COUNT_OF(registrations);

const struct off_switch off_switches[] = {
    {"claude", "disableAllHooks", true},
    {"gemini", "hooksConfig.enabled", false},
    {"gemini", "hooks.enabled", false},     /* before 0.27 */
    {"gemini", "tools.enableHooks", false}, /* … and beside either, until they stood alone */
    {"codex", "features.hooks", false},
    {"codex", "features.codex_hooks", false}, /* the older name */
    {"copilot", "disableAllHooks", true},
};
const size_t off_switch_count = COUNT_OF(off_switches);

const char *const off_lists[] = {"hooksConfig.disabled", "hooks.disabled"};
const size_t off_list_count = COUNT_OF(off_lists);

const cJSON *settings_member(const cJSON *document, const char *key)
{
    ARENA(scratch, 4096);
    struct str rest = str_from(key);

    while (document && rest.length)
        document = json_get(document, str_c(&scratch, str_cut(&rest, '.')));
    return document;
}

const struct registration *registration_named(struct str name)
{
    for (size_t i = 0; i < registration_count; i++)
        if (str_eq(name, str_from(registrations[i].name)))
            return &registrations[i];
    return NULL;
}

struct str registration_first_word(struct arena *arena, struct str command)
{
    struct buf out = buf_new(arena, FILE_MAX);
    char quote = 0;

    command = str_trim(command);
    for (size_t i = 0; i < command.length; i++) {
        char byte = command.bytes[i];
        if (byte == '\\' && quote != '\'' && i + 1 < command.length) {
            buf_add_byte(&out, command.bytes[++i]);
        } else if (quote ? byte == quote : byte == '\'' || byte == '"') {
            quote = quote ? 0 : byte;
        } else if (!quote && memchr(" \t\r\n;|&<>()", byte, 11)) {
            break;
        } else {
            buf_add_byte(&out, byte);
        }
    }
    return buf_str(&out);
}

struct str registration_command(const cJSON *handler)
{
    static const char *const keys[] = {"command", "bash", "exec"};
    struct str command = STR_NONE;

    for (size_t i = 0; i < COUNT_OF(keys) && !command.length; i++)
        command = json_string(handler, keys[i]);
    return command;
}

bool registration_is_ours(const cJSON *handler)
{
    ARENA(scratch, FILE_MAX * 4);
    struct str command = registration_command(handler);

    return command.length && str_eq(path_base_name(registration_first_word(&scratch, command)),
                                    STR(REGISTRATION_PROGRAM));
}

/* One JSON text; %s is the command line as a JSON string. */
static void push(struct arena *arena, struct strs *entries, const char *before, struct str command,
                 const char *after)
{
    struct buf out = buf_new(arena, FILE_MAX);

    buf_add(&out, str_from(before));
    json_write_string(&out, command);
    buf_add(&out, str_from(after));
    VEC_PUSH(arena, entries, buf_str(&out));
}

struct strs registration_entries(struct arena *arena, const struct registration *registration,
                                 struct str program)
{
    struct strs entries = {0};
    struct str word = shell_quote(arena, program), name = str_from(registration->name);
    /* Whatever becomes of the program (missing, killed, crashed): the host sees 2, the one status that stops a call. */
    struct str closed = str_printf(arena, STR_FMT " || exit 2", STR_ARG(word));

    if (str_eq(name, STR("claude"))) {
        push(arena, &entries,
             "{\"matcher\":\"Bash|PowerShell\",\"hooks\":[{\"type\":\"command\",\"command\":",
             closed, ",\"timeout\":60,\"onFailure\":\"block\"}]}");
        /* Without `|| exit 2`: a missing program must not lock the editor with which it would be put back. */
        push(arena, &entries,
             "{\"matcher\":\"Write|Edit|MultiEdit|NotebookEdit\",\"hooks\":[{\"type\":\"command\","
             "\"command\":",
             word, ",\"timeout\":60}]}");
    } else if (str_eq(name, STR("codex"))) {
        push(arena, &entries,
             "{\"matcher\":\"Bash\",\"hooks\":[{\"type\":\"command\",\"command\":", closed,
             ",\"timeout\":60}]}");
    } else if (str_eq(name, STR("gemini"))) {
        push(arena, &entries,
             "{\"matcher\":\"run_shell_command\",\"hooks\":[{\"type\":\"command\",\"name\":"
             "\"hookcheck\",\"command\":",
             closed, ",\"timeout\":60000}]}");
    } else if (str_eq(name, STR("cursor"))) {
        push(arena, &entries, "{\"command\":", closed, ",\"timeout\":60,\"failClosed\":true}");
    } else if (str_eq(name, STR("copilot"))) {
        push(arena, &entries, "{\"type\":\"command\",\"bash\":", closed, ",\"timeoutSec\":60}");
    }
    return entries;
}

/* OpenCode has no hook commands: a plugin asks the program and throws when it objects. */
static const char opencode_before[] =
    "// hookcheck: asks hookcheck-pre-tool-use before each shell command. Put here by `hookcheck "
    "install\n"
    "// opencode`; `hookcheck uninstall opencode` takes it away.\n"
    "import { spawnSync } from \"node:child_process\";\n"
    "\n"
    "const program = ";
static const char opencode_after[] =
    ";\n"
    "\n"
    "export const Hookcheck = async ({ directory }) => ({\n"
    "  \"tool.execute.before\": async (input, output) => {\n"
    "    if (input.tool !== \"bash\") return;\n"
    "    const request = {\n"
    "      tool: input.tool,\n"
    "      sessionID: input.sessionID,\n"
    "      args: output.args,\n"
    "      cwd: output.args.workdir || output.args.cwd || directory,\n"
    "    };\n"
    "    const result = spawnSync(program, [], {\n"
    "      input: JSON.stringify(request) + \"\\n\",\n"
    "      encoding: \"utf8\",\n"
    "      timeout: 60000,\n"
    "      maxBuffer: 16 << 20,\n"
    "    });\n"
    "    // Anything but 0 stops the call: also a program that is missing, crashed or was killed.\n"
    "    if (result.status !== 0)\n"
    "      throw new Error(result.stderr || `${program}: ${result.error || \"ended with \" + "
    "result.status}`);\n"
    "  },\n"
    "});\n";

bool registration_new_file(struct arena *arena, const struct registration *registration,
                           struct str program, struct str *ret_text, struct err *e)
{
    if (strcmp(registration->name, "opencode") == 0) {
        struct buf out = buf_new(arena, FILE_MAX);
        buf_add(&out, str_from(opencode_before));
        json_write_string(&out, program);
        buf_add(&out, str_from(opencode_after));
        *ret_text = buf_str(&out);
        return true;
    }
    struct settings_file file = {.name = registration->name, .comments = registration->comments};
    memcpy(file.keys, registration->keys, sizeof file.keys);
    struct strs entries = registration_entries(arena, registration, program);
    return settings_new(arena, &file, str_from(registration->extra), &entries, ret_text, e);
}

bool registration_matcher_takes(struct arena *arena, struct str matcher, struct str tool)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_- |";
    struct regex *regex;
    struct err ignored = ERR_NONE;
    bool matched = false, names = true;

    if (str_is_empty(matcher) || str_eq(matcher, STR("*")))
        return true;
    for (size_t i = 0; i < matcher.length; i++)
        names &= memchr(plain, matcher.bytes[i], sizeof plain - 1) != NULL;
    while (names && matcher.length)
        if (str_eq(str_trim(str_cut(&matcher, '|')), tool))
            return true;
    return !names && regex_compile(arena, matcher, &regex, &ignored) &&
           regex_match(regex, tool, &matched, NULL, 0, &ignored) && matched;
}
