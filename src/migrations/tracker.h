/* tracker.h -- trackers as data, and the few that need code.
 *
 * A tracker is a row of patterns/trackers/NAME.json (config/trackers.h). What data can say is read by units.c and judged by rules.c. A row with
 * "rule": "code:NAME" names a struct tracker_code: one file src/migrations/NAME.c, one line in codes.c. The row still says how the tracker is
 * recognised (detect, settings), what its table is like and how it is read (table), its commands and its examples.
 */
#ifndef HOOKCHECK_MIGRATIONS_TRACKER_H
#define HOOKCHECK_MIGRATIONS_TRACKER_H

#include "base/regex.h"
#include "base/words.h"
#include "config/trackers.h"
#include "database/database.h"
#include "migrations/history.h"
#include "migrations/id_map.h"

/* --- Trackers that need code. A part that is NULL is done as for a row of data: `load` by the row's unit, `plan` by the rule "set", `verify`
 * by the row's checksum. --- */
struct tracker_code {
    const char *name;
    /* Is what was recognised in this directory a history of its own? Not there: it is. */
    bool (*counts)(struct arena *arena, struct tree *tree, struct str directory);
    /* Fills history->migrations in the order of the tool, and problems; history->parameter if the SELECTs have a {parameter}. Set already:
     * row, table, schema, and in `versions` the directories that are configured, named by the tool's settings or recognised. Set afterwards,
     * where it was left empty: heads (the last migration), upgrade_command, assumptions. */
    bool (*load)(struct arena *arena, struct tree *tree, const struct config_migrations *set,
                 struct history *history, struct err *e);
    /* What do the rows mean for this history? rows->rows are in the order of the SELECT; an external command gives rows->ids alone. */
    bool (*plan)(struct arena *arena, const struct history *history,
                 const struct database_rows *rows, struct plan *plan, struct err *e);
    /* Compares texts with what the rows recorded: adds to plan->diverged and plan->notes. */
    bool (*verify)(struct arena *arena, struct tree *tree, const struct history *history,
                   const struct database_rows *rows, struct plan *plan, struct err *e);
};
/* NULL: no such code. */
const struct tracker_code *tracker_code_find(struct str name);

/* --- The table of packs. --- */
extern const struct tracker tracker_table[];
extern const size_t tracker_table_count;
/* The files that the table was made from, with their examples, for tracker_pack_read. */
struct tracker_pack {
    struct str name; /* "go.json" */
    struct str bytes;
};
extern const struct tracker_pack tracker_packs[];
extern const size_t tracker_pack_count;
/* The user's rows first; NULL: there is none of that id. `config` may be NULL. */
const struct tracker *tracker_find(const struct config *config, struct str id);
struct str tracker_title(const struct tracker *tracker);
/* The code of "code:NAME"; NULL for rules of data. */
const struct tracker_code *tracker_code_of(const struct tracker *tracker);
/* The known id that may have been meant; empty: none is near. */
struct str tracker_nearest(struct arena *arena, struct str written);

/* --- Regular expressions of packs: each is compiled once in a process. --- */
/* False with the error unset: no match. An empty pattern matches nothing. */
bool tracker_regex_matches(struct str pattern, struct str subject, struct str *groups, size_t count,
                           struct err *e);

/* --- Code side: units.c, order.c. --- */
MUST_CHECK bool tracker_load(struct arena *arena, struct tree *tree,
                             const struct config_migrations *set, struct history *history,
                             struct err *e);
/* What the tool's own files say of directory, table and schema, for what the configuration leaves open (settings.c). */
struct tracker_places {
    struct strs directories; /* from the work tree's root */
    struct strs named; /* of each, the object that names it: those of one object make one history */
    struct strs databases; /* of each, the name of its own database; empty: none */
    struct strs files;     /* of each, the file that names it */
    bool besides;          /* the tool has its usual directory besides these */
    struct strs elsewhere; /* directories of other environments than production */
    bool computed;         /* some value that names directories, or migrations, is computed */
    struct strs endings; /* of the names of migrations, where the tool is told others than it has */
    struct strs ignored; /* PCRE2 on whole names, which the tool is told to leave out */
    struct str table, schema, parameter;
    struct str dbms, dbms_from; /* as dbms_said in struct history */
    struct str database,
        database_from;       /* the database that the tool is run for, and the file that says so */
    struct str column;       /* the name of the column that the tracker's `need` has first */
    struct strs search_path; /* as in struct history */
    bool unordered, ordered, unchecked, edits; /* as in struct history */
    struct strs sources;                       /* "the directory is from db/.env", for people */
    struct strs unread; /* files that are there and cannot be opened: "PATH: why" */
    /* Why a directory that the tool needs is not among the directories; empty: it is. */
    struct str unplaced;
    struct str unplaced_by; /* the file that names it; empty: none does */
    struct str unclear;     /* why the table is not known; empty: it is, or nothing is said of it */
};
/* Where a file names several environments, production's count. `wanted` (may be STR_NONE): the directory of migrations whose table is asked
 * for, where a file has several with a table each. */
MUST_CHECK bool tracker_places_read(struct arena *arena, struct tree *tree,
                                    const struct tracker *tracker, struct str root,
                                    struct str wanted, struct tracker_places *ret_places,
                                    struct err *e);
/* "\1_\2" with the groups of a match. */
struct str tracker_template(struct arena *arena, struct str text, const struct str *groups);
/* The form in which ids are compared. */
MUST_CHECK bool tracker_id_normal(struct arena *arena, const struct tracker *tracker, struct str id,
                                  struct str *ret_id, struct err *e);
/* Numbers of any length, without leading zeros; a '-' may stand before. */
int tracker_compare_numbers(struct str a, struct str b);
int tracker_compare_ids(const struct tracker *tracker, struct str a, struct str b);
void tracker_sort(const struct tracker *tracker, struct migrations *migrations);

/* --- Database side. --- */
/* The reading for database_ask; its columns are those of the set. */
const struct table_reading *tracker_reading(struct arena *arena, const struct history *history);
MUST_CHECK bool tracker_plan(struct arena *arena, const struct history *history,
                             const struct database_rows *rows, struct plan *plan, struct err *e);
MUST_CHECK bool tracker_verify(struct arena *arena, struct tree *tree,
                               const struct history *history, const struct database_rows *rows,
                               struct plan *plan, struct err *e);

/* --- Recognition (signs.c). --- */
enum sign_rank { SIGN_NONE = 0, SIGN_DIRECTORY, SIGN_FILES, SIGN_CONTENT, SIGN_CONFIGURATION };
struct sign_match {
    const struct tracker *tracker;
    enum sign_rank rank;
    struct str directory; /* of the migrations: the one that was asked about, or one above it */
    /* The project: where the file of the tool's configuration lies, else above the directory's own words. */
    struct str root;
    struct str reason; /* "found by db/schema.rb", for people */
};
/* The tracker whose migrations lie in this directory; false: none of the packs'. `only` (may be NULL) leaves out all others. Files that could
 * tell and cannot be read are added to *unreadable ("PATH: why"), in the arena. `absent`: of this tree, kept from directory to directory. `named`:
 * keys (tracker_file_key) of the trackers' files that name their directories: such a file near another directory tells nothing of that one. */
bool tracker_recognise(struct arena *arena, struct tree *tree, const struct config *config,
                       const struct tracker *only, struct str directory,
                       const struct tree_entries *entries, struct words *absent,
                       const struct words *named, struct sign_match *ret_match,
                       struct strs *unreadable, struct err *e);

struct str tracker_file_key(struct arena *arena, const struct tracker *tracker, struct str file);

/* The files that tracker_recognise() looks into when the directory's path and the files' names alone are not enough: ids of a commit's objects, a guess for
 * tree_expect(). */
void tracker_samples(struct arena *arena, struct tree *tree, const struct config *config,
                     const struct tracker *only, struct str directory,
                     const struct tree_entries *entries, struct strs *ret_ids);

/* --- Examples (examples.c): run by the build and by `hookcheck packs test`. The message says which row and what came instead. --- */
MUST_CHECK bool tracker_examples_run(struct arena *arena, const struct tracker *tracker,
                                     struct err *e);

#endif
