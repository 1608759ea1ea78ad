/* sqlalchemy_made_class.c -- classes that type() makes. */
#include "readers/sqlalchemy.h"

/* type("Item", (Base,), members), with three arguments. */
static bool is_type_call(struct sa_reader *r, struct python_scope scope, TSNode call)
{
    return node_is(call, "call") && call_positional_count(call) == 3 &&
           str_eq(python_foreign(r->tree, scope, node_field(call, "function")),
                  STR("builtins.type"));
}

void sa_note_made_class(struct sa_reader *r, struct python_file *file, TSNode call)
{
    static const char *const words[] = {"olumn(", "__tablename__", "Base", "Model", "db."};
    struct python_scope scope = {.file = file};
    bool made = is_type_call(r, scope, call), model = false;

    if (!made) {
        struct python_thing thing = python_resolve(r->tree, scope, node_field(call, "function"));
        made = thing.kind == THING_FUNCTION && thing.file &&
               is_type_call(r, (struct python_scope){.file = thing.file},
                            node_bare(python_call_returned(thing)));
    }
    if (!made)
        return;
    struct str all = python_whole(r->tree, scope, call);
    for (size_t i = 0; i < COUNT_OF(words); i++)
        model = model || str_contains(all, str_from(words[i]));
    if (model)
        schema_unread_add(
            r->arena, r->schema,
            (struct schema_place){.file = file->path, .line = ts_node_start_point(call).row + 1},
            STR("a class that type() makes"), all);
}
