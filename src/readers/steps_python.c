#include "readers/steps_python.h"

#include "readers/sql_files.h"

#define NESTING_MAX 200u
#define PARTS_DEPTH_MAX 4u
#define LOCAL_TEXT_MAX ((size_t)256 << 10)

struct str steps_text(struct steps_reader *r, TSNode node)
{
    /* op.f("ix_users_email"): the name as it is. */
    if (node_is(node, "call") && call_positional_count(node) == 1 &&
        str_ends(node_source(r->scope.file, node_field(node, "function")), STR(".f")))
        node = call_positional(node, 0);
    struct python_constant value = python_constant(r->tree, r->scope, node);

    return value.kind == CONSTANT_STRING ? value.text : STR_NONE;
}

bool steps_is_set(struct steps_reader *r, TSNode call, const char *keyword)
{
    TSNode given = steps_keyword(r, call, keyword);
    enum python_constant_kind kind =
        ts_node_is_null(given) ? CONSTANT_FALSE : python_constant(r->tree, r->scope, given).kind;

    return kind != CONSTANT_FALSE && kind != CONSTANT_NONE;
}

void steps_push(struct steps_reader *r, struct step step)
{
    VEC_PUSH(r->arena, r->steps, step);
}

/* f'ALTER TABLE "{fresh}" RENAME TO "users"': from a name that is not known to one that is. */
static void rename_of_unknown(struct steps_reader *r, struct str text)
{
    static const struct str words = STR_INIT("RENAME TO ");
    size_t at = str_find(text, words), gap = str_find_byte(text, '{');

    if (at == SIZE_MAX || gap == SIZE_MAX || gap > at)
        return;
    text = str_from_offset(text, at + words.length);
    if (str_starts(text, STR("\"")) || str_starts(text, STR("`")))
        text = str_from_offset(text, 1);
    struct str name = str_word(text);
    if (name.length)
        steps_push(r, (struct step){.kind = STEP_TABLE_NAME, .name = name});
}

/* SQL that is computed may make anything; what insert() and update() make is none. */
static bool may_be_sql(struct steps_reader *r, TSNode node)
{
    static const char *const texts[] = {"text", "DDL", "format", "join", "read", "read_text", NULL};

    return !ts_node_is_null(node) &&
           (!node_is(node, "call") || str_is_one_of(steps_called(r, node), texts));
}

static struct str bound_text(void *context, struct str name)
{
    const struct steps_reader *r = context;

    for (const struct python_bound *bound = r->scope.bound; bound; bound = bound->outer)
        if (str_eq(bound->name, name))
            return bound->text;
    return STR_NONE;
}

/* file.read(), (HERE / "x.sql").read_text() */
static bool read_from_files(struct steps_reader *r, TSNode node)
{
    const struct sql_files files = {.arena = r->arena,
                                    .files = python_tree_files(r->tree),
                                    .path = r->scope.file->path,
                                    .source = r->scope.file->source,
                                    .meant = bound_text,
                                    .context = r};

    return sql_files_steps(&files, node_source(r->scope.file, node), r->steps);
}

void steps_sql_argument(struct steps_reader *r, TSNode node)
{
    const TSNode given = node;

    if (node_is(node, "call"))
        node = call_positional(node, 0);
    struct str text = steps_text(r, node);
    if (!text.length && !node_is(node, "string") && read_from_files(r, given))
        return;
    if (text.length)
        steps_of_sql(r->arena, text, r->steps);
    else if (node_is(node, "string"))
        rename_of_unknown(r, node_source(r->scope.file, node));
    if (!text.length && may_be_sql(r, given))
        steps_push(r, (struct step){.kind = STEP_KEY});
}

/* Names of one round as they are bound. */
struct binding {
    const struct python_scope *around; /* where the values stand */
    struct python_bound *bound;
    size_t count;
};

static void bind_name(struct steps_reader *r, struct binding *b, TSNode name, TSNode given)
{
    struct python_constant value = python_constant(r->tree, r->scope, given);
    bool text = value.kind == CONSTANT_STRING;

    if (!node_is(name, "identifier") || b->count == STEPS_NAMES_MAX ||
        (!text && !node_is(given, "identifier") && !node_is(given, "attribute") &&
         !node_is(given, "list") && !node_is(given, "tuple")))
        return; /* a type, a flag: what is made of it stays unknown */
    struct python_bound *bound = &b->bound[b->count];
    *bound = (struct python_bound){.name = node_source(r->scope.file, name),
                                   .text = value.text,
                                   .outer = b->count ? &b->bound[b->count - 1] : r->scope.bound};
    if (!text) { /* a model, a list */
        bound->text = STR_NONE;
        bound->node = given;
        bound->scope = b->around;
    }
    b->count++;
}

/* `for t in …`, `for t, c in …`, `for i, (t, c) in …` */
static void bind_names(struct steps_reader *r, struct binding *b, TSNode left, TSNode item,
                       size_t depth)
{
    bool several = node_is(left, "pattern_list") || node_is(left, "tuple_pattern");
    uint32_t count = ts_node_named_child_count(left);

    item = node_bare(item);
    if (!several)
        bind_name(r, b, left, item);
    else if (depth < PARTS_DEPTH_MAX && (node_is(item, "tuple") || node_is(item, "list")) &&
             ts_node_named_child_count(item) == count)
        for (uint32_t i = 0; i < count; i++)
            bind_names(r, b, ts_node_named_child(left, i), ts_node_named_child(item, i), depth + 1);
}

/* SQL.split(";"), sqlparse.split(SQL), [s.strip() for s in SQL.split(";")]: the text that is taken apart; empty: it is something else. */
static struct str text_in_parts(struct steps_reader *r, TSNode node, size_t depth)
{
    if (depth == PARTS_DEPTH_MAX)
        return STR_NONE;
    if (node_is(node, "call") && str_eq(steps_called(r, node), STR("split"))) {
        struct str text = steps_text(r, node_field(node_field(node, "function"), "object"));
        return text.length ? text : steps_text(r, call_positional(node, 0));
    }
    if (node_is(node, "call")) /* filter(None, …), list(…) */
        return text_in_parts(r, call_positional(node, call_positional_count(node) == 2), depth + 1);
    if (!node_is(node, "list_comprehension") && !node_is(node, "generator_expression"))
        return STR_NONE;
    TSNode clause = ts_node_named_child(node, 1);
    return text_in_parts(r, node_bare(node_field(clause, "right")), depth + 1);
}

/* A round of a loop over names that can be read: each call of its body, or what a comprehension makes (`depth` 0). */
struct round {
    TSNode body;
    steps_visit *visit;
    size_t depth;
};

static void visit_round(struct steps_reader *r, const struct round *round)
{
    if (round->depth)
        steps_each_call(r, round->body, round->visit, round->depth);
    else
        round->visit(r, round->body);
}

/* Each part of a text as all of them: the order is the same. */
static bool each_statement(struct steps_reader *r, TSNode left, TSNode list,
                           const struct round *round)
{
    struct python_scope before = r->scope;
    struct str text = node_is(left, "identifier") ? text_in_parts(r, list, 0) : STR_NONE;
    struct python_bound bound = {
        .name = node_source(r->scope.file, left), .text = text, .outer = r->scope.bound};

    if (!text.length)
        return false;
    r->scope.bound = &bound;
    visit_round(r, round);
    r->scope = before;
    return true;
}

/* What a loop goes over. */
struct item {
    TSNode node, value; /* `value`: of a dictionary's pair, whose key is the other; null: none */
};
struct items {
    VEC(struct item) all;
    bool numbered; /* enumerate(…): the first name is a number */
};

/* d.items(), d.values(), d.keys() and d itself; `method`: empty for itself. */
static bool dictionary_items(struct steps_reader *r, TSNode dictionary, struct str method,
                             struct items *items)
{
    bool values = str_eq(method, STR("values")), pairs = str_eq(method, STR("items"));

    if (!node_is(dictionary, "dictionary") ||
        (method.length && !values && !pairs && !str_eq(method, STR("keys"))))
        return false;
    for (uint32_t i = 0; i < ts_node_named_child_count(dictionary); i++) {
        TSNode pair = ts_node_named_child(dictionary, i);
        if (node_is(pair, "comment"))
            continue;
        if (!node_is(pair, "pair")) /* **more */
            return false;
        TSNode key = node_field(pair, "key"), value = node_field(pair, "value");
        VEC_PUSH(r->arena, &items->all,
                 (struct item){.node = values ? value : key, .value = pairs ? value : node_null()});
    }
    return true;
}

/* The node itself, or what a name of this file stands for; null: it is not known. */
static TSNode meant_here(struct steps_reader *r, TSNode node)
{
    node = node_bare(node);
    if (!node_is(node, "identifier") && !node_is(node, "attribute"))
        return node;
    struct python_thing thing = python_resolve(r->tree, r->scope, node);
    return thing.kind == THING_VALUE && thing.file == r->scope.file ? node_bare(thing.node)
                                                                    : node_null();
}

/* ("a", "b"), A + B, sorted(A), enumerate(A), {"a": …}.items(). False: it cannot be read. */
static bool items_of(struct steps_reader *r, TSNode node, struct items *items, size_t depth)
{
    static const char *const same[] = {"sorted", "reversed", "list", "tuple", "set", NULL};
    TSNode list = meant_here(r, node);

    if (ts_node_is_null(list) || depth == PARTS_DEPTH_MAX)
        return false;
    if (node_is(list, "binary_operator"))
        return str_eq(node_source(r->scope.file, node_field(list, "operator")), STR("+")) &&
               items_of(r, node_field(list, "left"), items, depth + 1) &&
               items_of(r, node_field(list, "right"), items, depth + 1);
    if (node_is(list, "call")) {
        TSNode called = node_field(list, "function"), first = call_positional(list, 0);
        struct str name = steps_called(r, list);
        if (node_is(called, "attribute"))
            return dictionary_items(r, meant_here(r, node_field(called, "object")), name, items);
        if (!depth && str_eq(name, STR("enumerate")))
            items->numbered = true;
        else if (!str_is_one_of(name, same))
            return false;
        return !ts_node_is_null(first) && items_of(r, first, items, depth + 1);
    }
    if (dictionary_items(r, list, STR_NONE, items))
        return true;
    if (!node_is(list, "list") && !node_is(list, "tuple") && !node_is(list, "set"))
        return false;
    for (uint32_t i = 0; i < ts_node_named_child_count(list); i++) {
        TSNode item = ts_node_named_child(list, i);
        if (node_is(item, "list_splat")) {
            if (!items_of(r, ts_node_named_child(item, 0), items, depth + 1))
                return false;
        } else if (!node_is(item, "comment")) {
            VEC_PUSH(r->arena, &items->all, (struct item){.node = item, .value = node_null()});
        }
    }
    return true;
}

static void bind_item(struct steps_reader *r, struct binding *b, TSNode left, bool numbered,
                      const struct item *item)
{
    bool two = (node_is(left, "pattern_list") || node_is(left, "tuple_pattern")) &&
               ts_node_named_child_count(left) == 2;

    if (numbered)
        left = two ? ts_node_named_child(left, 1) : node_null();
    if (ts_node_is_null(left))
        return;
    if (ts_node_is_null(item->value)) {
        bind_names(r, b, left, item->node, 0);
    } else if (two && !numbered) {
        bind_names(r, b, ts_node_named_child(left, 0), item->node, 0);
        bind_names(r, b, ts_node_named_child(left, 1), item->value, 0);
    }
}

/* `for table in ("a", "b"):` is each of its rounds; false when the list cannot be read. */
static bool each_round(struct steps_reader *r, TSNode left, TSNode right, const struct round *round)
{
    struct python_scope before = r->scope;
    struct items items = {0};
    TSNode list = meant_here(r, right);

    if (ts_node_is_null(list))
        return false;
    if (!items_of(r, right, &items, 0))
        return each_statement(r, left, list, round);
    for (size_t i = 0; i < items.all.count; i++) {
        struct python_bound bound[STEPS_NAMES_MAX];
        struct binding b = {.around = &before, .bound = bound};
        bind_item(r, &b, left, items.numbered, &items.all.items[i]);
        if (b.count)
            r->scope.bound = &bound[b.count - 1];
        visit_round(r, round);
        r->scope = before;
    }
    return true;
}

bool steps_each_made(struct steps_reader *r, TSNode comprehension, steps_visit *visit)
{
    if ((!node_is(comprehension, "list_comprehension") &&
         !node_is(comprehension, "generator_expression")) ||
        ts_node_named_child_count(comprehension) != 2)
        return false;
    TSNode clause = ts_node_named_child(comprehension, 1);
    struct round round = {.body = node_field(comprehension, "body"), .visit = visit};

    return node_is(clause, "for_in_clause") &&
           each_round(r, node_field(clause, "left"), node_field(clause, "right"), &round);
}

static bool each_of_loop(struct steps_reader *r, TSNode loop, steps_visit *visit, size_t depth)
{
    struct round round = {.body = node_field(loop, "body"), .visit = visit, .depth = depth + 1};

    return each_round(r, node_field(loop, "left"), node_field(loop, "right"), &round);
}

/* --- Local names. --- */

/* What note_local() made of the name, as long as it is seen from here; `*ret_meant`: it means something here, whoever made it. */
static struct steps_local *local_named(struct steps_reader *r, struct str name, bool *ret_meant)
{
    const struct python_bound *bound = r->scope.bound;

    while (bound && !str_eq(bound->name, name))
        bound = bound->outer;
    *ret_meant = bound != NULL;
    for (size_t i = 0; bound && i < r->locals.count; i++)
        if (&r->locals.items[i]->bound == bound)
            return r->locals.items[i];
    return NULL;
}

/* Thousands of += are one text, not thousands of copies. Empty: it gets too long. */
static struct str appended(struct steps_reader *r, struct steps_local *local, struct str text,
                           struct str more)
{
    struct buf *out = &local->text;

    if (text.length + more.length > LOCAL_TEXT_MAX)
        return STR_NONE;
    if (out->bytes != text.bytes || out->length != text.length) {
        *out = buf_new(r->arena, LOCAL_TEXT_MAX);
        buf_add(out, text);
    }
    buf_add(out, more);
    return buf_str(out);
}

static struct steps_local *new_local(struct steps_reader *r, struct str name)
{
    struct steps_local *local = ARENA_NEW(r->arena, struct steps_local);

    local->bound = (struct python_bound){.name = name, .outer = r->scope.bound};
    VEC_PUSH(r->arena, &r->locals, local);
    r->scope.bound = &local->bound;
    return local;
}

/* sql = "…", sql += "…" in the body that is read: from here on the name means that. What else a name means its binding says, but of one that meant a text
 * before. One that is set anew keeps its place: a revision may use `sql` a thousand times. */
static void note_local(struct steps_reader *r, TSNode assignment)
{
    TSNode name = node_field(assignment, "left"), right = node_field(assignment, "right");
    struct python_constant value = python_constant(r->tree, r->scope, right), before = value;
    bool meant, text = value.kind == CONSTANT_STRING;
    bool adds = node_is(assignment, "augmented_assignment");

    if (!node_is(name, "identifier"))
        return;
    struct steps_local *local = local_named(r, node_source(r->scope.file, name), &meant);
    if (adds) {
        before = python_constant(r->tree, r->scope, name);
        text = text && before.kind == CONSTANT_STRING;
    }
    if (!text && !meant)
        return;
    if (!local)
        local = new_local(r, node_source(r->scope.file, name));
    if (adds && text)
        value.text = appended(r, local, before.text, value.text);
    struct python_bound *bound = &local->bound;
    text = text && value.text.bytes;
    bound->text = text ? value.text : STR_NONE;
    bound->node = text ? node_null() : right;
    if (text)
        return;
    struct python_scope *around = ARENA_NEW(r->arena, struct python_scope);
    *around = r->scope;
    around->bound = bound->outer; /* it may be of itself: sql = wrapped(sql) */
    bound->scope = around;
}

/* [migrations.AddField("user", name, …) for name in ("a", "b")] */
static bool each_of_list(struct steps_reader *r, TSNode list, steps_visit *visit, size_t depth)
{
    TSNode clause = ts_node_named_child_count(list) == 2 ? ts_node_named_child(list, 1) : list;
    struct round round = {.body = node_field(list, "body"), .visit = visit, .depth = depth + 1};

    return node_is(clause, "for_in_clause") &&
           each_round(r, node_field(clause, "left"), node_field(clause, "right"), &round);
}

/* --- Conditions. --- */

/* `table == "users"`, also as a part of `… and …`: the name; *ret_text: what it is asked for. */
static struct str asked_name(struct steps_reader *r, TSNode condition, struct str *ret_text,
                             size_t depth)
{
    const struct python_file *file = r->scope.file;

    condition = node_bare(condition);
    if (node_is(condition, "boolean_operator") && depth < PARTS_DEPTH_MAX &&
        str_eq(node_source(file, node_field(condition, "operator")), STR("and"))) {
        struct str name = asked_name(r, node_field(condition, "left"), ret_text, depth + 1);
        return name.length ? name
                           : asked_name(r, node_field(condition, "right"), ret_text, depth + 1);
    }
    if (!node_is(condition, "comparison_operator") || ts_node_named_child_count(condition) != 2 ||
        !str_eq(node_source(file, node_field(condition, "operators")), STR("==")))
        return STR_NONE;
    TSNode left = node_bare(ts_node_named_child(condition, 0));
    TSNode right = node_bare(ts_node_named_child(condition, 1));
    TSNode name = node_is(left, "identifier") ? left : right;
    *ret_text = steps_text(r, node_is(left, "identifier") ? right : left);
    return node_is(name, "identifier") && ret_text->length && !steps_text(r, name).length
               ? node_source(file, name)
               : STR_NONE;
}

/* Below a question for it a name that is not known means what it is asked for. */
static struct python_bound *bind_asked(struct steps_reader *r, TSNode statement)
{
    struct str text = STR_NONE;
    struct str name = asked_name(r, node_field(statement, "condition"), &text, 0);

    if (!name.length)
        return NULL;
    struct python_bound *bound = ARENA_NEW(r->arena, struct python_bound);
    *bound = (struct python_bound){.name = name, .text = text, .outer = r->scope.bound};
    r->scope.bound = bound;
    return bound;
}

void steps_each_call(struct steps_reader *r, TSNode node, steps_visit *visit, size_t depth)
{
    bool asks = node_is(node, "if_statement") || node_is(node, "elif_clause");
    TSNode consequence = asks ? node_field(node, "consequence") : node_null();

    if (ts_node_is_null(node) || depth > NESTING_MAX ||
        (node_is(node, "for_statement") && each_of_loop(r, node, visit, depth)) ||
        (node_is(node, "list_comprehension") && each_of_list(r, node, visit, depth)))
        return;
    /* What a migration only says of the state it does not do. */
    if (node_is(node, "keyword_argument") &&
        str_eq(node_source(r->scope.file, node_field(node, "name")), STR("state_operations")))
        return;
    if (node_is(node, "call"))
        visit(r, node);
    for (uint32_t i = 0; i < ts_node_named_child_count(node); i++) {
        TSNode child = ts_node_named_child(node, i);
        struct python_bound *asked =
            asks && ts_node_eq(child, consequence) ? bind_asked(r, node) : NULL;
        steps_each_call(r, child, visit, depth + 1);
        if (asked)
            asked->name = STR_NONE; /* names set within may lie above it, and go on */
    }
    if (node_is(node, "assignment") || node_is(node, "augmented_assignment"))
        note_local(r, node);
}
