#include "readers/sql_tree.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/door.h"
#include "base/module.h"
#include "base/vec.h"
#include "readers/sql_library.h"
#include "readers/sql_schema.h"
#include "readers/sqlalchemy.h"

/* 128 Ki of "1+" nest 64 Ki deep; measured: less than 1 KiB a level in parsing, packing and writing together. Pages are used when touched. */
#define STACK_BYTES ((size_t)256 << 20)

/* --- The stack. --- */

struct job {
    void (*run)(void *argument);
    void *argument;
};

static void *job_run(void *argument)
{
    struct job *job = argument;
    struct door_thread thread;

    door_thread_begin(&thread);
    job->run(job->argument);
    arena_thread_end();
    door_thread_end(&thread);
    return NULL;
}

bool sql_with_stack(void (*run)(void *argument), void *argument, struct err *e)
{
    struct job job = {run, argument};
    pthread_attr_t attributes;
    pthread_t thread;

    if (pthread_attr_init(&attributes) != 0)
        return err_set(e, ERR_SYSTEM, "no memory for a thread that parses SQL");
    bool started = pthread_attr_setstacksize(&attributes, STACK_BYTES) == 0 &&
                   pthread_create(&thread, &attributes, job_run, &job) == 0;
    (void)pthread_attr_destroy(&attributes);
    if (!started)
        return err_set(e, ERR_SYSTEM, "no stack of %zu MiB for parsing SQL", STACK_BYTES >> 20);
    (void)pthread_join(thread, NULL);
    return true;
}

/* --- The library. --- */

static const struct sql_library *loaded;

static void load(void)
{
    sql_library_function *function;

    /* POSIX's way to make a function of dlsym's object pointer. */
    *(void **)&function = module_symbol(SQL_LIBRARY_FILE, SQL_LIBRARY_FUNCTION);
    const struct sql_library *found = function ? function() : NULL;
    if (found && found->version == SQL_LIBRARY_VERSION)
        loaded = found;
}

bool sql_library_need(struct err *e)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    (void)pthread_once(&once, load);
    if (loaded)
        return true;
    err_set(e, ERR_SYSTEM, "%s, which reads SQL, is missing or of another version",
            SQL_LIBRARY_FILE);
    return err_hint(e, "install hookcheck again\nthe file belongs beside the program or to %s",
                    HOOKCHECK_MODULE_DIRECTORY);
}

/* --- The tree. --- */

struct sql_tree {
    PgQuery__ParseResult *result;
};

struct sql_tree *sql_tree_parse(struct arena *arena, struct str statement, struct str *ret_reason)
{
    struct sql_tree *tree = ARENA_NEW(arena, struct sql_tree);
    char *message = NULL;

    *ret_reason = STR("longer than what is parsed in one piece");
    if (statement.length > SQL_STATEMENT_MAX)
        return NULL;
    *ret_reason = STR("it holds a NUL byte");
    if (str_has_nul(statement))
        return NULL;
    *ret_reason = STR("not one statement");
    tree->result = loaded->parse(str_c(arena, statement), &message);
    if (message)
        *ret_reason = str_copy(arena, str_from(message));
    free(message);
    if (tree->result && tree->result->n_stmts == 1)
        return tree;
    sql_tree_release(&tree);
    return NULL;
}

const PgQuery__Node *sql_tree_statement(const struct sql_tree *tree)
{
    return tree->result->stmts[0]->stmt;
}

void sql_tree_release(struct sql_tree **tree)
{
    if (*tree && (*tree)->result)
        loaded->release((*tree)->result);
    *tree = NULL;
}

/* --- Expressions. --- */

/* CURRENT_TIMESTAMP as PostgreSQL shows it: the deparser writes it small. A column of that name stands in quotes. */
static void raise_words(struct arena *arena, struct str *text)
{
    static const char *const words[] = {
        "current_timestamp", "current_date", "current_time", "localtime",       "localtimestamp",
        "current_user",      "session_user", "current_role", "current_catalog", "current_schema"};
    char *bytes = str_c(arena, *text), quote = 0;

    for (size_t i = 0, end; i < text->length; i = end) {
        end = i + 1;
        if (bytes[i] == '\'' || bytes[i] == '"')
            quote = !quote ? bytes[i] : quote == bytes[i] ? 0 : quote;
        if (quote || !byte_is_word(bytes[i]))
            continue;
        while (end < text->length && byte_is_word(bytes[end]))
            end++;
        for (size_t j = 0; j < COUNT_OF(words); j++)
            if (str_eq(str_slice(*text, i, end), str_from(words[j])))
                for (size_t k = i; k < end; k++)
                    bytes[k] = bytes[k] == '_' ? '_' : (char)(bytes[k] & ~0x20);
    }
    *text = (struct str){.bytes = bytes, .length = text->length};
}

struct str sql_expression(struct arena *arena, const PgQuery__Node *node)
{
    static const struct str select = STR_INIT("SELECT ");
    struct str text = STR_NONE;
    char *written = loaded->write(node, SQL_EXPRESSION_MAX);

    if (written && str_starts(str_from(written), select))
        text = str_copy(arena, str_from_offset(str_from(written), select.length));
    free(written);
    raise_words(arena, &text);
    return text;
}

static bool is_number(struct str text)
{
    bool digit = false;

    for (size_t i = 0; i < text.length; i++) {
        char byte = text.bytes[i];
        if (byte >= '0' && byte <= '9')
            digit = true;
        else if (byte != '.' && !(byte == '-' && i == 0))
            return false;
    }
    return digit;
}

static bool is_numeric_type(struct str type)
{
    static const char *const names[] = {"INTEGER", "BIGINT",           "SMALLINT",
                                        "REAL",    "DOUBLE PRECISION", NULL};

    return str_is_one_of(type, names) || str_starts(type, STR("NUMERIC"));
}

/* What pg_dump adds to a default: 'x'::character varying, (0)::numeric, '-1'::integer, ARRAY[]::text[]. */
static bool default_of_cast(struct arena *arena, const PgQuery__TypeCast *cast,
                            struct str *ret_text)
{
    const PgQuery__Node *inner = cast->arg;

    while (inner && inner->node_case == PG_QUERY__NODE__NODE_TYPE_CAST)
        inner = inner->type_cast->arg;
    if (!inner)
        return false;
    if (inner->node_case == PG_QUERY__NODE__NODE_A_ARRAY_EXPR && !inner->a_array_expr->n_elements) {
        *ret_text = STR("'{}'");
        return true;
    }
    if (inner->node_case != PG_QUERY__NODE__NODE_A_CONST)
        return false;
    if (inner->a_const->isnull) {
        *ret_text = STR_NONE;
        return true;
    }
    if (inner->a_const->val_case != PG_QUERY__A__CONST__VAL_SVAL) {
        *ret_text = sql_expression(arena, inner);
        return ret_text->length > 0;
    }
    bool serial;
    struct str text = str_from(inner->a_const->sval->sval);
    struct str type = sql_type(arena, cast->type_name, &serial);
    *ret_text = is_numeric_type(type) && is_number(text) ? str_copy(arena, text)
                : str_eq(type, STR("BOOLEAN"))
                    ? (str_starts(text, STR("t")) ? STR("true") : STR("false"))
                    : schema_quoted(arena, text);
    return true;
}

/* nextval('public.users_id_seq'::regclass): the schema of everything else is left out too. By hand the cast is mostly left out. */
static struct str of_sequence(struct arena *arena, struct str text)
{
    static const struct str call = STR_INIT("nextval('"), in_public = STR_INIT("public.");
    struct str rest = str_from_offset(text, call.length);

    if (!str_starts(text, call))
        return text;
    if (str_starts(rest, in_public))
        rest = str_from_offset(rest, in_public.length);
    size_t end = str_find_byte(rest, '\'');
    if (end + 2 == rest.length)
        return str_printf(arena, "nextval('" STR_FMT "'::regclass)",
                          STR_ARG(str_prefix(rest, end)));
    return str_printf(arena, "nextval('" STR_FMT, STR_ARG(rest));
}

/* What the database makes of a string in a column of that type: '0' is a number, 't' is true (PostgreSQL 15 manual §8.6). */
struct str sql_default_as(struct arena *arena, struct str type, struct str text)
{
    static const char *const yes[] = {"t", "true", "y", "yes", "on", "1", NULL};
    static const char *const no[] = {"f", "false", "n", "no", "off", "0", NULL};
    struct str inner = text.length > 2 ? str_slice(text, 1, text.length - 1) : STR_NONE;

    if (!str_starts(text, STR("'")) || !str_ends(text, STR("'")) || !inner.length)
        return text;
    if (is_numeric_type(type) && is_number(inner))
        return str_copy(arena, inner);
    if (str_eq(type, STR("BOOLEAN")) && str_is_one_of_nocase(inner, yes))
        return STR("true");
    if (str_eq(type, STR("BOOLEAN")) && str_is_one_of_nocase(inner, no))
        return STR("false");
    return text;
}

bool sql_default(struct arena *arena, const PgQuery__Node *node, struct str *ret_text)
{
    *ret_text = STR_NONE;
    if (!node)
        return true;
    if (node->node_case == PG_QUERY__NODE__NODE_A_CONST && node->a_const->isnull)
        return true;
    if (node->node_case == PG_QUERY__NODE__NODE_TYPE_CAST &&
        default_of_cast(arena, node->type_cast, ret_text))
        return true;
    if (node->node_case == PG_QUERY__NODE__NODE_A_CONST &&
        node->a_const->val_case == PG_QUERY__A__CONST__VAL_SVAL) {
        *ret_text = schema_quoted(arena, str_from(node->a_const->sval->sval));
        return true;
    }
    *ret_text = of_sequence(arena, sql_expression(arena, node));
    return ret_text->length > 0;
}

/* --- Types. --- */

/* What a word of a type is called in capitals: another word, or the same. */
static const struct {
    const char *word, *type;
} type_names[] = {
    {"int", "INTEGER"},
    {"int4", "INTEGER"},
    {"integer", "INTEGER"},
    {"int2", "SMALLINT"},
    {"int8", "BIGINT"},
    {"float4", "REAL"},
    {"float8", "DOUBLE PRECISION"},
    {"bool", "BOOLEAN"},
    {"boolean", "BOOLEAN"},
    {"bpchar", "CHAR"},
    {"varchar", "VARCHAR"},
    {"decimal", "NUMERIC"},
    {"numeric", "NUMERIC"},
    {"varbit", "BIT VARYING"},
    {"timestamp", "TIMESTAMP"},
    {"timestamptz", "TIMESTAMPTZ"},
    {"time", "TIME"},
    {"timetz", "TIMETZ"},
    {"serial", "INTEGER"},
    {"serial4", "INTEGER"},
    {"bigserial", "BIGINT"},
    {"serial8", "BIGINT"},
    {"smallserial", "SMALLINT"},
    {"serial2", "SMALLINT"},
};
static const char *const types_as_written[] = {
    "text",
    "uuid",
    "json",
    "jsonb",
    "bytea",
    "date",
    "interval",
    "inet",
    "cidr",
    "macaddr",
    "macaddr8",
    "xml",
    "money",
    "point",
    "line",
    "lseg",
    "box",
    "path",
    "polygon",
    "circle",
    "tsvector",
    "tsquery",
    "oid",
    "bit",
    "name",
    "regclass",
    "citext",
    "hstore",
    "ltree",
    "geometry",
    "geography",
    "vector",
    "halfvec",
    "int4range",
    "int8range",
    "numrange",
    "tsrange",
    "tstzrange",
    "daterange",
    "int4multirange",
    "int8multirange",
    "nummultirange",
    "tsmultirange",
    "tstzmultirange",
    "datemultirange",
    "pg_lsn",
    "jsonpath",
    "datetime",
    "blob",
    "real",
    "bigint",
    "smallint",
    "char",
};

struct str sql_type_word(struct arena *arena, struct str word)
{
    for (size_t i = 0; i < COUNT_OF(type_names); i++)
        if (str_eq(word, str_from(type_names[i].word)))
            return str_from(type_names[i].type);
    for (size_t i = 0; i < COUNT_OF(types_as_written); i++)
        if (str_eq(word, str_from(types_as_written[i])))
            return str_upper(arena, word);
    return word;
}

struct str sql_type_words(struct arena *arena, struct str words)
{
    size_t bracket = str_find_byte(words, '(');
    struct str word = bracket == SIZE_MAX ? words : str_prefix(words, bracket);
    struct str type = sql_type_word(arena, word);

    if (bracket == SIZE_MAX || str_eq(type, word))
        return bracket == SIZE_MAX ? type : words;
    return str_printf(arena, STR_FMT STR_FMT, STR_ARG(type),
                      STR_ARG(str_upper(arena, str_from_offset(words, bracket))));
}

static struct str type_arguments(struct arena *arena, const PgQuery__TypeName *type)
{
    struct strs arguments = {0};

    for (size_t i = 0; i < type->n_typmods; i++)
        VEC_PUSH(arena, &arguments, sql_expression(arena, type->typmods[i]));
    return arguments.count
               ? str_printf(arena, "(" STR_FMT ")",
                            STR_ARG(str_join(arena, arguments.items, arguments.count, STR(", "))))
               : STR_NONE;
}

static bool constant(const PgQuery__Node *node, int *ret_number)
{
    bool is = node->node_case == PG_QUERY__NODE__NODE_A_CONST &&
              node->a_const->val_case == PG_QUERY__A__CONST__VAL_IVAL;

    if (is)
        *ret_number = node->a_const->ival->ival;
    return is;
}

/* INTERVAL's first number is a mask of fields, a bit each (PostgreSQL 15, utils/datetime.h); the second one is that of digits. */
static struct str interval_arguments(struct arena *arena, const PgQuery__TypeName *type)
{
    static const struct {
        int bit;
        const char *name;
    } fields[] = {{2, "YEAR"},  {1, "MONTH"},   {3, "DAY"},
                  {10, "HOUR"}, {11, "MINUTE"}, {12, "SECOND"}};
    const char *first = NULL, *last = NULL;
    int mask = 0, digits = 0;

    if (!type->n_typmods || !constant(type->typmods[0], &mask))
        return STR_NONE;
    for (size_t i = 0; i < COUNT_OF(fields) && mask != 0x7fff; i++)
        if (mask & 1 << fields[i].bit) {
            first = first ? first : fields[i].name;
            last = fields[i].name;
        }
    struct str text = !first          ? STR_NONE
                      : first == last ? str_printf(arena, " %s", first)
                                      : str_printf(arena, " %s TO %s", first, last);
    return type->n_typmods > 1 && constant(type->typmods[1], &digits)
               ? str_printf(arena, STR_FMT "(%d)", STR_ARG(text), digits)
               : text;
}

/* "char" in quotes is one byte, and bpchar without a length has none: neither is CHARACTER, which the parser calls bpchar(1). */
static struct str base_type(struct arena *arena, const PgQuery__TypeName *type, struct str name)
{
    if (str_eq(name, STR("char")))
        return STR("\"char\"");
    if (str_eq(name, STR("bpchar")) && !type->n_typmods)
        return STR("BPCHAR");
    return sql_type_word(arena, name);
}

struct str sql_type(struct arena *arena, const PgQuery__TypeName *type, bool *ret_serial)
{
    struct str name = STR_NONE, arguments;

    *ret_serial = false;
    for (size_t i = 0; i < type->n_names; i++) {
        struct str part = str_from(type->names[i]->string->sval);
        if (i + 1 < type->n_names &&
            (str_eq(part, STR("pg_catalog")) || str_eq(part, STR("public"))))
            continue;
        name = name.length ? str_printf(arena, STR_FMT "." STR_FMT, STR_ARG(name), STR_ARG(part))
                           : str_copy(arena, part);
    }
    *ret_serial = str_contains(name, STR("serial"));
    struct str base = base_type(arena, type, name);
    *ret_serial = *ret_serial && !str_eq(base, name);
    arguments = str_eq(base, STR("INTERVAL")) ? interval_arguments(arena, type)
                                              : type_arguments(arena, type);
    if (str_eq(base, STR("GEOMETRY")) || str_eq(base, STR("GEOGRAPHY")))
        arguments = str_upper(arena, arguments);
    struct str text =
        str_eq(base, STR("TIMESTAMP")) || str_eq(base, STR("TIME"))
            ? str_printf(arena, STR_FMT STR_FMT " WITHOUT TIME ZONE", STR_ARG(base),
                         STR_ARG(arguments))
        : str_eq(base, STR("TIMESTAMPTZ"))
            ? str_printf(arena, "TIMESTAMP" STR_FMT " WITH TIME ZONE", STR_ARG(arguments))
        : str_eq(base, STR("TIMETZ"))
            ? str_printf(arena, "TIME" STR_FMT " WITH TIME ZONE", STR_ARG(arguments))
            : str_printf(arena, STR_FMT STR_FMT, STR_ARG(base), STR_ARG(arguments));
    return type->n_array_bounds ? str_printf(arena, STR_FMT "[]", STR_ARG(text)) : text;
}
