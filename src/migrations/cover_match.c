/* cover_match.c -- one statement or call against one change. */
#include "migrations/cover_match.h"

#include "migrations/cover_key.h"
#include "migrations/cover_scan.h"
#include "migrations/table_names.h"

/* PostgreSQL's names have at most 63 bytes: what is longer is cut in its middle. */
#define CUT_NAME 60u

bool text_has_word(struct str text, struct str word)
{
    for (size_t at = 0; word.length && at + word.length <= text.length; at++) {
        size_t end = at + word.length;
        if ((text.bytes[at] ^ word.bytes[0]) &
            ~0x20) /* the same letter differs in its case alone */
            continue;
        if ((at == 0 || !byte_is_word(text.bytes[at - 1])) &&
            (end == text.length || !byte_is_word(text.bytes[end])) &&
            str_eq_nocase(str_slice(text, at, end), word))
            return true;
    }
    return false;
}

bool cover_has_parts(struct str text, const struct schema_change *change)
{
    bool index = change->index == SCHEMA_INDEX || change->index == SCHEMA_UNIQUE_INDEX ||
                 change->index == SCHEMA_UNIQUE;

    for (size_t i = 0; index && change->kind == SCHEMA_ADD && i < change->parts.count; i++) {
        struct str part = change->parts.items[i];
        size_t end = 0;
        while (end < part.length && byte_is_word(part.bytes[end]))
            end++;
        if (end == part.length && !text_has_word(text, part))
            return false;
    }
    return true;
}

struct str cover_bare(struct str name)
{
    size_t dot = str_find_last_byte(name, '.');

    return dot == SIZE_MAX ? name : str_from_offset(name, dot + 1);
}

bool cover_has_numbers(struct str text, struct str type)
{
    for (size_t i = 0; i < type.length;) {
        size_t end = i;
        while (end < type.length && type.bytes[end] >= '0' && type.bytes[end] <= '9')
            end++;
        bool number = end > i && (i == 0 || !byte_is_word(type.bytes[i - 1]));
        if (number && !text_has_word(text, str_slice(type, i, end)))
            return false;
        i = end > i ? end : i + 1;
    }
    return true;
}

/* --- Alembic: the calls of the upgrade. --- */

struct str cover_argument(const struct cover_call *call, size_t index)
{
    struct str text = call->arguments;
    size_t depth = 0, start = 1;

    for (size_t at = 0; at < text.length;) {
        char byte = text.bytes[at];
        struct str ignored;
        if (byte == '"' || byte == '\'') {
            at = cover_skip_string(text, at, &ignored);
            continue;
        }
        depth += byte == '(' || byte == '[' || byte == '{';
        depth -= depth && (byte == ')' || byte == ']' || byte == '}');
        if ((byte == ',' && depth == 1) || (depth == 0 && at > 0)) {
            if (!index--)
                return str_trim(str_slice(text, start, at));
            start = at + 1;
        }
        at++;
    }
    return STR_NONE;
}

struct str cover_keyword_argument(const struct cover_call *call, const char *keyword, size_t index)
{
    struct str one;

    for (size_t i = 0; (one = cover_argument(call, i)).length; i++) {
        size_t equals = str_find_byte(one, '=');
        if (equals != SIZE_MAX && str_eq(str_trim(str_prefix(one, equals)), str_from(keyword)))
            return str_trim(str_from_offset(one, equals + 1));
    }
    return cover_argument(call, index);
}

bool cover_is_literal(struct str argument, struct str *ret_text)
{
    return argument.length && (argument.bytes[0] == '"' || argument.bytes[0] == '\'') &&
           cover_skip_string(argument, 0, ret_text) == argument.length;
}

static bool has_literal(const struct cover_call *call, struct str wanted)
{
    for (size_t i = 0; i < call->literals.count; i++)
        if (str_eq_nocase(call->literals.items[i], wanted) ||
            str_eq_nocase(cover_bare(call->literals.items[i]), wanted))
            return true;
    return false;
}

bool cover_names(const struct cover_call *call, struct str wanted)
{
    return wanted.length && has_literal(call, wanted);
}

bool cover_is_call(const struct cover_call *call, const char *name)
{
    return str_eq(call->name, str_from(name));
}

/* These say their table first; a column, a type or a comment of the same name is another thing. */
static bool table_comes_first(const struct cover_call *call)
{
    static const char *const calls[] = {"add_column", "drop_column", "alter_column", "create_table",
                                        "drop_table"};

    for (size_t i = 0; i < COUNT_OF(calls); i++)
        if (cover_is_call(call, calls[i]))
            return true;
    return false;
}

struct str cover_schema(const struct cover_call *call)
{
    static const char *const keywords[] = {"schema", "source_schema"};
    struct str schema;

    if (!str_contains(call->arguments, STR("schema"))) /* hardly any call does */
        return STR_NONE;
    for (size_t i = 0; i < COUNT_OF(keywords); i++)
        if (cover_is_literal(cover_keyword_argument(call, keywords[i], SIZE_MAX), &schema))
            return schema;
    return STR_NONE;
}

bool cover_is_table(const struct cover_call *call, const struct schema_change *change)
{
    bool of_batch = call->table.length && !str_eq(call->receiver, STR("op"));
    struct str first, table = change->table;

    if (of_batch)
        return schema_is_of(call->schema, change) && table_is_of(call->table, change);
    if (!schema_is_of(cover_schema(call), change))
        return false;
    return table_comes_first(call) &&
                   cover_is_literal(cover_keyword_argument(call, "table_name", 0), &first)
               ? table_is_of(first, change)
               : cover_names(call, cover_bare(table));
}

/* type_=sa.BigInteger() makes no INTEGER. Only of what these names say for certain. */
static bool is_other_type(struct str argument, struct str type)
{
    static const char *const rows[][2] = {{"Integer", "INTEGER"},       {"BigInteger", "BIGINT"},
                                          {"SmallInteger", "SMALLINT"}, {"String", "VARCHAR"},
                                          {"Unicode", "VARCHAR"},       {"Text", "TEXT"},
                                          {"UnicodeText", "TEXT"}};
    struct str name = str_prefix(argument, str_find_byte(argument, '('));
    bool known = false, same = false;

    name = str_from_offset(name, str_find_last_byte(name, '.') + 1);
    type = str_prefix(type, str_find_byte(type, '('));
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        known = known || str_eq(type, str_from(rows[i][1]));
        same = same || (str_eq(name, str_from(rows[i][0])) && str_eq(type, str_from(rows[i][1])));
    }
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (str_eq(name, str_from(rows[i][0])))
            return known && !same;
    return false;
}

bool cover_alters_aspect(const struct cover_call *call, const struct schema_change *change)
{
    struct str arguments = call->arguments;

    switch (change->aspect) {
    case ASPECT_TYPE:
        return text_has_word(arguments, STR("type_")) &&
               !is_other_type(cover_keyword_argument(call, "type_", SIZE_MAX),
                              change->after.type) &&
               cover_has_numbers(arguments, change->after.type);
    case ASPECT_NULL:
        return str_contains(arguments,
                            change->after.nullable ? STR("nullable=True") : STR("nullable=False"));
    case ASPECT_DEFAULT:
        return text_has_word(arguments, STR("server_default"));
    case ASPECT_KEY:
    case ASPECT_NONE:
        break;
    }
    return true;
}

/* op.f("ix_users_email"): the name as it stands. */
static struct str bare_name(struct str argument)
{
    struct str inside = argument, function = str_cut(&inside, '(');

    return str_ends(function, STR("op.f")) && str_ends(inside, STR(")"))
               ? str_trim(str_prefix(inside, inside.length - 1))
               : argument;
}

/* "email" in users_email_key, but not in users_emailed_key. */
static bool has_part(struct str name, struct str part)
{
    for (size_t at = 0; at + part.length <= name.length; at++) {
        size_t end = at + part.length;
        if (str_eq_nocase(str_slice(name, at, end), part) && (!at || name.bytes[at - 1] == '_') &&
            (end == name.length || name.bytes[end] == '_'))
            return true;
    }
    return false;
}

/* "ix_users_team_id_email" is over two columns of the table, where the one of the change is team_id. */
static bool goes_on_with_column(struct str name, const struct schema_change *change)
{
    size_t at = str_find(name, change->column);

    for (size_t i = 0; at != SIZE_MAX && change->whole && i < change->whole->columns.count; i++) {
        struct str other = change->whole->columns.items[i].name;
        if (!str_eq(other, change->column) &&
            has_part(str_from_offset(name, at + change->column.length), other))
            return true;
    }
    return false;
}

/* op.drop_constraint("users_email_key", "users"): the columns are not written, but in the name that the database or a naming convention gave it. */
static bool drops_key(const struct cover_call *call, const struct schema_change *change)
{
    struct str name;

    if (change->aspect != ASPECT_KEY || !str_contains(change->line, STR(" DROP ")) ||
        (!cover_is_call(call, "drop_constraint") && !cover_is_call(call, "drop_index")))
        return false;
    if (!cover_is_literal(bare_name(cover_keyword_argument(call, "constraint_name", 0)), &name))
        return true;
    return has_part(name, change->column) && key_may_be_called(name, change) &&
           !goes_on_with_column(name, change);
}

/* Alembic's own template writes unique=False. */
static bool is_unique(const struct cover_call *call)
{
    struct str unique = cover_keyword_argument(call, "unique", SIZE_MAX);

    return unique.length && !str_eq(str_trim(unique), STR("False"));
}

/* An index over a and b is none over b: where its columns are a list of literals, there are as many. */
static bool has_as_many(const struct cover_call *call, size_t wanted)
{
    struct str one;

    for (size_t i = 0; (one = cover_argument(call, i)).length; i++) {
        struct str list = str_starts(one, STR("columns=")) ? str_from_offset(one, 8) : one;
        size_t count = 0;
        if (!str_starts(list, STR("[")) || str_find_byte(list, '(') != SIZE_MAX)
            continue;
        for (size_t at = 0; at < list.length;) {
            struct str ignored;
            bool quote = list.bytes[at] == '"' || list.bytes[at] == '\'';
            count += quote;
            at = quote ? cover_skip_string(list, at, &ignored) : at + 1;
        }
        return !count || !wanted || count == wanted;
    }
    return true;
}

/* ondelete="CASCADE", as it is written; a variable may be the right one. */
static bool has_rules(const struct cover_call *call, const struct schema_change *change)
{
    struct str deletes = cover_keyword_argument(call, "ondelete", SIZE_MAX), rule = STR_NONE;
    struct str updates = cover_keyword_argument(call, "onupdate", SIZE_MAX), other = STR_NONE;

    if (!cover_is_call(call, "create_foreign_key") || str_contains(call->arguments, STR("**")) ||
        (deletes.length && !cover_is_literal(deletes, &rule)) ||
        (updates.length && !cover_is_literal(updates, &other)))
        return true;
    return key_rules_fit(rule, other, change);
}

/* The table that it refers to, as it is written. */
static bool has_target(const struct cover_call *call, const struct schema_change *change)
{
    bool of_batch = call->table.length && !str_eq(call->receiver, STR("op"));
    struct str target;

    return !cover_is_call(call, "create_foreign_key") ||
           !cover_is_literal(cover_keyword_argument(call, "referent_table", of_batch ? 1 : 2),
                             &target) ||
           key_refers_to(target, change);
}

/* Of one column, by what the call is called: op.create_unique_constraint, and helpers around it. */
static bool makes_key(const struct cover_call *call, const struct schema_change *change)
{
    bool index = str_contains(call->name, STR("index"));
    bool foreign =
        str_contains(call->name, STR("foreign_key")) || str_contains(call->name, STR("fk"));
    bool unique = str_contains(call->name, STR("unique")) || (index && is_unique(call));
    bool other = index || str_contains(call->name, STR("check"));

    if (!index && !str_contains(call->name, STR("constraint")) &&
        !str_contains(call->name, STR("key")))
        return false;
    if (str_starts(call->name, STR("drop_")))
        return str_contains(change->line, STR(" DROP "));
    if (str_contains(change->line, STR(" DROP ")) && str_starts(call->name, STR("create_")))
        return false;
    if (key_is_added(change, STEP_KEY_UNIQUE))
        return !foreign && (unique || !other) && has_as_many(call, 1);
    if (key_is_added(change, STEP_KEY_FOREIGN))
        return (foreign || (!unique && !other)) && has_rules(call, change) &&
               has_target(call, change);
    return true;
}

static bool call_column(const struct cover_call *call, const struct schema_change *change)
{
    if (!cover_is_table(call, change))
        return false;
    if ((change->kind == SCHEMA_DROP && cover_is_call(call, "drop_table")) ||
        drops_key(call, change))
        return true;
    if (!cover_names(call, change->column))
        return false;
    bool renames = cover_is_call(call, "alter_column") &&
                   text_has_word(call->arguments, STR("new_column_name"));
    struct str to;
    /* From the one to the other, and not back. */
    if (renames && cover_is_literal(cover_keyword_argument(call, "new_column_name", SIZE_MAX), &to))
        renames = str_eq_nocase(to, change->column) == (change->kind == SCHEMA_ADD);
    switch (change->kind) {
    case SCHEMA_ADD:
        return cover_is_call(call, "add_column") || renames ||
               (cover_is_call(call, "create_table") && cover_table_says(call, change->column));
    case SCHEMA_DROP:
        return cover_is_call(call, "drop_column") || renames;
    case SCHEMA_CHANGE:
        break;
    }
    if (change->aspect == ASPECT_KEY)
        return makes_key(call, change);
    return cover_is_call(call, "alter_column") && cover_alters_aspect(call, change);
}

/* create_index, create_unique_constraint, create_foreign_key… */
static bool call_makes_index(const struct cover_call *call, enum schema_index_kind kind)
{
    bool index = str_contains(call->name, STR("index"));

    switch (kind) {
    case SCHEMA_INDEX:
        return index || str_contains(call->name, STR("unique"));
    case SCHEMA_UNIQUE_INDEX:
    case SCHEMA_UNIQUE:
        return str_contains(call->name, STR("unique")) ||
               str_contains(call->name, STR("primary_key")) || (index && is_unique(call));
    case SCHEMA_FOREIGN_KEY:
        return str_contains(call->name, STR("foreign_key"));
    case SCHEMA_CHECK:
        return str_contains(call->name, STR("check"));
    case SCHEMA_EXCLUDE:
        return str_contains(call->name, STR("exclude"));
    }
    return false;
}

/* "ck_%(table_name)s_%(constraint_name)s": Alembic puts the rest around the name that is written, as SQLAlchemy does for the models. */
static bool is_named_by_convention(const struct cover_call *call,
                                   const struct schema_change *change)
{
    struct str name;

    return change->name.length && str_contains(call->name, STR("constraint")) &&
           cover_is_literal(cover_keyword_argument(call, "constraint_name", 0), &name) &&
           name.length && change->name.length > name.length && str_ends(change->name, name) &&
           change->name.bytes[change->name.length - name.length - 1] == '_' &&
           cover_is_table(call, change);
}

/* From the one name to the other, and not back, where both are written. */
static bool renames_table(const struct cover_call *call, const struct schema_change *change)
{
    bool drop = change->kind == SCHEMA_DROP;
    struct str name;

    if (!cover_is_call(call, "rename_table") || !cover_is_table(call, change))
        return false;
    return !cover_is_literal(
               cover_keyword_argument(call, drop ? "old_table_name" : "new_table_name", !drop),
               &name) ||
           str_eq_nocase(cover_bare(name), cover_bare(change->table));
}

/* Of PostgreSQL's: users_team_id_email_key. */
static bool is_default_name(struct str name, const struct schema_change *change)
{
    struct str rest = str_from_offset(name, cover_bare(change->table).length);

    for (size_t i = 0; i < change->parts.count; i++) {
        struct str part = change->parts.items[i];
        if (!str_starts(rest, STR("_")) || !str_starts(str_from_offset(rest, 1), part))
            return false;
        rest = str_from_offset(rest, part.length + 1);
    }
    return str_eq(rest, STR("_key"));
}

/* op.drop_constraint("users_team_id_email_key", "users"): one without a name of its own goes by that of the database, in which its columns are. */
static bool drops_unnamed(const struct cover_call *call, const struct schema_change *change)
{
    struct str name;

    if (change->kind != SCHEMA_DROP || change->name.length || !change->parts.count ||
        (!cover_is_call(call, "drop_constraint") && !cover_is_call(call, "drop_index")) ||
        !cover_is_table(call, change))
        return false;
    if (!cover_is_literal(bare_name(cover_keyword_argument(call, "constraint_name", 0)), &name))
        return true;
    if (name.length >= CUT_NAME)
        return true;
    if (str_ends(name, STR("_key")) && str_starts(name, cover_bare(change->table)))
        return is_default_name(name, change);
    for (size_t i = 0; i < change->parts.count; i++)
        if (!has_part(name, change->parts.items[i]))
            return false;
    return true;
}

bool cover_leaves_type(const struct cover_call *call)
{
    return str_contains(call->arguments, STR("create_type=False"));
}

bool cover_call(const struct cover_call *call, const struct schema_change *change)
{
    switch (change->object) {
    case SCHEMA_OBJECT_COLUMN:
        return call_column(call, change);
    case SCHEMA_OBJECT_TABLE:
        return (cover_is_table(call, change) &&
                cover_is_call(call, change->kind == SCHEMA_DROP ? "drop_table" : "create_table")) ||
               renames_table(call, change);
    case SCHEMA_OBJECT_TYPE:
        return cover_names(call, cover_bare(change->name)) && !cover_leaves_type(call) &&
               (!change->value.length || cover_names(call, change->value));
    case SCHEMA_OBJECT_INDEX:
        break;
    }
    /* An index goes by itself, or with its column or table; what made it does not take it away, nor the other way round. */
    if ((change->kind == SCHEMA_DROP) != str_starts(call->name, STR("drop_")))
        return false;
    if (drops_unnamed(call, change))
        return true;
    bool made = cover_is_call(call, "create_table") || cover_is_call(call, "add_column");
    bool named =
        cover_names(call, cover_bare(change->name)) || is_named_by_convention(call, change);
    bool kind = change->kind == SCHEMA_DROP ||
                (made ? named || cover_makes_index(call, change)
                      : call_makes_index(call, change->index) ||
                            (named && (str_contains(call->name, STR("index")) ||
                                       str_contains(call->name, STR("constraint")) ||
                                       str_contains(call->name, STR("foreign_key")))));
    return kind && schema_is_of(cover_schema(call), change) &&
           (named ||
            (!change->beside && cover_is_table(call, change) && cover_names(call, change->column) &&
             cover_has_parts(call->arguments, change) &&
             (made || has_as_many(call, change->parts.count))));
}
