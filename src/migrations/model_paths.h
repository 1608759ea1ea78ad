/* model_paths.h -- which paths are model source: patterns/models/ as a table, made when building (inside migrations only). */
#ifndef HOOKCHECK_MIGRATIONS_MODEL_PATHS_H
#define HOOKCHECK_MIGRATIONS_MODEL_PATHS_H

#include "base/str.h"

struct model_path {
    struct str language; /* "python" */
    struct str path;     /* PCRE2 */
};
extern const struct model_path model_paths[];
extern const size_t model_path_count;

#endif
