/* cover_match.c -- one statement or call against one change. */
#include "migrations/cover_match.h"

#include "migrations/cover_scan.h"

bool cover_is_word_byte(char byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
           (byte >= 'A' && byte <= 'Z') || byte == '_';
}

bool text_has_word(struct str text, struct str word)
{
    for (size_t at = 0; word.length && at + word.length <= text.length; at++) {
        size_t end = at + word.length;
        if ((at == 0 || !cover_is_word_byte(text.bytes[at - 1])) &&
            (end == text.length || !cover_is_word_byte(text.bytes[end])) &&
            str_eq_nocase(str_slice(text, at, end), word))
            return true;
    }
    return false;
}

struct str cover_bare(struct str name)
{
    size_t dot = str_find_last_byte(name, '.');

    return dot == SIZE_MAX ? name : str_from_offset(name, dot + 1);
}

/* "VARCHAR(120)": the numbers of a type must be in what changes it. */
static bool has_numbers(struct str text, struct str type)
{
    for (size_t i = 0; i < type.length;) {
        size_t end = i;
        while (end < type.length && type.bytes[end] >= '0' && type.bytes[end] <= '9')
            end++;
        bool number = end > i && (i == 0 || !cover_is_word_byte(type.bytes[i - 1]));
        if (number && !text_has_word(text, str_slice(type, i, end)))
            return false;
        i = end > i ? end : i + 1;
    }
    return true;
}

/* --- SQL: one statement, its words. --- */

static bool sql_changes_column(struct str statement, const struct schema_change *change)
{
    bool not_null = text_has_word(statement, STR("null"));

    switch (change->aspect) {
    case ASPECT_TYPE:
        return text_has_word(statement, STR("type")) && has_numbers(statement, change->after.type);
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

static bool sql_column(struct str statement, const struct schema_change *change)
{
    bool alters = text_has_word(statement, STR("alter")), renames;

    if (!text_has_word(statement, cover_bare(change->table)) ||
        !text_has_word(statement, change->column))
        return change->kind == SCHEMA_DROP && text_has_word(statement, STR("drop")) &&
               text_has_word(statement, STR("table")) && !alters &&
               text_has_word(statement, cover_bare(change->table));
    renames = text_has_word(statement, STR("rename"));
    switch (change->kind) {
    case SCHEMA_ADD:
        return (alters && (text_has_word(statement, STR("add")) || renames)) ||
               (text_has_word(statement, STR("create")) && text_has_word(statement, STR("table")));
    case SCHEMA_DROP:
        return alters && (text_has_word(statement, STR("drop")) || renames);
    case SCHEMA_CHANGE:
        return alters && sql_changes_column(statement, change);
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
        return text_has_word(statement, cover_bare(change->table)) &&
               ((text_has_word(statement, verb) && text_has_word(statement, STR("table"))) ||
                text_has_word(statement, STR("rename")));
    /* What made it does not take it away. */
    if (change->kind == SCHEMA_DROP && !text_has_word(statement, STR("drop")))
        return false;
    if (change->object == SCHEMA_OBJECT_TYPE)
        return text_has_word(statement, cover_bare(change->name)) &&
               (!change->value.length || text_has_word(statement, change->value));
    return (change->name.length && text_has_word(statement, cover_bare(change->name))) ||
           (text_has_word(statement, cover_bare(change->table)) &&
            text_has_word(statement, change->column) &&
            (text_has_word(statement, STR("index")) || text_has_word(statement, STR("unique")) ||
             text_has_word(statement, STR("references")) ||
             text_has_word(statement, STR("constraint"))));
}

/* --- Alembic: the calls of the upgrade. --- */

static bool has_literal(const struct cover_call *call, struct str wanted)
{
    for (size_t i = 0; i < call->literals.count; i++)
        if (str_eq_nocase(call->literals.items[i], wanted) ||
            str_eq_nocase(cover_bare(call->literals.items[i]), wanted))
            return true;
    return false;
}

static bool names(const struct cover_call *call, struct str wanted)
{
    return wanted.length && has_literal(call, wanted);
}

static bool is_call(const struct cover_call *call, const char *name)
{
    return str_eq(call->name, str_from(name));
}

static bool is_table(const struct cover_call *call, struct str table)
{
    bool of_batch = call->table.length && !str_eq(call->receiver, STR("op"));

    return of_batch ? str_eq_nocase(cover_bare(call->table), cover_bare(table))
                    : names(call, cover_bare(table));
}

static bool alters_aspect(const struct cover_call *call, const struct schema_change *change)
{
    struct str arguments = call->arguments;

    switch (change->aspect) {
    case ASPECT_TYPE:
        return text_has_word(arguments, STR("type_")) && has_numbers(arguments, change->after.type);
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

static bool call_column(const struct cover_call *call, const struct schema_change *change)
{
    if (!is_table(call, change->table))
        return false;
    if (change->kind == SCHEMA_DROP && is_call(call, "drop_table"))
        return true;
    if (!names(call, change->column))
        return false;
    bool renames =
        is_call(call, "alter_column") && text_has_word(call->arguments, STR("new_column_name"));
    switch (change->kind) {
    case SCHEMA_ADD:
        return is_call(call, "add_column") || is_call(call, "create_table") || renames;
    case SCHEMA_DROP:
        return is_call(call, "drop_column") || renames;
    case SCHEMA_CHANGE:
        break;
    }
    if (change->aspect == ASPECT_KEY)
        return str_contains(call->name, STR("constraint")) ||
               str_contains(call->name, STR("index")) || str_contains(call->name, STR("key"));
    return is_call(call, "alter_column") && alters_aspect(call, change);
}

bool cover_call(const struct cover_call *call, const struct schema_change *change)
{
    switch (change->object) {
    case SCHEMA_OBJECT_COLUMN:
        return call_column(call, change);
    case SCHEMA_OBJECT_TABLE:
        return names(call, cover_bare(change->table)) &&
               (is_call(call, "rename_table") ||
                is_call(call, change->kind == SCHEMA_DROP ? "drop_table" : "create_table"));
    case SCHEMA_OBJECT_TYPE:
        return names(call, cover_bare(change->name)) &&
               (!change->value.length || names(call, change->value));
    case SCHEMA_OBJECT_INDEX:
        break;
    }
    /* An index goes by itself, or with its column or table; what made it does not take it away. */
    if (change->kind == SCHEMA_DROP && !str_starts(call->name, STR("drop_")))
        return false;
    bool kind =
        is_call(call, "drop_column") || is_call(call, "drop_table") ||
        str_contains(call->name, STR("index")) || str_contains(call->name, STR("constraint")) ||
        str_contains(call->name, STR("foreign_key")) ||
        ((is_call(call, "create_table") || is_call(call, "add_column")) &&
         (names(call, cover_bare(change->name)) || cover_makes_index(call, change->column)));
    return kind && (names(call, cover_bare(change->name)) ||
                    (is_table(call, change->table) && names(call, change->column)));
}

static bool names_field(const struct cover_call *call, struct str column)
{
    return names(call, column) ||
           (str_ends(column, STR("_id")) && names(call, str_prefix(column, column.length - 3)));
}

/* Django's operations name a model and a field: "user" of the application "shop" is the table shop_user, "owner" the column owner_id. The
 * model's table may be called otherwise: then the field alone decides. */
static bool django_column(const struct cover_call *call, const struct schema_change *change)
{
    struct str column = change->column;

    if (!names_field(call, column))
        return false;
    switch (change->kind) {
    case SCHEMA_ADD:
        return is_call(call, "AddField") || is_call(call, "CreateModel") ||
               is_call(call, "RenameField");
    case SCHEMA_DROP:
        return is_call(call, "RemoveField") || is_call(call, "RenameField");
    case SCHEMA_CHANGE:
        break;
    }
    return is_call(call, "AlterField");
}

static bool ends_with_model(const struct cover_call *call, struct str table)
{
    for (size_t i = 0; i < call->literals.count; i++) {
        struct str model = call->literals.items[i];
        if (model.length && model.length <= table.length &&
            str_eq_nocase(str_from_offset(table, table.length - model.length), model))
            return true;
    }
    return false;
}

static bool django_index(const struct cover_call *call, const struct schema_change *change)
{
    bool drop = change->kind == SCHEMA_DROP;

    if (is_call(call, "AlterUniqueTogether") || is_call(call, "AlterIndexTogether"))
        return true;
    if (is_call(call, "RenameIndex") || is_call(call, drop ? "RemoveIndex" : "AddIndex") ||
        is_call(call, drop ? "RemoveConstraint" : "AddConstraint"))
        return names(call, change->name);
    if (drop)
        return (is_call(call, "AlterField") || is_call(call, "RemoveField")) &&
               names(call, change->column);
    if (!is_call(call, "CreateModel") && !is_call(call, "AddField") && !is_call(call, "AlterField"))
        return false;
    return names(call, change->name) ||
           (names_field(call, change->column) && cover_makes_field_index(call, change->column));
}

bool cover_django(const struct cover_call *call, const struct schema_change *change)
{
    switch (change->object) {
    case SCHEMA_OBJECT_COLUMN:
        return django_column(call, change);
    case SCHEMA_OBJECT_TABLE:
        if (change->kind == SCHEMA_DROP)
            return is_call(call, "DeleteModel") && ends_with_model(call, change->table);
        /* A table of its own stands for a many-to-many field too. */
        return (is_call(call, "CreateModel") || is_call(call, "AddField") ||
                is_call(call, "RenameModel") || is_call(call, "AlterModelTable")) &&
               ends_with_model(call, change->table);
    case SCHEMA_OBJECT_INDEX:
        return django_index(call, change);
    case SCHEMA_OBJECT_TYPE:
        break;
    }
    return false;
}

/* --- Names that are no literals: of a loop, constants of another file. --- */

static struct str argument(const struct cover_call *call, size_t index)
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

/* NAME, row["name"], f"{prefix}_users"; not "users", nor name="users". */
static bool is_variable(struct str argument)
{
    size_t word = 0;

    while (word < argument.length && cover_is_word_byte(argument.bytes[word]))
        word++;
    return word && !str_starts(str_trim(str_from_offset(argument, word)), STR("="));
}

static bool of_columns(const struct cover_call *call)
{
    return is_call(call, "add_column") || is_call(call, "drop_column") ||
           is_call(call, "alter_column");
}

static bool of_op(const struct cover_call *call)
{
    return str_eq(call->receiver, STR("op"));
}

static bool table_is_variable(const struct cover_call *call)
{
    if (of_op(call))
        return (of_columns(call) || is_call(call, "create_table") || is_call(call, "drop_table")) &&
               is_variable(argument(call, 0));
    return of_columns(call) && call->receiver.length && !call->table.length;
}

/* Column(NAME, …), or a column made elsewhere. */
static bool column_is_variable(const struct cover_call *call)
{
    struct str column = argument(call, of_op(call) ? 1 : 0);
    size_t made = str_find(column, STR("Column("));

    if (made == SIZE_MAX)
        return is_variable(column);
    return is_variable(str_trim(str_from_offset(column, made + STR("Column(").length)));
}

bool cover_is_computed(const struct cover_call *call)
{
    return table_is_variable(call) || (of_columns(call) && column_is_variable(call));
}

static bool call_does(const struct cover_call *call, const struct schema_change *change)
{
    switch (change->kind) {
    case SCHEMA_ADD:
        return is_call(call, "add_column");
    case SCHEMA_DROP:
        return is_call(call, "drop_column");
    case SCHEMA_CHANGE:
        break;
    }
    return is_call(call, "alter_column") && change->aspect != ASPECT_KEY &&
           alters_aspect(call, change);
}

bool cover_computed(const struct cover_call *call, const struct schema_change *change,
                    struct str upgrade)
{
    struct str bare = cover_bare(change->table);
    bool table = table_is_variable(call) && text_has_word(upgrade, bare);

    if (change->object == SCHEMA_OBJECT_TABLE)
        return table && is_call(call, change->kind == SCHEMA_DROP ? "drop_table" : "create_table");
    if (change->object != SCHEMA_OBJECT_COLUMN || !of_columns(call))
        return false;
    if (of_op(call) && !call->literals.count)
        return text_has_word(upgrade, bare) && text_has_word(upgrade, change->column);
    return call_does(call, change) && (table || is_table(call, change->table)) &&
           (names(call, change->column) ||
            (column_is_variable(call) && text_has_word(upgrade, change->column)));
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
