#include <string.h>

#include "shell/parser.h"

/* {a,b} and {1..3}. Runs over a word that has been parsed, so that quotes and expansions are out of the way: only the
 * unquoted literals are looked at. A brace without a partner, a comma or a range is an ordinary character. */

#define RANGE_MAX 64 /* longer ranges stay one part without alternatives */

struct place {
    size_t part, offset;
};

struct group {
    struct place open, close;
    size_t parent;      /* index of the enclosing group + 1; 0 for none */
    size_t first_comma; /* chain of commas, newest first: index + 1 */
    size_t comma_count;
    bool valid;
};

struct comma {
    struct place place;
    size_t before; /* index + 1 of the one before it */
};

struct expansion {
    struct parser *p;
    const struct shell_word *word;
    VEC(struct group) groups; /* in order of their opening */
    VEC(struct comma) commas;
    size_t next; /* the group that the builder comes to next */
};

static struct str text_between(const struct expansion *expansion, struct place from,
                               struct place to)
{
    if (from.part != to.part)
        return STR_NONE;
    return str_slice(expansion->word->parts[from.part].text, from.offset, to.offset);
}

/* A whole number, or a single letter; false for anything else. */
static bool range_end(struct str text, long *ret_value, bool *ret_letter)
{
    uint64_t number;
    bool negative = text.length > 1 && (text.bytes[0] == '-' || text.bytes[0] == '+');

    *ret_letter = text.length == 1 && byte_is_name_start(text.bytes[0]) && text.bytes[0] != '_';
    if (*ret_letter) {
        *ret_value = (unsigned char)text.bytes[0];
        return true;
    }
    if (!str_to_u64(str_from_offset(text, negative), &number) || number > 1000000000)
        return false;
    *ret_value = negative && text.bytes[0] == '-' ? -(long)number : (long)number;
    return true;
}

struct range {
    long from, to, step;
    bool letters;
    size_t width; /* of zero-padded numbers; 0 for none */
};

static bool is_padded(struct str text)
{
    struct str digits = str_from_offset(text, text.length && text.bytes[0] == '-');

    return digits.length > 1 && digits.bytes[0] == '0';
}

static bool parse_range(struct str text, struct range *ret_range)
{
    size_t dots = str_find(text, STR(".."));
    struct range range = {.step = 1};
    bool letter_from, letter_to, letter_step;

    if (dots == SIZE_MAX)
        return false;
    struct str from = str_prefix(text, dots), to = str_from_offset(text, dots + 2);
    dots = str_find(to, STR(".."));
    if (dots != SIZE_MAX) {
        struct str step = str_from_offset(to, dots + 2);
        to = str_prefix(to, dots);
        if (!range_end(step, &range.step, &letter_step) || letter_step)
            return false;
    }
    if (!range_end(from, &range.from, &letter_from) || !range_end(to, &range.to, &letter_to) ||
        letter_from != letter_to)
        return false;
    range.letters = letter_from;
    if (is_padded(from) || is_padded(to))
        range.width = from.length > to.length ? from.length : to.length;
    if (range.step < 0)
        range.step = -range.step;
    if (range.step == 0)
        range.step = 1;
    *ret_range = range;
    return true;
}

static bool find_groups(struct expansion *expansion)
{
    struct arena *arena = expansion->p->arena;
    size_t open = 0; /* index + 1 of the innermost open group */
    bool any = false;

    for (size_t i = 0; i < expansion->word->part_count; i++) {
        const struct shell_part *part = &expansion->word->parts[i];
        for (size_t at = 0; part->kind == PART_LITERAL && !part->quoted && at < part->text.length;
             at++) {
            struct place place = {i, at};
            struct group *group = open ? &expansion->groups.items[open - 1] : NULL;
            if (part->text.bytes[at] == '{') {
                VEC_PUSH(arena, &expansion->groups, (struct group){.open = place, .parent = open});
                open = expansion->groups.count;
            } else if (part->text.bytes[at] == ',' && group) {
                VEC_PUSH(arena, &expansion->commas, (struct comma){place, group->first_comma});
                group->first_comma = expansion->commas.count;
                group->comma_count++;
            } else if (part->text.bytes[at] == '}' && group) {
                struct range range;
                struct place inside = {group->open.part, group->open.offset + 1};
                group->close = place;
                group->valid = group->comma_count ||
                               parse_range(text_between(expansion, inside, place), &range);
                any = any || group->valid;
                open = group->parent;
            }
        }
    }
    return any;
}

static bool push_slice(struct expansion *expansion, const struct shell_part *part, size_t from,
                       size_t to)
{
    struct shell_part slice = *part;

    if (from >= to)
        return true;
    slice.text = str_slice(part->text, from, to);
    slice.has_glob = false;
    for (size_t i = 0; i < slice.text.length; i++)
        slice.has_glob = slice.has_glob || strchr("*?[", slice.text.bytes[i]) != NULL;
    VEC_PUSH(expansion->p->arena, &expansion->p->parts, slice);
    return parser_count(expansion->p);
}

static bool build(struct expansion *expansion, struct place from, struct place to);

static bool build_word(struct expansion *expansion, struct place from, struct place to,
                       struct shell_word *ret_word)
{
    size_t base = expansion->p->parts.count;
    struct shell_word word = {.span = expansion->word->span};

    if (!parser_count(expansion->p) || !build(expansion, from, to))
        return false;
    STACK_TAKE(expansion->p, &expansion->p->parts, base, word.parts, word.part_count);
    *ret_word = word;
    return true;
}

static bool build_alternatives(struct expansion *expansion, const struct group *group,
                               struct shell_part *part)
{
    struct place from = {group->open.part, group->open.offset + 1};
    struct place *ends = ARENA_ARRAY(expansion->p->arena, group->comma_count + 1, struct place);
    size_t comma = group->first_comma;

    part->word_count = group->comma_count + 1;
    part->words = ARENA_ARRAY(expansion->p->arena, part->word_count, struct shell_word);
    ends[group->comma_count] = group->close;
    for (size_t i = group->comma_count; i-- > 0;) {
        ends[i] = expansion->commas.items[comma - 1].place;
        comma = expansion->commas.items[comma - 1].before;
    }
    for (size_t i = 0; i < part->word_count; i++) {
        if (!build_word(expansion, from, ends[i], &part->words[i]))
            return false;
        from = (struct place){ends[i].part, ends[i].offset + 1};
    }
    return true;
}

static bool build_range(struct expansion *expansion, const struct group *group,
                        struct shell_part *part)
{
    struct place from = {group->open.part, group->open.offset + 1};
    struct range range;

    part->text = text_between(expansion, from, group->close);
    if (!parse_range(part->text, &range))
        return true;
    long distance = range.to > range.from ? range.to - range.from : range.from - range.to;
    if (distance / range.step >= RANGE_MAX)
        return true;
    part->word_count = (size_t)(distance / range.step) + 1;
    part->words = ARENA_ARRAY(expansion->p->arena, part->word_count, struct shell_word);
    for (size_t i = 0; i < part->word_count; i++) {
        long step = (long)i * range.step;
        long value = range.to > range.from ? range.from + step : range.from - step;
        struct str text = range.letters
                              ? str_printf(expansion->p->arena, "%c", (int)value)
                              : str_printf(expansion->p->arena, "%0*ld", (int)range.width, value);
        part->words[i] = *word_literal(expansion->p, text, false, part->span);
        if (!parser_count(expansion->p))
            return false;
    }
    return true;
}

static bool push_group(struct expansion *expansion, const struct group *group)
{
    struct parser *p = expansion->p;
    struct shell_part part = {.kind = PART_BRACES, .span = expansion->word->span};

    if (!parser_enter(p))
        return false;
    if (!(group->comma_count ? build_alternatives(expansion, group, &part)
                             : build_range(expansion, group, &part)))
        return false;
    parser_leave(p);
    VEC_PUSH(p->arena, &p->parts, part);
    return parser_count(p);
}

static bool before(struct place a, struct place b)
{
    return a.part < b.part || (a.part == b.part && a.offset < b.offset);
}

/* Pushes what stands between two places, groups as PART_BRACES. */
static bool build(struct expansion *expansion, struct place from, struct place to)
{
    while (before(from, to)) {
        const struct shell_part *part = &expansion->word->parts[from.part];
        while (expansion->next < expansion->groups.count &&
               !expansion->groups.items[expansion->next].valid)
            expansion->next++;
        const struct group *group = expansion->next < expansion->groups.count
                                        ? &expansion->groups.items[expansion->next]
                                        : NULL;
        bool here = group && group->open.part == from.part && before(group->open, to);
        if (part->kind != PART_LITERAL || part->quoted) {
            VEC_PUSH(expansion->p->arena, &expansion->p->parts, *part);
            if (!parser_count(expansion->p))
                return false;
            from = (struct place){from.part + 1, 0};
            continue;
        }
        size_t end =
            here ? group->open.offset : (to.part == from.part ? to.offset : part->text.length);
        if (!push_slice(expansion, part, from.offset, end))
            return false;
        if (here) {
            expansion->next++;
            if (!push_group(expansion, group))
                return false;
            from = (struct place){group->close.part, group->close.offset + 1};
        } else if (to.part == from.part) {
            return true;
        } else {
            from = (struct place){from.part + 1, 0};
        }
    }
    return true;
}

bool braces_expand(struct parser *p, struct shell_word *word)
{
    struct expansion expansion = {.p = p, .word = word};
    struct shell_word expanded;
    bool candidate = false;

    for (size_t i = 0; i < word->part_count; i++)
        candidate = candidate || (word->parts[i].kind == PART_LITERAL && !word->parts[i].quoted &&
                                  str_find_byte(word->parts[i].text, '{') != SIZE_MAX);
    if (!candidate || !find_groups(&expansion))
        return true;
    if (!build_word(&expansion, (struct place){0, 0}, (struct place){word->part_count, 0},
                    &expanded))
        return false;
    *word = expanded;
    return true;
}
