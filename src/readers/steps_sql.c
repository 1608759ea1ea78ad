/* steps_sql.c -- what the statements of SQL do. */
#include "readers/steps_sql.h"

/* Blocks that stand in each other; nobody writes more, and the deeper ones are left out. */
#define BLOCKS_MAX 16u

/* "role" of "public"."role". */
static struct str type_word(const struct tokens *t)
{
    size_t at = t->at;

    while (tokens_at(t, at + 1).kind == '.')
        at += 2;
    return tokens_at(t, at).text;
}

/* GENERATED ALWAYS AS (…), for MySQL AS (…); an identity says AS IDENTITY. The definition goes from `start` to where `t` stands. */
static enum step_generated generated_from(const struct tokens *t, size_t start)
{
    enum step_generated generated = STEP_GENERATED_NO;

    for (size_t i = start; i < t->at; i++) {
        if (str_eq(t->all.items[i].text, STEPS_GAP))
            return STEP_GENERATED_UNKNOWN;
        if (token_is(t->all.items[i], "AS") && tokens_at(t, i + 1).kind == '(')
            generated = STEP_GENERATED_YES;
    }
    return generated;
}

/* name integer NOT NULL DEFAULT 0: what the column is made as. Whether a key's may be NULL is not known. */
static void column_step(struct tokens *t, struct str table, struct steps *steps)
{
    static const char *const keys[] = {"PRIMARY", "IDENTITY", "GENERATED", "AUTO_INCREMENT", NULL};
    struct step step = {.kind = STEP_ADD_COLUMN, .table = table, .column = tokens_name(t)};
    size_t start = t->at;
    bool key = str_contains(str_lower(t->arena, tokens_peek(t).text), STR("serial"));

    step.sql_type = type_word(t);
    step.made_type = sql_type_written(t, t->at);
    step.keys_told = true;
    step.nullable = true;
    tokens_skip_item(t);
    for (size_t i = start; i < t->at; i++) {
        struct token token = t->all.items[i];
        if (token.kind != 'w')
            continue;
        key = key || str_is_one_of_nocase(token.text, keys);
        if (str_eq_nocase(token.text, STR("NOT")) && i + 1 < t->at)
            step.nullable = step.nullable && !str_eq_nocase(t->all.items[i + 1].text, STR("NULL"));
        step.default_value = step.default_value || str_eq_nocase(token.text, STR("DEFAULT"));
    }
    step.generated = generated_from(t, start);
    step.null_known = !key;
    VEC_PUSH(t->arena, steps, step);
    sql_column_keys(t, &step, start, steps);
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
    bool primary = is_primary(tokens_peek(t)) || is_primary(tokens_ahead(t, 2));
    struct step key = {.kind = STEP_KEY, .table = table};
    size_t start = t->at, last = steps->count;

    if (sql_key(t, t->at, &key))
        VEC_PUSH(t->arena, steps, key);
    tokens_skip_item(t);
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

    tokens_skip_item(&rest);
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

    if (!sql_key(t, t->at, &key) || key.makes != STEP_MAKES_INDEX)
        return false;
    VEC_PUSH(t->arena, steps, key);
    return true;
}

static void create_table(struct tokens *t, struct steps *steps)
{
    static const char *const constraints[] = {"CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN",
                                              "CHECK",      "EXCLUDE", "LIKE",   NULL};

    tokens_if_exists(t);
    struct str table = tokens_name(t);
    VEC_PUSH(t->arena, steps, (struct step){.kind = STEP_ADD_TABLE, .table = table});
    size_t first = steps->count;
    struct strs checks = {0};
    bool told = true;
    if (tokens_peek(t).kind != '(') {
        sql_table_of_others(t, first - 1, steps);
        return;
    }
    do {
        t->at++;
        if (token_is(tokens_peek(t), "LIKE")) {
            struct tokens rest = *t;
            (void)tokens_take(&rest, "LIKE");
            steps->items[first - 1].like = tokens_name(&rest);
            steps->items[first - 1].spread = true;
        }
        told = told &&
               !(tokens_peek(t).kind == 'w' && str_eq_nocase(tokens_peek(t).text, STR("LIKE")));
        note_check(t, &checks);
        if (tokens_peek(t).kind == 'w' && str_is_one_of_nocase(tokens_peek(t).text, constraints))
            table_constraint(t, table, steps, first);
        else if (!own_key(t, table, steps))
            column_step(t, table, steps);
        tokens_skip_item(t);
    } while (tokens_peek(t).kind == ',');
    steps->items[first - 1].checks = str_join(t->arena, checks.items, checks.count, STR("\n"));
    steps->items[first - 1].checks_told = told;
    steps->items[first - 1].keys_told = told;
    /* CREATE TABLE a (x, y) AS SELECT …: those names. */
    if (token_is(tokens_ahead(t, 1), "AS") || token_is(tokens_ahead(t, 1), "SELECT"))
        steps->items[first - 1].spread = true;
}

/* UNIQUE USING INDEX name: where this text makes that index over one column, CREATE UNIQUE INDEX name ON a (b), of that; nothing is taken. */
static bool key_by_index(struct tokens *t, size_t at, struct step step, struct steps *steps)
{
    struct token index = tokens_ahead(t, at + 2), column = {0};
    size_t open;

    if (!str_eq_nocase(tokens_ahead(t, at).text, STR("USING")) ||
        !str_eq_nocase(tokens_ahead(t, at + 1).text, STR("INDEX")))
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
        .kind = STEP_ALTER_COLUMN, .table = table, .key = true, .which = key_of(tokens_peek(t))};
    size_t at = 1, before = steps->count;

    if (step.which && key_by_index(t, step.which == STEP_KEY_PRIMARY ? 2 : 1, step, steps))
        return;
    while (step.which && at < 4 && tokens_ahead(t, at).kind == 'w')
        at++;
    if (!step.which || tokens_ahead(t, at).kind != '(')
        return;
    if (step.which == STEP_KEY_FOREIGN) {
        step.target = sql_target(t, t->at + at);
        step.deletes = sql_rule(t, t->at + at, "DELETE");
        step.updates = sql_rule(t, t->at + at, "UPDATE");
    }
    for (at++; tokens_ahead(t, at).kind == 'w' || tokens_ahead(t, at).kind == 'q' ||
               tokens_ahead(t, at).kind == ',';
         at++) {
        step.column = tokens_ahead(t, at).kind == 'w'
                          ? str_lower(t->arena, tokens_ahead(t, at).text)
                          : tokens_ahead(t, at).text;
        if (tokens_ahead(t, at).kind != ',')
            VEC_PUSH(t->arena, steps, step);
    }
    if (step.which == STEP_KEY_UNIQUE && steps->count > before + 1)
        steps->count = before;
}

static void alter_column(struct tokens *t, struct str table, struct steps *steps)
{
    (void)tokens_take(t, "COLUMN");
    struct step step = {.kind = STEP_ALTER_COLUMN, .table = table, .column = tokens_name(t)};
    bool set = tokens_take(t, "SET");
    if (set || tokens_take(t, "DROP")) {
        step.null = step.null_known = tokens_take(t, "NOT");
        step.nullable = !set;
        step.default_value = tokens_take(t, "DEFAULT") || tokens_take(t, "GENERATED") ||
                             tokens_take(t, "IDENTITY") || tokens_take(t, "EXPRESSION");
        step.type = tokens_take(t, "DATA") && tokens_take(t, "TYPE");
    } else if (tokens_take(t, "ADD")) { /* GENERATED … AS IDENTITY */
        step.default_value = true;
    } else {
        step.type = tokens_take(t, "TYPE");
    }
    if (step.type) {
        step.sql_type = type_word(t);
        step.made_type = sql_type_written(t, t->at);
    }
    VEC_PUSH(t->arena, steps, step);
}

/* Up to the next action, words in small letters, strings in their quotes. Nothing is taken. */
static struct str definition(struct tokens *t)
{
    struct tokens rest = *t;

    tokens_skip_item(&rest);
    return tokens_text(t, t->at, rest.at);
}

/* MySQL: MODIFY COLUMN a int NOT NULL, CHANGE a b int NOT NULL. */
static void restate_column(struct tokens *t, struct str table, bool renames, struct steps *steps)
{
    (void)tokens_take(t, "COLUMN");
    tokens_if_exists(t);
    struct step step = {.kind = STEP_ALTER_COLUMN, .table = table, .column = tokens_name(t)};
    struct str was = step.column;
    if (renames)
        step.column = tokens_name(t);
    if (!str_eq_nocase(was, step.column)) {
        VEC_PUSH(t->arena, steps,
                 (struct step){.kind = STEP_DROP_COLUMN, .table = table, .column = was});
        VEC_PUSH(t->arena, steps,
                 (struct step){
                     .kind = STEP_ADD_COLUMN, .table = table, .column = step.column, .was = was});
    }
    step.type = true;
    step.sql_type = type_word(t);
    step.restated = definition(t);
    VEC_PUSH(t->arena, steps, step);
}

/* ADD CHECK (…): the database names it. Nothing is taken. */
static bool add_check(struct tokens *t, struct str table, struct steps *steps)
{
    struct strs checks = {0};

    if (tokens_peek(t).kind != 'w' || !str_eq_nocase(tokens_peek(t).text, STR("CHECK")))
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

    if (sql_key(t, t->at, &key))
        VEC_PUSH(t->arena, steps, key);
}

static void rename_table(struct tokens *t, struct str from, struct str to, struct steps *steps)
{
    VEC_PUSH(t->arena, steps, (struct step){.kind = STEP_DROP_TABLE, .table = from});
    VEC_PUSH(t->arena, steps, (struct step){.kind = STEP_ADD_TABLE, .table = to, .was = from});
}

/* ADD COLUMN age int CHECK (age > 0). Nothing is taken. */
static void column_check(const struct tokens *t, struct str table, struct steps *steps)
{
    struct strs checks = {0};

    note_check(t, &checks);
    if (checks.count)
        VEC_PUSH(t->arena, steps,
                 (struct step){.kind = STEP_ADD_INDEX,
                               .table = table,
                               .checks = checks.items[0],
                               .checks_told = true});
}

/* name text; MySQL's (name text, age int) */
static void add_columns(struct tokens *t, struct str table, struct steps *steps)
{
    if (tokens_peek(t).kind != '(') {
        column_check(t, table, steps);
        column_step(t, table, steps);
        return;
    }
    do {
        t->at++;
        column_check(t, table, steps);
        column_step(t, table, steps);
    } while (tokens_peek(t).kind == ',');
    t->at += tokens_peek(t).kind == ')';
}

static void alter_action(struct tokens *t, struct str table, struct steps *steps)
{
    if (tokens_take(t, "ADD")) {
        add_key(t, table, steps);
        if (tokens_take(t, "CONSTRAINT")) {
            VEC_PUSH(t->arena, steps,
                     (struct step){.kind = STEP_ADD_INDEX, .table = table, .name = tokens_name(t)});
            key_columns(t, table, steps);
            return;
        }
        size_t before = steps->count;
        key_columns(t, table, steps);
        if (steps->count > before || add_check(t, table, steps))
            return;
        (void)tokens_take(t, "COLUMN");
        tokens_if_exists(t);
        add_columns(t, table, steps);
    } else if (tokens_take(t, "DROP")) {
        bool constraint = tokens_take(t, "CONSTRAINT");
        (void)tokens_take(t, "COLUMN");
        tokens_if_exists(t);
        struct str name = tokens_name(t);
        VEC_PUSH(t->arena, steps,
                 constraint
                     ? (struct step){.kind = STEP_DROP_INDEX, .table = table, .name = name}
                     : (struct step){.kind = STEP_DROP_COLUMN, .table = table, .column = name});
    } else if (tokens_take(t, "ALTER")) {
        alter_column(t, table, steps);
    } else if (tokens_take(t, "MODIFY")) {
        restate_column(t, table, false, steps);
    } else if (tokens_take(t, "CHANGE")) {
        restate_column(t, table, true, steps);
    } else if (tokens_take(t, "SET")) {
        struct str schema = tokens_take(t, "SCHEMA") ? tokens_name(t) : STR_NONE;
        if (schema.length)
            rename_table(t, table, sql_in_schema(t, schema, table), steps);
    } else if (tokens_take(t, "RENAME")) {
        if (tokens_take(t, "TO")) {
            rename_table(t, table, tokens_name(t), steps);
            return;
        }
        (void)tokens_take(t, "COLUMN");
        struct str from = tokens_name(t);
        (void)tokens_take(t, "TO");
        VEC_PUSH(t->arena, steps,
                 (struct step){.kind = STEP_DROP_COLUMN, .table = table, .column = from});
        VEC_PUSH(
            t->arena, steps,
            (struct step){
                .kind = STEP_ADD_COLUMN, .table = table, .column = tokens_name(t), .was = from});
    }
}

/* MySQL's RENAME TABLE a TO b, c TO a */
static void rename_tables(struct tokens *t, struct steps *steps)
{
    do {
        t->at += tokens_peek(t).kind == ',';
        struct str from = tokens_name(t);
        if (!tokens_take(t, "TO"))
            return;
        rename_table(t, from, tokens_name(t), steps);
    } while (tokens_peek(t).kind == ',');
}

static void alter_table(struct tokens *t, struct steps *steps)
{
    tokens_if_exists(t);
    (void)tokens_take(t, "ONLY");
    struct str table = tokens_name(t);
    t->at--; /* the loop steps over a comma */
    do {
        t->at++;
        alter_action(t, table, steps);
        tokens_skip_item(t);
    } while (tokens_peek(t).kind == ',');
}

static void create_index(struct tokens *t, bool unique, struct steps *steps)
{
    (void)tokens_take(t, "CONCURRENTLY");
    tokens_if_exists(t);
    struct step step = {.kind = STEP_ADD_INDEX};
    if (!token_is(tokens_peek(t), "ON")) /* without a name the database makes one up */
        step.name = tokens_name(t);
    if (tokens_take(t, "ON")) {
        (void)tokens_take(t, "ONLY");
        step.table = tokens_name(t);
    }
    VEC_PUSH(t->arena, steps, step);
    step.kind = STEP_KEY;
    step.makes = unique ? STEP_MAKES_UNIQUE : STEP_MAKES_INDEX;
    sql_key_parts(t, t->at + (token_is(tokens_peek(t), "USING") ? 2 : 0), &step);
    struct tokens rest = *t;
    while (!token_is(tokens_peek(&rest), "WHERE") && tokens_peek(&rest).kind &&
           tokens_peek(&rest).kind != ';')
        rest.at++;
    step.partial = token_is(tokens_peek(&rest), "WHERE") ? STEP_PARTIAL_YES : STEP_PARTIAL_NO;
    VEC_PUSH(t->arena, steps, step);
}

static void drop(struct tokens *t, struct steps *steps)
{
    enum step_kind kind = tokens_take(t, "TABLE")                              ? STEP_DROP_TABLE
                          : tokens_take(t, "INDEX")                            ? STEP_DROP_INDEX
                          : tokens_take(t, "TYPE") || tokens_take(t, "DOMAIN") ? STEP_DROP_TYPE
                                                                               : STEP_TABLE_NAME;

    if (kind == STEP_TABLE_NAME)
        return;
    (void)tokens_take(t, "CONCURRENTLY");
    tokens_if_exists(t);
    do {
        t->at += tokens_peek(t).kind == ',';
        struct str name = tokens_name(t);
        VEC_PUSH(t->arena, steps,
                 kind == STEP_DROP_TABLE ? (struct step){.kind = kind, .table = name}
                                         : (struct step){.kind = kind, .name = name});
    } while (tokens_peek(t).kind == ',');
}

static void statement(struct tokens *t, struct steps *steps);
static void text_steps(struct tokens *t, struct str text, struct steps *steps);

/* DO $$ BEGIN IF NOT EXISTS (…) THEN ALTER TABLE …; END IF; END $$: what stands written in it, on whatever condition. EXECUTE '…' of one text. */
static void block(struct tokens *t, struct steps *steps)
{
    static const char *const begins[] = {"BEGIN", "THEN", "ELSE", "LOOP", NULL};
    struct tokens inner = {.arena = t->arena, .blocks = t->blocks + 1};
    bool begun = false;

    while (tokens_peek(t).kind == 'w') /* LANGUAGE plpgsql */
        t->at++;
    if (tokens_peek(t).kind == '$' && inner.blocks <= BLOCKS_MAX)
        tokens_split(&inner, tokens_peek(t).text);
    for (; inner.at < inner.all.count; inner.at++) {
        struct token token = tokens_peek(&inner);
        if (begun && str_eq_nocase(token.text, STR("EXECUTE")) &&
            tokens_ahead(&inner, 1).kind == 's' && tokens_ahead(&inner, 2).kind == ';')
            text_steps(&(struct tokens){.arena = t->arena, .blocks = inner.blocks},
                       tokens_ahead(&inner, 1).text, steps);
        else if (begun)
            statement(&inner, steps);
        token = tokens_peek(&inner);
        begun =
            token.kind == ';' || (token.kind == 'w' && str_is_one_of_nocase(token.text, begins));
    }
}

/* ALTER SCHEMA billing RENAME TO finance */
static void rename_schema(struct tokens *t, struct steps *steps)
{
    struct step step = {.kind = STEP_RENAME_SCHEMA, .was = tokens_name(t)};

    if (!tokens_take(t, "RENAME") || !tokens_take(t, "TO"))
        return;
    step.name = tokens_name(t);
    VEC_PUSH(t->arena, steps, step);
}

static void statement(struct tokens *t, struct steps *steps)
{
    if (tokens_take(t, "CREATE")) {
        bool unique = tokens_take(t, "UNIQUE");
        if (tokens_take(t, "INDEX"))
            create_index(t, unique, steps);
        else if (!unique && (tokens_take(t, "TYPE") || tokens_take(t, "DOMAIN")))
            sql_create_type(t, steps);
        else if (!unique && (tokens_take(t, "TABLE") ||
                             (tokens_take(t, "UNLOGGED") && tokens_take(t, "TABLE"))))
            create_table(t, steps);
    } else if (tokens_take(t, "ALTER")) {
        if (tokens_take(t, "TABLE"))
            alter_table(t, steps);
        else if (tokens_take(t, "INDEX"))
            sql_alter_index(t, steps);
        else if (tokens_take(t, "TYPE"))
            sql_alter_type(t, steps);
        else if (tokens_take(t, "DOMAIN"))
            VEC_PUSH(t->arena, steps,
                     (struct step){.kind = STEP_ALTER_TYPE, .name = tokens_name(t)});
        else if (tokens_take(t, "SCHEMA"))
            rename_schema(t, steps);
    } else if (tokens_take(t, "RENAME")) {
        if (tokens_take(t, "TABLE"))
            rename_tables(t, steps);
    } else if (tokens_take(t, "DROP")) {
        drop(t, steps);
    } else if (tokens_take(t, "DO")) {
        block(t, steps);
    }
}

static void text_steps(struct tokens *t, struct str text, struct steps *steps)
{
    tokens_split(t, text);
    while (t->at < t->all.count) {
        statement(t, steps);
        while (t->at < t->all.count && tokens_peek(t).kind != ';')
            t->at++;
        t->at++;
    }
}

void steps_of_sql(struct arena *arena, struct str text, struct steps *steps)
{
    struct tokens t = {.arena = arena};

    text_steps(&t, text, steps);
}

/* Its name, its rules or its condition may be what is computed. */
static void forget_details(struct step *key)
{
    if (str_contains(key->name, STEPS_GAP))
        key->name = STR_NONE;
    key->deletes = key->updates = STR_NONE;
    key->partial = STEP_PARTIAL_UNKNOWN;
}

void steps_of_gapped_sql(struct arena *arena, struct str text, struct str source,
                         struct steps *steps)
{
    struct steps found = {0};
    bool gapped = str_contains(text, STEPS_GAP);

    steps_of_sql(arena, text, &found);
    for (size_t i = 0; i < found.count; i++) {
        struct step step = found.items[i];
        if (gapped && step.kind == STEP_KEY)
            forget_details(&step);
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
