/* liquibase_sql.c -- "--liquibase formatted sql" (parser/AbstractFormattedChangeLogParser.java), and plain SQL that a change log includes. */
#include "base/buf.h"
#include "migrations/liquibase.h"
#include "migrations/tracker.h"

#define HEADER "(?i)\\A\\s*--\\s*liquibase\\s*formatted"
#define CHANGE_SET                                                                                 \
    "(?i)^\\s*--\\s*changeset\\s+(?:\"([^\"]+)\"|([^:]+)):\\s*(?:\"([^\"]+)\"|(\\S+))(.*)$"
/* Lines that are none of the SQL. */
#define APART                                                                                      \
    "(?i)^\\s*--\\s*(?:comment:?\\s|rollback\\b|precondition|validchecksum\\b|property\\b|"        \
    "ignorelines\\b|rollbackfile\\b)"

struct sql_reading {
    struct liquibase_loading *l;
    struct arena *scratch;
    struct str path, file;
    struct liquibase_scope scope;
    struct liquibase_change_set set;
    struct buf body;
    bool open;        /* a change set has begun */
    bool in_rollback; /* inside of a comment block that is the way back */
    size_t ignored;   /* lines still to be left out; SIZE_MAX: until --ignoreLines:end */
    size_t line;
};

static bool matches(const char *pattern, struct str text, struct str *groups, size_t count)
{
    struct err ignored = ERR_NONE;

    return tracker_regex_matches(str_from(pattern), text, groups, count, &ignored);
}

/* name:value and name:"a value" on the line of a change set. */
static struct str attribute(struct str rest, const char *name)
{
    struct str groups[4] = {STR_NONE};

    while (matches("(?:^|\\s)(\\w+)\\s*:\\s*(?:\"([^\"]*)\"|(\\S+))", rest, groups, 4)) {
        if (str_eq_nocase(groups[1], str_from(name)))
            return groups[2].bytes ? groups[2] : groups[3];
        rest = str_from_offset(rest, (size_t)(groups[0].bytes - rest.bytes) + groups[0].length);
    }
    return STR_NONE;
}

static bool is_true(struct str rest, const char *name)
{
    return str_eq_nocase(attribute(rest, name), STR("true"));
}

static struct str either(struct str a, struct str b)
{
    return a.length ? a : b;
}

static void end_set(struct sql_reading *r)
{
    struct arena *arena = r->l->arena;

    if (!r->open)
        return;
    struct str sql = liquibase_expanded(r->l, r->scratch, buf_str(&r->body));
    r->set.part = liquibase_sum_of_sql(arena, sql);
    VEC_PUSH(arena, &r->set.sums, r->set.part);
    r->set.computable = !r->l->properties_uncertain || !str_contains(buf_str(&r->body), STR("${"));
    r->set.what = r->set.comment.length ? r->set.comment : STR("sql");
    liquibase_add(r->l, r->path, r->file, &r->scope, &r->set);
    r->open = false;
}

static void begin_set(struct sql_reading *r, const struct str *groups)
{
    struct arena *arena = r->l->arena;
    struct str rest = groups[5];

    end_set(r);
    r->set = (struct liquibase_change_set){
        .author = str_copy(arena, str_trim(either(groups[1], groups[2]))),
        .id = str_copy(arena, either(groups[3], groups[4])),
        .contexts = str_copy(
            arena, either(either(attribute(rest, "contextFilter"), attribute(rest, "context")),
                          attribute(rest, "contexts"))),
        .labels = str_copy(arena, attribute(rest, "labels")),
        .dbms = str_copy(arena, attribute(rest, "dbms")),
        .logical = str_copy(arena, attribute(rest, "logicalFilePath")),
        .run_order = str_copy(arena, attribute(rest, "runOrder")),
        .run_always = is_true(rest, "runAlways"),
        .run_on_change = is_true(rest, "runOnChange"),
        .ignored = is_true(rest, "ignore"),
        .line = r->line,
    };
    r->body = buf_new(r->scratch, FILE_MAX);
    r->open = true;
}

static void add_property(struct sql_reading *r, struct str line)
{
    struct str name = attribute(line, "name"), value = attribute(line, "value");
    struct str dbms = attribute(line, "dbms");

    if (!liquibase_dbms_is_certain(dbms, r->l->settings->dbms))
        r->l->properties_uncertain = true;
    if (name.length && liquibase_dbms_matches(dbms, r->l->settings->dbms))
        VEC_PUSH(r->l->arena, &r->l->properties,
                 (struct liquibase_property){.name = str_copy(r->l->arena, name),
                                             .value = str_copy(r->l->arena, value)});
}

/* True: the line is none of the SQL. */
static bool take_apart(struct sql_reading *r, struct str line)
{
    struct str groups[2] = {STR_NONE};
    uint64_t count;

    if (matches("(?i)^\\s*--\\s*ignoreLines\\s*:\\s*(\\w+)", line, groups, 2)) {
        if (str_eq_nocase(groups[1], STR("start")))
            r->ignored = SIZE_MAX;
        else if (str_to_u64(groups[1], &count))
            r->ignored = (size_t)count;
        return true;
    }
    if (matches("(?i)^\\s*/\\*\\s*liquibase\\s*rollback", line, NULL, 0)) {
        r->in_rollback = !str_contains(line, STR("*/"));
        return true;
    }
    if (!matches(APART, line, NULL, 0))
        return false;
    if (matches("(?i)^\\s*--\\s*comment:?\\s+(.*)$", line, groups, 2))
        r->set.comment = str_copy(r->l->arena, str_trim(groups[1]));
    else if (matches("(?i)^\\s*--\\s*validCheckSum:?\\s+(\\S+)", line, groups, 2))
        VEC_PUSH(r->l->arena, &r->set.valid, str_copy(r->l->arena, groups[1]));
    else if (matches("(?i)^\\s*--\\s*property\\b", line, NULL, 0))
        add_property(r, line);
    else if (matches("(?i)^\\s*--\\s*precondition", line, NULL, 0))
        r->set.preconditions = true;
    return true;
}

static void take_line(struct sql_reading *r, struct str line)
{
    struct str groups[6] = {STR_NONE};

    if (r->ignored == SIZE_MAX) {
        if (matches("(?i)^\\s*--\\s*ignoreLines\\s*:\\s*end", line, NULL, 0))
            r->ignored = 0;
        return;
    }
    if (r->ignored) {
        r->ignored--;
        return;
    }
    if (r->in_rollback) {
        r->in_rollback = !str_contains(line, STR("*/"));
        return;
    }
    struct str start = str_trim(line);
    /* Most lines are SQL: nothing of what follows can begin otherwise. */
    if (str_starts(start, STR("--")) || str_starts(start, STR("/*"))) {
        if (matches(CHANGE_SET, line, groups, 6)) {
            begin_set(r, groups);
            return;
        }
        if (take_apart(r, line))
            return;
    }
    if (r->open) {
        buf_add(&r->body, line);
        buf_add_byte(&r->body, '\n');
    }
}

/* A file without the header runs as one change set, "raw" of "includeAll". */
static void read_plain(struct sql_reading *r, struct str text)
{
    r->set =
        (struct liquibase_change_set){.id = STR("raw"), .author = STR("includeAll"), .line = 1};
    r->body = buf_new(r->scratch, FILE_MAX);
    buf_add(&r->body, text);
    r->open = true;
    end_set(r);
}

bool liquibase_read_sql(struct liquibase_loading *l, struct str path, struct str file,
                        struct str text, struct liquibase_scope scope)
{
    ARENA(scratch, (size_t)128 << 20);
    struct sql_reading r = {
        .l = l, .scratch = &scratch, .path = path, .file = file, .scope = scope};
    struct str rest = text, line, header;

    if (str_starts(rest, STR("\xef\xbb\xbf")))
        rest = str_from_offset(rest, 3);
    if (!matches(HEADER, rest, NULL, 0)) {
        read_plain(&r, rest);
        return true;
    }
    while (str_next_line(&rest, &header)) {
        r.line++;
        if (str_trim(header).length)
            break;
    }
    r.scope.logical = str_copy(l->arena, attribute(header, "logicalFilePath"));
    while (str_next_line(&rest, &line)) {
        r.line++;
        take_line(&r, line);
        if (scratch.used > ((size_t)32 << 20) && !r.open)
            arena_release(&scratch);
    }
    end_set(&r);
    return true;
}
