#include "readers/django.h"
#include "readers/steps.h"

#include <inttypes.h>

static const struct {
    const char *field, *type;
} plain[] = {
    {"AutoField", "INTEGER"},
    {"BigAutoField", "BIGINT"},
    {"SmallAutoField", "SMALLINT"},
    {"BinaryField", "BYTEA"},
    {"BooleanField", "BOOLEAN"},
    {"NullBooleanField", "BOOLEAN"},
    {"DateField", "DATE"},
    {"DateTimeField", "TIMESTAMP WITH TIME ZONE"},
    {"DurationField", "INTERVAL"},
    {"FloatField", "DOUBLE PRECISION"},
    {"IntegerField", "INTEGER"},
    {"BigIntegerField", "BIGINT"},
    {"IPAddressField", "INET"},
    {"GenericIPAddressField", "INET"},
    {"JSONField", "JSONB"},
    {"PositiveBigIntegerField", "BIGINT"},
    {"PositiveIntegerField", "INTEGER"},
    {"PositiveSmallIntegerField", "SMALLINT"},
    {"SmallIntegerField", "SMALLINT"},
    {"TextField", "TEXT"},
    {"TimeField", "TIME"},
    {"UUIDField", "UUID"},
    {"HStoreField", "HSTORE"},
    {"CICharField", "CITEXT"},
    {"CIEmailField", "CITEXT"},
    {"CITextField", "CITEXT"},
    {"IntegerRangeField", "INT4RANGE"},
    {"BigIntegerRangeField", "INT8RANGE"},
    {"DecimalRangeField", "NUMRANGE"},
    {"DateTimeRangeField", "TSTZRANGE"},
    {"DateRangeField", "DATERANGE"},
    {"SearchVectorField", "TSVECTOR"},
    {"RasterField", "RASTER"},
    {"AutoCreatedField", "TIMESTAMP WITH TIME ZONE"},
    {"PickledObjectField", "TEXT"},
    {"SplitField", "TEXT"},
    {"AutoLastModifiedField", "TIMESTAMP WITH TIME ZONE"},
    {"CreationDateTimeField", "TIMESTAMP WITH TIME ZONE"},
    {"ModificationDateTimeField", "TIMESTAMP WITH TIME ZONE"},
    /* Packages that many projects have: model_utils, ckeditor, tinymce, markdownx, recurrence, wagtail. */
    {"MonitorField", "TIMESTAMP WITH TIME ZONE"},
    {"RichTextField", "TEXT"},
    {"RichTextUploadingField", "TEXT"},
    {"HTMLField", "TEXT"},
    {"MarkdownxField", "TEXT"},
    {"RecurrenceField", "TEXT"},
    {"StreamField", "JSONB"},
};

/* django.contrib.gis; each has an index of its own that is part of the column. */
static const struct {
    const char *field, *shape;
} shapes[] = {
    {"PointField", "POINT"},
    {"LineStringField", "LINESTRING"},
    {"PolygonField", "POLYGON"},
    {"MultiPointField", "MULTIPOINT"},
    {"MultiLineStringField", "MULTILINESTRING"},
    {"MultiPolygonField", "MULTIPOLYGON"},
    {"GeometryCollectionField", "GEOMETRYCOLLECTION"},
    {"GeometryField", "GEOMETRY"},
};

/* pgvector.django; each says how many dimensions it has. */
static const struct {
    const char *field, *type;
} vectors[] = {
    {"VectorField", "VECTOR"},
    {"HalfVectorField", "HALFVEC"},
    {"SparseVectorField", "SPARSEVEC"},
};

static const struct {
    const char *field, *length; /* its max_length when none is written */
} texts[] = {
    {"CharField", ""},
    {"SlugField", "50"},
    {"EmailField", "254"},
    {"URLField", "200"},
    {"FileField", "100"},
    {"ImageField", "100"},
    {"FilePathField", "100"},
    {"CommaSeparatedIntegerField", ""},
    /* model_utils, autoslug and django_extensions, phonenumber_field, django-countries, timezone_field, easy_thumbnails, imagekit, cloudinary */
    {"StatusField", "100"},
    {"AutoSlugField", "50"},
    {"UrlsafeTokenField", "128"},
    {"PhoneNumberField", "128"},
    {"CountryField", "2"},
    {"TimeZoneField", "63"},
    {"ThumbnailerImageField", "100"},
    {"ProcessedImageField", "100"},
    {"CloudinaryField", "255"},
};

/* PointField(geography=True, srid=4326, dim=2) */
static bool spatial(struct django_reader *r, const struct django_field *field, const char *shape,
                    struct str *ret_type)
{
    struct python_constant srid = django_word(r, field, "srid");
    struct python_constant dimensions = django_word(r, field, "dim");

    *ret_type = str_printf(
        r->arena, "%s(%s%s," STR_FMT ")",
        django_word(r, field, "geography").kind == CONSTANT_TRUE ? "GEOGRAPHY" : "GEOMETRY", shape,
        dimensions.kind == CONSTANT_NUMBER && str_eq(dimensions.text, STR("3")) ? "Z" : "",
        STR_ARG(srid.kind == CONSTANT_NUMBER ? srid.text : STR("4326")));
    return srid.kind == CONSTANT_NUMBER || srid.kind == CONSTANT_NOT;
}

static bool decimal(struct django_reader *r, const struct django_field *field, struct str *ret_type)
{
    struct python_constant digits = django_word(r, field, "max_digits");
    struct python_constant places = django_word(r, field, "decimal_places");

    if (digits.kind == CONSTANT_NOT && places.kind == CONSTANT_NOT) { /* ("price", None, 8, 2) */
        digits = python_constant(r->tree, field->scope, call_positional(field->call, 2));
        places = python_constant(r->tree, field->scope, call_positional(field->call, 3));
    }
    if (str_eq(field->kind, STR("MoneyField")) && places.kind == CONSTANT_NOT)
        places = (struct python_constant){.kind = CONSTANT_NUMBER, .text = STR("2")};
    if (digits.kind != CONSTANT_NUMBER || places.kind != CONSTANT_NUMBER)
        return false;
    *ret_type = str_printf(r->arena, "NUMERIC(" STR_FMT ", " STR_FMT ")", STR_ARG(digits.text),
                           STR_ARG(places.text));
    return true;
}

/* VectorField(dimensions=1536) */
static bool vector(struct django_reader *r, const struct django_field *field, const char *type,
                   struct str *ret_type)
{
    struct python_constant dimensions = django_word(r, field, "dimensions");

    *ret_type = dimensions.kind == CONSTANT_NUMBER
                    ? str_printf(r->arena, "%s(" STR_FMT ")", type, STR_ARG(dimensions.text))
                    : str_from(type);
    return dimensions.kind == CONSTANT_NUMBER ||
           ts_node_is_null(call_keyword(field->scope.file, field->call, "dimensions"));
}

/* RandomCharField(length=8) of django_extensions; ShortUUIDField(length=10, prefix="id_") of shortuuid, as long as both. */
static bool text_by_length(struct django_reader *r, const struct django_field *field,
                           struct str *ret_type)
{
    static const char *const words[] = {"max_length", "length", "prefix"};
    struct python_constant given[COUNT_OF(words)];
    uint64_t length = 22;

    for (size_t i = 0; i < COUNT_OF(words); i++) {
        given[i] = django_word(r, field, words[i]);
        if (given[i].kind == CONSTANT_NOT &&
            !ts_node_is_null(call_keyword(field->scope.file, field->call, words[i])))
            return false;
    }
    const struct python_constant *number = &given[given[0].kind == CONSTANT_NUMBER ? 0 : 1];
    if (number->kind == CONSTANT_NUMBER && !str_to_u64(number->text, &length))
        return false;
    if (number != &given[0])
        length += given[2].text.length;
    *ret_type = str_printf(r->arena, "VARCHAR(%" PRIu64 ")", length);
    return number->kind == CONSTANT_NUMBER || str_eq(field->kind, STR("ShortUUIDField"));
}

static bool inner_field(struct django_reader *r, const struct django_model *model,
                        const struct django_field *field, const char *keyword, size_t depth,
                        struct str *ret_type)
{
    TSNode call = call_keyword(field->scope.file, field->call, keyword);

    if (ts_node_is_null(call))
        call = call_positional(field->call, 0);
    if (!node_is(call, "call"))
        return false;
    struct django_field inner = {.name = field->name, .scope = field->scope, .call = call};
    return django_field_kind(r, field->scope, node_field(call, "function"), &inner) &&
           django_field_type(r, model, &inner, depth + 1, ret_type);
}

/* What other fields of Django's own models are unique, and their types. */
static bool contrib_field(struct django_reader *r, struct str label, struct str name, size_t depth,
                          struct str *ret_type)
{
    static const struct {
        const char *label, *name, *type;
    } uniques[] = {
        {"auth.User", "username", "VARCHAR(150)"},
        {"auth.Group", "name", "VARCHAR(150)"},
        {"sites.Site", "domain", "VARCHAR(100)"},
    };
    struct str column;

    label = django_real_label(r, label);
    for (size_t i = 0; i < COUNT_OF(uniques); i++)
        if (str_eq_nocase(label, str_from(uniques[i].label)) &&
            str_eq(name, str_from(uniques[i].name))) {
            *ret_type = str_from(uniques[i].type);
            return true;
        }
    return django_key(r, label, depth + 1, ret_type, &column) && str_eq(column, name);
}

static bool related_type(struct django_reader *r, const struct django_model *model,
                         const struct django_field *field, size_t depth, struct str *ret_type)
{
    struct python_constant to_field = django_word(r, field, "to_field");
    struct str label = django_target(r, model, field), column;
    const struct django_model *target = django_model_named(r, label);
    struct django_fields fields;

    if (to_field.kind == CONSTANT_NOT || to_field.kind == CONSTANT_NONE)
        return django_key(r, label, depth + 1, ret_type, &column);
    if (!target)
        return contrib_field(r, label, to_field.text, depth, ret_type);
    django_fields_of(r, target, &fields);
    for (size_t i = 0; i < fields.count; i++)
        if (str_eq(fields.items[i].name, to_field.text))
            return django_field_type(r, target, &fields.items[i], depth + 1, ret_type);
    return false;
}

/* VARCHAR(5) COLLATE "C" → VARCHAR(5)[] COLLATE "C" */
static struct str array_of(struct django_reader *r, struct str type, struct str size)
{
    size_t end = str_find(type, STR(" COLLATE "));
    struct str item = str_prefix(type, end);

    return str_printf(r->arena, STR_FMT "[" STR_FMT "]" STR_FMT, STR_ARG(item), STR_ARG(size),
                      STR_ARG(str_from_offset(type, item.length)));
}

static bool type_by_kind(struct django_reader *r, const struct django_model *model,
                         const struct django_field *field, size_t depth, struct str *ret_type)
{
    /* A key that points at a serial one is a plain number, whatever that one's class says in db_type. */
    if (field->written_type.length && !(depth && str_ends(field->kind, STR("AutoField")))) {
        *ret_type = field->written_type;
        return true;
    }
    for (size_t i = 0; i < COUNT_OF(plain); i++)
        if (str_eq(field->kind, str_from(plain[i].field))) {
            *ret_type = str_from(plain[i].type);
            return true;
        }
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        if (!str_eq(field->kind, str_from(texts[i].field)))
            continue;
        struct python_constant length = django_word(r, field, "max_length");
        if (str_eq(field->kind, STR("CountryField")) && django_is(r, field, "multiple"))
            return false; /* as long as the list of all countries */
        struct str size = length.kind == CONSTANT_NUMBER ? length.text : str_from(texts[i].length);
        if (!ts_node_is_null(call_keyword(field->scope.file, field->call, "max_length")) &&
            length.kind != CONSTANT_NUMBER && length.kind != CONSTANT_NONE)
            return false;
        *ret_type = size.length ? str_printf(r->arena, "VARCHAR(" STR_FMT ")", STR_ARG(size))
                                : STR("VARCHAR");
        return true;
    }
    for (size_t i = 0; i < COUNT_OF(shapes); i++)
        if (str_eq(field->kind, str_from(shapes[i].field)))
            return spatial(r, field, shapes[i].shape, ret_type);
    for (size_t i = 0; i < COUNT_OF(vectors); i++)
        if (str_eq(field->kind, str_from(vectors[i].field)))
            return vector(r, field, vectors[i].type, ret_type);
    if (str_eq(field->kind, STR("DecimalField")) || str_eq(field->kind, STR("MoneyField")))
        return decimal(r, field, ret_type);
    if (str_eq(field->kind, STR("RandomCharField")) || str_eq(field->kind, STR("ShortUUIDField")))
        return text_by_length(r, field, ret_type);
    if (str_eq(field->kind, STR("GeneratedField")))
        return inner_field(r, model, field, "output_field", depth, ret_type);
    if (str_eq(field->kind, STR("ArrayField"))) {
        struct python_constant size = django_word(r, field, "size");
        if (!inner_field(r, model, field, "base_field", depth, ret_type))
            return false;
        *ret_type = array_of(r, *ret_type, size.kind == CONSTANT_NUMBER ? size.text : STR_NONE);
        return true;
    }
    return field->relation && related_type(r, model, field, depth, ret_type);
}

bool django_field_type(struct django_reader *r, const struct django_model *model,
                       const struct django_field *field, size_t depth, struct str *ret_type)
{
    struct python_constant collation = django_word(r, field, "db_collation");

    if (depth > 8 || !type_by_kind(r, model, field, depth, ret_type))
        return false;
    if (collation.kind == CONSTANT_STRING)
        *ret_type = str_printf(r->arena, STR_FMT " COLLATE \"" STR_FMT "\"", STR_ARG(*ret_type),
                               STR_ARG(collation.text));
    return true;
}

/* --- Relations. --- */

/* Models that Django brings itself, and those of packages that many models point at: whatever the settings say, their AppConfig says which
 * key they have. Source: Django 3.2 to 5.2, contrib; Wagtail 4.0 to 7.1; django-taggit 2.0 to 6.1; django-celery-beat 2.3 to 2.8;
 * djangorestframework 3.12 to 3.16; django-oauth-toolkit 1.7 to 3.0. */
static const struct {
    const char *label, *type, *column;
} keys[] = {
    {"admin.LogEntry", "INTEGER", "id"},
    {"auth.User", "INTEGER", "id"},
    {"auth.Group", "INTEGER", "id"},
    {"auth.Permission", "INTEGER", "id"},
    {"contenttypes.ContentType", "INTEGER", "id"},
    {"flatpages.FlatPage", "INTEGER", "id"},
    {"redirects.Redirect", "INTEGER", "id"},
    {"sessions.Session", "VARCHAR(40)", "session_key"},
    {"sites.Site", "INTEGER", "id"},
    {"wagtailcore.Collection", "INTEGER", "id"},
    {"wagtailcore.Locale", "INTEGER", "id"},
    {"wagtailcore.Page", "INTEGER", "id"},
    {"wagtailcore.Revision", "INTEGER", "id"},
    {"wagtailcore.Site", "INTEGER", "id"},
    {"wagtaildocs.Document", "INTEGER", "id"},
    {"wagtailimages.Image", "INTEGER", "id"},
    {"taggit.Tag", "INTEGER", "id"},
    {"django_celery_beat.CrontabSchedule", "INTEGER", "id"},
    {"django_celery_beat.IntervalSchedule", "INTEGER", "id"},
    {"django_celery_beat.PeriodicTask", "INTEGER", "id"},
    {"authtoken.Token", "VARCHAR(40)", "key"},
    {"oauth2_provider.AccessToken", "BIGINT", "id"},
    {"oauth2_provider.Application", "BIGINT", "id"},
};

static bool contrib_key(struct str label, struct str *ret_type, struct str *ret_column)
{
    for (size_t i = 0; i < COUNT_OF(keys); i++)
        if (str_eq_nocase(label, str_from(keys[i].label))) {
            *ret_type = str_from(keys[i].type);
            *ret_column = str_from(keys[i].column);
            return true;
        }
    return false;
}

bool django_is_contrib(struct str label)
{
    struct str type, column;

    return contrib_key(label, &type, &column);
}

/* "django.contrib.auth.models.User" → "auth.User", "taggit.models.Tag" → "taggit.Tag" */
struct str django_contrib_label(struct arena *arena, struct str dotted)
{
    static const char *const apps[][2] = {{"django.contrib.", ""},
                                          {"wagtail.images.", "wagtailimages"},
                                          {"wagtail.documents.", "wagtaildocs"},
                                          {"wagtail.", "wagtailcore"},
                                          {"taggit.", "taggit"},
                                          {"django_celery_beat.", "django_celery_beat"},
                                          {"rest_framework.authtoken.", "authtoken"},
                                          {"oauth2_provider.", "oauth2_provider"}};

    for (size_t i = 0; i < COUNT_OF(apps); i++) {
        struct str prefix = str_from(apps[i][0]), app = str_from(apps[i][1]);
        if (!str_starts(dotted, prefix))
            continue;
        struct str rest = str_from_offset(dotted, prefix.length);
        app = app.length ? app : str_cut(&rest, '.');
        return str_printf(arena, STR_FMT "." STR_FMT, STR_ARG(app), STR_ARG(dotted_last(rest)));
    }
    return STR_NONE;
}

struct str django_target(struct django_reader *r, const struct django_model *model,
                         const struct django_field *field)
{
    struct python_scope in, elsewhere;
    TSNode node = python_call_keyword(r->tree, field->scope, field->call, "to", &in), otherwise;
    struct str source;

    if (ts_node_is_null(node))
        node = python_call_positional(field->scope, field->call, 0, &in);
    struct python_constant text = django_constant(r, in, node);
    if (text.kind == CONSTANT_STRING) {
        if (str_eq(text.text, STR("self")))
            return str_printf(r->arena, STR_FMT "." STR_FMT, STR_ARG(model->app),
                              STR_ARG(model->name));
        return str_find_byte(text.text, '.') != SIZE_MAX
                   ? text.text
                   : str_printf(r->arena, STR_FMT "." STR_FMT, STR_ARG(model->app),
                                STR_ARG(text.text));
    }
    struct python_thing thing = python_resolve(r->tree, in, node);
    if (thing.kind == THING_CLASS)
        for (size_t i = 0; i < r->models.count; i++)
            if (r->models.items[i].file == thing.file &&
                ts_node_eq(r->models.items[i].node, thing.node))
                return str_printf(r->arena, STR_FMT "." STR_FMT, STR_ARG(r->models.items[i].app),
                                  STR_ARG(r->models.items[i].name));
    source = node_source(in.file, node);
    if (str_ends(source, STR("AUTH_USER_MODEL")) || str_ends(source, STR("get_user_model()")) ||
        str_eq(django_setting(r, in, node, &otherwise, &elsewhere), STR("AUTH_USER_MODEL")) ||
        (thing.kind == THING_FOREIGN && str_ends(thing.dotted, STR("get_user_model()"))))
        return r->user_model;
    return thing.kind == THING_FOREIGN ? django_contrib_label(r->arena, thing.dotted) : STR_NONE;
}

struct str django_auto_type(struct django_reader *r, const struct django_model *model)
{
    struct str field = dotted_last(django_app_word(r, model->file->path, "default_auto_field"));

    field = field.length ? field : r->auto_field;
    return str_eq(field, STR("BigAutoField"))     ? STR("BIGINT")
           : str_eq(field, STR("SmallAutoField")) ? STR("SMALLINT")
           : str_eq(field, STR("AutoField"))      ? STR("INTEGER")
                                                  : STR("");
}

bool django_key(struct django_reader *r, struct str label, size_t depth, struct str *ret_type,
                struct str *ret_column)
{
    const struct django_model *model = django_model_named(r, label);
    struct django_fields fields;

    if (depth > 8)
        return false;
    *ret_column = STR("id");
    if (!model)
        return contrib_key(django_real_label(r, label), ret_type, ret_column);
    django_fields_of(r, model, &fields);
    for (size_t i = 0; i < fields.count; i++)
        if (django_is_key(r, &fields.items[i])) {
            *ret_column = fields.items[i].column;
            return django_field_type(r, model, &fields.items[i], depth + 1, ret_type);
        }
    if (model->parent.length) {
        struct str above;
        *ret_column = str_printf(r->arena, STR_FMT "_ptr_id",
                                 STR_ARG(str_lower(r->arena, dotted_last(model->parent))));
        return django_key(r, model->parent, depth + 1, ret_type, &above);
    }
    *ret_type = django_auto_type(r, model);
    return ret_type->length > 0;
}

/* models.TextField("Notes", "notes_text"), TextField(name="notes_text"): what the field is called, whatever it is bound to. */
static struct str name_given(struct django_reader *r, const struct django_field *field)
{
    struct python_constant name = django_word(r, field, "name");
    struct python_scope in;
    TSNode second;

    if (name.kind == CONSTANT_NOT && !field->relation && !field->many &&
        str_starts(python_foreign(r->tree, field->scope, node_field(field->call, "function")),
                   STR("django.db.models."))) {
        second = python_call_positional(field->scope, field->call, 1, &in);
        if (!ts_node_is_null(second))
            name = python_constant(r->tree, in, second);
    }
    return name.kind == CONSTANT_STRING && name.text.length ? name.text : field->name;
}

bool django_field_made(struct django_reader *r, struct python_scope scope, struct str name,
                       TSNode call, struct django_field *ret_field)
{
    struct django_field field = {.name = name, .column = name, .scope = scope, .call = call};

    if (!node_is(call, "call") ||
        !django_field_kind(r, scope, node_field(call, "function"), &field) ||
        str_eq(field.kind, STR("GenericRelation")))
        return false;
    field.place = (struct schema_place){.file = scope.file->path, .line = node_line(call)};
    field.relation = str_eq(field.kind, STR("ForeignKey")) ||
                     str_eq(field.kind, STR("OneToOneField")) ||
                     str_eq(field.kind, STR("ParentalKey"));
    field.many = str_eq(field.kind, STR("ManyToManyField")) ||
                 str_eq(field.kind, STR("ParentalManyToManyField"));
    field.name = field.column = name_given(r, &field);
    struct python_constant column = django_word(r, &field, "db_column");
    if (column.kind == CONSTANT_STRING)
        field.column = column.text;
    else if (field.relation)
        field.column = str_printf(r->arena, STR_FMT "_id", STR_ARG(field.name));
    *ret_field = field;
    return true;
}

struct str steps_django_type(struct str kind)
{
    for (size_t i = 0; i < COUNT_OF(plain); i++)
        if (str_eq(kind, str_from(plain[i].field)))
            return str_from(plain[i].type);
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        if (str_eq(kind, str_from(texts[i].field)))
            return STR("VARCHAR");
    return str_eq(kind, STR("DecimalField")) ? STR("NUMERIC") : STR_NONE;
}

struct str steps_django_length(struct str kind)
{
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        if (str_eq(kind, str_from(texts[i].field)))
            return str_from(texts[i].length);
    return STR_NONE;
}
