/* protect_archive.c -- what is taken out of an archive: named members, and what `git archive REVISION | tar x` puts back as it was. */
#include <ctype.h>
#include <string.h>

#include "base/file.h"
#include "deploys/protect_write.h"

#define ARCHIVES_MAX 16u
#define PIPES_MAX 8u
#define WRITERS_MAX 4096u /* commands in pipes to an extraction that are looked at */

/* --- Letters in one word. --- */

static bool is_tar(struct str name)
{
    static const char *const names[] = {"tar", "gtar", "bsdtar", NULL};

    return str_is_one_of(name, names);
}

static bool is_letters(struct str word)
{
    for (size_t i = 0; i < word.length; i++)
        if (!isalpha((unsigned char)word.bytes[i]))
            return false;
    return word.length > 0;
}

struct speller {
    struct recogniser *r;
    const struct pack_program *program;
    const struct call *call;
    bool pairs; /* wget's -nc, -nv… are one option each */
    struct shell_values words;
};

static void add_word(struct speller *s, const struct shell_value *like, struct str text)
{
    struct shell_value word = *like;

    word.text = text;
    VEC_PUSH(s->r->arena, &s->words, word);
}

/* -x, -4, -#: all but "--name", and what is not known. */
static bool begins_letters(struct str letters)
{
    return letters.length && (isalnum((unsigned char)letters.bytes[0]) || letters.bytes[0] == '#');
}

/* -xzCDIR: the first that takes a value takes the rest. Without a dash, xfC FILE DIR, each of them the next word, in their order. */
static void spell_letters(struct speller *s, struct str letters, bool dash, size_t *next)
{
    const struct shell_value *word = &s->call->words[*next - 1];

    for (size_t i = 0, end; i < letters.length; i = end) {
        bool pair = s->pairs && letters.bytes[i] == 'n' && i + 1 < letters.length;
        end = i + (pair ? 2 : 1);
        struct str option =
            str_printf(s->r->arena, "-" STR_FMT, STR_ARG(str_slice(letters, i, end)));
        struct str rest = str_from_offset(letters, end);
        add_word(s, word, option);
        if (!pack_list_has(&s->r->protect->packs, s->program->options_with_value, option))
            continue;
        if (dash && rest.length)
            add_word(s, word, rest);
        else if (*next < s->call->count)
            VEC_PUSH(s->r->arena, &s->words, s->call->words[(*next)++]);
        if (dash)
            return;
    }
}

struct call protect_spelt_out(struct recogniser *r, const struct pack_program *program,
                              const struct call *call, const struct line *line)
{
    struct speller s = {
        .r = r, .program = program, .call = call, .pairs = str_eq(line->name, STR("wget"))};
    struct call spelt = *call;
    static const char *const others[] = {"unzip", "curl", "wget", NULL};
    bool tar = is_tar(line->name), options = true;

    if (!tar && !str_is_one_of(line->name, others))
        return spelt;
    VEC_PUSH(r->arena, &s.words, call->words[0]);
    for (size_t i = 1; i < call->count;) {
        const struct shell_value *word = &call->words[i++];
        bool dash = str_starts(word->text, STR("-"));
        struct str letters = str_from_offset(word->text, dash);
        options = options && !str_eq(word->text, STR("--"));
        if (options && (dash ? begins_letters(letters) : tar && i == 2 && is_letters(letters)))
            spell_letters(&s, letters, dash, &i);
        else
            VEC_PUSH(r->arena, &s.words, *word);
    }
    spelt.words = s.words.items;
    spelt.count = s.words.count;
    return spelt;
}

/* --- git archive --- */

struct archiver {
    struct recogniser *r;
    struct archived archived;
    struct str output;
    bool elsewhere; /* --remote: what another repository has */
    bool has_revision;
};

/* True: the next word is the option's value. */
static bool read_option(struct archiver *a, struct str word, struct str next)
{
    static const char *const with_value[] = {"-o",       "--output", "--prefix",   "--format",
                                             "--remote", "--exec",   "--add-file", NULL};
    struct str value = word, name = str_cut(&value, '=');
    bool apart = name.length == word.length;

    if (apart)
        value = next;
    if (str_eq(name, STR("-o")) || str_eq(name, STR("--output")))
        a->output = value;
    else if (str_starts(name, STR("-o")) && !str_starts(name, STR("--")))
        a->output = str_from_offset(word, 2);
    else if (str_eq(name, STR("--prefix")))
        a->archived.prefix = value;
    else
        a->elsewhere = a->elsewhere || str_eq(name, STR("--remote"));
    return apart && str_is_one_of(name, with_value);
}

static void read_word(struct archiver *a, struct str word)
{
    if (a->has_revision)
        VEC_PUSH(a->r->arena, &a->archived.paths, word);
    else
        a->archived.revision = word;
    a->has_revision = true;
}

/* False: the command is none. */
static bool read_archive(struct recogniser *r, const struct shell_command *command,
                         struct archiver *ret)
{
    const struct shell_values *words = &command->words;
    bool options = true;
    size_t i = 1;

    *ret = (struct archiver){.r = r, .archived = {.directory = command->directory}};
    if (!str_eq(path_base_name(words->items[0].text), STR("git")))
        return false;
    for (; i + 1 < words->count && str_starts(words->items[i].text, STR("-")); i += 2)
        if (str_eq(words->items[i].text, STR("-C")))
            ret->archived.directory =
                path_join(r->arena, ret->archived.directory, words->items[i + 1].text);
    if (i >= words->count || !str_eq(words->items[i].text, STR("archive")))
        return false;
    for (i++; i < words->count; i++) {
        struct str word = words->items[i].text;
        if (!options || !str_starts(word, STR("-")))
            read_word(ret, word);
        else if (str_eq(word, STR("--")))
            options = false;
        else if (read_option(ret, word, i + 1 < words->count ? words->items[i + 1].text : STR("")))
            i++;
    }
    if (!ret->archived.paths.count)
        VEC_PUSH(r->arena, &ret->archived.paths, STR("."));
    if (ret->elsewhere || !protect_is_known(ret->archived.revision))
        ret->archived.revision = STR("");
    return true;
}

void protect_archive_remember(struct recogniser *r, const struct shell_command *command)
{
    struct archiver archiver;

    if (r->remote || r->archives.count == ARCHIVES_MAX || !read_archive(r, command, &archiver))
        return;
    for (size_t i = 0; i < command->output_count && !archiver.output.length; i++)
        if (command->outputs[i].descriptor == 1)
            archiver.output = command->outputs[i].path.text;
    if (!archiver.output.length || !protect_is_known(archiver.output))
        return;
    archiver.archived.path = path_join(r->arena, command->directory, archiver.output);
    VEC_PUSH(r->arena, &r->archives, archiver.archived);
}

/* --- Who reads it. --- */

static bool is_passed_on(const struct shell_command *command)
{
    static const char *const programs[] = {"gzip", "gunzip", "zcat",  "cat", "pv",
                                           "xz",   "zstd",   "bzip2", "tee", NULL};

    return str_is_one_of(path_base_name(command->words.items[0].text), programs);
}

static bool find_piped(struct recogniser *r, const struct shell_commands *writers, size_t depth,
                       size_t *looks, struct archived *ret)
{
    struct archiver archiver;

    for (size_t i = 0; writers && depth < PIPES_MAX && i < writers->count; i++) {
        if (++*looks > WRITERS_MAX)
            return false;
        const struct shell_command *from = writers->items[i];
        if (read_archive(r, from, &archiver)) {
            *ret = archiver.archived;
            return true;
        }
        if (is_passed_on(from) && find_piped(r, from->writers, depth + 1, looks, ret))
            return true;
    }
    return false;
}

static bool find_made(struct recogniser *r, const struct call *call, struct str name,
                      struct archived *ret)
{
    struct str path = path_join(r->arena, call->directory, name);

    for (size_t i = r->archives.count; i > 0; i--)
        if (str_eq(r->archives.items[i - 1].path, path)) {
            *ret = r->archives.items[i - 1];
            return true;
        }
    return false;
}

struct extracted {
    struct str file;      /* empty: what is read */
    struct str directory; /* where its members go */
    struct strs members;  /* none: all */
    struct strs excluded; /* as pathspecs */
};

/* --exclude PATTERN takes a name at any depth, and what lies below it. */
static void add_excluded(struct recogniser *r, struct strs *excluded, struct str pattern)
{
    static const char *const places[] = {"", "*/"};

    if (!pattern.length || !protect_is_known(pattern))
        return;
    for (size_t i = 0; i < COUNT_OF(places); i++)
        VEC_PUSH(r->arena, excluded,
                 str_printf(r->arena, ":(exclude)%s" STR_FMT, places[i],
                            STR_ARG(str_trim_bytes(pattern, "/"))));
}

static struct extracted read_extraction(struct recogniser *r, const struct call *call,
                                        const struct line *line)
{
    static const char *const into[] = {"-C", "--directory", "-d", NULL};
    struct extracted extracted = {.file = STR(""), .directory = call->directory};
    bool tar = is_tar(line->name);
    size_t first = tar ? 0 : 1;

    for (size_t i = 0; i < line->options.count; i++) {
        const struct option_word *option = &line->options.items[i];
        if (str_is_one_of(option->name, into))
            extracted.directory = path_join(r->arena, extracted.directory, option->value);
        else if (tar && (str_eq(option->name, STR("-f")) || str_eq(option->name, STR("--file"))))
            extracted.file = option->value;
        else if (tar && str_eq(option->name, STR("--exclude")))
            add_excluded(r, &extracted.excluded, option->value);
    }
    if (!tar && line->operands.count)
        extracted.file = line->operands.items[0];
    if (str_eq(extracted.file, STR("-")))
        extracted.file = STR("");
    for (size_t i = first; i < line->operands.count; i++)
        VEC_PUSH(r->arena, &extracted.members, line->operands.items[i]);
    return extracted;
}

bool protect_write_archive(struct recogniser *r, const struct call *call, struct write *write,
                           const struct line *line, struct err *e)
{
    struct extracted extracted = read_extraction(r, call, line);
    struct archived archived = {0};
    size_t looks = 0;
    bool known = extracted.file.length ? find_made(r, call, extracted.file, &archived)
                                       : find_piped(r, call->writers, 0, &looks, &archived);

    write->directory = extracted.directory;
    if (!known) { /* of members that are not named, none is known to be ours */
        for (size_t i = 0; i < extracted.members.count; i++)
            if (!protect_write(r, write, extracted.members.items[i], e))
                return false;
        return true;
    }
    /* A path in the revision stands for another one here: what it holds is not looked up. */
    bool here = !archived.prefix.length && str_eq(extracted.directory, archived.directory);
    if (archived.prefix.length)
        write->directory = path_join(r->arena, extracted.directory, archived.prefix);
    write->revision = here ? archived.revision : STR("");
    struct strs paths = {0};
    const struct strs *taken = extracted.members.count ? &extracted.members : &archived.paths;
    for (size_t i = 0; i < taken->count; i++)
        VEC_PUSH(r->arena, &paths, taken->items[i]);
    for (size_t i = 0; i < extracted.excluded.count; i++)
        VEC_PUSH(r->arena, &paths, extracted.excluded.items[i]);
    return protect_write_restored(r, write, &paths, e);
}
