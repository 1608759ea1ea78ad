/* support.h -- a database of its own for each test, in the server that HOOKCHECK_TEST_POSTGRES names. */
#ifndef TESTS_DATABASE_SUPPORT_H
#define TESTS_DATABASE_SUPPORT_H

#include <criterion/criterion.h>
#include <libpq-fe.h>

#include "database/database.h"

extern struct arena arena;

/* Starts every test: makes an empty database and connects to it as administrator. */
void server_begin(void);
void server_end(void);
extern PGconn *admin; /* connected to `database_name` */
extern const char *database_name;

/* Runs as administrator; a failure fails the test. printf-like. */
void sql(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* One value. */
struct str sql_value(const char *text);
/* A role that can log in, with the password "geheim"; its name is unique in the server. */
const char *role_new(const char *attributes);
/* postgresql://USER:PASSWORD@HOST:PORT/DATABASE; NULL: the administrator's, and this test's database. */
struct str url_for(const char *user, const char *password, const char *database);

struct database_target postgresql_target(struct str url);
struct database_question alembic_question(void);
/* database_start, database_ask, database_stop. */
struct database_answer ask(const struct database_target *target,
                           const struct database_question *question);
struct database_answer ask_alembic(struct str url);
/* What a target and a question both leave out of the test. */
struct str ids_of(const struct database_rows *rows); /* joined by commas */

#define ASSERT_STR(actual, expected)                                                               \
    do {                                                                                           \
        struct str actual_ = (actual), expected_ = (expected);                                     \
        cr_assert(str_eq(actual_, expected_), "got:      " STR_FMT "\nexpected: " STR_FMT,         \
                  STR_ARG(actual_), STR_ARG(expected_));                                           \
    } while (0)
#define ASSERT_TEXT(actual, expected) ASSERT_STR(actual, str_from(expected))
#define ASSERT_HAS(actual, part)                                                                   \
    do {                                                                                           \
        struct str actual_ = (actual);                                                             \
        cr_assert(str_contains(actual_, str_from(part)), "got: " STR_FMT "\nwithout: %s",          \
                  STR_ARG(actual_), (part));                                                       \
    } while (0)
#define ASSERT_LACKS(actual, part)                                                                 \
    do {                                                                                           \
        struct str actual_ = (actual);                                                             \
        cr_assert_not(str_contains(actual_, str_from(part)), "got: " STR_FMT "\nwith: %s",         \
                      STR_ARG(actual_), (part));                                                   \
    } while (0)

#endif
