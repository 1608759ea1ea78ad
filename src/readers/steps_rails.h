/* steps_rails.h -- the parts of the reader of Rails migrations (private to steps_rails*.c).
 *
 * In:    calls of a migration, and what is known around them.
 * Out:   their steps, pushed to `steps`.
 * Fails: never.
 */
#ifndef HOOKCHECK_READERS_STEPS_RAILS_H
#define HOOKCHECK_READERS_STEPS_RAILS_H

#include "readers/rails.h"
#include "readers/steps.h"

#define STEPS_RAILS_CALLS_MAX 4u

struct rails_reader {
    struct arena *arena;
    struct ruby_file *file;
    struct rails_version version;
    struct steps *steps;
    const struct source_files *files; /* NULL: they are not at hand */
    struct str path;
    struct str table, variable; /* inside create_table, change_table: `|t|` */
    size_t calls,
        entered;  /* methods and classes of the migration that are entered: now, and so far */
    bool unbound; /* in a method whose parameters no call gives */
    bool unread;  /* something may add columns that no step says */
};

void steps_rails_visit(struct rails_reader *r, TSNode node, size_t depth);
/* steps_rails_revert.c: revert, run, Other.new.migrate(:down). False: it is another call. */
bool steps_rails_revert(struct rails_reader *r, TSNode call, struct str method, size_t depth);
/* A class that another one of the text runs or reverts does nothing by itself. */
bool steps_rails_is_run_elsewhere(const struct rails_reader *r, TSNode class);

/* steps_rails_calls.c. False: it is another call. */
bool steps_rails_loop(struct rails_reader *r, TSNode call, struct str method, size_t depth);
bool steps_rails_own_method(struct rails_reader *r, TSNode call, struct str name, size_t depth);
bool steps_rails_own_lambda(struct rails_reader *r, TSNode call, struct str method, size_t depth);
bool steps_rails_with_options(struct rails_reader *r, TSNode call, size_t depth);
/* What send(:add_column, …) calls; else the method itself. */
struct str steps_rails_sent_method(struct rails_reader *r, TSNode call, struct str method);
/* MigrationHelpers.add_text(self, :items, :sku) */
bool steps_rails_hands_itself_on(struct rails_reader *r, TSNode call);

/* steps_rails_parts.c: `adds` false: it goes. */
/* Something may add columns that no step says. */
void rails_note_unread(struct rails_reader *r);
void rails_push(struct rails_reader *r, struct step step);
bool rails_is_one_of(struct str name, const char *const *words);
struct str rails_text_at(struct rails_reader *r, TSNode call, size_t position);
struct str rails_option_text(struct rails_reader *r, TSNode call, const char *name);
void rails_add_column(struct rails_reader *r, struct str table, struct str column);
void rails_typed_column(struct rails_reader *r, TSNode call, struct str table, struct str column,
                        struct str type);
void rails_drop_column(struct rails_reader *r, struct str table, struct str column);
void rails_rename_column(struct rails_reader *r, struct str table, struct str from, struct str to);
void rails_change_column(struct rails_reader *r, TSNode call, struct str table, struct str column,
                         struct str type);
void rails_change_null(struct rails_reader *r, struct str table, struct str column,
                       struct ruby_value null);
void rails_change_default(struct rails_reader *r, struct str table, struct str column);
void rails_index_step(struct rails_reader *r, enum step_kind kind, struct str table,
                      struct str name, const struct strs *columns);
void rails_index_of(struct rails_reader *r, TSNode call, enum step_kind kind, struct str table,
                    size_t position);
void rails_reference(struct rails_reader *r, TSNode call, struct str table, struct str name,
                     bool adds);
void rails_foreign_key(struct rails_reader *r, TSNode call, struct str table, size_t position,
                       enum step_kind kind);
void rails_unique_constraint(struct rails_reader *r, TSNode call, struct str table, size_t position,
                             bool adds);
void rails_other_constraint(struct rails_reader *r, TSNode call, struct str method,
                            struct str table);
void rails_timestamps(struct rails_reader *r, struct str table, bool adds);

#endif
