/* fuzz_host -- any bytes as an agent's message: a request or an error, and never both.
 *
 * hookcheck-layers: hc_host
 * Corpus: tests/corpus/hosts
 */
#include <stdlib.h>

#include "base/file.h"
#include "host/host.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct request request = {0};
    struct err e = ERR_NONE;
    struct str raw = str_of((const char *)data, size);
    bool read = host_parse_request(&arena, raw, STR("/own"), &request, &e);

    if (read == err_is_set(&e))
        abort();
    if (!read)
        return 0;
    if (!path_is_absolute(request.cwd) || str_has_nul(request.cwd) || str_has_nul(request.command))
        abort();
    if (!request.runs_shell && request.command.length)
        abort();
    return 0;
}
