/* typeorm_join.c -- tables of many-to-many relations. */
#include "readers/typeorm_relation.h"

static void rename_in_indexes(struct schema_table *table, struct str from, struct str to)
{
    for (size_t i = 0; i < table->indexes.count; i++) {
        struct schema_index *index = &table->indexes.items[i];
        for (size_t j = 0; j < index->parts.count; j++)
            if (str_eq(index->parts.items[j], from))
                index->parts.items[j] = to;
        if (str_eq(index->of_column, from))
            index->of_column = to;
    }
}

/* (tag) => tag.posts, "posts": a relation of the other side; (tag) => tag.id is taken for none. */
static bool has_inverse(struct typeorm_reader *r, const struct relation *relation)
{
    const struct typeorm_entity *target = typeorm_target_of(r, relation);
    TSNode given = relation->inverse, member = node_null();
    struct str name = script_text(r->tree, relation->scope, given);

    if (script_is_function(given))
        member = script_returned(r->tree, given);
    if (!ts_node_is_null(member))
        name = script_source(relation->scope.file, script_child(member, "property_identifier"));
    if (ts_node_is_null(given) || !target || target->is_object)
        return !ts_node_is_null(given);
    for (size_t i = 0; i < target->members.count; i++)
        if (str_eq(target->members.items[i].name, name))
            return typeorm_decorator_named(&target->members.items[i].decorators, "ManyToMany");
    return false;
}

static void add_side(struct typeorm_reader *r, struct schema_table *table,
                     const struct relation *relation, struct typeorm_entity *entity,
                     const char *option, const char *options)
{
    struct strs names = {0}, others = {0};
    struct referenced referenced = {0};
    struct script_scope scope;
    struct joins joins = {0};
    /* JunctionEntityMetadataBuilder: the owner's options, or CASCADE; of the other side what its own relation says. */
    bool other = str_eq(str_from(option), STR("inverseJoinColumn"));
    struct str actions =
        !other && relation->actions.length
            ? str_printf(
                  r->arena, "%s" STR_FMT "%s",
                  str_contains(relation->actions, STR("ON DELETE")) ? "" : " ON DELETE CASCADE",
                  STR_ARG(relation->actions),
                  str_contains(relation->actions, STR("ON UPDATE")) ? "" : " ON UPDATE CASCADE")
        : other && has_inverse(r, relation) ? STR_NONE
                                            : STR(" ON DELETE CASCADE ON UPDATE CASCADE");

    for (int plural = 0; plural < 2; plural++) {
        TSNode given = script_property(r->tree, relation->join_scope, relation->join,
                                       plural ? options : option, &scope);
        if (!ts_node_is_null(given))
            typeorm_read_joins(r, scope, given, &joins);
    }
    typeorm_read_referenced(r, entity, &joins, &referenced);
    for (size_t i = 0; i < referenced.count; i++) {
        struct str name = typeorm_joined_name(&joins, referenced.properties[i]);
        if (!name.length)
            name = typeorm_join_table_column_name(r, typeorm_bare_name(r, entity),
                                                  referenced.columns[i].name);
        struct schema_column *same = schema_column_named(table, name);
        if (same) { /* a table joined with itself */
            same->name = str_printf(r->arena, STR_FMT "_1", STR_ARG(name));
            rename_in_indexes(table, name, same->name);
            name = str_printf(r->arena, STR_FMT "_2", STR_ARG(name));
        }
        schema_column_put(
            r->arena, table,
            (struct schema_column){.name = name,
                                   .type = referenced.columns[i].type,
                                   .primary_key = true,
                                   .references =
                                       referenced.count > 1
                                           ? STR_NONE
                                           : str_printf(r->arena, STR_FMT STR_FMT,
                                                        STR_ARG(typeorm_target_text(
                                                            r, entity, referenced.columns[i].name)),
                                                        STR_ARG(actions)),
                                   .place = table->place});
        VEC_PUSH(r->arena, &names, name);
        VEC_PUSH(r->arena, &others, referenced.columns[i].name);
    }
    if (names.count > 1)
        VEC_PUSH(r->arena, &table->indexes,
                 (struct schema_index){
                     .kind = SCHEMA_FOREIGN_KEY,
                     .parts = names,
                     .of_column = names.items[0],
                     .references = str_printf(
                         r->arena, STR_FMT STR_FMT,
                         STR_ARG(typeorm_target_text(
                             r, entity, str_join(r->arena, others.items, others.count, STR(", ")))),
                         STR_ARG(actions)),
                     .place = table->place});
    VEC_PUSH(r->arena, &table->indexes,
             (struct schema_index){.kind = SCHEMA_INDEX,
                                   .parts = names,
                                   .of_column = names.count ? names.items[0] : STR_NONE,
                                   .place = table->place});
}

/* Their names are made of the columns' final names. */
void typeorm_name_indexes(struct typeorm_reader *r, struct str name, struct schema_table *table)
{
    for (size_t i = 0; i < table->indexes.count; i++) {
        struct schema_index *index = &table->indexes.items[i];
        bool key = index->kind == SCHEMA_FOREIGN_KEY;
        index->name = typeorm_hashed_name(r->arena, key ? "FK_" : "IDX_", key ? 27 : 26, name,
                                          &index->parts, STR_NONE);
    }
}

/* The table may be an entity as well, or be named by both sides: what is there stays as it is. */
static void join_into(struct typeorm_reader *r, struct schema_table *table,
                      const struct schema_table *made)
{
    table->partial = table->partial || made->partial;
    for (size_t i = 0; i < made->columns.count; i++) {
        struct schema_column *there = schema_column_named(table, made->columns.items[i].name);
        if (!there)
            schema_column_put(r->arena, table, made->columns.items[i]);
        else if (!there->references.length)
            there->references = made->columns.items[i].references;
    }
    for (size_t i = 0; i < made->indexes.count; i++) {
        bool there = false;
        for (size_t j = 0; j < table->indexes.count; j++)
            there = there || str_eq(table->indexes.items[j].name, made->indexes.items[i].name);
        if (!there)
            VEC_PUSH(r->arena, &table->indexes, made->indexes.items[i]);
    }
}

static void read_join_table(struct typeorm_reader *r, const struct relation *relation)
{
    struct typeorm_entity *target = typeorm_target_of(r, relation);
    struct str name = STR_NONE, schema = STR_NONE;
    struct typeorm_entity join = {.place = {relation->entity->place.file, relation->place.line}};

    if (typeorm_option_is(r, relation->join_scope, relation->join, "synchronize", SCRIPT_FALSE))
        return; /* an entity makes it, or somebody else */
    if (!ts_node_is_null(relation->join)) {
        name = script_text(r->tree, relation->join_scope,
                           relation->join); /* EntitySchema: a name alone */
        if (!name.length)
            name = typeorm_option_text(r, relation->join_scope, relation->join, "name");
        schema = typeorm_option_text(r, relation->join_scope, relation->join, "schema");
    }
    if (!target)
        typeorm_say_target(r, relation);
    if (!target && !name.length)
        return;
    join.table =
        name.length
            ? name
            : typeorm_snake(r->arena, str_printf(r->arena, STR_FMT "_" STR_FMT "_" STR_FMT,
                                                 STR_ARG(typeorm_bare_name(r, relation->entity)),
                                                 STR_ARG(relation->property),
                                                 STR_ARG(typeorm_bare_name(r, target))));
    join.table = typeorm_prefixed(r, join.table);
    join.schema = schema.length ? schema : relation->entity->schema;
    struct schema_table made = {.place = join.place, .partial = !target};
    add_side(r, &made, relation, relation->entity, "joinColumn", "joinColumns");
    if (target)
        add_side(r, &made, relation, target, "inverseJoinColumn", "inverseJoinColumns");
    typeorm_name_indexes(r, join.table, &made);
    join_into(r, typeorm_table(r, &join), &made);
}

void typeorm_read_join_tables(struct typeorm_reader *r)
{
    for (size_t i = 0; i < r->join_tables.count; i++)
        read_join_table(r, r->join_tables.items[i]);
}
