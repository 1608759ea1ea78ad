#include "deploys/output_lines.h"

#include <string.h>

#include "base/file.h"
#include "deploys/protect_expression.h"
#include "deploys/protect_find.h"
#include "deploys/protect_path.h"
#include "deploys/protect_write.h"

#define FILE_SEARCHED_MAX ((size_t)1 << 20)

static struct str program_of(const struct shell_command *command)
{
    return path_base_name(command->words.items[0].text);
}

static void add_line(struct buf *out, struct str line)
{
    if (out->length)
        buf_add_byte(out, '\n');
    buf_add(out, line);
}

/* --- ls --- */

static bool is_ours(struct recogniser *r, struct str directory, struct str name)
{
    struct protected_path found;

    return protect_look_up(r->arena, r->protect, protect_state(r),
                           path_join(r->arena, directory, name), true, &found);
}

/* The names in a directory of ours; of others only those of ours. */
static bool list_ours(struct recogniser *r, const struct shell_command *command, struct str path,
                      bool hidden, struct buf *out)
{
    struct str whole = path_join(r->arena, command->directory, path);
    struct err ignored = ERR_NONE;
    struct strs names = {0};

    if (r->remote || !file_list(r->arena, whole, &names, &ignored))
        return false;
    bool all = protect_is_directory(r->arena, r->protect, whole);
    bool any = all;
    for (size_t i = 0; i < names.count; i++) {
        bool shown = hidden || names.items[i].bytes[0] != '.';
        if (!shown || (!all && !is_ours(r, whole, names.items[i])))
            continue;
        if (!any) /* first: who reads lines then has one that is not known */
            add_line(out, UNKNOWN_TEXT);
        any = true;
        add_line(out, names.items[i]);
    }
    return any;
}

/* What a pattern takes in a directory of ours: as the shell puts it in. */
static bool list_fitting(struct recogniser *r, const struct shell_command *command,
                         struct str place, struct str glob, struct buf *out)
{
    struct str whole = path_join(r->arena, command->directory, place);
    struct err ignored = ERR_NONE;
    struct strs names = {0};

    if (r->remote || !protect_is_directory(r->arena, r->protect, whole) ||
        !file_list(r->arena, whole, &names, &ignored))
        return false;
    for (size_t i = 0; i < names.count; i++)
        if (protect_glob_fits(r->arena, glob, names.items[i], r->hidden_too))
            add_line(out, str_eq(place, STR(".")) ? names.items[i]
                                                  : path_join(r->arena, place, names.items[i]));
    return true;
}

static bool list_word(struct recogniser *r, const struct shell_command *command,
                      const struct shell_value *word, bool hidden, bool itself, struct buf *out)
{
    struct str base = path_base_name(word->text);

    if (word->known && !word->glob && !itself && list_ours(r, command, word->text, hidden, out))
        return true;
    struct str place = str_prefix(word->text, word->text.length - base.length);
    if (word->glob && protect_is_known(word->text) &&
        list_fitting(r, command, place.length ? place : STR("."), base, out))
        return true;
    bool ours = word->glob && base.length < word->text.length &&
                protect_names_path(r->arena, protect_state(r), command->directory, word->text);
    if ((word->glob && !ours) || (!word->known && !ours) ||
        str_find_byte(word->text, '.') == SIZE_MAX)
        return false;
    add_line(out, word->text);
    return true;
}

bool output_listed(struct recogniser *r, const struct shell_command *command, struct str *ret)
{
    struct buf out = buf_new(r->arena, REQUEST_MAX);
    bool hidden = false, itself = false;
    size_t operands = 0;

    for (size_t i = 1; i < command->words.count; i++) {
        struct str word = command->words.items[i].text;
        if (!str_starts(word, STR("-")) || word.length < 2)
            continue;
        for (size_t b = 1; b < word.length; b++)
            if (!strchr("1aAdrtSU", word.bytes[b]))
                return false; /* more than names */
        hidden =
            hidden || str_find_byte(word, 'a') != SIZE_MAX || str_find_byte(word, 'A') != SIZE_MAX;
        itself = itself || str_find_byte(word, 'd') != SIZE_MAX;
    }
    for (size_t i = 1; i < command->words.count; i++) {
        const struct shell_value *word = &command->words.items[i];
        if (str_starts(word->text, STR("-")))
            continue;
        operands++;
        if (!list_word(r, command, word, hidden, itself, &out))
            return false;
    }
    if (!operands && !list_ours(r, command, STR("."), hidden, &out))
        return false;
    *ret = out.length ? buf_str(&out) : STR("");
    return true;
}

/* --- git ls-files --- */

/* As the words of a find that comes upon the same and more: what is tracked is not looked up. */
static struct shell_values tracked_words(struct recogniser *r, const struct shell_command *command,
                                         size_t first)
{
    static const char *const rest[] = {"-type", "f", "-not", "-path", "./.git/*"};
    struct shell_values find = {0}, names = {0};
    bool options = true;

    VEC_PUSH(r->arena, &find, word_value(STR("find")));
    for (size_t i = first; i < command->words.count; i++) {
        const struct shell_value *word = &command->words.items[i];
        bool pattern = strpbrk(str_c(r->arena, word->text), "*?[") != NULL;
        if (options && str_starts(word->text, STR("-")))
            options = !str_eq(word->text, STR("--"));
        else if (!pattern)
            VEC_PUSH(r->arena, &find, *word);
        else /* git's star goes over slashes */
            VEC_PUSH(r->arena, &names,
                     word_value(str_printf(r->arena, "./" STR_FMT, STR_ARG(word->text))));
    }
    if (names.count && find.count > 1)
        names.count = 0; /* both: all that lies there, rather than too little */
    if (find.count == 1)
        VEC_PUSH(r->arena, &find, word_value(STR(".")));
    for (size_t i = 0; i < COUNT_OF(rest); i++)
        VEC_PUSH(r->arena, &find, word_value(str_from(rest[i])));
    for (size_t i = 0; i < names.count; i++) {
        VEC_PUSH(r->arena, &find, word_value(i ? STR("-o") : STR("(")));
        VEC_PUSH(r->arena, &find, word_value(STR("-path")));
        VEC_PUSH(r->arena, &find, names.items[i]);
    }
    if (names.count)
        VEC_PUSH(r->arena, &find, word_value(STR(")")));
    return find;
}

/* git ls-tree REVISION PATH…, names alone. False: it prints more. */
static bool is_tree_of_names(const struct shell_command *command, size_t at, size_t *ret_first)
{
    bool names = false;

    if (!str_eq(command->words.items[at].text, STR("ls-tree")))
        return false;
    for (at++; at < command->words.count && str_starts(command->words.items[at].text, STR("-"));
         at++)
        names = names || str_starts(command->words.items[at].text, STR("--name-"));
    *ret_first = at + 1;
    return names && at < command->words.count;
}

bool output_tracked(struct recogniser *r, const struct shell_command *command, struct str *ret)
{
    const struct shell_value *words = command->words.items;
    struct str directory = command->directory;
    size_t at = 1;

    if (command->words.count > 3 && str_eq(words[1].text, STR("-C")) && words[2].known) {
        directory = path_join(r->arena, directory, words[2].text);
        at = 3;
    }
    size_t first = at + 1;
    if (r->remote ||
        (!str_eq(words[at].text, STR("ls-files")) && !is_tree_of_names(command, at, &first)))
        return false;
    struct shell_values find = tracked_words(r, command, first);
    return protect_find_printed(r, directory, find.items, find.count, ret);
}

/* --- Filters. --- */

bool output_written(struct recogniser *r, struct str directory, const struct shell_value *path,
                    struct str *ret)
{
    struct str whole = path_join(r->arena, directory, path->text);

    for (size_t i = r->written.count; path->known && i > 0; i--)
        if (str_eq(r->written.items[i - 1].path, whole)) {
            *ret = r->written.items[i - 1].text;
            if (str_ends(*ret, STR("\n")))
                ret->length--;
            return true;
        }
    return false;
}

bool output_input(struct recogniser *r, const struct shell_command *command, struct str *ret)
{
    *ret = command->input_text.text;
    return command->input == INPUT_TEXT ||
           (command->input == INPUT_FILE &&
            output_written(r, command->directory, &command->input_text, ret));
}

struct grep {
    struct str pattern;
    struct shell_values files;                /* none: standard input */
    bool names_files, other_files, recursive; /* -l, -L, -r */
    bool has_pattern, inverted, any_case, fixed, perl, words, lines, silent;
    enum regex_syntax syntax;
};

static bool read_letter(struct grep *grep, char letter)
{
    switch (letter) {
    case 'v':
        return grep->inverted = true;
    case 'i':
    case 'y':
        return grep->any_case = true;
    case 'F':
        return grep->fixed = true;
    case 'P':
        return grep->perl = true;
    case 'w':
        return grep->words = true;
    case 'x':
        return grep->lines = true;
    case 'q':
        return grep->silent = true;
    case 'E':
        grep->syntax = SYNTAX_EXTENDED;
        return true;
    case 'l':
        return grep->names_files = true;
    case 'L':
        return grep->names_files = grep->other_files = true;
    case 'r':
    case 'R':
        return grep->recursive = true;
    case 'G':
    case 'a':
    case 'h':
    case 's':
    case 'z':
        return true;
    default:
        return false;
    }
}

/* False: it prints something else than lines, or reads files. */
static bool read_grep(struct recogniser *r, const struct shell_command *command, struct grep *grep)
{
    static const struct {
        const char *name;
        char letter;
    } names[] = {{"--invert-match", 'v'},
                 {"--ignore-case", 'i'},
                 {"--fixed-strings", 'F'},
                 {"--extended-regexp", 'E'},
                 {"--word-regexp", 'w'},
                 {"--line-regexp", 'x'},
                 {"--quiet", 'q'},
                 {"--perl-regexp", 'P'},
                 {"--null-data", 'z'},
                 {"--files-with-matches", 'l'},
                 {"--files-without-match", 'L'},
                 {"--recursive", 'r'}};
    struct str program = program_of(command);

    grep->syntax = str_eq(program, STR("egrep")) ? SYNTAX_EXTENDED : SYNTAX_BASIC;
    grep->fixed = str_eq(program, STR("fgrep"));
    grep->perl = grep->recursive = str_eq(program, STR("rg"));
    for (size_t i = 1; i < command->words.count; i++) {
        struct str word = command->words.items[i].text;
        bool option = word.length > 1 && word.bytes[0] == '-';
        if (option && word.bytes[1] == '-') {
            bool known = str_starts(word, STR("--color")) || str_starts(word, STR("--colour"));
            for (size_t n = 0; n < COUNT_OF(names); n++)
                if (str_eq(word, str_from(names[n].name)))
                    known = read_letter(grep, names[n].letter);
            if (!known)
                return false;
        } else if (option) {
            for (size_t b = 1; b < word.length; b++) {
                bool value = word.bytes[b] == 'e' && b + 1 == word.length &&
                             i + 1 < command->words.count && !grep->has_pattern;
                if (!value && !read_letter(grep, word.bytes[b]))
                    return false;
                if (value) {
                    grep->pattern = command->words.items[++i].text;
                    grep->has_pattern = true;
                    break;
                }
            }
        } else if (grep->has_pattern) {
            VEC_PUSH(r->arena, &grep->files, command->words.items[i]);
        } else {
            grep->pattern = word;
            grep->has_pattern = true;
        }
    }
    return grep->has_pattern;
}

static struct str grep_regex(struct recogniser *r, const struct grep *grep)
{
    struct str regex = grep->fixed
                           ? str_printf(r->arena, "\\Q" STR_FMT "\\E", STR_ARG(grep->pattern))
                       : grep->perl ? grep->pattern
                                    : protect_regex(r->arena, grep->pattern, grep->syntax, false);
    const char *before = grep->lines ? "^" : grep->words ? "\\b" : "";
    const char *after = grep->lines ? "$" : grep->words ? "\\b" : "";

    return str_printf(r->arena, "%s%s(?:" STR_FMT ")%s", grep->any_case ? "(?i)" : "", before,
                      STR_ARG(regex), after);
}

/* grep -l: files of ours that hold the pattern, among others. */
static bool named(struct recogniser *r, const struct shell_command *command,
                  const struct grep *grep, struct str *ret)
{
    struct shell_values find = {0};
    struct buf out = buf_new(r->arena, REQUEST_MAX);
    struct err ignored = ERR_NONE;
    struct regex *regex;
    struct str text;

    if (r->remote || !protect_is_known(grep->pattern) || (!grep->files.count && !grep->recursive) ||
        !regex_compile(r->arena, grep_regex(r, grep), &regex, &ignored))
        return false;
    VEC_PUSH(r->arena, &find, word_value(STR("find")));
    for (size_t i = 0; i < grep->files.count; i++)
        VEC_PUSH(r->arena, &find, grep->files.items[i]);
    VEC_PUSH(r->arena, &find, word_value(STR("-type")));
    VEC_PUSH(r->arena, &find, word_value(STR("f")));
    struct strs paths = protect_find_paths(r, command->directory, find.items, find.count, NULL);
    for (size_t i = 0; i < paths.count; i++) {
        struct str path = path_join(r->arena, command->directory, paths.items[i]);
        bool matched = true;
        if (!grep->other_files && file_read(r->arena, path, FILE_SEARCHED_MAX, &text, &ignored) &&
            regex_match(regex, text, &matched, NULL, 0, &ignored) && !matched)
            continue;
        if (!out.length) /* others may, too */
            add_line(&out, UNKNOWN_TEXT);
        add_line(&out, paths.items[i]);
    }
    *ret = out.length ? buf_str(&out) : STR("");
    return out.length > 0;
}

struct filter {
    struct regex *regex; /* NULL: not known, and any line may go through */
    bool inverted;
};

static bool lets_through(const struct filter *filter, struct str line)
{
    struct err ignored = ERR_NONE;
    bool matched;

    return !filter->regex || !regex_match(filter->regex, line, &matched, NULL, 0, &ignored) ||
           matched != filter->inverted;
}

/* "hooks/\1", as find calls any file there: only those of ours matter, and where the filter keeps all of them out, it is a file further down. */
static struct str any_file(struct recogniser *r, const struct shell_command *command,
                           const struct filter *filter, struct str line)
{
    struct str base = path_base_name(line), place = str_prefix(line, line.length - base.length);
    struct str whole = path_join(r->arena, command->directory, place);
    struct err ignored = ERR_NONE;
    struct strs names = {0};
    bool ours = false;

    if (r->remote || !str_eq(base, UNKNOWN_TEXT) || !place.length || !protect_is_known(place) ||
        !file_list(r->arena, whole, &names, &ignored))
        return line;
    for (size_t i = 0; i < names.count; i++) {
        if (!is_ours(r, whole, names.items[i]))
            continue;
        ours = true;
        if (lets_through(filter, str_printf(r->arena, STR_FMT STR_FMT, STR_ARG(place),
                                            STR_ARG(names.items[i]))))
            return line;
    }
    return ours ? str_printf(r->arena, STR_FMT "/\x01", STR_ARG(line)) : line;
}

static bool grepped(struct recogniser *r, const struct shell_command *command, struct str *ret)
{
    struct str rest, line;
    struct buf out = buf_new(r->arena, REQUEST_MAX);
    struct err ignored = ERR_NONE;
    struct grep grep = {0};
    struct regex *regex = NULL;

    if (!read_grep(r, command, &grep))
        return false;
    if (grep.names_files)
        return named(r, command, &grep, ret);
    if (grep.recursive || grep.files.count > 1 ||
        !(grep.files.count ? output_written(r, command->directory, &grep.files.items[0], &rest)
                           : output_input(r, command, &rest)) ||
        (protect_is_known(grep.pattern) &&
         !regex_compile(r->arena, grep_regex(r, &grep), &regex, &ignored)))
        return false;
    struct filter filter = {regex, grep.inverted};
    while (!grep.silent && str_next_line(&rest, &line)) {
        if (!protect_is_known(line))
            add_line(&out, any_file(r, command, &filter, line));
        else if (lets_through(&filter, line))
            add_line(&out, line);
    }
    *ret = out.length ? buf_str(&out) : STR("");
    return true;
}

static bool has_operands(const struct shell_command *command, const char *const *options)
{
    for (size_t i = 1; i < command->words.count; i++)
        if (!str_is_one_of(command->words.items[i].text, options))
            return true;
    return false;
}

/* Lines in another order: all of them, where no option says more. */
static bool arranged(struct recogniser *r, const struct shell_command *command, struct str *ret)
{
    static const char *const options[] = {"-u", "-r", "-ru", NULL};

    if (has_operands(command, options) || !output_input(r, command, ret))
        return false;
    if (str_ends(*ret, STR("\n")))
        ret->length--;
    return true;
}

/* xargs alone echoes: words on one line. */
static bool echoed(struct recogniser *r, const struct shell_command *command, struct str *ret)
{
    static const char *const options[] = {"-0", "-r", "echo", NULL};
    struct str text, line;
    struct buf out = buf_new(r->arena, REQUEST_MAX);

    if (has_operands(command, options) || !output_input(r, command, &text))
        return false;
    while (str_next_line(&text, &line)) {
        buf_add(&out, out.length ? STR(" ") : STR(""));
        buf_add(&out, str_trim(line));
    }
    *ret = out.length ? buf_str(&out) : STR("");
    return true;
}

/* head -n 3, tail -3: false for what counts bytes, or reads files. */
static bool read_count(const struct shell_command *command, size_t *ret_count)
{
    *ret_count = 10;
    for (size_t i = 1; i < command->words.count; i++) {
        struct str word = command->words.items[i].text;
        if (str_eq(word, STR("-n")) && i + 1 < command->words.count)
            word = command->words.items[++i].text;
        else if (str_starts(word, STR("--lines=")))
            word = str_from_offset(word, strlen("--lines="));
        else if (str_starts(word, STR("-n")))
            word = str_from_offset(word, 2);
        else if (str_starts(word, STR("-")))
            word = str_from_offset(word, 1);
        else
            return false;
        uint64_t count;
        if (!str_to_u64(word, &count) || count > REQUEST_MAX)
            return false;
        *ret_count = (size_t)count;
    }
    return true;
}

/* Some of the lines; where one is not known, it may be several: any of them. */
static bool cut_off(struct recogniser *r, const struct shell_command *command, struct str *ret)
{
    bool tail = str_eq(program_of(command), STR("tail"));
    size_t wanted, all = 0, at = 0;
    struct buf out = buf_new(r->arena, REQUEST_MAX);
    struct str rest, line;

    if (!read_count(command, &wanted) || !output_input(r, command, &rest))
        return false;
    bool known = protect_is_known(rest);
    for (struct str lines = rest; str_next_line(&lines, &line);)
        all++;
    size_t first = tail && all > wanted ? all - wanted : 0;
    for (; str_next_line(&rest, &line); at++)
        if (!known || (at >= first && at < first + wanted))
            add_line(&out, line);
    *ret = out.length ? buf_str(&out) : STR("");
    return true;
}

bool output_filters(const struct shell_command *command)
{
    static const char *const filters[] = {"grep", "egrep", "fgrep", "rg",   "sort", "uniq",
                                          "tac",  "xargs", "head",  "tail", NULL};

    return str_is_one_of(program_of(command), filters);
}

bool output_filtered(struct recogniser *r, const struct shell_command *command, struct str *ret)
{
    struct str program = program_of(command);

    if (str_eq(program, STR("xargs")))
        return echoed(r, command, ret);
    if (str_eq(program, STR("head")) || str_eq(program, STR("tail")))
        return cut_off(r, command, ret);
    return str_ends(program, STR("grep")) || str_eq(program, STR("rg")) ? grepped(r, command, ret)
                                                                        : arranged(r, command, ret);
}
