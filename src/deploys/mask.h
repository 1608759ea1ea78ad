/* mask.h -- what looks like a secret is not shown. Private to src/deploys; deploys_mask() is the public face. */
#ifndef HOOKCHECK_DEPLOYS_MASK_H
#define HOOKCHECK_DEPLOYS_MASK_H

#include "base/arena.h"
#include "base/str.h"

/* Does the name of an option or variable speak of a secret? */
bool mask_names_secret(struct str name);
/* One word: NAME=secret, scheme://user:secret@host, https://TOKEN@host, keys with a known form. */
struct str mask_word(struct arena *arena, struct str word);
/* The value of an option: hidden when the option's name speaks of a secret. */
struct str mask_value(struct arena *arena, struct str option, struct str value);
/* For people: unknown stretches as "…", control bytes as blanks, cut to LINE_SHOWN_MAX. */
struct str mask_shown(struct arena *arena, struct str line);

#endif
