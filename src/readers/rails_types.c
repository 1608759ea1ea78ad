/* rails_types.c -- Rails' names of types, and its inflections, as far as keys need them. */
#include "base/vec.h"
#include "readers/rails.h"
#include "readers/sqlalchemy.h"

#include <string.h>

#define JSON_MAX ((size_t)64 << 10)

/* --- Versions. --- */

struct rails_version rails_version_of(struct str source)
{
    static const char *const marks[] = {"ActiveRecord::Schema[", "ActiveRecord::Migration["};
    struct rails_version version = {.major = 5};

    for (size_t i = 0; i < COUNT_OF(marks); i++) {
        size_t at = str_find(source, str_from(marks[i]));
        uint64_t major, minor;
        if (at == SIZE_MAX)
            continue;
        struct str rest = str_from_offset(source, at + strlen(marks[i]));
        struct str number = str_cut(&rest, ']');
        struct str first = str_cut(&number, '.');
        if (str_to_u64(first, &major) && str_to_u64(number, &minor) && major < 100 && minor < 100)
            version = (struct rails_version){.major = (unsigned)major, .minor = (unsigned)minor};
    }
    return version;
}

/* --- Types. --- */

static const struct {
    const char *name, *type;
} types[] = {
    {"string", "VARCHAR"},
    {"text", "TEXT"},
    {"integer", "INTEGER"},
    {"bigint", "BIGINT"},
    {"smallint", "SMALLINT"},
    {"float", "DOUBLE PRECISION"},
    {"decimal", "NUMERIC"},
    {"numeric", "NUMERIC"},
    {"datetime", "TIMESTAMP"},
    {"timestamp", "TIMESTAMP"},
    {"timestamptz", "TIMESTAMPTZ"},
    {"time", "TIME"},
    {"date", "DATE"},
    {"binary", "BYTEA"},
    {"blob", "BYTEA"},
    {"boolean", "BOOLEAN"},
    {"xml", "XML"},
    {"json", "JSON"},
    {"jsonb", "JSONB"},
    {"uuid", "UUID"},
    {"hstore", "HSTORE"},
    {"inet", "INET"},
    {"cidr", "CIDR"},
    {"macaddr", "MACADDR"},
    {"citext", "CITEXT"},
    {"ltree", "LTREE"},
    {"tsvector", "TSVECTOR"},
    {"bit", "BIT"},
    {"bit_varying", "BIT VARYING"},
    {"money", "MONEY"},
    {"int4range", "INT4RANGE"},
    {"int8range", "INT8RANGE"},
    {"numrange", "NUMRANGE"},
    {"tsrange", "TSRANGE"},
    {"tstzrange", "TSTZRANGE"},
    {"daterange", "DATERANGE"},
    {"interval", "INTERVAL"},
    {"oid", "OID"},
    {"point", "POINT"},
    {"line", "LINE"},
    {"lseg", "LSEG"},
    {"box", "BOX"},
    {"path", "PATH"},
    {"polygon", "POLYGON"},
    {"circle", "CIRCLE"},
    {"serial", "INTEGER"},
    {"bigserial", "BIGINT"},
    {"primary_key", "BIGINT"},
    {"vector", "VECTOR"},
    {"halfvec", "HALFVEC"},
    {"sparsevec", "SPARSEVEC"},
    {"cube", "CUBE"},
    {"enum", ""},
    {"virtual", ""},
    {"geometry", ""},
    {"geography", ""},
    {"spatial", ""},
    {"st_point", ""},
    {"st_polygon", ""},
    {"line_string", ""},
    {"multi_point", ""},
    {"multi_line_string", ""},
    {"multi_polygon", ""},
    {"geometry_collection", ""},
};

bool rails_is_type(struct str method)
{
    for (size_t i = 0; i < COUNT_OF(types); i++)
        if (str_eq(method, str_from(types[i].name)))
            return true;
    return false;
}

static struct str number_of(struct ruby_file *file, TSNode call, const char *option)
{
    struct ruby_value value = ruby_option(file, call, option);

    return value.kind == RUBY_NUMBER ? value.text : STR_NONE;
}

static struct str in_brackets(struct arena *arena, struct str name, struct str number,
                              const char *behind)
{
    return number.length ? str_printf(arena, STR_FMT "(" STR_FMT ")%s", STR_ARG(name),
                                      STR_ARG(number), behind)
                         : str_printf(arena, STR_FMT "%s", STR_ARG(name), behind);
}

static struct str integer(struct str limit)
{
    static const char *const small[] = {"1", "2"}, *const big[] = {"5", "6", "7", "8"};

    for (size_t i = 0; i < COUNT_OF(small); i++)
        if (str_eq(limit, str_from(small[i])))
            return STR("SMALLINT");
    for (size_t i = 0; i < COUNT_OF(big); i++)
        if (str_eq(limit, str_from(big[i])))
            return STR("BIGINT");
    return STR("INTEGER");
}

/* datetime has six digits from Rails 7.0 on, unless `precision` says otherwise; nil is the type's own. */
static struct str precision_of(struct ruby_file *file, TSNode call, struct str type,
                               struct rails_version version)
{
    struct ruby_value given = ruby_option(file, call, "precision");
    bool dated = str_eq(type, STR("datetime")) || str_eq(type, STR("timestamp"));

    if (given.kind == RUBY_NUMBER)
        return given.text;
    return dated && ts_node_is_null(given.node) && version.major >= 7 ? STR("6") : STR_NONE;
}

static struct str with_options(struct ruby_file *file, TSNode call, struct str type,
                               struct str base, struct rails_version version)
{
    struct arena *arena = file->arena;
    struct str limit = number_of(file, call, "limit");

    uint64_t bits;

    if (str_eq(type, STR("integer")))
        return integer(limit);
    if (str_eq(type, STR("float"))) /* float(24): how a dump says real */
        return str_to_u64(limit, &bits) && bits <= 24 ? STR("REAL") : base;
    if (str_eq(base, STR("NUMERIC"))) {
        struct str scale = number_of(file, call, "scale");
        struct str precision = number_of(file, call, "precision");
        if (!precision.length)
            return base;
        return in_brackets(arena, base,
                           str_printf(arena, STR_FMT ", " STR_FMT, STR_ARG(precision),
                                      STR_ARG(scale.length ? scale : STR("0"))),
                           "");
    }
    if (str_eq(base, STR("TIMESTAMP")) || str_eq(base, STR("TIME")))
        return in_brackets(arena, base, precision_of(file, call, type, version),
                           " WITHOUT TIME ZONE");
    if (str_eq(base, STR("TIMESTAMPTZ")))
        return in_brackets(arena, STR("TIMESTAMP"), precision_of(file, call, type, version),
                           " WITH TIME ZONE");
    if (str_eq(base, STR("INTERVAL")))
        return in_brackets(arena, base, number_of(file, call, "precision"), "");
    if (str_eq(base, STR("VARCHAR")) || str_starts(base, STR("BIT")) ||
        str_eq(base, STR("VECTOR")) || str_ends(base, STR("VEC")))
        return in_brackets(arena, base, limit, "");
    return base;
}

bool rails_type(struct ruby_file *file, TSNode call, struct str type, struct rails_version version,
                struct str *ret_type)
{
    struct ruby_value array = ruby_option(file, call, "array");
    struct ruby_value collation = ruby_option(file, call, "collation");
    struct str base = STR_NONE;

    if (str_eq(type, STR("enum"))) {
        struct ruby_value name = ruby_option(file, call, "enum_type");
        if (!ruby_is_text(&name))
            name = ruby_option(file, call, "enum_name");
        base = name.text;
    } else if (str_eq(type, STR("virtual"))) {
        struct ruby_value real = ruby_option(file, call, "type");
        return ruby_is_text(&real) && !str_eq(real.text, type) &&
               rails_type(file, call, real.text, version, ret_type);
    }
    if (!base.length)
        base = rails_spatial_type(file, call, type);
    for (size_t i = 0; !base.length && i < COUNT_OF(types); i++)
        if (str_eq(type, str_from(types[i].name)))
            base = str_from(types[i].type);
    if (!base.length)
        return false;
    *ret_type = with_options(file, call, type, base, version);
    *ret_type = rails_mysql_type(file, call, type, *ret_type, version.mysql);
    if (ruby_is_text(&collation))
        *ret_type = str_printf(file->arena, STR_FMT " COLLATE \"" STR_FMT "\"", STR_ARG(*ret_type),
                               STR_ARG(collation.text));
    if (array.kind == RUBY_TRUE)
        *ret_type = str_printf(file->arena, STR_FMT "[]", STR_ARG(*ret_type));
    return true;
}

/* --- Columns. --- */

static bool is_number_type(struct str type)
{
    return str_starts(type, STR("NUMERIC")) || str_eq(type, STR("INTEGER")) ||
           str_starts(type, STR("INTEGER ")) || str_starts(type, STR("BIGINT")) ||
           str_starts(type, STR("SMALLINT")) || str_eq(type, STR("DOUBLE PRECISION"));
}

/* '{a,b}' */
static struct str array_default(struct ruby_file *file, const struct ruby_value *list)
{
    struct strs items = {0};

    for (size_t i = 0; i < list->items.count; i++)
        VEC_PUSH(file->arena, &items, list->items.items[i].text);
    return schema_quoted(file->arena, schema_array(file->arena, &items));
}

static bool json_string(struct buf *buf, struct str text)
{
    buf_add_byte(buf, '"');
    for (size_t i = 0; i < text.length; i++) {
        if ((unsigned char)text.bytes[i] < ' ')
            return false;
        if (text.bytes[i] == '"' || text.bytes[i] == '\\')
            buf_add_byte(buf, '\\');
        buf_add_byte(buf, text.bytes[i]);
    }
    buf_add_byte(buf, '"');
    return true;
}

/* What to_json makes of a literal; false: it is more than that. */
static bool json_of(struct ruby_file *file, const struct ruby_value *value, struct buf *buf,
                    size_t depth)
{
    switch (value->kind) {
    case RUBY_NIL:
        buf_add(buf, STR("null"));
        return true;
    case RUBY_TRUE:
    case RUBY_FALSE:
    case RUBY_NUMBER:
        buf_add(buf, value->text);
        return true;
    case RUBY_STRING:
    case RUBY_SYMBOL:
        return json_string(buf, value->text);
    case RUBY_LIST:
        buf_add_byte(buf, '[');
        for (size_t i = 0; i < value->items.count; i++) {
            if (i)
                buf_add_byte(buf, ',');
            if (depth > 8 || !json_of(file, &value->items.items[i], buf, depth + 1))
                return false;
        }
        buf_add_byte(buf, ']');
        return true;
    case RUBY_HASH:
        buf_add_byte(buf, '{');
        for (uint32_t i = 0; i < ts_node_named_child_count(value->node); i++) {
            TSNode pair = ts_node_named_child(value->node, i);
            struct ruby_value key = ruby_value(file, ruby_field(pair, "key"));
            struct ruby_value inner = ruby_value(file, ruby_field(pair, "value"));
            struct str name =
                ruby_is_text(&key) ? key.text : ruby_source(file, ruby_field(pair, "key"));
            if (depth > 8 || !ruby_is(pair, "pair"))
                return false;
            buf_printf(buf, "%s\"" STR_FMT "\":", i ? "," : "", STR_ARG(name));
            if (!json_of(file, &inner, buf, depth + 1))
                return false;
        }
        buf_add_byte(buf, '}');
        return true;
    case RUBY_LAMBDA:
    case RUBY_UNKNOWN:
        break;
    }
    return false;
}

/* '"a"=>"1"' */
static bool hstore_of(struct ruby_file *file, const struct ruby_value *hash, struct buf *buf)
{
    for (uint32_t i = 0; i < ts_node_named_child_count(hash->node); i++) {
        TSNode pair = ts_node_named_child(hash->node, i);
        struct ruby_value key = ruby_value(file, ruby_field(pair, "key"));
        struct ruby_value inner = ruby_value(file, ruby_field(pair, "value"));
        if (!ruby_is(pair, "pair") || inner.kind == RUBY_LIST || inner.kind == RUBY_HASH ||
            inner.kind == RUBY_LAMBDA || inner.kind == RUBY_UNKNOWN)
            return false;
        buf_add(buf, i ? STR(", ") : STR_NONE);
        if (!json_string(buf, ruby_is_text(&key) ? key.text
                                                 : ruby_source(file, ruby_field(pair, "key"))))
            return false;
        buf_add(buf, STR("=>"));
        if (inner.kind == RUBY_NIL)
            buf_add(buf, STR("NULL"));
        else if (!json_string(buf, inner.text))
            return false;
    }
    return true;
}

/* Columns whose type makes a text of whatever the default is. */
static void document_default(struct ruby_file *file, const struct ruby_value *value,
                             struct schema_column *column)
{
    struct buf buf = buf_new(file->arena, JSON_MAX);
    bool hstore = str_eq(column->type, STR("HSTORE"));

    if (hstore ? hstore_of(file, value, &buf) : json_of(file, value, &buf, 0))
        column->default_value = schema_quoted(file->arena, buf_str(&buf));
    else
        column->unread_default = true;
}

static bool is_document(struct str type, enum ruby_kind kind)
{
    bool json = str_eq(type, STR("JSON")) || str_eq(type, STR("JSONB"));

    return kind != RUBY_NIL && kind != RUBY_LAMBDA && kind != RUBY_UNKNOWN &&
           (json || kind == RUBY_HASH);
}

void rails_default(struct ruby_file *file, TSNode call, struct schema_column *column)
{
    struct ruby_value value = ruby_option(file, call, "default");

    if (is_document(column->type, value.kind)) {
        document_default(file, &value, column);
        return;
    }
    switch (value.kind) {
    case RUBY_LAMBDA:
    case RUBY_NUMBER:
    case RUBY_TRUE:
    case RUBY_FALSE:
        column->default_value = value.text;
        break;
    case RUBY_STRING:
    case RUBY_SYMBOL:
        column->default_value =
            is_number_type(column->type) ? value.text : schema_quoted(file->arena, value.text);
        break;
    case RUBY_LIST:
        column->default_value = array_default(file, &value);
        break;
    case RUBY_UNKNOWN:
        column->unread_default = !ts_node_is_null(value.node);
        break;
    case RUBY_HASH: /* a document */
    case RUBY_NIL:
        break;
    }
}

void rails_column(struct ruby_file *file, TSNode call, struct str type,
                  struct rails_version version, struct schema_column *column)
{
    struct ruby_value null = ruby_option(file, call, "null");
    struct ruby_value as = ruby_option(file, call, "as");

    if (!rails_type(file, call, type, version, &column->type))
        column->type = STR_NONE;
    column->nullable = null.kind != RUBY_FALSE;
    column->primary_key =
        column->primary_key || ruby_option(file, call, "primary_key").kind == RUBY_TRUE;
    if (column->primary_key)
        column->nullable = false;
    if (ruby_is_text(&as))
        column->default_value =
            str_printf(file->arena, "GENERATED ALWAYS AS (" STR_FMT ") STORED", STR_ARG(as.text));
    else
        rails_default(file, call, column);
}

void rails_names(struct arena *arena, const struct ruby_value *value, struct strs *names)
{
    if (ruby_is_text(value))
        VEC_PUSH(arena, names, value->text);
    for (size_t i = 0; value->kind == RUBY_LIST && i < value->items.count; i++)
        if (ruby_is_text(&value->items.items[i]))
            VEC_PUSH(arena, names, value->items.items[i].text);
}

struct str rails_index_name(struct arena *arena, struct str table, const struct strs *columns)
{
    char *name = str_c(
        arena, str_printf(arena, "index_" STR_FMT "_on_" STR_FMT, STR_ARG(table),
                          STR_ARG(str_join(arena, columns->items, columns->count, STR("_and_")))));

    for (char *at = name; *at; at++)
        if (*at == '.')
            *at = '_';
    return str_from(name);
}

/* --- Inflections. --- */

static const struct {
    const char *one, *many;
} irregular[] = {{"person", "people"},     {"child", "children"},     {"man", "men"},
                 {"woman", "women"},       {"mouse", "mice"},         {"datum", "data"},
                 {"medium", "media"},      {"criterion", "criteria"}, {"move", "moves"},
                 {"index", "indices"},     {"matrix", "matrices"},    {"vertex", "vertices"},
                 {"analysis", "analyses"}, {"quiz", "quizzes"}};

/* Longest matching ending first; each gives a candidate. */
static const struct {
    const char *one, *many;
} endings[] = {{"y", "ies"}, {"sh", "shes"}, {"ch", "ches"}, {"x", "xes"}, {"ss", "sses"},
               {"s", "ses"}, {"z", "zes"},   {"fe", "ves"},  {"f", "ves"}, {"o", "oes"},
               {"is", "es"}, {"", "s"},      {"", ""}};

static void replaced(struct arena *arena, struct str name, const char *from, const char *to,
                     struct strs *names)
{
    if (str_ends(name, str_from(from)))
        strs_add(arena, names,
                 str_printf(arena, STR_FMT "%s",
                            STR_ARG(str_prefix(name, name.length - strlen(from))), to));
}

void rails_plurals(struct arena *arena, struct str name, struct strs *ret_names)
{
    for (size_t i = 0; i < COUNT_OF(irregular); i++)
        replaced(arena, name, irregular[i].one, irregular[i].many, ret_names);
    for (size_t i = 0; i < COUNT_OF(endings); i++)
        replaced(arena, name, endings[i].one, endings[i].many, ret_names);
}

void rails_singulars(struct arena *arena, struct str table, struct strs *ret_names)
{
    size_t dot = str_find_last_byte(table, '.');
    struct str name = dot == SIZE_MAX ? table : str_from_offset(table, dot + 1);

    for (size_t i = 0; i < COUNT_OF(irregular); i++)
        replaced(arena, name, irregular[i].many, irregular[i].one, ret_names);
    for (size_t i = 0; i < COUNT_OF(endings); i++)
        replaced(arena, name, endings[i].many, endings[i].one, ret_names);
}
