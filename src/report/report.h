/* report.h -- verdicts and looks as text for people and agents, and as JSON. Colours only when asked. */
#ifndef HOOKCHECK_REPORT_REPORT_H
#define HOOKCHECK_REPORT_REPORT_H

#include "base/buf.h"
#include "gate/gate.h"
#include "gate/push.h"

struct report_style {
    bool color;
    size_t width;   /* columns to wrap at; 0: do not wrap */
    bool for_agent; /* confirm is explained as "have the person run it" */
};

/* The block's reasons as the hook prints them on stderr. Ends with a line feed. */
void report_verdict_text(struct buf *out, const struct verdict *verdict,
                         const struct deploys *deploys, const struct looks *looks,
                         const struct report_style *style);
void report_look_text(struct buf *out, const struct look *look, const struct verdict *verdict,
                      const struct report_style *style);

/* Empty when nothing is to be said: allowed, and no migration travels. `verbose`: what was checked too. */
void report_push_text(struct buf *out, const struct push_result *result, bool verbose,
                      const struct report_style *style);
/* The overrides that count, a line each; nothing when there are none. */
void report_overrides_text(struct buf *out, const struct override_notes *notes);
/* "overrides":[…], left out when there are none. */
void report_overrides_json(struct buf *out, bool *first, const struct override_notes *notes);
/* Without terminal escapes. */
/* Words behind `column` columns of a line; what does not fit into `width` (0: everything does) goes on in lines indented by `hang`. Ends the
 * line. A word longer than the line stays whole, so that paths and commands can be copied. */
void report_hanging(struct buf *out, struct str words, size_t column, size_t hang, size_t width);
struct str report_printable(struct arena *arena, struct str text);

/* One JSON object on one line, without line feed; schemas in install/schema/. */
void report_command_json(struct buf *out, const struct deploys *deploys,
                         const struct tampers *tampers, const struct verdict *verdict,
                         bool offline);
void report_push_json(struct buf *out, const struct push_result *result);
/* "reasons":[…], strictest first. */
void report_reasons_json(struct buf *out, bool *first, const struct reasons *reasons);
void report_status_json(struct buf *out, const struct look *look, const struct verdict *verdict);

#endif
