#include "readers/imports.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/words.h"
#include "readers/statements.h"

#define SCRATCH_MAX ((size_t)64 << 20) /* a file is looked at to 256 KiB */

struct reader {
    struct arena *arena, *scratch;
    bool is_script, hands_all_on;
    struct imports *imports;
    struct strs names;         /* of imports->all, as they are written */
    struct words used, counts; /* words of the file; of its definitions */
};

static uint64_t hash_of(struct str one, struct str two)
{
    return str_hash(str_hash(str_hash(STR_HASH_START, one), STR("\n")), two);
}

static void add(struct reader *r, struct str name, struct str module, struct str thing)
{
    struct import import = {.name = hash_of(name, STR_NONE), .source = hash_of(module, thing)};

    if (!name.length)
        return;
    VEC_PUSH(r->arena, &r->imports->all, import);
    VEC_PUSH(r->scratch, &r->names, name);
}

static bool is_name(char byte)
{
    return byte_is_word(byte) || byte == '$' || (unsigned char)byte >= 0x80;
}

static struct str next_word(struct str *rest)
{
    size_t start = 0, end;

    while (start < rest->length && !is_name(rest->bytes[start]))
        start++;
    for (end = start; end < rest->length && is_name(rest->bytes[end]);)
        end++;
    struct str word = str_slice(*rest, start, end);
    *rest = str_from_offset(*rest, end);
    return word;
}

static void note_words(struct words *words, struct str text)
{
    for (struct str word; (word = next_word(&text)).length;)
        (void)words_add(words, word);
}

/* `Base`, `Base as Root`, `default as Root`, `* as sizes`: one of what is imported. */
static void add_item(struct reader *r, struct str item, struct str module)
{
    struct str thing = next_word(&item), as = next_word(&item), name = next_word(&item);

    if (str_eq(thing, STR("type")) && as.length) { /* import { type Base } */
        thing = as;
        as = name;
        name = next_word(&item);
    }
    if (str_eq(thing, STR("as")))
        add(r, as, module, STR("*"));
    else
        add(r, str_eq(as, STR("as")) ? name : thing, module, thing);
}

/* Without comments, up to the end of its line or its brackets. */
static struct str imported_items(struct reader *r, struct str text)
{
    struct buf out = buf_new(r->scratch, text.length + 1);
    bool open = str_starts(str_trim(text), STR("("));
    struct str line;

    while (str_next_line(&text, &line)) {
        bool goes_on = str_ends(str_trim(line), STR("\\"));
        line = str_prefix(line, str_find_byte(line, '#'));
        bool closed = str_find_byte(line, ')') != SIZE_MAX;
        buf_add(&out, str_prefix(line, str_find_byte(line, ')')));
        buf_add_byte(&out, ' ');
        if (closed || (!open && !goes_on))
            break;
    }
    return buf_str(&out);
}

/* `from .plain import Base, (Other as One)`, `import shop.sizes as sizes`; what `import shop.sizes` gives its own words say. */
static void python_import(struct reader *r, struct str text)
{
    bool from = str_starts(text, STR("from "));
    struct str rest = str_trim(str_from_offset(text, str_from(from ? "from " : "import ").length));
    struct str module = STR_NONE;

    if (from) {
        size_t at = str_find(rest, STR("import"));
        if (at == SIZE_MAX)
            return;
        module = str_trim(str_prefix(rest, at));
        rest = str_from_offset(rest, at + STR("import").length);
    }
    struct str items = imported_items(r, rest);
    if (from && str_starts(str_trim(items), STR("*")))
        add(r, STR("*"), module, STR("*"));
    while (items.length) {
        struct str item = str_cut(&items, ',');
        size_t as = str_find(item, STR(" as "));
        if (from)
            add_item(r, item, module);
        else if (as != SIZE_MAX)
            add(r, str_trim(str_from_offset(item, as + 4)), str_trim(str_prefix(item, as)),
                STR("*"));
    }
}

/* `import Root, { Base as One } from "./plain"`, `import * as sizes from "./sizes"` */
static void script_import(struct reader *r, struct str text)
{
    size_t from = str_find(text, STR(" from "));
    struct str module = from == SIZE_MAX ? STR_NONE : str_trim(str_from_offset(text, from + 6));
    struct str items = str_from_offset(str_prefix(text, from), STR("import").length);
    size_t brace = str_find_byte(items, '{');

    if (from == SIZE_MAX) /* import "./side"; import sizes = require("./sizes") */
        return;
    struct str alone = str_prefix(items, brace);
    struct str listed = brace == SIZE_MAX ? STR_NONE : str_from_offset(items, brace);
    while (alone.length) {
        struct str item = str_trim(str_cut(&alone, ','));
        if (str_starts(item, STR("type ")))
            item = str_from_offset(item, STR("type ").length);
        struct str words = item, name = next_word(&words);
        if (str_starts(item, STR("*")))
            add_item(r, item, module);
        else
            add(r, name, module, STR("default"));
    }
    while (listed.length)
        add_item(r, str_cut(&listed, ','), module);
}

static bool is_import(const struct reader *r, struct str text)
{
    return r->is_script ? str_starts(text, STR("import ")) || str_starts(text, STR("import{"))
                        : str_starts(text, STR("from ")) || str_starts(text, STR("import "));
}

/* try: from .fast import Base; except ImportError: from .slow import Base */
static void python_block(struct reader *r, struct str text)
{
    struct str rest = text, line;

    while (str_next_line(&rest, &line)) {
        size_t start = (size_t)(line.bytes - text.bytes);
        struct str words = str_trim(line);
        if (!is_import(r, words)) {
            note_words(&r->used, line);
            continue;
        }
        start += (size_t)(words.bytes - line.bytes);
        python_import(r, str_from_offset(text, start));
    }
}

static void read_statement(struct reader *r, struct str statement)
{
    definition_function *defines = r->is_script ? definition_in_script : definition_in_python;
    struct str name, text;

    if (is_import(r, statement)) {
        (r->is_script ? script_import : python_import)(r, statement);
        return;
    }
    if (definition_may_import(statement, r->is_script)) {
        python_block(r, statement);
        return;
    }
    note_words(&r->used, statement);
    bool defined = defines(r->scratch, statement, &name, &text);
    if (defined || (r->is_script && str_starts(statement, STR("export "))))
        note_words(&r->counts, defined ? text : statement);
    if (defined && name.length)
        VEC_PUSH(r->arena, &r->imports->defined, hash_of(name, STR_NONE));
}

static int compare_names(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

static int compare_imports(const void *a, const void *b)
{
    const struct import *x = a, *y = b;

    return compare_names(&x->name, &y->name);
}

void imports_read(struct arena *arena, struct str path, struct str source, struct imports *ret)
{
    ARENA(scratch, SCRATCH_MAX);
    struct reader r = {.arena = arena,
                       .scratch = &scratch,
                       .is_script = !str_ends(path, STR(".py")),
                       .hands_all_on = str_eq(path_base_name(path), STR("__init__.py")),
                       .imports = ret,
                       .used = {.arena = &scratch},
                       .counts = {.arena = &scratch}};
    struct statements statements = {.source = source, .is_script = r.is_script};
    struct str statement;

    *ret = (struct imports){0};
    while (statements_next(&statements, &statement))
        read_statement(&r, statement);
    for (size_t i = 0; i < r.names.count; i++) {
        struct str name = r.names.items[i];
        /* A script hands on only what it says. */
        ret->all.items[i].counts = r.hands_all_on || words_have(&r.counts, name) ||
                                   (!r.is_script && !words_have(&r.used, name));
    }
    if (ret->all.count)
        qsort(ret->all.items, ret->all.count, sizeof ret->all.items[0], compare_imports);
    if (ret->defined.count)
        qsort(ret->defined.items, ret->defined.count, sizeof ret->defined.items[0], compare_names);
}

/* --- Two editions. --- */

static bool has_import(const struct imports *imports, const struct import *wanted,
                       bool *ret_has_name)
{
    size_t at = VEC_FIRST_KEY(&imports->all, wanted->name);

    *ret_has_name = at < imports->all.count && imports->all.items[at].name == wanted->name;
    for (; at < imports->all.count && imports->all.items[at].name == wanted->name; at++)
        if (imports->all.items[at].source == wanted->source)
            return true;
    return false;
}

static bool defines_name(const struct imports *imports, uint64_t name)
{
    return imports->defined.count && bsearch(&name, imports->defined.items, imports->defined.count,
                                             sizeof name, compare_names) != NULL;
}

/* A name of the one edition that counts, which the other one has from elsewhere. */
static bool differs(const struct imports *one, const struct imports *other)
{
    const uint64_t star = hash_of(STR("*"), STR_NONE);

    for (size_t i = 0; i < one->all.count; i++) {
        const struct import *import = &one->all.items[i];
        bool has_name;
        if (!import->counts || has_import(other, import, &has_name))
            continue;
        if (has_name || import->name == star || defines_name(other, import->name))
            return true;
    }
    return false;
}

bool imports_altered(const struct imports *before, const struct imports *after)
{
    return differs(before, after) || differs(after, before);
}
