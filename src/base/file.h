/* file.h -- paths and whole files.
 *
 * Paths are views without NUL; `cwd` arguments are absolute. Nothing here follows a rule of the shell.
 */
#ifndef HOOKCHECK_BASE_FILE_H
#define HOOKCHECK_BASE_FILE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* FILE_UNKNOWN: it may be there, and cannot be looked at (no permission on the way, links that go round). */
enum file_kind { FILE_ABSENT = 0, FILE_REGULAR, FILE_DIRECTORY, FILE_OTHER, FILE_UNKNOWN };

/* What stands there, following symbolic links. */
enum file_kind file_kind(struct arena *arena, struct str path);
/* The whole file, NUL-terminated behind its length. Fails: absent (ERR_NOT_FOUND), larger than maximum (ERR_LIMIT),
 * not a regular file (ERR_INPUT), anything else (ERR_SYSTEM). */
MUST_CHECK bool file_read(struct arena *arena, struct str path, size_t maximum,
                          struct str *ret_bytes, struct err *e);
/* Everything from a descriptor up to maximum; *ret_whole says whether its end was reached. EINTR is retried. */
MUST_CHECK bool file_read_descriptor(struct arena *arena, int fd, size_t maximum,
                                     struct str *ret_bytes, bool *ret_whole, struct err *e);
/* All bytes, or an error; EINTR and short writes are retried. */
MUST_CHECK bool file_write_descriptor(int fd, struct str bytes, struct err *e);
/* Temporary file beside it, fsync, rename, fsync of the directory. Symbolic links are followed first. */
MUST_CHECK bool file_write_atomically(struct arena *arena, struct str path, struct str bytes,
                                      unsigned mode, struct err *e);
/* mkdir -p. */
MUST_CHECK bool file_make_directories(struct arena *arena, struct str path, unsigned mode,
                                      struct err *e);

/* Names in a directory, sorted bytewise, without "." and "..". */
struct strs;
MUST_CHECK bool file_list(struct arena *arena, struct str path, struct strs *ret_names,
                          struct err *e);

/* Lexical: joins, then removes ".", "..", and doubled slashes; an absolute `path` ignores `base`. */
struct str path_join(struct arena *arena, struct str base, struct str path);
/* "base/name", where "" is the root and neither has anything to resolve. */
struct str path_below(struct arena *arena, struct str base, struct str name);
size_t path_depth(struct str path); /* parts: "" has 0, "a/b" 2 */
/* Where its links lead; the path itself where it cannot be followed. */
struct str path_real(struct arena *arena, struct str path);
struct str path_base_name(struct str path);
struct str path_directory(struct str path); /* "." when there is no slash */
struct str path_parent(struct str path);    /* of a path in a tree: "" when there is no slash */
bool path_is_absolute(struct str path);
/* `path` seen from `base`, when it lies in it: "a/b"; "" when equal; false otherwise. Both absolute and normalised. */
bool path_relative(struct str base, struct str path, struct str *ret_relative);

#endif
