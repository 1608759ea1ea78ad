/* django.h -- Django's models, read without importing them (inside readers only, but for django_read).
 *
 * In:    Python files with models; settings and apps.py files, for AUTH_USER_MODEL, DEFAULT_AUTO_FIELD and labels.
 * Out:   tables, columns, indexes and constraints as `migrate` makes them in PostgreSQL; many-to-many tables too.
 * Fails: never; what cannot be read is in schema->unread, with file and line.
 * Source: Django 3.2 to 5.2: db/models/fields, db/backends/postgresql/base.py (data_types), db/backends/base/schema.py (index names).
 *
 * The index that every foreign key has is part of its column.
 */
#ifndef HOOKCHECK_READERS_DJANGO_H
#define HOOKCHECK_READERS_DJANGO_H

#include "readers/python_tree.h"
#include "schema/schema.h"

#define DJANGO_BASES_MAX 24u

struct django_field {
    struct str name, column;
    struct str kind; /* "CharField" */
    struct python_scope scope;
    TSNode call;
    bool relation, many;
};
VEC_DEFINE(django_fields, struct django_field);

struct django_model {
    struct python_file *file;
    TSNode node;
    struct str app, name, table;
    bool abstract, unmanaged, proxy;
    struct {
        struct python_file *file;
        TSNode node;
    } order[DJANGO_BASES_MAX]; /* itself, then its bases up to other tables */
    size_t order_count;
    struct str parent; /* "app.Name" of the concrete model above; empty: none */
    struct str foreign_base;
};
VEC_DEFINE(django_models, struct django_model);

struct django_reader {
    struct arena *arena;
    struct python_tree *tree;
    struct schema *schema;
    const struct strs *settings;
    struct django_models models;
    struct str auto_field; /* "AutoField" unless a setting says otherwise */
    struct str user_model; /* "auth.User" unless a setting says otherwise */
};

MUST_CHECK bool django_read(struct arena *arena, struct python_tree *tree, const struct strs *paths,
                            const struct strs *settings, struct schema *schema, struct err *e);

/* --- Parts. --- */
/* The model a relation points at: "app.Name"; empty when unknown. */
struct str django_target(struct django_reader *r, const struct django_model *model,
                         const struct django_field *field);
const struct django_model *django_model_named(const struct django_reader *r, struct str label);
/* The fields of a model, those of its abstract bases included; the last word per name. */
void django_fields_of(struct django_reader *r, const struct django_model *model,
                      struct django_fields *ret_fields);
bool django_field_type(struct django_reader *r, const struct django_model *model,
                       const struct django_field *field, size_t depth, struct str *ret_type);
/* Type and column of the primary key; false when it cannot be read. */
bool django_key(struct django_reader *r, struct str label, size_t depth, struct str *ret_type,
                struct str *ret_column);
/* An attribute of class Meta: its own, else of the Meta it inherits; null when absent. */
TSNode django_meta(struct django_reader *r, const struct django_model *model, const char *name,
                   struct python_scope *ret_scope);
void django_meta_read(struct django_reader *r, const struct django_model *model,
                      const struct django_fields *fields, struct schema_table *table);
/* db/backends/base/schema.py: _create_index_name. */
struct str django_index_name(struct arena *arena, struct str table, const struct strs *columns,
                             struct str suffix);

#endif
