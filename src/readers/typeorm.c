#include "readers/typeorm.h"

#include "base/file.h"

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
    entity->table = entity->table.length ? typeorm_prefixed(r, entity->table) : entity->table;
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

/* The line of a data source from this key on. */
static bool line_of(struct typeorm_reader *r, struct str path, struct str key, struct str *ret_text,
                    struct str *ret_line, size_t *ret_number)
{
    size_t at = script_tree_text(r->tree, path, ret_text) ? str_find(*ret_text, key) : SIZE_MAX;
    size_t column;

    if (at == SIZE_MAX)
        return false;
    struct str rest = str_from_offset(*ret_text, at);
    *ret_line = str_cut(&rest, '\n');
    str_position(*ret_text, at, ret_number, &column);
    return true;
}

/* entityPrefix: "app_", "entityPrefix": "app_" */
static void read_prefix(struct typeorm_reader *r, struct str path)
{
    static const struct str key = STR_INIT("entityPrefix");
    struct str text, line;
    size_t number;

    if (!line_of(r, path, key, &text, &line, &number))
        return;
    struct str value = str_from_offset(line, key.length);
    if (str_starts(value, STR("\"")) || str_starts(value, STR("'")))
        value = str_from_offset(value, 1);
    value = str_trim(value);
    value = str_trim(str_starts(value, STR(":")) ? str_from_offset(value, 1) : STR_NONE);
    char quote = value.length ? value.bytes[0] : 0;
    struct str inner = str_from_offset(value, 1);
    size_t end = quote == '"' || quote == '\'' ? str_find_byte(inner, quote) : SIZE_MAX;
    if (end != SIZE_MAX)
        r->prefix = str_prefix(inner, end);
    else
        schema_unread_add(r->arena, r->schema, (struct schema_place){path, number},
                          STR("the prefix of all tables"), str_trim(line));
}

/* uuidExtension: "pgcrypto" */
static void read_extension(struct typeorm_reader *r, struct str path)
{
    struct str text, line;
    size_t number;

    r->pgcrypto = r->pgcrypto || (line_of(r, path, STR("uuidExtension"), &text, &line, &number) &&
                                  str_contains(line, STR("pgcrypto")));
}

struct databases { /* which ones are named */
    bool mysql, sqlite, other;
};

/* type: "mysql", 'type': 'postgres': which databases does a data source name? */
static void find_databases(struct str text, struct databases *found)
{
    static const char *const mysql[] = {"mysql", "mariadb", "aurora-mysql", NULL};
    static const char *const sqlite[] = {"sqlite", "sqljs",   "better-sqlite3", "libsql",
                                         "expo",   "cordova", "capacitor",      NULL};
    static const char *const others[] = {"postgres", "cockroachdb", "aurora-postgres",
                                         "mssql",    "oracle",      NULL};
    static const struct str key = STR_INIT("type");

    for (size_t at = 0, next; (next = str_find(str_from_offset(text, at), key)) != SIZE_MAX;) {
        at += next + key.length;
        struct str rest = str_trim_bytes(str_from_offset(text, at), "\"'");
        if (!str_starts(rest, STR(":")))
            continue;
        rest = str_trim(str_from_offset(rest, 1));
        char quote = rest.length ? rest.bytes[0] : 0;
        if (quote != '"' && quote != '\'')
            continue;
        rest = str_from_offset(rest, 1);
        struct str name = str_cut(&rest, quote);
        found->mysql = found->mysql || str_is_one_of(name, mysql);
        found->sqlite = found->sqlite || str_is_one_of(name, sqlite);
        found->other = found->other || str_is_one_of(name, others);
    }
}

/* Files of that name in the directories of the models and in those around. */
static struct strs found_around(struct typeorm_reader *r, const struct strs *paths,
                                const char *name)
{
    struct strs directories = {0}, found = {0};
    struct str text;

    for (size_t i = 0; i < paths->count; i++) {
        struct str at = path_parent(paths->items[i]);
        while (!strs_have(&directories, at)) {
            strs_add(r->arena, &directories, at);
            at = path_parent(at);
        }
    }
    for (size_t i = 0; i < directories.count; i++) {
        struct str path = str_printf(r->arena, STR_FMT "%s%s", STR_ARG(directories.items[i]),
                                     directories.items[i].length ? "/" : "", name);
        if (script_tree_text(r->tree, path, &text))
            VEC_PUSH(r->arena, &found, path);
    }
    strs_sort(&found);
    return found;
}

static void find_drivers(struct str text, struct databases *found)
{
    static const char *const others[] = {"\"pg\"", "\"mssql\""};

    found->mysql = found->mysql || str_contains(text, STR("\"mysql2\"")) ||
                   str_contains(text, STR("\"mysql\""));
    found->sqlite = found->sqlite || str_contains(text, STR("\"better-sqlite3\"")) ||
                    str_contains(text, STR("\"sqlite3\""));
    for (size_t i = 0; i < COUNT_OF(others); i++)
        found->other = found->other || str_contains(text, str_from(others[i]));
}

/* By the data source; else by the driver among the packages, where there is no other one. */
static void read_database(struct typeorm_reader *r, const struct strs *settings,
                          const struct strs *paths)
{
    struct databases found = {0};
    struct str text;

    for (size_t i = 0; i < settings->count; i++)
        if (script_tree_text(r->tree, settings->items[i], &text) &&
            (str_contains(text, STR("typeorm")) ||
             str_contains(settings->items[i], STR("ormconfig"))))
            find_databases(text, &found);
    if (!found.mysql && !found.sqlite && !found.other) {
        struct strs packages = found_around(r, paths, "package.json");
        for (size_t i = 0; i < packages.count; i++)
            if (script_tree_text(r->tree, packages.items[i], &text))
                find_drivers(text, &found);
    }
    /* SQLite beside another one is for tests. */
    r->mysql = found.mysql && !found.other;
    r->sqlite = found.sqlite && !found.mysql && !found.other;
}

/* Which naming strategy does a data source name? Another one than those known is said. */
static void read_strategy(struct typeorm_reader *r, struct str path)
{
    struct str text, line;
    size_t number;

    if (!line_of(r, path, STR("namingStrategy"), &text, &line, &number) ||
        (!str_contains(text, STR("typeorm")) && !str_contains(line, STR("Strategy("))))
        return;
    r->snake = r->snake || str_contains(line, STR("Snake"));
    if (!str_contains(text, STR("typeorm-naming-strategies")))
        schema_unread_add(r->arena, r->schema, (struct schema_place){path, number},
                          STR("the naming strategy"), str_trim(line));
}

/* What nobody asks TypeORM to make is read for those who refer to it, and left out. */
static void drop_aside(struct typeorm_reader *r)
{
    size_t kept = 0;

    for (size_t i = 0; i < r->schema->tables.count; i++) {
        const struct schema_table *table = &r->schema->tables.items[i];
        bool aside = false;
        for (size_t j = 0; j < r->entities.count && !aside; j++)
            aside = r->entities.items[j]->aside &&
                    str_eq(typeorm_table_name(r, r->entities.items[j]), table->name);
        if (!aside)
            r->schema->tables.items[kept++] = *table;
    }
    r->schema->tables.count = kept;
}

void typeorm_read(struct arena *arena, struct script_tree *tree, const struct strs *paths,
                  const struct strs *settings, struct schema *schema)
{
    struct typeorm_reader r = {.arena = arena, .tree = tree, .schema = schema};

    struct strs sources = found_around(&r, paths, "ormconfig.json");
    for (size_t i = 0; i < settings->count; i++)
        VEC_PUSH(arena, &sources, settings->items[i]);
    read_database(&r, &sources, paths);
    for (size_t i = 0; i < sources.count; i++) {
        read_strategy(&r, sources.items[i]);
        read_prefix(&r, sources.items[i]);
        read_extension(&r, sources.items[i]);
    }
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
    drop_aside(&r);
    script_keep_tables(schema, paths);
}
