#include "readers/parse.h"

#include <time.h>

#include "base/door.h"

/* No text of fewer bytes takes so long. */
#define SLOW_FROM 4096u
#define SLOW_MAX 64u

uint64_t parse_limit_us = 5000000;

TSParser *parse_with(const TSLanguage *language)
{
    TSParser *parser = ts_parser_new();

    if (!parser || !ts_parser_set_language(parser, language))
        door_memory();
    return parser;
}

/* Texts that passed the limit once: many ask for the same settings file, and each would wait anew. */
static _Thread_local uint64_t too_slow[SLOW_MAX];
static _Thread_local size_t too_slow_count;

static bool is_too_slow(uint64_t hash)
{
    for (size_t i = 0; i < too_slow_count; i++)
        if (too_slow[i] == hash)
            return true;
    return false;
}

static uint64_t now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

struct task {
    struct str text;
    uint64_t end_us;
};

static const char *rest_of(void *task_, uint32_t from, TSPoint point, uint32_t *ret_length)
{
    const struct task *task = task_;

    (void)point;
    *ret_length = from < task->text.length ? (uint32_t)(task->text.length - from) : 0;
    return *ret_length ? task->text.bytes + from : "";
}

static bool is_late(TSParseState *state)
{
    const struct task *task = state->payload;

    return now_us() > task->end_us;
}

TSTree *parse_text(TSParser *parser, struct str text)
{
    uint64_t hash = text.length >= SLOW_FROM ? str_hash(STR_HASH_START, text) : 0;

    if (hash && is_too_slow(hash))
        return NULL;
    struct task task = {text, now_us() + parse_limit_us};
    TSTree *tree = ts_parser_parse_with_options(
        parser, NULL, (TSInput){.payload = &task, .read = rest_of, .encoding = TSInputEncodingUTF8},
        (TSParseOptions){.payload = &task, .progress_callback = is_late});

    /* Else the next text would be taken for the rest of this one. */
    ts_parser_reset(parser);
    if (!tree && hash && too_slow_count < SLOW_MAX)
        too_slow[too_slow_count++] = hash;
    return tree;
}

void parse_failed(struct parse_failure *failure, struct str path, bool too_large)
{
    if (!failure->path.length)
        *failure = (struct parse_failure){.path = path, .too_large = too_large};
}

bool parse_none_failed(const struct parse_failure *failure, struct err *e)
{
    if (!failure->path.length)
        return true;
    if (failure->too_large)
        return err_set(e, ERR_LIMIT, STR_FMT ": larger than %u bytes", STR_ARG(failure->path),
                       FILE_MAX);
    return err_set(e, ERR_TIMEOUT, STR_FMT ": it took longer than %u ms to parse",
                   STR_ARG(failure->path), (unsigned)(parse_limit_us / 1000));
}

/* --- Ahead. --- */

enum { NOT_PARSED = 0, BEING_PARSED, PARSED, TAKEN };

void parse_ahead_do(struct parse_ahead *ahead, const TSLanguage *language)
{
    TSParser *parser = parse_with(language);

    for (size_t i = ahead->count; i > 0; i--) {
        struct parse_ahead_text *text = &ahead->items[i - 1];
        int state = NOT_PARSED;
        if (!atomic_compare_exchange_strong(&text->state, &state, BEING_PARSED))
            break;
        text->tree = parse_text(parser, text->text);
        atomic_store(&text->state, PARSED);
    }
    ts_parser_delete(parser);
}

TSTree *parse_ahead_take(struct parse_ahead *ahead, size_t number)
{
    struct parse_ahead_text *text = &ahead->items[number];
    TSTree *tree = NULL;
    int state = NOT_PARSED;

    if (atomic_compare_exchange_strong(&text->state, &state, TAKEN) || state != PARSED)
        return NULL;
    tree = text->tree;
    text->tree = NULL;
    return tree;
}

void parse_ahead_release(struct parse_ahead *ahead)
{
    for (size_t i = 0; i < ahead->count; i++)
        if (ahead->items[i].tree)
            ts_tree_delete(ahead->items[i].tree);
    ahead->count = 0;
}
