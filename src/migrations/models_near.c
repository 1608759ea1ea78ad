/* models_near.c -- of the files with models those that what changed can concern: a commit edits two or three of a service's five hundred.
 *
 * Where nothing but classes of tables differs (edited_tables.h), another file's tables can differ only by what they take from these classes, and they
 * name them. Read are the files that changed, those that name their classes or are made from such a class, those that define a name that stands in
 * one of the changed files, and those that concern all. What then is found counts if it is of a kind that no other file's models can show: else all
 * are read.
 */
#include "base/sought.h"
#include "migrations/models_files.h"
#include "readers/edited_tables.h"
#include "readers/imports.h"

#define NEAR_CHANGED_MAX 200u

struct nearness {
    struct model_side *sides;
    size_t language;
    const struct strs *changed;
    struct arena *arena;
    struct words said;  /* words of the files that changed */
    struct strs names;  /* of classes that changed, and of those that are made from them */
    struct words named; /* the same */
    struct words near;  /* paths of files that did not change */
    struct words far;
};

static bool is_wanted(const struct nearness *n, struct str path)
{
    return strs_sorted_have(&n->sides[0].paths[n->language], path) ||
           strs_sorted_have(&n->sides[1].paths[n->language], path);
}

static void note_words(struct nearness *n, struct str text)
{
    for (size_t at = 0, start = 0; at <= text.length; at++)
        if (at == text.length || !byte_is_word(text.bytes[at])) {
            if (at > start)
                (void)words_add(&n->said, str_slice(text, start, at));
            start = at + 1;
        }
}

static void note_name(struct nearness *n, struct str name)
{
    if (name.length > 1 && words_add(&n->named, name))
        VEC_PUSH(n->arena, &n->names, name);
}

static bool note_models(struct nearness *n, const struct str texts[2])
{
    struct strs names;

    if (!edited_tables(n->arena, texts[0], texts[1], &names))
        return false;
    for (size_t i = 0; i < names.count; i++)
        note_name(n, names.items[i]);
    for (size_t i = 0; i < 2; i++)
        note_words(n, texts[i]);
    return true;
}

/* Models may import it. */
static bool note_other(struct nearness *n, struct str path, const struct str texts[2])
{
    struct definitions of[2];
    struct imports imports[2];

    for (size_t i = 0; i < 2; i++) {
        model_languages[n->language].defines(n->arena, texts[i], &of[i]);
        imports_read(n->arena, path, texts[i], &imports[i]);
    }
    return !definitions_altered(n->arena, &of[0], &of[1], 1) &&
           !imports_altered(&imports[0], &imports[1]) &&
           edited_tables_imports_stay(n->arena, texts[0], texts[1]);
}

static bool note_changed(struct nearness *n)
{
    size_t count = 0;

    for (size_t i = 0; i < n->changed->count; i++) {
        struct str path = n->changed->items[i], texts[2] = {STR_NONE, STR_NONE};
        if (model_language_of(path) != &model_languages[n->language])
            continue;
        if (++count > NEAR_CHANGED_MAX)
            return false;
        for (size_t j = 0; j < 2; j++)
            if (!model_side_read(&n->sides[j], path, &texts[j]))
                texts[j] = STR_NONE;
        if (!(is_wanted(n, path) ? note_models(n, texts) : note_other(n, path, texts)))
            return false;
    }
    return true;
}

/* Does it define a name that was said, or run something? */
static bool is_said(struct nearness *n, struct str text)
{
    struct strs names;

    if (!edited_tables_look(n->arena, text, &names))
        return true;
    for (size_t i = 0; i < names.count; i++)
        if (words_have(&n->said, names.items[i]))
            return true;
    return false;
}

/* class Auditor(User): … */
static void note_made_from(struct nearness *n, const struct sought *sought, struct str text)
{
    struct str line;

    while (str_next_line(&text, &line)) {
        struct str rest = str_trim(line);
        size_t end = 0;
        if (!str_starts(rest, STR("class ")) || !sought_in(sought, rest))
            continue;
        rest = str_trim(str_from_offset(rest, STR("class ").length));
        while (end < rest.length && byte_is_word(rest.bytes[end]))
            end++;
        note_name(n, str_prefix(rest, end));
    }
}

/* What concerns all is sought with the names. */
static void sought_of_names(struct nearness *n, struct sought *ret_sought)
{
    size_t count = 0, wide = 0;

    while (edited_tables_wide_words[wide])
        wide++;
    const char **words = ARENA_ARRAY(n->arena, n->names.count + wide + 1, const char *);
    for (size_t i = 0; i < n->names.count; i++)
        words[count++] = str_c(n->arena, n->names.items[i]);
    for (size_t i = 0; i < wide; i++)
        words[count++] = edited_tables_wide_words[i];
    sought_make(words, ret_sought);
}

/* Those that name one of them; what is made from these is another name to look for. */
static void find_naming(struct nearness *n)
{
    const struct model_texts *texts = &n->sides[0].texts[n->language];
    struct sought sought;

    sought_of_names(n, &sought);
    for (size_t i = 0; i < texts->count; i++) {
        const struct model_text *one = &texts->items[i];
        if (strs_sorted_have(n->changed, one->path) || !sought_in(&sought, one->text))
            continue;
        (void)words_add(&n->near, one->path);
        note_made_from(n, &sought, one->text);
    }
}

static void find_near(struct nearness *n)
{
    const struct model_texts *texts = &n->sides[0].texts[n->language];
    size_t known;

    do {
        known = n->names.count;
        find_naming(n);
    } while (n->names.count > known);
    for (size_t i = 0; i < texts->count; i++) {
        const struct model_text *one = &texts->items[i];
        if (!strs_sorted_have(n->changed, one->path) && !words_have(&n->near, one->path))
            (void)words_add(is_said(n, one->text) ? &n->near : &n->far, one->path);
    }
}

bool models_near(struct model_side sides[2], size_t language, const struct strs *changed,
                 struct strs ret_paths[2])
{
    struct arena *arena = sides[0].arena;
    struct nearness n = {.sides = sides,
                         .language = language,
                         .changed = changed,
                         .arena = arena,
                         .said = {.arena = arena},
                         .named = {.arena = arena},
                         .near = {.arena = arena},
                         .far = {.arena = arena}};
    size_t all = 0, wanted = 0;

    if (!model_languages[language].near || !note_changed(&n))
        return false;
    find_near(&n);
    for (size_t i = 0; i < 2; i++) {
        const struct strs *paths = &sides[i].paths[language];
        ret_paths[i] = (struct strs){0};
        for (size_t j = 0; j < paths->count; j++)
            if (strs_sorted_have(changed, paths->items[j]) ||
                words_have(&n.near, paths->items[j]) || !words_have(&n.far, paths->items[j]))
                VEC_PUSH(arena, &ret_paths[i], paths->items[j]);
        all += paths->count;
        wanted += ret_paths[i].count;
    }
    return wanted < all / 2;
}

/* Columns that come, or change but in type; tables that come; indexes. What goes, or is of another type, keys elsewhere may refer to, and a type
 * may be another table's too. */
static bool stays_in_table(const struct schema_change *change)
{
    switch (change->object) {
    case SCHEMA_OBJECT_COLUMN:
        return change->kind != SCHEMA_DROP &&
               (change->kind == SCHEMA_ADD || change->aspect == ASPECT_NULL ||
                change->aspect == ASPECT_DEFAULT);
    case SCHEMA_OBJECT_TABLE:
        return change->kind == SCHEMA_ADD;
    case SCHEMA_OBJECT_INDEX:
        return true;
    case SCHEMA_OBJECT_TYPE:
        break;
    }
    return false;
}

bool models_near_suffice(const struct schema schemas[2], const struct schema_difference *difference)
{
    for (size_t i = 0; i < 2; i++)
        if (schemas[i].twice.count)
            return false;
    for (size_t i = 0; i < difference->changes.count; i++)
        if (!stays_in_table(&difference->changes.items[i]))
            return false;
    return !difference->unread.count && !difference->unsure.count;
}
