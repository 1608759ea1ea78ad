#include "readers/typeorm.h"

#define ANNOTATION_DEPTH_MAX 12u

/* Where MySQL has another name, or another type behind the same one. */
static struct str mysql_word(struct str word)
{
    static const char *const rows[][2] = {
        {"timestamp", "TIMESTAMP"}, {"datetime", "DATETIME"}, {"float", "REAL"},
        {"uuid", "VARCHAR(36)"},    {"time", "TIME"},         {"buffer", "BLOB"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (str_eq_nocase(word, str_from(rows[i][0])))
            return str_from(rows[i][1]);
    return STR_NONE;
}

/* driver/sqlite-abstract/AbstractSqliteDriver.normalizeType */
static struct str sqlite_word(struct str word)
{
    return str_eq_nocase(word, STR("uuid")) ? STR("VARCHAR") : STR_NONE;
}

/* driver/postgres/PostgresDriver.normalizeType, in the upper-case spelling of the database. */
static struct str type_word(const struct typeorm_reader *r, struct str word)
{
    struct arena *arena = r->arena;
    struct str own = r->mysql ? mysql_word(word) : r->sqlite ? sqlite_word(word) : STR_NONE;

    static const char *const rows[][2] = {
        {"int", "INTEGER"},
        {"int4", "INTEGER"},
        {"integer", "INTEGER"},
        {"int2", "SMALLINT"},
        {"int8", "BIGINT"},
        {"varchar", "VARCHAR"},
        {"character varying", "VARCHAR"},
        {"char", "CHAR"},
        {"character", "CHAR"},
        {"bool", "BOOLEAN"},
        {"decimal", "NUMERIC"},
        {"float", "DOUBLE PRECISION"},
        {"float8", "DOUBLE PRECISION"},
        {"float4", "REAL"},
        {"timestamp", "TIMESTAMP WITHOUT TIME ZONE"},
        {"timestamptz", "TIMESTAMP WITH TIME ZONE"},
        {"time", "TIME WITHOUT TIME ZONE"},
        {"timetz", "TIME WITH TIME ZONE"},
        {"varbit", "BIT VARYING"},
        {"simple-array", "TEXT"},
        {"simple-json", "TEXT"},
        /* of other databases, in what PostgreSQL calls them */
        {"datetime", "TIMESTAMP WITHOUT TIME ZONE"},
        {"double", "DOUBLE PRECISION"},
        {"buffer", "BYTEA"},
    };

    if (own.length)
        return own;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (str_eq_nocase(word, str_from(rows[i][0])))
            return str_from(rows[i][1]);
    return str_upper(arena, word);
}

struct str typeorm_word_of_name(struct str name)
{
    static const char *const rows[][2] = {
        {"String", "varchar"}, {"Number", "integer"}, {"Boolean", "boolean"}, {"Date", "timestamp"},
        {"string", "varchar"}, {"number", "integer"}, {"boolean", "boolean"}, {"Buffer", "buffer"}};

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (str_eq(name, str_from(rows[i][0])))
            return str_from(rows[i][1]);
    return STR_NONE;
}

static struct str word_of_annotation(struct typeorm_reader *r, struct script_file *file,
                                     TSNode type, unsigned depth);

static struct str word_of_value(TSNode value)
{
    return node_is(value, "string") || node_is(value, "template_string") ? STR("varchar")
           : node_is(value, "number")                                    ? STR("integer")
           : node_is(value, "true") || node_is(value, "false")           ? STR("boolean")
                                                                         : STR_NONE;
}

/* `string | null`, "a" | "b": one word for all that is neither null nor undefined. */
static struct str word_of_union(struct typeorm_reader *r, struct script_file *file, TSNode type,
                                unsigned depth)
{
    struct script_nodes members = script_children(r->tree, type);
    struct str word = STR_NONE;

    for (size_t i = 0; i < members.count; i++) {
        struct str text = script_source(file, members.items[i]);
        if (str_eq(text, STR("null")) || str_eq(text, STR("undefined")))
            continue;
        struct str one = word_of_annotation(r, file, members.items[i], depth + 1);
        if (!one.length || (word.length && !str_eq(word, one)))
            return STR_NONE;
        word = one;
    }
    return word;
}

/* What TypeScript's metadata says of a property's type; empty: nothing that is a column's. */
static struct str word_of_annotation(struct typeorm_reader *r, struct script_file *file,
                                     TSNode type, unsigned depth)
{
    struct strs names, values;
    uint64_t ignored;

    if (ts_node_is_null(type) || depth > ANNOTATION_DEPTH_MAX)
        return STR_NONE;
    if (node_is(type, "type_annotation") || node_is(type, "parenthesized_type") ||
        node_is(type, "readonly_type"))
        return word_of_annotation(r, file, ts_node_named_child(type, 0), depth + 1);
    if (node_is(type, "union_type"))
        return word_of_union(r, file, type, depth);
    if (node_is(type, "template_literal_type"))
        return STR("varchar");
    if (node_is(type, "literal_type")) {
        TSNode literal = ts_node_named_child(type, 0);
        return node_is(literal, "string")                              ? STR("varchar")
               : node_is(literal, "number")                            ? STR("integer")
               : node_is(literal, "true") || node_is(literal, "false") ? STR("boolean")
                                                                       : STR_NONE;
    }
    struct str word = typeorm_word_of_name(script_source(file, type));
    if (word.length || !node_is(type, "type_identifier"))
        return word;
    struct script_thing thing = script_resolve(r->tree, (struct script_scope){.file = file}, type);
    if (thing.kind == SCRIPT_VALUE &&
        node_is(thing.node, "object")) { /* its values' type has its name */
        struct script_properties properties;
        if (!script_properties(r->tree, (struct script_scope){.file = thing.file}, thing.node,
                               &properties) ||
            !properties.count)
            return STR_NONE;
        return word_of_value(script_bare(properties.items[0].value));
    }
    if (thing.kind != SCRIPT_DECLARATION)
        return STR_NONE;
    if (node_is(thing.node, "type_alias_declaration"))
        return word_of_annotation(
            r, thing.file,
            ts_node_named_child(thing.node, ts_node_named_child_count(thing.node) - 1), depth + 1);
    if (!node_is(thing.node, "enum_declaration") ||
        !script_enum(r->tree, thing.file, thing.node, &names, &values))
        return STR_NONE;
    for (size_t i = 0; i < values.count; i++)
        if (!str_to_u64(values.items[i], &ignored))
            return STR("varchar");
    return STR("integer");
}

struct str typeorm_written_type(struct typeorm_reader *r, const struct typeorm_column *source)
{
    struct script_scope scope = source->scope, inner = scope;
    TSNode type = source->type;
    struct str word;

    if (ts_node_is_null(type))
        type = script_property(r->tree, scope, source->options, "type", &inner);
    if (!ts_node_is_null(type)) {
        word = script_text(r->tree, inner, type);
        return word.length ? word
                           : typeorm_word_of_name(script_source(inner.file, script_bare(type)));
    }
    if (str_starts(str_from(source->kind), STR("PrimaryGenerated")))
        return str_eq(source->generated, STR("uuid")) ? STR("uuid") : STR("integer");
    if (str_ends(str_from(source->kind), STR("DateColumn")))
        return r->mysql ? STR("datetime") : STR("timestamp");
    if (str_eq(str_from(source->kind), STR("VersionColumn")) ||
        str_eq(str_from(source->kind), STR("TreeLevelColumn")))
        return STR("integer");
    if (str_eq(source->generated, STR("uuid")))
        return STR("uuid");
    word = word_of_annotation(r, source->annotation_file, source->annotation, 0);
    if (r->mysql && str_eq(word, STR("timestamp"))) /* a Date */
        return STR("datetime");
    return word.length || !ts_node_is_null(source->annotation) ? word
                                                               : word_of_value(source->value);
}

/* MySQL's SET and ENUM hold their values themselves; false: these cannot be read. */
static bool listed_type(struct typeorm_reader *r, const struct typeorm_column *source,
                        const char *name, struct str *ret_type)
{
    struct arena *arena = r->arena;
    struct script_scope scope;
    struct strs labels = {0};
    TSNode members = script_property(r->tree, source->scope, source->options, "enum", &scope);

    if (!script_texts(r->tree, scope, members, &labels))
        return false;
    for (size_t i = 0; i < labels.count; i++)
        labels.items[i] = schema_quoted(arena, labels.items[i]);
    *ret_type = str_printf(arena, "%s(" STR_FMT ")", name,
                           STR_ARG(str_join(arena, labels.items, labels.count, STR(", "))));
    return true;
}

/* "(50)", "(10, 2)"; empty: the type's own. */
static struct str size_of(struct typeorm_reader *r, const struct typeorm_column *source,
                          struct str base)
{
    struct arena *arena = r->arena;
    struct str length = typeorm_option_text(r, source->scope, source->options, "length");
    struct str precision = typeorm_option_text(r, source->scope, source->options, "precision");
    struct str scale = typeorm_option_text(r, source->scope, source->options, "scale");
    bool time = str_starts(base, STR("TIME")) || str_eq(base, STR("DATETIME"));

    if (length.length && !time)
        return str_printf(arena, "(" STR_FMT ")", STR_ARG(length));
    if (precision.length && scale.length && !time)
        return str_printf(arena, "(" STR_FMT ", " STR_FMT ")", STR_ARG(precision), STR_ARG(scale));
    if (precision.length && str_eq(base, STR("NUMERIC")))
        return str_printf(arena, "(" STR_FMT ", 0)", STR_ARG(precision));
    if (precision.length)
        return str_printf(arena, "(" STR_FMT ")", STR_ARG(precision));
    if (r->mysql && str_eq(base, STR("VARCHAR")))
        return STR("(255)");
    return r->mysql && time && str_ends(str_from(source->kind), STR("DateColumn")) ? STR("(6)")
                                                                                   : STR("");
}

struct str typeorm_full_type(struct typeorm_reader *r, const struct typeorm_column *source,
                             struct str word)
{
    struct arena *arena = r->arena;
    struct str base = type_word(r, word), type;
    struct str shape = str_upper(
        arena, typeorm_option_text(r, source->scope, source->options, "spatialFeatureType"));
    struct str srid = typeorm_option_text(r, source->scope, source->options, "srid");
    struct str size = size_of(r, source, base);
    size_t blank = str_find_byte(base, ' ');

    if (shape.length && (str_eq(base, STR("GEOMETRY")) || str_eq(base, STR("GEOGRAPHY"))))
        return str_printf(arena, STR_FMT "(" STR_FMT "%s" STR_FMT ")", STR_ARG(base),
                          STR_ARG(shape), srid.length ? "," : "", STR_ARG(srid));
    if (str_eq(base, STR("SET")) && listed_type(r, source, "SET", &type))
        return type;
    if (str_starts(base, STR("TIME")) && blank != SIZE_MAX)
        return str_printf(arena, STR_FMT STR_FMT STR_FMT, STR_ARG(str_prefix(base, blank)),
                          STR_ARG(size), STR_ARG(str_from_offset(base, blank)));
    /* Only MySQL has unsigned types: elsewhere nobody writes it. What is filled up with zeros is one. */
    bool is_unsigned =
        typeorm_option_is(r, source->scope, source->options, "unsigned", SCRIPT_TRUE) ||
        typeorm_option_is(r, source->scope, source->options, "zerofill", SCRIPT_TRUE);
    return str_printf(arena, STR_FMT STR_FMT "%s", STR_ARG(base), STR_ARG(size),
                      is_unsigned ? " UNSIGNED" : "");
}

/* SQLite has no enumerated types: a text, and a check over its values; false: these cannot be read. */
static bool sqlite_enum(struct typeorm_reader *r, const struct typeorm_entity *entity,
                        const struct typeorm_column *source, struct str column)
{
    struct schema_index check = {
        .kind = SCHEMA_CHECK, .of_column = column, .of_type = true, .place = source->place};
    struct str values;

    if (!listed_type(r, source, "", &values))
        return false;
    VEC_PUSH(r->arena, &check.parts,
             str_printf(r->arena, "\"" STR_FMT "\" IN " STR_FMT, STR_ARG(column), STR_ARG(values)));
    VEC_PUSH(r->arena, &typeorm_table(r, entity)->indexes, check);
    return true;
}

struct str typeorm_enum_type(struct typeorm_reader *r, const struct typeorm_entity *entity,
                             const struct typeorm_column *source, struct str column)
{
    struct arena *arena = r->arena;
    struct str given = typeorm_option_text(r, source->scope, source->options, "enumName");
    struct schema_type type = {.place = source->place};
    struct script_scope scope;
    TSNode labels = script_property(r->tree, source->scope, source->options, "enum", &scope);

    if (r->mysql && listed_type(r, source, "ENUM", &type.name))
        return type.name;
    if (r->sqlite && sqlite_enum(r, entity, source, column))
        return STR("VARCHAR");
    type.name = given.length
                    ? given
                    : str_printf(arena, STR_FMT "_" STR_FMT "_enum", STR_ARG(entity->table),
                                 STR_ARG(str_lower(arena, column)));
    if (entity->schema.length && !str_eq(entity->schema, STR("public")))
        type.name =
            str_printf(arena, STR_FMT "." STR_FMT, STR_ARG(entity->schema), STR_ARG(type.name));
    if (ts_node_is_null(labels))
        return type.name;
    type.unread = !script_texts(r->tree, scope, labels, &type.labels);
    if (type.unread)
        schema_unread_add(arena, r->schema, source->place,
                          str_printf(arena, "the values of " STR_FMT, STR_ARG(type.name)),
                          script_whole(r->tree, scope, labels));
    if (!entity->aside && !schema_type_named(r->schema, type.name))
        VEC_PUSH(arena, &r->schema->types, type);
    return type.name;
}
