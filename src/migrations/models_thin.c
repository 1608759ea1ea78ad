/* models_thin.c -- what stands for the files that changed while their tables are compared: a commit that gives each of five hundred models a column
 * differs in five hundred lines, and parsing the others takes most of the time.
 */
#include <stdlib.h>

#include "base/halves.h"
#include "migrations/models_near.h"

#define THREAD_FROM 40u

struct thinning {
    struct model_edits *edits;
    struct arena *arena;
    struct words said;
    struct model_thin *thin;
};

/* Files that are read as they are: what they say stays. */
static void note_others(struct thinning *t, const struct strs paths[2])
{
    struct words edited = {.arena = t->arena};
    struct str text;

    for (size_t i = 0; i < t->edits->list.count; i++)
        (void)words_add(&edited, t->edits->list.items[i].path);
    for (size_t side = 0; side < 2; side++)
        for (size_t i = 0; i < paths[side].count; i++)
            if (!words_have(&edited, paths[side].items[i]) &&
                words_add(&t->thin->known, paths[side].items[i]) &&
                model_side_read(&t->edits->sides[side], paths[side].items[i], &text))
                edited_thin_note_words(&t->said, text);
    for (size_t i = 0; i < t->edits->texts.count; i++)
        edited_thin_note_words(&t->said, t->edits->texts.items[i]);
}

/* What is said is looked up by both halves, and added to when both are done. */
static void mark(void *context, struct arena *arena, size_t from, size_t to)
{
    struct thinning *t = context;

    (void)arena;
    for (size_t i = from; i < to; i++)
        edited_thin_mark(&t->edits->list.items[i].thin, &t->said, &t->edits->named);
}

static void keep_what_is_said(struct thinning *t)
{
    for (bool again = true; again;) {
        again = false;
        halves_do(t->arena, mark, t, t->edits->list.count, THREAD_FROM);
        for (size_t i = 0; i < t->edits->list.count; i++)
            again = edited_thin_note_marked(&t->edits->list.items[i].thin, &t->said) || again;
    }
}

static void finish(void *context, struct arena *arena, size_t from, size_t to)
{
    struct thinning *t = context;

    for (size_t i = from; i < to; i++)
        edited_thin_finish(arena, &t->edits->list.items[i].thin);
}

bool models_thin(struct model_edits *edits, const struct strs paths[2])
{
    struct arena *arena = edits->sides->arena;
    struct thinning t = {.edits = edits,
                         .arena = arena,
                         .said = edits->kept[0],
                         .thin = ARENA_ARRAY(arena, 1, struct model_thin)};

    if (edits->list.count < EDITS_THIN)
        return false;
    t.thin->known.arena = t.thin->left_out.arena = arena;
    t.said.arena = arena;
    for (size_t i = 0; i < edits->kept[1].size; i++)
        (void)words_add(&t.said, edits->kept[1].slots[i]);
    note_others(&t, paths);
    keep_what_is_said(&t);
    halves_do(arena, finish, &t, edits->list.count, THREAD_FROM);
    for (size_t i = 0; i < edits->list.count; i++) {
        const struct model_edit *edit = &edits->list.items[i];
        edited_thin_note_left_out(&edit->thin, &t.thin->left_out);
        (void)words_add(&t.thin->known, edit->path);
        for (size_t side = 0; side < 2; side++)
            if (edit->pair.texts[side].length)
                VEC_PUSH(arena, &t.thin->texts[side],
                         (struct model_text){.path = edit->path, .text = edit->thin.texts[side]});
    }
    for (size_t side = 0; side < 2; side++) {
        const struct model_texts *texts = &t.thin->texts[side];
        struct parse_ahead *ahead = &t.thin->ahead[side];
        *ahead = (struct parse_ahead){
            .items = ARENA_ARRAY(arena, texts->count + 1, struct parse_ahead_text),
            .count = texts->count};
        for (size_t i = 0; i < texts->count; i++)
            ahead->items[i].text = texts->items[i].text;
    }
    edits->sides[0].thin = edits->sides[1].thin = t.thin;
    return true;
}

static int compare_paths(const void *a, const void *b)
{
    const struct model_text *one = a, *other = b;

    return str_compare(one->path, other->path);
}

static size_t side_number(const struct model_side *side)
{
    return side->other ? 1 : 0;
}

/* SIZE_MAX: it is read as it is. */
static size_t find(const struct model_side *side, struct str path)
{
    const struct model_texts *texts = &side->thin->texts[side_number(side)];
    struct model_text key = {.path = path};
    const struct model_text *found = texts->count ? bsearch(&key, texts->items, texts->count,
                                                            sizeof *texts->items, compare_paths)
                                                  : NULL;

    return found ? (size_t)(found - texts->items) : SIZE_MAX;
}

bool model_thin_text(const struct model_side *side, struct str path, struct str *ret_text)
{
    size_t number = find(side, path);

    if (number != SIZE_MAX)
        *ret_text = side->thin->texts[side_number(side)].items[number].text;
    return number != SIZE_MAX;
}

TSTree *model_thin_parsed(void *side_, struct str path)
{
    struct model_side *side = side_;
    size_t number = side->thin ? find(side, path) : SIZE_MAX;

    return number == SIZE_MAX ? NULL
                              : parse_ahead_take(&side->thin->ahead[side_number(side)], number);
}

void model_thin_parse_ahead(struct model_side *side, size_t language)
{
    if (side->thin && model_languages[language].parse_ahead)
        model_languages[language].parse_ahead(&side->thin->ahead[1 - side_number(side)]);
}

void model_thin_look(const struct model_side *side, struct str path, struct str text)
{
    struct model_thin *thin = side->thin;

    if (!words_have(&thin->known, path) && edited_thin_says(text, &thin->left_out))
        thin->doubtful[side_number(side)] = true;
}

bool models_thin_end(struct model_side sides[2])
{
    struct model_thin *thin = sides->thin;

    sides[0].thin = sides[1].thin = NULL;
    for (size_t i = 0; thin && i < 2; i++)
        parse_ahead_release(&thin->ahead[i]);
    return !thin || !(thin->doubtful[0] || thin->doubtful[1]);
}
