#include "readers/prisma_tree.h"

/* --- Tokens. --- */

enum token_kind { TOKEN_END = 0, TOKEN_LINE, TOKEN_WORD, TOKEN_STRING, TOKEN_NUMBER, TOKEN_BYTE };

struct token {
    enum token_kind kind;
    struct str text;
};

struct parser {
    struct arena *arena;
    struct schema *schema;
    struct str path, source;
    size_t at, line;
    struct token token;
};

static bool is_word(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_' ||
           (byte >= '0' && byte <= '9') || (unsigned char)byte >= 128;
}

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static struct str decode(struct arena *arena, struct str literal)
{
    struct buf out = buf_new(arena, literal.length + 1);

    for (size_t i = 0; i < literal.length; i++) {
        char byte = literal.bytes[i];
        if (byte == '\\' && i + 1 < literal.length) {
            byte = literal.bytes[++i];
            byte = byte == 'n' ? '\n' : byte == 't' ? '\t' : byte == 'r' ? '\r' : byte;
        }
        buf_add_byte(&out, byte);
    }
    return buf_str(&out);
}

static void take_string(struct parser *p)
{
    struct str source = p->source;
    size_t start = ++p->at;

    while (p->at < source.length && source.bytes[p->at] != '"' && source.bytes[p->at] != '\n')
        p->at += source.bytes[p->at] == '\\' && p->at + 1 < source.length ? 2 : 1;
    if (p->at > source.length)
        p->at = source.length;
    p->token = (struct token){TOKEN_STRING, decode(p->arena, str_slice(source, start, p->at))};
    if (p->at < source.length && source.bytes[p->at] == '"')
        p->at++;
}

/* How many bytes at the beginning are a blank or a comment; a block that nobody closes is none. */
static size_t blank_length(struct str rest)
{
    size_t end;

    if (rest.bytes[0] == ' ' || rest.bytes[0] == '\t' || rest.bytes[0] == '\r')
        return 1;
    if (str_starts(rest, STR("//"))) {
        end = str_find_byte(rest, '\n');
        return end == SIZE_MAX ? rest.length : end;
    }
    end = str_starts(rest, STR("/*")) ? str_find(rest, STR("*/")) : SIZE_MAX;
    return end == SIZE_MAX ? 0 : end + 2;
}

static void skip_blanks(struct parser *p)
{
    for (size_t length; p->at < p->source.length; p->at += length) {
        length = blank_length(str_from_offset(p->source, p->at));
        if (!length)
            return;
        for (size_t i = 0; i < length; i++)
            p->line += p->source.bytes[p->at + i] == '\n';
    }
}

static void next(struct parser *p)
{
    struct str source = p->source;

    skip_blanks(p);
    if (p->at >= source.length) {
        p->token = (struct token){0};
        return;
    }
    size_t start = p->at;
    char byte = source.bytes[start];
    if (byte == '"') {
        take_string(p);
        return;
    }
    bool number = is_digit(byte) ||
                  (byte == '-' && start + 1 < source.length && is_digit(source.bytes[start + 1]));
    p->at++;
    if (number)
        while (p->at < source.length &&
               (is_digit(source.bytes[p->at]) || source.bytes[p->at] == '.'))
            p->at++;
    else if (is_word(byte))
        while (p->at < source.length && is_word(source.bytes[p->at]))
            p->at++;
    else if (byte == '@' && p->at < source.length && source.bytes[p->at] == '@')
        p->at++;
    p->line += byte == '\n';
    p->token = (struct token){byte == '\n'    ? TOKEN_LINE
                              : number        ? TOKEN_NUMBER
                              : is_word(byte) ? TOKEN_WORD
                                              : TOKEN_BYTE,
                              str_slice(source, start, p->at)};
}

static bool is(const struct parser *p, const char *text)
{
    return p->token.kind == TOKEN_BYTE && str_eq(p->token.text, str_from(text));
}

static bool take(struct parser *p, const char *text)
{
    if (!is(p, text))
        return false;
    next(p);
    return true;
}

static void skip_lines(struct parser *p)
{
    while (p->token.kind == TOKEN_LINE)
        next(p);
}

/* The line on which the token at hand stands: reading a line feed has counted the next one already. */
static size_t line_here(const struct parser *p)
{
    return p->token.kind == TOKEN_LINE ? p->line - 1 : p->line;
}

static struct schema_place place(const struct parser *p)
{
    return (struct schema_place){.file = p->path, .line = line_here(p)};
}

/* --- Values. --- */

static bool values(struct parser *p, const char *close, size_t depth, struct prisma_value *list);

static bool value(struct parser *p, size_t depth, struct prisma_value *ret)
{
    if (depth > PRISMA_DEPTH_MAX)
        return false;
    if (take(p, "[")) {
        ret->kind = PRISMA_LIST;
        return values(p, "]", depth + 1, ret);
    }
    if (take(p, "{")) {
        ret->kind = PRISMA_OBJECT;
        return values(p, "}", depth + 1, ret);
    }
    ret->text = p->token.text;
    ret->kind = p->token.kind == TOKEN_STRING   ? PRISMA_STRING
                : p->token.kind == TOKEN_NUMBER ? PRISMA_NUMBER
                                                : PRISMA_WORD;
    if (p->token.kind != TOKEN_STRING && p->token.kind != TOKEN_NUMBER &&
        p->token.kind != TOKEN_WORD)
        return false;
    bool word = p->token.kind == TOKEN_WORD;
    next(p);
    while (word && take(p, ".")) { /* a field of a composite type */
        ret->text =
            str_printf(p->arena, STR_FMT "." STR_FMT, STR_ARG(ret->text), STR_ARG(p->token.text));
        next(p);
    }
    if (!word || !take(p, "("))
        return true;
    ret->kind = PRISMA_CALL;
    return values(p, ")", depth + 1, ret);
}

static bool values(struct parser *p, const char *close, size_t depth, struct prisma_value *list)
{
    for (;;) {
        struct prisma_value item = {0};
        skip_lines(p);
        if (take(p, close))
            return true;
        if (!value(p, depth, &item))
            return false;
        if (item.kind == PRISMA_WORD && take(p, ":")) {
            struct str key = item.text;
            item = (struct prisma_value){0};
            skip_lines(p);
            if (!value(p, depth, &item))
                return false;
            item.key = key;
        }
        VEC_PUSH(p->arena, &list->items, item);
        skip_lines(p);
        (void)take(p, ",");
    }
}

static bool attribute(struct parser *p, struct prisma_attributes *list)
{
    struct prisma_attribute found = {.name = p->token.text, .place = place(p)};

    if (p->token.kind != TOKEN_WORD)
        return false;
    next(p);
    while (take(p, ".")) {
        found.name =
            str_printf(p->arena, STR_FMT "." STR_FMT, STR_ARG(found.name), STR_ARG(p->token.text));
        next(p);
    }
    if (take(p, "(") && !values(p, ")", 0, &found.arguments))
        return false;
    VEC_PUSH(p->arena, list, found);
    return true;
}

/* --- Blocks. --- */

static bool field_type(struct parser *p, struct prisma_field *field)
{
    field->type = p->token.text;
    if (p->token.kind != TOKEN_WORD)
        return false;
    next(p);
    if (str_eq(field->type, STR("Unsupported"))) {
        struct prisma_value arguments = {0};
        if (!take(p, "(") || !values(p, ")", 0, &arguments) || !arguments.items.count)
            return false;
        field->unsupported = arguments.items.items[0].text;
    }
    if (take(p, "[")) {
        if (!take(p, "]"))
            return false;
        field->list = true;
    }
    field->optional = take(p, "?");
    (void)take(p, "!");
    return true;
}

static bool entry(struct parser *p, struct prisma_block *block)
{
    struct prisma_field field = {.name = p->token.text, .place = place(p)};
    bool is_enum = str_eq(block->keyword, STR("enum"));

    if (take(p, "@@"))
        return attribute(p, &block->attributes);
    if (p->token.kind != TOKEN_WORD)
        return false;
    next(p);
    if (take(p, "=")) {
        struct prisma_attribute setting = {.name = field.name};
        VEC_PUSH(p->arena, &setting.arguments.items, (struct prisma_value){0});
        if (!value(p, 0, &setting.arguments.items.items[0]))
            return false;
        VEC_PUSH(p->arena, &block->settings, setting);
        return true;
    }
    if (!is_enum && !field_type(p, &field))
        return false;
    while (take(p, "@"))
        if (!attribute(p, &field.attributes))
            return false;
    VEC_PUSH(p->arena, &block->fields, field);
    return true;
}

static bool is_relevant(struct str keyword)
{
    return str_eq(keyword, STR("model")) || str_eq(keyword, STR("enum")) ||
           str_eq(keyword, STR("view")) || str_eq(keyword, STR("datasource"));
}

/* Behind the closing bracket of a block that is of no interest. */
static void skip_block(struct parser *p)
{
    size_t depth = 1;

    for (; depth && p->token.kind != TOKEN_END; next(p)) {
        depth += is(p, "{");
        depth -= is(p, "}");
    }
}

static void unread(struct parser *p, struct schema_place at, struct str where)
{
    struct str line = p->source, rest = p->source;

    for (size_t i = 0; i < at.line; i++)
        if (!str_next_line(&rest, &line))
            break;
    schema_unread_add(p->arena, p->schema, at,
                      str_printf(p->arena, "\"" STR_FMT "\" in " STR_FMT " is no Prisma",
                                 STR_ARG(str_shown(p->arena, str_trim(line))), STR_ARG(where)),
                      line);
}

static void block(struct parser *p, struct prisma_blocks *blocks)
{
    struct prisma_block found = {.keyword = p->token.text, .place = place(p)};

    next(p);
    found.name = p->token.text;
    if (p->token.kind == TOKEN_WORD)
        next(p);
    if (!take(p, "{")) {
        unread(p, found.place, p->path);
        while (p->token.kind != TOKEN_LINE && p->token.kind != TOKEN_END)
            next(p);
        return;
    }
    if (!is_relevant(found.keyword)) {
        skip_block(p);
        return;
    }
    for (skip_lines(p); !is(p, "}") && p->token.kind != TOKEN_END; skip_lines(p)) {
        struct schema_place at = place(p);
        if (entry(p, &found) && (p->token.kind == TOKEN_LINE || is(p, "}")))
            continue;
        found.broken = true;
        unread(p, at, found.name);
        while (p->token.kind != TOKEN_LINE && p->token.kind != TOKEN_END && !is(p, "}"))
            next(p);
    }
    (void)take(p, "}");
    VEC_PUSH(p->arena, blocks, found);
}

void prisma_parse(struct arena *arena, struct str path, struct str source,
                  struct prisma_blocks *blocks, struct schema *schema)
{
    struct parser parser = {
        .arena = arena, .schema = schema, .path = path, .source = source, .line = 1};

    if (str_starts(source, STR("\xef\xbb\xbf")))
        parser.at = 3;
    next(&parser);
    for (skip_lines(&parser); parser.token.kind != TOKEN_END; skip_lines(&parser))
        block(&parser, blocks);
}

bool prisma_has_datasource(struct arena *arena, struct str source)
{
    struct prisma_blocks blocks = {0};
    struct schema nothing = {0};

    if (!str_contains(source, STR("datasource")))
        return false;
    prisma_parse(arena, STR_NONE, source, &blocks, &nothing);
    for (size_t i = 0; i < blocks.count; i++)
        if (str_eq(blocks.items[i].keyword, STR("datasource")))
            return true;
    return false;
}

const struct prisma_attribute *prisma_attribute(const struct prisma_attributes *list,
                                                const char *name)
{
    for (size_t i = 0; i < list->count; i++)
        if (str_eq(list->items[i].name, str_from(name)))
            return &list->items[i];
    return NULL;
}

const struct prisma_value *prisma_argument(const struct prisma_value *arguments, const char *name,
                                           size_t position)
{
    size_t seen = 0;

    for (size_t i = 0; i < arguments->items.count; i++)
        if (str_eq(arguments->items.items[i].key, str_from(name)))
            return &arguments->items.items[i];
    for (size_t i = 0; i < arguments->items.count; i++)
        if (!arguments->items.items[i].key.length && seen++ == position)
            return &arguments->items.items[i];
    return NULL;
}
