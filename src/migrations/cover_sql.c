/* cover_sql.c -- one statement of SQL against one change: its words, and what stands behind TABLE, DROP, TO. */
#include "migrations/cover_match.h"

static bool sql_changes_column(struct str statement, const struct schema_change *change)
{
    bool not_null = text_has_word(statement, STR("null"));

    switch (change->aspect) {
    case ASPECT_TYPE:
        return text_has_word(statement, STR("type")) &&
               cover_has_numbers(statement, change->after.type);
    case ASPECT_NULL:
        return not_null &&
               text_has_word(statement, change->after.nullable ? STR("drop") : STR("set"));
    case ASPECT_DEFAULT:
        return text_has_word(statement, STR("default"));
    case ASPECT_KEY:
    case ASPECT_NONE:
        break;
    }
    return true;
}

static bool is_space(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

/* The next word, with its dots and quotes: public."user-data", `users`, [dbo].[users]. */
static struct str sql_word(struct str text, size_t *at)
{
    size_t start, end = *at;
    char quote = 0;

    while (end < text.length && is_space(text.bytes[end]))
        end++;
    for (start = end; end < text.length; end++) {
        char byte = text.bytes[end];
        if (quote) {
            quote = byte == quote ? 0 : quote;
            continue;
        }
        if (is_space(byte) || byte == '(' || byte == ')' || byte == ',' || byte == ';')
            break;
        quote = byte == '"' || byte == '`' ? byte : byte == '[' ? ']' : 0;
    }
    *at = end;
    return str_slice(text, start, end);
}

/* A name is what it is, and no gap that a program fills ("{table}", %s, $1, :name). */
static bool is_sql_name(struct str word)
{
    static const char *const gaps[] = {"{", "}", "%", "$", ":", "<", "'"};

    for (size_t i = 0; i < COUNT_OF(gaps); i++)
        if (str_contains(word, str_from(gaps[i])))
            return false;
    return word.length > 0;
}

static struct str sql_bare(struct str word)
{
    struct str bare = cover_bare(word);
    char last = bare.length ? bare.bytes[bare.length - 1] : 0;

    if (last == '"' || last == '`' || last == ']')
        bare = str_prefix(bare, bare.length - 1);
    return bare.length && (bare.bytes[0] == '"' || bare.bytes[0] == '`' || bare.bytes[0] == '[')
               ? str_from_offset(bare, 1)
               : bare;
}

/* The statement is about this table: CREATE TABLE posts (tags text, author int REFERENCES users) is about posts alone, whatever other words
 * it has. Where the name is a gap, or stands elsewhere than behind TABLE, any word may be it. */
static bool sql_is_about(struct str statement, struct str table)
{
    static const char *const between[] = {"if", "not", "exists", "only"};
    bool named = false;

    if (!text_has_word(statement, table))
        return false;
    for (size_t at = 0; at < statement.length;) {
        if (!str_eq_nocase(sql_word(statement, &at), STR("table"))) {
            at += at < statement.length;
            continue;
        }
        struct str word = sql_word(statement, &at);
        for (size_t i = 0; i < COUNT_OF(between); i++)
            if (str_eq_nocase(word, str_from(between[i])))
                word = sql_word(statement, &at);
        if (!is_sql_name(word) || str_eq_nocase(sql_bare(word), table))
            return true;
        named = true;
    }
    return !named;
}

/* RENAME COLUMN age TO years: the new name stands behind TO. */
static bool is_renamed_to(struct str statement, struct str column)
{
    for (size_t at = 0; at < statement.length;) {
        if (str_eq_nocase(sql_word(statement, &at), STR("to"))) {
            struct str name = sql_word(statement, &at);
            return !is_sql_name(name) || str_eq_nocase(sql_bare(name), column);
        }
        at += at < statement.length;
    }
    return false;
}

/* DROP COLUMN IF EXISTS age, DROP age, DROP COLUMN name, age; not ALTER COLUMN age DROP NOT NULL. */
static bool sql_drops(struct str statement, struct str column)
{
    static const char *const between[] = {"column", "if", "exists"};
    static const char *const next[] = {"add", "alter", "drop", "rename", "modify", "change"};

    for (size_t at = 0; at < statement.length;) {
        if (!str_eq_nocase(sql_word(statement, &at), STR("drop"))) {
            at += at < statement.length;
            continue;
        }
        struct str word = sql_word(statement, &at);
        for (size_t i = 0; i < COUNT_OF(between); i++)
            if (str_eq_nocase(word, str_from(between[i])))
                word = sql_word(statement, &at);
        bool other = false;
        for (; !other; word = sql_word(statement, &at)) {
            if (word.length && (!is_sql_name(word) || str_eq_nocase(sql_bare(word), column)))
                return true;
            if (at == statement.length || statement.bytes[at] != ',')
                break;
            at++;
            size_t ahead = at;
            struct str behind = sql_word(statement, &ahead);
            for (size_t i = 0; i < COUNT_OF(next); i++)
                other = other || str_eq_nocase(behind, str_from(next[i]));
        }
    }
    return false;
}

static bool sql_column(struct str statement, const struct schema_change *change)
{
    bool alters = text_has_word(statement, STR("alter")), renames;

    if (!sql_is_about(statement, cover_bare(change->table)) ||
        !text_has_word(statement, change->column))
        return change->kind == SCHEMA_DROP && text_has_word(statement, STR("drop")) &&
               text_has_word(statement, STR("table")) && !alters &&
               text_has_word(statement, cover_bare(change->table));
    renames = text_has_word(statement, STR("rename")) &&
              is_renamed_to(statement, change->column) == (change->kind == SCHEMA_ADD);
    switch (change->kind) {
    case SCHEMA_ADD:
        return (alters && (text_has_word(statement, STR("add")) || renames)) ||
               (text_has_word(statement, STR("create")) && text_has_word(statement, STR("table")));
    case SCHEMA_DROP:
        return alters && (sql_drops(statement, change->column) || renames);
    case SCHEMA_CHANGE:
        return alters && sql_changes_column(statement, change);
    }
    return false;
}

/* A foreign key makes no index, and neither makes a unique one. */
static bool words_make_index(struct str text, enum schema_index_kind kind)
{
    bool unique = text_has_word(text, STR("unique")) || text_has_word(text, STR("primary"));

    switch (kind) {
    case SCHEMA_INDEX:
        return text_has_word(text, STR("index")) || unique ||
               (text_has_word(text, STR("key")) && !text_has_word(text, STR("foreign")));
    case SCHEMA_UNIQUE_INDEX:
    case SCHEMA_UNIQUE:
        return unique;
    case SCHEMA_FOREIGN_KEY:
        return text_has_word(text, STR("references")) || text_has_word(text, STR("foreign"));
    case SCHEMA_CHECK:
        return text_has_word(text, STR("check"));
    case SCHEMA_EXCLUDE:
        return text_has_word(text, STR("exclude"));
    }
    return false;
}

/* In CREATE TABLE each column and constraint speaks for itself. */
static bool sql_makes_index(struct str statement, const struct schema_change *change)
{
    size_t depth = 0, start = 0;

    if (!text_has_word(statement, STR("create")) || !text_has_word(statement, STR("table")))
        return text_has_word(statement, change->column) &&
               (change->kind == SCHEMA_DROP ||
                (words_make_index(statement, change->index) && cover_has_parts(statement, change) &&
                 (!str_contains(change->line, STR(" WHERE ")) ||
                  text_has_word(statement, STR("where")))));
    for (size_t at = 0; at <= statement.length; at++) {
        char byte = at < statement.length ? statement.bytes[at] : ')';
        depth -= depth && byte == ')';
        if ((depth == 1 && byte == ',') || (depth == 0 && byte == ')')) {
            struct str item = str_slice(statement, start, at);
            if (text_has_word(item, change->column) && cover_has_parts(item, change) &&
                words_make_index(item, change->index))
                return true;
        }
        if ((depth == 0 && byte == '(') || (depth == 1 && byte == ','))
            start = at + 1;
        depth += byte == '(';
    }
    return false;
}

bool cover_statement(struct str statement, const struct schema_change *change)
{
    struct str verb = change->kind == SCHEMA_ADD    ? STR("create")
                      : change->kind == SCHEMA_DROP ? STR("drop")
                                                    : STR("alter");

    if (change->object == SCHEMA_OBJECT_COLUMN)
        return sql_column(statement, change);
    if (change->object == SCHEMA_OBJECT_TABLE)
        return (text_has_word(statement, verb) && text_has_word(statement, STR("table")) &&
                (change->kind == SCHEMA_DROP
                     ? text_has_word(statement, cover_bare(change->table))
                     : sql_is_about(statement, cover_bare(change->table)))) ||
               (text_has_word(statement, STR("rename")) &&
                text_has_word(statement, cover_bare(change->table)));
    /* What made it does not take it away, nor the other way round. */
    bool drops = text_has_word(statement, STR("drop"));
    if (change->kind == SCHEMA_DROP && !drops)
        return false;
    if (change->kind == SCHEMA_ADD && drops && !text_has_word(statement, STR("add")) &&
        !text_has_word(statement, STR("create")))
        return false;
    if (change->object == SCHEMA_OBJECT_TYPE)
        return text_has_word(statement, cover_bare(change->name)) &&
               (!change->value.length || text_has_word(statement, change->value));
    return (change->name.length && text_has_word(statement, cover_bare(change->name))) ||
           (text_has_word(statement, cover_bare(change->table)) &&
            sql_makes_index(statement, change));
}

bool cover_is_gapped(struct str statement)
{
    return str_contains(statement, STR("{")) || str_contains(statement, STR("%s")) ||
           str_contains(statement, STR("%("));
}

bool cover_gapped(struct str statement, const struct schema_change *change, struct str upgrade)
{
    struct schema_change there = *change;

    if (change->object != SCHEMA_OBJECT_COLUMN || !text_has_word(statement, STR("alter")) ||
        !text_has_word(statement, change->column) ||
        !text_has_word(upgrade, cover_bare(change->table)))
        return false;
    there.table = change->column; /* where the table stands is the gap: the rest decides */
    return cover_statement(statement, &there);
}
