/* protect_sed.c -- sed's script as steps, where it is substitutions of plain words: s/a/b/, s/1.2/1.3/g; s|x|y|. */
#include <ctype.h>
#include <string.h>

#include "base/file.h"
#include "deploys/protect_write.h"

#define SED_STEPS_MAX 16u

/* Does the byte stand for itself in a regular expression? The braces and their kin do in a basic one. */
static bool is_plain(char byte, bool extended)
{
    unsigned char code = (unsigned char)byte;

    return isalnum(code) || code >= 0x80 || strchr("_\"'-/:,=@#<>!~%; ", byte) ||
           (!extended && strchr("(){}|+?", byte));
}

/* Up to the delimiter; false: more than plain words. `pattern`: a dot is any byte. */
static bool read_words(struct recogniser *r, struct str *script, char delimiter, bool pattern,
                       bool extended, struct str *ret)
{
    struct buf out = buf_new(r->arena, script->length + 1);

    for (size_t i = 0; i < script->length; i++) {
        char byte = script->bytes[i];
        bool escaped = byte == '\\' && i + 1 < script->length;
        if (byte == delimiter) {
            *ret = out.length ? buf_str(&out) : STR("");
            *script = str_from_offset(*script, i + 1);
            return true;
        }
        if (escaped && !strchr(pattern ? "./\"-" : "./\"&-", byte = script->bytes[++i]))
            return false;
        if (!escaped && !is_plain(byte, pattern && extended) && (byte != '.') &&
            (pattern || !strchr("*[]^$", byte)))
            return false;
        buf_add_byte(&out, !escaped && pattern && byte == '.' ? STEP_ANY_BYTE : byte);
    }
    return false;
}

static bool read_script(struct recogniser *r, struct str script, bool extended,
                        struct edit_steps *steps)
{
    static const char between[] = "; \t\n";

    for (script = str_trim_bytes(script, between); script.length;
         script = str_trim_bytes(script, between)) {
        struct edit_step step = {.kind = STEP_LINES};
        char delimiter = script.length > 1 ? script.bytes[1] : '\\';
        if (script.bytes[0] != 's' || !strchr("/|#,:!@%~", delimiter) || !delimiter ||
            steps->count == SED_STEPS_MAX)
            return false;
        script = str_from_offset(script, 2);
        if (!read_words(r, &script, delimiter, true, extended, &step.old_text) ||
            !read_words(r, &script, delimiter, false, extended, &step.new_text) ||
            !step.old_text.length)
            return false;
        step.all = str_starts(script, STR("g"));
        script = str_from_offset(script, step.all);
        if (script.length && !strchr(between, script.bytes[0]))
            return false;
        VEC_PUSH(r->arena, steps, step);
    }
    return true;
}

struct sed {
    struct strs scripts;
    bool extended;
    bool unknown; /* an option that changes what is done */
};

/* Letters in one word: -Ei.bak, -ne. True: the next word is a script. */
static bool read_letters(struct recogniser *r, struct str word, struct sed *sed)
{
    for (size_t i = 1; i < word.length; i++) {
        struct str rest = str_from_offset(word, i + 1);
        switch (word.bytes[i]) {
        case 'E':
        case 'r':
            sed->extended = true;
            break;
        case 's':
        case 'u':
            break;
        case 'i': /* the rest is the ending of a copy, which may lie elsewhere */
            sed->unknown = sed->unknown || str_find_byte(rest, '/') != SIZE_MAX ||
                           str_find_byte(rest, '*') != SIZE_MAX;
            return false;
        case 'e':
            if (rest.length)
                VEC_PUSH(r->arena, &sed->scripts, rest);
            return rest.length == 0;
        default:
            sed->unknown = true;
            return false;
        }
    }
    return false;
}

static void read_call(struct recogniser *r, const struct call *call, struct sed *sed)
{
    struct str operand = STR_NONE;

    for (size_t i = 1; i < call->count; i++) {
        struct str word = call->words[i].text;
        bool script = false;
        if (str_eq(word, STR("--expression")))
            script = true;
        else if (str_starts(word, STR("--expression=")))
            VEC_PUSH(r->arena, &sed->scripts, str_from_offset(word, strlen("--expression=")));
        else if (str_eq(word, STR("--regexp-extended")))
            sed->extended = true;
        else if (str_starts(word, STR("--")))
            sed->unknown = sed->unknown || !str_eq(word, STR("--in-place"));
        else if (word.length > 1 && word.bytes[0] == '-')
            script = read_letters(r, word, sed);
        else if (!operand.length) /* an empty one is BSD's: no copy */
            operand = word;
        if (script && i + 1 < call->count)
            VEC_PUSH(r->arena, &sed->scripts, call->words[++i].text);
    }
    if (!sed->scripts.count)
        VEC_PUSH(r->arena, &sed->scripts, operand);
}

void protect_sed_steps(struct recogniser *r, const struct call *call, struct edit_steps *ret_steps)
{
    static const char *const programs[] = {"sed", "gsed", NULL};
    struct edit_steps steps = {0};
    struct sed sed = {0};

    if (!str_is_one_of(path_base_name(call->words[0].text), programs))
        return;
    read_call(r, call, &sed);
    for (size_t i = 0; i < sed.scripts.count && !sed.unknown; i++)
        sed.unknown = !protect_is_known(sed.scripts.items[i]) ||
                      !read_script(r, sed.scripts.items[i], sed.extended, &steps);
    if (!sed.unknown)
        *ret_steps = steps;
}
