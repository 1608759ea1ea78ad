#include "migrations/commands.h"

#include "base/buf.h"
#include "base/file.h"

#include <string.h>

static bool is_of_words(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9');
}

bool command_is_in(struct str path)
{
    static const char *const names[] = {
        "package.json",        "Makefile",      "makefile",
        "GNUmakefile",         "justfile",      "Justfile",
        "Taskfile.yml",        "Taskfile.yaml", "docker-compose.yml",
        "compose.yml",         "compose.yaml",  "Dockerfile",
        "docker-compose.yaml", ".envrc",        NULL};

    return str_is_one_of(path_base_name(path), names);
}

static size_t line_start(struct str text, size_t at)
{
    while (at && text.bytes[at - 1] != '\n')
        at--;
    return at;
}

static size_t indent_of(struct str text, size_t line)
{
    size_t at = line;

    while (at < text.length && (text.bytes[at] == ' ' || text.bytes[at] == '\t'))
        at++;
    return at - line;
}

static void add_words(struct buf *name, struct str words)
{
    for (size_t i = 0; i < words.length; i++) {
        if (is_of_words(words.bytes[i]))
            buf_add_byte(name, words.bytes[i]);
        else if (buf_str(name).length && name->bytes[name->length - 1] != '.')
            buf_add_byte(name, '.');
    }
}

/* "name": "… part …": no quote stands in a text of JSON but behind a backslash. */
static struct str key_of(struct str text, size_t at)
{
    static const char between[] = "\"\\: \t\r\n";
    size_t end, start;

    while (at && !(text.bytes[at - 1] == '"' && (at < 2 || text.bytes[at - 2] != '\\')))
        at--;
    end = at;
    while (end && strchr(between, text.bytes[end - 1]))
        end--;
    start = end;
    while (start && text.bytes[start - 1] != '"' && text.bytes[start - 1] != '\n')
        start--;
    return str_slice(text, start, end);
}

/* The lines around it, by how far they are indented: "services:", "  migrate-test:". */
static void add_headings(struct buf *name, struct str text, size_t at)
{
    size_t line = line_start(text, at);
    size_t indent = indent_of(text, line);

    while (line && indent) {
        line = line_start(text, line - 1);
        size_t own = indent_of(text, line), end = line + own;
        if (own >= indent || end >= text.length || strchr("\r\n#", text.bytes[end]))
            continue;
        while (end < text.length && text.bytes[end] != ':' && text.bytes[end] != '\n')
            end++;
        buf_add_byte(name, '.');
        add_words(name, str_slice(text, line + own, end));
        indent = own;
    }
}

struct str command_name(struct arena *arena, struct str path, struct str text, struct str part)
{
    struct buf name = buf_new(arena, 256);
    size_t at = (size_t)(part.bytes - text.bytes);

    if (str_eq(path_base_name(path), STR("package.json")))
        add_words(&name, key_of(text, at));
    else
        add_headings(&name, text, at);
    return buf_str(&name);
}

bool command_is_of_tests(struct str name)
{
    static const char *const tests[] = {"test", "tests", "testing", "spec", "specs", "e2e", NULL};

    for (size_t at = 0; at < name.length; at++) {
        size_t start = at;
        while (at < name.length && is_of_words(name.bytes[at]))
            at++;
        if (at > start && str_is_one_of(str_slice(name, start, at), tests))
            return true;
    }
    return false;
}

bool command_is_comment(struct str text, struct str part)
{
    size_t line = line_start(text, (size_t)(part.bytes - text.bytes));
    struct str rest = str_from_offset(text, line + indent_of(text, line));

    return str_starts(rest, STR("#")) || str_starts(rest, STR("//")) || str_starts(rest, STR("* "));
}
