#include "readers/prisma_reader.h"

/* --- Indexes and keys. --- */

/* JsonbPathOps is jsonb_path_ops, Int4MinMaxOps int4_minmax_ops. */
static struct str class_name(struct prisma_reader *r, struct str word)
{
    struct buf out = buf_new(r->arena, 2 * word.length + 1);

    for (size_t i = 0; i < word.length; i++) {
        bool big = word.bytes[i] >= 'A' && word.bytes[i] <= 'Z';
        bool minmax = str_starts(str_from_offset(word, i), STR("Max"));
        if (big && i && !minmax)
            buf_add_byte(&out, '_');
        buf_add_byte(&out, (char)(big ? word.bytes[i] - 'A' + 'a' : word.bytes[i]));
    }
    return buf_str(&out);
}

/* [email, name(sort: Desc), body(ops: raw("gin_trgm_ops"))] */
static void index_parts(struct prisma_reader *r, const struct prisma_block *model,
                        const struct prisma_value *list, struct strs *parts, struct strs *columns)
{
    for (size_t i = 0; list && i < list->items.count; i++) {
        const struct prisma_value *item = &list->items.items[i];
        struct str column = prisma_column_name(model, item->text);
        const struct prisma_value *sort = prisma_argument(item, "sort", SIZE_MAX);
        const struct prisma_value *ops = prisma_argument(item, "ops", SIZE_MAX);
        struct str class = STR_NONE;
        if (ops && ops->kind == PRISMA_CALL && ops->items.count)
            class = ops->items.items[0].text;
        else if (ops)
            class = class_name(r, ops->text);
        VEC_PUSH(r->arena, columns, column);
        const struct prisma_value *length = prisma_argument(item, "length", SIZE_MAX);
        if (length) /* MySQL's prefixes */
            column = str_printf(r->arena, STR_FMT "(" STR_FMT ")", STR_ARG(column),
                                STR_ARG(length->text));
        VEC_PUSH(r->arena, parts,
                 str_printf(r->arena, STR_FMT "%s" STR_FMT "%s", STR_ARG(column),
                            class.length ? " " : "", STR_ARG(class),
                            sort && str_eq(sort->text, STR("Desc")) ? " DESC" : ""));
    }
}

/* active: true, deletedAt: null, state: { not: "gone" }. An operator that we do not know stands as it is written. */
static struct str comparison(struct prisma_reader *r, const struct prisma_block *model,
                             const struct prisma_value *item)
{
    bool nested = item->kind == PRISMA_OBJECT && item->items.count;
    const struct prisma_value *value = nested ? &item->items.items[0] : item;
    bool negated = nested && str_eq(value->key, STR("not"));
    struct str column = prisma_column_name(model, item->key);
    struct str operator= !nested ? STR("=") : negated ? STR("<>") : value->key;

    if (value->kind == PRISMA_WORD && str_eq(value->text, STR("null")))
        return str_printf(r->arena, STR_FMT " IS %sNULL", STR_ARG(column), negated ? "NOT " : "");
    return str_printf(r->arena, STR_FMT " " STR_FMT " " STR_FMT, STR_ARG(column), STR_ARG(operator),
                      STR_ARG(prisma_literal(r, prisma_field_named(model, item->key), value)));
}

/* where: raw("deleted_at IS NULL"), where: { deletedAt: null } */
static struct str condition_of(struct prisma_reader *r, const struct prisma_block *model,
                               const struct prisma_attribute *attribute)
{
    const struct prisma_value *where = prisma_argument(&attribute->arguments, "where", SIZE_MAX);
    struct strs parts = {0};

    if (!where)
        return STR_NONE;
    if (where->kind == PRISMA_CALL && where->items.count)
        return where->items.items[0].text;
    for (size_t i = 0; i < where->items.count; i++)
        VEC_PUSH(r->arena, &parts, comparison(r, model, &where->items.items[i]));
    return str_join(r->arena, parts.items, parts.count, STR(" AND "));
}

static struct str given_name(const struct prisma_attribute *attribute)
{
    const struct prisma_value *map = prisma_argument(&attribute->arguments, "map", SIZE_MAX);

    /* What `name` says is the client's, but for @@index: there it is an older word for `map`. */
    if (!map && str_eq(attribute->name, STR("index")))
        map = prisma_argument(&attribute->arguments, "name", SIZE_MAX);
    return map ? map->text : STR_NONE;
}

static void add_index(struct prisma_reader *r, struct schema_table *table,
                      const struct prisma_block *model, const struct prisma_attribute *attribute,
                      const struct prisma_value *fields, struct schema_place place)
{
    bool unique = str_eq(attribute->name, STR("unique"));
    bool fulltext = str_eq(attribute->name, STR("fulltext"));
    struct schema_index index = {.kind = unique ? SCHEMA_UNIQUE_INDEX : SCHEMA_INDEX,
                                 .name = given_name(attribute),
                                 .condition = condition_of(r, model, attribute),
                                 .place = place};
    const struct prisma_value *type = prisma_argument(&attribute->arguments, "type", SIZE_MAX);
    struct strs columns = {0};

    index_parts(r, model, fields, &index.parts, &columns);
    if (!index.name.length)
        index.name = prisma_made_up_name(r, table->name, &columns, unique ? "_key" : "_idx");
    if (fulltext)
        index.method = STR("fulltext");
    else if (type && !str_eq(type->text, STR("BTree")))
        index.method = str_lower(r->arena, type->text);
    VEC_PUSH(r->arena, &table->indexes, index);
}

static void add_indexes(struct prisma_reader *r, struct schema_table *table,
                        const struct prisma_block *model)
{
    for (size_t i = 0; i < model->fields.count; i++) {
        const struct prisma_field *field = &model->fields.items[i];
        const struct prisma_attribute *unique = prisma_attribute(&field->attributes, "unique");
        if (!unique)
            continue;
        /* @unique(sort: Desc) is said of its field. */
        struct prisma_value item = unique->arguments, list = {0};
        item.text = field->name;
        VEC_PUSH(r->arena, &list.items, item);
        add_index(r, table, model, unique, &list, field->place);
    }
    for (size_t i = 0; i < model->attributes.count; i++) {
        const struct prisma_attribute *attribute = &model->attributes.items[i];
        const struct prisma_value *fields = prisma_argument(&attribute->arguments, "fields", 0);
        if (str_eq(attribute->name, STR("id")))
            for (size_t j = 0; fields && j < fields->items.count; j++) {
                struct schema_column *column = schema_column_named(
                    table, prisma_column_name(model, fields->items.items[j].text));
                if (column)
                    column->primary_key = true;
            }
        else if (str_eq(attribute->name, STR("unique")) || str_eq(attribute->name, STR("index")) ||
                 str_eq(attribute->name, STR("fulltext")))
            add_index(r, table, model, attribute, fields, attribute->place);
    }
}

/* --- Relations. --- */

static struct str action_words(struct str action)
{
    static const struct {
        const char *name, *words;
    } names[] = {{"Cascade", "CASCADE"},
                 {"Restrict", "RESTRICT"},
                 {"NoAction", "NO ACTION"},
                 {"SetNull", "SET NULL"},
                 {"SetDefault", "SET DEFAULT"}};

    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (str_eq(action, str_from(names[i].name)))
            return str_from(names[i].words);
    return action;
}

/* Only what differs from what Prisma does by itself: a key that becomes optional is one change, not two. */
static struct str actions(struct prisma_reader *r, const struct prisma_attribute *relation,
                          bool optional)
{
    const struct prisma_value *deleted =
        prisma_argument(&relation->arguments, "onDelete", SIZE_MAX);
    const struct prisma_value *updated =
        prisma_argument(&relation->arguments, "onUpdate", SIZE_MAX);
    struct str usual = optional ? STR("SetNull") : STR("Restrict");
    bool says_deleted = deleted && !str_eq(deleted->text, usual);
    bool says_updated = updated && !str_eq(updated->text, STR("Cascade"));

    return str_printf(r->arena, "%s" STR_FMT "%s" STR_FMT, says_deleted ? " ON DELETE " : "",
                      STR_ARG(says_deleted ? action_words(deleted->text) : STR_NONE),
                      says_updated ? " ON UPDATE " : "",
                      STR_ARG(says_updated ? action_words(updated->text) : STR_NONE));
}

static void columns_of(struct prisma_reader *r, const struct prisma_block *model,
                       const struct prisma_value *list, struct strs *columns)
{
    for (size_t i = 0; list && i < list->items.count; i++)
        VEC_PUSH(r->arena, columns, prisma_column_name(model, list->items.items[i].text));
}

static void add_foreign_key(struct prisma_reader *r, struct schema_table *table,
                            const struct prisma_block *model, const struct prisma_field *field)
{
    const struct prisma_attribute *relation = prisma_attribute(&field->attributes, "relation");
    const struct prisma_block *target = prisma_block_named(r, "model", field->type);
    struct strs columns = {0}, keys = {0};
    bool optional = false;

    if (!relation || !target)
        return;
    columns_of(r, model, prisma_argument(&relation->arguments, "fields", SIZE_MAX), &columns);
    columns_of(r, target, prisma_argument(&relation->arguments, "references", SIZE_MAX), &keys);
    for (size_t i = 0; i < columns.count; i++) {
        const struct schema_column *column = schema_column_named(table, columns.items[i]);
        optional = optional || (column && column->nullable);
    }
    if (!columns.count)
        return;
    struct str references = str_printf(
        r->arena, STR_FMT " (" STR_FMT ")" STR_FMT, STR_ARG(prisma_table_name(r, target)),
        STR_ARG(str_join(r->arena, keys.items, keys.count, STR(", "))),
        STR_ARG(actions(r, relation, optional)));
    if (columns.count == 1) {
        struct schema_column *column = schema_column_named(table, columns.items[0]);
        if (column)
            column->references = references;
        return;
    }
    struct str name = given_name(relation);
    VEC_PUSH(
        r->arena, &table->indexes,
        (struct schema_index){
            .kind = SCHEMA_FOREIGN_KEY,
            .name = name.length ? name : prisma_made_up_name(r, table->name, &columns, "_fkey"),
            .parts = columns,
            .references = references,
            .place = field->place});
}

static struct str relation_name(const struct prisma_field *field)
{
    const struct prisma_attribute *relation = prisma_attribute(&field->attributes, "relation");
    const struct prisma_value *name =
        relation ? prisma_argument(&relation->arguments, "name", 0) : NULL;

    return name && name->kind == PRISMA_STRING ? name->text : STR_NONE;
}

/* Two lists that point at each other have a table of their own: _PostToTag, or _name. */
static void add_many(struct prisma_reader *r, const struct prisma_block *model,
                     const struct prisma_field *field)
{
    const struct prisma_block *target = prisma_block_named(r, "model", field->type);
    struct str name = relation_name(field);
    bool found = false;

    if (!field->list || !target)
        return;
    for (size_t i = 0; i < target->fields.count; i++) {
        const struct prisma_field *other = &target->fields.items[i];
        found = found || (other != field && other->list && str_eq(other->type, model->name) &&
                          str_eq(relation_name(other), name));
    }
    if (!found)
        return;
    bool first = str_compare(model->name, target->name) <= 0;
    const struct prisma_block *ends[] = {first ? model : target, first ? target : model};
    struct str table_of = name.length ? str_printf(r->arena, "_" STR_FMT, STR_ARG(name))
                                      : str_printf(r->arena, "_" STR_FMT "To" STR_FMT,
                                                   STR_ARG(ends[0]->name), STR_ARG(ends[1]->name));
    table_of = prisma_in_schema(r, ends[0], table_of);
    if (schema_table_named(r->schema, table_of))
        return;
    struct schema_table *table = schema_table_add(r->arena, r->schema, table_of, field->place);
    for (size_t i = 0; i < 2; i++) {
        struct schema_column column = {
            .name = i ? STR("B") : STR("A"), .primary_key = true, .place = field->place};
        for (size_t j = 0; j < ends[i]->fields.count; j++) {
            const struct prisma_field *key = &ends[i]->fields.items[j];
            if (!prisma_attribute(&key->attributes, "id"))
                continue;
            column.type = prisma_field_type(r, key);
            column.references = str_printf(r->arena, STR_FMT " (" STR_FMT ")",
                                           STR_ARG(prisma_table_name(r, ends[i])),
                                           STR_ARG(prisma_mapped(&key->attributes, key->name)));
        }
        schema_column_put(r->arena, table, column);
    }
}

/* --- The whole. --- */

static void add_model(struct prisma_reader *r, const struct prisma_block *model)
{
    struct schema_table *table =
        schema_table_add(r->arena, r->schema, prisma_table_name(r, model), model->place);

    table->partial = model->broken;
    for (size_t i = 0; i < model->fields.count; i++)
        prisma_column_add(r, table, model, &model->fields.items[i]);
    add_indexes(r, table, model);
    for (size_t i = 0; r->foreign_keys && i < model->fields.count; i++)
        add_foreign_key(r, table, model, &model->fields.items[i]);
}

static void add_enum(struct prisma_reader *r, const struct prisma_block *block)
{
    struct schema_type type = {.name = prisma_table_name(r, block), .place = block->place};

    for (size_t i = 0; i < block->fields.count; i++)
        VEC_PUSH(r->arena, &type.labels,
                 prisma_mapped(&block->fields.items[i].attributes, block->fields.items[i].name));
    if (!schema_type_named(r->schema, type.name)) /* Prisma refuses a second one */
        VEC_PUSH(r->arena, &r->schema->types, type);
}

/* Empty when no file says. */
static struct str setting(const struct prisma_reader *r, const char *name)
{
    for (size_t i = 0; i < r->blocks.count; i++) {
        const struct prisma_attribute *found = prisma_attribute(&r->blocks.items[i].settings, name);
        if (str_eq(r->blocks.items[i].keyword, STR("datasource")) && found)
            return found->arguments.items.items[0].text;
    }
    return STR_NONE;
}

bool prisma_has_enums(const struct prisma_reader *r)
{
    return r->provider == PRISMA_POSTGRESQL || r->provider == PRISMA_MYSQL;
}

static enum prisma_provider provider_of(struct str name)
{
    return str_eq(name, STR("mysql"))       ? PRISMA_MYSQL
           : str_eq(name, STR("sqlite"))    ? PRISMA_SQLITE
           : str_eq(name, STR("sqlserver")) ? PRISMA_SQLSERVER
                                            : PRISMA_POSTGRESQL;
}

void prisma_read(struct arena *arena, const struct source_files *files, const struct strs *paths,
                 struct schema *schema)
{
    struct prisma_reader r = {.arena = arena, .schema = schema};
    struct schema unread = {0};

    for (size_t i = 0; i < paths->count; i++) {
        struct str source;
        if (files->read(files->self, paths->items[i], &source))
            prisma_parse(arena, paths->items[i], source, &r.blocks, &unread);
    }
    if (str_eq(setting(&r, "provider"), STR("mongodb")))
        return;
    schema->unread = unread.unread;
    r.provider = provider_of(setting(&r, "provider"));
    r.foreign_keys = !str_eq(setting(&r, "relationMode"), STR("prisma"));
    for (size_t i = 0; prisma_has_enums(&r) && i < r.blocks.count; i++)
        if (str_eq(r.blocks.items[i].keyword, STR("enum")))
            add_enum(&r, &r.blocks.items[i]);
    for (size_t i = 0; i < r.blocks.count; i++)
        if (str_eq(r.blocks.items[i].keyword, STR("model")))
            add_model(&r, &r.blocks.items[i]);
    for (size_t i = 0; i < r.blocks.count; i++)
        for (size_t j = 0;
             str_eq(r.blocks.items[i].keyword, STR("model")) && j < r.blocks.items[i].fields.count;
             j++)
            add_many(&r, &r.blocks.items[i], &r.blocks.items[i].fields.items[j]);
}
