/* django.h -- Django's applications, and the graph of their migrations (inside migrations only).
 *
 * A migration's id is "label.name". `down` are its dependencies in the same application, `depends_on` those in others, as written ("auth.__first__");
 * `replaces` and `before` (run_before) too. `parents` are those dependencies that are here, before anything is replaced.
 *
 * Source: Django 3.2 to 5.2: apps/config.py, db/migrations/{loader,graph,executor}.py, core/management/commands/{migrate,showmigrations}.py.
 */
#ifndef HOOKCHECK_MIGRATIONS_DJANGO_H
#define HOOKCHECK_MIGRATIONS_DJANGO_H

#include "migrations/history.h"
#include "migrations/id_map.h"
#include "readers/django_migration.h"
#include "readers/python_settings.h"

struct django_app {
    struct str label;
    struct str versions; /* where its migrations are; empty: it has none */
    bool elsewhere;      /* MIGRATION_MODULES names a package that is not in the tree */
};
VEC_DEFINE(django_apps, struct django_app);

/* Labels of applications of the tree that have no migrations, as history->own has them for the graph. */
struct django_without {
    struct strs empty;  /* a package without a migration in it */
    struct strs bare;   /* no package at all: "__first__" of these counts as nothing */
    struct strs absent; /* not in INSTALLED_APPS */
};

struct django_project {
    struct django_apps apps; /* of the tree, sorted by label */
    struct strs external;    /* labels of installed applications that are not in the tree */
    struct strs absent;      /* labels of applications in the tree that are not installed */
    bool open;               /* INSTALLED_APPS could not be read, or not all of it */
    struct str settings;     /* path of the settings module; empty: not known */
};

/* Applications by manage.py and the settings that it names; what is assumed is said in history->assumptions. history->versions are the
 * directories in which migrations were seen. */
MUST_CHECK bool django_project_read(struct arena *arena, struct tree *tree,
                                    struct python_tree *python, struct python_settings *settings,
                                    struct history *history, struct django_project *ret_project,
                                    struct err *e);

/* Where the settings that were read give the connection a search path, and nothing names the schema: that, or the search path, of the history. */
void django_find_schema(struct arena *arena, struct python_tree *python,
                        struct python_settings *settings, struct history *history);

/* --- The graph, as MigrationLoader.build_graph() makes it for what is applied. --- */
struct django_node {
    struct str id;   /* "label.name" */
    struct str app;  /* "label" */
    bool gone;       /* replaced, or a replacement that cannot be used */
    bool dummy;      /* named by a migration, but not there */
    size_t named_by; /* dummy: the migration that named it first */
    bool row;        /* the table has it */
    bool applied;    /* … or all that it replaces */
    VEC(size_t) parents, children;
};

struct django_graph {
    struct django_node *nodes; /* those of history->migrations, in their order, then the dummies */
    size_t count, real;
    struct id_map ids;
    size_t *plan; /* what is left, in the order in which Django applies it to an empty database */
    size_t plan_count;
};

/* `rows`: ids of the table; what Django would refuse goes into `problems`. The migrations are sorted by id. */
void django_graph_build(struct arena *arena, const struct history *history, const struct strs *rows,
                        struct history_problems *problems, struct django_graph *ret_graph);
/* Nothing of the same application stands on it. */
bool django_node_is_leaf(const struct django_graph *graph, size_t index);

#endif
