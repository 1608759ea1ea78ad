/* file_values_reader.h -- between file_values.c, which reads documents and files that load each other, and the part for scripts (inside readers
 * only). */
#ifndef HOOKCHECK_READERS_FILE_VALUES_READER_H
#define HOOKCHECK_READERS_FILE_VALUES_READER_H

#include "readers/file_values.h"

#define SEGMENTS_MAX 8u

struct reading {
    struct arena *arena;
    struct script_tree *tree;
    struct str root;
    struct str segments[SEGMENTS_MAX]; /* of the key */
    size_t segment_count;
    struct file_values *values;
};

void file_values_say_computed(struct reading *r, struct str path, size_t line);

/* file_values_script.c: the values of one script. An object that others spread, or that is one of several environments by its name alone, gives
 * its values to those; what is assigned to a property counts as if it stood in the object, and instead of what stands there. */
void file_values_of_script(struct reading *r, struct script_file *file);

VEC_DEFINE(script_visits, TSNode);
/* The named children of a node, the first of them last. */
void script_visits_add(struct arena *arena, struct script_visits *todo, TSNode node);

#endif
