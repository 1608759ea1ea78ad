#include "readers/definitions.h"

#include <stdlib.h>

#include "base/buf.h"

#include "readers/statements.h"

#define FUNCTION_MAX 600u
#define SCRATCH_MAX ((size_t)64 << 20) /* a file is looked at to 256 KiB */

/* --- Which of them define something, and what of them counts. --- */

static bool is_name_byte(char byte)
{
    return byte_is_word(byte) || byte == '$' || (unsigned char)byte >= 0x80;
}

static struct str take_name(struct str *rest)
{
    size_t length = 0;

    while (length < rest->length &&
           (is_name_byte(rest->bytes[length]) || rest->bytes[length] == '.'))
        length++;
    struct str name = str_prefix(*rest, length);
    *rest = str_trim(str_from_offset(*rest, length));
    return name;
}

static bool skip_word(struct str *rest, struct str word)
{
    if (!str_starts(*rest, word) ||
        (rest->length > word.length && is_name_byte(rest->bytes[word.length])))
        return false;
    *rest = str_trim(str_from_offset(*rest, word.length));
    return true;
}

static bool has_one_of(struct str text, const char *const *words)
{
    for (; *words; words++)
        if (str_contains(text, str_from(*words)))
            return true;
    return false;
}

/* A short function that returns something may be what a model is given: String(length_of("name")). One of an application asks for more. */
static bool python_function(struct str statement)
{
    static const char *const others[] = {"(self", "await ", "yield", "request", "session", NULL};

    return statement.length <= FUNCTION_MAX && str_contains(statement, STR("return ")) &&
           !has_one_of(statement, others);
}

static size_t indentation(struct str line)
{
    size_t width = 0;

    while (width < line.length && (line.bytes[width] == ' ' || line.bytes[width] == '\t'))
        width++;
    return width;
}

/* The lines of a class that are no part of its methods: constants, annotations. */
static struct str python_members(struct arena *arena, struct str statement)
{
    struct buf out = buf_new(arena, statement.length + 1);
    size_t width = 0, at = 0;
    struct str rest = statement, line;

    while (str_next_line(&rest, &line)) {
        size_t indent = indentation(line);
        struct str words = str_trim(line);
        if (at++ && !width && words.length)
            width = indent;
        if (indent == width && !str_starts(words, STR("def ")) && !str_starts(words, STR("@")) &&
            !str_starts(words, STR("async "))) {
            buf_add(&out, words);
            buf_add_byte(&out, '\n');
        }
    }
    return buf_str(&out);
}

/* Enumerations, types and fields count whole, and so does what has no methods; of another class its methods do not. */
static struct str python_class(struct arena *arena, struct str statement)
{
    static const char *const bases[] = {"Enum", "Choices", "Flag", "Type", "Field", NULL};
    struct str header = str_prefix(statement, str_find(statement, STR(":\n")));

    if (header.length == statement.length)
        header = str_prefix(statement, str_find(statement, STR(":\r\n")));
    return !has_one_of(header, bases) && str_contains(statement, STR("def "))
               ? python_members(arena, statement)
               : statement;
}

static const char *const compounds[] = {"if",      "elif", "else",  "try",  "except",
                                        "finally", "for",  "while", "with", NULL};

bool definition_may_import(struct str statement, bool is_script)
{
    struct str rest = statement;

    if (skip_word(&rest, STR("import")) || (!is_script && skip_word(&rest, STR("from"))))
        return true;
    for (const char *const *word = compounds; !is_script && *word; word++)
        if (skip_word(&rest, str_from(*word)))
            return str_contains(rest, STR("import "));
    return false;
}

bool definition_in_python(struct arena *arena, struct str statement, struct str *ret_name,
                          struct str *ret_text)
{
    struct str rest = statement;

    *ret_name = STR_NONE;
    *ret_text = statement;
    for (const char *const *word = compounds; *word; word++)
        if (skip_word(&rest, str_from(*word)))
            return str_find_byte(rest, '=') != SIZE_MAX;
    if (skip_word(&rest, STR("class"))) {
        *ret_name = take_name(&rest);
        *ret_text = python_class(arena, statement);
        return true;
    }
    if (skip_word(&rest, STR("def"))) {
        *ret_name = take_name(&rest);
        return python_function(statement);
    }
    (void)skip_word(&rest, STR("type"));
    *ret_name = take_name(&rest);
    if (!ret_name->length || !rest.length)
        return false;
    /* a = 1; a: int = 1; a, b = 1, 2; a += 1; a["b"] = 1 */
    return str_find_byte(STR("=:,[+-*/|&"), rest.bytes[0]) != SIZE_MAX &&
           str_find_byte(rest, '=') != SIZE_MAX;
}

/* Of a class with methods the constants: static readonly NAME = 50; */
static struct str script_members(struct arena *arena, struct str statement)
{
    struct str header = str_prefix(statement, str_find_byte(statement, '{'));
    struct buf out = buf_new(arena, statement.length + 2);
    struct str rest = statement, line;

    buf_add(&out, header);
    while (str_next_line(&rest, &line))
        if (str_contains(line, STR("static ")) && str_find_byte(line, '=') != SIZE_MAX &&
            str_find_byte(line, '(') == SIZE_MAX) {
            buf_add_byte(&out, '\n');
            buf_add(&out, str_trim(line));
        }
    return buf_str(&out);
}

/* A short function may give the options of a column: @Column(money()). One of an application asks for more. */
static bool script_function(struct str statement)
{
    static const char *const others[] = {"await ",   "this.", "req", "res.", "fetch(",
                                         "console.", "</",    "/>",  "use",  NULL};

    return statement.length <= FUNCTION_MAX && !has_one_of(statement, others);
}

bool definition_in_script(struct arena *arena, struct str statement, struct str *ret_name,
                          struct str *ret_text)
{
    static const char *const functions[] = {"=>", "function", NULL};
    static const char *const values[] = {"const", "let", "var", NULL};
    struct str rest = statement;

    *ret_text = statement;
    *ret_name = STR_NONE;
    if (skip_word(&rest, STR("export")) && str_contains(rest, STR(" from ")))
        return true; /* export * from "./status" */
    rest = statement;
    for (size_t i = 0; i < 3; i++)
        (void)(skip_word(&rest, STR("export")) || skip_word(&rest, STR("default")) ||
               skip_word(&rest, STR("declare")) || skip_word(&rest, STR("abstract")));
    struct str after = rest;
    bool is_enum = skip_word(&after, STR("enum")) ||
                   (skip_word(&after, STR("const")) && skip_word(&after, STR("enum")));
    if (is_enum) {
        *ret_name = take_name(&after);
        return true;
    }
    if (skip_word(&rest, STR("class"))) {
        *ret_name = take_name(&rest);
        if (str_find_byte(statement, '(') != SIZE_MAX)
            *ret_text = script_members(arena, statement);
        return true;
    }
    if (skip_word(&rest, STR("function"))) {
        *ret_name = take_name(&rest);
        return script_function(statement);
    }
    bool is_value = str_starts(rest, STR("module.exports")) || str_starts(rest, STR("exports."));
    for (const char *const *word = values; *word && !is_value; word++)
        is_value = skip_word(&rest, str_from(*word));
    *ret_name = take_name(&rest);
    return is_value && (!has_one_of(statement, functions) || script_function(statement));
}

static uint64_t hash(struct str s)
{
    uint64_t value = str_hash(STR_HASH_START, s);

    return value ? value : 1;
}

static void collect(struct arena *arena, struct str source, bool is_script,
                    definition_function *defines, struct definitions *ret_definitions)
{
    struct statements statements = {.source = source, .is_script = is_script};
    struct definitions found = {0};
    struct str statement, name, text;
    ARENA(scratch, SCRATCH_MAX);

    while (statements_next(&statements, &statement)) {
        bool defined = defines(&scratch, statement, &name, &text);
        bool whole = defined && text.bytes == statement.bytes;
        if (definition_may_import(statement, is_script))
            found.imports += hash(statement);
        /* import { a } from 'a'; export const B = 20; */
        if (!whole && (is_script || str_find_byte(statement, ';') != SIZE_MAX) &&
            statements_are_several(statement, is_script))
            VEC_PUSH(arena, &found, (struct definition){.text = hash(statement)});
        else if (defined)
            VEC_PUSH(arena, &found,
                     (struct definition){.name = name.length ? hash(name) : 0, .text = hash(text)});
    }
    if (!statements_are_whole(&statements)) {
        found.count = 0;
        VEC_PUSH(arena, &found, (struct definition){.text = hash(source)});
    }
    *ret_definitions = found;
}

void definitions_of_python(struct arena *arena, struct str source,
                           struct definitions *ret_definitions)
{
    collect(arena, source, false, definition_in_python, ret_definitions);
}

void definitions_of_script(struct arena *arena, struct str source,
                           struct definitions *ret_definitions)
{
    collect(arena, source, true, definition_in_script, ret_definitions);
}

/* --- Two editions. --- */

VEC_DEFINE(hashes, uint64_t);

static int compare_hashes(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

static void texts_of(struct arena *arena, const struct definitions *files, size_t count,
                     struct hashes *ret_texts)
{
    struct hashes texts = {0};

    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < files[i].count; j++)
            VEC_PUSH(arena, &texts, files[i].items[j].text);
    if (texts.count)
        qsort(texts.items, texts.count, sizeof texts.items[0], compare_hashes);
    *ret_texts = texts;
}

static bool has(const struct hashes *sorted, uint64_t text)
{
    return sorted->count &&
           bsearch(&text, sorted->items, sorted->count, sizeof text, compare_hashes) != NULL;
}

static bool has_name(const struct definitions *file, uint64_t name)
{
    for (size_t i = 0; name && i < file->count; i++)
        if (file->items[i].name == name)
            return true;
    return false;
}

bool definitions_altered(struct arena *arena, const struct definitions *before,
                         const struct definitions *after, size_t count)
{
    struct hashes old, new;

    texts_of(arena, before, count, &old);
    texts_of(arena, after, count, &new);
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < before[i].count; j++)
            if (!has(&new, before[i].items[j].text))
                return true;
        /* The same name defined once more. */
        for (size_t j = 0; j < after[i].count; j++)
            if (!has(&old, after[i].items[j].text) && has_name(&before[i], after[i].items[j].name))
                return true;
    }
    return false;
}
