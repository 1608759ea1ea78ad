#include "readers/python_package.h"

static bool is_below(struct str dotted, struct str module)
{
    return dotted.length > module.length && str_starts(dotted, module) &&
           dotted.bytes[module.length] == '.';
}

/* Most names that are asked for are of these, which no file declares. */
static bool is_of_mapper(struct str dotted)
{
    static const struct str modules[] = {STR_INIT("sqlalchemy."), STR_INIT("django.db."),
                                         STR_INIT("sqlmodel."), STR_INIT("flask_sqlalchemy.")};

    for (size_t i = 0; i < COUNT_OF(modules); i++)
        if (str_starts(dotted, modules[i]))
            return true;
    return false;
}

size_t python_package_of(struct str dotted)
{
    if (is_of_mapper(dotted))
        return SIZE_MAX;
    for (size_t i = 0; i < python_package_count; i++)
        for (struct str rest = python_packages[i].modules; rest.length;)
            if (is_below(dotted, str_cut(&rest, ' ')))
                return i;
    return SIZE_MAX;
}
