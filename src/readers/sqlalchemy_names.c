/* sqlalchemy_names.c -- what indexes and constraints are called: MetaData(naming_convention=…), and without one. */
#include "readers/sqlalchemy.h"

/* --- Whose it is. --- */

static struct str owner_at(struct sa_reader *r, const struct python_file *file, TSNode node)
{
    return str_printf(r->arena, STR_FMT " %u", STR_ARG(file->path), ts_node_start_byte(node));
}

/* `metadata` of `metadata.naming_convention`; null: it is no such attribute. */
static TSNode metadata_of_convention(struct python_scope scope, TSNode node)
{
    return node_is(node, "attribute") && sa_is(node_source(scope.file, node), "naming_convention")
               ? node_field(node, "object")
               : node_null();
}

#define ALIASES_MAX 4u

/* What a name is bound to, of this file or of the one that it is imported from; null: it is something else. */
static TSNode bound_value(struct sa_reader *r, struct python_scope *scope, TSNode name)
{
    const struct python_binding *binding =
        python_binding_in(r->tree, scope->file, node_null(), node_source(scope->file, name));
    struct python_file *file = scope->file;

    if (binding && binding->kind == BINDING_IMPORT && binding->member.length) {
        file = python_module_file(r->tree, scope->file, binding->module);
        binding = file ? python_binding_in(r->tree, file, node_null(), binding->member) : NULL;
    }
    if (!binding || binding->kind != BINDING_VALUE)
        return node_null();
    *scope = (struct python_scope){.file = file};
    return node_bare(binding->node);
}

TSNode sa_metadata_meant(struct sa_reader *r, struct python_scope *scope, TSNode node)
{
    for (size_t i = 0; i < ALIASES_MAX && node_is(node, "identifier"); i++) {
        struct python_scope there = *scope;
        TSNode value = bound_value(r, &there, node);
        if (!node_is(value, "attribute") && !node_is(value, "identifier"))
            break;
        node = value;
        *scope = there;
    }
    return node;
}

/* Where the metadata is made, or the class or object that has it: Base.metadata, db.Model.metadata, and other names for them. */
static struct str metadata_owner(struct sa_reader *r, struct python_scope scope, TSNode object)
{
    object = sa_metadata_meant(r, &scope, object);
    while (node_is(object, "attribute") && /* db.Model.metadata */
           (sa_is(node_source(scope.file, object), "metadata") ||
            sa_is(node_source(scope.file, object), "Model")))
        object = node_field(object, "object");
    struct python_thing thing = python_resolve(r->tree, scope, object);
    if (sa_is(thing.dotted, "SQLModel"))
        return STR("SQLModel");
    return thing.file && !ts_node_is_null(thing.node) ? owner_at(r, thing.file, thing.node)
                                                      : STR_NONE;
}

/* NAMES.update(…), NAMES["ix"] = …: the dictionary itself. */
static struct str dictionary_owner(struct sa_reader *r, struct python_scope scope, TSNode object)
{
    struct python_thing thing = python_resolve(r->tree, scope, object);

    return thing.file && !ts_node_is_null(thing.node) &&
                   (node_is(thing.node, "dictionary") || node_is(thing.node, "call"))
               ? owner_at(r, thing.file, thing.node)
               : STR_NONE;
}

/* The dictionary of a statement that adds to one; null: it does not. Patterns of names have `%(` in them. */
static TSNode added_to(struct sa_reader *r, struct python_scope scope, TSNode statement,
                       struct sa_convention *made)
{
    TSNode left = node_field(statement, "left"), function = node_field(statement, "function");

    if (!str_contains(node_source(scope.file, statement), STR("%(")))
        return node_null();
    made->adds = true;
    if (node_is(statement, "assignment") && node_is(left, "subscript")) {
        made->key = python_constant(r->tree, scope, node_field(left, "subscript")).text;
        made->map = node_bare(node_field(statement, "right"));
        return made->key.length ? node_field(left, "value") : node_null();
    }
    made->map = statement;
    return node_is(statement, "call") && node_is(function, "attribute") &&
                   str_eq(node_source(scope.file, node_field(function, "attribute")), STR("update"))
               ? node_field(function, "object")
               : node_null();
}

bool sa_convention_note(struct sa_reader *r, struct python_scope scope, TSNode statement)
{
    struct sa_convention made = {.scope = scope};
    TSNode object = node_is(statement, "assignment")
                        ? metadata_of_convention(scope, node_field(statement, "left"))
                        : node_null();

    if (!ts_node_is_null(object)) {
        made.map = node_bare(node_field(statement, "right"));
        made.owner = metadata_owner(r, scope, object);
    } else {
        TSNode dictionary = added_to(r, scope, statement, &made);
        if (ts_node_is_null(dictionary))
            return false;
        object = metadata_of_convention(scope, dictionary);
        made.owner = ts_node_is_null(object) ? dictionary_owner(r, scope, dictionary)
                                             : metadata_owner(r, scope, object);
    }
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

bool sa_has_convention(struct sa_reader *r, const struct sa_class *class)
{
    for (size_t i = 0; r->has_conventions && i < r->conventions.count; i++)
        if (is_owner(r, class, r->conventions.items[i].owner))
            return true;
    return !ts_node_is_null(class->metadata);
}

/* --- What it says. --- */

static struct str said_in(struct sa_reader *r, const struct sa_convention *made, const char *key)
{
    struct python_scope scope = made->scope;
    TSNode value = made->map;

    if (made->key.length && !str_eq(made->key, str_from(key)))
        return STR_NONE;
    if (!made->key.length)
        value = python_dictionary_value(r->tree, made->scope, made->map, key, &scope);
    return ts_node_is_null(value) ? STR_NONE : python_constant(r->tree, scope, value).text;
}

/* What a map says, and what was added to the dictionary that it names. */
static struct str said_by(struct sa_reader *r, const struct sa_convention *made, const char *key)
{
    struct python_thing thing = {.kind = THING_UNKNOWN};

    if (!made->key.length && (node_is(made->map, "identifier") || node_is(made->map, "attribute")))
        thing = python_resolve(r->tree, made->scope, made->map);
    struct str owner = r->has_conventions && thing.file && !ts_node_is_null(thing.node)
                           ? owner_at(r, thing.file, thing.node)
                           : STR_NONE;
    for (size_t i = r->conventions.count; owner.length && i > 0; i--) {
        const struct sa_convention *later = &r->conventions.items[i - 1];
        struct str said =
            str_eq(later->owner, owner) && later->adds ? said_in(r, later, key) : STR_NONE;
        if (said.length)
            return said;
    }
    return said_in(r, made, key);
}

/* The map that is assigned last counts, and what is added to it. */
static struct str convention(struct sa_reader *r, const struct sa_class *class, const char *key)
{
    for (size_t i = r->conventions.count; class && r->has_conventions && i > 0; i--) {
        const struct sa_convention *made = &r->conventions.items[i - 1];
        struct str said = is_owner(r, class, made->owner) ? said_by(r, made, key) : STR_NONE;
        if (said.length || (is_owner(r, class, made->owner) && !made->adds))
            return said;
    }
    if (!class || ts_node_is_null(class->metadata))
        return STR_NONE;
    const struct sa_convention given = {
        .scope = class->metadata_scope,
        .map = call_keyword(class->metadata_scope.file, class->metadata, "naming_convention")};
    return ts_node_is_null(given.map) ? STR_NONE : said_by(r, &given, key);
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
