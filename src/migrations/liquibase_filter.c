/* liquibase_filter.c -- which change sets a run takes: contexts, labels, databases. */
#include "migrations/liquibase.h"

/* --- "(a and !b) or c, d": a comma is an "or" that binds least; "not" binds most, then "and". --- */

struct expression {
    struct str rest;
    struct str words; /* what is true, parted by commas */
    unsigned depth;
};

#define EXPRESSION_DEPTH_MAX 50u

static bool is_word_end(char byte)
{
    return byte == '(' || byte == ')' || byte == ',' || byte == '!' || byte == ' ' ||
           byte == '\t' || byte == '\n' || byte == '\r';
}

static struct str peek(struct expression *x)
{
    size_t end = 0;

    x->rest = str_trim(x->rest);
    while (end < x->rest.length && !is_word_end(x->rest.bytes[end]))
        end++;
    return str_prefix(x->rest, end ? end : (x->rest.length > 0));
}

static bool accept(struct expression *x, const char *word)
{
    struct str next = peek(x);

    if (!str_eq_nocase(next, str_from(word)))
        return false;
    x->rest = str_from_offset(x->rest, next.length);
    return true;
}

static bool is_true(const struct expression *x, struct str word)
{
    struct str rest = x->words;

    while (rest.length)
        if (str_eq_nocase(str_trim(str_cut(&rest, ',')), word))
            return true;
    return false;
}

static bool read_or(struct expression *x);

static bool read_one(struct expression *x)
{
    if (++x->depth > EXPRESSION_DEPTH_MAX)
        return true;
    if (accept(x, "!") || accept(x, "not"))
        return !read_one(x);
    if (accept(x, "(")) {
        bool holds = read_or(x);
        (void)accept(x, ")");
        return holds;
    }
    struct str word = peek(x);
    x->rest = str_from_offset(x->rest, word.length);
    if (str_starts(word, STR("@")))
        word = str_from_offset(word, 1);
    return is_true(x, word);
}

static bool read_and(struct expression *x)
{
    bool holds = read_one(x);

    while (accept(x, "and"))
        holds = read_one(x) && holds;
    return holds;
}

static bool read_or(struct expression *x)
{
    bool holds = read_and(x);

    while (accept(x, "or") || accept(x, ","))
        holds = read_and(x) || holds;
    return holds;
}

bool liquibase_expression_holds(struct str expression, struct str words)
{
    struct expression x = {.rest = expression, .words = words};

    return !str_trim(expression).length || read_or(&x);
}

/* Without contexts given everything runs, but for what asks for one by "@". */
bool liquibase_contexts_match(struct str run, struct str expression)
{
    if (!str_trim(run).length)
        return str_find_byte(expression, '@') == SIZE_MAX;
    return liquibase_expression_holds(expression, run);
}

bool liquibase_labels_match(struct str run, struct str labels)
{
    return !str_trim(labels).length || liquibase_expression_holds(run, labels);
}

/* "postgresql,h2", "!mysql", "all", "none" (database/DatabaseList.java). */
static bool one_matches(struct str list, struct str dbms)
{
    struct str rest = list;
    bool any = false, named = false;

    while (rest.length) {
        struct str word = str_trim(str_cut(&rest, ','));
        if (str_eq_nocase(word, STR("none")))
            return false;
        if (str_starts(word, STR("!"))) {
            if (str_eq_nocase(str_from_offset(word, 1), dbms))
                return false;
            continue;
        }
        any = any || word.length;
        named = named || str_eq_nocase(word, dbms) || str_eq_nocase(word, STR("all"));
    }
    return !any || named;
}

static bool says_none(struct str list)
{
    bool none = false;

    while (list.length)
        none = str_eq_nocase(str_trim(str_cut(&list, ',')), STR("none")) || none;
    return none;
}

bool liquibase_dbms_matches(struct str list, struct str dbms)
{
    bool some = !dbms.length && !says_none(list);

    while (dbms.length && !some)
        some = one_matches(list, str_cut(&dbms, ','));
    return some;
}

bool liquibase_dbms_is_certain(struct str list, struct str dbms)
{
    struct str rest = dbms;
    bool first = true, same = true;

    if (!dbms.length)
        return !str_trim(list).length || says_none(list);
    first = one_matches(list, str_cut(&rest, ','));
    while (rest.length)
        same = one_matches(list, str_cut(&rest, ',')) == first && same;
    return same;
}
