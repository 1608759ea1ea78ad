/* compare_types.c -- what changed of the schema's own types. */
#include "schema/comparison.h"

bool comparison_is_of_type(const struct schema_column *column, struct str type)
{
    struct str used = column->type;

    while (str_ends(used, STR("[]")))
        used = str_prefix(used, used.length - 2);
    return str_eq(used, type);
}

/* A type that comes or goes with the tables that use it is part of them; one that nothing uses stands for itself. Where the column
 * cannot be read in the other schema, nobody knows. */
static bool lives_without_new_tables(const struct schema *schema, const struct schema *other,
                                     struct str type)
{
    bool used = false;

    for (size_t i = 0; i < schema->tables.count; i++) {
        const struct schema_table *table = &schema->tables.items[i];
        const struct schema_table *there = schema_table_named(other, table->name);
        for (size_t j = 0; j < table->columns.count; j++) {
            const struct schema_column *column = &table->columns.items[j];
            if (!comparison_is_of_type(column, type))
                continue;
            used = true;
            const struct schema_column *same =
                there ? schema_column_named(there, column->name) : NULL;
            if (there && !(same && same->unread))
                return true;
        }
    }
    return !used;
}

static void type_line(struct comparison *c, const struct schema_type *type,
                      enum schema_change_kind kind, struct str value, struct str line)
{
    comparison_add(c, (struct schema_change){.kind = kind,
                                             .object = SCHEMA_OBJECT_TYPE,
                                             .name = type->name,
                                             .value = value,
                                             .place = type->place,
                                             .line = line});
}

void comparison_label(struct comparison *c, const struct schema_type *type,
                      enum schema_change_kind kind, struct str label)
{
    type_line(c, type, SCHEMA_CHANGE, label,
              str_printf(c->arena, "CHANGE TYPE " STR_FMT " %s VALUE " STR_FMT, STR_ARG(type->name),
                         kind == SCHEMA_ADD ? "ADD" : "DROP",
                         STR_ARG(schema_quoted(c->arena, label))));
}

static void compare_labels(struct comparison *c, const struct schema_type *old,
                           const struct schema_type *new, enum schema_change_kind kind)
{
    const struct schema_type *from = kind == SCHEMA_ADD ? old : new;
    const struct schema_type *to = kind == SCHEMA_ADD ? new : old;

    for (size_t i = 0; i < to->labels.count; i++) {
        struct str label = to->labels.items[i];
        if (!strs_have(&from->labels, label))
            comparison_label(c, new, kind, label);
    }
}

void comparison_type(struct comparison *c, const struct schema_type *type,
                     enum schema_change_kind kind)
{
    struct strs labels = {0};

    for (size_t i = 0; i < type->labels.count; i++)
        VEC_PUSH(c->arena, &labels, schema_quoted(c->arena, type->labels.items[i]));
    type_line(c, type, kind, STR_NONE,
              kind == SCHEMA_ADD
                  ? str_printf(c->arena, "ADD TYPE " STR_FMT " (" STR_FMT ")", STR_ARG(type->name),
                               STR_ARG(str_join(c->arena, labels.items, labels.count, STR(", "))))
                  : str_printf(c->arena, "DROP TYPE " STR_FMT, STR_ARG(type->name)));
    VEC_LAST(&c->difference->changes).types = c->after->types;
}

/* --- Domains and composite types. --- */

/* "CHANGE positive.value NOT NULL", "ADD CHECK positive_check ON positive (value > 0)", of a composite type "ADD address.zip TEXT". */
static struct str line_of_made(struct comparison *c, const struct schema_table *type,
                               const struct schema_change *change)
{
    static const char *const verbs[] = {"ADD ", "DROP ", "CHANGE "};
    struct arena *arena = c->arena;
    struct str rest = change->line, column = STR_NONE;

    if (change->object == SCHEMA_OBJECT_COLUMN) {
        size_t head = str_from(verbs[change->kind]).length + type->name.length + 1;
        rest = str_from_offset(rest, head);
        if (type->domain)
            rest = str_from_offset(rest, change->column.length + 1);
        else
            column = str_from(verbs[change->kind]);
    } else if (change->kind == SCHEMA_ADD) {
        rest = str_printf(arena, "ADD CHECK " STR_FMT " (" STR_FMT ")", STR_ARG(change->name),
                          STR_ARG(change->parts.items[0]));
    }
    return str_printf(arena, "CHANGE %s " STR_FMT " " STR_FMT STR_FMT,
                      type->domain ? "DOMAIN" : "TYPE", STR_ARG(type->name), STR_ARG(column),
                      STR_ARG(rest));
}

static void compare_made(struct comparison *c, const struct schema_table *old,
                         const struct schema_table *new)
{
    struct schema_difference found = {0};
    struct comparison inner = {c->arena, c->before, c->after, &found};

    comparison_tables(&inner, old, new);
    for (size_t i = 0; i < found.changes.count; i++) {
        const struct schema_change *change = &found.changes.items[i];
        comparison_add(c, (struct schema_change){.kind = SCHEMA_CHANGE,
                                                 .object = SCHEMA_OBJECT_TYPE,
                                                 .name = new->name,
                                                 .place = change->place,
                                                 .line = line_of_made(c, new, change)});
    }
}

static void compare_all_made(struct comparison *c)
{
    const struct schema_tables *old = &c->before->made_types, *new = &c->after->made_types;

    for (size_t i = 0; i < new->count; i++)
        for (size_t j = 0; j < old->count; j++)
            if (str_eq(new->items[i].name, old->items[j].name) &&
                new->items[i].domain == old->items[j].domain)
                compare_made(c, &old->items[j], &new->items[i]);
}

/* --- All. --- */

void comparison_types(struct comparison *c)
{
    const struct schema_types *old = &c->before->types, *new = &c->after->types;

    for (size_t i = 0; i < new->count; i++) {
        const struct schema_type *before = schema_type_named(c->before, new->items[i].name);
        if (before && (before->unread || new->items[i].unread))
            continue;
        if (before) {
            compare_labels(c, before, &new->items[i], SCHEMA_ADD);
            compare_labels(c, before, &new->items[i], SCHEMA_DROP);
        } else if (!new->items[i].unread &&
                   lives_without_new_tables(c->after, c->before, new->items[i].name)) {
            comparison_type(c, &new->items[i], SCHEMA_ADD);
        }
    }
    for (size_t i = 0; i < old->count; i++)
        if (!schema_type_named(c->after, old->items[i].name) &&
            lives_without_new_tables(c->before, c->after, old->items[i].name))
            comparison_type(c, &old->items[i], SCHEMA_DROP);
    compare_all_made(c);
}
