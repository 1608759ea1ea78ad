/* drizzle_casing.c -- what columns are called that only have a key. */
#include "readers/drizzle.h"

#include "base/buf.h"
#include "base/file.h"

#define NAME_MAX_BYTES ((size_t)4 << 10)

static bool is_upper(char byte)
{
    return byte >= 'A' && byte <= 'Z';
}

static bool is_word(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9');
}

/* casing.js: /[\da-z]+|[A-Z]+(?![a-z])|[A-Z][\da-z]+/g */
static size_t word_end(struct str text, size_t at)
{
    size_t end = at;

    if (is_word(text.bytes[at])) {
        while (end < text.length && is_word(text.bytes[end]))
            end++;
        return end;
    }
    while (end < text.length && is_upper(text.bytes[end]))
        end++;
    /* Letters before a small one belong to the next word, but for a single capital. */
    if (end < text.length && text.bytes[end] >= 'a' && text.bytes[end] <= 'z')
        end--;
    if (end > at)
        return end;
    for (end = at + 1; end < text.length && is_word(text.bytes[end]);)
        end++;
    return end;
}

struct str drizzle_cased(const struct drizzle_reader *r, enum drizzle_casing casing, struct str key)
{
    struct buf buf = buf_new(r->arena, NAME_MAX_BYTES);
    size_t at = 0, words = 0;

    if (casing == CASING_NONE)
        return key;
    while (at < key.length) {
        if (!is_word(key.bytes[at]) && !is_upper(key.bytes[at])) {
            at++;
            continue;
        }
        size_t end = word_end(key, at);
        struct str word = str_slice(key, at, end);
        if (casing == CASING_SNAKE)
            buf_printf(&buf, "%s" STR_FMT, words ? "_" : "", STR_ARG(str_lower(r->arena, word)));
        else if (!words)
            buf_add(&buf, str_lower(r->arena, word));
        else
            buf_printf(&buf, STR_FMT STR_FMT, STR_ARG(str_upper(r->arena, str_prefix(word, 1))),
                       STR_ARG(str_from_offset(word, 1)));
        words++;
        at = end;
    }
    return buf_str(&buf);
}

static bool lies_below(struct str path, struct str directory)
{
    return !directory.length || (str_starts(path, directory) && path.length > directory.length &&
                                 path.bytes[directory.length] == '/');
}

/* The directory of the nearest drizzle.config above; "" with `ret_found` false: there is none. */
static struct str project_of(const struct drizzle_reader *r, struct str path, bool *ret_found)
{
    struct str nearest = STR_NONE;

    *ret_found = false;
    for (size_t i = 0; i < r->settings->count; i++) {
        struct str directory = path_parent(r->settings->items[i]);
        if (!str_starts(path_base_name(r->settings->items[i]), STR("drizzle.config")) ||
            !lies_below(path, directory) || (*ret_found && directory.length < nearest.length))
            continue;
        nearest = directory;
        *ret_found = true;
    }
    return nearest;
}

/* casing: "snake_case" */
static enum drizzle_casing read_casing(struct drizzle_reader *r, struct str path)
{
    struct str text = STR_NONE;
    size_t at = script_tree_text(r->tree, path, &text) ? str_find(text, STR("casing")) : SIZE_MAX;

    if (at == SIZE_MAX || !str_contains(text, STR("drizzle")))
        return CASING_NONE;
    struct str rest = str_from_offset(text, at + STR("casing").length);
    struct str value = str_trim_bytes(str_cut(&rest, ','), " \t\r\n:'\"`})(;");
    return str_starts(value, STR("snake_case"))  ? CASING_SNAKE
           : str_starts(value, STR("camelCase")) ? CASING_CAMEL
                                                 : CASING_NONE;
}

void drizzle_read_casings(struct drizzle_reader *r)
{
    for (size_t i = 0; i < r->settings->count; i++) {
        struct drizzle_setting setting = {.casing = read_casing(r, r->settings->items[i])};
        setting.project = project_of(r, r->settings->items[i], &setting.of_project);
        if (setting.casing != CASING_NONE)
            VEC_PUSH(r->arena, &r->casings, setting);
    }
}

enum drizzle_casing drizzle_casing_of(const struct drizzle_reader *r, struct str path)
{
    bool found;
    struct str project = project_of(r, path, &found);
    enum drizzle_casing casing = CASING_NONE;

    for (size_t i = 0; i < r->casings.count; i++) {
        const struct drizzle_setting *setting = &r->casings.items[i];
        if (!found || (setting->of_project && str_eq(setting->project, project)))
            casing = setting->casing;
    }
    return casing;
}
