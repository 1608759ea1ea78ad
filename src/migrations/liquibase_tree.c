/* liquibase_tree.c -- change logs in XML, YAML and JSON: one walk, since the three say the same with the same words. */
#include "base/buf.h"
#include "base/digest.h"
#include "base/file.h"
#include "migrations/graph.h"
#include "migrations/liquibase.h"

#define SQL_FILE_MAX ((size_t)16 << 20)

struct tree_reading {
    struct liquibase_loading *l;
    struct arena *scratch;
    struct str path, file;
    bool xml;
};

static bool is_true(const struct node *node, const char *name)
{
    return str_eq_nocase(str_trim(node_text(node, name)), STR("true"));
}

/* Lists too: "labels: [a, b]". */
static struct str words(struct tree_reading *r, const struct node *node, const char *name)
{
    const struct node *child = node_get(node, name);
    struct str made = STR("");

    if (!child || child->kind != NODE_LIST)
        return child ? liquibase_expanded(r->l, r->l->arena, child->text) : STR_NONE;
    for (const struct node *item = child->first; item; item = item->next)
        made = str_printf(r->l->arena, STR_FMT "%s" STR_FMT, STR_ARG(made), made.length ? "," : "",
                          STR_ARG(item->text));
    return made;
}

static struct str text_of(struct tree_reading *r, const struct node *node, const char *name)
{
    return liquibase_expanded(r->l, r->l->arena, str_trim(node_text(node, name)));
}

static struct str first_of(struct tree_reading *r, const struct node *node, const char *a,
                           const char *b, const char *c)
{
    struct str found = words(r, node, a);

    if (!found.length)
        found = words(r, node, b);
    return found.length ? found : words(r, node, c);
}

/* --- Changes. --- */

static void add_sum(struct tree_reading *r, struct liquibase_change_set *set, struct str sql)
{
    if (r->l->properties_uncertain && str_contains(sql, STR("${")))
        set->computable = false;
    VEC_PUSH(r->l->arena, &set->sums,
             liquibase_sum_of_sql(r->l->arena, liquibase_expanded(r->l, r->scratch, sql)));
}

static bool add_sql_file(struct tree_reading *r, struct liquibase_change_set *set,
                         const struct node *change)
{
    struct str path = text_of(r, change, "path"), file, sql;
    struct err bad = ERR_NONE;

    if (is_true(change, "relativeToChangelogFile"))
        path = str_printf(r->scratch, STR_FMT "/" STR_FMT, STR_ARG(path_directory(r->path)),
                          STR_ARG(path));
    if (!liquibase_find_file(r->l, liquibase_path(r->scratch, path), &file))
        return false;
    if (!tree_read(r->l->tree, r->scratch, file, SQL_FILE_MAX, &sql, &bad)) {
        history_not_read(r->l->arena, r->l->history, &bad);
        return false;
    }
    if (str_starts(sql, STR("\xef\xbb\xbf")))
        sql = str_from_offset(sql, 3);
    add_sum(r, set, sql);
    return true;
}

/* What Liquibase leaves out of its checksums. */
static const char *const apart[] = {"validCheckSum", "preConditions", "comment", "rollback",
                                    "modifySql",     "property",      NULL};

static void write_node(struct buf *out, const struct node *node)
{
    buf_printf(out, STR_FMT "=" STR_FMT "(", STR_ARG(node->name), STR_ARG(str_trim(node->text)));
    for (const struct node *child = node->first; child; child = child->next)
        if (!str_is_one_of(child->name, apart))
            write_node(out, child);
    buf_add_byte(out, ')');
}

/* What the change set does, whatever stands around it in its file. */
static struct str part_of(struct tree_reading *r, const struct liquibase_change_set *set,
                          const struct node *node)
{
    struct buf out = buf_new(r->scratch, FILE_MAX);

    for (const struct node *child = node->first; child; child = child->next)
        if (!child->attribute && !str_is_one_of(child->name, apart))
            write_node(&out, child);
    for (size_t i = 0; i < set->sums.count; i++) /* the files that it names */
        buf_add(&out, set->sums.items[i]);
    return digest_md5(r->l->arena, buf_str(&out));
}

static void take_change(struct tree_reading *r, struct liquibase_change_set *set,
                        const struct node *change)
{
    if (change->attribute || str_is_one_of(change->name, apart))
        return;
    set->what = str_printf(r->l->arena, STR_FMT "%s" STR_FMT, STR_ARG(set->what),
                           set->what.length ? "; " : "", STR_ARG(change->name));
    if (!liquibase_dbms_is_certain(node_text(change, "dbms"), r->l->settings->dbms)) {
        set->computable = false;
        return;
    }
    /* A change for other databases is left out of the sum too. */
    if (!liquibase_dbms_matches(node_text(change, "dbms"), r->l->settings->dbms))
        return;
    if (str_eq(change->name, STR("sql"))) {
        struct str inner = node_text(change, "sql");
        add_sum(r, set,
                change->kind == NODE_SCALAR || (r->xml && !inner.length) ? change->text : inner);
    } else if (!str_eq(change->name, STR("sqlFile")) || !add_sql_file(r, set, change)) {
        set->computable = false;
    }
}

static void take_changes(struct tree_reading *r, struct liquibase_change_set *set,
                         const struct node *node)
{
    const struct node *changes = node_get(node, "changes");

    set->computable = true;
    for (const struct node *child = node->first; r->xml && child; child = child->next)
        take_change(r, set, child);
    for (const struct node *item = changes ? changes->first : NULL; item && !r->xml;
         item = item->next)
        for (const struct node *change = item->first; change; change = change->next)
            take_change(r, set, change);
}

static void take_valid_sums(struct tree_reading *r, struct liquibase_change_set *set,
                            const struct node *node)
{
    for (const struct node *child = node->first; child; child = child->next) {
        if (!str_eq(child->name, STR("validCheckSum")))
            continue;
        if (child->kind == NODE_SCALAR || r->xml)
            VEC_PUSH(r->l->arena, &set->valid, str_copy(r->l->arena, str_trim(child->text)));
        for (const struct node *item = child->first; item; item = item->next)
            VEC_PUSH(r->l->arena, &set->valid, str_copy(r->l->arena, str_trim(item->text)));
    }
}

static void take_set(struct tree_reading *r, const struct node *node,
                     const struct liquibase_scope *scope)
{
    struct liquibase_change_set set = {
        .id = text_of(r, node, "id"),
        .author = text_of(r, node, "author"),
        .contexts = first_of(r, node, "contextFilter", "context", "contexts"),
        .labels = words(r, node, "labels"),
        .dbms = words(r, node, "dbms"),
        .logical = text_of(r, node, "logicalFilePath"),
        .run_order = text_of(r, node, "runOrder"),
        .comment = text_of(r, node, "comment"),
        .run_always = is_true(node, "runAlways"),
        .run_on_change = is_true(node, "runOnChange"),
        .ignored = is_true(node, "ignore"),
        .preconditions = node_get(node, "preConditions") != NULL,
        .line = node->line,
    };

    take_changes(r, &set, node);
    set.part = part_of(r, &set, node);
    take_valid_sums(r, &set, node);
    liquibase_add(r->l, r->path, r->file, scope, &set);
}

/* --- The log. --- */

static struct liquibase_scope scope_below(struct tree_reading *r, const struct node *node,
                                          const struct liquibase_scope *scope)
{
    struct liquibase_scope below = *scope;
    struct str labels = words(r, node, "labels");

    below.contexts = liquibase_both(r->l->arena, scope->contexts,
                                    first_of(r, node, "contextFilter", "context", "contexts"));
    if (labels.length)
        below.labels = scope->labels.length ? str_printf(r->l->arena, STR_FMT "," STR_FMT,
                                                         STR_ARG(scope->labels), STR_ARG(labels))
                                            : labels;
    below.ignored = scope->ignored || is_true(node, "ignore");
    below.inherited = scope->logical.length ? scope->logical : scope->inherited;
    below.logical = text_of(r, node, "logicalFilePath");
    return below;
}

static bool take_include(struct tree_reading *r, const struct node *node,
                         const struct liquibase_scope *scope)
{
    struct liquibase_scope below = scope_below(r, node, scope);
    bool must_exist = !str_eq_nocase(node_text(node, "errorIfMissing"), STR("false"));

    return liquibase_include(r->l, r->path, text_of(r, node, "file"),
                             is_true(node, "relativeToChangelogFile"), must_exist, below);
}

static bool take_entry(struct tree_reading *r, const struct node *node,
                       struct liquibase_scope *scope)
{
    if (str_eq(node->name, STR("changeSet"))) {
        take_set(r, node, scope);
    } else if (str_eq(node->name, STR("include"))) {
        return take_include(r, node, scope);
    } else if (str_eq(node->name, STR("includeAll"))) {
        return liquibase_include_all(r->l, r->path, node, scope_below(r, node, scope));
    } else if (str_eq(node->name, STR("property"))) {
        struct str name = text_of(r, node, "name");
        if (!liquibase_dbms_is_certain(node_text(node, "dbms"), r->l->settings->dbms))
            r->l->properties_uncertain = true;
        if (name.length && liquibase_dbms_matches(node_text(node, "dbms"), r->l->settings->dbms))
            VEC_PUSH(r->l->arena, &r->l->properties,
                     (struct liquibase_property){.name = name, .value = text_of(r, node, "value")});
    } else if (str_eq(node->name, STR("logicalFilePath")) && !scope->logical.length) {
        scope->logical = liquibase_expanded(r->l, r->l->arena, str_trim(node->text));
    } else if (str_eq(node->name, STR("preConditions"))) {
        strs_add(r->l->arena, &r->l->history->assumptions,
                 str_printf(r->l->arena, "the preconditions of " STR_FMT " were assumed to hold",
                            STR_ARG(r->file)));
    }
    return true;
}

static bool parse(struct tree_reading *r, struct str text, const struct node **ret_log)
{
    const char *name = str_c(r->scratch, r->file);
    struct err bad = ERR_NONE;
    struct node *root = NULL;
    struct nodes roots = {0};
    bool json = str_ends(r->file, STR(".json"));
    bool done = r->xml ? xml_parse(r->scratch, text, name, &root, &bad)
                : json ? json_document(r->scratch, text, JSON_STRICT, name, &root, &bad)
                       : yaml_parse(r->scratch, text, name, &roots, &bad);

    *ret_log = NULL;
    if (!done) {
        liquibase_problem(r->l, str_copy(r->l->arena, str_from(bad.message)), "mend the file");
        return false;
    }
    if (roots.count)
        root = roots.items[0];
    *ret_log = r->xml ? root : node_get(root, "databaseChangeLog");
    return true;
}

bool liquibase_read_tree(struct liquibase_loading *l, struct str path, struct str file,
                         struct str text, struct liquibase_scope scope)
{
    ARENA(scratch, (size_t)192 << 20);
    struct tree_reading r = {.l = l,
                             .scratch = &scratch,
                             .path = path,
                             .file = file,
                             .xml = str_ends(file, STR(".xml"))};
    const struct node *log;

    if (!parse(&r, text, &log))
        return true;
    if (!log || (r.xml && !str_eq(log->name, STR("databaseChangeLog")))) {
        liquibase_problem(
            l, str_printf(l->arena, STR_FMT " holds no databaseChangeLog", STR_ARG(file)),
            "mend the file, or the include that names it");
        return true;
    }
    struct str own = text_of(&r, log, "logicalFilePath");
    if (own.length)
        scope.logical = own;
    for (const struct node *item = log->first; item; item = item->next) {
        /* In YAML and JSON: a list of maps with one key each. */
        const struct node *entry = r.xml || log->kind == NODE_MAP ? item : item->first;
        if (entry && !entry->attribute && !take_entry(&r, entry, &scope))
            return false;
    }
    return true;
}
