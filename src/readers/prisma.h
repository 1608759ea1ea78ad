/* prisma.h -- Prisma's schema language, and the schema that `prisma migrate` makes of it in PostgreSQL.
 *
 * In:     schema.prisma, or all .prisma files of a folder.
 * Out:    tables, columns, indexes, foreign keys, enumerated types and the tables of implicit many-to-many relations, named and typed as
 *         in the SQL of `prisma migrate` (TEXT, TIMESTAMP(3), DECIMAL(65,30), User_email_key). What only the client does (@updatedAt, uuid(),
 *         @ignore, relation fields without columns, documentation) is not there, nor are views and MongoDB.
 * Fails:  never; a line that is no Prisma is in schema->unread with file and line.
 * Source: Prisma 6 schema reference; its migration engine's names (User_email_key, User_authorId_fkey, _PostToTag), cut at 63 bytes.
 */
#ifndef HOOKCHECK_READERS_PRISMA_H
#define HOOKCHECK_READERS_PRISMA_H

#include "readers/python_tree.h"
#include "schema/schema.h"

void prisma_read(struct arena *arena, const struct source_files *files, const struct strs *paths,
                 struct schema *schema);
/* Does the file say which database it is for? The folder of one that does is a schema. */
bool prisma_has_datasource(struct arena *arena, struct str source);

#endif
