#include "migrations/veiled.h"

#include "migrations/cover.h"
#include "migrations/cover_match.h"
#include "migrations/cover_scan.h"

static bool has_any_word(struct str text, const char *const *words)
{
    for (; *words; words++)
        if (text_has_word(text, str_from(*words)))
            return true;
    return false;
}

/* EXECUTE of a block, or of a prepared statement; not that of a trigger: EXECUTE FUNCTION audit(). */
static bool executes(struct str text)
{
    struct str before = STR_NONE, word;

    for (size_t at = 0; (word = cover_next_word(text, &at)).length; before = word)
        if (str_eq_nocase(before, STR("execute")) && !str_eq_nocase(word, STR("function")) &&
            !str_eq_nocase(word, STR("procedure")))
            return true;
    return false;
}

/* Files that psql reads; MySQL's MODIFY and CHANGE. */
static bool sql_is_veiled(struct str text)
{
    static const char *const words[] = {"exec", "prepare", "call", "modify", "change", NULL};

    return executes(text) || has_any_word(text, words) || str_contains(text, STR("\\i")) ||
           str_contains(text, STR("${")) || str_contains(text, STR("{{"));
}

static bool ruby_is_veiled(struct str text)
{
    static const char *const words[] = {"send", "public_send",   "each",       "map", "times",
                                        "eval", "instance_eval", "connection", NULL};

    return has_any_word(text, words) || str_contains(text, STR("#{")) ||
           !cover_ruby_tables_are_plain(text);
}

bool migration_is_veiled(struct str path, struct str text)
{
    if (str_ends(path, STR(".py")))
        return text_has_word(text, STR("create_all"));
    if (str_ends(path, STR(".sql")))
        return sql_is_veiled(text);
    if (str_ends(path, STR(".rb")))
        return ruby_is_veiled(text);
    return cover_reading(path, text) != COVER_PLAIN;
}
