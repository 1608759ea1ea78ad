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
                                      .module = module.length ? module : thing,
                                      .thing = module.length ? thing : STR_NONE});
}

static void list_imports(struct arena *arena, const struct edited_parts *parts,
                         struct import_names *names)
{
    for (size_t i = 0; i < parts->list.count; i++) {
        struct str text = parts->list.items[i].text, module = STR_NONE;
        if (parts->list.items[i].kind != EDITED_IMPORT)
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

/* What no project changes between two commits. */
static bool is_of_library(struct str module)
{
    static const char *const packages[] = {
        "sqlalchemy", "sqlmodel", "django",           "typing",   "uuid", "typing_extensions",
        "datetime",   "decimal",  "flask_sqlalchemy", "pydantic", NULL};

    return str_is_one_of(str_word(module), packages);
}

static bool all_are(const struct import_names *names, const struct import_name *import)
{
    for (size_t i = 0; i < names->count; i++) {
        const struct import_name *other = &names->items[i];
        if (str_eq(other->name, import->name) &&
            !(str_eq(other->module, import->module) && str_eq(other->thing, import->thing)))
            return false;
    }
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
        list_imports(arena, &parts[edition], &names[edition]);
    for (size_t i = 0; i < names[1].count; i++) {
        const struct import_name *import = &names[1].items[i];
        if (is_of_library(import->module) && all_are(&names[0], import) &&
            all_are(&names[1], import))
            (void)words_add(ret_library, import->name);
    }
    for (size_t i = 0; i < COUNT_OF(builtins); i++)
        (void)words_add(ret_library, str_from(builtins[i]));
}

static bool is_keyword_argument(struct str behind)
{
    behind = str_trim(behind);
    return str_starts(behind, STR("=")) && !str_starts(behind, STR("=="));
}

bool library_names_only(struct str text, const struct words *names)
{
    size_t depth = 0;

    for (size_t at = 0; at < text.length;) {
        char byte = text.bytes[at];
        struct str rest = str_from_offset(text, at);
        if (byte == '#') {
            at += str_prefix(rest, str_find_byte(rest, '\n')).length;
        } else if (byte == '"' || byte == '\'') {
            size_t end = str_find_byte(str_from_offset(rest, 1), byte);
            at += end == SIZE_MAX ? rest.length : end + 2;
        } else if (byte_is_word(byte)) {
            struct str word = str_word(rest);
            if (!byte_is_digit(byte) && !(at && text.bytes[at - 1] == '.') &&
                !words_have(names, word) &&
                !(depth && is_keyword_argument(str_from_offset(rest, word.length))))
                return false;
            at += word.length;
        } else {
            depth += byte == '(';
            depth -= depth && byte == ')';
            at++;
        }
    }
    return true;
}
