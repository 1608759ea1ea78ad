/* file_values_script.c -- the values of a key in one script: in the object that has it, in those that spread or name that object, and where it is
 * assigned. */
#include "base/file.h"
#include "readers/file_values_reader.h"
#include "readers/script_value.h"

/* `const base = {…}`: others may be made from it. */
struct named_object {
    struct str name;
    TSNode node;
    bool used;  /* spread, or the value of a key */
    bool alone; /* exported, given to a call: used as it is */
};
VEC_DEFINE(named_objects, struct named_object);

/* Where a value stands: the object of such a name, the assignment; NULL: none. */
struct place {
    const void *object, *assignment;
};
VEC_DEFINE(places, struct place);

struct script_reading {
    struct reading *r;
    struct script_scope scope;
    struct file_value_list list;
    struct places places; /* of the list's values, one by one */
    struct named_objects objects;
    struct place place; /* of what is being taken */
};

/* --- What an object is called. --- */

static struct str with_dot(struct script_reading *s, struct str outer, struct str inner)
{
    if (!outer.length || !inner.length)
        return outer.length ? outer : inner;
    return str_printf(s->r->arena, STR_FMT "." STR_FMT, STR_ARG(outer), STR_ARG(inner));
}

static struct str key_of(struct script_reading *s, TSNode pair)
{
    TSNode key = node_is(pair, "pair") ? ts_node_named_child(pair, 0) : pair;

    if (node_is(key, "computed_property_name"))
        key = ts_node_named_child(key, 0);
    return ts_node_eq(key, pair) || node_is(key, "property_identifier")
               ? script_source(s->scope.file, key)
               : script_text(s->r->tree, s->scope, key);
}

/* `config.migrations["directory"]`: its names, the outermost first, "module" left out, "?" for what is computed. */
static struct strs names_of(struct script_reading *s, TSNode left)
{
    struct strs inner = {0}, names = {0};

    while (node_is(left, "member_expression") || node_is(left, "subscript_expression")) {
        TSNode index = ts_node_named_child(left, ts_node_named_child_count(left) - 1);
        struct str name = node_is(left, "member_expression")
                              ? script_source(s->scope.file, index)
                              : script_text(s->r->tree, s->scope, index);
        VEC_PUSH(s->r->arena, &inner, name.length ? name : STR("?"));
        left = script_bare(ts_node_named_child(left, 0));
    }
    if (!node_is(left, "identifier"))
        return names;
    if (!str_eq(script_source(s->scope.file, left), STR("module")))
        VEC_PUSH(s->r->arena, &names, script_source(s->scope.file, left));
    while (inner.count)
        VEC_PUSH(s->r->arena, &names, inner.items[--inner.count]);
    return names;
}

static struct str joined(struct script_reading *s, const struct strs *names, size_t count)
{
    return str_join(s->r->arena, names->items, count, STR("."));
}

static bool is_choice(TSNode node)
{
    return node_is(node, "if_statement") || node_is(node, "ternary_expression");
}

/* `if (process.env.NODE_ENV === "test") …`, `… ? a : b`: the environment that the part is for, "production" where the condition names another one
 * and it is the other part; empty: the condition does not say. */
static struct str branch_of(struct script_reading *s, TSNode choice, TSNode part)
{
    static const struct str about[] = {STR_INIT("NODE_ENV"), STR_INIT("APP_ENV"),
                                       STR_INIT("ENVIRONMENT"), STR_INIT("DEPLOY_ENV"),
                                       STR_INIT("STAGE")};
    struct script_nodes parts = script_children(s->r->tree, choice);
    struct str condition = parts.count > 1 ? script_source(s->scope.file, parts.items[0]) : STR("");
    bool unless = str_contains(condition, STR("!=")), says = false;
    size_t open = SIZE_MAX;

    for (size_t i = 0; i < COUNT_OF(about); i++)
        says = says || str_contains(condition, about[i]);
    for (size_t i = 0; i < condition.length && open == SIZE_MAX; i++)
        if (condition.bytes[i] == '"' || condition.bytes[i] == '\'')
            open = i;
    if (!says || open == SIZE_MAX || (!unless && !str_contains(condition, STR("=="))) ||
        str_contains(condition, STR("&&")) || str_contains(condition, STR("||")))
        return STR("");
    struct str name = str_from_offset(condition, open + 1);
    name = str_prefix(name, str_find_byte(name, condition.bytes[open]));
    if (ts_node_eq(parts.items[1], part) != unless)
        return name;
    return str_eq(name, STR("production")) ? STR("non-production") : STR("production");
}

static struct str called(struct script_reading *s, TSNode node, TSNode part)
{
    TSNode left = ts_node_named_child(node, 0);

    if (node_is(node, "pair"))
        return key_of(s, node);
    if (node_is(node, "variable_declarator") && node_is(left, "identifier"))
        return script_source(s->scope.file, left);
    if (node_is(node, "assignment_expression")) {
        struct strs names = names_of(s, left);
        return joined(s, &names, names.count);
    }
    /* One of several objects of a list. */
    if (node_is(node, "array") && node_is(part, "object"))
        return str_printf(s->r->arena, "%u", ts_node_start_byte(part));
    return STR("");
}

/* The names of the objects around, outermost first; with `choices` also the environments that an object is chosen for. */
static struct str around_of(struct script_reading *s, TSNode node, bool choices)
{
    struct str around = STR("");
    TSNode part = node;

    for (TSNode up = ts_node_parent(node); !ts_node_is_null(up); up = ts_node_parent(up)) {
        struct str name = is_choice(up) && choices ? branch_of(s, up, part) : called(s, up, part);
        around = with_dot(s, name, around);
        part = up;
    }
    return around;
}

/* --- Values. --- */

static void add(struct script_reading *s, struct file_value value)
{
    VEC_PUSH(s->r->arena, &s->list, value);
    VEC_PUSH(s->r->arena, &s->places, s->place);
}

static void take_value(struct script_reading *s, struct script_scope scope, TSNode node,
                       struct str around);

/* `[glob, { cwd: __dirname }]`: where the glob begins. */
static void begin_at(struct script_reading *s, struct script_scope scope, TSNode options,
                     size_t first)
{
    TSNode cwd = script_property(s->r->tree, scope, options, "cwd", &scope);
    struct script_value at = {0};

    if (!ts_node_is_null(cwd))
        at = script_value(s->r->tree, scope, s->r->root, cwd);
    for (size_t i = first; i < s->list.count && at.known; i++) {
        struct file_value *value = &s->list.items[i];
        value->text = path_below(s->r->arena, at.text, value->text);
        value->rooted = at.rooted;
    }
}

static void take_items(struct script_reading *s, struct script_scope scope, TSNode array,
                       struct str around)
{
    struct script_nodes items = script_children(s->r->tree, array);
    size_t first = s->list.count;

    for (size_t i = 0; i < items.count; i++)
        if (i && i + 1 == items.count && node_is(items.items[i], "object"))
            begin_at(s, scope, items.items[i], first);
        else
            take_value(s, scope, items.items[i], around);
}

static void take_value(struct script_reading *s, struct script_scope scope, TSNode node,
                       struct str around)
{
    struct reading *r = s->r;
    TSNode bare = script_bare(node);
    struct script_thing thing = script_resolve(r->tree, scope, bare);
    struct file_value value = {.around = around, .file = scope.file->path, .line = node_line(node)};

    if (thing.kind == SCRIPT_VALUE && node_is(thing.node, "array") && script_enter(r->tree)) {
        take_items(s, (struct script_scope){.file = thing.file}, thing.node, around);
        script_leave(r->tree);
        return;
    }
    if (node_is(bare, "undefined") || node_is(bare, "null"))
        return;
    struct script_value read = script_value(r->tree, scope, r->root, node);
    if (!read.known) {
        file_values_say_computed(r, value.file, value.line);
        return;
    }
    value.text = read.text;
    value.rooted = read.rooted;
    value.assumed = read.assumed;
    value.from = read.from;
    add(s, value);
}

static struct named_object *find_object(struct script_reading *s, struct str name)
{
    for (size_t i = 0; i < s->objects.count; i++)
        if (str_eq(s->objects.items[i].name, name))
            return &s->objects.items[i];
    return NULL;
}

/* What stands for an object that a function of the file has for itself: a file knows only what stands at its top by name. */
static TSNode own_object(struct script_reading *s, struct script_scope scope, TSNode value)
{
    TSNode bare = script_bare(value);
    bool named = node_is(bare, "identifier") || node_is(bare, "shorthand_property_identifier");

    if (!named || scope.file != s->scope.file ||
        script_resolve(s->r->tree, scope, bare).kind != SCRIPT_UNKNOWN)
        return value;
    const struct named_object *object = find_object(s, script_source(scope.file, bare));
    return object ? object->node : value;
}

/* Is it a name, or a call, of which nothing can be told? */
static bool is_dark(struct script_reading *s, struct script_scope scope, TSNode value)
{
    TSNode bare = script_bare(value);
    struct script_properties properties;

    return (node_is(bare, "identifier") || node_is(bare, "shorthand_property_identifier") ||
            node_is(bare, "member_expression") || node_is(bare, "subscript_expression") ||
            node_is(bare, "call_expression") || node_is(bare, "await_expression")) &&
           !script_properties(s->r->tree, scope, bare, &properties);
}

/* `new Storage({ tableName: "done" })`: what it is made with. */
static TSNode options_of(struct script_reading *s, struct script_scope *scope, TSNode value)
{
    struct script_thing thing = script_resolve(s->r->tree, *scope, value);

    if (thing.kind != SCRIPT_VALUE || !node_is(thing.node, "new_expression"))
        return value;
    *scope = (struct script_scope){.file = thing.file};
    return script_argument(s->r->tree, thing.node, 0);
}

/* The key's segments from this one on, of an object or a name that stands for one. */
static void take_below(struct script_reading *s, TSNode value, size_t segment, struct str around)
{
    struct script_scope scope = s->scope;

    for (; segment < s->r->segment_count && !ts_node_is_null(value); segment++) {
        TSNode object = options_of(s, &scope, own_object(s, scope, value));
        struct script_scope in = scope;
        value = script_property(s->r->tree, in, object, str_c(s->r->arena, s->r->segments[segment]),
                                &scope);
        if (segment && ts_node_is_null(value) && is_dark(s, in, object))
            file_values_say_computed(s->r, in.file->path, node_line(object));
    }
    if (!ts_node_is_null(value))
        take_value(s, scope, value, around);
}

static TSNode value_of_pair(TSNode pair)
{
    return node_is(pair, "pair") ? ts_node_named_child(pair, ts_node_named_child_count(pair) - 1)
                                 : pair;
}

/* The object that a variable is declared to be, and the assignment, around this node. */
static struct place place_of(TSNode node)
{
    struct place place = {0};
    TSNode outermost = node_null(), part = node;

    for (TSNode up = node; !ts_node_is_null(up); up = ts_node_parent(up)) {
        if (node_is(up, "object"))
            outermost = up;
        if (node_is(up, "assignment_expression") && !place.assignment &&
            !ts_node_eq(ts_node_named_child(up, 0), part))
            place.assignment = up.id;
        if (node_is(up, "variable_declarator")) {
            place.object = ts_node_is_null(outermost) ? NULL : outermost.id;
            break;
        }
        part = up;
    }
    return place;
}

/* --- What counts no longer. --- */

/* What the object was before this assignment. */
static void forget(struct script_reading *s, struct str around, const void *assignment)
{
    size_t kept = 0;

    for (size_t i = 0; i < s->list.count; i++)
        if (s->places.items[i].assignment == assignment ||
            !str_eq(s->list.items[i].around, around)) {
            s->list.items[kept] = s->list.items[i];
            s->places.items[kept++] = s->places.items[i];
        }
    s->list.count = s->places.count = kept;
}

static bool has(const struct script_reading *s, struct str around)
{
    for (size_t i = 0; i < s->list.count; i++)
        if (str_eq(s->list.items[i].around, around))
            return true;
    return false;
}

/* Whether a statement runs: always, in production, in another environment, or who knows when. */
enum when { ALWAYS, IN_PRODUCTION, ELSEWHERE, SOMETIMES };

static enum when when_runs(struct script_reading *s, TSNode node)
{
    enum when when = ALWAYS;
    TSNode part = node;

    for (TSNode up = ts_node_parent(node); !ts_node_is_null(up); up = ts_node_parent(up)) {
        struct str branch = is_choice(up) ? branch_of(s, up, part) : STR("");
        if (is_choice(up) && branch.length && !str_eq(branch, STR("production")))
            return ELSEWHERE;
        if (is_choice(up) || node_is(up, "switch_case"))
            when = branch.length && when != SOMETIMES ? IN_PRODUCTION : SOMETIMES;
        part = up;
    }
    return when;
}

/* --- Assignments. --- */

static bool ends_with_segments(const struct script_reading *s, const struct strs *names,
                               size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!str_eq(names->items[names->count - count + i], s->r->segments[i]))
            return false;
    return count && count < names->count;
}

/* `config.migrations.directory = "steps"`, `module.exports.production.migrations = {…}` */
static void take_assignment(struct script_reading *s, TSNode node)
{
    struct strs names = names_of(s, ts_node_named_child(node, 0));
    size_t count = names.count < s->r->segment_count ? names.count : s->r->segment_count;

    while (count && !ends_with_segments(s, &names, count))
        count--;
    if (!count)
        return;
    struct str owner = joined(s, &names, names.count - count);
    struct str plain = with_dot(s, around_of(s, node, false), owner);
    enum when when = when_runs(s, node);
    /* In another environment it is not what it is everywhere. */
    if (when == ELSEWHERE && has(s, plain))
        return;
    s->place = (struct place){.assignment = node.id};
    take_below(s, script_last(node), count, with_dot(s, around_of(s, node, true), owner));
    s->place = (struct place){0};
    if (when == ALWAYS || when == IN_PRODUCTION)
        forget(s, plain, node.id);
}

/* --- Objects. --- */

static void note_declaration(struct script_reading *s, TSNode declarator)
{
    if (!node_is(declarator, "variable_declarator"))
        return;
    TSNode name = ts_node_named_child(declarator, 0), value = script_bare(script_last(declarator));
    if (node_is(name, "identifier") &&
        (node_is(value, "object") || node_is(value, "new_expression")))
        VEC_PUSH(s->r->arena, &s->objects,
                 (struct named_object){.name = script_source(s->scope.file, name), .node = value});
}

/* A spread behind it may have the same key: null; else the value that the object has. */
static bool is_overridden(struct script_reading *s, TSNode pair)
{
    struct script_scope scope;
    TSNode object = ts_node_parent(pair);
    TSNode value = node_is(object, "object")
                       ? script_property(s->r->tree, s->scope, object,
                                         str_c(s->r->arena, s->r->segments[0]), &scope)
                       : node_null();

    return !ts_node_is_null(value) && !ts_node_eq(value, value_of_pair(pair));
}

static void take_pair(struct script_reading *s, TSNode pair)
{
    struct str around = around_of(s, pair, true);

    if (is_overridden(s, pair))
        return;
    s->place = place_of(pair);
    if (s->place.assignment && when_runs(s, pair) == ALWAYS)
        forget(s, around, s->place.assignment);
    take_below(s, value_of_pair(pair), 1, around);
    s->place = (struct place){0};
}

/* --- Objects that are made from others. --- */

/* `{ ...base }`, `Object.assign({}, base)`: whoever has it has what base has, under its own name. Its own key is taken where it stands. */
static void take_spread(struct script_reading *s, TSNode spread)
{
    TSNode object = ts_node_parent(spread);
    struct script_scope scope;
    TSNode value = script_property(s->r->tree, s->scope, object,
                                   str_c(s->r->arena, s->r->segments[0]), &scope);
    TSNode pair = ts_node_is_null(value) ? value : ts_node_parent(value);

    if (ts_node_is_null(value) || ts_node_eq(ts_node_parent(pair), object) ||
        ts_node_eq(pair, object))
        return;
    s->place = place_of(spread);
    take_below(s, object, 0, around_of(s, spread, true));
    s->place = (struct place){0};
}

/* `production: base`, `{ production }`, `production: make("steps")` */
static void take_alias(struct script_reading *s, TSNode pair, TSNode value)
{
    s->place = place_of(pair);
    take_below(s, value, 0, with_dot(s, around_of(s, pair, true), key_of(s, pair)));
    s->place = (struct place){0};
}

/* The expression around a name, without what says its type. */
static TSNode user_of(TSNode name)
{
    TSNode user = ts_node_parent(name);

    while (node_is(user, "as_expression") || node_is(user, "satisfies_expression") ||
           node_is(user, "parenthesized_expression") || node_is(user, "non_null_expression"))
        user = ts_node_parent(user);
    return user;
}

static bool is_of_assign(struct script_reading *s, TSNode arguments)
{
    TSNode call = ts_node_parent(arguments);

    return node_is(arguments, "arguments") && node_is(call, "call_expression") &&
           str_eq(script_source(s->scope.file, script_callee(call)), STR("Object.assign"));
}

static void note_use(struct script_reading *s, TSNode name)
{
    bool shorthand = node_is(name, "shorthand_property_identifier");
    TSNode user = shorthand ? name : user_of(name);
    struct named_object *object = find_object(s, script_source(s->scope.file, name));
    bool declared =
        node_is(user, "variable_declarator") && ts_node_eq(ts_node_named_child(user, 0), name);

    if (declared || node_is(user, "member_expression") || node_is(user, "subscript_expression"))
        return;
    if (node_is(user, "spread_element") && node_is(ts_node_parent(user), "object"))
        take_spread(s, user);
    else if (is_of_assign(s, user))
        take_spread(s, user);
    else if (object && (shorthand || node_is(user, "pair")))
        take_alias(s, user, name);
    else if (object)
        object->alone = true;
    if (object)
        object->used = true;
}

/* The object that a function gives belongs to those that call it for a key. */
static void note_call(struct script_reading *s, TSNode call)
{
    TSNode user = user_of(call);
    struct script_scope scope;

    if (!node_is(user, "pair") || str_eq(key_of(s, user), s->r->segments[0]) ||
        ts_node_is_null(script_property(s->r->tree, s->scope, call,
                                        str_c(s->r->arena, s->r->segments[0]), &scope)))
        return;
    take_alias(s, user, call);
}

/* What an object is only made for others to have is theirs. */
static bool is_of_others(const struct script_reading *s, const void *object)
{
    for (size_t i = 0; i < s->objects.count && object; i++)
        if (s->objects.items[i].node.id == object)
            return s->objects.items[i].used && !s->objects.items[i].alone;
    return false;
}

static void keep_values(struct script_reading *s)
{
    for (size_t i = 0; i < s->list.count; i++)
        if (!is_of_others(s, s->places.items[i].object))
            VEC_PUSH(s->r->arena, &s->r->values->list, s->list.items[i]);
}

/* --- All nodes. --- */

static void visit(struct script_reading *s, TSNode node)
{
    bool shorthand = node_is(node, "shorthand_property_identifier");

    if (node_is(node, "assignment_expression") || node_is(node, "augmented_assignment_expression"))
        take_assignment(s, node);
    if ((node_is(node, "pair") || shorthand) && str_eq(key_of(s, node), s->r->segments[0]))
        take_pair(s, node);
    else if (shorthand || node_is(node, "identifier"))
        note_use(s, node);
    else if (node_is(node, "call_expression"))
        note_call(s, node);
}

static void walk(struct script_reading *s, void (*look)(struct script_reading *s, TSNode node))
{
    struct script_visits todo = {0};

    VEC_PUSH(s->r->arena, &todo, s->scope.file->root);
    while (todo.count) {
        TSNode node = todo.items[--todo.count];
        look(s, node);
        script_visits_add(s->r->arena, &todo, node);
    }
}

void file_values_of_script(struct reading *r, struct script_file *file)
{
    struct script_reading s = {.r = r, .scope = {.file = file}};

    walk(&s, note_declaration);
    walk(&s, visit);
    keep_values(&s);
}
