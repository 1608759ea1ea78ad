#include "readers/python_tree.h"

#include "base/door.h"
#include "base/file.h"
#include "readers/parse.h"
#include "readers/python.h"
#include "readers/python_package.h"
#include "readers/python_roots.h"

#define MODULES_KNOWN 128u

const TSLanguage *tree_sitter_python(void);

struct python_tree {
    struct arena *arena;
    TSParser *parser;
    struct source_files files;
    VEC(struct python_file *) known;
    struct python_file **texts; /* of packages, by their number; NULL: none was asked for */
    struct python_arguments arguments;
    struct python_file **slots; /* by path, open addressing; a power of two */
    size_t slot_count;
    struct parse_failure failure;
    struct python_roots roots;
    struct python_import modules[MODULES_KNOWN];
};

struct python_import *python_tree_module(struct python_tree *tree, struct str directory,
                                         struct str module)
{
    uint64_t hash = str_hash(str_hash(STR_HASH_START, directory), module);

    return &tree->modules[hash % MODULES_KNOWN];
}

struct python_roots *python_tree_roots(struct python_tree *tree)
{
    return &tree->roots;
}

struct python_tree *python_tree_new(struct arena *arena, const struct source_files *files)
{
    struct python_tree *tree = ARENA_NEW(arena, struct python_tree);

    tree->arena = arena;
    tree->files = *files;
    tree->parser = parse_with(tree_sitter_python());
    return tree;
}

void python_tree_release(struct python_tree **tree)
{
    if (!*tree)
        return;
    for (size_t i = 0; i < (*tree)->known.count; i++)
        if ((*tree)->known.items[i]->tree)
            ts_tree_delete((*tree)->known.items[i]->tree);
    ts_parser_delete((*tree)->parser);
    *tree = NULL;
}

void python_parse_ahead(struct parse_ahead *ahead)
{
    parse_ahead_do(ahead, tree_sitter_python());
}

struct arena *python_tree_arena(const struct python_tree *tree)
{
    return tree->arena;
}

const struct source_files *python_tree_files(const struct python_tree *tree)
{
    return &tree->files;
}

struct python_arguments *python_tree_arguments(struct python_tree *tree)
{
    return &tree->arguments;
}

/* --- Bindings. --- */

struct binder {
    struct python_tree *tree;
    struct python_file *file;
    struct python_bindings *bindings;
    struct strs *stars;
};

static void bind(struct binder *b, struct python_binding binding)
{
    if (binding.fallback)
        for (size_t i = 0; i < b->bindings->count; i++)
            if (str_eq(b->bindings->items[i].name, binding.name))
                return;
    VEC_PUSH(b->tree->arena, b->bindings, binding);
}

/* `Column, Model = db.Column, db.Model`: name by name, where as many values are written. */
static void bind_several(struct binder *b, TSNode left, TSNode right, bool fallback)
{
    uint32_t count = ts_node_named_child_count(left);

    if ((!node_is(left, "pattern_list") && !node_is(left, "tuple_pattern")) ||
        (!node_is(right, "expression_list") && !node_is(right, "tuple")) ||
        ts_node_named_child_count(right) != count)
        return;
    for (uint32_t i = 0; i < count; i++)
        if (node_is(ts_node_named_child(left, i), "identifier"))
            bind(b,
                 (struct python_binding){.name = node_source(b->file, ts_node_named_child(left, i)),
                                         .node = ts_node_named_child(right, i),
                                         .fallback = fallback});
}

static void bind_assignment(struct binder *b, TSNode node, bool fallback)
{
    TSNode right = node_field(node, "right"), annotation = node_field(node, "type");

    for (size_t depth = 0; node_is(right, "assignment") && depth < PYTHON_FOLLOW_MAX; depth++)
        right = node_field(right, "right");
    for (size_t depth = 0; node_is(node, "assignment") && depth < PYTHON_FOLLOW_MAX; depth++) {
        TSNode left = node_field(node, "left");
        if (node_is(left, "identifier"))
            bind(b, (struct python_binding){.name = node_source(b->file, left),
                                            .node = right,
                                            .annotation = annotation,
                                            .fallback = fallback});
        bind_several(b, left, right, fallback);
        node = node_field(node, "right");
    }
}

static void bind_import(struct binder *b, TSNode node, bool fallback)
{
    bool from = node_is(node, "import_from_statement");
    struct str module = from ? node_source(b->file, node_field(node, "module_name")) : STR_NONE;

    for (uint32_t i = 0; i < ts_node_named_child_count(node); i++) {
        TSNode child = ts_node_named_child(node, i), written = child;
        if (node_is(child, "wildcard_import") && b->stars)
            VEC_PUSH(b->tree->arena, b->stars, module);
        if ((!node_is(child, "dotted_name") && !node_is(child, "aliased_import")) ||
            (from && ts_node_eq(child, node_field(node, "module_name"))))
            continue;
        if (node_is(child, "aliased_import"))
            written = node_field(child, "name");
        struct str name = node_source(b->file, written);
        struct python_binding binding = {.kind = BINDING_IMPORT, .fallback = fallback};
        binding.module = from ? module : name;
        binding.member = from ? name : STR_NONE;
        if (node_is(child, "aliased_import")) {
            binding.name = node_source(b->file, node_field(child, "alias"));
        } else if (from) {
            binding.name = name;
        } else { /* `import a.b` binds a */
            struct str rest = name;
            binding.name = str_cut(&rest, '.');
            binding.module = binding.name;
        }
        bind(b, binding);
    }
}

static void bind_definition(struct binder *b, TSNode node, TSNode decorated, bool fallback)
{
    bind(b, (struct python_binding){.name = node_source(b->file, node_field(node, "name")),
                                    .kind = node_is(node, "class_definition") ? BINDING_CLASS
                                                                              : BINDING_FUNCTION,
                                    .node = node,
                                    .decorated = decorated,
                                    .fallback = fallback});
}

static void bind_block(struct binder *b, TSNode block, bool fallback, size_t depth);

static void bind_statement(struct binder *b, TSNode node, bool fallback, size_t depth)
{
    if (node_is(node, "expression_statement")) {
        TSNode child = ts_node_named_child(node, 0);
        if (node_is(child, "assignment"))
            bind_assignment(b, child, fallback);
    } else if (node_is(node, "import_from_statement") || node_is(node, "import_statement")) {
        bind_import(b, node, fallback);
    } else if (node_is(node, "class_definition") || node_is(node, "function_definition")) {
        bind_definition(b, node, node_null(), fallback);
    } else if (node_is(node, "decorated_definition")) {
        bind_definition(b, node_field(node, "definition"), node, fallback);
    } else if (node_is(node, "type_alias_statement")) {
        bind(b, (struct python_binding){.name = node_source(b->file, ts_node_named_child(node, 0)),
                                        .node = ts_node_named_child(node, 1),
                                        .fallback = fallback});
    } else if (node_is(node, "if_statement") || node_is(node, "try_statement") ||
               node_is(node, "with_statement")) {
        bind_block(b, node, fallback, depth);
    }
}

/* `if TYPE_CHECKING: Base = Any` says what a checker is to think; what runs stands under `else`. */
static bool is_for_checkers(const struct binder *b, TSNode statement)
{
    TSNode condition = node_field(statement, "condition");

    return node_is(statement, "if_statement") && !node_is(condition, "not_operator") &&
           str_ends(node_source(b->file, condition), STR("TYPE_CHECKING"));
}

static void bind_block(struct binder *b, TSNode block, bool fallback, size_t depth)
{
    bool checkers = is_for_checkers(b, block);

    if (depth > PYTHON_FOLLOW_MAX)
        return;
    TSTreeCursor at = ts_tree_cursor_new(block);
    for (bool more = ts_tree_cursor_goto_first_child(&at); more;
         more = ts_tree_cursor_goto_next_sibling(&at)) {
        TSNode child = ts_tree_cursor_current_node(&at);
        if (!ts_node_is_named(child))
            continue;
        if (node_is(child, "block") || node_is(child, "finally_clause"))
            bind_block(b, child, fallback || checkers, depth + 1);
        else if (node_is(child, "except_clause") || node_is(child, "else_clause") ||
                 node_is(child, "elif_clause"))
            bind_block(b, child, fallback || !checkers, depth + 1);
        else
            bind_statement(b, child, fallback, depth + 1);
    }
    ts_tree_cursor_delete(&at);
}

void python_body_bindings(struct python_tree *tree, struct python_file *file, TSNode body,
                          struct python_bindings *ret_bindings)
{
    struct python_bindings bindings = {0};
    struct binder b = {.tree = tree, .file = file, .bindings = &bindings};

    for (size_t i = 0; i < file->bodies.count; i++)
        if (file->bodies.items[i].id == body.id) {
            *ret_bindings = file->bodies.items[i].bindings;
            return;
        }
    bind_block(&b, body, false, 0);
    VEC_PUSH(tree->arena, &file->bodies, (struct python_body){.id = body.id, .bindings = bindings});
    *ret_bindings = bindings;
}

static size_t slot_of(const struct python_tree *tree, struct str path)
{
    uint64_t hash = 14695981039346656037u;
    size_t at;

    for (size_t i = 0; i < path.length; i++)
        hash = (hash ^ (unsigned char)path.bytes[i]) * 1099511628211u;
    for (at = (size_t)hash & (tree->slot_count - 1);
         tree->slots[at] && !str_eq(tree->slots[at]->path, path);
         at = (at + 1) & (tree->slot_count - 1))
        ;
    return at;
}

static void grow_slots(struct python_tree *tree)
{
    if (tree->slot_count > 2 * tree->known.count)
        return;
    tree->slot_count = tree->slot_count ? 4 * tree->slot_count : 1024;
    tree->slots = ARENA_ARRAY(tree->arena, tree->slot_count, struct python_file *);
    for (size_t i = 0; i < tree->known.count; i++)
        tree->slots[slot_of(tree, tree->known.items[i]->path)] = tree->known.items[i];
}

/* --- Annotations in quotes. --- */

static bool is_plain_annotation(struct str inner)
{
    for (size_t i = 0; i < inner.length; i++) {
        char byte = inner.bytes[i];
        if (!(byte >= 'a' && byte <= 'z') && !(byte >= 'A' && byte <= 'Z') &&
            !(byte >= '0' && byte <= '9') && !str_contains(STR("_.,[]| "), str_of(&byte, 1)))
            return false;
    }
    return inner.length > 0;
}

/* Takes the quotes away in place; true when there were some. */
static bool unquote(char *bytes, TSNode node, size_t depth)
{
    bool any = false;
    size_t from = ts_node_start_byte(node), to = ts_node_end_byte(node);

    if (node_is(node, "string")) {
        if (to - from < 3 || bytes[from + 1] == bytes[from] ||
            !is_plain_annotation(str_of(bytes + from + 1, to - from - 2)))
            return false;
        bytes[from] = bytes[to - 1] = ' ';
        return true;
    }
    /* Literal["a"], Annotated[str, "words"]: those strings mean themselves. */
    if ((node_is(node, "generic_type") || node_is(node, "subscript")) &&
        ts_node_named_child_count(node)) {
        TSNode head = ts_node_named_child(node, 0);
        struct str name =
            str_slice(str_of(bytes, to), ts_node_start_byte(head), ts_node_end_byte(head));
        if (str_ends(name, STR("Literal")) || str_ends(name, STR("Annotated")))
            return false;
    }
    for (uint32_t i = 0; depth < PYTHON_FOLLOW_MAX && i < ts_node_named_child_count(node); i++)
        any = unquote(bytes, ts_node_named_child(node, i), depth + 1) || any;
    return any;
}

/* `name: Mapped["str"]`, `name: "Mapped[str]"` in class bodies, but not what relationship() says of classes. */
static bool unquote_class(char *bytes, struct str source, TSNode class)
{
    TSNode body = node_field(class, "body");
    bool any = false;

    for (uint32_t i = 0; !ts_node_is_null(body) && i < ts_node_named_child_count(body); i++) {
        TSNode assignment = ts_node_named_child(ts_node_named_child(body, i), 0);
        if (!node_is(assignment, "assignment"))
            continue;
        TSNode type = node_field(assignment, "type"), value = node_field(assignment, "right");
        if (ts_node_is_null(type))
            continue;
        TSNode function = node_is(value, "call") ? node_field(value, "function") : node_null();
        if (!ts_node_is_null(function) &&
            str_contains(
                str_slice(source, ts_node_start_byte(function), ts_node_end_byte(function)),
                STR("elationship")))
            continue;
        any = unquote(bytes, type, 0) || any;
    }
    return any;
}

/* The same file with annotations out of their quotes, every other byte where it was. */
static void read_annotations(struct python_tree *tree, struct python_file *file)
{
    bool any = false;

    if (!str_contains(file->source, STR("Mapped[")) && !str_contains(file->source, STR("SQLModel")))
        return;
    char *bytes = str_c(tree->arena, file->source);
    struct python_nodes statements = node_children(tree->arena, file->root);
    for (size_t i = 0; i < statements.count; i++) {
        TSNode node = statements.items[i];
        if (node_is(node, "decorated_definition"))
            node = node_field(node, "definition");
        if (node_is(node, "class_definition"))
            any = unquote_class(bytes, file->source, node) || any;
    }
    if (!any)
        return;
    TSTree *parsed = parse_text(tree->parser, str_of(bytes, file->source.length));
    if (!parsed) {
        parse_failed(&tree->failure, file->path, false);
        return;
    }
    if (ts_node_has_error(ts_tree_root_node(parsed)) && !ts_node_has_error(file->root)) {
        ts_tree_delete(parsed);
        return;
    }
    ts_tree_delete(file->tree);
    file->tree = parsed;
    file->source = str_of(bytes, file->source.length);
    file->root = ts_tree_root_node(parsed);
}

static bool parse(struct python_tree *tree, struct python_file *file)
{
    bool too_large = file->source.length > FILE_MAX;

    file->tree =
        tree->files.parsed && !too_large ? tree->files.parsed(tree->files.self, file->path) : NULL;
    if (!file->tree && !too_large)
        file->tree = parse_text(tree->parser, file->source);
    if (file->tree)
        file->root = ts_tree_root_node(file->tree);
    else
        parse_failed(&tree->failure, file->path, too_large);
    return file->tree != NULL;
}

static struct python_file *new_file(struct python_tree *tree, struct str path)
{
    struct python_file *file = ARENA_NEW(tree->arena, struct python_file);

    file->of = tree;
    file->path = path;
    VEC_PUSH(tree->arena, &tree->known, file);
    return file;
}

static struct python_file *first_asked(struct python_tree *tree, struct str path)
{
    struct python_file *file = new_file(tree, str_copy(tree->arena, path));

    file->present =
        tree->files.read(tree->files.self, file->path, &file->source) && parse(tree, file);
    if (file->present)
        read_annotations(tree, file);
    return file;
}

static void bind_module(struct python_tree *tree, struct python_file *file)
{
    struct binder b = {
        .tree = tree, .file = file, .bindings = &file->bindings, .stars = &file->stars};

    if (file->bound)
        return;
    file->bound = true;
    bind_block(&b, file->root, false, 0);
}

struct python_file *python_tree_visit(struct python_tree *tree, struct str path)
{
    grow_slots(tree);
    size_t slot = slot_of(tree, path);
    struct python_file *file = tree->slots[slot];

    if (!file)
        file = tree->slots[slot] = first_asked(tree, path);
    else if (file->present && !file->tree)
        file->present = parse(tree, file);
    if (!file->present)
        return NULL;
    bind_module(tree, file);
    return file;
}

struct python_file *python_tree_text(struct python_tree *tree, size_t number, struct str text)
{
    if (!tree->texts)
        tree->texts = ARENA_ARRAY(tree->arena, python_package_count, struct python_file *);
    struct python_file *file = tree->texts[number];
    if (file)
        return file->present ? file : NULL;
    file = tree->texts[number] = new_file(tree, STR_NONE);
    file->source = text;
    file->present = file->pinned = parse(tree, file);
    if (file->present)
        bind_module(tree, file);
    return file->present ? file : NULL;
}

struct python_file *python_tree_file(struct python_tree *tree, struct str path)
{
    struct python_file *file = python_tree_visit(tree, path);

    if (file)
        file->pinned = true;
    return file;
}

void python_tree_drop(struct python_file *file)
{
    if (file->pinned || !file->tree)
        return;
    ts_tree_delete(file->tree);
    if (file->of->arguments.file == file)
        file->of->arguments.file = NULL;
    file->tree = NULL;
    file->root = node_null();
    file->bound = false;
    file->bindings = (struct python_bindings){0};
    file->stars = (struct strs){0};
    file->bodies.count = 0;
    file->things = NULL;
}

bool python_tree_is_whole(const struct python_tree *tree, struct err *e)
{
    return parse_none_failed(&tree->failure, e);
}

bool python_tree_mentions(const struct python_tree *tree, struct str word)
{
    for (size_t i = 0; i < tree->known.count; i++)
        if (tree->known.items[i]->present && str_contains(tree->known.items[i]->source, word))
            return true;
    return false;
}

const struct python_binding *python_binding_in(struct python_tree *tree, struct python_file *file,
                                               TSNode body, struct str name)
{
    const struct python_bindings *bindings = &file->bindings;
    struct python_bindings own;

    if (!ts_node_is_null(body)) {
        python_body_bindings(tree, file, body, &own);
        bindings = &own;
    }
    for (size_t i = bindings->count; i > 0; i--)
        if (str_eq(bindings->items[i - 1].name, name))
            return &bindings->items[i - 1];
    return NULL;
}
