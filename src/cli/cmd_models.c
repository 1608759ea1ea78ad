/* models -- what changed in the models between two revisions, and whether migrations cover it. */
#include <stdio.h>

#include "base/json.h"
#include "cli/cli.h"
#include "migrations/models.h"
#include "migrations/models_look.h"

struct range {
    struct str before, after; /* after empty: the work tree */
};

static bool range_open(struct cli *cli, struct range *range, struct repository **ret_repository,
                       struct err *e)
{
    struct str names[] = {range->before, range->after};

    if (!range->after.length)
        return repository_open(cli->arena, cli->directory, ret_repository, e);
    if (!repository_open_commits(cli->arena, cli->directory, names, COUNT_OF(names), ret_repository,
                                 e))
        return false;
    *range = (struct range){.before = names[0], .after = names[1]};
    return true;
}

static bool range_parse(struct cli *cli, struct range *ret)
{
    const struct strs *words = &cli->operands;
    size_t dots = words->count == 2 ? str_find(words->items[1], STR("..")) : SIZE_MAX;

    *ret = (struct range){.before = words->count > 1 ? words->items[1] : STR("HEAD"),
                          .after = words->count > 2 ? words->items[2] : STR_NONE};
    if (dots != SIZE_MAX) {
        struct str rest = str_from_offset(words->items[1], dots + 2);
        ret->before = str_prefix(words->items[1], dots);
        ret->after = rest.length ? rest : STR("HEAD");
        if (!ret->before.length)
            ret->before = STR("HEAD");
        if (str_starts(rest, STR(".")))
            return false;
    }
    return words->count <= 3;
}

static bool trees_open(struct cli *cli, const struct config *config, const struct range *range,
                       struct repository *repository, struct tree **ret_before,
                       struct tree **ret_after, struct strs *ret_changed, struct err *e)
{
    struct arena *arena = cli->arena;
    struct tree *head;
    struct strs uncommitted;

    if (!repository_tree(repository, arena, range->before, ret_before, e))
        return false;
    if (range->after.length)
        return repository_tree(repository, arena, range->after, ret_after, e) &&
               models_changed_paths(arena, *ret_before, *ret_after, ret_changed, e);
    *ret_after = tree_of_directory(arena, config->work_tree);
    if (!repository_tree(repository, arena, STR("HEAD"), &head, e) ||
        !models_changed_paths(arena, *ret_before, head, ret_changed, e) ||
        !repository_uncommitted(repository, arena, STR(""), &uncommitted, e))
        return false;
    for (size_t i = 0; i < uncommitted.count; i++)
        VEC_PUSH(arena, ret_changed, uncommitted.items[i]);
    return true;
}

/* Most ranges touch no model: two commits are looked at as the push gate looks at them, before any model is read. */
static bool may_differ(struct cli *cli, const struct config *config, const struct range *range,
                       struct repository *repository, bool *ret_may, struct err *e)
{
    struct repository_changes changes;
    struct models_look look = {
        .arena = cli->arena, .config = config, .repository = repository, .changes = &changes};
    struct str from, to;

    *ret_may = true;
    if (!range->after.length)
        return true;
    return repository_resolve(repository, cli->arena, range->before, &from, e) &&
           repository_resolve(repository, cli->arena, range->after, &to, e) &&
           repository_changes(repository, cli->arena, from, to, &changes, e) &&
           models_look_for(&look, ret_may, e);
}

static void say_unread(const struct schema_difference *difference)
{
    for (size_t i = 0; i < difference->unread.count; i++) {
        const struct schema_unread *unread = &difference->unread.items[i];
        fprintf(stderr, "cannot read statically: " STR_FMT ":%zu: " STR_FMT "\n",
                STR_ARG(unread->place.file), unread->place.line, STR_ARG(unread->what));
    }
}

static enum cli_status show_diff(struct cli *cli, const struct schema_difference *difference)
{
    if (cli->json) {
        schema_difference_json(&cli->out, difference);
        buf_add_byte(&cli->out, '\n');
    } else {
        for (size_t i = 0; i < difference->changes.count; i++)
            if (!i || !str_eq(difference->changes.items[i].line,
                              difference->changes.items[i - 1].line)) /* of two databases */
                buf_printf(&cli->out, STR_FMT "\n", STR_ARG(difference->changes.items[i].line));
    }
    return difference->changes.count || difference->unread.count ? CLI_BLOCKED : CLI_OK;
}

/* What cannot be read of a column is no matter where a migration covers that column; the push gate says it and lets it pass. */
static bool any_open(const struct schema_difference *whole,
                     const struct models_uncovereds *uncovered)
{
    if (uncovered->count)
        return true;
    for (size_t i = 0; i < whole->unread.count; i++) {
        const struct schema_place *place = &whole->unread.items[i].place;
        bool covered = false;
        for (size_t j = 0; j < whole->changes.count; j++) {
            const struct schema_change *change = &whole->changes.items[j];
            covered = covered || (change->object == SCHEMA_OBJECT_COLUMN &&
                                  change->kind == SCHEMA_ADD && change->place.line == place->line &&
                                  str_eq(change->place.file, place->file));
        }
        if (!covered)
            return true;
    }
    return false;
}

static enum cli_status show_check(struct cli *cli, const struct config *config, struct tree *after,
                                  const struct strs *changed,
                                  const struct schema_difference *difference)
{
    struct schema_difference whole = *difference;
    struct models_uncovereds uncovered;
    struct err e = ERR_NONE;

    /* Of what type a column is may be beyond reading: that it comes or goes is not. The push gate says the same. */
    whole.changes = (struct schema_changes){0};
    for (size_t i = 0; i < difference->changes.count; i++)
        VEC_PUSH(cli->arena, &whole.changes, difference->changes.items[i]);
    for (size_t i = 0; i < difference->unsure.count; i++)
        VEC_PUSH(cli->arena, &whole.changes, difference->unsure.items[i]);
    if (!models_cover(cli->arena, config, after, NULL, changed, &whole, true, &uncovered, &e)) {
        cli_say_error(cli, &e);
        return CLI_BLOCKED;
    }
    if (cli->json) {
        struct schema_difference open = {.unread = difference->unread};
        for (size_t i = 0; i < uncovered.count; i++)
            VEC_PUSH(cli->arena, &open.changes, *uncovered.items[i].change);
        schema_difference_json(&cli->out, &open);
        buf_add_byte(&cli->out, '\n');
    }
    for (size_t i = 0; i < uncovered.count && !cli->json; i++)
        buf_printf(&cli->out, "no migration: " STR_FMT " (" STR_FMT ":%zu)\n",
                   STR_ARG(uncovered.items[i].change->line),
                   STR_ARG(str_shown(cli->arena, uncovered.items[i].change->place.file)),
                   uncovered.items[i].change->place.line);
    for (size_t i = 0; i < uncovered.count && !cli->json; i++)
        if (uncovered.items[i].left_out.length)
            buf_printf(&cli->out, "  " STR_FMT "\n",
                       STR_ARG(str_shown(cli->arena, uncovered.items[i].left_out)));
    if (uncovered.count && !cli->json && uncovered.items[0].command.length)
        buf_printf(&cli->out, "  next step: " STR_FMT "\n", STR_ARG(uncovered.items[0].command));
    return any_open(&whole, &uncovered) ? CLI_BLOCKED : CLI_OK;
}

static enum cli_status run(struct cli *cli)
{
    struct schema_difference difference = {0};
    struct tree *before, *after = NULL;
    struct strs changed = {0};
    const struct config *config;
    struct err e = ERR_NONE;
    struct range range;
    REPOSITORY(repository);

    bool may, check = cli->operands.count && str_eq(cli->operands.items[0], STR("check"));

    if (!check && (!cli->operands.count || !str_eq(cli->operands.items[0], STR("diff"))))
        return cli_usage_error(cli, "which one: diff [A] [B], or check [A..B]?");
    if (!range_parse(cli, &range))
        return cli_usage_error(cli, "a range is A..B, or A B, or A for A and the work tree");
    if (!cli_config(cli, cli->directory, &config))
        return CLI_BLOCKED;
    if (!range_open(cli, &range, &repository, &e) ||
        !may_differ(cli, config, &range, repository, &may, &e) ||
        (may && !trees_open(cli, config, &range, repository, &before, &after, &changed, &e))) {
        cli_say_error(cli, &e);
        return e.kind == ERR_NOT_FOUND ? CLI_USAGE : CLI_BLOCKED;
    }
    if (may &&
        !models_compare(cli->arena, config, NULL, before, after, &changed, &difference, &e)) {
        cli_say_error(cli, &e);
        return CLI_BLOCKED;
    }
    enum cli_status status =
        check ? show_check(cli, config, after, &changed, &difference) : show_diff(cli, &difference);
    say_unread(&difference);
    return status;
}

const struct cli_command cmd_models = {
    .name = "models",
    .operands = "diff [A] [B] | check [A..B]",
    .summary = "says what changed in the schema of the models, and what no migration covers",
    .text =
        "A and B are revisions; without B it is the work tree, without A HEAD. A..B is both.\n"
        "One line a change, sorted; types as PostgreSQL spells them. Read without importing "
        "the application: SQLAlchemy (1.x, 2.0, Flask-SQLAlchemy), SQLModel, Django, Prisma, "
        "Rails' schema.rb, TypeORM, Drizzle, Ecto, SQL (schema.sql, structure.sql; PostgreSQL's, "
        "MySQL's and SQLite's). What "
        "cannot be read statically and differs is said on standard error.\n"
        "check tells what no migration makes, of new tables and columns also indexes, keys and "
        "types.\n"
        "exit status: 0 no change of the schema, 2 some, or something that cannot be read; 1 "
        "wrong usage: no repository, no such revision\n",
    .run = run,
};
