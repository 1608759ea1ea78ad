#include <criterion/criterion.h>

#include "base/regex.h"
#include "deploys/pack.h"
#include "deploys/pattern.h"

static const struct {
    const char *pattern, *line;
    bool may;
} cases[] = {
    {"^git push ", "git status --short", false},
    {"^git push ", "git push heroku", true},
    {"^git push ([^\\s:-][^\\s:]*)?(?: |$)", "git status", false},
    {"^git(?: |-)ftp (?:push|init)(?= |$)", "git status", false},
    {"^git(?: |-)ftp (?:push|init)(?= |$)", "git-ftp init", true},
    {"^git(?: |-)ftp (?:push|init)(?= |$)", "git ftp fetch", false},
    {"^git (?:pull|checkout|reset)(?= |$)", "git status", false},
    {"^git (?:pull|checkout|reset)(?= |$)", "git reset --hard", true},
    {"^az(?: webapp)? up", "az login", true}, /* the group may be absent: in doubt */
    {"^sls? deploy", "kubectl get", false},
    {"^sls? deploy", "sl deploy", true},
    {"^a+b", "b", true},
    {"^ab*c", "ac", true},
    {"deploy", "anything", true},
    {"^sst deploy|^sst up", "sst up", true},
    {"^sst deploy|^sst up", "sst dev", false},
    {"^sst deploy|up", "sst dev", true},
    {"^(?:a|(?:b|c) d) e", "c d e", true},
    {"^(?:a|(?:b|c) d) e", "c e", false},
    {"^x\\.sh\\b", "xash", false},
    {"^x\\.sh\\b", "x.sh", true},
    {"^\\S+ deploy", "x", true},
    {"^(?i)SST", "sst", true},
    {"^(?!x)a", "b", true},
    {"^[a|(]x|^b", "b", true},
    {"^[]|]x|^b", "c", true},
    {"^[[:alpha:]|]x|^b", "c", true},
    {"^", "", true},
    {"", "", true},
    {"^a", "", false},
    {"^(", "a", true},
    {"^a\\", "a", true},
};

Test(pattern, says_no_only_when_nothing_can_match)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        cr_expect_eq(pattern_may_match(str_from(cases[i].pattern),
                                       pattern_has_alternatives(str_from(cases[i].pattern)),
                                       str_from(cases[i].line)),
                     cases[i].may, "%s on %s", cases[i].pattern, cases[i].line);
}

/* PCRE2 is the oracle: each rule of the packs on each example of all of them. */
Test(pattern, never_says_no_to_what_a_rule_takes)
{
    /* Static: what PCRE2 compiled hangs on it, and the leak checker looks for it at exit. */
    static struct arena arena = {.budget = (size_t)64 << 20};
    const struct pack_tables *tables = &pack_builtin;
    const struct pack_examples *examples = &pack_builtin_examples;
    size_t taken = 0, spared = 0;

    for (size_t i = 0; i < tables->rule_count; i++) {
        struct str pattern = pack_str(tables, tables->rules[i].command);
        struct regex *regex;
        struct err e = ERR_NONE;
        cr_assert(regex_compile(&arena, pattern, &regex, &e), "%s", e.message);
        for (size_t x = 0; x < examples->count; x++) {
            struct str line = pack_example_str(examples, examples->items[x].command);
            bool matched, may = pattern_may_match(pattern, tables->rules[i].alternatives, line);
            struct err limit = ERR_NONE;
            if (!regex_match(regex, line, &matched, NULL, 0, &limit))
                continue;
            taken += matched;
            spared += !may;
            cr_assert(may || !matched, STR_FMT " on " STR_FMT, STR_ARG(pattern), STR_ARG(line));
        }
    }
    cr_assert_gt(taken, 500);
    cr_assert_gt(spared, taken);
}
