/* modules_read.h -- between modules.c, which settles an application, and modules_read.c, which reads what names its directories (private to them). */
#ifndef HOOKCHECK_MIGRATIONS_MODULES_READ_H
#define HOOKCHECK_MIGRATIONS_MODULES_READ_H

#include "migrations/id_map.h"
#include "migrations/modules.h"

struct module_member {
    struct survey_found *found;
    bool counts, own;
    bool named, of_others; /* for production; for other environments alone */
    struct str because;    /* a file that computes what is meant; empty: it is named */
};

struct module_place { /* an application, with what lies in it and in none below it */
    const struct module_application *application;
    VEC(const struct module_code *) code;
    VEC(size_t) found;
};
struct module_places {
    VEC(struct module_place) list;
    struct id_map roots;
};

struct module_settling { /* one application */
    struct arena *arena;
    struct tree *tree;
    struct module_places *places;
    const struct module_place *place;
    const struct module_application *application;
    const struct tracker *tracker;
    struct survey *survey;
    VEC(struct module_member) members;
    struct survey_founds named; /* directories that no sign told of */
    struct err *e;
};

struct str modules_place_key(struct arena *arena, size_t tracker, struct str root);
/* "**" and a form of names: anywhere. */
bool modules_form_is_anywhere(struct str form, struct str *ret_name);
/* Seen from the application's root. */
struct str modules_inside(const struct module_settling *s, struct str directory);
/* Marks the members that it names, and adds to s->named. */
MUST_CHECK bool modules_read_registration(struct module_settling *s,
                                          const struct tracker_registration *how);

#endif
