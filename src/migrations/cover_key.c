#include "migrations/cover_key.h"

#include "migrations/cover.h"
#include "migrations/cover_match.h"
#include "migrations/cover_scan.h"
#include "migrations/table_names.h"
#include "readers/sql_split.h"

static enum step_key key_of(const struct schema_change *change)
{
    if (str_contains(change->line, STR(" REFERENCES")))
        return STEP_KEY_FOREIGN;
    if (str_ends(change->line, STR(" UNIQUE")))
        return STEP_KEY_UNIQUE;
    return str_ends(change->line, STR(" PRIMARY KEY")) ? STEP_KEY_PRIMARY : STEP_KEY_ANY;
}

/* "SET NULL" of `users (id) ON DELETE SET NULL`, however it is spaced; "": no rule. */
static struct str rule_in(struct str text, const char *event)
{
    static const char *const pairs[][2] = {
        {"null", "SET NULL"}, {"default", "SET DEFAULT"}, {"action", "NO ACTION"}};
    struct str before = STR_NONE, word;

    for (size_t at = 0; (word = cover_next_word(text, &at)).length; before = word) {
        if (!str_eq_nocase(before, STR("on")) || !str_eq_nocase(word, str_from(event)))
            continue;
        struct str rule = cover_next_word(text, &at);
        if (!str_eq_nocase(rule, STR("set")) && !str_eq_nocase(rule, STR("no")))
            return rule;
        rule = cover_next_word(text, &at);
        for (size_t i = 0; i < COUNT_OF(pairs); i++)
            if (str_eq_nocase(rule, str_from(pairs[i][0])))
                return str_from(pairs[i][1]);
        return rule;
    }
    return STR_NONE;
}

/* Prisma's own rule is not written in its models. */
static bool rule_fits(struct str made, struct str wanted, const struct schema_change *change)
{
    if (wanted.length && !str_eq(wanted, STR("NO ACTION")))
        return str_eq_nocase(made, wanted);
    return !made.length || str_eq_nocase(made, STR("NO ACTION")) ||
           str_eq_nocase(made, STR("RESTRICT")) || str_ends(change->place.file, STR(".prisma"));
}

bool key_rules_fit(struct str deletes, struct str updates, const struct schema_change *change)
{
    struct str wanted = change->after.references;

    return rule_fits(deletes, rule_in(wanted, "delete"), change) &&
           rule_fits(updates, rule_in(wanted, "update"), change);
}

/* What models say nothing of may well be there. */
static bool rule_is_other(struct str made, struct str wanted)
{
    static const char *const none[] = {"NO ACTION", "RESTRICT", NULL};

    return made.length && wanted.length && !str_is_one_of_nocase(wanted, none) &&
           !str_eq_nocase(made, wanted);
}

bool key_has_rules(const struct step *step, const struct schema_change *key)
{
    return !rule_is_other(step->deletes, rule_in(key->line, "delete")) &&
           !rule_is_other(step->updates, rule_in(key->line, "update"));
}

bool key_refers_to(struct str target, const struct schema_change *change)
{
    struct str references = change->after.references;
    struct str wanted = str_prefix(references, str_find(references, STR(" (")));

    return !target.length || !references.length ||
           str_eq_nocase(table_name_of(target).table, table_name_of(wanted).table);
}

bool key_is_made(const struct step *step, const struct schema_change *change)
{
    enum step_key wanted = key_of(change);

    if (step->which == STEP_KEY_ANY || wanted == STEP_KEY_ANY)
        return true;
    if (step->gone ||
        str_contains(change->line, STR(" DROP "))) /* the one takes it away, the other makes one */
        return step->gone && str_contains(change->line, STR(" DROP ")) && step->which == wanted;
    return step->which == wanted && key_refers_to(step->target, change) &&
           (wanted != STEP_KEY_FOREIGN || !step->deletes.length ||
            key_rules_fit(step->deletes, step->updates, change));
}

bool key_is_of(enum step_makes makes, const struct schema_change *change)
{
    static const enum step_key keys[] = {[STEP_MAKES_INDEX] = STEP_KEY_UNIQUE,
                                         [STEP_MAKES_UNIQUE] = STEP_KEY_UNIQUE,
                                         [STEP_MAKES_PRIMARY] = STEP_KEY_PRIMARY,
                                         [STEP_MAKES_FOREIGN] = STEP_KEY_FOREIGN,
                                         [STEP_MAKES_CHECK] = STEP_KEY_ANY};
    enum step_key wanted = key_of(change);

    return makes == STEP_MAKES_ANY || wanted == STEP_KEY_ANY || keys[makes] == wanted;
}

bool key_is_added(const struct schema_change *change, enum step_key key)
{
    return change->aspect == ASPECT_KEY && key_of(change) == key &&
           !str_contains(change->line, STR(" DROP "));
}

bool key_may_be_called(struct str constraint, const struct schema_change *change)
{
    static const struct {
        const char *before, *after;
        enum step_key key;
    } rows[] = {{"FK_", "", STEP_KEY_FOREIGN},    {"UQ_", "", STEP_KEY_UNIQUE},
                {"REL_", "", STEP_KEY_UNIQUE},    {"PK_", "", STEP_KEY_PRIMARY},
                {"", "_fk", STEP_KEY_FOREIGN},    {"", "_fkey", STEP_KEY_FOREIGN},
                {"", "_unique", STEP_KEY_UNIQUE}, {"", "_key", STEP_KEY_UNIQUE},
                {"", "_pk", STEP_KEY_PRIMARY},    {"", "_pkey", STEP_KEY_PRIMARY}};
    enum step_key wanted = key_of(change);

    for (size_t i = 0; wanted != STEP_KEY_ANY && i < COUNT_OF(rows); i++)
        if (str_starts(constraint, str_from(rows[i].before)) &&
            str_ends(constraint, str_from(rows[i].after)))
            return rows[i].key == wanted;
    return true;
}

bool key_is_in_words(struct str text, const struct schema_change *change)
{
    switch (key_of(change)) {
    case STEP_KEY_FOREIGN:
        return (text_has_word(text, STR("references")) || text_has_word(text, STR("foreign"))) &&
               key_rules_fit(rule_in(text, "delete"), rule_in(text, "update"), change);
    case STEP_KEY_UNIQUE:
        return text_has_word(text, STR("unique"));
    case STEP_KEY_PRIMARY:
        return text_has_word(text, STR("primary"));
    case STEP_KEY_ANY:
        break;
    }
    return true;
}

/* --- Checks. --- */

/* Are two expressions the same but for blanks, brackets and quotes? */
static bool same_expression(struct str one, struct str other)
{
    static const struct str passed = STR_INIT(" \t\n()\"`");
    size_t i = 0, j = 0;

    for (;;) {
        while (i < one.length && str_find_byte(passed, one.bytes[i]) != SIZE_MAX)
            i++;
        while (j < other.length && str_find_byte(passed, other.bytes[j]) != SIZE_MAX)
            j++;
        if (i == one.length || j == other.length)
            return i == one.length && j == other.length;
        if (!str_eq_nocase(str_slice(one, i, i + 1), str_slice(other, j, j + 1)))
            return false;
        i++;
        j++;
    }
}

/* Does the check speak of something that the expression speaks of, and of all its numbers? */
static bool speaks_of(struct str check, struct str expression)
{
    struct str word;
    bool any = false;

    for (size_t at = 0; (word = cover_next_word(expression, &at)).length;)
        any = any || ((word.bytes[0] < '0' || word.bytes[0] > '9') && text_has_word(check, word));
    return any && cover_has_numbers(check, expression);
}

bool check_is_said(struct str checks, const struct schema_change *change)
{
    struct str expression = change->parts.count ? change->parts.items[0] : change->column, check;

    while (str_next_line(&checks, &check))
        if (change->kind == SCHEMA_ADD ? speaks_of(check, expression)
                                       : same_expression(check, expression))
            return true;
    return false;
}

static struct str next_name(struct str text, size_t *at)
{
    struct str token;

    do
        token = str_trim_bytes(sql_token(text, at), "\"`");
    while (str_eq(token, STR("(")) || str_eq(token, STR(")")));
    return token;
}

static bool same_but_for_name(struct str check, struct str was, struct str expression,
                              struct str name)
{
    struct str one, other;
    bool any = false;

    for (size_t i = 0, j = 0;;) {
        one = next_name(check, &i);
        other = next_name(expression, &j);
        if (!one.length || !other.length)
            return any && one.length == other.length;
        bool renamed = str_eq_nocase(one, was) && str_eq_nocase(other, name);
        any = any || renamed;
        if (!renamed && !str_eq_nocase(one, other))
            return false;
    }
}

bool check_was_said(struct str checks, const struct step *rename,
                    const struct schema_change *change)
{
    struct str expression = change->parts.count ? change->parts.items[0] : STR_NONE, check;

    while (str_next_line(&checks, &check))
        if (same_but_for_name(check, rename->was, expression, rename->column))
            return true;
    return false;
}
