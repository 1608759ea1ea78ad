/* cover_django.c -- one operation of a Django migration against one change. */
#include "base/file.h"
#include "migrations/cover_match.h"
#include "migrations/cover_scan.h"
#include "migrations/key_parts.h"
#include "readers/steps.h"

static bool names_field(const struct cover_call *call, struct str column)
{
    return cover_names(call, column) || (str_ends(column, STR("_id")) &&
                                         cover_names(call, str_prefix(column, column.length - 3)));
}

/* "product" of the application "catalog" is the table catalog_product; with a field, that of many-to-many, catalog_product_tags. */
static bool is_model(struct str model, struct str field, struct str table)
{
    size_t length = model.length + (field.length ? field.length + 1 : 0);

    if (!model.length || length > table.length)
        return false;
    size_t at = table.length - length;
    return (at == 0 || table.bytes[at - 1] == '_' || table.bytes[at - 1] == '.') &&
           str_eq_nocase(str_slice(table, at, at + model.length), model) &&
           (!field.length || (table.bytes[at + model.length] == '_' &&
                              str_eq_nocase(str_from_offset(table, at + model.length + 1), field)));
}

/* options={"db_table": "stock"} */
static bool says_table(const struct cover_call *call, struct str table)
{
    return str_contains(call->arguments, STR("db_table")) && cover_names(call, table);
}

/* max_length=24: the digits; empty: it is not written, or no number. */
static struct str number_of(struct str field, struct str keyword)
{
    size_t at = str_find(field, keyword), end;

    if (at == SIZE_MAX)
        return STR_NONE;
    struct str rest = str_from_offset(field, at + keyword.length);
    for (end = 0; end < rest.length && byte_is_digit(rest.bytes[end]);)
        end++;
    return end < rest.length && (rest.bytes[end] == ',' || rest.bytes[end] == ')')
               ? str_prefix(rest, end)
               : STR_NONE;
}

/* models.IntegerField() makes no VARCHAR(20). */
static bool is_other_class(struct str field, struct str type)
{
    struct str name = str_from_offset(field, STR("models.").length);
    struct str own = steps_django_type(str_prefix(name, str_find_byte(name, '(')));

    return own.length && type.length &&
           !(str_starts(type, own) && (type.length == own.length || type.bytes[own.length] == '('));
}

/* What is computed, or a key, may be either. */
static bool may_be_unique(struct str field, bool wanted)
{
    bool is_true =
        str_contains(field, STR("unique=True")) || str_starts(field, STR("models.OneToOneField"));
    bool known = !str_contains(field, STR("**")) && !str_contains(field, STR("primary_key=")) &&
                 (is_true || !str_contains(field, STR("unique=")) ||
                  str_contains(field, STR("unique=False")));

    return !known || is_true == wanted;
}

/* What is said of a field of Django's own must be what the models say now: an older AlterField, or an AddField that brought the column back, made
 * something else of it. */
static bool may_become(const struct cover_call *call, const struct schema_change *change)
{
    struct str field = cover_keyword_argument(call, "field", 2), type = change->after.type;

    if (!str_starts(field, STR("models.")))
        return true;
    if (change->aspect == ASPECT_NULL) {
        bool nullable = str_contains(field, STR("null=True")) ||
                        str_starts(field, STR("models.NullBooleanField"));
        return nullable == change->after.nullable ||
               (str_contains(field, STR("null=")) && !nullable &&
                !str_contains(field, STR("null=False")));
    }
    if (change->aspect == ASPECT_TYPE && is_other_class(field, type))
        return false;
    if (change->aspect == ASPECT_KEY && str_ends(change->line, STR(" UNIQUE")))
        return may_be_unique(field, !str_ends(change->line, STR(" DROP UNIQUE")));
    struct str length = number_of(field, STR("max_length=")),
               digits = number_of(field, STR("max_digits=")),
               places = number_of(field, STR("decimal_places="));
    if (change->aspect == ASPECT_TYPE && length.length && str_starts(type, STR("VARCHAR(")))
        return str_eq(number_of(type, STR("VARCHAR(")), length);
    if (change->aspect == ASPECT_TYPE && digits.length && places.length &&
        str_starts(type, STR("NUMERIC(")))
        return str_eq(number_of(type, STR("NUMERIC(")), digits) &&
               str_eq(number_of(type, STR(", ")), places);
    return true;
}

/* RenameField: is it the one that comes, or the one that goes, as far as that is written? */
static bool renames_field(const struct cover_call *call, const char *keyword, size_t index,
                          struct str column)
{
    struct str argument = cover_keyword_argument(call, keyword, index), name;

    if (!cover_is_call(call, "RenameField"))
        return false;
    return !cover_is_literal(argument, &name) || str_eq(name, column) ||
           (str_ends(column, STR("_id")) && str_eq(name, str_prefix(column, column.length - 3)));
}

static bool is_field(struct str name, struct str column)
{
    return str_eq_nocase(name, column) ||
           (str_ends(column, STR("_id")) &&
            str_eq_nocase(name, str_prefix(column, column.length - STR("_id").length)));
}

/* A string at `*at`, u"…" too: behind it then. */
static bool next_string(struct str text, size_t *at, struct str *ret)
{
    size_t quote = *at;

    while (quote < text.length && str_find_byte(STR("ubrUBR"), text.bytes[quote]) != SIZE_MAX)
        quote++;
    if (quote >= text.length || (text.bytes[quote] != '"' && text.bytes[quote] != '\''))
        return false;
    *at = cover_skip_string(text, quote, ret);
    return true;
}

/* fields=[("name", models.CharField(…, db_column="title")), …]; what is computed may say it. */
bool cover_model_says(const struct cover_call *call, struct str column)
{
    static const struct str own = STR_INIT("db_column=");
    struct str fields = cover_keyword_argument(call, "fields", 1), literal;
    size_t depth = 0;
    bool begins = false; /* a field, or its name */

    if (!str_starts(fields, STR("[")))
        return true;
    for (size_t at = 0; at < fields.length;) {
        char byte = fields.bytes[at];
        bool opens = byte == '(' || byte == '[' || byte == '{';
        if (byte == ' ' || byte == '\n' || byte == '\t' || byte == '\r') {
            at++;
            continue;
        }
        if (byte == '#') {
            while (at < fields.length && fields.bytes[at] != '\n')
                at++;
            continue;
        }
        if (begins && depth == 1 && byte != '(' && byte != ']')
            return true;
        if (begins && depth == 2) {
            if (!next_string(fields, &at, &literal) || is_field(literal, column))
                return true;
            begins = false;
            continue;
        }
        if (str_starts(str_from_offset(fields, at), own)) {
            at += own.length;
            if (!next_string(fields, &at, &literal) || str_eq_nocase(literal, column))
                return true;
            continue;
        }
        if (byte == '"' || byte == '\'') {
            at = cover_skip_string(fields, at, &literal);
            continue;
        }
        depth += opens;
        depth -= depth && (byte == ')' || byte == ']' || byte == '}');
        begins = (opens && (depth == 1 || (depth == 2 && begins))) || (byte == ',' && depth == 1);
        at++;
    }
    return false;
}

/* Django's operations name a model and a field: "user" of the application "shop" is the table shop_user, "owner" the column owner_id. A
 * model that has a table of another name is followed step by step (models_cover); one that the text computes may be any. */
static bool django_column(const struct cover_call *call, const struct schema_change *change)
{
    struct str column = change->column, model;
    const char *keyword = cover_is_call(call, "CreateModel") ? "name" : "model_name";

    if (!names_field(call, column) ||
        (cover_is_literal(cover_keyword_argument(call, keyword, 0), &model) &&
         !is_model(model, STR_NONE, change->table) && !says_table(call, change->table)))
        return false;
    switch (change->kind) {
    case SCHEMA_ADD:
        /* Of a change that would go by dropping the column: its table is there. */
        return (cover_is_call(call, "AddField") && may_become(call, change)) ||
               (cover_is_call(call, "CreateModel") && change->aspect == ASPECT_NONE &&
                cover_model_says(call, column)) ||
               renames_field(call, "new_name", 2, column);
    case SCHEMA_DROP:
        return cover_is_call(call, "RemoveField") || renames_field(call, "old_name", 1, column);
    case SCHEMA_CHANGE:
        break;
    }
    return cover_is_call(call, "AlterField") && may_become(call, change);
}

static bool names_model(const struct cover_call *call, struct str table)
{
    for (size_t i = 0; i < call->literals.count; i++)
        if (is_model(call->literals.items[i], STR_NONE, table))
            return true;
    return false;
}

/* Is the table that of a many-to-many field of this name? shop_product_tag, with the columns product_id and tag_id, is not the model Tag of an application
 * "shop_product". */
static bool is_of_field(struct str name, const struct schema_change *change)
{
    static const struct str ending = STR_INIT("_id"), from = STR_INIT("from_");

    for (size_t i = 0; change->whole && i < change->whole->columns.count; i++) {
        struct str owner = change->whole->columns.items[i].name;
        if (!str_ends(owner, ending))
            continue;
        owner = str_prefix(owner, owner.length - ending.length);
        if (str_starts(owner, from))
            owner = str_from_offset(owner, from.length);
        if (is_model(owner, name, change->table))
            return true;
    }
    return false;
}

/* A table of its own stands for a many-to-many field too. */
static bool django_table(const struct cover_call *call, const struct schema_change *change)
{
    struct str table = change->table;
    bool model = cover_is_call(call, "CreateModel");
    struct str name;

    if (cover_is_call(call, "RenameModel") || cover_is_call(call, "AlterModelTable"))
        return names_model(call, table);
    if (!model && !cover_is_call(call, "AddField"))
        return false;
    if (!cover_is_literal(cover_keyword_argument(call, model ? "name" : "model_name", 0), &name))
        return names_model(call, table);
    if (model && ((is_model(name, STR_NONE, table) && !is_of_field(name, change)) ||
                  says_table(call, table)))
        return true;
    for (size_t i = 0; str_contains(call->arguments, STR("ManyToMany")) && i < call->literals.count;
         i++)
        if (is_model(name, call->literals.items[i], table))
            return true;
    return false;
}

/* A field makes an index of itself alone; one over several is said in the options of the model. */
static bool makes_index(const struct cover_call *call, const struct schema_change *change)
{
    if (change->parts.count < 2)
        return names_field(call, change->column) &&
               cover_makes_field_index(call, change->column, change->index == SCHEMA_UNIQUE);
    for (size_t i = 0; i < change->parts.count; i++)
        if (!names_field(call, change->parts.items[i]))
            return false;
    return str_contains(call->arguments, STR("_together")) ||
           str_contains(call->arguments, STR("constraints"));
}

#define SET_FIELDS_MAX 32u

enum set { SET_UNKNOWN = 0, SET_MISSING, SET_THERE };

/* ("a", "b"): `at` stands behind the bracket. False: there is something else than literals in it. */
static bool read_set(struct str text, size_t at, struct strs *fields)
{
    for (fields->count = 0; at < text.length;) {
        char byte = text.bytes[at];
        if (byte == ')' || byte == ']' || byte == '}')
            return fields->count > 0;
        if (byte == '"' || byte == '\'') {
            if (fields->count == SET_FIELDS_MAX)
                return false;
            at = cover_skip_string(text, at, &fields->items[fields->count++]);
        } else if (str_find_byte(STR(", \t\r\n"), byte) != SIZE_MAX) {
            at++;
        } else {
            return false;
        }
    }
    return false;
}

/* AlterUniqueTogether(name="order", unique_together={("a", "b")}): are the columns of the change one of its sets? */
static enum set set_in(struct str text, const struct schema_change *change)
{
    static const char *const words[] = {"name", "unique_together", "index_together", "set", NULL};
    struct str items[SET_FIELDS_MAX], ignored;
    struct step step = {.kind = STEP_KEY, .parts_told = true, .field = true};
    enum set found = SET_MISSING;

    step.parts.items = items;
    for (size_t at = 0; at < text.length;) {
        char byte = text.bytes[at];
        size_t start = at;
        if (byte == '"' || byte == '\'') {
            at = cover_skip_string(text, at, &ignored);
            continue;
        }
        if ((byte == '(' || byte == '[' || byte == '{') && read_set(text, at + 1, &step.parts) &&
            key_parts_fit(&step, change))
            return SET_THERE;
        while (at < text.length && byte_is_word(text.bytes[at]))
            at++;
        if (at > start && !str_is_one_of(str_slice(text, start, at), words))
            found = SET_UNKNOWN;
        at += at == start;
    }
    return found;
}

/* Is the operation one of another model, as far as Django's names of tables tell it: shop_shelf is no table of a model Crate of the application shop. One
 * of a name of its own (db_table) is followed step by step. */
static bool is_of_another_model(struct str path, const struct cover_call *call,
                                const struct schema_change *change)
{
    struct str label = path_base_name(path_parent(path_parent(path))), table = change->table, model;
    const char *keyword = cover_is_call(call, "CreateModel") ? "name" : "model_name";

    if (!cover_is_literal(cover_keyword_argument(call, keyword, 0), &model) ||
        is_model(model, STR_NONE, table) || says_table(call, table))
        return false;
    for (size_t i = 0; str_contains(call->arguments, STR("ManyToMany")) && i < call->literals.count;
         i++)
        if (is_model(model, call->literals.items[i], table))
            return false;
    return label.length && table.length > label.length && table.bytes[label.length] == '_' &&
           str_eq_nocase(str_prefix(table, label.length), label);
}

static bool django_index(struct str path, const struct cover_call *call,
                         const struct schema_change *change)
{
    bool drop = change->kind == SCHEMA_DROP;
    struct str model;

    if (cover_is_call(call, "AlterUniqueTogether") || cover_is_call(call, "AlterIndexTogether"))
        return set_in(call->arguments, change) != (drop ? SET_THERE : SET_MISSING) &&
               cover_is_call(call, "AlterUniqueTogether") == (change->index == SCHEMA_UNIQUE) &&
               (!cover_is_literal(cover_keyword_argument(call, "name", 0), &model) ||
                is_model(model, STR_NONE, change->table));
    if (cover_is_call(call, "RenameIndex") ||
        str_starts(call->name, drop ? STR("RemoveIndex") : STR("AddIndex")) ||
        str_starts(call->name, drop ? STR("RemoveConstraint") : STR("AddConstraint")))
        return cover_names(call, change->name);
    if (drop)
        return names_field(call, change->column) &&
               (cover_is_call(call, "AlterField") ||
                (cover_is_call(call, "RemoveField") && !is_of_another_model(path, call, change)));
    if ((!cover_is_call(call, "CreateModel") && !cover_is_call(call, "AddField") &&
         !cover_is_call(call, "AlterField")) ||
        is_of_another_model(path, call, change))
        return false;
    /* One that the model names is named where it is made: Django's own begin with the table. */
    if (change->name.length && !str_starts(change->name, change->table))
        return cover_names(call, change->name);
    return cover_names(call, change->name) || makes_index(call, change);
}

/* A table begins with the label of its application, which is the name of the directory that holds its model, unless something else is
 * written: then nothing is told here. What lies in the migration's own application is of no other, whatever a folder around that is called. */
static bool is_of_another_application(struct str path, const struct schema_change *change)
{
    struct str folder = path_parent(path), application = path_parent(folder);

    if (!str_eq(path_base_name(folder), STR("migrations")) || !application.length)
        return false;
    for (struct str at = path_parent(change->place.file); at.length; at = path_parent(at)) {
        struct str label = path_base_name(at);
        bool own = str_eq(at, application);
        if (change->table.length > label.length && change->table.bytes[label.length] == '_' &&
            str_eq_nocase(str_prefix(change->table, label.length), label))
            return !own;
        if (own)
            return false;
    }
    return false;
}

bool cover_django(struct str path, const struct cover_call *call,
                  const struct schema_change *change)
{
    if (is_of_another_application(path, change))
        return false;
    switch (change->object) {
    case SCHEMA_OBJECT_COLUMN:
        return django_column(call, change);
    case SCHEMA_OBJECT_TABLE:
        return change->kind == SCHEMA_DROP
                   ? cover_is_call(call, "DeleteModel") && names_model(call, change->table)
                   : django_table(call, change);
    case SCHEMA_OBJECT_INDEX:
        return django_index(path, call, change);
    case SCHEMA_OBJECT_TYPE:
        break;
    }
    return false;
}
