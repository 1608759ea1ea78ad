#include "cli/packs_trackers.h"

#include "base/json.h"
#include "migrations/tracker.h"

/* What no pack describes, since it is read by code alone. */
static const struct tracker coded[] = {
    {.id = STR_INIT("alembic"),
     .title = STR_INIT("Alembic, Flask-Migrate"),
     .rule = STR_INIT("graph"),
     .table = {.name = STR_INIT("alembic_version"), .need = {NULL, 0, 0}},
     .upgrade = STR_INIT("alembic upgrade head"),
     .create = STR_INIT("alembic revision")},
    {.id = STR_INIT("sql"),
     .title = STR_INIT("plain SQL"),
     .rule = STR_INIT("set"),
     .table = {.name = STR_INIT("schema_migrations"), .need = {NULL, 0, 0}},
     .create = STR_INIT("a new numbered file")},
};

static struct str full_table(struct cli *cli, const struct tracker *tracker)
{
    const struct tracker_table *table = &tracker->table;

    return table->schema.length ? str_printf(cli->arena, STR_FMT "." STR_FMT,
                                             STR_ARG(table->schema), STR_ARG(table->name))
                                : table->name;
}

static void add_text(struct buf *out, bool *first, const char *key, struct str value)
{
    json_write_key(out, first, key);
    json_write_string(out, value);
}

static void list_one(struct cli *cli, const struct tracker *tracker, struct str pack)
{
    bool first = true;

    if (!cli->json) {
        buf_printf(&cli->out, "%-14.*s %-38.*s " STR_FMT ", " STR_FMT "\n", STR_ARG(pack),
                   STR_ARG(tracker->id), STR_ARG(tracker->rule), STR_ARG(full_table(cli, tracker)));
        return;
    }
    buf_add_byte(&cli->out, '{');
    add_text(&cli->out, &first, "id", tracker->id);
    add_text(&cli->out, &first, "pack", pack);
    add_text(&cli->out, &first, "kind", STR("tracker"));
    add_text(&cli->out, &first, "title", tracker_title(tracker));
    add_text(&cli->out, &first, "rule", tracker->rule);
    add_text(&cli->out, &first, "table", full_table(cli, tracker));
    buf_add(&cli->out, STR("}\n"));
}

void packs_list_trackers(struct cli *cli, const struct config *config)
{
    for (size_t i = 0; i < COUNT_OF(coded); i++)
        list_one(cli, &coded[i], STR("trackers"));
    for (size_t i = 0; i < tracker_table_count; i++)
        list_one(cli, &tracker_table[i], STR("trackers"));
    for (size_t i = 0; i < config->trackers.count; i++)
        list_one(cli, &config->trackers.items[i],
                 cli->json ? config->repository_file : STR("(yours)"));
}

/* --- One of them. --- */

static void say(struct cli *cli, const char *what, struct str value)
{
    if (value.length)
        buf_printf(&cli->out, "  %-13s " STR_FMT "\n", what, STR_ARG(value));
}

static void say_all(struct cli *cli, const char *what, const struct strs *values)
{
    say(cli, what,
        values->count ? str_join(cli->arena, values->items, values->count, STR(", ")) : STR_NONE);
}

static void say_sign(struct cli *cli, const struct tracker_sign *sign)
{
    buf_add(&cli->out, STR("  recognised by\n"));
    say_all(cli, "    near", &sign->near);
    say(cli, "    mentions", sign->mentions);
    say_all(cli, "    directory", &sign->directories);
    say_all(cli, "    files", &sign->files);
    say(cli, "    inside", sign->inside);
    say(cli, "    content", sign->content);
}

bool packs_explain_tracker(struct cli *cli, const struct config *config, struct str id)
{
    const struct tracker *tracker = tracker_find(config, id);

    for (size_t i = 0; i < COUNT_OF(coded) && !tracker; i++)
        if (str_eq(coded[i].id, id))
            tracker = &coded[i];
    if (!tracker)
        return false;
    buf_printf(&cli->out, STR_FMT "\n", STR_ARG(id));
    say(cli, "tracker", tracker_title(tracker));
    say(cli, "counts by", tracker->rule);
    say(cli, "order", tracker->order);
    for (size_t i = 0; i < tracker->detect.count; i++)
        say_sign(cli, &tracker->detect.items[i]);
    for (size_t i = 0; i < tracker->settings.count; i++) {
        const struct tracker_setting *setting = &tracker->settings.items[i];
        say(cli, "setting",
            str_printf(cli->arena, STR_FMT " from " STR_FMT,
                       STR_ARG(setting->sets.length ? setting->sets : STR("directory")),
                       STR_ARG(str_join(cli->arena, setting->file.items, setting->file.count,
                                        STR(", ")))));
    }
    say(cli, "unit", tracker->unit.kind);
    say(cli, "named", tracker->unit.pattern);
    say(cli, "table", full_table(cli, tracker));
    say_all(cli, "its columns", &tracker->table.need);
    say(cli, "applied", tracker->table.applied);
    say(cli, "checksum", tracker->checksum);
    say(cli, "out of order", tracker->out_of_order);
    say(cli, "without file", tracker->missing_file);
    say(cli, "edited", tracker->edited);
    for (size_t i = 0; i < tracker->assumes.count; i++)
        say(cli, "assumed", tracker->assumes.items[i]);
    say(cli, "apply", tracker->upgrade);
    say(cli, "create", tracker->create);
    return true;
}

/* --- Their examples. --- */

static void test_one(struct cli *cli, const struct tracker *tracker, struct str place,
                     size_t *count, size_t *failed)
{
    struct err bad = ERR_NONE;

    *count += tracker->examples.count;
    if (tracker_examples_run(cli->arena, tracker, &bad))
        return;
    (*failed)++;
    buf_printf(&cli->out, STR_FMT ": %s\n", STR_ARG(place), bad.message);
}

bool packs_test_tracker_file(struct cli *cli, struct str bytes, struct str name, size_t *count,
                             size_t *failed, struct err *e)
{
    struct trackers trackers;

    if (!tracker_pack_read(cli->arena, bytes, name, &trackers, e))
        return false;
    for (size_t i = 0; i < trackers.count; i++)
        test_one(cli, &trackers.items[i], name, count, failed);
    return true;
}

bool packs_test_trackers(struct cli *cli, const struct config *config, size_t *count,
                         size_t *failed, struct err *e)
{
    for (size_t i = 0; i < tracker_pack_count; i++)
        if (!packs_test_tracker_file(cli, tracker_packs[i].bytes, tracker_packs[i].name, count,
                                     failed, e))
            return false;
    for (size_t i = 0; i < config->trackers.count; i++)
        test_one(cli, &config->trackers.items[i], STR("(yours)"), count, failed);
    return true;
}
