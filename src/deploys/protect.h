/* protect.h -- what a command or an edit would do to the gate itself, and to what the trackers have recorded.
 *
 * In:    rows of patterns/protect (patterns/README.md describes them), the calls that the recogniser meets, the edits that hosts announce.
 * Out:   tampers. One by a rule says all there is to say. One of a file says which file would change and how; whether anything is lost by it is
 *        judged by who reads the file (src/gate/protect.h): here only names are looked at.
 * Fails: as deploys.h.
 *
 * Invariants:
 * 1. Reading is never tampering: only what is written, removed or left out.
 * 2. A call that names nothing of ours costs a look-up of its program's name, and opens no file.
 * 3. Commands that run elsewhere (ssh, containers) touch none of our files; what they record in a database still counts.
 */
#ifndef HOOKCHECK_DEPLOYS_PROTECT_H
#define HOOKCHECK_DEPLOYS_PROTECT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/door.h"
#include "base/err.h"
#include "base/json.h"
#include "base/request.h"
#include "base/vec.h"

#define TAMPERS_MAX 64u
/* Rules of files that only count where a configuration takes them over. */
#define RULE_GIT_INCLUDED "git-included"
#define RULE_LEFTHOOK_EXTENDED "lefthook-extended"
/* Before the revision of `git reset --hard`: what is tracked, and not in it, goes. */
#define RESET_TO "reset "
/* Before the revision of `git revert`: what it has changed is as it was before it. */
#define REVERTED "revert "
/* Among the options of `git clean`: the same text has taken the file out of the index. */
#define CLEAN_FORGOTTEN " --forgotten"

enum tamper_kind {
    TAMPER_RULE = 0, /* a rule names it: git push --no-verify */
    TAMPER_STAMP,    /* a rule: recorded without being run */
    TAMPER_FILE,     /* `path` would change */
};
/* What would become of the file. */
enum tamper_change {
    CHANGE_REMOVED = 0,
    CHANGE_REPLACED, /* with `text`, if has_text; else with what is not known */
    CHANGE_APPENDED,
    CHANGE_EDITED, /* by `edits`, in their order; none: not known how */
    CHANGE_MODE,   /* it could not be run any more */
};
/* Who judges a file's change. */
enum tamper_judge {
    JUDGE_CONFIGURATION = 0,
    JUDGE_SETTINGS,  /* an agent's registration, JSON */
    JUDGE_HOOK,      /* shell text that git starts, or its manager's configuration */
    JUDGE_GIT,       /* git's own configuration */
    JUDGE_DIRECTORY, /* that holds some of these */
    JUDGE_OWN,       /* state and programs: nothing in them is for others to change */
};

struct tamper {
    enum tamper_kind kind;
    struct str rule;          /* "git-push-no-verify", "hookcheck-configuration" */
    struct str says, instead; /* of the rule: why it matters; what to do. May be empty */
    struct str command;       /* canonical line, secrets masked; of an edit: the tool */
    struct str directory;     /* absolute */
    struct strs trail;        /* as of a deploy */
    enum tamper_judge judge;  /* the rest: TAMPER_FILE */
    enum tamper_change change;
    struct str path;   /* absolute */
    struct strs holds; /* JUDGE_DIRECTORY: files in it that could be ours */
    bool has_text;
    struct str text; /* what the file would hold; of a rule: the value of its variable */
    struct str
        revision; /* of git: the text is what the file holds there; of a file that is removed: the options of `git clean`, or RESET_TO and a revision */
    struct edit_steps edits;
};
VEC_DEFINE(tampers, struct tamper);

/* One JSON array; with_texts: for the supervised child, else for people and the audit trail, which get no contents. */
void tampers_write_json(struct buf *out, const struct tampers *tampers, bool with_texts);
MUST_CHECK bool tampers_read_json(struct arena *arena, const cJSON *array,
                                  struct tampers *ret_tampers, struct err *e);

/* Is this the path of something that may not be changed unseen? Looks at names alone, and at where a symbolic link leads. `state`: hookcheck's
 * state directory. */
bool protect_names_path(struct arena *arena, struct str state, struct str directory,
                        struct str path);
/* Words without which no file that a configuration takes over says anything of hooks; of an edit's request, before it is read. */
bool protect_may_speak_of_hooks(struct arena *arena, struct str text);
/* The edit of one file that a host announced: at most one tamper. */
void protect_edit(struct arena *arena, struct str state, const struct request *request,
                  struct str path, const struct request_edit *edit, struct tampers *ret_tampers);

/* Words that make an unreadable request suspicious, for door_add_words. */
struct door_words protect_words(void);

#endif
