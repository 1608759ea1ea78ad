/* code_calls.c -- what names, variables and calls of PHP and Ruby give. */
#include "base/file.h"
#include "migrations/code_reader.h"

#define ASSIGNMENTS_MAX 20u

static struct code_value under_root(struct code_reader *r, const char *below)
{
    return code_value_one(r, CODE_FROM_TREE, path_join(r->arena, r->file->root, str_from(below)));
}

/* --- Variables. --- */

static bool is_assignment(const struct code_reader *r, struct str name, size_t at,
                          size_t *ret_value)
{
    size_t after = at + name.length;

    if (at && code_is_of_name(r->text.bytes[at - 1]))
        return false;
    while (after < r->text.length && (r->text.bytes[after] == ' ' || r->text.bytes[after] == '\t'))
        after++;
    if (after + 1 >= r->text.length || r->text.bytes[after] != '=' ||
        strchr("=>~", r->text.bytes[after + 1]))
        return false;
    *ret_value = after + 1;
    return true;
}

/* `paths.each do |path|`, `foreach ($paths as $path)`: what stands before is what the variable is one of. */
static bool is_of_loop(const struct code_reader *r, struct str name, size_t at, size_t *ret_value)
{
    size_t line = at, before = at;

    while (line && r->text.bytes[line - 1] != '\n')
        line--;
    while (before && r->text.bytes[before - 1] == ' ')
        before--;
    struct str start = str_slice(r->text, line, before);
    size_t loop = str_find(start, STR("foreach"));
    size_t open = loop == SIZE_MAX ? SIZE_MAX : str_find_byte(str_from_offset(start, loop), '(');
    if (!r->ruby && open != SIZE_MAX &&
        (str_ends(start, STR(" as")) || str_ends(start, STR("=>")))) {
        *ret_value = line + loop + open + 1;
        return true;
    }
    if (!r->ruby || at + name.length >= r->text.length || r->text.bytes[at + name.length] != '|' ||
        !str_ends(start, STR("|")))
        return false;
    *ret_value = line;
    return true;
}

/* `$path = $path . '/x'` */
static bool is_of_itself(const struct code_reader *r, struct str name)
{
    for (; r; r = r->outer)
        if (str_eq(r->variable, name))
            return true;
    return false;
}

/* All that is assigned to it anywhere in the file: which of them comes first at run time is not asked. */
static struct code_value read_variable(struct code_reader *r, struct str name)
{
    struct code_value value = {0};
    size_t from = 0, found = 0;

    if (is_of_itself(r, name))
        return code_value_unknown(r);
    r->file->steps += 10; /* the whole file is searched */
    while (r->depth < CODE_PATH_DEPTH_MAX && found < ASSIGNMENTS_MAX &&
           r->file->steps <= CODE_PATH_STEPS_MAX) {
        size_t at = str_find(str_from_offset(r->text, from), name), start;
        if (at == SIZE_MAX)
            break;
        r->file->steps++;
        at += from;
        from = at + name.length;
        if (!is_assignment(r, name, at, &start) && !is_of_loop(r, name, at, &start))
            continue;
        struct code_reader inner = *r;
        inner.at = start;
        inner.end = r->text.length;
        inner.depth++;
        inner.variable = name;
        inner.outer = r;
        code_skip_spaces(&inner, false);
        struct code_value part = code_read_value(&inner);
        value.is_list = value.is_list || part.is_list;
        code_value_add_all(r, &value, &part);
        found++;
    }
    return found && found < ASSIGNMENTS_MAX ? value : code_value_unknown(r);
}

/* --- Calls. --- */

static bool is_directory_word(struct str text)
{
    return str_find_byte(text, '/') != SIZE_MAX || str_ends(text, STR("igrations")) ||
           str_ends(text, STR("igrate"));
}

/* `$this->packagePath('database/migrations')`: its argument is the end of what it gives, by all that its look says. */
static struct code_value of_other_call(struct code_reader *r, const struct code_values *arguments)
{
    struct code_value value = code_value_unknown(r);

    if (arguments->count != 1 || arguments->items[0].all.count != 1 ||
        arguments->items[0].all.items[0].start != CODE_LITERAL ||
        !is_directory_word(arguments->items[0].all.items[0].text))
        return value;
    return code_value_combined(r, &value, &arguments->items[0], "/");
}

static size_t number_of(const struct code_values *arguments, size_t index)
{
    uint64_t number = 1;

    if (index >= arguments->count || !arguments->items[index].all.count ||
        !str_to_u64(arguments->items[index].all.items[0].text, &number) || number > 10)
        return 1;
    return (size_t)number;
}

static struct code_value first_of(struct code_reader *r, const struct code_values *arguments)
{
    return arguments->count ? arguments->items[0] : code_value_unknown(r);
}

static struct code_value call_php(struct code_reader *r, struct str name,
                                  const struct code_values *arguments)
{
    static const struct {
        const char *name, *snake, *below;
    } roots[] = {{"basePath", "base_path", ""},
                 {"databasePath", "database_path", "database"},
                 {"appPath", "app_path", "app"},
                 {"resourcePath", "resource_path", "resources"}};
    static const char *const same[] = {"realpath",     "rtrim",        "trim",
                                       "strval",       "glob",         "array_filter",
                                       "array_unique", "array_values", NULL};

    for (size_t i = 0; i < COUNT_OF(roots); i++)
        if (str_eq(name, str_from(roots[i].name)) || str_eq(name, str_from(roots[i].snake)))
            return code_value_joined(r, under_root(r, roots[i].below), arguments->items, 0,
                                     arguments->count ? 1 : 0);
    if (str_eq_nocase(name, STR("dirname"))) {
        struct code_value value = first_of(r, arguments);
        for (size_t up = number_of(arguments, 1); up; up--)
            value = code_value_above(r, value);
        return value;
    }
    if (str_eq(name, STR("module_path")))
        return code_value_joined(r, code_value_one(r, CODE_FROM_MODULE, STR("")), arguments->items,
                                 1, arguments->count > 1 ? 2 : 1);
    if (str_is_one_of(name, same))
        return first_of(r, arguments);
    if (str_eq(name, STR("array_merge")) || str_eq(name, STR("array")))
        return code_list_of(r, arguments);
    return of_other_call(r, arguments);
}

/* `$this->app->basePath('x')`, `\dirname(__DIR__)`, `__DIR__`: what the last name of the chain gives. */
struct code_value code_read_php(struct code_reader *r)
{
    struct code_value value = code_value_unknown(r);

    if (code_take(r, "$")) {
        struct str name = code_read_name(r);
        if (!code_starts_with(r, "->") && !code_starts_with(r, "::") && !code_starts_with(r, "["))
            return read_variable(r, str_of(name.bytes - 1, name.length + 1));
    }
    for (;;) {
        while (code_take(r, "->") || code_take(r, "?->") || code_take(r, "::") ||
               code_take(r, "\\"))
            code_skip_spaces(r, true);
        struct str name = code_read_name(r);
        if (!name.length)
            return value;
        if (code_take(r, "(")) {
            struct code_values arguments = code_read_items(r, ')');
            value = call_php(r, name, &arguments);
        } else if (str_eq(name, STR("__DIR__"))) {
            value = code_value_one(r, CODE_FROM_TREE, path_parent(r->file->path));
        } else if (str_eq(name, STR("__FILE__"))) {
            value = code_value_one(r, CODE_FROM_TREE, r->file->path);
        } else if (str_eq(name, STR("DIRECTORY_SEPARATOR"))) {
            value = code_value_one(r, CODE_LITERAL, STR("/"));
        } else {
            value = code_value_unknown(r);
        }
        code_skip_spaces(r, true);
        if (!code_starts_with(r, "->") && !code_starts_with(r, "?->") &&
            !code_starts_with(r, "::") && !code_starts_with(r, "\\"))
            return value;
    }
}

/* --- Ruby. --- */

static bool is_word(struct str name, const char *word)
{
    return str_eq(name, str_from(word));
}

static bool is_engine_name(struct str name)
{
    return !name.length || is_word(name, "config") || is_word(name, "self") ||
           str_ends(name, STR("Engine")) || str_ends(name, STR("Railtie")) ||
           is_word(name, "called_from");
}

/* `root`, `Rails.root`, `paths["db/migrate"]`, `File.join(…)`: a name behind `receiver`. False: it has no value of its own. */
static bool begins_ruby(struct code_reader *r, struct str receiver, struct str name,
                        struct code_values *arguments, struct code_value *ret)
{
    bool of_engine = is_engine_name(receiver);

    if (is_word(name, "root"))
        *ret = of_engine ? code_value_one(r, CODE_FROM_MODULE, STR("")) : under_root(r, "");
    else if (is_word(name, "paths") && arguments->count == 1)
        *ret = code_value_joined(
            r, of_engine ? code_value_one(r, CODE_FROM_MODULE, STR("")) : under_root(r, ""),
            arguments->items, 0, 1);
    else if (is_word(name, "join") && is_word(receiver, "File"))
        *ret = arguments->count ? code_value_joined(r, arguments->items[0], arguments->items, 1,
                                                    arguments->count)
                                : code_value_unknown(r);
    else if (is_word(name, "expand_path") && is_word(receiver, "File"))
        *ret = arguments->count == 2
                   ? code_value_combined(r, &arguments->items[1], &arguments->items[0], "/")
                   : first_of(r, arguments);
    else if (is_word(name, "dirname") && is_word(receiver, "File"))
        *ret = code_value_above(r, first_of(r, arguments));
    else if ((is_word(name, "Dir") && arguments->count) ||
             (is_word(receiver, "Dir") && is_word(name, "glob")))
        *ret = code_list_of(r, arguments);
    else if ((is_word(name, "Pathname") && arguments->count) ||
             (is_word(receiver, "Pathname") && is_word(name, "new")))
        *ret = first_of(r, arguments);
    else if (is_word(name, "__dir__"))
        *ret = code_value_one(r, CODE_FROM_TREE, path_parent(r->file->path));
    else if (is_word(name, "__FILE__"))
        *ret = code_value_one(r, CODE_FROM_TREE, r->file->path);
    else
        return false;
    return true;
}

struct code_value code_ruby_method(struct code_reader *r, struct code_value value, struct str name,
                                   const struct code_values *arguments)
{
    static const char *const same[] = {
        "to_s", "to_a",    "to_path", "expanded", "existent", "sort",        "freeze",    "map",
        "uniq", "compact", "each",    "realpath", "flatten",  "expand_path", "cleanpath", NULL};

    if (is_word(name, "join") || is_word(name, "glob"))
        return code_value_joined(r, value, arguments->items, 0, arguments->count);
    if (is_word(name, "parent") || is_word(name, "dirname"))
        return code_value_above(r, value);
    if (is_word(name, "map") && arguments->count == 0)
        return code_value_unknown(r);
    return str_is_one_of(name, same) ? value : code_value_unknown(r);
}

/* The arguments behind a name, in parentheses or brackets; a block is not one. */
struct code_values code_ruby_arguments(struct code_reader *r)
{
    struct code_values none = {0};

    if (code_take(r, "("))
        return code_read_items(r, ')');
    if (code_take(r, "["))
        return code_read_items(r, ']');
    return none;
}

struct code_value code_read_ruby(struct code_reader *r)
{
    struct code_value value = {0};
    struct str receiver = STR("");
    bool known = false;

    for (;;) {
        while (code_take(r, "&.") || code_take(r, ".") || code_take(r, "::"))
            ;
        struct str name = code_read_name(r);
        if (!name.length)
            return known ? value : code_value_unknown(r);
        bool bare = !receiver.length && code_peek(r, 0) != '(' && code_peek(r, 0) != '[';
        struct code_values arguments = code_ruby_arguments(r);
        bool more =
            code_starts_with(r, ".") || code_starts_with(r, "&.") || code_starts_with(r, "::");
        if (known)
            value = code_ruby_method(r, value, name, &arguments);
        else if (begins_ruby(r, receiver, name, &arguments, &value))
            known = true;
        else if (bare && name.bytes[0] >= 'a' && name.bytes[0] <= 'z' && !is_word(name, "config") &&
                 !is_word(name, "app") && !is_word(name, "self")) {
            value = read_variable(r, name);
            known = true;
        } else if (arguments.count && !more) {
            value = of_other_call(r, &arguments);
            known = true;
        }
        receiver = name;
        if (!more)
            return known ? value : code_value_unknown(r);
    }
}
