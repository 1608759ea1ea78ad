#include "config/trackers.h"

static const char *const rules[] = {"set",    "set_no_gaps", "high_water", "single_version",
                                    "prefix", NULL};
static const char *const checksums[] = {"",
                                        "sha256_hex",
                                        "sha384",
                                        "sha1_hex",
                                        "sha256_hex_of_id",
                                        "sha1_name_plus_sql",
                                        "crc32_lines_signed",
                                        "siphash13_refinery",
                                        "atlas_cumulative_sha256",
                                        "graphile_sha1_chain",
                                        "liquibase_v9",
                                        NULL};
static const char *const classes[] = {"any", "text", "int", "bool", "time", "json", "bytes", NULL};

static bool fail_choice(struct arena *arena, const char *key, struct str word,
                        const char *const *words, struct err *e)
{
    struct str list = STR("");

    for (size_t i = 0; words[i]; i++)
        if (*words[i])
            list =
                str_printf(arena, STR_FMT "%s%s", STR_ARG(list), list.length ? ", " : "", words[i]);
    return err_set(e, ERR_INPUT, "%s: no such word: \"" STR_FMT "\" (there are: " STR_FMT ")", key,
                   STR_ARG(word), STR_ARG(list));
}

static bool id_is_good(struct str id)
{
    for (size_t i = 0; i < id.length; i++) {
        char byte = id.bytes[i];
        bool letter = (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9');
        if (!letter && (i == 0 || !str_contains(STR("-_."), str_of(&byte, 1))))
            return false;
    }
    return id.length > 0;
}

/* --- The SQL of a pack: one SELECT. --- */

/* Words that no reading needs; INTO makes a table, FOR locks rows. */
static const char *const refused_words[] = {
    "insert",    "update",  "delete",    "merge",   "drop",   "alter",    "create",
    "truncate",  "grant",   "revoke",    "copy",    "call",   "do",       "lock",
    "set",       "reset",   "begin",     "commit",  "into",   "for",      "vacuum",
    "analyze",   "execute", "prepare",   "listen",  "notify", "load",     "explain",
    "attach",    "pragma",  "handler",   "outfile", "window", "rollback", "table",
    "returning", "union",   "intersect", "except",  "with",   NULL};
/* What may stand before a parenthesis: operators, and functions that only compute. */
static const char *const callable_words[] = {"select",
                                             "from",
                                             "where",
                                             "and",
                                             "or",
                                             "not",
                                             "in",
                                             "on",
                                             "as",
                                             "by",
                                             "case",
                                             "when",
                                             "then",
                                             "else",
                                             "exists",
                                             "distinct",
                                             "count",
                                             "max",
                                             "min",
                                             "coalesce",
                                             "nullif",
                                             "cast",
                                             "left",
                                             "right",
                                             "lower",
                                             "upper",
                                             "trim",
                                             "ltrim",
                                             "rtrim",
                                             "replace",
                                             "substr",
                                             "substring",
                                             "concat",
                                             "abs",
                                             "length",
                                             "encode",
                                             "hex",
                                             "to_char",
                                             "to_timestamp",
                                             "regexp_replace",
                                             "jsonb_each",
                                             "jsonb_each_text",
                                             "json_each",
                                             "json_extract",
                                             "json_value",
                                             "json_keys",
                                             "from_unixtime",
                                             "char",
                                             "varchar",
                                             "strftime",
                                             "datetime",
                                             "over",
                                             "row_number",
                                             "partition",
                                             "having",
                                             "limit",
                                             "join",
                                             "using",
                                             NULL};

struct sql_scan {
    struct arena *arena;
    struct str text;
    size_t at;
    struct str word; /* the last token, when it was a word */
    bool quoted;     /* … in double quotes */
    size_t words;
    int depth;
};

static bool scan_quoted(struct sql_scan *scan, char quote, struct err *e)
{
    for (scan->at++; scan->at < scan->text.length; scan->at++) {
        char byte = scan->text.bytes[scan->at];
        if (byte == '\\')
            return err_set(e, ERR_INPUT, "a backslash in quotes, which databases read differently");
        if (byte != quote)
            continue;
        if (scan->at + 1 < scan->text.length && scan->text.bytes[scan->at + 1] == quote) {
            scan->at++;
            continue;
        }
        scan->at++;
        scan->word = STR_NONE;
        scan->quoted = quote == '"';
        return true;
    }
    return err_set(e, ERR_INPUT, "a quote that does not end");
}

static bool scan_word(struct sql_scan *scan, struct err *e)
{
    size_t from = scan->at;

    while (scan->at < scan->text.length && byte_is_word(scan->text.bytes[scan->at]))
        scan->at++;
    struct str word = str_lower(scan->arena, str_slice(scan->text, from, scan->at));
    if (scan->words++ == 0 && !str_eq(word, STR("select")))
        return err_set(e, ERR_INPUT, "it does not begin with SELECT");
    if (scan->words > 1 && str_is_one_of(word, refused_words))
        return err_set(e, ERR_INPUT, "the word \"" STR_FMT "\" is not taken", STR_ARG(word));
    /* E'…' and U&'…' have rules of their own. */
    if (scan->at < scan->text.length && scan->text.bytes[scan->at] == '\'')
        return err_set(e, ERR_INPUT, "a quote right behind a word");
    scan->word = word;
    scan->quoted = false;
    return true;
}

static bool scan_other(struct sql_scan *scan, struct err *e)
{
    struct str rest = str_from_offset(scan->text, scan->at);
    char byte = rest.bytes[0];

    if (byte == '{') {
        /* A placeholder becomes a quoted name. */
        size_t end = str_find_byte(rest, '}');
        scan->at += end == SIZE_MAX ? 1 : end + 1;
        scan->quoted = true;
        return true;
    }
    if (str_starts(rest, STR("--")) || str_starts(rest, STR("/*")) || byte == '#')
        return err_set(e, ERR_INPUT, "a comment");
    if (byte == ';')
        return err_set(e, ERR_INPUT, "a second statement");
    if (byte == '$' || byte == '`' || byte == '\\' || byte == '?' || byte == '@' ||
        (unsigned char)byte >= 0x80 || (unsigned char)byte < ' ')
        return err_set(e, ERR_INPUT, "the byte 0x%02x is not taken", (unsigned)(unsigned char)byte);
    if (byte == '(' &&
        (scan->quoted || (scan->word.length && !str_is_one_of(scan->word, callable_words))))
        return err_set(e, ERR_INPUT, "the function " STR_FMT " is not on the list of harmless ones",
                       STR_ARG(scan->quoted ? STR("in quotes") : scan->word));
    scan->depth += byte == '(' ? 1 : byte == ')' ? -1 : 0;
    if (scan->depth < 0)
        return err_set(e, ERR_INPUT, "a ) without its (");
    if (byte != ' ') {
        scan->word = STR_NONE;
        scan->quoted = false;
    }
    scan->at++;
    return true;
}

bool tracker_sql_check(struct arena *arena, struct str sql, struct err *e)
{
    struct sql_scan scan = {.arena = arena, .text = sql};

    while (scan.at < sql.length) {
        char byte = sql.bytes[scan.at];
        bool done = byte == '\'' || byte == '"' ? scan_quoted(&scan, byte, e)
                    : byte_is_word(byte)        ? scan_word(&scan, e)
                                                : scan_other(&scan, e);
        if (!done)
            return false;
    }
    if (scan.words == 0)
        return err_set(e, ERR_INPUT, "it does not begin with SELECT");
    if (scan.depth)
        return err_set(e, ERR_INPUT, "a ( that does not end");
    return true;
}

/* --- One tracker. --- */

static bool check_sql(struct arena *arena, const char *key, struct str sql, struct err *e)
{
    struct err bad = ERR_NONE;

    if (!sql.length || tracker_sql_check(arena, sql, &bad))
        return true;
    return err_set(e, ERR_INPUT, "table.%s: one SELECT was expected: %s", key, bad.message);
}

static bool check_columns(struct arena *arena, const char *key, const struct strs *columns,
                          struct err *e)
{
    for (size_t i = 0; i < columns->count; i++) {
        struct str class = columns->items[i];
        struct str name = str_cut(&class, ':');
        if (!name.length)
            return err_set(e, ERR_INPUT, "table.%s: a column without a name", key);
        if (class.length && !str_is_one_of(class, classes))
            return fail_choice(arena, key, class, classes, e);
    }
    return true;
}

static bool check_table(struct arena *arena, const struct tracker_table *table, struct err *e)
{
    const struct {
        const char *key;
        struct str sql;
    } selects[] = {
        {"applied", table->applied},
        {"applied_sqlite", table->applied_sqlite},
        {"applied_mysql", table->applied_mysql},
        {"failed", table->failed},
        {"failed_sqlite", table->failed_sqlite},
        {"failed_mysql", table->failed_mysql},
        {"locked", table->locked},
        {"locked_sqlite", table->locked_sqlite},
        {"locked_mysql", table->locked_mysql},
    };

    for (size_t i = 0; i < COUNT_OF(selects); i++)
        if (!check_sql(arena, selects[i].key, selects[i].sql, e))
            return false;
    for (size_t i = 0; i < table->variants.count; i++) {
        const struct tracker_variant *variant = &table->variants.items[i];
        if (!check_sql(arena, "variants.applied", variant->applied, e) ||
            !check_sql(arena, "variants.applied_sqlite", variant->applied_sqlite, e) ||
            !check_sql(arena, "variants.applied_mysql", variant->applied_mysql, e))
            return false;
    }
    if (!table->need.count && !table->need_any.count)
        return err_set(e, ERR_INPUT,
                       "table.need: the columns by which the table is told from "
                       "others of its name are missing");
    return check_columns(arena, "need", &table->need, e) &&
           check_columns(arena, "need_any", &table->need_any, e) &&
           check_columns(arena, "deny", &table->deny, e);
}

static bool check_unit(const struct tracker_unit *unit, struct err *e)
{
    struct str kind = unit->kind;
    const char *missing = NULL;

    if (!kind.length)
        missing = "kind";
    else if (!unit->id.length)
        missing = "id";
    else if (str_eq(kind, STR("journal")) && !unit->journal.length)
        missing = "journal";
    else if (str_eq(kind, STR("journal")) && !unit->entries.length)
        missing = "entries";
    else if (str_eq(kind, STR("listed")) && !unit->list.length)
        missing = "list";
    else if ((str_eq(kind, STR("listed")) || str_eq(kind, STR("content"))) && !unit->content.length)
        missing = "content";
    else if (!str_eq(kind, STR("journal")) && !str_eq(kind, STR("listed")) && !unit->pattern.length)
        missing = "pattern";
    return !missing || err_set(e, ERR_INPUT, "unit: \"%s\" is missing", missing);
}

static bool check_settings(const struct tracker_settings *settings, struct err *e)
{
    for (size_t i = 0; i < settings->count; i++)
        if (!settings->items[i].pattern.length && !settings->items[i].key.length)
            return err_set(e, ERR_INPUT, "settings: \"pattern\" or \"key\" was expected");
    return true;
}

bool tracker_check(struct arena *arena, const struct tracker *tracker, struct err *e)
{
    bool code = str_starts(tracker->rule, STR("code:"));

    if (!id_is_good(tracker->id))
        return err_set(e, ERR_INPUT,
                       "id: small letters, digits, '-', '_' and '.' were expected, not "
                       "\"" STR_FMT "\"",
                       STR_ARG(tracker->id));
    if (!code && !str_is_one_of(tracker->rule, rules))
        return fail_choice(arena, "rule", tracker->rule, rules, e);
    if (!str_is_one_of(tracker->checksum, checksums))
        return fail_choice(arena, "checksum", tracker->checksum, checksums, e);
    return (code || check_unit(&tracker->unit, e)) && check_settings(&tracker->settings, e) &&
           check_table(arena, &tracker->table, e);
}
