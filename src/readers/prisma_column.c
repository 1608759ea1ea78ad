/* prisma_column.c -- the names, types, defaults and columns of Prisma's fields. */
#include "readers/prisma_reader.h"
#include "readers/sql_tree.h"
#include "readers/sqlalchemy.h"

#define NAME_MAX_BYTES 63u

/* --- Names. --- */

struct str prisma_mapped(const struct prisma_attributes *attributes, struct str name)
{
    const struct prisma_attribute *map = prisma_attribute(attributes, "map");
    const struct prisma_value *value = map ? prisma_argument(&map->arguments, "name", 0) : NULL;

    return value && value->kind == PRISMA_STRING ? value->text : name;
}

struct str prisma_table_name(struct prisma_reader *r, const struct prisma_block *model)
{
    return prisma_in_schema(r, model, prisma_mapped(&model->attributes, model->name));
}

struct str prisma_in_schema(struct prisma_reader *r, const struct prisma_block *model,
                            struct str name)
{
    const struct prisma_attribute *in = prisma_attribute(&model->attributes, "schema");
    const struct prisma_value *schema = in ? prisma_argument(&in->arguments, "map", 0) : NULL;

    return schema && schema->text.length && !str_eq(schema->text, STR("public"))
               ? str_printf(r->arena, STR_FMT "." STR_FMT, STR_ARG(schema->text), STR_ARG(name))
               : name;
}

struct str prisma_bare(struct str table)
{
    size_t dot = str_find_last_byte(table, '.');

    return dot == SIZE_MAX ? table : str_from_offset(table, dot + 1);
}

/* Prisma's own cut: the names first, the suffix stays. */
struct str prisma_made_up_name(struct prisma_reader *r, struct str table,
                               const struct strs *columns, const char *suffix)
{
    struct str joined = str_join(r->arena, columns->items, columns->count, STR("_"));
    struct str whole = str_printf(r->arena, STR_FMT "%s" STR_FMT, STR_ARG(prisma_bare(table)),
                                  joined.length ? "_" : "", STR_ARG(joined));

    return str_printf(r->arena, STR_FMT "%s",
                      STR_ARG(str_prefix(whole, NAME_MAX_BYTES - str_from(suffix).length)), suffix);
}

const struct prisma_block *prisma_block_named(const struct prisma_reader *r, const char *keyword,
                                              struct str name)
{
    for (size_t i = 0; i < r->blocks.count; i++)
        if (str_eq(r->blocks.items[i].keyword, str_from(keyword)) &&
            str_eq(r->blocks.items[i].name, name))
            return &r->blocks.items[i];
    return NULL;
}

const struct prisma_field *prisma_field_named(const struct prisma_block *block, struct str name)
{
    for (size_t i = 0; i < block->fields.count; i++)
        if (str_eq(block->fields.items[i].name, name))
            return &block->fields.items[i];
    return NULL;
}

struct str prisma_column_name(const struct prisma_block *model, struct str field)
{
    const struct prisma_field *found = prisma_field_named(model, field);

    return found ? prisma_mapped(&found->attributes, found->name) : field;
}

/* --- Types. --- */

/* As `prisma migrate` writes them (schema reference, "Model field scalar types"), by provider. */
static const struct {
    const char *name, *types[4];
} scalars[] = {
    {"String", {"TEXT", "VARCHAR(191)", "TEXT", "NVARCHAR(1000)"}},
    {"Boolean", {"BOOLEAN", "BOOLEAN", "BOOLEAN", "BIT"}},
    {"Int", {"INTEGER", "INTEGER", "INTEGER", "INT"}},
    {"BigInt", {"BIGINT", "BIGINT", "BIGINT", "BIGINT"}},
    {"Float", {"DOUBLE PRECISION", "DOUBLE", "REAL", "FLOAT(53)"}},
    {"Decimal", {"DECIMAL(65,30)", "DECIMAL(65,30)", "DECIMAL", "DECIMAL(32,16)"}},
    {"DateTime", {"TIMESTAMP(3)", "DATETIME(3)", "DATETIME", "DATETIME2"}},
    {"Json", {"JSONB", "JSON", "JSONB", "NVARCHAR(max)"}},
    {"Bytes", {"BYTEA", "LONGBLOB", "BLOB", "VARBINARY(max)"}},
};

/* @db.VarChar(80) */
static struct str native_type(struct prisma_reader *r, const struct prisma_attribute *attribute)
{
    static const struct {
        const char *name, *type;
    } names[] = {{"db.DoublePrecision", "DOUBLE PRECISION"},
                 {"db.Int", "INTEGER"},
                 {"db.UnsignedInt", "INTEGER UNSIGNED"},
                 {"db.UnsignedBigInt", "BIGINT UNSIGNED"},
                 {"db.UnsignedMediumInt", "MEDIUMINT UNSIGNED"},
                 {"db.UnsignedSmallInt", "SMALLINT UNSIGNED"},
                 {"db.UnsignedTinyInt", "TINYINT UNSIGNED"}};
    struct strs numbers = {0};
    struct str type = str_upper(r->arena, str_from_offset(attribute->name, 3));

    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (str_eq(attribute->name, str_from(names[i].name)))
            type = str_from(names[i].type);
    for (size_t i = 0; i < attribute->arguments.items.count; i++)
        VEC_PUSH(r->arena, &numbers, attribute->arguments.items.items[i].text);
    return numbers.count
               ? str_printf(r->arena, STR_FMT "(" STR_FMT ")", STR_ARG(type),
                            STR_ARG(str_join(r->arena, numbers.items, numbers.count, STR(","))))
               : type;
}

/* Empty: a relation, or nothing that we know. */
struct str prisma_field_type(struct prisma_reader *r, const struct prisma_field *field)
{
    const struct prisma_block *type = prisma_block_named(r, "enum", field->type);
    struct str word = type && !prisma_has_enums(r) ? STR("String") : field->type;

    if (field->unsupported.length)
        return sql_type_words(r->arena, field->unsupported);
    for (size_t i = 0; i < field->attributes.count; i++)
        if (str_starts(field->attributes.items[i].name, STR("db.")))
            return native_type(r, &field->attributes.items[i]);
    if (type && prisma_has_enums(r))
        return prisma_table_name(r, type);
    for (size_t i = 0; i < COUNT_OF(scalars); i++)
        if (str_eq(word, str_from(scalars[i].name)))
            return str_from(scalars[i].types[r->provider]);
    return STR_NONE;
}

/* @db.Timestamp without its digits: `prisma migrate diff` makes nothing of its becoming @db.Timestamp(6), or of the way back. */
static bool has_any_precision(const struct prisma_reader *r, const struct prisma_field *field)
{
    static const char *const names[] = {"db.Timestamp", "db.Timestamptz", "db.Time", "db.Timetz"};

    for (size_t i = 0; r->provider == PRISMA_POSTGRESQL && i < COUNT_OF(names); i++) {
        const struct prisma_attribute *type = prisma_attribute(&field->attributes, names[i]);
        if (type)
            return !type->arguments.items.count;
    }
    return false;
}

static bool is_relation(const struct prisma_reader *r, const struct prisma_field *field)
{
    return !field->unsupported.length && (prisma_block_named(r, "model", field->type) ||
                                          prisma_block_named(r, "view", field->type));
}

/* --- Defaults. --- */

struct str prisma_literal(struct prisma_reader *r, const struct prisma_field *field,
                          const struct prisma_value *value)
{
    const struct prisma_block *type = field ? prisma_block_named(r, "enum", field->type) : NULL;

    if (value->kind == PRISMA_STRING && field && str_eq(field->type, STR("Decimal")))
        return value->text;
    if (value->kind == PRISMA_STRING)
        return schema_quoted(r->arena, value->text);
    if (type && value->kind == PRISMA_WORD)
        return schema_quoted(r->arena, prisma_column_name(type, value->text));
    return value->text;
}

static struct str list_literal(struct prisma_reader *r, const struct prisma_field *field,
                               const struct prisma_value *value, struct str type)
{
    struct strs items = {0};

    for (size_t i = 0; i < value->items.count; i++)
        VEC_PUSH(r->arena, &items, prisma_literal(r, field, &value->items.items[i]));
    return str_printf(r->arena, "ARRAY[" STR_FMT "]::" STR_FMT,
                      STR_ARG(str_join(r->arena, items.items, items.count, STR(", "))),
                      STR_ARG(type));
}

/* SQLite and SQL Server keep it with the key. */
static struct str sequence_of(struct prisma_reader *r, const struct prisma_block *model,
                              struct str column)
{
    if (r->provider == PRISMA_MYSQL)
        return STR("AUTO_INCREMENT");
    if (r->provider != PRISMA_POSTGRESQL)
        return STR_NONE;
    return str_printf(r->arena, "nextval('\"" STR_FMT "_" STR_FMT "_seq\"'::regclass)",
                      STR_ARG(prisma_bare(prisma_table_name(r, model))), STR_ARG(column));
}

static void default_of(struct prisma_reader *r, const struct prisma_block *model,
                       const struct prisma_field *field, struct schema_column *column)
{
    const struct prisma_attribute *attribute = prisma_attribute(&field->attributes, "default");
    const struct prisma_value *value =
        attribute ? prisma_argument(&attribute->arguments, "value", 0) : NULL;

    if (!value)
        return;
    /* A point in time is the client's to write: its migrations compare one with no other, nor with now(). */
    column->made_up = r->provider == PRISMA_POSTGRESQL && str_eq(field->type, STR("DateTime")) &&
                      (value->kind != PRISMA_CALL || str_eq(value->text, STR("now")));
    if (value->kind == PRISMA_LIST) {
        column->default_value = list_literal(r, field, value, column->type);
    } else if (value->kind != PRISMA_CALL) {
        column->default_value = prisma_literal(r, field, value);
    } else if (str_eq(value->text, STR("now"))) {
        column->default_value =
            r->provider == PRISMA_MYSQL ? STR("CURRENT_TIMESTAMP(3)") : STR("CURRENT_TIMESTAMP");
    } else if (str_eq(value->text, STR("autoincrement"))) {
        column->default_value = sequence_of(r, model, column->name);
    } else if (str_eq(value->text, STR("dbgenerated"))) {
        /* Without an argument: there is one, and only the database knows it. */
        const struct prisma_value *text = value->items.count ? &value->items.items[0] : NULL;
        column->default_value = text ? text->text : STR_NONE;
        column->unread_default = !text;
    }
    /* uuid(), cuid(), nanoid(), auto(): the client's. */
}

/* --- Columns. --- */

void prisma_column_add(struct prisma_reader *r, struct schema_table *table,
                       const struct prisma_block *model, const struct prisma_field *field)
{
    struct schema_column column = {.name = prisma_mapped(&field->attributes, field->name),
                                   .type = prisma_field_type(r, field),
                                   .any_precision = has_any_precision(r, field),
                                   .nullable = field->optional || field->list,
                                   .primary_key = prisma_attribute(&field->attributes, "id"),
                                   .place = field->place};

    if (is_relation(r, field))
        return;
    if (!column.type.length)
        schema_unread_add(r->arena, r->schema, field->place,
                          str_printf(r->arena, "the type of " STR_FMT "." STR_FMT ", " STR_FMT,
                                     STR_ARG(table->name), STR_ARG(column.name),
                                     STR_ARG(field->type)),
                          field->type);
    else if (field->list)
        column.type = str_printf(r->arena, STR_FMT "[]", STR_ARG(column.type));
    default_of(r, model, field, &column);
    if (column.unread_default)
        schema_unread_add(r->arena, r->schema, field->place,
                          str_printf(r->arena, "the default of " STR_FMT "." STR_FMT,
                                     STR_ARG(table->name), STR_ARG(column.name)),
                          STR("dbgenerated()"));
    schema_column_put(r->arena, table, column);
}
