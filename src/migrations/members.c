#include "migrations/members.h"

struct following {
    struct arena *arena;
    struct members *members;
    struct steps out;
};

static struct member *member_of(struct following *f, struct str owner, struct str name)
{
    for (size_t i = 0; i < f->members->count; i++) {
        struct member *member = &f->members->items[i];
        if (!member->gone && str_eq(member->owner, owner) && str_eq(member->name, name))
            return member;
    }
    return NULL;
}

/* Only what is called otherwise than Django would call a plain field is kept: a project has tens of thousands of them. */
static void keep(struct following *f, struct member *member, struct str owner,
                 const struct step *step)
{
    struct member kept = {.owner = owner,
                          .name = step->member,
                          .called = step->kind == STEP_ADD_TABLE ? step->table : step->column,
                          .refers = step->refers,
                          .many = step->kind == STEP_ADD_TABLE};

    if (member)
        *member = kept;
    else if (kept.refers || !str_eq(kept.called, step->member))
        VEC_PUSH(f->arena, f->members, kept);
}

static void drop(struct following *f, const struct member *member)
{
    struct step step = {.kind = member->many ? STEP_DROP_TABLE : STEP_DROP_COLUMN,
                        .table = member->many ? member->called : member->owner,
                        .column = member->many ? STR_NONE : member->called,
                        .field = true};

    VEC_PUSH(f->arena, &f->out, step);
}

/* Another column than it had is a new one, and the old one goes. */
static void alter_column(struct following *f, const struct step *step)
{
    struct member *had = member_of(f, step->table, step->member);
    struct member before =
        had ? *had : (struct member){.owner = step->table, .called = step->member};
    struct step added = *step;

    if (before.many)
        return;
    keep(f, had, step->table, step);
    if (str_eq(before.called, step->column) && before.refers == step->refers)
        return;
    drop(f, &before);
    added.kind = STEP_ADD_COLUMN;
    VEC_PUSH(f->arena, &f->out, added);
}

static void add_table(struct following *f, const struct step *step)
{
    struct member *had = member_of(f, step->owner, step->member);
    struct member before = had ? *had : (struct member){.called = step->was, .many = true};

    keep(f, had, step->owner, step);
    if (before.called.length && !str_eq(before.called, step->table))
        drop(f, &before);
}

static void add_column(struct following *f, const struct step *step)
{
    struct member *had = step->was.length ? member_of(f, step->table, step->was) : NULL;

    if (!step->was.length) {
        keep(f, NULL, step->table, step);
    } else if (had) { /* what it is called on purpose it keeps */
        had->called = str_eq(had->called, had->name) ? step->member : had->called;
        had->name = step->member;
    }
}

static void drop_column(struct following *f, const struct step *step)
{
    struct member *had = member_of(f, step->table, step->member);

    if (!had)
        return;
    drop(f, had);
    had->gone = true;
}

static void drop_model(struct following *f, struct str table)
{
    for (size_t i = 0; i < f->members->count; i++) {
        struct member *member = &f->members->items[i];
        if (member->gone || !str_eq(member->owner, table))
            continue;
        if (member->many)
            drop(f, member);
        member->gone = true;
    }
}

/* "shop_order" becomes "shop_purchase": the step has both names of the model. */
static void rename_model(struct following *f, const struct step *step)
{
    if (!str_ends(step->table, step->value))
        return;
    struct str old =
        str_printf(f->arena, STR_FMT STR_FMT,
                   STR_ARG(str_prefix(step->table, step->table.length - step->value.length)),
                   STR_ARG(step->column));
    for (size_t i = 0; i < f->members->count; i++)
        if (str_eq(f->members->items[i].owner, old))
            f->members->items[i].owner = step->table;
}

void members_follow(struct arena *arena, struct members *members, struct steps *steps)
{
    struct following f = {.arena = arena, .members = members};

    for (size_t i = 0; i < steps->count; i++) {
        const struct step *step = &steps->items[i];
        VEC_PUSH(arena, &f.out, *step);
        if (step->kind == STEP_RENAME_MODEL)
            rename_model(&f, step);
        else if (step->kind == STEP_DROP_TABLE && step->family)
            drop_model(&f, step->table);
        else if (!step->member.length)
            continue;
        else if (step->kind == STEP_ADD_TABLE)
            add_table(&f, step);
        else if (step->kind == STEP_ADD_COLUMN)
            add_column(&f, step);
        else if (step->kind == STEP_ALTER_COLUMN)
            alter_column(&f, step);
        else if (step->kind == STEP_DROP_COLUMN)
            drop_column(&f, step);
    }
    *steps = f.out;
}
