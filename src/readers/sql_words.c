/* sql_words.c -- a statement without the words that PostgreSQL 15 does not know: SQLite's, and those of later versions. */
#include "base/buf.h"
#include "readers/sql_reader.h"

/* --- SQLite. --- */

static void blank(char *copy, size_t end, size_t length)
{
    for (size_t i = end - length; i < end; i++)
        copy[i] = ' ';
}

/* SQLite's words, which PostgreSQL does not know: AUTOINCREMENT says nothing that a primary key does not, and how a table is kept (STRICT,
 * WITHOUT ROWID, behind the last bracket) is none of its columns. */
static struct str without_sqlite_words(struct arena *arena, struct str statement)
{
    char *copy = str_c(arena, statement);
    size_t at = 0, depth = 0;
    bool behind = false;

    for (struct str token; (token = sql_token(statement, &at)).length;) {
        depth += str_eq(token, STR("("));
        if (str_eq(token, STR(")")) && depth > 0 && --depth == 0) {
            behind = true;
            continue;
        }
        if (str_eq_nocase(token, STR("AUTOINCREMENT")) ||
            (behind && depth == 0 &&
             (str_eq(token, STR(",")) || str_eq_nocase(token, STR("STRICT")) ||
              str_eq_nocase(token, STR("WITHOUT")) || str_eq_nocase(token, STR("ROWID")))))
            blank(copy, at, token.length);
    }
    return str_of(copy, statement.length);
}

/* --- PostgreSQL 16 to 18. --- */

/* Tokens of a statement, one after the other. */
struct words {
    struct arena *arena;
    struct str statement;
    struct strs tokens;
    struct buf out;
    size_t copied; /* bytes of the statement that are in `out`, or are left out */
};

static bool is_word(const struct words *w, size_t i, const char *word)
{
    return i < w->tokens.count && str_eq_nocase(w->tokens.items[i], str_from(word));
}

static size_t end_of(const struct words *w, size_t i)
{
    return (size_t)(w->tokens.items[i].bytes - w->statement.bytes) + w->tokens.items[i].length;
}

/* Up to the token, which is not copied. */
static void copy_to(struct words *w, size_t i)
{
    size_t end = end_of(w, i) - w->tokens.items[i].length;

    buf_add(&w->out, str_slice(w->statement, w->copied, end));
    w->copied = end;
}

static void leave_out(struct words *w, size_t from, size_t last)
{
    copy_to(w, from);
    w->copied = end_of(w, last);
}

/* The bracket that closes the one at `open`. */
static size_t closing(const struct words *w, size_t open)
{
    size_t depth = 0;

    for (size_t i = open; i < w->tokens.count; i++) {
        depth += str_eq(w->tokens.items[i], STR("("));
        if (str_eq(w->tokens.items[i], STR(")")) && --depth == 0)
            return i;
    }
    return w->tokens.count;
}

/* GENERATED ALWAYS AS (…), without STORED or with VIRTUAL, is computed when it is read; what it is computed from is the same. */
static void store_virtual(struct words *w, size_t as)
{
    size_t close = closing(w, as + 1);

    if (close == w->tokens.count || is_word(w, close + 1, "STORED"))
        return;
    if (is_word(w, close + 1, "VIRTUAL"))
        leave_out(w, close + 1, close + 1);
    else if (close + 1 < w->tokens.count)
        copy_to(w, close + 1);
    else
        return;
    buf_add(&w->out, STR(" STORED "));
}

/* ADD CONSTRAINT name NOT NULL column NOT VALID: what it does to the column. */
static bool not_null(struct words *w, size_t add)
{
    size_t at = is_word(w, add + 1, "CONSTRAINT") ? add + 3 : add + 1, last = at + 2;

    if (!is_word(w, at, "NOT") || !is_word(w, at + 1, "NULL") || last >= w->tokens.count)
        return false;
    copy_to(w, add);
    buf_printf(&w->out, "ALTER COLUMN " STR_FMT " SET NOT NULL", STR_ARG(w->tokens.items[last]));
    if (is_word(w, last + 1, "NO") && is_word(w, last + 2, "INHERIT"))
        last += 2;
    if (is_word(w, last + 1, "NOT") && is_word(w, last + 2, "VALID"))
        last += 2;
    w->copied = end_of(w, last);
    return true;
}

static struct str without_later_words(struct arena *arena, struct str statement)
{
    struct words w = {.arena = arena, .statement = statement};
    size_t at = 0;

    for (struct str token; (token = sql_token(statement, &at)).length;)
        VEC_PUSH(arena, &w.tokens, token);
    w.out = buf_new(arena, 2 * statement.length + 64);
    for (size_t i = 0; i < w.tokens.count; i++) {
        if (end_of(&w, i) <= w.copied)
            continue;
        if (is_word(&w, i, "GENERATED") && is_word(&w, i + 1, "ALWAYS") &&
            is_word(&w, i + 2, "AS") && is_word(&w, i + 3, "("))
            store_virtual(&w, i + 2);
        else if (is_word(&w, i, "NOT") && is_word(&w, i + 1, "ENFORCED"))
            leave_out(&w, i, i + 1);
        else if (is_word(&w, i, "WITHOUT") && is_word(&w, i + 1, "OVERLAPS"))
            leave_out(&w, i, i + 1);
        else if (is_word(&w, i, "ADD"))
            (void)not_null(&w, i);
    }
    buf_add(&w.out, str_from_offset(statement, w.copied));
    return buf_str(&w.out);
}

struct str sql_without_other_words(struct arena *arena, struct str statement)
{
    static const char *const create[] = {"CREATE", NULL};
    size_t at = 0;

    return without_later_words(arena, sql_has_words(statement, &at, create)
                                          ? without_sqlite_words(arena, statement)
                                          : statement);
}
