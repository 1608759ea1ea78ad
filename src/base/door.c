#include "base/door.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/process.h"

/* Read by signal handlers, therefore static and plain. */
static const char *door_name;
static const char *volatile watched_bytes;
static volatile size_t watched_length;
static volatile sig_atomic_t recognised;
static volatile sig_atomic_t leaving;
static struct door_words word_lists[5];
static volatile size_t word_list_count;
static bool first_bytes[256]; /* lower case: a listed word begins with it */

/* How long a reader of ours that does not read may hold us up, where writing does not wait by itself. */
#define LISTENER_MS 1000

static void say_bytes(const char *text, size_t length)
{
    while (length) {
        struct pollfd listener = {.fd = STDERR_FILENO, .events = POLLOUT};
        ssize_t written = write(STDERR_FILENO, text, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0 && errno == EAGAIN && poll(&listener, 1, LISTENER_MS) > 0)
            continue;
        if (written <= 0)
            return; /* nobody listens: the exit status still speaks */
        text += written;
        length -= (size_t)written;
    }
}

/* Names of files, revisions and tools come from anybody, and what we say is shown on terminals. */
static void say(const char *text, size_t length)
{
    struct str whole = {text, length};
    size_t from = 0, bytes;

    for (size_t at = 0; at < length; at += bytes) {
        bool control;
        bytes = str_character(whole, at, &control);
        if (!control || text[at] == '\n' || text[at] == '\t')
            continue;
        say_bytes(text + from, at - from);
        say_bytes("?", 1);
        from = at + bytes;
    }
    say_bytes(text + from, length - from);
}

static void say_line(const char *first, const char *second)
{
    char line[512];
    size_t length = 0;
    const char *parts[] = {door_name ? door_name : "hookcheck", ": ", first, second, "\n"};

    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        size_t part = strlen(parts[i]);
        if (part > sizeof line - length)
            part = sizeof line - length;
        memcpy(line + length, parts[i], part);
        length += part;
    }
    say(line, length);
}

static bool is_word_byte(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '_' || byte == '-' || byte == '.';
}

static bool same_nocase(const char *a, const char *b, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        char left = a[i], right = b[i];
        if (left >= 'A' && left <= 'Z')
            left = (char)(left + 32);
        if (right >= 'A' && right <= 'Z')
            right = (char)(right + 32);
        if (left != right)
            return false;
    }
    return true;
}

static unsigned char lower_of(char byte)
{
    return (unsigned char)(byte >= 'A' && byte <= 'Z' ? byte + 32 : byte);
}

/* Is one of the listed words here, up to the next boundary? */
static bool part_is_listed(const char *part, size_t left)
{
    for (size_t l = 0; l < word_list_count; l++)
        for (size_t i = 0; i < word_lists[l].count; i++) {
            const char *listed = word_lists[l].items[i];
            if (lower_of(listed[0]) != lower_of(part[0]))
                continue;
            size_t want = strlen(listed);
            if (want <= left && (want == left || strchr("-_.", part[want])) &&
                same_nocase(part, listed, want))
                return true;
        }
    return false;
}

/* A word that is one of the list's, or that has one as a part between '-', '_' and '.' ("deploy-prod", "deploy.sh"). Megabytes of one
 * byte are one word or millions of parts: the table of first bytes keeps both quick. */
static bool word_is_listed(const char *word, size_t length)
{
    for (size_t at = 0; at < length; at++)
        if (first_bytes[lower_of(word[at])] &&
            (at == 0 || word[at - 1] == '-' || word[at - 1] == '_' || word[at - 1] == '.') &&
            part_is_listed(word + at, length - at))
            return true;
    return false;
}

bool door_has_word(struct str raw)
{
    size_t at = 0;

    /* Here and not in door_add_words: most runs never look. */
    for (size_t l = 0; l < word_list_count; l++)
        for (size_t i = 0; i < word_lists[l].count; i++)
            first_bytes[lower_of(word_lists[l].items[i][0])] = true;
    while (at < raw.length) {
        if (raw.bytes[at] == '\\' && at + 1 < raw.length) {
            if (raw.bytes[at + 1] == 'u')
                return true; /* may spell anything */
            at += 2;         /* the n of \n is not part of a word */
            continue;
        }
        if (!is_word_byte(raw.bytes[at])) {
            at++;
            continue;
        }
        size_t end = at;
        while (end < raw.length && is_word_byte(raw.bytes[end]))
            end++;
        if (word_is_listed(raw.bytes + at, end - at))
            return true;
        at = end;
    }
    return false;
}

static bool fault_blocks(void)
{
    if (recognised)
        return true;
    return door_has_word((struct str){watched_bytes, watched_length});
}

/* What the sentence before it means, and the way out. */
static const char unread[] =
    "  it was not checked, and a word in it may be a deploy's\n"
    "  next step: call again; if it stays so, a person runs hookcheck doctor\n";

NO_RETURN void door_fault(const char *why)
{
    if (leaving)
        _exit(2); /* a fault while reporting a fault */
    leaving = 1;
    int status = !door_name ? 1 : fault_blocks() ? 2 : 0;
    if (status == 0)
        say_line("not checked, let through (no deploy word in the request): ", why);
    else
        say_line(status == 2 ? "blocked: " : "", why);
    if (status == 2 && !recognised)
        say(unread, sizeof unread - 1);
    process_abandon();
    _exit(status);
}

NO_RETURN void door_memory(void)
{
    door_fault("out of memory");
}

static const struct {
    int number;
    const char *words;
} signals[] = {
    {SIGSEGV, "internal error (SIGSEGV)"}, {SIGBUS, "internal error (SIGBUS)"},
    {SIGILL, "internal error (SIGILL)"},   {SIGFPE, "internal error (SIGFPE)"},
    {SIGABRT, "internal error (SIGABRT)"}, {SIGSYS, "internal error (SIGSYS)"},
    {SIGTERM, "stopped by SIGTERM"},       {SIGXCPU, "processor time used up (SIGXCPU)"},
    {SIGHUP, "stopped by SIGHUP"},         {SIGINT, "stopped by SIGINT"},
    {SIGALRM, "stopped by SIGALRM"},       {SIGQUIT, "stopped by SIGQUIT"},
    {SIGTRAP, "internal error (SIGTRAP)"}, {SIGUSR1, "stopped by SIGUSR1"},
    {SIGUSR2, "stopped by SIGUSR2"},       {SIGVTALRM, "stopped by SIGVTALRM"},
    {SIGPROF, "stopped by SIGPROF"},       {SIGIO, "stopped by SIGIO"},
#ifdef SIGPWR
    {SIGPWR, "stopped by SIGPWR"},
#endif
#ifdef SIGSTKFLT
    {SIGSTKFLT, "stopped by SIGSTKFLT"},
#endif
};

static void on_signal(int number)
{
    for (size_t i = 0; i < COUNT_OF(signals); i++)
        if (signals[i].number == number)
            door_fault(signals[i].words);
    door_fault("stopped by a signal");
}

void door_open(const char *name)
{
    /* A stack overflow is a SIGSEGV without stack: the handler needs its own. */
    static char stack[64 << 10];
    stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_ONSTACK | SA_NODEFER};
    sigset_t none;

    door_name = name;
    sigaltstack(&alternate, NULL);
    for (size_t i = 0; i < COUNT_OF(signals); i++)
        sigaction(signals[i].number, &action, NULL);
    /* A closed pipe and a file past `ulimit -f` are errors of the call that meets them, not the end of the process. */
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
    sigaction(SIGXFSZ, &action, NULL);
    /* A host may hand its mask down: with SIGALRM blocked nothing would end a hook that waits. */
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

void door_thread_begin(struct door_thread *thread)
{
    stack_t own = {.ss_sp = thread->stack, .ss_size = sizeof thread->stack};

    thread->before = (stack_t){.ss_flags = SS_DISABLE};
    sigaltstack(&own, &thread->before);
}

void door_thread_end(const struct door_thread *thread)
{
    sigaltstack(&thread->before, NULL);
}

void door_watch(struct str raw)
{
    /* A signal may come between any two of these: bytes that were watched before stay so. */
    if (watched_bytes != raw.bytes)
        watched_length = 0;
    watched_bytes = raw.bytes;
    watched_length = raw.length;
}

void door_add_words(struct door_words words)
{
    if (word_list_count == COUNT_OF(word_lists))
        door_fault("too many lists of deploy words");
    word_lists[word_list_count] = words;
    word_list_count++;
}

void door_deploy_recognised(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_ONSTACK | SA_NODEFER};

    /* Not at the start: thirty system calls before every harmless command. */
    for (int number = SIGRTMIN; number <= SIGRTMAX; number++)
        sigaction(number, &action, NULL);
    recognised = 1;
}

NO_RETURN void door_leave(enum door_decision decision, struct str text)
{
    leaving = 1;
    if (text.length)
        say(text.bytes, text.length);
    _exit(decision == DOOR_ALLOW ? 0 : 2);
}

NO_RETURN void door_leave_printing(struct str text)
{
    struct err ignored = ERR_NONE;

    (void)!file_write_descriptor(STDOUT_FILENO, text, &ignored);
    door_leave(DOOR_ALLOW, STR(""));
}
