/* audit_files.h -- the files of the trail (private to src/gate). Layout: audit.h. */
#ifndef HOOKCHECK_GATE_AUDIT_FILES_H
#define HOOKCHECK_GATE_AUDIT_FILES_H

#include "gate/audit.h"

#define AUDIT_CURRENT "audit.jsonl"
#define AUDIT_FIRST "0000000000000000000000000000000000000000000000000000000000000000"

struct str audit_directory(struct arena *arena, struct str state);
/* Rotated files, oldest first (base names). An absent directory is an empty list. */
MUST_CHECK bool audit_rotated(struct arena *arena, struct str directory, struct strs *ret_names,
                              struct err *e);
/* The digest kept in a small file of the directory ("head", "removed"); STR_NONE when there is none. */
MUST_CHECK bool audit_read_digest(struct arena *arena, struct str directory, const char *name,
                                  struct str *ret_digest, struct err *e);
/* Waits for the lock until clock_ms() passes deadline_ms. The descriptor holds it until closed. */
MUST_CHECK bool audit_lock(struct arena *arena, struct str directory, uint64_t deadline_ms,
                           int *ret_fd, struct err *e);
/* The last whole line of a file and what follows it. *ret_line is STR_NONE when there is none; *ret_end is the offset behind its line feed. */
MUST_CHECK bool audit_last_line(struct arena *arena, int fd, struct str *ret_line,
                                uint64_t *ret_end, struct str *ret_torn, struct err *e);
void audit_close(int *fd);
#define AUDIT_FD(name) CLEANUP_WITH(audit_close) int name = -1

#endif
