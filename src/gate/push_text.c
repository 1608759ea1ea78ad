/* push_text.c -- two editions of a published migration: does what changed count? */
#include "gate/pusher.h"
#include "migrations/checksum.h"

bool push_has_checksum(const struct commit_set *set)
{
    const struct tracker *row = set->set.row;

    return str_eq(set->set.tracker, STR("flyway")) || (row && row->checksum.length);
}

/* What may hold empty lines that are part of a value. */
static bool has_long_texts(struct str text)
{
    static const char *const marks[] = {"\"\"\"", "'''", "`", "$$", "<<", "~s", "~S", "@\""};

    for (size_t i = 0; i < COUNT_OF(marks); i++)
        if (str_contains(text, str_from(marks[i])))
            return true;
    return false;
}

/* The next line that counts, without the blanks at its end; false: there is none. */
static bool next_line(struct str *text, bool skip_empty, struct str *ret_line)
{
    struct str line;

    while (str_next_line(text, &line)) {
        while (line.length &&
               (line.bytes[line.length - 1] == ' ' || line.bytes[line.length - 1] == '\r' ||
                line.bytes[line.length - 1] == '\t'))
            line.length--;
        *ret_line = line;
        if (line.length || !skip_empty)
            return true;
    }
    return false;
}

static bool same_lines(struct str before, struct str after, bool skip_empty)
{
    struct str left = STR_NONE, right = STR_NONE;

    for (;;) {
        bool more_left = next_line(&before, skip_empty, &left);
        bool more_right = next_line(&after, skip_empty, &right);
        /* Empty lines at the end. */
        while (more_left && !more_right && !left.length)
            more_left = next_line(&before, skip_empty, &left);
        while (more_right && !more_left && !right.length)
            more_right = next_line(&after, skip_empty, &right);
        if (!more_left || !more_right)
            return more_left == more_right;
        if (!str_eq(left, right))
            return false;
    }
}

bool push_same_text(struct arena *scratch, const struct commit_set *set, struct str before,
                    struct str after)
{
    if (set && str_eq(set->set.tracker, STR("flyway")))
        return checksum_crc32_lines(before, false) == checksum_crc32_lines(after, false);
    if (set && push_has_checksum(set))
        return str_eq(checksum_with_lf(scratch, before), checksum_with_lf(scratch, after));
    return same_lines(before, after, !has_long_texts(before) && !has_long_texts(after));
}
