#include "readers/steps.h"

#include <stdint.h>

#define TOKENS_MAX 200000u

struct token {
    struct str text; /* identifiers without their quotes */
    char
        kind; /* 'w' word, 'q' quoted identifier, 's' string, '$' what $$ … $$ encloses, or the byte itself */
};

struct tokens {
    struct arena *arena;
    VEC(struct token) all;
    size_t at;
};

/* --- Tokens. --- */

static size_t skip_quoted(struct str text, size_t at, char quote)
{
    for (at++; at < text.length; at++)
        if (text.bytes[at] == quote) {
            if (at + 1 < text.length && text.bytes[at + 1] == quote)
                at++;
            else
                return at + 1;
        }
    return text.length;
}

static size_t skip_dollar(struct str text, size_t at, struct str *ret_body)
{
    size_t end = at + 1;

    while (end < text.length && text.bytes[end] != '$' && text.bytes[end] != ' ' &&
           text.bytes[end] != '\n')
        end++;
    *ret_body = STR_NONE;
    if (end >= text.length || text.bytes[end] != '$')
        return at + 1;
    struct str tag = str_slice(text, at, end + 1);
    size_t close = str_find(str_from_offset(text, end + 1), tag);
    *ret_body = str_prefix(str_from_offset(text, end + 1), close);
    return close == SIZE_MAX ? text.length : end + 1 + close + tag.length;
}

static bool is_word_byte(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '_' || (unsigned char)byte >= 128;
}

static void tokenize(struct tokens *t, struct str text)
{
    size_t at = 0, start;

    while (at < text.length && t->all.count < TOKENS_MAX) {
        char byte = text.bytes[at];
        start = at;
        if (byte == '-' && at + 1 < text.length && text.bytes[at + 1] == '-') {
            while (at < text.length && text.bytes[at] != '\n')
                at++;
        } else if (byte == '/' && at + 1 < text.length && text.bytes[at + 1] == '*') {
            size_t end = str_find(str_from_offset(text, at + 2), STR("*/"));
            at = end == SIZE_MAX ? text.length : at + 2 + end + 2;
        } else if (byte == '\'') {
            at = skip_quoted(text, at, '\'');
            VEC_PUSH(t->arena, &t->all,
                     (struct token){str_slice(text, start + 1, at > start + 1 ? at - 1 : at), 's'});
        } else if (byte == '"' || byte == '`') {
            at = skip_quoted(text, at, byte);
            VEC_PUSH(t->arena, &t->all,
                     (struct token){str_slice(text, start + 1, at > start + 1 ? at - 1 : at), 'q'});
        } else if (byte == '$') {
            struct str body;
            at = skip_dollar(text, at, &body);
            if (body.length)
                VEC_PUSH(t->arena, &t->all, (struct token){body, '$'});
        } else if (is_word_byte(byte)) {
            while (at < text.length && is_word_byte(text.bytes[at]))
                at++;
            VEC_PUSH(t->arena, &t->all, (struct token){str_slice(text, start, at), 'w'});
        } else {
            at++;
            if (byte != ' ' && byte != '\t' && byte != '\n' && byte != '\r')
                VEC_PUSH(t->arena, &t->all, (struct token){str_slice(text, start, at), byte});
        }
    }
}

static struct token token_at(const struct tokens *t, size_t at)
{
    return at < t->all.count ? t->all.items[at] : (struct token){STR_NONE, ';'};
}

static struct token peek(const struct tokens *t)
{
    return token_at(t, t->at);
}

static bool take(struct tokens *t, const char *word)
{
    if (peek(t).kind != 'w' || !str_eq_nocase(peek(t).text, str_from(word)))
        return false;
    t->at++;
    return true;
}

static void take_if_exists(struct tokens *t)
{
    if (take(t, "IF")) {
        (void)take(t, "NOT");
        (void)take(t, "EXISTS");
    }
}

/* Unquoted names are folded to lower case; "public." is dropped. */
static struct str take_name(struct tokens *t)
{
    struct str name = STR_NONE;

    while (peek(t).kind == 'w' || peek(t).kind == 'q') {
        struct token token = peek(t);
        struct str part = token.kind == 'w' ? str_lower(t->arena, token.text) : token.text;
        name = name.length && !str_eq(name, STR("public"))
                   ? str_printf(t->arena, STR_FMT "." STR_FMT, STR_ARG(name), STR_ARG(part))
                   : part;
        t->at++;
        if (peek(t).kind != '.')
            break;
        t->at++;
    }
    return name;
}

/* To the next `,` or closing bracket of this level, or the statement's end. */
static void skip_item(struct tokens *t)
{
    size_t depth = 0;

    for (; t->at < t->all.count; t->at++) {
        char kind = peek(t).kind;
        if (kind == ';' || (depth == 0 && (kind == ',' || kind == ')')))
            return;
        depth += kind == '(';
        depth -= kind == ')';
    }
}

/* --- Keys. --- */

static bool is_word(struct token token, const char *word)
{
    return token.kind == 'w' && str_eq_nocase(token.text, str_from(word));
}

static struct str name_in(const struct tokens *t, struct token token)
{
    return token.kind == 'w' ? str_lower(t->arena, token.text) : token.text;
}

/* Behind the closing bracket of the opening one at `at`. */
static size_t brackets_end(const struct tokens *t, size_t at)
{
    size_t depth = 0;

    for (; at < t->all.count && t->all.items[at].kind != ';'; at++) {
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

/* (a, b DESC, lower(c)): its columns, an expression as "". `at` is the opening bracket. */
static void read_parts(const struct tokens *t, size_t at, struct step *step)
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
        VEC_PUSH(t->arena, &step->parts, named ? name_in(t, first) : STR_NONE);
        for (size_t depth = 0; at < end; at++) {
            char kind = t->all.items[at].kind;
            if (depth == 0 && (kind == ',' || kind == ')'))
                break;
            depth += kind == '(';
            depth -= kind == ')';
        }
    }
}

/* [CONSTRAINT name] UNIQUE (a, b), KEY name (a), FOREIGN KEY (a) …: false where it is none of these. Nothing is taken. */
static bool read_key(const struct tokens *t, size_t at, struct step *step)
{
    static const struct {
        const char *word;
        enum step_makes makes;
    } rows[] = {{"UNIQUE", STEP_MAKES_UNIQUE},   {"PRIMARY", STEP_MAKES_PRIMARY},
                {"FOREIGN", STEP_MAKES_FOREIGN}, {"KEY", STEP_MAKES_INDEX},
                {"INDEX", STEP_MAKES_INDEX},     {"FULLTEXT", STEP_MAKES_INDEX},
                {"SPATIAL", STEP_MAKES_INDEX}};
    struct token first;

    if (is_word(token_at(t, at), "CONSTRAINT")) {
        at++;
        if (token_at(t, at).kind == 'q' ||
            (!is_word(token_at(t, at), "UNIQUE") && !is_word(token_at(t, at), "PRIMARY") &&
             !is_word(token_at(t, at), "FOREIGN")))
            step->name = name_in(t, token_at(t, at++));
    }
    first = token_at(t, at);
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (is_word(first, rows[i].word))
            step->makes = rows[i].makes;
    if (!step->makes)
        return false;
    at++;
    while (is_word(token_at(t, at), "KEY") || is_word(token_at(t, at), "INDEX") ||
           is_word(token_at(t, at), "NULLS") || is_word(token_at(t, at), "NOT") ||
           is_word(token_at(t, at), "DISTINCT"))
        at++;
    if (is_word(token_at(t, at), "IF")) /* NOT EXISTS */
        at += 3;
    if ((token_at(t, at).kind == 'w' || token_at(t, at).kind == 'q') &&
        !is_word(token_at(t, at), "USING")) {
        step->name = step->name.length ? step->name : name_in(t, token_at(t, at));
        at++;
    }
    if (is_word(token_at(t, at), "USING"))
        at += 2;
    /* `key varchar(20)` is a column; UNIQUE USING INDEX name has its columns elsewhere. */
    if (token_at(t, at).kind == '(' && step->makes == STEP_MAKES_INDEX && is_length(t, at))
        return false;
    if (token_at(t, at).kind != '(')
        return step->makes != STEP_MAKES_INDEX;
    read_parts(t, at, step);
    return true;
}

static void push_column_key(struct tokens *t, const struct step *column, enum step_makes makes,
                            struct steps *steps)
{
    struct step key = {
        .kind = STEP_KEY, .table = column->table, .makes = makes, .parts_told = true};

    VEC_PUSH(t->arena, &key.parts, column->column);
    VEC_PUSH(t->arena, steps, key);
}

/* name integer UNIQUE REFERENCES users (id): the tokens from `start` on say what comes with the column. */
static void column_keys(struct tokens *t, const struct step *column, size_t start,
                        struct steps *steps)
{
    size_t depth = 0;

    for (size_t i = start; i < t->at; i++) {
        struct token token = t->all.items[i];
        depth += token.kind == '(';
        depth -= depth && token.kind == ')';
        if (depth)
            continue;
        if (is_word(token, "UNIQUE"))
            push_column_key(t, column, STEP_MAKES_UNIQUE, steps);
        if (is_word(token, "PRIMARY"))
            push_column_key(t, column, STEP_MAKES_PRIMARY, steps);
        if (is_word(token, "REFERENCES"))
            push_column_key(t, column, STEP_MAKES_FOREIGN, steps);
        if (is_word(token, "KEY") && i > start && !is_word(t->all.items[i - 1], "PRIMARY") &&
            !is_word(t->all.items[i - 1], "UNIQUE"))
            push_column_key(t, column, STEP_MAKES_INDEX, steps);
    }
}

/* "VARCHAR(50)" of character varying ( 50 ) NOT NULL, as far as it is one of the usual ones. */
static struct str type_in(const struct tokens *t, size_t at)
{
    static const char *const two[][3] = {{"character", "varying", "varchar"},
                                         {"double", "precision", "float8"},
                                         {"char", "varying", "varchar"}};
    struct str word = at < t->all.count && t->all.items[at].kind == 'w'
                          ? str_lower(t->arena, t->all.items[at].text)
                          : STR_NONE;
    struct strs parts = {0};

    for (size_t i = 0; i < COUNT_OF(two) && at + 1 < t->all.count; i++)
        if (str_eq(word, str_from(two[i][0])) && is_word(t->all.items[at + 1], two[i][1])) {
            word = str_from(two[i][2]);
            at++;
            break;
        }
    size_t open = at + 1, end = open < t->all.count && t->all.items[open].kind == '('
                                    ? brackets_end(t, open)
                                    : open;
    for (size_t i = open + 1; i + 1 < end; i++)
        VEC_PUSH(t->arena, &parts, t->all.items[i].text);
    if (end < t->all.count &&
        (t->all.items[end].kind == '[' || t->all.items[end].kind == '.' || word.length == 0))
        return STR_NONE; /* an array, a type of another schema */
    return parts.count ? str_printf(t->arena, STR_FMT "(" STR_FMT ")", STR_ARG(word),
                                    STR_ARG(str_join(t->arena, parts.items, parts.count, STR(""))))
                       : word;
}

/* --- Statements. --- */

/* name integer NOT NULL DEFAULT 0: what the column is made as. Whether a key's may be NULL is not known. */
static void column_step(struct tokens *t, struct str table, struct steps *steps)
{
    static const char *const keys[] = {"PRIMARY", "IDENTITY", "GENERATED", "AUTO_INCREMENT", NULL};
    struct step step = {.kind = STEP_ADD_COLUMN, .table = table, .column = take_name(t)};
    size_t start = t->at;
    bool key = str_contains(str_lower(t->arena, peek(t).text), STR("serial"));

    step.sql_type = peek(t).text;
    step.made_type = type_in(t, t->at);
    step.keys_told = true;
    step.nullable = true;
    skip_item(t);
    for (size_t i = start; i < t->at; i++) {
        struct token token = t->all.items[i];
        if (token.kind != 'w')
            continue;
        key = key || str_is_one_of_nocase(token.text, keys);
        if (str_eq_nocase(token.text, STR("NOT")) && i + 1 < t->at)
            step.nullable = step.nullable && !str_eq_nocase(t->all.items[i + 1].text, STR("NULL"));
        step.default_value = step.default_value || str_eq_nocase(token.text, STR("DEFAULT"));
    }
    step.null_known = !key;
    VEC_PUSH(t->arena, steps, step);
    column_keys(t, &step, start, steps);
}

static struct token ahead(const struct tokens *t, size_t by)
{
    return token_at(t, t->at + by);
}

/* ON DELETE SET NULL in what is left of this action. */
static struct str rule_of(const struct tokens *t, size_t at, const char *event)
{
    size_t depth = 0;

    for (; ahead(t, at).kind != ';' && (depth || ahead(t, at).kind != ','); at++) {
        struct token first = ahead(t, at + 2), second = ahead(t, at + 3);
        depth += ahead(t, at).kind == '(';
        depth -= depth && ahead(t, at).kind == ')';
        if (!str_eq_nocase(ahead(t, at).text, STR("ON")) ||
            !str_eq_nocase(ahead(t, at + 1).text, str_from(event)) || first.kind != 'w')
            continue;
        return str_eq_nocase(first.text, STR("SET")) || str_eq_nocase(first.text, STR("NO"))
                   ? str_upper(t->arena, str_printf(t->arena, STR_FMT " " STR_FMT,
                                                    STR_ARG(first.text), STR_ARG(second.text)))
                   : str_upper(t->arena, first.text);
    }
    return STR("NO ACTION");
}

static enum step_key key_of(struct token first)
{
    static const char *const kinds[] = {[STEP_KEY_FOREIGN] = "FOREIGN",
                                        [STEP_KEY_UNIQUE] = "UNIQUE",
                                        [STEP_KEY_PRIMARY] = "PRIMARY"};

    for (size_t i = STEP_KEY_FOREIGN; first.kind == 'w' && i < COUNT_OF(kinds); i++)
        if (str_eq_nocase(first.text, str_from(kinds[i])))
            return (enum step_key)i;
    return STEP_KEY_ANY;
}

static bool is_primary(struct token token)
{
    return token.kind == 'w' && str_eq_nocase(token.text, STR("PRIMARY"));
}

/* CONSTRAINT name PRIMARY KEY (a, b): what it names may not be NULL, whatever it was made as. */
static void table_constraint(struct tokens *t, struct str table, struct steps *steps, size_t first)
{
    bool primary = is_primary(peek(t)) || is_primary(ahead(t, 2));
    struct step key = {.kind = STEP_KEY, .table = table};
    size_t start = t->at, last = steps->count;

    if (read_key(t, t->at, &key))
        VEC_PUSH(t->arena, steps, key);
    skip_item(t);
    for (size_t i = start; i < t->at && primary; i++)
        for (size_t j = first; j < last; j++)
            if (str_eq_nocase(t->all.items[i].text, steps->items[j].column))
                steps->items[j].null_known = false;
}

/* Words in small letters, strings in their quotes, one blank between two. */
static struct str tokens_text(const struct tokens *t, size_t from, size_t to)
{
    struct strs words = {0};

    for (size_t i = from; i < to; i++) {
        struct token token = t->all.items[i];
        VEC_PUSH(t->arena, &words,
                 token.kind == 's' ? str_printf(t->arena, "'" STR_FMT "'", STR_ARG(token.text))
                                   : str_lower(t->arena, token.text));
    }
    return str_join(t->arena, words.items, words.count, STR(" "));
}

/* CHECK (…) of a column or of the table: what stands behind the word. Nothing is taken. */
static void note_check(const struct tokens *t, struct strs *checks)
{
    struct tokens rest = *t;

    skip_item(&rest);
    for (size_t i = t->at; i < rest.at; i++)
        if (t->all.items[i].kind == 'w' && str_eq_nocase(t->all.items[i].text, STR("CHECK"))) {
            VEC_PUSH(t->arena, checks, tokens_text(t, i + 1, rest.at));
            return;
        }
}

/* MySQL's KEY name (a) among the columns. Nothing is taken. */
static bool own_key(struct tokens *t, struct str table, struct steps *steps)
{
    struct step key = {.kind = STEP_KEY, .table = table};

    if (!read_key(t, t->at, &key) || key.makes != STEP_MAKES_INDEX)
        return false;
    VEC_PUSH(t->arena, steps, key);
    return true;
}

/* --- CREATE TABLE … AS SELECT …, (LIKE …). --- */

/* What an item of a SELECT is called: a, b.a, lower(a) AS a; empty: PostgreSQL makes up a name, or it is `*`. */
static struct str item_name(const struct tokens *t, size_t from, size_t to)
{
    struct token last = token_at(t, to - 1), before = token_at(t, to > from + 1 ? to - 2 : to);

    if (to <= from || (last.kind != 'w' && last.kind != 'q'))
        return STR_NONE;
    bool whole = to == from + 1 || (to == from + 3 && before.kind == '.');
    bool alias = to > from + 1 && (before.kind == 'w' || before.kind == 'q' || before.kind == ')' ||
                                   before.kind == 's');
    return whole || (alias && !is_word(last, "END")) ? name_in(t, last) : STR_NONE;
}

/* Behind the word SELECT: a step for each column, or the one table of which it has all; false: some cannot be told. */
static bool selected(struct tokens *t, struct str table, struct step *made, struct steps *steps)
{
    bool star = false;

    do {
        size_t from = t->at += peek(t).kind == ',', depth = 0;
        for (; peek(t).kind != ';'; t->at++) {
            if (depth == 0 && (peek(t).kind == ',' || is_word(peek(t), "FROM")))
                break;
            depth += peek(t).kind == '(';
            depth -= depth && peek(t).kind == ')';
        }
        struct str name = item_name(t, from, t->at);
        star = star || (!name.length && token_at(t, t->at - 1).kind == '*');
        if (!name.length && token_at(t, t->at - 1).kind != '*')
            return false;
        if (name.length)
            VEC_PUSH(t->arena, steps,
                     (struct step){.kind = STEP_ADD_COLUMN, .table = table, .column = name});
    } while (peek(t).kind == ',');
    if (!star)
        return true;
    if (!take(t, "FROM"))
        return false;
    made->like = take_name(t);
    for (size_t at = t->at; token_at(t, at).kind != ';'; at++)
        if (is_word(token_at(t, at), "JOIN") || token_at(t, at).kind == ',')
            return false;
    return made->like.length > 0;
}

/* Behind the table's name. */
static void table_of_others(struct tokens *t, size_t at, struct steps *steps)
{
    struct step made = steps->items[at];

    if (take(t, "LIKE")) {
        made.like = take_name(t);
        made.spread = true;
    } else if (take(t, "AS")) {
        t->at += peek(t).kind == '(';
        if (!take(t, "SELECT"))
            return;
        (void)take(t, "DISTINCT");
        made.spread = selected(t, made.table, &made, steps);
        made.keys_told = true; /* there are none */
    }
    steps->items[at] = made;
}

static void create_table(struct tokens *t, struct steps *steps)
{
    static const char *const constraints[] = {"CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN",
                                              "CHECK",      "EXCLUDE", "LIKE",   NULL};

    take_if_exists(t);
    struct str table = take_name(t);
    VEC_PUSH(t->arena, steps, (struct step){.kind = STEP_ADD_TABLE, .table = table});
    size_t first = steps->count;
    struct strs checks = {0};
    bool told = true;
    if (peek(t).kind != '(') {
        table_of_others(t, first - 1, steps);
        return;
    }
    do {
        t->at++;
        if (is_word(peek(t), "LIKE")) {
            struct tokens rest = *t;
            (void)take(&rest, "LIKE");
            steps->items[first - 1].like = take_name(&rest);
            steps->items[first - 1].spread = true;
        }
        told = told && !(peek(t).kind == 'w' && str_eq_nocase(peek(t).text, STR("LIKE")));
        note_check(t, &checks);
        if (peek(t).kind == 'w' && str_is_one_of_nocase(peek(t).text, constraints))
            table_constraint(t, table, steps, first);
        else if (!own_key(t, table, steps))
            column_step(t, table, steps);
        skip_item(t);
    } while (peek(t).kind == ',');
    steps->items[first - 1].checks = str_join(t->arena, checks.items, checks.count, STR("\n"));
    steps->items[first - 1].checks_told = told;
    steps->items[first - 1].keys_told = told;
    /* CREATE TABLE a (x, y) AS SELECT …: those names. */
    if (is_word(ahead(t, 1), "AS") || is_word(ahead(t, 1), "SELECT"))
        steps->items[first - 1].spread = true;
}

/* UNIQUE USING INDEX name: where this text makes that index over one column, CREATE UNIQUE INDEX name ON a (b), of that; nothing is taken. */
static bool key_by_index(struct tokens *t, size_t at, struct step step, struct steps *steps)
{
    struct token index = ahead(t, at + 2), column = {0};
    size_t open;

    if (!str_eq_nocase(ahead(t, at).text, STR("USING")) ||
        !str_eq_nocase(ahead(t, at + 1).text, STR("INDEX")))
        return false;
    for (size_t i = 0; i + 1 < t->at; i++) {
        if (!str_eq_nocase(t->all.items[i].text, index.text) ||
            !str_eq_nocase(t->all.items[i + 1].text, STR("ON")))
            continue;
        for (open = i + 1;
             open < t->at && t->all.items[open].kind != '(' && t->all.items[open].kind != ';';)
            open++;
        if (open + 2 < t->at && t->all.items[open + 2].kind == ')')
            column = t->all.items[open + 1];
    }
    step.column = column.kind == 'w' ? str_lower(t->arena, column.text) : column.text;
    if (step.column.length)
        VEC_PUSH(t->arena, steps, step);
    return true;
}

/* FOREIGN KEY (a), UNIQUE (a), PRIMARY KEY (a, b): what they are about is altered; UNIQUE (a, b) makes neither unique. Nothing is taken. */
static void key_columns(struct tokens *t, struct str table, struct steps *steps)
{
    struct step step = {
        .kind = STEP_ALTER_COLUMN, .table = table, .key = true, .which = key_of(peek(t))};
    size_t at = 1, before = steps->count;

    if (step.which && key_by_index(t, step.which == STEP_KEY_PRIMARY ? 2 : 1, step, steps))
        return;
    while (step.which && at < 4 && ahead(t, at).kind == 'w')
        at++;
    if (!step.which || ahead(t, at).kind != '(')
        return;
    if (step.which == STEP_KEY_FOREIGN) {
        step.deletes = rule_of(t, at, "DELETE");
        step.updates = rule_of(t, at, "UPDATE");
    }
    for (at++; ahead(t, at).kind == 'w' || ahead(t, at).kind == 'q' || ahead(t, at).kind == ',';
         at++) {
        step.column =
            ahead(t, at).kind == 'w' ? str_lower(t->arena, ahead(t, at).text) : ahead(t, at).text;
        if (ahead(t, at).kind != ',')
            VEC_PUSH(t->arena, steps, step);
    }
    if (step.which == STEP_KEY_UNIQUE && steps->count > before + 1)
        steps->count = before;
}

static void alter_column(struct tokens *t, struct str table, struct steps *steps)
{
    (void)take(t, "COLUMN");
    struct step step = {.kind = STEP_ALTER_COLUMN, .table = table, .column = take_name(t)};
    bool set = take(t, "SET");
    if (set || take(t, "DROP")) {
        step.null = step.null_known = take(t, "NOT");
        step.nullable = !set;
        step.default_value = take(t, "DEFAULT") || take(t, "GENERATED") || take(t, "IDENTITY") ||
                             take(t, "EXPRESSION");
        step.type = take(t, "DATA") && take(t, "TYPE");
    } else if (take(t, "ADD")) { /* GENERATED … AS IDENTITY */
        step.default_value = true;
    } else {
        step.type = take(t, "TYPE");
    }
    if (step.type) {
        step.sql_type = peek(t).text;
        step.made_type = type_in(t, t->at);
    }
    VEC_PUSH(t->arena, steps, step);
}

/* Up to the next action, words in small letters, strings in their quotes. Nothing is taken. */
static struct str definition(struct tokens *t)
{
    struct tokens rest = *t;

    skip_item(&rest);
    return tokens_text(t, t->at, rest.at);
}

/* MySQL: MODIFY COLUMN a int NOT NULL, CHANGE a b int NOT NULL. */
static void restate_column(struct tokens *t, struct str table, bool renames, struct steps *steps)
{
    (void)take(t, "COLUMN");
    take_if_exists(t);
    struct step step = {.kind = STEP_ALTER_COLUMN, .table = table, .column = take_name(t)};
    struct str was = step.column;
    if (renames)
        step.column = take_name(t);
    if (!str_eq_nocase(was, step.column)) {
        VEC_PUSH(t->arena, steps,
                 (struct step){.kind = STEP_DROP_COLUMN, .table = table, .column = was});
        VEC_PUSH(t->arena, steps,
                 (struct step){
                     .kind = STEP_ADD_COLUMN, .table = table, .column = step.column, .was = was});
    }
    step.type = true;
    step.sql_type = peek(t).text;
    step.restated = definition(t);
    VEC_PUSH(t->arena, steps, step);
}

/* ADD CHECK (…): the database names it. Nothing is taken. */
static bool add_check(struct tokens *t, struct str table, struct steps *steps)
{
    struct strs checks = {0};

    if (peek(t).kind != 'w' || !str_eq_nocase(peek(t).text, STR("CHECK")))
        return false;
    note_check(t, &checks);
    VEC_PUSH(t->arena, steps,
             (struct step){.kind = STEP_ADD_INDEX,
                           .table = table,
                           .checks = checks.count ? checks.items[0] : STR_NONE,
                           .checks_told = true});
    return true;
}

/* ADD CONSTRAINT name UNIQUE (a), ADD KEY name (a). Nothing is taken. */
static void add_key(struct tokens *t, struct str table, struct steps *steps)
{
    struct step key = {.kind = STEP_KEY, .table = table};

    if (read_key(t, t->at, &key))
        VEC_PUSH(t->arena, steps, key);
}

static void rename_table(struct tokens *t, struct str from, struct str to, struct steps *steps)
{
    VEC_PUSH(t->arena, steps, (struct step){.kind = STEP_DROP_TABLE, .table = from});
    VEC_PUSH(t->arena, steps, (struct step){.kind = STEP_ADD_TABLE, .table = to, .was = from});
}

static void alter_action(struct tokens *t, struct str table, struct steps *steps)
{
    if (take(t, "ADD")) {
        add_key(t, table, steps);
        if (take(t, "CONSTRAINT")) {
            VEC_PUSH(t->arena, steps,
                     (struct step){.kind = STEP_ADD_INDEX, .table = table, .name = take_name(t)});
            key_columns(t, table, steps);
            return;
        }
        size_t before = steps->count;
        key_columns(t, table, steps);
        if (steps->count > before || add_check(t, table, steps))
            return;
        (void)take(t, "COLUMN");
        take_if_exists(t);
        column_step(t, table, steps);
    } else if (take(t, "DROP")) {
        bool constraint = take(t, "CONSTRAINT");
        (void)take(t, "COLUMN");
        take_if_exists(t);
        struct str name = take_name(t);
        VEC_PUSH(t->arena, steps,
                 constraint
                     ? (struct step){.kind = STEP_DROP_INDEX, .table = table, .name = name}
                     : (struct step){.kind = STEP_DROP_COLUMN, .table = table, .column = name});
    } else if (take(t, "ALTER")) {
        alter_column(t, table, steps);
    } else if (take(t, "MODIFY")) {
        restate_column(t, table, false, steps);
    } else if (take(t, "CHANGE")) {
        restate_column(t, table, true, steps);
    } else if (take(t, "SET")) {
        struct str schema = take(t, "SCHEMA") ? take_name(t) : STR_NONE;
        size_t dot = str_find_byte(table, '.');
        struct str bare = dot == SIZE_MAX ? table : str_from_offset(table, dot + 1);
        if (schema.length)
            rename_table(t, table,
                         str_eq(schema, STR("public")) ? bare
                                                       : str_printf(t->arena, STR_FMT "." STR_FMT,
                                                                    STR_ARG(schema), STR_ARG(bare)),
                         steps);
    } else if (take(t, "RENAME")) {
        if (take(t, "TO")) {
            rename_table(t, table, take_name(t), steps);
            return;
        }
        (void)take(t, "COLUMN");
        struct str from = take_name(t);
        (void)take(t, "TO");
        VEC_PUSH(t->arena, steps,
                 (struct step){.kind = STEP_DROP_COLUMN, .table = table, .column = from});
        VEC_PUSH(t->arena, steps,
                 (struct step){
                     .kind = STEP_ADD_COLUMN, .table = table, .column = take_name(t), .was = from});
    }
}

/* MySQL's RENAME TABLE a TO b, c TO a */
static void rename_tables(struct tokens *t, struct steps *steps)
{
    do {
        t->at += peek(t).kind == ',';
        struct str from = take_name(t);
        if (!take(t, "TO"))
            return;
        rename_table(t, from, take_name(t), steps);
    } while (peek(t).kind == ',');
}

static void alter_table(struct tokens *t, struct steps *steps)
{
    take_if_exists(t);
    (void)take(t, "ONLY");
    struct str table = take_name(t);
    t->at--; /* the loop steps over a comma */
    do {
        t->at++;
        alter_action(t, table, steps);
        skip_item(t);
    } while (peek(t).kind == ',');
}

static void create_index(struct tokens *t, bool unique, struct steps *steps)
{
    (void)take(t, "CONCURRENTLY");
    take_if_exists(t);
    struct step step = {.kind = STEP_ADD_INDEX, .name = take_name(t)};
    if (take(t, "ON")) {
        (void)take(t, "ONLY");
        step.table = take_name(t);
    }
    VEC_PUSH(t->arena, steps, step);
    step.kind = STEP_KEY;
    step.makes = unique ? STEP_MAKES_UNIQUE : STEP_MAKES_INDEX;
    read_parts(t, t->at + (is_word(peek(t), "USING") ? 2 : 0), &step);
    VEC_PUSH(t->arena, steps, step);
}

static void create_type(struct tokens *t, struct steps *steps)
{
    struct str name = take_name(t);

    VEC_PUSH(t->arena, steps, (struct step){.kind = STEP_ADD_TYPE, .name = name});
    for (; t->at < t->all.count && peek(t).kind != ';'; t->at++)
        if (peek(t).kind == 's')
            VEC_PUSH(t->arena, steps,
                     (struct step){.kind = STEP_ADD_VALUE, .name = name, .value = peek(t).text});
}

/* "Role_new" becomes "Role": with the labels that it was made with. */
static void rename_type(struct tokens *t, struct str from, struct steps *steps)
{
    struct str to;

    if (take(t, "VALUE")) {
        struct str was = peek(t).text;
        t->at += peek(t).kind == 's';
        if (take(t, "TO") && peek(t).kind == 's')
            VEC_PUSH(t->arena, steps,
                     (struct step){
                         .kind = STEP_ADD_VALUE, .name = from, .value = peek(t).text, .was = was});
        return;
    }
    if (!take(t, "TO"))
        return;
    to = take_name(t);
    VEC_PUSH(t->arena, steps, (struct step){.kind = STEP_DROP_TYPE, .name = from});
    VEC_PUSH(t->arena, steps, (struct step){.kind = STEP_ADD_TYPE, .name = to});
    for (size_t i = 0, count = steps->count; i < count; i++) {
        struct step made = steps->items[i];
        if (made.kind != STEP_ADD_VALUE || !str_eq(made.name, from))
            continue;
        made.name = to;
        VEC_PUSH(t->arena, steps, made);
    }
}

static void alter_type(struct tokens *t, struct steps *steps)
{
    struct str name = take_name(t);

    if (take(t, "RENAME")) {
        rename_type(t, name, steps);
        return;
    }
    if (!take(t, "ADD") || !take(t, "VALUE")) {
        VEC_PUSH(t->arena, steps, (struct step){.kind = STEP_ALTER_TYPE, .name = name});
        return;
    }
    take_if_exists(t);
    if (peek(t).kind == 's')
        VEC_PUSH(t->arena, steps,
                 (struct step){.kind = STEP_ADD_VALUE, .name = name, .value = peek(t).text});
}

static void drop(struct tokens *t, struct steps *steps)
{
    enum step_kind kind = take(t, "TABLE")                       ? STEP_DROP_TABLE
                          : take(t, "INDEX")                     ? STEP_DROP_INDEX
                          : take(t, "TYPE") || take(t, "DOMAIN") ? STEP_DROP_TYPE
                                                                 : STEP_TABLE_NAME;

    if (kind == STEP_TABLE_NAME)
        return;
    (void)take(t, "CONCURRENTLY");
    take_if_exists(t);
    struct str name = take_name(t);
    VEC_PUSH(t->arena, steps,
             kind == STEP_DROP_TABLE ? (struct step){.kind = kind, .table = name}
                                     : (struct step){.kind = kind, .name = name});
}

static void statement(struct tokens *t, struct steps *steps);

/* DO $$ BEGIN IF NOT EXISTS (…) THEN ALTER TABLE …; END IF; END $$: what stands written in it, on whatever condition. EXECUTE '…' of one text. */
static void block(struct tokens *t, struct steps *steps)
{
    static const char *const begins[] = {"BEGIN", "THEN", "ELSE", "LOOP", NULL};
    struct tokens inner = {.arena = t->arena};
    bool begun = false;

    while (peek(t).kind == 'w') /* LANGUAGE plpgsql */
        t->at++;
    if (peek(t).kind == '$')
        tokenize(&inner, peek(t).text);
    for (; inner.at < inner.all.count; inner.at++) {
        struct token token = peek(&inner);
        if (begun && str_eq_nocase(token.text, STR("EXECUTE")) && ahead(&inner, 1).kind == 's' &&
            ahead(&inner, 2).kind == ';')
            steps_of_sql(t->arena, ahead(&inner, 1).text, steps);
        else if (begun)
            statement(&inner, steps);
        token = peek(&inner);
        begun =
            token.kind == ';' || (token.kind == 'w' && str_is_one_of_nocase(token.text, begins));
    }
}

static void statement(struct tokens *t, struct steps *steps)
{
    if (take(t, "CREATE")) {
        bool unique = take(t, "UNIQUE");
        if (take(t, "INDEX"))
            create_index(t, unique, steps);
        else if (!unique && (take(t, "TYPE") || take(t, "DOMAIN")))
            create_type(t, steps);
        else if (!unique && (take(t, "TABLE") || (take(t, "UNLOGGED") && take(t, "TABLE"))))
            create_table(t, steps);
    } else if (take(t, "ALTER")) {
        if (take(t, "TABLE"))
            alter_table(t, steps);
        else if (take(t, "TYPE"))
            alter_type(t, steps);
        else if (take(t, "DOMAIN"))
            VEC_PUSH(t->arena, steps, (struct step){.kind = STEP_ALTER_TYPE, .name = take_name(t)});
    } else if (take(t, "RENAME")) {
        if (take(t, "TABLE"))
            rename_tables(t, steps);
    } else if (take(t, "DROP")) {
        drop(t, steps);
    } else if (take(t, "DO")) {
        block(t, steps);
    }
}

void steps_of_sql(struct arena *arena, struct str text, struct steps *steps)
{
    struct tokens t = {.arena = arena};

    tokenize(&t, text);
    while (t.at < t.all.count) {
        statement(&t, steps);
        while (t.at < t.all.count && peek(&t).kind != ';')
            t.at++;
        t.at++;
    }
}

void steps_of_gapped_sql(struct arena *arena, struct str text, struct str source,
                         struct steps *steps)
{
    struct steps found = {0};

    steps_of_sql(arena, text, &found);
    for (size_t i = 0; i < found.count; i++) {
        struct step step = found.items[i];
        if (str_contains(step.table, STEPS_GAP))
            step.table = STR_NONE;
        if (str_contains(step.column, STEPS_GAP))
            step.column = STR_NONE;
        for (size_t j = 0; j < step.parts.count; j++)
            step.parts_told = step.parts_told && !str_contains(step.parts.items[j], STEPS_GAP);
        bool column = step.kind == STEP_ADD_COLUMN || step.kind == STEP_DROP_COLUMN ||
                      step.kind == STEP_ALTER_COLUMN;
        if (column && (!step.table.length || !step.column.length))
            step.computed = source;
        VEC_PUSH(arena, steps, step);
    }
}
