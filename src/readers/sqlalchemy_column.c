#include "readers/sqlalchemy.h"

struct schema_place sa_place(struct python_file *file, TSNode node)
{
    return (struct schema_place){.file = file->path, .line = node_line(node)};
}

/* --- Column(…), mapped_column(…). --- */

const char *sa_deferral(struct sa_reader *r, struct python_scope scope, TSNode call)
{
    struct sa_argument deferrable = sa_keyword(r, scope, call, "deferrable");
    struct sa_argument when = sa_keyword(r, scope, call, "initially");
    struct python_constant may = python_constant(r->tree, deferrable.scope, deferrable.node);
    struct python_constant initially = python_constant(r->tree, when.scope, when.node);

    return schema_deferral(may.kind == CONSTANT_TRUE,
                           str_eq_nocase(initially.text, STR("DEFERRED")));
}

struct str sa_actions(struct sa_reader *r, struct python_scope scope, TSNode call)
{
    static const char *const keys[] = {"ondelete", "onupdate"};
    static const char *const words[] = {" ON DELETE ", " ON UPDATE "};
    struct buf buf = buf_new(r->arena, (size_t)4 << 10);

    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        struct sa_argument given = sa_keyword(r, scope, call, keys[i]);
        struct python_constant value = python_constant(r->tree, given.scope, given.node);
        if (value.kind != CONSTANT_STRING || str_eq_nocase(value.text, STR("NO ACTION")))
            continue; /* what PostgreSQL does anyway */
        buf_add(&buf, str_from(words[i]));
        for (size_t j = 0; j < value.text.length; j++) {
            char byte = value.text.bytes[j];
            buf_add_byte(&buf, byte >= 'a' && byte <= 'z' ? (char)(byte - 0x20) : byte);
        }
    }
    buf_add(&buf, str_from(sa_deferral(r, scope, call)));
    return buf_str(&buf);
}

/* parent_id = Column(ForeignKey(id)): a column of the class that is being written. */
static struct str own_target(struct sa_reader *r, struct python_scope scope, TSNode name)
{
    TSNode node = ts_node_is_null(scope.body) ? node_null() : ts_node_parent(scope.body);
    struct str word = node_source(scope.file, name), table;
    struct sa_class class;

    if (!node_is(node, "class_definition"))
        return STR_NONE;
    const struct python_binding *binding = python_binding_in(r->tree, scope.file, scope.body, word);
    if (!binding || !node_is(binding->node, "call") || !sa_class_read(r, scope.file, node, &class))
        return STR_NONE;
    table = sa_class_table(r, &class);
    struct python_constant given =
        python_constant(r->tree, scope, call_positional(binding->node, 0));
    return table.length ? str_printf(r->arena, STR_FMT "." STR_FMT, STR_ARG(table),
                                     STR_ARG(given.kind == CONSTANT_STRING ? given.text : word))
                        : STR_NONE;
}

struct str sa_column_named(struct sa_reader *r, struct python_scope scope, TSNode attribute)
{
    struct str name = node_source(scope.file, node_field(attribute, "attribute"));
    TSNode object = node_field(attribute, "object");
    struct python_thing thing = scope.class && str_eq(node_source(scope.file, object), STR("cls"))
                                    ? *scope.class
                                    : python_resolve(r->tree, scope, object);
    struct sa_class class;
    size_t i;

    if (thing.kind != THING_CLASS || !sa_class_read(r, thing.file, thing.node, &class))
        return name;
    const struct python_binding *binding = sa_says(r, &class, 0, name, &i);
    if (!binding || !node_is(binding->node, "call"))
        return name;
    struct python_scope in = {.file = class.order[i].file,
                              .body = node_field(class.order[i].node, "body")};
    TSNode word = call_keyword(in.file, binding->node, "name");
    struct python_constant given = python_constant(
        r->tree, in, ts_node_is_null(word) ? call_positional(binding->node, 0) : word);
    return given.kind == CONSTANT_STRING ? given.text : name;
}

struct str sa_target(struct sa_reader *r, struct python_scope scope, TSNode target)
{
    struct python_constant text = python_constant(r->tree, scope, target);
    if (text.kind == CONSTANT_STRING)
        return text.text;
    if (node_is(target, "identifier"))
        return own_target(r, scope, target);
    /* ForeignKey(User.id), ForeignKey(users.c.id) */
    if (!node_is(target, "attribute"))
        return STR_NONE;
    struct str column = sa_column_named(r, scope, target);
    struct sa_class class = {0};
    struct str name = sa_table_of(r, scope, node_field(target, "object"), &class);
    return name.length ? str_printf(r->arena, STR_FMT "." STR_FMT, STR_ARG(name), STR_ARG(column))
                       : STR_NONE;
}

static bool column_flag(struct sa_reader *r, struct python_scope scope, TSNode call,
                        const char *name, bool *ret_flag, bool *ret_present)
{
    struct python_scope in;
    TSNode node = python_call_keyword(r->tree, scope, call, name, &in);
    struct python_constant value = python_constant(r->tree, in, node);

    *ret_present = !ts_node_is_null(node) && value.kind != CONSTANT_NONE;
    if (value.kind == CONSTANT_TRUE || value.kind == CONSTANT_FALSE)
        *ret_flag = value.kind == CONSTANT_TRUE;
    return !*ret_present || value.kind == CONSTANT_TRUE || value.kind == CONSTANT_FALSE;
}

static bool read_flags(struct sa_reader *r, struct python_scope scope, TSNode call,
                       struct sa_column *column)
{
    bool present, nullable = true;

    if (!column_flag(r, scope, call, "primary_key", &column->column.primary_key, &present) ||
        !column_flag(r, scope, call, "unique", &column->column.unique, &present) ||
        !column_flag(r, scope, call, "index", &column->index, &present) ||
        !column_flag(r, scope, call, "nullable", &nullable, &present))
        return false;
    if (present) {
        column->column.nullable = nullable;
        column->has_nullable = true;
    }
    /* PostgreSQL has it in every table: xmin. */
    return column_flag(r, scope, call, "system", &column->skip, &present);
}

/* Identity(always=True); Computed("price * quantity"): stored unless it says otherwise. */
static void read_generated(struct sa_reader *r, struct python_scope scope, TSNode call,
                           bool identity, struct schema_column *column)
{
    struct str text;
    bool string;

    if (identity) {
        column->default_value = node_is(call_keyword(scope.file, call, "always"), "true")
                                    ? STR("GENERATED ALWAYS AS IDENTITY")
                                    : STR("GENERATED BY DEFAULT AS IDENTITY");
        return;
    }
    if (!sa_default_read(r, scope, call_positional(call, 0), &text, &string)) {
        column->unread_default = true;
        return;
    }
    column->default_value =
        str_printf(r->arena, "GENERATED ALWAYS AS (" STR_FMT ")%s", STR_ARG(text),
                   node_is(call_keyword(scope.file, call, "persisted"), "false") ? "" : " STORED");
}

/* What stands behind the type: ForeignKey(…), Sequence(…), of which the call is `dotted`. */
static bool is_no_type(struct str dotted)
{
    static const char *const words[] = {"ForeignKey()",      "Identity()", "Computed()",
                                        "CheckConstraint()", "Sequence()", "FetchedValue()",
                                        "DefaultClause()"};

    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (sa_is(dotted, words[i]))
            return true;
    return false;
}

static void take_default(struct sa_reader *r, struct python_scope scope, TSNode node,
                         struct sa_column *column)
{
    struct str text;
    bool string;

    if (!sa_default_read(r, scope, node, &text, &string))
        column->column.unread_default = true;
    else
        column->column.default_value =
            text.length || string ? sa_default_shown(r->arena, column->type.text, text, string)
                                  : STR_NONE;
}

static bool read_positional(struct sa_reader *r, struct python_scope scope, TSNode node,
                            size_t index, struct sa_column *column)
{
    struct python_constant text = python_constant(r->tree, scope, node);

    if (index == 0 && text.kind == CONSTANT_STRING) {
        column->column.name = text.text;
        return true;
    }
    if (text.kind == CONSTANT_NONE || node_is(node, "list_splat"))
        return text.kind == CONSTANT_NONE;
    if (node_is(node, "identifier") || node_is(node, "attribute")) { /* ids = Sequence("ids") */
        struct python_thing made = python_resolve(r->tree, scope, node);
        if (made.file && node_is(made.node, "call") && is_no_type(made.dotted)) {
            scope =
                (struct python_scope){.file = made.file, .body = made.scope, .bound = made.bound};
            node = made.node;
        }
    }
    if (node_is(node, "call")) {
        struct str called = python_foreign(r->tree, scope, node_field(node, "function"));
        if (sa_is(called, "ForeignKey")) {
            struct sa_argument target = sa_argument(r, scope, node, "column", 0);
            column->target = sa_target(r, target.scope, target.node);
            column->actions = sa_actions(r, scope, node);
            return column->target.length > 0;
        }
        if (sa_is(called, "Identity") || sa_is(called, "Computed")) {
            read_generated(r, scope, node, sa_is(called, "Identity"), &column->column);
            return true;
        }
        if (sa_is(called, "CheckConstraint")) {
            column->check_scope = scope;
            column->check = node;
            return true;
        }
        if (sa_is(called, "Sequence") || sa_is(called, "FetchedValue"))
            return true;
        if (sa_is(called, "DefaultClause")) {
            take_default(r, scope, node, column);
            return true;
        }
    }
    column->has_type = true;
    return sa_type_read(r, scope, node, &column->type);
}

static void read_default(struct sa_reader *r, struct python_scope scope, TSNode call,
                         struct sa_column *column)
{
    struct python_scope in;
    TSNode node = python_call_keyword(r->tree, scope, call, "server_default", &in);

    if (!ts_node_is_null(node))
        take_default(r, in, node, column);
}

/* `skipped`: so many of its arguments are none of the column. */
static bool read_call(struct sa_reader *r, struct python_scope scope, TSNode call, size_t skipped,
                      struct sa_column *column)
{
    struct python_scope in;

    if (python_call_has_splat(r->tree, scope, call))
        return false;
    for (size_t i = 0;; i++) {
        TSNode argument = python_call_positional(scope, call, skipped + i, &in);
        if (ts_node_is_null(argument))
            break;
        if (!read_positional(r, in, argument, i, column))
            return false;
    }
    TSNode type = python_call_keyword(r->tree, scope, call, "type_", &in);
    if (!ts_node_is_null(type)) {
        column->has_type = true;
        if (!sa_type_read(r, in, type, &column->type))
            return false;
    }
    TSNode words = python_call_keyword(r->tree, scope, call, "name", &in);
    struct python_constant name = python_constant(r->tree, in, words);
    if (name.kind == CONSTANT_STRING)
        column->column.name = name.text;
    read_default(r, scope, call, column);
    return read_flags(r, scope, call, column);
}

bool sa_column_read(struct sa_reader *r, const struct sa_class *class, struct python_scope scope,
                    TSNode call, struct sa_column *ret_column)
{
    (void)class;
    return read_call(r, scope, call, 0, ret_column);
}

bool sa_partial_read(struct sa_reader *r, struct python_thing partial, struct sa_column *ret_column)
{
    struct python_scope scope = {.file = partial.file, .body = partial.scope};

    return read_call(r, scope, partial.node, 1, ret_column);
}

/* --- Into the table. --- */

static struct str references_of(struct arena *arena, struct str target)
{
    size_t dot = str_find_last_byte(target, '.');

    return dot == SIZE_MAX
               ? target
               : str_printf(arena, STR_FMT " (" STR_FMT ")", STR_ARG(str_prefix(target, dot)),
                            STR_ARG(str_from_offset(target, dot + 1)));
}

static void enum_add(struct sa_reader *r, const struct sa_column *column)
{
    struct schema_type *known = schema_type_named(r->schema, column->type.enum_name);

    if (!known && column->type.labels.count)
        VEC_PUSH(r->arena, &r->schema->types,
                 (struct schema_type){.name = column->type.enum_name,
                                      .labels = column->type.labels,
                                      .place = column->column.place});
}

/* Enum("a", "b", native_enum=False, create_constraint=True): CHECK (state IN ('a', 'b')) */
static void check_labels(struct sa_reader *r, const struct sa_class *class,
                         struct schema_table *table, const struct sa_column *column)
{
    struct schema_index index = {
        .kind = SCHEMA_CHECK, .of_column = column->column.name, .place = column->column.place};
    struct strs columns = {0}, quoted = {0};

    strs_add(r->arena, &columns, column->column.name);
    for (size_t i = 0; i < column->type.allowed.count; i++)
        VEC_PUSH(r->arena, &quoted, schema_quoted(r->arena, column->type.allowed.items[i]));
    VEC_PUSH(r->arena, &index.parts,
             str_printf(r->arena, STR_FMT " IN (" STR_FMT ")", STR_ARG(column->column.name),
                        STR_ARG(str_join(r->arena, quoted.items, quoted.count, STR(", ")))));
    index.name = sa_index_name(r, class, table, &columns, "ck", column->type.allowed_name);
    VEC_PUSH(r->arena, &table->indexes, index);
}

/* Enum(…, inherit_schema=True) */
static void in_schema_of(struct sa_reader *r, const struct schema_table *table,
                         struct sa_type *type)
{
    size_t dot = str_find_last_byte(table->name, '.');

    if (dot == SIZE_MAX || !str_eq(type->text, type->enum_name))
        return;
    type->text = type->enum_name =
        str_printf(r->arena, STR_FMT "." STR_FMT, STR_ARG(str_prefix(table->name, dot)),
                   STR_ARG(type->enum_name));
}

void sa_column_add(struct sa_reader *r, const struct sa_class *class, struct schema_table *table,
                   struct sa_column *column, struct python_scope scope, TSNode at)
{
    struct schema_column *c = &column->column;

    if (!column->has_nullable)
        c->nullable = !c->primary_key;
    if (c->primary_key || str_ends(c->default_value, STR(" AS IDENTITY")))
        c->nullable = false;
    if (column->type.inherits_schema)
        in_schema_of(r, table, &column->type);
    c->type = column->type.text;
    if (column->target.length)
        c->references =
            str_printf(r->arena, STR_FMT STR_FMT, STR_ARG(references_of(r->arena, column->target)),
                       STR_ARG(column->actions));
    struct str where =
        str_printf(r->arena, STR_FMT "." STR_FMT, STR_ARG(table->name), STR_ARG(c->name));
    if (!c->type.length && column->target.length)
        VEC_PUSH(r->arena, &r->pending,
                 (struct sa_pending){.table = table->name,
                                     .column = c->name,
                                     .target = column->target,
                                     .annotated = column->annotated,
                                     .place = c->place});
    else if (!c->type.length)
        schema_unread_add(r->arena, r->schema, c->place,
                          str_printf(r->arena, "the type of " STR_FMT, STR_ARG(where)),
                          python_whole(r->tree, scope, at));
    if (c->unread_default)
        schema_unread_add(r->arena, r->schema, c->place,
                          str_printf(r->arena, "the default of " STR_FMT, STR_ARG(where)),
                          python_whole(r->tree, scope, at));
    if (column->type.enum_name.length)
        enum_add(r, column);
    if (column->index) {
        struct schema_index index = {.kind = c->unique ? SCHEMA_UNIQUE_INDEX : SCHEMA_INDEX,
                                     .place = c->place};
        strs_add(r->arena, &index.parts, c->name);
        index.name = sa_index_name(r, class, table, &index.parts, "ix", STR(""));
        VEC_PUSH(r->arena, &table->indexes, index);
        c->unique = false; /* the index does it */
    } else if (c->unique) {
        struct strs itself = {0};
        strs_add(r->arena, &itself, c->name);
        c->unique_name = sa_index_name(r, class, table, &itself, "uq", STR_NONE);
    }
    schema_column_put(r->arena, table, *c);
    if (column->type.allowed.count)
        check_labels(r, class, table, column);
    if (!ts_node_is_null(column->check)) {
        size_t known = table->indexes.count;
        sa_argument_read(r, class, column->check_scope, table, column->check);
        if (table->indexes.count > known)
            table->indexes.items[known].of_column = c->name;
    }
}
