#include "readers/file_values.h"

#include "base/buf.h"
#include "base/file.h"
#include "readers/document.h"
#include "readers/file_values_reader.h"
#include "readers/script_value.h"

#define LOADED_MAX 24u

static void add(struct reading *r, struct file_value value)
{
    VEC_PUSH(r->arena, &r->values->list, value);
}

void file_values_say_computed(struct reading *r, struct str path, size_t line)
{
    if (!r->values->computed.length)
        r->values->computed = str_printf(r->arena, STR_FMT ":%zu", STR_ARG(path), line);
}

/* --- JSON and YAML. --- */

static void take_node(struct reading *r, struct str path, const struct node *node,
                      struct str around)
{
    struct file_value value = {
        .text = node->text, .around = around, .file = path, .line = node->line};

    if (node->kind == NODE_SCALAR && str_contains(node->text, STR("<%=")))
        file_values_say_computed(r, path, node->line);
    else if (node->kind == NODE_SCALAR)
        add(r, value);
    for (const struct node *item = node->first; item && node->kind == NODE_LIST; item = item->next)
        take_node(r, path, item, around);
    /* Names with a value each: Phinx' namespaces. */
    for (const struct node *item = node->first; item && node->kind == NODE_MAP; item = item->next)
        if (item->kind == NODE_SCALAR)
            take_node(r, path, item, around);
}

/* The keys around what is in `child`. One of several objects of a list is told by its name, or by its line. */
static struct str inside(struct reading *r, const struct node *node, const struct node *child,
                         struct str around)
{
    struct str name = child->name;

    if (node->kind == NODE_LIST && child->kind == NODE_MAP) {
        const struct node *called = node_get(child, "name");
        name = called && called->kind == NODE_SCALAR && called->text.length
                   ? called->text
                   : str_printf(r->arena, "%zu", child->line);
    }
    if (!name.length || !around.length)
        return name.length ? name : around;
    return str_printf(r->arena, STR_FMT "." STR_FMT, STR_ARG(around), STR_ARG(name));
}

static void search_node(struct reading *r, struct str path, const struct node *node,
                        struct str around, unsigned depth)
{
    for (const struct node *child = node->first; child; child = child->next) {
        const struct node *found = child;
        if (node->kind == NODE_MAP && str_eq(child->name, r->segments[0])) {
            for (size_t i = 1; i < r->segment_count && found; i++)
                found = node_get(found, str_c(r->arena, r->segments[i]));
            if (found)
                take_node(r, path, found, around);
        }
        if (child->kind != NODE_SCALAR && depth < DOCUMENT_DEPTH_MAX)
            search_node(r, path, child, inside(r, node, child, around), depth + 1);
    }
}

/* Rails' YAML is a template: what it prints is a value that is not known, what it does prints nothing. */
static struct str without_erb(struct arena *arena, struct str text)
{
    struct buf out = buf_new(arena, text.length + 1);
    size_t at;

    if (!str_contains(text, STR("<%")))
        return text;
    while ((at = str_find(text, STR("<%"))) != SIZE_MAX) {
        struct str tag = str_from_offset(text, at);
        size_t end = str_find(tag, STR("%>"));
        end = end == SIZE_MAX ? tag.length : end + 2;
        buf_add(&out, str_prefix(text, at));
        if (str_starts(tag, STR("<%=")))
            buf_add(&out, STR("<%=%>"));
        for (size_t i = 0; i < end; i++)
            if (tag.bytes[i] == '\n')
                buf_add_byte(&out, '\n');
        text = str_from_offset(tag, end);
    }
    buf_add(&out, text);
    return buf_str(&out);
}

static void read_document(struct reading *r, struct str path, struct str text)
{
    struct err broken = ERR_NONE;
    struct nodes roots = {0};
    struct node *root;

    if (str_ends(path, STR(".json"))) {
        if (json_document(r->arena, text, JSON_STRICT, str_c(r->arena, path), &root, &broken))
            search_node(r, path, root, STR(""), 0);
        else
            file_values_say_computed(r, path, 1);
        return;
    }
    text = without_erb(r->arena, text);
    if (yaml_parse(r->arena, text, str_c(r->arena, path), &roots, &broken))
        for (size_t i = 0; i < roots.count; i++)
            search_node(r, path, roots.items[i], STR(""), 0);
    else
        file_values_say_computed(r, path, 1);
}

/* --- Files that load each other. --- */

/* The first of them last, which is taken first. By a cursor: to ask for the child of a number is to count from the first one, and a file that
 * is not understood may have thousands below one node. */
void script_visits_add(struct arena *arena, struct script_visits *todo, TSNode node)
{
    TSTreeCursor cursor = ts_tree_cursor_new(node);
    size_t low = todo->count;

    for (bool more = ts_tree_cursor_goto_first_child(&cursor); more;
         more = ts_tree_cursor_goto_next_sibling(&cursor)) {
        TSNode child = ts_tree_cursor_current_node(&cursor);
        if (ts_node_is_named(child))
            VEC_PUSH(arena, todo, child);
    }
    ts_tree_cursor_delete(&cursor);
    for (size_t high = todo->count; high > low + 1; low++) {
        TSNode last = todo->items[--high];
        todo->items[high] = todo->items[low];
        todo->items[low] = last;
    }
}

/* "./config/database", as `import`, `require` and `export … from` name it: every text in the file that begins so. */
static void add_loaded(struct reading *r, struct script_file *file, struct strs *files)
{
    static const char *const ends[] = {"",     ".ts",  ".js",       ".mjs",      ".cjs",
                                       ".mts", ".cts", "/index.ts", "/index.js", ".json"};
    struct script_visits todo = {0};

    VEC_PUSH(r->arena, &todo, file->root);
    while (todo.count) {
        TSNode node = todo.items[--todo.count];
        struct str named, path, text;
        script_visits_add(r->arena, &todo, node);
        if (!node_is(node, "string"))
            continue;
        named = str_trim_bytes(script_source(file, node), "\"'");
        struct str directory = path_directory(file->path);
        if (!str_starts(named, STR(".")) || str_contains(named, STR("*")))
            continue;
        path = script_path_plain(r->arena, str_printf(r->arena, STR_FMT "/" STR_FMT,
                                                      STR_ARG(directory), STR_ARG(named)));
        for (size_t i = 0; i < COUNT_OF(ends) && path.length; i++) {
            struct str whole = str_printf(r->arena, STR_FMT "%s", STR_ARG(path), ends[i]);
            if ((!script_path(whole) && !str_ends(whole, STR(".json"))) ||
                !script_tree_text(r->tree, whole, &text))
                continue;
            strs_add(r->arena, files, whole);
            break;
        }
    }
}

static void read_scripts(struct reading *r, struct str path)
{
    struct strs files = {0};
    struct str text;

    VEC_PUSH(r->arena, &files, path);
    for (size_t i = 0; i < files.count && i < LOADED_MAX; i++) {
        struct script_file *file =
            script_path(files.items[i]) ? script_tree_file(r->tree, files.items[i]) : NULL;
        if (file)
            file_values_of_script(r, file);
        else if (script_tree_text(r->tree, files.items[i], &text))
            read_document(r, files.items[i], text);
        if (r->values->list.count || r->values->computed.length)
            return;
        if (file)
            add_loaded(r, file, &files);
    }
    if (files.count > LOADED_MAX) /* what the others say is not known */
        file_values_say_computed(r, path, 1);
}

/* .sequelizerc and its like say by their text what they are; a script's tree wants a name with an ending. */
struct nameless {
    const struct source_files *files;
    struct str path, name;
};

static bool read_named(void *self, struct str path, struct str *ret_bytes)
{
    struct nameless *n = self;

    return n->files->read(n->files->self, str_eq(path, n->name) ? n->path : path, ret_bytes);
}

static bool is_script_text(struct str path, struct str text)
{
    return str_find_last_byte(path_base_name(path), '.') == 0 &&
           (str_contains(text, STR("module.exports")) || str_contains(text, STR("export default")));
}

void file_values_read(struct arena *arena, const struct source_files *files, struct str path,
                      struct str root, struct str key, struct file_values *ret_values)
{
    struct nameless nameless = {
        .files = files, .path = path, .name = str_printf(arena, STR_FMT ".js", STR_ARG(path))};
    struct source_files named = {.self = &nameless, .read = read_named};
    SCRIPT_TREE(tree, arena, &named);
    struct reading r = {.arena = arena, .tree = tree, .root = root, .values = ret_values};
    struct str rest = key, text;
    struct err late = ERR_NONE;

    *ret_values = (struct file_values){0};
    while (rest.length && r.segment_count < SEGMENTS_MAX)
        r.segments[r.segment_count++] = str_cut(&rest, '.');
    if (!r.segment_count)
        return;
    if (script_path(path))
        read_scripts(&r, path);
    else if (files->read(files->self, path, &text)) {
        if (is_script_text(path, text))
            read_scripts(&r, nameless.name);
        else
            read_document(&r, path, text);
    }
    for (size_t i = 0; i < ret_values->list.count; i++)
        if (str_eq(ret_values->list.items[i].file, nameless.name))
            ret_values->list.items[i].file = path;
    if (!script_tree_is_whole(tree, &late) && !ret_values->computed.length)
        ret_values->computed = path;
}
