/* django_settings.c -- what Django's settings say, and the texts and lengths that are put together of them. */
#include "base/buf.h"

#include "readers/django.h"

#define PARTS_DEPTH_MAX 8u
#define TEXT_MAX ((size_t)4 << 10)

static void read_setting(struct django_reader *r, struct python_scope scope,
                         const struct python_binding *binding)
{
    bool key = str_eq(binding->name, STR("DEFAULT_AUTO_FIELD"));

    if (binding->kind != BINDING_VALUE || (!key && !str_eq(binding->name, STR("AUTH_USER_MODEL"))))
        return;
    struct python_constant value = python_constant(r->tree, scope, binding->node);
    if (value.kind == CONSTANT_STRING && key)
        r->auto_field = dotted_last(value.text);
    else if (value.kind == CONSTANT_STRING)
        r->user_model = value.text;
}

/* Those of django-configurations are attributes of a class. */
void django_settings_read(struct django_reader *r)
{
    r->auto_field = STR("AutoField");
    r->user_model = STR("auth.User");
    for (size_t i = 0; i < r->settings->count; i++) {
        struct python_file *file = python_tree_file(r->tree, r->settings->items[i]);
        for (size_t j = 0; file && j < file->bindings.count; j++) {
            const struct python_binding *binding = &file->bindings.items[j];
            struct python_scope scope = {.file = file};
            struct python_bindings inside = {0};
            read_setting(r, scope, binding);
            if (binding->kind != BINDING_CLASS)
                continue;
            scope.body = node_field(binding->node, "body");
            python_body_bindings(r->tree, file, scope.body, &inside);
            for (size_t k = 0; k < inside.count; k++)
                read_setting(r, scope, &inside.items[k]);
        }
    }
}

/* --- One that an expression asks for. --- */

/* settings.MAX_DIGITS and getattr(settings, "MAX_DIGITS", 9) of django.conf, also through a name. *ret_otherwise: the 9; null: none is given. */
struct str django_setting(struct django_reader *r, struct python_scope scope, TSNode node,
                          TSNode *ret_otherwise, struct python_scope *ret_in)
{
    static const struct str prefix = STR_INIT("django.conf.settings.");
    struct python_thing thing = {.kind = THING_UNKNOWN};

    *ret_otherwise = node_null();
    *ret_in = scope;
    if (ts_node_is_null(node))
        return STR_NONE;
    thing = python_resolve(r->tree, scope, node_bare(node));
    if (str_starts(thing.dotted, prefix))
        return str_from_offset(thing.dotted, prefix.length);
    if (thing.file && node_is(thing.node, "call")) {
        *ret_in =
            (struct python_scope){.file = thing.file, .body = thing.scope, .bound = thing.bound};
        node = thing.node;
    }
    if (!node_is(node, "call") ||
        !str_eq(node_source(ret_in->file, node_field(node, "function")), STR("getattr")) ||
        !str_eq(python_foreign(r->tree, *ret_in, call_positional(node, 0)),
                STR("django.conf.settings")))
        return STR_NONE;
    *ret_otherwise = call_positional(node, 2);
    return python_constant(r->tree, *ret_in, call_positional(node, 1)).text;
}

/* In the module, else in one of its classes (django-configurations). */
static const struct python_binding *setting_in(struct django_reader *r, struct str name,
                                               struct python_scope *where)
{
    struct python_file *file = where->file;
    const struct python_binding *found = python_binding_in(r->tree, file, node_null(), name);
    bool module = found != NULL;

    for (size_t i = 0; !module && i < file->bindings.count; i++) {
        TSNode body = file->bindings.items[i].kind == BINDING_CLASS
                          ? node_field(file->bindings.items[i].node, "body")
                          : node_null();
        const struct python_binding *inside =
            ts_node_is_null(body) ? NULL : python_binding_in(r->tree, file, body, name);
        if (!inside)
            continue;
        found = inside;
        where->body = body;
    }
    return found;
}

/* What a settings file of the tree says, the last one. */
static struct python_constant of_settings(struct django_reader *r, struct python_scope scope,
                                          TSNode node)
{
    struct python_constant value = {.kind = CONSTANT_NOT};
    struct python_scope in;
    TSNode otherwise;
    struct str name = django_setting(r, scope, node, &otherwise, &in);
    bool said = false;

    if (!name.length)
        return value;
    for (size_t i = 0; i < r->settings->count; i++) {
        struct python_file *file = python_tree_file(r->tree, r->settings->items[i]);
        struct python_scope where = {.file = file};
        const struct python_binding *binding = file ? setting_in(r, name, &where) : NULL;
        /* An application's own settings.py asks Django's: MAX_TAG_LENGTH = getattr(settings, "MAX_TAG_LENGTH", 50) */
        if (!binding || (binding->kind == BINDING_VALUE &&
                         str_starts(node_source(file, binding->node), STR("getattr("))))
            continue;
        said = true;
        if (binding->kind == BINDING_VALUE)
            value = python_constant(r->tree, where, binding->node);
    }
    return said ? value : python_constant(r->tree, in, otherwise);
}

static struct python_constant constant_at(struct django_reader *r, struct python_scope scope,
                                          TSNode node, size_t depth);

/* settings.PREFIX + "leads", f"{settings.PREFIX}leads" */
static struct python_constant put_together(struct django_reader *r, struct python_scope scope,
                                           TSNode node, size_t depth)
{
    struct buf whole = buf_new(r->arena, TEXT_MAX);
    bool text = node_is(node, "string");

    if (!text && !str_eq(node_source(scope.file, node_field(node, "operator")), STR("+")))
        return (struct python_constant){.kind = CONSTANT_NOT};
    for (uint32_t i = 0; i < ts_node_named_child_count(node); i++) {
        TSNode part = ts_node_named_child(node, i);
        struct python_constant value = {.kind = CONSTANT_STRING,
                                        .text = node_source(scope.file, part)};
        if (text && (node_is(part, "string_start") || node_is(part, "string_end")))
            continue;
        if (text && node_is(part, "interpolation") && ts_node_named_child_count(part) == 1)
            value = constant_at(r, scope, node_field(part, "expression"), depth + 1);
        else if (!text)
            value = constant_at(r, scope, part, depth + 1);
        else if (!node_is(part, "string_content") || str_find_byte(value.text, '\\') != SIZE_MAX)
            return (struct python_constant){.kind = CONSTANT_NOT};
        if (value.kind != CONSTANT_STRING && !(text && value.kind == CONSTANT_NUMBER))
            return (struct python_constant){.kind = CONSTANT_NOT};
        buf_add(&whole, value.text);
    }
    return (struct python_constant){.kind = CONSTANT_STRING, .text = buf_str(&whole)};
}

static struct python_constant constant_at(struct django_reader *r, struct python_scope scope,
                                          TSNode node, size_t depth)
{
    struct python_constant value = python_constant(r->tree, scope, node);

    if (value.kind == CONSTANT_NOT)
        value = of_settings(r, scope, node);
    if (value.kind != CONSTANT_NOT || ts_node_is_null(node) || depth > PARTS_DEPTH_MAX)
        return value;
    node = node_bare(node);
    if (node_is(node, "binary_operator") || node_is(node, "string"))
        return put_together(r, scope, node, depth);
    struct python_thing thing = python_resolve(r->tree, scope, node);
    return thing.kind == THING_VALUE && node_is(thing.node, "call")
               ? django_greatest(r,
                                 (struct python_scope){
                                     .file = thing.file, .body = thing.scope, .bound = thing.bound},
                                 thing.node)
               : value;
}

struct python_constant django_constant(struct django_reader *r, struct python_scope scope,
                                       TSNode node)
{
    return constant_at(r, scope, node, 0);
}
