#include <stdlib.h>
#include <string.h>

#include "deploys/pack_load.h"

static const char *sorted_bytes; /* qsort has no context; the loader runs in one thread */

static int compare_names(const void *a, const void *b)
{
    const struct pack_name *left = a, *right = b;
    int order = str_compare(str_of(sorted_bytes + left->name.at, left->name.length),
                            str_of(sorted_bytes + right->name.at, right->name.length));

    return order ? order : (left->index > right->index) - (left->index < right->index);
}

static int compare_rules(const void *a, const void *b)
{
    const struct pack_rule *left = a, *right = b;

    if (left->program != right->program)
        return left->program < right->program ? -1 : 1;
    return (left->id.at > right->id.at) - (left->id.at < right->id.at); /* order of the file */
}

static void sort_rules(struct pack_loader *loader)
{
    struct pack_rules *rules = &loader->rules;

    if (rules->count)
        qsort(rules->items, rules->count, sizeof rules->items[0], compare_rules);
    for (size_t i = 0; i < rules->count; i++) {
        struct pack_program *program = &loader->programs.items[rules->items[i].program];
        if (!program->rule_count)
            program->first_rule = (uint32_t)i;
        program->rule_count++;
    }
}

static const char *const *sorted_words(struct pack_loader *loader, uint32_t *ret_count)
{
    struct strs unique = {0};

    strs_sort(&loader->words);
    for (size_t i = 0; i < loader->words.count; i++)
        if (!i || !str_eq(loader->words.items[i], loader->words.items[i - 1]))
            VEC_PUSH(loader->arena, &unique, str_lower(loader->arena, loader->words.items[i]));
    strs_sort(&unique);
    const char **words = ARENA_ARRAY(loader->arena, unique.count + 1, const char *);
    for (size_t i = 0; i < unique.count; i++)
        words[i] = str_c(loader->arena, unique.items[i]);
    *ret_count = (uint32_t)unique.count;
    return words;
}

bool pack_loader_finish(struct pack_loader *loader, struct pack_tables *ret_tables,
                        struct pack_examples *ret_examples, struct err *e)
{
    if (loader->bytes.truncated || loader->example_bytes.truncated)
        return err_set(e, ERR_LIMIT, "the packs hold more than %u bytes", PACK_BYTES_MAX);
    sorted_bytes = loader->bytes.bytes;
    if (loader->program_names.count)
        qsort(loader->program_names.items, loader->program_names.count, sizeof(struct pack_name),
              compare_names);
    if (loader->wrapper_names.count)
        qsort(loader->wrapper_names.items, loader->wrapper_names.count, sizeof(struct pack_name),
              compare_names);
    sort_rules(loader);
    *ret_tables = (struct pack_tables){
        .bytes = loader->bytes.bytes,
        .byte_count = (uint32_t)loader->bytes.length,
        .lists = loader->lists.items,
        .list_count = (uint32_t)loader->lists.count,
        .packs = loader->packs.items,
        .pack_count = (uint32_t)loader->packs.count,
        .programs = loader->programs.items,
        .program_count = (uint32_t)loader->programs.count,
        .rules = loader->rules.items,
        .rule_count = (uint32_t)loader->rules.count,
        .program_names = loader->program_names.items,
        .program_name_count = (uint32_t)loader->program_names.count,
        .wrappers = loader->wrappers.items,
        .wrapper_count = (uint32_t)loader->wrappers.count,
        .wrapper_names = loader->wrapper_names.items,
        .wrapper_name_count = (uint32_t)loader->wrapper_names.count,
    };
    ret_tables->words = sorted_words(loader, &ret_tables->word_count);
    *ret_examples =
        (struct pack_examples){loader->example_bytes.bytes, (uint32_t)loader->example_bytes.length,
                               loader->examples.items, (uint32_t)loader->examples.count};
    return true;
}
