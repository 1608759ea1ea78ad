/* models_generate -- patterns/models/NAME.json → a C table of path regexes. A row whose examples fail does not build.
 *
 * usage: models-generate OUTPUT.c FILE.json...
 */
#include <stdio.h>

#include "base/file.h"
#include "base/json.h"
#include "base/regex.h"

static bool check_examples(struct arena *arena, struct str id, struct regex *regex,
                           const cJSON *examples, const char *kind, bool wanted, struct err *e)
{
    const cJSON *list = json_get(examples, kind), *item;

    (void)arena;
    if (!json_is_array(list) || !list->child)
        return err_set(e, ERR_INPUT, STR_FMT " has no examples of \"%s\"", STR_ARG(id), kind);
    cJSON_ArrayForEach(item, list)
    {
        struct str path = json_value_string(item);
        bool matched;
        if (!regex_match(regex, path, &matched, NULL, 0, e))
            return false;
        if (matched != wanted)
            return err_set(e, ERR_INPUT, STR_FMT ": the example \"" STR_FMT "\" %s", STR_ARG(id),
                           STR_ARG(path), wanted ? "does not match" : "matches");
    }
    return true;
}

static bool add_file(struct arena *arena, struct str path, struct buf *out, struct err *e)
{
    JSON_DOCUMENT(document);
    const cJSON *row;
    struct str bytes;

    if (!file_read(arena, path, FILE_MAX, &bytes, e) ||
        !json_parse(arena, bytes, JSON_COMMENTS, str_c(arena, path), &document, e))
        return false;
    struct str language = json_string(document, "language");
    cJSON_ArrayForEach(row, json_get(document, "rows"))
    {
        struct str id = json_string(row, "id"), pattern = json_string(row, "path");
        struct regex *regex;
        if (!id.length || !pattern.length || !language.length)
            return err_set(e, ERR_INPUT, STR_FMT ": a row needs id and path", STR_ARG(path));
        if (!regex_compile(arena, pattern, &regex, e) ||
            !check_examples(arena, id, regex, json_get(row, "examples"), "model", true, e) ||
            !check_examples(arena, id, regex, json_get(row, "examples"), "other", false, e))
            return false;
        buf_add(out, STR("    {STR_INIT("));
        json_write_string(out, language);
        buf_add(out, STR("), STR_INIT("));
        json_write_string(out, pattern);
        buf_add(out, STR(")},\n"));
    }
    return true;
}

int main(int argc, char **argv)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct buf out = buf_new(&arena, FILE_MAX);
    struct err e = ERR_NONE;

    buf_add(&out, STR("#include \"migrations/model_paths.h\"\n\n"
                      "const struct model_path model_paths[] = {\n"));
    for (int i = 2; i < argc; i++)
        if (!add_file(&arena, str_from(argv[i]), &out, &e)) {
            fprintf(stderr, "%s: %s\n", argv[i], e.message);
            return 1;
        }
    buf_add(&out,
            STR("};\nconst size_t model_path_count = sizeof model_paths / sizeof *model_paths;\n"));
    if (argc < 3 || !file_write_atomically(&arena, str_from(argv[1]), buf_str(&out), 0644, &e)) {
        fprintf(stderr, "models-generate: %s\n", e.message);
        return 1;
    }
    return 0;
}
