/* powershell_files.c -- what PowerShell's cmdlets and redirections change. */
#include "deploys/powershell.h"
#include "deploys/protect_write.h"

struct str powershell_path(struct arena *arena, struct str text)
{
    char *bytes = arena_alloc(arena, text.length + 1);

    for (size_t i = 0; i < text.length; i++)
        bytes[i] = (char)(text.bytes[i] == '\\' ? '/' : text.bytes[i]);
    return str_of(bytes, text.length);
}

struct str powershell_name(const struct pack_tables *t, struct str name)
{
    for (uint32_t i = 0; i < t->program_name_count; i++) {
        struct str known = pack_str(t, t->program_names[i].name);
        if (str_eq_nocase(known, name))
            return known;
    }
    return name;
}

bool powershell_files(struct recogniser *r, const struct call *call, struct err *e)
{
    struct shell_value *words = ARENA_ARRAY(r->arena, call->count, struct shell_value);
    struct call files = *call;
    struct line line;

    for (size_t i = 0; i < call->count; i++)
        words[i] = word_value(powershell_path(r->arena, call->words[i].text));
    words[0].text = powershell_name(&r->protect->packs, words[0].text);
    files.words = words;
    line_build(r, &files, &line);
    return protect_call(r, &files, &line, e);
}

bool powershell_redirections(struct recogniser *r, const struct call *call,
                             const struct shell_value *words, size_t count, struct str source,
                             struct err *e)
{
    for (size_t i = 0; i + 1 < count && r->tampers && !call->remote; i++) {
        bool append = str_eq(words[i].text, STR(">>"));
        struct write write = {.change = append ? CHANGE_APPENDED : CHANGE_REPLACED,
                              .directory = call->directory,
                              .shown = str_trim(source)};
        if ((append || str_eq(words[i].text, STR(">"))) &&
            !protect_write(r, &write, powershell_path(r->arena, words[i + 1].text), e))
            return false;
    }
    return true;
}
