/* typeorm_decorator.c -- which of TypeORM's decorators stand before a class or a property, also behind functions of the tree.
 *
 * A function of the tree that cannot be followed and calls one of them gives a decorator without a name: what it makes is not known.
 */
#include "readers/typeorm.h"

#define DEPTH_MAX 64u

struct str typeorm_word(struct str dotted)
{
    size_t colon = str_find_last_byte(dotted, ':');
    struct str module = str_prefix(dotted, colon == SIZE_MAX ? 0 : colon);

    /* A file of it, and a copy under a team's own name, are meant like it. */
    return str_eq(module, STR("typeorm")) || str_ends(module, STR("/typeorm")) ||
                   str_starts(module, STR("typeorm/"))
               ? str_from_offset(dotted, colon + 1)
               : STR_NONE;
}

/* Is one of those called in there that make columns, indexes or tables? */
static bool calls_one(struct typeorm_reader *r, struct script_file *file, TSNode node,
                      unsigned depth)
{
    static const char *const ends[] = {"Column", "ToOne", "ManyToMany",
                                       "Entity", "Index", "Unique"};
    struct str word = STR_NONE;

    if (depth > DEPTH_MAX)
        return true;
    if (node_is(node, "call_expression"))
        word = typeorm_word(
            script_foreign(r->tree, (struct script_scope){.file = file}, script_callee(node)));
    for (size_t i = 0; word.length && i < COUNT_OF(ends); i++)
        if (str_ends(word, str_from(ends[i])))
            return true;
    for (uint32_t i = 0; i < ts_node_named_child_count(node); i++)
        if (calls_one(r, file, ts_node_named_child(node, i), depth + 1))
            return true;
    return false;
}

/* What is to be followed instead of a function of the tree. */
struct followed {
    struct script_scope scope;
    struct script_nodes decorators;
    bool whole;
};

/* `Column(…)(target, key)` as a statement, or returned: the decorator. */
static TSNode applied(TSNode statement)
{
    TSNode call = script_bare(script_first(statement)), callee = script_callee(call);

    return (node_is(statement, "expression_statement") || node_is(statement, "return_statement")) &&
                   node_is(callee, "call_expression")
               ? callee
               : node_null();
}

/* (target, key) => { Column(…)(target, key); } */
static void follow_inner(struct typeorm_reader *r, TSNode function, struct followed *followed)
{
    TSNode body = script_last(function);
    struct script_nodes statements;

    if (!node_is(body, "statement_block")) {
        TSNode callee = script_callee(script_bare(body));
        followed->whole = node_is(callee, "call_expression");
        if (followed->whole)
            VEC_PUSH(r->arena, &followed->decorators, callee);
        return;
    }
    statements = script_children(r->tree, body);
    for (size_t i = 0; i < statements.count; i++) {
        TSNode decorator = applied(statements.items[i]);
        if (!ts_node_is_null(decorator))
            VEC_PUSH(r->arena, &followed->decorators, decorator);
        else
            followed->whole =
                followed->whole && !calls_one(r, followed->scope.file, statements.items[i], 0);
    }
}

/* What it returns when all that stands before is declarations without a word of TypeORM's. */
static TSNode returned_at_the_end(struct typeorm_reader *r, struct script_file *file,
                                  TSNode function)
{
    TSNode returned = script_returned(r->tree, function), body = script_last(function);
    struct script_nodes statements;

    if (!ts_node_is_null(returned) || !node_is(body, "statement_block"))
        return returned;
    statements = script_children(r->tree, body);
    for (size_t i = 0; i < statements.count; i++) {
        bool last = i + 1 == statements.count;
        if (last && node_is(statements.items[i], "return_statement"))
            return script_bare(script_first(statements.items[i]));
        if (!node_is(statements.items[i], "lexical_declaration") ||
            calls_one(r, file, statements.items[i], 0))
            break;
    }
    return node_null();
}

/* applyDecorators(A(), …list) */
static void follow_joined(struct typeorm_reader *r, TSNode call, struct followed *followed)
{
    struct script_nodes parts = script_children(r->tree, script_child(call, "arguments"));

    for (size_t i = 0; i < parts.count; i++) {
        if (!node_is(parts.items[i], "spread_element")) {
            VEC_PUSH(r->arena, &followed->decorators, parts.items[i]);
            continue;
        }
        struct script_thing list =
            script_resolve(r->tree, followed->scope, ts_node_named_child(parts.items[i], 0));
        struct script_nodes items = {0};
        if (list.kind == SCRIPT_VALUE && list.file == followed->scope.file &&
            node_is(list.node, "array"))
            items = script_children(r->tree, list.node);
        else
            followed->whole = false;
        for (size_t j = 0; j < items.count; j++)
            VEC_PUSH(r->arena, &followed->decorators, items.items[j]);
    }
}

static void follow(struct typeorm_reader *r, struct script_thing function,
                   struct followed *followed)
{
    TSNode returned = returned_at_the_end(r, function.file, function.node);
    TSNode callee = script_callee(returned);

    followed->whole = !ts_node_is_null(returned);
    if (node_is(callee, "identifier") &&
        str_eq(script_source(function.file, callee), STR("applyDecorators")))
        follow_joined(r, returned, followed);
    else if (script_is_function(returned))
        follow_inner(r, returned, followed);
    else if (node_is(returned, "call_expression"))
        VEC_PUSH(r->arena, &followed->decorators, returned);
    else
        followed->whole = false;
}

/* A decorator of the tree's own: a function that returns one of TypeORM's, or several joined. */
static void add_composed(struct typeorm_reader *r, struct script_scope outer, TSNode call,
                         struct script_thing function, struct typeorm_decorators *decorators)
{
    struct followed followed = {.scope = script_scope_of_call(r->tree, outer, call, function)};

    follow(r, function, &followed);
    for (size_t i = 0; i < followed.decorators.count; i++)
        typeorm_add_decorator(r, followed.scope, followed.decorators.items[i], decorators);
    if (!followed.whole && calls_one(r, function.file, function.node, 0))
        VEC_PUSH(r->arena, decorators, (struct typeorm_decorator){.scope = outer, .call = call});
}

void typeorm_add_decorator(struct typeorm_reader *r, struct script_scope scope, TSNode expression,
                           struct typeorm_decorators *decorators)
{
    TSNode bare = script_bare(expression);
    bool called = node_is(bare, "call_expression");
    struct script_thing thing = script_resolve(r->tree, scope, called ? script_callee(bare) : bare);
    struct str word = thing.kind == SCRIPT_FOREIGN ? typeorm_word(thing.dotted) : STR_NONE;

    if (!script_enter(r->tree))
        return;
    if (word.length)
        VEC_PUSH(r->arena, decorators,
                 (struct typeorm_decorator){
                     .name = word, .scope = scope, .call = called ? bare : node_null()});
    else if (called && (thing.kind == SCRIPT_DECLARATION || thing.kind == SCRIPT_VALUE))
        add_composed(r, scope, bare, thing, decorators);
    script_leave(r->tree);
}

void typeorm_add_decorators(struct typeorm_reader *r, struct script_scope scope, TSNode around,
                            struct typeorm_decorators *decorators)
{
    struct script_nodes children = script_children(r->tree, around);

    for (size_t i = 0; i < children.count; i++)
        if (node_is(children.items[i], "decorator"))
            typeorm_add_decorator(r, scope, ts_node_named_child(children.items[i], 0), decorators);
}

void typeorm_decorators_in(struct typeorm_reader *r, struct script_scope scope, TSNode node,
                           struct typeorm_decorators *decorators)
{
    TSNode parent = ts_node_parent(node);

    if (node_is(parent, "export_statement")) /* `@Entity() export class` */
        typeorm_add_decorators(r, scope, parent, decorators);
    typeorm_add_decorators(r, scope, node, decorators);
}

const struct typeorm_decorator *typeorm_decorator_named(const struct typeorm_decorators *decorators,
                                                        const char *name)
{
    for (size_t i = 0; i < decorators->count; i++)
        if (str_eq(decorators->items[i].name, str_from(name)))
            return &decorators->items[i];
    return NULL;
}

void typeorm_say_unknown(struct typeorm_reader *r, const struct typeorm_decorators *decorators,
                         struct schema_place place, struct str owner)
{
    for (size_t i = 0; i < decorators->count; i++) {
        const struct typeorm_decorator *one = &decorators->items[i];
        if (!one->name.length)
            schema_unread_add(
                r->arena, r->schema, place,
                str_printf(r->arena, "what @" STR_FMT " makes of " STR_FMT,
                           STR_ARG(script_source(one->scope.file, script_callee(one->call))),
                           STR_ARG(owner)),
                script_whole(r->tree, one->scope, one->call));
    }
}
