/* units.c -- the migrations that a pack describes, read from a tree. */
#include "base/file.h"
#include "base/json.h"
#include "base/quote.h"
#include "migrations/graph.h"
#include "migrations/markers.h"
#include "migrations/survey.h"
#include "migrations/tracker.h"

#define GROUPS 10
#define UNIT_FILE_MAX ((size_t)4 << 20)
#define RECURSION_MAX 12u
#define SCRATCH_BUDGET ((size_t)192 << 20)
#define SCRATCH_ENOUGH ((size_t)8 << 20)

struct loader {
    struct arena *arena;
    struct arena *scratch; /* texts of files, given back now and then */
    struct tree *tree;
    const struct config_migrations *set;
    const struct tracker *tracker;
    struct history *history;
    struct err *e;
    VEC(struct migration) downs; /* ways back whose migration was not seen yet */
};

static bool matches(struct loader *l, struct str pattern, struct str text, struct str *groups)
{
    return tracker_regex_matches(pattern, text, groups, groups ? GROUPS : 0, l->e);
}

static void broken(struct loader *l, struct str message, const char *hint)
{
    history_problem_add(l->arena, l->history, REASON_BROKEN_HISTORY, message, str_from(hint));
}

static void indeterminate(struct loader *l, struct str message, struct str hint)
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

/* The file's words: "20240101_add-users.sql" is "add users". */
static struct str title_of(struct arena *arena, struct str unit)
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

static bool add_migration(struct loader *l, struct str file, struct str unit,
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
    made.title = title_of(l->arena, unit);
    VEC_PUSH(l->arena, &l->history->migrations, made);
    return true;
}

/* --- Files. --- */

static bool add_file(struct loader *l, struct str directory, struct str name)
{
    const struct tracker_unit *u = &l->tracker->unit;
    struct str groups[GROUPS] = {STR_NONE};
    struct str path = path_below(l->arena, directory, name);

    if (matches(l, u->unless, name, NULL) || err_is_set(l->e))
        return !err_is_set(l->e);
    if (!matches(l, u->pattern, name, groups)) {
        if (matches(l, u->refused, name, NULL))
            broken(l,
                   str_printf(l->arena,
                              STR_FMT " refuses to work with " STR_FMT
                                      ": its name is not that of a migration",
                              STR_ARG(tracker_title(l->tracker)), STR_ARG(path)),
                   "rename the file, or move it out of the directory");
        return !err_is_set(l->e);
    }
    if (matches(l, u->down, name, NULL)) {
        struct migration down = {
            .file = path, .unit = name, .id = tracker_template(l->arena, u->id, groups)};
        VEC_PUSH(l->arena, &l->downs, down);
        return true;
    }
    return !err_is_set(l->e) && add_migration(l, path, name, groups);
}

/* --- Directories with a script in them. --- */

static bool add_directory(struct loader *l, struct str directory, struct str name)
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
            broken(l,
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

static bool read_text(struct loader *l, struct str path, struct str *ret_text)
{
    if (l->scratch->used > SCRATCH_ENOUGH)
        arena_release(l->scratch);
    return tree_read(l->tree, l->scratch, path, UNIT_FILE_MAX, ret_text, l->e);
}

static bool add_content(struct loader *l, struct str directory, struct str name)
{
    const struct tracker_unit *u = &l->tracker->unit;
    struct str groups[GROUPS] = {STR_NONE}, named[GROUPS] = {STR_NONE}, found[2] = {STR_NONE};
    struct str path = path_below(l->arena, directory, name), text;

    if (matches(l, u->unless, name, NULL) || !matches(l, u->pattern, name, named))
        return !err_is_set(l->e);
    if (!read_text(l, path, &text))
        return false;
    if (!matches(l, u->content, text, groups))
        return !err_is_set(l->e);
    for (size_t i = 0; i < GROUPS; i++)
        groups[i] = str_copy(l->arena, groups[i]);
    if (tracker_regex_matches(u->prefix, text, found, 2, l->e))
        groups[2] = str_copy(l->arena, found[1]);
    groups[3] = named[1];
    if (!add_migration(l, path, name, groups))
        return false;
    if (tracker_regex_matches(u->instead, text, found, 2, l->e))
        VEC_LAST(&l->history->migrations).id = str_copy(l->arena, found[1]);
    return !err_is_set(l->e);
}

/* Empty, or in a form that is not read: both look the same here. */
static void names_nothing(struct loader *l, struct str path)
{
    indeterminate(l,
                  str_printf(l->arena,
                             STR_FMT " names no migration in the form in which " STR_FMT
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

static bool add_entry(struct loader *l, struct str directory, struct str journal,
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
    made.title = made.name.length ? title_of(l->arena, made.name) : made.id;
    if (!made.id.length || !made.unit.length) {
        broken(l,
               str_printf(l->arena, STR_FMT " has an entry without what names a migration",
                          STR_ARG(journal)),
               "mend the file; the tool writes it");
        return true;
    }
    if (!tree_path_join(l->arena, directory, made.unit, &made.file) ||
        !tree_exists(l->tree, l->scratch, made.file, &kind)) {
        made.file = journal;
        broken(l,
               str_printf(l->arena, STR_FMT " names " STR_FMT ", which is not there",
                          STR_ARG(journal), STR_ARG(path_below(l->arena, directory, made.unit))),
               "add the file, or take its entry away");
    }
    VEC_PUSH(l->arena, &l->history->migrations, made);
    return true;
}

static bool read_journal(struct loader *l, struct str directory)
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
        indeterminate(l, str_copy(l->arena, str_from(bad.message)), STR("mend the file"));
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

static bool read_list(struct loader *l, struct str directory)
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

static bool read_directory(struct loader *l, struct str directory, size_t depth)
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
            done = add_directory(l, directory, entry->name);
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

static bool read_unit_directory(struct loader *l, struct str directory)
{
    if (str_eq(l->tracker->unit.kind, STR("journal")))
        return read_journal(l, directory);
    if (str_eq(l->tracker->unit.kind, STR("listed")))
        return read_list(l, directory);
    return read_directory(l, directory, 0);
}

/* --- What lies where. --- */

static bool is_directory(struct loader *l, struct str path)
{
    enum tree_entry_kind kind;

    return tree_exists(l->tree, l->arena, path, &kind) && kind == TREE_DIRECTORY;
}

static void find_nothing(struct loader *l, struct str directory)
{
    history_problem_add(
        l->arena, l->history, REASON_INDETERMINATE_HISTORY,
        str_printf(l->arena, "the migrations of " STR_FMT " are not in \"" STR_FMT "\"",
                   STR_ARG(tracker_title(l->tracker)),
                   STR_ARG(directory.length ? directory : STR("."))),
        str_printf(l->arena, "set \"versions\" of the migration set " STR_FMT " in %s",
                   STR_ARG(l->set->name), CONFIG_NAME));
}

static bool find_directories(struct loader *l, const struct tracker_places *places)
{
    struct strs found = {0};
    struct str path;

    for (size_t i = 0; i < l->set->versions.count; i++) {
        if (tree_path_join(l->arena, l->set->root, l->set->versions.items[i], &path) &&
            is_directory(l, path))
            strs_add(l->arena, &l->history->versions, path);
        else
            find_nothing(l, l->set->versions.items[i]);
    }
    if (l->set->versions.count)
        return true;
    for (size_t i = 0; i < places->directories.count; i++) {
        if (is_directory(l, places->directories.items[i]))
            strs_add(l->arena, &l->history->versions, places->directories.items[i]);
        else
            find_nothing(l, places->directories.items[i]);
    }
    if (places->directories.count)
        return true;
    if (!survey_directories(l->arena, l->tree, l->tracker, l->set->root, &found, l->e))
        return false;
    if (found.count == 1 || (found.count && l->tracker->unit.gather))
        l->history->versions = found;
    else
        history_problem_add(
            l->arena, l->history, REASON_INDETERMINATE_HISTORY,
            str_printf(l->arena, "%s with migrations of " STR_FMT " in \"" STR_FMT "\"",
                       found.count ? "several directories" : "no directory",
                       STR_ARG(tracker_title(l->tracker)),
                       STR_ARG(l->set->root.length ? l->set->root : STR("."))),
            str_printf(l->arena, "set \"versions\" of the migration set " STR_FMT " in %s",
                       STR_ARG(l->set->name), CONFIG_NAME));
    return true;
}

/* --- After reading. --- */

/* A way back belongs to the migration of its id; alone it may be one itself (golang-migrate: an empty step). */
static bool join_downs(struct loader *l)
{
    struct migrations *all = &l->history->migrations;
    struct id_map map = id_map_new(l->arena, all->count + l->downs.count + 1);
    size_t index;

    for (size_t i = 0; i < all->count; i++)
        (void)id_map_add(&map, all->items[i].id, i, &index);
    for (size_t i = 0; i < l->downs.count; i++) {
        struct migration down = l->downs.items[i];
        if (id_map_get(&map, down.id, &index)) {
            all->items[index].down_file = down.file;
        } else if (l->tracker->unit.down_counts) {
            down.down_file = down.file;
            down.line = 1;
            down.title = title_of(l->arena, down.unit);
            (void)id_map_add(&map, down.id, all->count, &index);
            VEC_PUSH(l->arena, all, down);
        }
    }
    return true;
}

static bool normalise(struct loader *l)
{
    struct migrations *all = &l->history->migrations;

    for (size_t i = 0; i < all->count; i++)
        if (str_eq(l->tracker->unit.id_type, STR("int")) &&
            !tracker_id_normal(l->arena, l->tracker, all->items[i].id, &all->items[i].id, l->e))
            return false;
    return true;
}

static bool refuse_doubles(struct loader *l)
{
    struct migrations *all = &l->history->migrations;
    struct id_map map = id_map_new(l->arena, all->count + 1);
    size_t kept = 0, other;
    struct str normal;

    if (str_eq(l->tracker->unit.duplicates, STR("shared")))
        return true;
    for (size_t i = 0; i < all->count; i++) {
        if (!tracker_id_normal(l->arena, l->tracker, all->items[i].id, &normal, l->e))
            return false;
        if (id_map_add(&map, normal, kept, &other)) {
            all->items[kept++] = all->items[i];
            continue;
        }
        broken(l,
               str_printf(l->arena,
                          "two migrations have the id " STR_FMT ": " STR_FMT " and " STR_FMT,
                          STR_ARG(all->items[i].id), STR_ARG(all->items[other].file),
                          STR_ARG(all->items[i].file)),
               "the tracking table cannot tell them apart: give one of them another");
    }
    all->count = kept;
    return true;
}

static void check_contiguous(struct loader *l)
{
    const struct migrations *all = &l->history->migrations;

    for (size_t i = 0; l->tracker->unit.contiguous && i < all->count; i++) {
        struct str wanted = str_printf(l->arena, "%zu", i + 1);
        if (tracker_compare_numbers(all->items[i].id, wanted) == 0)
            continue;
        broken(l,
               str_printf(l->arena,
                          STR_FMT " wants migration " STR_FMT " where " STR_FMT
                                  " stands: it refuses a gap",
                          STR_ARG(tracker_title(l->tracker)), STR_ARG(wanted),
                          STR_ARG(all->items[i].file)),
               "renumber the migrations");
        return;
    }
}

static bool find_squash(struct loader *l)
{
    struct strs forms = l->tracker->squashed_by;

    for (size_t i = 0; i < forms.count && !l->history->squashed_by.length; i++) {
        struct str directory = path_directory(forms.items[i]), path;
        struct tree_entries entries;
        bool exists;
        if (!tree_path_join(l->arena, l->set->root, directory, &path))
            continue;
        if (!tree_list(l->tree, l->arena, path, &entries, &exists, l->e))
            return false;
        for (size_t j = 0; j < entries.count; j++)
            if (form_matches(path_base_name(forms.items[i]), entries.items[j].name))
                l->history->squashed_by = path_below(l->arena, path, entries.items[j].name);
    }
    return true;
}

static void finish(struct loader *l, const struct tracker_places *places)
{
    struct history *history = l->history;
    const struct tracker *tracker = l->tracker;

    if (history->migrations.count && !history->heads.count) {
        VEC_PUSH(l->arena, &history->heads, VEC_LAST(&history->migrations).id);
        history->real_heads = history->heads;
    }
    if (!history->upgrade_command.length)
        history->upgrade_command = shell_command_in(l->arena, l->set->root, tracker->upgrade);
    if (!history->out_of_order_command.length)
        history->out_of_order_command =
            shell_command_in(l->arena, l->set->root, tracker->upgrade_out_of_order);
    for (size_t i = 0; i < places->sources.count; i++)
        VEC_PUSH(l->arena, &history->assumptions, places->sources.items[i]);
    if (history->table_assumed)
        VEC_PUSH(l->arena, &history->assumptions,
                 str_printf(l->arena, "the tracking table " STR_FMT "%s" STR_FMT " was assumed",
                            STR_ARG(history->schema), history->schema.length ? "." : "",
                            STR_ARG(history->table)));
    for (size_t i = 0; i < tracker->assumes.count; i++)
        VEC_PUSH(l->arena, &history->assumptions, tracker->assumes.items[i]);
}

/* "public" is no schema of SQLite's, and belongs to tern's own name of its table. */
static struct str schema_of_pack(const struct loader *l, bool other_name)
{
    const struct tracker_table *table = &l->tracker->table;
    bool counts = !table->schema_on.count || !l->set->dbms.length ||
                  strs_have(&table->schema_on, l->set->dbms);

    return counts && !(other_name && table->whole_name) ? table->schema : STR("");
}

static void choose_table(struct loader *l, const struct tracker_places *places)
{
    struct history *history = l->history;
    const struct tracker_table *table = &l->tracker->table;
    bool other_name = l->set->table.length || places->table.length;

    history->table = l->set->table.length   ? l->set->table
                     : places->table.length ? places->table
                                            : table->name;
    history->schema = l->set->schema.length   ? l->set->schema
                      : places->schema.length ? places->schema
                                              : schema_of_pack(l, other_name);
    history->table_assumed = !other_name;
    history->parameter = l->set->parameter.length ? l->set->parameter : places->parameter;
}

/* The tool's file lies in the project, or among the migrations. */
static bool read_places(struct loader *l, struct tracker_places *places)
{
    struct str directory;

    if (!tracker_places_read(l->arena, l->tree, l->tracker, l->set->root, places, l->e))
        return false;
    if (places->unread.count)
        return true;
    return places->sources.count || !l->set->versions.count ||
           !tree_path_join(l->arena, l->set->root, l->set->versions.items[0], &directory) ||
           tracker_places_read(l->arena, l->tree, l->tracker, directory, places, l->e);
}

bool tracker_load(struct arena *arena, struct tree *tree, const struct config_migrations *set,
                  struct history *history, struct err *e)
{
    ARENA(scratch, SCRATCH_BUDGET);
    struct tracker_places places;
    struct loader l = {.arena = arena,
                       .scratch = &scratch,
                       .tree = tree,
                       .set = set,
                       .tracker = history->row,
                       .history = history,
                       .e = e};

    if (!read_places(&l, &places))
        return false;
    for (size_t i = 0; i < places.unread.count; i++)
        indeterminate(&l,
                      str_printf(arena, STR_FMT ": what it says of the migrations is not known",
                                 STR_ARG(places.unread.items[i])),
                      STR("make it readable for the user that asks"));
    choose_table(&l, &places);
    if (!find_directories(&l, &places))
        return false;
    if (history->code && history->code->load) {
        if (!history->code->load(arena, tree, set, history, e))
            return false;
        finish(&l, &places);
        return true;
    }
    for (size_t i = 0; i < history->versions.count; i++)
        if (!read_unit_directory(&l, history->versions.items[i]))
            return false;
    if (!join_downs(&l) || !normalise(&l))
        return false;
    tracker_sort(l.tracker, &history->migrations);
    if (!refuse_doubles(&l))
        return false;
    check_contiguous(&l);
    if (!find_squash(&l))
        return false;
    finish(&l, &places);
    return true;
}
