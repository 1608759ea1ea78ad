#include "host/push_feed.h"

static bool is_id(struct str s)
{
    for (size_t i = 0; i < s.length; i++)
        if (!((s.bytes[i] >= '0' && s.bytes[i] <= '9') || (s.bytes[i] >= 'a' && s.bytes[i] <= 'f')))
            return false;
    return s.length == 40 || s.length == 64;
}

static bool is_ref(struct str s)
{
    for (size_t i = 0; i < s.length; i++)
        if ((unsigned char)s.bytes[i] <= ' ' || s.bytes[i] == 0x7f)
            return false;
    return str_starts(s, STR("refs/")) && s.length > 5;
}

/* The last word of *rest; what stands before it is left. */
static struct str cut_last(struct str *rest)
{
    size_t blank = str_find_last_byte(*rest, ' ');
    struct str word = *rest;

    if (blank == SIZE_MAX) {
        *rest = STR_NONE;
        return word;
    }
    word = str_from_offset(*rest, blank + 1);
    *rest = str_prefix(*rest, blank);
    return word;
}

static bool parse_line(struct str line, bool server, struct push_ref *ret)
{
    if (server) {
        ret->remote_ref = cut_last(&line);
        ret->local_id = cut_last(&line);
        ret->remote_id = line;
    } else {
        /* From the right: what stands first may hold blanks. */
        ret->remote_id = cut_last(&line);
        ret->remote_ref = cut_last(&line);
        ret->local_id = cut_last(&line);
        ret->local_ref = line;
    }
    return is_id(ret->local_id) && is_id(ret->remote_id) && is_ref(ret->remote_ref) &&
           ret->local_id.length == ret->remote_id.length && (server || ret->local_ref.length > 0);
}

bool push_feed_parse(struct arena *arena, struct str bytes, bool server, struct push_refs *ret_refs,
                     struct err *e)
{
    struct push_refs refs = {0};
    struct str line;
    size_t number = 0;

    if (str_has_nul(bytes))
        return err_set(e, ERR_INPUT, "the list of refs holds a NUL byte");
    while (str_next_line(&bytes, &line)) {
        struct push_ref ref = {0};
        number++;
        if (str_is_empty(str_trim(line)))
            continue;
        if (!parse_line(line, server, &ref))
            return err_set(e, ERR_INPUT,
                           "line %zu of the list of refs is not what git writes: %.*s", number,
                           (int)(line.length < 200 ? line.length : 200), line.bytes);
        VEC_PUSH(arena, &refs, ref);
    }
    *ret_refs = refs;
    return true;
}
