/* protect_include.c -- `git config include.path FILE`: git's configuration gets what stands in the file. */
#include "base/file.h"
#include "deploys/protect_write.h"

/* Which of git's files is written. */
static struct str configuration_of(struct recogniser *r, const struct call *call)
{
    struct str home = call->state ? shell_state_home(call->state) : STR(""), value,
               directory = call->directory;

    if (call_option_value(call, STR("-C"), &value))
        directory = path_join(r->arena, directory, value);
    for (size_t i = 1; i < call->count; i++) {
        struct str word = call->words[i].text;
        if (str_eq(word, STR("--system")))
            return STR("/etc/gitconfig");
        if (str_eq(word, STR("--global")) && home.length)
            return path_join(r->arena, home, STR(".gitconfig"));
    }
    if (call_option_value(call, STR("--file"), &value) ||
        call_option_value(call, STR("-f"), &value))
        return path_join(r->arena, directory, value);
    return path_join(r->arena, protect_root(r, directory), STR(".git/config"));
}

static bool is_key(struct arena *arena, struct str word)
{
    struct str key = str_lower(arena, word);

    return str_eq(key, STR("include.path")) ||
           (str_starts(key, STR("includeif.")) && str_ends(key, STR(".path")));
}

/* What this command itself has written counts as it stands there; other files are read by who judges the change. */
static struct str added_text(struct recogniser *r, struct str configuration, struct str value)
{
    struct str path = path_join(r->arena, path_directory(configuration), value);

    for (size_t i = r->written.count; i > 0; i--)
        if (str_eq(r->written.items[i - 1].path, path))
            return r->written.items[i - 1].text;
    return str_printf(r->arena, "\n[include]\n\tpath = " STR_FMT "\n", STR_ARG(value));
}

/* A path that is not known as it was written: no file is called so. */
static struct str shown_path(const struct call *call, const struct line *line, size_t operand)
{
    const struct shell_value *word = &call->words[line->operand_words.items[operand]];
    struct str source = call->state ? shell_state_source(call->state, word->span) : STR("");

    if (protect_is_known(line->operands.items[operand]))
        return line->operands.items[operand];
    return source.length ? str_trim_bytes(source, "\"'") : STR("?");
}

bool protect_write_include(struct recogniser *r, const struct call *call, struct write *write,
                           const struct line *line, struct err *e)
{
    struct str configuration = configuration_of(r, call);

    for (size_t i = 0; i + 1 < line->operands.count; i++) {
        if (!is_key(r->arena, line->operands.items[i]))
            continue;
        write->text = added_text(r, configuration, shown_path(call, line, i + 1));
        write->has_text = true;
        return protect_write(r, write, configuration, e);
    }
    return true;
}
