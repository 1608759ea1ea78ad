#include "migrations/models_narrow.h"

#include "base/file.h"
#include "migrations/models_reach.h"
#include "readers/statements.h"

#define OTHERS_MAX 3000u /* to look into them takes longer than to read models */
#define CHANGED_MAX 64u  /* then most of the rest is reached */

/* --- Which of them these are made from. --- */

/* A name as tables have it: of the class, or in the plural. */
static bool form_is_needed(struct reach *reach, struct str name)
{
    static const char *const ends[] = {"", "s", "es"};
    struct str form = reach_form(reach->arena, name);

    for (size_t i = 0; i < COUNT_OF(ends); i++)
        if (words_have(&reach->needed_forms,
                       str_printf(reach->arena, STR_FMT "%s", STR_ARG(form), ends[i])))
            return true;
    return str_ends(form, STR("y")) &&
           words_have(&reach->needed_forms, str_printf(reach->arena, STR_FMT "ies",
                                                       STR_ARG(str_prefix(form, form.length - 1))));
}

static bool is_needed(struct reach *reach, const struct export *export)
{
    if (export->kind == EXPORT_NOTHING || export->kind == EXPORT_IMPORT)
        return false;
    for (size_t i = 0; i < export->tables.count; i++)
        if (words_have(&reach->needed, export->tables.items[i]))
            return true;
    for (size_t i = 0; i < export->names.count; i++)
        if (words_have(&reach->needed, export->names.items[i]) ||
            (!export->tables.count && export->head.length &&
             form_is_needed(reach, export->names.items[i])))
            return true;
    return export->kind == EXPORT_ANYTHING;
}

/* What it is made from, and what its keys refer to. */
static void need_of(struct reach *reach, const struct export *export)
{
    static const char *const refers[] = {"rimary", "ForeignKey", "OneToOne"};

    if (reach_is_script(reach) || !export->head.length) {
        reach_need(reach, export->text);
        return;
    }
    struct statements body = statements_in_body(export->text);
    struct str statement;
    reach_need(reach, export->head);
    while (statements_next(&body, &statement))
        for (size_t i = 0; i < COUNT_OF(refers); i++)
            if (str_contains(statement, str_from(refers[i]))) {
                reach_need(reach, statement);
                break;
            }
}

static bool find_needed(struct reach *reach)
{
    bool any = true;

    for (size_t i = 0; i < reach->files.count; i++)
        if (reach->files.items[i].reached)
            reach_need(reach, reach->files.items[i].source);
    while (any) {
        any = false;
        for (size_t i = 0; i < reach->files.count; i++) {
            struct reached_file *file = &reach->files.items[i];
            if (file->wanted || !file->holds_models)
                continue;
            if (!reach_scan(reach, file))
                return false;
            for (size_t j = 0; j < file->exports.count; j++) {
                if (!is_needed(reach, &file->exports.items[j]))
                    continue;
                any = file->wanted = true;
                need_of(reach, &file->exports.items[j]);
            }
        }
    }
    return true;
}

/* --- All. --- */

/* Settings, labels of Django's applications, TypeScript's aliases: what no name of a model leads to. */
static bool reaches_all(const struct narrowing *n, struct str path)
{
    static const char *const names[] = {"apps.py", "package.json", "jsconfig.json"};
    struct str name = path_base_name(path);

    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (str_eq(name, str_from(names[i])))
            return true;
    return str_starts(name, STR("tsconfig")) || strs_sorted_have(n->settings[0], path) ||
           strs_sorted_have(n->settings[1], path);
}

/* What did not change. Where one of them is in one tree's list alone, what lies beside it says whether it counts: then all are read. */
static bool read_unchanged(struct reach *reach, const struct strs *const paths[2], bool models)
{
    const struct narrowing *n = reach->of;

    for (size_t i = 0; i < paths[1]->count; i++) {
        struct reached_file file = {.path = paths[1]->items[i], .holds_models = models};
        if (strs_sorted_have(n->changed, file.path))
            continue;
        if (!strs_sorted_have(paths[0], file.path) ||
            !n->files[1].read(n->files[1].self, file.path, &file.source))
            return false;
        VEC_PUSH(reach->arena, &reach->files, file);
    }
    for (size_t i = 0; i < paths[0]->count; i++)
        if (!strs_sorted_have(n->changed, paths[0]->items[i]) &&
            !strs_sorted_have(paths[1], paths[0]->items[i]))
            return false;
    return true;
}

static void choose(const struct reach *reach, const struct strs *paths, struct strs *ret_paths)
{
    struct strs wanted = {0}, chosen = {0};

    for (size_t i = 0; i < reach->files.count; i++)
        if (reach->files.items[i].wanted)
            VEC_PUSH(reach->arena, &wanted, reach->files.items[i].path);
    strs_sort(&wanted);
    for (size_t i = 0; i < paths->count; i++)
        if (strs_sorted_have(reach->of->changed, paths->items[i]) ||
            strs_sorted_have(&wanted, paths->items[i]))
            VEC_PUSH(reach->arena, &chosen, paths->items[i]);
    *ret_paths = chosen;
}

bool models_narrow(const struct narrowing *narrowing, struct strs ret_paths[2])
{
    struct arena *arena = narrowing->arena;
    struct reach reach = {.of = narrowing,
                          .arena = arena,
                          .all = {.arena = arena},
                          .models = {.arena = arena},
                          .needed = {.arena = arena},
                          .needed_forms = {.arena = arena}};
    size_t count = 0;

    if (narrowing->language->statements == STATEMENTS_NOT)
        return false;
    for (size_t i = 0; i < narrowing->changed->count; i++) {
        struct str path = narrowing->changed->items[i];
        if (reaches_all(narrowing, path))
            return false;
        if (model_language_of(path) != narrowing->language)
            continue;
        if (++count > CHANGED_MAX || !reach_add_changed(&reach, path))
            return false;
    }
    if (narrowing->others[1]->count > OTHERS_MAX ||
        !read_unchanged(&reach, narrowing->paths, true) || !reach.files.count ||
        !read_unchanged(&reach, narrowing->others, false) || !reach_find(&reach) ||
        !find_needed(&reach))
        return false;
    for (size_t i = 0; i < 2; i++)
        choose(&reach, narrowing->paths[i], &ret_paths[i]);
    return true;
}
