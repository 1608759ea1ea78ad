#include "readers/sql_files.h"

#include "base/buf.h"
#include "base/file.h"

#define DEPTH_MAX 4u
#define INCLUDE_DEPTH_MAX 8u
#define PATH_BYTES ((size_t)4 << 10)

static const struct str sql_ending = STR_INIT(".sql");

/* --- Where it lies. --- */

static bool read_at(const struct sql_files *f, struct str directory, struct str name,
                    struct str *ret_path, struct str *ret_text)
{
    *ret_path = path_join(f->arena, directory, name);
    return f->files->read(f->files->self, *ret_path, ret_text);
}

/* Beside the migration, or from a directory above it, of Ecto's from priv in it. */
static bool find(const struct sql_files *f, struct str name, struct str *ret_path,
                 struct str *ret_text)
{
    struct str above = path_parent(f->path);

    while (str_starts(name, STR("/")))
        name = str_from_offset(name, 1);
    for (bool more = name.length > 0; more; above = path_parent(above)) {
        if (read_at(f, above, name, ret_path, ret_text) ||
            read_at(f, path_join(f->arena, above, STR("priv")), name, ret_path, ret_text))
            return true;
        more = above.length > 0;
    }
    return false;
}

/* --- What an expression reads. --- */

struct walk {
    const struct sql_files *files;
    struct strs *texts;
    struct buf path; /* of the literals so far */
    const char *at;  /* where the expression stands in the source */
};

static void walk_expression(struct walk *w, struct str expression, size_t depth);

/* Directories may be said that are none of the tree, or twice: then what is behind them counts. */
static bool find_any(const struct sql_files *f, struct str name, struct str *ret_text)
{
    struct str path;

    while (name.length && !find(f, name, &path, ret_text))
        (void)str_cut(&name, '/');
    return name.length > 0;
}

/* "sql", "../x.sql"; of "#{__dir__}/x.sql" and `${dir}/x.sql` what stands behind the gap. */
static void take_literal(struct walk *w, struct str literal)
{
    size_t gap = str_find_last_byte(literal, '}');
    struct str text;

    if (gap != SIZE_MAX)
        literal = str_from_offset(literal, gap + 1);
    if (!literal.length || str_find_byte(literal, ' ') != SIZE_MAX ||
        str_find_byte(literal, '\n') != SIZE_MAX) {
        w->path.length = 0;
        return;
    }
    if (w->path.length)
        buf_add_byte(&w->path, '/');
    buf_add(&w->path, literal);
    if (!str_ends(literal, sql_ending))
        return;
    struct str whole = str_copy(w->files->arena, buf_str(&w->path));
    w->path.length = 0;
    if (w->texts->count < SQL_FILES_MAX && find_any(w->files, whole, &text))
        VEC_PUSH(w->files->arena, w->texts, text);
}

static bool begins_with_word(struct str text, struct str word)
{
    return str_starts(text, word) &&
           (text.length == word.length || !byte_is_word(text.bytes[word.length]));
}

/* `NAME = …`, `NAME: str = …`, `… as NAME:`, `for NAME in …`, `…each do |NAME|`: a line in which the name gets what it means. */
static bool sets(struct str line, struct str name)
{
    for (size_t at = 0, found; (found = str_find(str_from_offset(line, at), name)) != SIZE_MAX;
         at += name.length) {
        at += found;
        struct str before = str_trim(str_prefix(line, at));
        struct str behind = str_trim(str_from_offset(line, at + name.length));
        if ((at && byte_is_word(line.bytes[at - 1])) ||
            (line.length > at + name.length && byte_is_word(line.bytes[at + name.length])))
            continue;
        if ((str_starts(behind, STR("=")) && !str_starts(behind, STR("=="))) ||
            str_ends(before, STR(" as")) || str_ends(before, STR("|")) ||
            begins_with_word(behind, STR("in")) || begins_with_word(behind, STR("of")) ||
            (str_starts(behind, STR(":")) && str_find_byte(behind, '=') != SIZE_MAX) ||
            (str_ends(before, STR("@")) && behind.length))
            return true;
    }
    return false;
}

static struct str line_around(struct str text, size_t at)
{
    size_t before = str_find_last_byte(str_prefix(text, at), '\n');
    size_t start = before == SIZE_MAX ? 0 : before + 1;

    return str_prefix(str_from_offset(text, start),
                      str_find_byte(str_from_offset(text, start), '\n'));
}

static void take_name(struct walk *w, struct str name, size_t depth)
{
    const struct sql_files *f = w->files;
    struct str meant = f->meant ? f->meant(f->context, name) : STR_NONE;
    struct str source = f->source, set = STR_NONE;
    size_t at = 0, found;

    if (meant.length) {
        take_literal(w, meant);
        return;
    }
    /* The last one above the expression, else the first below. Lines without the name are not looked at: a migration may execute thousands of names. */
    while (depth < DEPTH_MAX && (found = str_find(str_from_offset(source, at), name)) != SIZE_MAX) {
        struct str line = line_around(source, at + found);
        if (set.length && line.bytes > w->at)
            break;
        if (sets(line, name) &&
            (str_find_byte(line, '"') != SIZE_MAX || str_find_byte(line, '\'') != SIZE_MAX))
            set = line;
        at = (size_t)(line.bytes - source.bytes) + line.length;
    }
    if (set.length)
        walk_expression(w, set, DEPTH_MAX); /* names of that line are left alone */
}

static size_t literal_end(struct str text, size_t at)
{
    char quote = text.bytes[at++];

    while (at < text.length && text.bytes[at] != quote)
        at += text.bytes[at] == '\\' ? 2 : 1;
    return at < text.length ? at : text.length;
}

static void walk_expression(struct walk *w, struct str expression, size_t depth)
{
    for (size_t at = 0; at < expression.length;) {
        char byte = expression.bytes[at];
        size_t end = at;
        if (byte == '"' || byte == '\'' || byte == '`') {
            end = literal_end(expression, at);
            take_literal(w, str_slice(expression, at + 1, end));
            at = end + 1;
            continue;
        }
        while (end < expression.length && byte_is_word(expression.bytes[end]))
            end++;
        if (end > at && !(byte >= '0' && byte <= '9'))
            take_name(w, str_slice(expression, at, end), depth);
        at = end > at ? end : at + 1;
    }
}

void sql_files_read(const struct sql_files *files, struct str expression, struct strs *ret_texts)
{
    struct walk walk = {.files = files,
                        .texts = ret_texts,
                        .path = buf_new(files->arena, PATH_BYTES),
                        .at = expression.bytes};

    *ret_texts = (struct strs){0};
    if (str_contains(files->source, sql_ending))
        walk_expression(&walk, expression, 0);
}

bool sql_files_steps(const struct sql_files *files, struct str expression, struct steps *steps)
{
    struct strs texts;

    sql_files_read(files, expression, &texts);
    for (size_t i = 0; i < texts.count; i++)
        steps_of_sql(files->arena, texts.items[i], steps);
    return texts.count > 0;
}

/* --- psql. --- */

/* `\ir ../x.sql`, `\include 'x.sql'`: the name; empty: another line. */
static struct str included_name(struct str line)
{
    static const char *const commands[] = {"\\include_relative ", "\\include ", "\\ir ", "\\i "};
    struct str name = STR_NONE;

    for (size_t i = 0; i < COUNT_OF(commands) && !name.length; i++)
        if (str_starts(line, str_from(commands[i])))
            name = str_trim(str_from_offset(line, str_from(commands[i]).length));
    if (name.length > 2 && name.bytes[0] == '\'' && name.bytes[name.length - 1] == '\'')
        name = str_slice(name, 1, name.length - 1);
    return name;
}

/* \set, \echo, \c: a line of psql's own, which ends without a semicolon. */
static bool is_command(struct str line)
{
    return line.length > 1 && line.bytes[0] == '\\' &&
           ((line.bytes[1] >= 'a' && line.bytes[1] <= 'z') || line.bytes[1] == '!');
}

static void add_text(struct buf *out, const struct sql_files *f, size_t depth, size_t *count)
{
    struct str rest = f->source, line, path, text;

    while (str_next_line(&rest, &line)) {
        struct str name = included_name(str_trim(line));
        struct sql_files inside = *f;
        if (name.length && depth < INCLUDE_DEPTH_MAX && ++*count < SQL_FILES_MAX &&
            find(f, name, &path, &text)) {
            inside.path = path;
            inside.source = text;
            add_text(out, &inside, depth + 1, count);
        } else {
            if (!is_command(line))
                buf_add(out, line);
            buf_add_byte(out, '\n'); /* lines keep their numbers */
        }
    }
}

struct str sql_with_included(struct arena *arena, const struct source_files *files, struct str path,
                             struct str text)
{
    struct sql_files f = {.arena = arena, .files = files, .path = path, .source = text};
    struct buf out;
    size_t count = 0;

    if (!str_ends(path, sql_ending) ||
        (!str_starts(text, STR("\\")) && !str_contains(text, STR("\n\\"))))
        return text;
    out = buf_new(arena, (size_t)64 << 20);
    add_text(&out, &f, 0, &count);
    return buf_str(&out);
}
