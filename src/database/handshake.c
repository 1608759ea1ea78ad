#include "database/handshake.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <resolv.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/process.h"

/* After its limit a thread that is not stuck has this long to say so. */
#define GRACE_MS 500u

/* Not in an arena: a thread that is left behind must not find it freed. */
struct handshake {
    PGconn *conn;
    PostgresPollingStatusType polling;
    uint64_t limit;
    int wake[2]; /* whoever closes the second end wants the thread to stop */
    bool ended;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t one_ended = PTHREAD_COND_INITIALIZER;
static size_t running;

static bool is_settled(const struct handshake *handshake)
{
    return handshake->polling == PGRES_POLLING_OK || handshake->polling == PGRES_POLLING_FAILED;
}

/* False: the limit is reached, or nobody wants the connection any more. */
static bool wait_for_server(const struct handshake *handshake)
{
    for (;;) {
        uint64_t now = clock_ms();
        uint64_t left = now < handshake->limit ? handshake->limit - now : 0;
        bool reading = handshake->polling == PGRES_POLLING_READING;
        struct pollfd watched[] = {
            {.fd = PQsocket(handshake->conn), .events = reading ? POLLIN : POLLOUT},
            {.fd = handshake->wake[0], .events = POLLIN},
        };
        int ready = poll(watched, 2, left > INT_MAX ? INT_MAX : (int)left);
        if (ready > 0)
            return watched[1].revents == 0;
        if (ready == 0 && left == 0)
            return false;
    }
}

static void *shake_hands(void *argument)
{
    struct handshake *handshake = argument;

    /* A further host of the list is looked up in here: a dead name server must not hold us for half a minute. */
    if (res_init() == 0) {
        _res.retrans = 2;
        _res.retry = 2;
    }
    while (!is_settled(handshake) && wait_for_server(handshake))
        handshake->polling = PQconnectPoll(handshake->conn);
    pthread_mutex_lock(&lock);
    handshake->ended = true;
    running--;
    pthread_cond_broadcast(&one_ended);
    pthread_mutex_unlock(&lock);
    return NULL;
}

/* Signals are for the main thread, whose handlers end children. */
static bool start_thread(struct handshake *handshake)
{
    sigset_t all, before;
    pthread_t thread;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool started = pthread_create(&thread, NULL, shake_hands, handshake) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (started)
        pthread_detach(thread);
    return started;
}

bool handshake_begin(PGconn *conn, PostgresPollingStatusType polling, uint64_t limit,
                     struct handshake **ret_handshake)
{
    struct handshake *handshake = calloc(1, sizeof *handshake);

    if (!handshake)
        return false;
    *handshake = (struct handshake){.conn = conn, .polling = polling, .limit = limit};
    if (pipe2(handshake->wake, O_CLOEXEC) != 0) {
        free(handshake);
        return false;
    }
    pthread_mutex_lock(&lock);
    bool started = start_thread(handshake);
    running += started;
    pthread_mutex_unlock(&lock);
    if (!started) {
        close(handshake->wake[0]);
        close(handshake->wake[1]);
        free(handshake);
        return false;
    }
    *ret_handshake = handshake;
    return true;
}

static struct timespec moment(uint64_t ms)
{
    return (struct timespec){.tv_sec = (time_t)(ms / 1000),
                             .tv_nsec = (long)(ms % 1000) * 1000000L};
}

bool handshake_end(struct handshake **handshake, bool at_once,
                   PostgresPollingStatusType *ret_polling)
{
    struct handshake *one = *handshake;
    uint64_t now = clock_ms();
    struct timespec limit = moment((at_once || one->limit < now ? now : one->limit) + GRACE_MS);

    *handshake = NULL;
    if (at_once)
        close(one->wake[1]);
    pthread_mutex_lock(&lock);
    int waited = 0;
    while (!one->ended && waited == 0)
        waited = pthread_cond_clockwait(&one_ended, &lock, CLOCK_MONOTONIC, &limit);
    bool ended = one->ended;
    pthread_mutex_unlock(&lock);
    if (!ended)
        return false;
    if (!at_once)
        close(one->wake[1]);
    close(one->wake[0]);
    *ret_polling = one->polling;
    free(one);
    return true;
}

void handshakes_wait(void)
{
    libpq_wait();
    pthread_mutex_lock(&lock);
    while (running)
        pthread_cond_wait(&one_ended, &lock);
    pthread_mutex_unlock(&lock);
}
