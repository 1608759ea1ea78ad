/* steps_sql_keys.c -- the keys, and the types, that SQL makes. */
#include "readers/steps_sql.h"

#define BRACKETS_MAX                                                                               \
    4000u /* tokens: a text of nothing but opening ones is not gone through for each */

/* Behind the closing bracket of the opening one at `at`. */
static size_t brackets_end(const struct tokens *t, size_t at)
{
    size_t depth = 0;

    for (size_t end = at + BRACKETS_MAX;
         at < end && at < t->all.count && t->all.items[at].kind != ';'; at++) {
        depth += t->all.items[at].kind == '(';
        if (t->all.items[at].kind == ')' && --depth == 0)
            return at + 1;
    }
    return at;
}

/* name(10), of MySQL's: so many bytes of a column. */
static bool is_length(const struct tokens *t, size_t at)
{
    return at + 2 < t->all.count && t->all.items[at].kind == '(' &&
           t->all.items[at + 2].kind == ')' && t->all.items[at + 1].kind == 'w' &&
           byte_is_digit(t->all.items[at + 1].text.bytes[0]);
}

/* (10, 2), ('a', 'b') behind a type. */
static bool is_of_type(const struct tokens *t, size_t at)
{
    struct token first = tokens_at(t, at + 1);

    return tokens_at(t, at).kind == '(' &&
           (first.kind == 's' || (first.kind == 'w' && byte_is_digit(first.text.bytes[0])));
}

/* (a, b DESC, lower(c)): its columns, an expression as "". `at` is the opening bracket. */
void sql_key_parts(const struct tokens *t, size_t at, struct step *step)
{
    size_t end = brackets_end(t, at);

    if (at >= t->all.count || t->all.items[at].kind != '(')
        return;
    step->parts_told = true;
    while (++at < end) {
        struct token first = t->all.items[at], behind = t->all.items[at + 1 < end ? at + 1 : at];
        bool named = (first.kind == 'w' || first.kind == 'q') && behind.kind != '.' &&
                     (behind.kind != '(' || is_length(t, at + 1));
        if (first.kind == ')')
            break;
        VEC_PUSH(t->arena, &step->parts, named ? token_name(t, first) : STR_NONE);
        for (size_t depth = 0; at < end; at++) {
            char kind = t->all.items[at].kind;
            if (depth == 0 && (kind == ',' || kind == ')'))
                break;
            depth += kind == '(';
            depth -= kind == ')';
        }
    }
}

/* ON DELETE SET NULL of the definition that goes on at `at`. */
struct str sql_rule(const struct tokens *t, size_t at, const char *event)
{
    size_t depth = 0;

    for (; tokens_at(t, at).kind && tokens_at(t, at).kind != ';'; at++) {
        struct token first = tokens_at(t, at + 2), second = tokens_at(t, at + 3);
        if (!depth && (tokens_at(t, at).kind == ',' || tokens_at(t, at).kind == ')'))
            break;
        depth += tokens_at(t, at).kind == '(';
        depth -= depth && tokens_at(t, at).kind == ')';
        if (!token_is(tokens_at(t, at), "ON") || !token_is(tokens_at(t, at + 1), event) ||
            first.kind != 'w')
            continue;
        return token_is(first, "SET") || token_is(first, "NO")
                   ? str_upper(t->arena, str_printf(t->arena, STR_FMT " " STR_FMT,
                                                    STR_ARG(first.text), STR_ARG(second.text)))
                   : str_upper(t->arena, first.text);
    }
    return STR("NO ACTION");
}

struct str sql_target(const struct tokens *t, size_t at)
{
    struct tokens there = *t;

    for (; tokens_at(t, at).kind != ';'; at++)
        if (token_is(tokens_at(t, at), "REFERENCES")) {
            there.at = at + 1;
            return tokens_name(&there);
        }
    return STR_NONE;
}

static void sql_key_rules(const struct tokens *t, size_t at, struct step *key)
{
    key->deletes = sql_rule(t, at, "DELETE");
    key->updates = sql_rule(t, at, "UPDATE");
}

/* [CONSTRAINT name] UNIQUE (a, b), KEY name (a), FOREIGN KEY (a) …: false where it is none of these. Nothing is taken. */
bool sql_key(const struct tokens *t, size_t at, struct step *step)
{
    static const struct {
        const char *word;
        enum step_makes makes;
    } rows[] = {{"UNIQUE", STEP_MAKES_UNIQUE},   {"PRIMARY", STEP_MAKES_PRIMARY},
                {"FOREIGN", STEP_MAKES_FOREIGN}, {"KEY", STEP_MAKES_INDEX},
                {"INDEX", STEP_MAKES_INDEX},     {"FULLTEXT", STEP_MAKES_INDEX},
                {"SPATIAL", STEP_MAKES_INDEX},   {"CHECK", STEP_MAKES_CHECK}};
    struct token first;

    if (token_is(tokens_at(t, at), "CONSTRAINT")) {
        at++;
        if (tokens_at(t, at).kind == 'q' ||
            (!token_is(tokens_at(t, at), "UNIQUE") && !token_is(tokens_at(t, at), "PRIMARY") &&
             !token_is(tokens_at(t, at), "FOREIGN") && !token_is(tokens_at(t, at), "CHECK")))
            step->name = token_name(t, tokens_at(t, at++));
    }
    first = tokens_at(t, at);
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (token_is(first, rows[i].word))
            step->makes = rows[i].makes;
    if (!step->makes)
        return false;
    if (step->makes == STEP_MAKES_CHECK)
        return true;
    if (step->makes == STEP_MAKES_FOREIGN)
        sql_key_rules(t, at, step);
    at++;
    while (token_is(tokens_at(t, at), "KEY") || token_is(tokens_at(t, at), "INDEX") ||
           token_is(tokens_at(t, at), "NULLS") || token_is(tokens_at(t, at), "NOT") ||
           token_is(tokens_at(t, at), "DISTINCT"))
        at++;
    if (token_is(tokens_at(t, at), "IF")) /* NOT EXISTS */
        at += 3;
    if ((tokens_at(t, at).kind == 'w' || tokens_at(t, at).kind == 'q') &&
        !token_is(tokens_at(t, at), "USING")) {
        step->name = step->name.length ? step->name : token_name(t, tokens_at(t, at));
        at++;
    }
    if (token_is(tokens_at(t, at), "USING"))
        at += 2;
    /* `key numeric(10, 2)` is a column; UNIQUE USING INDEX name has its columns elsewhere. */
    if (step->makes == STEP_MAKES_INDEX && is_of_type(t, at))
        return false;
    if (tokens_at(t, at).kind != '(')
        return step->makes != STEP_MAKES_INDEX;
    sql_key_parts(t, at, step);
    return true;
}

/* `at`: the word that says what it is. */
static void push_column_key(struct tokens *t, const struct step *column, enum step_makes makes,
                            size_t at, struct steps *steps)
{
    struct step key = {.kind = STEP_KEY,
                       .table = column->table,
                       .makes = makes,
                       .parts_told = makes != STEP_MAKES_CHECK};

    if (makes == STEP_MAKES_FOREIGN)
        sql_key_rules(t, at, &key);
    if (makes == STEP_MAKES_CHECK && at > 1 && token_is(t->all.items[at - 2], "CONSTRAINT"))
        key.name = token_name(t, t->all.items[at - 1]);
    VEC_PUSH(t->arena, &key.parts, column->column);
    VEC_PUSH(t->arena, steps, key);
}

/* name integer UNIQUE REFERENCES users (id): the tokens from `start` on say what comes with the column. */
void sql_column_keys(struct tokens *t, const struct step *column, size_t start, struct steps *steps)
{
    size_t depth = 0;

    for (size_t i = start; i < t->at; i++) {
        struct token token = t->all.items[i];
        depth += token.kind == '(';
        depth -= depth && token.kind == ')';
        if (depth)
            continue;
        if (token_is(token, "UNIQUE"))
            push_column_key(t, column, STEP_MAKES_UNIQUE, i, steps);
        if (token_is(token, "PRIMARY"))
            push_column_key(t, column, STEP_MAKES_PRIMARY, i, steps);
        if (token_is(token, "REFERENCES"))
            push_column_key(t, column, STEP_MAKES_FOREIGN, i, steps);
        if (token_is(token, "CHECK"))
            push_column_key(t, column, STEP_MAKES_CHECK, i, steps);
        if (token_is(token, "KEY") && i > start && !token_is(t->all.items[i - 1], "PRIMARY") &&
            !token_is(t->all.items[i - 1], "UNIQUE"))
            push_column_key(t, column, STEP_MAKES_INDEX, i, steps);
    }
}

/* What stands behind the word and numbers of a type. */
static const char *type_ending(const struct tokens *t, size_t at)
{
    struct tokens rest = *t;
    bool some = false, none = false;

    rest.at = at;
    if (tokens_take(&rest, "WITH"))
        some = tokens_take(&rest, "TIME") && tokens_take(&rest, "ZONE");
    else if (tokens_take(&rest, "WITHOUT"))
        none = tokens_take(&rest, "TIME") && tokens_take(&rest, "ZONE");
    bool array = tokens_peek(&rest).kind == '[' || tokens_take(&rest, "ARRAY");
    return some    ? array ? " with time zone[]" : " with time zone"
           : none  ? array ? " without time zone[]" : " without time zone"
           : array ? "[]"
                   : "";
}

/* "VARCHAR(50)" of character varying ( 50 ) NOT NULL, as far as it is one of the usual ones. */
struct str sql_type_written(const struct tokens *t, size_t at)
{
    static const char *const two[][3] = {{"character", "varying", "varchar"},
                                         {"double", "precision", "float8"},
                                         {"char", "varying", "varchar"}};
    struct str word = at < t->all.count && t->all.items[at].kind == 'w'
                          ? str_lower(t->arena, t->all.items[at].text)
                          : STR_NONE;
    struct strs parts = {0};

    for (size_t i = 0; i < COUNT_OF(two) && at + 1 < t->all.count; i++)
        if (str_eq(word, str_from(two[i][0])) && token_is(t->all.items[at + 1], two[i][1])) {
            word = str_from(two[i][2]);
            at++;
            break;
        }
    size_t open = at + 1, end = open < t->all.count && t->all.items[open].kind == '('
                                    ? brackets_end(t, open)
                                    : open;
    for (size_t i = open + 1; i + 1 < end; i++)
        VEC_PUSH(t->arena, &parts, t->all.items[i].text);
    if (end < t->all.count && (t->all.items[end].kind == '.' || word.length == 0))
        return STR_NONE; /* a type of another schema */
    const char *ending = type_ending(t, end);
    return parts.count
               ? str_printf(t->arena, STR_FMT "(" STR_FMT ")%s", STR_ARG(word),
                            STR_ARG(str_join(t->arena, parts.items, parts.count, STR(""))), ending)
               : str_printf(t->arena, STR_FMT "%s", STR_ARG(word), ending);
}

void sql_alter_index(struct tokens *t, struct steps *steps)
{
    tokens_if_exists(t);
    struct str name = tokens_name(t);

    if (!tokens_take(t, "RENAME") || !tokens_take(t, "TO"))
        return;
    VEC_PUSH(t->arena, steps, (struct step){.kind = STEP_DROP_INDEX, .name = name});
    VEC_PUSH(t->arena, steps, (struct step){.kind = STEP_ADD_INDEX, .name = tokens_name(t)});
}
