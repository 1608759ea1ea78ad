#include <string.h>

#include "base/file.h"
#include "deploys/judge.h"
#include "deploys/mask.h"

static bool in_index(const struct recogniser *r, struct str name)
{
    uint32_t first;

    return pack_names_find(r->tables, r->tables->program_names, r->tables->program_name_count, name,
                           &first) ||
           pack_names_find(r->tables, r->tables->wrapper_names, r->tables->wrapper_name_count, name,
                           &first);
}

/* "python3.11" → "python3", "python": the first that the index knows. */
static bool find_without_version(const struct recogniser *r, struct str name, struct str *ret)
{
    struct str shorter = name;

    while (shorter.length > 1) {
        char last = shorter.bytes[shorter.length - 1];
        if (!((last >= '0' && last <= '9') || last == '.' || last == '-'))
            break;
        shorter.length--;
        if (in_index(r, shorter)) {
            *ret = shorter;
            return true;
        }
    }
    return false;
}

static struct str base_of(struct str text)
{
    static const char *const suffixes[] = {".exe", ".EXE", ".cmd", ".CMD", ".bat"};
    size_t slash = str_find_last_byte(text, '/');
    struct str base = slash == SIZE_MAX ? text : str_from_offset(text, slash + 1);

    for (size_t i = 0; i < COUNT_OF(suffixes); i++)
        if (str_ends(base, str_from(suffixes[i])) && base.length > strlen(suffixes[i]))
            base.length -= strlen(suffixes[i]);
    return base;
}

/* A package's name as npx and its kin take it: "sst@3", "@railway/cli@latest". */
static struct str without_package_version(struct str text)
{
    size_t at = text.length > 1 ? str_find_byte(str_from_offset(text, 1), '@') : SIZE_MAX;

    return at == SIZE_MAX ? text : str_prefix(text, at + 1);
}

static void name_program(struct recogniser *r, const struct call *call, struct line *line)
{
    struct str text = call->words[0].text;
    struct str relative;

    line->is_path = str_find_byte(text, '/') != SIZE_MAX && !str_starts(text, STR("@"));
    line->name = str_starts(text, STR("@")) ? without_package_version(text)
                                            : without_package_version(base_of(text));
    if (str_find_byte(line->name, SHELL_UNKNOWN) != SIZE_MAX || str_is_empty(line->name)) {
        line->name = line->program = UNKNOWN_TEXT;
        return;
    }
    line->in_index = in_index(r, line->name) || find_without_version(r, line->name, &line->name);
    line->program = line->name;
    if (line->in_index || !line->is_path || str_find_byte(text, SHELL_UNKNOWN) != SIZE_MAX)
        return;
    struct str absolute = path_join(r->arena, call->directory, text);
    struct str root = call->remote ? STR_NONE : root_of(r, call->directory);
    if (root.length && path_relative(root, absolute, &relative) && relative.length)
        line->program = relative;
    else
        line->program = str_starts(text, STR("./")) ? str_from_offset(text, 2) : text;
}

static bool takes_value(const struct recogniser *r, struct str name, struct str option)
{
    const struct pack_tables *t = r->tables;
    uint32_t first,
        count = pack_names_find(t, t->program_names, t->program_name_count, name, &first);

    for (uint32_t i = first; i < first + count; i++)
        if (pack_list_has(t, t->programs[t->program_names[i].index].options_with_value, option))
            return true;
    if (count)
        return false;
    count = pack_names_find(t, t->wrapper_names, t->wrapper_name_count, name, &first);
    for (uint32_t i = first; i < first + count; i++)
        if (pack_list_has(t, t->wrappers[t->wrapper_names[i].index].options_with_value, option))
            return true;
    return false;
}

static void split_words(struct recogniser *r, const struct call *call, struct line *line)
{
    bool only_operands = false;

    for (size_t i = 1; i < call->count; i++) {
        struct str word = call->words[i].text;
        if (only_operands || word.length < 2 || word.bytes[0] != '-') {
            VEC_PUSH(r->arena, &line->operands, word);
            VEC_PUSH(r->arena, &line->operand_words, i);
            continue;
        }
        if (str_eq(word, STR("--"))) {
            only_operands = i > 1; /* minikube kubectl -- --context prod apply … */
            continue;
        }
        struct option_word option = {.name = word};
        size_t equals = str_find_byte(word, '=');
        if (equals != SIZE_MAX) {
            option.name = str_prefix(word, equals);
            option.value = str_from_offset(word, equals + 1);
            option.has_value = true;
        } else if (i + 1 < call->count && takes_value(r, line->name, word)) {
            option.value = call->words[++i].text;
            option.has_value = true;
        }
        VEC_PUSH(r->arena, &line->options, option);
    }
}

static bool may_vanish(const struct shell_value *word)
{
    return word->may_vanish && str_eq(word->text, UNKNOWN_TEXT);
}

/* "--token x" where nobody said that --token takes a value: x is hidden all the same. */
static bool follows_secret_option(const struct call *call, size_t word)
{
    struct str before = word > 1 ? call->words[word - 1].text : STR("");

    return before.length > 2 && before.bytes[0] == '-' && str_find_byte(before, '=') == SIZE_MAX &&
           mask_names_secret(before);
}

enum line_form { FORM_FULL, FORM_WITHOUT, FORM_SHOWN };

static struct str join(struct recogniser *r, const struct call *call, const struct line *line,
                       enum line_form form, bool *ret_left_out)
{
    struct buf out = buf_new(r->arena, REQUEST_MAX * 2);

    buf_add(&out, line->program);
    for (size_t i = 0; i < line->operands.count; i++) {
        if (form == FORM_WITHOUT && may_vanish(&call->words[line->operand_words.items[i]])) {
            *ret_left_out = true;
            continue;
        }
        buf_add_byte(&out, ' ');
        if (form == FORM_SHOWN && follows_secret_option(call, line->operand_words.items[i]))
            buf_add(&out, STR("***"));
        else if (form == FORM_SHOWN)
            buf_add(&out, mask_word(r->arena, line->operands.items[i]));
        else
            buf_add(&out, line->operands.items[i]);
    }
    for (size_t i = 0; i < line->options.count; i++) {
        const struct option_word *option = &line->options.items[i];
        buf_add_byte(&out, ' ');
        buf_add(&out, option->name);
        if (!option->has_value)
            continue;
        buf_add_byte(&out, '=');
        buf_add(&out, form == FORM_SHOWN ? mask_value(r->arena, option->name, option->value)
                                         : option->value);
    }
    return buf_str(&out);
}

struct str call_typed(struct recogniser *r, const struct call *call)
{
    struct buf out = buf_new(r->arena, REQUEST_MAX * 2);

    for (size_t i = 0; i < call->count; i++) {
        if (i)
            buf_add_byte(&out, ' ');
        buf_add(&out, call->words[i].text);
    }
    return buf_str(&out);
}

void line_build(struct recogniser *r, const struct call *call, struct line *ret_line)
{
    bool vanishes = false, left_out = false;

    *ret_line = (struct line){0};
    name_program(r, call, ret_line);
    split_words(r, call, ret_line);
    ret_line->canonical = join(r, call, ret_line, FORM_FULL, NULL);
    ret_line->typed = call_typed(r, call);
    for (size_t i = 1; i < call->count && !vanishes; i++)
        vanishes = may_vanish(&call->words[i]);
    if (!vanishes)
        return;
    struct str without = join(r, call, ret_line, FORM_WITHOUT, &left_out);
    if (left_out)
        ret_line->without = without;
}

void line_rebuild(struct recogniser *r, const struct pack_tables *tables, const struct call *call,
                  const struct line *known, struct line *ret_line)
{
    const struct pack_tables *kept = r->tables;

    *ret_line = (struct line){0};
    r->tables = tables;
    name_program(r, call, ret_line);
    split_words(r, call, ret_line);
    r->tables = kept;
    ret_line->canonical = join(r, call, ret_line, FORM_FULL, NULL);
    ret_line->typed = known->typed;
}

struct str line_show(struct recogniser *r, const struct call *call, const struct line *line)
{
    return mask_shown(r->arena, join(r, call, line, FORM_SHOWN, NULL));
}

static bool is_off(struct str value)
{
    static const char *const off[] = {"false", "none", "no", "0", "off", NULL};

    return str_is_one_of_nocase(value, off);
}

bool line_has_option(const struct call *call, const struct pack_tables *tables,
                     struct pack_list options)
{
    for (size_t i = 1; i < call->count && options.count; i++) {
        struct str word = call->words[i].text;
        if (str_eq(word, STR("--")))
            return false;
        if (pack_list_has(tables, options, word))
            return true;
        size_t equals = str_find_byte(word, '=');
        if (equals != SIZE_MAX && word.bytes[0] == '-' &&
            pack_list_has(tables, options, str_prefix(word, equals)) &&
            !is_off(str_from_offset(word, equals + 1)))
            return true;
    }
    return false;
}

/* Of an option that is given twice, programs take the last; what follows "--" is no option. */
bool call_option_value(const struct call *call, struct str option, struct str *ret_value)
{
    bool found = false;

    for (size_t i = 1; i < call->count; i++) {
        struct str word = call->words[i].text;
        if (str_eq(word, STR("--")))
            break;
        if (str_eq(word, option) && i + 1 < call->count) {
            *ret_value = call->words[++i].text;
            found = true;
            continue;
        }
        if (!str_starts(word, option) || word.length == option.length)
            continue;
        bool short_option = option.length == 2 && option.bytes[1] != '-';
        if (word.bytes[option.length] == '=')
            *ret_value = str_from_offset(word, option.length + 1);
        else if (short_option)
            *ret_value = str_from_offset(word, option.length);
        else
            continue;
        found = true;
    }
    return found;
}

struct str line_asked_verb(const struct call *call)
{
    static const char *const things[] = {
        "app",   "apps",   "application", "service",  "services", "function",  "functions", "fc",
        "site",  "stack",  "project",     "worker",   "pages",    "container", "release",   "job",
        "cloud", "server", "image",       "pipeline", "web",      "code"};
    size_t at = 1;

    for (size_t i = 0; call->count > 2 && at == 1 && i < COUNT_OF(things); i++)
        at += str_eq(call->words[1].text, str_from(things[i]));
    if (at >= call->count || !value_is_known(&call->words[at]))
        return STR_NONE;
    struct str verb = call->words[at].text;
    if (!verb.length || verb.bytes[0] == '-')
        return STR_NONE;
    for (size_t i = 0; i < verb.length; i++)
        if (memchr("./=@* \n", verb.bytes[i], 7))
            return STR_NONE;
    return verb;
}
