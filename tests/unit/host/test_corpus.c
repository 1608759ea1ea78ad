/* Each tests/corpus/hosts/NAME.json is parsed; NAME.expect is what comes out. HOOKCHECK_WRITE_EXPECTATIONS=1 writes the files anew, to be
 * read before they are committed. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/json.h"
#include "base/vec.h"
#include "host/host.h"

#define CORPUS TESTS_DIRECTORY "/corpus/hosts"

static void add_text(struct buf *out, const char *name, struct str text)
{
    buf_printf(out, "%s: ", name);
    json_write_string(out, text);
    buf_add_byte(out, '\n');
}

/* The files that an editing tool would change, and how. */
static void describe_edit(struct arena *arena, struct buf *out, const struct request *request)
{
    struct request_edit edit;

    for (size_t i = 0; i < request->edits.count; i++)
        add_text(out, "edits", request->edits.items[i]);
    if (!request->edits.count)
        return;
    buf_printf(out, "cwd: " STR_FMT "\n", STR_ARG(request->cwd));
    host_parse_edit(arena, request, &edit);
    if (edit.whole)
        add_text(out, "content", edit.content);
    for (size_t i = 0; i < edit.steps.count; i++) {
        add_text(out, "old", edit.steps.items[i].old_text);
        add_text(out, edit.steps.items[i].all ? "new, everywhere" : "new",
                 edit.steps.items[i].new_text);
    }
}

static struct str describe(struct arena *arena, struct str raw)
{
    struct buf out = buf_new(arena, 1 << 20);
    struct request request = {.runs_shell = true};
    struct err e = ERR_NONE;

    if (!host_parse_request(arena, raw, STR("/own"), &request, &e)) {
        buf_printf(&out, "error: %s\n", e.message);
        return buf_str(&out);
    }
    cr_expect(request.raw.bytes == raw.bytes && request.raw.length == raw.length);
    buf_printf(&out, "host: " STR_FMT "\n", STR_ARG(host_name(request.host)));
    buf_printf(&out, "event: " STR_FMT "\ntool: " STR_FMT "\nsession: " STR_FMT "\n",
               STR_ARG(request.event), STR_ARG(request.tool), STR_ARG(request.session));
    if (!request.runs_shell) {
        buf_printf(&out, "runs no shell\n");
        describe_edit(arena, &out, &request);
        return buf_str(&out);
    }
    buf_printf(&out, "dialect: %s\ncwd: " STR_FMT "\ncommand: ",
               request.dialect == DIALECT_POWERSHELL ? "powershell" : "sh", STR_ARG(request.cwd));
    json_write_string(&out, request.command);
    buf_add(&out, STR("\n"));
    return buf_str(&out);
}

Test(host_corpus, each_message_gives_what_is_expected)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct err e = ERR_NONE;
    struct strs names = {0};
    size_t cases = 0;

    cr_assert(file_list(&arena, STR(CORPUS), &names, &e), "%s", e.message);
    for (size_t i = 0; i < names.count; i++) {
        struct str name = names.items[i], raw, expected = STR_NONE;
        if (!str_ends(name, STR(".json")))
            continue;
        cases++;
        struct str stem = str_prefix(name, name.length - 5);
        cr_assert(file_read(&arena, path_join(&arena, STR(CORPUS), name), FILE_MAX, &raw, &e), "%s",
                  e.message);
        struct str is = describe(&arena, raw);
        struct str file = str_printf(&arena, CORPUS "/" STR_FMT ".expect", STR_ARG(stem));
        if (getenv("HOOKCHECK_WRITE_EXPECTATIONS"))
            cr_assert(file_write_atomically(&arena, file, is, 0644, &e), "%s", e.message);
        cr_assert(file_read(&arena, file, FILE_MAX, &expected, &e), "%s", e.message);
        cr_expect(str_eq(is, expected), STR_FMT "\n--- is\n%s--- should be\n" STR_FMT,
                  STR_ARG(stem), is.bytes, STR_ARG(expected));
    }
    cr_assert_gt(cases, 50);
}
