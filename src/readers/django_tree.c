/* django_tree.c -- django-mptt: `class MPTTMeta: level_attr = "depth"` gives a column of MPTTModel another name.
 *
 * Source: django-mptt 0.11 to 0.18, models.py (MPTTOptions).
 */
#include "readers/django.h"

static struct django_field *field_named(struct django_fields *fields, struct str name)
{
    for (size_t i = 0; i < fields->count; i++)
        if (str_eq(fields->items[i].name, name))
            return &fields->items[i];
    return NULL;
}

static const struct python_binding *
options_of(struct django_reader *r, const struct django_model *model, struct python_file **ret_file)
{
    for (size_t i = 0; i < model->order_count; i++) {
        const struct python_binding *options =
            python_binding_in(r->tree, model->order[i].file,
                              node_field(model->order[i].node, "body"), STR("MPTTMeta"));
        *ret_file = model->order[i].file;
        if (options)
            return options->kind == BINDING_CLASS ? options : NULL;
    }
    return NULL;
}

void django_tree_names(struct django_reader *r, const struct django_model *model,
                       struct django_fields *fields)
{
    static const char *const words[][2] = {{"left_attr", "lft"},
                                           {"right_attr", "rght"},
                                           {"tree_id_attr", "tree_id"},
                                           {"level_attr", "level"}};
    struct python_file *file;
    const struct python_binding *options = options_of(r, model, &file);

    for (size_t i = 0; options && i < COUNT_OF(words); i++) {
        struct python_scope scope = {.file = file, .body = node_field(options->node, "body")};
        const struct python_binding *word =
            python_binding_in(r->tree, file, scope.body, str_from(words[i][0]));
        struct django_field *field = field_named(fields, str_from(words[i][1]));
        struct python_constant name = word ? python_constant(r->tree, scope, word->node)
                                           : (struct python_constant){.kind = CONSTANT_NOT};
        if (name.kind != CONSTANT_STRING || !field || field->place.file.length)
            continue; /* that one is the model's own */
        field->name = field->column = name.text;
    }
}
