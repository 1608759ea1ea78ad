#include "readers/drizzle.h"

#include "base/buf.h"

#define PARAMETERS_MAX 8u
#define TEXT_MAX ((size_t)64 << 10)

/* --- Columns in expressions. --- */

static bool is_parameter(struct script_scope scope, TSNode node)
{
    return scope.parameter.length && node_is(node, "identifier") &&
           str_eq(script_source(scope.file, node), scope.parameter);
}

bool drizzle_column_of(struct drizzle_reader *r, struct script_scope scope,
                       struct drizzle_table *own, TSNode expression,
                       struct drizzle_table **ret_table, struct str *ret_name)
{
    TSNode node = script_bare(expression), object, given;
    struct script_scope outer;

    /* What a function of the tree's own was given. */
    if (node_is(node, "identifier") && !is_parameter(scope, node) &&
        script_given(r->tree, scope, script_source(scope.file, node), &given, &outer) &&
        !ts_node_is_null(given))
        return drizzle_column_of(r, outer, own, given, ret_table, ret_name);
    if (!node_is(node, "member_expression"))
        return false;
    object = script_bare(ts_node_named_child(node, 0));
    outer = scope;
    while (!is_parameter(outer, object) && node_is(object, "identifier") &&
           script_given(r->tree, outer, script_source(outer.file, object), &given, &outer) &&
           !ts_node_is_null(given))
        object = script_bare(given);
    *ret_table = is_parameter(outer, object) ? own : drizzle_table_of(r, outer, object);
    if (!*ret_table)
        return false;
    *ret_name = drizzle_column_named(
        *ret_table, script_source(scope.file, script_child(node, "property_identifier")));
    return ret_name->length > 0;
}

/* t.email.desc(), t.email.op("x"): the column, and what stands behind its name in the index. */
static bool indexed_column(struct drizzle_reader *r, struct script_scope scope,
                           struct drizzle_table *own, TSNode expression, struct str *ret_text)
{
    struct drizzle_table *table;
    TSNode node = script_bare(expression);
    const char *order = "", *nulls = "";
    struct str name, class = STR_NONE;

    while (node_is(node, "call_expression")) {
        TSNode callee = script_callee(node);
        struct str word = drizzle_word(script_foreign(r->tree, scope, callee));
        if (str_eq(word, STR("desc")) || str_eq(word, STR("asc"))) { /* SQL of its own */
            if (!drizzle_column_of(r, scope, own, script_argument(r->tree, node, 0), &table, &name))
                return false;
            *ret_text = str_printf(r->arena, STR_FMT " " STR_FMT, STR_ARG(name), STR_ARG(word));
            return true;
        }
        struct str method = script_source(scope.file, script_child(callee, "property_identifier"));
        if (!node_is(callee, "member_expression"))
            return false;
        if (str_eq(method, STR("desc")))
            order = " DESC";
        else if (str_eq(method, STR("nullsFirst")) || str_eq(method, STR("nullsLast")))
            nulls = str_eq(method, STR("nullsFirst")) ? " NULLS FIRST" : " NULLS LAST";
        else if (str_eq(method, STR("op")))
            class = script_text(r->tree, scope, script_argument(r->tree, node, 0));
        node = script_bare(ts_node_named_child(callee, 0));
    }
    if (!drizzle_column_of(r, scope, own, node, &table, &name))
        return false;
    if (order[0] && !nulls[0]) /* drizzle-kit writes it in either direction */
        nulls = " NULLS LAST";
    *ret_text =
        str_printf(r->arena, STR_FMT "%s" STR_FMT "%s%s", STR_ARG(name), class.length ? " " : "",
                   STR_ARG(class), order,
                   strcmp(nulls, order[0] ? " NULLS FIRST" : " NULLS LAST") == 0 ? "" : nulls);
    return true;
}

/* The template of sql`…` or sql<T>`…`, or the text of sql.raw("…"). */
static bool sql_template(struct drizzle_reader *r, struct script_scope scope, TSNode expression,
                         TSNode *ret_template)
{
    TSNode node = script_bare(expression),
           tag = ts_node_is_null(node) ? node : ts_node_named_child(node, 0);
    struct script_nodes children = script_children(r->tree, node);

    if (!node_is(node, "call_expression") && !node_is(node, "binary_expression"))
        return false;
    if (node_is(node, "binary_expression")) /* sql<T>`…` is read as two comparisons */
        tag = script_bare(ts_node_named_child(tag, 0));
    struct str word = drizzle_word(script_foreign(r->tree, scope, tag));
    *ret_template = children.count ? children.items[children.count - 1] : node_null();
    if (str_eq(word, STR("sql.raw")))
        *ret_template = script_bare(script_argument(r->tree, node, 0));
    return (str_eq(word, STR("sql")) && node_is(*ret_template, "template_string")) ||
           (str_eq(word, STR("sql.raw")) && !ts_node_is_null(*ret_template));
}

/* What stands for the parameters of a function that makes SQL: the arguments of its call. */
struct given {
    struct script_scope scope;
    TSNode function, call; /* null: no function */
};

static TSNode argument_named(struct drizzle_reader *r, const struct given *given,
                             const struct script_file *file, TSNode name)
{
    if (ts_node_is_null(given->function) || !node_is(name, "identifier"))
        return node_null();
    for (size_t i = 0; i < PARAMETERS_MAX; i++) {
        struct str parameter = script_parameter(r->tree, file, given->function, i);
        if (parameter.length && str_eq(parameter, script_source(file, name)))
            return script_argument(r->tree, given->call, i);
    }
    return node_null();
}

static bool template_text(struct drizzle_reader *r, struct script_scope scope,
                          struct drizzle_table *own, TSNode template, const struct given *given,
                          struct str *ret_text);

/* lower(table.email), where the tree says `const lower = (email) => sql`lower(${email})`` */
static bool called_sql(struct drizzle_reader *r, struct script_scope scope,
                       struct drizzle_table *own, TSNode call, struct str *ret_text)
{
    TSNode callee = script_callee(call), template;
    struct script_thing thing = script_resolve(r->tree, scope, callee);

    if (!node_is(callee, "identifier") || ts_node_is_null(thing.node) ||
        !(node_is(thing.node, "function_declaration") || script_is_function(thing.node)))
        return false;
    struct script_scope inside = {.file = thing.file};
    struct given given = {.scope = scope, .function = thing.node, .call = call};
    return sql_template(r, inside, script_returned(r->tree, thing.node), &template) &&
           template_text(r, inside, own, template, &given, ret_text);
}

bool drizzle_sql(struct drizzle_reader *r, struct script_scope scope, struct drizzle_table *own,
                 TSNode expression, struct str *ret_text)
{
    struct script_thing thing = script_resolve(r->tree, scope, expression);
    struct given none = {.function = node_null(), .call = node_null()};
    TSNode template;

    if (thing.kind != SCRIPT_VALUE)
        return false;
    if (thing.file != scope.file)
        scope = (struct script_scope){.file = thing.file};
    if (sql_template(r, scope, thing.node, &template))
        return template_text(r, scope, own, template, &none, ret_text);
    if (!node_is(thing.node, "call_expression") || !script_enter(r->tree))
        return false;
    bool made = called_sql(r, scope, own, thing.node, ret_text);
    script_leave(r->tree);
    return made;
}

/* sql`${isNull(t.a)} or ${sql.raw("…")}` */
static bool nested_sql(struct drizzle_reader *r, struct script_scope scope,
                       struct drizzle_table *own, TSNode expression, struct str *ret_text)
{
    if (!script_enter(r->tree))
        return false;
    bool made = drizzle_condition(r, scope, own, expression, ret_text);
    script_leave(r->tree);
    return made;
}

static bool template_text(struct drizzle_reader *r, struct script_scope scope,
                          struct drizzle_table *own, TSNode template, const struct given *given,
                          struct str *ret_text)
{
    struct buf buf = buf_new(r->arena, TEXT_MAX);

    struct script_constant constant = script_constant(r->tree, scope, template);
    if (constant.kind == SCRIPT_STRING) {
        *ret_text = str_trim(constant.text);
        return true;
    }
    if (!node_is(template, "template_string")) /* sql.raw(computed()) */
        return false;
    struct script_nodes parts = script_children(r->tree, template);
    for (size_t i = 0; i < parts.count; i++) {
        struct drizzle_table *table;
        TSNode inside = ts_node_named_child(parts.items[i], 0);
        TSNode argument = argument_named(r, given, scope.file, inside);
        struct script_scope in = ts_node_is_null(argument) ? scope : given->scope;
        struct str name;
        if (!node_is(parts.items[i], "template_substitution")) {
            buf_add(&buf, script_piece(r->tree, scope.file, parts.items[i]));
            continue;
        }
        inside = ts_node_is_null(argument) ? inside : argument;
        constant = script_constant(r->tree, in, inside);
        if (constant.kind == SCRIPT_STRING || constant.kind == SCRIPT_NUMBER)
            buf_add(&buf, constant.kind == SCRIPT_STRING ? schema_quoted(r->arena, constant.text)
                                                         : constant.text);
        else if (drizzle_column_of(r, in, own, inside, &table, &name) ||
                 nested_sql(r, in, own, inside, &name))
            buf_add(&buf, name);
        else
            return false;
    }
    *ret_text = str_trim(buf_str(&buf));
    return true;
}

/* --- Constraints. --- */

struct reading {
    struct drizzle_reader *r;
    struct drizzle_table *table;
    struct schema_table *made;
    struct drizzle_chain chain;
    struct schema_place place;
    bool whole; /* nothing unreadable yet */
};

static TSNode method_call(const struct reading *reading, const char *name,
                          struct script_scope *ret_scope)
{
    for (size_t i = 0; i < reading->chain.count; i++)
        if (str_eq(reading->chain.methods[i].name, str_from(name))) {
            *ret_scope = reading->chain.methods[i].scope;
            return reading->chain.methods[i].call;
        }
    *ret_scope = reading->chain.scope;
    return node_null();
}

/* Columns and expressions among arguments or in an array. `skip`: leading arguments that are none. */
static void add_parts(struct reading *reading, struct script_scope scope, struct script_nodes nodes,
                      size_t skip, struct strs *parts)
{
    struct drizzle_reader *r = reading->r;

    for (size_t i = skip; i < nodes.count; i++) {
        struct str text;
        if (node_is(nodes.items[i], "spread_element")) { /* on(...columns) */
            struct script_nodes given;
            struct script_scope outer;
            if (script_given_rest(r->tree, scope,
                                  script_source(scope.file, ts_node_named_child(nodes.items[i], 0)),
                                  &given, &outer))
                add_parts(reading, outer, given, 0, parts);
            else
                reading->whole = false;
        } else if (indexed_column(r, scope, reading->table, nodes.items[i], &text) ||
                   drizzle_sql(r, scope, reading->table, nodes.items[i], &text))
            VEC_PUSH(r->arena, parts, text);
        else
            reading->whole = false;
    }
}

static void add_arguments(struct reading *reading, struct script_scope scope, TSNode call,
                          size_t skip, struct strs *parts)
{
    add_parts(reading, scope, script_children(reading->r->tree, script_child(call, "arguments")),
              skip, parts);
}

static struct str given_name(const struct reading *reading)
{
    return script_text(reading->r->tree, reading->chain.scope,
                       script_argument(reading->r->tree, reading->chain.call, 0));
}

static struct str written_name(const struct drizzle_table *table, struct str column)
{
    for (size_t i = 0; i < table->names.count; i++)
        if (str_eq(table->names.items[i].name, column))
            return table->names.items[i].written;
    return column;
}

static struct str made_name(const struct reading *reading, const struct strs *parts,
                            const char *ending)
{
    bool unique = str_eq(str_from(ending), STR("unique"));
    struct arena *arena = reading->r->arena;
    struct strs names = {0};

    for (size_t i = 0; i < parts->count; i++) {
        struct str rest = parts->items[i], name = str_cut(&rest, ' ');
        VEC_PUSH(arena, &names, unique ? written_name(reading->table, name) : name);
    }
    return str_printf(arena, STR_FMT "_" STR_FMT "_%s", STR_ARG(reading->table->bare),
                      STR_ARG(str_join(arena, names.items, names.count, STR("_"))), ending);
}

static void read_index(struct reading *reading, bool unique)
{
    struct drizzle_reader *r = reading->r;
    struct schema_index index = {.kind = unique ? SCHEMA_UNIQUE_INDEX : SCHEMA_INDEX,
                                 .name = given_name(reading),
                                 .place = reading->place};
    struct script_scope scope;
    TSNode call = method_call(reading, "on", &scope);

    if (ts_node_is_null(call))
        call = method_call(reading, "onOnly", &scope);
    if (!ts_node_is_null(call)) {
        add_arguments(reading, scope, call, 0, &index.parts);
    } else {
        call = method_call(reading, "using", &scope);
        add_arguments(reading, scope, call, 1, &index.parts);
        index.method = script_text(r->tree, scope, script_argument(r->tree, call, 0));
        if (str_eq(index.method, STR("btree")))
            index.method = STR_NONE;
    }
    call = method_call(reading, "where", &scope);
    if (!ts_node_is_null(call) &&
        !drizzle_condition(r, scope, reading->table, script_argument(r->tree, call, 0),
                           &index.condition))
        reading->whole = false;
    if (!index.name.length)
        index.name = made_name(reading, &index.parts, "index");
    if (index.parts.count)
        VEC_PUSH(r->arena, &reading->made->indexes, index);
}

void drizzle_add_unique(struct drizzle_reader *r, const struct drizzle_table *table,
                        struct schema_column *column, struct str name, bool nulls_not_distinct)
{
    struct schema_table *made = schema_table_add(r->arena, r->schema, table->name, table->place);
    struct str usual = str_printf(r->arena, STR_FMT "_" STR_FMT "_unique", STR_ARG(table->bare),
                                  STR_ARG(written_name(table, column->name)));
    struct schema_index index = {.kind = SCHEMA_UNIQUE,
                                 .name = name.length ? name : usual,
                                 .extra = nulls_not_distinct ? STR("NULLS NOT DISTINCT") : STR_NONE,
                                 .of_column = column->name,
                                 .place = column->place};

    if (!nulls_not_distinct && str_eq(index.name, usual)) {
        column->unique = true;
        return;
    }
    VEC_PUSH(r->arena, &index.parts, column->name);
    VEC_PUSH(r->arena, &made->indexes, index);
}

static void read_unique(struct reading *reading)
{
    struct drizzle_reader *r = reading->r;
    struct schema_index index = {
        .kind = SCHEMA_UNIQUE, .name = given_name(reading), .place = reading->place};
    struct script_scope scope;
    TSNode call = method_call(reading, "on", &scope);

    add_arguments(reading, scope, call, 0, &index.parts);
    if (!ts_node_is_null(method_call(reading, "nullsNotDistinct", &scope)))
        index.extra = STR("NULLS NOT DISTINCT");
    struct schema_column *column =
        index.parts.count == 1 ? schema_column_named(reading->made, index.parts.items[0]) : NULL;
    if (column) {
        drizzle_add_unique(r, reading->table, column, index.name, index.extra.length);
        return;
    }
    if (!index.name.length)
        index.name = made_name(reading, &index.parts, "unique");
    if (index.parts.count)
        VEC_PUSH(r->arena, &reading->made->indexes, index);
}

/* An array among the options of primaryKey and foreignKey. */
static bool option_parts(struct reading *reading, const char *name, struct strs *parts)
{
    struct drizzle_reader *r = reading->r;
    struct script_scope scope;
    TSNode list = script_bare(script_property(r->tree, reading->chain.scope,
                                              script_argument(r->tree, reading->chain.call, 0),
                                              name, &scope));

    if (!node_is(list, "array"))
        return false;
    add_parts(reading, scope, script_children(r->tree, list), 0, parts);
    return parts->count > 0;
}

static void read_primary_key(struct reading *reading)
{
    struct strs parts = {0};

    if (!option_parts(reading, "columns", &parts))
        add_arguments(reading, reading->chain.scope, reading->chain.call, 0, &parts);
    for (size_t i = 0; i < parts.count; i++) {
        struct schema_column *column = schema_column_named(reading->made, parts.items[i]);
        if (column) {
            column->primary_key = true;
            column->nullable = false;
        }
    }
}

/* foreignKey({…}).onDelete("cascade").onUpdate("cascade") */
static struct str called_actions(const struct reading *reading)
{
    static const char *const names[] = {"onDelete", "onUpdate"};
    struct str texts[2] = {0};

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct script_scope scope;
        TSNode call = method_call(reading, names[i], &scope);
        if (!ts_node_is_null(call))
            texts[i] =
                script_text(reading->r->tree, scope, script_argument(reading->r->tree, call, 0));
    }
    return drizzle_actions(reading->r, texts[0], texts[1]);
}

static void read_foreign_key(struct reading *reading)
{
    struct drizzle_reader *r = reading->r;
    struct strs columns = {0}, others = {0};
    struct drizzle_table *target = NULL;
    struct script_scope scope;
    struct str name;
    TSNode list = script_bare(script_property(r->tree, reading->chain.scope,
                                              script_argument(r->tree, reading->chain.call, 0),
                                              "foreignColumns", &scope));
    struct script_nodes items = {0};

    if (node_is(list, "array"))
        items = script_children(r->tree, list);
    for (size_t i = 0; i < items.count; i++)
        if (drizzle_column_of(r, scope, reading->table, items.items[i], &target, &name))
            VEC_PUSH(r->arena, &others, name);
    if (!option_parts(reading, "columns", &columns) || !target || others.count != columns.count) {
        reading->whole = false;
        return;
    }
    struct str references =
        str_printf(r->arena, STR_FMT " (" STR_FMT ")" STR_FMT, STR_ARG(target->name),
                   STR_ARG(str_join(r->arena, others.items, others.count, STR(", "))),
                   STR_ARG(called_actions(reading)));
    struct schema_column *column =
        columns.count == 1 ? schema_column_named(reading->made, columns.items[0]) : NULL;
    if (column) {
        column->references = references;
        return;
    }
    TSNode given =
        script_property(r->tree, reading->chain.scope,
                        script_argument(r->tree, reading->chain.call, 0), "name", &scope);
    name = script_text(r->tree, scope, given);
    if (!name.length)
        name = str_printf(r->arena, STR_FMT "_" STR_FMT "_" STR_FMT "_" STR_FMT "_fk",
                          STR_ARG(reading->table->bare),
                          STR_ARG(str_join(r->arena, columns.items, columns.count, STR("_"))),
                          STR_ARG(target->bare),
                          STR_ARG(str_join(r->arena, others.items, others.count, STR("_"))));
    VEC_PUSH(r->arena, &reading->made->indexes,
             (struct schema_index){.kind = SCHEMA_FOREIGN_KEY,
                                   .name = name,
                                   .parts = columns,
                                   .references = references,
                                   .place = reading->place});
}

static void read_check(struct reading *reading)
{
    struct drizzle_reader *r = reading->r;
    struct schema_index index = {
        .kind = SCHEMA_CHECK, .name = given_name(reading), .place = reading->place};
    struct str text;

    if (!drizzle_condition(r, reading->chain.scope, reading->table,
                           script_argument(r->tree, reading->chain.call, 1), &text)) {
        reading->whole = false;
        return;
    }
    VEC_PUSH(r->arena, &index.parts, text);
    VEC_PUSH(r->arena, &reading->made->indexes, index);
}

void drizzle_read_constraint(struct drizzle_reader *r, struct drizzle_table *table,
                             struct script_scope scope, TSNode item)
{
    struct reading reading = {.r = r,
                              .table = table,
                              .made =
                                  schema_table_add(r->arena, r->schema, table->name, table->place),
                              .place = {scope.file->path, node_line(item)},
                              .whole = true};
    struct str base;

    reading.whole = drizzle_chain(r, scope, item, &reading.chain);
    base = reading.chain.base;
    if (str_eq(base, STR("index")) || str_eq(base, STR("uniqueIndex")))
        read_index(&reading, str_eq(base, STR("uniqueIndex")));
    else if (str_eq(base, STR("unique")))
        read_unique(&reading);
    else if (str_eq(base, STR("primaryKey")))
        read_primary_key(&reading);
    else if (str_eq(base, STR("foreignKey")))
        read_foreign_key(&reading);
    else if (str_eq(base, STR("check")))
        read_check(&reading);
    if (!reading.whole)
        schema_unread_add(r->arena, r->schema, reading.place,
                          str_printf(r->arena, "a constraint of " STR_FMT, STR_ARG(table->name)),
                          script_whole(r->tree, scope, item));
}
