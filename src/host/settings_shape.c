/* What a client cannot read in its settings: one bad entry and it ignores all hooks of the file, without a word. */
#include <string.h>

#include "host/settings.h"
#include "host/settings_text.h"

struct shape {
    struct arena *arena;
    struct settings_faults faults;
};

static void add(struct shape *shape, struct str key, const char *what, bool mendable)
{
    VEC_PUSH(shape->arena, &shape->faults,
             (struct settings_fault){.key = key, .what = str_from(what), .mendable = mendable});
}

static const char *type_name(const cJSON *item)
{
    return json_is_string(item)   ? "a string"
           : json_is_array(item)  ? "an array"
           : json_is_object(item) ? "an object"
                                  : "a plain value";
}

static void look_at_handler(struct shape *shape, const cJSON *handler, struct str key)
{
    const cJSON *timeout = json_get(handler, "timeout");

    if (!json_is_object(handler)) {
        add(shape, key,
            json_is_string(handler) ? "a string, where clients read objects with type "
                                      "and command"
                                    : "not an object with type and command",
            true);
        return;
    }
    if (json_get(handler, "patterns"))
        add(shape, key, "has a \"patterns\" key, which no client reads", true);
    if (!json_is_string(json_get(handler, "type")))
        add(shape, key, "has no \"type\"", false);
    if (timeout && (!json_is_number(timeout) || timeout->valuedouble <= 0))
        add(shape, key, "has a timeout that is not a positive number", false);
}

static void look_at_entry(struct shape *shape, const cJSON *entry, struct str key)
{
    const cJSON *handlers = json_get(entry, "hooks"), *handler,
                *matcher = json_get(entry, "matcher");
    size_t index = 0;

    if (!json_is_object(entry)) {
        add(shape, key,
            json_is_string(entry) ? "a string, where clients read objects with matcher and hooks"
                                  : "not an object with matcher and hooks",
            true);
        return;
    }
    if (json_get(entry, "patterns")) {
        add(shape, key, "has a \"patterns\" key, which no client reads", true);
        return;
    }
    if (matcher && !json_is_string(matcher))
        add(shape, key, "has a matcher that is not a string", false);
    if (!json_is_array(handlers)) {
        add(shape, key, "has no array \"hooks\"", handlers != NULL);
        return;
    }
    cJSON_ArrayForEach(handler, handlers)
    {
        look_at_handler(shape, handler,
                        str_printf(shape->arena, STR_FMT ".hooks[%zu]", STR_ARG(key), index));
        index++;
    }
}

static void look_at_event(struct shape *shape, const cJSON *event, struct str key)
{
    const cJSON *entry;
    size_t index = 0;

    if (strcmp(event->string, "patterns") == 0) {
        add(shape, key, "no event has this name, and no client reads patterns", true);
        return;
    }
    if (!json_is_array(event)) {
        const char *what =
            str_c(shape->arena,
                  str_printf(shape->arena, "%s, where clients read an array", type_name(event)));
        add(shape, key, what, true);
        return;
    }
    cJSON_ArrayForEach(entry, event)
    {
        look_at_entry(shape, entry, str_printf(shape->arena, STR_FMT "[%zu]", STR_ARG(key), index));
        index++;
    }
}

void settings_find_faults(struct arena *arena, const cJSON *document,
                          struct settings_faults *ret_faults)
{
    struct shape shape = {.arena = arena};
    const cJSON *hooks = json_get(document, "hooks"), *event;

    if (hooks && !json_is_object(hooks))
        add(&shape, STR("hooks"),
            str_c(arena, str_printf(arena, "%s, where clients read an object", type_name(hooks))),
            true);
    else
        cJSON_ArrayForEach(event, hooks)
            look_at_event(&shape, event, str_printf(arena, "hooks.%s", event->string));
    *ret_faults = shape.faults;
    if (shape.faults.count == 0 || !json_get(document, "patterns"))
        return;
    /* First: it belongs to the others only as long as they are there. */
    struct shape all = {.arena = arena};
    add(&all, STR("patterns"), "no client reads it", true);
    for (size_t i = 0; i < shape.faults.count; i++)
        VEC_PUSH(arena, &all.faults, shape.faults.items[i]);
    *ret_faults = all.faults;
}

/* The place that a key path like "hooks.PreToolUse[0].hooks[1]" names: its parent, and which child of it. */
static bool find_parent(struct arena *arena, struct str clean, struct json_place place,
                        struct str key, struct json_place *ret_parent, size_t *ret_index)
{
    while (key.length) {
        struct json_children children = json_children_of(arena, clean, place);
        bool element = key.bytes[0] == '[';
        struct str rest = str_from_offset(key, element ? 1 : 0), part = rest;
        uint64_t wanted = 0;
        size_t end = 0, index = 0;
        while (end < rest.length && !memchr(element ? "]" : ".[", rest.bytes[end], element ? 1 : 2))
            end++;
        part = str_prefix(rest, end);
        key = str_from_offset(rest, end + (element ? 1 : 0));
        if (key.length && key.bytes[0] == '.')
            key = str_from_offset(key, 1);
        if (element && !str_to_u64(part, &wanted))
            return false;
        while (index < children.count &&
               (element ? index != wanted
                        : !str_eq(str_from(children.items[index].item->string), part)))
            index++;
        if (index == children.count)
            return false;
        *ret_parent = place;
        *ret_index = index;
        const struct json_child *child = &children.items[index];
        place = (struct json_place){.start = child->value, .end = child->end, .item = child->item};
    }
    return true;
}

static bool mend_one(struct arena *arena, const struct settings_file *file, struct str *text,
                     bool *ret_cut, struct err *e)
{
    JSON_DOCUMENT(document);
    struct settings_faults faults;
    struct json_place parent = {0};
    struct str clean = *text;
    size_t index = 0;

    *ret_cut = false;
    if (!json_parse(arena, *text, file->comments ? JSON_COMMENTS : JSON_STRICT, file->name,
                    &document, e) ||
        (file->comments && !json_blank_comments(arena, *text, file->name, &clean, e)))
        return false;
    settings_find_faults(arena, document, &faults);
    for (size_t i = 0; i < faults.count && !*ret_cut; i++) {
        if (!faults.items[i].mendable || !find_parent(arena, clean, json_place_of(clean, document),
                                                      faults.items[i].key, &parent, &index))
            continue;
        *text = json_cut_child(arena, *text, clean, parent, index);
        *ret_cut = true;
    }
    return true;
}

bool settings_mend(struct arena *arena, const struct settings_file *file, struct str *ret_text,
                   struct err *e)
{
    struct str text = file->text;
    bool cut = true;

    while (cut)
        if (!mend_one(arena, file, &text, &cut, e))
            return false;
    *ret_text = text;
    return true;
}
