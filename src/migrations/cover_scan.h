/* cover_scan.h -- strings, parentheses and names in a text of Python, without a parse (private to cover*.c). */
#ifndef HOOKCHECK_MIGRATIONS_COVER_SCAN_H
#define HOOKCHECK_MIGRATIONS_COVER_SCAN_H

#include "base/arena.h"
#include "base/vec.h"

/* `at` is a quote: behind the literal, its contents in *ret. */
size_t cover_skip_string(struct str text, size_t at, struct str *ret);
/* `at` is an opening parenthesis: behind the closing one. `literals` may be NULL. */
size_t cover_skip_arguments(struct str text, size_t at, struct arena *arena, struct strs *literals);
struct strs cover_literals(struct arena *arena, struct str text);
/* ("…" "…"), (text("…" + "…")): are its literals, one behind the other, all that is said there? */
bool cover_is_literals(struct str arguments);
struct str cover_identifier_before(struct str text, size_t end);
/* Behind `*at`, which then stands behind it; empty: there is none. */
struct str cover_next_word(struct str text, size_t *at);

#endif
