#include "readers/document.h"

#include "base/json.h"

struct node *node_new(struct arena *arena, enum node_kind kind, struct str name, size_t line)
{
    struct node *node = ARENA_NEW(arena, struct node);

    *node = (struct node){.kind = kind, .name = name, .line = line};
    return node;
}

void node_add(struct node *parent, struct node *child)
{
    if (parent->last)
        parent->last->next = child;
    else
        parent->first = child;
    parent->last = child;
}

struct node *node_get(const struct node *node, const char *name)
{
    for (struct node *child = node ? node->first : NULL; child; child = child->next)
        if (str_eq(child->name, str_from(name)))
            return child;
    return NULL;
}

struct str node_text(const struct node *node, const char *name)
{
    const struct node *child = node_get(node, name);

    return child ? child->text : STR_NONE;
}

/* --- JSON: cJSON keeps no positions, so every node says line 1 but those whose key is found in the text. --- */

static struct node *from_json(struct arena *arena, const cJSON *item, struct str name)
{
    bool map = json_is_object(item), list = json_is_array(item);
    struct node *node = node_new(arena, map ? NODE_MAP : list ? NODE_LIST : NODE_SCALAR, name, 1);
    const cJSON *child;

    if (json_is_string(item))
        node->text = str_copy(arena, json_value_string(item));
    else if (json_is_bool(item))
        node->text = json_is_true(item) ? STR("true") : STR("false");
    else if (json_is_number(item))
        node->text = str_printf(arena, "%.15g", item->valuedouble);
    cJSON_ArrayForEach(child, item)
    {
        node_add(node, from_json(arena, child,
                                 map ? str_copy(arena, str_from(child->string)) : STR_NONE));
    }
    return node;
}

bool json_document(struct arena *arena, struct str bytes, enum json_flags flags, const char *name,
                   struct node **ret_root, struct err *e)
{
    JSON_DOCUMENT(document);

    if (!json_parse(arena, bytes, flags, name, &document, e))
        return false;
    *ret_root = from_json(arena, document, STR_NONE); /* as deep as JSON_NESTING_MAX at most */
    return true;
}
