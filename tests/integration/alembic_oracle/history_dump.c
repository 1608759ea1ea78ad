/* history_dump.c -- history-dump DIRECTORY [ROW…]: the migration sets found there and the plan for these rows, one JSON document a line. */
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "database/database.h"
#include "migrations/history.h"

static void write_list(struct buf *out, bool *first, const char *key, const struct strs *list)
{
    json_write_key(out, first, key);
    buf_add_byte(out, '[');
    for (size_t i = 0; i < list->count; i++) {
        if (i)
            buf_add_byte(out, ',');
        json_write_string(out, list->items[i]);
    }
    buf_add_byte(out, ']');
}

static void write_string(struct buf *out, bool *first, const char *key, struct str value)
{
    json_write_key(out, first, key);
    json_write_string(out, value);
}

static void write_problems(struct arena *arena, struct buf *out, bool *first, const char *key,
                           const struct history_problems *problems)
{
    struct strs lines = {0};

    for (size_t i = 0; i < problems->count; i++) {
        const struct history_problem *problem = &problems->items[i];
        const char *code = problem->code == REASON_BROKEN_HISTORY          ? "broken-history"
                           : problem->code == REASON_MULTIPLE_HEADS        ? "multiple-heads"
                           : problem->code == REASON_INDETERMINATE_HISTORY ? "indeterminate-history"
                                                                           : "unexpected";
        VEC_PUSH(arena, &lines,
                 str_printf(arena, "%s: " STR_FMT " (" STR_FMT ")", code, STR_ARG(problem->message),
                            STR_ARG(problem->hint)));
    }
    write_list(out, first, key, &lines);
}

static void write_migrations(struct buf *out, bool *first, const struct history *history)
{
    json_write_key(out, first, "migrations");
    buf_add_byte(out, '[');
    for (size_t i = 0; i < history->migrations.count; i++) {
        const struct migration *migration = &history->migrations.items[i];
        bool inner = true;
        buf_add(out, i ? STR(",{") : STR("{"));
        write_string(out, &inner, "id", migration->id);
        write_string(out, &inner, "file", migration->file);
        write_string(out, &inner, "title", migration->title);
        write_list(out, &inner, "down", &migration->down);
        write_list(out, &inner, "depends_on", &migration->depends_on);
        write_list(out, &inner, "labels", &migration->labels);
        buf_printf(out, ",\"line\":%zu}", migration->line);
    }
    buf_add_byte(out, ']');
}

static void write_plan(struct arena *arena, struct buf *out, bool *first,
                       const struct history *history, const struct plan *plan)
{
    struct strs pending = {0}, unknown = {0};

    for (size_t i = 0; i < plan->pending.count; i++)
        VEC_PUSH(arena, &pending, history->migrations.items[plan->pending.items[i]].id);
    for (size_t i = 0; i < plan->unknown.count; i++)
        VEC_PUSH(arena, &unknown, plan->unknown.items[i].id);
    write_list(out, first, "pending", &pending);
    write_list(out, first, "unknown", &unknown);
    write_list(out, first, "notes", &plan->notes);
    write_problems(arena, out, first, "plan_problems", &plan->problems);
    buf_printf(out, ",\"applied\":%zu", plan->applied_count);
}

static bool dump_set(struct arena *arena, struct tree *tree, const struct config_migrations *set,
                     const struct database_rows *rows, struct err *e)
{
    struct buf out = buf_new(arena, (size_t)64 << 20);
    struct history history;
    struct plan plan;
    bool first = true;

    if (!history_load(arena, tree, set, &history, e) || !plan_make(arena, &history, rows, &plan, e))
        return false;
    buf_add_byte(&out, '{');
    write_string(&out, &first, "set", history.set);
    write_string(&out, &first, "tracker", history.tracker);
    write_string(&out, &first, "root", history.root);
    write_string(&out, &first, "table", history.table);
    write_string(&out, &first, "schema", history.schema);
    write_string(&out, &first, "upgrade", history.upgrade_command);
    write_list(&out, &first, "versions", &history.versions);
    write_list(&out, &first, "heads", &history.heads);
    write_list(&out, &first, "real_heads", &history.real_heads);
    write_list(&out, &first, "assumptions", &history.assumptions);
    write_problems(arena, &out, &first, "problems", &history.problems);
    write_migrations(&out, &first, &history);
    write_plan(arena, &out, &first, &history, &plan);
    buf_printf(&out, ",\"table_assumed\":%s}\n", history.table_assumed ? "true" : "false");
    return fwrite(out.bytes, 1, out.length, stdout) == out.length ||
           err_set(e, ERR_SYSTEM, "cannot write");
}

int main(int argc, char **argv)
{
    ARENA(arena, (size_t)2 << 30);
    struct config config = {0};
    struct config_migrations_list sets;
    struct database_rows rows = {.state = TABLE_FILLED};
    struct err e = ERR_NONE;

    if (argc < 2) {
        (void)fputs("usage: history-dump DIRECTORY [ROW...]\n", stderr);
        return 1;
    }
    for (int i = 2; i < argc; i++)
        VEC_PUSH(&arena, &rows.ids, str_from(argv[i]));
    strs_sort(&rows.ids);
    config.work_tree = str_from(argv[1]);
    struct tree *tree = tree_of_directory(&arena, config.work_tree);
    bool done = sets_detect(&arena, tree, &config, &sets, &e);
    for (size_t i = 0; done && i < sets.count; i++)
        done = dump_set(&arena, tree, &sets.items[i], &rows, &e);
    if (!done)
        (void)fprintf(stderr, "history-dump: %s\n", e.message);
    return done ? 0 : 2;
}
