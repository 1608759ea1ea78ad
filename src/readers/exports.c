#include "readers/exports.h"

#include "readers/statements.h"

/* --- Words. --- */

static bool is_word_byte(char byte)
{
    return byte_is_word(byte) || byte == '$' || (unsigned char)byte >= 0x80;
}

bool exports_next_word(struct str *rest, struct str *ret_word)
{
    size_t at = 0, end;

    while (at < rest->length && !is_word_byte(rest->bytes[at]))
        at++;
    for (end = at; end < rest->length && is_word_byte(rest->bytes[end]);)
        end++;
    *ret_word = str_slice(*rest, at, end);
    *rest = str_from_offset(*rest, end);
    return ret_word->length > 0;
}

static bool is_one_of(struct str word, const char *const *words)
{
    for (; *words; words++)
        if (str_eq(word, str_from(*words)))
            return true;
    return false;
}

static bool has_one_of(struct str text, const char *const *words)
{
    for (; *words; words++)
        if (str_contains(text, str_from(*words)))
            return true;
    return false;
}

static bool skip_word(struct str *rest, const char *text)
{
    struct str after = *rest, word;

    if (!exports_next_word(&after, &word) || word.bytes != rest->bytes ||
        !str_eq(word, str_from(text)))
        return false;
    *rest = str_trim(after);
    return true;
}

static void add_words(struct arena *arena, struct str text, struct strs *names)
{
    struct str word;

    while (exports_next_word(&text, &word))
        VEC_PUSH(arena, names, word);
}

/* --- The names of tables. --- */

/* The string literal that `text` begins with, after blanks; an f-string is none. */
static bool take_literal(struct str *text, struct str *ret_literal)
{
    struct str rest = str_trim(*text);

    if (!rest.length || (rest.bytes[0] != '"' && rest.bytes[0] != '\'' && rest.bytes[0] != '`'))
        return false;
    struct str inside = str_from_offset(rest, 1);
    size_t end = str_find_byte(inside, rest.bytes[0]);
    if (end == SIZE_MAX || !end || str_contains(str_prefix(inside, end), STR("${")))
        return false;
    *ret_literal = str_prefix(inside, end);
    *text = str_from_offset(inside, end + 1);
    return true;
}

static bool is_value_of(struct str *rest)
{
    struct str value = str_trim(*rest);

    /* __tablename__: str = "users" */
    if (value.length && value.bytes[0] == ':') {
        size_t at = str_find_byte(value, '=');
        value = at == SIZE_MAX ? STR_NONE : str_from_offset(value, at);
    }
    if (!value.length || value.bytes[0] != '=' || str_starts(value, STR("==")))
        return false;
    *rest = str_from_offset(value, 1);
    return true;
}

/* `marker = "name"`, each time that it is assigned. False: it is computed. */
static bool take_assigned(struct arena *arena, struct str text, struct str marker,
                          struct strs *tables)
{
    for (size_t at; (at = str_find(text, marker)) != SIZE_MAX;) {
        struct str literal;
        text = str_from_offset(text, at + marker.length);
        if (!is_value_of(&text))
            continue;
        if (!take_literal(&text, &literal))
            return false;
        add_words(arena, literal, tables);
    }
    return true;
}

/* The first argument of `marker(`, which must be written out. */
static bool take_first_argument(struct arena *arena, struct str text, struct str marker,
                                struct strs *tables)
{
    struct str literal;
    size_t at = str_find(text, marker);

    if (at == SIZE_MAX)
        return true;
    text = str_from_offset(text, at + marker.length);
    if (!take_literal(&text, &literal))
        return false;
    add_words(arena, literal, tables);
    return true;
}

/* All words of `@Entity(…)`: a name, or an object with one. */
static void take_decorator(struct arena *arena, struct str text, struct strs *tables)
{
    size_t at = str_find(text, STR("Entity("));

    if (at == SIZE_MAX)
        return;
    text = str_from_offset(text, at + STR("Entity(").length);
    add_words(arena, str_prefix(text, str_find_byte(text, ')')), tables);
}

/* --- Python. --- */

static void python_imports(struct arena *arena, struct export *export)
{
    struct str rest = export->text, word;
    bool renames = false;

    export->kind = EXPORT_IMPORT;
    while (exports_next_word(&rest, &word)) {
        if (renames)
            VEC_PUSH(arena, &export->renamed, word);
        renames = str_eq(word, STR("as"));
        VEC_PUSH(arena, &export->names, word);
    }
}

static bool is_python_import(struct str statement)
{
    return skip_word(&statement, "import") || skip_word(&statement, "from");
}

static bool holds_imports_only(struct str statement)
{
    struct statements inside = statements_in_body(statement);
    struct str inner;
    size_t count = 0;

    for (; statements_next(&inside, &inner); count++)
        if (!is_python_import(inner) && !str_eq(inner, STR("pass")))
            return false;
    return count > 0 && statements_are_whole(&inside);
}

static void python_class(struct arena *arena, struct export *export, struct str definition)
{
    static const char *const models[] = {"__tablename__", "__table__", "table=True",
                                         "models.Model",  "db.Model",  NULL};
    static const char *const shared[] = {"__abstract__", "declared_attr", "abstract", NULL};
    struct str word, after = definition;

    export->head = statements_head(definition, false);
    export->kind = EXPORT_NAMES;
    if (skip_word(&after, "class") && exports_next_word(&after, &word))
        VEC_PUSH(arena, &export->names, word);
    if (!has_one_of(export->text, models) || has_one_of(export->text, shared))
        return;
    bool written = take_assigned(arena, export->text, STR("__tablename__"), &export->tables) &&
                   take_assigned(arena, export->text, STR("db_table"), &export->tables) &&
                   take_first_argument(arena, export->text, STR("Table("), &export->tables);
    export->kind = written ? EXPORT_MODEL : EXPORT_ANYTHING;
}

/* a = 1; a: int = 1; a, b = 1, 2; a += 1; a["b"] = 1; a.b = 1 */
static void python_assignment(struct arena *arena, struct export *export)
{
    size_t count = statements_assignments(export->text, false);
    struct str left = str_prefix(export->text, str_find_byte(export->text, '='));

    if (!count)
        return;
    export->kind = EXPORT_ANYTHING;
    if (count > 1 || !is_word_byte(left.bytes[0]))
        return;
    export->kind = EXPORT_NAMES;
    add_words(arena, str_prefix(left, str_find_byte(left, ':')), &export->names);
    if (str_contains(export->text, STR("Table(")))
        export->kind = take_first_argument(arena, export->text, STR("Table("), &export->tables)
                           ? EXPORT_MODEL
                           : EXPORT_ANYTHING;
}

static void python_export(struct arena *arena, struct export *export, struct str definition)
{
    static const char *const compounds[] = {"if",  "elif",  "else", "try", "except", "finally",
                                            "for", "while", "with", "del", NULL};
    struct str rest = definition, word;

    if (is_python_import(definition)) {
        python_imports(arena, export);
        return;
    }
    (void)skip_word(&rest, "async");
    struct str first = rest;
    if (!exports_next_word(&rest, &word) || word.bytes != first.bytes) {
        python_assignment(arena, export); /* (a, b) = 1, 2 */
        return;
    }
    if (is_one_of(word, compounds)) {
        struct str head = statements_head(definition, false);
        export->kind = EXPORT_ANYTHING;
        if (str_contains(head, STR("TYPE_CHECKING")) && holds_imports_only(definition))
            python_imports(arena, export);
        else if (str_contains(head, STR("__name__")) && str_contains(head, STR("__main__")))
            export->kind = EXPORT_NOTHING;
        return;
    }
    if (str_eq(word, STR("class"))) {
        python_class(arena, export, definition);
        return;
    }
    if (str_eq(word, STR("def")) || (str_eq(word, STR("type")) && str_trim(rest).length &&
                                     is_word_byte(str_trim(rest).bytes[0]))) {
        export->kind = EXPORT_NAMES;
        export->function = str_eq(word, STR("def"));
        if (exports_next_word(&rest, &word))
            VEC_PUSH(arena, &export->names, word);
        return;
    }
    python_assignment(arena, export);
}

/* --- TypeScript and JavaScript. --- */

static bool skip_one_of(struct str *rest, const char *const *words)
{
    for (; *words; words++)
        if (skip_word(rest, *words))
            return true;
    return false;
}

static void script_class(struct arena *arena, struct export *export, struct str after)
{
    struct str word;

    export->head = statements_head(after, true);
    export->kind = EXPORT_NAMES;
    if (exports_next_word(&after, &word))
        VEC_PUSH(arena, &export->names, word);
    if (!str_contains(export->text, STR("Entity(")) ||
        str_contains(export->text, STR("abstract class")))
        return;
    export->kind = EXPORT_MODEL;
    take_decorator(arena, export->text, &export->tables);
}

static void script_value(struct arena *arena, struct export *export, struct str after)
{
    static const char *const makers[] = {"Table(", ".table(", NULL};
    size_t equals = str_find_byte(after, '=');

    export->kind = EXPORT_NAMES;
    add_words(arena, str_prefix(after, equals), &export->names);
    if (str_contains(export->text, STR("EntitySchema")) ||
        statements_assignments(export->text, true) > 1)
        export->kind = EXPORT_ANYTHING;
    for (const char *const *maker = makers; *maker; maker++)
        if (str_contains(export->text, str_from(*maker)) && export->kind != EXPORT_ANYTHING)
            export->kind =
                take_first_argument(arena, export->text, str_from(*maker), &export->tables)
                    ? EXPORT_MODEL
                    : EXPORT_ANYTHING;
}

static void script_export(struct arena *arena, struct export *export, struct str definition)
{
    static const char *const before[] = {"export", "default", "declare", "abstract", "async", NULL};
    static const char *const values[] = {"const", "let", "var", NULL};
    static const char *const named[] = {"enum", "interface", "type", "function", NULL};
    static const char *const opaque[] = {"if",     "for",     "while",  "try",
                                         "switch", "do",      "module", "namespace",
                                         "global", "exports", "with",   NULL};
    struct str rest = definition, word;

    if (str_starts(rest, STR("import")) || str_starts(rest, STR("export {")) ||
        str_starts(rest, STR("export *")) || str_starts(rest, STR("export{")) ||
        str_starts(rest, STR("export type {"))) {
        python_imports(arena, export);
        return;
    }
    /* Whoever imports it may call it anything. */
    if (str_starts(rest, STR("export default"))) {
        export->kind = EXPORT_ANYTHING;
        return;
    }
    bool exported = str_starts(rest, STR("export"));
    while (skip_one_of(&rest, before)) {
    }
    struct str after = rest;
    if (skip_one_of(&after, opaque)) {
        export->kind = EXPORT_ANYTHING;
    } else if (skip_word(&after, "class")) {
        script_class(arena, export, after);
    } else if (skip_one_of(&after, named) ||
               (skip_word(&after, "const") && skip_word(&after, "enum"))) {
        export->kind = EXPORT_NAMES;
        export->function = str_starts(rest, STR("function"));
        if (exports_next_word(&after, &word))
            VEC_PUSH(arena, &export->names, word);
    } else {
        after = rest;
        if (skip_one_of(&after, values))
            script_value(arena, export, after);
        else if (exported) /* export default …; export = … */
            export->kind = EXPORT_ANYTHING;
    }
}

/* --- Both. --- */

/* import enum; LEN = 40. A class of a script has semicolons behind its members, of braces only. `as const` is no statement. */
static bool is_several(const struct export *export, bool is_script)
{
    static const char *const behind[] = {"} as ", "} satisfies ", "}from", "} from ", NULL};

    if (!statements_are_several(export->text, is_script))
        return false;
    return !is_script || !has_one_of(export->text, behind);
}

bool exports_of(struct arena *arena, struct str source, bool is_script, struct exports *ret_exports)
{
    struct str text = str_starts(source, STR("\xEF\xBB\xBF")) ? str_from_offset(source, 3) : source;
    struct statements statements = {.source = text, .is_script = is_script};
    struct exports exports = {0};
    const char *start = NULL; /* of the decorators */
    struct str statement;

    while (statements_next(&statements, &statement)) {
        struct str definition = statement;
        start = start ? start : statement.bytes;
        if (statement.bytes[0] == '@') {
            /* @Entity() export class User { */
            size_t at = is_script ? str_find(statement, STR("class ")) : SIZE_MAX;
            if (at == SIZE_MAX)
                continue;
            definition = str_from_offset(statement, at);
        }
        struct export export = {
            .text = str_of(start, (size_t)(statement.bytes + statement.length - start))};
        if (is_script)
            script_export(arena, &export, definition);
        else
            python_export(arena, &export, definition);
        if (is_several(&export, is_script))
            export.kind = EXPORT_ANYTHING;
        VEC_PUSH(arena, &exports, export);
        start = NULL;
    }
    *ret_exports = exports;
    return !start && statements_are_whole(&statements);
}
