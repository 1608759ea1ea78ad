/* steps_rails_parts.c -- columns, indexes and references of Rails migrations, as steps. */
#include "readers/steps_rails.h"

void rails_push(struct rails_reader *r, struct step step)
{
    VEC_PUSH(r->arena, r->steps, step);
}

/* A method that no call gives its parameters is read where it is called. */
void rails_note_unread(struct rails_reader *r)
{
    r->unread = r->unread || !r->unbound;
}

bool rails_is_one_of(struct str name, const char *const *words)
{
    for (; *words; words++)
        if (str_eq(name, str_from(*words)))
            return true;
    return false;
}

/* Empty when it is computed. */
struct str rails_text_at(struct rails_reader *r, TSNode call, size_t position)
{
    struct ruby_value value = ruby_argument(r->file, call, position);

    return ruby_is_text(&value) ? value.text : STR_NONE;
}

struct str rails_option_text(struct rails_reader *r, TSNode call, const char *name)
{
    struct ruby_value value = ruby_option(r->file, call, name);

    return ruby_is_text(&value) ? value.text : STR_NONE;
}

/* --- Columns. --- */

void rails_add_column(struct rails_reader *r, struct str table, struct str column)
{
    if (!table.length || !column.length)
        rails_note_unread(r);
    else
        rails_push(
            r, (struct step){
                   .kind = STEP_ADD_COLUMN, .table = table, .column = column, .keys_told = true});
}

static struct step key_of(struct str table, struct str name, enum step_makes makes,
                          const struct strs *columns, bool told)
{
    return (struct step){.kind = STEP_KEY,
                         .table = table,
                         .name = name,
                         .makes = makes,
                         .parts = *columns,
                         .parts_told = told};
}

static void push_key(struct rails_reader *r, struct step key)
{
    if (key.table.length)
        rails_push(r, key);
}

/* where: "deleted_at IS NULL" */
static enum step_partial partial(const struct ruby_value *where)
{
    return ts_node_is_null(where->node) ? STEP_PARTIAL_NO : STEP_PARTIAL_YES;
}

/* on_delete: :nullify; empty: it cannot be read. */
static struct str rule_of(const struct ruby_value *rule)
{
    static const char *const rules[][2] = {
        {"nullify", "SET NULL"}, {"cascade", "CASCADE"}, {"restrict", "RESTRICT"}};

    if (ts_node_is_null(rule->node))
        return STR("NO ACTION");
    for (size_t i = 0; i < COUNT_OF(rules); i++)
        if (ruby_is_text(rule) && str_eq(rule->text, str_from(rules[i][0])))
            return str_from(rules[i][1]);
    return STR_NONE;
}

/* unique: true of a call, or of index: { unique: true }. */
static bool is_unique(const struct ruby_value *value)
{
    return value->kind != RUBY_FALSE && !ts_node_is_null(value->node);
}

/* t.string :name, limit: 50, index: { unique: true }; add_column :users, :name, :string, limit: 50 */
void rails_typed_column(struct rails_reader *r, TSNode call, struct str table, struct str column,
                        struct str type)
{
    struct ruby_value index = ruby_option(r->file, call, "index");
    struct strs columns = {0};
    size_t at = r->steps->count;

    rails_add_column(r, table, column);
    if (r->steps->count == at)
        return;
    if (!type.length ||
        !rails_type(r->file, call, type, r->version, &r->steps->items[at].made_type))
        r->steps->items[at].made_type = STR_NONE;
    struct ruby_value as = ruby_option(r->file, call, "as");
    bool computed = str_eq(type, STR("virtual")) || !ts_node_is_null(as.node);
    if (type.length)
        r->steps->items[at].generated = computed ? STEP_GENERATED_YES : STEP_GENERATED_NO;
    if (ts_node_is_null(index.node) || index.kind == RUBY_FALSE)
        return;
    struct ruby_value unique = index.kind == RUBY_HASH ? ruby_entry(r->file, index.node, "unique")
                                                       : (struct ruby_value){0};
    VEC_PUSH(r->arena, &columns, column);
    struct ruby_value where =
        index.kind == RUBY_HASH ? ruby_entry(r->file, index.node, "where") : (struct ruby_value){0};
    struct step key = key_of(
        table, STR_NONE, is_unique(&unique) ? STEP_MAKES_UNIQUE : STEP_MAKES_INDEX, &columns, true);
    key.partial = partial(&where);
    push_key(r, key);
}

void rails_drop_column(struct rails_reader *r, struct str table, struct str column)
{
    if (table.length && column.length)
        rails_push(r, (struct step){.kind = STEP_DROP_COLUMN, .table = table, .column = column});
}

/* `key`: with `which`, `gone`, and the rules of a foreign one. */
static void alter_key(struct rails_reader *r, struct str table, struct str column, struct step key)
{
    key.kind = STEP_ALTER_COLUMN;
    key.table = table;
    key.column = column;
    key.key = true;
    if (table.length && column.length)
        rails_push(r, key);
}

void rails_rename_column(struct rails_reader *r, struct str table, struct str from, struct str to)
{
    rails_drop_column(r, table, from);
    rails_add_column(r, table, to);
}

/* change_column :users, :name, :string, limit: 120, null: false */
void rails_change_column(struct rails_reader *r, TSNode call, struct str table, struct str column,
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
    rails_push(r, step);
}

void rails_change_null(struct rails_reader *r, struct str table, struct str column,
                       struct ruby_value null)
{
    if (table.length && column.length)
        rails_push(r, (struct step){.kind = STEP_ALTER_COLUMN,
                                    .table = table,
                                    .column = column,
                                    .null = true,
                                    .null_known = null.kind == RUBY_TRUE || null.kind == RUBY_FALSE,
                                    .nullable = null.kind == RUBY_TRUE});
}

void rails_change_default(struct rails_reader *r, struct str table, struct str column)
{
    if (table.length && column.length)
        rails_push(r, (struct step){.kind = STEP_ALTER_COLUMN,
                                    .table = table,
                                    .column = column,
                                    .default_value = true});
}

/* --- Indexes. --- */

void rails_index_step(struct rails_reader *r, enum step_kind kind, struct str table,
                      struct str name, const struct strs *columns)
{
    if (!table.length)
        return;
    if (!name.length && columns->count)
        name = rails_index_name(r->arena, table, columns);
    rails_push(r,
               (struct step){.kind = kind,
                             .table = table,
                             .name = name,
                             .makes = kind == STEP_DROP_INDEX ? STEP_MAKES_INDEX : STEP_MAKES_ANY});
    for (size_t i = 0; i < columns->count; i++)
        alter_key(r, table, columns->items[i],
                  (struct step){.which = STEP_KEY_UNIQUE, .gone = kind == STEP_DROP_INDEX});
}

void rails_index_of(struct rails_reader *r, TSNode call, enum step_kind kind, struct str table,
                    size_t position)
{
    struct ruby_value list = ruby_argument(r->file, call, position);
    struct strs columns = {0};

    if (ts_node_is_null(list.node))
        list = ruby_option(r->file, call, "column");
    rails_names(r->arena, &list, &columns);
    rails_index_step(r, kind, table, rails_option_text(r, call, "name"), &columns);
    if (kind != STEP_ADD_INDEX)
        return;
    struct ruby_value unique = ruby_option(r->file, call, "unique");
    struct str name = rails_option_text(r, call, "name");
    bool told = columns.count > 0;
    for (size_t i = 0; i < columns.count; i++)
        if (str_find_byte(columns.items[i], '(') != SIZE_MAX)
            columns.items[i] = STR_NONE; /* "lower(name)" */
    struct ruby_value where = ruby_option(r->file, call, "where");
    struct step key =
        key_of(table, name.length || !told ? name : rails_index_name(r->arena, table, &columns),
               is_unique(&unique) ? STEP_MAKES_UNIQUE : STEP_MAKES_INDEX, &columns, told);
    key.partial = partial(&where);
    push_key(r, key);
}

/* --- References. --- */

/* foreign_key: true, foreign_key: { on_delete: :cascade } */
static struct step with_rules(struct rails_reader *r, const struct ruby_value *foreign,
                              struct step key)
{
    struct ruby_value deletes = {0}, updates = {0};

    if (foreign->kind != RUBY_HASH && foreign->kind != RUBY_TRUE)
        return key;
    if (foreign->kind == RUBY_HASH) {
        deletes = ruby_entry(r->file, foreign->node, "on_delete");
        updates = ruby_entry(r->file, foreign->node, "on_update");
    }
    key.deletes = rule_of(&deletes);
    key.updates = rule_of(&updates);
    return key;
}

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
        push_key(r, with_rules(r, &foreign,
                               key_of(table, STR_NONE, STEP_MAKES_FOREIGN, &columns, true)));
    if (index.kind == RUBY_FALSE)
        return;
    struct strs indexed = {0};
    if (many)
        VEC_PUSH(r->arena, &indexed,
                 str_printf(r->arena, STR_FMT "_type",
                            STR_ARG(str_prefix(column, column.length - STR("_id").length))));
    VEC_PUSH(r->arena, &indexed, column);
    push_key(r, key_of(table, STR_NONE, is_unique(&unique) ? STEP_MAKES_UNIQUE : STEP_MAKES_INDEX,
                       &indexed, true));
}

void rails_reference(struct rails_reader *r, TSNode call, struct str table, struct str name,
                     bool adds)
{
    struct ruby_value polymorphic = ruby_option(r->file, call, "polymorphic");
    struct ruby_value index = ruby_option(r->file, call, "index");
    struct str column = str_printf(r->arena, STR_FMT "_id", STR_ARG(name));
    bool many = polymorphic.kind == RUBY_TRUE || polymorphic.kind == RUBY_HASH;
    struct strs columns = {0};

    if (!table.length || !name.length) {
        rails_note_unread(r);
        return;
    }
    if (many)
        (adds ? rails_add_column
              : rails_drop_column)(r, table, str_printf(r->arena, STR_FMT "_type", STR_ARG(name)));
    (adds ? rails_add_column : rails_drop_column)(r, table, column);
    if (adds)
        reference_keys(r, call, table, column, many);
    if (index.kind == RUBY_FALSE)
        return;
    VEC_PUSH(r->arena, &columns, many ? name : column);
    struct ruby_value given =
        index.kind == RUBY_HASH ? ruby_entry(r->file, index.node, "name") : (struct ruby_value){0};
    rails_index_step(r, adds ? STEP_ADD_INDEX : STEP_DROP_INDEX, table, given.text, &columns);
}

/* add_foreign_key :orders, :users, column: :buyer_id */
void rails_foreign_key(struct rails_reader *r, TSNode call, struct str table, size_t position,
                       enum step_kind kind)
{
    struct ruby_value columns = ruby_option(r->file, call, "column");
    struct str target = rails_text_at(r, call, position);
    struct ruby_value deletes = ruby_option(r->file, call, "on_delete");
    struct ruby_value updates = ruby_option(r->file, call, "on_update");
    struct strs names = {0}, stems = {0};

    if (!target.length)
        target = rails_option_text(r, call, "to_table");
    rails_names(r->arena, &columns, &names);
    if (!names.count) {
        rails_singulars(r->arena, target, &stems);
        for (size_t i = 0; target.length && i < stems.count; i++)
            VEC_PUSH(r->arena, &names,
                     str_printf(r->arena, STR_FMT "_id", STR_ARG(stems.items[i])));
    }
    if (!table.length)
        return;
    rails_push(
        r, (struct step){.kind = kind,
                         .table = table,
                         .name = rails_option_text(r, call, "name"),
                         .makes = STEP_MAKES_FOREIGN,
                         .parts = names,
                         .parts_told = columns.kind != RUBY_LIST && columns.kind != RUBY_UNKNOWN});
    for (size_t i = 0; i < names.count; i++) {
        struct strs one = {0};
        alter_key(r, table, names.items[i],
                  (struct step){.which = STEP_KEY_FOREIGN,
                                .gone = kind == STEP_DROP_INDEX,
                                .target = target,
                                .deletes = rule_of(&deletes),
                                .updates = rule_of(&updates)});
        VEC_PUSH(r->arena, &one, names.items[i]);
        struct step key =
            key_of(table, STR_NONE, STEP_MAKES_FOREIGN, &one, columns.kind != RUBY_LIST);
        key.deletes = rule_of(&deletes);
        key.updates = rule_of(&updates);
        if (kind == STEP_ADD_INDEX)
            push_key(r, key);
    }
    if (kind == STEP_ADD_INDEX && !names.count)
        push_key(r, key_of(table, STR_NONE, STEP_MAKES_FOREIGN, &names, false));
}

/* t.unique_constraint [:a, :b], name: "u" */
void rails_unique_constraint(struct rails_reader *r, TSNode call, struct str table, size_t position,
                             bool adds)
{
    struct ruby_value list = ruby_argument(r->file, call, position);
    struct strs columns = {0};
    struct str name = rails_option_text(r, call, "name");

    rails_names(r->arena, &list, &columns);
    if (adds)
        push_key(r, key_of(table, name, STEP_MAKES_UNIQUE, &columns, columns.count > 0));
    rails_push(r, (struct step){.kind = adds ? STEP_ADD_INDEX : STEP_DROP_INDEX,
                                .table = table,
                                .name = name});
}

/* t.check_constraint "price > 0", name: "c"; exclusion constraints too */
void rails_other_constraint(struct rails_reader *r, TSNode call, struct str method,
                            struct str table)
{
    bool gone = str_starts(method, STR("remove_")),
         check = str_ends(method, STR("check_constraint"));
    bool of_table = str_starts(method, STR("add_")) || gone;
    struct step step = {.kind = gone ? STEP_DROP_INDEX : STEP_ADD_INDEX, .table = table};
    struct strs none = {0};

    step.name = rails_option_text(r, call, "name");
    step.makes = check ? STEP_MAKES_CHECK : STEP_MAKES_ANY;
    if (check && !gone && !step.name.length) {
        step.checks = rails_text_at(r, call, of_table ? 1 : 0);
        step.checks_told = step.checks.length && str_find_byte(step.checks, '\n') == SIZE_MAX;
    }
    rails_push(r, step);
    if (!gone && check)
        push_key(r, key_of(table, step.name, STEP_MAKES_CHECK, &none, false));
}

void rails_timestamps(struct rails_reader *r, struct str table, bool adds)
{
    (adds ? rails_add_column : rails_drop_column)(r, table, STR("created_at"));
    (adds ? rails_add_column : rails_drop_column)(r, table, STR("updated_at"));
}
