/* steps_rails_calls.c -- blocks, methods and lambdas of a Rails migration, entered with what their calls give. */
#include "readers/steps_rails.h"

#define LOOP_MAX 200u
#define METHODS_DEPTH_MAX 6u

static void bind(struct rails_reader *r, struct str name, struct ruby_value value)
{
    VEC_PUSH(r->arena, &r->file->bound, (struct ruby_bound){.name = name, .value = value});
}

/* One round: |name|, |name, type| of a list in the list. */
static void visit_round(struct rails_reader *r, TSNode block, const struct ruby_value *items,
                        size_t count, size_t depth)
{
    TSNode parameters = ruby_field(block, "parameters");
    size_t before = r->file->bound.count;

    if (ts_node_is_null(parameters)) {
        bind(r, STR("_1"), items[0]);
        bind(r, STR("it"), items[0]);
        if (count > 1)
            bind(r, STR("_2"), items[1]);
    }
    for (uint32_t i = 0;
         !ts_node_is_null(parameters) && i < ts_node_named_child_count(parameters) && i < count;
         i++)
        bind(r, ruby_source(r->file, ts_node_named_child(parameters, i)), items[i]);
    steps_rails_visit(r, block, depth + 1);
    r->file->bound.count = before;
}

/* %i[a b].each do |name| … end, { a: :string }.each do |name, type| … end */
bool steps_rails_loop(struct rails_reader *r, TSNode call, struct str method, size_t depth)
{
    struct ruby_value list = ruby_value(r->file, ruby_field(call, "receiver"));
    TSNode block = ruby_field(call, "block"), parameters = ruby_field(block, "parameters");
    bool hash = list.kind == RUBY_HASH;

    if ((!str_eq(method, STR("each")) && !str_eq(method, STR("each_pair")) &&
         !str_eq(method, STR("each_with_index"))) ||
        (!hash && list.kind != RUBY_LIST) || ts_node_is_null(block))
        return false;
    bool several =
        ts_node_is_null(parameters)
            ? str_contains(ruby_source(r->file, block), STR("_2"))
            : ts_node_named_child_count(parameters) > 1 && !str_eq(method, STR("each_with_index"));
    for (size_t i = 0; !hash && i < list.items.count && i < LOOP_MAX; i++) {
        const struct ruby_value *item = &list.items.items[i];
        if (several && item->kind == RUBY_LIST && item->items.count)
            visit_round(r, block, item->items.items, item->items.count, depth);
        else
            visit_round(r, block, item, 1, depth);
    }
    for (uint32_t i = 0; hash && i < ts_node_named_child_count(list.node) && i < LOOP_MAX; i++) {
        TSNode pair = ts_node_named_child(list.node, i);
        if (!ruby_is(pair, "pair"))
            continue;
        const struct ruby_value items[] = {ruby_value(r->file, ruby_field(pair, "key")),
                                           ruby_value(r->file, ruby_field(pair, "value"))};
        visit_round(r, block, items, COUNT_OF(items), depth);
    }
    return true;
}

static TSNode method_named(struct rails_reader *r, TSNode node, struct str name, size_t depth)
{
    for (uint32_t i = 0; depth < METHODS_DEPTH_MAX && i < ts_node_named_child_count(node); i++) {
        TSNode child = ts_node_named_child(node, i);
        bool method = ruby_is(child, "method") || ruby_is(child, "singleton_method");
        if (method && str_eq(ruby_source(r->file, ruby_field(child, "name")), name))
            return child;
        TSNode found = method ? (TSNode){.id = NULL} : method_named(r, child, name, depth + 1);
        if (!ts_node_is_null(found))
            return found;
    }
    return (TSNode){.id = NULL};
}

/* add_text(:sku) of `def add_text(name)`: what that does, with what the call gives. One without parameters is read where it stands. */
bool steps_rails_own_method(struct rails_reader *r, TSNode call, struct str name, size_t depth)
{
    TSNode method = r->calls < STEPS_RAILS_CALLS_MAX ? method_named(r, r->file->root, name, 0)
                                                     : (TSNode){.id = NULL};
    TSNode parameters = ruby_field(method, "parameters");
    size_t before = r->file->bound.count, place = 0;

    if (ts_node_is_null(parameters) || r->entered++ >= STEPS_ENTERED_MAX)
        return false;
    for (uint32_t i = 0; i < ts_node_named_child_count(parameters); i++) {
        TSNode parameter = ts_node_named_child(parameters, i);
        bool plain = ruby_is(parameter, "identifier");
        struct str word = ruby_source(r->file, plain ? parameter : ruby_field(parameter, "name"));
        struct ruby_value given = ruby_is(parameter, "keyword_parameter")
                                      ? ruby_option(r->file, call, str_c(r->arena, word))
                                      : ruby_argument(r->file, call, place++);
        if (ts_node_is_null(given.node))
            given = ruby_value(r->file, ruby_field(parameter, "value"));
        bind(r, word, given);
    }
    bool outer = r->unbound;
    r->unbound = false;
    r->calls++;
    steps_rails_visit(r, method, depth + 1);
    r->calls--;
    r->unbound = outer;
    r->file->bound.count = before;
    return true;
}

/* add.call(:sku), add.(:sku) of `add = ->(name) { … }` */
bool steps_rails_own_lambda(struct rails_reader *r, TSNode call, struct str method, size_t depth)
{
    struct str name = ruby_receiver(r->file, call);
    size_t before = r->file->bound.count, at = before;

    if (!name.length || (method.length && !str_eq(method, STR("call"))))
        return false;
    while (at > 0 && !str_eq(r->file->bound.items[at - 1].name, name))
        at--;
    TSNode lambda = at ? r->file->bound.items[at - 1].value.node : (TSNode){.id = NULL};
    if (!ruby_is(lambda, "lambda") || r->calls >= STEPS_RAILS_CALLS_MAX ||
        r->entered++ >= STEPS_ENTERED_MAX)
        return false;
    TSNode parameters = ruby_field(lambda, "parameters");
    for (uint32_t i = 0; !ts_node_is_null(parameters) && i < ts_node_named_child_count(parameters);
         i++)
        bind(r, ruby_source(r->file, ts_node_named_child(parameters, i)),
             ruby_argument(r->file, call, i));
    r->calls++;
    steps_rails_visit(r, ruby_field(lambda, "body"), depth + 1);
    r->calls--;
    r->file->bound.count = before;
    return true;
}

/* t.with_options(null: true) { |o| o.string :sku } */
bool steps_rails_with_options(struct rails_reader *r, TSNode call, size_t depth)
{
    struct str outer = r->variable;

    if (!ruby_block_parameter(r->file, call).length)
        return false;
    r->variable = ruby_block_parameter(r->file, call);
    steps_rails_visit(r, ruby_field(call, "block"), depth + 1);
    r->variable = outer;
    return true;
}

/* What send(:add_column, …) calls; else the method itself. */
struct str steps_rails_sent_method(struct rails_reader *r, TSNode call, struct str method)
{
    static const char *const words[] = {"send", "public_send", "__send__", NULL};
    struct ruby_value first = ruby_argument(r->file, call, 0);
    struct str name = str_is_one_of(method, words) && ruby_is_text(&first) ? first.text : STR_NONE;

    if (name.length)
        r->file->sent = call;
    return name.length ? name : method;
}

/* MigrationHelpers.add_text(self, :items, :sku) */
bool steps_rails_hands_itself_on(struct rails_reader *r, TSNode call)
{
    return ruby_is(ruby_field(call, "receiver"), "constant") &&
           str_eq(ruby_source(r->file, ruby_argument(r->file, call, 0).node), STR("self"));
}
