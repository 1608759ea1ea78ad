/* sqlalchemy_mysql.c -- the types of sqlalchemy.dialects.mysql, as its compiler writes them (dialects/mysql/base.py, SQLAlchemy 1.4 and 2.0). */
#include "readers/sqlalchemy.h"

enum shape {
    PLAIN = 0, /* what stands in brackets is a width of display, or says nothing */
    LENGTH,
    NUMBER, /* precision, scale */
    FSP,    /* digits of fractions of a second */
    LABELS,
};

static const struct mysql_type {
    const char *name, *text;
    enum shape shape;
} mysql_types[] = {
    {"INTEGER", "INTEGER", PLAIN},
    {"BIGINT", "BIGINT", PLAIN},
    {"SMALLINT", "SMALLINT", PLAIN},
    {"MEDIUMINT", "MEDIUMINT", PLAIN},
    {"TINYINT", "TINYINT", PLAIN},
    {"BOOLEAN", "BOOLEAN", PLAIN},
    {"NUMERIC", "NUMERIC", NUMBER},
    {"DECIMAL", "DECIMAL", NUMBER},
    {"DOUBLE", "DOUBLE PRECISION", NUMBER},
    {"REAL", "REAL", NUMBER},
    {"FLOAT", "FLOAT", NUMBER},
    {"BIT", "BIT", LENGTH},
    {"CHAR", "CHAR", LENGTH},
    {"NCHAR", "CHAR", LENGTH},
    {"VARCHAR", "VARCHAR", LENGTH},
    {"NVARCHAR", "VARCHAR", LENGTH},
    {"TEXT", "TEXT", PLAIN},
    {"TINYTEXT", "TINYTEXT", PLAIN},
    {"MEDIUMTEXT", "MEDIUMTEXT", PLAIN},
    {"LONGTEXT", "LONGTEXT", PLAIN},
    {"BINARY", "BINARY", LENGTH},
    {"VARBINARY", "VARBINARY", LENGTH},
    {"BLOB", "BLOB", PLAIN},
    {"TINYBLOB", "TINYBLOB", PLAIN},
    {"MEDIUMBLOB", "MEDIUMBLOB", PLAIN},
    {"LONGBLOB", "LONGBLOB", PLAIN},
    {"DATE", "DATE", PLAIN},
    {"YEAR", "YEAR", PLAIN},
    {"DATETIME", "DATETIME", FSP},
    {"TIMESTAMP", "TIMESTAMP", FSP},
    {"TIME", "TIME", FSP},
    {"JSON", "JSON", PLAIN},
    {"ENUM", "ENUM", LABELS},
    {"SET", "SET", LABELS},
};

static bool labels_of(struct sa_reader *r, struct python_scope scope, TSNode call,
                      const struct mysql_type *row, struct sa_type *type)
{
    struct sa_type labels = {0};

    if (ts_node_is_null(call) || !sa_enum_labels(r, scope, call, &labels))
        return false;
    for (size_t i = 0; i < labels.labels.count; i++)
        labels.labels.items[i] = schema_quoted(r->arena, labels.labels.items[i]);
    type->text = str_printf(
        r->arena, "%s(" STR_FMT ")", row->text,
        STR_ARG(str_join(r->arena, labels.labels.items, labels.labels.count, STR(", "))));
    return true;
}

static bool sized(struct sa_reader *r, struct python_scope scope, TSNode call,
                  const struct mysql_type *row, struct sa_type *type)
{
    const char *keyword = row->shape == FSP ? "fsp" : row->shape == NUMBER ? "precision" : "length";

    return sa_sized(r, scope, call, row->text, keyword, row->shape == FSP ? 1 : 0,
                    row->shape == NUMBER, &type->text);
}

static bool is_small_boolean(struct sa_reader *r, struct python_scope scope, TSNode call,
                             const struct mysql_type *row)
{
    struct str width;
    bool has_width;

    return str_eq(str_from(row->name), STR("TINYINT")) &&
           sa_given(r, sa_argument(r, scope, call, "display_width", 0), &width, &has_width) &&
           has_width && str_eq(width, STR("1"));
}

bool sa_mysql_type(struct sa_reader *r, struct python_scope scope, TSNode call, struct str dotted,
                   bool *ret_known, struct sa_type *type)
{
    const struct mysql_type *row = NULL;
    bool is_unsigned;

    *ret_known = false;
    if (!str_starts(dotted, STR("sqlalchemy.dialects.mysql.")))
        return false;
    for (size_t i = 0; i < COUNT_OF(mysql_types); i++)
        if (sa_is(dotted, mysql_types[i].name))
            row = &mysql_types[i];
    if (!row)
        return false;
    *ret_known = true;
    if (!ts_node_is_null(call) && python_call_has_splat(r->tree, scope, call) &&
        row->shape != LABELS)
        return false;
    if (row->shape == LABELS)
        return labels_of(r, scope, call, row, type);
    if (row->shape == PLAIN)
        type->text = str_from(row->text);
    else if (!sized(r, scope, call, row, type))
        return false;
    if (ts_node_is_null(call))
        return true;
    if (!sa_flag(r, scope, call, "unsigned", SIZE_MAX, &is_unsigned))
        return false;
    if (is_unsigned)
        type->text = str_printf(r->arena, STR_FMT " UNSIGNED", STR_ARG(type->text));
    else if (is_small_boolean(r, scope, call, row))
        type->text = STR("BOOLEAN");
    return true;
}
