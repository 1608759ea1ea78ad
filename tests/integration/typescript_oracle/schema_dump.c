/* schema_dump -- the schema that our readers find in files, one fact a line, for comparison with a database's catalog.
 *
 * usage: schema-dump typeorm|drizzle DIRECTORY FILE...
 */
#include <stdio.h>

#include "base/file.h"
#include "readers/drizzle.h"
#include "readers/typeorm.h"

struct source {
    struct arena *arena;
    struct str root;
};

static bool read_file(void *self, struct str path, struct str *ret_bytes)
{
    struct source *source = self;
    struct err absent = ERR_NONE;

    return file_read(source->arena, path_join(source->arena, source->root, path), FILE_MAX,
                     ret_bytes, &absent);
}

static void print_column(struct str table, const struct schema_column *column)
{
    printf("column\t" STR_FMT "\t" STR_FMT "\t" STR_FMT "\t%s\t" STR_FMT "\t%s\t%s\t" STR_FMT "\n",
           STR_ARG(table), STR_ARG(column->name), STR_ARG(column->type),
           column->nullable ? "null" : "not null", STR_ARG(column->default_value),
           column->primary_key ? "primary" : "", column->unique ? "unique" : "",
           STR_ARG(column->references));
}

static void print_index(struct arena *arena, struct str table, const struct schema_index *index)
{
    static const char *const kinds[] = {"index", "unique index", "unique", "check", "foreign key"};
    struct str parts = index->kind == SCHEMA_CHECK
                           ? STR("")
                           : str_join(arena, index->parts.items, index->parts.count, STR(", "));

    printf("%s\t" STR_FMT "\t" STR_FMT "\t" STR_FMT "\t%s\t" STR_FMT "\n", kinds[index->kind],
           STR_ARG(table), STR_ARG(index->name), STR_ARG(parts),
           index->condition.length ? "partial" : "", STR_ARG(index->references));
}

static void print_schema(struct arena *arena, const struct schema *schema)
{
    for (size_t i = 0; i < schema->types.count; i++)
        printf("type\t" STR_FMT "\t" STR_FMT "\n", STR_ARG(schema->types.items[i].name),
               STR_ARG(str_join(arena, schema->types.items[i].labels.items,
                                schema->types.items[i].labels.count, STR(","))));
    for (size_t i = 0; i < schema->tables.count; i++) {
        const struct schema_table *table = &schema->tables.items[i];
        printf("table\t" STR_FMT "\n", STR_ARG(table->name));
        for (size_t j = 0; j < table->columns.count; j++)
            print_column(table->name, &table->columns.items[j]);
        for (size_t j = 0; j < table->indexes.count; j++)
            print_index(arena, table->name, &table->indexes.items[j]);
    }
    for (size_t i = 0; i < schema->unread.count; i++)
        printf("unread\t" STR_FMT "\n", STR_ARG(schema->unread.items[i].what));
}

int main(int argc, char **argv)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct source source = {.arena = &arena};
    struct source_files files = {.self = &source, .read = read_file};
    struct schema schema = {0};
    struct strs paths = {0};

    if (argc < 4) {
        fprintf(stderr, "usage: schema-dump typeorm|drizzle DIRECTORY FILE...\n");
        return 1;
    }
    source.root = str_from(argv[2]);
    for (int i = 3; i < argc; i++)
        VEC_PUSH(&arena, &paths, str_from(argv[i]));
    strs_sort(&paths);
    SCRIPT_TREE(tree, &arena, &files);
    if (str_eq(str_from(argv[1]), STR("typeorm")))
        typeorm_read(&arena, tree, &paths, &paths, &schema);
    else
        drizzle_read(&arena, tree, &paths, &paths, &schema);
    print_schema(&arena, &schema);
    return 0;
}
