/* models_keys.c -- what comes with a new table or column, and the migration that makes it leaves out: indexes, unique constraints, foreign
 * keys; or makes as another type. */
#include <stdlib.h>

#include "migrations/clear_type.h"
#include "migrations/cover.h"
#include "migrations/cover_key.h"
#include "migrations/covering.h"
#include "migrations/effect.h"
#include "migrations/key_parts.h"
#include "migrations/table_names.h"
#include "migrations/veiled.h"

/* A step that names a table, found by that name: of thousands few are of one. */
struct entry {
    uint64_t key;
    size_t at; /* in the order in which they are applied */
    const struct file_steps *file;
    const struct step *step;
};

enum veil { VEIL_UNKNOWN = 0, VEIL_NONE, VEIL_SOME };

VEC_DEFINE(entry_list, struct entry);

struct keeping {
    struct covering *c;
    struct entry_list entries;
    enum veil *veils;  /* of each file */
    struct str *texts; /* of those that are looked into */
    struct schema_changes *left;
    bool *found; /* of each change: one of the migrations makes it; NULL: not asked */
    /* The columns of a table are asked for one after the other, and what is done to it is a list as long as they are. */
    const struct schema_change *asked_last;
    struct entry_list about_last;
};

/* FNV-1a of the name without its schema, in small letters. */
static uint64_t key_of(struct str table)
{
    struct str name = table_name_of(table).table;
    uint64_t key = 14695981039346656037u;

    for (size_t i = 0; i < name.length; i++) {
        char byte = name.bytes[i];
        key = (key ^ (unsigned char)(byte >= 'A' && byte <= 'Z' ? byte - 'A' + 'a' : byte)) *
              1099511628211u;
    }
    return key;
}

static void note_entries(struct keeping *k)
{
    struct covering *c = k->c;
    size_t at = 0;

    for (size_t f = 0; f < c->files.count; f++)
        for (size_t i = 0; i < c->files.items[f].steps.count; i++, at++) {
            const struct step *step = &c->files.items[f].steps.items[i];
            if (step->kind == STEP_KEY || step->kind == STEP_ADD_INDEX ||
                step->kind == STEP_ADD_TABLE || step->kind == STEP_ADD_COLUMN ||
                step->kind == STEP_ALTER_COLUMN)
                VEC_PUSH(c->arena, &k->entries,
                         (struct entry){.key = key_of(step->table),
                                        .at = at,
                                        .file = &c->files.items[f],
                                        .step = step});
        }
    VEC_SORT_KEYS(&k->entries);
}

/* The entries of a table in their order, those of what it was called before it got its name among them. */
static void entries_of(const struct keeping *k, struct str table, struct arena *arena,
                       struct strs *names)
{
    strs_add(arena, names, table);
    for (size_t i = 0; i < k->c->names.count; i++)
        if (str_eq(k->c->names.items[i].name, table))
            strs_add(arena, names, k->c->names.items[i].table);
}

/* What is done to the table of the change, oldest first. */
static struct entry_list find_about(const struct keeping *k, const struct schema_change *change)
{
    struct entry_list found = {0};
    struct strs names = {0};

    entries_of(k, change->table, k->c->arena, &names);
    strs_add(k->c->arena, &names, STR("")); /* of a table that is computed */
    for (size_t n = 0; n < names.count; n++) {
        uint64_t key = key_of(names.items[n]);
        for (size_t i = VEC_FIRST_KEY(&k->entries, key);
             i < k->entries.count && k->entries.items[i].key == key; i++) {
            const struct entry *entry = &k->entries.items[i];
            bool any = !entry->step->table.length &&
                       (entry->step->kind == STEP_KEY || entry->step->kind == STEP_ADD_INDEX);
            if ((any || step_is_about(&k->c->names, entry->step, change)) &&
                !covering_file_is_foreign(k->c, entry->file, change))
                VEC_PUSH(k->c->arena, &found, *entry);
        }
    }
    if (names.count > 2 && found.count) { /* of several names: in their order */
        for (size_t i = 0; i < found.count; i++)
            found.items[i].key = 0;
        VEC_SORT_KEYS(&found);
    }
    return found;
}

/* By what step_is_about() and covering_file_is_foreign() look at. */
static struct entry_list about(struct keeping *k, const struct schema_change *change)
{
    const struct schema_change *last = k->asked_last;

    if (!last || !str_eq(last->table, change->table) ||
        last->usual_schema != change->usual_schema || !str_eq(last->place.file, change->place.file))
        k->about_last = find_about(k, change);
    k->asked_last = change;
    return k->about_last;
}

static bool is_file_veiled(struct keeping *k, const struct file_steps *file)
{
    size_t at = (size_t)(file - k->c->files.items);

    if (k->veils[at] == VEIL_UNKNOWN)
        k->veils[at] = !covering_read(k->c, file->path, &k->texts[at]) ||
                               migration_is_veiled(file->path, k->texts[at])
                           ? VEIL_SOME
                           : VEIL_NONE;
    return k->veils[at] == VEIL_SOME;
}

/* May a migration that is not read whole do something to the table? One of the range, or what came after the one that makes it. */
static bool may_be_veiled(struct keeping *k, const struct file_steps *maker,
                          const struct schema_change *change)
{
    for (size_t f = 0; f < k->c->files.count; f++) {
        const struct file_steps *file = &k->c->files.items[f];
        if ((file < maker && !file->in_range) || !is_file_veiled(k, file) ||
            covering_file_is_foreign(k->c, file, change))
            continue;
        if (!k->texts[f].length || file == maker ||
            text_has_word(k->texts[f], table_name_of(change->table).table))
            return true;
    }
    return false;
}

/* The last step that makes it; NULL: none, or what it was is not known. */
static const struct entry *maker_of(const struct entry_list *entries,
                                    const struct schema_change *added)
{
    const struct entry *maker = NULL;
    bool table = added->object == SCHEMA_OBJECT_TABLE;

    for (size_t i = 0; i < entries->count; i++) {
        const struct step *step = entries->items[i].step;
        if (table ? step->kind == STEP_ADD_TABLE
                  : step->kind == STEP_ADD_COLUMN && str_eq_nocase(step->column, added->column))
            maker = &entries->items[i];
        /* The field of a column: owner of owner_id. */
        else if (!table && step->kind == STEP_ADD_COLUMN && step->field &&
                 step_effect(NULL, step, added) > 0)
            maker = &entries->items[i];
        if (step->kind == STEP_ADD_TABLE && (step->of_models || step->many))
            return NULL;
    }
    return maker && !maker->step->was.length ? maker : NULL;
}

/* --- Is that key made? --- */

static enum step_makes wanted_of(const struct schema_change *key)
{
    if (key->object == SCHEMA_OBJECT_COLUMN)
        return str_ends(key->line, STR(" UNIQUE")) ? STEP_MAKES_UNIQUE : STEP_MAKES_FOREIGN;
    return key->index == SCHEMA_FOREIGN_KEY ? STEP_MAKES_FOREIGN
           : key->index == SCHEMA_CHECK     ? STEP_MAKES_CHECK
           : key->index == SCHEMA_INDEX     ? STEP_MAKES_INDEX
                                            : STEP_MAKES_UNIQUE;
}

static bool fits(enum step_makes made, enum step_makes wanted)
{
    bool unique = made == STEP_MAKES_UNIQUE || made == STEP_MAKES_PRIMARY;

    return made == STEP_MAKES_ANY || made == wanted ||
           (unique && (wanted == STEP_MAKES_UNIQUE || wanted == STEP_MAKES_INDEX));
}

/* It is the other index of these columns, by its name. */
static bool is_called_as_another(const struct step *step, const struct schema_change *key,
                                 const struct schema_table *table)
{
    for (size_t i = 0; step->name.length && table && i < table->indexes.count; i++)
        if (str_eq_nocase(table->indexes.items[i].name, step->name))
            return !str_eq_nocase(key->name, step->name);
    return false;
}

/* Under its name, or over its columns, and yet another one: partial where the models mean all rows is not told, they may leave that to the database. */
static bool is_other(const struct step *step, const struct schema_change *key)
{
    bool partial = wanted_of(key) != STEP_MAKES_CHECK && str_contains(key->line, STR(" WHERE "));

    return (partial && step->partial == STEP_PARTIAL_NO) || !key_has_rules(step, key) ||
           !fits(step->makes, wanted_of(key));
}

static bool are_columns(const struct strs *parts, const struct schema_table *table)
{
    for (size_t i = 0; i < parts->count; i++)
        if (!schema_column_named(table, parts->items[i]))
            return false;
    return parts->count > 0;
}

/* Of an index over nothing but columns: "name DESC" and "name gin_trgm_ops" are none. */
static bool has_other_columns(const struct step *step, const struct schema_change *key,
                              const struct schema_table *table)
{
    return table && key->object == SCHEMA_OBJECT_INDEX && are_columns(&step->parts, table) &&
           are_columns(&key->parts, table) && !key_parts_fit(step, key);
}

/* A naming convention writes around a name: "ck_orders_positive" is "positive" in the migration. What has no name may be any. */
static bool is_check(const struct step *step, const struct schema_change *key)
{
    struct str one = step->name, other = key->name;

    return !one.length || !other.length || str_ends(one, other) || str_ends(other, one);
}

static bool makes_key(const struct step *step, const struct schema_change *key,
                      const struct schema_table *table)
{
    if (step->kind != STEP_KEY || is_other(step, key))
        return false;
    if (step->makes == STEP_MAKES_CHECK)
        return is_check(step, key);
    if (step->name.length &&
        str_eq_nocase(table_name_of(step->name).table, table_name_of(key->name).table))
        return !has_other_columns(step, key, table);
    return fits(step->makes, wanted_of(key)) && key_parts_fit(step, key) &&
           !is_called_as_another(step, key, table);
}

static bool is_made(const struct entry_list *entries, const struct schema_change *key,
                    const struct schema_table *table)
{
    for (size_t i = 0; i < entries->count; i++)
        if (makes_key(entries->items[i].step, key, table))
            return true;
    return false;
}

/* Is each column made by its name? Else a strategy that is not read may spell it otherwise, and so what is over it. */
static bool is_named(const struct entry_list *entries, const struct schema_change *key,
                     const struct schema_table *table)
{
    for (size_t p = 0; p < key->parts.count || (!p && key->object == SCHEMA_OBJECT_COLUMN); p++) {
        struct schema_change column = {
            .kind = SCHEMA_ADD,
            .object = SCHEMA_OBJECT_COLUMN,
            .table = key->table,
            .column = key->object == SCHEMA_OBJECT_COLUMN ? key->column : key->parts.items[p]};
        bool made = !table || !schema_column_named(table, column.column); /* an expression */
        for (size_t i = 0; i < entries->count && !made; i++)
            made = entries->items[i].step->kind == STEP_ADD_COLUMN &&
                   (str_eq_nocase(entries->items[i].step->column, column.column) ||
                    (entries->items[i].step->field && str_ends(column.column, STR("_id")) &&
                     str_eq(entries->items[i].step->column,
                            str_prefix(column.column, column.column.length - 3))));
        if (!made)
            return false;
    }
    return true;
}

static void leave(struct keeping *k, const struct schema_change *added, const struct entry *maker,
                  struct schema_change change)
{
    change.usual_schema = added->usual_schema;
    if (!may_be_veiled(k, maker->file, &change))
        VEC_PUSH(k->c->arena, k->left, change);
}

/* --- As which type is it made? --- */

static enum clear_type_by by_of(const struct entry *made, const struct schema_change *added)
{
    static const char *const own[] = {".sql", ".prisma", ".ts", ".js", ".mts", ".cts"};
    struct str file = added->place.file;

    if (str_ends(made->file->path, STR(".exs")) || str_ends(file, STR(".ex")))
        return CLEAR_BY_FIELD;
    if (str_ends(file, STR(".rb")) || str_ends(made->file->path, STR(".rb")))
        return CLEAR_BY_RAILS;
    if (!made->step->sql_type.length)
        return CLEAR_BY_SAME_TOOL;
    for (size_t i = 0; i < COUNT_OF(own); i++)
        if (str_ends(file, str_from(own[i])))
            return CLEAR_BY_SAME_TOOL;
    return CLEAR_BY_HAND;
}

static void note_type(struct keeping *k, const struct entry_list *entries,
                      const struct schema_change *added, const struct schema_column *column)
{
    const struct entry *made = NULL;

    if (column->unread || column->primary_key || column->references.length || !column->type.length)
        return;
    for (size_t i = 0; i < entries->count; i++) {
        const struct step *step = entries->items[i].step;
        bool types = step->kind == STEP_ADD_COLUMN ||
                     (step->kind == STEP_ALTER_COLUMN && (step->type || step->restated.length));
        if (types && (!step->column.length || str_eq_nocase(step->column, column->name)))
            made = &entries->items[i];
    }
    if (!made || made->step->was.length || !made->step->made_type.length ||
        !clear_type_differs(made->step->made_type, column->type, by_of(made, added)))
        return;
    leave(k, added, made,
          schema_made_as(k->c->arena, added->whole, column,
                         clear_type_shown(k->c->arena, made->step->made_type)));
}

/* --- Is it computed? --- */

/* Models of Prisma and Ecto do not say it. */
static bool says_computed(const struct schema_change *added)
{
    return !str_ends(added->place.file, STR(".prisma")) && !str_ends(added->place.file, STR(".ex"));
}

static void note_computed(struct keeping *k, const struct entry_list *entries,
                          const struct schema_change *added, const struct schema_column *column)
{
    const struct entry *made = NULL;

    for (size_t i = 0; i < entries->count; i++) {
        const struct step *step = entries->items[i].step;
        bool here = step->kind == STEP_ADD_COLUMN ||
                    (step->kind == STEP_ALTER_COLUMN && step->default_value);
        if (here && (!step->column.length || str_eq_nocase(step->column, column->name)))
            made = &entries->items[i];
    }
    if (column->unread || column->unread_default || !made ||
        !step_makes_otherwise(made->step, column) ||
        (!schema_is_computed(column) && !says_computed(added)))
        return;
    leave(k, added, made, schema_made_plain(k->c->arena, added->whole, column));
}

/* --- Which columns has it? --- */

static bool makes_column(const struct entry_list *entries, struct str column)
{
    for (size_t i = 0; i < entries->count; i++) {
        const struct step *step = entries->items[i].step;
        if (step->kind == STEP_ADD_COLUMN &&
            (!step->column.length || str_eq_nocase(step->column, column)))
            return true;
    }
    return false;
}

/* CREATE TABLE … (LIKE other): has that one the column? True where it is not known. */
static bool other_has(const struct keeping *k, struct str other, const struct schema_change *added,
                      struct str column)
{
    struct schema_change table = *added;
    bool made = false;

    table.table = other;
    struct entry_list entries = find_about(k, &table);
    for (size_t i = 0; i < entries.count; i++) {
        const struct step *step = entries.items[i].step;
        if (step->kind == STEP_ADD_TABLE && (step->spread || step->was.length || step->of_models))
            return true;
        made = made || step->kind == STEP_ADD_TABLE;
    }
    return !made || makes_column(&entries, column);
}

/* Where columns come of a query, of another table or of a list, as others are the statement itself tells it. */
static void note_columns(struct keeping *k, const struct entry_list *entries,
                         const struct entry *maker, const struct schema_change *added)
{
    struct schema_changes columns = {0};

    if (!maker->step->spread || added->object != SCHEMA_OBJECT_TABLE)
        return;
    schema_added_columns(k->c->arena, added, &columns);
    for (size_t i = 0; i < columns.count; i++)
        if (!makes_column(entries, columns.items[i].column) &&
            (!maker->step->like.length ||
             !other_has(k, maker->step->like, added, columns.items[i].column)))
            leave(k, added, maker, columns.items[i]);
}

static bool is_found(const struct entry_list *entries, const struct schema_change *added)
{
    for (size_t i = 0; i < entries->count; i++)
        if (step_effect(NULL, entries->items[i].step, added) > 0)
            return true;
    return false;
}

static void note_added(struct keeping *k, const struct schema_change *added, size_t at)
{
    struct entry_list entries = about(k, added);
    const struct entry *maker = maker_of(&entries, added);
    struct schema_changes keys = {0};

    if (k->found)
        k->found[at] = maker || is_found(&entries, added);
    if (!maker || !added->whole)
        return;
    note_columns(k, &entries, maker, added);
    if (!maker->step->keys_told)
        return;
    schema_added_keys(k->c->arena, added, &keys);
    for (size_t i = 0; i < keys.count; i++)
        if (!is_made(&entries, &keys.items[i], added->whole) &&
            is_named(&entries, &keys.items[i], added->whole))
            leave(k, added, maker, keys.items[i]);
    for (size_t i = 0; i < added->whole->columns.count; i++)
        if (added->object == SCHEMA_OBJECT_TABLE ||
            str_eq(added->whole->columns.items[i].name, added->column)) {
            note_type(k, &entries, added, &added->whole->columns.items[i]);
            note_computed(k, &entries, added, &added->whole->columns.items[i]);
        }
}

static bool is_called(const struct step *step, const struct schema_change *index)
{
    return str_eq_nocase(table_name_of(step->name).table, table_name_of(index->name).table);
}

/* An index of a table that was there, which another one of the range is taken for: that has a name, or its columns, and they are others; or its name, and
 * not its condition. */
static void note_mistaken(struct keeping *k, const struct schema_change *index)
{
    struct entry_list entries = about(k, index);
    const struct entry *other = NULL;
    bool named = false, renamed = false;

    for (size_t i = 0; i < entries.count; i++) {
        const struct step *step = entries.items[i].step;
        if (step->kind == STEP_ADD_TABLE && !step->keys_told)
            return;
        if (step->kind == STEP_KEY && step->makes != STEP_MAKES_CHECK &&
            entries.items[i].file->in_range) {
            other = &entries.items[i];
            named = named || is_called(step, index);
        }
        renamed = renamed || (step->kind == STEP_ADD_INDEX && is_called(step, index));
    }
    if (renamed && !named) /* a new name for another one */
        return;
    if (other && !is_made(&entries, index, index->whole) && is_named(&entries, index, index->whole))
        leave(k, index, other, *index);
}

static bool is_plain_index(const struct schema_change *change)
{
    return change->object == SCHEMA_OBJECT_INDEX && change->index != SCHEMA_CHECK &&
           change->index != SCHEMA_EXCLUDE;
}

void covering_note_keys(struct covering *c, const struct schema_changes *asked, const bool *covered,
                        struct schema_changes *ret_left, bool *ret_found)
{
    struct keeping k = {.c = c, .left = ret_left, .found = ret_found};
    bool any = false;

    for (size_t i = 0; i < asked->count; i++)
        any = any || (covered[i] && asked->items[i].kind == SCHEMA_ADD && asked->items[i].whole);
    if (!any)
        return;
    k.veils = ARENA_ARRAY(c->arena, c->files.count + 1, enum veil);
    k.texts = ARENA_ARRAY(c->arena, c->files.count + 1, struct str);
    note_entries(&k);
    for (size_t i = 0; i < asked->count; i++)
        if (!covered[i] || asked->items[i].kind != SCHEMA_ADD)
            continue;
        else if (is_plain_index(&asked->items[i]))
            note_mistaken(&k, &asked->items[i]);
        else if (asked->items[i].object != SCHEMA_OBJECT_INDEX)
            note_added(&k, &asked->items[i], i);
}

void models_left_keys(struct arena *arena, struct tree *tree, const struct models_files *migrations,
                      const struct schema_changes *changes, const bool *covered,
                      struct schema_changes *ret_left, bool *ret_found)
{
    COVERING(c, arena, tree);

    c.sets = migrations->sets;
    for (size_t i = 0; i < migrations->owners.count; i++)
        VEC_PUSH(arena, &c.owners, migrations->owners.items[i]);
    covering_begin_owned(&c, &migrations->paths);
    covering_note_keys(&c, changes, covered, ret_left, ret_found);
}
