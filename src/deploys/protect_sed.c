/* protect_sed.c -- sed's calls: the scripts that are given, the files that any script writes, the commands that it runs. */
#include <ctype.h>
#include <string.h>

#include "base/file.h"
#include "deploys/follow.h"
#include "deploys/protect_write.h"

struct sed {
    struct strs scripts;
    enum edit_syntax syntax;
    bool unknown; /* an option that changes what is done */
};

static bool is_copy_elsewhere(struct str ending)
{
    return str_find_byte(ending, '/') != SIZE_MAX || str_find_byte(ending, '*') != SIZE_MAX;
}

static void add_script_file(struct recogniser *r, const struct call *call, struct str name,
                            struct sed *sed)
{
    struct followed file;

    sed->unknown = true;
    if (!protect_is_known(name))
        return;
    follow_read(r, call, name, &file);
    if (file.found)
        VEC_PUSH(r->arena, &sed->scripts, file.text);
}

/* Letters in one word: -Ei.bak, -ne. The one that the next word belongs to: 'e' a script, 'f' a file with one; else 0. */
static char read_letters(struct recogniser *r, const struct call *call, struct str word,
                         struct sed *sed)
{
    for (size_t i = 1; i < word.length; i++) {
        struct str rest = str_from_offset(word, i + 1);
        switch (word.bytes[i]) {
        case 'E':
        case 'r':
            sed->syntax = EDIT_EXTENDED;
            break;
        case 's':
        case 'u':
            break;
        case 'i': /* the rest is the ending of a copy, which may lie elsewhere */
            sed->unknown = sed->unknown || is_copy_elsewhere(rest);
            return 0;
        case 'e':
            if (rest.length)
                VEC_PUSH(r->arena, &sed->scripts, rest);
            return rest.length ? 0 : 'e';
        case 'f':
            if (rest.length)
                add_script_file(r, call, rest, sed);
            return rest.length ? 0 : 'f';
        default:
            sed->unknown = true;
            break;
        }
    }
    return 0;
}

/* A long option. The one that the next word belongs to, as above. */
static char read_name(struct recogniser *r, const struct call *call, struct str word,
                      struct sed *sed)
{
    struct str value = word, name = str_cut(&value, '=');
    bool apart = name.length == word.length;
    bool script = str_eq(name, STR("--expression")), file = str_eq(name, STR("--file"));

    if (script && !apart)
        VEC_PUSH(r->arena, &sed->scripts, value);
    else if (file && !apart)
        add_script_file(r, call, value, sed);
    else if (str_eq(word, STR("--regexp-extended")))
        sed->syntax = EDIT_EXTENDED;
    else if (!script && !file)
        sed->unknown = sed->unknown || !str_eq(name, STR("--in-place")) ||
                       (!apart && is_copy_elsewhere(value));
    return !apart ? 0 : (char)(script ? 'e' : file ? 'f' : 0);
}

static void read_call(struct recogniser *r, const struct call *call, struct sed *sed)
{
    struct str operand = STR_NONE;
    bool given = false;

    for (size_t i = 1; i < call->count; i++) {
        struct str word = call->words[i].text;
        char next = 0;
        if (str_starts(word, STR("--")))
            next = read_name(r, call, word, sed);
        else if (word.length > 1 && word.bytes[0] == '-')
            next = read_letters(r, call, word, sed);
        else if (!operand.length) /* an empty one is BSD's: no copy */
            operand = word;
        given = given || next;
        if (next && i + 1 < call->count) {
            i++;
            if (next == 'e')
                VEC_PUSH(r->arena, &sed->scripts, call->words[i].text);
            else
                add_script_file(r, call, call->words[i].text, sed);
        }
    }
    if (!sed->scripts.count && !given)
        VEC_PUSH(r->arena, &sed->scripts, operand);
}

/* perl -pi -e 's/A/B/' FILE; any other letter makes it another program. */
static void read_perl_call(struct recogniser *r, const struct call *call, struct sed *sed)
{
    bool prints = false;

    sed->syntax = EDIT_PERL;
    for (size_t i = 1; i < call->count; i++) {
        struct str word = call->words[i].text;
        if (word.length < 2 || word.bytes[0] != '-')
            continue;
        for (size_t at = 1; at < word.length; at++) {
            struct str rest = str_from_offset(word, at + 1);
            char letter = word.bytes[at];
            prints = prints || letter == 'p';
            sed->unknown = sed->unknown || !strchr("pie", letter) ||
                           (letter == 'i' && is_copy_elsewhere(rest)) ||
                           (letter == 'e' && (rest.length || i + 1 >= call->count));
            if (letter == 'i')
                break;
            if (letter == 'e' && !sed->unknown)
                VEC_PUSH(r->arena, &sed->scripts, call->words[++i].text);
            if (letter == 'e')
                break;
        }
    }
    sed->unknown = sed->unknown || !prints;
}

void protect_sed_steps(struct recogniser *r, const struct call *call, struct edit_steps *ret_steps)
{
    static const char *const programs[] = {"sed", "gsed", NULL};
    struct str name = path_base_name(call->words[0].text);
    struct edit_steps steps = {0};
    struct sed sed = {0};

    if (str_eq(name, STR("perl")))
        read_perl_call(r, call, &sed);
    else if (str_is_one_of(name, programs))
        read_call(r, call, &sed);
    for (size_t i = 0; i < sed.scripts.count && !sed.unknown; i++)
        sed.unknown = !protect_is_known(sed.scripts.items[i]) ||
                      !protect_sed_read(r, sed.scripts.items[i], sed.syntax, &steps);
    if (!sed.unknown)
        *ret_steps = steps;
}

/* --- What any script writes: `w FILE`, s/a/b/w FILE; and runs: `e COMMAND`. --- */

static struct str cut_line(struct str *script)
{
    return str_trim(str_cut(script, '\n'));
}

/* a, i, c: lines, of which all but the last end with a backslash. */
static void skip_text(struct str *script)
{
    while (str_ends(cut_line(script), STR("\\")) && script->length)
        continue;
}

/* Behind the next delimiter; in a pattern, one between brackets stands for itself. */
static void skip_part(struct str *script, char delimiter, bool pattern)
{
    size_t open = 0; /* where the bracket stands, plus one */

    for (size_t i = 0; i < script->length; i++) {
        char byte = script->bytes[i];
        bool first = open && (i == open || (i == open + 1 && script->bytes[open] == '^'));
        if (open && byte == ']' && !first) {
            open = 0;
        } else if (!open && byte == '\\') {
            i++;
        } else if (!open && byte == delimiter) {
            *script = str_from_offset(*script, i + 1);
            return;
        } else if (pattern && !open && byte == '[') {
            open = i + 1;
        }
    }
    *script = STR("");
}

static void skip_bytes(struct str *script, const char *bytes)
{
    while (script->length && script->bytes[0] && strchr(bytes, script->bytes[0]))
        *script = str_from_offset(*script, 1);
}

/* 1,$  /x/I,+3  \,x,!  first~step */
static void skip_addresses(struct str *script)
{
    for (;;) {
        skip_bytes(script, " \t\n;{},!~+$0123456789");
        bool other = str_starts(*script, STR("\\")) && script->length > 1;
        if (!other && !str_starts(*script, STR("/")))
            return;
        char delimiter = script->bytes[other];
        *script = str_from_offset(*script, (size_t)other + 1);
        skip_part(script, delimiter, true);
        skip_bytes(script, "IM");
    }
}

/* What the command writes or runs (*ret_runs); false: neither. *script goes on behind it. */
static bool take_command(struct str *script, struct str *ret, bool *ret_runs)
{
    char command = script->bytes[0];

    *ret_runs = command == 'e';
    *script = str_from_offset(*script, 1);
    if (command == 's' || command == 'y') {
        char delimiter = script->length ? script->bytes[0] : '/';
        *script = str_from_offset(*script, 1);
        skip_part(script, delimiter, command == 's');
        skip_part(script, delimiter, false);
        if (command == 's')
            skip_bytes(script, "gpiImMe0123456789");
        if (command == 's' && str_starts(*script, STR("w"))) {
            *script = str_from_offset(*script, 1);
            *ret = cut_line(script);
            return true;
        }
    } else if (command == 'w' || command == 'W' || command == 'e') {
        *ret = cut_line(script);
        return ret->length > 0;
    } else if (strchr(":btT", command)) { /* a label */
        size_t end = str_find_byte(*script, ';'), line = str_find_byte(*script, '\n');
        *script = str_from_offset(*script, end < line ? end : line);
    } else if (strchr("aic", command)) {
        skip_text(script);
    } else if (strchr("rR#", command)) {
        (void)cut_line(script);
    }
    return false;
}

bool protect_write_script(struct recogniser *r, const struct call *call, struct write *write,
                          const struct line *line, struct err *e)
{
    struct sed sed = {0};
    struct str found;
    bool runs;

    (void)line;
    read_call(r, call, &sed);
    for (size_t i = 0; i < sed.scripts.count; i++) {
        struct str script = sed.scripts.items[i];
        for (skip_addresses(&script); script.length; skip_addresses(&script)) {
            if (!take_command(&script, &found, &runs))
                continue;
            if (runs ? call->state && !judge_text(r, call->state, call, found, false, e)
                     : !protect_write(r, write, found, e))
                return false;
        }
    }
    return true;
}
