#include "migrations/tool_command.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/quote.h"
#include "migrations/markers.h"

#define NAME_MAX_BYTES 63u

static bool is_letter(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

static bool is_of_word(char byte)
{
    return is_letter(byte) || byte == '_';
}

/* --- What a new migration is called. --- */

static void add_snake(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.length && out->length < NAME_MAX_BYTES; i++) {
        char byte = text.bytes[i];
        if (is_letter(byte) || (byte >= '0' && byte <= '9'))
            buf_add_byte(out, (char)(byte >= 'A' && byte <= 'Z' ? byte - 'A' + 'a' : byte));
        else if (out->length && out->bytes[out->length - 1] != '_')
            buf_add_byte(out, '_');
    }
}

struct str tool_migration_name(struct arena *arena, const struct schema_change *change)
{
    static const char *const verbs[] = {"add_", "remove_", "change_"};
    static const char *const between[] = {"_to_", "_from_", "_of_"};
    struct str what = change->object == SCHEMA_OBJECT_COLUMN ? change->column : change->name;
    bool table = change->object == SCHEMA_OBJECT_TABLE;
    struct buf out = buf_new(arena, NAME_MAX_BYTES + 1);

    if (table || !what.length) {
        static const char *const of_table[] = {"create_", "drop_", "change_"};
        add_snake(&out, str_from(table ? of_table[change->kind] : verbs[change->kind]));
        add_snake(&out, change->table);
    } else {
        add_snake(&out, str_from(verbs[change->kind]));
        add_snake(&out, what);
        if (change->table.length) {
            add_snake(&out, str_from(between[change->kind]));
            add_snake(&out, change->table);
        }
    }
    return str_trim_bytes(buf_str(&out), "_");
}

struct str tool_camel(struct arena *arena, struct str name)
{
    struct buf out = buf_new(arena, name.length + 1);
    bool up = true;

    for (size_t i = 0; i < name.length; i++) {
        char byte = name.bytes[i];
        if (byte != '_')
            buf_add_byte(&out, (char)(up && byte >= 'a' && byte <= 'z' ? byte - 'a' + 'A' : byte));
        up = byte == '_';
    }
    return buf_str(&out);
}

/* --- The words that are left open. --- */

static struct str directory_seen(const struct tool_place *place)
{
    struct str inside;

    if (!place->directory.length)
        return STR_NONE;
    if (!place->root.length || str_eq(place->root, STR(".")))
        return place->directory;
    return path_relative(place->root, place->directory, &inside) ? inside.length ? inside : STR(".")
                                                                 : STR_NONE;
}

static struct str value_of(const struct tool_place *place, struct str word)
{
    if (str_eq(word, STR("NAME")))
        return place->name;
    if (str_eq(word, STR("Name")))
        return tool_camel(place->arena, place->name);
    struct str seen = str_eq(word, STR("DIRECTORY")) ? directory_seen(place) : STR_NONE;
    return seen.length ? shell_shown(place->arena, seen) : seen;
}

static struct str words_filled(const struct tool_place *place, struct str command)
{
    struct buf out = buf_new(place->arena, 8192);

    for (size_t i = 0, end; i < command.length; i = end) {
        for (end = i; end < command.length && is_of_word(command.bytes[end]);)
            end++;
        struct str value = value_of(place, str_slice(command, i, end));
        end += end == i; /* a byte that is of no word */
        buf_add(&out, value.length ? value : str_slice(command, i, end));
    }
    return buf_str(&out);
}

/* The option for each directory, or as it is where there is but one. */
static struct str options_of(const struct tool_place *place, struct str option)
{
    struct buf out = buf_new(place->arena, 8192);

    if (!place->directories || place->directories->count < 2)
        return option;
    for (size_t i = 0; i < place->directories->count; i++) {
        struct tool_place one = *place;
        one.directory = place->directories->items[i];
        buf_printf(&out, "%s" STR_FMT, i ? " " : "", STR_ARG(words_filled(&one, option)));
    }
    return buf_str(&out);
}

/* "dbmate [-d DIRECTORY|db/migrations] up": what the brackets hold is said unless the migrations lie where the tool looks anyway. */
static struct str option_chosen(const struct tool_place *place, struct str command)
{
    size_t open = str_find_byte(command, '['), bar = str_find_byte(command, '|'),
           close = str_find_byte(command, ']');

    if (open >= bar || bar >= close || close >= command.length)
        return command;
    bool several = place->directories && place->directories->count > 1;
    struct str directory = directory_seen(place), rest = str_from_offset(command, close + 1);
    bool usual = !several &&
                 (!directory.length || form_matches(str_slice(command, bar + 1, close), directory));
    if (str_starts(rest, STR("...")))
        rest = str_from_offset(rest, 3);
    if (usual && str_starts(rest, STR(" ")))
        rest = str_from_offset(rest, 1);
    return str_trim(
        str_printf(place->arena, STR_FMT STR_FMT STR_FMT, STR_ARG(str_prefix(command, open)),
                   STR_ARG(usual ? STR_NONE : options_of(place, str_slice(command, open + 1, bar))),
                   STR_ARG(rest)));
}

/* One command after another where the tool takes one directory at a time. */
static struct str commands_of(const struct tool_place *place, struct str command)
{
    struct buf out = buf_new(place->arena, 8192);
    size_t count = place->directories ? place->directories->count : 0;

    if (count < 2 || str_contains(command, STR("]...")) || !str_contains(command, STR("DIRECTORY")))
        return words_filled(place, option_chosen(place, command));
    for (size_t i = 0; i < count; i++) {
        struct tool_place one = *place;
        one.directories = NULL;
        one.directory = place->directories->items[i];
        buf_printf(&out, "%s" STR_FMT, i ? " && " : "",
                   STR_ARG(words_filled(&one, option_chosen(&one, command))));
    }
    return buf_str(&out);
}

struct str tool_command(const struct tool_place *place, struct str command)
{
    struct tool_place from = *place;

    /* The folder of the migrations alone says nothing of where the tool keeps what else it reads and writes (.env, schema.sql). */
    if (from.root.length && str_eq(from.root, from.directory) &&
        str_contains(command, STR("DIRECTORY")))
        from.root = STR_NONE;
    if (str_contains(command, STR("DATA_SOURCE")))
        command = typeorm_command(&from, command);
    return shell_command_in(from.arena, from.root, commands_of(&from, command));
}
