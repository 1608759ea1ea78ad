/* make_command.c -- the command that makes a migration, for tools whose models have files of their own. */
#include "base/file.h"
#include "base/quote.h"
#include "migrations/models.h"

#define NAME_MAX_BYTES 80u

/* "shop/db/schema.rb" → "cd shop && COMMAND": from the directory before the folder that the tool looks for. */
static struct str step_into(struct arena *arena, struct str path, const char *folder,
                            struct str command)
{
    struct str inside = str_printf(arena, "/%s/", folder);
    size_t at = str_find(path, inside);

    return at == SIZE_MAX || str_starts(path, str_from_offset(inside, 1))
               ? command
               : shell_command_in(arena, str_prefix(path, at), command);
}

static bool is_letter(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9');
}

/* --- Rails. --- */

/* "email_issue_type" → "EmailIssueType" */
static void add_camel(struct buf *out, struct str name)
{
    bool up = true;

    for (size_t i = 0; i < name.length; i++) {
        char byte = name.bytes[i];
        if (is_letter(byte))
            buf_add_byte(out, (char)(up && byte >= 'a' && byte <= 'z' ? byte - 'a' + 'A' : byte));
        up = !is_letter(byte);
    }
}

static struct str rails_type_of(struct arena *arena, struct str type)
{
    static const struct {
        const char *start, *name;
    } names[] = {{"VARCHAR", "string"}, {"TIMESTAMP", "datetime"}, {"NUMERIC", "decimal"},
                 {"DOUBLE", "float"},   {"BYTEA", "binary"},       {"TIME", "time"}};
    size_t end = 0;

    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (str_starts(type, str_from(names[i].start)))
            return str_from(names[i].name);
    while (end < type.length && (is_letter(type.bytes[end]) || type.bytes[end] == '_'))
        end++;
    return str_lower(arena, str_prefix(type, end));
}

static struct str rails_command(struct arena *arena, const struct schema_change *change)
{
    static const char *const verbs[] = {"Add", "Remove", "Change"};
    static const char *const between[] = {"To", "From", "Of"};
    struct buf out = buf_new(arena, 1024);
    struct str file = change->place.file;
    bool column = change->object == SCHEMA_OBJECT_COLUMN;

    buf_add(&out, STR("rails g migration "));
    if (change->object == SCHEMA_OBJECT_TABLE) {
        buf_add(&out, change->kind == SCHEMA_DROP ? STR("Drop") : STR("Create"));
        add_camel(&out, change->table);
        return step_into(arena, file, "db", buf_str(&out));
    }
    buf_add(&out, str_from(verbs[change->kind]));
    add_camel(&out, column ? change->column : change->name);
    if (change->table.length) {
        buf_add(&out, str_from(between[change->kind]));
        add_camel(&out, change->table);
    }
    if (column && change->kind != SCHEMA_CHANGE)
        buf_printf(&out, " " STR_FMT ":" STR_FMT, STR_ARG(change->column),
                   STR_ARG(rails_type_of(arena, change->after.type)));
    return step_into(arena, file, "db", buf_str(&out));
}

/* --- Prisma. --- */

/* "ADD Post.nick VARCHAR(50)" → "add_post_nick_varchar_50" */
static struct str prisma_command(struct arena *arena, const struct schema_change *change)
{
    struct buf name = buf_new(arena, NAME_MAX_BYTES);

    for (size_t i = 0; i < change->line.length; i++) {
        char byte = change->line.bytes[i];
        if (is_letter(byte))
            buf_add_byte(&name, (char)(byte >= 'A' && byte <= 'Z' ? byte - 'A' + 'a' : byte));
        else if (name.length && name.bytes[name.length - 1] != '_')
            buf_add_byte(&name, '_');
    }
    return step_into(arena, change->place.file, "prisma",
                     str_printf(arena, "npx prisma migrate dev --name " STR_FMT,
                                STR_ARG(str_trim_bytes(buf_str(&name), "_"))));
}

/* --- Plain SQL. --- */

/* The folder of the newest migration in the same part of the tree. */
static struct str sql_command(struct arena *arena, const struct strs *migrations)
{
    for (size_t i = migrations ? migrations->count : 0; i-- > 0;)
        if (str_ends(migrations->items[i], STR(".sql")))
            return str_printf(arena, "write a new file beside " STR_FMT,
                              STR_ARG(migrations->items[i]));
    return STR_NONE;
}

struct str models_make_command(struct arena *arena, const struct schema_change *change,
                               const struct strs *migrations)
{
    struct str file = change->place.file;
    bool rails = str_ends(file, STR(".rb"));

    for (size_t i = 0; str_ends(file, STR("structure.sql")) && migrations && i < migrations->count;
         i++)
        rails = rails || str_ends(migrations->items[i], STR(".rb"));
    if (rails)
        return rails_command(arena, change);
    if (str_ends(file, STR(".prisma")))
        return prisma_command(arena, change);
    return str_ends(file, STR(".sql")) ? sql_command(arena, migrations) : STR_NONE;
}
