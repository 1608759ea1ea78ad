#include "readers/typeorm.h"

/* One index or constraint, before its columns are looked up. */
struct wanted {
    struct str name, condition;
    struct strs paths; /* properties */
    struct str method;
    bool unique_constraint, unique;
    const char *deferral;
    struct schema_place place;
};

static bool add_columns(struct typeorm_reader *r, const struct typeorm_entity *entity,
                        struct str path, struct strs *columns)
{
    for (size_t i = 0; i < entity->properties.count; i++)
        if (str_eq(entity->properties.items[i].path, path)) {
            for (size_t j = 0; j < entity->properties.items[i].columns.count; j++)
                VEC_PUSH(r->arena, columns, entity->properties.items[i].columns.items[j]);
            return true;
        }
    return false;
}

static void add(struct typeorm_reader *r, struct typeorm_entity *entity,
                const struct wanted *wanted)
{
    struct schema_table *table = typeorm_table(r, entity);
    struct schema_index index = {.kind = wanted->unique_constraint ? SCHEMA_UNIQUE
                                         : wanted->unique          ? SCHEMA_UNIQUE_INDEX
                                                                   : SCHEMA_INDEX,
                                 .name = wanted->name,
                                 .condition = wanted->condition,
                                 .method = wanted->method,
                                 .place = wanted->place};

    if (wanted->unique_constraint)
        schema_index_defer(r->arena, &index, wanted->deferral);
    for (size_t i = 0; i < wanted->paths.count; i++)
        if (!add_columns(r, entity, wanted->paths.items[i], &index.parts))
            VEC_PUSH(r->arena, &index.parts, wanted->paths.items[i]);
    if (!index.parts.count)
        return;
    if (wanted->unique_constraint && index.parts.count == 1 && !index.extra.length) {
        struct schema_column *column = schema_column_named(table, index.parts.items[0]);
        if (column)
            column->unique = true;
        return;
    }
    if (!index.name.length)
        index.name =
            wanted->unique_constraint
                ? typeorm_hashed_name(r->arena, "UQ_", 27, entity->table, &index.parts, STR_NONE)
                : typeorm_hashed_name(r->arena, "IDX_", 26, entity->table, &index.parts,
                                      index.condition);
    VEC_PUSH(r->arena, &table->indexes, index);
}

/* ["a", "b"], (x) => [x.a, x.b], (x) => ({ a: 1 }): the properties named. */
static bool read_fields(struct typeorm_reader *r, struct script_scope scope, TSNode fields,
                        struct strs *paths)
{
    TSNode bare = script_bare(fields);

    if (!script_is_function(bare))
        return script_texts(r->tree, scope, bare, paths);
    struct script_nodes items = script_children(r->tree, script_returned(r->tree, bare));
    for (size_t i = 0; i < items.count; i++) {
        TSNode name = script_child(items.items[i], "property_identifier");
        if (ts_node_is_null(name))
            return false;
        VEC_PUSH(r->arena, paths, script_source(scope.file, name));
    }
    return items.count > 0;
}

static bool is_fields(struct typeorm_reader *r, struct script_scope scope, TSNode node)
{
    struct script_thing thing = script_resolve(r->tree, scope, node);

    return script_is_function(script_bare(node)) ||
           (thing.kind == SCRIPT_VALUE && node_is(thing.node, "array"));
}

/* { spatial: true }, and { fulltext: true }, which is MySQL's alone. */
static struct str method_of(struct typeorm_reader *r, struct script_scope scope, TSNode options)
{
    if (typeorm_option_is(r, scope, options, "spatial", SCRIPT_TRUE))
        return r->mysql ? STR("spatial") : STR("gist");
    return r->mysql && typeorm_option_is(r, scope, options, "fulltext", SCRIPT_TRUE)
               ? STR("fulltext")
               : STR_NONE;
}

/* A property of an embedded class as the entity has it. */
static struct str joined_path(struct typeorm_reader *r, struct str around, struct str path)
{
    return around.length ? str_printf(r->arena, STR_FMT "." STR_FMT, STR_ARG(around), STR_ARG(path))
                         : path;
}

/* @Index and @Unique, on a property (`path`) or a class; `around`: of the entity's property whose columns are those of the class. */
static void read_one(struct typeorm_reader *r, struct typeorm_entity *entity,
                     const struct typeorm_decorator *decorator, struct str around, struct str path,
                     struct schema_place place)
{
    struct wanted wanted = {.unique_constraint = str_eq(decorator->name, STR("Unique")),
                            .deferral = "",
                            .place = place};
    struct script_nodes arguments =
        script_children(r->tree, script_child(decorator->call, "arguments"));
    bool whole = true;

    for (size_t i = 0; i < arguments.count; i++) {
        struct str name = script_text(r->tree, decorator->scope, arguments.items[i]);
        TSNode argument = arguments.items[i];
        if (i == 0 && name.length)
            wanted.name = name;
        else if (is_fields(r, decorator->scope, argument))
            whole = read_fields(r, decorator->scope, argument, &wanted.paths);
        else {
            if (typeorm_option_is(r, decorator->scope, argument, "synchronize", SCRIPT_FALSE))
                return;
            wanted.unique = typeorm_option_is(r, decorator->scope, argument, "unique", SCRIPT_TRUE);
            wanted.method = method_of(r, decorator->scope, argument);
            wanted.condition = typeorm_option_text(r, decorator->scope, argument, "where");
            wanted.deferral = typeorm_deferral(r, decorator->scope, argument);
        }
    }
    if (path.length) {
        wanted.paths = (struct strs){0};
        VEC_PUSH(r->arena, &wanted.paths, path);
    }
    for (size_t i = 0; i < wanted.paths.count; i++)
        wanted.paths.items[i] = joined_path(r, around, wanted.paths.items[i]);
    if (!whole)
        schema_unread_add(r->arena, r->schema, place,
                          str_printf(r->arena, "the columns of an index of " STR_FMT,
                                     STR_ARG(typeorm_table_name(r, entity))),
                          script_whole(r->tree, decorator->scope, decorator->call));
    add(r, entity, &wanted);
}

/* `USING gist ("room" WITH =) WHERE (active)`; false: another form. */
static bool split_exclusion(struct arena *arena, struct str text, struct schema_index *index)
{
    static const struct str using = STR_INIT("USING ");
    size_t depth = 0, end = SIZE_MAX;

    text = str_trim(text);
    if (!str_eq_nocase(str_prefix(text, using.length), using))
        return false;
    text = str_trim(str_from_offset(text, using.length));
    size_t open = str_find_byte(text, '(');
    if (open == SIZE_MAX)
        return false;
    index->method = str_lower(arena, str_trim(str_prefix(text, open)));
    text = str_from_offset(text, open);
    for (size_t i = 0; i < text.length && end == SIZE_MAX; i++) {
        depth += text.bytes[i] == '(';
        if (text.bytes[i] == ')' && --depth == 0)
            end = i;
    }
    if (end == SIZE_MAX)
        return false;
    VEC_PUSH(arena, &index->parts, str_trim(str_slice(text, 1, end)));
    text = str_trim(str_from_offset(text, end + 1));
    if (str_eq_nocase(str_prefix(text, 5), STR("WHERE")))
        index->condition = str_trim(str_from_offset(text, 5));
    return true;
}

/* `expression` of a check, or of an exclusion; `name` empty: TypeORM's own. */
static bool add_check(struct typeorm_reader *r, struct typeorm_entity *entity, struct str name,
                      struct str expression, bool exclusion, struct schema_place place)
{
    struct schema_index index = {
        .kind = exclusion ? SCHEMA_EXCLUDE : SCHEMA_CHECK, .name = name, .place = place};
    struct strs parts = {0};

    if (!expression.length || (exclusion && !split_exclusion(r->arena, expression, &index)))
        return false;
    VEC_PUSH(r->arena, &parts, expression);
    if (!index.name.length)
        index.name = typeorm_hashed_name(r->arena, exclusion ? "XCL_" : "CHK_", 26, entity->table,
                                         &parts, STR_NONE);
    if (!exclusion)
        index.parts = parts;
    VEC_PUSH(r->arena, &typeorm_table(r, entity)->indexes, index);
    return true;
}

static void say_constraint(struct typeorm_reader *r, struct typeorm_entity *entity,
                           struct schema_place place, struct str source)
{
    schema_unread_add(
        r->arena, r->schema, place,
        str_printf(r->arena, "a constraint of " STR_FMT, STR_ARG(typeorm_table_name(r, entity))),
        source);
}

static void read_check(struct typeorm_reader *r, struct typeorm_entity *entity,
                       const struct typeorm_decorator *decorator, struct schema_place place)
{
    TSNode second = script_argument(r->tree, decorator->call, 1);
    struct str texts[2] = {
        script_text(r->tree, decorator->scope, script_argument(r->tree, decorator->call, 0)),
        ts_node_is_null(second) ? STR_NONE : script_text(r->tree, decorator->scope, second)};
    bool named = !ts_node_is_null(second);

    if (!add_check(r, entity, named ? texts[0] : STR_NONE, texts[named],
                   str_eq(decorator->name, STR("Exclusion")), place))
        say_constraint(r, entity, place, script_whole(r->tree, decorator->scope, decorator->call));
}

static void read_decorators(struct typeorm_reader *r, struct typeorm_entity *entity,
                            const struct typeorm_decorators *decorators, struct str around,
                            struct str path, struct schema_place place)
{
    for (size_t i = 0; i < decorators->count; i++) {
        const struct typeorm_decorator *decorator = &decorators->items[i];
        if (str_eq(decorator->name, STR("Index")) || str_eq(decorator->name, STR("Unique")))
            read_one(r, entity, decorator, around, path, place);
        else if (str_eq(decorator->name, STR("Check")) || str_eq(decorator->name, STR("Exclusion")))
            read_check(r, entity, decorator, place);
    }
}

/* Of embedded classes too, whose checks are in the entity's own words. */
static void read_members(struct typeorm_reader *r, struct typeorm_entity *entity,
                         const struct typeorm_members *members, struct str around)
{
    struct typeorm_entity inner;

    if (!script_enter(r->tree))
        return;
    for (size_t i = 0; i < members->count; i++) {
        const struct typeorm_member *member = &members->items[i];
        read_decorators(r, entity, &member->decorators, around, member->name, member->place);
        if (!typeorm_embedded(r, member, &inner))
            continue;
        struct str path = joined_path(r, around, member->name);
        read_members(r, entity, &inner.members, path);
        read_decorators(r, entity, &inner.decorators, path, STR_NONE, member->place);
    }
    script_leave(r->tree);
}

/* indices: [{ name, columns, unique, where }], uniques: [{ name, columns }] */
static void read_objects(struct typeorm_reader *r, struct typeorm_entity *entity, const char *key)
{
    struct script_scope scope, inner;
    TSNode list = script_bare(script_property(r->tree, entity->scope, entity->node, key, &scope));
    struct script_nodes items = {0};

    if (node_is(list, "array"))
        items = script_children(r->tree, list);
    for (size_t i = 0; i < items.count; i++) {
        struct wanted wanted = {.unique_constraint = str_eq(str_from(key), STR("uniques")),
                                .deferral = typeorm_deferral(r, scope, items.items[i]),
                                .place = {scope.file->path, node_line(items.items[i])}};
        TSNode columns = script_property(r->tree, scope, items.items[i], "columns", &inner);
        wanted.name = typeorm_option_text(r, scope, items.items[i], "name");
        wanted.condition = typeorm_option_text(r, scope, items.items[i], "where");
        wanted.unique = typeorm_option_is(r, scope, items.items[i], "unique", SCRIPT_TRUE);
        wanted.method = method_of(r, scope, items.items[i]);
        if (!ts_node_is_null(columns) && read_fields(r, inner, columns, &wanted.paths))
            add(r, entity, &wanted);
    }
}

/* checks: [{ name, expression }], exclusions: [{ name, expression }] */
static void read_object_checks(struct typeorm_reader *r, struct typeorm_entity *entity,
                               const char *key)
{
    struct script_scope scope;
    TSNode list = script_bare(script_property(r->tree, entity->scope, entity->node, key, &scope));
    struct script_nodes items = {0};

    if (node_is(list, "array"))
        items = script_children(r->tree, list);
    for (size_t i = 0; i < items.count; i++) {
        struct schema_place place = {scope.file->path, node_line(items.items[i])};
        if (!add_check(r, entity, typeorm_option_text(r, scope, items.items[i], "name"),
                       typeorm_option_text(r, scope, items.items[i], "expression"),
                       str_eq(str_from(key), STR("exclusions")), place))
            say_constraint(r, entity, place, script_source(scope.file, items.items[i]));
    }
}

static void add_discriminator_index(struct typeorm_reader *r, struct typeorm_entity *entity)
{
    const struct typeorm_decorator *inheritance =
        typeorm_decorator_named(&entity->decorators, "TableInheritance");
    struct wanted wanted = {.deferral = "", .place = entity->place};
    struct script_scope scope;

    if (!inheritance || entity->is_child)
        return;
    TSNode column =
        script_property(r->tree, inheritance->scope, script_argument(r->tree, inheritance->call, 0),
                        "column", &scope);
    struct str name = script_text(r->tree, scope, column);
    if (!name.length && !ts_node_is_null(column))
        name = typeorm_option_text(r, scope, column, "name");
    VEC_PUSH(r->arena, &wanted.paths, name.length ? name : STR("type"));
    add(r, entity, &wanted);
}

void typeorm_read_indexes(struct typeorm_reader *r, struct typeorm_entity *entity)
{
    if (entity->is_object) {
        read_objects(r, entity, "indices");
        read_objects(r, entity, "uniques");
        read_object_checks(r, entity, "checks");
        read_object_checks(r, entity, "exclusions");
        return;
    }
    read_members(r, entity, &entity->members, STR_NONE);
    read_decorators(r, entity, &entity->decorators, STR_NONE, STR_NONE, entity->place);
    add_discriminator_index(r, entity);
}
