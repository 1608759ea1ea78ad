/* cover_plain.c -- migrations of TypeORM and Ecto: does all that they add to tables stand in them? */
#include <stdint.h>

#include "migrations/cover.h"

static size_t skip_blanks(struct str text, size_t at)
{
    while (at < text.length && (text.bytes[at] == ' ' || text.bytes[at] == '\t' ||
                                text.bytes[at] == '\n' || text.bytes[at] == '\r'))
        at++;
    return at;
}

/* Behind the last byte before `at` that is no blank. */
static size_t back_over_blanks(struct str text, size_t at)
{
    while (at && (text.bytes[at - 1] == ' ' || text.bytes[at - 1] == '\t' ||
                  text.bytes[at - 1] == '\n' || text.bytes[at - 1] == '\r'))
        at--;
    return at;
}

static struct str word_at(struct str text, size_t at)
{
    return str_word(str_from_offset(text, at));
}

static struct str word_before(struct str text, size_t end)
{
    size_t start = end;

    while (start && byte_is_word(text.bytes[start - 1]))
        start--;
    return str_slice(text, start, end);
}

/* --- TypeORM: what is done with the QueryRunner of up(). --- */

/* up(queryRunner: QueryRunner), up = async (queryRunner) => … */
static struct str runner_of(struct str text)
{
    for (size_t at = 0; at < text.length; at++) {
        struct str word = word_at(text, at);
        size_t end = skip_blanks(text, at + word.length);
        if (str_eq(word, STR("up")) && end < text.length && strchr("=(", text.bytes[end])) {
            size_t open = str_find_byte(str_from_offset(text, end), '(');
            return open == SIZE_MAX ? STR_NONE : word_at(text, skip_blanks(text, end + open + 1));
        }
        at += word.length;
    }
    return STR_NONE;
}

/* A parameter where it is declared: (queryRunner), (queryRunner: QueryRunner), @param {QueryRunner} queryRunner. */
static bool is_declared(struct str text, size_t at, size_t behind)
{
    static const char *const heads[] = {"up", "down", "async", "", NULL};
    size_t before = back_over_blanks(text, at);

    if (behind < text.length && text.bytes[behind] == ':')
        return true;
    if (!before || text.bytes[before - 1] != '(')
        return before && text.bytes[before - 1] == '}';
    struct str head = word_before(text, back_over_blanks(text, before - 1));
    bool of_another = head.length && head.bytes > text.bytes && head.bytes[-1] == '.';
    return !of_another && str_is_one_of(head, heads); /* other.up(queryRunner) hands it on */
}

/* Whoever else is given the runner may add any column with it. */
static bool is_plain_use(struct str text, size_t at, size_t end)
{
    static const char *const known[] = {"query",
                                        "createTable",
                                        "dropTable",
                                        "renameTable",
                                        "addColumn",
                                        "addColumns",
                                        "dropColumn",
                                        "dropColumns",
                                        "renameColumn",
                                        "changeColumn",
                                        "changeColumns",
                                        "createIndex",
                                        "createIndices",
                                        "dropIndex",
                                        "dropIndices",
                                        "createForeignKey",
                                        "dropForeignKey",
                                        "createForeignKeys",
                                        "dropForeignKeys",
                                        "createPrimaryKey",
                                        "dropPrimaryKey",
                                        "updatePrimaryKeys",
                                        "hasTable",
                                        "hasColumn",
                                        "dropConstraint",
                                        "startTransaction",
                                        "createSchema",
                                        "dropSchema",
                                        "commitTransaction",
                                        "rollbackTransaction",
                                        "createCheckConstraint",
                                        "createUniqueConstraint",
                                        "createUniqueConstraints",
                                        "dropUniqueConstraint",
                                        "dropCheckConstraint",
                                        NULL};
    size_t behind = skip_blanks(text, end);

    if (behind < text.length && text.bytes[behind] == '.')
        return str_is_one_of(word_at(text, skip_blanks(text, behind + 1)), known);
    return is_declared(text, at, behind);
}

/* What a table has of another one, and statements that are put together in the database. */
static bool has_sql_of_others(struct str text)
{
    static const char *const words[] = {"like", "inherits", "partition"};

    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (text_has_word(text, str_from(words[i])))
            return true;
    return str_contains(text, STR("DO $")) || str_contains(text, STR("do $"));
}

static bool typeorm_is_plain(struct str text)
{
    struct str runner = runner_of(text);
    bool used = false;

    if (!runner.length || has_sql_of_others(text))
        return false;
    for (size_t at = 0; at < text.length; at++) {
        struct str word = word_at(text, at);
        size_t end = at + word.length;
        if (str_eq(word, runner)) {
            if (!is_plain_use(text, at, end))
                return false;
            used = used || (end < text.length && text.bytes[end] == '.');
        }
        /* table.addColumn(…) of a Table that is made further up */
        if (str_eq(word, STR("addColumn")) && at > runner.length &&
            !str_eq(word_before(text, back_over_blanks(text, at - 1)), runner))
            return false;
        at = end;
    }
    return used;
}

/* --- Ecto: what its lines begin with. --- */

static bool is_plain_line(struct str line)
{
    static const char *const known[] = {"defmodule",
                                        "use",
                                        "alias",
                                        "def",
                                        "end",
                                        "create",
                                        "create_if_not_exists",
                                        "drop",
                                        "drop_if_exists",
                                        "alter",
                                        "rename",
                                        "add",
                                        "add_if_not_exists",
                                        "remove",
                                        "remove_if_exists",
                                        "modify",
                                        "timestamps",
                                        "table",
                                        "index",
                                        "unique_index",
                                        "constraint",
                                        "references",
                                        "fragment",
                                        "flush",
                                        NULL};
    struct str text = str_trim(line), word = word_at(text, 0);
    struct str rest = str_trim(str_from_offset(text, word.length));

    if (!word.length || str_is_one_of(word, known))
        return true;
    if (str_eq(word, STR("execute")))
        return str_starts(rest, STR("\"")) || str_starts(rest, STR("(\""));
    return str_starts(rest, STR(":")) && !str_starts(rest, STR("::")); /* null: false */
}

static bool ecto_is_plain(struct str text)
{
    if (has_sql_of_others(text) || str_contains(text, STR("#{")) ||
        str_contains(text, STR("\"\"\"")) || str_contains(text, STR("do:")))
        return false;
    while (text.length)
        if (!is_plain_line(str_cut(&text, '\n')))
            return false;
    return true;
}

enum cover_reading cover_reading(struct str path, struct str text)
{
    bool ecto = str_ends(path, STR(".exs")) && str_contains(text, STR("Ecto.Migration"));
    bool typeorm = !ecto && (str_contains(text, STR("MigrationInterface")) ||
                             str_contains(text, STR("queryRunner")));

    if (!ecto && !typeorm)
        return COVER_NOT_BY_STEPS;
    return (ecto ? ecto_is_plain(text) : typeorm_is_plain(text)) ? COVER_PLAIN : COVER_VEILED;
}
