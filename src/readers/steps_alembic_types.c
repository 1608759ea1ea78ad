/* steps_alembic_types.c -- enumerated types of an Alembic revision: sa.Enum("a", "b", name="kind"), and the variable that one stands in. */
#include "readers/steps_python.h"

/* Without a name it is none of PostgreSQL's that another one may be. */
static struct str type_name(struct steps_reader *r, TSNode call)
{
    struct str name = steps_text(r, steps_keyword(r, call, "name"));
    struct str schema = steps_text(r, steps_keyword(r, call, "schema"));

    return schema.length && name.length && !str_eq(schema, STR("public"))
               ? str_printf(r->arena, STR_FMT "." STR_FMT, STR_ARG(schema), STR_ARG(name))
               : name;
}

static bool is_false(struct steps_reader *r, TSNode node)
{
    return !ts_node_is_null(node) &&
           python_constant(r->tree, r->scope, node).kind == CONSTANT_FALSE;
}

static void push_type(struct steps_reader *r, TSNode call)
{
    const struct python_nodes labels = steps_positionals(r, call);
    struct str name = type_name(r, call);
    size_t first = r->steps->count;
    bool told = labels.count > 0 && !call_has_splat(call);

    steps_push(r, (struct step){.kind = STEP_ADD_TYPE, .name = name});
    for (size_t i = 0; i < labels.count && told; i++) {
        struct str label = steps_text(r, labels.items[i]);
        told = label.length > 0;
        if (told)
            steps_push(r, (struct step){.kind = STEP_ADD_VALUE, .name = name, .value = label});
    }
    if (r->steps->count > first)
        r->steps->items[first].labels_told = told;
}

void steps_alembic_type(struct steps_reader *r, TSNode call)
{
    /* create_type=False: the table that it stands in does not make it, but .create() does. */
    if (r->creates || !is_false(r, steps_keyword(r, call, "create_type")))
        push_type(r, call);
}

void steps_alembic_created(struct steps_reader *r, TSNode created)
{
    const struct python_scope before = r->scope;
    struct python_thing thing = node_is(created, "identifier")
                                    ? python_resolve(r->tree, r->scope, created)
                                    : (struct python_thing){.kind = THING_UNKNOWN};

    if ((thing.kind != THING_VALUE && thing.kind != THING_FOREIGN) || !thing.file ||
        ts_node_is_null(thing.node) || !node_is(thing.node, "call"))
        return;
    r->scope = (struct python_scope){.file = thing.file, .body = thing.scope};
    if (str_eq_nocase(steps_called(r, thing.node), STR("enum")))
        push_type(r, thing.node);
    r->scope = before;
}
