/* typeorm_foreign.c -- @ForeignKey: a key of the database's without a relation. */
#include "readers/typeorm_relation.h"

/* The columns of properties: of one, or of those that a list names. */
static bool columns_of(struct typeorm_reader *r, const struct typeorm_entity *entity,
                       struct script_scope scope, TSNode names, struct strs *ret_columns)
{
    struct strs paths = {0};

    *ret_columns = (struct strs){0};
    if (!script_texts(r->tree, scope, names, &paths))
        return false;
    for (size_t i = 0; i < paths.count; i++) {
        const struct typeorm_property *property = typeorm_property_named(entity, paths.items[i]);
        if (!property || property->columns.count != 1)
            return false;
        VEC_PUSH(r->arena, ret_columns, property->columns.items[0]);
    }
    return ret_columns->count > 0;
}

/* "email", (user) => user.email: a property of the other side. */
static struct str inverse_of(struct typeorm_reader *r, struct script_scope scope, TSNode node)
{
    TSNode bare = script_bare(node), member;

    if (!script_is_function(bare))
        return script_text(r->tree, scope, bare);
    member = script_bare(script_returned(r->tree, bare));
    return node_is(member, "member_expression")
               ? script_source(scope.file, script_child(member, "property_identifier"))
               : STR_NONE;
}

struct key {
    const struct typeorm_decorator *decorator;
    struct relation relation; /* its target and options */
    struct strs columns, others;
};

/* The columns on the other side: those named, else the primary key. */
static bool find_others(struct typeorm_reader *r, struct key *key, struct typeorm_entity *target,
                        struct str inverse, TSNode names)
{
    struct joins joins = {0};
    struct referenced referenced = {0};

    if (!ts_node_is_null(names)) {
        typeorm_read_columns(r, target);
        return columns_of(r, target, key->decorator->scope, names, &key->others);
    }
    if (inverse.length)
        joins = (struct joins){.items = {{.referenced = inverse}}, .count = 1};
    typeorm_read_referenced(r, target, &joins, &referenced);
    for (size_t i = 0; i < referenced.count; i++)
        VEC_PUSH(r->arena, &key->others, referenced.columns[i].name);
    return referenced.count > 0;
}

static void add(struct typeorm_reader *r, struct key *key, struct typeorm_entity *target)
{
    struct schema_table *table = typeorm_table(r, key->relation.entity);
    struct str text = str_printf(
        r->arena, STR_FMT STR_FMT "%s",
        STR_ARG(typeorm_target_text(
            r, target, str_join(r->arena, key->others.items, key->others.count, STR(", ")))),
        STR_ARG(typeorm_actions(r, &key->relation)),
        typeorm_deferral(r, key->relation.scope, key->relation.options));

    if (key->columns.count == 1) {
        struct schema_column *column = schema_column_named(table, key->columns.items[0]);
        if (column)
            column->references = text;
        return;
    }
    struct str name = typeorm_option_text(r, key->relation.scope, key->relation.options, "name");
    if (!name.length)
        name = typeorm_hashed_name(r->arena, "FK_", 27, key->relation.entity->table, &key->columns,
                                   STR_NONE);
    VEC_PUSH(r->arena, &table->indexes,
             (struct schema_index){.kind = SCHEMA_FOREIGN_KEY,
                                   .name = name,
                                   .parts = key->columns,
                                   .references = text,
                                   .place = key->relation.place});
}

/* @ForeignKey(() => User, "email", { onDelete }) on a property (`path`), @ForeignKey(() => User, ["a"], ["b"], { … }) on a class. */
static void read_one(struct typeorm_reader *r, struct typeorm_entity *entity,
                     const struct typeorm_decorator *decorator, struct str path,
                     struct schema_place place)
{
    struct key key = {.decorator = decorator};
    TSNode arguments[4], others = node_null();
    struct str inverse = STR_NONE;
    bool whole = true;

    for (size_t i = 0; i < COUNT_OF(arguments); i++)
        arguments[i] = script_argument(r->tree, decorator->call, i);
    key.relation = (struct relation){.entity = entity,
                                     .property = path.length ? path : entity->name,
                                     .scope = decorator->scope,
                                     .target = arguments[0],
                                     .options = arguments[1],
                                     .place = place};
    if (path.length) {
        const struct typeorm_property *property = typeorm_property_named(entity, path);
        inverse = inverse_of(r, decorator->scope, arguments[1]);
        if (inverse.length)
            key.relation.options = arguments[2];
        if (property)
            key.columns = property->columns;
    } else {
        others = arguments[2];
        key.relation.options = arguments[3];
        whole = columns_of(r, entity, decorator->scope, arguments[1], &key.columns);
    }
    struct typeorm_entity *target = typeorm_target_of(r, &key.relation);
    if (!whole || !target || !key.columns.count || !find_others(r, &key, target, inverse, others) ||
        key.others.count != key.columns.count)
        typeorm_say_target(r, &key.relation);
    else
        add(r, &key, target);
}

static void read_all(struct typeorm_reader *r, struct typeorm_entity *entity,
                     const struct typeorm_decorators *decorators, struct str path,
                     struct schema_place place)
{
    for (size_t i = 0; i < decorators->count; i++)
        if (str_eq(decorators->items[i].name, STR("ForeignKey")))
            read_one(r, entity, &decorators->items[i], path, place);
}

void typeorm_read_foreign_keys(struct typeorm_reader *r, struct typeorm_entity *entity)
{
    read_all(r, entity, &entity->decorators, STR_NONE, entity->place);
    for (size_t i = 0; i < entity->members.count; i++)
        read_all(r, entity, &entity->members.items[i].decorators, entity->members.items[i].name,
                 entity->members.items[i].place);
}
