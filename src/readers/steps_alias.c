/* steps_alias.c -- operations under another name: `add = op.add_column`, `from alembic.op import add_column as add`, functools.partial(op.add_column, "users"),
 * getattr(op, "add_column"). */
#include "readers/steps_python.h"

#define FOLLOW_MAX 4u

/* What the name was set to last before the call; NULL: nothing in the file says it. */
static const struct python_binding *binding_before(struct steps_reader *r, TSNode body,
                                                   struct str name, TSNode call)
{
    struct python_file *file = r->scope.file;
    struct python_bindings bindings = file->bindings;
    bool inside = !ts_node_is_null(body);

    if (inside)
        python_body_bindings(r->tree, file, body, &bindings);
    for (size_t i = bindings.count; i > 0; i--) {
        const struct python_binding *binding = &bindings.items[i - 1];
        bool before = !inside || ts_node_is_null(binding->node) ||
                      ts_node_start_byte(binding->node) < ts_node_start_byte(call);
        if (before && str_eq(binding->name, name))
            return binding;
    }
    return NULL;
}

static bool means_operation(struct steps_reader *r, TSNode node, TSNode call, size_t depth);

static bool name_means(struct steps_reader *r, TSNode node, TSNode call, size_t depth)
{
    struct str name = node_source(r->scope.file, node);
    const struct python_binding *binding = binding_before(r, r->scope.body, name, call);

    /* for operation in (op.add_column, …): */
    for (const struct python_bound *bound = r->scope.bound; bound; bound = bound->outer)
        if (str_eq(bound->name, name) && node_is(bound->node, "attribute")) {
            r->alias.name = node_source(bound->scope->file, node_field(bound->node, "attribute"));
            return true;
        }
    if (!binding)
        binding = binding_before(r, node_null(), name, call);
    if (!binding)
        return false;
    if (binding->kind == BINDING_IMPORT && str_eq(binding->module, STR("alembic.op"))) {
        r->alias.name = binding->member;
        return binding->member.length > 0;
    }
    return binding->kind == BINDING_VALUE && means_operation(r, binding->node, call, depth + 1);
}

static bool means_operation(struct steps_reader *r, TSNode node, TSNode call, size_t depth)
{
    if (depth > FOLLOW_MAX || ts_node_is_null(node))
        return false;
    if (node_is(node, "identifier"))
        return name_means(r, node, call, depth);
    if (node_is(node, "attribute")) {
        r->alias.name = node_source(r->scope.file, node_field(node, "attribute"));
        return depth > 0; /* op.add_column(…) says it itself */
    }
    if (!node_is(node, "call"))
        return false;
    struct str function = dotted_last(node_source(r->scope.file, node_field(node, "function")));
    if (str_eq(function, STR("getattr"))) {
        r->alias.name = steps_text(r, call_positional(node, 1));
        return r->alias.name.length > 0;
    }
    if (!str_eq(function, STR("partial")) || !ts_node_is_null(r->alias.given) ||
        !means_operation(r, call_positional(node, 0), call, depth + 1))
        return false;
    r->alias.given = node;
    return true;
}

void steps_alias_enter(struct steps_reader *r, TSNode call)
{
    r->alias = (struct steps_alias){.call = call};
    if (!means_operation(r, node_field(call, "function"), call, 0))
        r->alias = (struct steps_alias){0};
}

static bool is_given(const struct steps_reader *r, TSNode call)
{
    return !ts_node_is_null(r->alias.given) && r->alias.call.id == call.id;
}

struct str steps_called(struct steps_reader *r, TSNode call)
{
    return r->alias.name.length && r->alias.call.id == call.id
               ? r->alias.name
               : dotted_last(node_source(r->scope.file, node_field(call, "function")));
}

TSNode steps_keyword(struct steps_reader *r, TSNode call, const char *keyword)
{
    TSNode node = call_keyword(r->scope.file, call, keyword);

    return ts_node_is_null(node) && is_given(r, call)
               ? call_keyword(r->scope.file, r->alias.given, keyword)
               : node;
}

TSNode steps_positional(struct steps_reader *r, TSNode call, size_t index)
{
    size_t given = is_given(r, call) ? call_positional_count(r->alias.given) - 1 : 0;

    return index < given ? call_positional(r->alias.given, index + 1)
                         : call_positional(call, index - given);
}

struct python_nodes steps_positionals(struct steps_reader *r, TSNode call)
{
    struct python_nodes found = {0};
    size_t given = is_given(r, call) ? call_positional_count(r->alias.given) : 0;

    for (size_t i = 1; i < given; i++)
        VEC_PUSH(r->arena, &found, call_positional(r->alias.given, i));
    call_positionals(r->arena, call, &found);
    return found;
}

TSNode steps_word(struct steps_reader *r, TSNode call, const char *keyword, size_t index)
{
    TSNode node = steps_keyword(r, call, keyword);

    return ts_node_is_null(node) ? steps_positional(r, call, index) : node;
}
