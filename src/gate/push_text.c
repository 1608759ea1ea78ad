/* push_text.c -- two editions of a published migration: does what changed count? */
#include "base/file.h"
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

/* CreateUsers in 20240101000001_create_users.rb? An acronym keeps its case: AddAPIKey in …_add_api_key.rb. */
static bool is_called_after(struct str class, struct str path)
{
    struct str name = path_base_name(path);
    size_t at = 0;

    name = str_prefix(name, str_find_last_byte(name, '.'));
    (void)str_cut(&name, '_');
    for (size_t i = 0; i < name.length; i++) {
        if (name.bytes[i] == '_')
            continue;
        if (at == class.length ||
            !str_eq_nocase(str_slice(name, i, i + 1), str_slice(class, at, at + 1)))
            return false;
        at++;
    }
    return at > 0 && at == class.length;
}

/* The name that the file's first class or module has, without those around it; empty: none. */
static struct str class_of(struct str text, struct str keyword)
{
    struct str line;

    while (str_next_line(&text, &line)) {
        if (!str_starts(line, keyword))
            continue;
        line = str_trim(str_from_offset(line, keyword.length));
        size_t end = 0, from = 0;
        for (; end < line.length &&
               (byte_is_word(line.bytes[end]) || line.bytes[end] == '.' || line.bytes[end] == ':');
             end++)
            if (!byte_is_word(line.bytes[end]))
                from = end + 1;
        return str_slice(line, from, end);
    }
    return STR_NONE;
}

struct str push_as_it_was_called(struct arena *scratch, struct str before_path, struct str before,
                                 struct str after_path, struct str after)
{
    struct str keyword = str_ends(after_path, STR(".rb"))    ? STR("class ")
                         : str_ends(after_path, STR(".exs")) ? STR("defmodule ")
                                                             : STR_NONE;
    if (!keyword.length || str_eq(path_base_name(before_path), path_base_name(after_path)))
        return after;
    struct str was = class_of(before, keyword), is = class_of(after, keyword);
    if (!is_called_after(was, before_path) || !is_called_after(is, after_path))
        return after;
    size_t at = (size_t)(is.bytes - after.bytes);
    return str_printf(scratch, STR_FMT STR_FMT STR_FMT, STR_ARG(str_prefix(after, at)),
                      STR_ARG(was), STR_ARG(str_from_offset(after, at + is.length)));
}
