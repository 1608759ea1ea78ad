/* demo_files.h -- the small application that `hookcheck demo` writes. */
#ifndef HOOKCHECK_CLI_DEMO_FILES_H
#define HOOKCHECK_CLI_DEMO_FILES_H

#include <stddef.h>

#define DEMO_VERSIONS "apps/backend-api/alembic/versions"
#define DEMO_REVISION "20251230_1700"

struct demo_file {
    const char *path, *text;
};
extern const struct demo_file demo_files[];
extern const size_t demo_file_count;
/* Production as it was, and what the migration does. SQL that PostgreSQL and SQLite both understand. */
extern const char demo_sql_before[], demo_sql_upgrade[];

#endif
