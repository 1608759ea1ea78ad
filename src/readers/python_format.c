/* python_format.c -- strings that Python puts together: %, format(), f"…". */
#include "base/buf.h"

#include "readers/python_constant.h"

#define VALUES_MAX 8u

/* One `%s` or `%d` after the other. */
static struct python_constant filled(struct python_tree *tree, struct python_scope scope,
                                     struct str form, const TSNode *values, size_t count,
                                     size_t depth)
{
    struct buf whole = buf_new(python_tree_arena(tree), (size_t)1 << 20);
    size_t used = 0;

    for (size_t i = 0; i < form.length; i++) {
        char next = i + 1 < form.length ? form.bytes[i + 1] : '\0';
        if (form.bytes[i] != '%') {
            buf_add_byte(&whole, form.bytes[i]);
            continue;
        }
        i++;
        if (next == '%') {
            buf_add_byte(&whole, '%');
            continue;
        }
        struct python_constant value = /* none of `%(name)s`, `%.3f` */
            used < count && (next == 's' || next == 'd')
                ? python_constant_within(tree, scope, values[used], depth + 1)
                : python_constant_none();
        if (value.kind != CONSTANT_STRING && value.kind != CONSTANT_NUMBER)
            return python_constant_none();
        buf_add(&whole, value.text);
        used++;
    }
    return used == count ? python_constant_string(buf_str(&whole)) : python_constant_none();
}

/* "%s_name" % __tablename__, "%s_%s" % (TABLE, "name") */
struct python_constant python_constant_percent(struct python_tree *tree, struct python_scope scope,
                                               struct str form, TSNode right, size_t depth)
{
    TSNode values[VALUES_MAX];
    size_t count = 0;

    right = node_bare(right);
    if (!node_is(right, "tuple"))
        return filled(tree, scope, form, &right, 1, depth);
    for (uint32_t i = 0; i < ts_node_named_child_count(right); i++) {
        if (node_is(ts_node_named_child(right, i), "comment"))
            continue;
        if (count == VALUES_MAX)
            return python_constant_none();
        values[count++] = ts_node_named_child(right, i);
    }
    return filled(tree, scope, form, values, count, depth);
}

/* What stands for `{}` (the next one), `{1}` or `{name}`; null: nothing, or it is written in a form of its own. */
static TSNode format_value(struct python_scope scope, TSNode call, struct str hole, size_t *next)
{
    uint64_t number = *next;

    if (!hole.length)
        ++*next;
    else if (!str_to_u64(hole, &number))
        return call_keyword(scope.file, call, str_c(python_tree_arena(scope.file->of), hole));
    return call_positional(call, number);
}

/* "{}_{name}".format(__tablename__, name="x") */
struct python_constant python_constant_format(struct python_tree *tree, struct python_scope scope,
                                              struct str form, TSNode call, size_t depth)
{
    struct buf whole = buf_new(python_tree_arena(tree), (size_t)1 << 20);
    size_t next = 0;

    if (call_has_splat(call))
        return python_constant_none();
    while (form.length) {
        size_t open = str_find_byte(form, '{'), close = str_find_byte(form, '}');
        size_t at = open < close ? open : close;
        buf_add(&whole, str_prefix(form, at));
        if (at == SIZE_MAX)
            break;
        form = str_from_offset(form, at);
        if (form.length > 1 && form.bytes[0] == form.bytes[1]) { /* `{{` */
            buf_add_byte(&whole, form.bytes[0]);
            form = str_from_offset(form, 2);
            continue;
        }
        size_t end = str_find_byte(form, '}');
        if (form.bytes[0] != '{' || end == SIZE_MAX)
            return python_constant_none();
        TSNode given = format_value(scope, call, str_slice(form, 1, end), &next);
        struct python_constant value = python_constant_within(tree, scope, given, depth + 1);
        if (value.kind != CONSTANT_STRING && value.kind != CONSTANT_NUMBER)
            return python_constant_none();
        buf_add(&whole, value.text);
        form = str_from_offset(form, end + 1);
    }
    return python_constant_string(buf_str(&whole));
}

/* f"{cls.__name__.lower()}s" */
struct python_constant python_constant_of_f_string(struct python_tree *tree,
                                                   struct python_scope scope, TSNode node,
                                                   size_t depth)
{
    struct arena *arena = python_tree_arena(tree);
    struct buf whole = buf_new(arena, (size_t)1 << 20);

    for (uint32_t i = 0; i < ts_node_named_child_count(node); i++) {
        TSNode part = ts_node_named_child(node, i);
        if (node_is(part, "string_content")) {
            struct str text = node_source(scope.file, part);
            if (str_find_byte(text, '\\') != SIZE_MAX)
                return python_constant_none();
            buf_add(&whole, text);
        } else if (node_is(part, "interpolation")) {
            struct python_constant value =
                python_constant_within(tree, scope, node_field(part, "expression"), depth + 1);
            if ((value.kind != CONSTANT_STRING && value.kind != CONSTANT_NUMBER) ||
                ts_node_named_child_count(part) != 1)
                return python_constant_none();
            buf_add(&whole, value.text);
        }
    }
    return python_constant_string(buf_str(&whole));
}
