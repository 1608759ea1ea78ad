#include "base/file.h"
#include "migrations/alembic.h"
#include "migrations/graph.h"
#include "migrations/id_map.h"
#include "readers/python.h"

#define REVISION_START                                                                             \
    ((size_t)64 << 10) /* nearly every file is smaller; the few others are read whole */
#define RECURSION_MAX 16u
#define SCRATCH_BUDGET ((size_t)192 << 20)
#define SCRATCH_ENOUGH ((size_t)4 << 20) /* then it is given back */

enum variable { REVISION, DOWN_REVISION, BRANCH_LABELS, DEPENDS_ON, VARIABLE_COUNT };
static const struct str variables[VARIABLE_COUNT] = {
    STR_INIT("revision"), STR_INIT("down_revision"), STR_INIT("branch_labels"),
    STR_INIT("depends_on")};

struct loader {
    struct arena *arena;
    struct arena *scratch; /* for what one file needs */
    struct tree *tree;
    struct python_reader *reader;
    struct history *history;
};

struct revision_file {
    struct str path;
    struct python_value values[VARIABLE_COUNT];
    struct python_module module;
};

/* (?!\.\#|__init__)(.*\.py)$ */
bool alembic_is_revision_name(struct str name)
{
    return str_ends(name, STR(".py")) && !str_starts(name, STR(".#")) &&
           !str_starts(name, STR("__init__"));
}

/* ([a-f0-9]+)\.py$: how Alembic 0.1 named its files. */
static bool legacy_id(struct str name, struct str *ret_id)
{
    struct str stem = str_prefix(name, name.length - 3);

    for (size_t i = 0; i < stem.length; i++)
        if (!(stem.bytes[i] >= '0' && stem.bytes[i] <= '9') &&
            !(stem.bytes[i] >= 'a' && stem.bytes[i] <= 'f'))
            return false;
    *ret_id = stem;
    return stem.length > 0;
}

/* "Revises: a, b" in the docstring: what Alembic's template writes, and nothing reads but people. */
static bool docstring_field(const struct revision_file *file, const char *field,
                            struct str *ret_value)
{
    struct str rest = file->module.docstring, line;

    if (!file->module.has_docstring)
        return false;
    while (str_next_line(&rest, &line))
        if (str_starts(str_trim(line), str_from(field))) {
            *ret_value = str_trim(str_from_offset(str_trim(line), str_from(field).length));
            return true;
        }
    return false;
}

static void refuse(struct loader *l, const struct revision_file *file, size_t line,
                   const char *what, const char *hint)
{
    struct str where =
        line ? str_printf(l->arena, STR_FMT ":%zu", STR_ARG(str_shown(l->arena, file->path)), line)
             : str_shown(l->arena, file->path);

    history_problem_add(l->arena, l->history, REASON_INDETERMINATE_HISTORY,
                        str_printf(l->arena, STR_FMT ": %s", STR_ARG(where), what), str_from(hint));
}

static void assume(struct loader *l, const struct revision_file *file, size_t line,
                   const char *variable, struct str value)
{
    VEC_PUSH(l->arena, &l->history->assumptions,
             str_printf(l->arena,
                        STR_FMT ":%zu: %s is computed; \"" STR_FMT
                                "\" was taken from the docstring",
                        STR_ARG(str_shown(l->arena, file->path)), line, variable, STR_ARG(value)));
}

static bool read_id(struct loader *l, const struct revision_file *file, struct migration *migration)
{
    const struct python_value *value = &file->values[REVISION];
    struct str text;

    migration->line = value->line ? value->line : 1;
    switch (value->kind) {
    case PYTHON_STRING:
        migration->id = str_copy(l->arena, value->text);
        if (migration->id.length)
            return true;
        refuse(l, file, value->line, "the revision id is empty", "give the revision an id");
        return false;
    case PYTHON_ABSENT:
        if (legacy_id(path_base_name(file->path), &text)) {
            migration->id = str_copy(l->arena, text);
            return true;
        }
        refuse(l, file, 0, "no variable \"revision\", so that Alembic refuses to run",
               "move files that are no revisions out of the versions directory");
        return false;
    case PYTHON_OPAQUE:
        if (docstring_field(file, "Revision ID:", &text) && text.length) {
            migration->id = str_copy(l->arena, text);
            assume(l, file, value->line, "revision", migration->id);
            return true;
        }
        break;
    case PYTHON_NONE:
    case PYTHON_SEQUENCE:
        break;
    }
    refuse(l, file, value->line,
           "the value of \"revision\" cannot be known without running the file",
           "write the revision id as a string");
    return false;
}

static void copy_names(struct loader *l, const struct python_value *value, struct strs *names)
{
    if (value->kind == PYTHON_STRING && value->text.length)
        VEC_PUSH(l->arena, names, str_copy(l->arena, value->text));
    for (size_t i = 0; value->kind == PYTHON_SEQUENCE && i < value->items.count; i++)
        VEC_PUSH(l->arena, names, str_copy(l->arena, value->items.items[i]));
}

static void down_from_docstring(struct loader *l, const struct revision_file *file,
                                struct migration *migration)
{
    struct str list;
    size_t line = file->values[DOWN_REVISION].line;

    if (!docstring_field(file, "Revises:", &list)) {
        refuse(l, file, line,
               "the value of \"down_revision\" cannot be known without running the file",
               "write down_revision as a string, a tuple of strings or None");
        return;
    }
    assume(l, file, line, "down_revision", list);
    while (list.length) {
        struct str name = str_trim(str_cut(&list, ','));
        if (name.length && !str_eq(name, STR("None")))
            VEC_PUSH(l->arena, &migration->down, str_copy(l->arena, name));
    }
}

static void read_edges(struct loader *l, const struct revision_file *file,
                       struct migration *migration)
{
    const struct python_value *values = file->values;

    if (values[DOWN_REVISION].kind == PYTHON_ABSENT)
        refuse(l, file, 0, "no variable \"down_revision\", so that Alembic refuses to run",
               "write down_revision = None, or the revision before it");
    else if (values[DOWN_REVISION].kind == PYTHON_OPAQUE)
        down_from_docstring(l, file, migration);
    else
        copy_names(l, &values[DOWN_REVISION], &migration->down);
    copy_names(l, &values[BRANCH_LABELS], &migration->labels);
    copy_names(l, &values[DEPENDS_ON], &migration->depends_on);
    migration->labelled = migration->labels.count || values[BRANCH_LABELS].kind == PYTHON_OPAQUE;
    /* A label moves nothing: where a revision is named by one that is not known, that is a revision that is not there. */
    if (values[BRANCH_LABELS].kind == PYTHON_OPAQUE)
        VEC_PUSH(l->arena, &l->history->assumptions,
                 str_printf(l->arena,
                            STR_FMT ":%zu: branch_labels is computed; it was assumed that no "
                                    "revision is named by them",
                            STR_ARG(str_shown(l->arena, file->path)), values[BRANCH_LABELS].line));
    if (values[DEPENDS_ON].kind == PYTHON_OPAQUE)
        refuse(l, file, values[DEPENDS_ON].line,
               "the value of \"depends_on\" cannot be known without running the file",
               "write depends_on as a string, a tuple of strings or None");
}

/* The docstring's first line, else the file's words: "4c1a_add_user_name.py" is "add user name". */
static struct str title_of(struct arena *arena, const struct revision_file *file, struct str id)
{
    struct str rest = file->module.docstring, line;

    while (file->module.has_docstring && str_next_line(&rest, &line))
        if (str_trim(line).length)
            return str_copy(arena, str_trim(line));
    struct str stem = path_base_name(file->path);
    stem = str_prefix(stem, stem.length - 3);
    if (str_starts(stem, id) && stem.length > id.length)
        stem = str_from_offset(stem, id.length + 1);
    char *words = str_c(arena, stem);
    for (size_t i = 0; i < stem.length; i++)
        if (words[i] == '_' || words[i] == '-')
            words[i] = ' ';
    return str_of(words, stem.length);
}

static bool read_bytes(struct loader *l, struct str path, struct str *ret_bytes, struct err *e)
{
    bool whole = false;

    if (!tree_read_start(l->tree, l->scratch, path, REVISION_START, ret_bytes, &whole, e))
        return false;
    return whole || tree_read(l->tree, l->scratch, path, FILE_MAX, ret_bytes, e);
}

static bool read_revision(struct loader *l, struct str path, struct err *e)
{
    struct revision_file file = {.path = path};
    struct migration migration = {.file = path};
    struct err why = ERR_NONE;
    struct str bytes;

    if (!read_bytes(l, path, &bytes, &why)) {
        if (why.kind == ERR_SYSTEM || why.kind == ERR_UNREACHABLE)
            return err_set(e, why.kind, "%s", why.message);
        refuse(l, &file, 0, "cannot be read as a revision file",
               why.message[0] ? "look at the file" : "");
        return true;
    }
    if (!python_constants(l->reader, l->scratch, bytes, variables, VARIABLE_COUNT, file.values,
                          &file.module, e))
        return false;
    if (file.module.broken) {
        refuse(l, &file, file.module.broken_line,
               str_c(l->scratch, str_printf(l->scratch, "Python refuses this file: " STR_FMT,
                                            STR_ARG(file.module.broken_reason))),
               "mend the file: Alembic cannot load it");
        return true;
    }
    if (!read_id(l, &file, &migration))
        return true;
    read_edges(l, &file, &migration);
    migration.title = title_of(l->arena, &file, migration.id);
    VEC_PUSH(l->arena, &l->history->migrations, migration);
    return true;
}

struct directory_level {
    struct str path;
    size_t depth;
};
VEC_DEFINE(directory_levels, struct directory_level);

static bool read_directory(struct loader *l, struct directory_levels *todo, size_t index,
                           bool recursive, struct err *e)
{
    struct directory_level level = todo->items[index];
    struct tree_entries entries;
    bool exists;

    if (!tree_list(l->tree, l->arena, level.path, &entries, &exists, e))
        return false;
    for (size_t i = 0; i < entries.count; i++) {
        const struct tree_entry *entry = &entries.items[i];
        struct str path = path_below(l->arena, level.path, entry->name);
        if (entry->kind == TREE_DIRECTORY && recursive &&
            !str_eq(entry->name, STR("__pycache__"))) {
            if (level.depth >= RECURSION_MAX)
                return err_set(e, ERR_LIMIT, STR_FMT ": version directories nested deeper than %u",
                               STR_ARG(path), RECURSION_MAX);
            VEC_PUSH(l->arena, todo,
                     (struct directory_level){.path = path, .depth = level.depth + 1});
        }
        if (entry->kind == TREE_DIRECTORY || !alembic_is_revision_name(entry->name))
            continue;
        if (l->history->migrations.count >= MIGRATIONS_MAX)
            return err_set(e, ERR_LIMIT, "more than %u revisions", MIGRATIONS_MAX);
        if (!read_revision(l, path, e))
            return false;
        if (l->scratch->used > SCRATCH_ENOUGH)
            arena_release(l->scratch);
    }
    return true;
}

bool alembic_read_revisions(struct arena *arena, struct tree *tree, bool recursive,
                            struct history *history, struct err *e)
{
    ARENA(scratch, SCRATCH_BUDGET);
    PYTHON_READER(reader, arena);
    struct loader loader = {
        .arena = arena, .scratch = &scratch, .tree = tree, .reader = reader, .history = history};
    struct directory_levels todo = {0};

    for (size_t i = 0; i < history->versions.count; i++)
        VEC_PUSH(arena, &todo, (struct directory_level){.path = history->versions.items[i]});
    for (size_t i = 0; i < todo.count; i++) {
        bool again = false;
        /* Locations may lie in one another when they are read recursively: each directory once, as Alembic. */
        for (size_t j = 0; j < i && !again; j++)
            again = str_eq(todo.items[i].path, todo.items[j].path);
        if (!again && !read_directory(&loader, &todo, i, recursive, e))
            return false;
    }
    return true;
}
