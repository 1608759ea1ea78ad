/* registration.h -- how each agent's host is told to ask hookcheck-pre-tool-use: which file, where in it, which words.
 *
 * In:    the absolute path of the program.
 * Out:   entries (JSON texts) for a settings file that has other owners too, or the whole text of a file of our own.
 * Source: the hosts' hook references; the form that fails closed on every client version that was tried (README, "In a project").
 */
#ifndef HOOKCHECK_HOST_REGISTRATION_H
#define HOOKCHECK_HOST_REGISTRATION_H

#include "host/settings.h"

#define REGISTRATION_PROGRAM "hookcheck-pre-tool-use"
/* Seconds. Hooks of other guards were killed at 10 and 15 on loaded machines; our own deadline is below this. */
#define REGISTRATION_TIMEOUT 60u

enum registration_scope { SCOPE_PROJECT = 0, SCOPE_LOCAL, SCOPE_USER, SCOPE_MANAGED, SCOPE_COUNT };

struct registration {
    const char *name;    /* "claude" */
    const char *title;   /* "Claude Code" */
    const char *client;  /* the program in PATH that shows that somebody uses it */
    const char *project; /* a directory of the work tree that shows it */
    const char *home;    /* a directory of the home directory that shows it */
    /* Per scope: relative to the work tree, the home directory, or absolute; NULL: the host has none. */
    const char *files[SCOPE_COUNT];
    const char *home_variable; /* names another directory for `home`; may be NULL */
    const char *keys[SETTINGS_PATH_MAX];
    bool comments;     /* the host's reader accepts comments */
    bool own_file;     /* the file is ours alone */
    const char *extra; /* what a new file needs besides */
    const char *note;  /* what a person has to do once; may be NULL */
    bool claude_shape; /* "hooks" as Claude Code reads them: settings_find_faults knows them */
};

extern const struct registration registrations[];
extern const size_t registration_count;

/* A setting with which a host runs no hook, in whatever file of its settings it stands. */
struct off_switch {
    const char *host, *key;
    bool off; /* the value with which no hook runs */
};
extern const struct off_switch off_switches[];
extern const size_t off_switch_count;
/* Lists of hooks that are left out, by their name or their command. */
extern const char *const off_lists[];
extern const size_t off_list_count;
/* "hooksConfig.enabled": a member of a member; NULL when there is none. */
const cJSON *settings_member(const cJSON *document, const char *key);

const struct registration *registration_named(struct str name);
/* What stands in the array; empty for own files that are no JSON. */
struct strs registration_entries(struct arena *arena, const struct registration *registration,
                                 struct str program);
/* The text of a new file. */
MUST_CHECK bool registration_new_file(struct arena *arena, const struct registration *registration,
                                      struct str program, struct str *ret_text, struct err *e);
/* Does this handler start hookcheck-pre-tool-use, of whatever directory? */
bool registration_is_ours(const cJSON *handler);
/* The command line of a handler, under whatever key its host wants it; STR_NONE when there is none. */
struct str registration_command(const cJSON *handler);
/* The first word of a shell command line, unquoted. */
struct str registration_first_word(struct arena *arena, struct str command);
/* As Claude Code reads it: nothing or * is every tool; plain names are compared whole; anything else is a regex, found anywhere. */
bool registration_matcher_takes(struct arena *arena, struct str matcher, struct str tool);

#endif
