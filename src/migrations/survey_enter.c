#include "migrations/survey_enter.h"

#include "migrations/markers.h"

static bool has_form(const struct tree_entries *entries, struct str form)
{
    for (size_t i = 0; i < entries->count; i++)
        if (entries->items[i].kind == TREE_FILE && form_matches(form, entries->items[i].name))
            return true;
    return false;
}

/* What stands beside a file of its tool. */
static bool is_made_by_tool(const struct tree_entries *entries, struct str name)
{
    static const struct {
        const char *name, *beside;
    } rows[] = {
        {"deps", "mix.exs"},     {"build", "build.gradle"},   {"build", "build.gradle.kts"},
        {"bin", "build.gradle"}, {"bin", "build.gradle.kts"}, {"bin", "pom.xml"},
        {"out", "build.gradle"}, {"out", "build.gradle.kts"}, {"out", "pom.xml"},
        {"bin", "*.csproj"},     {"obj", "*.csproj"},         {"build", "setup.py"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (str_eq(name, str_from(rows[i].name)) && has_form(entries, str_from(rows[i].beside)))
            return true;
    return false;
}

enum entering survey_entering(const struct tree_entries *entries, struct str name)
{
    static const char *const skipped[] = {
        "node_modules", "bower_components", "venv",   "virtualenv", "site-packages",
        "__pycache__",  "vendor",           "target", "_build",     NULL};

    if (!name.length || name.bytes[0] == '.' || str_is_one_of(name, skipped) ||
        is_made_by_tool(entries, name))
        return NOT_ENTERED;
    return str_eq(name, STR("dist")) ? ENTERED_LAST : ENTERED;
}
