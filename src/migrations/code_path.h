/* code_path.h -- paths of directories as code of PHP and Ruby puts them together (inside migrations only).
 *
 * In:    the text of a file, and the place in it at which an expression begins: `__DIR__.'/../database/migrations'`, `Dir[Rails.root.join("engines/x")]`,
 *        `['App\Migrations' => './db/app']`, with or without parentheses around it.
 * Out:   the paths it can give. Followed are: literals and what is joined to them, the file's own directory, the application's root by the names
 *        that Laravel, Rails and Symfony have for it, an engine's or a module's root, lists, variables that are assigned in the same file, the
 *        variable of a block over such a list. What is not known is '*', also where it stands inside a path.
 * Fails: never; deeper than CODE_PATH_DEPTH_MAX, longer lists than CODE_PATHS_MAX: '*'.
 */
#ifndef HOOKCHECK_MIGRATIONS_CODE_PATH_H
#define HOOKCHECK_MIGRATIONS_CODE_PATH_H

#include "base/vec.h"

#define CODE_PATH_DEPTH_MAX 12u
#define CODE_PATHS_MAX 200u
#define CODE_PATH_STEPS_MAX 5000u

struct code_file {
    struct str path, text;
    struct str root; /* of the application, from the tree's root, as `path` */
    unsigned steps;  /* that were taken in it: more than CODE_PATH_STEPS_MAX, and all is '*' */
};

enum code_path_start {
    CODE_PATH_OF_TREE,   /* from the tree's root */
    CODE_PATH_OF_MODULE, /* from the root of the module or engine in which the file lies */
    CODE_PATH_ANYWHERE   /* only its end is known */
};
struct code_path {
    enum code_path_start start;
    struct str text; /* without "." and ".."; "*" in it: bytes that are not known */
};
VEC_DEFINE(code_paths, struct code_path);

void code_paths_read(struct arena *arena, struct code_file *file, size_t at,
                     struct code_paths *ret_paths);

/* Of a text that a settings file holds: "%kernel.project_dir%/migrations", "@ShopBundle/Migrations", "modules/{a,b}". */
void code_paths_of_text(struct arena *arena, struct code_file *file, struct str text,
                        struct code_paths *ret_paths);

#endif
