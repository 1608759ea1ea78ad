#include "deploys/pack_load.h"
#include "deploys/pattern.h"

#include <stdlib.h>
#include <string.h>

#include "base/regex.h"

struct pack_loader *pack_loader_new(struct arena *arena)
{
    struct pack_loader *loader = ARENA_NEW(arena, struct pack_loader);

    loader->arena = arena;
    loader->bytes = buf_new(arena, PACK_BYTES_MAX);
    loader->example_bytes = buf_new(arena, PACK_BYTES_MAX);
    buf_add(&loader->bytes, STR("packs"));
    buf_add(&loader->example_bytes, STR("examples"));
    return loader;
}

struct pack_text pack_put(struct buf *bytes, struct str text)
{
    struct pack_text put = {(uint32_t)bytes->length, (uint32_t)text.length};

    if (text.length)
        buf_add(bytes, text);
    return put;
}

struct pack_list pack_put_list(struct pack_loader *loader, const struct strs *texts)
{
    struct pack_list list = {(uint32_t)loader->lists.count, (uint32_t)texts->count};

    for (size_t i = 0; i < texts->count; i++)
        VEC_PUSH(loader->arena, &loader->lists, pack_put(&loader->bytes, texts->items[i]));
    return list;
}

struct str pack_loader_str(const struct pack_loader *loader, struct pack_text text)
{
    return str_slice(buf_str(&loader->bytes), text.at, (size_t)text.at + text.length);
}

struct pack_text pack_need(const struct pack_loader *loader, struct pack_text pattern)
{
    struct str text = pack_loader_str(loader, pattern), need = pattern_needs(text);

    if (!need.length)
        return (struct pack_text){0, 0};
    return (struct pack_text){pattern.at + (uint32_t)(need.bytes - text.bytes),
                              (uint32_t)need.length};
}

bool pack_read_list(struct pack_loader *loader, const struct row *row, const char *key,
                    struct pack_list *ret)
{
    struct strs texts;

    if (!row_texts(row, key, &texts))
        return false;
    *ret = pack_put_list(loader, &texts);
    return true;
}

bool pack_read_pattern(struct pack_loader *loader, const struct row *row, const char *key,
                       bool required, struct pack_text *ret)
{
    struct str pattern;
    struct regex *regex;
    struct err why = ERR_NONE;

    if (!row_text(row, key, required, &pattern))
        return false;
    *ret = pack_put(&loader->bytes, pattern);
    if (pattern.length && !regex_compile(loader->arena, pattern, &regex, &why))
        return row_fail(row, key, why.message);
    return true;
}

static bool read_stand_ins(struct pack_loader *loader, const struct row *row, struct pack_list *ret)
{
    struct strs texts;

    if (!row_texts(row, "stand_ins", &texts))
        return false;
    for (size_t i = 0; i < texts.count; i++) {
        struct str option = texts.items[i];
        struct str name = str_cut(&option, '=');
        if (!name.length || !str_starts(option, STR("-")))
            return row_fail(row, "stand_ins", "\"NAME=--option\" was expected");
    }
    *ret = pack_put_list(loader, &texts);
    return true;
}

bool pack_read_program(struct pack_loader *loader, struct row *row, uint32_t pack)
{
    static const char *const known[] = {
        "names",  "options_with_value", "words", "excuses", "excuse_commands",
        "unless", "stand_ins",          NULL};
    struct pack_program program = {.pack = pack};
    struct strs names, words;

    if (!row_open(row, known) || !row_texts(row, "names", &names) ||
        !row_texts(row, "words", &words) ||
        !pack_read_list(loader, row, "options_with_value", &program.options_with_value) ||
        !pack_read_list(loader, row, "excuses", &program.excuses) ||
        !pack_read_list(loader, row, "excuse_commands", &program.excuse_commands) ||
        !pack_read_pattern(loader, row, "unless", false, &program.unless) ||
        !read_stand_ins(loader, row, &program.stand_ins))
        return false;
    if (!names.count)
        return row_fail(row, "names", "is missing");
    if (!json_get(row->object, "words"))
        words = names;
    program.names = pack_put_list(loader, &names);
    program.words = pack_put_list(loader, &words);
    for (size_t i = 0; i < names.count; i++) {
        struct pack_name name = {pack_put(&loader->bytes, names.items[i]),
                                 (uint32_t)loader->programs.count};
        VEC_PUSH(loader->arena, &loader->program_names, name);
    }
    for (size_t i = 0; i < words.count; i++)
        VEC_PUSH(loader->arena, &loader->words, words.items[i]);
    VEC_PUSH(loader->arena, &loader->programs, program);
    return true;
}

static bool read_example(struct pack_loader *loader, const struct row *row, const cJSON *item,
                         bool deploy)
{
    static const char *const known[] = {"command", "environment", NULL};
    struct pack_example example = {.deploy = deploy};
    struct row child = row_child(row, deploy ? "examples.deploy" : "examples.safe", -1, item);
    struct str command, environment;

    if (json_is_string(item)) {
        example.command = pack_put(&loader->example_bytes, str_from(item->valuestring));
        VEC_PUSH(loader->arena, &loader->examples, example);
        return true;
    }
    if (!row_open(&child, known) || !row_text(&child, "command", true, &command))
        return false;
    const cJSON *expected = json_get(item, "environment");
    if (expected && !json_is_string(expected))
        return row_fail(&child, "environment", "a text was expected");
    environment = json_value_string(expected);
    example.command = pack_put(&loader->example_bytes, command);
    example.expected = pack_put(&loader->example_bytes, environment);
    example.has_expected = expected != NULL;
    VEC_PUSH(loader->arena, &loader->examples, example);
    return true;
}

static bool read_examples(struct pack_loader *loader, const struct row *row, struct pack_rule *rule)
{
    static const char *const known[] = {"deploy", "safe", NULL};
    struct row examples = row_child(row, "examples", -1, json_get(row->object, "examples"));
    const cJSON *deploy, *safe, *item;

    if (!examples.object)
        return row_fail(row, "examples", "is missing");
    rule->first_example = (uint32_t)loader->examples.count;
    if (!row_open(&examples, known) || !row_array(&examples, "deploy", &deploy) ||
        !row_array(&examples, "safe", &safe))
        return false;
    if (!deploy || !deploy->child)
        return row_fail(row, "examples.deploy", "needs at least one example");
    cJSON_ArrayForEach(item, deploy) if (!read_example(loader, row, item, true)) return false;
    cJSON_ArrayForEach(item, safe) if (!read_example(loader, row, item, false)) return false;
    rule->example_count = (uint32_t)loader->examples.count - rule->first_example;
    return true;
}

bool pack_find_program(struct pack_loader *loader, const struct row *row, uint32_t first_program,
                       struct str name, uint32_t *ret)
{
    for (size_t i = 0; i < loader->program_names.count; i++) {
        const struct pack_name *candidate = &loader->program_names.items[i];
        if (candidate->index >= first_program &&
            str_eq(pack_loader_str(loader, candidate->name), name)) {
            *ret = candidate->index;
            return true;
        }
    }
    return row_fail(row, "program", "is none of this pack's programs");
}

static bool read_rule(struct pack_loader *loader, struct row *row, uint32_t first_program)
{
    static const char *const known[] = {"id",          "program",   "command",  "unless",
                                        "environment", "certainty", "kind",     "commit",
                                        "setting",     "remote",    "examples", NULL};
    static const char *const certainties[] = {"certain", "suspected", NULL};
    static const char *const kinds[] = {"work-tree", "commit", "rollback", NULL};
    struct pack_rule rule = {0};
    struct str id, program, commit;

    if (!row_open(row, known) || !row_text(row, "id", true, &id) ||
        !row_text(row, "program", true, &program) ||
        !pack_find_program(loader, row, first_program, program, &rule.program) ||
        !pack_read_pattern(loader, row, "command", true, &rule.command) ||
        !pack_read_pattern(loader, row, "unless", false, &rule.unless) ||
        !pack_read_pattern(loader, row, "setting", false, &rule.setting) ||
        !pack_read_list(loader, row, "environment", &rule.environment) ||
        !row_bool(row, "remote", &rule.remote) ||
        !row_choice(row, "certainty", certainties, &rule.certainty) ||
        !row_choice(row, "kind", kinds, &rule.kind) || !row_text(row, "commit", false, &commit) ||
        !read_examples(loader, row, &rule))
        return false;
    for (size_t i = 0; i < loader->rules.count; i++)
        if (str_eq(pack_loader_str(loader, loader->rules.items[i].id), id))
            return row_fail(row, "id", "another rule has this id");
    rule.id = pack_put(&loader->bytes, id);
    rule.alternatives = pattern_has_alternatives(pack_loader_str(loader, rule.command));
    rule.need = pack_need(loader, rule.command);
    rule.commit = pack_put(&loader->bytes, commit);
    VEC_PUSH(loader->arena, &loader->rules, rule);
    return true;
}

bool pack_load_deploys(struct pack_loader *loader, struct str bytes, struct str name, struct err *e)
{
    static const char *const known[] = {"pack", "title", "programs", "rules", NULL};
    JSON_DOCUMENT(document);
    const cJSON *programs, *rules, *item;
    struct str pack_name, title;
    int index = 0;

    if (!json_parse(loader->arena, bytes, JSON_COMMENTS, str_c(loader->arena, name), &document, e))
        return false;
    struct row row = {.arena = loader->arena, .object = document, .file = name, .e = e};
    if (!row_open(&row, known) || !row_text(&row, "pack", true, &pack_name) ||
        !row_text(&row, "title", true, &title) || !row_array(&row, "programs", &programs) ||
        !row_array(&row, "rules", &rules))
        return false;
    for (size_t i = 0; i < loader->packs.count; i++)
        if (str_eq(pack_loader_str(loader, loader->packs.items[i].name), pack_name))
            return row_fail(&row, "pack", "another pack has this name");
    uint32_t pack = (uint32_t)loader->packs.count;
    uint32_t first_program = (uint32_t)loader->programs.count;
    struct pack entry = {pack_put(&loader->bytes, pack_name), pack_put(&loader->bytes, title),
                         pack_put(&loader->bytes, name), (uint32_t)loader->rules.count};
    VEC_PUSH(loader->arena, &loader->packs, entry);
    cJSON_ArrayForEach(item, programs)
    {
        struct row child = row_child(&row, "programs", index++, item);
        if (!pack_read_program(loader, &child, pack))
            return false;
    }
    index = 0;
    cJSON_ArrayForEach(item, rules)
    {
        struct row child = row_child(&row, "rules", index++, item);
        if (!read_rule(loader, &child, first_program))
            return false;
    }
    return true;
}
