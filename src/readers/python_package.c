#include "readers/python_package.h"

static bool is_below(struct str dotted, struct str module)
{
    return dotted.length > module.length && str_starts(dotted, module) &&
           dotted.bytes[module.length] == '.';
}

size_t python_package_of(struct str dotted)
{
    for (size_t i = 0; i < python_package_count; i++)
        for (struct str rest = python_packages[i].modules; rest.length;)
            if (is_below(dotted, str_cut(&rest, ' ')))
                return i;
    return SIZE_MAX;
}
