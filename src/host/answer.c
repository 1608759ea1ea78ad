#include "base/buf.h"
#include "host/host.h"

#include "base/json.h"

#define ANSWER_MAX ((size_t)64 << 10)

struct str host_name(enum host_kind host)
{
    static const struct str names[] = {
        [HOST_UNKNOWN] = STR_INIT("unknown"),
        [HOST_CLAUDE] = STR_INIT("claude"),
        [HOST_CODEX] = STR_INIT("codex"),
        [HOST_COPILOT] = STR_INIT("copilot"),
        [HOST_GEMINI] = STR_INIT("gemini"),
        [HOST_CURSOR] = STR_INIT("cursor"),
        [HOST_ANTIGRAVITY] = STR_INIT("antigravity"),
        [HOST_OPENCODE] = STR_INIT("opencode"),
        [HOST_KIMI] = STR_INIT("kimi"),
        [HOST_DRY_RUN] = STR_INIT("dry-run"),
        [HOST_GIT] = STR_INIT("git"),
    };

    return names[(unsigned)host < COUNT_OF(names) ? host : HOST_UNKNOWN];
}

struct str host_allow_answer(enum host_kind host)
{
    switch (host) {
    case HOST_GEMINI:
    case HOST_CURSOR:
        return STR("{}\n");
    case HOST_ANTIGRAVITY:
        return STR("{\"decision\":\"allow\"}\n");
    default:
        return STR("");
    }
}

struct str host_block_answer(struct arena *arena, enum host_kind host, struct str reasons)
{
    struct buf out = buf_new(arena, 2 * ANSWER_MAX);

    if (host != HOST_ANTIGRAVITY && host != HOST_CURSOR)
        return STR("");
    /* A hook of Cursor's that answers with anything but its schema blocks too, but then nobody learns why. */
    if (host == HOST_CURSOR)
        buf_add(&out,
                STR("{\"permission\":\"deny\",\"user_message\":\"hookcheck blocked this call\","
                    "\"agent_message\":"));
    else
        buf_add(&out, STR("{\"decision\":\"deny\",\"reason\":"));
    /* Every byte may become six; what does not fit is cut before it is quoted, so that the JSON always ends. */
    json_write_string(&out, str_prefix(reasons, ANSWER_MAX / 6));
    buf_add(&out, STR("}\n"));
    return buf_str(&out);
}
