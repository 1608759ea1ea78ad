/* python_known.c -- what a name means that nothing in its file binds. It comes by a star from a module that is not in the tree, or an
 * import is missing: these names mean one thing wherever models are written. */
#include "readers/python_tree.h"

static const struct {
    const char *package;
    const char *const names[48];
} known[] = {
    {"sqlalchemy",
     {"ARRAY",
      "BigInteger",
      "Boolean",
      "CheckConstraint",
      "Column",
      "Computed",
      "Date",
      "DateTime",
      "Double",
      "Enum",
      "Float",
      "ForeignKey",
      "ForeignKeyConstraint",
      "Identity",
      "Index",
      "Integer",
      "Interval",
      "JSON",
      "LargeBinary",
      "MetaData",
      "Numeric",
      "PrimaryKeyConstraint",
      "SmallInteger",
      "String",
      "Table",
      "Text",
      "Time",
      "Unicode",
      "UnicodeText",
      "UniqueConstraint",
      "Uuid",
      "func",
      "text"}},
    {"sqlalchemy.dialects.postgresql", {"CITEXT", "INET", "JSONB", "TSVECTOR"}},
    {"sqlalchemy.orm",
     {"DeclarativeBase", "Mapped", "MappedAsDataclass", "column_property", "declarative_base",
      "declared_attr", "deferred", "mapped_column", "relationship", "synonym"}},
    {"sqlmodel", {"Relationship", "SQLModel"}},
    {"typing", {"Annotated", "Any", "ClassVar", "Dict", "List", "Literal", "Optional", "Union"}},
    {"django.db", {"models"}},
    {"django.db.models", {"F", "Q"}},
    {"decimal", {"Decimal"}},
    {"uuid", {"UUID"}},
    {"datetime", {"date", "timedelta"}},
};

struct str python_known_name(struct arena *arena, struct str name, bool has_members)
{
    /* datetime.datetime, uuid.UUID, sa.Column: the modules; datetime alone: the class. */
    static const char *const modules[][2] = {
        {"datetime", "datetime"}, {"uuid", "uuid"}, {"sa", "sqlalchemy"}, {"enum", "enum"}};

    for (size_t i = 0; has_members && i < COUNT_OF(modules); i++)
        if (str_eq(name, str_from(modules[i][0])))
            return str_from(modules[i][1]);
    if (str_eq(name, STR("datetime")))
        return STR("datetime.datetime");
    for (size_t i = 0; i < COUNT_OF(known); i++)
        for (size_t j = 0; j < COUNT_OF(known[i].names) && known[i].names[j]; j++)
            if (str_eq(name, str_from(known[i].names[j])))
                return str_printf(arena, "%s." STR_FMT, known[i].package, STR_ARG(name));
    return STR_NONE;
}
