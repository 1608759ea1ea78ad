/* sets.h -- which migration sets does a deploy concern? Source: DESIGN §5 *Which sets*. */
#ifndef HOOKCHECK_GATE_SETS_H
#define HOOKCHECK_GATE_SETS_H

#include "gate/judge.h"

/* The sets named by `options->sets`; else those of the environment whose root holds options->directory; else all of the environment. A deploy
 * from the work tree's root may ship anything: there, all of the environment. What could not be told of the whole tree goes with any choice by
 * place, and makes none. A name that no set has is a reason (not-configured). */
void sets_choose(const struct judge *judge, const struct config_migrations_list *all,
                 const struct look_options *options, struct config_migrations_list *ret_chosen);

/* Is the set that of another database than the one that is asked, which has its own beside it? That one gets a note. */
bool set_is_of_other_database(struct arena *arena, struct config_migrations_list *all, size_t index,
                              struct str dbms);

/* Do its settings say that its migrations are for another database system than `dbms`? */
bool set_is_of_other_system(const struct history *history, struct str dbms);

#endif
