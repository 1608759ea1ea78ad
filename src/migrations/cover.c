#include "migrations/cover.h"

#include <stdint.h>
#include <stdlib.h>

#include "migrations/cover_loose.h"
#include "migrations/cover_match.h"
#include "migrations/cover_named.h"
#include "migrations/cover_parts.h"
#include "migrations/cover_scan.h"
#include "migrations/effect.h"
#include "migrations/table_names.h"
#include "readers/typescript.h"

static char lower(char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
}

/* FNV-1a of the word in lower case. Two words of one key cost a look, no more. */
uint64_t cover_key_of(enum cover_space space, struct str word)
{
    uint64_t key = 14695981039346656037u + space;

    for (size_t i = 0; i < word.length; i++)
        key = (key ^ (unsigned char)lower(word.bytes[i])) * 1099511628211u;
    return key;
}

static void post(struct cover *cover, enum cover_space space, struct str word, size_t part)
{
    if (word.length || space >= OF_ANY)
        VEC_PUSH(cover->arena, &cover->postings,
                 (struct posting){.key = cover_key_of(space, word), .part = part});
}

/* --- Reading. --- */

static void post_words(struct cover *cover, struct str text, size_t part)
{
    for (size_t at = 0; at < text.length; at++) {
        size_t start = at;
        while (at < text.length && byte_is_word(text.bytes[at]))
            at++;
        if (at > start)
            post(cover, OF_STATEMENTS, str_slice(text, start, at), part);
    }
}

/* Comments are blanked: what they say is not done. */
static struct str without_sql_comments(struct arena *arena, struct str text)
{
    char *copy = str_c(arena, text);

    for (size_t i = 0; i + 1 < text.length; i++) {
        bool line = copy[i] == '-' && copy[i + 1] == '-';
        bool block = copy[i] == '/' && copy[i + 1] == '*';
        if (copy[i] == '\'')
            for (i++; i < text.length && copy[i] != '\'';)
                i++;
        else if (line)
            for (; i < text.length && copy[i] != '\n'; i++)
                copy[i] = ' ';
        else if (block)
            for (bool open = true; open && i < text.length; i++) {
                open = !(copy[i] == '/' && copy[i - 1] == '*');
                copy[i] = ' ';
            }
    }
    return str_of(copy, text.length);
}

/* What is done to rows, rights and comments changes no table, whatever its texts say. */
static bool is_of_data(struct str statement)
{
    static const char *const verbs[] = {"comment", "insert", "update", "delete",
                                        "grant",   "revoke", NULL};
    struct str rest = str_trim(statement);
    size_t end = 0;

    while (end < rest.length && byte_is_word(rest.bytes[end]))
        end++;
    return str_is_one_of_nocase(str_prefix(rest, end), verbs);
}

/* Is the table a name that the migration computes? */
static bool has_gap(const struct cover *cover, struct str statement)
{
    return (cover->language == PYTHON && cover_is_gapped(statement)) ||
           (cover->language == SQL && cover_is_executed(statement));
}

static void add_sql(struct cover *cover, struct str text, bool whole)
{
    struct str rest = without_sql_comments(cover->arena, text);

    if (cover->language == SQL)
        cover->text = rest;

    /* A type that is made under another name, and gets its own then. */
    if (text_has_word(rest, STR("type")) &&
        (text_has_word(rest, STR("enum")) || text_has_word(rest, STR("rename"))))
        steps_of_sql(cover->arena, rest, &cover->steps);
    while (rest.length) {
        struct str statement = str_cut(&rest, ';');
        if (is_of_data(statement))
            continue;
        cover->renames = cover->renames || text_has_word(statement, STR("rename"));
        VEC_PUSH(cover->arena, &cover->parts,
                 (struct part){.statement = statement, .whole = whole});
        post_words(cover, statement, cover->parts.count - 1);
        if (has_gap(cover, statement))
            post(cover, OF_ANY, STR(""), cover->parts.count - 1);
    }
}

/* What stands behind the SQL of RunSQL is how it goes back. */
static void add_executed(struct cover *cover, const struct cover_call *call, size_t at)
{
    bool whole;
    struct str given = cover_executed(&cover->assigned, call, at, &whole);
    struct strs literals = cover_literals(cover->arena, given);

    for (size_t i = 0; i < literals.count; i++)
        add_sql(cover, literals.items[i], whole && literals.count == 1);
    /* One statement written in several pieces. */
    if (literals.count > 1)
        add_sql(cover, str_join(cover->arena, literals.items, literals.count, STR("")), whole);
}

/* `at`: behind its name. */
static void add_call(struct cover *cover, const struct cover_call *call, size_t at)
{
    static const char *const django[] = {"AddField",
                                         "CreateModel",
                                         "RenameField",
                                         "RemoveField",
                                         "AlterField",
                                         "DeleteModel",
                                         "RenameModel",
                                         "AlterModelTable",
                                         "RenameIndex",
                                         "AddIndex",
                                         "AddIndexConcurrently",
                                         "RemoveIndexConcurrently",
                                         "AddConstraintNotValid",
                                         "RemoveIndex",
                                         "AddConstraint",
                                         "AlterUniqueTogether",
                                         "AlterIndexTogether",
                                         "RemoveConstraint",
                                         NULL};
    static const char *const sql[] = {"execute", "exec_driver_sql", "text", "RunSQL", NULL};
    struct arena *arena = cover->arena;
    enum cover_space space = str_is_one_of(call->name, django) ? OF_DJANGO : OF_CALLS;

    if (str_is_one_of(call->name, sql)) {
        add_executed(cover, call, at);
        return;
    }
    cover->renames = cover->renames || cover_is_call(call, "rename_table");
    struct cover_call *kept = ARENA_NEW(arena, struct cover_call);
    *kept = *call;
    VEC_PUSH(arena, &cover->parts, (struct part){.call = kept});
    size_t part = cover->parts.count - 1;
    for (size_t i = 0; i < call->literals.count; i++) {
        struct str literal = call->literals.items[i], bare = cover_bare(literal);
        post(cover, space, literal, part);
        if (bare.length != literal.length)
            post(cover, space, bare, part);
    }
    post(cover, OF_CALLS, cover_bare(call->table), part);
    /* What says nothing of names here: computed ones, and those in lists of Django's. sa.Boolean() is a column's type. */
    static const char *const empty[] = {"upgrade", "get_bind", "get_context", "inspect", "bind",
                                        "now",     "print",    "len",         "range",   NULL};
    bool is_type = space == OF_CALLS && call->name.length && call->name.bytes[0] >= 'A' &&
                   call->name.bytes[0] <= 'Z' && !str_eq_nocase(call->name, STR("enum"));
    if ((!call->literals.count && !is_type && !str_is_one_of(call->name, empty)) ||
        str_ends(call->name, STR("Together")) || cover_is_computed(call))
        post(cover, OF_ANY, STR(""), part);
}

static void add_loose(struct cover *cover)
{
    struct strs texts = {0};
    size_t before = cover->parts.count;

    cover_loose(cover->arena, cover->text, &texts);
    for (size_t i = 0; i < texts.count; i++)
        add_sql(cover, texts.items[i], false);
    for (size_t i = before; i < cover->parts.count; i++)
        cover->parts.items[i].loose = true;
}

static void read_python(struct cover *cover)
{
    struct str text = cover_forward(cover->arena, cover->text);
    struct cover_call state = {0}; /* the last that may say what is done to Django's state alone */
    struct str batch = STR_NONE, schema = STR_NONE; /* of batch_alter_table */
    size_t at = 0;

    cover->text = text;
    cover_assigned_note(cover->arena, text, &cover->assigned);
    cover_aliases_note(cover->arena, text, &cover->assigned, &cover->aliases);
    while (at < text.length) {
        char byte = text.bytes[at];
        struct str ignored;
        if (byte == '#')
            while (at < text.length && text.bytes[at] != '\n')
                at++;
        else if (byte == '"' || byte == '\'')
            at = cover_skip_string(text, at, &ignored);
        else if (byte == 's' && cover_skip_state(text, &state, at) > at)
            at = cover_skip_state(text, &state, at);
        else if (byte == '(') {
            struct cover_call call = {
                .name = cover_identifier_before(text, at), .table = batch, .schema = schema};
            size_t before = at - call.name.length;
            if (before > 0 && text.bytes[before - 1] == '.')
                call.receiver = cover_identifier_before(text, before - 1);
            size_t behind = cover_skip_arguments(text, at, cover->arena, &call.literals);
            call.arguments = str_slice(text, at, behind);
            cover_follow_alias(&cover->aliases, &call, at);
            if (str_eq(call.name, STR("batch_alter_table"))) {
                batch = call.literals.count ? call.literals.items[0] : STR_NONE;
                schema = cover_schema(&call);
            }
            if (cover_is_call(&call, "SeparateDatabaseAndState") || cover_is_call(&call, "RunSQL"))
                state = call;
            add_call(cover, &call, at);
            at++;
        } else
            at++;
    }
    if (str_contains(text, STR("def upgrade")))
        add_loose(cover);
}

static enum language language_of(struct str path, struct str text)
{
    /* SQLAlchemy-migrate has methods of tables and columns, whose names its variables hold. */
    if (str_ends(path, STR(".py")))
        return str_contains(text, STR("def upgrade(migrate_engine")) ? OTHER : PYTHON;
    if (str_ends(path, STR(".sql")))
        return SQL;
    if (str_ends(path, STR(".rb")))
        return RUBY;
    /* TypeORM's and Ecto's are read as steps (models_cover): a word in them proves nothing. */
    if (str_contains(text, STR("MigrationInterface")) || str_contains(text, STR("queryRunner")) ||
        str_contains(text, STR("Ecto.Migration")))
        return STEPS;
    if (script_path(path) && steps_has_builder(text))
        return BUILDER;
    return OTHER;
}

/* What a step may be about, but for what no name of its own says. */
static void post_steps(struct cover *cover)
{
    for (size_t i = 0; i < cover->steps.count; i++) {
        const struct step *step = &cover->steps.items[i];
        post(cover, OF_STEPS, table_name_of(step->table).table, 0);
        post(cover, OF_STEPS, table_name_of(step->name).table, 0);
        post(cover, OF_STEPS, step->name, 0);
        if (step->computed.length || step->of_models || step->family)
            post(cover, OF_ANY_STEP, STR(""), 0);
    }
}

struct cover *cover_read(struct arena *arena, struct str path, struct str text)
{
    struct cover *cover = ARENA_NEW(arena, struct cover);

    *cover = (struct cover){
        .arena = arena, .path = path, .language = language_of(path, text), .text = text};
    switch (cover->language) {
    case SQL:
        add_sql(cover, sql_forward(arena, text), true);
        break;
    case PYTHON:
        read_python(cover);
        break;
    case RUBY:
        cover->steps_told = steps_of_rails(arena, NULL, path, text, &cover->steps);
        break;
    case OTHER:
    case BUILDER:
        cover->text = str_ends(path, STR(".py")) ? cover_forward(arena, text)
                                                 : cover_words_forward(arena, text);
        post_words(cover, cover->text, 0);
        break;
    case STEPS:
        break;
    }
    post_steps(cover);
    VEC_SORT_KEYS(&cover->postings);
    return cover;
}

/* --- Asking. --- */

bool cover_part(const struct cover *cover, size_t index, const struct schema_change *change)
{
    const struct part *part = &cover->parts.items[index];

    if (!part->call)
        return cover_statement(part->statement, change) ||
               (has_gap(cover, part->statement) &&
                cover_gapped(cover->arena, part->statement, change, cover->text));
    return cover_call(part->call, change) || cover_django(cover->path, part->call, change) ||
           cover_computed(part->call, change, cover->text);
}

static bool any_covers(const struct cover *cover, enum cover_space space, struct str word,
                       const struct schema_change *change)
{
    uint64_t key = cover_key_of(space, word);

    if (!word.length && space != OF_ANY)
        return false;
    for (size_t i = VEC_FIRST_KEY(&cover->postings, key);
         i < cover->postings.count && cover->postings.items[i].key == key; i++)
        if (cover_part(cover, cover->postings.items[i].part, change))
            return true;
    return false;
}

bool cover_is_word(struct str text)
{
    for (size_t i = 0; i < text.length; i++)
        if (!byte_is_word(text.bytes[i]))
            return false;
    return true;
}

/* A name with other bytes than those of a word is looked for in each statement. */
static bool statement_covers(const struct cover *cover, struct str name,
                             const struct schema_change *change)
{
    if (cover_is_word(name))
        return any_covers(cover, OF_STATEMENTS, name, change);
    for (size_t i = 0; i < cover->parts.count; i++)
        if (!cover->parts.items[i].call && cover_part(cover, i, change))
            return true;
    return false;
}

/* "user" of the application "shop" is the table shop_user: a model's name is an end of its table's. */
static bool model_covers(const struct cover *cover, const struct schema_change *change)
{
    for (size_t from = 0; from < change->table.length; from++)
        if (any_covers(cover, OF_DJANGO, str_from_offset(change->table, from), change))
            return true;
    return false;
}

static bool steps_cover(const struct cover *cover, const struct schema_change *change)
{
    for (size_t i = 0; i < cover->steps.count; i++)
        if (step_effect(NULL, &cover->steps.items[i], change) > 0)
            return true;
    return false;
}

static bool parts_cover(const struct cover *cover, const struct schema_change *change)
{
    struct str table = cover_bare(change->table), name = cover_bare(change->name),
               column = change->column;

    if (statement_covers(cover, table, change) || statement_covers(cover, name, change) ||
        (change->object == SCHEMA_OBJECT_TYPE && steps_cover(cover, change)))
        return true;
    if (any_covers(cover, OF_ANY, STR(""), change))
        return true;
    if (cover->language == SQL)
        return false;
    if (any_covers(cover, OF_CALLS, table, change) || any_covers(cover, OF_CALLS, name, change) ||
        any_covers(cover, OF_DJANGO, column, change) ||
        any_covers(cover, OF_DJANGO, change->name, change) ||
        any_covers(cover, OF_DJANGO, name, change))
        return true;
    if (str_ends(column, STR("_id")) &&
        any_covers(cover, OF_DJANGO, str_prefix(column, column.length - 3), change))
        return true;
    return change->object == SCHEMA_OBJECT_TABLE && model_covers(cover, change);
}

static bool has_word(const struct cover *cover, struct str word)
{
    if (!cover_is_word(word))
        return text_has_word(cover->text, word);
    uint64_t key = cover_key_of(OF_STATEMENTS, word);
    size_t at = VEC_FIRST_KEY(&cover->postings, key);
    return at < cover->postings.count && cover->postings.items[at].key == key;
}

/* Languages that are not read: both names in one file. */
static bool words_cover(const struct cover *cover, const struct schema_change *change)
{
    struct str table = cover_bare(change->table);
    struct str thing = change->object == SCHEMA_OBJECT_COLUMN ? change->column
                       : change->name.length                  ? change->name
                                                              : table;

    if (!has_word(cover, thing) || (change->table.length && !has_word(cover, table)) ||
        (change->object != SCHEMA_OBJECT_TYPE && table_is_elsewhere(cover->text, change)))
        return false;
    return change->object != SCHEMA_OBJECT_COLUMN || change->kind == SCHEMA_DROP ||
           !cover_words_only_drop(cover->text, change->column);
}

static bool any_lacks(const struct cover *cover, enum cover_space space, struct str word,
                      const struct schema_change *change)
{
    uint64_t key = cover_key_of(space, word);

    for (size_t i = VEC_FIRST_KEY(&cover->postings, key);
         i < cover->postings.count && cover->postings.items[i].key == key; i++) {
        const struct part *part = &cover->parts.items[cover->postings.items[i].part];
        if (part->call ? cover_table_lacks(part->call, change) ||
                             cover_model_lacks(cover->path, part->call, change)
                       : part->whole && cover_statement_lacks(part->statement, change))
            return true;
    }
    return false;
}

/* Rails: by its steps, where each column has one. What a helper adds to a table no one sees: there a word may be the column. */
static bool ruby_lacks(const struct cover *cover, const struct schema_change *change)
{
    bool made = false;

    for (size_t i = 0; i < cover->steps.count; i++) {
        const struct step *step = &cover->steps.items[i];
        bool here = step->kind == STEP_ADD_TABLE && str_eq(step->table, change->table);
        if (here && step->was.length)
            return false;
        made = made || here;
    }
    if (!made || change->after.primary_key || steps_cover(cover, change))
        return false;
    return cover->steps_told ||
           (cover_ruby_is_plain(cover->text) && !cover_says_column(cover->text, change->column));
}

bool cover_lacks(const struct cover *cover, const struct schema_change *change)
{
    struct str table = cover_bare(change->table), model = table;

    if (cover->language == RUBY)
        return ruby_lacks(cover, change);
    if (!cover->parts.count) /* languages of which only words are known */
        return false;
    if (any_lacks(cover, OF_CALLS, table, change) ||
        any_lacks(cover, OF_STATEMENTS, table, change) ||
        any_lacks(cover, OF_DJANGO, table, change))
        return true;
    while (str_cut(&model, '_').length && model.length)
        if (any_lacks(cover, OF_DJANGO, model, change))
            return true;
    return false;
}

bool cover_part_surely(const struct cover *cover, size_t index, const struct schema_change *change)
{
    const struct part *part = &cover->parts.items[index];

    if (part->loose)
        return false;
    return part->call
               ? cover_call(part->call, change) || cover_django(cover->path, part->call, change)
               : cover_statement(part->statement, change);
}

static bool surely_makes(const struct cover *cover, const struct schema_change *change)
{
    for (size_t i = 0; i < cover->parts.count; i++)
        if (cover_part_surely(cover, i, change))
            return true;
    return cover->language == RUBY && steps_cover(cover, change);
}

bool cover_undoes(const struct cover *cover, const struct schema_change *change)
{
    struct schema_change back = *change;
    struct schema_change anew = {
        .kind = SCHEMA_ADD, .object = SCHEMA_OBJECT_TABLE, .table = change->table};

    if (change->kind == SCHEMA_CHANGE || change->object == SCHEMA_OBJECT_TYPE)
        return false;
    back.kind = change->kind == SCHEMA_ADD ? SCHEMA_DROP : SCHEMA_ADD;
    /* By the index first: it finds all that may do so, and hardly any migration does. */
    if (!cover_makes(cover, &back))
        return false;
    /* A table that is dropped and made anew under its name, as SQLite's are altered, is still there, with what the new one has. */
    return surely_makes(cover, &back) &&
           (change->kind == SCHEMA_DROP || !cover_makes(cover, &anew));
}

static bool makes(const struct cover *cover, const struct schema_change *change)
{
    switch (cover->language) {
    case SQL:
    case PYTHON:
        return parts_cover(cover, change);
    case RUBY:
        return steps_cover(cover, change);
    case OTHER:
        return words_cover(cover, change);
    case BUILDER:
        /* Read as steps too, but for models of Python, which keep to the histories (push_models.c). */
        return str_ends(change->place.file, STR(".py")) && words_cover(cover, change);
    case STEPS:
        break;
    }
    return false;
}

/* By the index first: most migrations have nothing that could. */
static bool takes_back(const struct cover *cover, const struct schema_change *change)
{
    struct schema_change back = *change;

    if (change->kind == SCHEMA_CHANGE)
        return false;
    back.kind = change->kind == SCHEMA_ADD ? SCHEMA_DROP : SCHEMA_ADD;
    return (cover->renames || cover->language == RUBY || makes(cover, &back)) &&
           cover_takes_back(cover, change);
}

bool cover_makes(const struct cover *cover, const struct schema_change *change)
{
    struct schema_change gone = *change, anew = *change;

    if (makes(cover, change) || cover_gives(cover, change))
        return !takes_back(cover, change);
    if (change->kind != SCHEMA_CHANGE || change->object != SCHEMA_OBJECT_COLUMN)
        return false;
    /* Dropped and added again, as Prisma and TypeORM do for another type: all of it is new. */
    gone.kind = SCHEMA_DROP;
    anew.kind = SCHEMA_ADD;
    return makes(cover, &gone) && makes(cover, &anew);
}
