/* log -- the audit trail: shown, exported, verified. */
#include <stdio.h>

#include "cli/cli.h"
#include "config/state.h"
#include "gate/audit.h"

enum format { FORMAT_TEXT, FORMAT_JSON, FORMAT_CSV, FORMAT_MARKDOWN };

struct export
{
    struct cli *cli;
    enum format format;
    struct str since, until;
    size_t count;
    bool failed; /* standard output is closed */
};

static struct str field(const cJSON *record, const char *key)
{
    return json_string(record, key);
}

/* Joins one member of every object in an array: the reasons' codes, the looks' environments. */
static struct str joined(struct arena *arena, const cJSON *array, const char *key)
{
    struct strs values = {0};
    const cJSON *item;

    cJSON_ArrayForEach(item, array)
    {
        struct str value = field(item, key);
        if (value.length)
            strs_add(arena, &values, value);
    }
    return str_join(arena, values.items, values.count, STR(" "));
}

/* A spreadsheet runs a cell that starts with = + - @: an apostrophe before it makes it text. RFC 4180 for the rest. */
static void add_csv(struct buf *out, struct str value, bool last)
{
    bool formula = value.length && str_find_byte(STR("=+-@"), value.bytes[0]) != SIZE_MAX;

    buf_add_byte(out, '"');
    if (formula)
        buf_add_byte(out, '\'');
    for (size_t i = 0; i < value.length; i++) {
        char byte = value.bytes[i];
        if (byte == '"')
            buf_add_byte(out, '"');
        buf_add_byte(out, byte);
    }
    buf_add(out, last ? STR("\"\r\n") : STR("\","));
}

/* A table cell: no pipes, no line ends, no HTML. */
static void add_markdown(struct buf *out, struct str value)
{
    for (size_t i = 0; i < value.length; i++) {
        char byte = value.bytes[i];
        if (byte == '<')
            buf_add(out, STR("&lt;"));
        else if (byte == '&')
            buf_add(out, STR("&amp;"));
        else if (byte == '|' || byte == '`' || byte == '*' || byte == '_' || byte == '[' ||
                 byte == '\\')
            buf_printf(out, "\\%c", byte);
        else
            buf_add_byte(out, byte);
    }
    buf_add(out, STR(" | "));
}

/* One line for a terminal: commands have several, and anybody's bytes in them. */
static struct str one_line(struct arena *arena, struct str value)
{
    char *copy = str_c(arena, value);

    for (size_t i = 0; i < value.length; i++)
        if (copy[i] == '\n' || copy[i] == '\r' || copy[i] == '\t')
            copy[i] = ' ';
    return str_shown(arena, str_of(copy, value.length));
}

static const char *const columns[] = {"time",     "verdict", "environment",  "reasons",
                                      "host",     "command", "code_version", "database_version",
                                      "database", "cwd"};

static struct str column(struct arena *arena, const cJSON *record, size_t index)
{
    const cJSON *looks = json_get(record, "looks"), *look;

    switch (index) {
    case 2:
        return joined(arena, looks, "environment");
    case 3:
        return joined(arena, json_get(record, "reasons"), "code");
    case 6:
    case 7:
        return joined(arena, looks, columns[index]);
    case 8: {
        struct strs names = {0};
        cJSON_ArrayForEach(look, looks)
        {
            struct str name = joined(arena, json_get(look, "sets"), "database");
            if (name.length)
                strs_add(arena, &names, name);
        }
        return str_join(arena, names.items, names.count, STR(" "));
    }
    default:
        return field(record, columns[index]);
    }
}

static void add_record(struct export *export, const cJSON *record, struct str line)
{
    struct buf *out = &export->cli->out;
    ARENA(arena, (size_t)64 << 20);

    if (export->format == FORMAT_JSON) {
        buf_add(out, line);
        buf_add_byte(out, '\n');
        return;
    }
    if (export->format == FORMAT_MARKDOWN)
        buf_add(out, STR("| "));
    for (size_t i = 0; i < COUNT_OF(columns); i++) {
        struct str value = one_line(&arena, column(&arena, record, i));
        if (export->format == FORMAT_CSV) {
            add_csv(out, value, i + 1 == COUNT_OF(columns));
        } else if (export->format == FORMAT_MARKDOWN) {
            add_markdown(out, value);
        } else if (i < 6 && value.length) {
            if (i)
                buf_add(out, STR("  "));
            buf_add(out, value);
        }
    }
    if (export->format == FORMAT_MARKDOWN)
        out->length--; /* the blank behind the last bar */
    if (export->format != FORMAT_CSV)
        buf_add_byte(out, '\n');
}

static bool visit(void *context, const cJSON *record, struct str line, struct err *e)
{
    struct export *export = context;

    if (!record)
        return err_set(e, ERR_INPUT, "a line of the trail is not JSON: see hookcheck log --verify");
    struct str time = field(record, "time");
    /* RFC 3339 in UTC: text order is time order; a bound may be a prefix ("2025-12"). */
    if (export->since.length && str_compare(time, export->since) < 0)
        return true;
    if (export->until.length &&
        str_compare(str_prefix(time, export->until.length), export->until) > 0)
        return true;
    export->count++;
    add_record(export, record, line);
    if (export->cli->out.length > (1u << 20) && !cli_flush(export->cli))
        return err_set(e, ERR_SYSTEM, "standard output is closed");
    return true;
}

static void add_head(struct export *export)
{
    struct buf *out = &export->cli->out;

    if (export->format == FORMAT_MARKDOWN)
        buf_add(out, STR("| "));
    for (size_t i = 0; i < COUNT_OF(columns); i++) {
        bool last = i + 1 == COUNT_OF(columns);
        if (export->format == FORMAT_CSV)
            buf_printf(out, "%s%s", columns[i], last ? "\r\n" : ",");
        else if (export->format == FORMAT_MARKDOWN)
            buf_printf(out, "%s |%s", columns[i], last ? "\n|" : " ");
    }
    for (size_t i = 0; export->format == FORMAT_MARKDOWN && i < COUNT_OF(columns); i++)
        buf_add(out, STR(" --- |"));
    if (export->format == FORMAT_MARKDOWN)
        buf_add_byte(out, '\n');
}

static bool format_parse(const struct cli *cli, enum format *ret_format)
{
    static const char *const names[] = {"text", "json", "csv", "md"};
    struct str wanted = cli_value(cli, "format");

    *ret_format = cli->json ? FORMAT_JSON : FORMAT_TEXT;
    if (str_is_empty(wanted))
        return true;
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (str_eq(wanted, str_from(names[i]))) {
            *ret_format = (enum format)i;
            return true;
        }
    return false;
}

/* "2025", "2025-12", "2025-12-30", "2025-12-30T10:00"… */
static bool is_time(struct str text)
{
    static const char form[] = "dddd-dd-ddTdd:dd:dd.dddZ";

    if (text.length == 0)
        return true;
    if (text.length > sizeof form - 1 || text.length < 4)
        return false;
    for (size_t i = 0; i < text.length; i++) {
        bool digit = text.bytes[i] >= '0' && text.bytes[i] <= '9';
        if (form[i] == 'd' ? !digit : text.bytes[i] != form[i] && text.bytes[i] != 'Z')
            return false;
    }
    return true;
}

static enum cli_status verify(struct cli *cli, struct str state)
{
    struct audit_check check;
    struct err e = ERR_NONE;
    bool first = true;

    if (!audit_verify(cli->arena, state, &check, &e)) {
        cli_say_error(cli, &e);
        return CLI_USAGE;
    }
    if (cli->json) {
        buf_add_byte(&cli->out, '{');
        json_write_key(&cli->out, &first, "intact");
        buf_add(&cli->out, check.intact ? STR("true") : STR("false"));
        json_write_key(&cli->out, &first, "lines");
        buf_printf(&cli->out, "%zu", check.lines);
        json_write_key(&cli->out, &first, "files");
        buf_printf(&cli->out, "%zu", check.files);
        json_write_key(&cli->out, &first, "message");
        json_write_string(&cli->out, check.message);
        buf_add(&cli->out, STR("}\n"));
    } else if (check.intact) {
        buf_printf(&cli->out, "intact: %zu lines in %zu file%s\n", check.lines, check.files,
                   check.files == 1 ? "" : "s");
    } else {
        buf_printf(&cli->out, "broken: " STR_FMT "\n", STR_ARG(check.message));
    }
    return check.intact ? CLI_OK : CLI_BLOCKED;
}

static enum cli_status run(struct cli *cli)
{
    struct export export = {
        .cli = cli, .since = cli_value(cli, "since"), .until = cli_value(cli, "until")};
    struct str state = state_directory(cli->arena);
    struct err e = ERR_NONE;

    if (!format_parse(cli, &export.format))
        return cli_usage_error(cli, "--format is text, json, csv or md");
    if (!is_time(export.since) || !is_time(export.until))
        return cli_usage_error(cli,
                               "a time is written as 2025-12-30 or 2025-12-30T10:00:00Z (UTC)");
    if (str_is_empty(state)) {
        fprintf(stderr, "hookcheck log: there is no state directory: HOME is not set\n"
                        "  next step: set HOME or HOOKCHECK_STATE_DIR\n");
        return CLI_USAGE;
    }
    if (cli_has(cli, "verify"))
        return verify(cli, state);
    add_head(&export);
    if (!audit_read(cli->arena, state, visit, &export, &e)) {
        cli_say_error(cli, &e);
        return CLI_USAGE;
    }
    if (!export.count && export.format == FORMAT_TEXT)
        fprintf(stderr, "hookcheck log: no decision is on record\n");
    return CLI_OK;
}

static const struct cli_option options[] = {
    {"verify", NULL, "check that no line was changed, taken out or cut off"},
    {"since", "TIME", "from this time on, in UTC: 2025-12-30 or 2025-12-30T10:00:00Z"},
    {"until", "TIME", "up to this time; a day is meant as a whole"},
    {"format", "FORM", "text (default), json, csv or md"},
    {NULL, NULL, NULL},
};

const struct cli_command cmd_log = {
    .name = "log",
    .operands = "",
    .summary = "shows, exports and verifies the audit trail",
    .text = "exit status: 0 shown, or intact; 2 the chain is broken; 1 wrong usage, or it could "
            "not be read\n",
    .options = options,
    .run = run,
};
