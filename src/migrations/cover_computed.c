/* cover_computed.c -- names of a Python migration that are no literals: of a loop, constants of another file. */
#include "migrations/cover_match.h"

/* NAME, row["name"], f"{prefix}_users"; not "users", nor name="users". */
static bool is_variable(struct str argument)
{
    size_t word = 0;

    while (word < argument.length && byte_is_word(argument.bytes[word]))
        word++;
    return word && !str_starts(str_trim(str_from_offset(argument, word)), STR("="));
}

static bool of_columns(const struct cover_call *call)
{
    return cover_is_call(call, "add_column") || cover_is_call(call, "drop_column") ||
           cover_is_call(call, "alter_column");
}

static bool of_op(const struct cover_call *call)
{
    return str_eq(call->receiver, STR("op"));
}

static bool table_is_variable(const struct cover_call *call)
{
    if (of_op(call))
        return (of_columns(call) || cover_is_call(call, "create_table") ||
                cover_is_call(call, "drop_table")) &&
               is_variable(cover_argument(call, 0));
    return of_columns(call) && call->receiver.length && !call->table.length;
}

/* Column(NAME, …), or a column made elsewhere; and what comes behind the name. */
static struct str column_argument(const struct cover_call *call)
{
    struct str column = cover_argument(call, of_op(call) ? 1 : 0);
    size_t made = str_find(column, STR("Column("));

    return made == SIZE_MAX ? column
                            : str_trim(str_from_offset(column, made + STR("Column(").length));
}

static bool column_is_variable(const struct cover_call *call)
{
    return is_variable(column_argument(call));
}

static struct str first_word(struct str text)
{
    size_t word = 0;

    while (word < text.length && byte_is_word(text.bytes[word]))
        word++;
    return str_prefix(text, word);
}

bool cover_is_computed(const struct cover_call *call)
{
    return table_is_variable(call) || (of_columns(call) && column_is_variable(call));
}

/* TABLE = "users" in a line of its own, and assigned nowhere else. */
static bool is_constant(struct str text, struct str name, struct str *ret_text)
{
    bool found = false;

    if (!name.length)
        return false;
    for (size_t i = 0; i < name.length; i++)
        if (!byte_is_word(name.bytes[i]) || (name.bytes[i] >= 'a' && name.bytes[i] <= 'z'))
            return false;
    for (size_t at = 0, next; (next = str_find(str_from_offset(text, at), name)) != SIZE_MAX;) {
        size_t begin = at + next, end = begin + name.length;
        bool whole = (begin == 0 || !byte_is_word(text.bytes[begin - 1])) &&
                     (end == text.length || !byte_is_word(text.bytes[end]));
        bool first = begin == 0 || text.bytes[begin - 1] == '\n';
        struct str line = str_from_offset(text, end);
        at = end;
        line = str_trim(str_prefix(line, str_find_byte(line, '\n')));
        if (!whole || !str_starts(line, STR("=")) || str_starts(line, STR("==")))
            continue;
        if (found || !first || !cover_is_literal(str_trim(str_from_offset(line, 1)), ret_text))
            return false;
        found = true;
    }
    return found;
}

/* A variable whose value the file says is that; of any other, it may be what stands in the file. */
static bool may_be(struct str variable, struct str wanted, struct str upgrade)
{
    struct str value;

    return is_constant(upgrade, variable, &value) ? str_eq_nocase(cover_bare(value), wanted)
                                                  : text_has_word(upgrade, wanted);
}

static bool call_does(const struct cover_call *call, const struct schema_change *change)
{
    switch (change->kind) {
    case SCHEMA_ADD:
        return cover_is_call(call, "add_column");
    case SCHEMA_DROP:
        return cover_is_call(call, "drop_column");
    case SCHEMA_CHANGE:
        break;
    }
    return cover_is_call(call, "alter_column") && change->aspect != ASPECT_KEY &&
           cover_alters_aspect(call, change);
}

bool cover_computed(const struct cover_call *call, const struct schema_change *change,
                    struct str upgrade)
{
    struct str bare = cover_bare(change->table);
    bool table = table_is_variable(call) &&
                 may_be(of_op(call) ? str_trim(cover_argument(call, 0)) : STR_NONE, bare, upgrade);

    /* Enum(*labels, name="status") */
    if (change->object == SCHEMA_OBJECT_TYPE)
        return str_eq_nocase(call->name, STR("enum")) &&
               cover_names(call, cover_bare(change->name)) &&
               (cover_leaves_type(call)
                    ? str_contains(upgrade, STR(".create(")) &&
                          (!change->value.length || cover_names(call, change->value))
                    : str_contains(call->arguments, STR("*")) &&
                          text_has_word(upgrade, change->value));
    if (change->object == SCHEMA_OBJECT_TABLE)
        return table &&
               cover_is_call(call, change->kind == SCHEMA_DROP ? "drop_table" : "create_table");
    if (change->object != SCHEMA_OBJECT_COLUMN || !of_columns(call))
        return false;
    bool spread = cover_is_call(call, "alter_column") && change->kind == SCHEMA_CHANGE &&
                  str_contains(call->arguments, STR("**"));
    if (of_op(call) && !call->literals.count)
        return (spread || call_does(call, change)) && text_has_word(upgrade, bare) &&
               text_has_word(upgrade, change->column);
    return call_does(call, change) && (table || cover_is_table(call, change)) &&
           (cover_names(call, change->column) ||
            (column_is_variable(call) &&
             may_be(first_word(column_argument(call)), change->column, upgrade)));
}
