/* steps_rails.h -- the parts of the reader of Rails migrations (private to steps_rails*.c). */
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

#endif
