/* alembic_value.c -- what env.py gives for a keyword of context.configure(), where that is told in other files of the tree. */
#include "base/file.h"
#include "migrations/alembic.h"
#include "readers/python_text.h"

struct telling {
    struct arena *arena;
    struct tree *tree;
    struct python_tree *python;
    struct source_files files;
    struct str root;
    struct python_file *file;
    const char *keyword;
    struct python_text said;
    bool any, differs;
};

static bool read_file(void *self, struct str path, struct str *ret_bytes)
{
    struct telling *t = self;
    struct err absent = ERR_NONE;
    struct str inside;

    return tree_path_join(t->arena, STR(""), path, &inside) &&
           tree_read(t->tree, t->arena, inside, CONFIG_FILE_MAX, ret_bytes, &absent);
}

/* Where a call of a function stands: names of that function count first. */
static struct python_scope scope_of(struct telling *t, TSNode call)
{
    struct python_scope scope = {.file = t->file};

    for (TSNode up = ts_node_parent(call); !ts_node_is_null(up); up = ts_node_parent(up))
        if (node_is(up, "function_definition")) {
            scope.body = node_field(up, "body");
            break;
        }
    return scope;
}

static void take(struct telling *t, TSNode call)
{
    struct python_scope scope = scope_of(t, call), inside = scope;
    TSNode value = python_call_keyword(t->python, scope, call, t->keyword, &inside);

    if (ts_node_is_null(value))
        return;
    struct python_text text = python_text(t->python, &t->files, t->root, inside, value);
    t->differs = t->differs || !text.known || (t->any && !str_eq(text.text, t->said.text));
    t->said = text;
    t->any = true;
}

static void walk(struct telling *t, TSNode node, size_t depth)
{
    if (node_is(node, "call") &&
        str_ends(node_source(t->file, node_field(node, "function")), STR("context.configure")))
        take(t, node);
    for (uint32_t i = 0; i < ts_node_named_child_count(node) && depth < PYTHON_FOLLOW_MAX; i++)
        walk(t, ts_node_named_child(node, i), depth + 1);
}

bool alembic_value_read(struct arena *arena, struct tree *tree,
                        const struct alembic_settings *settings, struct str env,
                        const char *keyword, struct alembic_option *ret_option)
{
    struct telling t = {
        .arena = arena, .tree = tree, .root = settings->directory, .keyword = keyword};
    struct err broken = ERR_NONE;

    t.files = (struct source_files){.self = &t, .read = read_file};
    PYTHON_TREE(python, arena, &t.files);
    t.python = python;
    t.file = python_tree_file(python, env);
    if (!t.file)
        return false;
    walk(&t, t.file->root, 0);
    if (!t.any || t.differs || !python_tree_is_whole(python, &broken))
        return false;
    *ret_option =
        (struct alembic_option){.text = t.said.text,
                                .from = t.said.assumed.length ? t.said.assumed : t.said.from,
                                .assumed = t.said.assumed.length > 0};
    return true;
}
