#include "readers/typeorm.h"

/* --- Options. --- */

bool typeorm_option_is(struct typeorm_reader *r, struct script_scope scope, TSNode options,
                       const char *name, enum script_constant_kind kind)
{
    struct script_scope inner;
    TSNode value = script_property(r->tree, scope, options, name, &inner);

    return !ts_node_is_null(value) && script_constant(r->tree, inner, value).kind == kind;
}

struct str typeorm_option_text(struct typeorm_reader *r, struct script_scope scope, TSNode options,
                               const char *name)
{
    struct script_scope inner;
    TSNode value = script_property(r->tree, scope, options, name, &inner);
    struct script_constant constant = {0};

    if (!ts_node_is_null(value))
        constant = script_constant(r->tree, inner, value);
    return constant.kind == SCRIPT_STRING || constant.kind == SCRIPT_NUMBER ? constant.text
                                                                            : STR_NONE;
}

const char *typeorm_deferral(struct typeorm_reader *r, struct script_scope scope, TSNode options)
{
    struct str said = typeorm_option_text(r, scope, options, "deferrable");

    return schema_deferral(said.length > 0, str_eq_nocase(said, STR("INITIALLY DEFERRED")));
}

/* --- Defaults. --- */

/* {a,b} of an array column, JSON else. */
static bool default_list(struct typeorm_reader *r, struct script_scope scope, TSNode array,
                         bool is_array, struct str *ret_text)
{
    struct strs texts;
    struct str text;

    if (!is_array) {
        if (!script_json(r->tree, scope, array, &text))
            return false;
        *ret_text = script_quoted(r->arena, text);
        return true;
    }
    if (!script_texts(r->tree, scope, array, &texts))
        return false;
    *ret_text = script_quoted(r->arena, schema_array(r->arena, &texts));
    return true;
}

/* False: there is one that cannot be read. */
static bool default_text(struct typeorm_reader *r, struct script_scope scope, TSNode value,
                         bool is_array, struct str *ret_text)
{
    TSNode bare = script_bare(value);
    struct script_constant constant = script_constant(r->tree, scope, bare);

    *ret_text = STR_NONE;
    switch (constant.kind) {
    case SCRIPT_NOTHING:
        return true;
    case SCRIPT_TRUE:
    case SCRIPT_FALSE:
    case SCRIPT_NUMBER:
        *ret_text = constant.text;
        return true;
    case SCRIPT_STRING:
        *ret_text = script_quoted(r->arena, constant.text);
        return true;
    case SCRIPT_NOT:
        break;
    }
    if (script_is_function(bare)) { /* its text is SQL */
        *ret_text = script_text(r->tree, scope, script_returned(r->tree, bare));
        return ret_text->length > 0;
    }
    struct script_thing thing = script_resolve(r->tree, scope, bare);
    if (thing.kind != SCRIPT_VALUE)
        return false;
    scope = thing.file == scope.file ? scope : (struct script_scope){.file = thing.file};
    return (node_is(thing.node, "array") || node_is(thing.node, "object")) &&
           default_list(r, scope, thing.node, is_array, ret_text);
}

static void read_default(struct typeorm_reader *r, const struct typeorm_entity *entity,
                         const struct typeorm_column *source, bool is_array,
                         struct schema_column *column)
{
    struct script_scope scope;
    TSNode value = script_property(r->tree, source->scope, source->options, "default", &scope);
    struct str kind = str_from(source->kind);

    if (!ts_node_is_null(value))
        column->unread_default = !default_text(r, scope, value, is_array, &column->default_value);
    if (ts_node_is_null(value) &&
        (str_eq(kind, STR("CreateDateColumn")) || str_eq(kind, STR("UpdateDateColumn"))))
        column->default_value = STR("now()");
    if (str_eq(source->generated, STR("uuid")) && !str_starts(kind, STR("Primary")) &&
        ts_node_is_null(value))
        column->default_value = STR("uuid_generate_v4()");
    struct str computed = typeorm_option_text(r, source->scope, source->options, "asExpression");
    if (computed.length)
        column->default_value =
            str_printf(r->arena, "GENERATED ALWAYS AS (" STR_FMT ") STORED", STR_ARG(computed));
    if (column->unread_default)
        schema_unread_add(r->arena, r->schema, source->place,
                          str_printf(r->arena, "the default of " STR_FMT "." STR_FMT,
                                     STR_ARG(typeorm_table_name(r, entity)), STR_ARG(column->name)),
                          script_whole(r->tree, scope, value));
}

/* --- Columns. --- */

void typeorm_property_add(struct typeorm_reader *r, struct typeorm_entity *entity, struct str path,
                          struct str column)
{
    for (size_t i = 0; i < entity->properties.count; i++)
        if (str_eq(entity->properties.items[i].path, path)) {
            strs_add(r->arena, &entity->properties.items[i].columns, column);
            return;
        }
    VEC_PUSH(r->arena, &entity->properties, (struct typeorm_property){.path = path});
    strs_add(r->arena, &VEC_LAST(&entity->properties).columns, column);
}

/* Options that are no object literal, or hold a spread that leads nowhere. */
static void say_options(struct typeorm_reader *r, const struct typeorm_entity *entity,
                        const struct typeorm_column *source, struct schema_column *column)
{
    struct script_properties properties;

    if (ts_node_is_null(source->options) ||
        script_properties(r->tree, source->scope, source->options, &properties))
        return;
    column->unread = !properties.count;
    schema_unread_add(r->arena, r->schema, source->place,
                      str_printf(r->arena, "the options of " STR_FMT "." STR_FMT,
                                 STR_ARG(typeorm_table_name(r, entity)), STR_ARG(column->name)),
                      script_whole(r->tree, source->scope, source->options));
}

void typeorm_column_add(struct typeorm_reader *r, struct typeorm_entity *entity,
                        const struct typeorm_column *source, struct str name, struct str path,
                        bool nullable_anyway)
{
    struct schema_column column = {.name = name, .place = source->place};
    struct str word = typeorm_written_type(r, source), kind = str_from(source->kind);
    TSNode options = source->options;
    bool is_array = typeorm_option_is(r, source->scope, options, "array", SCRIPT_TRUE);

    if (str_eq(word, STR("enum")) || str_eq(word, STR("simple-enum")))
        column.type = typeorm_enum_type(r, entity, source, name);
    else if (word.length && !script_has_unread_size(r->tree, source->scope, options))
        column.type = typeorm_full_type(r, source, word);
    else
        schema_unread_add(
            r->arena, r->schema, source->place,
            str_printf(r->arena, "the type of " STR_FMT "." STR_FMT,
                       STR_ARG(typeorm_table_name(r, entity)), STR_ARG(name)),
            script_whole(r->tree, source->scope,
                         ts_node_is_null(source->type) ? source->annotation : source->type));
    struct str collation = typeorm_option_text(r, source->scope, options, "collation");
    if (collation.length && column.type.length)
        column.type = str_printf(r->arena, STR_FMT " COLLATE \"" STR_FMT "\"", STR_ARG(column.type),
                                 STR_ARG(collation));
    if (is_array && column.type.length)
        column.type = str_printf(r->arena, STR_FMT "[]", STR_ARG(column.type));
    column.primary_key = str_starts(kind, STR("Primary")) ||
                         typeorm_option_is(r, source->scope, options, "primary", SCRIPT_TRUE);
    column.nullable = !column.primary_key &&
                      (nullable_anyway || str_eq(kind, STR("DeleteDateColumn")) ||
                       typeorm_option_is(r, source->scope, options, "nullable", SCRIPT_TRUE));
    column.unique = typeorm_option_is(r, source->scope, options, "unique", SCRIPT_TRUE);
    read_default(r, entity, source, is_array, &column);
    say_options(r, entity, source, &column);
    schema_column_put(r->arena, typeorm_table(r, entity), column);
    typeorm_property_add(r, entity, path, name);
}

/* --- Members. --- */

static const char *const column_decorators[] = {
    "Column",           "PrimaryColumn",    "PrimaryGeneratedColumn", "CreateDateColumn",
    "UpdateDateColumn", "DeleteDateColumn", "VersionColumn",          "TreeLevelColumn"};

static void read_members(struct typeorm_reader *r, struct typeorm_entity *entity,
                         const struct typeorm_members *members, const struct strs *prefixes,
                         struct str path, bool nullable);

/* @Column(() => Name, { prefix: "x" }): the columns of that class, under a prefix. */
static void read_embedded(struct typeorm_reader *r, struct typeorm_entity *entity,
                          const struct typeorm_member *member,
                          const struct typeorm_decorator *decorator, const struct strs *prefixes,
                          struct str path)
{
    TSNode class = script_returned(r->tree, script_argument(r->tree, decorator->call, 0));
    TSNode options = script_argument(r->tree, decorator->call, 1);
    struct script_thing thing = script_resolve(r->tree, decorator->scope, class);
    struct script_scope scope;
    TSNode given = script_property(r->tree, decorator->scope, options, "prefix", &scope);
    struct script_constant prefix = script_constant(r->tree, scope, given);
    struct typeorm_entity inner = {.file = thing.file, .node = thing.node, .table = entity->table};
    struct strs deeper = {0};

    if (thing.kind != SCRIPT_DECLARATION || !script_enter(r->tree)) {
        typeorm_table(r, entity)->partial = true;
        schema_unread_add(r->arena, r->schema, member->place,
                          str_printf(r->arena, "the columns of " STR_FMT "." STR_FMT,
                                     STR_ARG(entity->name), STR_ARG(member->name)),
                          script_source(decorator->scope.file, class));
        return;
    }
    for (size_t i = 0; i < prefixes->count; i++)
        VEC_PUSH(r->arena, &deeper, prefixes->items[i]);
    if (prefix.kind == SCRIPT_STRING ? prefix.text.length > 0 : prefix.kind != SCRIPT_FALSE)
        VEC_PUSH(r->arena, &deeper, prefix.kind == SCRIPT_STRING ? prefix.text : member->name);
    typeorm_members_of(r, &inner, thing.file, thing.node);
    read_members(r, entity, &inner.members, &deeper, path, member->child);
    script_leave(r->tree);
}

static void read_column(struct typeorm_reader *r, struct typeorm_entity *entity,
                        const struct typeorm_member *member,
                        const struct typeorm_decorator *decorator, const char *kind,
                        const struct strs *prefixes, struct str path, bool nullable)
{
    const struct typeorm_decorator *generated =
        typeorm_decorator_named(&member->decorators, "Generated");
    TSNode first = script_argument(r->tree, decorator->call, 0);
    struct typeorm_column source = {.scope = decorator->scope,
                                    .options = first,
                                    .annotation = member->annotation,
                                    .annotation_file = member->file,
                                    .value = member->value,
                                    .kind = kind,
                                    .place = member->place};
    struct str word = script_text(r->tree, decorator->scope, first);
    bool strategy = str_starts(str_from(kind), STR("PrimaryGenerated"));

    if (word.length || (node_is(script_bare(first), "identifier") &&
                        typeorm_word_of_name(script_source(decorator->scope.file, first)).length)) {
        source.type = strategy ? node_null() : first;
        source.options = script_argument(r->tree, decorator->call, 1);
    } else {
        source.type = node_null();
    }
    if (strategy)
        source.generated = word.length ? word : STR("increment");
    else if (generated)
        source.generated = ts_node_is_null(script_argument(r->tree, generated->call, 0))
                               ? STR("increment")
                               : script_text(r->tree, generated->scope,
                                             script_argument(r->tree, generated->call, 0));
    else
        source.generated = typeorm_option_text(r, source.scope, source.options, "generated");
    struct str custom = typeorm_option_text(r, source.scope, source.options, "name");
    typeorm_column_add(r, entity, &source, typeorm_column_name(r, member->name, custom, prefixes),
                       path, nullable || member->child);
}

static void read_members(struct typeorm_reader *r, struct typeorm_entity *entity,
                         const struct typeorm_members *members, const struct strs *prefixes,
                         struct str path, bool nullable)
{
    for (size_t i = 0; i < members->count; i++) {
        const struct typeorm_member *member = &members->items[i];
        struct str inner = path.length ? str_printf(r->arena, STR_FMT "." STR_FMT, STR_ARG(path),
                                                    STR_ARG(member->name))
                                       : member->name;
        typeorm_say_unknown(r, &member->decorators, member->place,
                            str_printf(r->arena, STR_FMT "." STR_FMT, STR_ARG(entity->name),
                                       STR_ARG(member->name)));
        for (size_t j = 0; j < COUNT_OF(column_decorators); j++) {
            const struct typeorm_decorator *decorator =
                typeorm_decorator_named(&member->decorators, column_decorators[j]);
            if (!decorator)
                continue;
            TSNode first = script_bare(script_argument(r->tree, decorator->call, 0));
            if (script_is_function(first))
                read_embedded(r, entity, member, decorator, prefixes, inner);
            else
                read_column(r, entity, member, decorator, column_decorators[j], prefixes, inner,
                            nullable);
            break;
        }
    }
}

/* --- EntitySchema. --- */

static void read_object_columns(struct typeorm_reader *r, struct typeorm_entity *entity)
{
    struct script_properties columns;
    struct script_scope scope;
    struct strs none = {0};
    TSNode object = script_property(r->tree, entity->scope, entity->node, "columns", &scope);

    if (ts_node_is_null(object))
        return;
    if (!script_properties(r->tree, scope, object, &columns)) {
        typeorm_table(r, entity)->partial = true;
        schema_unread_add(r->arena, r->schema, entity->place,
                          str_printf(r->arena, "some columns of " STR_FMT, STR_ARG(entity->name)),
                          script_source(scope.file, object));
    }
    for (size_t i = 0; i < columns.count; i++) {
        const struct script_property *property = &columns.items[i];
        struct script_thing thing = script_resolve(r->tree, property->scope, property->value);
        struct typeorm_column source = {.scope = property->scope,
                                        .type = node_null(),
                                        .options = property->value,
                                        .annotation = node_null(),
                                        .value = node_null(),
                                        .kind = "Column",
                                        .place = {property->scope.file->path, property->line}};
        if (thing.kind == SCRIPT_VALUE && thing.file != property->scope.file) {
            source.scope = (struct script_scope){.file = thing.file};
            source.options = thing.node;
        }
        source.annotation_file = source.scope.file;
        if (typeorm_option_is(r, source.scope, source.options, "createDate", SCRIPT_TRUE))
            source.kind = "CreateDateColumn";
        if (typeorm_option_is(r, source.scope, source.options, "updateDate", SCRIPT_TRUE))
            source.kind = "UpdateDateColumn";
        if (typeorm_option_is(r, source.scope, source.options, "deleteDate", SCRIPT_TRUE))
            source.kind = "DeleteDateColumn";
        if (typeorm_option_is(r, source.scope, source.options, "version", SCRIPT_TRUE))
            source.kind = "VersionColumn";
        source.generated = typeorm_option_text(r, source.scope, source.options, "generated");
        struct str custom = typeorm_option_text(r, source.scope, source.options, "name");
        typeorm_column_add(r, entity, &source,
                           typeorm_column_name(r, property->name, custom, &none), property->name,
                           false);
    }
}

/* --- What decorators of the class add. --- */

static void add_fixed(struct typeorm_reader *r, struct typeorm_entity *entity, const char *name,
                      const char *type, const char *default_value, bool nullable)
{
    schema_column_put(r->arena, typeorm_table(r, entity),
                      (struct schema_column){.name = str_from(name),
                                             .type = str_from(type),
                                             .default_value = str_from(default_value),
                                             .nullable = nullable,
                                             .place = entity->place});
    typeorm_property_add(r, entity, str_from(name), str_from(name));
}

static void read_class_columns(struct typeorm_reader *r, struct typeorm_entity *entity)
{
    const struct typeorm_decorator *tree = typeorm_decorator_named(&entity->decorators, "Tree");
    const struct typeorm_decorator *inheritance =
        typeorm_decorator_named(&entity->decorators, "TableInheritance");
    struct str kind =
        tree ? script_text(r->tree, tree->scope, script_argument(r->tree, tree->call, 0))
             : STR_NONE;

    if (str_eq(kind, STR("materialized-path")))
        add_fixed(r, entity, "mpath", "VARCHAR", "''", true);
    if (str_eq(kind, STR("nested-set"))) {
        add_fixed(r, entity, "nsleft", "INTEGER", "1", false);
        add_fixed(r, entity, "nsright", "INTEGER", "2", false);
    }
    if (!inheritance || entity->is_child)
        return;
    struct script_scope scope;
    TSNode options = script_argument(r->tree, inheritance->call, 0);
    TSNode column = script_property(r->tree, inheritance->scope, options, "column", &scope);
    struct str name = script_text(r->tree, scope, column);
    bool object = !name.length && !ts_node_is_null(column);
    if (object)
        name = typeorm_option_text(r, scope, column, "name");
    name = name.length ? name : STR("type");
    for (size_t i = 0; i < entity->properties.count; i++)
        if (str_eq(entity->properties.items[i].path, name))
            return;
    struct typeorm_column source = {.scope = scope,
                                    .type = node_null(),
                                    .options = object ? column : node_null(),
                                    .annotation = node_null(),
                                    .annotation_file = scope.file,
                                    .value = node_null(),
                                    .kind = "Column",
                                    .place = entity->place};
    if (object && !ts_node_is_null(script_property(r->tree, scope, column, "type", &scope)))
        typeorm_column_add(r, entity, &source, name, name, false);
    else
        add_fixed(r, entity, str_c(r->arena, name), "VARCHAR", NULL, false);
}

void typeorm_read_columns(struct typeorm_reader *r, struct typeorm_entity *entity)
{
    struct strs none = {0};

    if (entity->columns_read)
        return;
    entity->columns_read = true;
    (void)typeorm_table(r, entity);
    if (entity->is_object) {
        read_object_columns(r, entity);
        return;
    }
    typeorm_members_of(r, entity, entity->file, entity->node);
    if (entity->foreign_base.length) {
        typeorm_table(r, entity)->partial = true;
        schema_unread_add(
            r->arena, r->schema, entity->place,
            str_printf(r->arena, "the columns that " STR_FMT " inherits", STR_ARG(entity->name)),
            entity->foreign_base);
    }
    read_members(r, entity, &entity->members, &none, STR_NONE, false);
    read_class_columns(r, entity);
}
