#include "migrations/whole_text.h"

#include "migrations/rails_modules.h"
#include "readers/sql_files.h"

#define FILE_BYTES ((size_t)4 << 20)

struct place {
    struct arena *arena;
    struct tree *tree;
};

static bool read_file(void *self, struct str path, struct str *ret_bytes)
{
    const struct place *place = self;
    struct err absent = ERR_NONE;

    return tree_read(place->tree, place->arena, path, FILE_BYTES, ret_bytes, &absent);
}

struct str whole_text(struct arena *arena, struct tree *tree, struct str path, struct str text)
{
    struct place place = {.arena = arena, .tree = tree};
    const struct source_files files = {.self = &place, .read = read_file};

    return sql_with_included(arena, &files, path, rails_with_others(arena, tree, path, text));
}
