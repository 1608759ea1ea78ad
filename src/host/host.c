#include "host/host.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/json.h"
#include "base/vec.h"
#include "host/edit.h"
#include "host/tools.h"

struct message {
    struct arena *arena;
    const cJSON *document;
    const cJSON *input; /* the tool's arguments; NULL when there are none */
    struct err *e;
};

static struct str first_string(const cJSON *object, const char *const *keys, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct str value = json_string(object, keys[i]);
        if (value.length)
            return value;
    }
    return STR_NONE;
}
#define FIRST_STRING(object, keys) first_string((object), (keys), COUNT_OF(keys))

/* --- Who sent it? By the shape alone: environments are inherited, so a Codex started by Claude Code has both marks. --- */

static bool is_cursor(const cJSON *document, struct str event)
{
    return json_get(document, "cursor_version") || json_get(document, "generation_id") ||
           str_eq(event, STR("beforeShellExecution")) || str_eq(event, STR("beforeMCPExecution"));
}

static bool is_gemini(struct str event, struct str tool)
{
    return str_eq(event, STR("BeforeTool")) || str_eq(event, STR("AfterTool")) ||
           str_eq(tool, STR("run_shell_command"));
}

/* Its Claude-shaped messages carry a timestamp, which Claude Code's do not, and no transcript. */
static bool is_copilot(const cJSON *document)
{
    return json_get(document, "toolName") || json_get(document, "toolArgs") ||
           (json_get(document, "timestamp") && !json_get(document, "transcript_path"));
}

static enum host_kind recognise(const cJSON *document, struct str event, struct str tool)
{
    if (json_is_object(json_get(document, "toolCall")))
        return HOST_ANTIGRAVITY;
    if (is_cursor(document, event))
        return HOST_CURSOR;
    if (is_gemini(event, tool))
        return HOST_GEMINI;
    if (is_copilot(document))
        return HOST_COPILOT;
    if (json_is_string(json_get(document, "tool")) && json_get(document, "args"))
        return HOST_OPENCODE;
    if (json_get(document, "turn_id"))
        return HOST_CODEX;
    if (json_get(document, "tool_call_id"))
        return HOST_KIMI;
    if (event.length || json_get(document, "transcript_path") || json_get(document, "session_id"))
        return HOST_CLAUDE;
    return HOST_UNKNOWN;
}

/* --- The command. --- */

static void add_quoted(struct buf *out, struct str word)
{
    buf_add_byte(out, '\'');
    for (size_t i = 0; i < word.length; i++) {
        if (word.bytes[i] == '\'')
            buf_add(out, STR("'\\''"));
        else
            buf_add_byte(out, word.bytes[i]);
    }
    buf_add_byte(out, '\'');
}

static bool is_plain(struct str word)
{
    for (size_t i = 0; i < word.length; i++) {
        char byte = word.bytes[i];
        bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                     (byte >= '0' && byte <= '9') || byte == '-' || byte == '_' || byte == '.' ||
                     byte == '/' || byte == ':' || byte == ',' || byte == '@';
        if (!plain)
            return false;
    }
    return word.length > 0;
}

/* ["bash", "-lc", "…"] is an argument vector: as shell text each word is quoted. */
static bool add_arguments(struct message *message, const cJSON *array, struct buf *out)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, array)
    {
        if (!json_is_string(item))
            return err_set(message->e, ERR_INPUT,
                           "request: the command is a list of something else than strings");
        struct str word = json_value_string(item);
        if (out->length)
            buf_add_byte(out, ' ');
        if (is_plain(word))
            buf_add(out, word);
        else
            add_quoted(out, word);
    }
    return true;
}

/* One field's text; `argv`, where there is one, follows it ({"command": "npx", "args": ["sst", "deploy"]}). */
static bool add_field(struct message *message, const cJSON *item, const cJSON *argv,
                      struct buf *out)
{
    if (out->length)
        buf_add_byte(out, '\n');
    if (json_is_array(item)) {
        struct buf words = buf_new(message->arena, out->maximum);
        if (!add_arguments(message, item, &words))
            return false;
        buf_add(out, buf_str(&words));
        return true;
    }
    buf_add(out, json_value_string(item));
    return !json_is_array(argv) || add_arguments(message, argv, out);
}

/* All fields that could be commands, a line each: which of them the tool runs is its own affair. *ret_found: there is one. */
static bool find_command(struct message *message, enum tool_kind kind, struct str *ret_command,
                         bool *ret_found)
{
    static const char *const fields[] = {"command",     "cmd",          "script",
                                         "CommandLine", "commandLine",  "command_line",
                                         "commands",    "shellCommand", "shell_command"};
    /* What is typed into a shell that runs already. */
    static const char *const typed[] = {"chars", "input"};
    const cJSON *argv = json_get(message->input, "args");
    struct buf out = buf_new(message->arena, 8 * (size_t)REQUEST_MAX);

    *ret_found = false;
    for (size_t i = 0; i < COUNT_OF(fields) + COUNT_OF(typed); i++) {
        bool is_typed = i >= COUNT_OF(fields);
        const cJSON *item =
            json_get(message->input, is_typed ? typed[i - COUNT_OF(fields)] : fields[i]);
        if (!item || (is_typed && kind != TOOL_SHELL))
            continue;
        if (!json_is_string(item) && (is_typed || !json_is_array(item))) {
            if (kind == TOOL_SHELL)
                return err_set(message->e, ERR_INPUT,
                               "request: the command is neither a string nor a list of strings");
            continue;
        }
        if (!add_field(message, item, argv, &out))
            return false;
        *ret_found = true;
    }
    if (out.truncated)
        return err_set(message->e, ERR_LIMIT, "request: the command is too long");
    *ret_command = buf_str(&out);
    return true;
}

/* --- Where it would run. --- */

static struct str first_of_array(const cJSON *array)
{
    return json_value_string(json_at(array, 0));
}

static struct str find_directory(struct message *message, struct str own)
{
    static const char *const inner[] = {"working_directory", "workdir",  "cwd", "Cwd",
                                        "dir_path",          "directory"};
    struct str directory = json_string(message->document, "cwd");

    if (directory.length == 0)
        directory = first_of_array(json_get(message->document, "workspace_roots"));
    if (directory.length == 0)
        directory = first_of_array(json_get(message->document, "workspacePaths"));
    directory = path_join(message->arena, own, directory);
    if (message->input == message->document)
        return directory;
    return path_join(message->arena, directory, FIRST_STRING(message->input, inner));
}

/* --- The message. --- */

/* Copilot sends the arguments as a JSON text in a string. */
static bool read_nested(struct message *message, struct str text, cJSON **nested)
{
    if (!str_starts(str_trim(text), STR("{")))
        return err_set(message->e, ERR_INPUT, "request: the tool's input is not an object");
    if (!json_parse(message->arena, text, JSON_STRICT, "request: the tool's input", nested,
                    message->e))
        return false;
    message->input = *nested;
    return true;
}

static bool find_input(struct message *message, cJSON **nested)
{
    static const char *const fields[] = {"tool_input", "toolArgs", "toolInput", "args"};
    const cJSON *call = json_get(message->document, "toolCall");
    const cJSON *input = call ? json_get(call, "args") : NULL;

    for (size_t i = 0; i < COUNT_OF(fields) && !input; i++)
        input = json_get(message->document, fields[i]);
    message->input = input;
    if (json_is_string(input))
        return read_nested(message, json_value_string(input), nested);
    return true;
}

static bool read_shell(struct message *message, enum tool_kind kind, struct request *request)
{
    bool found;

    if (kind == TOOL_SHELL && !json_is_object(message->input))
        return err_set(message->e, ERR_INPUT,
                       "request: the tool \"" STR_FMT "\" has no input object",
                       STR_ARG(str_prefix(request->tool, 100)));
    if (!find_command(message, kind, &request->command, &found))
        return false;
    if (kind == TOOL_SHELL && !found)
        return err_set(message->e, ERR_INPUT, "request: the tool \"" STR_FMT "\" has no command",
                       STR_ARG(str_prefix(request->tool, 100)));
    request->runs_shell = found;
    return true;
}

static bool fill(struct message *message, struct str directory, struct request *request)
{
    static const char *const tools[] = {"tool_name", "toolName", "tool"};
    static const char *const events[] = {"hook_event_name", "hookEventName", "event"};
    static const char *const sessions[] = {"session_id", "sessionId", "conversation_id",
                                           "conversationId", "sessionID"};
    const cJSON *document = message->document, *call = json_get(document, "toolCall");
    struct str tool = call ? json_string(call, "name") : FIRST_STRING(document, tools);
    JSON_DOCUMENT(nested);

    request->tool = str_copy(message->arena, tool);
    request->event = str_copy(message->arena, FIRST_STRING(document, events));
    request->session = str_copy(message->arena, FIRST_STRING(document, sessions));
    request->host = recognise(document, request->event, request->tool);
    request->cwd = directory;
    if (event_runs_nothing(request->event))
        return true;
    enum tool_kind kind = tool_kind(request->tool, &request->dialect);
    if (kind == TOOL_NO_SHELL && tool_edits(request->tool))
        edit_read_files(message->arena, document, &request->edits);
    if (kind == TOOL_NO_SHELL && request->edits.count)
        request->cwd = find_directory(message, directory);
    if (kind == TOOL_NO_SHELL)
        return true;
    if (!find_input(message, &nested))
        return false;
    if (request->tool.length == 0) {
        /* Cursor's beforeShellExecution: the command stands at the top. */
        message->input = document;
        kind = TOOL_SHELL;
        if (!json_get(document, "command"))
            return err_set(message->e, ERR_INPUT, "request: neither a tool nor a command");
    }
    const cJSON *cwd = json_get(document, "cwd");
    if (cwd && !json_is_string(cwd) && !json_is_null(cwd))
        return err_set(message->e, ERR_INPUT, "request: \"cwd\" is not a string");
    request->cwd = find_directory(message, directory);
    return read_shell(message, kind, request);
}

bool host_parse_request(struct arena *arena, struct str raw, struct str directory,
                        struct request *ret_request, struct err *e)
{
    struct request request = {.raw = raw};
    JSON_DOCUMENT(document);

    if (raw.length > REQUEST_MAX)
        return err_set(e, ERR_LIMIT, "request: larger than %u bytes", REQUEST_MAX);
    if (str_trim(raw).length == 0)
        return err_set(e, ERR_INPUT, "request: empty");
    if (!json_parse(arena, raw, JSON_STRICT, "request", &document, e))
        return false;
    if (!json_is_object(document))
        return err_set(e, ERR_INPUT, "request: not a JSON object");
    struct message message = {.arena = arena, .document = document, .e = e};
    if (!fill(&message, directory, &request))
        return false;
    *ret_request = request;
    return true;
}
