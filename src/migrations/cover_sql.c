/* cover_sql.c -- one statement of SQL against one change: its words, and what stands behind TABLE, ADD, DROP, TO. */
#include "migrations/cover_key.h"
#include "migrations/cover_match.h"
#include "migrations/table_names.h"

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
static bool sql_is_about(struct str statement, const struct schema_change *change)
{
    static const char *const between[] = {"if", "not", "exists", "only"};
    bool named = false;

    if (!text_has_word(statement, cover_bare(change->table)))
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
        if (!is_sql_name(word) || table_is_of(word, change))
            return true;
        named = true;
    }
    return !named;
}

/* --- The actions of ALTER TABLE: what stands between its commas. --- */

enum verb { VERB_NONE = 0, VERB_ADD, VERB_DROP, VERB_ALTER, VERB_RENAME, VERB_MODIFY, VERB_CHANGE };

struct action {
    enum verb verb;
    struct str text;        /* behind the verb */
    struct str first, last; /* the column it is about; of a rename what it becomes */
};

static enum verb verb_of(struct str word)
{
    static const char *const verbs[] = {"add", "drop", "alter", "rename", "modify", "change"};

    for (size_t i = 0; i < COUNT_OF(verbs); i++)
        if (str_eq_nocase(word, str_from(verbs[i])))
            return (enum verb)(VERB_ADD + i);
    return VERB_NONE;
}

/* To the comma that ends an action, or an item of a list in parentheses: those inside of others and of ARRAY[…] do not count. */
static size_t item_end(struct str text, size_t at)
{
    size_t depth = 0;
    char quote = 0;

    for (; at < text.length; at++) {
        char byte = text.bytes[at];
        if (quote) {
            quote = byte == quote ? 0 : quote;
            continue;
        }
        if (depth == 0 && (byte == ',' || byte == ')'))
            break;
        depth += byte == '(' || byte == '[';
        depth -= depth && (byte == ')' || byte == ']');
        quote = byte == '"' || byte == '`' || byte == '\'' ? byte : 0;
    }
    return at;
}

static struct str first_name(struct str text, size_t *at)
{
    static const char *const between[] = {"column", "if", "not", "exists", NULL};
    struct str word = sql_word(text, at);

    while (str_is_one_of_nocase(word, between))
        word = sql_word(text, at);
    return word;
}

static void read_action(struct action *action)
{
    struct str word;
    size_t at = 0;

    action->first = first_name(action->text, &at);
    action->last = action->first;
    if (action->verb == VERB_CHANGE)
        action->last = sql_word(action->text, &at);
    for (; action->verb == VERB_RENAME && at < action->text.length;
         at += at < action->text.length && !word.length) {
        word = sql_word(action->text, &at);
        if (str_eq_nocase(word, STR("to")))
            action->last = sql_word(action->text, &at);
    }
}

/* Behind ALTER TABLE and its table's name; SIZE_MAX: the statement has none. */
static size_t actions_begin(struct str statement)
{
    static const char *const between[] = {"if", "exists", "only", NULL};
    bool alter = false;

    for (size_t at = 0; at < statement.length;) {
        struct str word = sql_word(statement, &at);
        if (alter && str_eq_nocase(word, STR("table"))) {
            do
                word = sql_word(statement, &at);
            while (str_is_one_of_nocase(word, between));
            return at;
        }
        alter = str_eq_nocase(word, STR("alter"));
        at += !word.length && at < statement.length;
    }
    return SIZE_MAX;
}

/* "ADD (a int, b int)" is two of them, and so is "ADD a int, b int": what has no verb goes on with the one before. */
static bool next_action(struct str statement, size_t *at, struct action *action)
{
    static const char *const starts[] = {"set",   "reset",   "owner",   "enable",  "disable",
                                         "force", "attach",  "detach",  "inherit", "validate",
                                         "order", "engine",  "convert", "comment", "default",
                                         "with",  "replica", "cluster", NULL};
    size_t start = *at, behind;

    while (start < statement.length &&
           (is_space(statement.bytes[start]) || statement.bytes[start] == ',' ||
            statement.bytes[start] == '(' || statement.bytes[start] == ')'))
        start++;
    if (start >= statement.length)
        return false;
    behind = start;
    struct str word = sql_word(statement, &behind);
    enum verb verb = verb_of(word);
    if (verb == VERB_NONE && str_is_one_of_nocase(word, starts))
        action->verb = VERB_NONE;
    if (verb != VERB_NONE) {
        action->verb = verb;
        start = behind;
        while (start < statement.length && is_space(statement.bytes[start]))
            start++;
        if (verb == VERB_ADD &&
            str_eq_nocase(str_slice(statement, start, start + 6), STR("column")))
            for (behind = start + 6; behind < statement.length; behind++)
                if (!is_space(statement.bytes[behind])) {
                    start = statement.bytes[behind] == '(' ? behind : start;
                    break;
                }
        if (start < statement.length && statement.bytes[start] == '(')
            start++;
    }
    *at = item_end(statement, start);
    action->text = str_slice(statement, start, *at);
    read_action(action);
    return true;
}

/* "nickname" in double quotes is not nickName. */
static bool is_column_word(struct str word, struct str column)
{
    if (!word.length || !is_sql_name(word))
        return word.length > 0;
    return word.bytes[0] == '"' ? str_eq(sql_bare(word), column)
                                : str_eq_nocase(sql_bare(word), column);
}

static bool action_adds(const struct action *action, struct str column)
{
    return (action->verb == VERB_ADD || action->verb == VERB_CHANGE ||
            action->verb == VERB_RENAME) &&
           is_column_word(action->last, column);
}

static bool action_drops(const struct action *action, struct str column)
{
    bool renames = action->verb == VERB_RENAME || action->verb == VERB_CHANGE;

    return (action->verb == VERB_DROP ||
            (renames && !str_eq_nocase(sql_bare(action->last), column))) &&
           is_column_word(action->first, column);
}

/* MODIFY age bigint NOT NULL says all of the column anew, and so does SQL Server's ALTER COLUMN age bigint. */
static bool action_says_all(const struct action *action)
{
    static const char *const parts[] = {"set", "drop", "type", "add", "restart", "reset", NULL};
    size_t at = 0;

    if (action->verb == VERB_MODIFY || action->verb == VERB_CHANGE)
        return true;
    (void)first_name(action->text, &at);
    struct str next = sql_word(action->text, &at);
    return next.length && !str_is_one_of_nocase(next, parts);
}

/* ENUM('a', 'b'): with all its labels. */
static bool says_labels(struct str text, struct str type)
{
    while (str_find_byte(type, '\'') != SIZE_MAX) {
        (void)str_cut(&type, '\'');
        struct str label = str_cut(&type, '\'');
        if (!str_contains(text, label))
            return false;
    }
    return true;
}

/* Is that the type, under one of its names? Of types that are not listed anything may be it. */
static bool says_type(struct str text, struct str type)
{
    static const char *const rows[][4] = {
        {"INTEGER", "int", "integer", "int4"},         {"BIGINT", "bigint", "int8", "serial"},
        {"SMALLINT", "smallint", "int2", NULL},        {"TINYINT", "tinyint", "int1", NULL},
        {"MEDIUMINT", "mediumint", "int3", NULL},      {"BOOLEAN", "tinyint", "boolean", "bool"},
        {"VARCHAR", "varchar", "nvarchar", "varying"}, {"TEXT", "text", NULL, NULL},
        {"LONGTEXT", "longtext", NULL, NULL},          {"MEDIUMTEXT", "mediumtext", NULL, NULL},
        {"DATETIME", "datetime", NULL, NULL},          {"JSON", "json", "longtext", NULL}};
    size_t end = 0;

    while (end < type.length && byte_is_word(type.bytes[end]))
        end++;
    if (text_has_word(text, STR("unsigned")) != str_ends(type, STR(" UNSIGNED")))
        return false;
    if (str_starts(type, STR("ENUM(")) || str_starts(type, STR("SET(")))
        return says_labels(text, type);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (!str_eq(str_prefix(type, end), str_from(rows[i][0])))
            continue;
        for (size_t j = 1; j < 4 && rows[i][j]; j++)
            if (text_has_word(text, str_from(rows[i][j])))
                return true;
        return false;
    }
    return true;
}

static bool action_changes(const struct action *action, const struct schema_change *change)
{
    bool alters =
        action->verb == VERB_ALTER || action->verb == VERB_MODIFY || action->verb == VERB_CHANGE;

    /* DROP FOREIGN KEY and DROP CONSTRAINT name no column. */
    if (change->aspect == ASPECT_KEY && action->verb == VERB_DROP &&
        str_contains(change->line, STR(" DROP REFERENCES")))
        return text_has_word(action->text, STR("foreign")) ||
               text_has_word(action->text, STR("constraint"));
    if (change->aspect == ASPECT_KEY)
        return text_has_word(action->text, change->column) &&
               (str_contains(change->line, STR(" DROP ")) || key_is_in_words(action->text, change));
    if (!alters || !is_column_word(action->last, change->column))
        return false;
    if (!action_says_all(action))
        return sql_changes_column(action->text, change);
    if (change->aspect == ASPECT_NULL)
        return change->after.nullable != (text_has_word(action->text, STR("not")) &&
                                          text_has_word(action->text, STR("null")));
    if (change->aspect == ASPECT_DEFAULT)
        return (text_has_word(action->text, STR("default")) ==
                    (change->after.default_value.length > 0) ||
                text_has_word(action->text, STR("auto_increment"))) &&
               (!str_contains(change->after.default_value, STR("ON UPDATE")) ||
                text_has_word(action->text, STR("update")));
    return change->aspect != ASPECT_TYPE || (cover_has_numbers(action->text, change->after.type) &&
                                             says_type(action->text, change->after.type));
}

static bool alter_does(struct str statement, size_t at, const struct schema_change *change)
{
    struct action action = {0};

    while (next_action(statement, &at, &action)) {
        bool does = change->kind == SCHEMA_ADD    ? action_adds(&action, change->column)
                    : change->kind == SCHEMA_DROP ? action_drops(&action, change->column)
                                                  : action_changes(&action, change);
        if (does)
            return true;
    }
    return false;
}

/* Elsewhere than in ALTER TABLE words decide: EXEC sp_rename, a piece of a text that is put together. */
/* CREATE UNIQUE INDEX x ON t (column) makes the column unique as a constraint does. */
static bool makes_unique(struct str statement, const struct schema_change *change)
{
    static const char *const words[] = {"create", "unique", "index"};
    size_t open = str_find_byte(statement, '(');

    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (!text_has_word(statement, str_from(words[i])))
            return false;
    if (open == SIZE_MAX || text_has_word(statement, STR("where")) ||
        !key_is_added(change, STEP_KEY_UNIQUE))
        return false;
    struct str columns = str_from_offset(statement, open + 1);
    columns = str_cut(&columns, ')');
    return str_eq_nocase(str_trim_bytes(str_trim(columns), "\\\"`"), change->column);
}

static bool words_do(struct str statement, const struct schema_change *change)
{
    bool alters = text_has_word(statement, STR("alter"));

    switch (change->kind) {
    case SCHEMA_ADD:
        return (alters && (text_has_word(statement, STR("add")) ||
                           text_has_word(statement, STR("rename")))) ||
               (text_has_word(statement, STR("create")) && text_has_word(statement, STR("table")));
    case SCHEMA_DROP:
        return alters &&
               (text_has_word(statement, STR("drop")) || text_has_word(statement, STR("rename")));
    case SCHEMA_CHANGE:
        break;
    }
    return alters ? sql_changes_column(statement, change) : makes_unique(statement, change);
}

static bool sql_column(struct str statement, const struct schema_change *change)
{
    bool about = sql_is_about(statement, change);

    /* A foreign key goes by its name. */
    bool unnamed =
        change->aspect == ASPECT_KEY && str_contains(change->line, STR(" DROP REFERENCES"));

    if (about && (unnamed || text_has_word(statement, change->column))) {
        size_t actions = actions_begin(statement);
        return actions == SIZE_MAX ? words_do(statement, change)
                                   : alter_does(statement, actions, change);
    }
    return change->kind == SCHEMA_DROP && text_has_word(statement, STR("drop")) &&
           text_has_word(statement, STR("table")) && !text_has_word(statement, STR("alter")) &&
           text_has_word(statement, cover_bare(change->table));
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

/* A domain, or what a composite type is made of. */
static bool alters_type(struct str statement)
{
    return text_has_word(statement, STR("alter")) &&
           (text_has_word(statement, STR("domain")) || text_has_word(statement, STR("type")));
}

bool cover_statement(struct str statement, const struct schema_change *change)
{
    struct str verb = change->kind == SCHEMA_ADD    ? STR("create")
                      : change->kind == SCHEMA_DROP ? STR("drop")
                                                    : STR("alter");

    if (change->object != SCHEMA_OBJECT_TYPE && table_is_elsewhere(statement, change))
        return false;
    if (cover_view(statement, change))
        return true;
    if (change->object == SCHEMA_OBJECT_COLUMN)
        return sql_column(statement, change);
    if (change->object == SCHEMA_OBJECT_TABLE)
        return (text_has_word(statement, verb) && text_has_word(statement, STR("table")) &&
                (change->kind == SCHEMA_DROP
                     ? text_has_word(statement, cover_bare(change->table)) &&
                           actions_begin(statement) == SIZE_MAX
                     : sql_is_about(statement, change))) ||
               (text_has_word(statement, STR("rename")) &&
                text_has_word(statement, cover_bare(change->table)));
    /* What made it does not take it away, nor the other way round. */
    bool drops = text_has_word(statement, STR("drop"));
    bool renames = change->object == SCHEMA_OBJECT_INDEX && change->name.length &&
                   text_has_word(statement, STR("rename")) &&
                   text_has_word(statement, cover_bare(change->name));
    if (change->kind == SCHEMA_DROP && !drops && !renames)
        return false;
    if (change->kind == SCHEMA_ADD && drops && !text_has_word(statement, STR("add")) &&
        !text_has_word(statement, STR("create")))
        return false;
    if (change->object == SCHEMA_OBJECT_TYPE)
        return text_has_word(statement, cover_bare(change->name)) &&
               (!change->value.length ? change->kind != SCHEMA_CHANGE || alters_type(statement)
                                      : (text_has_word(statement, change->value) &&
                                         (text_has_word(statement, STR("type")) ||
                                          text_has_word(statement, STR("enum")) ||
                                          text_has_word(statement, STR("value")))));
    return (change->name.length && text_has_word(statement, cover_bare(change->name))) ||
           (!change->beside && text_has_word(statement, cover_bare(change->table)) &&
            sql_makes_index(statement, change));
}
