#include "migrations/cover.h"

#include <string.h>

#include "migrations/effect.h"

static bool is_word_byte(char byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
           (byte >= 'A' && byte <= 'Z') || byte == '_';
}

bool text_has_word(struct str text, struct str word)
{
    for (size_t at = 0; word.length && at + word.length <= text.length; at++) {
        size_t end = at + word.length;
        if ((at == 0 || !is_word_byte(text.bytes[at - 1])) &&
            (end == text.length || !is_word_byte(text.bytes[end])) &&
            str_eq_nocase(str_slice(text, at, end), word))
            return true;
    }
    return false;
}

static struct str bare(struct str name)
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
        bool number = end > i && (i == 0 || !is_word_byte(type.bytes[i - 1]));
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

    if (!text_has_word(statement, bare(change->table)) || !text_has_word(statement, change->column))
        return change->kind == SCHEMA_DROP && text_has_word(statement, STR("drop")) &&
               text_has_word(statement, STR("table")) && !alters &&
               text_has_word(statement, bare(change->table));
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

static bool sql_covers(struct str statement, const struct schema_change *change)
{
    struct str verb = change->kind == SCHEMA_ADD    ? STR("create")
                      : change->kind == SCHEMA_DROP ? STR("drop")
                                                    : STR("alter");

    if (change->object == SCHEMA_OBJECT_COLUMN)
        return sql_column(statement, change);
    if (change->object == SCHEMA_OBJECT_TABLE)
        return text_has_word(statement, bare(change->table)) &&
               ((text_has_word(statement, verb) && text_has_word(statement, STR("table"))) ||
                text_has_word(statement, STR("rename")));
    /* What made it does not take it away. */
    if (change->kind == SCHEMA_DROP && !text_has_word(statement, STR("drop")))
        return false;
    if (change->object == SCHEMA_OBJECT_TYPE)
        return text_has_word(statement, bare(change->name)) &&
               (!change->value.length || text_has_word(statement, change->value));
    return (change->name.length && text_has_word(statement, bare(change->name))) ||
           (text_has_word(statement, bare(change->table)) &&
            text_has_word(statement, change->column) &&
            (text_has_word(statement, STR("index")) || text_has_word(statement, STR("unique")) ||
             text_has_word(statement, STR("references")) ||
             text_has_word(statement, STR("constraint"))));
}

/* Comments are blanked: what they say is not done. */
static struct str without_sql_comments(struct arena *arena, struct str text)
{
    char *copy = str_c(arena, text);

    for (size_t i = 0; i + 1 < text.length; i++) {
        bool line = copy[i] == '-' && copy[i + 1] == '-';
        bool block = copy[i] == '/' && copy[i + 1] == '*';
        if (copy[i] == '\'')
            for (i++; i < text.length && copy[i] != '\'';)
                i++;
        else if (line)
            for (; i < text.length && copy[i] != '\n'; i++)
                copy[i] = ' ';
        else if (block)
            for (bool open = true; open && i < text.length; i++) {
                open = !(copy[i] == '/' && copy[i - 1] == '*');
                copy[i] = ' ';
            }
    }
    return str_of(copy, text.length);
}

static bool sql_text_covers(struct arena *arena, struct str text,
                            const struct schema_change *change)
{
    struct str rest = without_sql_comments(arena, text);

    while (rest.length)
        if (sql_covers(str_cut(&rest, ';'), change))
            return true;
    return false;
}

/* --- Alembic: the calls of the upgrade. --- */

struct scanner {
    struct str text;
    size_t at;
};

static bool starts_at(const struct scanner *s, size_t at, const char *what)
{
    return str_starts(str_from_offset(s->text, at), str_from(what));
}

/* At a quote: behind the literal, its contents in *ret. */
static size_t skip_string(const struct scanner *s, size_t at, struct str *ret)
{
    char quote = s->text.bytes[at];
    bool triple = starts_at(s, at, quote == '"' ? "\"\"\"" : "'''");
    size_t width = triple ? 3 : 1, start = at + width, i = start;

    for (; i < s->text.length; i++) {
        if (s->text.bytes[i] == '\\')
            i++;
        else if (s->text.bytes[i] == quote &&
                 (!triple || starts_at(s, i, quote == '"' ? "\"\"\"" : "'''")))
            break;
    }
    if (i > s->text.length)
        i = s->text.length;
    *ret = str_slice(s->text, start, i);
    return i + width < s->text.length ? i + width : s->text.length;
}

/* At an opening parenthesis: behind the closing one. */
static size_t skip_arguments(const struct scanner *s, size_t at, struct arena *arena,
                             struct strs *literals)
{
    size_t depth = 0;

    while (at < s->text.length) {
        char byte = s->text.bytes[at];
        struct str literal;
        if (byte == '"' || byte == '\'') {
            at = skip_string(s, at, &literal);
            VEC_PUSH(arena, literals, literal);
            continue;
        }
        if (byte == '#')
            while (at < s->text.length && s->text.bytes[at] != '\n')
                at++;
        depth += byte == '(';
        if (byte == ')' && --depth == 0)
            return at + 1;
        at++;
    }
    return s->text.length;
}

struct call {
    struct str receiver, name, arguments;
    struct strs literals;
    struct str table; /* of the batch around it */
};

static bool has_literal(const struct call *call, struct str wanted)
{
    for (size_t i = 0; i < call->literals.count; i++)
        if (str_eq_nocase(call->literals.items[i], wanted) ||
            str_eq_nocase(bare(call->literals.items[i]), wanted))
            return true;
    return false;
}

static bool names(const struct call *call, struct str wanted)
{
    return wanted.length && has_literal(call, wanted);
}

static bool is_call(const struct call *call, const char *name)
{
    return str_eq(call->name, str_from(name));
}

static bool is_table(const struct call *call, struct str table)
{
    bool of_batch = call->table.length && !str_eq(call->receiver, STR("op"));

    return of_batch ? str_eq_nocase(bare(call->table), bare(table)) : names(call, bare(table));
}

static bool alters_aspect(const struct call *call, const struct schema_change *change)
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

static bool call_column(const struct call *call, const struct schema_change *change)
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

static bool call_covers(struct arena *arena, const struct call *call,
                        const struct schema_change *change)
{
    if (is_call(call, "execute") || is_call(call, "text") || is_call(call, "RunSQL")) {
        for (size_t i = 0; i < call->literals.count; i++)
            if (sql_text_covers(arena, call->literals.items[i], change))
                return true;
        /* One statement written in several pieces. */
        return sql_text_covers(
            arena, str_join(arena, call->literals.items, call->literals.count, STR("")), change);
    }
    switch (change->object) {
    case SCHEMA_OBJECT_COLUMN:
        return call_column(call, change);
    case SCHEMA_OBJECT_TABLE:
        return names(call, bare(change->table)) &&
               (is_call(call, "rename_table") ||
                is_call(call, change->kind == SCHEMA_DROP ? "drop_table" : "create_table"));
    case SCHEMA_OBJECT_TYPE:
        return names(call, bare(change->name)) &&
               (!change->value.length || names(call, change->value));
    case SCHEMA_OBJECT_INDEX:
        break;
    }
    /* An index goes by itself, or with its column or table; what made it does not take it away. */
    if (change->kind == SCHEMA_DROP && !str_starts(call->name, STR("drop_")))
        return false;
    bool kind = is_call(call, "drop_column") || is_call(call, "drop_table") ||
                str_contains(call->name, STR("index")) ||
                str_contains(call->name, STR("constraint")) ||
                str_contains(call->name, STR("foreign_key")) || is_call(call, "create_table") ||
                is_call(call, "add_column");
    return kind && (names(call, bare(change->name)) ||
                    (is_table(call, change->table) && names(call, change->column)));
}

/* Django's operations name a model and a field: "user" of the application "shop" is the table shop_user, "owner" the column owner_id. The
 * model's table may be called otherwise: then the field alone decides. */
static bool django_column(const struct call *call, const struct schema_change *change)
{
    struct str column = change->column;
    bool field = names(call, column) || (str_ends(column, STR("_id")) &&
                                         names(call, str_prefix(column, column.length - 3)));

    if (!field)
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

static bool ends_with_model(const struct call *call, struct str table)
{
    for (size_t i = 0; i < call->literals.count; i++) {
        struct str model = call->literals.items[i];
        if (model.length && model.length <= table.length &&
            str_eq_nocase(str_from_offset(table, table.length - model.length), model))
            return true;
    }
    return false;
}

static bool django_index(const struct call *call, const struct schema_change *change)
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
    return (is_call(call, "CreateModel") || is_call(call, "AddField") ||
            is_call(call, "AlterField")) &&
           (names(call, change->column) || names(call, change->name));
}

static bool django_covers(const struct call *call, const struct schema_change *change)
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

/* Names that are no literals: computed in a loop, constants of another file. */
static bool is_computed(const struct call *call, const struct schema_change *change,
                        struct str upgrade)
{
    return str_eq(call->receiver, STR("op")) && call->literals.count == 0 &&
           change->object == SCHEMA_OBJECT_COLUMN &&
           (is_call(call, "add_column") || is_call(call, "drop_column") ||
            is_call(call, "alter_column")) &&
           text_has_word(upgrade, bare(change->table)) && text_has_word(upgrade, change->column);
}

static struct str identifier_before(const struct scanner *s, size_t end)
{
    size_t start = end;

    while (start > 0 && is_word_byte(s->text.bytes[start - 1]))
        start--;
    return str_slice(s->text, start, end);
}

static bool python_covers(struct arena *arena, struct str text, const struct schema_change *change)
{
    size_t end = str_find(text, STR("\ndef downgrade"));
    struct scanner s = {.text = end == SIZE_MAX ? text : str_prefix(text, end)};
    struct str batch = STR_NONE;

    while (s.at < s.text.length) {
        char byte = s.text.bytes[s.at];
        struct str ignored;
        if (byte == '#')
            while (s.at < s.text.length && s.text.bytes[s.at] != '\n')
                s.at++;
        else if (byte == '"' || byte == '\'')
            s.at = skip_string(&s, s.at, &ignored);
        else if (byte == '(') {
            struct call call = {.name = identifier_before(&s, s.at), .table = batch};
            size_t before = s.at - call.name.length;
            if (before > 0 && s.text.bytes[before - 1] == '.')
                call.receiver = identifier_before(&s, before - 1);
            size_t behind = skip_arguments(&s, s.at, arena, &call.literals);
            call.arguments = str_slice(s.text, s.at, behind);
            if (is_call(&call, "batch_alter_table"))
                batch = call.literals.count ? call.literals.items[0] : STR_NONE;
            if (call_covers(arena, &call, change) || django_covers(&call, change) ||
                is_computed(&call, change, s.text))
                return true;
            s.at++;
        } else
            s.at++;
    }
    return false;
}

static bool rails_covers(struct arena *arena, struct str text, const struct schema_change *change)
{
    struct steps steps = {0};

    steps_of_rails(arena, text, &steps);
    for (size_t i = 0; i < steps.count; i++)
        if (step_effect(NULL, &steps.items[i], change) > 0)
            return true;
    return false;
}

bool migration_covers(struct arena *arena, struct str path, struct str text,
                      const struct schema_change *change)
{
    if (str_ends(path, STR(".py")))
        return python_covers(arena, text, change);
    if (str_ends(path, STR(".sql")))
        return sql_text_covers(arena, text, change);
    if (str_ends(path, STR(".rb")))
        return rails_covers(arena, text, change);
    /* TypeORM's and Ecto's are read as steps (models_cover): a word in them proves nothing. */
    if (str_contains(text, STR("MigrationInterface")) || str_contains(text, STR("queryRunner")) ||
        str_contains(text, STR("Ecto.Migration")))
        return false;
    /* Other languages: both names in one file. */
    struct str thing = change->object == SCHEMA_OBJECT_COLUMN ? change->column
                       : change->name.length                  ? change->name
                                                              : bare(change->table);
    return text_has_word(text, thing) &&
           (!change->table.length || text_has_word(text, bare(change->table)));
}
