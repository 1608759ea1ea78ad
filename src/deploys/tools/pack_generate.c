/* pack_generate.c -- patterns/deploys and patterns/wrappers → C tables. Runs while hookcheck is built.
 *
 * Usage: pack-generate PATTERNS_DIRECTORY OUTPUT_TABLES.c OUTPUT_EXAMPLES.c
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "deploys/pack.h"

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
        fprintf(out, "    {%u, %u, %u, {%u, %u}, {%u, %u}, {%u, %u}, {%u, %u}, {%u, %u}},\n",
                p->pack, p->first_rule, p->rule_count, LIST_ARG(p->names),
                LIST_ARG(p->options_with_value), LIST_ARG(p->words), LIST_ARG(p->excuses),
                LIST_ARG(p->excuse_commands));
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
                ", {%u, %u}, " TEXT_FMT ", %d, %d, %u, %u},\n",
                TEXT_ARG(r->id), r->program, r->certainty, r->kind, TEXT_ARG(r->command),
                TEXT_ARG(r->unless), TEXT_ARG(r->setting), LIST_ARG(r->environment),
                TEXT_ARG(r->commit), r->remote, r->alternatives, r->first_example,
                r->example_count);
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
                "{%u, %u}, {%u, %u}, {%u, %u}, {%u, %u}, " TEXT_FMT ", " TEXT_FMT ", " TEXT_FMT
                ", %u, %d, %d, %d, %d, %u, %u},\n",
                w->kind, w->takes, TEXT_ARG(w->file), LIST_ARG(w->names), LIST_ARG(w->commands),
                LIST_ARG(w->options_with_value), LIST_ARG(w->code_options),
                LIST_ARG(w->command_options), LIST_ARG(w->directory_options),
                LIST_ARG(w->file_options), LIST_ARG(w->excuses), LIST_ARG(w->entrypoints),
                TEXT_ARG(w->entrypoint_option), TEXT_ARG(w->command), TEXT_ARG(w->unless),
                w->operands, w->assignments, w->needs_separator, w->remote, w->suspected,
                w->first_example, w->example_count);
    }
    fputs("    {.kind = 0}};\n", out);
}

static const char head[] = "/* Generated from patterns/ by pack-generate; not for editing. */\n"
                           "#include \"deploys/pack.h\"\n\n"
                           "#pragma GCC diagnostic ignored \"-Woverlength-strings\"\n\n";

static void write_tables(FILE *out, const struct pack_tables *t)
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
    fprintf(out,
            "const struct pack_tables pack_builtin = {bytes, %u, lists, %u, packs, %u, programs, "
            "%u, rules, "
            "%u,\n    program_names, %u, wrappers, %u, wrapper_names, %u, words, %u};\n",
            t->byte_count, t->list_count, t->pack_count, t->program_count, t->rule_count,
            t->program_name_count, t->wrapper_count, t->wrapper_name_count, t->word_count);
}

static void write_examples(FILE *out, const struct pack_examples *examples)
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
            "    {.deploy = false}};\n\nconst struct pack_examples pack_builtin_examples = "
            "{bytes, %u, items, %u};\n",
            examples->byte_count, examples->count);
}

static bool write_file(const char *path, const struct pack_tables *tables,
                       const struct pack_examples *examples, struct err *e)
{
    FILE *out = fopen(path, "w");

    if (!out)
        return err_errno(e, "%s cannot be written", path);
    if (tables)
        write_tables(out, tables);
    else
        write_examples(out, examples);
    bool failed = ferror(out) != 0;
    if (fclose(out) != 0 || failed)
        return err_errno(e, "%s cannot be written", path);
    return true;
}

int main(int count, char **arguments)
{
    struct err e = ERR_NONE;
    struct pack_tables tables;
    struct pack_examples examples;

    if (count != 4) {
        fputs("usage: pack-generate PATTERNS TABLES.c EXAMPLES.c\n", stderr);
        return 1;
    }
    struct pack_loader *loader = pack_loader_new(&arena);
    struct str patterns = str_from(arguments[1]);
    bool good = load_folder(loader, patterns, "deploys", true, &e) &&
                load_folder(loader, patterns, "wrappers", false, &e) &&
                pack_loader_finish(loader, &tables, &examples, &e) &&
                write_file(arguments[2], &tables, NULL, &e) &&
                write_file(arguments[3], NULL, &examples, &e);
    if (!good)
        fprintf(stderr, "%s\n%s%s", e.message, e.hint, e.hint[0] ? "\n" : "");
    return good ? 0 : 1;
}
