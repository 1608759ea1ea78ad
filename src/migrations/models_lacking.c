/* models_lacking.c -- columns of new tables that the migration which makes the table leaves out, of TypeORM and Ecto. */
#include "base/file.h"
#include "migrations/cover.h"
#include "migrations/covering.h"
#include "migrations/effect.h"
#include "migrations/table_names.h"

static struct str text_of(const struct covering *c, struct str path)
{
    if (script_path(path)) {
        const struct script_file *file = script_tree_file(c->script, path);
        return file ? file->source : STR_NONE;
    }
    if (str_ends(path, STR(".exs"))) {
        const struct elixir_file *file = elixir_tree_file(c->elixir, path);
        return file ? file->source : STR_NONE;
    }
    return STR_NONE;
}

/* A loop's or a function's: it may be any. */
static bool is_computed(const struct file_steps *file)
{
    for (size_t i = 0; i < file->steps.count; i++)
        if (file->steps.items[i].kind == STEP_ADD_COLUMN && file->steps.items[i].computed.length)
            return true;
    return false;
}

static enum cover_reading reading_of(const struct file_steps *file, struct str text)
{
    enum cover_reading reading = cover_reading(file->path, text);

    return reading == COVER_PLAIN && is_computed(file) ? COVER_VEILED : reading;
}

/* "shownAs" is "shown_as": who names columns may be a strategy that is not read. */
static bool same_letters(struct str one, struct str other)
{
    size_t i = 0, j = 0;

    for (;;) {
        while (i < one.length && one.bytes[i] == '_')
            i++;
        while (j < other.length && other.bytes[j] == '_')
            j++;
        if (i >= one.length || j >= other.length)
            return i >= one.length && j >= other.length;
        if (!str_eq_nocase(str_slice(one, i, i + 1), str_slice(other, j, j + 1)))
            return false;
        i++;
        j++;
    }
}

/* The column, or what it refers to: authorId, author. */
static bool may_be_column(struct str made, struct str wanted)
{
    static const char *const ends[] = {"_id", "Id", "_type", "Type"};

    if (same_letters(made, wanted))
        return true;
    for (size_t i = 0; i < COUNT_OF(ends); i++)
        if (str_ends(wanted, str_from(ends[i])) &&
            same_letters(made, str_prefix(wanted, wanted.length - str_from(ends[i]).length)))
            return true;
    return false;
}

/* Ecto's configuration names them (migration_timestamps). */
static bool may_be_timestamp(struct str text, struct str column)
{
    static const char *const begins[] = {"created", "inserted", "updated", "modified"};

    for (size_t i = 0; i < COUNT_OF(begins); i++)
        if (str_starts(column, str_from(begins[i])))
            return text_has_word(text, STR("timestamps"));
    return false;
}

/* Does the file make columns of the table, and not this one? */
static bool leaves_out(const struct covering *c, const struct file_steps *file,
                       const struct schema_change *column)
{
    bool any = false;

    for (size_t i = 0; i < file->steps.count; i++) {
        const struct step *step = &file->steps.items[i];
        if (step->kind != STEP_ADD_COLUMN || !step_is_about(&c->names, step, column))
            continue;
        any = true;
        if (may_be_column(step->column, column->column))
            return false;
    }
    return any;
}

static void note_left_out(const struct covering *c, const struct file_steps *file, struct str text,
                          const struct schema_changes *columns, bool *lacking)
{
    for (size_t s = 0; s < file->steps.count; s++) {
        const struct step *step = &file->steps.items[s];
        if (step->kind != STEP_ADD_TABLE || step->was.length)
            continue;
        for (size_t i = 0; i < columns->count; i++) {
            const struct schema_change *column = &columns->items[i];
            if (!lacking[i] && step_is_about(&c->names, step, column) &&
                !column->after.primary_key && !may_be_timestamp(text, column->column) &&
                !covering_file_is_foreign(c, file, column))
                lacking[i] = leaves_out(c, file, column);
        }
    }
}

void covering_note_lacking(const struct covering *c, const struct schema_changes *columns,
                           bool *lacking)
{
    bool *here = ARENA_ARRAY(c->arena, columns->count + 1, bool);

    for (size_t f = 0; f < c->files.count; f++) {
        struct str text = text_of(c, c->files.items[f].path);
        if (text.length && reading_of(&c->files.items[f], text) == COVER_PLAIN)
            note_left_out(c, &c->files.items[f], text, columns, here);
    }
    /* A helper that another one calls for the table may add it. */
    for (size_t f = 0; f < c->files.count; f++) {
        struct str text = text_of(c, c->files.items[f].path);
        if (!text.length || reading_of(&c->files.items[f], text) != COVER_VEILED)
            continue;
        for (size_t i = 0; i < columns->count; i++)
            here[i] = here[i] && !text_has_word(text, table_name_of(columns->items[i].table).table);
    }
    for (size_t i = 0; i < columns->count; i++)
        lacking[i] = lacking[i] || here[i];
}

void models_lacking(struct arena *arena, struct tree *tree, const struct strs *paths,
                    const struct schema_changes *columns, bool *lacking)
{
    COVERING(c, arena, tree);
    struct strs read = {0};

    for (size_t i = 0; i < paths->count; i++) {
        ARENA(scratch, (size_t)64 << 20);
        struct err absent = ERR_NONE;
        struct str text;
        if ((script_path(paths->items[i]) || str_ends(paths->items[i], STR(".exs"))) &&
            tree_read(tree, &scratch, paths->items[i], COVERING_FILE_MAX, &text, &absent) &&
            cover_reading(paths->items[i], text) != COVER_NOT_BY_STEPS)
            VEC_PUSH(arena, &read, paths->items[i]);
    }
    if (!read.count)
        return;
    covering_begin_with(&c, &read);
    covering_note_lacking(&c, columns, lacking);
}
