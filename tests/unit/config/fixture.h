/* fixture.h -- a directory with a repository, a home, an administrator's file and a state directory. */
#ifndef HOOKCHECK_TESTS_CONFIG_FIXTURE_H
#define HOOKCHECK_TESTS_CONFIG_FIXTURE_H

#include "config/config.h"
#include "config/state.h"

extern char fixture_root[];

void fixture_make(void);
void fixture_remove(void);
struct str fixture_path(struct arena *arena, const char *path);
void fixture_write(const char *path, const char *text);
struct config_options fixture_options(struct arena *arena);
/* The configuration of a directory under the fixture's root. */
struct config fixture_load(struct arena *arena, const char *directory);
/* Trusts the repository's file as it stands. */
void fixture_trust(struct arena *arena);

#define EXPECT_TEXT(is, text)                                                                      \
    do {                                                                                           \
        struct str is_ = (is);                                                                     \
        cr_expect(str_eq(is_, str_from(text)), "is: " STR_FMT, STR_ARG(is_));                      \
    } while (0)

#endif
