#include "deploys/deploys.h"

static const char *const certainties[] = {"certain", "suspected"};
static const char *const kinds[] = {"work-tree", "commit", "rollback"};

static void write_deploy(struct buf *out, const struct deploy *deploy)
{
    bool first = true;

    buf_add_byte(out, '{');
    json_add_string(out, &first, "rule", deploy->rule);
    json_add_string(out, &first, "certainty", str_from(certainties[deploy->certainty]));
    json_add_string(out, &first, "kind", str_from(kinds[deploy->kind]));
    json_add_string(out, &first, "environment", deploy->environment);
    json_add_string(out, &first, "environment_word", deploy->environment_word);
    json_add_string(out, &first, "command", deploy->command);
    json_add_string(out, &first, "directory", deploy->directory);
    json_add_string(out, &first, "commit", deploy->commit);
    json_add_strings(out, &first, "migrations", &deploy->migrations);
    json_add_strings(out, &first, "trail", &deploy->trail);
    json_add_string(out, &first, "why", deploy->why);
    json_write_key(out, &first, "after_migration");
    buf_add(out, deploy->after_migration ? STR("true") : STR("false"));
    buf_add_byte(out, '}');
}

void deploys_write_json(struct buf *out, const struct deploys *deploys)
{
    buf_add_byte(out, '[');
    for (size_t i = 0; i < deploys->count; i++) {
        if (i)
            buf_add_byte(out, ',');
        write_deploy(out, &deploys->items[i]);
    }
    buf_add_byte(out, ']');
}

static bool read_text(struct arena *arena, const cJSON *object, const char *key, struct str *ret,
                      struct err *e)
{
    const cJSON *item = json_get(object, key);

    if (!json_is_string(item))
        return err_set(e, ERR_INPUT, "a deploy without the text \"%s\"", key);
    *ret = str_copy(arena, json_value_string(item));
    return true;
}

static bool read_list(struct arena *arena, const cJSON *object, const char *key, struct strs *ret,
                      struct err *e)
{
    const cJSON *list = json_get(object, key), *item;

    if (!json_is_array(list))
        return err_set(e, ERR_INPUT, "a deploy without the list \"%s\"", key);
    cJSON_ArrayForEach(item, list)
    {
        if (!json_is_string(item))
            return err_set(e, ERR_INPUT, "a deploy's \"%s\" holds something that is no text", key);
        VEC_PUSH(arena, ret, str_copy(arena, json_value_string(item)));
    }
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
    return err_set(e, ERR_INPUT, "a deploy with an unknown \"%s\"", key);
}

static bool read_deploy(struct arena *arena, const cJSON *object, struct deploy *ret, struct err *e)
{
    unsigned certainty = 0, kind = 0;
    const cJSON *after = json_get(object, "after_migration");

    if (!json_is_object(object))
        return err_set(e, ERR_INPUT, "a deploy that is no object");
    if (!json_is_bool(after))
        return err_set(e, ERR_INPUT, "a deploy without \"after_migration\"");
    if (!read_choice(object, "certainty", certainties, COUNT_OF(certainties), &certainty, e) ||
        !read_choice(object, "kind", kinds, COUNT_OF(kinds), &kind, e))
        return false;
    ret->certainty = (enum deploy_certainty)certainty;
    ret->kind = (enum deploy_kind)kind;
    ret->after_migration = json_is_true(after);
    return read_text(arena, object, "rule", &ret->rule, e) &&
           read_text(arena, object, "environment", &ret->environment, e) &&
           read_text(arena, object, "environment_word", &ret->environment_word, e) &&
           read_text(arena, object, "command", &ret->command, e) &&
           read_text(arena, object, "directory", &ret->directory, e) &&
           read_text(arena, object, "commit", &ret->commit, e) &&
           read_text(arena, object, "why", &ret->why, e) &&
           read_list(arena, object, "migrations", &ret->migrations, e) &&
           read_list(arena, object, "trail", &ret->trail, e);
}

bool deploys_read_json(struct arena *arena, const cJSON *array, struct deploys *ret_deploys,
                       struct err *e)
{
    struct deploys deploys = {0};
    const cJSON *item;

    if (!json_is_array(array))
        return err_set(e, ERR_INPUT, "the list of deploys is no array");
    cJSON_ArrayForEach(item, array)
    {
        struct deploy deploy = {0};
        if (deploys.count >= DEPLOYS_MAX)
            return err_set(e, ERR_LIMIT, "more than %u deploys", DEPLOYS_MAX);
        if (!read_deploy(arena, item, &deploy, e))
            return false;
        VEC_PUSH(arena, &deploys, deploy);
    }
    *ret_deploys = deploys;
    return true;
}
