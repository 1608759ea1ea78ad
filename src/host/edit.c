#include "host/edit.h"

#include "base/patch.h"
#include "host/host.h"

/* The tool's input, wherever the host puts it; a JSON text in a string is parsed into *nested. */
static const cJSON *find_input(struct arena *arena, const cJSON *document, cJSON **nested)
{
    static const char *const fields[] = {"tool_input", "toolArgs", "toolInput", "args"};
    const cJSON *call = json_get(document, "toolCall");
    const cJSON *input = call ? json_get(call, "args") : NULL;
    struct err ignored = ERR_NONE;

    for (size_t i = 0; i < COUNT_OF(fields) && !input; i++)
        input = json_get(document, fields[i]);
    if (json_is_string(input) &&
        json_parse(arena, json_value_string(input), JSON_STRICT, "input", nested, &ignored))
        return *nested;
    return input;
}

static const cJSON *first_of(const cJSON *object, const char *const *keys, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const cJSON *item = json_get(object, keys[i]);
        if (item)
            return item;
    }
    return NULL;
}
#define FIRST_OF(object, keys) first_of((object), (keys), COUNT_OF(keys))

static const char *const patches[] = {"input", "patch", "patchText", "command"};

void edit_read_files(struct arena *arena, const cJSON *document, struct strs *ret_paths)
{
    static const char *const paths[] = {"file_path", "notebook_path", "filePath",
                                        "path",      "absolute_path", "TargetFile"};
    JSON_DOCUMENT(nested);
    const cJSON *input = find_input(arena, document, &nested);

    if (json_is_string(input)) {
        patch_read_paths(arena, json_value_string(input), ret_paths);
        return;
    }
    /* Which of several the tool takes is its own affair: all count. */
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        struct str path = json_string(input, paths[i]);
        if (path.length)
            strs_add(arena, ret_paths, str_copy(arena, path));
    }
    for (size_t i = 0; i < COUNT_OF(patches); i++)
        patch_read_paths(arena, json_string(input, patches[i]), ret_paths);
}

/* The only text of the input that is a patch. */
static struct str find_patch(struct arena *arena, const cJSON *input)
{
    struct str patch = STR("");
    unsigned count = 0;

    if (json_is_string(input))
        return str_copy(arena, json_value_string(input));
    for (size_t i = 0; i < COUNT_OF(patches); i++) {
        struct str text = json_string(input, patches[i]);
        if (!str_contains(text, STR("*** Begin Patch")))
            continue;
        patch = text;
        count++;
    }
    return count == 1 ? str_copy(arena, patch) : STR("");
}

static bool read_step(struct arena *arena, const cJSON *object, struct edit_steps *steps)
{
    static const char *const olds[] = {"old_string", "old_str", "oldString", "oldText", "old"};
    static const char *const news[] = {"new_string", "new_str", "newString", "newText", "new"};
    static const char *const alls[] = {"replace_all", "replaceAll", "allow_multiple"};
    const cJSON *old = FIRST_OF(object, olds), *new = FIRST_OF(object, news);
    struct edit_step step = {.all = json_is_true(FIRST_OF(object, alls))};

    if (!json_is_string(old) || !json_is_string(new))
        return false;
    step.old_text = str_copy(arena, json_value_string(old));
    step.new_text = str_copy(arena, json_value_string(new));
    VEC_PUSH(arena, steps, step);
    return true;
}

void host_parse_edit(struct arena *arena, const struct request *request,
                     struct request_edit *ret_edit)
{
    static const char *const contents[] = {"content", "file_text", "fileText", "CodeContent"};
    JSON_DOCUMENT(document);
    JSON_DOCUMENT(nested);
    struct err ignored = ERR_NONE;
    const cJSON *edits, *edit;
    bool known = true;

    *ret_edit = (struct request_edit){0};
    if (!json_parse(arena, request->raw, JSON_STRICT, "request", &document, &ignored))
        return;
    const cJSON *input = find_input(arena, document, &nested);
    const cJSON *content = FIRST_OF(input, contents);
    struct str patch = find_patch(arena, input);
    if (patch.length && !json_is_string(input) &&
        (json_is_string(content) || read_step(arena, input, &ret_edit->steps))) {
        ret_edit->steps.count = 0; /* which of them the tool takes is not known */
        return;
    }
    if (json_is_string(content)) {
        ret_edit->whole = true;
        ret_edit->content = str_copy(arena, json_value_string(content));
        return;
    }
    static const char *const lists[] = {"edits", "edit"};
    edits = FIRST_OF(input, lists);
    if (!json_is_array(edits)) {
        if (!read_step(arena, json_is_object(edits) ? edits : input, &ret_edit->steps))
            ret_edit->patch = patch;
        return;
    }
    cJSON_ArrayForEach(edit, edits) known = read_step(arena, edit, &ret_edit->steps) && known;
    if (!known)
        ret_edit->steps.count =
            0; /* one step that is not understood: nothing is known of the rest */
}
