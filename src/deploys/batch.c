/* batch.c -- what cmd.exe reads, spelt as a shell would read it.
 *
 * In:     the text of a .bat or .cmd file, or of `cmd /c …`.
 * Out:    the same lines, each at its number: "\" as "/", %NAME% as ${NAME}, %1 as $1, a "^" at the end of a line as "\", a remark as a
 *         comment, without "@" in front and without "call". Blocks of if and for stay as they are: the shell's parser refuses most
 *         of them, and refused text is suspected by its words.
 * Source: `help call`, `help rem`, `help cmd` of Windows.
 */
#include "deploys/batch.h"

static bool takes_word(struct str *line, const char *word)
{
    struct str want = str_from(word);

    if (!str_eq_nocase(str_prefix(*line, want.length), want) ||
        (line->length > want.length && line->bytes[want.length] != ' '))
        return false;
    *line = str_trim(str_from_offset(*line, want.length));
    return true;
}

/* %NAME%, %1, %*; anything else is a percent sign. Returns how far it read. */
static size_t add_percent(struct str line, size_t at, struct buf *out)
{
    size_t end = at + 1;
    char next = end < line.length ? line.bytes[end] : '\0';

    if ((next >= '0' && next <= '9') || next == '*') {
        buf_printf(out, "$%c", next);
        return end + 1;
    }
    while (end < line.length && byte_is_word(line.bytes[end]))
        end++;
    if (end == at + 1 || end >= line.length || line.bytes[end] != '%') {
        buf_add_byte(out, '%');
        return at + 1;
    }
    buf_printf(out, "${" STR_FMT "}", STR_ARG(str_slice(line, at + 1, end)));
    return end + 1;
}

static void add_line(struct str line, struct buf *out)
{
    line = str_trim_bytes(str_trim(line), "@");
    while (takes_word(&line, "call"))
        continue;
    if (takes_word(&line, "rem") || str_starts(line, STR("::")) || str_starts(line, STR(":"))) {
        buf_add_byte(out, '#'); /* remarks, and labels */
        return;
    }
    for (size_t at = 0; at < line.length;) {
        char byte = line.bytes[at];
        if (byte == '%') {
            at = add_percent(line, at, out);
            continue;
        }
        buf_add_byte(out, (char)(byte == '\\'                           ? '/'
                                 : byte == '^' && at + 1 == line.length ? '\\'
                                                                        : byte));
        at++;
    }
}

struct str batch_as_shell(struct arena *arena, struct str text)
{
    struct buf out = buf_new(arena, REQUEST_MAX * 2);

    while (text.length) {
        add_line(str_cut(&text, '\n'), &out);
        buf_add_byte(&out, '\n');
    }
    return buf_str(&out);
}
