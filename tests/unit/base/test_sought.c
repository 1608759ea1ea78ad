#include <criterion/criterion.h>

#include <stdio.h>

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

/* Without a word of two bytes only every other pair is looked at. */
Test(sought, long_words_at_even_and_odd_places_and_at_the_end)
{
    static const char *const long_words[] = {"abc", "Column(", NULL};
    static const char before[] = "..aab.Cab..";
    struct sought sought;
    char text[64];

    sought_make(long_words, &sought);
    for (size_t word = 0; long_words[word]; word++)
        for (size_t lead = 0; lead < sizeof(before); lead++)
            for (size_t tail = 0; tail < 3; tail++) {
                (void)snprintf(text, sizeof(text), "%.*s%s%.*s", (int)lead, before,
                               long_words[word], (int)tail, "..");
                struct str whole = str_from(text);
                cr_expect(sought_in(&sought, whole), "%s", text);
                /* Its last byte is missing. */
                cr_expect(!sought_in(&sought, str_prefix(whole, whole.length - tail - 1)), "%s",
                          text);
            }
}
