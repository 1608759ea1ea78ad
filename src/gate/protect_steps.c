/* protect_steps.c -- what the steps of an edit leave of a file: those of editing tools, of sed, of a patch. */
#include <string.h>

#include "base/file.h"
#include "base/regex.h"
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

struct line_step {
    const struct edit_step *step;
    struct regex *old, *where; /* where: NULL without one */
    uint64_t from, to;         /* lines; 0: all */
};

/* What one character is, where there are others than ASCII, depends on the locale that sed runs in. */
static bool compile(struct arena *arena, struct str text, struct str pattern, struct regex **ret)
{
    struct err unreadable = ERR_NONE;

    if (pattern.length && pattern.bytes[0] == STEP_OF_BYTES) {
        if (!is_ascii(text))
            return false;
        pattern = str_from_offset(pattern, 1);
    }
    return regex_compile(arena, pattern, ret, &unreadable);
}

static size_t count_lines(struct str text)
{
    struct str line;
    size_t count = 0;

    while (str_next_line(&text, &line))
        count++;
    return count;
}

static bool read_line_number(struct str text, size_t lines, uint64_t *ret)
{
    *ret = lines;
    return str_eq(text, STR("$")) || (str_to_u64(text, ret) && *ret > 0);
}

static bool read_step(struct arena *arena, struct str text, const struct edit_step *step,
                      struct line_step *ret)
{
    struct str to = step->at, from = STR("");
    size_t lines = count_lines(text);

    *ret = (struct line_step){.step = step};
    if (step->kind == STEP_LINES && !compile(arena, text, step->old_text, &ret->old))
        return false;
    if (str_starts(step->at, STR("/")))
        return compile(arena, text, str_from_offset(step->at, 1), &ret->where);
    if (!to.length)
        return true;
    from = str_cut(&to, ',');
    return read_line_number(from, lines, &ret->from) &&
           read_line_number(to.length ? to : from, lines, &ret->to);
}

static void add_new_text(struct buf *out, struct str text, const struct str *groups)
{
    for (size_t i = 0; i < text.length; i++) {
        if (text.bytes[i] == STEP_GROUP && i + 1 < text.length)
            buf_add(out, groups[text.bytes[++i] - '0']);
        else
            buf_add_byte(out, text.bytes[i]);
    }
}

/* False: not known. */
static bool replace_in_line(struct arena *arena, const struct line_step *s, struct str *line)
{
    struct buf out = buf_new(arena, FILE_MAX * 2);
    struct str groups[REGEX_GROUPS_MAX];
    struct err e = ERR_NONE;
    size_t at = 0;
    bool matched, once = false;

    while (!once) {
        if (!regex_match_from(s->old, *line, at, &matched, groups, COUNT_OF(groups), &e))
            return false;
        if (!matched)
            break;
        size_t from = (size_t)(groups[0].bytes - line->bytes);
        buf_add(&out, str_slice(*line, at, from));
        add_new_text(&out, s->step->new_text, groups);
        at = from + groups[0].length;
        once = !s->step->all || !groups[0].length;
        /* s/x*|y/g: where an empty match counts is not ours to know. */
        if (!groups[0].length && s->step->old_text.length > 1)
            return false;
    }
    buf_add(&out, str_from_offset(*line, at));
    *line = out.length ? buf_str(&out) : STR("");
    return !out.truncated;
}

static bool takes_line(const struct line_step *s, struct str line, size_t number, bool *ret_takes)
{
    struct err e = ERR_NONE;

    *ret_takes = true;
    if (s->where)
        return regex_match(s->where, line, ret_takes, NULL, 0, &e);
    /* A range that ends before it begins is its first line. */
    if (s->from)
        *ret_takes = number == s->from || (number > s->from && number <= s->to);
    return true;
}

/* One line through all steps, as sed takes it: what is put in is not looked at by those that follow. */
static bool take_line(struct arena *arena, const struct line_step *steps, size_t count,
                      struct str line, size_t number, struct buf *out)
{
    struct buf behind = buf_new(arena, FILE_MAX);
    bool takes, stays = true;

    for (size_t i = 0; i < count && stays; i++) {
        if (!takes_line(&steps[i], line, number, &takes))
            return false;
        if (!takes)
            continue;
        switch (steps[i].step->kind) {
        case STEP_LINES:
            if (!replace_in_line(arena, &steps[i], &line))
                return false;
            break;
        case STEP_BEFORE:
            buf_add(out, steps[i].step->new_text);
            break;
        case STEP_BEHIND:
            buf_add(&behind, steps[i].step->new_text);
            break;
        case STEP_WITHOUT:
            stays = false;
            break;
        case STEP_TEXT:
        case STEP_HUNK:
            return false;
        }
    }
    if (stays)
        buf_printf(out, STR_FMT "\n", STR_ARG(line));
    buf_add(out, buf_str(&behind));
    return !out->truncated && !behind.truncated;
}

static bool apply_lines(struct arena *arena, struct str text, const struct edit_steps *steps,
                        struct str *ret_text)
{
    struct line_step *read = ARENA_ARRAY(arena, steps->count + 1, struct line_step);
    struct buf out = buf_new(arena, FILE_MAX * 2);
    bool ends = !text.length || str_ends(text, STR("\n"));
    struct str rest = text, line;

    for (size_t i = 0; i < steps->count; i++)
        if (!read_step(arena, text, &steps->items[i], &read[i]))
            return false;
    for (size_t number = 1; str_next_line(&rest, &line); number++)
        if (!take_line(arena, read, steps->count, line, number, &out))
            return false;
    *ret_text = out.length ? buf_str(&out) : STR("");
    if (!ends && ret_text->length)
        ret_text->length--;
    return true;
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

/* As their program takes them; false: not known. */
static bool apply_once(struct arena *arena, struct str text, const struct edit_steps *steps,
                       struct str *ret_text)
{
    size_t cursor = 0;

    if (steps->items[0].kind != STEP_HUNK)
        return apply_lines(arena, text, steps, ret_text);
    for (size_t i = 0; i < steps->count; i++)
        if (!replace_hunk(arena, text, &steps->items[i], &cursor, &text))
            return false;
    *ret_text = text;
    return true;
}

/* s/^/# /, too. */
static bool puts_in(const struct edit_step *step)
{
    bool edge = str_eq(step->old_text, STR("^")) || str_eq(step->old_text, STR("$"));

    return step->kind == STEP_BEFORE || step->kind == STEP_BEHIND ||
           (step->kind == STEP_LINES && edge);
}

bool protect_puts_in(const struct edit_steps *steps)
{
    for (size_t i = 0; i < steps->count; i++)
        if (puts_in(&steps->items[i]))
            return true;
    return false;
}

/* A command may run more than once (loops): what a second time would change again is not known. But for what is put in once more: who asks
 * judges that too. */
static enum protect_after apply_program(struct arena *arena, struct str text,
                                        const struct edit_steps *steps, struct str *ret_text)
{
    struct edit_steps others = {0};
    struct str after, again;

    if (!apply_once(arena, text, steps, &after))
        return AFTER_UNKNOWN;
    for (size_t i = 0; i < steps->count; i++)
        if (!puts_in(&steps->items[i]))
            VEC_PUSH(arena, &others, steps->items[i]);
    if (others.count && apply_once(arena, after, &others, &again) && !str_eq(after, again))
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
                                 steps->items[i].all, STEP_TEXT, STR("")};
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
