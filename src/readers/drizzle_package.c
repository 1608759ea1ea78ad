/* drizzle_package.c -- tables that Drizzle's own packages export: keys refer to them, and nobody here makes them. */
#include "readers/drizzle.h"

static const struct known {
    const char *thing, *table, *bare;
    const char *columns[8][2]; /* key, name */
} known[] = {
    {"drizzle-orm/supabase:authUsers",
     "auth.users",
     "users",
     {{"id", "id"},
      {"email", "email"},
      {"phone", "phone"},
      {"emailConfirmedAt", "email_confirmed_at"},
      {"phoneConfirmedAt", "phone_confirmed_at"},
      {"lastSignInAt", "last_sign_in_at"},
      {"createdAt", "created_at"},
      {"updatedAt", "updated_at"}}},
    {"drizzle-orm/supabase:realtimeMessages",
     "realtime.messages",
     "messages",
     {{"id", "id"}, {"topic", "topic"}, {"extension", "extension"}}},
    {"drizzle-orm/neon:usersSync",
     "neon_auth.users_sync",
     "users_sync",
     {{"id", "id"},
      {"name", "name"},
      {"email", "email"},
      {"rawJson", "raw_json"},
      {"createdAt", "created_at"},
      {"deletedAt", "deleted_at"},
      {"updatedAt", "updated_at"}}},
};

struct drizzle_table *drizzle_package_table(struct drizzle_reader *r, struct str dotted)
{
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (!str_eq(dotted, str_from(known[i].thing)))
            continue;
        struct drizzle_table *table = ARENA_NEW(r->arena, struct drizzle_table);
        table->name = str_from(known[i].table);
        table->bare = str_from(known[i].bare);
        for (size_t j = 0; j < COUNT_OF(known[i].columns) && known[i].columns[j][0]; j++) {
            struct str name = str_from(known[i].columns[j][1]);
            VEC_PUSH(r->arena, &table->names,
                     (struct drizzle_column_name){
                         .key = str_from(known[i].columns[j][0]), .name = name, .written = name});
        }
        return table;
    }
    return NULL;
}
