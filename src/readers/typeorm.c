#include "readers/typeorm.h"

/* Constants that are `new EntitySchema({ … })`. */
static void find_object(struct typeorm_reader *r, struct script_file *file,
                        const struct script_binding *binding)
{
    struct script_scope scope = {.file = file};
    TSNode object;

    if (!node_is(binding->node, "new_expression") ||
        !str_eq(typeorm_word(script_foreign(r->tree, scope, script_callee(binding->node))),
                STR("EntitySchema")))
        return;
    object = script_argument(r->tree, binding->node, 0);
    if (ts_node_is_null(object))
        return;
    struct typeorm_entity *entity = ARENA_NEW(r->arena, struct typeorm_entity);
    *entity = (struct typeorm_entity){.file = file,
                                      .node = object,
                                      .scope = scope,
                                      .is_object = true,
                                      .place = {file->path, node_line(binding->node)}};
    entity->name = typeorm_option_text(r, scope, object, "name");
    entity->table = typeorm_option_text(r, scope, object, "tableName");
    entity->schema = typeorm_option_text(r, scope, object, "schema");
    if (!entity->table.length)
        entity->table = typeorm_snake(r->arena, entity->name);
    if (entity->table.length && !typeorm_option_is(r, scope, object, "synchronize", SCRIPT_FALSE))
        VEC_PUSH(r->arena, &r->entities, entity);
}

static void find_entities(struct typeorm_reader *r, struct script_file *file)
{
    struct script_scope scope = {.file = file};

    for (size_t i = 0; i < file->bindings.count; i++) {
        const struct script_binding *binding = &file->bindings.items[i];
        if (node_is(binding->node, "class_declaration") ||
            node_is(binding->node, "abstract_class_declaration"))
            (void)typeorm_entity_of(r, scope, binding->node);
        else
            find_object(r, file, binding);
    }
    for (size_t i = 0; i < file->exports.count; i++) /* export default new EntitySchema(…) */
        find_object(r, file, &file->exports.items[i]);
}

/* Which naming strategy does a data source name? Another one than those known is said. */
static void read_strategy(struct typeorm_reader *r, const struct strs *settings)
{
    static const struct str key = STR_INIT("namingStrategy");

    for (size_t i = 0; i < settings->count; i++) {
        struct str path = settings->items[i], text = STR_NONE;
        size_t at = script_tree_text(r->tree, path, &text) ? str_find(text, key) : SIZE_MAX;
        if (at == SIZE_MAX)
            continue;
        struct str rest = str_from_offset(text, at), line = str_cut(&rest, '\n');
        size_t number, column;
        if (!str_contains(text, STR("typeorm")) && !str_contains(line, STR("Strategy(")))
            continue;
        str_position(text, at, &number, &column);
        r->snake = r->snake || str_contains(line, STR("Snake"));
        if (!str_contains(text, STR("typeorm-naming-strategies")))
            schema_unread_add(r->arena, r->schema, (struct schema_place){path, number},
                              STR("the naming strategy"), str_trim(line));
    }
}

void typeorm_read(struct arena *arena, struct script_tree *tree, const struct strs *paths,
                  const struct strs *settings, struct schema *schema)
{
    struct typeorm_reader r = {.arena = arena, .tree = tree, .schema = schema};

    read_strategy(&r, settings);
    for (size_t i = 0; i < paths->count; i++) {
        struct script_file *file = script_tree_file(tree, paths->items[i]);
        if (file)
            find_entities(&r, file);
    }
    /* Relations may bring entities of other files: the list grows. */
    for (size_t i = 0; i < r.entities.count; i++)
        typeorm_read_columns(&r, r.entities.items[i]);
    for (size_t i = 0; i < r.entities.count; i++) {
        typeorm_read_columns(&r, r.entities.items[i]);
        typeorm_read_relations(&r, r.entities.items[i]);
    }
    typeorm_read_join_tables(&r);
    for (size_t i = 0; i < r.entities.count; i++)
        typeorm_read_indexes(&r, r.entities.items[i]);
    script_keep_tables(schema, paths);
}
