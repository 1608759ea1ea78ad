#include <criterion/criterion.h>
#include <string.h>

#include "base/json.h"
#include "host/host.h"

Test(host, larger_than_the_limit_is_refused_unparsed)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct request request = {0};
    struct err e = ERR_NONE;
    size_t length = (size_t)16 << 20;
    char *bytes = arena_alloc(&arena, length);

    memset(bytes, ' ', length);
    memcpy(bytes, "{}", 2);
    cr_assert_not(host_parse_request(&arena, str_of(bytes, length), STR("/own"), &request, &e));
    cr_assert_eq(e.kind, ERR_LIMIT);
    cr_assert_str_eq(e.message, "request: larger than 4194304 bytes");
}

Test(host, a_request_of_exactly_the_limit_is_read)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct request request = {0};
    struct err e = ERR_NONE;
    static const char head[] =
        "{\"tool_name\":\"Bash\",\"cwd\":\"/r\",\"tool_input\":{\"command\":\"# ";
    char *bytes = arena_alloc(&arena, REQUEST_MAX);

    memset(bytes, 'x', REQUEST_MAX);
    memcpy(bytes, head, sizeof head - 1);
    memcpy(bytes + REQUEST_MAX - 3, "\"}}", 3);
    cr_assert(host_parse_request(&arena, str_of(bytes, REQUEST_MAX), STR("/own"), &request, &e),
              "%s", e.message);
    cr_assert(request.runs_shell);
    cr_assert_eq(request.command.length, REQUEST_MAX - (sizeof head - 1) - 3 + 2);
}

Test(host, every_prefix_of_a_message_is_refused)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct str whole = STR("{\"hook_event_name\":\"PreToolUse\",\"tool_name\":\"Bash\","
                           "\"tool_input\":{\"command\":\"npx sst deploy\"},\"cwd\":\"/r\"}");

    for (size_t length = 0; length < whole.length; length++) {
        struct request request = {0};
        struct err e = ERR_NONE;
        cr_expect_not(
            host_parse_request(&arena, str_prefix(whole, length), STR("/own"), &request, &e), "%zu",
            length);
        cr_expect(str_is_empty(request.raw));
    }
}

Test(host, allowing_says_nothing_but_to_hosts_that_insist)
{
    for (enum host_kind host = HOST_UNKNOWN; host <= HOST_GIT; host++) {
        struct str answer = host_allow_answer(host);
        cr_expect_not(str_contains(answer, STR("permissionDecision")));
        if (host == HOST_GEMINI || host == HOST_CURSOR)
            cr_expect(str_eq(answer, STR("{}\n")));
        else if (host == HOST_ANTIGRAVITY)
            cr_expect(str_eq(answer, STR("{\"decision\":\"allow\"}\n")));
        else
            cr_expect(str_is_empty(answer));
    }
}

Test(host, blocking_answers_are_json_whatever_the_reasons_hold)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct err e = ERR_NONE;
    size_t length = 200000;
    char *reasons = arena_alloc(&arena, length);

    memset(reasons, '\x01', length);
    memcpy(reasons, "a \"b\" \xff\n", 8);
    for (enum host_kind host = HOST_UNKNOWN; host <= HOST_GIT; host++) {
        struct str answer = host_block_answer(&arena, host, str_of(reasons, length));
        if (host != HOST_ANTIGRAVITY && host != HOST_CURSOR) {
            cr_expect(str_is_empty(answer));
            continue;
        }
        JSON_DOCUMENT(document);
        cr_assert(json_parse(&arena, answer, JSON_STRICT, "answer", &document, &e), "%s",
                  e.message);
        bool cursor = host == HOST_CURSOR;
        cr_expect(str_eq(json_string(document, cursor ? "permission" : "decision"), STR("deny")));
        cr_expect(str_starts(json_string(document, cursor ? "agent_message" : "reason"),
                             STR("a \"b\" \xEF\xBF\xBD\n")));
    }
}

Test(host, each_host_has_a_name_of_its_own)
{
    for (enum host_kind a = HOST_UNKNOWN; a <= HOST_GIT; a++)
        for (enum host_kind b = HOST_UNKNOWN; b < a; b++)
            cr_expect_not(str_eq(host_name(a), host_name(b)));
}
