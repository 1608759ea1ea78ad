/* expression.c -- two texts of an expression: the same tree? */
#include "schema/expression_tree.h"

static bool begin(struct arena *arena, const struct expression_scope *scope, struct str text,
                  bool old_extract, struct parser *parser)
{
    *parser = (struct parser){.arena = arena, .scope = scope, .old_extract = old_extract};
    return expression_tokens(arena, text, &parser->tokens);
}

static bool at_end(const struct parser *p)
{
    return p->tokens.items[p->at].kind == TOKEN_END;
}

static const struct term *whole(struct arena *arena, const struct expression_scope *scope,
                                struct str text, bool old_extract)
{
    struct parser parser;

    if (!begin(arena, scope, text, old_extract, &parser))
        return NULL;
    const struct term *term = expression_parse(&parser);
    return term && at_end(&parser) ? term : NULL;
}

/* Moments in it that say their zone, and that do not. */
struct moments {
    bool zoned, plain;
};

static void count_moments(const struct term *term, struct moments *moments)
{
    moments->zoned = moments->zoned || (term->wall.length && term->zoned);
    moments->plain = moments->plain || (term->wall.length && !term->zoned);
    for (size_t i = 0; i < term->parts.count; i++)
        count_moments(term->parts.items[i], moments);
}

/* A dump writes the zone of its server behind each moment, and by hand hardly anybody does: then what the clocks show must agree. */
static bool same_terms(struct arena *arena, const struct term *a, const struct term *b)
{
    struct moments of_a = {0}, of_b = {0};

    if (!a || !b)
        return false;
    struct str text_a = expression_write(arena, a, false);
    struct str text_b = expression_write(arena, b, false);
    if (!text_a.length || !text_b.length) /* too long to be walked through */
        return false;
    if (str_eq(text_a, text_b))
        return true;
    count_moments(a, &of_a);
    count_moments(b, &of_b);
    if (of_a.zoned == of_a.plain || of_b.zoned == of_b.plain || of_a.zoned == of_b.zoned)
        return false;
    return str_eq(expression_write(arena, a, true), expression_write(arena, b, true));
}

/* One says EXTRACT, the other date_part(): before PostgreSQL 14 the server kept the one as the other, and a database that is upgraded still does. */
static bool is_other_extract(struct arena *arena, struct str a, struct str b)
{
    static const struct str new = STR_INIT("extract"), old = STR_INIT("date_part");

    a = str_lower(arena, a);
    b = str_lower(arena, b);
    return (str_contains(a, new) && str_contains(b, old)) ||
           (str_contains(a, old) && str_contains(b, new));
}

bool expression_same(const struct expression_scope *a, struct str text_a,
                     const struct expression_scope *b, struct str text_b)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);

    if (str_eq(text_a, text_b))
        return true;
    if (!text_a.length || !text_b.length)
        return false;
    return same_terms(&arena, whole(&arena, a, text_a, false), whole(&arena, b, text_b, false)) ||
           (is_other_extract(&arena, text_a, text_b) &&
            same_terms(&arena, whole(&arena, a, text_a, true), whole(&arena, b, text_b, true)));
}

/* --- Values. --- */

/* What goes into a column of that type becomes it anyway. */
static const struct term *value(struct arena *arena, const struct expression_scope *scope,
                                struct str text, struct str column_type, bool old_extract)
{
    const struct term *term = whole(arena, scope, text, old_extract);
    struct str type = type_of_column(arena, scope->schema, column_type);

    if (!term || !type.length)
        return term;
    term = term_as_float(arena, term, type);
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

    if (str_eq(text_a, text_b))
        return true;
    if (!text_a.length || !text_b.length)
        return false;
    return same_terms(&arena, value(&arena, a, text_a, type_a, false),
                      value(&arena, b, text_b, type_b, false)) ||
           (is_other_extract(&arena, text_a, text_b) &&
            same_terms(&arena, value(&arena, a, text_a, type_a, true),
                       value(&arena, b, text_b, type_b, true)));
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
                               const struct strs *parts, bool old_extract)
{
    struct term *all = term_new(arena, TERM_ROW, STR_NONE, STR_NONE);
    struct parser parser;

    if (!begin(arena, scope, joined_parts(arena, scope->table, parts), old_extract, &parser))
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

    if (strs_same(parts_a, parts_b))
        return true;
    if (!parts_a->count || !parts_b->count)
        return false;
    return same_terms(&arena, list(&arena, a, parts_a, false), list(&arena, b, parts_b, false)) ||
           (is_other_extract(&arena, joined_parts(&arena, a->table, parts_a),
                             joined_parts(&arena, b->table, parts_b)) &&
            same_terms(&arena, list(&arena, a, parts_a, true), list(&arena, b, parts_b, true)));
}
