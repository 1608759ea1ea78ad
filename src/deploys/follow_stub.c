#include "deploys/follow.h"
#define NONE(name)                                                                                 \
    bool name(struct recogniser *r, struct shell_state *s, const struct call *c,                   \
              const struct line *l, bool *h, struct err *e)                                        \
    {                                                                                              \
        (void)r;                                                                                   \
        (void)s;                                                                                   \
        (void)c;                                                                                   \
        (void)l;                                                                                   \
        (void)h;                                                                                   \
        (void)e;                                                                                   \
        return true;                                                                               \
    }
NONE(just_call) NONE(task_call) NONE(composer_call) NONE(deno_task_call)
