#include "readers/mysql.h"

static void if_exists(struct mysql_cursor *c)
{
    if (mysql_word(c, "if")) {
        (void)mysql_word(c, "not");
        (void)mysql_word(c, "exists");
    }
}

static void unread(struct sql_reader *r, struct schema_table *table, struct str reason)
{
    table->partial = true;
    sql_unread(r, reason);
}

/* What is left of an element up to the next one's comma is more than we know of it. */
static bool ends_here(struct mysql_cursor *c)
{
    return !mysql_peek(c).length || mysql_is(c, ",");
}

static void read_elements(struct mysql_cursor *c, struct schema_table *table)
{
    struct mysql_cursor inside = {.r = c->r, .text = mysql_brackets(c)};

    while (mysql_peek(&inside).length) {
        struct mysql_cursor element = inside;
        if (!mysql_constraint(&element, table)) {
            element = inside;
            if (!mysql_column(&element, table, STR_NONE)) {
                unread(c->r, table, STR("a column of it is not understood"));
                return;
            }
        }
        if (!ends_here(&element)) {
            unread(c->r, table, STR("more of it is said than is understood"));
            return;
        }
        inside = element;
        if (!mysql_word(&inside, ","))
            break;
    }
}

static bool ends_with(struct str text, char byte)
{
    return text.length && text.bytes[text.length - 1] == byte;
}

static void copy_table(struct mysql_cursor *c, struct schema_table *table, struct str from)
{
    const struct schema_table *source = schema_table_named(c->r->schema, from);

    if (!source || source->partial) {
        unread(c->r, table, STR("it is LIKE a table that these files do not make"));
        return;
    }
    table->columns = (struct schema_columns){0};
    for (size_t i = 0; i < source->columns.count; i++) {
        struct schema_column column = source->columns.items[i];
        column.references = STR_NONE;
        schema_column_put(c->r->arena, table, column);
    }
    for (size_t i = 0; i < source->indexes.count; i++)
        if (source->indexes.items[i].kind != SCHEMA_FOREIGN_KEY)
            VEC_PUSH(c->r->arena, &table->indexes, source->indexes.items[i]);
}

/* These engines read foreign keys and keep none of them. */
static bool keeps_foreign_keys(struct str engine)
{
    static const char *const without[] = {"myisam", "memory",     "heap",      "csv",  "archive",
                                          "merge",  "mrg_myisam", "blackhole", "aria", NULL};

    return !str_is_one_of_nocase(engine, without);
}

static void drop_foreign_keys(struct schema_table *table)
{
    size_t kept = 0;

    for (size_t i = 0; i < table->columns.count; i++)
        table->columns.items[i].references = STR_NONE;
    for (size_t i = 0; i < table->indexes.count; i++)
        if (table->indexes.items[i].kind != SCHEMA_FOREIGN_KEY)
            table->indexes.items[kept++] = table->indexes.items[i];
    table->indexes.count = kept;
}

/* What stands behind the columns. */
static void table_options(struct mysql_cursor *c, struct schema_table *table)
{
    for (struct str token; (token = mysql_take(c)).length;) {
        if (str_eq_nocase(token, STR("SELECT"))) {
            unread(c->r, table, STR("more of its columns are those of a query"));
        } else if (str_eq_nocase(token, STR("ENGINE"))) {
            (void)mysql_word(c, "=");
            if (!keeps_foreign_keys(mysql_name(c)))
                drop_foreign_keys(table);
        }
    }
}

static void create_table(struct mysql_cursor *c)
{
    struct sql_reader *r = c->r;
    bool unless = mysql_is(c, "if");
    struct str name, from = STR_NONE;

    if_exists(c);
    name = mysql_table_name(c);
    if (!name.length) {
        sql_unread(r, STR("the name of the table is not understood"));
        return;
    }
    if (unless && schema_table_named(r->schema, name))
        return;
    if (mysql_word(c, "like"))
        from = mysql_table_name(c);
    sql_table_drop(r->schema, name);
    struct schema_table *table = schema_table_add(r->arena, r->schema, name, r->place);
    struct mysql_cursor ahead = {.r = r, .text = mysql_is(c, "(") ? c->text : STR(""), .at = c->at};
    struct mysql_cursor inside = {.r = r, .text = mysql_brackets(&ahead)};
    if (mysql_word(&inside, "like"))
        from = mysql_table_name(&inside);
    if (from.length)
        copy_table(c, table, from);
    else if (mysql_is(c, "("))
        read_elements(c, table);
    else
        unread(r, table, STR("its columns are those of a query"));
    if (!from.length && !ends_with(str_slice(c->text, 0, c->at), ')'))
        unread(r, table, STR("a bracket of it is not closed"));
    table_options(c, table);
}

static void drop_tables(struct mysql_cursor *c)
{
    if_exists(c);
    do
        sql_table_drop(c->r->schema, mysql_table_name(c));
    while (mysql_word(c, ","));
}

/* Names of columns do not tell cases apart. */
static struct schema_column *column_of(const struct schema_table *table, struct str name)
{
    for (size_t i = 0; i < table->columns.count; i++)
        if (str_eq_nocase(table->columns.items[i].name, name))
            return &table->columns.items[i];
    return NULL;
}

static struct str own_name(const struct schema_table *table, struct str name)
{
    const struct schema_column *column = column_of(table, name);

    return column ? column->name : name;
}

/* An index is its table's own: others may have one of that name. */
static void drop_index(struct sql_reader *r, struct schema_table *table, struct str name)
{
    struct schema one = {0};

    VEC_PUSH(r->arena, &one.tables, *table);
    sql_index_drop(&one, name);
    *table = one.tables.items[0];
}

static void create_index(struct mysql_cursor *c, struct schema_index index)
{
    struct sql_reader *r = c->r;

    if_exists(c);
    index.name = mysql_name(c);
    if (mysql_word(c, "using"))
        (void)mysql_take(c);
    if (!mysql_word(c, "on")) {
        sql_unread(r, STR("the table of an index is not understood"));
        return;
    }
    struct str name = mysql_table_name(c);
    struct schema_table *table = schema_table_named(r->schema, name);
    if (!table) {
        if (!sql_is_history_table(name))
            sql_unread(r, str_printf(r->arena,
                                     "an index on " STR_FMT ", which these files do not make",
                                     STR_ARG(name)));
        return;
    }
    struct str words =
        str_printf(r->arena, "%s KEY `" STR_FMT "` " STR_FMT,
                   index.kind == SCHEMA_UNIQUE_INDEX ? "UNIQUE" : str_c(r->arena, index.method),
                   STR_ARG(index.name), STR_ARG(str_from_offset(c->text, c->at)));
    struct mysql_cursor key = {.r = r, .text = words};
    (void)mysql_constraint(&key, table);
    if (!VEC_LAST(&table->indexes).parts.count) {
        table->indexes.count--;
        unread(r, table, STR("what an index of it holds is not understood"));
        return;
    }
    if (mysql_word(&key, "where")) /* SQLite's */
        VEC_LAST(&table->indexes).condition =
            mysql_expression(r->arena, str_from_offset(key.text, key.at));
}

static void drop_primary_key(struct schema_table *table)
{
    for (size_t i = 0; i < table->columns.count; i++)
        table->columns.items[i].primary_key = false;
}

/* Without ON it is SQLite's, whose names of indexes are of no table. */
static void drop_named_index(struct mysql_cursor *c)
{
    if_exists(c);
    struct str name = mysql_name(c);
    if (!mysql_word(c, "on")) {
        sql_index_drop(c->r->schema, name);
        return;
    }
    struct schema_table *table = schema_table_named(c->r->schema, mysql_table_name(c));
    if (table && str_eq_nocase(name, STR("PRIMARY")))
        drop_primary_key(table);
    else if (table)
        drop_index(c->r, table, name);
}

/* --- ALTER TABLE. --- */

static void rename_column(struct schema_table *table, struct str from, struct str to)
{
    if (!to.length || str_eq(from, to) || !schema_column_named(table, from))
        return;
    if (schema_column_named(table, to)) /* no server would let it */
        sql_column_drop(table, to);
    schema_column_named(table, from)->name = to;
    for (size_t i = 0; i < table->indexes.count; i++)
        for (size_t j = 0; j < table->indexes.items[i].parts.count; j++)
            if (str_eq(table->indexes.items[i].parts.items[j], from))
                table->indexes.items[i].parts.items[j] = to;
}

static bool add(struct mysql_cursor *c, struct schema_table *table)
{
    struct mysql_cursor element = *c;

    if (mysql_constraint(&element, table)) {
        *c = element;
        return true;
    }
    (void)mysql_word(c, "column");
    if_exists(c);
    if (!mysql_is(c, "("))
        return mysql_column(c, table, STR_NONE);
    read_elements(c, table);
    return true;
}

/* An index keeps its other columns. */
static void drop_column(struct schema_table *table, struct str name)
{
    for (size_t i = 0; i < table->indexes.count; i++) {
        struct schema_index *index = &table->indexes.items[i];
        size_t kept = 0;
        if (index->parts.count < 2 || index->kind == SCHEMA_FOREIGN_KEY)
            continue;
        for (size_t j = 0; j < index->parts.count; j++)
            if (!sql_mentions(index->parts.items[j], name))
                index->parts.items[kept++] = index->parts.items[j];
        index->parts.count = kept;
    }
    sql_column_drop(table, name);
}

static void drop(struct mysql_cursor *c, struct schema_table *table)
{
    bool constraint = mysql_word(c, "constraint") || mysql_word(c, "check");

    if (mysql_word(c, "primary")) {
        (void)mysql_word(c, "key");
        drop_primary_key(table);
        return;
    }
    if (mysql_word(c, "foreign")) {
        (void)mysql_word(c, "key");
        constraint = true;
    }
    bool index = mysql_word(c, "index") || mysql_word(c, "key");
    (void)mysql_word(c, "column");
    if_exists(c);
    struct str name = mysql_name(c);
    if (constraint)
        sql_constraint_drop(c->r, table, name);
    else if (index)
        drop_index(c->r, table, name);
    else
        drop_column(table, own_name(table, name));
}

static void rename_index(struct mysql_cursor *c, struct schema_table *table)
{
    struct str from = mysql_name(c);

    (void)mysql_word(c, "to");
    struct str to = mysql_name(c);
    for (size_t i = 0; i < table->indexes.count; i++)
        if (str_eq(table->indexes.items[i].name, from))
            table->indexes.items[i].name = to;
}

static void rename_table(struct sql_reader *r, struct str from, struct str to)
{
    if (!to.length || str_eq(from, to) || !schema_table_named(r->schema, from))
        return;
    sql_table_drop(r->schema, to);
    schema_table_named(r->schema, from)->name = to;
    for (size_t i = 0; i < r->named.count; i++)
        if (str_eq(r->named.items[i].table, from))
            r->named.items[i].table = to;
}

static void rename_part(struct mysql_cursor *c, struct schema_table *table, struct str *ret_name)
{
    if (mysql_word(c, "column")) {
        struct str from = mysql_name(c);
        (void)mysql_word(c, "to");
        rename_column(table, own_name(table, from), mysql_name(c));
    } else if (mysql_word(c, "index") || mysql_word(c, "key")) {
        rename_index(c, table);
    } else {
        (void)(mysql_word(c, "to") || mysql_word(c, "as"));
        *ret_name = mysql_table_name(c);
    }
}

static bool change(struct mysql_cursor *c, struct schema_table *table, bool renames)
{
    struct mysql_cursor ahead;
    struct str from;

    (void)mysql_word(c, "column");
    if_exists(c);
    ahead = *c;
    from = mysql_name(renames ? c : &ahead);
    from = own_name(table, from);
    if (renames) {
        ahead = *c;
        rename_column(table, from, mysql_name(&ahead));
        ahead = *c;
        from = mysql_name(&ahead);
    }
    return mysql_column(c, table, from);
}

static void alter_column(struct mysql_cursor *c, struct schema_table *table)
{
    (void)mysql_word(c, "column");
    struct schema_column *column = column_of(table, mysql_name(c));

    if (mysql_word(c, "set") && mysql_word(c, "default")) {
        struct str text = mysql_default(c, column ? column->type : STR_NONE);
        if (column)
            column->default_value = text;
    } else if (mysql_word(c, "drop") && mysql_word(c, "default") && column) {
        column->default_value = STR_NONE;
    }
}

/* Of the table as a whole: how it is kept, and how the statement runs. */
static bool is_table_option(const struct mysql_cursor *c)
{
    static const char *const words[] = {"engine",
                                        "auto_increment",
                                        "comment",
                                        "charset",
                                        "character",
                                        "collate",
                                        "default",
                                        "convert",
                                        "row_format",
                                        "algorithm",
                                        "lock",
                                        "order",
                                        "force",
                                        "disable",
                                        "enable",
                                        "tablespace",
                                        "key_block_size",
                                        "max_rows",
                                        "min_rows",
                                        "avg_row_length",
                                        "pack_keys",
                                        "checksum",
                                        "union",
                                        "data",
                                        "index",
                                        "encryption",
                                        "compression",
                                        "with",
                                        "without",
                                        "stats_persistent",
                                        "partition",
                                        "reorganize",
                                        "truncate",
                                        "coalesce",
                                        "analyze",
                                        "optimize",
                                        "rebuild",
                                        "repair",
                                        "exchange",
                                        "remove",
                                        "page_compressed",
                                        "encrypted",
                                        "transactional",
                                        "connection",
                                        "insert_method",
                                        "stats_auto_recalc",
                                        "stats_sample_pages",
                                        "delay_key_write",
                                        "import",
                                        "discard",
                                        NULL};

    return str_is_one_of_nocase(mysql_peek(c), words);
}

static void skip_option(struct mysql_cursor *c)
{
    while (!ends_here(c)) {
        if (mysql_is(c, "("))
            (void)mysql_brackets(c);
        else
            (void)mysql_take(c);
    }
}

static void skip_place(struct mysql_cursor *c)
{
    if (!mysql_word(c, "first") && mysql_word(c, "after"))
        (void)mysql_name(c);
}

/* ADD PARTITION, DROP PARTITION, ALTER INDEX … VISIBLE: no columns, no keys. */
static bool is_about_storage(const struct mysql_cursor *c)
{
    struct mysql_cursor ahead = *c;

    if (mysql_word(&ahead, "alter"))
        return mysql_is(&ahead, "index");
    return (mysql_word(&ahead, "add") || mysql_word(&ahead, "drop")) &&
           (mysql_is(&ahead, "partition") || mysql_is(&ahead, "period"));
}

/* *ret_name: what the table is called afterwards, when that is said. */
static bool alter_action(struct mysql_cursor *c, struct schema_table *table, struct str *ret_name)
{
    bool read = true;

    if (is_about_storage(c) || is_table_option(c)) {
        skip_option(c);
        return true;
    }
    if (mysql_word(c, "add"))
        read = add(c, table);
    else if (mysql_word(c, "modify"))
        read = change(c, table, false);
    else if (mysql_word(c, "change"))
        read = change(c, table, true);
    else if (mysql_word(c, "drop"))
        drop(c, table);
    else if (mysql_word(c, "rename"))
        rename_part(c, table, ret_name);
    else if (mysql_word(c, "alter"))
        alter_column(c, table);
    else
        return !mysql_peek(c).length;
    skip_place(c);
    (void)(mysql_word(c, "cascade") || mysql_word(c, "restrict"));
    return read && ends_here(c);
}

static void alter_table(struct mysql_cursor *c)
{
    if_exists(c);
    struct str name = mysql_table_name(c), to = STR_NONE;
    struct schema_table *table = schema_table_named(c->r->schema, name);

    if (!table) {
        if (!sql_is_history_table(name))
            sql_unread(c->r, str_printf(c->r->arena,
                                        "it alters " STR_FMT ", which these files do not make",
                                        STR_ARG(name)));
        return;
    }
    if (mysql_word(c, "wait"))
        (void)mysql_take(c);
    else
        (void)mysql_word(c, "nowait");
    do {
        if (!alter_action(c, table, &to)) {
            unread(c->r, table, STR("what it does to the table is not understood"));
            return;
        }
    } while (mysql_word(c, ","));
    rename_table(c->r, name, to);
}

static void create(struct mysql_cursor *c)
{
    struct schema_index index = {.kind = SCHEMA_INDEX};

    if (mysql_word(c, "or"))
        (void)mysql_word(c, "replace");
    (void)(mysql_word(c, "online") || mysql_word(c, "offline"));
    if (mysql_word(c, "unique"))
        index.kind = SCHEMA_UNIQUE_INDEX;
    else if (mysql_word(c, "fulltext"))
        index.method = STR("fulltext");
    else if (mysql_word(c, "spatial"))
        index.method = STR("spatial");
    if (mysql_word(c, "table"))
        create_table(c);
    else if (mysql_word(c, "index"))
        create_index(c, index);
}

void mysql_statement(struct sql_reader *r, struct str statement)
{
    struct mysql_cursor c = {.r = r, .text = statement};

    r->statement = statement;
    if (mysql_word(&c, "create")) {
        create(&c);
    } else if (mysql_word(&c, "alter")) {
        (void)(mysql_word(&c, "online") || mysql_word(&c, "ignore"));
        if (mysql_word(&c, "table"))
            alter_table(&c);
    } else if (mysql_word(&c, "drop")) {
        if (mysql_word(&c, "table") || mysql_word(&c, "tables")) {
            drop_tables(&c);
        } else if (mysql_word(&c, "index")) {
            drop_named_index(&c);
        }
    } else if (mysql_word(&c, "rename") && (mysql_word(&c, "table") || mysql_word(&c, "tables"))) {
        do {
            struct str from = mysql_table_name(&c);
            (void)mysql_word(&c, "to");
            rename_table(r, from, mysql_table_name(&c));
        } while (mysql_word(&c, ","));
    }
}
