/* verify.c -- does the text in this tree still have the checksum that the table recorded? */
#include "base/file.h"
#include "migrations/checksum.h"
#include "migrations/graphile.h"
#include "migrations/tracker.h"

#define FILE_BYTES_MAX ((size_t)16 << 20)
#define SCRATCH_BUDGET ((size_t)256 << 20)
#define SCRATCH_ENOUGH ((size_t)8 << 20)

enum outcome {
    OUTCOME_NONE = 0,
    OUTCOME_DIFFERS,
    OUTCOME_LINE_ENDS,
    OUTCOME_SAME,
    OUTCOME_UNREADABLE
};

struct verifier {
    struct arena *arena;
    struct arena *scratch;
    struct tree *tree;
    const struct history *history;
    struct str kind;
    struct plan *plan;
};

/* As it is, with LF, with CRLF: a checkout on Windows, or one that git converted, has other bytes than the blob. */
static enum outcome compare(struct verifier *v, const struct migration *migration,
                            struct str recorded, struct str *ret_actual)
{
    struct checksum_subject subject = {
        .unit = migration->unit, .id = migration->id, .name = migration->name};
    struct err ignored = ERR_NONE;
    struct str actual = STR_NONE;

    if (!tree_read(v->tree, v->scratch, migration->file, FILE_BYTES_MAX, &subject.bytes,
                   &ignored) ||
        checksum_is_of_lfs(subject.bytes))
        return OUTCOME_UNREADABLE;
    struct str forms[] = {subject.bytes, checksum_with_lf(v->scratch, subject.bytes),
                          checksum_with_crlf(v->scratch, subject.bytes)};
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        subject.bytes = forms[i];
        if (!checksum_of(v->scratch, v->kind, &subject, &actual))
            return OUTCOME_NONE;
        if (i == 0)
            *ret_actual = str_copy(v->arena, actual);
        if (checksum_equal(v->scratch, v->kind, recorded, actual))
            return i == 0 ? OUTCOME_SAME : OUTCOME_LINE_ENDS;
    }
    return OUTCOME_DIFFERS;
}

static void report(struct verifier *v, size_t index, enum outcome outcome, struct str recorded,
                   struct str actual)
{
    const struct migration *migration = &v->history->migrations.items[index];

    if (outcome == OUTCOME_LINE_ENDS)
        VEC_PUSH(v->arena, &v->plan->notes,
                 str_printf(v->arena, STR_FMT " was applied with other line ends",
                            STR_ARG(migration->file)));
    else if (outcome == OUTCOME_UNREADABLE)
        VEC_PUSH(v->arena, &v->plan->notes,
                 str_printf(v->arena,
                            "the text of " STR_FMT
                            " cannot be read here: its checksum was not compared",
                            STR_ARG(migration->file)));
    else if (outcome == OUTCOME_DIFFERS)
        VEC_PUSH(v->arena, &v->plan->diverged,
                 (struct plan_difference){.migration = index,
                                          .what = STR("checksum"),
                                          .recorded = recorded,
                                          .actual = actual});
}

/* Where the tool compares as well, it does nothing at all until the text is back: the first is enough to say so. What did not end well it refuses
 * before it compares (sqlx: Migrator::run asks dirty_version() first). */
static void refuse_edited(struct verifier *v)
{
    if (!v->plan->diverged.count || v->plan->dirty.count || v->history->edits ||
        !str_eq(v->history->row->edited, STR("refused")))
        return;
    VEC_PUSH(
        v->arena, &v->plan->problems,
        (struct history_problem){
            .code = REASON_INDETERMINATE_HISTORY,
            .message = str_printf(
                v->arena, STR_FMT " refuses to work while " STR_FMT " is not what was applied",
                STR_ARG(tracker_title(v->history->row)),
                STR_ARG(v->history->migrations.items[v->plan->diverged.items[0].migration].file)),
            .hint = STR("bring the file back as it was, and make the change in a migration "
                        "of its own")});
}

bool tracker_verify(struct arena *arena, struct tree *tree, const struct history *history,
                    const struct database_rows *rows, struct plan *plan, struct err *e)
{
    ARENA(scratch, SCRATCH_BUDGET);
    const struct migrations *all = &history->migrations;
    struct verifier v = {.arena = arena,
                         .scratch = &scratch,
                         .tree = tree,
                         .history = history,
                         .kind = history->row->checksum,
                         .plan = plan};
    struct id_map ids = id_map_new(arena, all->count + 1);
    enum outcome *outcomes = ARENA_ARRAY(arena, all->count + 1, enum outcome);
    struct str *recorded = ARENA_ARRAY(arena, all->count + 1, struct str);
    struct str *actual = ARENA_ARRAY(arena, all->count + 1, struct str);
    struct str normal;
    size_t index;

    if (!v.kind.length)
        return true;
    for (size_t i = 0; i < all->count; i++) {
        if (!tracker_id_normal(arena, history->row, all->items[i].id, &normal, e))
            return false;
        (void)id_map_add(&ids, normal, i, &index);
    }
    /* A name may have several rows; one that fits is enough. */
    for (size_t i = 0; i < rows->rows.count; i++) {
        const struct database_row *row = &rows->rows.items[i];
        if (!tracker_id_normal(arena, history->row, row->id, &normal, e))
            return false;
        if (row->state.length || !row->checksum.length || !id_map_get(&ids, normal, &index) ||
            outcomes[index] >= OUTCOME_LINE_ENDS)
            continue;
        recorded[index] = row->checksum;
        outcomes[index] = compare(&v, &all->items[index], row->checksum, &actual[index]);
        if (scratch.used > SCRATCH_ENOUGH)
            arena_release(&scratch);
    }
    for (size_t i = 0; i < all->count; i++)
        report(&v, i, outcomes[i], recorded[i], actual[i]);
    refuse_edited(&v);
    if (str_eq(v.kind, STR("graphile_sha1_chain")))
        graphile_check_chain(arena, tree, history, plan);
    return true;
}
