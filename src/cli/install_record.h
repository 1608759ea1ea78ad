/* install_record.h -- records of changed files (install.h). Private to install_file.c and install_record.c. */
#ifndef HOOKCHECK_CLI_INSTALL_RECORD_H
#define HOOKCHECK_CLI_INSTALL_RECORD_H

#include "cli/install.h"

/* `old`: what install_recall said of it. `made`: the directories that were made for it just now. */
MUST_CHECK bool install_record_write(struct install *in, const struct install_file *file,
                                     const struct install_change *change,
                                     const struct install_record *old, const struct strs *made,
                                     struct err *e);
/* Where the piece stands, when it does so once; else SIZE_MAX. */
size_t install_find_once(struct str text, struct str piece);

#endif
