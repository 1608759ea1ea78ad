/* broken.c -- deploy words of a configuration that could not be understood.
 *
 * The file's own rules are unknown, so every program, script or word of its strings counts as a suspected deploy (DESIGN §5). The text is
 * read leniently, as strings and bare words: after a missing quote everything is still seen, only its role is not. Left out is what cannot
 * be a program of a rule: our own keys, the values of keys that never hold one ("reason", "database"…), options, and words that
 * nearly every command line has, which would block everything instead of the deploys.
 */
#include <string.h>

#include "config/config.h"
#include "config/layer.h"

#define WORDS_MAX 20000u
#define WORD_MIN 3u
#define WORD_MAX 200u

/* Values of these keys name places, not programs. */
static const char *const quiet_keys[] = {
    "$schema",
    "default_environment",
    "environment",
    "database",
    "host",
    "user",
    "system_identifier",
    "matches",
    "policy",
    "reason",
    "deadline",
    "timeout",
    "tracker",
    "root",
    "script_location",
    "versions",
    "recursive",
    "table",
    "schema",
    "migrations",
    "safe",
    "path",
    "certainty",
    "kind",
};

/* Our keys and the words of policies, where they stand bare; regex debris; English; what every script has. */
static const char *const quiet_words[] = {
    "migrations",   "default_environment",
    "environments", "environment",
    "databases",    "database",
    "identity",     "host",
    "user",         "system_identifier",
    "matches",      "policy",
    "deploys",      "not_deploys",
    "branches",     "models",
    "model",        "deadline",
    "timeout",      "tracker",
    "root",         "script_location",
    "versions",     "recursive",
    "table",        "schema",
    "command",      "url_from",
    "reason",       "examples",
    "safe",         "path",
    "unless",       "certainty",
    "kind",         "certain",
    "suspected",    "work-tree",
    "block",        "confirm",
    "warn",         "allow",
    "true",         "false",
    "null",         "none",
    "production",   "prod",
    "staging",      "live",
    "development",  "dev",
    "test",         "main",
    "master",       "trunk",
    "the",          "and",
    "for",          "not",
    "with",         "from",
    "this",         "that",
    "are",          "has",
    "our",          "all",
    "any",          "out",
    "one",          "run",
    "http",         "https",
    "postgresql",   "postgres",
    "sqlite",       "file",
    "echo",         "cat",
    "grep",         "sed",
    "awk",          "find",
    "head",         "tail",
    "sort",         "pwd",
    "mkdir",        "rmdir",
    "chmod",        "printf",
    "export",       "set",
    "exit",         "return",
    "then",         "else",
    "done",         "while",
    "if",           "env",
    "sudo",         "bash",
    "dash",         "zsh",
    "sh",           "exec",
    "xargs",        "bin",
    "usr",          "etc",
    "tmp",          "home",
    "var",          "opt",
    "src",          "lib",
};

static bool in_list(const char *const *list, size_t count, struct str word)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq_nocase(str_from(list[i]), word))
            return true;
    return false;
}

static bool is_word_byte(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || (byte != '\0' && strchr("_-./", byte)) ||
           (unsigned char)byte >= 0x80;
}

static bool has_letter(struct str word)
{
    for (size_t i = 0; i < word.length; i++)
        if ((word.bytes[i] >= 'a' && word.bytes[i] <= 'z') ||
            (word.bytes[i] >= 'A' && word.bytes[i] <= 'Z') || (unsigned char)word.bytes[i] >= 0x80)
            return true;
    return false;
}

static void add_word(struct arena *arena, struct str word, struct strs *words)
{
    if (word.length < WORD_MIN || word.length > WORD_MAX)
        return;
    if (!has_letter(word) || in_list(quiet_words, COUNT_OF(quiet_words), word))
        return;
    VEC_PUSH(arena, words, word);
}

/* Sorted, each once: thousands of rules have thousands of words, of which no one is looked for while they are collected. */
static void sort_once(struct strs *words)
{
    size_t kept = 0;

    strs_sort(words);
    for (size_t i = 0; i < words->count && kept < WORDS_MAX; i++)
        if (!kept || !str_eq(words->items[i], words->items[kept - 1]))
            words->items[kept++] = words->items[i];
    words->count = kept;
}

/* `word` is made of word bytes: "--stage" is an option; "infra/x.sh" counts whole and by its base name. */
static void add_candidate(struct arena *arena, struct str word, struct strs *words)
{
    if (str_starts(word, STR("-")) || str_contains(word, STR("//")))
        return;
    word = str_trim_bytes(word, "./-");
    size_t slash = str_find_last_byte(word, '/');
    add_word(arena, word, words);
    if (slash != SIZE_MAX)
        add_word(arena, str_trim_bytes(str_from_offset(word, slash + 1), "./-"), words);
}

/* Text of a regex or a command: backslashes before punctuation quote it ("x\\.sh" in JSON, "x\.sh" where that is the mistake), before a
 * letter they are a class or a boundary ("\\b") and separate. \u00XX is decoded: it must not hide a word. */
static struct str unescape(struct arena *arena, struct str text)
{
    char *out = arena_alloc(arena, text.length + 1);
    size_t length = 0;

    for (size_t i = 0; i < text.length; i++) {
        if (text.bytes[i] != '\\') {
            out[length++] = text.bytes[i];
            continue;
        }
        while (i + 1 < text.length && text.bytes[i + 1] == '\\')
            i++;
        char next = i + 1 < text.length ? text.bytes[i + 1] : '\0';
        bool letter = (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z') ||
                      (next >= '0' && next <= '9');
        unsigned value = 0;
        size_t digits = 0;
        if (next == 'u' || next == 'x') {
            size_t want = next == 'u' ? 4 : 2;
            for (; digits < want && i + 2 + digits < text.length; digits++) {
                const char *at = strchr("0123456789abcdef", text.bytes[i + 2 + digits] | 0x20);
                if (!at || !*at)
                    break;
                value = value * 16 + (unsigned)(at - "0123456789abcdef");
            }
            digits = digits == want ? digits : 0;
        }
        if (digits && value > 0x1f && value < 0x7f) {
            out[length++] = (char)value;
            i += 1 + digits;
        } else if (letter) {
            out[length++] = ' ';
            i++;
        }
    }
    return str_of(out, length);
}

static void add_text(struct arena *arena, struct str text, struct strs *words)
{
    text = unescape(arena, text);
    for (size_t at = 0; at < text.length;) {
        size_t end = at;
        while (end < text.length && is_word_byte(text.bytes[end]))
            end++;
        if (end > at)
            add_candidate(arena, str_slice(text, at, end), words);
        at = end > at ? end : at + 1;
    }
}

struct lenient {
    struct str text;
    size_t at;
    struct str key; /* of the value that follows */
    unsigned depth; /* of arrays since the key */
};

static size_t skip_comment(struct str text, size_t at)
{
    struct str rest = str_from_offset(text, at);
    size_t end;

    if (str_starts(rest, STR("//"))) {
        end = str_find_byte(rest, '\n');
        return end == SIZE_MAX ? text.length : at + end;
    }
    end = str_find(rest, STR("*/"));
    return end == SIZE_MAX ? text.length : at + end + 2;
}

/* From an opening quote: up to the closing one, or the line's end, which no JSON string crosses. */
static struct str take_string(struct lenient *in)
{
    size_t start = ++in->at;

    while (in->at < in->text.length && in->text.bytes[in->at] != '"' &&
           in->text.bytes[in->at] != '\n')
        in->at += in->text.bytes[in->at] == '\\' && in->at + 1 < in->text.length &&
                          in->text.bytes[in->at + 1] != '\n'
                      ? 2
                      : 1;
    if (in->at > in->text.length)
        in->at = in->text.length;
    struct str value = str_slice(in->text, start, in->at);
    if (in->at < in->text.length && in->text.bytes[in->at] == '"')
        in->at++;
    return value;
}

static bool colon_follows(const struct lenient *in)
{
    struct str rest = str_trim_bytes(str_from_offset(in->text, in->at), " \t\r\n");

    return str_starts(rest, STR(":"));
}

void broken_collect_words(struct arena *arena, struct str text, struct strs *words)
{
    struct lenient in = {.text = text};
    bool in_array = false, fresh = false; /* fresh: only a colon stands between the key and here */

    while (in.at < text.length) {
        char byte = text.bytes[in.at];
        struct str rest = str_from_offset(text, in.at);
        if (byte == '"') {
            struct str value = take_string(&in);
            if (colon_follows(&in)) {
                /* A key of a map of ours is a name (of an environment, a branch); a mistyped key is no program either. */
                in.key = value;
                fresh = true;
                in_array = false;
                continue;
            }
            bool quiet = (fresh || in_array) && in_list(quiet_keys, COUNT_OF(quiet_keys), in.key);
            if (!quiet)
                add_text(arena, value, words);
            fresh = false;
        } else if (str_starts(rest, STR("//")) || str_starts(rest, STR("/*"))) {
            in.at = skip_comment(text, in.at);
        } else if (is_word_byte(byte) || byte == '\\') {
            size_t start = in.at;
            while (in.at < text.length &&
                   (is_word_byte(text.bytes[in.at]) || text.bytes[in.at] == '\\'))
                in.at++;
            add_text(arena, str_slice(text, start, in.at), words);
            fresh = false;
        } else {
            if (byte == '[' && fresh)
                in_array = true;
            else if (byte == ']' || byte == '{' || byte == '}')
                in_array = false;
            if (byte != ':' && byte != '[' && !strchr(" \t\r\n", byte))
                fresh = false;
            in.at++;
        }
    }
    sort_once(words);
}
