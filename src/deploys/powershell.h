/* powershell.h -- PowerShell text → commands, modestly: statements at ; | && || and newlines, quotes, the call operator, here-strings,
 * backtick escapes, variables that are given literally, and the cmdlets that start others. Private to src/deploys.
 */
#ifndef HOOKCHECK_DEPLOYS_POWERSHELL_H
#define HOOKCHECK_DEPLOYS_POWERSHELL_H

#include "deploys/judge.h"

VEC_DEFINE(statement, struct shell_value);

MUST_CHECK bool powershell_judge(struct recogniser *r, struct shell_state *state,
                                 const struct call *call, struct str text, struct err *e);

/* Verb-Noun. */
bool powershell_is_cmdlet(struct str word);
/* One whose arguments are never commands; its blocks still are. */
bool powershell_is_data(struct str word);

/* Does text that was given as a POSIX shell's look like PowerShell? *ret_certain: like nothing else. */
bool powershell_likely(struct str text, bool *ret_certain);

/* --- powershell_files.c --- */
/* .\scripts\deploy.ps1: a path is a path. */
struct str powershell_path(struct arena *arena, struct str text);
/* Names of cmdlets are known in any case: Publish-AzWebapp. */
struct str powershell_name(const struct pack_tables *tables, struct str name);
/* Remove-Item .git\hooks\pre-push: cmdlets that deploy nothing, but change files. */
MUST_CHECK bool powershell_files(struct recogniser *r, const struct call *call, struct err *e);
/* 'text' > .git/hooks/pre-push */
MUST_CHECK bool powershell_redirections(struct recogniser *r, const struct call *call,
                                        const struct shell_value *words, size_t count,
                                        struct str source, struct err *e);

/* --- powershell_pipe.c: files that one statement lists and another takes away --- */
/* Get-ChildItem: the words of a `find` that comes upon the same. */
bool powershell_listing(struct recogniser *r, struct str directory, const struct shell_value *words,
                        size_t count, struct statement *ret_find);
/* Where-Object: what it leaves. False: the statement is no filter. */
bool powershell_filter(struct recogniser *r, const struct shell_value *words, size_t count,
                       const struct strs *blocks, struct statement *find);
/* Files of ours among them. */
struct strs powershell_found(struct recogniser *r, const struct call *call,
                             const struct statement *find);
/* Remove-Item and its like, given them. */
MUST_CHECK bool powershell_take(struct recogniser *r, const struct call *call,
                                const struct shell_value *words, size_t count,
                                const struct statement *find, struct err *e);

#endif
