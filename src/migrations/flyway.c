/* flyway.c -- what a project has of Flyway's migrations. */
#include "migrations/flyway.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/quote.h"
#include "migrations/checksum.h"
#include "migrations/graph.h"
#include "migrations/survey.h"
#include "migrations/tracker.h"

#define FILE_BYTES_MAX ((size_t)16 << 20)
#define SCRATCH_BUDGET ((size_t)128 << 20)
#define RECURSION_MAX 12u

struct flyway_file {
    struct flyway_name name;
    struct str path, unit, canonical;
};

struct flyway_loading {
    struct arena *arena;
    struct tree *tree;
    const struct config_migrations *set;
    struct history *history;
    struct flyway_settings *settings;
    VEC(struct flyway_file) files, undos;
    struct err *e;
};

static const char *const own_files[] = {
    "flyway.user.toml",  "flyway.toml", "conf/flyway.toml", "flyway.conf", "conf/flyway.conf",
    "flyway.properties", NULL};
#define COMMANDS                                                                                   \
    "(?|\\bFLYWAY_(TABLE|SCHEMAS|DEFAULT_SCHEMA|OUT_OF_ORDER)[\"']?\\s{0,8}[=:]\\s{0,8}|"          \
    "(?<=\\s)-(table|schemas|defaultSchema|outOfOrder)=)[\"']?([\\w.,]{1,200})(?![\\w.$({-])"
static const char *const frameworks[] = {"spring.flyway.", "quarkus.flyway.",
                                         "flyway.datasources.default.", NULL};
static const struct jvm_tool tool = {.name = "flyway",
                                     .files = own_files,
                                     .frameworks = frameworks,
                                     .maven_plugin = "flyway-maven-plugin",
                                     .command_pattern = COMMANDS};

static void assume(struct flyway_loading *l, struct str sentence)
{
    VEC_PUSH(l->arena, &l->history->assumptions, sentence);
}

static void broken(struct flyway_loading *l, struct str message, const char *hint)
{
    history_problem_add(l->arena, l->history, REASON_BROKEN_HISTORY, message, str_from(hint));
}

/* --- Settings. --- */

static struct str text_setting(struct flyway_loading *l, const char *key, const char *otherwise)
{
    const struct jvm_setting *setting = jvm_setting_find(&l->settings->found, key);

    if (!setting)
        return str_from(otherwise);
    assume(l, str_printf(l->arena, "%s is \"" STR_FMT "\", from " STR_FMT, key,
                         STR_ARG(setting->value), STR_ARG(setting->file)));
    return setting->value;
}

static struct strs list_setting(struct flyway_loading *l, const char *key, const char *otherwise)
{
    struct str rest = text_setting(l, key, otherwise);
    struct strs list = {0};

    while (rest.length) {
        struct str one = str_trim(str_cut(&rest, ','));
        if (one.length)
            VEC_PUSH(l->arena, &list, one);
    }
    return list;
}

static void read_table(struct flyway_loading *l)
{
    struct str table = text_setting(l, "table", "");
    struct str schema = text_setting(l, "defaultschema", "");
    struct strs schemas = list_setting(l, "schemas", "");

    if (table.length && !l->set->table.length) {
        l->history->table = table;
        l->history->table_assumed = false;
    }
    if (!schema.length && schemas.count)
        schema = schemas.items[0];
    if (schema.length && !l->set->schema.length)
        l->history->schema = schema;
}

static void read_settings(struct flyway_loading *l)
{
    struct flyway_settings *s = l->settings;
    struct str target;

    jvm_settings_read(l->arena, l->tree, &tool, l->set->root, l->history, &s->found);
    for (size_t i = 0; i < s->found.unreadable.count; i++)
        assume(l,
               str_printf(l->arena, "not read: " STR_FMT, STR_ARG(s->found.unreadable.items[i])));
    s->naming = (struct flyway_naming){
        .versioned = text_setting(l, "sqlmigrationprefix", "V"),
        .repeatable = text_setting(l, "repeatablesqlmigrationprefix", "R"),
        .undo = text_setting(l, "undosqlmigrationprefix", "U"),
        .baseline = text_setting(l, "baselinemigrationprefix", "B"),
        .separator = text_setting(l, "sqlmigrationseparator", "__"),
        .suffixes = list_setting(l, "sqlmigrationsuffixes", ".sql"),
    };
    if (!s->naming.separator.length)
        s->naming.separator = STR("__");
    s->out_of_order = jvm_setting_is_true(&s->found, "outoforder", false);
    s->replaces_placeholders = jvm_setting_is_true(&s->found, "placeholderreplacement", true);
    target = text_setting(l, "target", "");
    if (!flyway_version_canonical(l->arena, target, &s->target))
        s->target = STR_NONE;
    if (s->out_of_order)
        assume(l, STR("outOfOrder is on: older migrations are applied too"));
    read_table(l);
    if (jvm_setting_is_true(&s->found, "baselineonmigrate", false))
        assume(l, STR("baselineOnMigrate is on: on a database with tables but without a history, "
                      "migrations up to the baseline are not applied"));
}

/* --- Locations. --- */

static bool is_directory(struct flyway_loading *l, struct str path)
{
    enum tree_entry_kind kind;

    return tree_exists(l->tree, l->arena, path, &kind) && kind == TREE_DIRECTORY;
}

/* The part before the first wildcard. */
static struct str plain_location(struct str location)
{
    size_t star = str_find_byte(location, '*');

    if (star != SIZE_MAX) {
        location = str_prefix(location, star);
        size_t slash = str_find_last_byte(location, '/');
        location = str_prefix(location, slash == SIZE_MAX ? 0 : slash);
    }
    while (location.length > 1 && location.bytes[location.length - 1] == '/')
        location = str_prefix(location, location.length - 1);
    return location;
}

/* Files, a bucket, classes of a library: what is there belongs to the history all the same. */
static void not_in_tree(struct flyway_loading *l, struct str location)
{
    history_problem_add(
        l->arena, l->history, REASON_INDETERMINATE_HISTORY,
        str_printf(l->arena,
                   "the location \"" STR_FMT
                   "\" of Flyway is not in this tree: what it holds is not seen",
                   STR_ARG(location)),
        str_printf(l->arena,
                   "take it out of the settings, or set \"versions\" of the migration set " STR_FMT
                   " in %s to the directories that count",
                   STR_ARG(l->set->name), CONFIG_NAME));
}

static bool locate(struct flyway_loading *l, struct str root, struct str location,
                   struct str *ret_path)
{
    static const char *const places[] = {"", "src/main/resources", "src/main/java",
                                         "src/main/kotlin"};
    size_t colon = str_find_byte(location, ':');
    struct str scheme = colon == SIZE_MAX ? STR("") : str_prefix(location, colon), base;
    struct str path =
        plain_location(colon == SIZE_MAX ? location : str_from_offset(location, colon + 1));
    bool in_classes = !str_eq(scheme, STR("filesystem"));

    if (scheme.length && in_classes && !str_eq(scheme, STR("classpath")))
        return false; /* s3:, gcs: */
    while (in_classes && str_starts(path, STR("/")))
        path = str_from_offset(path, 1);
    for (size_t i = in_classes && scheme.length ? 1 : 0; i < (in_classes ? COUNT_OF(places) : 1);
         i++)
        if (tree_path_join(l->arena, root, str_from(places[i]), &base) &&
            tree_path_join(l->arena, base, path, ret_path) && is_directory(l, *ret_path))
            return true;
    /* A location of classes in a tree without Maven's folders. */
    return in_classes && tree_path_join(l->arena, root, path, ret_path) &&
           is_directory(l, *ret_path);
}

/* --- "db/migration/{vendor}" of Spring: the directory of the database that is asked. --- */

/* The names that {vendor} can have: those of the database, else all of Spring Boot's DatabaseDriver. */
static struct strs vendors_of(struct flyway_loading *l)
{
    static const char *const all[] = {
        "postgresql", "mysql", "mariadb", "sqlite",    "sqlserver", "oracle",   "h2",
        "hsqldb",     "derby", "db2",     "db2_as400", "firebird",  "informix", "redshift",
        "clickhouse", "hana",  "phoenix", "teradata",  "gae"};
    struct str rest = jvm_dbms(&l->settings->found, l->set->dbms);
    struct strs vendors = {0};

    for (size_t i = 0; !rest.length && i < COUNT_OF(all); i++)
        VEC_PUSH(l->arena, &vendors, str_from(all[i]));
    while (rest.length) {
        struct str name = str_cut(&rest, ',');
        VEC_PUSH(l->arena, &vendors, str_eq(name, STR("mssql")) ? STR("sqlserver") : name);
    }
    return vendors;
}

/* Adds the directories that the location can mean to *found. */
static void locate_all(struct flyway_loading *l, struct str location, struct strs *found)
{
    size_t vendor = str_find(location, STR("{vendor}"));
    struct strs vendors = {0}, here = {0};
    struct str path;

    if (vendor == SIZE_MAX) {
        if (locate(l, l->set->root, location, &path))
            strs_add(l->arena, &here, path);
    } else {
        vendors = vendors_of(l);
    }
    for (size_t i = 0; i < vendors.count; i++)
        if (locate(l, l->set->root,
                   str_printf(l->arena, STR_FMT STR_FMT STR_FMT,
                              STR_ARG(str_prefix(location, vendor)), STR_ARG(vendors.items[i]),
                              STR_ARG(str_from_offset(location, vendor + 8))),
                   &path))
            strs_add(l->arena, &here, path);
    strs_sort(&here);
    if (here.count > 1) {
        history_problem_add(
            l->arena, l->history, REASON_INDETERMINATE_HISTORY,
            str_printf(
                l->arena,
                "which of the directories of \"" STR_FMT "\" is run cannot be told: " STR_FMT,
                STR_ARG(location), STR_ARG(str_join(l->arena, here.items, here.count, STR(", ")))),
            str_printf(l->arena, "set \"versions\" of the migration set " STR_FMT " in %s",
                       STR_ARG(l->set->name), CONFIG_NAME));
        return;
    }
    if (here.count)
        strs_add(l->arena, found, here.items[0]);
    /* A location of classes is looked for in all that stands on the class path. */
    for (size_t i = 0; i < l->set->class_path.count && !str_starts(location, STR("filesystem:"));
         i++)
        if (locate(l, l->set->class_path.items[i], location, &path)) {
            strs_add(l->arena, found, path);
            strs_add(l->arena, &here, path);
        }
    if (!here.count)
        not_in_tree(l, location);
}

/* Of a module beside the application only the usual location is looked into. */
static bool is_unusual(const struct flyway_loading *l, struct str directory)
{
    struct str inside;

    for (size_t i = 0; i < l->set->class_path.count; i++)
        if (path_relative(l->set->class_path.items[i], directory, &inside) &&
            !str_contains(inside, STR("db/migration")))
            return true;
    return false;
}

static void leave_unusual_out(struct flyway_loading *l)
{
    struct strs kept = {0};

    for (size_t i = 0; i < l->history->versions.count; i++)
        if (!is_unusual(l, l->history->versions.items[i]))
            VEC_PUSH(l->arena, &kept, l->history->versions.items[i]);
    l->history->versions = kept;
}

/* What the settings name counts, unless the configuration names the directories. */
static void find_locations(struct flyway_loading *l)
{
    const struct jvm_setting *setting = jvm_setting_find(&l->settings->found, "locations");
    struct strs found = {0};

    if (l->set->place.file.length && l->set->versions.count)
        return;
    if (!setting) {
        survey_leave_aside_out(l->arena, l->set, l->history);
        leave_unusual_out(l);
        return;
    }
    struct strs list = list_setting(l, "locations", "");
    for (size_t i = 0; i < list.count; i++)
        locate_all(l, list.items[i], &found);
    if (found.count)
        l->history->versions = found;
}

/* --- Files. --- */

static bool add_file(struct flyway_loading *l, struct str directory, struct str unit)
{
    struct flyway_file file = {.unit = unit};

    if (!flyway_name_parse(l->arena, &l->settings->naming, unit, &file.name))
        return true;
    if (l->files.count + l->undos.count >= MIGRATIONS_MAX)
        return err_set(l->e, ERR_LIMIT, "more than %u migrations", MIGRATIONS_MAX);
    file.path = path_below(l->arena, directory, unit);
    if (file.name.bad) {
        broken(l,
               str_printf(l->arena, "Flyway refuses to work with " STR_FMT ": %s",
                          STR_ARG(file.path), file.name.bad),
               "rename the file");
        return true;
    }
    if (file.name.kind != FLYWAY_REPEATABLE)
        (void)flyway_version_canonical(l->arena, file.name.version, &file.canonical);
    if (file.name.kind == FLYWAY_UNDO)
        VEC_PUSH(l->arena, &l->undos, file);
    else
        VEC_PUSH(l->arena, &l->files, file);
    return true;
}

static bool read_directory(struct flyway_loading *l, struct str directory, size_t depth)
{
    struct tree_entries entries;
    bool exists;

    if (!tree_list(l->tree, l->arena, directory, &entries, &exists, l->e))
        return false;
    for (size_t i = 0; i < entries.count; i++) {
        const struct tree_entry *entry = &entries.items[i];
        struct str below;
        if (entry->kind == TREE_DIRECTORY && depth >= RECURSION_MAX) {
            history_nested_too_deep(l->arena, l->history, directory, RECURSION_MAX);
        } else if (entry->kind == TREE_DIRECTORY) {
            if (tree_path_join(l->arena, directory, entry->name, &below) &&
                !read_directory(l, below, depth + 1))
                return false;
        } else if (!add_file(l, directory, entry->name)) {
            return false;
        }
    }
    return true;
}

static int compare_files(const void *a, const void *b)
{
    const struct flyway_file *left = a, *right = b;
    bool last_left = left->name.kind == FLYWAY_REPEATABLE;
    bool last_right = right->name.kind == FLYWAY_REPEATABLE;
    int order;

    if (last_left != last_right)
        return last_left ? 1 : -1;
    order = last_left ? str_compare(left->name.description, right->name.description)
                      : flyway_version_compare(left->canonical, right->canonical);
    if (!order && left->name.kind != right->name.kind)
        order = left->name.kind < right->name.kind ? -1 : 1;
    return order ? order : str_compare(left->path, right->path);
}

/* --- Repeatable migrations run again once their text changes: its checksum is needed for the plan. --- */

static struct str with_placeholders(struct flyway_loading *l, struct arena *scratch,
                                    struct str text, bool *ret_complete)
{
    const struct jvm_setting_list *all = &l->settings->found.items;
    struct buf out = buf_new(scratch, FILE_BYTES_MAX);

    *ret_complete = true;
    while (text.length) {
        size_t at = str_find(text, STR("${"));
        buf_add(&out, str_prefix(text, at));
        if (at == SIZE_MAX)
            break;
        struct str inner = str_from_offset(text, at + 2);
        size_t end = str_find_byte(inner, '}');
        struct str key = str_printf(scratch, "placeholders." STR_FMT,
                                    STR_ARG(end == SIZE_MAX ? STR("") : str_prefix(inner, end)));
        const struct jvm_setting *setting = NULL;
        for (size_t i = 0; i < all->count && !setting; i++)
            if (str_eq_nocase(all->items[i].key, key))
                setting = &all->items[i];
        if (!setting) {
            *ret_complete = false;
            break;
        }
        buf_add(&out, setting->value);
        text = str_from_offset(inner, end + 1);
    }
    return buf_str(&out);
}

static void hash_repeatable(struct flyway_loading *l, struct arena *scratch,
                            struct migration *migration, struct flyway_own *own)
{
    struct err bad = ERR_NONE;
    struct str text;
    bool complete;

    if (own->source)
        return;
    own->uncertain = true;
    if (!tree_read(l->tree, scratch, migration->file, FILE_BYTES_MAX, &text, &bad)) {
        history_not_read(l->arena, l->history, &bad);
        return;
    }
    if (checksum_is_of_lfs(text)) {
        history_problem_add(l->arena, l->history, REASON_INDETERMINATE_HISTORY,
                            str_printf(l->arena,
                                       "the text of " STR_FMT
                                       " is kept by Git LFS and is not here: whether it changed "
                                       "since it ran is not known",
                                       STR_ARG(migration->file)),
                            STR("git lfs pull"));
        return;
    }
    own->uncertain = false;
    migration->checksum = str_printf(l->arena, "%d", (int)checksum_crc32_lines(text, false));
    if (!l->settings->replaces_placeholders || !str_contains(text, STR("${")))
        return;
    struct str substituted = with_placeholders(l, scratch, text, &complete);
    own->uncertain = !complete;
    if (complete)
        own->substituted =
            str_printf(l->arena, "%d", (int)checksum_crc32_lines(substituted, false));
}

/* --- The history. --- */

static struct str id_of(struct arena *arena, const struct flyway_name *name)
{
    char *words;

    if (name->kind == FLYWAY_VERSIONED)
        return name->version;
    if (name->kind == FLYWAY_BASELINE)
        return str_printf(arena, "B" STR_FMT, STR_ARG(name->version));
    struct str made = str_printf(arena, "R__" STR_FMT, STR_ARG(name->description));
    words = str_c(arena, made);
    for (size_t i = 0; i < made.length; i++)
        if (words[i] == ' ')
            words[i] = '_';
    return str_of(words, made.length);
}

static bool is_double(const struct flyway_file *file, const struct flyway_file *before)
{
    return file->name.kind == before->name.kind &&
           (file->name.kind == FLYWAY_REPEATABLE
                ? str_eq(file->name.description, before->name.description)
                : flyway_version_compare(file->canonical, before->canonical) == 0);
}

static void add_migrations(struct flyway_loading *l)
{
    ARENA(scratch, SCRATCH_BUDGET);
    const struct flyway_file *before = NULL;

    for (size_t i = 0; i < l->files.count; i++) {
        const struct flyway_file *file = &l->files.items[i];
        struct flyway_own *own = ARENA_NEW(l->arena, struct flyway_own);
        if (before && is_double(file, before)) {
            broken(l,
                   str_printf(l->arena,
                              "Flyway refuses to work: two migrations with the %s " STR_FMT
                              ": " STR_FMT " and " STR_FMT,
                              file->name.kind == FLYWAY_REPEATABLE ? "description" : "version",
                              STR_ARG(file->name.kind == FLYWAY_REPEATABLE ? file->name.description
                                                                           : file->name.version),
                              STR_ARG(before->path), STR_ARG(file->path)),
                   "give one of them another version");
            continue;
        }
        before = file;
        *own = (struct flyway_own){
            .kind = file->name.kind, .canonical = file->canonical, .source = file->name.source};
        struct migration made = {.id = id_of(l->arena, &file->name),
                                 .file = file->path,
                                 .unit = file->unit,
                                 .title = file->name.description,
                                 .name = file->name.description,
                                 .line = 1,
                                 .runs_again = own->kind == FLYWAY_REPEATABLE,
                                 .own = own};
        if (own->kind == FLYWAY_REPEATABLE) {
            hash_repeatable(l, &scratch, &made, own);
            arena_release(&scratch);
        }
        VEC_PUSH(l->arena, &l->history->migrations, made);
    }
}

static void join_undos(struct flyway_loading *l)
{
    struct migrations *all = &l->history->migrations;
    struct id_map map = id_map_new(l->arena, all->count + 1);
    size_t index;

    for (size_t i = 0; i < all->count; i++) {
        const struct flyway_own *own = all->items[i].own;
        if (own->kind == FLYWAY_VERSIONED)
            (void)id_map_add(&map, own->canonical, i, &index);
    }
    for (size_t i = 0; i < l->undos.count; i++)
        if (id_map_get(&map, l->undos.items[i].canonical, &index))
            all->items[index].down_file = l->undos.items[i].path;
}

static void finish(struct flyway_loading *l)
{
    struct history *history = l->history;
    const struct jvm_settings *found = &l->settings->found;
    const char *command = found->own_file ? "flyway migrate"
                          : found->maven  ? "mvn flyway:migrate"
                          : found->gradle ? "./gradlew flywayMigrate"
                                          : "flyway migrate";

    for (size_t i = history->migrations.count; i-- > 0 && !history->heads.count;) {
        const struct flyway_own *own = history->migrations.items[i].own;
        if (own->kind == FLYWAY_VERSIONED)
            VEC_PUSH(l->arena, &history->heads, history->migrations.items[i].id);
    }
    history->real_heads = history->heads;
    history->upgrade_command = shell_command_in(l->arena, l->set->root, str_from(command));
    if (found->spring && !found->own_file)
        assume(l, found->profile ? STR("the profile of production was assumed")
                                 : STR("profiles were not applied"));
}

bool flyway_load(struct arena *arena, struct tree *tree, const struct config_migrations *set,
                 struct history *history, struct err *e)
{
    struct flyway_loading l = {.arena = arena,
                               .tree = tree,
                               .set = set,
                               .history = history,
                               .settings = ARENA_NEW(arena, struct flyway_settings),
                               .e = e};

    history->own = l.settings;
    read_settings(&l);
    find_locations(&l);
    for (size_t i = 0; i < history->versions.count; i++)
        if (!read_directory(&l, history->versions.items[i], 0))
            return false;
    if (l.files.count)
        qsort(l.files.items, l.files.count, sizeof l.files.items[0], compare_files);
    add_migrations(&l);
    join_undos(&l);
    finish(&l);
    return true;
}

const struct tracker_code flyway_tracker = {
    .name = "flyway", .load = flyway_load, .plan = flyway_plan, .verify = flyway_verify};
