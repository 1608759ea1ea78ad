/* cr_str.h -- assertions on views, with both sides in the message. */
#ifndef HOOKCHECK_TESTS_CR_STR_H
#define HOOKCHECK_TESTS_CR_STR_H

#include <criterion/criterion.h>
#include <string.h>

#include "base/str.h"

#define assert_str(actual, expected)                                                               \
    do {                                                                                           \
        struct str actual_ = (actual);                                                             \
        const char *expected_ = (expected);                                                        \
        cr_assert(actual_.length == strlen(expected_) &&                                           \
                      memcmp(actual_.length ? actual_.bytes : "", expected_, actual_.length) == 0, \
                  "expected: %s\nfound:    " STR_FMT, expected_, STR_ARG(actual_));                \
    } while (0)
#define assert_holds(actual, part)                                                                 \
    do {                                                                                           \
        struct str actual_ = (actual);                                                             \
        const char *part_ = (part);                                                                \
        cr_assert(str_contains(actual_, str_from(part_)), "expected in it: %s\nfound: " STR_FMT,   \
                  part_, STR_ARG(actual_));                                                        \
    } while (0)

#endif
