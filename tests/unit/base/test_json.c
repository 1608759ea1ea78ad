#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "base/json.h"

struct refusal {
    const char *text;
    const char *message;
};

/* What must be refused, and how the message says where. */
static const struct refusal refusals[] = {
    {"", "t:1:1: the document ends in the middle"},
    {"{\"a\":1", "t:1:7: ',' or '}' was expected"},
    {"{\"a\" 1}", "t:1:6: ':' was expected after the key"},
    {"{a:1}", "t:1:2: a key in double quotes was expected"},
    {"[1,]", "t:1:4: a value was expected"},
    {"{\"a\":1,}", "t:1:8: a key in double quotes was expected"},
    {"[1] x", "t:1:5: text after the end of the document"},
    {"{\n  \"a\": tru\n}", "t:2:8: a value was expected"},
    {"\"a\\x\"", "t:1:3: an escape that JSON does not have"},
    {"\"\\u12g4\"", "t:1:2: \\u without four hexadecimal digits"},
    {"\"a\\u0000b\"", "t:1:3: \\u0000 is not accepted"},
    {"\"\\ud800\"", "t:1:2: half a surrogate pair"},
    {"\"\\udc00\"", "t:1:2: half a surrogate pair"},
    {"\"tab\there\"", "t:1:5: a control character in a string"},
    {"\"open", "t:1:1: a string that does not end"},
    {"01", "t:1:2: text after the end of the document"},
    {"1.", "t:1:3: a digit was expected"},
    {"-", "t:1:2: a digit was expected"},
    {"\xC0\xAF", "t:1:1: not UTF-8"},
    {"// comment\n1", "t:1:1: a value was expected"},
    {"{\"a\":1,\"a\":2}", "t: the key \"a\" stands twice in one object"},
    {"{\"x\":[{\"b\":1,\"c\":2,\"b\":3}]}", "t: x[0]: the key \"b\" stands twice in one object"},
    {"{\"a\":1,\"\\u0061\":2}", "t: the key \"a\" stands twice in one object"},
};

Test(json, refuses_and_says_where)
{
    for (size_t i = 0; i < COUNT_OF(refusals); i++) {
        ARENA(arena, 1 << 20);
        JSON_DOCUMENT(document);
        struct err e = ERR_NONE;
        cr_expect_not(
            json_parse(&arena, str_from(refusals[i].text), JSON_STRICT, "t", &document, &e), "%s",
            refusals[i].text);
        cr_expect_str_eq(e.message, refusals[i].message);
        cr_expect_null(document);
    }
}

Test(json, a_nul_byte_is_refused_where_it_stands)
{
    ARENA(arena, 1 << 20);
    JSON_DOCUMENT(document);
    struct err e = ERR_NONE;

    cr_assert_not(json_parse(&arena, STR("{\"a\":\n\"x\0y\"}"), JSON_STRICT, "t", &document, &e));
    cr_assert_str_eq(e.message, "t:2:3: a NUL byte");
}

Test(json, comments_are_blanked_and_positions_stay)
{
    ARENA(arena, 1 << 20);
    JSON_DOCUMENT(document);
    struct err e = ERR_NONE;
    struct str text =
        STR("// one\n{ /* two\n lines */ \"a\": \"// no comment /* here */\", // three\n"
            "\"b\": \"\\\"//\" /**/ }");

    cr_assert(json_parse(&arena, text, JSON_COMMENTS, "t", &document, &e), "%s", e.message);
    cr_assert(str_eq(json_string(document, "a"), STR("// no comment /* here */")));
    cr_assert(str_eq(json_string(document, "b"), STR("\"//")));

    JSON_DOCUMENT(broken);
    cr_assert_not(json_parse(&arena, STR("/* a\n b */ {\n  x"), JSON_COMMENTS, "t", &broken, &e));
    cr_assert_str_eq(e.message, "t:3:3: a key in double quotes was expected");
    struct err open_comment = ERR_NONE;
    cr_assert_not(json_parse(&arena, STR("{} /* x"), JSON_COMMENTS, "t", &broken, &open_comment));
    cr_assert_str_eq(open_comment.message, "t:1:4: a comment that does not end");
}

/* Its own parser is the oracle where it is strict enough. */
Test(json, the_tree_is_the_one_that_cjson_makes)
{
    static const char *const documents[] = {
        "{}",
        "[]",
        " [ 1 , -0 , 2.5e3, 1E-2, 0.1, 12345678901234567890, -1e300, 2147483648, -2147483649 ] ",
        "\"\"",
        "\"\\\" \\\\ \\/ \\b\\f\\n\\r\\t\"",
        "\"\\u0041\\u00e9\\u20AC\\uD83D\\uDE00 \\u0001\\u07ff\\u0800\\uffff\\uDBFF\\uDFFF\"",
        "\"plain \xc3\xa9 text longer than eight bytes\\nand more\"",
        "{\"a\":[true,false,null,{\"b\":{}}],\"\\u0061b\\n\":\"x\",\"\":[[],[[]]]}",
    };

    for (size_t i = 0; i < COUNT_OF(documents); i++) {
        ARENA(arena, 1 << 20);
        JSON_DOCUMENT(document);
        JSON_DOCUMENT(theirs);
        struct err e = ERR_NONE;
        cr_assert(json_parse(&arena, str_from(documents[i]), JSON_STRICT, "t", &document, &e), "%s",
                  e.message);
        theirs = cJSON_Parse(documents[i]);
        cr_assert_not_null(theirs);
        cr_expect(cJSON_Compare(document, theirs, true), "%s", documents[i]);
        char *ours_printed = cJSON_PrintUnformatted(document);
        char *theirs_printed = cJSON_PrintUnformatted(theirs);
        cr_expect_str_eq(ours_printed, theirs_printed);
        cJSON_free(ours_printed);
        cJSON_free(theirs_printed);
    }
}

Test(json, the_same_value_is_what_cjson_finds_equal)
{
    static const char *const documents[] = {
        "{}",
        "[]",
        "null",
        "true",
        "false",
        "1",
        "1.5",
        "-0",
        "0",
        "\"\"",
        "\"a\"",
        "[1,2]",
        "[2,1]",
        "[1]",
        "{\"a\":1}",
        "{\"a\":2}",
        "{\"A\":1}",
        "{\"a\":1,\"b\":[{}]}",
        "{\"b\":[{}],\"a\":1}",
        "{\"a\":1,\"b\":[{\"c\":null}]}",
        "{\"a\":1,\"c\":[{}]}",
    };
    ARENA(arena, 1 << 20);
    struct err e = ERR_NONE;

    for (size_t i = 0; i < COUNT_OF(documents); i++)
        for (size_t j = 0; j < COUNT_OF(documents); j++) {
            JSON_DOCUMENT(a);
            JSON_DOCUMENT(b);
            cr_assert(json_parse(&arena, str_from(documents[i]), JSON_STRICT, "t", &a, &e));
            cr_assert(json_parse(&arena, str_from(documents[j]), JSON_STRICT, "t", &b, &e));
            cr_expect_eq(json_same(a, b), cJSON_Compare(a, b, true), "%s %s", documents[i],
                         documents[j]);
        }
    cr_expect_not(json_same(NULL, NULL));
}

Test(json, elements_by_their_place)
{
    ARENA(arena, 1 << 20);
    JSON_DOCUMENT(document);
    struct err e = ERR_NONE;

    cr_assert(json_parse(&arena, STR("{\"l\":[\"a\",\"b\"]}"), JSON_STRICT, "t", &document, &e));
    const cJSON *list = json_get(document, "l");
    cr_assert(str_eq(json_value_string(json_at(list, 1)), STR("b")));
    cr_assert_null(json_at(list, 2));
    cr_assert_null(json_at(document, 0));
    cr_assert_null(json_at(NULL, 0));
    /* As cJSON keeps it: the first one's `prev` is the last. */
    cr_assert_eq(list->child->prev, json_at(list, 1));
    cJSON_AddItemToArray((cJSON *)list, cJSON_CreateTrue());
    cr_assert(json_is_true(json_at(list, 2)));
}

Test(json, depth_has_a_limit)
{
    ARENA(arena, 1 << 20);
    JSON_DOCUMENT(document);
    struct err e = ERR_NONE;
    char text[2 * (JSON_NESTING_MAX + 1)];

    memset(text, '[', sizeof text / 2);
    memset(text + sizeof text / 2, ']', sizeof text / 2);
    cr_assert_not(json_parse(&arena, str_of(text, sizeof text), JSON_STRICT, "t", &document, &e));
    cr_assert(strstr(e.message, "nested too deeply"));
    struct err none = ERR_NONE;
    cr_assert(
        json_parse(&arena, str_of(text + 1, sizeof text - 2), JSON_STRICT, "t", &document, &none));
}

Test(json, getters_know_case)
{
    ARENA(arena, 1 << 20);
    JSON_DOCUMENT(document);
    struct err e = ERR_NONE;

    cr_assert(json_parse(&arena, STR("{\"Command\":\"a\",\"command\":\"b\",\"n\":1,\"t\":true}"),
                         JSON_STRICT, "t", &document, &e));
    cr_assert(str_eq(json_string(document, "command"), STR("b")));
    cr_assert(str_is_empty(json_string(document, "COMMAND")));
    cr_assert(str_is_empty(json_string(document, "n")));
    cr_assert(json_bool(document, "t", false));
    cr_assert_not(json_bool(document, "n", false));
}

Test(json, written_strings_are_json_whatever_the_bytes)
{
    ARENA(arena, 1 << 20);
    struct buf buf = buf_new(&arena, 1024);

    json_write_string(&buf, str_of("a\"\\\n\x01\xFF\xC3\xA9", 8));
    cr_assert(str_eq(buf_str(&buf), STR("\"a\\\"\\\\\\n\\u0001\xEF\xBF\xBD\xC3\xA9\"")));
    /* Terminals obey U+0080 to U+009F. */
    struct buf control = buf_new(&arena, 1024);
    json_write_string(&control, STR("\x7F\xC2\x9B\xC2\xA0"));
    cr_assert(str_eq(buf_str(&control), STR("\"\\u007f\\u009b\xC2\xA0\"")));
}

/* Strings are read eight bytes at a time: every byte is looked at in every place of the eight, before and behind. */
Test(json, each_byte_counts_wherever_it_stands_in_a_string)
{
    for (size_t place = 0; place < 24; place++)
        for (unsigned byte = 1; byte < 256; byte++) {
            ARENA(arena, 1 << 20);
            JSON_DOCUMENT(document);
            struct err e = ERR_NONE;
            char text[28];
            memset(text, 'x', sizeof text);
            text[0] = text[26] = '"';
            text[1 + place] = (char)byte;
            /* An escape takes the byte behind it: x is none that JSON has. */
            bool good = byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
            cr_expect(json_parse(&arena, str_of(text, 27), JSON_STRICT, "t", &document, &e) == good,
                      "byte %u at %zu", byte, place);
            char message[80];
            if (byte < 0x20) {
                snprintf(message, sizeof message, "t:1:%zu: a control character in a string",
                         place + 2);
                cr_expect_str_eq(e.message, message);
            } else if (byte >= 0x80) {
                snprintf(message, sizeof message, "t:1:%zu: not UTF-8", place + 2);
                cr_expect_str_eq(e.message, message);
            }
        }
}
