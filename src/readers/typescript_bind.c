#include "readers/typescript.h"

static struct str string_inside(const struct script_file *file, TSNode string)
{
    struct str text = script_source(file, string);

    return text.length >= 2 ? str_slice(text, 1, text.length - 1) : STR_NONE;
}

static void bind_name(struct script_tree *tree, struct script_file *file,
                      struct script_binding binding)
{
    VEC_PUSH(script_tree_arena(tree), &file->bindings, binding);
}

static void bind_import(struct script_tree *tree, struct script_file *file, TSNode statement)
{
    struct str module = string_inside(file, script_child(statement, "string"));
    struct script_nodes clauses = script_children(tree, script_child(statement, "import_clause"));
    TSNode required =
        script_child(statement, "import_require_clause"); /* import x = require("y") */

    if (!ts_node_is_null(required)) {
        bind_name(
            tree, file,
            (struct script_binding){.name = script_source(file, script_first(required)),
                                    .module = string_inside(file, script_child(required, "string")),
                                    .member = STR("*")});
        return;
    }
    for (size_t i = 0; i < clauses.count; i++) {
        TSNode clause = clauses.items[i];
        if (node_is(clause, "identifier"))
            bind_name(tree, file,
                      (struct script_binding){.name = script_source(file, clause),
                                              .module = module,
                                              .member = STR("default")});
        else if (node_is(clause, "namespace_import"))
            bind_name(tree, file,
                      (struct script_binding){.name = script_source(file, script_first(clause)),
                                              .module = module,
                                              .member = STR("*")});
        struct script_nodes specifiers = {0};
        if (node_is(clause, "named_imports"))
            specifiers = script_children(tree, clause);
        for (size_t j = 0; j < specifiers.count; j++)
            bind_name(tree, file,
                      (struct script_binding){
                          .name = script_source(file, script_last(specifiers.items[j])),
                          .module = module,
                          .member = script_source(file, script_first(specifiers.items[j]))});
    }
}

/* `const { a, b: c } = require("x")`, `const x = require("x")`: empty when it is no such call. */
static struct str required_module(struct script_file *file, TSNode value)
{
    TSNode callee = script_callee(value), arguments = script_child(value, "arguments");

    if (!node_is(callee, "identifier") || !str_eq(script_source(file, callee), STR("require")))
        return STR_NONE;
    return string_inside(file, script_child(arguments, "string"));
}

static void bind_variables(struct script_tree *tree, struct script_file *file, TSNode declaration,
                           bool exported)
{
    struct script_nodes declarators = script_children(tree, declaration);

    for (size_t i = 0; i < declarators.count; i++) {
        TSNode declarator = declarators.items[i];
        if (!node_is(declarator, "variable_declarator"))
            continue;
        TSNode name = script_first(declarator), value = script_bare(script_last(declarator));
        struct str module = required_module(file, value);
        if (ts_node_eq(name, value) || node_is(value, "type_annotation"))
            continue;
        if (node_is(name, "identifier"))
            bind_name(tree, file,
                      (struct script_binding){.name = script_source(file, name),
                                              .node = value,
                                              .module = module,
                                              .member = module.length ? STR("*") : STR_NONE,
                                              .exported = exported});
        struct script_nodes parts = {0};
        if (node_is(name, "object_pattern") && module.length)
            parts = script_children(tree, name);
        for (size_t j = 0; j < parts.count; j++) {
            TSNode part = parts.items[j];
            bool pair = node_is(part, "pair_pattern");
            bind_name(tree, file,
                      (struct script_binding){
                          .name = script_source(file, pair ? script_last(part) : part),
                          .module = module,
                          .member = script_source(file, pair ? script_first(part) : part)});
        }
    }
}

static bool is_declaration(TSNode node)
{
    static const char *const kinds[] = {"class_declaration",      "abstract_class_declaration",
                                        "function_declaration",   "enum_declaration",
                                        "type_alias_declaration", "interface_declaration"};

    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        if (node_is(node, kinds[i]))
            return true;
    return false;
}

static void bind_statement(struct script_tree *tree, struct script_file *file, TSNode statement,
                           bool exported);

static void bind_export(struct script_tree *tree, struct script_file *file, TSNode statement)
{
    struct script_nodes children = script_children(tree, statement);
    struct str module = string_inside(file, script_child(statement, "string"));
    TSNode clause = script_child(statement, "export_clause");
    bool is_default =
        str_starts(str_trim(str_from_offset(script_source(file, statement), 6)), STR("default"));
    struct script_nodes specifiers = script_children(tree, clause);

    for (size_t i = 0; i < specifiers.count; i++)
        VEC_PUSH(script_tree_arena(tree), &file->exports,
                 (struct script_binding){
                     .name = script_source(file, script_last(specifiers.items[i])),
                     .module = module,
                     .member = script_source(file, script_first(specifiers.items[i])),
                     .exported = true});
    if (!ts_node_is_null(clause))
        return;
    if (module.length) {
        TSNode as = script_child(statement, "namespace_export"); /* export * as x from */
        if (ts_node_is_null(as))
            VEC_PUSH(script_tree_arena(tree), &file->stars, module);
        else
            VEC_PUSH(script_tree_arena(tree), &file->exports,
                     (struct script_binding){.name = script_source(file, script_first(as)),
                                             .module = module,
                                             .member = STR("*"),
                                             .exported = true});
        return;
    }
    for (size_t i = 0; i < children.count; i++) {
        TSNode child = children.items[i];
        if (node_is(child, "decorator"))
            continue;
        bind_statement(tree, file, child, true);
        if (is_default)
            VEC_PUSH(script_tree_arena(tree), &file->exports,
                     (struct script_binding){
                         .name = STR("default"), .node = script_bare(child), .exported = true});
    }
}

/* `module.exports = new EntitySchema(…)`, `exports.users = pgTable(…)`, `module.exports = { … }`, `module.exports = config` */
static void bind_assignment(struct script_tree *tree, struct script_file *file, TSNode assignment)
{
    TSNode left = script_first(assignment), value = script_bare(script_last(assignment));

    if (!node_is(assignment, "assignment_expression") || !node_is(left, "member_expression") ||
        (!node_is(value, "new_expression") && !node_is(value, "call_expression") &&
         !node_is(value, "object") && !node_is(value, "identifier")))
        return;
    struct str target = script_source(file, left);
    struct str name = str_eq(target, STR("module.exports")) ? STR("default")
                      : str_starts(target, STR("module.exports."))
                          ? script_source(file, script_last(left))
                      : str_starts(target, STR("exports.")) ? script_source(file, script_last(left))
                                                            : STR_NONE;
    if (name.length && !required_module(file, value).length)
        bind_name(tree, file,
                  (struct script_binding){.name = name, .node = value, .exported = true});
}

static void bind_statement(struct script_tree *tree, struct script_file *file, TSNode statement,
                           bool exported)
{
    if (node_is(statement, "import_statement"))
        bind_import(tree, file, statement);
    else if (node_is(statement, "export_statement"))
        bind_export(tree, file, statement);
    else if (node_is(statement, "lexical_declaration") ||
             node_is(statement, "variable_declaration"))
        bind_variables(tree, file, statement, exported);
    else if (node_is(statement, "ambient_declaration"))
        return;
    else if (is_declaration(statement)) {
        TSNode name = script_child(statement, "type_identifier");
        if (ts_node_is_null(name))
            name = script_child(statement, "identifier");
        bind_name(tree, file,
                  (struct script_binding){
                      .name = script_source(file, name), .node = statement, .exported = exported});
    } else if (node_is(statement, "expression_statement")) {
        struct str text = script_source(file, statement);
        file->exports_all = file->exports_all || str_starts(text, STR("module.exports")) ||
                            str_starts(text, STR("exports."));
        bind_assignment(tree, file, script_first(statement));
    }
}

void script_bind(struct script_tree *tree, struct script_file *file, TSNode statement)
{
    bind_statement(tree, file, statement, false);
}
