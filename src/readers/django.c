#include "readers/django.h"

#include "base/file.h"

/* --- Fields. --- */

static void put_field(struct django_reader *r, struct django_fields *fields,
                      struct django_field field)
{
    for (size_t i = 0; i < fields->count; i++)
        if (str_eq(fields->items[i].name, field.name)) {
            fields->items[i] = field;
            return;
        }
    VEC_PUSH(r->arena, fields, field);
}

static void remove_field(struct django_fields *fields, struct str name)
{
    for (size_t i = 0; i < fields->count; i++)
        if (str_eq(fields->items[i].name, name)) {
            memmove(&fields->items[i], &fields->items[i + 1],
                    (fields->count - i - 1) * sizeof fields->items[0]);
            fields->count--;
            return;
        }
}

static void fields_of_class(struct django_reader *r, struct python_scope scope,
                            struct django_fields *fields)
{
    struct python_bindings bindings;

    python_body_bindings(r->tree, scope.file, scope.body, &bindings);
    for (size_t i = 0; i < bindings.count; i++) {
        const struct python_binding *binding = &bindings.items[i];
        struct django_field field;
        /* `username = None`, a property, a method: whatever has the name of an inherited field takes it away. */
        if (binding->kind != BINDING_VALUE || !ts_node_is_null(binding->node))
            remove_field(fields, binding->name);
        if (binding->kind == BINDING_VALUE &&
            django_field_made(r, scope, binding->name, node_bare(binding->node), &field))
            put_field(r, fields, field);
    }
}

static void late_fields_of_class(struct django_reader *r, const struct python_file *file,
                                 TSNode node, struct django_fields *fields)
{
    for (size_t i = 0; i < r->lates.count; i++)
        if (r->lates.items[i].file == file && ts_node_eq(r->lates.items[i].node, node))
            put_field(r, fields, r->lates.items[i].field);
}

struct python_scope django_class_scope(const struct django_model *model, size_t index)
{
    return (struct python_scope){.file = model->order[index].file,
                                 .body = node_field(model->order[index].node, "body"),
                                 .bound = model->order[index].bound};
}

void django_fields_of(struct django_reader *r, const struct django_model *model,
                      struct django_fields *ret_fields)
{
    struct django_fields fields = {0};

    for (size_t i = model->order_count; i > 0; i--) {
        if (!model->order[i - 1].plain)
            fields_of_class(r, django_class_scope(model, i - 1), &fields);
        late_fields_of_class(r, model->order[i - 1].file, model->order[i - 1].node, &fields);
    }
    django_tree_names(r, model, &fields);
    *ret_fields = fields;
}

/* --- Models. --- */

static const struct django_model *model_of(const struct django_reader *r, struct str label)
{
    size_t dot = str_find_byte(label, '.');

    for (size_t i = 0; dot != SIZE_MAX && i < r->models.count; i++)
        if (str_eq(r->models.items[i].app, str_prefix(label, dot)) &&
            str_eq_nocase(r->models.items[i].name, str_from_offset(label, dot + 1)))
            return &r->models.items[i];
    return NULL;
}

struct str django_real_label(const struct django_reader *r, struct str label)
{
    const struct django_model *model = model_of(r, label);

    for (size_t i = 0; model && model->proxy && model->parent.length && i < DJANGO_BASES_MAX; i++) {
        label = model->parent;
        model = model_of(r, label);
    }
    return label;
}

const struct django_model *django_model_named(const struct django_reader *r, struct str label)
{
    return model_of(r, django_real_label(r, label));
}

/* "shop/models.py", "shop/models/item.py" → shop. */
static struct str app_directory(struct str path)
{
    struct str directory = path_directory(path);

    for (struct str at = directory; at.length && !str_eq(at, STR(".")); at = path_directory(at))
        if (str_eq(path_base_name(at), STR("models")))
            return path_directory(at);
    return directory;
}

struct str django_app_word(struct django_reader *r, struct str path, const char *name)
{
    struct str directory = app_directory(path);
    struct python_file *apps = python_tree_file(
        r->tree, str_eq(directory, STR("."))
                     ? STR("apps.py")
                     : str_printf(r->arena, STR_FMT "/apps.py", STR_ARG(directory)));

    for (size_t i = 0; apps && i < apps->bindings.count; i++) {
        if (apps->bindings.items[i].kind != BINDING_CLASS)
            continue;
        TSNode body = node_field(apps->bindings.items[i].node, "body");
        const struct python_binding *word = python_binding_in(r->tree, apps, body, str_from(name));
        struct python_constant text =
            word ? python_constant(r->tree, (struct python_scope){.file = apps, .body = body},
                                   word->node)
                 : (struct python_constant){.kind = CONSTANT_NOT};
        if (text.kind == CONSTANT_STRING)
            return text.text;
    }
    return STR_NONE;
}

/* AppConfig.label, else the folder's name. */
struct str django_app_label(struct arena *arena, struct python_tree *tree, struct str models)
{
    struct django_reader r = {.arena = arena, .tree = tree};
    struct str label = django_app_word(&r, models, "label");

    return label.length ? label : path_base_name(app_directory(models));
}

static struct str app_label(struct django_reader *r, struct str path)
{
    return django_app_label(r->arena, r->tree, path);
}

static bool is_abstract(struct django_reader *r, struct python_file *file, TSNode node)
{
    const struct python_binding *meta =
        python_binding_in(r->tree, file, node_field(node, "body"), STR("Meta"));
    const struct python_binding *abstract =
        meta && meta->kind == BINDING_CLASS
            ? python_binding_in(r->tree, file, node_field(meta->node, "body"), STR("abstract"))
            : NULL;

    return abstract && node_is(abstract->node, "true");
}

static bool is_foreign_model(struct str dotted)
{
    static const char *const suffixes[] = {
        "models.Model",       "models.base.Model", "AbstractUser",
        "AbstractBaseUser",   "PermissionsMixin",  "TimeStampedModel",
        "SoftDeletableModel", "PolymorphicModel",  "models.TimeStampedModel",
        "MPTTModel",          "UUIDModel",         "SafeDeleteModel",
        "TranslatableModel"};

    for (size_t i = 0; i < COUNT_OF(suffixes); i++)
        if (str_ends(dotted, str_from(suffixes[i])))
            return !str_starts(dotted, STR("sqlalchemy")) &&
                   !str_contains(dotted, STR("SQLAlchemy()"));
    return false;
}

/* Django's own classes that are no models: Func, Aggregate, Subquery… with an output_field, forms, managers. And the language's. */
static bool is_no_model(struct str dotted)
{
    static const char *const packages[] = {
        "builtins",    "typing",      "typing_extensions", "abc",        "enum",
        "collections", "dataclasses", "functools",         "contextlib", NULL};

    if (str_is_one_of(dotted_first(dotted), packages))
        return true;
    return str_starts(dotted, STR("django.")) &&
           (!str_starts(dotted, STR("django.contrib.")) ||
            str_starts(dotted, STR("django.contrib.postgres.")) ||
            str_starts(dotted, STR("django.contrib.gis.")));
}

/* Meta's app_label of a class that a table belongs to, else the application it stands in. */
static struct str label_of(struct django_reader *r, const struct django_model *model)
{
    struct python_scope scope;
    TSNode label = django_meta(r, model, "app_label", &scope);
    struct python_constant given = python_constant(r->tree, scope, label);

    return given.kind == CONSTANT_STRING ? given.text : app_label(r, model->order[0].file->path);
}

/* Is a base one of which nothing comes: `object`, or a class of the tree that is plain itself? */
static bool is_plain_base(const struct django_model *model, struct python_thing thing)
{
    for (size_t i = 0; thing.kind == THING_CLASS && i < model->order_count; i++)
        if (model->order[i].file == thing.file && ts_node_eq(model->order[i].node, thing.node))
            return model->order[i].plain;
    return thing.kind == THING_FOREIGN && str_eq(thing.dotted, STR("builtins.object"));
}

static bool visit(struct django_reader *r, struct django_model *model, struct python_thing class,
                  size_t depth)
{
    struct python_file *file = class.file;
    TSNode node = class.node;
    struct python_bases bases;
    size_t own = model->order_count;
    bool is_model = false, plain = true;

    if (depth > DJANGO_BASES_MAX || model->order_count == DJANGO_BASES_MAX)
        return false;
    for (size_t i = 0; i < model->order_count; i++)
        if (model->order[i].file == file && ts_node_eq(model->order[i].node, node))
            return false;
    model->order[model->order_count].file = file;
    model->order[model->order_count].bound = class.bound;
    model->order[model->order_count++].node = node;
    python_class_bases(file, node, &bases);
    for (size_t i = 0; i < bases.count; i++) {
        struct python_thing thing =
            python_made(r->tree, (struct python_scope){.file = file}, bases.items[i]);
        struct str contrib =
            thing.kind == THING_FOREIGN ? django_contrib_label(r->arena, thing.dotted) : STR_NONE;
        if (django_is_contrib(contrib)) { /* a proxy, or a table of its own that points there */
            is_model = true;
            model->parent = contrib;
        } else if (thing.kind == THING_FOREIGN && is_foreign_model(thing.dotted)) {
            is_model = true;
            if (!str_ends(thing.dotted, STR("models.Model")) &&
                !str_ends(thing.dotted, STR("base.Model")))
                strs_add(r->arena, &model->foreign_bases, thing.dotted);
        } else if (thing.kind == THING_FOREIGN && !is_no_model(thing.dotted)) {
            strs_add(r->arena, &model->other_bases, thing.dotted);
        } else if (python_is_made(r->tree, thing)) { /* and nobody can tell what it is */
            strs_add(r->arena, &model->other_bases, node_source(file, bases.items[i]));
        }
        if (thing.kind != THING_CLASS) {
            plain = plain && is_plain_base(model, thing);
            continue;
        }
        struct django_model above = {0};
        if (visit(r, &above, thing, depth + 1) && !is_abstract(r, thing.file, thing.node)) {
            is_model = true;
            model->parent =
                str_printf(r->arena, STR_FMT "." STR_FMT, STR_ARG(label_of(r, &above)),
                           STR_ARG(node_source(thing.file, node_field(thing.node, "name"))));
            continue;
        }
        is_model = visit(r, model, thing, depth + 1) || is_model;
        plain = plain && is_plain_base(model, thing);
    }
    model->order[own].plain = plain && !is_model;
    return is_model;
}

/* '"shop"."products"': the way that Django is told of a schema. */
static struct str unquoted(struct arena *arena, struct str table)
{
    static const struct str between = STR_INIT("\".\"");
    size_t at = str_find(table, between);

    table = str_trim_bytes(table, "\"");
    at = at == SIZE_MAX ? at : str_find(table, between);
    return at == SIZE_MAX ? table
                          : str_printf(arena, STR_FMT "." STR_FMT, STR_ARG(str_prefix(table, at)),
                                       STR_ARG(str_from_offset(table, at + between.length)));
}

static void collect(struct django_reader *r, struct python_file *file, TSNode node)
{
    struct django_model model = {
        .file = file, .node = node, .name = node_source(file, node_field(node, "name"))};
    struct python_scope scope;

    bool is_model =
        visit(r, &model, (struct python_thing){.kind = THING_CLASS, .file = file, .node = node}, 0);
    if (!is_model && (!model.other_bases.count || !django_has_field(r, &model)))
        return;
    for (size_t i = 0; i < model.other_bases.count; i++) /* each may bring fields */
        strs_add(r->arena, &model.foreign_bases, model.other_bases.items[i]);
    model.app = label_of(r, &model);
    model.abstract = is_abstract(r, file, node);
    TSNode proxy = django_meta(r, &model, "proxy", &scope);
    /* proxy = "token" in settings.INSTALLED_APPS: Django lets no proxy have fields. */
    model.proxy = node_is(proxy, "true") || (!ts_node_is_null(proxy) && !node_is(proxy, "false") &&
                                             !django_has_field(r, &model));
    model.unmanaged = node_is(django_meta(r, &model, "managed", &scope), "false");
    TSNode table = django_meta(r, &model, "db_table", &scope);
    struct str name = ts_node_is_null(table) ? STR_NONE : django_constant(r, scope, table).text;
    model.table = name.length ? unquoted(r->arena, name)
                              : str_printf(r->arena, STR_FMT "_" STR_FMT, STR_ARG(model.app),
                                           STR_ARG(str_lower(r->arena, model.name)));
    /* A name that is not to be told: its columns are told of under the one it would have without. */
    if (!name.length && !ts_node_is_null(table) && !node_is(table, "none") && !model.abstract)
        schema_unread_add(r->arena, r->schema,
                          (struct schema_place){.file = scope.file->path, .line = node_line(table)},
                          str_printf(r->arena, "the name of table " STR_FMT, STR_ARG(model.table)),
                          python_whole(r->tree, scope, table));
    VEC_PUSH(r->arena, &r->models, model);
}

/* --- Columns and tables. --- */

/* `key`: the column of a foreign key, whose index comes and goes with it. */
static void add_index(struct django_reader *r, struct schema_table *table, struct str column,
                      bool key, struct schema_place place)
{
    struct schema_index index = {
        .of_column = key ? column : STR_NONE, .of_type = key, .place = place};

    strs_add(r->arena, &index.parts, column);
    index.name = django_index_name(r->arena, table->name, &index.parts, STR(""));
    VEC_PUSH(r->arena, &table->indexes, index);
}

/* What a package's class brings stands in no file of the tree. */
static struct schema_place place_of(const struct django_field *field,
                                    const struct schema_table *table)
{
    return field->place.file.length ? field->place : table->place;
}

/* The other column of MoneyField (djmoney) and of SplitField (model_utils), unless the model says it itself. */
static void add_companion(struct django_reader *r, const struct django_field *field,
                          const struct django_fields *fields, struct schema_table *table)
{
    bool money = str_eq(field->kind, STR("MoneyField"));
    struct schema_column column = {.type = STR("TEXT"), .place = place_of(field, table)};
    struct python_constant name = django_word(r, field, "currency_field_name");
    struct python_constant length = django_word(r, field, "currency_max_length");

    if (!money && !str_eq(field->kind, STR("SplitField")))
        return;
    column.name = name.kind == CONSTANT_STRING ? name.text
                  : money ? str_printf(r->arena, STR_FMT "_currency", STR_ARG(field->name))
                          : str_printf(r->arena, "_" STR_FMT "_excerpt", STR_ARG(field->name));
    if (money) {
        column.type = str_printf(r->arena, "VARCHAR(" STR_FMT ")",
                                 STR_ARG(length.kind == CONSTANT_NUMBER ? length.text : STR("3")));
        column.nullable = django_word(r, field, "default_currency").kind == CONSTANT_NONE;
    }
    for (size_t i = 0; i < fields->count; i++)
        if (str_eq(fields->items[i].name, column.name))
            return;
    schema_column_put(r->arena, table, column);
}

void django_column_add(struct django_reader *r, const struct django_model *model,
                       const struct django_field *field, const struct django_fields *fields,
                       struct schema_table *table)
{
    struct python_file *file = field->scope.file;
    struct schema_place place = place_of(field, table);
    struct schema_column column = {
        .name = field->column,
        .primary_key = django_is_key(r, field),
        .unique = django_is(r, field, "unique") || str_eq(field->kind, STR("OneToOneField")),
        .nullable = django_is(r, field, "null") || str_eq(field->kind, STR("NullBooleanField")),
        .place = place};
    struct str key_type, key_column;

    if (!django_field_type(r, model, field, 0, &column.type) ||
        python_call_has_splat(r->tree, field->scope, field->call)) {
        column.type = STR_NONE;
        column.unread = column.named = true;
        schema_unread_add(r->arena, r->schema, column.place,
                          str_printf(r->arena, "the type of " STR_FMT "." STR_FMT,
                                     STR_ARG(table->name), STR_ARG(column.name)),
                          python_whole(r->tree, field->scope, field->call));
    }
    django_default_read(r, field, fields, &column);
    if (column.unread_default && !column.unread)
        schema_unread_add(
            r->arena, r->schema, column.place,
            str_printf(r->arena, "the default of " STR_FMT "." STR_FMT, STR_ARG(table->name),
                       STR_ARG(column.name)),
            python_whole(r->tree, field->scope, call_keyword(file, field->call, "db_default")));
    if (field->relation && django_word(r, field, "db_constraint").kind != CONSTANT_FALSE) {
        struct str label = django_target(r, model, field);
        const struct django_model *target = django_model_named(r, label);
        struct python_constant to_field = django_word(r, field, "to_field");
        struct django_fields of_target;
        bool keyed = target && django_key(r, label, 0, &key_type, &key_column);
        if (keyed && to_field.kind == CONSTANT_STRING) {
            django_fields_of(r, target, &of_target);
            key_column = django_column_of(&of_target, to_field.text);
        }
        if (keyed)
            column.references = str_printf(r->arena, STR_FMT " (" STR_FMT ")",
                                           STR_ARG(target->table), STR_ARG(key_column));
    }
    bool indexed = django_is(r, field, "db_index") ||
                   ((field->relation || str_ends(field->kind, STR("SlugField"))) &&
                    django_word(r, field, "db_index").kind != CONSTANT_FALSE);
    if (indexed && !column.unique && !column.primary_key)
        add_index(r, table, column.name, field->relation, column.place);
    /* PositiveIntegerField and its kin: the type of others, and a condition. */
    if (str_starts(field->kind, STR("Positive"))) {
        struct schema_index check = {
            .kind = SCHEMA_CHECK, .of_column = column.name, .of_type = true, .place = column.place};
        struct strs named = {0};
        strs_add(r->arena, &named, column.name);
        check.name = django_index_name(r->arena, table->name, &named, STR("_check"));
        VEC_PUSH(r->arena, &check.parts,
                 str_printf(r->arena, STR_FMT " >= 0", STR_ARG(column.name)));
        VEC_PUSH(r->arena, &table->indexes, check);
    }
    if (column.primary_key)
        column.nullable = column.unique = false;
    schema_column_put(r->arena, table, column);
    add_companion(r, field, fields, table);
}

void django_many_table(struct django_reader *r, const struct django_model *model, struct str name,
                       struct str target, struct schema_place place, struct str source)
{
    struct str own =
        str_printf(r->arena, STR_FMT "." STR_FMT, STR_ARG(model->app), STR_ARG(model->name));
    struct schema_table *table = schema_table_add(r->arena, r->schema, name, place);
    bool self = str_eq_nocase(own, target);
    struct str ends[] = {own, target}, column;
    struct schema_index unique = {.kind = SCHEMA_UNIQUE, .place = place};

    schema_column_put(r->arena, table,
                      (struct schema_column){.name = STR("id"),
                                             .type = django_auto_type(r, model),
                                             .primary_key = true,
                                             .place = place});
    for (size_t i = 0; i < 2; i++) {
        struct schema_column end = {
            .name = str_printf(r->arena, "%s" STR_FMT "_id", self ? i ? "to_" : "from_" : "",
                               STR_ARG(str_lower(r->arena, dotted_last(ends[i])))),
            .place = place};
        const struct django_model *target_model = django_model_named(r, ends[i]);
        if (django_key(r, ends[i], 0, &end.type, &column)) {
            if (target_model)
                end.references = str_printf(r->arena, STR_FMT " (" STR_FMT ")",
                                            STR_ARG(target_model->table), STR_ARG(column));
        } else {
            end.type = STR_NONE;
            schema_unread_add(r->arena, r->schema, place,
                              str_printf(r->arena, "the type of " STR_FMT "." STR_FMT,
                                         STR_ARG(table->name), STR_ARG(end.name)),
                              source);
        }
        schema_column_put(r->arena, table, end);
        add_index(r, table, end.name, true, place);
        VEC_PUSH(r->arena, &unique.parts, end.name);
    }
    unique.name = django_index_name(r->arena, table->name, &unique.parts, STR("_uniq"));
    VEC_PUSH(r->arena, &table->indexes, unique);
}

static void add_many(struct django_reader *r, const struct django_model *model,
                     const struct django_field *field)
{
    struct python_file *file = field->scope.file;
    struct schema_place place = field->place;
    TSNode through = call_keyword(file, field->call, "through");
    struct python_constant name =
        django_constant(r, field->scope, call_keyword(file, field->call, "db_table"));

    if (!ts_node_is_null(through) && !node_is(through, "none"))
        return;
    if (!place.file.length) /* a package's */
        place = (struct schema_place){.file = model->file->path, .line = node_line(model->node)};
    django_many_table(r, model,
                      name.kind == CONSTANT_STRING
                          ? name.text
                          : str_printf(r->arena, STR_FMT "_" STR_FMT, STR_ARG(model->table),
                                       STR_ARG(field->name)),
                      django_target(r, model, field), place, node_source(file, field->call));
}

/* pk = models.CompositePrimaryKey("tenant", "number") */
static bool composite_key(struct django_reader *r, const struct django_model *model,
                          const struct django_fields *fields, struct schema_table *table)
{
    const struct python_binding *key = NULL;
    struct python_scope scope = {0};

    for (size_t i = 0; i < model->order_count && !key; i++) {
        scope = django_class_scope(model, i);
        key = python_binding_in(r->tree, scope.file, scope.body, STR("pk"));
    }
    if (!key || key->kind != BINDING_VALUE || !node_is(key->node, "call") ||
        !str_eq(dotted_last(python_foreign(r->tree, scope, node_field(key->node, "function"))),
                STR("CompositePrimaryKey")))
        return false;
    for (size_t i = 0; i < call_positional_count(key->node); i++) {
        struct str name = python_constant(r->tree, scope, call_positional(key->node, i)).text;
        struct schema_column *column = schema_column_named(table, django_column_of(fields, name));
        if (column)
            column->primary_key = true;
        else
            schema_unread_add(r->arena, r->schema,
                              (struct schema_place){scope.file->path, node_line(key->node)},
                              str_printf(r->arena, "the key of " STR_FMT, STR_ARG(table->name)),
                              python_whole(r->tree, scope, key->node));
    }
    return true;
}

static void add_table(struct django_reader *r, const struct django_model *model)
{
    struct schema_place place = {.file = model->file->path, .line = node_line(model->node)};
    struct schema_table *table = schema_table_add(r->arena, r->schema, model->table, place);
    struct python_scope scope;
    struct django_fields fields;
    bool keyed = false;

    for (size_t i = 0; i < model->foreign_bases.count; i++) {
        struct str base = model->foreign_bases.items[i];
        schema_unread_add(r->arena, r->schema, place,
                          str_printf(r->arena, "what " STR_FMT " brings to table " STR_FMT,
                                     STR_ARG(base), STR_ARG(model->table)),
                          base);
    }
    django_fields_of(r, model, &fields);
    for (size_t i = 0; i < fields.count; i++) {
        keyed = keyed || django_is_key(r, &fields.items[i]);
        if (!fields.items[i].many)
            django_column_add(r, model, &fields.items[i], &fields, table);
    }
    if (!keyed && !composite_key(r, model, &fields, table)) {
        struct schema_column key = {.primary_key = true, .place = place};
        struct str own =
            str_printf(r->arena, STR_FMT "." STR_FMT, STR_ARG(model->app), STR_ARG(model->name));
        (void)django_key(r, own, 0, &key.type, &key.name);
        schema_column_put(r->arena, table, key);
    }
    if (!ts_node_is_null(django_meta(r, model, "order_with_respect_to", &scope)))
        schema_column_put(
            r->arena, table,
            (struct schema_column){.name = STR("_order"), .type = STR("INTEGER"), .place = place});
    django_meta_read(r, model, &fields, table);
    schema_table_place(table);
    /* Last: a table that is added may move this one. */
    django_history_tables(r, model, &fields, table);
    django_translation_tables(r, model);
    for (size_t i = 0; i < fields.count; i++)
        if (fields.items[i].many)
            add_many(r, model, &fields.items[i]);
}

bool django_read(struct arena *arena, struct python_tree *tree, const struct strs *paths,
                 const struct strs *settings, struct schema *schema, struct err *e)
{
    struct django_reader r = {.arena = arena, .tree = tree, .schema = schema, .settings = settings};

    (void)e;
    django_settings_read(&r);
    for (size_t i = 0; i < paths->count; i++) {
        struct python_file *file = python_tree_file(tree, paths->items[i]);
        for (size_t j = 0; file && j < file->bindings.count; j++)
            if (file->bindings.items[j].kind == BINDING_CLASS)
                collect(&r, file, file->bindings.items[j].node);
        if (file)
            django_lates_read(&r, file);
    }
    for (size_t i = 0; i < r.models.count; i++)
        if (!r.models.items[i].abstract && !r.models.items[i].proxy &&
            !r.models.items[i].unmanaged && r.models.items[i].table.length)
            add_table(&r, &r.models.items[i]);
    return true;
}
