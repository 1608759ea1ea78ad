/* cover_loose.c -- SQL of an Alembic revision that reaches execute() on ways that are not followed: lists, functions, += and format(). */
#include "migrations/cover_loose.h"

#include "migrations/cover_match.h"
#include "migrations/cover_scan.h"

/* Constants at the margin that are looked for in the rest of the text; those beyond count as used. */
#define LOOKED_MAX 64u

struct line { /* up to its end at bracket depth 0 */
    size_t start;
    bool margin, more; /* `more`: NAME += … */
};

struct looking {
    struct arena *arena;
    struct str text;
    struct line line;
    size_t looked;
    struct strs pieces; /* of one statement */
    struct strs *texts;
};

static bool begins_statement(struct str text)
{
    static const char *const verbs[] = {"alter", "create", "drop", NULL};
    static const char *const things[] = {"table", "unique", "index", "type",         "domain",
                                         "view",  "or",     "temp",  "materialized", NULL};
    struct str trimmed = str_trim(text);
    size_t at = 0;

    if (!trimmed.length || !byte_is_word(trimmed.bytes[0]))
        return false;
    struct str verb = cover_next_word(trimmed, &at);
    return str_is_one_of_nocase(verb, verbs) &&
           str_is_one_of_nocase(cover_next_word(trimmed, &at), things);
}

static void end_statement(struct looking *l)
{
    if (l->pieces.count)
        VEC_PUSH(l->arena, l->texts,
                 str_join(l->arena, l->pieces.items, l->pieces.count, STR(" ")));
    l->pieces = (struct strs){0};
}

/* DOWN = "ALTER TABLE …", of which only downgrade() speaks. */
static bool is_unused(struct looking *l, size_t end)
{
    size_t at = l->line.start;

    if (!l->line.margin || l->looked++ >= LOOKED_MAX)
        return false;
    struct str name = cover_next_word(l->text, &at);
    return !text_has_word(str_prefix(l->text, l->line.start), name) &&
           !text_has_word(str_from_offset(l->text, end), name);
}

/* What execute() and text() are given is read where they are. */
static bool is_given(struct str text, size_t at)
{
    static const char *const calls[] = {"execute", "text", "exec_driver_sql", NULL};

    while (at > 0 && str_find_byte(STR(" \t\r\n"), text.bytes[at - 1]) != SIZE_MAX)
        at--;
    return at > 0 && text.bytes[at - 1] == '(' &&
           str_is_one_of(cover_identifier_before(text, at - 1), calls);
}

static void note_string(struct looking *l, size_t at, size_t end, struct str string)
{
    if (begins_statement(string)) {
        end_statement(l);
        if (!is_given(l->text, at) && !is_unused(l, end))
            VEC_PUSH(l->arena, &l->pieces, string);
    } else if (l->pieces.count) {
        VEC_PUSH(l->arena, &l->pieces, string);
    }
}

static bool is_added_to(struct str rest, size_t at)
{
    while (at < rest.length && (rest.bytes[at] == ' ' || rest.bytes[at] == '\t'))
        at++;
    return str_starts(str_from_offset(rest, at), STR("+="));
}

static void begin_line(struct looking *l, size_t at)
{
    struct str rest = str_from_offset(l->text, at);
    size_t word = 0;

    while (word < rest.length && byte_is_word(rest.bytes[word]))
        word++;
    l->line = (struct line){.start = at,
                            .margin = at == 0 || l->text.bytes[at - 1] == '\n',
                            .more = is_added_to(rest, word)};
    if (!l->line.more)
        end_statement(l);
}

void cover_loose(struct arena *arena, struct str text, struct strs *ret_texts)
{
    struct looking l = {.arena = arena, .text = text, .texts = ret_texts};
    size_t depth = 0;
    bool first = true; /* nothing but blanks stands before it in its line */

    for (size_t at = 0; at < text.length;) {
        char byte = text.bytes[at];
        struct str string;
        bool blank = str_find_byte(STR(" \t\r\n"), byte) != SIZE_MAX;
        if (byte == '#') {
            while (at < text.length && text.bytes[at] != '\n')
                at++;
            continue;
        }
        if (depth == 0 && first && !blank)
            begin_line(&l, at);
        if (byte == '"' || byte == '\'') {
            size_t end = cover_skip_string(text, at, &string);
            if (depth || !first) /* else it is a docstring */
                note_string(&l, at, end, string);
            at = end;
            first = false;
            continue;
        }
        depth += byte == '(' || byte == '[' || byte == '{';
        depth -= depth && (byte == ')' || byte == ']' || byte == '}');
        first = (byte == '\n' && depth == 0) || (first && blank);
        at += byte == '\\' && at + 1 < text.length ? 2 : 1;
    }
    end_statement(&l);
}
