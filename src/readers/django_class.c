/* django_class.c -- what makes a field: Django's own classes, and those of the tree made from them. */
#include "readers/django.h"
#include "readers/python_parameters.h"

#define FIELD_DEPTH_MAX 8u

static void preset(struct django_field *field, struct str name, struct python_constant value,
                   bool final)
{
    if (value.kind == CONSTANT_NOT)
        return;
    for (size_t i = 0; i < field->preset_count; i++)
        if (str_eq(field->presets[i].name, name))
            return; /* the class nearer to the field has said so already */
    if (field->preset_count < DJANGO_PRESETS_MAX)
        field->presets[field->preset_count++] =
            (struct django_preset){.name = name, .value = value, .final = final};
}

/* The default of a parameter: `def __init__(self, *args, max_length=20, **kwargs)`. */
static struct python_constant parameter(struct django_reader *r, struct python_scope scope,
                                        TSNode function, struct str name)
{
    TSNode parameters = node_field(function, "parameters");

    for (uint32_t i = 0; i < ts_node_named_child_count(parameters); i++) {
        TSNode one = ts_node_named_child(parameters, i);
        if ((node_is(one, "default_parameter") || node_is(one, "typed_default_parameter")) &&
            str_eq(node_source(scope.file, node_field(one, "name")), name))
            return python_constant(r->tree, scope, node_field(one, "value"));
    }
    return (struct python_constant){.kind = CONSTANT_NOT};
}

/* super().__init__(*args, max_length=20, **kwargs) */
static bool super_call(struct django_reader *r, struct python_scope scope, TSNode function,
                       TSNode call, struct django_field *field)
{
    TSNode arguments = node_field(call, "arguments");

    if (!str_ends(node_source(scope.file, node_field(call, "function")), STR(".__init__")))
        return false;
    for (uint32_t i = 0; i < ts_node_named_child_count(arguments); i++) {
        TSNode argument = ts_node_named_child(arguments, i);
        if (node_is(argument, "list_splat") || node_is(argument, "dictionary_splat") ||
            node_is(argument, "comment"))
            continue;
        if (node_is(argument, "identifier")) { /* max_digits, handed on by its place */
            struct str own = node_source(scope.file, argument);
            struct python_constant usual = parameter(r, scope, function, own);
            if (usual.kind != CONSTANT_NONE)
                preset(field, own, usual, false);
            continue;
        }
        if (!node_is(argument, "keyword_argument"))
            return false;
        TSNode value = node_field(argument, "value");
        struct str name = node_source(scope.file, node_field(argument, "name"));
        struct python_constant known =
            node_is(value, "identifier")
                ? parameter(r, scope, function, node_source(scope.file, value))
                : (struct python_constant){.kind = CONSTANT_NOT};
        preset(field, name,
               known.kind != CONSTANT_NOT ? known : python_constant(r->tree, scope, value),
               known.kind == CONSTANT_NOT);
    }
    return true;
}

/* kwargs.update(max_length=36), kwargs.update({"max_length": 36}) */
static bool update_call(struct django_reader *r, struct python_scope scope, TSNode call,
                        struct django_field *field)
{
    TSNode given = call_positional(call, 0);
    TSNode holder = ts_node_is_null(given) ? node_field(call, "arguments") : given;

    if (!ts_node_is_null(given) && !node_is(given, "dictionary"))
        return false;
    for (uint32_t i = 0; i < ts_node_named_child_count(holder); i++) {
        TSNode part = ts_node_named_child(holder, i);
        bool keyword = node_is(part, "keyword_argument");
        if (node_is(part, "comment"))
            continue;
        if (!keyword && !node_is(part, "pair"))
            return false;
        struct str name = keyword ? node_source(scope.file, node_field(part, "name"))
                                  : python_constant(r->tree, scope, node_field(part, "key")).text;
        struct python_constant value = python_constant(r->tree, scope, node_field(part, "value"));
        if (!name.length || value.kind == CONSTANT_NOT)
            return false;
        preset(field, name, value, true);
    }
    return true;
}

/* One statement of __init__: what it gives the base, or nothing of the schema; false: only running it would tell. */
static bool init_statement(struct django_reader *r, struct python_scope scope, TSNode function,
                           TSNode statement, struct django_field *field)
{
    TSNode node = ts_node_named_child(statement, 0);

    if (node_is(statement, "comment") || node_is(statement, "pass_statement"))
        return true;
    if (!node_is(statement, "expression_statement"))
        return false;
    if (node_is(node, "string"))
        return true;
    bool final;
    TSNode key, set = python_parameter_rest_set(scope.file, function, statement, &final, &key);
    if (!ts_node_is_null(set)) {
        struct python_constant value = python_constant(r->tree, scope, set);
        preset(field, python_constant(r->tree, scope, key).text, value, final);
        return !final || value.kind != CONSTANT_NOT;
    }
    if (node_is(node, "assignment")) {
        TSNode left = node_field(node, "left");
        return str_starts(node_source(scope.file, left), STR("self."));
    }
    if (!node_is(node, "call"))
        return false;
    struct str called = node_source(scope.file, node_field(node, "function"));
    if (str_eq(called, STR("kwargs.update")))
        return update_call(r, scope, node, field);
    return str_eq(called, STR("kwargs.pop")) || super_call(r, scope, function, node, field);
}

/* What the last statement of a function returns; null: it does not. */
static TSNode returned_node(TSNode function)
{
    TSNode body = node_field(function, "body");
    uint32_t count = ts_node_is_null(body) ? 0 : ts_node_named_child_count(body);
    TSNode last = count ? ts_node_named_child(body, count - 1) : node_null();

    return node_is(last, "return_statement") ? node_bare(ts_node_named_child(last, 0))
                                             : node_null();
}

/* The string that a method returns and does nothing besides; empty: it does. */
static struct str returned_text(struct django_reader *r, struct python_scope scope, TSNode function)
{
    TSNode body = node_field(function, "body");
    TSNode last = ts_node_named_child_count(body)
                      ? ts_node_named_child(body, ts_node_named_child_count(body) - 1)
                      : node_null();

    for (uint32_t i = 0; i + 1 < ts_node_named_child_count(body); i++)
        if (!node_is(ts_node_named_child(body, i), "comment") &&
            !node_is(ts_node_named_child(ts_node_named_child(body, i), 0), "string"))
            return STR_NONE;
    if (!node_is(last, "return_statement"))
        return STR_NONE;
    struct python_constant text = python_constant(r->tree, scope, ts_node_named_child(last, 0));
    return text.kind == CONSTANT_STRING ? text.text : STR_NONE;
}

static struct str upper(struct arena *arena, struct str text)
{
    char *bytes = str_c(arena, text);

    for (char *at = bytes; *at; at++)
        if (*at >= 'a' && *at <= 'z')
            *at = (char)(*at - 0x20);
    return str_of(bytes, text.length);
}

/* What a class of the tree says of itself; false: that cannot be read. */
static bool read_init(struct django_reader *r, struct python_thing class,
                      const struct python_binding *init, struct django_field *field)
{
    struct python_scope scope = {.file = class.file, .body = node_field(class.node, "body")};

    if (!init)
        return true;
    if (init->kind != BINDING_FUNCTION)
        return false;
    TSNode block = node_field(init->node, "body");
    for (uint32_t i = 0; i < ts_node_named_child_count(block); i++)
        if (!init_statement(r, scope, init->node, ts_node_named_child(block, i), field))
            return false;
    return true;
}

static bool read_class(struct django_reader *r, struct python_thing class,
                       struct django_field *field, bool own)
{
    TSNode body = node_field(class.node, "body");
    struct python_scope scope = {.file = class.file, .body = body};
    const struct python_binding *type =
        python_binding_in(r->tree, class.file, body, STR("db_type"));
    const struct python_binding *init =
        python_binding_in(r->tree, class.file, body, STR("__init__"));

    if (!read_init(r, class, init, field))
        return false;
    if (!type || field->written_type.length)
        return true;
    if (type->kind == BINDING_FUNCTION)
        field->written_type =
            upper(r->arena, django_written_type(r, scope, type->node,
                                                init ? init->node : node_null(), field, own));
    return field->written_type.length > 0;
}

/* Well-known packages' own names of what Django has: mptt, wagtail, annoying, sortedm2m. ImageSpecField of imagekit is no column.
 * MoneyField is one of djmoney's; other packages have others of that name. */
static struct str plain_kind(struct str dotted)
{
    struct str kind = dotted_last(dotted);

    if (str_eq(kind, STR("MoneyField")) && !str_starts(dotted, STR("djmoney.")))
        return STR("OtherField");
    static const struct {
        struct str theirs, plain;
    } kinds[] = {{STR_INIT("TreeForeignKey"), STR_INIT("ForeignKey")},
                 {STR_INIT("ParentalKey"), STR_INIT("ForeignKey")},
                 {STR_INIT("TreeOneToOneField"), STR_INIT("OneToOneField")},
                 {STR_INIT("AutoOneToOneField"), STR_INIT("OneToOneField")},
                 {STR_INIT("TreeManyToManyField"), STR_INIT("ManyToManyField")},
                 {STR_INIT("SortedManyToManyField"), STR_INIT("ManyToManyField")},
                 {STR_INIT("ImageSpecField"), STR_INIT("")}};

    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        if (str_eq(kind, kinds[i].theirs))
            return kinds[i].plain;
    return kind;
}

static bool kind_of(struct django_reader *r, struct python_scope scope, TSNode function,
                    struct django_field *field, size_t depth);

/* Money = partial(models.DecimalField, max_digits=10, decimal_places=2) */
static bool kind_of_partial(struct django_reader *r, struct python_thing made,
                            struct django_field *field, size_t depth)
{
    struct python_scope in = {.file = made.file, .body = made.scope, .bound = made.bound};
    TSNode arguments =
        node_is(made.node, "call") ? node_field(made.node, "arguments") : node_null();

    for (uint32_t i = 0; !ts_node_is_null(arguments) && i < ts_node_named_child_count(arguments);
         i++) {
        TSNode argument = ts_node_named_child(arguments, i);
        if (node_is(argument, "keyword_argument"))
            preset(field, node_source(in.file, node_field(argument, "name")),
                   python_constant(r->tree, in, node_field(argument, "value")), false);
    }
    return !ts_node_is_null(arguments) &&
           kind_of(r, in, call_positional(made.node, 0), field, depth + 1);
}

/* MoneyField = import_string(settings.MONEY_FIELD): of which class is not to be seen, but that it is a field says its name. */
static bool is_field_by_name(const struct python_scope *scope, TSNode function,
                             const struct python_thing *thing)
{
    struct str name = dotted_last(node_source(scope->file, function));

    return (thing->kind == THING_VALUE ||
            (thing->kind == THING_FOREIGN && str_ends(thing->dotted, STR("()")))) &&
           (str_ends(name, STR("Field")) || str_eq(name, STR("ForeignKey")));
}

/* encrypt(models.CharField(max_length=20, null=True)) of django_cryptography: the field, kept as bytes */
static bool kind_of_encrypted(struct django_reader *r, struct python_scope scope,
                              struct django_field *field, size_t depth)
{
    TSNode inner = call_positional(field->call, 0);

    if (!node_is(inner, "call") || depth > FIELD_DEPTH_MAX)
        return false;
    field->call = inner;
    bool is_field = kind_of(r, scope, node_field(inner, "function"), field, depth + 1);
    field->kind = STR("BinaryField");
    field->written_type = STR_NONE;
    return is_field;
}

static bool kind_of(struct django_reader *r, struct python_scope scope, TSNode function,
                    struct django_field *field, size_t depth)
{
    struct python_thing thing = python_resolve(r->tree, scope, function);

    if (thing.kind == THING_FOREIGN &&
        str_eq(thing.dotted, STR("django_cryptography.fields.encrypt")))
        return depth == 0 && kind_of_encrypted(r, scope, field, depth);
    if (thing.kind == THING_FOREIGN && str_eq(thing.dotted, STR("functools.partial()")))
        return depth <= FIELD_DEPTH_MAX && kind_of_partial(r, thing, field, depth);
    if (depth == 0 && is_field_by_name(&scope, function, &thing)) {
        field->kind = STR("?");
        return true;
    }
    if (thing.kind == THING_FOREIGN) {
        struct str last = plain_kind(thing.dotted);
        field->kind = last;
        return (str_ends(last, STR("Field")) || str_eq(last, STR("ForeignKey"))) &&
               !str_starts(thing.dotted, STR("django.forms")) &&
               !str_starts(thing.dotted, STR("rest_framework"));
    }
    if (thing.kind == THING_FUNCTION && depth <= FIELD_DEPTH_MAX) {
        /* A function of the tree that returns a field; when it does more than that, only running it would tell. */
        TSNode made = returned_node(thing.node);
        struct python_scope inside;
        if (depth == 0 && node_is(made, "call") &&
            python_call_enter(r->tree, scope, field->call, thing, &inside)) {
            field->scope = inside;
            field->call = made;
            return kind_of(r, inside, node_field(made, "function"), field, depth + 1);
        }
        bool is_field =
            node_is(made, "call") && kind_of(r, (struct python_scope){.file = thing.file},
                                             node_field(made, "function"), field, depth + 1);
        field->kind = STR("?");
        return is_field;
    }
    if (thing.kind != THING_CLASS || depth > FIELD_DEPTH_MAX)
        return false;
    TSNode body = node_field(thing.node, "body");
    struct python_bases bases;
    python_class_bases(thing.file, thing.node, &bases);
    bool known = read_class(r, thing, field, depth == 0), computed = false;
    for (size_t i = 0; i < bases.count; i++) {
        struct python_scope in = {.file = thing.file};
        enum python_thing_kind kind = python_resolve(r->tree, in, bases.items[i]).kind;
        computed = computed || kind == THING_UNKNOWN || kind == THING_VALUE;
        if (!kind_of(r, in, bases.items[i], field, depth + 1))
            continue;
        const struct python_binding *internal =
            python_binding_in(r->tree, thing.file, body, STR("get_internal_type"));
        if (internal && internal->kind == BINDING_FUNCTION) {
            field->kind = returned_text(r, (struct python_scope){.file = thing.file, .body = body},
                                        internal->node);
            known = known && field->kind.length;
        }
        if (!known) {
            field->kind = STR("?");
            field->written_type = STR_NONE;
        }
        return true;
    }
    /* class SlugField(BaseSlugField), which the settings choose: a field by its name. */
    field->kind = STR("?");
    return computed &&
           str_ends(node_source(thing.file, node_field(thing.node, "name")), STR("Field"));
}

bool django_field_kind(struct django_reader *r, struct python_scope scope, TSNode function,
                       struct django_field *field)
{
    return kind_of(r, scope, function, field, 0);
}

struct python_constant django_word(struct django_reader *r, const struct django_field *field,
                                   const char *name)
{
    struct python_scope in;
    TSNode node = python_call_keyword(r->tree, field->scope, field->call, name, &in);

    for (size_t i = 0; i < field->preset_count; i++)
        if (str_eq(field->presets[i].name, str_from(name)) &&
            (field->presets[i].final || ts_node_is_null(node)))
            return field->presets[i].value;
    return django_constant(r, in, node);
}

bool django_has_field(struct django_reader *r, const struct django_model *model)
{
    struct python_scope scope = {.file = model->file, .body = node_field(model->node, "body")};
    struct python_bindings bindings;

    python_body_bindings(r->tree, scope.file, scope.body, &bindings);
    for (size_t i = 0; i < bindings.count; i++) {
        TSNode call = node_bare(bindings.items[i].node);
        struct str called = bindings.items[i].kind == BINDING_VALUE && node_is(call, "call")
                                ? python_foreign(r->tree, scope, node_field(call, "function"))
                                : STR_NONE;
        if (str_starts(called, STR("django.db.models.")) &&
            (str_ends(called, STR("Field")) || str_ends(called, STR("ForeignKey"))))
            return true;
    }
    return false;
}
