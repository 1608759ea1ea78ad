#include "readers/python_settings.h"

#define MODULES_MAX 64u
#define DEPTH_MAX 24u

struct variable {
    struct str name;
    struct setting_value value;
};

struct module {
    struct python_file *file;
    VEC(struct variable) variables;
};

struct python_settings {
    struct arena *arena;
    struct python_tree *tree;
    struct module *modules[MODULES_MAX]; /* those under way too: a circle of imports ends there */
    size_t count;
};

struct evaluation {
    struct python_settings *settings;
    struct module *module;
    size_t depth;
};

static struct module *module_of(struct python_settings *settings, struct python_file *file,
                                size_t depth);
static struct setting_value evaluate(struct evaluation *v, TSNode node, size_t depth);

static struct variable *find(struct module *module, struct str name)
{
    for (size_t i = module->variables.count; i > 0; i--)
        if (str_eq(module->variables.items[i - 1].name, name))
            return &module->variables.items[i - 1];
    return NULL;
}

static struct setting_value opaque(void)
{
    return (struct setting_value){.kind = SETTING_OPAQUE, .open = true};
}

/* --- Two values into one. --- */

static void add_items(struct arena *arena, struct setting_value *to,
                      const struct setting_value *more)
{
    struct strs items = {0};

    for (size_t i = 0; i < to->items.count; i++)
        VEC_PUSH(arena, &items, to->items.items[i]);
    for (size_t i = 0; i < more->items.count; i++)
        VEC_PUSH(arena, &items, more->items.items[i]);
    to->items = items;
}

static void add_pairs(struct arena *arena, struct setting_value *to,
                      const struct setting_value *more)
{
    struct setting_pairs pairs = {0};

    /* The later ones count: they are looked up first. */
    for (size_t i = 0; i < more->pairs.count; i++)
        VEC_PUSH(arena, &pairs, more->pairs.items[i]);
    for (size_t i = 0; i < to->pairs.count; i++)
        VEC_PUSH(arena, &pairs, to->pairs.items[i]);
    to->pairs = pairs;
}

/* What can be read of one of them is worth more than nothing. */
static struct setting_value joined(struct arena *arena, struct setting_value a,
                                   struct setting_value b)
{
    bool open = a.open || b.open;

    if (a.kind == SETTING_OPAQUE || a.kind == SETTING_ABSENT) {
        b.open = open || a.kind == SETTING_OPAQUE;
        return b;
    }
    if (b.kind == a.kind && a.kind == SETTING_LIST)
        add_items(arena, &a, &b);
    else if (b.kind == a.kind && a.kind == SETTING_MAP)
        add_pairs(arena, &a, &b);
    a.open = open || a.kind != b.kind;
    return a;
}

/* --- Expressions. --- */

static struct setting_value evaluate_list(struct evaluation *v, TSNode node, size_t depth)
{
    struct arena *arena = v->settings->arena;
    struct setting_value list = {.kind = SETTING_LIST};

    for (uint32_t i = 0; i < ts_node_named_child_count(node); i++) {
        TSNode child = ts_node_named_child(node, i);
        if (node_is(child, "comment"))
            continue;
        bool splat = node_is(child, "list_splat");
        struct setting_value item =
            evaluate(v, splat ? ts_node_named_child(child, 0) : child, depth + 1);
        if (splat && item.kind == SETTING_LIST) {
            add_items(arena, &list, &item);
            list.open = list.open || item.open;
        } else if (!splat && item.kind == SETTING_STRING) {
            VEC_PUSH(arena, &list.items, item.text);
        } else {
            list.open = true;
        }
    }
    return list;
}

static struct setting_value evaluate_map(struct evaluation *v, TSNode node, size_t depth)
{
    struct arena *arena = v->settings->arena;
    struct setting_value map = {.kind = SETTING_MAP};

    for (uint32_t i = 0; i < ts_node_named_child_count(node); i++) {
        TSNode child = ts_node_named_child(node, i);
        if (node_is(child, "comment"))
            continue;
        if (node_is(child, "dictionary_splat")) {
            struct setting_value more = evaluate(v, ts_node_named_child(child, 0), depth + 1);
            map = joined(arena, map, more);
            map.kind = SETTING_MAP;
            continue;
        }
        TSNode right = node_bare(node_field(child, "value"));
        struct setting_value key = evaluate(v, node_field(child, "key"), depth + 1);
        struct setting_value value = evaluate(v, right, depth + 1);
        bool none = node_is(right, "none");
        if (key.kind != SETTING_STRING || (value.kind != SETTING_STRING && !none)) {
            map.open = true;
            continue;
        }
        struct setting_value one = {.kind = SETTING_MAP};
        VEC_PUSH(arena, &one.pairs,
                 (struct setting_pair){.key = key.text, .text = value.text, .none = none});
        add_pairs(arena, &map, &one);
    }
    return map;
}

/* list(X), tuple(X), sorted(X): the same strings. */
static struct setting_value evaluate_call(struct evaluation *v, TSNode node, size_t depth)
{
    static const char *const same[] = {"list", "tuple", "set", "sorted", "dict", "frozenset"};
    struct str name = node_source(v->module->file, node_field(node, "function"));

    for (size_t i = 0; i < COUNT_OF(same); i++)
        if (str_eq(name, str_from(same[i])) && call_positional_count(node) == 1)
            return evaluate(v, call_positional(node, 0), depth + 1);
    return opaque();
}

static struct setting_value evaluate_attribute(struct evaluation *v, TSNode node)
{
    struct python_thing object =
        python_resolve(v->settings->tree, (struct python_scope){.file = v->module->file},
                       node_field(node, "object"));
    struct module *module = object.kind == THING_MODULE && object.file
                                ? module_of(v->settings, object.file, v->depth + 1)
                                : NULL;
    const struct variable *variable =
        module ? find(module, node_source(v->module->file, node_field(node, "attribute"))) : NULL;

    return variable ? variable->value : opaque();
}

static struct setting_value evaluate_constant(struct evaluation *v, TSNode node)
{
    struct python_constant constant =
        python_constant(v->settings->tree, (struct python_scope){.file = v->module->file}, node);

    if (constant.kind != CONSTANT_STRING)
        return opaque();
    return (struct setting_value){.kind = SETTING_STRING, .text = constant.text};
}

static struct setting_value evaluate(struct evaluation *v, TSNode node, size_t depth)
{
    struct arena *arena = v->settings->arena;

    node = node_bare(node);
    if (ts_node_is_null(node) || depth > DEPTH_MAX)
        return opaque();
    if (node_is(node, "list") || node_is(node, "tuple") || node_is(node, "set"))
        return evaluate_list(v, node, depth);
    if (node_is(node, "dictionary"))
        return evaluate_map(v, node, depth);
    if (node_is(node, "identifier")) {
        const struct variable *variable = find(v->module, node_source(v->module->file, node));
        if (variable)
            return variable->value;
    }
    if (node_is(node, "attribute"))
        return evaluate_attribute(v, node);
    if (node_is(node, "call"))
        return evaluate_call(v, node, depth);
    if (node_is(node, "conditional_expression")) {
        struct setting_value first = evaluate(v, ts_node_named_child(node, 0), depth + 1);
        return joined(arena, first, evaluate(v, ts_node_named_child(node, 2), depth + 1));
    }
    if (node_is(node, "binary_operator")) {
        struct setting_value left = evaluate(v, node_field(node, "left"), depth + 1);
        struct setting_value right = evaluate(v, node_field(node, "right"), depth + 1);
        if (left.kind == SETTING_LIST || right.kind == SETTING_LIST || left.kind == SETTING_MAP)
            return joined(arena, left, right);
    }
    return evaluate_constant(v, node);
}

/* --- Statements. --- */

static void run_block(struct evaluation *v, TSNode block, bool conditional);

static void set(struct evaluation *v, struct str name, struct setting_value value, bool conditional)
{
    struct variable *variable = find(v->module, name);

    if (!variable) {
        VEC_PUSH(v->settings->arena, &v->module->variables,
                 (struct variable){.name = name, .value = value});
    } else if (!conditional) {
        variable->value = value;
    } else if (variable->value.kind == SETTING_LIST || variable->value.kind == SETTING_MAP ||
               variable->value.kind == SETTING_OPAQUE) {
        variable->value = joined(v->settings->arena, variable->value, value);
    } else {
        variable->value.open = true;
    }
}

static void run_assignment(struct evaluation *v, TSNode node, bool conditional)
{
    TSNode right = node_field(node, "right");

    for (size_t depth = 0; node_is(right, "assignment") && depth < DEPTH_MAX; depth++)
        right = node_field(right, "right");
    if (ts_node_is_null(right))
        return;
    struct setting_value value = evaluate(v, right, 0);
    value.line = node_line(node);
    for (size_t depth = 0; node_is(node, "assignment") && depth < DEPTH_MAX; depth++) {
        TSNode left = node_field(node, "left");
        if (node_is(left, "identifier"))
            set(v, node_source(v->module->file, left), value, conditional);
        node = node_field(node, "right");
    }
}

static void run_augmented(struct evaluation *v, TSNode node)
{
    struct variable *variable =
        find(v->module, node_source(v->module->file, node_field(node, "left")));
    struct str operator= node_source(v->module->file, node_field(node, "operator"));

    if (!variable)
        return;
    if (str_eq(operator, STR("+=")) || str_eq(operator, STR("|=")))
        variable->value =
            joined(v->settings->arena, variable->value, evaluate(v, node_field(node, "right"), 0));
    else
        variable->value.open = true;
}

static void remove_item(struct evaluation *v, struct setting_value *list, struct str text)
{
    struct strs kept = {0};

    for (size_t i = 0; i < list->items.count; i++)
        if (!str_eq(list->items.items[i], text))
            VEC_PUSH(v->settings->arena, &kept, list->items.items[i]);
    list->items = kept;
}

/* INSTALLED_APPS.append("shop") */
static void run_call(struct evaluation *v, TSNode node, bool conditional)
{
    TSNode function = node_field(node, "function");

    if (!node_is(function, "attribute"))
        return;
    struct str method = node_source(v->module->file, node_field(function, "attribute"));
    struct variable *variable =
        find(v->module, node_source(v->module->file, node_field(function, "object")));
    if (!variable)
        return;
    bool insert = str_eq(method, STR("insert"));
    struct setting_value argument = evaluate(v, call_positional(node, insert ? 1 : 0), 0);
    if (str_eq(method, STR("append")) || insert) {
        struct setting_value one = {.kind = SETTING_LIST, .open = argument.kind != SETTING_STRING};
        if (!one.open)
            VEC_PUSH(v->settings->arena, &one.items, argument.text);
        variable->value = joined(v->settings->arena, variable->value, one);
    } else if (str_eq(method, STR("extend")) || str_eq(method, STR("update"))) {
        variable->value = joined(v->settings->arena, variable->value, argument);
    } else if (str_eq(method, STR("remove")) && argument.kind == SETTING_STRING) {
        if (!conditional)
            remove_item(v, &variable->value, argument.text);
    } else if (!str_eq(method, STR("copy")) && !str_eq(method, STR("index")) &&
               !str_eq(method, STR("sort"))) {
        variable->value.open = true;
    }
}

static void import_all(struct evaluation *v, const struct module *from, bool conditional)
{
    for (size_t i = 0; i < from->variables.count; i++)
        set(v, from->variables.items[i].name, from->variables.items[i].value, conditional);
}

static void run_import(struct evaluation *v, TSNode node, bool conditional)
{
    struct python_file *own = v->module->file;
    struct python_file *file = python_module_file(
        v->settings->tree, own, node_source(own, node_field(node, "module_name")));
    struct module *module = file ? module_of(v->settings, file, v->depth + 1) : NULL;

    for (uint32_t i = 0; i < ts_node_named_child_count(node); i++) {
        TSNode child = ts_node_named_child(node, i), written = child;
        if (node_is(child, "wildcard_import") && module) {
            import_all(v, module, conditional);
            continue;
        }
        if ((!node_is(child, "dotted_name") && !node_is(child, "aliased_import")) ||
            ts_node_eq(child, node_field(node, "module_name")))
            continue;
        if (node_is(child, "aliased_import"))
            written = node_field(child, "name");
        const struct variable *variable = module ? find(module, node_source(own, written)) : NULL;
        struct str name =
            node_source(own, node_is(child, "aliased_import") ? node_field(child, "alias") : child);
        if (variable)
            set(v, name, variable->value, conditional);
    }
}

static void run_statement(struct evaluation *v, TSNode node, bool conditional)
{
    if (node_is(node, "expression_statement")) {
        TSNode child = ts_node_named_child(node, 0);
        if (node_is(child, "assignment"))
            run_assignment(v, child, conditional);
        else if (node_is(child, "augmented_assignment"))
            run_augmented(v, child);
        else if (node_is(child, "call"))
            run_call(v, child, conditional);
    } else if (node_is(node, "import_from_statement")) {
        run_import(v, node, conditional);
    } else if (node_is(node, "with_statement")) {
        run_block(v, node, conditional);
    } else if (node_is(node, "if_statement") || node_is(node, "for_statement") ||
               node_is(node, "while_statement")) {
        run_block(v, node, true);
    } else if (node_is(node, "try_statement")) {
        run_block(v, node, conditional);
    }
}

static void run_block(struct evaluation *v, TSNode block, bool conditional)
{
    if (++v->depth < DEPTH_MAX)
        for (uint32_t i = 0; i < ts_node_named_child_count(block); i++) {
            TSNode child = ts_node_named_child(block, i);
            if (node_is(child, "block") || node_is(child, "finally_clause"))
                run_block(v, child, conditional);
            else if (node_is(child, "except_clause") || node_is(child, "else_clause") ||
                     node_is(child, "elif_clause"))
                run_block(v, child, true);
            else
                run_statement(v, child, conditional);
        }
    v->depth--;
}

static struct module *module_of(struct python_settings *settings, struct python_file *file,
                                size_t depth)
{
    for (size_t i = 0; i < settings->count; i++)
        if (settings->modules[i]->file == file)
            return settings->modules[i];
    if (settings->count == MODULES_MAX || depth > DEPTH_MAX)
        return NULL;
    struct module *module = ARENA_NEW(settings->arena, struct module);
    module->file = file;
    settings->modules[settings->count++] = module;
    struct evaluation evaluation = {.settings = settings, .module = module, .depth = depth};
    run_block(&evaluation, file->root, false);
    return module;
}

struct python_settings *python_settings_new(struct python_tree *tree)
{
    struct python_settings *settings = ARENA_NEW(python_tree_arena(tree), struct python_settings);

    settings->arena = python_tree_arena(tree);
    settings->tree = tree;
    return settings;
}

struct python_file *python_settings_file(const struct python_settings *settings, size_t index)
{
    return index < settings->count ? settings->modules[index]->file : NULL;
}

struct setting_value python_setting(struct python_settings *settings, struct str path,
                                    struct str name)
{
    struct python_file *file = python_tree_file(settings->tree, path);
    struct module *module = file ? module_of(settings, file, 0) : NULL;
    const struct variable *variable = module ? find(module, name) : NULL;

    return variable ? variable->value : (struct setting_value){.kind = SETTING_ABSENT};
}
