/* python_made.c -- what functions of the tree make: mixins, metadata. */
#include "readers/python_tree.h"

#define MADE_MAX 4u

static struct python_thing function_of(struct python_tree *tree, struct python_thing made)
{
    struct python_scope in = {.file = made.file, .body = made.scope, .bound = made.bound};

    return made.kind == THING_VALUE && node_is(made.node, "call")
               ? python_resolve(tree, in, node_field(made.node, "function"))
               : (struct python_thing){.kind = THING_UNKNOWN};
}

bool python_is_made(struct python_tree *tree, struct python_thing thing)
{
    return function_of(tree, thing).kind == THING_FUNCTION;
}

struct python_thing python_made(struct python_tree *tree, struct python_scope scope,
                                TSNode expression)
{
    struct python_thing made = python_resolve(tree, scope, expression);

    for (size_t i = 0; i < MADE_MAX; i++) {
        struct python_scope in = {.file = made.file, .body = made.scope, .bound = made.bound};
        struct python_thing function = function_of(tree, made);
        struct python_scope inside;
        if (function.kind != THING_FUNCTION ||
            !python_call_enter(tree, in, made.node, function, &inside))
            break;
        made = python_resolve(tree, inside, python_call_returned(function));
        if (made.kind == THING_CLASS) /* its body stands in that of the function */
            made.bound = inside.bound;
    }
    return made;
}
