/* libpq.h -- libpq, loaded when a PostgreSQL server or URL first comes up: with the twenty libraries it needs, it takes longer to start than most
 * pushes take to judge. Inside src/database only.
 *
 * In:     nothing. Out: the functions below; each call goes to the loaded library.
 * Fails:  libpq_load: the library is not there. Nothing else may be called before it has returned true.
 * Source: libpq-fe.h of PostgreSQL 15 (soname libpq.so.5 since 8.2).
 */
#ifndef HOOKCHECK_DATABASE_LIBPQ_H
#define HOOKCHECK_DATABASE_LIBPQ_H

#include <libpq-fe.h>

#include "base/err.h"

#define LIBPQ_FUNCTIONS(X)                                                                         \
    X(PQclear)                                                                                     \
    X(PQconnectPoll)                                                                               \
    X(PQconnectStartParams)                                                                        \
    X(PQconninfoFree)                                                                              \
    X(PQconninfoParse)                                                                             \
    X(PQconsumeInput)                                                                              \
    X(PQdb)                                                                                        \
    X(PQenterPipelineMode)                                                                         \
    X(PQerrorMessage)                                                                              \
    X(PQescapeIdentifier)                                                                          \
    X(PQfinish)                                                                                    \
    X(PQfnumber)                                                                                   \
    X(PQflush)                                                                                     \
    X(PQfreemem)                                                                                   \
    X(PQgetResult)                                                                                 \
    X(PQgetisnull)                                                                                 \
    X(PQgetlength)                                                                                 \
    X(PQgetvalue)                                                                                  \
    X(PQhost)                                                                                      \
    X(PQisBusy)                                                                                    \
    X(PQntuples)                                                                                   \
    X(PQparameterStatus)                                                                           \
    X(PQpass)                                                                                      \
    X(PQpipelineStatus)                                                                            \
    X(PQpipelineSync)                                                                              \
    X(PQport)                                                                                      \
    X(PQresultErrorField)                                                                          \
    X(PQresultErrorMessage)                                                                        \
    X(PQresultStatus)                                                                              \
    X(PQsendQueryParams)                                                                           \
    X(PQsetErrorVerbosity)                                                                         \
    X(PQsetNoticeProcessor)                                                                        \
    X(PQsetnonblocking)                                                                            \
    X(PQsocket)                                                                                    \
    X(PQstatus)                                                                                    \
    X(PQuser)

#define LIBPQ_MEMBER(name) __typeof__(&name) call_##name;
struct libpq {
    LIBPQ_FUNCTIONS(LIBPQ_MEMBER)
};
extern struct libpq libpq;

MUST_CHECK bool libpq_load(struct err *e);
/* Begins to load it in a thread: libpq_load() waits for that. libpq_wait(): before the environment changes, which its constructors read. */
void libpq_expect(void);
void libpq_wait(void);

/* libpq.c itself looks the names up. */
#ifndef LIBPQ_LOADING
#define PQclear (*libpq.call_PQclear)
#define PQconnectPoll (*libpq.call_PQconnectPoll)
#define PQconnectStartParams (*libpq.call_PQconnectStartParams)
#define PQconninfoFree (*libpq.call_PQconninfoFree)
#define PQconninfoParse (*libpq.call_PQconninfoParse)
#define PQconsumeInput (*libpq.call_PQconsumeInput)
#define PQdb (*libpq.call_PQdb)
#define PQenterPipelineMode (*libpq.call_PQenterPipelineMode)
#define PQerrorMessage (*libpq.call_PQerrorMessage)
#define PQescapeIdentifier (*libpq.call_PQescapeIdentifier)
#define PQfinish (*libpq.call_PQfinish)
#define PQfnumber (*libpq.call_PQfnumber)
#define PQflush (*libpq.call_PQflush)
#define PQfreemem (*libpq.call_PQfreemem)
#define PQgetResult (*libpq.call_PQgetResult)
#define PQgetisnull (*libpq.call_PQgetisnull)
#define PQgetlength (*libpq.call_PQgetlength)
#define PQgetvalue (*libpq.call_PQgetvalue)
#define PQhost (*libpq.call_PQhost)
#define PQisBusy (*libpq.call_PQisBusy)
#define PQntuples (*libpq.call_PQntuples)
#define PQparameterStatus (*libpq.call_PQparameterStatus)
#define PQpass (*libpq.call_PQpass)
#define PQpipelineStatus (*libpq.call_PQpipelineStatus)
#define PQpipelineSync (*libpq.call_PQpipelineSync)
#define PQport (*libpq.call_PQport)
#define PQresultErrorField (*libpq.call_PQresultErrorField)
#define PQresultErrorMessage (*libpq.call_PQresultErrorMessage)
#define PQresultStatus (*libpq.call_PQresultStatus)
#define PQsendQueryParams (*libpq.call_PQsendQueryParams)
#define PQsetErrorVerbosity (*libpq.call_PQsetErrorVerbosity)
#define PQsetNoticeProcessor (*libpq.call_PQsetNoticeProcessor)
#define PQsetnonblocking (*libpq.call_PQsetnonblocking)
#define PQsocket (*libpq.call_PQsocket)
#define PQstatus (*libpq.call_PQstatus)
#define PQuser (*libpq.call_PQuser)
#endif

#endif
