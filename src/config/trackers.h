/* trackers.h -- a migration tracker as data: what patterns/trackers/NAME.json and "trackers" of a configuration say.
 *
 * The fields have the names of the JSON keys, which patterns/README.md documents; keys_trackers.c is the table of them. The build turns the
 * files into C tables by the same loader.
 *
 * Fails: unknown keys (with the nearest known one), values of another kind, regular expressions that do not compile, SQL that is not one
 *        SELECT.
 */
#ifndef HOOKCHECK_CONFIG_TRACKERS_H
#define HOOKCHECK_CONFIG_TRACKERS_H

#include "base/err.h"
#include "base/vec.h"

struct config_shape;

struct tracker_sign { /* one way to recognise it: every condition given must hold */
    struct strs near; /* files of the project: in the directory of the migrations or in one above */
    struct str mentions;     /* PCRE2 on the text of that file */
    struct strs directories; /* forms of the end of the directory's path: "db/migrate" */
    struct strs files;       /* forms of names in the directory */
    struct str inside;       /* `files` are directories that hold this file */
    struct str content;      /* PCRE2 on the text of one of the files */
};
VEC_DEFINE(tracker_signs, struct tracker_sign);

struct tracker_setting { /* what the tool's own configuration moves */
    struct strs file;    /* from the root; '*' is anything within a part */
    /* PCRE2 on its text, group 1 is the value; beside a key, the path of the file that has the key. */
    struct str pattern;
    struct str key;     /* instead of a pattern: "migrations.directory", as readers/file_values.h */
    struct str through; /* a key whose value is the path of the file in which `key` is */
    struct str between; /* bytes that stand between several values of a pattern */
    struct str as;      /* template in which \1 is the value: "database/\1" */
    /* "directory", "table", "schema", "parameter", "ending" (of migrations' names, in place of the unit's pattern), "unordered" (a gap before the
     * newest is no refusal), "ordered" (it is one), "unchecked" (nor is a row without a file), "search_path" (the schema, or several of which the first with the table
     * counts), "beside" (the directory that the table in the same object is of), "prefix", "suffix" (of the table's name), "column" (the name of what
     * `need` has first), "dbms" (the database system that the directory's migrations are for, as the tool calls it),
     * "database" (the name of the database that the tool is run for here; projects that name different ones have one each),
     * "ignored" (PCRE2 on whole names, which the tool is told to leave out), "edits" (the tool is told not to mind edited ones). */
    struct str sets;
    bool every;    /* every match of the pattern is a value, not the first alone */
    bool required; /* the tool has no directory but this one */
    /* The object that names the directory is a database of its own, called by its key; the usual directory is another's. */
    bool own_database;
};
VEC_DEFINE(tracker_settings, struct tracker_setting);

struct tracker_registration { /* what names directories that an application's run reads besides */
    /* From the application's root, or from a directory above it; "**" and a '/' before a form: anywhere in the application. */
    struct strs file;
    /* PCRE2 on its text: group 1 is the path, else an expression of code begins where the match ends (migrations/code_path.h). */
    struct str pattern;
    struct strs directories; /* instead: forms of them, from the application's root */
    /* PCRE2 on its text: it is of one module, whose root the expression may mean; else any module's is meant. */
    struct str module;
    bool own;  /* another run reads them: a history of their own */
    bool last; /* is looked into only while found directories are left over */
};
VEC_DEFINE(tracker_registrations, struct tracker_registration);

struct
    tracker_modules { /* of applications whose migrations lie in several places, with one table */
    struct strs application; /* files, one of which lies in an application's root */
    struct strs usual;       /* forms of directories that are read without being named */
    struct tracker_registrations registered;
    struct str left_out; /* "no … names it": why the others are not read */
};

struct tracker_unit {
    struct str kind; /* "file", "directory", "journal", "content", "listed" */
    bool recursive;
    struct str pattern;   /* PCRE2 on the base name */
    struct str unless;    /* PCRE2: not a migration all the same */
    struct str refused;   /* PCRE2: a name for which the tool gives up */
    struct str down;      /* PCRE2: the way back of one */
    bool down_counts;     /* a way back alone makes a migration too */
    struct str id, name;  /* templates of \0 … \9 */
    struct str distinct;  /* template: the tool refuses two migrations with the same */
    struct str place;     /* PCRE2 on the folder from the project's root: group 1 is \7 */
    struct str id_type;   /* "text", "text-ci", "int" */
    struct str unordered; /* PCRE2: names that the tool applies in any order all the same */
    struct str strip;     /* bytes that are no part of the id */
    struct str same;   /* PCRE2: what it matches is left out on both sides when ids are compared */
    struct str script; /* directory, journal: the file with the text; content: one beside it */
    struct str without_script; /* "counts", "skipped", "broken" */
    struct str journal;        /* path of the JSON file, from the directory */
    struct str entries;        /* key of its list */
    struct str list;    /* listed: path of the file that names the migrations, from the directory */
    struct str content; /* PCRE2 on the text: group 1 is \1 of the id */
    struct str prefix;  /* PCRE2 on the text: group 1 is \2 (a namespace) */
    struct str instead; /* PCRE2 on the text: group 1 replaces the id */
    /* PCRE2 on the text: where a migration begins, of a file that may have several. */
    struct str each;
    /* PCRE2 on the text of a migration without an id: the tool gives up, with group 1 always, else where others of the file have one. */
    struct str misnamed;
    struct str duplicates; /* "refused" (two of one id), "shared" */
    /* PCRE2 on the directory, else on the text of one of its files: group 1 is what settings may call it by. */
    struct str owner;
    bool class_path;  /* modules on which that of the migrations depends have some as well */
    bool gather;      /* all directories of one project make one history */
    bool contiguous;  /* the numbers must be 1, 2, 3, … */
    bool skips_links; /* directory: a link that leads to one is none */
};

struct tracker_variant { /* an older or renamed layout of the same table */
    struct str column;   /* counts where this column is there */
    struct str applied, applied_sqlite, applied_mysql;
};
VEC_DEFINE(tracker_variants, struct tracker_variant);

struct tracker_table {
    struct str schema, name;
    /* PCRE2 on the directory: group 1, with '_' between its words, stands before the name. */
    struct str place;
    struct strs schema_on; /* where `schema` counts: postgresql, sqlite, mysql; none: everywhere */
    bool whole_name; /* `schema` belongs to `name`: another name is looked for in all schemas */
    /* A dot in the name that a setting gives is part of it: no schema stands before it. */
    bool dotted;
    struct strs need, need_any, deny; /* "column" or "column:class" */
    bool only_these;                  /* no column beside those of `need` */
    struct str beside;                /* a second table, next to it: {beside} */
    struct str parameter;             /* {parameter} */
    struct str applied, applied_sqlite, applied_mysql;
    struct str failed, failed_sqlite, failed_mysql;
    struct str locked, locked_sqlite, locked_mysql;
    struct tracker_variants variants;
};

struct tracker_example_file {
    struct str path, text;
};
VEC_DEFINE(tracker_example_files, struct tracker_example_file);
struct tracker_example_row {
    struct str id, name, checksum, state, ord, applied_at;
};
VEC_DEFINE(tracker_example_rows, struct tracker_example_row);
struct tracker_example {
    struct tracker_example_files files;
    bool other;      /* a tree that is not this tracker's */
    bool configured; /* not found by its signs: named in the configuration */
    struct str root;
    struct strs versions; /* directories with the migrations */
    struct str table;
    struct str dbms; /* that is asked: postgresql, sqlite, mysql; empty: not known */
    struct tracker_example_rows rows;
    struct strs migrations, pending, never_applied, out_of_order, unknown, explained, dirty,
        diverged;
    struct str problem; /* words of one */
};
VEC_DEFINE(tracker_examples, struct tracker_example);

struct tracker {
    struct str id, title;
    /* "set", "set_no_gaps", "high_water", "single_version", "prefix", "code:NAME". */
    struct str rule;
    struct str order; /* "id", "file", "int", "number", "time", "utf16", "end", "listed" */
    struct tracker_signs detect;
    struct tracker_settings settings;
    /* PCRE2 on a directory of migrations: group 1 names its own database. */
    struct str own_database;
    struct tracker_modules modules;
    struct tracker_unit unit;
    struct tracker_table table;
    struct str checksum;
    struct str out_of_order; /* "applied", "refused", "skipped" */
    struct str missing_file; /* "ignored", "reported", "refused" */
    struct str edited;       /* "ignored", "refused" */
    struct str external;     /* PCRE2 on ids of packages */
    struct strs reserved;    /* ids of rows that are no migrations */
    /* Forms of paths from the root: with one of them, rows without files were squashed. */
    struct strs squashed_by;
    struct strs assumes;                              /* what is taken for granted, as sentences */
    struct str upgrade, upgrade_out_of_order, create; /* commands */
    struct tracker_examples examples;
};
VEC_DEFINE(trackers, struct tracker);

extern const struct config_shape tracker_shape;

/* What no single key can tell: which keys the kind needs, the id, the rule, the SQL. */
MUST_CHECK bool tracker_check(struct arena *arena, const struct tracker *tracker, struct err *e);
/* A file of patterns/trackers: { "trackers": [ … ] }. */
MUST_CHECK bool tracker_pack_read(struct arena *arena, struct str bytes, struct str name,
                                  struct trackers *ret_trackers, struct err *e);
/* One SELECT and nothing else, by its tokens: no second statement, no word that writes or locks, no call of a function that is not on the
 * list of harmless ones. Stricter than the server, on purpose. */
MUST_CHECK bool tracker_sql_check(struct arena *arena, struct str sql, struct err *e);

#endif
