#include <string.h>

#include "shell/evaluator.h"

struct sink *sink_new(struct arena *arena)
{
    struct sink *sink = ARENA_NEW(arena, struct sink);

    sink->texts = ARENA_NEW(arena, struct sink_text);
    sink->count = 1;
    return sink;
}

static void text_add(struct arena *arena, struct sink_text *text, struct str more)
{
    if (more.length == 0)
        return;
    if (!text->buffered && text->view.length == 0) {
        text->view = more;
        return;
    }
    if (!text->buffered) {
        text->buf = buf_new(arena, SHELL_TEXT_MAX);
        buf_add(&text->buf, text->view);
        text->buffered = true;
    }
    bool ends_unknown = text->buf.length && text->buf.bytes[text->buf.length - 1] == SHELL_UNKNOWN;
    if (!(ends_unknown && text_is_unknown(more)))
        buf_add(&text->buf, more);
}

struct str sink_text(const struct sink *sink, size_t index)
{
    const struct sink_text *text = &sink->texts[index];

    if (!text->buffered)
        return text->view;
    return text->buf.truncated ? UNKNOWN_TEXT : buf_str(&text->buf);
}

void sink_add(struct shell_state *state, struct str text)
{
    struct sink *sink = state->sink;

    sink->has_file = false;
    for (size_t i = 0; i < sink->count; i++)
        text_add(state->session->arena, &sink->texts[i], text);
}

void sink_add_file(struct shell_state *state, struct shell_value path, struct str text)
{
    struct sink *sink = state->sink;
    bool alone = sink->count == 1 && sink_text(sink, 0).length == 0;

    sink_add(state, text);
    sink->has_file = alone;
    sink->file = path;
}

static bool has_text(const struct sink_text *texts, size_t count, const struct sink *of,
                     size_t index)
{
    struct sink probe = {.texts = (struct sink_text *)(uintptr_t)texts, .count = count};

    for (size_t i = 0; i < count; i++)
        if (str_eq(sink_text(&probe, i), sink_text(of, index)))
            return true;
    return false;
}

/* The different texts of several sinks; none when they are more than a value may have. */
static struct sink_text *distinct(struct arena *arena, struct sink *const *sinks, size_t count,
                                  size_t *ret_count)
{
    struct sink_text *texts = ARENA_ARRAY(arena, SHELL_VALUES_MAX, struct sink_text);

    *ret_count = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < sinks[i]->count; k++) {
            if (has_text(texts, *ret_count, sinks[i], k))
                continue;
            if (*ret_count == SHELL_VALUES_MAX)
                return NULL;
            texts[(*ret_count)++] = sinks[i]->texts[k];
        }
    return texts;
}

void sink_add_alternatives(struct shell_state *state, struct sink *const *sinks, size_t count)
{
    struct arena *arena = state->session->arena;
    struct sink *sink = state->sink;
    size_t distinct_count;
    struct sink_text *texts = distinct(arena, sinks, count, &distinct_count);

    if (!texts || distinct_count * sink->count > SHELL_VALUES_MAX) {
        sink_add(state, UNKNOWN_TEXT);
        return;
    }
    struct sink other = {.texts = texts, .count = distinct_count};
    if (distinct_count == 1) {
        bool file = count && sinks[0]->has_file && sink_text(sink, 0).length == 0;
        sink_add(state, sink_text(&other, 0));
        if (file) {
            sink->has_file = true;
            sink->file = sinks[0]->file;
        }
        return;
    }
    struct sink_text *product = ARENA_ARRAY(arena, distinct_count * sink->count, struct sink_text);
    size_t filled = 0;
    for (size_t i = 0; i < sink->count; i++)
        for (size_t k = 0; k < distinct_count; k++) {
            text_add(arena, &product[filled], sink_text(sink, i));
            text_add(arena, &product[filled], sink_text(&other, k));
            filled++;
        }
    sink->has_file = false;
    sink->texts = product;
    sink->count = filled;
}

struct input *input_new(struct arena *arena, enum shell_input kind, struct shell_value text)
{
    struct input *input = ARENA_NEW(arena, struct input);
    struct shell_value *texts = ARENA_NEW(arena, struct shell_value);

    *texts = text;
    input->kind = kind;
    input->texts = texts;
    input->count = 1;
    return input;
}

struct input *input_from_sink(struct arena *arena, const struct sink *sink)
{
    struct shell_value *texts = ARENA_ARRAY(arena, sink->count, struct shell_value);

    if (sink->has_file)
        return input_new(arena, INPUT_FILE, sink->file);
    if (sink->count == 1 && text_is_unknown(str_trim(sink_text(sink, 0))))
        return input_new(arena, INPUT_UNKNOWN, value_from_text(UNKNOWN_TEXT));
    for (size_t i = 0; i < sink->count; i++)
        texts[i] = value_from_text(sink_text(sink, i));
    struct input *input = input_new(arena, INPUT_TEXT, texts[0]);
    input->texts = texts;
    input->count = sink->count;
    return input;
}

struct str input_unknown_lines(const struct shell_state *state)
{
    const struct input *input = state->input;

    if (input->kind != INPUT_TEXT || input->count != 1)
        return STR("");
    struct str rest = str_from_offset(input->texts[0].text, input->position);
    return str_find_byte(rest, SHELL_UNKNOWN) == SIZE_MAX ? STR("") : rest;
}

enum read_result input_read_line(struct shell_state *state, struct str *ret_line)
{
    struct input *input = state->input;

    if (input->kind != INPUT_TEXT || input->count != 1)
        return READ_NOTHING;
    struct str rest = str_from_offset(input->texts[0].text, input->position);
    if (rest.length == 0)
        return READ_END;
    size_t newline = str_find_byte(rest, '\n');
    *ret_line = newline == SIZE_MAX ? rest : str_prefix(rest, newline);
    /* An unknown stretch may hold any number of lines. */
    if (str_find_byte(*ret_line, SHELL_UNKNOWN) != SIZE_MAX)
        return READ_NOTHING;
    input->position += newline == SIZE_MAX ? rest.length : newline + 1;
    return READ_LINE;
}

enum read_result input_read_rest(struct shell_state *state, struct str *ret_text)
{
    struct input *input = state->input;

    if (input->kind != INPUT_TEXT || input->count != 1)
        return READ_NOTHING;
    *ret_text = str_from_offset(input->texts[0].text, input->position);
    input->position += ret_text->length;
    return READ_LINE;
}
