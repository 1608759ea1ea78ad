#include "readers/library_names.h"

#include "base/buf.h"

struct import_name {
    struct str name, module, thing;
};
VEC_DEFINE(import_names, struct import_name);

static struct str without_comments(struct arena *arena, struct str text)
{
    struct buf out = buf_new(arena, text.length + 1);

    if (str_find_byte(text, '#') == SIZE_MAX)
        return text;
    for (struct str line; str_next_line(&text, &line);) {
        buf_add(&out, str_cut(&line, '#'));
        buf_add_byte(&out, '\n');
    }
    return buf_str(&out);
}

/* `b as c` of a module, or of none: `a.b as c`. */
static void add_import_name(struct arena *arena, struct import_names *names, struct str item,
                            struct str module)
{
    size_t as = str_find(item, STR(" as "));
    struct str thing = str_trim(str_prefix(item, as));
    struct str name =
        as == SIZE_MAX ? str_word(thing) : str_trim(str_from_offset(item, as + STR(" as ").length));

    if (name.length)
        VEC_PUSH(arena, names,
                 (struct import_name){.name = name,
                                      .module = module.length    ? module
                                                : as == SIZE_MAX ? name
                                                                 : thing,
                                      .thing = module.length ? thing : STR_NONE});
}

/* `others`: those of statements that these do not have; NULL: all. */
static void list_imports(struct arena *arena, const struct edited_parts *parts,
                         const struct edited_parts *others, struct import_names *names)
{
    for (size_t i = 0; i < parts->list.count; i++) {
        struct str text = parts->list.items[i].text, module = STR_NONE;
        if (parts->list.items[i].kind != EDITED_IMPORT ||
            (others && edited_parts_have(others, &parts->list.items[i])))
            continue;
        text = without_comments(arena, text);
        size_t import = str_find(text, STR("import"));
        if (str_starts(text, STR("from")) && import != SIZE_MAX)
            module = str_trim(str_slice(text, STR("from").length, import));
        text =
            str_from_offset(text, import == SIZE_MAX ? text.length : import + STR("import").length);
        while (text.length)
            add_import_name(arena, names, str_trim_bytes(str_cut(&text, ','), " \t\r\n()\\"),
                            module);
    }
}

bool library_has(struct str module)
{
    static const char *const packages[] = {
        "sqlalchemy", "sqlmodel", "django",  "typing", "typing_extensions",
        "datetime",   "uuid",     "decimal", "enum",   "flask_sqlalchemy",
        "__future__", "pydantic", NULL};

    return str_is_one_of(str_word(module), packages);
}

static bool is_alike(const struct import_name *one, const struct import_name *other)
{
    return str_eq(one->name, other->name) && str_eq(one->module, other->module) &&
           str_eq(one->thing, other->thing);
}

static bool all_are(const struct import_names *names, const struct import_name *import)
{
    for (size_t i = 0; i < names->count; i++)
        if (str_eq(names->items[i].name, import->name) && !is_alike(&names->items[i], import))
            return false;
    return true;
}

static bool have_alike(const struct import_names *names, const struct import_name *import)
{
    for (size_t i = 0; i < names->count; i++)
        if (is_alike(&names->items[i], import))
            return true;
    return false;
}

static bool have_name(const struct import_names *names, struct str name)
{
    for (size_t i = 0; i < names->count; i++)
        if (str_eq(names->items[i].name, name))
            return true;
    return false;
}

/* Does every import of a name stand in both? */
static bool are_alike(const struct import_names names[2], struct str name)
{
    for (size_t edition = 0; edition < 2; edition++)
        for (size_t i = 0; i < names[edition].count; i++)
            if (str_eq(names[edition].items[i].name, name) &&
                !have_alike(&names[1 - edition], &names[edition].items[i]))
                return false;
    return true;
}

/* db: by its name, as Flask-SQLAlchemy's documentation calls it. */
void library_names(struct arena *arena, const struct edited_parts parts[2],
                   struct words *ret_library)
{
    static const char *const builtins[] = {"int",  "str",    "bool", "float", "bytes",
                                           "dict", "list",   "None", "True",  "False",
                                           "db",   "lambda", "not"};
    struct import_names names[2] = {{0}, {0}};

    *ret_library = (struct words){.arena = arena};
    for (size_t edition = 0; edition < 2; edition++)
        list_imports(arena, &parts[edition], NULL, &names[edition]);
    for (size_t i = 0; i < names[1].count; i++) {
        const struct import_name *import = &names[1].items[i];
        if (library_has(import->module) && all_are(&names[0], import) && all_are(&names[1], import))
            (void)words_add(ret_library, import->name);
    }
    for (size_t i = 0; i < COUNT_OF(builtins); i++)
        if (are_alike(names, str_from(builtins[i])))
            (void)words_add(ret_library, str_from(builtins[i]));
}

bool library_names_stay(struct arena *arena, const struct edited_parts parts[2],
                        struct words *ret_others)
{
    struct import_names names[2] = {{0}, {0}};

    *ret_others = (struct words){.arena = arena};
    for (size_t edition = 0; edition < 2; edition++)
        list_imports(arena, &parts[edition], NULL, &names[edition]);
    for (size_t edition = 0; edition < 2; edition++) {
        struct import_names differ = {0};
        list_imports(arena, &parts[edition], &parts[1 - edition], &differ);
        for (size_t i = 0; i < differ.count; i++) {
            if (have_alike(&names[1 - edition], &differ.items[i]))
                continue;
            if (have_name(&names[1 - edition], differ.items[i].name))
                return false;
            (void)words_add(ret_others, differ.items[i].name);
        }
    }
    return true;
}

static bool is_keyword_argument(struct str behind)
{
    behind = str_trim(behind);
    return str_starts(behind, STR("=")) && !str_starts(behind, STR("=="));
}

/* Of a text in quotes, without what it begins with; SIZE_MAX: it has to be read to know what it says. */
static size_t plain_text_end(struct str text)
{
    size_t end = str_find_byte(str_from_offset(text, 1), text.bytes[0]);

    if (end == SIZE_MAX || str_find_byte(str_prefix(text, end + 2), '\\') != SIZE_MAX)
        return SIZE_MAX;
    return end + 2;
}

/* Where we are in a value. */
struct value {
    bool ended;                  /* an operand stands before: it takes an operator */
    char before;                 /* what stood there else */
    size_t round, square, curly; /* brackets that are open */
};

static bool has_operand(struct value *value)
{
    bool fits = !value->ended;

    value->ended = true;
    return fits;
}

static bool has_opened(struct value *value, char byte)
{
    value->round += byte == '(';
    value->square += byte == '[';
    value->curly += byte == '{';
    value->ended = false;
    value->before = byte;
    return true;
}

static bool has_closed(struct value *value, char byte)
{
    size_t *open = byte == ')' ? &value->round : byte == ']' ? &value->square : &value->curly;

    if (!*open || (!value->ended && str_find_byte(STR("([{,"), value->before) == SIZE_MAX))
        return false;
    --*open;
    value->ended = true;
    return true;
}

/* What cannot be followed, and what Python would refuse, is false. */
static bool has_mark(struct value *value, char byte)
{
    if (str_find_byte(STR(" \t\r\n"), byte) != SIZE_MAX)
        return true;
    if (str_find_byte(STR("([{"), byte) != SIZE_MAX)
        return has_opened(value, byte);
    if (str_find_byte(STR(")]}"), byte) != SIZE_MAX)
        return has_closed(value, byte);
    if (str_find_byte(STR(".,=:|*+-"), byte) == SIZE_MAX ||
        ((byte == ',' || byte == '=' || byte == '|') && !value->ended))
        return false;
    value->ended = false;
    value->before = byte;
    return true;
}

static bool has_word(struct value *value, struct str text, size_t at, struct str word,
                     const struct words *names)
{
    if (str_eq(word, STR("not")) || str_eq(word, STR("lambda"))) {
        value->before = word.bytes[0];
        return !value->ended;
    }
    return has_operand(value) &&
           (byte_is_digit(word.bytes[0]) || (at && text.bytes[at - 1] == '.') ||
            words_have(names, word) ||
            (value->round && is_keyword_argument(str_from_offset(text, at + word.length))));
}

bool library_names_only(struct str text, const struct words *names)
{
    struct value value = {.ended = true}; /* the name */

    for (size_t at = 0; at < text.length;) {
        char byte = text.bytes[at];
        struct str rest = str_from_offset(text, at);
        size_t length = 1;
        bool fits = true;
        if (byte == '#') {
            length = str_prefix(rest, str_find_byte(rest, '\n')).length;
        } else if (byte == '"' || byte == '\'') {
            length = plain_text_end(rest);
            fits = length != SIZE_MAX && has_operand(&value);
        } else if (byte_is_word(byte)) {
            length = str_word(rest).length;
            fits = has_word(&value, text, at, str_prefix(rest, length), names);
        } else {
            fits = has_mark(&value, byte);
        }
        if (!fits)
            return false;
        at += length;
    }
    return value.ended && !value.round && !value.square && !value.curly;
}
