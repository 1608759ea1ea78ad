/* rails.h -- the definitions that Rails' schema.rb and its migrations share (inside readers and migrations).
 *
 * In:     db/schema.rb (create_table, t.string, t.index, add_foreign_key, create_enum …).
 * Out:    tables, columns, indexes, constraints and enumerated types as Rails' PostgreSQL adapter makes them.
 * Fails:  never; what cannot be read is in schema->unread with file and line.
 * Source: Rails 5.2 to 8.0: ActiveRecord's TableDefinition, PostgreSQLAdapter::NATIVE_DATABASE_TYPES, SchemaStatements (names of indexes,
 *         columns of foreign keys), SchemaDumper.
 */
#ifndef HOOKCHECK_READERS_RAILS_H
#define HOOKCHECK_READERS_RAILS_H

#include "readers/python_tree.h"
#include "readers/ruby_tree.h"
#include "schema/schema.h"

void rails_schema_read(struct arena *arena, const struct source_files *files,
                       const struct strs *paths, struct schema *schema);

/* --- For schema.rb and migrations alike. --- */

struct rails_version { /* [7.1]: from 7.0 on times have six digits unless they say otherwise */
    unsigned major, minor;
    bool mysql; /* the table is one of MySQL's: create_table says charset, collation or ENGINE */
};
/* ActiveRecord::Schema[7.1], ActiveRecord::Migration[7.1]; nothing given: 5.0, before which there were no versions. */
struct rails_version rails_version_of(struct str source);

/* What `type` and the options of a call make of a column. False: no such type. */
bool rails_type(struct ruby_file *file, TSNode call, struct str type, struct rails_version version,
                struct str *ret_type);
bool rails_is_type(struct str method);
/* --- rails_database.c --- */
/* What MySQL makes of `size`, `limit` and `unsigned`; `table`: it is known to be MySQL's, else only what no other database has is looked at. */
struct str rails_mysql_type(struct ruby_file *file, TSNode call, struct str type, struct str base,
                            bool table);
/* PostGIS: t.geometry "area", limit: { srid: 4326, type: "st_polygon" }; t.st_point "at", geographic: true. Empty: no such type. */
struct str rails_spatial_type(struct ruby_file *file, TSNode call, struct str type);
/* What t.column names by the database's own word: "enum('a','b')", "geometry(Point,4326)". */
struct str rails_own_type(struct arena *arena, struct str type);

/* `call`: or the hash of options that create_table has for its key. */
void rails_column(struct ruby_file *file, TSNode call, struct str type,
                  struct rails_version version, struct schema_column *column);
/* The default alone. */
void rails_default(struct ruby_file *file, TSNode call, struct schema_column *column);
/* index_users_on_email_and_name */
struct str rails_index_name(struct arena *arena, struct str table, const struct strs *columns);
/* A list, or one name. */
void rails_names(struct arena *arena, const struct ruby_value *value, struct strs *names);
/* What a table may be called of which "user_id" points at a row, and the other way round; the first is the usual one. */
void rails_plurals(struct arena *arena, struct str name, struct strs *ret_names);
void rails_singulars(struct arena *arena, struct str table, struct strs *ret_names);

#endif
