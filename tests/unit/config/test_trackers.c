/* Trackers of a user's: what is refused, with which words. The built-in ones are checked by the build. */
#include <criterion/criterion.h>

#include "config/config.h"
#include "config/trackers.h"

#define PACK(inner) "{\"trackers\": [" inner "]}"
#define UNIT "\"unit\": {\"kind\": \"file\", \"pattern\": \"^([0-9]+)\", \"id\": \"\\\\1\"}"
#define TABLE                                                                                      \
    "\"table\": {\"name\": \"t\", \"need\": [\"v:text\"], \"applied\": \"SELECT {v} AS id FROM "   \
    "{table}\"}"

static const struct {
    const char *text, *message; /* NULL: it is good */
} packs[] = {
    {PACK("{\"id\": \"mine\", \"rule\": \"set\", " UNIT ", " TABLE "}"), NULL},
    {PACK("{\"id\": \"mine\", \"rule\": \"code:flyway\", " TABLE "}"), NULL},
    {PACK("{\"id\": \"Mine\", \"rule\": \"set\", " UNIT ", " TABLE "}"),
     "pack: trackers[0]: id: small letters, digits"},
    {PACK("{\"id\": \"mine\", \"rule\": \"sett\", " UNIT ", " TABLE "}"),
     "pack: trackers[0]: rule: no such word: \"sett\" (there are: set, set_no_gaps, high_water"},
    {PACK("{\"id\": \"mine\", \"rule\": \"set\", \"checksum\": \"md4\", " UNIT ", " TABLE "}"),
     "pack: trackers[0]: checksum: no such word: \"md4\""},
    {PACK("{\"id\": \"mine\", \"rule\": \"set\", \"untt\": {}, " TABLE "}"),
     "pack: trackers[0].untt: no such key; did you mean \"unit\"?"},
    {PACK("{\"id\": \"mine\", \"rule\": \"set\", \"unit\": {\"kind\": \"fil\"}, " TABLE "}"),
     "pack: trackers[0].unit.kind: \"file\" or \"directory\" or"},
    {PACK("{\"id\": \"mine\", \"rule\": \"set\", \"unit\": {\"kind\": \"file\", \"id\": "
          "\"x\"}, " TABLE "}"),
     "pack: trackers[0]: unit: \"pattern\" is missing"},
    {PACK("{\"id\": \"mine\", \"rule\": \"set\", \"unit\": {\"kind\": \"journal\", \"id\": "
          "\"x\"}, " TABLE "}"),
     "pack: trackers[0]: unit: \"journal\" is missing"},
    {PACK("{\"id\": \"mine\", \"rule\": \"set\", " UNIT "}"),
     "pack: trackers[0]: \"table\" is missing"},
    {PACK("{\"id\": \"mine\", \"rule\": \"set\", " UNIT
          ", \"table\": {\"name\": \"t\", \"applied\": \"SELECT 1 AS id\"}}"),
     "pack: trackers[0]: table.need: the columns"},
    {PACK(
         "{\"id\": \"mine\", \"rule\": \"set\", " UNIT
         ", \"table\": {\"name\": \"t\", \"need\": [\"v:txt\"], \"applied\": \"SELECT 1 AS id\"}}"),
     "pack: trackers[0]: need: no such word: \"txt\""},
    {PACK("{\"id\": \"mine\", \"rule\": \"set\", " UNIT
          ", \"table\": {\"name\": \"t\", \"need\": [\"v\"], \"applied\": \"DELETE FROM t\"}}"),
     "pack: trackers[0]: table.applied: one SELECT was expected: it does not begin with SELECT"},
    {PACK("{\"id\": \"mine\", \"rule\": \"set\", \"external\": \"(\", " UNIT ", " TABLE "}"),
     "pack: trackers[0].external: "},
    {"{\"tracker\": []}", "pack: { \"trackers\": [ … ] } was expected"},
};

Test(trackers, packs_are_read_or_refused_with_the_place)
{
    for (size_t i = 0; i < COUNT_OF(packs); i++) {
        ARENA(arena, ARENA_DEFAULT_BUDGET);
        struct trackers trackers = {0};
        struct err e = ERR_NONE;
        bool done = tracker_pack_read(&arena, str_from(packs[i].text), STR("pack"), &trackers, &e);
        cr_expect_eq(done, packs[i].message == NULL, "%s: %s", packs[i].text, e.message);
        if (packs[i].message)
            cr_expect(str_starts(str_from(e.message), str_from(packs[i].message)),
                      "%s\n  got    %s\n  wanted %s", packs[i].text, e.message, packs[i].message);
        else
            cr_expect_eq(trackers.count, 1);
    }
}

static const struct {
    const char *sql, *message;
} selects[] = {
    {"SELECT {v} AS id FROM {table}", NULL},
    {"SELECT max(v) AS id FROM {table} WHERE v > 1 ORDER BY v", NULL},
    {"SELECT CASE WHEN {d} THEN 'dirty; DROP' ELSE 'it''s' END AS state, 1 AS id FROM {table}",
     NULL},
    {"SELECT a.id FROM {table} AS a WHERE NOT EXISTS (SELECT 1 FROM {beside} AS b WHERE b.x = a.x)",
     NULL},
    {"", "it does not begin with SELECT"},
    {"  ", "it does not begin with SELECT"},
    {"WITH x AS (SELECT 1) SELECT 1", "it does not begin with SELECT"},
    {"SELECT 1; DROP TABLE x", "a second statement"},
    {"SELECT 1 -- x", "a comment"},
    {"SELECT 1 /* x */", "a comment"},
    {"SELECT 1 # x", "a comment"},
    {"SELECT * INTO y FROM x", "the word \"into\" is not taken"},
    {"SELECT 1 FROM x FOR UPDATE", "the word \"for\" is not taken"},
    {"SELECT pg_sleep(9)", "the function pg_sleep is not on the list of harmless ones"},
    {"SELECT pg_catalog.pg_read_file ('x')",
     "the function pg_read_file is not on the list of harmless ones"},
    {"SELECT \"pg_sleep\"(9)", "the function in quotes is not on the list of harmless ones"},
    {"SELECT {pg_sleep}(9)", "the function in quotes is not on the list of harmless ones"},
    {"SELECT '\\' OR 1", "a backslash in quotes"},
    {"SELECT E'\\x'", "a quote right behind a word"},
    {"SELECT $$x$$", "the byte 0x24 is not taken"},
    {"SELECT `a`", "the byte 0x60 is not taken"},
    {"SELECT 'a", "a quote that does not end"},
    {"SELECT (1", "a ( that does not end"},
    {"SELECT 1)", "a ) without its ("},
};

Test(trackers, sql_is_one_harmless_select)
{
    for (size_t i = 0; i < COUNT_OF(selects); i++) {
        ARENA(arena, ARENA_DEFAULT_BUDGET);
        struct err e = ERR_NONE;
        bool done = tracker_sql_check(&arena, str_from(selects[i].sql), &e);
        cr_expect_eq(done, selects[i].message == NULL, "%s: %s", selects[i].sql, e.message);
        if (selects[i].message)
            cr_expect(str_starts(str_from(e.message), str_from(selects[i].message)), "%s: %s",
                      selects[i].sql, e.message);
    }
}
