/* alembic_option.c -- what env.py takes from elsewhere for a keyword of context.configure(): an option of alembic.ini, a variable. */
#include "base/file.h"
#include "migrations/alembic.h"
#include "readers/environment.h"
#include "readers/ini.h"

struct looking {
    struct arena *arena;
    struct tree *tree;
    const struct alembic_settings *settings;
    struct str env, text;
};

static bool read_file(void *self, struct str path, struct str *ret_bytes)
{
    struct looking *l = self;
    struct err absent = ERR_NONE;
    struct str inside;

    return tree_path_join(l->arena, STR(""), path, &inside) &&
           tree_read(l->tree, l->arena, inside, CONFIG_FILE_MAX, ret_bytes, &absent);
}

/* --- The expression, as far as it is a name or one call. --- */

/* What stands behind `NAME =` up to the end of its line; at the beginning of a line where `whole`. STR_NONE: nowhere. */
static struct str assigned(struct str text, struct str name, bool whole)
{
    for (size_t at = 0, found; (found = str_find(str_from_offset(text, at), name)) != SIZE_MAX;) {
        size_t start = at + found, end = start + name.length;
        at = end;
        bool begins = whole ? start == 0 || text.bytes[start - 1] == '\n'
                            : start && !byte_is_word(text.bytes[start - 1]);
        struct str rest = str_from_offset(text, end);
        rest = str_prefix(rest, str_find_byte(rest, '\n'));
        if (whole && str_starts(str_trim(rest), STR(":")))
            rest = str_from_offset(rest, str_find_byte(rest, '=') == SIZE_MAX
                                             ? rest.length
                                             : str_find_byte(rest, '='));
        rest = str_trim(rest);
        if (begins && str_starts(rest, STR("=")) && !str_starts(rest, STR("==")))
            return str_trim(str_from_offset(rest, 1));
    }
    return STR_NONE;
}

static struct str word_at_start(struct str text)
{
    size_t end = 0;

    while (end < text.length && (byte_is_word(text.bytes[end]) || text.bytes[end] == '.'))
        end++;
    return str_prefix(text, end);
}

/* A string between quotes at the start; what is behind it stays in *text. */
static bool take_string(struct str *text, struct str *ret_value)
{
    struct str rest = str_trim(*text);

    if (!rest.length || (rest.bytes[0] != '"' && rest.bytes[0] != '\''))
        return false;
    struct str inside = str_from_offset(rest, 1);
    size_t end = str_find_byte(inside, rest.bytes[0]);
    if (end == SIZE_MAX)
        return false;
    *ret_value = str_prefix(inside, end);
    *text = str_from_offset(inside, end + 1);
    return true;
}

/* `, "x"`, `, default="x"`, `) or "x"` */
static struct str default_in(struct str rest)
{
    static const struct str before[] = {STR_INIT(","),  STR_INIT("default"), STR_INIT("fallback"),
                                        STR_INIT("="),  STR_INIT(")"),       STR_INIT("]"),
                                        STR_INIT("or ")};
    struct str value;

    for (size_t i = 0; i < COUNT_OF(before); i++) {
        rest = str_trim(rest);
        if (str_starts(rest, before[i]))
            rest = str_from_offset(rest, before[i].length);
    }
    return take_string(&rest, &value) ? value : STR_NONE;
}

static bool ends_as(struct str callee, const struct str *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t length = names[i].length;
        if (str_ends(callee, names[i]) &&
            (callee.length == length || callee.bytes[callee.length - length - 1] == '.'))
            return true;
    }
    return false;
}

/* --- Where it is looked up. --- */

static struct alembic_option option_of_ini(struct looking *l, struct str key, struct str fallback)
{
    struct alembic_option option = {
        .from = str_printf(l->arena, STR_FMT " of alembic.ini", STR_ARG(key))};
    struct str bytes, value;
    struct ini ini;

    if (read_file(l, path_join(l->arena, l->settings->directory, STR("alembic.ini")), &bytes)) {
        ini_parse(l->arena, bytes, &ini);
        const struct ini_entry *entry =
            ini_get(&ini, l->settings->section, str_lower(l->arena, key));
        if (entry &&
            ini_expand(l->arena, &ini, l->settings->section, STR("."), entry->value, &value)) {
            option.text = str_trim(value);
            return option;
        }
    }
    option.text = fallback;
    option.missing = !fallback.bytes;
    return option;
}

static struct alembic_option option_of_variable(struct looking *l, struct str name,
                                                struct str fallback)
{
    struct source_files files = {.self = l, .read = read_file};
    struct variable variable =
        variable_look_up(l->arena, &files, l->env, l->text, l->settings->directory, name);
    struct alembic_option option = {.from = variable.from, .text = variable.value};

    if (variable.known)
        return option;
    option.from = name;
    option.missing = variable.set || !fallback.bytes;
    option.text = option.missing ? STR_NONE : fallback;
    option.assumed = !option.missing;
    return option;
}

bool alembic_option_read(struct arena *arena, struct tree *tree,
                         const struct alembic_settings *settings, struct str env, struct str text,
                         struct str keyword, struct alembic_option *ret_option)
{
    static const struct str of_ini[] = {STR_INIT("get_main_option"),
                                        STR_INIT("get_alembic_option")};
    static const struct str of_variables[] = {STR_INIT("getenv"),  STR_INIT("environ.get"),
                                              STR_INIT("environ"), STR_INIT("config"),
                                              STR_INIT("env"),     STR_INIT("env.str")};
    struct looking l = {
        .arena = arena, .tree = tree, .settings = settings, .env = env, .text = text};
    struct str expression = assigned(text, keyword, false);
    struct str callee = word_at_start(expression), name;

    /* One constant of the file may stand between. */
    struct str behind = str_from_offset(expression, callee.length);
    if (callee.length && !str_starts(behind, STR("(")) && !str_starts(behind, STR("["))) {
        expression = assigned(text, callee, true);
        callee = word_at_start(expression);
    }
    struct str rest = str_from_offset(expression, callee.length);
    if (!callee.length || !rest.length || (rest.bytes[0] != '(' && rest.bytes[0] != '['))
        return false;
    rest = str_from_offset(rest, 1);
    if (!take_string(&rest, &name) || !name.length)
        return false;
    if (ends_as(callee, of_ini, COUNT_OF(of_ini)))
        *ret_option = option_of_ini(&l, name, default_in(rest));
    else if (ends_as(callee, of_variables, COUNT_OF(of_variables)))
        *ret_option = option_of_variable(&l, name, default_in(rest));
    else
        return false;
    return true;
}
