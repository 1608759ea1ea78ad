#include "migrations/alembic.h"
#include "readers/python.h"

enum keyword { TABLE, SCHEMA, KEYWORD_COUNT };
static const struct str keywords[KEYWORD_COUNT] = {STR_INIT("version_table"),
                                                   STR_INIT("version_table_schema")};

static void assume(struct arena *arena, struct history *history, struct str env, size_t line,
                   const char *what)
{
    struct str where = line ? str_printf(arena, STR_FMT ":%zu", STR_ARG(env), line) : env;

    history->table_assumed = true;
    VEC_PUSH(arena, &history->assumptions,
             str_printf(arena, STR_FMT ": %s; the table " STR_FMT "%s" STR_FMT " was assumed",
                        STR_ARG(where), what, STR_ARG(history->schema),
                        history->schema.length ? "." : "", STR_ARG(history->table)));
}

/* The value that all calls agree on; false when one cannot be known, or they differ. */
static bool agreed(const struct python_calls *calls, enum keyword keyword, struct str *ret_text,
                   size_t *ret_line)
{
    bool set = false;

    *ret_text = STR_NONE;
    for (size_t i = 0; i < calls->count; i++) {
        const struct python_value *value = &calls->items[i].values[keyword];
        *ret_line = value->line ? value->line : calls->items[i].line;
        if (value->kind == PYTHON_ABSENT || value->kind == PYTHON_NONE)
            continue;
        if (value->kind != PYTHON_STRING || (set && !str_eq(value->text, *ret_text)))
            return false;
        *ret_text = value->text;
        set = true;
    }
    return true;
}

static void use_calls(struct arena *arena, struct str env, const struct python_calls *calls,
                      struct history *history)
{
    struct str table = STR_NONE, schema = STR_NONE;
    size_t table_line = 0, schema_line = 0;
    bool table_known = agreed(calls, TABLE, &table, &table_line);
    bool schema_known = agreed(calls, SCHEMA, &schema, &schema_line);

    if (schema_known && schema.length)
        history->schema = schema;
    if (table_known && table.length)
        history->table = table;
    if (!table_known)
        assume(arena, history, env, table_line,
               "version_table is computed or differs between calls");
    if (!schema_known)
        assume(arena, history, env, schema_line,
               "version_table_schema is computed or differs between calls");
    for (size_t i = 0; i < calls->count && !table.length; i++)
        if (calls->items[i].splat && !history->table_assumed)
            assume(arena, history, env, calls->items[i].line,
                   "context.configure() is given keywords that cannot be known");
}

bool alembic_read_env(struct arena *arena, struct tree *tree, struct str env,
                      struct history *history, struct err *e)
{
    PYTHON_READER(reader, arena);
    struct python_calls calls;
    struct err why = ERR_NONE;
    struct str bytes;

    history->table = STR("alembic_version");
    history->schema = STR_NONE;
    if (!tree_read(tree, arena, env, CONFIG_FILE_MAX, &bytes, &why)) {
        if (why.kind == ERR_SYSTEM || why.kind == ERR_UNREACHABLE)
            return err_set(e, why.kind, "%s", why.message);
        assume(arena, history, env, 0, "cannot be read");
        return true;
    }
    /* Most files say nothing of it: no need to parse them. */
    if (!str_contains(bytes, STR("version_table")) && !str_contains(bytes, STR("**")))
        return true;
    if (!python_call_keywords(reader, arena, bytes, STR("context.configure"), keywords,
                              KEYWORD_COUNT, &calls, e))
        return false;
    if (calls.count)
        use_calls(arena, env, &calls, history);
    else if (str_contains(bytes, STR("version_table")))
        assume(arena, history, env, 0, "version_table is set where it cannot be followed");
    return true;
}
