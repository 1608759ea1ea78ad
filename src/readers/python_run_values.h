/* python_run_values.h -- what python_run.c works with: truths, numbers, texts of ASCII, lists; and the methods of texts. */
#ifndef HOOKCHECK_READERS_PYTHON_RUN_VALUES_H
#define HOOKCHECK_READERS_PYTHON_RUN_VALUES_H

#include "base/str.h"
#include "base/vec.h"

enum value_kind { VALUE_NONE = 0, VALUE_TRUTH, VALUE_NUMBER, VALUE_TEXT, VALUE_LIST };

VEC_DEFINE(values, struct value);
struct value {
    enum value_kind kind;
    int64_t number;
    struct str text;
    struct values *list;
};

/* All of these: false, when Python would raise, or the value would be too large. */
bool run_truth(bool holds, struct value *ret);
bool run_number(int64_t amount, struct value *ret);
bool run_text(struct str bytes, struct value *ret);
bool run_list(struct arena *arena, struct value *ret);
bool run_add(struct arena *arena, struct value list, struct value item);
bool run_is_number(struct value value);
/* Does it count as true? */
bool run_holds(struct value value);
/* A list as it is, a text as the list of its characters. */
bool run_items(struct arena *arena, struct value value, struct value *ret);

/* s.lower(), s.strip("_"), s.replace("a", "b"), s.join(list): a method with up to two arguments. */
bool run_method(struct arena *arena, struct str name, struct str s, const struct value *given,
                size_t count, struct value *ret);
/* re.split, re.findall, without groups in the pattern. */
bool run_matches(struct arena *arena, struct str pattern, struct str s, bool split,
                 struct value *ret);

#endif
