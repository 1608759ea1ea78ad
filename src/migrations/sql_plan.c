#include "base/file.h"
#include "migrations/id_map.h"
#include "migrations/sql.h"

/* What a hand-written runner may put into its table for db/migrations/001_init.sql. In order of preference. */
enum id_form { FORM_NAME, FORM_STEM, FORM_NUMBER, FORM_PLAIN_NUMBER, FORM_PATH, FORM_COUNT };

static const char *const form_notes[FORM_COUNT] = {
    NULL, /* the normal one */
    "the rows hold file names without .sql",
    "the rows hold the numbers of the files",
    "the rows hold the numbers of the files without leading zeros",
    "the rows hold paths",
};

struct form_map {
    struct id_map map;
    bool *shared; /* per migration: another one has the same text in this form */
    size_t matches;
};

static struct str without_zeros(struct str digits)
{
    while (digits.length > 1 && digits.bytes[0] == '0')
        digits = str_from_offset(digits, 1);
    return digits;
}

/* False: the migration has no such form. */
static bool form_of(const struct history *history, const struct migration *migration,
                    enum id_form form, struct str *ret_text)
{
    struct str digits;

    switch (form) {
    case FORM_NAME:
        *ret_text = migration->id;
        return true;
    case FORM_STEM:
        *ret_text = str_prefix(migration->id, migration->id.length - 4);
        if (str_ends(*ret_text, STR(".up")))
            *ret_text = str_prefix(*ret_text, ret_text->length - 3);
        return true;
    case FORM_NUMBER:
    case FORM_PLAIN_NUMBER:
        if (!sql_file_number(migration->id, &digits))
            return false;
        *ret_text = form == FORM_NUMBER ? digits : without_zeros(digits);
        return true;
    case FORM_PATH:
        *ret_text = migration->file;
        if (history->root.length && str_starts(*ret_text, history->root))
            *ret_text = str_trim_bytes(str_from_offset(*ret_text, history->root.length), "/");
        return true;
    case FORM_COUNT:
        break;
    }
    return false;
}

static struct form_map form_map_new(struct arena *arena, const struct history *history,
                                    const struct database_rows *rows, enum id_form form)
{
    size_t count = history->migrations.count, value;
    struct form_map made = {.map = id_map_new(arena, 2 * count),
                            .shared = ARENA_ARRAY(arena, count + 1, bool)};

    for (size_t i = 0; i < count; i++) {
        struct str text;
        if (form_of(history, &history->migrations.items[i], form, &text) &&
            !id_map_add(&made.map, text, i, &value))
            made.shared[value] = true;
        /* Paths are written from the set's root or from the work tree's. */
        if (form == FORM_PATH)
            (void)id_map_add(&made.map, history->migrations.items[i].file, i, &value);
    }
    for (size_t i = 0; i < rows->ids.count; i++)
        made.matches += id_map_get(&made.map, rows->ids.items[i], &value);
    return made;
}

static void note_shared(struct arena *arena, const struct history *history, struct plan *plan,
                        struct str row, size_t index)
{
    VEC_PUSH(
        arena, &plan->problems,
        (struct history_problem){
            .code = REASON_INDETERMINATE_HISTORY,
            .message = str_printf(arena,
                                  "the row \"" STR_FMT "\" of " STR_FMT
                                  " stands for several files, " STR_FMT " among them",
                                  STR_ARG(row), STR_ARG(history->table),
                                  STR_ARG(str_shown(arena, history->migrations.items[index].file))),
            .hint = STR("give the files different numbers, or record whole file names")});
}

bool sql_plan(struct arena *arena, const struct history *history, const struct database_rows *rows,
              struct plan *plan, struct err *e UNUSED)
{
    size_t count = history->migrations.count, index = 0;
    bool *applied = ARENA_ARRAY(arena, count + 1, bool);
    struct form_map best = {0};
    enum id_form chosen = FORM_NAME;

    for (enum id_form form = FORM_NAME; form < FORM_COUNT; form++) {
        struct form_map made = form_map_new(arena, history, rows, form);
        if (form == FORM_NAME || made.matches > best.matches) {
            best = made;
            chosen = form;
        }
        if (best.matches == rows->ids.count)
            break;
    }
    if (form_notes[chosen])
        VEC_PUSH(arena, &plan->notes, str_from(form_notes[chosen]));
    for (size_t i = 0; i < rows->ids.count; i++) {
        struct str row = rows->ids.items[i];
        if (!id_map_get(&best.map, row, &index)) {
            VEC_PUSH(arena, &plan->unknown, (struct plan_unknown){.id = row});
            continue;
        }
        if (best.shared[index])
            note_shared(arena, history, plan, row, index);
        else if (!applied[index])
            plan->applied_count++;
        applied[index] = !best.shared[index];
    }
    for (size_t i = 0; i < count; i++)
        if (!applied[i])
            VEC_PUSH(arena, &plan->pending, i);
    return true;
}
