#include "migrations/markers.h"

#include "base/file.h"
#include "migrations/tracker.h"

#define MARKER_READ_MAX ((size_t)16 << 10)
#define FORM_STEPS_MAX 10000u

/* Matched with one point to return to: the last '*' (and '#' takes all the digits it can). */
bool form_matches(struct str form, struct str name)
{
    size_t at = 0, star_at = 0, next = 0, star = SIZE_MAX;
    char first = form.length ? form.bytes[0] : '*';
    char last = form.length ? form.bytes[form.length - 1] : '*';

    /* Most names begin or end otherwise. */
    if (first != '*' &&
        (!name.length || (first == '#' ? !byte_is_digit(name.bytes[0]) : name.bytes[0] != first)))
        return false;
    if (last != '*' && last != '#' && (!name.length || name.bytes[name.length - 1] != last))
        return false;
    for (size_t step = 0; step < FORM_STEPS_MAX; step++) {
        char wanted = next < form.length ? form.bytes[next] : '\0';
        if (wanted == '*') {
            star = next++;
            star_at = at;
            continue;
        }
        if (next == form.length && at == name.length)
            return true;
        bool digit = at < name.length && name.bytes[at] >= '0' && name.bytes[at] <= '9';
        if (wanted == '#' && digit) {
            while (at < name.length && name.bytes[at] >= '0' && name.bytes[at] <= '9')
                at++;
            next++;
            continue;
        }
        if (next < form.length && wanted != '#' && at < name.length && wanted == name.bytes[at]) {
            next++;
            at++;
            continue;
        }
        if (star == SIZE_MAX || star_at >= name.length)
            return false;
        next = star + 1;
        at = ++star_at;
    }
    return false;
}

/* A file of this form, in a directory of this name (NULL: of any), holding this text: the packs, which come first, found it wanting. */
struct marker {
    const char *tracker, *file, *directory, *text;
};

static const struct marker markers[] = {
    {"Drizzle", "_journal.json", "meta", "\"entries\""},
    {"Django", "0001_*.py", "migrations", "django.db"},
    {"EF Core", "#_*.cs", "Migrations", "EntityFrameworkCore.Migrations"},
    {"knex-migrator", "MigratorConfig.js", NULL, "migrationPath"},
    {"Gel", "#*.edgeql", "migrations", "CREATE MIGRATION"},
    {MARKER_KYSELY, "*migrat*.ts", NULL, "async getMigrations("},
    {MARKER_KYSELY, "*migrat*.js", NULL, "async getMigrations("},
};

/* Scripts of tools that no pack knows, and of runners of one's own: numbered, with a function up that speaks of a database. State that a client keeps
 * is migrated by such files too, and documents: neither has tables. */
static const char *const script_forms[] = {"#*.ts",  "#*.js",  "#*.mts",
                                           "#*.mjs", "#*.cts", "#*.cjs"};
static const char *const script_directories[] = {"migrations", "migration"};

#define UP_TEXT                                                                                    \
    "(?:\\bexports\\.up\\s*=|\\bexport\\s+(?:async\\s+)?(?:function\\*?|const|let|var)\\s+up\\b|"  \
    "\\bfunction\\s+up\\s*\\(|^[\\w\\s]*\\bup\\s*\\(|\\bup\\s*:\\s*(?:async\\b|function\\b|\\())"
#define OF_DATABASE                                                                                \
    "(?i:\\b(?:create|alter|drop)\\s+(?:table|index|view|type|schema|extension)\\b|\\binsert\\s+"  \
    "into\\b|"                                                                                     \
    "\\b(?:create|alter|drop|change)_?table\\b|\\.(?:query|schema|raw|execute)\\b|\\bsql`)"

static bool read_start(struct tree *tree, struct arena *arena, struct str path,
                       struct strs *unreadable, struct str *ret_bytes)
{
    struct err bad = ERR_NONE;
    bool whole;

    if (tree_read_start(tree, arena, path, MARKER_READ_MAX, ret_bytes, &whole, &bad))
        return true;
    if (bad.kind != ERR_NOT_FOUND)
        strs_add(arena, unreadable, str_copy(arena, str_from(bad.message)));
    return false;
}

static bool file_holds(struct tree *tree, struct arena *arena, struct str path, const char *text,
                       struct strs *unreadable)
{
    struct str bytes;

    return read_start(tree, arena, path, unreadable, &bytes) && str_contains(bytes, str_from(text));
}

static bool is_script(struct str name)
{
    if (str_ends(name, STR(".d.ts")) || str_ends(name, STR(".d.mts")) ||
        str_ends(name, STR(".d.cts")))
        return false;
    for (size_t i = 0; i < COUNT_OF(script_forms); i++)
        if (form_matches(str_from(script_forms[i]), name))
            return true;
    return false;
}

/* The first and the last are looked at. */
static bool scripts_lie_in(struct tree *tree, struct arena *arena, struct str directory,
                           const struct tree_entries *entries, struct strs *unreadable)
{
    const struct tree_entry *samples[2] = {NULL};
    bool named = false;

    for (size_t i = 0; i < COUNT_OF(script_directories); i++)
        named = named || str_eq(path_base_name(directory), str_from(script_directories[i]));
    for (size_t i = 0; i < entries->count && named; i++)
        if (entries->items[i].kind == TREE_FILE && is_script(entries->items[i].name))
            samples[samples[0] != NULL] = &entries->items[i];
    for (size_t i = 0; i < COUNT_OF(samples) && samples[i]; i++) {
        struct err ignored = ERR_NONE;
        struct str bytes;
        if (read_start(tree, arena, path_below(arena, directory, samples[i]->name), unreadable,
                       &bytes) &&
            tracker_regex_matches(STR("(?m)" UP_TEXT), bytes, NULL, 0, &ignored) &&
            tracker_regex_matches(STR(OF_DATABASE), bytes, NULL, 0, &ignored))
            return true;
    }
    return false;
}

const char *marker_find(struct tree *tree, struct arena *arena, struct str directory,
                        const struct tree_entries *entries, struct strs *unreadable)
{
    for (size_t i = 0; i < COUNT_OF(markers); i++) {
        const struct marker *marker = &markers[i];
        if (marker->directory && !str_eq(path_base_name(directory), str_from(marker->directory)))
            continue;
        for (size_t j = 0; j < entries->count; j++)
            if (entries->items[j].kind == TREE_FILE &&
                form_matches(str_from(marker->file), entries->items[j].name)) {
                if (file_holds(tree, arena, path_below(arena, directory, entries->items[j].name),
                               marker->text, unreadable))
                    return marker->tracker;
                if (marker->directory)
                    break; /* the first of each form is enough to tell */
            }
    }
    return scripts_lie_in(tree, arena, directory, entries, unreadable) ? "JavaScript" : NULL;
}

const char *marker_in_sql(struct str text)
{
    static const struct {
        const char *text, *tracker;
    } annotations[] = {
        {"--> statement-breakpoint", "Drizzle"},
        {"-- Up Migration", "node-pg-migrate"},
    };

    for (size_t i = 0; i < COUNT_OF(annotations); i++)
        if (str_contains(text, str_from(annotations[i].text)))
            return annotations[i].tracker;
    return NULL;
}
