#include "readers/sql_schema.h"

#include "readers/mysql.h"
#include "readers/sql_reader.h"
#include "readers/sql_split.h"
#include "readers/steps.h"

#define BLOCKS_MAX 4u
#define SHOWN_MAX 60u

/* --- Names. --- */

struct str sql_text(struct sql_reader *r, const char *text)
{
    return text && text[0] ? str_copy(r->arena, str_from(text)) : STR_NONE;
}

static struct str with_schema(struct sql_reader *r, struct str schema, struct str name)
{
    struct str in = schema.length ? schema : r->search_path;

    return !in.length || str_eq(in, STR("public"))
               ? name
               : str_printf(r->arena, STR_FMT "." STR_FMT, STR_ARG(in), STR_ARG(name));
}

struct str sql_table_name(struct sql_reader *r, const PgQuery__RangeVar *range)
{
    return with_schema(r, sql_text(r, range->schemaname), sql_text(r, range->relname));
}

void sql_names(struct sql_reader *r, PgQuery__Node *const *items, size_t count, struct strs *names)
{
    for (size_t i = 0; i < count; i++) {
        if (items[i]->node_case == PG_QUERY__NODE__NODE_STRING)
            VEC_PUSH(r->arena, names, sql_text(r, items[i]->string->sval));
        else if (items[i]->node_case == PG_QUERY__NODE__NODE_INDEX_ELEM)
            VEC_PUSH(r->arena, names, sql_text(r, items[i]->index_elem->name));
    }
}

struct str sql_list_name(struct sql_reader *r, PgQuery__Node *const *items, size_t count)
{
    struct strs names = {0};

    if (count == 1 && items[0]->node_case == PG_QUERY__NODE__NODE_LIST)
        return sql_list_name(r, items[0]->list->items, items[0]->list->n_items);
    if (count == 1 && items[0]->node_case == PG_QUERY__NODE__NODE_TYPE_NAME)
        return sql_list_name(r, items[0]->type_name->names, items[0]->type_name->n_names);
    sql_names(r, items, count, &names);
    if (!names.count)
        return STR_NONE;
    return with_schema(r, names.count > 1 ? names.items[names.count - 2] : STR_NONE,
                       VEC_LAST(&names));
}

bool sql_is_history_table(struct str table)
{
    static const char *const names[] = {"schema_migrations",     "ar_internal_metadata",
                                        "_prisma_migrations",    "alembic_version",
                                        "flyway_schema_history", "goose_db_version",
                                        "django_migrations",     "knex_migrations",
                                        "knex_migrations_lock",  NULL};
    size_t dot = str_find_last_byte(table, '.');
    struct str bare = dot == SIZE_MAX ? table : str_from_offset(table, dot + 1);

    return str_is_one_of(bare, names);
}

/* --- What cannot be read. --- */

void sql_unread(struct sql_reader *r, struct str reason)
{
    struct strs words = {0};
    size_t at = 0;

    for (struct str token;
         words.count < SHOWN_MAX && (token = sql_token(r->statement, &at)).length;)
        VEC_PUSH(r->arena, &words, token);
    struct str shown = str_join(r->arena, words.items, words.count < 4 ? words.count : 4, STR(" "));
    schema_unread_add(r->arena, r->schema, r->place,
                      str_printf(r->arena, "\"" STR_FMT "%s\": " STR_FMT,
                                 STR_ARG(str_shown(r->arena, shown)), words.count > 4 ? " …" : "",
                                 STR_ARG(reason)),
                      r->statement);
}

static struct str token_name(struct sql_reader *r, struct str token)
{
    return token.length && (token.bytes[0] == '"' || token.bytes[0] == '`')
               ? str_slice(token, 1, token.length - 1)
               : str_lower(r->arena, token);
}

/* The table that a refused statement is about may have columns that nobody has read. */
static void mark_partial(struct sql_reader *r)
{
    static const char *const create[] = {"CREATE", "TABLE", NULL};
    static const char *const alter[] = {"ALTER", "TABLE", NULL};
    static const char *const unless[] = {"IF", "NOT", "EXISTS", NULL};
    static const char *const when[] = {"IF", "EXISTS", NULL};
    static const char *const only[] = {"ONLY", NULL};
    size_t at = 0;
    bool creates = sql_has_words(r->statement, &at, create);

    if (!creates && !sql_has_words(r->statement, &at, alter))
        return;
    (void)(sql_has_words(r->statement, &at, unless) || sql_has_words(r->statement, &at, when));
    (void)sql_has_words(r->statement, &at, only);
    struct str name = token_name(r, sql_token(r->statement, &at)), schema = STR_NONE;
    if (str_starts(str_from_offset(r->statement, at), STR("."))) {
        at++;
        schema = name;
        name = token_name(r, sql_token(r->statement, &at));
    }
    name = with_schema(r, schema, name);
    if (name.length && (creates || schema_table_named(r->schema, name)))
        schema_table_add(r->arena, r->schema, name, r->place)->partial = true;
}

/* --- Statements. --- */

static void create_table(struct sql_reader *r, const PgQuery__CreateStmt *create)
{
    struct str name = sql_table_name(r, create->relation);
    struct schema_table *table;

    if (str_eq(str_from(create->relation->relpersistence), STR("t")) ||
        (create->if_not_exists && schema_table_named(r->schema, name)))
        return;
    sql_table_drop(r->schema, name);
    table = schema_table_add(r->arena, r->schema, name, r->place);
    sql_merge_keys(r, create);
    for (size_t i = 0; i < create->n_inh_relations; i++) {
        struct str parent = sql_table_name(r, create->inh_relations[i]->range_var);
        if (create->partbound)
            sql_partition(r, table, parent);
        else
            VEC_PUSH(r->arena, &table->parents, parent);
    }
    for (size_t i = 0; i < create->n_table_elts; i++) {
        const PgQuery__Node *element = create->table_elts[i];
        if (element->node_case == PG_QUERY__NODE__NODE_COLUMN_DEF)
            sql_column_only(r, table, element->column_def);
        else if (element->node_case == PG_QUERY__NODE__NODE_TABLE_LIKE_CLAUSE) {
            sql_like(r, table, element->table_like_clause);
            table = schema_table_named(r->schema, name);
        }
    }
    for (size_t i = 0; i < create->n_table_elts; i++) {
        const PgQuery__Node *element = create->table_elts[i];
        if (element->node_case == PG_QUERY__NODE__NODE_COLUMN_DEF)
            sql_column_constraints(r, table, element->column_def);
        if (element->node_case != PG_QUERY__NODE__NODE_CONSTRAINT)
            continue;
        PgQuery__Constraint copy = *element->constraint;
        if (!sql_is_merged(r, &copy, element->constraint))
            sql_constraint(r, table, &copy);
    }
    r->merged.count = 0;
}

static void drop(struct sql_reader *r, const PgQuery__DropStmt *statement)
{
    for (size_t i = 0; i < statement->n_objects; i++) {
        struct str name = sql_list_name(r, &statement->objects[i], 1);
        if (statement->remove_type == PG_QUERY__OBJECT_TYPE__OBJECT_TABLE)
            sql_table_drop(r->schema, name);
        else if (statement->remove_type == PG_QUERY__OBJECT_TYPE__OBJECT_INDEX)
            sql_index_drop(r->schema, name);
        else if (statement->remove_type == PG_QUERY__OBJECT_TYPE__OBJECT_TYPE ||
                 statement->remove_type == PG_QUERY__OBJECT_TYPE__OBJECT_DOMAIN)
            sql_type_drop(r->schema, name);
    }
}

/* SET search_path: what has no schema belongs to its first entry. */
static void set_variable(struct sql_reader *r, const PgQuery__VariableSetStmt *set)
{
    struct str first = STR_NONE;

    if (!str_eq(str_from(set->name), STR("search_path")))
        return;
    if (set->n_args && set->args[0]->node_case == PG_QUERY__NODE__NODE_A_CONST &&
        set->args[0]->a_const->val_case == PG_QUERY__A__CONST__VAL_SVAL)
        first = sql_text(r, set->args[0]->a_const->sval->sval);
    r->search_path = str_eq(first, STR("public")) || str_starts(first, STR("$")) ? STR_NONE : first;
}

static void create_as(struct sql_reader *r, const PgQuery__CreateTableAsStmt *create)
{
    struct str name = sql_table_name(r, create->into->rel);

    if (create->objtype == PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW) {
        VEC_PUSH(r->arena, &r->others, name);
        return;
    }
    if (str_eq(str_from(create->into->rel->relpersistence), STR("t")))
        return;
    schema_table_add(r->arena, r->schema, name, r->place)->partial = true;
    sql_unread(r, STR("its columns are those of a query"));
}

static void dispatch(struct sql_reader *r, const PgQuery__Node *node)
{
    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_CREATE_STMT:
        create_table(r, node->create_stmt);
        break;
    case PG_QUERY__NODE__NODE_CREATE_FOREIGN_TABLE_STMT:
        create_table(r, node->create_foreign_table_stmt->base_stmt);
        break;
    case PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT:
        create_as(r, node->create_table_as_stmt);
        break;
    case PG_QUERY__NODE__NODE_ALTER_TABLE_STMT:
        sql_alter_table(r, node->alter_table_stmt);
        break;
    case PG_QUERY__NODE__NODE_INDEX_STMT:
        sql_index(r, node->index_stmt);
        break;
    case PG_QUERY__NODE__NODE_CREATE_ENUM_STMT:
        sql_enum(r, node->create_enum_stmt);
        break;
    case PG_QUERY__NODE__NODE_CREATE_DOMAIN_STMT:
        sql_domain(r, node->create_domain_stmt);
        break;
    case PG_QUERY__NODE__NODE_ALTER_DOMAIN_STMT:
        sql_alter_domain(r, node->alter_domain_stmt);
        break;
    case PG_QUERY__NODE__NODE_COMPOSITE_TYPE_STMT:
        sql_composite(r, node->composite_type_stmt);
        break;
    case PG_QUERY__NODE__NODE_ALTER_ENUM_STMT:
        sql_alter_enum(r, node->alter_enum_stmt);
        break;
    case PG_QUERY__NODE__NODE_RENAME_STMT:
        sql_rename(r, node->rename_stmt);
        break;
    case PG_QUERY__NODE__NODE_ALTER_OBJECT_SCHEMA_STMT:
        sql_set_schema(r, node->alter_object_schema_stmt);
        break;
    case PG_QUERY__NODE__NODE_DROP_STMT:
        drop(r, node->drop_stmt);
        break;
    case PG_QUERY__NODE__NODE_VARIABLE_SET_STMT:
        set_variable(r, node->variable_set_stmt);
        break;
    case PG_QUERY__NODE__NODE_VIEW_STMT:
        VEC_PUSH(r->arena, &r->others, sql_table_name(r, node->view_stmt->view));
        break;
    default:
        break;
    }
}

/* Most statements of a dump say nothing about tables, and are not parsed. */
static bool is_wanted(struct str statement)
{
    static const char *const set[] = {"SET", "search_path", NULL};
    static const char *const kinds[] = {"TABLE", "INDEX", "TYPE", "VIEW", "DOMAIN"};
    static const char *const filler[] = {"OR",     "REPLACE",   "UNIQUE",       "UNLOGGED",
                                         "TEMP",   "TEMPORARY", "MATERIALIZED", "FOREIGN",
                                         "GLOBAL", "LOCAL",     "RECURSIVE"};
    size_t at = 0;

    if (sql_has_words(statement, &at, set))
        return true;
    struct str verb = sql_token(statement, &at);
    if (!str_eq_nocase(verb, STR("CREATE")) && !str_eq_nocase(verb, STR("ALTER")) &&
        !str_eq_nocase(verb, STR("DROP")))
        return false;
    for (;;) {
        struct str word = sql_token(statement, &at);
        bool fills = false;
        for (size_t i = 0; i < COUNT_OF(kinds); i++)
            if (str_eq_nocase(word, str_from(kinds[i])))
                return true;
        for (size_t i = 0; i < COUNT_OF(filler); i++)
            fills = fills || str_eq_nocase(word, str_from(filler[i]));
        if (!fills)
            return false;
    }
}

/* INTEGER UNSIGNED AUTOINCREMENT: words of SQLite's types, which PostgreSQL has nowhere. */
static bool is_of_sqlite(struct str statement)
{
    size_t at = 0;

    for (struct str token; (token = sql_token(statement, &at)).length;)
        if (str_eq_nocase(token, STR("UNSIGNED")))
            return true;
    return false;
}

static void read_text(struct sql_reader *r, struct str text, size_t line);

/* DO $$ … $$: its statements, as if every condition held. One that builds its statements when it runs is said. */
static void read_block(struct sql_reader *r, struct str statement)
{
    static const char *const words[] = {"CREATE", "ALTER", "DROP"};
    size_t at = 0, line = r->place.line;

    for (struct str token; (token = sql_token(statement, &at)).length;) {
        if (token.bytes[0] != '$' || token.length < 4)
            continue;
        size_t width = str_find_byte(str_from_offset(token, 1), '$') + 2;
        struct str body = str_slice(token, width, token.length - width), rest = body;
        size_t before = (size_t)(body.bytes - statement.bytes), inside = 0, start = SIZE_MAX;
        for (size_t i = 0; i < before; i++)
            line += statement.bytes[i] == '\n';
        for (struct str word; (word = sql_token(rest, &inside)).length;) {
            for (size_t i = 0; start == SIZE_MAX && i < COUNT_OF(words); i++)
                if (str_eq_nocase(word, str_from(words[i])))
                    start = inside - word.length;
            if (str_eq_nocase(word, STR("EXECUTE")) && start == SIZE_MAX) {
                sql_unread(r, STR("it executes text that it builds"));
                return;
            }
            if (!str_eq(word, STR(";")) || start == SIZE_MAX)
                continue;
            size_t lines = 0;
            for (size_t i = 0; i < start; i++)
                lines += body.bytes[i] == '\n';
            read_text(r, str_slice(body, start, inside), line + lines);
            start = SIZE_MAX;
        }
    }
}

static void read_statement(struct sql_reader *r, struct str text)
{
    static const char *const block[] = {"DO", NULL};
    struct str reason;
    size_t at = 0;

    r->statement = text;
    if (sql_has_words(text, &at, block)) {
        if (r->depth++ < BLOCKS_MAX)
            read_block(r, text);
        r->depth--;
        return;
    }
    if (!is_wanted(text))
        return;
    CLEANUP_WITH(sql_tree_release)
    struct sql_tree *tree = sql_tree_parse(r->arena, text, &reason);
    if (!tree)
        tree = sql_tree_parse(r->arena, sql_without_other_words(r->arena, text), &(struct str){0});
    if (!tree && is_of_sqlite(text)) {
        mysql_statement(r, text);
        return;
    }
    if (!tree) {
        sql_unread(r, reason);
        mark_partial(r);
        return;
    }
    dispatch(r, sql_tree_statement(tree));
}

static void read_text(struct sql_reader *r, struct str text, size_t line)
{
    struct sql_split split = {.text = text};
    struct sql_statement statement;

    while (sql_split_next(&split, &statement)) {
        r->place.line = line + statement.line - 1;
        read_statement(r, statement.text);
    }
}

/* --- The whole. --- */

/* REFERENCES users means its primary key. */
static void finish(struct sql_reader *r)
{
    for (size_t i = 0; i < r->pending.count; i++) {
        const struct sql_pending *pending = &r->pending.items[i];
        const struct schema_table *target = schema_table_named(r->schema, pending->target);
        struct schema_table *table = schema_table_named(r->schema, pending->table);
        struct schema_column *column = table ? schema_column_named(table, pending->column) : NULL;
        struct str key = STR_NONE;
        for (size_t j = 0; target && j < target->columns.count; j++)
            if (target->columns.items[j].primary_key)
                key = target->columns.items[j].name;
        if (column && column->references.length)
            column->references =
                key.length
                    ? str_printf(r->arena, STR_FMT " (" STR_FMT ")" STR_FMT,
                                 STR_ARG(pending->target), STR_ARG(key), STR_ARG(pending->actions))
                    : str_printf(r->arena, STR_FMT STR_FMT, STR_ARG(pending->target),
                                 STR_ARG(pending->actions));
    }
    sql_partitions_finish(r);
    for (size_t i = r->schema->tables.count; i-- > 0;)
        if (sql_is_history_table(r->schema->tables.items[i].name))
            sql_table_drop(r->schema, r->schema->tables.items[i].name);
}

static void read_mysql(struct sql_reader *r, struct str plain)
{
    struct sql_split split = {.text = plain};
    struct sql_statement statement;

    while (sql_split_next(&split, &statement)) {
        r->place.line = statement.line;
        mysql_statement(r, statement.text);
    }
    mysql_finish(r);
}

/* ClickHouse's: none of the databases whose schemas are read. Its tables name an engine of the MergeTree family. */
static bool is_clickhouse(struct str text)
{
    return str_contains(text, STR("MergeTree")) || str_contains(text, STR("LowCardinality("));
}

static void read_files(void *argument)
{
    struct sql_reader *r = argument;

    for (size_t i = 0; i < r->paths->count; i++) {
        struct str text, plain;
        if (!r->files->read(r->files->self, r->paths->items[i], &text) || is_clickhouse(text))
            continue;
        r->place = (struct schema_place){.file = r->paths->items[i]};
        r->search_path = STR_NONE;
        text = sql_forward(r->arena, text);
        if (mysql_is_written(r->arena, text, &plain))
            read_mysql(r, plain);
        else
            read_text(r, text, 1);
    }
    finish(r);
}

bool sql_schema_read(struct arena *arena, const struct source_files *files,
                     const struct strs *paths, struct schema *schema, struct err *e)
{
    struct sql_reader reader = {.arena = arena, .files = files, .paths = paths, .schema = schema};

    return !paths->count || (sql_library_need(e) && sql_with_stack(read_files, &reader, e));
}
