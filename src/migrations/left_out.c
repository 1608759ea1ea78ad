#include "migrations/left_out.h"

#include "base/file.h"
#include "migrations/astray.h"
#include "migrations/cover.h"
#include "migrations/models.h"
#include "migrations/tracker.h"
#include "readers/typescript.h"

#define TEXT_MAX ((size_t)4 << 20)
#define SCRATCH_BUDGET ((size_t)64 << 20)
#define MAKERS_MAX 50u

struct place {
    struct str directory;
    struct str title;
    bool certain;  /* all that its tool would run is known */
    bool packages; /* Django's project: the folders in it that are called migrations */
};

struct left_out {
    struct arena *arena;
    struct tree *tree;
    VEC(const struct history *) histories;
    VEC(const struct history *) astray; /* of directories that their tool does not look into */
    VEC(struct place) places;
    struct strs environments; /* env.py of Alembic: what it names is run */
    struct strs found;        /* paths that are left out */
    struct strs tools;        /* … by these */
};

struct left_out *left_out_new(struct arena *arena, struct tree *tree)
{
    struct left_out *made = ARENA_ARRAY(arena, 1, struct left_out);

    made->arena = arena;
    made->tree = tree;
    return made;
}

/* --- Whose directory is it? --- */

static bool is_certain(const struct history *history)
{
    for (size_t i = 0; i < history->problems.count; i++)
        if (history->problems.items[i].code == REASON_INDETERMINATE_HISTORY)
            return false;
    return history->migrations.count > 0;
}

static struct str title_of(const struct history *history)
{
    if (history->row)
        return tracker_title(history->row);
    return str_eq(history->tracker, STR("alembic")) ? STR("Alembic") : history->tracker;
}

static void add_place(struct left_out *l, struct str directory, struct str title, bool certain)
{
    struct place place = {.directory = directory, .title = title, .certain = certain};

    VEC_PUSH(l->arena, &l->places, place);
}

void left_out_add(struct left_out *l, const struct config_migrations *set,
                  const struct history *history)
{
    /* What runs plain SQL is a script that nobody reads: it may take any file. */
    if (!history || !history->versions.count || str_eq(history->tracker, STR("sql"))) {
        struct str path;
        add_place(l, set->root, STR(""), false);
        for (size_t i = 0; i < set->versions.count; i++)
            if (tree_path_join(l->arena, set->root, set->versions.items[i], &path))
                add_place(l, path, STR(""), false);
        return;
    }
    if (astray_is(l->arena, l->tree, history)) {
        VEC_PUSH(l->arena, &l->astray, history);
        return;
    }
    VEC_PUSH(l->arena, &l->histories, history);
    for (size_t i = 0; i < history->versions.count; i++) {
        struct str above = path_parent(history->versions.items[i]);
        struct str environment = path_join(l->arena, above, STR("env.py"));
        enum tree_entry_kind kind;
        add_place(l, history->versions.items[i], title_of(history), is_certain(history));
        /* Alembic's environment: what lies in it is run when a revision, or env.py, names it. */
        if (!above.length || history->row || !tree_exists(l->tree, l->arena, environment, &kind))
            continue;
        add_place(l, above, title_of(history), is_certain(history));
        strs_add(l->arena, &l->environments, environment);
    }
    if (str_eq(history->tracker, STR("django"))) {
        add_place(l, history->root, title_of(history), is_certain(history));
        VEC_LAST(&l->places).packages = true;
    }
}

static bool holds(const struct place *place, struct str path)
{
    struct str inside, directory = path_parent(path);

    if (place->packages &&
        (!str_eq(path_base_name(directory), STR("migrations")) || !str_ends(path, STR(".py"))))
        return false;
    /* The top of the tree holds everything: only what lies in it directly is meant. */
    return place->directory.length ? path_relative(place->directory, path, &inside)
                                   : place->packages || !directory.length;
}

/* The nearest directory around it; none where somebody else's may hold it as well. */
static const struct place *place_of(const struct left_out *l, struct str path)
{
    const struct place *nearest = NULL;

    for (size_t i = 0; i < l->places.count; i++) {
        const struct place *place = &l->places.items[i];
        if (!holds(place, path) || (nearest && place->directory.length < nearest->directory.length))
            continue;
        if (!nearest || place->directory.length > nearest->directory.length || !place->certain)
            nearest = place;
    }
    return nearest && nearest->certain ? nearest : NULL;
}

static struct str astray_title(const struct left_out *l, struct str path)
{
    struct str inside;

    for (size_t i = 0; i < l->places.count; i++)
        if (holds(&l->places.items[i], path))
            return STR_NONE;
    for (size_t i = 0; i < l->astray.count; i++)
        if (path_relative(l->astray.items[i]->versions.items[0], path, &inside))
            return title_of(l->astray.items[i]);
    return STR_NONE;
}

/* --- What is run: the migrations, and what they read. --- */

static struct str stem_of(struct str path)
{
    struct str name = path_base_name(path);
    size_t dot = str_find_last_byte(name, '.');

    return dot == SIZE_MAX || dot == 0 ? name : str_prefix(name, dot);
}

static bool is_program(struct str path)
{
    return script_path(path) || str_ends(path, STR(".py")) || str_ends(path, STR(".rb")) ||
           str_ends(path, STR(".exs")) || str_ends(path, STR(".php"));
}

struct asked {
    struct left_out *l;
    const struct strs *paths;
    struct str *tools;
    struct id_map names;  /* base name or stem → the first of `next` */
    size_t *next;         /* others of that name */
    struct strs to_read;  /* texts that may name others */
    struct id_map listed; /* files that are run */
    struct id_map stems;  /* of programs among them, and their ids */
};

static void note_listed(struct asked *a)
{
    size_t count = 1, other;

    for (size_t h = 0; h < a->l->histories.count; h++)
        count += a->l->histories.items[h]->migrations.count * 2;
    for (size_t i = 0; i < a->l->environments.count; i++)
        VEC_PUSH(a->l->arena, &a->to_read, a->l->environments.items[i]);
    a->listed = id_map_new(a->l->arena, count);
    a->stems = id_map_new(a->l->arena, count);
    for (size_t h = 0; h < a->l->histories.count; h++) {
        const struct migrations *all = &a->l->histories.items[h]->migrations;
        for (size_t i = 0; i < all->count; i++) {
            const struct migration *migration = &all->items[i];
            if (id_map_add(&a->listed, migration->file, i, &other))
                VEC_PUSH(a->l->arena, &a->to_read, migration->file);
            if (migration->down_file.length)
                (void)id_map_add(&a->listed, migration->down_file, i, &other);
            if (!is_program(migration->file))
                continue;
            (void)id_map_add(&a->stems, stem_of(migration->file), i, &other);
            (void)id_map_add(&a->stems, migration->id, i, &other);
        }
    }
}

/* "20240301-nick-up.sql" belongs to 20240301-nick.js: the name is often computed. */
static bool begins_as_program(const struct asked *a, struct str path)
{
    struct str stem = stem_of(path);
    size_t other;

    while (stem.length && !is_program(path)) {
        if (id_map_get(&a->stems, stem, &other))
            return true;
        do
            stem.length--;
        while (stem.length && !strchr("-_.", stem.bytes[stem.length]));
    }
    return false;
}

/* Flyway and yoyo run these too, after and before the others; Python a package's own file. */
static bool is_callback(struct str path)
{
    struct str name = path_base_name(path);

    return str_starts(name, STR("after")) || str_starts(name, STR("before")) ||
           str_starts(name, STR("post-apply")) || str_eq(name, STR("__init__.py")) ||
           str_eq(name, STR("env.py"));
}

static void take_back(struct asked *a, size_t index)
{
    for (; index != SIZE_MAX; index = a->next[index]) {
        size_t path = index / 2;
        if (a->tools[path].length)
            VEC_PUSH(a->l->arena, &a->to_read, a->paths->items[path]);
        a->tools[path] = STR_NONE;
    }
}

static void look_up(struct asked *a, struct str word)
{
    size_t index;

    if (word.length && id_map_get(&a->names, word, &index))
        take_back(a, index);
}

static bool is_name_byte(char byte)
{
    return byte_is_word(byte) || byte == '.' || byte == '-';
}

/* Words as they stand in `"sql/1-a.sql"`, `from .helpers import x`, `require("../lib/columns")`. */
static void look_for_names(struct asked *a, struct str text)
{
    for (size_t at = 0; at < text.length; at++) {
        size_t start = at;
        while (at < text.length && is_name_byte(text.bytes[at]))
            at++;
        struct str word = str_trim_bytes(str_slice(text, start, at), "."), rest = word;
        look_up(a, word);
        while (str_find_byte(rest, '.') != SIZE_MAX) {
            look_up(a, str_cut(&rest, '.'));
            look_up(a, rest);
        }
    }
}

static void add_name(struct asked *a, struct str name, size_t index)
{
    size_t other = SIZE_MAX;

    a->next[index] = SIZE_MAX;
    if (id_map_add(&a->names, name, index, &other))
        return;
    a->next[index] = a->next[other];
    a->next[other] = index;
}

static void take_back_read(struct asked *a)
{
    a->names = id_map_new(a->l->arena, a->paths->count * 2 + 1);
    a->next = ARENA_ARRAY(a->l->arena, a->paths->count * 2 + 1, size_t);
    for (size_t i = 0; i < a->paths->count; i++) {
        if (!a->tools[i].length)
            continue;
        add_name(a, path_base_name(a->paths->items[i]), i * 2);
        if (is_program(a->paths->items[i]))
            add_name(a, stem_of(a->paths->items[i]), i * 2 + 1);
    }
    for (size_t i = 0; i < a->to_read.count; i++) { /* it grows by what is read */
        ARENA(scratch, SCRATCH_BUDGET);
        struct err absent = ERR_NONE; /* a journal names what is not there: broken-history */
        struct str text;
        if (tree_read(a->l->tree, &scratch, a->to_read.items[i], TEXT_MAX, &text, &absent))
            look_for_names(a, text);
    }
}

bool *left_out_named(struct left_out *l, const struct strs *paths)
{
    struct asked a = {.l = l, .paths = paths};
    bool *named = ARENA_ARRAY(l->arena, paths->count + 1, bool);
    size_t other;

    a.tools = ARENA_ARRAY(l->arena, paths->count + 1, struct str);
    note_listed(&a);
    for (size_t i = 0; i < paths->count; i++) {
        named[i] = begins_as_program(&a, paths->items[i]);
        if (!named[i] && !id_map_get(&a.listed, paths->items[i], &other))
            a.tools[i] = STR("?");
    }
    take_back_read(&a);
    for (size_t i = 0; i < paths->count; i++)
        named[i] =
            (named[i] || !a.tools[i].length) && !id_map_get(&a.listed, paths->items[i], &other);
    return named;
}

struct str *left_out_find(struct left_out *l, const struct strs *paths)
{
    struct asked a = {.l = l, .paths = paths};
    bool any = false;
    size_t other;

    a.tools = ARENA_ARRAY(l->arena, paths->count + 1, struct str);
    note_listed(&a);
    for (size_t i = 0; i < paths->count; i++) {
        struct str path = paths->items[i];
        if (id_map_get(&a.listed, path, &other) || begins_as_program(&a, path) || is_callback(path))
            continue;
        const struct place *place = place_of(l, path);
        a.tools[i] = place ? place->title : astray_title(l, path);
        any = any || a.tools[i].length;
    }
    if (any)
        take_back_read(&a);
    for (size_t i = 0; i < paths->count; i++) {
        if (!a.tools[i].length || l->found.count >= MAKERS_MAX ||
            strs_have(&l->found, paths->items[i]))
            continue;
        VEC_PUSH(l->arena, &l->found, paths->items[i]);
        VEC_PUSH(l->arena, &l->tools, a.tools[i]);
    }
    return a.tools;
}

/* By its words, or by its steps. */
static bool makes(const struct left_out *l, struct arena *scratch, struct str path, struct str text,
                  const struct schema_change *change)
{
    struct schema_change asked = *change;
    const struct schema_changes changes = {.items = &asked, .count = 1};
    struct strs paths = {0};
    bool covered = cover_makes(cover_read(scratch, path, text), change);

    VEC_PUSH(scratch, &paths, path);
    if (!covered && cover_reading(path, text) != COVER_NOT_BY_STEPS)
        models_cover_steps(scratch, l->tree, &paths, &changes, &covered);
    return covered;
}

struct str left_out_maker(struct left_out *l, const struct schema_change *change)
{
    for (size_t i = 0; i < l->found.count; i++) {
        ARENA(scratch, (size_t)256 << 20);
        struct err absent = ERR_NONE;
        struct str text;
        if (tree_read(l->tree, &scratch, l->found.items[i], TEXT_MAX, &text, &absent) &&
            makes(l, &scratch, l->found.items[i], text, change))
            return str_printf(l->arena, STR_FMT " makes it, but " STR_FMT " does not run that file",
                              STR_ARG(l->found.items[i]), STR_ARG(l->tools.items[i]));
    }
    return STR("");
}
