/* steps_typeorm_query.c -- SQL that a TypeORM migration executes: texts, templates, lists of them, files. */
#include "readers/sql_files.h"
#include "readers/steps_typeorm.h"

#define UP_MAX 12u
#define FILLED_MAX ((size_t)4 << 20) /* as much as is read of a migration */
#define GROWING_DEPTH_MAX 40u
#define GROWN_MAX 200u /* texts, for each of which the function is gone through */
#define PIECES_MAX                                                                                 \
    400u /* of a sum, and of templates in each other; what stands further in is a gap */

/* dedent`…`, `…`.trim(): the template or text itself. */
static TSNode text_bare(TSNode node)
{
    TSNode bare = script_bare(node), callee = script_callee(bare);

    if (!node_is(bare, "call_expression"))
        return bare;
    if (node_is(script_last(bare), "template_string"))
        return script_last(bare);
    TSNode object = node_is(callee, "member_expression")
                        ? script_bare(ts_node_named_child(callee, 0))
                        : node_null();
    return node_is(object, "template_string") || node_is(object, "string") ? object : bare;
}

/* readFileSync(path.join(__dirname, "x.sql"), "utf8"), or a name that is set to it */
static bool read_from_files(struct arena *arena, struct script_tree *tree,
                            const struct script_scope *scope, TSNode node, struct steps *steps)
{
    const struct sql_files files = {.arena = arena,
                                    .files = script_tree_files(tree),
                                    .path = scope->file->path,
                                    .source = scope->file->source};

    if (ts_node_is_null(node))
        return false;
    return sql_files_steps(&files, script_source(scope->file, node), steps);
}

/* --- Texts with gaps. --- */

struct filling {
    struct script_tree *tree;
    const struct script_scope *scope;
    const struct steps_fill *fill;
    struct buf out;
};

static void fill_in(struct filling *f, TSNode node, size_t depth);

static bool is_sum(const struct filling *f, TSNode node)
{
    return node_is(node, "binary_expression") && ts_node_named_child_count(node) == 2 &&
           str_eq(script_source(f->scope->file, ts_node_child(node, 1)), STR("+"));
}

static void fill_template(struct filling *f, TSNode template, size_t depth)
{
    struct str source = script_source(f->scope->file, template);
    size_t start = ts_node_start_byte(template), at = 1;

    for (uint32_t i = 0; i < ts_node_named_child_count(template); i++) {
        TSNode child = ts_node_named_child(template, i);
        if (!node_is(child, "template_substitution"))
            continue;
        buf_add(&f->out, str_slice(source, at, ts_node_start_byte(child) - start));
        fill_in(f, ts_node_named_child(child, 0), depth + 1);
        at = ts_node_end_byte(child) - start;
    }
    buf_add(&f->out, str_slice(source, at, source.length - 1));
}

/* What an expression is, with STEPS_GAP for what is not known of it. */
static void fill_in(struct filling *f, TSNode node, size_t depth)
{
    TSNode bare = ts_node_is_null(node) ? node : script_bare(node);
    bool known = depth < PIECES_MAX && !ts_node_is_null(bare);
    struct str text = known ? script_text(f->tree, *f->scope, bare) : STR_NONE;

    if (known && !text.length && f->fill)
        text = f->fill->text(f->fill->context, node);
    if (text.length) {
        buf_add(&f->out, text);
    } else if (known && node_is(bare, "template_string")) {
        fill_template(f, bare, depth);
    } else if (known && is_sum(f, bare)) {
        fill_in(f, ts_node_named_child(bare, 0), depth + 1);
        fill_in(f, ts_node_named_child(bare, 1), depth + 1);
    } else {
        buf_add(&f->out, STEPS_GAP);
    }
}

/* `ALTER TABLE "${table}" ADD "age" integer`, "ALTER TABLE " + table + " ADD …": a name stands for what is filled in, and for the text where that may
 * come from. */
void steps_of_query(struct arena *arena, struct script_tree *tree, const struct script_scope *scope,
                    TSNode node, const struct steps_fill *fill, struct steps *steps)
{
    TSNode bare = text_bare(node);
    struct str text = script_text(tree, *scope, bare);
    struct filling f = {
        .tree = tree, .scope = scope, .fill = fill, .out = buf_new(arena, FILLED_MAX)};
    bool gapped = !text.length && (node_is(bare, "template_string") || is_sum(&f, bare));

    if (!text.length && !node_is(bare, "template_string") &&
        read_from_files(arena, tree, scope, node, steps))
        return;
    if (gapped) {
        fill_in(&f, bare, 0);
        text = buf_str(&f.out);
    }
    steps_of_gapped_sql(arena, text, fill ? fill->words : scope->file->source, steps);
}

/* The list that a name goes through: for (const sql of statements) …, statements.map((sql) => …); null: it is another name. */
static TSNode list_around(struct typeorm_reading *r, TSNode name)
{
    struct str word = script_source(r->scope.file, name);
    TSNode node = name;

    for (size_t i = 0; i < UP_MAX && !ts_node_is_null(node); i++, node = ts_node_parent(node)) {
        if (node_is(node, "for_in_statement") &&
            str_eq(script_source(r->scope.file, ts_node_named_child(node, 0)), word))
            return ts_node_named_child(node, 1);
        if (!node_is(node, "arrow_function") ||
            !str_eq(script_parameter(r->tree, r->scope.file, node, 0), word))
            continue;
        TSNode callee = script_callee(ts_node_parent(ts_node_parent(node)));
        return node_is(callee, "member_expression") ? ts_node_named_child(callee, 0) : node_null();
    }
    return node_null();
}

static struct str filled_with(void *context, TSNode expression)
{
    struct typeorm_reading *r = context;

    return typeorm_text_here(r, typeorm_here(r, expression));
}

/* A text, or a field of the class that is one. */
static void query_text(struct typeorm_reading *r, TSNode text)
{
    const struct steps_fill fill = {.context = r, .text = filled_with, .words = r->words};
    struct typeorm_operand operand = typeorm_own_field(r, typeorm_here(r, script_bare(text)));

    steps_of_query(r->arena, r->tree, &operand.scope, operand.node, &fill, r->steps);
}

/* ["ALTER TABLE items", "ADD …"].join(" "): one text. */
static bool query_joined(struct typeorm_reading *r, TSNode node)
{
    TSNode bare = script_bare(node), callee = script_callee(bare);
    struct buf out = buf_new(r->arena, FILLED_MAX);

    if (!node_is(callee, "member_expression") ||
        !str_eq(script_source(r->scope.file, script_child(callee, "property_identifier")),
                STR("join")))
        return false;
    struct typeorm_operand list = typeorm_here(r, ts_node_named_child(callee, 0));
    struct script_nodes items = typeorm_items_of(r, &list);
    for (size_t i = 0; i < items.count; i++) {
        struct str text =
            typeorm_text_here(r, (struct typeorm_operand){items.items[i], list.scope});
        buf_add(&out, text.length ? text : STEPS_GAP);
        buf_add_byte(&out, ' ');
    }
    if (items.count)
        steps_of_gapped_sql(r->arena, buf_str(&out), r->words, r->steps);
    return items.count > 0;
}

/* `…`.split(";").map(…).filter(…): the text that is taken apart; else the node itself. */
static TSNode taken_apart(TSNode node)
{
    for (TSNode callee = script_callee(node);
         node_is(node, "call_expression") && node_is(callee, "member_expression");
         callee = script_callee(node))
        node = script_bare(ts_node_named_child(callee, 0));
    return node;
}

/* The body of the function around it; null: none. */
static TSNode function_body(TSNode node)
{
    TSNode body = node_null();

    for (; !ts_node_is_null(node); node = ts_node_parent(node)) {
        if (node_is(node, "statement_block"))
            body = node;
        if (!ts_node_is_null(body) &&
            (node_is(node, "method_definition") || node_is(node, "function_declaration") ||
             node_is(node, "arrow_function") || node_is(node, "function_expression")))
            return body;
    }
    return body;
}

struct growing {
    struct typeorm_reading *r;
    struct filling filling;
    struct str name;
    uint32_t end; /* of what is done before the text is used */
    bool grown;
};

/* let sql = "…", sql = "…", sql += "…": as they stand. */
static void grow(struct growing *g, TSNode node, unsigned depth)
{
    const struct script_file *file = g->r->scope.file;
    bool declared = node_is(node, "variable_declarator");
    bool adds = node_is(node, "augmented_assignment_expression") &&
                str_eq(script_source(file, ts_node_child(node, 1)), STR("+="));

    if (depth > GROWING_DEPTH_MAX || ts_node_start_byte(node) >= g->end)
        return;
    if ((declared || adds || node_is(node, "assignment_expression")) &&
        ts_node_named_child_count(node) > 1 &&
        str_eq(script_source(file, ts_node_named_child(node, 0)), g->name)) {
        if (!adds)
            g->filling.out.length = 0;
        g->grown = g->grown || adds;
        TSNode value = text_bare(script_last(node));
        struct str text = script_text(g->r->tree, g->r->scope, value);
        if (text.length || !node_is(value, "string"))
            fill_in(&g->filling, value, 0);
        return;
    }
    struct script_nodes children = script_children(g->r->tree, node);
    for (size_t i = 0; i < children.count; i++)
        grow(g, children.items[i], depth + 1);
}

/* let sql = ""; sql += "ALTER TABLE …;"; runner.query(sql): one text. */
static bool query_grown(struct typeorm_reading *r, TSNode text)
{
    const struct steps_fill fill = {.context = r, .text = filled_with, .words = r->words};
    struct growing g = {.r = r,
                        .filling = {.tree = r->tree,
                                    .scope = &r->scope,
                                    .fill = &fill,
                                    .out = buf_new(r->arena, FILLED_MAX)},
                        .name = script_source(r->scope.file, text),
                        .end = ts_node_start_byte(text)};
    TSNode body = node_is(text, "identifier") ? function_body(text) : node_null();

    if (ts_node_is_null(body) || r->grown++ >= GROWN_MAX)
        return false;
    grow(&g, body, 0);
    if (g.grown)
        steps_of_gapped_sql(r->arena, buf_str(&g.filling.out), r->words, r->steps);
    return g.grown;
}

void typeorm_query(struct typeorm_reading *r, TSNode text)
{
    TSNode list = node_is(text, "identifier") ? script_bare(list_around(r, text)) : node_null();
    struct script_nodes items = {0};

    if (node_is(list, "identifier")) {
        struct script_thing thing = script_resolve(r->tree, r->scope, list);
        list = thing.kind == SCRIPT_VALUE && thing.file == r->scope.file ? script_bare(thing.node)
                                                                         : node_null();
    }
    if (node_is(list, "array"))
        items = script_children(r->tree, list);
    for (size_t i = 0; i < items.count; i++)
        query_text(r, items.items[i]);
    if (items.count || query_joined(r, text) || query_grown(r, text))
        return;
    TSNode whole = ts_node_is_null(list) ? list : taken_apart(list);
    query_text(r, node_is(whole, "template_string") || node_is(whole, "string") ? whole : text);
}
