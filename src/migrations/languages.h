/* languages.h -- which reader takes which source of models: one row a language (inside migrations and gate).
 *
 * A file belongs to the language whose ending it has; which files of it are models say patterns/models/ (rows of the same language), the
 * configuration, and, where a mapper may stand in a file of any name, its words.
 *
 * In:    files of one tree.
 * Out:   tables, columns, indexes and types; what cannot be read is in schema->unread.
 * Fails: limits.
 */
#ifndef HOOKCHECK_MIGRATIONS_LANGUAGES_H
#define HOOKCHECK_MIGRATIONS_LANGUAGES_H

#include "base/words.h"
#include "readers/definitions.h"
#include "readers/python_tree.h"
#include "schema/schema.h"

struct model_source {
    struct arena *arena;
    const struct source_files *files;
    const struct strs *paths;    /* sorted */
    const struct strs *settings; /* of Django, TypeORM (naming strategy), Drizzle (casing) */
    /* Files of the language that are models by their path, and the others. */
    const struct strs *all[2];
};

struct model_language {
    struct str name; /* as patterns/models/ has it */
    /* Does the source hold models? NULL: whatever its path says is read, and nothing else. */
    bool (*mentions)(struct str source);
    /* Does it hold a class made from another one? That one may be a model elsewhere. NULL: such a source holds a mapper's words too. */
    bool (*derives)(struct str source);
    /* Does it hold what a function of one of these files makes (made_exports.h)? NULL: the same. */
    bool (*made)(struct str source, const struct words *names);
    /* One of them stands in each source of models: for a push's first look at files of any name. NULL: they are not looked at. */
    const char *const *words;
    /* What it defines that models elsewhere may be made from, for the same look; NULL: nothing that counts. */
    definitions_function *defines;
    /* Read what is near first, without what stayed (models_near.h); parses for a thread that reads. */
    bool near;
    void (*parse_ahead)(struct parse_ahead *ahead);
    /* Files of one group are one schema; NULL: all files of the tree are. */
    struct str (*group)(const struct model_source *source, struct str path);
    bool (*read)(const struct model_source *source, struct schema *schema, struct err *e);
};

extern const struct model_language model_languages[];
extern const size_t model_language_count;
#define MODEL_LANGUAGES_MAX 8u

/* NULL when no reader takes files of that ending. */
const struct model_language *model_language_of(struct str path);

#endif
