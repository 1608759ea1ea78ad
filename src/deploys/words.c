#include <string.h>

#include "deploys/judge.h"

static bool is_word_byte(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '_' || byte == '-' || byte == '.';
}

/* "release-notes", "check-deploy.sh": what is said beside the promise takes it back. */
static bool promise_is_taken_back(const struct recogniser *r, uint32_t index, struct str name)
{
    struct regex **unless = &r->migrations[index];
    struct err unused = ERR_NONE;
    bool matched = false;

    if (!r->tables->wrappers[index].unless.length)
        return false;
    if (!*unless && !regex_compile(r->arena, pack_str(r->tables, r->tables->wrappers[index].unless),
                                   unless, &unused))
        return false;
    return regex_match(*unless, name, &matched, NULL, 0, &unused) && matched;
}

/* A piece of a name ends where letters end, and at a hump: deployProd. */
static size_t piece_end(struct str name, size_t at)
{
    size_t end = at;

    while (end < name.length && byte_is_letter(name.bytes[end]) &&
           !(end > at && name.bytes[end] <= 'Z' && name.bytes[end - 1] >= 'a'))
        end++;
    return end;
}

/* Do the pieces from `at` on say this word, or this chain of words ("push-to-prod")? */
static bool pieces_say(struct str name, size_t at, struct str words)
{
    while (words.length) {
        size_t end = piece_end(name, at);
        if (!str_eq_nocase(str_slice(name, at, end), str_cut(&words, '-')))
            return false;
        at = end;
        if (words.length && at < name.length && !byte_is_letter(name.bytes[at]))
            at++;
    }
    return true;
}

bool name_promises_deploy(const struct recogniser *r, struct str name)
{
    const struct pack_tables *t = r->tables;

    if (str_find_byte(name, '\n') != SIZE_MAX)
        return false; /* text, as of a here-string of PowerShell: no name of anything */
    for (size_t at = 0; at < name.length;) {
        size_t end = piece_end(name, at);
        struct str piece = str_slice(name, at, end);
        for (uint32_t i = 0; piece.length && i < t->wrapper_count; i++) {
            const struct pack_wrapper *row = &t->wrappers[i];
            if (row->kind != WRAPPER_NAMES)
                continue;
            for (uint32_t n = 0; n < row->names.count; n++)
                if (pieces_say(name, at, pack_list_item(t, row->names, n)))
                    return !promise_is_taken_back(r, i, name);
        }
        at = end > at ? end : at + 1;
    }
    return false;
}

static bool config_has_word(const struct config *config, struct str word)
{
    if (config->broken && strs_have(&config->broken_words, word))
        return true;
    for (size_t i = 0; i < config->deploys.count; i++) {
        struct str pattern = config->deploys.items[i].command;
        if (word.length > 3 && str_contains(pattern, word))
            return true;
    }
    return false;
}

struct str find_deploy_word(struct recogniser *r, struct str text, const struct config *config)
{
    for (size_t at = 0; at < text.length;) {
        size_t end = at;
        while (end < text.length && is_word_byte(text.bytes[end]))
            end++;
        struct str word = str_trim_bytes(str_slice(text, at, end), "-.");
        if (word.length && (pack_has_word(r->tables, word) || config_has_word(config, word)))
            return word;
        at = end > at ? end : at + 1;
    }
    return STR_NONE;
}

struct door_words deploys_words(void)
{
    return (struct door_words){pack_builtin.words, pack_builtin.word_count};
}

/* The stretches of a pattern that stand for themselves, at least four bytes long. */
static void add_pattern_words(struct arena *arena, struct str pattern, struct strs *words)
{
    size_t at = 0;

    while (at < pattern.length) {
        struct buf word = buf_new(arena, 256);
        while (at < pattern.length) {
            bool escaped = pattern.bytes[at] == '\\' && at + 1 < pattern.length;
            char byte = pattern.bytes[escaped ? at + 1 : at];
            bool literal = escaped ? !byte_is_letter(byte) && is_word_byte(byte)
                                   : is_word_byte(byte) && byte != '.';
            if (!literal)
                break;
            buf_add_byte(&word, byte);
            at += escaped ? 2 : 1;
        }
        if (word.length >= 4)
            strs_add(arena, words, buf_str(&word));
        if (at < pattern.length)
            at += pattern.bytes[at] == '\\' ? 2 : 1;
    }
}

struct door_words deploys_config_words(struct arena *arena, const struct config *config)
{
    struct strs words = {0};

    for (size_t i = 0; i < config->deploys.count; i++)
        add_pattern_words(arena, config->deploys.items[i].command, &words);
    for (size_t i = 0; i < config->broken_words.count; i++)
        VEC_PUSH(arena, &words, config->broken_words.items[i]);
    strs_sort(&words);
    const char **items = ARENA_ARRAY(arena, words.count + 1, const char *);
    for (size_t i = 0; i < words.count; i++)
        items[i] = str_c(arena, words.items[i]);
    return (struct door_words){items, words.count};
}
