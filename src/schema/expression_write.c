/* expression_write.c -- a tree as text that only the same tree has. */
#include "schema/expression_tree.h"

static void quoted(struct buf *buf, struct str text, char quote)
{
    buf_add_byte(buf, quote);
    for (size_t i = 0; i < text.length; i++) {
        if (text.bytes[i] == quote)
            buf_add_byte(buf, quote);
        buf_add_byte(buf, text.bytes[i]);
    }
    buf_add_byte(buf, quote);
}

static bool is_constant(const struct term *term)
{
    return term->kind == TERM_NUMBER || term->kind == TERM_STRING;
}

static void write(struct buf *buf, const struct term *term, bool walls)
{
    static const char *const kinds[] = {
        [TERM_COLUMN] = "column", [TERM_NUMBER] = "number", [TERM_STRING] = "string",
        [TERM_WORD] = "word",     [TERM_OPERATOR] = "op",   [TERM_TEST] = "test",
        [TERM_CALL] = "call",     [TERM_CAST] = "cast",     [TERM_ARRAY] = "array",
        [TERM_ROW] = "row",       [TERM_AND] = "and",       [TERM_OR] = "or",
        [TERM_NOT] = "not",       [TERM_CASE] = "case",     [TERM_PART] = "part",
    };

    if (buf->truncated) /* BETWEEN within BETWEEN doubles at each level */
        return;
    buf_printf(buf, "(%s ", kinds[term->kind]);
    quoted(buf, walls && term->wall.length ? term->wall : term->text,
           is_constant(term) ? '\'' : '"');
    /* Else a type only says how its parts were taken, which they show themselves. */
    if (is_constant(term) || (term->kind == TERM_ARRAY && !term->parts.count))
        quoted(buf, term->type, '"');
    for (size_t i = 0; i < term->parts.count; i++)
        write(buf, term->parts.items[i], walls);
    buf_add_byte(buf, ')');
}

struct str expression_write(struct arena *arena, const struct term *term, bool walls)
{
    struct buf buf = buf_new(arena, 64 * EXPRESSION_MAX);

    write(&buf, term, walls);
    return buf.truncated ? STR_NONE : buf_str(&buf);
}
