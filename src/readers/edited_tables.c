#include "readers/edited_tables.h"

#include "readers/library_names.h"
#include "readers/python_tree.h"
#include "readers/statements.h"

/* --- Two editions. --- */

/* What both have, in one order: of two imports of a name the later one counts. */
static bool order_stays(const struct edited_parts *before, const struct edited_parts *after)
{
    for (size_t i = 0, j = 0;; i++, j++) {
        while (i < before->list.count && !edited_parts_have(after, &before->list.items[i]))
            i++;
        while (j < after->list.count && !edited_parts_have(before, &after->list.items[j]))
            j++;
        if (i == before->list.count || j == after->list.count)
            return i == before->list.count && j == after->list.count;
        if (!str_eq(before->list.items[i].text, after->list.items[j].text))
            return false;
    }
}

/* What such an import binds, another file may import from this one: of these packages no model does. */
static bool imports_package(struct str statement)
{
    bool from = str_starts(statement, STR("from"));

    return library_has(str_trim(str_from_offset(statement, from ? 4 : 6)));
}

/* __all__ with more in it than before. */
static bool hands_on_more(struct arena *arena, const struct edited_part *before,
                          const struct edited_parts *after)
{
    struct str rest, word;
    struct words words = {.arena = arena};

    for (size_t i = 0; i < after->list.count; i++)
        if (str_eq(after->list.items[i].name, STR("__all__")))
            for (rest = after->list.items[i].text; (word = str_next_word(&rest)).length;)
                (void)words_add(&words, word);
    for (rest = before->text; (word = str_next_word(&rest)).length;)
        if (!words_have(&words, word))
            return false;
    return true;
}

/* It is not there any more as it was. */
static bool may_go(struct arena *arena, const struct edited_part *part,
                   const struct edited_parts *after)
{
    const struct edited_part *class =
        part->kind == EDITED_CLASS ? edited_class_named(after, part->name) : NULL;

    if (class)
        return edited_class_alone(arena, part, class);
    return part->kind == EDITED_TEXT ||
           (part->kind == EDITED_IMPORT && imports_package(part->text)) ||
           (str_eq(part->name, STR("__all__")) && hands_on_more(arena, part, after));
}

static bool is_star(const struct edited_part *part)
{
    return part->kind == EDITED_IMPORT && str_ends(part->text, STR("*"));
}

/* What `from … import a, b as c` binds. */
static void names_imported(struct arena *arena, struct str statement, struct strs *names)
{
    size_t import = str_find(statement, STR("import"));
    struct str rest = str_from_offset(statement, import + STR("import").length), line;

    if (!str_starts(statement, STR("from")) || import == SIZE_MAX)
        return;
    while (str_next_line(&rest, &line))
        for (line = str_cut(&line, '#'); line.length;) {
            struct str one = str_trim_bytes(str_cut(&line, ','), " \t\r()\\");
            size_t as = str_find(one, STR(" as "));
            if (as != SIZE_MAX)
                one = str_trim(str_from_offset(one, as + STR(" as ").length));
            one = str_word(one);
            if (one.length)
                VEC_PUSH(arena, names, one);
        }
}

/* What is bound in both editions. */
static void names_kept(struct arena *arena, const struct edited_parts *before,
                       const struct edited_parts *after, struct words *ret_names)
{
    *ret_names = (struct words){.arena = arena};
    for (size_t i = 0; i < before->list.count; i++) {
        const struct edited_part *part = &before->list.items[i];
        struct strs names = {0};
        if (part->kind == EDITED_IMPORT && edited_parts_have(after, part))
            names_imported(arena, part->text, &names);
        if (part->kind == EDITED_VALUE || part->kind == EDITED_FUNCTION ||
            part->kind == EDITED_CLASS)
            VEC_PUSH(arena, &names, part->name);
        for (size_t j = 0; j < names.count; j++)
            (void)words_add(ret_names, names.items[j]);
    }
}

struct coming {
    struct arena *arena;
    const struct edited_parts *before;
    struct words kept;
    bool star;          /* the old edition has one, of a module of the project */
    bool star_is_ahead; /* and so has the new one, further down */
    struct strs *references;
    struct strs *names; /* those that other files may mean something else by, from now on */
};

/* A name that was bound means what is bound last, a star's what no statement binds. */
static bool import_may_come(struct coming *c, const struct edited_part *part)
{
    struct strs names = {0};

    if (is_star(part))
        return !c->star_is_ahead;
    names_imported(c->arena, part->text, &names);
    for (size_t i = 0; i < names.count; i++) {
        if (words_have(&c->kept, names.items[i]))
            return false;
        if (c->star && !imports_package(part->text))
            VEC_PUSH(c->arena, c->names, names.items[i]);
    }
    return true;
}

static bool is_chain(struct str statement)
{
    struct str rest = str_from_offset(statement, str_word(statement).length);

    rest = str_trim(rest);
    if (!str_starts(rest, STR("=")))
        return false;
    rest = str_trim(str_from_offset(rest, 1));
    rest = str_trim(str_from_offset(rest, str_word(rest).length));
    return str_starts(rest, STR("=")) && !str_starts(rest, STR("=="));
}

/* = "users" and nothing behind; *ret_name: users. */
static bool is_literal(struct str text, struct str *ret_name)
{
    struct str line = str_prefix(text, str_find_byte(text, '\n'));
    size_t equal = str_find_byte(line, '=');

    text = str_trim(str_from_offset(text, equal == SIZE_MAX ? 0 : equal + 1));
    if (!text.length || (text.bytes[0] != '"' && text.bytes[0] != '\''))
        return false;
    size_t end = str_find_byte(str_from_offset(text, 1), text.bytes[0]);
    if (end == SIZE_MAX)
        return false;
    *ret_name = str_slice(text, 1, end + 1);
    struct str rest = str_from_offset(text, end + 2);
    rest = str_trim(str_prefix(rest, str_find_byte(rest, '\n')));
    return !rest.length || str_find_byte(STR(",)#;"), rest.bytes[0]) != SIZE_MAX;
}

/* What its table may be called. */
static void names_of_table(struct arena *arena, const struct edited_part *class, struct strs *names)
{
    static const struct str mark = STR_INIT("__tablename__");
    size_t at = str_find(class->text, mark);
    struct str name;

    if (at != SIZE_MAX && is_literal(str_from_offset(class->text, at + mark.length), &name))
        VEC_PUSH(arena, names, name);
    VEC_PUSH(arena, names, str_lower(arena, class->name));
    if (python_snake_case(arena, class->name, &name))
        VEC_PUSH(arena, names, name);
}

/* A key may have referred to a table, or a column, that was not there. */
static void note_references(struct coming *c, const struct edited_part *class)
{
    const struct edited_part *before = edited_class_named(c->before, class->name);
    const struct edited_parts *old, *new;
    struct strs tables = {0};

    if (!c->references)
        return;
    names_of_table(c->arena, class, &tables);
    for (size_t i = 0; !before && i < tables.count; i++) {
        static const char *const behind[] = {".", "\"", "'"};
        for (size_t j = 0; j < COUNT_OF(behind); j++)
            VEC_PUSH(c->arena, c->references,
                     str_printf(c->arena, STR_FMT "%s", STR_ARG(tables.items[i]), behind[j]));
    }
    /* ForeignKey("shop.item", to_field="code") */
    for (size_t i = 0; before && i < 2; i++)
        VEC_PUSH(c->arena, c->references,
                 str_printf(c->arena, "." STR_FMT "%s", STR_ARG(str_lower(c->arena, class->name)),
                            i ? "'" : "\""));
    old = before ? edited_class_members(c->arena, before) : NULL;
    new = edited_class_members(c->arena, class);
    for (size_t i = 0; old && new &&i < new->list.count; i++)
        for (size_t j = 0; new->list.items[i].kind == EDITED_VALUE &&j < tables.count; j++)
            if (!words_have(&old->names, new->list.items[i].name))
                VEC_PUSH(c->arena, c->references,
                         str_printf(c->arena, STR_FMT "." STR_FMT, STR_ARG(tables.items[j]),
                                    STR_ARG(new->list.items[i].name)));
}

static bool definition_may_come(struct coming *c, const struct edited_part *part)
{
    bool class = part->kind == EDITED_CLASS, all = str_eq(part->name, STR("__all__"));
    bool again = words_have(&c->kept, part->name);

    if ((part->kind == EDITED_VALUE && is_chain(part->text)) ||
        (part->kind == EDITED_FUNCTION && str_contains(part->text, STR("__tablename__"))))
        return false;
    if (class)
        note_references(c, part);
    /* A file that is new hands on nothing yet. */
    if (class || (c->before->list.count && !again && !all))
        VEC_PUSH(c->arena, c->names, part->name);
    return !again || all || (class && words_have(&c->before->names, part->name));
}

static bool may_come(struct coming *c, const struct edited_part *part)
{
    switch (part->kind) {
    case EDITED_IMPORT:
        return import_may_come(c, part);
    case EDITED_CLASS:
    case EDITED_FUNCTION:
    case EDITED_VALUE:
        return definition_may_come(c, part);
    case EDITED_TEXT:
        return true;
    case EDITED_OTHER:
        break;
    }
    return str_starts(part->text, STR("Index("));
}

static bool
all_may_go(struct arena *arena, const struct edited_parts *before, const struct edited_parts *after,
           bool (*goes)(struct arena *, const struct edited_part *, const struct edited_parts *))
{
    for (size_t i = 0; i < before->list.count; i++)
        if (!edited_parts_have(after, &before->list.items[i]) &&
            !goes(arena, &before->list.items[i], after))
            return false;
    return true;
}

static bool all_may_come(struct coming *c, const struct edited_parts *after, bool others)
{
    for (size_t i = 0; i < c->before->list.count; i++)
        if (is_star(&c->before->list.items[i]) && !imports_package(c->before->list.items[i].text))
            c->star = true;
    for (size_t i = after->list.count; i-- > 0;) {
        const struct edited_part *part = &after->list.items[i];
        if (edited_parts_have(c->before, part))
            c->star_is_ahead = c->star_is_ahead || is_star(part);
        else if (!(others && part->kind == EDITED_OTHER) && !may_come(c, part))
            return false;
    }
    return true;
}

static bool star_differs(const struct edited_parts *one, const struct edited_parts *other)
{
    for (size_t i = 0; i < one->list.count; i++)
        if (is_star(&one->list.items[i]) && !edited_parts_have(other, &one->list.items[i]))
            return true;
    return false;
}

static bool says(struct str text, const struct words *names)
{
    for (struct str word; (word = str_next_word(&text)).length;)
        if (words_have(names, word))
            return true;
    return false;
}

/* What stayed as it was means what it meant, but for classes with a table of their own: a mixin, an annotation, a function, which models elsewhere are made
 * from, may say DateTime, and that come from another module now. */
static bool meanings_stay(struct arena *arena, const struct edited_pair *pair)
{
    const struct edited_parts *old = &pair->parts[0], *new = &pair->parts[1];
    bool star = star_differs(old, new) || star_differs(new, old);
    struct words names;

    if (!library_names_stay(arena, pair->parts, &names))
        return false;
    for (size_t i = 0; i < new->list.count && (star || names.count); i++) {
        const struct edited_part *part = &new->list.items[i];
        if (part->kind != EDITED_IMPORT && part->kind != EDITED_TEXT &&
            edited_parts_have(old, part) &&
            !(part->kind == EDITED_CLASS && edited_class_has_table(part)) &&
            (star || says(part->text, &names)))
            return false;
    }
    return true;
}

/* `others`: statements that define nothing may come. */
static bool differ_alone(struct arena *arena, struct edited_pair *pair, bool others,
                         bool (*goes)(struct arena *, const struct edited_part *,
                                      const struct edited_parts *),
                         struct strs *names, struct strs *references)
{
    const struct edited_parts *old = &pair->parts[0], *new = &pair->parts[1];
    struct coming coming = {
        .arena = arena, .before = old, .names = names, .references = references};

    for (size_t i = 0; i < 2; i++)
        if (!edited_parts_read(arena, pair->texts[i], &pair->parts[i]))
            return false;
    if (!order_stays(old, new) || !all_may_go(arena, old, new, goes) || !meanings_stay(arena, pair))
        return false;
    names_kept(arena, old, new, &coming.kept);
    return all_may_come(&coming, new, others);
}

bool edited_tables(struct arena *arena, struct edited_pair *pair, struct strs *ret_names,
                   struct strs *ret_references)
{
    *ret_names = (struct strs){0};
    if (ret_references)
        *ret_references = (struct strs){0};
    return differ_alone(arena, pair, false, may_go, ret_names, ret_references);
}

static bool may_go_beside(struct arena *arena, const struct edited_part *part,
                          const struct edited_parts *after)
{
    (void)arena, (void)after;
    return part->kind != EDITED_IMPORT || imports_package(part->text);
}

bool edited_tables_beside(struct arena *arena, const struct str texts[2], struct strs *ret_names)
{
    struct edited_pair pair = {.texts = {texts[0], texts[1]}};

    *ret_names = (struct strs){0};
    return differ_alone(arena, &pair, true, may_go_beside, ret_names, NULL);
}

/* --- A file that did not change. --- */

const char *const edited_tables_wide_words[] = {"naming_convention", "MetaData(",
                                                "type_annotation_map", "%(table_name)", NULL};

static bool runs_something(struct str source)
{
    struct statements statements = {.source = source};
    struct str statement, name;

    while (statements_next(&statements, &statement))
        if (statement.bytes[0] != '@' &&
            (edited_kind_of(statement, &name) == EDITED_OTHER || statements.several))
            return true;
    return !statements_are_whole(&statements);
}

/* Lines in the first column. One of a text may look like a statement; returns whether something does that defines nothing. */
static bool note_bound(struct arena *arena, struct str source, struct strs *names)
{
    struct str line, name;
    bool odd = false;

    while (str_next_line(&source, &line)) {
        line = str_trim_bytes(line, "\f");
        if (!line.length || str_find_byte(STR(" \t#@)]}\"'"), line.bytes[0]) != SIZE_MAX)
            continue;
        odd = edited_kind_of(line, &name) == EDITED_OTHER || odd;
        if (name.length)
            VEC_PUSH(arena, names, name);
    }
    return odd;
}

/* Returns whether all of them could be read. */
static bool note_literals(struct arena *arena, struct str source, struct str mark,
                          struct strs *names)
{
    bool all = true;
    size_t at;

    while ((at = str_find(source, mark)) != SIZE_MAX) {
        struct str name = STR_NONE;
        source = str_from_offset(source, at + mark.length);
        all = is_literal(source, &name) && all;
        while (name.length) {
            struct str word = str_word(name);
            if (word.length)
                VEC_PUSH(arena, names, word);
            name = str_from_offset(name, word.length ? word.length : 1);
        }
    }
    return all;
}

bool edited_tables_look(struct arena *arena, struct str source, struct strs *ret_names)
{
    struct strs names = {0};
    bool odd = note_bound(arena, source, &names);

    bool read = note_literals(arena, source, STR("__tablename__"), &names);
    read = note_literals(arena, source, STR("Table("), &names) && read;
    read = note_literals(arena, source, STR("db_table"), &names) && read;
    *ret_names = names;
    return read && !((odd || str_find_byte(source, ';') != SIZE_MAX) && runs_something(source));
}
