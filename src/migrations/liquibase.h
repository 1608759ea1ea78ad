/* liquibase.h -- Liquibase's change logs (inside migrations).
 *
 * In:     the change log that the project's settings name, or the one that no other includes; formatted SQL, plain SQL, XML, YAML and JSON;
 *         what it includes, in order.
 * Out:    one migration a change set, in the order in which Liquibase runs them. Its id is "PATH::ID::AUTHOR", as Liquibase prints it; PATH is
 *         what the table calls it (logicalFilePath, else the path by which the file was reached).
 * Source: Liquibase 4.28 (run: tests/integration/trackers/liquibase) and the sources of 2026: changelog/{ChangeSet,DatabaseChangeLog,RanChangeSet},
 *        parser/AbstractFormattedChangeLogParser, changelog/filter/ShouldRunChangeSetFilter, ContextExpression, Labels, change/CheckSum;
 *        docs.liquibase.com, "Changelog formats", "include", "includeAll", "Contexts", "Labels", "DATABASECHANGELOG table".
 */
#ifndef HOOKCHECK_MIGRATIONS_LIQUIBASE_H
#define HOOKCHECK_MIGRATIONS_LIQUIBASE_H

#include "migrations/history.h"
#include "migrations/jvm_settings.h"
#include "readers/document.h"

#define LIQUIBASE_INCLUDES_MAX 40u /* one in the other */

struct liquibase_own { /* migration.own */
    struct str path, id, author;
    /* The logicalFilePath that newer versions inherit from the log above; empty: none. */
    struct str other_path;
    const char *filtered; /* why it does not run here; NULL: it does */
    bool run_always, run_on_change, preconditions, computable;
    struct strs valid; /* <validCheckSum> */
};

/* A change log, or an <include>: what its change sets inherit. */
struct liquibase_scope {
    struct str logical, inherited; /* its own logicalFilePath, and one from above */
    struct str contexts, labels;   /* expressions, several joined by "and" */
    bool ignored;
};

struct liquibase_property {
    struct str name, value;
};

struct liquibase_settings { /* history.own */
    struct jvm_settings found;
    struct str contexts, labels; /* of the run; empty: none given */
    struct str dbms;             /* what the database can be, joined by commas; empty: not known */
    bool path_assumed;           /* no file says by which path the root was given */
};

struct liquibase_change_set {
    struct str id, author;
    struct str contexts, labels, dbms, logical, run_order, comment;
    bool run_always, run_on_change, ignored, preconditions;
    struct strs valid, sums; /* sums: of its changes */
    bool computable;         /* all its changes are SQL */
    struct str what;         /* "sql; createTable" */
    struct str part;         /* migration.part */
    size_t line;
};

struct liquibase_loading {
    struct arena *arena;
    struct tree *tree;
    const struct config_migrations *set;
    struct history *history;
    struct liquibase_settings *settings;
    struct strs bases;             /* directories from which paths are looked up */
    size_t own_bases, class_bases; /* between them: of other modules on the class path */
    VEC(struct liquibase_property) properties;
    VEC(struct str) open; /* files being read, outermost first */
    struct migrations first, middle, last;
    size_t logs;               /* change logs read */
    bool names_databases;      /* a change set is for some databases only */
    bool properties_uncertain; /* … a property, which may be for this database or not */
    struct err *e;
};

/* --- liquibase_files.c: one change log and what it includes. --- */
/* `path` as the table would call it; *ret_known false: it is in a format that nothing here reads. */
MUST_CHECK bool liquibase_read_log(struct liquibase_loading *l, struct str path, struct str file,
                                   const struct liquibase_scope *scope);
bool liquibase_find_file(struct liquibase_loading *l, struct str path, struct str *ret_file);
/* Has the name an ending that a change log can have? */
bool liquibase_can_be_log(struct str name);
/* Does the text begin a change log? */
bool liquibase_is_log(struct str name, struct str text);
/* Both expressions must hold; an empty one always does. */
struct str liquibase_both(struct arena *arena, struct str a, struct str b);
/* Without "classpath:", drive and leading '/', with '/', "." and ".." resolved. */
struct str liquibase_path(struct arena *arena, struct str path);
struct str liquibase_expanded(const struct liquibase_loading *l, struct arena *arena,
                              struct str text);
void liquibase_add(struct liquibase_loading *l, struct str path, struct str file,
                   const struct liquibase_scope *scope, struct liquibase_change_set *set);
void liquibase_problem(struct liquibase_loading *l, struct str message, const char *hint);

/* --- liquibase_tree.c, liquibase_sql.c: the change sets of a file. --- */
MUST_CHECK bool liquibase_read_tree(struct liquibase_loading *l, struct str path, struct str file,
                                    struct str text, struct liquibase_scope scope);
MUST_CHECK bool liquibase_read_sql(struct liquibase_loading *l, struct str path, struct str file,
                                   struct str text, struct liquibase_scope scope);
MUST_CHECK bool liquibase_include(struct liquibase_loading *l, struct str from, struct str file,
                                  bool relative, bool must_exist, struct liquibase_scope scope);
MUST_CHECK bool liquibase_include_all(struct liquibase_loading *l, struct str from,
                                      const struct node *node, struct liquibase_scope scope);

/* --- liquibase_filter.c --- */
/* "(a and !b) or c": does it hold for these words? The run's contexts are words and the change set's an expression; with labels it is the
 * other way round. */
bool liquibase_expression_holds(struct str expression, struct str words);
bool liquibase_contexts_match(struct str run, struct str expression);
bool liquibase_labels_match(struct str run, struct str labels);
/* `dbms` is what the database can be: true where one of them is meant, or nothing is known. */
bool liquibase_dbms_matches(struct str list, struct str dbms);
/* Is the answer the same whichever it is? */
bool liquibase_dbms_is_certain(struct str list, struct str dbms);

/* --- liquibase_sum.c: checksums of version 9. --- */
/* "9:…" of one change of SQL. */
struct str liquibase_sum_of_sql(struct arena *arena, struct str sql);
struct str liquibase_sum_of_changes(struct arena *arena, const struct strs *sums);

MUST_CHECK bool liquibase_plan(struct arena *arena, const struct history *history,
                               const struct database_rows *rows, struct plan *plan, struct err *e);
MUST_CHECK bool liquibase_verify(struct arena *arena, struct tree *tree,
                                 const struct history *history, const struct database_rows *rows,
                                 struct plan *plan, struct err *e);

#endif
