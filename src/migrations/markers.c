#include "migrations/markers.h"

#include "base/file.h"

#define MARKER_READ_MAX ((size_t)16 << 10)
#define FORM_STEPS_MAX 10000u

/* What stands behind the last '*' or '#' must end the name: most names end otherwise. Not past a digit, which '#' would have taken. */
static bool ends_match(struct str *form, struct str *name)
{
    while (form->length) {
        char last = form->bytes[form->length - 1];
        if (last == '*' || last == '#' || byte_is_digit(last))
            return true;
        if (!name->length || name->bytes[name->length - 1] != last)
            return false;
        form->length--;
        name->length--;
    }
    return !name->length;
}

/* Matched with one point to return to: the last '*' (and '#' takes all the digits it can). */
bool form_matches(struct str form, struct str name)
{
    size_t at = 0, star_at = 0, next = 0, star = SIZE_MAX;
    char first = form.length ? form.bytes[0] : '*';

    if (first != '*' &&
        (!name.length || (first == '#' ? !byte_is_digit(name.bytes[0]) : name.bytes[0] != first)))
        return false;
    if (!ends_match(&form, &name))
        return false;
    if (form.length == 1 && first == '*')
        return true;
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

/* A file of this form, in a directory of this name, holding this text: the packs, which come first, found it wanting. */
struct marker {
    const char *tracker, *file, *directory, *text;
};

static const struct marker markers[] = {
    {"Drizzle", "_journal.json", "meta", "\"entries\""},
    {"Django", "0001_*.py", "migrations", "django.db"},
    {"EF Core", "#_*.cs", "Migrations", "EntityFrameworkCore.Migrations"},
};

static bool file_holds(struct tree *tree, struct arena *arena, struct str path, const char *text,
                       struct strs *unreadable)
{
    struct err bad = ERR_NONE;
    struct str bytes;
    bool whole;

    if (tree_read_start(tree, arena, path, MARKER_READ_MAX, &bytes, &whole, &bad))
        return str_contains(bytes, str_from(text));
    if (bad.kind != ERR_NOT_FOUND)
        strs_add(arena, unreadable, str_copy(arena, str_from(bad.message)));
    return false;
}

const char *marker_find(struct tree *tree, struct arena *arena, struct str directory,
                        const struct tree_entries *entries, struct strs *unreadable)
{
    for (size_t i = 0; i < COUNT_OF(markers); i++) {
        const struct marker *marker = &markers[i];
        if (!str_eq(path_base_name(directory), str_from(marker->directory)))
            continue;
        for (size_t j = 0; j < entries->count; j++)
            if (entries->items[j].kind == TREE_FILE &&
                form_matches(str_from(marker->file), entries->items[j].name)) {
                if (file_holds(tree, arena, path_below(arena, directory, entries->items[j].name),
                               marker->text, unreadable))
                    return marker->tracker;
                break; /* the first of each form is enough to tell */
            }
    }
    return NULL;
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
