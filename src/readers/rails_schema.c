/* rails_schema.c -- db/schema.rb. */
#include "readers/rails.h"
#include "readers/sql_schema.h"

#define DEPTH_MAX 24u

struct reader {
    struct arena *arena;
    struct schema *schema;
    struct ruby_file *file;
    struct str path;
    struct rails_version version;
    VEC(TSNode) foreign_keys; /* judged when every table is known */
    struct strs views;
};

static struct schema_place place(const struct reader *r, TSNode node)
{
    return (struct schema_place){.file = r->path, .line = ruby_line(node)};
}

static void unread(struct reader *r, TSNode node, struct str what)
{
    struct str text = ruby_source(r->file, node), line;

    (void)str_next_line(&text, &line);
    schema_unread_add(r->arena, r->schema, place(r, node),
                      str_printf(r->arena, STR_FMT ": \"" STR_FMT "\"", STR_ARG(what),
                                 STR_ARG(str_shown(r->arena, line))),
                      ruby_source(r->file, node));
}

static bool is(struct str name, const char *const *words)
{
    for (; *words; words++)
        if (str_eq(name, str_from(*words)))
            return true;
    return false;
}

/* --- Indexes and constraints. --- */

/* order: { created_at: :desc }, opclass: :gin_trgm_ops or { name: :gin_trgm_ops } */
static struct str said_of(struct reader *r, TSNode call, const char *option, struct str column)
{
    struct ruby_value value = ruby_option(r->file, call, option);

    if (value.kind == RUBY_HASH)
        value = ruby_entry(r->file, value.node, str_c(r->arena, column));
    return ruby_is_text(&value) ? value.text : STR_NONE;
}

static struct str index_part(struct reader *r, TSNode call, struct str column)
{
    struct str class = said_of(r, call, "opclass", column);
    struct str order = said_of(r, call, "order", column);

    struct ruby_value length = ruby_option(r->file, call, "length"); /* MySQL's prefixes */
    if (length.kind == RUBY_HASH)
        length = ruby_entry(r->file, length.node, str_c(r->arena, column));
    if (length.kind == RUBY_NUMBER)
        column =
            str_printf(r->arena, STR_FMT "(" STR_FMT ")", STR_ARG(column), STR_ARG(length.text));
    bool descends = order.length && !str_eq_nocase(order, STR("asc"));
    struct str upper = descends ? str_upper(r->arena, order) : STR("");
    return str_printf(r->arena, STR_FMT "%s" STR_FMT "%s" STR_FMT, STR_ARG(column),
                      class.length ? " " : "", STR_ARG(class), descends ? " " : "", STR_ARG(upper));
}

static struct str index_extra(struct reader *r, TSNode call)
{
    struct ruby_value include = ruby_option(r->file, call, "include");
    bool distinct = ruby_option(r->file, call, "nulls_not_distinct").kind == RUBY_TRUE;
    struct strs names = {0};

    rails_names(r->arena, &include, &names);
    struct str list =
        names.count ? str_printf(r->arena, "INCLUDE (" STR_FMT ")",
                                 STR_ARG(str_join(r->arena, names.items, names.count, STR(", "))))
                    : STR_NONE;
    return str_printf(r->arena, STR_FMT "%s%s", STR_ARG(list), list.length && distinct ? " " : "",
                      distinct ? "NULLS NOT DISTINCT" : "");
}

/* deferrable: :deferred, :immediate, true */
static const char *deferral(struct reader *r, TSNode call)
{
    struct ruby_value said = ruby_option(r->file, call, "deferrable");

    return schema_deferral(said.kind == RUBY_TRUE || str_eq(said.text, STR("immediate")),
                           str_eq(said.text, STR("deferred")));
}

/* `columns`: which argument names them. */
static void add_index(struct reader *r, struct schema_table *table, TSNode call, size_t columns)
{
    struct ruby_value list = ruby_argument(r->file, call, columns);
    struct ruby_value name = ruby_option(r->file, call, "name");
    struct ruby_value where = ruby_option(r->file, call, "where");
    struct ruby_value using = ruby_option(r->file, call, "using");
    struct ruby_value type = ruby_option(r->file, call, "type"); /* :fulltext, :spatial */
    struct schema_index index = {.kind = ruby_option(r->file, call, "unique").kind == RUBY_TRUE
                                             ? SCHEMA_UNIQUE_INDEX
                                             : SCHEMA_INDEX,
                                 .method = str_eq(using.text, STR("btree")) ? STR_NONE : using.text,
                                 .condition = ruby_is_text(&where) ? where.text : STR_NONE,
                                 .extra = index_extra(r, call),
                                 .place = place(r, call)};
    struct strs names = {0};

    if (ruby_is_text(&type))
        index.method = type.text;
    rails_names(r->arena, &list, &names);
    if (!names.count) {
        unread(r, call, STR("an index whose columns are computed"));
        return;
    }
    for (size_t i = 0; i < names.count; i++)
        VEC_PUSH(r->arena, &index.parts, index_part(r, call, names.items[i]));
    index.name = ruby_is_text(&name) ? name.text : rails_index_name(r->arena, table->name, &names);
    VEC_PUSH(r->arena, &table->indexes, index);
}

/* check_constraint "price > 0", unique_constraint ["a", "b"], exclusion_constraint "…" */
static void add_constraint(struct reader *r, struct schema_table *table, TSNode call,
                           enum schema_index_kind kind, size_t position)
{
    struct ruby_value what = ruby_argument(r->file, call, position);
    struct ruby_value name = ruby_option(r->file, call, "name");
    struct ruby_value using = ruby_option(r->file, call, "using");
    struct ruby_value where = ruby_option(r->file, call, "where");
    struct schema_index index = {.kind = kind,
                                 .name = ruby_is_text(&name) ? name.text : STR_NONE,
                                 .method = using.text,
                                 .condition = ruby_is_text(&where) ? where.text : STR_NONE,
                                 .extra = kind == SCHEMA_UNIQUE ? index_extra(r, call) : STR_NONE,
                                 .place = place(r, call)};

    rails_names(r->arena, &what, &index.parts);
    if (kind != SCHEMA_CHECK)
        schema_index_defer(r->arena, &index, deferral(r, call));
    if (index.parts.count)
        VEC_PUSH(r->arena, &table->indexes, index);
    else
        unread(r, call, STR("a constraint that is computed"));
}

/* --- Columns. --- */

static void say_default(struct reader *r, const struct schema_table *table, TSNode call,
                        const struct schema_column *column)
{
    TSNode value = ruby_option(r->file, call, "default").node;

    if (column->unread_default)
        unread(r, ts_node_is_null(value) ? call : value,
               str_printf(r->arena, "the default of " STR_FMT "." STR_FMT, STR_ARG(table->name),
                          STR_ARG(column->name)));
}

static void put_column(struct reader *r, struct schema_table *table, TSNode call, struct str name,
                       struct str type)
{
    struct schema_column column = {.name = name, .place = place(r, call)};

    rails_column(r->file, call, type, r->version, &column);
    if (!column.type.length)
        unread(r, call,
               str_printf(r->arena, "the type of " STR_FMT "." STR_FMT, STR_ARG(table->name),
                          STR_ARG(name)));
    if (str_eq(type, STR("primary_key")))
        column.primary_key = true, column.nullable = false;
    say_default(r, table, call, &column);
    schema_column_put(r->arena, table, column);
}

/* on_delete: :nullify */
static struct str action_words(struct reader *r, struct ruby_value value, const char *words)
{
    struct str text = str_eq(value.text, STR("cascade"))    ? STR("CASCADE")
                      : str_eq(value.text, STR("nullify"))  ? STR("SET NULL")
                      : str_eq(value.text, STR("restrict")) ? STR("RESTRICT")
                                                            : STR_NONE;

    return text.length ? str_printf(r->arena, " %s " STR_FMT, words, STR_ARG(text)) : STR_NONE;
}

/* t.references "user", foreign_key: true */
static void put_reference(struct reader *r, struct schema_table *table, TSNode call,
                          struct str reference)
{
    struct ruby_value type = ruby_option(r->file, call, "type");
    struct ruby_value polymorphic = ruby_option(r->file, call, "polymorphic");
    struct ruby_value index = ruby_option(r->file, call, "index");
    struct ruby_value key = ruby_option(r->file, call, "foreign_key");
    struct str column = str_printf(r->arena, STR_FMT "_id", STR_ARG(reference));
    struct strs columns = {0}, targets = {0};
    bool many = polymorphic.kind == RUBY_TRUE || polymorphic.kind == RUBY_HASH;

    put_column(r, table, call, column, ruby_is_text(&type) ? type.text : STR("bigint"));
    if (many) {
        struct schema_column kind = *schema_column_named(table, column);
        kind.name = str_printf(r->arena, STR_FMT "_type", STR_ARG(reference));
        kind.type = STR("VARCHAR");
        kind.default_value = STR_NONE;
        VEC_PUSH(r->arena, &columns, kind.name);
        schema_column_put(r->arena, table, kind);
    }
    VEC_PUSH(r->arena, &columns, column);
    if (index.kind != RUBY_FALSE && index.kind != RUBY_NIL) {
        struct ruby_value name = index.kind == RUBY_HASH ? ruby_entry(r->file, index.node, "name")
                                                         : (struct ruby_value){0};
        bool unique =
            index.kind == RUBY_HASH && ruby_entry(r->file, index.node, "unique").kind == RUBY_TRUE;
        struct strs named = {0};
        VEC_PUSH(r->arena, &named, many ? reference : column);
        VEC_PUSH(r->arena, &table->indexes,
                 (struct schema_index){
                     .kind = unique ? SCHEMA_UNIQUE_INDEX : SCHEMA_INDEX,
                     .name = ruby_is_text(&name) ? name.text
                                                 : rails_index_name(r->arena, table->name, &named),
                     .parts = columns,
                     .place = place(r, call)});
    }
    if (key.kind != RUBY_TRUE && key.kind != RUBY_HASH)
        return;
    struct ruby_value to =
        key.kind == RUBY_HASH ? ruby_entry(r->file, key.node, "to_table") : (struct ruby_value){0};
    rails_plurals(r->arena, reference, &targets);
    struct str target = ruby_is_text(&to) ? to.text : targets.items[0];
    for (size_t i = 0; !ruby_is_text(&to) && i < targets.count; i++)
        if (schema_table_named(r->schema, targets.items[i])) {
            target = targets.items[i];
            break;
        }
    struct str actions[2] = {0};
    if (key.kind == RUBY_HASH) {
        actions[0] = action_words(r, ruby_entry(r->file, key.node, "on_delete"), "ON DELETE");
        actions[1] = action_words(r, ruby_entry(r->file, key.node, "on_update"), "ON UPDATE");
    }
    schema_column_named(table, column)->references =
        str_printf(r->arena, STR_FMT " (id)" STR_FMT STR_FMT, STR_ARG(target), STR_ARG(actions[0]),
                   STR_ARG(actions[1]));
}

static void timestamps(struct reader *r, struct schema_table *table, TSNode call)
{
    static const char *const names[] = {"created_at", "updated_at"};
    struct ruby_value precision = ruby_option(r->file, call, "precision");

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        put_column(r, table, call, str_from(names[i]), STR("datetime"));
        struct schema_column *column = schema_column_named(table, str_from(names[i]));
        column->nullable = ruby_option(r->file, call, "null").kind == RUBY_TRUE;
        /* Six digits since Rails 6.0. */
        if (ts_node_is_null(precision.node) && r->version.major >= 6)
            column->type = STR("TIMESTAMP(6) WITHOUT TIME ZONE");
    }
}

/* t.column "uid", "uuid", and what is written like it. NULL: it is computed, which is said. */
static struct schema_column *typed_column(struct reader *r, struct schema_table *table, TSNode call,
                                          struct str *ret_type)
{
    struct ruby_value name = ruby_argument(r->file, call, 0);
    struct ruby_value type = ruby_argument(r->file, call, 1);

    if (!ruby_is_text(&name) || !ruby_is_text(&type)) {
        unread(r, call, STR("a column that is computed"));
        table->partial = true;
        return NULL;
    }
    put_column(r, table, call, name.text, type.text);
    *ret_type = type.text;
    return schema_column_named(table, name.text);
}

/* t.primary_key :uid, :uuid */
static void key_column(struct reader *r, struct schema_table *table, TSNode call)
{
    struct str type;
    struct schema_column *column = typed_column(r, table, call, &type);

    if (column)
        column->primary_key = true, column->nullable = false;
}

static void table_call(struct reader *r, struct schema_table *table, TSNode call)
{
    static const char *const references[] = {"references", "belongs_to", NULL};
    static const char *const uniques[] = {"unique_constraint", "unique_key", NULL};
    struct str method = ruby_method(r->file, call);
    size_t count = ruby_argument_count(call);

    if (str_eq(method, STR("index"))) {
        add_index(r, table, call, 0);
    } else if (str_eq(method, STR("timestamps"))) {
        timestamps(r, table, call);
    } else if (str_eq(method, STR("check_constraint"))) {
        add_constraint(r, table, call, SCHEMA_CHECK, 0);
    } else if (str_eq(method, STR("exclusion_constraint"))) {
        add_constraint(r, table, call, SCHEMA_EXCLUDE, 0);
    } else if (is(method, uniques)) {
        add_constraint(r, table, call, SCHEMA_UNIQUE, 0);
    } else if (str_eq(method, STR("column"))) {
        struct str type;
        struct schema_column *column = typed_column(r, table, call, &type);
        if (column && !column->type.length) { /* a type of the database's own */
            struct ruby_value array = ruby_option(r->file, call, "array");
            column->type =
                str_printf(r->arena, STR_FMT "%s", STR_ARG(rails_own_type(r->arena, type)),
                           array.kind == RUBY_TRUE ? "[]" : "");
            r->schema->unread.count--;
        }
    } else if (str_eq(method, STR("primary_key")) && count == 2) {
        key_column(r, table, call);
    } else if (rails_is_type(method) || is(method, references)) {
        for (size_t i = 0; i < count; i++) {
            struct ruby_value name = ruby_argument(r->file, call, i);
            if (!ruby_is_text(&name)) {
                unread(r, call, STR("a column whose name is computed"));
                table->partial = true;
            } else if (is(method, references)) {
                put_reference(r, table, call, name.text);
            } else {
                put_column(r, table, call, name.text, method);
            }
        }
    } else if (method.length) {
        unread(r, call,
               str_printf(r->arena, "what " STR_FMT " does to " STR_FMT, STR_ARG(method),
                          STR_ARG(table->name)));
        table->partial = true;
    }
}

/* --- Tables. --- */

/* The key that create_table brings along: `id: :uuid`, `id: { type: :string, limit: 36 }`, `primary_key: "code"`. */
static void primary_key(struct reader *r, struct schema_table *table, TSNode call)
{
    struct ruby_value id = ruby_option(r->file, call, "id");
    struct ruby_value key = ruby_option(r->file, call, "primary_key");
    struct schema_column column = {.name = ruby_is_text(&key) ? key.text : STR("id"),
                                   .primary_key = true,
                                   .place = place(r, call)};
    struct str type = ruby_is_text(&id) ? id.text : STR("primary_key");

    if (id.kind == RUBY_FALSE || key.kind == RUBY_LIST)
        return;
    if (id.kind == RUBY_HASH) {
        struct ruby_value of = ruby_entry(r->file, id.node, "type");
        type = ruby_is_text(&of) ? of.text : type;
    }
    /* Until Rails 6.1 the call says the length of the key too; what else it says is said of the table: its collation, its comment. */
    bool limited = !ts_node_is_null(ruby_option(r->file, call, "limit").node);
    TSNode options = id.kind == RUBY_HASH ? id.node : limited ? call : (TSNode){.id = NULL};
    rails_column(r->file, options, type, r->version, &column);
    bool says_default = !ts_node_is_null(ruby_option(r->file, options, "default").node);
    if (!says_default) {
        rails_default(r->file, call, &column);
        says_default = !ts_node_is_null(ruby_option(r->file, call, "default").node);
    }
    bool serial = str_eq(type, STR("primary_key")) || str_eq(type, STR("serial")) ||
                  str_eq(type, STR("bigserial")) || str_eq(type, STR("bigint")) ||
                  str_eq(type, STR("integer"));
    if (serial && !says_default)
        column.default_value = sql_serial_default(r->arena, table->name, column.name);
    else if (str_eq(type, STR("uuid")) && !says_default)
        column.default_value = STR("gen_random_uuid()");
    say_default(r, table, call, &column);
    schema_column_put(r->arena, table, column);
}

/* Rails 6.1 and later dump the character set, those before it what stands behind the table. */
static bool is_of_mysql(struct reader *r, TSNode call)
{
    struct ruby_value options = ruby_option(r->file, call, "options");

    return !ts_node_is_null(ruby_option(r->file, call, "charset").node) ||
           !ts_node_is_null(ruby_option(r->file, call, "collation").node) ||
           (ruby_is_text(&options) && str_contains(options.text, STR("ENGINE=")));
}

static void create_table(struct reader *r, TSNode call)
{
    struct ruby_value name = ruby_argument(r->file, call, 0);
    struct ruby_value key = ruby_option(r->file, call, "primary_key");
    TSNode body = ruby_block_body(call);
    struct strs keys = {0};

    if (!ruby_is_text(&name)) {
        unread(r, call, STR("a table whose name is computed"));
        return;
    }
    if (sql_is_history_table(name.text))
        return;
    struct schema_table *table = schema_table_add(r->arena, r->schema, name.text, place(r, call));
    r->version.mysql = is_of_mysql(r, call);
    primary_key(r, table, call);
    for (uint32_t i = 0; !ts_node_is_null(body) && i < ts_node_named_child_count(body); i++)
        if (ruby_is(ts_node_named_child(body, i), "call"))
            table_call(r, table, ts_node_named_child(body, i));
        else if (!ruby_is(ts_node_named_child(body, i), "comment"))
            unread(r, ts_node_named_child(body, i), STR("in a table"));
    if (key.kind == RUBY_LIST)
        rails_names(r->arena, &key, &keys);
    for (size_t i = 0; i < keys.count; i++) {
        struct schema_column *column = schema_column_named(table, keys.items[i]);
        if (column) {
            column->primary_key = true;
            column->nullable = false;
        }
    }
}

static struct schema_table *table_of(struct reader *r, TSNode call)
{
    struct ruby_value name = ruby_argument(r->file, call, 0);
    struct schema_table *table =
        ruby_is_text(&name) ? schema_table_named(r->schema, name.text) : NULL;

    if (!table && !(ruby_is_text(&name) && strs_have(&r->views, name.text)))
        unread(r, call, STR("of a table that this file does not make"));
    return table;
}

static void create_enum(struct reader *r, TSNode call)
{
    struct ruby_value name = ruby_argument(r->file, call, 0);
    struct ruby_value labels = ruby_argument(r->file, call, 1);
    struct schema_type type = {.name = name.text, .place = place(r, call)};

    rails_names(r->arena, &labels, &type.labels);
    if (!ruby_is_text(&name) || labels.kind != RUBY_LIST)
        unread(r, call, STR("a type that is computed"));
    else if (!schema_type_named(r->schema, type.name))
        VEC_PUSH(r->arena, &r->schema->types, type);
}

/* --- Foreign keys. --- */

static struct str action(struct reader *r, TSNode call, const char *option, const char *words)
{
    return action_words(r, ruby_option(r->file, call, option), words);
}

/* Without `column:` it is the one that is called like the other table, in the singular. */
static void foreign_key_columns(struct reader *r, const struct schema_table *table, TSNode call,
                                struct str target, struct strs *columns)
{
    struct ruby_value given = ruby_option(r->file, call, "column");
    struct strs stems = {0};

    rails_names(r->arena, &given, columns);
    if (columns->count)
        return;
    rails_singulars(r->arena, target, &stems);
    for (size_t i = 0; i < stems.count && !columns->count; i++) {
        struct str name = str_printf(r->arena, STR_FMT "_id", STR_ARG(stems.items[i]));
        if (schema_column_named(table, name))
            VEC_PUSH(r->arena, columns, name);
    }
}

static void add_foreign_key(struct reader *r, TSNode call)
{
    struct schema_table *table = table_of(r, call);
    struct ruby_value target = ruby_argument(r->file, call, 1);
    struct ruby_value key = ruby_option(r->file, call, "primary_key");
    struct ruby_value name = ruby_option(r->file, call, "name");
    struct strs columns = {0}, keys = {0};

    if (!table || !ruby_is_text(&target))
        return;
    foreign_key_columns(r, table, call, target.text, &columns);
    rails_names(r->arena, &key, &keys);
    if (!keys.count)
        VEC_PUSH(r->arena, &keys, STR("id"));
    if (!columns.count) {
        unread(r, call, STR("which column refers to the other table"));
        return;
    }
    struct str references =
        str_printf(r->arena, STR_FMT " (" STR_FMT ")" STR_FMT STR_FMT "%s", STR_ARG(target.text),
                   STR_ARG(str_join(r->arena, keys.items, keys.count, STR(", "))),
                   STR_ARG(action(r, call, "on_delete", "ON DELETE")),
                   STR_ARG(action(r, call, "on_update", "ON UPDATE")), deferral(r, call));
    struct schema_column *column = schema_column_named(table, columns.items[0]);
    if (columns.count == 1 && column)
        column->references = references;
    else
        VEC_PUSH(r->arena, &table->indexes,
                 (struct schema_index){.kind = SCHEMA_FOREIGN_KEY,
                                       .name = ruby_is_text(&name) ? name.text : STR_NONE,
                                       .parts = columns,
                                       .references = references,
                                       .place = place(r, call)});
}

/* --- The whole. --- */

/* Rails writes this where it cannot read the database itself. */
static void undumped(struct reader *r, TSNode comment)
{
    static const struct str mark = STR_INIT("# Could not dump table ");
    struct str text = ruby_source(r->file, comment);

    if (!str_starts(text, mark))
        return;
    struct str rest = str_from_offset(text, mark.length);
    (void)str_cut(&rest, '"');
    struct str name = str_cut(&rest, '"');
    schema_table_add(r->arena, r->schema, name, place(r, comment))->partial = true;
    schema_unread_add(
        r->arena, r->schema, place(r, comment),
        str_printf(r->arena, "the table " STR_FMT ", which Rails could not dump", STR_ARG(name)),
        text);
}

static void statement(struct reader *r, TSNode node)
{
    struct str method = ruby_is(node, "call") ? ruby_method(r->file, node) : STR_NONE;

    if (str_eq(method, STR("create_table"))) {
        create_table(r, node);
    } else if (str_eq(method, STR("add_index"))) {
        struct schema_table *table = table_of(r, node);
        if (table)
            add_index(r, table, node, 1);
    } else if (str_eq(method, STR("add_foreign_key"))) {
        VEC_PUSH(r->arena, &r->foreign_keys, node);
    } else if (str_eq(method, STR("create_enum"))) {
        create_enum(r, node);
    } else if (str_eq(method, STR("create_view"))) {
        struct ruby_value name = ruby_argument(r->file, node, 0);
        if (ruby_is_text(&name))
            VEC_PUSH(r->arena, &r->views, name.text);
    } else if (str_eq(method, STR("add_check_constraint"))) {
        struct schema_table *table = table_of(r, node);
        if (table)
            add_constraint(r, table, node, SCHEMA_CHECK, 1);
    }
}

/* Calls wherever they stand; what is in a table's block belongs to the table. */
static void visit(struct reader *r, TSNode node, size_t depth)
{
    if (depth > DEPTH_MAX)
        return;
    for (uint32_t i = 0; i < ts_node_named_child_count(node); i++) {
        TSNode child = ts_node_named_child(node, i);
        struct str method = ruby_method(r->file, child);
        if (ruby_is(child, "comment")) {
            undumped(r, child);
        } else if (str_eq(method, STR("create_table"))) {
            statement(r, child);
        } else if (ruby_is(child, "ERROR")) {
            unread(r, child, STR("no Ruby"));
        } else {
            statement(r, child);
            visit(r, child, depth + 1);
        }
    }
}

static void read_file(struct reader *r, struct str source)
{
    CLEANUP_WITH(ruby_file_release)
    struct ruby_file *file = ruby_file_parse(r->arena, source);

    if (!file->tree)
        return;
    r->file = file;
    r->version = rails_version_of(source);
    r->foreign_keys.count = 0;
    visit(r, file->root, 0);
    for (size_t i = 0; i < r->foreign_keys.count; i++)
        add_foreign_key(r, r->foreign_keys.items[i]);
}

void rails_schema_read(struct arena *arena, const struct source_files *files,
                       const struct strs *paths, struct schema *schema)
{
    struct reader reader = {.arena = arena, .schema = schema};

    for (size_t i = 0; i < paths->count; i++) {
        struct str source;
        reader.path = paths->items[i];
        if (files->read(files->self, paths->items[i], &source))
            read_file(&reader, source);
    }
}
