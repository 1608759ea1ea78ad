/* protect_write.h -- which of our files would a program write that is given these words? Private to src/deploys.
 *
 * In:    a writer's row (patterns/protect), the call, its line.
 * Out:   tampers: one for each path of ours.
 * Fails: TAMPERS_MAX.
 */
#ifndef HOOKCHECK_DEPLOYS_PROTECT_WRITE_H
#define HOOKCHECK_DEPLOYS_PROTECT_WRITE_H

#include "deploys/judge.h"

struct write {
    enum tamper_change change;
    struct str directory;
    struct str shown; /* the command; empty: that of `call` and `line` */
    const struct call *call;
    const struct line *line;
    struct regex *when; /* of the writer's row; NULL: always */
    bool has_text;
    struct str text;
    struct str revision;
    struct edit_steps edits;
};

/* Without a stretch that is not knowable? */
bool protect_is_known(struct str text);
/* hookcheck's state directory, asked for once. */
struct str protect_state(struct recogniser *r);
MUST_CHECK bool protect_report(struct recogniser *r, struct tamper tamper, struct err *e);

/* The work tree around a directory; itself when there is none. */
struct str protect_root(struct recogniser *r, struct str directory);
/* The directories of ours in the work tree that a path could be whose beginning is not known: "$GIT_DIR/hooks". */
void protect_guess_places(struct recogniser *r, struct str directory, struct str path,
                          struct strs *places);
/* Reports the path if it is one of ours. */
MUST_CHECK bool protect_write(struct recogniser *r, const struct write *write, struct str path,
                              struct err *e);
MUST_CHECK bool protect_write_operands(struct recogniser *r, const struct protect_writer *writer,
                                       const struct write *write, const struct line *line,
                                       struct err *e);
MUST_CHECK bool protect_write_options(struct recogniser *r, const struct protect_writer *writer,
                                      const struct write *write, struct err *e);
/* An archive's files go there: into a directory of ours, over what it holds. What they are called is not known; elsewhere none is ours. */
MUST_CHECK bool protect_write_extracted(struct recogniser *r, const struct write *write,
                                        struct str path, struct err *e);
MUST_CHECK bool protect_write_patched(struct recogniser *r, const struct call *call,
                                      struct write *write, const struct line *line, struct err *e);
/* git config include.path FILE */
MUST_CHECK bool protect_write_include(struct recogniser *r, const struct call *call,
                                      struct write *write, const struct line *line, struct err *e);
/* git checkout REVISION -- PATH… */
MUST_CHECK bool protect_write_revision(struct recogniser *r, const struct call *call,
                                       struct write *write, const struct line *line, struct err *e);
/* Files that become what they are in write->revision: those that the pathspecs take, told from write->directory. */
MUST_CHECK bool protect_write_restored(struct recogniser *r, const struct write *write,
                                       const struct strs *paths, struct err *e);
/* tar x, unzip: named members, and what `git archive` has put in. */
MUST_CHECK bool protect_write_archive(struct recogniser *r, const struct call *call,
                                      struct write *write, const struct line *line, struct err *e);
/* sed -n 'w FILE', sed '1e COMMAND' */
MUST_CHECK bool protect_write_script(struct recogniser *r, const struct call *call,
                                     struct write *write, const struct line *line, struct err *e);
/* curl -O ADDRESS, -o FILE; wget */
MUST_CHECK bool protect_write_download(struct recogniser *r, const struct call *call,
                                       struct write *write, const struct line *line, struct err *e);
/* `tar xzfC FILE DIRECTORY` as `tar -x -z -f FILE -C DIRECTORY`; `curl -sSLo FILE` as `curl -s -S -L -o FILE`; other calls as they are. */
struct call protect_spelt_out(struct recogniser *r, const struct pack_program *program,
                              const struct call *call, const struct line *line);
/* `git archive -o FILE`, `git archive > FILE`: what is in the file then. */
void protect_archive_remember(struct recogniser *r, const struct shell_command *command);
/* Do the pathspecs, told from the directory, take the path? */
bool protect_pathspecs_take(struct recogniser *r, struct str directory, const struct strs *paths,
                            struct str path);
/* git rm --cached, git add: remembered for a `git clean` that follows. */
void protect_note_index(struct recogniser *r, const struct call *call, const struct line *line);
/* git clean -fdx */
MUST_CHECK bool protect_write_clean(struct recogniser *r, const struct call *call,
                                    struct write *write, const struct line *line, struct err *e);
/* Does the text hold a name of ours at all? */
bool protect_text_has_name(const struct protect_tables *t, struct str text);
/* Code of another language, each variable that was given a path of ours replaced by it. */
struct str protect_code_with_values(struct recogniser *r, struct str text);
/* The same, what it takes from its environment, its arguments and the home directory put in as literals; what is not known as SHELL_UNKNOWN. */
struct str protect_code_from_outside(struct recogniser *r, const struct call *call,
                                     struct str text);
/* Does the text end in the middle of a string? By the quotes on its last line. */
bool protect_code_is_quoted(struct str text);
/* The value in the place of the code from *at to `to`: as it is within a string (f"{…}", `${…}`), else between `before` and `after`. */
void protect_code_put(struct buf *out, struct str text, size_t *at, size_t to, struct str value,
                      const char *before, const char *after);
/* What sed -i and perl -pi do to their files; none: more than can be told. */
void protect_sed_steps(struct recogniser *r, const struct call *call, struct edit_steps *ret_steps);
enum edit_syntax { EDIT_BASIC = 0, EDIT_EXTENDED, EDIT_PERL };
/* sed's script, or perl's; false: it does more than steps say. */
bool protect_sed_read(struct recogniser *r, struct str script, enum edit_syntax syntax,
                      struct edit_steps *steps);
/* What is written, where the call's words or its input say so. */
void protect_find_text(struct recogniser *r, const struct call *call, const struct line *line,
                       struct write *write);

#endif
