#include "migrations/code_reader.h"

void code_value_add(struct code_reader *r, struct code_value *value, enum code_start start,
                    struct str text)
{
    if (value->all.count < CODE_PATHS_MAX && text.length < CODE_TEXT_MAX)
        VEC_PUSH(r->arena, &value->all, (struct code_piece){.start = start, .text = text});
    else if (value->all.count)
        value->all.items[0] = (struct code_piece){.start = CODE_FROM_ANYWHERE, .text = STR("*")};
}

struct code_value code_value_one(struct code_reader *r, enum code_start start, struct str text)
{
    struct code_value value = {0};

    code_value_add(r, &value, start, text);
    return value;
}

struct code_value code_value_unknown(struct code_reader *r)
{
    return code_value_one(r, CODE_FROM_ANYWHERE, STR("*"));
}

void code_value_add_all(struct code_reader *r, struct code_value *value,
                        const struct code_value *more)
{
    for (size_t i = 0; i < more->all.count; i++)
        code_value_add(r, value, more->all.items[i].start, more->all.items[i].text);
}

static struct code_piece glued(struct code_reader *r, struct code_piece left,
                               struct code_piece right, const char *between)
{
    if (right.start == CODE_FROM_ANYWHERE && left.text.length)
        right.start = CODE_LITERAL;  /* what is not known stands inside */
    if (right.start != CODE_LITERAL) /* an absolute path behind another one */
        return left.text.length && !*between ? (struct code_piece){CODE_FROM_ANYWHERE, right.text}
                                             : right;
    if (!*between)
        return (struct code_piece){left.start, str_printf(r->arena, STR_FMT STR_FMT,
                                                          STR_ARG(left.text), STR_ARG(right.text))};
    return (struct code_piece){left.start, left.text.length
                                               ? str_printf(r->arena, STR_FMT "/" STR_FMT,
                                                            STR_ARG(left.text), STR_ARG(right.text))
                                               : right.text};
}

/* Each with each: "between" is "/" of join and resolve, nothing of texts. */
struct code_value code_value_combined(struct code_reader *r, const struct code_value *left,
                                      const struct code_value *right, const char *between)
{
    struct code_value value = {.is_list = left->is_list || right->is_list};

    for (size_t i = 0; i < left->all.count; i++)
        for (size_t j = 0; j < right->all.count && value.all.count < CODE_PATHS_MAX; j++) {
            struct code_piece piece = glued(r, left->all.items[i], right->all.items[j], between);
            code_value_add(r, &value, piece.start, piece.text);
        }
    return value;
}

struct code_value code_value_joined(struct code_reader *r, struct code_value left,
                                    const struct code_value *parts, size_t from, size_t count)
{
    for (size_t i = from; i < count; i++)
        left = code_value_combined(r, &left, &parts[i], "/");
    return left;
}

struct code_value code_value_above(struct code_reader *r, struct code_value value)
{
    struct code_value up = code_value_one(r, CODE_LITERAL, STR(".."));

    return code_value_combined(r, &value, &up, "/");
}
