/* django_written.c -- the type that a field class of the tree says in db_type(self, connection): "char(%s)" % self.max_length. */
#include "readers/django.h"

#define ATTRIBUTES_MAX 8u
#define BLOCKS_MAX 8u
#define NESTING_MAX 64u

/* --- What is returned where the database is PostgreSQL. --- */

enum truth { TRUTH_UNKNOWN = 0, TRUTH_NO, TRUTH_YES };

/* connection.vendor == "postgresql", connection.settings_dict["ENGINE"] != "django.db.backends.mysql" */
static enum truth is_met(struct django_reader *r, struct python_scope scope, TSNode condition)
{
    condition = node_bare(condition);
    if (!node_is(condition, "comparison_operator") || ts_node_named_child_count(condition) != 2)
        return TRUTH_UNKNOWN;
    TSNode left = ts_node_named_child(condition, 0), right = ts_node_named_child(condition, 1);
    struct str asked = node_source(scope.file, left);
    struct str between =
        str_trim(str_slice(scope.file->source, ts_node_end_byte(left), ts_node_start_byte(right)));
    struct python_constant value = python_constant(r->tree, scope, right);
    bool unlike = str_eq(between, STR("!="));
    if ((!unlike && !str_eq(between, STR("=="))) || value.kind != CONSTANT_STRING ||
        (!str_eq(asked, STR("connection.vendor")) && !str_contains(asked, STR("\"ENGINE\"")) &&
         !str_contains(asked, STR("'ENGINE'"))))
        return TRUTH_UNKNOWN;
    return str_contains(value.text, STR("postg")) != unlike ? TRUTH_YES : TRUTH_NO;
}

static bool says_nothing(TSNode statement)
{
    return node_is(statement, "comment") || node_is(statement, "pass_statement") ||
           (node_is(statement, "expression_statement") &&
            node_is(ts_node_named_child(statement, 0), "string"));
}

/* True when the block ends with an answer: *ret_node is what it returns, or null when that cannot be told. */
static bool answers(struct django_reader *r, struct python_scope scope, TSNode block,
                    unsigned depth, TSNode *ret_node)
{
    *ret_node = node_null();
    for (uint32_t i = 0; i < ts_node_named_child_count(block); i++) {
        TSNode statement = ts_node_named_child(block, i);
        if (says_nothing(statement))
            continue;
        if (node_is(statement, "return_statement")) {
            *ret_node = node_bare(ts_node_named_child(statement, 0));
            return true;
        }
        if (!node_is(statement, "if_statement") || depth > BLOCKS_MAX)
            return true;
        enum truth met = is_met(r, scope, node_field(statement, "condition"));
        TSNode taken = met == TRUTH_YES ? node_field(statement, "consequence") : node_null();
        for (uint32_t j = 0; met == TRUTH_NO && j < ts_node_named_child_count(statement); j++) {
            TSNode part = ts_node_named_child(statement, j);
            if (node_is(part, "elif_clause")) {
                met = is_met(r, scope, node_field(part, "condition"));
                taken = met == TRUTH_YES ? node_field(part, "consequence") : node_null();
            } else if (node_is(part, "else_clause")) {
                met = TRUTH_YES;
                taken = node_field(part, "body");
            }
        }
        if (met == TRUTH_UNKNOWN)
            return true;
        if (!ts_node_is_null(taken) && answers(r, scope, taken, depth + 1, ret_node))
            return true;
    }
    return false;
}

/* --- What `self.max_length` is. --- */

/* The value a parameter of __init__ has in the field's own call. `own`: the call is one of this class, not of a subclass. */
static struct python_constant parameter(struct django_reader *r, struct python_scope scope,
                                        TSNode init, const struct django_field *field, bool own,
                                        struct str name)
{
    TSNode parameters = node_field(init, "parameters");
    struct python_constant value = django_word(r, field, str_c(r->arena, name));
    bool by_place = own;

    for (uint32_t i = 0; value.kind == CONSTANT_NOT && i < ts_node_named_child_count(parameters);
         i++) {
        TSNode one = ts_node_named_child(parameters, i), named = node_field(one, "name");
        if (node_is(one, "typed_parameter"))
            named = ts_node_named_child(one, 0);
        by_place =
            by_place && !node_is(one, "list_splat_pattern") && !node_is(one, "keyword_separator");
        if (!str_eq(node_source(scope.file, ts_node_is_null(named) ? one : named), name))
            continue;
        if (by_place && i > 0)
            value = python_constant(r->tree, field->scope, call_positional(field->call, i - 1));
        if (value.kind == CONSTANT_NOT)
            value = python_constant(r->tree, scope, node_field(one, "value"));
    }
    return value;
}

/* self.dim = dim, self.dim = kwargs.pop("dim", 3) */
static struct python_constant attribute(struct django_reader *r, struct python_scope scope,
                                        TSNode init, const struct django_field *field, bool own,
                                        struct str name)
{
    TSNode body = ts_node_is_null(init) ? init : node_field(init, "body");
    struct str left = str_printf(r->arena, "self." STR_FMT, STR_ARG(name));
    TSNode right = node_null();

    for (uint32_t i = 0; !ts_node_is_null(body) && i < ts_node_named_child_count(body); i++) {
        TSNode node = ts_node_named_child(ts_node_named_child(body, i), 0);
        if (node_is(node, "assignment") &&
            str_eq(node_source(scope.file, node_field(node, "left")), left))
            right = node_bare(node_field(node, "right"));
    }
    if (ts_node_is_null(right)) /* the base has it of its keyword */
        return django_word(r, field, str_c(r->arena, name));
    if (node_is(right, "identifier"))
        return parameter(r, scope, init, field, own, node_source(scope.file, right));
    struct str called =
        node_is(right, "call") ? node_source(scope.file, node_field(right, "function")) : STR_NONE;
    if (!str_eq(called, STR("kwargs.pop")) && !str_eq(called, STR("kwargs.get")))
        return python_constant(r->tree, scope, right);
    struct str word = python_constant(r->tree, scope, call_positional(right, 0)).text;
    struct python_constant value = django_word(r, field, str_c(r->arena, word));
    return value.kind != CONSTANT_NOT ? value
                                      : python_constant(r->tree, scope, call_positional(right, 1));
}

/* Every `self.x` in the expression, bound under that name. */
static bool bind_attributes(struct django_reader *r, struct python_scope *scope, TSNode node,
                            TSNode init, const struct django_field *field, bool own, unsigned depth,
                            size_t *count)
{
    if (depth > NESTING_MAX)
        return false;
    if (node_is(node, "attribute") &&
        str_eq(node_source(scope->file, node_field(node, "object")), STR("self"))) {
        struct python_constant value =
            attribute(r, (struct python_scope){.file = scope->file, .body = scope->body}, init,
                      field, own, node_source(scope->file, node_field(node, "attribute")));
        if ((value.kind != CONSTANT_STRING && value.kind != CONSTANT_NUMBER) ||
            ++*count > ATTRIBUTES_MAX)
            return false;
        struct python_bound *bound = ARENA_NEW(r->arena, struct python_bound);
        *bound = (struct python_bound){
            .name = node_source(scope->file, node), .text = value.text, .outer = scope->bound};
        scope->bound = bound;
        return true;
    }
    for (uint32_t i = 0; i < ts_node_named_child_count(node); i++)
        if (!bind_attributes(r, scope, ts_node_named_child(node, i), init, field, own, depth + 1,
                             count))
            return false;
    return true;
}

struct str django_written_type(struct django_reader *r, struct python_scope scope, TSNode db_type,
                               TSNode init, const struct django_field *field, bool own)
{
    TSNode returned;
    size_t count = 0;

    if (!answers(r, scope, node_field(db_type, "body"), 0, &returned) ||
        ts_node_is_null(returned) ||
        !bind_attributes(r, &scope, returned, init, field, own, 0, &count))
        return STR_NONE;
    struct python_constant text = python_constant(r->tree, scope, returned);
    return text.kind == CONSTANT_STRING ? text.text : STR_NONE;
}
