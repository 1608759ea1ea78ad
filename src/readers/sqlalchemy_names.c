/* sqlalchemy_names.c -- what indexes and constraints are called: MetaData(naming_convention=…), and without one. */
#include "readers/sqlalchemy.h"

/* --- Whose it is. --- */

static struct str owner_at(struct sa_reader *r, const struct python_file *file, TSNode node)
{
    return str_printf(r->arena, STR_FMT " %u", STR_ARG(file->path), ts_node_start_byte(node));
}

bool sa_convention_note(struct sa_reader *r, struct python_scope scope, TSNode statement)
{
    TSNode left = node_field(statement, "left"), object;

    if (!node_is(statement, "assignment") || !node_is(left, "attribute") ||
        !str_eq(node_source(scope.file, node_field(left, "attribute")), STR("naming_convention")))
        return false;
    object = node_field(left, "object");
    while (node_is(object, "attribute") && /* db.Model.metadata */
           (sa_is(node_source(scope.file, object), "metadata") ||
            sa_is(node_source(scope.file, object), "Model")))
        object = node_field(object, "object");
    struct python_thing thing = python_resolve(r->tree, scope, object);
    struct sa_convention made = {.scope = scope, .map = node_bare(node_field(statement, "right"))};
    if (sa_is(thing.dotted, "SQLModel"))
        made.owner = STR("SQLModel");
    else if (thing.file && !ts_node_is_null(thing.node))
        made.owner = owner_at(r, thing.file, thing.node);
    if (made.owner.length && !r->has_conventions)
        VEC_PUSH(r->arena, &r->conventions, made);
    return true;
}

static bool is_owner(struct sa_reader *r, const struct sa_class *class, struct str owner)
{
    if (!ts_node_is_null(class->metadata) &&
        str_eq(owner, owner_at(r, class->metadata_scope.file, class->metadata)))
        return true;
    if (!ts_node_is_null(class->base) && str_eq(owner, owner_at(r, class->base_file, class->base)))
        return true;
    for (size_t i = 0; i < class->order_count; i++)
        if (str_eq(owner, owner_at(r, class->order[i].file, class->order[i].node)))
            return true;
    return class->sqlmodel && ts_node_is_null(class->metadata) && str_eq(owner, STR("SQLModel"));
}

/* The map that is assigned last counts. */
static const struct sa_convention *assigned(struct sa_reader *r, const struct sa_class *class)
{
    for (size_t i = r->conventions.count; class && r->has_conventions && i > 0; i--)
        if (is_owner(r, class, r->conventions.items[i - 1].owner))
            return &r->conventions.items[i - 1];
    return NULL;
}

bool sa_has_convention(struct sa_reader *r, const struct sa_class *class)
{
    return !ts_node_is_null(class->metadata) || assigned(r, class);
}

/* --- What it says. --- */

static struct str convention(struct sa_reader *r, const struct sa_class *class, const char *key)
{
    const struct sa_convention *late = assigned(r, class);

    if (!late && (!class || ts_node_is_null(class->metadata)))
        return STR_NONE;
    struct python_scope scope = late ? late->scope : class->metadata_scope;
    TSNode map = late ? late->map : call_keyword(scope.file, class->metadata, "naming_convention");
    if (node_is(map, "identifier") || node_is(map, "attribute")) {
        struct python_thing thing = python_resolve(r->tree, scope, map);
        scope = (struct python_scope){.file = thing.file, .body = thing.scope};
        map = thing.kind == THING_VALUE ? thing.node : node_null();
    }
    if (node_is(map, "call") && str_eq(python_foreign(r->tree, scope, node_field(map, "function")),
                                       STR("builtins.dict"))) /* dict(ix="…") */
        return python_constant(r->tree, scope, call_keyword(scope.file, map, key)).text;
    for (uint32_t i = 0; node_is(map, "dictionary") && i < ts_node_named_child_count(map); i++) {
        TSNode pair = ts_node_named_child(map, i);
        if (!node_is(pair, "pair"))
            continue;
        struct python_constant name = python_constant(r->tree, scope, node_field(pair, "key"));
        if (name.kind == CONSTANT_STRING && str_eq(name.text, str_from(key)))
            return python_constant(r->tree, scope, node_field(pair, "value")).text;
    }
    return STR_NONE;
}

/* "column_0_N_name", "column_0N_name", "column_1_name", "column_0_label": what such a word of a naming convention stands for. */
static struct str convention_columns(struct sa_reader *r, const struct schema_table *table,
                                     const struct strs *columns, struct str word)
{
    struct str rest = str_from_offset(word, STR("column_").length);
    struct str digits = str_prefix(rest, 0), shown[CONVENTION_COLUMNS_MAX];
    bool label = str_ends(word, STR("_label"));
    size_t index = 0, count = 0;

    while (digits.length < rest.length && digits.length < 4 && rest.bytes[digits.length] >= '0' &&
           rest.bytes[digits.length] <= '9')
        index = 10 * index + (size_t)(rest.bytes[digits.length++] - '0');
    rest = str_from_offset(rest, digits.length);
    bool joined = str_starts(rest, STR("_N_")), all = joined || str_starts(rest, STR("N_"));
    for (size_t i = all ? 0 : index;
         i < columns->count && count < COUNT_OF(shown) && (all || i == index); i++)
        shown[count++] = label ? str_printf(r->arena, STR_FMT "_" STR_FMT, STR_ARG(table->name),
                                            STR_ARG(columns->items[i]))
                               : columns->items[i];
    return str_join(r->arena, shown, count, joined ? STR("_") : STR(""));
}

/* `referred`: the table that a foreign key points at; empty: it is none. */
static struct str conventional_name(struct sa_reader *r, const struct sa_class *class,
                                    const struct schema_table *table, const struct strs *columns,
                                    const char *key, struct str given, struct str referred)
{
    struct str form = convention(r, class, key), rest, table_name = dotted_last(table->name);
    struct buf buf = buf_new(r->arena, 4096);

    if (!form.length && str_eq(str_from(key), STR("ix")))
        form = STR("ix_%(column_0_label)s");
    if (given.length && !str_contains(form, STR("constraint_name")))
        return given;
    for (rest = form; rest.length;) {
        size_t at = str_find(rest, STR("%("));
        buf_add(&buf, str_prefix(rest, at));
        if (at == SIZE_MAX)
            break;
        rest = str_from_offset(rest, at + 2);
        struct str word = str_prefix(rest, str_find(rest, STR(")s")));
        rest = str_from_offset(rest, word.length + 2);
        if (str_eq(word, STR("table_name")))
            buf_add(&buf, table_name);
        else if (str_eq(word, STR("constraint_name")))
            buf_add(&buf, given);
        else if (str_eq(word, STR("referred_table_name")))
            buf_add(&buf, dotted_last(referred));
        else if (str_starts(word, STR("column_")))
            buf_add(&buf, convention_columns(r, table, columns, word));
        else
            return given;
    }
    char *bytes = str_c(r->arena, buf_str(&buf));
    for (char *at = bytes; *at; at++)
        if (*at == '.')
            *at = '_';
    return str_from(bytes);
}

struct str sa_index_name(struct sa_reader *r, const struct sa_class *class,
                         const struct schema_table *table, const struct strs *columns,
                         const char *key, struct str given)
{
    return conventional_name(r, class, table, columns, key, given, STR_NONE);
}

struct str sa_foreign_name(struct sa_reader *r, const struct sa_class *class,
                           const struct schema_table *table, const struct strs *columns,
                           struct str given, struct str referred)
{
    return conventional_name(r, class, table, columns, "fk", given, referred);
}
