#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool err_set(struct err *e, enum err_kind kind, const char *format, ...)
{
    va_list arguments;

    if (err_is_set(e))
        return false;
    e->kind = kind;
    va_start(arguments, format);
    vsnprintf(e->message, sizeof e->message, format, arguments);
    va_end(arguments);
    return false;
}

bool err_errno(struct err *e, const char *format, ...)
{
    int number = errno;
    va_list arguments;

    if (err_is_set(e))
        return false;
    e->kind = number == ENOENT || number == ENOTDIR ? ERR_NOT_FOUND : ERR_SYSTEM;
    va_start(arguments, format);
    int length = vsnprintf(e->message, sizeof e->message, format, arguments);
    va_end(arguments);
    if (length >= 0 && (size_t)length < sizeof e->message)
        snprintf(e->message + length, sizeof e->message - (size_t)length, ": %s", strerror(number));
    return false;
}

bool err_hint(struct err *e, const char *format, ...)
{
    va_list arguments;

    if (e->hint[0])
        return false;
    va_start(arguments, format);
    vsnprintf(e->hint, sizeof e->hint, format, arguments);
    va_end(arguments);
    return false;
}
