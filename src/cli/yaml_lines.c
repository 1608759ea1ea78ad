#include "cli/yaml_lines.h"

#include <string.h>

static size_t line_end(struct str text, size_t at)
{
    size_t found = str_find_byte(str_from_offset(text, at), '\n');

    return found == SIZE_MAX ? text.length : at + found + 1;
}

static struct str line_indent(struct str line)
{
    size_t blanks = 0;

    while (blanks < line.length && line.bytes[blanks] == ' ')
        blanks++;
    return str_prefix(line, blanks);
}

static bool has_content(struct str line)
{
    struct str rest = str_trim(line);

    return rest.length && rest.bytes[0] != '#' && !str_eq(rest, STR("---"));
}

static bool is_key(struct str line, struct str indent, const char *key, struct str *ret_value)
{
    size_t length = strlen(key);
    struct str rest = str_from_offset(line, indent.length);

    if (line_indent(line).length != indent.length || !str_starts(rest, str_from(key)) ||
        rest.length <= length || rest.bytes[length] != ':')
        return false;
    rest = str_from_offset(rest, length + 1);
    size_t comment = str_find(rest, STR(" #"));
    *ret_value = str_trim(comment == SIZE_MAX ? rest : str_prefix(rest, comment));
    return true;
}

static void read_body(struct str text, size_t to, size_t indent, struct yaml_block *block)
{
    block->end = block->body;
    for (size_t at = block->body, next; at < to; at = next) {
        next = line_end(text, at);
        struct str line = str_slice(text, at, next), own = line_indent(line);
        if (!has_content(line))
            continue;
        bool item = line.bytes[own.length] == '-';
        if (own.length < indent || (own.length == indent && !item))
            return;
        if (!block->indent.bytes) {
            block->indent = own;
            block->list = item;
        }
        block->end = next;
    }
}

bool yaml_find(struct str text, size_t from, size_t to, struct str indent, const char *key,
               struct yaml_block *ret)
{
    for (size_t at = from, next; at < to; at = next) {
        next = line_end(text, at);
        struct str line = str_trim_bytes(str_slice(text, at, next), "\r\n"), value;
        if (!is_key(line, indent, key, &value))
            continue;
        *ret = (struct yaml_block){.start = at, .body = next, .value = value};
        read_body(text, to, indent.length, ret);
        return true;
    }
    return false;
}

struct str yaml_with_crlf(struct arena *arena, struct str text)
{
    struct buf out = buf_new(arena, 2 * text.length + 1);
    struct str line;

    while (str_next_line(&text, &line)) {
        buf_add(&out, line);
        buf_add(&out, STR("\r\n"));
    }
    return buf_str(&out);
}
