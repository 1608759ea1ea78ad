/* steps_typeorm.h -- the parts of the reader of TypeORM's migrations (private to steps_typeorm*.c). */
#ifndef HOOKCHECK_READERS_STEPS_TYPEORM_H
#define HOOKCHECK_READERS_STEPS_TYPEORM_H

#include "readers/steps.h"
#include "readers/typescript.h"

#define STEPS_CLASSES_MAX 8u

struct steps_classes { /* the nearest first */
    struct {
        struct script_file *file;
        TSNode body;
    } items[STEPS_CLASSES_MAX];
    size_t count;
};

/* `class`: a node with a class_body. Classes of the tree alone: of a foreign one nothing is known. */
void steps_classes_of(struct script_tree *tree, struct script_file *file, TSNode class,
                      struct steps_classes *ret_classes);
/* The member that the name means in the migration, and its file; null: none of that name. */
TSNode steps_class_member(struct script_tree *tree, const struct steps_classes *classes,
                          struct str name, struct script_file **ret_file);
/* The sources of their files, each once, without what goes back. */
struct str steps_classes_words(struct script_tree *tree, const struct steps_classes *classes);

struct typeorm_reading {
    struct arena *arena;
    struct script_tree *tree;
    struct script_scope scope;
    struct str runner;            /* the parameter of up() */
    struct steps_classes classes; /* the migration's, and those it extends */
    struct str words;             /* of their files */
    size_t calls, entered;        /* methods of the class that are entered: now, and so far */
    size_t grown;                 /* texts that grow by +=, so far */
    struct steps *steps;
};

/* An expression, and where it stands: what a base class or another file says is read there. */
struct typeorm_operand {
    TSNode node;
    struct script_scope scope;
};

struct typeorm_operand typeorm_here(const struct typeorm_reading *r, TSNode node);
/* this.table of `private table = new Table({ … })`; else the expression itself. */
struct typeorm_operand typeorm_own_field(struct typeorm_reading *r, struct typeorm_operand operand);
struct str typeorm_text_here(struct typeorm_reading *r, struct typeorm_operand operand);
/* The items of a list, or of a name that stands for one. */
struct script_nodes typeorm_items_of(struct typeorm_reading *r, struct typeorm_operand *list);
/* The text of { name: "email" }; empty: there is none, or it cannot be read. */
struct str typeorm_option_of(struct typeorm_reading *r, struct typeorm_operand object,
                             const char *name);
/* steps_typeorm_types.c: what makes a column makes its enumerated type. */
void typeorm_column_type(struct typeorm_reading *r, struct str table, struct str column,
                         struct typeorm_operand object);
/* steps_typeorm_query.c: the steps of what query(…) is given. */
void typeorm_query(struct typeorm_reading *r, TSNode text);

#endif
