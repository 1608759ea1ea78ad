/* follow_just.c -- justfiles: recipes, parameters, dependencies, settings. Source: the just manual 1.36. */
#include <string.h>

#include "base/file.h"
#include "deploys/targets.h"

#define IMPORTS_MAX 10u

struct reader {
    struct recogniser *r;
    const struct call *call;
    struct target_file *file;
    struct str directory;
    unsigned imports;
};

static struct str unquote(struct str text)
{
    text = str_trim(text);
    if (text.length > 1 && memchr("\"'`", text.bytes[0], 3) &&
        text.bytes[text.length - 1] == text.bytes[0])
        return str_slice(text, 1, text.length - 1);
    return text;
}

/* x := 'literal'; what is computed stays unknown. */
static bool read_assignment(struct reader *j, struct str line)
{
    size_t at = str_find(line, STR(":="));

    if (at == SIZE_MAX)
        return false;
    struct str name = str_trim(str_prefix(line, at)),
               value = str_trim(str_from_offset(line, at + 2));
    if (str_starts(name, STR("export ")))
        name = str_trim(str_from_offset(name, 7));
    if (str_starts(name, STR("set ")) || str_starts(name, STR("alias "))) {
        struct str word = str_trim(str_from_offset(name, str_find_byte(name, ' ')));
        if (str_starts(name, STR("alias "))) {
            VEC_PUSH(j->r->arena, &j->file->aliases, word);
            VEC_PUSH(j->r->arena, &j->file->aliases, value);
        } else if (str_eq(word, STR("working-directory"))) {
            j->file->directory = path_join(j->r->arena, j->file->directory, unquote(value));
        }
        return true;
    }
    if (str_find_byte(name, ' ') != SIZE_MAX)
        return false;
    bool literal = value.length > 1 && (value.bytes[0] == '"' || value.bytes[0] == '\'') &&
                   str_find_byte(str_from_offset(value, 1), value.bytes[0]) == value.length - 2;
    if (literal)
        setting_put(j->r, &j->file->variables, name, unquote(value));
    return true;
}

/* "dep other (third 'argument') && after" */
static void read_dependencies(struct reader *j, struct str text, struct target *target)
{
    struct strs *list = &target->before;

    for (size_t at = 0; at < text.length;) {
        size_t end = at;
        bool group = text.bytes[at] == '(';
        if (text.bytes[at] == ' ' || text.bytes[at] == '\t') {
            at++;
            continue;
        }
        while (end < text.length && (group ? text.bytes[end] != ')' : text.bytes[end] != ' '))
            end++;
        struct str word = str_slice(text, group ? at + 1 : at, end);
        if (str_eq(word, STR("&&")))
            list = &target->after;
        else if (word.length && word.bytes[0] != '#')
            VEC_PUSH(j->r->arena, list, str_trim(word));
        at = group ? end + 1 : end;
    }
}

/* A default in quotes is itself, a bare one the name of a variable. */
static struct str default_of(struct reader *j, struct str text)
{
    struct str literal = unquote(text);

    if (literal.length != text.length)
        return literal;
    return str_printf(j->r->arena, "{{" STR_FMT "}}", STR_ARG(text));
}

/* name param='default' *rest: dependencies */
static bool read_header(struct reader *j, struct str line, size_t number, struct target *ret)
{
    size_t colon = SIZE_MAX;
    char quote = '\0';

    for (size_t i = 0; i < line.length && colon == SIZE_MAX; i++) {
        char byte = line.bytes[i];
        if (quote ? byte == quote : byte == '\'' || byte == '"')
            quote = quote ? '\0' : byte;
        else if (!quote && byte == ':')
            colon = i;
    }
    if (colon == SIZE_MAX || colon == 0)
        return false;
    struct str words = str_prefix(line, colon);
    struct str name = str_cut(&words, ' ');
    *ret = (struct target){.name = str_trim_bytes(name, "@"), .line = number};
    while (words.length) {
        struct str word = str_cut(&words, ' ');
        bool rest = word.length && (word.bytes[0] == '*' || word.bytes[0] == '+');
        word = str_trim_bytes(word, "*+$");
        size_t equals = str_find_byte(word, '=');
        if (!word.length)
            continue;
        struct str parameter = str_prefix(word, equals);
        if (equals != SIZE_MAX)
            VEC_PUSH(j->r->arena, &ret->parameters,
                     str_printf(j->r->arena, "%s" STR_FMT "=" STR_FMT, rest ? "*" : "",
                                STR_ARG(parameter),
                                STR_ARG(default_of(j, str_from_offset(word, equals + 1)))));
        else
            VEC_PUSH(j->r->arena, &ret->parameters,
                     str_printf(j->r->arena, "%s" STR_FMT, rest ? "*" : "", STR_ARG(parameter)));
    }
    read_dependencies(j, str_from_offset(line, colon + 1), ret);
    return true;
}

static void read_text(struct reader *j, struct str text);

static void read_import(struct reader *j, struct str line)
{
    struct followed included;
    struct str name = unquote(str_from_offset(line, str_find_byte(line, ' ')));

    follow_read(j->r, j->call, path_join(j->r->arena, j->directory, name), &included);
    if (!included.found || included.why.length || ++j->imports > IMPORTS_MAX)
        j->file->incomplete = true;
    else
        read_text(j, included.text);
}

/* The indented lines below a header: each a command, or one script when they begin with #!. */
static void add_body(struct reader *j, struct target *target, struct str line, size_t number)
{
    struct str text = str_trim(line);
    struct target_command command = {.line = number, .text = text};
    bool goes_on = target->commands.count && str_ends(VEC_LAST(&target->commands).text, STR("\\"));

    if (!target->commands.count && str_starts(text, STR("#!")))
        target->script = true;
    if (target->commands.count && (target->script || goes_on)) {
        struct target_command *last = &VEC_LAST(&target->commands);
        last->text =
            str_printf(j->r->arena, STR_FMT "\n" STR_FMT, STR_ARG(last->text), STR_ARG(text));
        return;
    }
    if (text.length && (text.bytes[0] != '#' || target->script))
        VEC_PUSH(j->r->arena, &target->commands, command);
}

static void read_text(struct reader *j, struct str text)
{
    struct target target = {0};
    bool inside = false;
    struct str line;

    for (size_t number = 1; str_next_line(&text, &line); number++) {
        bool indented = line.length && (line.bytes[0] == ' ' || line.bytes[0] == '\t');
        if (inside && (indented || !str_trim(line).length)) {
            add_body(j, &target, line, number);
            continue;
        }
        if (inside)
            VEC_PUSH(j->r->arena, &j->file->targets, target);
        inside = false;
        struct str trimmed = str_trim(line);
        if (!trimmed.length || trimmed.bytes[0] == '#' || trimmed.bytes[0] == '[')
            continue;
        if (str_starts(trimmed, STR("import ")) || str_starts(trimmed, STR("import? "))) {
            read_import(j, trimmed);
            continue;
        }
        if (str_starts(trimmed, STR("mod ")))
            j->file->incomplete = true;
        else if (!read_assignment(j, trimmed))
            inside = read_header(j, trimmed, number, &target);
        if (inside && !j->file->default_target.length)
            j->file->default_target = target.name;
    }
    if (inside)
        VEC_PUSH(j->r->arena, &j->file->targets, target);
}

void justfile_read(struct recogniser *r, const struct call *call, struct target_file *file)
{
    struct reader j = {.r = r, .call = call, .file = file, .directory = file->directory};

    file->escape = '{';
    read_text(&j, file->file.text);
}

struct just_words {
    struct str directory, file;
    struct strs words;
    struct settings variables;
    bool excused;
};

static void read_just_words(struct recogniser *r, const struct call *call, struct just_words *ret)
{
    static const char *const excuses[] = {"--dry-run", "-n",        "--list",     "-l",
                                          "--show",    "-s",        "--summary",  "--help",
                                          "-h",        "--version", "--evaluate", "--dump",
                                          "--choose",  "--edit",    "-e",         "--fmt"};

    for (size_t i = 1; i < call->count; i++) {
        struct str word = call->words[i].text;
        bool more = i + 1 < call->count;
        for (size_t n = 0; n < COUNT_OF(excuses) && !ret->words.count; n++)
            ret->excused = ret->excused || str_eq(word, str_from(excuses[n]));
        if (more && (str_eq(word, STR("-f")) || str_eq(word, STR("--justfile"))))
            ret->file = call->words[++i].text;
        else if (more && (str_eq(word, STR("-d")) || str_eq(word, STR("--working-directory"))))
            ret->directory = path_join(r->arena, call->directory, call->words[++i].text);
        else if (i + 2 < call->count && str_eq(word, STR("--set"))) {
            setting_put(r, &ret->variables, call->words[i + 1].text, call->words[i + 2].text);
            i += 2;
        } else if (word.length && word.bytes[0] == '-' && !ret->words.count) {
            continue;
        } else if (str_find_byte(word, '=') != SIZE_MAX && !ret->words.count) {
            struct str value = word;
            struct str name = str_cut(&value, '=');
            setting_put(r, &ret->variables, name, value);
        } else {
            VEC_PUSH(r->arena, &ret->words, word);
        }
    }
}

/* Each recipe takes as many of the words behind it as it has parameters. */
static bool run_recipes(struct recogniser *r, struct shell_state *state, const struct call *call,
                        const struct target_file *file, const struct just_words *words,
                        struct err *e)
{
    for (size_t i = 0; i < words->words.count;) {
        struct str name = words->words.items[i++], stem;
        struct strs arguments = {0};
        const struct target *target = targets_find(file, name, &stem);
        for (size_t n = 0; target && n < target->parameters.count && i < words->words.count; n++) {
            bool rest = str_starts(target->parameters.items[n], STR("*"));
            do
                VEC_PUSH(r->arena, &arguments, words->words.items[i++]);
            while (rest && i < words->words.count);
        }
        if (!targets_run(r, state, call, file, name, &words->variables, &arguments, e))
            return false;
    }
    return true;
}

bool just_call(struct recogniser *r, struct shell_state *state, const struct call *call,
               const struct line *line, bool *ret_handled, struct err *e)
{
    static const char *const names[] = {"justfile", "Justfile", ".justfile", "JUSTFILE"};
    struct just_words words = {0};
    struct target_file file = {0};

    if (!str_eq(line->name, STR("just")))
        return true;
    *ret_handled = true;
    read_just_words(r, call, &words);
    if (words.excused)
        return true;
    if (words.file.length)
        follow_read(r, call, path_join(r->arena, call->directory, words.file), &file.file);
    else
        targets_open(r, call, call->directory, names, COUNT_OF(names), true, &file.file);
    if (!file.file.found || file.file.why.length) {
        size_t before = r->deploys->count; /* recipe or argument: each word may be either */
        for (size_t i = 0; i < words.words.count && r->deploys->count == before; i++) {
            struct str first = words.words.items[0], name = words.words.items[i];
            if (i) /* `just test deploy` tests */
                name = str_printf(r->arena, STR_FMT ":" STR_FMT, STR_ARG(first), STR_ARG(name));
            if (!follow_suspect(r, call, name, STR(""), STR("there is no justfile to read"), e))
                return false;
        }
        return true;
    }
    file.directory = words.directory.length ? words.directory : path_directory(file.file.path);
    justfile_read(r, call, &file);
    if (!words.words.count && file.default_target.length)
        VEC_PUSH(r->arena, &words.words, file.default_target);
    return run_recipes(r, state, call, &file, &words, e);
}
