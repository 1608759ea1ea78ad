#include "deploys/protect_expression.h"

#include <fnmatch.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "deploys/protect_write.h"

#define NODES_MAX 256u /* more: whatever it says, all could be meant */

enum find_kind { FIND_TEST, FIND_ACTION, FIND_PRUNE, FIND_TRUE, FIND_NOT, FIND_AND, FIND_OR };

struct find_node {
    enum find_kind kind;
    const struct find_node *left, *right;
    struct str word, value; /* of a test; of an action " -exec rm {}" */
    bool list;              /* OR: "," asks its second side whatever the first says */
    bool runs, batch;       /* ACTION: -exec, with + */
    size_t at;              /* where it stands */
    struct regex *regex;    /* TEST: of -regex; NULL when it cannot be read */
};

/* --- Its words. --- */

struct reader {
    struct recogniser *r;
    const struct shell_value *words;
    size_t count, at, nodes;
    bool negated;
    struct find_expression *search;
};

static bool is_next(const struct reader *p, const char *const *words)
{
    return p->at < p->count && str_is_one_of(p->words[p->at].text, words);
}

static struct find_node *node_of(struct reader *p, enum find_kind kind,
                                 const struct find_node *left, const struct find_node *right)
{
    struct find_node *node = ARENA_NEW(p->r->arena, struct find_node);

    if (++p->nodes >= NODES_MAX)
        p->at = p->count;
    node->kind = kind;
    node->left = left;
    node->right = right;
    return node;
}

static enum regex_syntax syntax_of(struct str type)
{
    static const char *const basic[] = {"posix-basic",         "ed", "grep", "sed",
                                        "posix-minimal-basic", NULL};
    static const char *const emacs[] = {"emacs", "findutils-default", NULL};

    return str_is_one_of(type, basic)   ? SYNTAX_BASIC
           : str_is_one_of(type, emacs) ? SYNTAX_EMACS
                                        : SYNTAX_EXTENDED;
}

static const struct find_node *read_action(struct reader *p, bool runs)
{
    struct find_node *node = node_of(p, FIND_ACTION, NULL, NULL);
    struct buf line = buf_new(p->r->arena, REQUEST_MAX);
    size_t end = p->at;

    while (runs && end < p->count && !str_eq(p->words[end].text, STR(";")) &&
           !(str_eq(p->words[end].text, STR("+")) && str_eq(p->words[end - 1].text, STR("{}"))))
        end++;
    node->word = p->words[p->at - 1].text;
    for (size_t i = p->at - 1; i < end; i++)
        buf_printf(&line, " " STR_FMT, STR_ARG(p->words[i].text));
    node->value = buf_str(&line);
    node->runs = runs;
    node->at = p->at - 1;
    node->batch = end < p->count && str_eq(p->words[end].text, STR("+"));
    p->at = runs && end < p->count ? end + 1 : end;
    p->search->acts = true;
    return node;
}

static const char *const regexes[] = {"-regex", "-iregex", NULL};

static struct regex *whole_regex(struct reader *p, struct str pattern, bool any_case)
{
    struct str regex = protect_regex(p->r->arena, pattern, p->search->syntax, any_case);
    struct err ignored = ERR_NONE;
    struct regex *compiled;

    return regex_compile(p->r->arena, str_printf(p->r->arena, "^(?:" STR_FMT ")$", STR_ARG(regex)),
                         &compiled, &ignored)
               ? compiled
               : NULL;
}

/* One word, and its value. */
static const struct find_node *read_primary(struct reader *p)
{
    static const char *const runs[] = {"-exec", "-execdir", "-ok", "-okdir", NULL};
    static const char *const acts[] = {"-delete", "-print", "-print0", "-ls", NULL};
    static const char *const prints[] = {"-printf", "-fprint",  "-fprint0",
                                         "-fls",    "-fprintf", NULL};
    static const char *const plain[] = {"-depth", "-d",      "-xdev",     "-mount",
                                        "-quit",  "-follow", "-true",     "-noleaf",
                                        "-warn",  "-nowarn", "-daystart", "-ignore_readdir_race",
                                        NULL};
    static const char *const alone[] = {"-empty",   "-executable", "-readable", "-writable",
                                        "-nogroup", "-nouser",     "-false",    NULL};
    struct str word = p->words[p->at++].text;

    if (str_is_one_of(word, runs))
        return read_action(p, true);
    if (str_is_one_of(word, acts) || str_is_one_of(word, prints)) {
        const struct find_node *action = read_action(p, false);
        p->at += str_is_one_of(word, prints) + str_eq(word, STR("-fprintf"));
        return action;
    }
    if (str_eq(word, STR("-prune"))) {
        p->search->prunes = true;
        return node_of(p, FIND_PRUNE, NULL, NULL);
    }
    if (str_is_one_of(word, plain))
        return node_of(p, FIND_TRUE, NULL, NULL);
    struct find_node *test = node_of(p, FIND_TEST, NULL, NULL);
    test->word = word;
    if (str_is_one_of(word, alone) || p->at >= p->count)
        return test;
    test->value = p->words[p->at++].text;
    if (str_eq(word, STR("-maxdepth")) || str_eq(word, STR("-mindepth"))) {
        uint64_t *depth = word.bytes[2] == 'a' ? &p->search->deepest : &p->search->shallowest;
        if (!str_to_u64(test->value, depth) && word.bytes[2] == 'a')
            *depth = UINT64_MAX;
        test->kind = FIND_TRUE;
    } else if (str_eq(word, STR("-regextype"))) {
        p->search->syntax = syntax_of(test->value);
        test->kind = FIND_TRUE;
    } else if (str_is_one_of(word, regexes)) {
        test->regex = whole_regex(p, test->value, word.bytes[1] == 'i');
    } else if (str_eq(word, STR("-name")) && !p->negated) {
        VEC_PUSH(p->r->arena, &p->search->names, test->value);
    }
    return test;
}

static const struct find_node *read_alternatives(struct reader *p);

static const struct find_node *read_one(struct reader *p)
{
    static const char *const no[] = {"!", "-not", NULL}, *const open[] = {"(", NULL};
    const struct find_node *node;

    if (p->at >= p->count || ++p->nodes >= NODES_MAX) {
        p->at = p->count;
        return node_of(p, FIND_TRUE, NULL, NULL);
    }
    if (is_next(p, no)) {
        bool negated = p->negated;
        p->at++;
        p->negated = !negated;
        node = node_of(p, FIND_NOT, read_one(p), NULL);
        p->negated = negated;
    } else if (is_next(p, open)) {
        p->at++;
        node = read_alternatives(p);
        p->at++; /* its end */
    } else {
        node = read_primary(p);
    }
    return node;
}

static const struct find_node *read_all(struct reader *p)
{
    static const char *const ends[] = {")", "-o", "-or", ",", NULL};
    static const char *const both[] = {"-a", "-and", NULL};
    const struct find_node *node = node_of(p, FIND_TRUE, NULL, NULL);

    while (p->at < p->count && !is_next(p, ends)) {
        if (is_next(p, both))
            p->at++;
        else
            node = node_of(p, FIND_AND, node, read_one(p));
    }
    return node;
}

static const struct find_node *read_alternatives(struct reader *p)
{
    static const char *const either[] = {"-o", "-or", ",", NULL};
    const struct find_node *node = read_all(p);

    while (is_next(p, either)) {
        bool list = str_eq(p->words[p->at].text, STR(","));
        p->at++;
        p->search->several = true;
        struct find_node *choice = node_of(p, FIND_OR, node, NULL);
        choice->list = list;
        choice->right = read_all(p);
        node = choice;
    }
    return node;
}

void find_expression_read(struct recogniser *r, const struct shell_value *words, size_t count,
                          size_t first, enum regex_syntax syntax, struct find_expression *ret)
{
    struct reader p = {.r = r, .words = words, .count = count, .at = first, .search = ret};

    *ret = (struct find_expression){.deepest = UINT64_MAX, .syntax = syntax};
    const struct find_node *root = read_alternatives(&p);
    ret->root = count > first && p.nodes < NODES_MAX ? root : NULL;
}

/* --- One path. --- */

enum answer { ANSWER_NO = 0, ANSWER_PERHAPS, ANSWER_YES };

struct result {
    enum answer answer;
    struct find_outcome so_far; /* what has been asked on the way; `reached` is not used */
};

struct asking {
    struct recogniser *r;
    const struct find_expression *search;
    const struct find_path *path;
    const struct find_actions *actions;
    struct find_outcome *outcome;
    bool pruned;
};

static bool has_wildcard(struct str pattern)
{
    for (size_t i = 0; i < pattern.length; i++)
        if (strchr("*?[\\\x01", pattern.bytes[i]))
            return true;
    return false;
}

/* "*" and "*.*" ask for no name. */
static bool asks_for_name(struct str pattern)
{
    for (size_t i = 0; i < pattern.length; i++)
        if (byte_is_word(pattern.bytes[i]))
            return true;
    return false;
}

static bool glob_takes(struct recogniser *r, struct str pattern, struct str subject, bool any_case)
{
    char *glob = str_c(r->arena, pattern);

    for (size_t i = 0; i < pattern.length; i++)
        if (glob[i] == SHELL_UNKNOWN)
            glob[i] = '*';
    return fnmatch(glob, str_c(r->arena, subject), any_case ? FNM_CASEFOLD : 0) == 0;
}

static enum answer ask_pattern(struct asking *a, const struct find_node *test, struct str subject,
                               bool any_case, struct find_outcome *so_far)
{
    if (!glob_takes(a->r, test->value, subject, any_case))
        return ANSWER_NO;
    so_far->named = so_far->named || asks_for_name(test->value);
    so_far->exactly = so_far->exactly || !has_wildcard(test->value);
    return ANSWER_YES;
}

static enum answer ask_regex(struct asking *a, const struct find_node *test,
                             struct find_outcome *so_far)
{
    struct err ignored = ERR_NONE;
    bool matched;

    if (!test->regex || !regex_match(test->regex, a->path->path, &matched, NULL, 0, &ignored))
        return ANSWER_PERHAPS;
    so_far->named = so_far->named || (matched && asks_for_name(test->value));
    return matched ? ANSWER_YES : ANSWER_NO;
}

static struct str whole_path(const struct asking *a)
{
    return path_join(a->r->arena, a->path->directory, a->path->path);
}

static enum answer ask_type(struct asking *a, struct str types)
{
    struct str whole = whole_path(a);
    enum file_kind kind = file_kind(a->r->arena, whole);
    struct stat status;
    bool link = lstat(str_c(a->r->arena, whole), &status) == 0 && S_ISLNK(status.st_mode);

    if (kind == FILE_ABSENT || !protect_is_known(types))
        return ANSWER_YES;
    if (str_contains(types, STR("l")))
        return link || types.length > 1 ? ANSWER_YES : ANSWER_NO;
    return (kind == FILE_DIRECTORY) == str_contains(types, STR("d")) ||
                   (kind != FILE_DIRECTORY && str_contains(types, STR("f")))
               ? ANSWER_YES
               : ANSWER_NO;
}

static enum answer answer_of(bool holds)
{
    return holds ? ANSWER_YES : ANSWER_NO;
}

/* -perm 644, -644, /111; other spellings are not read. */
static enum answer ask_mode(struct str asked, mode_t mode)
{
    mode_t bits = 0, has = mode & 07777;
    char form = asked.length ? asked.bytes[0] : '\0';
    struct str digits = str_from_offset(asked, form == '-' || form == '/' ? 1 : 0);

    for (size_t i = 0; i < digits.length; i++) {
        if (digits.bytes[i] < '0' || digits.bytes[i] > '7')
            return ANSWER_PERHAPS;
        bits = (bits * 8 + (mode_t)(digits.bytes[i] - '0')) & 07777;
    }
    return answer_of(form == '-'   ? (has & bits) == bits
                     : form == '/' ? !bits || (has & bits) != 0
                                   : has == bits);
}

static bool is_newer(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec > b->tv_sec || (a->tv_sec == b->tv_sec && a->tv_nsec > b->tv_nsec);
}

/* What can be asked of the file itself as it is now. */
static enum answer ask_file(struct asking *a, const struct find_node *test)
{
    struct stat status, other;
    bool there = stat(str_c(a->r->arena, whole_path(a)), &status) == 0;

    if (str_eq(test->word, STR("-empty")) ||
        (str_eq(test->word, STR("-size")) && str_starts(test->value, STR("0"))))
        return ANSWER_NO; /* no file of ours is */
    if (there && str_eq(test->word, STR("-executable")))
        return answer_of(status.st_mode & 0111);
    if (there && str_eq(test->word, STR("-perm")))
        return ask_mode(test->value, status.st_mode);
    if (there && str_eq(test->word, STR("-newer")) && protect_is_known(test->value) &&
        stat(str_c(a->r->arena, path_join(a->r->arena, a->path->directory, test->value)), &other) ==
            0)
        return answer_of(is_newer(&status.st_mtim, &other.st_mtim));
    return ANSWER_PERHAPS;
}

static enum answer ask_test(struct asking *a, const struct find_node *test,
                            struct find_outcome *so_far)
{
    static const char *const names[] = {"-name", "-iname", NULL};
    static const char *const paths[] = {"-path", "-wholename", "-ipath", "-iwholename", NULL};
    bool any_case = str_starts(test->word, STR("-i"));

    if (str_is_one_of(test->word, names))
        return ask_pattern(a, test, path_base_name(a->path->path), any_case, so_far);
    if (str_is_one_of(test->word, paths))
        return ask_pattern(a, test, a->path->path, any_case, so_far);
    if (str_is_one_of(test->word, regexes))
        return ask_regex(a, test, so_far);
    if (str_eq(test->word, STR("-type")) || str_eq(test->word, STR("-xtype")))
        return ask_type(a, test->value);
    if (str_eq(test->word, STR("-false")))
        return ANSWER_NO;
    if (str_eq(test->word, STR("-samefile")) && protect_is_known(test->value)) {
        struct str same = path_join(a->r->arena, a->path->directory, test->value);
        so_far->named = so_far->exactly = str_eq(same, whole_path(a));
        return so_far->named ? ANSWER_YES : ANSWER_NO;
    }
    return ask_file(a, test);
}

/* Comes to an action: the first time by what leaves no doubt, else by a name, counts most. */
static enum answer act(struct asking *a, const struct find_node *node,
                       const struct find_outcome *so_far)
{
    struct err why = ERR_NONE;
    bool counts = !a->actions->word || a->actions->word == node->at;

    if (counts && a->actions->taken &&
        !regex_match(a->actions->taken, node->value, &counts, NULL, 0, &why))
        counts = true;
    if (!counts)
        return node->runs && !node->batch ? ANSWER_PERHAPS : ANSWER_YES;
    struct find_outcome *best = a->outcome;
    best->doubtful = best->reached ? best->doubtful && so_far->doubtful : so_far->doubtful;
    best->reached = true;
    best->named = best->named || so_far->named;
    best->exactly = best->exactly || so_far->exactly;
    return ANSWER_YES;
}

static struct result ask(struct asking *a, const struct find_node *node,
                         struct find_outcome so_far);

static struct result ask_both(struct asking *a, const struct find_node *node,
                              struct find_outcome so_far)
{
    struct result left = ask(a, node->left, so_far);

    if (left.answer == ANSWER_NO)
        return left;
    struct result right = ask(a, node->right, left.so_far);
    right.answer = right.answer < left.answer ? right.answer : left.answer;
    return right;
}

static struct result ask_either(struct asking *a, const struct find_node *node,
                                struct find_outcome so_far)
{
    struct result left = ask(a, node->left, so_far);
    struct find_outcome behind = so_far;

    if (left.answer == ANSWER_YES && !node->list)
        return left;
    behind.doubtful = behind.doubtful || (!node->list && left.answer == ANSWER_PERHAPS);
    struct result right = ask(a, node->right, behind);
    if (!node->list && right.answer < left.answer)
        return left;
    if (right.answer == ANSWER_YES) /* whatever the other side says */
        right.so_far.doubtful = so_far.doubtful;
    return right;
}

static struct result ask(struct asking *a, const struct find_node *node, struct find_outcome so_far)
{
    struct result result = {ANSWER_YES, so_far};

    switch (node->kind) {
    case FIND_TRUE:
        return result;
    case FIND_PRUNE:
        a->pruned = a->pruned || !so_far.doubtful;
        return result;
    case FIND_TEST:
        result.answer = ask_test(a, node, &result.so_far);
        break;
    case FIND_ACTION:
        result.answer = act(a, node, &so_far);
        break;
    case FIND_NOT:
        result.answer = (enum answer)(ANSWER_YES - ask(a, node->left, so_far).answer);
        break;
    case FIND_AND:
        return ask_both(a, node, so_far);
    case FIND_OR:
        return ask_either(a, node, so_far);
    }
    result.so_far.doubtful = result.so_far.doubtful || result.answer == ANSWER_PERHAPS;
    return result;
}

static uint64_t slashes(struct str path)
{
    uint64_t count = 0;

    for (size_t i = 0; i < path.length; i++)
        count += path.bytes[i] == '/';
    return count;
}

/* Does find come to the path at all: no directory on the way to it is pruned? */
static bool comes_to(struct asking *a)
{
    const struct find_path *path = a->path;
    struct find_path on_the_way = *path;
    struct find_outcome ignored = {0};
    struct asking outer = *a;

    outer.path = &on_the_way;
    outer.outcome = &ignored;
    for (size_t end = path->place.length; end < path->path.length; end++) {
        if (path->path.bytes[end] != '/')
            continue;
        on_the_way.path = str_prefix(path->path, end);
        (void)ask(&outer, a->search->root, (struct find_outcome){0});
        if (outer.pruned)
            return false;
    }
    return true;
}

struct find_outcome find_expression_ask(struct recogniser *r, const struct find_expression *search,
                                        const struct find_path *path,
                                        const struct find_actions *actions)
{
    struct find_outcome outcome = {0};
    struct asking a = {r, search, path, actions, &outcome, false};
    uint64_t depth = slashes(path->path) - slashes(path->place);

    if (depth > search->deepest || depth < search->shallowest)
        return outcome;
    if (!search->root) {
        outcome.reached = true;
        return outcome;
    }
    if (search->prunes && !comes_to(&a))
        return outcome;
    struct result result = ask(&a, search->root, (struct find_outcome){0});
    if (search->acts)
        return outcome;
    outcome = result.so_far;
    outcome.reached = result.answer != ANSWER_NO;
    return outcome;
}
