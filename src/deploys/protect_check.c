/* protect_check.c -- the examples of patterns/protect, run through the recogniser that hooks use. */
#include "deploys/judge.h"
#include "deploys/protect_path.h"
#include "deploys/recognise.h"

struct check {
    struct arena *arena;
    const struct protect_tables *tables;
    const struct pack_examples *examples;
    struct pack_failures *failures;
    size_t count;
};

static void fail(struct check *c, struct str file, struct str row, struct str example,
                 struct str expected, struct str found)
{
    struct pack_failure failure = {file, row, example, expected, found};

    VEC_PUSH(c->arena, c->failures, failure);
}

static struct str file_of(const struct check *c, uint32_t program)
{
    const struct pack_tables *t = &c->tables->packs;

    return pack_str(t, t->packs[t->programs[program].pack].file);
}

static struct str describe(const struct check *c, const struct tampers *tampers)
{
    struct buf out = buf_new(c->arena, 2000);

    for (size_t i = 0; i < tampers->count; i++)
        buf_printf(&out, "%s" STR_FMT " (" STR_FMT ")", i ? "; " : "",
                   STR_ARG(tampers->items[i].rule),
                   STR_ARG(tampers->items[i].path.length ? tampers->items[i].path
                                                         : tampers->items[i].command));
    return tampers->count ? buf_str(&out) : STR("nothing");
}

/* `id` empty: any file. */
static bool check_command(struct check *c, struct str id, struct str file, struct str row,
                          const struct pack_example *example, struct err *e)
{
    struct deploys deploys = {0};
    struct tampers tampers = {0};
    struct str command = pack_example_str(c->examples, example->command);
    struct recogniser *r = recogniser_new(c->arena, NULL, &pack_builtin, &deploys);
    bool found = false;

    c->count++;
    recogniser_protect(r, c->tables, &tampers);
    if (!recogniser_run(r, DIALECT_SH, command, STR("/nowhere/repository"), STR("/nowhere/home"),
                        e))
        return false;
    for (size_t i = 0; i < tampers.count; i++)
        found = found || (id.length ? str_eq(tampers.items[i].rule, id)
                                    : tampers.items[i].kind == TAMPER_FILE);
    if (example->deploy && !found)
        fail(c, file, row, command, id.length ? id : STR("a change to a file"),
             describe(c, &tampers));
    if (!example->deploy && tampers.count)
        fail(c, file, row, command, STR("nothing"), describe(c, &tampers));
    return true;
}

static bool check_rules(struct check *c, struct err *e)
{
    const struct protect_tables *t = c->tables;

    for (uint32_t i = 0; i < t->rule_count; i++) {
        struct str id = pack_str(&t->packs, t->rules[i].id);
        for (uint32_t n = 0; n < t->rules[i].example_count; n++)
            if (!check_command(c, id, file_of(c, t->rules[i].program), id,
                               &c->examples->items[t->rules[i].first_example + n], e))
                return false;
    }
    for (uint32_t i = 0; i < t->writer_count; i++) {
        const struct pack_program *program = &t->packs.programs[t->writers[i].program];
        struct str name = pack_list_item(&t->packs, program->names, 0);
        for (uint32_t n = 0; n < t->writers[i].example_count; n++)
            if (!check_command(c, STR(""), file_of(c, t->writers[i].program), name,
                               &c->examples->items[t->writers[i].first_example + n], e))
                return false;
    }
    return true;
}

static void check_path(struct check *c, const struct protect_file *row,
                       const struct pack_example *example)
{
    const struct pack_tables *t = &c->tables->packs;
    struct str path = pack_example_str(c->examples, example->command), id = pack_str(t, row->id);
    const struct protect_file *found =
        protect_find_file(c->arena, c->tables, str_printf(c->arena, "/" STR_FMT, STR_ARG(path)));
    struct str found_id = found ? pack_str(t, found->id) : STR("none");

    c->count++;
    if (example->deploy != (found == row))
        fail(c, STR("files"), id, path, example->deploy ? id : STR("another row, or none"),
             found_id);
}

/* The text of the other language, as `python3 -c` gets it. */
static bool check_code(struct check *c, const struct protect_code *code,
                       const struct pack_example *example, struct err *e)
{
    struct deploys deploys = {0};
    struct tampers tampers = {0};
    struct recogniser *r = recogniser_new(c->arena, NULL, &pack_builtin, &deploys);
    struct call call = {.directory = STR("/nowhere/repository")};
    struct str text = pack_example_str(c->examples, example->command);
    struct str id = pack_str(&c->tables->packs, code->id);

    c->count++;
    recogniser_protect(r, c->tables, &tampers);
    if (!protect_text(r, &call, text, e))
        return false;
    if (example->deploy != (tampers.count > 0))
        fail(c, STR("code"), id, text, example->deploy ? STR("a change to a file") : STR("nothing"),
             describe(c, &tampers));
    return true;
}

bool protect_check_examples(struct arena *arena, const struct protect_tables *tables,
                            const struct pack_examples *examples,
                            struct pack_failures *ret_failures, size_t *ret_count, struct err *e)
{
    struct pack_failures failures = {0};
    struct check c = {arena, tables, examples, &failures, 0};

    if (!check_rules(&c, e))
        return false;
    for (uint32_t i = 0; i < tables->file_count; i++)
        for (uint32_t n = 0; n < tables->files[i].example_count; n++)
            check_path(&c, &tables->files[i], &examples->items[tables->files[i].first_example + n]);
    for (uint32_t i = 0; i < tables->code_count; i++)
        for (uint32_t n = 0; n < tables->codes[i].example_count; n++)
            if (!check_code(&c, &tables->codes[i],
                            &examples->items[tables->codes[i].first_example + n], e))
                return false;
    *ret_failures = failures;
    *ret_count = c.count;
    return true;
}
