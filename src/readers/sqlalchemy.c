#include "readers/sqlalchemy.h"

static bool is_declared_attr(struct python_file *file, TSNode decorated)
{
    for (uint32_t i = 0; !ts_node_is_null(decorated) && i < ts_node_named_child_count(decorated);
         i++) {
        TSNode child = ts_node_named_child(decorated, i);
        if (node_is(child, "decorator") &&
            str_contains(node_source(file, child), STR("declared_attr")))
            return true;
    }
    return false;
}

/* --- Classes. --- */

/* The table of the nearest class above that has one of its own, seen from order[1]. */
static struct str parent_table(struct sa_reader *r, const struct sa_class *class,
                               struct sa_class *ret_parent)
{
    for (size_t i = 1; i < class->order_count; i++) {
        if (!sa_class_read(r, class->order[i].file, class->order[i].node, ret_parent) ||
            ret_parent->abstract || (ret_parent->sqlmodel && !ret_parent->table))
            continue;
        struct str name = sa_class_table(r, ret_parent);
        if (name.length && !ret_parent->flask)
            return name;
        if (name.length && ret_parent->order_count > 0) {
            /* An abstract Flask base without columns of its own has no table. */
            struct python_bindings bindings;
            python_body_bindings(r->tree, ret_parent->file, node_field(ret_parent->node, "body"),
                                 &bindings);
            if (bindings.count)
                return name;
        }
    }
    return STR_NONE;
}

static bool belongs_to(const struct sa_class *parent, struct python_file *file, TSNode node)
{
    for (size_t i = 0; i < parent->order_count; i++)
        if (parent->order[i].file == file && ts_node_eq(parent->order[i].node, node))
            return true;
    return false;
}

static void loops_are_said(struct sa_reader *r, struct schema_table *table,
                           struct python_file *file, TSNode body)
{
    for (uint32_t i = 0; i < ts_node_named_child_count(body); i++) {
        TSNode statement = ts_node_named_child(body, i);
        struct str source = node_source(file, statement);
        if (!(node_is(statement, "for_statement") || str_starts(source, STR("locals()")) ||
              str_starts(source, STR("vars()"))) ||
            !str_contains(source, STR("olumn(")))
            continue;
        table->partial = true;
        schema_unread_add(r->arena, r->schema, sa_place(file, statement),
                          str_printf(r->arena, "columns of table " STR_FMT, STR_ARG(table->name)),
                          source);
    }
}

/* The column of a declared_attr that cannot be read has the attribute's name, unless it is given one in there. */
static struct str made_name(const struct python_file *file, const struct python_binding *binding)
{
    struct str source = node_source(file, binding->node);

    return str_contains(source, STR("olumn(\"")) || str_contains(source, STR("olumn('"))
               ? STR_NONE
               : binding->name;
}

/* `note = None` takes the column of a mixin away. */
static void take_away(struct schema_table *table, struct str name)
{
    size_t columns = 0, indexes = 0;

    for (size_t i = 0; i < table->indexes.count; i++)
        if (table->indexes.items[i].parts.count != 1 ||
            !str_eq(table->indexes.items[i].parts.items[0], name))
            table->indexes.items[indexes++] = table->indexes.items[i];
    for (size_t i = 0; i < table->columns.count; i++)
        if (!str_eq(table->columns.items[i].name, name))
            table->columns.items[columns++] = table->columns.items[i];
    table->indexes.count = indexes;
    table->columns.count = columns;
}

/* tags = relationship("Tag", secondary=Table("post_tags", …)) */
static void read_secondary(struct sa_reader *r, struct python_scope scope, TSNode value)
{
    TSNode made = node_is(value, "call") ? node_bare(call_keyword(scope.file, value, "secondary"))
                                         : node_null();

    if (node_is(made, "call") && sa_makes_table(r, scope, made))
        sa_table_read(r, NULL, scope, made);
}

static void read_body(struct sa_reader *r, const struct sa_class *class, size_t at,
                      struct schema_table *table)
{
    struct python_file *file = class->order[at].file;
    TSNode body = node_field(class->order[at].node, "body");
    struct python_bindings bindings;

    python_body_bindings(r->tree, file, body, &bindings);
    for (size_t i = 0; i < bindings.count; i++) {
        const struct python_binding *binding = &bindings.items[i];
        bool method = binding->kind == BINDING_FUNCTION;
        if (str_starts(binding->name, STR("__")) ||
            (class->sqlmodel && str_starts(binding->name, STR("_"))) ||
            binding->kind == BINDING_CLASS || binding->kind == BINDING_IMPORT ||
            (method && !is_declared_attr(file, binding->decorated)))
            continue;
        if (sa_is_said_anew(r, class, at, binding->name))
            continue;
        if (node_is(binding->node, "none") && ts_node_is_null(binding->annotation) && !method) {
            take_away(table, binding->name);
            continue;
        }
        struct sa_attribute attribute = {
            .scope = {.file = file,
                      .body = method ? node_field(binding->node, "body") : body,
                      .class_name = class->name,
                      .bound = class->order[at].bound,
                      .table_name = dotted_last(table->name),
                      .class = class->self},
            .name = binding->name,
            .value = method ? sa_returned(binding->node) : binding->node,
            .annotation = method ? node_field(binding->node, "return_type") : binding->annotation,
            .method = method};
        if (method && ts_node_is_null(attribute.value) &&
            str_contains(node_source(file, binding->node), STR("olumn(")))
            sa_attribute_unread(r, &attribute, table, binding->node, made_name(file, binding));
        else
            sa_attribute_read(r, class, &attribute, table);
        read_secondary(r, attribute.scope, attribute.value);
    }
    loops_are_said(r, table, file, body);
}

/* What a class without a readable name says of columns: when that differs, it is said. */
static struct str attributes_of(struct sa_reader *r, const struct sa_class *class, struct str name)
{
    struct buf buf = buf_new(r->arena, (size_t)1 << 20);

    buf_add(&buf, name);
    for (size_t i = 0; i < class->order_count; i++) {
        struct python_file *file = class->order[i].file;
        struct python_bindings bindings;
        python_body_bindings(r->tree, file, node_field(class->order[i].node, "body"), &bindings);
        for (size_t j = 0; j < bindings.count; j++) {
            const struct python_binding *binding = &bindings.items[j];
            if (binding->kind != BINDING_VALUE)
                continue;
            buf_printf(&buf, "\n" STR_FMT ":", STR_ARG(binding->name));
            if (!ts_node_is_null(binding->annotation))
                buf_add(&buf, node_source(file, binding->annotation));
            if (node_is(binding->node, "call") &&
                !str_contains(node_source(file, node_field(binding->node, "function")),
                              STR("elationship")))
                buf_add(&buf, node_source(file, binding->node));
        }
    }
    return buf_str(&buf);
}

static struct str whereabouts(struct arena *arena, struct str file, struct str name)
{
    return str_printf(arena, STR_FMT " " STR_FMT, STR_ARG(file), STR_ARG(name));
}

static bool has_column(struct sa_reader *r, const struct sa_class *class)
{
    struct python_scope scope = {.file = class->file, .body = node_field(class->node, "body")};
    struct python_bindings bindings;

    python_body_bindings(r->tree, scope.file, scope.body, &bindings);
    for (size_t i = 0; i < bindings.count; i++) {
        TSNode value = bindings.items[i].node;
        if (bindings.items[i].kind != BINDING_VALUE || !node_is(value, "call"))
            continue;
        struct str called = python_foreign(r->tree, scope, node_field(value, "function"));
        if (str_starts(called, STR("sqlalchemy.")) &&
            (sa_is(called, "Column") || sa_is(called, "mapped_column")))
            return true;
    }
    return false;
}

static void note_orphan(struct sa_reader *r, const struct sa_class *class, struct python_file *file,
                        TSNode node)
{
    const struct python_binding *name =
        python_binding_in(r->tree, file, node_field(node, "body"), STR("__tablename__"));
    bool named = name && name->kind == BINDING_FUNCTION;
    bool elsewhere = class->foreign_base.length || class->naming_base.length;

    if (class->abstract || (!named && !(elsewhere && has_column(r, class))))
        return;
    VEC_PUSH(r->arena, &r->orphans,
             (struct sa_orphan){.file = file->path,
                                .named = named,
                                .line = node_line(node),
                                .name = node_source(file, node_field(node, "name")),
                                .source = named ? node_source(file, node)
                                                : attributes_of(r, class, class->foreign_base)});
}

static void read_class(struct sa_reader *r, struct python_file *file, TSNode node);

/* The file's tree may have been given back since. */
static void read_named(struct sa_reader *r, const struct sa_orphan *orphan)
{
    struct python_file *file = python_tree_file(r->tree, orphan->file);
    const struct python_binding *class =
        file ? python_binding_in(r->tree, file, node_null(), orphan->name) : NULL;

    if (!class || class->kind != BINDING_CLASS)
        return;
    r->names_itself = true;
    read_class(r, file, class->node);
    r->names_itself = false;
}

/* Those that no class inherits from are tables. */
static void read_orphans(struct sa_reader *r)
{
    strs_sort(&r->inherited);
    for (size_t i = 0, count = r->orphans.count; i < count; i++) {
        const struct sa_orphan *orphan = &r->orphans.items[i];
        if (strs_sorted_have(&r->inherited, whereabouts(r->arena, orphan->file, orphan->name)))
            continue;
        if (orphan->named) {
            read_named(r, orphan);
        } else {
            schema_unread_add(
                r->arena, r->schema,
                (struct schema_place){.file = orphan->file, .line = orphan->line},
                str_printf(r->arena, "the table's name of class " STR_FMT, STR_ARG(orphan->name)),
                orphan->source);
        }
    }
}

/* class Model: users = Table("users", metadata, …). `block`: statements; null: those of the class. */
static void read_tables_of(struct sa_reader *r, struct python_scope scope, TSNode block)
{
    block = ts_node_is_null(block) ? scope.body : block;
    for (uint32_t i = 0; !ts_node_is_null(block) && i < ts_node_named_child_count(block); i++) {
        TSNode statement = ts_node_named_child(block, i);
        TSNode value = node_is(statement, "expression_statement")
                           ? ts_node_named_child(statement, 0)
                           : node_null();
        while (node_is(value, "assignment"))
            value = node_field(value, "right");
        value = node_bare(value);
        if (!node_is(value, "call"))
            continue;
        struct str called = python_foreign(r->tree, scope, node_field(value, "function"));
        if (sa_makes_table(r, scope, value))
            sa_table_read(r, NULL, scope, value);
        else if (sa_is_loose(called))
            sa_loose_read(r, scope, value);
    }
}

/* for role in ("user", "group"): Table(f"{role}_map", …) */
static void read_loop(struct sa_reader *r, struct python_file *file, TSNode loop)
{
    TSNode name = node_field(loop, "left"), list = node_bare(node_field(loop, "right"));
    TSNode body = node_field(loop, "body");
    struct str source = node_source(file, body);
    bool read = node_is(name, "identifier") && (node_is(list, "tuple") || node_is(list, "list"));

    if (!str_contains(source, STR("Table(")))
        return;
    for (uint32_t i = 0; read && i < ts_node_named_child_count(list); i++) {
        TSNode item = ts_node_named_child(list, i);
        struct python_constant value =
            python_constant(r->tree, (struct python_scope){.file = file}, item);
        struct python_bound bound = {.name = node_source(file, name), .text = value.text};
        read = node_is(item, "comment") || value.kind == CONSTANT_STRING;
        if (value.kind == CONSTANT_STRING)
            read_tables_of(r, (struct python_scope){.file = file, .bound = &bound}, body);
    }
    if (!read)
        schema_unread_add(r->arena, r->schema, sa_place(file, loop), STR("the tables of a loop"),
                          node_source(file, loop));
}

/* __table__ = select(User.id).subquery(): mapped, and no table. */
static bool is_query(struct sa_reader *r, struct python_scope scope, TSNode call)
{
    struct str called = python_foreign(r->tree, scope, node_field(call, "function"));

    return str_starts(called, STR("sqlalchemy.")) && !sa_is(called, "Table");
}

/* Below a class with a table: has this one another? Its own `__tablename__` says it, and so does a declared_attr above, which is asked
 * for each class anew; many ask has_inherited_table() there, so that children share. */
static bool has_own_table(struct sa_reader *r, const struct sa_class *class)
{
    size_t at;
    const struct python_binding *name = sa_says(r, class, 0, STR("__tablename__"), &at);

    if (name && at == 0)
        return !node_is(name->node, "none");
    if (name && name->kind == BINDING_FUNCTION &&
        !str_contains(node_source(class->order[at].file, name->node), STR("has_inherited_table")))
        return sa_has_own_key(r, class);
    return class->flask && sa_has_own_key(r, class);
}

static void read_class(struct sa_reader *r, struct python_file *file, TSNode node)
{
    struct sa_class class, parent = {0};
    struct python_scope scope = {.file = file, .body = node_field(node, "body")};
    bool mapped = sa_class_read(r, file, node, &class);

    for (size_t i = 1; i < class.order_count; i++) {
        struct python_file *of = class.order[i].file;
        strs_add(r->arena, &r->inherited,
                 whereabouts(r->arena, of->path,
                             node_source(of, node_field(class.order[i].node, "name"))));
    }
    if (!mapped) {
        note_orphan(r, &class, file, node);
        read_tables_of(r, scope, node_null());
    }
    if (!mapped || class.abstract)
        return;
    const struct python_binding *made =
        python_binding_in(r->tree, file, scope.body, STR("__table__"));
    if (made) {
        if (node_is(made->node, "call") && !is_query(r, scope, made->node))
            sa_table_read(r, &class, scope, made->node);
        return;
    }
    if (class.sqlmodel && !class.table)
        return;
    struct str above = parent_table(r, &class, &parent);
    bool own = has_own_table(r, &class);
    struct str name = above.length && !own && !class.sqlmodel ? above : sa_class_table(r, &class);
    if (!name.length) {
        size_t i;
        const struct python_binding *written = sa_says(r, &class, 0, STR("__tablename__"), &i);
        if (!written && (class.unseen || class.foreign_base.length))
            schema_unread_add(
                r->arena, r->schema, sa_place(file, node),
                str_printf(r->arena, "the table's name of class " STR_FMT, STR_ARG(class.name)),
                attributes_of(r, &class, class.foreign_base));
        if (written && !node_is(written->node, "none"))
            schema_unread_add(
                r->arena, r->schema, sa_place(file, node),
                str_printf(r->arena, "the table's name of class " STR_FMT, STR_ARG(class.name)),
                attributes_of(r, &class, node_source(class.order[i].file, written->node)));
        return;
    }
    struct schema_table *table = schema_table_add(r->arena, r->schema, name, sa_place(file, node));
    /* Bases first, so that the class itself says the last word; what the parent's table holds is not repeated. */
    for (size_t i = class.order_count; i > 0; i--)
        if (!above.length || !belongs_to(&parent, class.order[i - 1].file, class.order[i - 1].node))
            read_body(r, &class, i - 1, table);
    sa_decorators_read(r, &class, table);
    if (!above.length || own)
        sa_arguments_read(r, &class, table);
    schema_table_place(table);
    if (class.foreign_base.length) {
        table->partial = true;
        schema_unread_add(r->arena, r->schema, sa_place(file, node),
                          str_printf(r->arena, "what " STR_FMT " brings to table " STR_FMT,
                                     STR_ARG(class.foreign_base), STR_ARG(name)),
                          class.made_base.length ? class.made_base : class.foreign_base);
    }
}

/* --- Files. --- */

bool sa_is_family(struct str dotted)
{
    return str_starts(dotted, STR("sqlalchemy")) || str_starts(dotted, STR("sqlmodel")) ||
           str_starts(dotted, STR("flask_sqlalchemy"));
}

static void read_statement(struct sa_reader *r, struct python_file *file, TSNode statement,
                           int pass)
{
    TSNode first = ts_node_named_child(statement, 0), value = first;
    struct python_scope scope = {.file = file};

    if (pass == 0 && sa_convention_note(r, scope, first))
        return;
    while (node_is(value, "assignment"))
        value = node_field(value, "right");
    value = node_bare(value);
    if (!node_is(value, "call"))
        return;
    if (pass == 0)
        sa_note_made_class(r, file, value);
    struct str called = python_foreign(r->tree, scope, node_field(value, "function"));
    struct sa_late late;
    bool is_late = sa_late_read(r, scope, first, &late);
    bool append = sa_is_append(r, scope, value);
    if (pass == 0 && sa_makes_table(r, scope, value))
        sa_table_read(r, NULL, scope, value);
    else if ((is_late || append || sa_is_loose(called)) && pass == 0)
        strs_add(r->arena, &r->loose, file->path);
    else if (append)
        sa_table_append(r, scope, value);
    else if (sa_is_loose(called))
        sa_loose_read(r, scope, value);
    else if (is_late && pass == 1)
        sa_late_add(r, &late);
}

/* def init_models(db): class User(db.Model): __tablename__ = "users" */
static void read_classes_of(struct sa_reader *r, struct python_file *file, TSNode function)
{
    TSNode body = node_field(function, "body");

    for (uint32_t i = 0; !ts_node_is_null(body) && i < ts_node_named_child_count(body); i++) {
        TSNode node = ts_node_named_child(body, i);
        if (node_is(node, "decorated_definition"))
            node = node_field(node, "definition");
        if (node_is(node, "class_definition") &&
            python_binding_in(r->tree, file, node_field(node, "body"), STR("__tablename__")))
            read_class(r, file, node);
    }
}

static void read_block(struct sa_reader *r, struct python_file *file, TSNode block, int pass,
                       size_t depth)
{
    struct python_nodes statements = {0};

    if (depth < 6)
        statements = node_children(r->arena, block);
    for (size_t i = 0; i < statements.count; i++) {
        TSNode node = statements.items[i];
        if (node_is(node, "decorated_definition"))
            node = node_field(node, "definition");
        if (node_is(node, "class_definition") && pass == 0)
            read_class(r, file, node);
        else if (node_is(node, "function_definition") && pass == 0)
            read_classes_of(r, file, node);
        else if (node_is(node, "for_statement") &&
                 str_contains(node_source(file, node), STR("setattr(")) &&
                 str_contains(node_source(file, node), STR("olumn("))) {
            if (pass == 0)
                strs_add(r->arena, &r->loose, file->path);
            else
                sa_late_loop_read(r, file, node);
        } else if (node_is(node, "for_statement") && pass == 0)
            read_loop(r, file, node);
        else if (node_is(node, "expression_statement"))
            read_statement(r, file, node, pass);
        else if (node_is(node, "if_statement") || node_is(node, "try_statement") ||
                 node_is(node, "block") || node_is(node, "else_clause") ||
                 node_is(node, "except_clause"))
            read_block(r, file, node, pass, depth + 1);
    }
}

static struct schema_column *pending_column(struct sa_reader *r, const struct sa_pending *pending)
{
    struct schema_table *table = schema_table_named(r->schema, pending->table);

    return table ? schema_column_named(table, pending->column) : NULL;
}

static struct schema_column *pending_target(struct sa_reader *r, const struct sa_pending *pending)
{
    size_t dot = str_find_last_byte(pending->target, '.');
    struct schema_table *table =
        dot == SIZE_MAX ? NULL : schema_table_named(r->schema, str_prefix(pending->target, dot));

    return table ? schema_column_named(table, str_from_offset(pending->target, dot + 1)) : NULL;
}

/* ForeignKey without a type: the type of what it points at, through chains of such keys. */
static void settle_by_targets(struct sa_reader *r)
{
    for (size_t round = 0; round < 8; round++)
        for (size_t i = 0; i < r->pending.count; i++) {
            const struct sa_pending *pending = &r->pending.items[i];
            struct schema_column *column = pending_column(r, pending);
            struct schema_column *key = pending_target(r, pending);
            if (column && key && !column->type.length)
                column->type = key->type;
        }
}

static void settle_pending(struct sa_reader *r)
{
    settle_by_targets(r);
    for (size_t i = 0; i < r->pending.count; i++) {
        struct schema_column *column = pending_column(r, &r->pending.items[i]);
        if (column && !column->type.length)
            column->type = r->pending.items[i].annotated;
    }
    settle_by_targets(r);
    for (size_t i = 0; i < r->pending.count; i++) {
        const struct sa_pending *pending = &r->pending.items[i];
        struct schema_column *column = pending_column(r, pending);
        if (column && !column->type.length)
            schema_unread_add(r->arena, r->schema, pending->place,
                              str_printf(r->arena, "the type of " STR_FMT "." STR_FMT,
                                         STR_ARG(pending->table), STR_ARG(pending->column)),
                              pending->target);
    }
}

static void read_files(struct sa_reader *r, const struct strs *paths)
{
    bool read_again = false;

    for (size_t i = 0; i < paths->count; i++) {
        struct python_file *file = python_tree_visit(r->tree, paths->items[i]);
        size_t conventions = r->conventions.count;
        if (!file)
            continue;
        if (ts_node_has_error(file->root))
            schema_unread_add(r->arena, r->schema,
                              (struct schema_place){.file = file->path, .line = 1},
                              STR("a statement that Python would refuse"), file->source);
        read_block(r, file, file->root, 0, 0);
        /* Django's models are read after these, from the same files. */
        read_again = read_again || str_contains(file->source, STR("django"));
        if (!read_again && !strs_have(&r->loose, file->path) && r->conventions.count == conventions)
            python_tree_drop(file);
    }
    for (size_t i = 0; i < r->loose.count; i++) {
        struct python_file *file = python_tree_visit(r->tree, r->loose.items[i]);
        if (file)
            read_block(r, file, file->root, 1, 0);
    }
    read_orphans(r);
    settle_pending(r);
}

bool sqlalchemy_read(struct arena *arena, struct python_tree *tree, const struct strs *paths,
                     struct schema *schema, struct err *e)
{
    struct sa_reader r = {.arena = arena, .tree = tree, .schema = schema};
    const struct schema before = *schema;

    (void)e;
    read_files(&r, paths);
    /* Names that the files read before it have otherwise. Few projects assign one. */
    if (r.conventions.count) {
        *schema = before;
        r = (struct sa_reader){.arena = arena,
                               .tree = tree,
                               .schema = schema,
                               .conventions = r.conventions,
                               .has_conventions = true};
        read_files(&r, paths);
    }
    return true;
}
