/* One registered hook: would its host start it for a shell command, and would it be there? */
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/quote.h"
#include "base/regex.h"
#include "cli/doctor_agent.h"

static bool is_host(const struct looked *looked, const char *name)
{
    return strcmp(looked->registration->name, name) == 0;
}

/* --- For which calls? --- */

static bool found(struct arena *arena, struct str pattern, struct str subject)
{
    struct regex *regex;
    struct err ignored = ERR_NONE;
    bool matched = false;

    return regex_compile(arena, pattern, &regex, &ignored) &&
           regex_match(regex, subject, &matched, NULL, 0, &ignored) && matched;
}

static bool is_every(struct str matcher)
{
    return str_is_empty(matcher) || str_eq(matcher, STR("*")) || str_eq(matcher, STR(".*"));
}

/* The tool whose calls run shell commands, as the host names it for its matchers. */
static struct str shell_tool(const struct looked *looked)
{
    return is_host(looked, "gemini")    ? STR("run_shell_command")
           : is_host(looked, "copilot") ? STR("bash")
           : is_host(looked, "cursor")  ? STR("Shell")
                                        : STR("Bash");
}

/* Each host reads matchers in its own way: names or a regex (Claude Code, Codex), a regex found anywhere (Gemini, Cursor), one of the whole
 * name (Copilot). Cursor's for beforeShellExecution is tried on the command itself. */
static bool takes_shell(const struct looked *looked, const char *event, struct str matcher)
{
    struct arena *arena = looked->doctor->arena;
    struct str tool = shell_tool(looked);

    if (is_every(matcher))
        return true;
    if (is_host(looked, "copilot"))
        return found(arena, str_printf(arena, "^(?:" STR_FMT ")$", STR_ARG(matcher)), tool);
    if (is_host(looked, "cursor") && strcmp(event, looked->registration->keys[1]) == 0)
        return false;
    if (is_host(looked, "gemini") || is_host(looked, "cursor"))
        return found(arena, matcher, tool);
    return registration_matcher_takes(arena, matcher, tool);
}

static struct str why_not(const struct looked *looked, const char *event, struct str matcher)
{
    struct arena *arena = looked->doctor->arena;

    if (str_find_byte(matcher, ',') != SIZE_MAX)
        return str_printf(
            arena, "the matcher \"" STR_FMT "\" has a comma: clients before 2.1.191 never match it",
            STR_ARG(matcher));
    if (is_host(looked, "cursor") && strcmp(event, looked->registration->keys[1]) == 0)
        return str_printf(arena,
                          "the matcher \"" STR_FMT "\" is tried on the command: it misses wrapped "
                          "ones",
                          STR_ARG(matcher));
    struct str tool = shell_tool(looked);
    bool spelled =
        registration_matcher_takes(arena, str_lower(arena, matcher), str_lower(arena, tool));
    const char *why = str_find_byte(matcher, '(') != SIZE_MAX && str_ends(matcher, STR(")"))
                          ? " (a matcher names tools, not commands)"
                      : spelled ? " (it is case-sensitive)"
                                : "";
    return str_printf(arena, "the matcher \"" STR_FMT "\" does not take the tool " STR_FMT "%s",
                      STR_ARG(matcher), STR_ARG(tool), why);
}

static void look_at_matcher(struct looked *looked, const char *event, const cJSON *entry)
{
    struct str matcher = json_string(entry, "matcher");

    if (takes_shell(looked, event, matcher)) {
        looked->shells++;
        return;
    }
    bool edits = str_contains(matcher, STR("Write")) || str_contains(matcher, STR("Edit"));
    if (!edits || str_find_byte(matcher, ',') != SIZE_MAX)
        looked_problem(looked, "matcher", why_not(looked, event, matcher), looked_again(looked));
}

/* --- What is started? --- */

/* With "args" no shell comes between: the command is a path, and every argument is a word. */
static struct str command_line(const struct looked *looked, const cJSON *handler, bool *ret_direct)
{
    struct arena *arena = looked->doctor->arena;
    const cJSON *arguments = json_get(handler, "args"), *item;
    struct str line = registration_command(handler);

    *ret_direct = json_is_array(arguments);
    if (!*ret_direct)
        return line;
    line = shell_quote(arena, line);
    cJSON_ArrayForEach(item, arguments) line =
        str_printf(arena, STR_FMT " " STR_FMT, STR_ARG(line),
                   STR_ARG(shell_quote(arena, json_value_string(item))));
    return line;
}

static void look_at_program(struct looked *looked, struct str word)
{
    struct arena *arena = looked->doctor->arena;

    if (word.length && word.bytes[0] == '$')
        return; /* a placeholder of the host: the proof shows where it leads */
    enum file_kind kind = file_kind(arena, word);
    if (!path_is_absolute(word))
        looked_problem(looked, "relative-path",
                       str_printf(arena,
                                  STR_FMT " is not an absolute path: it is lost when the agent "
                                          "changes the directory",
                                  STR_ARG(word)),
                       looked_again(looked));
    else if (kind != FILE_REGULAR)
        looked_problem(looked, "missing-program",
                       str_printf(arena, STR_FMT " is not there%s", STR_ARG(word),
                                  kind == FILE_ABSENT ? "" : " as a program"),
                       looked_restore(looked, word));
    else if (access(str_c(arena, word), X_OK) != 0)
        looked_problem(looked, "not-executable",
                       str_printf(arena, STR_FMT " may not be run", STR_ARG(word)),
                       str_printf(arena, "chmod +x " STR_FMT, STR_ARG(shell_quote(arena, word))));
}

/* --- What becomes of its failures? --- */

static double seconds_of(const struct looked *looked, const cJSON *handler)
{
    const cJSON *timeout = json_get(handler, "timeoutSec");

    if (!timeout)
        timeout = json_get(handler, "timeout");
    if (!json_is_number(timeout))
        return is_host(looked, "copilot") ? 30 : 60;
    return is_host(looked, "gemini") ? timeout->valuedouble / 1000 : timeout->valuedouble;
}

static void look_at_deadline(struct looked *looked, const cJSON *handler)
{
    const struct config *config = looked->doctor->config;
    uint64_t deadline =
        config && config->deadline_ms ? config->deadline_ms : CONFIG_DEADLINE_DEFAULT_MS;
    double seconds = seconds_of(looked, handler);

    if (seconds * 1000 < (double)deadline + 3000)
        looked_problem(
            looked, "deadline",
            str_printf(looked->doctor->arena,
                       "the host waits %g s, the check may take %llu s: it would be killed, "
                       "and the call let through",
                       seconds, (unsigned long long)(deadline / 1000)),
            looked_again(looked));
}

static void note(struct looked *looked, const char *code, struct str message)
{
    doctor_add(looked->doctor, FINDING_NOTE, code, looked_name(looked), looked->path, message,
               looked_again(looked));
}

/* Which failures let the call through. */
static void look_at_failures(struct looked *looked, const cJSON *handler, struct str line,
                             bool direct)
{
    bool blocks = str_eq(json_string(handler, "onFailure"), STR("block"));
    bool ends = str_contains(line, STR("|| exit 2"));
    bool closed = !is_host(looked, "cursor") || json_bool(handler, "failClosed", false);
    /* Copilot takes every other status for a refusal. */
    bool open = looked->registration->claude_shape || is_host(looked, "gemini") || !closed;

    if (direct && blocks)
        note(looked, "fails-open",
             STR("only \"onFailure\" stops calls when the program is missing or crashes: clients "
                 "before 2.1.295 do not know it"));
    else if (open && !ends)
        looked_problem(
            looked, "fails-open",
            STR("without \"|| exit 2\" a program that is missing or crashes lets calls through"),
            looked_again(looked));
    if (!closed && ends)
        note(looked, "fails-open",
             STR("without \"failClosed\" a hook that takes too long lets the call through"));
}

/* --- One handler --- */

static void look_at_shell(struct looked *looked, const cJSON *handler, struct str line, bool direct)
{
    struct str shell = json_string(handler, "shell");

    if (json_bool(handler, "async", false))
        looked_problem(looked, "async",
                       STR("the hook is asynchronous: nothing waits for its answer"),
                       looked_again(looked));
    if (json_get(handler, "if"))
        looked_problem(looked, "matcher",
                       STR("the hook has a condition (\"if\"), which misses wrapped commands"),
                       looked_again(looked));
    if (shell.length && !str_eq(shell, STR("bash")) && !str_eq(shell, STR("sh")))
        looked_problem(looked, "wrong-shell",
                       str_printf(looked->doctor->arena,
                                  "the command is given to " STR_FMT
                                  ", and is written for a POSIX shell",
                                  STR_ARG(shell)),
                       looked_again(looked));
    look_at_failures(looked, handler, line, direct);
    look_at_deadline(looked, handler);
    looked_prove(looked, line);
}

void looked_entry(struct looked *looked, const char *event, const cJSON *entry,
                  const cJSON *handler)
{
    struct doctor *doctor = looked->doctor;
    size_t shells = looked->shells;
    bool direct;
    struct str type = json_string(handler, "type"), line = command_line(looked, handler, &direct);
    struct str program =
        direct ? registration_command(handler) : registration_first_word(doctor->arena, line);

    if (type.length && !str_eq(type, STR("command"))) {
        looked_problem(looked, "wrong-type",
                       str_printf(doctor->arena,
                                  "the entry is of type \"" STR_FMT "\": its command is not run",
                                  STR_ARG(type)),
                       looked_again(looked));
        return;
    }
    look_at_matcher(looked, event, entry);
    look_at_program(looked, program);
    if (is_host(looked, "claude") &&
        registration_matcher_takes(doctor->arena, json_string(entry, "matcher"), STR("Edit"))) {
        looked->edits++;
        looked_prove_edits(looked, line);
    }
    if (looked->shells == shells)
        return; /* the entry for files: it has nothing to decide about commands */
    strs_add(doctor->arena, &looked->programs, program);
    strs_add(doctor->arena, &looked->names, str_copy(doctor->arena, json_string(handler, "name")));
    strs_add(doctor->arena, &looked->names, str_copy(doctor->arena, registration_command(handler)));
    look_at_shell(looked, handler, line, direct);
}

/* --- OpenCode: the plugin that install writes, with whatever program. --- */

void looked_plugin(struct looked *looked, struct str text)
{
    static const char before[] = "\nconst program = ";
    struct arena *arena = looked->doctor->arena;
    JSON_DOCUMENT(program);
    struct err unreadable = ERR_NONE;
    size_t at = str_find(text, str_from(before));
    struct str line = STR(""), rest, written = STR("");

    if (at != SIZE_MAX) {
        rest = str_from_offset(text, at + strlen(before));
        (void)str_next_line(&rest, &line);
        line = str_trim_bytes(line, ";");
    }
    if (!json_parse(arena, line, JSON_STRICT, "program", &program, &unreadable) ||
        !json_is_string(program) ||
        !registration_new_file(arena, looked->registration, json_value_string(program), &written,
                               &unreadable) ||
        !str_eq(written, text)) {
        looked_problem(looked, "settings-invalid",
                       STR("not the plugin that install writes: nobody knows what it asks"),
                       STR("look at it, remove it, then hookcheck install opencode"));
        return;
    }
    struct str path = str_copy(arena, json_value_string(program));
    looked->shells++;
    look_at_program(looked, path);
    looked_prove(looked, shell_quote(arena, path));
}
