#include "readers/typeorm.h"

/* --- Members. --- */

static void put_member(struct typeorm_reader *r, struct typeorm_members *members,
                       struct typeorm_member member)
{
    for (size_t i = 0; i < members->count; i++)
        if (str_eq(members->items[i].name, member.name)) {
            members->items[i] = member;
            return;
        }
    VEC_PUSH(r->arena, members, member);
}

static TSNode member_name(TSNode node)
{
    TSNode name = script_child(node, "property_identifier");

    return ts_node_is_null(name) ? script_child(node, "string") : name;
}

static void add_member(struct typeorm_reader *r, struct script_scope scope, TSNode node,
                       const struct typeorm_decorators *before, bool child,
                       struct typeorm_members *members)
{
    struct typeorm_member member = {.file = scope.file, .child = child, .decorators = *before};
    TSNode name = member_name(node), last;

    typeorm_add_decorators(r, scope, node, &member.decorators);
    if (ts_node_is_null(name) || !member.decorators.count)
        return;
    member.name = node_is(name, "string") ? script_text(r->tree, scope, name)
                                          : script_source(scope.file, name);
    member.place = (struct schema_place){scope.file->path, node_line(name)};
    member.annotation = script_child(node, "type_annotation");
    last = ts_node_named_child(node, ts_node_named_child_count(node) - 1);
    if (node_is(node, "public_field_definition") && !ts_node_eq(last, name) &&
        !ts_node_eq(last, member.annotation))
        member.value = last;
    put_member(r, members, member);
}

static void add_members(struct typeorm_reader *r, struct script_scope scope, TSNode class,
                        bool child, struct typeorm_members *members)
{
    struct script_nodes children = script_children(r->tree, script_child(class, "class_body"));
    struct typeorm_decorators before = {0};

    for (size_t i = 0; i < children.count; i++) {
        TSNode node = children.items[i];
        if (node_is(node, "decorator")) { /* of the method that follows */
            typeorm_add_decorator(r, scope, ts_node_named_child(node, 0), &before);
            continue;
        }
        if (node_is(node, "public_field_definition") || node_is(node, "method_definition"))
            add_member(r, scope, node, &before, child, members);
        before = (struct typeorm_decorators){0};
    }
}

/* The expression behind `extends`; null: none. */
static TSNode base_of(TSNode class)
{
    TSNode heritage = script_child(class, "class_heritage");
    TSNode clause = script_child(heritage, "extends_clause");

    if (ts_node_is_null(clause)) /* JavaScript has no clause */
        return node_null();
    return ts_node_named_child(clause, 0);
}

static bool has_entity(const struct typeorm_decorators *decorators)
{
    return typeorm_decorator_named(decorators, "Entity") != NULL;
}

/* What a function returns at its end, when that is a class: `return class extends Base { … }`, or one that it declares. */
static TSNode class_made_by(struct typeorm_reader *r, struct script_thing function)
{
    TSNode body = script_last(function.node), made = script_returned(r->tree, function.node);
    struct script_nodes statements = {0};

    if (ts_node_is_null(made) && node_is(body, "statement_block")) {
        statements = script_children(r->tree, body);
        if (statements.count && node_is(statements.items[statements.count - 1], "return_statement"))
            made = script_bare(script_first(statements.items[statements.count - 1]));
    }
    if (node_is(made, "class"))
        return made;
    for (size_t i = 0; node_is(made, "identifier") && i < statements.count; i++) {
        TSNode name = script_child(statements.items[i], "type_identifier");
        if ((node_is(statements.items[i], "class_declaration") ||
             node_is(statements.items[i], "abstract_class_declaration")) &&
            str_eq(script_source(function.file, name), script_source(function.file, made)))
            return statements.items[i];
    }
    return node_null();
}

/* The class behind `extends`: one of the tree, or what a function of the tree makes of another, WithTimestamps(Base). False: a foreign one, or
 * one that cannot be followed; `ret_source` is what it depends on. */
static bool enter_base(struct typeorm_reader *r, struct script_scope *scope, TSNode *class,
                       TSNode base, struct str *ret_source)
{
    struct script_thing thing = script_resolve(r->tree, *scope, base), function;

    *ret_source = str_eq(typeorm_word(thing.dotted), STR("BaseEntity"))
                      ? STR_NONE
                      : script_source(scope->file, base);
    if (thing.kind == SCRIPT_DECLARATION) {
        *scope = (struct script_scope){.file = thing.file};
        *class = thing.node;
        return true;
    }
    if (thing.kind != SCRIPT_VALUE || !node_is(thing.node, "call_expression"))
        return false;
    if (!ts_node_eq(thing.node, script_bare(base)))
        *scope = (struct script_scope){.file = thing.file};
    function = script_resolve(r->tree, *scope, script_callee(thing.node));
    if (function.kind != SCRIPT_DECLARATION && function.kind != SCRIPT_VALUE)
        return false;
    *ret_source = str_printf(r->arena, STR_FMT " " STR_FMT, STR_ARG(*ret_source),
                             STR_ARG(script_source(function.file, function.node)));
    *class = class_made_by(r, function);
    *scope = script_scope_of_call(r->tree, *scope, thing.node, function);
    return !ts_node_is_null(*class);
}

void typeorm_members_of(struct typeorm_reader *r, struct typeorm_entity *entity,
                        struct script_file *file, TSNode node)
{
    struct {
        struct script_scope scope;
        TSNode node;
    } chain[TYPEORM_BASES_MAX];
    struct script_scope scope = {.file = file};
    struct str source;
    size_t count = 0;

    while (count < TYPEORM_BASES_MAX) {
        struct typeorm_decorators decorators = {0};
        TSNode base = base_of(node);
        if (count) { /* those of an entity's own class are there already */
            typeorm_decorators_in(r, scope, node, &decorators);
            if (entity->is_child && has_entity(&decorators))
                break;
            for (size_t i = 0; i < decorators.count; i++)
                if (!str_eq(decorators.items[i].name, STR("Entity")) &&
                    !str_eq(decorators.items[i].name, STR("TableInheritance")))
                    VEC_PUSH(r->arena, &entity->decorators, decorators.items[i]);
        }
        chain[count].scope = scope;
        chain[count++].node = node;
        if (ts_node_is_null(base))
            break;
        if (!enter_base(r, &scope, &node, base, &source)) {
            entity->foreign_base = source;
            break;
        }
    }
    for (size_t i = count; i > 0; i--)
        add_members(r, chain[i - 1].scope, chain[i - 1].node, entity->is_child, &entity->members);
}

const struct typeorm_decorator *typeorm_embedded(struct typeorm_reader *r,
                                                 const struct typeorm_member *member,
                                                 struct typeorm_entity *ret_class)
{
    const struct typeorm_decorator *column = typeorm_decorator_named(&member->decorators, "Column");

    if (!column)
        return NULL;
    TSNode function = script_bare(script_argument(r->tree, column->call, 0));
    if (!script_is_function(function))
        return NULL;
    struct script_thing thing =
        script_resolve(r->tree, column->scope, script_returned(r->tree, function));
    if (thing.kind != SCRIPT_DECLARATION)
        return NULL;
    *ret_class = (struct typeorm_entity){.file = thing.file, .node = thing.node};
    typeorm_decorators_in(r, (struct script_scope){.file = thing.file}, thing.node,
                          &ret_class->decorators);
    typeorm_members_of(r, ret_class, thing.file, thing.node);
    return column;
}

/* --- Entities. --- */

static struct typeorm_entity *known_entity(const struct typeorm_reader *r,
                                           const struct script_file *file, TSNode node)
{
    for (size_t i = 0; i < r->entities.count; i++)
        if (r->entities.items[i]->file == file && ts_node_eq(r->entities.items[i]->node, node))
            return r->entities.items[i];
    return NULL;
}

static void read_name(struct typeorm_reader *r, struct typeorm_entity *entity,
                      const struct typeorm_decorator *decorator)
{
    TSNode first = script_argument(r->tree, decorator->call, 0);
    TSNode second = script_argument(r->tree, decorator->call, 1);
    struct str given = script_text(r->tree, decorator->scope, first);
    TSNode options = given.length ? second : first;

    if (!given.length && !ts_node_is_null(options))
        given = typeorm_option_text(r, decorator->scope, options, "name");
    entity->schema = typeorm_option_text(r, decorator->scope, options, "schema");
    if (!given.length && !ts_node_is_null(first) &&
        script_resolve(r->tree, decorator->scope, first).kind != SCRIPT_VALUE)
        schema_unread_add(
            r->arena, r->schema, entity->place,
            str_printf(r->arena, "the name of the table of " STR_FMT, STR_ARG(entity->name)),
            script_source(decorator->scope.file, first));
    entity->table =
        typeorm_prefixed(r, given.length ? given : typeorm_snake(r->arena, entity->name));
    entity->aside = typeorm_option_is(r, decorator->scope, options, "synchronize", SCRIPT_FALSE);
}

/* A class that is an entity, or NULL. */
static struct typeorm_entity *make_entity(struct typeorm_reader *r, struct script_file *file,
                                          TSNode node)
{
    struct typeorm_entity *entity = ARENA_NEW(r->arena, struct typeorm_entity), *parent = NULL;
    const struct typeorm_decorator *decorator;

    entity->file = file;
    entity->node = node;
    entity->name = script_source(file, script_child(node, "type_identifier"));
    entity->place = (struct schema_place){file->path, node_line(node)};
    typeorm_decorators_in(r, (struct script_scope){.file = file}, node, &entity->decorators);
    decorator = typeorm_decorator_named(&entity->decorators, "Entity");
    typeorm_say_unknown(r, &entity->decorators, entity->place, entity->name);
    if (!decorator && !typeorm_decorator_named(&entity->decorators, "ChildEntity"))
        return NULL;
    entity->is_child = !decorator;
    VEC_PUSH(r->arena, &r->entities, entity);
    if (decorator) {
        read_name(r, entity, decorator);
        return entity;
    }
    for (size_t steps = 0; steps < TYPEORM_BASES_MAX && !parent; steps++) {
        TSNode base = base_of(node);
        struct script_thing thing = {.node = node_null()};
        if (!ts_node_is_null(base))
            thing = script_resolve(r->tree, (struct script_scope){.file = file}, base);
        if (thing.kind != SCRIPT_DECLARATION)
            break;
        file = thing.file;
        node = thing.node;
        parent = typeorm_entity_of(r, (struct script_scope){.file = file}, node);
    }
    entity->table =
        parent ? parent->table : typeorm_prefixed(r, typeorm_snake(r->arena, entity->name));
    entity->aside = parent && parent->aside;
    entity->schema = parent ? parent->schema : STR_NONE;
    return entity;
}

struct typeorm_entity *typeorm_entity_of(struct typeorm_reader *r, struct script_scope scope,
                                         TSNode target)
{
    struct script_thing thing = script_resolve(r->tree, scope, target);
    struct str name = script_text(r->tree, scope, target);
    struct typeorm_entity *entity;

    for (size_t i = 0; name.length && i < r->entities.count; i++)
        if (str_eq(r->entities.items[i]->name, name))
            return r->entities.items[i];
    if (thing.kind == SCRIPT_VALUE && node_is(thing.node, "new_expression")) /* an EntitySchema */
        return known_entity(r, thing.file, script_argument(r->tree, thing.node, 0));
    if (thing.kind != SCRIPT_DECLARATION)
        return NULL;
    entity = known_entity(r, thing.file, thing.node);
    if (!entity && script_enter(r->tree)) {
        entity = make_entity(r, thing.file, thing.node);
        script_leave(r->tree);
    }
    return entity;
}

struct str typeorm_table_name(struct typeorm_reader *r, const struct typeorm_entity *entity)
{
    return entity->schema.length && !str_eq(entity->schema, STR("public"))
               ? str_printf(r->arena, STR_FMT "." STR_FMT, STR_ARG(entity->schema),
                            STR_ARG(entity->table))
               : entity->table;
}

struct str typeorm_prefixed(struct typeorm_reader *r, struct str table)
{
    return r->prefix.length
               ? str_printf(r->arena, STR_FMT STR_FMT, STR_ARG(r->prefix), STR_ARG(table))
               : table;
}

struct str typeorm_bare_name(const struct typeorm_reader *r, const struct typeorm_entity *entity)
{
    return str_starts(entity->table, r->prefix) ? str_from_offset(entity->table, r->prefix.length)
                                                : entity->table;
}

struct schema_table *typeorm_table(struct typeorm_reader *r, const struct typeorm_entity *entity)
{
    return schema_table_add(r->arena, r->schema, typeorm_table_name(r, entity), entity->place);
}
