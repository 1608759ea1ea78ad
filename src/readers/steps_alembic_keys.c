/* steps_alembic_keys.c -- indexes, unique constraints and keys that operations of Alembic make. */
#include "readers/sqlalchemy.h"
#include "readers/steps_python.h"

/* ["a", sa.text("lower(b)")]: an expression is "". */
static void list_parts(struct steps_reader *r, TSNode list, struct step *key)
{
    list = node_bare(list);
    key->parts_told = node_is(list, "list") || node_is(list, "tuple");
    for (uint32_t i = 0; key->parts_told && i < ts_node_named_child_count(list); i++) {
        TSNode item = ts_node_named_child(list, i);
        struct str text = steps_text(r, item);
        if (node_is(item, "comment"))
            continue;
        key->parts_told = text.length || node_is(item, "call");
        VEC_PUSH(r->arena, &key->parts, text);
    }
}

/* The arguments from `first` on: UniqueConstraint("a", "b"), Index("ix", "a"). */
static void argument_parts(struct steps_reader *r, TSNode call, size_t first, struct step *key)
{
    key->parts_told = !call_has_splat(call);
    struct python_nodes given = steps_positionals(r, call);
    for (size_t i = first; i < given.count; i++) {
        struct str text = steps_text(r, given.items[i]);
        key->parts_told = key->parts_told && (text.length || node_is(given.items[i], "call"));
        VEC_PUSH(r->arena, &key->parts, text);
    }
}

/* ondelete="CASCADE"; empty: it cannot be read. */
static struct str rule_of(struct steps_reader *r, TSNode call, const char *keyword)
{
    TSNode given = steps_keyword(r, call, keyword);

    return ts_node_is_null(given) || node_is(given, "none")
               ? STR("NO ACTION")
               : str_upper(r->arena, steps_text(r, given));
}

void steps_alembic_rules(struct steps_reader *r, TSNode call, struct step *key)
{
    if (call_has_splat(call))
        return;
    key->deletes = rule_of(r, call, "ondelete");
    key->updates = rule_of(r, call, "onupdate");
}

/* postgresql_where=…; those of other databases say nothing here. */
static enum step_partial partial(struct steps_reader *r, TSNode call)
{
    static const char *const others[] = {"sqlite_where", "mssql_where", "oracle_where"};

    if (call_has_splat(call))
        return STEP_PARTIAL_UNKNOWN;
    if (!ts_node_is_null(steps_keyword(r, call, "postgresql_where")))
        return STEP_PARTIAL_YES;
    for (size_t i = 0; i < COUNT_OF(others); i++)
        if (!ts_node_is_null(steps_keyword(r, call, others[i])))
            return STEP_PARTIAL_UNKNOWN;
    return STEP_PARTIAL_NO;
}

/* What stands among the columns of create_table. False: it may be any column or key. */
bool steps_alembic_table_key(struct steps_reader *r, struct str table, TSNode made)
{
    struct str name = steps_called(r, made);
    struct step key = {.kind = STEP_KEY,
                       .table = table,
                       .name = steps_text(r, call_keyword(r->scope.file, made, "name"))};

    if (!node_is(made, "call"))
        return false;
    if (str_eq(name, STR("UniqueConstraint"))) {
        key.makes = STEP_MAKES_UNIQUE;
        argument_parts(r, made, 0, &key);
    } else if (str_eq(name, STR("PrimaryKeyConstraint"))) {
        key.makes = STEP_MAKES_PRIMARY;
        argument_parts(r, made, 0, &key);
    } else if (str_eq(name, STR("ForeignKeyConstraint"))) {
        key.makes = STEP_MAKES_FOREIGN;
        list_parts(r, steps_word(r, made, "columns", 0), &key);
        steps_alembic_rules(r, made, &key);
    } else if (str_eq(name, STR("Index"))) {
        key.name = steps_text(r, call_positional(made, 0));
        key.makes = steps_is_set(r, made, "unique") ? STEP_MAKES_UNIQUE : STEP_MAKES_INDEX;
        argument_parts(r, made, 1, &key);
        key.partial = partial(r, made);
    } else if (str_ends(name, STR("CheckConstraint"))) {
        key.makes = STEP_MAKES_CHECK;
    } else {
        return str_eq(name, STR("Column"));
    }
    steps_push(r, key);
    return true;
}

/* `made`: the ForeignKey(…) or CheckConstraint(…); null: a keyword of the column says it. */
static void column_key(struct steps_reader *r, const struct step *column, enum step_makes makes,
                       TSNode made)
{
    struct step key = {.kind = STEP_KEY,
                       .table = column->table,
                       .makes = makes,
                       .parts_told = makes != STEP_MAKES_CHECK};

    if (makes == STEP_MAKES_FOREIGN)
        steps_alembic_rules(r, made, &key);
    if (makes == STEP_MAKES_CHECK)
        key.name = steps_text(r, call_keyword(r->scope.file, made, "name"));
    VEC_PUSH(r->arena, &key.parts, column->column);
    steps_push(r, key);
}

/* Column("a", sa.Integer(), sa.ForeignKey("b.id"), unique=True) */
void steps_alembic_column_keys(struct steps_reader *r, const struct step *step, TSNode column)
{
    static const struct {
        const char *keyword;
        enum step_makes makes;
    } rows[] = {{"unique", STEP_MAKES_UNIQUE},
                {"index", STEP_MAKES_INDEX},
                {"primary_key", STEP_MAKES_PRIMARY}};

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (steps_is_set(r, column, rows[i].keyword))
            column_key(r, step, rows[i].makes, node_null());
    for (size_t i = 1; i < call_positional_count(column); i++) {
        TSNode given = call_positional(column, i);
        struct str name = steps_called(r, given);
        if (node_is(given, "call") && str_eq(name, STR("ForeignKey")))
            column_key(r, step, STEP_MAKES_FOREIGN, given);
        else if (node_is(given, "call") && str_eq(name, STR("CheckConstraint")))
            column_key(r, step, STEP_MAKES_CHECK, given);
        else if (i > 1 && !node_is(given, "call")) /* `fk` of somewhere */
            column_key(r, step, STEP_MAKES_ANY, node_null());
    }
}

/* op.create_index("ix", "users", ["a"], unique=True) and the others, `shift` fewer in a batch. */
void steps_alembic_operation_key(struct steps_reader *r, TSNode call, struct str table,
                                 size_t shift)
{
    static const struct {
        const char *name, *columns, *title;
        size_t place;
        enum step_makes makes;
    } rows[] = {{"create_index", "columns", "index_name", 2, STEP_MAKES_INDEX},
                {"create_unique_constraint", "columns", "constraint_name", 2, STEP_MAKES_UNIQUE},
                {"create_primary_key", "columns", "constraint_name", 2, STEP_MAKES_PRIMARY},
                {"create_foreign_key", "local_cols", "constraint_name", 3, STEP_MAKES_FOREIGN},
                {"create_check_constraint", NULL, "constraint_name", 0, STEP_MAKES_CHECK}};
    struct str name = steps_called(r, call);

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct step key = {.kind = STEP_KEY, .table = table, .makes = rows[i].makes};
        if (!str_eq(name, str_from(rows[i].name)))
            continue;
        key.name = steps_text(r, steps_word(r, call, rows[i].title, 0));
        if (key.makes == STEP_MAKES_INDEX && steps_is_set(r, call, "unique"))
            key.makes = STEP_MAKES_UNIQUE;
        if (key.makes == STEP_MAKES_FOREIGN)
            steps_alembic_rules(r, call, &key);
        if (key.makes == STEP_MAKES_INDEX || key.makes == STEP_MAKES_UNIQUE)
            key.partial = partial(r, call);
        if (rows[i].columns)
            list_parts(r, steps_word(r, call, rows[i].columns, rows[i].place - shift), &key);
        steps_push(r, key);
    }
}

/* Index("ix", users.c.email, User.name).create(op.get_bind()) */
void steps_alembic_index(struct steps_reader *r, TSNode call)
{
    struct schema schema = {0};
    struct sa_reader reader = {.arena = r->arena, .tree = r->tree, .schema = &schema};
    struct sa_class class = {0};
    struct step key = {.kind = STEP_KEY,
                       .name = steps_text(r, call_positional(call, 0)),
                       .makes =
                           steps_is_set(r, call, "unique") ? STEP_MAKES_UNIQUE : STEP_MAKES_INDEX,
                       .parts_told = true,
                       .partial = partial(r, call)};

    for (size_t i = 1; i < call_positional_count(call); i++) {
        TSNode part = call_positional(call, i);
        struct str column = STR_NONE;
        if (node_is(part, "attribute")) {
            column = node_source(r->scope.file, node_field(part, "attribute"));
            if (!key.table.length)
                key.table = sa_table_of(&reader, r->scope, node_field(part, "object"), &class);
        }
        VEC_PUSH(r->arena, &key.parts, column);
    }
    if (!key.table.length)
        return;
    steps_push(r, (struct step){.kind = STEP_ADD_INDEX, .table = key.table, .name = key.name});
    steps_push(r, key);
}
