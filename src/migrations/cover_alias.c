/* cover_alias.c -- operations under another name: `add = op.add_column`, `from alembic.op import add_column as add`, partial(op.add_column, "users"). */
#include "base/vec.h"
#include "migrations/cover_named.h"
#include "migrations/cover_scan.h"

#define PARTIAL STR("partial(")

static const char *const operations[] = {"add_column",
                                         "drop_column",
                                         "alter_column",
                                         "create_table",
                                         "drop_table",
                                         "rename_table",
                                         "create_index",
                                         "drop_index",
                                         "create_primary_key",
                                         "create_unique_constraint",
                                         "create_foreign_key",
                                         "create_check_constraint",
                                         "drop_constraint",
                                         "batch_alter_table",
                                         "execute",
                                         NULL};

/* `op.add_column`, `batch.add_column`, and nothing behind it but what `partial` is given. */
static struct str operation_of(struct str value)
{
    size_t dot = str_find_byte(value, '.'), end = dot == SIZE_MAX ? value.length : dot + 1;

    while (end < value.length && byte_is_word(value.bytes[end]))
        end++;
    struct str name = str_slice(value, dot == SIZE_MAX ? value.length : dot + 1, end);
    struct str behind = str_trim(str_from_offset(value, end));
    bool ends = !behind.length || behind.bytes[0] == ',' || behind.bytes[0] == ')';
    return ends && str_is_one_of(name, operations) ? name : STR_NONE;
}

static void note_assigned(struct arena *arena, const struct cover_assignment *assigned,
                          struct cover_aliases *aliases)
{
    struct str value = str_trim(assigned->value);
    struct cover_alias alias = {.name = assigned->name, .at = assigned->at};
    struct strs literals;

    if (str_starts(value, STR("functools.")))
        value = str_from_offset(value, STR("functools.").length);
    bool partial = str_starts(value, PARTIAL);
    if (partial)
        value = str_trim(str_from_offset(value, PARTIAL.length));
    alias.operation = operation_of(value);
    alias.receiver = str_prefix(value, str_find_byte(value, '.'));
    if (!alias.operation.length)
        return;
    if (partial && str_find_byte(value, ',') != SIZE_MAX) {
        literals = cover_literals(arena, value);
        alias.table = literals.count ? literals.items[0] : STR_NONE;
    }
    VEC_PUSH(arena, aliases, alias);
}

/* from alembic.op import add_column as add, execute */
static void note_imported(struct arena *arena, struct str text, struct cover_aliases *aliases)
{
    static const struct str start = STR_INIT("from alembic.op import ");

    for (size_t at = 0, found; (found = str_find(str_from_offset(text, at), start)) != SIZE_MAX;) {
        at += found + start.length;
        struct str rest = str_from_offset(text, at);
        struct str line = str_prefix(rest, str_find_byte(rest, '\n'));
        if (str_find_byte(line, '(') != SIZE_MAX)
            line = str_prefix(rest, str_find_byte(rest, ')'));
        while (line.length) {
            struct str item = str_cut(&line, ',');
            size_t place = 0;
            struct cover_alias alias = {.receiver = STR("op"), .at = at};
            alias.operation = cover_next_word(item, &place);
            bool as = str_eq(cover_next_word(item, &place), STR("as"));
            alias.name = as ? cover_next_word(item, &place) : alias.operation;
            if (str_is_one_of(alias.operation, operations))
                VEC_PUSH(arena, aliases, alias);
        }
    }
}

void cover_aliases_note(struct arena *arena, struct str text, const struct cover_assigned *assigned,
                        struct cover_aliases *ret_aliases)
{
    struct cover_aliases aliases = {0};

    note_imported(arena, text, &aliases);
    for (size_t i = 0; i < assigned->count; i++)
        note_assigned(arena, &assigned->items[i], &aliases);
    *ret_aliases = aliases;
}

void cover_follow_alias(const struct cover_aliases *aliases, struct cover_call *call, size_t at)
{
    const struct cover_alias *found = NULL;

    for (size_t i = 0; i < aliases->count && !call->receiver.length; i++)
        if (str_eq(aliases->items[i].name, call->name) && (!found || aliases->items[i].at < at))
            found = &aliases->items[i];
    if (!found)
        return;
    call->name = found->operation;
    call->receiver = found->table.length ? STR_NONE : found->receiver;
    if (found->table.length) /* as in a batch */
        call->table = found->table;
}
