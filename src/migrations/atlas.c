/* atlas.c -- Atlas' versioned migrations: a running checksum over the directory, checkpoints, and the order that it insists on.
 *
 * Source: ariga/atlas sql/migrate/{dir,migrate}.go, cmd/atlas/internal/migrate/migrate.go (1.2).
 */
#include <sys/types.h>

#include <sha2.h>
#include <string.h>

#include "base/file.h"
#include "migrations/graph.h"
#include "migrations/tracker.h"

#define FILE_BYTES_MAX ((size_t)16 << 20)
#define SCRATCH_BUDGET ((size_t)256 << 20)
#define SCRATCH_ENOUGH ((size_t)8 << 20)
#define VALUE_LENGTH 44u /* base64 of 32 bytes */

static struct str base64(struct arena *arena, const uint8_t digest[SHA256_DIGEST_LENGTH])
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char *text = arena_alloc(arena, VALUE_LENGTH + 1);
    size_t at = 0;

    for (size_t i = 0; i < SHA256_DIGEST_LENGTH; i += 3) {
        bool third = i + 2 < SHA256_DIGEST_LENGTH;
        uint32_t bits =
            (uint32_t)digest[i] << 16 | (uint32_t)digest[i + 1] << 8 | (third ? digest[i + 2] : 0u);
        text[at++] = letters[bits >> 18 & 63];
        text[at++] = letters[bits >> 12 & 63];
        text[at++] = letters[bits >> 6 & 63];
        text[at++] = third ? letters[bits & 63] : '=';
    }
    return str_of(text, at);
}

static void feed(SHA2_CTX *hash, struct str text)
{
    SHA256Update(hash, (const uint8_t *)(text.bytes ? text.bytes : ""), text.length);
}

/* The digest of all that was fed so far; feeding goes on. */
static struct str value_so_far(struct arena *arena, const SHA2_CTX *hash)
{
    uint8_t digest[SHA256_DIGEST_LENGTH];
    SHA2_CTX copy = *hash;

    SHA256Final(digest, &copy);
    return base64(arena, digest);
}

static bool is_comment(struct str line)
{
    return str_starts(line, STR("--")) || str_starts(line, STR("#"));
}

/* "-- atlas:checkpoint" counts in the comments at the top, which an empty line ends. */
static bool has_directive(struct str text, struct str directive)
{
    struct str rest = text, line = STR_NONE;
    bool found = false;

    while (str_next_line(&rest, &line) && is_comment(line))
        found = found || str_contains(line, directive);
    return found && (rest.length == 0 || str_trim(line).length == 0);
}

static bool ignores_sum(struct str text)
{
    struct str first = STR_NONE;

    return str_next_line(&text, &first) && str_contains(first, STR("atlas:sum ignore"));
}

struct reading {
    struct arena *arena, *scratch;
    struct tree *tree;
    struct history *history;
    SHA2_CTX hash;
    struct strs names, values; /* of the files that atlas.sum lists */
};

static bool add_file(struct reading *r, struct str directory, struct str name, struct err *e)
{
    struct migration made = {.unit = name, .line = 1};
    struct str stem = str_prefix(name, name.length - 4), text;

    made.file = directory.length
                    ? str_printf(r->arena, STR_FMT "/" STR_FMT, STR_ARG(directory), STR_ARG(name))
                    : name;
    made.title = stem;
    made.id = str_cut(&made.title, '_');
    if (!tree_read(r->tree, r->scratch, made.file, FILE_BYTES_MAX, &text, e))
        return false;
    feed(&r->hash, name);
    if (!ignores_sum(text)) {
        feed(&r->hash, text);
        made.name = value_so_far(r->arena, &r->hash);
        VEC_PUSH(r->arena, &r->names, name);
        VEC_PUSH(r->arena, &r->values, made.name);
    }
    if (has_directive(text, STR("atlas:checkpoint")))
        VEC_PUSH(r->arena, &made.labels, STR("checkpoint"));
    VEC_PUSH(r->arena, &r->history->migrations, made);
    if (r->scratch->used > SCRATCH_ENOUGH)
        arena_release(r->scratch);
    return true;
}

/* Atlas refuses to apply a directory that is not what its sum file says. */
static bool check_sum(struct reading *r, struct str directory, struct err *e)
{
    struct str path, text, line, at = STR_NONE;
    enum tree_entry_kind kind;
    size_t index = 0;

    if (!tree_path_join(r->arena, directory, STR("atlas.sum"), &path))
        return true;
    if (!tree_exists(r->tree, r->arena, path, &kind)) {
        history_problem_add(
            r->arena, r->history, REASON_BROKEN_HISTORY,
            str_printf(r->arena, "there is no " STR_FMT ": Atlas refuses to apply", STR_ARG(path)),
            STR("atlas migrate hash"));
        return true;
    }
    if (!tree_read(r->tree, r->arena, path, FILE_BYTES_MAX, &text, e))
        return false;
    (void)str_next_line(&text, &line);
    for (; !at.bytes && str_next_line(&text, &line); index++) {
        size_t cut = str_find(line, STR(" h1:"));
        struct str name = str_prefix(line, cut);
        struct str value = cut == SIZE_MAX ? STR("") : str_from_offset(line, cut + 4);
        if (index >= r->names.count || !str_eq(name, r->names.items[index]) ||
            !str_eq(value, r->values.items[index]))
            at = name;
    }
    if (!at.bytes && index < r->names.count)
        at = r->names.items[index];
    if (at.bytes)
        history_problem_add(r->arena, r->history, REASON_BROKEN_HISTORY,
                            str_printf(r->arena,
                                       STR_FMT " does not fit the files from " STR_FMT
                                               " on: Atlas refuses to apply",
                                       STR_ARG(path), STR_ARG(at)),
                            STR("look at what changed, then: atlas migrate hash"));
    return true;
}

static bool atlas_load(struct arena *arena, struct tree *tree,
                       const struct config_migrations *set UNUSED, struct history *history,
                       struct err *e)
{
    ARENA(scratch, SCRATCH_BUDGET);
    struct reading r = {.arena = arena, .scratch = &scratch, .tree = tree, .history = history};

    for (size_t i = 0; i < history->versions.count; i++) {
        struct tree_entries entries;
        bool exists;
        SHA256Init(&r.hash);
        r.names.count = r.values.count = 0;
        if (!tree_list(tree, arena, history->versions.items[i], &entries, &exists, e))
            return false;
        for (size_t j = 0; j < entries.count; j++)
            if (entries.items[j].kind != TREE_DIRECTORY && entries.items[j].name.length > 4 &&
                str_ends(entries.items[j].name, STR(".sql")) &&
                !add_file(&r, history->versions.items[i], entries.items[j].name, e))
                return false;
        if (!check_sum(&r, history->versions.items[i], e))
            return false;
    }
    return true;
}

/* --- Rows. --- */

static bool is_checkpoint(const struct migration *migration)
{
    return migration->labels.count > 0;
}

struct span { /* of the rows */
    struct str first, last;
    const struct database_row *last_row;
};

static struct span span_of(const struct database_rows *rows)
{
    struct span span = {0};

    for (size_t i = 0; i < rows->rows.count; i++) {
        const struct database_row *row = &rows->rows.items[i];
        if (!span.last_row || str_compare(row->id, span.first) < 0)
            span.first = row->id;
        if (!span.last_row || str_compare(row->id, span.last) > 0) {
            span.last = row->id;
            span.last_row = row;
        }
    }
    return span;
}

/* Nothing was applied: from the newest checkpoint on, which stands for all before it. */
static void plan_new(struct arena *arena, const struct history *history, struct plan *plan)
{
    size_t from = 0, count = history->migrations.count;

    for (size_t i = 0; i < count; i++)
        if (is_checkpoint(&history->migrations.items[i]))
            from = i;
    for (size_t i = from; i < count; i++)
        VEC_PUSH(arena, &plan->pending, i);
}

static void take_unmatched(struct arena *arena, const struct database_row *row, struct plan *plan)
{
    struct plan_unknown unknown = {.id = row->id};

    if (str_eq(row->state, STR("baseline"))) {
        unknown.kind = UNKNOWN_BASELINE;
        unknown.where = STR("a baseline");
        VEC_PUSH(arena, &plan->explained, unknown);
    } else if (!str_eq(row->state, STR("partial"))) {
        VEC_PUSH(arena, &plan->unknown, unknown);
    }
}

static bool atlas_plan(struct arena *arena, const struct history *history,
                       const struct database_rows *rows, struct plan *plan, struct err *e)
{
    size_t count = history->migrations.count, index;
    struct id_map ids = id_map_new(arena, count + 1);
    bool *seen = ARENA_ARRAY(arena, count + 1, bool);
    struct span span = span_of(rows);

    if (rows->rows.count == 0 && rows->ids.count)
        return tracker_plan(arena, history, rows, plan, e);
    if (!span.last_row) {
        plan_new(arena, history, plan);
        return true;
    }
    for (size_t i = 0; i < count; i++)
        (void)id_map_add(&ids, history->migrations.items[i].id, i, &index);
    for (size_t i = 0; i < rows->rows.count; i++) {
        const struct database_row *row = &rows->rows.items[i];
        bool known = id_map_get(&ids, row->id, &index);
        bool partial = str_eq(row->state, STR("partial"));
        if (partial)
            VEC_PUSH(arena, &plan->dirty,
                     (struct plan_dirty){.id = row->id, .state = row->state, .detail = row->name});
        if (known) {
            seen[index] = true;
            plan->applied_count += !partial;
        } else {
            take_unmatched(arena, row, plan);
        }
        if (partial && !known && row == span.last_row)
            VEC_PUSH(arena, &plan->problems,
                     (struct history_problem){
                         .code = REASON_INDETERMINATE_HISTORY,
                         .message = str_printf(arena,
                                               "the migration " STR_FMT
                                               " was applied in part, and its file is not here: "
                                               "Atlas refuses to go on",
                                               STR_ARG(row->id)),
                         .hint = STR("deploy the code that has it")});
    }
    plan->version = span.last;
    for (size_t i = 0; i < count; i++) {
        const struct migration *migration = &history->migrations.items[i];
        bool behind = str_compare(migration->id, span.last) <= 0;
        /* What lies before the first row is part of the baseline; a checkpoint is for new databases. */
        if (seen[i] || is_checkpoint(migration) || str_compare(migration->id, span.first) < 0)
            continue;
        VEC_PUSH(arena, &plan->pending, i);
        if (behind)
            VEC_PUSH(arena, &plan->out_of_order, i);
    }
    return true;
}

/* Each value holds all files before it: the first that differs tells where it began. */
static bool atlas_verify(struct arena *arena, struct tree *tree UNUSED,
                         const struct history *history, const struct database_rows *rows,
                         struct plan *plan, struct err *e UNUSED)
{
    size_t count = history->migrations.count, index;
    struct id_map ids = id_map_new(arena, count + 1);
    struct str *recorded = ARENA_ARRAY(arena, count + 1, struct str);

    for (size_t i = 0; i < count; i++)
        (void)id_map_add(&ids, history->migrations.items[i].id, i, &index);
    for (size_t i = 0; i < rows->rows.count; i++)
        if (id_map_get(&ids, rows->rows.items[i].id, &index))
            recorded[index] = rows->rows.items[i].checksum;
    for (size_t i = 0; i < count; i++) {
        struct str actual = history->migrations.items[i].name;
        if (!recorded[i].length || !actual.length || str_eq(recorded[i], actual))
            continue;
        VEC_PUSH(arena, &plan->diverged,
                 (struct plan_difference){.migration = i,
                                          .what = STR("checksum"),
                                          .recorded = recorded[i],
                                          .actual = actual});
        VEC_PUSH(arena, &plan->notes,
                 STR("Atlas' checksums hold all files before: it or an older one was edited or "
                     "added; later ones differ as a consequence"));
        return true;
    }
    return true;
}

const struct tracker_code atlas_tracker = {
    .name = "atlas",
    .load = atlas_load,
    .plan = atlas_plan,
    .verify = atlas_verify,
};
