/* row.h -- reading one JSON object strictly: known keys only, right types, messages that name the place. */
#ifndef HOOKCHECK_DEPLOYS_ROW_H
#define HOOKCHECK_DEPLOYS_ROW_H

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/vec.h"

struct row {
    struct arena *arena;
    const cJSON *object;
    struct str file;
    struct str path; /* "rules[3]" */
    struct err *e;
};

/* False with the nearest key in the message when the object has a key that is not among `known` (NULL-terminated). */
MUST_CHECK bool row_open(struct row *row, const char *const *known);
/* A failure at `key` of this row. */
bool row_fail(const struct row *row, const char *key, const char *what);
struct row row_child(const struct row *row, const char *key, int index, const cJSON *object);

MUST_CHECK bool row_text(const struct row *row, const char *key, bool required, struct str *ret);
MUST_CHECK bool row_texts(const struct row *row, const char *key, struct strs *ret);
MUST_CHECK bool row_bool(const struct row *row, const char *key, bool *ret);
MUST_CHECK bool row_count(const struct row *row, const char *key, uint32_t maximum, uint32_t *ret);
/* One of NULL-terminated `choices`; absent: the first. */
MUST_CHECK bool row_choice(const struct row *row, const char *key, const char *const *choices,
                           uint32_t *ret);
/* An array of objects; NULL when absent. */
MUST_CHECK bool row_array(const struct row *row, const char *key, const cJSON **ret);

#endif
