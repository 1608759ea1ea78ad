/* trackers_generate -- patterns/trackers/NAME.json → a C table of trackers, by the loader that reads a user's, and the files themselves.
 *
 * usage: trackers-generate TABLE.c FILES.c FILE.json...
 *
 * The keys have the names of the fields, and the shapes those of the structs: no field can be forgotten here.
 */
#include <stdio.h>

#include "base/file.h"
#include "base/json.h"
#include "config/keys.h"
#include "config/trackers.h"

#define OUTPUT_MAX ((size_t)16 << 20)

struct any_vector {
    char *items;
    size_t count;
    size_t capacity;
};

static void write_object(struct buf *out, const struct config_shape *shape, const char *item);

/* A JSON string literal is one of C's too, but for "??x" and \u00XX. */
static void write_text(struct buf *out, struct str text)
{
    buf_add(out, STR("STR_INIT(\""));
    for (size_t i = 0; i < text.length; i++) {
        char byte = text.bytes[i];
        if (byte == '"' || byte == '\\' || byte == '?' || byte < ' ' || byte == 127)
            buf_printf(out, "\\%03o", (unsigned)(unsigned char)byte);
        else
            buf_add_byte(out, byte);
    }
    buf_add(out, STR("\")"));
}

static void write_strings(struct buf *out, const struct strs *list)
{
    buf_add(out, STR("{(struct str[]){"));
    for (size_t i = 0; i < list->count; i++) {
        write_text(out, list->items[i]);
        buf_add(out, STR(", "));
    }
    buf_printf(out, "}, %zu, %zu}", list->count, list->count);
}

static void write_list(struct buf *out, const struct config_shape *shape,
                       const struct any_vector *list)
{
    buf_printf(out, "{(struct %s[]){", shape->what);
    for (size_t i = 0; i < list->count; i++) {
        write_object(out, shape, list->items + i * shape->size);
        buf_add(out, STR(", "));
    }
    buf_printf(out, "}, %zu, %zu}", list->count, list->count);
}

static void write_field(struct buf *out, const struct config_key *key, const char *item)
{
    const void *field = item + key->offset;
    const struct strs *strings = field;
    size_t before;

    switch (key->type) {
    case KEY_BOOL:
        if (*(const bool *)field)
            buf_printf(out, ".%s = true, ", key->name);
        return;
    case KEY_STRINGS:
    case KEY_LIST:
        if (!strings->count)
            return;
        buf_printf(out, ".%s = ", key->name);
        if (key->type == KEY_LIST)
            write_list(out, key->shape, field);
        else
            write_strings(out, strings);
        buf_add(out, STR(", "));
        return;
    case KEY_OBJECT:
        before = out->length;
        buf_printf(out, ".%s = ", key->name);
        write_object(out, key->shape, field);
        /* ISO C has no empty braces. */
        if (str_ends(buf_str(out), STR("= {}")))
            out->length = before;
        else
            buf_add(out, STR(", "));
        return;
    case KEY_STRING:
    case KEY_PATH:
    case KEY_REGEX:
    case KEY_CHOICE:
        if (((const struct str *)field)->length) {
            buf_printf(out, ".%s = ", key->name);
            write_text(out, *(const struct str *)field);
            buf_add(out, STR(", "));
        }
        return;
    case KEY_IGNORED:
    case KEY_DURATION:
    case KEY_POLICY:
    case KEY_DATABASE:
    case KEY_MAP:
        return;
    }
}

/* Examples stay in the files, from which the check of the build and `hookcheck packs test` read them. */
static void write_object(struct buf *out, const struct config_shape *shape, const char *item)
{
    buf_add_byte(out, '{');
    for (size_t i = 0; i < shape->count; i++)
        if (!str_eq(str_from(shape->keys[i].name), STR("examples")))
            write_field(out, &shape->keys[i], item);
    buf_add_byte(out, '}');
}

/* As numbers: ISO C promises no string of that length. */
static void write_bytes(struct buf *out, struct str path, struct str bytes)
{
    buf_add(out, STR("    {"));
    write_text(out, path_base_name(path));
    buf_add(out, STR(", {(const char[]){"));
    for (size_t i = 0; i < bytes.length; i++)
        buf_printf(out, "%d,", bytes.bytes[i]);
    buf_printf(out, "}, %zu}},\n", bytes.length);
}

static bool add_file(struct arena *arena, struct str path, struct strs *ids, struct buf *out,
                     struct buf *files, struct err *e)
{
    struct trackers trackers;
    struct str bytes;

    if (!file_read(arena, path, FILE_MAX, &bytes, e) ||
        !tracker_pack_read(arena, bytes, path, &trackers, e))
        return false;
    write_bytes(files, path, bytes);
    for (size_t i = 0; i < trackers.count; i++) {
        const struct tracker *tracker = &trackers.items[i];
        if (strs_have(ids, tracker->id))
            return err_set(e, ERR_INPUT, STR_FMT ": the id \"" STR_FMT "\" stands in two files",
                           STR_ARG(path), STR_ARG(tracker->id));
        strs_add(arena, ids, tracker->id);
        if (!tracker->examples.count)
            return err_set(e, ERR_INPUT, STR_FMT ": " STR_FMT " has no examples", STR_ARG(path),
                           STR_ARG(tracker->id));
        write_object(out, &tracker_shape, (const char *)tracker);
        buf_add(out, STR(",\n"));
    }
    return true;
}

int main(int argc, char **argv)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct buf out = buf_new(&arena, OUTPUT_MAX), files = buf_new(&arena, OUTPUT_MAX);
    struct err e = ERR_NONE;
    struct strs ids = {0};

    buf_add(&out, STR("/* Made from patterns/trackers by trackers-generate. */\n"
                      "#include \"migrations/tracker.h\"\n\n"
                      "const struct tracker tracker_table[] = {\n"));
    buf_add(&files, STR("/* The files of patterns/trackers, by trackers-generate. */\n"
                        "#include \"migrations/tracker.h\"\n\n"
                        "const struct tracker_pack tracker_packs[] = {\n"));
    for (int i = 3; i < argc; i++)
        if (!add_file(&arena, str_from(argv[i]), &ids, &out, &files, &e)) {
            fprintf(stderr, "%s\n", e.message);
            return 1;
        }
    buf_add(&out, STR("};\nconst size_t tracker_table_count = "
                      "sizeof tracker_table / sizeof *tracker_table;\n"));
    buf_add(&files, STR("};\nconst size_t tracker_pack_count = "
                        "sizeof tracker_packs / sizeof *tracker_packs;\n"));
    if (argc < 4 || out.truncated || files.truncated ||
        !file_write_atomically(&arena, str_from(argv[1]), buf_str(&out), 0644, &e) ||
        !file_write_atomically(&arena, str_from(argv[2]), buf_str(&files), 0644, &e)) {
        fprintf(stderr, "trackers-generate: %s\n", e.message);
        return 1;
    }
    return 0;
}
