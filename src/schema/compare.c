#include <stdlib.h>

#include "schema/comparison.h"
#include "schema/same.h"

#define LINE_MAX_BYTES ((size_t)64 << 10)

void comparison_add(struct comparison *c, struct schema_change change)
{
    VEC_PUSH(c->arena, &c->difference->changes, change);
}

static struct str joined(struct arena *arena, const struct strs *parts)
{
    return str_join(arena, parts->items, parts->count, STR(", "));
}

static struct expression_scope in_old(const struct comparison *c, const struct schema_table *table)
{
    return (struct expression_scope){.schema = c->before, .table = table};
}

static struct expression_scope in_new(const struct comparison *c, const struct schema_table *table)
{
    return (struct expression_scope){.schema = c->after, .table = table};
}

/* --- Columns. --- */

void comparison_column(struct comparison *c, const struct schema_table *table,
                       const struct schema_column *old, const struct schema_column *column,
                       enum schema_aspect aspect, struct str what)
{
    comparison_add(
        c, (struct schema_change){
               .kind = SCHEMA_CHANGE,
               .object = SCHEMA_OBJECT_COLUMN,
               .aspect = aspect,
               .table = table->name,
               .whole = table,
               .column = column->name,
               .after = *column,
               .referred = old->references,
               .place = column->place,
               .line = str_printf(c->arena, "CHANGE " STR_FMT "." STR_FMT " " STR_FMT,
                                  STR_ARG(table->name), STR_ARG(column->name), STR_ARG(what))});
}

/* An identity and a computed column stand where a default does, under names of their own. */
static struct str default_words(struct arena *arena, const struct schema_column *old,
                                const struct schema_column *new)
{
    static const struct str generated = STR_INIT("GENERATED ");

    if (new->default_value.length)
        return str_starts(new->default_value, generated)
                   ? new->default_value
                   : str_printf(arena, "DEFAULT " STR_FMT, STR_ARG(new->default_value));
    if (str_starts(old->default_value, generated))
        return str_ends(old->default_value, STR("IDENTITY")) ? STR("DROP IDENTITY")
                                                             : STR("DROP EXPRESSION");
    return STR("DROP DEFAULT");
}

static bool has_as_unique(const struct schema_table *table, struct str column)
{
    for (size_t i = 0; i < table->indexes.count; i++)
        if (table->indexes.items[i].as_unique &&
            str_eq(table->indexes.items[i].parts.items[0], column))
            return true;
    return false;
}

/* TIMESTAMP(3)[] without what stands in its parentheses. */
static struct str without_precision(struct arena *arena, struct str type)
{
    size_t open = str_find_byte(type, '('), close = str_find_byte(type, ')');

    return open == SIZE_MAX || close == SIZE_MAX || close < open
               ? type
               : str_printf(arena, STR_FMT STR_FMT, STR_ARG(str_prefix(type, open)),
                            STR_ARG(str_from_offset(type, close + 1)));
}

static bool is_same_type(struct arena *arena, const struct schema_column *old,
                         const struct schema_column *new)
{
    return schema_same_type(arena, old->type, new->type) ||
           ((old->any_precision || new->any_precision) &&
            str_eq(without_precision(arena, old->type), without_precision(arena, new->type)));
}

static void compare_columns(struct comparison *c, const struct schema_table *before,
                            const struct schema_table *table, const struct schema_column *old,
                            const struct schema_column *new)
{
    struct arena *arena = c->arena;
    struct expression_scope there = in_old(c, before), here = in_new(c, table);

    if (old->type.length && new->type.length && !is_same_type(arena, old, new))
        comparison_column(
            c, table, old, new, ASPECT_TYPE,
            str_printf(arena, STR_FMT " -> " STR_FMT, STR_ARG(old->type), STR_ARG(new->type)));
    if (old->nullable != new->nullable)
        comparison_column(c, table, old, new, ASPECT_NULL,
                          new->nullable ? STR("NULL") : STR("NOT NULL"));
    if (!old->unread_default && !new->unread_default && !(old->made_up && new->made_up) &&
        !same_default(&there, old, &here, new))
        comparison_column(c, table, old, new, ASPECT_DEFAULT, default_words(arena, old, new));
    if (old->primary_key != new->primary_key)
        comparison_column(c, table, old, new, ASPECT_KEY,
                          new->primary_key ? STR("PRIMARY KEY") : STR("DROP PRIMARY KEY"));
    /* A key is unique without saying so, and what is one no longer says it. */
    if (old->unique != new->unique &&
        (old->primary_key == new->primary_key || (old->primary_key && new->unique)) &&
        !has_as_unique(new->unique ? before : table, new->name))
        comparison_column(c, table, old, new, ASPECT_KEY,
                          new->unique ? STR("UNIQUE") : STR("DROP UNIQUE"));
    if (!str_eq(old->references, new->references))
        comparison_column(c, table, old, new, ASPECT_KEY,
                          new->references.length
                              ? str_printf(arena, "REFERENCES " STR_FMT, STR_ARG(new->references))
                              : STR("DROP REFERENCES"));
}

static struct schema_change of_column(struct arena *arena, const struct schema_table *table,
                                      const struct schema_column *column,
                                      enum schema_change_kind kind)
{
    struct str line =
        str_printf(arena, "%s " STR_FMT "." STR_FMT, kind == SCHEMA_ADD ? "ADD" : "DROP",
                   STR_ARG(table->name), STR_ARG(column->name));

    if (kind == SCHEMA_ADD)
        line = str_printf(arena, STR_FMT " " STR_FMT, STR_ARG(line),
                          STR_ARG(column->type.length ? column->type : STR("?")));
    return (struct schema_change){.kind = kind,
                                  .object = SCHEMA_OBJECT_COLUMN,
                                  .table = table->name,
                                  .column = column->name,
                                  .after = *column,
                                  .whole = table,
                                  .place = column->place,
                                  .line = line};
}

static void whole_column(struct comparison *c, const struct schema_table *table,
                         const struct schema_column *column, enum schema_change_kind kind)
{
    struct schema_change change = of_column(c->arena, table, column, kind);

    if (!column->unread)
        comparison_add(c, change);
    else if (column->named)
        VEC_PUSH(c->arena, &c->difference->unsure, change);
}

void schema_added_columns(struct arena *arena, const struct schema_change *table,
                          struct schema_changes *ret_columns)
{
    struct schema_difference difference = {0};
    struct comparison c = {.arena = arena, .difference = &difference};

    for (size_t i = 0; table->whole && i < table->whole->columns.count; i++)
        if (!table->whole->columns.items[i].unread)
            whole_column(&c, table->whole, &table->whole->columns.items[i], SCHEMA_ADD);
    *ret_columns = difference.changes;
}

/* --- Indexes and constraints. --- */

/* Has the table what the index is in `from`? */
static bool has_index(struct expression_scope table, struct expression_scope from,
                      const struct schema_index *index)
{
    const struct schema_column *column =
        index->as_unique ? schema_column_named(table.table, index->parts.items[0]) : NULL;

    if (column && column->unique)
        return true;
    for (size_t i = 0; i < table.table->indexes.count; i++)
        if (same_index(&table, &table.table->indexes.items[i], &from, index))
            return true;
    return false;
}

static bool is_plain(const struct schema_index *index)
{
    return index->kind == SCHEMA_INDEX || index->kind == SCHEMA_UNIQUE_INDEX ||
           index->kind == SCHEMA_UNIQUE;
}

static bool is_unique_column(const struct schema_table *table, struct str name)
{
    const struct schema_column *column = schema_column_named(table, name);

    return column && column->unique;
}

static bool same_parts(const struct strs *some, const struct strs *others)
{
    for (size_t i = 0; i < some->count; i++)
        if (!strs_have(others, some->items[i]))
            return false;
    return some->count == others->count;
}

/* A partial index over what already has one, say; or what had one under another name. */
static bool has_one_beside(const struct schema_table *old, const struct schema_table *new,
                           const struct schema_index *index)
{
    if (!index->name.length || !is_plain(index))
        return false;
    if (index->parts.count == 1 && is_unique_column(old, index->parts.items[0]) &&
        is_unique_column(new, index->parts.items[0]))
        return true;
    for (size_t i = 0; i < old->indexes.count; i++) {
        const struct schema_index *other = &old->indexes.items[i];
        if (is_plain(other) && same_parts(&other->parts, &index->parts) &&
            !str_eq(other->name, index->name))
            return true;
    }
    return false;
}

void comparison_index(struct comparison *c, const struct schema_table *table,
                      const struct schema_index *index, enum schema_change_kind kind, bool beside)
{
    static const char *const words[] = {"INDEX", "UNIQUE INDEX", "UNIQUE",
                                        "CHECK", "FOREIGN KEY",  "EXCLUDE"};
    struct buf line = buf_new(c->arena, LINE_MAX_BYTES);

    /* DROP INDEX, as PostgreSQL has it: how it was made no longer matters. */
    bool plain = kind == SCHEMA_DROP && index->kind == SCHEMA_UNIQUE_INDEX;
    buf_printf(&line, "%s %s", kind == SCHEMA_ADD ? "ADD" : "DROP",
               words[plain ? SCHEMA_INDEX : index->kind]);
    if (index->name.length)
        buf_printf(&line, " " STR_FMT, STR_ARG(index->name));
    if (kind == SCHEMA_ADD || !index->name.length)
        buf_printf(&line, " ON " STR_FMT "%s" STR_FMT " (" STR_FMT ")", STR_ARG(table->name),
                   index->method.length ? " USING " : "", STR_ARG(index->method),
                   STR_ARG(joined(c->arena, &index->parts)));
    if (kind == SCHEMA_ADD && index->references.length)
        buf_printf(&line, " REFERENCES " STR_FMT, STR_ARG(index->references));
    if (kind == SCHEMA_ADD && index->extra.length)
        buf_printf(&line, " " STR_FMT, STR_ARG(index->extra));
    if (kind == SCHEMA_ADD && index->condition.length)
        buf_printf(&line, " WHERE " STR_FMT, STR_ARG(index->condition));
    comparison_add(c,
                   (struct schema_change){.kind = kind,
                                          .object = SCHEMA_OBJECT_INDEX,
                                          .index = index->kind,
                                          .parts = index->parts,
                                          .beside = beside,
                                          .table = table->name,
                                          .whole = table,
                                          .name = index->name,
                                          .column = index->kind == SCHEMA_CHECK ? index->of_column
                                                    : index->parts.count ? index->parts.items[0]
                                                                         : STR_NONE,
                                          .place = index->place,
                                          .line = buf_str(&line)});
}

/* --- Tables. --- */

static void whole_table(struct comparison *c, const struct schema_table *table,
                        enum schema_change_kind kind)
{
    comparison_add(c, (struct schema_change){.kind = kind,
                                             .object = SCHEMA_OBJECT_TABLE,
                                             .table = table->name,
                                             .whole = table,
                                             .types = c->after->types,
                                             .place = table->place,
                                             .line = str_printf(c->arena, "%s TABLE " STR_FMT,
                                                                kind == SCHEMA_ADD ? "ADD" : "DROP",
                                                                STR_ARG(table->name))});
}

static bool is_part_of_column(const struct schema_table *table, const struct schema_table *other,
                              const struct schema_index *index)
{
    if (!index->of_column.length)
        return false;
    const struct schema_column *here = schema_column_named(table, index->of_column);
    const struct schema_column *there = schema_column_named(other, index->of_column);
    if (!there || !index->of_type || !here)
        return !there;
    if (index->kind == SCHEMA_CHECK)
        return !str_eq(here->type, there->type);
    return here->unique != there->unique || here->primary_key != there->primary_key ||
           !here->references.length != !there->references.length ||
           !str_eq(here->type, there->type);
}

/* unique=True that another naming convention calls otherwise now. */
static void compare_unique_names(struct comparison *c, const struct schema_table *old,
                                 const struct schema_table *new)
{
    for (size_t i = 0; i < new->columns.count; i++) {
        const struct schema_column *after = &new->columns.items[i];
        const struct schema_column *before =
            after->unique_name.length ? schema_column_named(old, after->name) : NULL;
        if (!before || !before->unique_name.length ||
            str_eq(before->unique_name, after->unique_name))
            continue;
        struct schema_index index = {
            .kind = SCHEMA_UNIQUE, .name = after->unique_name, .place = after->place};
        strs_add(c->arena, &index.parts, after->name);
        comparison_index(c, new, &index, SCHEMA_ADD, false);
        index.name = before->unique_name;
        index.place = before->place;
        comparison_index(c, old, &index, SCHEMA_DROP, false);
    }
}

static bool has_named(const struct schema_table *table, struct str name)
{
    for (size_t i = 0; i < table->indexes.count; i++)
        if (str_eq(table->indexes.items[i].name, name))
            return true;
    return false;
}

/* Prisma takes indexes over the same columns for one: where another one stays it makes none, and drops none. */
static bool is_doubled(const struct schema_table *there, const struct schema_table *here,
                       const struct schema_index *index)
{
    if (!is_plain(index) || !str_ends(index->place.file, STR(".prisma")))
        return false;
    for (size_t i = 0; i < there->indexes.count; i++) {
        const struct schema_index *other = &there->indexes.items[i];
        if (other->kind == index->kind && strs_same(&other->parts, &index->parts) &&
            str_eq(other->method, index->method) && has_named(here, other->name))
            return true;
    }
    return false;
}

static void compare_indexes(struct comparison *c, const struct schema_table *old,
                            const struct schema_table *new)
{
    compare_unique_names(c, old, new);
    for (size_t i = 0; i < new->indexes.count; i++) {
        const struct schema_index *index = &new->indexes.items[i];
        if (!index->implied && !is_part_of_column(new, old, index) &&
            !is_doubled(old, new, index) && !has_index(in_old(c, old), in_new(c, new), index))
            comparison_index(c, new, index, SCHEMA_ADD, has_one_beside(old, new, index));
    }
    for (size_t i = 0; i < old->indexes.count && (!new->partial || old->partial); i++) {
        const struct schema_index *index = &old->indexes.items[i];
        if (!index->implied && !is_part_of_column(old, new, index) &&
            !is_doubled(new, old, index) && !has_index(in_new(c, new), in_old(c, old), index))
            comparison_index(c, old, index, SCHEMA_DROP, false);
    }
}

static void compare_all_columns(struct comparison *c, const struct schema_table *old,
                                const struct schema_table *new)
{
    for (size_t i = 0; i < new->columns.count; i++) {
        const struct schema_column *column = &new->columns.items[i];
        const struct schema_column *before = schema_column_named(old, column->name);
        if (before && !column->unread && !before->unread)
            compare_columns(c, old, new, before, column);
        else if (!before && (!old->partial || new->partial))
            whole_column(c, new, column, SCHEMA_ADD);
    }
    for (size_t i = 0; i < old->columns.count; i++)
        if (!schema_column_named(new, old->columns.items[i].name) &&
            (!new->partial || old->partial))
            whole_column(c, old, &old->columns.items[i], SCHEMA_DROP);
}

/* A partition may have its own defaults and be stricter; what changed as in its table is told of that. */
static void compare_partition_column(struct comparison *c, const struct schema_table *old,
                                     const struct schema_table *new, struct str name)
{
    const struct schema_table *of_old = schema_table_named(c->before, old->partition_of);
    const struct schema_table *of_new = schema_table_named(c->after, new->partition_of);
    const struct schema_column *was = schema_column_named(of_old, name);
    const struct schema_column *is = schema_column_named(of_new, name);
    struct expression_scope there = in_old(c, of_old), here = in_new(c, of_new);
    struct schema_column before, after;

    if (!was || was->unread || is->unread)
        return;
    before = partition_column(old, was);
    after = partition_column(new, is);
    if (before.nullable != after.nullable &&
        (before.nullable != was->nullable || after.nullable != is->nullable))
        comparison_column(c, new, &before, &after, ASPECT_NULL,
                          after.nullable ? STR("NULL") : STR("NOT NULL"));
    if (!before.unread_default && !after.unread_default &&
        !same_default(&there, &before, &here, &after) &&
        (!same_default(&there, &before, &there, was) || !same_default(&here, &after, &here, is)))
        comparison_column(c, new, &before, &after, ASPECT_DEFAULT,
                          default_words(c->arena, &before, &after));
}

void comparison_tables(struct comparison *c, const struct schema_table *old,
                       const struct schema_table *new)
{
    const struct schema_table *of =
        old->partition_of.length && schema_table_named(c->before, old->partition_of)
            ? schema_table_named(c->after, new->partition_of)
            : NULL;

    if (!old->partition_of.length && !new->partition_of.length)
        compare_all_columns(c, old, new);
    for (size_t i = 0; of && i < of->columns.count; i++)
        compare_partition_column(c, old, new, of->columns.items[i].name);
    compare_indexes(c, old, new);
}

/* --- The whole. --- */

static bool has_unread(const struct schema *schema, const struct schema_unread *unread)
{
    for (size_t i = 0; i < schema->unread.count; i++)
        if (str_eq(schema->unread.items[i].what, unread->what) &&
            str_eq(schema->unread.items[i].source, unread->source))
            return true;
    return false;
}

/* What stands on the same line of both sources is said once. */
static bool is_said(const struct schema_unreads *said, const struct schema_unread *unread)
{
    for (size_t i = 0; i < said->count; i++)
        if (str_eq(said->items[i].what, unread->what) &&
            str_eq(said->items[i].place.file, unread->place.file) &&
            said->items[i].place.line == unread->place.line)
            return true;
    return false;
}

static void compare_unread(struct comparison *c, const struct schema *from,
                           const struct schema *other)
{
    struct schema_unreads said = c->difference->unread; /* by the other source */

    for (size_t i = 0; i < from->unread.count; i++)
        if (!has_unread(other, &from->unread.items[i]) && !is_said(&said, &from->unread.items[i]))
            VEC_PUSH(c->arena, &c->difference->unread, from->unread.items[i]);
}

static int by_line(const void *a, const void *b)
{
    const struct schema_change *left = a, *right = b;
    int order = str_compare(left->line, right->line);

    if (!order)
        order = str_compare(left->place.file, right->place.file);
    return order ? order
                 : (left->place.line > right->place.line) - (left->place.line < right->place.line);
}

void schema_compare(struct arena *arena, const struct schema *before, const struct schema *after,
                    struct schema_difference *ret_difference)
{
    struct schema_difference difference = {0};
    struct comparison c = {
        .arena = arena, .before = before, .after = after, .difference = &difference};

    for (size_t i = 0; i < after->tables.count; i++) {
        const struct schema_table *old = schema_table_named(before, after->tables.items[i].name);
        if (old)
            comparison_tables(&c, old, &after->tables.items[i]);
        else
            whole_table(&c, &after->tables.items[i], SCHEMA_ADD);
    }
    for (size_t i = 0; i < before->tables.count; i++)
        if (!schema_table_named(after, before->tables.items[i].name))
            whole_table(&c, &before->tables.items[i], SCHEMA_DROP);
    comparison_types(&c);
    compare_unread(&c, after, before);
    compare_unread(&c, before, after);
    if (difference.changes.count)
        qsort(difference.changes.items, difference.changes.count,
              sizeof difference.changes.items[0], by_line);
    *ret_difference = difference;
}

void schema_difference_add(struct arena *arena, struct schema_difference *difference,
                           const struct schema_difference *more)
{
    size_t known = difference->changes.count;

    for (size_t i = 0; i < more->changes.count; i++)
        VEC_PUSH(arena, &difference->changes, more->changes.items[i]);
    for (size_t i = 0; i < more->unread.count; i++)
        VEC_PUSH(arena, &difference->unread, more->unread.items[i]);
    for (size_t i = 0; i < more->unsure.count; i++)
        VEC_PUSH(arena, &difference->unsure, more->unsure.items[i]);
    if (known && difference->changes.count > known)
        qsort(difference->changes.items, difference->changes.count,
              sizeof difference->changes.items[0], by_line);
}
