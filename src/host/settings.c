#include "host/settings.h"

#include <string.h>

#include "host/settings_text.h"

#define BOM "\xEF\xBB\xBF"

struct parsed {
    struct arena *arena;
    const struct settings_file *file;
    struct str text;
    struct str clean;
    cJSON *document;
};

static void release_parsed(struct parsed *parsed)
{
    json_release(&parsed->document);
}

static bool parse(struct parsed *parsed, struct str text, struct err *e)
{
    const struct settings_file *file = parsed->file;
    enum json_flags flags = file->comments ? JSON_COMMENTS : JSON_STRICT;

    if (str_is_empty(str_trim(str_starts(text, STR(BOM)) ? str_from_offset(text, 3) : text)))
        return err_set(e, ERR_INPUT, "%s is empty: its client reads no settings from it",
                       file->name) ||
               err_hint(e, "remove it, or write {} into it");
    if (!json_parse(parsed->arena, text, flags, file->name, &parsed->document, e))
        return err_hint(e, "mend the file first: its client ignores it as it is");
    if (!json_is_object(parsed->document))
        return err_set(e, ERR_INPUT, "%s: the document is not an object", file->name) ||
               err_hint(e, "write it as {…}, or move the file away");
    parsed->text = parsed->clean = text;
    return !file->comments ||
           json_blank_comments(parsed->arena, text, file->name, &parsed->clean, e);
}

static size_t key_count(const struct settings_file *file)
{
    size_t count = 0;

    while (count < SETTINGS_PATH_MAX && file->keys[count])
        count++;
    return count;
}

/* As far as the way leads: *ret_depth keys were found, *ret_place is the value of the last one. */
static bool walk(const struct parsed *parsed, struct json_place *ret_place, size_t *ret_depth,
                 struct err *e)
{
    struct json_place place = json_place_of(parsed->clean, parsed->document), next;
    size_t count = key_count(parsed->file), depth = 0;

    while (depth < count && json_place_member(parsed->arena, parsed->clean, place,
                                              parsed->file->keys[depth], &next)) {
        place = next;
        depth++;
        if (depth < count ? !json_is_object(place.item) : !json_is_array(place.item))
            return err_set(e, ERR_INPUT, "%s: \"%s\" is not an %s", parsed->file->name,
                           parsed->file->keys[depth - 1], depth < count ? "object" : "array") ||
                   err_hint(e, "mend it: its client reads %s there",
                            depth < count ? "an object of events" : "an array of entries");
    }
    *ret_place = place;
    *ret_depth = depth;
    return true;
}

static bool parse_entries(struct arena *arena, const struct strs *entries, cJSON *ret_array,
                          struct err *e)
{
    for (size_t i = 0; i < entries->count; i++) {
        cJSON *entry = NULL;
        if (!json_parse(arena, entries->items[i], JSON_STRICT, "entry", &entry, e))
            return false;
        cJSON_AddItemToArray(ret_array, entry);
    }
    return true;
}

static bool holds(const cJSON *array, const cJSON *entry)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, array) if (cJSON_Compare(item, entry, true)) return true;
    return false;
}

/* The value for the key at `depth`: objects inside each other around the array of entries. Takes the entries over. */
static cJSON *wrap(const struct settings_file *file, size_t depth, cJSON *array)
{
    cJSON *value = array;

    for (size_t i = key_count(file) - 1; i > depth; i--) {
        cJSON *object = cJSON_CreateObject();
        cJSON_AddItemToObject(object, file->keys[i], value);
        value = object;
    }
    return value;
}

/* Nothing else may have changed: without what was inserted it is the old document, and the entries are where they belong. */
static bool check_added(const struct parsed *before, struct str text, const cJSON *entries,
                        struct err *e)
{
    CLEANUP_WITH(release_parsed)
    struct parsed after = {.arena = before->arena, .file = before->file};
    struct json_place place = {0};
    size_t depth = 0;

    if (!parse(&after, text, e) || !walk(&after, &place, &depth, e))
        return false;
    const cJSON *entry;
    cJSON_ArrayForEach(
        entry,
        entries) if (depth < key_count(before->file) ||
                     !holds(place.item,
                            entry)) return err_set(e, ERR_INTERNAL,
                                                   "%s: the edited text does not hold the entry",
                                                   before->file->name);
    cJSON *old = before->document, *new = after.document;
    const cJSON *child;
    cJSON_ArrayForEach(child, old)
    {
        const cJSON *same = json_get(new, child->string);
        bool ours = strcmp(child->string, before->file->keys[0]) == 0;
        if (!same || (!ours && !cJSON_Compare(child, same, true)))
            return err_set(e, ERR_INTERNAL, "%s: the edit would change \"%s\"", before->file->name,
                           child->string);
    }
    return true;
}

bool settings_add(struct arena *arena, const struct settings_file *file, const struct strs *entries,
                  struct str *ret_text, struct str *ret_inserted, size_t *ret_created,
                  struct err *e)
{
    CLEANUP_WITH(release_parsed) struct parsed parsed = {.arena = arena, .file = file};
    CLEANUP_WITH(json_release) cJSON *wanted = cJSON_CreateArray();
    CLEANUP_WITH(json_release) cJSON *value = NULL;
    struct json_place place = {0};
    size_t depth = 0, missing = 0;

    *ret_inserted = STR("");
    *ret_created = 0;
    *ret_text = file->text;
    if (!parse(&parsed, file->text, e) || !walk(&parsed, &place, &depth, e) ||
        !parse_entries(arena, entries, wanted, e))
        return false;
    struct json_style style = json_style_of(arena, parsed.clean, parsed.document);
    const cJSON **items = ARENA_ARRAY(arena, entries->count + 1, const cJSON *);
    bool complete = depth == key_count(file);
    const cJSON *entry;
    cJSON_ArrayForEach(entry, wanted) if (!complete || !holds(place.item, entry)) items[missing++] =
        entry;
    if (missing == 0)
        return true;
    struct json_insertion insertion;
    if (complete) {
        insertion = json_insert_last(arena, parsed.clean, place, &style, NULL, items, missing);
    } else {
        value = wrap(file, depth, cJSON_Duplicate(wanted, true));
        items[0] = value;
        insertion =
            json_insert_last(arena, parsed.clean, place, &style, file->keys[depth], items, 1);
        *ret_created = key_count(file) - depth;
    }
    struct str text =
        str_printf(arena, STR_FMT STR_FMT STR_FMT, STR_ARG(str_prefix(file->text, insertion.at)),
                   STR_ARG(insertion.text), STR_ARG(str_from_offset(file->text, insertion.at)));
    if (!check_added(&parsed, text, wanted, e))
        return false;
    *ret_text = text;
    *ret_inserted = insertion.text;
    return true;
}

bool settings_new(struct arena *arena, const struct settings_file *file, struct str extra,
                  const struct strs *entries, struct str *ret_text, struct err *e)
{
    struct settings_file empty = *file;
    struct str inserted;
    size_t created;

    empty.text =
        extra.length ? str_printf(arena, "{\n  " STR_FMT "\n}\n", STR_ARG(extra)) : STR("{}\n");
    return settings_add(arena, &empty, entries, ret_text, &inserted, &created, e);
}

/* --- Taking away --- */

enum matched { MATCHED_NONE, MATCHED_SOME, MATCHED_ALL };

/* Handlers stand in the entry's "hooks" (Claude's form), or the entry is one itself (Cursor's, Copilot's). */
static enum matched match_entry(const cJSON *entry, settings_match *match)
{
    const cJSON *handlers = json_get(entry, "hooks"), *handler;
    size_t count = 0, matched = 0;

    if (!json_is_array(handlers))
        return match(entry) ? MATCHED_ALL : MATCHED_NONE;
    cJSON_ArrayForEach(handler, handlers)
    {
        count++;
        matched += match(handler) ? 1 : 0;
    }
    return matched == 0 ? MATCHED_NONE : matched == count ? MATCHED_ALL : MATCHED_SOME;
}

static bool cut_handler(struct parsed *parsed, const struct json_child *entry,
                        settings_match *match, struct str *ret_text)
{
    struct json_place place = {.start = entry->value, .end = entry->end, .item = entry->item};
    struct json_place handlers;

    if (!json_place_member(parsed->arena, parsed->clean, place, "hooks", &handlers))
        return false;
    size_t index = 0;
    for (const cJSON *handler = handlers.item->child; handler; handler = handler->next, index++)
        if (match(handler)) {
            *ret_text = json_cut_child(parsed->arena, parsed->text, parsed->clean, handlers, index);
            return true;
        }
    return false;
}

/* One step: *ret_cut says whether there was something to take away. */
static bool remove_one(struct arena *arena, const struct settings_file *file, settings_match *match,
                       const cJSON *keep, struct str *text, bool *ret_cut, struct err *e)
{
    CLEANUP_WITH(release_parsed) struct parsed parsed = {.arena = arena, .file = file};
    CLEANUP_WITH(json_release) cJSON *kept = cJSON_Duplicate(keep, true);
    struct json_place place = {0};
    size_t depth = 0;

    *ret_cut = false;
    if (!parse(&parsed, *text, e) || !walk(&parsed, &place, &depth, e))
        return false;
    if (depth < key_count(file))
        return true;
    struct json_children entries = json_children_of(arena, parsed.clean, place);
    for (size_t i = 0; i < entries.count && !*ret_cut; i++) {
        const cJSON *entry = entries.items[i].item;
        enum matched matched = match_entry(entry, match);
        bool wanted = false;
        for (int k = 0; k < cJSON_GetArraySize(kept) && !wanted; k++)
            if (cJSON_Compare(cJSON_GetArrayItem(kept, k), entry, true)) {
                cJSON_DeleteItemFromArray(kept, k);
                wanted = true;
            }
        if (matched == MATCHED_NONE || wanted)
            continue;
        if (matched == MATCHED_ALL)
            *text = json_cut_child(arena, parsed.text, parsed.clean, place, i);
        else if (!cut_handler(&parsed, &entries.items[i], match, text))
            continue;
        *ret_cut = true;
    }
    return true;
}

/* The value of the last key of the way, when nothing is in it, is cut out with its key. */
static bool prune_last(struct arena *arena, const struct settings_file *file, struct str *text,
                       struct err *e)
{
    CLEANUP_WITH(release_parsed) struct parsed parsed = {.arena = arena, .file = file};
    struct json_place parent = {0}, child = {0};
    size_t count = key_count(file);

    if (!parse(&parsed, *text, e))
        return false;
    child = json_place_of(parsed.clean, parsed.document);
    for (size_t i = 0; i < count; i++) {
        parent = child;
        if (!json_place_member(arena, parsed.clean, parent, file->keys[i], &child))
            return true;
    }
    if (!parent.item || child.item->child)
        return true;
    size_t index = 0;
    for (const cJSON *item = parent.item->child; item != child.item; item = item->next)
        index++;
    *text = json_cut_child(arena, parsed.text, parsed.clean, parent, index);
    return true;
}

bool settings_remove(struct arena *arena, const struct settings_file *file, settings_match *match,
                     const struct strs *keep, size_t prune, struct str *ret_text, struct err *e)
{
    CLEANUP_WITH(json_release) cJSON *kept = cJSON_CreateArray();
    struct str text = file->text;
    struct settings_file shorter = *file;
    bool cut = true;

    if (keep && !parse_entries(arena, keep, kept, e))
        return false;
    while (cut)
        if (!remove_one(arena, file, match, kept, &text, &cut, e))
            return false;
    for (; prune > 0; prune--) {
        if (!prune_last(arena, &shorter, &text, e))
            return false;
        shorter.keys[key_count(&shorter) - 1] = NULL;
    }
    *ret_text = text;
    return true;
}
