#include "config/config.h"

/* "[a-z]", "[!0-9]": *p at the bracket, then behind its end. One that never ends stands for itself. */
static bool class_holds(struct str pattern, size_t *p, char byte)
{
    size_t at = *p + 1;
    bool negated = at < pattern.length && (pattern.bytes[at] == '!' || pattern.bytes[at] == '^');
    bool held = false;

    at += negated;
    for (size_t first = at; at < pattern.length && (pattern.bytes[at] != ']' || at == first);) {
        unsigned char low = (unsigned char)pattern.bytes[at], high = low;
        if (at + 2 < pattern.length && pattern.bytes[at + 1] == '-' &&
            pattern.bytes[at + 2] != ']') {
            high = (unsigned char)pattern.bytes[at + 2];
            at += 2;
        }
        held = held || ((unsigned char)byte >= low && (unsigned char)byte <= high);
        at++;
    }
    if (at >= pattern.length) {
        ++*p;
        return byte == '[';
    }
    *p = at + 1;
    return held != negated;
}

/* Does what stands at *p take the byte? Then *p is behind it. */
static bool takes(struct str pattern, size_t *p, char byte, bool classes)
{
    size_t at = *p;

    if (at >= pattern.length)
        return false;
    if (classes && pattern.bytes[at] == '[') {
        if (!class_holds(pattern, &at, byte))
            return false;
        *p = at;
        return true;
    }
    if (pattern.bytes[at] != '?' && pattern.bytes[at] != byte)
        return false;
    *p = at + 1;
    return true;
}

/* After a mismatch only the last '*' is tried again. */
static bool matches(struct str pattern, struct str text, bool classes)
{
    size_t p = 0, t = 0, star = SIZE_MAX, retry = 0;

    while (t < text.length) {
        if (p < pattern.length && pattern.bytes[p] == '*') {
            star = p++;
            retry = t;
        } else if (takes(pattern, &p, text.bytes[t], classes)) {
            t++;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            t = ++retry;
        } else {
            return false;
        }
    }
    while (p < pattern.length && pattern.bytes[p] == '*')
        p++;
    return p == pattern.length;
}

bool glob_matches(struct str pattern, struct str text)
{
    return matches(pattern, text, false);
}

bool ref_glob_matches(struct str pattern, struct str text)
{
    return matches(pattern, text, true);
}
