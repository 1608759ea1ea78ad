/* rails_modules.c -- modules of the project that a Rails migration includes, and other migrations that it runs or reverts. */
#include "migrations/rails_modules.h"

#include "base/buf.h"
#include "base/file.h"

#define MODULES_MAX 8u
#define MIGRATION_BYTES ((size_t)1 << 20)

/* "migration_helpers/text" of MigrationHelpers::Text, as Rails looks for it. */
static struct str file_name(struct arena *arena, struct str module)
{
    struct buf out = buf_new(arena, module.length * 2 + 1);

    for (size_t i = 0; i < module.length; i++) {
        char byte = module.bytes[i], before = i ? module.bytes[i - 1] : ':';
        bool upper = byte >= 'A' && byte <= 'Z';
        if (byte == ':') {
            if (before == ':' && i)
                buf_add_byte(&out, '/');
            continue;
        }
        if (upper && before != ':' && !(before >= 'A' && before <= 'Z'))
            buf_add_byte(&out, '_');
        buf_add_byte(&out, upper ? (char)(byte - 'A' + 'a') : byte);
    }
    return buf_str(&out);
}

/* The directories around, from the nearest to the top: lib of an engine, lib of the application. */
static bool find_module(struct arena *arena, const struct source_files *files, struct str migration,
                        struct str module, struct str *ret_text)
{
    static const char *const folders[] = {"lib",          "app/lib", "app/models/concerns",
                                          "app/concerns", "db",      "db/migrate"};
    struct str name = file_name(arena, module), above = path_parent(migration);

    for (;;) {
        for (size_t i = 0; i < COUNT_OF(folders); i++) {
            struct str path = path_join(
                arena, above, str_printf(arena, "%s/" STR_FMT ".rb", folders[i], STR_ARG(name)));
            if (files->read(files->self, path, ret_text))
                return true;
        }
        if (!above.length)
            return false;
        above = path_parent(above);
    }
}

/* include MigrationHelpers; class More < TextMigration; MigrationHelpers.add_text(self, …): the module; empty: another line. */
static struct str module_of(struct str line)
{
    size_t handed = str_find(line, STR("(self")), base = str_find(line, STR(" < ")), dot;

    if (str_starts(line, STR("include ")) || str_starts(line, STR("extend ")))
        return str_trim(str_from_offset(line, str_find_byte(line, ' ')));
    if (str_starts(line, STR("class ")) && base != SIZE_MAX)
        return str_contains(line, STR("ActiveRecord")) ||
                       str_contains(line, STR("ApplicationRecord"))
                   ? STR_NONE
                   : str_trim(str_from_offset(line, base + 3));
    if (handed == SIZE_MAX || !line.length || line.bytes[0] < 'A' || line.bytes[0] > 'Z')
        return STR_NONE;
    dot = str_find_last_byte(str_prefix(line, handed), '.');
    return dot == SIZE_MAX ? STR_NONE : str_prefix(line, dot);
}

struct str rails_with_modules(struct arena *arena, const struct source_files *files,
                              struct str path, struct str text)
{
    struct str rest = text, all = text, found;
    struct strs taken = {0};

    for (size_t count = 0; rest.length && count < MODULES_MAX;) {
        struct str line = str_trim(str_cut(&rest, '\n')), module = module_of(line);
        if (str_starts(module, STR("::")))
            module = str_from_offset(module, 2);
        if (!module.length || strs_have(&taken, module))
            continue;
        count++;
        VEC_PUSH(arena, &taken, module);
        if (find_module(arena, files, path, module, &found))
            all = str_printf(arena, STR_FMT "\n" STR_FMT, STR_ARG(all), STR_ARG(found));
    }
    return all;
}

/* --- Other migrations. --- */

static bool is_upper(char byte)
{
    return byte >= 'A' && byte <= 'Z';
}

static bool is_of_constant(char byte)
{
    return byte_is_word(byte) || byte == ':';
}

/* The next constant of a line: "DropSku", "Shop::DropSku". */
static struct str next_constant(struct str *rest)
{
    size_t start = 0, end;

    while (start < rest->length &&
           !(is_upper(rest->bytes[start]) && (!start || !byte_is_word(rest->bytes[start - 1]))))
        start++;
    for (end = start; end < rest->length && is_of_constant(rest->bytes[end]);)
        end++;
    struct str constant = str_slice(*rest, start, end);
    *rest = str_from_offset(*rest, end);
    return constant;
}

/* revert DropSku; run DropSku; DropSku.new.migrate(:down) */
static bool may_run(struct str line)
{
    return str_starts(line, STR("revert")) || str_starts(line, STR("run")) ||
           str_contains(line, STR(".migrate(")) || str_contains(line, STR(".migrate :")) ||
           str_ends(line, STR(".up")) || str_ends(line, STR(".down")) ||
           str_ends(line, STR(".change"));
}

/* 20240101000001_drop_sku.rb */
static bool is_file_of(struct str file, struct str name)
{
    size_t digits = 0;

    while (digits < file.length && byte_is_digit(file.bytes[digits]))
        digits++;
    struct str rest = str_from_offset(file, digits);
    return digits && str_starts(rest, STR("_")) && str_ends(rest, STR(".rb")) &&
           str_eq(str_slice(rest, 1, rest.length - 3), name);
}

static bool find_migration(struct arena *arena, struct tree *tree, struct str directory,
                           struct str class, struct str *ret_text)
{
    struct tree_entries entries;
    struct err absent = ERR_NONE;
    struct str name = file_name(arena, class);
    bool exists;

    if (!tree_list(tree, arena, directory, &entries, &exists, &absent))
        return false;
    for (size_t i = 0; i < entries.count; i++)
        if (is_file_of(entries.items[i].name, name))
            return tree_read(tree, arena, path_join(arena, directory, entries.items[i].name),
                             MIGRATION_BYTES, ret_text, &absent);
    return false;
}

struct str rails_with_others(struct arena *arena, struct tree *tree, struct str path,
                             struct str text)
{
    struct str all = text, found;
    struct strs taken = {0};

    if (!str_ends(path, STR(".rb")))
        return text;
    for (size_t at = 0; at < all.length;) { /* what is put behind is looked through too */
        struct str rest = str_from_offset(all, at), line = str_cut(&rest, '\n'), class;
        at = all.length - rest.length;
        line = str_trim(line);
        if (!may_run(line))
            continue;
        while (taken.count < MODULES_MAX && (class = next_constant(&line)).length) {
            if (strs_have(&taken, class) ||
                str_contains(all, str_printf(arena, "class " STR_FMT " ", STR_ARG(class))))
                continue;
            VEC_PUSH(arena, &taken, class);
            if (find_migration(arena, tree, path_directory(path), class, &found))
                all = str_printf(arena, STR_FMT "\n" STR_FMT, STR_ARG(all), STR_ARG(found));
        }
    }
    return all;
}
