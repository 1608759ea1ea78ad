#include <string.h>

#include "shell/evaluator.h"

#define SLOTS_FROM 12u /* bindings; below, a scan is quicker */

static uint32_t hash_of(enum binding_kind kind, struct str name)
{
    uint32_t hash = 2166136261u ^ (uint32_t)kind;

    for (size_t i = 0; i < name.length; i++)
        hash = (hash ^ (unsigned char)name.bytes[i]) * 16777619u;
    return hash;
}

static bool is_binding(const struct binding *binding, enum binding_kind kind, struct str name,
                       uint32_t hash)
{
    return binding->hash == hash && binding->kind == kind && str_eq(binding->name, name);
}

static struct binding *table_find(const struct table *table, enum binding_kind kind,
                                  struct str name, uint32_t hash)
{
    if (!table->slots) {
        for (size_t i = 0; i < table->items.count; i++)
            if (is_binding(&table->items.items[i], kind, name, hash))
                return &table->items.items[i];
        return NULL;
    }
    for (size_t at = hash & (table->slot_count - 1); table->slots[at];
         at = (at + 1) & (table->slot_count - 1)) {
        struct binding *binding = &table->items.items[table->slots[at] - 1];
        if (is_binding(binding, kind, name, hash))
            return binding;
    }
    return NULL;
}

static void table_index(struct table *table, size_t index)
{
    size_t at = table->items.items[index].hash & (table->slot_count - 1);

    while (table->slots[at])
        at = (at + 1) & (table->slot_count - 1);
    table->slots[at] = (uint32_t)index + 1;
}

static void table_put(struct arena *arena, struct table *table, struct binding binding)
{
    struct binding *known = table_find(table, binding.kind, binding.name, binding.hash);

    if (known) {
        *known = binding;
        return;
    }
    VEC_PUSH(arena, &table->items, binding);
    if (table->items.count < SLOTS_FROM)
        return;
    if (table->items.count * 2 <= table->slot_count) {
        table_index(table, table->items.count - 1);
        return;
    }
    table->slot_count = table->slot_count ? table->slot_count * 2 : 4 * SLOTS_FROM / 3 * 2;
    while (table->slot_count & (table->slot_count - 1))
        table->slot_count++;
    table->slots = ARENA_ARRAY(arena, table->slot_count, uint32_t);
    for (size_t i = 0; i < table->items.count; i++)
        table_index(table, i);
}

const struct binding *state_find(const struct shell_state *state, enum binding_kind kind,
                                 struct str name)
{
    uint32_t hash = hash_of(kind, name);

    for (; state; state = state->parent) {
        const struct binding *found =
            state->table.items.count ? table_find(&state->table, kind, name, hash) : NULL;
        if (found)
            return found;
    }
    return NULL;
}

static void bind(struct shell_state *state, enum binding_kind kind, struct str name,
                 const struct datum *alternatives, size_t count, bool local)
{
    struct binding binding = {.kind = kind, .name = name, .hash = hash_of(kind, name)};
    struct shell_state *target = state;

    /* A function writes to its caller's variables unless it has declared its own. */
    while (!local && target->layer == LAYER_CALL &&
           !table_find(&target->table, kind, name, binding.hash))
        target = target->parent;
    const struct binding *known = table_find(&target->table, kind, name, binding.hash);
    binding.local = local || (known && known->local);
    binding.alternatives = alternatives;
    binding.count = count;
    table_put(state->session->arena, &target->table, binding);
    state->session->has_functions = state->session->has_functions || kind == BINDING_FUNCTION;
    state->session->has_aliases = state->session->has_aliases || kind == BINDING_ALIAS;
    state->session->has_exports = state->session->has_exports || kind == BINDING_EXPORT;
}

void state_set_export(struct shell_state *state, struct str name, bool exported, bool local)
{
    static const struct datum is_exported = {.kind = DATUM_TEXT};

    bind(state, BINDING_EXPORT, name, exported ? &is_exported : &DATUM_IS_UNSET, 1, local);
}

bool shell_state_exports(const struct shell_state *state, struct str name, bool before)
{
    const struct binding *binding =
        state->session->has_exports ? state_find(state, BINDING_EXPORT, name) : NULL;

    for (size_t i = 0; binding && i < binding->count; i++)
        if (binding->alternatives[i].kind == DATUM_TEXT ||
            (before && binding->alternatives[i].kind == DATUM_ENVIRONMENT))
            return true;
    return before && !binding;
}

void shell_state_export(struct shell_state *state, struct str name)
{
    state_set_export(state, name, true, false);
}

void state_bind(struct shell_state *state, enum binding_kind kind, struct str name,
                const struct datum *alternatives, size_t count, bool local)
{
    bind(state, kind, name, alternatives, count, local);
    if (kind == BINDING_VARIABLE && shell_state_exports(state, STR(""), false))
        state_set_export(state, name, true, local);
}

void state_bind_text(struct shell_state *state, struct str name, struct str text, bool local)
{
    struct datum *datum = ARENA_NEW(state->session->arena, struct datum);

    *datum = datum_text(text);
    state_bind(state, BINDING_VARIABLE, name, datum, 1, local);
}

const struct datum *state_variable(const struct shell_state *state, struct str name,
                                   size_t *ret_count)
{
    const struct binding *binding = state_find(state, BINDING_VARIABLE, name);

    *ret_count = binding ? binding->count : 1;
    return binding ? binding->alternatives : &DATUM_IS_ENVIRONMENT;
}

struct shell_state *state_enter(struct shell_state *parent, enum layer layer)
{
    struct shell_state *state = ARENA_NEW(parent->session->arena, struct shell_state);

    *state = *parent;
    state->parent = parent;
    state->layer = layer;
    memset(&state->table, 0, sizeof state->table);
    state->flow = FLOW_NORMAL;
    state->read_result = READ_NOTHING;
    state->left_turn = state->left_loop = state->returned = false;
    if (layer != LAYER_BRANCH)
        state->loops = state->leaves = 0;
    state->in_function = layer == LAYER_CALL || parent->in_function;
    return state;
}

struct shell_state *shell_state_new(struct arena *arena, struct str directory, struct str home,
                                    const struct shell_visitor *visitor)
{
    struct session *session = ARENA_NEW(arena, struct session);
    struct shell_state *state = ARENA_NEW(arena, struct shell_state);
    struct arguments *arguments = ARENA_NEW(arena, struct arguments);

    session->arena = arena;
    session->visitor = visitor;
    session->home = home;
    arguments->open = true;
    state->session = session;
    state->layer = LAYER_SUBSHELL;
    state->directory = directory;
    state->directory_known = true;
    state->arguments = arguments;
    state->input = ARENA_NEW(arena, struct input);
    return state;
}

struct shell_state *shell_state_fork(struct shell_state *state)
{
    return state_enter(state, LAYER_SUBSHELL);
}

void shell_state_set_arguments(struct shell_state *state, const struct shell_value *arguments,
                               size_t count)
{
    struct arguments *set = ARENA_NEW(state->session->arena, struct arguments);

    if (count) {
        set->zero = arguments[0];
        set->zero_known = true;
        set->items = arguments + 1;
        set->count = count - 1;
    }
    for (size_t i = 0; i < set->count; i++)
        set->open = set->open || set->items[i].may_vanish;
    state->arguments = set;
}

void shell_state_set_input(struct shell_state *state, enum shell_input input,
                           struct shell_value text)
{
    state->input = input_new(state->session->arena, input, text);
}

void shell_state_set_variable(struct shell_state *state, struct str name, struct shell_value value)
{
    state_bind_text(state, name, value.text, false);
}

bool shell_state_peek_variable(const struct shell_state *state, struct str name,
                               struct str *ret_value)
{
    size_t count;
    const struct datum *datum = state_variable(state, name, &count);

    if (count > 1) {
        *ret_value = UNKNOWN_TEXT;
        return true;
    }
    if (datum->kind == DATUM_TEXT) {
        *ret_value = datum->text;
        return true;
    }
    if (datum->kind != DATUM_ARRAY || datum->count == 0 || datum->associative)
        return false;
    *ret_value = datum->store->items[0].value.text;
    return true;
}

bool shell_state_peek_alternative(const struct shell_state *state, struct str name, size_t index,
                                  struct str *ret_value)
{
    size_t count;
    const struct datum *datum = state_variable(state, name, &count);

    for (size_t i = 0; i < count; i++)
        if (datum[i].kind == DATUM_TEXT && index-- == 0) {
            *ret_value = datum[i].text;
            return true;
        }
    return false;
}

bool shell_state_is_subshell(const struct shell_state *state)
{
    for (; state->parent; state = state->parent)
        if (state->layer == LAYER_SUBSHELL)
            return true;
    return false;
}

bool shell_state_defines(const struct shell_state *state, struct str name)
{
    static const enum binding_kind kinds[] = {BINDING_FUNCTION, BINDING_ALIAS};
    bool any = state->session->has_functions || state->session->has_aliases;

    for (size_t k = 0; any && k < COUNT_OF(kinds); k++) {
        const struct binding *binding = state_find(state, kinds[k], name);
        for (size_t i = 0; binding && i < binding->count; i++)
            if (binding->alternatives[i].kind == DATUM_FUNCTION ||
                binding->alternatives[i].kind == DATUM_TEXT)
                return true;
    }
    return false;
}

struct str shell_state_directory(const struct shell_state *state)
{
    return state->directory;
}

void shell_state_set_directory(struct shell_state *state, struct str directory)
{
    state->directory = path_resolve(state->session->arena, state->directory, directory);
    state->directory_known = true;
}

struct str shell_state_home(const struct shell_state *state)
{
    return state->session->home;
}

struct arena *shell_state_arena(struct shell_state *state)
{
    return state->session->arena;
}

void state_change_directory(struct shell_state *state, struct str path, bool known)
{
    bool absolute = path.length && path.bytes[0] == '/';

    state->previous = state->directory;
    state->previous_known = state->directory_known;
    if (!known || (!absolute && !state->directory_known)) {
        state->directory_known = false;
        return;
    }
    shell_state_set_directory(state, path);
}

/* Without looking at the file system: `a/link/..` is `a`, as it is for the shell's cd. */
struct str path_resolve(struct arena *arena, struct str directory, struct str path)
{
    bool absolute = path.length && path.bytes[0] == '/';
    size_t room = path.length + (absolute ? 0 : directory.length) + 2, length = 0;
    char *bytes = arena_alloc(arena, room + 1);
    struct str sources[2] = {absolute ? STR_NONE : directory, path};

    for (size_t i = 0; i < 2; i++) {
        struct str rest = sources[i];
        while (rest.length) {
            struct str name = str_cut(&rest, '/');
            if (name.length == 0 || str_eq(name, STR(".")))
                continue;
            if (str_eq(name, STR(".."))) {
                while (length && bytes[--length] != '/')
                    continue;
                continue;
            }
            bytes[length++] = '/';
            memcpy(bytes + length, name.bytes, name.length);
            length += name.length;
        }
    }
    if (length == 0)
        bytes[length++] = '/';
    bytes[length] = '\0';
    return str_of(bytes, length);
}

struct str shell_state_source(const struct shell_state *state, struct shell_span span)
{
    struct str text = state->session->text;

    return span.from <= span.to && span.to <= text.length ? str_slice(text, span.from, span.to)
                                                          : STR("");
}

void shell_state_doubt(struct shell_state *state)
{
    state->session->doubtful = true;
}
