/* liquibase.c -- which change log is a project's, and the history that it makes. */
#include "migrations/liquibase.h"

#include "base/file.h"
#include "base/quote.h"
#include "migrations/detect.h"
#include "migrations/graph.h"
#include "migrations/survey_enter.h"
#include "migrations/tracker.h"

#define SEARCH_DEPTH_MAX 12u
#define SAMPLE_MAX ((size_t)64 << 10)
#define SQL_SAMPLE_MAX ((size_t)4 << 10) /* its first line says so */
#define SCRATCH_BUDGET ((size_t)192 << 20)
#define RESOURCES "src/main/resources"

static const char *const own_files[] = {
    "liquibase.properties", "src/main/resources/liquibase.properties",
    "src/main/resources/liquibase/liquibase.properties", "config/liquibase.properties", NULL};
#define COMMANDS                                                                                   \
    "(?|\\bLIQUIBASE_(DATABASE_CHANGELOG_(?:LOCK_)?TABLE_NAME|LIQUIBASE_(?:SCHEMA|CATALOG)_NAME)"  \
    "[\"']?\\s{0,8}[=:]\\s{0,8}|"                                                                  \
    "(?<=\\s)--(database-?changelog-?(?:lock-?)?table-?name|"                                      \
    "liquibase-?(?:schema|catalog)-?name)[= ])[\"']?"                                              \
    "([\\w.,]{1,200})(?![\\w.$({-])"
static const char *const frameworks[] = {"spring.liquibase.", "quarkus.liquibase.",
                                         "liquibase.datasources.default.", NULL};
static const struct jvm_tool tool = {.name = "liquibase",
                                     .files = own_files,
                                     .frameworks = frameworks,
                                     .maven_plugin = "liquibase-maven-plugin",
                                     .command_pattern = COMMANDS};

static void assume(struct liquibase_loading *l, struct str sentence)
{
    strs_add(l->arena, &l->history->assumptions, sentence);
}

static void indeterminate(struct liquibase_loading *l, struct str message, struct str hint)
{
    history_problem_add(l->arena, l->history, REASON_INDETERMINATE_HISTORY, message, hint);
}

/* --- Settings. --- */

/* The first of the keys that is set; what it says is printed. */
static struct str setting(struct liquibase_loading *l, const char *const *keys, const char *what)
{
    for (; *keys; keys++) {
        const struct jvm_setting *found = jvm_setting_find(&l->settings->found, *keys);
        if (!found || !found->value.length)
            continue;
        if (what)
            assume(l, str_printf(l->arena, "the %s \"" STR_FMT "\" from " STR_FMT, what,
                                 STR_ARG(found->value), STR_ARG(found->file)));
        return found->value;
    }
    return STR_NONE;
}

static void read_properties(struct liquibase_loading *l)
{
    const struct jvm_setting_list *all = &l->settings->found.items;
    static const char *const prefixes[] = {"parameter.", "parameters.", "changelogparameters."};

    for (size_t i = 0; i < all->count; i++)
        for (size_t j = 0; j < COUNT_OF(prefixes); j++)
            if (str_starts(all->items[i].key, str_from(prefixes[j])))
                VEC_PUSH(
                    l->arena, &l->properties,
                    (struct liquibase_property){
                        .name = str_from_offset(all->items[i].key, str_from(prefixes[j]).length),
                        .value = all->items[i].value});
}

static void read_settings(struct liquibase_loading *l)
{
    static const char *const contexts[] = {"contexts", "contextfilter", "command.contexts",
                                           "command.contextfilter", NULL};
    static const char *const labels[] = {"labelfilter", "labels", "command.labelfilter",
                                         "command.labels", NULL};
    static const char *const tables[] = {"databasechangelogtablename", "databasechangelogtable",
                                         NULL};
    static const char *const schemas[] = {"liquibaseschemaname", "liquibaseschema",
                                          "defaultschemaname", "defaultschema", NULL};
    /* MySQL's schemas are catalogs to Liquibase. */
    static const char *const catalogs[] = {"liquibasecatalogname", "liquibasecatalog",
                                           "defaultcatalogname", NULL};
    static const char *const locks[] = {"databasechangeloglocktablename",
                                        "databasechangeloglocktable", NULL};
    struct liquibase_settings *s = l->settings;

    jvm_settings_read(l->arena, l->tree, &tool, l->set->root, l->history, &s->found);
    for (size_t i = 0; i < s->found.unreadable.count; i++)
        assume(l,
               str_printf(l->arena, "not read: " STR_FMT, STR_ARG(s->found.unreadable.items[i])));
    s->contexts = setting(l, contexts, "contexts");
    s->labels = setting(l, labels, "labels");
    s->dbms = jvm_dbms(&s->found, l->set->dbms);
    read_properties(l);
    struct str table = setting(l, tables, "table"), schema = STR_NONE;
    if (str_eq(l->set->dbms, STR("mysql")))
        schema = setting(l, catalogs, "catalog");
    if (!schema.length)
        schema = setting(l, schemas, "schema");
    if (table.length && !l->set->table.length) {
        /* Unquoted in the statements of Liquibase: PostgreSQL folds it. */
        l->history->table = str_lower(l->arena, table);
        l->history->table_assumed = false;
    }
    l->history->beside = str_lower(l->arena, setting(l, locks, "lock's table"));
    if (schema.length && !l->set->schema.length)
        l->history->schema = str_lower(l->arena, schema);
}

/* --- Where paths are looked up. --- */

static void add_base(struct liquibase_loading *l, struct str path)
{
    struct str base;

    if (tree_path_join(l->arena, l->set->root, path, &base))
        strs_add(l->arena, &l->bases, base);
}

static void find_bases(struct liquibase_loading *l)
{
    static const char *const keys[] = {"searchpath", "command.searchpath", NULL};
    struct str rest = setting(l, keys, "search path");

    while (rest.length)
        add_base(l, str_trim(str_cut(&rest, ',')));
    add_base(l, STR(RESOURCES));
    add_base(l, STR(""));
    add_base(l, STR("src/main/java"));
    l->own_bases = l->bases.count;
    for (size_t i = 0; i < l->set->class_path.count; i++)
        strs_add(l->arena, &l->bases,
                 path_join(l->arena, l->set->class_path.items[i], STR(RESOURCES)));
    l->class_bases = l->bases.count;
    for (size_t i = 0; i < l->history->versions.count; i++)
        strs_add(l->arena, &l->bases, l->history->versions.items[i]);
    for (struct str above = l->set->root; above.length;) {
        above = path_parent(above);
        strs_add(l->arena, &l->bases, above);
    }
}

/* db/changelog belongs to the directory above db. */
static struct str project_of(struct str directory)
{
    static const char *const words[] = {"changelog", "changelogs", "liquibase", "changes", NULL};

    for (;;) {
        struct str above = owner_of(directory);
        for (size_t i = 0; words[i]; i++)
            if (str_eq(path_base_name(above), str_from(words[i])))
                above = path_parent(above);
        if (str_eq(above, directory))
            return above;
        directory = above;
    }
}

/* A path that is not written down: as the class path would have it, or from the project's directory. */
static struct str assumed_path(struct liquibase_loading *l, struct str file)
{
    struct str path = file, base;

    if (tree_path_join(l->arena, l->set->root, STR(RESOURCES), &base) &&
        path_relative(base, file, &path))
        return path;
    for (size_t i = l->own_bases; i < l->class_bases; i++)
        if (path_relative(l->bases.items[i], file, &path))
            return path;
    base = project_of(l->set->root);
    path = file;
    if (base.length)
        (void)path_relative(base, file, &path);
    return path;
}

/* --- The root. --- */

struct candidate {
    struct str file;
    struct strs names; /* last words of the paths that it may include */
    bool includes_all; /* what lies in some directory */
};
struct candidates {
    VEC(struct candidate) items;
};

static bool is_of_name(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '_' || byte == '-' || byte == '.' ||
           (unsigned char)byte >= 0x80;
}

/* The last word of a file's name: "1.sql" of "db/change 1.sql". */
static struct str last_word(struct str path)
{
    size_t from = path.length;

    while (from && is_of_name(path.bytes[from - 1]))
        from--;
    return str_from_offset(path, from);
}

/* Words of the text that end as a change log's name does. */
static void take_names(struct arena *scratch, struct str text, struct candidate *log)
{
    for (size_t at = 0; at < text.length; at++) {
        size_t from = at;
        while (at < text.length && is_of_name(text.bytes[at]))
            at++;
        struct str word = str_slice(text, from, at);
        if (word.length && liquibase_can_be_log(word))
            VEC_PUSH(scratch, &log->names, str_copy(scratch, word));
    }
}

/* The text of a change log: of SQL, which includes nothing, the first line is enough. */
static bool candidate_text(struct liquibase_loading *l, struct arena *texts, struct str path,
                           struct str *ret_text)
{
    bool sql = str_ends(path, STR(".sql")), whole;
    struct err bad = ERR_NONE;

    if (!tree_read_start(l->tree, texts, path, sql ? SQL_SAMPLE_MAX : SAMPLE_MAX, ret_text, &whole,
                         &bad) ||
        (liquibase_is_log(path, *ret_text) && !sql && !whole &&
         !tree_read(l->tree, texts, path, FILE_MAX, ret_text, &bad))) {
        history_not_read(l->arena, l->history, &bad);
        return false;
    }
    return liquibase_is_log(path, *ret_text);
}

/* False: there are too many. */
static bool take_candidate(struct liquibase_loading *l, struct arena *scratch, struct str path,
                           struct candidates *found)
{
    ARENA(texts, SCRATCH_BUDGET);
    struct candidate log = {.file = path};
    struct str text;

    if (!liquibase_can_be_log(path) || !candidate_text(l, &texts, path, &text))
        return true;
    if (found->items.count >= MIGRATIONS_MAX)
        return err_set(l->e, ERR_LIMIT, "more than %u change logs", MIGRATIONS_MAX);
    if (!str_ends(path, STR(".sql")) && str_contains(text, STR("include"))) {
        take_names(scratch, text, &log);
        log.includes_all = str_contains(text, STR("includeAll"));
    }
    VEC_PUSH(scratch, &found->items, log);
    return true;
}

static bool collect(struct liquibase_loading *l, struct arena *scratch, struct str directory,
                    size_t depth, struct candidates *found)
{
    struct tree_entries entries;
    bool exists;

    if (!tree_list(l->tree, scratch, directory, &entries, &exists, l->e))
        return false;
    for (size_t i = 0; i < entries.count; i++) {
        struct str path = path_below(scratch, directory, entries.items[i].name);
        if (entries.items[i].kind == TREE_DIRECTORY) {
            if (survey_entering(&entries, entries.items[i].name) == NOT_ENTERED)
                continue;
            if (depth >= SEARCH_DEPTH_MAX)
                history_nested_too_deep(l->arena, l->history, str_copy(l->arena, directory),
                                        SEARCH_DEPTH_MAX);
            else if (!collect(l, scratch, path, depth + 1, found))
                return false;
        } else if (!take_candidate(l, scratch, path, found)) {
            return false;
        }
    }
    return true;
}

static bool is_master(struct str file)
{
    struct err ignored = ERR_NONE;

    return tracker_regex_matches(
        STR("(?i)(?:^|[-._])(?:master|root)[-._]|^(?:db[.-])?changelog\\.[a-z]+$"),
        path_base_name(file), NULL, 0, &ignored);
}

/* The only master of the outermost directory that has one. */
static const struct candidate *only_master(const struct candidates *found)
{
    const struct candidate *best = NULL;
    bool several = false;

    for (size_t i = 0; i < found->items.count; i++) {
        const struct candidate *one = &found->items.items[i];
        if (!is_master(one->file))
            continue;
        size_t depth = path_depth(one->file), other = best ? path_depth(best->file) : SIZE_MAX;
        several = depth == other || (several && depth > other);
        if (depth < other)
            best = one;
    }
    return several ? NULL : best;
}

/* By whom a name, or what lies in a directory, may be included: by one log, or by several. */
struct naming {
    struct arena *scratch;
    struct id_map map;
    VEC(size_t) by; /* an index of a candidate; SIZE_MAX: several */
};

static struct naming naming_new(struct arena *scratch, size_t capacity)
{
    return (struct naming){.scratch = scratch, .map = id_map_new(scratch, capacity + 1)};
}

static void naming_add(struct naming *naming, struct str name, size_t by)
{
    size_t at;

    if (id_map_add(&naming->map, name, naming->by.count, &at))
        VEC_PUSH(naming->scratch, &naming->by, by);
    else if (naming->by.items[at] != by)
        naming->by.items[at] = SIZE_MAX;
}

/* A log that names itself does not include itself. */
static bool naming_has(const struct naming *naming, struct str name, size_t other_than)
{
    size_t at;

    return id_map_get(&naming->map, name, &at) && naming->by.items[at] != other_than;
}

static bool is_included(const struct naming *names, const struct naming *directories,
                        struct str file, size_t index)
{
    if (naming_has(names, last_word(file), index))
        return true;
    while (file.length) {
        file = path_parent(file);
        if (naming_has(directories, file, index))
            return true;
    }
    return false;
}

/* The log that no other includes; NULL: none, or several. In time and memory linear in the texts. */
static const struct candidate *only_root(struct arena *scratch, const struct candidates *found)
{
    const struct candidate *root = NULL;
    size_t count = found->items.count, words = 0;

    for (size_t i = 0; i < count; i++)
        words += found->items.items[i].names.count;
    struct naming names = naming_new(scratch, words), directories = naming_new(scratch, count);
    for (size_t i = 0; i < count; i++) {
        const struct candidate *log = &found->items.items[i];
        for (size_t j = 0; j < log->names.count; j++)
            naming_add(&names, log->names.items[j], i);
        if (log->includes_all)
            naming_add(&directories, path_parent(log->file), i);
    }
    for (size_t i = 0; i < count; i++) {
        if (is_included(&names, &directories, found->items.items[i].file, i))
            continue;
        if (root)
            return NULL;
        root = &found->items.items[i];
    }
    return root;
}

static bool search_root(struct liquibase_loading *l, struct str *ret_file, struct str *ret_path)
{
    ARENA(scratch, SCRATCH_BUDGET);
    struct candidates found = {0};

    survey_leave_aside_out(l->arena, l->set, l->history);
    for (size_t i = 0; i < l->history->versions.count; i++)
        if (!collect(l, &scratch, l->history->versions.items[i], 0, &found))
            return false;
    const struct candidate *root = only_master(&found);
    if (!root)
        root = only_root(&scratch, &found);
    if (!root) {
        indeterminate(l,
                      str_printf(l->arena,
                                 "which of %zu change logs of Liquibase is the one that is run "
                                 "cannot be told",
                                 found.items.count),
                      STR("write changeLogFile into liquibase.properties\nor \"script_location\" "
                          "of the migration set into " CONFIG_NAME));
        return true;
    }
    *ret_file = str_copy(l->arena, root->file);
    *ret_path = assumed_path(l, *ret_file);
    l->settings->path_assumed = true;
    assume(l, str_printf(l->arena,
                         "the change log \"" STR_FMT "\" was assumed to be the one that "
                         "is run, by this path",
                         STR_ARG(*ret_path)));
    return true;
}

static struct str without_maven(struct str path)
{
    static const struct str words[] = {STR_INIT("${basedir}/"), STR_INIT("${project.basedir}/"),
                                       STR_INIT("$projectDir/"), STR_INIT("file:")};

    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (str_starts(path, words[i]))
            path = str_from_offset(path, words[i].length);
    return path;
}

static bool find_root(struct liquibase_loading *l, struct str *ret_file, struct str *ret_path)
{
    static const char *const keys[] = {"changelogfile", "command.changelogfile", "changelog", NULL};
    struct str named = l->set->script_location;

    *ret_file = *ret_path = STR_NONE;
    if (!named.length)
        named = setting(l, keys, "change log");
    if (!named.length)
        return search_root(l, ret_file, ret_path);
    *ret_path = liquibase_path(l->arena, without_maven(named));
    if (liquibase_find_file(l, *ret_path, ret_file))
        return true;
    *ret_file = STR_NONE;
    indeterminate(
        l, str_printf(l->arena, "the change log " STR_FMT " is not in this tree", STR_ARG(named)),
        STR("write the right changeLogFile into liquibase.properties"));
    return true;
}

/* --- The history. --- */

static void add_all(struct liquibase_loading *l, const struct migrations *part)
{
    for (size_t i = 0; i < part->count; i++)
        VEC_PUSH(l->arena, &l->history->migrations, part->items[i]);
}

static bool refuse_doubles(struct liquibase_loading *l)
{
    struct migrations *all = &l->history->migrations;
    struct id_map map = id_map_new(l->arena, all->count + 1);
    size_t other, kept = 0;
    struct str normal;

    for (size_t i = 0; i < all->count; i++) {
        if (!tracker_id_normal(l->arena, l->history->row, all->items[i].id, &normal, l->e))
            return false;
        if (id_map_add(&map, normal, kept, &other)) {
            all->items[kept++] = all->items[i];
            continue;
        }
        liquibase_problem(
            l,
            str_printf(l->arena,
                       "Liquibase refuses two change sets with the identifier " STR_FMT ": " STR_FMT
                       ":%zu and " STR_FMT ":%zu",
                       STR_ARG(all->items[i].id), STR_ARG(all->items[other].file),
                       all->items[other].line, STR_ARG(all->items[i].file), all->items[i].line),
            "give one of them another id");
    }
    all->count = kept;
    return true;
}

static void finish(struct liquibase_loading *l)
{
    const struct jvm_settings *found = &l->settings->found;
    const char *command = found->own_file ? "liquibase update"
                          : found->maven  ? "mvn liquibase:update"
                          : found->gradle ? "./gradlew update"
                                          : "liquibase update";

    l->history->upgrade_command = shell_command_in(l->arena, l->set->root, str_from(command));
    if (l->names_databases && !l->set->dbms.length)
        assume(l, l->settings->dbms.length
                      ? str_printf(l->arena, "the database was assumed to be " STR_FMT,
                                   STR_ARG(l->settings->dbms))
                      : STR("which database it is is not known: change sets for any database "
                            "(dbms) were assumed to run"));
    if (!l->settings->contexts.length)
        assume(l, STR("no contexts were assumed to be given: change sets of all contexts run"));
    if (!l->settings->labels.length)
        assume(l, STR("no labels were assumed to be given: change sets of all labels run"));
    if (found->spring && !found->own_file)
        assume(l, found->profile ? STR("the profile of production was assumed")
                                 : STR("profiles were not applied"));
}

static bool liquibase_load(struct arena *arena, struct tree *tree,
                           const struct config_migrations *set, struct history *history,
                           struct err *e)
{
    struct liquibase_loading l = {.arena = arena,
                                  .tree = tree,
                                  .set = set,
                                  .history = history,
                                  .settings = ARENA_NEW(arena, struct liquibase_settings),
                                  .e = e};
    struct liquibase_scope scope = {0};
    struct str file, path;

    history->own = l.settings;
    read_settings(&l);
    find_bases(&l);
    if (!find_root(&l, &file, &path))
        return false;
    if (file.length && !liquibase_read_log(&l, path, file, &scope))
        return false;
    add_all(&l, &l.first);
    add_all(&l, &l.middle);
    add_all(&l, &l.last);
    if (!refuse_doubles(&l))
        return false;
    finish(&l);
    return true;
}

const struct tracker_code liquibase_tracker = {.name = "liquibase",
                                               .load = liquibase_load,
                                               .plan = liquibase_plan,
                                               .verify = liquibase_verify};
