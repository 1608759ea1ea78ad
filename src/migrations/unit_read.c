/* unit_read.c -- one directory of migrations: its files, its directories with a script, its journal, the source file that lists them. */
#include "base/file.h"
#include "base/json.h"
#include "migrations/detect.h"
#include "migrations/graph.h"
#include "migrations/markers.h"
#include "migrations/units.h"

#define GROUPS 10
#define UNIT_FILE_MAX ((size_t)4 << 20)
#define RECURSION_MAX 12u
#define SCRATCH_ENOUGH ((size_t)8 << 20)

static bool matches(struct unit_loader *l, struct str pattern, struct str text, struct str *groups)
{
    return tracker_regex_matches(pattern, text, groups, groups ? GROUPS : 0, l->e);
}

void unit_problem_broken(struct unit_loader *l, struct str message, const char *hint)
{
    history_problem_add(l->arena, l->history, REASON_BROKEN_HISTORY, message, str_from(hint));
}

void unit_problem_indeterminate(struct unit_loader *l, struct str message, struct str hint)
{
    history_problem_add(l->arena, l->history, REASON_INDETERMINATE_HISTORY, message, hint);
}

static struct str without_bytes(struct arena *arena, struct str text, struct str bytes)
{
    struct buf out = buf_new(arena, text.length + 1);

    for (size_t i = 0; i < text.length; i++)
        if (str_find_byte(bytes, text.bytes[i]) == SIZE_MAX)
            buf_add_byte(&out, text.bytes[i]);
    return buf_str(&out);
}

struct str unit_title(struct arena *arena, struct str unit)
{
    size_t from = 0, dot = str_find_last_byte(unit, '.');
    struct str stem = dot == SIZE_MAX || dot == 0 ? unit : str_prefix(unit, dot);

    while (from < stem.length && ((stem.bytes[from] >= '0' && stem.bytes[from] <= '9') ||
                                  stem.bytes[from] == '_' || stem.bytes[from] == '-'))
        from++;
    stem = from < stem.length ? str_from_offset(stem, from) : stem;
    if (str_ends(stem, STR(".up")))
        stem = str_prefix(stem, stem.length - 3);
    char *words = str_c(arena, stem);
    for (size_t i = 0; i < stem.length; i++)
        if (words[i] == '_' || words[i] == '-')
            words[i] = ' ';
    return str_of(words, stem.length);
}

static bool add_migration(struct unit_loader *l, struct str file, struct str unit,
                          const struct str *groups)
{
    const struct tracker_unit *u = &l->tracker->unit;
    struct migration made = {.file = file, .unit = unit, .line = 1};

    if (l->history->migrations.count >= MIGRATIONS_MAX)
        return err_set(l->e, ERR_LIMIT, "more than %u migrations", MIGRATIONS_MAX);
    made.id = tracker_template(l->arena, u->id, groups);
    if (u->strip.length)
        made.id = without_bytes(l->arena, made.id, u->strip);
    if (u->name.length)
        made.name = tracker_template(l->arena, u->name, groups);
    made.title = unit_title(l->arena, unit);
    VEC_PUSH(l->arena, &l->history->migrations, made);
    if (u->distinct.length) {
        struct unit_name name = {tracker_template(l->arena, u->distinct, groups), file};
        VEC_PUSH(l->arena, &l->names, name);
    }
    return true;
}

/* --- Files. --- */

/* The tool's own file tells which names are migrations. */
static bool is_named(struct unit_loader *l, struct str name, struct str *groups)
{
    groups[0] = name;
    for (size_t i = 0; i < l->endings.count; i++)
        if (str_ends(name, l->endings.items[i]))
            return true;
    return l->endings.count == 0 && matches(l, l->tracker->unit.pattern, name, groups);
}

static struct str inside_of(const struct unit_loader *l, struct str directory)
{
    struct str inside = directory;

    if (str_eq(directory, l->top))
        return STR("");
    if (l->top.length)
        (void)path_relative(l->top, directory, &inside);
    return inside;
}

static bool is_ignored(struct unit_loader *l, struct str name)
{
    for (size_t i = 0; i < l->ignored.count; i++)
        if (matches(l, l->ignored.items[i], name, NULL))
            return true;
    return false;
}

static bool add_file(struct unit_loader *l, struct str directory, struct str name)
{
    const struct tracker_unit *u = &l->tracker->unit;
    struct str groups[GROUPS] = {STR_NONE};
    struct str path = path_below(l->arena, directory, name);

    if (matches(l, u->unless, name, NULL) || is_ignored(l, name) || err_is_set(l->e))
        return !err_is_set(l->e);
    if (!is_named(l, name, groups)) {
        /* Not below it: what the tool reads there, it may be told not to. */
        if (str_eq(directory, l->top) && matches(l, u->refused, name, NULL))
            unit_problem_broken(l,
                                str_printf(l->arena,
                                           STR_FMT " refuses to work with " STR_FMT
                                                   ": its name is not that of a migration",
                                           STR_ARG(tracker_title(l->tracker)), STR_ARG(path)),
                                "rename the file, or move it out of the directory");
        return !err_is_set(l->e);
    }
    groups[GROUPS - 1] = inside_of(l, directory);
    groups[GROUPS - 2] = detect_inside(l->arena, l->set->root, directory);
    struct str place[2] = {STR_NONE};
    if (tracker_regex_matches(u->place, groups[GROUPS - 2], place, 2, l->e))
        groups[GROUPS - 3] = place[1];
    if (matches(l, u->down, name, NULL)) {
        struct migration down = {
            .file = path, .unit = name, .id = tracker_template(l->arena, u->id, groups)};
        VEC_PUSH(l->arena, &l->downs, down);
        return true;
    }
    return !err_is_set(l->e) && add_migration(l, path, name, groups);
}

/* --- Directories with a script in them. --- */

static bool add_directory(struct unit_loader *l, struct str directory, struct str name)
{
    const struct tracker_unit *u = &l->tracker->unit;
    struct str groups[GROUPS] = {STR_NONE};
    struct str path = path_below(l->arena, directory, name);
    struct str script = path_below(l->arena, path, u->script);
    enum tree_entry_kind kind;

    if (matches(l, u->unless, name, NULL) || !matches(l, u->pattern, name, groups))
        return !err_is_set(l->e);
    if (u->script.length && !tree_exists(l->tree, l->scratch, script, &kind)) {
        if (str_eq(u->without_script, STR("skipped")))
            return true;
        if (str_eq(u->without_script, STR("broken")))
            unit_problem_broken(l,
                                str_printf(l->arena,
                                           STR_FMT " refuses to work with the directory " STR_FMT
                                                   ": it has no " STR_FMT,
                                           STR_ARG(tracker_title(l->tracker)), STR_ARG(path),
                                           STR_ARG(u->script)),
                                "write the script, or take the directory away");
        script = path;
    }
    return add_migration(l, script, name, groups);
}

/* --- Files whose text says what they are. --- */

static bool read_text(struct unit_loader *l, struct str path, struct str *ret_text)
{
    if (l->scratch->used > SCRATCH_ENOUGH)
        arena_release(l->scratch);
    return tree_read(l->tree, l->scratch, path, UNIT_FILE_MAX, ret_text, l->e);
}

/* Beside the file that has the id may stand another one with the statements: EF Core's X.Designer.cs and X.cs. */
static struct str script_beside(struct unit_loader *l, struct str directory, struct str path,
                                const struct str *groups)
{
    const struct tracker_unit *u = &l->tracker->unit;
    enum tree_entry_kind kind;

    if (!u->script.length)
        return path;
    struct str script =
        path_below(l->arena, directory, tracker_template(l->arena, u->script, groups));
    return tree_exists(l->tree, l->scratch, script, &kind) && kind == TREE_FILE ? script : path;
}

/* One migration's text: all of its file, or its part of it. */
struct piece {
    struct str directory, path, name, text;
    const struct str *named; /* groups of the file's name */
    bool *misnamed;          /* one of the file's pieces is, unless no other is a migration */
};

static void refuse_misnamed(struct unit_loader *l, struct str path)
{
    unit_problem_broken(l,
                        str_printf(l->arena,
                                   STR_FMT " refuses to work with " STR_FMT
                                           ": something in it has not the name of a migration",
                                   STR_ARG(tracker_title(l->tracker)), STR_ARG(path)),
                        "name it as the tool names its own\nor move it out of the file");
}

static void look_for_misnamed(struct unit_loader *l, const struct piece *piece)
{
    struct str found[2] = {STR_NONE};

    if (!tracker_regex_matches(l->tracker->unit.misnamed, piece->text, found, 2, l->e))
        return;
    if (found[1].length)
        refuse_misnamed(l, piece->path);
    else
        *piece->misnamed = true;
}

static bool add_piece(struct unit_loader *l, const struct piece *piece)
{
    const struct tracker_unit *u = &l->tracker->unit;
    struct str groups[GROUPS] = {STR_NONE}, found[2] = {STR_NONE};

    if (!matches(l, u->content, piece->text, groups)) {
        if (!err_is_set(l->e))
            look_for_misnamed(l, piece);
        return !err_is_set(l->e);
    }
    for (size_t i = 0; i < GROUPS; i++)
        groups[i] = str_copy(l->arena, groups[i]);
    if (tracker_regex_matches(u->prefix, piece->text, found, 2, l->e))
        groups[2] = str_copy(l->arena, found[1]);
    groups[3] = piece->named[1];
    if (!add_migration(l, script_beside(l, piece->directory, piece->path, groups), piece->name,
                       groups))
        return false;
    if (tracker_regex_matches(u->instead, piece->text, found, 2, l->e))
        VEC_LAST(&l->history->migrations).id = str_copy(l->arena, found[1]);
    return !err_is_set(l->e);
}

/* The first has what stands before it too. */
static bool add_pieces(struct unit_loader *l, struct piece piece)
{
    struct str rest = piece.text, begin[1];
    size_t at = 0, count = 0;

    while (rest.length && tracker_regex_matches(l->tracker->unit.each, rest, begin, 1, l->e)) {
        size_t next = (size_t)(begin[0].bytes - piece.text.bytes);
        struct piece one = piece;
        one.text = str_of(piece.text.bytes + at, next - at);
        if (count++ && !add_piece(l, &one))
            return false;
        at = count > 1 ? next : 0;
        rest = str_from_offset(piece.text, next + (begin[0].length ? begin[0].length : 1));
    }
    piece.text = str_from_offset(piece.text, at);
    return !err_is_set(l->e) && add_piece(l, &piece);
}

static bool add_content(struct unit_loader *l, struct str directory, struct str name)
{
    const struct tracker_unit *u = &l->tracker->unit;
    struct str named[GROUPS] = {STR_NONE};
    bool misnamed = false;
    struct piece piece = {.directory = directory,
                          .path = path_below(l->arena, directory, name),
                          .name = name,
                          .named = named,
                          .misnamed = &misnamed};
    size_t before = l->history->migrations.count;

    if (matches(l, u->unless, name, NULL) || !matches(l, u->pattern, name, named))
        return !err_is_set(l->e);
    if (!read_text(l, piece.path, &piece.text) || !add_pieces(l, piece))
        return false;
    if (misnamed && l->history->migrations.count > before)
        refuse_misnamed(l, piece.path);
    return true;
}

/* Empty, or in a form that is not read: both look the same here. */
static void names_nothing(struct unit_loader *l, struct str path)
{
    unit_problem_indeterminate(l,
                               str_printf(l->arena,
                                          STR_FMT
                                          " names no migration in the form in which " STR_FMT
                                          " keeps them: which there are is not known",
                                          STR_ARG(path), STR_ARG(tracker_title(l->tracker))),
                               str_printf(l->arena,
                                          "if there are none yet, take the migration set " STR_FMT
                                          " out of %s or make the first migration",
                                          STR_ARG(l->set->name), CONFIG_NAME));
}

/* --- A JSON file that lists them. --- */

static struct str value_text(struct arena *arena, const cJSON *item)
{
    if (json_is_string(item))
        return str_copy(arena, json_value_string(item));
    if (json_is_number(item))
        return str_printf(arena, "%.0f", item->valuedouble);
    return STR_NONE;
}

/* "{tag}.sql" with the keys of an entry. */
static struct str entry_template(struct arena *arena, struct str text, const cJSON *entry)
{
    struct str made = STR("");

    while (text.length) {
        struct str plain = str_cut(&text, '{');
        made = str_printf(arena, STR_FMT STR_FMT, STR_ARG(made), STR_ARG(plain));
        if (!text.length)
            break;
        struct str key = str_cut(&text, '}');
        made = str_printf(arena, STR_FMT STR_FMT, STR_ARG(made),
                          STR_ARG(value_text(arena, json_get(entry, str_c(arena, key)))));
    }
    return made;
}

static bool add_entry(struct unit_loader *l, struct str directory, struct str journal,
                      const cJSON *entry)
{
    const struct tracker_unit *u = &l->tracker->unit;
    struct migration made = {.line = 1};
    enum tree_entry_kind kind;

    if (l->history->migrations.count >= MIGRATIONS_MAX)
        return err_set(l->e, ERR_LIMIT, "more than %u migrations", MIGRATIONS_MAX);
    made.id = entry_template(l->arena, u->id, entry);
    made.name = entry_template(l->arena, u->name, entry);
    made.unit = entry_template(l->arena, u->script, entry);
    made.title = made.name.length ? unit_title(l->arena, made.name) : made.id;
    if (!made.id.length || !made.unit.length) {
        unit_problem_broken(l,
                            str_printf(l->arena,
                                       STR_FMT " has an entry without what names a migration",
                                       STR_ARG(journal)),
                            "mend the file; the tool writes it");
        return true;
    }
    if (!tree_path_join(l->arena, directory, made.unit, &made.file) ||
        !tree_exists(l->tree, l->scratch, made.file, &kind)) {
        made.file = journal;
        unit_problem_broken(l,
                            str_printf(l->arena, STR_FMT " names " STR_FMT ", which is not there",
                                       STR_ARG(journal),
                                       STR_ARG(path_below(l->arena, directory, made.unit))),
                            "add the file, or take its entry away");
    }
    VEC_PUSH(l->arena, &l->history->migrations, made);
    return true;
}

static bool read_journal(struct unit_loader *l, struct str directory)
{
    const struct tracker_unit *u = &l->tracker->unit;
    struct str path = path_below(l->arena, directory, u->journal), text;
    struct err bad = ERR_NONE;
    const cJSON *entry;
    JSON_DOCUMENT(document);

    if (!read_text(l, path, &text))
        return false;
    if (!json_parse(l->arena, str_copy(l->arena, text), JSON_STRICT, str_c(l->arena, path),
                    &document, &bad)) {
        unit_problem_indeterminate(l, str_copy(l->arena, str_from(bad.message)),
                                   STR("mend the file"));
        return true;
    }
    const cJSON *entries = json_get(document, str_c(l->arena, u->entries));
    cJSON_ArrayForEach(entry, entries)
    {
        if (!add_entry(l, directory, path, entry))
            return false;
    }
    if (!entries || !entries->child)
        names_nothing(l, path);
    return true;
}

/* --- A source file that lists them. --- */

static bool read_list(struct unit_loader *l, struct str directory)
{
    const struct tracker_unit *u = &l->tracker->unit;
    struct str path = path_below(l->arena, directory, u->list), text, groups[GROUPS] = {STR_NONE};
    size_t before = l->history->migrations.count;

    if (!read_text(l, path, &text))
        return false;
    struct str rest = str_copy(l->arena, text);
    while (matches(l, u->content, rest, groups)) {
        struct str name = str_copy(l->arena, groups[1]), file = path;
        enum tree_entry_kind kind;
        rest = str_from_offset(rest, (size_t)(groups[0].bytes - rest.bytes) + groups[0].length);
        if (!groups[0].length)
            break;
        if (u->script.length) {
            struct str script = tracker_template(l->arena, u->script, groups);
            if (tree_path_join(l->arena, directory, script, &file) &&
                !tree_exists(l->tree, l->scratch, file, &kind))
                file = path;
        }
        if (!add_migration(l, file, name, groups))
            return false;
    }
    if (l->history->migrations.count == before)
        names_nothing(l, path);
    return !err_is_set(l->e);
}

/* --- Whole directories. --- */

static bool read_directory(struct unit_loader *l, struct str directory, size_t depth)
{
    struct str kind = l->tracker->unit.kind;
    bool by_directory = str_eq(kind, STR("directory")), by_text = str_eq(kind, STR("content"));
    bool recursive = l->set->recursive_set ? l->set->recursive : l->tracker->unit.recursive;
    struct tree_entries entries;
    bool exists, done = true;

    if (!tree_list(l->tree, l->arena, directory, &entries, &exists, l->e))
        return false;
    for (size_t i = 0; i < entries.count && done; i++) {
        const struct tree_entry *entry = &entries.items[i];
        if (entry->kind == TREE_DIRECTORY && by_directory)
            done = (entry->link && l->tracker->unit.skips_links) ||
                   add_directory(l, directory, entry->name);
        else if (entry->kind == TREE_DIRECTORY && recursive && depth >= RECURSION_MAX)
            history_nested_too_deep(l->arena, l->history, directory, RECURSION_MAX);
        else if (entry->kind == TREE_DIRECTORY && recursive)
            done = read_directory(l, path_below(l->arena, directory, entry->name), depth + 1);
        else if (entry->kind != TREE_DIRECTORY && !by_directory)
            done = by_text ? add_content(l, directory, entry->name)
                           : add_file(l, directory, entry->name);
        if (err_is_set(l->e))
            return false;
    }
    return done;
}

bool unit_read_directory(struct unit_loader *l, struct str directory)
{
    l->top = directory;
    if (str_eq(l->tracker->unit.kind, STR("journal")))
        return read_journal(l, directory);
    if (str_eq(l->tracker->unit.kind, STR("listed")))
        return read_list(l, directory);
    return read_directory(l, directory, 0);
}
