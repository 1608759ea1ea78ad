/* sqlalchemy_annotation.c -- the type that an annotation gives: Mapped[Optional[str]], type maps, SQLModel's bare ones. */
#include "readers/sqlalchemy.h"

static const struct {
    const char *dotted, *type;
} python_types[] = {
    {"builtins.int", "INTEGER"},
    {"builtins.str", "VARCHAR"},
    {"builtins.bool", "BOOLEAN"},
    {"builtins.float", "FLOAT"},
    {"builtins.bytes", "BYTEA"},
    {"datetime.datetime", "TIMESTAMP WITHOUT TIME ZONE"},
    {"datetime.date", "DATE"},
    {"datetime.time", "TIME WITHOUT TIME ZONE"},
    {"datetime.timedelta", "INTERVAL"},
    {"decimal.Decimal", "NUMERIC"},
    {"uuid.UUID", "UUID"},
    {"pathlib.Path", "VARCHAR"}, /* these, and pydantic's, are SQLModel's alone */
    {"ipaddress.IPv4Address", "VARCHAR"},
    {"ipaddress.IPv4Network", "VARCHAR"},
    {"ipaddress.IPv6Address", "VARCHAR"},
    {"ipaddress.IPv6Network", "VARCHAR"},
    {"pydantic.UUID1", "UUID"},
    {"pydantic.UUID3", "UUID"},
    {"pydantic.UUID4", "UUID"},
    {"pydantic.UUID5", "UUID"},
    {"pydantic.StrictStr", "VARCHAR"},
    {"pydantic.StrictInt", "INTEGER"},
    {"pydantic.StrictBool", "BOOLEAN"},
    {"pydantic.StrictFloat", "FLOAT"},
    {"pydantic.NonNegativeInt", "INTEGER"},
    {"pydantic.NonPositiveInt", "INTEGER"},
    {"pydantic.NegativeInt", "INTEGER"},
    {"pydantic.PositiveFloat", "FLOAT"},
    {"pydantic.NonNegativeFloat", "FLOAT"},
    {"pydantic.NonPositiveFloat", "FLOAT"},
    {"pydantic.NegativeFloat", "FLOAT"},
    {"pydantic.EmailStr", "VARCHAR"},
    {"pydantic.PositiveInt", "INTEGER"},
    {"pydantic.AwareDatetime", "TIMESTAMP WITHOUT TIME ZONE"},
};

static bool type_from_map(struct sa_reader *r, const struct sa_class *class,
                          struct python_scope scope, TSNode annotation, struct sa_type *type,
                          bool *ret_found)
{
    struct python_thing wanted = python_resolve(r->tree, scope, annotation);
    struct str source = node_source(scope.file, annotation);

    *ret_found = false;
    for (size_t i = 0; class && i < class->types.count; i++) {
        const struct sa_mapping *entry = &class->types.items[i];
        struct python_thing key = python_resolve(r->tree, entry->scope, entry->key);
        /* Two NewType(…) are two types. */
        bool named = key.kind == THING_FOREIGN && !sa_is(key.dotted, "NewType()");
        bool same = wanted.kind != THING_UNKNOWN && key.kind == wanted.kind &&
                    (named ? str_eq(key.dotted, wanted.dotted)
                           : key.file == wanted.file && ts_node_eq(key.node, wanted.node));
        same = same || (!node_is(annotation, "identifier") && !node_is(annotation, "attribute") &&
                        str_eq(node_source(entry->scope.file, entry->key), source));
        if (same) {
            *ret_found = true;
            return sa_type_read(r, entry->scope, entry->value, type);
        }
    }
    return false;
}

/* {enum.Enum: Enum(enum.Enum, values_callable=…)}: how every enumeration of Python's is stored. Null: not said. */
static const struct sa_mapping *mapping_of_enums(struct sa_reader *r, const struct sa_class *class)
{
    for (size_t i = 0; class && i < class->types.count; i++) {
        const struct sa_mapping *entry = &class->types.items[i];
        struct python_thing key = python_resolve(r->tree, entry->scope, entry->key);
        if (key.kind == THING_FOREIGN && str_eq(key.dotted, STR("enum.Enum")) &&
            node_is(node_bare(entry->value), "call"))
            return entry;
    }
    return NULL;
}

static bool type_of_enum(struct sa_reader *r, const struct sa_class *class,
                         struct python_thing thing, struct sa_type *type)
{
    const struct sa_mapping *entry = mapping_of_enums(r, class);
    TSNode call = entry ? node_bare(entry->value) : node_null();
    bool values = false;

    if (entry && !sa_enum_wants_values(r, entry->scope, call, &values))
        return false;
    if (!sa_enum_of_class(r, thing, values, type))
        return false;
    bool native = !entry || !node_is(call_keyword(entry->scope.file, call, "native_enum"), "false");
    struct python_constant length = {.kind = CONSTANT_NOT};
    if (!native)
        length =
            python_constant(r->tree, entry->scope, call_keyword(entry->scope.file, call, "length"));
    sa_enum_text(r, type, native);
    if (length.kind == CONSTANT_NUMBER)
        type->text = str_printf(r->arena, "VARCHAR(" STR_FMT ")", STR_ARG(length.text));
    return true;
}

static bool type_of_python(struct sa_reader *r, const struct sa_class *class,
                           struct python_scope scope, TSNode annotation, struct sa_type *type)
{
    struct python_thing thing = python_resolve(r->tree, scope, annotation);

    for (size_t i = 0; thing.kind == THING_FOREIGN && i < COUNT_OF(python_types); i++)
        if (str_eq(thing.dotted, str_from(python_types[i].dotted))) {
            type->text = str_from(python_types[i].type);
            return true;
        }
    return sa_is_enum_class(r, thing, 0) && type_of_enum(r, class, thing, type);
}

/* The parts of X[a, b] or `X | Y`. */
static size_t generic_parts(TSNode node, TSNode *parts, size_t most)
{
    size_t count = 0;
    TSNode holder = node;

    if (node_is(node, "generic_type"))
        holder = ts_node_named_child(node, 1); /* type_parameter */
    for (uint32_t i = node_is(node, "subscript") ? 1 : 0;
         i < ts_node_named_child_count(holder) && count < most; i++)
        parts[count++] = ts_node_named_child(holder, i);
    return count;
}

static TSNode unwrap(TSNode node)
{
    while (node_is(node, "type") || node_is(node, "parenthesized_expression"))
        node = ts_node_named_child(node, 0);
    return node;
}

static bool is_none(TSNode node)
{
    return node_is(unwrap(node), "none");
}

static bool literal_type(struct sa_reader *r, struct python_scope scope, const TSNode *parts,
                         size_t count, struct sa_type *type)
{
    for (size_t i = 0; i < count; i++) {
        struct python_constant value = python_constant(r->tree, scope, unwrap(parts[i]));
        if (value.kind != CONSTANT_STRING)
            return false;
        strs_add(r->arena, &type->labels, value.text);
    }
    sa_enum_text(r, type, false);
    return true;
}

/* condecimal(max_digits=5, decimal_places=3), constr(max_length=20) of pydantic */
static bool constrained_type(struct sa_reader *r, struct python_scope scope, TSNode call,
                             struct sa_type *type)
{
    static const struct {
        const char *called, *type, *size, *scale;
    } rows[] = {{"pydantic.constr", "VARCHAR", "max_length", NULL},
                {"pydantic.StringConstraints", "VARCHAR", "max_length", NULL},
                {"pydantic.condecimal", "NUMERIC", "max_digits", "decimal_places"},
                {"pydantic.conint", "INTEGER", NULL, NULL},
                {"pydantic.confloat", "FLOAT", NULL, NULL},
                {"pydantic.conbytes", "BYTEA", NULL, NULL},
                {"pydantic.condate", "DATE", NULL, NULL}};
    struct str called = python_foreign(r->tree, scope, node_field(call, "function"));

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct str size = STR_NONE, scale = STR_NONE;
        bool sized = false, scaled = false;
        if (!str_eq(called, str_from(rows[i].called)))
            continue;
        if ((rows[i].size &&
             !sa_given(r, sa_keyword(r, scope, call, rows[i].size), &size, &sized)) ||
            (rows[i].scale &&
             !sa_given(r, sa_keyword(r, scope, call, rows[i].scale), &scale, &scaled)))
            return false;
        type->text = !sized ? str_from(rows[i].type)
                     : !scaled
                         ? str_printf(r->arena, "%s(" STR_FMT ")", rows[i].type, STR_ARG(size))
                         : str_printf(r->arena, "%s(" STR_FMT ", " STR_FMT ")", rows[i].type,
                                      STR_ARG(size), STR_ARG(scale));
        return true;
    }
    return false;
}

static bool annotated_type(struct sa_reader *r, const struct sa_class *class,
                           struct python_scope scope, const TSNode *parts, size_t count,
                           struct sa_type *type, bool *optional, struct sa_column *column)
{
    for (size_t i = 1; i < count; i++) {
        TSNode part = unwrap(parts[i]);
        if (node_is(part, "call") && column &&
            sa_is(python_foreign(r->tree, scope, node_field(part, "function")), "mapped_column") &&
            !sa_column_read(r, class, scope, part, column))
            return false;
    }
    if (column && column->has_type)
        return true;
    if (!sa_annotation_read(r, class, scope, parts[0], type, optional, column))
        return false;
    for (size_t i = 1; class && class->sqlmodel && i < count; i++) {
        TSNode part = unwrap(parts[i]);
        if (node_is(part, "call") && str_eq(type->text, STR("VARCHAR")))
            (void)constrained_type(r, scope, part, type);
    }
    return true;
}

static bool read_annotation(struct sa_reader *r, const struct sa_class *class,
                            struct python_scope scope, TSNode annotation, struct sa_type *ret_type,
                            bool *ret_optional, struct sa_column *column)
{
    TSNode parts[32], node = unwrap(annotation);
    bool found;

    if (ts_node_is_null(node))
        return false;
    if (type_from_map(r, class, scope, node, ret_type, &found))
        return true;
    if (found)
        return false;
    if (node_is(node, "binary_operator") || node_is(node, "union_type")) {
        size_t count = ts_node_named_child_count(node), left = SIZE_MAX;
        for (size_t i = 0; i < count; i++) {
            TSNode part = ts_node_named_child(node, (uint32_t)i);
            if (is_none(part))
                *ret_optional = true;
            else if (left == SIZE_MAX)
                left = i;
            else
                return false;
        }
        return left != SIZE_MAX &&
               sa_annotation_read(r, class, scope, ts_node_named_child(node, (uint32_t)left),
                                  ret_type, ret_optional, column);
    }
    if (node_is(node, "call") && class && class->sqlmodel)
        return constrained_type(r, scope, node, ret_type);
    if (node_is(node, "generic_type") || node_is(node, "subscript")) {
        struct str head = python_foreign(r->tree, scope, ts_node_named_child(node, 0));
        size_t count = generic_parts(node, parts, COUNT_OF(parts));
        if (sa_is(head, "Optional") && count == 1) {
            *ret_optional = true;
            return sa_annotation_read(r, class, scope, parts[0], ret_type, ret_optional, column);
        }
        if (sa_is(head, "Union") && count == 2 && (is_none(parts[0]) || is_none(parts[1]))) {
            *ret_optional = true;
            return sa_annotation_read(r, class, scope, parts[is_none(parts[0])], ret_type,
                                      ret_optional, column);
        }
        if (sa_is(head, "Annotated") && count)
            return annotated_type(r, class, scope, parts, count, ret_type, ret_optional, column);
        if (sa_is(head, "Literal"))
            return literal_type(r, scope, parts, count, ret_type);
        return false;
    }
    /* intpk = Annotated[int, mapped_column(primary_key=True)] */
    struct python_thing thing = python_resolve(r->tree, scope, node);
    if (thing.kind == THING_VALUE && node_is(thing.node, "call")) /* str_20 = text_of(20) */
        thing = python_made(r->tree, scope, node);
    if (thing.kind == THING_VALUE && !ts_node_eq(thing.node, node))
        return sa_annotation_read(
            r, class,
            (struct python_scope){.file = thing.file, .body = thing.scope, .bound = thing.bound},
            thing.node, ret_type, ret_optional, column);
    if (thing.kind == THING_FOREIGN && sa_is(thing.dotted, "NewType()") && thing.file &&
        node_is(thing.node, "call")) /* UserId = NewType("UserId", int) */
        return sa_annotation_read(r, class,
                                  (struct python_scope){.file = thing.file, .body = thing.scope},
                                  call_positional(thing.node, 1), ret_type, ret_optional, column);
    return type_of_python(r, class, scope, node, ret_type);
}

bool sa_annotation_read(struct sa_reader *r, const struct sa_class *class,
                        struct python_scope scope, TSNode annotation, struct sa_type *ret_type,
                        bool *ret_optional, struct sa_column *column)
{
    if (r->annotations == PYTHON_FOLLOW_MAX)
        return false;
    r->annotations++;
    bool read = read_annotation(r, class, scope, annotation, ret_type, ret_optional, column);
    r->annotations--;
    return read;
}
