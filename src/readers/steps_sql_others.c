/* steps_sql_others.c -- CREATE TABLE … AS SELECT …, LIKE other. */
#include "readers/steps_sql.h"

/* What an item of a SELECT is called: a, b.a, lower(a) AS a; empty: PostgreSQL makes up a name, or it is `*`. */
static struct str item_name(const struct tokens *t, size_t from, size_t to)
{
    struct token last = tokens_at(t, to - 1), before = tokens_at(t, to > from + 1 ? to - 2 : to);

    if (to <= from || (last.kind != 'w' && last.kind != 'q'))
        return STR_NONE;
    bool whole = to == from + 1 || (to == from + 3 && before.kind == '.');
    bool alias = to > from + 1 && (before.kind == 'w' || before.kind == 'q' || before.kind == ')' ||
                                   before.kind == 's');
    return whole || (alias && !token_is(last, "END")) ? token_name(t, last) : STR_NONE;
}

/* Behind the word SELECT: a step for each column, or the one table of which it has all; false: some cannot be told. */
static bool selected(struct tokens *t, struct str table, struct step *made, struct steps *steps)
{
    bool star = false;

    do {
        size_t from = t->at += tokens_peek(t).kind == ',', depth = 0;
        for (; tokens_peek(t).kind != ';'; t->at++) {
            if (depth == 0 && (tokens_peek(t).kind == ',' || token_is(tokens_peek(t), "FROM")))
                break;
            depth += tokens_peek(t).kind == '(';
            depth -= depth && tokens_peek(t).kind == ')';
        }
        struct str name = item_name(t, from, t->at);
        star = star || (!name.length && tokens_at(t, t->at - 1).kind == '*');
        if (!name.length && tokens_at(t, t->at - 1).kind != '*')
            return false;
        if (name.length)
            VEC_PUSH(t->arena, steps,
                     (struct step){.kind = STEP_ADD_COLUMN, .table = table, .column = name});
    } while (tokens_peek(t).kind == ',');
    if (!star)
        return true;
    if (!tokens_take(t, "FROM"))
        return false;
    made->like = tokens_name(t);
    for (size_t at = t->at; tokens_at(t, at).kind != ';'; at++)
        if (token_is(tokens_at(t, at), "JOIN") || tokens_at(t, at).kind == ',')
            return false;
    return made->like.length > 0;
}

/* Behind the table's name. */
void sql_table_of_others(struct tokens *t, size_t at, struct steps *steps)
{
    struct step made = steps->items[at];

    if (tokens_take(t, "LIKE")) {
        made.like = tokens_name(t);
        made.spread = true;
    } else if (tokens_take(t, "AS")) {
        t->at += tokens_peek(t).kind == '(';
        if (!tokens_take(t, "SELECT"))
            return;
        (void)tokens_take(t, "DISTINCT");
        made.spread = selected(t, made.table, &made, steps);
        made.keys_told = true; /* there are none */
    }
    steps->items[at] = made;
}
