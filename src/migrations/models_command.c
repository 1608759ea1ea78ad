#include "migrations/models_command.h"

#include "base/file.h"
#include "base/quote.h"
#include "migrations/tool_command.h"
#include "readers/typescript.h"

#define NAME_MAX_BYTES 80u
#define SOURCE_MAX ((size_t)4 << 20)

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

/* --- Tools of the migrations. --- */

struct place {
    struct arena *arena;
    struct tree *tree;
    const struct models_makers *makers;
    const struct strs *migrations;
    const struct schema_change *change;
};

static bool is_alembic(const struct models_maker *maker)
{
    return str_eq(maker->tracker, STR("alembic"));
}

static bool is_django(const struct models_maker *maker)
{
    return str_eq(maker->tracker, STR("django"));
}

static bool has_command(const struct models_maker *maker)
{
    return maker->create.length > 0 && !str_eq(maker->tracker, STR("django"));
}

static bool is_numbered(const struct models_maker *maker)
{
    return str_eq(maker->tracker, STR("sql")) && maker->directory.length > 0;
}

static bool is_above(const struct place *p, const struct models_maker *maker)
{
    struct str inside;

    return !maker->root.length || str_eq(maker->root, STR(".")) ||
           path_relative(maker->root, p->change->place.file, &inside);
}

static const struct models_maker *maker_of(const struct place *p,
                                           bool (*fits)(const struct models_maker *))
{
    const struct models_maker *nearest = NULL, *other = NULL;

    for (size_t i = 0; i < p->makers->count; i++) {
        const struct models_maker *maker = &p->makers->items[i];
        if (!fits(maker))
            continue;
        if (is_above(p, maker) && (!nearest || maker->root.length > nearest->root.length))
            nearest = maker;
        other = other ? other : maker;
    }
    return nearest ? nearest : other;
}

static bool is_nearer(const struct place *p, const struct models_maker *one,
                      const struct models_maker *other)
{
    return one && is_above(p, one) &&
           (!is_above(p, other) || one->root.length > other->root.length);
}

/* "npx knex migrate:make add_sku_to_items", and "a file V<VERSION>__<DESCRIPTION>.sql" where no command makes it. */
static struct str pack_command(const struct place *p, const struct models_maker *maker)
{
    if (!str_starts(maker->create, STR("a ")))
        return tool_command(&(struct tool_place){.arena = p->arena,
                                                 .tree = p->tree,
                                                 .root = maker->root,
                                                 .directory = maker->directory,
                                                 .name = tool_migration_name(p->arena, p->change)},
                            maker->create);
    return str_printf(p->arena, "write " STR_FMT "%s" STR_FMT, STR_ARG(maker->create),
                      maker->directory.length ? " in " : "", STR_ARG(maker->directory));
}

/* --- Alembic. --- */

struct str models_alembic_command(struct arena *arena, struct str root, bool flask,
                                  struct str message)
{
    return shell_command_in(
        arena, root,
        str_printf(arena, "%s -m \"" STR_FMT "\"",
                   flask ? "flask db migrate" : "alembic revision --autogenerate",
                   STR_ARG(message)));
}

bool models_are_flask(const struct history *history)
{
    return str_contains(history->upgrade_command, STR("flask db "));
}

static struct str alembic_command(struct arena *arena, const struct models_maker *maker,
                                  const struct schema_change *change)
{
    struct str line = str_lower(arena, change->line);
    struct strs words = {0};

    if (str_ends(line, STR(" ?"))) /* its type cannot be read */
        line = str_prefix(line, line.length - 2);
    for (struct str rest = line; rest.length;)
        VEC_PUSH(arena, &words, str_cut(&rest, '"'));
    if (str_ends(line, STR("\"")))
        VEC_PUSH(arena, &words, STR(""));
    return models_alembic_command(arena, maker->root, maker->flask,
                                  str_join(arena, words.items, words.count, STR("'")));
}

/* --- Tools of the models' own language. --- */

/* The nearest directory above the model that holds one of these files; false: none does. */
static bool find_above(const struct place *p, const char *const *names, size_t count,
                       struct str *ret_directory)
{
    struct str directory = path_parent(p->change->place.file);

    for (;; directory = path_parent(directory)) {
        for (size_t i = 0; i < count; i++) {
            struct str path = str_printf(p->arena, STR_FMT "%s%s", STR_ARG(directory),
                                         directory.length ? "/" : "", names[i]);
            enum tree_entry_kind kind;
            if (tree_exists(p->tree, p->arena, path, &kind) && kind == TREE_FILE) {
                *ret_directory = directory;
                return true;
            }
        }
        if (!directory.length)
            return false;
    }
}

/* From the directory of the tool's own file, where one is found. */
static struct str command_beside(const struct place *p, const char *file,
                                 const struct models_maker *maker, struct str command)
{
    struct tool_place place = {.arena = p->arena,
                               .tree = p->tree,
                               .directory = maker ? maker->directory : STR_NONE,
                               .name = tool_migration_name(p->arena, p->change)};

    (void)find_above(p, &file, 1, &place.root);
    return tool_command(&place, command);
}

static bool is_typeorm(const struct models_maker *maker)
{
    return str_eq(maker->tracker, STR("typeorm"));
}

static bool is_of_scripts(const struct models_maker *maker)
{
    return is_typeorm(maker) || str_eq(maker->tracker, STR("drizzle"));
}

static bool is_of_another(const struct models_maker *maker)
{
    return maker->create.length > 0 && !is_of_scripts(maker);
}

/* TypeORM's and Drizzle's own, unless the migrations are all another tool's: Knex's, dbmate's. */
static struct str script_command(const struct place *p)
{
    static const char *const configs[] = {"drizzle.config.ts", "drizzle.config.js",
                                          "drizzle.config.mjs"};
    const struct models_maker *other = maker_of(p, is_of_another);

    struct str directory = STR_NONE, text;
    struct err absent = ERR_NONE;

    if (other && is_above(p, other) && !maker_of(p, is_of_scripts))
        return pack_command(p, other);
    bool configured = find_above(p, configs, COUNT_OF(configs), &directory);

    if (!tree_read(p->tree, p->arena, p->change->place.file, SOURCE_MAX, &text, &absent))
        text = STR_NONE; /* it was deleted: its changes are drops */
    if (str_contains(text, STR("drizzle-orm")) ||
        (configured && !str_contains(text, STR("typeorm"))))
        return shell_command_in(p->arena, directory, STR("npx drizzle-kit generate"));
    return command_beside(p, "package.json", maker_of(p, is_typeorm),
                          STR("npx typeorm migration:generate -d DATA_SOURCE DIRECTORY/Name"));
}

static bool is_rails(const struct place *p)
{
    struct str file = p->change->place.file;

    for (size_t i = 0; str_ends(file, STR("structure.sql")) && i < p->migrations->count; i++)
        if (str_ends(p->migrations->items[i], STR(".rb")))
            return true;
    return str_ends(file, STR(".rb"));
}

static struct str language_command(const struct place *p)
{
    struct str file = p->change->place.file;

    if (is_rails(p))
        return rails_command(p->arena, p->change);
    if (str_ends(file, STR(".prisma")))
        return prisma_command(p->arena, p->change);
    if (str_ends(file, STR(".ex")))
        return command_beside(p, "mix.exs", NULL, STR("mix ecto.gen.migration NAME"));
    return script_path(file) ? script_command(p) : STR_NONE;
}

static struct str beside_newest(const struct place *p)
{
    for (size_t i = p->migrations->count; i-- > 0;)
        if (str_ends(p->migrations->items[i], STR(".sql")))
            return str_printf(p->arena, "write a new file beside " STR_FMT,
                              STR_ARG(p->migrations->items[i]));
    return STR_NONE;
}

struct str models_command(struct arena *arena, struct tree *tree,
                          const struct models_makers *makers, const struct strs *migrations,
                          const struct schema_change *change)
{
    const struct place p = {arena, tree, makers, migrations, change};
    bool sql = str_ends(change->place.file, STR(".sql"));
    struct str own = language_command(&p), directory = STR_NONE;
    const struct models_maker *maker = sql ? NULL : maker_of(&p, is_alembic);
    const struct models_maker *django = sql ? NULL : maker_of(&p, is_django);

    if (own.length)
        return own;
    /* Two services, one of each: the nearer one's. */
    if (maker && !is_nearer(&p, django, maker))
        return alembic_command(arena, maker, change);
    if (!sql && (django || makers->django ||
                 find_above(&p, (const char *const[]){"manage.py"}, 1, &directory)))
        return command_beside(&p, "manage.py", NULL, STR("python manage.py makemigrations"));
    maker = maker_of(&p, has_command);
    if (maker)
        return pack_command(&p, maker);
    own = sql ? beside_newest(&p) : STR_NONE;
    maker = maker_of(&p, is_numbered);
    return own.length || !maker ? own
                                : str_printf(arena, "write the next numbered file in " STR_FMT,
                                             STR_ARG(maker->directory));
}
