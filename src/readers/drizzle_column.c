#include "readers/drizzle.h"

#include "base/buf.h"

#define TYPE_MAX ((size_t)4 << 10)

enum shape {
    SHAPE_PLAIN = 0,
    SHAPE_LENGTH,     /* { length } */
    SHAPE_NUMERIC,    /* { precision, scale } */
    SHAPE_TIME,       /* { precision, withTimezone } */
    SHAPE_INTERVAL,   /* { fields, precision } */
    SHAPE_DIMENSIONS, /* { dimensions } */
    SHAPE_NUMBER,     /* { precision, scale, unsigned } */
    SHAPE_FSP,        /* { fsp }: digits of fractions of a second */
};

static const struct builder {
    const char *name, *type;
    enum shape shape;
    bool serial; /* never null */
} builders[] = {
    {"serial", "SERIAL", SHAPE_PLAIN, true},
    {"smallserial", "SMALLSERIAL", SHAPE_PLAIN, true},
    {"bigserial", "BIGSERIAL", SHAPE_PLAIN, true},
    {"integer", "INTEGER", SHAPE_PLAIN, false},
    {"smallint", "SMALLINT", SHAPE_PLAIN, false},
    {"bigint", "BIGINT", SHAPE_PLAIN, false},
    {"boolean", "BOOLEAN", SHAPE_PLAIN, false},
    {"text", "TEXT", SHAPE_PLAIN, false},
    {"varchar", "VARCHAR", SHAPE_LENGTH, false},
    {"char", "CHAR", SHAPE_LENGTH, false},
    {"numeric", "NUMERIC", SHAPE_NUMERIC, false},
    {"decimal", "NUMERIC", SHAPE_NUMERIC, false},
    {"real", "REAL", SHAPE_PLAIN, false},
    {"doublePrecision", "DOUBLE PRECISION", SHAPE_PLAIN, false},
    {"json", "JSON", SHAPE_PLAIN, false},
    {"jsonb", "JSONB", SHAPE_PLAIN, false},
    {"uuid", "UUID", SHAPE_PLAIN, false},
    {"date", "DATE", SHAPE_PLAIN, false},
    {"time", "TIME", SHAPE_TIME, false},
    {"timestamp", "TIMESTAMP", SHAPE_TIME, false},
    {"interval", "INTERVAL", SHAPE_INTERVAL, false},
    {"inet", "INET", SHAPE_PLAIN, false},
    {"cidr", "CIDR", SHAPE_PLAIN, false},
    {"macaddr", "MACADDR", SHAPE_PLAIN, false},
    {"macaddr8", "MACADDR8", SHAPE_PLAIN, false},
    {"point", "POINT", SHAPE_PLAIN, false},
    {"line", "LINE", SHAPE_PLAIN, false},
    {"geometry", "GEOMETRY(POINT)", SHAPE_PLAIN, false},
    {"bit", "BIT", SHAPE_DIMENSIONS, false},
    {"vector", "VECTOR", SHAPE_DIMENSIONS, false},
    {"halfvec", "HALFVEC", SHAPE_DIMENSIONS, false},
    {"sparsevec", "SPARSEVEC", SHAPE_DIMENSIONS, false},
    /* sqlite-core */
    {"blob", "BLOB", SHAPE_PLAIN, false},
    {"int", "INTEGER", SHAPE_PLAIN, false},
};

/* sqlite-core: what it makes otherwise; of mode "json" it is like the others. */
static const struct builder sqlite_text = {"text", "TEXT", SHAPE_LENGTH, false};

/* mysql-core: what it makes otherwise, or has alone. */
static const struct builder mysql_builders[] = {
    {"int", "INTEGER", SHAPE_NUMBER, false},
    {"tinyint", "TINYINT", SHAPE_NUMBER, false},
    {"smallint", "SMALLINT", SHAPE_NUMBER, false},
    {"mediumint", "MEDIUMINT", SHAPE_NUMBER, false},
    {"bigint", "BIGINT", SHAPE_NUMBER, false},
    {"decimal", "NUMERIC", SHAPE_NUMBER, false},
    {"double", "DOUBLE PRECISION", SHAPE_NUMBER, false},
    {"float", "REAL", SHAPE_NUMBER, false}, /* as the reader of MySQL's own text says it */
    {"real", "DOUBLE PRECISION", SHAPE_NUMBER, false},
    {"datetime", "DATETIME", SHAPE_FSP, false},
    {"timestamp", "TIMESTAMP", SHAPE_FSP, false},
    {"time", "TIME", SHAPE_FSP, false},
    {"year", "YEAR", SHAPE_PLAIN, false},
    {"tinytext", "TINYTEXT", SHAPE_PLAIN, false},
    {"mediumtext", "MEDIUMTEXT", SHAPE_PLAIN, false},
    {"longtext", "LONGTEXT", SHAPE_PLAIN, false},
    {"binary", "BINARY", SHAPE_LENGTH, false},
    {"varbinary", "VARBINARY", SHAPE_LENGTH, false},
};

/* --- Types. --- */

/* The object of options: the first argument, or the second behind a name. */
static TSNode options_of(struct drizzle_reader *r, const struct drizzle_chain *chain)
{
    TSNode first = script_argument(r->tree, chain->call, 0);

    return script_constant(r->tree, chain->scope, first).kind == SCRIPT_STRING
               ? script_argument(r->tree, chain->call, 1)
               : first;
}

static struct str option(struct drizzle_reader *r, const struct drizzle_chain *chain,
                         const char *name)
{
    struct script_scope scope;
    TSNode value = script_property(r->tree, chain->scope, options_of(r, chain), name, &scope);
    struct script_constant constant = {0};

    if (!ts_node_is_null(value))
        constant = script_constant(r->tree, scope, value);
    return constant.kind == SCRIPT_NOT ? STR_NONE : constant.text;
}

static struct str shaped(struct drizzle_reader *r, const struct drizzle_chain *chain,
                         const struct builder *builder)
{
    struct buf type = buf_new(r->arena, TYPE_MAX);
    struct str length =
        option(r, chain, builder->shape == SHAPE_DIMENSIONS ? "dimensions" : "length");
    struct str precision = option(r, chain, "precision"), scale = option(r, chain, "scale");
    struct str fields = option(r, chain, "fields");

    if (script_has_unread_size(r->tree, chain->scope, options_of(r, chain)))
        return STR_NONE;
    buf_add(&type, str_from(builder->type));
    switch (builder->shape) {
    case SHAPE_PLAIN:
        break;
    case SHAPE_LENGTH:
    case SHAPE_DIMENSIONS:
        if (length.length)
            buf_printf(&type, "(" STR_FMT ")", STR_ARG(length));
        break;
    case SHAPE_FSP:
        length = option(r, chain, "fsp");
        if (length.length)
            buf_printf(&type, "(" STR_FMT ")", STR_ARG(length));
        break;
    case SHAPE_NUMBER:
    case SHAPE_NUMERIC:
        if (precision.length)
            buf_printf(&type, "(" STR_FMT ", " STR_FMT ")", STR_ARG(precision),
                       STR_ARG(scale.length ? scale : STR("0")));
        if (builder->shape == SHAPE_NUMBER && str_eq(option(r, chain, "unsigned"), STR("true")))
            buf_add(&type, STR(" UNSIGNED"));
        break;
    case SHAPE_TIME:
        if (precision.length)
            buf_printf(&type, "(" STR_FMT ")", STR_ARG(precision));
        buf_add(&type, str_eq(option(r, chain, "withTimezone"), STR("true"))
                           ? STR(" WITH TIME ZONE")
                           : STR(" WITHOUT TIME ZONE"));
        break;
    case SHAPE_INTERVAL:
        if (fields.length)
            buf_printf(&type, " " STR_FMT, STR_ARG(str_upper(r->arena, fields)));
        if (precision.length)
            buf_printf(&type, "(" STR_FMT ")", STR_ARG(precision));
        break;
    }
    return buf_str(&type);
}

/* customType({ dataType() { return "bytea"; } }), customType({ dataType: (config) => `vector(${config.size})` }) */
static struct str custom_type(struct drizzle_reader *r, const struct drizzle_chain *chain)
{
    TSNode options = script_argument(r->tree, chain->custom.node, 0);
    struct script_scope inner;
    TSNode made =
        script_bare(script_property(r->tree, chain->custom_scope, options, "dataType", &inner));
    struct str text;

    if (ts_node_is_null(made))
        return STR_NONE;
    text = script_text(r->tree, inner, script_returned(r->tree, made));
    if (text.length)
        return str_upper(r->arena, text);
    /* Its parameter is what stands behind the column's name. */
    TSNode first = script_argument(r->tree, chain->call, 0);
    struct script_call call = {.file = inner.file,
                               .function = made,
                               .node = chain->call,
                               .scope = chain->scope,
                               .before = script_constant(r->tree, chain->scope, first).kind ==
                                         SCRIPT_STRING};
    struct script_scope with = {.file = inner.file, .call = &call};
    struct script_constant value = script_value_of_call(r->tree, with);
    return value.kind == SCRIPT_STRING ? str_upper(r->arena, value.text) : STR_NONE;
}

/* mysqlEnum("role", ["admin", "user"]): the labels are the type. */
static struct str mysql_enum(struct drizzle_reader *r, const struct drizzle_chain *chain)
{
    TSNode first = script_argument(r->tree, chain->call, 0);
    bool named = script_constant(r->tree, chain->scope, first).kind == SCRIPT_STRING;
    TSNode list = named ? script_argument(r->tree, chain->call, 1) : first;
    struct strs labels;

    if (ts_node_is_null(list) || !script_texts(r->tree, chain->scope, list, &labels))
        return STR_NONE;
    for (size_t i = 0; i < labels.count; i++)
        labels.items[i] = schema_quoted(r->arena, labels.items[i]);
    return str_printf(r->arena, "ENUM(" STR_FMT ")",
                      STR_ARG(str_join(r->arena, labels.items, labels.count, STR(", "))));
}

static const struct builder *builder_of(struct drizzle_reader *r, const struct drizzle_chain *chain)
{
    for (size_t i = 0; chain->mysql && i < COUNT_OF(mysql_builders); i++)
        if (str_eq(chain->base, str_from(mysql_builders[i].name)))
            return &mysql_builders[i];
    if (chain->sqlite && str_eq(chain->base, str_from(sqlite_text.name)) &&
        !str_eq(option(r, chain, "mode"), STR("json")))
        return &sqlite_text;
    for (size_t i = 0; i < COUNT_OF(builders); i++)
        if (str_eq(chain->base, str_from(builders[i].name)))
            return &builders[i];
    return NULL;
}

static bool type_of(struct drizzle_reader *r, const struct drizzle_chain *chain,
                    struct schema_column *column)
{
    if (str_eq(chain->base, STR("mysqlEnum"))) {
        column->type = mysql_enum(r, chain);
        return column->type.length > 0;
    }
    if (!chain->base.length) {
        struct script_scope scope = {.file = chain->custom.file};
        column->type = drizzle_enum(r, chain->custom);
        if (!column->type.length &&
            str_eq(drizzle_word(script_foreign(r->tree, scope, script_callee(chain->custom.node))),
                   STR("customType")))
            column->type = custom_type(r, chain);
        return column->type.length > 0;
    }
    const struct builder *builder = builder_of(r, chain);
    if (!builder)
        return false;
    column->type = shaped(r, chain, builder);
    column->nullable = !builder->serial;
    return column->type.length > 0;
}

/* --- Defaults. --- */

static bool is_postgresql(const struct drizzle_table *table)
{
    return str_eq(table->core, STR("drizzle-orm/pg-core"));
}

static bool default_of(struct drizzle_reader *r, struct script_scope scope, TSNode value,
                       struct drizzle_table *table, struct schema_column *column)
{
    struct script_constant constant = script_constant(r->tree, scope, value);
    struct script_thing thing;
    struct strs texts;
    struct str text;

    switch (constant.kind) {
    case SCRIPT_NOTHING:
        if (node_is(script_bare(value), "null") &&
            (str_eq(column->type, STR("JSON")) || str_eq(column->type, STR("JSONB"))))
            column->default_value = str_printf(r->arena, "'null'::" STR_FMT,
                                               STR_ARG(str_lower(r->arena, column->type)));
        return true;
    case SCRIPT_TRUE:
    case SCRIPT_FALSE:
    case SCRIPT_NUMBER:
        column->default_value = constant.text;
        return true;
    case SCRIPT_STRING:
        column->default_value = schema_quoted(r->arena, constant.text);
        return true;
    case SCRIPT_NOT:
        break;
    }
    if (drizzle_sql(r, scope, table, value, &column->default_value))
        return true;
    thing = script_resolve(r->tree, scope, value);
    if (thing.kind != SCRIPT_VALUE ||
        (!node_is(thing.node, "array") && !node_is(thing.node, "object")))
        return false;
    scope = thing.file == scope.file ? scope : (struct script_scope){.file = thing.file};
    if (str_ends(column->type, STR("[]"))) {
        if (!script_texts(r->tree, scope, thing.node, &texts))
            return false;
        column->default_value = schema_quoted(r->arena, schema_array(r->arena, &texts));
        return true;
    }
    if (!script_json(r->tree, scope, thing.node, &text))
        return false;
    column->default_value = schema_quoted(r->arena, text);
    if (is_postgresql(table))
        column->default_value =
            str_printf(r->arena, STR_FMT "::" STR_FMT, STR_ARG(column->default_value),
                       STR_ARG(str_lower(r->arena, column->type)));
    return true;
}

/* --- Methods. --- */

struct str drizzle_actions(struct drizzle_reader *r, struct str on_delete, struct str on_update)
{
    bool deletes = on_delete.length && !str_eq(on_delete, STR("no action"));
    bool updates = on_update.length && !str_eq(on_update, STR("no action"));

    return str_printf(r->arena, "%s" STR_FMT "%s" STR_FMT, deletes ? " ON DELETE " : "",
                      STR_ARG(deletes ? str_upper(r->arena, on_delete) : STR_NONE),
                      updates ? " ON UPDATE " : "",
                      STR_ARG(updates ? str_upper(r->arena, on_update) : STR_NONE));
}

static struct str option_text(struct drizzle_reader *r, struct script_scope scope, TSNode options,
                              const char *name)
{
    struct script_scope in = scope;
    TSNode value = script_property(r->tree, scope, options, name, &in);

    return script_text(r->tree, in, value);
}

TSNode drizzle_function(struct drizzle_reader *r, struct script_scope *scope, TSNode expression)
{
    TSNode node = script_bare(expression), given;
    struct script_scope outer;

    if (!node_is(node, "identifier"))
        return node;
    if (script_given(r->tree, *scope, script_source(scope->file, node), &given, &outer) &&
        !ts_node_is_null(given)) {
        *scope = outer;
        return drizzle_function(r, scope, given);
    }
    struct script_thing thing = script_resolve(r->tree, *scope, node);
    if (thing.kind != SCRIPT_VALUE && thing.kind != SCRIPT_DECLARATION)
        return node;
    *scope = (struct script_scope){.file = thing.file};
    return thing.node;
}

static void reference(struct drizzle_reader *r, struct drizzle_table *table,
                      struct script_scope scope, TSNode call, struct schema_column *column)
{
    struct script_scope where = scope;
    TSNode function = drizzle_function(r, &where, script_argument(r->tree, call, 0));
    struct drizzle_table *target;
    struct str name;

    if (drizzle_column_of(r, where, table, script_returned(r->tree, function), &target, &name)) {
        TSNode options = script_argument(r->tree, call, 1);
        column->references = str_printf(
            r->arena, STR_FMT " (" STR_FMT ")" STR_FMT, STR_ARG(target->name), STR_ARG(name),
            STR_ARG(drizzle_actions(r, option_text(r, scope, options, "onDelete"),
                                    option_text(r, scope, options, "onUpdate"))));
        return;
    }
    schema_unread_add(r->arena, r->schema, column->place,
                      str_printf(r->arena, "what " STR_FMT "." STR_FMT " references",
                                 STR_ARG(table->name), STR_ARG(column->name)),
                      script_whole(r->tree, where, function));
}

/* generatedAlwaysAs(sql`…`), generatedAlwaysAs((): SQL => sql`…`), generatedAlwaysAs("…") */
static void generated(struct drizzle_reader *r, struct drizzle_table *table,
                      struct script_scope scope, TSNode call, struct schema_column *column)
{
    TSNode argument = script_argument(r->tree, call, 0), node = script_bare(argument);
    struct str mode = option_text(r, scope, script_argument(r->tree, call, 1), "mode");
    bool stored = is_postgresql(table) || str_eq(mode, STR("stored"));
    struct str text = script_text(r->tree, scope, node);

    if (script_is_function(node))
        node = script_returned(r->tree, node);
    if (!text.length && !drizzle_sql(r, scope, table, node, &text)) {
        column->unread_default = true;
        schema_unread_add(r->arena, r->schema, column->place,
                          str_printf(r->arena, "the default of " STR_FMT "." STR_FMT,
                                     STR_ARG(table->name), STR_ARG(column->name)),
                          script_whole(r->tree, scope, argument));
        return;
    }
    column->default_value = str_printf(r->arena, "GENERATED ALWAYS AS (" STR_FMT ") %s",
                                       STR_ARG(text), stored ? "STORED" : "VIRTUAL");
}

static void method(struct drizzle_reader *r, struct drizzle_table *table, struct str name,
                   struct script_scope scope, TSNode call, struct schema_column *column)
{
    TSNode argument = script_argument(r->tree, call, 0);

    if (str_eq(name, STR("notNull"))) {
        column->nullable = false;
    } else if (str_eq(name, STR("primaryKey"))) {
        column->primary_key = true;
        column->nullable = false;
    } else if (str_eq(name, STR("unique"))) {
        struct str nulls = option_text(r, scope, script_argument(r->tree, call, 1), "nulls");
        drizzle_add_unique(r, table, column, script_text(r->tree, scope, argument),
                           str_eq(nulls, STR("not distinct")));
    } else if (str_eq(name, STR("array"))) {
        column->type = str_printf(r->arena, STR_FMT "[]", STR_ARG(column->type));
    } else if (str_eq(name, STR("defaultNow"))) {
        bool updates = str_ends(column->default_value, STR("ON UPDATE CURRENT_TIMESTAMP"));
        column->default_value = updates ? STR("now() ON UPDATE CURRENT_TIMESTAMP") : STR("now()");
    } else if (str_eq(name, STR("autoincrement"))) {
        column->default_value = STR("AUTO_INCREMENT");
    } else if (str_eq(name, STR("onUpdateNow"))) {
        column->default_value = str_trim(str_printf(
            r->arena, STR_FMT " ON UPDATE CURRENT_TIMESTAMP", STR_ARG(column->default_value)));
    } else if (str_eq(name, STR("defaultRandom"))) {
        column->default_value = STR("gen_random_uuid()");
    } else if (str_eq(name, STR("generatedAlwaysAsIdentity")) ||
               str_eq(name, STR("generatedByDefaultAsIdentity"))) {
        column->nullable = false;
        column->default_value = str_eq(name, STR("generatedAlwaysAsIdentity"))
                                    ? STR("GENERATED ALWAYS AS IDENTITY")
                                    : STR("GENERATED BY DEFAULT AS IDENTITY");
    } else if (str_eq(name, STR("generatedAlwaysAs"))) {
        generated(r, table, scope, call, column);
    } else if (str_eq(name, STR("references"))) {
        reference(r, table, scope, call, column);
    } else if (str_eq(name, STR("default"))) {
        column->unread_default = !default_of(r, scope, argument, table, column);
        if (column->unread_default)
            schema_unread_add(r->arena, r->schema, column->place,
                              str_printf(r->arena, "the default of " STR_FMT "." STR_FMT,
                                         STR_ARG(table->name), STR_ARG(column->name)),
                              script_whole(r->tree, scope, argument));
    }
}

static void read_column(struct drizzle_reader *r, struct drizzle_table *table,
                        const struct script_property *property, struct str name)
{
    struct schema_column column = {
        .name = name, .nullable = true, .place = {property->scope.file->path, property->line}};
    struct drizzle_chain chain;
    bool known = drizzle_chain(r, property->scope, property->value, &chain);

    if (!known || !type_of(r, &chain, &column)) {
        column.unread = !known;
        column.type = STR_NONE;
        schema_unread_add(r->arena, r->schema, column.place,
                          str_printf(r->arena, "the type of " STR_FMT "." STR_FMT,
                                     STR_ARG(table->name), STR_ARG(name)),
                          script_whole(r->tree, property->scope, property->value));
    }
    for (size_t i = 0; known && i < chain.count; i++)
        method(r, table, chain.methods[i].name, chain.methods[i].scope, chain.methods[i].call,
               &column);
    schema_column_put(r->arena, schema_table_add(r->arena, r->schema, table->name, table->place),
                      column);
}

void drizzle_read_columns(struct drizzle_reader *r, struct drizzle_table *table)
{
    struct schema_table *made = schema_table_add(r->arena, r->schema, table->name, table->place);

    if (!table->whole) {
        made->partial = true;
        schema_unread_add(
            r->arena, r->schema, table->place,
            str_printf(r->arena, "some columns of " STR_FMT, STR_ARG(table->name)),
            script_whole(r->tree, table->columns_scope, script_argument(r->tree, table->call, 1)));
    }
    for (size_t i = 0; i < table->columns.count; i++)
        read_column(r, table, &table->columns.items[i], table->names.items[i].name);
}
