#include "migrations/survey_built.h"

#include "base/file.h"

static bool is_built(struct str part)
{
    static const struct str words[] = {STR_INIT("dist"), STR_INIT("build"), STR_INIT("lib"),
                                       STR_INIT("out"), STR_INIT("compiled")};

    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (str_eq(part, words[i]))
            return true;
    return false;
}

static bool is_typescript(struct str name)
{
    return (str_ends(name, STR(".ts")) || str_ends(name, STR(".mts")) ||
            str_ends(name, STR(".cts"))) &&
           !str_ends(name, STR(".d.ts")) && !str_ends(name, STR(".d.mts")) &&
           !str_ends(name, STR(".d.cts"));
}

static bool holds_typescript(struct arena *scratch, struct tree *tree, struct str directory)
{
    struct err ignored = ERR_NONE; /* it was listed before */
    struct tree_entries entries = {0};
    bool exists;

    if (!tree_list(tree, scratch, directory, &entries, &exists, &ignored))
        return false;
    for (size_t i = 0; i < entries.count; i++)
        if (entries.items[i].kind == TREE_FILE && is_typescript(entries.items[i].name))
            return true;
    return false;
}

static bool is_found(const struct survey_founds *founds, const struct tracker *tracker,
                     struct str directory)
{
    for (size_t i = 0; i < founds->count; i++)
        if (founds->items[i].tracker == tracker && str_eq(founds->items[i].directory, directory))
            return true;
    return false;
}

/* "api/build/db/migrations": api/src/db/migrations or api/db/migrations; empty: neither was found. */
static struct str source_of(struct arena *scratch, const struct survey_founds *founds,
                            const struct survey_found *found)
{
    struct str rest = found->directory, above = STR("");

    while (rest.length) {
        struct str part = str_cut(&rest, '/');
        struct str sources[] = {path_below(scratch, path_below(scratch, above, STR("src")), rest),
                                path_below(scratch, above, rest)};
        for (size_t i = 0; i < COUNT_OF(sources) && is_built(part) && rest.length; i++)
            if (is_found(founds, found->tracker, sources[i]))
                return sources[i];
        above = path_below(scratch, above, part);
    }
    return STR("");
}

void survey_drop_built(struct arena *scratch, struct tree *tree, struct survey_founds *founds)
{
    size_t kept = 0;

    for (size_t i = 0; i < founds->count; i++) {
        const struct survey_found *found = &founds->items[i];
        struct str source = found->named.length ? STR("") : source_of(scratch, founds, found);
        if (!source.length || holds_typescript(scratch, tree, found->directory) ||
            !holds_typescript(scratch, tree, source))
            founds->items[kept++] = *found;
    }
    founds->count = kept;
}
