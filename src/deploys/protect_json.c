#include "deploys/protect.h"

static const char *const kinds[] = {"rule", "stamp", "file"};
static const char *const changes[] = {"removed", "replaced", "appended", "edited", "mode"};
static const char *const step_kinds[] = {"text", "lines", "before", "behind", "without", "hunk"};
static const char *const judges[] = {"configuration", "settings",  "hook",
                                     "git",           "directory", "own"};

static void write_edits(struct buf *out, bool *first, const struct edit_steps *edits)
{
    json_write_key(out, first, "edits");
    buf_add_byte(out, '[');
    for (size_t i = 0; i < edits->count; i++) {
        bool inner = true;
        buf_add(out, i ? STR(",{") : STR("{"));
        json_add_string(out, &inner, "old", edits->items[i].old_text);
        json_add_string(out, &inner, "new", edits->items[i].new_text);
        json_add_string(out, &inner, "at", edits->items[i].at);
        json_add_string(out, &inner, "kind", str_from(step_kinds[edits->items[i].kind]));
        json_write_key(out, &inner, "all");
        buf_add(out, edits->items[i].all ? STR("true}") : STR("false}"));
    }
    buf_add_byte(out, ']');
}

static void write_tamper(struct buf *out, const struct tamper *tamper, bool with_texts)
{
    bool first = true;

    buf_add_byte(out, '{');
    json_add_string(out, &first, "rule", tamper->rule);
    json_add_string(out, &first, "kind", str_from(kinds[tamper->kind]));
    json_add_string(out, &first, "command", tamper->command);
    json_add_string(out, &first, "directory", tamper->directory);
    json_add_strings(out, &first, "trail", &tamper->trail);
    if (tamper->kind == TAMPER_FILE) {
        json_add_string(out, &first, "path", tamper->path);
        json_add_string(out, &first, "change", str_from(changes[tamper->change]));
    }
    if (with_texts) {
        json_add_string(out, &first, "says", tamper->says);
        json_add_string(out, &first, "instead", tamper->instead);
        json_add_string(out, &first, "judge", str_from(judges[tamper->judge]));
        json_add_strings(out, &first, "holds", &tamper->holds);
        if (tamper->has_text)
            json_add_string(out, &first, "text", tamper->text);
        if (tamper->revision.length)
            json_add_string(out, &first, "revision", tamper->revision);
        write_edits(out, &first, &tamper->edits);
    }
    buf_add_byte(out, '}');
}

void tampers_write_json(struct buf *out, const struct tampers *tampers, bool with_texts)
{
    buf_add_byte(out, '[');
    for (size_t i = 0; i < tampers->count; i++) {
        if (i)
            buf_add_byte(out, ',');
        write_tamper(out, &tampers->items[i], with_texts);
    }
    buf_add_byte(out, ']');
}

static bool read_text(struct arena *arena, const cJSON *object, const char *key, struct str *ret,
                      struct err *e)
{
    const cJSON *item = json_get(object, key);

    if (!json_is_string(item))
        return err_set(e, ERR_INPUT, "a change to what guards deploys without the text \"%s\"",
                       key);
    *ret = str_copy(arena, json_value_string(item));
    return true;
}

static bool read_list(struct arena *arena, const cJSON *object, const char *key, struct strs *ret,
                      struct err *e)
{
    const cJSON *list = json_get(object, key), *item;

    if (!json_is_array(list))
        return err_set(e, ERR_INPUT, "a change to what guards deploys without the list \"%s\"",
                       key);
    cJSON_ArrayForEach(item, list) VEC_PUSH(arena, ret, str_copy(arena, json_value_string(item)));
    return true;
}

static bool read_choice(const cJSON *object, const char *key, const char *const *choices,
                        unsigned count, unsigned *ret, struct err *e)
{
    for (unsigned i = 0; i < count; i++)
        if (str_eq(json_string(object, key), str_from(choices[i]))) {
            *ret = i;
            return true;
        }
    return err_set(e, ERR_INPUT, "a change to what guards deploys with an unknown \"%s\"", key);
}

static bool read_edits(struct arena *arena, const cJSON *object, struct edit_steps *ret,
                       struct err *e)
{
    const cJSON *list = json_get(object, "edits"), *item;

    if (!json_is_array(list))
        return err_set(e, ERR_INPUT, "a change to what guards deploys without the list \"edits\"");
    cJSON_ArrayForEach(item, list)
    {
        struct edit_step step = {.all = json_bool(item, "all", false)};
        unsigned kind = 0;
        if (!read_text(arena, item, "old", &step.old_text, e) ||
            !read_text(arena, item, "new", &step.new_text, e) ||
            !read_text(arena, item, "at", &step.at, e) ||
            !read_choice(item, "kind", step_kinds, COUNT_OF(step_kinds), &kind, e))
            return false;
        step.kind = (enum step_kind)kind;
        VEC_PUSH(arena, ret, step);
    }
    return true;
}

static bool read_tamper(struct arena *arena, const cJSON *object, struct tamper *ret, struct err *e)
{
    unsigned kind = 0, change = 0, judge = 0;

    if (!read_text(arena, object, "rule", &ret->rule, e) ||
        !read_choice(object, "kind", kinds, COUNT_OF(kinds), &kind, e) ||
        !read_text(arena, object, "command", &ret->command, e) ||
        !read_text(arena, object, "directory", &ret->directory, e) ||
        !read_list(arena, object, "trail", &ret->trail, e) ||
        !read_text(arena, object, "says", &ret->says, e) ||
        !read_text(arena, object, "instead", &ret->instead, e) ||
        !read_choice(object, "judge", judges, COUNT_OF(judges), &judge, e) ||
        !read_list(arena, object, "holds", &ret->holds, e) ||
        !read_edits(arena, object, &ret->edits, e))
        return false;
    ret->kind = (enum tamper_kind)kind;
    ret->judge = (enum tamper_judge)judge;
    ret->has_text = json_is_string(json_get(object, "text"));
    if (ret->has_text && !read_text(arena, object, "text", &ret->text, e))
        return false;
    if (ret->kind != TAMPER_FILE)
        return true;
    if (!read_text(arena, object, "path", &ret->path, e) ||
        !read_choice(object, "change", changes, COUNT_OF(changes), &change, e))
        return false;
    ret->change = (enum tamper_change)change;
    ret->revision = str_copy(arena, json_string(object, "revision"));
    return true;
}

bool tampers_read_json(struct arena *arena, const cJSON *array, struct tampers *ret_tampers,
                       struct err *e)
{
    struct tampers tampers = {0};
    const cJSON *item;

    if (!json_is_array(array))
        return err_set(e, ERR_INPUT, "the list of changes to what guards deploys is no array");
    cJSON_ArrayForEach(item, array)
    {
        struct tamper tamper = {0};
        if (tampers.count >= TAMPERS_MAX)
            return err_set(e, ERR_LIMIT, "more than %u changes to what guards deploys",
                           TAMPERS_MAX);
        if (!read_tamper(arena, item, &tamper, e))
            return false;
        VEC_PUSH(arena, &tampers, tamper);
    }
    *ret_tampers = tampers;
    return true;
}
