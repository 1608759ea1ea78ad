#include "base/file.h"
#include "migrations/alembic.h"
#include "migrations/graph.h"
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

struct env_file {
    struct arena *arena;
    struct tree *tree;
    const struct alembic_settings *settings;
    const struct config_migrations *set;
    struct str path, bytes;
    struct history *history;
};

static void say_option(struct env_file *env, enum keyword keyword,
                       const struct alembic_option *option)
{
    if (option->text.length)
        VEC_PUSH(env->arena, &env->history->assumptions,
                 str_printf(env->arena, "the %s \"" STR_FMT "\" is from " STR_FMT "%s" STR_FMT "%s",
                            keyword == TABLE ? "table" : "schema", STR_ARG(option->text),
                            STR_ARG(env->path),
                            option->assumed       ? ", where "
                            : option->from.length ? " with "
                                                  : "",
                            STR_ARG(option->from), option->assumed ? " is not set" : ""));
}

/* What the file itself does not say, but where it is taken from does. False: it says neither. */
static bool use_option(struct env_file *env, enum keyword keyword, size_t line,
                       struct str *ret_text)
{
    struct alembic_option option = {0};

    if (!alembic_option_read(env->arena, env->tree, env->settings, env->path, env->bytes,
                             keywords[keyword], &option) &&
        !alembic_value_read(env->arena, env->tree, env->settings, env->path,
                            str_c(env->arena, keywords[keyword]), &option))
        return false;
    if (option.missing && (keyword == TABLE ? env->set->table : env->set->schema).length)
        return true; /* the configuration says it */
    if (option.missing) {
        history_problem_add(
            env->arena, env->history, REASON_INDETERMINATE_HISTORY,
            str_printf(env->arena,
                       STR_FMT ":%zu: " STR_FMT " is taken from " STR_FMT
                               ", whose value is not known here",
                       STR_ARG(env->path), line, STR_ARG(keywords[keyword]), STR_ARG(option.from)),
            str_printf(env->arena, "set \"%s\" of the migration set " STR_FMT " in %s",
                       keyword == TABLE ? "table" : "schema", STR_ARG(env->history->set),
                       CONFIG_NAME));
        return true;
    }
    say_option(env, keyword, &option);
    *ret_text = option.text;
    return true;
}

/* `**options`: what it holds under the keyword, and what Flask-Migrate's own env.py is given so. */
static bool use_spread(struct env_file *env, const struct python_calls *calls, enum keyword keyword,
                       struct str *text)
{
    struct str keyword_text = keywords[keyword];
    struct alembic_option option = {0};
    bool spread = false;

    for (size_t i = 0; i < calls->count; i++)
        spread = spread || calls->items[i].splat;
    if (!spread || text->length ||
        (!alembic_value_read(env->arena, env->tree, env->settings, env->path,
                             str_c(env->arena, keyword_text), &option) &&
         !(str_contains(env->bytes, STR("current_app")) &&
           flask_option_read(env->arena, env->tree, path_parent(path_parent(env->path)),
                             keyword_text, &option))))
        return false;
    say_option(env, keyword, &option);
    *text = option.text;
    return option.text.length > 0;
}

static void use_calls(struct env_file *env, const struct python_calls *calls)
{
    struct arena *arena = env->arena;
    struct history *history = env->history;
    struct str table = STR_NONE, schema = STR_NONE;
    size_t table_line = 0, schema_line = 0;
    bool table_known =
        agreed(calls, TABLE, &table, &table_line) || use_option(env, TABLE, table_line, &table);
    bool schema_known = agreed(calls, SCHEMA, &schema, &schema_line) ||
                        use_option(env, SCHEMA, schema_line, &schema);
    bool spread = use_spread(env, calls, TABLE, &table);
    spread = use_spread(env, calls, SCHEMA, &schema) || spread;

    if (schema_known && schema.length)
        history->schema = schema;
    if (table_known && table.length)
        history->table = table;
    if (!table_known)
        assume(arena, history, env->path, table_line,
               "version_table is computed or differs between calls");
    if (!schema_known)
        assume(arena, history, env->path, schema_line,
               "version_table_schema is computed or differs between calls");
    for (size_t i = 0; i < calls->count && !table.length && !spread; i++)
        if (calls->items[i].splat && !history->table_assumed)
            assume(arena, history, env->path, calls->items[i].line,
                   "context.configure() is given keywords that cannot be known");
}

bool alembic_read_env(struct arena *arena, struct tree *tree,
                      const struct alembic_settings *settings, const struct config_migrations *set,
                      struct str path, struct history *history, struct err *e)
{
    PYTHON_READER(reader, arena);
    struct env_file env = {.arena = arena,
                           .tree = tree,
                           .settings = settings,
                           .set = set,
                           .path = path,
                           .history = history};
    struct python_calls calls;
    struct err why = ERR_NONE;

    history->table = STR("alembic_version");
    history->schema = STR_NONE;
    if (!tree_read(tree, arena, path, CONFIG_FILE_MAX, &env.bytes, &why)) {
        if (why.kind == ERR_SYSTEM || why.kind == ERR_UNREACHABLE)
            return err_set(e, why.kind, "%s", why.message);
        assume(arena, history, path, 0, "cannot be read");
        return true;
    }
    /* Most files say nothing of it: no need to parse them. */
    if (!str_contains(env.bytes, STR("version_table")) && !str_contains(env.bytes, STR("**")))
        return true;
    if (!python_call_keywords(reader, arena, env.bytes, STR("context.configure"), keywords,
                              KEYWORD_COUNT, &calls, e))
        return false;
    if (calls.count)
        use_calls(&env, &calls);
    else if (str_contains(env.bytes, STR("version_table")))
        assume(arena, history, path, 0, "version_table is set where it cannot be followed");
    return true;
}
