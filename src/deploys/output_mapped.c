/* output_mapped.c -- what sed and awk make of the lines they read, where it is one substitution, or one print of a line's parts. */
#include <string.h>

#include "base/file.h"
#include "base/regex.h"
#include "deploys/output_lines.h"
#include "deploys/protect_expression.h"

static struct str program_of(const struct shell_command *command)
{
    return path_base_name(command->words.items[0].text);
}

/* --- sed 's|^|.git/hooks/|' --- */

struct substitution {
    struct regex *regex;
    struct str with;
    bool all;
};

/* Up to the delimiter, which stands for itself behind a backslash. */
static bool cut_at(struct arena *arena, struct str *rest, char delimiter, struct str *ret)
{
    struct buf out = buf_new(arena, rest->length + 1);

    for (size_t i = 0; i < rest->length; i++) {
        char byte = rest->bytes[i];
        if (byte == delimiter) {
            *ret = out.length ? buf_str(&out) : STR("");
            *rest = str_from_offset(*rest, i + 1);
            return true;
        }
        if (byte == '\\' && i + 1 < rest->length && rest->bytes[++i] != delimiter)
            buf_add_byte(&out, '\\');
        buf_add_byte(&out, rest->bytes[i]);
    }
    return false;
}

static bool read_substitution(struct recogniser *r, struct str script, bool extended,
                              struct substitution *ret)
{
    struct err ignored = ERR_NONE;
    struct str pattern;

    script = str_trim(script);
    if (script.length < 4 || script.bytes[0] != 's' || byte_is_word(script.bytes[1]))
        return false;
    char delimiter = script.bytes[1];
    script = str_from_offset(script, 2);
    if (!cut_at(r->arena, &script, delimiter, &pattern) ||
        !cut_at(r->arena, &script, delimiter, &ret->with) || !pattern.length)
        return false;
    ret->all = str_eq(script, STR("g"));
    return (ret->all || !script.length) &&
           regex_compile(
               r->arena,
               protect_regex(r->arena, pattern, extended ? SYNTAX_EXTENDED : SYNTAX_BASIC, false),
               &ret->regex, &ignored);
}

/* "&" is what was found, "\\1" a group of it. */
static void add_replaced(struct buf *out, struct str with, const struct str *groups)
{
    for (size_t i = 0; i < with.length; i++) {
        bool escaped = with.bytes[i] == '\\' && i + 1 < with.length;
        char byte = with.bytes[i += escaped];
        if (escaped && byte >= '0' && byte <= '9')
            buf_add(out, groups[byte - '0']);
        else if (!escaped && byte == '&')
            buf_add(out, groups[0]);
        else
            buf_add_byte(out, byte);
    }
}

static void substitute(struct buf *out, struct str line, const struct substitution *s)
{
    struct str groups[REGEX_GROUPS_MAX] = {{0}};
    struct err ignored = ERR_NONE;
    bool matched = true;
    size_t at = 0;

    while (at <= line.length) {
        if (!regex_match_from(s->regex, line, at, &matched, groups, REGEX_GROUPS_MAX, &ignored) ||
            !matched)
            break;
        size_t from = (size_t)(groups[0].bytes - line.bytes);
        buf_add(out, str_slice(line, at, from));
        add_replaced(out, s->with, groups);
        at = from + groups[0].length;
        if (!s->all || !groups[0].length)
            break;
    }
    buf_add(out, str_from_offset(line, at));
}

/* The only script, and whether it is of extended expressions. */
static bool read_sed(const struct shell_command *command, struct str *ret_script,
                     bool *ret_extended)
{
    *ret_script = STR("");
    *ret_extended = false;
    for (size_t i = 1; i < command->words.count; i++) {
        struct str word = command->words.items[i].text;
        if (str_eq(word, STR("-E")) || str_eq(word, STR("-r")))
            *ret_extended = true;
        else if (str_eq(word, STR("-e")))
            continue;
        else if (ret_script->length || str_starts(word, STR("-")))
            return false;
        else
            *ret_script = word;
    }
    return ret_script->length > 0;
}

/* --- awk '{print ".git/hooks/" $0}' --- */

struct awk {
    struct str program;
    char separator; /* 0: blanks */
};

static bool read_awk(const struct shell_command *command, struct awk *ret)
{
    *ret = (struct awk){.program = STR("")};
    for (size_t i = 1; i < command->words.count; i++) {
        struct str word = command->words.items[i].text;
        if (str_starts(word, STR("-F"))) {
            struct str value = str_from_offset(word, 2);
            if (!value.length && i + 1 < command->words.count)
                value = command->words.items[++i].text;
            if (value.length != 1)
                return false;
            ret->separator = value.bytes[0];
        } else if (ret->program.length || str_starts(word, STR("-"))) {
            return false;
        } else {
            ret->program = str_trim(word);
        }
    }
    return ret->program.length > 0;
}

/* The field of that number; 0: the line. */
static struct str field_of(struct str line, char separator, size_t number)
{
    struct str field = line;

    if (!separator && number)
        line = field = str_trim(line);
    for (size_t i = 0; i < number; i++) {
        size_t end = 0;
        while (!separator && line.length && strchr(" \t", line.bytes[0]))
            line = str_from_offset(line, 1);
        while (end < line.length &&
               (separator ? line.bytes[end] != separator : !strchr(" \t", line.bytes[end])))
            end++;
        field = str_prefix(line, end);
        line = str_from_offset(line, end + 1);
    }
    return field;
}

static size_t count_fields(struct str line, char separator)
{
    size_t count = 0;

    bool within = false;

    for (size_t i = 0; i < line.length; i++) {
        bool apart = separator ? line.bytes[i] == separator : strchr(" \t", line.bytes[i]) != NULL;
        count += separator ? apart : !apart && !within;
        within = !apart;
    }
    return separator ? count + 1 : count;
}

/* "text", $0, $1, $NF, a comma; false: something else. */
static bool print_part(struct buf *out, struct str *parts, struct str line, char separator)
{
    char first = parts->bytes[0];
    size_t end = 1;

    if (first == '"') {
        while (end < parts->length && parts->bytes[end] != '"' && parts->bytes[end] != '\\')
            end++;
        if (end == parts->length || parts->bytes[end] == '\\')
            return false;
        buf_add(out, str_slice(*parts, 1, end++));
    } else if (first == ',') {
        buf_add_byte(out, ' ');
    } else if (first == '$') {
        uint64_t number;
        while (end < parts->length && byte_is_word(parts->bytes[end]))
            end++;
        struct str name = str_slice(*parts, 1, end);
        if (str_eq(name, STR("NF")))
            number = count_fields(line, separator);
        else if (!str_to_u64(name, &number) || number > line.length)
            return false;
        buf_add(out, field_of(line, separator, (size_t)number));
    } else {
        return false;
    }
    *parts = str_from_offset(*parts, end);
    return true;
}

static bool print_line(struct recogniser *r, const struct awk *awk, struct str line,
                       struct buf *out)
{
    struct str parts = awk->program;
    struct err ignored = ERR_NONE;
    struct regex *regex;
    bool matched = true;

    if (str_starts(parts, STR("/"))) {
        struct str pattern;
        parts = str_from_offset(parts, 1);
        if (!cut_at(r->arena, &parts, '/', &pattern) ||
            !regex_compile(r->arena, protect_regex(r->arena, pattern, SYNTAX_EXTENDED, false),
                           &regex, &ignored))
            return false;
        /* What is not known whole could be one that it takes. */
        if (regex_match(regex, line, &matched, NULL, 0, &ignored) && !matched &&
            str_find_byte(line, SHELL_UNKNOWN) == SIZE_MAX)
            return true;
    }
    parts = str_trim(parts);
    if (!str_starts(parts, STR("{")) || !str_ends(parts, STR("}")))
        return false;
    parts = str_trim_bytes(str_slice(parts, 1, parts.length - 1), " \t;");
    if (!str_starts(parts, STR("print")))
        return false;
    parts = str_trim(str_from_offset(parts, strlen("print")));
    if (!parts.length)
        parts = STR("$0");
    for (; parts.length; parts = str_trim(parts))
        if (!print_part(out, &parts, line, awk->separator))
            return false;
    buf_add_byte(out, '\n');
    return true;
}

/* --- --- */

bool output_maps(const struct shell_command *command)
{
    static const char *const programs[] = {"sed", "gsed", "awk", "gawk", "mawk", NULL};

    return command->words.count > 1 && str_is_one_of(program_of(command), programs);
}

bool output_mapped(struct recogniser *r, const struct shell_command *command, struct str *ret)
{
    struct buf out = buf_new(r->arena, REQUEST_MAX);
    bool sed = str_ends(program_of(command), STR("sed")), extended;
    struct substitution substitution = {0};
    struct str rest, line, script;
    struct awk awk = {0};

    if (!output_input(r, command, &rest) ||
        (sed ? !read_sed(command, &script, &extended) ||
                   !read_substitution(r, script, extended, &substitution)
             : !read_awk(command, &awk)))
        return false;
    while (str_next_line(&rest, &line)) {
        if (!sed && !print_line(r, &awk, line, &out))
            return false;
        if (sed) {
            substitute(&out, line, &substitution);
            buf_add_byte(&out, '\n');
        }
    }
    *ret = out.length ? str_prefix(buf_str(&out), out.length - 1) : STR("");
    return true;
}
