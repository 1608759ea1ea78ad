#include "migrations/models_reach.h"

#include "base/file.h"
#include "readers/statements.h"

#define ROUNDS_MAX 12u
#define FORM_MIN 3u    /* bytes of a class's name that is looked for inside of words */
#define FORMS_MAX 200u /* each is looked for in each file */

struct str reach_form(struct arena *arena, struct str word)
{
    char *bytes = ARENA_ARRAY(arena, word.length + 1, char);
    size_t length = 0;

    for (size_t i = 0; i < word.length; i++) {
        unsigned char byte = (unsigned char)word.bytes[i];
        bytes[length] = (char)(byte >= 'A' && byte <= 'Z' ? byte + 32 : byte);
        length += byte != '_';
    }
    return str_of(bytes, length);
}

/* --- What the changed files change for others. --- */

bool reach_is_script(const struct reach *reach)
{
    return reach->of->language->statements == STATEMENTS_OF_SCRIPT;
}

static bool is_package(struct str path)
{
    return str_eq(path_base_name(path), STR("__init__.py")) ||
           str_starts(path_base_name(path), STR("index."));
}

/* "app/models/user.py" → "user", "app/models/__init__.py" → "models", "user.entity.ts" → "user.entity" */
static struct str module_of(struct str path)
{
    struct str name = path_base_name(path);

    return is_package(path) ? path_base_name(path_directory(path))
                            : str_prefix(name, str_find_last_byte(name, '.'));
}

static const struct export *same_text(const struct exports *exports, struct str text)
{
    for (size_t i = 0; i < exports->count; i++)
        if (str_eq(exports->items[i].text, text))
            return &exports->items[i];
    return NULL;
}

/* Returns whether one is new. */
static bool add_model(struct reach *reach, const struct export *export)
{
    const struct strs *lists[] = {&export->names, &export->tables};
    bool any = false;

    for (size_t i = 0; i < COUNT_OF(lists); i++)
        for (size_t j = 0; j < lists[i]->count; j++) {
            if (!words_add(&reach->models, lists[i]->items[j]))
                continue;
            any = true;
            struct str form = reach_form(reach->arena, lists[i]->items[j]);
            reach->untold =
                reach->untold || form.length < FORM_MIN || reach->forms.count > FORMS_MAX;
            if (str_ends(form, STR("y")) && form.length > FORM_MIN) /* categories */
                form = str_prefix(form, form.length - 1);
            strs_add(reach->arena, &reach->forms, form);
        }
    return any;
}

/* Of one edition, what the other does not have. */
static bool add_difference(struct reach *reach, struct str path, const struct exports *exports,
                           const struct exports *other)
{
    for (size_t i = 0; i < exports->count; i++) {
        const struct export *export = &exports->items[i];
        bool defines = export->kind != EXPORT_NOTHING && export->kind != EXPORT_IMPORT;
        if (!defines || same_text(other, export->text))
            continue;
        if (export->kind == EXPORT_ANYTHING || is_package(path))
            return false;
        /* A class may be a model by its bases alone, and its table be called after it. */
        if (export->kind == EXPORT_MODEL || export->head.length)
            (void)add_model(reach, export);
        for (size_t j = 0; j < export->names.count && export->kind == EXPORT_NAMES; j++)
            (void)words_add(&reach->all, export->names.items[j]);
    }
    return true;
}

/* Where an import says that it takes its names from: "from app.models", "'./user'"; `import a.b` takes them from nowhere else. */
static struct str origin_of(struct str statement)
{
    size_t at = str_find(statement, STR(" import "));

    if (str_starts(statement, STR("from ")) && at != SIZE_MAX)
        return str_prefix(statement, at);
    at = str_find(statement, STR(" from "));
    return at == SIZE_MAX ? STR_NONE : str_from_offset(statement, at);
}

/* Each name of an import with where it comes from, and with what it is there when `as` gives it. */
static void add_bindings(struct reach *reach, const struct export *import, struct words *imports)
{
    struct str origin = origin_of(import->text);
    const struct strs *names = &import->names;

    for (size_t i = 0; i < names->count; i++) {
        bool renamed = i >= 2 && str_eq(names->items[i - 1], STR("as"));
        struct str there = renamed ? names->items[i - 2] : STR_NONE;
        (void)words_add(imports,
                        str_printf(reach->arena, STR_FMT "\n" STR_FMT "\n" STR_FMT,
                                   STR_ARG(names->items[i]), STR_ARG(origin), STR_ARG(there)));
    }
    if (str_find_byte(import->text, '*') != SIZE_MAX)
        (void)words_add(imports, str_printf(reach->arena, "*\n" STR_FMT, STR_ARG(origin)));
}

static void imports_of(struct reach *reach, const struct exports *exports, struct words *imports)
{
    for (size_t i = 0; i < exports->count; i++)
        if (exports->items[i].kind == EXPORT_IMPORT)
            add_bindings(reach, &exports->items[i], imports);
}

/* All imports of an edition as they stand, when one of them has a star: then their order counts. */
static struct str starred(struct reach *reach, const struct exports *exports)
{
    struct str all = STR_NONE;
    bool star = false;

    for (size_t i = 0; i < exports->count; i++)
        if (exports->items[i].kind == EXPORT_IMPORT) {
            star = star || str_find_byte(exports->items[i].text, '*') != SIZE_MAX;
            all = str_printf(reach->arena, STR_FMT STR_FMT "\n", STR_ARG(all),
                             STR_ARG(exports->items[i].text));
        }
    return star ? all : STR_NONE;
}

/* Something is defined twice: then the order counts as well. */
static bool has_twice(struct reach *reach, const struct exports *exports)
{
    struct words names = {.arena = reach->arena};

    for (size_t i = 0; i < exports->count; i++)
        for (size_t j = 0;
             exports->items[i].kind != EXPORT_IMPORT && j < exports->items[i].names.count; j++)
            if (!words_add(&names, exports->items[i].names.items[j]))
                return true;
    return false;
}

/* export { A }, where A is imported otherwise now */
static bool hands_on(const struct changed_file *changed)
{
    for (size_t i = 0; i < 2; i++)
        for (size_t j = 0; j < changed->editions[i].count; j++) {
            const struct export *export = &changed->editions[i].items[j];
            for (size_t k = 0; export->kind == EXPORT_IMPORT &&
                               str_starts(export->text, STR("export")) && k < export->names.count;
                 k++)
                if (words_have(&changed->bound, export->names.items[k]))
                    return true;
        }
    return false;
}

/* False: it cannot be told by names what others get. */
static bool add_imports(struct reach *reach, struct str path, struct changed_file *changed)
{
    struct words imports[2] = {{.arena = reach->arena}, {.arena = reach->arena}};

    for (size_t i = 0; i < 2; i++)
        imports_of(reach, &changed->editions[i], &imports[i]);
    for (size_t i = 0; i < 2; i++)
        for (size_t j = 0; j < imports[i].size; j++) {
            struct str rest = imports[i].slots[j];
            if (rest.length && !words_have(&imports[1 - i], rest))
                (void)words_add(&changed->bound, str_cut(&rest, '\n'));
        }
    return !(is_package(path) && changed->bound.count) && !hands_on(changed) &&
           str_eq(starred(reach, &changed->editions[0]), starred(reach, &changed->editions[1])) &&
           !has_twice(reach, &changed->editions[0]) && !has_twice(reach, &changed->editions[1]);
}

void reach_need(struct reach *reach, struct str text)
{
    struct str word;

    while (exports_next_word(&text, &word))
        if (words_add(&reach->needed, word))
            (void)words_add(&reach->needed_forms, reach_form(reach->arena, word));
}

bool reach_add_changed(struct reach *reach, struct str path)
{
    const struct narrowing *n = reach->of;
    struct changed_file changed = {.module = module_of(path), .bound = {.arena = reach->arena}};

    for (size_t i = 0; i < 2; i++) {
        struct str source;
        if (!n->files[i].read(n->files[i].self, path, &source)) {
            changed.comes_or_goes = true;
            continue;
        }
        if (!exports_of(reach->arena, source, reach_is_script(reach), &changed.editions[i]))
            return false;
        reach_need(reach, source);
    }
    if (changed.comes_or_goes && is_package(path))
        return false;
    if (!add_difference(reach, path, &changed.editions[0], &changed.editions[1]) ||
        !add_difference(reach, path, &changed.editions[1], &changed.editions[0]) ||
        !add_imports(reach, path, &changed))
        return false;
    VEC_PUSH(reach->arena, &reach->changed, changed);
    return true;
}

/* --- Which of the others it reaches. --- */

static bool names_any(const struct words *words, struct str text)
{
    struct str word;

    while (words->count && exports_next_word(&text, &word))
        if (words_have(words, word))
            return true;
    return false;
}

/* As the text of a whole is formed, words stay apart: a form stands in one of them. */
static bool form_names_model(const struct reach *reach, struct str form)
{
    for (size_t i = 0; i < reach->forms.count; i++)
        if (str_contains(form, reach->forms.items[i]))
            return true;
    return false;
}

static bool names_model(struct reach *reach, struct str text)
{
    return form_names_model(reach, reach_form(reach->arena, text));
}

bool reach_scan(struct reach *reach, struct reached_file *file)
{
    if (file->scanned)
        return true;
    file->scanned = true;
    return exports_of(reach->arena, file->source, reach_is_script(reach), &file->exports);
}

/* from . import User */
static bool is_from_own_package(struct str import)
{
    struct str origin = origin_of(import);

    return origin.length && str_ends(str_trim(origin), STR("."));
}

/* from app import user: then user.NAME may stand anywhere. */
static bool imports_module(const struct export *export, struct str module)
{
    struct str origin = origin_of(export->text);

    for (size_t i = 0; i < export->names.count; i++)
        if (str_eq(export->names.items[i], module) &&
            export->names.items[i].bytes >= origin.bytes + origin.length)
            return true;
    return !origin.length && str_contains(export->text, module);
}

/* Does it import from a changed file what that file imports otherwise now? What a script imports nobody gets from it, unless it says so. */
static bool imports_through(struct reach *reach, struct reached_file *file,
                            const struct changed_file *changed, bool *ret_can_be_told)
{
    bool bound = changed->bound.count && !reach_is_script(reach);

    *ret_can_be_told = true;
    if ((!bound && !changed->comes_or_goes) || (!str_contains(file->source, changed->module) &&
                                                !str_contains(file->source, STR("from ."))))
        return false;
    *ret_can_be_told = reach_scan(reach, file);
    for (size_t i = 0; i < file->exports.count; i++) {
        const struct export *export = &file->exports.items[i];
        bool from_there = str_contains(export->text, changed->module);
        if (export->kind != EXPORT_IMPORT || (!from_there && !is_from_own_package(export->text)))
            continue;
        if ((from_there && changed->comes_or_goes) ||
            (bound && (str_find_byte(export->text, '*') != SIZE_MAX ||
                       names_any(&changed->bound, export->text) ||
                       (imports_module(export, changed->module) &&
                        names_any(&changed->bound, file->source)))))
            return true;
    }
    return false;
}

/* A table whose key may change with the model that is named has others that change with it. */
static bool key_names_model(struct reach *reach, const struct export *export)
{
    static const struct str primary = STR_INIT("rimary");

    if (reach_is_script(reach) || !export->head.length)
        return str_contains(export->text, primary);
    struct statements body = statements_in_body(export->text);
    struct str statement;
    while (statements_next(&body, &statement))
        if (str_contains(statement, primary) && names_model(reach, statement))
            return true;
    return !statements_are_whole(&body);
}

/* What an unchanged file makes from a changed model is changed as well. Returns false when it cannot be told what. */
static bool spread(struct reach *reach, const struct export *export, bool *any)
{
    if (export->kind == EXPORT_NOTHING || !names_model(reach, export->text))
        return true;
    if (export->kind == EXPORT_ANYTHING)
        return false;
    if (export->kind == EXPORT_IMPORT) {
        struct export renamed = {.names = export->renamed};
        *any = add_model(reach, &renamed) || *any;
        return !strs_have(&export->renamed, STR("default"));
    }
    bool takes_over = export->kind == EXPORT_NAMES || names_model(reach, export->head) ||
                      key_names_model(reach, export);
    if (takes_over)
        *any = add_model(reach, export) || *any;
    return true;
}

static bool spread_file(struct reach *reach, struct reached_file *file, bool *any)
{
    if (!file->form.length)
        file->form = reach_form(reach->arena, file->source);
    if (!file->reached && !form_names_model(reach, file->form))
        return true;
    if (!reach_scan(reach, file))
        return false;
    file->reached = file->wanted = true;
    for (size_t i = 0; i < file->exports.count; i++)
        if (!spread(reach, &file->exports.items[i], any))
            return false;
    return true;
}

/* A file without models hands names on, and makes other things of them. What a function does with a model matters where columns come of it. */
static bool spread_plain(struct reach *reach, const struct export *export, bool *any)
{
    bool made_from = export->kind != EXPORT_NOTHING && names_any(&reach->all, export->text);
    bool of_model = export->kind != EXPORT_NOTHING && names_model(reach, export->text);
    const struct strs *names = export->kind == EXPORT_IMPORT ? &export->renamed : &export->names;
    struct export given = {.names = *names};

    if (!made_from && !of_model)
        return true;
    if (export->kind == EXPORT_ANYTHING || strs_have(&export->renamed, STR("default")))
        return false;
    for (size_t i = 0; made_from && i < names->count; i++)
        *any = words_add(&reach->all, names->items[i]) || *any;
    if (of_model && !made_from &&
        (!export->function || reach->of->language->mentions(export->text)))
        *any = add_model(reach, &given) || *any;
    return true;
}

static bool spread_plain_file(struct reach *reach, struct reached_file *file, bool *any)
{
    if (!file->form.length)
        file->form = reach_form(reach->arena, file->source);
    if (!names_any(&reach->all, file->source) && !form_names_model(reach, file->form))
        return true;
    if (!reach_scan(reach, file))
        return false;
    for (size_t i = 0; i < file->exports.count; i++)
        if (!spread_plain(reach, &file->exports.items[i], any))
            return false;
    return true;
}

/* The same inside the changed files, where what is not a model may have changed too. */
static bool spread_changed(struct reach *reach, const struct changed_file *changed,
                           const struct export *export, bool *any)
{
    bool is_import = export->kind == EXPORT_IMPORT;
    bool made_from = export->kind != EXPORT_NOTHING &&
                     (names_any(&reach->all, export->text) ||
                      (!is_import && names_any(&changed->bound, export->text)));
    const struct strs *names = is_import ? &export->renamed : &export->names;

    if (made_from &&
        (export->kind == EXPORT_ANYTHING || strs_have(&export->renamed, STR("default"))))
        return false;
    if (made_from && export->kind == EXPORT_MODEL)
        *any = add_model(reach, export) || *any;
    for (size_t i = 0; made_from && export->kind != EXPORT_MODEL && i < names->count; i++)
        *any = words_add(&reach->all, names->items[i]) || *any;
    return spread(reach, export, any);
}

static bool spread_edition(struct reach *reach, const struct changed_file *changed, size_t which,
                           bool *any)
{
    const struct exports *exports = &changed->editions[which];

    for (size_t i = 0; i < exports->count; i++)
        if (!spread_changed(reach, changed, &exports->items[i], any))
            return false;
    return true;
}

static bool spread_all(struct reach *reach)
{
    bool any = true;

    for (size_t round = 0; any; round++) {
        any = false;
        if (round == ROUNDS_MAX || reach->untold)
            return false;
        for (size_t i = 0; i < reach->changed.count; i++)
            if (!spread_edition(reach, &reach->changed.items[i], 0, &any) ||
                !spread_edition(reach, &reach->changed.items[i], 1, &any))
                return false;
        for (size_t i = 0; i < reach->files.count; i++) {
            struct reached_file *file = &reach->files.items[i];
            if (!(file->holds_models ? spread_file : spread_plain_file)(reach, file, &any))
                return false;
        }
    }
    return !reach->untold;
}

static bool settings_name(struct reach *reach)
{
    const struct narrowing *n = reach->of;

    for (size_t i = 0; i < n->settings[1]->count; i++) {
        struct str source;
        if (n->files[1].read(n->files[1].self, n->settings[1]->items[i], &source) &&
            (names_model(reach, source) || names_any(&reach->all, source)))
            return true;
    }
    return false;
}

bool reach_find(struct reach *reach)
{
    bool can_be_told;

    if (!spread_all(reach))
        return false;
    for (size_t i = 0; i < reach->files.count; i++) {
        struct reached_file *file = &reach->files.items[i];
        if (file->holds_models && names_any(&reach->all, file->source))
            return false;
        for (size_t j = 0; j < reach->changed.count; j++)
            if (imports_through(reach, file, &reach->changed.items[j], &can_be_told) ||
                !can_be_told)
                return false;
    }
    return !settings_name(reach);
}
