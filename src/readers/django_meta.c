#include <md5.h>

#include "readers/django.h"

#define LISTS_DEPTH_MAX 6u

static TSNode meta_in(struct django_reader *r, struct python_file *file, TSNode class,
                      const char *name, size_t depth, struct python_scope *ret_scope)
{
    TSNode body = node_field(class, "body");
    const struct python_binding *binding = python_binding_in(r->tree, file, body, str_from(name));

    if (binding && binding->kind == BINDING_VALUE) {
        *ret_scope = (struct python_scope){.file = file, .body = body};
        return node_bare(binding->node);
    }
    TSNode bases = node_field(class, "superclasses");
    for (uint32_t i = 0;
         depth < 6 && !ts_node_is_null(bases) && i < ts_node_named_child_count(bases); i++) {
        struct python_thing base = python_resolve(r->tree, (struct python_scope){.file = file},
                                                  ts_node_named_child(bases, i));
        TSNode found = base.kind == THING_CLASS
                           ? meta_in(r, base.file, base.node, name, depth + 1, ret_scope)
                           : node_null();
        if (!ts_node_is_null(found))
            return found;
    }
    return node_null();
}

TSNode django_meta(struct django_reader *r, const struct django_model *model, const char *name,
                   struct python_scope *ret_scope)
{
    bool own_only = str_eq(str_from(name), STR("abstract")) || str_eq(str_from(name), STR("proxy"));

    for (size_t i = 0; i < model->order_count; i++) {
        const struct python_binding *meta = python_binding_in(
            r->tree, model->order[i].file, node_field(model->order[i].node, "body"), STR("Meta"));
        if (!meta || meta->kind != BINDING_CLASS)
            continue;
        if (own_only && i > 0) /* `abstract` is not inherited */
            return node_null();
        TSNode found =
            meta_in(r, model->order[i].file, meta->node, name, own_only ? 9 : 0, ret_scope);
        if (!ts_node_is_null(found) && ret_scope->file == model->order[i].file)
            ret_scope->bound = model->order[i].bound;
        return found;
    }
    return node_null();
}

static struct str digest(struct arena *arena, const struct strs *parts, size_t length)
{
    char hex[MD5_DIGEST_STRING_LENGTH];
    MD5_CTX context;

    MD5Init(&context);
    for (size_t i = 0; i < parts->count; i++)
        MD5Update(&context, (const uint8_t *)parts->items[i].bytes, parts->items[i].length);
    MD5End(&context, hex);
    return str_copy(arena, str_of(hex, length));
}

struct str django_index_name(struct arena *arena, struct str table, const struct strs *columns,
                             struct str suffix)
{
    struct strs parts = {0};

    table = dotted_last(table); /* split_identifier */
    VEC_PUSH(arena, &parts, table);
    for (size_t i = 0; i < columns->count; i++)
        VEC_PUSH(arena, &parts, columns->items[i]);
    struct str end =
        str_printf(arena, STR_FMT STR_FMT, STR_ARG(digest(arena, &parts, 8)), STR_ARG(suffix));
    struct str joined = str_join(arena, columns->items, columns->count, STR("_"));
    struct str name = str_printf(arena, STR_FMT "_" STR_FMT "_" STR_FMT, STR_ARG(table),
                                 STR_ARG(joined), STR_ARG(end));
    if (name.length <= 63)
        return name;
    size_t other = (63 - end.length) / 2 - 1;
    return str_printf(arena, STR_FMT "_" STR_FMT "_" STR_FMT, STR_ARG(str_prefix(table, other)),
                      STR_ARG(str_prefix(joined, other)), STR_ARG(end));
}

/* ["a", "-b"] → parts "a", "b DESC"; `ordered` keeps the minus for the name. */
static bool names_of(struct django_reader *r, struct python_scope scope, TSNode list,
                     const struct django_fields *fields, struct strs *columns, struct strs *ordered)
{
    struct python_constants names = {0};

    if (!django_values_of(r, scope, list, &names))
        return false;
    for (size_t i = 0; i < names.count; i++) {
        struct python_constant name = names.items[i];
        if (name.kind != CONSTANT_STRING)
            return false;
        bool down = str_starts(name.text, STR("-"));
        struct str column = django_column_of(fields, str_from_offset(name.text, down));
        VEC_PUSH(r->arena, columns,
                 down ? str_printf(r->arena, STR_FMT " DESC", STR_ARG(column)) : column);
        VEC_PUSH(r->arena, ordered,
                 down ? str_printf(r->arena, "-" STR_FMT, STR_ARG(column)) : column);
    }
    return columns->count > 0;
}

/* Index.set_name_with_model */
static struct str short_name(struct arena *arena, struct str table, const struct strs *ordered)
{
    struct strs parts = {0};

    table = dotted_last(table);
    VEC_PUSH(arena, &parts, table);
    for (size_t i = 0; i < ordered->count; i++)
        VEC_PUSH(arena, &parts, ordered->items[i]);
    VEC_PUSH(arena, &parts, STR("idx"));
    struct str first = ordered->count ? ordered->items[0] : STR_NONE;
    if (str_starts(first, STR("-")))
        first = str_from_offset(first, 1);
    return str_printf(arena, STR_FMT "_" STR_FMT "_" STR_FMT "_idx", STR_ARG(str_prefix(table, 11)),
                      STR_ARG(str_prefix(first, 7)), STR_ARG(digest(arena, &parts, 6)));
}

/* Options._format_names_with_class: "%(app_label)s_%(class)s_name" */
static struct str of_class(struct arena *arena, const struct django_model *model, struct str name)
{
    const struct {
        struct str word, value;
    } words[] = {{STR("%(app_label)s"), str_lower(arena, model->app)},
                 {STR("%(class)s"), str_lower(arena, model->name)}};

    for (size_t i = 0; i < COUNT_OF(words); i++)
        for (size_t at; (at = str_find(name, words[i].word)) != SIZE_MAX;)
            name = str_printf(arena, STR_FMT STR_FMT STR_FMT, STR_ARG(str_prefix(name, at)),
                              STR_ARG(words[i].value),
                              STR_ARG(str_from_offset(name, at + words[i].word.length)));
    return name;
}

static void unread(struct django_reader *r, struct python_scope scope, TSNode node,
                   const struct schema_table *table)
{
    schema_unread_add(
        r->arena, r->schema,
        (struct schema_place){.file = scope.file->path, .line = node_line(node)},
        str_printf(r->arena, "an index or a constraint of table " STR_FMT, STR_ARG(table->name)),
        python_whole(r->tree, scope, node));
}

/* django.contrib.postgres.indexes */
static struct str method_of(struct str kind)
{
    static const struct {
        const char *kind, *method;
    } methods[] = {{"GinIndex", "gin"},       {"GistIndex", "gist"},      {"BrinIndex", "brin"},
                   {"SpGistIndex", "spgist"}, {"HashIndex", "hash"},      {"BloomIndex", "bloom"},
                   {"HnswIndex", "hnsw"},     {"IvfflatIndex", "ivfflat"}}; /* pgvector */

    for (size_t i = 0; i < COUNT_OF(methods); i++)
        if (str_eq(kind, str_from(methods[i].kind)))
            return str_from(methods[i].method);
    return STR_NONE;
}

/* deferrable=Deferrable.DEFERRED */
static const char *deferral(struct django_reader *r, struct python_scope scope, TSNode call)
{
    struct str named =
        dotted_last(python_foreign(r->tree, scope, call_keyword(scope.file, call, "deferrable")));

    return schema_deferral(str_eq(named, STR("IMMEDIATE")), str_eq(named, STR("DEFERRED")));
}

/* include=["name"], nulls_distinct=False, deferrable=… */
static bool read_extra(struct django_reader *r, struct python_scope scope, TSNode call,
                       const struct django_fields *fields, struct schema_index *index)
{
    TSNode include = call_keyword(scope.file, call, "include");
    struct strs columns = {0}, ordered = {0};

    if (node_is(call_keyword(scope.file, call, "nulls_distinct"), "false"))
        index->extra = STR("NULLS NOT DISTINCT");
    schema_index_defer(r->arena, index, deferral(r, scope, call));
    if (ts_node_is_null(include))
        return true;
    if (!names_of(r, scope, include, fields, &columns, &ordered))
        return false;
    index->extra = str_printf(r->arena, "INCLUDE (" STR_FMT ")%s" STR_FMT,
                              STR_ARG(str_join(r->arena, columns.items, columns.count, STR(", "))),
                              index->extra.length ? " " : "", STR_ARG(index->extra));
    return true;
}

/* opclasses=["jsonb_path_ops"]: one a column */
static bool read_classes(struct django_reader *r, struct python_scope scope, TSNode call,
                         struct schema_index *index)
{
    TSNode list = node_bare(call_keyword(scope.file, call, "opclasses"));
    size_t at = 0;

    if (ts_node_is_null(list))
        return true;
    if (!node_is(list, "list") && !node_is(list, "tuple"))
        return false;
    for (uint32_t i = 0; i < ts_node_named_child_count(list); i++) {
        TSNode item = ts_node_named_child(list, i);
        if (node_is(item, "comment"))
            continue;
        struct python_constant class = python_constant(r->tree, scope, item);
        if (class.kind != CONSTANT_STRING || at == index->parts.count)
            return false;
        struct str *part = &index->parts.items[at++];
        bool down = str_ends(*part, STR(" DESC"));
        struct str column = str_prefix(*part, part->length - (down ? STR(" DESC").length : 0));
        if (class.text.length)
            *part = str_printf(r->arena, STR_FMT " " STR_FMT "%s", STR_ARG(column),
                               STR_ARG(class.text), down ? " DESC" : "");
    }
    return true;
}

/* RangeOperators.OVERLAPS, "&&" */
static struct str range_sign(struct django_reader *r, struct python_scope scope, TSNode node)
{
    static const struct {
        const char *name, *sign;
    } signs[] = {{"EQUAL", "="},         {"NOT_EQUAL", "<>"}, {"CONTAINS", "@>"},
                 {"CONTAINED_BY", "<@"}, {"OVERLAPS", "&&"},  {"FULLY_LT", "<<"},
                 {"FULLY_GT", ">>"},     {"NOT_LT", "&>"},    {"NOT_GT", "&<"},
                 {"ADJACENT_TO", "-|-"}};
    struct python_constant written = python_constant(r->tree, scope, node);

    if (written.kind == CONSTANT_STRING)
        return written.text;
    struct str name = dotted_last(python_foreign(r->tree, scope, node));
    for (size_t i = 0; i < COUNT_OF(signs); i++)
        if (str_eq(name, str_from(signs[i].name)))
            return str_from(signs[i].sign);
    return STR_NONE;
}

/* ExclusionConstraint(name=…, expressions=[("span", RangeOperators.OVERLAPS), …]) */
static bool read_exclusion(struct django_reader *r, struct python_scope scope, TSNode call,
                           const struct django_fields *fields, struct schema_index *index)
{
    TSNode list = node_bare(call_keyword(scope.file, call, "expressions"));
    struct python_constant method =
        python_constant(r->tree, scope, call_keyword(scope.file, call, "index_type"));

    index->kind = SCHEMA_EXCLUDE;
    index->method = method.kind == CONSTANT_STRING ? str_lower(r->arena, method.text) : STR("gist");
    if (!node_is(list, "list") && !node_is(list, "tuple"))
        return false;
    for (uint32_t i = 0; i < ts_node_named_child_count(list); i++) {
        TSNode pair = node_bare(ts_node_named_child(list, i));
        struct str text;
        if (node_is(pair, "comment"))
            continue;
        if ((!node_is(pair, "tuple") && !node_is(pair, "list")) ||
            ts_node_named_child_count(pair) != 2)
            return false;
        struct str sign = range_sign(r, scope, ts_node_named_child(pair, 1));
        TSNode element = ts_node_named_child(pair, 0);
        if (!django_expression(r, scope, element, fields, &text))
            text = django_words(r, scope, element);
        if (!sign.length)
            return false;
        VEC_PUSH(r->arena, &index->parts,
                 str_printf(r->arena, STR_FMT " WITH " STR_FMT, STR_ARG(text), STR_ARG(sign)));
    }
    return index->parts.count > 0 && index->name.length > 0;
}

static bool read_item(struct django_reader *r, struct python_scope scope, TSNode call,
                      const struct django_fields *fields, struct schema_table *table,
                      struct schema_index *index)
{
    struct strs ordered = {0};
    struct str kind = dotted_last(python_foreign(r->tree, scope, node_field(call, "function")));
    TSNode list = call_keyword(scope.file, call, "fields");
    TSNode condition = call_keyword(scope.file, call, "condition");
    struct python_constant name =
        python_constant(r->tree, scope, call_keyword(scope.file, call, "name"));

    index->name = name.kind == CONSTANT_STRING ? name.text : STR_NONE;
    if (str_eq(kind, STR("CheckConstraint"))) {
        TSNode check = call_keyword(scope.file, call, "check");
        index->kind = SCHEMA_CHECK;
        check = ts_node_is_null(check) ? condition : check;
        if (ts_node_is_null(check))
            return false;
        struct str text;
        if (!django_condition(r, scope, check, fields, &text))
            text = django_words(r, scope, check);
        strs_add(r->arena, &index->parts, text);
        return index->name.length > 0;
    }
    if (!ts_node_is_null(condition) &&
        !django_condition(r, scope, condition, fields, &index->condition))
        index->condition = django_words(r, scope, condition);
    if (!read_extra(r, scope, call, fields, index))
        return false;
    if (str_eq(kind, STR("ExclusionConstraint")))
        return read_exclusion(r, scope, call, fields, index);
    /* Only columns, all of them, make a constraint; the rest is an index. */
    if (str_eq(kind, STR("UniqueConstraint")))
        index->kind = index->condition.length || str_starts(index->extra, STR("INCLUDE")) ||
                              ts_node_is_null(list) ||
                              !ts_node_is_null(call_keyword(scope.file, call, "opclasses"))
                          ? SCHEMA_UNIQUE_INDEX
                          : SCHEMA_UNIQUE;
    else if (!str_ends(kind, STR("Index")))
        return false;
    index->method = method_of(kind);
    if (ts_node_is_null(list)) { /* expressions */
        for (size_t i = 0; i < call_positional_count(call); i++) {
            struct str text;
            if (!django_expression(r, scope, call_positional(call, i), fields, &text))
                text = django_words(r, scope, call_positional(call, i));
            VEC_PUSH(r->arena, &index->parts, text);
        }
        return index->parts.count > 0 && index->name.length > 0;
    }
    if (!names_of(r, scope, list, fields, &index->parts, &ordered))
        return false;
    if (!index->name.length)
        index->name = short_name(r->arena, table->name, &ordered);
    return read_classes(r, scope, call, index);
}

static void read_listed(struct django_reader *r, const struct django_model *model,
                        struct python_scope scope, TSNode item, const struct django_fields *fields,
                        struct schema_table *table)
{
    struct schema_index index = {.place = {.file = scope.file->path, .line = node_line(item)}};

    if (!node_is(item, "call") || !read_item(r, scope, item, fields, table, &index)) {
        unread(r, scope, item, table);
        return;
    }
    index.name = of_class(r->arena, model, index.name);
    VEC_PUSH(r->arena, &table->indexes, index);
}

/* [UniqueConstraint(fields=[name], name=f"unique_{name}") for name in ("email", "phone")]: one for each */
static bool read_comprehension(struct django_reader *r, const struct django_model *model,
                               struct python_scope scope, TSNode list,
                               const struct django_fields *fields, struct schema_table *table)
{
    TSNode clause = ts_node_named_child(list, 1), target = node_null();
    struct python_constants values = {0};

    if (ts_node_named_child_count(list) == 2 && node_is(clause, "for_in_clause"))
        target = node_field(clause, "left");
    if (!node_is(target, "identifier") ||
        !django_values_of(r, scope, node_field(clause, "right"), &values))
        return false;
    for (size_t i = 0; i < values.count; i++)
        if (values.items[i].kind != CONSTANT_STRING)
            return false;
    for (size_t i = 0; i < values.count; i++) {
        struct python_bound *bound = ARENA_NEW(r->arena, struct python_bound);
        struct python_scope inside = scope;
        *bound = (struct python_bound){.name = node_source(scope.file, target),
                                       .text = values.items[i].text,
                                       .outer = scope.bound};
        inside.bound = bound;
        read_listed(r, model, inside, node_field(list, "body"), fields, table);
    }
    return true;
}

/* A list of them, `Base.Meta.indexes + […]`, `[*Base.Meta.indexes, …]`, the name of a list. */
static void read_list(struct django_reader *r, const struct django_model *model,
                      struct python_scope scope, TSNode list, const struct django_fields *fields,
                      struct schema_table *table, size_t depth)
{
    list = node_bare(list);
    if (depth < LISTS_DEPTH_MAX && node_is(list, "binary_operator") &&
        str_eq(node_source(scope.file, node_field(list, "operator")), STR("+"))) {
        read_list(r, model, scope, node_field(list, "left"), fields, table, depth + 1);
        read_list(r, model, scope, node_field(list, "right"), fields, table, depth + 1);
        return;
    }
    if (depth < LISTS_DEPTH_MAX && (node_is(list, "identifier") || node_is(list, "attribute"))) {
        struct python_thing thing = python_resolve(r->tree, scope, list);
        struct python_scope in = {.file = thing.file, .body = thing.scope};
        if (thing.kind == THING_VALUE && !ts_node_eq(thing.node, list)) {
            read_list(r, model, in, thing.node, fields, table, depth + 1);
            return;
        }
    }
    if (node_is(list, "list_comprehension") &&
        read_comprehension(r, model, scope, list, fields, table))
        return;
    if (!node_is(list, "list") && !node_is(list, "tuple")) {
        unread(r, scope, list, table);
        return;
    }
    for (uint32_t i = 0; i < ts_node_named_child_count(list); i++) {
        TSNode item = ts_node_named_child(list, i), spread = node_spread(item);
        if (!ts_node_is_null(spread) && depth < LISTS_DEPTH_MAX)
            read_list(r, model, scope, spread, fields, table, depth + 1);
        else if (!node_is(item, "comment"))
            read_listed(r, model, scope, item, fields, table);
    }
}

/* `indexes.extend([…])`, `indexes.append(…)`, `indexes += […]` below the list, in the body of Meta. */
static void read_additions(struct django_reader *r, const struct django_model *model,
                           struct python_scope scope, struct str name,
                           const struct django_fields *fields, struct schema_table *table)
{
    for (uint32_t i = 0; i < ts_node_named_child_count(scope.body); i++) {
        TSNode node = ts_node_named_child(ts_node_named_child(scope.body, i), 0);
        TSNode called = node_field(node, "function");
        if (node_is(node, "augmented_assignment") &&
            str_eq(node_source(scope.file, node_field(node, "left")), name))
            read_list(r, model, scope, node_field(node, "right"), fields, table, 0);
        if (!node_is(node, "call") || !node_is(called, "attribute") ||
            !str_eq(node_source(scope.file, node_field(called, "object")), name))
            continue;
        if (str_eq(node_source(scope.file, node_field(called, "attribute")), STR("extend")))
            read_list(r, model, scope, call_positional(node, 0), fields, table, 0);
        else if (str_eq(node_source(scope.file, node_field(called, "attribute")), STR("append")))
            read_listed(r, model, scope, call_positional(node, 0), fields, table);
        else
            unread(r, scope, node, table);
    }
}

static void read_items(struct django_reader *r, const struct django_model *model, const char *name,
                       const struct django_fields *fields, struct schema_table *table)
{
    struct python_scope scope = {0};
    TSNode list = django_meta(r, model, name, &scope);

    if (ts_node_is_null(list) || !scope.file)
        return;
    read_list(r, model, scope, list, fields, table, 0);
    read_additions(r, model, scope, str_from(name), fields, table);
}

struct together {
    bool unique;
    const struct django_fields *fields;
    struct schema_table *table;
};

/* ("a", "b"), (("a", "b"), …), Base.Meta.unique_together + […] */
static void read_together(struct django_reader *r, const struct together *together,
                          struct python_scope scope, TSNode list, size_t depth)
{
    struct strs columns = {0}, ordered = {0};

    list = node_bare(list);
    if (depth < LISTS_DEPTH_MAX && node_is(list, "binary_operator") &&
        str_eq(node_source(scope.file, node_field(list, "operator")), STR("+"))) {
        read_together(r, together, scope, node_field(list, "left"), depth + 1);
        read_together(r, together, scope, node_field(list, "right"), depth + 1);
        return;
    }
    if (depth < LISTS_DEPTH_MAX && (node_is(list, "identifier") || node_is(list, "attribute"))) {
        struct python_thing thing = python_resolve(r->tree, scope, list);
        if (thing.kind == THING_VALUE && !ts_node_eq(thing.node, list)) {
            read_together(r, together,
                          (struct python_scope){.file = thing.file, .body = thing.scope},
                          thing.node, depth + 1);
            return;
        }
    }
    TSNode first = node_null();
    for (uint32_t i = ts_node_named_child_count(list); i-- > 0;)
        if (!node_is(ts_node_named_child(list, i), "comment"))
            first = ts_node_named_child(list, i);
    bool display = node_is(list, "tuple") || node_is(list, "list") || node_is(list, "set");
    if (display && ts_node_is_null(first))
        return;
    if (display && python_constant(r->tree, scope, first).kind != CONSTANT_STRING) {
        for (uint32_t i = 0; i < ts_node_named_child_count(list); i++) {
            TSNode one = ts_node_named_child(list, i), spread = node_spread(one);
            if (!node_is(one, "comment") && depth < LISTS_DEPTH_MAX)
                read_together(r, together, scope, ts_node_is_null(spread) ? one : spread,
                              depth + 1);
        }
        return;
    }
    if (!names_of(r, scope, list, together->fields, &columns, &ordered)) {
        unread(r, scope, list, together->table);
        return;
    }
    VEC_PUSH(r->arena, &together->table->indexes,
             (struct schema_index){
                 .kind = together->unique ? SCHEMA_UNIQUE : SCHEMA_INDEX,
                 .name = django_index_name(r->arena, together->table->name, &columns,
                                           together->unique ? STR("_uniq") : STR("_idx")),
                 .parts = columns,
                 .place = {.file = scope.file->path, .line = node_line(list)}});
}

static void read_meta_together(struct django_reader *r, const struct django_model *model,
                               const char *name, const struct django_fields *fields,
                               struct schema_table *table)
{
    struct together together = {
        .unique = str_eq(str_from(name), STR("unique_together")), .fields = fields, .table = table};
    struct python_scope scope = {0};
    TSNode list = django_meta(r, model, name, &scope);

    if (!ts_node_is_null(list) && scope.file && !node_is(list, "none"))
        read_together(r, &together, scope, list, 0);
}

void django_meta_read(struct django_reader *r, const struct django_model *model,
                      const struct django_fields *fields, struct schema_table *table)
{
    read_items(r, model, "indexes", fields, table);
    read_items(r, model, "constraints", fields, table);
    read_meta_together(r, model, "unique_together", fields, table);
    read_meta_together(r, model, "index_together", fields, table);
}
