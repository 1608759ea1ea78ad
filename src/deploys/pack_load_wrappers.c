#include "deploys/pack_load.h"

static const char *const row_keys[] = {"kind",
                                       "names",
                                       "commands",
                                       "options_with_value",
                                       "code_options",
                                       "takes",
                                       "operands",
                                       "directory_options",
                                       "unset_options",
                                       "file_options",
                                       "assignments",
                                       "needs_separator",
                                       "remote",
                                       "suspected",
                                       "excuses",
                                       "entrypoints",
                                       "entrypoint_option",
                                       "command",
                                       "unless",
                                       "command_options",
                                       "examples",
                                       NULL};

static bool read_example(struct pack_loader *loader, const struct row *row, const cJSON *item,
                         int index)
{
    static const char *const known[] = {"command", "runs", NULL};
    struct row child = row_child(row, "examples", index, item);
    struct pack_example example = {.deploy = true, .has_expected = true};
    struct str command;

    if (!row_open(&child, known) || !row_text(&child, "command", true, &command))
        return false;
    const cJSON *runs = json_get(item, "runs");
    if (!json_is_string(runs))
        return row_fail(&child, "runs", "the command that runs was expected (\"\": none)");
    example.command = pack_put(&loader->example_bytes, command);
    example.expected = pack_put(&loader->example_bytes, json_value_string(runs));
    VEC_PUSH(loader->arena, &loader->examples, example);
    return true;
}

static bool read_examples(struct pack_loader *loader, const struct row *row,
                          struct pack_wrapper *wrapper)
{
    const cJSON *list, *item;
    int index = 0;

    if (!row_array(row, "examples", &list))
        return false;
    wrapper->first_example = (uint32_t)loader->examples.count;
    cJSON_ArrayForEach(item, list) if (!read_example(loader, row, item, index++)) return false;
    wrapper->example_count = (uint32_t)loader->examples.count - wrapper->first_example;
    if (!wrapper->example_count &&
        (wrapper->kind == WRAPPER_RUNS || wrapper->kind == WRAPPER_MIGRATION))
        return row_fail(row, "examples", "needs at least one example");
    return true;
}

static bool read_lists(struct pack_loader *loader, const struct row *row,
                       struct pack_wrapper *wrapper)
{
    return pack_read_list(loader, row, "names", &wrapper->names) &&
           pack_read_list(loader, row, "commands", &wrapper->commands) &&
           pack_read_list(loader, row, "options_with_value", &wrapper->options_with_value) &&
           pack_read_list(loader, row, "code_options", &wrapper->code_options) &&
           pack_read_list(loader, row, "command_options", &wrapper->command_options) &&
           pack_read_list(loader, row, "directory_options", &wrapper->directory_options) &&
           pack_read_list(loader, row, "unset_options", &wrapper->unset_options) &&
           pack_read_list(loader, row, "file_options", &wrapper->file_options) &&
           pack_read_list(loader, row, "excuses", &wrapper->excuses) &&
           pack_read_list(loader, row, "entrypoints", &wrapper->entrypoints);
}

static bool read_row(struct pack_loader *loader, struct row *row, struct pack_text file)
{
    static const char *const kinds[] = {"runs",      "shell", "interpreter", "data",
                                        "migration", "names", NULL};
    static const char *const takes[] = {"words", "text", "texts", "batch", "nothing", NULL};
    struct pack_wrapper wrapper = {.file = file};
    struct str entrypoint_option;
    struct strs names;

    if (!row_open(row, row_keys) || !row_choice(row, "kind", kinds, &wrapper.kind) ||
        !row_choice(row, "takes", takes, &wrapper.takes) || !read_lists(loader, row, &wrapper) ||
        !row_count(row, "operands", 8, &wrapper.operands) ||
        !row_bool(row, "assignments", &wrapper.assignments) ||
        !row_bool(row, "needs_separator", &wrapper.needs_separator) ||
        !row_bool(row, "remote", &wrapper.remote) ||
        !row_bool(row, "suspected", &wrapper.suspected) ||
        !row_text(row, "entrypoint_option", false, &entrypoint_option) ||
        !pack_read_pattern(loader, row, "command", wrapper.kind == WRAPPER_MIGRATION,
                           &wrapper.command) ||
        !pack_read_pattern(loader, row, "unless", false, &wrapper.unless) ||
        !row_texts(row, "names", &names) || !read_examples(loader, row, &wrapper))
        return false;
    if (!names.count)
        return row_fail(row, "names", "is missing");
    wrapper.entrypoint_option = pack_put(&loader->bytes, entrypoint_option);
    for (size_t i = 0; i < names.count; i++) {
        struct pack_name name = {pack_put(&loader->bytes, names.items[i]),
                                 (uint32_t)loader->wrappers.count};
        if (wrapper.kind != WRAPPER_NAMES)
            VEC_PUSH(loader->arena, &loader->wrapper_names, name);
        else
            VEC_PUSH(loader->arena, &loader->words, names.items[i]);
    }
    VEC_PUSH(loader->arena, &loader->wrappers, wrapper);
    return true;
}

bool pack_load_wrappers(struct pack_loader *loader, struct str bytes, struct str name,
                        struct err *e)
{
    static const char *const known[] = {"wrappers", "rows", NULL};
    JSON_DOCUMENT(document);
    const cJSON *rows, *item;
    struct str title;
    int index = 0;

    if (!json_parse(loader->arena, bytes, JSON_COMMENTS, str_c(loader->arena, name), &document, e))
        return false;
    struct row row = {.arena = loader->arena, .object = document, .file = name, .e = e};
    if (!row_open(&row, known) || !row_text(&row, "wrappers", true, &title) ||
        !row_array(&row, "rows", &rows))
        return false;
    struct pack_text file = pack_put(&loader->bytes, name);
    cJSON_ArrayForEach(item, rows)
    {
        struct row child = row_child(&row, "rows", index++, item);
        if (!read_row(loader, &child, file))
            return false;
    }
    return true;
}
