/* buf.h -- text that grows, with its maximum given at birth.
 *
 * Past the maximum nothing more is added and `truncated` is set; nothing else fails.
 */
#ifndef HOOKCHECK_BASE_BUF_H
#define HOOKCHECK_BASE_BUF_H

#include "base/arena.h"
#include "base/str.h"

struct buf {
    struct arena *arena;
    char *bytes; /* always NUL-terminated once something was added */
    size_t length;
    size_t capacity;
    size_t maximum;
    bool truncated;
};

struct buf buf_new(struct arena *arena, size_t maximum);
void buf_add(struct buf *buf, struct str s);
void buf_add_byte(struct buf *buf, char byte);
void buf_printf(struct buf *buf, const char *format, ...) PRINTF_LIKE(2, 3);
struct str buf_str(const struct buf *buf);

#endif
