#include "deploys/mask.h"

#include <string.h>

#include "base/buf.h"
#include "deploys/judge.h"

#define HIDDEN STR("***")
/* Users have shorter names, and tokens are longer. */
#define TOKEN_LEAST 16u

bool mask_names_secret(struct str name)
{
    static const char *const marks[] = {
        "password",  "passwd",       "passphrase",   "secret",        "token",
        "api-key",   "api_key",      "apikey",       "access-key",    "access_key",
        "accesskey", "private-key",  "private_key",  "credential",    "auth-key",
        "pgpass",    "database-url", "database_url", "authorization", "bearer"};
    char lower[96];

    if (name.length >= sizeof lower)
        name.length = sizeof lower - 1;
    for (size_t i = 0; i < name.length; i++)
        lower[i] = name.bytes[i] >= 'A' && name.bytes[i] <= 'Z' ? (char)(name.bytes[i] + 32)
                                                                : name.bytes[i];
    for (size_t i = 0; i < COUNT_OF(marks); i++)
        if (str_contains(str_of(lower, name.length), str_from(marks[i])))
            return true;
    return false;
}

/* Keys that are recognised by their own form. */
static bool is_key(struct str word)
{
    static const struct {
        const char *start;
        size_t least;
    } forms[] = {{"AKIA", 16},    {"ASIA", 16},        {"ghp_", 20},   {"gho_", 20},
                 {"ghs_", 20},    {"github_pat_", 20}, {"glpat-", 16}, {"xoxb-", 16},
                 {"xoxp-", 16},   {"sk_live_", 16},    {"eyJ", 40},    {"npm_", 30},
                 {"dop_v1_", 20}, {"sk-ant-", 16}};

    for (size_t i = 0; i < COUNT_OF(forms); i++)
        if (word.length >= forms[i].least && str_starts(word, str_from(forms[i].start)))
            return true;
    return false;
}

/* https://TOKEN@host: who has no password may be one. */
static bool is_token(struct str before, struct str user)
{
    return (str_ends(before, STR("http")) || str_ends(before, STR("https"))) &&
           (user.length >= TOKEN_LEAST || is_key(user));
}

/* scheme://user:secret@host → scheme://user:***@host, wherever it stands in the word. */
static struct str mask_url(struct arena *arena, struct str word)
{
    struct buf out = buf_new(arena, word.length * 2 + 16);
    bool changed = false;

    for (;;) {
        size_t scheme = str_find(word, STR("://"));
        if (scheme == SIZE_MAX)
            break;
        struct str rest = str_from_offset(word, scheme + 3);
        size_t end = 0, at = SIZE_MAX;
        while (end < rest.length && !memchr(" \t\r\n\"'/?#", rest.bytes[end], 10)) {
            if (rest.bytes[end] == '@')
                at = end;
            end++;
        }
        buf_add(&out, str_prefix(word, scheme + 3));
        size_t colon = at == SIZE_MAX ? SIZE_MAX : str_find_byte(str_prefix(rest, at), ':');
        bool token = at != SIZE_MAX && colon == SIZE_MAX &&
                     is_token(str_prefix(word, scheme), str_prefix(rest, at));
        if (colon != SIZE_MAX || token) {
            buf_add(&out, str_prefix(rest, token ? 0 : colon + 1));
            buf_add(&out, HIDDEN);
            rest = str_from_offset(rest, at);
            changed = true;
        }
        word = rest;
    }
    buf_add(&out, word);
    return changed ? buf_str(&out) : STR_NONE;
}

struct str mask_value(struct arena *arena, struct str option, struct str value)
{
    if (value.length && mask_names_secret(option))
        return HIDDEN;
    return mask_word(arena, value);
}

struct str mask_word(struct arena *arena, struct str word)
{
    size_t equals = str_find_byte(word, '=');

    if (equals != SIZE_MAX && equals + 1 < word.length &&
        mask_names_secret(str_prefix(word, equals)))
        return str_printf(arena, STR_FMT "=***", STR_ARG(str_prefix(word, equals)));
    if (is_key(word))
        return HIDDEN;
    size_t colon = str_find_byte(word, ':');
    if (colon != SIZE_MAX && colon + 1 < word.length &&
        mask_names_secret(str_prefix(word, colon)) &&
        !str_starts(str_from_offset(word, colon), STR("://")))
        return str_printf(arena, STR_FMT ": ***", STR_ARG(str_prefix(word, colon)));
    struct str url = mask_url(arena, word);
    return url.bytes ? url : word;
}

struct str mask_shown(struct arena *arena, struct str line)
{
    struct buf out = buf_new(arena, LINE_SHOWN_MAX + 8);

    for (size_t i = 0; i < line.length; i++) {
        unsigned char byte = (unsigned char)line.bytes[i];
        if (out.length >= LINE_SHOWN_MAX && (byte & 0xC0) != 0x80) {
            buf_add(&out, STR("…"));
            break;
        }
        if (byte == SHELL_UNKNOWN)
            buf_add(&out, STR("…"));
        else
            buf_add_byte(&out, byte < 0x20 || byte == 0x7f ? ' ' : (char)byte);
    }
    return buf_str(&out);
}

struct str deploys_mask(struct arena *arena, struct str line)
{
    struct buf out = buf_new(arena, line.length * 4 + 64);
    bool hide_next = false;

    for (size_t at = 0; at < line.length;) {
        size_t end = at;
        while (end < line.length && !memchr(" \t\r\n", line.bytes[end], 4))
            end++;
        struct str word = str_slice(line, at, end);
        struct str bare = str_trim_bytes(word, "\"'");
        if (word.length && hide_next && bare.bytes[0] != '-') {
            buf_add(&out, HIDDEN);
            hide_next = false;
        } else if (word.length) {
            buf_add(&out, mask_word(arena, word));
            bool bearer = str_eq_nocase(bare, STR("bearer"));
            hide_next = bearer || (bare.length > 2 && bare.bytes[0] == '-' &&
                                   str_find_byte(bare, '=') == SIZE_MAX && mask_names_secret(bare));
        }
        if (end < line.length)
            buf_add_byte(&out, line.bytes[end]);
        at = end + 1;
    }
    return buf_str(&out);
}
