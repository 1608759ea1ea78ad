#include "deploys/document.h"

bool document_write(struct arena *arena, const struct document *document, struct str *ret_bytes,
                    struct err *e)
{
    const struct request *request = &document->request;
    struct buf out = buf_new(arena, DOCUMENT_MAX);
    bool first = true;

    buf_add_byte(&out, '{');
    json_add_string(&out, &first, "host", document->host_name);
    json_add_string(&out, &first, "dialect",
                    request->dialect == DIALECT_POWERSHELL ? STR("powershell") : STR("sh"));
    json_add_string(&out, &first, "event", request->event);
    json_add_string(&out, &first, "tool", request->tool);
    json_add_string(&out, &first, "command", request->command);
    json_add_string(&out, &first, "cwd", request->cwd);
    json_add_string(&out, &first, "session", request->session);
    json_write_key(&out, &first, "deadline_ms");
    buf_printf(&out, "%llu", (unsigned long long)document->deadline_ms);
    json_write_key(&out, &first, "deploys");
    deploys_write_json(&out, &document->deploys);
    json_write_key(&out, &first, "tampers");
    tampers_write_json(&out, &document->tampers, true);
    buf_add_byte(&out, '}');
    if (out.truncated)
        return err_set(e, ERR_LIMIT, "the question is larger than %zu bytes", DOCUMENT_MAX);
    *ret_bytes = buf_str(&out);
    return true;
}

bool document_read(struct arena *arena, struct str bytes, struct document *ret_document,
                   struct err *e)
{
    struct document document = {0};
    JSON_DOCUMENT(root);

    if (!json_parse(arena, bytes, JSON_STRICT, "question", &root, e))
        return false;
    const cJSON *deploys = json_get(root, "deploys"), *deadline = json_get(root, "deadline_ms");
    if (!json_is_array(deploys) || !json_is_number(deadline) || deadline->valuedouble < 0 ||
        deadline->valuedouble > CONFIG_DEADLINE_MAX_MS)
        return err_set(e, ERR_INPUT, "question: no \"deploys\" or no \"deadline_ms\"");
    document.deadline_ms = (uint64_t)deadline->valuedouble;
    document.host_name = str_copy(arena, json_string(root, "host"));
    struct request *request = &document.request;
    request->runs_shell = true;
    request->dialect =
        str_eq(json_string(root, "dialect"), STR("powershell")) ? DIALECT_POWERSHELL : DIALECT_SH;
    request->event = str_copy(arena, json_string(root, "event"));
    request->tool = str_copy(arena, json_string(root, "tool"));
    request->command = str_copy(arena, json_string(root, "command"));
    request->cwd = str_copy(arena, json_string(root, "cwd"));
    request->session = str_copy(arena, json_string(root, "session"));
    if (!deploys_read_json(arena, deploys, &document.deploys, e) ||
        !tampers_read_json(arena, json_get(root, "tampers"), &document.tampers, e))
        return false;
    if (document.deploys.count == 0 && document.tampers.count == 0)
        return err_set(e, ERR_INPUT, "question: it names no deploy");
    *ret_document = document;
    return true;
}
