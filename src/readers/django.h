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
#define DJANGO_PRESETS_MAX 8u

/* What a field class of the tree gives its base: `kwargs["max_length"] = 12` (final), `kwargs.setdefault("max_length", 12)`. */
struct django_preset {
    struct str name;
    struct python_constant value;
    bool final;
};

struct django_field {
    struct str name, column;
    struct str kind; /* "CharField" */
    struct python_scope scope;
    TSNode call; /* CharField(…): of the model, or what a function of the tree returns */
    struct schema_place place;
    bool relation, many;
    struct str written_type; /* what its class says in db_type; empty: nothing */
    struct django_preset presets[DJANGO_PRESETS_MAX];
    size_t preset_count;
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
        const struct python_bound *bound; /* of a class that a function makes: its parameters */
        bool plain;            /* no model and made from none: Django leaves its fields alone */
    } order[DJANGO_BASES_MAX]; /* itself, then its bases up to other tables */
    size_t order_count;
    struct str parent;         /* "app.Name" of the concrete model above; empty: none */
    struct strs foreign_bases; /* of other packages, but for models.Model */
    struct strs other_bases;   /* of other packages, that may be models or not */
};
VEC_DEFINE(django_models, struct django_model);

/* Lead.add_to_class("late", models.CharField(max_length=3)), below the class. */
struct django_late {
    struct python_file *file; /* of the class */
    TSNode node;
    struct django_field field;
};
VEC_DEFINE(django_lates, struct django_late);

struct django_reader {
    struct arena *arena;
    struct python_tree *tree;
    struct schema *schema;
    const struct strs *settings;
    struct django_models models;
    struct django_lates lates;
    struct str auto_field; /* "AutoField" unless a setting says otherwise */
    struct str user_model; /* "auth.User" unless a setting says otherwise */
};

MUST_CHECK bool django_read(struct arena *arena, struct python_tree *tree, const struct strs *paths,
                            const struct strs *settings, struct schema *schema, struct err *e);

/* The label of the application whose models stand in this file: "shop/models.py". */
struct str django_app_label(struct arena *arena, struct python_tree *tree, struct str models);

/* --- Parts. --- */
/* What the class and its bases bind to calls of something of another package ("simple_history.models.HistoricalRecords"). */
struct django_call {
    struct python_scope scope;
    TSNode call;
    bool own; /* it stands in the class itself */
};
VEC_DEFINE(django_calls, struct django_call);
/* Where the fields of order[index] stand. */
struct python_scope django_class_scope(const struct django_model *model, size_t index);
void django_calls_of(struct django_reader *r, const struct django_model *model, struct str called,
                     struct django_calls *ret_calls);
/* What simple_history keeps of a model with `history = HistoricalRecords()`: a table with all its columns. */
void django_history_tables(struct django_reader *r, const struct django_model *model,
                           const struct django_fields *fields, const struct schema_table *table);
/* The names that MPTTMeta gives to the fields of MPTTModel. */
void django_tree_names(struct django_reader *r, const struct django_model *model,
                       struct django_fields *fields);
/* The tables of `translations = TranslatedFields(…)` of django-parler. */
void django_translation_tables(struct django_reader *r, const struct django_model *model);
/* A many-to-many table between two models ("app.Name"). */
void django_many_table(struct django_reader *r, const struct django_model *model, struct str name,
                       struct str target, struct schema_place place, struct str source);
/* The fields that a file puts on classes, its own and others'. */
void django_lates_read(struct django_reader *r, struct python_file *file);
void django_default_read(struct django_reader *r, const struct django_field *field,
                         const struct django_fields *fields, struct schema_column *column);
/* The field that a call makes under that name; false: it makes none. */
bool django_field_made(struct django_reader *r, struct python_scope scope, struct str name,
                       TSNode call, struct django_field *ret_field);
void django_column_add(struct django_reader *r, const struct django_model *model,
                       const struct django_field *field, const struct django_fields *fields,
                       struct schema_table *table);
/* Fills kind, written_type and presets of what a call makes; false: it makes no field. "?": a field that cannot be read. */
bool django_field_kind(struct django_reader *r, struct python_scope scope, TSNode function,
                       struct django_field *field);
/* The type that db_type() of a field's class returns for PostgreSQL; empty: it cannot be told. `init`: __init__ of the class, or null; `own`: the field is
 * made by calling that class itself. */
struct str django_written_type(struct django_reader *r, struct python_scope scope, TSNode db_type,
                               TSNode init, const struct django_field *field, bool own);
/* Does the class itself have a field of Django's? Then it is a model, whatever its base of another package is called: wagtail's Orderable,
 * oscar's AbstractProduct. */
bool django_has_field(struct django_reader *r, const struct django_model *model);
/* Fills auto_field and user_model. */
void django_settings_read(struct django_reader *r);
/* Which setting of django.conf an expression asks for; empty: none. `getattr(settings, NAME, …)` gives the rest, and where it stands. */
struct str django_setting(struct django_reader *r, struct python_scope scope, TSNode node,
                          TSNode *ret_otherwise, struct python_scope *ret_in);
/* A constant, also one that the settings say. */
struct python_constant django_constant(struct django_reader *r, struct python_scope scope,
                                       TSNode node);
/* The items of a list that is written out, or computed from choices: Status.values, [key for key, _ in STATES]. False when one cannot be told. */
VEC_DEFINE(python_constants, struct python_constant);
bool django_values_of(struct django_reader *r, struct python_scope scope, TSNode node,
                      struct python_constants *ret_values);
/* max(len(v) for v in Status.values), max(map(len, NAMES)) */
struct python_constant django_greatest(struct django_reader *r, struct python_scope scope,
                                       TSNode call);
/* Decimal("1.50"), UUID("…"), date(2024, 1, 31) as SQL; false for any other call. */
bool django_value_made(struct django_reader *r, struct python_scope scope, TSNode call,
                       struct str *ret_text);
/* An argument of the field: as called, or as its class presets it. */
struct python_constant django_word(struct django_reader *r, const struct django_field *field,
                                   const char *name);
static inline bool django_is(struct django_reader *r, const struct django_field *field,
                             const char *name)
{
    return django_word(r, field, name).kind == CONSTANT_TRUE;
}
/* primary_key=True, or the link to the model above. */
static inline bool django_is_key(struct django_reader *r, const struct django_field *field)
{
    return django_is(r, field, "primary_key") ||
           (field->relation && django_is(r, field, "parent_link"));
}
/* A condition (Q, ~Q, Q & Q) or an expression (F, Lower("name")) as SQL; false when it cannot be read. */
bool django_condition(struct django_reader *r, struct python_scope scope, TSNode node,
                      const struct django_fields *fields, struct str *ret_text);
bool django_expression(struct django_reader *r, struct python_scope scope, TSNode node,
                       const struct django_fields *fields, struct str *ret_text);
/* What cannot be written so, as its words: the same when only its layout, its quotes or its imports change. */
struct str django_words(struct django_reader *r, struct python_scope scope, TSNode node);
/* The column of a field by the name that queries use. */
struct str django_column_of(const struct django_fields *fields, struct str name);
/* What the AppConfig in apps.py beside the models says; empty: nothing. */
struct str django_app_word(struct django_reader *r, struct str path, const char *name);
/* The model a relation points at: "app.Name"; empty when unknown. */
struct str django_target(struct django_reader *r, const struct django_model *model,
                         const struct django_field *field);
/* Models that Django brings: of which class of theirs is this the label, and is it one that others point at? */
struct str django_contrib_label(struct arena *arena, struct str dotted);
bool django_is_contrib(struct str label);
/* "app.Name" of the model whose table a proxy has; of any other what was asked for. */
struct str django_real_label(const struct django_reader *r, struct str label);
/* The model of that label, behind proxies. NULL: there is none in the tree. */
const struct django_model *django_model_named(const struct django_reader *r, struct str label);
/* The fields of a model, those of its abstract bases included; the last word per name. */
void django_fields_of(struct django_reader *r, const struct django_model *model,
                      struct django_fields *ret_fields);
bool django_field_type(struct django_reader *r, const struct django_model *model,
                       const struct django_field *field, size_t depth, struct str *ret_type);
/* Type and column of the primary key; false when it cannot be read. */
bool django_key(struct django_reader *r, struct str label, size_t depth, struct str *ret_type,
                struct str *ret_column);
/* The type of a key that Django adds: by the AppConfig, else by the settings; empty when unknown. */
struct str django_auto_type(struct django_reader *r, const struct django_model *model);
/* An attribute of class Meta: its own, else of the Meta it inherits; null when absent. */
TSNode django_meta(struct django_reader *r, const struct django_model *model, const char *name,
                   struct python_scope *ret_scope);
void django_meta_read(struct django_reader *r, const struct django_model *model,
                      const struct django_fields *fields, struct schema_table *table);
/* db/backends/base/schema.py: _create_index_name. */
struct str django_index_name(struct arena *arena, struct str table, const struct strs *columns,
                             struct str suffix);

#endif
