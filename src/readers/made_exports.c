#include "readers/made_exports.h"

#include <string.h>

#include "base/file.h"

#define IMPORTS_MAX 64u
#define CLAUSE_MAX 4096u

/* The line with this byte; lines before it are passed over: most files have none that matters. */
static bool next_line_with(struct str *rest, size_t at, struct str *ret_line)
{
    if (at == SIZE_MAX)
        return false;
    size_t newline = str_find_last_byte(str_prefix(*rest, at), '\n');
    *rest = str_from_offset(*rest, newline == SIZE_MAX ? 0 : newline + 1);
    return str_next_line(rest, ret_line);
}

static struct str leading_word(struct str text)
{
    size_t length = 0;

    while (length < text.length && (byte_is_word(text.bytes[length]) || text.bytes[length] == '$'))
        length++;
    return str_prefix(text, length);
}

/* `export const userLog = makeLog('user')`: "makeLog", of `log.make()` "log"; empty: the line exports no call. */
static struct str exported_call(struct str line)
{
    static const char *const starts[] = {"export const ", "export let ", "export default "};

    if (!str_starts(line, STR("export ")))
        return STR_NONE;
    for (size_t i = 0; i < COUNT_OF(starts); i++) {
        if (!str_starts(line, str_from(starts[i])))
            continue;
        size_t equals = str_find_byte(line, '=');
        struct str value = str_from_offset(line, str_from(starts[i]).length);
        if (i + 1 < COUNT_OF(starts) && equals == SIZE_MAX)
            return STR_NONE;
        if (i + 1 < COUNT_OF(starts))
            value = str_trim(str_from_offset(line, equals + 1));
        struct str word = leading_word(value);
        struct str rest = str_from_offset(value, word.length);
        bool call =
            rest.length && (rest.bytes[0] == '(' || rest.bytes[0] == '<' || rest.bytes[0] == '.');
        return call && !str_eq(word, STR("async")) && !str_eq(word, STR("function")) ? word
                                                                                     : STR_NONE;
    }
    return STR_NONE;
}

static bool names_word(struct str text, struct str word)
{
    while (text.length) {
        size_t at = str_find(text, word);
        if (at == SIZE_MAX)
            return false;
        struct str behind = str_from_offset(text, at + word.length);
        if ((!at || !byte_is_word(text.bytes[at - 1])) &&
            (!behind.length || !byte_is_word(behind.bytes[0])))
            return true;
        text = behind;
    }
    return false;
}

static bool exports_call_of(struct str source, struct str clause)
{
    struct str line;

    while (str_next_line(&source, &line)) {
        struct str word = exported_call(line);
        if (word.length && names_word(clause, word))
            return true;
    }
    return false;
}

static bool exports_any_call(struct str source)
{
    static const struct str sign = STR_INIT("export ");
    struct str line;

    while (next_line_with(&source, str_find(source, sign), &line))
        if (exported_call(line).length)
            return true;
    return false;
}

/* What stands behind the last `import`; empty: none is near. */
static struct str clause_before(struct str text)
{
    static const struct str import = STR_INIT("import");
    struct str near =
        str_from_offset(text, text.length > CLAUSE_MAX ? text.length - CLAUSE_MAX : 0);
    struct str clause = STR_NONE;

    for (size_t at; (at = str_find(near, import)) != SIZE_MAX; clause = near)
        near = str_from_offset(near, at + import.length);
    return clause;
}

/* The next `import … from 'module'`: what stands between. */
static bool next_import(struct str *rest, struct str *ret_clause, struct str *ret_module)
{
    static const struct str from = STR_INIT("from");
    struct str all = *rest, text = all;

    for (;;) {
        size_t at = str_find(text, from);
        if (at == SIZE_MAX)
            return false;
        struct str before = str_prefix(all, all.length - text.length + at);
        text = str_from_offset(text, at + from.length);
        while (text.length && strchr(" \t\r\n", text.bytes[0]))
            text = str_from_offset(text, 1);
        if (!text.length || (text.bytes[0] != '\'' && text.bytes[0] != '"'))
            continue;
        struct str module = str_from_offset(text, 1);
        size_t end = str_find_byte(module, text.bytes[0]);
        if (end == SIZE_MAX)
            continue;
        *ret_clause = clause_before(before);
        *ret_module = str_prefix(module, end);
        *rest = str_from_offset(module, end + 1);
        return true;
    }
}

struct str made_exports_name(struct str path)
{
    static const char *const endings[] = {".ts",  ".js",  ".mts", ".cts", ".mjs",
                                          ".cjs", ".tsx", ".jsx", ".py"};
    struct str name = path_base_name(path);

    for (size_t i = 0; i < COUNT_OF(endings); i++)
        if (str_ends(name, str_from(endings[i]))) {
            name = str_prefix(name, name.length - str_from(endings[i]).length);
            break;
        }
    return str_eq(name, STR("index")) || str_eq(name, STR("__init__"))
               ? path_base_name(path_parent(path))
               : name;
}

bool made_exports(struct str source, const struct words *names)
{
    struct str rest = source, clause, module;

    if (!names)
        return exports_any_call(source);
    for (size_t i = 0; i < IMPORTS_MAX && next_import(&rest, &clause, &module); i++) {
        struct str name = made_exports_name(module);
        if (name.length && words_have(names, name) && exports_call_of(source, clause))
            return true;
    }
    return false;
}

/* --- Python. --- */

/* `events = event_table("gift")`, `meta.event_table("gift")`: "event_table", "meta"; empty: the line begins no such call. */
static struct str python_call(struct str line)
{
    struct str value = line, word = leading_word(line);

    if (!word.length) /* within something else */
        return STR_NONE;
    size_t equals = str_find(line, STR(" = "));
    if (equals != SIZE_MAX)
        value = str_from_offset(line, equals + 3);
    word = leading_word(value);
    size_t open = str_find_byte(value, '(');
    struct str behind = open == SIZE_MAX ? STR_NONE : str_trim(str_from_offset(value, open + 1));
    bool given = open != SIZE_MAX && (!behind.length || behind.bytes[0] == '"' ||
                                      behind.bytes[0] == '\'' || behind.bytes[0] == 'f');
    struct str rest = str_from_offset(value, word.length);
    return given && rest.length && (rest.bytes[0] == '(' || rest.bytes[0] == '.') ? word : STR_NONE;
}

static bool python_calls_of(struct str source, struct str clause)
{
    struct str line;

    while (next_line_with(&source, str_find_byte(source, '('), &line)) {
        struct str word = python_call(line);
        if (word.length && (!clause.bytes || names_word(clause, word)))
            return true;
    }
    return false;
}

/* The name of a module, or of something in it, is one of the files'. */
static bool names_file(struct str text, const struct words *names)
{
    while (text.length) {
        struct str word = leading_word(text);
        if (word.length && words_have(names, word))
            return true;
        text = str_from_offset(text, word.length ? word.length : 1);
    }
    return false;
}

/* `from .meta import (event_table,` up to its bracket. */
static struct str python_clause(struct str source, struct str line)
{
    size_t start = (size_t)(line.bytes - source.bytes);
    bool open = str_find_byte(line, '(') != SIZE_MAX && str_find_byte(line, ')') == SIZE_MAX;
    size_t close = open ? str_find_byte(str_from_offset(source, start), ')') : SIZE_MAX;

    return close == SIZE_MAX ? line : str_slice(source, start, start + close);
}

bool made_in_python(struct str source, const struct words *names)
{
    struct str rest = source, line;
    size_t imports = 0;

    if (!names)
        return python_calls_of(source, STR_NONE);
    while (imports < IMPORTS_MAX && str_next_line(&rest, &line)) {
        if (!str_starts(line, STR("from ")) && !str_starts(line, STR("import ")))
            continue;
        struct str clause = python_clause(source, line);
        imports++;
        if (names_file(clause, names) && python_calls_of(source, clause))
            return true;
    }
    return false;
}
