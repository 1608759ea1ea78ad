/* document_yaml.c -- YAML by libyaml. */
#include <yaml.h>

#include "readers/document.h"

struct yaml_reading {
    struct arena *arena;
    yaml_document_t *document;
    size_t count;
    const char *name;
    struct err *e;
};

static struct str scalar_text(struct arena *arena, const yaml_node_t *from)
{
    return str_copy(arena, str_of((const char *)from->data.scalar.value, from->data.scalar.length));
}

static bool convert(struct yaml_reading *reading, int id, struct str name, size_t depth,
                    struct node **ret_node);

static bool convert_map(struct yaml_reading *reading, const yaml_node_t *from, size_t depth,
                        struct node *node)
{
    for (const yaml_node_pair_t *pair = from->data.mapping.pairs.start;
         pair < from->data.mapping.pairs.top; pair++) {
        const yaml_node_t *key = yaml_document_get_node(reading->document, pair->key);
        struct node *child = NULL;
        struct str name =
            key && key->type == YAML_SCALAR_NODE ? scalar_text(reading->arena, key) : STR("?");
        if (!convert(reading, pair->value, name, depth + 1, &child) || !child)
            return false;
        if (key)
            child->line = key->start_mark.line + 1;
        node_add(node, child);
    }
    return true;
}

static bool convert(struct yaml_reading *reading, int id, struct str name, size_t depth,
                    struct node **ret_node)
{
    const yaml_node_t *from = yaml_document_get_node(reading->document, id);

    if (depth > DOCUMENT_DEPTH_MAX || ++reading->count > DOCUMENT_NODES_MAX)
        return err_set(reading->e, ERR_LIMIT, "%s: it is nested too deeply, or has too many values",
                       reading->name);
    if (!from)
        return err_set(reading->e, ERR_INTERNAL, "%s: a value that is not there", reading->name);
    struct node *node = node_new(reading->arena,
                                 from->type == YAML_MAPPING_NODE    ? NODE_MAP
                                 : from->type == YAML_SEQUENCE_NODE ? NODE_LIST
                                                                    : NODE_SCALAR,
                                 name, from->start_mark.line + 1);
    *ret_node = node;
    if (from->type == YAML_SCALAR_NODE)
        node->text = scalar_text(reading->arena, from);
    else if (from->type == YAML_MAPPING_NODE)
        return convert_map(reading, from, depth, node);
    else if (from->type == YAML_SEQUENCE_NODE)
        for (const yaml_node_item_t *item = from->data.sequence.items.start;
             item < from->data.sequence.items.top; item++) {
            struct node *child = NULL;
            if (!convert(reading, *item, STR_NONE, depth + 1, &child))
                return false;
            node_add(node, child);
        }
    return true;
}

static bool fail(const yaml_parser_t *parser, const char *name, struct err *e)
{
    return err_set(e, ERR_INPUT, "%s:%zu:%zu: %s", name, parser->problem_mark.line + 1,
                   parser->problem_mark.column + 1,
                   parser->problem ? parser->problem : "it cannot be read");
}

bool yaml_parse(struct arena *arena, struct str bytes, const char *name, struct nodes *ret_roots,
                struct err *e)
{
    CLEANUP_WITH(yaml_parser_delete) yaml_parser_t parser;
    struct nodes roots = {0};
    bool more = true;

    if (!yaml_parser_initialize(&parser))
        return err_set(e, ERR_SYSTEM, "%s: no memory for the YAML parser", name);
    if (bytes.length > FILE_MAX)
        return err_set(e, ERR_LIMIT, "%s: larger than %u bytes", name, FILE_MAX);
    yaml_parser_set_input_string(&parser, (const unsigned char *)(bytes.bytes ? bytes.bytes : ""),
                                 bytes.length);
    while (more) {
        CLEANUP_WITH(yaml_document_delete) yaml_document_t document = {0};
        if (!yaml_parser_load(&parser, &document))
            return fail(&parser, name, e);
        const yaml_node_t *root = yaml_document_get_root_node(&document);
        more = root != NULL;
        struct yaml_reading reading = {.arena = arena, .document = &document, .name = name, .e = e};
        struct node *node = NULL;
        if (more && !convert(&reading, 1, STR_NONE, 0, &node))
            return false;
        if (more)
            VEC_PUSH(arena, &roots, node);
    }
    *ret_roots = roots;
    return true;
}
