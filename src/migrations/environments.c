#include "migrations/environments.h"

static bool is_word_of(struct str word, const struct str *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq_nocase(word, words[i]))
            return true;
    return false;
}

/* One key: "production", "prod_eu", "pre-production", "staging2". */
static enum environment environment_of_key(struct str key)
{
    static const struct str production[] = {STR_INIT("production"), STR_INIT("prod"),
                                            STR_INIT("live"), STR_INIT("prd")};
    static const struct str others[] = {
        STR_INIT("development"), STR_INIT("develop"),   STR_INIT("dev"),        STR_INIT("test"),
        STR_INIT("tests"),       STR_INIT("testing"),   STR_INIT("local"),      STR_INIT("staging"),
        STR_INIT("stage"),       STR_INIT("stg"),       STR_INIT("ci"),         STR_INIT("docker"),
        STR_INIT("qa"),          STR_INIT("uat"),       STR_INIT("e2e"),        STR_INIT("preview"),
        STR_INIT("sandbox"),     STR_INIT("pre"),       STR_INIT("preprod"),    STR_INIT("non"),
        STR_INIT("nonprod"),     STR_INIT("localhost"), STR_INIT("integration")};
    enum environment found = OF_ALL;

    for (size_t at = 0; at < key.length; at++) {
        size_t start = at;
        while (at < key.length && key.bytes[at] != '_' && key.bytes[at] != '-')
            at++;
        struct str word = str_trim_bytes(str_slice(key, start, at), "0123456789");
        if (str_eq_nocase(str_slice(key, start, at), STR("e2e")) ||
            is_word_of(word, others, COUNT_OF(others)))
            return OF_ANOTHER;
        if (is_word_of(word, production, COUNT_OF(production)))
            found = OF_PRODUCTION;
    }
    return found;
}

enum environment environment_of(struct str around)
{
    while (around.length) {
        enum environment found = environment_of_key(str_cut(&around, '.'));
        if (found != OF_ALL)
            return found;
    }
    return OF_ALL;
}
