/* alembic.h -- Alembic's settings and revision files (inside migrations only).
 *
 * Source: Alembic 1.8.1 and 1.19.2: config.py, script/base.py.
 */
#ifndef HOOKCHECK_MIGRATIONS_ALEMBIC_H
#define HOOKCHECK_MIGRATIONS_ALEMBIC_H

#include "migrations/history.h"

#define CONFIG_FILE_MAX ((size_t)1 << 20)

/* One section of alembic.ini and [tool.alembic] of pyproject.toml, merged: the ini file wins, key by key. */
struct alembic_settings {
    struct str directory; /* where the files stand, from the tree's root */
    struct str section;   /* "alembic" */
    bool has_ini, has_toml;
    struct str script_location; /* as written, "%(here)s" being a byte 0x01; empty: not written */
    struct strs version_locations;
    bool recursive;
    struct str refused; /* what makes Alembic itself give up; empty: nothing */
};

MUST_CHECK bool alembic_settings_read(struct arena *arena, struct tree *tree, struct str directory,
                                      struct str section, struct alembic_settings *ret_settings,
                                      struct err *e);
/* The sections of DIRECTORY/alembic.ini that have a script_location, "alembic" first. */
MUST_CHECK bool alembic_sections(struct arena *arena, struct tree *tree, struct str directory,
                                 struct strs *ret_sections, struct err *e);

enum location_state {
    LOCATION_OUTSIDE = 0, /* absolute, or in a package that is not in the tree */
    LOCATION_ABSENT,
    LOCATION_FOUND,
};
/* A script or version location: relative to `directory`, to %(here)s, or "package:path". Where the first does not exist, relative to
 * the tree's root (Alembic started from there): then *ret_from_root is true. */
enum location_state alembic_locate(struct arena *arena, struct tree *tree, struct str directory,
                                   struct str written, struct str *ret_path, bool *ret_from_root);

/* alembic_option.c: `keyword=config.get_main_option("x")`, `keyword=os.getenv("X", "y")` in env.py, looked up in alembic.ini and as
 * environment.h says. False: the expression is another. */
struct alembic_option {
    struct str text;
    struct str from; /* "x of alembic.ini", "X from .env"; without a value the name alone */
    bool missing;    /* it has no value, or one that is not known */
    bool assumed;    /* the variable `from` is not set: text is the default written behind it */
};
bool alembic_option_read(struct arena *arena, struct tree *tree,
                         const struct alembic_settings *settings, struct str env, struct str text,
                         struct str keyword, struct alembic_option *ret_option);

/* alembic_nested.c */
#define ALEMBIC_NESTED_MAX 8u
struct alembic_nested {
    struct str revision; /* a revision file in a directory below `versions`; empty: there is none */
    /* … and a program beside the scripts that sets version_locations; empty: none does. */
    struct str program;
};
MUST_CHECK bool alembic_find_nested(struct arena *arena, struct tree *tree, struct str script,
                                    struct str root, struct str versions,
                                    struct alembic_nested *ret_nested, struct err *e);
/* Would Alembic load a file of this name? */
bool alembic_is_revision_name(struct str name);

/* alembic_value.c: the same keyword as a name, an attribute or a call that leads to other files of the tree; a value that is None, or given nowhere,
 * has no text. False: it cannot be told, or two calls say different things. */
bool alembic_value_read(struct arena *arena, struct tree *tree,
                        const struct alembic_settings *settings, struct str env,
                        const char *keyword, struct alembic_option *ret_option);

/* flask_option.c: what the application around `root` gives to Flask-Migrate's Migrate() or init_app() under the keyword. False: nothing that can be
 * told, or several things. */
bool flask_option_read(struct arena *arena, struct tree *tree, struct str root, struct str keyword,
                       struct alembic_option *ret_option);

MUST_CHECK bool alembic_load(struct arena *arena, struct tree *tree,
                             const struct config_migrations *set, struct history *history,
                             struct err *e);
/* The revision files of history->versions; fills history->migrations, unresolved. */
MUST_CHECK bool alembic_read_revisions(struct arena *arena, struct tree *tree, bool recursive,
                                       struct history *history, struct err *e);
/* version_table and version_table_schema as env.py passes them to context.configure(). */
MUST_CHECK bool alembic_read_env(struct arena *arena, struct tree *tree,
                                 const struct alembic_settings *settings,
                                 const struct config_migrations *set, struct str env,
                                 struct history *history, struct err *e);

#endif
