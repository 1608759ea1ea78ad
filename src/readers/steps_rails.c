/* steps_rails.c -- what a Rails migration does on its way up. */
#include "readers/steps_rails.h"

#include "readers/sql_files.h"

#define DEPTH_MAX 48u

static void push(struct rails_reader *r, struct step step)
{
    VEC_PUSH(r->arena, r->steps, step);
}

static bool is(struct str name, const char *const *words)
{
    for (; *words; words++)
        if (str_eq(name, str_from(*words)))
            return true;
    return false;
}

/* Empty when it is computed. */
static struct str text_at(struct rails_reader *r, TSNode call, size_t position)
{
    struct ruby_value value = ruby_argument(r->file, call, position);

    return ruby_is_text(&value) ? value.text : STR_NONE;
}

static struct str option_text(struct rails_reader *r, TSNode call, const char *name)
{
    struct ruby_value value = ruby_option(r->file, call, name);

    return ruby_is_text(&value) ? value.text : STR_NONE;
}

/* --- Columns. --- */

static void add_column(struct rails_reader *r, struct str table, struct str column)
{
    if (table.length && column.length)
        push(r, (struct step){
                    .kind = STEP_ADD_COLUMN, .table = table, .column = column, .keys_told = true});
}

static void push_key(struct rails_reader *r, struct str table, struct str name,
                     enum step_makes makes, const struct strs *columns, bool told)
{
    if (table.length)
        push(r, (struct step){.kind = STEP_KEY,
                              .table = table,
                              .name = name,
                              .makes = makes,
                              .parts = *columns,
                              .parts_told = told});
}

/* unique: true of a call, or of index: { unique: true }. */
static bool is_unique(const struct ruby_value *value)
{
    return value->kind != RUBY_FALSE && !ts_node_is_null(value->node);
}

/* t.string :name, limit: 50, index: { unique: true }; add_column :users, :name, :string, limit: 50 */
static void typed_column(struct rails_reader *r, TSNode call, struct str table, struct str column,
                         struct str type)
{
    struct ruby_value index = ruby_option(r->file, call, "index");
    struct strs columns = {0};
    size_t at = r->steps->count;

    add_column(r, table, column);
    if (r->steps->count == at)
        return;
    if (!type.length ||
        !rails_type(r->file, call, type, r->version, &r->steps->items[at].made_type))
        r->steps->items[at].made_type = STR_NONE;
    if (ts_node_is_null(index.node) || index.kind == RUBY_FALSE)
        return;
    struct ruby_value unique = index.kind == RUBY_HASH ? ruby_entry(r->file, index.node, "unique")
                                                       : (struct ruby_value){0};
    VEC_PUSH(r->arena, &columns, column);
    push_key(r, table, STR_NONE, is_unique(&unique) ? STEP_MAKES_UNIQUE : STEP_MAKES_INDEX,
             &columns, true);
}

static void drop_column(struct rails_reader *r, struct str table, struct str column)
{
    if (table.length && column.length)
        push(r, (struct step){.kind = STEP_DROP_COLUMN, .table = table, .column = column});
}

static void alter_key(struct rails_reader *r, struct str table, struct str column)
{
    if (table.length && column.length)
        push(r, (struct step){
                    .kind = STEP_ALTER_COLUMN, .table = table, .column = column, .key = true});
}

static void rename_column(struct rails_reader *r, struct str table, struct str from, struct str to)
{
    drop_column(r, table, from);
    add_column(r, table, to);
}

/* change_column :users, :name, :string, limit: 120, null: false */
static void change_column(struct rails_reader *r, TSNode call, struct str table, struct str column,
                          struct str type)
{
    struct ruby_value null = ruby_option(r->file, call, "null");
    struct step step = {.kind = STEP_ALTER_COLUMN,
                        .table = table,
                        .column = column,
                        .type = true,
                        .null = !ts_node_is_null(null.node),
                        .null_known = null.kind == RUBY_TRUE || null.kind == RUBY_FALSE,
                        .nullable = null.kind == RUBY_TRUE,
                        .default_value =
                            !ts_node_is_null(ruby_option(r->file, call, "default").node)};

    if (!table.length || !column.length)
        return;
    struct rails_version mysql = r->version;
    mysql.mysql = true;
    if (!type.length || !rails_type(r->file, call, type, r->version, &step.type_name) ||
        !rails_type(r->file, call, type, mysql, &step.mysql_type_name))
        step.type_name = STR_NONE;
    step.made_type = step.type_name;
    push(r, step);
}

static void change_null(struct rails_reader *r, struct str table, struct str column,
                        struct ruby_value null)
{
    if (table.length && column.length)
        push(r, (struct step){.kind = STEP_ALTER_COLUMN,
                              .table = table,
                              .column = column,
                              .null = true,
                              .null_known = null.kind == RUBY_TRUE || null.kind == RUBY_FALSE,
                              .nullable = null.kind == RUBY_TRUE});
}

static void change_default(struct rails_reader *r, struct str table, struct str column)
{
    if (table.length && column.length)
        push(r, (struct step){.kind = STEP_ALTER_COLUMN,
                              .table = table,
                              .column = column,
                              .default_value = true});
}

/* --- Indexes. --- */

static void index_step(struct rails_reader *r, enum step_kind kind, struct str table,
                       struct str name, const struct strs *columns)
{
    if (!table.length)
        return;
    if (!name.length && columns->count)
        name = rails_index_name(r->arena, table, columns);
    push(r, (struct step){.kind = kind, .table = table, .name = name});
    for (size_t i = 0; i < columns->count; i++)
        alter_key(r, table, columns->items[i]);
}

static void index_of(struct rails_reader *r, TSNode call, enum step_kind kind, struct str table,
                     size_t position)
{
    struct ruby_value list = ruby_argument(r->file, call, position);
    struct strs columns = {0};

    if (ts_node_is_null(list.node))
        list = ruby_option(r->file, call, "column");
    rails_names(r->arena, &list, &columns);
    index_step(r, kind, table, option_text(r, call, "name"), &columns);
    if (kind != STEP_ADD_INDEX)
        return;
    struct ruby_value unique = ruby_option(r->file, call, "unique");
    struct str name = option_text(r, call, "name");
    bool told = columns.count > 0;
    for (size_t i = 0; i < columns.count; i++)
        if (str_find_byte(columns.items[i], '(') != SIZE_MAX)
            columns.items[i] = STR_NONE; /* "lower(name)" */
    push_key(r, table, name.length || !told ? name : rails_index_name(r->arena, table, &columns),
             is_unique(&unique) ? STEP_MAKES_UNIQUE : STEP_MAKES_INDEX, &columns, told);
}

/* --- References. --- */

/* foreign_key: true, index: { unique: true } of a reference; with polymorphic: the index is over both of its columns. */
static void reference_keys(struct rails_reader *r, TSNode call, struct str table, struct str column,
                           bool many)
{
    struct ruby_value index = ruby_option(r->file, call, "index");
    struct ruby_value foreign = ruby_option(r->file, call, "foreign_key");
    struct ruby_value unique = index.kind == RUBY_HASH ? ruby_entry(r->file, index.node, "unique")
                                                       : (struct ruby_value){0};
    struct strs columns = {0};

    VEC_PUSH(r->arena, &columns, column);
    if (!ts_node_is_null(foreign.node) && foreign.kind != RUBY_FALSE)
        push_key(r, table, STR_NONE, STEP_MAKES_FOREIGN, &columns, true);
    if (index.kind == RUBY_FALSE)
        return;
    struct strs indexed = {0};
    if (many)
        VEC_PUSH(r->arena, &indexed,
                 str_printf(r->arena, STR_FMT "_type",
                            STR_ARG(str_prefix(column, column.length - STR("_id").length))));
    VEC_PUSH(r->arena, &indexed, column);
    push_key(r, table, STR_NONE, is_unique(&unique) ? STEP_MAKES_UNIQUE : STEP_MAKES_INDEX,
             &indexed, true);
}

static void reference(struct rails_reader *r, TSNode call, struct str table, struct str name,
                      bool adds)
{
    struct ruby_value polymorphic = ruby_option(r->file, call, "polymorphic");
    struct ruby_value index = ruby_option(r->file, call, "index");
    struct str column = str_printf(r->arena, STR_FMT "_id", STR_ARG(name));
    bool many = polymorphic.kind == RUBY_TRUE || polymorphic.kind == RUBY_HASH;
    struct strs columns = {0};

    if (!table.length || !name.length)
        return;
    if (many)
        (adds ? add_column : drop_column)(r, table,
                                          str_printf(r->arena, STR_FMT "_type", STR_ARG(name)));
    (adds ? add_column : drop_column)(r, table, column);
    if (adds)
        reference_keys(r, call, table, column, many);
    if (index.kind == RUBY_FALSE)
        return;
    VEC_PUSH(r->arena, &columns, many ? name : column);
    struct ruby_value given =
        index.kind == RUBY_HASH ? ruby_entry(r->file, index.node, "name") : (struct ruby_value){0};
    index_step(r, adds ? STEP_ADD_INDEX : STEP_DROP_INDEX, table, given.text, &columns);
}

/* add_foreign_key :orders, :users, column: :buyer_id */
static void foreign_key(struct rails_reader *r, TSNode call, struct str table, size_t position,
                        enum step_kind kind)
{
    struct ruby_value columns = ruby_option(r->file, call, "column");
    struct str target = text_at(r, call, position);
    struct strs names = {0}, stems = {0};

    if (!target.length)
        target = option_text(r, call, "to_table");
    rails_names(r->arena, &columns, &names);
    if (!names.count) {
        rails_singulars(r->arena, target, &stems);
        for (size_t i = 0; target.length && i < stems.count; i++)
            VEC_PUSH(r->arena, &names,
                     str_printf(r->arena, STR_FMT "_id", STR_ARG(stems.items[i])));
    }
    if (!table.length)
        return;
    push(r, (struct step){.kind = kind, .table = table, .name = option_text(r, call, "name")});
    for (size_t i = 0; i < names.count; i++) {
        struct strs one = {0};
        alter_key(r, table, names.items[i]);
        VEC_PUSH(r->arena, &one, names.items[i]);
        if (kind == STEP_ADD_INDEX)
            push_key(r, table, STR_NONE, STEP_MAKES_FOREIGN, &one, columns.kind != RUBY_LIST);
    }
    if (kind == STEP_ADD_INDEX && !names.count)
        push_key(r, table, STR_NONE, STEP_MAKES_FOREIGN, &names, false);
}

/* t.unique_constraint [:a, :b], name: "u" */
static void unique_constraint(struct rails_reader *r, TSNode call, struct str table,
                              size_t position, bool adds)
{
    struct ruby_value list = ruby_argument(r->file, call, position);
    struct strs columns = {0};
    struct str name = option_text(r, call, "name");

    rails_names(r->arena, &list, &columns);
    if (adds)
        push_key(r, table, name, STEP_MAKES_UNIQUE, &columns, columns.count > 0);
    push(r, (struct step){
                .kind = adds ? STEP_ADD_INDEX : STEP_DROP_INDEX, .table = table, .name = name});
}

static void timestamps(struct rails_reader *r, struct str table, bool adds)
{
    (adds ? add_column : drop_column)(r, table, STR("created_at"));
    (adds ? add_column : drop_column)(r, table, STR("updated_at"));
}

/* --- Inside a table's block. --- */

/* t.string :name, :nick */
static bool new_columns(struct rails_reader *r, TSNode call, struct str method)
{
    static const char *const references[] = {"references", "belongs_to", NULL};
    static const char *const gone[] = {"remove_references", "remove_belongs_to", NULL};
    bool refers = is(method, references), leaves = is(method, gone);

    if (!refers && !leaves && !rails_is_type(method) && !str_eq(method, STR("remove")))
        return false;
    for (size_t i = 0; i < ruby_argument_count(call); i++) {
        struct str name = text_at(r, call, i);
        if (refers || leaves)
            reference(r, call, r->table, name, refers);
        else if (str_eq(method, STR("remove")))
            drop_column(r, r->table, name);
        else
            typed_column(r, call, r->table, name, method);
    }
    return true;
}

static void table_call(struct rails_reader *r, TSNode call, struct str method)
{
    struct str first = text_at(r, call, 0), second = text_at(r, call, 1);

    if (new_columns(r, call, method))
        return;
    if (str_eq(method, STR("column")))
        typed_column(r, call, r->table, first, second);
    else if (str_eq(method, STR("index")))
        index_of(r, call, STEP_ADD_INDEX, r->table, 0);
    else if (str_eq(method, STR("remove_index")))
        index_of(r, call, STEP_DROP_INDEX, r->table, 0);
    else if (str_eq(method, STR("timestamps")) || str_eq(method, STR("remove_timestamps")))
        timestamps(r, r->table, str_eq(method, STR("timestamps")));
    else if (str_eq(method, STR("rename")))
        rename_column(r, r->table, first, second);
    else if (str_eq(method, STR("change")))
        change_column(r, call, r->table, first, second);
    else if (str_eq(method, STR("change_null")))
        change_null(r, r->table, first, ruby_argument(r->file, call, 1));
    else if (str_eq(method, STR("change_default")))
        change_default(r, r->table, first);
    else if (str_eq(method, STR("foreign_key")) || str_eq(method, STR("remove_foreign_key")))
        foreign_key(r, call, r->table, 0,
                    str_eq(method, STR("foreign_key")) ? STEP_ADD_INDEX : STEP_DROP_INDEX);
    else if (str_ends(method, STR("unique_constraint")))
        unique_constraint(r, call, r->table, 0, !str_starts(method, STR("remove_")));
    else if (str_ends(method, STR("_constraint")))
        push(r, (struct step){.kind = str_starts(method, STR("remove_")) ? STEP_DROP_INDEX
                                                                         : STEP_ADD_INDEX,
                              .table = r->table,
                              .name = option_text(r, call, "name")});
}

static void table_block(struct rails_reader *r, TSNode call, struct str table, size_t depth)
{
    struct str outer_table = r->table, outer_variable = r->variable;
    TSNode block = ruby_field(call, "block");

    r->table = table;
    r->variable = ruby_block_parameter(r->file, call);
    if (!ts_node_is_null(block))
        steps_rails_visit(r, block, depth + 1);
    r->table = outer_table;
    r->variable = outer_variable;
}

static void create_table(struct rails_reader *r, TSNode call, size_t depth)
{
    struct ruby_value id = ruby_option(r->file, call, "id");
    struct str table = text_at(r, call, 0), key = option_text(r, call, "primary_key");

    if (!table.length)
        return;
    push(r, (struct step){.kind = STEP_ADD_TABLE, .table = table, .keys_told = true});
    if (id.kind != RUBY_FALSE)
        add_column(r, table, key.length ? key : STR("id"));
    table_block(r, call, table, depth);
}

/* create_join_table :users, :tags */
static void join_table(struct rails_reader *r, TSNode call, bool adds, size_t depth)
{
    struct str names[] = {text_at(r, call, 0), text_at(r, call, 1)};
    struct str table = option_text(r, call, "table_name");

    if (!names[0].length || !names[1].length)
        return;
    bool ordered = str_compare(names[0], names[1]) <= 0;
    if (!table.length)
        table = str_printf(r->arena, STR_FMT "_" STR_FMT, STR_ARG(names[ordered ? 0 : 1]),
                           STR_ARG(names[ordered ? 1 : 0]));
    push(r, (struct step){.kind = adds ? STEP_ADD_TABLE : STEP_DROP_TABLE, .table = table});
    for (size_t i = 0; adds && i < 2; i++) {
        struct strs stems = {0};
        rails_singulars(r->arena, names[i], &stems);
        for (size_t j = 0; j < stems.count; j++)
            add_column(r, table, str_printf(r->arena, STR_FMT "_id", STR_ARG(stems.items[j])));
    }
    if (adds)
        table_block(r, call, table, depth);
}

/* --- Statements. --- */

static void types(struct rails_reader *r, TSNode call, struct str method)
{
    struct str name = text_at(r, call, 0);
    struct ruby_value labels = ruby_argument(r->file, call, 1);
    struct strs values = {0};

    if (str_eq(method, STR("drop_enum"))) {
        push(r, (struct step){.kind = STEP_DROP_TYPE, .name = name});
        return;
    }
    if (str_eq(method, STR("create_enum")))
        push(r, (struct step){.kind = STEP_ADD_TYPE, .name = name});
    rails_names(r->arena, &labels, &values);
    if (str_eq(method, STR("rename_enum_value")))
        push(r, (struct step){.kind = STEP_ADD_VALUE,
                              .name = name,
                              .value = option_text(r, call, "to"),
                              .was = option_text(r, call, "from")});
    for (size_t i = 0; i < values.count; i++)
        push(r, (struct step){.kind = STEP_ADD_VALUE, .name = name, .value = values.items[i]});
}

static bool columns_call(struct rails_reader *r, TSNode call, struct str method)
{
    struct str table = text_at(r, call, 0), column = text_at(r, call, 1);

    if (str_eq(method, STR("add_column")))
        typed_column(r, call, table, column, text_at(r, call, 2));
    else if (str_eq(method, STR("add_columns")) || str_eq(method, STR("remove_columns")))
        for (size_t i = 1; i < ruby_argument_count(call); i++)
            (str_starts(method, STR("add")) ? add_column : drop_column)(r, table,
                                                                        text_at(r, call, i));
    else if (str_eq(method, STR("remove_column")))
        drop_column(r, table, column);
    else if (str_eq(method, STR("rename_column")))
        rename_column(r, table, column, text_at(r, call, 2));
    else if (str_eq(method, STR("change_column")))
        change_column(r, call, table, column, text_at(r, call, 2));
    else if (str_eq(method, STR("change_column_null")))
        change_null(r, table, column, ruby_argument(r->file, call, 2));
    else if (str_eq(method, STR("change_column_default")))
        change_default(r, table, column);
    else if (str_eq(method, STR("add_reference")) || str_eq(method, STR("add_belongs_to")))
        reference(r, call, table, column, true);
    else if (str_eq(method, STR("remove_reference")) || str_eq(method, STR("remove_belongs_to")))
        reference(r, call, table, column, false);
    else if (str_eq(method, STR("add_timestamps")) || str_eq(method, STR("remove_timestamps")))
        timestamps(r, table, str_eq(method, STR("add_timestamps")));
    else
        return false;
    return true;
}

static bool tables_call(struct rails_reader *r, TSNode call, struct str method, size_t depth)
{
    struct str table = text_at(r, call, 0);

    if (str_eq(method, STR("create_table"))) {
        create_table(r, call, depth);
    } else if (str_eq(method, STR("change_table"))) {
        table_block(r, call, table, depth);
    } else if (str_eq(method, STR("drop_table"))) {
        for (size_t i = 0; i < ruby_argument_count(call); i++)
            if (text_at(r, call, i).length)
                push(r, (struct step){.kind = STEP_DROP_TABLE, .table = text_at(r, call, i)});
    } else if (str_eq(method, STR("rename_table"))) {
        if (table.length)
            push(r, (struct step){.kind = STEP_DROP_TABLE, .table = table});
        if (text_at(r, call, 1).length)
            push(r,
                 (struct step){.kind = STEP_ADD_TABLE, .table = text_at(r, call, 1), .was = table});
    } else if (str_eq(method, STR("create_join_table")) || str_eq(method, STR("drop_join_table"))) {
        join_table(r, call, str_starts(method, STR("create")), depth);
    } else {
        return false;
    }
    return true;
}

static bool keys_call(struct rails_reader *r, TSNode call, struct str method)
{
    static const char *const constraints[] = {"add_check_constraint", "add_unique_constraint",
                                              "add_exclusion_constraint", NULL};
    static const char *const gone[] = {"remove_check_constraint", "remove_unique_constraint",
                                       "remove_exclusion_constraint", NULL};
    static const char *const enums[] = {"create_enum", "add_enum_value", "rename_enum_value",
                                        "drop_enum", NULL};
    struct str table = text_at(r, call, 0);

    if (str_eq(method, STR("add_index")))
        index_of(r, call, STEP_ADD_INDEX, table, 1);
    else if (str_eq(method, STR("remove_index")))
        index_of(r, call, STEP_DROP_INDEX, table, 1);
    else if (str_eq(method, STR("rename_index"))) {
        struct strs none = {0};
        index_step(r, STEP_DROP_INDEX, table, text_at(r, call, 1), &none);
        index_step(r, STEP_ADD_INDEX, table, text_at(r, call, 2), &none);
    } else if (str_eq(method, STR("add_foreign_key")))
        foreign_key(r, call, table, 1, STEP_ADD_INDEX);
    else if (str_eq(method, STR("remove_foreign_key")))
        foreign_key(r, call, table, 1, STEP_DROP_INDEX);
    else if (str_ends(method, STR("unique_constraint")))
        unique_constraint(r, call, table, 1, str_starts(method, STR("add_")));
    else if (is(method, constraints) || is(method, gone))
        push(r, (struct step){.kind = is(method, gone) ? STEP_DROP_INDEX : STEP_ADD_INDEX,
                              .table = table,
                              .name = option_text(r, call, "name")});
    else if (is(method, enums))
        types(r, call, method);
    else
        return false;
    return true;
}

static struct str bound_text(void *context, struct str name)
{
    const struct rails_reader *r = context;

    for (size_t i = r->file->bound.count; i-- > 0;)
        if (str_eq(r->file->bound.items[i].name, name))
            return ruby_is_text(&r->file->bound.items[i].value) ? r->file->bound.items[i].value.text
                                                                : STR_NONE;
    return STR_NONE;
}

/* execute File.read(Rails.root.join("db", "sql", "x.sql")) */
static bool read_from_files(struct rails_reader *r, TSNode node)
{
    const struct sql_files files = {.arena = r->arena,
                                    .files = r->files,
                                    .path = r->path,
                                    .source = r->file->source,
                                    .meant = bound_text,
                                    .context = r};

    if (!r->files || ts_node_is_null(node))
        return false;
    return sql_files_steps(&files, ruby_source(r->file, node), r->steps);
}

static bool statement(struct rails_reader *r, TSNode call, struct str method, size_t depth)
{
    if (columns_call(r, call, method) || tables_call(r, call, method, depth) ||
        keys_call(r, call, method))
        return true;
    if (!str_eq(method, STR("execute")) && !str_eq(method, STR("exec_query")))
        return false;
    r->file->gap = r->unbound ? STR_NONE : STEPS_GAP;
    struct ruby_value sql = ruby_argument(r->file, call, 0);
    r->file->gap = STR_NONE;
    if (ruby_is_text(&sql))
        steps_of_gapped_sql(r->arena, sql.text, r->file->source, r->steps);
    else if (!read_from_files(r, sql.node))
        push(r, (struct step){.kind = STEP_KEY});
    return true;
}

/* "add_index" of add_concurrent_index, safe_add_concurrent_index, unsafe_add_index: helpers for tables in use call theirs after what they do. */
static struct str usual_name(struct rails_reader *r, struct str method)
{
    static const char *const begins[] = {"safe_", "unsafe_"};
    static const struct str middle = STR_INIT("_concurrent_");
    struct str name = method;

    for (size_t i = 0; i < COUNT_OF(begins); i++)
        if (str_starts(name, str_from(begins[i])))
            name = str_from_offset(name, str_from(begins[i]).length);
    size_t at = str_find(name, middle);
    return at == SIZE_MAX ? name
                          : str_printf(r->arena, STR_FMT "_" STR_FMT, STR_ARG(str_prefix(name, at)),
                                       STR_ARG(str_from_offset(name, at + middle.length)));
}

/* --- All of it. --- */

static void call_node(struct rails_reader *r, TSNode call, size_t depth)
{
    struct str method = steps_rails_sent_method(r, call, ruby_method(r->file, call));
    struct str receiver = ruby_receiver(r->file, call);

    if (steps_rails_revert(r, call, method, depth))
        return;
    if (receiver.length && str_eq(method, STR("down"))) /* dir.down do … end */
        return;
    if (r->variable.length && str_eq(receiver, r->variable)) {
        if (!str_eq(method, STR("with_options")) || !steps_rails_with_options(r, call, depth))
            table_call(r, call, method);
        return;
    }
    if (steps_rails_own_lambda(r, call, method, depth))
        return;
    if (statement(r, call, usual_name(r, method), depth) ||
        steps_rails_loop(r, call, method, depth))
        return;
    if ((!receiver.length || str_eq(receiver, STR("self")) ||
         steps_rails_hands_itself_on(r, call)) &&
        steps_rails_own_method(r, call, method, depth))
        return;
    /* add_unique_key :posts, :slug of a gem */
    if (!receiver.length && ruby_argument_count(call) > 1 &&
        (str_starts(method, STR("add_")) || str_starts(method, STR("create_")) ||
         str_starts(method, STR("ensure_"))))
        push(r, (struct step){.kind = STEP_KEY, .table = text_at(r, call, 0)});
    steps_rails_visit(r, call, depth + 1);
}

void steps_rails_visit(struct rails_reader *r, TSNode node, size_t depth)
{
    if (depth > DEPTH_MAX || ts_node_is_null(node))
        return;
    for (uint32_t i = 0; i < ts_node_named_child_count(node); i++) {
        TSNode child = ts_node_named_child(node, i);
        if (ruby_is(child, "class") && steps_rails_is_run_elsewhere(r, child))
            continue;
        if (ruby_is(child, "call")) {
            call_node(r, child, depth);
        } else if (ruby_is(child, "method") || ruby_is(child, "singleton_method")) {
            bool outer = r->unbound;
            r->unbound = outer || !ts_node_is_null(ruby_field(child, "parameters"));
            if (!str_eq(ruby_source(r->file, ruby_field(child, "name")), STR("down")))
                steps_rails_visit(r, child, depth + 1);
            r->unbound = outer;
        } else if (ruby_is(child, "assignment")) {
            VEC_PUSH(r->arena, &r->file->bound,
                     (struct ruby_bound){.name = ruby_source(r->file, ruby_field(child, "left")),
                                         .value = ruby_value(r->file, ruby_field(child, "right"))});
            steps_rails_visit(r, child, depth + 1);
        } else {
            steps_rails_visit(r, child, depth + 1);
        }
    }
}

void steps_of_rails(struct arena *arena, const struct source_files *files, struct str path,
                    struct str source, struct steps *steps)
{
    CLEANUP_WITH(ruby_file_release) struct ruby_file *file = ruby_file_parse(arena, source);
    struct rails_reader reader = {.arena = arena,
                                  .file = file,
                                  .version = rails_version_of(source),
                                  .steps = steps,
                                  .files = files,
                                  .path = path};

    if (file->tree)
        steps_rails_visit(&reader, file->root, 0);
}
