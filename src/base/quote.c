#include "base/quote.h"

#include <string.h>

#include "base/buf.h"

struct str shell_quote(struct arena *arena, struct str word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "/._+-@:,=%";
    bool quoted = word.length == 0;

    for (size_t i = 0; i < word.length && !quoted; i++)
        quoted = !memchr(plain, word.bytes[i], sizeof plain - 1);
    if (!quoted)
        return word;
    struct buf out = buf_new(arena, word.length * 4 + 2);
    buf_add_byte(&out, '\'');
    for (size_t i = 0; i < word.length; i++) {
        if (word.bytes[i] == '\'')
            buf_add(&out, STR("'\\''"));
        else
            buf_add_byte(&out, word.bytes[i]);
    }
    buf_add_byte(&out, '\'');
    return buf_str(&out);
}

struct str shell_shown(struct arena *arena, struct str word)
{
    return shell_quote(arena, str_shown(arena, word));
}

struct str shell_command_in(struct arena *arena, struct str directory, struct str command)
{
    if (!directory.length || str_eq(directory, STR(".")) || !command.length)
        return command;
    return str_printf(arena, "cd " STR_FMT " && " STR_FMT, STR_ARG(shell_shown(arena, directory)),
                      STR_ARG(command));
}
