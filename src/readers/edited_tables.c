#include "readers/edited_tables.h"

#include "base/buf.h"
#include "readers/statements.h"

#define BODY_MAX ((size_t)4 << 20)

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

static struct str name_at(struct str text)
{
    size_t length = 0;

    while (length < text.length && byte_is_word(text.bytes[length]))
        length++;
    return str_prefix(text, length);
}

/* --- The statements of one edition. --- */

enum kind {
    KIND_CLASS,
    KIND_FUNCTION,
    KIND_VALUE, /* NAME = …, NAME: … */
    KIND_IMPORT,
    KIND_TEXT, /* a docstring */
    KIND_OTHER,
};

struct part {
    enum kind kind;
    struct str name; /* of classes, functions and values */
    struct str text; /* with its decorators */
};
VEC_DEFINE(parts, struct part);

static enum kind value_kind(struct str statement, struct str *ret_name)
{
    struct str name = name_at(statement), rest = str_trim(str_from_offset(statement, name.length));

    if (!name.length || (!str_starts(rest, STR(":")) &&
                         (!str_starts(rest, STR("=")) || str_starts(rest, STR("==")))))
        return KIND_OTHER;
    *ret_name = name;
    return KIND_VALUE;
}

static bool begins_text(struct str statement)
{
    struct str rest = str_from_offset(statement, name_at(statement).length);

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

static enum kind kind_of(struct str statement, struct str *ret_name)
{
    struct str rest = statement;

    *ret_name = STR_NONE;
    if (starts_with_word(rest, STR("import")) || starts_with_word(rest, STR("from")))
        return KIND_IMPORT;
    if (starts_with_word(rest, STR("async")))
        rest = str_trim(str_from_offset(rest, STR("async").length));
    if (starts_with_word(rest, STR("class")) || starts_with_word(rest, STR("def"))) {
        bool class = str_starts(rest, STR("class"));
        *ret_name = name_at(str_trim(str_from_offset(rest, class ? 5 : 3)));
        return class ? KIND_CLASS : KIND_FUNCTION;
    }
    if (begins_text(statement))
        return KIND_TEXT;
    return is_compound(statement) ? KIND_OTHER : value_kind(statement, ret_name);
}

static bool has_name(const struct parts *parts, struct str name)
{
    for (size_t i = 0; i < parts->count; i++)
        if (str_eq(parts->items[i].name, name))
            return true;
    return false;
}

/* False: it cannot be followed, or binds a name twice: then the order counts. */
static bool parts_read(struct arena *arena, struct str source, struct parts *ret_parts)
{
    struct statements statements = {.source = source};
    struct str statement, name;
    size_t decorated = SIZE_MAX;
    struct parts parts = {0};

    while (statements_next(&statements, &statement)) {
        size_t start = (size_t)(statement.bytes - source.bytes);
        if (statements_are_several(statement, false))
            return false;
        if (statement.bytes[0] == '@') {
            decorated = decorated == SIZE_MAX ? start : decorated;
            continue;
        }
        struct part part = {.kind = kind_of(statement, &name),
                            .name = name,
                            .text = str_slice(source, decorated == SIZE_MAX ? start : decorated,
                                              start + statement.length)};
        /* A property and its setter. */
        if (name.length && has_name(&parts, name) &&
            (part.kind != KIND_FUNCTION || decorated == SIZE_MAX))
            return false;
        VEC_PUSH(arena, &parts, part);
        decorated = SIZE_MAX;
    }
    *ret_parts = parts;
    return statements_are_whole(&statements);
}

static const struct part *part_like(const struct parts *parts, const struct part *part)
{
    for (size_t i = 0; i < parts->count; i++)
        if (str_eq(parts->items[i].text, part->text))
            return &parts->items[i];
    return NULL;
}

static const struct part *class_named(const struct parts *parts, struct str name)
{
    for (size_t i = 0; i < parts->count; i++)
        if (parts->items[i].kind == KIND_CLASS && str_eq(parts->items[i].name, name))
            return &parts->items[i];
    return NULL;
}

/* --- A class with a table of its own. --- */

/* Where its body begins; SIZE_MAX: it stands on the line of the header. */
static size_t body_of(struct str class)
{
    size_t end = str_find(class, STR(":\n")), other = str_find(class, STR(":\r\n"));

    end = other < end ? other : end;
    return end == SIZE_MAX ? SIZE_MAX : end + 1;
}

static bool has_own_table(const struct part *class)
{
    static const char *const shared[] = {
        "abstract", "Abstract",          "declared_attr",       "__init_subclass__", "metaclass",
        "registry", "naming_convention", "type_annotation_map", "concrete",          NULL};
    static const char *const named[] = {
        "__tablename__ =", "__tablename__=", "__tablename__:", NULL};
    static const char *const bases[] = {"models.Model", "db.Model", "table=True", "table = True",
                                        NULL};
    size_t body = body_of(class->text);

    return body != SIZE_MAX && !has_one_of(class->text, shared) &&
           !str_contains(class->name, STR("Mixin")) && !str_contains(class->name, STR("Base")) &&
           (has_one_of(class->text, named) || has_one_of(str_prefix(class->text, body), bases));
}

/* Its body as if it stood at the top level. */
static struct str dedented(struct arena *arena, struct str body)
{
    struct buf out = buf_new(arena, BODY_MAX);
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

static bool is_call(struct str text)
{
    size_t at = 0;

    while (at < text.length && (byte_is_word(text.bytes[at]) || text.bytes[at] == '.'))
        at++;
    return at && at < text.length && text.bytes[at] == '(';
}

/* Nothing that other classes could be given: no constant, no enumeration. */
static bool is_own(const struct part *member)
{
    struct str rest = str_trim(str_from_offset(member->text, member->name.length));

    switch (member->kind) {
    case KIND_FUNCTION:
    case KIND_TEXT:
        return true;
    case KIND_CLASS:
        return str_eq(member->name, STR("Meta"));
    case KIND_VALUE:
        if (str_starts(member->name, STR("__")))
            return true;
        if (str_starts(rest, STR(":")))
            return !str_contains(rest, STR("ClassVar")) && !str_contains(rest, STR("Final"));
        return is_call(str_trim(str_from_offset(rest, 1)));
    case KIND_IMPORT:
    case KIND_OTHER:
        break;
    }
    return str_eq(member->text, STR("pass"));
}

static bool all_own(const struct parts *members, const struct parts *others)
{
    for (size_t i = 0; i < members->count; i++)
        if (!part_like(others, &members->items[i]) && !is_own(&members->items[i]))
            return false;
    return true;
}

static bool class_differs_alone(struct arena *arena, const struct part *before,
                                const struct part *after)
{
    struct parts old, new;

    return has_own_table(before) && has_own_table(after) &&
           parts_read(arena, dedented(arena, str_from_offset(before->text, body_of(before->text))),
                      &old) &&
           parts_read(arena, dedented(arena, str_from_offset(after->text, body_of(after->text))),
                      &new) &&
           all_own(&old, &new) && all_own(&new, &old);
}

/* --- Two editions. --- */

/* What such an import binds, another file may import from this one: of these packages no model does. */
static bool imports_package(struct str statement)
{
    static const char *const packages[] = {
        "sqlalchemy", "sqlmodel", "django", "typing",           "typing_extensions", "datetime",
        "uuid",       "decimal",  "enum",   "flask_sqlalchemy", "__future__",        "pydantic"};
    bool from = str_starts(statement, STR("from"));
    struct str module = name_at(str_trim(str_from_offset(statement, from ? 4 : 6)));

    for (size_t i = 0; i < COUNT_OF(packages); i++)
        if (str_eq(module, str_from(packages[i])))
            return true;
    return false;
}

/* __all__ with more in it than before. */
static bool hands_on_more(const struct part *before, const struct parts *after)
{
    for (size_t i = 0; i < after->count; i++) {
        struct str rest = before->text;
        if (!str_eq(after->items[i].name, STR("__all__")))
            continue;
        while (rest.length) {
            struct str word = name_at(rest);
            if (word.length && !str_contains(after->items[i].text, word))
                return false;
            rest = str_from_offset(rest, word.length ? word.length : 1);
        }
        return true;
    }
    return false;
}

/* It is not there any more as it was. */
static bool may_go(struct arena *arena, const struct part *part, const struct parts *after)
{
    const struct part *class = part->kind == KIND_CLASS ? class_named(after, part->name) : NULL;

    if (class)
        return class_differs_alone(arena, part, class);
    return part->kind == KIND_TEXT || (part->kind == KIND_IMPORT && imports_package(part->text)) ||
           (str_eq(part->name, STR("__all__")) && hands_on_more(part, after));
}

static bool may_come(const struct part *part, const struct parts *before)
{
    if (part->kind != KIND_OTHER)
        return !part->name.length || !has_name(before, part->name) || part->kind == KIND_CLASS ||
               str_eq(part->name, STR("__all__"));
    return str_starts(part->text, STR("Index("));
}

bool edited_tables(struct arena *arena, struct str before, struct str after, struct strs *ret_names)
{
    struct parts old, new;
    struct strs names = {0};

    if (!parts_read(arena, before, &old) || !parts_read(arena, after, &new))
        return false;
    for (size_t i = 0; i < old.count; i++)
        if (!part_like(&new, &old.items[i]) && !may_go(arena, &old.items[i], &new))
            return false;
    for (size_t i = 0; i < new.count; i++) {
        if (part_like(&old, &new.items[i]))
            continue;
        if (!may_come(&new.items[i], &old))
            return false;
        if (new.items[i].kind == KIND_CLASS)
            VEC_PUSH(arena, &names, new.items[i].name);
    }
    *ret_names = names;
    return true;
}

bool edited_tables_imports_stay(struct arena *arena, struct str before, struct str after)
{
    struct strs kept = {0};
    struct statements old = {.source = before}, new = {.source = after};
    struct str statement, name;

    while (statements_next(&new, &statement))
        if (kind_of(statement, &name) == KIND_IMPORT)
            VEC_PUSH(arena, &kept, statement);
    while (statements_next(&old, &statement))
        if (kind_of(statement, &name) == KIND_IMPORT && !imports_package(statement) &&
            !strs_have(&kept, statement))
            return false;
    return true;
}

/* --- A file that did not change. --- */

const char *const edited_tables_wide_words[] = {"naming_convention", "MetaData(",
                                                "type_annotation_map", "%(table_name)", NULL};

static bool runs_something(struct str source)
{
    struct statements statements = {.source = source};
    struct str statement, name;

    while (statements_next(&statements, &statement))
        if (statement.bytes[0] != '@' &&
            (kind_of(statement, &name) == KIND_OTHER || statements_are_several(statement, false)))
            return true;
    return !statements_are_whole(&statements);
}

/* Lines in the first column. One of a text may look like a statement; returns whether something does that defines nothing. */
static bool note_bound(struct arena *arena, struct str source, struct strs *names)
{
    struct str line, name;
    bool odd = false;

    while (str_next_line(&source, &line)) {
        if (!line.length || str_find_byte(STR(" \t#@)]}\"'"), line.bytes[0]) != SIZE_MAX)
            continue;
        odd = kind_of(line, &name) == KIND_OTHER || odd;
        if (name.length)
            VEC_PUSH(arena, names, name);
    }
    return odd;
}

static void note_literals(struct arena *arena, struct str source, struct str mark,
                          struct strs *names)
{
    size_t at;

    while ((at = str_find(source, mark)) != SIZE_MAX) {
        source = str_from_offset(source, at + mark.length);
        while (source.length && !byte_is_word(source.bytes[0]))
            source = str_from_offset(source, 1);
        VEC_PUSH(arena, names, name_at(source));
    }
}

bool edited_tables_look(struct arena *arena, struct str source, struct strs *ret_names)
{
    struct strs names = {0};
    bool odd = note_bound(arena, source, &names);

    note_literals(arena, source, STR("__tablename__"), &names);
    note_literals(arena, source, STR("Table("), &names);
    note_literals(arena, source, STR("db_table"), &names);
    *ret_names = names;
    return !((odd || str_find_byte(source, ';') != SIZE_MAX) && runs_something(source));
}
