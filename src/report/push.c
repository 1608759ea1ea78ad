/* push.c -- a push's verdict, short: nothing when all is well and nothing travels. */
#include "base/file.h"
#include "base/json.h"
#include "report/report.h"

#define LISTED 3u

static void add_travel(struct buf *out, const struct push_travel *travel,
                       const struct report_style *style)
{
    size_t count = travel->files.count;

    buf_printf(out, "%s%zu migration%s travel%s with this push (" STR_FMT ")%s:\n",
               style->color ? "\033[33m" : "", count, count == 1 ? "" : "s", count == 1 ? "s" : "",
               STR_ARG(report_printable(out->arena, travel->set)), style->color ? "\033[0m" : "");
    for (size_t i = 0; i < count && i < LISTED; i++)
        buf_printf(out, "  " STR_FMT "\n", STR_ARG(str_shown(out->arena, travel->files.items[i])));
    if (count > LISTED)
        buf_printf(out, "  and %zu more\n", count - LISTED);
    struct str first = str_printf(out->arena, "  apply them to " STR_FMT " before deploying:",
                                  STR_ARG(report_printable(out->arena, travel->environment)));
    struct str command = report_printable(out->arena, travel->command);
    /* A command is one line, whatever its length. */
    bool fits = !style->width || first.length + 1 + command.length <= style->width;
    buf_printf(out, STR_FMT "%s" STR_FMT "\n", STR_ARG(first), fits ? " " : "\n    ",
               STR_ARG(command));
}

static bool has_pending(const struct verdict *verdict)
{
    for (size_t i = 0; i < verdict->reasons.count; i++)
        if (verdict->reasons.items[i].code == REASON_PENDING_MIGRATIONS)
            return true;
    return false;
}

#define SEEN_COLUMN 11u /* behind "  checked: " */

static void add_seen(struct buf *out, const struct push_seen *seen, size_t width)
{
    struct str base = seen->range.base.length ? str_prefix(seen->range.base, 12) : STR("nothing");
    struct buf text = buf_new(out->arena, FILE_MAX);

    buf_printf(&text, STR_FMT ": ", STR_ARG(str_shown(out->arena, seen->ref.remote_ref)));
    if (seen->ignored)
        buf_add(&text, STR("no code"));
    else if (!seen->range.tip.length)
        buf_add(&text, range_kind_name(seen->range.kind));
    else
        buf_printf(&text,
                   STR_FMT ", " STR_FMT ".." STR_FMT
                           ", %zu changed file%s, %zu change%s of the schema",
                   STR_ARG(range_kind_name(seen->range.kind)), STR_ARG(base),
                   STR_ARG(str_prefix(seen->range.tip, 12)), seen->changed_files,
                   seen->changed_files == 1 ? "" : "s", seen->schema_changes,
                   seen->schema_changes == 1 ? "" : "s");
    buf_add(out, STR("  checked: "));
    report_hanging(out, buf_str(&text), SEEN_COLUMN, SEEN_COLUMN, width);
}

static void add_unread(struct buf *out, const struct strs *unread)
{
    buf_printf(out, "%zu change%s of the models cannot be read, and %s not compared:\n",
               unread->count, unread->count == 1 ? "" : "s", unread->count == 1 ? "is" : "are");
    for (size_t i = 0; i < unread->count && i < LISTED; i++)
        buf_printf(out, "  " STR_FMT "\n", STR_ARG(report_printable(out->arena, unread->items[i])));
    if (unread->count > LISTED)
        buf_printf(out, "  and %zu more\n", unread->count - LISTED);
    buf_add(out, STR("  see that a migration makes them: hookcheck models diff\n"));
}

void report_push_text(struct buf *out, const struct push_result *result, bool verbose,
                      const struct report_style *style)
{
    const struct verdict *verdict = &result->verdict;
    bool says_something = verdict->action < ACTION_ALLOW || verdict->overrides.count > 0;

    if (says_something || verbose)
        report_verdict_text(out, verdict, &result->deploys, verbose ? &result->looks : NULL, style);
    for (size_t i = 0; verbose && i < result->seen.count; i++)
        add_seen(out, &result->seen.items[i], style->width);
    if (result->unread.count) {
        buf_add(out, says_something || verbose ? STR("\n") : STR("hookcheck: "));
        add_unread(out, &result->unread);
        says_something = true;
    }
    for (size_t i = 0; !has_pending(verdict) && i < result->travels.count; i++) {
        buf_add(out, says_something || verbose ? STR("\n") : STR("hookcheck: "));
        add_travel(out, &result->travels.items[i], style);
    }
    /* Migrations travel where any was looked for: something was said. */
    for (size_t i = 0; i < result->overlooked.count; i++)
        buf_printf(out, "  " STR_FMT "\n",
                   STR_ARG(report_printable(out->arena, result->overlooked.items[i])));
}

static void add_refs(struct buf *out, const struct push_result *result)
{
    buf_add_byte(out, '[');
    for (size_t i = 0; i < result->seen.count; i++) {
        const struct push_seen *seen = &result->seen.items[i];
        bool first = true;
        buf_add(out, i ? STR(",{") : STR("{"));
        json_add_string(out, &first, "ref", seen->ref.remote_ref);
        json_add_string(out, &first, "range",
                        seen->ignored  ? STR("ignored")
                        : !seen->known ? STR("unreadable")
                                       : range_kind_name(seen->range.kind));
        json_add_string(out, &first, "base", seen->range.base);
        json_add_string(out, &first, "commit", seen->range.tip);
        json_write_key(out, &first, "changed_files");
        buf_printf(out, "%zu", seen->changed_files);
        json_write_key(out, &first, "schema_changes");
        buf_printf(out, "%zu", seen->schema_changes);
        json_add_string(out, &first, "environment", seen->environment);
        buf_add_byte(out, '}');
    }
    buf_add_byte(out, ']');
}

static void add_travels(struct buf *out, const struct push_travels *travels)
{
    buf_add_byte(out, '[');
    for (size_t i = 0; i < travels->count; i++) {
        bool first = true;
        buf_add(out, i ? STR(",{") : STR("{"));
        json_add_string(out, &first, "set", travels->items[i].set);
        json_add_string(out, &first, "environment", travels->items[i].environment);
        json_add_string(out, &first, "command", travels->items[i].command);
        json_write_key(out, &first, "files");
        json_write_strings(out, &travels->items[i].files);
        buf_add_byte(out, '}');
    }
    buf_add_byte(out, ']');
}

void report_push_json(struct buf *out, const struct push_result *result)
{
    bool first = true;

    buf_add_byte(out, '{');
    json_add_string(out, &first, "verdict", action_name(result->verdict.action));
    report_reasons_json(out, &first, &result->verdict.reasons);
    report_overrides_json(out, &first, &result->verdict.overrides);
    json_write_key(out, &first, "refs");
    add_refs(out, result);
    json_write_key(out, &first, "migrations");
    add_travels(out, &result->travels);
    if (result->unread.count) {
        json_write_key(out, &first, "unread");
        json_write_strings(out, &result->unread);
    }
    if (result->overlooked.count) {
        json_write_key(out, &first, "overlooked");
        json_write_strings(out, &result->overlooked);
    }
    json_write_key(out, &first, "deploys");
    deploys_write_json(out, &result->deploys);
    buf_add_byte(out, '}');
}
