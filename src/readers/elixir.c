#include "readers/elixir.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/door.h"
#include "base/file.h"
#include "readers/parse.h"

#define FOLLOW_MAX 12u
#define PATH_MAX_BYTES ((size_t)4 << 10)
#define BODIES_KEPT 64u
#define BODY_IS_LARGE 32u

const TSLanguage *tree_sitter_elixir(void);

struct elixir_module {
    struct str name;
    struct elixir_file *file;
};

struct elixir_aliased { /* what a module is called in a body */
    uint64_t key;       /* of the name: what these are sorted by, then as they stand */
    size_t at;
    struct str name, module;
};

struct elixir_tree {
    struct arena *arena;
    TSParser *parser;
    struct source_files files;
    VEC(struct elixir_file *) known;
    VEC(struct elixir_module) modules; /* of any file that was read for its modules */
    struct parse_failure failure;
    /* The children of bodies with many: a migration asks for those of its module at each call of a function. */
    struct {
        const void *id;
        struct elixir_nodes nodes;
    } bodies[BODIES_KEPT];
    /* The aliases of the body that was asked last: a migration asks at each call of another module's function. */
    const void *aliases_of;
    VEC(struct elixir_aliased) aliases;
};

struct elixir_tree *elixir_tree_new(struct arena *arena, const struct source_files *files)
{
    struct elixir_tree *tree = ARENA_NEW(arena, struct elixir_tree);

    tree->arena = arena;
    tree->files = *files;
    tree->parser = parse_with(tree_sitter_elixir());
    return tree;
}

void elixir_tree_release(struct elixir_tree **tree)
{
    if (!*tree)
        return;
    for (size_t i = 0; i < (*tree)->known.count; i++)
        if ((*tree)->known.items[i]->tree)
            ts_tree_delete((*tree)->known.items[i]->tree);
    ts_parser_delete((*tree)->parser);
    *tree = NULL;
}

bool elixir_tree_is_whole(const struct elixir_tree *tree, struct err *e)
{
    return parse_none_failed(&tree->failure, e);
}

struct arena *elixir_tree_arena(const struct elixir_tree *tree)
{
    return tree->arena;
}

const struct source_files *elixir_tree_files(const struct elixir_tree *tree)
{
    return &tree->files;
}

struct elixir_file *elixir_tree_file(struct elixir_tree *tree, struct str path)
{
    struct elixir_file *file;
    struct str source;

    for (size_t i = 0; i < tree->known.count; i++)
        if (str_eq(tree->known.items[i]->path, path))
            return tree->known.items[i]->tree ? tree->known.items[i] : NULL;
    file = ARENA_NEW(tree->arena, struct elixir_file);
    file->path = str_copy(tree->arena, path);
    VEC_PUSH(tree->arena, &tree->known, file);
    if (!tree->files.read(tree->files.self, file->path, &source) || source.length > UINT32_MAX)
        return NULL;
    file->source = source;
    file->tree = parse_text(tree->parser, source);
    if (!file->tree) {
        parse_failed(&tree->failure, file->path, false);
        return NULL;
    }
    file->root = ts_tree_root_node(file->tree);
    return file;
}

/* Macro.underscore: Shop.API.UserToken is shop/api/user_token. */
static struct str underscored(struct arena *arena, struct str module)
{
    struct buf buf = buf_new(arena, PATH_MAX_BYTES);

    for (size_t i = 0; i < module.length; i++) {
        char byte = module.bytes[i], before = i ? module.bytes[i - 1] : '.';
        bool upper = byte >= 'A' && byte <= 'Z';
        bool next_lower =
            i + 1 < module.length && module.bytes[i + 1] >= 'a' && module.bytes[i + 1] <= 'z';
        bool before_upper = before >= 'A' && before <= 'Z';
        if (byte == '.') {
            buf_add_byte(&buf, '/');
            continue;
        }
        if (upper && before != '.' && before != '_' && (!before_upper || next_lower))
            buf_add_byte(&buf, '_');
        buf_add_byte(&buf, upper ? (char)(byte - 'A' + 'a') : byte);
    }
    return buf_str(&buf);
}

struct elixir_file *elixir_module_file(struct elixir_tree *tree, struct str from, struct str module)
{
    size_t lib = str_starts(from, STR("lib/")) ? 0 : str_find(from, STR("/lib/"));
    size_t priv = str_find(from, STR("/priv/")); /* a migration of an umbrella's application */
    struct str root =
        lib == SIZE_MAX && priv != SIZE_MAX
            ? str_printf(tree->arena, STR_FMT "/lib/", STR_ARG(str_prefix(from, priv)))
        : lib == SIZE_MAX || lib == 0 ? STR("lib/")
                                      : str_prefix(from, lib + STR("/lib/").length);

    for (struct str path = underscored(tree->arena, module); path.length;
         path = path_parent(path)) {
        struct elixir_file *file = elixir_tree_file(
            tree, str_printf(tree->arena, STR_FMT STR_FMT ".ex", STR_ARG(root), STR_ARG(path)));
        if (file)
            return file;
    }
    return NULL;
}

void elixir_module_add(struct elixir_tree *tree, struct str name, struct elixir_file *file)
{
    VEC_PUSH(tree->arena, &tree->modules, (struct elixir_module){name, file});
}

struct elixir_file *elixir_module_elsewhere(struct elixir_tree *tree, struct str name)
{
    for (size_t i = 0; i < tree->modules.count; i++)
        if (str_eq(tree->modules.items[i].name, name))
            return tree->modules.items[i].file;
    return NULL;
}

/* --- Nodes. --- */

struct elixir_nodes elixir_children(struct elixir_tree *tree, TSNode node)
{
    struct elixir_nodes nodes = {0};
    TSTreeCursor cursor;

    if (ts_node_is_null(node))
        return nodes;
    size_t place = (uintptr_t)node.id / sizeof(void *) % BODIES_KEPT;
    if (tree->bodies[place].id == node.id)
        return tree->bodies[place].nodes;
    cursor = ts_tree_cursor_new(node);
    for (bool more = ts_tree_cursor_goto_first_child(&cursor); more;
         more = ts_tree_cursor_goto_next_sibling(&cursor)) {
        TSNode child = ts_tree_cursor_current_node(&cursor);
        if (ts_node_is_named(child) && !node_is(child, "comment"))
            VEC_PUSH(tree->arena, &nodes, child);
    }
    ts_tree_cursor_delete(&cursor);
    if (nodes.count >= BODY_IS_LARGE) {
        tree->bodies[place].id = node.id;
        tree->bodies[place].nodes = nodes;
    }
    return nodes;
}

struct str elixir_source(const struct elixir_file *file, TSNode node)
{
    return ts_node_is_null(node)
               ? STR_NONE
               : str_slice(file->source, ts_node_start_byte(node), ts_node_end_byte(node));
}

TSNode elixir_child(TSNode node, const char *type)
{
    uint32_t count = ts_node_is_null(node) ? 0 : ts_node_named_child_count(node);

    for (uint32_t i = 0; i < count; i++)
        if (node_is(ts_node_named_child(node, i), type))
            return ts_node_named_child(node, i);
    return node_null();
}

struct str elixir_called(const struct elixir_file *file, TSNode node)
{
    TSNode target = node_is(node, "call") ? ts_node_named_child(node, 0) : node_null();

    return node_is(target, "identifier") ? elixir_source(file, target) : STR_NONE;
}

TSNode elixir_argument(struct elixir_tree *tree, TSNode call, size_t index)
{
    struct elixir_nodes arguments = elixir_children(tree, elixir_child(call, "arguments"));

    return index < arguments.count && !node_is(arguments.items[index], "keywords")
               ? arguments.items[index]
               : node_null();
}

/* The "keywords" node of a call's arguments, of a list or of itself; attributes are followed. */
static TSNode keywords_of(struct elixir_scope scope, TSNode holder, unsigned depth)
{
    if (ts_node_is_null(holder) || depth > FOLLOW_MAX)
        return node_null();
    if (node_is(holder, "keywords"))
        return holder;
    if (node_is(holder, "call")) {
        struct elixir_nodes arguments =
            elixir_children(scope.tree, elixir_child(holder, "arguments"));
        TSNode last = arguments.count ? arguments.items[arguments.count - 1] : node_null();
        return node_is(last, "keywords") || node_is(last, "list") || node_is(last, "unary_operator")
                   ? keywords_of(scope, last, depth + 1)
                   : node_null();
    }
    if (node_is(holder, "unary_operator")) {
        struct str source = elixir_source(scope.file, holder);
        if (!str_starts(source, STR("@")))
            return node_null();
        char *name = str_c(elixir_tree_arena(scope.tree), str_from_offset(source, 1));
        return keywords_of(scope, elixir_attribute(scope, name, holder), depth + 1);
    }
    return elixir_child(holder, "keywords");
}

TSNode elixir_keyword(struct elixir_scope scope, TSNode holder, const char *name)
{
    struct elixir_nodes pairs = elixir_children(scope.tree, keywords_of(scope, holder, 0));

    for (size_t i = pairs.count; i > 0; i--) {
        struct elixir_nodes pair = elixir_children(scope.tree, pairs.items[i - 1]);
        if (pair.count != 2)
            continue;
        struct str key = str_trim_bytes(elixir_source(scope.file, pair.items[0]), ": \t\r\n\"");
        if (str_eq(key, str_from(name)))
            return pair.items[1];
    }
    return node_null();
}

struct elixir_nodes elixir_body(struct elixir_scope scope, TSNode call)
{
    TSNode block = elixir_child(call, "do_block"), one;
    struct elixir_nodes body = {0};

    if (!ts_node_is_null(block))
        return elixir_children(scope.tree, block);
    one = elixir_keyword(scope, call, "do");
    if (!ts_node_is_null(one))
        VEC_PUSH(elixir_tree_arena(scope.tree), &body, one);
    return body;
}

TSNode elixir_attribute(struct elixir_scope scope, const char *name, TSNode before)
{
    struct elixir_nodes statements = elixir_children(scope.tree, scope.body);
    TSNode found = node_null();

    for (size_t i = 0; i < statements.count; i++) {
        TSNode statement = statements.items[i], inner;
        if (!node_is(statement, "unary_operator"))
            continue;
        if (!ts_node_is_null(before) && ts_node_end_byte(statement) > ts_node_start_byte(before))
            break;
        inner = elixir_child(statement, "call");
        if (str_eq(elixir_called(scope.file, inner), str_from(name)))
            found = ts_node_named_child(elixir_child(inner, "arguments"), 0);
    }
    return found;
}

/* --- Aliases. --- */

static void read_aliases(struct elixir_scope scope)
{
    struct elixir_tree *tree = scope.tree;
    struct elixir_nodes statements = elixir_children(tree, scope.body);

    tree->aliases_of = scope.body.id;
    tree->aliases.count = 0;
    for (size_t i = 0; i < statements.count; i++) {
        TSNode statement = statements.items[i];
        if (!str_eq(elixir_called(scope.file, statement), STR("alias")))
            continue;
        struct str module = elixir_source(scope.file, elixir_argument(tree, statement, 0));
        struct str as = elixir_source(scope.file, elixir_keyword(scope, statement, "as"));
        size_t dot = str_find_last_byte(module, '.');
        struct str last = dot == SIZE_MAX ? module : str_from_offset(module, dot + 1);
        struct str name = as.length ? as : last;
        VEC_PUSH(
            tree->arena, &tree->aliases,
            (struct elixir_aliased){
                .key = str_hash(STR_HASH_START, name), .at = i, .name = name, .module = module});
    }
    VEC_SORT_KEYS(&tree->aliases);
}

struct str elixir_alias(struct elixir_scope scope, struct str name)
{
    struct elixir_tree *tree = scope.tree;
    uint64_t key = str_hash(STR_HASH_START, name);

    if (ts_node_is_null(scope.body))
        return name;
    if (tree->aliases_of != scope.body.id)
        read_aliases(scope);
    for (size_t i = VEC_FIRST_KEY(&tree->aliases, key);
         i < tree->aliases.count && tree->aliases.items[i].key == key; i++)
        if (str_eq(tree->aliases.items[i].name, name))
            return tree->aliases.items[i].module;
    return name;
}

/* --- Constants. --- */

static struct str text_at(struct elixir_scope scope, TSNode node, unsigned depth);

/* Of "…#{name}…": with what the gaps are filled with; empty: it is not known. */
static struct str text_of_parts(struct elixir_scope scope, struct elixir_nodes parts,
                                unsigned depth)
{
    struct buf buf = buf_new(elixir_tree_arena(scope.tree), (size_t)1 << 20);

    buf_add(&buf, STR(""));
    for (size_t i = 0; i < parts.count; i++) {
        struct str part = elixir_source(scope.file, parts.items[i]);
        if (node_is(parts.items[i], "interpolation"))
            part = text_at(scope, ts_node_named_child(parts.items[i], 0), depth + 1);
        if (!part.length && node_is(parts.items[i], "interpolation"))
            part = scope.gap;
        if (!part.length)
            return STR_NONE;
        buf_add(&buf, part);
    }
    return parts.count ? buf_str(&buf) : STR("");
}

/* ~s|…#{name}…| without its name and what stands behind it. */
static struct elixir_nodes sigil_parts(struct elixir_scope scope, TSNode sigil)
{
    struct elixir_nodes all = elixir_children(scope.tree, sigil), parts = {0};

    for (size_t i = 0; i < all.count; i++)
        if (!node_is(all.items[i], "sigil_name") && !node_is(all.items[i], "sigil_modifiers"))
            VEC_PUSH(elixir_tree_arena(scope.tree), &parts, all.items[i]);
    return parts;
}

static struct str text_at(struct elixir_scope scope, TSNode node, unsigned depth)
{
    struct str source = elixir_source(scope.file, node);

    if (ts_node_is_null(node) || depth > FOLLOW_MAX)
        return STR_NONE;
    if (node_is(node, "atom"))
        return str_trim_bytes(source, ":\"");
    if (node_is(node, "quoted_atom"))
        return str_trim_bytes(source, ":\"");
    if (node_is(node, "alias") || node_is(node, "integer") || node_is(node, "float") ||
        node_is(node, "boolean"))
        return source;
    if (node_is(node, "string"))
        return text_of_parts(scope, elixir_children(scope.tree, node), depth);
    if (node_is(node, "sigil") &&
        str_eq_nocase(elixir_source(scope.file, elixir_child(node, "sigil_name")), STR("s")))
        return text_of_parts(scope, sigil_parts(scope, node), depth);
    if (node_is(node, "unary_operator") && str_starts(source, STR("@"))) {
        char *name = str_c(elixir_tree_arena(scope.tree), str_from_offset(source, 1));
        return text_at(scope, elixir_attribute(scope, name, node), depth + 1);
    }
    for (const struct elixir_bound *bound = scope.bound; bound; bound = bound->outer)
        if (node_is(node, "identifier") && str_eq(bound->name, source))
            return bound->text;
    if (str_eq(elixir_called(scope.file, node), STR("unquote")))
        return text_at(scope, elixir_argument(scope.tree, node, 0), depth + 1);
    return STR_NONE;
}

struct str elixir_text(struct elixir_scope scope, TSNode node)
{
    return text_at(scope, node, 0);
}

static bool texts_at(struct elixir_scope scope, TSNode node, struct strs *texts, unsigned depth)
{
    struct arena *arena = elixir_tree_arena(scope.tree);
    struct elixir_nodes items;

    if (ts_node_is_null(node) || depth > FOLLOW_MAX)
        return false;
    if (node_is(node, "sigil")) { /* ~w(a b)a */
        struct str words = elixir_source(scope.file, elixir_child(node, "quoted_content"));
        while (words.length) {
            struct str word = str_cut(&words, ' ');
            if (str_trim(word).length)
                VEC_PUSH(arena, texts, str_trim(word));
        }
        return str_eq(elixir_source(scope.file, elixir_child(node, "sigil_name")), STR("w"));
    }
    if (node_is(node, "unary_operator")) {
        struct str source = elixir_source(scope.file, node);
        char *name = str_c(arena, str_from_offset(source, 1));
        return str_starts(source, STR("@")) &&
               texts_at(scope, elixir_attribute(scope, name, node), texts, depth + 1);
    }
    if (!node_is(node, "list"))
        return false;
    items = elixir_children(scope.tree, node);
    for (size_t i = 0; i < items.count; i++) {
        struct str text = text_at(scope, items.items[i], depth + 1);
        if (!text.length)
            return false;
        VEC_PUSH(arena, texts, text);
    }
    return true;
}

bool elixir_texts(struct elixir_scope scope, TSNode node, struct strs *ret_texts)
{
    *ret_texts = (struct strs){0};
    return texts_at(scope, node, ret_texts, 0);
}
