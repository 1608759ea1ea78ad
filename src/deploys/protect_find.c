#include "deploys/protect_find.h"

#include <string.h>

#include "base/file.h"
#include "deploys/protect_expression.h"
#include "deploys/protect_path.h"
#include "deploys/protect_write.h"

struct place {
    struct str path;
    bool ours;    /* a file or directory of ours, or what could be one */
    bool guessed; /* where it is, is not known: only what is asked for by its very name counts */
};

struct search {
    struct str directory;
    VEC(struct place) places;
    struct find_expression expression;
    struct find_actions actions;
    bool any; /* files whose names are not asked for are called by their directory alone */
};

/* --- Where it looks. --- */

static bool is_expression(struct str word)
{
    return str_starts(word, STR("-")) || str_eq(word, STR("!")) || str_eq(word, STR("("));
}

static bool is_ours(struct recogniser *r, const struct search *search, struct str path)
{
    struct protected_path found;

    return protect_look_up(r->arena, r->protect, protect_state(r),
                           path_join(r->arena, search->directory, path), true, &found);
}

static void add_place(struct recogniser *r, struct search *search, struct str path, bool guessed)
{
    while (path.length > 1 && str_ends(path, STR("/")))
        path = str_prefix(path, path.length - 1);
    struct place place = {path, is_ours(r, search, path), guessed};
    VEC_PUSH(r->arena, &search->places, place);
}

/* One with wildcards: those directories that it may be. One that is not known: the work tree, or the directory of ours that its end calls. */
static void read_place(struct recogniser *r, struct search *search, const struct shell_value *word)
{
    struct strs places = {0};

    if (!protect_is_known(word->text)) {
        protect_guess_places(r, search->directory, word->text, &places);
        for (size_t i = 0; i < places.count; i++)
            add_place(r, search, places.items[i], false);
        if (!places.count)
            add_place(r, search, protect_root(r, search->directory), true);
        return;
    }
    if (word->glob)
        places = protect_expand(r->arena, r->protect,
                                path_join(r->arena, search->directory, word->text), r->hidden_too);
    else
        VEC_PUSH(r->arena, &places, word->text);
    for (size_t i = 0; i < places.count; i++)
        add_place(r, search, places.items[i], false);
}

static void read_search(struct recogniser *r, struct str directory, const struct shell_value *words,
                        size_t count, struct search *search)
{
    static const char *const options[] = {"-H", "-L", "-P", "-E", "-X", "-s", NULL};
    bool extended = false;
    size_t i = 1;

    search->directory = directory;
    for (; i < count && str_is_one_of(words[i].text, options); i++)
        extended = extended || str_eq(words[i].text, STR("-E"));
    for (; i < count && !is_expression(words[i].text); i++)
        read_place(r, search, &words[i]);
    if (!search->places.count)
        add_place(r, search, STR("."), false);
    find_expression_read(r, words, count, i, extended ? SYNTAX_EXTENDED : SYNTAX_EMACS,
                         &search->expression);
}

/* --- The files that it comes upon. --- */

/* The cheap questions first: most files are of another name, or of nobody's. */
static struct find_outcome ask(struct recogniser *r, const struct search *search,
                               const struct place *place, struct str path)
{
    struct find_path asked = {search->directory, place->path, path};
    struct find_outcome outcome = {0};

    if (!protect_names_path(r->arena, protect_state(r), search->directory, path))
        return outcome;
    outcome = find_expression_ask(r, &search->expression, &asked, &search->actions);
    /* A file's age keeps no name of ours out; without a name it says nothing of ours. */
    outcome.reached = outcome.reached && (!outcome.doubtful || outcome.named || place->ours) &&
                      (!place->guessed || outcome.exactly) && is_ours(r, search, path);
    return outcome;
}

/* Where nobody asks for a name, it is any file there. */
static void try_path(struct recogniser *r, const struct search *search, const struct place *place,
                     struct str path, struct strs *paths)
{
    struct find_outcome outcome = ask(r, search, place, path);
    struct str base = path_base_name(path);

    if (outcome.reached && search->any && !outcome.named && path.length > place->path.length)
        path = str_printf(r->arena, STR_FMT "\x01",
                          STR_ARG(str_prefix(path, path.length - base.length)));
    if (outcome.reached)
        strs_add(r->arena, paths, path);
}

/* Names that are asked for as they are, be they there or not. */
static void add_literals(struct recogniser *r, const struct search *search, struct strs *names)
{
    for (size_t i = 0; i < search->expression.names.count; i++) {
        struct str name = search->expression.names.items[i];
        if (protect_is_known(name) && !strpbrk(str_c(r->arena, name), "*?[\\/"))
            VEC_PUSH(r->arena, names, name);
    }
}

static void try_directory(struct recogniser *r, const struct search *search,
                          const struct place *place, struct str directory, struct strs *paths)
{
    struct strs names = {0};
    struct err ignored = ERR_NONE;
    bool there =
        file_list(r->arena, path_join(r->arena, search->directory, directory), &names, &ignored);

    if (there || str_eq(directory, place->path) || str_ends(directory, STR(".git/hooks")))
        add_literals(r, search, &names);
    for (size_t i = 0; i < names.count; i++)
        try_path(
            r, search, place,
            str_printf(r->arena, STR_FMT "/" STR_FMT, STR_ARG(directory), STR_ARG(names.items[i])),
            paths);
}

static struct strs paths_of(struct recogniser *r, const struct search *search)
{
    const struct protect_tables *t = r->protect;
    struct strs paths = {0};

    for (size_t i = 0; i < search->places.count; i++) {
        const struct place *place = &search->places.items[i];
        try_path(r, search, place, place->path, &paths);
        try_directory(r, search, place, place->path, &paths);
        for (uint32_t f = 0; f < t->file_count; f++)
            for (uint32_t n = 0; n < t->files[f].below.count; n++) {
                struct str below = pack_list_item(&t->packs, t->files[f].below, n);
                try_directory(
                    r, search, place,
                    str_printf(r->arena, STR_FMT "/" STR_FMT, STR_ARG(place->path), STR_ARG(below)),
                    &paths);
            }
    }
    return paths;
}

struct strs protect_find_paths(struct recogniser *r, struct str directory,
                               const struct shell_value *words, size_t count, struct regex *action)
{
    struct search search = {.actions.taken = action};

    read_search(r, directory, words, count, &search);
    return paths_of(r, &search);
}

/* --- What others are given. --- */

/* What is not ours in a directory of ours lies somewhere below; elsewhere its path is not known at all. */
static void add_others(struct recogniser *r, const struct search *search, struct strs *lines)
{
    for (size_t i = 0; i < search->places.count; i++) {
        struct str place = search->places.items[i].path;
        struct str whole = path_join(r->arena, search->directory, place);
        bool within = protect_is_directory(r->arena, r->protect, whole) ||
                      protect_is_directory(r->arena, r->protect, search->directory);
        strs_add(r->arena, lines,
                 within ? str_printf(r->arena, STR_FMT "/\x01/\x01", STR_ARG(place))
                        : UNKNOWN_TEXT);
    }
}

bool protect_find_printed(struct recogniser *r, struct str directory,
                          const struct shell_value *words, size_t count, struct str *ret_text)
{
    struct search search = {.any = true};
    struct buf out = buf_new(r->arena, REQUEST_MAX);

    read_search(r, directory, words, count, &search);
    struct strs lines = {0}, ours = paths_of(r, &search);
    add_others(r, &search, &lines); /* first: who reads lines then has one that is not known */
    for (size_t i = 0; i < ours.count; i++)
        strs_add(r->arena, &lines, ours.items[i]);
    for (size_t i = 0; i < lines.count; i++) {
        buf_add(&out, i ? STR("\n") : STR(""));
        buf_add(&out, lines.items[i]);
    }
    *ret_text = buf_str(&out);
    return !str_eq(*ret_text, UNKNOWN_TEXT);
}

/* The one name that is asked for, and where it may lie: a script is looked for there. */
static bool literal_item(struct recogniser *r, const struct search *search, struct str *ret)
{
    const struct strs *names = &search->expression.names;

    if (names->count != 1 || search->expression.several || !protect_is_known(names->items[0]) ||
        strpbrk(str_c(r->arena, names->items[0]), "*?["))
        return false;
    *ret = names->items[0];
    if (search->places.count == 1)
        *ret = str_printf(r->arena, STR_FMT "/" STR_FMT, STR_ARG(search->places.items[0].path),
                          STR_ARG(*ret));
    return !is_ours(r, search, *ret);
}

struct strs protect_find_items(struct recogniser *r, const struct call *call, size_t action,
                               struct strs *ret_ours)
{
    struct search search = {.actions.word = action, .any = true};
    struct strs items = {0};
    struct str item;

    *ret_ours = items;
    read_search(r, call->directory, call->words, call->count, &search);
    if (!call->remote)
        *ret_ours = paths_of(r, &search);
    if (literal_item(r, &search, &item))
        VEC_PUSH(r->arena, &items, item);
    else
        add_others(r, &search, &items);
    return items;
}
