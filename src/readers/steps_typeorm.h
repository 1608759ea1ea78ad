/* steps_typeorm.h -- the class of a TypeORM migration with those that it extends (private to steps_typeorm*.c). */
#ifndef HOOKCHECK_READERS_STEPS_TYPEORM_H
#define HOOKCHECK_READERS_STEPS_TYPEORM_H

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
/* The sources of their files, each once. */
struct str steps_classes_words(struct arena *arena, const struct steps_classes *classes);

#endif
