/* protect_git.c -- would git still run the same hooks after an edit of its configuration? "key = value" lines under their sections, and those of files
 * that are included. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "gate/protect.h"

#define INCLUDES_MAX 8u /* in each other; git stops at ten */

struct setting {
    struct str section, line;
};
VEC_DEFINE(setting_lines, struct setting);

static bool is_alias(struct arena *arena, struct str section)
{
    return str_starts(str_lower(arena, section), STR("[alias"));
}

/* The spellings that a command line is asked for, too. */
static bool goes_round_hooks(struct str lower)
{
    return (str_contains(lower, STR("push")) && str_contains(lower, STR("--no-veri"))) ||
           str_contains(lower, STR("core.hookspath")) || str_contains(lower, STR("send-pack"));
}

/* Which hooks run is said by core.hooksPath, the sections [hook "…"], and files that are included; an alias may leave them out. */
static bool decides_hooks(struct arena *arena, struct str section, struct str line)
{
    struct str lower = str_lower(arena, line), head = str_lower(arena, section);

    if (is_alias(arena, section))
        return goes_round_hooks(lower);
    return str_starts(lower, STR("hookspath")) || str_starts(head, STR("[hook")) ||
           str_starts(head, STR("[include"));
}

/* A backslash at a line's end: the value goes on. */
static struct str joined_lines(struct arena *arena, struct str text)
{
    struct buf out = buf_new(arena, text.length + 1);

    if (!str_contains(text, STR("\\\n")))
        return text;
    for (size_t i = 0; i < text.length; i++) {
        if (str_starts(str_from_offset(text, i), STR("\\\n")))
            i++;
        else
            buf_add_byte(&out, text.bytes[i]);
    }
    return out.length ? buf_str(&out) : STR("");
}

static struct setting_lines settings_of(struct arena *arena, struct str text)
{
    struct setting_lines found = {0};
    struct str line, section = STR("");

    text = joined_lines(arena, text);

    while (str_next_line(&text, &line)) {
        line = str_trim(line);
        if (line.length && line.bytes[0] == '[') {
            size_t end = str_find_byte(line, ']');
            section = end == SIZE_MAX ? line : str_prefix(line, end + 1);
            line = end == SIZE_MAX ? STR("") : str_trim(str_from_offset(line, end + 1));
        }
        if (!protect_is_comment(line, ';') && decides_hooks(arena, section, line))
            VEC_PUSH(arena, &found, ((struct setting){section, line}));
    }
    return found;
}

static bool has_setting(const struct setting_lines *all, const struct setting *setting)
{
    for (size_t i = 0; i < all->count; i++)
        if (str_eq(all->items[i].section, setting->section) &&
            str_eq(all->items[i].line, setting->line))
            return true;
    return false;
}

static bool is_include(struct arena *arena, const struct setting *setting)
{
    return str_starts(str_lower(arena, setting->section), STR("[include"));
}

/* The file that `path = "~/x"` names; STR_NONE: the line says something else. */
static struct str included_file(struct arena *arena, struct str from, struct str line)
{
    struct str rest = line, key = str_trim(str_cut(&rest, '='));
    struct str home = str_from(getenv("HOME")), path = str_trim_bytes(str_trim(rest), "\"");

    if (!str_eq(str_lower(arena, key), STR("path")) || !path.length || str_has_nul(path))
        return STR_NONE;
    if (str_starts(path, STR("~/")))
        return home.length ? path_join(arena, home, str_from_offset(path, 2)) : path;
    return path_join(arena, path_directory(from), path);
}

static struct str taking(struct arena *arena, struct str from, const struct setting *setting,
                         unsigned depth);

/* What takes hooks away in a file that is included, as a sentence; STR_NONE: nothing. */
static struct str taking_by_include(struct arena *arena, struct str from, struct str line,
                                    unsigned depth)
{
    struct str path = included_file(arena, from, line), text, why = STR_NONE;
    struct err e = ERR_NONE;

    if (!path.bytes)
        return STR_NONE;
    if (depth >= INCLUDES_MAX || !file_read(arena, path, PROTECT_FILE_MAX, &text, &e))
        return str_printf(arena,
                          "it would take settings from " STR_FMT
                          ", which cannot be read now and may decide which hooks run",
                          STR_ARG(path));
    struct setting_lines lines = settings_of(arena, text);
    for (size_t i = 0; i < lines.count && !why.length; i++)
        why = taking(arena, path, &lines.items[i], depth + 1);
    return why.length ? str_printf(arena, "it would take settings from " STR_FMT ": " STR_FMT,
                                   STR_ARG(path), STR_ARG(why))
                      : STR_NONE;
}

/* A new hook beside ours takes nothing away; switching one off does. */
static bool takes_away(struct arena *arena, const struct setting *setting)
{
    struct str line = str_lower(arena, setting->line), head = str_lower(arena, setting->section);

    if (!str_starts(head, STR("[hook")))
        return true;
    return str_starts(line, STR("enabled")) || str_contains(head, STR("\"hookcheck\""));
}

static struct str taking(struct arena *arena, struct str from, const struct setting *setting,
                         unsigned depth)
{
    if (is_include(arena, setting))
        return taking_by_include(arena, from, setting->line, depth);
    if (is_alias(arena, setting->section))
        return str_printf(arena, "this alias would push without the hook: " STR_FMT,
                          STR_ARG(setting->line));
    return takes_away(arena, setting)
               ? str_printf(arena, "this setting would decide which hooks run: " STR_FMT,
                            STR_ARG(setting->line))
               : STR_NONE;
}

/* What is lost with a line that goes. */
static bool is_loss(struct arena *arena, struct str from, const struct setting *setting)
{
    struct str path, text;
    struct err absent = ERR_NONE;

    if (is_alias(arena, setting->section))
        return false;
    if (!is_include(arena, setting))
        return takes_away(arena, setting) || str_contains(setting->line, STR("hookcheck"));
    path = included_file(arena, from, setting->line);
    return path.bytes && file_read(arena, path, PROTECT_FILE_MAX, &text, &absent) &&
           settings_of(arena, text).count > 0;
}

struct str protect_git(struct arena *arena, const struct protect_change *change)
{
    struct setting_lines before = settings_of(arena, change->before),
                         after = settings_of(arena, change->after);

    for (size_t i = 0; i < before.count; i++)
        if (!has_setting(&after, &before.items[i]) &&
            is_loss(arena, change->path, &before.items[i]))
            return str_printf(arena, "this setting would be gone: " STR_FMT,
                              STR_ARG(before.items[i].line));
    for (size_t i = 0; i < after.count; i++) {
        if (has_setting(&before, &after.items[i]))
            continue;
        struct str why = taking(arena, change->path, &after.items[i], 0);
        if (why.length)
            return why;
    }
    return STR_NONE;
}

static bool includes(struct arena *arena, struct str from, struct str wanted, unsigned depth)
{
    struct err absent = ERR_NONE;
    struct str text;

    if (depth == INCLUDES_MAX || !file_read(arena, from, PROTECT_FILE_MAX, &text, &absent))
        return false;
    struct setting_lines lines = settings_of(arena, text);
    for (size_t i = 0; i < lines.count; i++) {
        struct str path = is_include(arena, &lines.items[i])
                              ? included_file(arena, from, lines.items[i].line)
                              : STR_NONE;
        if (path.bytes &&
            (str_eq(path_real(arena, path), wanted) || includes(arena, path, wanted, depth + 1)))
            return true;
    }
    return false;
}

bool protect_git_includes(struct arena *arena, struct str directory, struct str path)
{
    struct str entry, root = work_tree_find(arena, directory, &entry);
    struct str home = str_from(getenv("HOME")), real = path_real(arena, path);
    struct str homes[] = {STR(".gitconfig"), STR(".config/git/config")};

    if (root.length && includes(arena, path_join(arena, entry, STR("config")), real, 0))
        return true;
    for (size_t i = 0; home.length && i < COUNT_OF(homes); i++)
        if (includes(arena, path_join(arena, home, homes[i]), real, 0))
            return true;
    return false;
}

bool protect_git_hooks_path_is(struct arena *arena, struct str directory, struct str value)
{
    struct str entry, root = work_tree_find(arena, directory, &entry), text;
    struct err absent = ERR_NONE;
    size_t count = 0, same = 0;

    for (size_t i = 0; i < value.length; i++)
        if (!byte_is_word(value.bytes[i]) && !strchr("./-", value.bytes[i]))
            return false;
    if (!root.length ||
        !file_read(arena, path_join(arena, entry, STR("config")), PROTECT_FILE_MAX, &text, &absent))
        return false;
    struct setting_lines lines = settings_of(arena, text);
    for (size_t i = 0; i < lines.count; i++) {
        struct str rest = lines.items[i].line, key = str_trim(str_cut(&rest, '='));
        if (!str_eq_nocase(lines.items[i].section, STR("[core]")) ||
            !str_eq_nocase(key, STR("hookspath")))
            continue;
        count++;
        same += str_eq(str_trim(rest), value);
    }
    return count == 1 && same == 1;
}
