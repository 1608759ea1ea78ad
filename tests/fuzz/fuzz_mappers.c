/* fuzz_mappers.c -- models of SQLAlchemy's and Django's, and revisions of theirs, from any bytes.
 * hookcheck-layers: hc_readers
 *
 * Beside memory faults it looks for what does not end: functions, names and annotations that stand for each other. Seeds: the files within
 * tests/corpus/model_lists and model_check_lists.
 */
#include <stdlib.h>

#include "readers/django.h"
#include "readers/python_tree.h"
#include "readers/sqlalchemy.h"
#include "readers/steps.h"

#define INPUT_MAX 16384u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* All files are one: what a module imports, it may import from itself. */
static bool read_input(void *self, struct str path, struct str *ret_bytes)
{
    if (!str_ends(path, STR(".py")))
        return false;
    *ret_bytes = *(struct str *)self;
    return true;
}

static void read_steps(struct arena *arena, struct source_files *files)
{
    PYTHON_TREE(tree, arena, files);
    struct python_file *file = python_tree_file(tree, STR("app/migrations/0001_a.py"));
    struct steps steps = {0};

    if (!file)
        return;
    steps_of_alembic(arena, tree, file, &steps);
    steps_of_django(arena, tree, file, STR("app"), &steps);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ARENA(arena, (size_t)512 << 20);
    /* A copy of exactly its size: what is read behind it is seen. */
    struct str text =
        str_copy(&arena, str_of((const char *)data, size > INPUT_MAX ? INPUT_MAX : size));
    struct source_files files = {.self = &text, .read = read_input};
    struct strs paths = {0}, none = {0};

    VEC_PUSH(&arena, &paths, STR("app/models.py"));
    {
        PYTHON_TREE(tree, &arena, &files);
        struct schema schema = {0};
        struct err e = ERR_NONE;
        (void)sqlalchemy_read(&arena, tree, &paths, &schema, &e);
    }
    {
        PYTHON_TREE(tree, &arena, &files);
        struct schema schema = {0};
        struct err e = ERR_NONE;
        (void)django_read(&arena, tree, &paths, &none, &schema, &e);
    }
    read_steps(&arena, &files);
    return 0;
}
