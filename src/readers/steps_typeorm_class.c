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

struct str steps_classes_words(struct arena *arena, const struct steps_classes *classes)
{
    struct str words = classes->count ? classes->items[0].file->source : STR_NONE;

    for (size_t c = 1; c < classes->count; c++)
        if (classes->items[c].file != classes->items[c - 1].file)
            words = str_printf(arena, STR_FMT "\n" STR_FMT, STR_ARG(words),
                               STR_ARG(classes->items[c].file->source));
    return words;
}
