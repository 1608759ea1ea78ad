/* doctor_agent.h -- one agent's registrations, as doctor looks at them. Private to doctor_agents.c and doctor_prove.c. */
#ifndef HOOKCHECK_CLI_DOCTOR_AGENT_H
#define HOOKCHECK_CLI_DOCTOR_AGENT_H

#include "cli/doctor.h"

struct looked {
    struct doctor *doctor;
    const struct registration *registration;
    enum registration_scope scope;
    struct str path;
    size_t shells;           /* of our entries that see the shell tool */
    size_t managed;          /* of these, in the administrator's settings */
    size_t edits;            /* and of those that see the editing tools */
    bool plugin;             /* our plugin is enabled */
    struct strs names;       /* what those for the shell tool are called, and start */
    struct strs programs;    /* that they start */
    struct str managed_only; /* the managed file that lets no other hooks run; empty: none */
    struct str managed_off;  /* the managed file that lets no hook run */
};

struct str looked_name(const struct looked *looked);
/* The command that registers it once more. */
struct str looked_again(const struct looked *looked);
/* What brings back a registered program that is not there, or does not answer. */
struct str looked_restore(const struct looked *looked, struct str program);
void looked_problem(struct looked *looked, const char *code, struct str message, struct str hint);

/* --- doctor_switches.c --- */
void looked_switches(struct looked *looked);

/* --- doctor_entry.c --- */
/* One registered handler, and the entry it stands in below `event`. */
void looked_entry(struct looked *looked, const char *event, const cJSON *entry,
                  const cJSON *handler);
/* OpenCode's plugin. */
void looked_plugin(struct looked *looked, struct str text);

/* --- doctor_prove.c --- */
/* Runs the registered command as its host would, with a call that must be stopped and one that must pass. */
void looked_prove(struct looked *looked, struct str command);
/* The same with edits of files. */
void looked_prove_edits(struct looked *looked, struct str command);

#endif
