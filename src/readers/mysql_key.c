/* mysql_key.c -- keys and constraints of MySQL's CREATE TABLE and ALTER TABLE. */
#include "readers/mysql.h"

/* `email`(20) DESC, (lower(`name`)) */
static struct str part_of(struct mysql_cursor *c)
{
    struct arena *arena = c->r->arena;
    struct str text;

    if (mysql_is(c, "(")) {
        text = mysql_expression(arena, mysql_brackets(c));
        text = str_printf(arena, "(" STR_FMT ")", STR_ARG(text));
    } else {
        text = mysql_name(c);
        struct str length = mysql_brackets(c);
        if (length.length)
            text = str_printf(arena, STR_FMT "(" STR_FMT ")", STR_ARG(text),
                              STR_ARG(str_trim(length)));
    }
    if (mysql_word(c, "collate")) { /* SQLite's */
        struct str collation = mysql_take(c);
        text = str_printf(arena, STR_FMT " COLLATE " STR_FMT, STR_ARG(text), STR_ARG(collation));
    }
    if (mysql_word(c, "desc"))
        return str_printf(arena, STR_FMT " DESC", STR_ARG(text));
    (void)mysql_word(c, "asc");
    return text;
}

static struct strs parts_of(struct mysql_cursor *c)
{
    struct mysql_cursor inside = {.r = c->r, .text = mysql_brackets(c)};
    struct strs parts = {0};

    while (mysql_peek(&inside).length) {
        VEC_PUSH(c->r->arena, &parts, part_of(&inside));
        if (!mysql_word(&inside, ","))
            break;
    }
    return parts;
}

/* NO ACTION is what happens anyway, and RESTRICT does the same in InnoDB. */
static struct str action_of(struct mysql_cursor *c)
{
    if (mysql_word(c, "cascade"))
        return STR("CASCADE");
    if (mysql_word(c, "set"))
        return mysql_word(c, "null")      ? STR("SET NULL")
               : mysql_word(c, "default") ? STR("SET DEFAULT")
                                          : STR_NONE;
    if (mysql_word(c, "no"))
        (void)mysql_word(c, "action");
    else
        (void)mysql_word(c, "restrict");
    return STR_NONE;
}

struct str mysql_references(struct mysql_cursor *c, struct str table, struct str column)
{
    struct arena *arena = c->r->arena;
    struct str target = mysql_table_name(c), deleted = STR_NONE, updated = STR_NONE;
    struct strs keys = parts_of(c);

    for (;;) {
        if (mysql_word(c, "match")) {
            (void)mysql_take(c);
        } else if (mysql_word(c, "on")) {
            if (mysql_word(c, "delete"))
                deleted = action_of(c);
            else if (mysql_word(c, "update"))
                updated = action_of(c);
        } else {
            break;
        }
    }
    struct str actions =
        str_printf(arena, "%s" STR_FMT "%s" STR_FMT, deleted.length ? " ON DELETE " : "",
                   STR_ARG(deleted), updated.length ? " ON UPDATE " : "", STR_ARG(updated));
    struct str list = str_join(arena, keys.items, keys.count, STR(", "));
    if (!keys.count)
        VEC_PUSH(arena, &c->r->pending,
                 (struct sql_pending){
                     .table = table, .column = column, .target = target, .actions = actions});
    return str_printf(arena, STR_FMT " (" STR_FMT ")" STR_FMT, STR_ARG(target), STR_ARG(list),
                      STR_ARG(actions));
}

static void add_index(struct mysql_cursor *c, struct schema_table *table, struct schema_index index)
{
    index.place = c->r->place;
    VEC_PUSH(c->r->arena, &table->indexes, index);
}

/* "word" of "word(20)" */
static struct str column_of_part(struct str part)
{
    return str_prefix(part, str_find_byte(part, '('));
}

static void primary_key(const struct strs *parts, struct schema_table *table)
{
    for (size_t i = 0; i < parts->count; i++)
        for (size_t j = 0; j < table->columns.count; j++)
            if (str_eq_nocase(table->columns.items[j].name, column_of_part(parts->items[i]))) {
                table->columns.items[j].primary_key = true;
                table->columns.items[j].nullable = false;
            }
}

/* How an index is kept says nothing of what it holds. */
static void take_key_options(struct mysql_cursor *c)
{
    static const char *const with_value[] = {
        "using",      "comment",          "key_block_size",
        "clustering", "engine_attribute", "secondary_engine_attribute",
        NULL};
    static const char *const alone[] = {"visible",   "invisible",  "ignored",   "not",
                                        "enforced",  "deferrable", "initially", "deferred",
                                        "immediate", NULL};

    for (;;) {
        struct str word = mysql_peek(c);
        if (mysql_word(c, "with"))
            (void)mysql_word(c, "parser");
        else if (mysql_word(c, "on")) /* SQLite's ON CONFLICT REPLACE */
            (void)mysql_word(c, "conflict");
        else if (str_is_one_of_nocase(word, alone)) {
            (void)mysql_take(c);
            continue;
        } else if (str_is_one_of_nocase(word, with_value)) {
            (void)mysql_take(c);
            (void)mysql_word(c, "=");
        } else {
            return;
        }
        (void)mysql_take(c);
    }
}

/* What MySQL calls a constraint of one column, so that DROP FOREIGN KEY finds it. */
static void foreign_key(struct mysql_cursor *c, struct schema_table *table, struct str name)
{
    struct strs columns;

    if (!mysql_is(c, "(")) {
        struct str index = mysql_name(c);
        name = name.length ? name : index;
    }
    columns = parts_of(c);
    if (!mysql_word(c, "references"))
        return;
    struct str references =
        mysql_references(c, table->name, columns.count == 1 ? columns.items[0] : STR_NONE);
    struct schema_column *column =
        columns.count == 1 ? schema_column_named(table, columns.items[0]) : NULL;
    if (column) {
        column->references = references;
        VEC_PUSH(c->r->arena, &c->r->named,
                 (struct sql_named){
                     .kind = SQL_FOREIGN, .table = table->name, .name = name, .columns = columns});
    } else {
        add_index(c, table,
                  (struct schema_index){.kind = SCHEMA_FOREIGN_KEY,
                                        .name = name,
                                        .parts = columns,
                                        .references = references});
    }
}

static bool has_index(const struct schema_table *table, struct str name)
{
    for (size_t i = 0; i < table->indexes.count; i++)
        if (str_eq_nocase(table->indexes.items[i].name, name))
            return true;
    return false;
}

/* That of its first column, with a number from the second of them on. */
static struct str made_up_name(struct mysql_cursor *c, const struct schema_table *table,
                               struct str part)
{
    struct str column = column_of_part(part), name = column;

    for (unsigned i = 2; name.length && has_index(table, name); i++)
        name = str_printf(c->r->arena, STR_FMT "_%u", STR_ARG(column), i);
    return name;
}

/* KEY `name` USING BTREE (…) */
static void key(struct mysql_cursor *c, struct schema_table *table, struct schema_index index)
{
    if (mysql_word(c, "if")) { /* MariaDB's IF NOT EXISTS */
        (void)mysql_word(c, "not");
        (void)mysql_word(c, "exists");
    }
    if (!mysql_is(c, "(") && !mysql_is(c, "using"))
        index.name = mysql_name(c);
    if (mysql_word(c, "using")) {
        struct str method = mysql_take(c);
        if (str_eq_nocase(method, STR("hash")))
            index.method = STR("hash");
    }
    index.parts = parts_of(c);
    if (!index.name.length && index.parts.count)
        index.name = made_up_name(c, table, index.parts.items[0]);
    add_index(c, table, index);
}

static bool unnamed_constraint(struct mysql_cursor *c, struct schema_table *table, struct str name)
{
    struct schema_index index = {.kind = SCHEMA_INDEX, .name = name};
    struct strs parts;

    if (mysql_word(c, "primary")) {
        (void)mysql_word(c, "key");
        if (!mysql_is(c, "(") &&
            !mysql_is(c, "using")) /* PRIMARY KEY `id` (`id`): a name that nothing keeps */
            (void)mysql_name(c);
        if (mysql_word(c, "using"))
            (void)mysql_take(c);
        parts = parts_of(c);
        primary_key(&parts, table);
    } else if (mysql_word(c, "foreign")) {
        (void)mysql_word(c, "key");
        foreign_key(c, table, name);
    } else if (mysql_word(c, "check")) {
        index.kind = SCHEMA_CHECK;
        VEC_PUSH(c->r->arena, &index.parts, mysql_check(c));
        add_index(c, table, index);
    } else if (mysql_word(c, "unique")) {
        (void)(mysql_word(c, "key") || mysql_word(c, "index"));
        index.kind = SCHEMA_UNIQUE_INDEX;
        key(c, table, index);
    } else {
        bool text = mysql_word(c, "fulltext"), place = !text && mysql_word(c, "spatial");
        index.method = text ? STR("fulltext") : place ? STR("spatial") : STR_NONE;
        if (!mysql_word(c, "key") && !mysql_word(c, "index") && !text && !place)
            return false;
        key(c, table, index);
    }
    return true;
}

/* "key" and "index" may be columns' names too, but not without quotes: they are reserved. */
bool mysql_constraint(struct mysql_cursor *c, struct schema_table *table)
{
    struct str name = STR_NONE;

    if (mysql_word(c, "constraint") && !mysql_is(c, "primary") && !mysql_is(c, "unique") &&
        !mysql_is(c, "foreign") && !mysql_is(c, "check"))
        name = mysql_name(c);
    if (!unnamed_constraint(c, table, name))
        return false;
    take_key_options(c);
    return true;
}

/* --- Indexes of foreign keys. --- */

/* InnoDB makes one for each foreign key that has none, called as the constraint or as its first column. */
static bool is_of_foreign_key(const struct sql_reader *r, const struct schema_table *table,
                              const struct schema_index *index)
{
    const struct schema_column *column = schema_column_named(table, index->parts.items[0]);
    bool as_column = str_eq(index->name, index->parts.items[0]);

    if (as_column && index->parts.count == 1 && column && column->references.length)
        return true;
    for (size_t i = 0; i < r->named.count; i++)
        if (r->named.items[i].kind == SQL_FOREIGN && str_eq(r->named.items[i].name, index->name) &&
            str_eq(r->named.items[i].table, table->name) &&
            strs_same(&r->named.items[i].columns, &index->parts))
            return true;
    for (size_t i = 0; i < table->indexes.count; i++) {
        const struct schema_index *key = &table->indexes.items[i];
        if (key->kind == SCHEMA_FOREIGN_KEY && (as_column || str_eq(key->name, index->name)) &&
            strs_same(&key->parts, &index->parts))
            return true;
    }
    return false;
}

/* `word`(20) of a VARCHAR(20) is the whole of it. */
static void drop_whole_lengths(const struct schema_table *table, struct schema_index *index)
{
    for (size_t i = 0; i < index->parts.count; i++) {
        struct str *part = &index->parts.items[i];
        size_t bracket = str_find_byte(*part, '(');
        const struct schema_column *column =
            bracket == SIZE_MAX ? NULL : schema_column_named(table, str_prefix(*part, bracket));
        if (column && str_ends(*part, STR(")")) &&
            (str_starts(column->type, STR("VARCHAR(")) || str_starts(column->type, STR("CHAR("))) &&
            str_ends(column->type, str_from_offset(*part, bracket)))
            *part = column->name;
    }
}

void mysql_finish(struct sql_reader *r)
{
    for (size_t i = 0; i < r->schema->tables.count; i++) {
        struct schema_table *table = &r->schema->tables.items[i];
        for (size_t j = 0; j < table->indexes.count; j++) {
            struct schema_index *index = &table->indexes.items[j];
            if (index->kind != SCHEMA_CHECK)
                drop_whole_lengths(table, index);
            index->implied = index->kind == SCHEMA_INDEX && !index->method.length &&
                             index->parts.count && is_of_foreign_key(r, table, index);
        }
    }
}
