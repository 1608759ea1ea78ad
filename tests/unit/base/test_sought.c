#include <criterion/criterion.h>

#include "base/sought.h"

static const char *const words[] = {"ab", "Column(", "@Index(", "pg\xc3", NULL};

static const struct {
    const char *text;
    bool has;
} rows[] = {
    {"", false},         {"a", false},       {"ab", true},          {"xxab", true},
    {"aab", true},       {"a b", false},     {"Column", false},     {"Column(", true},
    {"xColumn(x", true}, {"column(", false}, {"CoColumn(", true},   {"@Index", false},
    {"@@Index(", true},  {"p g\xc3", false}, {"q\xc3pg\xc3", true}, {"Colum\nn(", false},
};

Test(sought, words_anywhere_in_a_text)
{
    struct sought sought;

    sought_make(words, &sought);
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        cr_expect_eq(sought_in(&sought, str_from(rows[i].text)), rows[i].has, "%s", rows[i].text);
    cr_expect(!sought_in(&sought, STR_NONE));
    cr_expect(sought_in(&sought, STR("\0\0ab")));
    cr_expect(!sought_in(&sought, str_prefix(STR("xab"), 2)));
}
