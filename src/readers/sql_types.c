/* sql_types.c -- the schema's own types: enumerations, domains, composite ones. */
#include "readers/sql_reader.h"

/* --- Enumerations. --- */

void sql_enum(struct sql_reader *r, const PgQuery__CreateEnumStmt *create)
{
    struct schema_type type = {.name = sql_list_name(r, create->type_name, create->n_type_name),
                               .place = r->place};

    sql_names(r, create->vals, create->n_vals, &type.labels);
    if (!schema_type_named(r->schema, type.name))
        VEC_PUSH(r->arena, &r->schema->types, type);
}

void sql_alter_enum(struct sql_reader *r, const PgQuery__AlterEnumStmt *alter)
{
    struct schema_type *type =
        schema_type_named(r->schema, sql_list_name(r, alter->type_name, alter->n_type_name));
    struct str value = sql_text(r, alter->new_val), old = sql_text(r, alter->old_val);

    if (!type)
        return;
    for (size_t i = 0; old.length && i < type->labels.count; i++)
        if (str_eq(type->labels.items[i], old))
            type->labels.items[i] = value;
    if (!old.length)
        strs_add(r->arena, &type->labels, value);
}

/* --- Domains. --- */

static struct schema_table *made_type(struct sql_reader *r, struct str name, bool domain)
{
    VEC_PUSH(r->arena, &r->schema->made_types,
             (struct schema_table){.name = name, .domain = domain, .place = r->place});
    return &VEC_LAST(&r->schema->made_types);
}

static void domain_check(struct sql_reader *r, struct schema_table *domain,
                         const PgQuery__Constraint *constraint)
{
    size_t dot = str_find_last_byte(domain->name, '.');
    struct str name = sql_text(r, constraint->conname);
    struct schema_index index = {
        .kind = SCHEMA_CHECK,
        .name =
            name.length
                ? name
                : str_printf(r->arena, STR_FMT "_check",
                             STR_ARG(str_from_offset(domain->name, dot == SIZE_MAX ? 0 : dot + 1))),
        .place = r->place};

    VEC_PUSH(r->arena, &index.parts, sql_written(r, constraint->raw_expr));
    VEC_PUSH(r->arena, &domain->indexes, index);
}

static void domain_constraint(struct sql_reader *r, struct schema_table *domain,
                              const PgQuery__Constraint *constraint)
{
    struct schema_column *value = &domain->columns.items[0];

    switch (constraint->contype) {
    case PG_QUERY__CONSTR_TYPE__CONSTR_NOTNULL:
        value->nullable = false;
        break;
    case PG_QUERY__CONSTR_TYPE__CONSTR_DEFAULT:
        sql_column_default(r, value, constraint->raw_expr);
        break;
    case PG_QUERY__CONSTR_TYPE__CONSTR_CHECK:
        domain_check(r, domain, constraint);
        break;
    default:
        break;
    }
}

void sql_domain(struct sql_reader *r, const PgQuery__CreateDomainStmt *create)
{
    struct str name = sql_list_name(r, create->domainname, create->n_domainname);
    struct schema_table *domain;
    bool serial;
    struct str type = sql_type(r->arena, create->type_name, &serial);

    VEC_PUSH(r->arena, &r->schema->domains, (struct schema_domain){.name = name, .type = type});
    type = str_printf(r->arena, STR_FMT STR_FMT, STR_ARG(type),
                      STR_ARG(sql_collation(r, create->coll_clause)));
    domain = made_type(r, name, true);
    /* What a check calls VALUE. */
    schema_column_put(r->arena, domain,
                      (struct schema_column){
                          .name = STR("value"), .type = type, .nullable = true, .place = r->place});
    for (size_t i = 0; i < create->n_constraints; i++)
        domain_constraint(r, domain, create->constraints[i]->constraint);
}

static struct schema_table *type_made(struct sql_reader *r, struct str name)
{
    for (size_t i = 0; i < r->schema->made_types.count; i++)
        if (str_eq(r->schema->made_types.items[i].name, name))
            return &r->schema->made_types.items[i];
    return NULL;
}

void sql_alter_domain(struct sql_reader *r, const PgQuery__AlterDomainStmt *alter)
{
    struct schema_table *domain =
        type_made(r, sql_list_name(r, alter->type_name, alter->n_type_name));

    if (!domain || !domain->columns.count)
        return;
    switch (alter->subtype ? alter->subtype[0] : 0) {
    case 'T':
        sql_column_default(r, &domain->columns.items[0], alter->def);
        break;
    case 'N':
        domain->columns.items[0].nullable = true;
        break;
    case 'O':
        domain->columns.items[0].nullable = false;
        break;
    case 'C':
        domain_constraint(r, domain, alter->def->constraint);
        break;
    case 'X':
        sql_constraint_drop(r, domain, sql_text(r, alter->name));
        break;
    default:
        break;
    }
}

/* --- Composite types. --- */

void sql_composite(struct sql_reader *r, const PgQuery__CompositeTypeStmt *create)
{
    struct schema_table *type = made_type(r, sql_table_name(r, create->typevar), false);

    for (size_t i = 0; i < create->n_coldeflist; i++)
        if (create->coldeflist[i]->node_case == PG_QUERY__NODE__NODE_COLUMN_DEF)
            sql_column(r, type, create->coldeflist[i]->column_def);
}

/* ALTER TYPE … ADD ATTRIBUTE */
void sql_alter_composite(struct sql_reader *r, const PgQuery__AlterTableStmt *alter)
{
    struct schema_table *type = type_made(r, sql_table_name(r, alter->relation));

    for (size_t i = 0; type && i < alter->n_cmds; i++)
        sql_alter_command(r, type, alter->cmds[i]->alter_table_cmd);
}

/* --- What goes. --- */

void sql_type_drop(struct schema *schema, struct str name)
{
    size_t kept = 0;

    for (size_t i = 0; i < schema->types.count; i++)
        if (!str_eq(schema->types.items[i].name, name))
            schema->types.items[kept++] = schema->types.items[i];
    schema->types.count = kept;
    kept = 0;
    for (size_t i = 0; i < schema->made_types.count; i++)
        if (!str_eq(schema->made_types.items[i].name, name))
            schema->made_types.items[kept++] = schema->made_types.items[i];
    schema->made_types.count = kept;
}
