#include "readers/python_scan.h"

#include <string.h>

enum byte_class { PLAIN = 0, WORD, QUOTE, OPEN, CLOSE, COMMENT, BACKSLASH, NEWLINE };

/* What the top-level line before an indented one was. */
enum block { BLOCK_NONE, BLOCK_DEFINITION, BLOCK_BRANCH, BLOCK_WANTED };

struct scanner {
    unsigned char classes[256];
    struct arena *arena;
    struct str source;
    size_t at;
    const struct strs *names;
    struct str class_name; /* empty: the top level is wanted */
    size_t body_column;    /* of the wanted class's body; 0: not seen yet */
    enum block block;
    bool first; /* no statement yet */
    struct python_scan *scan;
};

struct logical_line {
    size_t start, end;
    bool indented;
    size_t column;
    struct str word; /* the first word; empty when the line starts with something else */
    size_t name;     /* a wanted name in it; SIZE_MAX: none */
    size_t name_end;
};

static void break_at(struct scanner *s, size_t at, const char *reason)
{
    if (s->scan->broken)
        return;
    s->scan->broken = true;
    s->scan->broken_at = at;
    s->scan->broken_reason = reason;
}

static unsigned char byte_at(const struct scanner *s, size_t at)
{
    return at < s->source.length ? (unsigned char)s->source.bytes[at] : 0;
}

static void skip_string(struct scanner *s)
{
    size_t start = s->at;
    unsigned char quote = byte_at(s, s->at);
    bool triple = byte_at(s, s->at + 1) == quote && byte_at(s, s->at + 2) == quote;

    s->at += triple ? 3 : 1;
    while (s->at < s->source.length) {
        unsigned char byte = byte_at(s, s->at);
        if (byte == '\\') {
            /* A backslash takes the next byte with it, in raw strings too; CRLF counts as one. */
            s->at += byte_at(s, s->at + 1) == '\r' && byte_at(s, s->at + 2) == '\n' ? 3 : 2;
            continue;
        }
        if (byte == quote && !triple) {
            s->at++;
            return;
        }
        if (byte == quote && byte_at(s, s->at + 1) == quote && byte_at(s, s->at + 2) == quote) {
            s->at += 3;
            return;
        }
        if (!triple && (byte == '\n' || byte == '\r'))
            break;
        s->at++;
    }
    if (s->at > s->source.length)
        s->at = s->source.length;
    break_at(s, start, "a string that is not closed");
}

static struct str take_word(struct scanner *s)
{
    size_t start = s->at;

    while (s->at < s->source.length && s->classes[byte_at(s, s->at)] == WORD)
        s->at++;
    return str_slice(s->source, start, s->at);
}

static void note_name(struct scanner *s, struct logical_line *line, struct str word)
{
    if (line->name != SIZE_MAX ||
        (line->indented && s->block != BLOCK_BRANCH && s->block != BLOCK_WANTED))
        return;
    for (size_t i = 0; i < s->names->count; i++)
        if (s->names->items[i].length == word.length && str_eq(s->names->items[i], word)) {
            line->name = i;
            line->name_end = s->at;
        }
}

static void skip_comment(struct scanner *s)
{
    const char *end = memchr(s->source.bytes + s->at, '\n', s->source.length - s->at);

    s->at = end ? (size_t)(end - s->source.bytes) : s->source.length;
}

/* One step inside a logical line; false at its end. */
static bool scan_step(struct scanner *s, struct logical_line *line, size_t *depth)
{
    switch ((enum byte_class)s->classes[byte_at(s, s->at)]) {
    case WORD: {
        struct str word = take_word(s);
        note_name(s, line, word);
        return true;
    }
    case QUOTE:
        skip_string(s);
        return true;
    case OPEN:
        ++*depth;
        break;
    case CLOSE:
        if (*depth == 0)
            break_at(s, s->at, "a closing bracket without an opening one");
        else
            --*depth;
        break;
    case COMMENT:
        skip_comment(s);
        return true;
    case BACKSLASH:
        if (byte_at(s, s->at + 1) == '\r' && byte_at(s, s->at + 2) == '\n')
            s->at++;
        s->at++;
        break;
    case NEWLINE:
        if (*depth == 0)
            return false;
        break;
    case PLAIN:
        break;
    }
    s->at++;
    return true;
}

/* Skips blank lines and comments; false at the end of the file. */
static bool line_begin(struct scanner *s, struct logical_line *line)
{
    size_t start = s->at;

    while (s->at < s->source.length) {
        unsigned char byte = byte_at(s, s->at);
        if (byte == '\n' || byte == '\r') {
            s->at++;
            start = s->at;
        } else if (byte == ' ' || byte == '\t' || byte == '\f') {
            s->at++;
            if (byte == '\f')
                start = s->at;
        } else if (byte == '#') {
            skip_comment(s);
        } else {
            *line = (struct logical_line){.start = s->at,
                                          .indented = s->at > start,
                                          .column = s->at - start,
                                          .name = SIZE_MAX};
            return true;
        }
    }
    return false;
}

static bool is_conflict_marker(struct str rest)
{
    return str_starts(rest, STR("<<<<<<< ")) || str_starts(rest, STR(">>>>>>> ")) ||
           str_starts(rest, STR("|||||||")) || str_starts(rest, STR("======="));
}

static void line_scan(struct scanner *s, struct logical_line *line)
{
    size_t depth = 0;

    if (s->classes[byte_at(s, s->at)] == WORD) {
        line->word = take_word(s);
        note_name(s, line, line->word);
    } else if (!line->indented && is_conflict_marker(str_from_offset(s->source, s->at))) {
        break_at(s, s->at, "a merge conflict's marker");
    }
    while (s->at < s->source.length && scan_step(s, line, &depth))
        ;
    if (s->at > s->source.length)
        s->at = s->source.length;
    if (depth > 0)
        break_at(s, line->start, "a bracket that is not closed");
    line->end = s->at;
}

static bool word_is_one_of(struct str word, const char *const *words)
{
    for (; *words; words++)
        if (str_eq(word, str_from(*words)))
            return true;
    return false;
}

/* Behind a name: "=" but not "==", or an annotation with a value. */
static bool assigns(const struct scanner *s, const struct logical_line *line, bool annotated)
{
    struct str rest = str_trim(str_slice(s->source, line->name_end, line->end));

    if (str_starts(rest, STR("=")))
        return !str_starts(rest, STR("=="));
    return annotated && (str_starts(rest, STR(":")) || str_starts(rest, STR(","))) &&
           str_contains(rest, STR("="));
}

static bool is_wanted_class(const struct scanner *s, const struct logical_line *line)
{
    struct str rest = str_slice(s->source, line->start + line->word.length, line->end);

    if (!s->class_name.length || line->indented || !str_eq(line->word, STR("class")))
        return false;
    rest = str_trim(rest);
    if (!str_starts(rest, s->class_name))
        return false;
    rest = str_trim(str_from_offset(rest, s->class_name.length));
    return str_starts(rest, STR("(")) || str_starts(rest, STR(":"));
}

/* A line while one class is wanted. */
static void line_use_in_class(struct scanner *s, const struct logical_line *line)
{
    struct python_scan *scan = s->scan;

    if (!line->indented) {
        s->block = is_wanted_class(s, line) ? BLOCK_WANTED : BLOCK_NONE;
        if (s->block == BLOCK_NONE)
            return;
        s->body_column = 0;
        scan->class_at = line->start;
        scan->class_header = str_slice(s->source, line->start, line->end);
        scan->statements.count = 0;
        for (size_t i = 0; i < s->names->count; i++)
            scan->conditional[i] = false;
        return;
    }
    if (s->block != BLOCK_WANTED)
        return;
    if (s->body_column == 0)
        s->body_column = line->column;
    if (line->name == SIZE_MAX)
        return;
    bool starts = line->name_end == line->start + line->word.length;
    if (line->column == s->body_column && starts) {
        VEC_PUSH(s->arena, &scan->statements,
                 (struct python_span){.start = line->start, .end = line->end});
    } else if (!scan->conditional[line->name] && line->column > s->body_column && starts &&
               assigns(s, line, true)) {
        scan->conditional[line->name] = true;
        scan->conditional_at[line->name] = line->start;
    }
}

static void line_use(struct scanner *s, const struct logical_line *line)
{
    static const char *const definitions[] = {"def", "class", "async", NULL};
    static const char *const branches[] = {"if",  "elif",  "else", "try",   "except", "finally",
                                           "for", "while", "with", "match", NULL};
    bool branch = word_is_one_of(line->word, branches);

    if (line->indented) {
        bool starts = line->name != SIZE_MAX && line->name_end == line->start + line->word.length;
        if (line->name != SIZE_MAX && assigns(s, line, starts) &&
            !s->scan->conditional[line->name]) {
            s->scan->conditional[line->name] = true;
            s->scan->conditional_at[line->name] = line->start;
        }
        return;
    }
    s->block = BLOCK_NONE;
    if (word_is_one_of(line->word, definitions) || byte_at(s, line->start) == '@') {
        s->block = BLOCK_DEFINITION;
    } else if (branch &&
               !assigns(s,
                        &(struct logical_line){.name_end = line->start + line->word.length,
                                               .end = line->end},
                        false)) {
        /* `match = 1` is an assignment, `match x:` is not. */
        s->block = BLOCK_BRANCH;
        if (line->name != SIZE_MAX && assigns(s, line, false)) {
            s->scan->conditional[line->name] = true;
            s->scan->conditional_at[line->name] = line->start;
        }
    } else if (line->name != SIZE_MAX) {
        VEC_PUSH(s->arena, &s->scan->statements,
                 (struct python_span){.start = line->start, .end = line->end});
    }
}

static bool is_string_start(const struct scanner *s, const struct logical_line *line)
{
    unsigned char byte = byte_at(s, line->start + line->word.length);

    return (byte == '"' || byte == '\'') && line->word.length <= 2 && !line->indented;
}

static void fill_classes(unsigned char *classes)
{
    static const struct {
        const char *bytes;
        enum byte_class class;
    } groups[] = {{"\n\r", NEWLINE}, {"#", COMMENT}, {"\\", BACKSLASH},
                  {"\"'", QUOTE},    {"([{", OPEN},  {")]}", CLOSE}};

    for (int byte = 0; byte < 256; byte++)
        if ((byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
            (byte >= 'A' && byte <= 'Z') || byte == '_' || byte >= 128)
            classes[byte] = WORD;
    for (size_t i = 0; i < COUNT_OF(groups); i++)
        for (const char *at = groups[i].bytes; *at; at++)
            classes[(unsigned char)*at] = (unsigned char)groups[i].class;
}

static void scan_all(struct arena *arena, struct str source, struct str class_name,
                     const struct strs *names, struct python_scan *ret_scan)
{
    struct python_scan scan = {
        .class_at = SIZE_MAX,
        .conditional = ARENA_ARRAY(arena, names->count + 1, bool),
        .conditional_at = ARENA_ARRAY(arena, names->count + 1, size_t),
    };
    struct scanner s = {.arena = arena,
                        .source = source,
                        .names = names,
                        .class_name = class_name,
                        .first = true,
                        .scan = &scan};
    struct logical_line line;

    size_t nul = str_find_byte(source, '\0');
    if (nul != SIZE_MAX)
        break_at(&s, nul, "a NUL byte");
    fill_classes(s.classes);
    if (str_starts(source, STR("\xEF\xBB\xBF")))
        s.at = 3;
    while (line_begin(&s, &line)) {
        line_scan(&s, &line);
        if (s.first && is_string_start(&s, &line))
            scan.docstring = (struct python_span){.start = line.start, .end = line.end};
        s.first = false;
        if (class_name.length)
            line_use_in_class(&s, &line);
        else
            line_use(&s, &line);
    }
    *ret_scan = scan;
}

void python_scan(struct arena *arena, struct str source, const struct strs *names,
                 struct python_scan *ret_scan)
{
    scan_all(arena, source, STR_NONE, names, ret_scan);
}

void python_scan_class(struct arena *arena, struct str source, struct str class_name,
                       const struct strs *names, struct python_scan *ret_scan)
{
    scan_all(arena, source, class_name, names, ret_scan);
}
