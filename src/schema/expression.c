/* expression.c -- two texts of an expression: the same tree? */
#include "schema/expression_tree.h"

static bool begin(struct arena *arena, const struct expression_scope *scope, struct str text,
                  struct parser *parser)
{
    *parser = (struct parser){.arena = arena, .scope = scope};
    return expression_tokens(arena, text, &parser->tokens);
}

static bool at_end(const struct parser *p)
{
    return p->tokens.items[p->at].kind == TOKEN_END;
}

static const struct term *whole(struct arena *arena, const struct expression_scope *scope,
                                struct str text)
{
    struct parser parser;

    if (!begin(arena, scope, text, &parser))
        return NULL;
    const struct term *term = expression_parse(&parser);
    return term && at_end(&parser) ? term : NULL;
}

static bool same_terms(struct arena *arena, const struct term *a, const struct term *b)
{
    if (!a || !b)
        return false;
    struct str text = expression_write(arena, a);
    return text.length && str_eq(text, expression_write(arena, b));
}

bool expression_same(const struct expression_scope *a, struct str text_a,
                     const struct expression_scope *b, struct str text_b)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);

    return str_eq(text_a, text_b) ||
           (text_a.length && text_b.length &&
            same_terms(&arena, whole(&arena, a, text_a), whole(&arena, b, text_b)));
}

/* --- Values. --- */

/* What goes into a column of that type becomes it anyway. */
static const struct term *value(struct arena *arena, const struct expression_scope *scope,
                                struct str text, struct str column_type)
{
    const struct term *term = whole(arena, scope, text);
    struct str type = type_of_column(arena, scope->schema, column_type);

    if (!term || !type.length)
        return term;
    if (term->kind == TERM_CAST && str_eq(term->text, type))
        return term->parts.items[0];
    /* One of its own kind, and the constants that would be cast. */
    bool constant = term->kind == TERM_NUMBER || term->kind == TERM_ARRAY || term_is_untyped(term);
    return constant ? term_cast(arena, term, type) : term;
}

bool expression_same_value(const struct expression_scope *a, struct str text_a, struct str type_a,
                           const struct expression_scope *b, struct str text_b, struct str type_b)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);

    return str_eq(text_a, text_b) ||
           (text_a.length && text_b.length &&
            same_terms(&arena, value(&arena, a, text_a, type_a), value(&arena, b, text_b, type_b)));
}

/* --- Parts of indexes. --- */

/* A column stands there by its bare name, whatever is in it. */
static struct str joined_parts(struct arena *arena, const struct schema_table *table,
                               const struct strs *parts)
{
    struct buf buf = buf_new(arena, 4 * EXPRESSION_MAX);

    for (size_t i = 0; i < parts->count; i++) {
        struct str part = parts->items[i];
        const struct schema_column *column = schema_column_named(table, part);
        size_t end = column ? part.length : str_find_byte(part, ' ');
        if (!column && end != SIZE_MAX && schema_column_named(table, str_prefix(part, end)))
            column = schema_column_named(table, str_prefix(part, end));
        buf_add(&buf, i ? STR(", ") : STR(""));
        if (column)
            buf_printf(&buf, "\"" STR_FMT "\"" STR_FMT, STR_ARG(column->name),
                       STR_ARG(str_from_offset(part, end)));
        else
            buf_add(&buf, part);
    }
    return buf_str(&buf);
}

/* The words behind an expression, up to the comma. */
static struct str tail(struct parser *p)
{
    struct buf buf = buf_new(p->arena, EXPRESSION_MAX);

    for (;; p->at++) {
        const struct token *token = &p->tokens.items[p->at];
        if (token->kind == TOKEN_END ||
            (token->kind == TOKEN_OPERATOR && str_eq(token->text, STR(","))))
            return buf_str(&buf);
        buf_printf(&buf, "%d " STR_FMT " ", token->kind == TOKEN_NAME ? TOKEN_WORD : token->kind,
                   STR_ARG(token->text));
    }
}

static const struct term *list(struct arena *arena, const struct expression_scope *scope,
                               const struct strs *parts)
{
    struct term *all = term_new(arena, TERM_ROW, STR_NONE, STR_NONE);
    struct parser parser;

    if (!begin(arena, scope, joined_parts(arena, scope->table, parts), &parser))
        return NULL;
    do {
        const struct term *term = expression_parse(&parser);
        if (!term)
            return NULL;
        struct term *part = term_new(arena, TERM_PART, tail(&parser), STR_NONE);
        term_add(arena, part, term);
        term_add(arena, all, part);
    } while (expression_operator(&parser, ","));
    return at_end(&parser) ? all : NULL;
}

bool expression_same_parts(const struct expression_scope *a, const struct strs *parts_a,
                           const struct expression_scope *b, const struct strs *parts_b)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);

    return strs_same(parts_a, parts_b) ||
           (parts_a->count && parts_b->count &&
            same_terms(&arena, list(&arena, a, parts_a), list(&arena, b, parts_b)));
}
