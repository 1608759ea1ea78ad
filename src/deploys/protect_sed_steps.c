/* protect_sed_steps.c -- sed's script as steps: s/A/B/, lines put in (a, i) and taken out (d), each for all lines or for those that a number or a
 * regular expression names. What is found by it must be what sed finds: where PCRE's first match could be another one than POSIX's longest
 * (alternatives, repeated groups), and where versions of sed differ, a script is not read. perl -pe 's/A/B/' is the same in its own words. */
#include <ctype.h>
#include <string.h>

#include "base/regex.h"
#include "deploys/protect_write.h"

#define SED_STEPS_MAX 16u

static void skip(struct str *script, const char *bytes)
{
    while (script->length && strchr(bytes, script->bytes[0]))
        *script = str_from_offset(*script, 1);
}

struct pattern {
    struct buf out;
    enum edit_syntax syntax;
    bool bytes;    /* what one character is matters */
    bool single;   /* the latest part can be repeated */
    size_t groups; /* open ones */
};

static void add_plain(struct pattern *p, char byte)
{
    if (!isalnum((unsigned char)byte) && (unsigned char)byte < 0x80 && byte != '_')
        buf_add_byte(&p->out, '\\');
    buf_add_byte(&p->out, byte);
    p->single = (unsigned char)byte < 0x80;
}

/* [^a-z[:space:]]: how many bytes; 0: not read. */
static size_t add_bracket(struct pattern *p, struct str text)
{
    size_t i = 1, first;

    if (i < text.length && text.bytes[i] == '^')
        i++;
    p->bytes = p->bytes || i > 1;
    if (i > 1 && p->syntax == EDIT_PERL) /* takes the line feed, which perl's lines have */
        return 0;
    buf_add(&p->out, str_prefix(text, i));
    for (first = i; i < text.length && (text.bytes[i] != ']' || i == first); i++) {
        bool class = text.bytes[i] == '[' && i + 1 < text.length;
        if (class && text.bytes[i + 1] == ':') {
            struct str name = str_from_offset(text, i);
            size_t end = str_find(name, STR(":]"));
            if (end == SIZE_MAX || p->syntax == EDIT_PERL)
                return 0;
            buf_add(&p->out, str_prefix(name, end + 2));
            i += end + 1;
            continue;
        }
        if (text.bytes[i] == '\\' || (class && strchr(".=", text.bytes[i + 1])))
            return 0;
        p->bytes = p->bytes || (unsigned char)text.bytes[i] >= 0x80;
        if (strchr("[]", text.bytes[i]))
            buf_add_byte(&p->out, '\\');
        buf_add_byte(&p->out, text.bytes[i]);
    }
    buf_add_byte(&p->out, ']');
    p->single = true;
    return i < text.length ? i + 1 : 0;
}

static bool add_operator(struct pattern *p, char byte)
{
    if (byte == '(') {
        p->groups++;
    } else if (byte == ')') {
        if (!p->groups--)
            return false;
    } else if (!strchr("*+?", byte) || !p->single) {
        return false;
    }
    buf_add_byte(&p->out, byte);
    p->single = false;
    return true;
}

static bool add_escaped(struct pattern *p, char byte, char delimiter)
{
    if (strchr(p->syntax == EDIT_PERL ? "wS" : "wWsS", byte)) {
        p->bytes = true;
        buf_printf(&p->out, "\\%c", byte);
        p->single = true;
        return true;
    }
    if (strchr("()+?", byte) && p->syntax == EDIT_BASIC)
        return byte != delimiter && add_operator(p, byte);
    if (isalnum((unsigned char)byte) || strchr("{}|<>`'\n", byte) ||
        (byte == delimiter && byte == '|'))
        return false;
    add_plain(p, byte);
    return true;
}

/* Up to the delimiter: what PCRE is given for it. False: it is not read. */
static bool read_pattern(struct recogniser *r, struct str *script, char delimiter,
                         enum edit_syntax syntax, struct str *ret)
{
    struct pattern p = {.out = buf_new(r->arena, REGEX_PATTERN_MAX), .syntax = syntax};
    struct str text = *script;
    bool extended = syntax != EDIT_BASIC;

    for (size_t i = 0; i < text.length; i++) {
        char byte = text.bytes[i], next = i + 1 < text.length ? text.bytes[i + 1] : '\0';
        if (byte == delimiter) {
            struct str found = buf_str(&p.out);
            *script = str_from_offset(text, i + 1);
            if (!p.out.length || p.out.truncated || p.groups)
                return false;
            *ret = p.bytes ? str_printf(r->arena, "%c" STR_FMT, STEP_OF_BYTES, STR_ARG(found))
                           : str_copy(r->arena, found);
            return true;
        }
        if (byte == '\n' || byte == SHELL_UNKNOWN || (byte == '@' && syntax == EDIT_PERL))
            return false;
        if (byte == '\\') {
            if (!next || !add_escaped(&p, next, delimiter))
                return false;
            i++;
        } else if (byte == '[') {
            size_t length = add_bracket(&p, str_from_offset(text, i));
            if (!length)
                return false;
            i += length - 1;
        } else if (byte == '.') {
            buf_add_byte(&p.out, '.');
            p.bytes = p.single = true;
        } else if (byte == '*' || (extended && strchr("()+?", byte))) {
            if (!add_operator(&p, byte))
                return false;
        } else if ((byte == '^' && i == 0) || (byte == '$' && next == delimiter)) {
            buf_add_byte(&p.out, byte);
            p.single = false;
        } else if (byte == '^' || byte == '$' || (extended && strchr("{}|", byte))) {
            return false;
        } else {
            add_plain(&p, byte);
        }
    }
    return false;
}

static bool read_replacement(struct recogniser *r, struct str *script, char delimiter,
                             enum edit_syntax syntax, struct str *ret)
{
    struct buf out = buf_new(r->arena, script->length * 2 + 1);
    bool perl = syntax == EDIT_PERL;

    for (size_t i = 0; i < script->length; i++) {
        char byte = script->bytes[i];
        if (byte == delimiter) {
            *ret = out.length ? str_copy(r->arena, buf_str(&out)) : STR("");
            *script = str_from_offset(*script, i + 1);
            return true;
        }
        char next = i + 1 < script->length ? script->bytes[i + 1] : '\0';
        if (byte == '\n' || byte == STEP_GROUP || (perl && byte == '@') ||
            (perl && byte == '$' && (next < '1' || next > '9')))
            return false;
        if (perl && byte == '$') {
            buf_add_byte(&out, STEP_GROUP);
            continue;
        }
        if (byte == '&' && !perl) {
            buf_printf(&out, "%c0", STEP_GROUP);
            continue;
        }
        if (byte == '\\') {
            byte = ++i < script->length ? script->bytes[i] : 'x';
            if (byte >= '1' && byte <= '9')
                buf_add_byte(&out, STEP_GROUP);
            else if (isalnum((unsigned char)byte) || byte == '\n')
                return false;
        }
        buf_add_byte(&out, byte);
    }
    return false;
}

/* 3  $  3,5  /x/ : as the step has it. False: it is not read. */
static bool read_address(struct recogniser *r, struct str *script, enum edit_syntax syntax,
                         struct str *ret)
{
    size_t end = 0;

    *ret = STR("");
    if (syntax == EDIT_PERL)
        return true;
    if (script->bytes[0] == '/') {
        *script = str_from_offset(*script, 1);
        if (!read_pattern(r, script, '/', syntax, ret))
            return false;
        *ret = str_printf(r->arena, "/" STR_FMT, STR_ARG(*ret));
    } else {
        while (end < script->length && strchr("0123456789$,", script->bytes[end]))
            end++;
        *ret = str_prefix(*script, end);
        *script = str_from_offset(*script, end);
    }
    skip(script, " ");
    return script->length > 0 && !strchr(",!~{", script->bytes[0]);
}

/* a, i: "a text", "a\text", "a\", and the text on the next line. */
static bool read_text(struct recogniser *r, struct str *script, struct str *ret)
{
    struct buf out = buf_new(r->arena, script->length + 2);
    bool apart = false;
    size_t i = 0;

    while (i < script->length && strchr(" \t", script->bytes[i]))
        i++;
    if (i < script->length && script->bytes[i] == '\\') {
        apart = ++i < script->length && script->bytes[i] == '\n';
        i += apart;
        if (!apart && i < script->length && script->bytes[i] == '\\')
            return false;
    }
    for (; i < script->length && script->bytes[i] != '\n'; i++) {
        char byte = script->bytes[i];
        if (byte == '\\') {
            byte = ++i < script->length ? script->bytes[i] : '\\';
            if (byte == 'n' && !apart)
                byte = '\n';
            else if (byte != '\n')
                return false;
        }
        buf_add_byte(&out, byte);
    }
    *script = str_from_offset(*script, i);
    buf_add_byte(&out, '\n');
    *ret = str_copy(r->arena, buf_str(&out));
    return out.length > 1 && protect_is_known(*ret);
}

static bool read_substitution(struct recogniser *r, struct str *script, enum edit_syntax syntax,
                              struct edit_step *step)
{
    char delimiter = script->length ? script->bytes[0] : '\0';

    if (!delimiter || !strchr("/|#,:!@%~;", delimiter))
        return false;
    *script = str_from_offset(*script, 1);
    if (!read_pattern(r, script, delimiter, syntax, &step->old_text) ||
        !read_replacement(r, script, delimiter, syntax, &step->new_text))
        return false;
    step->all = str_starts(*script, STR("g"));
    /* Perl's lines have two ends: before their line feed, and behind it. */
    if (syntax == EDIT_PERL && step->all && str_eq(step->old_text, STR("$")))
        return false;
    *script = str_from_offset(*script, step->all);
    return true;
}

bool protect_sed_read(struct recogniser *r, struct str script, enum edit_syntax syntax,
                      struct edit_steps *steps)
{
    static const char between[] = "; \t\n";

    for (skip(&script, between); script.length; skip(&script, between)) {
        struct edit_step step = {.kind = STEP_LINES};
        if (steps->count == SED_STEPS_MAX || !read_address(r, &script, syntax, &step.at))
            return false;
        char command = script.bytes[0];
        if (syntax == EDIT_PERL && command != 's')
            return false;
        script = str_from_offset(script, 1);
        if (command == 's' && !read_substitution(r, &script, syntax, &step))
            return false;
        if (command == 'a' || command == 'i') {
            step.kind = command == 'a' ? STEP_BEHIND : STEP_BEFORE;
            if (!read_text(r, &script, &step.new_text))
                return false;
        } else if (command == 'd') {
            step.kind = STEP_WITHOUT;
        } else if (command != 's') {
            return false;
        }
        if (script.length && !strchr(between, script.bytes[0]))
            return false;
        VEC_PUSH(r->arena, steps, step);
    }
    return true;
}
