/* settings_choose.c -- which of the values that a tool's files name count: production's, and those beside the directory that is asked for. */
#include "base/file.h"
#include "migrations/commands.h"
#include "migrations/environments.h"
#include "migrations/settings.h"

#define RANK_OWN 5u

/* "production.animals": animals. The keys of a merge ("<<") and of an environment alone name none. */
static struct str database_of(struct str around)
{
    struct str last = STR("");

    while (around.length) {
        struct str part = str_cut(&around, '.');
        if (!str_eq(part, STR("<<")))
            last = part;
    }
    return environment_of(last) == OF_ALL ? last : STR("");
}

/* The database whose own the directory is, empty: the application's. In Rails' file an outermost key that is no environment ("default", "animals_default")
 * holds what others merge: those say whose it is. */
static struct str own_database_of(const struct asking *a, struct str directory)
{
    struct str best = STR("");
    bool production = false;

    for (size_t i = 0; i < a->said.count && !production; i++) {
        const struct said *said = &a->said.items[i];
        struct str around = said->value.around, name = database_of(around);
        if (!said->setting->own_database || !str_eq(said->directory, directory) ||
            str_find_byte(around, '.') == SIZE_MAX || !name.length)
            continue;
        best = str_eq(name, STR("primary")) ? STR("") : name;
        production = environment_of(around) == OF_PRODUCTION;
    }
    return best;
}

static void say_source(struct asking *a, const struct said *said)
{
    struct str text = settings_sets_directory(said->setting) && said->value.rooted
                          ? said->directory
                          : said->value.text;
    struct str unless =
        said->value.assumed.length
            ? str_printf(a->arena, ", where " STR_FMT " is not set", STR_ARG(said->value.assumed))
            : STR("");

    struct str with = said->value.from.length
                          ? str_printf(a->arena, " with " STR_FMT, STR_ARG(said->value.from))
                          : STR("");

    strs_add(a->arena, &a->places->sources,
             str_printf(a->arena, "the %s \"" STR_FMT "\" is from " STR_FMT STR_FMT STR_FMT,
                        said->setting->sets.length ? said->setting->sets.bytes : "directory",
                        STR_ARG(text), STR_ARG(said->value.file), STR_ARG(with), STR_ARG(unless)));
}

static bool has_production(const struct asking *a)
{
    for (size_t i = 0; i < a->said.count; i++)
        if (environment_of(a->said.items[i].value.around) == OF_PRODUCTION)
            return true;
    return false;
}

static void choose_directories(struct asking *a)
{
    bool production = has_production(a);

    for (size_t i = 0; i < a->said.count; i++) {
        const struct said *said = &a->said.items[i];
        if (!settings_sets_directory(said->setting))
            continue;
        if (said->of_others || (production && environment_of(said->value.around) == OF_ANOTHER)) {
            strs_add(a->arena, &a->places->elsewhere, said->directory);
            continue;
        }
        a->places->besides = a->places->besides || said->setting->own_database;
        if (!strs_have(&a->places->directories, said->directory)) {
            VEC_PUSH(a->arena, &a->places->directories, said->directory);
            VEC_PUSH(a->arena, &a->places->files, said->value.file);
            VEC_PUSH(a->arena, &a->places->databases,
                     said->setting->own_database ? own_database_of(a, said->directory) : STR(""));
            VEC_PUSH(a->arena, &a->places->named,
                     str_printf(a->arena, STR_FMT ":" STR_FMT, STR_ARG(said->value.file),
                                STR_ARG(said->value.around)));
        }
        /* Which of them a set has is said with the set. */
        if (!said->setting->own_database)
            say_source(a, said);
        if (said->setting->required && !settings_is_directory(a, said->directory)) {
            a->places->unplaced_by = said->value.file;
            a->places->unplaced =
                str_printf(a->arena, STR_FMT " names the directory " STR_FMT ", which is not there",
                           STR_ARG(said->value.file), STR_ARG(said->directory));
        }
    }
    if (a->cut)
        a->places->unplaced = str_printf(a->arena,
                                         "the directories of the migrations below \"" STR_FMT
                                         "\" are more than are looked at",
                                         STR_ARG(a->root));
    if (!a->places->directories.count && a->computed.length)
        a->places->unplaced = str_printf(
            a->arena, "the directory of the migrations that " STR_FMT " computes is not known",
            STR_ARG(a->computed));
}

static bool is_of_one_object(const struct said *a, const struct said *b)
{
    return str_eq(a->value.file, b->value.file) && str_eq(a->value.around, b->value.around);
}

/* What another run of the application's reads has a file of its own, and nothing of the application's. */
static bool is_of_another_run(const struct asking *a, const struct said *said)
{
    const struct tracker_registrations *all = &a->tracker->modules.registered;
    struct str own = STR_NONE;

    for (size_t i = 0; i < a->said.count && !own.length && a->wanted.bytes; i++)
        if (str_eq(a->said.items[i].setting->sets, STR("beside")) &&
            str_eq(a->said.items[i].directory, a->wanted))
            own = a->said.items[i].value.file;
    for (size_t i = 0; i < all->count && own.length; i++)
        if (all->items[i].own)
            return !str_eq(said->value.file, own);
    return false;
}

/* Two data sources, or two commands, each with its directory: the table of one is not the other's. */
static bool is_of_another_directory(const struct asking *a, const struct said *said)
{
    bool named = command_is_in(said->value.file), own = false;

    if (is_of_another_run(a, said))
        return true;

    for (size_t i = 0; i < a->said.count && a->wanted.bytes; i++) {
        const struct said *other = &a->said.items[i];
        if (!settings_names_directory(other->setting))
            continue;
        bool wanted = str_eq(other->directory, a->wanted), same = is_of_one_object(other, said);
        if (wanted && same)
            return false;
        named = named || wanted || (same && !settings_sets_directory(other->setting));
        own = own || same;
    }
    return own && named;
}

/* How near is what is said to the directory that is asked for? Its own object, a file beside it, production's, nobody's in particular, another environment's. */
static unsigned rank_of(const struct asking *a, const struct said *said, bool production)
{
    if (said->of_others)
        return 0;
    for (size_t i = 0; i < a->said.count && a->wanted.bytes; i++) {
        const struct said *other = &a->said.items[i];
        if (settings_names_directory(other->setting) && str_eq(other->directory, a->wanted) &&
            is_of_one_object(other, said) &&
            !(production && environment_of(said->value.around) == OF_ANOTHER))
            return RANK_OWN;
    }
    if (is_of_another_directory(a, said))
        return 0;
    if (said->near && !(production && environment_of(said->value.around) == OF_ANOTHER))
        return 4;
    switch (environment_of(said->value.around)) {
    case OF_PRODUCTION:
        return 3;
    case OF_ALL:
        return 2;
    case OF_ANOTHER:
        break;
    }
    return production ? 0 : 1;
}

static struct str choose(struct asking *a, const char *sets)
{
    const struct said *best = NULL, *rival = NULL;
    bool production = has_production(a);
    unsigned rank = 0;

    for (size_t i = 0; i < a->said.count; i++) {
        const struct said *said = &a->said.items[i];
        unsigned own = rank_of(a, said, production);
        if (!str_eq(said->setting->sets, str_from(sets)) || !own || own < rank)
            continue;
        if (own > rank) {
            best = said;
            rival = NULL;
        } else if (said->value.line && best->value.line &&
                   !str_eq(said->value.text, best->value.text)) {
            rival = said;
        }
        rank = own;
    }
    if (!best)
        return STR_NONE;
    if (rival && a->wanted.bytes)
        a->places->unclear = str_printf(
            a->arena,
            STR_FMT " and " STR_FMT " name different ones, the %s " STR_FMT " and " STR_FMT,
            STR_ARG(best->value.file), STR_ARG(rival->value.file), sets, STR_ARG(best->value.text),
            STR_ARG(rival->value.text));
    /* A schema that a variable moves may be another for each tenant: all of them are asked. */
    if (best->value.assumed.length && str_eq(str_from(sets), STR("schema")))
        return STR_NONE;
    say_source(a, best);
    return best->value.text;
}

/* Is this the schema of the connection that the migrations have? Not that of tests, nor of a second database. */
static bool is_of_connection(const struct asking *a, const struct said *said)
{
    struct str database = database_of(said->value.around);

    if (environment_of(said->value.around) == OF_ANOTHER)
        return false;
    return !database.length || str_eq(database, STR("primary")) ||
           rank_of(a, said, has_production(a)) == RANK_OWN;
}

static void add_schemas(struct asking *a, struct str text, struct strs *path)
{
    while (text.length) {
        struct str schema = str_trim_bytes(str_trim(str_cut(&text, ',')), "\"'");
        if (schema.length)
            VEC_PUSH(a->arena, path, schema);
    }
}

static bool is_same_path(const struct strs *a, const struct strs *b)
{
    bool same = a->count == b->count;

    for (size_t i = 0; i < a->count && same; i++)
        same = str_eq(a->items[i], b->items[i]);
    return same;
}

/* The one schema that all connections have, or the search path of several, of which the first with the table counts. A variable leads to any schema,
 * and public alone is as often beside tenants: then all schemas are asked. */
static struct str choose_search_path(struct asking *a)
{
    const struct said *only = NULL;
    struct strs path = {0};

    for (size_t i = 0; i < a->said.count; i++) {
        const struct said *said = &a->said.items[i];
        struct strs own = {0};
        if (!str_eq(said->setting->sets, STR("search_path")) || !is_of_connection(a, said))
            continue;
        if (said->value.assumed.length || str_find_byte(said->value.text, '$') != SIZE_MAX)
            return STR_NONE;
        add_schemas(a, said->value.text, only && is_of_one_object(only, said) ? &path : &own);
        if (only && own.count && !is_same_path(&path, &own))
            return STR_NONE;
        if (!only)
            path = own;
        only = only ? only : said;
    }
    if (!path.count || (path.count == 1 && str_eq(path.items[0], STR("public"))))
        return STR_NONE;
    say_source(a, only);
    if (path.count == 1)
        return path.items[0];
    a->places->search_path = path;
    return STR_NONE;
}

static void choose_endings(struct asking *a)
{
    bool production = has_production(a);

    for (size_t i = 0; i < a->said.count; i++)
        if (str_eq(a->said.items[i].setting->sets, STR("ending")) &&
            rank_of(a, &a->said.items[i], production))
            strs_add(a->arena, &a->places->endings, a->said.items[i].value.text);
}

/* A regular expression in a program or in JSON is written with its backslashes doubled, which a key's value has no more. */
static struct str without_escapes(struct asking *a, const struct said *said)
{
    struct str text = said->value.text, made = STR("");

    if (said->setting->key.length ||
        (command_is_in(said->value.file) && !str_ends(said->value.file, STR(".json"))))
        return text;
    for (size_t at; (at = str_find(text, STR("\\\\"))) != SIZE_MAX;
         text = str_from_offset(text, at + 2))
        made = str_printf(a->arena, STR_FMT STR_FMT "\\", STR_ARG(made),
                          STR_ARG(str_prefix(text, at)));
    return str_printf(a->arena, STR_FMT STR_FMT, STR_ARG(made), STR_ARG(text));
}

static void choose_ignored(struct asking *a)
{
    bool production = has_production(a);

    for (size_t i = 0; i < a->said.count; i++) {
        const struct said *said = &a->said.items[i];
        if (!str_eq(said->setting->sets, STR("ignored")) || !rank_of(a, said, production))
            continue;
        strs_add(a->arena, &a->places->ignored, without_escapes(a, said));
        say_source(a, said);
    }
}

/* What all say that name the directory's owner, else what all say: where two differ, nothing is known. */
static void choose_dbms(struct asking *a)
{
    const struct said *only = NULL;
    bool differ = false;

    for (size_t i = 0; i < a->said.count; i++) {
        const struct said *said = &a->said.items[i];
        if (!str_eq(said->setting->sets, STR("dbms")) || said->of_others ||
            (only && only->own && !said->own))
            continue;
        if (!only || (said->own && !only->own)) {
            only = said;
            differ = false;
        } else if (!str_eq(said->value.text, only->value.text)) {
            differ = true;
        }
    }
    if (!only || differ)
        return;
    a->places->dbms = only->value.text;
    a->places->dbms_from = only->value.file;
}

/* Of an .env the last counts. */
static void choose_database(struct asking *a)
{
    for (size_t i = 0; i < a->said.count; i++)
        if (str_eq(a->said.items[i].setting->sets, STR("database")) &&
            !a->said.items[i].of_others) {
            a->places->database = a->said.items[i].value.text;
            a->places->database_from = a->said.items[i].value.file;
        }
}

/* A setting that is on for production, or for everybody. */
static bool choose_flag(struct asking *a, const char *sets, const char *meaning)
{
    bool production = has_production(a);

    for (size_t i = 0; i < a->said.count; i++) {
        const struct said *said = &a->said.items[i];
        if (!str_eq(said->setting->sets, str_from(sets)) || !rank_of(a, said, production) ||
            str_eq(said->value.text, STR("false")))
            continue;
        strs_add(a->arena, &a->places->sources,
                 str_printf(a->arena, "that migrations %s is from " STR_FMT, meaning,
                            STR_ARG(said->value.file)));
        return true;
    }
    return false;
}

/* With what the tool puts before and behind the name of every table. */
static struct str named_table(struct asking *a, struct str table)
{
    struct str prefix = choose(a, "prefix"), suffix = choose(a, "suffix");

    if (!prefix.length && !suffix.length)
        return table;
    return str_printf(a->arena, STR_FMT STR_FMT STR_FMT, STR_ARG(prefix),
                      STR_ARG(table.length ? table : a->tracker->table.name), STR_ARG(suffix));
}

void settings_choose(struct asking *a)
{
    choose_directories(a);
    choose_endings(a);
    choose_ignored(a);
    a->places->table = named_table(a, choose(a, "table"));
    if (!a->places->table.length && !a->places->unclear.length && a->computed_table.length)
        a->places->unclear =
            str_printf(a->arena, "the tracking table that " STR_FMT " computes is not known",
                       STR_ARG(a->computed_table));
    a->places->schema = choose(a, "schema");
    if (!a->places->schema.length)
        a->places->schema = choose_search_path(a);
    a->places->parameter = choose(a, "parameter");
    a->places->column = choose(a, "column");
    choose_dbms(a);
    choose_database(a);
    a->places->unchecked = choose_flag(a, "unchecked", "may come in any order");
    a->places->unordered =
        a->places->unchecked || choose_flag(a, "unordered", "may come in any order");
    a->places->ordered = choose_flag(a, "ordered", "must come in order");
    a->places->edits = choose_flag(a, "edits", "may be edited");
    /* "schema.table" is one value to many tools. */
    size_t dot = str_find_byte(a->places->table, '.');
    if (!a->tracker->table.dotted && dot != SIZE_MAX && !a->places->schema.length) {
        a->places->schema = str_trim_bytes(str_prefix(a->places->table, dot), "\"");
        a->places->table = str_trim_bytes(str_from_offset(a->places->table, dot + 1), "\"");
    }
}
