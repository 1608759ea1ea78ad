/* install/schema/config.schema.json and the loader's table say the same. */
#include <criterion/criterion.h>

#include "base/file.h"
#include "base/json.h"
#include "config/config.h"
#include "config/keys.h"

static const cJSON *definitions;

static void load(struct arena *arena, cJSON **document)
{
    struct str bytes;
    struct err e = ERR_NONE;

    cr_assert(file_read(arena, STR(TESTS_DIRECTORY "/../install/schema/config.schema.json"),
                        FILE_MAX, &bytes, &e),
              "%s", e.message);
    cr_assert(json_parse(arena, bytes, JSON_STRICT, "schema", document, &e), "%s", e.message);
    definitions = json_get(*document, "$defs");
    cr_assert(cJSON_IsObject(definitions));
}

static bool requires(const cJSON *schema, const char *key)
{
    const cJSON *name;

    cJSON_ArrayForEach(name, json_get(schema, "required"))
    {
        if (str_eq(json_value_string(name), str_from(key)))
            return true;
    }
    return false;
}

static void check(const struct config_shape *shape, const cJSON *schema)
{
    const cJSON *properties = json_get(schema, "properties"), *property;

    cr_assert(cJSON_IsObject(properties), "%s", shape->what);
    cr_expect(cJSON_IsFalse(json_get(schema, "additionalProperties")), "%s", shape->what);
    cr_expect_eq((size_t)cJSON_GetArraySize(properties), shape->count, "%s", shape->what);
    cr_expect(shape == &config_document_shape || json_get(schema, "required") == NULL ||
              cJSON_GetArraySize(json_get(schema, "required")) > 0);
    for (size_t i = 0; i < shape->count; i++) {
        const struct config_key *key = &shape->keys[i];
        property = json_get(properties, key->name);
        cr_assert(property, "%s.%s is not in the schema", shape->what, key->name);
        cr_expect_gt(json_string(property, "description").length, 0, "%s.%s", shape->what,
                     key->name);
        cr_expect_eq(requires(schema, key->name), key->required, "%s.%s", shape->what, key->name);
        if (key->shape && !key->shape->value)
            check(key->shape, json_get(definitions, key->shape->what));
    }
}

Test(config_schema, has_every_key_and_no_other)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    JSON_DOCUMENT(document);

    load(&arena, &document);
    check(&config_document_shape, document);
    const cJSON *forms = json_get(json_get(definitions, "database"), "anyOf");
    check(&config_database_shape, cJSON_GetArrayItem(forms, 1));
}

Test(config_schema, has_every_reason_with_its_default)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    JSON_DOCUMENT(document);

    load(&arena, &document);
    const cJSON *properties = json_get(json_get(definitions, "policy"), "properties");
    cr_expect_eq(cJSON_GetArraySize(properties), REASON_COUNT);
    for (unsigned i = 0; i < REASON_COUNT; i++) {
        enum reason_code code = (enum reason_code)i;
        const cJSON *property = json_get(properties, reason_code_name(code).bytes);
        struct str description = json_string(property, "description");
        struct str wanted = str_printf(&arena, "Default: " STR_FMT ".",
                                       STR_ARG(action_name(reason_default_action(code))));
        cr_expect(str_contains(description, wanted), STR_FMT, STR_ARG(reason_code_name(code)));
        cr_expect_eq(str_contains(description, STR("A repository cannot soften it.")),
                     reason_is_hard(code), STR_FMT, STR_ARG(reason_code_name(code)));
    }
}

Test(config_schema, has_the_choices_and_actions)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    JSON_DOCUMENT(document);
    const cJSON *item;
    size_t count = 0;
    enum action action;

    load(&arena, &document);
    cJSON_ArrayForEach(item, json_get(json_get(definitions, "action"), "enum"))
    {
        cr_expect(action_parse(json_value_string(item), &action));
        cr_expect_eq((size_t)action, count++);
    }
    cr_expect_eq(count, 4);
}
