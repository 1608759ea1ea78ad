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

struct text {
    struct str source;
    struct buf words;
    bool comma;             /* one was read that may be idle: the next word tells */
    bool comma_named;       /* … and what stood before it was no other comma and no bracket */
    bool named;             /* what was read last has a name */
    bool counts[DEPTH_MAX]; /* semicolons: of what is open */
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

static bool closes(TSNode node)
{
    struct str type = type_of(node);

    return str_eq(type, STR(")")) || str_eq(type, STR("]")) || str_eq(type, STR("}"));
}

/* A comma before a closing bracket adds nothing. That of a tuple of one does, which is a node of its own; and that of a hole in an array, which stands behind
 * another comma or the bracket. */
static void put_comma(struct text *text, bool before_bracket)
{
    if (text->comma && !(before_bracket && text->comma_named))
        put(text, "t", STR(","));
    text->comma = false;
}

static bool is_quote(char byte)
{
    return byte == '\'' || byte == '"';
}

/* 'x' and "x", b'x', three quotes for one: what stands before them, and what between. */
static bool put_plain_string(struct text *text, TSNode node)
{
    struct str whole = source_of(text, node), start = whole;

    if (!str_eq(type_of(node), STR("string")))
        return false;
    while (start.length && !is_quote(start.bytes[0]))
        start = str_from_offset(start, 1);
    struct str prefix = str_prefix(whole, whole.length - start.length);
    bool is_long =
        start.length >= 6 && start.bytes[1] == start.bytes[0] && start.bytes[2] == start.bytes[0];
    size_t quotes = is_long ? 3 : 1;
    if (start.length < 2 * quotes)
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

static void leave(struct text *text)
{
    put_comma(text, false);
    put(text, ")", STR(""));
    text->named = true;
}

/* Puts down what the node says of itself. Out: what is below it is to be looked at. */
static bool enter(struct text *text, TSNode node, size_t depth)
{
    struct str type = type_of(node);

    if (str_eq(type, STR("line_continuation")) ||
        (str_eq(type, STR(";")) && (!depth || !text->counts[depth - 1])))
        return false;
    /* It may stand on either side of a comma that means nothing. */
    if (str_eq(type, STR("comment"))) {
        put(text, "c", str_trim(source_of(text, node)));
        return false;
    }
    put_comma(text, closes(node));
    if (str_eq(type, STR(","))) {
        text->comma = true;
        text->comma_named = text->named;
        text->named = false;
        return false;
    }
    text->named = ts_node_is_named(node);
    if (put_plain_string(text, node))
        return false;
    bool empty = ts_node_start_byte(node) == ts_node_end_byte(node);
    if (ts_node_child_count(node) == 0 && !empty) {
        put(text, text->named ? "n" : "t", source_of(text, node));
        return false;
    }
    put(text, "(", type);
    if (ts_node_child_count(node) == 0) { /* a file without anything */
        leave(text);
        return false;
    }
    text->counts[depth] = str_eq(type, STR("for_statement"));
    text->named = false;
    return true;
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
        depth--;
        leave(text);
        up = true;
    }
    ts_tree_cursor_delete(&cursor);
    return whole;
}

static const TSLanguage *language_of(struct str path)
{
    static const struct {
        struct str ending;
        const TSLanguage *(*language)(void);
    } rows[] = {
        {STR_INIT(".py"), tree_sitter_python},      {STR_INIT(".rb"), tree_sitter_ruby},
        {STR_INIT(".ts"), tree_sitter_typescript},  {STR_INIT(".mts"), tree_sitter_typescript},
        {STR_INIT(".cts"), tree_sitter_typescript}, {STR_INIT(".js"), tree_sitter_typescript},
        {STR_INIT(".mjs"), tree_sitter_typescript}, {STR_INIT(".cjs"), tree_sitter_typescript}};

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (str_ends(path, rows[i].ending))
            return rows[i].language();
    return NULL;
}

static bool read_words(struct arena *arena, const TSLanguage *language, struct str source,
                       struct str *ret_words)
{
    struct text text = {.source = source};
    TSParser *parser = parse_with(language);
    TSTree *tree = parse_text(parser, source);
    bool whole = tree && !ts_node_has_error(ts_tree_root_node(tree));

    if (whole) {
        text.words = buf_new(arena, WORDS_MAX);
        whole = write_words(&text, ts_tree_root_node(tree));
    }
    if (tree)
        ts_tree_delete(tree);
    ts_parser_delete(parser);
    *ret_words = buf_str(&text.words);
    return whole;
}

bool same_code(struct arena *arena, struct str path, struct str before, struct str after)
{
    const TSLanguage *language = language_of(path);
    struct str words[2];

    return language && before.length <= SOURCE_MAX && after.length <= SOURCE_MAX &&
           read_words(arena, language, before, &words[0]) &&
           read_words(arena, language, after, &words[1]) && str_eq(words[0], words[1]);
}
