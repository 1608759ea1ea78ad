/* models_labels.c -- enumerated types that come with what is added: the labels that their migrations leave out, and types of new tables that none makes. */
#include "migrations/cover.h"
#include "migrations/covering.h"
#include "migrations/effect.h"
#include "migrations/table_names.h"
#include "migrations/veiled.h"

struct labelling {
    struct covering *c;
    struct schema_changes *left;
    struct words seen; /* types that were asked for */
};

/* What the migrations make of a type. */
struct made {
    bool any, begun,
        unknown; /* some step is about it; it is made; not all of its labels are known */
    struct words labels;
};

/* 'it''s' as SQL writes it. */
static struct str bare_label(struct arena *arena, struct str text)
{
    struct buf out = buf_new(arena, text.length + 1);

    for (size_t i = 0; i < text.length; i++) {
        buf_add_byte(&out, text.bytes[i]);
        if (text.bytes[i] == '\'' && i + 1 < text.length && text.bytes[i + 1] == '\'')
            i++;
    }
    return buf_str(&out);
}

static void follow(struct arena *arena, const struct step *step, struct made *made)
{
    made->any = true;
    if (step->kind == STEP_DROP_TYPE) {
        *made = (struct made){.any = true, .labels = {.arena = arena}};
    } else if (step->kind == STEP_ADD_TYPE) {
        /* Said again, as Alembic's column of a type that is made above says it, it has its labels and those. */
        made->begun = true;
        made->unknown = made->unknown || !step->labels_told;
    } else if (step->kind == STEP_ADD_VALUE) {
        (void)words_add(&made->labels, bare_label(arena, step->value));
    }
}

static struct made find_made(const struct labelling *l, const struct schema_change *type)
{
    struct covering *c = l->c;
    struct file_places places = covering_find(c, type);
    struct made made = {.labels = {.arena = c->arena}};

    for (size_t n = 0; n < places.count; n++) {
        const struct file_steps *file = &c->files.items[places.items[n]];
        if (covering_file_is_foreign(c, file, type))
            continue;
        for (size_t i = 0; i < file->steps.count; i++)
            if (str_eq(file->steps.items[i].name, type->name))
                follow(c->arena, &file->steps.items[i], &made);
    }
    return made;
}

/* A text that speaks of the type, and that no one reads whole. `label`: it may add that one, as "ADD VALUE '%s'". */
static bool may_be_elsewhere(const struct labelling *l, const struct schema_change *type,
                             struct str label)
{
    for (size_t f = 0; f < l->c->files.count; f++) {
        ARENA(scratch, (size_t)64 << 20);
        const struct file_steps *file = &l->c->files.items[f];
        struct err absent = ERR_NONE;
        struct str text;
        if (covering_file_is_foreign(l->c, file, type))
            continue;
        if (!tree_read(l->c->tree, &scratch, file->path, COVERING_FILE_MAX, &text, &absent))
            return true;
        if (text_has_word(text, table_name_of(type->name).table) &&
            (migration_is_veiled(file->path, text) ||
             (label.length && text_has_word(text, STR("value")) && str_contains(text, label))))
            return true;
    }
    return false;
}

static void note_labels(struct labelling *l, const struct schema_change *type,
                        const struct made *made)
{
    struct schema_changes labels;

    if (!made->begun || made->unknown)
        return;
    schema_added_labels(l->c->arena, type, &labels);
    for (size_t i = 0; i < labels.count; i++)
        if (labels.items[i].value.length && !words_have(&made->labels, labels.items[i].value) &&
            !may_be_elsewhere(l, type, labels.items[i].value))
            VEC_PUSH(l->c->arena, l->left, labels.items[i]);
}

/* Does SQL give a column of the table that type by its name? Else it may be made as something that needs none. */
static bool is_used(const struct covering *c, const struct schema_change *table, struct str type)
{
    struct file_places places = covering_find(c, table);

    for (size_t n = 0; n < places.count; n++) {
        const struct file_steps *file = &c->files.items[places.items[n]];
        for (size_t i = 0; i < file->steps.count; i++)
            if (file->steps.items[i].kind == STEP_ADD_COLUMN &&
                step_is_about(&c->names, &file->steps.items[i], table) &&
                str_eq(file->steps.items[i].sql_type, table_name_of(type).table))
                return true;
    }
    return false;
}

static void note_types_of(struct labelling *l, const struct schema_change *table)
{
    struct schema_changes types;

    schema_added_types(l->c->arena, table, &types);
    for (size_t i = 0; i < types.count; i++) {
        const struct schema_change *type = &types.items[i];
        if (!words_add(&l->seen, type->name))
            continue;
        struct made made = find_made(l, type);
        if (made.any)
            note_labels(l, type, &made);
        else if (is_used(l->c, table, type->name) && !may_be_elsewhere(l, type, STR_NONE))
            VEC_PUSH(l->c->arena, l->left, *type);
    }
}

static bool is_type(const struct schema_change *change)
{
    return change->kind == SCHEMA_ADD && change->object == SCHEMA_OBJECT_TYPE;
}

bool models_bring_types(struct arena *arena, const struct schema_changes *changes,
                        const bool *covered)
{
    struct schema_changes types = {0};

    for (size_t i = 0; i < changes->count && !types.count; i++) {
        const struct schema_change *change = &changes->items[i];
        if (covered[i] && is_type(change))
            return true;
        if (covered[i] && change->kind == SCHEMA_ADD && change->object == SCHEMA_OBJECT_TABLE)
            schema_added_types(arena, change, &types);
    }
    return types.count > 0;
}

void covering_note_labels(struct covering *c, const struct schema_changes *asked,
                          const bool *covered, struct schema_changes *ret_left)
{
    struct labelling l = {.c = c, .left = ret_left, .seen = {.arena = c->arena}};

    for (size_t i = 0; i < asked->count; i++)
        if (is_type(&asked->items[i]) && words_add(&l.seen, asked->items[i].name) && covered[i]) {
            struct made made = find_made(&l, &asked->items[i]);
            note_labels(&l, &asked->items[i], &made);
        }
    for (size_t i = 0; i < asked->count; i++)
        if (covered[i] && asked->items[i].kind == SCHEMA_ADD &&
            asked->items[i].object == SCHEMA_OBJECT_TABLE)
            note_types_of(&l, &asked->items[i]);
}

void models_left_labels(struct arena *arena, struct tree *tree,
                        const struct models_files *migrations, const struct schema_changes *changes,
                        const bool *covered, struct schema_changes *ret_left)
{
    COVERING(c, arena, tree);

    c.sets = migrations->sets;
    for (size_t i = 0; i < migrations->owners.count; i++)
        VEC_PUSH(arena, &c.owners, migrations->owners.items[i]);
    covering_begin_owned(&c, &migrations->paths);
    covering_note_labels(&c, changes, covered, ret_left);
}
