/* output.c -- what commands write and print, where it is plain: the files and words that later commands use. */
#include <string.h>

#include "base/beside.h"
#include "base/file.h"
#include "deploys/judge.h"
#include "deploys/output_lines.h"
#include "deploys/protect_find.h"
#include "deploys/protect_write.h"

#define WRITTEN_MAX 64u
#define PRINTED_MAX ((size_t)256 << 10)

static bool program_is(const struct shell_command *command, const char *name)
{
    return str_eq(path_base_name(command->words.items[0].text), str_from(name));
}

/* The words from `from` on, joined; false when one of them is an unknown whole. */
static struct str join_from(struct recogniser *r, const struct shell_command *command, size_t from,
                            struct str between)
{
    struct buf out = buf_new(r->arena, PRINTED_MAX);

    for (size_t i = from; i < command->words.count; i++) {
        if (i > from)
            buf_add(&out, between);
        buf_add(&out, command->words.items[i].text);
    }
    buf_add_byte(&out, '\n');
    return buf_str(&out);
}

/* printf's "\\n" */
static struct str unescape(struct recogniser *r, struct str text)
{
    struct buf out = buf_new(r->arena, PRINTED_MAX);

    for (size_t i = 0; i < text.length; i++) {
        bool escape = text.bytes[i] == '\\' && i + 1 < text.length;
        char next = escape ? text.bytes[i + 1] : '\0';
        if (next == 'n' || next == 't') {
            buf_add_byte(&out, next == 'n' ? '\n' : '\t');
            i++;
        } else {
            buf_add_byte(&out, text.bytes[i]);
        }
    }
    return buf_str(&out);
}

/* What it prints on its standard output. */
bool output_printed(struct recogniser *r, const struct shell_command *command, struct str *ret)
{
    size_t from = 1;

    if ((program_is(command, "cat") || program_is(command, "tee")) &&
        command->input == INPUT_TEXT) {
        *ret = command->input_text.text;
        return true;
    }
    if (program_is(command, "printf")) {
        bool format = command->words.count > 2 &&
                      str_find_byte(command->words.items[1].text, '%') != SIZE_MAX;
        *ret = unescape(r, join_from(r, command, format ? 2 : 1, STR("\n")));
        return true;
    }
    if (program_is(command, "jq"))
        return output_jq(r, command, ret);
    if (!program_is(command, "echo"))
        return false;
    while (from < command->words.count && str_starts(command->words.items[from].text, STR("-")))
        from++;
    *ret = join_from(r, command, from, STR(" "));
    return true;
}

static void remember(struct recogniser *r, const struct shell_command *command, struct str path,
                     struct str text, bool append)
{
    struct written written = {path_join(r->arena, command->directory, path), text, r->visited,
                              append};

    if (str_find_byte(path, SHELL_UNKNOWN) != SIZE_MAX || r->written.count >= WRITTEN_MAX)
        return;
    for (size_t i = r->written.count; append && i > 0; i--)
        if (str_eq(r->written.items[i - 1].path, written.path)) {
            written.text = str_printf(r->arena, STR_FMT STR_FMT,
                                      STR_ARG(r->written.items[i - 1].text), STR_ARG(text));
            written.behind = r->written.items[i - 1].behind;
            break;
        }
    VEC_PUSH(r->arena, &r->written, written);
}

void output_remember(struct recogniser *r, const struct shell_command *command)
{
    struct str text;

    protect_archive_remember(r, command);
    bool tee = program_is(command, "tee");
    if ((!command->output_count && !tee) || !output_printed(r, command, &text))
        return;
    for (size_t i = 0; i < command->output_count; i++)
        if (command->outputs[i].descriptor == 1)
            remember(r, command, command->outputs[i].path.text, text, command->outputs[i].append);
    for (size_t i = 1; tee && i < command->words.count; i++)
        if (!str_starts(command->words.items[i].text, STR("-")))
            remember(r, command, command->words.items[i].text, text, false);
}

static bool read_files(struct recogniser *r, const struct shell_command *command, size_t from,
                       struct str *ret)
{
    struct buf out = buf_new(r->arena, PRINTED_MAX);

    for (size_t i = from; i < command->words.count; i++) {
        struct err ignored = ERR_NONE;
        struct str name = command->words.items[i].text, bytes = STR_NONE;
        struct str path = path_join(r->arena, command->directory, name);
        if (str_find_byte(name, SHELL_UNKNOWN) != SIZE_MAX || str_has_nul(name) ||
            str_starts(name, STR("-")))
            return false;
        for (size_t w = 0; w < r->written.count; w++)
            if (str_eq(r->written.items[w].path, path))
                bytes = r->written.items[w].text;
        if (!bytes.bytes && (++r->files_read > FOLLOW_FILES_MAX ||
                             !file_read(r->arena, path, PRINTED_MAX, &bytes, &ignored)))
            return false;
        if (str_has_nul(bytes))
            return false;
        buf_add(&out, bytes);
    }
    *ret = out.length ? buf_str(&out) : STR("");
    return true;
}

static bool word_is(const struct shell_command *command, size_t index, const char *text)
{
    return index < command->words.count && str_eq(command->words.items[index].text, str_from(text));
}

static int base64_digit(char byte)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *found = byte ? strchr(digits, byte) : NULL;

    return found ? (int)(found - digits) : -1;
}

/* False when it is no base64, or decodes to no text. */
static bool decode_base64(struct recogniser *r, struct str text, struct str *ret)
{
    struct buf out = buf_new(r->arena, PRINTED_MAX);
    uint32_t bits = 0;
    unsigned count = 0;

    for (size_t i = 0; i < text.length && text.bytes[i] != '='; i++) {
        int digit = base64_digit(text.bytes[i]);
        if (strchr(" \t\r\n", text.bytes[i]))
            continue;
        if (digit < 0)
            return false;
        bits = bits << 6 | (uint32_t)digit;
        count += 6;
        if (count >= 8) {
            count -= 8;
            buf_add_byte(&out, (char)(bits >> count & 0xff));
        }
    }
    *ret = buf_str(&out);
    return !out.truncated && !str_has_nul(*ret) && str_find_byte(*ret, SHELL_UNKNOWN) == SIZE_MAX;
}

/* `base64 -d [FILE]`, `openssl base64 -d`, `openssl enc -base64 -d`: literals, files, standard input. */
static bool decoded(struct recogniser *r, const struct shell_command *command, struct str *ret)
{
    static const char *const decoding[] = {"-d", "-D", "--decode", "-di", "-id"};
    bool openssl = program_is(command, "openssl"), decodes = false, base64 = !openssl;
    struct str text = command->input_text.text;
    size_t file = 0;

    for (size_t i = 1; i < command->words.count; i++) {
        struct str word = command->words.items[i].text;
        for (size_t n = 0; n < COUNT_OF(decoding); n++)
            decodes = decodes || str_eq(word, str_from(decoding[n]));
        base64 = base64 || str_eq(word, STR("base64")) || str_eq(word, STR("-base64")) ||
                 str_eq(word, STR("-a"));
        if (!openssl && !str_starts(word, STR("-")))
            file = i;
    }
    if (!decodes || !base64 || (!file && command->input != INPUT_TEXT))
        return false;
    if (file &&
        (r->remote || file + 1 != command->words.count || !read_files(r, command, file, &text)))
        return false;
    return decode_base64(r, text, ret);
}

/* `git rev-parse --git-path hooks`, where git keeps them unless core.hooksPath is set. */
static bool git_place(struct recogniser *r, const struct shell_command *command, struct str *ret)
{
    static const char *const directories[] = {"--git-dir", "--absolute-git-dir", "--git-common-dir",
                                              NULL};
    struct str entry, top = work_tree_find(r->arena, command->directory, &entry);
    size_t at = 2, count = command->words.count;

    if (at < count && str_starts(command->words.items[at].text, STR("--path-format=")))
        at++;
    if (at >= count || !top.length)
        return false;
    struct str word = command->words.items[at].text;
    if (at + 1 == count && str_eq(word, STR("--show-toplevel"))) {
        *ret = top;
        return true;
    }
    if (!entry.length || file_kind(r->arena, entry) != FILE_DIRECTORY)
        return false;
    *ret = entry;
    if (at + 1 == count)
        return str_is_one_of(word, directories);
    if (at + 2 != count || !str_eq(word, STR("--git-path")))
        return false;
    *ret = path_join(r->arena, entry, command->words.items[at + 1].text);
    return true;
}

/* Where ours stand is known: beside this one. Others are called by their names. */
static struct str found_program(struct recogniser *r, struct str name)
{
    char path[PROGRAM_PATH_MAX];

    return str_starts(name, STR("hookcheck")) && name.length < 64 && protect_is_known(name) &&
                   program_beside(str_c(r->arena, name), path)
               ? str_copy(r->arena, str_from(path))
               : name;
}

bool output_of(void *context, struct shell_state *state, const struct shell_command *command,
               struct str *ret_text)
{
    struct recogniser *r = context;
    size_t count = command->words.count;

    (void)state;
    if (count == 2 && (program_is(command, "which") || word_is(command, 0, "type"))) {
        *ret_text = found_program(r, command->words.items[1].text);
        return true;
    }
    if (count == 3 && ((word_is(command, 0, "command") && word_is(command, 1, "-v")) ||
                       (word_is(command, 0, "type") && word_is(command, 1, "-p")))) {
        *ret_text = found_program(r, command->words.items[2].text);
        return true;
    }
    if (program_is(command, "base64") || program_is(command, "gbase64") ||
        program_is(command, "openssl"))
        return decoded(r, command, ret_text);
    if (program_is(command, "ls"))
        return output_listed(r, command, ret_text);
    if (output_filters(command))
        return output_filtered(r, command, ret_text);
    if (output_maps(command))
        return output_mapped(r, command, ret_text);
    if (count > 1 && program_is(command, "find") && !r->remote)
        return protect_find_printed(r, command->directory, command->words.items, count, ret_text);
    if (count > 1 && !r->remote && (program_is(command, "fd") || program_is(command, "fdfind"))) {
        struct call call = {.words = command->words.items, .count = count};
        struct shell_values find = protect_fd_words(r, &call);
        return protect_find_printed(r, command->directory, find.items, find.count, ret_text);
    }
    if (count > 2 && program_is(command, "docker-machine") && word_is(command, 1, "env")) {
        *ret_text = str_printf(r->arena, "export DOCKER_HOST=tcp://" STR_FMT ":2376",
                               STR_ARG(command->words.items[count - 1].text));
        return true;
    }
    if (count == 2 && program_is(command, "cat"))
        return output_written(r, command->directory, &command->words.items[1], ret_text);
    if (program_is(command, "mktemp") &&
        (count == 1 || (count == 2 && word_is(command, 1, "-d")))) {
        *ret_text = STR("/tmp/tmp.XXXXXXXXXX"); /* somewhere, but not here */
        return true;
    }
    if (program_is(command, "git") && word_is(command, 1, "rev-parse") && !r->remote)
        return git_place(r, command, ret_text);
    if (count > 1 && program_is(command, "git"))
        return output_tracked(r, command, ret_text);
    if (count == 2 && word_is(command, 1, "bin") &&
        (program_is(command, "npm") || program_is(command, "yarn") ||
         program_is(command, "pnpm"))) {
        *ret_text = STR("node_modules/.bin");
        return true;
    }
    return false;
}
