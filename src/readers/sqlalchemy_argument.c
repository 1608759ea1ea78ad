/* sqlalchemy_argument.c -- arguments of the calls that make types. */
#include "readers/sqlalchemy.h"

struct sa_argument sa_argument(struct sa_reader *r, struct python_scope scope, TSNode call,
                               const char *keyword, size_t index)
{
    struct sa_argument found = {node_null(), scope};

    if (ts_node_is_null(call))
        return found;
    found.node = python_call_keyword(r->tree, scope, call, keyword, &found.scope);
    if (ts_node_is_null(found.node) && index != SIZE_MAX)
        found.node = python_call_positional(scope, call, index, &found.scope);
    if (ts_node_is_null(found.node) && !ts_node_is_null(r->partial_call) &&
        ts_node_eq(call, r->partial_call)) { /* Kept = partial(Enum, native_enum=False) */
        struct python_scope in = {
            .file = r->partial.file, .body = r->partial.scope, .bound = r->partial.bound};
        found.node = python_call_keyword(r->tree, in, r->partial.node, keyword, &found.scope);
    }
    return found;
}

struct sa_argument sa_keyword(struct sa_reader *r, struct python_scope scope, TSNode call,
                              const char *keyword)
{
    return sa_argument(r, scope, call, keyword, SIZE_MAX);
}

bool sa_given(struct sa_reader *r, struct sa_argument argument, struct str *ret_text,
              bool *ret_present)
{
    *ret_present = !ts_node_is_null(argument.node);
    if (!*ret_present)
        return true;
    struct python_constant value = python_constant(r->tree, argument.scope, argument.node);
    if (value.kind == CONSTANT_NONE) {
        *ret_present = false;
        return true;
    }
    *ret_text = value.text;
    return value.kind == CONSTANT_NUMBER || value.kind == CONSTANT_STRING;
}

bool sa_flag(struct sa_reader *r, struct python_scope scope, TSNode call, const char *keyword,
             size_t index, bool *ret_flag)
{
    struct sa_argument argument = sa_argument(r, scope, call, keyword, index);
    struct python_constant value = python_constant(r->tree, argument.scope, argument.node);

    *ret_flag = value.kind == CONSTANT_TRUE;
    return ts_node_is_null(argument.node) || value.kind == CONSTANT_TRUE ||
           value.kind == CONSTANT_FALSE || value.kind == CONSTANT_NONE;
}

bool sa_sized(struct sa_reader *r, struct python_scope scope, TSNode call, const char *name,
              const char *keyword, size_t index, bool scaled, struct str *ret_type)
{
    struct str first, second;
    bool has_first, has_second = false;

    if (!sa_given(r, sa_argument(r, scope, call, keyword, index), &first, &has_first) ||
        (scaled && !sa_given(r, sa_argument(r, scope, call, "scale", 1), &second, &has_second)))
        return false;
    *ret_type = str_from(name);
    if (has_first && has_second)
        *ret_type = str_printf(r->arena, "%s(" STR_FMT ", " STR_FMT ")", name, STR_ARG(first),
                               STR_ARG(second));
    else if (has_first)
        *ret_type = str_printf(r->arena, "%s(" STR_FMT ")", name, STR_ARG(first));
    return true;
}
