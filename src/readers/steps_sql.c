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

static struct token peek(const struct tokens *t)
{
    return t->at < t->all.count ? t->all.items[t->at] : (struct token){STR_NONE, ';'};
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

/* --- Statements. --- */

/* name integer NOT NULL DEFAULT 0: what the column is made as. Whether a key's may be NULL is not known. */
static struct step column_step(struct tokens *t, struct str table)
{
    static const char *const keys[] = {"PRIMARY", "IDENTITY", "GENERATED", "AUTO_INCREMENT", NULL};
    struct step step = {.kind = STEP_ADD_COLUMN, .table = table, .column = take_name(t)};
    size_t start = t->at;
    bool key = str_contains(str_lower(t->arena, peek(t).text), STR("serial"));

    step.sql_type = peek(t).text;
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
    return step;
}

static struct token ahead(const struct tokens *t, size_t by)
{
    return t->at + by < t->all.count ? t->all.items[t->at + by] : (struct token){STR_NONE, ';'};
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
static void table_constraint(struct tokens *t, struct steps *steps, size_t first)
{
    bool primary = is_primary(peek(t)) || is_primary(ahead(t, 2));
    size_t start = t->at;

    skip_item(t);
    for (size_t i = start; i < t->at && primary; i++)
        for (size_t j = first; j < steps->count; j++)
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
    if (peek(t).kind != '(')
        return;
    do {
        t->at++;
        told = told && !(peek(t).kind == 'w' && str_eq_nocase(peek(t).text, STR("LIKE")));
        note_check(t, &checks);
        if (peek(t).kind == 'w' && str_is_one_of_nocase(peek(t).text, constraints))
            table_constraint(t, steps, first);
        else
            VEC_PUSH(t->arena, steps, column_step(t, table));
        skip_item(t);
    } while (peek(t).kind == ',');
    steps->items[first - 1].checks = str_join(t->arena, checks.items, checks.count, STR("\n"));
    steps->items[first - 1].checks_told = told;
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
    if (step.type)
        step.sql_type = peek(t).text;
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

static void rename_table(struct tokens *t, struct str from, struct str to, struct steps *steps)
{
    VEC_PUSH(t->arena, steps, (struct step){.kind = STEP_DROP_TABLE, .table = from});
    VEC_PUSH(t->arena, steps, (struct step){.kind = STEP_ADD_TABLE, .table = to, .was = from});
}

static void alter_action(struct tokens *t, struct str table, struct steps *steps)
{
    if (take(t, "ADD")) {
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
        VEC_PUSH(t->arena, steps, column_step(t, table));
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

static void create_index(struct tokens *t, struct steps *steps)
{
    (void)take(t, "CONCURRENTLY");
    take_if_exists(t);
    struct step step = {.kind = STEP_ADD_INDEX, .name = take_name(t)};
    if (take(t, "ON")) {
        (void)take(t, "ONLY");
        step.table = take_name(t);
    }
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
            create_index(t, steps);
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
        bool column = step.kind == STEP_ADD_COLUMN || step.kind == STEP_DROP_COLUMN ||
                      step.kind == STEP_ALTER_COLUMN;
        if (column && (!step.table.length || !step.column.length))
            step.computed = source;
        VEC_PUSH(arena, steps, step);
    }
}
