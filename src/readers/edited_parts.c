#include "readers/edited_parts.h"

#include "base/sought.h"
#include "readers/statements.h"

/* --- The statements of one edition. --- */

static enum edited_kind value_kind(struct str statement, struct str *ret_name)
{
    struct str name = str_word(statement), rest = str_trim(str_from_offset(statement, name.length));

    if (!name.length || (!str_starts(rest, STR(":")) &&
                         (!str_starts(rest, STR("=")) || str_starts(rest, STR("==")))))
        return EDITED_OTHER;
    *ret_name = name;
    return EDITED_VALUE;
}

static bool begins_text(struct str statement)
{
    struct str rest = str_from_offset(statement, str_word(statement).length);

    return statement.length - rest.length <= 2 && rest.length &&
           (rest.bytes[0] == '"' || rest.bytes[0] == '\'');
}

/* Behind a text that ends there; SIZE_MAX: it does not end. */
static size_t text_end(struct str text, size_t at)
{
    char quotes[] = {text.bytes[at], text.bytes[at], text.bytes[at]};
    bool triple = str_starts(str_from_offset(text, at), str_of(quotes, 3));
    struct str end = str_of(quotes, triple ? 3 : 1);

    for (at += end.length; at < text.length; at += text.bytes[at] == '\\' ? 2 : 1)
        if (str_starts(str_from_offset(text, at), end))
            return at + end.length;
    return SIZE_MAX;
}

/* "a" "b", and nothing that computes; one that is formatted may. */
static bool is_text_alone(struct str statement)
{
    for (size_t at = 0; at < statement.length;) {
        struct str rest = str_from_offset(statement, at), prefix = str_word(rest);
        char byte = rest.bytes[prefix.length < rest.length ? prefix.length : 0];
        if (prefix.length > 2 || str_find_byte(prefix, 'f') != SIZE_MAX ||
            str_find_byte(prefix, 'F') != SIZE_MAX)
            return false;
        if (byte == '"' || byte == '\'')
            at = text_end(statement, at + prefix.length);
        else if (byte == '#' && !prefix.length)
            at += str_prefix(rest, str_find_byte(rest, '\n')).length;
        else if (!prefix.length && str_find_byte(STR(" \t\r\n\\;"), byte) != SIZE_MAX)
            at++;
        else
            return false;
    }
    return true;
}

static bool is_compound(struct str word)
{
    static const char *const words[] = {"if",      "elif",  "else", "try",  "except",
                                        "finally", "while", "for",  "with", NULL};

    return str_is_one_of(word, words);
}

enum edited_kind edited_kind_of(struct str statement, struct str *ret_name)
{
    struct str rest = statement, word = str_word(rest);

    *ret_name = STR_NONE;
    if (str_eq(word, STR("import")) || str_eq(word, STR("from")))
        return EDITED_IMPORT;
    if (str_eq(word, STR("async"))) {
        rest = str_trim(str_from_offset(rest, word.length));
        word = str_word(rest);
    }
    if (str_eq(word, STR("class")) || str_eq(word, STR("def"))) {
        *ret_name = str_word(str_trim(str_from_offset(rest, word.length)));
        return word.bytes[0] == 'c' ? EDITED_CLASS : EDITED_FUNCTION;
    }
    if (begins_text(statement))
        return EDITED_TEXT;
    return is_compound(str_word(statement)) ? EDITED_OTHER : value_kind(statement, ret_name);
}

/* `indent`: of its lines. False: it cannot be followed, or binds a name twice: then the order counts. */
static bool read_parts(struct arena *arena, struct str source, size_t indent,
                       struct edited_parts *ret_parts)
{
    struct statements statements = {.source = source, .indent = indent};
    struct str statement, name;
    size_t decorated = SIZE_MAX;
    struct edited_parts parts = {.texts = {.arena = arena}, .names = {.arena = arena}};

    while (statements_next(&statements, &statement)) {
        size_t start = (size_t)(statement.bytes - source.bytes);
        if (statements.several)
            return false;
        if (statement.bytes[0] == '@') {
            decorated = decorated == SIZE_MAX ? start : decorated;
            continue;
        }
        size_t from = decorated == SIZE_MAX ? start : decorated;
        struct edited_part part = {.kind = edited_kind_of(statement, &name),
                                   .name = name,
                                   .text = str_slice(source, from, start + statement.length),
                                   .begins = start - from};
        if (part.kind == EDITED_TEXT && !is_text_alone(statement))
            part.kind = EDITED_OTHER;
        if (part.kind == EDITED_CLASS)
            part.body = ARENA_ARRAY(arena, 1, struct edited_body);
        /* A property and its setter. */
        if (name.length && !words_add(&parts.names, name) &&
            (part.kind != EDITED_FUNCTION || decorated == SIZE_MAX))
            return false;
        (void)words_add(&parts.texts, part.text);
        VEC_PUSH(arena, &parts.list, part);
        decorated = SIZE_MAX;
    }
    *ret_parts = parts;
    return statements_are_whole(&statements);
}

/* Python ends a line there too. */
static bool has_lone_return(struct str source)
{
    for (size_t at; (at = str_find_byte(source, '\r')) != SIZE_MAX;) {
        source = str_from_offset(source, at + 1);
        if (!str_starts(source, STR("\n")))
            return true;
    }
    return false;
}

bool edited_parts_read(struct arena *arena, struct str source, struct edited_parts *ret_parts)
{
    return !has_lone_return(source) && read_parts(arena, source, 0, ret_parts);
}

bool edited_parts_have(const struct edited_parts *parts, const struct edited_part *part)
{
    return words_have(&parts->texts, part->text);
}

const struct edited_part *edited_class_named(const struct edited_parts *parts, struct str name)
{
    if (!words_have(&parts->names, name))
        return NULL;
    for (size_t i = 0; i < parts->list.count; i++)
        if (parts->list.items[i].kind == EDITED_CLASS && str_eq(parts->list.items[i].name, name))
            return &parts->list.items[i];
    return NULL;
}

/* --- A class with a table of its own. --- */

/* Of a header, the colon outside of brackets; SIZE_MAX: none. */
static size_t header_end(struct str header)
{
    size_t depth = 0;

    for (size_t at = 0; at < header.length; at++) {
        char byte = header.bytes[at];
        char end = byte == '#' ? '\n' : byte;
        if (byte == ':' && !depth)
            return at;
        depth += byte == '(' || byte == '[' || byte == '{';
        depth -= depth && (byte == ')' || byte == ']' || byte == '}');
        if (byte == '#' || byte == '"' || byte == '\'')
            do
                at++;
            while (at < header.length && header.bytes[at] != end);
    }
    return SIZE_MAX;
}

static size_t find_body(const struct edited_part *class)
{
    size_t colon = header_end(str_from_offset(class->text, class->begins));
    struct str rest, line;

    if (colon == SIZE_MAX)
        return SIZE_MAX;
    rest = str_from_offset(class->text, class->begins + colon + 1);
    if (!str_next_line(&rest, &line) || !rest.length)
        return SIZE_MAX;
    line = str_trim(line);
    return line.length && line.bytes[0] != '#' ? SIZE_MAX : class->text.length - rest.length;
}

size_t edited_class_body(const struct edited_part *class)
{
    struct edited_body *body = class->body;

    if (!body->placed)
        body->at = find_body(class);
    body->placed = true;
    return body->at;
}

static bool has_table(const struct edited_part *class)
{
    static const char *const shared[] = {
        "abstract", "Abstract",          "declared_attr",       "__init_subclass__", "metaclass",
        "registry", "naming_convention", "type_annotation_map", "concrete",          NULL};
    static const char *const named[] = {
        "__tablename__ =", "__tablename__=", "__tablename__:", NULL};
    static const char *const bases[] = {"models.Model", "db.Model", "table=True", "table = True",
                                        NULL};
    static _Thread_local struct sought sought[3];
    size_t body = edited_class_body(class);

    return body != SIZE_MAX && !sought_one_of(&sought[0], shared, class->text) &&
           !str_contains(class->name, STR("Mixin")) && !str_contains(class->name, STR("Base")) &&
           (sought_one_of(&sought[1], named, class->text) ||
            sought_one_of(&sought[2], bases, str_prefix(class->text, body)));
}

bool edited_class_has_table(const struct edited_part *class)
{
    struct edited_body *body = class->body;

    if (!body->judged)
        body->has_table = has_table(class);
    body->judged = true;
    return body->has_table;
}

/* Of the first line with code. */
static size_t indent_of(struct str body)
{
    struct str line;

    while (str_next_line(&body, &line)) {
        struct str code = str_trim(line);
        if (!code.length || code.bytes[0] == '#')
            continue;
        size_t indent = (size_t)(code.bytes - line.bytes);
        size_t feed = str_find_last_byte(str_prefix(line, indent), '\f');
        return feed == SIZE_MAX ? indent : indent - feed - 1;
    }
    return 0;
}

/* Column(…), models.CharField(…), mapped_column(…); not int("5"), enum.Enum("Kind", "a b"). */
static bool makes_field(struct str text)
{
    static const char *const names[] = {"mapped_column", "relationship", "column_property",
                                        "synonym",       "deferred",     "association_proxy",
                                        "composite",     "backref",      NULL};
    size_t at = 0;

    while (at < text.length && (byte_is_word(text.bytes[at]) || text.bytes[at] == '.'))
        at++;
    if (!at || at == text.length || text.bytes[at] != '(')
        return false;
    size_t dot = str_find_last_byte(str_prefix(text, at), '.');
    struct str name = str_slice(text, dot == SIZE_MAX ? 0 : dot + 1, at);
    return str_is_one_of(name, names) ||
           (name.length && name.bytes[0] >= 'A' && name.bytes[0] <= 'Z' &&
            !str_ends(name, STR("Enum")) && !str_ends(name, STR("Flag")) &&
            !str_ends(name, STR("Choices")));
}

static bool is_constant_name(struct str name)
{
    for (size_t i = 0; i < name.length; i++)
        if (name.bytes[i] >= 'a' && name.bytes[i] <= 'z')
            return false;
    return true;
}

/* LIMIT: int = 5 is no column, name: str = "" is one of a SQLModel alone. */
static bool is_annotated_field(struct str name, struct str annotation, bool of_sqlmodel)
{
    size_t equal = str_find_byte(annotation, '=');
    struct str value = str_trim(str_from_offset(annotation, equal == SIZE_MAX ? 0 : equal + 1));

    if (equal != SIZE_MAX && !of_sqlmodel && !makes_field(value))
        return false;
    return !str_contains(annotation, STR("ClassVar")) && !str_contains(annotation, STR("Final")) &&
           (!is_constant_name(name) || str_contains(annotation, STR("Mapped[")));
}

/* Nothing that other classes could be given: no constant, no enumeration. */
static bool is_own(const struct edited_part *member, bool of_sqlmodel)
{
    struct str rest = str_trim(str_from_offset(member->text, member->name.length));

    switch (member->kind) {
    case EDITED_FUNCTION: /* one of an object gives other classes nothing */
        return !str_contains(str_prefix(member->text, member->begins), STR("method"));
    case EDITED_TEXT:
        return true;
    case EDITED_CLASS:
        return str_eq(member->name, STR("Meta"));
    case EDITED_VALUE:
        if (str_starts(member->name, STR("__")))
            return true;
        if (str_starts(rest, STR(":")))
            return is_annotated_field(member->name, rest, of_sqlmodel);
        return makes_field(str_trim(str_from_offset(rest, 1)));
    case EDITED_IMPORT:
    case EDITED_OTHER:
        break;
    }
    return str_eq(member->text, STR("pass"));
}

static bool all_own(const struct edited_parts *members, const struct edited_parts *others,
                    bool of_sqlmodel)
{
    for (size_t i = 0; i < members->list.count; i++)
        if (!edited_parts_have(others, &members->list.items[i]) &&
            !is_own(&members->list.items[i], of_sqlmodel))
            return false;
    return true;
}

const struct edited_parts *edited_class_members(struct arena *arena,
                                                const struct edited_part *class)
{
    struct edited_body *body = class->body;

    if (!body->asked) {
        size_t at = edited_class_body(class);
        struct str text = at == SIZE_MAX ? STR_NONE : str_from_offset(class->text, at);
        body->asked = true;
        body->whole = at != SIZE_MAX && read_parts(arena, text, indent_of(text), &body->members);
    }
    return body->whole ? &body->members : NULL;
}

bool edited_class_alone(struct arena *arena, const struct edited_part *before,
                        const struct edited_part *after)
{
    static const char *const sqlmodel[] = {"table=True", "table = True", NULL};
    static _Thread_local struct sought sought;
    bool is_sqlmodel =
        sought_one_of(&sought, sqlmodel, str_prefix(after->text, edited_class_body(after)));
    const struct edited_parts *old, *new;

    if (!edited_class_has_table(before) || !edited_class_has_table(after))
        return false;
    old = edited_class_members(arena, before);
    new = edited_class_members(arena, after);
    return old && new &&all_own(old, new, is_sqlmodel) && all_own(new, old, is_sqlmodel);
}
