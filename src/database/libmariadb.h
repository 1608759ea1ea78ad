/* libmariadb.h -- MariaDB's client library, loaded when a MySQL server first comes up, as libpq is (libpq.h). Inside src/database only,
 * and only where it was there at build time (HOOKCHECK_MYSQL).
 *
 * In:     nothing. Out: the functions below; each call goes to the loaded library.
 * Fails:  libmariadb_load: the library is not there. Nothing else may be called before it has returned true.
 * Source: mysql.h of MariaDB Connector/C 3.3 (soname libmariadb.so.3 since 3.0).
 */
#ifndef HOOKCHECK_DATABASE_LIBMARIADB_H
#define HOOKCHECK_DATABASE_LIBMARIADB_H

#ifdef HOOKCHECK_MYSQL

#include <mysql.h>

#include "base/err.h"

#define LIBMARIADB_FUNCTIONS(X)                                                                    \
    X(mysql_close)                                                                                 \
    X(mysql_errno)                                                                                 \
    X(mysql_error)                                                                                 \
    X(mysql_fetch_field_direct)                                                                    \
    X(mysql_fetch_lengths)                                                                         \
    X(mysql_fetch_row)                                                                             \
    X(mysql_free_result)                                                                           \
    X(mysql_get_server_info)                                                                       \
    X(mysql_get_socket)                                                                            \
    X(mysql_get_ssl_cipher)                                                                        \
    X(mysql_init)                                                                                  \
    X(mysql_num_fields)                                                                            \
    X(mysql_num_rows)                                                                              \
    X(mysql_options)                                                                               \
    X(mysql_real_connect_cont)                                                                     \
    X(mysql_real_connect_start)                                                                    \
    X(mysql_real_query_cont)                                                                       \
    X(mysql_real_query_start)                                                                      \
    X(mysql_store_result_cont)                                                                     \
    X(mysql_store_result_start)

#define LIBMARIADB_MEMBER(name) __typeof__(&name) call_##name;
struct libmariadb {
    LIBMARIADB_FUNCTIONS(LIBMARIADB_MEMBER)
};
extern struct libmariadb libmariadb;

MUST_CHECK bool libmariadb_load(struct err *e);

/* libmariadb.c itself looks the names up. */
#ifndef LIBMARIADB_LOADING
#define mysql_close (*libmariadb.call_mysql_close)
#define mysql_errno (*libmariadb.call_mysql_errno)
#define mysql_error (*libmariadb.call_mysql_error)
#define mysql_fetch_field_direct (*libmariadb.call_mysql_fetch_field_direct)
#define mysql_fetch_lengths (*libmariadb.call_mysql_fetch_lengths)
#define mysql_fetch_row (*libmariadb.call_mysql_fetch_row)
#define mysql_free_result (*libmariadb.call_mysql_free_result)
#define mysql_get_server_info (*libmariadb.call_mysql_get_server_info)
#define mysql_get_socket (*libmariadb.call_mysql_get_socket)
#define mysql_get_ssl_cipher (*libmariadb.call_mysql_get_ssl_cipher)
#define mysql_init (*libmariadb.call_mysql_init)
#define mysql_num_fields (*libmariadb.call_mysql_num_fields)
#define mysql_num_rows (*libmariadb.call_mysql_num_rows)
#define mysql_options (*libmariadb.call_mysql_options)
#define mysql_real_connect_cont (*libmariadb.call_mysql_real_connect_cont)
#define mysql_real_connect_start (*libmariadb.call_mysql_real_connect_start)
#define mysql_real_query_cont (*libmariadb.call_mysql_real_query_cont)
#define mysql_real_query_start (*libmariadb.call_mysql_real_query_start)
#define mysql_store_result_cont (*libmariadb.call_mysql_store_result_cont)
#define mysql_store_result_start (*libmariadb.call_mysql_store_result_start)
#endif

#endif

#endif
