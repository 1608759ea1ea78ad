/* pack_generate.c -- patterns/deploys, patterns/wrappers and patterns/protect → C tables. Runs while hookcheck is built.
 *
 * Usage: pack-generate PATTERNS_DIRECTORY TABLES.c EXAMPLES.c PROTECT_TABLES.c PROTECT_EXAMPLES.c
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "deploys/protect_tables.h"

/* Never released: compiled patterns hang on it until the process ends. */
static struct arena arena = {.budget = ARENA_DEFAULT_BUDGET};

static bool load_folder(struct pack_loader *loader, struct str patterns, const char *folder,
                        bool deploys, struct err *e)
{
    struct str directory = path_join(&arena, patterns, str_from(folder)), bytes;
    struct strs names;

    if (!file_list(&arena, directory, &names, e))
        return false;
    for (size_t i = 0; i < names.count; i++) {
        if (!str_ends(names.items[i], STR(".json")))
            continue;
        struct str shown =
            str_printf(&arena, "patterns/%s/" STR_FMT, folder, STR_ARG(names.items[i]));
        struct str path = path_join(&arena, directory, names.items[i]);
        if (!file_read(&arena, path, FILE_MAX, &bytes, e))
            return false;
        bool good = deploys ? pack_load_deploys(loader, bytes, shown, e)
                            : pack_load_wrappers(loader, bytes, shown, e);
        if (!good)
            return false;
    }
    return true;
}

static void write_bytes(FILE *out, const char *name, const char *bytes, size_t length)
{
    fprintf(out, "static const char %s[%zu] =\n    \"", name, length + 1);
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        if (byte == '"' || byte == '\\')
            fprintf(out, "\\%c", byte);
        else if (byte < 0x20 || byte >= 0x7f || byte == '?')
            fprintf(out, "\\%03o", byte);
        else
            fputc(byte, out);
        if (i % 80 == 79)
            fputs("\"\n    \"", out);
    }
    fputs("\";\n", out);
}

#define TEXT_FMT "{%u, %u}"
#define TEXT_ARG(text) (text).at, (text).length
#define LIST_ARG(list) (list).first, (list).count

static void write_names(FILE *out, const char *name, const struct pack_name *names, uint32_t count)
{
    fprintf(out, "static const struct pack_name %s[] = {\n", name);
    for (uint32_t i = 0; i < count; i++)
        fprintf(out, "    {" TEXT_FMT ", %u},\n", TEXT_ARG(names[i].name), names[i].index);
    fputs("    {{0, 0}, 0}};\n", out);
}

static void write_packs(FILE *out, const struct pack_tables *t)
{
    fputs("static const struct pack_text lists[] = {\n", out);
    for (uint32_t i = 0; i < t->list_count; i++)
        fprintf(out, "    " TEXT_FMT ",\n", TEXT_ARG(t->lists[i]));
    fputs("    {0, 0}};\nstatic const struct pack packs[] = {\n", out);
    for (uint32_t i = 0; i < t->pack_count; i++)
        fprintf(out, "    {" TEXT_FMT ", " TEXT_FMT ", " TEXT_FMT ", %u},\n",
                TEXT_ARG(t->packs[i].name), TEXT_ARG(t->packs[i].title), TEXT_ARG(t->packs[i].file),
                t->packs[i].first_rule_of_file);
    fputs("    {{0, 0}, {0, 0}, {0, 0}, 0}};\nstatic const struct pack_program programs[] = {\n",
          out);
    for (uint32_t i = 0; i < t->program_count; i++) {
        const struct pack_program *p = &t->programs[i];
        fprintf(out,
                "    {%u, %u, %u, {%u, %u}, {%u, %u}, {%u, %u}, {%u, %u}, {%u, %u}, " TEXT_FMT
                ", {%u, %u}},\n",
                p->pack, p->first_rule, p->rule_count, LIST_ARG(p->names),
                LIST_ARG(p->options_with_value), LIST_ARG(p->words), LIST_ARG(p->excuses),
                LIST_ARG(p->excuse_commands), TEXT_ARG(p->unless), LIST_ARG(p->stand_ins));
    }
    fputs("    {.pack = 0}};\n", out);
}

static void write_rules(FILE *out, const struct pack_tables *t)
{
    fputs("static const struct pack_rule rules[] = {\n", out);
    for (uint32_t i = 0; i < t->rule_count; i++) {
        const struct pack_rule *r = &t->rules[i];
        fprintf(out,
                "    {" TEXT_FMT ", %u, %u, %u, " TEXT_FMT ", " TEXT_FMT ", " TEXT_FMT
                ", {%u, %u}, " TEXT_FMT ", %d, %d, " TEXT_FMT ", %u, %u},\n",
                TEXT_ARG(r->id), r->program, r->certainty, r->kind, TEXT_ARG(r->command),
                TEXT_ARG(r->unless), TEXT_ARG(r->setting), LIST_ARG(r->environment),
                TEXT_ARG(r->commit), r->remote, r->alternatives, TEXT_ARG(r->need),
                r->first_example, r->example_count);
    }
    fputs("    {.program = 0}};\n", out);
}

static void write_wrappers(FILE *out, const struct pack_tables *t)
{
    fputs("static const struct pack_wrapper wrappers[] = {\n", out);
    for (uint32_t i = 0; i < t->wrapper_count; i++) {
        const struct pack_wrapper *w = &t->wrappers[i];
        fprintf(out,
                "    {%u, %u, " TEXT_FMT ", {%u, %u}, {%u, %u}, {%u, %u}, {%u, %u}, {%u, %u}, "
                "{%u, %u}, {%u, %u}, {%u, %u}, {%u, %u}, {%u, %u}, " TEXT_FMT ", " TEXT_FMT
                ", " TEXT_FMT ", %u, %d, %d, %d, %d, %u, %u},\n",
                w->kind, w->takes, TEXT_ARG(w->file), LIST_ARG(w->names), LIST_ARG(w->commands),
                LIST_ARG(w->options_with_value), LIST_ARG(w->code_options),
                LIST_ARG(w->command_options), LIST_ARG(w->directory_options),
                LIST_ARG(w->unset_options), LIST_ARG(w->file_options), LIST_ARG(w->excuses),
                LIST_ARG(w->entrypoints), TEXT_ARG(w->entrypoint_option), TEXT_ARG(w->command),
                TEXT_ARG(w->unless), w->operands, w->assignments, w->needs_separator, w->remote,
                w->suspected, w->first_example, w->example_count);
    }
    fputs("    {.kind = 0}};\n", out);
}

static const char head[] = "/* Generated from patterns/ by pack-generate; not for editing. */\n"
                           "#include \"deploys/protect_tables.h\"\n\n"
                           "#pragma GCC diagnostic ignored \"-Woverlength-strings\"\n\n";

static void write_arrays(FILE *out, const struct pack_tables *t)
{
    fputs(head, out);
    write_bytes(out, "bytes", t->bytes, t->byte_count);
    write_packs(out, t);
    write_rules(out, t);
    write_wrappers(out, t);
    write_names(out, "program_names", t->program_names, t->program_name_count);
    write_names(out, "wrapper_names", t->wrapper_names, t->wrapper_name_count);
    fputs("static const char *const words[] = {\n", out);
    for (uint32_t i = 0; i < t->word_count; i++)
        fprintf(out, "    \"%s\",\n", t->words[i]);
    fputs("    \"\"};\n\n", out);
}

static void write_initialiser(FILE *out, const struct pack_tables *t)
{
    fprintf(out,
            "{bytes, %u, lists, %u, packs, %u, programs, %u, rules, %u,\n    program_names, %u, "
            "wrappers, %u, wrapper_names, %u, words, %u}",
            t->byte_count, t->list_count, t->pack_count, t->program_count, t->rule_count,
            t->program_name_count, t->wrapper_count, t->wrapper_name_count, t->word_count);
}

static void write_tables(FILE *out, const struct pack_tables *t)
{
    write_arrays(out, t);
    fputs("const struct pack_tables pack_builtin = ", out);
    write_initialiser(out, t);
    fputs(";\n", out);
}

static void write_protect_rules(FILE *out, const struct protect_tables *t)
{
    fputs("static const struct protect_rule protect_rules[] = {\n", out);
    for (uint32_t i = 0; i < t->rule_count; i++) {
        const struct protect_rule *r = &t->rules[i];
        fprintf(out,
                "    {" TEXT_FMT ", %u, %d, %d, %d, %d, " TEXT_FMT ", {%u, %u}, " TEXT_FMT
                ", " TEXT_FMT ", " TEXT_FMT ", " TEXT_FMT ", " TEXT_FMT ", %u, %u},\n",
                TEXT_ARG(r->id), r->program, r->stamp, r->input, r->sql, r->alternatives,
                TEXT_ARG(r->need), LIST_ARG(r->mentions), TEXT_ARG(r->command), TEXT_ARG(r->unless),
                TEXT_ARG(r->setting), TEXT_ARG(r->says), TEXT_ARG(r->instead), r->first_example,
                r->example_count);
    }
    fputs("    {.program = 0}};\nstatic const struct protect_writer protect_writers[] = {\n", out);
    for (uint32_t i = 0; i < t->writer_count; i++) {
        const struct protect_writer *w = &t->writers[i];
        fprintf(out,
                "    {%u, %u, %u, " TEXT_FMT ", " TEXT_FMT ", %d, " TEXT_FMT ", " TEXT_FMT
                ", {%u, %u}, %u, %u},\n",
                w->program, w->does, w->operands, TEXT_ARG(w->when), TEXT_ARG(w->unless),
                w->alternatives, TEXT_ARG(w->need), TEXT_ARG(w->prefix), LIST_ARG(w->options),
                w->first_example, w->example_count);
    }
    fputs("    {.program = 0}};\n", out);
}

static void write_protect_tables(FILE *out, const struct protect_tables *t)
{
    write_arrays(out, &t->packs);
    write_protect_rules(out, t);
    fputs("static const struct protect_file protect_files[] = {\n", out);
    for (uint32_t i = 0; i < t->file_count; i++) {
        const struct protect_file *f = &t->files[i];
        fprintf(out,
                "    {" TEXT_FMT ", " TEXT_FMT ", " TEXT_FMT
                ", %u, {%u, %u}, {%u, %u}, {%u, %u}, " TEXT_FMT ", %u, %u},\n",
                TEXT_ARG(f->id), TEXT_ARG(f->path), TEXT_ARG(f->what), f->judge, LIST_ARG(f->names),
                LIST_ARG(f->holds), LIST_ARG(f->below), TEXT_ARG(f->mixed), f->first_example,
                f->example_count);
    }
    fputs("    {.judge = 0}};\nstatic const struct protect_code protect_codes[] = {\n", out);
    for (uint32_t i = 0; i < t->code_count; i++)
        fprintf(out, "    {" TEXT_FMT ", " TEXT_FMT ", %u, %u, %u},\n", TEXT_ARG(t->codes[i].id),
                TEXT_ARG(t->codes[i].text), t->codes[i].does, t->codes[i].first_example,
                t->codes[i].example_count);
    fputs("    {.does = 0}};\n\nconst struct protect_tables protect_builtin = {\n    ", out);
    write_initialiser(out, &t->packs);
    fprintf(
        out,
        ",\n    protect_rules, %u, protect_writers, %u, protect_files, %u, protect_codes, %u};\n",
        t->rule_count, t->writer_count, t->file_count, t->code_count);
}

static void write_examples(FILE *out, const char *name, const struct pack_examples *examples)
{
    fputs(head, out);
    write_bytes(out, "bytes", examples->bytes, examples->byte_count);
    fputs("static const struct pack_example items[] = {\n", out);
    for (uint32_t i = 0; i < examples->count; i++) {
        const struct pack_example *x = &examples->items[i];
        fprintf(out, "    {" TEXT_FMT ", " TEXT_FMT ", %d, %d},\n", TEXT_ARG(x->command),
                TEXT_ARG(x->expected), x->has_expected, x->deploy);
    }
    fprintf(out,
            "    {.deploy = false}};\n\nconst struct pack_examples %s = {bytes, %u, items, %u};\n",
            name, examples->byte_count, examples->count);
}

struct output {
    const char *path;
    const struct pack_tables *tables;
    const struct protect_tables *protect;
    const struct pack_examples *examples; /* of that name */
    const char *name;
};

static bool write_output(const struct output *output, struct err *e)
{
    FILE *out = fopen(output->path, "w");

    if (!out)
        return err_errno(e, "%s cannot be written", output->path);
    if (output->tables)
        write_tables(out, output->tables);
    else if (output->protect)
        write_protect_tables(out, output->protect);
    else
        write_examples(out, output->name, output->examples);
    bool failed = ferror(out) != 0;
    if (fclose(out) != 0 || failed)
        return err_errno(e, "%s cannot be written", output->path);
    return true;
}

static bool load_protect(struct protect_loader *loader, struct str patterns, struct err *e)
{
    struct str directory = path_join(&arena, patterns, STR("protect")), bytes;
    struct strs names;

    if (!file_list(&arena, directory, &names, e))
        return false;
    for (size_t i = 0; i < names.count; i++) {
        struct str path = path_join(&arena, directory, names.items[i]);
        if (str_ends(path, STR(".json")) &&
            (!file_read(&arena, path, FILE_MAX, &bytes, e) ||
             !protect_load(loader, bytes,
                           str_printf(&arena, "patterns/protect/" STR_FMT, STR_ARG(names.items[i])),
                           e)))
            return false;
    }
    return true;
}

static bool generate(char **arguments, struct err *e)
{
    struct pack_tables tables;
    struct protect_tables protect;
    struct pack_examples examples, protect_examples;
    struct pack_loader *loader = pack_loader_new(&arena);
    struct protect_loader *protect_loader = protect_loader_new(&arena);
    struct str patterns = str_from(arguments[1]);

    if (!load_folder(loader, patterns, "deploys", true, e) ||
        !load_folder(loader, patterns, "wrappers", false, e) ||
        !pack_loader_finish(loader, &tables, &examples, e) ||
        !load_protect(protect_loader, patterns, e) ||
        !protect_loader_finish(protect_loader, &protect, &protect_examples, e))
        return false;
    const struct output outputs[] = {
        {.path = arguments[2], .tables = &tables},
        {.path = arguments[3], .examples = &examples, .name = "pack_builtin_examples"},
        {.path = arguments[4], .protect = &protect},
        {.path = arguments[5], .examples = &protect_examples, .name = "protect_builtin_examples"},
    };
    for (size_t i = 0; i < COUNT_OF(outputs); i++)
        if (!write_output(&outputs[i], e))
            return false;
    return true;
}

int main(int count, char **arguments)
{
    struct err e = ERR_NONE;

    if (count != 6) {
        fputs("usage: pack-generate PATTERNS TABLES.c EXAMPLES.c PROTECT.c PROTECT_EXAMPLES.c\n",
              stderr);
        return 1;
    }
    bool good = generate(arguments, &e);
    if (!good)
        fprintf(stderr, "%s\n%s%s", e.message, e.hint, e.hint[0] ? "\n" : "");
    return good ? 0 : 1;
}
