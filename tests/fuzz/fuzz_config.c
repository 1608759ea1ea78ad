/* fuzz_config -- any bytes as a configuration file: understood and merged, or refused with a message, and then its words are listed.
 *
 * hookcheck-layers: hc_config
 * Corpus: tests/corpus/config
 */
#include <stdlib.h>

#include "config/layer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_words(const struct strs *words)
{
    for (size_t i = 0; i < words->count; i++)
        if (words->items[i].length < 3 || words->items[i].bytes[0] == '-')
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct str bytes = str_of((const char *)data, size);
    struct config_source source = {.path = STR("f"), .layer = LAYER_REPOSITORY};
    struct config layer = {0}, config = {0};
    struct config_place place = {0};
    struct err e = ERR_NONE;
    struct strs words = {0};

    broken_collect_words(&arena, bytes, &words);
    check_words(&words);
    if (!layer_read(&arena, bytes, &source, &layer, &e)) {
        if (!err_is_set(&e))
            abort();
        return 0;
    }
    layer_merge(&arena, &config, &layer, &source);
    if (config.not_deploys.count)
        abort(); /* nobody has trusted it */
    for (unsigned i = 0; i < REASON_COUNT; i++)
        if (config_action(&config, NULL, (enum reason_code)i) >
            reason_default_action((enum reason_code)i))
            abort();
    if (layers_check(&arena, &config, &place, &e) == err_is_set(&e))
        abort();
    return 0;
}
