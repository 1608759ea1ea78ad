#include "base/halves.h"

#include <pthread.h>

#include "base/door.h"

struct half {
    halves_task *task;
    void *context;
    struct arena arena;
    size_t from, to;
};

static void *do_in_thread(void *argument)
{
    struct half *half = argument;
    struct door_thread thread;

    door_thread_begin(&thread);
    half->task(half->context, &half->arena, half->from, half->to);
    arena_thread_end();
    door_thread_end(&thread);
    return NULL;
}

void halves_do(struct arena *arena, halves_task *task, void *context, size_t count, size_t least)
{
    struct half second = {.task = task,
                          .context = context,
                          .arena = {.budget = arena->budget},
                          .from = count / 2,
                          .to = count};
    pthread_t thread;

    /* Of one thing both would begin with the first. */
    if (count < 2 || count < least || pthread_create(&thread, NULL, do_in_thread, &second) != 0) {
        task(context, arena, 0, count);
        return;
    }
    task(context, arena, 0, count / 2);
    (void)pthread_join(thread, NULL);
    arena_adopt(arena, &second.arena);
}
