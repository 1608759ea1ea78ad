/* steps_rails.c -- what a Rails migration does on its way up. */
#include "readers/steps_rails.h"

#include "readers/sql_files.h"

#define DEPTH_MAX 48u

/* create_table :users, &columns; t.string(*NAMES): an argument that is of this kind, or written so. */
static bool has_argument(const struct rails_reader *r, TSNode call, const char *type,
                         struct str source)
{
    TSNode arguments = ruby_field(call, "arguments");

    for (uint32_t i = 0; !ts_node_is_null(arguments) && i < ts_node_named_child_count(arguments);
         i++) {
        TSNode argument = ts_node_named_child(arguments, i);
        if (ruby_is(argument, type) ||
            (source.length && str_eq(ruby_source(r->file, argument), source)))
            return true;
    }
    return false;
}

/* --- Inside a table's block. --- */

/* t.string :name, :nick */
static bool new_columns(struct rails_reader *r, TSNode call, struct str method)
{
    static const char *const references[] = {"references", "belongs_to", NULL};
    static const char *const gone[] = {"remove_references", "remove_belongs_to", NULL};
    bool refers = rails_is_one_of(method, references), leaves = rails_is_one_of(method, gone);

    if (!refers && !leaves && !rails_is_type(method) && !str_eq(method, STR("remove")))
        return false;
    if (has_argument(r, call, "splat_argument", STR_NONE))
        rails_note_unread(r);
    for (size_t i = 0; i < ruby_argument_count(call); i++) {
        struct str name = rails_text_at(r, call, i);
        if (refers || leaves)
            rails_reference(r, call, r->table, name, refers);
        else if (str_eq(method, STR("remove")))
            rails_drop_column(r, r->table, name);
        else
            rails_typed_column(r, call, r->table, name, method);
    }
    return true;
}

static void table_call(struct rails_reader *r, TSNode call, struct str method)
{
    struct str first = rails_text_at(r, call, 0), second = rails_text_at(r, call, 1);

    if (new_columns(r, call, method))
        return;
    if (str_eq(method, STR("column")))
        rails_typed_column(r, call, r->table, first, second);
    else if (str_eq(method, STR("index")))
        rails_index_of(r, call, STEP_ADD_INDEX, r->table, 0);
    else if (str_eq(method, STR("remove_index")))
        rails_index_of(r, call, STEP_DROP_INDEX, r->table, 0);
    else if (str_eq(method, STR("timestamps")) || str_eq(method, STR("remove_timestamps")))
        rails_timestamps(r, r->table, str_eq(method, STR("timestamps")));
    else if (str_eq(method, STR("rename")))
        rails_rename_column(r, r->table, first, second);
    else if (str_eq(method, STR("change")))
        rails_change_column(r, call, r->table, first, second);
    else if (str_eq(method, STR("change_null")))
        rails_change_null(r, r->table, first, ruby_argument(r->file, call, 1));
    else if (str_eq(method, STR("change_default")))
        rails_change_default(r, r->table, first);
    else if (str_eq(method, STR("foreign_key")) || str_eq(method, STR("remove_foreign_key")))
        rails_foreign_key(r, call, r->table, 0,
                          str_eq(method, STR("foreign_key")) ? STEP_ADD_INDEX : STEP_DROP_INDEX);
    else if (str_ends(method, STR("unique_constraint")))
        rails_unique_constraint(r, call, r->table, 0, !str_starts(method, STR("remove_")));
    else if (str_ends(method, STR("_constraint")))
        rails_other_constraint(r, call, method, r->table);
    else if (!str_eq(method, STR("name"))) /* t.attachment :photo of a gem */
        rails_note_unread(r);
}

static void table_block(struct rails_reader *r, TSNode call, struct str table, size_t depth)
{
    struct str outer_table = r->table, outer_variable = r->variable;
    TSNode block = ruby_field(call, "block");

    r->table = table;
    r->variable = ruby_block_parameter(r->file, call);
    if (!ts_node_is_null(block))
        steps_rails_visit(r, block, depth + 1);
    if (!r->variable.length &&
        (!ts_node_is_null(block) || has_argument(r, call, "block_argument", STR_NONE)))
        rails_note_unread(r);
    r->table = outer_table;
    r->variable = outer_variable;
}

static void create_table(struct rails_reader *r, TSNode call, size_t depth)
{
    struct ruby_value id = ruby_option(r->file, call, "id");
    struct str table = rails_text_at(r, call, 0), key = rails_option_text(r, call, "primary_key");

    if (!table.length)
        return;
    if (!ts_node_is_null(ruby_option(r->file, call, "as").node)) /* the columns of a query */
        rails_note_unread(r);
    rails_push(r, (struct step){.kind = STEP_ADD_TABLE, .table = table, .keys_told = true});
    if (id.kind != RUBY_FALSE)
        rails_add_column(r, table, key.length ? key : STR("id"));
    table_block(r, call, table, depth);
}

/* create_join_table :users, :tags */
static void join_table(struct rails_reader *r, TSNode call, bool adds, size_t depth)
{
    struct str names[] = {rails_text_at(r, call, 0), rails_text_at(r, call, 1)};
    struct str table = rails_option_text(r, call, "table_name");

    if (!names[0].length || !names[1].length)
        return;
    bool ordered = str_compare(names[0], names[1]) <= 0;
    if (!table.length)
        table = str_printf(r->arena, STR_FMT "_" STR_FMT, STR_ARG(names[ordered ? 0 : 1]),
                           STR_ARG(names[ordered ? 1 : 0]));
    rails_push(r, (struct step){.kind = adds ? STEP_ADD_TABLE : STEP_DROP_TABLE,
                                .table = table,
                                .keys_told = adds});
    for (size_t i = 0; adds && i < 2; i++) {
        struct strs stems = {0};
        rails_singulars(r->arena, names[i], &stems);
        for (size_t j = 0; j < stems.count; j++)
            rails_add_column(r, table,
                             str_printf(r->arena, STR_FMT "_id", STR_ARG(stems.items[j])));
    }
    if (adds)
        table_block(r, call, table, depth);
}

/* --- Statements. --- */

static void types(struct rails_reader *r, TSNode call, struct str method)
{
    struct str name = rails_text_at(r, call, 0);
    struct ruby_value labels = ruby_argument(r->file, call, 1);
    struct strs values = {0};

    if (str_eq(method, STR("drop_enum"))) {
        rails_push(r, (struct step){.kind = STEP_DROP_TYPE, .name = name});
        return;
    }
    rails_names(r->arena, &labels, &values);
    if (str_eq(method, STR("create_enum")))
        rails_push(r, (struct step){.kind = STEP_ADD_TYPE,
                                    .name = name,
                                    .labels_told = labels.kind == RUBY_LIST &&
                                                   values.count == labels.items.count});
    if (str_eq(method, STR("rename_enum_value")))
        rails_push(r, (struct step){.kind = STEP_ADD_VALUE,
                                    .name = name,
                                    .value = rails_option_text(r, call, "to"),
                                    .was = rails_option_text(r, call, "from")});
    for (size_t i = 0; i < values.count; i++)
        rails_push(r,
                   (struct step){.kind = STEP_ADD_VALUE, .name = name, .value = values.items[i]});
}

static bool columns_call(struct rails_reader *r, TSNode call, struct str method)
{
    struct str table = rails_text_at(r, call, 0), column = rails_text_at(r, call, 1);

    if (has_argument(r, call, "splat_argument", STR_NONE))
        rails_note_unread(r);
    if (str_eq(method, STR("add_column")))
        rails_typed_column(r, call, table, column, rails_text_at(r, call, 2));
    else if (str_eq(method, STR("add_columns")) || str_eq(method, STR("remove_columns")))
        for (size_t i = 1; i < ruby_argument_count(call); i++)
            (str_starts(method, STR("add")) ? rails_add_column : rails_drop_column)(
                r, table, rails_text_at(r, call, i));
    else if (str_eq(method, STR("remove_column")))
        rails_drop_column(r, table, column);
    else if (str_eq(method, STR("rename_column")))
        rails_rename_column(r, table, column, rails_text_at(r, call, 2));
    else if (str_eq(method, STR("change_column")))
        rails_change_column(r, call, table, column, rails_text_at(r, call, 2));
    else if (str_eq(method, STR("change_column_null")))
        rails_change_null(r, table, column, ruby_argument(r->file, call, 2));
    else if (str_eq(method, STR("change_column_default")))
        rails_change_default(r, table, column);
    else if (str_eq(method, STR("add_reference")) || str_eq(method, STR("add_belongs_to")))
        rails_reference(r, call, table, column, true);
    else if (str_eq(method, STR("remove_reference")) || str_eq(method, STR("remove_belongs_to")))
        rails_reference(r, call, table, column, false);
    else if (str_eq(method, STR("add_timestamps")) || str_eq(method, STR("remove_timestamps")))
        rails_timestamps(r, table, str_eq(method, STR("add_timestamps")));
    else
        return false;
    return true;
}

static bool tables_call(struct rails_reader *r, TSNode call, struct str method, size_t depth)
{
    struct str table = rails_text_at(r, call, 0);

    if (str_eq(method, STR("create_table"))) {
        create_table(r, call, depth);
    } else if (str_eq(method, STR("change_table"))) {
        table_block(r, call, table, depth);
    } else if (str_eq(method, STR("drop_table"))) {
        for (size_t i = 0; i < ruby_argument_count(call); i++)
            if (rails_text_at(r, call, i).length)
                rails_push(
                    r, (struct step){.kind = STEP_DROP_TABLE, .table = rails_text_at(r, call, i)});
    } else if (str_eq(method, STR("rename_table"))) {
        if (table.length)
            rails_push(r, (struct step){.kind = STEP_DROP_TABLE, .table = table});
        if (rails_text_at(r, call, 1).length)
            rails_push(r, (struct step){.kind = STEP_ADD_TABLE,
                                        .table = rails_text_at(r, call, 1),
                                        .was = table});
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
    struct str table = rails_text_at(r, call, 0);

    if (str_eq(method, STR("add_index")))
        rails_index_of(r, call, STEP_ADD_INDEX, table, 1);
    else if (str_eq(method, STR("remove_index")))
        rails_index_of(r, call, STEP_DROP_INDEX, table, 1);
    else if (str_eq(method, STR("rename_index"))) {
        struct strs none = {0};
        rails_index_step(r, STEP_DROP_INDEX, table, rails_text_at(r, call, 1), &none);
        rails_index_step(r, STEP_ADD_INDEX, table, rails_text_at(r, call, 2), &none);
    } else if (str_eq(method, STR("add_foreign_key")))
        rails_foreign_key(r, call, table, 1, STEP_ADD_INDEX);
    else if (str_eq(method, STR("remove_foreign_key")))
        rails_foreign_key(r, call, table, 1, STEP_DROP_INDEX);
    else if (str_ends(method, STR("unique_constraint")))
        rails_unique_constraint(r, call, table, 1, str_starts(method, STR("add_")));
    else if (rails_is_one_of(method, constraints) || rails_is_one_of(method, gone))
        rails_other_constraint(r, call, method, table);
    else if (rails_is_one_of(method, enums))
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
    else if (!read_from_files(r, sql.node)) {
        rails_note_unread(r);
        rails_push(r, (struct step){.kind = STEP_KEY});
    }
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

/* add_auditing :posts, Columns.add(t), instance_eval(text): who is called may do anything to a table. */
static bool may_add(struct rails_reader *r, TSNode call, struct str method, struct str receiver)
{
    static const char *const harmless[] = {"say",
                                           "say_with_time",
                                           "puts",
                                           "p",
                                           "print",
                                           "raise",
                                           "require",
                                           "require_relative",
                                           "include",
                                           "private",
                                           "public",
                                           "protected",
                                           "sleep",
                                           "enable_extension",
                                           "define_method",
                                           "disable_extension",
                                           "attr_reader",
                                           "private_constant",
                                           "abort",
                                           "warn",
                                           "set_lock_timeout",
                                           "create_schema",
                                           "drop_schema",
                                           NULL};
    static const char *const evaluates[] = {
        "eval",        "instance_eval", "instance_exec", "class_eval",
        "exec_update", "load",          "method",        NULL};

    if (str_is_one_of(method, evaluates))
        return true;
    if (!receiver.length || str_eq(receiver, STR("self")))
        return ruby_argument_count(call) > 0 && !str_is_one_of(method, harmless) &&
               !str_ends(method, STR("?"));
    return has_argument(r, call, "self", r->variable);
}

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
        rails_push(r, (struct step){.kind = STEP_KEY, .table = rails_text_at(r, call, 0)});
    if (may_add(r, call, method, receiver))
        rails_note_unread(r);
    steps_rails_visit(r, call, depth + 1);
}

void steps_rails_visit(struct rails_reader *r, TSNode node, size_t depth)
{
    if (ts_node_is_null(node))
        return;
    if (depth > DEPTH_MAX) {
        rails_note_unread(r);
        return;
    }
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

bool steps_of_rails(struct arena *arena, const struct source_files *files, struct str path,
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
    return file->tree && !reader.unread;
}
