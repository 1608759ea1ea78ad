#include "readers/edited_thin.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/sought.h"
#include "readers/library_names.h"

/* --- What may be left out. --- */

/* --- Members. --- */

static bool is_dunder(struct str name)
{
    return str_starts(name, STR("__"));
}

/* Keys and relationships take types and names from other tables. */
static bool refers(struct str text)
{
    static const char *const parts[] = {"oreign",  "Key(", "OneTo", "ManyTo",
                                        "elation", "Rel(", NULL};
    static _Thread_local struct sought sought;

    return sought_one_of(&sought, parts, text);
}

/* = Column(…), = models.TextField(…), : Mapped[str] = mapped_column(…), : str */
static bool makes_column(const struct edited_part *member)
{
    struct str rest = str_trim(str_from_offset(member->text, member->name.length));
    bool annotated = str_starts(rest, STR(":"));
    size_t equal = str_find_byte(rest, '='), at = 0, dot;
    struct str annotation = str_prefix(rest, equal);

    /* In quotes it may be any name: Mapped["Money"] */
    if (annotated &&
        (str_find_byte(annotation, '"') != SIZE_MAX || str_find_byte(annotation, '\'') != SIZE_MAX))
        return false;
    if (equal == SIZE_MAX)
        return annotated;
    rest = str_trim(str_from_offset(rest, equal + 1));
    while (at < rest.length && (byte_is_word(rest.bytes[at]) || rest.bytes[at] == '.'))
        at++;
    if (!at || at == rest.length || rest.bytes[at] != '(')
        return false;
    dot = str_find_last_byte(str_prefix(rest, at), '.');
    struct str callee = str_slice(rest, dot == SIZE_MAX ? 0 : dot + 1, at);
    return str_eq(callee, STR("mapped_column")) || str_eq(callee, STR("Column")) ||
           str_eq(callee, STR("Field")) || str_ends(callee, STR("Field"));
}

/* Which table it is, and what the keys of others refer to, may hang on it. */
static bool is_primary(struct str text)
{
    return str_contains(text, STR("rimary"));
}

static bool is_column(const struct edited_part *member, const struct words *library)
{
    return member->kind == EDITED_VALUE && !is_dunder(member->name) && !member->begins &&
           makes_column(member) && !refers(member->text) &&
           library_names_only(str_from_offset(member->text, member->name.length), library);
}

/* One that defines classes may make tables. */
static bool is_function(const struct edited_part *part)
{
    return part->kind == EDITED_FUNCTION && !part->begins && !is_dunder(part->name) &&
           !str_contains(part->text, STR("class "));
}

/* Of members without a name, and of those with another text: NULL. */
static const struct edited_part *same_of(const struct edited_parts *parts,
                                         const struct edited_part *part, size_t *hint)
{
    for (size_t i = 0; part->name.length && i < parts->list.count; i++) {
        size_t at = (*hint + i) % parts->list.count;
        if (str_eq(parts->list.items[at].name, part->name)) {
            *hint = at + 1;
            return str_eq(parts->list.items[at].text, part->text) ? &parts->list.items[at] : NULL;
        }
    }
    return NULL;
}

static void add_piece(struct arena *arena, struct edited_thin *thin, struct str name,
                      struct str before, struct str after)
{
    VEC_PUSH(arena, &thin->pieces, (struct thin_piece){.name = name, .texts = {before, after}});
}

/* Methods give a table nothing, whatever they say; texts neither. */
static bool goes_alone(const struct edited_part *member)
{
    return member->kind == EDITED_TEXT || is_function(member);
}

static bool changes_keys(const struct edited_parts *members, const struct edited_parts *others,
                         const struct words *library)
{
    for (size_t i = 0; i < members->list.count; i++) {
        const struct edited_part *member = &members->list.items[i];
        if (is_primary(member->text) && !goes_alone(member) &&
            !(is_column(member, library) && edited_parts_have(others, member)))
            return true;
    }
    return false;
}

/* Of what one edition has: is the table the same one in the other? Its name, its schema, its Meta; and what its arguments make a key, whose columns they
 * may put together. */
static bool table_stays(const struct edited_parts *members, const struct edited_parts *others)
{
    for (size_t i = 0; i < members->list.count; i++) {
        const struct edited_part *member = &members->list.items[i];
        bool arguments = str_eq(member->name, STR("__table_args__")) &&
                         !str_contains(member->text, STR("schema")) && !is_primary(member->text);
        if (!edited_parts_have(others, member) && !goes_alone(member) && !arguments &&
            (is_dunder(member->name) ||
             (member->kind != EDITED_VALUE && member->kind != EDITED_FUNCTION)))
            return false;
    }
    return true;
}

static bool same_headers(const struct edited_part *before, const struct edited_part *after)
{
    return str_eq(str_prefix(before->text, edited_class_body(before)),
                  str_prefix(after->text, edited_class_body(after)));
}

static void thin_class(struct arena *arena, struct edited_thin *thin,
                       const struct edited_part *before, const struct edited_part *after,
                       const struct words *library)
{
    struct thin_class class = {.first = thin->pieces.count};
    const struct edited_parts *old, *new;
    size_t hint = 0;

    if (!edited_class_has_table(before) || !edited_class_has_table(after) ||
        !same_headers(before, after) || !(old = edited_class_members(arena, before)) ||
        !(new = edited_class_members(arena, after)) || !table_stays(old, new) ||
        !table_stays(new, old))
        return;
    bool keys = !str_contains(after->text, STR("__tablename__")) ||
                changes_keys(old, new, library) || changes_keys(new, old, library);
    for (size_t i = 0; i < old->list.count; i++) {
        const struct edited_part *member = &old->list.items[i];
        if (goes_alone(member))
            add_piece(arena, thin, member->name, member->text, STR_NONE);
        class.others[0] += !goes_alone(member);
    }
    for (size_t i = 0; i < new->list.count; i++) {
        const struct edited_part *member = &new->list.items[i], *same;
        if (goes_alone(member)) {
            add_piece(arena, thin, member->name, STR_NONE, member->text);
            continue;
        }
        class.others[1]++;
        if (!is_column(member, library) ||
            (is_primary(member->text) && (keys || !str_contains(member->text, STR("olumn(")))) ||
            !(same = same_of(old, member, &hint)))
            continue;
        add_piece(arena, thin, member->name, same->text, member->text);
        VEC_LAST(&thin->pieces).is_column = true;
        class.others[0]--;
        class.others[1]--;
    }
    class.end = thin->pieces.count;
    VEC_PUSH(arena, &thin->classes, class);
}

void edited_thin_begin(struct arena *arena, const struct edited_pair *pair,
                       struct edited_thin *ret_thin)
{
    const struct edited_parts *old = &pair->parts[0], *new = &pair->parts[1];
    struct words library;
    size_t hint = 0;

    *ret_thin = (struct edited_thin){.pair = pair};
    library_names(arena, pair->parts, &library);
    for (size_t i = 0; i < old->list.count; i++)
        if (old->list.items[i].kind == EDITED_TEXT)
            add_piece(arena, ret_thin, STR_NONE, old->list.items[i].text, STR_NONE);
    for (size_t i = 0; i < new->list.count; i++) {
        const struct edited_part *part = &new->list.items[i], *other;
        if (part->kind == EDITED_TEXT)
            add_piece(arena, ret_thin, STR_NONE, STR_NONE, part->text);
        else if (is_function(part) && (other = same_of(old, part, &hint)))
            add_piece(arena, ret_thin, part->name, other->text, part->text);
        else if (part->kind == EDITED_CLASS && (other = edited_class_named(old, part->name)))
            thin_class(arena, ret_thin, other, part, &library);
    }
}

/* --- What is said. --- */

void edited_thin_note_words(struct words *words, struct str text)
{
    for (struct str word; (word = str_next_word(&text)).length;) {
        size_t end = str_find(word, STR("__"));
        (void)words_add(words, word);
        if (end != SIZE_MAX && end) /* Q(price__gte=0) */
            (void)words_add(words, str_prefix(word, end));
    }
}

/* --- The text without it. --- */

static int compare_places(const void *a, const void *b)
{
    const struct str *one = a, *other = b;

    return one->bytes < other->bytes ? -1 : one->bytes > other->bytes;
}

static void note_left_out(struct arena *arena, const struct edited_thin *thin, size_t edition,
                          struct strs *cuts)
{
    for (size_t i = 0; i < thin->pieces.count; i++) {
        const struct thin_piece *piece = &thin->pieces.items[i];
        if (!piece->stays && piece->texts[edition].length)
            VEC_PUSH(arena, cuts, piece->texts[edition]);
    }
}

static void sort(struct strs *cuts)
{
    if (cuts->count)
        qsort(cuts->items, cuts->count, sizeof *cuts->items, compare_places);
}

/* Goes to the next cut; returns what stands before it, at the end what stands behind all. */
static struct str next_between(struct str source, const struct strs *cuts, size_t *i,
                               const char **from)
{
    const char *start = *from, *end = source.bytes + source.length;

    if (*i < cuts->count) {
        end = cuts->items[*i].bytes;
        *from = end + cuts->items[*i].length;
    }
    (*i)++;
    return str_of(start, (size_t)(end - start));
}

static void note_words_between(struct str source, const struct strs *cuts, struct words *words)
{
    const char *from = source.bytes;

    for (size_t i = 0; i <= cuts->count;)
        edited_thin_note_words(words, next_between(source, cuts, &i, &from));
}

void edited_thin_note_kept(struct arena *arena, const struct edited_thin *thin, struct words *words)
{
    for (size_t edition = 0; edition < 2; edition++) {
        struct strs cuts = {0};
        note_left_out(arena, thin, edition, &cuts);
        sort(&cuts);
        note_words_between(thin->pair->texts[edition], &cuts, words);
    }
}

/* Within quotes of it. */
static bool quotes_said(struct str text, const struct words *said)
{
    for (size_t at = 0; at < text.length;) {
        char quote = text.bytes[at++];
        if (quote != '"' && quote != '\'')
            continue;
        struct str rest = str_from_offset(text, at);
        struct str inside = str_prefix(rest, str_find_byte(rest, quote));
        at += inside.length + 1;
        for (struct str word; (word = str_next_word(&inside)).length;)
            if (words_have(said, word))
                return true;
    }
    return false;
}

bool edited_thin_says(struct str text, const struct words *words)
{
    for (struct str word; words->count && (word = str_next_word(&text)).length;) {
        size_t end = str_find(word, STR("__"));
        if (words_have(words, word) ||
            (end != SIZE_MAX && words_have(words, str_prefix(word, end))))
            return true;
    }
    return false;
}

/* author = models.ForeignKey(…) makes the column author_id. */
static bool key_said(struct str name, const struct words *said)
{
    static const struct str behind = STR_INIT("_id");

    return str_ends(name, behind) &&
           words_have(said, str_prefix(name, name.length - behind.length));
}

static bool is_said(struct thin_piece *piece, const struct words *said, const struct words *named)
{
    bool asked = piece->asked;

    piece->asked = true;
    return words_have(said, piece->name) || (piece->is_column && key_said(piece->name, said)) ||
           (piece->is_column && ((!asked && edited_thin_says(piece->texts[1], named)) ||
                                 quotes_said(piece->texts[1], said)));
}

void edited_thin_mark(struct edited_thin *thin, const struct words *said, const struct words *named)
{
    for (size_t i = 0; i < thin->pieces.count; i++) {
        struct thin_piece *piece = &thin->pieces.items[i];
        piece->stays = piece->stays || is_said(piece, said, named);
    }
}

bool edited_thin_note_marked(struct edited_thin *thin, struct words *said)
{
    bool any = false;

    for (size_t i = 0; i < thin->pieces.count; i++) {
        struct thin_piece *piece = &thin->pieces.items[i];
        if (!piece->stays || piece->noted)
            continue;
        any = piece->noted = true;
        for (size_t edition = 0; edition < 2; edition++)
            edited_thin_note_words(said, piece->texts[edition]);
    }
    return any;
}

/* A class needs a body. */
static void keep_one(struct edited_thin *thin, const struct thin_class *class, size_t edition)
{
    struct thin_piece *first = NULL;

    for (size_t i = class->first; i < class->end; i++) {
        struct thin_piece *piece = &thin->pieces.items[i];
        if (piece->texts[edition].length && piece->stays)
            return;
        if (piece->texts[edition].length && !first)
            first = piece;
    }
    if (first && !class->others[edition])
        first->stays = true;
}

/* What is imported from these packages is a type or a function, whose name is all that is asked of it. */
static bool is_from_library(struct str statement)
{
    static const char *const packages[] = {
        "sqlalchemy", "typing", "typing_extensions", "datetime", "uuid", "decimal", NULL};
    struct str module = str_trim(str_from_offset(statement, STR("from").length));

    size_t import = str_find(module, STR(" import"));

    if (!str_starts(statement, STR("from ")) || import == SIZE_MAX ||
        !str_is_one_of(str_word(module), packages))
        return false;
    struct str names = str_trim(str_from_offset(module, import + STR(" import").length));
    if (str_starts(names, STR("(")) && str_ends(names, STR(")")))
        names = str_trim_bytes(str_slice(names, 1, names.length - 1), ", \t\r\n");
    while (names.length) {
        struct str name = str_trim_bytes(str_cut(&names, ','), " \t\r\n");
        if (!name.length || str_word(name).length != name.length)
            return false;
    }
    return true;
}

static void add_lines(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.length; i++)
        if (text.bytes[i] == '\n')
            buf_add_byte(out, '\n');
}

/* The names of it that stand in the text behind. */
static void add_import(struct buf *out, struct str statement, struct str behind)
{
    size_t import = str_find(statement, STR(" import"));
    struct str rest = str_from_offset(statement, import + STR(" import").length);
    bool any = false;

    for (struct str name; (name = str_next_word(&rest)).length;) {
        if (!str_contains(behind, name))
            continue;
        if (!any) {
            buf_add(out, str_prefix(statement, import));
            buf_add(out, STR(" import "));
        } else
            buf_add(out, STR(", "));
        buf_add(out, name);
        any = true;
    }
    add_lines(out, statement);
}

static struct str without_blanks_behind(struct str text)
{
    while (text.length &&
           (text.bytes[text.length - 1] == ' ' || text.bytes[text.length - 1] == '\t'))
        text.length--;
    return text;
}

/* Lines keep their numbers. */
static struct str without_pieces(struct arena *arena, const struct edited_thin *thin,
                                 size_t edition, struct str source)
{
    struct buf out = buf_new(arena, source.length + 1);
    struct strs cuts = {0};
    const char *from = source.bytes;

    note_left_out(arena, thin, edition, &cuts);
    sort(&cuts);
    for (size_t i = 0; i <= cuts.count;) {
        bool last = i == cuts.count;
        struct str cut = last ? STR_NONE : cuts.items[i];
        struct str between = next_between(source, &cuts, &i, &from);
        buf_add(&out, last ? between : without_blanks_behind(between));
        add_lines(&out, cut);
    }
    return buf_str(&out);
}

/* They stand above what uses them, mostly at the start: what is before an import is not looked at for its names. */
static struct str thinned(struct arena *arena, const struct edited_thin *thin, size_t edition)
{
    struct str source = thin->pair->texts[edition];
    const struct edited_parts *parts = &thin->pair->parts[edition];
    struct str text = without_pieces(arena, thin, edition, source);
    struct buf out = buf_new(arena, source.length + 1);

    for (size_t i = 0; i < parts->list.count; i++) {
        struct str statement = parts->list.items[i].text;
        size_t at;
        if (parts->list.items[i].kind != EDITED_IMPORT || !is_from_library(statement) ||
            (at = str_find(text, statement)) == SIZE_MAX)
            continue;
        buf_add(&out, str_prefix(text, at));
        text = str_from_offset(text, at + statement.length);
        add_import(&out, statement, text);
    }
    buf_add(&out, text);
    return buf_str(&out);
}

void edited_thin_finish(struct arena *arena, struct edited_thin *thin)
{
    for (size_t i = 0; i < thin->classes.count; i++)
        for (size_t edition = 0; edition < 2; edition++)
            keep_one(thin, &thin->classes.items[i], edition);
    for (size_t edition = 0; edition < 2; edition++)
        thin->texts[edition] = thinned(arena, thin, edition);
}

void edited_thin_note_left_out(const struct edited_thin *thin, struct words *left_out)
{
    for (size_t i = 0; i < thin->pieces.count; i++)
        if (!thin->pieces.items[i].stays)
            (void)words_add(left_out, thin->pieces.items[i].name);
}
