/* command_answer.c -- what a command may answer:
 *
 *   {"pending": true, "database_version": "a,b", "applied": ["a", "b"]}
 *   "{\"pending\": …}"                                       a JSON string that contains one
 *   {"statusCode": 200, "body": …}                           a Lambda response; the body is an object or a string of JSON
 *
 * `pending`: true, false, a list of ids or their number. `database_version`: a string (several joined by commas), a list, or null
 * for a database to which nothing was applied. `applied`: a list of ids, or their number. Everything else is no answer, and neither is a
 * version that the list of what is applied does not hold.
 */
#include <math.h>

#include "base/buf.h"
#include "base/json.h"
#include "database/driver.h"

/* A response in a body in a response… */
#define WRAPPINGS_MAX 5

static bool refuse(struct str *ret_message, struct str message)
{
    *ret_message = message;
    return false;
}

static bool is_unknown(struct str version)
{
    return str_eq_nocase(str_trim(version), STR("unknown"));
}

/* A whole number as text: versions like 20251230170000 are numbers for many people. */
static bool number_text(struct arena *arena, const cJSON *item, struct str *ret_text)
{
    double value = item->valuedouble;

    if (!json_is_number(item) || value < 0 || value > 9007199254740992.0 || floor(value) != value)
        return false;
    *ret_text = str_printf(arena, "%.0f", value);
    return true;
}

static bool id_text(struct arena *arena, const cJSON *item, struct str *ret_id)
{
    if (!json_is_string(item))
        return number_text(arena, item, ret_id);
    struct str id = str_trim(json_value_string(item));
    if (str_is_empty(id) || id.length > DATABASE_ID_MAX || is_unknown(id))
        return false;
    *ret_id = str_copy(arena, id);
    return true;
}

static bool ids_read(struct arena *arena, const cJSON *list, struct strs *ids)
{
    const cJSON *item;
    struct str id;

    cJSON_ArrayForEach(item, list)
    {
        if (!id_text(arena, item, &id) || ids->count == DATABASE_ROWS_MAX)
            return false;
        VEC_PUSH(arena, ids, id);
    }
    return true;
}

/* ---- Unwrapping. ---- */

static struct str text_of(struct arena *arena, const cJSON *item)
{
    struct str text = json_value_string(item);

    return str_is_empty(text) ? STR("no message") : text_for_people(arena, text, STR_NONE);
}

/* Does this object say that the call failed? */
static bool is_failure(struct arena *arena, const cJSON *object, struct str *ret_message)
{
    const cJSON *status = json_get(object, "statusCode");
    const cJSON *failure = json_get(object, "errorMessage");
    struct str code;

    if (!failure)
        failure = json_get(object, "FunctionError");
    if (!failure)
        failure = json_get(object, "errorType");
    if (!failure && !status)
        failure = json_get(object, "error");
    if (failure && !json_is_null(failure)) {
        *ret_message =
            str_printf(arena, "it reports an error: " STR_FMT, STR_ARG(text_of(arena, failure)));
        return true;
    }
    if (!status)
        return false;
    if (json_is_string(status))
        code = json_value_string(status);
    else if (!number_text(arena, status, &code))
        code = STR("no number");
    if (str_eq(code, STR("200")))
        return false;
    *ret_message = str_printf(arena, "statusCode is " STR_FMT,
                              STR_ARG(text_for_people(arena, code, STR_NONE)));
    return true;
}

/* From the outermost document to the object that has the answer. *ret_document owns it. */
static bool unwrap(struct arena *arena, struct str text, cJSON **ret_document,
                   const cJSON **ret_object, struct str *ret_message)
{
    const cJSON *item = NULL;

    for (int i = 0; i < WRAPPINGS_MAX; i++) {
        if (!item) {
            struct err e = ERR_NONE;
            if (str_starts(text, STR("\xEF\xBB\xBF")))
                text = str_from_offset(text, 3);
            text = str_trim(text);
            if (str_is_empty(text))
                return refuse(ret_message, STR("the answer is empty"));
            json_release(ret_document);
            *ret_document = NULL;
            if (!json_parse(arena, text, JSON_STRICT, "the answer", ret_document, &e))
                return refuse(ret_message, text_for_people(arena, str_from(e.message), STR_NONE));
            item = *ret_document;
        }
        if (json_is_string(item)) {
            text =
                str_copy(arena, json_value_string(item)); /* the document goes with the next one */
            item = NULL;
            continue;
        }
        if (!json_is_object(item))
            return refuse(ret_message, STR("the answer is no JSON object"));
        if (is_failure(arena, item, ret_message))
            return false;
        const cJSON *body = json_get(item, "body");
        if (!body) {
            *ret_object = item;
            return true;
        }
        if (json_bool(item, "isBase64Encoded", false))
            return refuse(ret_message, STR("its body is in Base64"));
        item = body;
    }
    return refuse(ret_message, STR("the answer is wrapped too deeply"));
}

/* ---- The three fields. ---- */

static bool read_pending(const cJSON *object, struct database_answer *answer,
                         struct str *ret_message)
{
    const cJSON *pending = json_get(object, "pending");

    if (!pending)
        return true;
    answer->has_pending_flag = true;
    if (json_is_bool(pending))
        answer->pending_flag = json_is_true(pending);
    else if (json_is_array(pending))
        answer->pending_flag = pending->child != NULL;
    else if (json_is_number(pending) && pending->valuedouble >= 0)
        answer->pending_flag = pending->valuedouble > 0;
    else
        return refuse(ret_message, STR("its \"pending\" is neither true nor false"));
    return true;
}

/* The heads of the database; false also when they are missing, see *ret_has. */
static bool read_version(struct arena *arena, const cJSON *object, struct strs *versions,
                         bool *ret_has, struct str *ret_message)
{
    const cJSON *version = json_get(object, "database_version");
    struct str bad = STR("its \"database_version\" is no version");

    *ret_has = version != NULL;
    if (!version || json_is_null(version))
        return true;
    if (json_is_array(version))
        return ids_read(arena, version, versions) || refuse(ret_message, bad);
    struct str text, part;
    if (!json_is_string(version)) {
        if (!number_text(arena, version, &text))
            return refuse(ret_message, bad);
        VEC_PUSH(arena, versions, text);
        return true;
    }
    text = json_value_string(version);
    if (str_is_empty(str_trim(text)))
        return refuse(ret_message,
                      STR("its \"database_version\" is empty (null means: nothing applied)"));
    while (!str_is_empty(text)) {
        part = str_trim(str_cut(&text, ','));
        if (is_unknown(part))
            return refuse(ret_message, STR("its \"database_version\" is unknown"));
        if (str_is_empty(part) || part.length > DATABASE_ID_MAX ||
            versions->count == DATABASE_ROWS_MAX)
            return refuse(ret_message, bad);
        VEC_PUSH(arena, versions, str_copy(arena, part));
    }
    return true;
}

static bool read_applied(struct arena *arena, const cJSON *object, struct strs *applied,
                         bool *ret_listed, struct str *ret_message)
{
    const cJSON *list = json_get(object, "applied");
    struct str count;

    *ret_listed = json_is_array(list);
    if (!list || json_is_null(list) || number_text(arena, list, &count))
        return true;
    if (!*ret_listed || !ids_read(arena, list, applied))
        return refuse(ret_message, STR("its \"applied\" is no list of ids"));
    return true;
}

/* "002" is "002_add_email.sql". */
static bool begins_with(struct str longer, struct str id)
{
    return str_starts(longer, id) &&
           (longer.length == id.length ||
            !(byte_is_letter(longer.bytes[id.length]) || byte_is_digit(longer.bytes[id.length])));
}

/* Both fields say what is in the database: the one that says more cannot be the true one alone. */
static bool agrees(struct arena *arena, const struct strs *versions, const struct strs *applied,
                   struct str *ret_message)
{
    for (size_t v = 0; v < versions->count; v++) {
        bool there = false;
        for (size_t i = 0; i < applied->count && !there; i++)
            there = begins_with(applied->items[i], versions->items[v]) ||
                    begins_with(versions->items[v], applied->items[i]);
        if (!there)
            return refuse(
                ret_message,
                str_printf(arena,
                           "it contradicts itself: its \"database_version\" is " STR_FMT
                           ", and its \"applied\" does not hold that",
                           STR_ARG(text_for_people(arena, versions->items[v], STR_NONE))));
    }
    return true;
}

bool command_answer_read(struct arena *arena, struct str text, enum table_layout layout,
                         struct database_answer *answer, struct str *ret_message)
{
    struct database_rows rows = {.state = TABLE_EMPTY};
    struct strs applied = {0};
    const cJSON *object = NULL;
    bool has_version = false, listed = false;

    JSON_DOCUMENT(document);
    if (!unwrap(arena, text, &document, &object, ret_message) ||
        !read_pending(object, answer, ret_message) ||
        !read_version(arena, object, &rows.ids, &has_version, ret_message) ||
        !read_applied(arena, object, &applied, &listed, ret_message) ||
        (listed && !agrees(arena, &rows.ids, &applied, ret_message)))
        return false;
    answer->reported_version = str_join(arena, rows.ids.items, rows.ids.count, STR(","));
    answer->applied_is_listed = layout != LAYOUT_ALEMBIC && listed;
    if (answer->applied_is_listed)
        rows.ids = applied;
    else if (!has_version)
        return refuse(ret_message, STR("it has no \"database_version\""));
    rows_finish(&rows);
    VEC_PUSH(arena, &answer->tables, rows);
    return true;
}

bool invoke_status_is_good(struct arena *arena, struct str text, struct str *ret_message)
{
    struct err ignored = ERR_NONE;
    struct str code;

    JSON_DOCUMENT(document);
    text = str_trim(text);
    /* Other output formats of the tool (text, table) say the same, but the file has the error too. */
    if (!str_starts(text, STR("{")) ||
        !json_parse(arena, text, JSON_STRICT, "status", &document, &ignored))
        return true;
    const cJSON *failure = json_get(document, "FunctionError");
    if (failure && !json_is_null(failure))
        return refuse(ret_message, str_printf(arena, "FunctionError: " STR_FMT,
                                              STR_ARG(text_of(arena, failure))));
    const cJSON *status = json_get(document, "StatusCode");
    if (status && (!number_text(arena, status, &code) || !str_eq(code, STR("200"))))
        return refuse(ret_message, STR("StatusCode is not 200: the function has not answered"));
    return true;
}
