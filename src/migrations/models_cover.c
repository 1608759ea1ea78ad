#include "migrations/clear_type.h"
#include "migrations/cover.h"
#include "migrations/cover_index.h"
#include "migrations/cover_key.h"
#include "migrations/covering.h"
#include "migrations/effect.h"
#include "migrations/whole_text.h"
#include "readers/sql_split.h"

/* Is it the table of a many-to-many field of Django's? */
static bool is_many(const struct covering *c, const struct schema_change *change)
{
    for (size_t i = 0; i < c->manys.count; i++)
        if (step_is_about(&c->names, &c->manys.items[i], change))
            return true;
    return false;
}

/* NUMERIC is DECIMAL, DOUBLE PRECISION is FLOAT. */
static bool same_type(struct str one, struct str other)
{
    static const char *const same[][2] = {{"DECIMAL", "NUMERIC"}, {"FLOAT", "DOUBLE PRECISION"}};

    if (str_eq_nocase(one, other))
        return true;
    for (size_t i = 0; i < COUNT_OF(same) * 2; i++) {
        struct str from = str_from(same[i / 2][i % 2]), to = str_from(same[i / 2][1 - i % 2]);
        if (str_starts(one, from) && str_starts(other, to))
            return str_eq(str_from_offset(one, from.length), str_from_offset(other, to.length));
    }
    return false;
}

/* INT and INTEGER are one kind, TEXT and VARCHAR two; -1: a type that is not told apart here. */
static int kind_of_type(struct str type)
{
    static const char *const kinds[][5] = {
        {"INTEGER", "INT", "INT4", "SERIAL", NULL},
        {"BIGINT", "INT8", "BIGSERIAL", NULL},
        {"SMALLINT", "INT2", "SMALLSERIAL", NULL},
        {"TEXT", NULL},
        {"VARCHAR", NULL},
        {"BOOLEAN", "BOOL", NULL},
        {"UUID", NULL},
        {"JSONB", NULL},
        {"JSON", NULL},
        {"DATE", NULL},
        {"TIMESTAMP", "TIMESTAMPTZ", NULL},
        {"NUMERIC", "DECIMAL", NULL},
        {"REAL", "FLOAT4", "FLOAT", "DOUBLE", "FLOAT8"},
        {"BYTEA", NULL},
    };
    size_t end = 0;

    while (end < type.length && byte_is_word(type.bytes[end]))
        end++;
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        for (size_t j = 0; j < 5 && kinds[i][j]; j++)
            if (str_eq_nocase(str_prefix(type, end), str_from(kinds[i][j])))
                return (int)i;
    return -1;
}

/* A bigint where the models say text. Kinds that are not known differ from none. */
static bool is_other_kind(const struct step *step, const struct schema_change *change)
{
    int made = kind_of_type(step->sql_type), wanted = kind_of_type(change->after.type);

    return change->aspect == ASPECT_TYPE && made >= 0 && wanted >= 0 && made != wanted;
}

/* An older migration altered the column, or made it anew, to something that the models no longer say. */
static bool becomes_another(const struct step *step, const struct schema_change *change)
{
    if (step->kind == STEP_ADD_COLUMN && step->null_known && change->aspect == ASPECT_NULL)
        return step->nullable != change->after.nullable;
    if (step->kind == STEP_ADD_COLUMN && !step->field && step->null_known &&
        change->aspect == ASPECT_DEFAULT)
        return step->default_value != (change->after.default_value.length > 0);
    if (change->aspect != ASPECT_TYPE || !change->after.type.length)
        return false;
    return (step->becomes.length && !same_type(step->becomes, change->after.type)) ||
           is_other_kind(step, change);
}

/* A migration of the range alters it to VARCHAR(100) where the models say VARCHAR(120). */
static bool alters_to_another(const struct file_steps *file, const struct step *step,
                              const struct schema_change *change)
{
    bool by_hand = step->sql_type.length && str_ends(change->place.file, STR(".py"));
    enum clear_type_by by = str_ends(file->path, STR(".rb")) ? CLEAR_BY_RAILS
                            : by_hand                        ? CLEAR_BY_HAND
                                                             : CLEAR_BY_SAME_TOOL;

    return is_other_kind(step, change) ||
           (change->aspect == ASPECT_TYPE && step->kind == STEP_ALTER_COLUMN && step->type &&
            clear_type_differs(step->made_type, change->after.type, by));
}

/* The type of the column is called otherwise now: ALTER TYPE mood RENAME TO feeling. */
static bool renames_its_type(struct arena *arena, const struct step *step,
                             const struct schema_change *change)
{
    return step->kind == STEP_ADD_TYPE && step->was.length && change->aspect == ASPECT_TYPE &&
           (str_eq(change->after.type, step->name) ||
            str_eq(change->after.type, str_printf(arena, STR_FMT "[]", STR_ARG(step->name)))) &&
           str_contains(change->line, str_printf(arena, " " STR_FMT, STR_ARG(step->was)));
}

/* A column that was dropped and is added again is new in all that it is: so Prisma and TypeORM give it another type. So is one of a table that
 * the range makes anew and gives the old one's name: so SQLite's are changed. */
static int effect(const struct covering *c, const struct file_steps *file, const struct step *step,
                  const struct schema_change *change, bool *dropped)
{
    struct schema_change anew = *change;
    int does;

    if (step->of_models && !file->in_range) /* it made what the models said then */
        return 0;
    if (step_renames_member(step, change))
        return is_many(c, change);
    if (change->object == SCHEMA_OBJECT_TYPE && change->kind == SCHEMA_CHANGE &&
        !change->value.length && step->kind == STEP_ADD_TYPE && file->in_range)
        return str_eq(step->name, change->name); /* a domain that is made anew */
    if (change->kind == SCHEMA_CHANGE && change->object == SCHEMA_OBJECT_COLUMN) {
        anew.kind = SCHEMA_ADD;
        does = step_effect(&c->names, step, &anew);
        bool anew_by_name =
            file->in_range && step->table.length && !str_eq(step->table, change->table);
        if (does > 0 && (*dropped || anew_by_name) &&
            !(change->aspect == ASPECT_DEFAULT && step_makes_otherwise(step, &change->after)) &&
            (file->in_range || !becomes_another(step, change)))
            return 1;
        *dropped = *dropped || does < 0;
        does = step_effect(&c->names, step, change);
        if (file->in_range && renames_its_type(c->arena, step, change))
            return 1;
        if (does > 0 && file->in_range)
            return !alters_to_another(file, step, change);
        return does > 0 && becomes_another(step, change) ? -1 : does;
    }
    return step_effect(&c->names, step, change);
}

/* A table gets this name: what it was called until now, which may be computed; false: it does not. */
static bool is_renamed(const struct step *step, struct str name, struct str *ret_was)
{
    bool named = step->kind == STEP_TABLE_NAME && str_eq(step->name, name);
    bool made = step->kind == STEP_ADD_TABLE && step->was.length && !step->member.length &&
                str_eq(step->table, name);

    *ret_was = named ? step->table : step->was;
    return named || made;
}

/* Before the step `at`, did the table that is called so there get the column, since it was made? */
static bool has_column(const struct file_steps *file, size_t at, struct str table,
                       struct str column)
{
    while (at-- > 0) {
        const struct step *step = &file->steps.items[at];
        if (!str_eq(step->table, table))
            continue;
        if (step->kind == STEP_ADD_TABLE)
            return false;
        if ((step->kind == STEP_ADD_COLUMN || step->kind == STEP_DROP_COLUMN) &&
            str_eq(step->column, column))
            return step->kind == STEP_ADD_COLUMN;
    }
    return false;
}

/* A table is dropped, and another one gets its name further down: so SQLite's are altered. The columns that the other one has are still there. */
static bool has_the_other_one(const struct file_steps *file, size_t at,
                              const struct schema_change *change)
{
    const struct step *steps = file->steps.items;
    struct str other;

    if (steps[at].kind != STEP_DROP_TABLE || change->kind != SCHEMA_DROP ||
        change->object != SCHEMA_OBJECT_COLUMN)
        return false;
    for (size_t i = at + 1; i < file->steps.count; i++)
        if (is_renamed(&steps[i], steps[at].table, &other) &&
            has_column(file, i, other, change->column))
            return true;
    return false;
}

/* … and what the old one had not comes with the other one: a check that this one says, or no longer says. */
static bool brings_check(const struct file_steps *file, size_t at, struct str other,
                         const struct schema_change *change)
{
    bool adds = change->kind == SCHEMA_ADD;

    for (size_t i = at; i-- > 0;) {
        const struct step *step = &file->steps.items[i];
        if (step->kind != STEP_ADD_TABLE || !str_eq(step->table, other))
            continue;
        bool said = check_is_said(step->checks, change);
        if (step->checks_told || (adds && said))
            return said == adds;
        return change->column.length && has_column(file, at, other, change->column);
    }
    return false;
}

static bool comes_with_the_name(const struct file_steps *file, size_t at,
                                const struct schema_change *change)
{
    bool column = change->object == SCHEMA_OBJECT_COLUMN &&
                  (change->kind == SCHEMA_ADD || (change->kind == SCHEMA_CHANGE && file->in_range));
    bool check =
        change->object == SCHEMA_OBJECT_INDEX && change->index == SCHEMA_CHECK && file->in_range;
    struct str other;

    if ((!column && !check) || !is_renamed(&file->steps.items[at], change->table, &other))
        return false;
    return column ? has_column(file, at, other, change->column)
                  : brings_check(file, at, other, change);
}

/* RENAME COLUMN: PostgreSQL's checks say the new name from there on. */
static bool renames_in_check(const struct covering *c, const struct file_steps *file,
                             const struct step *step, const struct schema_change *change)
{
    if (step->kind != STEP_ADD_COLUMN || !step->was.length || step->member.length ||
        !file->in_range || change->object != SCHEMA_OBJECT_INDEX || change->index != SCHEMA_CHECK ||
        !change->parts.count || !step_is_about(&c->names, step, change))
        return false;
    if (change->kind == SCHEMA_DROP)
        return text_has_word(change->parts.items[0], step->was);
    for (size_t f = 0; f < c->files.count; f++)
        for (size_t i = 0; i < c->files.items[f].steps.count; i++) {
            const struct step *other = &c->files.items[f].steps.items[i];
            if (other->checks.length && step_is_about(&c->names, other, change) &&
                check_was_said(other->checks, step, change))
                return true;
        }
    return false;
}

/* The table is called otherwise from here on, and another one is made under its name: what that has not is gone. */
static bool is_put_aside(const struct file_steps *file, size_t at,
                         const struct schema_change *change)
{
    const struct step *steps = file->steps.items;

    if (steps[at].kind != STEP_TABLE_NAME || change->kind != SCHEMA_DROP ||
        change->object != SCHEMA_OBJECT_COLUMN || !str_eq(steps[at].table, change->table))
        return false;
    for (size_t i = at + 1; i < file->steps.count; i++)
        if (steps[i].kind == STEP_ADD_TABLE && str_eq(steps[i].table, change->table))
            return true;
    return false;
}

/* Of thousands of names hardly any is the table of a change, or that which a many-to-many table of it begins with. */
static struct steps names_of(const struct covering *c, const struct schema_change *change)
{
    struct steps names = {0};

    for (size_t i = 0; i < c->names.count; i++)
        if (str_starts(change->table, c->names.items[i].name))
            VEC_PUSH(c->arena, &names, c->names.items[i]);
    return names;
}

/* What a file of the range makes counts, unless a later one of the range, as they are applied, takes it back. */
static bool is_covered(const struct covering *all, const struct schema_change *change)
{
    struct covering told = *all, *c = &told;
    bool standing = false, ranged = false, dropped = false;

    told.names = names_of(all, change);
    struct file_places places = covering_find(c, change);
    for (size_t n = 0; n < places.count; n++) {
        size_t i = places.items[n];
        const struct file_steps *file = &c->files.items[i];
        bool makes = false;
        int last = 0;
        if (covering_file_is_foreign(c, file, change))
            continue;
        for (size_t j = 0; j < file->steps.count; j++) {
            int does = effect(c, file, &file->steps.items[j], change, &dropped);
            if (does > 0 && has_the_other_one(file, j, change))
                does = -1;
            else if (!does &&
                     (comes_with_the_name(file, j, change) || is_put_aside(file, j, change) ||
                      renames_in_check(c, file, &file->steps.items[j], change)))
                does = 1;
            makes = makes || does > 0;
            last = does ? does : last;
        }
        if (makes && file->in_range)
            standing = ranged = true;
        else if (last && (!ranged || (file->in_range && i < c->ordered)))
            standing = last > 0;
    }
    return standing;
}

/* ADD KEY, ADD INDEX (…), ADD UNIQUE name (…), ADD (a int, b int), DROP KEY, DROP FOREIGN KEY, RENAME INDEX: PostgreSQL has none of these. */
static bool alters_as_mysql(struct str text)
{
    static const char *const keys[] = {"key", "index", "fulltext", "spatial", "(", NULL};
    struct str before = STR_NONE, first = STR_NONE, token;

    for (size_t at = 0; (token = sql_token(text, &at)).length; first = before, before = token) {
        bool adds = str_eq_nocase(before, STR("add")) ||
                    (str_eq_nocase(before, STR("column")) && str_eq(token, STR("(")));
        if (adds && str_is_one_of_nocase(token, keys))
            return true;
        if (str_eq_nocase(first, STR("add")) && str_eq_nocase(before, STR("unique")) &&
            !str_eq(token, STR("(")) && !str_eq_nocase(token, STR("using")))
            return true;
        if ((str_eq_nocase(before, STR("drop")) &&
             (str_eq_nocase(token, STR("key")) || str_eq_nocase(token, STR("foreign")))) ||
            (str_eq_nocase(before, STR("rename")) &&
             (str_eq_nocase(token, STR("index")) || str_eq_nocase(token, STR("key")))))
            return true;
    }
    return false;
}

/* Does a file of SQL give all that it does as steps? */
static bool is_read_whole(const struct file_steps *file, struct str text)
{
    static const char *const words[] = {"do",   "execute", "exec",  "prepare",
                                        "call", "modify",  "change"};

    if (!str_ends(file->path, STR(".sql")) || !file->steps.count)
        return false;
    if (alters_as_mysql(text))
        return false;
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (text_has_word(text, str_from(words[i])))
            return false;
    return true;
}

/* Its steps say of the column what it becomes, and that is something else: its words say no more. MySQL's MODIFY and CHANGE give no steps. */
static bool says_another_type(const struct covering *c, const struct file_steps *file,
                              struct str text, const struct schema_change *change)
{
    struct schema_change drop = *change;
    bool another = false, gone = false;

    drop.kind = SCHEMA_DROP;
    if (text_has_word(text, STR("modify")) ||
        (str_ends(file->path, STR(".sql")) && text_has_word(text, STR("change"))))
        return false;
    for (size_t i = 0; i < file->steps.count; i++) {
        const struct step *step = &file->steps.items[i];
        bool alters = step->kind == STEP_ALTER_COLUMN && step->type;
        /* What makes it in the first place is no last word: a DO block may alter it further down. */
        gone = gone || step_effect(&c->names, step, &drop) > 0;
        if ((!alters && !(gone && step->kind == STEP_ADD_COLUMN)) ||
            !str_eq(step->column, change->column) || !step_is_about(&c->names, step, change))
            continue;
        if (file->in_range ? !alters_to_another(file, step, change)
                           : !becomes_another(step, change))
            return false;
        another = true;
    }
    return another;
}

/* What gives no steps: DO blocks, MySQL's ALTER, languages that are not read. As the push does it, the files come as they are applied, and a later
 * one may undo what an earlier one made. */
static void words_cover(struct covering *c, const struct schema_changes *asked, bool *covered)
{
    bool *made = ARENA_ARRAY(c->arena, asked->count, bool), open = false;

    for (size_t i = 0; i < asked->count; i++)
        open = open || !covered[i];
    if (!open)
        return;
    for (size_t f = 0; f < c->files.count; f++) {
        ARENA(scratch, (size_t)256 << 20);
        struct str path = c->files.items[f].path, text;
        struct err absent = ERR_NONE;
        if (!tree_read(c->tree, &scratch, path, COVERING_FILE_MAX, &text, &absent) ||
            is_read_whole(&c->files.items[f], text))
            continue;
        const struct cover *cover =
            cover_read(&scratch, path, whole_text(&scratch, c->tree, path, text));
        for (size_t i = 0; i < asked->count; i++) {
            struct schema_change change = asked->items[i];
            if (covered[i] || covering_file_is_foreign(c, &c->files.items[f], &change))
                continue;
            if (says_another_type(c, &c->files.items[f], text, &change)) {
                made[i] = false;
                continue;
            }
            /* An index that comes with it may be called otherwise than the models do. */
            change.beside = change.beside && !c->files.items[f].in_range;
            bool makes = cover_makes(cover, &change);
            made[i] = makes || (made[i] && !cover_undoes(cover, &change));
        }
    }
    for (size_t i = 0; i < asked->count; i++)
        covered[i] = covered[i] || made[i];
}

static bool has_covered_table(const struct schema_changes *changes, const bool *covered,
                              enum schema_change_kind kind, struct str references)
{
    struct str table = str_prefix(references, str_find(references, STR(" (")));

    for (size_t i = 0; i < changes->count; i++)
        if (covered[i] && changes->items[i].object == SCHEMA_OBJECT_TABLE &&
            changes->items[i].kind == kind && str_eq(changes->items[i].table, table))
            return true;
    return false;
}

void models_follow_renames(const struct schema_changes *changes, bool *covered)
{
    for (size_t i = 0; i < changes->count; i++) {
        const struct schema_change *change = &changes->items[i];
        if (!covered[i] && change->aspect == ASPECT_KEY && change->referred.length &&
            change->after.references.length)
            covered[i] = has_covered_table(changes, covered, SCHEMA_DROP, change->referred) &&
                         has_covered_table(changes, covered, SCHEMA_ADD, change->after.references);
    }
}

void models_cover_steps(struct arena *arena, struct tree *tree, const struct strs *paths,
                        const struct schema_changes *changes, bool *covered)
{
    COVERING(c, arena, tree);

    covering_begin_with(&c, paths);
    for (size_t i = 0; i < changes->count; i++)
        covered[i] = covered[i] || is_covered(&c, &changes->items[i]);
}

/* The columns of tables that migrations make, and that one of these leaves out. */
static void find_left_columns(struct covering *c, const struct schema_changes *asked,
                              const bool *covered, struct schema_changes *ret_columns)
{
    struct schema_changes columns = {0};

    for (size_t i = 0; i < asked->count; i++) {
        const struct schema_change *change = &asked->items[i];
        struct schema_changes more = {0};
        if (covered[i] && change->kind == SCHEMA_ADD && change->object == SCHEMA_OBJECT_TABLE)
            schema_added_columns(c->arena, change, &more);
        for (size_t j = 0; j < more.count; j++) {
            more.items[j].usual_schema = change->usual_schema;
            VEC_PUSH(c->arena, &columns, more.items[j]);
        }
    }
    bool *lacking = ARENA_ARRAY(c->arena, columns.count + 1, bool);
    const struct cover_index index = cover_index_of(c->arena, &columns);
    for (size_t f = 0; columns.count && f < c->files.count; f++) {
        ARENA(scratch, (size_t)256 << 20);
        struct str path = c->files.items[f].path, text;
        struct err absent = ERR_NONE;
        if (!tree_read(c->tree, &scratch, path, COVERING_FILE_MAX, &text, &absent))
            continue;
        const struct cover *cover =
            cover_read(&scratch, path, whole_text(&scratch, c->tree, path, text));
        struct change_places places = cover_index_find(&index, &scratch, cover);
        for (size_t n = 0; n < places.count; n++) {
            size_t i = places.items[n];
            lacking[i] = lacking[i] ||
                         (!covering_file_is_foreign(c, &c->files.items[f], &columns.items[i]) &&
                          cover_lacks(cover, &columns.items[i]));
        }
    }
    if (columns.count) {
        covering_note_lacking(c, &columns, lacking);
        covering_note_renamed(c, asked, &columns, lacking);
    }
    for (size_t i = 0; i < columns.count; i++)
        if (lacking[i])
            VEC_PUSH(c->arena, ret_columns, columns.items[i]);
}

static void note_uncovered(struct covering *c, const struct schema_change *change, size_t asked,
                           struct models_uncovereds *uncovered)
{
    size_t at = uncovered->count;

    VEC_PUSH(c->arena, uncovered,
             (struct models_uncovered){
                 .change = change,
                 .asked = asked,
                 .command = models_command(c->arena, c->tree, &c->makers, &c->paths, change),
                 .left_out = left_out_maker(c->left_out, change)});
    for (; at && str_compare(change->line, uncovered->items[at - 1].change->line) < 0; at--) {
        struct models_uncovered moved = uncovered->items[at];
        uncovered->items[at] = uncovered->items[at - 1];
        uncovered->items[at - 1] = moved;
    }
}

/* A migration that makes a table and forgets a column of it is followed by the error that the whole check is about. */
static void note_left_columns(struct covering *c, const struct schema_changes *asked,
                              const bool *covered, struct models_uncovereds *uncovered)
{
    struct schema_changes *left = ARENA_NEW(c->arena, struct schema_changes);

    find_left_columns(c, asked, covered, left);
    bool *found = ARENA_ARRAY(c->arena, left->count + 1, bool);
    for (size_t i = 0; i < left->count; i++)
        found[i] = is_covered(c, &left->items[i]);
    words_cover(c, left, found);
    for (size_t i = 0; i < left->count; i++)
        if (!found[i])
            note_uncovered(c, &left->items[i], SIZE_MAX, uncovered);
}

/* A table that comes without its foreign key lets rows in that the code does not expect. */
static void note_left_keys(struct covering *c, const struct schema_changes *asked,
                           const bool *covered, struct models_uncovereds *uncovered)
{
    struct schema_changes *left = ARENA_NEW(c->arena, struct schema_changes);

    covering_note_keys(c, asked, covered, left, NULL);
    covering_note_labels(c, asked, covered, left);
    for (size_t i = 0; i < left->count; i++)
        note_uncovered(c, &left->items[i], SIZE_MAX, uncovered);
}

bool models_cover(struct arena *arena, const struct config *config, struct tree *tree,
                  const struct config_migrations_list *sets, const struct strs *changed_paths,
                  const struct schema_difference *difference, bool by_words,
                  struct models_uncovereds *ret_uncovered, struct err *e)
{
    COVERING(c, arena, tree);
    struct models_uncovereds uncovered = {0};
    struct schema_changes asked = {0};

    c.config = config;
    c.sets = sets;
    *ret_uncovered = uncovered;
    if (!difference->changes.count)
        return true;
    if (!covering_begin(&c, changed_paths, e))
        return false;
    bool *covered = ARENA_ARRAY(arena, difference->changes.count, bool);
    for (size_t i = 0; i < difference->changes.count; i++) {
        struct schema_change change = difference->changes.items[i];
        change.usual_schema = c.schemas && covering_tells_schemas_apart(&c, &change);
        covered[i] = is_covered(&c, &change);
        VEC_PUSH(arena, &asked, change);
    }
    if (by_words) {
        words_cover(&c, &asked, covered);
        models_follow_renames(&difference->changes, covered);
    }
    for (size_t i = 0; i < difference->changes.count; i++)
        if (!covered[i])
            note_uncovered(&c, &difference->changes.items[i], i, &uncovered);
    if (by_words) {
        note_left_columns(&c, &asked, covered, &uncovered);
        note_left_keys(&c, &asked, covered, &uncovered);
    }
    *ret_uncovered = uncovered;
    return true;
}
