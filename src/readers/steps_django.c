/* steps_django.c -- what the operations of a Django migration do. */
#include "readers/django.h"
#include "readers/steps_python.h"

struct str steps_django_table(struct steps_reader *r, struct str app, struct str model)
{
    return str_printf(r->arena, STR_FMT "_" STR_FMT, STR_ARG(app),
                      STR_ARG(str_lower(r->arena, model)));
}

static struct str django_table(struct steps_reader *r, struct str model)
{
    return steps_django_table(r, r->app, model);
}

/* A many-to-many field is a table of its own. */
static struct str many_table(struct steps_reader *r, struct str table, struct str field)
{
    return str_printf(r->arena, STR_FMT "_" STR_FMT, STR_ARG(table), STR_ARG(field));
}

static void add_many(struct steps_reader *r, struct str table, struct str name, TSNode field,
                     bool altered)
{
    struct str own = steps_text(r, call_keyword(r->scope.file, field, "db_table"));
    struct str usual = many_table(r, table, name);

    steps_push(r,
               (struct step){.kind = STEP_ADD_TABLE,
                             .table = own.length ? own : usual,
                             .many = ts_node_is_null(call_keyword(r->scope.file, field, "through")),
                             .member = name,
                             .owner = table,
                             .was = altered ? usual : STR_NONE});
}

static struct str field_column(struct steps_reader *r, struct str name, TSNode field)
{
    struct str column = node_is(field, "call")
                            ? steps_text(r, call_keyword(r->scope.file, field, "db_column"))
                            : STR_NONE;

    return column.length ? column : name;
}

/* ForeignKey, OneToOneField and what is called after them: TreeForeignKey. */
static bool field_refers(struct steps_reader *r, TSNode field)
{
    return node_is(field, "call") && (str_ends(steps_called(r, field), STR("ForeignKey")) ||
                                      str_ends(steps_called(r, field), STR("OneToOneField")));
}

/* --- Keys. --- */

static void push_key(struct steps_reader *r, struct str table, struct str column,
                     enum step_makes makes)
{
    struct step key = {
        .kind = STEP_KEY, .table = table, .makes = makes, .parts_told = true, .field = true};

    VEC_PUSH(r->arena, &key.parts, column);
    steps_push(r, key);
}

/* What a field brings: unique=True, db_index=True, a foreign key with its index. One of another package may bring anything. */
static void field_keys(struct steps_reader *r, struct str table, struct str column, TSNode field)
{
    bool own =
        node_is(field, "call") &&
        str_starts(node_source(r->scope.file, node_field(field, "function")), STR("models."));
    struct str kind = node_is(field, "call") ? steps_called(r, field) : STR_NONE;

    if (!own || call_has_splat(field)) {
        push_key(r, table, column, STEP_MAKES_ANY);
        return;
    }
    if (steps_is_set(r, field, "unique") || str_eq(kind, STR("OneToOneField")))
        push_key(r, table, column, STEP_MAKES_UNIQUE);
    if (steps_is_set(r, field, "primary_key"))
        push_key(r, table, column, STEP_MAKES_PRIMARY);
    if (steps_is_set(r, field, "db_index") || str_eq(kind, STR("SlugField")))
        push_key(r, table, column, STEP_MAKES_INDEX);
    if (field_refers(r, field)) {
        if (ts_node_is_null(call_keyword(r->scope.file, field, "db_index")) ||
            steps_is_set(r, field, "db_index"))
            push_key(r, table, column, STEP_MAKES_INDEX);
        if (ts_node_is_null(call_keyword(r->scope.file, field, "db_constraint")) ||
            steps_is_set(r, field, "db_constraint"))
            push_key(r, table, column, STEP_MAKES_FOREIGN);
    }
}

/* fields=["a", "-b"] */
static void field_parts(struct steps_reader *r, TSNode list, struct step *key)
{
    list = node_bare(list);
    key->parts_told = node_is(list, "list") || node_is(list, "tuple");
    for (uint32_t i = 0; key->parts_told && i < ts_node_named_child_count(list); i++) {
        struct str text = steps_text(r, ts_node_named_child(list, i));
        if (node_is(ts_node_named_child(list, i), "comment"))
            continue;
        key->parts_told = text.length > 0;
        VEC_PUSH(r->arena, &key->parts,
                 str_starts(text, STR("-")) ? str_from_offset(text, 1) : text);
    }
}

/* models.Index(fields=[…], name="…"), models.UniqueConstraint(…) of a model. */
static void made_key(struct steps_reader *r, struct str table, TSNode made)
{
    struct str kind = node_is(made, "call") ? steps_called(r, made) : STR_NONE;
    struct step key = {.kind = STEP_KEY, .table = table, .field = true};

    if (str_eq(kind, STR("ExclusionConstraint")))
        return;
    key.makes = str_eq(kind, STR("UniqueConstraint"))  ? STEP_MAKES_UNIQUE
                : str_eq(kind, STR("CheckConstraint")) ? STEP_MAKES_CHECK
                : str_ends(kind, STR("Index"))         ? STEP_MAKES_INDEX
                                                       : STEP_MAKES_ANY;
    if (node_is(made, "call")) {
        key.name = steps_text(r, call_keyword(r->scope.file, made, "name"));
        if (!call_has_splat(made))
            key.partial = ts_node_is_null(call_keyword(r->scope.file, made, "condition"))
                              ? STEP_PARTIAL_NO
                              : STEP_PARTIAL_YES;
    }
    if (node_is(made, "call") && key.makes != STEP_MAKES_CHECK) {
        field_parts(r, call_keyword(r->scope.file, made, "fields"), &key);
        if (!key.parts_told && key.makes && call_positional_count(made)) { /* expressions */
            key.parts_told = true;
            VEC_PUSH(r->arena, &key.parts, STR_NONE);
        }
    }
    steps_push(r, key);
}

/* {("a", "b")}, [("a", "b"), ("c",)], ("a", "b"): each of its sets is an index. */
static void together_keys(struct steps_reader *r, struct str table, TSNode sets,
                          enum step_makes makes)
{
    struct step any = {
        .kind = STEP_KEY, .table = table, .makes = makes, .field = true, .together = true};
    bool readable = false;

    sets = node_bare(sets);
    if (node_is(sets, "call")) /* set(), set([…]) */
        sets = node_bare(call_positional(sets, 0));
    if (ts_node_is_null(sets) || node_is(sets, "none") || node_is(sets, "dictionary"))
        return;
    readable = node_is(sets, "set") || node_is(sets, "list") || node_is(sets, "tuple");
    if (readable && ts_node_named_child_count(sets) &&
        steps_text(r, ts_node_named_child(sets, 0)).length) {
        field_parts(r, sets, &any);
        steps_push(r, any);
        return;
    }
    for (uint32_t i = 0; readable && i < ts_node_named_child_count(sets); i++) {
        struct step key = any;
        if (node_is(ts_node_named_child(sets, i), "comment"))
            continue;
        field_parts(r, ts_node_named_child(sets, i), &key);
        steps_push(r, key);
    }
    if (!readable)
        steps_push(r, any);
}

static void each_made_key(struct steps_reader *r, struct str table, TSNode list)
{
    list = node_bare(list);
    for (uint32_t i = 0; node_is(list, "list") && i < ts_node_named_child_count(list); i++)
        if (!node_is(ts_node_named_child(list, i), "comment"))
            made_key(r, table, ts_node_named_child(list, i));
    if (!node_is(list, "list"))
        steps_push(r, (struct step){.kind = STEP_KEY, .table = table, .field = true});
}

/* order_with_respect_to: a column of Django's own. */
static void order_column(struct steps_reader *r, struct str table)
{
    steps_push(r, (struct step){.kind = STEP_ADD_COLUMN, .table = table, .column = STR("_order")});
}

/* options={"unique_together": …, "indexes": […]} */
static void option_keys(struct steps_reader *r, struct str table, struct str option, TSNode value)
{
    if (str_eq(option, STR("unique_together")))
        together_keys(r, table, value, STEP_MAKES_UNIQUE);
    else if (str_eq(option, STR("index_together")))
        together_keys(r, table, value, STEP_MAKES_INDEX);
    else if (str_eq(option, STR("indexes")) || str_eq(option, STR("constraints")))
        each_made_key(r, table, value);
    else if (str_eq(option, STR("order_with_respect_to")))
        order_column(r, table);
}

static void created_column(struct steps_reader *r, struct str table, struct str name, TSNode field)
{
    struct step type = {0};
    struct str column = field_column(r, name, field);

    steps_django_becomes(r, field, &type);
    steps_push(r, (struct step){.kind = STEP_ADD_COLUMN,
                                .table = table,
                                .column = column,
                                .field = true,
                                .member = name,
                                .refers = field_refers(r, field),
                                .made_type = type.becomes,
                                .generated = type.generated,
                                .keys_told = true});
    field_keys(r, table, column, field);
}

static void create_model(struct steps_reader *r, TSNode call)
{
    struct str table = django_table(r, steps_text(r, steps_word(r, call, "name", 0)));
    TSNode fields = steps_word(r, call, "fields", 1);
    TSNode options = call_keyword(r->scope.file, call, "options");

    steps_push(
        r, (struct step){.kind = STEP_ADD_TABLE,
                         .table = table,
                         .keys_told = ts_node_is_null(options) || node_is(options, "dictionary")});
    for (uint32_t i = 0; node_is(fields, "list") && i < ts_node_named_child_count(fields); i++) {
        TSNode pair = ts_node_named_child(fields, i);
        if (!node_is(pair, "tuple") || ts_node_named_child_count(pair) < 2)
            continue;
        struct str name = steps_text(r, ts_node_named_child(pair, 0));
        TSNode field = ts_node_named_child(pair, 1);
        if (str_eq(steps_called(r, field), STR("ManyToManyField")))
            add_many(r, table, name, field, false);
        else
            created_column(r, table, name, field);
    }
    for (uint32_t i = 0; node_is(options, "dictionary") && i < ts_node_named_child_count(options);
         i++) {
        TSNode pair = ts_node_named_child(options, i);
        if (node_is(pair, "pair") &&
            str_eq(steps_text(r, node_field(pair, "key")), STR("db_table")))
            steps_push(r, (struct step){.kind = STEP_TABLE_NAME,
                                        .table = table,
                                        .name = steps_text(r, node_field(pair, "value")),
                                        .family = true});
        else if (node_is(pair, "pair"))
            option_keys(r, table, steps_text(r, node_field(pair, "key")),
                        node_field(pair, "value"));
    }
}

static struct str number_of(struct steps_reader *r, TSNode field, const char *keyword)
{
    struct python_constant value =
        python_constant(r->tree, r->scope, call_keyword(r->scope.file, field, keyword));

    return value.kind == CONSTANT_NUMBER ? value.text : STR_NONE;
}

void steps_django_becomes(struct steps_reader *r, TSNode field, struct step *step)
{
    static const char *const texts[] = {"CharField", "SlugField",  "EmailField",   "URLField",
                                        "FileField", "ImageField", "FilePathField"};

    if (!node_is(field, "call") ||
        !str_starts(node_source(r->scope.file, node_field(field, "function")), STR("models.")))
        return;
    TSNode null = call_keyword(r->scope.file, field, "null");
    struct python_constant nullable = python_constant(r->tree, r->scope, null);
    step->nullable =
        nullable.kind == CONSTANT_TRUE || str_eq(steps_called(r, field), STR("NullBooleanField"));
    step->null_known = ts_node_is_null(null) || step->nullable || nullable.kind == CONSTANT_FALSE;
    struct str kind = steps_called(r, field), length = number_of(r, field, "max_length");
    TSNode unique = call_keyword(r->scope.file, field, "unique");
    enum python_constant_kind is_unique = python_constant(r->tree, r->scope, unique).kind;
    step->unique_known =
        !call_has_splat(field) && !steps_is_set(r, field, "primary_key") &&
        (ts_node_is_null(unique) || is_unique == CONSTANT_TRUE || is_unique == CONSTANT_FALSE);
    step->unique = is_unique == CONSTANT_TRUE || str_eq(kind, STR("OneToOneField"));
    step->generated = str_eq(kind, STR("GeneratedField")) ? STEP_GENERATED_YES : STEP_GENERATED_NO;
    if (ts_node_is_null(call_keyword(r->scope.file, field, "max_length")))
        length = steps_django_length(kind);
    for (size_t i = 0; i < COUNT_OF(texts) && length.length; i++)
        if (str_eq(kind, str_from(texts[i])))
            step->becomes = str_printf(r->arena, "VARCHAR(" STR_FMT ")", STR_ARG(length));
    struct str digits = number_of(r, field, "max_digits"),
               places = number_of(r, field, "decimal_places");
    if (str_eq(kind, STR("DecimalField")) && digits.length && places.length)
        step->becomes = str_printf(r->arena, "NUMERIC(" STR_FMT ", " STR_FMT ")", STR_ARG(digits),
                                   STR_ARG(places));
    struct str type = steps_django_type(kind);
    if (!step->becomes.length && !str_eq(type, STR("VARCHAR")) && !str_eq(type, STR("NUMERIC")))
        step->becomes = type;
}

static void django_column(struct steps_reader *r, TSNode call, enum step_kind kind)
{
    struct str table = django_table(r, steps_text(r, steps_word(r, call, "model_name", 0)));
    struct str name = steps_text(r, steps_word(r, call, "name", 1));
    TSNode field = steps_word(r, call, "field", 2);

    if (node_is(field, "call") && str_eq(steps_called(r, field), STR("ManyToManyField")))
        add_many(r, table, name, field, kind == STEP_ALTER_COLUMN);
    struct step step = {.kind = kind,
                        .table = table,
                        .column = field_column(r, name, field),
                        .field = true,
                        .member = name,
                        .refers = field_refers(r, field),
                        .type = true,
                        .null = true,
                        .default_value = true,
                        .key = true};
    if (kind != STEP_DROP_COLUMN)
        steps_django_becomes(r, field, &step);
    step.made_type = step.becomes;
    step.keys_told = kind == STEP_ADD_COLUMN;
    steps_push(r, step);
    if (kind != STEP_DROP_COLUMN)
        field_keys(r, table, step.column, field);
}

/* The condition that a PositiveIntegerField brings, and takes away when it becomes another. */
static void alter_check(struct steps_reader *r, TSNode call)
{
    struct str table = django_table(r, steps_text(r, steps_word(r, call, "model_name", 0)));
    TSNode field = steps_word(r, call, "field", 2);
    struct strs columns = {0};

    strs_add(r->arena, &columns,
             field_column(r, steps_text(r, steps_word(r, call, "name", 1)), field));
    bool positive = node_is(field, "call") && str_starts(steps_called(r, field), STR("Positive"));
    steps_push(r,
               (struct step){.kind = positive ? STEP_ADD_INDEX : STEP_DROP_INDEX,
                             .table = table,
                             .of_meta = !positive,
                             .name = django_index_name(r->arena, table, &columns, STR("_check"))});
}

/* Which kind of field it is that goes or gets another name is not written here: a column, or a table. */
static void remove_field(struct steps_reader *r, TSNode call)
{
    struct str table = django_table(r, steps_text(r, steps_word(r, call, "model_name", 0)));

    django_column(r, call, STEP_DROP_COLUMN);
    steps_push(r, (struct step){.kind = STEP_DROP_TABLE,
                                .table = many_table(
                                    r, table, steps_text(r, steps_word(r, call, "name", 1)))});
}

static void rename_field(struct steps_reader *r, TSNode call)
{
    struct str table = django_table(r, steps_text(r, steps_word(r, call, "model_name", 0)));
    struct str old = steps_text(r, steps_word(r, call, "old_name", 1));
    struct str new = steps_text(r, steps_word(r, call, "new_name", 2));

    steps_push(
        r, (struct step){.kind = STEP_DROP_COLUMN, .table = table, .column = old, .field = true});
    steps_push(r, (struct step){.kind = STEP_ADD_COLUMN,
                                .table = table,
                                .column = new,
                                .field = true,
                                .member = new,
                                .was = old});
    steps_push(r, (struct step){.kind = STEP_TABLE_NAME,
                                .table = many_table(r, table, old),
                                .name = many_table(r, table, new)});
}

static void name_table(struct steps_reader *r, struct str model, struct str name)
{
    steps_push(r, (struct step){.kind = STEP_TABLE_NAME,
                                .table = django_table(r, model),
                                .name = name,
                                .family = true});
}

static void rename_model(struct steps_reader *r, struct str old, struct str new)
{
    name_table(r, old, django_table(r, new));
    steps_push(r, (struct step){.kind = STEP_RENAME_MODEL,
                                .table = django_table(r, new),
                                .column = str_lower(r->arena, old),
                                .value = str_lower(r->arena, new)});
}

static void django_index(struct steps_reader *r, TSNode call, enum step_kind kind,
                         const char *keyword)
{
    TSNode made = steps_word(r, call, keyword, 1);
    struct str name = node_is(made, "call")
                          ? steps_text(r, call_keyword(r->scope.file, made, "name"))
                          : steps_text(r, steps_word(r, call, "name", 1));

    struct str table = django_table(r, steps_text(r, steps_word(r, call, "model_name", 0)));
    steps_push(r,
               (struct step){
                   .kind = kind, .table = table, .name = name, .of_meta = kind == STEP_DROP_INDEX});
    if (kind == STEP_ADD_INDEX)
        made_key(r, table, made);
}

#define OPERATIONS_DEPTH_MAX 4u

/* "AddField" of migrations.AddField(…), and of class SafeAddField(migrations.AddField): … unless that does something else to the database. */
static struct str operation_named(struct steps_reader *r, struct python_scope scope,
                                  TSNode expression, size_t depth)
{
    struct python_thing class = python_resolve(r->tree, scope, expression);
    struct str name = STR_NONE;
    struct python_bases bases;

    if (class.kind != THING_CLASS || depth == OPERATIONS_DEPTH_MAX)
        return dotted_last(node_source(scope.file, expression));
    const struct python_binding *forwards = python_binding_in(
        r->tree, class.file, node_field(class.node, "body"), STR("database_forwards"));
    if (forwards && !str_contains(node_source(class.file, forwards->node), STR("super(")))
        return STR_NONE;
    python_class_bases(class.file, class.node, &bases);
    for (size_t i = 0; i < bases.count; i++) { /* the others are mixins */
        struct python_scope there = {.file = class.file};
        struct python_thing base = python_resolve(r->tree, there, bases.items[i]);
        if (base.kind == THING_CLASS || str_starts(base.dotted, STR("django.db.migrations")) ||
            bases.count == 1)
            name = operation_named(r, there, bases.items[i], depth + 1);
        if (name.length)
            break;
    }
    return name;
}

static void django_call(struct steps_reader *r, TSNode call);

/* operations = [add("sku"), add("code")]: a function of the tree that returns one, or several. */
static bool operations_made(struct steps_reader *r, TSNode call)
{
    struct python_thing function = python_resolve(r->tree, r->scope, node_field(call, "function"));
    const struct python_scope before = r->scope;
    struct python_scope inside;

    if (function.kind != THING_FUNCTION || !function.file || r->calls == OPERATIONS_DEPTH_MAX ||
        r->entered++ >= STEPS_ENTERED_MAX ||
        !python_call_enter(r->tree, r->scope, call, function, &inside))
        return false;
    r->scope = inside;
    r->calls++;
    steps_each_call(r, python_call_returned(function), django_call, 0);
    r->calls--;
    r->scope = before;
    return true;
}

static void django_call(struct steps_reader *r, TSNode call)
{
    TSNode function = node_field(call, "function");
    struct str name = node_source(r->scope.file, function);

    if (!str_starts(name, STR("migrations.")) && !str_starts(name, STR("models."))) {
        if (operations_made(r, call))
            return;
        name = operation_named(r, r->scope, function, 0);
    }
    name = dotted_last(name);
    if (str_eq(name, STR("CreateModel")))
        create_model(r, call);
    else if (str_eq(name, STR("DeleteModel")))
        steps_push(r, (struct step){
                          .kind = STEP_DROP_TABLE,
                          .table = django_table(r, steps_text(r, steps_word(r, call, "name", 0))),
                          .family = true});
    else if (str_eq(name, STR("AddField")))
        django_column(r, call, STEP_ADD_COLUMN);
    else if (str_eq(name, STR("RemoveField")))
        remove_field(r, call);
    else if (str_eq(name, STR("AlterField"))) {
        django_column(r, call, STEP_ALTER_COLUMN);
        alter_check(r, call);
    } else if (str_eq(name, STR("RenameField")))
        rename_field(r, call);
    else if (str_starts(name, STR("AddIndex")) || str_starts(name, STR("AddConstraint")))
        django_index(r, call, STEP_ADD_INDEX,
                     str_starts(name, STR("AddIndex")) ? "index" : "constraint");
    else if (str_eq(name, STR("RenameIndex"))) {
        steps_push(
            r, (struct step){.kind = STEP_DROP_INDEX,
                             .of_meta = true,
                             .name = steps_text(r, call_keyword(r->scope.file, call, "old_name"))});
        steps_push(
            r, (struct step){.kind = STEP_ADD_INDEX,
                             .name = steps_text(r, call_keyword(r->scope.file, call, "new_name"))});
    } else if (str_starts(name, STR("RemoveIndex")) || str_eq(name, STR("RemoveConstraint")))
        django_index(r, call, STEP_DROP_INDEX, "name");
    else if (str_eq(name, STR("AlterUniqueTogether")) || str_eq(name, STR("AlterIndexTogether"))) {
        struct str table = django_table(r, steps_text(r, steps_word(r, call, "name", 0)));
        bool unique = str_eq(name, STR("AlterUniqueTogether"));
        enum step_makes makes = unique ? STEP_MAKES_UNIQUE : STEP_MAKES_INDEX;
        /* All that it had is gone, but for what is said here. */
        steps_push(r, (struct step){.kind = STEP_DROP_INDEX,
                                    .table = table,
                                    .together = true,
                                    .of_meta = true,
                                    .makes = makes});
        together_keys(r, table,
                      steps_word(r, call, unique ? "unique_together" : "index_together", 1), makes);
    } else if (str_eq(name, STR("AlterOrderWithRespectTo"))) {
        order_column(r, django_table(r, steps_text(r, steps_word(r, call, "name", 0))));
    } else if (str_eq(name, STR("AlterModelTable"))) {
        struct str model = steps_text(r, steps_word(r, call, "name", 0));
        struct str table = steps_text(r, steps_word(r, call, "table", 1));
        name_table(r, model, table.length ? table : django_table(r, model));
    } else if (str_eq(name, STR("RenameModel")))
        rename_model(r, steps_text(r, steps_word(r, call, "old_name", 0)),
                     steps_text(r, steps_word(r, call, "new_name", 1)));
    else if (str_eq(name, STR("RunPython")))
        steps_of_run_python(r, call, r->class_body);
    else if (str_eq(name, STR("RunSQL")))
        steps_sql_argument(r, steps_word(r, call, "sql", 0));
    else if (!ts_node_is_null(call_keyword(r->scope.file, call, "model_name")))
        steps_push(
            r, (struct step){.kind = STEP_KEY, /* an operation of a package may make any */
                             .table = django_table(
                                 r, steps_text(r, call_keyword(r->scope.file, call, "model_name"))),
                             .field = true});
}

void steps_of_django(struct arena *arena, struct python_tree *tree, struct python_file *file,
                     struct str app, struct steps *steps)
{
    struct steps_reader r = {
        .arena = arena, .tree = tree, .scope = {.file = file}, .app = app, .steps = steps};
    const struct python_binding *migration =
        python_binding_in(tree, file, node_null(), STR("Migration"));

    if (migration && migration->kind == BINDING_CLASS) {
        r.class_body = node_field(migration->node, "body");
        steps_each_call(&r, migration->node, django_call, 0);
    }
}
