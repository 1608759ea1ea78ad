/* protect_steps.c -- what the steps of an edit leave of a file: those of editing tools, of sed, of a patch. */
#include <string.h>

#include "base/file.h"
#include "gate/protect.h"

/* Editors of agents read files without carriage returns, and take typographic quotes for plain ones where nothing else fits. */
struct str protect_plain_text(struct arena *arena, struct str text, bool quotes)
{
    static const struct {
        const char *from;
        char to;
    } marks[] = {{"\xE2\x80\x98", '\''},
                 {"\xE2\x80\x99", '\''},
                 {"\xE2\x80\x9C", '"'},
                 {"\xE2\x80\x9D", '"'}};
    struct buf out = buf_new(arena, text.length + 1);

    for (size_t i = 0; i < text.length; i++) {
        bool taken = text.bytes[i] == '\r' && i + 1 < text.length && text.bytes[i + 1] == '\n';
        for (size_t m = 0; quotes && !taken && m < COUNT_OF(marks); m++)
            if (str_starts(str_from_offset(text, i), str_from(marks[m].from))) {
                buf_add_byte(&out, marks[m].to);
                i += 2;
                taken = true;
            }
        if (!taken)
            buf_add_byte(&out, text.bytes[i]);
    }
    return out.length ? buf_str(&out) : STR("");
}

static size_t count_of(struct str text, struct str part)
{
    size_t count = 0, at;

    while (part.length && (at = str_find(text, part)) != SIZE_MAX) {
        count++;
        text = str_from_offset(text, at + part.length);
    }
    return count;
}

/* False: it would be larger than what is judged. */
static bool replace(struct arena *arena, struct str text, const struct edit_step *step,
                    struct str *ret_text)
{
    struct buf out = buf_new(arena, FILE_MAX * 2);
    size_t at;

    while ((at = str_find(text, step->old_text)) != SIZE_MAX) {
        buf_add(&out, str_prefix(text, at));
        buf_add(&out, step->new_text);
        text = str_from_offset(text, at + step->old_text.length);
        if (!step->all)
            break;
    }
    buf_add(&out, text);
    *ret_text = out.length ? buf_str(&out) : STR("");
    return !out.truncated;
}

/* --- sed's lines. --- */

static bool is_ascii(struct str text)
{
    for (size_t i = 0; i < text.length; i++)
        if ((unsigned char)text.bytes[i] >= 0x80)
            return false;
    return true;
}

static bool stands_at(struct str text, struct str words)
{
    if (text.length < words.length)
        return false;
    for (size_t i = 0; i < words.length; i++)
        if (words.bytes[i] != text.bytes[i] && words.bytes[i] != STEP_ANY_BYTE)
            return false;
    return true;
}

static void replace_in_line(struct buf *out, struct str line, const struct edit_step *step)
{
    bool done = false;

    for (size_t i = 0; i < line.length;) {
        if (!done && stands_at(str_from_offset(line, i), step->old_text)) {
            buf_add(out, step->new_text);
            i += step->old_text.length;
            done = !step->all;
        } else {
            buf_add_byte(out, line.bytes[i++]);
        }
    }
}

static bool replace_in_lines(struct arena *arena, struct str text, const struct edit_step *step,
                             struct str *ret_text)
{
    struct buf out = buf_new(arena, FILE_MAX * 2);

    /* What one byte is, where there are others than ASCII, depends on the locale that sed runs in. */
    if (str_find_byte(step->old_text, STEP_ANY_BYTE) != SIZE_MAX && !is_ascii(text))
        return false;
    while (text.length) {
        size_t end = str_find_byte(text, '\n');
        replace_in_line(&out, str_prefix(text, end), step);
        if (end == SIZE_MAX)
            break;
        buf_add_byte(&out, '\n');
        text = str_from_offset(text, end + 1);
    }
    *ret_text = out.length ? buf_str(&out) : STR("");
    return !out.truncated;
}

/* --- Hunks of a patch. --- */

/* As readers compare lines that do not fit exactly: without the blanks around them. */
static struct str without_blanks(struct arena *arena, struct str text)
{
    struct buf out = buf_new(arena, text.length + 2);
    struct str line;

    while (str_next_line(&text, &line)) {
        buf_add_byte(&out, '\n');
        buf_add(&out, str_trim(line));
    }
    buf_add_byte(&out, '\n');
    return buf_str(&out);
}

static bool stands_once(struct str text, struct str part)
{
    size_t at = str_find(text, part);

    return at != SIZE_MAX && str_find(str_from_offset(text, at + 1), part) == SIZE_MAX;
}

/* Where the lines stand exactly, behind *cursor, and nowhere else even loosely; then every reader takes this place, or none. */
static bool replace_hunk(struct arena *arena, struct str text, const struct edit_step *step,
                         size_t *cursor, struct str *ret_text)
{
    struct buf out = buf_new(arena, FILE_MAX * 2);
    bool ends = !text.length || str_ends(text, STR("\n"));
    struct str lines = str_printf(arena, "\n" STR_FMT "%s", STR_ARG(text), ends ? "" : "\n");
    struct str old = str_printf(arena, "\n" STR_FMT, STR_ARG(step->old_text));
    size_t at = str_find(str_from_offset(lines, *cursor), old);

    if (at == SIZE_MAX ||
        !stands_once(without_blanks(arena, text), without_blanks(arena, step->old_text)))
        return false;
    at += *cursor;
    buf_add(&out, str_prefix(lines, at + 1));
    buf_add(&out, step->new_text);
    *cursor = out.length - 1; /* its line feed may be the next hunk's beginning */
    buf_add(&out, str_from_offset(lines, at + old.length));
    *ret_text = out.length > 1 ? str_from_offset(buf_str(&out), 1) : STR("");
    return !out.truncated;
}

/* Each step as its own program takes it; false: not known. */
static bool apply_once(struct arena *arena, struct str text, const struct edit_steps *steps,
                       struct str *ret_text)
{
    size_t cursor = 0;

    for (size_t i = 0; i < steps->count; i++) {
        const struct edit_step *step = &steps->items[i];
        bool known = step->kind == STEP_HUNK ? replace_hunk(arena, text, step, &cursor, &text)
                                             : replace_in_lines(arena, text, step, &text);
        if (!known)
            return false;
    }
    *ret_text = text;
    return true;
}

/* A command may run more than once (loops): what a second time would change again is not known. */
static enum protect_after apply_program(struct arena *arena, struct str text,
                                        const struct edit_steps *steps, struct str *ret_text)
{
    struct str after, again;

    if (!apply_once(arena, text, steps, &after) ||
        (apply_once(arena, after, steps, &again) && !str_eq(after, again)))
        return AFTER_UNKNOWN;
    *ret_text = after;
    return AFTER_KNOWN;
}

/* --- Tools. --- */

enum protect_after protect_apply(struct arena *arena, struct str text,
                                 const struct edit_steps *steps, bool exactly, struct str *ret_text)
{
    enum protect_after refused = exactly ? AFTER_REFUSED : AFTER_UNKNOWN;

    text = protect_plain_text(arena, text, false);
    if (steps->count && steps->items[0].kind != STEP_TEXT)
        return apply_program(arena, text, steps, ret_text);
    for (size_t i = 0; i < steps->count; i++) {
        struct edit_step step = {protect_plain_text(arena, steps->items[i].old_text, false),
                                 protect_plain_text(arena, steps->items[i].new_text, false),
                                 steps->items[i].all, STEP_TEXT};
        if (!step.old_text.length) { /* makes the file; refused where it has content */
            if (str_trim(text).length)
                return refused;
            text = step.new_text;
            continue;
        }
        if (exactly && !count_of(text, step.old_text)) {
            text = protect_plain_text(arena, text, true);
            step.old_text = protect_plain_text(arena, step.old_text, true);
        }
        size_t count = count_of(text, step.old_text);
        if (count == 0 || (count > 1 && !step.all))
            return refused;
        if (!replace(arena, text, &step, &text))
            return AFTER_UNKNOWN;
    }
    *ret_text = text;
    return AFTER_KNOWN;
}
