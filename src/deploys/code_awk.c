/* code_awk.c -- awk's program: its first operand, or a file. Commands stand in system() as in other languages, and beside a pipe:
 * "COMMAND" | getline, print | "COMMAND". */
#include "base/regex.h"
#include "deploys/code.h"
#include "deploys/follow.h"

#define PIPES_MAX 64u
#define QUOTED "\"((?:[^\"\\\\\\n]|\\\\.)*+)\""

/* -v NAME=VALUE, and the file that it reads, as the program would give them. */
static struct str outer_values(struct recogniser *r, const struct call *call, size_t program)
{
    struct buf out = buf_new(r->arena, REQUEST_MAX);

    for (size_t i = 1; i < call->count; i++) {
        struct str word = call->words[i].text, name = STR("FILENAME");
        bool given = i < program && str_starts(word, STR("-v"));
        if (given) {
            word = word.length > 2 ? str_from_offset(word, 2) : call->words[++i].text;
            name = str_cut(&word, '=');
        }
        if ((given || i > program) && str_find_byte(word, '"') == SIZE_MAX)
            buf_printf(&out, STR_FMT " = \"" STR_FMT "\"; ", STR_ARG(name), STR_ARG(word));
    }
    return out.length ? buf_str(&out) : STR("");
}

static struct str unescape(struct arena *arena, struct str text)
{
    struct buf out = buf_new(arena, text.length + 1);

    for (size_t i = 0; i < text.length; i++) {
        i += text.bytes[i] == '\\' && i + 1 < text.length;
        buf_add_byte(&out, text.bytes[i]);
    }
    return out.length ? buf_str(&out) : STR("");
}

/* What a variable is given, by a literal, at first. */
static struct str value_of(struct arena *arena, struct str name, struct str text)
{
    struct regex_walk walk = regex_walk(
        arena, str_c(arena, str_printf(arena, "\\b" STR_FMT "\\s*=\\s*" QUOTED, STR_ARG(name))),
        text);

    return regex_walk_next(&walk) ? walk.groups[1] : STR("");
}

/* Each match: a literal (group 1), or a variable (group 2). */
static bool judge_pipes(struct recogniser *r, struct shell_state *state, const struct call *call,
                        struct str text, const char *pattern, struct err *e)
{
    struct regex_walk walk = regex_walk(r->arena, pattern, text);

    for (size_t i = 0; i < PIPES_MAX && regex_walk_next(&walk); i++) {
        struct str command = walk.groups[1];
        if (!command.length && walk.groups[2].length)
            command = value_of(r->arena, walk.groups[2], text);
        if (command.length && !judge_text(r, state, call, unescape(r->arena, command), false, e))
            return false;
    }
    return true;
}

bool awk_call(struct recogniser *r, struct shell_state *state, const struct pack_wrapper *row,
              const struct call *call, size_t program, struct err *e)
{
    struct followed file = {0};
    struct str text;

    if (program >= call->count)
        return true;
    text = call->words[program].text;
    if (pack_list_has(r->tables, row->file_options, call->words[program - 1].text)) {
        if (value_is_known(&call->words[program]))
            follow_read(r, call, text, &file);
        text = file.found ? file.text : STR("");
    }
    text = str_printf(r->arena, STR_FMT STR_FMT, STR_ARG(outer_values(r, call, program)),
                      STR_ARG(text));
    return judge_pipes(r, state, call, text, "(?:" QUOTED "|\\b(\\w++))\\s*+\\|\\s*+getline\\b",
                       e) &&
           judge_pipes(r, state, call, text,
                       "(?<!\\|)\\|(?!\\|)\\s*+(?:" QUOTED "|((?!getline\\b)\\w++))", e) &&
           literals_judge(r, state, call, call->words[0].text, text, e);
}
