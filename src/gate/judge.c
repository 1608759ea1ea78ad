#include "gate/judge.h"

#include "base/quote.h"
#include "base/words.h"

#include <string.h>

#define MESSAGE_MAX ((size_t)16 << 10)
#define COMMAND_MAX ((size_t)4 << 10)

void judge_add(const struct judge *judge, enum reason_code code, struct str set, struct str message,
               struct str hint)
{
    struct reason reason = {.code = code, .set = set, .message = message, .hint = hint};

    reasons_add(judge->arena, judge->reasons, judge->config, judge->environment, reason);
}

struct str judge_environment(const struct judge *judge)
{
    return judge->environment ? judge->environment->name : STR("the database");
}

struct str judge_database_version(struct arena *arena, const struct look_set *set,
                                  const struct database_rows *rows)
{
    if (!str_is_empty(set->answer.reported_version))
        return set->answer.reported_version;
    if (set->plan.version.length)
        return str_printf(arena, STR_FMT " (%zu applied)", STR_ARG(set->plan.version),
                          set->plan.applied_count);
    /* Alembic keeps heads, plain SQL a row for each file. */
    if (rows->ids.count && !str_eq(set->history.tracker, STR("alembic")))
        return str_printf(arena, STR_FMT " (%zu applied)", STR_ARG(VEC_LAST(&rows->ids)),
                          rows->ids.count);
    if (rows->ids.count > JUDGE_LISTED)
        return str_printf(arena, "%zu heads", rows->ids.count);
    if (rows->ids.count)
        return str_join(arena, rows->ids.items, rows->ids.count, STR(","));
    if (rows->state == TABLE_ABSENT)
        return str_printf(arena, "none (no table " STR_FMT ")", STR_ARG(set->history.table));
    if (rows->state == TABLE_EMPTY)
        return str_printf(arena, "none (the table " STR_FMT " is empty)",
                          STR_ARG(set->history.table));
    return STR("unknown");
}

static struct str code_version(struct arena *arena, const struct history *history)
{
    if (history->heads.count == 0)
        return STR("none (no migrations)");
    if (history->heads.count > JUDGE_LISTED)
        return str_printf(arena, "%zu heads", history->heads.count);
    return str_join(arena, history->heads.items, history->heads.count, STR(","));
}

/* The lines that every comparison ends with. */
static void add_versions(struct buf *out, const struct judge *judge, const struct look_set *set,
                         const struct database_rows *rows)
{
    buf_printf(out, "\n  database          " STR_FMT, STR_ARG(set->answer.shown));
    if (!str_is_empty(rows->schema) && set->answer.tables.count > 1)
        buf_printf(out, ", schema " STR_FMT, STR_ARG(rows->schema));
    buf_printf(out, "\n  database version  " STR_FMT,
               STR_ARG(str_shown(judge->arena, judge_database_version(judge->arena, set, rows))));
    buf_printf(out, "\n  code version      " STR_FMT,
               STR_ARG(str_shown(judge->arena, code_version(judge->arena, &set->history))));
}

/* A line feed in the name of a file would write lines of its own into the message: each name is shown on one line. */
static void add_migration(struct buf *out, const struct migration *migration)
{
    struct arena *arena = out->arena;

    buf_printf(out, "\n  " STR_FMT, STR_ARG(str_shown(arena, migration->id)));
    if (!str_is_empty(migration->title) && !str_eq(migration->title, migration->id))
        buf_printf(out, "  " STR_FMT, STR_ARG(str_shown(arena, str_prefix(migration->title, 100))));
    if (migration->uncommitted)
        buf_add(out, STR("  (not committed)"));
    if (!str_is_empty(migration->file))
        buf_printf(out, "\n    " STR_FMT, STR_ARG(str_shown(arena, migration->file)));
}

static void add_rest(struct buf *out, size_t count)
{
    if (count > JUDGE_LISTED)
        buf_printf(out, "\n  and %zu more", count - JUDGE_LISTED);
}

void judge_history(const struct judge *judge, const struct look_set *set)
{
    for (size_t i = 0; i < set->history.problems.count; i++) {
        const struct history_problem *problem = &set->history.problems.items[i];
        judge_add(judge, problem->code, set->history.set, problem->message, problem->hint);
    }
}

/* False: the tool applies all of them. */
static bool add_refused(struct buf *out, const struct look_set *set)
{
    const struct plan_indexes *refused = &set->plan.out_of_order;

    if (!refused->count)
        return false;
    buf_printf(out, "\n  " STR_FMT " refuses %zu of them, older than what is applied:",
               STR_ARG(set->history.tracker), refused->count);
    for (size_t i = 0; i < refused->count && i < JUDGE_LISTED; i++)
        buf_printf(
            out, " " STR_FMT,
            STR_ARG(str_shown(out->arena, set->history.migrations.items[refused->items[i]].id)));
    return true;
}

void judge_pending(const struct judge *judge, const struct look_set *set,
                   const struct database_rows *rows)
{
    size_t count = set->plan.pending.count;
    struct buf out = buf_new(judge->arena, MESSAGE_MAX);

    if (count == 0)
        return;
    buf_printf(&out, "%zu migration%s of this code %s not applied to " STR_FMT ":", count,
               count == 1 ? "" : "s", count == 1 ? "is" : "are", STR_ARG(judge_environment(judge)));
    for (size_t i = 0; i < count && i < JUDGE_LISTED; i++)
        add_migration(&out, &set->history.migrations.items[set->plan.pending.items[i]]);
    add_rest(&out, count);
    add_versions(&out, judge, set, rows);
    buf_add(&out, STR("\n  code that relies on "));
    buf_add(&out, count == 1 ? STR("it") : STR("them"));
    buf_add(&out, STR(" fails there: undefined columns and tables"));
    bool refused = add_refused(&out, set);
    judge_add(judge, REASON_PENDING_MIGRATIONS, set->history.set, buf_str(&out),
              refused && set->history.out_of_order_command.length
                  ? set->history.out_of_order_command
                  : set->history.upgrade_command);
}

void judge_dirty(const struct judge *judge, const struct look_set *set,
                 const struct database_rows *rows)
{
    size_t count = set->plan.dirty.count;
    struct buf out = buf_new(judge->arena, MESSAGE_MAX);

    if (count == 0)
        return;
    buf_printf(&out, "%zu migration%s did not end well in " STR_FMT ":", count,
               count == 1 ? "" : "s", STR_ARG(judge_environment(judge)));
    for (size_t i = 0; i < count && i < JUDGE_LISTED; i++) {
        const struct plan_dirty *dirty = &set->plan.dirty.items[i];
        buf_printf(&out, "\n  " STR_FMT "  " STR_FMT, STR_ARG(str_shown(judge->arena, dirty->id)),
                   STR_ARG(str_shown(judge->arena, dirty->state)));
        if (dirty->detail.length)
            buf_printf(&out, "\n    " STR_FMT,
                       STR_ARG(str_shown(judge->arena, str_prefix(dirty->detail, 400))));
    }
    add_rest(&out, count);
    add_versions(&out, judge, set, rows);
    buf_add(&out, STR("\n  what the schema is like there is not known"));
    judge_add(judge, REASON_DIRTY_MIGRATION, set->history.set, buf_str(&out),
              str_printf(judge->arena,
                         "finish or undo it in the database, tell " STR_FMT ", check again",
                         STR_ARG(set->history.tracker)));
}

void judge_never_applied(const struct judge *judge, const struct look_set *set,
                         const struct database_rows *rows)
{
    size_t count = set->plan.never_applied.count;
    struct buf out = buf_new(judge->arena, MESSAGE_MAX);

    if (count == 0)
        return;
    buf_printf(&out,
               "%zu migration%s of this code %s older than what " STR_FMT
               " has, and will never be applied:",
               count, count == 1 ? "" : "s", count == 1 ? "is" : "are",
               STR_ARG(judge_environment(judge)));
    for (size_t i = 0; i < count && i < JUDGE_LISTED; i++)
        add_migration(&out, &set->history.migrations.items[set->plan.never_applied.items[i]]);
    add_rest(&out, count);
    add_versions(&out, judge, set, rows);
    buf_printf(&out, "\n  " STR_FMT " skips them without a word", STR_ARG(set->history.tracker));
    judge_add(judge, REASON_NEVER_APPLIED, set->history.set, buf_str(&out),
              STR("give them a newer number or date, behind what is applied"));
}

void judge_diverged(const struct judge *judge, const struct look_set *set,
                    const struct database_rows *rows)
{
    size_t count = set->plan.diverged.count;
    struct buf out = buf_new(judge->arena, MESSAGE_MAX);

    if (count == 0)
        return;
    buf_printf(&out, "%zu migration%s %s not what " STR_FMT " was given:", count,
               count == 1 ? "" : "s", count == 1 ? "is" : "are", STR_ARG(judge_environment(judge)));
    for (size_t i = 0; i < count && i < JUDGE_LISTED; i++) {
        const struct plan_difference *one = &set->plan.diverged.items[i];
        add_migration(&out, &set->history.migrations.items[one->migration]);
        buf_printf(&out, "\n    " STR_FMT " " STR_FMT ", applied with " STR_FMT, STR_ARG(one->what),
                   STR_ARG(str_shown(judge->arena, one->actual)),
                   STR_ARG(str_shown(judge->arena, one->recorded)));
    }
    add_rest(&out, count);
    add_versions(&out, judge, set, rows);
    buf_add(&out, STR("\n  it was edited after it was applied: what it says now never ran there"));
    judge_add(judge, REASON_DIVERGED_MIGRATION, set->history.set, buf_str(&out),
              STR("restore the file, and write the change as a new migration"));
}

void judge_unknown(const struct judge *judge, const struct look_set *set,
                   const struct database_rows *rows, bool proven, struct str why_not)
{
    size_t count = set->plan.unknown.count, elsewhere = 0;
    struct buf out = buf_new(judge->arena, MESSAGE_MAX);

    if (count == 0)
        return;
    for (size_t i = 0; i < count; i++)
        elsewhere += set->plan.unknown.items[i].elsewhere;
    bool ahead = elsewhere == count && proven;
    if (ahead)
        buf_printf(&out, STR_FMT " is ahead of this code:", STR_ARG(judge_environment(judge)));
    else
        buf_printf(&out, STR_FMT " has %s that this code does not know:",
                   STR_ARG(judge_environment(judge)), count == 1 ? "a revision" : "revisions");
    for (size_t i = 0; i < count && i < JUDGE_LISTED; i++) {
        const struct plan_unknown *unknown = &set->plan.unknown.items[i];
        struct str where = unknown->where.length ? unknown->where
                                                 : STR("found at no branch, remote branch or tag");
        buf_printf(&out, "\n  " STR_FMT "\n    " STR_FMT,
                   STR_ARG(str_shown(judge->arena, unknown->id)),
                   STR_ARG(str_shown(judge->arena, where)));
    }
    add_rest(&out, count);
    add_versions(&out, judge, set, rows);
    if (ahead) {
        judge_add(judge, REASON_DATABASE_AHEAD, set->history.set, buf_str(&out),
                  STR("if this code should know it: merge or rebase onto its branch"));
        return;
    }
    if (!set->plan.pending_is_exact)
        buf_add(&out, STR("\n  which migrations are pending cannot be told"));
    if (why_not.length)
        buf_printf(&out, ": " STR_FMT, STR_ARG(why_not));
    judge_add(judge, REASON_UNKNOWN_REVISION, set->history.set, buf_str(&out),
              STR("git fetch --all --tags\nthen check again; or ask who applied it"));
}

static bool same_ids(const struct strs *reported, const struct strs *heads)
{
    bool same = reported->count == heads->count;

    for (size_t i = 0; same && i < reported->count; i++)
        same = strs_have(heads, reported->items[i]);
    return same;
}

void judge_command_flag(const struct judge *judge, const struct look_set *set,
                        const struct database_rows *rows)
{
    const struct database_answer *answer = &set->answer;
    struct buf out = buf_new(judge->arena, MESSAGE_MAX);

    if (!answer->has_pending_flag || set->plan.pending.count || set->plan.unknown.count)
        return;
    if (answer->pending_flag) {
        buf_printf(&out,
                   "the command that asks " STR_FMT " says that migrations are pending there:",
                   STR_ARG(judge_environment(judge)));
    } else {
        struct strs reported = {0};
        struct str rest = answer->reported_version;
        while (rest.length)
            strs_add(judge->arena, &reported, str_trim(str_cut(&rest, ',')));
        strs_sort(&reported);
        if (same_ids(&reported, &set->history.heads) ||
            same_ids(&reported, &set->history.real_heads))
            return;
        buf_printf(&out,
                   "the command that asks " STR_FMT
                   " says that nothing is pending, but names another version:",
                   STR_ARG(judge_environment(judge)));
    }
    add_versions(&out, judge, set, rows);
    judge_add(judge, REASON_PENDING_MIGRATIONS, set->history.set, buf_str(&out),
              set->history.upgrade_command);
}

void judge_uncommitted(const struct judge *judge, const struct look_set *set)
{
    struct buf out = buf_new(judge->arena, MESSAGE_MAX);
    struct buf command = buf_new(judge->arena, COMMAND_MAX);
    struct words named = {.arena = judge->arena}; /* a change log may hold many migrations */
    size_t count = 0;

    buf_add(&command, STR("git add"));
    buf_add(&out, STR("migrations that are not committed are part of what is deployed:"));
    for (size_t i = 0; i < set->history.migrations.count; i++) {
        const struct migration *migration = &set->history.migrations.items[i];
        if (!migration->uncommitted || !words_add(&named, migration->file))
            continue;
        if (count < JUDGE_LISTED)
            buf_printf(&out, "\n  " STR_FMT, STR_ARG(str_shown(judge->arena, migration->file)));
        buf_printf(&command, " " STR_FMT,
                   STR_ARG(shell_shown(judge->arena, str_printf(judge->arena, ":/" STR_FMT,
                                                                STR_ARG(migration->file)))));
        count++;
    }
    if (count == 0)
        return;
    add_rest(&out, count);
    buf_add(&out, STR("\n  nobody else has them yet"));
    buf_add(&command, STR(" && git commit"));
    judge_add(judge, REASON_UNCOMMITTED_MIGRATIONS, set->history.set, buf_str(&out),
              command.truncated ? STR("git add and commit them") : buf_str(&command));
}

void judge_unreachable(const struct judge *judge, struct str set, struct str message,
                       struct str hint)
{
    struct buf out = buf_new(judge->arena, MESSAGE_MAX);

    buf_printf(&out,
               STR_FMT ": the database cannot be asked:\n  " STR_FMT
                       "\n  whether migrations are pending there is not known",
               STR_ARG(judge_environment(judge)), STR_ARG(message));
    judge_add(judge, REASON_DATABASE_UNREACHABLE, set, buf_str(&out), hint);
}

static bool identity_part(const struct judge *judge, struct buf *out, const char *name,
                          struct str wanted, struct str actual)
{
    (void)judge;
    if (str_is_empty(wanted) || (actual.length && glob_matches(wanted, actual)))
        return true;
    buf_printf(out, "\n  %s: " STR_FMT ", wanted " STR_FMT, name,
               STR_ARG(actual.length ? actual : STR("not known")), STR_ARG(wanted));
    return false;
}

bool judge_identity(const struct judge *judge, struct str set, const struct database_answer *answer)
{
    if (!judge->environment)
        return true;
    const struct config_identity *identity = &judge->environment->identity;
    struct buf out = buf_new(judge->arena, MESSAGE_MAX);

    buf_printf(&out, "this is not the database of " STR_FMT ":\n  asked: " STR_FMT,
               STR_ARG(judge->environment->name), STR_ARG(answer->shown));
    bool right = identity_part(judge, &out, "host", identity->host, answer->host);
    right &= identity_part(judge, &out, "database", identity->database, answer->database);
    right &= identity_part(judge, &out, "user", identity->user, answer->user);
    right &= identity_part(judge, &out, "system_identifier", identity->system_identifier,
                           answer->system_identifier);
    if (right)
        return true;
    buf_add(&out, STR("\n  its answer says nothing about the code's real database"));
    judge_add(judge, REASON_WRONG_DATABASE, set, buf_str(&out),
              str_printf(judge->arena,
                         "correct environments." STR_FMT " in %s\nits database, or its identity",
                         STR_ARG(judge->environment->name), CONFIG_NAME));
    return false;
}
