#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct buf buf_new(struct arena *arena, size_t maximum)
{
    return (struct buf){.arena = arena, .maximum = maximum};
}

/* Room for `more` bytes and the final NUL; clips to the maximum and says how many fit. */
static size_t buf_reserve(struct buf *buf, size_t more)
{
    size_t left = buf->maximum - buf->length;

    if (more > left) {
        buf->truncated = true;
        more = left;
    }
    size_t needed = buf->length + more + 1;
    if (needed > buf->capacity) {
        size_t capacity = buf->capacity ? buf->capacity : 128;
        while (capacity < needed)
            capacity *= 2;
        char *bytes = arena_alloc(buf->arena, capacity);
        if (buf->length)
            memcpy(bytes, buf->bytes, buf->length);
        buf->bytes = bytes;
        buf->capacity = capacity;
    }
    return more;
}

void buf_add(struct buf *buf, struct str s)
{
    size_t fits = buf_reserve(buf, s.length);

    if (fits)
        memcpy(buf->bytes + buf->length, s.bytes, fits);
    buf->length += fits;
    buf->bytes[buf->length] = '\0';
}

void buf_add_byte(struct buf *buf, char byte)
{
    buf_add(buf, (struct str){&byte, 1});
}

void buf_printf(struct buf *buf, const char *format, ...)
{
    va_list arguments, again;

    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length > 0) {
        char *text = arena_alloc(buf->arena, (size_t)length + 1);
        vsnprintf(text, (size_t)length + 1, format, again);
        buf_add(buf, (struct str){text, (size_t)length});
    }
    va_end(again);
}

struct str buf_str(const struct buf *buf)
{
    return (struct str){buf->bytes ? buf->bytes : "", buf->length};
}
