#include "readers/django_migration.h"

#include "readers/python_scan.h"

enum attribute { DEPENDENCIES, REPLACES, RUN_BEFORE, ATTRIBUTE_COUNT };
static const char *const attribute_names[ATTRIBUTE_COUNT] = {
    [DEPENDENCIES] = "dependencies", [REPLACES] = "replaces", [RUN_BEFORE] = "run_before"};

struct reading {
    struct arena *arena;
    struct python_tree *tree;
    const struct django_settings_source *settings;
    struct django_migration *migration;
};

static struct strs *list_of(struct django_migration *migration, enum attribute attribute)
{
    return attribute == DEPENDENCIES ? &migration->dependencies
           : attribute == REPLACES   ? &migration->replaces
                                     : &migration->run_before;
}

static void add_key(struct reading *r, enum attribute attribute, struct str app, struct str name)
{
    VEC_PUSH(r->arena, list_of(r->migration, attribute),
             str_printf(r->arena, STR_FMT "." STR_FMT, STR_ARG(app), STR_ARG(name)));
}

/* "auth.User" → auth.__first__ */
static bool add_swappable(struct reading *r, enum attribute attribute, struct str model)
{
    size_t dot = str_find_byte(model, '.');

    if (dot == SIZE_MAX || dot == 0)
        return false;
    add_key(r, attribute, str_prefix(model, dot), STR("__first__"));
    return true;
}

/* --- As makemigrations writes it. --- */

struct plain {
    struct str rest;
};

static void skip_space(struct plain *p)
{
    for (;;) {
        size_t at = 0;
        while (at < p->rest.length && (p->rest.bytes[at] == ' ' || p->rest.bytes[at] == '\t' ||
                                       p->rest.bytes[at] == '\n' || p->rest.bytes[at] == '\r'))
            at++;
        p->rest = str_from_offset(p->rest, at);
        if (!str_starts(p->rest, STR("#")))
            return;
        (void)str_cut(&p->rest, '\n');
    }
}

static bool take(struct plain *p, struct str word)
{
    skip_space(p);
    if (!str_starts(p->rest, word))
        return false;
    p->rest = str_from_offset(p->rest, word.length);
    skip_space(p);
    return true;
}

static bool take_string(struct plain *p, struct str *ret)
{
    size_t end = 1;

    skip_space(p);
    if (!p->rest.length || (p->rest.bytes[0] != '"' && p->rest.bytes[0] != '\''))
        return false;
    while (end < p->rest.length && p->rest.bytes[end] != p->rest.bytes[0]) {
        if (p->rest.bytes[end] == '\\' || p->rest.bytes[end] == '\n' || p->rest.bytes[end] == '\r')
            return false;
        end++;
    }
    /* '' and ''' are for the grammar. */
    if (end == p->rest.length || end == 1)
        return false;
    *ret = str_slice(p->rest, 1, end);
    p->rest = str_from_offset(p->rest, end + 1);
    skip_space(p);
    return true;
}

static struct str take_word(struct plain *p)
{
    size_t end = 0;

    skip_space(p);
    while (end < p->rest.length &&
           ((p->rest.bytes[end] >= 'A' && p->rest.bytes[end] <= 'Z') ||
            (p->rest.bytes[end] >= 'a' && p->rest.bytes[end] <= 'z') || p->rest.bytes[end] == '_'))
        end++;
    struct str word = str_prefix(p->rest, end);
    p->rest = str_from_offset(p->rest, end);
    return word;
}

static bool take_element(struct reading *r, struct plain *p, enum attribute attribute)
{
    struct str app, name;

    if (take(p, STR("("))) {
        if (!take_string(p, &app) || !take(p, STR(",")) || !take_string(p, &name))
            return false;
        (void)take(p, STR(","));
        add_key(r, attribute, app, name);
        return take(p, STR(")"));
    }
    if (!take(p, STR("migrations.swappable_dependency")) || !take(p, STR("(")) ||
        !take(p, STR("settings.")))
        return false;
    struct str setting = take_word(p);
    return setting.length && take(p, STR(")")) &&
           add_swappable(r, attribute, r->settings->value(r->settings->self, setting));
}

/* False: not that plain, which says nothing about the statement. */
static bool read_plain(struct reading *r, struct str statement, bool *seen)
{
    struct plain p = {.rest = statement};
    struct str name = take_word(&p);
    size_t attribute = 0;
    bool square;

    while (attribute < ATTRIBUTE_COUNT && !str_eq(name, str_from(attribute_names[attribute])))
        attribute++;
    if (attribute == ATTRIBUTE_COUNT || seen[attribute] || !take(&p, STR("=")))
        return false;
    seen[attribute] = true;
    square = take(&p, STR("["));
    if (!square && !take(&p, STR("(")))
        return false;
    size_t count = 0;
    while (!take(&p, square ? STR("]") : STR(")"))) {
        if (!take_element(r, &p, (enum attribute)attribute))
            return false;
        count++;
        /* `(("a", "b"))` is one pair, not a tuple of pairs. */
        if (!take(&p, STR(",")) && (!square && count == 1))
            return false;
    }
    return p.rest.length == 0;
}

/* --- By the grammar. --- */

static void computed(struct reading *r, enum attribute attribute, size_t line)
{
    if (r->migration->computed.length)
        return;
    r->migration->computed = str_from(attribute_names[attribute]);
    r->migration->computed_line = line;
}

static bool read_list(struct reading *r, enum attribute attribute, struct python_scope scope,
                      TSNode node, size_t depth);

static bool read_swappable(struct reading *r, enum attribute attribute, struct python_scope scope,
                           TSNode call)
{
    struct str called = python_foreign(r->tree, scope, node_field(call, "function"));
    TSNode argument = call_positional(call, 0);

    if (!str_eq(dotted_last(called), STR("swappable_dependency")) || ts_node_is_null(argument))
        return false;
    struct str setting = python_foreign(r->tree, scope, argument);
    if (str_starts(setting, STR("django.conf.settings.")))
        return add_swappable(r, attribute,
                             r->settings->value(r->settings->self, dotted_last(setting)));
    struct python_constant model = python_constant(r->tree, scope, argument);
    return model.kind == CONSTANT_STRING && add_swappable(r, attribute, model.text);
}

static bool read_element(struct reading *r, enum attribute attribute, struct python_scope scope,
                         TSNode node, size_t depth)
{
    TSNode parts[3];
    size_t count = 0;

    node = node_bare(node);
    if (depth > PYTHON_FOLLOW_MAX)
        return false;
    if (node_is(node, "list_splat"))
        return read_list(r, attribute, scope, ts_node_named_child(node, 0), depth + 1);
    if (node_is(node, "call"))
        return read_swappable(r, attribute, scope, node);
    if (node_is(node, "identifier") || node_is(node, "attribute")) {
        struct python_thing thing = python_resolve(r->tree, scope, node);
        return thing.kind == THING_VALUE && !ts_node_eq(thing.node, node) &&
               read_element(r, attribute,
                            (struct python_scope){.file = thing.file, .body = thing.scope},
                            thing.node, depth + 1);
    }
    if (!node_is(node, "tuple") && !node_is(node, "list"))
        return false;
    for (uint32_t i = 0; i < ts_node_named_child_count(node) && count < COUNT_OF(parts); i++)
        if (!node_is(ts_node_named_child(node, i), "comment"))
            parts[count++] = ts_node_named_child(node, i);
    if (count != 2)
        return false;
    struct python_constant app = python_constant(r->tree, scope, parts[0]);
    struct python_constant name = python_constant(r->tree, scope, parts[1]);
    if (app.kind != CONSTANT_STRING || name.kind != CONSTANT_STRING)
        return false;
    add_key(r, attribute, app.text, name.text);
    return true;
}

static bool read_list(struct reading *r, enum attribute attribute, struct python_scope scope,
                      TSNode node, size_t depth)
{
    node = node_bare(node);
    if (depth > PYTHON_FOLLOW_MAX || ts_node_is_null(node))
        return false;
    if (node_is(node, "binary_operator"))
        return str_eq(node_source(scope.file, node_field(node, "operator")), STR("+")) &&
               read_list(r, attribute, scope, node_field(node, "left"), depth + 1) &&
               read_list(r, attribute, scope, node_field(node, "right"), depth + 1);
    /* [("sites", "0001_initial")] if SITES_ENABLED else []: what it may come after, it comes after. */
    if (attribute == DEPENDENCIES && node_is(node, "conditional_expression"))
        return read_list(r, attribute, scope, ts_node_named_child(node, 0), depth + 1) &&
               read_list(r, attribute, scope, ts_node_named_child(node, 2), depth + 1);
    if (node_is(node, "identifier") || node_is(node, "attribute")) {
        struct python_thing thing = python_resolve(r->tree, scope, node);
        return thing.kind == THING_VALUE && !ts_node_eq(thing.node, node) &&
               read_list(r, attribute,
                         (struct python_scope){.file = thing.file, .body = thing.scope}, thing.node,
                         depth + 1);
    }
    if (!node_is(node, "list") && !node_is(node, "tuple") && !node_is(node, "set"))
        return false;
    for (uint32_t i = 0; i < ts_node_named_child_count(node); i++)
        if (!node_is(ts_node_named_child(node, i), "comment") &&
            !read_element(r, attribute, scope, ts_node_named_child(node, i), depth + 1))
            return false;
    return true;
}

/* The class body that holds the attribute: its own, or that of a base in the tree. */
static const struct python_binding *find_attribute(struct reading *r, struct python_thing class,
                                                   struct str name, struct python_scope *ret_scope,
                                                   size_t depth)
{
    TSNode body = node_field(class.node, "body"), bases = node_field(class.node, "superclasses");
    const struct python_binding *binding = python_binding_in(r->tree, class.file, body, name);

    if (binding) {
        *ret_scope = (struct python_scope){.file = class.file, .body = body};
        return binding;
    }
    for (uint32_t i = 0; depth < PYTHON_FOLLOW_MAX && !ts_node_is_null(bases) &&
                         i < ts_node_named_child_count(bases) && !binding;
         i++) {
        struct python_thing base = python_resolve(
            r->tree, (struct python_scope){.file = class.file}, ts_node_named_child(bases, i));
        if (base.kind == THING_CLASS)
            binding = find_attribute(r, base, name, ret_scope, depth + 1);
    }
    return binding;
}

/* The last syntax error that the grammar saw makes no difference: the first one is what Python stops at. */
static bool find_error(TSNode node, size_t *ret_line)
{
    if (!ts_node_has_error(node))
        return false;
    for (;;) {
        bool deeper = false;
        for (uint32_t i = 0; i < ts_node_child_count(node) && !deeper; i++)
            if (ts_node_has_error(ts_node_child(node, i))) {
                node = ts_node_child(node, i);
                deeper = true;
            }
        if (!deeper)
            break;
    }
    *ret_line = node_line(node);
    return true;
}

static void read_by_grammar(struct reading *r, struct str path, const bool *conditional)
{
    struct python_file *file = python_tree_file(r->tree, path);
    const struct python_binding *binding =
        file ? python_binding_in(r->tree, file, node_null(), STR("Migration")) : NULL;
    struct python_thing class = {.kind = THING_UNKNOWN};

    *r->migration = (struct django_migration){0};
    if (!binding)
        return;
    r->migration->found = true;
    if (binding->kind == BINDING_CLASS)
        class = (struct python_thing){.kind = THING_CLASS, .file = file, .node = binding->node};
    else if (binding->kind == BINDING_IMPORT)
        class = python_resolve_name(r->tree, (struct python_scope){.file = file}, STR("Migration"));
    if (class.kind != THING_CLASS) {
        computed(r, DEPENDENCIES, 1);
        return;
    }
    r->migration->line = node_line(class.node);
    if (find_error(class.node, &r->migration->broken_line)) {
        r->migration->broken = STR("a syntax error");
        return;
    }
    for (size_t i = 0; i < ATTRIBUTE_COUNT; i++) {
        struct python_scope scope = {.file = file};
        const struct python_binding *attribute =
            find_attribute(r, class, str_from(attribute_names[i]), &scope, 0);
        if (conditional[i] ||
            (attribute && (attribute->kind != BINDING_VALUE ||
                           !read_list(r, (enum attribute)i, scope, attribute->node, 0))))
            computed(r, (enum attribute)i,
                     attribute && !ts_node_is_null(attribute->node) ? node_line(attribute->node)
                                                                    : node_line(class.node));
    }
}

static size_t line_at(struct str source, size_t offset)
{
    size_t line, column;

    str_position(source, offset, &line, &column);
    return line;
}

/* `class Migration(migrations.Migration):` inherits nothing that this tree could change. */
static bool is_plain_header(struct str header)
{
    struct str rest = str_trim(header);

    return str_ends(rest, STR("(migrations.Migration):"));
}

/* dependencies += …, del dependencies, dependencies.append(…): more than one statement makes the value. */
void django_migration_read(struct arena *arena, struct python_tree *tree, struct str path,
                           struct str source, const struct django_settings_source *settings,
                           struct django_migration *ret_migration)
{
    struct reading r = {
        .arena = arena, .tree = tree, .settings = settings, .migration = ret_migration};
    struct strs names = {0};
    struct python_scan scan;
    bool seen[ATTRIBUTE_COUNT] = {false}, strange[ATTRIBUTE_COUNT] = {false};

    for (size_t i = 0; i < ATTRIBUTE_COUNT; i++)
        VEC_PUSH(arena, &names, str_from(attribute_names[i]));
    python_scan_class(arena, source, STR("Migration"), &names, &scan);
    *ret_migration = (struct django_migration){.found = scan.class_at != SIZE_MAX};
    if (scan.broken) {
        ret_migration->broken = str_from(scan.broken_reason);
        ret_migration->broken_line = line_at(source, scan.broken_at);
        return;
    }
    bool plain = ret_migration->found && is_plain_header(scan.class_header);
    for (size_t i = 0; i < ATTRIBUTE_COUNT; i++) {
        /* def __init__(self, *args): self.dependencies = […] */
        strange[i] = scan.conditional[i] ||
                     str_contains(source, str_printf(arena, "self.%s =", attribute_names[i])) ||
                     str_contains(source, str_printf(arena, "self.%s +=", attribute_names[i]));
        plain = plain && !strange[i];
    }
    for (size_t i = 0; i < scan.statements.count; i++) {
        struct str statement =
            str_slice(source, scan.statements.items[i].start, scan.statements.items[i].end);
        struct plain p = {.rest = statement};
        struct str name = take_word(&p);
        bool assigned = take(&p, STR("=")) || take(&p, STR(":"));
        for (size_t a = 0; a < ATTRIBUTE_COUNT; a++)
            if (str_eq(name, str_from(attribute_names[a])) && !assigned)
                strange[a] = true;
        plain = plain && read_plain(&r, statement, seen);
    }
    if (plain)
        ret_migration->line = line_at(source, scan.class_at);
    else
        read_by_grammar(&r, path, strange);
}
