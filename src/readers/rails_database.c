/* rails_database.c -- Rails' types where the database is MySQL, or PostgreSQL with PostGIS. */
#include "readers/rails.h"
#include "readers/sql_split.h"
#include "readers/sql_tree.h"

/* --- MySQL. --- */

/* limit: of text and blob: the smallest kind that holds so many bytes (ActiveRecord, MySQL::SchemaStatements). */
static const char *kind_of_size(uint64_t bytes)
{
    return bytes <= 0xff ? "TINY" : bytes <= 0xffff ? "" : bytes <= 0xffffff ? "MEDIUM" : "LONG";
}

/* datetime is no timestamp there. */
static struct str timed(struct arena *arena, struct str type, struct str base)
{
    static const struct str plain = STR_INIT("TIMESTAMP"), zone = STR_INIT(" WITHOUT TIME ZONE");
    struct str digits = str_slice(base, plain.length, base.length - zone.length);

    return str_printf(arena, "%s" STR_FMT, str_eq(type, STR("datetime")) ? "DATETIME" : "TIMESTAMP",
                      STR_ARG(digits));
}

static struct str limited(struct ruby_file *file, struct str type, struct str base, uint64_t limit)
{
    struct arena *arena = file->arena;
    static const char *const integers[] = {"TINYINT", "SMALLINT", "MEDIUMINT", "INTEGER"};

    if (str_eq(type, STR("integer")) && limit && limit <= COUNT_OF(integers))
        return str_from(integers[limit - 1]);
    if (str_eq(type, STR("text")) && limit)
        return str_printf(arena, "%sTEXT", kind_of_size(limit));
    if (str_eq(type, STR("binary")) && limit && limit <= 0xfff)
        return str_printf(arena, "VARBINARY(%llu)", (unsigned long long)limit);
    if (str_eq(type, STR("binary")) || str_eq(type, STR("blob")))
        return str_printf(arena, "%sBLOB", limit ? kind_of_size(limit) : "");
    if (str_eq(type, STR("float")))
        return limit > 24 ? STR("DOUBLE PRECISION") : STR("REAL");
    if (str_eq(base, STR("VARCHAR")))
        return STR("VARCHAR(255)");
    if (str_starts(base, STR("TIMESTAMP")) && str_ends(base, STR(" WITHOUT TIME ZONE")))
        return timed(arena, type, base);
    return str_eq(base, STR("NUMERIC")) ? STR("NUMERIC(10, 0)") : base;
}

struct str rails_mysql_type(struct ruby_file *file, TSNode call, struct str type, struct str base,
                            bool table)
{
    struct ruby_value size = ruby_option(file, call, "size");
    struct ruby_value said = ruby_option(file, call, "limit");
    bool is_unsigned = ruby_option(file, call, "unsigned").kind == RUBY_TRUE;
    bool text = str_eq(base, STR("TEXT"));
    uint64_t limit = 0;

    if (ruby_is_text(&size) && (text || str_eq(base, STR("BYTEA"))))
        base = str_printf(file->arena, STR_FMT "%s", STR_ARG(str_upper(file->arena, size.text)),
                          text ? "TEXT" : "BLOB");
    else if (table && (said.kind != RUBY_NUMBER || str_to_u64(said.text, &limit)))
        base = limited(file, type, base, limit);
    return is_unsigned ? str_printf(file->arena, STR_FMT " UNSIGNED", STR_ARG(base)) : base;
}

/* --- PostGIS. --- */

/* "st_point" and :line_string are POINT and LINESTRING; empty: any shape. */
static struct str shape(struct arena *arena, struct str word)
{
    struct buf out = buf_new(arena, word.length + 1);

    if (str_starts(word, STR("st_")))
        word = str_from_offset(word, 3);
    if (str_eq(word, STR("geometry")) || str_eq(word, STR("geography")) ||
        str_eq(word, STR("spatial")))
        return STR_NONE;
    for (size_t i = 0; i < word.length; i++)
        if (word.bytes[i] != '_')
            buf_add_byte(&out, word.bytes[i]);
    return str_upper(arena, buf_str(&out));
}

struct str rails_spatial_type(struct ruby_file *file, TSNode call, struct str type)
{
    static const char *const types[] = {
        "geometry",      "geography",           "spatial",     "st_point",
        "st_polygon",    "line_string",         "multi_point", "multi_line_string",
        "multi_polygon", "geometry_collection", NULL};
    struct ruby_value limit = ruby_option(file, call, "limit");
    TSNode options = limit.kind == RUBY_HASH ? limit.node : call;
    struct ruby_value of = ruby_option(file, options, "type");
    struct ruby_value srid = ruby_option(file, options, "srid");
    bool geographic = str_eq(type, STR("geography")) ||
                      ruby_option(file, options, "geographic").kind == RUBY_TRUE;
    const char *z = ruby_option(file, options, "has_z").kind == RUBY_TRUE ? "Z" : "";
    const char *m = ruby_option(file, options, "has_m").kind == RUBY_TRUE ? "M" : "";

    if (!str_is_one_of(type, types))
        return STR_NONE;
    struct str base = geographic ? STR("GEOGRAPHY") : STR("GEOMETRY");
    struct str of_shape = shape(file->arena, ruby_is_text(&of) ? of.text : type);
    struct str number = srid.kind == RUBY_NUMBER && !str_eq(srid.text, STR("0")) ? srid.text
                        : geographic                                             ? STR("4326")
                                                                                 : STR_NONE;
    if (!of_shape.length && !z[0] && !m[0] && (geographic || !number.length))
        return base;
    return str_printf(file->arena, STR_FMT "(" STR_FMT "%s%s%s" STR_FMT ")", STR_ARG(base),
                      STR_ARG(of_shape.length ? of_shape : STR("GEOMETRY")), z, m,
                      number.length ? ", " : "", STR_ARG(number));
}

/* --- The database's own words. --- */

/* "enum('a','b')" is ENUM('a', 'b'), "geometry(Point,4326)" GEOMETRY(POINT, 4326). */
struct str rails_own_type(struct arena *arena, struct str type)
{
    size_t bracket = str_find_byte(type, '('), at = 0;
    struct strs items = {0};

    if (bracket == SIZE_MAX || !str_ends(type, STR(")")))
        return sql_type_words(arena, type);
    struct str word = str_trim(str_prefix(type, bracket));
    struct str inner = str_slice(type, bracket + 1, type.length - 1);
    bool listed = str_eq_nocase(word, STR("enum")) || str_eq_nocase(word, STR("set"));
    for (struct str token; (token = sql_token(inner, &at)).length;)
        if (!str_eq(token, STR(",")))
            VEC_PUSH(arena, &items, token);
    struct str list = str_join(arena, items.items, items.count, STR(", "));
    struct str whole = str_printf(arena, STR_FMT "(" STR_FMT ")",
                                  STR_ARG(listed ? str_upper(arena, word) : word), STR_ARG(list));
    return listed ? whole : sql_type_words(arena, whole);
}
