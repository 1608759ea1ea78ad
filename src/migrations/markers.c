#include "migrations/markers.h"

#include "base/file.h"

#define MARKER_READ_MAX ((size_t)16 << 10)
#define FORM_STEPS_MAX 10000u

/* Matched with one point to return to: the last '*' (and '#' takes all the digits it can). */
bool form_matches(struct str form, struct str name)
{
    size_t at = 0, star_at = 0, next = 0, star = SIZE_MAX;

    for (size_t step = 0; step < FORM_STEPS_MAX; step++) {
        char wanted = next < form.length ? form.bytes[next] : '\0';
        if (wanted == '*') {
            star = next++;
            star_at = at;
            continue;
        }
        if (next == form.length && at == name.length)
            return true;
        bool digit = at < name.length && name.bytes[at] >= '0' && name.bytes[at] <= '9';
        if (wanted == '#' && digit) {
            while (at < name.length && name.bytes[at] >= '0' && name.bytes[at] <= '9')
                at++;
            next++;
            continue;
        }
        if (next < form.length && wanted != '#' && at < name.length && wanted == name.bytes[at]) {
            next++;
            at++;
            continue;
        }
        if (star == SIZE_MAX || star_at >= name.length)
            return false;
        next = star + 1;
        at = ++star_at;
    }
    return false;
}

/* A file of this form, in a directory of this name, holding this text. Empty: any. */
struct marker {
    const char *tracker, *file, *directory, *text;
};

/* Ordered: what says more comes first. */
static const struct marker markers[] = {
    {"Prisma", "migration_lock.toml", "migrations", ""},
    {"Drizzle", "_journal.json", "meta", "\"entries\""},
    {"Sqitch", "sqitch.plan", "", "%project"},
    {"golang-migrate", "#_*.up.sql", "", ""},
    {"golang-migrate", "#.up.sql", "", ""},
    {"Django", "0001_*.py", "migrations", "django.db"},
    {"Rails", "#_*.rb", "migrate", "ActiveRecord::Migration"},
    {"Ecto", "#_*.exs", "migrations", "Ecto.Migration"},
    {"Laravel", "#_#_#_#_*.php", "migrations", "Illuminate\\Database\\Migrations"},
    {"Phinx", "#_*.php", "migrations", "Phinx\\Migration"},
    {"Doctrine", "Version#.php", "", "Doctrine\\Migrations"},
    {"EF Core", "#_*.cs", "Migrations", "EntityFrameworkCore.Migrations"},
    {"TypeORM", "#-*.ts", "", "MigrationInterface"},
    {"TypeORM", "#-*.js", "", "MigrationInterface"},
    {"Sequelize", "#-*.js", "migrations", "queryInterface"},
    {"Knex", "#_*.js", "migrations", "knex"},
    {"Knex", "#_*.ts", "migrations", "knex"},
    {"yoyo", "#*.py", "migrations", "from yoyo import"},
    {"goose", "#_*.go", "", "pressly/goose"},
};

static bool directory_has_name(struct str directory, const char *name)
{
    return !*name || str_eq(path_base_name(directory), str_from(name));
}

static bool file_holds(struct tree *tree, struct arena *arena, struct str directory,
                       struct str name, const char *text)
{
    struct err ignored = ERR_NONE;
    struct str path, bytes;
    bool whole;

    if (!*text)
        return true;
    return tree_path_join(arena, directory, name, &path) &&
           tree_read_start(tree, arena, path, MARKER_READ_MAX, &bytes, &whole, &ignored) &&
           str_contains(bytes, str_from(text));
}

const char *marker_find(struct tree *tree, struct arena *arena, struct str directory,
                        const struct tree_entries *entries)
{
    for (size_t i = 0; i < COUNT_OF(markers); i++) {
        const struct marker *marker = &markers[i];
        if (!directory_has_name(directory, marker->directory))
            continue;
        for (size_t j = 0; j < entries->count; j++)
            if (entries->items[j].kind == TREE_FILE &&
                form_matches(str_from(marker->file), entries->items[j].name)) {
                if (file_holds(tree, arena, directory, entries->items[j].name, marker->text))
                    return marker->tracker;
                break; /* the first of each form is enough to tell */
            }
    }
    return NULL;
}

const char *marker_in_sql(struct str text)
{
    static const struct {
        const char *text, *tracker;
    } annotations[] = {
        {"-- migrate:up", "dbmate"},
        {"-- +goose Up", "goose"},
        {"-- +migrate Up", "sql-migrate"},
        {"--liquibase formatted sql", "Liquibase"},
        {"-- liquibase formatted sql", "Liquibase"},
        {"--! Previous:", "graphile-migrate"},
        {"---- create above / drop below ----", "tern"},
        {"--> statement-breakpoint", "Drizzle"},
        {"-- Up Migration", "node-pg-migrate"},
    };

    for (size_t i = 0; i < COUNT_OF(annotations); i++)
        if (str_contains(text, str_from(annotations[i].text)))
            return annotations[i].tracker;
    return NULL;
}
