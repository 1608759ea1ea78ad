/* shell-parse -- reads a script on stdin; prints what the parser makes of it, for the comparison with other shells' parsers.
 *
 *   shell-parse          one JSON array a line for each simple command: [offset, "word", …] (of the first word, in
 *                        bytes), words as they stand in the text; or "error line L, column C: message" and status 1
 *   shell-parse --dump   the whole tree on one line
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "shell/syntax.h"
#include "unit/shell/dump.h"

struct printer {
    struct str text;
    struct buf *out;
};

static void print_list(const struct printer *printer, const struct shell_list *list);
static void print_word(const struct printer *printer, const struct shell_word *word);

static void print_words(const struct printer *printer, const struct shell_word *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        print_word(printer, &words[i]);
}

static void print_word(const struct printer *printer, const struct shell_word *word)
{
    if (!word)
        return;
    print_word(printer, word->key);
    for (size_t i = 0; i < word->part_count; i++) {
        const struct shell_part *part = &word->parts[i];
        print_word(printer, part->index);
        print_word(printer, part->operand);
        print_word(printer, part->replacement);
        print_word(printer, part->inner);
        print_words(printer, part->words, part->word_count);
        if (part->list)
            print_list(printer, part->list);
    }
}

static void print_string(struct buf *out, struct str text)
{
    buf_add_byte(out, '"');
    for (size_t i = 0; i < text.length; i++) {
        unsigned char byte = (unsigned char)text.bytes[i];
        if (byte == '"' || byte == '\\')
            buf_printf(out, "\\%c", byte);
        else if (byte < ' ' || byte > '~')
            /* Bytes as Latin-1, so that any text is valid JSON. */
            buf_printf(out, "\\u%04x", byte);
        else
            buf_add_byte(out, (char)byte);
    }
    buf_add_byte(out, '"');
}

static void print_simple(const struct printer *printer, const struct shell_node *node)
{
    buf_printf(printer->out, "[%zu", node->words[0].span.from);
    for (size_t i = 0; i < node->word_count; i++) {
        struct shell_span span = node->words[i].span;
        buf_add(printer->out, STR(", "));
        print_string(printer->out, str_slice(printer->text, span.from, span.to));
    }
    buf_add(printer->out, STR("]\n"));
}

static void print_node(const struct printer *printer, const struct shell_node *node)
{
    if (node->kind == NODE_SIMPLE && node->word_count)
        print_simple(printer, node);
    for (size_t i = 0; i < node->assignment_count; i++) {
        print_word(printer, node->assignments[i].index);
        print_word(printer, node->assignments[i].value);
    }
    print_words(printer, node->words, node->word_count);
    for (size_t i = 0; i < node->redirections.count; i++) {
        print_word(printer, node->redirections.items[i].target);
        print_word(printer, node->redirections.items[i].body);
    }
    for (size_t i = 0; i < node->clause_count; i++) {
        if (node->clauses[i].condition)
            print_list(printer, node->clauses[i].condition);
        print_words(printer, node->clauses[i].patterns, node->clauses[i].pattern_count);
        print_list(printer, node->clauses[i].body);
    }
    if (node->condition)
        print_list(printer, node->condition);
    if (node->body)
        print_list(printer, node->body);
    if (node->otherwise)
        print_list(printer, node->otherwise);
}

static void print_list(const struct printer *printer, const struct shell_list *list)
{
    for (size_t i = 0; i < list->pipeline_count; i++)
        for (size_t k = 0; k < list->pipelines[i].node_count; k++)
            print_node(printer, &list->pipelines[i].nodes[k]);
}

int main(int argc, char **argv)
{
    ARENA(arena, (size_t)1 << 30);
    struct err e = ERR_NONE;
    struct str text;
    struct shell_list list;
    bool whole, dump = argc > 1 && strcmp(argv[1], "--dump") == 0;
    struct buf out = buf_new(&arena, (size_t)256 << 20);

    if (!file_read_descriptor(&arena, STDIN_FILENO, SHELL_TEXT_MAX + 1, &text, &whole, &e) ||
        !shell_parse(&arena, text, &list, &e)) {
        printf("error %s\n", e.message);
        return 1;
    }
    if (dump) {
        dump_list(&out, &list);
        buf_add_byte(&out, '\n');
    } else {
        print_list(&(struct printer){text, &out}, &list);
    }
    if (!file_write_descriptor(STDOUT_FILENO, buf_str(&out), &e)) {
        fprintf(stderr, "shell-parse: %s\n", e.message);
        return 1;
    }
    return 0;
}
