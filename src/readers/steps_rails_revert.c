/* steps_rails_revert.c -- `revert do … end`, and other migrations that one runs or reverts: their classes stand behind it in the text (rails_modules.h). */
#include "readers/steps_rails.h"

#define CLASS_DEPTH_MAX 4u

/* The other way round, from its end. */
static void push_reverted(struct rails_reader *r, const struct steps *made)
{
    static const enum step_kind others[] = {
        [STEP_ADD_COLUMN] = STEP_DROP_COLUMN,    [STEP_DROP_COLUMN] = STEP_ADD_COLUMN,
        [STEP_ALTER_COLUMN] = STEP_ALTER_COLUMN, [STEP_ADD_TABLE] = STEP_DROP_TABLE,
        [STEP_DROP_TABLE] = STEP_ADD_TABLE,      [STEP_ADD_INDEX] = STEP_DROP_INDEX,
        [STEP_DROP_INDEX] = STEP_ADD_INDEX,      [STEP_ADD_TYPE] = STEP_DROP_TYPE,
        [STEP_DROP_TYPE] = STEP_ADD_TYPE,
    };

    for (size_t i = made->count; i-- > 0;) {
        struct step step = made->items[i];
        if (step.kind >= COUNT_OF(others))
            continue;
        step.kind = others[step.kind];
        step.null_known = false;
        step.gone = step.key && !step.gone;
        step.type_name = step.was = STR_NONE;
        VEC_PUSH(r->arena, r->steps, step);
    }
}

static void visit_reverted(struct rails_reader *r, TSNode node, size_t depth)
{
    struct steps made = {0}, *steps = r->steps;

    r->steps = &made;
    if (!ts_node_is_null(node))
        steps_rails_visit(r, node, depth + 1);
    r->steps = steps;
    push_reverted(r, &made);
}

static TSNode class_named(const struct rails_reader *r, TSNode node, struct str name, size_t depth)
{
    for (uint32_t i = 0; depth < CLASS_DEPTH_MAX && i < ts_node_named_child_count(node); i++) {
        TSNode child = ts_node_named_child(node, i);
        if (ruby_is(child, "class") &&
            str_eq(ruby_source(r->file, ruby_field(child, "name")), name))
            return child;
        TSNode found = ruby_is(child, "module") || ruby_is(child, "body_statement")
                           ? class_named(r, child, name, depth + 1)
                           : (TSNode){.id = NULL};
        if (!ts_node_is_null(found))
            return found;
    }
    return (TSNode){.id = NULL};
}

static TSNode method_of(const struct rails_reader *r, TSNode class, const char *name)
{
    TSNode body = ruby_field(class, "body");

    for (uint32_t i = 0; !ts_node_is_null(body) && i < ts_node_named_child_count(body); i++) {
        TSNode child = ts_node_named_child(body, i);
        if (ruby_is(child, "method") &&
            str_eq(ruby_source(r->file, ruby_field(child, "name")), str_from(name)))
            return child;
    }
    return (TSNode){.id = NULL};
}

static struct str bare_constant(struct str name)
{
    return str_starts(name, STR("::")) ? str_from_offset(name, 2) : name;
}

/* Down: by its own `down` where it has one, else what it does the other way round. */
static bool run_class(struct rails_reader *r, struct str name, bool down, size_t depth)
{
    TSNode class = class_named(r, r->file->root, bare_constant(name), 0);
    TSNode own = ts_node_is_null(class) ? class : method_of(r, class, "down");
    bool outer = r->unbound;

    if (ts_node_is_null(class) || r->calls >= STEPS_RAILS_CALLS_MAX ||
        r->entered++ >= STEPS_ENTERED_MAX)
        return false;
    r->calls++;
    r->unbound = false;
    if (!down)
        steps_rails_visit(r, ruby_field(class, "body"), depth + 1);
    else if (!ts_node_is_null(own))
        steps_rails_visit(r, own, depth + 1);
    else
        visit_reverted(r, ruby_field(class, "body"), depth);
    r->unbound = outer;
    r->calls--;
    return true;
}

/* run A, B, revert: true; the classes are reverted from the last one on. */
static bool run_classes(struct rails_reader *r, TSNode call, bool down, size_t depth)
{
    TSNode arguments = ruby_field(call, "arguments");
    uint32_t count = ts_node_is_null(arguments) ? 0 : ts_node_named_child_count(arguments);
    bool any = false;

    for (uint32_t i = 0; i < count; i++) {
        TSNode argument = ts_node_named_child(arguments, down ? count - 1 - i : i);
        if (ruby_is(argument, "constant") || ruby_is(argument, "scope_resolution"))
            any = run_class(r, ruby_source(r->file, argument), down, depth) || any;
    }
    return any;
}

/* Other.new.down, Other.migrate(:down), Other.new.migrate(:up): the class; empty: something else. */
static struct str class_of_receiver(struct str receiver)
{
    static const struct str new = STR_INIT(".new");

    if (str_ends(receiver, new))
        receiver = str_prefix(receiver, receiver.length - new.length);
    receiver = bare_constant(receiver);
    return receiver.length && receiver.bytes[0] >= 'A' && receiver.bytes[0] <= 'Z' ? receiver
                                                                                   : STR_NONE;
}

bool steps_rails_revert(struct rails_reader *r, TSNode call, struct str method, size_t depth)
{
    struct str class = class_of_receiver(ruby_receiver(r->file, call));
    struct ruby_value way = ruby_argument(r->file, call, 0);
    bool bare = !ruby_receiver(r->file, call).length;

    if (str_eq(method, STR("revert"))) {
        visit_reverted(r, ruby_field(call, "block"), depth);
        (void)run_classes(r, call, true, depth);
        return true;
    }
    if (bare && str_eq(method, STR("run")))
        return run_classes(r, call, ruby_option(r->file, call, "revert").kind == RUBY_TRUE, depth);
    if (class.length && str_eq(method, STR("migrate")) && ruby_is_text(&way))
        return run_class(r, class, str_eq(way.text, STR("down")), depth);
    return class.length &&
           (str_eq(method, STR("up")) || str_eq(method, STR("down")) ||
            str_eq(method, STR("change"))) &&
           run_class(r, class, str_eq(method, STR("down")), depth);
}

/* `revert Other`, `run A, Other`, Other.new, Other.migrate */
static bool line_runs(struct str line, struct str name)
{
    bool listed = str_starts(line, STR("revert ")) || str_starts(line, STR("revert(")) ||
                  str_starts(line, STR("run ")) || str_starts(line, STR("run("));

    for (size_t at = 0, found; (found = str_find(str_from_offset(line, at), name)) != SIZE_MAX;) {
        at += found;
        struct str behind = str_from_offset(line, at + name.length);
        bool whole = (!at || !byte_is_word(line.bytes[at - 1])) &&
                     (!behind.length || !byte_is_word(behind.bytes[0]));
        if (whole &&
            (listed || str_starts(behind, STR(".new.")) || str_starts(behind, STR(".migrate")) ||
             str_starts(behind, STR(".up")) || str_starts(behind, STR(".down"))))
            return true;
        at += name.length;
    }
    return false;
}

bool steps_rails_is_run_elsewhere(const struct rails_reader *r, TSNode class)
{
    struct str name = ruby_source(r->file, ruby_field(class, "name"));
    struct str rest = r->file->source, line;

    while (name.length && str_next_line(&rest, &line))
        if (!str_starts(str_trim(line), STR("#")) && line_runs(str_trim(line), name))
            return true;
    return false;
}
