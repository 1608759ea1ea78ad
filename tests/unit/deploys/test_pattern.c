#include <criterion/criterion.h>

#include "base/regex.h"
#include "deploys/pack.h"
#include "deploys/pattern.h"
#include "deploys/protect_tables.h"

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

Test(pattern, sees_what_every_match_holds)
{
    static const struct {
        const char *pattern, *need;
    } needs[] = {
        {"^git push( .*)? --no-veri(fy?)?( |$)", " --no-veri"},
        {"^git push( |$)", ""}, /* compared by pattern_may_match() */
        {"git push( |$)", "git push"},
        {"(^|[ /])manage\\.py migrate( .*)? --fake(-initial)?", "py migrate"},
        {"a?bc*d+e{2}fg", "fg"},
        {"abc+?def", "abc"},
        {"ab{2}?c", "a"},
        {"[abc]x[]y]zz", "zz"},
        {"x(?:yyy|z)ww", "ww"},
        {"x(?i:yyy)ww", "ww"},
        {"x(?=yyy)ww", "ww"},
        {"x(?i)ww", ""},
        {"(?is)abc", ""},
        {"x(*ACCEPT)abc", ""},
        {"ab\\.cde", "cde"},
        {"ab\\bcde", "cde"},
        {"\\Qa.b\\Ecc", ""},
        {"\\x41bcd", ""},
        {"(a)\\1bcd", ""},
        {"ab\\", ""},
        {"(abc", ""},
        {"^git config a|^git config --b", "git config "},
        {"^git lfs|^git", "git"},
        {"^git lfs?|^git lfx", "git lf"},
        {"^git|svn", ""},
        {"^a|^b", ""},
        {"", ""},
        {"^", ""},
    };

    for (size_t i = 0; i < COUNT_OF(needs); i++) {
        struct str need = pattern_needs(str_from(needs[i].pattern));
        cr_expect(str_eq(need, str_from(needs[i].need)), "%s: " STR_FMT, needs[i].pattern,
                  STR_ARG(need));
    }
}

static void holds_need(struct arena *arena, struct str pattern, const struct pack_examples *lines,
                       size_t *taken, size_t *spared)
{
    struct str need = pattern_needs(pattern);
    struct regex *regex;
    struct err e = ERR_NONE;

    cr_assert(regex_compile(arena, pattern, &regex, &e), "%s", e.message);
    for (size_t x = 0; need.length && x < lines->count; x++) {
        struct str line = pack_example_str(lines, lines->items[x].command);
        bool matched;
        struct err limit = ERR_NONE;
        if (!regex_match(regex, line, &matched, NULL, 0, &limit))
            continue;
        *taken += matched;
        *spared += !str_contains(line, need);
        cr_assert(!matched || str_contains(line, need), STR_FMT " on " STR_FMT, STR_ARG(pattern),
                  STR_ARG(line));
    }
}

/* PCRE2 is the oracle here too. */
Test(pattern, what_a_rule_takes_holds_what_it_needs)
{
    static struct arena arena = {.budget = (size_t)64 << 20};
    const struct protect_tables *protect = &protect_builtin;
    size_t taken = 0, spared = 0;

    for (size_t i = 0; i < pack_builtin.rule_count; i++)
        holds_need(&arena, pack_str(&pack_builtin, pack_builtin.rules[i].command),
                   &pack_builtin_examples, &taken, &spared);
    for (size_t i = 0; i < protect->rule_count; i++)
        holds_need(&arena, pack_str(&protect->packs, protect->rules[i].command),
                   &protect_builtin_examples, &taken, &spared);
    for (size_t i = 0; i < protect->writer_count; i++)
        holds_need(&arena, pack_str(&protect->packs, protect->writers[i].when),
                   &protect_builtin_examples, &taken, &spared);
    cr_assert_gt(taken, 100);
    cr_assert_gt(spared, taken);
}
