/* steps_sql_types.c -- CREATE TYPE, ALTER TYPE: what types are made, and of which labels. */
#include "readers/steps_sql.h"

/* SET SCHEMA */
struct str sql_in_schema(struct tokens *t, struct str schema, struct str name)
{
    size_t dot = str_find_byte(name, '.');
    struct str bare = dot == SIZE_MAX ? name : str_from_offset(name, dot + 1);

    return str_eq(schema, STR("public"))
               ? bare
               : str_printf(t->arena, STR_FMT "." STR_FMT, STR_ARG(schema), STR_ARG(bare));
}

void sql_create_type(struct tokens *t, struct steps *steps)
{
    struct str name = tokens_name(t);
    size_t first = steps->count;
    bool told = tokens_take(t, "AS") && tokens_take(t, "ENUM"); /* else a domain */

    VEC_PUSH(t->arena, steps, (struct step){.kind = STEP_ADD_TYPE, .name = name});
    for (; t->at < t->all.count && tokens_peek(t).kind != ';'; t->at++) {
        char kind = tokens_peek(t).kind;
        if (kind == 's')
            VEC_PUSH(
                t->arena, steps,
                (struct step){.kind = STEP_ADD_VALUE, .name = name, .value = tokens_peek(t).text});
        told = told && (kind == 's' || kind == '(' || kind == ',' || kind == ')');
    }
    steps->items[first].labels_told = told;
}

/* Where the type of that name was made; 0: not in this text. What stands before is of another one: two that swap names would gather labels without end. */
static size_t type_begins(const struct steps *steps, struct str name)
{
    size_t at = steps->count;

    while (at > 0 &&
           (steps->items[at - 1].kind != STEP_ADD_TYPE || !str_eq(steps->items[at - 1].name, name)))
        at--;
    return at;
}

/* "Role_new" becomes "Role": with the labels that it was made with. */
static void give_type_name(struct tokens *t, struct str from, struct str to, struct steps *steps)
{
    size_t first = type_begins(steps, from);

    VEC_PUSH(t->arena, steps, (struct step){.kind = STEP_DROP_TYPE, .name = from});
    VEC_PUSH(t->arena, steps,
             (struct step){.kind = STEP_ADD_TYPE,
                           .name = to,
                           .was = from,
                           .labels_told = first && steps->items[first - 1].labels_told});
    for (size_t i = first, count = steps->count; i < count; i++) {
        if (steps->items[i].kind != STEP_ADD_VALUE || !str_eq(steps->items[i].name, from))
            continue;
        struct step made = steps->items[i];
        made.name = to;
        VEC_PUSH(t->arena, steps, made);
    }
}

static void rename_type(struct tokens *t, struct str from, struct steps *steps)
{
    if (tokens_take(t, "VALUE")) {
        struct str was = tokens_peek(t).text;
        t->at += tokens_peek(t).kind == 's';
        if (tokens_take(t, "TO") && tokens_peek(t).kind == 's')
            VEC_PUSH(t->arena, steps,
                     (struct step){.kind = STEP_ADD_VALUE,
                                   .name = from,
                                   .value = tokens_peek(t).text,
                                   .was = was});
        return;
    }
    if (tokens_take(t, "TO"))
        give_type_name(t, from, tokens_name(t), steps);
}

void sql_alter_type(struct tokens *t, struct steps *steps)
{
    struct str name = tokens_name(t);

    if (tokens_take(t, "RENAME")) {
        rename_type(t, name, steps);
        return;
    }
    if (tokens_take(t, "SET")) {
        struct str schema = tokens_take(t, "SCHEMA") ? tokens_name(t) : STR_NONE;
        if (schema.length)
            give_type_name(t, name, sql_in_schema(t, schema, name), steps);
        return;
    }
    if (!tokens_take(t, "ADD") || !tokens_take(t, "VALUE")) {
        VEC_PUSH(t->arena, steps, (struct step){.kind = STEP_ALTER_TYPE, .name = name});
        return;
    }
    tokens_if_exists(t);
    if (tokens_peek(t).kind == 's')
        VEC_PUSH(t->arena, steps,
                 (struct step){.kind = STEP_ADD_VALUE, .name = name, .value = tokens_peek(t).text});
}
