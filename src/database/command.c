/* command.c -- asks through a command, for databases that cannot be reached from here. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/process.h"
#include "database/driver.h"

/* A list of 200,000 applied migrations fits. */
#define OUTPUT_MAX ((size_t)8 << 20)

struct str command_shown(struct arena *arena, const struct strs *arguments)
{
    struct buf text = buf_new(arena, 160);
    bool is_secret = false;

    for (size_t i = 0; i < arguments->count; i++) {
        struct str argument = arguments->items[i];
        bool is_option = str_starts(argument, STR("-"));
        if (is_secret && !is_option)
            argument = STR("***");
        buf_printf(&text, "%s" STR_FMT, i ? " " : "",
                   STR_ARG(text_for_people(arena, argument, STR_NONE)));
        is_secret =
            is_option && str_find_byte(argument, '=') == SIZE_MAX && names_secret(arena, argument);
    }
    struct str shown = buf_str(&text);
    return str_printf(arena, "command: " STR_FMT "%s", STR_ARG(shown), text.truncated ? "…" : "");
}

static struct str first_line(struct arena *arena, struct str text)
{
    struct str line = STR_NONE;

    while (str_is_empty(str_trim(line)) && str_next_line(&text, &line))
        continue;
    return text_for_people(arena, line, STR_NONE);
}

bool command_run(struct arena *arena, const struct command *command, struct str *ret_output,
                 struct str *ret_message)
{
    /* The buffers for the most that it may say are large, and what it says is small. */
    ARENA(scratch, OUTPUT_MAX * 2 + ((size_t)16 << 20));
    struct process_options options = {.arguments = command->arguments.items,
                                      .argument_count = command->arguments.count,
                                      .directory = command->directory,
                                      .search_path = true,
                                      .scrub_environment = true,
                                      .own_session = true,
                                      .deadline_ms = command->timeout_ms,
                                      .output_maximum = OUTPUT_MAX};
    struct process_result result;
    struct err e = ERR_NONE;

    if (!process_run(&scratch, &options, &result, &e)) {
        *ret_message = text_for_people(arena, str_from(e.message), STR_NONE);
        return false;
    }
    if (result.timed_out || result.signalled || result.status != 0) {
        struct str line = first_line(arena, result.errors);
        struct str ending = process_describe(&scratch, &options, &result);
        *ret_message = str_printf(arena, "it " STR_FMT "%s" STR_FMT, STR_ARG(ending),
                                  str_is_empty(line) ? "" : ": ", STR_ARG(line));
        return false;
    }
    if (result.truncated) {
        *ret_message = str_printf(arena, "it wrote more than %zu MiB", OUTPUT_MAX >> 20);
        return false;
    }
    *ret_output = str_copy(arena, result.output);
    return true;
}

/* ---- {output}: a file in a directory of its own, which is removed. ---- */

struct output {
    char *directory; /* NULL: none was made */
    char *file;
};

static void output_remove(struct output *output)
{
    if (output->file)
        unlink(output->file);
    if (output->directory)
        rmdir(output->directory);
}

static bool output_failed(struct arena *arena, struct str place, struct str *ret_message)
{
    *ret_message = str_printf(arena, "cannot make a file for its output in " STR_FMT ": %s",
                              STR_ARG(place), strerror(errno));
    return false;
}

static bool output_make(struct arena *arena, struct output *output, struct str *ret_message)
{
    struct str place = str_from(getenv("TMPDIR"));

    if (!path_is_absolute(place))
        place = STR("/tmp");
    char *directory = str_c(arena, str_printf(arena, STR_FMT "/hookcheck-XXXXXX", STR_ARG(place)));
    if (!mkdtemp(directory)) /* mode 0700 */
        return output_failed(arena, place, ret_message);
    output->directory = directory;
    char *file = str_c(arena, str_printf(arena, "%s/output", directory));
    int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return output_failed(arena, str_from(directory), ret_message);
    output->file = file;
    close(fd);
    return true;
}

/* ---- The arguments. ---- */

static bool arguments_have(const struct strs *arguments, struct str placeholder)
{
    for (size_t i = 0; i < arguments->count; i++)
        if (str_contains(arguments->items[i], placeholder))
            return true;
    return false;
}

/* Ids come from files that anyone with a branch can write, and they end up inside JSON, or in a shell behind ssh. */
static bool version_is_harmless(struct str version)
{
    static const struct str extra = STR_INIT("._,@+=:/~-");

    if (str_starts(version, STR("-")))
        return false;
    for (size_t i = 0; i < version.length; i++) {
        char byte = version.bytes[i];
        bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                     (byte >= '0' && byte <= '9') || str_find_byte(extra, byte) != SIZE_MAX;
        if (!plain)
            return false;
    }
    return true;
}

/* Left to right, so that a replacement is not looked at again. */
static struct str replaced(struct arena *arena, struct str argument, struct str version,
                           struct str output)
{
    struct str version_mark = STR("{code_version}"), output_mark = STR("{output}");
    struct buf text = buf_new(arena, FILE_MAX);

    for (size_t at = 0; at < argument.length;) {
        struct str rest = str_from_offset(argument, at);
        if (str_starts(rest, version_mark)) {
            buf_add(&text, version);
            at += version_mark.length;
        } else if (str_starts(rest, output_mark)) {
            buf_add(&text, output);
            at += output_mark.length;
        } else {
            buf_add_byte(&text, argument.bytes[at++]);
        }
    }
    return buf_str(&text);
}

/* ---- The driver. ---- */

static bool command_start(struct database *database, struct err *e)
{
    (void)e;
    database->shown = command_shown(database->arena, &database->target.arguments);
    if (database->target.arguments.count == 0 ||
        str_is_empty(database->target.arguments.items[0])) {
        database->failure = STR("the database's command is empty");
        database->failure_hint = STR("write \"command\": [\"program\", \"argument\"]");
    }
    return true;
}

static bool failed(const struct database *database, struct database_answer *answer,
                   struct str message)
{
    return answer_unreachable(answer,
                              str_printf(database->arena, "no answer from " STR_FMT ": " STR_FMT,
                                         STR_ARG(database->shown), STR_ARG(message)),
                              STR("run the command by hand and look at what it says"));
}

static bool read_words(struct arena *arena, const struct output *output, struct str printed,
                       struct str *ret_words, struct str *ret_message)
{
    struct err e = ERR_NONE;

    if (!output->file) {
        *ret_words = printed;
        return true;
    }
    if (!invoke_status_is_good(arena, printed, ret_message)) {
        struct str payload;
        struct err ignored = ERR_NONE;
        /* The payload of a failed call says more than the call's status. */
        if (file_read(arena, str_from(output->file), OUTPUT_MAX, &payload, &ignored) &&
            !str_is_empty(payload))
            *ret_message = str_printf(arena, STR_FMT ": " STR_FMT, STR_ARG(*ret_message),
                                      STR_ARG(text_for_people(arena, payload, STR_NONE)));
        return false;
    }
    if (!file_read(arena, str_from(output->file), OUTPUT_MAX, ret_words, &e)) {
        *ret_message = str_copy(arena, str_from(e.message));
        return false;
    }
    return true;
}

static bool command_ask(struct database *database, struct arena *arena,
                        const struct database_question *question, struct database_answer *answer,
                        struct err *e)
{
    (void)e; /* whatever happens here is an answer: it did not answer */
    const struct database_target *target = &database->target;
    CLEANUP_WITH(output_remove) struct output output = {NULL, NULL};
    struct command command = {.directory = target->directory};
    struct str printed, words, message;

    if (arguments_have(&target->arguments, STR("{code_version}")) &&
        !version_is_harmless(question->code_version))
        return failed(
            database, answer,
            str_printf(arena,
                       "the code's version \"" STR_FMT
                       "\" has characters that are not handed to a command",
                       STR_ARG(text_for_people(arena, question->code_version, STR_NONE))));
    if (arguments_have(&target->arguments, STR("{output}")) &&
        !output_make(arena, &output, &message))
        return failed(database, answer, message);
    for (size_t i = 0; i < target->arguments.count; i++)
        VEC_PUSH(arena, &command.arguments,
                 replaced(arena, target->arguments.items[i], question->code_version,
                          str_from(output.file)));
    uint64_t now = clock_ms(), limit = limit_from_now(database, target->command_timeout_ms);
    if (limit <= now)
        return failed(database, answer, STR("no time was left to run it"));
    command.timeout_ms = limit - now;
    if (!command_run(arena, &command, &printed, &message) ||
        !read_words(arena, &output, printed, &words, &message) ||
        !command_answer_read(arena, words, question->layout, answer, &message))
        return failed(database, answer, message);
    answer->state = DATABASE_ANSWERED;
    return true;
}

const struct driver command_driver = {
    .start = command_start,
    .ask = command_ask,
};
