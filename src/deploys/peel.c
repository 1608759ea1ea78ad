#include <string.h>

#include "base/file.h"
#include "deploys/batch.h"
#include "deploys/judge.h"

/* NAME=value, as env and sudo take it. */
static bool is_assignment(struct str word, struct shell_setting *ret)
{
    size_t equals = str_find_byte(word, '=');

    if (equals == SIZE_MAX || equals == 0)
        return false;
    for (size_t i = 0; i < equals; i++) {
        char byte = word.bytes[i];
        bool letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_';
        if (!letter && !(i > 0 && byte >= '0' && byte <= '9'))
            return false;
    }
    ret->name = str_prefix(word, equals);
    ret->value = word_value(str_from_offset(word, equals + 1));
    return true;
}

/* Options between the program and its command: which list knows them, and their value. */
struct walk {
    struct recogniser *r;
    const struct pack_wrapper *row;
    const struct call *call;
    struct peeled *out;
    size_t at;
    size_t image; /* index of the last operand taken; 0: none */
    struct str entrypoint;
};

static bool option_value(struct walk *w, struct pack_list list, struct str *ret)
{
    const struct pack_tables *t = w->r->tables;
    struct str word = w->call->words[w->at].text;
    size_t equals = str_find_byte(word, '=');

    for (uint32_t i = 0; i < list.count; i++) {
        struct str name = pack_list_item(t, list, i);
        bool short_name = name.length == 2 && name.bytes[0] == '-' && name.bytes[1] != '-';
        if (str_eq(word, name)) {
            if (w->at + 1 >= w->call->count)
                return false;
            *ret = w->call->words[++w->at].text;
            return true;
        }
        if (equals != SIZE_MAX && str_eq(str_prefix(word, equals), name)) {
            *ret = str_from_offset(word, equals + 1);
            return true;
        }
        /* "-lc": clustered, the value is the next word */
        if (short_name && word.length > 2 && word.bytes[1] != '-' && equals == SIZE_MAX &&
            word.bytes[word.length - 1] == name.bytes[1] && w->at + 1 < w->call->count &&
            list.first == w->row->code_options.first) {
            *ret = w->call->words[++w->at].text;
            return true;
        }
    }
    return false;
}

/* "-dmS name": the last letter of a cluster takes a value. */
static bool cluster_takes_value(const struct walk *w, struct str word)
{
    char last[2] = {'-', word.bytes[word.length - 1]};

    if (word.length < 3 || word.bytes[1] == '-')
        return false;
    for (size_t i = 1; i < word.length; i++)
        if (!((word.bytes[i] >= 'a' && word.bytes[i] <= 'z') ||
              (word.bytes[i] >= 'A' && word.bytes[i] <= 'Z')))
            return false;
    return pack_list_has(w->r->tables, w->row->options_with_value, str_of(last, 2));
}

/* What `tmux send-keys` and `screen -X stuff` type, without the return key; and concurrently's "npm:x" is `npm run x`. */
static struct str as_shell_text(struct recogniser *r, struct str text)
{
    static const char *const managers[] = {"npm:", "pnpm:", "yarn:", "bun:"};
    static const char *const keys[] = {"\\n", "\\r", "^M", "\\015", "\n", "\r"};

    for (size_t i = 0; i < COUNT_OF(keys); i++)
        if (str_ends(text, str_from(keys[i])))
            text.length -= strlen(keys[i]);
    for (size_t i = 0; i < COUNT_OF(managers); i++)
        if (str_starts(text, str_from(managers[i])))
            return str_printf(r->arena, "%.*s run " STR_FMT, (int)strlen(managers[i]) - 1,
                              managers[i], STR_ARG(str_from_offset(text, strlen(managers[i]))));
    return text;
}

/* A setting without a value: whatever was set before does not count. */
static void take_away(struct walk *w, struct str name)
{
    struct shell_setting setting = {.name = name};

    VEC_PUSH(w->r->arena, &w->out->call.settings, setting);
}

/* Takes one option; false when it starts the words of the command (-c of `nix develop -c`). */
static bool take_option(struct walk *w)
{
    const struct pack_tables *t = w->r->tables;
    struct str word = w->call->words[w->at].text, value;

    if (pack_list_has(t, w->row->command_options, word)) {
        w->at++;
        return false;
    }
    if (pack_list_has(t, w->row->excuses, word))
        w->out->excused = true;
    else if (option_value(w, w->row->code_options, &value))
        VEC_PUSH(w->r->arena, &w->out->texts, value);
    else if (option_value(w, w->row->directory_options, &value))
        w->out->call.directory = path_join(w->r->arena, w->out->call.directory, value);
    else if (option_value(w, w->row->unset_options, &value))
        take_away(w, value);
    else if (w->row->entrypoint_option.length &&
             str_eq(word, pack_str(t, w->row->entrypoint_option)) && w->at + 1 < w->call->count)
        w->entrypoint = w->call->words[++w->at].text;
    else if (pack_list_has(t, w->row->options_with_value, word) ||
             pack_list_has(t, w->row->file_options, word) || cluster_takes_value(w, word))
        w->at++;
    else if (w->row->entrypoint_option.length &&
             str_starts(word, pack_str(t, w->row->entrypoint_option)) &&
             str_find_byte(word, '=') != SIZE_MAX)
        w->entrypoint = str_from_offset(word, str_find_byte(word, '=') + 1);
    w->at++;
    return true;
}

/* Does one of the row's sub-commands stand in the next operands? Moves behind it. */
static bool take_sub_command(struct walk *w)
{
    const struct pack_tables *t = w->r->tables;
    size_t start = w->at;

    if (!w->row->commands.count)
        return true;
    for (uint32_t i = 0; i < w->row->commands.count; i++) {
        struct str rest = pack_list_item(t, w->row->commands, i);
        bool good = true;
        w->at = start;
        while (good && rest.length) {
            struct str want = str_cut(&rest, ' ');
            while (w->at < w->call->count && w->call->words[w->at].text.length > 1 &&
                   w->call->words[w->at].text.bytes[0] == '-' &&
                   !str_eq(w->call->words[w->at].text, STR("--"))) {
                struct peeled scrap = *w->out; /* options in front of a sub-command */
                struct peeled *kept = w->out;
                w->out = &scrap;
                bool more = take_option(w);
                w->out = kept;
                if (!more)
                    break;
                *w->out = scrap;
            }
            good = w->at < w->call->count && str_eq(w->call->words[w->at].text, want);
            w->at++;
        }
        if (good)
            return true;
        w->out->texts.count = 0;
    }
    return false;
}

/* `hadolint/hadolint:latest` → "hadolint", when that is a program we know. */
static struct str program_of_image(const struct recogniser *r, struct str image)
{
    const struct pack_tables *t = r->tables;
    struct str name = path_base_name(image);
    uint32_t first;

    name = str_prefix(name, str_find_byte(name, ':'));
    name = str_prefix(name, str_find_byte(name, '@'));
    bool known = pack_names_find(t, t->program_names, t->program_name_count, name, &first) ||
                 pack_names_find(t, t->wrapper_names, t->wrapper_name_count, name, &first);
    return known && !str_eq(name, STR("deploy")) ? name : STR_NONE;
}

/* Is the first of the words a program on its own, so that no entry point takes it as its argument? */
static bool names_program(const struct walk *w)
{
    struct call rest = call_of_words(w->call, w->call->words + w->at, w->call->count - w->at);
    struct line line;

    if (!rest.count || str_find_byte(rest.words[0].text, '/') != SIZE_MAX)
        return rest.count > 0;
    line_build(w->r, &rest, &line);
    return line.in_index;
}

/* What the row says that an image, a flake or a service runs. */
static struct str entrypoint_of(const struct walk *w, struct str image)
{
    const struct pack_tables *t = w->r->tables;

    for (uint32_t i = 0; i < w->row->entrypoints.count; i++) {
        struct str right = pack_list_item(t, w->row->entrypoints, i);
        struct str left = str_cut(&right, '=');
        size_t mark = str_find_last_byte(image, '#');
        if (str_eq(left, STR("#"))) /* nix run nixpkgs#kubectl, nix run github:serokell/deploy-rs */
            return mark != SIZE_MAX ? str_from_offset(image, mark + 1) : path_base_name(image);
        size_t found = str_find(image, left);
        if (found == SIZE_MAX || (found > 0 && image.bytes[found - 1] != '/'))
            continue;
        struct str tail = str_from_offset(image, found + left.length);
        if (!tail.length || tail.bytes[0] == ':' || tail.bytes[0] == '@')
            return right;
    }
    return w->row->entrypoint_option.length && !names_program(w) ? program_of_image(w->r, image)
                                                                 : STR_NONE;
}

/* What a container image runs: --entrypoint, or what is known of the image. */
static void add_entrypoint(struct walk *w)
{
    struct str program = w->entrypoint;

    if (w->image && !program.length)
        program = entrypoint_of(w, w->call->words[w->image].text);
    size_t count = w->call->count - w->at;
    if (!program.length ||
        (count && !w->entrypoint.length && str_eq(w->call->words[w->at].text, program)))
        return; /* none, or the words name it themselves */
    struct shell_value *words = ARENA_ARRAY(w->r->arena, count + 1, struct shell_value);
    words[0] = word_value(program);
    if (count)
        memcpy(words + 1, w->call->words + w->at, count * sizeof words[0]);
    w->out->call.words = words;
    w->out->call.count = count + 1;
    w->out->has_words = true;
}

static void give_rest(struct walk *w)
{
    struct peeled *out = w->out;

    out->call.words = w->call->words + w->at;
    out->call.count = w->call->count - w->at;
    out->has_words = out->call.count > 0 && w->row->takes == TAKES_WORDS;
    if (w->row->takes == TAKES_TEXT && out->call.count)
        VEC_PUSH(w->r->arena, &out->texts, call_typed(w->r, &out->call));
    if (w->row->takes == TAKES_BATCH && out->call.count)
        VEC_PUSH(w->r->arena, &out->texts,
                 batch_as_shell(w->r->arena, call_typed(w->r, &out->call)));
    for (size_t i = 0; w->row->takes == TAKES_TEXTS && i < out->call.count; i++)
        if (out->call.words[i].text.length && out->call.words[i].text.bytes[0] != '-')
            VEC_PUSH(w->r->arena, &out->texts, as_shell_text(w->r, out->call.words[i].text));
    if (w->row->takes == TAKES_WORDS)
        add_entrypoint(w);
}

/* `doppler run $OPTIONS -- command` */
static bool may_be_options(const struct call *call, size_t at)
{
    if (!call->words[at].may_vanish || !str_eq(call->words[at].text, UNKNOWN_TEXT))
        return false;
    while (at < call->count && !str_eq(call->words[at].text, STR("--")))
        at++;
    return at < call->count;
}

void peel_row(struct recogniser *r, const struct pack_wrapper *row, const struct call *call,
              struct peeled *ret)
{
    struct walk w = {.r = r, .row = row, .call = call, .out = ret, .at = 1};
    uint32_t operands = row->operands;
    bool separated = false;
    struct shell_setting setting;

    *ret = (struct peeled){.call = *call};
    ret->call.depth++;
    ret->call.remote = call->remote || row->remote;
    if (!take_sub_command(&w))
        return;
    ret->applies = true;
    while (w.at < call->count) {
        struct str word = call->words[w.at].text;
        if (!separated && str_eq(word, STR("--"))) {
            separated = true;
            w.at++;
            if (row->needs_separator)
                operands = 0;
        } else if (!separated && word.length > 1 && word.bytes[0] == '-') {
            if (!take_option(&w)) {
                operands = 0;
                break;
            }
        } else if (row->assignments && str_eq(word, STR("-"))) { /* env's older name for -i */
            w.at++;
        } else if (row->assignments && is_assignment(word, &setting)) {
            VEC_PUSH(r->arena, &ret->call.settings, setting);
            w.at++;
        } else if (!separated &&
                   (row->needs_separator || (!operands && may_be_options(call, w.at)))) {
            w.at++;
        } else if (row->takes == TAKES_NOTHING) {
            w.at++;
        } else if (operands) {
            if (row->remote && operands == row->operands)
                ret->call.host = word;
            w.image = w.at++;
            operands--;
            if (!operands && row->entrypoint_option.length)
                break; /* what stands behind an image belongs to the command */
        } else {
            break;
        }
    }
    if (w.at > call->count)
        w.at = call->count;
    if (row->suspected) {
        ret->call.suspected = true;
        ret->call.why =
            str_printf(r->arena, "run by \"" STR_FMT "\"", STR_ARG(call->words[0].text));
    }
    if (!operands || ret->texts.count)
        give_rest(&w);
}

/* Wrappers that take a command's words may be started without one, and read it (`ssh host <<EOF`). */
static bool judge_peeled(struct recogniser *r, struct shell_state *state,
                         const struct pack_wrapper *row, struct peeled *peeled, struct err *e)
{
    for (size_t i = 0; i < peeled->texts.count; i++)
        if (!judge_text(r, state, &peeled->call, peeled->texts.items[i], false, e))
            return false;
    if (peeled->has_words)
        return judge_call(r, state, &peeled->call, e);
    if (row->remote && !peeled->texts.count && peeled->call.input.kind == INPUT_FILE) {
        struct call call = peeled->call;
        call.remote = false; /* the file is read here */
        call.directory = call.input.directory;
        call.input = (struct input){0};
        return follow_input(r, state, &call, peeled->call.input.text, NULL, 0, e);
    }
    if (row->remote && !peeled->texts.count && peeled->call.input.kind == INPUT_TEXT) {
        struct call call = peeled->call;
        call.input = (struct input){0};
        return judge_text(r, state, &call, peeled->call.input.text, false, e);
    }
    return true;
}

bool peel_call(struct recogniser *r, struct shell_state *state, const struct call *call,
               const struct line *line, bool *ret_handled, struct err *e)
{
    const struct pack_tables *t = r->tables;
    uint32_t first;
    uint32_t count =
        pack_names_find(t, t->wrapper_names, t->wrapper_name_count, line->name, &first);

    for (uint32_t i = first; i < first + count; i++) {
        const struct pack_wrapper *row = &t->wrappers[t->wrapper_names[i].index];
        struct peeled peeled;
        if (row->kind != WRAPPER_RUNS)
            continue;
        peel_row(r, row, call, &peeled);
        if (!peeled.applies)
            continue;
        *ret_handled = true;
        if (!peeled.excused && !judge_peeled(r, state, row, &peeled, e))
            return false;
    }
    return true;
}
