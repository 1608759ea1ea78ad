#include "readers/typeorm_relation.h"

#include "base/buf.h"

/* --- Both sides. --- */

static void add_join(struct typeorm_reader *r, struct script_scope scope, TSNode object,
                     struct joins *joins)
{
    struct join join = {.name = typeorm_option_text(r, scope, object, "name"),
                        .referenced =
                            typeorm_option_text(r, scope, object, "referencedColumnName")};

    if (joins->count < TYPEORM_KEY_MAX && (join.name.length || join.referenced.length))
        joins->items[joins->count++] = join;
}

void typeorm_read_joins(struct typeorm_reader *r, struct script_scope scope, TSNode argument,
                        struct joins *joins)
{
    struct script_thing thing = script_resolve(r->tree, scope, argument);

    if (thing.kind != SCRIPT_VALUE)
        return;
    if (thing.file != scope.file)
        scope = (struct script_scope){.file = thing.file};
    if (!node_is(thing.node, "array")) {
        add_join(r, scope, thing.node, joins);
        return;
    }
    struct script_nodes items = script_children(r->tree, thing.node);
    for (size_t i = 0; i < items.count; i++)
        add_join(r, scope, items.items[i], joins);
}

const struct typeorm_property *typeorm_property_named(const struct typeorm_entity *entity,
                                                      struct str path)
{
    for (size_t i = 0; i < entity->properties.count; i++)
        if (str_eq(entity->properties.items[i].path, path))
            return &entity->properties.items[i];
    return NULL;
}

static struct str property_of_column(const struct typeorm_entity *entity, struct str column)
{
    for (size_t i = 0; i < entity->properties.count; i++)
        if (strs_have(&entity->properties.items[i].columns, column))
            return entity->properties.items[i].path;
    return column;
}

static void add_referenced(struct referenced *referenced, struct str property,
                           const struct schema_column *column)
{
    if (referenced->count >= TYPEORM_KEY_MAX)
        return;
    referenced->properties[referenced->count] = property;
    referenced->columns[referenced->count++] = *column;
}

/* The columns that a relation points at: those named by its joins, else the primary key. */
void typeorm_read_referenced(struct typeorm_reader *r, struct typeorm_entity *target,
                             const struct joins *joins, struct referenced *referenced)
{
    const struct schema_table *table;
    bool named = false;

    typeorm_read_columns(r, target);
    table = typeorm_table(r, target);
    for (size_t i = 0; i < joins->count; i++) {
        const struct typeorm_property *property =
            typeorm_property_named(target, joins->items[i].referenced);
        named = named || joins->items[i].referenced.length;
        if (!property || !property->columns.count)
            continue;
        const struct schema_column *column = schema_column_named(table, property->columns.items[0]);
        if (column)
            add_referenced(referenced, property->path, column);
    }
    for (size_t i = 0; i < table->columns.count && !named; i++)
        if (table->columns.items[i].primary_key)
            add_referenced(referenced, property_of_column(target, table->columns.items[i].name),
                           &table->columns.items[i]);
}

struct str typeorm_joined_name(const struct joins *joins, struct str property)
{
    for (size_t i = 0; i < joins->count; i++)
        if (joins->items[i].name.length &&
            (!joins->items[i].referenced.length || str_eq(joins->items[i].referenced, property)))
            return joins->items[i].name;
    return STR_NONE;
}

struct typeorm_entity *typeorm_target_of(struct typeorm_reader *r, const struct relation *relation)
{
    TSNode target = script_bare(relation->target);
    struct script_scope scope = relation->scope;

    if (scope.call &&
        node_is(target, "identifier")) { /* a decorator of the tree's own was given it */
        struct script_thing thing = script_resolve(r->tree, scope, target);
        if (thing.kind == SCRIPT_VALUE) {
            scope = (struct script_scope){.file = thing.file};
            target = thing.node;
        }
    }
    if (script_is_function(target))
        target = script_returned(r->tree, target);
    return ts_node_is_null(target) ? NULL : typeorm_entity_of(r, scope, target);
}

struct str typeorm_target_text(struct typeorm_reader *r, struct typeorm_entity *target,
                               struct str column)
{
    return str_printf(r->arena, STR_FMT " (" STR_FMT ")", STR_ARG(typeorm_table_name(r, target)),
                      STR_ARG(column));
}

void typeorm_say_target(struct typeorm_reader *r, const struct relation *relation)
{
    schema_unread_add(r->arena, r->schema, relation->place,
                      str_printf(r->arena, "what " STR_FMT "." STR_FMT " points at",
                                 STR_ARG(relation->entity->name), STR_ARG(relation->property)),
                      script_source(relation->scope.file, relation->target));
}

/* --- Columns: many-to-one, and one-to-one with a join. --- */

/* Only a name is known: its own, or what the key's usual name gives. */
static void add_unknown(struct typeorm_reader *r, const struct relation *relation,
                        const struct joins *joins)
{
    struct str custom = joins->count ? joins->items[0].name : STR_NONE;
    struct str name = typeorm_column_name(
        r, custom,
        custom.length ? custom : typeorm_join_column_name(r, relation->property, STR("id")),
        &relation->prefixes);

    typeorm_say_target(r, relation);
    if (!schema_column_named(typeorm_table(r, relation->entity), name))
        schema_column_put(r->arena, typeorm_table(r, relation->entity),
                          (struct schema_column){.name = name,
                                                 .nullable = relation->nullable,
                                                 .primary_key = relation->primary,
                                                 .place = relation->place});
    typeorm_property_add(r, relation->entity, relation->path, name);
}

static struct str type_base(struct str type)
{
    return str_prefix(type, str_find_byte(type, '('));
}

static void put_column(struct typeorm_reader *r, const struct relation *relation,
                       struct typeorm_entity *target, struct str name,
                       const struct schema_column *referenced, bool alone)
{
    struct schema_table *table = typeorm_table(r, relation->entity);
    struct schema_column *known = schema_column_named(table, name);

    /* RelationJoinColumnBuilder: the type of a column of its own gives way, not its length. */
    if (known && known->type.length && referenced->type.length &&
        !str_eq(type_base(known->type), type_base(referenced->type)))
        known->type = type_base(referenced->type);
    if (!known) {
        schema_column_put(r->arena, table,
                          (struct schema_column){.name = name,
                                                 .type = referenced->type,
                                                 .nullable = relation->nullable,
                                                 .primary_key = relation->primary,
                                                 .place = relation->place});
        known = schema_column_named(table, name);
    }
    if (known && alone && !relation->no_constraint)
        known->references = str_printf(r->arena, STR_FMT STR_FMT "%s",
                                       STR_ARG(typeorm_target_text(r, target, referenced->name)),
                                       STR_ARG(relation->actions), relation->deferral);
    if (known && alone && relation->one_to_one && !known->primary_key)
        known->unique = true;
    typeorm_property_add(r, relation->entity, relation->path, name);
}

static void read_columns(struct typeorm_reader *r, const struct relation *relation)
{
    struct typeorm_entity *target = typeorm_target_of(r, relation);
    struct referenced referenced = {0};
    struct joins joins = {0};
    struct strs names = {0}, others = {0};

    if (relation->has_join && !ts_node_is_null(relation->join))
        typeorm_read_joins(r, relation->join_scope, relation->join, &joins);
    if (target)
        typeorm_read_referenced(r, target, &joins, &referenced);
    if (!referenced.count) {
        add_unknown(r, relation, &joins);
        return;
    }
    for (size_t i = 0; i < referenced.count; i++) {
        struct str custom = typeorm_joined_name(&joins, referenced.properties[i]);
        struct str name =
            typeorm_column_name(r, custom,
                                custom.length ? custom
                                              : typeorm_join_column_name(r, relation->property,
                                                                         referenced.properties[i]),
                                &relation->prefixes);
        put_column(r, relation, target, name, &referenced.columns[i], referenced.count == 1);
        VEC_PUSH(r->arena, &names, name);
        VEC_PUSH(r->arena, &others, referenced.columns[i].name);
    }
    if (names.count == 1 || relation->no_constraint)
        return;
    VEC_PUSH(r->arena, &typeorm_table(r, relation->entity)->indexes,
             (struct schema_index){
                 .kind = SCHEMA_FOREIGN_KEY,
                 .name = typeorm_hashed_name(r->arena, "FK_", 27, relation->entity->table, &names,
                                             STR_NONE),
                 .parts = names,
                 .references = str_printf(
                     r->arena, STR_FMT STR_FMT "%s",
                     STR_ARG(typeorm_target_text(
                         r, target, str_join(r->arena, others.items, others.count, STR(", ")))),
                     STR_ARG(relation->actions), relation->deferral),
                 .place = relation->place});
}

/* --- Which relations there are. --- */

/* { onDelete: "CASCADE", onUpdate: "SET NULL" } */
struct str typeorm_actions(struct typeorm_reader *r, const struct relation *relation)
{
    static const char *const names[] = {"onDelete", "onUpdate"};
    static const char *const words[] = {" ON DELETE ", " ON UPDATE "};
    struct buf buf = buf_new(r->arena, (size_t)4 << 10);

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct script_scope in = relation->scope;
        TSNode value = script_property(r->tree, relation->scope, relation->options, names[i], &in);
        struct str text = str_upper(r->arena, script_text(r->tree, in, value));
        if (text.length && !str_eq(text, STR("NO ACTION")) && !str_eq(text, STR("DEFAULT")))
            buf_printf(&buf, "%s" STR_FMT, words[i], STR_ARG(text));
    }
    return buf_str(&buf);
}

static void read_relation(struct typeorm_reader *r, struct relation *relation)
{
    relation->nullable =
        !relation->primary &&
        !typeorm_option_is(r, relation->scope, relation->options, "nullable", SCRIPT_FALSE);
    relation->actions = typeorm_actions(r, relation);
    relation->deferral = typeorm_deferral(r, relation->scope, relation->options);
    relation->no_constraint = typeorm_option_is(r, relation->scope, relation->options,
                                                "createForeignKeyConstraints", SCRIPT_FALSE);
    if (relation->many_to_many && relation->has_join) {
        struct relation *kept = ARENA_NEW(r->arena, struct relation);
        *kept = *relation;
        (void)typeorm_target_of(r, relation); /* its columns are to be known by then */
        VEC_PUSH(r->arena, &r->join_tables, kept);
    } else if (relation->many_to_one || (relation->one_to_one && relation->has_join))
        read_columns(r, relation);
}

static void of_member(struct typeorm_reader *r, struct typeorm_entity *entity,
                      const struct typeorm_member *member, const struct strs *prefixes,
                      struct str path)
{
    static const char *const kinds[] = {"ManyToOne", "OneToOne", "ManyToMany", "TreeParent"};
    const struct typeorm_decorator *decorator = NULL, *join;
    struct relation relation = {.entity = entity,
                                .property = member->name,
                                .path = path,
                                .prefixes = *prefixes,
                                .join = node_null(),
                                .inverse = node_null(),
                                .place = member->place};
    size_t kind = 0;

    for (size_t i = 0; i < COUNT_OF(kinds) && !decorator; i++) {
        decorator = typeorm_decorator_named(&member->decorators, kinds[i]);
        kind = i;
    }
    if (!decorator)
        return;
    relation.many_to_one = kind == 0 || kind == 3;
    relation.one_to_one = kind == 1;
    relation.many_to_many = kind == 2;
    relation.scope = decorator->scope;
    relation.target = script_argument(r->tree, decorator->call, 0);
    relation.options = script_argument(r->tree, decorator->call, 1);
    if (script_is_function(script_bare(relation.options)) ||
        script_text(r->tree, relation.scope, relation.options).length) { /* the inverse side */
        relation.inverse = script_bare(relation.options);
        relation.options = script_argument(r->tree, decorator->call, 2);
    }
    if (kind == 3) {
        relation.target = entity->node;
        relation.options = script_argument(r->tree, decorator->call, 0);
        if (decorator->scope.file != entity->file) { /* one scope for both: the target's */
            relation.scope = (struct script_scope){.file = entity->file};
            relation.options = node_null();
        }
    }
    relation.primary =
        typeorm_decorator_named(&member->decorators, "PrimaryColumn") ||
        typeorm_option_is(r, relation.scope, relation.options, "primary", SCRIPT_TRUE);
    join = typeorm_decorator_named(&member->decorators,
                                   relation.many_to_many ? "JoinTable" : "JoinColumn");
    if (join) {
        relation.has_join = true;
        relation.join_scope = join->scope;
        relation.join = script_argument(r->tree, join->call, 0);
    }
    read_relation(r, &relation);
}

static void of_members(struct typeorm_reader *r, struct typeorm_entity *entity,
                       const struct typeorm_members *members, const struct strs *prefixes,
                       struct str path);

/* Relations of embedded classes. */
static void of_embedded(struct typeorm_reader *r, struct typeorm_entity *entity,
                        const struct typeorm_member *member, const struct strs *prefixes,
                        struct str path)
{
    const struct typeorm_decorator *column;
    struct typeorm_entity inner;
    struct strs deeper = {0};

    if (!script_enter(r->tree))
        return;
    column = typeorm_embedded(r, member, &inner);
    struct str prefix =
        column ? typeorm_option_text(r, column->scope, script_argument(r->tree, column->call, 1),
                                     "prefix")
               : STR_NONE;
    for (size_t i = 0; i < prefixes->count; i++)
        VEC_PUSH(r->arena, &deeper, prefixes->items[i]);
    if (prefix.length || !prefix.bytes)
        VEC_PUSH(r->arena, &deeper, prefix.length ? prefix : member->name);
    if (column)
        of_members(r, entity, &inner.members, &deeper, path);
    script_leave(r->tree);
}

static void of_members(struct typeorm_reader *r, struct typeorm_entity *entity,
                       const struct typeorm_members *members, const struct strs *prefixes,
                       struct str path)
{
    for (size_t i = 0; i < members->count; i++) {
        const struct typeorm_member *member = &members->items[i];
        struct str inner = path.length ? str_printf(r->arena, STR_FMT "." STR_FMT, STR_ARG(path),
                                                    STR_ARG(member->name))
                                       : member->name;
        of_embedded(r, entity, member, prefixes, inner);
        of_member(r, entity, member, prefixes, inner);
    }
}

static void of_object(struct typeorm_reader *r, struct typeorm_entity *entity)
{
    struct script_properties relations;
    struct script_scope scope;
    TSNode object = script_property(r->tree, entity->scope, entity->node, "relations", &scope);

    if (ts_node_is_null(object))
        return;
    if (!script_properties(r->tree, scope, object, &relations))
        schema_unread_add(r->arena, r->schema, entity->place,
                          str_printf(r->arena, "some relations of " STR_FMT, STR_ARG(entity->name)),
                          script_source(scope.file, object));
    for (size_t i = 0; i < relations.count; i++) {
        const struct script_property *property = &relations.items[i];
        struct relation relation = {.entity = entity,
                                    .property = property->name,
                                    .path = property->name,
                                    .scope = property->scope,
                                    .options = property->value,
                                    .inverse = node_null(),
                                    .place = {property->scope.file->path, property->line}};
        struct str type = typeorm_option_text(r, property->scope, property->value, "type");
        struct script_scope inner;
        relation.many_to_one = str_eq(type, STR("many-to-one"));
        relation.one_to_one = str_eq(type, STR("one-to-one"));
        relation.many_to_many = str_eq(type, STR("many-to-many"));
        relation.target =
            script_property(r->tree, property->scope, property->value, "target", &inner);
        relation.primary =
            typeorm_option_is(r, property->scope, property->value, "primary", SCRIPT_TRUE);
        relation.join = script_property(r->tree, property->scope, property->value,
                                        relation.many_to_many ? "joinTable" : "joinColumn",
                                        &relation.join_scope);
        relation.has_join =
            !ts_node_is_null(relation.join) &&
            script_constant(r->tree, relation.join_scope, relation.join).kind != SCRIPT_FALSE;
        read_relation(r, &relation);
    }
}

static void add_closure_table(struct typeorm_reader *r, struct typeorm_entity *entity)
{
    const struct typeorm_decorator *tree = typeorm_decorator_named(&entity->decorators, "Tree");
    struct typeorm_entity closure = {.place = entity->place, .schema = entity->schema};
    struct joins none = {0};
    struct referenced keys = {0};

    if (!tree || !str_eq(script_text(r->tree, tree->scope, script_argument(r->tree, tree->call, 0)),
                         STR("closure-table")))
        return;
    struct str given = typeorm_option_text(r, tree->scope, script_argument(r->tree, tree->call, 1),
                                           "closureTableName");
    closure.table = typeorm_prefixed(
        r, str_printf(r->arena, STR_FMT "_closure",
                      STR_ARG(given.length ? given : typeorm_bare_name(r, entity))));
    typeorm_read_referenced(r, entity, &none, &keys);
    struct schema_table *table = typeorm_table(r, &closure);
    for (size_t i = 0; i < 2 * keys.count; i++) {
        struct schema_index index = {.kind = SCHEMA_INDEX, .place = entity->place};
        schema_column_put(
            r->arena, table,
            (struct schema_column){
                .name = str_printf(r->arena, STR_FMT "_%s", STR_ARG(keys.columns[i / 2].name),
                                   i % 2 ? "descendant" : "ancestor"),
                .type = keys.columns[i / 2].type,
                .primary_key = true,
                .references =
                    str_printf(r->arena, STR_FMT " ON DELETE CASCADE",
                               STR_ARG(typeorm_target_text(r, entity, keys.columns[i / 2].name))),
                .place = entity->place});
        VEC_PUSH(r->arena, &index.parts, VEC_LAST(&table->columns).name);
        VEC_PUSH(r->arena, &table->indexes, index);
    }
    typeorm_name_indexes(r, closure.table, table);
}

void typeorm_read_relations(struct typeorm_reader *r, struct typeorm_entity *entity)
{
    struct strs none = {0};

    if (entity->is_object)
        of_object(r, entity);
    else
        of_members(r, entity, &entity->members, &none, STR_NONE);
    typeorm_read_foreign_keys(r, entity);
    add_closure_table(r, entity);
}
