/* dump.h -- a configuration as lines of text, for expectations in files. */
#ifndef HOOKCHECK_TESTS_CONFIG_DUMP_H
#define HOOKCHECK_TESTS_CONFIG_DUMP_H

#include "base/buf.h"
#include "config/config.h"

struct str config_dump(struct arena *arena, const struct config *config);

#endif
