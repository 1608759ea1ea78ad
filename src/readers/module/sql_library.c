/* sql_library.c -- the module hookcheck-sql.so: libpg_query, and nothing else. */
#include "readers/sql_library.h"

#include <stdlib.h>
#include <string.h>

static PgQuery__ParseResult *parse(const char *statement, char **ret_message)
{
    PgQueryProtobufParseResult parsed = pg_query_parse_protobuf(statement);
    PgQuery__ParseResult *tree = NULL;

    *ret_message = NULL;
    if (parsed.error)
        *ret_message = strdup(parsed.error->message);
    else
        tree = pg_query__parse_result__unpack(NULL, parsed.parse_tree.len,
                                              (const uint8_t *)parsed.parse_tree.data);
    pg_query_free_protobuf_parse_result(parsed);
    return tree;
}

static void release(PgQuery__ParseResult *tree)
{
    pg_query__parse_result__free_unpacked(tree, NULL);
}

/* The library writes whole statements: the expression becomes the only column of a SELECT. */
static char *write_expression(const PgQuery__Node *expression, size_t maximum)
{
    PgQuery__ResTarget target = PG_QUERY__RES_TARGET__INIT;
    PgQuery__SelectStmt statement = PG_QUERY__SELECT_STMT__INIT;
    PgQuery__RawStmt raw = PG_QUERY__RAW_STMT__INIT;
    PgQuery__ParseResult result = PG_QUERY__PARSE_RESULT__INIT;
    PgQuery__Node target_node = PG_QUERY__NODE__INIT, statement_node = PG_QUERY__NODE__INIT;
    PgQuery__Node *targets[] = {&target_node};
    PgQuery__RawStmt *statements[] = {&raw};

    target.val = (PgQuery__Node *)(uintptr_t)expression; /* only read */
    target_node.node_case = PG_QUERY__NODE__NODE_RES_TARGET;
    target_node.res_target = &target;
    statement.n_target_list = 1;
    statement.target_list = targets;
    statement.limit_option = PG_QUERY__LIMIT_OPTION__LIMIT_OPTION_DEFAULT;
    statement.op = PG_QUERY__SET_OPERATION__SETOP_NONE;
    statement_node.node_case = PG_QUERY__NODE__NODE_SELECT_STMT;
    statement_node.select_stmt = &statement;
    raw.stmt = &statement_node;
    result.n_stmts = 1;
    result.stmts = statements;

    size_t size = pg_query__parse_result__get_packed_size(&result);
    uint8_t *packed = size <= maximum ? malloc(size + 1) : NULL;
    char *text = NULL;
    if (!packed)
        return NULL;
    (void)pg_query__parse_result__pack(&result, packed);
    PgQueryDeparseResult written =
        pg_query_deparse_protobuf((PgQueryProtobuf){.len = size, .data = (char *)packed});
    if (!written.error && written.query)
        text = strdup(written.query);
    pg_query_free_deparse_result(written);
    free(packed);
    return text;
}

sql_library_function hookcheck_sql_library;

const struct sql_library *hookcheck_sql_library(void)
{
    static const struct sql_library library = {
        .version = SQL_LIBRARY_VERSION,
        .parse = parse,
        .release = release,
        .write = write_expression,
    };

    return &library;
}
