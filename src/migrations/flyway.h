/* flyway.h -- Flyway's files, versions and history (inside migrations).
 *
 * In:     the locations of a project, and the rows of flyway_schema_history in the order of installed_rank.
 * Out:    versioned migrations in the order of their versions, baseline migrations, then repeatable ones by description.
 * Source: Flyway 13.0: flyway-core internal/resource/ResourceNameParser, api/MigrationVersion, internal/info/MigrationInfoServiceImpl and
 *        MigrationInfoImpl, internal/resolver/ChecksumCalculator, internal/command/DbMigrate and DbRepair; the reference
 *        "Migrations", "Ignore Migration Patterns" and "Out Of Order" of its documentation.
 */
#ifndef HOOKCHECK_MIGRATIONS_FLYWAY_H
#define HOOKCHECK_MIGRATIONS_FLYWAY_H

#include "migrations/history.h"
#include "migrations/jvm_settings.h"

enum flyway_kind {
    FLYWAY_NONE = 0,
    FLYWAY_VERSIONED,
    FLYWAY_BASELINE,
    FLYWAY_REPEATABLE,
    FLYWAY_UNDO
};

struct flyway_naming {
    struct str versioned, repeatable, undo, baseline; /* prefixes */
    struct str separator;
    struct strs suffixes;
};

struct flyway_name {
    enum flyway_kind kind;
    struct str version;     /* as written, '_' read as '.' */
    struct str description; /* '_' read as ' ' */
    bool source;            /* .java, .kt …: what it does is not in a text that is hashed */
    const char *bad;        /* why the name, though it begins like one, is none */
};

/* What the code keeps of a migration (migration.own). */
struct flyway_own {
    enum flyway_kind kind;
    struct str canonical;   /* of the version: "1.2" for "01.2.0" */
    struct str substituted; /* checksum with placeholders put in; empty: the same, or not known */
    bool uncertain;         /* the checksum depends on placeholders that nothing here sets */
    bool source;
};

/* history.own */
struct flyway_settings {
    struct jvm_settings found;
    struct flyway_naming naming;
    bool out_of_order, replaces_placeholders;
    struct str target; /* canonical; empty: all */
};

bool flyway_name_parse(struct arena *arena, const struct flyway_naming *naming, struct str name,
                       struct flyway_name *ret_name);
/* False: it holds something else than numbers between dots. */
bool flyway_version_canonical(struct arena *arena, struct str version, struct str *ret_canonical);
/* Of canonical versions; numbers of any length. */
int flyway_version_compare(struct str a, struct str b);

MUST_CHECK bool flyway_load(struct arena *arena, struct tree *tree,
                            const struct config_migrations *set, struct history *history,
                            struct err *e);
MUST_CHECK bool flyway_plan(struct arena *arena, const struct history *history,
                            const struct database_rows *rows, struct plan *plan, struct err *e);
MUST_CHECK bool flyway_verify(struct arena *arena, struct tree *tree, const struct history *history,
                              const struct database_rows *rows, struct plan *plan, struct err *e);

#endif
