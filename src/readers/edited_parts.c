#include "readers/edited_parts.h"

#include "base/buf.h"
#include "readers/statements.h"

static bool has_one_of(struct str text, const char *const *words)
{
    for (; *words; words++)
        if (str_contains(text, str_from(*words)))
            return true;
    return false;
}

static bool starts_with_word(struct str text, struct str word)
{
    return str_starts(text, word) &&
           (text.length == word.length || !byte_is_word(text.bytes[word.length]));
}

struct str edited_name_at(struct str text)
{
    size_t length = 0;

    while (length < text.length && byte_is_word(text.bytes[length]))
        length++;
    return str_prefix(text, length);
}

/* --- The statements of one edition. --- */

static enum edited_kind value_kind(struct str statement, struct str *ret_name)
{
    struct str name = edited_name_at(statement),
               rest = str_trim(str_from_offset(statement, name.length));

    if (!name.length || (!str_starts(rest, STR(":")) &&
                         (!str_starts(rest, STR("=")) || str_starts(rest, STR("==")))))
        return EDITED_OTHER;
    *ret_name = name;
    return EDITED_VALUE;
}

static bool begins_text(struct str statement)
{
    struct str rest = str_from_offset(statement, edited_name_at(statement).length);

    return statement.length - rest.length <= 2 && rest.length &&
           (rest.bytes[0] == '"' || rest.bytes[0] == '\'');
}

static bool is_compound(struct str statement)
{
    static const char *const words[] = {"if",      "elif",  "else", "try", "except",
                                        "finally", "while", "for",  "with"};

    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (starts_with_word(statement, str_from(words[i])))
            return true;
    return false;
}

enum edited_kind edited_kind_of(struct str statement, struct str *ret_name)
{
    struct str rest = statement;

    *ret_name = STR_NONE;
    if (starts_with_word(rest, STR("import")) || starts_with_word(rest, STR("from")))
        return EDITED_IMPORT;
    if (starts_with_word(rest, STR("async")))
        rest = str_trim(str_from_offset(rest, STR("async").length));
    if (starts_with_word(rest, STR("class")) || starts_with_word(rest, STR("def"))) {
        bool class = str_starts(rest, STR("class"));
        *ret_name = edited_name_at(str_trim(str_from_offset(rest, class ? 5 : 3)));
        return class ? EDITED_CLASS : EDITED_FUNCTION;
    }
    if (begins_text(statement))
        return EDITED_TEXT;
    return is_compound(statement) ? EDITED_OTHER : value_kind(statement, ret_name);
}

/* False: it cannot be followed, or binds a name twice: then the order counts. */
bool edited_parts_read(struct arena *arena, struct str source, struct edited_parts *ret_parts)
{
    struct statements statements = {.source = source};
    struct str statement, name;
    size_t decorated = SIZE_MAX;
    struct edited_parts parts = {.texts = {.arena = arena}, .names = {.arena = arena}};

    while (statements_next(&statements, &statement)) {
        size_t start = (size_t)(statement.bytes - source.bytes);
        if (statements_are_several(statement, false))
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

/* Where its body begins; SIZE_MAX: it stands on the line of the header. */
static size_t body_of(const struct edited_part *class)
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

static bool has_own_table(const struct edited_part *class)
{
    static const char *const shared[] = {
        "abstract", "Abstract",          "declared_attr",       "__init_subclass__", "metaclass",
        "registry", "naming_convention", "type_annotation_map", "concrete",          NULL};
    static const char *const named[] = {
        "__tablename__ =", "__tablename__=", "__tablename__:", NULL};
    static const char *const bases[] = {"models.Model", "db.Model", "table=True", "table = True",
                                        NULL};
    size_t body = body_of(class);

    return body != SIZE_MAX && !has_one_of(class->text, shared) &&
           !str_contains(class->name, STR("Mixin")) && !str_contains(class->name, STR("Base")) &&
           (has_one_of(class->text, named) || has_one_of(str_prefix(class->text, body), bases));
}

/* Its body as if it stood at the top level. */
static struct str dedented(struct arena *arena, struct str body)
{
    struct buf out = buf_new(arena, body.length + 1); /* no line gets longer */
    size_t width = 0;
    struct str line;

    while (str_next_line(&body, &line)) {
        size_t indent = 0;
        while (indent < line.length && (line.bytes[indent] == ' ' || line.bytes[indent] == '\t'))
            indent++;
        if (!width && indent < line.length && line.bytes[indent] != '\r')
            width = indent;
        buf_add(&out, str_from_offset(line, indent < width ? indent : width));
        buf_add_byte(&out, '\n');
    }
    return buf_str(&out);
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

bool edited_class_members(struct arena *arena, const struct edited_part *class,
                          struct edited_parts *ret_members)
{
    size_t body = body_of(class);

    return body != SIZE_MAX &&
           edited_parts_read(arena, dedented(arena, str_from_offset(class->text, body)),
                             ret_members);
}

bool edited_class_alone(struct arena *arena, const struct edited_part *before,
                        const struct edited_part *after)
{
    static const char *const sqlmodel[] = {"table=True", "table = True", NULL};
    struct edited_parts old, new;
    bool is_sqlmodel = has_one_of(after->text, sqlmodel);

    return has_own_table(before) && has_own_table(after) &&
           edited_class_members(arena, before, &old) && edited_class_members(arena, after, &new) &&
           all_own(&old, &new, is_sqlmodel) && all_own(&new, &old, is_sqlmodel);
}
