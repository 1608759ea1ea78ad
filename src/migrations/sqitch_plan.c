#include "base/buf.h"
#include "base/digest.h"
#include "migrations/id_map.h"
#include "migrations/sqitch.h"
#include "migrations/tracker.h"

/* Names: no punctuation (but '_') at either end, nor "~1", "/2", "=3" as in git's ways to name commits. Bytes above 0x7f are letters here. */
#define PUNCTUATION "-!\"#$%&'()*+,./:;<=>?@\\[\\\\\\]^`{|}~"
#define NAME                                                                                       \
    "(?![" PUNCTUATION "])(?:(?![~/=%^][0-9]+(?:$|[ \\t]))[^ \\t:@#\\\\])+(?<![" PUNCTUATION       \
    "])(?<=[0-9A-Za-z_\\x80-\\xff])(?![0-9A-Za-z_\\x80-\\xff])"
#define INFO_MAX ((size_t)1 << 20)

static const struct str line_pattern = STR_INIT(
    "^[ \\t]*(?:(@)|[ \\t]*([+-])[ \\t]*)?(" NAME ")(?:[ \\t]+)?(?:\\[([^\\]]+)\\][ \\t]*)?"
    "(?:([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)[ \\t]*)?"
    "(?:([^<]+)[ \\t]+<([^>]+)>)?$");
static const struct str pragma_pattern =
    STR_INIT("^[ \\t]*%[ \\t]*([^" PUNCTUATION "](?:[^ \\t=]*?[^" PUNCTUATION
             " \\t])?)(?:[ \\t]*=[ \\t]*(.+))?$");
static const struct str depend_pattern =
    STR_INIT("^(!?)(?:(" NAME "):)?(?:([0-9a-f]{40})|(" NAME ")(?:@(" NAME "))?|@(" NAME "))$");
static const struct str name_pattern = STR_INIT("^" NAME "$");

struct parser {
    struct arena *arena;
    struct sqitch_plan *plan;
    struct err *e;
    size_t line;
    size_t tagged;        /* changes before the last tag */
    struct id_map names;  /* change or "@tag" → its first line */
    struct id_map latest; /* change → where in `places` its last place stands */
    size_t *places;
};

static bool refuse(struct parser *p, struct str why)
{
    p->plan->refused = why;
    p->plan->refused_line = p->line;
    return false;
}

static bool matches(struct parser *p, struct str pattern, struct str subject, struct str *groups,
                    size_t count)
{
    return tracker_regex_matches(pattern, subject, groups, count, p->e);
}

static bool is_blank_byte(char byte)
{
    return byte == ' ' || byte == '\t';
}

static struct str skip_blanks(struct str s)
{
    while (s.length && is_blank_byte(s.bytes[0]))
        s = str_from_offset(s, 1);
    return s;
}

static struct str unescape(struct arena *arena, struct str note)
{
    struct buf out = buf_new(arena, note.length + 1);

    for (size_t i = 0; i < note.length; i++) {
        char next = i + 1 < note.length ? note.bytes[i + 1] : '\0';
        bool escape = note.bytes[i] == '\\' && (next == 'n' || next == 'r' || next == '\\');
        if (!escape) {
            buf_add_byte(&out, note.bytes[i]);
            continue;
        }
        buf_add_byte(&out, next == 'n' ? '\n' : next == 'r' ? '\r' : '\\');
        i++;
    }
    return buf_str(&out);
}

/* "text   # note": the text without its last blanks; a note "0" is none to Perl. */
static struct str cut_note(struct parser *p, struct str line, struct str *ret_note)
{
    size_t hash = str_find_byte(line, '#');
    struct str text = str_prefix(line, hash);
    struct str note = hash == SIZE_MAX ? STR("") : str_trim(str_from_offset(line, hash + 1));

    while (text.length && is_blank_byte(text.bytes[text.length - 1]))
        text.length--;
    *ret_note = str_eq(note, STR("0")) ? STR("") : unescape(p->arena, note);
    return text;
}

/* A line without content, or with a comment alone; "#" with nothing behind it is neither. */
static bool is_blank_line(struct str line, bool *ret_comment)
{
    struct str rest = skip_blanks(line);

    *ret_comment = str_starts(rest, STR("#")) && rest.length > 1;
    return *ret_comment || rest.length == 0;
}

/* --- Pragmas. --- */

static bool take_pragma(struct parser *p, struct str line)
{
    struct str groups[3] = {STR_NONE}, note;
    struct str text = cut_note(p, line, &note);

    if (!matches(p, pragma_pattern, text, groups, 3))
        return refuse(p, STR("invalid pragma; a blank line must come between pragmas and changes"));
    if (str_eq(groups[1], STR("project"))) {
        if (!matches(p, name_pattern, groups[2], NULL, 0))
            return refuse(p, str_printf(p->arena, "invalid project name \"" STR_FMT "\"",
                                        STR_ARG(groups[2])));
        p->plan->project = groups[2];
    } else if (str_eq(groups[1], STR("uri"))) {
        p->plan->uri = sqitch_uri_canonical(p->arena, groups[2]);
    }
    return true;
}

/* --- Dependencies. --- */

struct dependency {
    bool conflicts, internal, by_id;
    struct str shown; /* as it goes into the id */
    struct str key;
};

static bool parse_dependency(struct parser *p, struct str text, struct dependency *ret)
{
    struct str g[7] = {STR_NONE};
    struct dependency made = {0};

    if (!matches(p, depend_pattern, text, g, COUNT_OF(g)))
        return refuse(p, str_printf(p->arena,
                                    "\"" STR_FMT "\" is not a valid dependency specification",
                                    STR_ARG(text)));
    made.conflicts = g[1].length > 0;
    made.by_id = g[3].length > 0;
    made.key = made.by_id     ? g[3]
               : !g[4].length ? str_printf(p->arena, "@" STR_FMT, STR_ARG(g[6]))
               : g[5].length
                   ? str_printf(p->arena, STR_FMT "@" STR_FMT, STR_ARG(g[4]), STR_ARG(g[5]))
                   : g[4];
    made.internal = !g[2].length ? !made.by_id : str_eq(g[2], p->plan->project);
    made.shown = g[2].length && !made.internal
                     ? str_printf(p->arena, STR_FMT ":" STR_FMT, STR_ARG(g[2]), STR_ARG(made.key))
                     : made.key;
    *ret = made;
    return true;
}

/* Known before this change? `name@tag`: the name before the tag. */
static bool is_known(struct parser *p, struct str key)
{
    size_t at = str_find_byte(key, '@'), tag_line, change_line;

    if (at == SIZE_MAX || at == 0)
        return id_map_get(&p->names, key, &tag_line);
    return id_map_get(&p->names, str_from_offset(key, at), &tag_line) &&
           id_map_get(&p->names, str_prefix(key, at), &change_line) && change_line < tag_line;
}

static bool take_dependencies(struct parser *p, struct str text, struct sqitch_change *change,
                              struct strs *conflicts, struct strs *requires)
{
    struct strs seen = {0};

    for (struct str rest = skip_blanks(text); rest.length; rest = skip_blanks(rest)) {
        struct dependency one;
        size_t end = 0;
        while (end < rest.length && !is_blank_byte(rest.bytes[end]))
            end++;
        struct str word = str_prefix(rest, end);
        rest = str_from_offset(rest, end);
        if (!parse_dependency(p, word, &one))
            return false;
        if (strs_have(&seen, word))
            return refuse(
                p, str_printf(p->arena, "duplicate dependency \"" STR_FMT "\"", STR_ARG(word)));
        VEC_PUSH(p->arena, &seen, word);
        VEC_PUSH(p->arena, one.conflicts ? conflicts : requires, one.shown);
        if (one.conflicts && (one.internal || one.by_id))
            VEC_PUSH(p->arena, &change->conflicts, one.key);
        if (one.conflicts || !one.internal || one.by_id)
            continue;
        VEC_PUSH(p->arena, &change->requires, one.key);
        if (!is_known(p, one.key))
            return refuse(p, str_printf(p->arena,
                                        "the change \"" STR_FMT "\" requires \"" STR_FMT
                                        "\", which does not stand before it",
                                        STR_ARG(change->name), STR_ARG(one.key)));
    }
    return true;
}

/* --- Ids. --- */

static void add_list(struct buf *info, const char *title, const char *mark, const struct strs *list)
{
    for (size_t i = 0; i < list->count; i++)
        buf_printf(info, "%s%s" STR_FMT, i ? "" : title, mark, STR_ARG(list->items[i]));
}

static struct str change_id(struct parser *p, const struct sqitch_change *change,
                            const struct str *groups, const struct strs *requires,
                            const struct strs *conflicts)
{
    const struct sqitch_changes *all = &p->plan->changes;
    struct buf info = buf_new(p->arena, INFO_MAX);

    buf_printf(&info, "project " STR_FMT, STR_ARG(p->plan->project));
    if (p->plan->uri.length)
        buf_printf(&info, "\nuri " STR_FMT, STR_ARG(p->plan->uri));
    buf_printf(&info, "\nchange " STR_FMT, STR_ARG(change->name));
    if (all->count)
        buf_printf(&info, "\nparent " STR_FMT, STR_ARG(VEC_LAST(all).id));
    buf_printf(&info, "\nplanner " STR_FMT " <" STR_FMT ">\ndate " STR_FMT, STR_ARG(groups[6]),
               STR_ARG(groups[7]), STR_ARG(groups[5]));
    add_list(&info, "\nrequires", "\n  + ", requires);
    add_list(&info, "\nconflicts", "\n  - ", conflicts);
    if (change->note.length)
        buf_printf(&info, "\n\n" STR_FMT, STR_ARG(change->note));
    struct str content = buf_str(&info);
    struct buf all_of_it = buf_new(p->arena, content.length + 64);
    buf_printf(&all_of_it, "change %zu", content.length);
    buf_add_byte(&all_of_it, '\0');
    buf_add(&all_of_it, content);
    return digest_sha1(p->arena, buf_str(&all_of_it));
}

/* --- Changes and tags. --- */

static bool take_tag(struct parser *p, const struct str *groups)
{
    struct sqitch_changes *changes = &p->plan->changes;
    struct str key = str_printf(p->arena, "@" STR_FMT, STR_ARG(groups[3]));
    size_t other;

    if (str_find_byte(groups[3], '/') != SIZE_MAX)
        return refuse(p, str_printf(p->arena, "the tag \"" STR_FMT "\" contains a slash",
                                    STR_ARG(groups[3])));
    if (!changes->count)
        return refuse(p, str_printf(p->arena, "the tag \"" STR_FMT "\" has no change before it",
                                    STR_ARG(groups[3])));
    if (groups[4].length)
        return refuse(p, STR("tags may not specify dependencies"));
    if (!id_map_add(&p->names, key, p->line, &other))
        return refuse(p, str_printf(p->arena, "the tag \"" STR_FMT "\" is on line %zu already",
                                    STR_ARG(groups[3]), other));
    VEC_PUSH(p->arena, &VEC_LAST(changes).tags, groups[3]);
    p->tagged = changes->count;
    return true;
}

/* The tags between an older change and a new one of its name: its files carry the first of them that they can. */
static void rework(struct parser *p, size_t older)
{
    struct sqitch_changes *changes = &p->plan->changes;

    for (size_t i = p->tagged; i-- > older;)
        for (size_t j = 0; j < changes->items[i].tags.count; j++)
            VEC_PUSH(p->arena, &changes->items[older].rework_tags, changes->items[i].tags.items[j]);
}

static bool take_change(struct parser *p, const struct str *groups, struct str note)
{
    struct sqitch_changes *changes = &p->plan->changes;
    struct sqitch_change change = {.name = groups[3], .note = note, .line = p->line};
    struct strs requires = {0}, conflicts = {0};
    size_t place = 0, other;
    bool again = id_map_get(&p->latest, change.name, &place);

    if (again && p->places[place] >= p->tagged)
        return refuse(p, str_printf(p->arena, "the change \"" STR_FMT "\" is on line %zu already",
                                    STR_ARG(change.name), changes->items[p->places[place]].line));
    if (groups[4].length && !take_dependencies(p, groups[4], &change, &conflicts, &requires))
        return false;
    if (changes->count >= SQITCH_CHANGES_MAX)
        return err_set(p->e, ERR_LIMIT, "more than %u changes", SQITCH_CHANGES_MAX);
    change.id = change_id(p, &change, groups, &requires, &conflicts);
    if (again) {
        rework(p, p->places[place]);
        p->places[place] = changes->count;
    } else {
        place = p->latest.count;
        p->places[place] = changes->count;
        (void)id_map_add(&p->latest, change.name, place, &other);
        (void)id_map_add(&p->names, change.name, p->line, &other);
    }
    VEC_PUSH(p->arena, changes, change);
    return true;
}

static bool take_line(struct parser *p, struct str line)
{
    struct str groups[8] = {STR_NONE}, note;
    struct str text = cut_note(p, line, &note);

    if (!matches(p, line_pattern, text, groups, COUNT_OF(groups)))
        return refuse(p, STR("no change with a name, a time and a planner; names do not begin or "
                             "end with punctuation, and have no \"@\", \":\", \"#\" or blanks"));
    if (!groups[5].length || !groups[6].length)
        return refuse(p, groups[5].length ? STR("missing planner name and email")
                                          : STR("missing timestamp"));
    if (str_eq(groups[3], STR("ROOT")) || str_eq(groups[3], STR("HEAD")))
        return refuse(
            p, str_printf(p->arena, "\"" STR_FMT "\" is a reserved name", STR_ARG(groups[3])));
    if (matches(p, STR("^[0-9a-f]{40}"), groups[3], NULL, 0))
        return refuse(p, str_printf(p->arena, "\"" STR_FMT "\" could be confused with an id",
                                    STR_ARG(groups[3])));
    return groups[1].length ? take_tag(p, groups) : take_change(p, groups, note);
}

static void parse_lines(struct parser *p, struct str bytes)
{
    struct str rest = bytes, line;
    bool header = true, comment;

    while (str_next_line(&rest, &line)) {
        p->line++;
        if (is_blank_line(line, &comment)) {
            header = header && comment;
            if (!header && !p->plan->project.length) {
                (void)refuse(p, STR("missing %project pragma"));
                return;
            }
            continue;
        }
        if (header ? !take_pragma(p, line) : !take_line(p, line))
            return;
    }
    if (!p->plan->project.length)
        (void)refuse(p, STR("missing %project pragma"));
}

static size_t count_lines(struct str bytes)
{
    size_t lines = 1;

    for (size_t i = 0; i < bytes.length; i++)
        lines += bytes.bytes[i] == '\n';
    return lines;
}

bool sqitch_plan_parse(struct arena *arena, struct str bytes, struct sqitch_plan *ret_plan,
                       struct err *e)
{
    struct sqitch_plan plan = {0};
    size_t lines = count_lines(bytes);
    struct parser p = {.arena = arena,
                       .plan = &plan,
                       .e = e,
                       .names = id_map_new(arena, 2 * lines + 1),
                       .latest = id_map_new(arena, lines + 1),
                       .places = ARENA_ARRAY(arena, lines + 1, size_t)};

    parse_lines(&p, bytes);
    if (err_is_set(e))
        return false;
    *ret_plan = plan;
    return true;
}

/* --- URIs. --- */

static bool is_unreserved(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '-' || byte == '.' || byte == '_' ||
           byte == '~' || byte == '!' || byte == '*' || byte == '\'' || byte == '(' || byte == ')';
}

static int hex_of(char byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    if (byte >= 'a' && byte <= 'f')
        return byte - 'a' + 10;
    return byte >= 'A' && byte <= 'F' ? byte - 'A' + 10 : -1;
}

/* %7e is ~, %2f is %2F, a blank and what is not ASCII is escaped. */
static void add_escaped(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.length; i++) {
        int high = i + 2 < s.length ? hex_of(s.bytes[i + 1]) : -1;
        int low = i + 2 < s.length ? hex_of(s.bytes[i + 2]) : -1;
        unsigned char byte = (unsigned char)s.bytes[i];
        if (byte == '%' && high >= 0 && low >= 0) {
            char decoded = (char)(high * 16 + low);
            if (is_unreserved(decoded))
                buf_add_byte(out, decoded);
            else
                buf_printf(out, "%%%02X", (unsigned)(high * 16 + low));
            i += 2;
        } else if (byte <= ' ' || byte >= 0x7f || byte == '"' || byte == '<' || byte == '>' ||
                   byte == '{' || byte == '}' || byte == '|' || byte == '\\' || byte == '^' ||
                   byte == '`') {
            buf_printf(out, "%%%02X", byte);
        } else {
            buf_add_byte(out, (char)byte);
        }
    }
}

static struct str without_default_port(struct str scheme, struct str host)
{
    static const struct {
        const char *scheme, *port;
    } ports[] = {{"http", ":80"}, {"https", ":443"}, {"ftp", ":21"}};

    for (size_t i = 0; i < COUNT_OF(ports); i++)
        if (str_eq(scheme, str_from(ports[i].scheme)) && str_ends(host, str_from(ports[i].port)))
            return str_prefix(host, host.length - str_from(ports[i].port).length);
    return str_ends(host, STR(":")) ? str_prefix(host, host.length - 1) : host;
}

struct str sqitch_uri_canonical(struct arena *arena, struct str uri)
{
    struct buf out = buf_new(arena, 3 * uri.length + 64);
    size_t colon = str_find(uri, STR("://"));

    if (colon == SIZE_MAX) {
        size_t end = str_find_byte(uri, ':');
        if (end != SIZE_MAX)
            buf_add(&out, str_lower(arena, str_prefix(uri, end)));
        add_escaped(&out, end == SIZE_MAX ? uri : str_from_offset(uri, end));
        return buf_str(&out);
    }
    struct str scheme = str_lower(arena, str_prefix(uri, colon));
    struct str rest = str_from_offset(uri, colon + 3);
    size_t end = 0;
    while (end < rest.length && rest.bytes[end] != '/' && rest.bytes[end] != '?' &&
           rest.bytes[end] != '#')
        end++;
    struct str authority = str_prefix(rest, end), path = str_from_offset(rest, end);
    size_t at = str_find_last_byte(authority, '@');
    struct str user = at == SIZE_MAX ? STR("") : str_prefix(authority, at + 1);
    struct str host = str_lower(arena, str_from_offset(authority, at == SIZE_MAX ? 0 : at + 1));
    buf_printf(&out, STR_FMT "://", STR_ARG(scheme));
    add_escaped(&out, user);
    add_escaped(&out, without_default_port(scheme, host));
    bool web = str_eq(scheme, STR("http")) || str_eq(scheme, STR("https"));
    if (web && (!path.length || path.bytes[0] == '#'))
        buf_add_byte(&out, '/');
    add_escaped(&out, path);
    return buf_str(&out);
}
