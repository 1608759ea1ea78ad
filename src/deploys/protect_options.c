/* protect_options.c -- files that a writer is given as values of its options: `-o FILE`, `--output=FILE`, `-oFILE`, `-sSLo FILE`. */
#include "base/file.h"
#include "deploys/protect_path.h"
#include "deploys/protect_write.h"

struct reader {
    struct recogniser *r;
    const struct protect_writer *writer;
    const struct write *write;
};

static bool write_value(const struct reader *reader, struct str value, struct err *e)
{
    return reader->write->change == CHANGE_REMOVED
               ? protect_write_extracted(reader->r, reader->write, value, e)
               : protect_write(reader->r, reader->write, value, e);
}

/* Letters up to the first that takes a value: the rest of the word, or the next one. */
static bool read_letters(const struct reader *reader, size_t *i, struct err *e)
{
    const struct pack_tables *t = &reader->r->protect->packs;
    const struct pack_program *program = &t->programs[reader->writer->program];
    const struct call *call = reader->write->call;
    struct str word = call->words[*i].text;

    for (size_t at = 1; at < word.length; at++) {
        char letters[] = {'-', word.bytes[at], '\0'};
        struct str name = str_from(letters), value = str_from_offset(word, at + 1);
        if (!pack_list_has(t, program->options_with_value, name))
            continue;
        if (!value.length && *i + 1 < call->count)
            value = call->words[++*i].text;
        return !pack_list_has(t, reader->writer->options, name) || write_value(reader, value, e);
    }
    return true;
}

static bool read_name(const struct reader *reader, size_t *i, struct err *e)
{
    const struct pack_tables *t = &reader->r->protect->packs;
    const struct call *call = reader->write->call;
    struct str word = call->words[*i].text, value = word, name = str_cut(&value, '=');

    if (!pack_list_has(t, reader->writer->options, name))
        return true;
    if (name.length == word.length && *i + 1 < call->count)
        value = call->words[++*i].text;
    return write_value(reader, value, e);
}

bool protect_write_options(struct recogniser *r, const struct protect_writer *writer,
                           const struct write *write, struct err *e)
{
    const struct reader reader = {r, writer, write};
    bool letters = false;

    for (uint32_t i = 0; i < writer->options.count; i++)
        letters = letters || pack_list_item(&r->protect->packs, writer->options, i).length == 2;
    for (size_t i = 1; i < write->call->count; i++) {
        struct str word = write->call->words[i].text;
        if (str_eq(word, STR("--")))
            break;
        if (word.length < 2 || word.bytes[0] != '-')
            continue;
        bool named = word.bytes[1] == '-' || !letters;
        if (!(named ? read_name(&reader, &i, e) : read_letters(&reader, &i, e)))
            return false;
    }
    return true;
}

bool protect_write_extracted(struct recogniser *r, const struct write *write, struct str path,
                             struct err *e)
{
    struct str whole = path_join(r->arena, write->directory, path);

    return (protect_is_known(path) && !protect_is_directory(r->arena, r->protect, whole)) ||
           protect_write(r, write, path, e);
}
