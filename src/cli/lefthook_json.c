#include "cli/lefthook_json.h"

#include "host/settings_text.h"

#define HOOK "pre-push"
#define NAME "hookcheck"

struct parsed {
    struct str clean; /* comments blanked */
    cJSON *document;
};

static void release_parsed(struct parsed *parsed)
{
    json_release(&parsed->document);
}

static bool parse(struct arena *arena, const struct lefthook_text *file, struct parsed *ret,
                  struct err *e)
{
    enum json_flags flags = file->comments ? JSON_COMMENTS : JSON_STRICT;

    ret->clean = file->text;
    if (!json_parse(arena, file->text, flags, file->name, &ret->document, e))
        return false;
    if (!json_is_object(ret->document))
        return err_set(e, ERR_INPUT, "%s: the document is not an object", file->name);
    return !file->comments || json_blank_comments(arena, file->text, file->name, &ret->clean, e);
}

bool lefthook_is_json(struct str path, bool *ret_comments)
{
    *ret_comments = str_ends(path, STR(".jsonc"));
    return *ret_comments || str_ends(path, STR(".json"));
}

struct str lefthook_json_value(struct arena *arena, const struct lefthook_text *file,
                               const char *key)
{
    CLEANUP_WITH(release_parsed) struct parsed parsed = {0};
    struct err unreadable = ERR_NONE;

    if (!parse(arena, file, &parsed, &unreadable) || !json_get(parsed.document, key))
        return STR_NONE;
    return str_copy(arena, json_string(parsed.document, key));
}

/* --- Where it stands: a member of "scripts", or an element of "jobs". --- */

struct entry {
    struct json_place around;
    size_t index;
};

static bool is_ours(const cJSON *list, const cJSON *item)
{
    return json_is_array(list) ? str_eq(json_string(item, "name"), STR(NAME))
                               : str_eq(str_from(item->string), STR(NAME));
}

static bool find(struct arena *arena, const struct parsed *parsed, struct entry *ret)
{
    static const char *const lists[] = {"scripts", "jobs"};
    struct json_place hook;

    if (!json_place_member(arena, parsed->clean, json_place_of(parsed->clean, parsed->document),
                           HOOK, &hook))
        return false;
    for (size_t i = 0; i < COUNT_OF(lists); i++) {
        if (!json_place_member(arena, parsed->clean, hook, lists[i], &ret->around))
            continue;
        ret->index = 0;
        for (const cJSON *item = ret->around.item->child; item; item = item->next, ret->index++)
            if (is_ours(ret->around.item, item))
                return true;
    }
    return false;
}

bool lefthook_json_is_there(struct arena *arena, const struct lefthook_text *file)
{
    CLEANUP_WITH(release_parsed) struct parsed parsed = {0};
    struct err unreadable = ERR_NONE;
    struct entry entry;

    return parse(arena, file, &parsed, &unreadable) && find(arena, &parsed, &entry);
}

bool lefthook_json_cut(struct arena *arena, const struct lefthook_text *file, struct str *ret_text)
{
    CLEANUP_WITH(release_parsed) struct parsed parsed = {0};
    struct err unreadable = ERR_NONE;
    struct entry entry;

    if (!parse(arena, file, &parsed, &unreadable) || !find(arena, &parsed, &entry))
        return false;
    *ret_text = json_cut_child(arena, file->text, parsed.clean, entry.around, entry.index);
    return true;
}

/* --- Adding it. --- */

static cJSON *new_entry(bool job)
{
    cJSON *entry = cJSON_CreateObject();

    if (job) {
        cJSON_AddStringToObject(entry, "name", NAME);
        cJSON_AddStringToObject(entry, "script", NAME);
    }
    cJSON_AddStringToObject(entry, "runner", "sh");
    cJSON_AddTrueToObject(entry, "use_stdin");
    return entry;
}

/* The entry in objects of those keys, the innermost first. */
static cJSON *inside(cJSON *value, const char *const *keys, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        cJSON *object = cJSON_CreateObject();
        cJSON_AddItemToObject(object, keys[i], value);
        value = object;
    }
    return value;
}

static bool wrong_type(const struct lefthook_text *file, const char *key, const char *type,
                       struct err *e)
{
    return err_set(e, ERR_INPUT, "%s: \"%s\" is not an %s", file->name, key, type);
}

/* What is added, where, and under which key (NULL: in an array). */
static bool place_for(struct arena *arena, const struct lefthook_text *file,
                      const struct parsed *parsed, struct json_place *ret_place,
                      const char **ret_key, cJSON **ret_value, struct err *e)
{
    static const char *const around[] = {NAME, "scripts"};
    struct json_place root = json_place_of(parsed->clean, parsed->document), hook;

    *ret_place = root;
    *ret_key = HOOK;
    if (!json_place_member(arena, parsed->clean, root, HOOK, &hook)) {
        *ret_value = inside(new_entry(false), around, 2);
        return true;
    }
    if (!json_is_object(hook.item))
        return wrong_type(file, HOOK, "object", e);
    *ret_key = NULL;
    if (json_place_member(arena, parsed->clean, hook, "jobs", ret_place)) {
        *ret_value = new_entry(true);
        return json_is_array(ret_place->item) || wrong_type(file, "jobs", "array", e);
    }
    *ret_key = NAME;
    if (json_place_member(arena, parsed->clean, hook, "scripts", ret_place)) {
        *ret_value = new_entry(false);
        return json_is_object(ret_place->item) || wrong_type(file, "scripts", "object", e);
    }
    *ret_place = hook;
    *ret_key = "scripts";
    *ret_value = inside(new_entry(false), around, 1);
    return true;
}

bool lefthook_json_add(struct arena *arena, const struct lefthook_text *file, size_t *ret_at,
                       struct str *ret_piece, struct err *e)
{
    CLEANUP_WITH(release_parsed) struct parsed parsed = {0};
    CLEANUP_WITH(json_release) cJSON *value = NULL;
    struct json_place place;
    const char *key;

    if (!parse(arena, file, &parsed, e) ||
        !place_for(arena, file, &parsed, &place, &key, &value, e))
        return err_hint(e, "mend the file; or add hookcheck to its pre-push scripts by hand");
    struct json_style style = json_style_of(arena, parsed.clean, parsed.document);
    const cJSON *items[] = {value};
    struct json_insertion insertion =
        json_insert_last(arena, parsed.clean, place, &style, key, items, 1);
    struct lefthook_text after = *file;
    after.text =
        str_printf(arena, STR_FMT STR_FMT STR_FMT, STR_ARG(str_prefix(file->text, insertion.at)),
                   STR_ARG(insertion.text), STR_ARG(str_from_offset(file->text, insertion.at)));
    if (!lefthook_json_is_there(arena, &after))
        return err_set(e, ERR_INTERNAL, "%s: the edited text does not hold the entry", file->name);
    *ret_at = insertion.at;
    *ret_piece = insertion.text;
    return true;
}
