/* condition.c -- how a condition ends, where the text itself says it: `[ a = b ]`, `test a != b`, `[[ a == pattern ]]`, alone.
 *
 * Scripts choose what they do by their arguments: `if [ "$1" = deploy ]`; and agents switch a step off: `if false`. Everything else (files, options, && and ||, an operand that
 * is not known or has several values that disagree) is MATCH_UNKNOWN, and then every branch counts.
 */
#include "shell/evaluator.h"
#include "shell/parser.h"

enum match condition_match_word(struct shell_state *state, const struct shell_word *word,
                                const struct datums *subjects, bool *ret_ok, struct err *e)
{
    struct choices choices;
    bool yes = false, no = false, unknown = false;

    *ret_ok = false;
    choices_begin(state->session, &choices);
    do {
        struct str pattern;
        if (!expand_pattern(state, word, &pattern, e))
            return MATCH_UNKNOWN;
        for (size_t i = 0; i < subjects->count; i++) {
            enum match match = pattern_match(state->session, pattern, subjects->items[i].text);
            yes = yes || match == MATCH_YES;
            no = no || match == MATCH_NO;
            unknown = unknown || match == MATCH_UNKNOWN;
        }
    } while (choices_next(&choices));
    choices_end(state->session, &choices);
    *ret_ok = true;
    if (unknown || (yes && no))
        return MATCH_UNKNOWN;
    return yes ? MATCH_YES : MATCH_NO;
}

struct comparison {
    const struct shell_word *left, *right; /* NULL: this is none */
    bool differs;
};

static bool read_operator(struct str text, struct comparison *comparison)
{
    comparison->differs = str_eq(text, STR("!="));
    return comparison->differs || str_eq(text, STR("=")) || str_eq(text, STR("=="));
}

static void read_simple(const struct shell_node *node, struct comparison *ret)
{
    const struct shell_word *words = node->words;

    if (node->assignment_count || (node->word_count != 4 && node->word_count != 5))
        return;
    bool bracket = str_eq(word_plain(&words[0]), STR("[")) && node->word_count == 5 &&
                   str_eq(word_plain(&words[4]), STR("]"));
    bool test = str_eq(word_plain(&words[0]), STR("test")) && node->word_count == 4;
    if (!(bracket || test) || !read_operator(word_plain(&words[2]), ret))
        return;
    ret->left = &words[1];
    ret->right = &words[3];
}

/* Of [[ ]] only the operands are kept: what stands around them must be the brackets and one operator. */
static void read_test(struct str text, const struct shell_node *node, struct comparison *ret)
{
    if (node->word_count != 2)
        return;
    struct shell_span left = node->words[0].span, right = node->words[1].span;
    struct str head = str_trim(str_slice(text, node->span.from, left.from));
    struct str tail = str_trim(str_slice(text, right.to, node->span.to));
    struct str between = str_trim(str_slice(text, left.to, right.from));
    if (!str_eq(head, STR("[[")) || !str_eq(tail, STR("]]")) || !read_operator(between, ret))
        return;
    ret->left = &node->words[0];
    ret->right = &node->words[1];
}

/* true, false and : say how they end, unless they were redefined. */
static enum match constant_of(const struct shell_state *state, const struct shell_node *node)
{
    struct str name =
        node->kind == NODE_SIMPLE && node->word_count ? word_plain(&node->words[0]) : STR("");
    bool no = str_eq(name, STR("false"));

    if (!no && !str_eq(name, STR("true")) && !str_eq(name, STR(":")))
        return MATCH_UNKNOWN;
    if (state_find(state, BINDING_FUNCTION, name) || state_find(state, BINDING_ALIAS, name))
        return MATCH_UNKNOWN;
    return no ? MATCH_NO : MATCH_YES;
}

enum match condition_constant(const struct shell_state *state,
                              const struct shell_pipeline *pipeline)
{
    if (state->session->doubtful || pipeline->node_count != 1)
        return MATCH_UNKNOWN;
    enum match match = constant_of(state, &pipeline->nodes[0]);
    if (match != MATCH_UNKNOWN && pipeline->negated)
        match = match == MATCH_YES ? MATCH_NO : MATCH_YES;
    return match;
}

bool condition_decide(struct shell_state *state, const struct shell_list *list,
                      enum match *ret_match, struct err *e)
{
    struct comparison comparison = {0};
    struct datums subjects;
    bool ok;

    *ret_match = MATCH_UNKNOWN;
    if (state->session->doubtful || !list || list->pipeline_count != 1 ||
        list->pipelines[0].node_count != 1)
        return true;
    const struct shell_node *node = &list->pipelines[0].nodes[0];
    *ret_match = condition_constant(state, &list->pipelines[0]);
    if (*ret_match != MATCH_UNKNOWN)
        return true;
    if (node->kind == NODE_SIMPLE)
        read_simple(node, &comparison);
    else if (node->kind == NODE_TEST)
        read_test(state->session->text, node, &comparison);
    if (!comparison.left)
        return true;
    if (!expand_alternatives(state, comparison.left, &subjects, e))
        return false;
    enum match match = condition_match_word(state, comparison.right, &subjects, &ok, e);
    if (!ok)
        return false;
    if (match != MATCH_UNKNOWN && comparison.differs != list->pipelines[0].negated)
        match = match == MATCH_YES ? MATCH_NO : MATCH_YES;
    *ret_match = match;
    return true;
}
