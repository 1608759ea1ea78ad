#include "readers/same_code.h"

#include <string.h>

#include "base/buf.h"
#include "base/vec.h"
#include "readers/parse.h"

const TSLanguage *tree_sitter_python(void);
const TSLanguage *tree_sitter_ruby(void);
const TSLanguage *tree_sitter_typescript(void);

/* Each word is written with its length before it, so that no text can look like another one's structure. */
#define WORDS_MAX ((size_t)24 << 20)
#define SOURCE_MAX ((size_t)1 << 20)
#define DEPTH_MAX 500u

enum language { PYTHON, RUBY, SCRIPT };

/* What is open around a word. */
struct around {
    bool drops_semicolon;
    bool drops_comma; /* before its closing bracket */
    bool is_tuple;    /* … of which one element and a comma is another thing than that element */
    size_t named;     /* what was read in it that has a name */
};

struct text {
    struct str source;
    struct buf words;
    enum language language;
    size_t at;         /* behind what was read last */
    struct str before; /* … which was this */
    size_t brackets;   /* that are open */
    bool comma;        /* one was read that may be idle: the next word tells */
    struct around open[DEPTH_MAX];
};

static struct str type_of(TSNode node)
{
    return str_from(ts_node_type(node));
}

static struct str source_of(const struct text *text, TSNode node)
{
    return str_slice(text->source, ts_node_start_byte(node), ts_node_end_byte(node));
}

static void put(struct text *text, const char *kind, struct str word)
{
    buf_printf(&text->words, "%s%zu:", kind, word.length);
    buf_add(&text->words, word);
}

/* --- What stands between words. --- */

/* Words behind which a line's end ends the statement, or makes a name of the word: ECMAScript 2024, 12.10.1. */
static bool ends_with_line(struct str word)
{
    static const char *const words[] = {
        "return",   "throw",     "yield",    "break",     "continue", "async", "await", "let",
        "type",     "namespace", "module",   "abstract",  "declare",  "get",   "set",   "static",
        "accessor", "interface", "readonly", "asserts",   "infer",    "keyof", "of",    "is",
        "as",       "satisfies", "using",    "global",    "override", "out",   "in",    "new",
        "unique",   "enum",      "public",   "protected", "private",  NULL};

    return str_is_one_of(word, words);
}

static size_t column_of(const struct text *text, size_t at)
{
    size_t column = 0;

    while (at > column && text->source.bytes[at - column - 1] != '\n')
        column++;
    return column;
}

/* Any byte but blanks that no word of the grammar has counts as it stands. */
static bool put_odd(struct text *text, size_t start)
{
    struct str gap = str_slice(text->source, text->at, start);

    for (size_t i = 0; i < gap.length; i++)
        if (!memchr(" \t\r\n", gap.bytes[i], 4)) {
            put(text, "g", gap);
            return true;
        }
    return false;
}

/* Blank space is nothing, but for what each language makes of it. */
static void put_gap(struct text *text, size_t start)
{
    struct str gap = str_slice(text->source, text->at, start);
    bool line = str_find_byte(gap, '\n') != SIZE_MAX || text->at == 0;
    char first = start < text->source.length ? text->source.bytes[start] : ' ';

    if (put_odd(text, start))
        return;
    switch (text->language) {
    case PYTHON: /* outside of brackets lines are statements, and how far they stand in is their block */
        if (!text->brackets && line)
            buf_printf(&text->words, "l%zu:", column_of(text, start));
        break;
    case RUBY: /* a [1], a -1, a <<b */
        if (!byte_is_word(first))
            buf_add(&text->words, gap.length ? STR("b") : STR("n"));
        break;
    case SCRIPT:
        if (line && ends_with_line(text->before))
            buf_add(&text->words, STR("l"));
        break;
    }
}

static void count_bracket(struct text *text, struct str word)
{
    if (word.length != 1)
        return;
    if (memchr("([{", word.bytes[0], 3))
        text->brackets++;
    else if (memchr(")]}", word.bytes[0], 3) && text->brackets)
        text->brackets--;
}

static void pass(struct text *text, TSNode node)
{
    text->at = ts_node_end_byte(node);
    text->before = source_of(text, node);
}

/* --- What layout may add or leave out. --- */

static bool closes(struct str type)
{
    return str_eq(type, STR(")")) || str_eq(type, STR("]")) || str_eq(type, STR("}"));
}

static struct around around_of(struct str type)
{
    static const char *const semicolons[] = {"module",
                                             "block",
                                             "program",
                                             "body_statement",
                                             "statement_block",
                                             "expression_statement",
                                             "lexical_declaration",
                                             "variable_declaration",
                                             "return_statement",
                                             "throw_statement",
                                             "import_statement",
                                             "export_statement",
                                             "class_body",
                                             NULL};
    static const char *const commas[] = {
        "argument_list", "parameters",        "list",   "dictionary", "set", "array", "hash",
        "arguments",     "formal_parameters", "object", "tuple",      NULL};

    return (struct around){.drops_semicolon = str_is_one_of(type, semicolons),
                           .drops_comma = str_is_one_of(type, commas),
                           .is_tuple = str_eq(type, STR("tuple"))};
}

static void put_comma(struct text *text, const struct around *around, bool before_bracket)
{
    bool idle =
        before_bracket && around->drops_comma && around->named >= (around->is_tuple ? 2u : 1u);

    if (text->comma && !idle)
        put(text, "t", STR(","));
    text->comma = false;
}

/* --- Strings. --- */

static bool is_quote(char byte)
{
    return byte == '\'' || byte == '"';
}

/* 'x' and "x", b'x', three quotes for one: what stands before them, and what between. */
static bool put_plain_string(struct text *text, struct str whole)
{
    struct str start = whole;

    while (start.length && byte_is_letter(start.bytes[0]))
        start = str_from_offset(start, 1);
    struct str prefix = str_prefix(whole, whole.length - start.length);
    bool is_long =
        start.length >= 6 && start.bytes[1] == start.bytes[0] && start.bytes[2] == start.bytes[0];
    size_t quotes = is_long ? 3 : 1;
    if (start.length < 2 * quotes || !is_quote(start.bytes[0]))
        return false;
    for (size_t i = 1; i <= quotes; i++)
        if (start.bytes[start.length - i] != start.bytes[0])
            return false;
    struct str inside = str_slice(start, quotes, start.length - quotes);
    for (size_t i = 0; i < inside.length; i++)
        if (is_quote(inside.bytes[i]) || memchr("\\#`{", inside.bytes[i], 4) ||
            (inside.bytes[i] == '\n' && !is_long))
            return false;
    put(text, "p", prefix);
    put(text, is_long ? "l" : "s", inside);
    return true;
}

/* What holds text that is not made of words: taken as it stands, with all that is put into it. */
static bool is_text(struct str type)
{
    static const char *const parts[] = {"string", "heredoc",  "regex",     "template",
                                        "symbol", "subshell", "character", "interpolation",
                                        "format", "escape",   "jsx",       NULL};

    for (size_t i = 0; parts[i]; i++)
        if (str_contains(type, str_from(parts[i])))
            return !str_eq(type, STR("template_type"));
    return false;
}

/* --- All of it. --- */

/* Puts down what the node says of itself. Out: what is below it is to be looked at. */
static bool enter(struct text *text, TSNode node, size_t depth)
{
    struct around none = {0};
    struct str type = type_of(node);
    struct around *around = depth ? &text->open[depth - 1] : &none;
    bool empty = ts_node_start_byte(node) == ts_node_end_byte(node);

    if (str_eq(type, STR(";")) && around->drops_semicolon) {
        (void)put_odd(text, ts_node_start_byte(node));
        pass(text, node);
        return false;
    }
    /* It may stand on either side of a comma that means nothing. */
    if (str_eq(type, STR("comment"))) {
        (void)put_odd(text, ts_node_start_byte(node));
        put(text, "c", str_trim(source_of(text, node)));
        text->at = ts_node_end_byte(node);
        return false;
    }
    if (!str_eq(type, STR(",")) || text->comma)
        put_comma(text, around, closes(type));
    if (str_eq(type, STR(","))) {
        (void)put_odd(text, ts_node_start_byte(node));
        text->comma = true;
        pass(text, node);
        return false;
    }
    around->named += ts_node_is_named(node);
    if (is_text(type) && !empty) {
        put_gap(text, ts_node_start_byte(node));
        if (!put_plain_string(text, source_of(text, node)))
            put(text, "r", source_of(text, node));
        pass(text, node);
        return false;
    }
    if (ts_node_child_count(node) == 0 && !empty) {
        put_gap(text, ts_node_start_byte(node));
        count_bracket(text, type);
        put(text, ts_node_is_named(node) ? "n" : "t", source_of(text, node));
        pass(text, node);
        return false;
    }
    put(text, "(", type);
    text->open[depth] = around_of(type);
    if (ts_node_child_count(node) == 0) /* a file without anything */
        put(text, ")", STR(""));
    return ts_node_child_count(node) > 0;
}

static void leave(struct text *text, size_t depth)
{
    put_comma(text, &text->open[depth], false);
    put(text, ")", STR(""));
}

static bool has_room(const struct text *text)
{
    return text->words.length < WORDS_MAX - text->source.length - 64;
}

/* Out: false: it is too deep, or too long. */
static bool write_words(struct text *text, TSNode root)
{
    TSTreeCursor cursor = ts_tree_cursor_new(root);
    size_t depth = 0;
    bool whole = true, up = false;

    while (whole) {
        TSNode node = ts_tree_cursor_current_node(&cursor);
        if (!up && enter(text, node, depth) && ts_tree_cursor_goto_first_child(&cursor)) {
            whole = ++depth < DEPTH_MAX && has_room(text);
            continue;
        }
        up = false;
        if (depth && ts_tree_cursor_goto_next_sibling(&cursor)) {
            whole = has_room(text);
            continue;
        }
        if (!depth || !ts_tree_cursor_goto_parent(&cursor))
            break;
        leave(text, --depth);
        up = true;
    }
    ts_tree_cursor_delete(&cursor);
    struct str rest = str_trim(str_from_offset(text->source, text->at));
    if (rest.length)
        put(text, "g", rest);
    return whole;
}

static bool language_of(struct str path, enum language *ret_language)
{
    static const struct {
        struct str ending;
        enum language language;
    } rows[] = {{STR_INIT(".py"), PYTHON},  {STR_INIT(".rb"), RUBY},    {STR_INIT(".ts"), SCRIPT},
                {STR_INIT(".mts"), SCRIPT}, {STR_INIT(".cts"), SCRIPT}, {STR_INIT(".js"), SCRIPT},
                {STR_INIT(".mjs"), SCRIPT}, {STR_INIT(".cjs"), SCRIPT}};

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (str_ends(path, rows[i].ending)) {
            *ret_language = rows[i].language;
            return true;
        }
    return false;
}

static bool read_words(struct arena *arena, enum language language, struct str source,
                       struct str *ret_words)
{
    struct text *text = ARENA_NEW(arena, struct text);
    TSParser *parser = parse_with(language == PYTHON ? tree_sitter_python()
                                  : language == RUBY ? tree_sitter_ruby()
                                                     : tree_sitter_typescript());
    TSTree *tree = parse_text(parser, source);
    bool whole = tree && !ts_node_has_error(ts_tree_root_node(tree));

    *text = (struct text){.source = source, .language = language};
    text->words = buf_new(arena, WORDS_MAX);
    whole = whole && write_words(text, ts_tree_root_node(tree));
    if (tree)
        ts_tree_delete(tree);
    ts_parser_delete(parser);
    *ret_words = buf_str(&text->words);
    return whole;
}

bool same_code(struct arena *arena, struct str path, struct str before, struct str after)
{
    enum language language;
    struct str words[2];

    return language_of(path, &language) && before.length <= SOURCE_MAX &&
           after.length <= SOURCE_MAX && read_words(arena, language, before, &words[0]) &&
           read_words(arena, language, after, &words[1]) && str_eq(words[0], words[1]);
}
