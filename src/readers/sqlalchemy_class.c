#include "readers/python_run.h"
#include "readers/sqlalchemy.h"

struct walk {
    struct sa_reader *r;
    struct sa_class *class;
};

static bool is_declarative_base(struct str dotted)
{
    static const char *const names[] = {"DeclarativeBase",    "DeclarativeBaseNoMeta",
                                        "declarative_base()", "generate_base()",
                                        "automap_base()",     "MappedBase",
                                        "AsyncAttrs"};

    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (sa_is(dotted, names[i]))
            return !str_eq(str_from(names[i]), STR("AsyncAttrs"));
    return false;
}

static bool brings_no_columns(struct str dotted)
{
    static const char *const names[] = {"object",
                                        "ABC",
                                        "AsyncAttrs",
                                        "MappedAsDataclass",
                                        "ConcreteBase",
                                        "AbstractConcreteBase",
                                        "Generic",
                                        "Protocol",
                                        "UserMixin",
                                        "ModelSerializer",
                                        "SerializerMixin",
                                        "RoleMixin",
                                        "Base",
                                        "BaseModel",
                                        "Enum",
                                        "CRUDMixin",
                                        "Queryable"};

    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (sa_is(dotted, names[i]))
            return true;
    return str_starts(dotted, STR("pydantic.")) || str_starts(dotted, STR("typing.")) ||
           str_eq(dotted, STR("flask_sqlalchemy.model.Model")) ||
           str_eq(dotted, STR("flask_sqlalchemy.Model"));
}

/* A declarative base of another package: what its classes call their tables may be its business. */
static bool may_name_tables(struct str dotted)
{
    return (sa_is(dotted, "Base") || sa_is(dotted, "BaseModel")) &&
           !str_starts(dotted, STR("pydantic."));
}

static void take_types(struct walk *w, struct python_scope scope, TSNode map)
{
    map = node_bare(map);
    if (node_is(map, "identifier") || node_is(map, "attribute")) {
        struct python_thing thing = python_resolve(w->r->tree, scope, map);
        if (thing.kind != THING_VALUE)
            return;
        scope = (struct python_scope){.file = thing.file, .body = thing.scope};
        map = thing.node;
    }
    for (uint32_t i = 0; node_is(map, "dictionary") && i < ts_node_named_child_count(map); i++) {
        TSNode pair = ts_node_named_child(map, i);
        if (node_is(pair, "pair"))
            VEC_PUSH(w->r->arena, &w->class->types,
                     (struct sa_mapping){.scope = scope,
                                         .key = node_field(pair, "key"),
                                         .value = node_field(pair, "value")});
    }
}

static void take_metadata(struct walk *w, struct python_scope scope, TSNode metadata)
{
    if (!ts_node_is_null(w->class->metadata) || ts_node_is_null(metadata))
        return;
    struct python_thing thing = python_made(w->r->tree, scope, metadata);
    if (ts_node_is_null(thing.node) || !thing.file || !node_is(thing.node, "call"))
        return;
    w->class->metadata_scope =
        (struct python_scope){.file = thing.file, .body = thing.scope, .bound = thing.bound};
    w->class->metadata = thing.node;
}

/* declarative_base(metadata=…, type_annotation_map=…), SQLAlchemy(metadata=…, model_class=…). */
static void take_base_call(struct walk *w, struct python_thing thing)
{
    struct python_scope scope = {.file = thing.file, .body = thing.scope};

    if (ts_node_is_null(thing.node) || !thing.file || !node_is(thing.node, "call"))
        return;
    if (sa_is(thing.dotted, "generate_base()")) { /* of registry(metadata=…) */
        TSNode made = node_field(node_field(thing.node, "function"), "object");
        struct python_thing registry = python_resolve(w->r->tree, scope, made);
        if (sa_is(registry.dotted, "registry()"))
            take_base_call(w, registry);
        return;
    }
    if (!w->class->base_file) {
        w->class->base_file = thing.file;
        w->class->base = thing.node;
    }
    take_metadata(w, scope, call_keyword(thing.file, thing.node, "metadata"));
    take_types(w, scope, call_keyword(thing.file, thing.node, "type_annotation_map"));
}

static void visit_class(struct walk *w, struct python_thing thing, size_t depth);

/* db.Model, also where the file calls it Model. */
static TSNode model_of(const struct python_file *file, TSNode base)
{
    base = node_bare(base);
    for (size_t i = 0; node_is(base, "identifier") && i < file->bindings.count; i++)
        if (file->bindings.items[i].kind == BINDING_VALUE &&
            str_eq(file->bindings.items[i].name, node_source(file, base)))
            return node_bare(file->bindings.items[i].node);
    return base;
}

/* from shop.extensions import db, of a package that is not in the tree. Google's datastore has a db.Model of its own. */
static bool is_unseen_flask(struct str dotted)
{
    return str_ends(dotted, STR(".db.Model")) && !str_starts(dotted, STR("google."));
}

static void visit_foreign(struct walk *w, struct python_scope scope, TSNode base,
                          struct python_thing thing, size_t depth)
{
    struct sa_class *class = w->class;

    if (is_declarative_base(thing.dotted)) {
        class->mapped = true;
        class->abstract = class->abstract || (depth == 0 && !str_ends(thing.dotted, STR("()")));
        take_base_call(w, thing);
        if (thing.file && node_is(thing.node, "call")) { /* declarative_base(cls=BaseModel) */
            struct python_scope in = {.file = thing.file, .body = thing.scope};
            struct python_thing cls =
                python_resolve(w->r->tree, in, call_keyword(thing.file, thing.node, "cls"));
            if (cls.kind == THING_CLASS)
                visit_class(w, cls, depth + 1);
        }
    } else if (sa_is(thing.dotted, "SQLModel")) {
        class->mapped = class->sqlmodel = true;
    } else if (is_unseen_flask(thing.dotted)) {
        class->mapped = class->flask = true;
    } else if (str_ends(thing.dotted, STR("SQLAlchemy().Model"))) {
        class->mapped = class->flask = true;
        struct python_thing db =
            python_resolve(w->r->tree, scope, node_field(model_of(scope.file, base), "object"));
        take_base_call(w, db);
        if (!db.file || ts_node_is_null(db.node))
            return;
        struct python_scope in = {.file = db.file};
        struct python_thing model =
            python_resolve(w->r->tree, in, call_keyword(db.file, db.node, "model_class"));
        if (model.kind == THING_CLASS)
            visit_class(w, model, depth + 1);
    } else if (!brings_no_columns(thing.dotted)) {
        if (!class->foreign_base.length)
            class->foreign_base = thing.dotted;
    } else if (may_name_tables(thing.dotted)) {
        class->naming_base = thing.dotted;
    }
}

static void visit_bases(struct walk *w, struct python_file *file, TSNode node, size_t depth)
{
    struct python_scope scope = {.file = file};
    struct python_bases bases;

    python_class_bases(file, node, &bases);
    for (size_t i = 0; i < bases.count; i++) {
        TSNode base = bases.items[i];
        struct python_thing thing = python_made(w->r->tree, scope, base);
        if (thing.kind == THING_CLASS)
            visit_class(w, thing, depth + 1);
        else if (thing.kind == THING_FOREIGN)
            visit_foreign(w, scope, base, thing, depth);
        else if (python_is_made(w->r->tree, thing)) {
            w->class->foreign_base = node_source(file, base);
            w->class->made_base = python_whole(w->r->tree, scope, base);
        } else if (str_ends(node_source(file, base), STR("db.Model")))
            w->class->mapped = w->class->flask = true; /* db is made where we cannot see it */
        else if (thing.kind == THING_UNKNOWN && str_ends(node_source(file, base), STR("Base")))
            w->class->mapped = w->class->unseen = true;
    }
}

static void visit_class(struct walk *w, struct python_thing thing, size_t depth)
{
    struct sa_class *class = w->class;
    struct python_file *file = thing.file;
    TSNode node = thing.node, body = node_field(node, "body");
    struct python_scope scope = {.file = file, .body = body, .bound = thing.bound};

    if (depth > SA_BASES_MAX || class->order_count == SA_BASES_MAX)
        return;
    for (size_t i = 0; i < class->order_count; i++)
        if (class->order[i].file == file && ts_node_eq(class->order[i].node, node))
            return;
    class->order[class->order_count].file = file;
    class->order[class->order_count].bound = thing.bound;
    class->order[class->order_count++].node = node;
    const struct python_binding *types =
        python_binding_in(w->r->tree, file, body, STR("type_annotation_map"));
    const struct python_binding *metadata =
        python_binding_in(w->r->tree, file, body, STR("metadata"));
    const struct python_binding *registry =
        python_binding_in(w->r->tree, file, body, STR("registry"));
    if (types && types->kind == BINDING_VALUE)
        take_types(w, scope, types->node);
    if (metadata && metadata->kind == BINDING_VALUE)
        take_metadata(w, scope, metadata->node);
    if (registry && registry->kind == BINDING_VALUE) {
        struct python_thing made = python_resolve(w->r->tree, scope, registry->node);
        if (made.kind == THING_FOREIGN && sa_is(made.dotted, "registry()")) {
            class->mapped = true;
            take_base_call(w, made);
        }
    }
    visit_bases(w, file, node, depth);
}

static bool is_decorated_with(struct python_file *file, TSNode node, const char *const *words)
{
    TSNode parent = ts_node_parent(node);

    for (uint32_t i = 0;
         node_is(parent, "decorated_definition") && i < ts_node_named_child_count(parent); i++) {
        TSNode decorator = ts_node_named_child(parent, i);
        if (!node_is(decorator, "decorator"))
            continue;
        struct str source = node_source(file, decorator);
        for (size_t j = 0; words[j]; j++)
            if (str_contains(source, str_from(words[j])))
                return true;
    }
    return false;
}

static bool makes_a_base(struct python_file *file, TSNode node)
{
    static const char *const words[] = {"as_declarative", ".generate_base", NULL};

    return is_decorated_with(file, node, words);
}

/* @as_declarative(), @mapper_registry.mapped, @mapper_registry.mapped_as_dataclass(init=False), @mapped_as_dataclass(mapper_registry) */
static bool is_decorated_as_mapped(struct python_file *file, TSNode node)
{
    static const char *const words[] = {".mapped", "mapped_as_dataclass", NULL};

    return makes_a_base(file, node) || is_decorated_with(file, node, words);
}

/* object, ABC, Generic[T], metaclass=…: no declarative base. */
static bool is_of_language(const struct python_file *file, TSNode base)
{
    static const char *const names[] = {"object", "ABC", "Generic", "Protocol"};

    if (node_is(base, "subscript"))
        base = ts_node_named_child(base, 0);
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (sa_is(node_source(file, base), names[i]))
            return true;
    return node_is(base, "keyword_argument") || node_is(base, "comment");
}

/* A class with a base and a table: its base is declarative, even if it lies where we cannot look. `own`: the class itself; a declared_attr in it
 * names the tables of those below. */
static bool names_a_table(struct sa_reader *r, struct python_file *file, TSNode node, bool own)
{
    TSNode bases = node_field(node, "superclasses"), body = node_field(node, "body");
    const struct python_binding *name =
        python_binding_in(r->tree, file, body, STR("__tablename__"));
    bool has_base = false;

    for (uint32_t i = 0; !ts_node_is_null(bases) && i < ts_node_named_child_count(bases); i++)
        has_base = has_base || !is_of_language(file, ts_node_named_child(bases, i));
    bool of_others = own && name && name->kind == BINDING_FUNCTION && !r->names_itself;
    return has_base &&
           ((name && !of_others) || python_binding_in(r->tree, file, body, STR("__table__")));
}

/* reg of @reg.mapped and of @mapped_as_dataclass(reg); null: another decorator. */
static TSNode registry_of(struct python_file *file, TSNode decorator)
{
    TSNode word = ts_node_named_child(decorator, 0);
    TSNode call = node_is(word, "call") ? word : node_null();

    if (!ts_node_is_null(call))
        word = node_field(call, "function");
    if (!ts_node_is_null(call) &&
        str_eq(dotted_last(node_source(file, word)), STR("mapped_as_dataclass")) &&
        (call_positional_count(call) || !node_is(word, "attribute")))
        return call_positional_count(call) ? call_positional(call, 0)
                                           : call_keyword(file, call, "registry");
    return node_is(word, "attribute") ? node_field(word, "object") : node_null();
}

/* @as_declarative(metadata=…): the base of the class as if declarative_base() had made it. */
static bool take_as_declarative(struct walk *w, struct python_scope scope, TSNode decorator)
{
    TSNode call = ts_node_named_child(decorator, 0);
    struct str called = node_is(call, "call")
                            ? python_foreign(w->r->tree, scope, node_field(call, "function"))
                            : STR_NONE;

    if (!sa_is(called, "as_declarative"))
        return false;
    take_base_call(w,
                   (struct python_thing){
                       .kind = THING_FOREIGN, .file = scope.file, .node = call, .dotted = called});
    return true;
}

/* `reg = registry(metadata=…, type_annotation_map=…)` of a decorated class */
static void take_registry(struct walk *w, struct python_file *file, TSNode node)
{
    TSNode parent = ts_node_parent(node);
    struct python_scope scope = {.file = file};

    for (uint32_t i = 0;
         node_is(parent, "decorated_definition") && i < ts_node_named_child_count(parent); i++) {
        TSNode decorator = ts_node_named_child(parent, i);
        TSNode given = node_is(decorator, "decorator") ? registry_of(file, decorator) : node_null();
        if (take_as_declarative(w, scope, decorator) || ts_node_is_null(given))
            continue;
        struct python_thing made = python_resolve(w->r->tree, scope, given);
        if (made.kind == THING_FOREIGN && sa_is(made.dotted, "registry()"))
            take_base_call(w, made);
    }
}

bool sa_class_read(struct sa_reader *r, struct python_file *file, TSNode node,
                   struct sa_class *ret_class)
{
    struct sa_class class = {
        .file = file, .node = node, .name = node_source(file, node_field(node, "name"))};
    struct python_thing self = {.kind = THING_CLASS, .file = file, .node = node};
    struct walk w = {.r = r, .class = &class};
    TSNode bases = node_field(node, "superclasses");

    visit_class(&w, self, 0);
    for (size_t i = 0; i < class.order_count; i++) {
        bool decorated = is_decorated_as_mapped(class.order[i].file, class.order[i].node);
        if (decorated)
            take_registry(&w, class.order[i].file, class.order[i].node);
        class.mapped = class.mapped || decorated ||
                       names_a_table(r, class.order[i].file, class.order[i].node, i == 0);
    }
    const struct python_binding *abstract =
        python_binding_in(r->tree, file, node_field(node, "body"), STR("__abstract__"));
    class.abstract =
        class.abstract || makes_a_base(file, node) ||
        (abstract && abstract->kind == BINDING_VALUE && node_is(abstract->node, "true"));
    for (uint32_t i = 0; !ts_node_is_null(bases) && i < ts_node_named_child_count(bases); i++) {
        TSNode argument = ts_node_named_child(bases, i);
        if (node_is(argument, "keyword_argument") &&
            str_eq(node_source(file, node_field(argument, "name")), STR("table")))
            class.table = node_is(node_field(argument, "value"), "true");
    }
    if (class.mapped) {
        struct python_thing *kept = ARENA_NEW(r->arena, struct python_thing);
        *kept = self;
        class.self = kept;
    }
    *ret_class = class;
    return class.mapped;
}

/* --- The table's name. --- */

static struct str flask_name(struct arena *arena, struct str name)
{
    struct buf buf = buf_new(arena, 2 * name.length + 1);

    /* flask_sqlalchemy.model.camel_to_snake_case: UserHTTPLog → user_http_log */
    for (size_t i = 0; i < name.length; i++) {
        char byte = name.bytes[i];
        bool upper = byte >= 'A' && byte <= 'Z';
        bool before = i && name.bytes[i - 1] >= 'A' && name.bytes[i - 1] <= 'Z';
        bool after = i + 1 < name.length && name.bytes[i + 1] >= 'a' && name.bytes[i + 1] <= 'z';
        if (upper && i && (!before || after) && name.bytes[i - 1] != '_')
            buf_add_byte(&buf, '_');
        buf_add_byte(&buf, byte);
    }
    return str_lower(arena, buf_str(&buf));
}

bool sa_has_own_key(struct sa_reader *r, const struct sa_class *class)
{
    struct python_bindings bindings;

    python_body_bindings(r->tree, class->file, node_field(class->node, "body"), &bindings);
    for (size_t i = 0; i < bindings.count; i++)
        if (node_is(bindings.items[i].node, "call") &&
            node_is(call_keyword(class->file, bindings.items[i].node, "primary_key"), "true"))
            return true;
    return false;
}

/* Flask-SQLAlchemy: a model below another that has a key of its own is a table, whose name is that of the class. */
static bool is_named_anew(struct sa_reader *r, const struct sa_class *class, size_t i)
{
    struct sa_class above;

    return i && class->flask && sa_has_own_key(r, class) &&
           sa_class_read(r, class->order[i].file, class->order[i].node, &above) && above.flask &&
           !above.abstract;
}

/* `has_inherited_table(cls)`: a class that shares its parent's table is asked after that first. 1: it is asked for, -1: `not` before it. */
static int asks_for_inherited(const struct python_file *file, TSNode condition)
{
    struct str source = node_source(file, node_bare(condition));

    return str_starts(source, STR("has_inherited_table("))       ? 1
           : str_starts(source, STR("not has_inherited_table(")) ? -1
                                                                 : 0;
}

/* `None if has_inherited_table(cls) else "users"` */
static TSNode of_choice(const struct python_file *file, TSNode value)
{
    value = node_bare(value);
    if (!node_is(value, "conditional_expression") || ts_node_named_child_count(value) != 3)
        return value;
    int asks = asks_for_inherited(file, ts_node_named_child(value, 1));
    return asks ? ts_node_named_child(value, asks > 0 ? 2 : 0) : value;
}

/* The one `return` of a method, in `body`; null when there are several, or none. */
static TSNode returned_in(const struct python_file *file, TSNode body)
{
    for (uint32_t i = 0; !ts_node_is_null(body) && i < ts_node_named_child_count(body); i++) {
        TSNode statement = ts_node_named_child(body, i);
        if (node_is(statement, "return_statement"))
            return ts_node_named_child_count(statement)
                       ? of_choice(file, ts_node_named_child(statement, 0))
                       : node_null();
        int asks = node_is(statement, "if_statement")
                       ? asks_for_inherited(file, node_field(statement, "condition"))
                       : 0;
        if (asks < 0)
            return returned_in(file, node_field(statement, "consequence"));
        if (asks > 0)
            continue;
        if (node_is(statement, "if_statement") || node_is(statement, "for_statement") ||
            node_is(statement, "try_statement"))
            return node_null();
    }
    return node_null();
}

static TSNode returned(const struct python_file *file, TSNode function)
{
    return returned_in(file, node_field(function, "body"));
}

/* *ret_given: the class, or one it inherits from before another table begins, says a name. */
static struct str written_name(struct sa_reader *r, struct sa_class *class, bool *ret_given)
{
    *ret_given = false;
    for (size_t i = 0; i < class->order_count; i++) {
        struct python_file *file = class->order[i].file;
        TSNode body = node_field(class->order[i].node, "body");
        const struct python_binding *binding =
            python_binding_in(r->tree, file, body, STR("__tablename__"));
        if (!binding)
            continue;
        if (binding->kind == BINDING_VALUE && is_named_anew(r, class, i))
            return STR_NONE;
        *ret_given = true;
        struct python_scope scope = {.file = file,
                                     .body = body,
                                     .class_name = class->name,
                                     .bound = class->order[i].bound,
                                     .class = class->self};
        TSNode value =
            binding->kind == BINDING_FUNCTION ? returned(file, binding->node) : binding->node;
        struct python_constant name = python_constant(r->tree, scope, value);
        if (name.kind == CONSTANT_NOT && binding->kind == BINDING_FUNCTION &&
            python_run(r->tree, scope, binding->node, 0, &name.text))
            name.kind = CONSTANT_STRING;
        if (name.kind == CONSTANT_NONE) {
            *ret_given = false;
            return STR_NONE;
        }
        if (binding->kind == BINDING_VALUE && i > 0) {
            /* A table of its own of the parent: this class shares it. */
            return name.kind == CONSTANT_STRING ? name.text : STR_NONE;
        }
        return name.kind == CONSTANT_STRING ? name.text : STR_NONE;
    }
    return STR_NONE;
}

/* What a name stands for, and where that is looked at; anything else is itself. */
static TSNode followed(struct sa_reader *r, struct python_scope *scope, TSNode value)
{
    if (!node_is(value, "identifier") && !node_is(value, "attribute"))
        return value;
    struct python_thing thing = python_resolve(r->tree, *scope, value);
    if (thing.kind != THING_VALUE || ts_node_eq(thing.node, value))
        return value;
    scope->file = thing.file;
    scope->body = thing.scope;
    return node_bare(thing.node);
}

/* {"schema": "stats"}, dict(schema="stats"), {**Mixin.__table_args__, "comment": "…"} */
static struct str schema_in(struct sa_reader *r, struct python_scope scope, TSNode value,
                            size_t depth)
{
    struct str schema = STR_NONE;

    if (node_is(value, "call") &&
        str_eq(python_foreign(r->tree, scope, node_field(value, "function")), STR("builtins.dict")))
        return sa_keyword_text(r, scope, value, "schema");
    for (uint32_t i = 0; node_is(value, "dictionary") && i < ts_node_named_child_count(value);
         i++) {
        TSNode pair = ts_node_named_child(value, i);
        if (node_is(pair, "dictionary_splat") && depth < SA_BASES_MAX) {
            struct python_scope in = scope;
            TSNode spread = followed(r, &in, ts_node_named_child(pair, 0));
            struct str found = schema_in(r, in, spread, depth + 1);
            schema = found.length ? found : schema;
        } else if (node_is(pair, "pair") &&
                   str_eq(python_constant(r->tree, scope, node_field(pair, "key")).text,
                          STR("schema"))) {
            schema = python_constant(r->tree, scope, node_field(pair, "value")).text;
        }
    }
    return schema;
}

static struct str written_schema(struct sa_reader *r, struct sa_class *class)
{
    size_t i;
    const struct python_binding *binding = sa_says_arguments(r, class, &i);

    if (!binding)
        return STR_NONE;
    struct python_file *file = class->order[i].file;
    struct python_scope scope = {.file = file,
                                 .body = node_field(class->order[i].node, "body"),
                                 .class_name = class->name,
                                 .bound = class->order[i].bound,
                                 .class = class->self};
    TSNode value = node_bare(binding->kind == BINDING_FUNCTION ? returned(file, binding->node)
                                                               : binding->node);
    value = followed(r, &scope, value);
    if (node_is(value, "tuple") && ts_node_named_child_count(value))
        value =
            followed(r, &scope, ts_node_named_child(value, ts_node_named_child_count(value) - 1));
    return schema_in(r, scope, value, 0);
}

struct str sa_class_table(struct sa_reader *r, struct sa_class *class)
{
    bool given;
    struct str name = written_name(r, class, &given), schema;

    if (!given && class->sqlmodel && class->table)
        name = str_lower(r->arena, class->name);
    else if (!given && class->flask)
        name = flask_name(r->arena, class->name);
    if (!name.length)
        return STR_NONE;
    schema = written_schema(r, class);
    if (!schema.length && !ts_node_is_null(class->metadata)) {
        struct python_constant value =
            python_constant(r->tree, class->metadata_scope,
                            call_keyword(class->metadata_scope.file, class->metadata, "schema"));
        schema = value.kind == CONSTANT_STRING ? value.text : STR_NONE;
    }
    return schema.length ? str_printf(r->arena, STR_FMT "." STR_FMT, STR_ARG(schema), STR_ARG(name))
                         : name;
}
