/* fuzz_python.c -- Python constants, calls, ini and toml settings from any bytes.
 * hookcheck-layers: hc_readers
 *
 * Beside memory faults it looks for disagreement: an appended statement that is not plain sends all statements to the grammar, and the
 * other names must keep their values.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "readers/ini.h"
#include "readers/python.h"
#include "readers/toml.h"

#define INPUT_MAX 65536u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct str names[] = {STR_INIT("revision"), STR_INIT("down_revision"),
                                   STR_INIT("zzz")};

static bool same(const struct python_value *a, const struct python_value *b)
{
    if (a->kind != b->kind || a->line != b->line)
        return false;
    if (a->kind == PYTHON_STRING)
        return str_eq(a->text, b->text);
    if (a->kind != PYTHON_SEQUENCE)
        return true;
    if (a->items.count != b->items.count)
        return false;
    for (size_t i = 0; i < a->items.count; i++)
        if (!str_eq(a->items.items[i], b->items.items[i]))
            return false;
    return true;
}

static void check_constants(struct arena *arena, struct str source)
{
    PYTHON_READER(reader, arena);
    struct python_value plain[3], parsed[3];
    struct python_module module, other;
    struct python_calls calls;
    struct err e = ERR_NONE;
    struct str parts[] = {source, STR("\nzzz = ('a' 'b')\n")};
    struct str longer = str_join(arena, parts, 2, STR(""));

    if (!python_constants(reader, arena, source, names, 3, plain, &module, &e) ||
        !python_constants(reader, arena, longer, names, 3, parsed, &other, &e))
        return;
    /* What Python refuses may be read in two ways. */
    if (!module.broken && !other.broken && parsed[2].kind == PYTHON_STRING &&
        plain[2].kind == PYTHON_ABSENT)
        for (size_t i = 0; i < 2; i++)
            if (!same(&plain[i], &parsed[i])) {
                (void)fprintf(stderr, "%.*s: plain kind %d, parsed kind %d\n", STR_ARG(names[i]),
                              (int)plain[i].kind, (int)parsed[i].kind);
                abort();
            }
    (void)!python_call_keywords(reader, arena, source, STR("context.configure"), names, 2, &calls,
                                &e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct str source = str_of((const char *)data, size), value;
    struct ini ini;
    struct toml toml;

    if (size > INPUT_MAX)
        return 0;
    check_constants(&arena, source);
    ini_parse(&arena, source, &ini);
    for (size_t i = 0; i < ini.entries.count && i < 100; i++)
        (void)ini_expand(&arena, &ini, ini.entries.items[i].section, STR("/here"),
                         ini.entries.items[i].value, &value);
    toml_parse(&arena, source, &toml);
    return 0;
}
