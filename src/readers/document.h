/* document.h -- XML, YAML and JSON as one kind of tree: change logs and settings of the tools of the Java world come in all three.
 *
 * In:     the bytes of one file, up to FILE_MAX; nesting up to DOCUMENT_DEPTH_MAX, at most DOCUMENT_NODES_MAX nodes.
 * Out:    nodes in the order of the file, each with its line. An XML element is a map: its attributes are scalars in it, before its
 *         child elements, and `text` is what stands between its tags (entities put in). YAML aliases are the node that they name.
 * Fails:  ERR_INPUT with line and column where the text is not of its language, ERR_LIMIT past a limit (a YAML file whose aliases multiply
 *         is refused so). XML: no external entity is opened, and a document type with entities of its own is refused.
 * Source: XML 1.0 (libexpat), YAML 1.1 (libyaml), RFC 8259 (base/json.h).
 */
#ifndef HOOKCHECK_READERS_DOCUMENT_H
#define HOOKCHECK_READERS_DOCUMENT_H

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/str.h"
#include "base/vec.h"

#define DOCUMENT_DEPTH_MAX 200u
#define DOCUMENT_NODES_MAX 500000u

enum node_kind { NODE_SCALAR = 0, NODE_MAP, NODE_LIST };

struct node {
    enum node_kind kind;
    struct str name; /* the key, or the element's name without its prefix; empty in lists */
    struct str text;
    bool attribute; /* XML */
    size_t line;
    struct node *first, *last, *next; /* children, and the next of the same parent */
};
VEC_DEFINE(nodes, struct node *);

/* *ret_root: the root element. */
MUST_CHECK bool xml_parse(struct arena *arena, struct str bytes, const char *name,
                          struct node **ret_root, struct err *e);
/* The roots of its documents ("---" parts them); a file without any gives none. */
MUST_CHECK bool yaml_parse(struct arena *arena, struct str bytes, const char *name,
                           struct nodes *ret_roots, struct err *e);
MUST_CHECK bool json_document(struct arena *arena, struct str bytes, enum json_flags flags,
                              const char *name, struct node **ret_root, struct err *e);

/* The first child of that name; NULL: none, or no `node`. */
struct node *node_get(const struct node *node, const char *name);
/* The text of that scalar, or of an element without child elements; STR_NONE: there is none. */
struct str node_text(const struct node *node, const char *name);

/* --- For the parsers. --- */
struct node *node_new(struct arena *arena, enum node_kind kind, struct str name, size_t line);
void node_add(struct node *parent, struct node *child);

#endif
