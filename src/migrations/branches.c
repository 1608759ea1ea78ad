#include "migrations/branches.h"

#include <string.h>

static size_t line_start(struct str text, size_t at)
{
    while (at && text.bytes[at - 1] != '\n')
        at--;
    return at;
}

static struct str line_at(struct str text, size_t start)
{
    struct str line = str_from_offset(text, start);

    return str_prefix(line, str_find_byte(line, '\n'));
}

static size_t indent_of(struct str line)
{
    size_t at = 0;

    while (at < line.length && strchr(" \t", line.bytes[at]))
        at++;
    return at;
}

static bool is_about_environment(struct str line)
{
    return str_contains(line, STR("Rails.env")) || str_contains(line, STR("RAILS_ENV")) ||
           str_contains(line, STR("RACK_ENV"));
}

/* "if Rails.env.test?", "unless Rails.env.production?" */
static bool excludes_production(struct str condition)
{
    bool not = str_contains(condition, STR("unless ")) || str_contains(condition, STR("!Rails")) ||
               str_contains(condition, STR("!="));

    return str_contains(condition, STR("production")) == not ;
}

bool branch_is_of_others(struct str text, struct str part)
{
    size_t start = line_start(text, (size_t)(part.bytes - text.bytes));
    struct str own = line_at(text, start);
    size_t indent = indent_of(own);
    bool otherwise = false;

    if (is_about_environment(own))
        return excludes_production(own);
    while (start && (indent || otherwise)) {
        start = line_start(text, start - 1);
        struct str line = line_at(text, start), words = str_trim(line);
        size_t depth = indent_of(line);
        if (!words.length || words.bytes[0] == '#' || depth > indent ||
            (depth == indent && !otherwise))
            continue;
        if (str_eq(words, STR("else"))) {
            otherwise = true;
            indent = depth;
            continue;
        }
        if (is_about_environment(words) && excludes_production(words) != otherwise)
            return true;
        otherwise = false;
        indent = depth;
    }
    return false;
}
