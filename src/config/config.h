/* config.h -- .hookcheck.json and its layers: built-in, /etc, the user's, the repository's.
 *
 * In:    a directory; the work tree around it says which repository file counts (DESIGN §5). `--config` or HOOKCHECK_CONFIG name
 *        another file instead of all of them but the administrator's.
 * Out:   one merged configuration. A broken file does not fail config_load: `broken` is set with the message, and everything else is as
 *        if that file were empty; the gate turns it into config-error, the recogniser treats its words as deploy words.
 * Fails: only when the process cannot go on (limits, memory).
 * Source: DESIGN §5; JSON Schema in install/schema/config.schema.json.
 */
#ifndef HOOKCHECK_CONFIG_CONFIG_H
#define HOOKCHECK_CONFIG_CONFIG_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/vec.h"
#include "config/policy.h"
#include "config/trackers.h"

#define CONFIG_NAME ".hookcheck.json"
#define CONFIG_DEADLINE_DEFAULT_MS 25000u
#define CONFIG_DEADLINE_MAX_MS 55000u /* below the 60 s we register with the hosts */

#define CONFIG_FILE_MAX ((size_t)1 << 20)
#define CONFIG_DATABASE_VARIABLE "HOOKCHECK_DATABASE_URL"

/* Who wrote a value: from the one nobody can overrule to the one that must be trusted first. */
enum config_layer {
    LAYER_BUILT_IN = 0,
    LAYER_ADMINISTRATOR, /* /etc/hookcheck/config.json */
    LAYER_USER,          /* the user's file, --config, HOOKCHECK_CONFIG, HOOKCHECK_DATABASE_URL */
    LAYER_REPOSITORY,    /* .hookcheck.json of the work tree */
};

/* Where a value was written, for messages: file path and key path ("environments.production.database"). */
struct config_place {
    struct str file;
    struct str key;
    enum config_layer layer;
};

struct config_column {
    struct str column; /* the tracker's name for it */
    struct str name;   /* the one it has here */
};
VEC_DEFINE(config_columns, struct config_column);

struct config_migrations {
    struct str name;    /* the key under "migrations" */
    struct str tracker; /* "alembic", "sql", the id of a pack; empty: detect */
    /* The pack, filled by sets_detect; NULL: a built-in one of that id, if there is one. */
    const struct tracker *row;
    struct str root; /* relative to the work tree; "" is the work tree itself */
    /* Relative to root; empty: read from the tool's own configuration. */
    struct str script_location;
    struct strs versions; /* relative to root */
    /* Filled by sets_detect: directories of modules that a build of the Java world puts beside it. */
    struct strs class_path;
    /* Filled by sets_detect: `versions` are what the application at root reads now, and may be more tomorrow. */
    bool of_application;
    bool recursive, recursive_set;
    struct str table, schema; /* empty: the tracker's default */
    struct str parameter;     /* of the tracker's SELECTs; empty: as its code or its pack says */
    struct config_columns columns; /* of the tracking table, where they have other names */
    /* Why no tracker could be chosen, filled by sets_detect; empty: one was. */
    struct str undecided;
    struct strs notes; /* what sets_detect has to say besides */
    bool astray; /* filled by sets_detect: their tool does not look there (migrations/astray.h) */
    /* The tool's name of the database that is this set's alone, filled by sets_detect; empty: the environment's. */
    struct str database;
    struct str database_from; /* the file that says so; may be empty */
    /* Of the database that is asked, filled by who asks: postgresql, sqlite, mysql (MariaDB too); empty: not known. */
    struct str dbms;
    struct config_place place;
};
VEC_DEFINE(config_migrations_list, struct config_migrations);

enum config_database_kind {
    DATABASE_NONE = 0,
    DATABASE_URL, /* value: postgresql://…, postgres://…, mysql://… or mariadb://… (also "host=… dbname=…" conninfo, "service=NAME") */
    DATABASE_ENVIRONMENT, /* value: name of the variable holding a URL */
    DATABASE_FILE,        /* value: path of a file holding a URL */
    DATABASE_SQLITE,      /* value: path of the database, relative to the work tree */
    DATABASE_COMMAND,     /* arguments: their output is the answer */
    DATABASE_URL_FROM,    /* arguments: their output is the URL */
};

struct config_database {
    enum config_database_kind kind;
    struct str value;
    struct strs arguments;
    uint64_t timeout_ms; /* of commands; 0: the default */
    struct config_place place;
};

struct config_named_database { /* "databases": a migration set's own */
    struct str migrations;
    struct config_database database;
};
VEC_DEFINE(config_named_databases, struct config_named_database);

struct config_identity {
    struct str host, database, system_identifier; /* globs (* and ?); empty: not checked */
    struct str user;
    enum config_layer layer; /* LAYER_ADMINISTRATOR: what is set here stays */
};

struct config_environment {
    struct str name;
    struct config_database database;
    struct config_named_databases databases;
    struct config_identity identity;
    struct strs migrations; /* empty: all sets */
    struct strs matches;    /* how commands name it; its own name always counts */
    struct policy policy;
    struct policy administrator_minimum; /* what /etc set for this environment */
    struct config_place place;
};
VEC_DEFINE(config_environments, struct config_environment);

struct config_deploy_rule {
    struct str id;          /* as given, else "deploys[N]" */
    struct str command;     /* PCRE2 */
    struct str unless;      /* PCRE2 of what is not that deploy; empty: none */
    struct str certainty;   /* "certain" (also when empty) or "suspected" */
    struct str kind;        /* "work-tree" (also when empty) or "rollback" */
    struct str environment; /* configured name; empty: as usual */
    struct strs migrations;
    struct strs deploy_examples, safe_examples;
    /* A rule of LAYER_ADMINISTRATOR is excused only by a not_deploy of that layer. */
    struct config_place place;
};
VEC_DEFINE(config_deploy_rules, struct config_deploy_rule);

struct config_not_deploy {
    struct str command; /* PCRE2 */
    struct str reason;
    struct config_place place;
};
VEC_DEFINE(config_not_deploys, struct config_not_deploy);

struct config_branch {
    struct str pattern; /* name or glob, of a branch, a tag or a full ref */
    struct str environment;
    struct config_place place;
};
VEC_DEFINE(config_branches, struct config_branch);

struct config_model {
    struct str path; /* PCRE2 on the path from the work tree's root */
    struct str migrations;
    struct config_place place;
};
VEC_DEFINE(config_models, struct config_model);

struct config {
    struct str work_tree; /* absolute, no trailing slash; empty when the directory lies in none */
    struct str git_directory_hint; /* the .git entry found (file or directory); empty when none */
    struct strs files;             /* the files read, in merge order */
    struct str digest;             /* SHA-256 over the bytes of all files read, hex */
    struct str repository_file;    /* path of the repository's own file; empty when there is none */
    struct str repository_digest;  /* of its bytes: what `trust` pins */
    bool trusted;                  /* no repository file, or its digest is trusted */
    bool broken;                   /* some file could not be read or understood */
    bool broken_unreadable;        /* the broken file's text is not known: neither are its words */
    struct str broken_file, broken_message, broken_hint;
    /* Deploy words of the broken text: programs, and scripts both as written (with '/') and by base name. */
    struct strs broken_words;
    struct strs notes; /* for people: what was ignored and why (a softer policy of a repository…) */

    struct config_migrations_list migrations;
    struct config_environments environments;
    /* The configured one, else the only one, else "production"; "" when there are no environments. */
    struct str default_environment;
    struct config_place default_environment_place;
    struct config_deploy_rules deploys;
    struct config_not_deploys not_deploys; /* already without those of an untrusted file */
    struct config_branches branches;
    struct config_models models;
    struct trackers trackers; /* those of untrusted files are left out */
    struct policy policy;     /* for findings without an environment; default of all environments */
    /* What /etc set: lower layers may be stricter, never softer. */
    struct policy administrator_minimum;
    uint64_t deadline_ms;
};

struct config_options {
    struct str file;            /* --config or HOOKCHECK_CONFIG; empty: the usual layers */
    struct str state_directory; /* see state.h */
    struct str home;            /* $HOME; empty: no user file */
    struct str xdg_config_home;
    struct str administrator_file; /* /etc/hookcheck/config.json */
    struct str database;           /* HOOKCHECK_DATABASE_URL; empty: unset. Never DATABASE_URL */
};

/* From the process environment. */
void config_options_from_environment(struct arena *arena, struct config_options *ret_options);

MUST_CHECK bool config_load(struct arena *arena, struct str directory,
                            const struct config_options *options, struct config *ret_config,
                            struct err *e);

/* The work tree around a directory: walks up to a `.git` entry (directory or file), else to a `.hookcheck.json`. STR_NONE when there is none. */
struct str work_tree_find(struct arena *arena, struct str directory, struct str *ret_git_entry);

/* A cache: one configuration per work tree, loaded on first use. */
struct configs;
struct configs *configs_new(struct arena *arena, const struct config_options *options);
/* Never NULL; the same pointer for directories of the same work tree. */
MUST_CHECK bool configs_for(struct configs *configs, struct str directory,
                            const struct config **ret_config, struct err *e);

/* The environment that a word of a command names: exact name, then `matches` (globs), then a name or match that is a whole part of the
 * word ("api-prod", "arn:aws:…:prod/api"; where parts name several, the default one if it is among them, else the first configured), then
 * the default environment; NULL when none is configured. Without regard to ASCII case. A word that names none gives the default one. */
const struct config_environment *config_environment_for(const struct config *config,
                                                        struct str word);
/* The action for a reason: environment's policy, else the configuration's, else the default; then the administrator's minimum and the
 * hard codes. `environment` may be NULL. */
enum action config_action(const struct config *config, const struct config_environment *environment,
                          enum reason_code code);

const struct config_environment *config_environment_named(const struct config *config,
                                                          struct str name);
const struct config_migrations *config_migrations_named(const struct config *config,
                                                        struct str name);
/* How a database is written in a string: "env:NAME", "postgresql://…", "mysql://…", "host=… dbname=…", "service=…", "sqlite:FILE",
 * "sqlite:///FILE" (relative; four slashes: absolute), "file:PATH". Also for what a variable, a file or a command gave. "postgresql+driver://" loses its driver. The message never holds the text. */
MUST_CHECK bool config_database_parse(struct arena *arena, struct str text,
                                      struct config_database *ret_database, struct err *e);
/* "25s", "500ms", "2m", "1h". */
MUST_CHECK bool config_duration_parse(struct str text, uint64_t *ret_milliseconds, struct err *e);

/* Glob with * and ?, for identities and matches. */
bool glob_matches(struct str pattern, struct str text);
/* Glob with *, ?, [a-z] and [!a-z], for branches and tags: no ref's name can hold a bracket. A * takes slashes too. */
bool ref_glob_matches(struct str pattern, struct str text);

#endif
