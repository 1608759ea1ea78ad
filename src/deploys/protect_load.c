#include "deploys/pack_load.h"
#include "deploys/pattern.h"
#include "deploys/protect_tables.h"

VEC_DEFINE(protect_rules, struct protect_rule);
VEC_DEFINE(protect_writers, struct protect_writer);
VEC_DEFINE(protect_files, struct protect_file);
VEC_DEFINE(protect_codes, struct protect_code);

struct protect_loader {
    struct pack_loader *packs;
    struct strs ids;
    struct protect_rules rules;
    struct protect_writers writers;
    struct protect_files files;
    struct protect_codes codes;
};

static const char *const changes[] = {"removes", "replaces", "appends", "edits", "mode", NULL};

struct protect_loader *protect_loader_new(struct arena *arena)
{
    struct protect_loader *loader = ARENA_NEW(arena, struct protect_loader);

    loader->packs = pack_loader_new(arena);
    return loader;
}

static bool read_id(struct protect_loader *loader, const struct row *row, struct pack_text *ret)
{
    struct str id;

    if (!row_text(row, "id", true, &id))
        return false;
    if (strs_have(&loader->ids, id))
        return row_fail(row, "id", "another row has this id");
    VEC_PUSH(loader->packs->arena, &loader->ids, id);
    *ret = pack_put(&loader->packs->bytes, id);
    return true;
}

static bool read_text(struct protect_loader *loader, const struct row *row, const char *key,
                      bool required, struct pack_text *ret)
{
    struct str text;

    if (!row_text(row, key, required, &text))
        return false;
    *ret = pack_put(&loader->packs->bytes, text);
    return true;
}

/* Both kinds are needed: a row that nobody has tried on a harmless neighbour is a false alarm to come. */
static bool read_examples(struct protect_loader *loader, const struct row *row, const char *taken,
                          const char *other, uint32_t *ret_first, uint32_t *ret_count)
{
    const char *const known[] = {taken, other, NULL};
    struct row examples = row_child(row, "examples", -1, json_get(row->object, "examples"));
    struct strs lists[2];

    if (!examples.object)
        return row_fail(row, "examples", "is missing");
    *ret_first = (uint32_t)loader->packs->examples.count;
    if (!row_open(&examples, known) || !row_texts(&examples, taken, &lists[0]) ||
        !row_texts(&examples, other, &lists[1]))
        return false;
    for (size_t l = 0; l < COUNT_OF(lists); l++) {
        if (!lists[l].count)
            return row_fail(&examples, l ? other : taken, "needs at least one example");
        for (size_t i = 0; i < lists[l].count; i++) {
            struct pack_example example = {
                .command = pack_put(&loader->packs->example_bytes, lists[l].items[i]),
                .deploy = l == 0};
            VEC_PUSH(loader->packs->arena, &loader->packs->examples, example);
        }
    }
    *ret_count = (uint32_t)loader->packs->examples.count - *ret_first;
    return true;
}

static bool read_rule(struct protect_loader *loader, struct row *row, uint32_t first_program)
{
    static const char *const known[] = {"id",       "program",  "reason", "command", "unless",
                                        "setting",  "sql",      "input",  "says",    "instead",
                                        "mentions", "examples", NULL};
    static const char *const reasons[] = {"protected", "stamp", NULL};
    struct protect_rule rule = {0};
    struct str program;
    uint32_t reason;

    if (!row_open(row, known) || !read_id(loader, row, &rule.id) ||
        !row_text(row, "program", true, &program) ||
        !pack_find_program(loader->packs, row, first_program, program, &rule.program) ||
        !row_choice(row, "reason", reasons, &reason) || !row_bool(row, "sql", &rule.sql) ||
        !row_bool(row, "input", &rule.input) ||
        !pack_read_list(loader->packs, row, "mentions", &rule.mentions) ||
        !pack_read_pattern(loader->packs, row, "command", true, &rule.command) ||
        !pack_read_pattern(loader->packs, row, "unless", false, &rule.unless) ||
        !pack_read_pattern(loader->packs, row, "setting", false, &rule.setting) ||
        !read_text(loader, row, "says", true, &rule.says) ||
        !read_text(loader, row, "instead", false, &rule.instead) ||
        !read_examples(loader, row, "blocked", "passes", &rule.first_example, &rule.example_count))
        return false;
    rule.stamp = reason == 1;
    rule.alternatives = pattern_has_alternatives(pack_loader_str(loader->packs, rule.command));
    rule.need = pack_need(loader->packs, rule.command);
    VEC_PUSH(loader->packs->arena, &loader->rules, rule);
    return true;
}

static bool read_writer(struct protect_loader *loader, struct row *row, uint32_t first_program)
{
    static const char *const known[] = {"program", "does",    "operands", "when", "unless",
                                        "prefix",  "options", "examples", NULL};
    static const char *const operands[] = {"all",     "last",     "sources", "rest",  "found",
                                           "include", "revision", "clean",   "index", "here",
                                           "archive", "download", "script",  "patch", NULL};
    struct protect_writer writer = {0};
    struct str program;

    if (!row_open(row, known) || !row_text(row, "program", true, &program) ||
        !pack_find_program(loader->packs, row, first_program, program, &writer.program) ||
        !row_choice(row, "does", changes, &writer.does) ||
        !row_choice(row, "operands", operands, &writer.operands) ||
        !pack_read_pattern(loader->packs, row, "when", false, &writer.when) ||
        !pack_read_pattern(loader->packs, row, "unless", false, &writer.unless) ||
        !read_text(loader, row, "prefix", false, &writer.prefix) ||
        !pack_read_list(loader->packs, row, "options", &writer.options) ||
        !read_examples(loader, row, "writes", "harmless", &writer.first_example,
                       &writer.example_count))
        return false;
    writer.alternatives = pattern_has_alternatives(pack_loader_str(loader->packs, writer.when));
    writer.need = pack_need(loader->packs, writer.when);
    VEC_PUSH(loader->packs->arena, &loader->writers, writer);
    return true;
}

static bool read_file(struct protect_loader *loader, struct row *row)
{
    static const char *const known[] = {"id",    "path",  "what",  "judge",    "names",
                                        "holds", "below", "mixed", "examples", NULL};
    static const char *const judges[] = {"configuration", "settings", "hook", "git",
                                         "directory",     "own",      NULL};
    struct protect_file file = {0};

    if (!row_open(row, known) || !read_id(loader, row, &file.id) ||
        !pack_read_pattern(loader->packs, row, "path", true, &file.path) ||
        !read_text(loader, row, "what", true, &file.what) ||
        !row_choice(row, "judge", judges, &file.judge) ||
        !pack_read_list(loader->packs, row, "names", &file.names) ||
        !pack_read_list(loader->packs, row, "holds", &file.holds) ||
        !pack_read_list(loader->packs, row, "below", &file.below) ||
        !pack_read_pattern(loader->packs, row, "mixed", false, &file.mixed) ||
        !read_examples(loader, row, "file", "other", &file.first_example, &file.example_count))
        return false;
    if (!file.names.count)
        return row_fail(row, "names", "is missing");
    VEC_PUSH(loader->packs->arena, &loader->files, file);
    return true;
}

static bool read_code(struct protect_loader *loader, struct row *row)
{
    static const char *const known[] = {"id", "text", "does", "examples", NULL};
    struct protect_code code = {0};

    if (!row_open(row, known) || !read_id(loader, row, &code.id) ||
        !pack_read_pattern(loader->packs, row, "text", true, &code.text) ||
        !row_choice(row, "does", changes, &code.does) ||
        !read_examples(loader, row, "writes", "harmless", &code.first_example, &code.example_count))
        return false;
    VEC_PUSH(loader->packs->arena, &loader->codes, code);
    return true;
}

enum section { SECTION_PROGRAMS, SECTION_RULES, SECTION_WRITERS, SECTION_FILES, SECTION_CODES };

static bool read_section(struct protect_loader *loader, const struct row *row, const char *key,
                         enum section section, uint32_t pack, uint32_t first_program)
{
    const cJSON *list, *item;
    int index = 0;

    if (!row_array(row, key, &list))
        return false;
    cJSON_ArrayForEach(item, list)
    {
        struct row child = row_child(row, key, index++, item);
        bool good = section == SECTION_PROGRAMS  ? pack_read_program(loader->packs, &child, pack)
                    : section == SECTION_RULES   ? read_rule(loader, &child, first_program)
                    : section == SECTION_WRITERS ? read_writer(loader, &child, first_program)
                    : section == SECTION_FILES   ? read_file(loader, &child)
                                                 : read_code(loader, &child);
        if (!good)
            return false;
    }
    return true;
}

bool protect_load(struct protect_loader *loader, struct str bytes, struct str name, struct err *e)
{
    static const char *const known[] = {"protect", "title", "programs", "rules",
                                        "writers", "files", "code",     NULL};
    JSON_DOCUMENT(document);
    struct pack_loader *packs = loader->packs;
    struct str pack_name, title;

    if (!json_parse(packs->arena, bytes, JSON_COMMENTS, str_c(packs->arena, name), &document, e))
        return false;
    struct row row = {.arena = packs->arena, .object = document, .file = name, .e = e};
    if (!row_open(&row, known) || !row_text(&row, "protect", true, &pack_name) ||
        !row_text(&row, "title", true, &title))
        return false;
    uint32_t pack = (uint32_t)packs->packs.count;
    uint32_t first_program = (uint32_t)packs->programs.count;
    struct pack entry = {pack_put(&packs->bytes, pack_name), pack_put(&packs->bytes, title),
                         pack_put(&packs->bytes, name), 0};
    VEC_PUSH(packs->arena, &packs->packs, entry);
    return read_section(loader, &row, "programs", SECTION_PROGRAMS, pack, first_program) &&
           read_section(loader, &row, "rules", SECTION_RULES, pack, first_program) &&
           read_section(loader, &row, "writers", SECTION_WRITERS, pack, first_program) &&
           read_section(loader, &row, "files", SECTION_FILES, pack, first_program) &&
           read_section(loader, &row, "code", SECTION_CODES, pack, first_program);
}

bool protect_loader_finish(struct protect_loader *loader, struct protect_tables *ret_tables,
                           struct pack_examples *ret_examples, struct err *e)
{
    *ret_tables = (struct protect_tables){
        .rules = loader->rules.items,
        .rule_count = (uint32_t)loader->rules.count,
        .writers = loader->writers.items,
        .writer_count = (uint32_t)loader->writers.count,
        .files = loader->files.items,
        .file_count = (uint32_t)loader->files.count,
        .codes = loader->codes.items,
        .code_count = (uint32_t)loader->codes.count,
    };
    return pack_loader_finish(loader->packs, &ret_tables->packs, ret_examples, e);
}
