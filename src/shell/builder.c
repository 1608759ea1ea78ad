#include <string.h>

#include "shell/evaluator.h"

#define LONG_LIST 32u /* fields; from here on each is charged */

struct str state_ifs(const struct shell_state *state)
{
    size_t count;
    const struct datum *ifs = state_variable(state, STR("IFS"), &count);

    if (count == 1 && ifs->kind == DATUM_TEXT && value_from_text(ifs->text).known)
        return ifs->text;
    return STR(" \t\n");
}

struct builder builder_new(struct shell_state *state, struct shell_values *out)
{
    return (struct builder){.state = state, .out = out, .split = true, .maximum = VALUE_MAX};
}

bool session_charge(struct session *session, size_t bytes, struct err *e)
{
    session->copied += bytes;
    if (session->copied > COPIED_MAX)
        return err_set(e, ERR_LIMIT, "the command's values need more than %u MiB",
                       COPIED_MAX >> 20);
    return true;
}

bool session_work(struct session *session, size_t amount)
{
    if (session->work > WORK_MAX)
        return false;
    session->work += amount;
    return session->work <= WORK_MAX;
}

void values_push(struct arena *arena, struct shell_values *out, struct shell_value value)
{
    if (out->count >= FIELDS_MAX)
        out->items[out->count - 1] = value_unknown();
    else
        VEC_PUSH(arena, out, value);
}

bool values_same(const struct shell_value *a, size_t a_count, const struct shell_value *b,
                 size_t b_count)
{
    if (a_count != b_count)
        return false;
    for (size_t i = 0; i < a_count; i++)
        if (!str_eq(a[i].text, b[i].text))
            return false;
    return true;
}

/* A backslash before each byte, so that a pattern takes it as it is. */
static struct str escape(struct arena *arena, struct str text)
{
    char *bytes = arena_alloc(arena, text.length * 2 + 1);
    size_t length = 0;

    for (size_t i = 0; i < text.length; i++) {
        if (text.bytes[i] != SHELL_UNKNOWN)
            bytes[length++] = '\\';
        bytes[length++] = text.bytes[i];
    }
    return str_of(bytes, length);
}

void builder_add(struct builder *b, struct str text, bool quoted)
{
    if (quoted)
        b->started = b->quoted = true;
    if (text.length == 0)
        return;
    b->started = true;
    if (b->pattern && quoted)
        text = escape(b->state->session->arena, text);
    if (text_is_unknown(text)) {
        /* One byte for a stretch, however it came about. */
        if (b->pieces.count && text_is_unknown(VEC_LAST(&b->pieces)))
            return;
        text = UNKNOWN_TEXT;
    }
    VEC_PUSH(b->state->session->arena, &b->pieces, text);
}

static bool join(struct builder *b, struct str *ret_text, struct err *e)
{
    size_t length = 0;

    *ret_text = b->pieces.count == 1 ? b->pieces.items[0] : STR("");
    if (b->pieces.count < 2)
        return true;
    for (size_t i = 0; i < b->pieces.count; i++)
        length += b->pieces.items[i].length;
    if (length > b->maximum) {
        *ret_text = UNKNOWN_TEXT;
        return true;
    }
    if (!session_charge(b->state->session, length, e))
        return false;
    *ret_text = str_join(b->state->session->arena, b->pieces.items, b->pieces.count, STR(""));
    return true;
}

bool builder_finish(struct builder *b, struct err *e)
{
    struct str text;

    if (b->started) {
        if (!join(b, &text, e))
            return false;
        /* Long lists: "$@" "$@" in a function that calls itself doubles them. */
        if (b->out->count >= LONG_LIST &&
            !session_charge(b->state->session, 2 * sizeof(struct shell_value), e))
            return false;
        struct shell_value value = value_from_text(text);
        value.glob = b->glob;
        value.may_vanish = b->vanishing && text_is_unknown(text) && !b->quoted;
        value.content = b->content;
        value.span = b->span;
        values_push(b->state->session->arena, b->out, value);
    }
    b->pieces.count = 0;
    b->started = b->quoted = b->glob = b->vanishing = false;
    b->content = NULL;
    return true;
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n';
}

static bool has_glob(struct str text)
{
    for (size_t i = 0; i < text.length; i++)
        if (text.bytes[i] == '*' || text.bytes[i] == '?' || text.bytes[i] == '[')
            return true;
    return false;
}

static bool add_split(struct builder *b, struct str text, struct err *e)
{
    struct str ifs = b->ifs.bytes ? b->ifs : (b->ifs = state_ifs(b->state));
    size_t from = 0, at = 0;

    while (at <= text.length) {
        bool end = at == text.length;
        if (!end && (ifs.length == 0 || !memchr(ifs.bytes, text.bytes[at], ifs.length))) {
            at++;
            continue;
        }
        struct str chunk = str_slice(text, from, at);
        if (chunk.length) {
            builder_add(b, chunk, false);
            b->vanishing = b->vanishing || text_is_unknown(chunk);
            b->glob = b->glob || has_glob(chunk);
        }
        if (end)
            break;
        if (!is_blank(text.bytes[at]))
            b->started = true;
        if (!builder_finish(b, e))
            return false;
        if (b->out->count >= FIELDS_MAX)
            return true;
        from = ++at;
    }
    return true;
}

bool builder_add_value(struct builder *b, struct str text, bool quoted, struct err *e)
{
    if (b->split && !quoted)
        return add_split(b, text, e);
    builder_add(b, text, quoted);
    if (!quoted)
        b->vanishing = b->vanishing || text_is_unknown(text);
    return true;
}

bool builder_add_values(struct builder *b, const struct shell_value *values, size_t count,
                        bool quoted, bool star, struct err *e)
{
    struct str ifs = star ? state_ifs(b->state) : STR(" ");
    struct str between = ifs.length ? str_prefix(ifs, 1) : STR("");

    for (size_t i = 0; i < count; i++) {
        if (i && b->split && !(star && quoted)) {
            if (!builder_finish(b, e))
                return false;
        } else if (i) {
            builder_add(b, between, quoted);
        }
        if (!builder_add_value(b, values[i].text, quoted, e))
            return false;
        if (b->split && !(star && quoted)) {
            if (values[i].may_vanish) {
                /* "$@" hands on what may be no word. */
                b->quoted = false;
                b->vanishing = true;
            }
            b->content = values[i].content;
        }
    }
    return true;
}
