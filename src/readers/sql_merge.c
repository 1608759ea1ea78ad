/* sql_merge.c -- keys and UNIQUEs over the same columns, which one CREATE TABLE says twice: PostgreSQL makes one index of them (its
 * parse_utilcmd.c). */
#include "readers/sql_reader.h"

#define KEYS_MAX 256u /* of one table; with more none is looked for */

struct key {
    const PgQuery__Constraint *node;
    PgQuery__Constraint all; /* with what stands behind it */
    struct strs columns, including;
};
VEC_DEFINE(keys, struct key);

static bool is_key(const PgQuery__Constraint *constraint)
{
    return constraint->contype == PG_QUERY__CONSTR_TYPE__CONSTR_PRIMARY ||
           constraint->contype == PG_QUERY__CONSTR_TYPE__CONSTR_UNIQUE;
}

static void add_key(struct sql_reader *r, struct keys *keys, const PgQuery__ColumnDef *column,
                    size_t at, const PgQuery__Constraint *constraint)
{
    struct key key = {.node = constraint, .all = *constraint};

    if (column) {
        sql_take_attributes(column, at, &key.all);
        VEC_PUSH(r->arena, &key.columns, sql_text(r, column->colname));
    }
    sql_names(r, constraint->keys, constraint->n_keys, &key.columns);
    sql_names(r, constraint->including, constraint->n_including, &key.including);
    VEC_PUSH(r->arena, keys, key);
}

static void keys_of(struct sql_reader *r, const PgQuery__CreateStmt *create,
                    PgQuery__ConstrType kind, struct keys *keys)
{
    for (size_t i = 0; i < create->n_table_elts; i++) {
        const PgQuery__Node *element = create->table_elts[i];
        const PgQuery__ColumnDef *column =
            element->node_case == PG_QUERY__NODE__NODE_COLUMN_DEF ? element->column_def : NULL;
        if (element->node_case == PG_QUERY__NODE__NODE_CONSTRAINT &&
            element->constraint->contype == kind)
            add_key(r, keys, NULL, 0, element->constraint);
        for (size_t j = 0; column && j < column->n_constraints; j++)
            if (column->constraints[j]->constraint->contype == kind)
                add_key(r, keys, column, j, column->constraints[j]->constraint);
    }
}

static bool same(const struct key *a, const struct key *b)
{
    return a->all.deferrable == b->all.deferrable && a->all.initdeferred == b->all.initdeferred &&
           a->all.nulls_not_distinct == b->all.nulls_not_distinct && a->columns.count &&
           strs_same(&a->columns, &b->columns) && strs_same(&a->including, &b->including);
}

static bool has_name(const PgQuery__Constraint *constraint)
{
    return constraint->conname && constraint->conname[0];
}

void sql_merge_keys(struct sql_reader *r, const PgQuery__CreateStmt *create)
{
    struct keys keys = {0};
    size_t kept = 0;

    keys_of(r, create, PG_QUERY__CONSTR_TYPE__CONSTR_PRIMARY, &keys);
    keys_of(r, create, PG_QUERY__CONSTR_TYPE__CONSTR_UNIQUE, &keys);
    for (size_t i = 0; i < keys.count && keys.count <= KEYS_MAX; i++) {
        size_t before = 0;
        while (before < kept && !same(&keys.items[before], &keys.items[i]))
            before++;
        if (before == kept) {
            keys.items[kept++] = keys.items[i];
            continue;
        }
        struct key *first = &keys.items[before];
        const PgQuery__Constraint *again = keys.items[i].node;
        VEC_PUSH(r->arena, &r->merged, (struct sql_merged){.node = again});
        if (has_name(again) && !has_name(&first->all)) {
            first->all.conname = again->conname;
            VEC_PUSH(r->arena, &r->merged,
                     (struct sql_merged){.node = first->node, .name = again->conname});
        }
    }
}

bool sql_is_merged(const struct sql_reader *r, PgQuery__Constraint *constraint,
                   const PgQuery__Constraint *node)
{
    bool merged = false;

    for (size_t i = 0; is_key(node) && i < r->merged.count; i++) {
        if (r->merged.items[i].node != node)
            continue;
        merged = !r->merged.items[i].name;
        constraint->conname = r->merged.items[i].name;
    }
    return merged;
}
