/* protect.h -- would a change to one of our own files lose what guards deploys?
 *
 * In:    tampers (deploys/protect.h). The change is applied in memory to the file as it is now, and judged by what would remain.
 * Out:   reasons `protected` and `stamp`; none for a change that leaves everything at least as strict.
 * Fails: never: what cannot be read or judged is protected.
 *
 * Invariants:
 * 1. A file that is not ours (a hook that starts nothing of ours, settings without our registration) is nobody's concern.
 * 2. A text that cannot be read is ours as far as it says so: it may be mended, and not be replaced by another one.
 * 3. A change that Claude Code's tool itself would refuse (text that is not there) is let through: nothing happens. Tools of other hosts take
 *    text that fits loosely: what they would make of it is not known.
 */
#ifndef HOOKCHECK_GATE_PROTECT_H
#define HOOKCHECK_GATE_PROTECT_H

#include "gate/gate.h"

#define PROTECT_FILE_MAX ((size_t)REQUEST_MAX)

void protect_judge(struct arena *arena, const struct decision_input *input,
                   struct reasons *reasons);

/* --- The judges. Each says in a sentence what would be lost; STR_NONE: nothing. Exposed for tests. --- */
struct protect_change {
    struct str path;
    struct str state; /* where trust is recorded; empty: nowhere */
    bool existed;
    struct str before; /* without carriage returns */
    struct str after;
};
/* `trusted`: of a layer that counts without a person's trust (/etc, the user's own). */
struct str protect_configuration(struct arena *arena, const struct protect_change *change,
                                 bool trusted);
struct str protect_settings(struct arena *arena, const struct protect_change *change);
struct str protect_hook(struct arena *arena, const struct protect_change *change);
struct str protect_manager(struct arena *arena, const struct protect_change *change);
struct str protect_manager_toml(struct arena *arena, const struct protect_change *change);
struct str protect_git(struct arena *arena, const struct protect_change *change);
/* Is it one of the files that git's configuration takes over, in this directory? */
bool protect_git_includes(struct arena *arena, struct str directory, struct str path);
/* What lefthook's configuration extends itself by is laid over our entry there; STR_NONE too where none does. */
struct str protect_manager_extended(struct arena *arena, struct str directory,
                                    const struct protect_change *change);
/* Does the repository's own configuration say so, once, and in this spelling? Words that a shell would quote never do. */
bool protect_git_hooks_path_is(struct arena *arena, struct str directory, struct str value);
/* Is there something of ours in this file, that could be lost? */
bool protect_settings_is_ours(struct arena *arena, struct str text);
bool protect_hook_is_ours(struct arena *arena, struct str path, struct str text);
bool protect_manager_is_ours(struct str path, struct str text);
/* lefthook-local: what it says is laid over our entry in the file beside it. */
bool protect_manager_is_laid_over(struct arena *arena, struct str path);
/* SKIP=black,mypy: are all of these hooks of others, in the configuration of pre-commit that counts in this directory? */
bool protect_manager_skips_others(struct arena *arena, struct str directory, struct str skipped);
/* Is it a hook by which git starts a manager that has our entry? */
bool protect_manager_starts_ours(struct arena *arena, struct str path, struct str text);

/* What an edit of an agent's settings switches off. `ours`: they hold our registration. */
struct str protect_switches(struct arena *arena, const cJSON *before, const cJSON *after,
                            bool ours);
/* What a rule says of a variable that a host sets for its commands; empty: nothing. */
struct str protect_variable_rule(struct arena *arena, struct str name, struct str value);
/* Does the hook itself read it, or what it is started by? */
bool protect_variable_is_ours(struct str name);
/* An agent's settings in TOML: its switches, and registrations that a person has put there. */
struct str protect_toml(struct arena *arena, const struct protect_change *change);

enum protect_after {
    AFTER_UNKNOWN = 0, /* no less than everything could be lost */
    AFTER_KNOWN,
    AFTER_REFUSED, /* the tool itself would: nothing changes */
};

/* What the file holds when git has put it back as it was; `revision`: of a tamper. */
enum protect_after protect_in_revision(struct arena *arena, struct str revision,
                                       struct protect_change *change);
/* Does what removes files take this one? By the revision of a tamper; empty: it names the file itself. */
bool protect_is_taken(struct arena *arena, struct str revision, struct str path);

/* An empty line too. */
bool protect_is_comment(struct str line, char mark);
/* Do two texts differ only in blanks, quotes, brackets, commas and colons? So differ a JSON text that cannot be read and its mended form. */
bool protect_same_words(struct str a, struct str b);

/* As editors of agents take a text: without carriage returns; `quotes`: typographic ones as plain ones. */
struct str protect_plain_text(struct arena *arena, struct str text, bool quotes);
/* What an edit leaves; all steps are of one kind of program. `exactly`: by Claude Code's tools, whose rules are known to the end. */
enum protect_after protect_apply(struct arena *arena, struct str text,
                                 const struct edit_steps *steps, bool exactly,
                                 struct str *ret_text);
/* Does the text grow each time that the steps are taken? Then what it is after a second time has to be judged as well. */
bool protect_puts_in(const struct edit_steps *steps);

#endif
