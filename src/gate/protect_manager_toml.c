/* protect_manager_toml.c -- would lefthook still start our entry after an edit of its configuration in TOML? By its lines: each with the table that it
 * stands in. */
#include <string.h>

#include "base/buf.h"
#include "gate/protect.h"

#define NAME "hookcheck"

struct toml_line {
    struct str path, value; /* "pre-push.skip", "true" */
    struct str text;
    size_t block;
};
VEC_DEFINE(toml_lines, struct toml_line);

/* A header, and what stands below it. */
struct toml_block {
    struct str header, path;
    struct buf text; /* without comments and empty lines */
};
VEC_DEFINE(toml_blocks, struct toml_block);

struct toml_text {
    struct toml_blocks blocks;
    struct toml_lines lines;
};

static bool has_any(struct str text, const char *const *words)
{
    for (; *words; words++)
        if (str_contains(text, str_from(*words)))
            return true;
    return false;
}

/* "pre-push.skip": the header above the line, and its key, without quotes, brackets and blanks. */
static struct str key_path(struct arena *arena, struct str table, struct str key)
{
    struct str parts[] = {table, key};
    struct buf out = buf_new(arena, table.length + key.length + 2);

    for (size_t p = 0; p < COUNT_OF(parts); p++) {
        if (p && out.length && key.length)
            buf_add_byte(&out, '.');
        for (size_t i = 0; i < parts[p].length; i++)
            if (!strchr("\"'[] \t", parts[p].bytes[i]))
                buf_add_byte(&out, parts[p].bytes[i]);
    }
    return out.length ? buf_str(&out) : STR("");
}

/* `laid_over`: a file that may change our entry, which stands in the one beside it. */
static bool leaves_out(struct str path, struct str value, bool laid_over)
{
    static const char *const general[] = {"source_dir", "source_dir_local", "remotes", "remote",
                                          "rc",         "lefthook",         "extends", NULL};
    static const char *const switches[] = {".skip", ".only", NULL};
    static const char *const inline_keys[] = {"skip", "only", "hookcheck", NULL};
    struct str rest = path, first = str_cut(&rest, '.');

    if (str_is_one_of(first, general))
        return true;
    if (!str_eq(first, STR("pre-push")))
        return false;
    if (str_contains(rest, STR("hookcheck")))
        return laid_over || has_any(path, switches) ||
               (str_starts(value, STR("{")) && has_any(value, inline_keys));
    if (str_eq(rest, STR("skip")) || str_eq(rest, STR("only")) ||
        (laid_over && str_eq(rest, STR("exclude_tags"))))
        return true;
    bool table = !rest.length || str_eq(rest, STR("scripts")) || str_eq(rest, STR("commands"));
    return table && str_starts(value, STR("{")) && has_any(value, inline_keys);
}

static void add_block(struct arena *arena, struct str header, struct str rest,
                      struct toml_text *text)
{
    struct toml_block block = {.header = str_trim(header),
                               .path = key_path(arena, header, STR("")),
                               .text = buf_new(arena, rest.length + 1)};

    VEC_PUSH(arena, &text->blocks, block);
}

static struct toml_text read_lines(struct arena *arena, struct str rest)
{
    struct toml_text text = {0};
    struct str line;

    add_block(arena, STR(""), rest, &text);
    while (str_next_line(&rest, &line)) {
        line = str_trim(line);
        if (protect_is_comment(line, '#'))
            continue;
        if (str_starts(line, STR("["))) {
            add_block(arena, str_prefix(line, str_find_byte(line, '#')), rest, &text);
            continue;
        }
        struct toml_block *block = &VEC_LAST(&text.blocks);
        struct str value = line, key = str_trim(str_cut(&value, '='));
        struct toml_line read = {.path = key_path(arena, block->path, key),
                                 .value = value.bytes ? str_trim(value) : STR_NONE,
                                 .text = line,
                                 .block = text.blocks.count - 1};
        buf_add(&block->text, line);
        buf_add_byte(&block->text, '\n');
        VEC_PUSH(arena, &text.lines, read);
    }
    return text;
}

/* [pre-push.scripts.hookcheck], or a [[pre-push.jobs]] that starts it: no line of it is for others. */
static bool is_ours(const struct toml_block *block)
{
    return str_contains(block->path, STR(NAME)) ||
           (str_starts(block->header, STR("[[")) && block->text.length &&
            str_contains(buf_str(&block->text), STR(NAME)));
}

static bool has_header(const struct toml_text *text, const struct toml_block *wanted)
{
    for (size_t i = 0; i < text->blocks.count; i++)
        if (str_eq(text->blocks.items[i].path, wanted->path))
            return true;
    return false;
}

static bool has_block(const struct toml_text *text, const struct toml_block *wanted)
{
    for (size_t i = 0; i < text->blocks.count; i++) {
        const struct toml_block *block = &text->blocks.items[i];
        if (str_eq(block->path, wanted->path) && block->text.length == wanted->text.length &&
            (!wanted->text.length || str_eq(buf_str(&block->text), buf_str(&wanted->text))))
            return true;
    }
    return false;
}

static bool has_line(const struct toml_text *text, const struct toml_line *wanted)
{
    for (size_t i = 0; i < text->lines.count; i++)
        if (str_eq(text->lines.items[i].text, wanted->text) &&
            str_eq(text->lines.items[i].path, wanted->path))
            return true;
    return false;
}

static struct str find_lost(struct arena *arena, const struct toml_text *before,
                            const struct toml_text *after)
{
    for (size_t i = 0; i < before->blocks.count; i++) {
        const struct toml_block *block = &before->blocks.items[i];
        if (is_ours(block) && !has_block(after, block))
            return str_printf(arena, "%s: " STR_FMT,
                              has_header(after, block) ? "its entry would be another one"
                                                       : "this line would be gone",
                              STR_ARG(block->header));
    }
    for (size_t i = 0; i < before->lines.count; i++) {
        const struct toml_line *line = &before->lines.items[i];
        if (str_contains(line->text, STR(NAME)) && !has_line(after, line))
            return str_printf(arena, "this line would be gone: " STR_FMT, STR_ARG(line->text));
    }
    return STR_NONE;
}

/* Does a group of jobs hold ours? Which of them it is, its lines alone do not say. */
static bool is_in_group(const struct toml_text *text)
{
    for (size_t i = 0; i < text->blocks.count; i++)
        if (is_ours(&text->blocks.items[i]) &&
            str_contains(text->blocks.items[i].path, STR(".group.")))
            return true;
    return false;
}

struct str protect_manager_toml(struct arena *arena, const struct protect_change *change)
{
    bool laid_over = protect_manager_is_laid_over(arena, change->path);
    struct toml_text before = read_lines(arena, change->before),
                     after = read_lines(arena, change->after);
    bool grouped = is_in_group(&before);
    struct str why = laid_over ? STR_NONE : find_lost(arena, &before, &after);

    for (size_t i = 0; i < after.lines.count && !why.length; i++) {
        const struct toml_line *line = &after.lines.items[i];
        bool of_group = grouped && str_starts(line->path, STR("pre-push.jobs.")) &&
                        (str_ends(line->path, STR(".skip")) || str_ends(line->path, STR(".only")));
        if (line->value.bytes && !has_line(&before, line) &&
            (of_group || leaves_out(line->path, line->value, laid_over)))
            why = str_printf(arena, "this line could leave the hook out: " STR_FMT,
                             STR_ARG(line->text));
    }
    return why;
}
