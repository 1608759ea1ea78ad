/* steps_typeorm_class.c -- what a migration's class has from those that it extends. */
#include "readers/steps_typeorm.h"

/* The expression behind `extends`; null: none. */
static TSNode base_of(TSNode class)
{
    TSNode heritage = script_child(class, "class_heritage");
    TSNode clause = script_child(heritage, "extends_clause");

    if (ts_node_is_null(clause)) /* JavaScript has no clause */
        clause = heritage;
    return ts_node_is_null(clause) ? clause : ts_node_named_child(clause, 0);
}

void steps_classes_of(struct script_tree *tree, struct script_file *file, TSNode class,
                      struct steps_classes *ret_classes)
{
    struct steps_classes classes = {0};

    while (classes.count < STEPS_CLASSES_MAX) {
        TSNode body = script_child(class, "class_body"), base = base_of(class);
        if (ts_node_is_null(body))
            break;
        classes.items[classes.count].file = file;
        classes.items[classes.count++].body = body;
        if (!node_is(base, "identifier") && !node_is(base, "member_expression"))
            break;
        struct script_thing thing = script_resolve(tree, (struct script_scope){.file = file}, base);
        if (thing.kind != SCRIPT_DECLARATION && thing.kind != SCRIPT_VALUE)
            break;
        file = thing.file;
        class = thing.node;
    }
    *ret_classes = classes;
}

TSNode steps_class_member(struct script_tree *tree, const struct steps_classes *classes,
                          struct str name, struct script_file **ret_file)
{
    for (size_t c = 0; c < classes->count; c++) {
        struct script_file *file = classes->items[c].file;
        struct script_nodes members = script_children(tree, classes->items[c].body);
        for (size_t i = 0; i < members.count; i++) {
            TSNode member = members.items[i];
            /* `abstract column: string` is what the class below it says. */
            if (node_is(member, "abstract_method_signature") ||
                !str_eq(script_source(file, script_child(member, "property_identifier")), name))
                continue;
            *ret_file = file;
            return member;
        }
    }
    return node_null();
}

/* The source of a file, with blanks where this class goes back. */
static struct str forward_words(struct script_tree *tree, struct script_file *file, TSNode body)
{
    struct script_nodes members = script_children(tree, body);
    char *copy = str_c(script_tree_arena(tree), file->source);

    for (size_t i = 0; i < members.count; i++) {
        TSNode member = members.items[i];
        if (!str_eq(script_source(file, script_child(member, "property_identifier")), STR("down")))
            continue;
        for (size_t at = ts_node_start_byte(member); at < ts_node_end_byte(member); at++)
            copy[at] = ' ';
    }
    return str_of(copy, file->source.length);
}

struct str steps_classes_words(struct script_tree *tree, const struct steps_classes *classes)
{
    struct str words = STR_NONE;

    for (size_t c = 0; c < classes->count; c++) {
        if (c && classes->items[c].file == classes->items[c - 1].file)
            continue;
        struct str more = forward_words(tree, classes->items[c].file, classes->items[c].body);
        words = words.length ? str_printf(script_tree_arena(tree), STR_FMT "\n" STR_FMT,
                                          STR_ARG(words), STR_ARG(more))
                             : more;
    }
    return words;
}
