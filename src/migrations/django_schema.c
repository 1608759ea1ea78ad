/* django_schema.c -- the schemas that the settings' OPTIONS give the connection: {"options": "-c search_path=shop,public"}. */
#include "migrations/django.h"
#include "readers/python_settings.h"

struct looking {
    struct arena *arena;
    struct python_tree *python;
    struct python_file *file;
    struct str path, from; /* "shop,public"; the file that says it */
    bool unclear;
};

static bool is_of_default(struct str key)
{
    static const struct str keys[] = {STR_INIT("options"), STR_INIT("OPTIONS"),
                                      STR_INIT("default")};

    for (size_t i = 0; i < COUNT_OF(keys); i++)
        if (str_eq(key, keys[i]))
            return true;
    return false;
}

/* DATABASES["replica"]["OPTIONS"]: every key between quotes is one of the default connection's. */
static bool keys_are_of_default(struct str left)
{
    while (left.length) {
        size_t open = 0;
        while (open < left.length && left.bytes[open] != '"' && left.bytes[open] != '\'')
            open++;
        if (open == left.length)
            return true;
        struct str rest = str_from_offset(left, open + 1);
        size_t end = str_find_byte(rest, left.bytes[open]);
        if (end == SIZE_MAX || !is_of_default(str_prefix(rest, end)))
            return false;
        left = str_from_offset(rest, end + 1);
    }
    return true;
}

/* What stands around the text: the keys of dictionaries, the target of an assignment. *ret_sometimes: only if a condition holds. */
static bool is_of_default_connection(struct looking *l, TSNode node, bool *ret_sometimes)
{
    *ret_sometimes = false;
    for (TSNode up = ts_node_parent(node); !ts_node_is_null(up); up = ts_node_parent(up)) {
        if (node_is(up, "pair") &&
            !keys_are_of_default(node_source(l->file, node_field(up, "key"))))
            return false;
        if (node_is(up, "keyword_argument") &&
            !is_of_default(node_source(l->file, node_field(up, "name"))))
            return false;
        if (node_is(up, "assignment") &&
            !keys_are_of_default(node_source(l->file, node_field(up, "left"))))
            return false;
        *ret_sometimes = *ret_sometimes || node_is(up, "if_statement");
    }
    return true;
}

/* "-c search_path=shop,public -c statement_timeout=1s": shop,public */
static struct str search_path_in(struct arena *arena, struct str text)
{
    struct str rest =
        str_from_offset(text, str_find(text, STR("search_path")) + STR("search_path").length);
    struct str path = STR("");
    size_t end = 0;

    rest = str_trim(rest);
    if (str_starts(rest, STR("=")))
        rest = str_trim(str_from_offset(rest, 1));
    while (end < rest.length && !strchr(" \t\r\n;", rest.bytes[end]))
        end++;
    rest = str_prefix(rest, end);
    while (rest.length) {
        struct str name = str_trim_bytes(str_cut(&rest, ','), "\"'\\ ");
        if (name.length && name.bytes[0] != '$')
            path = path.length
                       ? str_printf(arena, STR_FMT "," STR_FMT, STR_ARG(path), STR_ARG(name))
                       : name;
    }
    return path;
}

static void take(struct looking *l, TSNode node)
{
    struct python_constant constant =
        python_constant(l->python, (struct python_scope){.file = l->file}, node);
    bool sometimes;

    if (!is_of_default_connection(l, node, &sometimes))
        return;
    struct str path =
        constant.kind == CONSTANT_STRING && str_contains(constant.text, STR("search_path"))
            ? search_path_in(l->arena, constant.text)
            : STR("");
    l->unclear = l->unclear || sometimes || !path.length ||
                 (l->path.length && !str_eq(l->path, path)) ||
                 str_find_byte(path, '%') != SIZE_MAX || str_find_byte(path, '{') != SIZE_MAX;
    l->path = path;
    l->from = l->file->path;
}

static void walk(struct looking *l, TSNode node, size_t depth)
{
    if (node_is(node, "string") || node_is(node, "concatenated_string") ||
        node_is(node, "binary_operator")) {
        if (str_contains(node_source(l->file, node), STR("search_path")))
            take(l, node);
        return;
    }
    for (uint32_t i = 0; i < ts_node_named_child_count(node) && depth < PYTHON_FOLLOW_MAX; i++)
        walk(l, ts_node_named_child(node, i), depth + 1);
}

void django_find_schema(struct arena *arena, struct python_tree *python,
                        struct python_settings *settings, struct history *history)
{
    struct looking l = {.arena = arena, .python = python};

    if (history->schema.length)
        return;
    for (size_t i = 0; (l.file = python_settings_file(settings, i)); i++)
        if (str_contains(l.file->source, STR("search_path")))
            walk(&l, l.file->root, 0);
    if (!l.path.length || l.unclear || str_eq(l.path, STR("public")))
        return;
    VEC_PUSH(arena, &history->assumptions,
             str_printf(arena, "the search path \"" STR_FMT "\" is from " STR_FMT, STR_ARG(l.path),
                        STR_ARG(l.from)));
    if (str_find_byte(l.path, ',') == SIZE_MAX)
        history->schema = l.path;
    else
        for (struct str rest = l.path; rest.length;)
            VEC_PUSH(arena, &history->search_path, str_cut(&rest, ','));
}
