/* rails_modules.c -- modules of the project that a Rails migration includes. */
#include "migrations/rails_modules.h"

#include "base/buf.h"
#include "base/file.h"

#define MODULES_MAX 8u

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

struct str rails_with_modules(struct arena *arena, const struct source_files *files,
                              struct str path, struct str text)
{
    struct str rest = text, all = text, found;

    for (size_t count = 0; rest.length && count < MODULES_MAX;) {
        struct str line = str_trim(str_cut(&rest, '\n'));
        if (!str_starts(line, STR("include ")))
            continue;
        count++;
        struct str module = str_trim(str_from_offset(line, STR("include ").length));
        if (str_starts(module, STR("::")))
            module = str_from_offset(module, 2);
        if (find_module(arena, files, path, module, &found))
            all = str_printf(arena, STR_FMT "\n" STR_FMT, STR_ARG(all), STR_ARG(found));
    }
    return all;
}
