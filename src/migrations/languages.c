#include "migrations/languages.h"

#include "readers/django.h"
#include "readers/sqlalchemy.h"

/* --- Python. --- */

static bool has_word(struct str source, const char *const *words)
{
    for (; *words; words++)
        if (str_contains(source, str_from(*words)))
            return true;
    return false;
}

static bool python_sniffs(struct str source)
{
    static const char *const words[] = {"Column(",      "mapped_column", "Mapped[",
                                        "Table(",       "SQLModel",      "__tablename__",
                                        "models.Model", "db.Model",      NULL};

    return has_word(source, words);
}

static bool python_mentions(struct str source)
{
    static const char *const words[] = {"Index(", "django.db", NULL};

    return python_sniffs(source) || has_word(source, words);
}

static bool python_read(const struct model_source *source, struct schema *schema, struct err *e)
{
    PYTHON_TREE(tree, source->arena, source->files);

    return sqlalchemy_read(source->arena, tree, source->paths, schema, e) &&
           django_read(source->arena, tree, source->paths, source->settings, schema, e);
}

/* --- All. --- */

static const char *const python_endings[] = {".py", NULL};

const struct model_language model_languages[] = {
    {.name = STR_INIT("python"),
     .endings = python_endings,
     .mentions = python_mentions,
     .sniffs = python_sniffs,
     .read = python_read},
};
const size_t model_language_count = COUNT_OF(model_languages);
_Static_assert(COUNT_OF(model_languages) <= MODEL_LANGUAGES_MAX, "a longer list of languages");

const struct model_language *model_language_of(struct str path)
{
    for (size_t i = 0; i < model_language_count; i++)
        for (const char *const *ending = model_languages[i].endings; *ending; ending++)
            if (str_ends(path, str_from(*ending)))
                return &model_languages[i];
    return NULL;
}
