/* document_xml.c -- XML by libexpat. */
#include <expat.h>

#include "base/buf.h"
#include "readers/document.h"

#define TEXT_MAX ((size_t)16 << 20)

struct xml_open { /* an element whose end has not come */
    struct node *node;
    struct buf text;
};

struct xml_reading {
    struct arena *arena;
    XML_Parser parser;
    struct xml_open open[DOCUMENT_DEPTH_MAX];
    size_t depth, count;
    struct node *root;
    const char *refused; /* why reading was stopped */
};

static void free_parser(XML_Parser *parser)
{
    XML_ParserFree(*parser);
}

static void refuse(struct xml_reading *reading, const char *why)
{
    if (!reading->refused)
        reading->refused = why;
    (void)XML_StopParser(reading->parser, XML_FALSE);
}

/* "pro:changeSet" is changeSet: the schema of a change log may be bound to any prefix. */
static struct str local_name(struct arena *arena, const char *name)
{
    struct str whole = str_from(name);
    size_t colon = str_find_last_byte(whole, ':');

    return str_copy(arena, colon == SIZE_MAX ? whole : str_from_offset(whole, colon + 1));
}

static void XMLCALL begin(void *data, const XML_Char *name, const XML_Char **attributes)
{
    struct xml_reading *reading = data;
    size_t line = (size_t)XML_GetCurrentLineNumber(reading->parser);

    if (reading->depth == DOCUMENT_DEPTH_MAX || reading->count >= DOCUMENT_NODES_MAX) {
        refuse(reading, "it is nested too deeply, or has too many elements");
        return;
    }
    struct node *node = node_new(reading->arena, NODE_MAP, local_name(reading->arena, name), line);
    for (size_t i = 0; attributes[i]; i += 2) {
        struct node *attribute =
            node_new(reading->arena, NODE_SCALAR, local_name(reading->arena, attributes[i]), line);
        attribute->text = str_copy(reading->arena, str_from(attributes[i + 1]));
        attribute->attribute = true;
        node_add(node, attribute);
        reading->count++;
    }
    reading->count++;
    if (reading->depth)
        node_add(reading->open[reading->depth - 1].node, node);
    else if (!reading->root)
        reading->root = node;
    reading->open[reading->depth++] =
        (struct xml_open){.node = node, .text = buf_new(reading->arena, TEXT_MAX)};
}

static void XMLCALL end(void *data, const XML_Char *name UNUSED)
{
    struct xml_reading *reading = data;
    struct xml_open *open = &reading->open[--reading->depth];

    open->node->text = buf_str(&open->text);
    if (open->text.truncated)
        refuse(reading, "an element has too much text");
}

static void XMLCALL characters(void *data, const XML_Char *text, int length)
{
    struct xml_reading *reading = data;

    if (reading->depth)
        buf_add(&reading->open[reading->depth - 1].text, str_of(text, (size_t)length));
}

static void XMLCALL entity(void *data, const XML_Char *name UNUSED, int is_parameter UNUSED,
                           const XML_Char *value UNUSED, int length UNUSED,
                           const XML_Char *base UNUSED, const XML_Char *system UNUSED,
                           const XML_Char *public UNUSED, const XML_Char *notation UNUSED)
{
    refuse(data, "it declares entities, which are not followed");
}

bool xml_parse(struct arena *arena, struct str bytes, const char *name, struct node **ret_root,
               struct err *e)
{
    CLEANUP_WITH(free_parser) XML_Parser parser = XML_ParserCreate(NULL);
    struct xml_reading *reading = ARENA_NEW(arena, struct xml_reading);

    if (!parser)
        return err_set(e, ERR_SYSTEM, "%s: no memory for the XML parser", name);
    if (bytes.length > FILE_MAX)
        return err_set(e, ERR_LIMIT, "%s: larger than %u bytes", name, FILE_MAX);
    *reading = (struct xml_reading){.arena = arena, .parser = parser};
    XML_SetUserData(parser, reading);
    XML_SetElementHandler(parser, begin, end);
    XML_SetCharacterDataHandler(parser, characters);
    XML_SetEntityDeclHandler(parser, entity);
    enum XML_Status status =
        XML_Parse(parser, bytes.bytes ? bytes.bytes : "", (int)bytes.length, 1);
    if (reading->refused)
        return err_set(e, ERR_LIMIT, "%s:%lu: %s", name, XML_GetCurrentLineNumber(parser),
                       reading->refused);
    if (status != XML_STATUS_OK)
        return err_set(e, ERR_INPUT, "%s:%lu:%lu: %s", name, XML_GetCurrentLineNumber(parser),
                       XML_GetCurrentColumnNumber(parser) + 1,
                       XML_ErrorString(XML_GetErrorCode(parser)));
    *ret_root = reading->root;
    return true;
}
