#include "dump.h"

static void dump_word(struct buf *out, const struct shell_word *word);

static void dump_text(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.length; i++) {
        unsigned char byte = (unsigned char)text.bytes[i];
        if (byte == '\n')
            buf_add(out, STR("\\n"));
        else if (byte == '\t')
            buf_add(out, STR("\\t"));
        else if (byte == '"' || byte == '\\')
            buf_printf(out, "\\%c", byte);
        else if (byte < ' ' || byte > '~')
            buf_printf(out, "\\x%02x", byte);
        else
            buf_add_byte(out, (char)byte);
    }
}

static void dump_words(struct buf *out, const struct shell_word *words, size_t count,
                       const char *between)
{
    for (size_t i = 0; i < count; i++) {
        if (i)
            buf_add(out, str_from(between));
        dump_word(out, &words[i]);
    }
}

static void dump_parameter(struct buf *out, const struct shell_part *part)
{
    struct str after = part->operator_text;

    if (part->operator== PARAMETER_PLAIN && !part->index && part->name.length && !part->operand) {
        buf_printf(out, "$" STR_FMT, STR_ARG(part->name));
        return;
    }
    buf_add(out, STR("${"));
    if (part->operator== PARAMETER_LENGTH || part->operator== PARAMETER_INDIRECT) {
        char sign = part->operator== PARAMETER_LENGTH ? '#' : '!';
        buf_add_byte(out, sign);
        if (after.length && after.bytes[0] == sign)
            after = str_from_offset(after, 1);
    }
    buf_add(out, part->name.length ? part->name : STR("<bad>"));
    if (part->index) {
        buf_add_byte(out, '[');
        dump_word(out, part->index);
        buf_add_byte(out, ']');
    }
    buf_add(out, after);
    if (part->operand)
        dump_word(out, part->operand);
    if (part->replacement) {
        buf_add(out, part->operator== PARAMETER_REPLACE ? STR("/") : STR(":"));
        dump_word(out, part->replacement);
    }
    buf_add_byte(out, '}');
}

static void dump_part(struct buf *out, const struct shell_part *part)
{
    bool marked = part->quoted && part->kind != PART_LITERAL;

    if (marked)
        buf_add_byte(out, '"');
    switch (part->kind) {
    case PART_LITERAL:
        if (part->quoted)
            buf_add_byte(out, '"');
        dump_text(out, part->text);
        if (part->quoted)
            buf_add_byte(out, '"');
        break;
    case PART_TILDE:
        buf_printf(out, "<" STR_FMT ">", STR_ARG(part->text));
        break;
    case PART_PARAMETER:
        dump_parameter(out, part);
        break;
    case PART_COMMAND:
        buf_add(out, STR("$("));
        dump_list(out, part->list);
        buf_add_byte(out, ')');
        break;
    case PART_PROCESS:
        buf_add(out, part->process_output ? STR(">(") : STR("<("));
        dump_list(out, part->list);
        buf_add_byte(out, ')');
        break;
    case PART_ARITHMETIC:
        buf_add(out, STR("$["));
        dump_word(out, part->inner);
        buf_add(out, STR("]"));
        break;
    case PART_BRACES:
        buf_add(out, STR("{"));
        if (part->word_count == 0)
            dump_text(out, part->text);
        dump_words(out, part->words, part->word_count, ",");
        buf_add(out, STR("}"));
        break;
    case PART_ARRAY:
        buf_add_byte(out, '[');
        dump_words(out, part->words, part->word_count, " ");
        buf_add_byte(out, ']');
        break;
    }
    if (marked)
        buf_add_byte(out, '"');
}

static void dump_word(struct buf *out, const struct shell_word *word)
{
    if (word->key) {
        buf_add_byte(out, '[');
        dump_word(out, word->key);
        buf_add(out, STR("]="));
    }
    for (size_t i = 0; i < word->part_count; i++)
        dump_part(out, &word->parts[i]);
}

static void dump_redirection(struct buf *out, const struct shell_redirection *redirection)
{
    static const char *const NAMES[] = {"<", ">", ">>", "<>", "<&", ">&", "&>", "&>>", "<<", "<<<"};

    if (redirection->variable.length)
        buf_printf(out, "{" STR_FMT "}", STR_ARG(redirection->variable));
    if (redirection->descriptor >= 0)
        buf_printf(out, "%d", redirection->descriptor);
    buf_add(out, str_from(NAMES[redirection->kind]));
    dump_word(out, redirection->target);
    if (redirection->kind == REDIRECT_HERE_DOCUMENT) {
        buf_add(out, redirection->body_quoted ? STR("=raw:") : STR("=:"));
        dump_word(out, redirection->body);
    }
}

static void dump_assignment(struct buf *out, const struct shell_assignment *assignment)
{
    buf_add(out, assignment->name);
    if (assignment->index) {
        buf_add_byte(out, '[');
        dump_word(out, assignment->index);
        buf_add_byte(out, ']');
    }
    buf_add(out, assignment->append ? STR("+=") : STR("="));
    if (assignment->value)
        dump_word(out, assignment->value);
}

static void dump_block(struct buf *out, const char *keyword, const struct shell_list *list)
{
    if (!list)
        return;
    buf_printf(out, " %s ", keyword);
    dump_list(out, list);
}

static void dump_case(struct buf *out, const struct shell_node *node)
{
    buf_add(out, STR("case "));
    dump_words(out, node->words, node->word_count, " ");
    for (size_t i = 0; i < node->clause_count; i++) {
        buf_add(out, STR(" ["));
        dump_words(out, node->clauses[i].patterns, node->clauses[i].pattern_count, "|");
        buf_add(out, STR("] "));
        dump_list(out, node->clauses[i].body);
    }
}

static void dump_compound(struct buf *out, const struct shell_node *node)
{
    static const char *const NAMES[] = {
        [NODE_SUBSHELL] = "subshell", [NODE_GROUP] = "group",   [NODE_IF] = "if",
        [NODE_FOR] = "for",           [NODE_SELECT] = "select", [NODE_FOR_ARITHMETIC] = "for",
        [NODE_WHILE] = "while",       [NODE_UNTIL] = "until",   [NODE_FUNCTION] = "function",
        [NODE_TEST] = "[[",           [NODE_ARITHMETIC] = "((", [NODE_COPROC] = "coproc",
    };

    if (node->kind == NODE_CASE) {
        dump_case(out, node);
        return;
    }
    buf_add(out, str_from(NAMES[node->kind]));
    if (node->name.length)
        buf_printf(out, " " STR_FMT, STR_ARG(node->name));
    if (node->has_in)
        buf_add(out, STR(" in"));
    if (node->word_count)
        buf_add_byte(out, ' ');
    dump_words(out, node->words, node->word_count, node->kind == NODE_FOR_ARITHMETIC ? ";" : " ");
    for (size_t i = 0; i < node->clause_count; i++) {
        dump_block(out, i ? "elif" : "", node->clauses[i].condition);
        dump_block(out, "then", node->clauses[i].body);
    }
    dump_block(out, "else", node->otherwise);
    dump_block(out, "when", node->condition);
    dump_block(out, "do", node->body);
}

static void dump_node(struct buf *out, const struct shell_node *node)
{
    bool space = false;

    buf_add_byte(out, '(');
    if (node->kind != NODE_SIMPLE) {
        dump_compound(out, node);
        space = true;
    }
    for (size_t i = 0; i < node->assignment_count; i++, space = true) {
        if (space)
            buf_add_byte(out, ' ');
        dump_assignment(out, &node->assignments[i]);
    }
    if (node->kind == NODE_SIMPLE && node->word_count) {
        if (space)
            buf_add_byte(out, ' ');
        dump_words(out, node->words, node->word_count, " ");
        space = true;
    }
    for (size_t i = 0; i < node->redirections.count; i++, space = true) {
        if (space)
            buf_add_byte(out, ' ');
        dump_redirection(out, &node->redirections.items[i]);
    }
    buf_add_byte(out, ')');
}

void dump_list(struct buf *out, const struct shell_list *list)
{
    static const char *const SEPARATORS[] = {"; ", " && ", " || ", " & "};

    for (size_t i = 0; i < list->pipeline_count; i++) {
        const struct shell_pipeline *pipeline = &list->pipelines[i];
        if (i)
            buf_add(out, str_from(SEPARATORS[list->pipelines[i - 1].separator]));
        if (pipeline->negated)
            buf_add(out, STR("! "));
        if (pipeline->timed)
            buf_add(out, STR("time "));
        for (size_t k = 0; k < pipeline->node_count; k++) {
            if (k)
                buf_add(out, STR(" | "));
            dump_node(out, &pipeline->nodes[k]);
        }
        if (i + 1 == list->pipeline_count && pipeline->separator == SEPARATOR_BACKGROUND)
            buf_add(out, STR(" &"));
    }
}
