#include "report/report.h"

#define RED "\033[31m"
#define YELLOW "\033[33m"
#define GREEN "\033[32m"
#define BOLD "\033[1m"
#define PLAIN "\033[0m"
#define EXPLAINED_LISTED 3u
#define REPORT_ROW_MAX ((size_t)1 << 20)

static const char *action_color(enum action action)
{
    if (action == ACTION_ALLOW)
        return GREEN;
    return action == ACTION_WARN ? YELLOW : RED;
}

static void add_colored(struct buf *out, const struct report_style *style, const char *color,
                        struct str text)
{
    if (style->color)
        buf_add(out, str_from(color));
    buf_add(out, text);
    if (style->color)
        buf_add(out, STR(PLAIN));
}

/* Breaks at blanks; a word longer than the line stays whole, so that paths and commands can be copied. */
static void add_wrapped(struct buf *out, struct str line, size_t width, struct str indent)
{
    size_t column = 0, lead = 0;

    while (lead < line.length && line.bytes[lead] == ' ')
        lead++;
    while (line.length) {
        size_t end = 0;
        while (end < line.length && line.bytes[end] == ' ')
            end++;
        size_t blanks = end;
        while (end < line.length && line.bytes[end] != ' ')
            end++;
        if (column && width && column + end > width) {
            buf_add_byte(out, '\n');
            buf_add(out, indent);
            for (size_t i = 0; i < lead; i++)
                buf_add_byte(out, ' ');
            column = indent.length + lead;
            buf_add(out, str_slice(line, blanks, end));
            column += end - blanks;
        } else {
            if (!column) {
                buf_add(out, indent);
                column = indent.length;
            }
            buf_add(out, str_prefix(line, end));
            column += end;
        }
        line = str_from_offset(line, end);
    }
    buf_add_byte(out, '\n');
}

/* Columns of UTF-8 text, one a character. */
static size_t columns_of(struct str text)
{
    size_t columns = 0;

    for (size_t i = 0; i < text.length; i++)
        columns += ((unsigned char)text.bytes[i] & 0xC0) != 0x80;
    return columns;
}

void report_hanging(struct buf *out, struct str words, size_t column, size_t hang, size_t width)
{
    bool first = true;

    while (words.length) {
        struct str word = str_cut(&words, ' ');
        size_t wide = columns_of(word);
        if (!first && width && column + 1 + wide > width) {
            buf_add_byte(out, '\n');
            for (size_t i = 0; i < hang; i++)
                buf_add_byte(out, ' ');
            column = hang;
        } else if (!first) {
            buf_add_byte(out, ' ');
            column++;
        }
        buf_add(out, word);
        column += wide;
        first = false;
    }
    buf_add_byte(out, '\n');
}

/* Terminal escapes in names of files or revisions must not reach the terminal. */
struct str report_printable(struct arena *arena, struct str text)
{
    struct buf lines = buf_new(arena, text.length + 1);
    struct str rest = text;

    while (rest.length) {
        struct str line = str_prefix(rest, str_find_byte(rest, '\n'));
        buf_add(&lines, str_shown(arena, line));
        rest = str_from_offset(rest, line.length);
        if (rest.length)
            buf_add_byte(&lines, '\n');
        rest = str_from_offset(rest, 1);
    }
    return buf_str(&lines);
}

static void add_lines(struct buf *out, const struct report_style *style, struct str text,
                      struct str indent)
{
    struct str rest = report_printable(out->arena, text), line;

    while (str_next_line(&rest, &line)) {
        /* Rows of a table and files under a migration stay on one line, so that they can be copied and searched. */
        bool is_row = str_contains(str_trim(line), STR("  ")) || str_starts(line, STR("    "));
        add_wrapped(out, line, is_row ? 0 : style->width, indent);
    }
}

static void add_reason(struct buf *out, const struct reason *reason,
                       const struct report_style *style)
{
    buf_add_byte(out, '\n');
    add_colored(out, style, action_color(reason->action), reason_code_name(reason->code));
    buf_printf(out, " (" STR_FMT ")\n", STR_ARG(action_name(reason->action)));
    add_lines(out, style, reason->message, STR("  "));
    if (str_is_empty(reason->hint))
        return;
    struct str rest = report_printable(out->arena, reason->hint), line;
    bool first = true;
    /* A command is one line, whatever its length. */
    while (str_next_line(&rest, &line)) {
        if (first) {
            buf_add(out, STR("  next step: "));
            add_colored(out, style, BOLD, line);
            buf_add_byte(out, '\n');
        } else {
            add_wrapped(out, line, style->width, STR("    "));
        }
        first = false;
    }
}

/* Strictest first, in the order in which they were found. */
static void add_reasons(struct buf *out, const struct reasons *reasons,
                        const struct report_style *style)
{
    for (int action = ACTION_BLOCK; action <= ACTION_ALLOW; action++)
        for (size_t i = 0; i < reasons->count; i++)
            if ((int)reasons->items[i].action == action)
                add_reason(out, &reasons->items[i], style);
}

static void add_deploy(struct buf *out, const struct deploy *deploy,
                       const struct report_style *style)
{
    struct str between = STR(" -> ");

    add_lines(out, style, deploy->command, STR("  "));
    buf_printf(out, "    %s deploy (" STR_FMT ")",
               deploy->certainty == DEPLOY_CERTAIN ? "a" : "a suspected", STR_ARG(deploy->rule));
    if (deploy->environment.length)
        buf_printf(out, " to " STR_FMT, STR_ARG(deploy->environment));
    if (deploy->environment_word.length &&
        !str_eq_nocase(deploy->environment_word, deploy->environment))
        buf_printf(out, " (the command says " STR_FMT ")",
                   STR_ARG(report_printable(out->arena, deploy->environment_word)));
    buf_add_byte(out, '\n');
    if (deploy->why.length)
        add_lines(out, style, str_printf(out->arena, "because " STR_FMT, STR_ARG(deploy->why)),
                  STR("    "));
    if (deploy->trail.count > 1)
        add_lines(out, style,
                  str_join(out->arena, deploy->trail.items, deploy->trail.count, between),
                  STR("    "));
}

static struct str headline(const struct verdict *verdict, const struct report_style *style)
{
    switch (verdict->action) {
    case ACTION_ALLOW:
        return STR("allowed");
    case ACTION_WARN:
        return STR("allowed, with a warning");
    case ACTION_CONFIRM:
        return style->for_agent ? STR("blocked: a person must decide")
                                : STR("needs a person's decision");
    case ACTION_BLOCK:
        break;
    }
    return STR("blocked");
}

void report_overrides_text(struct buf *out, const struct override_notes *notes)
{
    for (size_t i = 0; i < notes->count; i++) {
        const struct override_note *note = &notes->items[i];
        if (note->id.length)
            buf_printf(out,
                       "override " STR_FMT " for " STR_FMT " until " STR_FMT ", by " STR_FMT
                       ": " STR_FMT "\n",
                       STR_ARG(note->id), STR_ARG(report_printable(out->arena, note->environment)),
                       STR_ARG(note->until), STR_ARG(report_printable(out->arena, note->by)),
                       STR_ARG(report_printable(out->arena, note->reason)));
        if (note->used)
            buf_add(out, STR("  used: what blocks without it is a warning\n"));
        if (note->push.length)
            buf_printf(out,
                       "  it is left for this push when git's own hook asks: of " STR_FMT
                       ", of no other commit\n",
                       STR_ARG(note->push));
        if (note->why_not.length)
            buf_printf(out, "  not used: " STR_FMT "\n",
                       STR_ARG(report_printable(out->arena, note->why_not)));
    }
}

void report_verdict_text(struct buf *out, const struct verdict *verdict,
                         const struct deploys *deploys, const struct looks *looks,
                         const struct report_style *style)
{
    buf_add(out, STR("hookcheck: "));
    add_colored(out, style, action_color(verdict->action), headline(verdict, style));
    buf_add_byte(out, '\n');
    for (size_t i = 0; i < deploys->count && i < 10; i++)
        add_deploy(out, &deploys->items[i], style);
    if (deploys->count > 10)
        buf_printf(out, "  and %zu more deploys\n", deploys->count - 10);
    report_overrides_text(out, &verdict->overrides);
    add_reasons(out, &verdict->reasons, style);
    if (verdict->action == ACTION_CONFIRM && style->for_agent)
        buf_add(out, STR("\nDo not look for a way around this. Show it to the person you work for; "
                         "they can\n"
                         "run the command themselves, in their own terminal.\n"));
    if (!looks || verdict->action < ACTION_WARN)
        return;
    for (size_t l = 0; l < looks->count; l++)
        for (size_t i = 0; i < looks->items[l].sets.count; i++) {
            const struct look_set *set = &looks->items[l].sets.items[i];
            buf_printf(out, "  checked: " STR_FMT ", " STR_FMT ", %zu migrations, " STR_FMT "\n",
                       STR_ARG(report_printable(out->arena, set->history.set)),
                       STR_ARG(set_state_name(set->state)), set->history.migrations.count,
                       STR_ARG(report_printable(out->arena, set->answer.shown)));
        }
}

#define ROW_COLUMN 22u

static void add_row(struct buf *out, const char *name, struct str value)
{
    if (value.length)
        buf_printf(out, "    %-17s " STR_FMT "\n", name,
                   STR_ARG(report_printable(out->arena, value)));
}

/* A sentence; the other rows hold what is copied. */
static void add_sentence(struct buf *out, const char *name, struct str value, size_t width)
{
    buf_printf(out, "    %-17s ", name);
    report_hanging(out, report_printable(out->arena, value), ROW_COLUMN, ROW_COLUMN, width);
}

/* Rows of the database that need no migration here, those of one explanation together: Django's own applications are dozens. */
static void add_explained(struct buf *out, const struct plan_unknowns *explained, size_t width)
{
    for (size_t i = 0; i < explained->count; i++) {
        const struct plan_unknown *row = &explained->items[i];
        struct buf text = buf_new(out->arena, REPORT_ROW_MAX);
        size_t alike = 0;
        bool told = false;
        for (size_t n = 0; n < explained->count; n++) {
            const struct plan_unknown *other = &explained->items[n];
            if (other->kind != row->kind || !str_eq(other->where, row->where))
                continue;
            told = told || n < i;
            if (alike++ < EXPLAINED_LISTED)
                buf_printf(&text, "%s" STR_FMT, alike > 1 ? ", " : "", STR_ARG(other->id));
        }
        if (told)
            continue;
        if (alike > EXPLAINED_LISTED)
            buf_printf(&text, " and %zu more", alike - EXPLAINED_LISTED);
        buf_printf(&text, " (" STR_FMT ")", STR_ARG(row->where));
        add_sentence(out, unknown_kind_name(row->kind).bytes, buf_str(&text), width);
    }
}

static void add_set(struct buf *out, const struct look_set *set, const struct report_style *style)
{
    const struct history *history = &set->history;
    bool good = set->state == SET_CURRENT || set->state == SET_OFFLINE;

    buf_printf(out, "  " STR_FMT "  ", STR_ARG(report_printable(out->arena, history->set)));
    add_colored(out, style,
                good                      ? GREEN
                : set->state == SET_AHEAD ? YELLOW
                                          : RED,
                set_state_name(set->state));
    buf_add_byte(out, '\n');
    add_row(out, "tracker", history->tracker);
    add_row(out, "root", history->root.length ? history->root : STR("."));
    add_row(out, "migrations", str_printf(out->arena, "%zu", history->migrations.count));
    add_row(out, "heads",
            str_join(out->arena, history->heads.items, history->heads.count, STR(",")));
    if (!set->asked)
        return;
    add_row(out, "database", set->answer.shown);
    add_row(out, "server", set->answer.server_version);
    add_row(out, "system identifier", set->answer.system_identifier);
    if (set->answer.state != DATABASE_ANSWERED || set->state == SET_WRONG_DATABASE)
        return;
    add_row(out, "applied", str_printf(out->arena, "%zu", set->plan.applied_count));
    add_row(out, "pending", str_printf(out->arena, "%zu", set->plan.pending.count));
    if (set->plan.never_applied.count)
        add_row(out, "never applied", str_printf(out->arena, "%zu", set->plan.never_applied.count));
    if (set->plan.dirty.count)
        add_row(out, "dirty", str_printf(out->arena, "%zu", set->plan.dirty.count));
    if (set->plan.diverged.count)
        add_row(out, "diverged", str_printf(out->arena, "%zu", set->plan.diverged.count));
    add_explained(out, &set->plan.explained, style->width);
    if (set->plan.unknown.count)
        add_row(out, "unknown", str_printf(out->arena, "%zu", set->plan.unknown.count));
    for (size_t i = 0; i < history->assumptions.count; i++)
        add_sentence(out, "assumed", history->assumptions.items[i], style->width);
    for (size_t i = 0; i < set->plan.notes.count; i++)
        add_sentence(out, "note", set->plan.notes.items[i], style->width);
}

void report_look_text(struct buf *out, const struct look *look, const struct verdict *verdict,
                      const struct report_style *style)
{
    struct str environment =
        look->environment.length ? look->environment : STR("(no environment configured)");

    add_colored(out, style, BOLD, report_printable(out->arena, environment));
    if (look->work_tree.length)
        buf_printf(out, "  " STR_FMT, STR_ARG(report_printable(out->arena, look->work_tree)));
    if (!str_eq(look->at, STR("work tree")))
        buf_printf(out, " at " STR_FMT, STR_ARG(report_printable(out->arena, look->at)));
    buf_add_byte(out, '\n');
    for (size_t i = 0; i < look->sets.count; i++)
        add_set(out, &look->sets.items[i], style);
    add_reasons(out, &verdict->reasons, style);
    if (verdict->overrides.count)
        buf_add_byte(out, '\n');
    report_overrides_text(out, &verdict->overrides);
    buf_add(out, STR("\nverdict: "));
    add_colored(out, style, action_color(verdict->action), action_name(verdict->action));
    buf_add_byte(out, '\n');
}
