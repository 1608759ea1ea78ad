/* modules_read.c -- files of an application that name directories of migrations, and the directories that they mean. */
#include "migrations/modules_read.h"

#include "base/file.h"
#include "migrations/branches.h"
#include "migrations/code_path.h"
#include "migrations/commands.h"
#include "migrations/markers.h"

#define CODE_FILE_MAX ((size_t)256 << 10)
#define MATCHES_MAX 200u
#define LISTED_MAX 5000u
#define LOOKED_THROUGH_MAX 20000u

struct str modules_place_key(struct arena *arena, size_t tracker, struct str root)
{
    return str_printf(arena, "%zu:" STR_FMT, tracker, STR_ARG(root));
}

/* "**" and a form of names: anywhere. */
bool modules_form_is_anywhere(struct str form, struct str *ret_name)
{
    bool anywhere = str_starts(form, STR("**/"));

    *ret_name = anywhere ? str_from_offset(form, 3) : form;
    return anywhere;
}

/* --- Which directories are meant? --- */

static bool lies_in(struct str directory, struct str path)
{
    struct str inside;

    return !directory.length || str_eq(directory, path) || path_relative(directory, path, &inside);
}

struct str modules_inside(const struct module_settling *s, struct str directory)
{
    struct str inside = directory;

    if (s->application->root.length && !path_relative(s->application->root, directory, &inside))
        return STR("");
    return inside;
}

static bool is_directory(const struct module_settling *s, struct str path)
{
    enum tree_entry_kind kind;

    return path.length && tree_exists(s->tree, s->arena, path, &kind) && kind == TREE_DIRECTORY;
}

static bool holds_migrations(const struct module_settling *s, struct str directory)
{
    struct tree_entries entries;
    struct err unread = ERR_NONE; /* the look into the history says it */
    bool exists;

    if (!tree_list(s->tree, s->arena, directory, &entries, &exists, &unread))
        return false;
    for (size_t i = 0; i < entries.count; i++)
        if (tracker_regex_matches(s->tracker->unit.pattern, entries.items[i].name, NULL, 0, s->e))
            return true;
    return false;
}

static void add_named(struct module_settling *s, struct str directory, struct str file, bool own)
{
    for (size_t i = 0; i < s->named.count; i++)
        if (str_eq(s->named.items[i].directory, directory))
            return;
    for (size_t i = 0; i < s->survey->found.count; i++)
        if (str_eq(s->survey->found.items[i].directory, directory))
            return; /* another tool's */
    if (holds_migrations(s, directory))
        VEC_PUSH(s->arena, &s->named,
                 (struct survey_found){.directory = str_copy(s->arena, directory),
                                       .root = s->application->root,
                                       .tracker = s->tracker,
                                       .rank = SIGN_CONFIGURATION,
                                       .member = !own,
                                       .own = own,
                                       .reason = file});
}

static void count_directory(struct module_settling *s, const struct tracker_registration *how,
                            struct str directory, struct str file)
{
    for (size_t i = 0; i < s->members.count; i++) {
        struct module_member *member = &s->members.items[i];
        if (!str_eq(member->found->directory, directory))
            continue;
        member->own = how->own && !member->counts;
        member->counts = member->named = true;
        return;
    }
    if (is_directory(s, directory))
        add_named(s, directory, file, how->own);
}

/* Only what was found can be meant by a path of which the start is not known. */
static void count_like(struct module_settling *s, const struct tracker_registration *how,
                       struct str form, struct str file)
{
    struct str bare = str_starts(form, STR("*/")) ? str_from_offset(form, 2) : STR_NONE;

    for (size_t i = 0; i < s->members.count; i++) {
        struct module_member *member = &s->members.items[i];
        struct str inside = modules_inside(s, member->found->directory);
        if (member->counts || !(form_matches(form, inside) || str_eq(bare, inside)))
            continue;
        member->counts = true;
        member->own = how->own;
        member->because = file;
    }
}

/* "database/migrations/x*": directories that are there. */
static struct strs expanded(struct module_settling *s, struct str form)
{
    struct strs at = {0}, next;

    strs_add(s->arena, &at, STR(""));
    for (size_t listed = 0; form.length && at.count;) {
        struct str part = str_cut(&form, '/');
        next = (struct strs){0};
        for (size_t i = 0; i < at.count; i++) {
            struct tree_entries entries = {0};
            struct err unread = ERR_NONE; /* the survey says what it cannot list */
            bool exists = false;
            if (str_find_byte(part, '*') == SIZE_MAX) {
                VEC_PUSH(s->arena, &next, path_below(s->arena, at.items[i], part));
                continue;
            }
            if (++listed > LISTED_MAX ||
                !tree_list(s->tree, s->arena, at.items[i], &entries, &exists, &unread))
                continue;
            for (size_t j = 0; j < entries.count; j++)
                if (entries.items[j].kind == TREE_DIRECTORY &&
                    form_matches(part, entries.items[j].name))
                    VEC_PUSH(s->arena, &next,
                             path_below(s->arena, at.items[i], entries.items[j].name));
        }
        at = next;
    }
    return at;
}

static void count_form(struct module_settling *s, const struct tracker_registration *how,
                       struct str form, struct str file)
{
    struct strs directories = expanded(s, form);

    for (size_t i = 0; i < directories.count; i++)
        count_directory(s, how, directories.items[i], file);
    /* What is not known in a path may be more than one directory. */
    if (lies_in(s->application->root, form))
        count_like(s, how, modules_inside(s, form), file);
}

/* The nearest directory around the file that has it. */
static bool of_module(struct module_settling *s, const struct code_file *file, struct str below,
                      struct str *ret_directory)
{
    struct str at = path_parent(file->path);

    for (; lies_in(s->application->root, at); at = path_parent(at)) {
        *ret_directory = path_join(s->arena, at, below);
        if (is_directory(s, *ret_directory))
            return true;
        if (!at.length)
            break;
    }
    return false;
}

static void count_path(struct module_settling *s, const struct tracker_registration *how,
                       const struct code_file *file, const struct code_path *path)
{
    bool known = str_find_byte(path->text, '*') == SIZE_MAX;
    struct str directory;

    if (path->start == CODE_PATH_OF_TREE && known)
        count_directory(s, how, path->text, file->path);
    else if (path->start == CODE_PATH_OF_TREE)
        count_form(s, how, path->text, file->path);
    else if (path->start == CODE_PATH_ANYWHERE)
        count_like(s, how, path->text, file->path);
    else if (known && tracker_regex_matches(how->module, file->text, NULL, 0, s->e) &&
             of_module(s, file, path->text, &directory))
        count_directory(s, how, directory, file->path);
    else
        count_like(s, how, str_printf(s->arena, "*/" STR_FMT, STR_ARG(path->text)), file->path);
}

/* A directory that is named for tests alone is none of production's, whatever it is called. */
static void leave_to_others(struct module_settling *s, const struct code_path *path)
{
    for (size_t i = 0; i < s->members.count && path->start == CODE_PATH_OF_TREE; i++) {
        struct module_member *member = &s->members.items[i];
        member->of_others = member->of_others || str_eq(member->found->directory, path->text);
    }
}

/* --- Files that name them. --- */

/* From the application's root, or the directories of the module whose file it is. */
static void count_directories(struct module_settling *s, const struct tracker_registration *how,
                              const struct code_file *file)
{
    for (size_t i = 0; i < how->directories.count; i++) {
        struct code_path path = {.text = how->directories.items[i], .start = CODE_PATH_OF_MODULE};
        if (how->module.length)
            count_path(s, how, file, &path);
        else
            count_form(s, how, path_join(s->arena, s->application->root, path.text), file->path);
    }
}

/* Of settings that lie in a directory of their own: from there, where that leads to a directory. */
static void paths_of_text(struct module_settling *s, struct code_file *file, struct str text,
                          struct code_paths *paths)
{
    struct code_path beside = {.start = CODE_PATH_OF_TREE};

    if (tree_path_join(s->arena, path_parent(file->path), text, &beside.text) &&
        is_directory(s, beside.text))
        VEC_PUSH(s->arena, paths, beside);
    else
        code_paths_of_text(s->arena, file, text, paths);
}

static void read_match(struct module_settling *s, const struct tracker_registration *how,
                       struct code_file *file, const struct str *groups)
{
    struct code_paths paths = {0};

    if (command_is_comment(file->text, groups[0]))
        return;
    if (how->directories.count) {
        count_directories(s, how, file);
        return;
    }
    if (groups[1].length)
        paths_of_text(s, file, groups[1], &paths);
    else
        code_paths_read(s->arena, file,
                        (size_t)(groups[0].bytes - file->text.bytes) + groups[0].length, &paths);
    bool others = branch_is_of_others(file->text, groups[0]);
    for (size_t i = 0; i < paths.count; i++)
        if (others)
            leave_to_others(s, &paths.items[i]);
        else
            count_path(s, how, file, &paths.items[i]);
}

static void read_code(struct module_settling *s, const struct tracker_registration *how,
                      struct str path)
{
    struct code_file file = {.path = path, .root = s->application->root};
    struct err unread = ERR_NONE;
    bool whole;

    if (command_is_of_tests(path))
        return;
    if (!tree_read_start(s->tree, s->arena, path, CODE_FILE_MAX, &file.text, &whole, &unread)) {
        if (unread.kind != ERR_NOT_FOUND)
            strs_add(s->arena, &s->survey->unreadable,
                     str_copy(s->arena, str_from(unread.message)));
        return;
    }
    struct str rest = file.text;
    for (size_t i = 0; i < MATCHES_MAX; i++) {
        struct str groups[2] = {STR_NONE, STR_NONE};
        if (!tracker_regex_matches(how->pattern, rest, groups, 2, s->e) || !groups[0].length)
            return;
        read_match(s, how, &file, groups);
        rest = str_from_offset(rest, (size_t)(groups[0].bytes - rest.bytes) + groups[0].length);
    }
}

static bool read_listed(struct module_settling *s, const struct tracker_registration *how,
                        struct str directory, struct str form)
{
    struct str above = path_parent(form), name = path_base_name(form);
    struct str at = path_join(s->arena, directory, above);
    struct tree_entries entries;
    bool exists;

    if (!tree_list(s->tree, s->arena, above.length ? at : directory, &entries, &exists, s->e))
        return false;
    for (size_t i = 0; i < entries.count; i++)
        if (entries.items[i].kind == TREE_FILE && form_matches(name, entries.items[i].name))
            read_code(s, how,
                      path_below(s->arena, above.length ? at : directory, entries.items[i].name));
    return !err_is_set(s->e);
}

static bool is_looked_through(struct str name)
{
    static const char *const passed[] = {"node_modules", "vendor",    "public", "storage",
                                         "resources",    "tmp",       "log",    "assets",
                                         "coverage",     "templates", NULL};

    return name.bytes[0] != '.' && !str_is_one_of(name, passed) && !command_is_of_tests(name);
}

/* All files of the application of that form: only where something is left over. */
static bool look_through(struct module_settling *s, const struct tracker_registration *how,
                         struct str form)
{
    struct strs todo = {0};
    size_t another;

    VEC_PUSH(s->arena, &todo, s->application->root);
    for (size_t i = 0; i < todo.count && i < LOOKED_THROUGH_MAX; i++) {
        struct tree_entries entries;
        bool exists;
        if (!tree_list(s->tree, s->arena, todo.items[i], &entries, &exists, s->e))
            return false;
        for (size_t j = 0; j < entries.count; j++) {
            const struct tree_entry *entry = &entries.items[j];
            struct str path = path_below(s->arena, todo.items[i], entry->name);
            if (entry->kind == TREE_DIRECTORY && is_looked_through(entry->name) &&
                !id_map_get(&s->places->roots,
                            modules_place_key(s->arena, s->application->tracker, path), &another))
                VEC_PUSH(s->arena, &todo, path);
            else if (entry->kind == TREE_FILE && form_matches(form, entry->name))
                read_code(s, how, path);
        }
        if (err_is_set(s->e))
            return false;
    }
    return true;
}

static bool is_left_over(const struct module_settling *s)
{
    for (size_t i = 0; i < s->members.count; i++)
        if (!s->members.items[i].counts)
            return true;
    return false;
}

bool modules_read_registration(struct module_settling *s, const struct tracker_registration *how)
{
    struct str form;

    if (how->last && !is_left_over(s))
        return true;
    for (size_t i = 0; i < s->place->code.count; i++)
        if (s->place->code.items[i]->registration == how)
            read_code(s, how, s->place->code.items[i]->path);
    for (size_t i = 0; i < how->file.count; i++) {
        if (modules_form_is_anywhere(how->file.items[i], &form)) {
            if (how->last && !look_through(s, how, form))
                return false;
            continue;
        }
        for (struct str at = s->application->root;; at = path_parent(at)) {
            if (!read_listed(s, how, at, form))
                return false;
            if (!at.length)
                break;
        }
    }
    return !err_is_set(s->e);
}
