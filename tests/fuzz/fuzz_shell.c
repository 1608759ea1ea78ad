/* fuzz_shell -- any bytes into the shell parser: it answers or refuses, and its spans lie within the text.
 *
 * hookcheck-layers: hc_shell
 */
#include <stdlib.h>

#include "shell/syntax.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_span(struct shell_span span, size_t length)
{
    if (span.from > span.to || span.to > length)
        abort();
}

static void check_list(const struct shell_list *list, size_t length);

static void check_word(const struct shell_word *word, size_t length)
{
    check_span(word->span, length);
    for (size_t i = 0; i < word->part_count; i++) {
        const struct shell_part *part = &word->parts[i];
        check_span(part->span, length);
        if (part->list)
            check_list(part->list, length);
        for (size_t k = 0; k < part->word_count; k++)
            check_word(&part->words[k], length);
        const struct shell_word *inner[] = {part->index, part->operand, part->replacement,
                                            part->inner};
        for (size_t k = 0; k < COUNT_OF(inner); k++)
            if (inner[k])
                check_word(inner[k], length);
    }
}

static void check_node(const struct shell_node *node, size_t length)
{
    check_span(node->span, length);
    for (size_t i = 0; i < node->word_count; i++)
        check_word(&node->words[i], length);
    for (size_t i = 0; i < node->assignment_count; i++)
        if (node->assignments[i].value)
            check_word(node->assignments[i].value, length);
    for (size_t i = 0; i < node->redirections.count; i++) {
        const struct shell_redirection *redirection = &node->redirections.items[i];
        check_span(redirection->body_span, length);
        check_word(redirection->target, length);
        if ((redirection->kind == REDIRECT_HERE_DOCUMENT) != (redirection->body != NULL))
            abort();
        if (redirection->body)
            check_word(redirection->body, length);
    }
    for (size_t i = 0; i < node->clause_count; i++)
        check_list(node->clauses[i].body, length);
    const struct shell_list *lists[] = {node->condition, node->body, node->otherwise};
    for (size_t i = 0; i < COUNT_OF(lists); i++)
        if (lists[i])
            check_list(lists[i], length);
}

static void check_list(const struct shell_list *list, size_t length)
{
    check_span(list->span, length);
    for (size_t i = 0; i < list->pipeline_count; i++)
        for (size_t k = 0; k < list->pipelines[i].node_count; k++)
            check_node(&list->pipelines[i].nodes[k], length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct str text = {(const char *)data, size};
    struct err e = ERR_NONE;
    struct shell_list list = {0};
    struct strs words = {0};

    if (shell_parse(&arena, text, &list, &e))
        check_list(&list, size);
    else if (e.kind != ERR_INPUT && e.kind != ERR_LIMIT)
        abort();
    shell_words_of(&arena, text, &words);
    return 0;
}
