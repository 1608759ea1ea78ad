#include "base/file.h"
#include "migrations/cover_match.h"
#include "migrations/cover_scan.h"

/* --- A table that is made without a column of its model. --- */

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\n' || byte == '\t' || byte == '\r';
}

static bool is_quote(char byte)
{
    return byte == '"' || byte == '\'';
}

/* "…", u"…" */
static bool begins_string(struct str rest)
{
    size_t at = rest.length > 1 && str_find_byte(STR("urUR"), rest.bytes[0]) != SIZE_MAX;

    return rest.length && is_quote(rest.bytes[at]);
}

/* A literal, a column or constraint of SQLAlchemy's, an option: what is spread from a list or made by a function of the project may be any
 * column. */
static bool is_readable_argument(struct str rest)
{
    static const char *const made[] = {"sa.", "sqlalchemy.", "postgresql.", "mysql."};
    static const char *const parts[] = {"Column", "Index",
                                        "Constraint"};              /* of a module of any name */
    static const char *const others[] = {"metadata", "meta", NULL}; /* MetaData() */
    size_t end = 0;

    if (begins_string(rest) || rest.bytes[0] == ')')
        return true;
    for (size_t i = 0; i < COUNT_OF(made); i++)
        if (str_starts(rest, str_from(made[i])))
            return true;
    while (end < rest.length && (byte_is_word(rest.bytes[end]) || rest.bytes[end] == '.'))
        end++;
    struct str word = str_prefix(rest, end);
    char behind = end < rest.length ? rest.bytes[end] : '\0';
    for (size_t i = 0; behind == '(' && i < COUNT_OF(parts); i++)
        if (str_ends(word, str_from(parts[i])))
            return true;
    return word.length && (behind == '=' || (behind != '(' && str_is_one_of(word, others)));
}

/* Column(NAME, …): which one is not written here. */
static bool names_no_column(struct str rest)
{
    if (!str_starts(rest, STR("Column(")))
        return false;
    return !begins_string(str_trim(str_from_offset(rest, STR("Column(").length)));
}

static bool is_plain_table(struct str arguments)
{
    size_t at = 0, depth = 0;
    bool begins = false; /* an argument of the call itself */

    while (at < arguments.length) {
        char byte = arguments.bytes[at];
        struct str rest = str_from_offset(arguments, at), ignored;
        if (is_blank(byte)) {
            at++;
            continue;
        }
        if (byte == '#') {
            while (at < arguments.length && arguments.bytes[at] != '\n')
                at++;
            continue;
        }
        if ((begins && !is_readable_argument(rest)) || names_no_column(rest))
            return false;
        begins = false;
        if (is_quote(byte)) {
            at = cover_skip_string(arguments, at, &ignored);
            continue;
        }
        depth += byte == '(' || byte == '[' || byte == '{';
        depth -= depth && (byte == ')' || byte == ']' || byte == '}');
        begins = depth == 1 && (byte == '(' || byte == ',');
        at++;
    }
    return true;
}

static bool has_literal(struct str text, struct str wanted, bool first_only)
{
    for (size_t at = 0; at < text.length;) {
        struct str literal;
        if (!is_quote(text.bytes[at])) {
            at++;
            continue;
        }
        at = cover_skip_string(text, at, &literal);
        if (str_eq_nocase(literal, wanted))
            return true;
        if (first_only)
            break;
    }
    return false;
}

/* What stands among the columns of create_table, or in one, and names columns that stand elsewhere. */
static bool names_others(struct str call)
{
    return str_ends(call, STR("Constraint")) || str_eq(call, STR("Index")) ||
           str_eq(call, STR("ForeignKey"));
}

bool cover_table_says(const struct cover_call *call, struct str column)
{
    struct str text = call->arguments, literal;
    size_t skipped = 0; /* the depth of brackets in such a one */

    for (size_t at = 0; at < text.length;) {
        char byte = text.bytes[at];
        if (is_quote(byte)) {
            at = cover_skip_string(text, at, &literal);
            if (!skipped && str_eq_nocase(literal, column))
                return true;
            continue;
        }
        if (byte == '#') {
            while (at < text.length && text.bytes[at] != '\n')
                at++;
            continue;
        }
        if (byte == '(' && (skipped || names_others(cover_identifier_before(text, at))))
            skipped++;
        skipped -= skipped && byte == ')';
        at++;
    }
    return false;
}

bool cover_table_lacks(const struct cover_call *call, const struct schema_change *change)
{
    return str_eq(call->receiver, STR("op")) && str_eq(call->name, STR("create_table")) &&
           call->literals.count &&
           str_eq_nocase(cover_bare(call->literals.items[0]), cover_bare(change->table)) &&
           !cover_table_says(call, change->column) && is_plain_table(call->arguments);
}

bool cover_says_column(struct str text, struct str column)
{
    static const char *const ends[] = {"_id", "_type"};

    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        struct str end = str_from(ends[i]);
        if (str_ends(column, end) &&
            text_has_word(text, str_prefix(column, column.length - end.length)))
            return true;
    }
    return text_has_word(text, column);
}

/* CREATE TABLE a AS TABLE b; of a column, GENERATED ALWAYS AS IDENTITY brings no other one. */
static bool is_as_table(struct str statement)
{
    struct str before = STR_NONE, word;

    for (size_t at = 0; (word = cover_next_word(statement, &at)).length; before = word)
        if (str_eq_nocase(before, STR("as")) && str_eq_nocase(word, STR("table")))
            return true;
    return false;
}

/* What a table gets from elsewhere: CREATE TABLE a (LIKE b), a PARTITION OF b, INHERITS (b), AS SELECT … */
bool cover_statement_lacks(struct str statement, const struct schema_change *change)
{
    static const char *const others[] = {"like",    "inherits", "of",    "do",
                                         "execute", "select",   "values"};
    struct schema_change table = {
        .kind = SCHEMA_ADD, .object = SCHEMA_OBJECT_TABLE, .table = change->table};

    if (!text_has_word(statement, STR("create")) || !cover_statement(statement, &table) ||
        str_find_byte(statement, '(') == SIZE_MAX || str_contains(statement, STR("{")) ||
        str_contains(statement, STR("$")) || text_has_word(statement, change->column) ||
        is_as_table(statement))
        return false;
    for (size_t i = 0; i < COUNT_OF(others); i++)
        if (text_has_word(statement, str_from(others[i])))
            return false;
    return true;
}

/* "db_table": "tags" */
static bool is_told_table(struct str arguments, struct str table)
{
    size_t at = str_find(arguments, STR("db_table")), end;
    struct str literal;

    if (at == SIZE_MAX)
        return false;
    for (end = at + STR("db_table").length; end < arguments.length && arguments.bytes[end] != ':';)
        end++;
    for (end++; end < arguments.length && is_blank(arguments.bytes[end]);)
        end++;
    if (end >= arguments.length || !is_quote(arguments.bytes[end]))
        return false;
    (void)cover_skip_string(arguments, end, &literal);
    return str_eq(literal, table);
}

/* blog/migrations/0001_initial.py: the table of "Post" is blog_post, unless db_table says another one. */
bool cover_model_lacks(struct str path, const struct cover_call *call,
                       const struct schema_change *change)
{
    struct str label = path_base_name(path_directory(path_directory(path)));
    struct str table = change->table;

    if (!str_eq(call->name, STR("CreateModel")) || !call->literals.count)
        return false;
    if (text_has_word(call->arguments, STR("db_table"))) {
        if (!is_told_table(call->arguments, table))
            return false;
    } else if (!str_starts(table, label) || table.length <= label.length + 1 ||
               table.bytes[label.length] != '_' ||
               !str_eq_nocase(str_from_offset(table, label.length + 1), call->literals.items[0])) {
        return false;
    }
    return !cover_model_says(call, change->column);
}

/* t.string, |t|, the text "t": "t" for anything else is given to somebody, who may add what it wants. */
static bool is_plain_block(struct str text, size_t at)
{
    static const char *const known[] = {
        "string",     "text",        "integer",     "bigint",           "float",
        "decimal",    "numeric",     "datetime",    "timestamp",        "time",
        "date",       "binary",      "blob",        "boolean",          "json",
        "jsonb",      "uuid",        "references",  "belongs_to",       "index",
        "timestamps", "column",      "primary_key", "foreign_key",      "inet",
        "citext",     "timestamptz", "virtual",     "check_constraint", "unique_constraint",
        NULL};
    char before = at ? text.bytes[at - 1] : '\0';
    char behind = at + 1 < text.length ? text.bytes[at + 1] : '\0';
    size_t end = at + 2;

    if (behind != '.')
        return before == behind && (before == '|' || before == '"' || before == '\'');
    while (end < text.length && byte_is_word(text.bytes[end]))
        end++;
    return str_is_one_of(str_slice(text, at + 2, end), known);
}

bool cover_ruby_tables_are_plain(struct str text)
{
    for (size_t at = 0; at < text.length; at++)
        if (text.bytes[at] == 't' && !(at && byte_is_word(text.bytes[at - 1])) &&
            !(at + 1 < text.length && byte_is_word(text.bytes[at + 1])) &&
            !is_plain_block(text, at))
            return false;
    return true;
}

bool cover_ruby_is_plain(struct str text)
{
    static const char *const computed[] = {"each",        "map",     "times",       "send",
                                           "public_send", "execute", "rename_table"};

    for (size_t i = 0; i < COUNT_OF(computed); i++)
        if (text_has_word(text, str_from(computed[i])))
            return false;
    if (str_contains(text, STR("#{")) || !cover_ruby_tables_are_plain(text))
        return false;
    return str_contains(text, STR("|t|")) ||
           (text_has_word(text, STR("create_join_table")) && !str_contains(text, STR("|")));
}

/* --- An index that is made with its table. --- */

/* "index=True", "index=flag"; not "index=False". */
static bool has_any(struct str text, const char *const *words)
{
    for (; *words; words++)
        for (size_t at = 0, found;
             (found = str_find(str_from_offset(text, at), str_from(*words))) != SIZE_MAX;) {
            at += found + str_from(*words).length;
            if (!str_starts(str_from_offset(text, at), STR("False")))
                return true;
        }
    return false;
}

/* Column("email", …, index=True) in `text`: does this make an index of that kind? */
static bool column_makes(struct str text, enum schema_index_kind kind)
{
    static const char *const any[] = {"index=", "unique=", "primary_key=", NULL};
    static const char *const unique[] = {"unique=", "primary_key=", NULL};
    static const char *const foreign[] = {"ForeignKey", NULL};

    switch (kind) {
    case SCHEMA_INDEX:
        return has_any(text, any);
    case SCHEMA_UNIQUE_INDEX:
    case SCHEMA_UNIQUE:
        return has_any(text, unique);
    case SCHEMA_FOREIGN_KEY:
        return has_any(text, foreign);
    case SCHEMA_CHECK:
    case SCHEMA_EXCLUDE:
        break;
    }
    return false;
}

static bool constraint_makes(struct str name, enum schema_index_kind kind)
{
    switch (kind) {
    case SCHEMA_INDEX:
    case SCHEMA_UNIQUE_INDEX:
    case SCHEMA_UNIQUE:
        return str_contains(name, STR("UniqueConstraint")) ||
               str_contains(name, STR("PrimaryKey")) || str_contains(name, STR("Index"));
    case SCHEMA_FOREIGN_KEY:
        return str_contains(name, STR("ForeignKey"));
    case SCHEMA_CHECK:
        return str_contains(name, STR("Check"));
    case SCHEMA_EXCLUDE:
        return str_contains(name, STR("Exclude"));
    }
    return false;
}

/* UniqueConstraint("a", "b", name=…), Index("name", "a"): over so many columns? What is spread or computed may be. */
static bool is_over(struct str name, struct str inner, size_t wanted)
{
    const struct cover_call call = {.arguments = inner};
    size_t count = 0;
    struct str one, text;

    if (!str_contains(name, STR("Unique")) && !str_contains(name, STR("Primary")) &&
        !str_eq(name, STR("Index")))
        return true;
    for (size_t i = 0; (one = cover_argument(&call, i)).length; i++) {
        bool literal = cover_is_literal(one, &text);
        if (!literal && (one.bytes[0] == '*' || str_find_byte(one, '=') == SIZE_MAX))
            return true;
        count += literal;
    }
    return count == wanted + str_eq(name, STR("Index"));
}

bool cover_makes_index(const struct cover_call *call, const struct schema_change *change)
{
    struct str text = call->arguments, column = change->column;
    enum schema_index_kind kind = change->index;
    bool several = change->parts.count > 1; /* no column makes such an index alone */

    for (size_t at = 1; at < text.length;) {
        struct str ignored;
        if (is_quote(text.bytes[at])) {
            at = cover_skip_string(text, at, &ignored);
            continue;
        }
        if (text.bytes[at] != '(') {
            at++;
            continue;
        }
        struct str name = cover_identifier_before(text, at);
        struct str inner = str_slice(text, at, cover_skip_arguments(text, at, NULL, NULL));
        if ((!several && str_eq(name, STR("Column")) && has_literal(inner, column, true) &&
             column_makes(inner, kind)) ||
            (constraint_makes(name, kind) && has_literal(inner, column, false) &&
             cover_has_parts(inner, change) && is_over(name, inner, change->parts.count)))
            return true;
        at++;
    }
    return false;
}

/* --- Django: an index that is made with a field or a model. --- */

/* db_index=True makes nothing unique; a field of another package may. */
static bool field_makes_unique(struct str field)
{
    static const char *const words[] = {"unique=", "unique =", "primary_key=", "OneToOneField"};

    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (str_contains(field, str_from(words[i])))
            return true;
    return !str_contains(field, STR("models."));
}

static bool field_makes_index(struct str field)
{
    static const char *const words[] = {"unique=True",   "db_index=True",  "primary_key=True",
                                        "ForeignKey",    "OneToOneField",  "SlugField",
                                        "unique = True", "db_index = True"};

    if (str_contains(field, STR("db_index=False")) || str_contains(field, STR("db_index = False")))
        return str_contains(field, STR("unique=True")) || str_contains(field, STR("unique = True"));
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (str_contains(field, str_from(words[i])))
            return true;
    return false;
}

/* ("email", models.EmailField(unique=True)): the field behind its name. */
static struct str field_behind(struct str text, size_t at)
{
    while (at < text.length && (is_blank(text.bytes[at]) || text.bytes[at] == ','))
        at++;
    size_t start = at;
    while (at < text.length && (byte_is_word(text.bytes[at]) || text.bytes[at] == '.'))
        at++;
    if (at == text.length || text.bytes[at] != '(')
        return STR_NONE;
    return str_slice(text, start, cover_skip_arguments(text, at, NULL, NULL));
}

bool cover_makes_field_index(const struct cover_call *call, struct str column, bool unique)
{
    struct str text = call->arguments, literal;
    bool model = str_eq(call->name, STR("CreateModel"));

    if (!model)
        return field_makes_index(text) && (!unique || field_makes_unique(text));
    if (str_contains(text, STR("_together")))
        return true;
    for (size_t at = 0; at < text.length;) {
        if (!is_quote(text.bytes[at])) {
            at++;
            continue;
        }
        at = cover_skip_string(text, at, &literal);
        bool named = str_eq_nocase(literal, column) ||
                     (str_ends(column, STR("_id")) &&
                      str_eq_nocase(literal, str_prefix(column, column.length - 3)));
        struct str field = named ? field_behind(text, at) : STR_NONE;
        if (named && field_makes_index(field) && (!unique || field_makes_unique(field)))
            return true;
    }
    return false;
}
