/* XML, YAML, JSON and Java's properties: what is read, and what is refused with its place. */
#include <criterion/criterion.h>

#include "base/buf.h"
#include "readers/document.h"
#include "readers/properties.h"

static void is(struct str got, const char *wanted)
{
    cr_expect(str_eq(got, str_from(wanted)), "got \"" STR_FMT "\", wanted \"%s\"", STR_ARG(got),
              wanted);
}

Test(document, xml_elements_are_maps_with_their_attributes_first)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct err e = ERR_NONE;
    struct node *root = NULL;

    cr_assert(xml_parse(&arena,
                        STR("<?xml version='1.0'?>\n<p:log xmlns:p='x'>\n <set id='1'>a &amp; "
                            "<![CDATA[<b>]]></set>\n</p:log>"),
                        "x.xml", &root, &e),
              "%s", e.message);
    is(root->name, "log");
    const struct node *set = node_get(root, "set");
    cr_assert_not_null(set);
    is(node_text(set, "id"), "1");
    is(set->text, "a & <b>");
    cr_expect_eq(set->line, 3);
    cr_expect(set->first->attribute);
}

Test(document, xml_that_is_broken_or_declares_entities_is_refused)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct node *root = NULL;
    struct err e = ERR_NONE;

    cr_expect_not(xml_parse(&arena, STR("<a>\n<b>\n</a>"), "x.xml", &root, &e));
    cr_expect_str_eq(e.message, "x.xml:3:3: mismatched tag");
    e = ERR_NONE;
    cr_expect_not(
        xml_parse(&arena, STR("<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>"), "x.xml", &root, &e));
    cr_expect_str_eq(e.message, "x.xml:1: it declares entities, which are not followed");
    e = ERR_NONE;
    struct buf deep = buf_new(&arena, 4096);
    for (size_t i = 0; i < DOCUMENT_DEPTH_MAX + 1; i++)
        buf_add(&deep, STR("<a>"));
    cr_expect_not(xml_parse(&arena, buf_str(&deep), "x.xml", &root, &e));
    cr_expect_str_eq(e.message, "x.xml:1: it is nested too deeply, or has too many elements");
}

Test(document, yaml_documents_aliases_and_lines)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct err e = ERR_NONE;
    struct nodes roots = {0};

    cr_assert(yaml_parse(&arena,
                         STR("a: &x {k: v}\nb: *x\nc:\n  - 1\n  - two words\n---\nd: |\n  text\n"),
                         "x.yml", &roots, &e),
              "%s", e.message);
    cr_assert_eq(roots.count, 2);
    is(node_text(node_get(roots.items[0], "b"), "k"), "v");
    const struct node *list = node_get(roots.items[0], "c");
    cr_expect_eq(list->kind, NODE_LIST);
    is(list->last->text, "two words");
    cr_expect_eq(list->line, 3);
    is(node_text(roots.items[1], "d"), "text\n");
}

Test(document, yaml_that_is_broken_or_multiplies_itself_is_refused)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct err e = ERR_NONE;
    struct nodes roots = {0};

    cr_expect_not(yaml_parse(&arena, STR("a: [1,\nb: {"), "x.yml", &roots, &e));
    cr_expect(str_starts(str_from(e.message), STR("x.yml:3:1: did not find")), "%s", e.message);
    e = ERR_NONE;
    struct buf bomb = buf_new(&arena, 65536);
    buf_add(&bomb, STR("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"));
    for (int i = 1; i < 8; i++)
        buf_printf(&bomb, "a%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n", i,
                   i, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
    cr_expect_not(yaml_parse(&arena, buf_str(&bomb), "x.yml", &roots, &e));
    cr_expect_str_eq(e.message, "x.yml: it is nested too deeply, or has too many values");
    e = ERR_NONE;
    cr_assert(yaml_parse(&arena, STR("# nothing\n"), "x.yml", &roots, &e), "%s", e.message);
    cr_expect_eq(roots.count, 0);
}

Test(document, json_as_a_document)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct err e = ERR_NONE;
    struct node *root = NULL;

    cr_assert(json_document(&arena, STR("{\"a\": [1, true, \"x\"], \"b\": {\"c\": 1.5}}"),
                            JSON_STRICT, "x.json", &root, &e),
              "%s", e.message);
    is(node_get(root, "a")->first->text, "1");
    is(node_get(root, "a")->first->next->text, "true");
    is(node_text(node_get(root, "b"), "c"), "1.5");
    cr_expect_null(node_get(NULL, "a"));
}

Test(properties, as_java_reads_them)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct properties properties;

    properties_parse(&arena,
                     STR("# a\n! b\na=1\n b : 2 \nc 3\nd=x\\\n   y\\\\\ne\\=f=g\\u00e9\\n\nempty\n"
                         "a = 4\n"),
                     &properties);
    cr_expect_eq(properties.count, 7);
    is(properties_get(&properties, STR("a")), "4");
    is(properties_get(&properties, STR("b")), "2 ");
    is(properties_get(&properties, STR("c")), "3");
    is(properties_get(&properties, STR("d")), "xy\\");
    is(properties_get(&properties, STR("e=f")), "g\xc3\xa9\n");
    is(properties_get(&properties, STR("empty")), "");
    cr_expect_null(properties_get(&properties, STR("none")).bytes);
    cr_expect_eq(properties.items[3].line, 6);
}
