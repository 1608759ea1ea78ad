/* models_near.c -- of the files with models those that what changed can concern: a commit edits two or three of a service's five hundred.
 *
 * Read are the files that changed, those that name their classes or are made from such a class, those that define a name that stands in
 * one of the changed files, and those that concern all.
 */
#include "migrations/models_near.h"

#include "base/file.h"
#include "base/halves.h"
#include "base/sought.h"
#include "readers/imports.h"

/* Each name is looked for in each file, as often as files are found that have another name for a class. */
#define NEAR_NAMES_MAX 500u
#define NEAR_PASSES_MAX 8u
/* With fewer files a thread costs more than it saves. */
#define LOOKS_FOR_TWO 60u

struct nearness {
    struct model_edits *edits;
    struct arena *arena;
    struct words said;    /* words of the files that changed */
    struct words classes; /* of all files with models */
    struct words near;    /* paths of files that did not change */
    struct words far;
    struct sought sought; /* the names */
    struct look *looks;   /* of each file with models */
    bool again;           /* only for names that came */
};

struct look {
    bool names;  /* one of the names */
    bool said;   /* it defines a name that was said, or runs something */
    bool tables; /* it names a table */
};

static bool is_wanted(const struct model_edits *n, struct str path)
{
    return strs_sorted_have(&n->sides[0].paths[n->language], path) ||
           strs_sorted_have(&n->sides[1].paths[n->language], path);
}

/* False: it is a name that stands everywhere. */
static bool note_name(struct model_edits *n, struct str name)
{
    if (name.length > 1 && words_add(&n->named, name))
        VEC_PUSH(n->sides->arena, &n->names, name);
    return name.length != 1;
}

static bool note_names(struct model_edits *n, const struct strs *names)
{
    for (size_t i = 0; i < names->count; i++)
        if (!note_name(n, names->items[i]))
            return false;
    return true;
}

/* Models may import it. */
static bool note_other(struct model_edits *n, struct str path, const struct str texts[2])
{
    struct definitions of[2];
    struct imports imports[2];
    struct strs names;

    for (size_t i = 0; i < 2; i++) {
        model_languages[n->language].defines(n->sides->arena, texts[i], &of[i]);
        imports_read(n->sides->arena, path, texts[i], &imports[i]);
    }
    for (size_t i = 0; i < 2; i++)
        VEC_PUSH(n->sides->arena, &n->texts, texts[i]);
    return !definitions_altered(n->sides->arena, &of[0], &of[1], 1) &&
           !imports_altered(&imports[0], &imports[1]) &&
           edited_tables_beside(n->sides->arena, texts, &names) && note_names(n, &names);
}

/* Read by their name: what they say concerns every model. */
static bool is_settings(const struct model_edits *n, struct str path)
{
    return str_eq(path_base_name(path), STR("apps.py")) ||
           strs_sorted_have(&n->sides[0].settings[n->language], path) ||
           strs_sorted_have(&n->sides[1].settings[n->language], path);
}

/* A module that comes: what was imported by its name may have been another one. */
static bool note_module(struct model_edits *n, struct str path)
{
    struct str stem = str_prefix(path, path.length - STR(".py").length);
    struct str name = path_base_name(stem), parent = path_base_name(path_parent(path));
    enum tree_entry_kind kind;

    if (!str_ends(path, STR(".py")) || str_eq(name, STR("__init__")) ||
        tree_exists(n->sides[0].tree, n->sides->arena,
                    str_printf(n->sides->arena, STR_FMT "/__init__.py", STR_ARG(stem)), &kind))
        return false;
    (void)note_name(n, str_printf(n->sides->arena, "from " STR_FMT " ", STR_ARG(name)));
    (void)note_name(n, str_printf(n->sides->arena, "from ." STR_FMT " ", STR_ARG(name)));
    (void)note_name(n, str_printf(n->sides->arena, "import " STR_FMT, STR_ARG(name)));
    if (parent.length)
        (void)note_name(
            n, str_printf(n->sides->arena, STR_FMT "." STR_FMT, STR_ARG(parent), STR_ARG(name)));
    return true;
}

/* from app.models.user import *: it has all that this one binds. */
static void note_stars(struct model_edits *n, struct str path)
{
    struct str name = str_prefix(path_base_name(path), path_base_name(path).length - 3);

    if (str_eq(name, STR("__init__")))
        name = path_base_name(path_parent(path));
    (void)note_name(n, str_printf(n->sides->arena, STR_FMT " import *", STR_ARG(name)));
}

static bool note_changed(struct model_edits *n, struct str path)
{
    struct str texts[2] = {STR_NONE, STR_NONE};
    bool there[2];

    if (is_settings(n, path))
        return false;
    for (size_t j = 0; j < 2; j++) {
        there[j] = model_side_read(&n->sides[j], path, &texts[j]);
        if (!there[j])
            texts[j] = STR_NONE;
    }
    if (!there[1] || (!there[0] && !note_module(n, path)))
        return false;
    note_stars(n, path);
    if (!is_wanted(n, path))
        return note_other(n, path, texts);
    VEC_PUSH(n->sides->arena, &n->list,
             (struct model_edit){.path = path, .pair.texts = {texts[0], texts[1]}});
    return true;
}

static void read_edits(void *context, struct arena *arena, size_t from, size_t to)
{
    struct model_edits *edits = context;
    struct words *kept = &edits->kept[from ? 1 : 0];

    kept->arena = arena;
    for (size_t i = from; i < to; i++) {
        struct model_edit *edit = &edits->list.items[i];
        /* Which files the keys concern is not asked when many changed. */
        edit->alone = edited_tables(arena, &edit->pair, &edit->names,
                                    edits->count > EDITS_NEAR ? NULL : &edit->references);
        if (!edit->alone)
            return;
        if (edits->list.count < EDITS_THIN)
            continue;
        edited_thin_begin(arena, &edit->pair, &edit->thin);
        edited_thin_note_kept(arena, &edit->thin, kept);
    }
}

static bool note_tables(struct model_edits *n)
{
    halves_do(n->sides->arena, read_edits, n, n->list.count, EDITS_THIN);
    for (size_t i = 0; i < n->list.count; i++) {
        const struct model_edit *edit = &n->list.items[i];
        if (!edit->alone || !note_names(n, &edit->names) || !note_names(n, &edit->references))
            return false;
    }
    return true;
}

bool models_edits_read(struct model_side sides[2], size_t language, const struct strs *changed,
                       struct model_edits *ret_edits)
{
    struct model_edits *edits = ret_edits;

    *edits = (struct model_edits){
        .sides = sides, .language = language, .changed = changed, .named = {.arena = sides->arena}};
    if (!model_languages[language].near)
        return false;
    for (size_t i = 0; i < changed->count; i++)
        edits->count += model_language_of(changed->items[i]) == &model_languages[language];
    for (size_t i = 0; i < changed->count && edits->count <= EDITS_MAX; i++)
        if (model_language_of(changed->items[i]) == &model_languages[language] &&
            !note_changed(edits, changed->items[i]))
            return false;
    return edits->count <= EDITS_MAX && note_tables(edits);
}

static void note_words(struct nearness *n, struct str text)
{
    for (struct str word; (word = str_next_word(&text)).length;)
        (void)words_add(&n->said, word);
}

/* Does it define a name that was said, or run something? */
static bool is_said(const struct nearness *n, struct arena *arena, struct str text)
{
    struct strs names;

    if (!edited_tables_look(arena, text, &names))
        return true;
    for (size_t i = 0; i < names.count; i++)
        if (words_have(&n->said, names.items[i]))
            return true;
    return false;
}

/* import User as Person */
static void note_aliases(struct nearness *n, struct str line)
{
    static const struct str as = STR_INIT(" as ");

    for (size_t at; (at = str_find(line, as)) != SIZE_MAX;) {
        line = str_trim(str_from_offset(line, at + as.length));
        (void)note_name(n->edits, str_word(line));
    }
}

/* Person = User */
static void note_value(struct nearness *n, struct str line)
{
    struct str name = str_word(line), rest = str_trim(str_from_offset(line, name.length));

    if (name.length && str_find_byte(line, '(') == SIZE_MAX &&
        (str_starts(rest, STR("=")) || str_starts(rest, STR(":"))))
        (void)note_name(n->edits, name);
}

/* class Auditor(User): …, and other names of it */
static void note_made_from(struct nearness *n, const struct sought *sought, struct str text)
{
    struct str line, class = STR_NONE; /* in whose header we are */

    while (str_next_line(&text, &line)) {
        struct str rest = str_trim(line);
        if (str_starts(rest, STR("class ")))
            class = str_word(str_trim(str_from_offset(rest, STR("class ").length)));
        if (sought_in(sought, rest)) {
            if (class.length)
                (void)note_name(n->edits, class);
            else
                note_value(n, line);
            note_aliases(n, line);
        }
        if (str_find_byte(rest, ':') != SIZE_MAX)
            class = STR_NONE;
    }
}

/* What concerns all is sought with the names. */
static void sought_of_names(struct nearness *n)
{
    size_t count = 0, wide = 0;

    while (edited_tables_wide_words[wide])
        wide++;
    const char **words = ARENA_ARRAY(n->arena, n->edits->names.count + wide + 1, const char *);
    for (size_t i = 0; i < n->edits->names.count; i++)
        words[count++] = str_c(n->arena, n->edits->names.items[i]);
    for (size_t i = 0; i < wide; i++)
        words[count++] = edited_tables_wide_words[i];
    sought_make(words, &n->sought);
}

static bool names_table(struct str text)
{
    static const char *const words[] = {"__tablename__", "Table(",       "django", "db.Model",
                                        "table=True",    "table = True", NULL};
    static _Thread_local struct sought sought;

    return sought_one_of(&sought, words, text);
}

static void look_at_some(void *context, struct arena *arena, size_t from, size_t to)
{
    struct nearness *n = context;
    const struct model_texts *texts = &n->edits->sides[0].texts[n->edits->language];

    for (size_t i = from; i < to; i++) {
        struct look *look = &n->looks[i];
        look->names = sought_in(&n->sought, texts->items[i].text);
        if (n->again)
            continue;
        look->said = is_said(n, arena, texts->items[i].text);
        look->tables = names_table(texts->items[i].text);
    }
}

/* Those that name one of them; what is made from these is another name to look for. */
static void find_naming(struct nearness *n)
{
    const struct model_texts *texts = &n->edits->sides[0].texts[n->edits->language];

    sought_of_names(n);
    halves_do(n->arena, look_at_some, n, texts->count, LOOKS_FOR_TWO);
    n->again = true;
    for (size_t i = 0; i < texts->count; i++) {
        const struct model_text *one = &texts->items[i];
        if (!n->looks[i].names)
            continue;
        if (!strs_sorted_have(n->edits->changed, one->path))
            (void)words_add(&n->near, one->path);
        note_made_from(n, &n->sought, one->text);
    }
}

static void note_classes(struct nearness *n, struct str text)
{
    static const struct str mark = STR_INIT("class ");

    for (struct str line; str_next_line(&text, &line);)
        if (str_starts(line, mark))
            (void)words_add(&n->classes, str_word(str_trim(str_from_offset(line, mark.length))));
}

static bool is_unseen(const struct nearness *n, struct str base)
{
    static const char *const common[] = {"Base", "Model", "Mixin", "Enum", "Type", "object"};
    size_t dot = str_find_last_byte(base, '.');
    struct str name = str_word(dot == SIZE_MAX ? base : str_from_offset(base, dot + 1));

    for (size_t i = 0; i < COUNT_OF(common); i++)
        if (str_contains(name, str_from(common[i])))
            return false;
    return name.length && str_find_byte(base, '=') == SIZE_MAX && !words_have(&n->classes, name);
}

/* class Admin(Person): in a file that names no table, of a Person that no file with models has: it may be one of those that changed under another
 * name, and its columns in their table. */
static bool is_made_of_unseen(struct nearness *n, struct str text)
{
    const struct model_texts *texts = &n->edits->sides[0].texts[n->edits->language];

    for (size_t i = 0; !n->classes.count && i < texts->count; i++)
        note_classes(n, texts->items[i].text);
    for (struct str line; str_next_line(&text, &line);) {
        size_t open = str_find_byte(line, '(');
        if (!str_starts(line, STR("class ")) || open == SIZE_MAX)
            continue;
        struct str bases = str_from_offset(line, open + 1);
        for (bases = str_prefix(bases, str_find_byte(bases, ')')); bases.length;)
            if (is_unseen(n, str_trim(str_cut(&bases, ','))))
                return true;
    }
    return false;
}

/* False: they are many. */
static bool find_near(struct nearness *n)
{
    const struct model_texts *texts = &n->edits->sides[0].texts[n->edits->language];
    size_t known = SIZE_MAX;

    n->looks = ARENA_ARRAY(n->arena, texts->count + 1, struct look);
    for (unsigned pass = 0; n->edits->names.count != known; pass++) {
        if (pass == NEAR_PASSES_MAX || n->edits->names.count > NEAR_NAMES_MAX ||
            n->near.count > texts->count / 2)
            return false;
        known = n->edits->names.count;
        find_naming(n);
    }
    for (size_t i = 0; i < texts->count; i++) {
        const struct model_text *one = &texts->items[i];
        const struct look *look = &n->looks[i];
        if (!strs_sorted_have(n->edits->changed, one->path) && !words_have(&n->near, one->path))
            (void)words_add(look->said || (!look->tables && is_made_of_unseen(n, one->text))
                                ? &n->near
                                : &n->far,
                            one->path);
    }
    return true;
}

bool models_near(struct model_edits *edits, struct strs ret_paths[2])
{
    struct arena *arena = edits->sides->arena;
    struct nearness n = {.edits = edits,
                         .arena = arena,
                         .said = {.arena = arena},
                         .classes = {.arena = arena},
                         .near = {.arena = arena},
                         .far = {.arena = arena}};
    size_t all = 0, wanted = 0;

    if (edits->count > EDITS_NEAR)
        return false;
    for (size_t i = 0; i < edits->list.count; i++)
        for (size_t j = 0; j < 2; j++)
            note_words(&n, edits->list.items[i].pair.texts[j]);
    if (!find_near(&n))
        return false;
    for (size_t i = 0; i < 2; i++) {
        const struct strs *paths = &edits->sides[i].paths[edits->language];
        ret_paths[i] = (struct strs){0};
        for (size_t j = 0; j < paths->count; j++)
            if (strs_sorted_have(edits->changed, paths->items[j]) ||
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

bool models_near_suffice(const struct schema schemas[2], const struct schema_difference *difference,
                         bool all)
{
    for (size_t i = 0; i < 2; i++)
        if (schemas[i].twice.count)
            return false;
    for (size_t i = 0; !all && i < difference->changes.count; i++)
        if (!stays_in_table(&difference->changes.items[i]))
            return false;
    return !difference->unread.count && !difference->unsure.count;
}
