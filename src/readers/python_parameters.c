/* python_parameters.c -- the parameters of a function, and what its body makes of them. */
#include "readers/python_parameters.h"

struct str python_parameter_name(const struct python_file *file, TSNode parameter)
{
    TSNode name = parameter;

    if (node_is(name, "typed_parameter"))
        name = ts_node_named_child(name, 0);
    else if (node_is(name, "default_parameter") || node_is(name, "typed_default_parameter"))
        name = node_field(name, "name");
    if (node_is(name, "list_splat_pattern") || node_is(name, "dictionary_splat_pattern"))
        name = ts_node_named_child(name, 0);
    return node_is(name, "identifier") ? node_source(file, name) : STR_NONE;
}

bool python_parameter_takes(TSNode parameter, const char *pattern)
{
    if (node_is(parameter, "typed_parameter"))
        parameter = ts_node_named_child(parameter, 0);
    return node_is(parameter, pattern);
}

bool python_parameter_is_rest(TSNode parameter)
{
    return python_parameter_takes(parameter, "list_splat_pattern") ||
           python_parameter_takes(parameter, "dictionary_splat_pattern");
}

size_t python_parameter_places(TSNode function)
{
    TSNode parameters = node_field(function, "parameters");
    size_t count = 0;

    for (uint32_t i = 0; i < ts_node_named_child_count(parameters); i++) {
        TSNode parameter = ts_node_named_child(parameters, i);
        if (python_parameter_is_rest(parameter) || node_is(parameter, "keyword_separator"))
            break;
        count += !node_is(parameter, "positional_separator") && !node_is(parameter, "comment");
    }
    return count;
}

bool python_parameter_is_there(const struct python_file *file, TSNode function, struct str name)
{
    TSNode parameters = node_field(function, "parameters");

    for (uint32_t i = 0; i < ts_node_named_child_count(parameters); i++) {
        TSNode parameter = ts_node_named_child(parameters, i);
        if (str_eq(python_parameter_name(file, parameter), name))
            return !python_parameter_is_rest(parameter);
    }
    return false;
}

bool python_parameter_is_filled(const struct python_file *file, TSNode assignment)
{
    TSNode right = node_field(assignment, "right"), empty = node_field(right, "right");

    return node_is(right, "boolean_operator") && node_is(empty, "dictionary") &&
           ts_node_named_child_count(empty) == 0 &&
           str_eq(node_source(file, node_field(right, "left")),
                  node_source(file, node_field(assignment, "left")));
}

/* kwargs.get("max_length", 10) */
static bool is_get_of(const struct python_file *file, TSNode call, TSNode holder, TSNode key)
{
    TSNode function = node_is(call, "call") ? node_field(call, "function") : node_null();

    return node_is(function, "attribute") && call_positional_count(call) == 2 &&
           str_eq(node_source(file, node_field(function, "attribute")), STR("get")) &&
           str_eq(node_source(file, node_field(function, "object")), node_source(file, holder)) &&
           str_eq(node_source(file, call_positional(call, 0)), node_source(file, key));
}

TSNode python_parameter_rest_set(const struct python_file *file, TSNode function, TSNode statement,
                                 bool *ret_final, TSNode *ret_key)
{
    TSNode node = ts_node_named_child(statement, 0),
           parameters = node_field(function, "parameters");
    TSNode called = node_field(node, "function"), left = node_field(node, "left");
    TSNode holder = node_null();
    size_t rests = 0;

    *ret_final = node_is(node, "assignment") && node_is(left, "subscript");
    if (*ret_final)
        holder = node_field(left, "value");
    else if (node_is(called, "attribute") && call_positional_count(node) == 2 &&
             str_eq(node_source(file, node_field(called, "attribute")), STR("setdefault")))
        holder = node_field(called, "object");
    for (uint32_t i = 0; node_is(holder, "identifier") && i < ts_node_named_child_count(parameters);
         i++)
        rests += python_parameter_takes(ts_node_named_child(parameters, i),
                                        "dictionary_splat_pattern") &&
                 str_eq(python_parameter_name(file, ts_node_named_child(parameters, i)),
                        node_source(file, holder));
    *ret_key = *ret_final ? node_field(left, "subscript") : call_positional(node, 0);
    if (!rests || !node_is(*ret_key, "string"))
        return node_null();
    if (!*ret_final)
        return call_positional(node, 1);
    TSNode value = node_bare(node_field(node, "right"));
    *ret_final = !is_get_of(file, value, holder, *ret_key);
    return *ret_final ? value : call_positional(value, 1);
}

TSNode python_parameter_rest_word(struct python_tree *tree, struct python_file *file,
                                  TSNode function, struct str word, bool final)
{
    struct python_scope scope = {.file = file};
    TSNode body = node_field(function, "body"), found = node_null();

    for (uint32_t i = 0; i < ts_node_named_child_count(body); i++) {
        bool is_final;
        TSNode key, value = python_parameter_rest_set(file, function, ts_node_named_child(body, i),
                                                      &is_final, &key);
        if (!ts_node_is_null(value) && is_final == final &&
            str_eq(python_constant(tree, scope, key).text, word) &&
            (final || ts_node_is_null(found)))
            found = value;
    }
    return found;
}

TSNode python_parameter_filled_with(const struct python_file *file, TSNode function,
                                    TSNode statement, TSNode *ret_name, TSNode *ret_condition)
{
    TSNode block = node_field(statement, "consequence"), value;
    bool asked = node_is(statement, "if_statement");

    if (asked && (ts_node_named_child_count(block) != 1 || /* no `else`, no comment */
                  ts_node_named_child_count(statement) != 2))
        return node_null();
    TSNode assignment = ts_node_named_child(asked ? ts_node_named_child(block, 0) : statement, 0);
    *ret_condition = node_field(statement, "condition");
    *ret_name = node_field(assignment, "left");
    value = node_field(assignment, "right");
    if (!node_is(assignment, "assignment") || !node_is(*ret_name, "identifier") ||
        !python_parameter_is_there(file, function, node_source(file, *ret_name)))
        return node_null();
    if (asked)
        return value;
    return node_is(value, "boolean_operator") &&
                   str_eq(node_source(file, node_field(value, "operator")), STR("or")) &&
                   str_eq(node_source(file, node_field(value, "left")),
                          node_source(file, *ret_name))
               ? node_field(value, "right")
               : node_null();
}
