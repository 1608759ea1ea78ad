/* document.h -- the question that the light hook hands to its supervised child: the request, the deploys and what would touch the gate itself, as one JSON
 * document. The child answers with the SHA-256 of these bytes, so that no old or foreign answer can let a call through.
 */
#ifndef HOOKCHECK_DEPLOYS_DOCUMENT_H
#define HOOKCHECK_DEPLOYS_DOCUMENT_H

#include "deploys/deploys.h"

/* Request, deploys with long trails, and JSON's escapes. */
#define DOCUMENT_MAX ((size_t)REQUEST_MAX * 8)

struct document {
    struct request request; /* without `raw`; `host` stays HOST_UNKNOWN when read: see host_name */
    struct str host_name;
    struct deploys deploys;
    struct tampers tampers;
    uint64_t deadline_ms; /* what is left for the answer, from its receipt */
};

/* False (ERR_LIMIT) when it would be larger than DOCUMENT_MAX. */
MUST_CHECK bool document_write(struct arena *arena, const struct document *document,
                               struct str *ret_bytes, struct err *e);
MUST_CHECK bool document_read(struct arena *arena, struct str bytes, struct document *ret_document,
                              struct err *e);

#endif
