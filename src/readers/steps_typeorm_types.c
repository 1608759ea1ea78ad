/* steps_typeorm_types.c -- the enumerated type that TypeORM makes with a column: new TableColumn({ type: "enum", enum: ["a", "b"] }). */
#include "readers/steps_typeorm.h"

/* TypeORM's own name for it, unless the column gives it one; with the table's schema. */
static struct str type_name(struct typeorm_reading *r, struct str table, struct str column,
                            struct str given)
{
    size_t dot = str_find_last_byte(table, '.');
    struct str schema = dot == SIZE_MAX ? STR_NONE : str_prefix(table, dot + 1);

    return given.length ? str_printf(r->arena, STR_FMT STR_FMT, STR_ARG(schema), STR_ARG(given))
                        : str_printf(r->arena, STR_FMT "_" STR_FMT "_enum", STR_ARG(table),
                                     STR_ARG(str_lower(r->arena, column)));
}

void typeorm_column_type(struct typeorm_reading *r, struct str table, struct str column,
                         struct typeorm_operand object)
{
    struct script_scope scope = object.scope;
    struct str type = typeorm_option_of(r, object, "type");
    struct strs labels = {0};

    if (!column.length || (!str_eq(type, STR("enum")) && !str_eq(type, STR("simple-enum"))))
        return;
    struct str name = type_name(r, table, column, typeorm_option_of(r, object, "enumName"));
    TSNode list = script_property(r->tree, object.scope, object.node, "enum", &scope);
    bool told = !ts_node_is_null(list) && script_texts(r->tree, scope, list, &labels);
    VEC_PUSH(r->arena, r->steps,
             (struct step){.kind = STEP_ADD_TYPE, .name = name, .labels_told = told});
    for (size_t i = 0; told && i < labels.count; i++)
        VEC_PUSH(r->arena, r->steps,
                 (struct step){.kind = STEP_ADD_VALUE, .name = name, .value = labels.items[i]});
}
