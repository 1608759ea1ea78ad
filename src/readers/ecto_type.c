/* ecto_type.c -- the types of Ecto's fields, and the modules that are types. */
#include "readers/ecto_type.h"

/* column_type of the PostgreSQL adapter, as a migration that says no size makes it; an :id is bigint there. */
static struct str base_type(struct str name)
{
    static const char *const rows[][2] = {
        {"id", "BIGINT"},
        {"identity", "BIGINT"},
        {"binary_id", "UUID"},
        {"string", ECTO_STRING},
        {"binary", "BYTEA"},
        {"bitstring", "BIT VARYING"},
        {"integer", "INTEGER"},
        {"float", "DOUBLE PRECISION"},
        {"boolean", "BOOLEAN"},
        {"decimal", "NUMERIC"},
        {"map", "JSONB"},
        {"date", "DATE"},
        {"time", "TIME WITHOUT TIME ZONE"},
        {"time_usec", "TIME WITHOUT TIME ZONE"},
        {"naive_datetime", "TIMESTAMP WITHOUT TIME ZONE"},
        {"naive_datetime_usec", "TIMESTAMP WITHOUT TIME ZONE"},
        {"utc_datetime", "TIMESTAMP WITHOUT TIME ZONE"},
        {"utc_datetime_usec", "TIMESTAMP WITHOUT TIME ZONE"},
        {"duration", "INTERVAL"},
        {"Ecto.UUID", "UUID"},
        /* Packages that many projects have: ecto_ulid, uniq, uuidv7, ecto_shortuuid, pgvector, geo_postgis. */
        {"Ecto.ULID", "UUID"},
        {"Uniq.UUID", "UUID"},
        {"UUIDv7", "UUID"},
        {"Ecto.ShortUUID", "UUID"},
        {"Pgvector.Ecto.Vector", "VECTOR"},
        {"Geo.PostGIS.Geometry", "GEOMETRY"},
        /* ecto_network, money, ex_money_sql, cloak_ecto */
        {"EctoNetwork.INET", "INET"},
        {"EctoNetwork.CIDR", "CIDR"},
        {"EctoNetwork.MACADDR", "MACADDR"},
        {"Money.Ecto.Amount.Type", "INTEGER"},
        {"Money.Ecto.Map.Type", "JSONB"},
        {"Money.Ecto.Composite.Type", "money_with_currency"},
        {"Cloak.Ecto.SHA256", "BYTEA"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (str_eq(name, str_from(rows[i][0])))
            return str_from(rows[i][1]);
    return STR_NONE;
}

void ecto_each_module(struct elixir_tree *tree, struct elixir_file *file, TSNode node,
                      struct str around, unsigned depth,
                      void (*visit)(void *self, struct elixir_scope scope, struct str name),
                      void *self)
{
    struct elixir_nodes statements = elixir_children(tree, node);

    for (size_t i = 0; i < statements.count && depth < ECTO_NESTING_MAX; i++) {
        TSNode call = statements.items[i], block = elixir_child(call, "do_block");
        if (!str_eq(elixir_called(file, call), STR("defmodule")) || ts_node_is_null(block))
            continue;
        struct str name = elixir_source(file, elixir_argument(tree, call, 0));
        if (around.length)
            name = str_printf(elixir_tree_arena(tree), STR_FMT "." STR_FMT, STR_ARG(around),
                              STR_ARG(name));
        visit(self, (struct elixir_scope){.tree = tree, .file = file, .body = block}, name);
        ecto_each_module(tree, file, block, name, depth + 1, visit, self);
    }
}

struct type_search {
    struct str module, type;
};

/* What a module is by what it uses: `use Cloak.Ecto.Integer, vault: V` keeps ciphertext; `use EctoEnum, type: :state, enums: […]` is a type of
 * the database's, and without a type a number. Empty: nothing of these. */
static struct str used_type(struct elixir_scope scope, TSNode use)
{
    struct str module = elixir_text(scope, elixir_argument(scope.tree, use, 0));
    struct str type = elixir_text(scope, elixir_keyword(scope, use, "type"));

    if (str_starts(module, STR("Cloak.Ecto.")))
        return STR("BYTEA");
    if (str_eq(module, STR("Waffle.Ecto.Definition")) || str_eq(module, STR("Arc.Ecto.Definition")))
        return STR(ECTO_STRING); /* of the module's Type */
    if (!str_eq(module, STR("EctoEnum")))
        return STR_NONE;
    return type.length ? type : STR("INTEGER");
}

/* `def type, do: :string` of a module that is an Ecto.Type. */
static void find_type(void *self, struct elixir_scope scope, struct str name)
{
    struct type_search *search = self;
    struct elixir_nodes statements = elixir_children(scope.tree, scope.body);

    struct arena *arena = elixir_tree_arena(scope.tree);
    bool inner = str_eq(search->module, str_printf(arena, STR_FMT ".Type", STR_ARG(name)));

    /* `Money` where App.Types.Money is nested beside it */
    if (!inner && !str_eq(name, search->module) &&
        !str_ends(name, str_printf(arena, "." STR_FMT, STR_ARG(search->module))))
        return;
    for (size_t i = 0; i < statements.count; i++) {
        TSNode definition = statements.items[i], head;
        if (str_eq(elixir_called(scope.file, definition), STR("use")))
            search->type = search->type.length ? search->type : used_type(scope, definition);
        if (inner || !str_eq(elixir_called(scope.file, definition), STR("def")))
            continue;
        head = elixir_argument(scope.tree, definition, 0);
        struct str word = node_is(head, "identifier") ? elixir_source(scope.file, head)
                                                      : elixir_called(scope.file, head);
        struct elixir_nodes body = elixir_body(scope, definition);
        if (str_eq(word, STR("type")) && body.count == 1)
            search->type = base_type(elixir_text(scope, body.items[0]));
    }
}

/* The full name that one `alias` gives a first word; empty: it is about others. `alias Shop.Types.Color`, `alias Shop.Types.{Color, Size}`,
 * `alias Shop.Types.Color, as: Tone`. */
static struct str aliased(struct elixir_scope scope, TSNode alias, struct str first)
{
    struct str module = elixir_source(scope.file, elixir_argument(scope.tree, alias, 0));
    struct str as = elixir_text(scope, elixir_keyword(scope, alias, "as"));
    size_t brace = str_find(module, STR(".{")), dot = str_find_last_byte(module, '.');

    if (brace == SIZE_MAX)
        return str_eq(as.length         ? as
                      : dot == SIZE_MAX ? module
                                        : str_from_offset(module, dot + 1),
                      first)
                   ? module
                   : STR_NONE;
    for (struct str rest = str_trim_bytes(str_from_offset(module, brace + 2), "}"); rest.length;) {
        struct str item = str_trim(str_cut(&rest, ','));
        dot = str_find_last_byte(item, '.');
        if (str_eq(dot == SIZE_MAX ? item : str_from_offset(item, dot + 1), first))
            return str_printf(elixir_tree_arena(scope.tree), STR_FMT "." STR_FMT,
                              STR_ARG(str_prefix(module, brace)), STR_ARG(item));
    }
    return STR_NONE;
}

struct str ecto_full_module(struct elixir_scope scope, struct str name)
{
    struct elixir_nodes statements = elixir_children(scope.tree, scope.body);
    struct str rest = name, first = str_cut(&rest, '.');

    for (size_t i = 0; i < statements.count; i++) {
        if (!str_eq(elixir_called(scope.file, statements.items[i]), STR("alias")))
            continue;
        struct str module = aliased(scope, statements.items[i], first);
        if (module.length)
            return rest.length ? str_printf(elixir_tree_arena(scope.tree), STR_FMT "." STR_FMT,
                                            STR_ARG(module), STR_ARG(rest))
                               : module;
    }
    return name;
}

static struct str module_type(struct elixir_scope scope, struct str name)
{
    struct type_search search = {.module = ecto_full_module(scope, name)};
    struct elixir_file *file = elixir_module_file(scope.tree, scope.file->path, search.module);

    ecto_each_module(scope.tree, scope.file, scope.file->root, STR_NONE, 0, find_type, &search);
    if (!search.type.length && file)
        ecto_each_module(scope.tree, file, file->root, STR_NONE, 0, find_type, &search);
    file = search.type.length ? NULL : elixir_module_elsewhere(scope.tree, search.module);
    if (file)
        ecto_each_module(scope.tree, file, file->root, STR_NONE, 0, find_type, &search);
    return search.type;
}

/* Ecto.Enum keeps names as text, and numbers when its values have some. */
static struct str enum_type(struct elixir_scope scope, TSNode options)
{
    TSNode values = elixir_keyword(scope, options, "values");
    struct elixir_nodes pairs = elixir_children(scope.tree, elixir_child(values, "keywords"));

    if (!pairs.count)
        return STR(ECTO_STRING);
    struct elixir_nodes pair = elixir_children(scope.tree, pairs.items[0]);
    return pair.count == 2 && node_is(pair.items[1], "integer") ? STR("INTEGER") : STR(ECTO_STRING);
}

struct str ecto_type_of(struct elixir_scope scope, TSNode type, TSNode options, unsigned depth)
{
    struct arena *arena = elixir_tree_arena(scope.tree);

    if (ts_node_is_null(type) || depth > ECTO_NESTING_MAX)
        return STR_NONE;
    if (node_is(type, "tuple")) {
        struct elixir_nodes parts = elixir_children(scope.tree, type);
        struct str kind = parts.count ? elixir_text(scope, parts.items[0]) : STR_NONE;
        if (str_eq(kind, STR("map")))
            return STR("JSONB");
        if (!str_eq(kind, STR("array")) || parts.count != 2)
            return STR_NONE;
        struct str of = ecto_type_of(scope, parts.items[1], options, depth + 1);
        return of.length ? str_printf(arena, STR_FMT "[]", STR_ARG(of)) : of;
    }
    struct str name = elixir_text(scope, type), known = base_type(name);
    if (node_is(type, "alias")) {
        name = ecto_full_module(scope, name);
        if (str_eq(name, STR("Ecto.Enum")))
            return enum_type(scope, options);
        known = known.length ? known : base_type(name);
        return known.length ? known : module_type(scope, name);
    }
    return known;
}
