/* beside.h -- where the running program stands, and what is installed with it.
 *
 * In:    a file's name.
 * Out:   its path; nobody looks whether it is there.
 * Fails: false: where the program stands is not known, or the path is too long.
 */
#ifndef HOOKCHECK_BASE_BESIDE_H
#define HOOKCHECK_BASE_BESIDE_H

#include "base/base.h"

#define PROGRAM_PATH_MAX 4096u

bool program_beside(const char *file, char ret_path[PROGRAM_PATH_MAX]);

#endif
