/* read.c -- one file into one layer, by the table in keys.c. */
#include "base/regex.h"
#include "config/keys.h"
#include "config/layer.h"

/* Where we are, innermost first; spelled out only for messages and places. */
struct path {
    const struct path *parent;
    struct str name;
    size_t index;
    bool is_index;
};

struct reader {
    struct arena *arena;
    const struct config_source *source;
    struct err *e;
};

/* All VEC()s have this layout. */
struct any_vector {
    void *items;
    size_t count;
    size_t capacity;
};

static struct str path_text(struct arena *arena, const struct path *path)
{
    if (!path)
        return STR("");
    struct str before = path_text(arena, path->parent);
    if (path->is_index)
        return str_printf(arena, STR_FMT "[%zu]", STR_ARG(before), path->index);
    return str_printf(arena, STR_FMT "%s" STR_FMT, STR_ARG(before), before.length ? "." : "",
                      STR_ARG(path->name));
}

static struct config_place place_of(struct reader *reader, const struct path *path)
{
    return (struct config_place){.file = reader->source->path,
                                 .key = path_text(reader->arena, path),
                                 .layer = reader->source->layer};
}

static bool fail(struct reader *reader, const struct path *path, const char *what)
{
    struct str key = path_text(reader->arena, path);

    return err_set(reader->e, ERR_INPUT, STR_FMT ": " STR_FMT "%s%s", STR_ARG(reader->source->path),
                   STR_ARG(key), key.length ? ": " : "", what);
}

static bool fail_nested(struct reader *reader, const struct path *path, const struct err *inner)
{
    return fail(reader, path, inner->message);
}

static bool read_string(struct reader *reader, const struct path *path, const cJSON *item,
                        bool may_be_empty, struct str *ret)
{
    if (!json_is_string(item))
        return fail(reader, path, "a string was expected");
    struct str value = json_value_string(item);
    if (value.length == 0 && !may_be_empty)
        return fail(reader, path, "empty");
    *ret = str_copy(reader->arena, value);
    return true;
}

static bool read_strings(struct reader *reader, const struct path *path, const cJSON *item,
                         struct strs *ret)
{
    struct strs list = {0};
    struct str value;
    const cJSON *child;

    if (json_is_string(item)) {
        if (!read_string(reader, path, item, false, &value))
            return false;
        VEC_PUSH(reader->arena, &list, value);
        *ret = list;
        return true;
    }
    if (!json_is_array(item))
        return fail(reader, path, "an array of strings was expected");
    cJSON_ArrayForEach(child, item)
    {
        struct path inner = {.parent = path, .index = list.count, .is_index = true};
        if (!read_string(reader, &inner, child, true, &value))
            return false;
        VEC_PUSH(reader->arena, &list, value);
    }
    *ret = list;
    return true;
}

static bool read_duration(struct reader *reader, const struct path *path, const cJSON *item,
                          uint64_t *ret)
{
    struct err inner = ERR_NONE;

    if (!json_is_string(item))
        return fail(reader, path, "a duration such as \"25s\" was expected");
    if (!config_duration_parse(json_value_string(item), ret, &inner))
        return fail_nested(reader, path, &inner);
    return true;
}

static bool read_regex(struct reader *reader, const struct path *path, const cJSON *item,
                       struct str *ret)
{
    struct err inner = ERR_NONE;

    if (!read_string(reader, path, item, false, ret))
        return false;
    if (!regex_check(*ret, &inner))
        return fail_nested(reader, path, &inner);
    return true;
}

static bool read_choice(struct reader *reader, const struct path *path, const cJSON *item,
                        const char *const *choices, struct str *ret)
{
    struct str list = STR("");

    if (!read_string(reader, path, item, false, ret))
        return false;
    for (size_t i = 0; choices[i]; i++) {
        if (str_eq(*ret, str_from(choices[i])))
            return true;
        list = str_printf(reader->arena, STR_FMT "%s\"%s\"", STR_ARG(list), i ? " or " : "",
                          choices[i]);
    }
    return fail(reader, path,
                str_printf(reader->arena, STR_FMT " was expected", STR_ARG(list)).bytes);
}

static bool unknown_name(struct reader *reader, const struct path *path, const char *what,
                         const struct str *names, size_t count)
{
    struct str nearest = config_nearest(path->name, names, count);
    struct str words = nearest.length
                           ? str_printf(reader->arena, "no such %s; did you mean \"" STR_FMT "\"?",
                                        what, STR_ARG(nearest))
                           : str_printf(reader->arena, "no such %s", what);

    return fail(reader, path, words.bytes);
}

static bool read_policy(struct reader *reader, const struct path *path, const cJSON *item,
                        struct policy *ret)
{
    struct policy policy = {0};
    const cJSON *child;
    enum reason_code code;
    enum action action;

    if (!json_is_object(item))
        return fail(reader, path, "an object of reason codes and actions was expected");
    cJSON_ArrayForEach(child, item)
    {
        struct path inner = {.parent = path, .name = str_from(child->string)};
        if (!reason_code_parse(inner.name, &code)) {
            struct str names[REASON_COUNT];
            for (unsigned i = 0; i < REASON_COUNT; i++)
                names[i] = reason_code_name((enum reason_code)i);
            return unknown_name(reader, &inner, "reason code", names, REASON_COUNT);
        }
        if (!json_is_string(child) || !action_parse(json_value_string(child), &action))
            return fail(reader, &inner,
                        "\"block\", \"confirm\", \"warn\" or \"allow\" was expected");
        policy.set[code] = true;
        policy.action[code] = action;
    }
    *ret = policy;
    return true;
}

static bool read_object(struct reader *reader, const struct path *path, const cJSON *item,
                        const struct config_shape *shape, char *target);

static bool read_database(struct reader *reader, const struct path *path, const cJSON *item,
                          struct config_database *ret)
{
    struct config_database database = {.place = place_of(reader, path)};
    struct err inner = ERR_NONE;

    if (json_is_string(item)) {
        struct str text = str_copy(reader->arena, json_value_string(item));
        if (!config_database_parse(reader->arena, text, &database, &inner))
            return fail_nested(reader, path, &inner);
        *ret = database;
        return true;
    }
    if (!json_is_object(item))
        return fail(reader, path,
                    "a string, { \"command\": […] } or { \"url_from\": […] } was expected");
    const cJSON *command = json_get(item, "command"), *url_from = json_get(item, "url_from");
    if (!read_object(reader, path, item, &config_database_shape, (char *)&database))
        return false;
    if (!command == !url_from)
        return fail(reader, path, "exactly one of \"command\" and \"url_from\" was expected");
    /* One string would be taken for a shell line, and no shell is involved. */
    if (!json_is_array(command ? command : url_from) || database.arguments.count == 0 ||
        database.arguments.items[0].length == 0)
        return fail(reader, path, "an array was expected: the program, then its arguments");
    database.kind = command ? DATABASE_COMMAND : DATABASE_URL_FROM;
    *ret = database;
    return true;
}

static bool read_value(struct reader *reader, const struct path *path, const cJSON *item,
                       const struct config_key *key, char *target);

static char *push_item(struct reader *reader, struct any_vector *vector,
                       const struct config_shape *shape, const struct path *path)
{
    if (vector->count == vector->capacity)
        vector->items =
            vec_grow(reader->arena, vector->items, vector->count, &vector->capacity, shape->size);
    char *target = (char *)vector->items + vector->count++ * shape->size;
    if (shape->place_offset != CONFIG_NO_OFFSET)
        *(struct config_place *)(void *)(target + shape->place_offset) = place_of(reader, path);
    return target;
}

static bool read_map(struct reader *reader, const struct path *path, const cJSON *item,
                     const struct config_shape *shape, struct any_vector *vector)
{
    const cJSON *child;

    if (!json_is_object(item))
        return fail(reader, path, "an object was expected");
    cJSON_ArrayForEach(child, item)
    {
        struct path inner = {.parent = path, .name = str_from(child->string)};
        if (inner.name.length == 0)
            return fail(reader, path, "an empty name");
        char *target = push_item(reader, vector, shape, &inner);
        *(struct str *)(void *)(target + shape->name_offset) = str_copy(reader->arena, inner.name);
        if (shape->value ? !read_value(reader, &inner, child, shape->value, target)
                         : !read_object(reader, &inner, child, shape, target))
            return false;
    }
    return true;
}

static bool read_list(struct reader *reader, const struct path *path, const cJSON *item,
                      const struct config_shape *shape, struct any_vector *vector)
{
    const cJSON *child;

    if (!json_is_array(item))
        return fail(reader, path, "an array of objects was expected");
    cJSON_ArrayForEach(child, item)
    {
        struct path inner = {.parent = path, .index = vector->count, .is_index = true};
        char *target = push_item(reader, vector, shape, &inner);
        if (!read_object(reader, &inner, child, shape, target))
            return false;
    }
    return true;
}

static bool read_value(struct reader *reader, const struct path *path, const cJSON *item,
                       const struct config_key *key, char *target)
{
    void *field = target + key->offset;

    switch (key->type) {
    case KEY_IGNORED:
        return json_is_string(item) || fail(reader, path, "a string was expected");
    case KEY_STRING:
    case KEY_PATH:
        return read_string(reader, path, item, key->type == KEY_PATH, field);
    case KEY_STRINGS:
        return read_strings(reader, path, item, field);
    case KEY_BOOL:
        if (!json_is_bool(item))
            return fail(reader, path, "true or false was expected");
        *(bool *)field = json_is_true(item);
        if (key->set_offset)
            *(bool *)(void *)(target + key->set_offset) = true;
        return true;
    case KEY_DURATION:
        return read_duration(reader, path, item, field);
    case KEY_REGEX:
        return read_regex(reader, path, item, field);
    case KEY_CHOICE:
        return read_choice(reader, path, item, key->choices, field);
    case KEY_POLICY:
        return read_policy(reader, path, item, field);
    case KEY_DATABASE:
        return read_database(reader, path, item, field);
    case KEY_OBJECT:
        return read_object(reader, path, item, key->shape, field);
    case KEY_MAP:
        return read_map(reader, path, item, key->shape, field);
    case KEY_LIST:
        return read_list(reader, path, item, key->shape, field);
    }
    return err_set(reader->e, ERR_INTERNAL, "a key of a type without a reader");
}

static const struct config_key *find_key(const struct config_shape *shape, const char *name)
{
    for (size_t i = 0; i < shape->count; i++)
        if (str_eq(str_from(shape->keys[i].name), str_from(name)))
            return &shape->keys[i];
    return NULL;
}

static bool unknown_key(struct reader *reader, const struct path *path,
                        const struct config_shape *shape)
{
    struct str *names = ARENA_ARRAY(reader->arena, shape->count, struct str);

    for (size_t i = 0; i < shape->count; i++)
        names[i] = str_from(shape->keys[i].name);
    return unknown_name(reader, path, "key", names, shape->count);
}

static bool read_object(struct reader *reader, const struct path *path, const cJSON *item,
                        const struct config_shape *shape, char *target)
{
    const cJSON *child;

    if (!json_is_object(item))
        return fail(reader, path, "an object was expected");
    cJSON_ArrayForEach(child, item)
    {
        const struct config_key *key = find_key(shape, child->string);
        struct path inner = {.parent = path, .name = str_from(child->string)};
        if (!key)
            return unknown_key(reader, &inner, shape);
        if (!read_value(reader, &inner, child, key, target))
            return false;
    }
    for (size_t i = 0; i < shape->count; i++)
        if (shape->keys[i].required && !json_get(item, shape->keys[i].name))
            return fail(reader, path,
                        str_printf(reader->arena, "\"%s\" is missing", shape->keys[i].name).bytes);
    return true;
}

static bool check_trackers(struct reader *reader, const struct trackers *trackers)
{
    for (size_t i = 0; i < trackers->count; i++) {
        struct path list = {.name = STR("trackers")};
        struct path inner = {.parent = &list, .index = i, .is_index = true};
        struct err bad = ERR_NONE;
        if (!tracker_check(reader->arena, &trackers->items[i], &bad))
            return fail_nested(reader, &inner, &bad);
        for (size_t before = 0; before < i; before++)
            if (str_eq(trackers->items[before].id, trackers->items[i].id))
                return fail(reader, &inner,
                            str_printf(reader->arena, "the id \"" STR_FMT "\" stands twice",
                                       STR_ARG(trackers->items[i].id))
                                .bytes);
    }
    return true;
}

static bool check_layer(struct reader *reader, struct config *layer)
{
    struct path key = {.name = STR("deadline")};

    if (layer->deadline_ms > CONFIG_DEADLINE_MAX_MS)
        return fail(reader, &key,
                    "more than 55s: hosts stop a hook after 60s and let the call through");
    if (!check_trackers(reader, &layer->trackers))
        return false;
    for (size_t i = 0; i < layer->deploys.count; i++) {
        struct config_deploy_rule *rule = &layer->deploys.items[i];
        struct path list = {.name = STR("deploys")};
        struct path inner = {.parent = &list, .index = i, .is_index = true};
        if (rule->id.length == 0)
            rule->id = path_text(reader->arena, &inner);
        for (size_t before = 0; before < i; before++)
            if (str_eq(layer->deploys.items[before].id, rule->id))
                return fail(reader, &inner,
                            str_printf(reader->arena, "the id \"" STR_FMT "\" stands twice",
                                       STR_ARG(rule->id))
                                .bytes);
    }
    return true;
}

bool tracker_pack_read(struct arena *arena, struct str bytes, struct str name,
                       struct trackers *ret_trackers, struct err *e)
{
    struct config_source source = {.path = name};
    struct reader reader = {.arena = arena, .source = &source, .e = e};
    struct path list = {.name = STR("trackers")};
    struct trackers trackers = {0};
    JSON_DOCUMENT(document);

    if (!json_parse(arena, bytes, JSON_COMMENTS, str_c(arena, name), &document, e))
        return false;
    if (!json_get(document, "trackers") || document->child->next)
        return err_set(e, ERR_INPUT, STR_FMT ": { \"trackers\": [ … ] } was expected",
                       STR_ARG(name));
    if (!read_list(&reader, &list, json_get(document, "trackers"), &tracker_shape,
                   (struct any_vector *)(void *)&trackers) ||
        !check_trackers(&reader, &trackers))
        return false;
    *ret_trackers = trackers;
    return true;
}

bool layer_read(struct arena *arena, struct str bytes, const struct config_source *source,
                struct config *ret_layer, struct err *e)
{
    struct reader reader = {.arena = arena, .source = source, .e = e};
    struct config layer = {0};
    JSON_DOCUMENT(document);

    if (!json_parse(arena, bytes, JSON_COMMENTS, str_c(arena, source->path), &document, e))
        return false;
    if (!read_object(&reader, NULL, document, &config_document_shape, (char *)&layer))
        return false;
    if (!check_layer(&reader, &layer))
        return false;
    *ret_layer = layer;
    return true;
}
